//! What judging yields: findings, notices about the policy itself, numbers, and the outcome.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::file::Share;
use crate::assess::Reach;
use crate::attribute::{Gap, Ref};
use crate::model::{
    Certainty, Confidence, CountryCode, Grade, LawId, NonEmpty, OperatorId, Outcome, Role, Severity, Target,
};

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

/// One service of one target that a rule is not content with, or of which it cannot be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The same from day to day: see [`FindingId::of`].
    pub id: FindingId,
    /// Id of the rule; `third-parties` and `answers-disagree` are built in.
    pub rule: String,
    /// What was found, whatever became of it.
    pub verdict: Verdict,
    /// What became of it.
    pub state: State,
    /// Of a finding: at most the rule's. Of an unknown: what the policy's `unknown` makes of it.
    pub severity: Severity,
    /// The target.
    pub target: Target,
    /// The role.
    pub role: Role,
    /// Hosts or records it was seen at, sorted; text from outside.
    pub records: Vec<String>,
    /// Who runs it.
    pub operator: OperatorKey,
    /// The operator's name, where it is in the data.
    pub operator_name: Option<String>,
    /// Why, sorted. Texts stand in `data/text`.
    pub reasons: NonEmpty<Reason>,
    /// Jurisdictions that matter for it, closest first.
    pub codes: Vec<CitedCode>,
    /// Laws that matter for it, sorted.
    pub laws: Vec<CitedLaw>,
    /// Countries that machines answer from and that matter for it, sorted.
    pub places: Vec<CountryCode>,
    /// Lowest confidence among what matters.
    pub sure: Confidence,
    /// Line that named the target; the rule's, where the target is an argument of the command line.
    pub origin: Origin,
    /// Line of the rule.
    pub rule_at: Origin,
    /// The reason the policy gives for the rule; text from outside.
    pub rule_because: Option<String>,
    /// Facts it rests on, sorted.
    pub because: Vec<Ref>,
    /// The waiver that is about it, used or refused.
    pub waiver: Option<WaiverMark>,
    /// Where the service stands in what was judged.
    pub layers: Vec<LayerAt>,
}

impl Finding {
    /// What it means for the run.
    #[must_use]
    pub fn outcome(&self, fail_on: FailOn) -> Outcome {
        match self.state {
            State::Finding if fail_on.fails(self.severity) => Outcome::Fail,
            State::Unknown if self.severity == Severity::Error => Outcome::Inconclusive,
            State::Finding | State::Unknown | State::Waived | State::Baselined => Outcome::Pass,
        }
    }
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Measured, and against the rule.
    Against,
    /// It could not be told.
    Unknown,
}

/// What became of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// It counts.
    Finding,
    /// It could not be told, and nobody answers for it.
    Unknown,
    /// Somebody answers for it until a day.
    Waived,
    /// It is in the baseline, no graver than it was.
    Baselined,
}

/// Why something is a finding, or is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// A jurisdiction reaches the operator that the rule does not allow (`codes`).
    Reached,
    /// A law applies that the rule denies (`laws`).
    LawApplies,
    /// Machines answer from a country the rule does not allow (`places`).
    PlacedOutside,
    /// The operator is not one of those the rule allows.
    OperatorNotAllowed,
    /// The operator is one of those the rule denies.
    OperatorDenied,
    /// The operator is not recorded as established where the rule wants it.
    NotEstablished,
    /// A jurisdiction is only in part a member of what the rule allows or denies (`codes` or `places`).
    PartialMember,
    /// A jurisdiction may reach the operator (`codes`).
    MayBeReached,
    /// A law may reach the operator (`laws`).
    LawMayApply,
    /// Anycast: no single place.
    Anycast,
    /// A page meets more operators than the limit.
    TooManyThirdParties {
        /// As many as were met.
        found: u32,
        /// As many as are allowed.
        max: u32,
    },
    /// Two looks at the target name different operators.
    AnswersDisagree,
    /// Nobody could be named.
    NotDetermined(Gap),
    /// Somebody was named who is not in the data.
    OperatorUnlisted,
    /// Owners are not known to the top.
    OwnersUnknown,
    /// Known with less confidence than the rule wants.
    Unsure {
        /// What it is known with, 0 to 3.
        sure: u8,
        /// What the rule wants, 1 to 3.
        min_sure: u8,
    },
    /// No place is known.
    PlaceUnknown,
    /// A place is only one table's word.
    PlaceWeak,
    /// Whether the operator falls under the part that is covered cannot be seen (`codes` or `places`).
    ScopeNotObserved,
    /// A label is granted per offer, and which offer is used cannot be seen.
    OfferNotObserved {
        /// The scheme.
        label: String,
        /// Offers of the operator that hold it, by the data.
        offers: Vec<String>,
    },
    /// The rule speaks of home, and the target has none.
    NoHome,
}

