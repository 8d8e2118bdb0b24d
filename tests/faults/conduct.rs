//! How a fetch behaves towards a site that does nothing wrong: what it asks, in what order, how often, and what it
//! keeps.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jurisdig::evidence::{PageHost, Probe, Robots, SkipReason, Status};
use jurisdig::observe::dialer::DialPolicy;
use jurisdig::observe::http::{FetchLimits, FetchedPage};
use jurisdig::observe::{Limits, Session};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;
use url::Url;

use crate::fetching::{all_to, answer, fetch, fetcher, last, limits, policy, records, status, trusting, visit_host};
use crate::site::{Act, Seen, Shell, Site, page, to};

fn ok(body: &str) -> Vec<Act> {
    page("200 OK", &["Content-Type: text/html"], body.as_bytes())
}

fn urls(page: &FetchedPage) -> Vec<&str> {
    page.facts.hops.iter().map(|hop| hop.url.as_str()).collect()
}

#[tokio::test]
async fn a_request_says_who_asks_and_nothing_about_anybody() {
    let site = Site::start(|seen| match seen.path.as_str() {
        "/robots.txt" => page("404 Not Found", &["Set-Cookie: robots=1"], b""),
        "/" => page("302 Found", &["Location: /next?token=SECRET#part", "Set-Cookie: id=SECRET; Secure"], b""),
        _ => ok("hello"),
    })
    .await;
    let fetched = fetch(&fetcher(all_to(&site), limits()), "http://user:SECRET@site.test/#top").await;
    assert_eq!(site.paths(), ["/robots.txt", "/", "/next?token=SECRET"], "the query is part of the request");
    for seen in site.seen() {
        let names: Vec<String> = seen
            .head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(':'))
            .map(|(name, _)| name.to_ascii_lowercase())
            .collect();
        assert_eq!(names, ["host", "user-agent", "accept", "connection", "accept-encoding"], "{}", seen.head);
        assert_eq!(
            seen.header("user-agent").unwrap().split(' ').next(),
            Some(concat!("jurisdig/", env!("CARGO_PKG_VERSION")))
        );
        assert_eq!(seen.header("host").as_deref(), Some("site.test"));
        assert_eq!(seen.header("accept-encoding").as_deref(), Some("gzip"));
    }
    assert!(!format!("{:?}", fetched.facts).contains("SECRET"), "{:?}", fetched.facts);
    assert_eq!(urls(&fetched), ["http://site.test/", "http://site.test/next"]);
    assert_eq!(answer(&fetched.facts.hops[0]).cookies, ["id"]);
    assert_eq!(answer(&fetched.facts.hops[0]).location.as_deref(), Some("http://site.test/next"));
    assert_eq!(fetched.facts.robots, Some(Robots::None));
    assert_eq!(fetched.url.unwrap().as_str(), "http://site.test/next?token=SECRET");
    assert_eq!(fetched.body, b"hello");
}

/// What is written as port, host or literal address goes into `Host`; what is dialled is the mapping's to say.
#[tokio::test]
async fn a_mapping_changes_what_is_dialled_and_nothing_else() {
    let site = Site::start(|seen| ok(&seen.header("host").unwrap())).await;
    let ports = |policy: DialPolicy| DialPolicy { ports: vec![80, 443, 8080], ..policy };
    for (url, host) in [
        ("http://site.test:8080/", "site.test:8080"),
        ("http://site.test.:443/", "site.test:443"),
        ("http://9.9.9.9/", "9.9.9.9"),
        ("http://9.9.9.9:8080/", "9.9.9.9:8080"),
        ("http://[2620:fe::9]/", "[2620:fe::9]"),
        ("http://127.0.0.1/", "127.0.0.1"),
    ] {
        let fetched = fetch(&fetcher(ports(all_to(&site)), limits()), url).await;
        assert_eq!(String::from_utf8_lossy(&fetched.body), host, "{url}: {:?}", fetched.facts);
        assert_eq!(last(&fetched).address, Some(site.address.ip()), "{url}");
    }
}

