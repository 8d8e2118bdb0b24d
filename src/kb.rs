//! What is known: operators, owners, laws, each with sources and dates. `compile` is the only parser; it serves
//! `build.rs`, the user's own layers and `data verify`.

mod checks;
mod checks_owners;
mod checks_signals;
pub mod compile;
mod draft;
mod embedded;
mod find;
mod index;
mod parse;
pub mod part;
mod pattern;
pub mod schema;
mod walk;

pub use compile::{Fault, Layer, compile, compile_layers, extend};
pub use find::Company;
pub use index::{EntityChoice, Knowledge, NameMatch, RegionAnswer, Signal};
pub use walk::{Nexus, Owners, Step, Via, Walk};
