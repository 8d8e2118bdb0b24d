//! The page as a visitor meets it, over the loopback web: DNS answers stay real-world ones, connections go to loopback.

use serde_json::Value;

use crate::site::{Page, Web};
use crate::world::world;

const MINISTRY: &str = r#"<!doctype html><html><head>
<base href="https://www.ministere-page.fr/">
<link rel="dns-prefetch" href="//jamais-contacte.example">
<link rel="stylesheet" href="/style.css">
<link rel="stylesheet" href="//fonts.googleapis.com/css2?family=Marianne&amp;display=swap">
<script src="https://www.googletagmanager.com/gtag/js?id=G-SECRET"></script>
<script async src="https://mesure.ministere-page.fr/ea.js"></script>
</head><body>
<!-- <script src="https://commentaire.example/x.js"></script> -->
<p>Voir https://prose.example/ pour la suite.</p>
<img srcset="https://img.ministere-page.fr/a.png 1x, https://widget.inconnu.example/u/jean@GEHEIM.fr/b.png 2x" alt="">
</body></html>"#;

fn ministry() -> Web {
    let page =
        Page::html(MINISTRY).with("cf-ray", "8c1d2-CDG").with("set-cookie", "session=GEHEIM; Secure; HttpOnly").with(
            "content-security-policy",
            "default-src 'self' https://autorise.example; report-uri https://rapports.example/r",
        );
    Web::start(&[
        ("https://ministere-page.fr/", Page::redirect(302, "https://passage.inconnu.example/vers?jeton=GEHEIM")),
        (
            "https://passage.inconnu.example/vers",
            Page::redirect(302, "https://www.ministere-page.fr/accueil?jeton=GEHEIM#haut"),
        ),
        ("https://www.ministere-page.fr/accueil", page.clone()),
        ("https://www.ministere-page.fr/", page),
        (
            "https://www.ministere-page.fr/style.css",
            Page::css("@font-face{src:url(https://fonts.gstatic.com/s/m.woff2)}"),
        ),
        ("https://fonts.googleapis.com/css2", Page::css("@import 'https://fonts.gstatic.com/x.css';")),
    ])
}

fn audit(web: &Web, target: &str, flags: &[&str]) -> (Value, String) {
    let output = world()
        .command("audit")
        .env_remove("JURISDIG_NO_PAGE")
        .args(["--json", target])
        .args(web.flags())
        .args(flags)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    (serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}\n{stderr}")), text)
}

fn services<'a>(report: &'a Value, role: &str) -> Vec<&'a Value> {
    report["services"].as_array().unwrap().iter().filter(|s| s["role"] == role).collect()
}

/// `purpose operator hosts`.
fn resources(report: &Value) -> Vec<String> {
    let line = |service: &Value| {
        let layer = &service["layers"][0];
        let who = layer["operator"].as_str().unwrap_or_else(|| layer["unlisted"].as_str().unwrap());
        format!("{} {who} {}", service["page"]["purpose"].as_str().unwrap(), service["record"].as_str().unwrap())
    };
    services(report, "resource").into_iter().map(line).collect()
}

#[test]
fn what_a_visitor_meets_at_a_ministry() {
    let web = ministry();
    let (report, text) = audit(&web, "www.ministere-page.fr", &[]);
    assert_eq!(
        resources(&report),
        [
            "tag-manager google-tag-manager www.googletagmanager.com",
            "analytics eulerian mesure.ministere-page.fr",
            "fonts google-fonts fonts.googleapis.com fonts.gstatic.com",
            "image inconnu.example widget.inconnu.example",
        ]
    );
    // Named but not used: permitted, and counted nowhere.
    let page = &report["pages"][0];
    let permitted: Vec<&str> = page["permitted"].as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect();
    assert_eq!(permitted, ["autorise.example", "jamais-contacte.example", "rapports.example"]);
    for never in ["commentaire.example", "prose.example"] {
        assert!(!text.contains(never), "{never}");
    }
    assert_eq!(page["scripts_ran"], false);
    assert_eq!(page["robots"], "none");
    // The header of an edge on another network: weak, and the host stays who its address says.
    let edge = &services(&report, "edge")[0]["layers"][0];
    assert_eq!((edge["operator"].as_str(), edge["attribution"].as_u64()), (Some("cloudflare"), Some(1)));
    assert_eq!(services(&report, "host")[0]["layers"][0]["operator"], "ovhcloud");
    // A name of the site that leads to a tracker is said.
    let notes: Vec<&str> = report["notes"].as_array().unwrap().iter().filter_map(|n| n["subject"].as_str()).collect();
    assert!(notes.contains(&"mesure.ministere-page.fr → ministere.eulerian.net"), "{notes:?}");
    // The chain holds, so its authority is believed.
    assert_eq!(report["certificate"]["trust"], "holds");
    assert_eq!(services(&report, "ca")[0]["layers"][0]["operator"], "letsencrypt");
    // Secrets of URLs and cookies are nowhere; names of cookies are.
    assert!(!text.contains("GEHEIM") && !text.contains("G-SECRET"));
    assert_eq!(page["cookies"][0], "session");
}

