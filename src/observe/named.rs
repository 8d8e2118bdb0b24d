//! Other inputs (`--from`): which hosts, addresses, image registries and cloud regions a file of the user names, and on
//! which line. Nothing is parsed that a text scan can find: broken files and unknown dialects are read as well.
//!
//! User names, passwords, paths and query strings of what is found are not kept, except the path of a page that a list
//! or a sitemap names.

mod bom;
mod host;
mod image;
mod kind;
mod line;
mod list;
mod plan;
mod region;
mod scan;
mod sitemap;
mod suffix;
mod uri;

pub use kind::Kind;

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::evidence::{NamedAs, NamedAt};
use crate::model::{DomainName, Target};

/// Largest file that is read, in bytes.
pub const MAX_FILE: usize = 16 * 1024 * 1024;

/// A file of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A page saved as HTML: its hosts are read as those of a fetched page are.
    Html,
    /// Anything else, read.
    Named(Named),
}

/// What a file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// What it was read as.
    pub kind: Kind,
    /// Each target once, in the order of the line that names it first.
    pub items: Vec<Item>,
    /// Where reserved and undelegated names (`.internal`, `.test`, `localhost`, a bare `db`) and addresses that are not
    /// public stand: nobody outside runs them. Sorted.
    pub internal: Vec<NamedAt>,
    /// What looks like a target and could not be read. Sorted by line.
    pub faults: Vec<Fault>,
}

/// One target and all its places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What is named.
    pub what: ItemTarget,
    /// Where, sorted by line; never empty.
    pub at: Vec<NamedAt>,
}

/// What can be named.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemTarget {
    /// A host, a page or an address.
    Target(Target),
    /// A cloud region: a place the customer chose, no proof.
    Region {
        /// Whose region, where the file or the shape of the name tells: `aws`, `google`, `microsoft`, `scaleway`, ...
        cloud: Option<String>,
        /// The region in lower case, without the letter of a zone: `eu-west-3`.
        region: String,
    },
}

/// Something that could not be read. Never holds a password: no text of a URL is quoted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// File as the user named it.
    pub file: String,
    /// Line, from 1; 0 where lines mean nothing.
    pub line: u32,
    /// Why; may hold text from outside.
    pub what: String,
}

/// Why a file cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadInput {
    /// Longer than the cap.
    #[error("{0}: longer than 16 MiB")]
    TooLarge(String),
    /// Another encoding.
    #[error("{0}: is UTF-16; save the file as UTF-8")]
    Utf16(String),
    /// Not text at all.
    #[error("{0}: is no text (byte {1} is NUL)")]
    Binary(String, usize),
    /// A byte sequence that is not UTF-8.
    #[error("{0}:{1}: is not UTF-8")]
    Encoding(String, usize),
    /// JSON of a tool that breaks off or breaks the rules of JSON.
    #[error("{0}:{1}: {2}")]
    Json(String, usize, String),
}

/// Reads a file; `name` is how the user named it and decides only what the content leaves open.
///
/// # Errors
/// A file that is no text in UTF-8, too long, or JSON of a known tool that cannot be parsed.
pub fn read(name: &str, bytes: &[u8]) -> Result<Input, BadInput> {
    let file = || name.to_owned();
    if bytes.len() > MAX_FILE {
        return Err(BadInput::TooLarge(file()));
    }
    if is_utf16(bytes) {
        return Err(BadInput::Utf16(file()));
    }
    if kind::is_html(name, bytes) {
        // The page says itself how it is encoded.
        return Ok(Input::Html);
    }
    if let Some(at) = bytes.iter().position(|b| *b == 0) {
        return Err(BadInput::Binary(file(), at));
    }
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let line = 1 + bytes[..e.valid_up_to()].iter().filter(|b| **b == b'\n').count();
        BadInput::Encoding(file(), line)
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut found = Found::new(name);
    let kind = Kind::of(name, text);
    let json = |text| serde_json::from_str(text).map_err(|e| BadInput::Json(file(), e.line(), e.to_string()));
    match kind {
        Kind::List => list::read(text, &mut found),
        Kind::Sitemap => sitemap::read(text, &mut found),
        Kind::TerraformPlan => plan::read(&json(text)?, &mut found),
        Kind::CycloneDx => bom::read(&json(text)?, &mut found),
        _ => scan::read(text, kind, &mut found),
    }
    Ok(Input::Named(found.into_named(kind)))
}

/// A byte-order mark, or text whose every other byte is NUL.
fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xff, 0xfe])
        || bytes.starts_with(&[0xfe, 0xff])
        || matches!(bytes, [a, b, c, d, ..] if (*b == 0 && *d == 0 && *a != 0 && *c != 0)
            || (*a == 0 && *c == 0 && *b != 0 && *d != 0))
}

/// What was found so far.
struct Found<'a> {
    file: &'a str,
    items: BTreeMap<ItemTarget, Vec<NamedAt>>,
    internal: Vec<NamedAt>,
    faults: Vec<Fault>,
}

/// A host as some text gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Host {
    /// A name below a public suffix.
    Name(DomainName),
    /// A public address.
    Ip(IpAddr),
    /// A name or address that is nobody's in the public Internet.
    Internal,
    /// No host, and why.
    Unreadable(&'static str),
}

impl<'a> Found<'a> {
    fn new(file: &'a str) -> Self {
        Self { file, items: BTreeMap::new(), internal: Vec::new(), faults: Vec::new() }
    }

    fn place(&self, line: u32, what: NamedAs) -> NamedAt {
        NamedAt { file: self.file.to_owned(), line, what }
    }

    fn item(&mut self, line: u32, what: ItemTarget, named_as: NamedAs) {
        let place = self.place(line, named_as);
        self.items.entry(what).or_default().push(place);
    }

    /// A host of something that was called `subject` in the file, for the fault.
    fn host(&mut self, line: u32, host: Host, named_as: NamedAs, subject: &str) {
        match host {
            Host::Name(name) => self.item(line, ItemTarget::Target(Target::Domain(name)), named_as),
            Host::Ip(ip) => self.item(line, ItemTarget::Target(Target::Ip(ip)), named_as),
            Host::Internal => self.internal.push(self.place(line, named_as)),
            Host::Unreadable(why) => self.fault(line, format!("{subject}: {why}")),
        }
    }

    fn fault(&mut self, line: u32, what: String) {
        self.faults.push(Fault { file: self.file.to_owned(), line, what });
    }

    fn into_named(self, kind: Kind) -> Named {
        let sorted = |mut places: Vec<NamedAt>| {
            places.sort();
            places.dedup();
            places
        };
        let mut items: Vec<Item> = self.items.into_iter().map(|(what, at)| Item { what, at: sorted(at) }).collect();
        // Stable: targets first named on one line stay in their own order.
        items.sort_by_key(|item| item.at.first().map(|place| place.line));
        let mut faults = self.faults;
        faults.sort_by(|a, b| (a.line, &a.what).cmp(&(b.line, &b.what)));
        faults.dedup();
        Named { kind, items, internal: sorted(self.internal), faults }
    }
}

/// Number of a line as places have it.
fn line_number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
