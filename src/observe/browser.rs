//! A page as a real browser meets it: scripts run, and every host they ask is seen.
//!
//! An installed Chromium is driven over its DevTools protocol, without a port for it. **It connects to nothing but a proxy
//! of ours on loopback**, which dials by the rules of every other connection ([`Dialer`]): our DNS client, no private
//! address, ports 80 and 443, `--connect-to`. The browser's profile is new and removed afterwards; nothing is clicked,
//! typed, granted or downloaded, windows the page opens are closed and dialogs dismissed.
//!
//! The facts are those of a recording that was imported, but that addresses are those the proxy dialled, and that a host
//! that was connected to without a request is seen. As in every recording, hosts that are named without being asked
//! (forms, policies) are missing, and so are hints: in a profile that is not kept Chromium follows no `preconnect`.

mod drive;
mod launch;
mod protocol;
mod proxy;
mod record;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use url::Url;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::ask::Session;
use super::dialer::Dialer;
use super::har::{self, HarLimits};
use super::ip::IpTables;
use crate::evidence::{Capture, Contact, Hop, PageFacts, PageHost, Probe, ProbeError, ResourceFact, Status, Use};
use drive::{Drive, Fault, Looked};
use proxy::{Dialled, Log, Proxy};

/// Set where the sandbox of the browser was off.
const SANDBOX_OFF: &str = "sandbox-off";

/// Set where errors of certificates under the user's own roots were passed over.
const CERTIFICATE_ERRORS_IGNORED: &str = "certificate-errors-ignored";

/// Bounds of one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserLimits {
    /// Longest a page may load.
    pub total: Duration,
    /// How long nothing may happen before a page counts as loaded.
    pub quiet: Duration,
    /// Requests.
    pub requests: usize,
    /// Connections.
    pub connections: u64,
    /// Octets in both directions.
    pub octets: u64,
}

impl Default for BrowserLimits {
    fn default() -> Self {
        Self {
            total: Duration::from_secs(30),
            quiet: Duration::from_secs(1),
            requests: 2000,
            connections: 2000,
            octets: 256 << 20,
        }
    }
}

/// Which browser, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BrowserSettings {
    /// The browser's file; `None` for the first that is installed.
    pub path: Option<PathBuf>,
    /// Directories it is looked for in, and that it sees as its `PATH`.
    pub search: Vec<PathBuf>,
    /// Runs it without its sandbox, as root has to.
    pub no_sandbox: bool,
    /// Hashes of the keys of the user's own roots (see [`spki_sha256`]). **All** errors of certificates are passed over
    /// where the chain a host sends holds such a key, which the facts say.
    pub ca_spki: Vec<[u8; 32]>,
    /// Bounds.
    pub limits: BrowserLimits,
}

/// Why no browser looked at the page. What a page does, or does not, is in its facts instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoBrowser {
    /// None is installed.
    #[error("no Chromium or Chrome is installed (chromium, google-chrome, ... on PATH)")]
    Absent,
    /// The file the user names is no program.
    #[error("{}: not a program", .0.display())]
    NotThere(PathBuf),
    /// Pipes to a browser exist on Unix only.
    #[error("a browser can be driven on Unix only")]
    Unsupported,
    /// Root, with the sandbox on.
    #[error("the browser's sandbox does not work for root: run as another user, or without it (--no-sandbox)")]
    Root,
    /// The system gives it none.
    #[error("the browser finds no sandbox it can use on this system; --no-sandbox runs it without")]
    Sandbox,
    /// Not started.
    #[error("the browser cannot be started: {0}")]
    Start(String),
    /// Ended by itself; its last words are text from outside.
    #[error("the browser ended early ({0})")]
    Died(String),
    /// Connected to something else than our proxy.
    #[error("the browser does not keep to the proxy it is given: {0}")]
    PastProxy(String),
    /// Does not do what it is told.
    #[error("the browser does not answer as expected: {0}")]
    Protocol(String),
    /// Not http or https, or without a host that can be asked.
    #[error("not an address of a web page")]
    Url,
}

/// SHA-256 of a certificate's key (`SubjectPublicKeyInfo`); `None` for what is no certificate.
#[must_use]
pub fn spki_sha256(der: &[u8]) -> Option<[u8; 32]> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    Some(Sha256::digest(certificate.public_key().raw).into())
}

/// The browser that [`capture`] would run.
///
/// # Errors
/// Where there is none.
pub fn find(settings: &BrowserSettings) -> Result<PathBuf, NoBrowser> {
    launch::find(settings)
}

