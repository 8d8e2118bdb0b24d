//! The three packages: found by the name in their `package.json`, dated by their version, read from csv or mmdb.

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::Error;
use crate::table::{Family, Row, Table, number};

/// What this tool knows about a package, checked against the package itself so that a change of terms is noticed.
pub struct Known {
    pub base: &'static str,
    /// `license` of its package.json.
    pub declared: &'static str,
    /// Licence under which we pass the data on.
    pub licence: &'static str,
    pub credit: &'static str,
}

pub const LOCATION: Known = Known {
    base: "dbip-country",
    declared: "SEE LICENSE IN DBIP-LICENSE (CC-BY-4.0)",
    licence: "CC-BY-4.0",
    credit: "DB-IP (IP to Country Lite)",
};
pub const NETWORK: Known = Known {
    base: "asn",
    declared: "SEE LICENSE IN ROUTEVIEWS-LICENSE and DBIP-LICENSE (CC-BY-4.0)",
    licence: "CC-BY-4.0",
    credit: "RouteViews, DB-IP (IP to ASN Lite), NRO delegated statistics",
};
/// The package declares CC0 for the compilation, but its NRO_LICENSE file puts the statistics under CC BY 4.0:
/// the stricter of the two is what we follow.
pub const REGISTRATION: Known =
    Known { base: "asn-country", declared: "CC0-1.0", licence: "CC-BY-4.0", credit: "NRO delegated statistics" };

/// Two upper-case letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code([u8; 2]);

impl Code {
    /// `None` for codes that name no country: an answer "EU" or "AP" would look like knowledge and is none.
    fn parse(text: &str) -> Result<Option<Self>, String> {
        let [a @ b'A'..=b'Z', b @ b'A'..=b'Z'] = *text.as_bytes() else {
            return Err(format!("{text:?} is not a country code"));
        };
        Ok((!matches!(text, "EU" | "AP" | "ZZ")).then_some(Self([a, b])))
    }

    #[cfg(test)]
    pub const fn known(letters: &[u8; 2]) -> Self {
        Self(*letters)
    }

