//! Looks at the world and writes down what it saw, never what that means.

pub mod ip;
