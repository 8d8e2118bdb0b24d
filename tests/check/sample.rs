//! Checks to draw.

use std::sync::OnceLock;

use jiff::civil::{Date, date};
use jurisdig::audit::{Audit, Auditor};
use jurisdig::evidence::{self, Evidence};
use jurisdig::kb::Knowledge;
use jurisdig::model::Role;
use jurisdig::policy::{
    Baseline, FailOn, Finding, FindingId, JudgeOptions, Judgement, Origin, Policy, Subject, TableDate, judge,
};
use jurisdig::report::{CheckReport, Report, TargetReport};

const TODAY: Date = date(2026, 11, 24);
const CAPTURES: [&str; 5] =
    ["boutique-exemple.fr", "mairie-exemple.fr", "ministere-exemple.fr", "paas-exemple.fr", "azure-exemple.fr"];

fn kb() -> &'static Knowledge {
    static KB: OnceLock<Knowledge> = OnceLock::new();
    KB.get_or_init(Knowledge::embedded)
}

fn captures() -> Vec<Evidence> {
    let read = |name: &&str| {
        let path = format!("{}/tests/evidence/{name}.json", env!("CARGO_MANIFEST_DIR"));
        evidence::read(&std::fs::read_to_string(path).unwrap()).unwrap().into_iter().next().unwrap().evidence
    };
    CAPTURES.iter().map(read).collect()
}

/// Findings of every state and every notice but `no-targets`.
pub(crate) fn full() -> CheckReport {
    let policy = Policy::parse("jurisdig.toml", include_str!("policy.toml"), TODAY, kb()).unwrap();
    check(&policy, &captures(), FailOn::Error)
}

/// A check of nothing.
pub(crate) fn empty() -> CheckReport {
    let text = "version = 1\n[[rule]]\nid = \"r\"\nservices = [\"mail\"]\nreach = { only = [\"@eea\"] }\n";
    let policy = Policy::parse("jurisdig.toml", text, TODAY, kb()).unwrap();
    check(&policy, &[], FailOn::Error)
}

/// A check that is met.
pub(crate) fn met() -> CheckReport {
    let text = "version = 1\n[[rule]]\nid = \"r\"\nservices = [\"mail\"]\nreach = { deny = [\"KP\"] }\n";
    let policy = Policy::parse("jurisdig.toml", text, TODAY, kb()).unwrap();
    check(&policy, &captures()[1..2], FailOn::Error)
}

fn check(policy: &Policy, captures: &[Evidence], fail_on: FailOn) -> CheckReport {
    let auditor = Auditor::new(kb(), None, None);
    let audits: Vec<(&Evidence, Audit)> = captures.iter().map(|one| (one, auditor.audit(one))).collect();
    let reports: Vec<TargetReport> =
        audits.iter().map(|(evidence, audit)| Report::build(evidence, audit, kb())).collect();
    let subjects: Vec<Subject<'_>> = audits
        .iter()
        .enumerate()
        .map(|(number, (evidence, audit))| Subject {
            target: &evidence.target,
            origin: Some(Origin { file: "targets.txt".into(), line: u32::try_from(number).unwrap() + 1 }),
            context: &audit.context,
            found: &audit.found,
            reach: &audit.reach,
            // One was observed some days ago.
            taken_on: if number == 4 { date(2026, 11, 20) } else { audit.context.as_of.0 },
            tables: vec![TableDate { table: "embedded".into(), date: Some(date(2026, 10, 1)) }],
            // One of which nothing was measured.
            is_measured: evidence.target.to_string() != "paas-exemple.fr",
        })
        .collect();
    let judged = |baseline: Option<&Baseline>| -> Judgement {
        judge(policy, kb(), &subjects, JudgeOptions { judged_on: TODAY, use_waivers: true, baseline })
    };
    // The mail of the town hall was there before, and so was another company's.
    let mut old = judged(None).findings;
    old.retain(|one| one.target.to_string() == "mairie-exemple.fr" && one.role == Role::Mailbox);
    if let Some(one) = old.first().cloned() {
        let operator = "microsoft".parse().unwrap();
        let id = FindingId::of(&one.rule, &one.target.to_string(), one.role, &operator, one.verdict);
        old.push(Finding { id, operator, ..one });
    }
    let baseline = Baseline::first(&old, TODAY);
    CheckReport::build(policy, &judged(Some(&baseline)), &reports, kb(), TODAY, fail_on)
}
