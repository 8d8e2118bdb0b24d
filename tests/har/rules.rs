//! The rules of the module, one by one.

use serde_json::json;

use super::*;

#[test]
fn what_is_no_contact() {
    let page = page_of(json!([
        entry("data:text/javascript,1"),
        entry("blob:https://a.example/1"),
        entry("about:blank"),
        entry("chrome-extension://a/b.js"),
        entry("moz-extension://a/b.js"),
        with("https://b.example/", &[("/_initiator", json!({"type": "script", "url": "moz-extension://a/b.js"}))]),
        with(
            "https://c.example/",
            &[("/request/headers", json!([{"name": "Origin", "value": "chrome-extension://a"}]))]
        ),
        with("https://d.example/", &[("/_fetchType", json!("Inspector Override"))]),
        with("https://e.example/", &[("/response", json!({"status": 0, "_error": "net::ERR_BLOCKED_BY_CSP"}))]),
        with("http://f.example/", &[("/response", json!({"status": 0, "_error": "mixed-content"}))]),
        entry("https://z.example/"),
    ]));
    assert_eq!(names(&page), ["z.example"]);
    assert!(page.capped.is_empty());
}

#[test]
fn contacted_or_not() {
    let zero = |more: Value| {
        let mut response = json!({"status": 0});
        response.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ("/response", response)
    };
    let ip = || ("/serverIPAddress", json!("192.0.2.1"));
    let state = || json!({"beforeRequest": {"eTag": "x"}});
    for (want, changes) in [
        (Contact::Contacted, vec![]),
        (Contact::Contacted, vec![ip()]),
        (Contact::Contacted, vec![ip(), zero(json!({}))]),
        (Contact::WouldBeContacted, vec![zero(json!({}))]),
        (Contact::WouldBeContacted, vec![zero(json!({"_error": "net::ERR_BLOCKED_BY_CLIENT"}))]),
        (Contact::WouldBeContacted, vec![("/_fromCache", json!("memory")), ip()]),
        (Contact::WouldBeContacted, vec![("/_fromCache", json!(true))]),
        (Contact::Contacted, vec![("/_fromCache", json!(false))]),
        (Contact::WouldBeContacted, vec![("/_fetchType", json!("Disk Cache"))]),
        (Contact::Contacted, vec![("/_fetchType", json!("Network Load"))]),
        (Contact::WouldBeContacted, vec![("/response/_fetchedViaServiceWorker", json!(true))]),
        (Contact::WouldBeContacted, vec![("/cache", state())]),
        (Contact::Contacted, vec![("/cache", state()), ip()]),
        (Contact::Contacted, vec![("/cache", state()), ("/response/status", json!(304))]),
        (Contact::Contacted, vec![("/cache", json!({"afterRequest": null}))]),
    ] {
        let page = page_of(json!([with("https://a.example/x.js", &changes)]));
        let found = resource(&page, "a.example");
        assert_eq!(found.contact, want, "{changes:?}");
        let has_ip = changes.contains(&ip()) && want == Contact::Contacted;
        assert_eq!(ips(found), if has_ip { vec!["192.0.2.1"] } else { vec![] }, "{changes:?}");
    }
}

#[test]
fn the_strongest_contact_and_all_addresses_of_a_host() {
    let at = |ip: &str| with("https://a.example/x.js", &[("/serverIPAddress", json!(ip))]);
    let page = page_of(json!([
        with(
            "https://a.example/first.css?k=1",
            &[("/_fromCache", json!("disk")), ("/_resourceType", json!("stylesheet"))]
        ),
        at("192.0.2.2"),
        at("[2001:db8::1]"),
        at("192.0.2.1"),
        at("192.0.2.2"),
        at("10.0.0.1"),
        at("nonsense"),
    ]));
    let found = resource(&page, "a.example");
    assert_eq!((found.contact, found.count, found.path.as_str()), (Contact::Contacted, 7, "/first.css"));
    assert_eq!(found.uses, [Use::Script, Use::Style]);
    assert_eq!(ips(found), ["10.0.0.1", "192.0.2.1", "192.0.2.2", "2001:db8::1"]);
    assert!(found.addresses.iter().all(|facts| facts.special.is_some()), "kept, and marked by the tables");
}

#[test]
fn one_address_for_all_is_a_proxy() {
    let at = |host: &str, ip: &str| with(&format!("https://{host}/x.js"), &[("/serverIPAddress", json!(ip))]);
    let flags = |entries: Value| page_of(entries).flags;
    let hosts = ["a.example", "b.example", "c.example"];
    assert_eq!(flags(json!(hosts.map(|host| at(host, "10.1.2.3")))), ["one-address"]);
    assert!(flags(json!([at("a.example", "10.1.2.3"), at("b.example", "10.1.2.3")])).is_empty());
    assert!(flags(json!(["a.x.example", "b.x.example", "c.x.example"].map(|host| at(host, "10.1.2.3")))).is_empty());
    assert!(
        flags(json!([at("a.example", "10.1.2.3"), at("b.example", "10.1.2.3"), at("c.example", "10.1.2.4")]))
            .is_empty()
    );
}

#[test]
fn cookies_that_chrome_leaves_out() {
    let file = |creator: &str, entries: Value| {
        read(json!({"log": {"creator": {"name": creator}, "entries": entries}}).to_string()).unwrap().remove(0).flags
    };
    let plain = || json!([entry("https://a.example/")]);
    assert_eq!(file("WebInspector", plain()), ["cookies-may-be-left-out"]);
    assert!(file("Firefox", plain()).is_empty());
    let sent = ("/request/headers", json!([{"name": "cookie", "value": "a=b"}]));
    assert!(file("WebInspector", json!([with("https://a.example/", &[sent])])).is_empty());
}

