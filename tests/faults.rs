//! A DNS server on loopback that misbehaves on purpose, and what the client must make of it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where it fails")]
#![allow(unreachable_pub, missing_docs, reason = "nobody else uses a test")]

#[path = "faults/behaviour.rs"]
mod behaviour;
#[path = "faults/client.rs"]
mod client;
#[path = "faults/limits.rs"]
mod limits;
#[path = "faults/matrix.rs"]
mod matrix;
#[path = "faults/message.rs"]
mod message;
#[path = "faults/server.rs"]
mod server;
