//! SARIF: against the published schema, and against what GitHub's code scanning refuses a file for.
#![allow(clippy::unwrap_used, missing_docs, reason = "a failing test shall stop")]

#[path = "payloads/mod.rs"]
mod payloads;
#[path = "formats/samples.rs"]
mod samples;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;

use jurisdig::render::check::{MAX_RESULTS, sarif};
use jurisdig::report::{CheckReport, OutcomeId, SeverityId};
use payloads::PAYLOADS;
use serde_json::Value;

fn written(report: &CheckReport) -> Value {
    let mut out = Vec::new();
    sarif(&mut out, report).unwrap();
    serde_json::from_slice(&out).unwrap()
}

fn all() -> Vec<CheckReport> {
    let mixed = samples::hostile(|n| PAYLOADS[n % PAYLOADS.len()].to_owned());
    let mut empty = samples::start_up();
    empty.findings.clear();
    empty.notices.clear();
    let hostile = PAYLOADS.iter().map(|payload| samples::hostile(|_| (*payload).to_owned()));
    hostile.chain([samples::ministry(), samples::start_up(), mixed, empty]).collect()
}

/// The OASIS schema is not part of the project.
fn schema() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/schemas/sarif-2.1.0.schema.json");
    let given = std::env::var_os("JURISDIG_SARIF_SCHEMA").map(PathBuf::from);
    given.or_else(|| beside.exists().then_some(beside))
}

#[test]
fn holds_against_the_published_schema() {
    let Some(path) = schema() else {
        let why = "skipped: holds_against_the_published_schema (no SARIF schema: set JURISDIG_SARIF_SCHEMA)";
        writeln!(std::io::stderr(), "{why}").unwrap();
        return;
    };
    let text = std::fs::read_to_string(&path).unwrap();
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.add_resource("memory:///sarif", serde_json::from_str(&text).unwrap()).unwrap();
    let compiled = compiler.compile("memory:///sarif", &mut schemas).unwrap();
    for report in all() {
        let log = written(&report);
        if let Err(fault) = schemas.validate(&log, compiled) {
            panic!("{fault:#}");
        }
    }
    // The check can fail.
    let mut log = written(&samples::ministry());
    log["runs"][0]["results"][0]["level"] = "grave".into();
    assert!(schemas.validate(&log, compiled).is_err());
}

/// What an upload is refused for, or loses.
fn faults(log: &Value) -> Vec<String> {
    let run = &log["runs"][0];
    let rules: Vec<&str> =
        run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    let mut out = Vec::new();
    let mut fault = |at: usize, what: &str| out.push(format!("result {at}: {what}"));
    if rules.iter().collect::<BTreeSet<_>>().len() != rules.len() {
        fault(0, "a rule is listed twice");
    }
    let results = run["results"].as_array().unwrap();
    let mut ids = BTreeSet::new();
    for (at, result) in results.iter().enumerate() {
        let index = result["ruleIndex"].as_u64().unwrap();
        if rules.get(usize::try_from(index).unwrap()).copied() != result["ruleId"].as_str() {
            fault(at, "its rule is not the listed one");
        }
        let text = result["message"]["text"].as_str().unwrap_or_default();
        if text.trim().is_empty() || text.encode_utf16().count() > 1_000 {
            fault(at, "its message is empty or too long");
        }
        let locations = result["locations"].as_array().cloned().unwrap_or_default();
        if locations.is_empty() {
            fault(at, "no location");
        }
        for place in locations.iter().chain(result["relatedLocations"].as_array().into_iter().flatten()) {
            let physical = &place["physicalLocation"];
            let uri = physical["artifactLocation"]["uri"].as_str().unwrap_or_default();
            let is_plain = uri.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b));
            if uri.is_empty() || uri.starts_with('/') || !is_plain {
                fault(at, &format!("{uri:?} is not a relative reference"));
            }
            if physical["region"]["startLine"].as_u64().unwrap_or_default() < 1 {
                fault(at, "lines count from 1");
            }
        }
        let id = result["partialFingerprints"]["jurisdigFindingId/v1"].as_str().unwrap_or_default();
        if id.len() < 16 || !ids.insert(id.to_owned()) {
            fault(at, "its fingerprint is missing or not its own");
        }
        if !matches!(result["level"].as_str(), Some("error" | "warning" | "note")) {
            fault(at, "no level");
        }
        if !result["suppressions"].is_array() {
            fault(at, "suppressions are on some results only");
        }
    }
    if results.len() > MAX_RESULTS || rules.len() > 25_000 {
        fault(0, "too many");
    }
    out
}

