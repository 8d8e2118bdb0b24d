//! A finding: one service of one target that a rule is not content with, or of which it cannot be told.

use super::id::{FindingId, OperatorKey, Origin};
use super::judgement::FailOn;
use crate::assess::Reach;
use crate::attribute::{Gap, Ref};
use crate::model::{Certainty, Confidence, CountryCode, Grade, LawId, NonEmpty, Outcome, Role, Severity, Target};

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
    /// No establishment of the operator is recorded where the rule wants one. The record lists those that were looked
    /// up, not all there are.
    EstablishmentNotRecorded,
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
            Self::EstablishmentNotRecorded => "establishment-not-recorded",
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
