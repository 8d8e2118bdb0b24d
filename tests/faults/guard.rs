//! The address guard against a canary: a listener on this machine that no page, redirect, answer or variable may make
//! us reach.

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use jurisdig::evidence::{PageHost, Probe, Status};
use jurisdig::observe::dialer::{DialPolicy, Dialer, Proxy};
use jurisdig::observe::dns::{Client, Resolver, Settings};
use jurisdig::observe::http::Fetcher;
use jurisdig::observe::{Limits, Session};
use url::Url;

use crate::behaviour::send;
use crate::fetching::{answer, fetch, fetcher, last, limits, policy, records, status};
use crate::message::{A, Message, name, record};
use crate::server::Server;
use crate::site::{Act, Shell, Site, page, raw, to};

/// Names that lead where they should not.
const RECORDS: &str = "\
loop.test. 300 IN A 127.0.0.1
loop.test. 300 IN AAAA ::1
alias.test. 300 IN CNAME loop.test.
metadata.test. 300 IN A 169.254.169.254
metadata.test. 300 IN AAAA fd00:ec2::254
carried.test. 300 IN AAAA 64:ff9b::7f00:1
carried.test. 300 IN AAAA ::ffff:127.0.0.1
;; NODATA carried.test. A
nobody.test. 300 IN A 0.0.0.0
;; NODATA nobody.test. AAAA
localhost. 300 IN A 127.0.0.1
localhost. 300 IN AAAA ::1
";

/// Hosts as a page may write them.
const FORMS: [&str; 23] = [
    "127.0.0.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "0",
    "127。0。0。1",
    "①②⑦.0.0.1",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
    "user:password@127.0.0.1",
    "loop.test",
    "alias.test",
    "metadata.test",
    "carried.test",
    "nobody.test",
];

/// Listeners of one port on both loopback addresses.
struct Canary {
    v4: Site,
    _v6: Option<Site>,
    port: u16,
}

impl Canary {
    async fn start() -> Self {
        let v4 = Site::start(|_| page("200 OK", &[], b"the canary")).await;
        let port = v4.address.port();
        // Another port on `::1` would be out of reach of the same URL.
        let is_v6 = std::net::TcpListener::bind(("::1", port)).is_ok();
        let address = format!("[::1]:{port}");
        let v6 = if is_v6 {
            Some(Site::start_with(Shell::Http, &address, |_| page("200 OK", &[], b"the canary")).await)
        } else {
            None
        };
        Self { v4, _v6: v6, port }
    }

    fn hits(&self) -> usize {
        self.v4.connections() + self._v6.as_ref().map_or(0, Site::connections)
    }
}

/// A policy under which the canary's port is as good as 80.
fn guarded(canary: &Canary, connect_to: &[String]) -> DialPolicy {
    DialPolicy { ports: vec![80, 443, canary.port], ..policy(connect_to) }
}

#[tokio::test]
async fn no_form_of_this_machine_is_dialled() {
    let canary = Canary::start().await;
    let fetcher = fetcher(guarded(&canary, &[]), limits());
    let resolver = records(RECORDS);
    let caps = Limits::default();
    for form in FORMS.into_iter().chain(["169.254.169.254", "[fd00:ec2::254]", "0.0.0.0"]) {
        let session = Session::new(&resolver, &caps);
        let url = Url::parse(&format!("http://{form}:{}/latest/meta-data/", canary.port)).unwrap();
        let fetched = fetcher.visit(&session).page(&url).await;
        assert_eq!(status(last(&fetched)), Some(Status::Blocked), "{form}: {:?}", fetched.facts);
        assert_eq!(last(&fetched).address, None, "{form}");
        let fetched = fetcher.visit(&session).get(&url, "*/*", 100).await;
        assert_eq!(status(last(&fetched)), Some(Status::Blocked), "{form}, something a page loads");
    }
    assert_eq!(canary.hits(), 0);
    // The canary sings: the same fetch reaches it where private addresses are allowed.
    let fetcher = Fetcher::new(
        Dialer::new(DialPolicy { allow_private: true, ..guarded(&canary, &[]) }),
        jurisdig::observe::roots::Roots::compiled_in().client_config(),
        limits(),
    );
    let session = Session::new(&resolver, &caps);
    let url = Url::parse(&format!("http://loop.test:{}/", canary.port)).unwrap();
    let fetched = fetcher.visit(&session).page(&url).await;
    assert_eq!(fetched.body, b"the canary");
    assert!(canary.hits() > 0);
}