#[test]
fn an_upload_is_taken() {
    for report in all() {
        let log = written(&report);
        assert_eq!(faults(&log), Vec::<String>::new(), "{log:#}");
        let shown = log["runs"][0]["results"].as_array().unwrap().len();
        let notices = report.notices.iter().filter(|n| n.severity != SeverityId::Note).count();
        assert_eq!(shown, report.findings.len() + notices);
    }
}

#[test]
fn the_check_of_uploads_can_fail() {
    let log = written(&samples::ministry());
    for (pointer, value) in [
        ("/ruleId", Value::from("other")),
        ("/ruleIndex", 4_000.into()),
        ("/message/text", " ".into()),
        ("/locations", Value::Array(Vec::new())),
        ("/locations/0/physicalLocation/artifactLocation/uri", "/etc/x".into()),
        ("/locations/0/physicalLocation/artifactLocation/uri", "a b".into()),
        ("/locations/0/physicalLocation/region/startLine", 0.into()),
        ("/partialFingerprints", Value::Null),
        ("/level", "none".into()),
        ("/suppressions", Value::Null),
    ] {
        let mut log = log.clone();
        *log.pointer_mut(&format!("/runs/0/results/0{pointer}")).unwrap() = value;
        assert!(!faults(&log).is_empty(), "{pointer}");
    }
}

#[test]
fn what_somebody_answers_for_is_suppressed_and_listed_last() {
    let report = samples::ministry();
    let log = written(&report);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let is_suppressed = |result: &&Value| !result["suppressions"].as_array().unwrap().is_empty();
    let suppressed: Vec<&Value> = results.iter().filter(is_suppressed).collect();
    let wanted = report.findings.iter().filter(|f| matches!(f.state, "waived" | "baselined")).count();
    assert!(
        report.findings.iter().any(|f| f.state == "waived") && report.findings.iter().any(|f| f.state == "baselined")
    );
    assert_eq!(suppressed.len(), wanted);
    assert!(results[results.len() - wanted..].iter().all(|result| is_suppressed(&result)));
    let why = &suppressed.iter().find(|r| r["properties"]["state"] == "waived").unwrap()["suppressions"][0];
    assert_eq!(why["justification"], "waived until 2026-12-10 by dsi@ministere.example, SEC-118: migration under way");
    assert_eq!((&why["kind"], &why["status"]), (&"external".into(), &"accepted".into()));
}

#[test]
fn a_long_list_is_cut_and_says_so() {
    let mut report = samples::ministry();
    let notices = report.notices.iter().filter(|n| n.severity != SeverityId::Note).count();
    let note = report.findings.iter().find(|f| f.severity == SeverityId::Warning).unwrap().clone();
    report.findings.splice(0..0, std::iter::repeat_n(note, 6_000));
    let of = report.findings.len() + notices;
    let run = written(&report)["runs"][0].take();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), MAX_RESULTS);
    assert_eq!(run["properties"]["cut"], serde_json::json!({ "shown": MAX_RESULTS, "of": of }));
    let said = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
    assert!(said.contains("5000") && said.contains(&of.to_string()), "{said}");
    let errors = |list: &[Value]| list.iter().filter(|r| r["level"] == "error").count();
    assert!(errors(results) > 0 && errors(&results[..errors(results)]) == errors(results), "errors are kept, in front");
}

#[test]
fn an_outcome_has_the_exit_code_of_check() {
    let mut report = samples::ministry();
    for (outcome, code, is_good) in
        [(OutcomeId::Pass, 0, true), (OutcomeId::Fail, 1, true), (OutcomeId::Inconclusive, 3, false)]
    {
        report.outcome = outcome;
        let invocation = written(&report)["runs"][0]["invocations"][0].take();
        assert_eq!(invocation["exitCode"], code);
        assert_eq!(invocation["executionSuccessful"], is_good);
    }
}

/// Links and placeholders of SARIF stay text.
#[test]
fn a_message_has_no_link_of_somebody_else() {
    let report = samples::hostile(|_| "[click](https://evil.example) {0}".to_owned());
    let log = written(&report);
    let text = log["runs"][0]["results"][0]["message"]["text"].as_str().unwrap();
    assert!(text.contains("\\[click\\](https://evil.example) {{0}}"), "{text}");
    let help = log["runs"][0]["tool"]["driver"]["rules"][0]["help"]["markdown"].as_str().unwrap();
    assert!(help.contains("\\[click\\]\\(hxxps") && !help.contains("https:"), "{help}");
}
