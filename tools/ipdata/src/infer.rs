//! The country of an autonomous system, inferred: the registration country that most of its announced space has.
//!
//! Weight: IPv4 addresses if any IPv4 space of the system has a registration country, else IPv6 /64 networks
//! (a part of a /64 counts as one). The two are never added up: one IPv6 allocation would outweigh all of IPv4.
//! The share is of all announced space of that family, space without a registration country included, and is
//! rounded down, so that 100 means all of it. Of two countries with equal weight the first in the alphabet is taken.

use std::collections::{BTreeMap, HashMap};

use crate::merge::Merged;
use crate::source::{Code, Sources};
use crate::table::Family;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    pub country: Code,
    /// Whole per cent, 0 to 100.
    pub share: u16,
}

/// By AS number.
pub type Origins = HashMap<u32, Origin>;

#[derive(Default)]
struct Weights {
    all: u128,
    countries: BTreeMap<Code, u128>,
}

pub fn countries(sources: &Sources, merged: &Merged) -> Origins {
    let v4 = weights(sources, merged, Family::V4);
    let mut origins: Origins = weights(sources, merged, Family::V6)
        .iter()
        .filter_map(|(number, weights)| Some((*number, origin(weights)?)))
        .collect();
    origins.extend(v4.iter().filter_map(|(number, weights)| Some((*number, origin(weights)?))));
    origins
}

fn weights(sources: &Sources, merged: &Merged, family: Family) -> HashMap<u32, Weights> {
    let unit_bits = if family == Family::V4 { 0 } else { 64 };
    let mut found: HashMap<u32, Weights> = HashMap::new();
    for row in merged.family(family) {
        let Some(network) = row.value.network else {
            continue;
        };
        let number = sources.networks[network as usize].number;
        let units = (row.end >> unit_bits) - (row.start >> unit_bits) + 1;
        let weights = found.entry(number).or_default();
        weights.all += units;
        if let Some(country) = row.value.registration {
            *weights.countries.entry(country).or_default() += units;
        }
    }
    found
}

fn origin(weights: &Weights) -> Option<Origin> {
    // `max_by_key` keeps the last of equals, hence the reversed order.
    let (country, weight) = weights.countries.iter().rev().max_by_key(|(_, weight)| **weight)?;
    let share = u16::try_from(weight * 100 / weights.all).ok()?;
    Some(Origin { country: *country, share })
}

pub fn summary(origins: &Origins) -> String {
    let count = |test: fn(u16) -> bool| origins.values().filter(|o| test(o.share)).count();
    format!(
        "{} systems with a country, {} with a share of 99 or more, {} below 60",
        origins.len(),
        count(|share| share >= 99),
        count(|share| share < 60)
    )
}

#[cfg(test)]
mod tests {
    use super::{Weights, origin};
    use crate::source::Code;

    fn weights(all: u128, countries: &[(Code, u128)]) -> Weights {
        Weights { all, countries: countries.iter().copied().collect() }
    }

    #[test]
    fn largest_share_counts_and_is_rounded_down() {
        let (be, fr) = (Code::known(b"BE"), Code::known(b"FR"));
        let found = origin(&weights(1000, &[(be, 4), (fr, 996)]));
        assert_eq!(found.map(|o| (o.country, o.share)), Some((fr, 99)));
        let found = origin(&weights(4, &[(fr, 2), (be, 2)]));
        assert_eq!(found.map(|o| (o.country, o.share)), Some((be, 50)));
        assert!(origin(&weights(4, &[])).is_none());
    }
}
