//! The shape of the knowledge base. One set of types serves the TOML files under `data/kb` and the compact form that
//! `build.rs` embeds; unknown keys are refused. How a file is written: `data/README.md`.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize};

use super::part::Part;
use crate::model::{
    Asn, Certainty, Confidence, CountryCode, EntityId, Grade, Interval, LawId, OperatorId, Precision, Role, SourceId,
};

/// A text in the languages of the reports. A file may write a plain string: then it is English, French is empty, and a
/// French screen leaves it out. Where both are needed, the checks say so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Text {
    /// English.
    pub en: String,
    /// French.
    pub fr: String,
}

/// Everything recorded. Built by `compile`, read through `Knowledge`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Kb {
    /// What this release is.
    pub release: Release,
    /// Sources by id.
    pub sources: BTreeMap<SourceId, Part<Source>>,
    /// Jurisdictions by code.
    pub jurisdictions: BTreeMap<CountryCode, Part<Jurisdiction>>,
    /// Executive agreements between jurisdictions.
    pub agreements: Vec<Agreement>,
    /// Laws by id.
    pub laws: BTreeMap<LawId, Part<Law>>,
    /// The service matrix.
    pub services: Vec<ServiceKind>,
    /// Legal persons by id.
    pub entities: BTreeMap<EntityId, Part<Entity>>,
    /// Ownership and links.
    pub edges: Vec<Edge>,
    /// Announced, prohibited and other deals: notes, never control.
    pub deals: Vec<Deal>,
    /// Operators by id. Boxed: they are large, and the nodes of the map are half empty.
    pub operators: BTreeMap<OperatorId, Part<Operator>>,
    /// Their networks, computed from them.
    pub networks: Networks,
    /// Suffix pairs where two operators meet.
    pub orders: Vec<Order>,
    /// Meetings that no suffix rule decides.
    pub order_notes: Vec<OrderNote>,
    /// Region tokens of an operator's names, and the country each lies in.
    pub regions: BTreeMap<OperatorId, BTreeMap<String, String>>,
    /// Certifications of offers.
    pub certifications: Vec<Certification>,
    /// Judgments, opinions, hearings.
    pub authorities: Vec<Authority>,
    /// Frameworks by id.
    pub frameworks: BTreeMap<String, Part<Framework>>,
    /// Entries that did not come from the release: `kind/id` and the file they came from.
    pub added: BTreeMap<String, String>,
}

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

/// What a release is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Release {
    /// Number, such as `2026.11.1`.
    pub release: String,
    /// Day it was made.
    pub released: Option<Date>,
    /// Day from which it is called old.
    pub review_by: Option<Date>,
}

/// Where a fact was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Title.
    pub title: String,
    /// Title on a French screen, for a source that has no title of its own.
    #[serde(default)]
    pub title_fr: Option<String>,
    /// Address; only general knowledge has none.
    #[serde(default)]
    pub url: Option<String>,
    /// 1 official, 2 the company itself, 3 press or law firm, 4 general knowledge.
    pub tier: u8,
    /// Day it was read.
    pub seen: Date,
}

/// A state, or the EU as a maker of laws.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jurisdiction {
    /// Its name.
    pub name: Text,
    /// The word before "law" (`US`) and after « droit » (`américain`).
    #[serde(default)]
    pub adjective: Option<Text>,
    /// Groups it belongs to.
    #[serde(default)]
    pub groups: Vec<Membership>,
    /// EU adequacy decisions about it.
    #[serde(default)]
    pub adequacy: Vec<Adequacy>,
    /// Only an id for laws (EU).
    #[serde(default)]
    pub law_only: bool,
}

/// Membership of a group for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// `EU`, `EEA`, `EFTA`, `FIVE-EYES`.
    pub id: String,
    /// First day.
    #[serde(default)]
    pub from: Option<Date>,
    /// First day after.
    #[serde(default)]
    pub to: Option<Date>,
}

