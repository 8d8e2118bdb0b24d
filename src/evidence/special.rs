//! Which addresses are not part of the public Internet: the IANA special-purpose registries, from `data/ip/special.csv`.

use std::net::IpAddr;
use std::sync::LazyLock;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// A block of the IANA special-purpose address registries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Special {
    /// The block, such as `10.0.0.0/8`.
    pub block: String,
    /// Its name in the registry.
    pub name: String,
    /// The document that reserves it.
    pub rfc: String,
}

static BLOCKS: LazyLock<Vec<(IpNet, bool, Special)>> =
    LazyLock::new(|| parse(include_str!("../../data/ip/special.csv")));

/// Rows are `block,name,rfc,globally_reachable`; a broken row is a fault of the build and found by the test below.
fn parse(text: &str) -> Vec<(IpNet, bool, Special)> {
    text.lines()
        .skip(1)
        .filter_map(|line| {
            let mut cells = line.split(',');
            let (block, name, rfc, global) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
            let net = block.parse().ok()?;
            let special = Special { block: block.to_owned(), name: name.to_owned(), rfc: rfc.to_owned() };
            Some((net, global.trim() == "true", special))
        })
        .collect()
}

/// The narrowest special-purpose block the address lies in, unless that block is globally reachable.
/// An IPv6 address that carries an IPv4 address (mapped, NAT64) is judged by the carried one too.
#[must_use]
pub fn special_purpose(ip: IpAddr) -> Option<&'static Special> {
    let narrowest = BLOCKS.iter().filter(|(net, ..)| net.contains(&ip)).max_by_key(|(net, ..)| net.prefix_len());
    narrowest.filter(|(_, global, _)| !global).map(|(.., special)| special)
}
