//! Machine formats of a check: snapshots, what each reader takes, and attackers' texts through all of them.
#![allow(clippy::unwrap_used, missing_docs, reason = "a failing test shall stop")]

#[path = "payloads/mod.rs"]
mod payloads;
#[path = "formats/samples.rs"]
mod samples;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use jurisdig::render::check;
use jurisdig::report::{CheckReport, OutcomeId};
use jurisdig::safe::is_forbidden;
use payloads::PAYLOADS;
use serde_json::Value;

type Format = fn(&mut dyn Write, &CheckReport) -> io::Result<()>;

const FORMATS: [(&str, Format); 5] = [
    ("json", check::json),
    ("sarif", check::sarif),
    ("junit", check::junit),
    ("gitlab", check::gitlab),
    ("openmetrics", check::openmetrics),
];

fn text(format: Format, report: &CheckReport) -> String {
    let mut out = Vec::new();
    format(&mut out, report).unwrap();
    String::from_utf8(out).unwrap()
}

fn mixed() -> CheckReport {
    samples::hostile(|n| PAYLOADS[n % PAYLOADS.len()].to_owned())
}

#[test]
fn snapshots() {
    for (name, report) in [("ministry", samples::ministry()), ("start-up", samples::start_up()), ("hostile", mixed())] {
        for (format, write) in FORMATS {
            let out = text(write, &report);
            assert_eq!(out, text(write, &report), "{format}: the same again");
            let out = out.replace(&format!("\"{}\"", report.tool), "\"[version]\"");
            let out = out.replace(&format!("\"{}\"", report.release), "\"[release]\"");
            insta::assert_snapshot!(format!("check-{name}-{format}"), out);
        }
    }
}

/// Nothing a terminal acts on survives, and every file stays what it is.
#[test]
fn attackers_texts_survive_in_no_format() {
    let one_each = PAYLOADS.iter().map(|payload| samples::hostile(|_| (*payload).to_owned()));
    for report in one_each.chain([mixed()]) {
        for (format, write) in FORMATS {
            let out = text(write, &report);
            let hidden: Vec<char> = out.chars().filter(|c| is_forbidden(*c) && *c != '\n').collect();
            assert!(hidden.is_empty(), "{format}: {hidden:?}");
            match format {
                "junit" => junit(&out, &report),
                "openmetrics" => openmetrics(&out),
                "gitlab" => gitlab(&out, &report),
                _ => drop(serde_json::from_str::<Value>(&out).unwrap()),
            }
        }
        let json: Value = serde_json::from_str(&text(check::json, &report)).unwrap();
        assert_eq!(json, serde_json::to_value(&report).unwrap(), "JSON keeps every text as it is");
    }
}

/// Elements and attributes of Jenkins' junit-10.xsd that are used: parent, element, required and further attributes.
const JUNIT: [(&str, &str, &[&str], &[&str]); 7] = [
    ("", "testsuites", &[], &["name", "time", "tests", "failures", "errors"]),
    (
        "testsuites",
        "testsuite",
        &["name", "tests", "failures", "errors"],
        &["group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"],
    ),
    ("testsuite", "testcase", &["name"], &["time", "classname", "group"]),
    ("testcase", "failure", &[], &["type", "message"]),
    ("testcase", "error", &[], &["type", "message"]),
    ("testcase", "skipped", &[], &["type", "message"]),
    ("testcase", "system-out", &[], &[]),
];

