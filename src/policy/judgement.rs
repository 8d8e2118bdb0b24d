//! What a check yields: findings, notices, numbers, and the outcome.

use super::finding::Finding;
use super::id::{FindingId, OperatorKey};
use super::notice::Notice;
use crate::model::{Outcome, Severity, Target};

/// Everything a check found, sorted: gravest first, then rule, target, role, operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// One entry for each rule, target, role and operator against the policy, and one for each that is not known.
    pub findings: Vec<Finding>,
    /// About the policy, its waivers, the data and the run.
    pub notices: Vec<Notice>,
    /// Services by the gravest thing said of each.
    pub counts: Counts,
    /// Findings and notices by severity and state.
    pub tally: Tally,
    /// Labels that were taken from an attestation; reports print "attested by" and the owner.
    pub attested: Vec<Attested>,
    /// Ids of the baseline that no longer occur, where that was measured; what `--tighten` removes.
    pub no_longer: Vec<FindingId>,
}

impl Judgement {
    /// The outcome: the maximum over findings and notices. An unknown never fails a run; under `unknown = "error"` it
    /// never lets one pass. Notices about housekeeping (unused, expiring, matched nothing) decide nothing.
    #[must_use]
    pub fn outcome(&self, fail_on: FailOn) -> Outcome {
        let findings = self.findings.iter().map(|finding| finding.outcome(fail_on));
        let notices = self.notices.iter().map(|notice| notice.outcome(fail_on));
        findings.chain(notices).max().unwrap_or(Outcome::Pass)
    }
}

/// A label that was taken from an attestation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attested {
    /// Index into `Policy::attests`.
    pub attest: usize,
    /// Index into `Policy::rules`.
    pub rule: usize,
    /// The target.
    pub target: Target,
    /// The operator.
    pub operator: OperatorKey,
}

/// Services by the gravest thing said of each; a service is counted once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Targets judged.
    pub targets: usize,
    /// Services that at least one rule is about: the sum of the seven below.
    pub services: usize,
    /// Nothing to say.
    pub ok: usize,
    /// A finding at error.
    pub error: usize,
    /// A finding at warning.
    pub warning: usize,
    /// A finding at note.
    pub note: usize,
    /// Not known.
    pub unknown: usize,
    /// Only waived.
    pub waived: usize,
    /// Only in the baseline.
    pub baselined: usize,
    /// Counted services that no rule is about.
    pub not_covered: usize,
}

/// Findings and notices that count, by severity; and those that do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Findings and notices at error.
    pub errors: usize,
    /// Findings and notices at warning.
    pub warnings: usize,
    /// Findings at note.
    pub notes: usize,
    /// Unknowns that nobody answers for, whatever their severity; not in the three above.
    pub unknown: usize,
    /// Notices that make the run inconclusive; not in those above.
    pub inconclusive: usize,
    /// Waived.
    pub waived: usize,
    /// In the baseline.
    pub baselined: usize,
}

/// From which severity on a finding fails the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FailOn {
    /// Errors.
    #[default]
    Error,
    /// Errors and warnings.
    Warning,
    /// Nothing: findings are only reported.
    Never,
}

impl FailOn {
    pub(super) fn fails(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity >= Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Never => false,
        }
    }
}
