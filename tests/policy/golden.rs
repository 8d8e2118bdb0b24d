//! The worked policies on recorded captures: findings as snapshots.

use jurisdig::audit::{Audit, Auditor};
use jurisdig::evidence::{self, Evidence};
use jurisdig::policy::{FailOn, Judgement, Origin, Policy, Subject, TableDate, judge};

use super::world::{kb, line, lines, options, policy};

fn captures() -> Vec<(String, Evidence)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/evidence");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let saved = evidence::read(&std::fs::read_to_string(path).unwrap()).unwrap();
        (path.file_stem().unwrap().to_string_lossy().into_owned(), saved.into_iter().next().unwrap().evidence)
    };
    files.iter().map(read).collect()
}

fn judged(policy: &Policy, captures: &[(String, Evidence)]) -> Judgement {
    let auditor = Auditor::new(kb(), None, None);
    let audits: Vec<(&Evidence, Audit)> = captures.iter().map(|(_, e)| (e, auditor.audit(e))).collect();
    let subjects: Vec<Subject<'_>> = audits
        .iter()
        .enumerate()
        .map(|(number, (evidence, audit))| Subject {
            target: &evidence.target,
            origin: Some(Origin { file: "targets.txt".into(), line: u32::try_from(number).unwrap() + 1 }),
            context: &audit.context,
            found: &audit.found,
            reach: &audit.reach,
            taken_on: audit.context.as_of.0,
            tables: evidence
                .sources
                .ip_tables
                .iter()
                .map(|table| TableDate { table: table.id.clone(), date: table.date.parse().ok() })
                .collect(),
            is_measured: true,
        })
        .collect();
    judge(policy, kb(), &subjects, options())
}

#[test]
fn worked_policies_on_recorded_captures() {
    let captures = captures();
    assert!(captures.len() >= 10);
    for (name, text) in [
        ("ministry", include_str!("ministry.toml").to_owned()),
        // The captures are of other names than the hospital's: its rules are asked of all.
        ("hospital", include_str!("hospital.toml").replace("targets  = [\"portal.*\", \"termine.*\"]\n", "")),
        ("start-up", include_str!("start-up.toml").to_owned()),
    ] {
        let policy = policy(&text);
        let judgement = judged(&policy, &captures);
        let mut out: Vec<String> = Vec::new();
        for finding in &judgement.findings {
            out.push(format!("{} {} {}", finding.origin, finding.target, line(finding)));
        }
        out.extend(lines(&judgement).into_iter().skip(judgement.findings.len()));
        out.push(format!("{:?} {:?}", judgement.outcome(FailOn::Error), judgement.counts));
        insta::assert_snapshot!(format!("policy-{name}"), out.join("\n"));
        assert_eq!(judged(&policy, &captures), judgement, "{name}: the same again");
    }
}

/// Every fact a finding cites is a fact of the layer, and leads into the evidence or the knowledge base.
#[test]
fn every_finding_cites_facts() {
    let captures = captures();
    let policy = policy(include_str!("ministry.toml"));
    for finding in &judged(&policy, &captures).findings {
        assert!(!finding.because.is_empty(), "{finding:?}");
        let (_, evidence) = captures.iter().find(|(_, e)| e.target == finding.target).unwrap();
        let seen = serde_json::to_value(evidence).unwrap();
        for one in &finding.because {
            if let jurisdig::attribute::Ref::Evidence(pointer) = one {
                assert!(seen.pointer(pointer.as_str()).is_some(), "{pointer}");
            }
        }
    }
}
