//! Address tables of the user's, made for a test.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use mmdb_writer::{IpVersion, Ipv4Aliasing, Value, Writer};

/// A table in the schema of GeoLite2 City that places one block, without a city: country level.
pub fn city_table(folder: &Path, net: &str, country: &str, at: (f64, f64)) -> PathBuf {
    let mut writer = Writer::builder("GeoLite2-City")
        .ip_version(IpVersion::V6)
        .ipv4_aliasing(Ipv4Aliasing::Disabled)
        .build_epoch(SystemTime::UNIX_EPOCH + Duration::from_secs(1_615_420_800))
        .build();
    let record = Value::map([
        ("country", Value::map([("iso_code", Value::from(country))])),
        ("location", Value::map([("latitude", Value::from(at.0)), ("longitude", Value::from(at.1))])),
    ]);
    writer.insert_value(net.parse::<ipnet::IpNet>().unwrap(), record).unwrap();
    let path = folder.join("city.mmdb");
    std::fs::write(&path, writer.to_bytes().unwrap()).unwrap();
    path
}
