//! The page of a target: fetched, or taken from what a browser recorded; the hosts it leads to; the certificate the site
//! shows; and what the registry says. How often and how fast is the fetcher's to bound.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use super::ask::Session;
use super::browser::{self, BrowserSettings, NoBrowser};
use super::html::{self, Named, PageHosts};
use super::http::{FetchedPage, Fetcher};
use super::ip::IpTables;
use super::roots::Roots;
use super::{rdap, tls};
use crate::evidence::{
    Capture, Contact, DomainRegistration, Hop, PageFacts, PageHost, Probe, ProbeError, SkipReason, Status, TlsFacts,
};
use crate::model::{DomainName, Target};

/// A page that sends its reader on within this time is taken for a redirect.
const REFRESH_S: u32 = 5;
/// Pages that send their reader on, one after the other, that are followed.
const REFRESHES: usize = 2;
/// Time for the handshake of the certificate probe.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// How pages are looked at.
#[derive(Debug, Clone)]
pub struct PageSettings {
    /// Fetches pages and probes certificates; everything goes through its dialer.
    pub fetcher: Fetcher,
    /// What certificates are judged by.
    pub roots: Roots,
    /// Whether pages are fetched.
    pub fetches: bool,
    /// Whether certificates are looked at.
    pub certificates: bool,
    /// A browser that looks too, beside our own fetch: what a page names and what its scripts load are two things.
    pub browser: Option<BrowserSettings>,
    /// Whether the registry is asked, which discloses the name to it.
    pub asks_registry: bool,
}

/// Fetches the page of a target and reads which hosts it names: redirects, the page, its style sheets as far as the
/// requests go.
pub(super) async fn fetch(fetcher: &Fetcher, session: &Session<'_>, target: &Target, host: &DomainName) -> PageFacts {
    let mut visit = fetcher.visit(session);
    let url = match target {
        Target::Url { url, .. } => Url::parse(url).ok(),
        Target::Domain(_) | Target::Ip(_) | Target::Region { .. } => None,
    };
    let mut page = match url {
        Some(url) => visit.page(&url).await,
        None => visit.site(&PageHost::Name(host.clone())).await,
    };
    // A browser loads what each page of the way names before it goes on.
    let mut documents: Vec<(PageHost, Vec<Named>)> = Vec::new();
    let mut style_sheets: Vec<Url> = Vec::new();
    let mut contacted: BTreeSet<PageHost> = BTreeSet::new();
    let mut capped: Vec<String> = Vec::new();
    for turn in 0..=REFRESHES {
        let read = read_page(&page);
        if let Some(host) = page.url.as_ref().and_then(PageHost::of) {
            documents.push((host, read.named));
        }
        style_sheets
            .extend(read.style_sheets.into_iter().filter(|url| !style_sheets.contains(url)).collect::<Vec<_>>());
        capped.extend(read.capped);
        if page.document().is_some_and(|answer| answer.flags.iter().any(|flag| flag == "body-cut")) {
            capped.push(format!("page: cut at {} bytes", fetcher.limits().page_bytes));
        }
        match read.refresh.filter(|(seconds, _)| *seconds <= REFRESH_S && turn < REFRESHES) {
            Some((_, to)) => page = visit.follow(page, &to).await,
            None => break,
        }
    }
    let mut sheets_read = 0;
    for url in &style_sheets {
        if visit.requests_left() == 0 {
            break;
        }
        let sheet = visit.get(url, "text/css,*/*;q=0.1", fetcher.limits().sheet_bytes).await;
        contacted
            .extend(sheet.facts.hops.iter().filter(|hop| hop.answer.found().is_some()).map(|hop| hop.host.clone()));
        let Some((host, url)) = sheet.url.as_ref().and_then(|url| Some((PageHost::of(url)?, url))) else { continue };
        if sheet.document().is_some_and(|answer| answer.status < 300) {
            let found = html::read_style_sheet(url, &sheet.headers, &sheet.body);
            capped.extend(found.capped);
            documents.push((host, found.named));
            sheets_read += 1;
        }
    }
    if sheets_read < style_sheets.len() {
        capped.push(format!("style sheets: {sheets_read} of {} read", style_sheets.len()));
    }
    let gathered = html::gather(documents.iter().map(|(host, named)| (host, named.as_slice())));
    let mut facts = page.facts;
    facts.resources = gathered.resources;
    for resource in facts.resources.iter_mut().filter(|resource| contacted.contains(&resource.host)) {
        resource.contact = Contact::Contacted;
    }
    capped.extend(gathered.capped);
    capped.extend(visit.notes());
    capped.sort();
    capped.dedup();
    facts.capped = capped;
    facts
}

