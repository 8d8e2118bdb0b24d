//! Pages fetched the way a polite visitor would who runs no scripts: few requests, none in a hurry, robots.txt heeded,
//! nothing kept or sent that identifies anybody. Every request goes through the guarded dialer, every redirect is
//! judged anew and recorded, and whatever the other side does, time and memory are bounded.

mod answer;
mod body;
mod exchange;
mod fault;
mod robots;
mod visit;

use std::time::Duration;

use rustls::ClientConfig;
use url::Url;

pub use visit::Visit;

use super::ask::Session;
use super::dialer::Dialer;
use crate::evidence::{Capture, Hop, PageFacts, PageHost, Probe, ProbeError, Response, Status};

/// Longest URL that is asked for.
const MAX_URL: usize = 8192;

/// Bounds of fetching.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchLimits {
    /// Requests for one target, robots.txt and style sheets among them.
    pub requests: usize,
    /// Redirects followed.
    pub redirects: usize,
    /// Time for one request, from the connection to the last octet.
    pub request: Duration,
    /// Time for all requests of one target.
    pub total: Duration,
    /// Time between the end of a request and the next to the same host.
    pub interval: Duration,
    /// Decoded octets of a page.
    pub page_bytes: usize,
    /// Decoded octets of a style sheet.
    pub sheet_bytes: usize,
    /// Octets of a header, everything that comes before it (1xx answers) included.
    pub header_bytes: usize,
    /// Decoded octets of a robots.txt.
    pub robots_bytes: usize,
}

impl Default for FetchLimits {
    fn default() -> Self {
        Self {
            requests: 6,
            redirects: 5,
            request: Duration::from_secs(10),
            total: Duration::from_secs(60),
            interval: Duration::from_secs(1),
            page_bytes: 2 << 20,
            sheet_bytes: 512_000,
            header_bytes: 64 << 10,
            robots_bytes: 500_000,
        }
    }
}

/// Fetches pages. One serves any number of targets at once.
#[derive(Debug, Clone)]
pub struct Fetcher {
    dialer: Dialer,
    tls: ClientConfig,
    limits: FetchLimits,
    user_agent: String,
}

impl Fetcher {
    /// A fetcher. Whatever protocols the TLS settings name, HTTP/1.1 is spoken.
    #[must_use]
    pub fn new(dialer: Dialer, tls: ClientConfig, limits: FetchLimits) -> Self {
        let mut tls = tls;
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        Self { dialer, tls, limits, user_agent: user_agent() }
    }

    /// The bounds.
    #[must_use]
    pub fn limits(&self) -> &FetchLimits {
        &self.limits
    }

    /// The dialer all requests go through.
    #[must_use]
    pub fn dialer(&self) -> &Dialer {
        &self.dialer
    }

    /// Begins the requests of one target.
    #[must_use]
    pub fn visit<'a>(&'a self, session: &'a Session<'a>) -> Visit<'a> {
        Visit::new(self, session, self.limits.requests)
    }

    /// A document of a third party (a registry's RDAP answer): under the same guard, counted apart from the target's
    /// requests, redirects followed.
    pub async fn document(&self, session: &Session<'_>, url: &Url, accept: &str, cap: usize) -> FetchedPage {
        let mut visit = Visit::new(self, session, self.limits.redirects + 1);
        visit.get(url, accept, cap).await
    }
}

/// What was fetched.
#[derive(Debug, Clone)]
pub struct FetchedPage {
    /// Its facts: robots.txt and hops. Resources are for whoever reads the body.
    pub facts: PageFacts,
    /// The last URL asked for, query included: what relative addresses in the body are relative to. Not for the
    /// evidence. `None` where no URL can name the host.
    pub url: Option<Url>,
    /// Headers of the last answer as they came, without those that may hold secrets. Not for the evidence, which has
    /// its own selection.
    pub headers: Vec<(String, String)>,
    /// Decoded octets; empty where the coding is unknown.
    pub body: Vec<u8>,
    /// URLs asked for, fragments apart.
    seen: Vec<Url>,
    redirects: usize,
}

impl FetchedPage {
    fn new(url: Option<Url>) -> Self {
        let facts = PageFacts::of_nothing(Capture::Fetch);
        Self { facts, url, headers: Vec::new(), body: Vec::new(), seen: Vec::new(), redirects: 0 }
    }

    /// A host that no URL can name.
    fn of_no_url(host: &PageHost) -> Self {
        let mut page = Self::new(None);
        let error = ProbeError { status: Status::BadName, detail: "no name a URL can hold".to_owned() };
        let url = format!("https://{host}/");
        page.facts.hops.push(Hop { url, host: host.clone(), address: None, answer: Probe::Failed(error) });
        page
    }

    /// The answer that was the page, if one came.
    #[must_use]
    pub fn document(&self) -> Option<&Response> {
        self.facts.document()
    }
}

fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// Ours, never a browser's; with the project's address where the build has one.
fn user_agent() -> String {
    let tool = concat!("jurisdig/", env!("CARGO_PKG_VERSION"));
    let addresses = [env!("CARGO_PKG_HOMEPAGE"), env!("CARGO_PKG_REPOSITORY")];
    match addresses.into_iter().find(|address| !address.is_empty()) {
        Some(address) => format!("{tool} (+{address})"),
        None => tool.to_owned(),
    }
}
