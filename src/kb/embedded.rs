//! The knowledge base of this release, compiled by `build.rs`.

use super::Knowledge;

/// The compact form. `build.rs` has read it back and compared.
static RELEASE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/kb.postcard"));

impl Knowledge {
    /// The knowledge base of this release.
    #[must_use]
    pub fn embedded() -> Self {
        Self::new(postcard::from_bytes(RELEASE).expect("build.rs has read these bytes back"))
    }
}