/// Lets a browser look at a page. Needs a Tokio runtime with I/O and time.
///
/// # Errors
/// Only where no browser could look, or one that cannot be trusted; the page may then be fetched without.
pub async fn capture(
    session: &Session<'_>,
    dialer: &Dialer,
    url: &Url,
    tables: &IpTables,
    settings: &BrowserSettings,
) -> Result<PageFacts, NoBrowser> {
    let host = PageHost::of(url).filter(|_| matches!(url.scheme(), "http" | "https")).ok_or(NoBrowser::Url)?;
    let proxy = Proxy::open(session, dialer, &settings.limits).await;
    let proxy = proxy.map_err(|error| NoBrowser::Start(format!("no proxy for it: {error}")))?;
    let (mut running, pipe) = launch::start(settings, proxy.address())?;
    let mut drive = Drive::new(pipe, &proxy, &settings.limits);
    let looked = tokio::select! {
        looked = drive.look(url.as_str()) => looked,
        () = proxy.serve() => Err(Fault::Ended),
    };
    let looked = match looked {
        Ok(looked) => looked,
        Err(Fault::Ended) => return Err(running.obituary().await),
        Err(Fault::Unfit(why)) => return Err(why),
    };
    running.end(drive.pipe).await;
    let log = proxy.log().clone();
    let mut facts = facts(looked, &log, tables, settings);
    if facts.hops.is_empty() {
        facts.hops.push(never_asked(url, host));
    }
    Ok(facts)
}

fn facts(looked: Looked, log: &Log, tables: &IpTables, settings: &BrowserSettings) -> PageFacts {
    let mut facts = PageFacts::of_nothing(Capture::Browser);
    let Looked { software, recorder, screenshot, capped } = looked;
    facts.software = software;
    facts.screenshot = screenshot;
    facts.capped = capped;
    har::fill(&mut facts, recorder.finish(log), tables, &HarLimits::default());
    // The addresses are not a proxy's, however many hosts share one.
    facts.flags.clear();
    if settings.no_sandbox {
        facts.flags.push(SANDBOX_OFF.to_owned());
    }
    if !settings.ca_spki.is_empty() {
        facts.flags.push(CERTIFICATE_ERRORS_IGNORED.to_owned());
    }
    if log.over > 0 {
        facts.capped.push(format!("connections or octets: {} connections cut", log.over));
    }
    for hop in &mut facts.hops {
        explain(hop, log);
    }
    add_dialled(&mut facts, log, tables);
    facts.capped.sort();
    facts.flags.sort();
    facts
}

/// The browser knows only that the proxy did not connect; the proxy knows why.
fn explain(hop: &mut Hop, log: &Log) {
    let Probe::Failed(error) = &mut hop.answer else { return };
    let dialled = record::place(&hop.url).and_then(|place| log.dialled.get(&place));
    if let Some(Dialled { connections: 0, refusal: Some(refusal), .. }) = dialled {
        error.clone_from(refusal);
    }
}

/// All addresses that were dialled for a host, and hosts that were connected to without a request.
fn add_dialled(facts: &mut PageFacts, log: &Log, tables: &IpTables) {
    let mut by_host: BTreeMap<&PageHost, BTreeSet<IpAddr>> = BTreeMap::new();
    for ((host, _), dialled) in log.dialled.iter().filter(|(_, dialled)| dialled.connections > 0) {
        by_host.entry(host).or_default().extend(&dialled.addresses);
    }
    let is_hop = |host: &PageHost| facts.hops.iter().any(|hop| hop.host == *host);
    let mut opened = Vec::new();
    for (host, ips) in by_host {
        let addresses = ips.into_iter().map(|ip| tables.facts(ip)).collect();
        match facts.resources.iter_mut().find(|resource| resource.host == *host) {
            Some(resource) if resource.contact == Contact::Contacted => resource.addresses = addresses,
            Some(resource) => {
                resource.contact = Contact::Contacted;
                resource.uses.push(Use::Preconnect);
                resource.uses.sort();
                resource.uses.dedup();
                resource.addresses = addresses;
            }
            None if is_hop(host) => {}
            None => opened.push(ResourceFact {
                host: host.clone(),
                contact: Contact::Contacted,
                uses: vec![Use::Preconnect],
                count: 1,
                path: String::new(),
                named_by: Vec::new(),
                addresses,
                cookies: Vec::new(),
            }),
        }
    }
    facts.resources.extend(opened);
    facts.resources.sort_by(|a, b| a.host.cmp(&b.host));
}

fn never_asked(url: &Url, host: PageHost) -> Hop {
    let error = ProbeError { status: Status::Incomplete, detail: "the browser asked for nothing".to_owned() };
    let mut bare = url.clone();
    // Neither fails for a URL that has a host.
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    bare.set_query(None);
    bare.set_fragment(None);
    Hop { url: bare.into(), host, address: None, answer: Probe::Failed(error) }
}
