//! The published shape of an audit: what `--json` prints and what every renderer shows. Internal types are never
//! serialised to users. English keys, sorted lists, no text that depends on a language: texts of the knowledge base
//! come in all languages, everything else is an id that the renderers put into words.

mod build;
mod cell;
mod fact;
mod ids;
mod law;
#[cfg(test)]
pub(crate) mod samples;
mod service;
#[cfg(test)]
mod tests;
mod who;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

pub use fact::{AnswerReport, Fact, FactReport, TablePlace};
pub use ids::{
    AbsenceId, CertaintyId, ConfidenceId, ControlId, GapId, GradeId, GroupId, LawKindId, LawStateId, LinkId, MarkId,
    NoteId, PrecisionId, ReachId, RoleId, StatusId, TopId, ViaId,
};
pub use law::{BindReport, LawCard, LawReport, LawsReport, StatusReport, laws};
pub use who::{CardField, CardRow, Truth, WhoReport, WhoRow};

use crate::audit::Audit;
use crate::evidence::Evidence;
use crate::kb::Knowledge;
use crate::kb::schema::Text;
use crate::model::{Asn, CountryCode, DomainName, EntityId, LawId, OperatorId, SourceId};
use crate::safe::Untrusted;

/// Schema of an audit.
pub const AUDIT_SCHEMA: &str = "jurisdig/audit/1";
/// Schema of an answer of `who`.
pub const WHO_SCHEMA: &str = "jurisdig/who/1";
/// Schema of a list of laws.
pub const LAWS_SCHEMA: &str = "jurisdig/laws/1";

/// Builds published shapes from the core.
#[derive(Debug, Clone, Copy)]
pub struct Report;

impl Report {
    /// One audited target.
    #[must_use]
    pub fn build(evidence: &Evidence, audit: &Audit, kb: &Knowledge) -> TargetReport {
        build::target(evidence, audit, kb)
    }
}

/// One audited target.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TargetReport {
    /// `jurisdig/audit/1`.
    pub schema: &'static str,
    /// Name or address that was audited, names in A-label form.
    pub target: String,
    /// The name as people read it, where that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unicode: Option<Untrusted>,
    /// When the observation began.
    #[schemars(with = "String")]
    pub taken_at: Timestamp,
    /// Date of ownership and law.
    #[schemars(with = "String")]
    pub as_of: Date,
    /// From where and through whom was asked.
    pub vantage: VantageReport,
    /// Whose law is at home.
    pub home: HomeReport,
    /// What it was judged with.
    pub judged_with: JudgedWith,
    /// Whether anything could be measured at all: at least one question was answered, or an address was asked.
    pub measured: bool,
    /// The first screen's numbers.
    pub headline: HeadlineReport,
    /// Services in the order of the screen.
    pub services: Vec<ServiceReport>,
    /// Oddities that change no line.
    pub notes: Vec<NoteReport>,
    /// Laws that bind whoever offers services in a jurisdiction.
    pub serves: Vec<LawReport>,
    /// Questions without a usable answer, by resolver and status.
    pub failures: Vec<FailureReport>,
    /// Every fact a conclusion rests on, by its pointer.
    pub facts: BTreeMap<String, FactReport>,
    /// Names of the jurisdictions that occur.
    #[schemars(with = "BTreeMap<String, JurisdictionReport>")]
    pub jurisdictions: BTreeMap<CountryCode, JurisdictionReport>,
    /// The sources that are cited.
    #[schemars(with = "BTreeMap<String, SourceReport>")]
    pub sources: BTreeMap<SourceId, SourceReport>,
    /// What this report is not.
    pub disclaimer: &'static str,
}

/// From where and through whom was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct VantageReport {
    /// Country, as the user says.
    #[schemars(with = "Option<String>")]
    pub country: Option<CountryCode>,
    /// Network, as the user says.
    #[schemars(with = "Option<u32>")]
    pub asn: Option<Asn>,
    /// Resolvers, in the order they were asked.
    pub resolvers: Vec<String>,
    /// Where the resolvers came from.
    pub chosen_by: Untrusted,
    /// Name of the recording that answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording: Option<Untrusted>,
    /// SHA-256 of the recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording_sha256: Option<String>,
}

/// Whose law is at home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HomeReport {
    /// The country; none without a home, or for the EEA as such.
    #[schemars(with = "Option<String>")]
    pub country: Option<CountryCode>,
    /// `EEA` or the country's code: what counts as home. None without a home.
    pub group: Option<String>,
    /// Where the home came from.
    pub origin: HomeOriginId,
}

