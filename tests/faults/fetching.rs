//! How the tests fetch: every name by a mapping to loopback, nothing else.

use std::time::Duration;

use jurisdig::evidence::{Hop, PageHost, Probe, Response, Status};
use jurisdig::observe::dialer::{DialPolicy, Dialer};
use jurisdig::observe::dns::{Records, Resolver};
use jurisdig::observe::http::{FetchLimits, FetchedPage, Fetcher};
use jurisdig::observe::roots::Roots;
use jurisdig::observe::{Limits, Session};
use rustls::pki_types::CertificateDer;
use url::Url;

use crate::site::Site;

/// Bounds a test can wait for.
pub fn limits() -> FetchLimits {
    FetchLimits {
        request: Duration::from_millis(400),
        total: Duration::from_secs(20),
        interval: Duration::ZERO,
        ..FetchLimits::default()
    }
}

pub fn policy(connect_to: &[String]) -> DialPolicy {
    DialPolicy { connect_to: connect_to.iter().map(|text| text.parse().unwrap()).collect(), ..DialPolicy::default() }
}

/// Every name at every port goes to one server.
pub fn all_to(site: &Site) -> DialPolicy {
    policy(&[format!("::{}", site.address)])
}

pub fn fetcher(policy: DialPolicy, limits: FetchLimits) -> Fetcher {
    Fetcher::new(Dialer::new(policy), Roots::compiled_in().client_config(), limits)
}

pub fn trusting(policy: DialPolicy, limits: FetchLimits, root: CertificateDer<'static>) -> Fetcher {
    let text = data_encoding::BASE64.encode(&root);
    let pem = format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n");
    let roots = Roots::compiled_in().with_file("test.pem", pem.as_bytes()).unwrap();
    Fetcher::new(Dialer::new(policy), roots.client_config(), limits)
}

pub fn records(text: &str) -> Resolver {
    Resolver::Recorded(Records::parse(text, "records").unwrap())
}

/// The page at a URL, by a fetcher that needs no DNS.
pub async fn fetch(fetcher: &Fetcher, url: &str) -> FetchedPage {
    let (resolver, caps) = (records(""), Limits::default());
    let session = Session::new(&resolver, &caps);
    let mut visit = fetcher.visit(&session);
    visit.page(&Url::parse(url).unwrap()).await
}

/// The front page of a host, by a fetcher that needs no DNS.
pub async fn visit_host(fetcher: &Fetcher, host: &str) -> FetchedPage {
    let (resolver, caps) = (records(""), Limits::default());
    let session = Session::new(&resolver, &caps);
    let mut visit = fetcher.visit(&session);
    visit.site(&PageHost::Name(host.parse().unwrap())).await
}

pub fn last(page: &FetchedPage) -> &Hop {
    page.facts.hops.last().expect("a hop")
}

pub fn status(hop: &Hop) -> Option<Status> {
    match &hop.answer {
        Probe::Failed(error) => Some(error.status),
        _ => None,
    }
}

pub fn answer(hop: &Hop) -> &Response {
    hop.answer.found().unwrap_or_else(|| panic!("{hop:?}"))
}