    pub fn text(self) -> String {
        self.0.iter().copied().map(char::from).collect()
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Network {
    pub number: u32,
    pub name: String,
}

/// Index into `Sources::networks`.
pub type NetworkId = u32;

pub struct Package {
    pub name: String,
    pub version: String,
    /// `YYYY-MM-DD`, sorts as text.
    pub date: String,
    pub known: &'static Known,
}

/// The tables of one family.
pub struct Tables {
    pub location: Table<Code>,
    pub registration: Table<Code>,
    pub network: Table<NetworkId>,
}

pub struct Sources {
    pub packages: Vec<Package>,
    pub networks: Vec<Network>,
    v4: Tables,
    v6: Tables,
    /// Oddities of the data that were settled, for the maintainer.
    pub notes: Vec<String>,
}

impl Sources {
    pub fn family(&self, family: Family) -> &Tables {
        match family {
            Family::V4 => &self.v4,
            Family::V6 => &self.v6,
        }
    }

    /// Date of the newest package.
    pub fn date(&self) -> &str {
        let dates = self.packages.iter().map(|package| package.date.as_str());
        dates.max().unwrap_or_default()
    }

    pub fn row_counts(&self) -> String {
        let counts = Family::BOTH.map(|family| {
            let tables = self.family(family);
            format!(
                "{}: location {}, registration {}, network {}",
                family.name(),
                tables.location.rows().len(),
                tables.registration.rows().len(),
                tables.network.rows().len()
            )
        });
        counts.join("; ")
    }
}

#[derive(Deserialize)]
struct Manifest {
    name: String,
    version: String,
    license: String,
}

pub fn read(folder: &Path) -> Result<Sources, Error> {
    let manifests = manifests(folder)?;
    let mut reading = Reading::default();
    let (location, location_rows) = reading.package(folder, &manifests, &LOCATION)?;
    let (network, network_rows) = reading.package(folder, &manifests, &NETWORK)?;
    let (registration, registration_rows) = reading.package(folder, &manifests, &REGISTRATION)?;

    let [location_v4, location_v6] = location_rows.map(|rows| reading.countries(rows));
    let [registration_v4, registration_v6] = registration_rows.map(|rows| reading.countries(rows));
    let [network_v4, network_v6] = network_rows.map(|rows| reading.networks(rows));
    let v4 = Tables { location: location_v4?, registration: registration_v4?, network: network_v4? };
    let v6 = Tables { location: location_v6?, registration: registration_v6?, network: network_v6? };
    Ok(Sources {
        packages: vec![location, network, registration],
        networks: reading.networks,
        v4,
        v6,
        notes: reading.notes,
    })
}

/// A row as published, with the place it came from.
struct Raw {
    start: u128,
    end: u128,
    first: String,
    name: String,
    line: u64,
}

struct RawRows {
    path: PathBuf,
    rows: Vec<Raw>,
}

#[derive(Default)]
struct Reading {
    networks: Vec<Network>,
    ids: HashMap<Network, NetworkId>,
    notes: Vec<String>,
}

impl Reading {
    fn package(
        &mut self,
        folder: &Path,
        manifests: &[(PathBuf, Manifest)],
        known: &'static Known,
    ) -> Result<(Package, [RawRows; 2]), Error> {
        // The csv and the mmdb form of a table are two packages whose names differ by a suffix.
        let names = [format!("@ip-location-db/{}", known.base), format!("@ip-location-db/{}-mmdb", known.base)];
        let mut found = manifests.iter().filter(|(_, manifest)| names.contains(&manifest.name));
        let (path, manifest) =
            found.next().ok_or_else(|| Error::package(folder, format!("no package {}", names[0])))?;
        if let Some((other, _)) = found.next() {
            let what = format!("{} is there twice, also in {}", manifest.name, other.display());
            return Err(Error::package(path, what));
        }
        // The mmdb packages word the same licence a little differently; the csv form is the one we build from.
        if manifest.name == names[0] && manifest.license != known.declared {
            let what = format!(
                "licence is now {:?}, was {:?}: read the new terms, then change source.rs",
                manifest.license, known.declared
            );
            return Err(Error::package(path, what));
        }
        let date = date(&manifest.version)
            .ok_or_else(|| Error::package(path, format!("version {} holds no date", manifest.version)))?;
        let rows = rows(path, known.base)?;
        let package = Package { name: manifest.name.clone(), version: manifest.version.clone(), date, known };
        Ok((package, rows))
    }

    fn countries(&mut self, raw: RawRows) -> Result<Table<Code>, Error> {
        let mut rows = Vec::with_capacity(raw.rows.len());
        let mut unknown = 0_usize;
        for row in &raw.rows {
            let code = Code::parse(&row.first).map_err(|what| raw.fault(row, what))?;
            match code {
                Some(value) => rows.push(Row { start: row.start, end: row.end, value }),
                None => unknown += 1,
            }
        }
        if unknown > 0 {
            self.note(&raw, format!("{unknown} rows name no country, left out"));
        }
        Ok(self.table(&raw, rows))
    }

    fn networks(&mut self, raw: RawRows) -> Result<Table<NetworkId>, Error> {
        let mut rows = Vec::with_capacity(raw.rows.len());
        for row in &raw.rows {
            let number =
                row.first.parse().map_err(|error| raw.fault(row, format!("AS number {:?}: {error}", row.first)))?;
            let network = Network { number, name: row.name.trim().to_owned() };
            let value = match self.ids.get(&network) {
                Some(&id) => id,
                None => {
                    let id = u32::try_from(self.networks.len())
                        .map_err(|_| raw.fault(row, "too many networks".to_owned()))?;
                    self.networks.push(network.clone());
                    self.ids.insert(network, id);
                    id
                }
            };
            rows.push(Row { start: row.start, end: row.end, value });
        }
        Ok(self.table(&raw, rows))
    }

    fn table<V: Copy>(&mut self, raw: &RawRows, rows: Vec<Row<V>>) -> Table<V> {
        let table = Table::new(rows);
        if table.overlaps() > 0 {
            let what = format!("{} rows overlap an earlier one, the one that starts later counts", table.overlaps());
            self.note(raw, what);
        }
        table
    }

    fn note(&mut self, raw: &RawRows, what: String) {
        let file = raw.path.file_name().unwrap_or(raw.path.as_os_str());
        self.notes.push(format!("{}: {what}", file.to_string_lossy()));
    }
}

impl RawRows {
    fn fault(&self, row: &Raw, what: String) -> Error {
        Error::Row { path: self.path.clone(), line: row.line, what }
    }
}

/// Every `package.json` below `folder`, sorted by path so that messages do not depend on the file system.
fn manifests(folder: &Path) -> Result<Vec<(PathBuf, Manifest)>, Error> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(Error::file(&folder))? {
            let entry = entry.map_err(Error::file(&folder))?;
            let path = entry.path();
            let kind = entry.file_type().map_err(Error::file(&path))?;
            if kind.is_dir() {
                folders.push(path);
            } else if entry.file_name() == "package.json" {
                let text = fs::read_to_string(&path).map_err(Error::file(&path))?;
                let manifest = serde_json::from_str(&text).map_err(|error| Error::package(&path, error.to_string()))?;
                found.push((path, manifest));
            }
        }
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(found)
}

/// `2.3.2026061719` -> `2026-06-17`: the packages carry the date and hour of their build as patch number.
fn date(version: &str) -> Option<String> {
    let stamp = version.rsplit('.').next()?;
    let digits = stamp.len() == 10 && stamp.bytes().all(|byte| byte.is_ascii_digit());
    let (year, month, day) = (stamp.get(..4)?, stamp.get(4..6)?, stamp.get(6..8)?);
    let real = ("01"..="12").contains(&month) && ("01"..="31").contains(&day);
    (digits && real).then(|| format!("{year}-{month}-{day}"))
}

fn rows(manifest: &Path, base: &str) -> Result<[RawRows; 2], Error> {
    let folder = manifest.parent().unwrap_or(Path::new("."));
    let csv = ["ipv4", "ipv6"].map(|family| folder.join(format!("{base}-{family}.csv")));
    if csv.iter().all(|path| path.is_file()) {
        let [v4, v6] = csv;
        return Ok([csv_rows(v4, Family::V4)?, csv_rows(v6, Family::V6)?]);
    }
    let mmdb = folder.join(format!("{base}.mmdb"));
    if mmdb.is_file() {
        return mmdb_rows(mmdb);
    }
    let what = format!("neither {base}-ipv4.csv with {base}-ipv6.csv nor {base}.mmdb beside it");
    Err(Error::package(manifest, what))
}

fn csv_rows(path: PathBuf, family: Family) -> Result<RawRows, Error> {
    let file = fs::File::open(&path).map_err(Error::file(&path))?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(file);
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    loop {
        let line = reader.position().line();
        let fault = |what: String| Error::Row { path: path.clone(), line, what };
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => return Err(fault(error.to_string())),
        }
        let field = |index: usize| record.get(index).unwrap_or_default();
        let address = |index: usize| {
            let text = field(index);
            let ip: IpAddr = text.parse().map_err(|error| fault(format!("{text:?}: {error}")))?;
            match number(ip) {
                (found, address) if found == family => Ok(address),
                _ => Err(fault(format!("{text} is not an {} address", family.name()))),
            }
        };
        let (start, end) = (address(0)?, address(1)?);
        if start > end {
            return Err(fault(format!("{} is after {}", field(0), field(1))));
        }
        rows.push(Raw { start, end, first: field(2).to_owned(), name: field(3).to_owned(), line });
    }
    Ok(RawRows { path, rows })
}

