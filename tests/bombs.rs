//! Answers made to fill memory or time, in a process of their own so that its peak memory can be read.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where it fails")]
#![allow(
    unreachable_pub,
    dead_code,
    missing_docs,
    reason = "nobody else uses a test, and this one not all of its parts"
)]

#[path = "faults/fetching.rs"]
mod fetching;
#[path = "faults/site.rs"]
mod site;

use std::io::Write as _;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use jurisdig::observe::http::FetchLimits;

use fetching::{all_to, fetch, fetcher, last, limits};
use site::{Act, Site, page};

/// Time for one request here; everything must end soon after.
const DEADLINE: Duration = Duration::from_secs(1);
/// trust.md, requirement 7, for a build without optimisation, the server's own memory included.
const MOST_KB: u64 = 16 * 1024;

type Row = (&'static str, fn() -> Vec<Act>, &'static str);

const ROWS: &[Row] = &[
    ("1 GiB of zeros as gzip", || head("Content-Encoding: gzip\r\n", Act::Stream(gzip_bomb)), "body-cut"),
    ("gzip members of nothing", || head("Content-Encoding: gzip\r\n", Act::Endless(empty_members(), 0)), "Found"),
    ("endless chunks", || head("Transfer-Encoding: chunked\r\n", Act::Endless(chunk(), 0)), "body-cut"),
    (
        "endless tiny chunks",
        || head("Transfer-Encoding: chunked\r\n", Act::Endless(b"1\r\na\r\n".repeat(512), 0)),
        "Found",
    ),
    (
        "an endless chunk extension",
        || head("Transfer-Encoding: chunked\r\n", Act::Endless(vec![b';'; 4096], 0)),
        "incomplete",
    ),
    (
        "endless trailers",
        || {
            let begin = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\n".to_vec();
            vec![Act::Send(begin), Act::Endless(b"X: y\r\n".repeat(100), 0)]
        },
        "incomplete",
    ),
    ("body drip", || head("Content-Length: 99999\r\n", Act::Endless(b"a".to_vec(), 50)), "incomplete"),
    (
        "header drip",
        || vec![Act::Drip(b"HTTP/1.1 200 OK\r\nX: ".iter().copied().chain([b'y'; 999]).collect(), 50)],
        "Timeout",
    ),
    (
        "an endless header",
        || vec![Act::Send(b"HTTP/1.1 200 OK\r\nX: ".to_vec()), Act::Endless(vec![b'y'; 65_536], 0)],
        "BadHttp",
    ),
    ("endless 1xx", || vec![Act::Endless(b"HTTP/1.1 103 Early Hints\r\n\r\n".repeat(100), 0)], "Timeout"),
    ("slow endless 1xx", || vec![Act::Endless(b"HTTP/1.1 103 Early Hints\r\n\r\n".to_vec(), 20)], "Timeout"),
];

fn head(headers: &str, then: Act) -> Vec<Act> {
    vec![Act::Send(format!("HTTP/1.1 200 OK\r\n{headers}\r\n").into_bytes()), then]
}

/// 1 GiB in 64 kB pieces, compressed as it is sent.
fn gzip_bomb() -> Box<dyn Iterator<Item = Vec<u8>> + Send> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let zeros = vec![0; 65_536];
    Box::new((0..16_384).map(move |_| {
        encoder.write_all(&zeros).unwrap();
        // Out with it: the other side is to see every piece at once.
        encoder.flush().unwrap();
        std::mem::take(encoder.get_mut())
    }))
}

fn empty_members() -> Vec<u8> {
    GzEncoder::new(Vec::new(), Compression::fast()).finish().unwrap().repeat(1000)
}

fn chunk() -> Vec<u8> {
    [b"10000\r\n".as_slice(), &[b'a'; 65_536], b"\r\n"].concat()
}

/// A figure of `/proc/self/status` in kB.
fn memory(key: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|line| line.starts_with(key)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bombs_cost_neither_memory_nor_time() {
    for (name, acts, want) in ROWS {
        let acts = *acts;
        let site =
            Site::start(move |seen| if seen.path == "/robots.txt" { page("404 Not Found", &[], b"") } else { acts() })
                .await;
        let fetcher = fetcher(all_to(&site), FetchLimits { request: DEADLINE, ..limits() });
        // Sets the peak back to what is held now, where the kernel lets us; the peak so far is a stricter measure.
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        let before = memory("VmRSS").min(memory("VmHWM"));
        let begun = Instant::now();
        let fetched = fetch(&fetcher, "http://site.test/").await;
        let took = begun.elapsed();
        let grown = memory("VmHWM").saturating_sub(before);
        let answer = format!("{:?}", last(&fetched).answer);
        let _ = writeln!(std::io::stderr(), "{name}: {} ms, +{grown} kB at its peak", took.as_millis());
        assert!(answer.contains(want), "{name}: {answer}");
        assert!(fetched.body.len() <= 2 << 20, "{name}: {}", fetched.body.len());
        assert!(took < DEADLINE + Duration::from_secs(2), "{name}: {took:?}");
        assert!(grown < MOST_KB, "{name}: {grown} kB");
        // What is given up is hung up on, too: nothing is received behind the back of whoever asked.
        let patience = Instant::now() + Duration::from_secs(5);
        while site.open() > 0 {
            assert!(Instant::now() < patience, "{name}: still connected");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
