//! Hosts, their addresses, and the reverse names of addresses.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::net::IpAddr;

use super::ask::{Pool, Session, error, join_all, join_probes, probe};
use super::dns::{Lookup, RData, Rtype};
use super::ip::IpTables;
use crate::evidence::{AddressFacts, HostFacts, Probe, ProbeError, RoleHint, SkipReason, Status, carried_address};
use crate::model::DomainName;

/// Hosts whose addresses are to be asked, each once, in the order of their claim on the questions that are left.
#[derive(Debug, Default)]
pub(super) struct HostList(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    name: DomainName,
    roles: BTreeSet<RoleHint>,
    is_asked: bool,
}

impl HostList {
    /// Adds hosts with why they are asked; those of this kind beyond the cap are listed and not asked.
    pub(super) fn add<'a>(&mut self, names: impl IntoIterator<Item = &'a DomainName>, role: RoleHint, cap: usize) {
        let mut seen = BTreeSet::new();
        for name in names {
            if !seen.insert(name) {
                continue;
            }
            let is_asked = seen.len() <= cap;
            match self.0.iter_mut().find(|entry| entry.name == *name) {
                Some(entry) => {
                    entry.roles.insert(role);
                    entry.is_asked |= is_asked;
                }
                None => self.0.push(Entry { name: name.clone(), roles: BTreeSet::from([role]), is_asked }),
            }
        }
    }
}

/// Asks for the addresses of names whose facts are wanted later.
pub(super) async fn ask_addresses(session: &Session<'_>, names: &[DomainName]) {
    join_all(names.iter().map(|name| async move {
        tokio::join!(session.general(name, Rtype::A), session.general(name, Rtype::Aaaa));
    }))
    .await;
}

/// Facts of every host in the list.
pub(super) async fn observe_all(
    session: &Session<'_>,
    tables: &IpTables,
    list: HostList,
) -> BTreeMap<DomainName, HostFacts> {
    join_all(list.0.into_iter().map(|entry| async move {
        // Hosts that only a page names have questions of their own to use.
        let pool = if entry.roles.iter().all(|role| *role == RoleHint::Page) { Pool::Page } else { Pool::General };
        let facts = if entry.is_asked {
            observe(session, tables, pool, &entry.name).await
        } else {
            HostFacts::of_addresses(Probe::Skipped(SkipReason::Cap))
        };
        (entry.name, HostFacts { role_hints: entry.roles.into_iter().collect(), ..facts })
    }))
    .await
    .into_iter()
    .collect()
}

async fn observe(session: &Session<'_>, tables: &IpTables, pool: Pool, name: &DomainName) -> HostFacts {
    let (v4, v6) = tokio::join!(session.ask(pool, name, Rtype::A), session.ask(pool, name, Rtype::Aaaa));
    let both = [v4.as_deref(), v6.as_deref()];
    let ips: BTreeSet<IpAddr> = both.into_iter().flatten().flat_map(addresses).collect();
    // The name does not exist for any type, so one such answer is enough; but not against an answer that it does.
    let says = |status| both.into_iter().flatten().any(|lookup| lookup.answer.status == status);
    let nxdomain = says(Status::Nxdomain) && !says(Status::Ok) && !says(Status::Nodata);
    let (addresses, partial) = if ips.is_empty() {
        let families = both.into_iter().map(|lookup| probe(lookup, |_| None::<Vec<AddressFacts>>));
        (if nxdomain { Probe::Absent } else { join_probes(families) }, None)
    } else {
        let facts = ips.into_iter().map(|ip| tables.facts(ip)).collect();
        (Probe::Found(facts), both.into_iter().find_map(missing_family))
    };
    let cname_chain = both.into_iter().flatten().map(|lookup| &lookup.chain).max_by_key(|chain| chain.len());
    HostFacts {
        cname_chain: cname_chain.cloned().unwrap_or_default(),
        nxdomain,
        partial,
        ..HostFacts::of_addresses(addresses)
    }
}

/// Why one address family is not known although the other is.
fn missing_family(lookup: Option<&Lookup>) -> Option<ProbeError> {
    match lookup {
        None => Some(ProbeError { status: Status::Local, detail: "cap on questions reached".to_owned() }),
        Some(lookup) => match lookup.answer.status {
            Status::Ok | Status::Nodata | Status::Nxdomain => None,
            _ => Some(error(lookup)),
        },
    }
}

pub(super) fn addresses(lookup: &Lookup) -> Vec<IpAddr> {
    let ip = |data: &RData| match data {
        RData::A(ip) => Some(IpAddr::V4(*ip)),
        RData::Aaaa(ip) => Some(IpAddr::V6(*ip)),
        _ => None,
    };
    lookup.data.iter().filter_map(ip).collect()
}

/// Asks the reverse names of a host's public addresses, the first ones up to the cap.
pub(super) async fn add_reverse_names(session: &Session<'_>, facts: &mut HostFacts) {
    let Probe::Found(addresses) = &mut facts.addresses else { return };
    let cap = session.limits().ptr;
    let public = addresses.iter_mut().filter(|facts| facts.special.is_none());
    join_all(public.enumerate().map(|(i, facts)| async move {
        facts.ptr = if i < cap { reverse_names(session, facts.ip).await } else { Probe::Skipped(SkipReason::Cap) };
    }))
    .await;
}

/// The reverse names of an address.
pub(super) async fn reverse_names(session: &Session<'_>, ip: IpAddr) -> Probe<Vec<DomainName>> {
    let Some(name) = reverse_zone_name(ip) else { return Probe::Skipped(SkipReason::NotApplicable) };
    let lookup = session.general(&name, Rtype::Ptr).await;
    probe(lookup.as_deref(), |lookup| {
        let names: BTreeSet<DomainName> = lookup
            .data
            .iter()
            .filter_map(|data| match data {
                RData::Ptr(name) => Some(name.clone()),
                _ => None,
            })
            .collect();
        Some(names.into_iter().collect::<Vec<_>>()).filter(|names| !names.is_empty())
    })
}

/// `4.3.2.1.in-addr.arpa` for `1.2.3.4`; an IPv6 address that carries an IPv4 address has that one's reverse name.
fn reverse_zone_name(ip: IpAddr) -> Option<DomainName> {
    let mut text = String::with_capacity(72);
    match carried_address(ip).map_or(ip, IpAddr::V4) {
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            let _ = write!(text, "{d}.{c}.{b}.{a}.in-addr.arpa");
        }
        IpAddr::V6(ip) => {
            for octet in ip.octets().iter().rev() {
                let _ = write!(text, "{:x}.{:x}.", octet & 15, octet >> 4);
            }
            text.push_str("ip6.arpa");
        }
    }
    DomainName::from_ascii(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reverse_names_of_both_families() {
        let reverse = |ip: &str| reverse_zone_name(ip.parse().ok()?).map(|name| name.to_string());
        assert_eq!(reverse("192.0.2.7").as_deref(), Some("7.2.0.192.in-addr.arpa"));
        assert_eq!(reverse("::ffff:192.0.2.7").as_deref(), Some("7.2.0.192.in-addr.arpa"));
        assert_eq!(
            reverse("2001:db8::1:23").as_deref(),
            Some("3.2.0.0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa")
        );
    }
}
