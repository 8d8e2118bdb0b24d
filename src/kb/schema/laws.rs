//! Laws with their connecting factors and their life, and the service matrix.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Text;
use crate::model::{Certainty, Confidence, CountryCode, Grade, Interval, Precision, Role, SourceId};

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

    /// How settled a reading is in this state: what still follows from a law whose authority has lapsed is a matter of
    /// argument, whatever its text said.
    #[must_use]
    pub fn cap(self, certainty: Certainty) -> Certainty {
        match self {
            Self::Transition => certainty.min(Certainty::Contested),
            _ => certainty,
        }
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

span!(LawStatus);
