//! GitLab Code Quality: what counts, as a list that merge requests show beside the lines.

use std::io::{self, Write};

use serde::Serialize;

use super::machine;
use crate::report::{CheckReport, FindingReport, NoticeOfCheck, OutcomeId, PlaceOfFile, SeverityId};
use crate::safe::escape;

#[derive(Serialize)]
struct Entry {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// The findings that count, and the notices that are more than a note.
///
/// # Errors
/// Those of the output.
pub fn write(out: &mut dyn Write, report: &CheckReport) -> io::Result<()> {
    let (findings, notices) = machine::ids(report);
    let counted = report.findings.iter().zip(findings).filter(|(finding, _)| !machine::is_suppressed(finding));
    let mut entries: Vec<Entry> = counted.map(|(finding, id)| of_finding(report, finding, id)).collect();
    entries.extend(machine::notices(report).into_iter().zip(notices).map(|(n, id)| of_notice(report, n, id)));
    super::json::plain(out, &entries)
}

fn of_finding(report: &CheckReport, finding: &FindingReport, fingerprint: String) -> Entry {
    Entry {
        description: escape(&machine::finding_text(finding)).into_owned(),
        check_name: finding.rule.for_terminal(),
        fingerprint,
        severity: severity(finding.outcome, finding.severity, finding.state == "unknown"),
        location: location(report, &finding.at),
    }
}

fn of_notice(report: &CheckReport, notice: &NoticeOfCheck, fingerprint: String) -> Entry {
    Entry {
        description: escape(&machine::notice_text(notice)).into_owned(),
        check_name: notice.id.to_owned(),
        fingerprint,
        severity: severity(notice.outcome, notice.severity, false),
        location: location(report, &notice.at),
    }
}

fn location(report: &CheckReport, place: &PlaceOfFile) -> Location {
    Location { path: machine::path_of(report, place), lines: Lines { begin: machine::line_of(place) } }
}

/// `blocker` is what fails the run, `critical` what keeps it from passing or is an error that nobody gates on. What is
/// not known ranks below what was found.
fn severity(outcome: OutcomeId, severity: SeverityId, is_unknown: bool) -> &'static str {
    match (outcome, severity) {
        (OutcomeId::Fail, _) => "blocker",
        (OutcomeId::Inconclusive, _) | (OutcomeId::Pass, SeverityId::Error) => "critical",
        (OutcomeId::Pass, SeverityId::Warning) if is_unknown => "minor",
        (OutcomeId::Pass, SeverityId::Warning) => "major",
        (OutcomeId::Pass, SeverityId::Note) if is_unknown => "info",
        (OutcomeId::Pass, SeverityId::Note) => "minor",
    }
}
