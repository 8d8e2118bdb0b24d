#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::json;

use super::*;

fn name(text: &str) -> DomainName {
    text.parse().unwrap()
}

fn answer() -> Value {
    json!({
        "objectClassName": "domain",
        "ldhName": "EXAMPLE-MAIRIE.FR",
        "status": ["active", "clientTransferProhibited", "client transfer prohibited", "written by somebody"],
        "events": [
            { "eventAction": "registration", "eventDate": "2004-02-12T00:00:00Z" },
            { "eventAction": "expiration", "eventDate": "2027-02-12T01:00:00+01:00" },
            { "eventAction": "last changed", "eventDate": "2026-01-01T00:00:00Z" }
        ],
        "entities": [
            {
                "objectClassName": "entity",
                "roles": ["registrar"],
                "publicIds": [{ "type": "IANA Registrar ID", "identifier": "1234" }],
                "vcardArray": ["vcard", [
                    ["version", {}, "text", "4.0"],
                    ["fn", {}, "text", "Bureau Noms SAS"],
                    ["email", {}, "text", "MARKER@registrar.example"]
                ]],
                "entities": [{ "roles": ["abuse"], "vcardArray": ["vcard", [["fn", {}, "text", "MARKER abuse"]]] }]
            }
        ]
    })
}

fn read_value(value: &Value) -> Probe<DomainRegistration> {
    read(&name("www.example-mairie.fr"), "rdap.nic.fr", 200, value.to_string().as_bytes())
}

fn status_of(probe: &Probe<DomainRegistration>) -> Option<Status> {
    match probe {
        Probe::Failed(error) => Some(error.status),
        _ => None,
    }
}

#[test]
fn the_bootstrap_is_whole_and_dated() {
    let file = bootstrap();
    assert_eq!(file.date, "2026-07-23");
    assert_eq!(file.servers.len(), 1200);
    assert_eq!(include_str!("../../../data/rdap/dns.csv").lines().count(), 1202);
    for (suffix, base) in &file.servers {
        assert!(DomainName::from_ascii(suffix).is_ok_and(|n| n.as_str() == *suffix), "{suffix}");
        let url = Url::parse(base).unwrap();
        assert!(matches!(url.scheme(), "https" | "http") && url.has_host() && base.ends_with('/'), "{base}");
    }
    let plain: Vec<_> = file.servers.iter().filter(|(_, base)| base.starts_with("http:")).map(|(s, _)| *s).collect();
    assert_eq!(plain, ["kg", "mg"], "servers without TLS are the file's, and few");
}

#[test]
fn the_longest_suffix_names_the_server() {
    for (asked, want) in [
        ("www.example.com", Some("https://rdap.verisign.com/com/v1/domain/example.com")),
        ("interieur.gouv.fr", Some("https://rdap.nic.fr/domain/interieur.gouv.fr")),
        ("www.interieur.gouv.fr", Some("https://rdap.nic.fr/domain/interieur.gouv.fr")),
        ("mail.council.co.uk", Some("https://rdap.nominet.uk/uk/domain/council.co.uk")),
        ("mairie-évry.fr", Some("https://rdap.nic.fr/domain/xn--mairie-vry-h7a.fr")),
        ("site.vercel.app", Some("https://pubapi.registry.google/rdap/domain/vercel.app")),
        ("www.example.de", None),
        ("fr", None),
        ("co.uk", None),
        ("gouv.fr", None),
        ("a.no-such-suffix", None),
    ] {
        assert_eq!(url_for(&name(asked)).map(String::from).as_deref(), want, "{asked}");
    }
}

#[test]
fn private_suffixes_are_registered_by_somebody() {
    for (asked, want) in [
        ("someone.github.io", Some("github.io")),
        ("github.io", Some("github.io")),
        ("bucket.s3.dualstack.eu-west-1.amazonaws.com", Some("amazonaws.com")),
        ("www.club.asso.fr", Some("club.asso.fr")),
        ("com", None),
    ] {
        assert_eq!(registered(&name(asked)).map(|n| n.to_string()).as_deref(), want, "{asked}");
    }
}

#[test]
fn what_is_kept() {
    let probe = read_value(&answer());
    let facts = probe.found().unwrap();
    assert_eq!(facts.registrar, "Bureau Noms SAS");
    assert_eq!(facts.iana_id, Some(1234));
    assert_eq!(facts.registered.unwrap().to_string(), "2004-02-12T00:00:00Z");
    assert_eq!(facts.expires.unwrap().to_string(), "2027-02-12T00:00:00Z");
    assert_eq!(facts.status, ["active", "client transfer prohibited"]);
    assert_eq!((facts.server.as_str(), facts.bootstrap.as_str()), ("rdap.nic.fr", "2026-07-23"));
}

