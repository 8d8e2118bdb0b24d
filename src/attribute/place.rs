//! Where machines answer: a region token in a name, a published range, or tables that are backed by something else.
//! One table's word alone is weak; an anycast address has no place, whatever a table says.

use std::collections::BTreeMap;

use super::layers::HostView;
use super::{Place, PlaceIn, Scene};
use crate::evidence::{AddressFacts, Ref};
use crate::kb::schema::{Geo, Operator};
use crate::kb::{RegionAnswer, Signal};
use crate::model::{CountryCode, DomainName, OperatorId};

impl Place {
    /// The country, where exactly one is probable and no other is in question.
    #[must_use]
    pub fn single(&self) -> Option<CountryCode> {
        match self {
            Self::In(list) => match list.as_slice() {
                [one] if one.is_probable => Some(one.country),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Place of some of a host's addresses, as seen by an operator.
pub(super) fn of<'a>(
    scene: &'a Scene<'a>,
    host: &HostView<'a>,
    which: &[usize],
    operator: Option<&OperatorId>,
    signal: Signal,
) -> Place {
    if let Some(place) = by_region(scene, host, operator, signal) {
        return place;
    }
    let mut countries: BTreeMap<CountryCode, PlaceIn> = BTreeMap::new();
    let mut anycast = 0;
    for &index in which {
        let address = &host.addresses[index];
        if is_anycast(scene, address) {
            anycast += 1;
            continue;
        }
        for (country, is_probable) in guesses(scene, address, operator) {
            let entry = countries.entry(country).or_insert_with(|| PlaceIn {
                country,
                is_probable: false,
                because: Vec::new(),
            });
            entry.is_probable |= is_probable;
            let reason: Ref = host.address_ref(index, "place");
            if !entry.because.contains(&reason) {
                entry.because.push(reason);
            }
        }
    }
    match (countries.is_empty(), anycast) {
        (true, 0) => Place::Unknown,
        (true, _) => Place::Anycast,
        (false, _) => Place::In(countries.into_values().collect()),
    }
}

/// A region token in a name of the operator decides before any table.
fn by_region<'a>(
    scene: &'a Scene<'a>,
    host: &HostView<'a>,
    operator: Option<&OperatorId>,
    signal: Signal,
) -> Option<Place> {
    let operator = operator?;
    let chain = host.facts.map_or(&[][..], |f| f.cname_chain.as_slice());
    let names: Vec<(Option<usize>, &DomainName)> =
        host.name.map(|n| (None, n)).into_iter().chain(chain.iter().enumerate().map(|(i, n)| (Some(i), n))).collect();
    for (index, name) in names {
        match scene.kb.region(operator, signal, name) {
            RegionAnswer::Country(country) => {
                let because = vec![host.name_ref(index)];
                return Some(Place::In(vec![PlaceIn { country, is_probable: true, because }]));
            }
            // An edge answers in many places, and a union is no country: no table knows better.
            RegionAnswer::Edge | RegionAnswer::Eu => return Some(Place::Unknown),
            RegionAnswer::Unknown => {}
        }
    }
    None
}

/// Anycast by the network, by the address block, or by a published range.
pub(crate) fn is_anycast_in(kb: &crate::kb::Knowledge, address: &AddressFacts) -> bool {
    let asn = address.asn.found().map(|a| a.asn);
    let by_asn = asn.and_then(|number| kb.by_asn(number));
    let by_net = kb.by_net(address.ip).map(|(id, _)| id);
    let is_anycast =
        |operator: &Operator| operator.anycast || asn.is_some_and(|number| operator.anycast_asn.contains(&number));
    address.anycast_range.is_some()
        || [by_asn, by_net].into_iter().flatten().filter_map(|id| kb.operator(id)).any(is_anycast)
}

fn is_anycast(scene: &Scene<'_>, address: &AddressFacts) -> bool {
    is_anycast_in(scene.kb, address)
}

/// Countries the tables name, and whether something else backs them.
fn guesses(scene: &Scene<'_>, address: &AddressFacts, operator: Option<&OperatorId>) -> Vec<(CountryCode, bool)> {
    let Some(facts) = address.place.found() else { return Vec::new() };
    let mut by_country: BTreeMap<CountryCode, usize> = BTreeMap::new();
    for fact in facts {
        if let Some(country) = fact.country {
            *by_country.entry(country).or_default() += 1;
        }
    }
    let registered = address.registered_in.found().map(|r| r.country);
    let network = address.asn.found().and_then(|a| scene.kb.by_asn(a.asn));
    // Measured against published regions: true of the operator's own network, not of what it rents elsewhere.
    let measured = network.and_then(|id| scene.kb.operator(id)).filter(|o| o.geo == Some(Geo::Measured));
    // Beside anycast networks an operator's global front ends stand in its other blocks too, and the country of
    // registration is what a table says of them.
    let has_anycast = measured.is_some_and(|o| !o.anycast_asn.is_empty());
    by_country
        .into_iter()
        .map(|(country, tables)| {
            let is_registered = registered == Some(country);
            let at_home = is_registered
                && operator.or(network).is_some_and(|id| operator_countries(scene, id).contains(&country));
            let is_backed = (measured.is_some() || at_home) && !(has_anycast && is_registered);
            (country, tables >= 2 || is_backed)
        })
        .collect()
}

/// Where the operating company of an operator is seated on the date.
fn operator_countries(scene: &Scene<'_>, id: &OperatorId) -> Vec<CountryCode> {
    let entity = scene.kb.operator(id).and_then(|o| o.runs.last()).map(|run| &run.entity);
    let entity = entity.and_then(|e| scene.kb.kb().entities.get(e));
    entity.map_or_else(Vec::new, |e| {
        let on_date = |i: &&crate::kb::schema::Incorporation| i.span().contains(scene.context.as_of.0);
        e.incorporated.iter().chain(&e.seat).filter(on_date).map(|i| i.country).collect()
    })
}
