//! What a hostile page costs: caps, floods, and bytes of any kind.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{document, host, read, with_header};
use crate::observe::html::page::{BASE_BYTES, CANDIDATES, DEPTH};
use crate::observe::html::{HOSTS, STYLE_SHEETS, URL_BYTES, URLS, gather, read_page, read_style_sheet};

#[test]
fn caps_hold_and_are_said() {
    for n in [URLS - 1, URLS, URLS + 1] {
        let page = read(&"<img src=x>".repeat(n));
        assert_eq!(page.named.len(), n.min(URLS));
        assert_eq!(page.capped, if n > URLS { vec![format!("urls: {URLS} of {n} kept")] } else { Vec::new() });
    }
    for n in [URL_BYTES - 1, URL_BYTES, URL_BYTES + 1] {
        let url = format!("https://a.example/{}", "x".repeat(n - "https://a.example/".len()));
        let page = read(&format!("<img src='  {url} '>"));
        assert_eq!(page.named.len(), usize::from(n <= URL_BYTES));
        assert_eq!(page.capped.is_empty(), n <= URL_BYTES, "{:?}", page.capped);
    }
    for n in [CANDIDATES - 1, CANDIDATES, CANDIDATES + 1] {
        let page = read(&format!("<img srcset='{}'>", "x 1x,".repeat(n)));
        assert_eq!(page.named.len(), n.min(CANDIDATES));
        assert_eq!(page.capped.len(), usize::from(n > CANDIDATES), "{:?}", page.capped);
    }
    for n in [STYLE_SHEETS - 1, STYLE_SHEETS, STYLE_SHEETS + 1] {
        let html: String =
            (0..n).map(|i| format!("<link rel=stylesheet href=a{i}><link rel=stylesheet href=a0>")).collect();
        let page = read(&html);
        assert_eq!(page.style_sheets.len(), n.min(STYLE_SHEETS));
        assert_eq!(page.named.len(), 2 * n);
        assert_eq!(page.capped.len(), usize::from(n > STYLE_SHEETS), "{:?}", page.capped);
    }
    let mut html = "<img src=//a.example/>".to_owned();
    for depth in 1..=DEPTH + 1 {
        html = format!("<iframe srcdoc=\"{}\"></iframe>", html.replace('&', "&amp;").replace('"', "&quot;"));
        let page = read(&html);
        assert_eq!(page.named.len(), usize::from(depth <= DEPTH));
        assert_eq!(page.capped.len(), usize::from(depth > DEPTH), "{:?}", page.capped);
    }
}

#[test]
fn a_long_base_does_not_make_every_url_long() {
    for n in [BASE_BYTES, BASE_BYTES + 1] {
        let base = format!("https://b.example/{}/", "d".repeat(n - "https://b.example//".len()));
        assert_eq!(base.len(), n);
        let page = read(&format!("<base href='{base}'>{}", "<img src=x>".repeat(3)));
        let want = if n > BASE_BYTES { "https://b.example/x".to_owned() } else { format!("{base}x") };
        assert!(page.named.iter().all(|one| one.url.as_str() == want));
        assert_eq!(page.capped.len(), usize::from(n > BASE_BYTES), "{:?}", page.capped);
    }
}

