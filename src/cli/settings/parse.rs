//! Texts of settings, parsed at the edge. A fault is a sentence about the value; its place is added by the caller.

use std::net::{IpAddr, SocketAddr};

use jiff::civil::Date;

use crate::attribute::{Home, HomeOrigin};
use crate::evidence::Vantage;
use crate::model::CountryCode;

/// One of the values of a list.
pub(super) fn value_of<T: clap::ValueEnum>(text: &str) -> Result<T, String> {
    T::from_str(text, true).map_err(|_| {
        let names: Vec<String> =
            T::value_variants().iter().filter_map(|v| Some(v.to_possible_value()?.get_name().to_owned())).collect();
        format!("{text:?} is not one of {}", names.join(", "))
    })
}

/// A number within bounds, which belong to it.
pub(super) fn number<T>(text: &str, low: T, high: T) -> Result<T, String>
where
    T: std::str::FromStr + PartialOrd + std::fmt::Display + Copy,
{
    match text.parse::<T>() {
        Ok(n) if n >= low && n <= high => Ok(n),
        _ => Err(format!("{text:?} is not a number from {low} to {high}")),
    }
}

/// `1` or `0`.
pub(super) fn parse_switch(text: &str) -> Result<bool, String> {
    match text {
        "1" | "true" => Ok(true),
        "0" | "false" => Ok(false),
        _ => Err(format!("{text:?} is neither 1 nor 0")),
    }
}

/// `FR`, `eea`, `none`.
pub(super) fn parse_home(text: &str) -> Result<Home, String> {
    match text.trim_start_matches('@').to_ascii_lowercase().as_str() {
        "none" => Ok(Home::None),
        "eea" => Ok(Home::Eea),
        // The home group of a member state is the EEA; `eu` and `uk` are no country codes.
        "eu" => Err("\"eu\" is not a home: use eea, or the country".into()),
        "uk" => Err("\"uk\" is not a country code: use GB".into()),
        code => match code.parse::<CountryCode>() {
            Ok(country) => Ok(Home::Country(country, HomeOrigin::Given)),
            Err(_) => Err(format!("{text:?} is neither a two-letter country code nor eea nor none")),
        },
    }
}

/// A date as ISO 8601 writes it.
pub(super) fn parse_date(text: &str) -> Result<Date, String> {
    // jiff also reads times and zones; a date of law has neither.
    let is_plain = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    text.parse::<Date>().ok().filter(|_| is_plain).ok_or_else(|| format!("{text:?} is not a date such as 2026-11-24"))
}

/// `FR`, `FR/AS64500`.
pub(super) fn parse_vantage(text: &str) -> Result<Vantage, String> {
    let (country, asn) = match text.split_once('/') {
        Some((country, asn)) => (country, Some(asn)),
        None => (text, None),
    };
    let bad = || format!("{text:?} is not a country code, such as FR or FR/AS64500");
    Ok(Vantage {
        country: Some(country.parse().map_err(|_| bad())?),
        asn: asn.map(|a| a.parse().map_err(|_| bad())).transpose()?,
        ..Vantage::default()
    })
}

/// `IP`, `IP:PORT`, `[IPv6]`, `[IPv6]:PORT`.
pub(super) fn parse_resolver(text: &str) -> Result<SocketAddr, String> {
    if let Ok(address) = text.parse::<SocketAddr>() {
        return if address.port() == 0 { Err(format!("{text:?}: port 0")) } else { Ok(address) };
    }
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
    match bare.parse::<IpAddr>() {
        Ok(ip) => Ok(SocketAddr::new(ip, 53)),
        Err(_) => Err(format!("{text:?} is not IP[:PORT]; a resolver is named by its address")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn dates_are_plain_days() {
        assert!(parse_date("2026-11-24").is_ok());
        for bad in ["2026-11-31", "2026-1-2", "20261124", "2026-11-24T00:00:00", "", "today", "-002026-01"] {
            assert!(parse_date(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn resolvers() {
        for (text, want) in [
            ("192.0.2.53", "192.0.2.53:53"),
            ("192.0.2.53:5353", "192.0.2.53:5353"),
            ("2001:db8::53", "[2001:db8::53]:53"),
            ("[2001:db8::53]", "[2001:db8::53]:53"),
            ("[2001:db8::53]:5353", "[2001:db8::53]:5353"),
        ] {
            assert_eq!(parse_resolver(text).unwrap().to_string(), want);
        }
        for bad in ["dns.example", "192.0.2.53:0", "192.0.2.53:99999", "", "[::1"] {
            assert!(parse_resolver(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn home_and_vantage() {
        assert_eq!(parse_home("@EEA"), Ok(Home::Eea));
        assert_eq!(parse_home("none"), Ok(Home::None));
        assert!(matches!(parse_home("fr"), Ok(Home::Country(_, HomeOrigin::Given))));
        assert!(parse_home("uk").is_err() && parse_home("eu").is_err() && parse_home("").is_err());
        let vantage = parse_vantage("FR/AS64500").unwrap();
        assert_eq!(vantage.asn.map(|a| a.0), Some(64500));
        assert!(parse_vantage("FRA").is_err() && parse_vantage("FR/x").is_err());
    }
}
