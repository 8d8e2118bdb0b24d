//! HAR: what a browser asked, as it exported it. Nothing a HAR names is ever asked by us.
//!
//! Firefox, Chrome, Safari and Playwright each write their own kind of HAR; what is read of it and how is this:
//!
//! **Page.** Every page of the file becomes one [`PageFacts`]; a file without pages becomes one. An entry without a page,
//! or with one the file does not list, belongs to the first. A page's `comment` may hold `jurisdig:before` or
//! `jurisdig:after` (the visitor's consent); its title is not read, since the site writes it.
//!
//! **The page itself.** The first request by time that was for a document of the window (`Sec-Fetch-Dest: document`, else
//! `_resourceType: document`, else an answer that is HTML or a redirect to a request that accepts HTML), then where its redirects lead. A recording that
//! was begun later has none. A redirect to https that Chrome made by itself (HSTS) is no hop.
//!
//! **Contact.** In this order:
//! 1. `data:`, `blob:`, `about:`, files of extensions, requests that an extension sent: not the page's, passed over.
//! 2. The browser's own redirect to https, an answer the inspector was told to give: nobody was asked, passed over.
//! 3. Answered by a cache or a service worker (`_fromCache`, `_fetchType`, `_fetchedViaServiceWorker`, or a state in
//!    `cache` without a server address and other than 304): [`Contact::WouldBeContacted`], since a first visit asks.
//! 4. An answer, or an address that was connected to: [`Contact::Contacted`]. Web sockets are among them.
//! 5. Neither, because the page's own policy or mixed content forbids it: passed over, no visitor's browser asks.
//! 6. Neither, for any other reason (a blocker of the visitor's, a failure, a page left early):
//!    [`Contact::WouldBeContacted`], since another visitor's browser asks.
//!
//! **Never kept**, wherever it stands: queries, fragments, users and passwords of URLs; bodies, sent and received;
//! messages of web sockets; request headers; values of cookies; values of response headers that may be secret or hold
//! such a URL; parts of paths that look like tokens or mail addresses, which become `...`; page titles.
//!
//! Memory does not grow with bodies: strings are cut at 16 KiB before the parser sees them, and each entry is reduced
//! before the next is read.

mod address;
mod asked;
mod entry;
mod kind;
mod lenient;
mod page;
mod reading;
mod stream;
mod wire;

use std::collections::HashMap;
use std::io;

use jiff::Timestamp;
use serde::de::DeserializeSeed;

use super::ip::IpTables;
use crate::evidence::{Capture, Consent, PageFacts, PageHost, Recording};
use crate::model::Target;
use entry::Entry;
use reading::Reading;
use stream::{Fault, Stream};
use wire::{RawPage, RawSoftware};

pub(super) use asked::{Asked, fill};

#[cfg(doc)]
use crate::evidence::Contact;

/// Longest name and version of a browser, in characters.
const MAX_SOFTWARE: usize = 100;

/// Set where no cookie is in a file of a browser that leaves them out unless asked: there may have been some.
const COOKIES_LEFT_OUT: &str = "cookies-may-be-left-out";

/// How much of a HAR is read; what goes beyond is said in [`PageFacts::capped`], a larger file is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HarLimits {
    /// Bytes of the file.
    pub bytes: u64,
    /// Entries of the file.
    pub entries: usize,
    /// Pages of the file.
    pub pages: usize,
    /// Hosts of a page.
    pub hosts: usize,
    /// Names of cookies of a host.
    pub cookies: usize,
    /// Bytes of header values and names of cookies, of the whole file.
    pub text: usize,
}

impl Default for HarLimits {
    fn default() -> Self {
        Self { bytes: 512 << 20, entries: 100_000, pages: 1000, hosts: 2000, cookies: 200, text: 64 << 20 }
    }
}

/// Why a file is no HAR that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadHar {
    /// The system refused.
    #[error("cannot be read: {0}")]
    Read(String),
    /// Larger than the limit.
    #[error("larger than {0} bytes; export it without response bodies")]
    TooLarge(u64),
    /// UTF-16 or UTF-32.
    #[error("written in UTF-16 or UTF-32; a HAR is UTF-8: save it again as UTF-8")]
    Utf16,
    /// A gzip or zip file.
    #[error("compressed; unpack it first")]
    Compressed,
    /// Not JSON, cut off, or not a HAR.
    #[error("line {line}, column {column}: {what}")]
    Json {
        /// Line, from 1.
        line: usize,
        /// Column in bytes, from 1.
        column: usize,
        /// What the parser says.
        what: String,
    },
    /// Of another major version.
    #[error("HAR of version {0:?}; versions 1.x are read")]
    Version(String),
    /// JSON without `log` and `entries`.
    #[error("JSON, but no HAR: no `log` with `entries`")]
    NotHar,
    /// A HAR in which nothing was recorded.
    #[error("no request in it")]
    Empty,
}

