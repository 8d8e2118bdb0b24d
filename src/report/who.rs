//! An answer of `who`: what databases say about an address next to what is true of each field, and who runs it and
//! owns that, on one or two dates.

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use super::service::Builder;
use super::{
    FactReport, JudgedWith, JurisdictionReport, ServiceReport, SourceReport, StateId, WHO_SCHEMA, build, fact,
};
use crate::attribute::Place;
use crate::audit::Audit;
use crate::evidence::{AddressFacts, Evidence, PlaceFact, Probe};
use crate::kb::Knowledge;
use crate::model::{Asn, CountryCode, SourceId};
use crate::safe::Untrusted;

/// What `who` says.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct WhoReport {
    /// `jurisdig/who/1`.
    pub schema: &'static str,
    /// What was asked, as typed.
    pub query: Untrusted,
    /// What it was judged with.
    pub judged_with: JudgedWith,
    /// The reader's card, for an address.
    pub card: Vec<CardRow>,
    /// Who runs it, one entry a date.
    pub rows: Vec<WhoRow>,
    /// Every fact a conclusion rests on, by its pointer.
    pub facts: BTreeMap<String, FactReport>,
    /// Names of the jurisdictions that occur.
    #[schemars(with = "BTreeMap<String, JurisdictionReport>")]
    pub jurisdictions: BTreeMap<CountryCode, JurisdictionReport>,
    /// The sources that are cited.
    #[schemars(with = "BTreeMap<String, SourceReport>")]
    pub sources: BTreeMap<SourceId, SourceReport>,
}

/// The answer for one date.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct WhoRow {
    /// Date of ownership and law.
    #[schemars(with = "String")]
    pub as_of: Date,
    /// The operators, by the part they play; only what was found.
    pub services: Vec<ServiceReport>,
}

/// One row of the reader's card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CardRow {
    /// The field.
    pub field: CardField,
    /// What each database says, in the order they were asked.
    pub database: Vec<Untrusted>,
    /// What is true of it.
    pub truth: Truth,
}

/// Fields of the card, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names are the documentation")]
pub enum CardField {
    HostName,
    Network,
    Registered,
    Continent,
    Country,
    Code,
    Region,
    City,
    Postal,
    Latitude,
    Longitude,
    LocalTime,
}

impl CardField {
    /// All, in the order of the card.
    pub const ALL: [Self; 12] = [
        Self::HostName,
        Self::Network,
        Self::Registered,
        Self::Continent,
        Self::Country,
        Self::Code,
        Self::Region,
        Self::City,
        Self::Postal,
        Self::Latitude,
        Self::Longitude,
        Self::LocalTime,
    ];

    /// The id used in JSON and in the keys of the texts.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::HostName => "host-name",
            Self::Network => "network",
            Self::Registered => "registered",
            Self::Continent => "continent",
            Self::Country => "country",
            Self::Code => "code",
            Self::Region => "region",
            Self::City => "city",
            Self::Postal => "postal",
            Self::Latitude => "latitude",
            Self::Longitude => "longitude",
            Self::LocalTime => "local-time",
        }
    }
}

/// What is true of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Truth {
    /// A reverse name is what the holder of the address writes.
    Ptr,
    /// No reverse name was seen.
    NoPtr,
    /// Run by a known operator.
    NetworkRun {
        /// The network.
        #[schemars(with = "u32")]
        asn: Asn,
        /// The operator.
        operator: Untrusted,
    },
    /// The network's operator is not in the data.
    NetworkUnlisted {
        /// The network.
        #[schemars(with = "u32")]
        asn: Asn,
    },
    /// No network.
    NetworkNone,
    /// Anycast: not determinable.
    Anycast,
    /// Backed by more than one table's word.
    PlaceProbable {
        /// The country.
        #[schemars(with = "String")]
        country: CountryCode,
    },
    /// One table's word.
    PlaceWeak {
        /// The country.
        #[schemars(with = "String")]
        country: CountryCode,
    },
    /// Not known.
    PlaceUnknown,
    /// Not a public address.
    Special,
    /// A registration is not a place.
    Registered,
    /// A record without a city is a country-level record.
    CountryLevel,
    /// The centre of a country.
    Centroid {
        /// The country.
        #[schemars(with = "String")]
        country: CountryCode,
    },
    /// Coordinates of a city, not of a machine.
    CityCoordinates {
        /// The city, as in the table.
        city: Untrusted,
    },
    /// A table's estimate.
    Estimate,
    /// Follows from the coordinates.
    FollowsCoordinates,
    /// No table gives it.
    Absent,
}

