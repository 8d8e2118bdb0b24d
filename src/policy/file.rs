//! What a policy file says, parsed: every list settled, every name resolved, every entry with its line.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;

use super::glob::Glob;
use super::{OperatorKey, Origin};
use crate::attribute::{Home, Purpose};
use crate::model::{CountryCode, LawId, OperatorId, Role, Severity, Target};

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Name of the file, as findings print it.
    pub file: String,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// Whose law is at home; `None`: each target's country-code domain decides.
    pub home: Option<Home>,
    /// Targets written in the file.
    pub targets: Vec<PolicyTarget>,
    /// A list of targets, as a path relative to the file.
    pub targets_file: Option<String>,
    /// Files to look for hosts in: globs relative to the file.
    pub scan: Vec<String>,
    /// What an unknown counts for.
    pub unknown: UnknownIs,
    /// What a waiver or an attestation counts for that covered nothing.
    pub warns_of_unused: bool,
    /// How much older than the evidence a local table may be.
    pub data_max_age: Option<MaxAge>,
    /// How old evidence may be on the day of judgement.
    pub evidence_max_age: Option<MaxAge>,
    /// The file's own groups.
    pub groups: BTreeMap<GroupName, Group>,
    /// Rules in the order of the file.
    pub rules: Vec<Rule>,
    /// Waivers in the order of the file.
    pub waivers: Vec<Waiver>,
    /// Attestations in the order of the file.
    pub attests: Vec<Attest>,
    /// The baseline, where the file names one.
    pub baseline: Option<BaselineFile>,
    /// Limits.
    pub limits: Limits,
}

/// How old something may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaxAge {
    /// In days.
    pub days: u32,
    /// Its line.
    pub line: u32,
}

/// A target written in the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyTarget {
    /// The target.
    pub target: Target,
    /// Its line.
    pub line: u32,
}

/// What an unknown counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum UnknownIs {
    /// Listed.
    Allowed,
    /// Listed as a warning; the outcome stays.
    #[default]
    Warning,
    /// The run is inconclusive; never a failure.
    Error,
}

/// What an answer that is neither yes nor no counts for (`anycast`, `partial`, `may-reach`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// Nothing.
    Allow,
    /// Not known.
    Unknown,
    /// A finding, at most a warning.
    Warn,
    /// A finding at the rule's severity.
    Error,
}

/// Name of a group, without `@`, lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupName(pub(super) String);

impl GroupName {
    /// The name without `@`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for GroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@{}", self.0)
    }
}

/// A group of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its members.
    pub members: Vec<GroupMember>,
    /// Its line.
    pub line: u32,
}

/// A member of a group for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMember {
    /// A country or another group.
    pub within: Within,
    /// First day, if any.
    pub from: Option<Date>,
    /// First day after, if any.
    pub to: Option<Date>,
    /// A member only in part: a rule's `partial` says what that counts for.
    pub is_partial: bool,
}

/// A country or a group of countries.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Within {
    /// One country.
    Country(CountryCode),
    /// A group: the file's own, or one that is built in.
    Group(GroupName),
}

impl fmt::Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Country(country) => country.fmt(f),
            Self::Group(group) => group.fmt(f),
        }
    }
}

/// `only` or `deny`; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Members<T> {
    /// Nothing else is allowed.
    Only(Vec<T>),
    /// Everything else is allowed.
    Deny(Vec<T>),
}

/// A rule. All of its conditions have to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Id, unique in the file.
    pub id: String,
    /// Line of the rule's id.
    pub line: u32,
    /// Roles it is about, sorted.
    pub roles: Vec<Role>,
    /// Targets it is about; empty for all.
    pub targets: Vec<Glob>,
    /// Which jurisdictions may reach the operator.
    pub reach: Option<ReachCondition>,
    /// Which laws may apply.
    pub law: Option<LawCondition>,
    /// Where machines may answer.
    pub located: Option<Located>,
    /// Which operators may run the service.
    pub operator: Option<OperatorCondition>,
    /// Where the operator has to be established.
    pub established_in: Option<EstablishedIn>,
    /// How grave a finding is.
    pub severity: Severity,
    /// The reason the file gives; text from outside.
    pub because: Option<String>,
}

