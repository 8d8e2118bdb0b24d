//! `who` for the cases whose answer changed over the years, and as a stream.

use serde_json::Value;

use crate::cells::{list, text, verdict};
use crate::world::jurisdig;

fn who(query: &str, flags: &[&str]) -> Value {
    let output = jurisdig().args(["who", query, "--json"]).args(flags).output().unwrap();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{query}: {e}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// Layers of one date.
fn layers(report: &Value, date: &str) -> Vec<Value> {
    let row = list(&report["rows"]).iter().find(|r| r["as_of"] == date).unwrap_or_else(|| panic!("{date}: {report}"));
    list(&row["services"]).iter().flat_map(|s| list(&s["layers"]).to_vec()).collect()
}

fn grades(layer: &Value) -> Vec<(String, String, bool)> {
    let of = |n: &Value| (text(&n["country"]), text(&n["grade"]), n["via_fund"] == true);
    list(&layer["nexus"]).iter().map(of).collect()
}

fn has(layer: &Value, country: &str, grade: &str, via_fund: bool) -> bool {
    grades(layer).contains(&(country.into(), grade.into(), via_fund))
}

const TODAY: &str = "2026-11-24";

#[test]
fn the_reader_of_2021_and_today() {
    let report = who("45.60.155.214", &["--as-of", "2021-03-11"]);
    assert_eq!(list(&report["rows"]).len(), 2, "that date and today, side by side");
    let then = &layers(&report, "2021-03-11")[0];
    assert_eq!((text(&then["operator"]), text(&then["company"]["name"])), ("imperva".into(), "Imperva, Inc.".into()));
    assert!(has(then, "US", "direct", false) && has(then, "US", "controlled", true), "{:?}", grades(then));
    assert!(!grades(then).iter().any(|n| n.0 == "FR"), "Thales came later: {:?}", grades(then));
    let now = &layers(&report, TODAY)[0];
    assert!(has(now, "US", "direct", false) && has(now, "FR", "controlled", false), "{:?}", grades(now));
    assert!(!has(now, "US", "controlled", true), "the funds are gone: {:?}", grades(now));
    assert_eq!(now["place"]["kind"], "anycast");
    let field = |name: &str| list(&report["card"]).iter().find(|r| r["field"] == name).unwrap().clone();
    assert_eq!(field("registered")["database"][0], "US");
    assert_eq!(field("country")["truth"]["is"], "anycast");
    let screen = jurisdig().args(["who", "45.60.155.214", "--as-of", "2021-03-11"]).output().unwrap();
    let screen = String::from_utf8(screen.stdout).unwrap();
    for expected in ["Thoma Bravo (funds)", "Thales S.A.", "As of 2021-03-11", "As of 2026-11-24"] {
        assert!(screen.contains(expected), "{expected}:\n{screen}");
    }
    assert!(!screen.contains("37.751"), "never shown as a place");
}

#[test]
fn azure_france_and_ovh() {
    let azure = &layers(&who("40.89.128.1", &["--home", "FR"]), TODAY)[0];
    assert_eq!(text(&azure["operator"]), "microsoft");
    assert!(verdict(azure).starts_with("! US"), "{}", verdict(azure));
    assert!(has(azure, "US", "controlled", false), "{:?}", grades(azure));
    assert_eq!(azure["place"]["countries"][0]["country"], "FR");
    let ovh = &layers(&who("54.37.188.181", &["--home", "FR"]), TODAY)[0];
    assert!(has(ovh, "FR", "direct", false) && has(ovh, "US", "presence", false) && has(ovh, "CA", "presence", false));
    assert_eq!(verdict(ovh), "~ FR (US CA)");
}

#[test]
fn hornetsecurity_before_and_after() {
    let before = &layers(&who("mx01.hornetsecurity.com", &["--as-of", "2025-06-15"]), "2025-06-15")[0];
    assert!(has(before, "DE", "direct", false), "{:?}", grades(before));
    // A subsidiary in the US (presence) is not control from there.
    let is_held = |n: &(String, String, bool)| n.0 == "US" && matches!(n.1.as_str(), "direct" | "controlled");
    assert!(!grades(before).iter().any(is_held), "{:?}", grades(before));
    assert_eq!(before["owners"]["state"], "unknown", "upper owners not determined");
    let after = &layers(&who("mx01.hornetsecurity.com", &["--as-of", "2026-01-15"]), "2026-01-15")[0];
    assert!(has(after, "US", "controlled", false) && has(after, "US", "controlled", true), "{:?}", grades(after));
}

#[test]
fn solvinity_was_never_american() {
    for (date, state) in [("2026-02-15", "announced"), ("2026-06-15", "prohibited")] {
        let layer = &layers(&who("Solvinity", &["--as-of", date]), date)[0];
        assert_eq!(layer["deals"][0]["state"], state, "{date}");
        assert_eq!(layer["owners"]["state"], "unknown");
        assert!(has(layer, "NL", "direct", false) && !grades(layer).iter().any(|n| n.0 == "US"), "{:?}", grades(layer));
    }
}

#[test]
fn every_kind_of_question() {
    for (query, operator) in [
        ("AS19551", "imperva"),
        ("as16276", "ovhcloud"),
        ("13335", "cloudflare"),
        ("2606:4700:4700::1111", "cloudflare"),
        ("https://shops.myshopify.com/x", "shopify"),
        ("ns109.ovh.net", "ovhcloud"),
        ("issuer:Let's Encrypt", "letsencrypt"),
        ("Imperva", "imperva"),
        ("hetzner", "hetzner"),
    ] {
        let report = who(query, &[]);
        let found = layers(&report, TODAY);
        assert!(found.iter().any(|l| l["operator"] == operator), "{query}: {found:#?}");
    }
    // A company that is nobody's brand is found as a company.
    let thales = &layers(&who("thales-sa", &[]), TODAY)[0];
    assert!(thales["operator"].is_null() && has(thales, "FR", "direct", false));
}

#[test]
fn what_is_not_in_the_data_is_said() {
    let output = jurisdig().args(["who", "Nobody At All GmbH"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let all = [output.stdout, output.stderr].concat();
    assert!(String::from_utf8_lossy(&all).contains("Nobody At All GmbH: not in the data"));
}

#[test]
fn one_line_out_for_each_line_in() {
    let input = "45.60.155.214\n\nAS16276\r\nNobody At All GmbH\nissuer:DigiCert Inc\n\u{feff}mx01.hornetsecurity.com";
    let output = jurisdig().args(["who", "-"]).write_stdin(input).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let lines: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let queries: Vec<&str> = lines.iter().map(|l| l["query"].as_str().unwrap()).collect();
    assert_eq!(
        queries,
        ["45.60.155.214", "", "AS16276", "Nobody At All GmbH", "issuer:DigiCert Inc", "mx01.hornetsecurity.com"]
    );
    assert!(lines.iter().all(|l| l["schema"] == "jurisdig/who/1"));
    assert_eq!(lines[3]["error"], "not in the data");
    let strict = jurisdig().args(["who", "-", "--strict"]).write_stdin(input).output().unwrap();
    assert_eq!(strict.status.code(), Some(3));
}

#[test]
fn a_stream_takes_whatever_comes() {
    let mut input = vec![b'x'; 100_000];
    input.extend_from_slice(b"\n\xff\xfe\n1.1.1.1\n");
    let output = jurisdig().args(["who", "-"]).write_stdin(input).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 3, "{text}");
    assert!(text.lines().nth(2).unwrap().contains("cloudflare"));
}
