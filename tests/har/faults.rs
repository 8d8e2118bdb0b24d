//! Files that are no HAR, and files made to harm.

use std::io::{self, Read};

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

fn place(text: impl AsRef<[u8]>) -> (usize, usize, String) {
    match read(text) {
        Err(BadHar::Json { line, column, what }) => (line, column, what),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_no_har() {
    assert_eq!(read(""), Err(BadHar::Empty));
    assert_eq!(read("{}"), Err(BadHar::NotHar));
    assert_eq!(read(r#"{"log": {}}"#), Err(BadHar::NotHar));
    assert_eq!(read(r#"{"log": {"entries": []}}"#), Err(BadHar::Empty));
    assert_eq!(read(r#"{"log": {"version": "2.0", "entries": [{}]}}"#), Err(BadHar::Version("2.0".to_owned())));
    assert!(read(r#"{"log": {"version": 1.1, "entries": [{}]}}"#).is_ok());
    assert_eq!(place("[]"), (1, 1, "invalid type: sequence, expected an object with `log`".to_owned()));
    assert_eq!(place("\n\n {\"log\": []}").0, 3);
    assert_eq!(place(r#"{"log": {"entries": {}}}"#).2, "invalid type: map, expected a list of entries");
    assert_eq!(place("<html>").2, "expected value");
    assert_eq!(place("  \n ").0, 2);
    for error in [BadHar::NotHar, BadHar::Empty, BadHar::Utf16, BadHar::TooLarge(5)] {
        assert!(!error.to_string().is_empty());
    }
}

#[test]
fn encodings() {
    let marked = format!("\u{feff}{FIREFOX}");
    let (plain, with_mark) = (read(FIREFOX).unwrap(), read(&marked).unwrap());
    assert_eq!(plain[0].resources, with_mark[0].resources);
    assert_ne!(plain[0].file, with_mark[0].file, "the hash is that of the file");
    let utf16 = |bytes: fn(u16) -> [u8; 2]| FIREFOX.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    assert_eq!(read(utf16(u16::to_le_bytes)), Err(BadHar::Utf16));
    assert_eq!(read(utf16(u16::to_be_bytes)), Err(BadHar::Utf16));
    assert_eq!(read([&[0xff, 0xfe][..], &utf16(u16::to_le_bytes)].concat()), Err(BadHar::Utf16));
    assert_eq!(read([0x1f, 0x8b, 8, 0, 0]), Err(BadHar::Compressed));
    assert_eq!(read(b"PK\x03\x04abc"), Err(BadHar::Compressed));
    let broken = FIREFOX.replacen("Mairie", "Mairie\u{1}", 1);
    assert_eq!(place(broken).0, 1 + FIREFOX[..FIREFOX.find("Mairie").unwrap()].matches('\n').count());
    assert!(read(b"{\"log\": {\"version\": \"\xff\", \"entries\": [{}]}}").is_err());
}

#[test]
fn places_are_those_of_the_file() {
    let cut = &FIREFOX[..FIREFOX.len() / 2];
    let (line, _, what) = place(cut);
    assert_eq!(line, 1 + cut.matches('\n').count());
    assert!(what.starts_with("EOF while parsing"), "{what}");
    let (line, column, what) = place(format!("{FIREFOX}x"));
    assert_eq!((line, column, what.as_str()), (FIREFOX.matches('\n').count() + 1, 1, "trailing characters"));
    // A string that is cut before the parser sees it does not move the place.
    let body = "x".repeat(100_000);
    let text = format!("{{\"log\": {{\"entries\": [{{\"a\": \"{body}\",, }}]}}}}");
    assert_eq!(place(&text).1, text.find(",,").unwrap() + 2);
}

/// 2,000,000 brackets, as what is passed over and as what is read.
#[test]
fn nesting_has_an_end() {
    let bomb = "[".repeat(2_000_000);
    for text in [
        bomb.clone(),
        format!("{{\"a\": {bomb}"),
        format!("{{\"log\": {{\"entries\": [{{\"request\": {bomb}"),
        format!("{{\"log\": {{\"entries\": [{{\"_initiator\": {}", "{\"stack\":".repeat(500_000)),
    ] {
        let (_, _, what) = place(text);
        assert!(
            ["nested deeper than 1024 levels", "recursion limit exceeded"].contains(&what.as_str())
                || what.starts_with("invalid type"),
            "{what}"
        );
    }
}

/// Gives the same bytes without end, and counts them.
struct Endless<'c>(&'c mut u64, &'static [u8]);

impl Read for Endless<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = out.len().min(self.1.len());
        out[..count].copy_from_slice(&self.1[..count]);
        *self.0 += count as u64;
        Ok(count)
    }
}

/// Claims of more than the limit stop at the limit, whatever they claim to be.
#[test]
fn files_without_end() {
    static BODY: [u8; 65536] = [b'x'; 65536];
    let limits = HarLimits { bytes: 1 << 20, ..HarLimits::default() };
    for (begin, more) in [
        ("{\"log\": {\"entries\": [{\"response\": {\"content\": {\"text\": \"", &BODY[..]),
        ("{\"log\": {\"entries\": [{\"request\": {\"url\": \"", &BODY[..]),
        ("{\"log\": {\"entries\": [{\"", &BODY[..]),
        ("{\"log\": {\"entries\": [", b"{},"),
        ("{\"log\": {\"entries\": [{\"request\": {\"headers\": [", b"{\"name\":\"a\",\"value\":\"b\"},"),
        ("{\"log\": {\"pages\": [", b"{},"),
        ("", b" "),
        ("{\"log\": 1", b"1"),
    ] {
        let mut count = 0;
        let input = begin.as_bytes().chain(Endless(&mut count, more));
        let fault = har::read(input, "page.har", &TABLES, &limits).unwrap_err();
        assert_eq!(fault, BadHar::TooLarge(1 << 20), "{begin}");
        assert!(count <= (1 << 20) + 65536, "{begin}: {count}");
    }
}

#[test]
fn a_reader_that_fails() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::from(io::ErrorKind::PermissionDenied))
        }
    }
    let fault = har::read(b"{\"log\"".chain(Broken), "page.har", &TABLES, &HarLimits::default()).unwrap_err();
    assert!(matches!(fault, BadHar::Read(_)), "{fault:?}");
}

fn mutated(text: &str, changes: &[(Index, u8, u8)]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for (at, kind, byte) in changes {
        if bytes.is_empty() {
            break;
        }
        let at = at.index(bytes.len());
        match kind % 5 {
            0 => bytes[at] = *byte,
            1 => bytes.truncate(at),
            2 => bytes.insert(at, *byte),
            3 => drop(bytes.splice(at..at, b"\"\\ud800{[,]}:".iter().copied())),
            _ => drop(bytes.drain(at..bytes.len().min(at + usize::from(*byte)))),
        }
    }
    bytes
}

/// One value of the JSON replaced by another.
fn replaced(value: &mut Value, path: &[Index], with: &Value) {
    let count = match &*value {
        Value::Array(list) => list.len(),
        Value::Object(map) => map.len(),
        _ => 0,
    };
    match (path.split_first(), count) {
        (Some((first, rest)), 1..) => match value {
            Value::Array(list) => replaced(&mut list[first.index(count)], rest, with),
            Value::Object(map) => replaced(map.values_mut().nth(first.index(count)).unwrap(), rest, with),
            _ => {}
        },
        _ => *value = with.clone(),
    }
}

fn odd_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        "https?://[a-z@:\\[\\]%?#;/.-]{0,40}".prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!([{"name": "set-cookie", "value": "\n=;\n"}])),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn broken_bytes_never_panic(
        changes in prop::collection::vec((any::<Index>(), any::<u8>(), any::<u8>()), 1..12),
        which in 0..3usize,
    ) {
        let _ = read(mutated([FIREFOX, CHROME, SAFARI][which], &changes));
    }

    #[test]
    fn odd_values_never_panic(
        changes in prop::collection::vec((prop::collection::vec(any::<Index>(), 1..9), odd_value()), 1..20),
        which in 0..3usize,
    ) {
        let mut value: Value = serde_json::from_str([FIREFOX, CHROME, SAFARI][which]).unwrap();
        for (path, with) in &changes {
            replaced(&mut value, path, with);
        }
        if let Ok(pages) = read(value.to_string()) {
            let written = serde_json::to_string(&pages).unwrap();
            prop_assert_eq!(serde_json::from_str::<Vec<PageFacts>>(&written).unwrap(), pages);
        }
    }
}
