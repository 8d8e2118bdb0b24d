#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop")]

use std::time::{Duration, SystemTime};

use ipnet::IpNet;
use mmdb_writer::{IpVersion, Ipv4Aliasing, Value, Writer};

use super::*;

const NET: &str = "8.8.8.0/24";
const IP: &str = "8.8.8.8";

fn mmdb(version: IpVersion, rows: Vec<(&str, Value)>) -> Vec<u8> {
    let mut writer = Writer::builder("Some-Vendor")
        .ip_version(version)
        .ipv4_aliasing(Ipv4Aliasing::Disabled)
        .build_epoch(SystemTime::UNIX_EPOCH + Duration::from_secs(1_780_272_000))
        .build();
    for (net, value) in rows {
        writer.insert_value(net.parse::<IpNet>().unwrap(), value).unwrap();
    }
    writer.to_bytes().unwrap()
}

/// Tables of the user's alone, one file a record.
fn tables(records: Vec<Value>) -> IpTables {
    let dir = tempfile::tempdir().unwrap();
    let mut tables = IpTables::default();
    for (i, record) in records.into_iter().enumerate() {
        let path = dir.path().join(format!("t{i}.mmdb"));
        std::fs::write(&path, mmdb(IpVersion::V6, vec![(NET, record)])).unwrap();
        tables.add_file(&path).unwrap();
    }
    tables
}

fn facts_of(record: Value) -> AddressFacts {
    tables(vec![record]).facts(IP.parse().unwrap())
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::map(entries)
}

fn s(text: &str) -> Value {
    Value::from(text)
}

fn place(facts: &AddressFacts) -> &PlaceFact {
    &facts.place.found().unwrap()[0]
}

fn code(facts: &AddressFacts) -> Option<String> {
    place(facts).country.map(|code| code.to_string())
}

fn asn(facts: &AddressFacts) -> (u32, &str) {
    let fact = facts.asn.found().unwrap();
    (fact.asn.0, fact.name.as_str())
}

#[test]
fn embedded_table_knows_the_spot_checks_of_the_design() {
    let tables = IpTables::embedded().unwrap();
    let info = &tables.infos()[0];
    assert_eq!((info.id.as_str(), info.kind.as_str()), ("embedded", "jurisdig-ip"));
    assert_eq!(
        info.sha256,
        data_encoding::HEXLOWER.encode(&sha2::Digest::finalize(<sha2::Sha256 as sha2::Digest>::new_with_prefix(
            include_bytes!(concat!(env!("OUT_DIR"), "/ip.mmdb"))
        )))
    );
    for (ip, number, located, registered) in [
        ("45.60.155.214", 19551, "GB", "US"),
        ("1.1.1.1", 13335, "AU", "AU"),
        ("8.8.8.8", 15169, "US", "US"),
        ("95.216.1.1", 24940, "FI", "DE"),
        ("54.37.1.1", 16276, "GB", "FR"),
    ] {
        let facts = tables.facts(ip.parse().unwrap());
        assert_eq!(asn(&facts).0, number, "{ip}");
        assert_eq!(code(&facts).as_deref(), Some(located), "{ip}");
        assert_eq!(facts.registered_in.found().unwrap().country.to_string(), registered, "{ip}");
        assert!(facts.asn.found().unwrap().inferred_share.unwrap() <= 100);
    }
    // The mapped and the translated form of an address are that address.
    let plain = tables.facts(IP.parse().unwrap());
    for form in ["::ffff:8.8.8.8", "64:ff9b::808:808"] {
        let facts = tables.facts(form.parse().unwrap());
        assert_eq!(facts.ip.to_string(), form.parse::<IpAddr>().unwrap().to_string());
        assert_eq!(
            (facts.asn, facts.place, facts.registered_in),
            (plain.asn.clone(), plain.place.clone(), plain.registered_in.clone())
        );
    }
}

