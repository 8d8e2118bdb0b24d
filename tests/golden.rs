//! Saved captures -> every format, the same bytes each time; and every pointer of every report leads somewhere.

#![allow(clippy::unwrap_used, missing_docs, reason = "a failing test shall stop")]

use jurisdig::audit::Auditor;
use jurisdig::evidence::{self, Evidence};
use jurisdig::kb::Knowledge;
use jurisdig::render::{Json, Ndjson, Piped, Renderer, Style, Summary, Table};
use jurisdig::report::{Report, TargetReport};
use jurisdig::text::Lang;
use serde_json::Value;

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

fn report(kb: &Knowledge, evidence: &Evidence) -> TargetReport {
    Report::build(evidence, &Auditor::new(kb, None, None).audit(evidence), kb)
}

fn render(mut renderer: impl Renderer, report: &TargetReport) -> String {
    let mut out = Vec::new();
    renderer.begin(&mut out).unwrap();
    renderer.target(&mut out, report).unwrap();
    renderer.end(&mut out, &Summary::default()).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn every_format_of_every_capture() {
    let kb = Knowledge::embedded();
    let captures = captures();
    assert!(captures.len() >= 10, "golden captures");
    for (name, evidence) in &captures {
        let report = report(&kb, evidence);
        let style = |lang, width| Style { lang, width, ..Style::default() };
        let screens = [
            ("en-80", render(Table::new(style(Lang::En, 80)), &report)),
            ("fr-120", render(Table::new(style(Lang::Fr, 120)), &report)),
            ("piped", render(Piped::new(true), &report)),
        ];
        for (kind, text) in &screens {
            insta::assert_snapshot!(format!("{name}-{kind}"), text);
        }
        let json = render(Json::new(1), &report);
        assert_eq!(json, render(Json::new(1), &self::report(&kb, evidence)), "{name}: the same bytes");
        assert!(json.trim_start().starts_with("{\"schema\"") || json.contains("\"schema\": \"jurisdig/audit/1\""));
        assert_eq!(render(Ndjson, &report).lines().count(), 1, "{name}: one line");
    }
}

/// Every `because` of a report is a JSON pointer that resolves in the evidence or an entry of the knowledge base.
#[test]
fn every_pointer_leads_somewhere() {
    let kb = Knowledge::embedded();
    let mut followed = 0;
    for (name, evidence) in captures() {
        let seen = serde_json::to_value(&evidence).unwrap();
        let report = serde_json::to_value(report(&kb, &evidence)).unwrap();
        let mut refs = Vec::new();
        collect(&report, &mut refs);
        for one in refs {
            followed += 1;
            let leads = if one.starts_with('/') { seen.pointer(&one).is_some() } else { is_known(&kb, &one) };
            assert!(leads, "{name}: {one}");
        }
        for service in report["services"].as_array().unwrap() {
            for layer in service["layers"].as_array().unwrap() {
                assert!(!layer["because"].as_array().unwrap().is_empty(), "{name}: {service}");
            }
        }
    }
    assert!(followed > 500, "only {followed} pointers");
}

fn collect(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("because", Value::Array(list)) => into.extend(list.iter().map(|v| v.as_str().unwrap().to_owned())),
                    _ => collect(value, into),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, into)),
        _ => {}
    }
}

fn is_known(kb: &Knowledge, one: &str) -> bool {
    let kb = kb.kb();
    let mut steps = one.split('/');
    match (steps.next(), steps.next(), steps.next()) {
        (Some("operator"), Some(id), None) => kb.operators.contains_key(id),
        (Some("entity"), Some(id), None) => kb.entities.contains_key(id),
        (Some("law"), Some(id), None) => kb.laws.contains_key(id),
        (Some("edge"), Some(owned), Some(owner)) => {
            kb.edges.iter().any(|e| e.owned.as_str() == owned && e.owner.as_str() == owner)
        }
        _ => false,
    }
}

/// Nothing but names is in English on a French screen.
#[test]
fn nothing_in_english_on_a_french_screen() {
    let kb = Knowledge::embedded();
    let english = ["the", "of", "is", "are", "by", "with", "not", "which", "that", "from", "where", "who"];
    for (name, evidence) in &captures() {
        let style = Style { lang: Lang::Fr, width: 120, ..Style::default() };
        // What the DNS client says of a record that cannot be read is kept in the evidence, in the words of the protocol.
        let text = render(Table::new(style), &report(&kb, evidence)).replace("characters that no term has", "");
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '-').collect();
        for word in english {
            assert!(!words.contains(&word), "{name}: {word:?} in {text}");
        }
    }
}
