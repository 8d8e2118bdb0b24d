//! Puts together what an observation needs: tables, a resolver or recorded answers, options.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use sha2::{Digest, Sha256};

use super::out::Out;
use super::settings::{Observation, Settings};
use super::stop::Stop;
use crate::evidence::{
    Answer, Evidence, HostFacts, PageFacts, PageHost, Probe, ProbeError, Recording, RoleHint, Status, TableInfo,
    Vantage, WebFacts,
};
use crate::observe::browser::{self, BrowserLimits, BrowserSettings, spki_sha256};
use crate::observe::dialer::{ConnectTo, DialPolicy, Dialer};
use crate::observe::dns::{Client, Records, Resolver, Settings as DnsSettings, system_upstreams};
use crate::observe::har::{self, BadHar, HarLimits};
use crate::observe::http::{FetchLimits, Fetcher};
use crate::observe::ip::{IpTableFault, IpTables};
use crate::observe::roots::Roots;
use crate::observe::{Asked, Limits, Observer, Options, PageSettings};

/// Largest recording, in bytes.
const MAX_RECORDING: u64 = 512 << 20;

/// Faults of a recording that are printed; a file of the wrong kind has one a line.
const MAX_FAULTS: usize = 20;

/// The embedded table, with the user's before it.
///
/// # Errors
/// A table that cannot be used.
pub(crate) fn tables(settings: &Settings) -> Result<IpTables, Stop> {
    let mut tables = IpTables::embedded().map_err(|e| Stop::local(e.to_string()))?;
    for path in &settings.mmdb {
        tables.add_file(path).map_err(|e| match e.what {
            IpTableFault::Read(_) => Stop::local(e.to_string()),
            _ => Stop::usage(e.to_string()),
        })?;
    }
    Ok(tables)
}

/// Why no observation can begin although nothing is wrong with the input: nobody to ask.
#[derive(Debug)]
pub(crate) struct NoResolver {
    /// What was tried, and what came of it.
    pub(crate) tried: String,
    /// The tables, for the evidence.
    pub(crate) tables: Vec<TableInfo>,
}

/// An observer for these targets.
///
/// # Errors
/// Input that cannot be used; `Ok(Err(_))` when this machine has no resolver to ask.
pub(crate) async fn observer(
    settings: &Settings,
    observation: &Observation,
    targets: &[Asked],
) -> Result<Result<Observer, NoResolver>, Stop> {
    let tables = tables(settings)?;
    let mut vantage = observation.vantage.clone();
    let resolver = if let Some(path) = &observation.records {
        let (records, recording) = read_records(path)?;
        "--records".clone_into(&mut vantage.chosen_by);
        vantage.recording = Some(recording);
        Resolver::Recorded(records)
    } else if settings.offline {
        if targets.iter().any(|asked| asked.target.name().is_some() && asked.captures.is_empty()) {
            return Err(Stop::usage(
                "--offline: a name needs DNS; use --records FILE, --har FILE, `jurisdig replay`, or `jurisdig who`",
            ));
        }
        "--offline".clone_into(&mut vantage.chosen_by);
        Resolver::Recorded(Records::default())
    } else {
        match network(settings, observation, &mut vantage).await {
            Ok(client) => Resolver::Network(client),
            Err(tried) => return Ok(Err(NoResolver { tried, tables: tables.infos() })),
        }
    };
    let services = (!observation.services.is_empty()).then(|| observation.services.iter().copied().collect());
    let limits = Limits { deadline: settings.timeout, ..Limits::default() };
    let page = page(settings, observation, &mut vantage)?;
    Ok(Ok(Observer::new(resolver, tables, Options { vantage, services, limits, page })))
}