#[test]
fn the_embedded_table_knows_networks_by_number() {
    let tables = IpTables::embedded().unwrap();
    let ovh = tables.network(Asn(16276)).unwrap();
    assert!(ovh.name.to_ascii_lowercase().contains("ovh"), "{}", ovh.name);
    assert_eq!(ovh.inferred_country.map(|c| c.to_string()).as_deref(), Some("FR"));
    assert_eq!(tables.network(Asn(4_294_967_290)), None);
}

#[test]
fn special_addresses_are_never_looked_up() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.mmdb");
    let record = map([("country_code", s("US")), ("asn", s("AS174"))]);
    std::fs::write(&path, mmdb(IpVersion::V6, vec![("::/0", record)])).unwrap();
    let mut tables = IpTables::default();
    tables.add_file(&path).unwrap();
    for ip in ["10.1.2.3", "192.0.2.1", "127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2001:db8::1", "fe80::1"] {
        let facts = tables.facts(ip.parse().unwrap());
        assert!(facts.special.is_some(), "{ip}");
        assert_eq!(facts.asn, Probe::Skipped(SkipReason::NotApplicable), "{ip}");
        assert_eq!(facts.place, Probe::Skipped(SkipReason::NotApplicable), "{ip}");
        assert_eq!(facts.registered_in, Probe::Skipped(SkipReason::NotApplicable), "{ip}");
    }
    assert_eq!(asn(&tables.facts("2a01::1".parse().unwrap())), (174, ""));
}

/// performance.md, section 4: a reader of one width takes every other width for "unknown".
#[test]
fn as_numbers_of_every_width_and_as_text() {
    for number in [
        Value::from(174_u16),
        Value::from(174_u32),
        Value::from(174_u64),
        Value::from(174_u128),
        s("AS174"),
        s("as174"),
        s("174"),
        s(" 174 "),
    ] {
        for key in ["autonomous_system_number", "asn", "a"] {
            let facts = facts_of(map([(key, number.clone()), ("country_code", s("US"))]));
            assert_eq!(asn(&facts).0, 174, "{key} {number:?}");
        }
    }
    let wide = facts_of(map([("asn", Value::from(u32::MAX))]));
    assert_eq!(asn(&wide).0, u32::MAX);
    for none in [Value::from(0_u32), s(""), s("0"), s("AS0")] {
        let facts = facts_of(map([("asn", none.clone()), ("country_code", s("US"))]));
        assert_eq!(facts.asn, Probe::Absent, "{none:?}");
    }
}

#[test]
fn a_number_that_is_none_is_a_failure_and_not_unknown() {
    for bad in [
        Value::from(1_u64 << 32),
        Value::from(u128::MAX),
        Value::from(true),
        Value::I32(-5),
        s("Cogent"),
        Value::from(17.4_f64),
        Value::array([Value::from(1_u32)]),
    ] {
        let facts = facts_of(map([("autonomous_system_number", bad.clone()), ("country_code", s("FR"))]));
        let Probe::Failed(error) = &facts.asn else { panic!("{bad:?}: {:?}", facts.asn) };
        assert_eq!(error.status, Status::Malformed);
        assert!(error.detail.starts_with("table t0.mmdb: "), "{}", error.detail);
        // The other facts of the record stand.
        assert_eq!(code(&facts).as_deref(), Some("FR"), "{bad:?}");
    }
    let facts = facts_of(map([("country_code", s("FRANCE")), ("asn", s("AS1"))]));
    assert!(matches!(facts.place, Probe::Failed(_)));
    assert_eq!(asn(&facts).0, 1);
}

