//! What local tables say about addresses: the embedded one, and files of the user's (`--mmdb`).

mod record;
mod table;

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use crate::evidence::{
    AddressFacts, AsnFact, PlaceFact, Probe, ProbeError, RegistrationFact, SkipReason, Status, TableInfo,
    carried_address, special_purpose,
};
use crate::model::Asn;
use record::{BadField, Record, Slot};
use table::Table;

/// Id of the embedded table in evidence.
pub const EMBEDDED: &str = "embedded";

/// A table that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {what}", path.display())]
pub struct IpTableError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub what: IpTableFault,
}

/// What is wrong with a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IpTableFault {
    /// The system refused.
    #[error("cannot be read: {0}")]
    Read(String),
    /// Larger than is read into memory.
    #[error("{0} bytes are more than the {max} read into memory", max = table::MAX_BYTES)]
    TooLarge(u64),
    /// Not an mmdb, or a damaged one.
    #[error("not a usable mmdb file: {0}")]
    Damaged(String),
    /// An mmdb without any field that is read.
    #[error("an mmdb of type {0:?} without a country, place or AS field that is known here")]
    UnknownSchema(String),
    /// A second file of the same name: evidence could not tell them apart.
    #[error("a table with this file name is there already")]
    SameName,
}

/// The tables, in the order they are asked: the user's as given, then the embedded one.
#[derive(Debug, Default)]
pub struct IpTables {
    user: Vec<Table>,
    embedded: Option<Table>,
}

impl IpTables {
    /// The embedded table alone.
    ///
    /// # Errors
    /// Only if the program was built from a broken table, which its build refuses.
    pub fn embedded() -> Result<Self, IpTableError> {
        Table::embedded().map(|table| Self { user: Vec::new(), embedded: Some(table) })
    }

    /// Adds a file of the user's, asked before the embedded table and after those added before it.
    ///
    /// # Errors
    /// A file that cannot be read, is damaged, or holds no field that is known here; the file is named.
    pub fn add_file(&mut self, path: &Path) -> Result<(), IpTableError> {
        let table = Table::open(path)?;
        if self.tables().any(|there| there.info().id == table.info().id) {
            return Err(IpTableError { path: path.to_owned(), what: IpTableFault::SameName });
        }
        self.user.push(table);
        Ok(())
    }

    /// The tables with their dates and hashes, in the order they are asked.
    #[must_use]
    pub fn infos(&self) -> Vec<TableInfo> {
        self.tables().map(|table| table.info().clone()).collect()
    }

    fn tables(&self) -> impl Iterator<Item = &Table> {
        self.user.iter().chain(&self.embedded)
    }

    /// What the tables say about an address; its reverse name is not asked here. An address that is not public is
    /// never looked up. A table that cannot be decoded is a failure, never "unknown", also when another table answers.
    #[must_use]
    pub fn facts(&self, ip: IpAddr) -> AddressFacts {
        let special = special_purpose(ip).cloned();
        let mut facts = AddressFacts {
            ip,
            asn: Probe::Skipped(SkipReason::NotApplicable),
            place: Probe::Skipped(SkipReason::NotApplicable),
            registered_in: Probe::Skipped(SkipReason::NotApplicable),
            anycast_range: None,
            ptr: Probe::Skipped(SkipReason::NotAsked),
            special,
        };
        if facts.special.is_some() {
            facts.ptr = Probe::Skipped(SkipReason::NotApplicable);
            return facts;
        }
        let asked = carried_address(ip).map_or(ip, IpAddr::V4);
        let mut asn = Gather::default();
        let mut registered = Gather::default();
        let mut place = Gather::default();
        for table in self.tables() {
            match table.look_up(asked) {
                Ok(None) => asn.asked = true,
                Ok(Some(record)) => {
                    asn.take(table, asn_of(&record, table));
                    registered.take(table, registration_of(&record, table));
                    place.take(table, place_of(&record, table));
                }
                Err(what) => {
                    asn.fail(table, what.clone());
                    registered.fail(table, what.clone());
                    place.fail(table, what);
                }
            }
        }
        let asked_any = asn.asked;
        facts.asn = join_names(asn);
        facts.registered_in = registered.first(asked_any);
        facts.place = place.all(asked_any);
        facts
    }