#[derive(Deserialize)]
struct MmdbRecord<'a> {
    country_code: Option<&'a str>,
    autonomous_system_number: Option<u32>,
    autonomous_system_organization: Option<&'a str>,
}

/// The networks of an mmdb become rows again; neighbours stay apart until the merge joins them.
fn mmdb_rows(path: PathBuf) -> Result<[RawRows; 2], Error> {
    let fault = Error::mmdb(&path);
    let reader = maxminddb::Reader::open_readfile(&path).map_err(&fault)?;
    let (mut v4, mut v6) = (Vec::new(), Vec::new());
    for item in reader.networks(Default::default()).map_err(&fault)? {
        let item = item.map_err(&fault)?;
        let network = item.network().map_err(&fault)?;
        let Some(record) = item.decode::<MmdbRecord<'_>>().map_err(&fault)? else {
            continue;
        };
        let (family, start) = number(network.network());
        let bits = if family == Family::V4 { 32 } else { 128 };
        // A single address has no host bits: the shift by the whole width is what `unwrap_or` is for.
        let rest = u128::MAX.checked_shr(128 - (bits - u32::from(network.prefix()))).unwrap_or(0);
        let first = match (record.country_code, record.autonomous_system_number) {
            (Some(code), _) => code.to_owned(),
            (None, Some(number)) => number.to_string(),
            (None, None) => {
                let what = format!("{network} has neither country_code nor autonomous_system_number");
                return Err(Error::package(&path, what));
            }
        };
        let rows = if family == Family::V4 { &mut v4 } else { &mut v6 };
        rows.push(Raw {
            start,
            end: start | rest,
            first,
            name: record.autonomous_system_organization.unwrap_or_default().to_owned(),
            line: 0,
        });
    }
    let table = |rows| RawRows { path: path.clone(), rows };
    Ok([table(v4), table(v6)])
}

#[cfg(test)]
mod tests {
    use super::{Code, date};

    #[test]
    fn version_gives_the_date() {
        assert_eq!(date("2.3.2026061719").as_deref(), Some("2026-06-17"));
        assert_eq!(date("2.3.2026131719"), None);
        assert_eq!(date("2.3.4"), None);
        assert_eq!(date("2.3.é26061719"), None);
    }

    #[test]
    fn codes_that_name_no_country_are_unknown() {
        assert_eq!(Code::parse("FR").map(|code| code.map(Code::text)), Ok(Some("FR".to_owned())));
        assert_eq!(Code::parse("EU"), Ok(None));
        assert!(Code::parse("fr").is_err());
        assert!(Code::parse("FRA").is_err());
    }
}
