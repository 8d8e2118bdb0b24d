//! One record of an IP table, whatever vendor wrote it: known fields are collected by their place in the record, never
//! by what the table calls itself.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::model::{Asn, CountryCode};

/// Longest text taken from a table, in characters; names and cities are far shorter.
const MAX_TEXT: usize = 256;

/// Codes tables use where they know no country: regions, "anonymous", user-assigned codes without a meaning.
const NO_COUNTRY: [&str; 10] = ["EU", "AP", "ZZ", "XX", "T1", "A1", "A2", "O1", "-", "None"];

/// A value as the table has it. Tables write the same fact as a number of any width or as text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scalar<'de> {
    Text(&'de str),
    Uint(u64),
    Int(i32),
    Double(f64),
    Single(f32),
    /// A type no fact is written in.
    Odd(&'static str),
}

impl fmt::Display for Scalar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "text {:?}", clip(text)),
            Self::Uint(n) => write!(f, "number {n}"),
            Self::Int(n) => write!(f, "number {n}"),
            Self::Double(n) => write!(f, "number {n}"),
            Self::Single(n) => write!(f, "number {n}"),
            Self::Odd(what) => f.write_str(what),
        }
    }
}

/// Facts a record can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    Asn,
    AsName,
    /// `org` and `name` beside an `asn`: the network's own, in IPLocate's files.
    Org,
    Name,
    InferredCountry,
    InferredShare,
    CountryCode,
    /// A text that is a code in one file and a name in another.
    Country,
    CountryName,
    Registered,
    ContinentCode,
    Continent,
    Region,
    City,
    Postal,
    Latitude,
    Longitude,
    Radius,
    TimeZone,
}

const SLOTS: usize = Slot::TimeZone as usize + 1;

/// The known fields of one record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Record<'de>([Option<Scalar<'de>>; SLOTS]);

/// A field whose value is not what its name promises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BadField(pub(super) String);

impl<'de> Record<'de> {
    fn new() -> Self {
        Self([None; SLOTS])
    }

    fn put(&mut self, slot: Slot, value: Scalar<'de>) {
        // The first of two spellings of a fact stays.
        self.0[slot as usize].get_or_insert(value);
    }