/// A decision of the Commission that transfers may go on without more. Says nothing about access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adequacy {
    /// Number; empty where it is not known.
    pub decision: String,
    /// What it covers.
    pub scope: Text,
    /// It covers only part (listed or commercial organisations).
    #[serde(default)]
    pub partial: bool,
    /// First day.
    #[serde(default)]
    pub from: Option<Date>,
    /// How exactly the start is known.
    #[serde(default)]
    pub from_precision: Precision,
    /// First day after.
    #[serde(default)]
    pub to: Option<Date>,
    /// Cases about it.
    #[serde(default)]
    pub litigation: Vec<Litigation>,
    /// Sources.
    pub sources: Vec<SourceId>,
    /// Remark.
    #[serde(default)]
    pub note: Option<String>,
}

/// A case about a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Litigation {
    /// Number of the case.
    pub case: String,
    /// Court.
    pub court: Text,
    /// Day of the last step.
    pub date: Date,
    /// Last step.
    pub outcome: Text,
}

/// An agreement under a law between two jurisdictions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// The other party.
    pub with: CountryCode,
    /// The party whose law it is.
    pub of: CountryCode,
    /// The law.
    pub law: LawId,
    /// `in-force` or `talks`.
    pub state: String,
    /// Day of signature.
    #[serde(default)]
    pub signed: Option<Date>,
    /// Day of entry into force.
    #[serde(default)]
    pub from: Option<Date>,
    /// Since when there are talks.
    #[serde(default)]
    pub talks: Option<Date>,
    /// How exactly that is known.
    #[serde(default)]
    pub talks_precision: Precision,
    /// Sources.
    pub sources: Vec<SourceId>,
    /// Remark.
    #[serde(default)]
    pub note: Option<Text>,
}

/// A law.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Law {
    /// Title.
    pub title: Text,
    /// Short name of the BASIS column.
    #[serde(default)]
    pub short: Option<String>,
    /// Whose law.
    pub jurisdiction: CountryCode,
    /// What it does.
    pub kind: LawKind,
    /// Citation.
    pub cite: String,
    /// Site of the official text.
    #[serde(default)]
    pub official: Option<String>,
    /// Sources.
    pub sources: Vec<SourceId>,
    /// Which connecting factor it binds, and how settled that is.
    #[serde(default)]
    pub binds: Vec<Bind>,
    /// It binds whoever offers services there: printed once a report as a note.
    #[serde(default)]
    pub serves: bool,
    /// Classes of providers it addresses; `any` is everybody.
    #[serde(default)]
    pub actors: Vec<String>,
    /// `content`, `metadata`, `subscriber`, `capability`, `retention`, `availability`, `shield`.
    #[serde(default)]
    pub data: Vec<String>,
    /// The test it applies.
    #[serde(default)]
    pub test: Option<Text>,
    /// Safeguards.
    #[serde(default)]
    pub safeguard: Vec<Text>,
    /// What it does not mean.
    #[serde(default)]
    pub not_meaning: Option<Text>,
    /// Remark.
    #[serde(default)]
    pub note: Option<Text>,
    /// Its life.
    #[serde(default)]
    pub status: Vec<LawStatus>,
}

/// What a law does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LawKind {
    /// Orders to disclose.
    CompelledAccess,
    /// Collection by programme.
    BulkAccess,
    /// Duty to keep.
    Retention,
    /// Duty to build access.
    Capability,
    /// Denial or seizure of a service.
    ServiceDenial,
    /// Blocks foreign orders.
    Shield,
    /// Says whether transfers may go on.
    Adequacy,
    /// A rule about jurisdiction or a framework, without access.
    Framework,
}

/// What data a law is about: decides what a sentence about it may say that it reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DataClass {
    /// Content among others.
    Content,
    /// Records about accounts and connections, no content.
    Records,
    /// Neither: a means of access, storage at a place, the availability of a service.
    Other,
}

impl Law {
    /// The class of the data it names.
    #[must_use]
    pub fn data_class(&self) -> DataClass {
        let names = |kind: &str| self.data.iter().any(|data| data == kind);
        if names("content") {
            DataClass::Content
        } else if names("metadata") || names("subscriber") {
            DataClass::Records
        } else {
            DataClass::Other
        }
    }
}

