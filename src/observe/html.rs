//! From a page's answer to the hosts it names. Reads HTML as a browser's parser does, but runs no script: what only a
//! script would load is not found.
//!
//! What counts as [`Contact::WouldBeContacted`] is what a browser loads of itself, and where it sends a form. Where
//! browsers choose, all choices are named: every candidate of a `srcset`, every format of a font, every `source` of a
//! video, whatever its media query; an image that is loaded only when scrolled to; an icon that only one browser asks.
//! `preconnect` counts, since a connection is opened; `dns-prefetch` and policies are [`Contact::Permitted`].
//!
//! What names nothing: comments, text, links to click, `noscript` (a browser runs scripts; but in XHTML it holds
//! elements like others), `template` (inert, but for declarative shadow roots), scripts whose type is not JavaScript or
//! that are for browsers without modules, links that only point elsewhere (`canonical`, `alternate`, ...), speculation
//! rules written inside a script, and URLs that are not of `http`, `https`, `ws` or `wss`.
//!
//! Elements are told apart without a full tree, so broken markup may name a host too many: SVG left open, upper-case
//! tags in XML, a shadow root where none is allowed, a property that no browser knows.
//!
//! A page's own Content-Security-Policy may block what it names; that is not worked out, so the hosts still count.

mod charset;
mod csp;
mod css;
mod gather;
mod headers;
mod page;
mod places;
mod srcset;
mod tags;

use url::Url;

use crate::evidence::{Contact, Use};
use page::Page;

pub use gather::{Gathered, gather};

/// Hosts kept of one page.
pub const HOSTS: usize = 512;
/// URLs kept of one page or style sheet.
pub const URLS: usize = 20_000;
/// Bytes of a URL as written; a longer one is left out, since what stands at its far end may change its host.
pub const URL_BYTES: usize = 8192;
/// Style sheets listed for the fetcher.
pub const STYLE_SHEETS: usize = 64;

/// One URL that a page or a style sheet names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The URL made absolute, without fragment. Of a policy's `*.example.com` it is `https://example.com/`: whose
    /// domain it is matters, and no request goes there anyway.
    pub url: Url,
    /// What for.
    pub how: Use,
    /// Whether a browser would contact it.
    pub contact: Contact,
}

/// What one answer names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageHosts {
    /// In the order found: headers, then the document.
    pub named: Vec<Named>,
    /// Style sheets to fetch and to give to [`read_style_sheet`], in order, each once. They are among `named` too.
    pub style_sheets: Vec<Url>,
    /// Where the page sends the browser on, and after how many seconds (`<meta http-equiv=refresh>` or `Refresh`).
    /// Not among `named`; a refresh of the page itself is not one.
    pub refresh: Option<(u32, Url)>,
    /// What was cut at a cap, in words such as `urls: 20000 of 20001 kept`.
    pub capped: Vec<String>,
}

/// Reads an answer: its headers, and its body if that is HTML or XML (or does not say what it is).
///
/// `headers` are all headers as sent, with their full values. `url` is where the answer came from.
#[must_use]
pub fn read_page(url: &Url, headers: &[(String, String)], body: &[u8]) -> PageHosts {
    let mut page = Page::new(url);
    headers::read(&mut page, headers);
    let content_type = headers::header(headers, "content-type").unwrap_or("");
    let essence = essence(content_type);
    let xml = matches!(essence.as_str(), "text/xml" | "application/xml") || essence.ends_with("+xml");
    if xml || essence.is_empty() || essence == "text/html" {
        page.read(&charset::decode_page(content_type, body), xml);
    }
    page.finish()
}

/// Reads the answer to the request for a style sheet. One that is sent as anything but CSS names nothing: browsers
/// refuse it. Its `style_sheets` are its imports, which no one needs to fetch.
#[must_use]
pub fn read_style_sheet(url: &Url, headers: &[(String, String)], body: &[u8]) -> PageHosts {
    let mut page = Page::new(url);
    let content_type = headers::header(headers, "content-type").unwrap_or("");
    if matches!(essence(content_type).as_str(), "" | "text/css") {
        page.read_style_sheet(&charset::decode_style_sheet(content_type, body));
    }
    page.finish()
}

/// The media type without parameters, in lower case.
fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

/// Counts of what was met, so that what was cut can be said.
#[derive(Debug, Default)]
struct Caps {
    urls: usize,
    more_style_sheets: bool,
    long: usize,
    candidates: usize,
    deep: usize,
    short_base: bool,
}

impl Caps {
    /// A base URL of bounded length.
    fn short(&mut self, mut url: Url) -> Url {
        if url.as_str().len() > page::BASE_BYTES && !url.cannot_be_a_base() {
            self.short_base = true;
            url.set_path("/");
            url.set_query(None);
            url.set_fragment(None);
        }
        url
    }

    fn words(&self) -> Vec<String> {
        let dropped = |what: String, n: usize| (n > 0).then(|| format!("{what}: {n} left out"));
        [
            (self.urls > URLS).then(|| format!("urls: {URLS} of {} kept", self.urls)),
            self.more_style_sheets.then(|| format!("style sheets: the first {STYLE_SHEETS} kept")),
            dropped(format!("urls over {URL_BYTES} bytes"), self.long),
            dropped(format!("image candidates after the first {} of a set", page::CANDIDATES), self.candidates),
            dropped(format!("frames more than {} deep", page::DEPTH), self.deep),
            self.short_base.then(|| format!("base url over {} bytes: path left out", page::BASE_BYTES)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

#[cfg(test)]
mod tests;
