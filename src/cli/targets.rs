//! Targets from arguments, files and standard input. A bad line is a fault with its place, and the others go on.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

use crate::model::{BadTarget, Target};

/// Longest line taken from a list, in bytes (trust.md, section 1).
const MAX_LINE: usize = 4096;

/// Where a target was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// On the command line.
    Argument,
    /// In a list.
    Line {
        /// The list, as the user named it; `stdin` for `-`.
        file: String,
        /// Line, from 1.
        line: usize,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument => f.write_str("argument"),
            Self::Line { file, line } => write!(f, "{file}:{line}"),
        }
    }
}

/// A target and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// The target.
    pub(crate) target: Target,
    /// Where it was named first.
    pub(crate) place: Place,
}

/// A line that is no target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Where.
    pub(crate) place: Place,
    /// Why not; may hold text from outside.
    pub(crate) what: String,
}

/// What the lists held.
#[derive(Debug, Default)]
pub(crate) struct Targets {
    /// Each target once, in the order first named.
    pub(crate) list: Vec<Listed>,
    /// Lines that are no target.
    pub(crate) faults: Vec<Fault>,
    /// Places that name a target again, with the place that named it first.
    pub(crate) repeated: Vec<(Listed, Place)>,
    seen: BTreeMap<Target, Place>,
}

/// A list that cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    /// The operating system says so.
    #[error("{file}: {cause}")]
    Io {
        /// The list.
        file: String,
        /// Why.
        cause: io::Error,
    },
    /// Another encoding.
    #[error("{file}: is UTF-16; save the list as UTF-8")]
    Utf16 {
        /// The list.
        file: String,
    },
}

impl Targets {
    /// Takes the arguments; `-` reads `stdin`, and each file is read line by line.
    ///
    /// # Errors
    /// A list that cannot be read at all.
    pub(crate) fn collect(
        arguments: &[String],
        files: &[PathBuf],
        stdin: &mut dyn BufRead,
    ) -> Result<Self, Unreadable> {
        let mut targets = Self::default();
        for argument in arguments {
            if argument == "-" {
                targets.read("stdin", stdin)?;
            } else {
                targets.take(argument, Place::Argument);
            }
        }
        for path in files {
            if path.as_os_str() == "-" {
                targets.read("stdin", stdin)?;
                continue;
            }
            let file = path.display().to_string();
            let opened = open(path).map_err(|cause| Unreadable::Io { file: file.clone(), cause })?;
            targets.read(&file, &mut io::BufReader::new(opened))?;
        }
        Ok(targets)
    }

    fn read(&mut self, file: &str, input: &mut dyn BufRead) -> Result<(), Unreadable> {
        let mut lines = Lines::new(input);
        let io = |cause| Unreadable::Io { file: file.to_owned(), cause };
        while let Some((line, content)) = lines.next_line().map_err(io)? {
            let place = Place::Line { file: file.to_owned(), line };
            match content {
                Content::Text(bytes) if line == 1 && is_utf16(&bytes) => {
                    return Err(Unreadable::Utf16 { file: file.to_owned() });
                }
                Content::Text(bytes) => match std::str::from_utf8(&bytes) {
                    Ok(text) => {
                        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
                        let text = without_comment(text).trim();
                        if !text.is_empty() {
                            self.take(text, place);
                        }
                    }
                    Err(_) => self.faults.push(Fault { place, what: "not UTF-8".into() }),
                },
                Content::TooLong => self.faults.push(Fault { place, what: BadTarget::TooLong.to_string() }),
            }
        }
        Ok(())
    }

    fn take(&mut self, text: &str, place: Place) {
        match text.parse::<Target>() {
            Ok(target) => match self.seen.get(&target) {
                Some(first) => self.repeated.push((Listed { target, place }, first.clone())),
                None => {
                    self.seen.insert(target.clone(), place.clone());
                    self.list.push(Listed { target, place });
                }
            },
            Err(why) => self.faults.push(Fault { place, what: why.to_string() }),
        }
    }
}

fn open(path: &Path) -> io::Result<std::fs::File> {
    let file = std::fs::File::open(path)?;
    // Opening a directory succeeds on Unix and fails at the first read with a message that names nothing.
    if file.metadata()?.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a directory"));
    }
    Ok(file)
}

/// `#` starts a comment at the beginning of a line or after white space; inside a URL it is a fragment.
fn without_comment(line: &str) -> &str {
    let is_start = |at: usize| line[..at].chars().next_back().is_none_or(char::is_whitespace);
    line.match_indices('#').find(|(at, _)| is_start(*at)).map_or(line, |(at, _)| &line[..at])
}

/// A byte-order mark, or a line whose every other byte is NUL.
fn is_utf16(line: &[u8]) -> bool {
    line.starts_with(&[0xff, 0xfe])
        || line.starts_with(&[0xfe, 0xff])
        || (line.len() >= 4 && (line[1] == 0 && line[3] == 0 || line[0] == 0 && line[2] == 0))
}

/// One line of a list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Its bytes, without the line end.
    Text(Vec<u8>),
    /// Longer than the cap; its bytes were read over and not kept.
    TooLong,
}

