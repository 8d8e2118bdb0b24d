//! A real browser looks at loopback sites: what it asks, through what, and that nothing else is reached.
//!
//! Needs an installed Chromium (Debian: `apt-get install chromium`), and for the comparison with a recording Node with
//! `playwright-core` in the directory that `JURISDIG_PLAYWRIGHT` names. A test that cannot run says so and passes.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub,
    reason = "a failing test shall stop and speak"
)]

#[path = "web/mod.rs"]
mod web;

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use jurisdig::evidence::{Capture, Contact, PageFacts, Probe, Status, Use};
use jurisdig::observe::browser::{self, BrowserSettings, NoBrowser};
use jurisdig::observe::dialer::{ConnectTo, DialPolicy, Dialer};
use jurisdig::observe::dns::{Records, Resolver};
use jurisdig::observe::har::{self, HarLimits};
use jurisdig::observe::ip::IpTables;
use jurisdig::observe::{Limits, Session};
use web::{Page, Sites};

/// The directories of PATH.
fn search() -> Vec<PathBuf> {
    std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default()
}

/// Settings for this machine; `None`, with a word why, where no browser is installed.
fn settings(sites: &Sites) -> Option<BrowserSettings> {
    // Root has no sandbox, and neither has a system that keeps user namespaces from others.
    let no_sandbox = std::env::var_os("JURISDIG_TEST_SANDBOX").is_none();
    let ca_spki = vec![browser::spki_sha256(&sites.root).unwrap()];
    let settings = BrowserSettings { search: search(), no_sandbox, ca_spki, ..BrowserSettings::default() };
    match browser::find(&settings) {
        Ok(_) => Some(settings),
        Err(why) => {
            let name = std::thread::current().name().unwrap_or_default().to_owned();
            eprintln!("SKIPPED {name}: {why}");
            None
        }
    }
}

fn look(url: &str, policy: DialPolicy, zone: &str, settings: &BrowserSettings) -> Result<PageFacts, NoBrowser> {
    let resolver = Resolver::Recorded(Records::parse(zone, "test.zone").unwrap());
    let limits = Limits::default();
    let session = Session::new(&resolver, &limits);
    let dialer = Dialer::new(policy);
    let tables = IpTables::embedded().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let url = url.parse().unwrap();
    runtime.block_on(browser::capture(&session, &dialer, &url, &tables, settings))
}

fn mapped(connect_to: impl IntoIterator<Item = ConnectTo>) -> DialPolicy {
    DialPolicy { connect_to: connect_to.into_iter().collect(), ..DialPolicy::default() }
}

/// Hosts with this contact.
fn hosts(facts: &PageFacts, contact: Contact) -> BTreeSet<String> {
    facts.resources.iter().filter(|r| r.contact == contact).map(|r| r.host.to_string()).collect()
}

fn names(list: &[&str]) -> BTreeSet<String> {
    list.iter().map(|name| (*name).to_owned()).collect()
}

/// `STATUS URL -> LOCATION` of every hop.
fn hops(facts: &PageFacts) -> Vec<String> {
    let line = |answer: &Probe<_>, url: &str| match answer {
        Probe::Found(jurisdig::evidence::Response { status, location: Some(to), .. }) => {
            format!("{status} {url} -> {to}")
        }
        Probe::Found(response) => format!("{} {url}", response.status),
        other => format!("{other:?} {url}"),
    };
    facts.hops.iter().map(|hop| line(&hop.answer, &hop.url)).collect()
}

