//! What may be secret is nowhere in what is kept.

use jurisdig::evidence::Status;
use serde_json::json;

use super::*;

const MARKER: &str = "MARKER7f3Kq9";

/// `secrets.har` holds the marker in every place a HAR has for secrets.
#[test]
fn nothing_secret_is_kept() {
    assert!(SECRETS.matches(MARKER).count() > 250);
    let pages = read(SECRETS).unwrap();
    let written = serde_json::to_string(&pages).unwrap();
    let found = written.to_ascii_lowercase().find(&MARKER.to_ascii_lowercase());
    assert!(found.is_none(), "{}", &written[found.unwrap_or(0).saturating_sub(200)..]);

    // What may be kept is there, so that the test is not passed by keeping nothing.
    let page = &pages[0];
    assert_eq!(page.consent, Some(Consent::After));
    let hops: Vec<&str> = page.hops.iter().map(|hop| hop.url.as_str()).collect();
    assert_eq!(hops, ["https://www.secret.example/a/..."; 2]);
    assert_eq!(answer(page, 0).location.as_deref(), Some("https://www.secret.example/a/..."));
    assert_eq!(answer(page, 0).cookies, ["other", "sid"]);
    assert!(answer(page, 1).headers.contains(&("server".to_owned(), "nginx".to_owned())));
    assert!(answer(page, 1).headers.contains(&("x-csrf-token".to_owned(), String::new())));
    assert_eq!(names(page), ["failed.example", "socket.example", "third.example", "www.secret.example"]);
    assert_eq!(resource(page, "third.example").path, "/.../x.png");
    assert_eq!(har::target(&pages).unwrap(), "www.secret.example".parse().unwrap(), "a cut path is no URL");
}

/// A browser's message is kept where it is one word, such as `net::ERR_NAME_NOT_RESOLVED`; other text may hold a URL.
#[test]
fn messages_are_words() {
    let failed = |error: &str| {
        let changes = [("/_resourceType", json!("document")), ("/response", json!({"status": 0, "_error": error}))];
        let page = page_of(json!([with("https://a.example/", &changes)]));
        let Probe::Failed(why) = page.hops[0].answer.clone() else { panic!("a failure") };
        (why.status, why.detail)
    };
    let word = "net::ERR_NAME_NOT_RESOLVED";
    assert_eq!(failed(word), (Status::NoAddress, word.to_owned()));
    assert_eq!(failed("Cannot load https://a.example/?MARKER7f3Kq9"), (Status::Incomplete, String::new()));
    assert_eq!(failed(""), (Status::Incomplete, String::new()));
    assert_eq!(failed("net::ERR_CONNECTION_REFUSED").0, Status::ConnectionRefused);
    assert_eq!(failed("NS_ERROR_NET_RESET").0, Status::Reset);
    assert_eq!(failed("net::ERR_TIMED_OUT").0, Status::Timeout);
    assert_eq!(failed("net::ERR_CERT_AUTHORITY_INVALID").0, Status::TlsUntrusted);
}
