//! What a style sheet, a `<style>` or a `style=""` loads: `url()`, the strings of `image-set()`, and `@import`. Reads
//! tokens as CSS Syntax cuts them, so that a comment, a string or a name that only ends in `url` is not taken for one.

use std::borrow::Cow;

/// What a URL in CSS is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loads {
    /// Another style sheet.
    Import,
    /// `src` of a `@font-face`.
    Font,
    /// Anything else: backgrounds, cursors, masks.
    Image,
}

/// Calls `found` with every URL of a style sheet, as written, in order.
pub(super) fn read_sheet(text: &str, found: &mut dyn FnMut(&str, Loads)) {
    Reader::new(text, Vec::new(), found).run();
}

/// Calls `found` with every URL of a list of declarations, such as a `style` attribute.
pub(super) fn read_declarations(text: &str, found: &mut dyn FnMut(&str, Loads)) {
    Reader::new(text, vec![Open::Attribute], found).run();
}

/// What is open at a point, innermost last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    /// The attribute that holds the declarations: nothing closes it.
    Attribute,
    /// `{`.
    Block,
    /// `{` of a `@font-face`.
    FontFace,
    /// `(`, or a function.
    Parenthesis,
    /// `image-set(`: a string is a URL.
    ImageSet,
    /// `[`.
    Bracket,
}

/// The rule whose prelude is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// Selectors, outside of all blocks.
    Selectors,
    /// `@import`, until its URL has come.
    Import,
    /// `@font-face`.
    FontFace,
    /// `@layer`, which as a statement may stand before imports.
    Layer,
    /// Another known at-rule.
    Known,
    /// Something else, or an `@import` where none is allowed.
    Ignored,
}

/// At-rules that end the time for imports. One a browser does not know is dropped and ends nothing.
const KNOWN: [&str; 18] = [
    "media",
    "supports",
    "namespace",
    "keyframes",
    "-webkit-keyframes",
    "page",
    "property",
    "container",
    "counter-style",
    "font-feature-values",
    "font-palette-values",
    "scope",
    "starting-style",
    "view-transition",
    "position-try",
    "function",
    "color-profile",
    "-moz-document",
];