    fn get(&self, slot: Slot) -> Option<Scalar<'de>> {
        self.0[slot as usize]
    }

    /// Whether the record holds a field of a known schema at all.
    pub(super) fn is_known(&self) -> bool {
        // `org` and `name` alone could be anybody's.
        let telling = |slot: &usize| ![Slot::Org as usize, Slot::Name as usize].contains(slot);
        self.0.iter().enumerate().any(|(slot, value)| value.is_some() && telling(&slot))
    }

    /// AS number; number 0 is not announced (RFC 7607).
    pub(super) fn asn(&self) -> Result<Option<Asn>, BadField> {
        match self.get(Slot::Asn) {
            None => Ok(None),
            Some(Scalar::Uint(0)) => Ok(None),
            Some(Scalar::Uint(n)) => {
                u32::try_from(n).map(|n| Some(Asn(n))).map_err(|_| BadField(format!("AS number {n} has over 32 bits")))
            }
            Some(Scalar::Text(text)) if matches!(text.trim(), "" | "0" | "AS0" | "-") => Ok(None),
            Some(Scalar::Text(text)) => text.trim().parse().map(Some).map_err(|e| BadField(clip(&format!("{e}")))),
            Some(other) => Err(BadField(format!("AS number is {other}"))),
        }
    }

    /// Name of the autonomous system.
    pub(super) fn as_name(&self) -> Result<Option<String>, BadField> {
        for slot in [Slot::AsName, Slot::Org, Slot::Name] {
            if let Some(name) = self.text(slot, "name of the AS")? {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }

    /// Country inferred for the autonomous system.
    pub(super) fn inferred_country(&self) -> Result<Option<CountryCode>, BadField> {
        self.code(Slot::InferredCountry, "inferred country")
    }

    /// Its share in whole per cent.
    pub(super) fn inferred_share(&self) -> Result<Option<u8>, BadField> {
        match self.get(Slot::InferredShare) {
            None => Ok(None),
            Some(Scalar::Uint(n @ 0..=100)) => Ok(u8::try_from(n).ok()),
            Some(other) => Err(BadField(format!("share is {other}"))),
        }
    }

    /// Country the address is placed in.
    pub(super) fn location_country(&self) -> Result<Option<CountryCode>, BadField> {
        if self.describes_network() {
            return Ok(None);
        }
        if let Some(code) = self.code(Slot::CountryCode, "country code")? {
            return Ok(Some(code));
        }
        if self.country_is_name() { Ok(None) } else { self.code(Slot::Country, "country") }
    }

    /// Country of the registration.
    pub(super) fn registered_country(&self) -> Result<Option<CountryCode>, BadField> {
        let slot = if self.describes_network() { Slot::CountryCode } else { Slot::Registered };
        self.code(slot, "registration country")
    }

    /// The country as a name.
    pub(super) fn country_name(&self) -> Result<Option<String>, BadField> {
        if let Some(name) = self.text(Slot::CountryName, "country name")? {
            return Ok(Some(name));
        }
        if self.country_is_name() { self.text(Slot::Country, "country") } else { Ok(None) }
    }

    /// The continent, by name where the table has one.
    pub(super) fn continent(&self) -> Result<Option<String>, BadField> {
        match self.text(Slot::Continent, "continent")? {
            Some(name) => Ok(Some(name)),
            None => self.text(Slot::ContinentCode, "continent"),
        }
    }

    /// A text field.
    pub(super) fn text(&self, slot: Slot, what: &str) -> Result<Option<String>, BadField> {
        match self.get(slot) {
            None => Ok(None),
            Some(Scalar::Text(text)) => Ok(Some(clip(text.trim())).filter(|text| !text.is_empty())),
            // Some tables write postal codes as numbers.
            Some(Scalar::Uint(n)) => Ok(Some(n.to_string())),
            Some(other) => Err(BadField(format!("{what} is {other}"))),
        }
    }

    /// Degrees as decimal text, within +-`limit`.
    pub(super) fn degrees(&self, slot: Slot, limit: f64) -> Result<Option<String>, BadField> {
        let (text, value) = match self.get(slot) {
            None => return Ok(None),
            Some(Scalar::Text(text)) if text.trim().is_empty() => return Ok(None),
            Some(Scalar::Text(text)) => (text.trim().to_owned(), text.trim().parse().unwrap_or(f64::NAN)),
            Some(Scalar::Double(n)) => (n.to_string(), n),
            Some(Scalar::Single(n)) => (n.to_string(), f64::from(n)),
            Some(Scalar::Int(n)) => (n.to_string(), f64::from(n)),
            Some(other) => return Err(BadField(format!("a coordinate is {other}"))),
        };
        if value.abs() <= limit { Ok(Some(text)) } else { Err(BadField(format!("{} is no coordinate", clip(&text)))) }
    }

    /// Accuracy radius in kilometres.
    pub(super) fn radius(&self) -> Result<Option<u32>, BadField> {
        let value = match self.get(Slot::Radius) {
            None => return Ok(None),
            Some(Scalar::Text(text)) if text.trim().is_empty() => return Ok(None),
            Some(Scalar::Text(text)) => text.trim().parse().ok(),
            Some(Scalar::Uint(n)) => u32::try_from(n).ok(),
            Some(Scalar::Int(n)) => u32::try_from(n).ok(),
            Some(_) => None,
        };
        let shown = self.get(Slot::Radius);
        value.map(Some).ok_or_else(|| BadField(format!("radius is {}", shown.unwrap_or(Scalar::Odd("missing")))))
    }

    /// IPLocate's AS files (`asn`, `org` or `name`, no `as_name`) give the country of the network's registration under
    /// the key others use for the place.
    fn describes_network(&self) -> bool {
        let has = |slot| self.get(slot).is_some();
        has(Slot::Asn) && !has(Slot::AsName) && (has(Slot::Org) || has(Slot::Name))
    }

    /// `country` is a name where a code stands beside it (IPinfo Lite), or where it is longer than a code.
    fn country_is_name(&self) -> bool {
        let is_code = |text: &str| text.trim().len() <= 2 || NO_COUNTRY.contains(&text.trim());
        match self.get(Slot::Country) {
            Some(Scalar::Text(text)) => self.get(Slot::CountryCode).is_some() || !is_code(text),
            _ => false,
        }
    }

    fn code(&self, slot: Slot, what: &str) -> Result<Option<CountryCode>, BadField> {
        match self.get(slot) {
            None => Ok(None),
            Some(Scalar::Text(text)) => {
                let text = text.trim();
                if text.is_empty() || NO_COUNTRY.contains(&text) {
                    return Ok(None);
                }
                text.parse().map(Some).map_err(|_| BadField(format!("{what} is text {:?}", clip(text))))
            }
            Some(other) => Err(BadField(format!("{what} is {other}"))),
        }
    }
}

/// The text, cut to the cap.
fn clip(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}

/// Reads a whole record.
pub(super) struct WholeRecord;

impl<'de> DeserializeSeed<'de> for WholeRecord {
    type Value = Record<'de>;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        let mut record = Record::new();
        d.deserialize_any(Node { record: &mut record, at: At::Top })?;
        Ok(record)
    }
}