/// A page whose hosts are named by markup, by style sheets, and by scripts that scripts load.
fn ministry() -> Vec<(&'static str, Page)> {
    let policy = "img-src https://image.example https://redirect.example https://landed.example \
                  https://only-in-policy.example 'self'; worker-src 'self' https://never-used.example";
    let open = |page: Page| page.with("access-control-allow-origin", "*");
    vec![
        ("http://page.example/", Page::redirect(301, "https://page.example/?session=SECRET")),
        (
            "https://page.example/",
            Page::redirect(302, "https://www.page.example/start/?u=SECRET").with("set-cookie", "hop=SECRET; path=/"),
        ),
        (
            "https://www.page.example/start/",
            Page::html(
                r#"<!doctype html><title>SECRET</title><link rel=icon href="/icon.png">
                <link rel=stylesheet href="https://style.example/main.css?v=SECRET">
                <script src="https://script.example/a.js?key=SECRET"></script>
                <img src="https://image.example/pixel.png"><img src="https://forbidden.example/x.png">
                <iframe src="https://frame.example/inner.html?f=SECRET"></iframe>
                <form action="https://form.example/send"><input name=q></form>
                <p>Bonjour"#,
            )
            .with("content-security-policy", policy)
            .with("set-cookie", "visit=SECRET; path=/")
            .with("server", "nginx"),
        ),
        (
            "https://style.example/main.css",
            Page::new(
                "text/css",
                "@import url(https://import.example/i.css);
                 @font-face { font-family: F; src: url(https://font.example/f.woff2?x=SECRET) } p { font-family: F }",
            ),
        ),
        ("https://import.example/i.css", Page::new("text/css", "b { color: red }")),
        ("https://font.example/f.woff2", open(Page::new("font/woff2", "no font"))),
        (
            "https://script.example/a.js",
            Page::script(
                r#"document.cookie = "own=SECRET";
                fetch("https://api.example/data?token=SECRET").catch(() => 0);
                fetch("https://opaque.example/closed").catch(() => 0);
                navigator.sendBeacon("https://beacon.example/b?id=SECRET", "SECRET");
                new Image().src = "https://redirect.example/r?u=SECRET";
                new WebSocket("wss://socket.example/s?auth=SECRET");
                new Worker("/worker.js");
                const next = document.createElement("script");
                next.src = "https://second.example/b.js";
                document.head.append(next);"#,
            )
            .with("set-cookie", "sid=SECRET; Secure; SameSite=None")
            .with("set-cookie", "lang=SECRET"),
        ),
        ("https://second.example/b.js", Page::script(r#"fetch("https://third.example/c").catch(() => 0)"#)),
        ("https://third.example/c", open(Page::new("application/json", "{}"))),
        ("https://api.example/data", open(Page::new("application/json", "{}"))),
        ("https://opaque.example/closed", Page::new("application/json", "{}")),
        ("https://beacon.example/b", Page::new("text/plain", "").with_status(204)),
        (
            "https://redirect.example/r",
            Page::redirect(302, "https://landed.example/p.png?x=SECRET").with("set-cookie", "track=SECRET"),
        ),
        ("https://landed.example/p.png", Page::png()),
        ("https://image.example/pixel.png", Page::png()),
        ("https://www.page.example/icon.png", Page::png()),
        ("https://www.page.example/worker.js", Page::script(r#"fetch("https://worker.example/w").catch(() => 0)"#)),
        ("https://worker.example/w", open(Page::new("application/json", "{}"))),
        ("https://frame.example/inner.html", Page::html(r#"<img src="https://in-frame.example/i.png">"#)),
        ("https://in-frame.example/i.png", Page::png()),
    ]
}

/// Hosts of [`ministry`] that are asked by a request.
const ASKED: &[&str] = &[
    "api.example",
    "beacon.example",
    "font.example",
    "frame.example",
    "image.example",
    "import.example",
    "in-frame.example",
    "landed.example",
    "opaque.example",
    "redirect.example",
    "script.example",
    "second.example",
    "socket.example",
    "style.example",
    "third.example",
    "worker.example",
    "www.page.example",
];

#[test]
fn every_host_that_scripts_reach_is_seen() {
    let sites = Sites::start(&ministry(), &["127.0.0.1", "127.0.0.2"]);
    let Some(settings) = settings(&sites) else { return };
    let policy = mapped([sites.map("script.example", 1), sites.map("", 0)].concat());
    let facts = look("http://page.example/", policy, "", &settings).unwrap();

    assert_eq!(facts.by, Capture::Browser);
    assert_eq!(
        hops(&facts),
        [
            "301 http://page.example/ -> https://page.example/",
            "302 https://page.example/ -> https://www.page.example/start/",
            "200 https://www.page.example/start/",
        ]
    );
    let asked = names(ASKED);
    assert_eq!(hosts(&facts, Contact::Contacted), asked);
    assert_eq!(hosts(&facts, Contact::WouldBeContacted), names(&[]));
    let of = |host: &str| facts.resources.iter().find(|r| r.host.to_string() == host).unwrap();
    for (host, how) in [
        ("api.example", Use::Data),
        ("beacon.example", Use::Data),
        ("font.example", Use::Font),
        ("frame.example", Use::Frame),
        ("image.example", Use::Image),
        ("import.example", Use::Style),
        ("landed.example", Use::Image),
        ("script.example", Use::Script),
        ("socket.example", Use::Data),
        ("style.example", Use::Style),
        ("worker.example", Use::Data),
    ] {
        assert_eq!(of(host).uses, [how], "{host}");
    }
    // The proxy's word on addresses, not the browser's, which knows the proxy only.
    let addresses = |host: &str| of(host).addresses.iter().map(|a| a.ip.to_string()).collect::<Vec<_>>();
    assert_eq!(addresses("script.example"), ["127.0.0.2"]);
    for host in asked.iter().filter(|host| *host != "script.example") {
        assert_eq!(addresses(host), ["127.0.0.1"], "{host}");
    }
    assert!(facts.hops.iter().all(|hop| hop.address.unwrap().to_string() == "127.0.0.1"));
    // Names of cookies and nothing else that is secret.
    assert_eq!(of("script.example").cookies, ["lang", "sid"]);
    assert_eq!(of("redirect.example").cookies, ["track"]);
    assert_eq!(facts.hops[1].answer.found().unwrap().cookies, ["hop"]);
    assert_eq!(facts.document().unwrap().cookies, ["visit"]);
    assert!(facts.document().unwrap().headers.contains(&("server".to_owned(), "nginx".to_owned())));
    let text = serde_json::to_string(&facts).unwrap();
    assert!(!text.contains("SECRET") && !text.contains('?'), "{text}");
    assert!(facts.software.starts_with("Chrom") || facts.software.starts_with("HeadlessChrom"), "{}", facts.software);
    assert_eq!(facts.screenshot.as_ref().map(String::len), Some(64));
    assert!(facts.flags.contains(&"certificate-errors-ignored".to_owned()), "{:?}", facts.flags);
    assert_eq!(facts.capped, Vec::<String>::new());
    // What the servers saw: nothing that facts do not show, and nothing of the proxy.
    let seen = sites.asked();
    assert!(seen.iter().all(|line| !line.contains("proxy-")), "{seen:?}");
    let seen: BTreeSet<String> = seen.iter().filter_map(|line| line.split('/').nth(2)).map(str::to_owned).collect();
    let mut shown = asked;
    shown.extend(facts.hops.iter().map(|hop| hop.host.to_string()));
    assert_eq!(seen, shown);
}

/// What a page may try to reach in the visitor's own network, to get past the proxy, or to get the visitor involved.
fn hostile(canary: u16) -> Vec<(&'static str, Page)> {
    let names = ["loopback.example", "private.example", "metadata.example", "mapped.example", "both.example"];
    let literals = ["127.0.0.1", "[::1]", "2130706433", "0x7f.1", "10.0.0.1", "169.254.169.254", "[::ffff:127.0.0.1]"];
    let hosts = || names.iter().chain(&literals).chain(&["localhost", "app.localhost"]);
    let mut body = String::from("<!doctype html><p>Bonjour");
    for host in hosts() {
        body.push_str(&format!("<img src='http://{host}:{canary}/img'><script src='//{host}:{canary}/js'></script>"));
    }
    body.push_str("<iframe src='https://to-loopback.example/'></iframe><img src='http://outside.example:22/x'>");
    body.push_str("<img src='http://odd.example:8080/x'><img src='ftp://odd.example/x'>");
    let script = format!(
        r#"for (const host of {hosts:?}) {{
             fetch(`http://${{host}}:{canary}/fetch`, {{ mode: "no-cors" }}).catch(() => 0);
             new WebSocket(`ws://${{host}}:{canary}/socket`);
           }}
           const seen = what => fetch(`http://told.example/${{what}}`, {{ mode: "no-cors" }}).catch(() => 0);
           const peer = new RTCPeerConnection({{ iceServers: [{{ urls: "stun:stun.example:3478" }},
             {{ urls: "turn:turn.example:3478?transport=tcp", username: "u", credential: "c" }}] }});
           peer.createDataChannel("x");
           peer.onicecandidate = event => event.candidate && seen("candidate");
           peer.createOffer().then(offer => peer.setLocalDescription(offer));
           try {{ new WebTransport("https://transport.example/").ready.catch(() => 0); }} catch (error) {{ }}
           const popup = window.open("http://popup.example/");
           seen(popup ? "window-opened" : "window-refused");
           seen(confirm("?") ? "confirmed" : "dismissed");
           navigator.geolocation?.getCurrentPosition(() => seen("place"), () => seen("no-place"));
           Notification.requestPermission().then(word => seen(`notification-${{word}}`));
           const link = document.createElement("a");
           link.href = "http://download.example/file.zip";
           link.download = "file.zip";
           link.click();
           setTimeout(() => location.href = "mailto:someone@mail.example", 500);"#,
        hosts = hosts().collect::<Vec<_>>(),
    );
    vec![
        // Not a secure context: a browser's own rules for those would hide what ours do.
        ("http://www.site.example/", Page::html(&format!("{body}<script src='/s.js'></script>"))),
        ("http://www.site.example/s.js", Page::script(&script)),
        ("https://to-loopback.example/", Page::redirect(302, &format!("http://127.0.0.1:{canary}/frame"))),
        ("http://told.example/dismissed", Page::new("text/plain", "")),
        (
            "http://download.example/file.zip",
            Page::new("application/zip", "PK").with("content-disposition", "attachment"),
        ),
        ("http://popup.example/", Page::html("<img src='http://in-popup.example/'>")),
    ]
}

const HOSTILE_ZONE: &str = "
loopback.example. A 127.0.0.1
private.example. A 10.0.0.1
metadata.example. A 169.254.169.254
;; NODATA loopback.example AAAA
;; NODATA private.example AAAA
;; NODATA metadata.example AAAA
;; NODATA mapped.example A
mapped.example. AAAA ::ffff:127.0.0.1
both.example. A 127.0.0.1
both.example. AAAA ::1
";

/// A shell script that starts the browser in another way.
fn wrapper(folder: &Path, settings: &BrowserSettings, line: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let program = browser::find(settings).unwrap();
    let path = folder.join("browser");
    let line = line.replace("BROWSER", &program.display().to_string());
    std::fs::write(&path, format!("#!/bin/sh\n{line}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
fn nothing_is_reached_but_through_the_guarded_dialer() {
    let canaries: Vec<TcpListener> = {
        let first = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = first.local_addr().unwrap().port();
        let second = TcpListener::bind(("::1", port)).ok();
        [Some(first), second].into_iter().flatten().collect()
    };
    let canary = canaries[0].local_addr().unwrap().port();
    let sites = Sites::start(&hostile(canary), &["127.0.0.1"]);
    let Some(mut settings) = settings(&sites) else { return };
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("net.json");
    let line = format!("exec BROWSER \"$@\" --log-net-log={} --net-log-capture-mode=Everything", log.display());
    settings.path = Some(wrapper(folder.path(), &settings, &line));
    // The canary's port may be dialled, and every host at that port is led to its own addresses: only the judgement of
    // addresses stands between the page and the canary.
    let mut policy = mapped(
        [
            "www.site.example",
            "told.example",
            "to-loopback.example",
            "download.example",
            "popup.example",
            "in-popup.example",
        ]
        .into_iter()
        .flat_map(|host| sites.map(host, 0)),
    );
    policy.connect_to.push(format!(":{canary}::").parse().unwrap());
    policy.ports.push(canary);
    let facts = look("http://www.site.example/", policy, HOSTILE_ZONE, &settings).unwrap();

    for listener in &canaries {
        listener.set_nonblocking(true).unwrap();
        assert!(listener.accept().is_err(), "the canary was reached: {:?}", listener.local_addr());
    }
    assert_eq!(
        hosts(&facts, Contact::Contacted),
        names(&["download.example", "to-loopback.example", "told.example", "www.site.example"])
    );
    assert_eq!(facts.capped, Vec::<String>::new());
    let would = hosts(&facts, Contact::WouldBeContacted);
    for host in
        ["127.0.0.1", "10.0.0.1", "169.254.169.254", "[::1]", "loopback.example", "private.example", "localhost"]
    {
        assert!(would.contains(host), "{host} is missing in {would:?}");
    }
    assert!(!would.contains("popup.example") && !would.contains("in-popup.example"), "{would:?}");
    for refused in facts.resources.iter().filter(|r| r.contact != Contact::Contacted) {
        assert!(refused.addresses.is_empty() && refused.cookies.is_empty(), "{refused:?}");
    }
    // Nobody answered for the visitor.
    let told: BTreeSet<String> = sites
        .asked()
        .iter()
        .filter_map(|l| l.split_once("http://told.example/"))
        .map(|(_, what)| what.to_owned())
        .collect();
    assert!(told.contains("dismissed") && told.contains("notification-denied"), "{told:?}");
    for never in ["confirmed", "place", "notification-granted", "candidate"] {
        assert!(!told.contains(never), "{told:?}");
    }
    // The browser's own account of every socket.
    let opened = sockets(&std::fs::read_to_string(&log).unwrap());
    assert!(opened["tcp proxy"] > 3, "{opened:?}");
    for place in opened.keys().filter(|place| *place != "tcp proxy") {
        // Whether the system has a way to the IPv6 Internet is asked by a socket through which nothing is sent.
        assert!(place.starts_with("udp [2001:4860:4860::8888]"), "{opened:?}");
    }
}

/// Where the network log says that sockets were opened to, `tcp proxy` being the proxy the browser was given, and what
/// was sent without a connection.
fn sockets(log: &str) -> BTreeMap<String, usize> {
    // The log of a browser that was killed lacks its end.
    let log: serde_json::Value = serde_json::from_str(log)
        .or_else(|_| serde_json::from_str(&format!("{}]}}", log.trim_end().trim_end_matches(','))))
        .unwrap();
    let types = &log["constants"]["logEventTypes"];
    let number = |name: &str| types[name].as_u64().unwrap_or_else(|| panic!("no event {name}"));
    let [tcp, udp, sent, asked] =
        ["TCP_CONNECT_ATTEMPT", "UDP_CONNECT", "UDP_BYTES_SENT", "HOST_RESOLVER_DNS_TASK"].map(number);
    let proxy = log["constants"].to_string();
    let proxy = proxy.split("--proxy-server=http://").nth(1).unwrap();
    let proxy = proxy.split(|c: char| c != '.' && c != ':' && !c.is_ascii_digit()).next().unwrap();
    let mut opened = BTreeMap::new();
    for event in log["events"].as_array().unwrap() {
        // The end of an attempt has no address.
        let address = event["params"]["address"].as_str();
        let place = match (event["type"].as_u64().unwrap(), address) {
            (kind, Some(address)) if kind == tcp && address == proxy => "tcp proxy".to_owned(),
            (kind, Some(address)) if kind == tcp => format!("tcp {address}"),
            (kind, Some(address)) if kind == udp => format!("udp {address}"),
            (kind, _) if kind == sent => "udp sent".to_owned(),
            (kind, _) if kind == asked => "dns asked".to_owned(),
            _ => continue,
        };
        *opened.entry(place).or_default() += 1;
    }
    opened
}

/// What a recording and a look have to agree on: contact and uses by host.
fn contacts(facts: &PageFacts) -> BTreeMap<String, (Contact, Vec<Use>)> {
    facts.resources.iter().map(|r| (r.host.to_string(), (r.contact, r.uses.clone()))).collect()
}

#[test]
fn a_recording_by_playwright_says_the_same() {
    let sites = Sites::start(&ministry(), &["127.0.0.1"]);
    let Some(settings) = settings(&sites) else { return };
    let Some(modules) = std::env::var_os("JURISDIG_PLAYWRIGHT") else {
        eprintln!("SKIPPED a_recording_by_playwright_says_the_same: JURISDIG_PLAYWRIGHT names no directory");
        return;
    };
    let url = "http://page.example/";
    let facts = look(url, mapped(sites.map("", 0)), "", &settings).unwrap();

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.har");
    let (plain, secure) = sites.ports();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/har.mjs");
    let recorded = Command::new("node")
        .args([script.as_os_str(), &modules, browser::find(&settings).unwrap().as_os_str(), url.as_ref()])
        .args([plain.to_string(), secure.to_string()])
        .arg(&file)
        .status()
        .unwrap();
    assert!(recorded.success(), "{recorded}");
    let tables = IpTables::embedded().unwrap();
    let input = std::fs::File::open(&file).unwrap();
    let pages = har::read(input, "page.har", &tables, &HarLimits::default()).unwrap();
    assert_eq!(pages.len(), 1);
    let recording = &pages[0];

    let mut expected = contacts(recording);
    // Playwright writes neither status nor address of an answer that a script may not see, or that refuses a web socket:
    // the recording cannot say that these were asked. The servers can.
    for host in ["opaque.example", "socket.example"] {
        let (contact, _) = expected.get_mut(host).unwrap();
        assert_eq!(std::mem::replace(contact, Contact::Contacted), Contact::WouldBeContacted, "{host}");
        assert!(sites.asked().iter().any(|line| line.contains(&format!("//{host}/"))), "{host}");
    }
    assert_eq!(contacts(&facts), expected);
    assert_eq!(hops(&facts), hops(recording));
    let cookies = |facts: &PageFacts| -> Vec<Vec<String>> {
        let of_hops = facts.hops.iter().map(|hop| hop.answer.found().unwrap().cookies.clone());
        of_hops.chain(facts.resources.iter().map(|r| r.cookies.clone())).collect()
    };
    assert_eq!(cookies(&facts), cookies(recording));
    let document = |facts: &PageFacts| {
        let mut headers = facts.document().unwrap().headers.clone();
        headers.sort();
        (headers, facts.document().unwrap().media_type.clone())
    };
    assert_eq!(document(&facts), document(recording));
}

#[test]
fn a_page_that_is_refused_says_why() {
    let sites = Sites::start(&[], &["127.0.0.1"]);
    let Some(settings) = settings(&sites) else { return };
    let zone = "private.example. A 10.0.0.1\n;; NODATA private.example AAAA\n";
    let facts = look("https://private.example/a?SECRET", DialPolicy::default(), zone, &settings).unwrap();
    let [hop] = facts.hops.as_slice() else { panic!("{facts:?}") };
    let Probe::Failed(why) = &hop.answer else { panic!("{hop:?}") };
    assert_eq!((why.status, hop.url.as_str(), hop.address), (Status::Blocked, "https://private.example/a", None));
    assert!(why.detail.contains("10.0.0.1"), "{why:?}");
    assert_eq!(hosts(&facts, Contact::Contacted), names(&[]));
}

#[test]
fn a_page_that_asks_for_a_password_is_not_waited_for() {
    let page = Page::html("<p>no").with_status(401).with("www-authenticate", "Basic realm=\"x\"");
    let sites = Sites::start(&[("http://www.site.example/", page)], &["127.0.0.1"]);
    let Some(settings) = settings(&sites) else { return };
    let facts = look("http://www.site.example/", mapped(sites.map("", 0)), "", &settings).unwrap();
    assert_eq!(hops(&facts), ["401 http://www.site.example/"]);
    assert_eq!(facts.capped, Vec::<String>::new());
}

#[test]
fn no_browser_is_a_clear_word() {
    let folder = tempfile::tempdir().unwrap();
    let look_with = |settings: &BrowserSettings| {
        look("https://www.site.example/", DialPolicy::default(), "", settings).unwrap_err()
    };
    let none = BrowserSettings { search: vec![folder.path().to_owned()], no_sandbox: true, ..Default::default() };
    assert_eq!(look_with(&none), NoBrowser::Absent);
    let text = folder.path().join("text");
    std::fs::write(&text, "no program").unwrap();
    let named = BrowserSettings { path: Some(text.clone()), search: search(), ..none };
    assert_eq!(look_with(&named), NoBrowser::NotThere(text));
    let sites = Sites::start(&[], &["127.0.0.1"]);
    let Some(mut settings) = settings(&sites) else { return };
    settings.path = Some(wrapper(folder.path(), &settings, "echo No usable sandbox! >&2; exit 1"));
    assert_eq!(look_with(&settings), NoBrowser::Sandbox);
    settings.path = Some(wrapper(folder.path(), &settings, "echo last word >&2; exit 7"));
    let NoBrowser::Died(said) = look_with(&settings) else { panic!() };
    assert!(said.contains('7') && said.contains("last word"), "{said}");
    settings.no_sandbox = false;
    let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    if is_root {
        assert_eq!(look_with(&settings), NoBrowser::Root);
    }
}
