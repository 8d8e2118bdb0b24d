//! SARIF 2.1.0, within what GitHub's code scanning takes: every result has a place and a listed rule, texts are at most
//! 1,000 characters, results at most 5,000. What somebody answers for is suppressed, never left out.

mod rules;

use std::io::{self, Write};

use serde::Serialize;

use super::machine;
use crate::report::{
    CheckReport, CountsReport, FindingReport, NoticeOfCheck, OutcomeId, PlaceOfFile, ReachId, RoleId, SeverityId,
};
use crate::safe::{escape, for_sarif};
use rules::{Rule, Rules};

/// Most results of a file: GitHub shows no more.
pub const MAX_RESULTS: usize = 5_000;

/// Longest text of a message, as GitHub shows it.
const MAX_TEXT: usize = 1_000;

/// Longest list of a property bag.
const MAX_LIST: usize = 20;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    automation_details: Automation,
    column_kind: &'static str,
    invocations: [Invocation; 1],
    results: Vec<Finding>,
    properties: OfRun,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    information_uri: Option<&'static str>,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
struct Automation {
    id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    exit_code: u8,
    exit_code_description: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OfRun {
    judged_on: String,
    policy_sha256: String,
    release: String,
    fail_on: &'static str,
    outcome: OutcomeId,
    services: CountsReport,
    #[serde(skip_serializing_if = "Option::is_none")]
    cut: Option<Cut>,
}

#[derive(Serialize)]
struct Cut {
    shown: usize,
    of: usize,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    rule_id: String,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: Fingerprints,
    /// On every result: SARIF wants them on all or on none.
    suppressions: Vec<Suppression>,
    properties: OfResult,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u32>,
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
}

#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "jurisdigFindingId/v1")]
    id: String,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    status: &'static str,
    justification: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OfResult {
    outcome: OutcomeId,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<RoleId>,
    #[serde(flatten)]
    finding: Option<OfFinding>,
}

#[derive(Serialize)]
struct OfFinding {
    state: &'static str,
    verdict: &'static str,
    operator: String,
    chain: Vec<String>,
    records: Vec<String>,
    reasons: Vec<&'static str>,
    codes: Vec<Code>,
    laws: Vec<Law>,
    sure: u8,
}

#[derive(Serialize)]
struct Code {
    country: String,
    reach: ReachId,
    sure: u8,
}

#[derive(Serialize)]
struct Law {
    id: String,
    cite: String,
    jurisdiction: String,
    reach: ReachId,
}

/// One run with one result for each finding and each notice that is more than a note.
///
/// # Errors
/// Those of the output.
pub fn write(out: &mut dyn Write, report: &CheckReport) -> io::Result<()> {
    let rules = Rules::of(report);
    let (results, of) = results(report, &rules);
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "jurisdig",
                version: report.tool,
                semantic_version: report.tool,
                information_uri: option_env!("CARGO_PKG_HOMEPAGE").filter(|uri| !uri.is_empty()),
                rules: rules.list,
            },
        },
        automation_details: Automation { id: "jurisdig/" },
        column_kind: "utf16CodeUnits",
        invocations: [invocation(report.outcome, results.len(), of)],
        properties: OfRun {
            judged_on: report.judged_on.to_string(),
            policy_sha256: escape(&report.policy.sha256).into_owned(),
            release: escape(&report.release).into_owned(),
            fail_on: report.fail_on,
            outcome: report.outcome,
            services: report.counts,
            cut: (results.len() < of).then_some(Cut { shown: results.len(), of }),
        },
        results,
    };
    super::json::plain(out, &Log { schema: SCHEMA, version: "2.1.0", runs: [run] })
}

/// What cannot be told did not end well: it must not look like a pass.
fn invocation(outcome: OutcomeId, shown: usize, of: usize) -> Invocation {
    let (exit_code, exit_code_description) = match outcome {
        OutcomeId::Pass => (0, "policy met"),
        OutcomeId::Fail => (1, "policy not met"),
        OutcomeId::Inconclusive => (3, "could not be determined"),
    };
    let text = format!("The {shown} gravest of {of} results are listed. All of them stand in the JSON report.");
    Invocation {
        execution_successful: outcome != OutcomeId::Inconclusive,
        exit_code,
        exit_code_description,
        tool_execution_notifications: if shown < of {
            vec![Notification { level: "warning", message: Message { text } }]
        } else {
            Vec::new()
        },
    }
}

