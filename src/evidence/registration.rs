//! What the registry says about the domain. The registrant is never kept.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::DomainName;

/// Registration of the registrable domain, by RDAP (RFC 9083).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DomainRegistration {
    /// The domain that was asked about: the one below the registry's suffix.
    pub domain: DomainName,
    /// Host of the RDAP server that was asked.
    pub server: String,
    /// Date of the bootstrap file that named it, `YYYY-MM-DD`.
    pub bootstrap: String,
    /// Name of the registrar; text from outside.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub registrar: String,
    /// The registrar's number at IANA.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iana_id: Option<u32>,
    /// When the domain was registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered: Option<Timestamp>,
    /// When the registration ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// EPP status values, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub status: Vec<String>,
}

/// Where a target was named in a file the user gave (`--from`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedAt {
    /// File as the user named it.
    pub file: String,
    /// Line, from 1; 0 for a file without lines that matter (JSON of a tool).
    pub line: u32,
    /// What stood there.
    pub what: NamedAs,
}

/// What a file named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NamedAs {
    /// A URL.
    Url,
    /// A host name.
    Name,
    /// An address.
    Address,
    /// A registry a container image is pulled from.
    ImageRegistry,
    /// A service of a bill of materials (CycloneDX `services`).
    Service,
    /// A cloud region: a place the customer chose, no proof.
    Region,
}
