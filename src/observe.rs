//! The world: everything that asks the network or reads what the user supplies, and writes down what was seen, never
//! what it means. Nothing here knows the knowledge base, or a newer one could not judge old evidence again.

mod ask;
pub mod dns;
pub mod domain;
mod host;
pub mod ip;
mod mail;
pub mod named;
mod policy;
pub mod rdap;
mod spf;
mod zone;

pub use domain::{Limits, Observer, Options};