/// Where the home came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HomeOriginId {
    /// No home.
    None,
    /// Given by the user.
    Given,
    /// The top-level domain.
    Tld,
}

/// What a report was judged with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct JudgedWith {
    /// Number of the data release.
    pub release: String,
    /// Its day.
    #[schemars(with = "Option<String>")]
    pub released: Option<Date>,
    /// Day from which it is called old.
    #[schemars(with = "Option<String>")]
    pub review_by: Option<Date>,
    /// Entries that did not come from the release: `kind/id` and the file.
    pub added: BTreeMap<String, Untrusted>,
    /// Release of the tool that observed.
    pub observed_with: Untrusted,
    /// IP tables, in the order they were asked.
    pub tables: Vec<TableReport>,
    /// Version of the Public Suffix List.
    pub suffix_list: Untrusted,
}

/// An IP table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TableReport {
    /// `embedded`, or a file name.
    pub id: Untrusted,
    /// What the table calls itself.
    pub kind: Untrusted,
    /// Date of its data.
    pub date: Untrusted,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// The first screen's numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HeadlineReport {
    /// Counted services found or not determined.
    pub total: usize,
    /// Services each jurisdiction outside the home group reaches (every jurisdiction without a home), most first.
    pub by_country: Vec<CountReport>,
    /// Not determined.
    pub undetermined: usize,
    /// More services that are contested or unchecked.
    pub contested_or_unchecked: usize,
    /// Services by place of the machines.
    pub places: Vec<PlaceCount>,
}

/// Services one jurisdiction reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CountReport {
    /// The jurisdiction.
    #[schemars(with = "String")]
    pub country: CountryCode,
    /// All.
    pub services: usize,
    /// Of these, services that see data.
    pub sees_data: usize,
    /// Of these, services that can interrupt.
    pub can_interrupt: usize,
}

/// Services at a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlaceCount {
    /// Countries; empty for anycast.
    #[schemars(with = "Vec<String>")]
    pub countries: Vec<CountryCode>,
    /// Anycast.
    pub anycast: bool,
    /// Services.
    pub services: usize,
}

/// One service.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ServiceReport {
    /// The part it plays.
    pub role: RoleId,
    /// What power that gives.
    pub group: GroupId,
    /// Whether it is part of the number of services.
    pub counted: bool,
    /// Host or record it was seen at.
    pub record: Untrusted,
    /// What became of the question.
    pub state: StateId,
    /// Why it is not determined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<GapId>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub absence: Option<AbsenceId>,
    /// The gravest sign of its operators.
    pub mark: MarkId,
    /// Its operators, outermost first.
    pub layers: Vec<LayerReport>,
    /// Facts looked at, pointers into `facts`.
    pub because: Vec<String>,
}

/// What became of the question who runs a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StateId {
    /// Somebody was found.
    Found,
    /// It cannot be told from outside.
    NotDetermined,
    /// There is none.
    Absent,
    /// Nobody asked.
    NotAsked,
}

/// One operator of a service, and whose law reaches it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct LayerReport {
    /// Id of the operator; none for one that is not in the data.
    #[schemars(with = "Option<String>")]
    pub operator: Option<OperatorId>,
    /// Name of the operator.
    pub operator_name: Option<Untrusted>,
    /// Name of an operator that is not in the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unlisted: Option<Untrusted>,
    /// The legal person that runs it.
    pub company: Option<CompanyReport>,
    /// The legal person was taken without knowing place or customer.
    pub is_floor: bool,
    /// Who controls the company in the end, in the order of the screen; never on general knowledge alone.
    pub controllers: Vec<ControllerReport>,
    /// Every chain of control, the operating company first.
    pub chains: Vec<Vec<StepReport>>,
    /// Whether owners are known to the top.
    pub owners: OwnersReport,
    /// Host it was seen at.
    #[schemars(with = "Option<String>")]
    pub host: Option<DomainName>,
    /// Its addresses.
    pub addresses: Vec<String>,
    /// Its network.
    #[schemars(with = "Option<u32>")]
    pub asn: Option<Asn>,
    /// Where its machines answer.
    pub place: PlaceReport,
    /// Country an unlisted network is inferred to belong to.
    #[schemars(with = "Option<String>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inferred: Option<CountryCode>,
    /// The codes of the LAW cell in their order.
    pub codes: Vec<CodeReport>,
    /// The sign of the LAW cell.
    pub mark: MarkId,
    /// 0 to 3.
    pub sure: u8,
    /// How well the operator is backed, 0 to 3.
    pub attribution: u8,
    /// What the BASIS column shows.
    pub basis: BasisReport,
    /// Every connection with a jurisdiction.
    pub nexus: Vec<NexusReport>,
    /// The laws that apply.
    pub exposures: Vec<ExposureReport>,
    /// Judgments and opinions about these connections, for and against.
    pub authorities: Vec<AuthorityReport>,
    /// The date falls in a period within which a change is only known to lie.
    pub boundary: bool,
    /// Deals that are not control.
    pub deals: Vec<DealReport>,
    /// Facts it rests on, pointers into `facts`.
    pub because: Vec<String>,
}

