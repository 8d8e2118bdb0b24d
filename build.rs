//! Expands and checks what `data/` holds, so that the binary carries it ready to use.

use std::error::Error;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=data");
    println!("cargo::rerun-if-changed=Cargo.lock");
    println!("cargo::rustc-env=JURISDIG_PSL_VERSION={}", psl_version());
    expand_ip_table()
}

/// The psl crate carries the date of its list only in its version.
fn psl_version() -> String {
    let lock = std::fs::read_to_string("Cargo.lock").unwrap_or_default();
    lock.split("[[package]]")
        .find(|block| block.contains("name = \"psl\"\n"))
        .and_then(|block| block.split("version = \"").nth(1))
        .and_then(|rest| rest.split('"').next())
        .unwrap_or("unknown")
        .to_owned()
}

/// Writes `OUT_DIR/ip.mmdb`; the binary carries the raw bytes, because expanding them at every start costs 60 ms.
fn expand_ip_table() -> Result<(), Box<dyn Error>> {
    let info: serde_json::Value = serde_json::from_str(&std::fs::read_to_string("data/ip/ip.json")?)?;
    let packed = std::fs::read("data/ip/ip.mmdb.zst")?;
    let mut raw = Vec::with_capacity(info["raw_bytes"].as_u64().and_then(|n| n.try_into().ok()).unwrap_or(0));
    let mut decoder = ruzstd::decoding::StreamingDecoder::new(packed.as_slice())?;
    std::io::Read::read_to_end(&mut decoder, &mut raw)?;
    // A damaged table answers confidently: the hash is the only defence.
    let found: String = Sha256::digest(&raw).iter().map(|byte| format!("{byte:02x}")).collect();
    if info["sha256_raw"].as_str() != Some(found.as_str()) {
        return Err(format!("data/ip/ip.mmdb.zst expands to bytes of SHA-256 {found}, not that of ip.json").into());
    }
    let path = PathBuf::from(std::env::var("OUT_DIR")?).join("ip.mmdb");
    if std::fs::read(&path).is_ok_and(|there| there == raw) {
        return Ok(()); // Same bytes: leave the time stamp, or the library would be built again.
    }
    Ok(std::fs::write(path, raw)?)
}
