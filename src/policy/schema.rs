//! The form of the file for editors (`gen schema policy`). The reader does not use it: it names every fault and its line,
//! which a derived reader cannot. A test holds the keys of both against each other.

use std::collections::BTreeMap;

use schemars::JsonSchema;

/// A policy of jurisdig: rules about who may run services, and whose law may reach them.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PolicyFile {
    /// Version of the form: 1.
    #[schemars(range(min = 1, max = 1))]
    pub version: u8,
    /// Whose law is at home: a country code, or EEA. Without it, each target's country-code domain decides.
    pub home: Option<String>,
    /// Targets: domains, URLs or addresses.
    #[schemars(length(min = 1))]
    pub targets: Option<Vec<String>>,
    /// A file of targets, one a line; relative to the policy.
    pub targets_file: Option<String>,
    /// Files to look for hosts in: globs relative to the policy.
    #[schemars(length(min = 1))]
    pub scan: Option<Vec<String>>,
    /// What could not be learned: listed, a warning (the default), or an inconclusive run (exit 3).
    pub unknown: Option<UnknownKey>,
    /// A waiver that covered nothing: nothing, or a warning (the default).
    pub unused_waiver: Option<UnusedKey>,
    /// Days a local table may be older than the evidence, such as "45d".
    #[schemars(regex(pattern = "^[0-9]+d$"))]
    pub data_max_age: Option<String>,
    /// Days evidence may be old, such as "7d".
    #[schemars(regex(pattern = "^[0-9]+d$"))]
    pub evidence_max_age: Option<String>,
    /// The file's own groups of countries; names begin with @.
    pub groups: Option<BTreeMap<String, Vec<Member>>>,
    /// Rules.
    pub rule: Option<Vec<RuleTable>>,
    /// Findings that somebody answers for, until a day.
    pub waiver: Option<Vec<WaiverTable>>,
    /// Labels of offers that somebody vouches for, until a day.
    pub attest: Option<Vec<AttestTable>>,
    /// Findings that were there on the first day.
    pub baseline: Option<BaselineTable>,
    /// Limits.
    pub limits: Option<LimitsTable>,
}

/// What could not be learned.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names are the values of the file")]
pub enum UnknownKey {
    Allow,
    Warn,
    Error,
}

/// What a waiver that covered nothing counts for.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names are the values of the file")]
pub enum UnusedKey {
    Allow,
    Warn,
}

/// What an answer that is neither yes nor no counts for.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names are the values of the file")]
pub enum AnswerKey {
    Allow,
    Unknown,
    Warn,
    Error,
}

/// What a jurisdiction that only may reach counts for.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names are the values of the file")]
pub enum MayReachKey {
    Allow,
    Warn,
    Error,
}

/// How grave a finding is.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names are the values of the file")]
pub enum SeverityKey {
    Error,
    Warning,
    Note,
}

/// What a baseline does.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub enum ModeKey {
    /// It may shrink, never grow.
    Ratchet,
}

/// A country code, a group, or a member for a time.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum Member {
    /// A country code such as FR, or a group such as @eea.
    Name(String),
    /// A member for a time, or in part.
    Dated(MemberTable),
}

/// A member for a time, or in part.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MemberTable {
    /// A country code, or a group.
    pub code: String,
    /// First day.
    #[schemars(extend("format" = "date"))]
    pub from: Option<String>,
    /// First day after.
    #[schemars(extend("format" = "date"))]
    pub to: Option<String>,
    /// Only in part: a rule's `partial` says what that counts for.
    pub partial: Option<bool>,
}

/// A rule; all of its conditions have to hold.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RuleTable {
    /// Unique in the file: lower-case letters, digits and -.
    #[schemars(regex(pattern = "^[a-z0-9-]{1,64}$"))]
    pub id: String,
    /// web, origin, mail, spf, dmarc, js, dns, ca, registrar, tld, a role, @sees-data, @can-interrupt or @all.
    #[schemars(length(min = 1))]
    pub services: Vec<String>,
    /// Only these targets; * stands for any run of characters.
    #[schemars(length(min = 1))]
    pub targets: Option<Vec<String>>,
    /// Which jurisdictions may reach the operator.
    pub reach: Option<ReachTable>,
    /// Which laws may not apply.
    pub law: Option<LawTable>,
    /// Where machines may answer.
    pub located: Option<LocatedTable>,
    /// Who may run the service.
    pub operator: Option<OperatorTable>,
    /// Where the operator has to be established.
    pub established_in: Option<EstablishedTable>,
    /// How grave a finding is; error unless given.
    pub severity: Option<SeverityKey>,
    /// Why the rule is there, for those who read a finding.
    pub because: Option<String>,
}

/// Which jurisdictions may reach the operator: only, or deny.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ReachTable {
    /// Countries and groups that may.
    #[schemars(length(min = 1))]
    pub only: Option<Vec<String>>,
    /// Countries and groups that may not.
    #[schemars(length(min = 1))]
    pub deny: Option<Vec<String>>,
    /// Least confidence, 1 to 3; 2 unless given.
    #[schemars(range(min = 1, max = 3))]
    pub min_sure: Option<u8>,
    /// A member in part; warn unless given.
    pub partial: Option<AnswerKey>,
    /// A jurisdiction that only may reach; warn unless given.
    pub may_reach: Option<MayReachKey>,
}

