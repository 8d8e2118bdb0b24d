//! JUnit XML as Jenkins and GitLab read it (junit-10.xsd): a suite a target, a case a finding. What fails the run is a
//! failure, what keeps it from passing an error, and everything else that is not plainly good is skipped with its reason:
//! nothing is shown as passed that was waived or could not be told.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::machine;
use crate::report::{CheckReport, FindingReport, NoticeOfCheck, OutcomeId, SeverityId};
use crate::safe::{escape, for_xml};

/// What became of a case.
enum Ended {
    Passed,
    Failure(String),
    Error(String),
    Skipped(String),
}

struct Case {
    class: String,
    name: String,
    kind: String,
    ended: Ended,
    lines: Vec<String>,
}

#[derive(Default, Clone, Copy)]
struct Numbers {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

/// One suite for the policy, one for each target that something is said of.
///
/// # Errors
/// Those of the output.
pub fn write(out: &mut dyn Write, report: &CheckReport) -> io::Result<()> {
    let mut targets: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    for finding in &report.findings {
        targets.entry(escape(&finding.target).into_owned()).or_default().push(of_finding(report, finding));
    }
    let policy = of_policy(report, targets.is_empty());
    let all = numbers(targets.values().flatten().chain(&policy));
    let (tests, failures, errors) = (all.tests, all.failures, all.errors);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"jurisdig\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">")?;
    suite(out, report, "jurisdig policy", &policy)?;
    for (target, cases) in &targets {
        suite(out, report, target, cases)?;
    }
    writeln!(out, "</testsuites>")
}

fn of_finding(report: &CheckReport, finding: &FindingReport) -> Case {
    let text = machine::finding_text(finding);
    let rule = finding.rule.for_terminal();
    let role = finding.role.id();
    let mut lines = vec![format!("at: {}", place(report, &finding.at))];
    if finding.rule_at.line > 0 {
        lines.push(format!("rule: {}", place(report, &finding.rule_at)));
    }
    if let Some(because) = &finding.because {
        lines.push(format!("because: {}", because.for_terminal()));
    }
    if !finding.chain.is_empty() {
        lines.push(format!("run by: {}", machine::chain(finding).join(" › ")));
    }
    if !finding.records.is_empty() {
        let records: Vec<String> = finding.records.iter().map(|record| record.for_terminal()).collect();
        lines.push(format!("seen at: {}", records.join(", ")));
    }
    lines.push(format!("severity: {}", finding.severity.id()));
    lines.push(format!("finding: {}", finding.id));
    let ended = match (machine::suppression(finding), finding.outcome) {
        (Some(why), _) => Ended::Skipped(format!("{why}. {text}")),
        (None, OutcomeId::Fail) => Ended::Failure(text),
        (None, OutcomeId::Inconclusive) => Ended::Error(text),
        (None, OutcomeId::Pass) => Ended::Skipped(format!("{}: {text}", finding.severity.id())),
    };
    Case {
        // Jenkins takes what stands before the last dot for a package, and what follows for a class.
        class: format!("{}.{role}", finding.target),
        name: format!("{rule}: {role}: {}", finding.operator.for_terminal()),
        kind: rule,
        ended,
        lines,
    }
}

/// The rules that nothing is said of, and the notices. Jenkins takes a file without cases for a fault, so there is one
/// for the check where there is nothing else.
fn of_policy(report: &CheckReport, is_alone: bool) -> Vec<Case> {
    let class = format!("jurisdig.{}", machine::path_of(report, &machine::policy_place(report)).replace('.', "_"));
    let used: BTreeSet<String> = report.findings.iter().map(|finding| finding.rule.for_terminal()).collect();
    let empty: BTreeSet<String> =
        report.notices.iter().filter_map(|n| Some(n.with.get("rule")?.for_terminal())).collect();
    let mut cases: Vec<Case> = Vec::new();
    for rule in &report.rules {
        let id = rule.id.for_terminal();
        // A rule that matched nothing, or whose waiver is spoken of, has the case of that notice.
        if used.contains(&id) || empty.contains(&id) || report.outcome == OutcomeId::Inconclusive {
            continue;
        }
        let lines = vec![format!("policy line: {}", rule.line)];
        cases.push(Case { class: class.clone(), kind: id.clone(), name: id, ended: Ended::Passed, lines });
    }
    cases.extend(report.notices.iter().map(|notice| of_notice(report, &class, notice)));
    if cases.is_empty() && is_alone {
        let ended = match report.outcome {
            OutcomeId::Pass => Ended::Passed,
            OutcomeId::Fail => Ended::Failure("policy not met".to_owned()),
            OutcomeId::Inconclusive => Ended::Error("could not be determined".to_owned()),
        };
        let name = "check".to_owned();
        cases.push(Case { class, kind: name.clone(), name, ended, lines: Vec::new() });
    }
    cases
}

fn of_notice(report: &CheckReport, class: &str, notice: &NoticeOfCheck) -> Case {
    let text = machine::notice_text(notice);
    let place = place(report, &notice.at);
    let ended = match notice.outcome {
        OutcomeId::Fail => Ended::Failure(text),
        OutcomeId::Inconclusive => Ended::Error(text),
        OutcomeId::Pass if notice.severity == SeverityId::Note => Ended::Skipped(text),
        OutcomeId::Pass => Ended::Skipped(format!("{}: {text}", notice.severity.id())),
    };
    let about = notice.target.as_ref().map(|target| format!(": {}", escape(target))).unwrap_or_default();
    Case {
        class: class.to_owned(),
        name: format!("{} {place}{about}", notice.id),
        kind: notice.id.to_owned(),
        ended,
        lines: vec![format!("at: {place}")],
    }
}

fn place(report: &CheckReport, place: &crate::report::PlaceOfFile) -> String {
    format!("{}:{}", machine::path_of(report, place), machine::line_of(place))
}

fn numbers<'a>(cases: impl Iterator<Item = &'a Case>) -> Numbers {
    let mut n = Numbers::default();
    for case in cases {
        n.tests += 1;
        match case.ended {
            Ended::Passed => {}
            Ended::Failure(_) => n.failures += 1,
            Ended::Error(_) => n.errors += 1,
            Ended::Skipped(_) => n.skipped += 1,
        }
    }
    n
}

