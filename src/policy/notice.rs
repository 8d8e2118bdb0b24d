//! Notices: about the policy itself, its waivers, the data and the run.

use jiff::civil::Date;

use super::file::Share;
use super::finding::Ended;
use super::id::{FindingId, Origin};
use super::judgement::FailOn;
use crate::model::{Outcome, Role, Severity, Target};

/// Something about the policy, its data or the run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Notice {
    /// How grave.
    pub severity: Severity,
    /// Where: the line of the rule, the waiver or the limit, or the one that named the target.
    pub origin: Origin,
    /// What.
    pub kind: NoticeKind,
    /// The target it is about.
    pub target: Option<Target>,
    /// The role it is about.
    pub role: Option<Role>,
    /// Findings that count again because of it.
    pub findings: Vec<FindingId>,
}

impl Notice {
    /// What it means for the run.
    #[must_use]
    pub fn outcome(&self, fail_on: FailOn) -> Outcome {
        match self.kind {
            NoticeKind::WaiverExpired { .. } if self.severity == Severity::Error && fail_on != FailOn::Never => {
                Outcome::Fail
            }
            _ if self.kind.is_inconclusive() => Outcome::Inconclusive,
            _ => Outcome::Pass,
        }
    }
}

/// Closed list of notices.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoticeKind {
    /// The day of a waiver has passed: an error where a finding counts again.
    WaiverExpired {
        /// Index into `Policy::waivers`.
        waiver: usize,
        /// Its last day.
        on: Date,
    },
    /// What a waiver was granted for has changed.
    WaiverEnded {
        /// Index into `Policy::waivers`.
        waiver: usize,
        /// What changed.
        why: Ended,
    },
    /// A waiver ends within 30 days.
    WaiverExpiring {
        /// Index into `Policy::waivers`.
        waiver: usize,
        /// Its last day.
        on: Date,
        /// Days until then.
        days: u32,
    },
    /// A waiver covered nothing.
    WaiverUnused {
        /// Index into `Policy::waivers`.
        waiver: usize,
    },
    /// The day of an attestation has passed.
    AttestExpired {
        /// Index into `Policy::attests`.
        attest: usize,
        /// Its last day.
        on: Date,
    },
    /// An attestation ends within 30 days.
    AttestExpiring {
        /// Index into `Policy::attests`.
        attest: usize,
        /// Its last day.
        on: Date,
        /// Days until then.
        days: u32,
    },
    /// An attestation was not needed.
    AttestUnused {
        /// Index into `Policy::attests`.
        attest: usize,
    },
    /// A rule, or the limit `third-parties`, matched no service on any target.
    RuleMatchedNothing {
        /// Its id.
        rule: String,
    },
    /// A local table was too old when the target was observed: inconclusive.
    DataTooOld {
        /// The table.
        table: String,
        /// Its date; `None` if it does not say.
        date: Option<Date>,
        /// Days it may be old.
        max: u32,
    },
    /// The evidence is too old to be judged today: inconclusive.
    EvidenceTooOld {
        /// Its date.
        date: Date,
        /// Days it may be old.
        max: u32,
    },
    /// Nothing was measured about a target: inconclusive.
    NothingMeasured,
    /// Some question found no answer, and every answer was wanted (`--strict`): inconclusive.
    Unanswered,
    /// A line of an input file that names a target could not be read: inconclusive.
    NotRead {
        /// Why not; text from outside.
        what: String,
    },
    /// No target was judged: inconclusive.
    NoTargets,
    /// More services are not known than the limit: inconclusive.
    UnknownShare {
        /// Services not known.
        unknown: usize,
        /// Services that rules are about.
        services: usize,
        /// The limit.
        max: Share,
    },
}

impl NoticeKind {
    /// Whether nothing can be concluded from the run because of it.
    #[must_use]
    pub fn is_inconclusive(&self) -> bool {
        match self {
            Self::DataTooOld { .. }
            | Self::EvidenceTooOld { .. }
            | Self::NothingMeasured
            | Self::Unanswered
            | Self::NotRead { .. }
            | Self::NoTargets
            | Self::UnknownShare { .. } => true,
            Self::WaiverExpired { .. }
            | Self::WaiverEnded { .. }
            | Self::WaiverExpiring { .. }
            | Self::WaiverUnused { .. }
            | Self::AttestExpired { .. }
            | Self::AttestExpiring { .. }
            | Self::AttestUnused { .. }
            | Self::RuleMatchedNothing { .. } => false,
        }
    }

    /// Id of the notice in machine formats and of its text; a rule of a policy cannot have it.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::WaiverExpired { .. } => "waiver-expired",
            Self::WaiverEnded { .. } => "waiver-ended",
            Self::WaiverExpiring { .. } => "waiver-expiring",
            Self::WaiverUnused { .. } => "waiver-unused",
            Self::AttestExpired { .. } => "attest-expired",
            Self::AttestExpiring { .. } => "attest-expiring",
            Self::AttestUnused { .. } => "attest-unused",
            Self::RuleMatchedNothing { .. } => "rule-matched-nothing",
            Self::DataTooOld { .. } => "data-too-old",
            Self::EvidenceTooOld { .. } => "evidence-too-old",
            Self::NothingMeasured => "nothing-measured",
            Self::Unanswered => "unanswered",
            Self::NotRead { .. } => "not-read",
            Self::NoTargets => "no-targets",
            Self::UnknownShare { .. } => "unknown-share",
        }
    }
}
