//! One request of the recording, reduced to what is kept.

use std::net::IpAddr;

use jiff::Timestamp;

use super::address::{self, Address};
use super::kind::Hints;
use super::wire::RawEntry;
use crate::evidence::{Contact, PageHost, ProbeError, Status, Use};

/// Longest media type that is kept, in characters.
const MAX_MEDIA: usize = 100;

/// A request over the network, made or wanted.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) pageref: String,
    pub(super) started: Option<Timestamp>,
    pub(super) address: Address,
    pub(super) use_made: Use,
    /// `None` where no visitor's browser asks the host: the browser answered itself, or the page's own policy forbids it.
    pub(super) contact: Option<Contact>,
    pub(super) ip: Option<IpAddr>,
    pub(super) cookies: Vec<String>,
    pub(super) named_by: Option<PageHost>,
    /// Set where the request may have been for a document of the window.
    pub(super) document: Option<Box<Document>>,
}

/// What is kept of an answer that may be the page.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) answer: Result<u16, ProbeError>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) media: String,
    pub(super) bytes: u64,
    /// Mark and text of the address redirected to.
    pub(super) redirect: Option<(u64, String)>,
    pub(super) is_from_cache: bool,
}

/// What became of an entry.
pub(super) enum Read {
    Kept(Box<Entry>),
    /// Not asked over a network, or not by the page.
    PassedOver,
    /// Its URL cannot be read: whom it asked is not known.
    Unreadable,
}

impl Entry {
    pub(super) fn of(raw: RawEntry) -> Read {
        let address = match Address::of(&raw.request.url) {
            Ok(Some(address)) => address,
            Ok(None) => return Read::PassedOver,
            Err(()) => return Read::Unreadable,
        };
        let initiator = &raw.initiator;
        let origins = [&initiator.url, &initiator.stack.top.url, &raw.request.headers.origin];
        if origins.into_iter().any(|url| address::is_extension(url)) {
            return Read::PassedOver;
        }
        let outcome = Outcome::of(&raw);
        let status = raw.response.status;
        let media = first(&raw.response.headers.media, &raw.response.content.media);
        let hints = Hints {
            kind: &raw.kind,
            dest: &raw.request.headers.dest,
            accept: &raw.request.headers.accept,
            media,
            ending: &address.ending,
            method: &raw.request.method,
            is_socket: address.is_socket,
        };
        let is_redirect = matches!(status, 301 | 302 | 303 | 307 | 308);
        let location = first(&raw.response.redirect, &raw.response.headers.location);
        let redirect = if is_redirect { address::redirect(&raw.request.url, location) } else { None };
        let document = hints.may_be_document(redirect.is_some()).then(|| {
            Box::new(Document {
                answer: outcome.status.ok_or_else(|| why_not(&raw.response.error)),
                headers: raw.response.headers.kept,
                media: media.chars().take(MAX_MEDIA).collect(),
                bytes: raw.response.content.size,
                redirect,
                is_from_cache: outcome.is_from_cache,
            })
        });
        // The media type of an error is that of the error page.
        let use_made = Hints { media: if status < 400 { media } else { "" }, ..hints }.use_made();
        let cookies = match outcome.contact {
            Some(Contact::Contacted) => {
                let mut cookies = raw.response.cookies.0;
                cookies.extend(raw.response.headers.cookies.0);
                cookies.sort_unstable();
                cookies.dedup();
                cookies
            }
            _ => Vec::new(),
        };
        Read::Kept(Box::new(Self {
            pageref: raw.pageref,
            started: raw.started.parse().ok(),
            use_made,
            contact: outcome.contact,
            ip: outcome.ip,
            cookies,
            named_by: address::host_of(&raw.initiator.url).or_else(|| address::host_of(&raw.request.headers.referer)),
            document,
            address,
        }))
    }

    /// Whether neither a host was asked nor a document meant.
    pub(super) fn is_nothing(&self) -> bool {
        self.contact.is_none() && self.document.is_none()
    }

    /// Bytes of names and headers, which have no other limit than the file's.
    pub(super) fn text_bytes(&self) -> usize {
        let headers = self.document.iter().flat_map(|document| &document.headers);
        headers.map(|(name, value)| name.len() + value.len()).sum::<usize>()
            + self.cookies.iter().map(String::len).sum::<usize>()
    }
}

fn first<'a>(one: &'a str, other: &'a str) -> &'a str {
    // Chrome and Safari write `x-unknown` where there is no media type.
    [one, other].into_iter().find(|text| !text.is_empty() && *text != "x-unknown").unwrap_or_default()
}

/// Whether a request went out, and what came.
struct Outcome {
    contact: Option<Contact>,
    status: Option<u16>,
    ip: Option<IpAddr>,
    is_from_cache: bool,
}

impl Outcome {
    fn of(raw: &RawEntry) -> Self {
        let response = &raw.response;
        let ip = address::ip(&raw.ip);
        let status = u16::try_from(response.status).ok().filter(|status| (100..1000).contains(status));
        let is_from_cache = !raw.from_cache.is_empty()
            || !response.by_service_worker.is_empty()
            || matches!(raw.fetch_type.as_str(), "Memory Cache" | "Disk Cache" | "Service Worker")
            || raw.cache.is_there && ip.is_none() && response.status != 304;
        let contact = if response.headers.is_internal || raw.fetch_type == "Inspector Override" {
            None
        } else if is_from_cache {
            Some(Contact::WouldBeContacted)
        } else if status.is_some() || ip.is_some() {
            Some(Contact::Contacted)
        } else if is_forbidden(&response.error) {
            None
        } else {
            Some(Contact::WouldBeContacted)
        };
        // A cached answer carries the address it once came from: nothing was connected to now.
        Self { contact, status, ip: ip.filter(|_| contact == Some(Contact::Contacted)), is_from_cache }
    }
}

/// Whether the page's own policy or the browser's rules for every page stopped the request, as they do for every visitor.
/// A blocker the visitor installed is another matter: a browser without it sends the request.
fn is_forbidden(error: &str) -> bool {
    let error = error.to_ascii_lowercase();
    error.contains("csp") || error.contains("content security policy") || error.contains("mixed")
}

/// Why no answer came, by the browser's word for it. Text that is no such word may hold an address, and is left out.
fn why_not(error: &str) -> ProbeError {
    let is_word = error.len() <= 80 && error.bytes().all(|b| b.is_ascii_alphanumeric() || b"_:.-".contains(&b));
    let detail = if is_word { error.to_owned() } else { String::new() };
    let has = |word: &str| error.contains(word);
    let status = if has("NAME_NOT_RESOLVED") || has("UNKNOWN_HOST") || has("ADDRESS_UNREACHABLE") {
        Status::NoAddress
    } else if has("CONNECTION_REFUSED") {
        Status::ConnectionRefused
    } else if has("CONNECTION_RESET") || has("NET_RESET") {
        Status::Reset
    } else if has("TIMED_OUT") || has("TIMEOUT") {
        Status::Timeout
    } else if has("ERR_CERT") {
        Status::TlsUntrusted
    } else if has("TOO_MANY_REDIRECTS") || has("REDIRECT_LOOP") {
        Status::TooManyRedirects
    } else if has("BLOCKED") {
        Status::Blocked
    } else if has("INTERNET_DISCONNECTED") || has("NETWORK_CHANGED") {
        Status::Network
    } else {
        Status::Incomplete
    };
    ProbeError { status, detail }
}
