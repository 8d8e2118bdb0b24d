//! The world: everything that asks the network or reads what the user supplies, and writes down what was seen, never
//! what it means. Nothing here knows the knowledge base, or a newer one could not judge old evidence again.

mod ask;
pub mod browser;
pub mod dialer;
pub mod dns;
pub mod domain;
pub mod har;
mod host;
pub mod html;
pub mod http;
pub mod ip;
mod mail;
pub mod named;
mod page;
mod policy;
pub mod rdap;
pub mod roots;
mod secret;
mod spf;
pub mod tls;
mod zone;

pub use ask::Session;
pub use domain::{Asked, Limits, Observer, Options};
pub use page::PageSettings;