/// Points that tables give for "somewhere in this country". Any record without a city is country-level by rule; this
/// list names those that became known as a place in themselves: the one of the case this tool began with, and the one
/// tables are remembered to have given before it (not checked; to take a point for a centroid claims no place).
const CENTROIDS: &[(&str, f64, f64)] = &[("US", 37.751, -97.822), ("US", 38.0, -97.0)];

impl WhoReport {
    /// `audits`: the same evidence judged for one or two dates, in the order they are to be shown.
    #[must_use]
    pub fn build(query: &str, evidence: &Evidence, audits: &[&Audit], kb: &Knowledge) -> Self {
        let mut rows = Vec::new();
        let mut countries = std::collections::BTreeSet::new();
        let mut sources = BTreeMap::new();
        let mut pointers = std::collections::BTreeSet::new();
        let mut used = super::used::Used::default();
        for audit in audits {
            let mut builder = Builder::new(kb, &audit.context);
            let services = audit
                .found
                .services
                .iter()
                .enumerate()
                .map(|(index, service)| builder.service(service, audit.reach.services.get(index)))
                .filter(|service| service.state == StateId::Found)
                .collect();
            used.absorb(builder.used());
            rows.push(WhoRow { as_of: audit.context.as_of.0, services });
            countries.append(&mut builder.countries);
            sources.append(&mut builder.sources);
            pointers.append(&mut builder.pointers);
        }
        let card = match (&evidence.address, audits.last()) {
            (Some(facts), Some(audit)) => card(facts, audit, kb, &mut countries),
            _ => Vec::new(),
        };
        Self {
            schema: WHO_SCHEMA,
            query: Untrusted::new(query),
            judged_with: build::judged_with(&evidence.sources, kb, &used),
            card,
            rows,
            facts: fact::all(evidence, &pointers),
            jurisdictions: build::jurisdictions(kb, &countries),
            sources,
        }
    }
}

fn card(
    facts: &AddressFacts,
    audit: &Audit,
    kb: &Knowledge,
    countries: &mut std::collections::BTreeSet<CountryCode>,
) -> Vec<CardRow> {
    let places = facts.place.found().map_or(&[][..], Vec::as_slice);
    countries.extend(places.iter().filter_map(|p| p.country));
    CardField::ALL
        .into_iter()
        .map(|field| CardRow {
            field,
            database: database(field, facts, places),
            truth: truth(field, facts, places, audit, kb),
        })
        .collect()
}

/// What the tables say, each value once.
fn database(field: CardField, facts: &AddressFacts, places: &[PlaceFact]) -> Vec<Untrusted> {
    let pick = |of: fn(&PlaceFact) -> Option<String>| places.iter().filter_map(of).collect::<Vec<_>>();
    let values = match field {
        CardField::HostName => {
            facts.ptr.found().map_or_else(Vec::new, |names| names.iter().map(ToString::to_string).collect())
        }
        CardField::Network => facts.asn.found().map_or_else(Vec::new, |a| vec![a.name.clone()]),
        CardField::Registered => facts.registered_in.found().map_or_else(Vec::new, |r| vec![r.country.to_string()]),
        CardField::Continent => pick(|p| p.continent.clone()),
        CardField::Country => pick(|p| p.country_name.clone()),
        CardField::Code => pick(|p| p.country.map(|c| c.to_string())),
        CardField::Region => pick(|p| p.region.clone()),
        CardField::City => pick(|p| p.city.clone()),
        CardField::Postal => pick(|p| p.postal.clone()),
        CardField::Latitude => pick(|p| p.latitude.clone()),
        CardField::Longitude => pick(|p| p.longitude.clone()),
        CardField::LocalTime => pick(|p| p.time_zone.clone()),
    };
    let mut out: Vec<Untrusted> = Vec::new();
    for value in values.into_iter().map(Untrusted::new) {
        if !out.contains(&value) {
            out.push(value);
        }
    }
    out
}