    /// Name and inferred country of an AS number, where the embedded table announces anything under it. The first call
    /// walks the whole table.
    #[must_use]
    pub fn network(&self, asn: Asn) -> Option<AsnFact> {
        let table = self.embedded.as_ref()?;
        let record = table.record_of(asn)?;
        asn_of(&record, table).ok().flatten()
    }
}

/// What tables said about one fact, in their order.
struct Gather<T> {
    asked: bool,
    said: Vec<Result<T, ProbeError>>,
}

impl<T> Default for Gather<T> {
    fn default() -> Self {
        Self { asked: false, said: Vec::new() }
    }
}

impl<T> Gather<T> {
    fn take(&mut self, table: &Table, said: Result<Option<T>, BadField>) {
        self.asked = true;
        match said {
            Ok(Some(fact)) => self.said.push(Ok(fact)),
            Ok(None) => {}
            Err(BadField(what)) => self.fail(table, what),
        }
    }

    fn fail(&mut self, table: &Table, what: String) {
        self.asked = true;
        let detail = format!("table {}: {what}", table.info().id);
        self.said.push(Err(ProbeError { status: Status::Malformed, detail }));
    }

    fn nothing<U>(asked: bool) -> Probe<U> {
        if asked { Probe::Absent } else { Probe::Skipped(SkipReason::NotAsked) }
    }

    /// The first word counts, a failure too: the user put that table first.
    fn first(self, asked: bool) -> Probe<T> {
        match self.said.into_iter().next() {
            Some(Ok(fact)) => Probe::Found(fact),
            Some(Err(error)) => Probe::Failed(error),
            None => Self::nothing(asked),
        }
    }

    /// Every word counts, so one failure fails the fact.
    fn all(self, asked: bool) -> Probe<Vec<T>> {
        match self.said.into_iter().collect::<Result<Vec<T>, _>>() {
            Ok(facts) if facts.is_empty() => Self::nothing(asked),
            Ok(facts) => Probe::Found(facts),
            Err(error) => Probe::Failed(error),
        }
    }
}

/// The first table's number; a name and an inferred country it lacks come from a later table that has the same number.
fn join_names(gathered: Gather<AsnFact>) -> Probe<AsnFact> {
    let asked = gathered.asked;
    let mut said = gathered.said.into_iter();
    let mut fact = match said.next() {
        Some(Ok(fact)) => fact,
        Some(Err(error)) => return Probe::Failed(error),
        None => return Gather::<AsnFact>::nothing(asked),
    };
    for later in said.flatten().filter(|later| later.asn == fact.asn).collect::<Vec<_>>() {
        if fact.name.is_empty() {
            fact.name = later.name;
        }
        if fact.inferred_country.is_none() {
            fact.inferred_country = later.inferred_country;
            fact.inferred_share = later.inferred_share;
        }
    }
    Probe::Found(fact)
}

fn asn_of(record: &Record<'_>, table: &Table) -> Result<Option<AsnFact>, BadField> {
    let Some(asn) = record.asn()? else { return Ok(None) };
    Ok(Some(AsnFact {
        asn,
        name: record.as_name()?.unwrap_or_default(),
        inferred_country: record.inferred_country()?,
        inferred_share: record.inferred_share()?,
        table: table.info().id.clone(),
    }))
}

fn registration_of(record: &Record<'_>, table: &Table) -> Result<Option<RegistrationFact>, BadField> {
    let country = record.registered_country()?;
    Ok(country.map(|country| RegistrationFact { country, table: table.info().id.clone() }))
}

fn place_of(record: &Record<'_>, table: &Table) -> Result<Option<PlaceFact>, BadField> {
    let bare = PlaceFact { table: table.info().id.clone(), ..PlaceFact::default() };
    let place = PlaceFact {
        table: bare.table.clone(),
        country: record.location_country()?,
        continent: record.continent()?,
        country_name: record.country_name()?,
        region: record.text(Slot::Region, "region")?,
        city: record.text(Slot::City, "city")?,
        postal: record.text(Slot::Postal, "postal code")?,
        latitude: record.degrees(Slot::Latitude, 90.0)?,
        longitude: record.degrees(Slot::Longitude, 180.0)?,
        radius_km: record.radius()?,
        time_zone: record.text(Slot::TimeZone, "time zone")?,
    };
    Ok(Some(place).filter(|place| *place != bare))
}

#[cfg(test)]
mod tests;