/// Reads a HAR; `name` is its file name without the directory. Consent is set where the file marks it.
///
/// # Errors
/// See [`BadHar`].
pub fn read(input: impl io::Read, name: &str, tables: &IpTables, limits: &HarLimits) -> Result<Vec<PageFacts>, BadHar> {
    let mut stream = Stream::new(input, limits.bytes);
    let mut reading = Reading::new(limits);
    let mut parser = serde_json::Deserializer::from_reader(&mut stream);
    let read = reading::File(&mut reading).deserialize(&mut parser).and_then(|()| parser.end());
    if let Err(error) = read {
        return Err(if stream.size() == 0 { BadHar::Empty } else { fault(error, &stream) });
    }
    if !(reading.has_log && reading.has_entries) {
        return Err(BadHar::NotHar);
    }
    let version = reading.version.trim();
    if !(version.is_empty() || version == "1" || version.starts_with("1.")) {
        return Err(BadHar::Version(version.chars().take(20).collect()));
    }
    if reading.entries_seen == 0 {
        return Err(BadHar::Empty);
    }
    let file = Recording { name: name.to_owned(), sha256: stream.sha256() };
    Ok(pages(reading, &file, tables, limits))
}

/// What the first page was asked as: the target of a user who names none. `None` where no page was asked for.
#[must_use]
pub fn target(pages: &[PageFacts]) -> Option<Target> {
    let hop = pages.iter().find_map(|page| page.hops.first())?;
    match &hop.host {
        PageHost::Ip(ip) => Some(Target::Ip(*ip)),
        // A path of which a part is left out leads nowhere.
        PageHost::Name(name) if hop.url.contains(super::secret::LEFT_OUT) => Some(Target::Domain(name.clone())),
        PageHost::Name(_) => hop.url.parse().ok(),
    }
}

fn fault<R: io::Read>(error: serde_json::Error, stream: &Stream<R>) -> BadHar {
    match stream.fault() {
        Some((Fault::TooLarge(bytes), ..)) => return BadHar::TooLarge(bytes),
        Some((Fault::Utf16, ..)) => return BadHar::Utf16,
        Some((Fault::Compressed, ..)) => return BadHar::Compressed,
        Some((deep @ Fault::TooDeep, line, column)) => return BadHar::Json { line, column, what: deep.to_string() },
        None => {}
    }
    if error.is_io() {
        return BadHar::Read(io::Error::from(error).to_string());
    }
    let (line, column) = (error.line(), error.column());
    let said = error.to_string();
    let what = said.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&said).to_owned();
    BadHar::Json { line, column: stream.column_of(line, column), what }
}

fn pages(reading: Reading<'_>, file: &Recording, tables: &IpTables, limits: &HarLimits) -> Vec<PageFacts> {
    let (software, capped) = (software(&reading), capped(&reading, limits));
    let is_chrome = reading.creator.name == "WebInspector";
    let pages = if reading.pages.is_empty() { vec![RawPage::default()] } else { reading.pages };
    let are_pages_cut = reading.pages_seen > pages.len();
    let mut by_id: HashMap<&str, usize> = HashMap::new();
    for (index, page) in pages.iter().enumerate() {
        by_id.entry(page.id.as_str()).or_insert(index);
    }
    let mut entries: Vec<Vec<Entry>> = pages.iter().map(|_| Vec::new()).collect();
    for entry in reading.entries {
        match by_id.get(entry.pageref.as_str()) {
            Some(index) => entries[*index].push(entry),
            // It may be of a page that was left out.
            None if are_pages_cut && !entry.pageref.is_empty() => {}
            None => entries[0].push(entry),
        }
    }
    let of_page = |(page, entries): (&RawPage, Vec<Entry>)| {
        let mut facts = PageFacts::of_nothing(Capture::Har);
        facts.file = Some(file.clone());
        facts.software.clone_from(&software);
        facts.taken_at = page.started.parse::<Timestamp>().ok();
        facts.consent = consent(&page.comment);
        facts.capped.clone_from(&capped);
        if is_chrome && !reading.has_cookies {
            facts.flags.push(COOKIES_LEFT_OUT.to_owned());
        }
        page::fill(&mut facts, entries, tables, limits);
        facts.capped.sort();
        facts.flags.sort();
        facts
    };
    pages.iter().zip(entries).map(of_page).collect()
}

/// The browser, else the program that wrote the file.
fn software(reading: &Reading<'_>) -> String {
    let RawSoftware { name, version } =
        if reading.browser.name.is_empty() { &reading.creator } else { &reading.browser };
    format!("{name} {version}").trim().chars().take(MAX_SOFTWARE).collect()
}

/// What holds for the whole file.
fn capped(reading: &Reading<'_>, limits: &HarLimits) -> Vec<String> {
    let mut capped = Vec::new();
    let (entries, pages) = (reading.entries_seen, reading.pages_seen);
    if entries > limits.entries {
        capped.push(format!("entries: {} of {entries} kept", limits.entries));
    }
    if pages > reading.pages.len() {
        capped.push(format!("pages: {} of {pages} kept", reading.pages.len()));
    }
    if reading.bared > 0 {
        capped.push(format!("headers and cookies of {} entries left out", reading.bared));
    }
    if reading.unreadable > 0 {
        capped.push(format!("entries: {} without a URL that can be read left out", reading.unreadable));
    }
    capped
}

/// The user's mark; two contrary ones are none.
fn consent(comment: &str) -> Option<Consent> {
    match (comment.contains("jurisdig:before"), comment.contains("jurisdig:after")) {
        (true, false) => Some(Consent::Before),
        (false, true) => Some(Consent::After),
        _ => None,
    }
}
