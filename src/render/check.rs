//! What a check says to people, one file a format: blocks, one line each, GitHub annotations, a step summary.

mod message;