#[test]
fn maxmind_city() {
    let names = |name: &str| map([("names", map([("de", s("anders")), ("en", s(name))]))]);
    let record = map([
        ("city", names("Boardman")),
        ("continent", map([("code", s("NA")), ("names", map([("en", s("North America"))]))])),
        (
            "country",
            map([
                ("iso_code", s("US")),
                ("geoname_id", Value::from(1_u32)),
                ("names", map([("en", s("United States"))])),
            ]),
        ),
        ("registered_country", map([("iso_code", s("NL")), ("names", map([("en", s("Netherlands"))]))])),
        ("represented_country", map([("iso_code", s("DE"))])),
        (
            "location",
            map([
                ("latitude", Value::from(37.751_f64)),
                ("longitude", Value::from(-97.822_f64)),
                ("accuracy_radius", Value::from(1000_u16)),
                ("time_zone", s("America/Chicago")),
            ]),
        ),
        ("postal", map([("code", s("97818"))])),
        ("subdivisions", Value::array([names("Oregon"), names("Morrow County")])),
    ]);
    let facts = facts_of(record);
    let want = PlaceFact {
        table: "t0.mmdb".into(),
        country: Some("US".parse().unwrap()),
        continent: Some("North America".into()),
        country_name: Some("United States".into()),
        region: Some("Oregon".into()),
        city: Some("Boardman".into()),
        postal: Some("97818".into()),
        latitude: Some("37.751".into()),
        longitude: Some("-97.822".into()),
        radius_km: Some(1000),
        time_zone: Some("America/Chicago".into()),
    };
    assert_eq!(place(&facts), &want);
    assert_eq!(facts.registered_in.found().unwrap().country.to_string(), "NL");
    assert_eq!(facts.asn, Probe::Absent);
}

#[test]
fn as_tables_of_each_vendor() {
    for (vendor, record, name) in [
        (
            "MaxMind, DB-IP, ip-location-db",
            map([("autonomous_system_number", Value::from(174_u32)), ("autonomous_system_organization", s("Cogent"))]),
            "Cogent",
        ),
        (
            "paid ISP file",
            map([(
                "traits",
                map([
                    ("autonomous_system_number", Value::from(174_u32)),
                    ("autonomous_system_organization", s("Cogent")),
                ]),
            )]),
            "Cogent",
        ),
        ("IPinfo", map([("asn", s("AS174")), ("as_name", s("Cogent")), ("as_domain", s("cogent.example"))]), "Cogent"),
        (
            "IPLocate",
            map([("asn", Value::from(174_u32)), ("name", s("COGENT")), ("org", s("Cogent, LLC"))]),
            "Cogent, LLC",
        ),
        (
            "GeoOpen",
            map([(
                "country",
                map([
                    ("iso_code", s("US")),
                    ("AutonomousSystemNumber", s("174")),
                    ("AutonomousSystemOrganization", s("Cogent")),
                ]),
            )]),
            "Cogent",
        ),
        ("ours", map([("a", Value::from(174_u32)), ("n", s("Cogent"))]), "Cogent"),
    ] {
        assert_eq!(asn(&facts_of(record)), (174, name), "{vendor}");
    }
}

/// The trap of ip-data.md: `country` is a code in one IPinfo file and a name in another.
#[test]
fn country_as_code_and_as_name() {
    let lite = facts_of(map([
        ("country", s("United States")),
        ("country_code", s("US")),
        ("continent", s("North America")),
        ("continent_code", s("NA")),
        ("asn", s("AS174")),
        ("as_name", s("Cogent")),
    ]));
    assert_eq!(code(&lite).as_deref(), Some("US"));
    assert_eq!(place(&lite).country_name.as_deref(), Some("United States"));
    assert_eq!(place(&lite).continent.as_deref(), Some("North America"));

    let old = facts_of(map([
        ("country", s("US")),
        ("country_name", s("United States")),
        ("continent", s("NA")),
        ("continent_name", s("North America")),
        ("asn", s("AS174")),
    ]));
    assert_eq!(code(&old).as_deref(), Some("US"));
    assert_eq!(place(&old).country_name.as_deref(), Some("United States"));

    let name_only = facts_of(map([("country", s("Kosovo"))]));
    assert_eq!(code(&name_only), None);
    assert_eq!(place(&name_only).country_name.as_deref(), Some("Kosovo"));
    assert_eq!(code(&facts_of(map([("country", s("XK"))]))).as_deref(), Some("XK"));
}

