//! What was seen, never what it means. Everything downstream is a pure function of this, so an audit can be judged
//! again years later. Nothing here says whether something is good or bad.

mod address;
mod dns;
mod file;
mod page;
mod registration;
mod special;
mod tls;

pub use address::{AddressFacts, AsnFact, PlaceFact, RegistrationFact};
pub use dns::{
    Answer, AutodiscoverFact, CaaFact, DkimFact, DmarcFacts, HostFacts, MailFacts, MxFact, NsFacts, RoleHint, SpfFacts,
    SpfMechanism, SpfQualifier, SpfResult, SpfTerm, Status, Transport, TxtPolicy, WebFacts,
};
pub use file::{BadEvidence, Judged, SCHEMA, Saved, digest, read, read_with_lines, write};
pub use page::{Capture, Consent, Contact, Hop, PageFacts, PageHost, ResourceFact, Response, Robots, Use};
pub use registration::{DomainRegistration, NamedAs, NamedAt};
pub use special::{Special, carried_address, special_purpose};
pub use tls::{CertificateFact, TlsFacts, Trust};

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Asn, CountryCode, DomainName, Target, suffix_list_version};

/// Result of one attempt to learn something. "No MX" is not "MX unknown".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Probe<T> {
    /// It was seen.
    Found(T),
    /// It was asked, and an authoritative "there is none" came back.
    Absent,
    /// It was asked, and no usable answer came back.
    Failed(ProbeError),
    /// It was not asked.
    Skipped(SkipReason),
}