/// Reads lines of bounded length, whatever the input holds.
pub(crate) struct Lines<'a, R: BufRead + ?Sized> {
    input: &'a mut R,
    line: usize,
}

impl<'a, R: BufRead + ?Sized> Lines<'a, R> {
    /// Begins at the first line.
    pub(crate) fn new(input: &'a mut R) -> Self {
        Self { input, line: 0 }
    }

    /// What is read from.
    pub(crate) fn input(&self) -> &R {
        self.input
    }

    /// The next line and its number, from 1.
    ///
    /// # Errors
    /// What the input says.
    pub(crate) fn next_line(&mut self) -> io::Result<Option<(usize, Content)>> {
        let mut bytes = Vec::new();
        let mut is_too_long = false;
        let mut is_begun = false;
        loop {
            let part = match self.input.fill_buf() {
                Ok(part) => part,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(e),
            };
            if part.is_empty() {
                break;
            }
            is_begun = true;
            let end = part.iter().position(|b| *b == b'\n');
            let taken = end.unwrap_or(part.len());
            if bytes.len() + taken > MAX_LINE + 1 {
                is_too_long = true;
                bytes.clear();
            } else if !is_too_long {
                bytes.extend_from_slice(&part[..taken]);
            }
            self.input.consume(end.map_or(taken, |at| at + 1));
            if end.is_some() {
                break;
            }
        }
        if !is_begun {
            return Ok(None);
        }
        self.line += 1;
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        if is_too_long || bytes.len() > MAX_LINE {
            return Ok(Some((self.line, Content::TooLong)));
        }
        Ok(Some((self.line, Content::Text(bytes))))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Targets, Unreadable> {
        let mut targets = Targets::default();
        targets.read("list.txt", &mut &bytes[..]).map(|()| targets)
    }

    fn names(targets: &Targets) -> Vec<String> {
        targets.list.iter().map(|l| l.target.to_string()).collect()
    }

    #[test]
    fn people_keep_lists_in_many_ways() {
        let list =
            "\u{feff}a.example\r\n\r\n# towns\nb.example  # Brest\n  https://c.example/x#y\n192.0.2.1\nd.example";
        let targets = read(list.as_bytes()).unwrap();
        assert_eq!(names(&targets), ["a.example", "b.example", "c.example", "192.0.2.1", "d.example"]);
        assert!(targets.faults.is_empty());
        assert_eq!(targets.list[1].place.to_string(), "list.txt:4");
    }

    #[test]
    fn a_bad_line_is_named_and_the_others_go_on() {
        let mut list = b"a.example\nno dots\n\xff\xfe\xfd.example\n".to_vec();
        list.extend_from_slice(&[b'x'; 100_000]);
        list.extend_from_slice(b".example\n*.example\nuser@b.example\nb.example\n");
        let targets = read(&list).unwrap();
        assert_eq!(names(&targets), ["a.example", "b.example"]);
        let places: Vec<String> = targets.faults.iter().map(|f| f.place.to_string()).collect();
        assert_eq!(places, ["list.txt:2", "list.txt:3", "list.txt:4", "list.txt:5", "list.txt:6"]);
        assert_eq!(targets.faults[2].what, "longer than 4096 bytes");
    }

    #[test]
    fn every_line_is_accounted_for() {
        let list = "a.example\nA.EXAMPLE.\nb.example\nbad\na.example\n";
        let targets = read(list.as_bytes()).unwrap();
        assert_eq!((targets.list.len(), targets.repeated.len(), targets.faults.len()), (2, 2, 1));
        assert_eq!(targets.repeated[1].1.to_string(), "list.txt:1");
    }

    #[test]
    fn utf16_is_refused_as_a_whole() {
        let with_mark: Vec<u8> = "\u{feff}a.example\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let without: Vec<u8> = "a.example\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [with_mark, without] {
            assert!(matches!(read(&bytes), Err(Unreadable::Utf16 { .. })));
        }
    }

    #[test]
    fn the_cap_is_exact() {
        let at = |n: usize| {
            let mut input = vec![b'a'; n];
            input.extend_from_slice(b"\r\nz");
            let mut small = io::BufReader::with_capacity(7, io::Cursor::new(input));
            Lines::new(&mut small).next_line().unwrap().unwrap().1
        };
        assert!(matches!(at(MAX_LINE), Content::Text(t) if t.len() == MAX_LINE));
        assert_eq!(at(MAX_LINE + 1), Content::TooLong);
        assert_eq!(at(MAX_LINE * 3), Content::TooLong);
    }

    #[test]
    fn arguments_and_stdin_keep_their_order() {
        let mut stdin: &[u8] = b"b.example\n";
        let arguments = ["a.example".to_owned(), "-".to_owned(), "c.example".to_owned()];
        let targets = Targets::collect(&arguments, &[], &mut stdin).unwrap();
        assert_eq!(names(&targets), ["a.example", "b.example", "c.example"]);
        assert_eq!(targets.list[1].place.to_string(), "stdin:1");
    }
}
