//! Which addresses are not part of the public Internet: the IANA special-purpose registries, from `data/ip/special.csv`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
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

struct Block {
    net: IpNet,
    is_global: bool,
    special: Special,
}

/// IPv6 outside the one block that global unicast addresses come from, by the IANA IPv6 address space registry; the
/// special-purpose registry does not list it. `::/96` once carried IPv4 addresses.
const UNASSIGNED_V6: &str = "\
block,name,rfc,globally_reachable
::/96,Deprecated (IPv4-Compatible Address),RFC 4291,false
::/8,Reserved by IETF,RFC 3513; RFC 4291,false
100::/8,Reserved by IETF,RFC 3513; RFC 4291,false
200::/7,Reserved by IETF,RFC 4048,false
400::/6,Reserved by IETF,RFC 3513; RFC 4291,false
800::/5,Reserved by IETF,RFC 3513; RFC 4291,false
1000::/4,Reserved by IETF,RFC 3513; RFC 4291,false
4000::/3,Reserved by IETF,RFC 3513; RFC 4291,false
6000::/3,Reserved by IETF,RFC 3513; RFC 4291,false
8000::/3,Reserved by IETF,RFC 3513; RFC 4291,false
a000::/3,Reserved by IETF,RFC 3513; RFC 4291,false
c000::/3,Reserved by IETF,RFC 3513; RFC 4291,false
e000::/4,Reserved by IETF,RFC 3513; RFC 4291,false
f000::/5,Reserved by IETF,RFC 3513; RFC 4291,false
f800::/6,Reserved by IETF,RFC 3513; RFC 4291,false
fe00::/9,Reserved by IETF,RFC 3513; RFC 4291,false
fec0::/10,Deprecated (Site-Local Unicast),RFC 3879,false
";

/// IPv4 blocks, then IPv6 blocks, each with the longest prefix first.
static BLOCKS: LazyLock<[Vec<Block>; 2]> = LazyLock::new(|| {
    let mut blocks = parse(include_str!("../../data/ip/special.csv"));
    blocks.extend(parse(UNASSIGNED_V6));
    blocks.sort_by_key(|block| std::cmp::Reverse(block.net.prefix_len()));
    let (v4, v6) = blocks.into_iter().partition(|block| matches!(block.net, IpNet::V4(_)));
    [v4, v6]
});

/// Rows are `block,name,rfc,globally_reachable`; a broken row is a fault of the build and found by the test below.
fn parse(text: &str) -> Vec<Block> {
    text.lines().skip(1).filter_map(parse_row).collect()
}

fn parse_row(line: &str) -> Option<Block> {
    let mut cells = line.split(',');
    let (block, name, rfc, global) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
    let net = block.parse().ok()?;
    let special = Special { block: block.to_owned(), name: name.to_owned(), rfc: rfc.to_owned() };
    Some(Block { net, is_global: global.trim() == "true", special })
}

/// The narrowest special-purpose block the address lies in, unless that block is globally reachable.
///
/// An IPv6 address that carries an IPv4 address is judged by the carried one first: a mapped or translated address
/// is as public as what it carries, and a 6to4 or Teredo address of a private one names the private block.
#[must_use]
pub fn special_purpose(ip: IpAddr) -> Option<&'static Special> {
    let IpAddr::V6(v6) = ip else { return narrowest(ip) };
    match carried(v6) {
        Some(Carried { ip: v4, is_transparent }) => {
            let inner = narrowest(IpAddr::V4(v4));
            if is_transparent { inner } else { inner.or_else(|| narrowest(ip)) }
        }
        None => narrowest(ip),
    }
}

/// The IPv4 address that an IPv4-mapped (`::ffff:0:0/96`) or translated (NAT64, `64:ff9b::/96`) address stands for:
/// what tables have to be asked about.
#[must_use]
pub fn carried_address(ip: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(v6) = ip else { return None };
    carried(v6).filter(|carried| carried.is_transparent).map(|carried| carried.ip)
}

fn narrowest(ip: IpAddr) -> Option<&'static Special> {
    let blocks = &BLOCKS[usize::from(ip.is_ipv6())];
    let block = blocks.iter().find(|block| block.net.contains(&ip))?;
    (!block.is_global).then_some(&block.special)
}

/// An IPv4 address inside an IPv6 address.
struct Carried {
    ip: Ipv4Addr,
    /// The IPv6 form is only another way to write or reach the IPv4 address.
    is_transparent: bool,
}

