//! The cases where tools of this kind go wrong (pitfalls.md), all that need no page: each once through the binary. 2, 3 and
//! 4 are about dates and stand in `who.rs` as well; 11 and 12 are about pages.

use crate::cells::{law, nexus, notes, only, places, rows, run_by};
use crate::world::world;

/// 1: the middle of a country read as a place.
#[test]
fn p01_a_centroid_is_no_place() {
    let folder = tempfile::tempdir().unwrap();
    let table = crate::tables::city_table(folder.path(), "45.60.155.0/24", "US", (37.751, -97.822));
    let output =
        crate::world::jurisdig().args(["who", "45.60.155.214", "--json", "--mmdb"]).arg(&table).output().unwrap();
    let card: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let truth = |field: &str| {
        let rows = crate::cells::list(&card["card"]).to_vec();
        let row = rows.into_iter().find(|r| r["field"] == field).unwrap();
        (row["database"].to_string(), row["truth"]["is"].as_str().unwrap().to_owned())
    };
    assert_eq!(truth("latitude"), ("[\"37.751\"]".into(), "centroid".into()));
    assert_eq!(truth("longitude"), ("[\"-97.822\"]".into(), "centroid".into()));
    assert_eq!(truth("code").1, "anycast", "the network is anycast: no country either");
}

/// 2 and 3: ownership frozen in time; the owner changed, the company did not.
#[test]
fn p02_owners_follow_the_date() {
    let at = |target: &str, date: &str, role: &str| {
        let report = world().audit_with(target, &["--as-of", date]);
        let mut found = nexus(&report, role);
        found.retain(|n| matches!(n.1.as_str(), "direct" | "controlled"));
        (found, report)
    };
    let has = |found: &[(String, String, bool)], country: &str, grade: &str| {
        found.iter().any(|n| n.0 == country && n.1 == grade)
    };
    let (before, _) = at("hornet-exemple.de", "2025-06-15", "gateway");
    assert!(has(&before, "DE", "direct") && !before.iter().any(|n| n.0 == "US"), "{before:?}");
    let (after, _) = at("hornet-exemple.de", "2026-01-15", "gateway");
    assert!(has(&after, "DE", "direct") && has(&after, "US", "controlled"), "{after:?}");
    let (vade, _) = at("filtre-exemple.fr", "2025-06-15", "gateway");
    assert!(has(&vade, "FR", "direct") && has(&vade, "DE", "controlled"), "{vade:?}");
    assert!(!vade.iter().any(|n| n.0 == "US"), "not controlled by Proofpoint yet: {vade:?}");
    let (_, report) = at("filtre-exemple.fr", "2025-12-15", "gateway");
    let gateway = crate::cells::list(&report["services"]).iter().find(|s| s["role"] == "gateway").unwrap().clone();
    assert_eq!(gateway["layers"][0]["boundary"], true, "December 2025 is a boundary");
}

/// 4: announced is not owned.
#[test]
fn p04_a_prohibited_sale_is_a_note() {
    for (date, state) in [("2026-02-15", "announced"), ("2026-06-15", "prohibited")] {
        let report = world().audit_with("gemeente-voorbeeld.nl", &["--as-of", date]);
        let host = crate::cells::list(&report["services"]).iter().find(|s| s["role"] == "host").unwrap().clone();
        assert_eq!(host["layers"][0]["operator"], "solvinity");
        assert_eq!(host["layers"][0]["deals"][0]["state"], state, "{date}");
        assert_eq!(host["layers"][0]["owners"]["state"], "unknown");
        assert!(nexus(&report, "host").iter().all(|n| n.0 != "US"), "never US on account of it");
    }
}

/// 5: a European owner is not the end of it.
#[test]
fn p05_presence_elsewhere_is_no_green_tick() {
    let report = world().audit("mairie-exemple.fr");
    assert_eq!(law(&report, "host"), ["~ FR (US CA)"]);
    let host = crate::cells::list(&report["services"]).iter().find(|s| s["role"] == "host").unwrap().clone();
    let cited: Vec<String> =
        crate::cells::list(&host["layers"][0]["authorities"]).iter().map(|a| a["date"].to_string()).collect();
    assert!(cited.iter().any(|d| d.contains("2025-09-25")), "the Ontario order is cited: {cited:?}");
}

