//! Expands and checks what `data/` holds, so that the binary carries it ready to use.

#[allow(dead_code, unused_imports, unreachable_pub, missing_docs, reason = "the build uses a part of the library")]
#[path = "src/model"]
mod model {
    #[path = "grade.rs"]
    mod grade;
    #[path = "ids.rs"]
    mod ids;
    #[path = "time.rs"]
    mod time;

    pub use grade::{Certainty, Confidence, Grade, Mark, Outcome, Role, RoleGroup, Severity};
    pub use ids::{Asn, BadAsn, BadCountryCode, BadId, CountryCode, EntityId, LawId, NonEmpty, OperatorId, SourceId};
    pub use time::{AsOf, Interval, Precision};
}

#[allow(dead_code, unused_imports, unreachable_pub, missing_docs, reason = "the build uses a part of the library")]
#[path = "src/kb"]
mod kb {
    #[path = "checks.rs"]
    mod checks;
    #[path = "checks_owners.rs"]
    mod checks_owners;
    #[path = "checks_signals.rs"]
    mod checks_signals;
    #[path = "compile.rs"]
    pub mod compile;
    #[path = "draft.rs"]
    mod draft;
    #[path = "parse.rs"]
    mod parse;
    #[path = "part.rs"]
    mod part;
    #[path = "schema.rs"]
    pub mod schema;

    /// Compiling patterns would pull the regex crate into every build; `tests/knowledge.rs` checks them.
    mod pattern {
        pub(super) fn fault(_pattern: &str) -> Option<String> {
            None
        }
    }
}

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/kb");
    println!("cargo::rerun-if-changed=src/model");
    println!("cargo::rerun-if-changed=data");
    println!("cargo::rerun-if-changed=Cargo.lock");
    println!("cargo::rustc-env=JURISDIG_PSL_VERSION={}", psl_version());
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    let mut errors = Vec::new();
    errors.extend(knowledge(&out).err().unwrap_or_default());
    errors.extend(ip_table(&out).err());
    if !errors.is_empty() {
        for error in errors {
            println!("cargo::error={error}");
        }
        std::process::exit(1);
    }
}

/// Compiles `data/kb` to `kb.postcard`.
fn knowledge(out: &Path) -> Result<(), Vec<String>> {
    let mut paths = Vec::new();
    toml_files(Path::new("data/kb"), &mut paths).map_err(|error| vec![format!("data/kb: {error}")])?;
    paths.sort();
    let mut files = Vec::new();
    for path in &paths {
        let name = path.to_string_lossy().replace('\\', "/");
        let text = fs::read_to_string(path).map_err(|error| vec![format!("{name}: {error}")])?;
        files.push((name, text));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let kb = kb::compile::compile(&files)
        .map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<String>>())?;
    let bytes = postcard::to_stdvec(&kb).map_err(|error| vec![format!("data/kb: {error}")])?;
    // The program takes the bytes on trust; a type that does not survive has to be found here.
    match postcard::from_bytes::<kb::schema::Kb>(&bytes) {
        Ok(back) if back == kb => {}
        _ => return Err(vec!["data/kb: the compact form does not give back what was written".to_owned()]),
    }
    fs::write(out.join("kb.postcard"), bytes).map_err(|error| vec![format!("kb.postcard: {error}")])
}

fn toml_files(folder: &Path, into: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            toml_files(&path, into)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            into.push(path);
        }
    }
    Ok(())
}

/// Expands the IP table; the binary carries it raw, because expanding costs 60 ms.
fn ip_table(out: &Path) -> Result<(), String> {
    let about = fs::read_to_string("data/ip/ip.json").map_err(|error| format!("data/ip/ip.json: {error}"))?;
    let about: serde_json::Value = serde_json::from_str(&about).map_err(|error| format!("data/ip/ip.json: {error}"))?;
    let expected = about["sha256_raw"].as_str().ok_or("data/ip/ip.json: sha256_raw is missing")?;
    let target = out.join("ip.mmdb");
    if fs::read(&target).is_ok_and(|present| sha256(&present) == expected) {
        return Ok(());
    }
    let failed = |error: &dyn std::fmt::Display| format!("data/ip/ip.mmdb.zst: {error}");
    let packed = fs::read("data/ip/ip.mmdb.zst").map_err(|error| failed(&error))?;
    let mut raw = Vec::new();
    ruzstd::decoding::StreamingDecoder::new(packed.as_slice())
        .map_err(|error| failed(&error))?
        .read_to_end(&mut raw)
        .map_err(|error| failed(&error))?;
    let found = sha256(&raw);
    if found != expected {
        return Err(failed(&format!("expands to SHA-256 {found}, data/ip/ip.json says {expected}")));
    }
    fs::write(&target, raw).map_err(|error| format!("ip.mmdb: {error}"))
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The psl crate carries the date of its list only in its version.
fn psl_version() -> String {
    let lock = fs::read_to_string("Cargo.lock").unwrap_or_default();
    lock.split("[[package]]")
        .find(|block| block.contains("name = \"psl\"\n"))
        .and_then(|block| block.split("version = \"").nth(1))
        .and_then(|rest| rest.split('"').next())
        .unwrap_or("unknown")
        .to_owned()
}
