//! The published shape of an audit: what `--json` prints and what every renderer shows. Internal types are never
//! serialised to users. English keys, sorted lists, no text that depends on a language: texts of the knowledge base
//! come in all languages, everything else is an id that the renderers put into words.

mod alternatives;
mod build;
mod cell;
mod check;
mod fact;
mod framework;
mod ids;
mod law;
mod layer;
mod page;
#[cfg(test)]
pub(crate) mod samples;
mod service;
#[cfg(test)]
mod tests;
mod transfer;
mod used;
mod who;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

pub use alternatives::{AlternativeLink, AlternativeReport, AlternativesReport};
pub use check::{
    AttestedReport, CHECK_SCHEMA, ChainLink, CheckReport, CitedLawReport, CountsReport, FindingReport, NoticeOfCheck,
    PlaceOfFile, PolicyHead, ReasonReport, RuleHead, TallyReport, WaiverReport,
};
pub use fact::{AnswerReport, Fact, FactReport, TablePlace};
pub use framework::{
    CeilingsReport, CertificationReport, CriterionEvidenceId, CriterionFactId, CriterionReport, DnsReport,
    FrameworkHead, FrameworkReport, HoldingReport, HoldingsReport, SeenOperator, SeenService, SubjectLaw, SubjectReach,
    SubjectReport,
};
pub use ids::{
    AbsenceId, CaptureId, CertaintyId, ConfidenceId, ConsentId, ContactId, ControlId, DataClassId, GapId, GradeId,
    GroupId, LawKindId, LawStateId, LinkId, MarkId, NamedAsId, NoteId, OutcomeId, PrecisionId, PurposeId, ReachId,
    RobotsId, RoleId, SeverityId, StatusId, TopId, TrustId, UseId, ViaId,
};
pub use law::{AgreementId, AgreementReport, BindReport, LawCard, LawReport, LawsReport, StatusReport, laws};
pub use layer::{
    AuthorityReport, BasisLaw, BasisReport, CodeReport, CompanyReport, ControllerReport, DealReport, ExposureReport,
    GroundId, LayerReport, LinkReport, NexusReport, OwnersId, OwnersReport, PlaceId, PlaceInReport, PlaceReport,
    StepReport, TopReport,
};
pub use page::{CertificateReport, NamedAtReport, OnPageReport, PageReport};
pub use transfer::{AdequacyReport, LitigationReport};
pub use who::{CardField, CardRow, Truth, WhoReport, WhoRow};

use crate::audit::Audit;
use crate::evidence::Evidence;
use crate::kb::Knowledge;
use crate::kb::schema::Text;
use crate::model::{Asn, CountryCode, SourceId};
use crate::safe::Untrusted;

/// Schema of an audit.
pub const AUDIT_SCHEMA: &str = "jurisdig/audit/1";
/// Schema of an answer of `who`.
pub const WHO_SCHEMA: &str = "jurisdig/who/1";
/// Schema of what the evidence shows beside a framework.
pub const FRAMEWORK_SCHEMA: &str = "jurisdig/framework/1";
/// Schema of a list of laws.
pub const LAWS_SCHEMA: &str = "jurisdig/laws/1";

/// Builds published shapes from the core.
#[derive(Debug, Clone, Copy)]
pub struct Report;

impl Report {
    /// One audited target.
    #[must_use]
    pub fn build(evidence: &Evidence, audit: &Audit, kb: &Knowledge) -> TargetReport {
        build::target(evidence, audit, kb, false)
    }

    /// One audited target, with operators of the same kind that stay within the home group.
    #[must_use]
    pub fn build_with_alternatives(evidence: &Evidence, audit: &Audit, kb: &Knowledge) -> TargetReport {
        build::target(evidence, audit, kb, true)
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
    /// Where files of the user name the target.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub named_at: Vec<NamedAtReport>,
    /// Looks at the page: our own fetch, or recordings of browsers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pages: Vec<PageReport>,
    /// The certificate of the target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateReport>,
    /// Oddities that change no line.
    pub notes: Vec<NoteReport>,
    /// Laws that bind whoever offers services in a jurisdiction.
    pub serves: Vec<LawReport>,
    /// Adequacy decisions about jurisdictions that reach a service from outside, where home is in the EEA. They say
    /// whether data may be transferred, not whether access is possible.
    #[schemars(with = "Option<BTreeMap<String, Vec<AdequacyReport>>>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adequacy: Option<BTreeMap<CountryCode, Vec<AdequacyReport>>>,
    /// Operators of the same kind whose recorded control stays within the home group; only where asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alternatives: Option<Vec<AlternativesReport>>,
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
    /// Mappings of connections (`--connect-to`); nothing else was dialled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub connect_to: Vec<String>,
    /// Proxy that pages were fetched through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<Untrusted>,
    /// Addresses outside the public Internet could be dialled.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub allow_private: bool,
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
    /// Entries used here that did not come from the release: `kind/id` and the file.
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
    /// Of a page resource: what it is for and how it meets the visitor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<OnPageReport>,
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
    /// Title on a French screen, for a source that has no title of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title_fr: Option<Untrusted>,
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
