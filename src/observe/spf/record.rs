//! One SPF record read into its terms (RFC 7208, sections 4.6, 5, 6 and 7).

use crate::evidence::{SpfMechanism, SpfQualifier};
use crate::model::DomainName;

/// A record's terms, and the first thing in it that is no SPF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    /// Mechanisms in order, then `redirect`, which is used only after all of them.
    pub(super) terms: Vec<Term>,
    /// A syntax error makes the whole record a permanent error (4.6), whatever its other terms say.
    pub(super) fault: Option<String>,
}

/// One mechanism, or `redirect`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) mechanism: SpfMechanism,
    pub(super) qualifier: SpfQualifier,
    /// Domain or network as written, empty for the domain itself.
    pub(super) target: String,
}

impl Term {
    /// What can be compared of a target with macros: the labels after the last one. `None` without macros.
    pub(super) fn after_macro(&self) -> Option<String> {
        if !self.target.contains('%') {
            return None;
        }
        // `%%`, `%_` and `%-` are no names either.
        let end = self.target.rfind('%').map_or(0, |at| match self.target[at..].find('}') {
            Some(close) if self.target[at..].starts_with("%{") => at + close + 1,
            _ => (at + 2).min(self.target.len()),
        });
        // What a macro expands to may run on into the label behind it: only whole labels are comparable.
        let rest = self.target.get(end..).unwrap_or_default();
        Some(rest.split_once('.').map_or_else(String::new, |(_, labels)| labels.to_ascii_lowercase()))
    }

    /// The domain it names, where it does and has no macros.
    pub(super) fn domain(&self) -> Option<DomainName> {
        if self.target.contains('%') { None } else { DomainName::from_ascii(&self.target).ok() }
    }
}

/// Whether a text is an SPF record of version 1 (4.5).
pub(super) fn is_spf(text: &str) -> bool {
    let version = text.split(' ').next().unwrap_or_default();
    version.eq_ignore_ascii_case("v=spf1")
}

/// Reads a record. Terms that are well formed are listed also where others are not.
pub(super) fn parse(text: &str) -> Record {
    let mut record = Record { terms: Vec::new(), fault: None };
    let mut redirect = None;
    let mut has_exp = false;
    for word in text.split(' ').skip(1).filter(|word| !word.is_empty()) {
        match read_word(word) {
            Ok(Word::Term(term)) => record.terms.push(term),
            Ok(Word::Redirect(target)) if redirect.is_none() => redirect = Some(target),
            Ok(Word::Exp) if !has_exp => has_exp = true,
            Ok(Word::Unknown) => {}
            Ok(Word::Redirect(_) | Word::Exp) => note(&mut record.fault, format!("{word:?} is there twice")),
            Err(what) => note(&mut record.fault, format!("{word:?}: {what}")),
        }
    }
    if let Some(target) = redirect {
        record.terms.push(Term { mechanism: SpfMechanism::Redirect, qualifier: SpfQualifier::Pass, target });
    }
    record
}

fn note(fault: &mut Option<String>, what: String) {
    fault.get_or_insert(what);
}

enum Word {
    Term(Term),
    Redirect(String),
    Exp,
    Unknown,
}

fn read_word(word: &str) -> Result<Word, &'static str> {
    if !word.bytes().all(|b| b.is_ascii_graphic()) {
        return Err("characters that no term has");
    }
    // A modifier has its `=` before any `:` or `/`; names of mechanisms have none.
    if let Some((name, value)) = word.split_once('=')
        && is_name(name)
    {
        return read_modifier(name, value);
    }
    let (qualifier, rest) = match word.as_bytes()[0] {
        b'+' => (SpfQualifier::Pass, &word[1..]),
        b'-' => (SpfQualifier::Fail, &word[1..]),
        b'~' => (SpfQualifier::Softfail, &word[1..]),
        b'?' => (SpfQualifier::Neutral, &word[1..]),
        _ => (SpfQualifier::Pass, word),
    };
    let name_end = rest.find([':', '/']).unwrap_or(rest.len());
    let (name, arguments) = rest.split_at(name_end);
    let (mechanism, target) = read_mechanism(&name.to_ascii_lowercase(), arguments)?;
    Ok(Word::Term(Term { mechanism, qualifier, target }))
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

