//! GitHub workflow commands and the log they stand in.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::is_forbidden;

/// The message of a GitHub workflow command: `%`, CR and LF as the runner reads them back, other characters a terminal
/// acts on as visible escapes, and no `##[`, which the runner takes for a command anywhere in a line.
#[must_use]
pub fn for_workflow_data(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '%' => out.push_str("%25"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            '[' if out.ends_with("##") => out.push_str("\\u{5b}"),
            c if is_forbidden(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// A property of a GitHub workflow command (`file`, `title`): as its message, and `:` and `,` escaped too.
#[must_use]
pub fn for_workflow_property(text: &str) -> String {
    for_workflow_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Ordinary output in the log of a workflow: no line begins (after blanks) with `::` and none holds `##[`, so that the
/// runner takes nothing in it for a command. What is broken stays visible, as `:\u{3a}` and `##\u{5b}`. Line breaks and
/// colours are kept.
#[must_use]
pub fn for_workflow_log(text: &str) -> Cow<'_, str> {
    if !text.contains("::") && !text.contains("##[") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut is_start = true;
    for c in text.chars() {
        match c {
            '[' if out.ends_with("##") => out.push_str("\\u{5b}"),
            ':' if is_start && out.ends_with(':') => {
                out.push_str("\\u{3a}");
                is_start = false;
            }
            c => out.push(c),
        }
        // The runner trims blanks; which characters are blanks to it, and what ends a line, is not for us to guess.
        is_start = match c {
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => true,
            ':' => is_start,
            '\u{1b}' => false,
            c => is_start && !out.ends_with("::") && (c.is_whitespace() || is_forbidden(c)),
        };
    }
    Cow::Owned(out)
}
