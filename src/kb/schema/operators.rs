//! Brands that run services, how each shows on the wire, and who goes first where two meet.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::model::{Asn, EntityId, Interval, OperatorId, SourceId};

/// Networks of the operators, so that an address does not cost the decoding of all of them. Numbers are positions in
/// `Kb::operators`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Networks {
    /// AS numbers, sorted.
    pub asn: Vec<(Asn, u32)>,
    /// Address blocks, longest first.
    pub net: Vec<(ipnet::IpNet, u32)>,
}

impl Networks {
    /// The networks of operators in the order of their ids.
    pub fn of<'a>(operators: impl Iterator<Item = &'a Operator>) -> Self {
        let mut out = Self::default();
        for (number, operator) in (0..).zip(operators) {
            out.asn.extend(operator.asn.iter().map(|asn| (*asn, number)));
            out.net.extend(operator.net.iter().map(|net| (*net, number)));
        }
        out.asn.sort_unstable();
        out.net.sort_unstable_by_key(|(net, number)| (std::cmp::Reverse(net.prefix_len()), *net, *number));
        out
    }
}

/// A brand that runs services, and how it shows on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operator {
    /// Name.
    pub name: String,
    /// What it does.
    pub kinds: Vec<OperatorKind>,
    /// Which legal person runs it, first match wins.
    #[serde(default)]
    pub runs: Vec<Run>,
    /// AS numbers.
    #[serde(default)]
    pub asn: Vec<Asn>,
    /// Address blocks.
    #[serde(default)]
    pub net: Vec<ipnet::IpNet>,
    /// Suffixes of name-server names.
    #[serde(default, alias = "ns_suffix")]
    pub ns: Vec<String>,
    /// Suffixes of CNAME targets.
    #[serde(default, alias = "cname_suffix")]
    pub cname: Vec<String>,
    /// Suffixes of MX hosts.
    #[serde(default, alias = "mx_suffix")]
    pub mx: Vec<String>,
    /// Suffixes of SPF targets.
    #[serde(default)]
    pub spf: Vec<String>,
    /// Suffixes of DKIM CNAME targets.
    #[serde(default)]
    pub dkim: Vec<String>,
    /// Selector names worth asking for; never attribution.
    #[serde(default)]
    pub dkim_selector: Vec<String>,
    /// Suffixes of autodiscover targets.
    #[serde(default)]
    pub autodiscover: Vec<String>,
    /// Beginnings of TXT tokens.
    #[serde(default)]
    pub txt: Vec<String>,
    /// Suffixes of reverse names.
    #[serde(default)]
    pub ptr: Vec<String>,
    /// Suffixes of resource hosts.
    #[serde(default)]
    pub host: Vec<String>,
    /// Response headers.
    #[serde(default)]
    pub header: Vec<Header>,
    /// Cookie names.
    #[serde(default)]
    pub cookie: Vec<String>,
    /// `O=` of issuing certificates.
    #[serde(default)]
    pub issuer: Vec<String>,
    /// Suffixes of DMARC report addresses.
    #[serde(default)]
    pub dmarc: Vec<String>,
    /// Top-level domains it is the registry of.
    #[serde(default)]
    pub tld: Vec<String>,
    /// Patterns of name-server names.
    #[serde(default)]
    pub ns_re: Vec<String>,
    /// Patterns of CNAME targets.
    #[serde(default)]
    pub cname_re: Vec<String>,
    /// Patterns of reverse names.
    #[serde(default)]
    pub ptr_re: Vec<String>,
    /// What an MX of it means.
    #[serde(default)]
    pub mx_layer: Option<MxLayer>,
    /// What a CNAME suffix of it means, where that differs from its kinds.
    #[serde(default)]
    pub suffix_layer: BTreeMap<String, SuffixLayer>,
    /// Its edge ends the visitor's TLS.
    #[serde(default)]
    pub terminates_tls: bool,
    /// All its networks are anycast: addresses have no single place.
    #[serde(default)]
    pub anycast: bool,
    /// Only these of its AS numbers are anycast.
    #[serde(default)]
    pub anycast_asn: Vec<Asn>,
    /// `measured`: country tables are right for its addresses.
    #[serde(default)]
    pub geo: Option<Geo>,
    /// Whose network or platform it uses.
    #[serde(default)]
    pub runs_on: Vec<RunsOn>,
    /// Countries or entities by AS number.
    #[serde(default)]
    pub asn_region: BTreeMap<String, Vec<String>>,
    /// How a name of it tells the region.
    #[serde(default)]
    pub region: Vec<RegionRule>,
    /// Brand group; for display only.
    #[serde(default)]
    pub group: Option<String>,
    /// Country the brand is known from; never used for law.
    #[serde(default)]
    pub cc_hint: Option<String>,
    /// What each list of signals rests on.
    #[serde(default)]
    pub basis: BTreeMap<SignalList, Basis>,
    /// Sources of `runs`, `runs_on` and remarks.
    #[serde(default)]
    pub sources: Vec<SourceId>,
    /// It has ceased: names that still point there are stale records.
    #[serde(default)]
    pub defunct: bool,
    /// Remarks.
    #[serde(default, deserialize_with = "super::one_or_many")]
    pub note: Vec<String>,
}

