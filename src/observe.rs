//! The world: everything that asks the network or reads what the user supplies, and writes down what was seen, never
//! what it means. Nothing here knows the knowledge base, or a newer one could not judge old evidence again.

pub mod dns;
pub mod ip;