#[test]
fn flat_city_tables() {
    let facts = facts_of(map([
        ("country_code", s("FR")),
        ("state1", s("Hauts-de-France")),
        ("city", s("Roubaix")),
        ("postcode", s("59100")),
        ("latitude", Value::Float(50.5)),
        ("longitude", s("3.17")),
        ("timezone", s("Europe/Paris")),
    ]));
    let place = place(&facts);
    assert_eq!(place.city.as_deref(), Some("Roubaix"));
    assert_eq!(place.region.as_deref(), Some("Hauts-de-France"));
    assert_eq!(place.postal.as_deref(), Some("59100"));
    assert_eq!((place.latitude.as_deref(), place.longitude.as_deref()), (Some("50.5"), Some("3.17")));
    assert_eq!(place.time_zone.as_deref(), Some("Europe/Paris"));
}

#[test]
fn coordinates_must_be_on_earth() {
    for bad in [Value::from(91.0_f64), Value::from(f64::NAN), Value::from(f64::INFINITY), s("north"), Value::from(true)]
    {
        let facts = facts_of(map([("country_code", s("FR")), ("latitude", bad.clone())]));
        assert!(matches!(facts.place, Probe::Failed(_)), "{bad:?}");
    }
}

/// IPLocate's AS file gives the registration of the network under the key others use for the place.
#[test]
fn the_country_of_a_network_is_no_place() {
    let facts = facts_of(map([
        ("asn", Value::from(174_u32)),
        ("country_code", s("US")),
        ("name", s("COGENT")),
        ("org", s("Cogent, LLC")),
    ]));
    assert_eq!(facts.place, Probe::Absent);
    assert_eq!(facts.registered_in.found().unwrap().country.to_string(), "US");
}

/// IPFire and others write EU, AP and the like: no country.
#[test]
fn codes_that_name_no_country() {
    for none in ["EU", "AP", "ZZ", "T1", "", "-"] {
        let facts = facts_of(map([("country_code", s(none)), ("asn", s("AS1"))]));
        assert_eq!(facts.place, Probe::Absent, "{none}");
    }
}

#[test]
fn tables_answer_in_the_order_given() {
    let first = map([("asn", s("AS174")), ("country", map([("iso_code", s("DE"))]))]);
    let second = map([
        ("a", Value::from(174_u32)),
        ("n", s("Cogent")),
        ("c", s("US")),
        ("r", s("US")),
        ("i", s("US")),
        ("s", Value::from(97_u16)),
    ]);
    let facts = tables(vec![first, second.clone()]).facts(IP.parse().unwrap());
    let fact = facts.asn.found().unwrap();
    // The number is the first table's; what it does not say comes from the other, which has the same number.
    assert_eq!((fact.table.as_str(), fact.name.as_str(), fact.inferred_share), ("t0.mmdb", "Cogent", Some(97)));
    let places: Vec<_> =
        facts.place.found().unwrap().iter().map(|p| (p.table.as_str(), p.country.unwrap().to_string())).collect();
    assert_eq!(places, [("t0.mmdb", "DE".to_owned()), ("t1.mmdb", "US".to_owned())]);
    assert_eq!(facts.registered_in.found().unwrap().table, "t1.mmdb");

    let other = map([("asn", s("AS3356")), ("country_code", s("DE"))]);
    let facts = tables(vec![other, second]).facts(IP.parse().unwrap());
    assert_eq!(asn(&facts), (3356, ""));
    assert_eq!(facts.asn.found().unwrap().inferred_country, None);
}

/// A broken word of one table is not covered by a good one of another.
#[test]
fn a_failure_is_not_hidden_by_a_later_table() {
    let broken = map([("asn", s("Cogent")), ("country_code", Value::from(true))]);
    let good = map([("asn", s("AS174")), ("country_code", s("US"))]);
    let facts = tables(vec![broken, good]).facts(IP.parse().unwrap());
    assert!(matches!(facts.asn, Probe::Failed(_)));
    assert!(matches!(facts.place, Probe::Failed(_)));
}