impl<'de> serde::Deserialize<'de> for Record<'de> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        WholeRecord.deserialize(d)
    }
}

/// Where in a record a value stands.
#[derive(Debug, Clone, Copy)]
enum At {
    Top,
    Country,
    Registered,
    Continent,
    Subdivisions,
    Subdivision,
    City,
    Postal,
    Location,
    Traits,
    Network,
    Names(Slot),
    Leaf(Slot),
}

impl At {
    /// What stands under a key; `None` for what no fact is read from.
    fn child(self, key: &str) -> Option<Self> {
        match self {
            Self::Top => Self::top(key),
            Self::Country => match key {
                "iso_code" => Some(Self::Leaf(Slot::CountryCode)),
                "names" => Some(Self::Names(Slot::CountryName)),
                "AutonomousSystemNumber" => Some(Self::Leaf(Slot::Asn)),
                "AutonomousSystemOrganization" => Some(Self::Leaf(Slot::AsName)),
                _ => None,
            },
            Self::Registered => (key == "iso_code").then_some(Self::Leaf(Slot::Registered)),
            Self::Continent => match key {
                "code" => Some(Self::Leaf(Slot::ContinentCode)),
                "names" => Some(Self::Names(Slot::Continent)),
                _ => None,
            },
            Self::Subdivision => (key == "names").then_some(Self::Names(Slot::Region)),
            Self::City => (key == "names").then_some(Self::Names(Slot::City)),
            Self::Postal => (key == "code").then_some(Self::Leaf(Slot::Postal)),
            Self::Location => match key {
                "latitude" => Some(Self::Leaf(Slot::Latitude)),
                "longitude" => Some(Self::Leaf(Slot::Longitude)),
                "accuracy_radius" => Some(Self::Leaf(Slot::Radius)),
                "time_zone" => Some(Self::Leaf(Slot::TimeZone)),
                _ => None,
            },
            Self::Traits => match key {
                "autonomous_system_number" => Some(Self::Leaf(Slot::Asn)),
                "autonomous_system_organization" => Some(Self::Leaf(Slot::AsName)),
                _ => None,
            },
            Self::Network => match key {
                "asn" => Some(Self::Leaf(Slot::Asn)),
                "name" => Some(Self::Leaf(Slot::AsName)),
                _ => None,
            },
            Self::Names(slot) => (key == "en").then_some(Self::Leaf(slot)),
            Self::Subdivisions | Self::Leaf(_) => None,
        }
    }