fn junit(out: &str, report: &CheckReport) {
    let document = roxmltree::Document::parse(out).unwrap_or_else(|fault| panic!("{fault}\n{out}"));
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let parent = node.parent_element().map(|p| p.tag_name().name()).unwrap_or_default();
        let name = node.tag_name().name();
        let Some((.., required, more)) = JUNIT.iter().find(|(above, element, ..)| (*above, *element) == (parent, name))
        else {
            panic!("<{name}> in <{parent}>");
        };
        let has: BTreeSet<&str> = node.attributes().map(|a| a.name()).collect();
        assert!(required.iter().all(|a| has.contains(a)), "<{name}> {has:?}");
        assert!(has.iter().all(|a| required.contains(a) || more.contains(a)), "<{name}> {has:?}");
    }
    let cases = |node: roxmltree::Node<'_, '_>, child: Option<&str>| {
        let cases = node.descendants().filter(|n| n.has_tag_name("testcase"));
        cases.filter(|c| child.is_none_or(|name| c.children().any(|n| n.has_tag_name(name)))).count().to_string()
    };
    for suite in document.descendants().filter(|n| n.has_tag_name("testsuite") || n.has_tag_name("testsuites")) {
        assert_eq!(suite.attribute("tests"), Some(cases(suite, None).as_str()));
        assert_eq!(suite.attribute("failures"), Some(cases(suite, Some("failure")).as_str()));
        assert_eq!(suite.attribute("errors"), Some(cases(suite, Some("error")).as_str()));
        if suite.has_tag_name("testsuite") {
            assert_eq!(suite.attribute("skipped"), Some(cases(suite, Some("skipped")).as_str()));
        }
    }
    // Not one finding passes, and each is there once.
    let of = |wanted: OutcomeId| {
        let findings = report.findings.iter().filter(|f| f.outcome == wanted).count();
        findings + report.notices.iter().filter(|n| n.outcome == wanted).count()
    };
    let root = document.root_element();
    assert_eq!(root.attribute("failures"), Some(of(OutcomeId::Fail).to_string().as_str()));
    assert_eq!(root.attribute("errors"), Some(of(OutcomeId::Inconclusive).to_string().as_str()));
    let skipped = document.descendants().filter(|n| n.has_tag_name("skipped")).count();
    assert_eq!(skipped, of(OutcomeId::Pass));
    assert_ne!(root.attribute("tests"), Some("0"), "Jenkins takes a file without cases for a fault");
}

#[test]
fn junit_is_what_jenkins_reads() {
    let mut empty = samples::start_up();
    (empty.findings, empty.notices, empty.rules) = (Vec::new(), Vec::new(), Vec::new());
    empty.outcome = OutcomeId::Pass;
    for report in [samples::ministry(), samples::start_up(), empty] {
        junit(&text(check::junit, &report), &report);
    }
}

/// Fields of GitLab's Code Quality report.
fn gitlab(out: &str, report: &CheckReport) {
    let list: Vec<BTreeMap<String, Value>> = serde_json::from_str(out).unwrap();
    let fields: BTreeSet<&str> = ["description", "check_name", "fingerprint", "severity", "location"].into();
    let mut seen = BTreeSet::new();
    for entry in &list {
        assert_eq!(entry.keys().map(String::as_str).collect::<BTreeSet<_>>(), fields);
        for field in ["description", "check_name", "fingerprint"] {
            assert!(!entry[field].as_str().unwrap().is_empty(), "{field}");
        }
        assert!(seen.insert(entry["fingerprint"].as_str().unwrap()), "a fingerprint occurs twice");
        let severity = entry["severity"].as_str().unwrap();
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity), "{severity}");
        let path = entry["location"]["path"].as_str().unwrap();
        assert!(!path.is_empty() && !path.starts_with('/') && !path.starts_with("./"), "{path}");
        assert!(entry["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
    }
    let counted = report.findings.iter().filter(|f| matches!(f.state, "finding" | "unknown")).count();
    let notices = report.notices.iter().filter(|n| n.severity.id() != "note").count();
    assert_eq!(list.len(), counted + notices);
    let blockers = list.iter().filter(|e| e["severity"] == "blocker").count();
    let fails = report.findings.iter().filter(|f| f.outcome == OutcomeId::Fail).count();
    assert_eq!(blockers, fails + report.notices.iter().filter(|n| n.outcome == OutcomeId::Fail).count());
}

#[test]
fn code_quality_is_what_gitlab_reads() {
    for report in [samples::ministry(), samples::start_up()] {
        gitlab(&text(check::gitlab, &report), &report);
    }
}