#[test]
fn six_requests_at_most_none_with_anything_that_identifies() {
    let web = ministry();
    audit(&web, "www.ministere-page.fr", &[]);
    let asked = web.asked();
    assert_eq!(asked.len(), 4, "{asked:?}");
    assert!(asked[0].starts_with("GET https://www.ministere-page.fr/robots.txt "), "{asked:?}");
    for one in &asked {
        assert!(one.starts_with("GET ") && one.contains("agent=jurisdig/") && one.ends_with("odd=[]"), "{one}");
    }
}

#[test]
fn a_redirect_through_another_operator_is_shown_hop_by_hop() {
    let web = ministry();
    let (report, text) = audit(&web, "ministere-page.fr", &[]);
    let lines = resources(&report);
    // The operator of the redirect is met there too, and its widget is on the page.
    assert!(
        lines.contains(&"redirect inconnu.example passage.inconnu.example widget.inconnu.example".to_owned()),
        "{lines:?}"
    );
    assert_eq!(report["pages"][0]["redirects"], 2);
    assert_eq!(report["pages"][0]["url"], "https://www.ministere-page.fr/accueil");
    assert!(!text.contains("GEHEIM"));
}

#[test]
fn robots_that_forbid_are_heeded_and_that_is_not_nothing_found() {
    let web = Web::start(&[
        ("https://www.ministere-page.fr/robots.txt", Page::text("User-agent: jurisdig\nDisallow: /\n")),
        ("https://www.ministere-page.fr/", Page::html(MINISTRY)),
    ]);
    let (report, _) = audit(&web, "www.ministere-page.fr", &[]);
    let resource = services(&report, "resource")[0];
    assert_eq!((resource["state"].as_str(), resource["gap"].as_str()), (Some("not-determined"), Some("robots")));
    assert_eq!(web.asked().len(), 1, "{:?}", web.asked());
}

#[test]
fn a_site_that_does_not_answer_is_not_a_site_without_third_parties() {
    // A port nobody listens on: bound once, then let go.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let output = world()
        .command("audit")
        .env_remove("JURISDIG_NO_PAGE")
        .args(["--json", "www.ministere-page.fr", "--connect-to", &format!(":443:127.0.0.1:{port}")])
        .args(["--connect-to", &format!(":80:127.0.0.1:{port}")])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let resource = services(&report, "resource")[0];
    assert_eq!((resource["state"].as_str(), resource["gap"].as_str()), (Some("not-determined"), Some("page-unread")));
    assert_eq!(report["pages"][0]["failed"], "connection-refused");
    assert_eq!(services(&report, "ca")[0]["state"], "not-determined");
    assert!(report["headline"]["undetermined"].as_u64().unwrap() >= 2);
}

#[test]
fn nothing_is_dialled_but_what_is_mapped() {
    let web = ministry();
    // Only the front page is mapped; the fonts' style sheet is on another host.
    let flags = web.flags();
    let mapped = flags[3].replace(":443:", "www.ministere-page.fr:443:");
    let output = world()
        .command("audit")
        .env_remove("JURISDIG_NO_PAGE")
        .args(["--json", "www.ministere-page.fr", "--connect-to", &mapped])
        .args(&flags[4..])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(!web.asked().is_empty());
    assert!(web.asked().iter().all(|one| one.contains("https://www.ministere-page.fr/")), "{:?}", web.asked());
    assert_eq!(report["vantage"]["connect_to"][0], mapped);
}

