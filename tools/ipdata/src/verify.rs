//! Reads the written file the way the program will and compares it with the source tables.

use std::fs;
use std::net::IpAddr;
use std::path::Path;

use maxminddb::Reader;
use serde::Deserialize;

use crate::error::Error;
use crate::infer::Origins;
use crate::mmdb::DATABASE_TYPE;
use crate::source::Sources;
use crate::table::{Family, Row, number};

/// Of each family this many mismatches are shown; more would only repeat the first.
const SHOWN: u64 = 10;

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
struct Record<'a> {
    c: Option<&'a str>,
    r: Option<&'a str>,
    a: Option<u32>,
    n: Option<&'a str>,
    i: Option<&'a str>,
    s: Option<u16>,
}

pub fn open(path: &Path) -> Result<Reader<Vec<u8>>, Error> {
    let packed = fs::read(path).map_err(Error::file(path))?;
    let raw = zstd::decode_all(packed.as_slice()).map_err(Error::file(path))?;
    let reader = Reader::from_source(raw).map_err(Error::mmdb(path))?;
    if reader.metadata().database_type != DATABASE_TYPE {
        return Err(Error::package(path, "not a table of this tool"));
    }
    Ok(reader)
}

pub fn show(reader: &Reader<Vec<u8>>, ip: IpAddr) -> Result<String, Error> {
    let record = look_up(reader, ip)?;
    let text = |field: Option<&str>| field.unwrap_or("-").to_owned();
    let digits = |field: Option<u32>| field.map_or("-".to_owned(), |value| value.to_string());
    Ok(format!(
        "c={} r={} a={} n={} i={} s={}",
        text(record.c),
        text(record.r),
        digits(record.a),
        text(record.n),
        text(record.i),
        digits(record.s.map(u32::from))
    ))
}

fn look_up(reader: &Reader<Vec<u8>>, ip: IpAddr) -> Result<Record<'_>, Error> {
    let found =
        reader.lookup(ip).and_then(|found| found.decode()).map_err(|error| Error::Check(format!("{ip}: {error}")))?;
    Ok(found.unwrap_or_default())
}

/// Compares `samples` addresses of each family and walks the whole file once.
pub fn compare(reader: &Reader<Vec<u8>>, sources: &Sources, origins: &Origins, samples: u32) -> Result<(), Error> {
    reader.verify().map_err(|error| Error::Check(error.to_string()))?;
    let mut random = Random(0x6a75_7269_7364_6967);
    let mut wrong = 0;
    for family in Family::BOTH {
        let (mut compared, mut known, mut bad) = (0_u64, 0_u64, 0_u64);
        let mut check = |address: u128| -> Result<(), Error> {
            let ip = family.address(address);
            let found = look_up(reader, ip)?;
            compared += 1;
            known += u64::from(found != Record::default());
            if !matches(sources, origins, ip, &found) {
                bad += 1;
                if bad <= SHOWN {
                    println!("mismatch at {ip}: {found:?}");
                }
            }
            Ok(())
        };
        for _ in 0..samples {
            check(random.address(sources, family))?;
        }
        let borders = borders(sources, family);
        for address in &borders {
            check(*address)?;
        }
        println!(
            "verify {}: {samples} random addresses and {} borders, {known} of {compared} with a record, {bad} mismatches",
            family.name(),
            borders.len()
        );
        wrong += bad;
    }
    let networks = reader.networks(Default::default()).map_err(|error| Error::Check(error.to_string()))?.count();
    println!("verify: {networks} networks in the file, structure sound");
    if wrong > 0 {
        return Err(Error::Check(format!("{wrong} addresses differ from the sources")));
    }
    Ok(())
}

fn matches(sources: &Sources, origins: &Origins, ip: IpAddr, found: &Record<'_>) -> bool {
    let (family, address) = number(ip);
    let tables = sources.family(family);
    let code = |code: Option<crate::source::Code>| code.map(|code| code.text());
    let network = tables.network.get(address).map(|id| &sources.networks[id as usize]);
    let origin = network.and_then(|network| origins.get(&network.number));
    let (c, r) = (code(tables.location.get(address)), code(tables.registration.get(address)));
    let i = code(origin.map(|origin| origin.country));
    *found
        == Record {
            c: c.as_deref(),
            r: r.as_deref(),
            a: network.map(|network| network.number),
            n: network.map(|network| network.name.as_str()).filter(|name| !name.is_empty()),
            i: i.as_deref(),
            s: origin.map(|origin| origin.share),
        }
}

/// First and last address of every row of every source table, and their outer neighbours: an error of one shows there.
fn borders(sources: &Sources, family: Family) -> Vec<u128> {
    fn push<V>(rows: &[Row<V>], last: u128, out: &mut Vec<u128>) {
        for row in rows {
            out.extend([row.start.saturating_sub(1), row.start, row.end]);
            out.push(row.end.saturating_add(1).min(last));
        }
    }
    let tables = sources.family(family);
    let mut out = Vec::new();
    push(tables.location.rows(), family.last(), &mut out);
    push(tables.registration.rows(), family.last(), &mut out);
    push(tables.network.rows(), family.last(), &mut out);
    out.sort_unstable();
    out.dedup();
    out
}

/// SplitMix64 from a fixed seed: a failed check can be repeated, and no crate is needed for it.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Not exactly uniform, which does not matter here.
    fn up_to(&mut self, last: u128) -> u128 {
        let wide = (u128::from(self.next()) << 64) | u128::from(self.next());
        match last.checked_add(1) {
            Some(count) => wide % count,
            None => wide,
        }
    }

    /// Half from the whole family, half from within a row of one of the tables: the whole of IPv6 is nearly empty.
    fn address(&mut self, sources: &Sources, family: Family) -> u128 {
        let tables = sources.family(family);
        match self.next() % 6 {
            0 => self.within(tables.location.rows()),
            1 => self.within(tables.registration.rows()),
            2 => self.within(tables.network.rows()),
            _ if family == Family::V4 => self.up_to(family.last()),
            // Global unicast, 2000::/3.
            _ => (0x2000 << 112) + self.up_to((1 << 125) - 1),
        }
    }

    fn within<V>(&mut self, rows: &[Row<V>]) -> u128 {
        if rows.is_empty() {
            return 0;
        }
        let row = &rows[self.up_to(rows.len() as u128 - 1) as usize];
        row.start + self.up_to(row.end - row.start)
    }
}