/// Lets a browser look at the page our own fetch ended at, or would have begun with.
pub(super) async fn browse(
    settings: &BrowserSettings,
    fetcher: &Fetcher,
    session: &Session<'_>,
    tables: &IpTables,
    host: &DomainName,
    fetched: &PageFacts,
) -> PageFacts {
    let end = fetched.document().and(fetched.hops.last()).map(|hop| hop.url.clone());
    let text = end.unwrap_or_else(|| format!("https://{host}/"));
    let looked = match Url::parse(&text) {
        Ok(url) => Box::pin(browser::capture(session, fetcher.dialer(), &url, tables, settings)).await,
        Err(_) => Err(NoBrowser::Url),
    };
    looked.unwrap_or_else(|why| {
        let error = ProbeError { status: Status::Local, detail: why.to_string() };
        let hop = Hop { url: text, host: PageHost::Name(host.clone()), address: None, answer: Probe::Failed(error) };
        PageFacts { hops: vec![hop], ..PageFacts::of_nothing(Capture::Browser) }
    })
}

/// What an answer names; nothing where no page came.
fn read_page(page: &FetchedPage) -> PageHosts {
    match (&page.url, page.document()) {
        (Some(url), Some(_)) => html::read_page(url, &page.headers, &page.body),
        _ => PageHosts::default(),
    }
}

/// The certificate a host shows on port 443, at the first of its addresses, IPv4 before IPv6.
pub(super) async fn certificate(
    settings: &PageSettings,
    session: &Session<'_>,
    host: &DomainName,
    now: Timestamp,
) -> Probe<TlsFacts> {
    let dialer = settings.fetcher.dialer();
    if dialer.policy().proxy.is_some() && dialer.policy().connect_to.is_empty() {
        // Behind a proxy the certificate would be whatever the proxy shows.
        return Probe::Skipped(SkipReason::NotApplicable);
    }
    let route = match dialer.route(session, &PageHost::Name(host.clone()), 443).await {
        Ok(route) => route,
        Err(error) => return Probe::Failed(error),
    };
    let Some(at) = route.addresses().iter().min_by_key(|address| address.is_ipv6()) else {
        return Probe::Skipped(SkipReason::NotApplicable);
    };
    let time = HANDSHAKE.min(settings.fetcher.limits().total);
    tls::probe(*at, host, &settings.roots, now, time).await
}

/// Names of hosts a visitor's browser meets, in the order of the pages.
pub(super) fn hosts_met(pages: &[PageFacts]) -> Vec<DomainName> {
    let mut out: Vec<DomainName> = Vec::new();
    for page in pages {
        let hops = page.hops.iter().map(|hop| &hop.host);
        let resources = page.resources.iter().filter(|r| r.contact > Contact::Permitted).map(|r| &r.host);
        // Whoever writes a page must not make us ask for names of this network.
        for name in hops.chain(resources).filter(|host| !host.is_internal()).filter_map(PageHost::name) {
            if !out.contains(name) {
                out.push(name.clone());
            }
        }
    }
    out
}

/// What the tables say of address literals.
pub(super) fn add_literals(pages: &mut [PageFacts], tables: &IpTables) {
    for resource in pages.iter_mut().flat_map(|page| &mut page.resources) {
        if let PageHost::Ip(ip) = resource.host
            && resource.addresses.is_empty()
        {
            resource.addresses.push(tables.facts(ip));
        }
    }
}

/// What the registry of the top-level domain says of a registrable domain.
pub(super) async fn registration(
    settings: &PageSettings,
    session: &Session<'_>,
    name: &DomainName,
) -> Probe<DomainRegistration> {
    let Some(url) = rdap::url_for(name) else { return Probe::Skipped(SkipReason::NotApplicable) };
    let server = url.host_str().unwrap_or_default().to_owned();
    let got = settings.fetcher.document(session, &url, "application/rdap+json", rdap::MAX_BODY + 1).await;
    match got.facts.hops.last().map(|hop| &hop.answer) {
        Some(Probe::Found(answer)) => rdap::read(name, &server, answer.status, &got.body),
        Some(Probe::Failed(error)) => Probe::Failed(error.clone()),
        Some(Probe::Skipped(reason)) => Probe::Skipped(*reason),
        Some(Probe::Absent) | None => Probe::default(),
    }
}