impl Reason {
    /// Id of the reason in machine formats and of its text.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::LawApplies => "law-applies",
            Self::PlacedOutside => "placed-outside",
            Self::OperatorNotAllowed => "operator-not-allowed",
            Self::OperatorDenied => "operator-denied",
            Self::NotEstablished => "not-established",
            Self::PartialMember => "partial-member",
            Self::MayBeReached => "may-be-reached",
            Self::LawMayApply => "law-may-apply",
            Self::Anycast => "anycast",
            Self::TooManyThirdParties { .. } => "too-many-third-parties",
            Self::AnswersDisagree => "answers-disagree",
            Self::NotDetermined(_) => "not-determined",
            Self::OperatorUnlisted => "operator-unlisted",
            Self::OwnersUnknown => "owners-unknown",
            Self::Unsure { .. } => "unsure",
            Self::PlaceUnknown => "place-unknown",
            Self::PlaceWeak => "place-weak",
            Self::ScopeNotObserved => "scope-not-observed",
            Self::OfferNotObserved { .. } => "offer-not-observed",
            Self::NoHome => "no-home",
        }
    }
}

/// A jurisdiction that matters for a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CitedCode {
    /// How far its law comes.
    pub reach: Reach,
    /// The closest grade, highest first in order.
    pub grade: std::cmp::Reverse<Grade>,
    /// The jurisdiction.
    pub country: CountryCode,
    /// How well that is backed.
    pub confidence: Confidence,
    /// It is only in part a member of a group that the rule names.
    pub is_partial: bool,
}

/// A law that matters for a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CitedLaw {
    /// The law.
    pub law: LawId,
    /// How far it comes.
    pub reach: Reach,
    /// Whose law it is.
    pub country: CountryCode,
    /// How settled.
    pub certainty: Certainty,
    /// How well backed.
    pub confidence: Confidence,
}

/// Where a service stands in what was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LayerAt {
    /// Number of the subject, in the order they were judged.
    pub subject: usize,
    /// Index into its `Attribution::services`.
    pub service: usize,
    /// Index into that service's layers; `None` where there is none.
    pub layer: Option<usize>,
}

/// A place in a file of the user.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// File, as the user named it; text from outside.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// Who runs a service, as waivers, baselines and ids name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OperatorKey {
    /// An operator in the data.
    Listed(OperatorId),
    /// A registrable domain or AS name that is not in the data; text from outside.
    Unlisted(String),
    /// Nobody could be named.
    Unknown,
}

/// Prefix of an operator that is not in the data.
const UNLISTED: &str = "unlisted:";
/// An operator nobody could name.
const UNKNOWN: &str = "unknown";

impl fmt::Display for OperatorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listed(id) => id.fmt(f),
            Self::Unlisted(name) => write!(f, "{UNLISTED}{name}"),
            Self::Unknown => f.write_str(UNKNOWN),
        }
    }
}

/// Not the text of an operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither an operator's id nor \"unlisted:NAME\" nor \"unknown\"")]
pub struct BadOperatorKey(pub String);

impl FromStr for OperatorKey {
    type Err = BadOperatorKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == UNKNOWN {
            return Ok(Self::Unknown);
        }
        match text.strip_prefix(UNLISTED) {
            Some(name) if !name.trim().is_empty() => Ok(Self::Unlisted(name.to_owned())),
            Some(_) => Err(BadOperatorKey(text.to_owned())),
            None => text.parse().map(Self::Listed).map_err(|_| BadOperatorKey(text.to_owned())),
        }
    }
}

/// Id of a finding: the first 16 hexadecimal digits of SHA-256 over rule, target, role and operator, so that it is the
/// same from day to day. Addresses, dates and texts are not in it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FindingId([u8; 8]);

impl FindingId {
    /// The id. An unknown has another than the finding it may turn out to be: a baseline holds findings only.
    #[must_use]
    pub fn of(rule: &str, target: &str, role: Role, operator: &OperatorKey, verdict: Verdict) -> Self {
        let mut hash = Sha256::new();
        for part in [rule, target, role.id()] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        if verdict == Verdict::Unknown {
            hash.update(b"?\0");
        }
        // Last, because it may hold any octet.
        hash.update(operator.to_string().as_bytes());
        let mut id = [0; 8];
        id.copy_from_slice(&hash.finalize()[..8]);
        Self(id)
    }
}

impl fmt::Display for FindingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for FindingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Not 16 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the id of a finding: 16 hexadecimal digits")]
pub struct BadFindingId(pub String);

impl FromStr for FindingId {
    type Err = BadFindingId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || BadFindingId(text.to_owned());
        let is_hex = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if text.len() != 16 || !is_hex {
            return Err(bad());
        }
        u64::from_str_radix(text, 16).map(|n| Self(n.to_be_bytes())).map_err(|_| bad())
    }
}

/// What a waiver did about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WaiverMark {
    /// Index into `Policy::waivers`.
    pub waiver: usize,
    /// What it did.
    pub state: WaiverState,
}

/// Life of a waiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WaiverState {
    /// It holds.
    Valid,
    /// It holds for at most 30 days more.
    Expiring,
    /// Its day has passed: the finding counts again.
    Expired,
    /// What it was granted for has changed: the finding counts again.
    Ended(Ended),
}

/// What changed under a waiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ended {
    /// Another operator runs the service.
    Operator,
    /// Another jurisdiction reaches it.
    Reach,
}

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
            Self::NoTargets => "no-targets",
            Self::UnknownShare { .. } => "unknown-share",
        }
    }
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
    fn fails(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity >= Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Never => false,
        }
    }
}
