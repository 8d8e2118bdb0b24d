//! Markdown: prose, text inside an element, code spans.

use super::escape;

/// Prose of a Markdown file: one line, every character that Markdown or HTML acts on escaped, `@` apart from the name
/// after it (so that nobody is notified), and the scheme of an address broken (`hxxps`), so that nothing is linked.
#[must_use]
pub fn for_markdown(text: &str) -> String {
    let text = defang(&escape(text));
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            // In an element of its own it is no part of a name, whatever reads the text afterwards.
            '@' => out.push_str("<span>&#64;</span>"),
            c if is_active(c) => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

/// Text inside of an HTML element of a Markdown file, such as a `<summary>`: one line, no element, nobody notified.
#[must_use]
pub fn for_markdown_element(text: &str) -> String {
    let text = defang(&escape(text)).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('@', "<span>&#64;</span>")
}

/// `http` and `HTTPS` as `hxxp` and `HXXPS`, so that nothing makes a link of them.
fn defang(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(head) = rest.get(..4).filter(|head| head.eq_ignore_ascii_case("http")) {
            out.extend(head.chars().map(|c| match c {
                't' => 'x',
                'T' => 'X',
                c => c,
            }));
            rest = &rest[4..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// Punctuation that Markdown, or the HTML in it, acts on somewhere.
pub(super) fn is_active(c: char) -> bool {
    matches!(
        c,
        '\\' | '`'
            | '*'
            | '_'
            | '{'
            | '}'
            | '['
            | ']'
            | '('
            | ')'
            | '<'
            | '>'
            | '#'
            | '+'
            | '-'
            | '.'
            | '!'
            | '|'
            | '~'
            | '&'
            | '='
            | ':'
            | '$'
            | '^'
    )
}

/// A code span in a cell of a Markdown table, its fence longer than any run of backticks in the text. Nothing for no
/// text.
#[must_use]
pub fn for_markdown_code(text: &str) -> String {
    // A bar ends a cell in a code span too; the table takes the backslash away.
    let text = escape(text).replace('|', "\\|");
    if text.trim().is_empty() {
        return String::new();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    if longest > 0 { format!("{fence} {text} {fence}") } else { format!("{fence}{text}{fence}") }
}