/// The results that fit, and how many there are. What counts comes before what is suppressed, then the gravest first.
fn results(report: &CheckReport, rules: &Rules) -> (Vec<Finding>, usize) {
    enum One<'a> {
        Notice(&'a NoticeOfCheck),
        Finding(&'a FindingReport),
    }
    let (ids, notice_ids) = machine::ids(report);
    let notices = machine::notices(report).into_iter().zip(notice_ids);
    let mut all: Vec<(bool, SeverityId, String, One<'_>)> =
        notices.map(|(notice, id)| (false, notice.severity, id, One::Notice(notice))).collect();
    all.extend(
        report.findings.iter().zip(ids).map(|(f, id)| (machine::is_suppressed(f), f.severity, id, One::Finding(f))),
    );
    all.sort_by_key(|(is_suppressed, severity, ..)| (*is_suppressed, std::cmp::Reverse(*severity)));
    let of = all.len();
    let shown = all.into_iter().take(MAX_RESULTS).map(|(_, _, id, one)| match one {
        One::Notice(notice) => of_notice(report, rules, notice, id),
        One::Finding(finding) => of_finding(report, rules, finding, id),
    });
    (shown.collect(), of)
}

fn of_finding(report: &CheckReport, rules: &Rules, finding: &FindingReport, id: String) -> Finding {
    let (rule_id, rule_index) = rules.find(&finding.rule.for_terminal());
    let mut related = Vec::new();
    if finding.rule_at != finding.at && finding.rule_at.line > 0 {
        let message = Some(Message { text: "The rule.".to_owned() });
        related.push(Location { id: Some(1), message, ..location(report, &finding.rule_at) });
    }
    let suppression = machine::suppression(finding).map(|justification| Suppression {
        kind: "external",
        status: "accepted",
        justification: machine::cut(&escape(&justification), MAX_TEXT),
    });
    Finding {
        rule_id,
        rule_index,
        level: finding.severity.id(),
        message: message(&machine::finding_text(finding)),
        locations: [location(report, &finding.at)],
        related_locations: related,
        partial_fingerprints: Fingerprints { id },
        suppressions: suppression.into_iter().collect(),
        properties: OfResult {
            outcome: finding.outcome,
            target: Some(escape(&finding.target).into_owned()),
            role: Some(finding.role),
            finding: Some(of_properties(finding)),
        },
    }
}

fn of_properties(finding: &FindingReport) -> OfFinding {
    OfFinding {
        state: finding.state,
        verdict: finding.verdict,
        operator: finding.operator.for_terminal(),
        chain: machine::chain(finding).into_iter().take(MAX_LIST).collect(),
        records: finding.records.iter().take(MAX_LIST).map(|record| record.for_terminal()).collect(),
        reasons: finding.reasons.iter().map(|reason| reason.id).collect(),
        codes: finding
            .codes
            .iter()
            .take(MAX_LIST)
            .map(|code| Code { country: code.country.to_string(), reach: code.reach, sure: code.sure })
            .collect(),
        laws: finding
            .laws
            .iter()
            .take(MAX_LIST)
            .map(|law| Law {
                id: law.id.to_string(),
                cite: law.cite.for_terminal(),
                jurisdiction: law.jurisdiction.to_string(),
                reach: law.reach,
            })
            .collect(),
        sure: finding.sure,
    }
}

fn of_notice(report: &CheckReport, rules: &Rules, notice: &NoticeOfCheck, id: String) -> Finding {
    let (rule_id, rule_index) = rules.find(notice.id);
    Finding {
        rule_id,
        rule_index,
        level: notice.severity.id(),
        message: message(&machine::notice_text(notice)),
        locations: [location(report, &notice.at)],
        related_locations: Vec::new(),
        partial_fingerprints: Fingerprints { id },
        suppressions: Vec::new(),
        properties: OfResult {
            outcome: notice.outcome,
            target: notice.target.as_ref().map(|target| escape(target).into_owned()),
            role: notice.role,
            finding: None,
        },
    }
}

fn location(report: &CheckReport, place: &PlaceOfFile) -> Location {
    Location {
        id: None,
        physical_location: Physical {
            artifact_location: Artifact { uri: machine::uri_of(report, place) },
            region: Region { start_line: machine::line_of(place) },
        },
        message: None,
    }
}

/// A message that is short enough as it is written, escapes included.
fn message(text: &str) -> Message {
    let mut max = MAX_TEXT;
    loop {
        let written = for_sarif(&machine::cut(text, max));
        let length = written.encode_utf16().count();
        if length <= MAX_TEXT {
            return Message { text: written };
        }
        max -= (length - MAX_TEXT).div_ceil(2).max(1).min(max);
    }
}
