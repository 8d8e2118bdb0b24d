//! Lines of text: comments taken out, variables marked, and the key a value belongs to.

use std::borrow::Cow;

use super::Kind;

/// Stands for a variable: what touches it is not whole.
pub(super) const VARIABLE: char = '\u{1}';

/// Stands at both ends of the default of a variable (`${HOST:-www.example.fr}`), as quotes would.
pub(super) const DEFAULT: char = '\u{2}';

/// Takes comments out, line by line.
pub(super) struct Comments {
    hash: bool,
    slashes: bool,
    dashes: bool,
    blocks: bool,
    markup: bool,
    open: Option<&'static str>,
}

impl Comments {
    pub(super) fn of(kind: Kind, file: &str) -> Self {
        let ending = super::kind::extension(file);
        let is_markdown = matches!(ending.as_str(), "md" | "markdown");
        let is_text = kind == Kind::Text && !is_markdown;
        let is_yaml = matches!(kind, Kind::Compose | Kind::Kubernetes);
        Self {
            hash: is_text || is_yaml || matches!(kind, Kind::Terraform | Kind::Dockerfile | Kind::Env),
            slashes: is_text || matches!(kind, Kind::Terraform | Kind::Json),
            dashes: is_text,
            blocks: matches!(kind, Kind::Terraform | Kind::Json) || is_text,
            markup: matches!(kind, Kind::Xml | Kind::Text),
            open: None,
        }
    }

    /// The line with spaces where comments stood.
    pub(super) fn strip<'a>(&mut self, line: &'a str) -> Cow<'a, str> {
        let may_begin = ['#', '-', '/', '<', ';'].iter().any(|c| line.contains(*c));
        if self.open.is_none() && !may_begin {
            return Cow::Borrowed(line);
        }
        let mut out = String::with_capacity(line.len());
        let mut rest = line;
        let mut quotes = Quotes::default();
        let mut is_first = true;
        while !rest.is_empty() {
            if let Some(end) = self.open {
                let Some(at) = rest.find(end) else { break };
                out.push(' ');
                rest = &rest[at + end.len()..];
                self.open = None;
                continue;
            }
            let is_start = out.chars().next_back().is_none_or(char::is_whitespace);
            if !quotes.is_inside() {
                if self.markup && rest.starts_with("<!--") {
                    self.open = Some("-->");
                    rest = &rest[4..];
                    continue;
                }
                // `/*` elsewhere is a pattern of paths.
                if self.blocks && is_start && rest.starts_with("/*") {
                    self.open = Some("*/");
                    rest = &rest[2..];
                    continue;
                }
                let ends = (self.hash && is_start && rest.starts_with('#'))
                    || (self.slashes && is_start && rest.starts_with("//") && !is_relative_url(rest))
                    || (self.dashes && is_first && rest.starts_with("-- "))
                    || (self.dashes && is_first && rest.starts_with(';'));
                if ends {
                    break;
                }
            }
            let Some(c) = rest.chars().next() else { break };
            quotes.take(c);
            is_first &= c.is_whitespace();
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
        Cow::Owned(out)
    }
}

/// `//cdn.example.fr/x` is a URL without its scheme where a comment would have a space.
fn is_relative_url(text: &str) -> bool {
    text[2..].split(|c: char| c.is_whitespace() || c == '/').next().is_some_and(|word| word.contains('.'))
        && text[2..].contains('/')
}

/// Whether a place in a line is inside double or single quotes. An apostrophe inside a word opens nothing.
#[derive(Default)]
struct Quotes {
    open: Option<char>,
    escaped: bool,
    after_word: bool,
}

impl Quotes {
    fn is_inside(&self) -> bool {
        self.open.is_some()
    }

    fn take(&mut self, c: char) {
        if self.escaped {
            self.escaped = false;
            return;
        }
        match (self.open, c) {
            (Some('"'), '\\') => self.escaped = true,
            (Some(open), c) if open == c => self.open = None,
            (None, '"') => self.open = Some('"'),
            (None, '\'') if !self.after_word => self.open = Some('\''),
            _ => {}
        }
        self.after_word = c.is_alphanumeric();
    }
}

/// Whether the place stands inside double quotes.
pub(super) fn is_in_string(line: &str, at: usize) -> bool {
    let mut is_inside = false;
    let mut escaped = false;
    for b in line.as_bytes()[..at].iter() {
        match b {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => is_inside = !is_inside,
            _ => {}
        }
    }
    is_inside
}

/// `${...}`, `{{ ... }}`, `<% ... %>`, `$(...)` replaced by a mark; of `${NAME:-default}` the default stays.
pub(super) fn without_variables(line: &str) -> Cow<'_, str> {
    mark_variables(line, 0)
}

