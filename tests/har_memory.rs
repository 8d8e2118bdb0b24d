//! Memory does not grow with the file. Alone in its process, so that nobody else's memory is counted.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::File;
use std::io::{BufWriter, Write};

use jurisdig::observe::har::{self, HarLimits};
use jurisdig::observe::ip::IpTables;

const BODY: usize = 5 << 20;
const ENTRIES: usize = 40;

/// The most memory the process ever had, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// 200 MiB of bodies of 5 MiB each, base64 and plain text with escapes, and inlined images in URLs.
fn write(out: &mut impl Write) {
    let chunk = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo".repeat(1000);
    let escaped = "{\\\"k\\\": \\\"\\u00e9 \\n é\\\"}".repeat(1000);
    write!(out, "{{\"log\": {{\"version\": \"1.2\", \"entries\": [").unwrap();
    for n in 0..ENTRIES {
        let comma = if n == 0 { "" } else { "," };
        let chunk = if n % 2 == 0 { &chunk } else { &escaped };
        write!(out, "{comma}{{\"request\": {{\"url\": \"https://h{n}.example/a.png\"}}, \"response\": {{\"status\": 200, \"content\": {{\"text\": \"").unwrap();
        for _ in 0..BODY / chunk.len() {
            out.write_all(chunk.as_bytes()).unwrap();
        }
        write!(out, "\"}}}}}}").unwrap();
    }
    // A URL that is as long as a body is parsed, not passed over.
    write!(out, ",{{\"request\": {{\"url\": \"https://long.example/").unwrap();
    for _ in 0..BODY / chunk.len() {
        out.write_all(chunk.as_bytes()).unwrap();
    }
    write!(out, "\"}}, \"response\": {{\"status\": 200}}}}]}}}}").unwrap();
}

#[test]
fn two_hundred_megabytes_in_bounded_memory() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("large.har");
    let mut out = BufWriter::new(File::create(&path).unwrap());
    write(&mut out);
    out.into_inner().unwrap().sync_all().unwrap();
    let size = std::fs::metadata(&path).unwrap().len();
    assert!(size > 200_000_000, "{size}");

    let tables = IpTables::embedded().unwrap();
    let before = peak();
    let pages = har::read(File::open(&path).unwrap(), "large.har", &tables, &HarLimits::default()).unwrap();
    let growth = peak() - before;

    assert_eq!(pages[0].resources.len(), ENTRIES + 1);
    assert!(growth < 16 * 1024, "{growth} KiB more for {size} bytes");
}
