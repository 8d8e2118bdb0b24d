//! The bytes of the file on their way to the parser: counted, hashed, and with long strings cut, so that neither a body
//! of a hundred megabytes nor a file made for the purpose takes more memory than a short string.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

/// Longest string handed on, in bytes: no name, address or header that is kept is longer, bodies and inlined images are.
pub(super) const MAX_STRING: usize = 16 * 1024;

/// Deepest nesting. Call stacks in `_initiator` are the deepest real thing, at some hundred.
const MAX_DEPTH: usize = 1024;

const BUFFER: usize = 64 * 1024;

/// Why the bytes cannot be handed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("more than {0} bytes")]
    TooLarge(u64),
    #[error("nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    #[error("written in UTF-16 or UTF-32")]
    Utf16,
    #[error("compressed")]
    Compressed,
}

/// Why the stream stops before the end of the file.
enum Stop {
    Fault(Fault),
    Read(io::Error),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Where in an escape sequence the last byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Escape {
    None,
    Backslash,
    /// So many hexadecimal digits are to come; the value of those seen.
    Hex(u8, u16),
}

/// A reader that hands on the file with long strings cut, and knows where in the file a place of what it handed on is.
pub(super) struct Stream<R> {
    input: R,
    hash: Sha256,
    max_bytes: u64,
    bytes: u64,
    buffer: Vec<u8>,
    at: usize,
    end: usize,
    has_begun: bool,
    /// Place of the last byte handed on, as the parser counts it.
    line: usize,
    column: usize,
    /// Where something was cut, as the parser counts it, and how many bytes so far on that line. There is no more than
    /// one of these for each [`MAX_STRING`] bytes of the file.
    cuts: Vec<(usize, usize, usize)>,
    /// The parser reads on after a fault, to close what is open.
    fault: Option<Fault>,
    depth: usize,
    is_in_string: bool,
    length: usize,
    escape: Escape,
    /// The last thing in the string was the first half of a surrogate pair; cutting here would break the pair.
    is_half: bool,
}

impl<R: Read> Stream<R> {
    pub(super) fn new(input: R, max_bytes: u64) -> Self {
        Self {
            input,
            hash: Sha256::new(),
            max_bytes,
            bytes: 0,
            buffer: vec![0; BUFFER],
            at: 0,
            end: 0,
            has_begun: false,
            line: 1,
            column: 0,
            cuts: Vec::new(),
            fault: None,
            depth: 0,
            is_in_string: false,
            length: 0,
            escape: Escape::None,
            is_half: false,
        }
    }

    /// What stopped the stream, with line and column, from 1.
    pub(super) fn fault(&self) -> Option<(Fault, usize, usize)> {
        self.fault.map(|fault| (fault, self.line, self.column_of(self.line, self.column)))
    }

    /// Column in the file of what the parser sees at a place.
    pub(super) fn column_of(&self, line: usize, column: usize) -> usize {
        let before = self.cuts.partition_point(|(l, c, _)| (*l, *c) < (line, column));
        let cut = before.checked_sub(1).map(|last| self.cuts[last]).filter(|(l, _, _)| *l == line);
        column + cut.map_or(0, |(_, _, bytes)| bytes)
    }

    /// Bytes of the file read so far.
    pub(super) fn size(&self) -> u64 {
        self.bytes
    }

    /// SHA-256 of all bytes read; of the whole file once its end was reached.
    pub(super) fn sha256(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.hash.clone().finalize())
    }

    /// Reads on; `false` at the end of the file.
    fn fill(&mut self) -> Result<bool, Stop> {
        self.at = 0;
        self.end = 0;
        // The mark of an encoding is told from the first four bytes together.
        let wanted = if self.has_begun { 1 } else { 4 };
        while self.end < wanted {
            let count = match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => break,
                Ok(count) => count,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(Stop::Read(e)),
            };
            self.bytes = self.bytes.saturating_add(count as u64);
            if self.bytes > self.max_bytes {
                return Err(Fault::TooLarge(self.max_bytes).into());
            }
            self.hash.update(&self.buffer[self.end..self.end + count]);
            self.end += count;
        }
        if !self.has_begun {
            self.has_begun = true;
            self.begin()?;
        }
        Ok(self.at < self.end)
    }

    /// Takes a mark of UTF-8 away, and tells what is no JSON text at all.
    fn begin(&mut self) -> Result<(), Fault> {
        match &self.buffer[..self.end] {
            [0xef, 0xbb, 0xbf, ..] => self.at = 3,
            [0xfe, 0xff, ..] | [0xff, 0xfe, ..] | [0, ..] | [_, 0, ..] => return Err(Fault::Utf16),
            [0x1f, 0x8b, ..] | [b'P', b'K', 3, 4, ..] => return Err(Fault::Compressed),
            _ => {}
        }
        Ok(())
    }

    fn next_byte(&mut self) -> Result<Option<u8>, Stop> {
        if self.at == self.end && !self.fill()? {
            return Ok(None);
        }
        if self.is_at_cut() && !self.skip()? {
            return Ok(None);
        }
        let byte = self.buffer[self.at];
        self.at += 1;
        if byte == b'\n' {
            self.line += 1;
            self.column = 0;
        } else {
            self.column += 1;
        }
        if self.is_in_string {
            self.step_in_string(byte)
        } else {
            self.step(byte)?
        }
        Ok(Some(byte))
    }

    fn step(&mut self, byte: u8) -> Result<(), Fault> {
        match byte {
            b'"' => {
                self.is_in_string = true;
                self.length = 0;
            }
            b'{' | b'[' => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err(Fault::TooDeep);
                }
            }
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        Ok(())
    }

    fn step_in_string(&mut self, byte: u8) {
        self.length += 1;
        match self.escape {
            Escape::None if byte == b'\\' => self.escape = Escape::Backslash,
            Escape::None => {
                self.is_half = false;
                self.is_in_string = byte != b'"';
            }
            Escape::Backslash if byte == b'u' => self.escape = Escape::Hex(4, 0),
            Escape::Backslash => {
                self.is_half = false;
                self.escape = Escape::None;
            }
            Escape::Hex(left, value) => {
                let digit = char::from(byte).to_digit(16).and_then(|digit| u16::try_from(digit).ok());
                let value = (value << 4) | digit.unwrap_or(0);
                self.escape = if left > 1 { Escape::Hex(left - 1, value) } else { Escape::None };
                self.is_half = left == 1 && (0xd800..0xdc00).contains(&value);
            }
        }
    }

    /// Whether the next byte begins what is cut from a long string: a whole character, outside any escape.
    fn is_at_cut(&self) -> bool {
        let next = self.buffer[self.at];
        self.is_in_string
            && self.length >= MAX_STRING
            && self.escape == Escape::None
            && !self.is_half
            && next != b'"'
            && !(0x80..0xc0).contains(&next)
    }

    /// Goes to the end of the string, or to a control character, which no string may hold; `false` at the end of the
    /// file.
    fn skip(&mut self) -> Result<bool, Stop> {
        let mut is_escaped = false;
        let mut skipped = match self.cuts.last() {
            Some((line, _, bytes)) if *line == self.line => *bytes,
            _ => 0,
        };
        loop {
            if self.at == self.end && !self.fill()? {
                return Ok(false);
            }
            let rest = &self.buffer[self.at..self.end];
            if is_escaped {
                is_escaped = false;
                self.at += 1;
                skipped += 1;
                continue;
            }
            let stop = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
            let count = stop.unwrap_or(rest.len());
            self.at += count;
            skipped += count;
            match stop.map(|_| self.buffer[self.at]) {
                None => {}
                Some(b'\\') => {
                    is_escaped = true;
                    self.at += 1;
                    skipped += 1;
                }
                Some(_) => {
                    self.cuts.push((self.line, self.column, skipped));
                    return Ok(true);
                }
            }
        }
    }
}