impl<T> Probe<T> {
    /// The value, where one was seen.
    pub fn found(&self) -> Option<&T> {
        match self {
            Self::Found(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it is what nobody asked; left out when evidence is written.
    pub(crate) fn is_not_asked(&self) -> bool {
        matches!(self, Self::Skipped(SkipReason::NotAsked))
    }
}

impl<T> Default for Probe<T> {
    fn default() -> Self {
        Self::Skipped(SkipReason::NotAsked)
    }
}

/// Why no usable answer came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeError {
    /// Closed list.
    pub status: Status,
    /// What was tried, in words of the protocol; may hold text from outside.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// Why something was not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SkipReason {
    /// Nobody asked for it.
    NotAsked,
    /// The recording holds no answer for this name and type: nothing is known.
    NotRecorded,
    /// A cap was reached.
    Cap,
    /// The question makes no sense here (the MX of an address, the address of a null MX).
    NotApplicable,
    /// Offline.
    Offline,
    /// The address is not part of the public Internet and nobody allowed it (`--allow-private`).
    NotPublic,
    /// The site's robots.txt forbids it.
    Robots,
}

/// A JSON pointer (RFC 6901) into the evidence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pointer(String);

impl Pointer {
    /// Builds a pointer from its steps, escaping `~` and `/`.
    #[must_use]
    pub fn new<S: AsRef<str>>(steps: &[S]) -> Self {
        let mut text = String::new();
        for step in steps {
            text.push('/');
            text.push_str(&step.as_ref().replace('~', "~0").replace('/', "~1"));
        }
        Self(text)
    }

    /// The pointer as text, such as `/hosts/www.example.fr/addresses/found/0`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a conclusion rests on: something seen, or something recorded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ref {
    /// Pointer into the evidence.
    Evidence(Pointer),
    /// Id in the knowledge base, with its kind: `operator/ovhcloud`, `edge/ovh-sas/ovh-groupe`, `law/us-cloud-act`.
    Kb(String),
}

/// Everything seen about one target in one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Number of this shape; a reader refuses a newer one.
    pub schema: u32,
    /// What was asked about.
    pub target: Target,
    /// When the observation began, UTC.
    pub taken_at: Timestamp,
    /// From where it was asked.
    pub vantage: Vantage,
    /// Local tables consulted while observing, with their dates.
    pub sources: Sources,
    /// The registrable domain of the target and the zone it lives in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registrable: Option<DomainName>,
    /// The web names: the target and its www or apex sibling.
    #[serde(default)]
    pub web: Vec<WebFacts>,
    /// The zone cut above the target and its name servers.
    #[serde(default)]
    pub ns: NsFacts,
    /// Mail: MX, SPF, DMARC and what points at the mailbox.
    #[serde(default)]
    pub mail: MailFacts,
    /// TXT strings at the name mail was asked at (verification tokens are among them).
    #[serde(default)]
    pub txt: Probe<Vec<String>>,
    /// CAA records that apply, found at the name or above it.
    #[serde(default)]
    pub caa: Probe<Vec<CaaFact>>,
    /// Looks at the page: our own fetch, recordings of browsers; several when before and after consent are apart.
    #[serde(default, skip_serializing_if = "Probe::is_not_asked")]
    pub pages: Probe<Vec<PageFacts>>,
    /// What the registry says about the registrable domain; asked for by `--registration` only.
    #[serde(default, skip_serializing_if = "Probe::is_not_asked")]
    pub registration: Probe<DomainRegistration>,
    /// Where files of the user named the target, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named_at: Vec<NamedAt>,
    /// Every host whose addresses were asked: web names, name servers, mail hosts, autodiscover hosts, hosts of the
    /// page. For an address target the map is empty and `address` is set.
    #[serde(default)]
    pub hosts: BTreeMap<DomainName, HostFacts>,
    /// The address that was asked about, for an address target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<AddressFacts>,
    /// Every DNS answer with its wire bytes, sorted by name and type.
    #[serde(default)]
    pub answers: Vec<Answer>,
}

impl Evidence {
    /// Evidence of which nothing was asked yet.
    #[must_use]
    pub fn of_nothing(target: Target, taken_at: Timestamp, vantage: Vantage, ip_tables: Vec<TableInfo>) -> Self {
        Self {
            schema: SCHEMA,
            registrable: target.name().and_then(DomainName::registrable),
            target,
            taken_at,
            vantage,
            sources: Sources {
                tool: env!("CARGO_PKG_VERSION").to_owned(),
                ip_tables,
                suffix_list: suffix_list_version().to_owned(),
            },
            web: Vec::new(),
            ns: NsFacts::default(),
            mail: MailFacts::default(),
            txt: Probe::default(),
            caa: Probe::default(),
            pages: Probe::default(),
            registration: Probe::default(),
            named_at: Vec::new(),
            hosts: BTreeMap::new(),
            address: None,
            answers: Vec::new(),
        }
    }
}

/// From where and through whom was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Vantage {
    /// Country the user says the run was made from; never guessed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<CountryCode>,
    /// Network the user says the run was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asn: Option<Asn>,
    /// The resolvers asked, `IP:PORT`, in order; empty for a recording.
    #[serde(default)]
    pub resolvers: Vec<String>,
    /// Where the resolvers came from: a path such as `/etc/resolv.conf`, `--resolver`, or `--records`.
    #[serde(default)]
    pub chosen_by: String,
    /// Set when answers come from a recording: file name (without directory) and SHA-256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<Recording>,
    /// Connections were mapped by `--connect-to`, in curl's form; nothing else was dialled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub connect_to: Vec<String>,
    /// Proxy that HTTP went through, without its credentials: which addresses may be dialled was the proxy's to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
    /// Addresses outside the public Internet could be dialled (`--allow-private`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allow_private: bool,
}

/// A file of recorded DNS answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// File name without its directory.
    pub name: String,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
}

/// Tables consulted while observing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Sources {
    /// Release of the tool that observed.
    pub tool: String,
    /// IP tables in the order they were asked.
    #[serde(default)]
    pub ip_tables: Vec<TableInfo>,
    /// Version of the Public Suffix List.
    pub suffix_list: String,
}

/// One IP table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableInfo {
    /// `embedded`, or the file name of a user's table.
    pub id: String,
    /// What the table calls itself.
    pub kind: String,
    /// Date of its data, `YYYY-MM-DD`.
    pub date: String,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
}