/// One connecting factor of a law.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bind {
    /// Which nexus.
    pub nexus: BindNexus,
    /// What follows.
    pub effect: Effect,
    /// How settled.
    pub certainty: Certainty,
    /// Remark.
    #[serde(default)]
    pub note: Option<Text>,
}

/// A grade, or control through a fund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BindNexus {
    /// See [`Grade::Direct`].
    Direct,
    /// See [`Grade::Controlled`].
    Controlled,
    /// Control held through funds.
    Fund,
    /// See [`Grade::Located`].
    Located,
    /// See [`Grade::Presence`].
    Presence,
    /// See [`Grade::Linked`].
    Linked,
}

/// What a law does with a connecting factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Nothing.
    None,
    /// Arguable.
    MayReach,
    /// It binds.
    Reaches,
}

/// A stretch of a law's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LawStatus {
    /// State.
    pub state: LawState,
    /// First day.
    #[serde(default)]
    pub from: Option<Date>,
    /// How exactly the start is known.
    #[serde(default)]
    pub from_precision: Precision,
    /// First day after.
    #[serde(default)]
    pub to: Option<Date>,
    /// How exactly the end is known.
    #[serde(default)]
    pub to_precision: Precision,
    /// Sources.
    #[serde(default)]
    pub sources: Vec<SourceId>,
    /// How sure.
    #[serde(default)]
    pub confidence: Option<Confidence>,
    /// From this day on the state has to be looked up again.
    #[serde(default)]
    pub review_by: Option<Date>,
    /// Remark.
    #[serde(default)]
    pub note: Option<Text>,
}

/// State of a law.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LawState {
    /// In force.
    InForce,
    /// Lapsed, with effects that go on.
    Transition,
    /// Lapsed.
    Lapsed,
    /// A bill.
    Proposed,
    /// Made, not yet applicable.
    EnactedNotApplicable,
    /// Repealed.
    Repealed,
}

impl LawState {
    /// Whether a law in this state counts (law.md, section 1.5).
    #[must_use]
    pub fn counts(self) -> bool {
        matches!(self, Self::InForce | Self::Transition)
    }
}

/// A row of the service matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceKind {
    /// Id, such as `mail-host`.
    pub kind: String,
    /// Roles that use the row.
    pub roles: Vec<Role>,
    /// Class of actor -> whether an operator of this service is one.
    pub actors: BTreeMap<String, Fit>,
    /// What the operator can hold or do.
    pub holds: Text,
    /// The statement allowed.
    pub sentence: Text,
    /// Remark.
    #[serde(default)]
    pub note: Option<String>,
}

/// Whether a service falls in a class of actors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fit {
    /// Hardly.
    Unlikely,
    /// With good reasons on both sides.
    Arguable,
    /// It does.
    Yes,
}

/// A legal person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entity {
    /// Name.
    pub name: String,
    /// Where it is incorporated, over time.
    #[serde(default)]
    pub incorporated: Vec<Incorporation>,
    /// Principal place of business where that is another country.
    #[serde(default)]
    pub seat: Vec<Incorporation>,
    /// Lines of business; group companies count as presence only within one line.
    #[serde(default)]
    pub line: Vec<String>,
    /// Branches and subsidiaries that are not entities here.
    #[serde(default)]
    pub establishments: Vec<Establishment>,
    /// Stock exchanges.
    #[serde(default)]
    pub listed: Vec<CountryCode>,
    /// Legal entity identifier (ISO 17442).
    #[serde(default)]
    pub lei: Option<String>,
    /// Number in the company register.
    #[serde(default)]
    pub register: Option<String>,
    /// Moves that are planned, not done.
    #[serde(default)]
    pub planned: Vec<Planned>,
    /// What stands above it instead of an owner.
    #[serde(default, deserialize_with = "one_or_many")]
    pub top: Vec<Top>,
    /// Why owners are not recorded.
    #[serde(default)]
    pub owners_unknown: Option<OwnersUnknown>,
    /// Sources; the default of `incorporated` and `establishments`.
    #[serde(default)]
    pub sources: Vec<SourceId>,
    /// Remarks.
    #[serde(default, deserialize_with = "one_or_many")]
    pub note: Vec<String>,
}

