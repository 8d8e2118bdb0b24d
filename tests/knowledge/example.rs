//! The worked example: ten groups of entries and the answers they must give, line by line.

use std::cmp::Reverse;

use jurisdig::kb::{Knowledge, Nexus, Walk, compile};
use jurisdig::model::LawId;

use super::{code, day, end, is_unknown, label, walk};

const EXAMPLE: &str = include_str!("example.toml");
const EXPECTED: &str = include_str!("example.expected.txt");

fn knowledge() -> Knowledge {
    Knowledge::new(compile(&[("example.toml", EXAMPLE)]).unwrap())
}

/// Jurisdictions in the order of their closest connection, near before far, then the order of the data; inside one
/// by grade and company, a company once for each grade.
fn connections(walk: &Walk) -> String {
    let first = |n: &Nexus| (Reverse(n.grade), n.path.len(), n.path.iter().map(|s| s.edge).collect::<Vec<_>>());
    let mut order: Vec<&Nexus> = walk.nexus.iter().collect();
    order.sort_by_key(|n| first(n));
    let mut countries = Vec::new();
    for nexus in order {
        if !countries.contains(&nexus.jurisdiction) {
            countries.push(nexus.jurisdiction);
        }
    }
    let parts: Vec<String> = countries
        .into_iter()
        .map(|country| {
            let mut rows: Vec<&Nexus> = walk.nexus.iter().filter(|n| n.jurisdiction == country).collect();
            rows.sort_by_key(|n| (Reverse(n.grade), end(n).to_owned()));
            let mut labels: Vec<String> = rows.into_iter().map(label).collect();
            labels.dedup();
            format!("{country}: {}", labels.join(", "))
        })
        .collect();
    parts.join("; ")
}

fn python_list<'a>(items: impl Iterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = items.map(|item| format!("'{item}'")).collect();
    format!("[{}]", quoted.join(", "))
}

/// Answers a line of the expected file from the knowledge base; the left part of the line is the question.
fn answer(kb: &Knowledge, line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (subject, date) = (words[0], words[1]);
    if let Ok(operator) = subject.parse()
        && let Some(known) = kb.operator(&operator)
    {
        let id = words[2];
        assert!(known.runs.iter().any(|run| run.entity.as_str() == id), "{subject} does not run {id}");
        let walk = walk(kb, id, date);
        let mut flags = String::new();
        if is_unknown(&walk) {
            flags.push_str("| owners unknown");
        }
        if walk.boundary {
            flags.push_str("| boundary");
        }
        return format!("{subject:<8} {date} {id:<12} {} {flags}", connections(&walk));
    }
    if let Ok(law) = subject.parse::<LawId>() {
        let status = kb.law_status(&law, day(date));
        let state = status.map(|status| serde_json::to_value(status.state).unwrap().as_str().unwrap().to_owned());
        return format!("{subject} {date} {}", state.unwrap_or_else(|| "none recorded".to_owned()));
    }
    let country = code(subject);
    let adequacy = kb.adequacy(country, day(date));
    let groups = python_list(kb.groups(country, day(date)));
    format!("{subject} {date} {groups} {}", python_list(adequacy.iter().map(|a| a.decision.as_str())))
}

#[test]
fn every_line_of_the_expected_file() {
    let kb = knowledge();
    let mut lines: Vec<&str> = EXPECTED.lines().collect();
    let counts = lines.pop().unwrap();
    assert_eq!(lines.len(), 26, "the expected file has lost lines");
    for line in lines {
        assert_eq!(answer(&kb, line), line);
    }
    let data = kb.kb();
    let found =
        format!("edges {} bad 0 entities {} sources {}", data.edges.len(), data.entities.len(), data.sources.len());
    assert_eq!(found, counts);
}

#[test]
fn the_older_form_of_runs_is_read() {
    let kb = knowledge();
    let run = |operator: &str, servers: Option<&str>| {
        let operator = operator.parse().unwrap();
        kb.entity_for(&operator, servers.map(code), None, day("2026-11-24")).unwrap()
    };
    assert_eq!(run("ovhcloud", Some("US")).entity.as_str(), "ovh-us");
    assert_eq!(run("ovhcloud", Some("CA")).entity.as_str(), "ovh-ca");
    assert_eq!(run("ovhcloud", Some("DE")).entity.as_str(), "ovh-sas");
    assert!(!run("ovhcloud", Some("DE")).is_floor);
    assert_eq!(run("ovhcloud", None).entity.as_str(), "ovh-sas");
    assert!(run("ovhcloud", None).is_floor);
    assert_eq!(run("vade", Some("US")).entity.as_str(), "vade");
    assert!(!run("vade", None).is_floor);
}

#[test]
fn a_chain_is_as_good_as_its_worst_edge() {
    use jurisdig::model::Confidence::{Established, Probable, Weak};
    let kb = knowledge();
    let confidence = |id: &str, date: &str, company: &str| {
        walk(&kb, id, date).nexus.iter().find(|n| end(n) == company).unwrap().confidence
    };
    // The seats rest on general knowledge in the example, whatever the edges rest on.
    assert_eq!(confidence("telekom-austria", "2026-11-24", "america-movil"), Weak);
    assert_eq!(confidence("criteo", "2026-11-24", "criteo"), Probable);
    let better = EXAMPLE.replace(
        "top = { kind = \"natural-persons\", sources = [\"gk\"] }\nsources = [\"gk\"]\nname = \"America",
        "top = { kind = \"natural-persons\", sources = [\"gk\"] }\nsources = [\"oebag-2023\"]\nname = \"America",
    );
    assert_ne!(better, EXAMPLE);
    let kb = Knowledge::new(compile(&[("example.toml", &better)]).unwrap());
    let confidence = |id: &str| {
        let walk = walk(&kb, id, "2026-11-24");
        walk.nexus.iter().find(|n| end(n) == "america-movil").unwrap().confidence
    };
    assert_eq!(confidence("telekom-austria"), Established);
    assert_eq!(confidence("akenes-sa"), Weak, "the edge to Telekom Austria is general knowledge");
}
