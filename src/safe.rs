//! Text from outside (DNS, TXT, AS names, files) and one sanitiser a sink.
//!
//! [`Untrusted`] has no `Display`: such text reaches a sink through that sink's function or not at all. JSON needs no
//! function here, `serde_json` escapes what JSON needs and machine formats stay byte-true.

use std::borrow::Cow;
use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;
use unicode_width::UnicodeWidthChar;

/// Longest text one cell of a terminal table shows, in characters.
const MAX_CELL: usize = 512;

/// Most combining marks shown on one base character.
const MAX_MARKS: usize = 8;

/// A text that somebody else wrote.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema, Default)]
#[serde(transparent)]
pub struct Untrusted(String);

impl Untrusted {
    /// Marks a text as written by somebody else.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text for a terminal: see [`for_terminal`].
    #[must_use]
    pub fn for_terminal(&self) -> String {
        for_terminal(&self.0)
    }

    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// One line for a terminal. Every control, bidirectional, zero-width and tag character is replaced by a visible escape
/// such as `\u{202e}`, never deleted; a base character keeps at most 8 combining marks; what is longer than 512
/// characters ends in `…(+n)`, n being the characters left out.
#[must_use]
pub fn for_terminal(text: &str) -> String {
    let escaped = escape(text);
    let count = escaped.chars().count();
    if count <= MAX_CELL {
        return escaped.into_owned();
    }
    let mut kept: String = escaped.chars().take(MAX_CELL).collect();
    let _ = write!(kept, "…(+{})", count - MAX_CELL);
    kept
}

/// Like [`for_terminal`] without the cap: for whole lines that were put together from safe parts.
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut marks = 0;
    for c in text.chars() {
        let is_mark = !is_forbidden(c) && c.width() == Some(0);
        marks = if is_mark { marks + 1 } else { 0 };
        if is_forbidden(c) || marks > MAX_MARKS {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Characters a terminal acts on, or shows as nothing at all.
#[must_use]
pub fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            // Soft hyphen, Arabic letter mark, Hangul and Khmer fillers, Mongolian separators.
            0xAD | 0x61C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F | 0x3164 | 0xFFA0
            // Zero width, marks of direction, line and paragraph separators, embeddings and overrides.
            | 0x200B..=0x200F | 0x2028..=0x202E
            // Word joiner, invisible operators, isolates, deprecated format characters.
            | 0x2060..=0x206F
            // Variation selectors, byte order mark, interlinear annotation.
            | 0xFE00..=0xFE0F | 0xFEFF | 0xFFF9..=0xFFFB
            // Tags and further variation selectors.
            | 0xE0000..=0xE0FFF)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn replaces_and_never_deletes() {
        assert_eq!(for_terminal("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(
            for_terminal("x\u{202e}y\u{9b}z\n\u{2028}\u{e0041}"),
            "x\\u{202e}y\\u{9b}z\\u{a}\\u{2028}\\u{e0041}"
        );
        assert_eq!(for_terminal("mairie-évry.fr › 例"), "mairie-évry.fr › 例");
        assert_eq!(for_terminal("\u{200b}\u{feff}\0\u{7f}"), "\\u{200b}\\u{feff}\\u{0}\\u{7f}");
    }

    #[test]
    fn caps_marks_and_length() {
        let zalgo = format!("a{}", "\u{301}".repeat(10));
        assert_eq!(for_terminal(&zalgo), format!("a{}\\u{{301}}\\u{{301}}", "\u{301}".repeat(8)));
        assert_eq!(for_terminal(&"x".repeat(512)), "x".repeat(512));
        assert_eq!(for_terminal(&"x".repeat(600)), format!("{}…(+88)", "x".repeat(512)));
    }

    #[test]
    fn json_keeps_the_text_as_it_is() {
        let json = serde_json::to_string(&Untrusted::new("a\u{1b}\u{202e}")).unwrap();
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), "a\u{1b}\u{202e}");
    }

    proptest! {
        #[test]
        fn nothing_forbidden_comes_out(text in any::<String>(), hostile in "[\\p{Cc}\\p{Cf}\\p{Mn}a\u{2028}\u{e0020}]{0,600}") {
            for input in [text, hostile] {
                let out = for_terminal(&input);
                prop_assert!(!out.chars().any(is_forbidden));
                prop_assert!(out.chars().count() <= MAX_CELL + 12);
                let mut marks = 0;
                for c in out.chars() {
                    marks = if c.width() == Some(0) { marks + 1 } else { 0 };
                    prop_assert!(marks <= MAX_MARKS);
                }
                prop_assert_eq!(escape(&out).into_owned(), out, "a second pass changes nothing");
            }
        }
    }
}