/// A seat for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incorporation {
    /// Country.
    #[serde(rename = "in")]
    pub country: CountryCode,
    /// Part of the country, ISO 3166-2.
    #[serde(default)]
    pub sub: Option<String>,
    /// First day.
    #[serde(default)]
    pub from: Option<Date>,
    /// How exactly the start is known.
    #[serde(default)]
    pub from_precision: Precision,
    /// First day after.
    #[serde(default)]
    pub to: Option<Date>,
    /// How exactly the end is known.
    #[serde(default)]
    pub to_precision: Precision,
    /// Sources, else the entity's.
    #[serde(default)]
    pub sources: Vec<SourceId>,
}

/// A branch or subsidiary known only by country.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Establishment {
    /// Country.
    #[serde(rename = "in")]
    pub country: CountryCode,
    /// `subsidiary`, `branch`, `office`, `data-centre`.
    pub kind: String,
    /// Sources, else the entity's.
    #[serde(default)]
    pub sources: Vec<SourceId>,
    /// Remark.
    #[serde(default)]
    pub note: Option<String>,
}

/// A planned move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// Country.
    #[serde(rename = "in")]
    pub country: CountryCode,
    /// When, as announced.
    pub expected: String,
    /// What is known of it.
    pub state: String,
}

/// What ends a chain of owners.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Top {
    /// Kind.
    pub kind: TopKind,
    /// First day.
    #[serde(default)]
    pub from: Option<Date>,
    /// How exactly the start is known.
    #[serde(default)]
    pub from_precision: Precision,
    /// First day after.
    #[serde(default)]
    pub to: Option<Date>,
    /// How exactly the end is known.
    #[serde(default)]
    pub to_precision: Precision,
    /// Sources.
    pub sources: Vec<SourceId>,
    /// Remark.
    #[serde(default)]
    pub note: Option<String>,
}

/// Kinds of ends. Natural persons are never named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TopKind {
    /// Shares held by many.
    WidelyHeld,
    /// Natural persons.
    NaturalPersons,
    /// A state or its bodies.
    State,
    /// An association or cooperative.
    Association,
    /// A foundation.
    Foundation,
    /// A manager of funds; never walked down from.
    FundManager,
}

/// Why owners are not recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnersUnknown {
    /// Reason.
    pub why: Text,
    /// Sources.
    pub sources: Vec<SourceId>,
    /// First day.
    #[serde(default)]
    pub from: Option<Date>,
    /// First day after.
    #[serde(default)]
    pub to: Option<Date>,
}

/// Ownership or another link for a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edge {
    /// The company held.
    pub owned: EntityId,
    /// The holder.
    pub owner: EntityId,
    /// Kind of link.
    pub kind: EdgeKind,
    /// Share of the capital in per cent, from and to.
    #[serde(default)]
    pub capital: Option<[f64; 2]>,
    /// Share of the votes in per cent, from and to.
    #[serde(default)]
    pub votes: Option<[f64; 2]>,
    /// Control.
    pub control: Control,
    /// Held by funds the owner manages.
    #[serde(default)]
    pub via_fund: bool,
    /// First day.
    #[serde(default)]
    pub from: Option<Date>,
    /// How exactly the start is known.
    #[serde(default)]
    pub from_precision: Precision,
    /// What the start rests on; control never starts on an announcement.
    #[serde(default)]
    pub from_basis: Option<FromBasis>,
    /// First day after.
    #[serde(default)]
    pub to: Option<Date>,
    /// How exactly the end is known.
    #[serde(default)]
    pub to_precision: Precision,
    /// Sources, else those of the company held.
    #[serde(default)]
    pub sources: Vec<SourceId>,
    /// Remark.
    #[serde(default)]
    pub note: Option<String>,
}

/// Kinds of links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EdgeKind {
    /// Shares.
    Equity,
    /// Votes.
    Votes,
    /// A contract that gives control.
    Contract,
    /// Technology supplied.
    Technology,
    /// A sub-processor.
    Subprocessor,
    /// A licence.
    Licence,
    /// A branch.
    Branch,
}

