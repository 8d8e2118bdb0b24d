//! Policy text and conclusions -> findings and one outcome.

#![allow(clippy::unwrap_used, missing_docs, reason = "a failing test shall stop")]

mod policy {
    mod faulty;
    mod worked;
    mod world;
}
