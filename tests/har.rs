//! HAR import: what is read of the exports of three browsers, what never is, limits and faults.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "har/faults.rs"]
mod faults;
#[path = "har/limits.rs"]
mod limits;
#[path = "har/privacy.rs"]
mod privacy;
#[path = "har/rules.rs"]
mod rules;

use std::sync::LazyLock;

use jurisdig::evidence::{Capture, Consent, Contact, PageFacts, PageHost, Probe, ResourceFact, Response, Use};
use jurisdig::observe::har::{self, BadHar, HarLimits};
use jurisdig::observe::ip::IpTables;
use serde_json::{Value, json};

const FIREFOX: &str = include_str!("har/firefox.har");
const CHROME: &str = include_str!("har/chrome.har");
const SAFARI: &str = include_str!("har/safari.har");
const SECRETS: &str = include_str!("har/secrets.har");

static TABLES: LazyLock<IpTables> = LazyLock::new(|| IpTables::embedded().unwrap());

fn read(text: impl AsRef<[u8]>) -> Result<Vec<PageFacts>, BadHar> {
    har::read(text.as_ref(), "page.har", &TABLES, &HarLimits::default())
}

/// The only page of a file with these entries.
fn page_of(entries: Value) -> PageFacts {
    let mut pages = read(json!({"log": {"version": "1.2", "entries": entries}}).to_string()).unwrap();
    assert_eq!(pages.len(), 1);
    pages.remove(0)
}

/// A request for a script that was answered.
fn entry(url: &str) -> Value {
    json!({"request": {"method": "GET", "url": url}, "response": {"status": 200, "content": {"mimeType": "text/javascript"}}})
}

/// An entry with some of its fields set, by JSON pointer.
fn with(url: &str, changes: &[(&str, Value)]) -> Value {
    let mut entry = entry(url);
    for (pointer, value) in changes {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let parent = entry.pointer_mut(parent).unwrap();
        parent.as_object_mut().unwrap().insert(key.to_owned(), value.clone());
    }
    entry
}

fn names(page: &PageFacts) -> Vec<String> {
    page.resources.iter().map(|resource| resource.host.to_string()).collect()
}

fn resource<'p>(page: &'p PageFacts, host: &str) -> &'p ResourceFact {
    page.resources
        .iter()
        .find(|r| r.host.to_string() == host)
        .unwrap_or_else(|| panic!("no {host} in {:?}", names(page)))
}

fn ips(resource: &ResourceFact) -> Vec<String> {
    resource.addresses.iter().map(|facts| facts.ip.to_string()).collect()
}

fn answer(page: &PageFacts, hop: usize) -> &Response {
    page.hops[hop].answer.found().unwrap()
}

#[test]
fn firefox() {
    let pages = read(FIREFOX).unwrap();
    let [page] = pages.as_slice() else { panic!("one page") };
    assert_eq!(page.by, Capture::Har);
    assert_eq!(page.software, "Firefox 144.0");
    assert_eq!(page.taken_at.unwrap().to_string(), "2026-11-03T09:00:00Z");
    assert_eq!(page.consent, Some(Consent::Before));
    let file = page.file.as_ref().unwrap();
    assert_eq!((file.name.as_str(), file.sha256.len()), ("page.har", 64));
    assert!(page.capped.is_empty() && page.flags.is_empty());

    let hops: Vec<&str> = page.hops.iter().map(|hop| hop.url.as_str()).collect();
    assert_eq!(hops, ["http://mairie-exemple.example/", "https://www.mairie-exemple.example/"]);
    assert_eq!(page.hops[0].address, Some("213.186.33.5".parse().unwrap()));
    assert_eq!(answer(page, 0).status, 301);
    assert_eq!(answer(page, 0).location.as_deref(), Some("https://www.mairie-exemple.example/"));
    let document = page.document().unwrap();
    assert_eq!((document.status, document.body_bytes), (200, 18211));
    assert_eq!(document.media_type, "text/html; charset=utf-8");
    assert_eq!(document.cookies, ["PHPSESSID"]);
    let headers = [("server", "nginx"), ("content-type", "text/html; charset=utf-8"), ("set-cookie", "")];
    assert_eq!(document.headers, headers.map(|(name, value)| (name.to_owned(), value.to_owned())));

    let seen: Vec<(String, Contact, Vec<Use>)> =
        page.resources.iter().map(|r| (r.host.to_string(), r.contact, r.uses.clone())).collect();
    let contacted = |host: &str, how| (host.to_owned(), Contact::Contacted, vec![how]);
    let wanted = |host: &str, how| (host.to_owned(), Contact::WouldBeContacted, vec![how]);
    assert_eq!(
        seen,
        [
            wanted("cdn.blocked.example", Use::Image),
            contacted("fonts.googleapis.com", Use::Style),
            contacted("fonts.gstatic.com", Use::Font),
            contacted("region1.google-analytics.com", Use::Data),
            wanted("www.google-analytics.com", Use::Script),
            contacted("www.googletagmanager.com", Use::Script),
            contacted("www.mairie-exemple.example", Use::Style),
            contacted("www.youtube-nocookie.com", Use::Frame),
        ]
    );
    let font = resource(page, "fonts.gstatic.com");
    assert_eq!(ips(font), ["2a00:1450:4007:813::2003"]);
    assert_eq!(font.addresses[0].asn.found().unwrap().asn.0, 15169);
    assert_eq!(font.path, "/s/lato/v24/...", "the file name looks like a token");
    assert_eq!(font.named_by, [PageHost::Name("fonts.googleapis.com".parse().unwrap())]);
    assert_eq!(resource(page, "region1.google-analytics.com").cookies, ["_ga"]);
    assert_eq!(resource(page, "www.googletagmanager.com").path, "/gtm.js");
    assert_eq!(har::target(&pages).unwrap(), "http://mairie-exemple.example/".parse().unwrap());
}

