//! Each limit at its number and one above.

use std::fmt::Write as _;

use serde_json::json;

use super::*;

fn file(entries: impl Iterator<Item = String>) -> String {
    let mut text = String::from(r#"{"log":{"version":"1.2","entries":["#);
    for (n, entry) in entries.enumerate() {
        let _ = write!(text, "{}{entry}", if n == 0 { "" } else { "," });
    }
    text + "]}}"
}

fn short(url: &str) -> String {
    format!(r#"{{"request":{{"url":"{url}"}},"response":{{"status":200}}}}"#)
}

/// The number itself is large for a debug build, so it is set to a smaller one.
#[test]
fn entries() {
    assert_eq!(HarLimits::default().entries, 100_000);
    let limits = HarLimits { entries: 1000, ..HarLimits::default() };
    let many = |n: usize| {
        let text = file((0..n).map(|_| short("https://a.example/")));
        har::read(text.as_bytes(), "page.har", &TABLES, &limits).unwrap().remove(0)
    };
    let whole = many(1000);
    assert_eq!((whole.resources[0].count, whole.capped.len()), (1000, 0));
    let cut = many(1001);
    assert_eq!(cut.resources[0].count, 1000);
    assert_eq!(cut.capped, ["entries: 1000 of 1001 kept"]);
}

#[test]
fn hosts() {
    // In falling order, so that the first by time are not the first by name.
    let many =
        |n: usize| read(file((0..n).rev().map(|i| short(&format!("https://h{i:05}.example/"))))).unwrap().remove(0);
    let whole = many(2000);
    assert_eq!((whole.resources.len(), whole.capped.len()), (2000, 0));
    let cut = many(2001);
    assert_eq!(cut.resources.len(), 2000);
    assert_eq!(cut.resources[0].host.to_string(), "h00001.example", "the host asked last is left out");
    assert_eq!(cut.capped, ["hosts: 2000 of 2001 kept"]);
}

#[test]
fn cookies_of_a_host() {
    let many = |n: usize| {
        let cookies: Vec<Value> = (0..n).map(|i| json!({"name": format!("c{i:04}"), "value": "v"})).collect();
        let (one, two) = cookies.split_at(n / 2);
        let with_cookies = |cookies: &[Value]| with("https://a.example/", &[("/response/cookies", json!(cookies))]);
        page_of(json!([with_cookies(one), with_cookies(two)]))
    };
    let whole = many(200);
    assert_eq!((whole.resources[0].cookies.len(), whole.capped.len()), (200, 0));
    let cut = many(201);
    assert_eq!(cut.resources[0].cookies.len(), 200);
    assert_eq!(cut.capped, ["cookies of a.example: 200 of 201 kept"]);
}

#[test]
fn cookies_of_the_page() {
    let header: Vec<Value> = (0..201).map(|i| json!({"name": "Set-Cookie", "value": format!("c{i:03}=v")})).collect();
    let page = page_of(json!([with(
        "https://a.example/",
        &[("/_resourceType", json!("document")), ("/response/headers", json!(header))]
    )]));
    assert_eq!(answer(&page, 0).cookies.len(), 200);
    assert_eq!(page.capped, ["cookies of a.example: 200 of 201 kept"]);
}

#[test]
fn addresses_of_a_host() {
    let many = |n: usize| {
        let at = |i| with("https://a.example/", &[("/serverIPAddress", json!(format!("192.0.2.{i}")))]);
        page_of(json!((0..n).map(at).collect::<Vec<_>>()))
    };
    let whole = many(100);
    assert_eq!((whole.resources[0].addresses.len(), whole.capped.len()), (100, 0));
    let cut = many(101);
    assert_eq!(cut.resources[0].addresses.len(), 100);
    assert_eq!(cut.capped, ["addresses of a.example: 100 of 101 kept"]);
}

#[test]
fn pages() {
    let many = |n: usize| {
        let pages: Vec<Value> = (0..n).map(|i| json!({"id": format!("p{i}")})).collect();
        let last = with("https://a.example/", &[("/pageref", json!(format!("p{}", n - 1)))]);
        read(json!({"log": {"pages": pages, "entries": [last]}}).to_string()).unwrap()
    };
    let whole = many(1000);
    assert_eq!((whole.len(), names(&whole[999])), (1000, vec!["a.example".to_owned()]));
    let cut = many(1001);
    assert_eq!(cut.len(), 1000);
    assert!(cut.iter().all(|page| page.resources.is_empty() && page.capped == ["pages: 1000 of 1001 kept"]));
}

#[test]
fn names_and_headers() {
    let document = |i: usize| {
        let header = json!([{"name": "server", "value": "nginx"}]);
        let changes =
            [("/pageref", json!(i.to_string())), ("/_resourceType", json!("document")), ("/response/headers", header)];
        with("https://a.example/", &changes)
    };
    let log = json!({"log": {"pages": [{"id": "0"}, {"id": "1"}], "entries": [document(0), document(1)]}}).to_string();
    let read =
        |text| har::read(log.as_bytes(), "page.har", &TABLES, &HarLimits { text, ..HarLimits::default() }).unwrap();
    let whole = read(22);
    assert!(whole.iter().all(|page| answer(page, 0).headers.len() == 1 && page.capped.is_empty()));
    let cut = read(21);
    assert_eq!((answer(&cut[0], 0).headers.len(), answer(&cut[1], 0).headers.len()), (1, 0));
    assert_eq!(cut[1].capped, ["headers and cookies of 1 entries left out"]);
}

#[test]
fn bytes() {
    let read = |bytes| har::read(FIREFOX.as_bytes(), "page.har", &TABLES, &HarLimits { bytes, ..HarLimits::default() });
    let size = FIREFOX.len() as u64;
    assert!(read(size).is_ok());
    assert_eq!(read(size - 1), Err(BadHar::TooLarge(size - 1)));
    assert_eq!(HarLimits::default().bytes, 512 * 1024 * 1024);
}