/// Floods, 2 MiB each in a release build and a quarter of it without optimisation. Each takes about a second or less
/// where work grows with length; were it to grow with its square, it would take an hour.
#[test]
fn work_grows_with_length_only() {
    const SIZE: usize = if cfg!(debug_assertions) { 512 << 10 } else { 2 << 20 };
    // What is open is closed, or the tag that holds the flood would never be read.
    let fill = |begin: &str, unit: &str| {
        let end = if begin.ends_with('\'') { "'>" } else { ">" };
        format!("{begin}{}{end}", unit.repeat(SIZE / unit.len()))
    };
    let floods = [
        fill("", "<"),
        fill("", "<!"),
        fill("", "<!--"),
        fill("", "</svg"),
        fill("", "<svg>"),
        fill("", "<svg><desc>"),
        fill(&"<svg>".repeat(100_000), "</math>"),
        fill(&"<math><mi>".repeat(100_000), "</math></p></template>"),
        fill("", "<template>"),
        fill("", "<template shadowrootmode=open><svg>"),
        fill("<img ", "a=b "),
        fill("<img ", "src=b "),
        fill("<img ", "\u{e9}\u{e9} "),
        fill("<img src=", "&"),
        fill("<img src=", "&notit"),
        fill("<img src='", "&#9;"),
        fill("<img srcset='", ","),
        fill("<img srcset='", "a ("),
        fill("<img srcset='", "a 1x,"),
        fill("<style>", "url("),
        fill("<style>", "url('"),
        fill("<style>", "url(\\"),
        fill("<style>", "/*"),
        fill("<style>", "{"),
        fill("<style>", "image-set("),
        fill("<style>", "@import 'a';"),
        fill("<style>", "@font-face{"),
        fill("<style>", "\\\n"),
        fill("<style>", "</styl"),
        fill("<script>", "<!--<script>"),
        fill("<textarea>", "</textare"),
        fill("<svg>", "<![CDATA["),
        fill("<svg><style>", "]]]"),
        fill("<meta http-equiv=content-security-policy content='", "img-src a.b;"),
        fill("<meta http-equiv=content-security-policy content='", "img-src a.b, "),
        fill("<iframe srcdoc='", "<p>"),
        fill("", "<link rel=stylesheet href=a>"),
        fill("<base href='//a/'>", "<base href=x>"),
        fill("<link href=x rel='", "icon "),
        fill("", "<p style=x:url(a)>"),
    ];
    let begun = Instant::now();
    for flood in &floods {
        let one = Instant::now();
        let page = read(flood);
        assert!(page.named.len() <= URLS);
        assert!(one.elapsed() < Duration::from_secs(30), "{:?}: {:?}", &flood[..40], one.elapsed());
    }
    assert!(begun.elapsed() < Duration::from_secs(300), "{:?}", begun.elapsed());
    for (name, unit) in [
        ("link", "<a>;rel=preconnect,"),
        ("link", "<a>;a=\"\\\"\";"),
        ("content-security-policy", "img-src;"),
        ("report-to", "["),
    ] {
        let page = with_header(name, &fill("", unit));
        assert!(page.named.len() <= URLS);
    }
}

/// Pieces of real pages, so that mutations go deeper than random bytes.
const PIECES: [&str; 40] = [
    "<script src='//a.example/x'>",
    "</script>",
    "<style>",
    "</style>",
    "@import url(",
    "url(\"a\")",
    "@font-face{src:url(b)}",
    "<svg>",
    "</svg>",
    "<template>",
    "</template>",
    "<template shadowrootmode=open>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<img srcset='a 1x, b 2x'",
    ">",
    "\"",
    "'",
    "=",
    "<base href='//b.example'>",
    "<iframe srcdoc=\"<img src=a>\">",
    "<meta http-equiv=refresh content='0;url=a'>",
    "&quot;",
    "&#x",
    "é",
    "\\",
    "\\75 ",
    "<link rel=preload as=font href=a>",
    "<math><mi>",
    "</math>",
    "<foreignObject>",
    "<p style=\"background:url(a)\">",
    "\u{0}",
    "\n",
    "<noscript>",
    "<textarea>",
    "image-set('a' 1x)",
    "<plaintext>",
];

proptest! {
    #[test]
    fn random_bytes_never_panic(body in proptest::collection::vec(any::<u8>(), 0..400), header in "\\PC{0,80}") {
        for name in ["link", "content-security-policy", "report-to", "reporting-endpoints", "refresh", "content-type"] {
            let headers = [(name.to_owned(), header.clone())];
            let page = read_page(&document(), &headers, &body);
            let sheet = read_style_sheet(&document(), &headers, &body);
            prop_assert!(page.named.iter().chain(&sheet.named).all(|one| one.url.host().is_some()));
        }
    }

    #[test]
    fn mutated_pages_never_panic_and_name_only_hosts_of_the_web(
        pieces in proptest::collection::vec(0..PIECES.len(), 0..60),
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
    ) {
        let mut body: Vec<u8> = pieces.iter().flat_map(|at| PIECES[*at].bytes()).collect();
        for (at, byte) in cuts {
            if !body.is_empty() {
                let at = at.index(body.len());
                body[at] = byte;
            }
        }
        let page = read_page(&document(), &[], &body);
        let sheet = read_style_sheet(&document(), &[], &body);
        prop_assert_eq!(&page, &read_page(&document(), &[], &body));
        for one in page.named.iter().chain(&sheet.named) {
            prop_assert!(matches!(one.url.scheme(), "http" | "https" | "ws" | "wss"));
            prop_assert!(one.url.host().is_some());
        }
        let own = host("www.example.org");
        let all = gather([(&own, page.named.as_slice()), (&own, sheet.named.as_slice())]);
        prop_assert!(all.resources.len() <= HOSTS);
    }
}