fn read_modifier(name: &str, value: &str) -> Result<Word, &'static str> {
    match name.to_ascii_lowercase().as_str() {
        "redirect" => domain_spec(value).map(Word::Redirect),
        "exp" => domain_spec(value).map(|_| Word::Exp),
        // Unknown modifiers are ignored, whatever they are (6).
        _ => Ok(Word::Unknown),
    }
}

fn read_mechanism(name: &str, arguments: &str) -> Result<(SpfMechanism, String), &'static str> {
    let value = arguments.strip_prefix(':');
    let named = || value.ok_or("names no domain").and_then(domain_spec);
    match name {
        "all" if arguments.is_empty() => Ok((SpfMechanism::All, String::new())),
        "all" => Err("takes no argument"),
        "include" => Ok((SpfMechanism::Include, named()?)),
        "exists" => Ok((SpfMechanism::Exists, named()?)),
        "ptr" if arguments.is_empty() => Ok((SpfMechanism::Ptr, String::new())),
        "ptr" => Ok((SpfMechanism::Ptr, named()?)),
        "a" => Ok((SpfMechanism::A, domain_with_lengths(arguments)?)),
        "mx" => Ok((SpfMechanism::Mx, domain_with_lengths(arguments)?)),
        "ip4" => Ok((SpfMechanism::Ip4, network(value, |ip| ip.is_ipv4(), 32)?)),
        "ip6" => Ok((SpfMechanism::Ip6, network(value, |ip| ip.is_ipv6(), 128)?)),
        _ => Err("no mechanism of this name"),
    }
}

/// `[":" domain-spec] ["/" length] ["//" length]` of `a` and `mx`.
fn domain_with_lengths(arguments: &str) -> Result<String, &'static str> {
    // A `/` inside a macro is a delimiter of that macro.
    let mut in_macro = false;
    let slash = arguments.char_indices().find_map(|(at, c)| {
        match c {
            '{' => in_macro = true,
            '}' => in_macro = false,
            '/' if !in_macro => return Some(at),
            _ => {}
        }
        None
    });
    let (domain, lengths) = arguments.split_at(slash.unwrap_or(arguments.len()));
    let (v4, v6) = match lengths.split_once("//") {
        Some((v4, v6)) => (v4, Some(v6)),
        None => (lengths, None),
    };
    let bad = "not a prefix length";
    if !v4.is_empty() {
        prefix_length(v4.strip_prefix('/').ok_or(bad)?, 32).ok_or(bad)?;
    }
    if let Some(v6) = v6 {
        prefix_length(v6, 128).ok_or(bad)?;
    }
    match domain.strip_prefix(':') {
        Some(domain) => domain_spec(domain),
        None => Ok(String::new()),
    }
}

fn prefix_length(text: &str, max: u8) -> Option<u8> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0'));
    text.parse().ok().filter(|length| plain && *length <= max)
}

fn network(
    value: Option<&str>,
    is_family: impl Fn(&std::net::IpAddr) -> bool,
    max: u8,
) -> Result<String, &'static str> {
    let value = value.ok_or("names no network")?;
    let (ip, length) = match value.split_once('/') {
        Some((ip, length)) => (ip, Some(length)),
        None => (value, None),
    };
    let good_ip = ip.parse().is_ok_and(|ip| is_family(&ip));
    let good_length = length.is_none_or(|length| prefix_length(length, max).is_some());
    if good_ip && good_length { Ok(value.to_owned()) } else { Err("not a network") }
}

/// A domain, or a text with macros (7.1).
fn domain_spec(text: &str) -> Result<String, &'static str> {
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let tail = &rest[at + 1..];
        rest = match tail.bytes().next() {
            Some(b'%' | b'_' | b'-') => &tail[1..],
            Some(b'{') => {
                let (body, after) = tail[1..].split_once('}').ok_or("a macro without an end")?;
                if !is_macro(body) {
                    return Err("no macro of this form");
                }
                after
            }
            _ => return Err("a '%' that begins no macro"),
        };
    }
    if text.is_empty() {
        return Err("names no domain");
    }
    if !text.contains('%') && DomainName::from_ascii(text).is_err() {
        return Err("not a domain name");
    }
    Ok(text.to_owned())
}