#[test]
fn an_address_no_table_has_is_absent_and_no_table_is_not_asked() {
    let elsewhere = "9.9.9.9".parse().unwrap();
    let facts = tables(vec![map([("asn", s("AS174"))])]).facts(elsewhere);
    assert_eq!((facts.asn, facts.place), (Probe::Absent, Probe::Absent));
    let facts = IpTables::default().facts(elsewhere);
    assert_eq!(facts.asn, Probe::Skipped(SkipReason::NotAsked));
}

#[test]
fn an_ipv4_table_has_nothing_about_ipv6() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("v4.mmdb");
    std::fs::write(&path, mmdb(IpVersion::V4, vec![(NET, map([("asn", s("AS174"))]))])).unwrap();
    let mut tables = IpTables::default();
    tables.add_file(&path).unwrap();
    assert_eq!(tables.facts("2a01::1".parse().unwrap()).asn, Probe::Absent);
    assert_eq!(asn(&tables.facts("::ffff:8.8.8.8".parse().unwrap())).0, 174);
    assert_eq!(tables.infos()[0].date, "2026-06-01");
    assert_eq!(tables.infos()[0].kind, "Some-Vendor");
}

#[test]
fn unusable_files_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let good = mmdb(IpVersion::V6, vec![(NET, map([("asn", s("AS174")), ("country_code", s("US"))]))]);
    let file = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let mut flipped = good.clone();
    let at = good.windows(5).position(|w| w == b"AS174").unwrap();
    flipped[at - 1] = 0xff; // The string's control byte: now a long string that leaves the file.
    let odd = mmdb(IpVersion::V6, vec![(NET, map([("colour", s("blue")), ("name", s("x"))]))]);
    let list = mmdb(IpVersion::V6, vec![(NET, Value::array([s("x")]))]);
    for (path, want) in [
        (file("empty.mmdb", b""), "not a usable mmdb file"),
        (file("text.mmdb", b"hello"), "not a usable mmdb file"),
        (file("cut.mmdb", &good[..good.len() - 40]), "not a usable mmdb file"),
        (file("head.mmdb", &good[good.len() / 2..]), "not a usable mmdb file"),
        (file("flipped.mmdb", &flipped), "not a usable mmdb file"),
        (file("list.mmdb", &list), "not a usable mmdb file"),
        (file("odd.mmdb", &odd), "an mmdb of type \"Some-Vendor\" without"),
        (dir.path().join("missing.mmdb"), "cannot be read"),
        (dir.path().to_owned(), "not a regular file"),
    ] {
        let mut tables = IpTables::default();
        let error = tables.add_file(&path).unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with(&path.display().to_string()), "{text}");
        assert!(text.contains(want), "{text}");
        assert!(tables.infos().is_empty());
    }
    let mut tables = IpTables::default();
    let path = file("good.mmdb", &good);
    tables.add_file(&path).unwrap();
    assert_eq!(tables.add_file(&path).unwrap_err().what, IpTableFault::SameName);
}

/// Damage behind the sample is met at the look-up, and is a failure there.
#[test]
fn a_record_that_cannot_be_decoded_fails_every_fact() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("late.mmdb");
    let rows = vec![(NET, map([("asn", s("AS174"))])), ("9.9.9.0/24", map([("asn", s("BROKEN"))]))];
    let mut bytes = mmdb(IpVersion::V6, rows);
    let at = bytes.windows(6).position(|w| w == b"BROKEN").unwrap();
    bytes[at + 2] = 0xff; // Not UTF-8.
    std::fs::write(&path, bytes).unwrap();
    let mut tables = IpTables::default();
    tables.add_file(&path).unwrap();
    let facts = tables.facts("9.9.9.9".parse().unwrap());
    for failed in [
        matches!(facts.asn, Probe::Failed(_)),
        matches!(facts.place, Probe::Failed(_)),
        matches!(facts.registered_in, Probe::Failed(_)),
    ] {
        assert!(failed);
    }
    assert_eq!(asn(&tables.facts(IP.parse().unwrap())).0, 174);
}
