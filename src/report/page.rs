//! Looks at the page and the certificate, in the published shape.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{CaptureId, ConsentId, ContactId, NamedAsId, PurposeId, RobotsId, StatusId, TrustId};
use crate::attribute::OnPage;
use crate::evidence::{Contact, Evidence, NamedAt, PageFacts, Probe, SkipReason};
use crate::safe::Untrusted;

/// How a page resource meets the visitor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OnPageReport {
    /// What it is for.
    pub purpose: PurposeId,
    /// The strongest contact.
    pub contact: ContactId,
    /// Number of its hosts.
    pub hosts: usize,
    /// Before or after consent, where recordings tell them apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentId>,
    /// It stands under a name of the site itself.
    pub alias: bool,
}

/// One look at the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PageReport {
    /// Who looked.
    pub by: CaptureId,
    /// Whether scripts ran; where they did not, what only scripts load is not listed.
    pub scripts_ran: bool,
    /// File it was read from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<Untrusted>,
    /// SHA-256 of that file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_sha256: Option<String>,
    /// Browser or tool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software: Option<Untrusted>,
    /// When, where that differs from the report's own time.
    #[schemars(with = "Option<String>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<Timestamp>,
    /// Before or after consent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentId>,
    /// What robots.txt said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub robots: Option<RobotsId>,
    /// The page asked for in the end, without query.
    pub url: Untrusted,
    /// Redirects on the way.
    pub redirects: usize,
    /// Status of the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why there is no page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<StatusId>,
    /// Hosts that were contacted.
    pub contacted: usize,
    /// Hosts a browser would contact.
    pub would_be_contacted: usize,
    /// Hosts only permitted, which count nowhere.
    pub permitted: Vec<String>,
    /// Names of cookies set by the page's own answers.
    pub cookies: Vec<Untrusted>,
    /// What was cut at a cap.
    pub capped: Vec<Untrusted>,
    /// What is odd about a recording.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Untrusted>,
    /// SHA-256 of the screenshot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub screenshot: Option<String>,
}

/// The certificate of the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CertificateReport {
    /// Whether it holds.
    pub trust: TrustId,
    /// Version of TLS.
    pub version: String,
    /// Issuer, to be believed only where it holds.
    pub issuer: Untrusted,
    /// End of validity.
    #[schemars(with = "Option<String>")]
    pub not_after: Option<Timestamp>,
    /// Number of names it is for.
    pub names: u32,
    /// What it was judged by.
    pub roots: String,
}

/// A place of a file that names the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NamedAtReport {
    /// The file, as the user named it.
    pub file: Untrusted,
    /// Line, from 1; 0 where lines mean nothing.
    pub line: u32,
    /// What stood there.
    pub what: NamedAsId,
}

/// A place of a file.
pub(super) fn named_at(at: &NamedAt) -> NamedAtReport {
    NamedAtReport { file: Untrusted::new(&at.file), line: at.line, what: at.what.into() }
}

impl From<OnPage> for OnPageReport {
    fn from(on: OnPage) -> Self {
        Self {
            purpose: on.purpose.into(),
            contact: on.contact.into(),
            hosts: on.hosts,
            consent: on.consent.map(Into::into),
            alias: on.is_alias,
        }
    }
}

/// Every look; none where nobody asked.
pub(super) fn pages(evidence: &Evidence) -> Vec<PageReport> {
    match &evidence.pages {
        Probe::Found(pages) => pages.iter().map(page).collect(),
        _ => Vec::new(),
    }
}

fn page(page: &PageFacts) -> PageReport {
    let last = page.hops.last();
    let count = |contact| page.resources.iter().filter(|r| r.contact == contact).count();
    let mut cookies: Vec<&String> =
        page.hops.iter().filter_map(|hop| hop.answer.found()).flat_map(|answer| &answer.cookies).collect();
    cookies.sort();
    cookies.dedup();
    let permitted = page.resources.iter().filter(|r| r.contact == Contact::Permitted);
    PageReport {
        by: page.by.into(),
        scripts_ran: page.by.ran_scripts(),
        file: page.file.as_ref().map(|file| Untrusted::new(&file.name)),
        file_sha256: page.file.as_ref().map(|file| file.sha256.clone()),
        software: Some(&page.software).filter(|s| !s.is_empty()).map(Untrusted::new),
        taken_at: page.taken_at,
        consent: page.consent.map(Into::into),
        robots: page.robots.map(Into::into),
        url: match (last, &page.file) {
            (Some(hop), _) => Untrusted::new(&hop.url),
            (None, Some(file)) => Untrusted::new(&file.name),
            (None, None) => Untrusted::default(),
        },
        redirects: page
            .hops
            .iter()
            .filter(|hop| hop.answer.found().is_some_and(|answer| answer.location.is_some()))
            .count(),
        status: page.document().map(|answer| answer.status),
        failed: match last.map(|hop| &hop.answer) {
            Some(Probe::Failed(error)) => Some(error.status.into()),
            Some(Probe::Skipped(SkipReason::NotPublic)) => Some(StatusId::Blocked),
            // The time was used up before it could be asked; robots.txt has a line of its own.
            Some(Probe::Skipped(SkipReason::Robots)) | Some(Probe::Found(_)) | None => None,
            Some(Probe::Skipped(_) | Probe::Absent) => Some(StatusId::Timeout),
        },
        contacted: count(Contact::Contacted),
        would_be_contacted: count(Contact::WouldBeContacted),
        permitted: permitted.map(|r| r.host.to_string()).collect(),
        cookies: cookies.into_iter().map(Untrusted::new).collect(),
        capped: page.capped.iter().map(Untrusted::new).collect(),
        flags: page.flags.iter().map(Untrusted::new).collect(),
        screenshot: page.screenshot.clone(),
    }
}

/// The certificate of the target, where one was seen.
pub(super) fn certificate(evidence: &Evidence) -> Option<CertificateReport> {
    let tls = evidence.hosts.get(evidence.target.name()?)?.tls.found()?;
    let leaf = tls.chain.first();
    Some(CertificateReport {
        trust: tls.trust.into(),
        version: tls.version.clone(),
        issuer: Untrusted::new(leaf.map_or("", |c| c.issuer.as_str())),
        not_after: leaf.map(|c| c.not_after),
        names: leaf.map_or(0, |c| c.name_count),
        roots: tls.roots.clone(),
    })
}
