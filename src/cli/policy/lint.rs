//! `policy lint`: faults, and what is likely not meant.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::civil::Date;
use serde::Serialize;

use crate::cli::args::Format;
use crate::cli::check::today;
use crate::cli::exit::Exit;
use crate::cli::knowledge;
use crate::cli::out::Out;
use crate::cli::policy_file::{Listed, PolicyFile, Unusable};
use crate::cli::settings::{Environment, Settings};
use crate::cli::stop::Stop;
use crate::kb::Knowledge;
use crate::model::Role;
use crate::policy::{Glob, Members, OperatorEntry, Policy};
use crate::safe;

/// What `policy lint` says; the shape of its JSON.
#[derive(Debug, Serialize)]
struct Linted {
    schema: &'static str,
    faults: Vec<Line>,
    warnings: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Line {
    file: String,
    line: u32,
    what: String,
}

/// Runs `policy lint`.
///
/// # Errors
/// Files that cannot be read, output that cannot be written.
pub(super) fn run(path: &Path, settings: &Settings, env: &Environment, out: &mut Out) -> Result<Exit, Stop> {
    let kb = knowledge::load(settings, env)?;
    let today = today(settings);
    let (faults, warnings) = match PolicyFile::read(path, None, today, &kb) {
        Ok(file) => {
            let listed = file.targets()?;
            file.baseline()?;
            (Vec::new(), warnings(&file.policy, &listed, &kb, today))
        }
        Err(Unusable::Stop(stop)) => return Err(stop),
        Err(Unusable::Faults(faults)) => {
            let line = |fault: crate::policy::Fault| {
                let what = fault.what.to_string();
                Line { file: fault.file, line: fault.line, what }
            };
            (faults.into_iter().map(line).collect(), Vec::new())
        }
    };
    let linted = Linted { schema: "jurisdig/lint/1", faults, warnings };
    let text = match settings.format {
        Format::Text => text(&linted),
        Format::Json => serde_json::to_string_pretty(&linted).map_err(|e| Stop::local(e.to_string()))? + "\n",
        Format::Ndjson => serde_json::to_string(&linted).map_err(|e| Stop::local(e.to_string()))? + "\n",
    };
    out.data(&text)?;
    Ok(if linted.faults.is_empty() { Exit::Done } else { Exit::Usage })
}

fn text(linted: &Linted) -> String {
    let line = |kind: &str, l: &Line| format!("{}:{}: {kind}{}", l.file, l.line, l.what);
    let faults = linted.faults.iter().map(|l| line("", l));
    let warnings = linted.warnings.iter().map(|l| line("warning: ", l));
    let mut out: String = faults.chain(warnings).map(|line| format!("{}\n", safe::for_terminal(&line))).collect();
    if linted.faults.is_empty() && linted.warnings.is_empty() {
        out += "no fault\n";
    }
    out
}

fn warnings(policy: &Policy, listed: &Listed, kb: &Knowledge, today: Date) -> Vec<Line> {
    let mut linter = Linter { policy, listed, kb, out: BTreeSet::new() };
    linter.rules();
    linter.waivers(today);
    linter.attests(today);
    if let Some(limit) = &policy.limits.third_parties
        && !linter.is_about_something(&limit.targets)
    {
        linter.warn(limit.line, "third-parties: `targets` matches no target of the policy".to_owned());
    }
    let names_none = listed.targets.is_empty() && policy.scan.is_empty();
    if names_none {
        linter.warn(1, "the policy names no target: name some with each check".to_owned());
    }
    linter.out.into_iter().collect()
}

struct Linter<'a> {
    policy: &'a Policy,
    listed: &'a Listed,
    kb: &'a Knowledge,
    out: BTreeSet<Line>,
}

impl Linter<'_> {
    fn warn(&mut self, line: u32, what: String) {
        self.out.insert(Line { file: self.policy.file.clone(), line, what });
    }

    /// Whether globs mean a target of the policy; unknown, and so true, where targets come from elsewhere.
    fn is_about_something(&self, globs: &[Glob]) -> bool {
        let is_open = !self.policy.scan.is_empty() || self.listed.targets.is_empty();
        let is_met = |glob: &Glob| self.listed.targets.iter().any(|(target, _)| glob.matches(&target.to_string()));
        is_open || globs.is_empty() || globs.iter().any(is_met)
    }

    fn rules(&mut self) {
        for rule in &self.policy.rules {
            if !self.is_about_something(&rule.targets) {
                self.warn(rule.line, format!("rule `{}`: `targets` matches no target of the policy", rule.id));
            }
            if rule.roles == [Role::Registrar] {
                let what = format!("rule `{}`: the registrar is only looked for with --registration", rule.id);
                self.warn(rule.line, what);
            }
            if let Some(condition) = &rule.operator {
                let (Members::Only(list) | Members::Deny(list)) = &condition.members;
                for entry in list {
                    if let OperatorEntry::Label(label) = entry {
                        self.label(rule.line, label);
                    }
                }
            }
        }
    }

    fn label(&mut self, line: u32, label: &str) {
        let kb = self.kb.kb();
        let of_offers = kb.certifications.iter().map(|c| c.scheme.as_str());
        let of_frameworks = kb.frameworks.values().flat_map(|f| &f.criteria).flat_map(|c| &c.schemes);
        let schemes: BTreeSet<&str> = of_offers.chain(of_frameworks.map(String::as_str)).collect();
        if !schemes.contains(label) {
            let all: Vec<&str> = schemes.into_iter().collect();
            self.warn(line, format!("label `{label}` is held by no offer in the data, which knows {}", all.join(", ")));
        }
    }

    fn waivers(&mut self, today: Date) {
        for waiver in &self.policy.waivers {
            if waiver.expires < today {
                self.warn(waiver.line, format!("the waiver of `{}` ended on {}", waiver.rule, waiver.expires));
            }
            if !self.policy.rules.iter().any(|rule| rule.id == waiver.rule) {
                self.warn(
                    waiver.line,
                    format!("the waiver is of `{}`, which no rule of the file is called", waiver.rule),
                );
            }
            if !self.is_about_something(std::slice::from_ref(&waiver.target)) {
                self.warn(waiver.line, format!("the waiver's target `{}` is no target of the policy", waiver.target));
            }
        }
    }

    fn attests(&mut self, today: Date) {
        for attest in &self.policy.attests {
            if attest.expires < today {
                self.warn(attest.line, format!("the attestation of `{}` ended on {}", attest.label, attest.expires));
            }
            if !self.is_about_something(std::slice::from_ref(&attest.target)) {
                let what = format!("the attestation's target `{}` is no target of the policy", attest.target);
                self.warn(attest.line, what);
            }
            self.label(attest.line, &attest.label);
        }
    }
}
