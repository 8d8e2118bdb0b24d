//! Follows a company to its owners on a date and lists every connection with a jurisdiction.

use super::Knowledge;
use crate::model::{AsOf, Confidence, CountryCode, EntityId, Grade};

/// One step of a chain: a company, and the edge that led to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// The company reached.
    pub entity: EntityId,
    /// Index into `Kb::edges` of the edge that led here; `None` for the first company.
    pub edge: Option<usize>,
}

/// Why a nexus exists, beside its grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Via {
    /// Seat of the company at the end of the path.
    Seat,
    /// An establishment known only by its country.
    Establishment,
    /// A group company.
    GroupCompany,
    /// A minority holding.
    Holding,
    /// A listing.
    Listing,
    /// Technology, sub-processor or licence.
    Technology,
    /// Where machines stand (added by `assess`).
    Place,
    /// The country most of an unlisted network is registered in (added by `assess`).
    Inferred,
}

/// A connection between a company and a jurisdiction on a date.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Nexus {
    /// The jurisdiction.
    pub jurisdiction: CountryCode,
    /// How close.
    pub grade: Grade,
    /// Through which companies, the operating one first.
    pub path: Vec<Step>,
    /// Why.
    pub via: Via,
    /// The path goes through funds: every higher node is marked.
    pub via_fund: bool,
    /// The path goes through joint control.
    pub joint: bool,
    /// How well the path is backed (the worst edge; best source of each).
    pub confidence: Confidence,
    /// The date lies in a month or year within which an edge of the path is only known to start or end.
    pub boundary: bool,
}

/// Whether the chain of owners is complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owners {
    /// Every upward walk ends at a recorded top.
    Complete,
    /// At this company the record ends.
    Unknown {
        /// The company.
        at: EntityId,
        /// Why, where recorded.
        why: Option<String>,
    },
}

/// Result of a walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk {
    /// The operating company.
    pub entity: EntityId,
    /// All connections, sorted by grade (closest first), jurisdiction, path.
    pub nexus: Vec<Nexus>,
    /// Whether owners are known to the top.
    pub owners: Owners,
    /// A date of the chain is only known to the month or year the question falls in.
    pub boundary: bool,
    /// Indices into `Kb::deals`: deals about companies of the chain that were known on the date.
    pub deals: Vec<usize>,
}

impl Knowledge {
    /// All connections of a company on a date.
    #[must_use]
    pub fn walk(&self, entity: &EntityId, _as_of: AsOf) -> Walk {
        Walk { entity: entity.clone(), nexus: Vec::new(), owners: Owners::Complete, boundary: false, deals: Vec::new() }
    }
}