/// A letter, digits, `r`, delimiters.
fn is_macro(body: &str) -> bool {
    let Some((letter, rest)) = body.split_at_checked(1) else { return false };
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let rest = rest.strip_prefix(['r', 'R']).unwrap_or(rest);
    "slodiphcrtv".contains(&letter.to_ascii_lowercase()) && rest.chars().all(|c| ".-+,/_=".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let sign = |qualifier| match qualifier {
            SpfQualifier::Pass => '+',
            SpfQualifier::Neutral => '?',
            SpfQualifier::Softfail => '~',
            SpfQualifier::Fail => '-',
        };
        let record = parse(text);
        let terms = record.terms.iter().map(|t| format!("{}{:?}:{}", sign(t.qualifier), t.mechanism, t.target));
        terms.chain(record.fault).collect()
    }

    #[test]
    fn version_is_a_word_of_its_own() {
        assert!(is_spf("v=spf1") && is_spf("v=spf1 -all") && is_spf("V=SPF1 mx"));
        assert!(!is_spf("v=spf10 -all") && !is_spf("v=spf2.0/pra") && !is_spf(" v=spf1") && !is_spf("v=spf1\t-all"));
    }

    #[test]
    fn terms_of_every_kind() {
        assert_eq!(
            shown(
                "v=spf1  A a/24 a:H.example/24//64 mx//64 ?include:i.example ~ptr ptr:p.example exists:%{i}.e.example ip4:192.0.2.0/24 -ip6:2001:db8::/32 redirect=r.example exp=x.example foo=bar -all"
            ),
            [
                "+A:",
                "+A:",
                "+A:H.example",
                "+Mx:",
                "?Include:i.example",
                "~Ptr:",
                "+Ptr:p.example",
                "+Exists:%{i}.e.example",
                "+Ip4:192.0.2.0/24",
                "-Ip6:2001:db8::/32",
                "-All:",
                "+Redirect:r.example",
            ]
        );
    }

    #[test]
    fn what_is_no_term_is_a_fault_and_the_rest_is_kept() {
        for bad in [
            "include",
            "include:",
            "include:a..b",
            "exists",
            "all:x",
            "foo",
            "foo:bar",
            "ip4:",
            "ip4:1.2.3",
            "ip4:::1",
            "ip4:192.0.2.0/33",
            "ip4:192.0.2.0/024",
            "ip6:192.0.2.1",
            "a/33",
            "a//129",
            "a:x.example/",
            "a/24/64",
            "mx:/24",
            "ptr:",
            "redirect=",
            "include:%",
            "include:%{i",
            "include:%{x}.a",
            "include:%{}.a",
            "include:%i.a",
            "include:é.fr",
            "-",
            "++all",
            "a:b c.example/x",
        ] {
            let record = parse(&format!("v=spf1 {bad} ip4:192.0.2.1 -all"));
            assert!(record.fault.is_some(), "{bad}");
            assert!(record.terms.len() >= 2, "{bad}");
        }
        assert!(parse("v=spf1 redirect=a.example redirect=b.example").fault.is_some());
        assert!(parse("v=spf1 exp=a.example exp=b.example").fault.is_some());
    }

    #[test]
    fn comparable_part_of_a_target_with_macros() {
        let after = |target: &str| {
            Term { mechanism: SpfMechanism::Exists, qualifier: SpfQualifier::Pass, target: target.into() }.after_macro()
        };
        assert_eq!(after("plain.example"), None);
        assert_eq!(after("%{ir}.%{v}._spf.%{d2}.Vendor.Example").as_deref(), Some("vendor.example"));
        assert_eq!(after("%{i}x.vendor.example").as_deref(), Some("vendor.example"));
        assert_eq!(after("spf.%{d}").as_deref(), Some(""));
        assert_eq!(after("%{l1r+-}.a.example").as_deref(), Some("a.example"));
        assert_eq!(after("a%%b.c.example").as_deref(), Some("c.example"));
    }
}
