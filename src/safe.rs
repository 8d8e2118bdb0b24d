//! Text from outside (DNS, TXT, AS names, files) and one sanitiser a sink.
//!
//! [`Untrusted`] has no `Display`: such text reaches a sink through that sink's function or not at all. JSON needs no
//! function here, `serde_json` escapes what JSON needs and machine formats stay byte-true.

mod markdown;
mod workflow;

use std::borrow::Cow;
use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;
use unicode_width::UnicodeWidthChar;

pub use markdown::{for_markdown, for_markdown_code, for_markdown_element};
pub use workflow::{for_workflow_data, for_workflow_log, for_workflow_property};

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

    /// The text for a message of SARIF: see [`for_sarif`].
    #[must_use]
    pub fn for_sarif(&self) -> String {
        for_sarif(&self.for_terminal())
    }

    /// The text for XML: see [`for_xml`].
    #[must_use]
    pub fn for_xml(&self) -> String {
        for_xml(&self.for_terminal())
    }

    /// The text for the value of a metric's label: see [`for_label`].
    #[must_use]
    pub fn for_label(&self) -> String {
        for_label(&self.for_terminal())
    }

    /// The name of a file as a relative path: see [`for_path`].
    #[must_use]
    pub fn for_path(&self) -> String {
        for_path(&self.0)
    }

    /// The name of a file as a relative reference of a URI: see [`for_uri`].
    #[must_use]
    pub fn for_uri(&self) -> String {
        for_uri(&self.0)
    }

    /// The text for prose of a Markdown file: see [`for_markdown`].
    #[must_use]
    pub fn for_markdown(&self) -> String {
        for_markdown(&self.0)
    }

    /// The text for a code span of a Markdown table: see [`for_markdown_code`].
    #[must_use]
    pub fn for_markdown_code(&self) -> String {
        for_markdown_code(&self.0)
    }

    /// The text for a property of a workflow command: see [`for_workflow_property`].
    #[must_use]
    pub fn for_workflow_property(&self) -> String {
        for_workflow_property(&self.0)
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

/// A message of SARIF (2.1.0, 3.11): as [`escape`] shows it, and neither a link `[text](target)` nor a placeholder `{0}`
/// can begin in it.
#[must_use]
pub fn for_sarif(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in escape(text).chars() {
        match c {
            '[' | ']' | '\\' => out.extend(['\\', c]),
            '{' | '}' => out.extend([c, c]),
            c => out.push(c),
        }
    }
    out
}

/// Text or the value of an attribute of XML 1.0: as [`escape`] shows it, markup and quotes as entities, and what XML has
/// no character for as a visible escape.
#[must_use]
pub fn for_xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in escape(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// The value of a label of OpenMetrics, without its quotes: as [`escape`] shows it, so without line breaks; `\` and `"`
/// are escaped.
#[must_use]
pub fn for_label(text: &str) -> String {
    escape(text).replace('\\', "\\\\").replace('"', "\\\"")
}

/// The name of a file as a relative path: forward slashes, no root, no drive, no empty or `.` parts; nothing hidden.
#[must_use]
pub fn for_path(text: &str) -> String {
    escape(&relative(text)).into_owned()
}

/// The name of a file as a relative reference of a URI (RFC 3986): [`for_path`], every byte that is not unreserved
/// percent-encoded.
#[must_use]
pub fn for_uri(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in relative(text).bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Whoever reads a report in CI looks a path up below the root of the repository: one that leads elsewhere would make
/// the whole file be refused.
fn relative(text: &str) -> String {
    let text = text.replace('\\', "/");
    let without_drive = match text.as_bytes() {
        [drive, b':', b'/', ..] if drive.is_ascii_alphabetic() => &text[3..],
        _ => &text[..],
    };
    let parts: Vec<&str> = without_drive.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    parts.join("/")
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
    use super::markdown::is_active;
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
    fn sinks_of_machine_formats() {
        assert_eq!(for_sarif("[a](x) {0} \u{202e}"), "\\[a\\](x) {{0}} \\\\u{{202e}}");
        assert_eq!(for_xml("<a b='\"'>&\u{1}\u{ffff}"), "&lt;a b=&apos;&quot;&apos;&gt;&amp;\\u{1}\\u{ffff}");
        assert_eq!(for_label("a\"b\\c\nd"), "a\\\"b\\\\c\\\\u{a}d");
        for (name, path, uri) in [
            ("targets.txt", "targets.txt", "targets.txt"),
            ("./a//b/é x.txt", "a/b/é x.txt", "a/b/%C3%A9%20x.txt"),
            ("/etc/x", "etc/x", "etc/x"),
            ("C:\\a\\b", "a/b", "a/b"),
            ("//host/x", "host/x", "host/x"),
            ("https://x/y", "https:/x/y", "https%3A/x/y"),
            ("../a\n::b", "../a\\u{a}::b", "../a%0A%3A%3Ab"),
        ] {
            assert_eq!((for_path(name).as_str(), for_uri(name).as_str()), (path, uri));
        }
    }

    #[test]
    fn json_keeps_the_text_as_it_is() {
        let json = serde_json::to_string(&Untrusted::new("a\u{1b}\u{202e}")).unwrap();
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), "a\u{1b}\u{202e}");
    }

    #[test]
    fn workflow_commands_are_broken_visibly() {
        assert_eq!(for_workflow_data("50%\r\n::x ##[group]"), "50%25%0D%0A::x ##\\u{5b}group]");
        assert_eq!(for_workflow_property("a:b,c%"), "a%3Ab%2Cc%25");
        assert_eq!(for_workflow_log(" ::error::x\n\t::y a::b"), " :\\u{3a}error::x\n\t:\\u{3a}y a::b");
        assert_eq!(for_workflow_log("a ##[error]"), "a ##\\u{5b}error]");
        assert_eq!(for_workflow_log("\u{1b}[1mok\u{1b}[0m a::b"), "\u{1b}[1mok\u{1b}[0m a::b");
        assert_eq!(for_workflow_log(":::x"), ":\\u{3a}:x");
    }

    #[test]
    fn markdown_is_text() {
        assert_eq!(for_markdown("![x](https://a.example)"), "\\!\\[x\\]\\(hxxps\\://a\\.example\\)");
        assert_eq!(for_markdown("HTTP://a @team"), "HXXP\\://a <span>&#64;</span>team");
        assert_eq!(for_markdown("1. a\n| <b>"), "1\\. a\\\\u\\{a\\}\\| \\<b\\>");
        assert_eq!(for_markdown_code("a``b|c"), "``` a``b\\|c ```");
        assert_eq!(for_markdown_code("x"), "`x`");
        assert_eq!(for_markdown_code(" "), "");
    }

    /// Whether the runner would take a line for a command.
    fn is_command(line: &str) -> bool {
        line.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').starts_with("::")
            || line.contains("##[")
    }

    fn has_command(text: &str) -> bool {
        text.split(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']).any(is_command)
    }

    proptest! {
        #[test]
        fn no_workflow_command_comes_out(text in any::<String>(), hostile in "[ \t\n\r:#\\[%,a\u{85}\u{2028}\u{feff}]{0,60}") {
            for input in [text, hostile] {
                prop_assert!(!has_command(&for_workflow_log(&input)), "{:?}", for_workflow_log(&input));
                let data = for_workflow_data(&input);
                let property = for_workflow_property(&input);
                prop_assert!(!data.contains(['\n', '\r']) && !data.contains("##[") && !data.chars().any(is_forbidden));
                prop_assert!(!property.contains([':', ',', '\n', '\r']) && !property.contains("##["));
                let back = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
                if !input.contains("##[") && !input.chars().any(|c| is_forbidden(c) && c != '\r' && c != '\n') {
                    prop_assert_eq!(back(&data), input.clone(), "the runner reads back what was written");
                }
            }
        }

        #[test]
        fn markdown_has_no_active_character(
            text in any::<String>(),
            hostile in "[\\\\`*_{}()<>#+.!|~@&:\\[\\]\n a1-]{0,60}",
            address in "(http|HTTPS|hTtP)(s)?://[a-z]{1,5}",
        ) {
            for input in [text, hostile, address] {
                let out = for_markdown(&input).replace("<span>&#64;</span>", "");
                let mut chars = out.chars();
                while let Some(c) = chars.next() {
                    prop_assert!(!is_forbidden(c) && c != '@');
                    if c == '\\' {
                        prop_assert!(chars.next().is_some_and(is_active));
                    } else {
                        prop_assert!(!is_active(c), "{c} in {out}");
                    }
                }
                prop_assert!(!out.to_ascii_lowercase().contains("http"));
                let code = for_markdown_code(&input);
                if !code.is_empty() {
                    let fence = code.chars().take_while(|c| *c == '`').count();
                    let body = &code[fence..code.len() - fence];
                    let runs = body.split(|c| c != '`').map(str::len).max().unwrap_or(0);
                    prop_assert!(code.ends_with(&"`".repeat(fence)) && runs < fence && !body.starts_with('`'));
                    prop_assert!(!body.chars().any(is_forbidden) && !body.replace("\\|", "").contains('|'));
                }
            }
        }

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
                for out in [for_sarif(&input), for_xml(&input), for_label(&input), for_path(&input), for_uri(&input)] {
                    prop_assert!(!out.chars().any(is_forbidden), "{out:?}");
                }
            }
        }
    }
}
