//! DNS and web servers on loopback that misbehave on purpose, and what our clients must make of them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where it fails")]
#![allow(unreachable_pub, missing_docs, reason = "nobody else uses a test")]

#[path = "faults/behaviour.rs"]
mod behaviour;
#[path = "faults/client.rs"]
mod client;
#[path = "faults/conduct.rs"]
mod conduct;
#[path = "faults/fetching.rs"]
mod fetching;
#[path = "faults/guard.rs"]
mod guard;
#[path = "faults/http_matrix.rs"]
mod http_matrix;
#[path = "faults/limits.rs"]
mod limits;
#[path = "faults/matrix.rs"]
mod matrix;
#[path = "faults/message.rs"]
mod message;
#[path = "faults/server.rs"]
mod server;
#[path = "faults/site.rs"]
mod site;
