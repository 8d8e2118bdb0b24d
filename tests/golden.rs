//! Saved captures -> every format, the same bytes each time; and every pointer of every report leads somewhere.

#![allow(clippy::unwrap_used, missing_docs, reason = "a failing test shall stop")]

use jurisdig::audit::Auditor;
use jurisdig::evidence::{self, Evidence};
use jurisdig::kb::Knowledge;
use jurisdig::render::{Json, Ndjson, Piped, Renderer, Style, Summary, Table, explain};
use jurisdig::report::{CertaintyId, DataClassId, Report, RoleId, TargetReport, ViaId};
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
        let text = render(Table::new(style), &report(&kb, evidence));
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '-').collect();
        for word in english {
            assert!(!words.contains(&word), "{name}: {word:?} in {text}");
        }
    }
}

/// Every explanation of every capture as one line of words, so that no line break hides a phrase.
fn explanations(lang: Lang) -> Vec<(String, TargetReport, String)> {
    let kb = Knowledge::embedded();
    let mut out = Vec::new();
    for (name, evidence) in captures() {
        let report = report(&kb, &evidence);
        let mut text = Vec::new();
        let style = Style { lang, width: 80, ..Style::default() };
        explain(&mut text, style, &report, RoleId::ALL).unwrap();
        out.push((name, report, String::from_utf8(text).unwrap()));
    }
    out
}

