//! Addresses as a recording holds them: URLs of which no secret is kept, and the forms browsers write an IP address in.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use url::Url;

use super::super::secret;
use crate::evidence::PageHost;

/// What of a URL is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) host: PageHost,
    /// Scheme, host, port and path, cleaned.
    pub(super) text: String,
    /// Where the path begins in `text`.
    path_at: usize,
    /// Tells whether a redirect leads here: of host, port, path and query. The scheme is left out because browsers go
    /// from http to https by themselves.
    pub(super) mark: u64,
    /// Ending of the last part of the path, lower case.
    pub(super) ending: String,
    pub(super) is_socket: bool,
}

impl Address {
    /// `None` for what is not asked over a network (data, blob, about, an extension's own files), `Err` for what is no
    /// URL with a host.
    pub(super) fn of(url: &str) -> Result<Option<Self>, ()> {
        let url = Url::parse(url).map_err(|_| ())?;
        if !matches!(url.scheme(), "http" | "https" | "ws" | "wss") {
            return Ok(None);
        }
        Self::of_url(&url).map(Some).ok_or(())
    }

    fn of_url(url: &Url) -> Option<Self> {
        let host = PageHost::of(url)?;
        let mut text = format!("{}://{host}", url.scheme());
        if let Some(port) = url.port() {
            text.push_str(&format!(":{port}"));
        }
        let path_at = text.len();
        text.push_str(&secret::clean_path(url.path()));
        Some(Self {
            host,
            text,
            path_at,
            mark: mark(url),
            ending: ending(url.path()),
            is_socket: matches!(url.scheme(), "ws" | "wss"),
        })
    }

    pub(super) fn path(&self) -> &str {
        &self.text[self.path_at..]
    }
}

/// Where an answer redirects to: its mark, and its cleaned text.
pub(super) fn redirect(base: &str, location: &str) -> Option<(u64, String)> {
    let target = Url::parse(base).ok()?.join(location).ok()?;
    let address = matches!(target.scheme(), "http" | "https").then(|| Address::of_url(&target)).flatten()?;
    Some((address.mark, address.text))
}

/// Host of a URL that names where a request came from.
pub(super) fn host_of(url: &str) -> Option<PageHost> {
    let url = Url::parse(url).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| PageHost::of(&url)).flatten()
}

/// Whether a URL is of a browser's extension, not of the page.
pub(super) fn is_extension(url: &str) -> bool {
    ["chrome-extension:", "moz-extension:", "safari-extension:", "safari-web-extension:"]
        .iter()
        .any(|scheme| url.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme)))
}

/// The address a server was reached at; browsers write IPv6 in brackets, with a port or with a zone.
pub(super) fn ip(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    if let Ok(socket) = text.parse::<SocketAddr>() {
        return Some(socket.ip());
    }
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
    let bare = bare.split_once('%').map_or(bare, |(ip, _)| ip);
    if let Ok(ip) = bare.parse() {
        return Some(ip);
    }
    // CFNetwork writes the port of an IPv6 address after a dot.
    let (ip, port) = bare.rsplit_once('.')?;
    port.parse::<u16>().ok()?;
    ip.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
}

fn mark(url: &Url) -> u64 {
    let mut hasher = DefaultHasher::new();
    (url.host_str(), url.port(), url.path(), url.query()).hash(&mut hasher);
    hasher.finish()
}

fn ending(path: &str) -> String {
    let last = path.rsplit('/').next().unwrap_or_default();
    match last.rsplit_once('.') {
        Some((_, ending)) if ending.len() <= 12 => ending.to_ascii_lowercase(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop")]

    use super::*;

    #[test]
    fn query_fragment_user_and_tokens_are_left_out() {
        let text = |url: &str| Address::of(url).unwrap().unwrap().text;
        assert_eq!(text("https://u:p@www.example.fr:8443/a/b.js?q=1#f"), "https://www.example.fr:8443/a/b.js");
        assert_eq!(text("https://www.example.fr"), "https://www.example.fr/");
        assert_eq!(text("wss://[2001:db8::1]/s"), "wss://[2001:db8::1]/s");
        assert_eq!(text("https://a.example/x;jsessionid=1A2B/y"), "https://a.example/x/y");
        assert_eq!(text("https://a.example/reset/0123456789abcdef0123456789abcdef"), "https://a.example/reset/...");
        assert_eq!(
            text("https://a.example/r/0123456789abcdef0123456789abcde"),
            "https://a.example/r/0123456789abcdef0123456789abcde"
        );
        assert_eq!(text("https://a.example/l/aB3xKq9ZtP0mW7Ru/in"), "https://a.example/l/.../in");
        assert_eq!(text("https://a.example/v/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"), "https://a.example/v/...");
        assert_eq!(text("https://a.example/u/jean%40example.fr/p"), "https://a.example/u/.../p");
        assert_eq!(text("https://a.example/u/jean@example.fr"), "https://a.example/u/...");
        assert_eq!(text("https://a.example/comptes-rendus/2026.html"), "https://a.example/comptes-rendus/2026.html");
    }

    #[test]
    fn a_path_ends_at_200_characters() {
        let path = |n: usize| "/abcdefghi".repeat(n);
        let whole = Address::of(&format!("https://a.example{}", path(20))).unwrap().unwrap();
        assert_eq!(whole.path(), path(20));
        let cut = Address::of(&format!("https://a.example{}/", path(20))).unwrap().unwrap();
        assert_eq!(cut.path().len(), 200);
        assert!(cut.path().ends_with("/abcdef..."));
    }

    #[test]
    fn what_is_not_asked_over_a_network() {
        for url in
            ["data:text/css,a", "blob:https://a.example/1", "about:blank", "chrome-extension://abc/x.js", "file:///a"]
        {
            assert_eq!(Address::of(url), Ok(None), "{url}");
        }
        for url in ["", "x", "https://", "https://exa mple/", "//a.example/", "https://a..example/"] {
            assert_eq!(Address::of(url), Err(()), "{url}");
        }
    }

    #[test]
    fn addresses_in_the_forms_of_browsers() {
        for text in ["2001:db8::10", "[2001:db8::10]", "[2001:db8::10]:443", "2001:db8::10.443", "2001:db8::10%en0"] {
            assert_eq!(ip(text), Some("2001:db8::10".parse().unwrap()), "{text}");
        }
        for text in ["192.0.2.7", "192.0.2.7:443", " 192.0.2.7 "] {
            assert_eq!(ip(text), Some("192.0.2.7".parse().unwrap()), "{text}");
        }
        for text in ["", "-", "www.example.fr", "192.0.2", "192.0.2.7.443", "[", "[]"] {
            assert_eq!(ip(text), None, "{text}");
        }
    }

    #[test]
    fn redirects_lead_to_marks() {
        let mark = |url: &str| Address::of(url).unwrap().unwrap().mark;
        let (to, text) = redirect("http://a.example/x?y=1", "/z?k=secret#f").unwrap();
        assert_eq!(to, mark("https://a.example/z?k=secret"));
        assert_ne!(to, mark("https://a.example/z"));
        assert_eq!(text, "http://a.example/z");
        assert_eq!(redirect("http://a.example/", "mailto:x@a.example"), None);
        assert_eq!(redirect("", "/a"), None);
    }
}