/// A certificate is held against the address in the URL, which is only possible where that one is dialled.
#[tokio::test]
async fn an_address_by_https_has_a_certificate_of_its_own() {
    let authority = Authority::new();
    let patient = FetchLimits { request: Duration::from_secs(8), ..limits() };
    for (certificate, url, want) in [
        ("127.0.0.1", "https://127.0.0.1/", None),
        ("127.0.0.2", "https://127.0.0.1/", Some(Status::TlsUntrusted)),
        ("9.9.9.9", "https://9.9.9.9/", Some(Status::Blocked)),
    ] {
        let acceptor = authority.server(certificate, (2020, 2040), false);
        let site = Site::start_with(Shell::Https(acceptor), "127.0.0.1:0", |_| ok("by TLS")).await;
        let fetched = fetch(&trusting(all_to(&site), patient.clone(), authority.root()), url).await;
        assert_eq!(status(last(&fetched)), want, "{url}: {:?}", last(&fetched));
        assert_eq!(fetched.body == b"by TLS", want.is_none(), "{url}");
        assert_eq!(site.connections() == 0, want == Some(Status::Blocked), "{url}");
    }
}

/// Addresses are tried in turn, and the evidence names the one that answered.
#[tokio::test]
async fn another_address_is_tried_where_the_first_is_closed() {
    let site = Site::start(|_| ok("from the second")).await;
    let port = site.address.port();
    let resolver = records(
        "two.test. 300 IN A 127.0.0.2\ntwo.test. 300 IN A 127.0.0.1\n;; NODATA two.test. AAAA\n\
         none.test. 300 IN A 127.0.0.2\nnone.test. 300 IN A 127.0.0.3\n;; NODATA none.test. AAAA\n",
    );
    let caps = Limits::default();
    let session = Session::new(&resolver, &caps);
    let fetcher = fetcher(DialPolicy { allow_private: true, ports: vec![port], ..policy(&[]) }, limits());
    let url = |host| Url::parse(&format!("http://{host}:{port}/")).unwrap();
    let fetched = fetcher.visit(&session).page(&url("two.test")).await;
    assert_eq!(fetched.body, b"from the second", "{:?}", fetched.facts);
    assert_eq!(last(&fetched).address, Some(site.address.ip()));
    let fetched = fetcher.visit(&session).page(&url("none.test")).await;
    assert_eq!(status(last(&fetched)), Some(Status::ConnectionRefused));
    assert_eq!(last(&fetched).address, None);
}

/// Each host of a chain is asked for its rules before its page.
#[tokio::test]
async fn a_chain_over_hosts_is_recorded_hop_by_hop() {
    let site = Site::start(|seen| match (seen.header("host").unwrap().as_str(), seen.path.as_str()) {
        (_, "/robots.txt") => page("404 Not Found", &[], b""),
        ("one.test", _) => to("//two.test/a"),
        _ => ok("there"),
    })
    .await;
    let fetched = fetch(&fetcher(all_to(&site), limits()), "http://one.test/").await;
    assert_eq!(urls(&fetched), ["http://one.test/", "http://two.test/a"]);
    assert_eq!(fetched.facts.hops[1].host, PageHost::Name("two.test".parse().unwrap()));
    assert_eq!(fetched.facts.hops[1].address, Some(site.address.ip()));
    assert_eq!(site.paths(), ["/robots.txt", "/", "/robots.txt", "/a"]);
    assert_eq!(fetched.document().unwrap().status, 200);
}

#[tokio::test]
async fn a_chain_ends_at_the_cap_of_redirects_or_of_requests() {
    let endless = |seen: &Seen| {
        let number: u32 = seen.path.trim_start_matches('/').parse().unwrap_or(0);
        if seen.path == "/robots.txt" { page("404 Not Found", &[], b"") } else { to(&format!("/{}", number + 1)) }
    };
    let site = Site::start(endless).await;
    let generous = FetchLimits { requests: 20, ..limits() };
    let fetched = fetch(&fetcher(all_to(&site), generous), "http://site.test/").await;
    assert_eq!(status(last(&fetched)), Some(Status::TooManyRedirects));
    assert_eq!(site.connections(), 7, "robots.txt, the page, five redirects");
    assert_eq!(fetched.facts.hops.len(), 7, "the one not followed is named");

    let site = Site::start(endless).await;
    let fetched = fetch(&fetcher(all_to(&site), limits()), "http://site.test/").await;
    assert_eq!(status(last(&fetched)), Some(Status::TooManyRedirects));
    assert_eq!(site.connections(), 6);
}

