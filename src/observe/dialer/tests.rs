#![allow(clippy::unwrap_used, reason = "a test may stop")]

use std::future::Future;

use url::Url;

use super::*;
use crate::observe::dns::{Records, Resolver};
use crate::observe::domain::Limits;

/// Names of a recording that lead where they should not, and one that does not.
const RECORDS: &str = "\
public.test. 300 IN A 9.9.9.9
public.test. 300 IN AAAA 2620:fe::9
mixed.test. 300 IN A 10.0.0.1
mixed.test. 300 IN A 9.9.9.9
;; NODATA mixed.test. AAAA
loop.test. 300 IN A 127.0.0.1
loop.test. 300 IN AAAA ::1
metadata.test. 300 IN A 169.254.169.254
;; NODATA metadata.test. AAAA
alias.test. 300 IN CNAME loop.test.
nat64.test. 300 IN AAAA 64:ff9b::a9fe:a9fe
;; NODATA nat64.test. A
nobody.test. 300 IN A 0.0.0.0
;; NODATA nobody.test. AAAA
intranet.test. 300 IN A 10.1.2.3
;; NODATA intranet.test. AAAA
;; NXDOMAIN gone.test.
;; SERVFAIL broken.test. A
;; SERVFAIL broken.test. AAAA
";

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn dialer(connect_to: &[&str], allow_private: bool) -> Dialer {
    let connect_to = connect_to.iter().map(|mapping| mapping.parse().unwrap()).collect();
    Dialer::new(DialPolicy { connect_to, allow_private, ..DialPolicy::default() })
}

fn route(dialer: &Dialer, url: &str) -> Result<Vec<String>, ProbeError> {
    let resolver = Resolver::Recorded(Records::parse(RECORDS, "records").unwrap());
    let limits = Limits::default();
    let session = Session::new(&resolver, &limits);
    let url = Url::parse(url).unwrap();
    let host = PageHost::of(&url).unwrap();
    let found = run(dialer.route(&session, &host, url.port_or_known_default().unwrap()))?;
    Ok(found.addresses().iter().map(ToString::to_string).collect())
}

fn refusal(dialer: &Dialer, url: &str) -> (Status, String) {
    let error = route(dialer, url).expect_err(url);
    (error.status, error.detail)
}

#[test]
fn public_addresses_pass_in_turns() {
    let dialer = dialer(&[], false);
    assert_eq!(route(&dialer, "https://public.test/").unwrap(), ["9.9.9.9:443", "[2620:fe::9]:443"]);
    assert_eq!(route(&dialer, "http://mixed.test/").unwrap(), ["9.9.9.9:80"]);
    assert_eq!(route(&dialer, "http://9.9.9.9/").unwrap(), ["9.9.9.9:80"]);
}

#[test]
fn whatever_is_not_public_is_refused_with_its_block() {
    let dialer = dialer(&[], false);
    for (host, want) in [
        ("127.0.0.1", "127.0.0.0/8"),
        ("[::1]", "::1/128"),
        ("[::ffff:127.0.0.1]", "127.0.0.0/8"),
        ("[::127.0.0.1]", "::/96"),
        ("2130706433", "127.0.0.0/8"),
        ("0x7f000001", "127.0.0.0/8"),
        ("0177.0.0.1", "127.0.0.0/8"),
        ("127.1", "127.0.0.0/8"),
        ("0", "0.0.0.0"),
        ("127。0。0。1", "127.0.0.0/8"),
        ("①②⑦.0.0.1", "127.0.0.0/8"),
        ("localhost", "this machine"),
        ("localhost.", "this machine"),
        ("a.localhost", "this machine"),
        ("[64:ff9b::7f00:1]", "127.0.0.0/8"),
        ("[2002:7f00:1::]", "127.0.0.0/8"),
        ("[2001:0:4136:e378:8000:63bf:80ff:fffe]", "127.0.0.0/8"),
        ("169.254.169.254", "169.254.0.0/16"),
        ("user:password@127.0.0.1", "127.0.0.0/8"),
        ("loop.test", "127.0.0.0/8"),
        ("alias.test", "127.0.0.0/8"),
        ("metadata.test", "169.254.0.0/16"),
        ("nat64.test", "169.254.0.0/16"),
        ("nobody.test", "0.0.0.0"),
        ("intranet.test", "10.0.0.0/8"),
        ("224.0.0.1", "224.0.0.0/4"),
        ("255.255.255.255", "255.255.255.255/32"),
    ] {
        let (status, detail) = refusal(&dialer, &format!("http://{host}/"));
        assert_eq!(status, Status::Blocked, "{host}: {detail}");
        assert!(detail.contains(want), "{host}: {detail}");
    }
}

