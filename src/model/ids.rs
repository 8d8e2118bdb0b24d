//! Identifiers: country codes, AS numbers, ids of the knowledge base, and a list that cannot be empty.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// ISO 3166-1 alpha-2 code, upper case. `EU` is accepted as the id of a jurisdiction that only has laws.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountryCode([u8; 2]);

/// The text is not two ASCII letters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a two-letter country code")]
pub struct BadCountryCode(pub String);

impl CountryCode {
    /// The code as two upper-case letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII letters are ever stored.
        std::str::from_utf8(&self.0).unwrap_or("??")
    }
}

impl FromStr for CountryCode {
    type Err = BadCountryCode;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.as_bytes() {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Ok(Self([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
            }
            _ => Err(BadCountryCode(text.to_owned())),
        }
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for CountryCode {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for CountryCode {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_str(Parsed(PhantomData))
    }
}

/// Reads a value from its text without a copy of the text: the knowledge base holds tens of thousands of ids, and
/// reading them is most of the start of the program.
struct Parsed<T>(PhantomData<T>);

impl<T: FromStr<Err: fmt::Display>> serde::de::Visitor<'_> for Parsed<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

/// Autonomous system number (RFC 6793: 32 bits).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Asn(pub u32);

/// The text is neither `AS64500` nor `64500`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an AS number")]
pub struct BadAsn(pub String);

impl FromStr for Asn {
    type Err = BadAsn;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || BadAsn(text.to_owned());
        let digits = match text.as_bytes() {
            [b'a' | b'A', b's' | b'S', ..] => &text[2..],
            _ => text,
        };
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad());
        }
        digits.parse().map(Self).map_err(|_| bad())
    }
}

impl fmt::Display for Asn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AS{}", self.0)
    }
}

impl fmt::Debug for Asn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text cannot be an id of the knowledge base.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an id: lower-case letters, digits and '-' only")]
pub struct BadId(pub String);

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let good = !text.is_empty()
                    && text.len() <= 80
                    && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
                if good { Ok(Self(text.to_owned())) } else { Err(BadId(text.to_owned())) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                d.deserialize_str(Parsed(PhantomData))
            }
        }
    };
}

id! {
    /// Id of an operator: a brand that runs services (`operator.ID` in `data/kb/operators/`).
    OperatorId
}
id! {
    /// Id of a legal person (`entity.ID` in `data/kb/entities/`).
    EntityId
}
id! {
    /// Id of a law (`law.ID` in `data/kb/laws.toml`).
    LawId
}
id! {
    /// Id of a source (`source.ID` in `data/kb/sources.toml`).
    SourceId
}

/// A list with at least one element: what every conclusion rests on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct NonEmpty<T>(Vec<T>);

impl<T> NonEmpty<T> {
    /// One element.
    #[must_use]
    pub fn one(first: T) -> Self {
        Self(vec![first])
    }

    /// `None` for an empty list.
    #[must_use]
    pub fn from_vec(list: Vec<T>) -> Option<Self> {
        if list.is_empty() { None } else { Some(Self(list)) }
    }

    /// Adds an element at the end.
    pub fn push(&mut self, item: T) {
        self.0.push(item);
    }

    /// The elements; never empty.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }

    /// The elements in order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }

    /// The first element.
    #[must_use]
    pub fn first(&self) -> &T {
        &self.0[0]
    }
}

impl<'a, T> IntoIterator for &'a NonEmpty<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn country_codes_are_two_letters() {
        assert_eq!("fr".parse::<CountryCode>().map(|c| c.to_string()), Ok("FR".to_owned()));
        for bad in ["", "F", "FRA", "F1", "é"] {
            assert!(bad.parse::<CountryCode>().is_err(), "{bad}");
        }
    }

    #[test]
    fn as_numbers_with_and_without_prefix() {
        assert_eq!("AS19551".parse(), Ok(Asn(19551)));
        assert_eq!("as4294967295".parse(), Ok(Asn(u32::MAX)));
        assert_eq!("13335".parse(), Ok(Asn(13335)));
        for bad in ["AS", "AS4294967296", "AS-1", "ASx", ""] {
            assert!(bad.parse::<Asn>().is_err(), "{bad}");
        }
    }

    #[test]
    fn ids_are_plain() {
        assert!("ovh-sas".parse::<EntityId>().is_ok());
        for bad in ["", "OVH", "a b", "a/b"] {
            assert!(bad.parse::<EntityId>().is_err(), "{bad}");
        }
    }
}
