//! The files that are committed: the compressed table, its figures and its credits.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::source::Sources;

const LEVEL: i32 = 19;
/// The main package is published as a crate of at most 10 MB, of which the table may take this much.
const LARGEST: usize = 9_000_000;

#[derive(Serialize)]
struct Figures<'a> {
    date: &'a str,
    sha256_raw: String,
    sha256_zst: String,
    raw_bytes: usize,
    packages: Vec<PackageFigures<'a>>,
}

#[derive(Serialize)]
struct PackageFigures<'a> {
    name: &'a str,
    version: &'a str,
    date: &'a str,
    licence: &'a str,
}

/// Writes the table to `out` and `ip.json` and `NOTICE` beside it. Returns the compressed size.
pub fn write(out: &Path, sources: &Sources, raw: &[u8]) -> Result<usize, Error> {
    let packed = pack(raw).map_err(Error::file(out))?;
    if packed.len() > LARGEST {
        let what = format!("{} bytes compressed, at most {LARGEST} fit", packed.len());
        return Err(Error::package(out, what));
    }
    let figures = Figures {
        date: sources.date(),
        sha256_raw: sha256(raw),
        sha256_zst: sha256(&packed),
        raw_bytes: raw.len(),
        packages: sources
            .packages
            .iter()
            .map(|package| PackageFigures {
                name: &package.name,
                version: &package.version,
                date: &package.date,
                licence: package.known.licence,
            })
            .collect(),
    };
    let mut json = serde_json::to_string_pretty(&figures).map_err(|error| Error::package(out, error.to_string()))?;
    json.push('\n');

    let folder = out.parent().unwrap_or(Path::new("."));
    for (path, bytes) in [
        (out.to_owned(), packed.as_slice()),
        (folder.join("ip.json"), json.as_bytes()),
        (folder.join("NOTICE"), notice(sources).as_bytes()),
    ] {
        fs::write(&path, bytes).map_err(Error::file(&path))?;
    }
    Ok(packed.len())
}

/// One frame with size and checksum, so that the reader can allocate once and notices damage.
fn pack(raw: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut compressor = zstd::bulk::Compressor::new(LEVEL)?;
    compressor.include_checksum(true)?;
    compressor.compress(raw)
}

fn sha256(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn notice(sources: &Sources) -> String {
    let mut packages = String::new();
    for package in &sources.packages {
        let _ = writeln!(
            packages,
            "  {} {} of {}\n    data: {}\n    licence: {}, declared by the package as \"{}\"",
            package.name,
            package.version,
            package.date,
            package.known.credit,
            package.known.licence,
            package.known.declared
        );
    }
    NOTICE.replace("{date}", sources.date()).replace("{packages}", &packages)
}

const NOTICE: &str = include_str!("notice.txt");
