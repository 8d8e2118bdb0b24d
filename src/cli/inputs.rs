//! Files of the user that name hosts and regions (`--from`): configuration, lists, sitemaps, saved pages.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use url::Url;

use super::stop::Stop;
use crate::evidence::{Capture, Contact, NamedAs, NamedAt, PageFacts, PageHost, Recording};
use crate::model::Target;
use crate::observe::named::{self, Input, ItemTarget};
use crate::observe::{Asked, html};

/// Host of a saved page whose own is not known; what is relative to it is the page's own.
const NOWHERE: &str = "page.invalid";

/// A line that could not be read.
#[derive(Debug)]
pub(crate) struct Unread {
    /// The file, as the user named it.
    pub(crate) file: String,
    /// Its line, from 1.
    pub(crate) line: u32,
    /// Why not.
    pub(crate) what: String,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

/// What the files name.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    /// Each target once, in the order of the files, with all its places.
    pub(crate) asked: Vec<Asked>,
    /// Saved pages, when one target is named beside them: looks at that target's page.
    pub(crate) pages: Vec<PageFacts>,
    /// What could not be read, each with its place.
    pub(crate) faults: Vec<Unread>,
    /// What was left out on purpose, each with its place.
    pub(crate) left_out: Vec<String>,
}

impl Inputs {
    /// Reads files; `-` is standard input. With an own target, saved pages are looks at its page; without, every host
    /// they would contact is a target.
    ///
    /// # Errors
    /// A file that cannot be read, or is of no use as a whole.
    pub(crate) fn read(paths: &[PathBuf], own: Option<&Target>) -> Result<Self, Stop> {
        let mut inputs = Self::default();
        let mut places: BTreeMap<Target, usize> = BTreeMap::new();
        for path in paths {
            let (name, bytes) = contents(path)?;
            match named::read(&name, &bytes).map_err(|e| Stop::usage(e.to_string()))? {
                Input::Html => inputs.take_page(&name, &bytes, own, &mut places),
                Input::Named(found) => inputs.take(found, &mut places),
            }
        }
        Ok(inputs)
    }

    fn take(&mut self, found: named::Named, places: &mut BTreeMap<Target, usize>) {
        for item in found.items {
            let target = match item.what {
                ItemTarget::Target(target) => target,
                ItemTarget::Region { cloud: Some(cloud), region } => Target::Region { cloud, region },
                ItemTarget::Region { cloud: None, region } => {
                    let (file, line) = item.at.first().map_or_else(Default::default, |at| (at.file.clone(), at.line));
                    let what = format!("region {region:?}: which cloud is not said");
                    self.faults.push(Unread { file, line, what });
                    continue;
                }
            };
            self.add(target, item.at, places);
        }
        for at in found.internal {
            self.left_out.push(format!("{}: an internal name or address, which nobody outside runs", place(Some(&at))));
        }
        for fault in found.faults {
            self.faults.push(Unread { file: fault.file, line: fault.line, what: fault.what.to_string() });
        }
    }

    fn add(&mut self, target: Target, at: Vec<NamedAt>, places: &mut BTreeMap<Target, usize>) {
        let index = *places.entry(target.clone()).or_insert_with(|| {
            self.asked.push(target.into());
            self.asked.len() - 1
        });
        self.asked[index].named_at.extend(at);
    }

    fn take_page(&mut self, name: &str, bytes: &[u8], own: Option<&Target>, places: &mut BTreeMap<Target, usize>) {
        let host = own.and_then(Target::name).map_or_else(|| NOWHERE.to_owned(), ToString::to_string);
        let Ok(url) = Url::parse(&format!("https://{host}/")) else { return };
        let Some(document) = PageHost::of(&url) else { return };
        let read = html::read_page(&url, &[], bytes);
        let gathered = html::gather([(&document, read.named.as_slice())]);
        let mut capped: Vec<String> = read.capped.into_iter().chain(gathered.capped).collect();
        if !read.style_sheets.is_empty() {
            capped.push(format!("style sheets: 0 of {} read", read.style_sheets.len()));
        }
        if own.is_none() && !capped.is_empty() {
            self.left_out.push(format!("{name}: {}", capped.join("; ")));
        }
        if own.is_some() {
            let file =
                Recording { name: name.to_owned(), sha256: data_encoding::HEXLOWER.encode(&Sha256::digest(bytes)) };
            self.pages.push(PageFacts {
                file: Some(file),
                resources: gathered.resources,
                capped,
                ..PageFacts::of_nothing(Capture::HtmlFile)
            });
            return;
        }
        for resource in gathered.resources.into_iter().filter(|r| r.contact > Contact::Permitted) {
            let target = match resource.host {
                PageHost::Name(name) if name.as_str() == NOWHERE => continue,
                PageHost::Name(name) => Target::Domain(name),
                PageHost::Ip(ip) => Target::Ip(ip),
            };
            self.add(target, vec![NamedAt { file: name.to_owned(), line: 0, what: NamedAs::Url }], places);
        }
    }
}

fn place(at: Option<&NamedAt>) -> String {
    at.map_or_else(String::new, |at| format!("{}:{}", at.file, at.line))
}

/// Name and bytes of a file; one byte more than the cap is read, so that a longer one is told.
fn contents(path: &Path) -> Result<(String, Vec<u8>), Stop> {
    let name = if path.as_os_str() == "-" { "stdin".to_owned() } else { path.display().to_string() };
    let cannot = |e: std::io::Error| Stop::local(format!("{name}: {e}"));
    let mut bytes = Vec::new();
    let cap = named::MAX_FILE as u64 + 1;
    if name == "stdin" {
        std::io::stdin().take(cap).read_to_end(&mut bytes).map_err(cannot)?;
    } else {
        std::fs::File::open(path).and_then(|file| file.take(cap).read_to_end(&mut bytes)).map_err(cannot)?;
    }
    Ok((name, bytes))
}
