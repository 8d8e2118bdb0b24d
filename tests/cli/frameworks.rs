//! `explain --framework` and `explain --alternatives`, through the binary.

use crate::world::{jurisdig, world};

fn explain(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = world().command("explain").args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn json(arguments: &[&str]) -> serde_json::Value {
    let (_, text, error) = explain(&[arguments, &["--json"]].concat());
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {error}"))
}

#[test]
fn a_framework_criterion_by_criterion() {
    for (framework, ids) in [("secnumcloud", ["19.6-a", "19.6-b", "19.6-c"]), ("eu-csf", ["SOV-1", "SOV-5", "SOV-8"])] {
        for lang in ["en", "fr"] {
            let (code, text, _) = explain(&["www.ministere-exemple.fr", "--framework", framework, "--lang", lang]);
            assert_eq!(code, Some(0), "{text}");
            for id in ids {
                assert!(text.lines().any(|l| l.starts_with(id)), "{id}: {text}");
            }
            assert!(text.lines().all(|l| l.chars().count() <= 80), "prose is set to 80");
            let unseen = if lang == "en" {
                "Not observable from outside; ask the supplier."
            } else {
                "Non observable de l'extérieur\u{a0}; demander au fournisseur."
            };
            assert!(text.contains(unseen), "{text}");
            let lower = text.to_lowercase();
            let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
            for word in ["seal", "score", "passed", "failed", "pass", "fail", "compliant", "conforme", "réussi"] {
                assert!(!words.contains(&word), "{framework} {lang}: {word}");
            }
        }
    }
}

#[test]
fn a_framework_as_json_holds_facts() {
    let report = json(&["www.ministere-exemple.fr", "--framework", "secnumcloud"]);
    assert_eq!(report["schema"], "jurisdig/framework/1");
    assert_eq!(report["framework"]["id"], "secnumcloud");
    let criteria = report["criteria"].as_array().unwrap();
    let of = |id: &str| criteria.iter().find(|c| c["id"] == id).unwrap();
    assert_eq!(of("19.6-b")["ceilings"], serde_json::json!({ "group": "EU", "one": 24.0, "together": 39.0 }));
    let holdings = of("19.6-b")["holdings"]["list"].as_array().unwrap();
    assert!(
        holdings.iter().any(|h| h["owner"]["id"] == "microsoft-corp" || h["owner"]["name"] == "Microsoft Corporation")
    );
    for one in of("ANSSI")["certifications"].as_array().unwrap() {
        assert_eq!((&one["scheme"], &one["use_observed"]), (&"secnumcloud".into(), &false.into()));
    }
    assert_eq!(of("19.6-c")["evidence"], "none");
    assert!(report["operators"].as_array().unwrap().len() >= 4);
    // The published schema knows it.
    let schema = jurisdig().args(["gen", "schema", "framework"]).output().unwrap();
    let schema: serde_json::Value = serde_json::from_slice(&schema.stdout).unwrap();
    for key in report.as_object().unwrap().keys() {
        assert!(schema["properties"].get(key).is_some(), "{key}");
    }
}

/// An entry about an offer is about that offer: the sentence says that its use was not seen.
#[test]
fn a_qualified_offer_is_not_the_service() {
    let (_, text, _) = explain(&["www.confiance-exemple.fr", "--framework", "secnumcloud"]);
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains("The offer PREMI3NS of S3NS SAS is reported by the source as SecNumCloud 3.2 since 2025-12-17."),
        "{flat}"
    );
    assert!(flat.contains("We did not observe whether the audited service uses that offer."), "{flat}");
    let (_, before, _) = explain(&["www.confiance-exemple.fr", "--framework", "secnumcloud", "--as-of", "2025-06-01"]);
    assert!(!before.contains("PREMI3NS"), "not on an earlier date");
}

