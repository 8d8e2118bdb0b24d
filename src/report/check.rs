//! What `check` publishes: findings and notices with their places, names and laws, and one outcome. Every format of a
//! check is made of this alone.

mod build;

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    CertaintyId, CodeReport, GapId, JurisdictionReport, OutcomeId, PurposeId, ReachId, RoleId, SeverityId, TextReport,
};
use crate::model::{CountryCode, LawId, SourceId};
use crate::safe::Untrusted;

/// Schema of a check.
pub const CHECK_SCHEMA: &str = "jurisdig/check/1";

/// A check of any number of targets.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct CheckReport {
    /// `jurisdig/check/1`.
    pub schema: &'static str,
    /// Release of the tool.
    pub tool: &'static str,
    /// Release of the knowledge base.
    pub release: String,
    /// Day of judgement: decides waivers and ages.
    #[schemars(with = "String")]
    pub judged_on: Date,
    /// The policy.
    pub policy: PolicyHead,
    /// From which severity on a finding fails the run: `error`, `warning`, `never`.
    pub fail_on: &'static str,
    /// The outcome.
    pub outcome: OutcomeId,
    /// Rules of the policy, and the built-in ones that were used.
    pub rules: Vec<RuleHead>,
    /// Findings, gravest first.
    pub findings: Vec<FindingReport>,
    /// About the policy, its waivers, the data and the run.
    pub notices: Vec<NoticeOfCheck>,
    /// Services by the gravest thing said of each.
    pub counts: CountsReport,
    /// Findings and notices by severity and state.
    pub tally: TallyReport,
    /// Labels that were taken from an attestation.
    pub attested: Vec<AttestedReport>,
    /// Ids of the baseline that no longer occur: `--tighten` removes them.
    pub no_longer: Vec<String>,
    /// Names of the jurisdictions that occur.
    #[schemars(with = "BTreeMap<String, JurisdictionReport>")]
    pub jurisdictions: BTreeMap<CountryCode, JurisdictionReport>,
}

/// The policy that was judged by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PolicyHead {
    /// Its file, as the user named it.
    pub file: Untrusted,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleHead {
    /// Its id.
    pub id: Untrusted,
    /// Severity of its findings.
    pub severity: SeverityId,
    /// Its reason, as the policy gives it.
    pub because: Option<Untrusted>,
    /// Its line in the policy; 0 for a built-in one.
    pub line: u32,
    /// Roles it is about; none for a built-in one.
    pub roles: Vec<RoleId>,
    /// What it asks of a service: `reach`, `law`, `located`, `operator`, `established-in`; none for a built-in one.
    pub conditions: Vec<&'static str>,
}

/// A finding, or what could not be told.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FindingReport {
    /// 16 hexadecimal digits, the same from day to day.
    pub id: String,
    /// Id of the rule.
    pub rule: Untrusted,
    /// `against` or `unknown`.
    pub verdict: &'static str,
    /// `finding`, `unknown`, `waived` or `baselined`.
    pub state: &'static str,
    /// Severity.
    pub severity: SeverityId,
    /// What it means for the run.
    pub outcome: OutcomeId,
    /// The target.
    pub target: String,
    /// The role.
    pub role: RoleId,
    /// Of a page resource: what it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<PurposeId>,
    /// Hosts or records it was seen at.
    pub records: Vec<Untrusted>,
    /// Operator as waivers and baselines name it: an id, `unlisted:NAME` or `unknown`.
    pub operator: Untrusted,
    /// Its name, where it is in the data.
    pub operator_name: Option<Untrusted>,
    /// Operating company and who controls it, closest first, with their countries.
    pub chain: Vec<ChainLink>,
    /// Why.
    pub reasons: Vec<ReasonReport>,
    /// Jurisdictions that matter for it, closest first.
    pub codes: Vec<CodeReport>,
    /// Laws that matter for it.
    pub laws: Vec<CitedLawReport>,
    /// Countries that machines answer from and that matter for it.
    #[schemars(with = "Vec<String>")]
    pub places: Vec<CountryCode>,
    /// Lowest confidence among what matters, 0 to 3.
    pub sure: u8,
    /// The line that caused it: that of the target, or of the rule.
    pub at: PlaceOfFile,
    /// The line of the rule.
    pub rule_at: PlaceOfFile,
    /// The reason the policy gives.
    pub because: Option<Untrusted>,
    /// Pointers into the evidence and ids of the knowledge base.
    pub facts: Vec<String>,
    /// The waiver that is about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiver: Option<WaiverReport>,
}