#[test]
fn saved_and_replayed_the_page_says_the_same() {
    let web = ministry();
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join("evidence.json");
    let (_, first) = audit(&web, "www.ministere-page.fr", &["--save", saved.to_str().unwrap()]);
    let again = crate::world::jurisdig().args(["replay", "--json"]).arg(&saved).output().unwrap();
    assert_eq!(first, String::from_utf8(again.stdout).unwrap());
    // The capture of tests/golden.rs is one of these; its ports and keys are those of the day it was taken.
    if std::env::var_os("UPDATE_CAPTURE").is_some() {
        std::fs::copy(&saved, "tests/evidence/ministere-page.fr.json").unwrap();
    }
    let text = std::fs::read_to_string(&saved).unwrap();
    assert!(!text.contains("GEHEIM") && !text.contains("G-SECRET"));
}

#[test]
fn a_recording_of_a_browser_works_without_a_network() {
    let folder = tempfile::tempdir().unwrap();
    let har = folder.path().join("page.har");
    let entry = |url: &str, kind: &str, ip: &str| {
        serde_json::json!({
            "pageref": "p1", "startedDateTime": "2026-11-24T02:00:00.000Z", "_resourceType": kind,
            "serverIPAddress": ip,
            "request": {"method": "GET", "url": url, "headers": [], "cookies": []},
            "response": {"status": 200, "headers": [], "cookies": [{"name": "_ga", "value": "GEHEIM"}],
                         "content": {"mimeType": if kind == "document" { "text/html" } else { "text/javascript" }}, "redirectURL": ""},
        })
    };
    let log = serde_json::json!({"log": {
        "version": "1.2", "creator": {"name": "Firefox", "version": "150"}, "browser": {"name": "Firefox", "version": "150.0"},
        "pages": [{"id": "p1", "startedDateTime": "2026-11-24T02:00:00.000Z", "title": "x", "pageTimings": {}}],
        "entries": [
            entry("https://www.ministere-page.fr/", "document", "213.186.33.5"),
            entry("https://www.googletagmanager.com/gtag/js?id=GEHEIM", "script", "142.250.74.200"),
        ],
    }});
    std::fs::write(&har, log.to_string()).unwrap();
    let output = crate::world::jurisdig().args(["audit", "--offline", "--json", "--har"]).arg(&har).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let text = String::from_utf8(output.stdout).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}\n{stderr}"));
    assert_eq!(report["target"], "www.ministere-page.fr");
    assert_eq!(resources(&report), ["tag-manager google-tag-manager www.googletagmanager.com"]);
    assert_eq!(services(&report, "resource")[0]["page"]["contact"], "contacted");
    assert_eq!(report["pages"][0]["scripts_ran"], true);
    assert_eq!(report["measured"], true);
    assert!(!text.contains("GEHEIM"));
    assert_eq!(output.status.code(), Some(0), "{stderr}");
}

#[test]
fn what_a_page_names_before_it_sends_the_reader_on_counts() {
    let web = Web::start(&[
        (
            "https://www.ministere-page.fr/",
            Page::html(
                "<meta http-equiv=refresh content='2; url=/suite'><script src=https://www.googletagmanager.com/a.js></script>",
            ),
        ),
        ("https://www.ministere-page.fr/suite", Page::html("<img src=https://widget.inconnu.example/b.png>")),
    ]);
    let (report, _) = audit(&web, "www.ministere-page.fr", &[]);
    assert_eq!(
        resources(&report),
        ["tag-manager google-tag-manager www.googletagmanager.com", "image inconnu.example widget.inconnu.example"]
    );
    assert_eq!(report["pages"][0]["url"], "https://www.ministere-page.fr/suite");
}

#[test]
fn an_error_page_or_half_a_page_is_not_a_page_without_third_parties() {
    let challenge = Page { status: 403, ..Page::html("<h1>Just a moment...</h1>") }.with("cf-mitigated", "challenge");
    let brotli = Page::html("not really").with("content-encoding", "br");
    let cut = Page::html(&format!("<p>{}</p>", "x".repeat(3 << 20)));
    let sheets: String = (0..9).map(|n| format!("<link rel=stylesheet href=/{n}.css>")).collect();
    for (page, gap) in [
        (challenge, "page-unread"),
        (brotli, "page-partly"),
        (cut, "page-partly"),
        (Page::html(&sheets), "page-partly"),
        (Page { headers: vec![("content-type".into(), "application/json".into())], ..Page::html("{}") }, "page-unread"),
    ] {
        let web = Web::start(&[("https://www.ministere-page.fr/", page)]);
        let (report, _) = audit(&web, "www.ministere-page.fr", &[]);
        let resource = services(&report, "resource")[0];
        assert_eq!((resource["state"].as_str(), resource["gap"].as_str()), (Some("not-determined"), Some(gap)));
    }
}