/// Control that goes with a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Control {
    /// One holder decides.
    Sole,
    /// Several decide together.
    Joint,
    /// None.
    None,
    /// Not known: the walk stops here.
    Unknown,
}

/// What the start of a link rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FromBasis {
    /// The closing.
    Closing,
    /// A register.
    Registry,
    /// An announcement.
    Announcement,
}

/// A deal that is not control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deal {
    /// The company it is about.
    pub entity: EntityId,
    /// Who wants it.
    pub acquirer: String,
    /// Where the acquirer is at home.
    pub acquirer_in: CountryCode,
    /// Steps in time.
    pub states: Vec<DealState>,
}

/// A step of a deal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DealState {
    /// `announced`, `cleared`, `prohibited`, `withdrawn`.
    pub state: String,
    /// One sentence that was true from that day on and tells nothing later.
    pub text: Text,
    /// Its day.
    pub from: Date,
    /// How exactly it is known.
    #[serde(default)]
    pub from_precision: Precision,
    /// Sources.
    pub sources: Vec<SourceId>,
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
    #[serde(default, deserialize_with = "one_or_many")]
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

/// A certification of an offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certification {
    /// Scheme.
    pub scheme: String,
    /// Version.
    #[serde(default)]
    pub version: Option<String>,
    /// Holder.
    pub holder: EntityId,
    /// The offer: never the company; [`Certification::UNNAMED`] where the source names none.
    pub offer: String,
    /// First day.
    #[serde(default)]
    pub from: Option<Date>,
    /// How exactly the start is known.
    #[serde(default)]
    pub from_precision: Precision,
    /// First day after.
    #[serde(default)]
    pub to: Option<Date>,
    /// Sources.
    pub sources: Vec<SourceId>,
    /// Remark.
    #[serde(default)]
    pub note: Option<String>,
}

/// A judgment, an opinion, a hearing, for or against a grade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authority {
    /// Id.
    pub id: String,
    /// The company it is about, if one.
    #[serde(default)]
    pub entity: Option<EntityId>,
    /// Whose reach it is about.
    pub jurisdiction: CountryCode,
    /// The grade it is about.
    pub supports: Grade,
    /// Only links of these kinds are meant; empty for every connection of the grade.
    #[serde(default)]
    pub links: Vec<EdgeKind>,
    /// It speaks against the reach.
    #[serde(default)]
    pub against: bool,
    /// Its day.
    pub date: Date,
    /// How exactly the day is known.
    #[serde(default)]
    pub date_precision: Precision,
    /// What it says.
    pub text: Text,
    /// Sources.
    pub sources: Vec<SourceId>,
}

/// A framework and its criteria.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Framework {
    /// Name.
    pub name: Text,
    /// Version.
    #[serde(default)]
    pub version: Option<String>,
    /// Whose framework it is.
    #[serde(default)]
    pub jurisdiction: Option<CountryCode>,
    /// What is known of its state.
    #[serde(default, alias = "state")]
    pub status: Option<String>,
    /// First day.
    #[serde(default, alias = "date")]
    pub from: Option<Date>,
    /// How exactly the start is known.
    #[serde(default, alias = "date_precision")]
    pub from_precision: Precision,
    /// Sources.
    pub sources: Vec<SourceId>,
    /// Its criteria; none for a named, dated entry.
    #[serde(default, alias = "criterion")]
    pub criteria: Vec<Criterion>,
    /// Remark.
    #[serde(default)]
    pub note: Option<String>,
}

/// A criterion of a framework.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Number.
    pub id: String,
    /// What it asks.
    pub title: Text,
    /// Its weight in the framework's own scale, where that has one.
    #[serde(default)]
    pub weight: Option<u32>,
    /// What of it can be seen from outside.
    pub evidence: CriterionEvidence,
    /// Which facts the report puts beside it, where its kind of evidence alone does not say.
    #[serde(default)]
    pub facts: Vec<CriterionFact>,
    /// The ceilings it publishes for holdings.
    #[serde(default)]
    pub ceilings: Option<Ceilings>,
    /// Schemes whose certifications it is about; none for all.
    #[serde(default)]
    pub schemes: Vec<String>,
    /// What the evidence can show here, and what it cannot.
    #[serde(default)]
    pub shows: Option<Text>,
    /// The question for the supplier.
    pub question: Text,
}

