//! Which headers of an answer are kept.

/// Longest value that is kept, in bytes.
const MAX_VALUE: usize = 256;

/// Longest name that is kept, in bytes.
const MAX_NAME: usize = 100;

/// Words in names of headers that carry secrets, or what secrets are checked by.
const SECRET: &[&str] = &[
    "cookie",
    "authori",
    "authenticat",
    "token",
    "secret",
    "session",
    "password",
    "passwd",
    "csrf",
    "xsrf",
    "api-key",
    "apikey",
    "credential",
    "signature",
    "jwt",
    "x-auth",
    "access-key",
    "private-key",
    "nonce",
];

/// Headers that are addresses. Where a redirect leads stands, cleaned, in [`crate::evidence::Response::location`].
const ADDRESSES: &[&str] = &["location", "content-location", "refresh"];

/// A header with its name in lower case and without a value that may be secret: by its name, as an address with more than
/// a host in it, or as longer than 256 bytes. `None` for what is no name of a header.
pub(super) fn keep(name: String, value: &str) -> Option<(String, String)> {
    let is_name = |byte: u8| byte.is_ascii_graphic() && byte != b':';
    // HTTP/2 puts its own `:status` among the headers.
    if name.is_empty() || name.len() > MAX_NAME || !name.bytes().all(is_name) {
        return None;
    }
    let is_left_out = value.len() > MAX_VALUE
        || SECRET.iter().any(|word| name.contains(word))
        || ADDRESSES.contains(&name.as_str())
        || value.contains(['?', '#'])
        || has_more_than_hosts(value);
    Some((name, if is_left_out { String::new() } else { value.to_owned() }))
}

/// Whether a URL in the value has a user or a path.
fn has_more_than_hosts(value: &str) -> bool {
    let is_end = |c: char| c.is_whitespace() || "\"'<>,;".contains(c);
    let mut rests = value.split("://").skip(1).map(|rest| rest.split(is_end).next().unwrap_or_default());
    rests.any(|rest| rest.contains('@') || rest.split_once('/').is_some_and(|(_, path)| !path.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(name: &str, value: &str) -> Option<String> {
        keep(name.to_owned(), value).map(|(_, value)| value)
    }

    #[test]
    fn values_that_name_an_operator_stay() {
        for (name, text) in [
            ("server", "cloudflare"),
            ("via", "1.1 varnish (Varnish/7.1)"),
            ("x-powered-by", "WordPress VIP <https://wpvip.com>"),
            ("cf-ray", "8f0-CDG"),
            ("content-type", "text/html; charset=utf-8"),
            ("access-control-allow-origin", "https://www.example.fr"),
            ("timing-allow-origin", "https://a.example/, https://b.example/"),
        ] {
            assert_eq!(value(name, text).as_deref(), Some(text), "{name}");
        }
        assert_eq!(value("x-a", &"v".repeat(256)).map(|v| v.len()), Some(256));
    }

    #[test]
    fn values_that_may_be_secret_do_not() {
        for (name, text) in [
            ("set-cookie", "a=b"),
            ("x-csrf-token", "a"),
            ("www-authenticate", "Digest nonce=1"),
            ("x-amz-security-token", "a"),
            ("location", "/a"),
            ("link", "</a?k=1>; rel=preload"),
            ("report-to", "{\"url\":\"https://a.example/r?s=1\"}"),
            ("x-origin", "https://user:pw@a.example/"),
            ("x-next", "https://a.example/#k"),
            ("link", "<https://a.example>; rel=a, <https://a.example/b>; rel=b"),
        ] {
            assert_eq!(value(name, text).as_deref(), Some(""), "{name}");
        }
        assert_eq!(value("x-a", &"v".repeat(257)).as_deref(), Some(""));
    }

    #[test]
    fn what_is_no_name() {
        for name in ["", ":status", "a b", "é", &"n".repeat(101)] {
            assert_eq!(value(name, "v"), None, "{name}");
        }
    }
}
