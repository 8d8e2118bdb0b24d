//! Policy text and conclusions -> findings and one outcome.

#![allow(clippy::unwrap_used, missing_docs, reason = "a failing test shall stop")]

mod policy {
    mod baseline;
    mod faulty;
    mod golden;
    mod properties;
    mod scenarios;
    mod waivers;
    mod worked;
    mod world;
}