#[test]
fn chrome() {
    let pages = read(CHROME).unwrap();
    let [page, basket] = pages.as_slice() else { panic!("two pages") };
    assert_eq!((page.software.as_str(), page.consent), ("WebInspector 537.36", None));
    assert_eq!(basket.consent, Some(Consent::After));
    assert_eq!(page.hops.len(), 1, "Chrome's own redirect to https is none of the site's");
    assert_eq!(page.hops[0].url, "https://www.boutique-exemple.example/");
    assert_eq!(page.hops[0].address, Some("2606:4700:3033::6815:1f2a".parse().unwrap()));
    let document = page.document().unwrap();
    assert!(document.headers.contains(&("cf-ray".to_owned(), "8f0c-CDG".to_owned())));
    assert!(document.headers.contains(&("report-to".to_owned(), String::new())));
    assert_eq!(
        names(page),
        [
            "connect.facebook.net",
            "fonts.gstatic.com",
            "no-page.example",
            "px.ads.linkedin.com",
            "socket.chat-exemple.example",
            "www.boutique-exemple.example",
            "www.googletagmanager.com",
        ]
    );
    let blocked = resource(page, "connect.facebook.net");
    assert_eq!(blocked.contact, Contact::WouldBeContacted, "a visitor without the blocker asks it");
    let cached = resource(page, "fonts.gstatic.com");
    assert_eq!((cached.contact, ips(cached)), (Contact::WouldBeContacted, vec![]));
    let pixel = resource(page, "px.ads.linkedin.com");
    assert_eq!((pixel.count, pixel.cookies.as_slice()), (2, &["bcookie".to_owned(), "lidc".to_owned()][..]));
    let socket = resource(page, "socket.chat-exemple.example");
    assert_eq!((socket.contact, socket.uses.as_slice()), (Contact::Contacted, &[Use::Data][..]));
    assert_eq!(resource(page, "www.boutique-exemple.example").count, 2, "its script and its service worker's data");

    assert_eq!(basket.hops[0].url, "https://www.boutique-exemple.example/panier");
    assert_eq!(names(basket), ["paiement.example", "www.google.com"]);
    assert_eq!(resource(basket, "paiement.example").uses, [Use::Form]);
    assert_eq!(resource(basket, "www.google.com").uses, [Use::Frame]);
    assert_eq!(har::target(&pages).unwrap().to_string(), "www.boutique-exemple.example");
}

#[test]
fn safari() {
    let pages = read(SAFARI).unwrap();
    let [page] = pages.as_slice() else { panic!("one page") };
    assert_eq!(page.software, "WebKit Web Inspector 20621.1.15");
    assert_eq!(page.hops.len(), 1);
    assert_eq!((page.hops[0].url.as_str(), page.hops[0].address), ("https://www.ville-exemple.example/", None));
    let seen: Vec<(String, Contact, Use)> =
        page.resources.iter().map(|r| (r.host.to_string(), r.contact, r.uses[0])).collect();
    let row = |host: &str, contact, how| (host.to_owned(), contact, how);
    assert_eq!(
        seen,
        [
            row("api.carte-exemple.example", Contact::Contacted, Use::Data),
            row("stats.ville-exemple.example", Contact::Contacted, Use::Image),
            row("tiles.carte-exemple.example", Contact::WouldBeContacted, Use::Image),
            row("video.exemple.example", Contact::WouldBeContacted, Use::Media),
            row("www.ville-exemple.example", Contact::Contacted, Use::Script),
        ]
    );
    assert_eq!(ips(resource(page, "stats.ville-exemple.example")), ["2001:41d0:301::20"]);
}

/// Evidence is written and read again.
#[test]
fn facts_survive_their_written_form() {
    for text in [FIREFOX, CHROME, SAFARI, SECRETS] {
        let pages = read(text).unwrap();
        let written = serde_json::to_string(&pages).unwrap();
        assert_eq!(serde_json::from_str::<Vec<PageFacts>>(&written).unwrap(), pages);
        assert_eq!(read(text).unwrap(), pages, "the same file, the same facts");
    }
}

#[test]
fn a_file_that_was_begun_late_has_no_document() {
    let page = page_of(json!([entry("https://a.example/x.js")]));
    assert!(page.hops.is_empty() && page.document().is_none());
    assert_eq!(har::target(std::slice::from_ref(&page)), None);
    assert_eq!(names(&page), ["a.example"]);
}