fn carried(ip: Ipv6Addr) -> Option<Carried> {
    let s = ip.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match s {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(Carried { ip: v4(high, low), is_transparent: true })
        }
        [0x2002, high, low, ..] => Some(Carried { ip: v4(high, low), is_transparent: false }),
        // Teredo hides the client's address by inverting its bits (RFC 4380, section 4).
        [0x2001, 0, _, _, _, _, high, low] => Some(Carried { ip: v4(!high, !low), is_transparent: false }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop")]

    use super::*;

    fn block(ip: &str) -> Option<&'static str> {
        special_purpose(ip.parse().unwrap()).map(|special| special.block.as_str())
    }

    #[test]
    fn every_row_parses() {
        let rows = |text: &str| text.lines().count() - 1;
        let csv = include_str!("../../data/ip/special.csv");
        assert_eq!(parse(csv).len(), rows(csv));
        assert_eq!(parse(UNASSIGNED_V6).len(), rows(UNASSIGNED_V6));
        assert!(rows(csv) > 45);
    }

    /// First and last address of every row of the file, judged by a second implementation: the narrowest row wins.
    #[test]
    fn edges_of_every_block() {
        let rows = parse(include_str!("../../data/ip/special.csv"));
        for row in &rows {
            for ip in [row.net.network(), row.net.broadcast()] {
                if matches!(ip, IpAddr::V6(v6) if carried(v6).is_some()) {
                    continue; // Judged by what they carry: the test after next.
                }
                let narrowest = rows
                    .iter()
                    .filter(|other| other.net.contains(&ip))
                    .max_by_key(|other| other.net.prefix_len())
                    .unwrap();
                let want = (!narrowest.is_global).then_some(narrowest.special.block.as_str());
                assert_eq!(block(&ip.to_string()), want, "{ip} of {}", row.special.block);
            }
        }
    }

    #[test]
    fn neighbours_of_blocks_are_public() {
        for ip in [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "198.51.99.255",
            "198.51.101.0",
            "203.0.112.255",
            "203.0.114.0",
            "223.255.255.255",
            "192.0.0.9",
            "192.88.98.255",
            "2000::1",
            "2001:200::1",
            "2001:db7:ffff::1",
            "2001:db9::1",
            "2003::1",
            "2a01:111::1",
            "3ffe:ffff::1",
            "3fff:1000::1",
            "2001:1::1",
        ] {
            assert_eq!(block(ip), None, "{ip}");
        }
    }

    /// trust.md, fact 8: forms the standard library and the usual crates take for public.
    #[test]
    fn carried_addresses_decide() {
        for (ip, want) in [
            ("::ffff:127.0.0.1", Some("127.0.0.0/8")),
            ("::ffff:8.8.8.8", None),
            ("::127.0.0.1", Some("::/96")),
            ("::1", Some("::1/128")),
            ("::", Some("::/128")),
            ("64:ff9b::7f00:1", Some("127.0.0.0/8")),
            ("64:ff9b::a9fe:a9fe", Some("169.254.0.0/16")),
            ("64:ff9b::808:808", None),
            ("64:ff9b:1::808:808", Some("64:ff9b:1::/48")),
            ("2002:7f00:1::", Some("127.0.0.0/8")),
            ("2002:808:808::1", Some("2002::/16")),
            // Teredo of 10.0.0.1 and of 8.8.8.8.
            ("2001:0:4136:e378:8000:63bf:f5ff:fffe", Some("10.0.0.0/8")),
            ("2001:0:4136:e378:8000:63bf:f7f7:f7f7", Some("2001::/32")),
            ("3fff::1", Some("3fff::/20")),
            ("5f00::1", Some("5f00::/16")),
            ("100::1", Some("100::/64")),
            ("4000::1", Some("4000::/3")),
            ("fec0::1", Some("fec0::/10")),
            ("fe80::1", Some("fe80::/10")),
            ("fd00::1", Some("fc00::/7")),
            ("ff02::1", Some("ff00::/8")),
        ] {
            assert_eq!(block(ip), want, "{ip}");
        }
    }

    #[test]
    fn tables_are_asked_about_the_carried_address() {
        let carried = |ip: &str| carried_address(ip.parse().unwrap()).map(|ip| ip.to_string());
        assert_eq!(carried("::ffff:8.8.8.8").as_deref(), Some("8.8.8.8"));
        assert_eq!(carried("64:ff9b::808:808").as_deref(), Some("8.8.8.8"));
        assert_eq!(carried("2002:808:808::1"), None);
        assert_eq!(carried("2a00::1"), None);
        assert_eq!(carried("8.8.8.8"), None);
    }
}