/// A legal person on the date of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CompanyReport {
    /// Id.
    #[schemars(with = "String")]
    pub id: EntityId,
    /// Name.
    pub name: Untrusted,
    /// Where it is incorporated or has its principal place of business.
    #[schemars(with = "Vec<String>")]
    pub countries: Vec<CountryCode>,
    /// Sources of that.
    #[schemars(with = "Vec<String>")]
    pub sources: Vec<SourceId>,
}

/// Who controls in the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ControllerReport {
    /// Id.
    #[schemars(with = "String")]
    pub id: EntityId,
    /// Name.
    pub name: Untrusted,
    /// Its countries.
    #[schemars(with = "Vec<String>")]
    pub countries: Vec<CountryCode>,
    /// Through funds it manages.
    pub via_fund: bool,
}

/// One step of a chain.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct StepReport {
    /// The company.
    pub company: CompanyReport,
    /// The link that led to it; none for the first company.
    pub link: Option<LinkReport>,
}

/// A link between two companies.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct LinkReport {
    /// Kind.
    pub kind: LinkId,
    /// Control.
    pub control: ControlId,
    /// Share of the capital in per cent, from and to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capital: Option<[f64; 2]>,
    /// Share of the votes in per cent, from and to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub votes: Option<[f64; 2]>,
    /// Held by funds.
    pub via_fund: bool,
    /// First day.
    #[schemars(with = "Option<String>")]
    pub from: Option<Date>,
    /// How exactly it is known.
    pub from_precision: PrecisionId,
    /// First day after.
    #[schemars(with = "Option<String>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Date>,
    /// How well it is backed, by its best source: 0 to 3.
    pub sure: u8,
    /// Sources.
    #[schemars(with = "Vec<String>")]
    pub sources: Vec<SourceId>,
}

/// Whether owners are known to the top.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OwnersReport {
    /// `complete`, `unknown`, or `not-in-data` for an operator that is not in the data.
    pub state: OwnersId,
    /// Company at which the record ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<CompanyReport>,
    /// Why it ends, as recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Untrusted>,
    /// What stands above the last company of each chain, by company.
    pub tops: Vec<TopReport>,
}

/// How far owners are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OwnersId {
    /// Every chain ends at a recorded top.
    Complete,
    /// A chain ends where the record ends.
    Unknown,
    /// The operator is not in the data.
    NotInData,
}

/// What stands above a company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TopReport {
    /// The company.
    pub company: CompanyReport,
    /// What stands above it.
    pub kind: TopId,
    /// Sources.
    #[schemars(with = "Vec<String>")]
    pub sources: Vec<SourceId>,
}

/// Where machines answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlaceReport {
    /// `not-applicable`, `unknown`, `anycast` or `in`.
    pub kind: PlaceId,
    /// Countries, for `in`.
    pub countries: Vec<PlaceInReport>,
}

/// Kinds of places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PlaceId {
    /// A place makes no sense here.
    NotApplicable,
    /// Nothing known.
    Unknown,
    /// No single place.
    Anycast,
    /// Countries.
    In,
}

/// A country machines are placed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlaceInReport {
    /// The country.
    #[schemars(with = "String")]
    pub country: CountryCode,
    /// Backed by more than one table's word.
    pub probable: bool,
    /// Facts, pointers into `facts`.
    pub because: Vec<String>,
}

/// One jurisdiction in a LAW cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CodeReport {
    /// The jurisdiction.
    #[schemars(with = "String")]
    pub country: CountryCode,
    /// How far it comes.
    pub reach: ReachId,
    /// The closest grade.
    pub grade: GradeId,
    /// 0 to 3.
    pub sure: u8,
    /// Outside the home group.
    pub outside: bool,
    /// No law of it is mapped.
    pub unmapped: bool,
}

/// What the BASIS column shows: laws from outside the home group that apply, or the ground when none does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BasisReport {
    /// Laws, those that disclose first.
    pub laws: Vec<BasisLaw>,
    /// The ground, where somebody reaches and no law with a short name applies.
    pub ground: Option<GroundId>,
}