impl<R: Read> Read for Stream<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if let Some(fault) = self.fault {
            return Err(io::Error::other(fault));
        }
        for (count, slot) in out.iter_mut().enumerate() {
            match self.next_byte() {
                Ok(Some(byte)) => *slot = byte,
                Ok(None) => return Ok(count),
                Err(Stop::Read(error)) => return Err(error),
                Err(Stop::Fault(fault)) => {
                    self.fault = Some(fault);
                    return Err(io::Error::other(fault));
                }
            }
        }
        Ok(out.len())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop")]

    use super::*;

    fn through(text: &str) -> String {
        let mut out = String::new();
        Stream::new(text.as_bytes(), u64::MAX).read_to_string(&mut out).unwrap();
        out
    }

    #[test]
    fn short_strings_pass_and_long_ones_are_cut() {
        let whole = format!("{{\"a\": \"{}\"}}", "x".repeat(MAX_STRING));
        assert_eq!(through(&whole), whole);
        let long = format!("{{\"a\": \"{}\", \"b\": 1}}", "x".repeat(MAX_STRING + 1));
        assert_eq!(through(&long), format!("{{\"a\": \"{}\", \"b\": 1}}", "x".repeat(MAX_STRING)));
    }

    /// Wherever the cut falls, what is left is a string: no half character, escape or pair.
    #[test]
    fn a_cut_breaks_no_character() {
        for unit in ["é", "例", "\u{1f600}", "\\n", "\\\\", "\\\"", "\\u00e9", "\\ud83d\\ude00", "x\\u20ACé"] {
            for shift in 0..13 {
                let text = format!("[\"{}{}\", \"end\"]", "x".repeat(shift), unit.repeat(MAX_STRING));
                let read: Vec<String> = serde_json::from_reader(Stream::new(text.as_bytes(), u64::MAX)).unwrap();
                assert!(read[0].len() <= MAX_STRING + 16 && read[0].len() > 1000, "{unit}");
                assert_eq!(read[1], "end");
                let whole: Vec<String> = serde_json::from_str(&text).unwrap();
                assert!(whole[0].starts_with(&read[0]));
            }
        }
    }

    #[test]
    fn hash_and_bytes_are_those_of_the_file() {
        let text = format!("\u{feff}[\"{}\"]", "\\\"".repeat(MAX_STRING));
        let mut stream = Stream::new(text.as_bytes(), u64::MAX);
        let mut out = Vec::new();
        stream.read_to_end(&mut out).unwrap();
        assert!(out.len() < text.len());
        assert_eq!(stream.size(), text.len() as u64);
        assert_eq!(stream.sha256(), data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes())));
    }

    #[test]
    fn size_and_depth_have_an_end() {
        let fault = |text: &str, max| {
            let error = Stream::new(text.as_bytes(), max).read_to_end(&mut Vec::new()).unwrap_err();
            *error.get_ref().unwrap().downcast_ref::<Fault>().unwrap()
        };
        assert_eq!(Stream::new(&b"[1, 2]"[..], 6).read_to_end(&mut Vec::new()).unwrap(), 6);
        assert_eq!(fault("[1, 2]", 5), Fault::TooLarge(5));
        assert_eq!(through(&"[".repeat(MAX_DEPTH)).len(), MAX_DEPTH);
        assert_eq!(fault(&"[".repeat(MAX_DEPTH + 1), u64::MAX), Fault::TooDeep);
        assert_eq!(through(&format!("\"{}\"", "[".repeat(5000))).len(), 5002, "brackets in a string are no nesting");
    }
}