fn truth(field: CardField, facts: &AddressFacts, places: &[PlaceFact], audit: &Audit, kb: &Knowledge) -> Truth {
    match field {
        CardField::HostName if matches!(facts.ptr, Probe::Found(_)) => Truth::Ptr,
        CardField::HostName => Truth::NoPtr,
        CardField::Network => network(facts, audit, kb),
        CardField::Registered if matches!(facts.registered_in, Probe::Found(_)) => Truth::Registered,
        CardField::Registered => Truth::Absent,
        CardField::Continent | CardField::Country | CardField::Code => place(facts, places, audit),
        _ if facts.special.is_some() => Truth::Special,
        _ if is_anycast(audit) => match places.iter().find_map(centroid) {
            Some(country) if matches!(field, CardField::Latitude | CardField::Longitude) => Truth::Centroid { country },
            _ => Truth::Anycast,
        },
        CardField::Latitude | CardField::Longitude => coordinates(places),
        CardField::Region | CardField::City | CardField::Postal => {
            if places.iter().any(|p| p.city.is_some()) && !database(field, facts, places).is_empty() {
                Truth::Estimate
            } else if places.is_empty() {
                Truth::Absent
            } else {
                Truth::CountryLevel
            }
        }
        CardField::LocalTime if places.iter().any(|p| p.time_zone.is_some()) => Truth::FollowsCoordinates,
        CardField::LocalTime => Truth::Absent,
    }
}

fn network(facts: &AddressFacts, audit: &Audit, kb: &Knowledge) -> Truth {
    let Some(asn) = facts.asn.found().map(|a| a.asn) else { return Truth::NetworkNone };
    let layers = audit.found.services.iter().flat_map(|s| &s.layers);
    let by_layer = layers.filter(|l| l.asn == Some(asn)).find_map(|l| l.operator.as_ref());
    match kb.by_asn(asn).or(by_layer).and_then(|id| kb.operator(id)) {
        Some(operator) => Truth::NetworkRun { asn, operator: Untrusted::new(&operator.name) },
        None => Truth::NetworkUnlisted { asn },
    }
}

fn is_anycast(audit: &Audit) -> bool {
    audit.found.services.iter().flat_map(|s| &s.layers).any(|l| l.place == Place::Anycast)
}

fn place(facts: &AddressFacts, places: &[PlaceFact], audit: &Audit) -> Truth {
    if facts.special.is_some() {
        return Truth::Special;
    }
    if is_anycast(audit) {
        return Truth::Anycast;
    }
    let layers = || audit.found.services.iter().flat_map(|s| &s.layers);
    let judged = layers().find_map(|l| match &l.place {
        Place::In(list) => list.iter().max_by_key(|p| p.is_probable),
        _ => None,
    });
    match judged {
        Some(one) if one.is_probable => Truth::PlaceProbable { country: one.country },
        Some(one) => Truth::PlaceWeak { country: one.country },
        None => match places.iter().find_map(|p| p.country) {
            Some(country) => Truth::PlaceWeak { country },
            None => Truth::PlaceUnknown,
        },
    }
}

fn coordinates(places: &[PlaceFact]) -> Truth {
    if let Some(country) = places.iter().find_map(centroid) {
        return Truth::Centroid { country };
    }
    let given: Vec<&PlaceFact> = places.iter().filter(|p| p.latitude.is_some()).collect();
    match (given.is_empty(), given.iter().find_map(|p| p.city.as_ref())) {
        (true, _) => Truth::Absent,
        (false, Some(city)) => Truth::CityCoordinates { city: Untrusted::new(city) },
        (false, None) => Truth::CountryLevel,
    }
}

/// The country whose centre a record's coordinates are.
fn centroid(place: &PlaceFact) -> Option<CountryCode> {
    let parse = |text: &Option<String>| text.as_ref().and_then(|t| t.trim().parse::<f64>().ok());
    let (latitude, longitude) = (parse(&place.latitude)?, parse(&place.longitude)?);
    let near = |a: f64, b: f64| (a - b).abs() < 0.000_5;
    let (country, ..) = CENTROIDS.iter().find(|(_, lat, lon)| near(latitude, *lat) && near(longitude, *lon))?;
    country.parse().ok()
}