/// A law in the BASIS column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BasisLaw {
    /// Id.
    #[schemars(with = "String")]
    pub law: LawId,
    /// Short name.
    pub short: Untrusted,
    /// In a transition: printed with `†`.
    pub in_transition: bool,
}

/// Why somebody reaches without a law of its own column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GroundId {
    /// The company has its seat there.
    Seat,
    /// A company there controls it.
    Control,
    /// Its machines stand there.
    Place,
}

/// A connection with a jurisdiction.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct NexusReport {
    /// The jurisdiction.
    #[schemars(with = "String")]
    pub country: CountryCode,
    /// How close.
    pub grade: GradeId,
    /// Why.
    pub via: ViaId,
    /// Through funds.
    pub via_fund: bool,
    /// Through joint control.
    pub joint: bool,
    /// 0 to 3.
    pub sure: u8,
    /// A date on the path falls in the window of the question.
    pub boundary: bool,
    /// Through which companies, the operating one first.
    pub path: Vec<StepReport>,
}

/// A law that applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExposureReport {
    /// The law, with its state on the date.
    pub law: LawReport,
    /// Index into `nexus`: the ground.
    pub nexus: usize,
    /// Grade of that ground.
    pub grade: GradeId,
    /// Through funds.
    pub via_fund: bool,
    /// How far it comes.
    pub reach: ReachId,
    /// How settled.
    pub certainty: CertaintyId,
    /// 0 to 3.
    pub sure: u8,
    /// Lapsed with effects that go on.
    pub in_transition: bool,
    /// Its state has to be looked up again.
    pub past_review: bool,
    /// Facts, pointers into `facts` and ids of the knowledge base.
    pub because: Vec<String>,
}

/// A judgment, an opinion, a hearing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AuthorityReport {
    /// Id.
    pub id: String,
    /// Whose reach it is about.
    #[schemars(with = "String")]
    pub country: CountryCode,
    /// The grade it is about.
    pub grade: GradeId,
    /// It speaks against the reach.
    pub against: bool,
    /// Its day.
    #[schemars(with = "String")]
    pub date: Date,
    /// How exactly it is known.
    pub date_precision: PrecisionId,
    /// What it says.
    pub text: TextReport,
    /// Sources.
    #[schemars(with = "Vec<String>")]
    pub sources: Vec<SourceId>,
}

/// A deal that is not control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DealReport {
    /// The company it is about.
    pub company: CompanyReport,
    /// Who wants it.
    pub acquirer: Untrusted,
    /// Where the acquirer is at home.
    #[schemars(with = "String")]
    pub acquirer_in: CountryCode,
    /// State on the date: `announced`, `cleared`, `prohibited`, `withdrawn`.
    pub state: Option<Untrusted>,
    /// Since when.
    #[schemars(with = "Option<String>")]
    pub from: Option<Date>,
    /// One sentence.
    pub text: TextReport,
    /// Sources.
    #[schemars(with = "Vec<String>")]
    pub sources: Vec<SourceId>,
}

/// A text of the knowledge base in all languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TextReport {
    /// English.
    pub en: Untrusted,
    /// French.
    pub fr: Untrusted,
}

impl From<&Text> for TextReport {
    fn from(text: &Text) -> Self {
        Self { en: Untrusted::new(&text.en), fr: Untrusted::new(&text.fr) }
    }
}

/// Something odd.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NoteReport {
    /// Kind.
    pub kind: NoteId,
    /// What it is about.
    pub subject: Untrusted,
    /// Facts, pointers into `facts`.
    pub because: Vec<String>,
}

/// Questions without a usable answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct FailureReport {
    /// The resolver; empty when none is known.
    pub resolver: String,
    /// What happened.
    pub status: StatusId,
    /// How many questions.
    pub questions: usize,
}

/// Names of a jurisdiction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct JurisdictionReport {
    /// Its name.
    pub name: TextReport,
    /// The word before "law" and after « droit ».
    pub adjective: Option<TextReport>,
}

/// A source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SourceReport {
    /// Title.
    pub title: Untrusted,
    /// Address.
    pub url: Option<Untrusted>,
    /// 1 official, 2 the company itself, 3 press or law firm, 4 general knowledge.
    pub tier: u8,
    /// Day it was read.
    #[schemars(with = "String")]
    pub seen: Date,
}

impl TargetReport {
    /// The service `explain` takes when none is named: the first row with the gravest sign.
    #[must_use]
    pub fn most_telling(&self) -> Option<&ServiceReport> {
        self.services
            .iter()
            .filter(|s| matches!(s.state, StateId::Found | StateId::NotDetermined) && s.counted)
            .min_by_key(|s| s.mark)
    }
}