/// trust.md, section 5: six requests of one target, whatever they are for.
#[tokio::test]
async fn pages_robots_and_style_sheets_share_six_requests() {
    let site = Site::start(|_| ok("x")).await;
    let (resolver, caps) = (records(""), Limits::default());
    let session = Session::new(&resolver, &caps);
    let fetcher = fetcher(all_to(&site), limits());
    let mut visit = fetcher.visit(&session);
    visit.page(&Url::parse("http://site.test/").unwrap()).await;
    for number in 0..6 {
        let url = Url::parse(&format!("http://styles{number}.test/a.css")).unwrap();
        let fetched = visit.get(&url, "text/css", 100).await;
        let is_sent = number < 4;
        assert_eq!(last(&fetched).answer.found().is_some(), is_sent, "{number}");
        if !is_sent {
            assert_eq!(last(&fetched).answer, Probe::Skipped(SkipReason::Cap));
        }
    }
    assert_eq!(site.connections(), 6);
    assert_eq!(visit.notes(), ["requests: 6 sent, no more"]);
    // A registry is not the site.
    let registry =
        fetcher.document(&session, &Url::parse("http://rdap.test/domain/x").unwrap(), "application/rdap+json", 9).await;
    assert_eq!(registry.body, b"x");
    assert_eq!(site.seen().last().unwrap().header("accept").as_deref(), Some("application/rdap+json"));
}

#[tokio::test]
async fn requests_to_one_site_keep_their_distance() {
    let site = Site::start(|seen| if seen.path == "/" { to("/next") } else { ok("") }).await;
    let interval = Duration::from_millis(300);
    let fetched = fetch(&fetcher(all_to(&site), FetchLimits { interval, ..limits() }), "http://site.test/").await;
    assert_eq!(fetched.document().unwrap().status, 200);
    let seen = site.seen();
    assert_eq!(seen.len(), 3);
    for pair in seen.windows(2) {
        assert!(pair[1].at - pair[0].at >= interval, "{:?}", pair[1].at - pair[0].at);
    }
}

/// The deadline of a target counts waiting too.
#[tokio::test]
async fn a_target_has_a_deadline() {
    let site = Site::start(|_| ok("")).await;
    let slow = FetchLimits { interval: Duration::from_secs(30), total: Duration::from_millis(700), ..limits() };
    let begun = Instant::now();
    let fetched = fetch(&fetcher(all_to(&site), slow), "http://site.test/").await;
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(last(&fetched).answer, Probe::Skipped(SkipReason::Cap));
    assert_eq!(site.paths(), ["/robots.txt"]);
    assert_eq!(fetched.facts.capped.len(), 1, "{:?}", fetched.facts.capped);
}

