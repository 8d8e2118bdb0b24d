//! One operator of a service: who runs it, who owns that, where its machines answer, and whose law reaches it.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    CertaintyId, ControlId, GradeId, LawReport, LinkId, MarkId, PrecisionId, ReachId, TextReport, TopId, ViaId,
};
use crate::model::{Asn, CountryCode, DomainName, EntityId, LawId, OperatorId, SourceId};
use crate::safe::Untrusted;

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
    pub why: Option<TextReport>,
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
    /// Outside the home group; false without a home.
    pub outside: bool,
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
    pub state: Untrusted,
    /// Since when.
    #[schemars(with = "String")]
    pub from: Date,
    /// One sentence, true on the date and telling nothing later.
    pub text: TextReport,
    /// Sources.
    #[schemars(with = "Vec<String>")]
    pub sources: Vec<SourceId>,
}
