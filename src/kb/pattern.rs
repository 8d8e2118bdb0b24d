//! Patterns of the knowledge base. `build.rs` has no regex crate and puts a module that finds nothing in the place of
//! this one; `tests/knowledge.rs` checks the patterns of the release.

use regex::bytes::{Regex, RegexBuilder};

/// Names are ASCII, and the Unicode tables are left out of the binary: `\d` means 0 to 9.
pub(super) fn build(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).unicode(false).size_limit(1 << 20).build()
}

/// What is wrong with a pattern.
pub(super) fn fault(pattern: &str) -> Option<String> {
    // The last line of the message says what is wrong, the lines before draw the place.
    build(pattern).err().map(|why| {
        let text = why.to_string();
        text.lines().last().unwrap_or("does not compile").trim().to_owned()
    })
}
