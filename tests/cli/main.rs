//! The binary against a loopback world, its environment scrubbed.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![allow(unreachable_pub, reason = "modules of a test binary")]
#![allow(clippy::print_stderr, reason = "a test that is left out says so")]

mod cells;
mod tables;
#[path = "../web/mod.rs"]
mod web;
mod world;

mod check;
mod frameworks;
mod input;
mod inputs;
mod layers;
mod output;
mod pages;
mod pitfalls;
mod policy;
mod readme;
mod replay;
mod site;
mod who;
mod worked;