/// Nor in an explanation, but for titles of sources and what the domain's own records say.
#[test]
fn nothing_in_english_in_a_french_explanation() {
    let english = [
        "the", "of", "is", "are", "by", "with", "not", "which", "that", "from", "where", "who", "and", "or", "owners",
        "record", "embedded", "funds", "holding", "family", "regions",
    ];
    for (name, _, text) in explanations(Lang::Fr) {
        let mut is_source = false;
        let kept: Vec<&str> = text
            .lines()
            .filter(|line| {
                is_source = line.starts_with("  [S") || (is_source && line.starts_with("       "));
                !is_source
            })
            .collect();
        // What is in the language of a court or a law: names of cases and acts.
        let kept = kept.join("\n");
        let kept = ["holding familiale", "In re Marc Rich", "Bank of Nova Scotia"]
            .iter()
            .fold(one_line(&kept), |text, name| text.replace(name, ""));
        let words: Vec<&str> = kept.split(|c: char| !c.is_alphanumeric() && c != '-').collect();
        for word in english {
            assert!(!words.contains(&word), "{name}: {word:?} in {kept}");
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A law about records never stands in one sentence with a law about content, and no sentence says of it that it
/// reaches content.
#[test]
fn a_law_about_records_has_a_sentence_of_its_own() {
    let mut seen = 0;
    for (name, report, text) in explanations(Lang::En) {
        let text = one_line(&text);
        let laws = report.services.iter().flat_map(|s| &s.layers).flat_map(|l| &l.exposures).map(|e| &e.law);
        let laws: std::collections::BTreeMap<String, DataClassId> =
            laws.filter_map(|law| Some((law.short.as_ref()?.for_terminal(), law.data_class))).collect();
        // A bracket before a full stop that holds short names of laws only is the citation of a sentence.
        for (at, _) in text.match_indices(").") {
            let start = text[..at].rfind('(').unwrap();
            let classes: Option<Vec<DataClassId>> =
                text[start + 1..at].split(", ").map(|s| laws.get(s).copied()).collect();
            let Some(classes) = classes else { continue };
            assert!(classes.windows(2).all(|pair| pair[0] == pair[1]), "{name}: {}", &text[start..at]);
            if classes[0] == DataClassId::Records {
                let sentence = &text[text[..start].rfind("may be required").unwrap()..start];
                assert!(!sentence.contains("message content") && !sentence.contains("in clear"), "{name}: {sentence}");
                assert!(sentence.contains("record") || sentence.contains("quer"), "{name}: {sentence}");
                seen += 1;
            }
        }
    }
    assert!(seen > 3, "{seen}");
}

/// A step says what was seen: never an address alone, never the moment of a question that nobody asked.
#[test]
fn every_step_says_a_fact() {
    for (lang, unasked) in [(Lang::En, ": not asked"), (Lang::Fr, ": non demandé")] {
        for (name, _, text) in explanations(lang) {
            let mut lines = text.lines().peekable();
            while let Some(line) = lines.next() {
                let words: Vec<&str> = line.split_whitespace().collect();
                if let [number, address] = words.as_slice()
                    && number.parse::<u32>().is_ok()
                {
                    assert!(address.parse::<std::net::IpAddr>().is_err(), "{name}: {line}");
                }
                if line.replace('\u{a0}', "").ends_with(unasked) {
                    assert!(lines.peek().is_none_or(|next| !next.trim_start().starts_with("dns ·")), "{name}: {line}");
                }
            }
        }
    }
}

/// The basis of a row names laws about content before laws about records.
#[test]
fn a_basis_begins_with_laws_about_content() {
    let mut seen = 0;
    for (name, report, _) in explanations(Lang::En) {
        for layer in report.services.iter().flat_map(|s| &s.layers) {
            let class = |id: &jurisdig::model::LawId| {
                let law = layer.exposures.iter().map(|e| &e.law).find(|law| law.id == *id).unwrap();
                (law.jurisdiction.as_str() != "US", law.data_class)
            };
            let classes: Vec<_> = layer.basis.laws.iter().map(|law| class(&law.law)).collect();
            seen += classes.len();
            assert!(classes.is_sorted() || layer.codes.len() > 2, "{name}: {:?}", layer.basis);
        }
    }
    assert!(seen > 5);
}

/// What would change a conclusion is a record of the site's own, not the host of the operator it leads to.
#[test]
fn changes_name_records_of_the_site() {
    for (name, report, text) in explanations(Lang::En) {
        let text = one_line(&text);
        let domain = name.trim_start_matches("www.");
        for (at, _) in text.match_indices(" record of ") {
            let owner = text[at + " record of ".len()..].split(' ').next().unwrap();
            let is_own = owner.ends_with(domain) || report.services.iter().any(|s| s.role == RoleId::Sender);
            assert!(is_own, "{name}: {owner}");
        }
        assert!(!text.contains("or the record "), "{name}");
    }
}

/// Links of a company stand in one sentence, and a source to the contrary is shown, or that none is recorded.
#[test]
fn links_and_sources_to_the_contrary() {
    let mut none = 0;
    for (name, report, text) in explanations(Lang::En) {
        let layers: Vec<_> = report.services.iter().flat_map(|s| &s.layers).collect();
        let sentences = one_line(&text).matches("By itself this is not a finding").count()
            + one_line(&text).matches("By themselves these are not findings").count();
        assert!(sentences <= layers.len(), "{name}: {sentences} sentences about links");
        none += text.matches("no source to the contrary recorded").count();
        for layer in layers {
            let technology = layer.nexus.iter().any(|n| n.via == ViaId::Technology);
            let is_cited = layer.authorities.iter().any(|a| a.id == "fr-anssi-2025");
            assert!(technology || !is_cited, "{name}: the statement is about technology");
        }
    }
    assert!(none > 0);
    let shown = explanations(Lang::En);
    let s3ns = shown.iter().find(|(name, ..)| name == "confiance-exemple.fr").unwrap();
    assert!(s3ns.2.contains("Head of ANSSI"), "a technology partner: {}", s3ns.2);
}

/// A law whose authority has lapsed is contested while its effects go on, and the line of its state names what that
/// rests on, not the sources of its text.
#[test]
fn a_law_in_transition_is_contested_and_its_state_has_its_own_sources() {
    let mut seen = 0;
    for (name, report, text) in explanations(Lang::En) {
        for exposure in report.services.iter().flat_map(|s| &s.layers).flat_map(|l| &l.exposures) {
            if exposure.in_transition {
                seen += 1;
                assert_eq!(exposure.certainty, CertaintyId::Contested, "{name}");
                let sources = &exposure.law.status.as_ref().unwrap().sources;
                assert!(!sources.is_empty() && sources.iter().all(|id| report.sources.contains_key(id)), "{name}");
            }
        }
        if text.contains("law us-fisa-702") {
            let line = &one_line(&text)[one_line(&text).find("law us-fisa-702").unwrap()..];
            let cited = line.split("last checked for release 2026.11.1. [S").nth(1).unwrap();
            let number = cited.split(']').next().unwrap();
            assert!(one_line(&text).contains(&format!("[S{number}] Press on the lapse of 12 June 2026")), "{name}");
        }
    }
    assert!(seen > 3, "{seen}");
}
