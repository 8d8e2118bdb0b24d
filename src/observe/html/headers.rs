//! Response headers that name hosts: policies, `Link`, report endpoints, `Refresh`.

use serde_json::Value;

use super::page::{Hint, Page, is_space};
use crate::evidence::{Contact, Use};

/// The value of a header, the first of its name.
pub(super) fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// Reads all headers into `page`.
pub(super) fn read(page: &mut Page, headers: &[(String, String)]) {
    for (name, value) in headers {
        match name.to_ascii_lowercase().as_str() {
            "content-security-policy" | "content-security-policy-report-only" => page.policy(value, false),
            "link" => read_link(page, value),
            "report-to" => read_report_to(page, value),
            "reporting-endpoints" => {
                for url in quoted_strings(value) {
                    page.name_from_document(&url, Use::Policy, Contact::Permitted);
                }
            }
            "speculation-rules" => {
                for url in quoted_strings(value) {
                    page.name_from_document(&url, Use::Other, Contact::WouldBeContacted);
                }
            }
            "refresh" => {
                let base = page.document().clone();
                page.refresh(&base, value);
            }
            _ => {}
        }
    }
}

/// One link of a `Link` header (RFC 8288).
#[derive(Debug, Default, PartialEq, Eq)]
struct Link {
    url: String,
    parameters: Vec<(String, String)>,
}

impl Link {
    fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

fn read_link(page: &mut Page, value: &str) {
    for link in links(value) {
        // What a link about another document says is not about this one.
        if link.get("anchor").is_some() {
            continue;
        }
        let rel = link.get("rel").unwrap_or("").to_ascii_lowercase();
        let base = page.document().clone();
        let hint = Hint { base: &base, href: &link.url, kind: link.get("as"), set: link.get("imagesrcset") };
        for word in rel.split(is_space) {
            // Browsers take from a header what hints, and Firefox takes style sheets; icons and manifests none takes.
            if matches!(word, "preload" | "modulepreload" | "prefetch" | "preconnect" | "dns-prefetch" | "stylesheet") {
                page.hint(word, hint);
            }
        }
    }
}

/// Cuts a `Link` header. What is no link is stepped over.
fn links(value: &str) -> Vec<Link> {
    let mut out = Vec::new();
    let mut rest = value;
    while let Some((_, after)) = rest.split_once('<') {
        let Some((url, after)) = after.split_once('>') else { break };
        let (parameters, after) = parameters(after);
        out.push(Link { url: url.trim().to_owned(), parameters });
        rest = after;
    }
    out
}

/// `; name=value; name="value"` up to the comma that ends them, and what follows it.
fn parameters(text: &str) -> (Vec<(String, String)>, &str) {
    let mut out = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c| is_space(c) || c == ';');
        if rest.is_empty() || rest.starts_with(',') {
            return (out, rest);
        }
        let end = rest.find([';', ',', '=']).unwrap_or(rest.len());
        let name = rest[..end].trim().to_ascii_lowercase();
        rest = &rest[end..];
        let mut value = String::new();
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start_matches(is_space);
            if let Some(quoted) = after.strip_prefix('"') {
                (value, rest) = quoted_string(quoted);
            } else {
                let end = after.find([';', ',']).unwrap_or(after.len());
                after[..end].trim().clone_into(&mut value);
                rest = &after[end..];
            }
        }
        out.push((name, value));
        // What follows a quoted value before the next mark says nothing.
        rest = &rest[rest.find([';', ',']).unwrap_or(rest.len())..];
    }
}

/// A quoted string after its opening quote, and what follows it.
fn quoted_string(text: &str) -> (String, &str) {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (out, &text[at + 1..]),
            '\\' => out.extend(chars.next().map(|(_, c)| c)),
            _ => out.push(c),
        }
    }
    (out, "")
}

/// The strings of a structured header (RFC 9651): a dictionary or a list of strings.
fn quoted_strings(value: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = value;
    while let Some((_, after)) = rest.split_once('"') {
        let (string, after) = quoted_string(after);
        out.push(string);
        rest = after;
    }
    out
}

/// `Report-To`: JSON objects with commas between.
fn read_report_to(page: &mut Page, value: &str) {
    let Ok(Value::Array(groups)) = serde_json::from_str::<Value>(&format!("[{value}]")) else { return };
    for endpoint in groups.iter().filter_map(|group| group.get("endpoints")?.as_array()).flatten() {
        if let Some(url) = endpoint.get("url").and_then(Value::as_str) {
            page.name_from_document(url, Use::Policy, Contact::Permitted);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{links, quoted_strings};

    #[test]
    fn a_link_header_is_cut_at_its_links() {
        let found = links(
            "</a.css>; rel=\"preload stylesheet\"; as=style, <https://x.example/a,b;c>;rel=preconnect;crossorigin , junk, <y> ; REL = \"dns-\\prefetch\" x; title=\"a, <b>\",<z>",
        );
        let brief: Vec<_> = found.iter().map(|link| (link.url.as_str(), link.get("rel"))).collect();
        assert_eq!(
            brief,
            [
                ("/a.css", Some("preload stylesheet")),
                ("https://x.example/a,b;c", Some("preconnect")),
                ("y", Some("dns-prefetch")),
                ("z", None),
            ]
        );
        assert_eq!(found[0].get("as"), Some("style"));
        assert_eq!(found[2].get("title"), Some("a, <b>"));
        for broken in ["", "<", "<a", "<a>;rel=\"", "<a>;=;;=,", "<a>;rel"] {
            assert!(links(broken).len() < 2, "{broken}");
        }
    }

    #[test]
    fn strings_of_a_structured_header_are_unescaped() {
        assert_eq!(quoted_strings(r#"a="https://x.example/", b="\"q";p=1"#), ["https://x.example/", "\"q"]);
        assert_eq!(quoted_strings("a=b"), Vec::<String>::new());
    }
}
