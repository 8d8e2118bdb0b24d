//! What the evidence shows beside each criterion of a framework: facts, never a result. Criteria that nothing visible
//! from outside touches carry the question for the supplier.

mod bench;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    CompanyReport, ControllerReport, GapId, GradeId, HomeReport, JudgedWith, JurisdictionReport, LinkReport,
    OwnersReport, PlaceReport, PrecisionId, ReachId, RoleId, SourceReport, TextReport,
};
use crate::kb::schema::{CriterionEvidence, CriterionFact};
use crate::model::{CountryCode, LawId, OperatorId, SourceId};
use crate::safe::Untrusted;

/// What the evidence shows beside the criteria of a framework.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FrameworkReport {
    /// `jurisdig/framework/1`.
    pub schema: &'static str,
    /// The framework.
    pub framework: FrameworkHead,
    /// Name or address that was audited, names in A-label form.
    pub target: String,
    /// When the observation began.
    #[schemars(with = "String")]
    pub taken_at: Timestamp,
    /// Date of ownership and law.
    #[schemars(with = "String")]
    pub as_of: Date,
    /// Whose law is at home.
    pub home: HomeReport,
    /// What it was judged with.
    pub judged_with: JudgedWith,
    /// Whether anything could be measured at all.
    pub measured: bool,
    /// The operators of the counted services, each once.
    pub operators: Vec<SubjectReport>,
    /// Its criteria, in its order.
    pub criteria: Vec<CriterionReport>,
    /// Names of the jurisdictions that occur.
    #[schemars(with = "BTreeMap<String, JurisdictionReport>")]
    pub jurisdictions: BTreeMap<CountryCode, JurisdictionReport>,
    /// The sources that are cited.
    #[schemars(with = "BTreeMap<String, SourceReport>")]
    pub sources: BTreeMap<SourceId, SourceReport>,
    /// What this report is not.
    pub disclaimer: &'static str,
}

/// A framework by name and date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FrameworkHead {
    /// Id.
    pub id: String,
    /// Name.
    pub name: TextReport,
    /// Version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<Untrusted>,
    /// What is recorded of its state: `in-force`, `applied`, `proposed`, `not-adopted`.
    pub status: Option<Untrusted>,
    /// Since when.
    #[schemars(with = "Option<String>")]
    pub from: Option<Date>,
    /// How exactly that is known.
    pub from_precision: PrecisionId,
    /// Sources.
    #[schemars(with = "Vec<String>")]
    pub sources: Vec<SourceId>,
}

/// An operator of counted services.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SubjectReport {
    /// Id; none for one that is not in the data.
    #[schemars(with = "Option<String>")]
    pub operator: Option<OperatorId>,
    /// Name.
    pub name: Untrusted,
    /// The parts it plays.
    pub roles: Vec<RoleId>,
    /// The legal person that runs it.
    pub company: Option<CompanyReport>,
    /// Who controls it in the end; never on general knowledge alone.
    pub controllers: Vec<ControllerReport>,
    /// Whether owners are known to the top.
    pub owners: OwnersReport,
    /// Jurisdictions connected with it by seat, control, place or presence, each with the laws that follow.
    pub reach: Vec<SubjectReach>,
}

/// A jurisdiction connected with an operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SubjectReach {
    /// The jurisdiction.
    #[schemars(with = "String")]
    pub country: CountryCode,
    /// The closest grade.
    pub grade: GradeId,
    /// How far it comes.
    pub reach: ReachId,
    /// Outside the home group.
    pub outside: bool,
    /// Laws that apply.
    pub laws: Vec<SubjectLaw>,
}

/// A law that applies to an operator's service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct SubjectLaw {
    /// Id.
    #[schemars(with = "String")]
    pub law: LawId,
    /// Short name.
    #[schemars(with = "Option<String>")]
    pub short: Option<String>,
    /// Lapsed with effects that go on.
    pub in_transition: bool,
}

