//! One mmdb in memory, opened and checked.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;
use std::sync::OnceLock;

use jiff::Timestamp;
use maxminddb::{Reader, WithinOptions};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::record::Record;
use super::{EMBEDDED, IpTableError, IpTableFault};
use crate::evidence::TableInfo;
use crate::model::Asn;

/// Largest file read into memory. Files are never mapped: one that is cut while mapped ends the program.
pub(super) const MAX_BYTES: u64 = 1 << 30;

/// Records looked at to see whether a file has a known field. Files begin with blocks that say little.
const SAMPLE: usize = 4096;

static RAW: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/ip.mmdb"));

/// What `data/ip/ip.json` says about the embedded table.
#[derive(Debug, Deserialize)]
struct EmbeddedInfo {
    date: String,
    sha256_raw: String,
}

/// A table with what is known about it.
pub(super) struct Table {
    reader: Reader<Cow<'static, [u8]>>,
    info: TableInfo,
    /// A record of each AS number, as its offset and an address that has it; filled on first use.
    networks: OnceLock<BTreeMap<u32, IpAddr>>,
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Table").field("info", &self.info).finish_non_exhaustive()
    }
}

impl Table {
    /// The table in the program. Its hash was checked when it was built, and is not computed at every start.
    pub(super) fn embedded() -> Result<Self, IpTableError> {
        let fault = |what| IpTableError { path: EMBEDDED.into(), what };
        let info: EmbeddedInfo = serde_json::from_str(include_str!("../../../data/ip/ip.json"))
            .map_err(|e| fault(IpTableFault::Damaged(e.to_string())))?;
        let reader =
            Reader::from_source(Cow::Borrowed(RAW)).map_err(|e| fault(IpTableFault::Damaged(e.to_string())))?;
        let kind = reader.metadata().database_type.clone();
        let info = TableInfo { id: EMBEDDED.to_owned(), kind, date: info.date, sha256: info.sha256_raw };
        Ok(Self { reader, info, networks: OnceLock::new() })
    }

    /// A file of the user's.
    pub(super) fn open(path: &Path) -> Result<Self, IpTableError> {
        let fault = |what| IpTableError { path: path.to_owned(), what };
        let read_fault = |e: std::io::Error| fault(IpTableFault::Read(e.to_string()));
        let about = std::fs::metadata(path).map_err(read_fault)?;
        if !about.is_file() {
            return Err(fault(IpTableFault::Read("not a regular file".to_owned())));
        }
        if about.len() > MAX_BYTES {
            return Err(fault(IpTableFault::TooLarge(about.len())));
        }
        let bytes = std::fs::read(path).map_err(read_fault)?;
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Self::from_bytes(name, bytes).map_err(fault)
    }

    fn from_bytes(id: String, bytes: Vec<u8>) -> Result<Self, IpTableFault> {
        let damaged = |e: maxminddb::MaxMindDbError| IpTableFault::Damaged(e.to_string());
        let sha256 = data_encoding::HEXLOWER.encode(&Sha256::digest(&bytes));
        let reader = Reader::from_source(Cow::Owned(bytes)).map_err(damaged)?;
        let about = reader.metadata();
        let built = i64::try_from(about.build_epoch).ok().and_then(|epoch| Timestamp::from_second(epoch).ok());
        let date = built.map_or_else(|| "unknown".to_owned(), |built| built.strftime("%Y-%m-%d").to_string());
        let info = TableInfo { id, kind: about.database_type.clone(), date, sha256 };
        let table = Self { reader, info, networks: OnceLock::new() };
        table.check_sample()?;
        Ok(table)
    }

    /// Decodes the first records. A file that is damaged throughout, and one of another kind, are told at once.
    fn check_sample(&self) -> Result<(), IpTableFault> {
        let damaged = |e: maxminddb::MaxMindDbError| IpTableFault::Damaged(e.to_string());
        for found in self.reader.networks(WithinOptions::default()).map_err(damaged)?.take(SAMPLE) {
            let record = found.and_then(|found| found.decode::<Record<'_>>()).map_err(damaged)?;
            if record.is_some_and(|record| record.is_known()) {
                return Ok(());
            }
        }
        Err(IpTableFault::UnknownSchema(self.info.kind.clone()))
    }

    /// Name, kind, date and hash.
    pub(super) fn info(&self) -> &TableInfo {
        &self.info
    }

    /// The record of an address; `None` where the table has none for it.
    pub(super) fn look_up(&self, ip: IpAddr) -> Result<Option<Record<'_>>, String> {
        if ip.is_ipv6() && self.reader.metadata().ip_version == 4 {
            return Ok(None);
        }
        self.reader.lookup(ip).and_then(|found| found.decode()).map_err(|e| e.to_string())
    }

    /// A record that has this AS number.
    pub(super) fn record_of(&self, asn: Asn) -> Option<Record<'_>> {
        let ip = self.networks.get_or_init(|| self.index_networks()).get(&asn.0)?;
        self.look_up(*ip).ok().flatten()
    }

    fn index_networks(&self) -> BTreeMap<u32, IpAddr> {
        let mut index = BTreeMap::new();
        let mut seen = std::collections::HashSet::new();
        let Ok(networks) = self.reader.networks(WithinOptions::default()) else { return index };
        for found in networks.flatten() {
            // Two million networks share 158,000 records.
            if !found.offset().is_some_and(|offset| seen.insert(offset)) {
                continue;
            }
            if let (Ok(Some(record)), Ok(network)) = (found.decode::<Record<'_>>(), found.network())
                && let Ok(Some(asn)) = record.asn()
            {
                index.entry(asn.0).or_insert(network.ip());
            }
        }
        index
    }
}