/// How pages are looked at; `None` where nothing is sent to sites. Who reads recorded answers sends nothing to anybody,
/// unless it is said where connections are to go.
fn page(settings: &Settings, observation: &Observation, vantage: &mut Vantage) -> Result<Option<PageSettings>, Stop> {
    let is_recorded = observation.records.is_some() && settings.connect_to.is_empty();
    if settings.offline || is_recorded || (observation.no_page && !observation.registration) {
        return Ok(None);
    }
    let mut roots = Roots::compiled_in();
    let mut ca_spki = Vec::new();
    for path in &observation.ca_files {
        let place = path.display();
        let pem = std::fs::read(path).map_err(|e| Stop::local(format!("{place}: {e}")))?;
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        ca_spki.extend(keys(&pem));
        roots = roots.with_file(&name, &pem).map_err(|e| Stop::usage(format!("{place}: {e}")))?;
    }
    if observation.proxy.is_some() && !settings.connect_to.is_empty() {
        return Err(Stop::usage("--proxy and --connect-to: one of them says where connections go, not both"));
    }
    let policy = DialPolicy {
        connect_to: settings.connect_to.clone(),
        allow_private: observation.allow_private,
        proxy: observation.proxy.clone(),
        ..DialPolicy::default()
    };
    vantage.connect_to = policy.connect_to.iter().map(ToString::to_string).collect();
    vantage.proxy = policy.proxy.as_ref().map(ToString::to_string);
    vantage.allow_private = policy.allow_private;
    // The rest of the time is for the hosts that a page leads to.
    let mut limits = FetchLimits { total: settings.timeout * 3 / 4, ..FetchLimits::default() };
    // Politeness is owed to the sites of others; who maps every connection to this machine asks nobody.
    let is_local = |one: &ConnectTo| matches!(&one.to_host, Some(PageHost::Ip(ip)) if ip.is_loopback());
    if !policy.connect_to.is_empty() && policy.connect_to.iter().all(is_local) {
        limits.interval = Duration::ZERO;
    }
    let fetcher = Fetcher::new(Dialer::new(policy), roots.client_config(), limits);
    Ok(Some(PageSettings {
        browser: browser_settings(observation, ca_spki),
        fetcher,
        roots,
        fetches: !observation.no_page,
        certificates: !observation.no_page,
        asks_registry: observation.registration,
    }))
}

/// Says at once where no browser can be run; pages are then fetched without one.
pub(crate) fn settle_browser(observation: &mut Observation, out: &mut Out) {
    let Some(settings) = browser_settings(observation, Vec::new()) else { return };
    if let Err(why) = browser::find(&settings) {
        out.note(&format!("--browser: {why}; pages are fetched without it"));
        observation.browser = None;
    }
}

fn browser_settings(observation: &Observation, ca_spki: Vec<[u8; 32]>) -> Option<BrowserSettings> {
    observation.browser.as_ref().map(|(path, no_sandbox)| BrowserSettings {
        path: path.clone(),
        search: observation.search.clone(),
        no_sandbox: *no_sandbox,
        ca_spki,
        limits: BrowserLimits::default(),
    })
}

/// Hashes of the keys of a file's certificates, by which a browser lets them pass.
fn keys(pem: &[u8]) -> Vec<[u8; 32]> {
    let certificates = CertificateDer::pem_slice_iter(pem).filter_map(Result::ok);
    certificates.filter_map(|der| spki_sha256(&der)).collect()
}

/// What browsers recorded, read from the files of `--har` and `--har-after`.
///
/// # Errors
/// A file that cannot be read, or is no HAR.
pub(crate) fn recordings(settings: &Settings, observation: &Observation) -> Result<Vec<PageFacts>, Stop> {
    if observation.recordings.is_empty() {
        return Ok(Vec::new());
    }
    let tables = tables(settings)?;
    let mut out = Vec::new();
    for (path, consent) in &observation.recordings {
        let place = path.display();
        let file = std::fs::File::open(path).map_err(|e| Stop::local(format!("{place}: {e}")))?;
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let mut pages =
            har::read(std::io::BufReader::new(file), &name, &tables, &HarLimits::default()).map_err(|e| match e {
                BadHar::Read(_) => Stop::local(format!("{place}: {e}")),
                _ => Stop::usage(format!("{place}: {e}")),
            })?;
        for page in &mut pages {
            page.consent = consent.or(page.consent);
        }
        out.extend(pages);
    }
    Ok(out)
}