/// Every place of the answer that could hold the registrant holds a marker; nothing of it is left.
#[test]
fn the_registrant_is_never_kept() {
    let card = json!(["vcard", [
        ["fn", {}, "text", "MARKER"], ["org", {}, "text", "MARKER"], ["adr", { "label": "MARKER" }, "text", ["MARKER"]]
    ]]);
    let mut stuffed = answer();
    let people = [vec!["registrant"], vec!["administrative", "technical"], vec!["registrant", "registrar"], vec![]];
    for roles in people {
        let entity = json!({ "roles": roles, "handle": "MARKER", "vcardArray": card, "remarks": [{ "title": "MARKER" }],
            "events": [{ "eventAction": "registration", "eventActor": "MARKER" }],
            "publicIds": [{ "type": "MARKER", "identifier": "MARKER" }] });
        // In front, so that the first entity is never the registrar alone.
        stuffed["entities"].as_array_mut().unwrap().insert(0, entity);
    }
    for member in ["remarks", "notices", "handle", "port43", "registrant", "unicodeName", "variants", "nameservers"] {
        stuffed[member] = json!([{ "title": "MARKER", "description": ["MARKER"] }]);
    }
    stuffed["status"] = json!(["MARKER", "active"]);
    stuffed["events"].as_array_mut().unwrap().push(json!({ "eventAction": "MARKER", "eventDate": "MARKER" }));
    assert!(stuffed.to_string().matches("MARKER").count() > 30);
    let probe = read_value(&stuffed);
    assert_eq!(probe.found().unwrap().registrar, "Bureau Noms SAS");
    let written = serde_json::to_string(&probe).unwrap();
    assert!(!written.contains("MARKER"), "{written}");
}

#[test]
fn a_fault_quotes_nothing_of_the_answer() {
    for body in
        [&b"MARKER"[..], br#"{"objectClassName":"MARKER"}"#, br#"{"objectClassName":"domain","status":"MARKER"}"#]
    {
        let probe = read(&name("example.fr"), "rdap.nic.fr", 200, body);
        assert_eq!(status_of(&probe), Some(Status::Malformed));
        assert!(!serde_json::to_string(&probe).unwrap().contains("MARKER"));
    }
}

#[test]
fn odd_answers() {
    let with = |member: &str, value: Value| {
        let mut odd = answer();
        odd[member] = value;
        read_value(&odd)
    };
    let odd = [
        read_value(&json!(null)),
        read_value(&json!([])),
        read_value(&json!({})),
        with("objectClassName", json!("entity")),
        with("ldhName", json!("other.fr")),
        with("entities", json!({ "0": {} })),
        with("entities", json!([{ "roles": "registrar" }])),
        with("entities", json!([{ "roles": ["registrar"], "vcardArray": "Bureau" }])),
        with("entities", json!([{ "roles": ["registrar"], "publicIds": 7 }])),
        with("events", json!("2004")),
        with("status", json!("active")),
        read(&name("example.fr"), "s", 200, b"\xff\xfe"),
        read(&name("example.fr"), "s", 200, &b"[".repeat(100_000)),
        read(&name("example.fr"), "s", 200, &b" ".repeat(MAX_BODY + 1)),
    ];
    for (number, probe) in odd.iter().enumerate() {
        assert_eq!(status_of(probe), Some(Status::Malformed), "{number}: {probe:?}");
    }
}

#[test]
fn little_is_not_odd() {
    let bare = read_value(&json!({ "objectClassName": "domain", "entities": null }));
    let facts = bare.found().unwrap();
    assert_eq!((facts.registrar.as_str(), facts.iana_id, facts.registered), ("", None, None));
    let mut by_org = answer();
    by_org["entities"][0]["vcardArray"] =
        json!(["vcard", [["fn", {}, "text", " "], ["org", {}, "text", "Org"], 7, []]]);
    by_org["events"] = json!([{ "eventAction": "registration", "eventDate": "last year" }, 7]);
    by_org["entities"][0]["publicIds"][0]["identifier"] = json!(99);
    let by_org = read_value(&by_org);
    let facts = by_org.found().unwrap();
    assert_eq!((facts.registrar.as_str(), facts.iana_id, facts.registered), ("Org", Some(99), None));
}

#[test]
fn status_of_http() {
    let of = |status: u16, body: &[u8]| read(&name("example.fr"), "rdap.nic.fr", status, body);
    assert_eq!(of(404, b"not even JSON"), Probe::Absent);
    assert_eq!(of(200, br#"{"errorCode":404,"title":"Not Found"}"#), Probe::Absent);
    for (status, want) in [(429, Status::Busy), (503, Status::Busy), (500, Status::BadHttp), (302, Status::BadHttp)] {
        assert_eq!(status_of(&of(status, b"{}")), Some(want), "{status}");
    }
}