/// What an operator does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names are the documentation; data/README.md explains each")]
pub enum OperatorKind {
    Host,
    Cdn,
    #[serde(alias = "waf")]
    EdgeSecurity,
    Dns,
    Mail,
    Mailsec,
    Sender,
    Forwarder,
    Dmarc,
    Saas,
    Registrar,
    Registry,
    Ca,
    Carrier,
    Colo,
    Accessibility,
    Ads,
    Analytics,
    Captcha,
    Chat,
    Consent,
    ErrorTracking,
    FeatureFlags,
    Fonts,
    Forms,
    LibraryCdn,
    Maps,
    Monitoring,
    Payment,
    Personalisation,
    Search,
    Social,
    Support,
    TagManager,
    Translation,
    Video,
    Other,
}

/// The lists of signals of an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is the key of the list")]
pub enum SignalList {
    Asn,
    Net,
    #[serde(alias = "ns_suffix")]
    Ns,
    #[serde(alias = "cname_suffix")]
    Cname,
    #[serde(alias = "mx_suffix")]
    Mx,
    Spf,
    Dkim,
    DkimSelector,
    Autodiscover,
    Txt,
    Ptr,
    Host,
    Header,
    Cookie,
    Issuer,
    Dmarc,
    Tld,
    NsRe,
    CnameRe,
    PtrRe,
}

/// What a list of signals rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The number stands in the AS table under a fitting name.
    AsTable,
    /// The vendor's own page shows it.
    VendorDoc,
    /// Known, not checked.
    General,
}

/// Which legal person runs an operator's service. First match wins; the last entry has no condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The legal person.
    pub entity: EntityId,
    /// For machines in these countries or groups (`@eea`).
    #[serde(default)]
    pub servers: Vec<String>,
    /// For customers of these countries or groups.
    #[serde(default)]
    pub customers: Vec<String>,
    /// First day it runs the service; before, somebody else did.
    #[serde(default)]
    pub from: Option<Date>,
    /// First day after.
    #[serde(default)]
    pub to: Option<Date>,
    /// Older form: `*`, a country or a group; read as `servers`.
    #[serde(default)]
    pub region: Option<String>,
}

/// A response header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Name, any case.
    pub name: String,
    /// Value; a final `*` makes it a prefix.
    #[serde(default)]
    pub value: Option<String>,
}

/// What an MX means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MxLayer {
    /// A filter.
    Gateway,
    /// A mailbox.
    Mailbox,
    /// Only for bounces or an API.
    Sender,
    /// A forwarder.
    Forwarder,
}

/// What a CNAME suffix means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names are the documentation; data/README.md explains each")]
pub enum SuffixLayer {
    Edge,
    Host,
    Platform,
    Page,
    Dns,
    Mailbox,
    Gateway,
    Sender,
    Forwarder,
}

/// How good country tables are for an operator's addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Geo {
    /// Compared with the operator's published regions (ip-data.md, section 2).
    Measured,
}

/// Whose network or platform an operator uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunsOn {
    /// The other operator.
    pub operator: OperatorId,
    /// `network` (carrier) or `platform` (host).
    #[serde(rename = "as")]
    pub layer: RunsOnLayer,
    /// Sources.
    pub sources: Vec<SourceId>,
}

/// In which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunsOnLayer {
    /// Announces its addresses.
    Network,
    /// Runs its machines.
    Platform,
}

/// How a name tells a region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegionRule {
    /// Kinds of signals it applies to.
    pub on: Vec<String>,
    /// Pattern.
    #[serde(rename = "match")]
    pub pattern: String,
    /// `$1` or a token of the operator's region table, a country, `EU`, `none` or `unknown`.
    pub gives: String,
    /// Names for `$1`.
    #[serde(default)]
    pub map: BTreeMap<String, String>,
    /// Remark.
    #[serde(default)]
    pub remark: Option<String>,
}

/// A pair of suffixes where two operators meet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Kind of the winning signal.
    pub kind: String,
    /// Winning suffix.
    pub suffix: String,
    /// Winner.
    pub first: OperatorId,
    /// Kind of the other signal.
    pub over_kind: String,
    /// Other suffix.
    pub over_suffix: String,
    /// Loser.
    pub over: OperatorId,
}

/// A meeting of two operators that no suffix rule decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderNote {
    /// Kind of signal.
    pub kind: String,
    /// The signal.
    pub signal: String,
    /// Winner: an operator, or in words.
    pub first: String,
    /// Loser: an operator, or in words.
    #[serde(default)]
    pub over: Option<String>,
    /// Why.
    pub why: String,
}

/// Kinds of signals that are suffixes of names, as the keys of an operator.
pub const SUFFIX_KINDS: [&str; 9] = ["ns", "cname", "mx", "spf", "dkim", "autodiscover", "ptr", "host", "dmarc"];

impl Operator {
    /// The suffixes of a kind (see [`SUFFIX_KINDS`]); empty for any other word.
    #[must_use]
    pub fn suffixes(&self, kind: &str) -> &[String] {
        match kind {
            "ns" => &self.ns,
            "cname" => &self.cname,
            "mx" => &self.mx,
            "spf" => &self.spf,
            "dkim" => &self.dkim,
            "autodiscover" => &self.autodiscover,
            "ptr" => &self.ptr,
            "host" => &self.host,
            "dmarc" => &self.dmarc,
            _ => &[],
        }
    }

    /// The patterns of a kind.
    #[must_use]
    pub fn patterns(&self, kind: &str) -> &[String] {
        match kind {
            "ns" => &self.ns_re,
            "cname" => &self.cname_re,
            "ptr" => &self.ptr_re,
            _ => &[],
        }
    }
}

impl Run {
    /// Whether the row is about this day.
    #[must_use]
    pub fn is_on(&self, day: Date) -> bool {
        Interval { from: self.from, to: self.to, ..Interval::default() }.contains(day)
    }
}
