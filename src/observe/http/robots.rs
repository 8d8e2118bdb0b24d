//! robots.txt as RFC 9309 reads it.

/// Our product token.
const TOKEN: &str = "jurisdig";

/// The rules of a robots.txt that are for us.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Rules(Vec<Rule>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    is_allowed: bool,
    /// In canonical octets.
    pattern: Vec<u8>,
}

impl Rules {
    /// The groups for our token together, or else those for `*`.
    pub(super) fn parse(octets: &[u8]) -> Self {
        let octets = octets.strip_prefix(b"\xef\xbb\xbf").unwrap_or(octets);
        let (mut ours, mut anybody) = (Vec::new(), Vec::new());
        let mut is_named = false;
        let (mut is_ours, mut is_anybody, mut is_after_rule) = (false, false, false);
        for line in octets.split(|octet| matches!(octet, b'\n' | b'\r')) {
            let line = line.split(|octet| *octet == b'#').next().unwrap_or_default();
            let Some(colon) = line.iter().position(|octet| *octet == b':') else { continue };
            let (key, value) = (line[..colon].trim_ascii(), line[colon + 1..].trim_ascii());
            if key.eq_ignore_ascii_case(b"user-agent") {
                // A user-agent line after a rule begins a new group; several in a row share one.
                if is_after_rule {
                    (is_ours, is_anybody, is_after_rule) = (false, false, false);
                }
                is_anybody |= value == b"*";
                let token = value.split(|o| !(o.is_ascii_alphabetic() || matches!(o, b'-' | b'_'))).next();
                is_ours |= token.is_some_and(|token| token.eq_ignore_ascii_case(TOKEN.as_bytes()));
                is_named |= is_ours;
                continue;
            }
            let is_allowed = key.eq_ignore_ascii_case(b"allow");
            if !is_allowed && !key.eq_ignore_ascii_case(b"disallow") {
                continue;
            }
            is_after_rule = true;
            if value.is_empty() {
                continue;
            }
            let rule = Rule { is_allowed, pattern: canonical(value, true) };
            if is_ours {
                ours.push(rule.clone());
            }
            if is_anybody {
                anybody.push(rule);
            }
        }
        Self(if is_named { ours } else { anybody })
    }

    /// Whether the path (with its query) may be read: the longest rule that matches decides, `Allow` wins ties.
    pub(super) fn allow(&self, path: &str) -> bool {
        if path == "/robots.txt" {
            return true;
        }
        let path = canonical(path.as_bytes(), false);
        let matching = self.0.iter().filter(|rule| matches(&rule.pattern, &path));
        matching.max_by_key(|rule| (rule.pattern.len(), rule.is_allowed)).is_none_or(|rule| rule.is_allowed)
    }
}

/// Percent-encoding as it is compared: what needs none is decoded, everything else is encoded, in upper case. So are
/// `*` and `$` where they are no wildcards.
fn canonical(text: &[u8], is_pattern: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let pair = text.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        let decoded = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()).filter(|_| text[at] == b'%');
        let (octet, width, was_encoded) = decoded.map_or((text[at], 1, false), |octet| (octet, 3, true));
        let is_unreserved = octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_' | b'~');
        let is_wildcard = is_pattern && (octet == b'*' || (octet == b'$' && at + 1 == text.len()));
        let is_plain = octet.is_ascii_graphic() && (is_wildcard || !matches!(octet, b'*' | b'$'));
        if is_unreserved || (!was_encoded && is_plain) {
            out.push(octet);
        } else {
            out.extend(format!("%{octet:02X}").bytes());
        }
        at += width;
    }
    out
}

