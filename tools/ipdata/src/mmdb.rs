//! The merged table as an mmdb.

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use mmdb_writer::{Ipv4Aliasing, Value, Writer};

use crate::error::Error;
use crate::infer::Origins;
use crate::merge::{Facts, Merged};
use crate::source::Sources;
use crate::table::Family;

pub const DATABASE_TYPE: &str = "jurisdig-ip";

pub fn build(sources: &Sources, merged: &Merged) -> Result<Vec<u8>, Error> {
    let description = description(sources);
    let mut writer = Writer::builder(DATABASE_TYPE)
        .languages([] as [&str; 0])
        .description(&[("en", description.as_str())])
        // Teredo space has records of its own in the sources, which aliases would hide.
        .ipv4_aliasing(Ipv4Aliasing::Disabled)
        .build_epoch(SystemTime::UNIX_EPOCH + Duration::from_secs(midnight(sources.date())?))
        .build();
    for family in Family::BOTH {
        for row in merged.family(family) {
            let (start, end) = (family.address(row.start), family.address(row.end));
            if holds_ipv4(start) {
                let what = format!("{start} lies where the file keeps IPv4");
                return Err(Error::Check(what));
            }
            writer.insert_range(start, end, &record(sources, &merged.origins, row.value))?;
        }
    }
    Ok(writer.to_bytes()?)
}

/// IPv4 is kept at ::/96 of an mmdb; a source row there would silently overwrite it.
fn holds_ipv4(start: IpAddr) -> bool {
    matches!(start, IpAddr::V6(ip) if u128::from(ip) <= Family::V4.last())
}

pub fn record(sources: &Sources, origins: &Origins, facts: Facts) -> Value {
    let mut fields = Vec::with_capacity(6);
    if let Some(code) = facts.location {
        fields.push(("c", Value::from(code.text())));
    }
    if let Some(code) = facts.registration {
        fields.push(("r", Value::from(code.text())));
    }
    if let Some(id) = facts.network {
        let network = &sources.networks[id as usize];
        fields.push(("a", Value::from(network.number)));
        if !network.name.is_empty() {
            fields.push(("n", Value::from(network.name.as_str())));
        }
        if let Some(origin) = origins.get(&network.number) {
            fields.push(("i", Value::from(origin.country.text())));
            fields.push(("s", Value::from(origin.share)));
        }
    }
    Value::map(fields)
}

fn description(sources: &Sources) -> String {
    let packages: Vec<_> = sources
        .packages
        .iter()
        .map(|package| format!("{} {} ({})", package.name, package.version, package.date))
        .collect();
    format!("Merged from {}", packages.join(", "))
}

/// Seconds since 1970 of a day's first moment, UTC.
fn midnight(date: &str) -> Result<u64, Error> {
    let fault = || Error::Check(format!("{date:?} is not a date after 1970"));
    let mut parts = date.split('-').map(str::parse::<u64>);
    let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day))) = (parts.next(), parts.next(), parts.next()) else {
        return Err(fault());
    };
    if year < 1970 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return Err(fault());
    }
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let months = [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let years: u64 = (1970..year).map(|year| 365 + u64::from(leap(year))).sum();
    let days: u64 = years + months.iter().take(month as usize - 1).sum::<u64>() + day - 1;
    Ok(days * 86_400)
}

#[cfg(test)]
mod tests {
    use super::midnight;

    #[test]
    fn days_are_counted_from_1970() {
        assert_eq!(midnight("1970-01-01").ok(), Some(0));
        assert_eq!(midnight("2000-03-01").ok(), Some(951_868_800));
        assert_eq!(midnight("2026-06-17").ok(), Some(1_781_654_400));
        assert!(midnight("1969-01-01").is_err());
        assert!(midnight("").is_err());
    }
}