#[test]
fn the_certificate_can_be_asked_for_alone_and_strict_counts_what_failed() {
    let web = ministry();
    let (report, _) = audit(&web, "www.ministere-page.fr", &["--services", "ca"]);
    assert_eq!(services(&report, "ca")[0]["layers"][0]["operator"], "letsencrypt");
    assert!(web.asked().is_empty(), "a handshake is no request: {:?}", web.asked());
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let run = |flags: &[&str]| {
        world()
            .command("audit")
            .env_remove("JURISDIG_NO_PAGE")
            .args(["www.ministere-page.fr", "--connect-to", &format!("::127.0.0.1:{port}")])
            .args(flags)
            .output()
            .unwrap()
            .status
            .code()
    };
    assert_eq!((run(&[]), run(&["--strict"])), (Some(0), Some(3)));
}

#[test]
fn a_recording_of_another_site_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let har = folder.path().join("page.har");
    let entry = |page: &str, url: &str, kind: &str| {
        serde_json::json!({"pageref": page, "startedDateTime": "2026-11-24T02:00:00.000Z", "_resourceType": kind,
            "request": {"method": "GET", "url": url, "headers": []},
            "response": {"status": 200, "headers": [], "content": {"mimeType": "text/html"}, "redirectURL": ""}})
    };
    let page = |id: &str| serde_json::json!({"id": id, "startedDateTime": "2026-11-24T02:00:00.000Z", "title": ""});
    let log = serde_json::json!({"log": {"version": "1.2", "creator": {"name": "x", "version": "1"},
        "pages": [page("a"), page("b")],
        "entries": [entry("a", "https://www.ministere-page.fr/", "document"),
                    entry("b", "https://banque.example.com/", "document"),
                    entry("b", "https://www.googletagmanager.com/x.js", "script")]}});
    std::fs::write(&har, log.to_string()).unwrap();
    let run = |target: &[&str]| {
        crate::world::jurisdig()
            .args(["audit", "--offline", "--json", "--har"])
            .arg(&har)
            .args(target)
            .output()
            .unwrap()
    };
    let own: Value = serde_json::from_slice(&run(&["www.ministere-page.fr"]).stdout).unwrap();
    assert_eq!(services(&own, "resource")[0]["state"], "absent", "the bank's tag manager is the bank's");
    let refused = run(&["autre.example.org"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("autre.example.org"));
}

#[test]
fn a_browser_that_is_not_there_is_said_and_the_page_fetched_without() {
    let web = ministry();
    let output = world()
        .command("audit")
        .env_remove("JURISDIG_NO_PAGE")
        .args(["--json", "www.ministere-page.fr", "--browser", "--browser-path", "/no/such/browser"])
        .args(web.flags())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("--browser: /no/such/browser"), "{stderr}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["pages"].as_array().unwrap().len(), 1);
    assert_eq!(resources(&report).len(), 4);
}

/// Where a Chromium is installed: what only a script loads is found, and both looks stand in the report.
#[test]
fn a_browser_finds_what_only_scripts_load() {
    let Some(browser) = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        .into_iter()
        .find(|path| std::path::Path::new(path).exists())
    else {
        eprintln!("SKIPPED a_browser_finds_what_only_scripts_load: no Chromium is installed");
        return;
    };
    let web = Web::start(&[
        (
            "https://www.ministere-page.fr/",
            Page::html("<script>document.write('<img src=https://widget.inconnu.example/p.png>')</script>"),
        ),
        ("https://widget.inconnu.example/p.png", Page::text("no picture")),
    ]);
    let (report, _) = audit(
        &web,
        "www.ministere-page.fr",
        &["--browser", "--browser-path", browser, "--no-sandbox", "--timeout", "120"],
    );
    let looks: Vec<&str> = report["pages"].as_array().unwrap().iter().map(|p| p["by"].as_str().unwrap()).collect();
    assert_eq!(looks, ["fetch", "browser"], "{}", report["pages"]);
    assert_eq!(resources(&report), ["image inconnu.example widget.inconnu.example"], "{}", report["pages"]);
    assert_eq!(services(&report, "resource")[0]["page"]["contact"], "contacted");
}