/// Whether a pattern (`*` for any octets, `$` at the end for the end) matches from the start of a path.
fn matches(pattern: &[u8], path: &[u8]) -> bool {
    let (pattern, is_anchored) = match pattern.strip_suffix(b"$") {
        Some(rest) => (rest, true),
        None => (pattern, false),
    };
    // A star goes back to where it last began, one octet further: never more than pattern times path steps.
    let (mut p, mut at) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        if p == pattern.len() && (!is_anchored || at == path.len()) {
            return true;
        }
        if p < pattern.len() && pattern[p] == b'*' {
            p += 1;
            star = Some((p, at));
        } else if p < pattern.len() && at < path.len() && pattern[p] == path[at] {
            p += 1;
            at += 1;
        } else {
            match &mut star {
                Some((after, from)) if *from < path.len() => {
                    *from += 1;
                    (p, at) = (*after, *from);
                }
                _ => return false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(robots: &str, path: &str) -> bool {
        Rules::parse(robots.as_bytes()).allow(path)
    }

    #[test]
    fn our_group_is_preferred_to_anybodys() {
        let robots = "User-agent: *\nDisallow: /\n\nUser-agent: JurisDig/1.0\nDisallow: /private\n";
        assert!(allowed(robots, "/") && !allowed(robots, "/private/x"));
        let other = "User-agent: otherbot\nDisallow: /\n";
        assert!(allowed(other, "/"));
        let shared = "User-agent: otherbot\nUser-agent: jurisdig\nDisallow: /a\n\nUser-agent: jurisdig\nDisallow: /b";
        assert!(!allowed(shared, "/a") && !allowed(shared, "/b") && allowed(shared, "/c"));
        assert!(allowed("User-agent: jurisdig\n\nUser-agent: *\nDisallow:\n", "/"));
        assert!(allowed("User-agent: jurisdig\nDisallow:\nUser-agent: *\nDisallow: /\n", "/"));
        assert!(allowed("User-agent: jurisdigger\nDisallow: /\n", "/"));
    }

    /// RFC 9309, section 2.2.2 and 5.
    #[test]
    fn the_longest_match_decides_and_allow_wins_ties() {
        let robots = "user-agent: *\nallow: /example/page/\ndisallow: /example/page/disallowed.gif\n";
        assert!(allowed(robots, "/example/page/x") && !allowed(robots, "/example/page/disallowed.gif"));
        assert!(allowed("user-agent:*\nallow: /page\ndisallow: /page", "/page"));
        assert!(!allowed("user-agent:*\ndisallow: /\nallow: /page$", "/page2"));
        assert!(allowed("user-agent:*\ndisallow: /\nallow: /$", "/"));
        assert!(!allowed("user-agent:*\ndisallow: /\nallow: /$", "/x"));
        assert!(allowed("user-agent:*\ndisallow: /", "/robots.txt"));
    }

    #[test]
    fn wildcards_match_any_octets() {
        let of = |pattern: &str, path: &str| !allowed(&format!("user-agent: *\ndisallow: {pattern}"), path);
        assert!(of("/*.gif$", "/a/b.gif") && !of("/*.gif$", "/a/b.gif?x") && of("/*.gif", "/a/b.gif?x"));
        assert!(of("*", "/") && of("/a*b*c", "/axxbyyc") && !of("/a*b*c", "/axxbyy"));
        assert!(of("/*?id=", "/p?id=1") && !of("/*?id=", "/p"));
        assert!(of("/a$b", "/a$b"), "a dollar that is not the last is an octet");
        assert!(of("*aab$", "/aaaaaab") && !of("*aab$", "/aabx"));
    }

    #[test]
    fn percent_encoding_is_compared_in_one_form() {
        let of = |pattern: &str, path: &str| !allowed(&format!("user-agent: *\ndisallow: {pattern}"), path);
        assert!(of("/foo/bar/ツ", "/foo/bar/%E3%83%84"));
        assert!(of("/foo/bar/%e3%83%84", "/foo/bar/%E3%83%84"));
        assert!(of("/foo/bar/%62%61%7A", "/foo/bar/baz"));
        assert!(!of("/a%2Fb", "/a/b"));
        assert!(of("/a-%2A.html", "/a-*.html") && !of("/a-%2A.html", "/a-b.html"));
        assert!(of("/a%24", "/a$") && of("/a%24", "/a$b"));
        assert!(of("/a%zz", "/a%zz"));
    }

    #[test]
    fn rubbish_forbids_nothing() {
        for text in
            ["", "<html><body>Disallow: /</body>", "Disallow: /", "\u{feff}", "user-agent *\ndisallow /", ":::\n:"]
        {
            assert!(allowed(text, "/"), "{text}");
        }
        assert!(!allowed("\u{feff}User-Agent : *\r\nDISALLOW :/ # all\r\n", "/"));
    }

    #[test]
    fn a_hostile_pattern_takes_no_time() {
        let robots = format!("user-agent: *\ndisallow: /{}b$", "*a".repeat(2000));
        assert!(allowed(&robots, &format!("/{}", "a".repeat(2000))));
    }
}
