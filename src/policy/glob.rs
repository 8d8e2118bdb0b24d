//! Names with `*` and `?`, as `targets` and waivers use them.

use std::fmt;
use std::str::FromStr;

use crate::model::{BadTarget, Target};

/// A pattern over target names: `*` stands for any run of characters, dots included, `?` for one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Glob(String);

/// Why a text is not a pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadGlob {
    /// Without `*` and `?` it has to be a target.
    #[error(transparent)]
    Target(#[from] BadTarget),
    /// A character no name has.
    #[error("{0:?}: a pattern has letters, digits, `-`, `_`, `.`, `:`, `*` and `?`")]
    Characters(String),
    /// Longer than a name can be.
    #[error("a pattern longer than 253 characters")]
    TooLong,
}

impl Glob {
    /// The pattern as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a name, as a target prints itself, is meant.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        let (pattern, text) = (self.0.as_bytes(), name.as_bytes());
        let (mut p, mut t) = (0, 0);
        // Where to try again: behind the last `*`, and how much of the text it has taken.
        let mut star: Option<(usize, usize)> = None;
        while t < text.len() {
            match pattern.get(p) {
                Some(b'*') => {
                    star = Some((p + 1, t));
                    p += 1;
                }
                Some(&c) if c == b'?' || c == text[t] => {
                    p += 1;
                    t += 1;
                }
                _ => match star {
                    Some((after, taken)) => {
                        star = Some((after, taken + 1));
                        p = after;
                        t = taken + 1;
                    }
                    None => return false,
                },
            }
        }
        pattern[p..].iter().all(|c| *c == b'*')
    }
}

impl FromStr for Glob {
    type Err = BadGlob;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > 253 {
            return Err(BadGlob::TooLong);
        }
        if !text.contains(['*', '?']) {
            return Ok(Self(text.parse::<Target>()?.to_string()));
        }
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':' | b'*' | b'?');
        match text.bytes().all(is_plain) {
            true => Ok(Self(text.to_ascii_lowercase())),
            false => Err(BadGlob::Characters(text.to_owned())),
        }
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glob(text: &str) -> Glob {
        text.parse().expect(text)
    }

    #[test]
    fn stars_cross_dots() {
        for (pattern, name, want) in [
            ("portal.*", "portal.klinik.example", true),
            ("portal.*", "www.portal.klinik.example", false),
            ("*.klinik.example", "a.b.klinik.example", true),
            ("*.klinik.example", "klinik.example", false),
            ("*", "anything.example", true),
            ("*a*b*", "xaxxbx.example", true),
            ("a?c.example", "abc.example", true),
            ("a?c.example", "ac.example", false),
            ("WWW.Example.FR.", "www.example.fr", true),
            ("mairie-évry.fr", "xn--mairie-vry-h7a.fr", true),
            ("www.example.fr", "www.example.fr.evil.example", false),
            ("**x", "x", true),
            ("2001:db8::*", "2001:db8::1", true),
        ] {
            assert_eq!(glob(pattern).matches(name), want, "{pattern} {name}");
        }
    }

    #[test]
    fn a_long_pattern_ends() {
        let pattern = glob(&("*a".repeat(100) + "*b"));
        assert!(!pattern.matches(&"a".repeat(253)));
    }

    #[test]
    fn bad_patterns() {
        for bad in ["", "localhost", "a b.*", "é*.fr", "*/x", &("*".repeat(254))] {
            assert!(bad.parse::<Glob>().is_err(), "{bad}");
        }
    }
}