#[tokio::test]
async fn robots_are_heeded() {
    type Row = (&'static str, fn() -> Vec<Act>, Robots, bool);
    let rows: [Row; 11] = [
        ("allowed", || ok("user-agent: *\nallow: /"), Robots::Allowed, true),
        ("forbidden to all", || ok("user-agent: *\ndisallow: /"), Robots::Disallowed, false),
        (
            "forbidden to us",
            || ok("user-agent: jurisdig\ndisallow: /\n\nuser-agent: *\nallow: /"),
            Robots::Disallowed,
            false,
        ),
        ("forbidden to others", || ok("user-agent: other\ndisallow: /"), Robots::Allowed, true),
        ("none", || page("404 Not Found", &[], b""), Robots::None, true),
        ("not for us to see", || page("403 Forbidden", &[], b"user-agent: *\ndisallow: /"), Robots::None, true),
        ("broken server", || page("500 Oops", &[], b""), Robots::Unreachable, false),
        ("silence", || vec![Act::Stall], Robots::Unreachable, false),
        (
            "half of it",
            || vec![Act::Send(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nuser-agent: *".into())],
            Robots::Unreachable,
            false,
        ),
        ("a coding not asked for", || page("200 OK", &["Content-Encoding: br"], b"octets"), Robots::Unreachable, false),
        ("elsewhere", || to("http://site.test/other-robots"), Robots::Disallowed, false),
    ];
    for (name, robots, want, is_fetched) in rows {
        let site = Site::start(move |seen| match seen.path.as_str() {
            "/robots.txt" => robots(),
            "/other-robots" => ok("user-agent: *\ndisallow: /"),
            _ => ok("the page"),
        })
        .await;
        let fetched = fetch(&fetcher(all_to(&site), limits()), "http://site.test/").await;
        assert_eq!(fetched.facts.robots, Some(want), "{name}: {:?}", fetched.facts);
        assert_eq!(site.paths().contains(&"/".to_owned()), is_fetched, "{name}");
        assert_eq!(fetched.body == b"the page", is_fetched, "{name}");
        if !is_fetched {
            let reason = &last(&fetched).answer;
            let is_silent = name == "silence";
            assert_eq!(*reason == Probe::Skipped(SkipReason::Robots), !is_silent, "{name}: {reason:?}");
            assert_eq!(status(last(&fetched)), is_silent.then_some(Status::Timeout), "{name}");
        }
    }
}

/// The usual site: everything at its apex leads to `www`, robots.txt too, which is one file and asked for once.
#[tokio::test]
async fn robots_that_lead_to_another_host_are_its_robots() {
    let site = Site::start(|seen| match (seen.header("host").unwrap().as_str(), seen.path.as_str()) {
        ("site.test", path) => to(&format!("http://www.site.test{path}")),
        (_, "/robots.txt") => ok("user-agent: *\ndisallow: /private"),
        _ => ok("the page"),
    })
    .await;
    let fetched = fetch(&fetcher(all_to(&site), limits()), "http://site.test/").await;
    assert_eq!(fetched.body, b"the page");
    assert_eq!(fetched.facts.robots, Some(Robots::Allowed));
    assert_eq!(site.paths(), ["/robots.txt", "/robots.txt", "/", "/"]);
    let fetched = fetch(&fetcher(all_to(&site), limits()), "http://site.test/private").await;
    assert_eq!(fetched.facts.robots, Some(Robots::Disallowed));
    assert_eq!(last(&fetched).answer, Probe::Skipped(SkipReason::Robots));
}

/// A site that asks for patience is not asked again by the same visit.
#[tokio::test]
async fn who_asks_to_be_left_alone_is() {
    let site = Site::start(|seen| match seen.path.as_str() {
        "/robots.txt" => page("404 Not Found", &[], b""),
        _ => page("429 Too Many Requests", &["Retry-After: 3600"], b""),
    })
    .await;
    let (resolver, caps) = (records(""), Limits::default());
    let session = Session::new(&resolver, &caps);
    let fetcher = fetcher(all_to(&site), limits());
    let mut visit = fetcher.visit(&session);
    let first = visit.page(&Url::parse("http://site.test/").unwrap()).await;
    assert_eq!(status(last(&first)), Some(Status::Busy));
    let second = visit.get(&Url::parse("http://site.test/a.css").unwrap(), "text/css", 100).await;
    assert_eq!(status(last(&second)), Some(Status::Busy));
    assert_eq!(site.connections(), 2);
}

#[tokio::test]
async fn where_a_page_sends_its_reader_is_one_more_redirect() {
    let site = Site::start(|seen| match seen.path.as_str() {
        "/robots.txt" => page("404 Not Found", &[], b""),
        "/" => ok("<meta http-equiv=refresh content='0; url=/fr'>"),
        _ => ok("bonjour"),
    })
    .await;
    let (resolver, caps) = (records(""), Limits::default());
    let session = Session::new(&resolver, &caps);
    let fetcher = fetcher(all_to(&site), limits());
    let mut visit = fetcher.visit(&session);
    let url = Url::parse("http://site.test/").unwrap();
    let first = visit.page(&url).await;
    let same = visit.follow(first.clone(), &url).await;
    assert_eq!((same.facts.hops.len(), &same.body), (1, &first.body), "a page that reloads itself");
    let page = visit.follow(same, &url.join("/fr").unwrap()).await;
    assert_eq!(urls(&page), ["http://site.test/", "http://site.test/fr"]);
    assert_eq!(page.body, b"bonjour");
}

/// A test CA, and servers with certificates of it.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::OrganizationName, "Test CA");
        Self { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap() }
    }

    fn root(&self) -> CertificateDer<'static> {
        self.issuer.der().clone()
    }

    fn server(&self, name: &str, years: (i32, i32), is_self_signed: bool) -> TlsAcceptor {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(years.0, 1, 1);
        params.not_after = date_time_ymd(years.1, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = if is_self_signed {
            params.self_signed(&key).unwrap()
        } else {
            params.signed_by(&key, &self.issuer).unwrap()
        };
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

#[tokio::test]
async fn only_certificates_that_hold_are_read_behind() {
    let authority = Authority::new();
    for (name, acceptor, want) in [
        ("good", authority.server("site.test", (2020, 2040), false), None),
        ("expired", authority.server("site.test", (2020, 2021), false), Some(Status::TlsUntrusted)),
        ("not yet valid", authority.server("site.test", (2090, 2091), false), Some(Status::TlsUntrusted)),
        ("another name", authority.server("other.test", (2020, 2040), false), Some(Status::TlsUntrusted)),
        ("self-signed", authority.server("site.test", (2020, 2040), true), Some(Status::TlsUntrusted)),
        ("another CA", Authority::new().server("site.test", (2020, 2040), false), Some(Status::TlsUntrusted)),
    ] {
        let site = Site::start_with(Shell::Https(acceptor), "127.0.0.1:0", |_| ok("by TLS")).await;
        let limits = FetchLimits { request: Duration::from_secs(8), ..limits() };
        let fetcher = trusting(all_to(&site), limits, authority.root());
        let fetched = fetch(&fetcher, "https://site.test/").await;
        assert_eq!(status(last(&fetched)), want, "{name}: {:?}", last(&fetched));
        assert_eq!(fetched.body == b"by TLS", want.is_none(), "{name}");
        assert_eq!(last(&fetched).address, Some(site.address.ip()), "{name}");
    }
}

/// By https, and by http only where https cannot be connected to.
#[tokio::test]
async fn a_host_is_asked_by_https_first() {
    let authority = Authority::new();
    let secure = || authority.server("site.test", (2020, 2040), false);
    let plain = Site::start(|_| ok("plain")).await;
    let patient = FetchLimits { request: Duration::from_secs(8), ..limits() };
    let by_port = |secure: &Site| policy(&[format!(":443:{}", secure.address), format!(":80:{}", plain.address)]);

    let site = Site::start_with(Shell::Https(secure()), "127.0.0.1:0", |_| ok("secure")).await;
    let fetched = visit_host(&trusting(by_port(&site), patient.clone(), authority.root()), "site.test").await;
    assert_eq!((urls(&fetched), fetched.body.as_slice()), (vec!["https://site.test/"], &b"secure"[..]));
    assert_eq!(plain.connections(), 0);

    let site = Site::start_with(Shell::Https(secure()), "127.0.0.1:0", |_| page("500 Oops", &[], b"")).await;
    let fetched = visit_host(&trusting(by_port(&site), patient.clone(), authority.root()), "site.test").await;
    assert_eq!(urls(&fetched), ["https://site.test/"], "it answers");
    assert_eq!(plain.connections(), 0);

    let forbidding = |_: &Seen| ok("user-agent: *\ndisallow: /");
    let site = Site::start_with(Shell::Https(secure()), "127.0.0.1:0", forbidding).await;
    let fetched = visit_host(&trusting(by_port(&site), patient.clone(), authority.root()), "site.test").await;
    assert_eq!(urls(&fetched), ["https://site.test/"], "what is forbidden is not asked another way");
    assert_eq!(last(&fetched).answer, Probe::Skipped(SkipReason::Robots));
    assert_eq!(plain.connections(), 0);

    let untrusted = Site::start_with(Shell::Https(secure()), "127.0.0.1:0", |_| ok("secure")).await;
    let fetched = visit_host(&trusting(by_port(&untrusted), patient, Authority::new().root()), "site.test").await;
    assert_eq!(urls(&fetched), ["https://site.test/", "http://site.test/"]);
    assert_eq!(status(&fetched.facts.hops[0]), Some(Status::TlsUntrusted));
    assert_eq!(fetched.body, b"plain");
    assert_eq!(untrusted.seen().len(), 0, "nothing is sent over a connection that does not hold");
}

/// Futures of a visit may move between threads.
#[test]
fn a_visit_may_move_between_threads() {
    fn is_send<T: Send>(_: &T) {}
    let (resolver, caps) = (records(""), Limits::default());
    let session = Session::new(&resolver, &caps);
    let fetcher = fetcher(policy(&[]), limits());
    let mut visit = fetcher.visit(&session);
    let host = PageHost::Name("site.test".parse().unwrap());
    is_send(&visit.site(&host));
}
