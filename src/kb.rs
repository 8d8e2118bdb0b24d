//! What is known: operators, owners, laws, each with sources and dates. `compile` is the only parser; it serves
//! `build.rs`, the user's own layers and `data verify`.

pub mod compile;
mod embedded;
mod index;
pub mod schema;
mod walk;

pub use compile::{Fault, compile};
pub use index::{EntityChoice, Knowledge, NameMatch, RegionAnswer, Signal};
pub use walk::{Nexus, Owners, Step, Via, Walk};