/// One criterion, and what the evidence shows beside it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct CriterionReport {
    /// Number.
    pub id: String,
    /// What it asks.
    pub title: TextReport,
    /// What of it can be seen from outside.
    pub evidence: CriterionEvidenceId,
    /// What the evidence can show here, and what it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shows: Option<TextReport>,
    /// The ceilings the framework publishes, as facts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ceilings: Option<CeilingsReport>,
    /// Which facts stand beside it.
    pub facts: Vec<CriterionFactId>,
    /// Holdings from outside the group in the chains of the operators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holdings: Option<HoldingsReport>,
    /// Services that were seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub services: Option<Vec<SeenService>>,
    /// DNSSEC and CAA.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dns: Option<DnsReport>,
    /// Certifications of offers of the operators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certifications: Option<Vec<CertificationReport>>,
    /// The question for the supplier.
    pub question: TextReport,
}

/// Ceilings for holdings from outside a group, in per cent of capital or votes.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct CeilingsReport {
    /// The group.
    pub group: String,
    /// For one holder.
    pub one: f64,
    /// For all together.
    pub together: f64,
}

/// Holdings from outside a group.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct HoldingsReport {
    /// The group.
    pub group: String,
    /// The holdings, by company held, then holder.
    pub list: Vec<HoldingReport>,
}

/// One holding.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct HoldingReport {
    /// The company held: an operating company, or one above it.
    pub owned: CompanyReport,
    /// The holder.
    pub owner: CompanyReport,
    /// What is recorded of it; a share that is not recorded is absent.
    pub link: LinkReport,
}

/// A service that was seen.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SeenService {
    /// The part it plays.
    pub role: RoleId,
    /// Host or record it was seen at.
    pub record: Untrusted,
    /// Why its operator is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<GapId>,
    /// Its operators, outermost first.
    pub operators: Vec<SeenOperator>,
}

/// An operator of a service that was seen.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SeenOperator {
    /// Name.
    pub name: Untrusted,
    /// Where its machines answer.
    pub place: PlaceReport,
}

/// DNSSEC and CAA, as far as the evidence holds them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DnsReport {
    /// `found`, `none`, `no-answer` or `not-asked`.
    pub caa: &'static str,
    /// Name the CAA records were found at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caa_at: Option<String>,
    /// The CAA records.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub caa_records: Vec<Untrusted>,
    /// Questions for which the resolver's check of DNSSEC failed. Nothing else about DNSSEC is in the evidence.
    pub dnssec_failed: usize,
}

/// An entry about an offer. Whether the audited service uses that offer was not observed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CertificationReport {
    /// Holder.
    pub holder: CompanyReport,
    /// The operator it was found for.
    #[schemars(with = "String")]
    pub operator: OperatorId,
    /// Scheme.
    pub scheme: String,
    /// Version, where the source has one.
    pub version: Option<Untrusted>,
    /// The offer; none where the source does not name it.
    pub offer: Option<Untrusted>,
    /// Since when.
    #[schemars(with = "Option<String>")]
    pub from: Option<Date>,
    /// How exactly that is known.
    pub from_precision: PrecisionId,
    /// Always false: the use of an offer cannot be seen from outside.
    pub use_observed: bool,
    /// Sources.
    #[schemars(with = "Vec<String>")]
    pub sources: Vec<SourceId>,
}

macro_rules! ids {
    ($(#[$doc:meta])* $name:ident of $core:ident { $($variant:ident = $id:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        #[allow(missing_docs, reason = "the variants are those of the schema, which are documented there")]
        pub enum $name { $($variant),+ }

        impl $name {
            /// All values.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The id used in JSON and in the keys of the texts.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$variant => $id),+ }
            }
        }

        impl From<$core> for $name {
            fn from(core: $core) -> Self {
                match core { $($core::$variant => Self::$variant),+ }
            }
        }
    };
}
ids! {
    /// What of a criterion can be seen from outside.
    CriterionEvidenceId of CriterionEvidence {
        Nexus = "nexus", Register = "register", Observation = "observation", None = "none",
    }
}
ids! {
    /// Facts that stand beside a criterion.
    CriterionFactId of CriterionFact {
        Seat = "seat", Control = "control", Holdings = "holdings", Laws = "laws", Services = "services", Dns = "dns",
        Certifications = "certifications",
    }
}
