//! The six worked domains: what each line of the audit says, for a home in France.

use crate::cells::{law, notes, only, places, rows, run_by, text};
use crate::world::{domains, world};

#[test]
fn the_world_is_large_enough() {
    assert!(domains().len() >= 30, "{}", domains().len());
}

#[test]
fn a_ministry_behind_a_us_edge() {
    let report = world().audit("www.ministere-exemple.fr");
    assert_eq!(law(&report, "edge"), ["! US FR"]);
    assert_eq!(run_by(&report, "edge"), ["imperva"]);
    let host = only(&report, "host");
    assert_eq!((host.state.as_str(), host.why.as_str()), ("not-determined", "behind-edge"));
    assert_eq!((run_by(&report, "gateway"), law(&report, "gateway")), (vec!["cisco".into()], vec!["! US".into()]));
    assert_eq!(
        (run_by(&report, "mailbox"), law(&report, "mailbox")),
        (vec!["microsoft".into()], vec!["! US IE°".into()])
    );
    assert_eq!(law(&report, "sender"), ["! US"]);
    assert_eq!((run_by(&report, "dns"), law(&report, "dns")), (vec!["ovhcloud".into()], vec!["~ FR (US CA)".into()]));
    assert_eq!(law(&report, "tld"), ["= FR"]);
    let screen = screen(&["www.ministere-exemple.fr"]);
    assert!(
        screen.contains("US law reaches 4 of 7 services: 4 that see data. 1 not determined."),
        "first lines:\n{screen}"
    );
    for row in
        ["anycast ! US FR ●●·", "Cisco Systems, Inc. GB? or US ! US ●●●", "FR ~ FR (US CA) ●●●", "Afnic n/a = FR ●●●"]
    {
        assert!(screen.contains(row), "{row}:\n{screen}");
    }
}

/// The audit as a person at 80 columns reads it, line ends as spaces.
fn screen(arguments: &[&str]) -> String {
    let output = world().command("audit").args(["--width", "80"]).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn ovh_host_cloudflare_dns_and_a_null_mx() {
    let report = world().audit("sansmail-exemple.fr");
    assert_eq!(law(&report, "host"), ["~ FR (US CA)"]);
    assert_eq!((run_by(&report, "dns"), law(&report, "dns")), (vec!["cloudflare".into()], vec!["! US".into()]));
    let mailbox = only(&report, "mailbox");
    assert_eq!((mailbox.state.as_str(), mailbox.why.as_str()), ("absent", "null-mx"));
    assert!(rows(&report, "gateway").is_empty());
    // Not counted: host, dns, tld remain.
    assert_eq!(report["headline"]["total"], 3);
    assert!(screen(&["sansmail-exemple.fr"]).contains("takes no mail (null MX)"));
}

#[test]
fn a_shop_whose_address_has_two_operators() {
    let report = world().audit("www.boutique-exemple.fr");
    assert_eq!((run_by(&report, "edge"), law(&report, "edge")), (vec!["cloudflare".into()], vec!["! US".into()]));
    assert_eq!(run_by(&report, "host"), ["shopify"]);
    assert!(law(&report, "host")[0].starts_with("! CA"), "{:?}", law(&report, "host"));
    for role in ["edge", "host"] {
        assert_eq!(places(&report, role), (vec![], vec![], true), "anycast, whatever a table says");
    }
}

#[test]
fn azure_in_france() {
    let report = world().audit("www.azure-exemple.fr");
    assert_eq!(run_by(&report, "host"), ["microsoft"]);
    assert!(law(&report, "host")[0].starts_with("! US"), "{:?}", law(&report, "host"));
    let (probable, weak, anycast) = places(&report, "host");
    assert!(!anycast && (probable == ["FR"] || weak == ["FR"]), "{probable:?} {weak:?}");
    // Where the place is no more than one table's word, French law must not follow from it.
    let located = crate::cells::nexus(&report, "host").iter().any(|n| n.0 == "FR" && n.1 == "located");
    assert_eq!(located, probable == ["FR"]);
}

#[test]
fn a_mail_host_that_does_not_exist_beside_a_null_mx() {
    let report = world().audit("mxcasse-exemple.fr");
    let mailbox = only(&report, "mailbox");
    assert_eq!((mailbox.state.as_str(), mailbox.why.as_str()), ("not-determined", "host-missing"));
    let kinds: Vec<String> = notes(&report).into_iter().map(|n| n.0).collect();
    assert!(kinds.contains(&"null-mx-ignored".into()) && kinds.contains(&"mx-host-missing".into()), "{kinds:?}");
}

#[test]
fn s3ns_is_french_with_us_technology() {
    let report = world().audit("www.confiance-exemple.fr");
    assert_eq!((run_by(&report, "host"), law(&report, "host")), (vec!["s3ns".into()], vec!["= FR".into()]));
    let linked: Vec<_> =
        crate::cells::nexus(&report, "host").into_iter().filter(|n| n.0 == "US").map(|n| n.1).collect();
    assert!(!linked.is_empty() && linked.iter().all(|grade| grade == "linked"), "{linked:?}");
    let explained = world().command("explain").args(["www.confiance-exemple.fr", "host"]).output().unwrap();
    let explained = String::from_utf8(explained.stdout).unwrap();
    let flat = explained.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains("has links with the United States (") && flat.contains("technology: Google LLC"),
        "{explained}"
    );
    assert_eq!(text(&report["home"]["origin"]), "tld");
}