/// `reach = { only|deny, min-sure, partial, may-reach }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReachCondition {
    /// Which.
    pub members: Members<Within>,
    /// Least confidence, 1 to 3.
    pub min_sure: u8,
    /// What a member in part counts for.
    pub partial: Answer,
    /// What a jurisdiction that only may reach counts for.
    pub may_reach: Answer,
}

/// `law = { deny, min-sure, may-reach }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LawCondition {
    /// Laws that shall not apply, sorted.
    pub deny: Vec<LawId>,
    /// Least confidence, 1 to 3.
    pub min_sure: u8,
    /// What a law that only may reach counts for.
    pub may_reach: Answer,
}

/// `located = { only, anycast, partial }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// Where.
    pub only: Vec<Within>,
    /// What anycast counts for.
    pub anycast: Answer,
    /// What a member in part counts for.
    pub partial: Answer,
}

/// `operator = { only|deny }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorCondition {
    /// Which.
    pub members: Members<OperatorEntry>,
}

/// What an operator can be named by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum OperatorEntry {
    /// Its id.
    Id(OperatorId),
    /// `kind:` what it does on a page.
    Kind(Purpose),
    /// `label:` a scheme; granted per offer, so known only where `[[attest]]` says so.
    Label(String),
}

/// `established-in = { only }`, or the same list inside `operator`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EstablishedIn {
    /// In at least one of these.
    pub only: Vec<Within>,
}

/// A finding that somebody answers for, until a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// Line of the entry.
    pub line: u32,
    /// Rule.
    pub rule: String,
    /// Targets.
    pub target: Glob,
    /// Role.
    pub role: Role,
    /// Operator; the waiver ends when it changes.
    pub operator: OperatorKey,
    /// Reached codes it covers; `None` for any.
    pub reach: Option<Vec<CountryCode>>,
    /// Why; text from outside.
    pub reason: String,
    /// Who answers for it; text from outside.
    pub owner: String,
    /// Where it is followed up; text from outside.
    pub ticket: Option<String>,
    /// Last day it holds.
    pub expires: Date,
}

/// A label granted per offer, vouched for by somebody until a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attest {
    /// Line of the entry.
    pub line: u32,
    /// Targets.
    pub target: Glob,
    /// Role.
    pub role: Role,
    /// Scheme, without `label:`.
    pub label: String,
    /// The document that shows it; text from outside.
    pub document: String,
    /// Why; text from outside.
    pub reason: String,
    /// Who answers for it; text from outside.
    pub owner: String,
    /// Last day it holds.
    pub expires: Date,
}

/// `[baseline]`: a ratchet, which may shrink and never grows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaselineFile {
    /// Path relative to the policy.
    pub file: String,
    /// Its line.
    pub line: u32,
}

/// `[limits]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// Largest share of services not known, 0 to 1, and its line.
    pub unknown_share: Option<(Share, u32)>,
    /// Third parties on a page.
    pub third_parties: Option<ThirdPartyLimit>,
}

/// A share in millionths, so that it compares exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(pub u32);

impl Share {
    /// A number from 0 to 1, read exactly: digits after the sixth are dropped.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (whole, part) = text.strip_prefix('+').unwrap_or(text).split_once('.').unwrap_or((text, ""));
        let is_number = |digits: &str| digits.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !is_number(whole) || !is_number(part) {
            return None;
        }
        let millionths: u32 = format!("{part:0<6}").get(..6)?.parse().ok()?;
        let share = whole.parse::<u32>().ok()?.checked_mul(1_000_000)?.checked_add(millionths)?;
        (share <= 1_000_000).then_some(Self(share))
    }

    /// Whether a part of a whole is more than this share; nothing of nothing is not.
    #[must_use]
    pub fn is_exceeded(self, part: usize, whole: usize) -> bool {
        (part as u128) * 1_000_000 > (whole as u128) * u128::from(self.0)
    }
}

/// `third-parties = { max, targets }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThirdPartyLimit {
    /// Most operators a page may meet.
    pub max: u32,
    /// Targets it is about; empty for all.
    pub targets: Vec<Glob>,
    /// Its line.
    pub line: u32,
}

impl Policy {
    /// Origin of a line of this file.
    #[must_use]
    pub fn at(&self, line: u32) -> Origin {
        Origin { file: self.file.clone(), line }
    }
}