    fn top(key: &str) -> Option<Self> {
        Some(match key {
            // Ours.
            "c" => Self::Leaf(Slot::CountryCode),
            "r" => Self::Leaf(Slot::Registered),
            "a" => Self::Leaf(Slot::Asn),
            "n" => Self::Leaf(Slot::AsName),
            "i" => Self::Leaf(Slot::InferredCountry),
            "s" => Self::Leaf(Slot::InferredShare),
            // MaxMind, DB-IP, GeoOpen: maps. Others: texts.
            "country" => Self::Country,
            "registered_country" => Self::Registered,
            "continent" => Self::Continent,
            "subdivisions" => Self::Subdivisions,
            "city" => Self::City,
            "postal" => Self::Postal,
            "location" => Self::Location,
            "traits" => Self::Traits,
            "asn" => Self::Network,
            // Flat ones.
            "country_code" => Self::Leaf(Slot::CountryCode),
            "country_name" => Self::Leaf(Slot::CountryName),
            "continent_code" => Self::Leaf(Slot::ContinentCode),
            "continent_name" => Self::Leaf(Slot::Continent),
            "region" | "region_name" | "state1" | "stateprov" | "subdivision" => Self::Leaf(Slot::Region),
            "postal_code" | "postcode" | "zip" | "zipcode" => Self::Leaf(Slot::Postal),
            "latitude" | "lat" => Self::Leaf(Slot::Latitude),
            "longitude" | "lng" | "lon" => Self::Leaf(Slot::Longitude),
            "accuracy_radius" | "radius" => Self::Leaf(Slot::Radius),
            "time_zone" | "timezone" => Self::Leaf(Slot::TimeZone),
            "autonomous_system_number" | "as_number" => Self::Leaf(Slot::Asn),
            "autonomous_system_organization" | "as_name" | "as_organization" => Self::Leaf(Slot::AsName),
            "org" => Self::Leaf(Slot::Org),
            "name" => Self::Leaf(Slot::Name),
            _ => return None,
        })
    }

    /// The fact a plain value at this place is; `None` where only a map or list tells something.
    fn slot(self) -> Option<Slot> {
        match self {
            Self::Leaf(slot) => Some(slot),
            Self::Country => Some(Slot::Country),
            Self::Registered => Some(Slot::Registered),
            Self::Continent => Some(Slot::Continent),
            Self::City => Some(Slot::City),
            Self::Postal => Some(Slot::Postal),
            Self::Network => Some(Slot::Asn),
            Self::Top | Self::Subdivisions | Self::Subdivision | Self::Location | Self::Traits | Self::Names(_) => None,
        }
    }
}

/// One value of a record, of whatever type it turns out to be: a reader that asks for one integer width gets an error
/// on tables that store another (performance.md, section 4).
struct Node<'r, 'de> {
    record: &'r mut Record<'de>,
    at: At,
}

impl<'de> Node<'_, 'de> {
    fn scalar<E: serde::de::Error>(self, value: Scalar<'de>) -> Result<(), E> {
        if matches!(self.at, At::Top) {
            return Err(E::custom(format!("the record is {value} instead of a map")));
        }
        if let Some(slot) = self.at.slot() {
            self.record.put(slot, value);
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of an IP table")
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, value: &'de str) -> Result<(), E> {
        self.scalar(Scalar::Text(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        self.scalar(Scalar::Uint(value))
    }

    fn visit_u128<E: serde::de::Error>(self, value: u128) -> Result<(), E> {
        self.scalar(u64::try_from(value).map_or(Scalar::Odd("a number of over 64 bits"), Scalar::Uint))
    }

    fn visit_i32<E: serde::de::Error>(self, value: i32) -> Result<(), E> {
        self.scalar(Scalar::Int(value))
    }

    fn visit_f32<E: serde::de::Error>(self, value: f32) -> Result<(), E> {
        self.scalar(Scalar::Single(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.scalar(Scalar::Double(value))
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        self.scalar(Scalar::Odd("true or false"))
    }

    fn visit_borrowed_bytes<E: serde::de::Error>(self, _: &'de [u8]) -> Result<(), E> {
        self.scalar(Scalar::Odd("raw bytes"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if let At::Leaf(slot) = self.at {
            self.record.put(slot, Scalar::Odd("a map"));
        }
        while let Some(key) = map.next_key::<&str>()? {
            match self.at.child(key) {
                Some(at) => map.next_value_seed(Node { record: &mut *self.record, at })?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        match self.at {
            // The first subdivision is the largest.
            At::Subdivisions => {
                list.next_element_seed(Node { record: &mut *self.record, at: At::Subdivision })?;
            }
            at => Node { record: &mut *self.record, at }.scalar(Scalar::Odd("a list"))?,
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}