/// 6: an SPF include read as the mailbox.
#[test]
fn p06_who_receives_who_sends_and_who_has_an_account_are_three_findings() {
    let report = world().audit("maison-exemple.fr");
    assert_eq!(run_by(&report, "mailbox"), ["ovhcloud"], "receives itself, on a machine at OVH");
    assert!(rows(&report, "gateway").is_empty());
    assert!(run_by(&report, "sender").contains(&"microsoft".into()));
    let tenant = only(&report, "tenant");
    assert_eq!((tenant.run_by, tenant.sure), (vec!["microsoft".to_owned()], vec![1]));
}

/// 7: a gateway read as the mailbox, or the mailbox hiding the gateway.
#[test]
fn p07_gateway_and_mailbox_are_two_layers() {
    for (domain, gateway, mailbox) in [
        // The filter's machines answer from a French host's network: a second layer.
        ("filtre-exemple.fr", &["vade", "scaleway"][..], Some("microsoft")),
        ("passerelle-exemple.fr", &["proofpoint"], Some("microsoft")),
        ("routage-exemple.fr", &["cloudflare"], None),
        ("hornet-exemple.de", &["hornetsecurity"], None),
    ] {
        let report = world().audit(domain);
        assert_eq!(run_by(&report, "gateway"), gateway, "{domain}");
        let behind = only(&report, "mailbox");
        match mailbox {
            Some(operator) => assert_eq!(behind.run_by, [operator], "{domain}"),
            None => assert_eq!((behind.state.as_str(), behind.why.as_str()), ("not-determined", "behind-gateway")),
        }
    }
    // Autodiscover and DKIM agree: established. DKIM alone: probable.
    assert_eq!(only(&world().audit("filtre-exemple.fr"), "mailbox").sure, [3]);
    assert_eq!(only(&world().audit("passerelle-exemple.fr"), "mailbox").sure, [2]);
}

/// 8: SPF syntax ignored.
#[test]
fn p08_what_cannot_match_is_no_sender() {
    let report = world().audit("spf-exemple.fr");
    assert_eq!(run_by(&report, "sender"), ["ovhcloud"], "not -include, not ?include, nothing after all");
    assert_eq!(run_by(&world().audit("spfredirect-exemple.fr"), "sender"), ["google"]);
    let double = world().audit("spfdouble-exemple.fr");
    assert!(notes(&double).iter().any(|n| n.0 == "spf-perm-error"), "two records are a permanent error");
    assert!(notes(&world().audit("ministere-exemple.fr")).iter().any(|n| n.0 == "spf-macro"));
}

/// 9: an edge taken for the host.
#[test]
fn p09_a_host_behind_an_edge_is_a_gap() {
    for domain in ["www.ministere-exemple.fr", "www.europe-exemple.eu", "routage-exemple.fr"] {
        let host = only(&world().audit(domain), "host");
        assert_eq!((host.state.as_str(), host.why.as_str()), ("not-determined", "behind-edge"), "{domain}");
    }
}

/// 10: two operators in one address.
#[test]
fn p10_platform_and_network_are_two_layers() {
    let report = world().audit("www.vitrine-exemple.fr");
    assert_eq!(run_by(&report, "host"), ["vercel", "aws"]);
    let pages = world().audit("projet-exemple.github.io");
    assert_eq!((run_by(&pages, "edge"), run_by(&pages, "host")), (vec!["fastly".into()], vec!["github".into()]));
}

/// 13: the registrable domain by "last two labels".
#[test]
fn p13_public_suffixes() {
    let report = world().audit("www.culture-exemple.gouv.fr");
    assert!(
        !run_by(&report, "mailbox").iter().any(|o| o.contains("faux-exemple")),
        "the MX of gouv.fr is nobody's here"
    );
    assert_eq!(only(&report, "mailbox").state, "found");
    let council = world().audit("www.council-example.co.uk");
    assert_eq!(run_by(&council, "mailbox"), ["microsoft"], "asked at council-example.co.uk");
    assert_eq!(council["home"]["country"], "GB");
}