async fn network(settings: &Settings, observation: &Observation, vantage: &mut Vantage) -> Result<Client, String> {
    let (upstreams, chosen_by) = if observation.resolvers.is_empty() {
        system_upstreams().map_err(|e| e.to_string())?
    } else {
        (observation.resolvers.clone(), observation.chosen_by.to_owned())
    };
    vantage.resolvers = upstreams.iter().map(ToString::to_string).collect();
    vantage.chosen_by.clone_from(&chosen_by);
    // A resolver on this machine is nobody else's: no limit (trust.md, decision 4).
    let is_local = upstreams.iter().all(|u| u.ip().is_loopback());
    let mut dns = DnsSettings::new(upstreams, chosen_by);
    dns.rate = settings.rate.filter(|_| !is_local);
    Client::start(dns).await.map_err(|e| e.to_string())
}

fn read_records(path: &Path) -> Result<(Records, Recording), Stop> {
    let place = path.display();
    let cannot = |e: std::io::Error| Stop::local(format!("{place}: {e}"));
    let size = std::fs::metadata(path).map_err(cannot)?.len();
    if size > MAX_RECORDING {
        return Err(Stop::usage(format!("{place}: larger than {MAX_RECORDING} bytes")));
    }
    let bytes = std::fs::read(path).map_err(cannot)?;
    let sha256 = data_encoding::HEXLOWER.encode(&Sha256::digest(&bytes));
    let text = String::from_utf8(bytes).map_err(|_| Stop::usage(format!("{place}: not UTF-8")))?;
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let records = Records::parse(&text, &name).map_err(|faults| {
        let mut lines: Vec<String> =
            faults.iter().take(MAX_FAULTS).map(|f| format!("{place}:{}: {}", f.line, f.what)).collect();
        if faults.len() > MAX_FAULTS {
            lines.push(format!("{place}: {} more lines cannot be read", faults.len() - MAX_FAULTS));
        }
        Stop::usage_lines(lines)
    })?;
    Ok((records, Recording { name, sha256 }))
}

impl NoResolver {
    /// Evidence of a machine that has nobody to ask: every question failed before it was sent.
    pub(crate) fn evidence(&self, asked: Asked, taken_at: Timestamp) -> Evidence {
        let mut evidence = Evidence::of_nothing(asked.target, taken_at, Vantage::default(), self.tables.clone());
        evidence.named_at = asked.named_at;
        if !asked.captures.is_empty() {
            evidence.pages = Probe::Found(asked.captures);
        }
        evidence.vantage.chosen_by.clone_from(&self.tried);
        let Some(name) = evidence.target.name().cloned() else { return evidence };
        let error = ProbeError { status: Status::Local, detail: self.tried.clone() };
        evidence.web.push(WebFacts { host: name.clone(), is_target: true });
        evidence.hosts.insert(
            name.clone(),
            HostFacts { role_hints: vec![RoleHint::Web], ..HostFacts::of_addresses(Probe::Failed(error.clone())) },
        );
        evidence.ns.servers = Probe::Failed(error.clone());
        evidence.mail.mx = Probe::Failed(error.clone());
        evidence.mail.spf = Probe::Failed(error.clone());
        evidence.mail.dmarc = Probe::Failed(error.clone());
        evidence.txt = Probe::Failed(error);
        evidence.answers.push(Answer {
            name,
            rtype: "A".to_owned(),
            status: Status::Local,
            upstream: String::new(),
            transport: None,
            packets: 0,
            ttl: None,
            flags: Vec::new(),
            wire: String::new(),
            recorded: Vec::new(),
        });
        evidence
    }
}

/// Whether no resolver said anything in the form of DNS, be it an error.
pub(crate) fn is_mute(evidence: &Evidence) -> bool {
    if evidence.pages.found().is_some_and(|pages| pages.iter().any(|page| page.by.ran_scripts())) {
        return false;
    }
    let said_nothing = |a: &Answer| matches!(a.status, Status::Timeout | Status::Network | Status::Local);
    evidence.target.name().is_some()
        && evidence.vantage.recording.is_none()
        && !evidence.answers.is_empty()
        && evidence.answers.iter().all(said_nothing)
}
