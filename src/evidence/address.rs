//! What local tables say about an address. Place, registration and network are three facts.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{Probe, Special};
use crate::model::{Asn, CountryCode, DomainName};

/// One address as the tables and the reverse zone describe it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressFacts {
    /// The address.
    pub ip: IpAddr,
    /// Set for an address that is not part of the public Internet: no table is asked then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub special: Option<Special>,
    /// Origin network, from the first table that knows it.
    pub asn: Probe<AsnFact>,
    /// Where each table places the address; one entry a table that has one.
    pub place: Probe<Vec<PlaceFact>>,
    /// Country of the registration, which is not a place.
    pub registered_in: Probe<RegistrationFact>,
    /// Published anycast range the address lies in, when provider ranges are at hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anycast_range: Option<String>,
    /// Reverse name, and whether it resolves back.
    #[serde(default)]
    pub ptr: Probe<Vec<DomainName>>,
}

/// Origin AS of an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AsnFact {
    /// The number.
    pub asn: Asn,
    /// The name the table gives it; text from outside.
    pub name: String,
    /// Country most of the network's space is registered in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inferred_country: Option<CountryCode>,
    /// Share of that country in whole per cent, 0 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inferred_share: Option<u8>,
    /// Id of the table.
    pub table: String,
}

impl AsnFact {
    /// The country nearly all of the network's space is registered in. Below 99 % it spreads over countries, and
    /// nothing can be inferred from it.
    #[must_use]
    pub fn country_of_nearly_all(&self) -> Option<CountryCode> {
        self.inferred_country.filter(|_| self.inferred_share.is_some_and(|share| share >= 99))
    }
}

/// Where one table places an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct PlaceFact {
    /// Id of the table.
    pub table: String,
    /// Country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<CountryCode>,
    /// Continent name or code, as in the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continent: Option<String>,
    /// Country name, as in the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country_name: Option<String>,
    /// Region or subdivision, as in the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// City, as in the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// Postal code, as in the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal: Option<String>,
    /// Latitude in degrees, decimal text as in the table (no floats in evidence).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latitude: Option<String>,
    /// Longitude in degrees, decimal text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longitude: Option<String>,
    /// Accuracy radius in kilometres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub radius_km: Option<u32>,
    /// IANA time zone name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

/// Registration country of an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistrationFact {
    /// Country of the registry entry.
    pub country: CountryCode,
    /// Id of the table.
    pub table: String,
}