/// 14 and 19: place, registration and law mixed up; one table's country taken for a place.
#[test]
fn p14_place_registration_and_law_are_three_facts() {
    let london = world().audit("www.londres-exemple.fr");
    assert_eq!(places(&london, "host"), (vec![], vec!["GB".into()], false), "one table's word");
    assert!(nexus(&london, "host").iter().all(|n| n.1 != "located"));
    assert_eq!(law(&london, "host"), ["~ FR (US CA)"], "no effect on the mark");
    let partition = world().audit("www.partition-exemple.eu");
    assert!(run_by(&partition, "host").contains(&"aws-eusc".into()));
    assert!(law(&partition, "host").iter().all(|cell| cell.starts_with("! US")), "a partition of a US group");
    assert!(places(&partition, "host").0.contains(&"DE".into()));
}

/// 15: a missing answer read as a good one.
#[test]
fn p15_what_was_not_answered_is_not_none() {
    for domain in ["panne-exemple.fr", "boiteux-exemple.fr", "refus-exemple.fr"] {
        let output = world().command("audit").args(["--json", domain]).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{domain}");
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        for role in ["host", "mailbox", "dns"] {
            let row = only(&report, role);
            assert_eq!((row.state.as_str(), row.why.as_str()), ("not-determined", "no-answer"), "{domain} {role}");
        }
    }
    let mx = world().audit("mxpanne-exemple.fr");
    assert_eq!(only(&mx, "mailbox").why, "no-answer", "SERVFAIL on MX is not \"no mail\"");
    for (flags, code) in [(&["mxpanne-exemple.fr"][..], 0), (&["mxpanne-exemple.fr", "--strict"], 3)] {
        assert_eq!(world().command("audit").args(flags).output().unwrap().status.code(), Some(code));
    }
    let aliases = only(&world().audit("www.boucle-exemple.fr"), "host");
    assert_eq!((aliases.state.as_str(), aliases.why.as_str()), ("not-determined", "no-answer"), "an alias loop");
    assert_eq!(only(&world().audit("www.interne-exemple.fr"), "host").why, "not-public");
}

/// 16: a TLD or a brand name read as a jurisdiction.
#[test]
fn p16_a_name_decides_nothing() {
    let europe = world().audit("www.europe-exemple.eu");
    assert!(law(&europe, "edge")[0].starts_with("! US"));
    let brand = world().audit("www.deutsche-beispiel.de");
    assert!(law(&brand, "host")[0].starts_with("! US"));
}

/// 17: a region run by somebody else.
#[test]
fn p17_the_company_that_runs_the_region() {
    let report = world().audit("www.pekin-exemple.fr");
    assert_eq!((run_by(&report, "host"), law(&report, "host")), (vec!["aws-china".into()], vec!["! CN".into()]));
}

/// 18: an adequacy decision, whole or partial, says whether data may be transferred, not who can be compelled: it never
/// makes a country part of the home group.
#[test]
fn p18_adequacy_is_no_home() {
    let swiss = world().audit("www.xn--mairie-vry-h7a.fr");
    assert_eq!((run_by(&swiss, "host"), law(&swiss, "host")), (vec!["infomaniak".into()], vec!["! CH".into()]));
    assert!(law(&world().audit("www.azure-exemple.fr"), "host")[0].starts_with("! US"));
    let at_home = world().audit_with("www.xn--mairie-vry-h7a.fr", &["--home", "CH"]);
    assert_eq!(law(&at_home, "host"), ["= CH"]);
}

/// 20: "owner not recorded" read as "no owner".
#[test]
fn p20_unknown_owners_are_a_question_mark() {
    let report = world().audit("www.inconnu-exemple.fr");
    assert_eq!(run_by(&report, "host"), ["\"hebergeur-obscur.example\""]);
    assert!(law(&report, "host")[0].starts_with('?'), "not in the data is never home");
    assert!(law(&world().audit("gemeente-voorbeeld.nl"), "host")[0].starts_with('?'), "owners unknown");
}

/// 21: MX oddities.
#[test]
fn p21_mx_oddities() {
    let fallback = only(&world().audit("sansmx-exemple.fr"), "mailbox");
    assert_eq!((fallback.state.as_str(), fallback.why.as_str()), ("absent", "no-mx-but-address"));
    let alias = world().audit("www.mairie-exemple.fr");
    assert_eq!(run_by(&alias, "mailbox"), ["ovhcloud"], "the name is an alias: asked at the registrable domain");
    assert!(notes(&alias).iter().any(|n| n.0 == "mx-at-registrable"));
}
