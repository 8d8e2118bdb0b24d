//! Look-ups in the knowledge base.

use std::net::IpAddr;

use ipnet::IpNet;

use super::schema::{Kb, LawStatus, Operator, SuffixLayer};
use crate::model::{AsOf, Asn, CountryCode, DomainName, EntityId, LawId, OperatorId};

/// Kinds of names on the wire that can name an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signal {
    /// Name server.
    Ns,
    /// CNAME target.
    Cname,
    /// MX host.
    Mx,
    /// SPF target.
    Spf,
    /// DKIM CNAME target.
    Dkim,
    /// autodiscover target.
    Autodiscover,
    /// Reverse name.
    Ptr,
    /// Resource host.
    Host,
    /// Domain of a DMARC report address.
    Dmarc,
}

/// An operator found by a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameMatch<'a> {
    /// The operator.
    pub operator: &'a OperatorId,
    /// The suffix or pattern that matched.
    pub suffix: &'a str,
    /// What the suffix means, where recorded.
    pub layer: Option<SuffixLayer>,
}

/// What a name tells about the region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegionAnswer {
    /// No rule matched, or the token is not in the table.
    Unknown,
    /// An edge: no place.
    Edge,
    /// The European Union, no country.
    Eu,
    /// A country.
    Country(CountryCode),
}

/// Which legal person runs a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityChoice {
    /// The legal person.
    pub entity: EntityId,
    /// Chosen without knowing place or customer: the last entry, said to be a floor.
    pub is_floor: bool,
}

/// The knowledge base with its look-up tables.
#[derive(Debug)]
pub struct Knowledge {
    kb: Kb,
}

impl Knowledge {
    /// Builds the look-up tables.
    #[must_use]
    pub fn new(kb: Kb) -> Self {
        Self { kb }
    }

    /// The data.
    #[must_use]
    pub fn kb(&self) -> &Kb {
        &self.kb
    }

    /// An operator by id.
    #[must_use]
    pub fn operator(&self, id: &OperatorId) -> Option<&Operator> {
        self.kb.operators.get(id)
    }

    /// Operator of a network.
    #[must_use]
    pub fn by_asn(&self, _asn: Asn) -> Option<&OperatorId> {
        None
    }

    /// Operator of an address block, longest block first.
    #[must_use]
    pub fn by_net(&self, _ip: IpAddr) -> Option<(&OperatorId, IpNet)> {
        None
    }

    /// Operator of a name: longest suffix, then the written order, then the id; patterns after suffixes.
    #[must_use]
    pub fn by_name(&self, _signal: Signal, _name: &DomainName) -> Option<NameMatch<'_>> {
        None
    }

    /// Operator of a TXT token, and the beginning that matched.
    #[must_use]
    pub fn by_txt(&self, _text: &str) -> Option<(&OperatorId, &str)> {
        None
    }

    /// Certificate authority by the organisation of an issuing certificate.
    #[must_use]
    pub fn by_issuer(&self, _organisation: &str) -> Option<&OperatorId> {
        None
    }

    /// Registry of a top-level domain (without dot).
    #[must_use]
    pub fn by_tld(&self, _tld: &str) -> Option<&OperatorId> {
        None
    }

    /// What a name of an operator tells about the region.
    #[must_use]
    pub fn region(&self, _operator: &OperatorId, _signal: Signal, _name: &DomainName) -> RegionAnswer {
        RegionAnswer::Unknown
    }

    /// The legal person that runs an operator's service, by place of the machines and country of the customer.
    #[must_use]
    pub fn entity_for(
        &self,
        _operator: &OperatorId,
        _servers: Option<CountryCode>,
        _customer: Option<CountryCode>,
        _as_of: AsOf,
    ) -> Option<EntityChoice> {
        None
    }

    /// State of a law on a date; `None` when none is recorded.
    #[must_use]
    pub fn law_status(&self, _law: &LawId, _as_of: AsOf) -> Option<&LawStatus> {
        None
    }

    /// Whether a country is in a group (`EU`, `EEA`, ... any case, without `@`) on a date.
    #[must_use]
    pub fn in_group(&self, _country: CountryCode, _group: &str, _as_of: AsOf) -> bool {
        false
    }
}