#[test]
fn chains_are_followed_by_time_and_by_query() {
    let hop = |second: u8, url: &str, status: u16, to: &str| {
        with(
            url,
            &[
                ("/startedDateTime", json!(format!("2026-11-03T09:00:{second:02}Z"))),
                ("/_resourceType", json!("document")),
                ("/response", json!({"status": status, "redirectURL": to, "content": {"mimeType": "text/html"}})),
            ],
        )
    };
    // Written out of order; the last redirect is relative, the scheme changes by HSTS without a redirect.
    let page = page_of(json!([
        hop(4, "https://www.a.example/fr/", 200, ""),
        hop(2, "https://www.a.example/?lang=1", 302, "/fr/"),
        hop(0, "http://a.example/", 301, "http://www.a.example/"),
        hop(1, "https://www.a.example/", 302, "/?lang=1#top"),
        hop(3, "https://frame.example/", 200, ""),
    ]));
    let urls: Vec<&str> = page.hops.iter().map(|hop| hop.url.as_str()).collect();
    let www = "https://www.a.example/";
    assert_eq!(urls, ["http://a.example/", www, www, "https://www.a.example/fr/"]);
    assert_eq!(names(&page), ["frame.example"]);

    let looped: Vec<Value> = (0..30).map(|n| hop(n, "https://a.example/", 302, "https://a.example/")).collect();
    let page = page_of(json!(looped));
    assert_eq!(page.hops.len(), 21);
    assert_eq!(page.capped, ["redirects: 20 kept"]);
    assert!(page.document().is_none(), "the last answer seen is a redirect");
}

#[test]
fn a_cached_document_is_marked() {
    let changes = [
        ("/_resourceType", json!("document")),
        ("/_fromCache", json!("disk")),
        ("/serverIPAddress", json!("192.0.2.1")),
    ];
    let page = page_of(json!([with("https://a.example/", &changes)]));
    assert_eq!(page.hops[0].address, None);
    assert_eq!(answer(&page, 0).flags, ["from-cache"]);
}

#[test]
fn entries_find_their_pages() {
    let on = |page: Value, host: &str| with(&format!("https://{host}/x.js"), &[("/pageref", page)]);
    let log = |pages: Value| {
        let entries = json!([
            on(json!("b"), "b.example"),
            on(json!("a"), "a.example"),
            on(json!("z"), "z.example"),
            entry("https://n.example/")
        ]);
        let pages = read(json!({"log": {"entries": entries, "pages": pages}}).to_string()).unwrap();
        pages.iter().map(names).collect::<Vec<_>>()
    };
    assert_eq!(
        log(json!([{"id": "a"}, {"id": "b"}])),
        [vec!["a.example", "n.example", "z.example"], vec!["b.example"]]
    );
    assert_eq!(log(json!([])), [["a.example", "b.example", "n.example", "z.example"]]);
    assert_eq!(log(Value::Null), [["a.example", "b.example", "n.example", "z.example"]]);
}

#[test]
fn consent_is_the_users_mark_in_the_comment() {
    let consent = |page: Value| {
        let log = json!({"log": {"pages": [page], "entries": [entry("https://a.example/")]}});
        read(log.to_string()).unwrap()[0].consent
    };
    assert_eq!(consent(json!({"comment": "x jurisdig:before y"})), Some(Consent::Before));
    assert_eq!(consent(json!({"comment": "jurisdig:after"})), Some(Consent::After));
    assert_eq!(consent(json!({"comment": "jurisdig:before jurisdig:after"})), None);
    assert_eq!(consent(json!({"title": "jurisdig:after"})), None, "the site writes the title");
}

/// What another exporter writes otherwise costs that field, not the file.
#[test]
fn odd_types_are_absent_values() {
    let page = page_of(json!([
        {
            "pageref": null, "startedDateTime": 7, "serverIPAddress": {"ip": [1, 2]}, "cache": [], "_initiator": "other",
            "request": {"url": "https://a.example/", "method": null, "headers": {"Sec-Fetch-Dest": "document"}, "cookies": 3},
            "response": {"status": "200", "headers": {"Server": "nginx", "Set-Cookie": "a=b"}, "content": {"size": -1, "mimeType": 1}},
        },
        {"request": {"url": "https://b.example/"}},
        {"request": {"url": "https://c.example/"}, "response": {"status": 1e300}},
        {"request": null, "response": "x"},
        {}, 1, null, "x", [[{}]],
    ]));
    assert_eq!(answer(&page, 0).status, 200);
    assert_eq!((answer(&page, 0).body_bytes, answer(&page, 0).cookies.as_slice()), (0, &["a".to_owned()][..]));
    assert_eq!(answer(&page, 0).headers[0], ("server".to_owned(), "nginx".to_owned()));
    assert_eq!(names(&page), ["b.example", "c.example"]);
    assert_eq!(page.capped, ["entries: 6 without a URL that can be read left out"]);
}

#[test]
fn repeated_keys_count_as_written_last() {
    let text = r#"{"log": {"version": "9", "version": "1.2", "entries": [
        {"request": {"url": "https://a.example/", "url": "https://b.example/"}, "request": {"url": "https://c.example/"}}]}}"#;
    assert_eq!(names(&read(text).unwrap()[0]), ["c.example"]);
}