/// By redirect, with a mapping that lets every other host be dialled as it is (under the guard), and with none.
#[tokio::test]
async fn no_redirect_leads_to_this_machine() {
    let canary = Canary::start().await;
    let port = canary.port;
    let site = Site::start(move |seen| {
        let form = seen.path.strip_prefix("/?").and_then(|index| index.parse::<usize>().ok());
        match form {
            Some(index) if index < FORMS.len() => to(&format!("http://{}:{port}/", FORMS[index])),
            Some(_) => to(&format!("//127.0.0.1:{port}/")),
            None => page("404 Not Found", &[], b""),
        }
    })
    .await;
    let resolver = records(RECORDS);
    let caps = Limits::default();
    let first = format!("site.test:80:{}", site.address);
    for connect_to in [vec![first.clone(), ":::".to_owned()], vec![first]] {
        let fetcher = fetcher(guarded(&canary, &connect_to), limits());
        for index in 0..=FORMS.len() {
            let session = Session::new(&resolver, &caps);
            let url = Url::parse(&format!("http://site.test/?{index}")).unwrap();
            let fetched = fetcher.visit(&session).page(&url).await;
            let form = FORMS.get(index).copied().unwrap_or("//");
            assert_eq!(fetched.facts.hops.len(), 2, "{form}: {:?}", fetched.facts);
            assert_eq!(answer(&fetched.facts.hops[0]).status, 302, "{form}");
            assert_eq!(status(last(&fetched)), Some(Status::Blocked), "{form}: {:?}", last(&fetched));
            assert!(!last(&fetched).url.contains("password"), "{form}");
        }
    }
    assert_eq!(canary.hits(), 0);
    assert!(site.connections() >= FORMS.len() * 2);
}

/// robots.txt redirects too.
#[tokio::test]
async fn robots_do_not_lead_to_this_machine() {
    let canary = Canary::start().await;
    let port = canary.port;
    let site = Site::start(move |_| to(&format!("http://127.0.0.1:{port}/robots.txt"))).await;
    let fetcher = fetcher(guarded(&canary, &[format!("site.test:80:{}", site.address), ":::".to_owned()]), limits());
    let fetched = fetch(&fetcher, "http://site.test/").await;
    assert_eq!(canary.hits(), 0);
    assert_eq!(fetched.facts.robots, Some(jurisdig::evidence::Robots::Unreachable));
    assert!(matches!(last(&fetched).answer, Probe::Skipped(_)));
}

/// A second answer of the DNS that leads elsewhere: within a session no name is asked twice, and a new session judges
/// the new answer.
#[tokio::test]
async fn a_name_that_changes_its_address_is_judged_by_the_address() {
    let canary = Canary::start().await;
    let server = Server::start_with(
        |query| {
            let mut message = Message::to(query);
            if query.rtype == A {
                let octets = if query.number < 2 { [9, 9, 9, 9] } else { [127, 0, 0, 1] };
                message = message.answer(record(&name(&query.name), A, 1, 0, &octets));
            }
            send(message)
        },
        std::net::Ipv4Addr::LOCALHOST.into(),
    )
    .await;
    let client = Client::start(Settings { cache: 0, ..Settings::new(vec![server.address], "test") }).await.unwrap();
    let resolver = Resolver::Network(client);
    let caps = Limits::default();
    let dialer = Dialer::new(guarded(&canary, &[]));
    let host = PageHost::Name("rebinding.test".parse().unwrap());
    let session = Session::new(&resolver, &caps);
    let first = dialer.route(&session, &host, canary.port).await.unwrap();
    assert_eq!(first.addresses()[0].ip().to_string(), "9.9.9.9");
    let asked = server.udp_packets();
    let again = dialer.route(&session, &host, canary.port).await.unwrap();
    assert_eq!(again, first);
    assert_eq!(server.udp_packets(), asked, "asked again within one session");
    let next = Session::new(&resolver, &caps);
    let error = dialer.route(&next, &host, canary.port).await.unwrap_err();
    assert_eq!(error.status, Status::Blocked, "{error:?}");
    let fetched = fetcher(guarded(&canary, &[]), limits())
        .visit(&next)
        .page(&Url::parse(&format!("http://rebinding.test:{}/", canary.port)).unwrap())
        .await;
    assert_eq!(status(last(&fetched)), Some(Status::Blocked));
    assert_eq!(canary.hits(), 0);
}

