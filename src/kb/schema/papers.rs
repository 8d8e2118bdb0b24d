//! Certifications, authorities, and frameworks with their criteria.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{EdgeKind, Text};
use crate::model::{CountryCode, EntityId, Grade, Precision, SourceId};

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

impl Certification {
    /// What `offer` says where the source names none.
    pub const UNNAMED: &str = "not named in the source";
}
