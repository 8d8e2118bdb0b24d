//! DNS facts, and the answers they were read from.

use serde::{Deserialize, Serialize};

use super::{AddressFacts, Probe};
use crate::model::DomainName;

/// Closed list of what became of a question. Only `ok`, `nodata` and `nxdomain` are answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Records of the type asked.
    Ok,
    /// The name exists, without records of this type.
    Nodata,
    /// The name does not exist.
    Nxdomain,
    /// RCODE 2.
    Servfail,
    /// RCODE 5.
    Refused,
    /// RCODE 1, also without EDNS.
    Formerr,
    /// RCODE 4.
    Notimp,
    /// Another RCODE.
    OtherRcode,
    /// No datagram with the right id and question came in time.
    Timeout,
    /// A referral to somewhere else instead of an answer.
    Lame,
    /// A CNAME chain that comes back to itself.
    CnameLoop,
    /// A CNAME chain of more than 16 steps.
    CnameTooLong,
    /// Not a DNS message, or none that can be read or believed (records of another name only, "no such name" with
    /// records), over UDP and over TCP.
    Malformed,
    /// Truncated, and no whole answer over TCP.
    Truncated,
    /// The network of this machine refused to send, or reported the resolver's port unreachable.
    Network,
    /// A limit of this machine (file handles) stopped the question.
    Local,
    /// The resolver's own check of DNSSEC failed (SERVFAIL with extended error 6, or 7 to 12 which say what failed).
    Bogus,
    /// A name that no question can be made of: the records that answer name nothing but such names.
    BadName,
    /// The recording has no line for this name and type.
    NotRecorded,
    /// The address, port or scheme is not one we connect to; nothing was sent.
    Blocked,
    /// The host has no address to connect to, or none could be learnt.
    NoAddress,
    /// The other side refused the connection.
    ConnectionRefused,
    /// The connection was reset.
    Reset,
    /// Something came, and the rest took longer than the deadline.
    Slow,
    /// The answer ended before it was whole.
    Incomplete,
    /// Not HTTP, or an answer that breaks its rules.
    BadHttp,
    /// Header larger than the cap.
    TooLarge,
    /// More redirects than the cap, or a loop of them.
    TooManyRedirects,
    /// A redirect to no place, or to one that cannot be read.
    BadRedirect,
    /// The server is busy (429, 503) and asked to be left alone.
    Busy,
    /// The other side answers in plain text where TLS was begun.
    NotTls,
    /// TLS ended by an alert of the other side.
    TlsAlert,
    /// Only versions of TLS older than 1.2 are offered.
    TlsOldVersion,
    /// Bytes that are no TLS.
    TlsGarbage,
    /// A handshake larger than any.
    TlsTooLarge,
    /// The other side closed the connection during the handshake.
    TlsClosed,
    /// The chain does not hold; which rule it breaks stands with the certificate.
    TlsUntrusted,
}

/// How a message travelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// UDP.
    Udp,
    /// TCP.
    Tcp,
    /// From a recording.
    Recorded,
}

/// One question and the answer that was taken for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Name asked.
    pub name: DomainName,
    /// Type asked, mnemonic such as `MX`.
    pub rtype: String,
    /// What became of it.
    pub status: Status,
    /// Resolver that answered, `IP:PORT`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub upstream: String,
    /// How it travelled; absent when nothing came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport: Option<Transport>,
    /// Packets sent for this question and the ones its CNAME chain made necessary, TCP queries included.
    pub packets: u32,
    /// Smallest TTL among the records used, seconds, clamped to a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u32>,
    /// What was odd, each of a closed list, sorted: `bad-record`, `broken-tail`, `case-mismatch`, `failover`,
    /// `foreign-records`, `no-edns`, `no-soa`, `odd-name`, `odd-opcode`, `several-cnames`, `trailing-bytes`,
    /// `ttl-clamped`, `two-opt`, and `ede-N` for an extended DNS error.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
    /// Wire bytes of the message, base64; presentation-format lines for a recording stand in `recorded`. A CNAME chain
    /// that took several messages has all of them in order, separated by commas. Of a failure, the message it was read
    /// from, up to 4096 bytes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub wire: String,
    /// The recorded lines used, in presentation format.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recorded: Vec<String>,
}

/// Why a host's addresses were asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoleHint {
    /// It is a web name.
    Web,
    /// It is an MX host.
    Mx,
    /// It is a name server.
    Ns,
    /// It is an autodiscover target.
    Autodiscover,
    /// The page names it, a browser asked it, or a redirect of the page went through it.
    Page,
}

/// One host and its addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostFacts {
    /// Why it was asked, sorted.
    pub role_hints: Vec<RoleHint>,
    /// Names the CNAME chain goes through, in order, without the host itself.
    #[serde(default)]
    pub cname_chain: Vec<DomainName>,
    /// Addresses, A and AAAA, sorted. `Absent`: neither; see `nxdomain`.
    pub addresses: Probe<Vec<AddressFacts>>,
    /// The name does not exist at all.
    #[serde(default)]
    pub nxdomain: bool,
    /// Address family that could not be asked although the other answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partial: Option<super::ProbeError>,
    /// The certificate it shows on port 443.
    #[serde(default, skip_serializing_if = "Probe::is_not_asked")]
    pub tls: Probe<super::TlsFacts>,
}

impl HostFacts {
    /// Facts of a host of which nothing but the state of its addresses is known.
    #[must_use]
    pub fn of_addresses(addresses: Probe<Vec<AddressFacts>>) -> Self {
        Self {
            role_hints: Vec::new(),
            cname_chain: Vec::new(),
            addresses,
            nxdomain: false,
            partial: None,
            tls: Probe::default(),
        }
    }
}