#[test]
fn private_addresses_pass_by_flag_and_groups_never() {
    let dialer = dialer(&[], true);
    assert_eq!(route(&dialer, "http://intranet.test/").unwrap(), ["10.1.2.3:80"]);
    assert_eq!(route(&dialer, "http://mixed.test/").unwrap(), ["9.9.9.9:80", "10.0.0.1:80"]);
    assert_eq!(route(&dialer, "http://[fd00::1]/").unwrap(), ["[fd00::1]:80"]);
    for host in ["0.0.0.0", "224.0.0.1", "255.255.255.255", "240.0.0.1", "[::]", "[ff02::1]", "[::ffff:0.0.0.0]"] {
        assert_eq!(refusal(&dialer, &format!("http://{host}/")).0, Status::Blocked, "{host}");
    }
}

#[test]
fn only_the_ports_of_the_web() {
    let dialer = dialer(&[], true);
    for port in [22, 25, 8080, 6379] {
        assert_eq!(refusal(&dialer, &format!("http://public.test:{port}/")).0, Status::Blocked, "{port}");
    }
    assert_eq!(route(&dialer, "http://9.9.9.9:443/").unwrap(), ["9.9.9.9:443"]);
}

#[test]
fn with_mappings_nothing_else_is_dialled() {
    let mapped = dialer(&["public.test:443:127.0.0.1:8443", ":80:[::1]:8080"], false);
    assert_eq!(route(&mapped, "https://public.test/").unwrap(), ["127.0.0.1:8443"]);
    assert_eq!(route(&mapped, "http://whatever.test/").unwrap(), ["[::1]:8080"]);
    assert_eq!(route(&mapped, "http://127.0.0.1/").unwrap(), ["[::1]:8080"]);
    let (status, detail) = refusal(&mapped, "https://mixed.test/");
    assert_eq!(status, Status::Blocked);
    assert_eq!(detail, "mixed.test:443: no --connect-to maps it");
    assert_eq!(
        refusal(&mapped, "http://public.test:8443/").0,
        Status::Blocked,
        "the port meant is judged, not the one mapped to"
    );
}

/// Only an address the user wrote is exempt: what a mapping leaves to the DNS or to the page is judged.
#[test]
fn a_mapping_that_keeps_the_host_keeps_the_guard() {
    let keeps = dialer(&[":::8080"], false);
    assert_eq!(route(&keeps, "http://public.test/").unwrap(), ["9.9.9.9:8080", "[2620:fe::9]:8080"]);
    assert_eq!(refusal(&keeps, "http://127.0.0.1/").0, Status::Blocked);
    let renames = dialer(&["a.test:80:loop.test:80"], false);
    assert_eq!(refusal(&renames, "http://a.test/").0, Status::Blocked);
}

#[test]
fn no_address_says_what_the_dns_said() {
    let dialer = dialer(&[], false);
    for (host, want) in [("gone.test", "nxdomain"), ("broken.test", "servfail"), ("unheard-of.test", "not-recorded")] {
        let (status, detail) = refusal(&dialer, &format!("http://{host}/"));
        assert_eq!(status, Status::NoAddress, "{host}");
        assert!(detail.contains(want), "{host}: {detail}");
    }
}

#[test]
fn page_hosts_have_questions_of_their_own() {
    let resolver = Resolver::Recorded(Records::parse(RECORDS, "records").unwrap());
    let limits = Limits { page_questions: 2, ..Limits::default() };
    let session = Session::new(&resolver, &limits);
    let dialer = dialer(&[], false);
    let host = |name: &str| PageHost::Name(name.parse().unwrap());
    run(async {
        dialer.route(&session, &host("public.test"), 443).await.unwrap();
        dialer.route(&session, &host("public.test"), 80).await.unwrap();
        let error = dialer.route(&session, &host("mixed.test"), 80).await.unwrap_err();
        assert_eq!(error.status, Status::NoAddress);
        assert!(error.detail.contains("cap"), "{}", error.detail);
        assert!(session.general(&"mixed.test".parse().unwrap(), Rtype::A).await.is_some());
    });
}

/// Literal hosts are judged; what a name leads to is the proxy's to say, and the DNS is not asked.
#[test]
fn through_a_proxy_literals_are_still_judged() {
    let proxy = Some(Proxy::parse("http://127.0.0.1:3128").unwrap());
    let dialer = Dialer::new(DialPolicy { proxy, ..DialPolicy::default() });
    assert_eq!(route(&dialer, "http://unheard-of.test/").unwrap(), ["127.0.0.1:3128"]);
    assert_eq!(refusal(&dialer, "http://169.254.169.254/").0, Status::Blocked);
    assert_eq!(refusal(&dialer, "http://localhost/").0, Status::Blocked);
}
