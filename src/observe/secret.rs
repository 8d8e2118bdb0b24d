//! What may be kept of headers and addresses: nothing that may be a secret of a visitor or of a site. One rule for pages
//! we fetch, files that are read and what browsers recorded.

/// Longest value that is kept, in bytes.
const MAX_VALUE: usize = 256;

/// Longest name that is kept, in bytes.
const MAX_NAME: usize = 100;

/// Stands for what is left out of a path.
pub(super) const LEFT_OUT: &str = "...";

/// Most characters of a path that are kept.
const MAX_PATH: usize = 200;

/// A part of a path from this length on is taken for a token: 128 bits are 32 hexadecimal digits.
const TOKEN: usize = 32;

/// A shorter one is taken for a token if it mixes digits, capitals and small letters as nobody names a file.
const MIXED_TOKEN: usize = 16;

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
pub(super) fn keep_header(name: String, value: &str) -> Option<(String, String)> {
    let is_name = |byte: u8| byte.is_ascii_graphic() && byte != b':';
    // HTTP/2 puts its own `:status` among the headers.
    if name.is_empty() || name.len() > MAX_NAME || !name.bytes().all(is_name) {
        return None;
    }
    let is_left_out = value.len() > MAX_VALUE
        || is_secret_header(&name)
        || ADDRESSES.contains(&name.as_str())
        || value.contains(['?', '#'])
        || has_more_than_hosts(value);
    Some((name, if is_left_out { String::new() } else { value.to_owned() }))
}

/// A path without what may be secret in it: parameters after `;`, parts that look like tokens or mail addresses, and
/// what goes beyond 200 characters.
pub(super) fn clean_path(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').map(clean_part).collect();
    let path = parts.join("/");
    if path.len() <= MAX_PATH {
        return path;
    }
    // A URL's path is ASCII.
    let kept: String = path.chars().take(MAX_PATH - LEFT_OUT.len()).collect();
    kept + LEFT_OUT
}

fn clean_part(part: &str) -> &str {
    let part = part.split(';').next().unwrap_or_default();
    let lower = part.to_ascii_lowercase();
    let is_secret =
        part.contains('@') || lower.contains("%40") || lower.contains("%3b") || part.split('.').any(is_token);
    if is_secret { LEFT_OUT } else { part }
}

fn is_token(text: &str) -> bool {
    let has = |is: fn(&u8) -> bool| text.as_bytes().iter().any(is);
    text.len() >= TOKEN
        || text.len() >= MIXED_TOKEN
            && has(u8::is_ascii_digit)
            && has(u8::is_ascii_uppercase)
            && has(u8::is_ascii_lowercase)
}

/// Whether the value of a header is never looked at.
pub(super) fn is_secret_header(name: &str) -> bool {
    SECRET.iter().any(|word| name.contains(word))
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
        keep_header(name.to_owned(), value).map(|(_, value)| value)
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
