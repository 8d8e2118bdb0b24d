//! Legal persons: where they are incorporated, and what ends a chain of owners.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Text;
use crate::model::{CountryCode, Interval, Precision, SourceId};

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
    #[serde(default, deserialize_with = "super::one_or_many")]
    pub top: Vec<Top>,
    /// Why owners are not recorded.
    #[serde(default)]
    pub owners_unknown: Option<OwnersUnknown>,
    /// Sources; the default of `incorporated` and `establishments`.
    #[serde(default)]
    pub sources: Vec<SourceId>,
    /// Remarks.
    #[serde(default, deserialize_with = "super::one_or_many")]
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

span!(Incorporation, Top);
