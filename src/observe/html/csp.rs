//! Content-Security-Policy (level 3): the hosts a page permits itself. None of them is contacted on that account.

use url::Url;

use super::page::is_space;

/// Directives whose values are source lists. Others hold flags or group names, or (`frame-ancestors`) say who may show
/// this page, which sends no visitor anywhere.
const SOURCE_LISTS: [&str; 22] = [
    "base-uri",
    "child-src",
    "connect-src",
    "default-src",
    "fenced-frame-src",
    "font-src",
    "form-action",
    "frame-src",
    "img-src",
    "manifest-src",
    "media-src",
    "navigate-to",
    "object-src",
    "prefetch-src",
    "script-src",
    "script-src-attr",
    "script-src-elem",
    "style-src",
    "style-src-attr",
    "style-src-elem",
    "trusted-script-src",
    "worker-src",
];

/// Calls `found` with every host source of a header's value and, unless `in_meta`, every `report-uri`.
///
/// Of a source such as `https://*.example.com:*/a/` the URL `https://example.com/a/` is made: the wildcard is dropped,
/// since what it says about is the operator of `example.com`. Keywords, nonces, hashes, schemes alone and `*` name no
/// host.
pub(super) fn read(document: &Url, value: &str, in_meta: bool, found: &mut dyn FnMut(Url)) {
    for policy in value.split(',') {
        let mut seen: Vec<&str> = Vec::new();
        for directive in policy.split(';') {
            let mut words = directive.split(is_space).filter(|word| !word.is_empty());
            let Some(name) = words.next() else { continue };
            let is_report = name.eq_ignore_ascii_case("report-uri");
            let Some(known) = SOURCE_LISTS
                .iter()
                .copied()
                .find(|list| name.eq_ignore_ascii_case(list))
                .or(if is_report { Some("report-uri") } else { None })
            else {
                continue;
            };
            // Of a directive given twice, the first counts.
            if seen.contains(&known) {
                continue;
            }
            seen.push(known);
            if !is_report {
                words.filter_map(host_source).for_each(&mut *found);
            } else if !in_meta {
                words.filter_map(|word| document.join(word).ok()).for_each(&mut *found);
            }
        }
    }
}

/// The URL of a host source.
fn host_source(word: &str) -> Option<Url> {
    if word.starts_with('\'') {
        return None;
    }
    let (scheme, rest) = word.split_once("://").unwrap_or(("https", word));
    let (host_port, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
    let (host, port) = match host_port.rsplit_once(':') {
        // `[::1]` has colons of its own.
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (host_port, None),
    };
    // `https:` and `data:` are schemes alone; `*` is everything.
    if port == Some("") || host == "*" {
        return None;
    }
    let host = host.strip_prefix("*.").unwrap_or(host);
    let port = port.filter(|port| *port != "*").map(|port| format!(":{port}")).unwrap_or_default();
    // A name of one label is a keyword somebody forgot to quote (`self`, `none`), but for `localhost`.
    if !host.contains(['.', ':']) && !host.eq_ignore_ascii_case("localhost") {
        return None;
    }
    Url::parse(&format!("{scheme}://{host}{port}{path}")).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use url::Url;

    fn read(value: &str, in_meta: bool) -> Vec<String> {
        let mut out = Vec::new();
        let document = Url::parse("https://www.example.org/a/").unwrap();
        super::read(&document, value, in_meta, &mut |url| out.push(url.to_string()));
        out
    }

    #[test]
    fn hosts_of_source_lists_are_read() {
        assert_eq!(
            read(
                "default-src 'self' https: data: *; IMG-SRC *.img.example http://a.example:8080/b/ wss://s.example",
                false
            ),
            ["https://img.example/", "http://a.example:8080/b/", "wss://s.example/"]
        );
        assert_eq!(
            read(
                "script-src 'nonce-abc' 'sha256-x=' 'strict-dynamic' *:* https://* https://*.cdn.example:*/lib/",
                false
            ),
            ["https://cdn.example/lib/"]
        );
        assert_eq!(read("connect-src 192.0.2.1 [2001:db8::1]:443 [2001:db8::1]", false).len(), 3);
        assert_eq!(read("script-src self none unsafe-inline localhost:3000", false), ["https://localhost:3000/"]);
    }

    #[test]
    fn what_holds_no_sources_names_nothing() {
        assert_eq!(
            read(
                "frame-ancestors https://other.example; sandbox allow-scripts; report-to group.name; x-src a.example",
                false
            ),
            Vec::<String>::new()
        );
        assert_eq!(read("", false), Vec::<String>::new());
        assert_eq!(read(" ; , ;;", false), Vec::<String>::new());
        assert_eq!(read("img-src http://[ https://a..b:99999/ https://%zz.example", false), Vec::<String>::new());
    }

    #[test]
    fn the_first_of_a_repeated_directive_counts_within_its_policy() {
        assert_eq!(
            read("img-src a.example; img-src b.example, img-src c.example", false),
            ["https://a.example/", "https://c.example/"]
        );
    }

    #[test]
    fn reports_go_where_the_header_says_and_nowhere_for_a_meta() {
        let policy = "default-src 'none'; report-uri https://r.example/csp /local";
        assert_eq!(read(policy, false), ["https://r.example/csp", "https://www.example.org/local"]);
        assert_eq!(read(policy, true), Vec::<String>::new());
    }
}
