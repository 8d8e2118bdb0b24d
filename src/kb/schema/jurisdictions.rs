//! Jurisdictions, their groups and adequacy decisions, and agreements between them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Text;
use crate::model::{CountryCode, Interval, LawId, Precision, SourceId};

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
