//! The facts conclusions rest on, looked up by their pointers and put into a shape of their own.

mod look;
mod page;

use schemars::JsonSchema;
use serde::Serialize;

use super::{CaptureId, ContactId, StatusId, TrustId, UseId};
use crate::model::{Asn, CountryCode};
use crate::safe::Untrusted;

pub(in crate::report) use look::all;

/// One fact, and the DNS answer it was read from where there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FactReport {
    /// What was seen.
    #[serde(flatten)]
    pub fact: Fact,
    /// The answer it was read from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<AnswerReport>,
}

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Fact {
    /// A name and the addresses behind it.
    Host {
        /// The name.
        name: String,
        /// Names its CNAME chain goes through.
        cname_chain: Vec<String>,
        /// Its addresses.
        addresses: Vec<String>,
    },
    /// A name of a CNAME chain.
    Cname {
        /// The name.
        name: String,
        /// Where it points.
        target: String,
    },
    /// The network that announces an address.
    Network {
        /// The address.
        ip: String,
        /// The network.
        #[schemars(with = "u32")]
        asn: Asn,
        /// Its name in the table.
        name: Untrusted,
        /// The table.
        table: Untrusted,
        /// Date of the table.
        date: Untrusted,
    },
    /// An address as such.
    Address {
        /// The address.
        ip: String,
        /// Not a public address, and why.
        special: Option<String>,
        /// Published anycast range.
        anycast_range: Option<Untrusted>,
    },
    /// Where tables place an address.
    Places {
        /// The address.
        ip: String,
        /// One entry a table that says a country.
        places: Vec<TablePlace>,
    },
    /// Country of the registration.
    Registration {
        /// The address.
        ip: String,
        /// The country.
        #[schemars(with = "String")]
        country: CountryCode,
        /// The table.
        table: Untrusted,
        /// Date of the table.
        date: Untrusted,
    },
    /// Reverse names.
    Reverse {
        /// The address.
        ip: String,
        /// The names.
        names: Vec<String>,
    },
    /// An MX record.
    Mx {
        /// The domain.
        name: String,
        /// Preference.
        preference: u16,
        /// The host; `.` for a null MX.
        host: String,
    },
    /// A name server.
    NameServer {
        /// The zone.
        zone: String,
        /// The server.
        server: String,
    },
    /// A term of SPF.
    SpfTerm {
        /// Name whose record holds it.
        name: String,
        /// The term as written.
        term: Untrusted,
    },
    /// autodiscover.
    Autodiscover {
        /// Name asked.
        name: String,
        /// Where it leads.
        targets: Vec<String>,
    },
    /// A DKIM selector.
    Dkim {
        /// The selector's name.
        name: Untrusted,
        /// Where it points; empty for a key published there.
        targets: Vec<String>,
    },
    /// A text record.
    Txt {
        /// The name.
        name: String,
        /// The record's type.
        rtype: &'static str,
        /// Its text.
        text: Untrusted,
    },
    /// A question without a usable answer.
    NoAnswer {
        /// The name.
        name: String,
        /// Type asked.
        rtype: &'static str,
        /// What happened.
        status: StatusId,
        /// What was tried.
        detail: Untrusted,
    },
    /// An authoritative "there is none".
    None {
        /// The name.
        name: String,
        /// Type asked.
        rtype: &'static str,
    },
    /// A question nobody asked.
    NotAsked {
        /// The name.
        name: String,
        /// Type.
        rtype: &'static str,
    },
    /// Looks at the page.
    Pages {
        /// The addresses asked for in the end.
        looks: Vec<Untrusted>,
        /// A page came.
        is_read: bool,
    },
    /// A request for the page.
    Hop {
        /// Address.
        url: Untrusted,
        /// Status code.
        status: u16,
        /// Where it redirects to.
        location: Option<Untrusted>,
    },
    /// A header of an answer.
    Header {
        /// Address.
        url: Untrusted,
        /// Name.
        name: Untrusted,
        /// Value.
        value: Untrusted,
    },
    /// A host a page names.
    PageHost {
        /// The host.
        host: String,
        /// The page.
        page: Untrusted,
        /// Who looked.
        by: CaptureId,
        /// Whether it meets the visitor.
        contact: ContactId,
        /// How it is used.
        uses: Vec<UseId>,
        /// How many times.
        count: u32,
        /// Path of the first use.
        path: Untrusted,
        /// Cookies it set, names only.
        cookies: Vec<Untrusted>,
    },
    /// A certificate.
    Certificate {
        /// Host that showed it.
        host: String,
        /// Organisation of the issuer.
        issuer: Untrusted,
        /// Name of the issuing certificate.
        issuer_name: Untrusted,
        /// Root it hangs on, where it holds.
        root: Option<Untrusted>,
        /// Whether it holds.
        trust: TrustId,
        /// End of validity.
        #[schemars(with = "Option<String>")]
        not_after: Option<jiff::Timestamp>,
        /// SHA-256 of the certificate.
        sha256: String,
    },
    /// A registration.
    Registrar {
        /// Domain.
        name: String,
        /// Registrar.
        registrar: Untrusted,
        /// Its number at IANA.
        iana_id: Option<u32>,
        /// RDAP server.
        server: Untrusted,
    },
    /// The target itself.
    Target {
        /// Its name.
        name: String,
    },
    /// Anything else, as JSON.
    Other {
        /// The value.
        value: Untrusted,
    },
}

/// Where a table places an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TablePlace {
    /// The table.
    pub table: Untrusted,
    /// Date of the table.
    pub date: Untrusted,
    /// The country.
    #[schemars(with = "String")]
    pub country: CountryCode,
}

/// The DNS answer a fact was read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AnswerReport {
    /// Name asked.
    pub name: String,
    /// Type asked.
    pub rtype: Untrusted,
    /// What became of it.
    pub status: StatusId,
    /// Resolver.
    pub resolver: String,
    /// `udp`, `tcp`, `recorded`, or nothing when nothing came.
    pub transport: Option<&'static str>,
    /// Smallest TTL, seconds.
    pub ttl: Option<u32>,
}
