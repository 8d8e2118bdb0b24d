//! Throughput of jurisdig's extraction against `lol_html` and `scraper`, on the same page in one run, with the hosts
//! each finds. The page is made here, the same at every run; it holds what the readers differ about: hosts in comments,
//! `noscript`, `template`, switched-off scripts, CSS escapes and entities.
//!
//! The two others are given the attributes that name hosts and a plain search for `url(` in styles, which is what one
//! writes on top of them; they do not get jurisdig's rules of what a browser loads.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use jurisdig::evidence::{Contact, PageHost};
use jurisdig::observe::html::{gather, read_page};
use lol_html::{HtmlRewriter, Settings, element, text};
use scraper::{Html, Selector};
use url::Url;

const BYTES: usize = 200_000;
const ROUNDS: usize = 60;
const BASE: &str = "https://www.example.org/";

/// Attributes that hold one URL, of the elements that load it.
const URL_ATTRIBUTES: [(&str, &[&str]); 6] = [
    ("src", &["script", "img", "source", "video", "audio", "track", "iframe", "frame", "embed", "input"]),
    ("href", &["link", "image", "use"]),
    ("poster", &["video"]),
    ("data", &["object"]),
    ("action", &["form"]),
    ("background", &["body", "table", "td"]),
];

fn main() {
    let page = page();
    let readers: [(&str, fn(&str) -> BTreeSet<String>); 3] =
        [("jurisdig (html5gum)", by_jurisdig), ("lol_html", by_lol_html), ("scraper", by_scraper)];
    let found: Vec<BTreeSet<String>> = readers.iter().map(|(_, read)| read(&page)).collect();
    let mut times = vec![Vec::with_capacity(ROUNDS); readers.len()];
    // Round by round, so that a slow moment of the machine meets all of them.
    for _ in 0..ROUNDS {
        for ((_, read), times) in readers.iter().zip(&mut times) {
            let begun = Instant::now();
            black_box(read(black_box(&page)));
            times.push(begun.elapsed());
        }
    }
    let medians: Vec<Duration> = times.iter_mut().map(|times| median(times)).collect();
    println!("page of {} bytes, median of {ROUNDS} rounds", page.len());
    for (((name, _), hosts), time) in readers.iter().zip(&found).zip(&medians) {
        println!(
            "{name:20} {:7.2} ms {:7.1} MB/s  time {:.2} of jurisdig's  {} hosts, {} that jurisdig does not count, {} missed",
            time.as_secs_f64() * 1e3,
            page.len() as f64 / 1e6 / time.as_secs_f64(),
            time.as_secs_f64() / medians[0].as_secs_f64(),
            hosts.len(),
            hosts.difference(&found[0]).count(),
            found[0].difference(hosts).count(),
        );
    }
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// A page of about [`BYTES`], mostly text and links as pages are, with some three hosts in every section.
fn page() -> String {
    let mut out = String::from("<!doctype html><html lang=en><head><meta charset=utf-8><title>Office</title>\n");
    out.push_str(
        "<link rel=stylesheet href=/main.css><style>@import url('//style.example/a.css');</style></head><body>\n",
    );
    let mut n = 0_usize;
    while out.len() < BYTES {
        let _ = writeln!(out, "<section class=\"card card--wide\" id=\"s{n}\"><h2>Section {n} &amp; more</h2>");
        for line in 0..6 {
            let _ = writeln!(
                out,
                "<p class=\"text text-{line}\">Paragraph {line} of section {n}, with <a href=\"/page/{n}/{line}?a=1&amp;b=2\" \
                 title=\"Read more\">a link</a>, <em>some weight</em> and words enough to fill a line of the page.</p>"
            );
        }
        let _ = match n % 12 {
            0 => writeln!(out, "<script src=\"https://script{n}.example/a.js\" async></script>"),
            1 => writeln!(
                out,
                "<img src=\"//image{n}.example/a.png\" srcset=\"//small{n}.example/a.png 1x, //large{n}.example/a.png 2x\" alt=\"\">"
            ),
            2 => writeln!(out, "<div style=\"background:url(&quot;//back{n}.example/a.png&quot;)\"></div>"),
            3 => writeln!(
                out,
                "<!-- <img src=\"https://comment{n}.example/\"> --><noscript><img src=\"https://noscript{n}.example/\"></noscript>"
            ),
            4 => writeln!(out, "<template><img src=\"https://template{n}.example/\"></template>"),
            5 => writeln!(out, "<script type=\"text/plain\" src=\"https://consent{n}.example/a.js\"></script>"),
            6 => writeln!(
                out,
                "<style>@font-face{{src:url(//font{n}.example/a.woff2)}} .x{n}{{background:u\\72l(//escaped{n}.example/a)}}</style>"
            ),
            7 => writeln!(out, "<iframe src=\"https://frame{n}.example/\" loading=lazy></iframe>"),
            8 => writeln!(
                out,
                "<video poster=\"https://poster{n}.example/\"><source src=\"https://video{n}.example/\"></video>"
            ),
            9 => writeln!(out, "<form action=\"https&colon;//form{n}.example/\"><input name=q></form>"),
            10 => writeln!(
                out,
                "<script>const page = {n}; if (page < 3) {{ load(\"<img src='https://script-text{n}.example/'>\"); }}</script>"
            ),
            _ => writeln!(
                out,
                "<svg viewBox=\"0 0 1 1\"><image href=\"https://svg{n}.example/a.png\"/><use href=\"#x\"/></svg>"
            ),
        };
        out.push_str("</section>\n");
        n += 1;
    }
    out.push_str("</body></html>\n");
    out
}

fn by_jurisdig(page: &str) -> BTreeSet<String> {
    let Ok(url) = Url::parse(BASE) else { return BTreeSet::new() };
    let Some(host) = PageHost::of(&url) else { return BTreeSet::new() };
    let found = read_page(&url, &[], page.as_bytes());
    let gathered = gather([(&host, found.named.as_slice())]);
    let counted = gathered.resources.iter().filter(|r| r.contact == Contact::WouldBeContacted);
    counted.map(|r| r.host.to_string()).collect()
}

/// What one writes on top of a parser: hosts of attributes and of `url(`.
struct Hosts {
    base: Option<Url>,
    found: BTreeSet<String>,
}

impl Hosts {
    fn new() -> Self {
        Self { base: Url::parse(BASE).ok(), found: BTreeSet::new() }
    }

    fn url(&mut self, text: &str) {
        if let Some(host) = self.base.as_ref().and_then(|base| base.join(text).ok()?.host_str().map(str::to_owned)) {
            self.found.insert(host);
        }
    }

    fn css(&mut self, text: &str) {
        for piece in text.split("url(").skip(1) {
            self.url(piece.split(')').next().unwrap_or("").trim().trim_matches(['"', '\'']));
        }
    }

    fn element(&mut self, name: &str, get: impl Fn(&str) -> Option<String>) {
        for (attribute, elements) in URL_ATTRIBUTES {
            if elements.contains(&name)
                && let Some(value) = get(attribute)
            {
                self.url(&value);
            }
        }
        if matches!(name, "img" | "source")
            && let Some(set) = get("srcset")
        {
            for candidate in set.split(',') {
                self.url(candidate.split_whitespace().next().unwrap_or(""));
            }
        }
        if let Some(style) = get("style") {
            self.css(&style);
        }
    }
}

fn by_lol_html(page: &str) -> BTreeSet<String> {
    let hosts = RefCell::new(Hosts::new());
    let style = RefCell::new(String::new());
    let settings = Settings {
        element_content_handlers: vec![
            element!("*", |el| {
                hosts.borrow_mut().element(&el.tag_name(), |name| {
                    // lol_html hands on values as written.
                    el.get_attribute(name)
                        .map(|v| v.replace("&quot;", "\"").replace("&amp;", "&").replace("&colon;", ":"))
                });
                Ok(())
            }),
            text!("style", |chunk| {
                style.borrow_mut().push_str(chunk.as_str());
                if chunk.last_in_text_node() {
                    hosts.borrow_mut().css(&style.take());
                }
                Ok(())
            }),
        ],
        ..Settings::new()
    };
    let mut rewriter = HtmlRewriter::new(settings, |_: &[u8]| {});
    let read = rewriter.write(page.as_bytes()).and_then(|()| rewriter.end());
    if let Err(e) = read {
        eprintln!("lol_html: {e}");
    }
    hosts.into_inner().found
}

fn by_scraper(page: &str) -> BTreeSet<String> {
    let mut hosts = Hosts::new();
    let document = Html::parse_document(page);
    let Ok(all) = Selector::parse("*") else { return hosts.found };
    for element in document.select(&all) {
        let name = element.value().name();
        hosts.element(name, |attribute| element.value().attr(attribute).map(str::to_owned));
        if name == "style" {
            hosts.css(&element.text().collect::<String>());
        }
    }
    hosts.found
}
