//! Zone-file lines: tokens, quotes, escapes, parentheses, comments (RFC 1035 section 5.1).

/// Lines one record may span; an unclosed parenthesis must not swallow the file.
const MAX_SPAN: usize = 256;

/// A word of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    /// As written, without the quotes, escapes in place.
    pub(super) raw: &'a str,
    pub(super) quoted: bool,
}

/// One logical line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry<'a> {
    Blank,
    /// A line that is a comment as a whole, without the white space around it.
    Comment(&'a str),
    Record {
        /// The line begins with white space: the owner is that of the record before.
        indented: bool,
        tokens: Vec<Token<'a>>,
    },
    Fault(String),
}

/// Logical lines with the number of their first line, from 1.
pub(super) struct Entries<'a> {
    lines: std::iter::Enumerate<std::str::Lines<'a>>,
}

impl<'a> Entries<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { lines: text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate() }
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = (usize, Entry<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let (index, line) = self.lines.next()?;
        let trimmed = line.trim();
        let entry = if trimmed.is_empty() {
            Entry::Blank
        } else if trimmed.starts_with(';') {
            Entry::Comment(trimmed)
        } else {
            let mut tokens = Vec::with_capacity(8);
            let mut depth = 0;
            let mut result = scan(line, &mut tokens, &mut depth);
            let mut span = 1;
            while result.is_ok() && depth > 0 {
                let more = if span < MAX_SPAN { self.lines.next() } else { None };
                result = match more {
                    Some((_, line)) => scan(line, &mut tokens, &mut depth),
                    None => Err("parenthesis is never closed".to_owned()),
                };
                span += 1;
            }
            match result {
                Ok(()) => Entry::Record { indented: line.starts_with([' ', '\t']), tokens },
                Err(what) => Entry::Fault(what),
            }
        };
        Some((index + 1, entry))
    }
}

/// Splits one physical line into tokens.
fn scan<'a>(line: &'a str, tokens: &mut Vec<Token<'a>>, depth: &mut usize) -> Result<(), String> {
    let bytes = line.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\r' => at += 1,
            b';' => break,
            b'(' => {
                *depth += 1;
                at += 1;
            }
            b')' => {
                *depth = depth.checked_sub(1).ok_or("closing parenthesis without an opening one")?;
                at += 1;
            }
            b'"' => {
                let start = at + 1;
                let end = end_of(bytes, start, |byte| byte == b'"');
                if bytes.get(end) != Some(&b'"') {
                    return Err("quote is never closed".to_owned());
                }
                tokens.push(Token { raw: &line[start..end], quoted: true });
                at = end + 1;
            }
            _ => {
                let end = end_of(bytes, at, |byte| matches!(byte, b' ' | b'\t' | b'\r' | b';' | b'(' | b')' | b'"'));
                tokens.push(Token { raw: &line[at..end], quoted: false });
                at = end;
            }
        }
    }
    Ok(())
}

/// First place from `at` that stops a token, escaped octets passed over. Stops are ASCII, so it is a character border.
fn end_of(bytes: &[u8], mut at: usize, stops: impl Fn(u8) -> bool) -> usize {
    while let Some(&byte) = bytes.get(at) {
        if stops(byte) {
            break;
        }
        // The octet after a backslash stands for itself, or begins \DDD, whose digits stop nothing.
        at += if byte == b'\\' { 2 } else { 1 };
    }
    at.min(bytes.len())
}

/// The octets a token stands for.
pub(super) fn unescape(raw: &str) -> Result<Vec<u8>, String> {
    let mut octets = Vec::with_capacity(raw.len());
    let mut bytes = raw.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            octets.push(byte);
            continue;
        }
        match bytes.next() {
            None => return Err("backslash at the end".to_owned()),
            Some(first) if first.is_ascii_digit() => {
                let mut number = u32::from(first - b'0');
                for _ in 0..2 {
                    let digit = bytes.next().filter(u8::is_ascii_digit).ok_or("\\DDD needs three digits")?;
                    number = number * 10 + u32::from(digit - b'0');
                }
                octets.push(u8::try_from(number).map_err(|_| "\\DDD above 255")?);
            }
            Some(other) => octets.push(other),
        }
    }
    Ok(octets)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test ends where it fails")]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<(String, bool)> {
        match Entries::new(text).next() {
            Some((1, Entry::Record { tokens, .. })) => {
                tokens.into_iter().map(|token| (token.raw.to_owned(), token.quoted)).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn quotes_comments_parentheses_and_escapes() {
        assert_eq!(
            tokens(r#"a TXT "one; two" "say \"hi\"" ; rest"#),
            [("a", false), ("TXT", false), ("one; two", true), (r#"say \"hi\""#, true)]
                .map(|(text, quoted)| (text.to_owned(), quoted))
        );
        let soa = tokens("a SOA b c (\n 1 ; serial\r\n 2\n 3 4 5 )\nnext A 192.0.2.1");
        assert_eq!(soa.len(), 9);
        assert_eq!(tokens(r"a\;b A 192.0.2.1")[0].0, r"a\;b");
        assert_eq!(tokens(r"mairie-évry\").len(), 1);
    }

    #[test]
    fn faults_are_found_where_they_are() {
        for (text, what) in [("a TXT \"x", "quote"), ("a SOA ( 1", "parenthesis"), ("a A )", "parenthesis")] {
            match Entries::new(text).next() {
                Some((1, Entry::Fault(fault))) => assert!(fault.contains(what), "{fault}"),
                other => panic!("{text}: {other:?}"),
            }
        }
        let open = format!("a SOA (\n{}", "x\n".repeat(1000));
        assert!(Entries::new(&open).count() > 700, "an open parenthesis must not swallow the file");
    }

    #[test]
    fn escapes_stand_for_octets() {
        assert_eq!(unescape(r#"a\"b\\c\065\255"#).unwrap(), b"a\"b\\cA\xff");
        for bad in [r"\", r"\12", r"\1x2", r"\256"] {
            assert!(unescape(bad).is_err(), "{bad}");
        }
    }
}
