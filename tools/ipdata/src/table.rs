//! Ranges of one address family, as the packages publish them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    V4,
    V6,
}

impl Family {
    pub const BOTH: [Self; 2] = [Self::V4, Self::V6];

    /// Highest address as a number.
    pub fn last(self) -> u128 {
        match self {
            Self::V4 => u128::from(u32::MAX),
            Self::V6 => u128::MAX,
        }
    }

    pub fn address(self, number: u128) -> IpAddr {
        match self {
            // Rows are checked against `last` when they are read, so nothing is cut off here.
            Self::V4 => Ipv4Addr::from(number as u32).into(),
            Self::V6 => Ipv6Addr::from(number).into(),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        }
    }
}

pub fn number(ip: IpAddr) -> (Family, u128) {
    match ip {
        IpAddr::V4(ip) => (Family::V4, u128::from(u32::from(ip))),
        IpAddr::V6(ip) => (Family::V6, u128::from(ip)),
    }
}

/// An inclusive range with its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row<V> {
    pub start: u128,
    pub end: u128,
    pub value: V,
}

/// Rows sorted by start. Rows of a published file may overlap; `disjoint` settles that.
#[derive(Debug, Default)]
pub struct Table<V> {
    rows: Vec<Row<V>>,
    /// Highest end up to and including each row, so that a look-up knows when to stop going back.
    reach: Vec<u128>,
}

impl<V: Copy> Table<V> {
    pub fn new(mut rows: Vec<Row<V>>) -> Self {
        // Longer row first where two start together: the narrower one is then the later one and wins.
        rows.sort_by_key(|row| (row.start, std::cmp::Reverse(row.end)));
        let reach = rows
            .iter()
            .scan(0, |highest, row| {
                *highest = row.end.max(*highest);
                Some(*highest)
            })
            .collect();
        Self { rows, reach }
    }

    pub fn rows(&self) -> &[Row<V>] {
        &self.rows
    }

    /// Value of the last starting row that holds the address.
    pub fn get(&self, address: u128) -> Option<V> {
        let mut index = self.rows.partition_point(|row| row.start <= address);
        while index > 0 && self.reach[index - 1] >= address {
            index -= 1;
            if self.rows[index].end >= address {
                return Some(self.rows[index].value);
            }
        }
        None
    }

    /// Rows that start before an earlier one has ended.
    pub fn overlaps(&self) -> usize {
        let starts = self.rows.iter().skip(1).map(|row| row.start);
        starts.zip(&self.reach).filter(|(start, reach)| start <= reach).count()
    }

    /// The same table without overlaps: a row that starts later takes its addresses from the earlier ones.
    /// This is `get` for whole ranges, found by a sweep with a stack of the rows still open.
    pub fn disjoint(&self) -> Vec<Row<V>> {
        let mut parts = Vec::with_capacity(self.rows.len());
        let mut open: Vec<Row<V>> = Vec::new();
        // First address not yet decided; `None` once the last address of the family is.
        let mut next = Some(0);
        for row in &self.rows {
            close(&mut open, &mut next, &mut parts, row.start);
            if let (Some(top), Some(from)) = (open.last(), next)
                && from < row.start
            {
                parts.push(Row { start: from, end: row.start - 1, value: top.value });
            }
            next = Some(row.start);
            open.push(*row);
        }
        while let Some(top) = open.pop() {
            finish(top, &mut next, &mut parts);
        }
        parts
    }
}

fn close<V: Copy>(open: &mut Vec<Row<V>>, next: &mut Option<u128>, parts: &mut Vec<Row<V>>, before: u128) {
    while open.last().is_some_and(|top| top.end < before) {
        if let Some(top) = open.pop() {
            finish(top, next, parts);
        }
    }
}

fn finish<V: Copy>(top: Row<V>, next: &mut Option<u128>, parts: &mut Vec<Row<V>>) {
    if let Some(from) = *next
        && from <= top.end
    {
        parts.push(Row { start: from, end: top.end, value: top.value });
        *next = top.end.checked_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::{Row, Table};

    fn table(rows: &[(u128, u128, char)]) -> Table<char> {
        Table::new(rows.iter().map(|&(start, end, value)| Row { start, end, value }).collect())
    }

    #[test]
    fn sweep_and_look_up_agree() {
        let last = u128::MAX;
        let cases: [&[(u128, u128, char)]; 6] = [
            &[(1, 3, 'a'), (5, 9, 'b')],
            &[(1, 6, 'a'), (4, 9, 'b')],
            &[(1, 9, 'a'), (3, 4, 'b'), (6, 7, 'c')],
            &[(1, 9, 'a'), (2, 8, 'b'), (3, 4, 'c'), (4, 5, 'd')],
            &[(1, 4, 'a'), (1, 9, 'b'), (9, 9, 'c')],
            &[(0, last, 'a'), (last, last, 'b'), (8, 9, 'c')],
        ];
        for rows in cases {
            let table = table(rows);
            let parts = Table::new(table.disjoint());
            assert_eq!(parts.overlaps(), 0, "{rows:?}");
            for address in (0..12).chain([last - 1, last]) {
                assert_eq!(parts.get(address), table.get(address), "{rows:?} {address}");
            }
        }
    }

    #[test]
    fn overlaps_are_counted() {
        assert_eq!(table(&[(1, 3, 'a'), (4, 9, 'b')]).overlaps(), 0);
        assert_eq!(table(&[(1, 4, 'a'), (4, 9, 'b')]).overlaps(), 1);
    }
}
