//! The rules of a run: those of the policy, those built in, and the notices that occur.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Message, message};
use crate::render::check::machine;
use crate::report::{CheckReport, RuleHead, SeverityId};
use crate::safe::{Untrusted, for_markdown};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule {
    id: String,
    short_description: Message,
    full_description: Message,
    help: Help,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Properties {
    tags: [&'static str; 1],
    #[serde(rename = "problem.severity")]
    severity: &'static str,
}

/// The list of a run, and where each stands in it.
pub(super) struct Rules {
    pub(super) list: Vec<Rule>,
    index: BTreeMap<String, usize>,
}

impl Rules {
    pub(super) fn of(report: &CheckReport) -> Self {
        let mut rules = Self { list: Vec::new(), index: BTreeMap::new() };
        let policy = report.policy.file.for_path();
        for rule in &report.rules {
            rules.add(&rule.id.for_terminal(), rule.severity, &title(rule), &asks(rule, &policy));
        }
        // A result without a listed rule makes GitHub refuse the file: what a report lists badly is listed here.
        for finding in &report.findings {
            let id = finding.rule.for_terminal();
            let because = finding.because.as_ref().map(Untrusted::for_terminal);
            let title = because.unwrap_or_else(|| id.clone());
            rules.add(&id, finding.severity, &title, &title);
        }
        for notice in machine::notices(report) {
            let title = format!("About the policy, its data or the run: {}", notice.id.replace('-', " "));
            rules.add(notice.id, notice.severity, &title, &title);
        }
        rules
    }

    fn add(&mut self, id: &str, severity: SeverityId, title: &str, help: &str) {
        if self.index.contains_key(id) {
            return;
        }
        self.index.insert(id.to_owned(), self.list.len());
        self.list.push(Rule {
            id: id.to_owned(),
            short_description: message(title),
            full_description: message(help),
            help: Help { text: message(help).text, markdown: for_markdown(&machine::cut(help, super::MAX_TEXT)) },
            default_configuration: Configuration { level: severity.id() },
            properties: Properties {
                tags: ["jurisdiction"],
                severity: match severity {
                    SeverityId::Error => "error",
                    SeverityId::Warning => "warning",
                    SeverityId::Note => "recommendation",
                },
            },
        });
    }

    /// Id and position; every rule of a finding and every notice is in the list.
    pub(super) fn find(&self, id: &str) -> (String, usize) {
        (id.to_owned(), self.index.get(id).copied().unwrap_or_default())
    }
}

/// The reason of the policy; what a built-in rule is about; the id where the policy gives no reason.
fn title(rule: &RuleHead) -> String {
    let id = rule.id.for_terminal();
    match (&rule.because, id.as_str()) {
        (Some(because), _) => because.for_terminal(),
        (None, "third-parties") => "A page meets more operators than the limit".to_owned(),
        (None, "answers-disagree") => "Two looks at a target name different operators".to_owned(),
        (None, _) => format!("Rule {id}"),
    }
}

/// The reason, which services a rule is about, what it checks, and where it is written.
fn asks(rule: &RuleHead, policy: &str) -> String {
    let title = title(rule);
    if rule.line == 0 {
        return format!("{title} (built in).");
    }
    let roles: Vec<&str> = rule.roles.iter().map(|role| role.id()).collect();
    let checks: Vec<&str> = rule.conditions.iter().map(|condition| checked(condition)).collect();
    let (roles, checks) = (roles.join(", "), checks.join("; "));
    format!("{title} (rule at {policy}:{}). Services: {roles}. Checked: {checks}.", rule.line)
}

/// What a condition is about, without what the policy wants of it: that stands at the line.
fn checked(condition: &str) -> &str {
    match condition {
        "reach" => "which jurisdictions reach the operator",
        "law" => "which laws apply to the operator",
        "located" => "where servers answer from",
        "operator" => "which operator runs the service",
        "established-in" => "where the operator is established",
        other => other,
    }
}