/// Ceilings for holdings from outside a group, in per cent of capital or votes, as a framework publishes them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ceilings {
    /// The group.
    pub group: String,
    /// For one holder.
    pub one: f64,
    /// For all together.
    pub together: f64,
}

/// Facts a report can put beside a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CriterionFact {
    /// Where the companies have their seat.
    Seat,
    /// Who controls them in the end.
    Control,
    /// Holdings from outside the group.
    Holdings,
    /// Jurisdictions that reach them, and laws.
    Laws,
    /// The services that were seen, and who runs them.
    Services,
    /// DNSSEC and CAA.
    Dns,
    /// Certifications of offers.
    Certifications,
}

/// What can be seen of a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CriterionEvidence {
    /// Seat, control, laws.
    Nexus,
    /// A register of certifications.
    Register,
    /// Something observed.
    Observation,
    /// Nothing.
    None,
}

macro_rules! span {
    ($($name:ident),*) => {$(
        impl $name {
            /// The stretch of time the row is about.
            #[must_use]
            pub fn span(&self) -> Interval {
                Interval {
                    from: self.from,
                    from_precision: self.from_precision,
                    to: self.to,
                    to_precision: self.to_precision,
                }
            }
        }
    )*};
}
span!(LawStatus, Incorporation, Top, Edge);

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

impl EdgeKind {
    /// Whether a link of this kind can carry control.
    #[must_use]
    pub fn is_ownership(self) -> bool {
        matches!(self, Self::Equity | Self::Votes | Self::Contract | Self::Branch)
    }
}

impl Adequacy {
    /// Whether the decision is in force on a day.
    #[must_use]
    pub fn is_on(&self, day: Date) -> bool {
        Interval { from: self.from, to: self.to, ..Interval::default() }.contains(day)
    }
}

impl Membership {
    /// Whether the membership exists on a day.
    #[must_use]
    pub fn is_on(&self, day: Date) -> bool {
        Interval { from: self.from, to: self.to, ..Interval::default() }.contains(day)
    }
}

impl Run {
    /// Whether the row is about this day.
    #[must_use]
    pub fn is_on(&self, day: Date) -> bool {
        Interval { from: self.from, to: self.to, ..Interval::default() }.contains(day)
    }
}

impl Bind {
    /// Whether the row is about a nexus of this grade, held through a fund or not.
    #[must_use]
    pub fn is_for(&self, grade: Grade, via_fund: bool) -> bool {
        match self.nexus {
            BindNexus::Direct => grade == Grade::Direct,
            BindNexus::Fund => grade == Grade::Controlled && via_fund,
            BindNexus::Controlled => grade == Grade::Controlled && !via_fund,
            BindNexus::Located => grade == Grade::Located,
            BindNexus::Presence => grade == Grade::Presence,
            BindNexus::Linked => grade == Grade::Linked,
        }
    }
}

impl Certification {
    /// What `offer` says where the source names none.
    pub const UNNAMED: &str = "not named in the source";
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Both {
            en: String,
            fr: String,
        }
        struct Either;
        impl<'de> serde::de::Visitor<'de> for Either {
            type Value = Text;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("{ en = \"...\", fr = \"...\" }")
            }
            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text { en: text.to_owned(), fr: String::new() })
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Text, A::Error> {
                let Both { en, fr } = Both::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(Text { en, fr })
            }
        }
        if deserializer.is_human_readable() {
            return deserializer.deserialize_any(Either);
        }
        let Both { en, fr } = Both::deserialize(deserializer)?;
        Ok(Self { en, fr })
    }
}

/// In TOML one value may stand for a list of one; the compact form always holds a list.
fn one_or_many<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany<T> {
        Many(Vec<T>),
        One(T),
    }
    if !deserializer.is_human_readable() {
        return Vec::deserialize(deserializer);
    }
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::Many(list) => list,
        OneOrMany::One(item) => vec![item],
    })
}
