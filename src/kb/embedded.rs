//! The knowledge base of this release, compiled by `build.rs`.

use super::Knowledge;
use super::schema::Kb;

impl Knowledge {
    /// The knowledge base of this release.
    #[must_use]
    pub fn embedded() -> Self {
        Self::new(Kb::default())
    }
}
