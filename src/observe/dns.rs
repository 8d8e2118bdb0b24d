//! One DNS client, ours, and recorded answers in its place.
//!
//! The resolver crates report loops, lame referrals and answers about another name as "no such record", do not fail
//! over and multiply packets; for an audit "could not be determined" must never look like "there is none". So messages
//! are read record by record (crate `domain`), every outcome has its own [`Status`](crate::evidence::Status), and the
//! wire bytes are kept.

mod cache;
mod client;
mod exchange;
mod flags;
mod message;
mod pace;
mod rdata;
pub mod records;
mod sockets;
mod stream;
mod system;
mod upstream;

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

pub use client::{Client, StartError};
pub use records::{RecordFault, Records};
pub use system::{NoUpstreams, system_upstreams};

use crate::evidence::Answer;
use crate::model::DomainName;

/// The types this tool asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rtype {
    /// IPv4 address.
    A,
    /// IPv6 address.
    Aaaa,
    /// Alias.
    Cname,
    /// Name server.
    Ns,
    /// Mail exchanger.
    Mx,
    /// Text.
    Txt,
    /// Name of an address.
    Ptr,
    /// Certification authority authorisation.
    Caa,
    /// Service location.
    Srv,
    /// Start of authority.
    Soa,
}

impl Rtype {
    /// All of them.
    pub const ALL: [Self; 10] =
        [Self::A, Self::Aaaa, Self::Cname, Self::Ns, Self::Mx, Self::Txt, Self::Ptr, Self::Caa, Self::Srv, Self::Soa];

    /// The mnemonic, upper case.
    #[must_use]
    pub const fn mnemonic(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Cname => "CNAME",
            Self::Ns => "NS",
            Self::Mx => "MX",
            Self::Txt => "TXT",
            Self::Ptr => "PTR",
            Self::Caa => "CAA",
            Self::Srv => "SRV",
            Self::Soa => "SOA",
        }
    }

    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::A => 1,
            Self::Ns => 2,
            Self::Cname => 5,
            Self::Soa => 6,
            Self::Ptr => 12,
            Self::Mx => 15,
            Self::Txt => 16,
            Self::Aaaa => 28,
            Self::Srv => 33,
            Self::Caa => 257,
        }
    }

    /// The type of a mnemonic in any case; `None` for types this tool never asks for.
    #[must_use]
    pub fn from_mnemonic(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rtype| rtype.mnemonic().eq_ignore_ascii_case(text))
    }
}

/// Data of one record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RData {
    /// IPv4 address.
    A(Ipv4Addr),
    /// IPv6 address.
    Aaaa(Ipv6Addr),
    /// Name server.
    Ns(DomainName),
    /// Alias target.
    Cname(DomainName),
    /// Mail exchanger; no host for a null MX (RFC 7505).
    Mx {
        /// Lower first.
        preference: u16,
        /// The host, `None` for `.`.
        host: Option<DomainName>,
    },
    /// The strings of one record joined without anything between them, as SPF and DKIM want it. Octets from outside.
    Txt(Vec<u8>),
    /// Name of an address.
    Ptr(DomainName),
    /// Certification authority authorisation.
    Caa {
        /// 128 is critical.
        flags: u8,
        /// `issue`, `issuewild`, `iodef`, ... lower case.
        tag: String,
        /// Value; octets that are no UTF-8 are replaced.
        value: String,
    },
    /// Service location.
    Srv {
        /// Lower first.
        priority: u16,
        /// Share among equals.
        weight: u16,
        /// Port.
        port: u16,
        /// The host, `None` for `.`: the service is not offered.
        target: Option<DomainName>,
    },
    /// There is a SOA; its fields are not used.
    Soa,
}

/// What one question brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// Status, flags and wire bytes, for the evidence.
    pub answer: Answer,
    /// CNAME targets in order.
    pub chain: Vec<DomainName>,
    /// Records of the type asked at the end of the chain, sorted, without duplicates. Empty unless the status is `ok`.
    pub data: Vec<RData>,
}

impl Lookup {
    /// What went wrong in words of the protocol, with the text of an extended DNS error where the resolver sent one.
    /// May hold text from outside. Empty for an answer without oddities.
    #[must_use]
    pub fn detail(&self) -> String {
        message::detail(&self.answer)
    }
}

/// How to ask.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Resolvers in order of preference.
    pub upstreams: Vec<SocketAddr>,
    /// Where they came from, for the evidence: `/etc/resolv.conf`, `--resolver`.
    pub chosen_by: String,
    /// UDP sockets (random source ports) per upstream, rotated.
    pub sockets: usize,
    /// How long each of the four UDP packets of a question is waited for before the next goes out. Their sum bounds
    /// one question.
    pub timeouts: [Duration; 4],
    /// Answers kept, 0 for none. Identical questions at the same time share one answer all the same.
    pub cache: usize,
    /// Packets per second towards each upstream; `None` for no limit, right only for a resolver on this machine.
    pub rate: Option<u32>,
}

impl Settings {
    /// The usual settings for these upstreams, without a rate limit.
    #[must_use]
    pub fn new(upstreams: Vec<SocketAddr>, chosen_by: impl Into<String>) -> Self {
        Self { upstreams, chosen_by: chosen_by.into(), ..Self::default() }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            upstreams: Vec::new(),
            chosen_by: String::new(),
            sockets: 4,
            timeouts: [400, 800, 1200, 1600].map(Duration::from_millis),
            cache: 4096,
            rate: None,
        }
    }
}

/// Where answers come from.
#[derive(Debug)]
pub enum Resolver {
    /// Asked over the network.
    Network(Client),
    /// Read from a recording.
    Recorded(Records),
}

impl Resolver {
    /// Asks for the records of one type at a name, CNAMEs followed.
    pub async fn lookup(&self, name: &DomainName, rtype: Rtype) -> Lookup {
        match self {
            Self::Network(client) => client.lookup(name, rtype).await,
            Self::Recorded(records) => records.lookup(name, rtype),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test ends where it fails")]
mod tests {
    use super::*;

    /// Observers run on any runtime.
    #[test]
    fn a_lookup_may_move_between_threads() {
        fn is_send<T: Send>(_: impl FnOnce(&'static Resolver, &'static DomainName) -> T) {}
        is_send(|resolver, name| resolver.lookup(name, Rtype::A));
    }
}