/// Deepest default within a default.
const MAX_DEFAULTS: usize = 4;

fn mark_variables(line: &str, depth: usize) -> Cow<'_, str> {
    if !["${", "{{", "<%", "$("].iter().any(|begin| line.contains(begin)) {
        return Cow::Borrowed(line);
    }
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix("${") {
            let end = closing(inner);
            let content = &inner[..end];
            match content.find(":-").map(|at| (at, 2)).or_else(|| content.find(":=").map(|at| (at, 2))) {
                Some((at, length)) if depth < MAX_DEFAULTS => {
                    out.push(DEFAULT);
                    out.push_str(&mark_variables(&content[at + length..], depth + 1));
                    out.push(DEFAULT);
                }
                _ => out.push(VARIABLE),
            }
            rest = inner.get(end + 1..).unwrap_or_default();
            continue;
        }
        let other = [("{{", "}}"), ("<%", "%>"), ("$(", ")")]
            .iter()
            .find_map(|(begin, end)| rest.strip_prefix(begin).map(|inner| (inner, *end)));
        if let Some((inner, end)) = other {
            out.push(VARIABLE);
            // One that does not end on the line hides nothing behind it.
            rest = inner.find(end).map_or(inner, |at| &inner[at + end.len()..]);
            continue;
        }
        let Some(c) = rest.chars().next() else { break };
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    Cow::Owned(out)
}

/// Where the brace that is open closes.
fn closing(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, b) in text.bytes().enumerate() {
        match b {
            b'{' => depth += 1,
            b'}' if depth == 0 => return at,
            b'}' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// The key of the value that stands at a place of the line, in lower case: `a` of `a = x`, `"a": x`, `- a: x`, `A=x`,
/// `a x;` and `<a>x</a>`. Empty for none.
pub(super) fn key_before(line: &str, at: usize) -> String {
    let before = &line[..at];
    for (place, c) in before.char_indices().rev() {
        let next = before[place + c.len_utf8()..].chars().next();
        let is_separator = match c {
            '=' => true,
            ':' => next.is_none_or(|n| n.is_whitespace() || matches!(n, '"' | '\'' | '[' | '{' | VARIABLE | DEFAULT)),
            _ => false,
        };
        if is_separator {
            return identifier(before[..place].trim_end_matches(['=', '!', ':', '?', '+', ' ', '\t']));
        }
        if c == '>' && before[..place].rfind('<').is_some_and(|open| !before[open..place].contains(' ')) {
            return identifier(&before[..place]);
        }
    }
    // A directive: `server_name www.example.fr;`.
    let trimmed = before.trim_start();
    match trimmed.split_once(char::is_whitespace) {
        Some((word, _)) if word.chars().all(is_key) && !word.starts_with('-') => word.to_lowercase(),
        _ => String::new(),
    }
}

fn is_key(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '$' | '/' | '@')
}

/// The key at the end of a text.
fn identifier(text: &str) -> String {
    let text = text.trim_end_matches(['"', '\'', '`', ']', ')']);
    let start = text.char_indices().rev().find(|(_, c)| !is_key(*c)).map_or(0, |(at, c)| at + c.len_utf8());
    text[start..].trim_matches(['-', '.', ':']).to_lowercase()
}

/// The key of a YAML line that has no value of its own (`hosts:`), and how far it is indented.
pub(super) fn opens_list(line: &str) -> Option<(usize, String)> {
    let trimmed = line.trim();
    let key =
        trimmed.strip_suffix(':').or_else(|| trimmed.strip_suffix('[').map(|t| t.trim_end_matches(['=', ':', ' '])))?;
    let key = key.trim_start_matches("- ");
    let indent = line.len() - line.trim_start().len();
    (!key.is_empty() && key.trim_matches(['"', '\'']).chars().all(is_key)).then(|| (indent, identifier(key)))
}

/// Longest piece of a line that is read at once, in bytes.
const MAX_PIECE: usize = 2048;

/// A line in pieces of bounded length (minified JSON is one line), cut where an entry ends.
pub(super) fn pieces(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, after) = rest.split_at(cut(rest));
        rest = after;
        Some(piece)
    })
}

fn cut(text: &str) -> usize {
    if text.len() <= MAX_PIECE {
        return text.len();
    }
    let longest = (0..=MAX_PIECE).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    let head = &text[..longest];
    let entry = ["\",\"", "},\"", "],\"", "},{"].iter().filter_map(|end| head.rfind(end)).max().map(|at| at + 2);
    entry.or_else(|| head.rfind([',', ';', ' ', '\t']).map(|at| at + 1)).unwrap_or(longest)
}