const PROXY_VARIABLES: [&str; 8] =
    ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"];

/// Set in the process that has variables which name a proxy.
const INSIDE: &str = "JURISDIG_TEST_PROXIES";

/// What the test below does in an environment with proxies.
async fn fetch_directly() {
    let site = Site::start(|_| page("200 OK", &[], b"reached directly")).await;
    let fetched = fetch(&fetcher(policy(&[format!("::{}", site.address)]), limits()), "http://site.test/").await;
    assert_eq!(fetched.body, b"reached directly");
    let (resolver, caps) = (records(RECORDS), Limits::default());
    let session = Session::new(&resolver, &caps);
    let url = Url::parse("http://loop.test/").unwrap();
    let fetched = fetcher(DialPolicy::default(), limits()).visit(&session).page(&url).await;
    assert_eq!(status(last(&fetched)), Some(Status::Blocked));
}

#[tokio::test]
async fn proxies_of_the_environment_are_never_asked() {
    if std::env::var_os(INSIDE).is_some() {
        return fetch_directly().await;
    }
    let proxy = Site::start(|_| page("200 OK", &[], b"the proxy")).await;
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "guard::proxies_of_the_environment_are_never_asked"]).env(INSIDE, "1");
    for variable in PROXY_VARIABLES {
        let value =
            if variable.eq_ignore_ascii_case("no_proxy") { String::new() } else { format!("http://{}", proxy.address) };
        child.env(variable, value);
    }
    let output = tokio::task::spawn_blocking(move || child.output().unwrap()).await.unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    assert_eq!(proxy.connections(), 0);
}

/// A proxy the user names is told the name, plain or by CONNECT, and nobody resolves it here.
#[tokio::test]
async fn a_proxy_that_was_asked_for_is_used() {
    static CONNECTS: AtomicUsize = AtomicUsize::new(0);
    let proxy = Site::start(|seen| {
        if seen.head.starts_with("CONNECT ") {
            CONNECTS.fetch_add(1, Ordering::SeqCst);
            return raw("HTTP/1.1 403 Forbidden\r\n\r\n");
        }
        let text = format!("{} {}", seen.path, seen.header("proxy-authorization").unwrap_or_default());
        page("200 OK", &[], text.as_bytes())
    })
    .await;
    let parsed = Proxy::parse(&format!("http://me:secret@{}", proxy.address)).unwrap();
    let policy = DialPolicy { proxy: Some(parsed), ..DialPolicy::default() };
    let fetched = fetch(&fetcher(policy.clone(), limits()), "http://unheard-of.test/a?b=c").await;
    assert_eq!(String::from_utf8_lossy(&fetched.body), "http://unheard-of.test/a?b=c Basic bWU6c2VjcmV0");
    assert_eq!(last(&fetched).address, None, "the proxy's address is not the host's");
    let fetched = fetch(&fetcher(policy.clone(), limits()), "https://unheard-of.test/").await;
    assert_eq!(status(last(&fetched)), Some(Status::Network), "{:?}", last(&fetched));
    assert!(!format!("{:?}", fetched.facts).contains("secret"));
    assert_eq!(CONNECTS.load(Ordering::SeqCst), 1);
    let fetched = fetch(&fetcher(policy, limits()), "http://169.254.169.254/").await;
    assert_eq!(status(last(&fetched)), Some(Status::Blocked));
}

/// Through the tunnel of a proxy comes whatever the host says.
#[tokio::test]
async fn a_tunnel_is_handed_through() {
    let proxy = Site::start(|seen| {
        assert!(seen.head.starts_with("CONNECT unheard-of.test:443 HTTP/1.1\r\n"), "{}", seen.head);
        vec![
            Act::Send(b"HTTP/1.1 200 Connection established\r\n\r\n".into()),
            Act::Wait(50),
            Act::Send(vec![21, 3, 3, 0, 2, 2, 40]),
        ]
    })
    .await;
    let parsed = Proxy::parse(&format!("http://{}", proxy.address)).unwrap();
    let policy = DialPolicy { proxy: Some(parsed), ..DialPolicy::default() };
    let fetched = fetch(&fetcher(policy, limits()), "https://unheard-of.test/").await;
    assert_eq!(status(last(&fetched)), Some(Status::TlsAlert), "{:?}", last(&fetched));
}
