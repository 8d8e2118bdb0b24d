//! Expands and checks what `data/` holds, so that the binary carries it ready to use.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=data");
    println!("cargo::rerun-if-changed=Cargo.lock");
    println!("cargo::rustc-env=JURISDIG_PSL_VERSION={}", psl_version());
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