struct Reader<'a> {
    text: &'a str,
    at: usize,
    open: Vec<Open>,
    /// How many of `open` are `@font-face`.
    fonts: usize,
    /// The rule begun, and how much was open when it began.
    rule: Option<(Rule, usize)>,
    imports_allowed: bool,
    found: &'a mut dyn FnMut(&str, Loads),
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, open: Vec<Open>, found: &'a mut dyn FnMut(&str, Loads)) -> Self {
        let imports_allowed = open.is_empty();
        Self { text, at: 0, open, fonts: 0, rule: None, imports_allowed, found }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn starts_with(&self, what: &str) -> bool {
        self.text.as_bytes()[self.at..].starts_with(what.as_bytes())
    }

    fn run(&mut self) {
        while let Some(byte) = self.peek(0) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' => self.at += 1,
                b'/' if self.peek(1) == Some(b'*') => self.skip_comment(),
                b'<' if self.starts_with("<!--") => self.at += 4,
                b'-' if self.starts_with("-->") => self.at += 3,
                b'@' if is_name(self.peek(1)) => {
                    self.at += 1;
                    let name = self.name();
                    self.at_keyword(&name);
                }
                _ => {
                    if self.open.is_empty() && self.rule.is_none() {
                        self.rule = Some((Rule::Selectors, 0));
                    }
                    self.token(byte);
                }
            }
        }
    }

    fn token(&mut self, byte: u8) {
        match byte {
            b'"' | b'\'' => {
                let string = self.string(byte);
                self.seen_string(&string);
            }
            b'#' => {
                self.at += 1;
                self.name();
            }
            _ if is_name(Some(byte)) => {
                let name = self.name();
                if self.peek(0) == Some(b'(') {
                    self.at += 1;
                    self.function(&name);
                }
            }
            b'{' => self.open_block(),
            b'(' => self.push(Open::Parenthesis),
            b'[' => self.push(Open::Bracket),
            b'}' => self.close(&[Open::Block, Open::FontFace]),
            b')' => self.close(&[Open::Parenthesis, Open::ImageSet]),
            b']' => self.close(&[Open::Bracket]),
            b';' => self.end_statement(),
            _ => self.at += 1,
        }
    }

    fn push(&mut self, open: Open) {
        self.at += 1;
        self.open.push(open);
    }

    fn open_block(&mut self) {
        let begun = self.rule.filter(|(_, depth)| *depth == self.open.len()).map(|(rule, _)| rule);
        if let Some(rule) = begun {
            self.rule = None;
            if self.open.is_empty() && rule != Rule::Ignored {
                self.imports_allowed = false;
            }
        }
        if begun == Some(Rule::FontFace) {
            self.fonts += 1;
            self.push(Open::FontFace);
        } else {
            self.push(Open::Block);
        }
    }

    fn close(&mut self, what: &[Open]) {
        self.at += 1;
        let Some(last) = self.open.last().copied().filter(|last| what.contains(last)) else { return };
        self.open.pop();
        if last == Open::FontFace {
            self.fonts = self.fonts.saturating_sub(1);
        }
        // A rule inside a block ends with the block.
        if self.rule.is_some_and(|(_, depth)| depth > self.open.len()) {
            self.rule = None;
        }
    }

    fn end_statement(&mut self) {
        self.at += 1;
        let Some((rule, depth)) = self.rule else { return };
        // A semicolon does not end selectors.
        if rule == Rule::Selectors || depth != self.open.len() {
            return;
        }
        self.rule = None;
        if self.open.is_empty() && matches!(rule, Rule::Known | Rule::FontFace) {
            self.imports_allowed = false;
        }
    }

    fn at_keyword(&mut self, name: &str) {
        let in_rule = self.rule.is_some();
        let in_value = matches!(self.open.last(), Some(Open::Parenthesis | Open::ImageSet | Open::Bracket));
        if in_rule || in_value {
            return;
        }
        let rule = match name {
            "import" if self.imports_allowed && self.open.is_empty() => Rule::Import,
            "font-face" => Rule::FontFace,
            "layer" => Rule::Layer,
            _ if KNOWN.contains(&name) => Rule::Known,
            _ => Rule::Ignored,
        };
        self.rule = Some((rule, self.open.len()));
    }

    fn function(&mut self, name: &str) {
        match name {
            "url" => self.url(),
            "image-set" | "-webkit-image-set" => self.open.push(Open::ImageSet),
            _ => self.open.push(Open::Parenthesis),
        }
    }

    /// After `url(`.
    fn url(&mut self) {
        while self.peek(0).is_some_and(|b| b.is_ascii_whitespace()) {
            self.at += 1;
        }
        if let Some(quote @ (b'"' | b'\'')) = self.peek(0) {
            let url = self.string(quote);
            self.seen_url(&url);
            self.open.push(Open::Parenthesis);
        } else if let Some(url) = self.bare_url() {
            self.seen_url(&url);
        }
    }

    /// An unquoted URL up to its parenthesis; `None` where it is not one.
    fn bare_url(&mut self) -> Option<Cow<'a, str>> {
        let text = self.text;
        let begin = self.at;
        let mut escaped = String::new();
        let mut copied = begin;
        let mut end = None;
        let mut good = true;
        while let Some(byte) = self.peek(0) {
            match byte {
                b')' => break,
                _ if byte.is_ascii_whitespace() => {
                    end = end.or(Some(self.at));
                    self.at += 1;
                }
                b'\\' if !matches!(self.peek(1), Some(b'\n' | b'\r' | b'\x0c')) => {
                    good &= end.is_none();
                    escaped.push_str(&text[copied..self.at]);
                    self.escape(&mut escaped);
                    copied = self.at;
                }
                b'"' | b'\'' | b'(' | b'\\' | 0..0x20 | 0x7f => {
                    good = false;
                    self.at += 1;
                }
                _ => {
                    good &= end.is_none();
                    self.at += 1;
                }
            }
        }
        let end = end.unwrap_or(self.at);
        self.at = (self.at + 1).min(text.len());
        if !good {
            return None;
        }
        if copied == begin {
            return Some(Cow::Borrowed(&text[begin..end]));
        }
        escaped.push_str(text.get(copied..end).unwrap_or(""));
        Some(Cow::Owned(escaped))
    }

    fn seen_url(&mut self, url: &str) {
        match self.rule {
            Some((Rule::Import, 0)) if self.open.is_empty() => self.import(url),
            // What stands in a prelude is compared, not loaded.
            Some(_) => {}
            None if self.fonts > 0 => (self.found)(url, Loads::Font),
            None => (self.found)(url, Loads::Image),
        }
    }

    fn seen_string(&mut self, string: &str) {
        if matches!(self.rule, Some((Rule::Import, 0))) && self.open.is_empty() {
            self.import(string);
        } else if self.rule.is_none() && self.open.last() == Some(&Open::ImageSet) {
            (self.found)(string, Loads::Image);
        }
    }

    fn import(&mut self, url: &str) {
        (self.found)(url, Loads::Import);
        // Its layer and media follow; a second URL is no URL.
        self.rule = Some((Rule::Ignored, 0));
    }

    fn skip_comment(&mut self) {
        let body = &self.text.as_bytes()[self.at + 2..];
        let end = body.windows(2).position(|pair| pair == b"*/");
        self.at = end.map_or(self.text.len(), |end| self.at + 2 + end + 2);
    }

    /// A string from its quote on. One that a bare line break cuts is not a string, and names nothing.
    fn string(&mut self, quote: u8) -> String {
        self.at += 1;
        let mut out = String::new();
        let mut copied = self.at;
        while let Some(byte) = self.peek(0) {
            match byte {
                _ if byte == quote => break,
                b'\n' | b'\r' | b'\x0c' => return String::new(),
                b'\\' => {
                    out.push_str(&self.text[copied..self.at]);
                    self.escape(&mut out);
                    copied = self.at;
                }
                _ => self.at += 1,
            }
        }
        out.push_str(&self.text[copied..self.at]);
        self.at = (self.at + 1).min(self.text.len());
        out
    }

    /// A name in lower case (only names that ASCII spells are compared).
    fn name(&mut self) -> String {
        let mut out = String::new();
        let mut copied = self.at;
        while let Some(byte) = self.peek(0) {
            if byte == b'\\' {
                if matches!(self.peek(1), None | Some(b'\n' | b'\r' | b'\x0c')) {
                    break;
                }
                out.push_str(&self.text[copied..self.at]);
                self.escape(&mut out);
                copied = self.at;
            } else if is_name(Some(byte)) {
                self.at += 1;
            } else {
                break;
            }
        }
        out.push_str(&self.text[copied..self.at]);
        if self.at == copied && out.is_empty() && self.peek(0) == Some(b'\\') {
            // A backslash that escapes nothing stands alone; step over it.
            self.at += 1;
        }
        out.make_ascii_lowercase();
        out
    }

    /// An escape from its backslash on: hexadecimal digits and one space, a line break (nothing), or one character.
    fn escape(&mut self, out: &mut String) {
        self.at += 1;
        let rest = &self.text[self.at..];
        let digits = rest.bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
        if digits > 0 {
            let code = u32::from_str_radix(&rest[..digits], 16).unwrap_or(0);
            out.push(char::from_u32(code).filter(|c| *c != '\0').unwrap_or('\u{fffd}'));
            self.at += digits;
            if self.starts_with("\r\n") {
                self.at += 2;
            } else if self.peek(0).is_some_and(|b| b.is_ascii_whitespace()) {
                self.at += 1;
            }
            return;
        }
        if rest.starts_with("\r\n") {
            self.at += 2;
            return;
        }
        if let Some(c) = rest.chars().next() {
            self.at += c.len_utf8();
            if !matches!(c, '\n' | '\r' | '\x0c') {
                out.push(c);
            }
        }
    }
}

/// Whether a byte may stand in a name; digits too, so that `10url(` is no `url(`. A backslash begins an escape.
fn is_name(byte: Option<u8>) -> bool {
    byte.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'\\') || !b.is_ascii())
}

#[cfg(test)]
mod tests;