/// The id of a notice is the same tomorrow, on another line, with fewer days to go.
#[test]
fn the_fingerprint_of_a_notice_stays() {
    let prints = |report: &CheckReport| -> Vec<String> {
        let list: Vec<Value> = serde_json::from_str(&text(check::gitlab, report)).unwrap();
        list.iter().map(|entry| entry["fingerprint"].as_str().unwrap().to_owned()).collect()
    };
    let report = samples::ministry();
    assert!(report.notices.iter().any(|notice| notice.id == "waiver-expiring"));
    let mut later = report.clone();
    for notice in &mut later.notices {
        notice.at.line += 5;
        if let Some(days) = notice.with.get_mut("days") {
            *days = jurisdig::safe::Untrusted::new("3");
        }
    }
    assert_eq!(prints(&report), prints(&later));
}

/// Lines as the older text format of Prometheus and OpenMetrics both read them.
fn openmetrics(out: &str) {
    assert!(out.ends_with("\n# EOF\n"));
    assert_eq!(out.lines().filter(|line| line.contains("# EOF") && line.starts_with('#')).count(), 1);
    let mut family = "";
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut samples: BTreeSet<&str> = BTreeSet::new();
    for line in out.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            family = rest.split_once(' ').unwrap().0;
            assert!(done.insert(family), "{family} in two places");
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            assert_eq!(rest, format!("{family} gauge"));
        } else if line != "# EOF" {
            let (name, labels, value) = sample(line);
            assert_eq!(name, family, "{line}");
            assert!(value.parse::<f64>().is_ok(), "{line}");
            assert!(samples.insert(&line[..line.len() - value.len()]), "{line}: twice");
            assert!(
                labels.iter().all(|l| l.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'))
            );
        }
    }
    assert!(samples.len() > 10);
}

/// Name, names of labels and value; quotes and backslashes inside a value have to be escaped.
fn sample(line: &str) -> (&str, Vec<&str>, &str) {
    let Some((name, mut rest)) = line.split_once('{').filter(|(name, _)| !name.contains(' ')) else {
        let (name, value) = line.split_once(' ').unwrap();
        return (name, Vec::new(), value);
    };
    let mut labels = Vec::new();
    loop {
        let (label, after) = rest.split_once("=\"").unwrap();
        labels.push(label.trim_start_matches(','));
        let mut is_escaped = false;
        let end = after.char_indices().find(|(_, c)| {
            let ends = *c == '"' && !is_escaped;
            assert!(!is_escaped || matches!(c, '\\' | '"' | 'n'), "{line}");
            is_escaped = *c == '\\' && !is_escaped;
            ends
        });
        rest = &after[end.expect(line).0 + 1..];
        if let Some(value) = rest.strip_prefix("} ") {
            return (name, labels, value);
        }
    }
}

#[test]
fn metrics_are_what_a_collector_reads() {
    for report in [samples::ministry(), samples::start_up()] {
        openmetrics(&text(check::openmetrics, &report));
    }
    let mut report = samples::ministry();
    let out = text(check::openmetrics, &report);
    assert!(out.contains("\njurisdig_check_outcome{outcome=\"fail\"} 1\n"), "{out}");
    assert!(out.contains("\njurisdig_check_judged_on_timestamp_seconds 1795478400\n"), "{out}");
    report.counts.services = 0;
    report.counts.unknown = 0;
    let out = text(check::openmetrics, &report);
    assert!(out.contains("\njurisdig_check_unknown_ratio NaN\n"), "no service is not a share of nothing");
}

/// A rule whose last finding is gone has a number still, and so an alert ends.
#[test]
fn every_rule_has_a_number() {
    let mut report = samples::ministry();
    report.findings.clear();
    let out = text(check::openmetrics, &report);
    for rule in ["no-foreign-law-on-content", "no-us-mail", "control-plane"] {
        assert!(out.contains(&format!("jurisdig_check_findings{{rule=\"{rule}\"")), "{out}");
    }
}
