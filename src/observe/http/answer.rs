//! What is kept of an answer: nothing that is a secret of the visitor or of the site.

use reqwest::header::{CONTENT_TYPE, HeaderMap, SET_COOKIE};
use url::Url;

use super::body::Body;
use crate::evidence::Response;
use crate::observe::secret;

/// Header fields kept.
const MAX_FIELDS: usize = 200;
/// Longest cookie name.
const MAX_COOKIE: usize = 64;
/// Cookies named.
const MAX_COOKIES: usize = 100;

/// A URL without user, password, query and fragment, and without what may be secret in its path.
pub(super) fn public_url(url: &Url) -> String {
    let mut url = url.clone();
    // Neither can fail for a URL that has a host; one that has none has no user either.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    let path = secret::clean_path(url.path());
    url.set_path(&path);
    url.into()
}

/// Headers as they came, those with secrets left out.
pub(super) fn readable_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let readable = headers.iter().filter(|(name, _)| !secret::is_secret_header(name.as_str()));
    readable.map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes()))).collect()
}

/// The facts of an answer.
pub(super) fn response(status: u16, headers: &HeaderMap, location: Option<&Url>, body: Option<&Body>) -> Response {
    let kept = |name: &str, value: &[u8]| secret::keep_header(name.to_owned(), &text(value));
    let mut flags = Vec::new();
    if let Some(body) = body {
        let all = [(body.is_cut, "body-cut"), (body.is_incomplete, "incomplete"), (body.is_undecoded, "undecoded")];
        flags.extend(all.into_iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| flag.to_owned()));
    }
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| kept("content-type", value.as_bytes()));
    Response {
        status,
        headers: headers
            .iter()
            .take(MAX_FIELDS)
            .filter_map(|(name, value)| kept(name.as_str(), value.as_bytes()))
            .collect(),
        cookies: cookie_names(headers),
        location: location.map(public_url),
        media_type: media_type.map(|(_, value)| value).unwrap_or_default(),
        body_bytes: body.map_or(0, |body| body.octets.len() as u64),
        body_sha256: body.map(|body| body.sha256.clone()).unwrap_or_default(),
        flags,
    }
}

fn cookie_names(headers: &HeaderMap) -> Vec<String> {
    let name = |value: &[u8]| {
        let pair = value.split(|octet| *octet == b';').next().unwrap_or_default();
        // Without `=` the pair is a value without a name.
        let end = pair.iter().position(|octet| *octet == b'=')?;
        let name = text(pair[..end].trim_ascii());
        (!name.is_empty()).then(|| name.chars().take(MAX_COOKIE).collect::<String>())
    };
    let mut names: Vec<String> =
        headers.get_all(SET_COOKIE).iter().filter_map(|value| name(value.as_bytes())).collect();
    names.sort();
    names.dedup();
    names.truncate(MAX_COOKIES);
    names
}

fn text(value: &[u8]) -> String {
    String::from_utf8_lossy(value).into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop")]

    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
        }
        map
    }

    #[test]
    fn secrets_leave_no_trace_but_their_names() {
        let long = "x".repeat(257);
        let pairs = [
            ("server", "nginx"),
            ("set-cookie", "b=SECRET; path=/"),
            ("set-cookie", "a=SECRET"),
            ("set-cookie", "b=SECRET; secure"),
            ("set-cookie", "SECRET"),
            ("x-csrf-token", "SECRET"),
            ("www-authenticate", "Basic SECRET"),
            ("location", "https://a.example/x?SECRET"),
            ("content-security-policy", long.as_str()),
            ("content-type", "text/html; charset=utf-8"),
        ];
        let url = Url::parse("https://user:SECRET@a.example/x?SECRET#SECRET").unwrap();
        let facts = response(200, &headers(&pairs), Some(&url), None);
        assert!(!format!("{facts:?}").contains("SECRET"));
        assert_eq!(facts.cookies, ["a", "b"]);
        assert_eq!(facts.location.as_deref(), Some("https://a.example/x"));
        assert_eq!(facts.media_type, "text/html; charset=utf-8");
        assert_eq!(facts.headers.len(), 10);
        assert_eq!(facts.headers[0], ("server".to_owned(), "nginx".to_owned()));
        assert!(facts.headers.contains(&("content-security-policy".to_owned(), String::new())));
        let readable = readable_headers(&headers(&pairs));
        assert!(readable.iter().any(|(name, value)| name == "content-security-policy" && *value == long));
        assert!(readable.iter().all(|(name, value)| name == "location" || !value.contains("SECRET")));
    }
}
