//! The rules of a run: those of the policy, those built in, and the notices that occur.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Message, message};
use crate::render::check::machine;
use crate::report::{CheckReport, RuleHead, SeverityId};
use crate::safe::Untrusted;

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
            help: Help { text: message(help).text, markdown: markdown(help) },
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

/// What a rule asks: of which services, what, and where it is written.
fn asks(rule: &RuleHead, policy: &str) -> String {
    let title = title(rule);
    if rule.line == 0 {
        return format!("{title}. Built in.");
    }
    let roles: Vec<&str> = rule.roles.iter().map(|role| role.id()).collect();
    let (of, what) = (roles.join(", "), rule.conditions.join(", "));
    format!("{title}. The rule stands at {policy}:{}; of {of} it asks {what}.", rule.line)
}

/// Markdown in which nothing of the text is active: punctuation escaped, `@`, `<` and `&` as entities.
fn markdown(text: &str) -> String {
    let mut out = String::new();
    for c in machine::cut(text, super::MAX_TEXT).chars() {
        match c {
            '@' | '<' | '>' | '&' => out.push_str(&format!("&#{};", u32::from(c))),
            // Without its colon an address is no link to any reader.
            ':' => out.push_str("&#58;"),
            c if c.is_ascii_punctuation() && !matches!(c, ',' | ';' | '\'' | '"' | '/' | '%' | '?') => {
                out.extend(['\\', c]);
            }
            c => out.push(c),
        }
    }
    out
}