fn suite(out: &mut dyn Write, report: &CheckReport, name: &str, cases: &[Case]) -> io::Result<()> {
    let n = numbers(cases.iter());
    writeln!(
        out,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" timestamp=\"{}T00:00:00\">",
        for_xml(name),
        n.tests,
        n.failures,
        n.errors,
        n.skipped,
        report.judged_on,
    )?;
    for case in cases {
        write_case(out, case)?;
    }
    writeln!(out, "  </testsuite>")
}

fn write_case(out: &mut dyn Write, case: &Case) -> io::Result<()> {
    writeln!(out, "    <testcase classname=\"{}\" name=\"{}\">", for_xml(&case.class), for_xml(&case.name))?;
    let kind = for_xml(&case.kind);
    match &case.ended {
        Ended::Passed => {}
        Ended::Failure(text) => {
            writeln!(out, "      <failure type=\"{kind}\" message=\"{0}\">{0}</failure>", for_xml(text))?;
        }
        Ended::Error(text) => {
            writeln!(out, "      <error type=\"{kind}\" message=\"{0}\">{0}</error>", for_xml(text))?;
        }
        Ended::Skipped(text) => writeln!(out, "      <skipped type=\"{kind}\" message=\"{}\"/>", for_xml(text))?,
    }
    if !case.lines.is_empty() {
        let lines: Vec<String> = case.lines.iter().map(|line| for_xml(line)).collect();
        writeln!(out, "      <system-out>{}</system-out>", lines.join("\n"))?;
    }
    writeln!(out, "    </testcase>")
}