/// One web name. Its addresses stand in `hosts`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebFacts {
    /// The name.
    pub host: DomainName,
    /// Whether it is the target itself; else its www or apex sibling.
    pub is_target: bool,
}

/// The zone cut above the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct NsFacts {
    /// Name of the zone, found by asking for NS upwards from the target to its registrable domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<DomainName>,
    /// Its name servers, sorted. Their addresses stand in `hosts`.
    #[serde(default)]
    pub servers: Probe<Vec<DomainName>>,
}

/// Mail of the target, or of its registrable domain where the target has no MX.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct MailFacts {
    /// Name the MX was taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<DomainName>,
    /// MX records as published, null MX included, sorted by preference, then host.
    #[serde(default)]
    pub mx: Probe<Vec<MxFact>>,
    /// SPF, at the same name as MX, then at the registrable domain.
    #[serde(default)]
    pub spf: Probe<SpfFacts>,
    /// DMARC at the name, then at the registrable domain.
    #[serde(default)]
    pub dmarc: Probe<DmarcFacts>,
    /// MTA-STS record (`_mta-sts`), text.
    #[serde(default)]
    pub mta_sts: Probe<TxtPolicy>,
    /// TLS-RPT record (`_smtp._tls`) and its report receivers.
    #[serde(default)]
    pub tls_rpt: Probe<TxtPolicy>,
    /// autodiscover: CNAME chain or SRV target.
    #[serde(default)]
    pub autodiscover: Probe<Vec<AutodiscoverFact>>,
    /// DKIM selectors that exist, with the CNAME they point through.
    #[serde(default)]
    pub dkim: Probe<Vec<DkimFact>>,
}

/// One MX record. A null MX (RFC 7505) has no host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MxFact {
    /// Preference, lower first.
    pub preference: u16,
    /// Host; `None` for a null MX (`.`).
    pub host: Option<DomainName>,
}

/// SPF as published and walked (RFC 7208).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct SpfFacts {
    /// Name the record was taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<DomainName>,
    /// All `v=spf1` records at that name; more than one is a permanent error.
    pub records: Vec<String>,
    /// What the walk met, in order, redirects and includes descended into.
    pub terms: Vec<SpfTerm>,
    /// DNS-causing terms counted by section 4.6.4 (limit 10).
    pub lookups: u32,
    /// Look-ups without an answer counted by section 4.6.4 (limit 2).
    pub voids: u32,
    /// What a receiver would make of the record as such.
    pub result: SpfResult,
    /// The walk ended at our own cap (40 names, depth 10): there may be more.
    #[serde(default)]
    pub capped: bool,
}

/// Whether the record as such is usable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum SpfResult {
    /// Usable.
    #[default]
    Ok,
    /// A permanent error, with the rule broken; what was seen is listed all the same.
    PermError(String),
    /// A name could not be asked.
    TempError(String),
}

/// Mechanisms and modifiers that can name somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SpfMechanism {
    /// `include:`
    Include,
    /// `redirect=`
    Redirect,
    /// `a` or `a:`
    A,
    /// `mx` or `mx:`
    Mx,
    /// `exists:`
    Exists,
    /// `ptr`
    Ptr,
    /// `ip4:`
    Ip4,
    /// `ip6:`
    Ip6,
    /// `all`
    All,
}

/// What a match of the mechanism means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SpfQualifier {
    /// `+` or none: may send.
    Pass,
    /// `?`: no statement.
    Neutral,
    /// `~`: probably may not.
    Softfail,
    /// `-`: may not.
    Fail,
}

/// One term met by the walk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpfTerm {
    /// Name whose record holds the term.
    pub at: DomainName,
    /// How deep below the domain's own record, 0 for its own terms.
    pub depth: u32,
    /// What it is.
    pub mechanism: SpfMechanism,
    /// Its qualifier.
    pub qualifier: SpfQualifier,
    /// The domain or network it names, as written; text from outside. Empty when it means the domain itself.
    pub target: String,
    /// Part after the last macro, when the target has macros (they are never expanded): what can be compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_macro: Option<String>,
    /// Whether a message can pass through this term: qualifier pass on it and on all includes above it, and nothing
    /// that always matches before it.
    pub can_pass: bool,
    /// What the tables say of the first address of an `ip4` or `ip6` that can pass, for the first 16 of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<Box<AddressFacts>>,
}

/// DMARC record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DmarcFacts {
    /// Name the policy was taken from (without `_dmarc.`).
    pub domain: DomainName,
    /// The record's text.
    pub record: String,
    /// `p=`, lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// Domains of the aggregate-report addresses (`rua`), sorted; local parts are not kept.
    pub rua: Vec<DomainName>,
    /// Domains of the failure-report addresses (`ruf`), sorted.
    pub ruf: Vec<DomainName>,
}

/// A TXT policy record kept as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TxtPolicy {
    /// Text of the record.
    pub record: String,
    /// Domains of report addresses in it, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receivers: Vec<DomainName>,
}

/// Where `autodiscover.DOMAIN` or `_autodiscover._tcp.DOMAIN` leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutodiscoverFact {
    /// Name asked.
    pub name: DomainName,
    /// Names it leads to, in order: CNAME chain, or the SRV target.
    pub targets: Vec<DomainName>,
    /// `true` for the SRV form.
    pub srv: bool,
}

/// A DKIM selector that exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DkimFact {
    /// The selector.
    pub selector: String,
    /// CNAME chain of `SELECTOR._domainkey.DOMAIN`; empty for a key published there itself.
    pub cname_chain: Vec<DomainName>,
}

/// A CAA record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CaaFact {
    /// Name it was found at.
    pub at: DomainName,
    /// `issue`, `issuewild`, `iodef`, ...; text from outside.
    pub tag: String,
    /// Its value; text from outside.
    pub value: String,
}
