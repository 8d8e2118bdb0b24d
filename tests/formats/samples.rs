//! Checks of recorded captures, and the same with every text that somebody else wrote exchanged.

use std::sync::OnceLock;

use jiff::civil::{Date, date};
use jurisdig::audit::{Audit, Auditor};
use jurisdig::evidence::{self, Evidence};
use jurisdig::kb::Knowledge;
use jurisdig::policy::{Baseline, FailOn, JudgeOptions, Judgement, Origin, Policy, Subject, judge};
use jurisdig::report::{AttestedReport, CheckReport, Report, WaiverReport};
use jurisdig::safe::Untrusted;

const TODAY: Date = date(2026, 11, 24);

fn kb() -> &'static Knowledge {
    static KB: OnceLock<Knowledge> = OnceLock::new();
    KB.get_or_init(Knowledge::embedded)
}

fn capture(name: &str) -> Evidence {
    let path = format!("{}/tests/evidence/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let saved = evidence::read(&std::fs::read_to_string(path).unwrap()).unwrap();
    saved.into_iter().next().unwrap().evidence
}

fn check(text: &str, captures: &[&str], baselined: &str) -> CheckReport {
    let Ok(policy) = Policy::parse("policies/jurisdig.toml", text, TODAY, kb()) else { panic!("{text}") };
    let auditor = Auditor::new(kb(), None, None);
    let audits: Vec<(Evidence, Audit)> = captures
        .iter()
        .map(|name| {
            let evidence = capture(name);
            let audit = auditor.audit(&evidence);
            (evidence, audit)
        })
        .collect();
    let subjects: Vec<Subject<'_>> = (1..)
        .zip(&audits)
        .map(|(line, (evidence, audit))| Subject {
            target: &evidence.target,
            origin: Some(Origin { file: "targets.txt".into(), line }),
            context: &audit.context,
            found: &audit.found,
            reach: &audit.reach,
            taken_on: audit.context.as_of.0,
            tables: Vec::new(),
            is_measured: true,
        })
        .collect();
    let judged = |baseline: Option<&Baseline>| -> Judgement {
        judge(&policy, kb(), &subjects, JudgeOptions { judged_on: TODAY, use_waivers: true, baseline })
    };
    let mut first = judged(None);
    first.findings.retain(|finding| finding.operator.to_string() == baselined);
    let baseline = Baseline::first(&first.findings, TODAY);
    let judgement = judged(Some(&baseline));
    let reports: Vec<_> = audits.iter().map(|(evidence, audit)| Report::build(evidence, audit, kb())).collect();
    CheckReport::build(&policy, &judgement, &reports, kb(), TODAY, FailOn::Error)
}

/// A ministry: findings of every state, an unused waiver, one that ends soon.
pub(crate) fn ministry() -> CheckReport {
    let waiver = "\n[[waiver]]\nrule = \"no-foreign-law-on-content\"\ntarget = \"www.ministere-exemple.fr\"\nrole = \"edge\"\noperator = \"imperva\"\nreason = \"migration under way\"\nowner = \"dsi@ministere.example\"\nticket = \"SEC-118\"\nexpires = 2026-12-10\n";
    let text = include_str!("../policy/ministry.toml").replace("\n[baseline]", &format!("{waiver}\n[baseline]"));
    check(&text, &["ministere-exemple.fr", "mairie-exemple.fr"], "microsoft")
}

/// A start-up: nothing against its rules, and much that it does not ask about.
pub(crate) fn start_up() -> CheckReport {
    check(include_str!("../policy/start-up.toml"), &["boutique-exemple.fr"], "nobody")
}

/// The ministry's check with `text(n)` in every field that is text from outside; `n` counts the fields.
pub(crate) fn hostile(text: impl Fn(usize) -> String) -> CheckReport {
    static CLEAN: OnceLock<CheckReport> = OnceLock::new();
    let mut report = CLEAN.get_or_init(ministry).clone();
    let mut count = 0;
    let mut next = || {
        count += 1;
        text(count - 1)
    };
    report.policy.file = Untrusted::new(next());
    report.release = next();
    for rule in &mut report.rules {
        rule.id = Untrusted::new(next());
        rule.because = Some(Untrusted::new(next()));
    }
    for finding in &mut report.findings {
        finding.rule = Untrusted::new(next());
        finding.target = next();
        finding.records = vec![Untrusted::new(next()), Untrusted::new(next())];
        finding.operator = Untrusted::new(next());
        finding.operator_name = finding.operator_name.as_ref().map(|_| Untrusted::new(next()));
        finding.because = Some(Untrusted::new(next()));
        finding.at.file = Untrusted::new(next());
        finding.at.line = 0;
        finding.rule_at.file = Untrusted::new(next());
        for link in &mut finding.chain {
            link.name = Untrusted::new(next());
        }
        for law in &mut finding.laws {
            law.cite = Untrusted::new(next());
            law.short = Some(Untrusted::new(next()));
        }
        for value in finding.reasons.iter_mut().flat_map(|reason| reason.with.values_mut()) {
            *value = Untrusted::new(next());
        }
        finding.facts = vec![next()];
        if finding.state == "waived" {
            finding.waiver = Some(WaiverReport {
                state: "valid",
                line: 1,
                reason: Untrusted::new(next()),
                owner: Untrusted::new(next()),
                ticket: Some(Untrusted::new(next())),
                expires: TODAY,
            });
        }
    }
    for notice in &mut report.notices {
        notice.at.file = Untrusted::new(next());
        notice.target = Some(next());
        for value in notice.with.values_mut() {
            *value = Untrusted::new(next());
        }
    }
    report.attested = vec![AttestedReport {
        target: next(),
        rule: Untrusted::new(next()),
        operator: Untrusted::new(next()),
        label: Untrusted::new(next()),
        document: Untrusted::new(next()),
        owner: Untrusted::new(next()),
        expires: TODAY,
    }];
    report
}
