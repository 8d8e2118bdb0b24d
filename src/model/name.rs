//! Domain names: always lower-case A-labels without the final dot; U-labels only for people.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A domain name in A-label form, lower case, without the final dot. Underscores are allowed: service names have them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct DomainName(String);

/// Why a text is not a domain name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    /// Nothing but dots or white space.
    #[error("empty name")]
    Empty,
    /// Longer than 253 characters in A-label form, or a label longer than 63.
    #[error("name or label too long")]
    TooLong,
    /// A character that no host name has, or an invalid IDN.
    #[error("not a host name")]
    Characters,
    /// A wildcard names no host.
    #[error("a wildcard is not a host")]
    Wildcard,
}

impl DomainName {
    /// The A-label form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form people read; equal to the A-label form for plain names.
    #[must_use]
    pub fn to_unicode(&self) -> String {
        idna::domain_to_unicode(&self.0).0
    }

    /// The labels from left to right.
    pub fn labels(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('.')
    }

    /// The last label.
    #[must_use]
    pub fn tld(&self) -> &str {
        self.0.rsplit('.').next().unwrap_or(&self.0)
    }

    /// The registrable domain by the Public Suffix List (ICANN and private sections), `None` for a public suffix itself.
    #[must_use]
    pub fn registrable(&self) -> Option<Self> {
        psl::domain_str(&self.0).map(|name| Self(name.to_owned()))
    }

    /// Whether the name equals `suffix` or ends with `.suffix`; `suffix` is lower case without dots at its ends.
    #[must_use]
    pub fn is_under(&self, suffix: &str) -> bool {
        match self.0.strip_suffix(suffix) {
            Some("") => true,
            Some(rest) => rest.ends_with('.'),
            None => false,
        }
    }

    /// The name one label up, `None` for a top-level domain.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.0.split_once('.').map(|(_, rest)| Self(rest.to_owned()))
    }

    /// `label.` in front of the name; `None` if that is no valid name.
    #[must_use]
    pub fn child(&self, label: &str) -> Option<Self> {
        Self::from_ascii(&format!("{label}.{}", self.0)).ok()
    }

    /// `www.` added to a name, or taken away from it.
    #[must_use]
    pub fn www_sibling(&self) -> Option<Self> {
        match self.0.strip_prefix("www.") {
            Some(rest) if rest.contains('.') => Some(Self(rest.to_owned())),
            Some(_) => None,
            None => self.child("www"),
        }
    }

    /// A name that is in A-label form already, as it comes from a DNS message. Any octet that prints is kept out of
    /// trouble by refusing all but letters, digits, `-` and `_`.
    ///
    /// # Errors
    /// See [`BadName`].
    pub fn from_ascii(text: &str) -> Result<Self, BadName> {
        let text = text.strip_suffix('.').unwrap_or(text);
        if text.is_empty() {
            return Err(BadName::Empty);
        }
        if text.starts_with("*.") {
            return Err(BadName::Wildcard);
        }
        if text.len() > 253 {
            return Err(BadName::TooLong);
        }
        for label in text.split('.') {
            if label.is_empty() {
                return Err(BadName::Empty);
            }
            if label.len() > 63 {
                return Err(BadName::TooLong);
            }
            if !label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
                return Err(BadName::Characters);
            }
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

impl FromStr for DomainName {
    type Err = BadName;
    /// Takes what people write: any case, a final dot, U-labels.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.starts_with("*.") {
            return Err(BadName::Wildcard);
        }
        if text.is_ascii() {
            let name = Self::from_ascii(text)?;
            // A broken `xn--` label would show as something else than it is.
            if name.0.contains("xn--") && idna::domain_to_unicode(&name.0).1.is_err() {
                return Err(BadName::Characters);
            }
            return Ok(name);
        }
        let ascii = idna::domain_to_ascii(text).map_err(|_| BadName::Characters)?;
        Self::from_ascii(&ascii)
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for DomainName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for DomainName {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Self::from_ascii(&text).map_err(serde::de::Error::custom)
    }
}

/// Version of the compiled-in Public Suffix List, for reports.
#[must_use]
pub fn suffix_list_version() -> &'static str {
    // The psl crate carries the list's date nowhere but in its version; Cargo.lock pins it.
    env!("JURISDIG_PSL_VERSION")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> DomainName {
        text.parse().expect(text)
    }

    #[test]
    fn people_write_names_in_many_ways() {
        assert_eq!(name("WWW.Example.FR.").as_str(), "www.example.fr");
        assert_eq!(name("mairie-évry.fr").as_str(), "xn--mairie-vry-h7a.fr");
        assert_eq!(name("xn--mairie-vry-h7a.fr").to_unicode(), "mairie-évry.fr");
        assert_eq!(name("_dmarc.a_b.example").as_str(), "_dmarc.a_b.example");
        for bad in ["", ".", "a..b", "a b.fr", "*.fr", "user@host", &"a".repeat(64), "xn--zzzzzzzz.test", "x/y"] {
            assert!(bad.parse::<DomainName>().is_err(), "{bad}");
        }
    }

    /// Pitfall 13: the registrable domain is not "the last two labels".
    #[test]
    fn registrable_domain_by_the_public_suffix_list() {
        for (full, want) in [
            ("www.interieur.gouv.fr", Some("interieur.gouv.fr")),
            ("www.club.asso.fr", Some("club.asso.fr")),
            ("someone.github.io", Some("someone.github.io")),
            ("mail.council.co.uk", Some("council.co.uk")),
            ("co.uk", None),
            ("a.b.example.org", Some("example.org")),
        ] {
            assert_eq!(name(full).registrable().as_ref().map(DomainName::as_str), want, "{full}");
        }
    }

    #[test]
    fn suffixes_match_at_label_boundaries() {
        assert!(name("mx1.ovh.net").is_under("ovh.net"));
        assert!(name("ovh.net").is_under("ovh.net"));
        assert!(!name("notovh.net").is_under("ovh.net"));
    }

    #[test]
    fn siblings() {
        assert_eq!(name("example.fr").www_sibling().map(|n| n.to_string()), Some("www.example.fr".into()));
        assert_eq!(name("www.example.fr").www_sibling().map(|n| n.to_string()), Some("example.fr".into()));
        assert_eq!(name("www.fr").www_sibling(), None);
    }
}
