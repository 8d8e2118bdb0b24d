//! Ownership and other links for a time, and deals that are not control.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Text;
use crate::model::{CountryCode, EntityId, Interval, Precision, SourceId};

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

impl EdgeKind {
    /// Whether a link of this kind can carry control.
    #[must_use]
    pub fn is_ownership(self) -> bool {
        matches!(self, Self::Equity | Self::Votes | Self::Contract | Self::Branch)
    }
}

span!(Edge);