/// One company of a chain of control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ChainLink {
    /// Name.
    pub name: Untrusted,
    /// Countries.
    #[schemars(with = "Vec<String>")]
    pub countries: Vec<CountryCode>,
    /// Held by a fund.
    pub via_fund: bool,
}

/// Why something is a finding, or is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReasonReport {
    /// Id; its text stands in data/text as `reason.ID`.
    pub id: &'static str,
    /// What the text fills in, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub with: BTreeMap<&'static str, Untrusted>,
    /// Of `not-determined`: why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<GapId>,
}

/// A law that matters for a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CitedLawReport {
    /// Id.
    #[schemars(with = "String")]
    pub id: LawId,
    /// Short name.
    pub short: Option<Untrusted>,
    /// Title.
    pub title: TextReport,
    /// Citation.
    pub cite: Untrusted,
    /// Whose law.
    #[schemars(with = "String")]
    pub jurisdiction: CountryCode,
    /// How far it comes.
    pub reach: ReachId,
    /// How settled.
    pub certainty: CertaintyId,
    /// Sources.
    #[schemars(with = "Vec<String>")]
    pub sources: Vec<SourceId>,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct PlaceOfFile {
    /// The file, as the user named it.
    pub file: Untrusted,
    /// Line, from 1; 0 where lines mean nothing.
    pub line: u32,
}

/// A waiver and what it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WaiverReport {
    /// `valid`, `expiring`, `expired`, `ended-operator`, `ended-reach`.
    pub state: &'static str,
    /// Its line in the policy.
    pub line: u32,
    /// Why.
    pub reason: Untrusted,
    /// Who answers for it.
    pub owner: Untrusted,
    /// Where it is followed up.
    pub ticket: Option<Untrusted>,
    /// Its last day.
    #[schemars(with = "String")]
    pub expires: Date,
}

/// Something about the policy, its data or the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NoticeOfCheck {
    /// Id; its text stands in data/text as `notice.ID`.
    pub id: &'static str,
    /// Severity.
    pub severity: SeverityId,
    /// What it means for the run.
    pub outcome: OutcomeId,
    /// Where.
    pub at: PlaceOfFile,
    /// What the text fills in, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub with: BTreeMap<&'static str, Untrusted>,
    /// The target it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The role it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleId>,
    /// Findings that count again because of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<String>,
}

/// Services by the gravest thing said of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the numbers of `policy::Counts` under their own names")]
pub struct CountsReport {
    pub targets: usize,
    pub services: usize,
    pub ok: usize,
    pub error: usize,
    pub warning: usize,
    pub note: usize,
    pub unknown: usize,
    pub waived: usize,
    pub baselined: usize,
    pub not_covered: usize,
}

/// Findings and notices by severity and state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the numbers of `policy::Tally` under their own names")]
pub struct TallyReport {
    pub errors: usize,
    pub warnings: usize,
    pub notes: usize,
    pub unknown: usize,
    pub inconclusive: usize,
    pub waived: usize,
    pub baselined: usize,
}

/// A label that was taken from an attestation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AttestedReport {
    /// The target.
    pub target: String,
    /// The rule.
    pub rule: Untrusted,
    /// The operator.
    pub operator: Untrusted,
    /// The label.
    pub label: Untrusted,
    /// The document.
    pub document: Untrusted,
    /// Who answers for it.
    pub owner: Untrusted,
    /// Its last day.
    #[schemars(with = "String")]
    pub expires: Date,
}
