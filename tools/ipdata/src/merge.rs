//! Three tables into one: a sweep over all borders, neighbours with equal facts joined.

use std::collections::HashSet;

use crate::infer::Origins;
use crate::source::{Code, NetworkId, Sources};
use crate::table::{Family, Row};

/// What is known of an address. The rest of a record follows from the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Facts {
    pub location: Option<Code>,
    pub registration: Option<Code>,
    pub network: Option<NetworkId>,
}

pub struct Merged {
    v4: Vec<Row<Facts>>,
    v6: Vec<Row<Facts>>,
    pub origins: Origins,
}

impl Merged {
    pub fn family(&self, family: Family) -> &[Row<Facts>] {
        match family {
            Family::V4 => &self.v4,
            Family::V6 => &self.v6,
        }
    }

    pub fn summary(&self) -> String {
        let records: HashSet<_> = self.v4.iter().chain(&self.v6).map(|row| row.value).collect();
        let location_only = Family::BOTH.map(|family| {
            let rows = self.family(family).iter();
            rows.filter(|row| row.value.registration.is_none() && row.value.network.is_none()).count()
        });
        format!(
            "segments: IPv4 {} ({} with a location alone), IPv6 {} ({} with a location alone); {} distinct records",
            self.v4.len(),
            location_only[0],
            self.v6.len(),
            location_only[1],
            records.len()
        )
    }
}

pub fn merge(sources: &Sources) -> Merged {
    Merged { v4: segments(sources, Family::V4), v6: segments(sources, Family::V6), origins: Origins::default() }
}

fn segments(sources: &Sources, family: Family) -> Vec<Row<Facts>> {
    let tables = sources.family(family);
    let mut location = Cursor::new(tables.location.disjoint());
    let mut registration = Cursor::new(tables.registration.disjoint());
    let mut network = Cursor::new(tables.network.disjoint());

    let mut merged: Vec<Row<Facts>> = Vec::new();
    let mut start = 0;
    loop {
        let (location, location_end) = location.at(start, family);
        let (registration, registration_end) = registration.at(start, family);
        let (network, network_end) = network.at(start, family);
        let end = location_end.min(registration_end).min(network_end);
        let value = Facts { location, registration, network };
        if location.is_some() || registration.is_some() || network.is_some() {
            match merged.last_mut() {
                Some(last) if last.value == value && last.end + 1 == start => last.end = end,
                _ => merged.push(Row { start, end, value }),
            }
        }
        if end == family.last() {
            return merged;
        }
        start = end + 1;
    }
}

/// Walks one table upwards.
struct Cursor<V> {
    rows: std::iter::Peekable<std::vec::IntoIter<Row<V>>>,
}

impl<V: Copy> Cursor<V> {
    fn new(rows: Vec<Row<V>>) -> Self {
        Self { rows: rows.into_iter().peekable() }
    }

    /// The value at `address` and the last address for which it holds.
    fn at(&mut self, address: u128, family: Family) -> (Option<V>, u128) {
        while self.rows.next_if(|row| row.end < address).is_some() {}
        match self.rows.peek() {
            Some(row) if row.start <= address => (Some(row.value), row.end),
            Some(row) => (None, row.start - 1),
            None => (None, family.last()),
        }
    }
}