#[test]
fn an_unknown_framework_lists_those_there_are() {
    let (code, out, error) = explain(&["www.ministere-exemple.fr", "--framework", "seal"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(error.contains("secnumcloud") && error.contains("eu-csf") && error.contains("seal"), "{error}");
}

/// The sources of a state are listed with those of the text: without them nobody could look the lapse up.
#[test]
fn a_law_in_transition_is_contested_and_names_its_sources() {
    for (lang, contested) in [("en", "(contested)"), ("fr", "(discuté)")] {
        let out = jurisdig().args(["laws", "us-fisa-702", "--lang", lang]).output().unwrap();
        let text = String::from_utf8(out.stdout).unwrap();
        assert!(text.contains("Press on the lapse of 12 June 2026"), "{text}");
        assert!(text.contains(contested) && !text.contains("(settled)") && !text.contains("(établi)"), "{text}");
    }
}

#[test]
fn alternatives_need_a_home() {
    for arguments in
        [&["www.example.org", "--alternatives"][..], &["www.ministere-exemple.fr", "--alternatives", "--home", "none"]]
    {
        let (code, out, error) = explain(arguments);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{error}");
        assert!(error.contains("--home"), "{error}");
    }
}

#[test]
fn alternatives_are_a_list_from_the_data() {
    let report = json(&["www.ministere-exemple.fr", "--alternatives"]);
    let lists = report["alternatives"].as_array().unwrap();
    let roles: Vec<&str> = lists.iter().map(|l| l["role"].as_str().unwrap()).collect();
    assert!(roles.contains(&"edge") && roles.contains(&"mailbox") && roles.contains(&"host"), "{roles:?}");
    assert!(!roles.contains(&"tld") && !roles.contains(&"tenant"), "{roles:?}");
    let eea = [
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI",
        "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
    ];
    let mut seen = 0;
    for operator in lists.iter().flat_map(|l| l["operators"].as_array().unwrap()) {
        seen += 1;
        assert_eq!(operator["owners"]["state"], "complete", "{operator}");
        for company in operator["company"]["countries"].as_array().unwrap() {
            assert!(eea.contains(&company.as_str().unwrap()), "{operator}");
        }
        for owner in operator["controllers"].as_array().unwrap() {
            assert!(owner["countries"].as_array().unwrap().iter().all(|c| eea.contains(&c.as_str().unwrap())));
        }
        for foreign in ["microsoft", "cloudflare", "aws", "ovhcloud", "imperva"] {
            assert_ne!(operator["operator"], foreign, "reached or present outside");
        }
    }
    assert!(seen > 20, "{seen}");
    let kb = jurisdig::kb::Knowledge::embedded();
    let dns = lists.iter().find(|list| list["role"] == "dns").unwrap();
    for operator in dns["operators"].as_array().unwrap() {
        let kinds = &kb.kb().operators[operator["operator"].as_str().unwrap()].kinds;
        let registry = jurisdig::kb::schema::OperatorKind::Registry;
        assert!(!kinds.contains(&registry), "a registry answers for its own zone only: {operator}");
    }
    for list in lists {
        let keys: Vec<(i64, String)> = list["operators"]
            .as_array()
            .unwrap()
            .iter()
            .map(|o| (-o["sure"].as_i64().unwrap(), o["name"].as_str().unwrap().to_lowercase()))
            .collect();
        assert!(keys.is_sorted(), "{keys:?}");
    }
    for (lang, caution, more) in [("en", "not a recommendation", " more"), ("fr", "non une recommandation", " de plus")]
    {
        let (code, text, _) = explain(&["www.ministere-exemple.fr", "--alternatives", "--lang", lang]);
        assert_eq!(code, Some(0));
        assert!(text.contains(caution) && text.lines().any(|l| l.ends_with(more)), "at most 12: {text}");
        assert!(text.lines().all(|l| l.chars().count() <= 80));
    }
}

/// 18: a partial adequacy decision shown as full.
#[test]
fn p18_partial_adequacy_is_printed_with_its_scope() {
    let text = |flags: &[&str]| {
        let (_, text, _) = explain(&[&["www.ministere-exemple.fr", "edge"], flags].concat());
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let now = text(&[]);
    for part in [
        "an adequacy decision, (EU) 2023/1795, exists for organisations on the Data Privacy Framework list",
        "It is partial",
        "T-553/23 (General Court, 2025-09-03): the action was dismissed.",
        "C-703/25 P (Court of Justice, 2025-10-31): an appeal was lodged and was pending at last check.",
        "not whether access is possible",
    ] {
        assert!(now.contains(part), "{part}: {now}");
    }
    let french = text(&["--lang", "fr"]);
    assert!(
        french.contains("une décision d'adéquation, (UE) 2023/1795, existe pour les organismes inscrits"),
        "{french}"
    );
    assert!(french.contains("Elle est partielle"), "{french}");
    // What came later is not told, and what was void is.
    assert!(!text(&["--as-of", "2024-06-01"]).contains("T-553/23"));
    let shield = text(&["--as-of", "2019-01-01"]);
    assert!(
        shield.contains("Privacy Shield") && shield.contains("it is void") && shield.contains("C-311/18"),
        "{shield}"
    );
    assert!(text(&["--as-of", "2021-01-01"]).contains("no adequacy decision is recorded for 2021-01-01"));
    // No home in the EEA, no transfer out of it.
    assert!(!text(&["--home", "CH"]).contains("adequacy decision"));
    // It never makes the country home: the mark stays.
    let report = world().audit("www.ministere-exemple.fr");
    let decisions = report["adequacy"]["US"].as_array().unwrap();
    assert_eq!(decisions[0]["partial"], true);
    let edge = crate::cells::list(&report["services"]).iter().find(|s| s["role"] == "edge").unwrap().clone();
    assert_eq!(edge["mark"], "reached");
}

#[test]
fn agreements_under_the_cloud_act() {
    let text = |flags: &[&str]| {
        let output = jurisdig().args(["laws", "us-cloud-act"]).args(flags).output().unwrap();
        String::from_utf8(output.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let now = text(&["--as-of", "2026-11-24"]);
    assert!(
        now.contains("United Kingdom: agreement in force, signed on 2019-10-03, in force since 2022-10-03"),
        "{now}"
    );
    assert!(now.contains("Canada: talks only, no agreement, since 2022-03"), "{now}");
    let signed = text(&["--as-of", "2021-01-01"]);
    assert!(signed.contains("United Kingdom: agreement signed, not in force yet, signed on 2019-10-03"), "{signed}");
    assert!(!signed.contains("Canada") && !signed.contains("Australia"), "{signed}");
    assert!(!text(&["--as-of", "2018-06-01"]).contains("Agreements"));
}

/// Everything a French reader gets about a law is in French, save citations, addresses and titles of sources.
#[test]
fn laws_in_french_are_in_french() {
    let all = jurisdig().args(["laws", "--json"]).output().unwrap();
    let all: serde_json::Value = serde_json::from_slice(&all.stdout).unwrap();
    // Names of acts in their own language.
    let names = ["Assistance and Access Act 2018", "International Production Orders"];
    let english = ["the", "of", "and", "is", "by", "with", "not", "for", "which", "that", "from", "where", "who", "no"];
    let laws = all["laws"].as_array().unwrap();
    for law in laws {
        let id = law["law"]["id"].as_str().unwrap();
        let output = jurisdig().args(["laws", id, "--lang", "fr"]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let mut is_quoted = false;
        let mut own = String::new();
        for line in text.lines() {
            // A label begins a paragraph; a paragraph of a quote goes on until the next label.
            if line.len() > 2 && line.starts_with("  ") && !line.starts_with("   ") {
                is_quoted = ["  Référence", "  Texte", "  Sources"].iter().any(|label| line.starts_with(label));
            }
            if !is_quoted {
                own.push_str(line.trim());
                own.push(' ');
            }
        }
        for name in names {
            own = own.replace(name, "");
        }
        let words: Vec<&str> = own.split(|c: char| !c.is_alphanumeric() && c != '-').collect();
        for word in english {
            assert!(!words.contains(&word), "{id}: {word:?} in {own}");
        }
    }
    assert!(laws.len() >= 30);
}
