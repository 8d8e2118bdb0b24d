//! The numbers of the first screen.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{CountryCount, Headline, PlaceLabel, Reach, ServiceReach};
use crate::attribute::{Context, Home, Place, Service, State};
use crate::model::{CountryCode, Mark, Role, RoleGroup};

/// Counts services found or not determined; notes and absent services are not counted.
pub(super) fn count(services: &[Service], reach: &[ServiceReach], context: &Context) -> Headline {
    let counted = || services.iter().zip(reach).filter(|(service, _)| is_counted(service));
    let mut by_country: BTreeMap<CountryCode, CountryCount> = BTreeMap::new();
    let (mut undetermined, mut open) = (0, 0);
    for (service, reach) in counted() {
        let reached = reached_by(reach, context);
        for &country in &reached {
            let empty = CountryCount { country, services: 0, sees_data: 0, can_interrupt: 0 };
            let entry = by_country.entry(country).or_insert(empty);
            entry.services += 1;
            match service.role.group() {
                RoleGroup::SeesData => entry.sees_data += 1,
                RoleGroup::CanInterrupt => entry.can_interrupt += 1,
                RoleGroup::Note => {}
            }
        }
        if is_undetermined(service, reach) {
            undetermined += 1;
        } else if matches!(reach.mark, Mark::Contested | Mark::Unknown) {
            open += 1;
        }
    }
    let mut list: Vec<CountryCount> = by_country.into_values().collect();
    list.sort_by_key(|c| (Reverse(c.services), c.country));
    Headline {
        total: counted().count(),
        by_country: list,
        undetermined,
        contested_or_unchecked: open,
        places: places(counted().map(|(service, _)| service)),
    }
}

fn is_counted(service: &Service) -> bool {
    service.role.is_counted() && matches!(service.state, State::Found | State::NotDetermined(_))
}

/// Nobody named: either not to be told, or somebody who is not in the data and whose place tells nothing either.
fn is_undetermined(service: &Service, reach: &ServiceReach) -> bool {
    matches!(service.state, State::NotDetermined(_))
        || (reach.mark == Mark::Unknown && service.layers.iter().all(|layer| layer.operator.is_none()))
}

/// Jurisdictions outside home that reach at least one operator of the service; all of them without a home.
fn reached_by(reach: &ServiceReach, context: &Context) -> Vec<CountryCode> {
    let codes = reach.layers.iter().flat_map(|layer| &layer.codes);
    let mut out: Vec<CountryCode> = codes
        .filter(|code| code.reach == Reach::Reached && (code.is_outside || context.home == Home::None))
        .map(|code| code.country)
        .collect();
    out.sort();
    out.dedup();
    out
}

/// Services by place: probable countries, or anycast; what is unknown or one table's word is left out.
fn places<'a>(services: impl Iterator<Item = &'a Service>) -> Vec<(PlaceLabel, usize)> {
    let mut counts: BTreeMap<PlaceLabel, usize> = BTreeMap::new();
    for service in services.filter(|s| !matches!(s.role, Role::Sender | Role::Dmarc)) {
        let mut countries: Vec<CountryCode> = Vec::new();
        let mut is_anycast = false;
        for layer in &service.layers {
            match &layer.place {
                Place::In(list) => countries.extend(list.iter().filter(|p| p.is_probable).map(|p| p.country)),
                Place::Anycast => is_anycast = true,
                Place::Unknown | Place::NotApplicable => {}
            }
        }
        countries.sort();
        countries.dedup();
        if !countries.is_empty() {
            *counts.entry(PlaceLabel::Countries(countries)).or_default() += 1;
        } else if is_anycast {
            *counts.entry(PlaceLabel::Anycast).or_default() += 1;
        }
    }
    let mut list: Vec<(PlaceLabel, usize)> = counts.into_iter().collect();
    list.sort_by_key(|(label, count)| (*label == PlaceLabel::Anycast, Reverse(*count), label.clone()));
    list
}
