//! Formats of a check, one file each.

mod gitlab;
mod json;
mod junit;
mod machine;
mod message;
mod openmetrics;
mod sarif;

pub use gitlab::write as gitlab;
pub use json::write as json;
pub use junit::write as junit;
pub use openmetrics::write as openmetrics;
pub use sarif::{MAX_RESULTS, write as sarif};