/// Which laws may not apply.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LawTable {
    /// Ids of laws.
    #[schemars(length(min = 1))]
    pub deny: Vec<String>,
    /// Least confidence, 1 to 3; 2 unless given.
    #[schemars(range(min = 1, max = 3))]
    pub min_sure: Option<u8>,
    /// A law that only may reach; warn unless given.
    pub may_reach: Option<MayReachKey>,
}

/// Where machines may answer.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LocatedTable {
    /// Countries and groups.
    #[schemars(length(min = 1))]
    pub only: Vec<String>,
    /// Anycast; unknown unless given.
    pub anycast: Option<AnswerKey>,
    /// A member in part; warn unless given.
    pub partial: Option<AnswerKey>,
}

/// Who may run the service: only, or deny; and where that company has to be established.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OperatorTable {
    /// Ids of operators, kind:NAME, label:NAME.
    #[schemars(length(min = 1))]
    pub only: Option<Vec<String>>,
    /// Ids of operators, kind:NAME, label:NAME.
    #[schemars(length(min = 1))]
    pub deny: Option<Vec<String>>,
    /// In at least one of these countries and groups.
    #[schemars(length(min = 1))]
    pub established_in: Option<Vec<String>>,
}

/// Where the operator has to be established.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct EstablishedTable {
    /// In at least one of these countries and groups.
    #[schemars(length(min = 1))]
    pub only: Vec<String>,
}

/// A finding that somebody answers for, until a day. It ends when the operator or the reached codes change.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WaiverTable {
    /// Id of the rule.
    pub rule: String,
    /// Targets; * stands for any run of characters.
    pub target: String,
    /// Role: edge, host, gateway, mailbox, sender, dmarc, resource, dns, ca, registrar or tld.
    pub role: String,
    /// Id of the operator, unlisted:NAME, or unknown.
    pub operator: String,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Where it is followed up.
    pub ticket: Option<String>,
    /// Last day it holds; at most 12 months ahead.
    #[schemars(extend("format" = "date"))]
    pub expires: String,
    /// Jurisdictions it covers; any unless given.
    #[schemars(length(min = 1))]
    pub reach: Option<Vec<String>>,
}

/// A label of an offer that somebody vouches for, until a day.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AttestTable {
    /// Targets; * stands for any run of characters.
    pub target: String,
    /// Role.
    pub role: String,
    /// The scheme, such as secnumcloud.
    pub label: String,
    /// The document that shows it.
    pub document: String,
    /// Why it holds here.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Last day it holds.
    #[schemars(extend("format" = "date"))]
    pub expires: String,
}

/// Findings that were there on the first day.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BaselineTable {
    /// The list, relative to the policy.
    pub file: String,
    /// What it does.
    pub mode: Option<ModeKey>,
}

/// Limits.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LimitsTable {
    /// Largest share of services that are not known, 0 to 1; above it the run is inconclusive (exit 3).
    #[schemars(range(min = 0, max = 1))]
    pub unknown_share: Option<f64>,
    /// Operators a page may meet.
    pub third_parties: Option<ThirdPartyTable>,
}

/// Operators a page may meet.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ThirdPartyTable {
    /// At most so many.
    #[schemars(range(min = 0, max = 10000))]
    pub max: u32,
    /// Only these targets.
    #[schemars(length(min = 1))]
    pub targets: Option<Vec<String>>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::collections::BTreeSet;

    use super::super::parse::{KEYS, entries, groups, rules};
    use super::PolicyFile;

    /// The reader and the schema know the same keys, and neither lets another one pass.
    #[test]
    fn the_reader_and_the_schema_know_the_same_keys() {
        let schema = serde_json::to_value(schemars::schema_for!(PolicyFile)).unwrap();
        for (name, keys) in [
            ("", &KEYS[..]),
            ("MemberTable", &groups::MEMBER),
            ("RuleTable", &rules::RULE),
            ("ReachTable", &rules::REACH),
            ("LawTable", &rules::LAW),
            ("LocatedTable", &rules::LOCATED),
            ("OperatorTable", &rules::OPERATOR),
            ("EstablishedTable", &rules::ESTABLISHED_IN),
            ("WaiverTable", &entries::WAIVER),
            ("AttestTable", &entries::ATTEST),
            ("BaselineTable", &entries::BASELINE),
            ("LimitsTable", &entries::LIMITS),
            ("ThirdPartyTable", &entries::THIRD_PARTY),
        ] {
            let table = if name.is_empty() { &schema } else { &schema["$defs"][name] };
            let known: BTreeSet<&str> = table["properties"].as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(known, keys.iter().copied().collect(), "{name}");
            assert_eq!(table["additionalProperties"], false, "{name}");
        }
    }
}
