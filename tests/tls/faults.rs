//! The faults of a server, each with a code of its own.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use jurisdig::evidence::{Probe, Status, TlsFacts, Trust};
use jurisdig::model::DomainName;
use jurisdig::observe::tls;
use rcgen::{BasicConstraints, CertificateParams, CustomExtension, IsCa, KeyPair, SerialNumber, date_time_ymd};
use rustls::pki_types::CertificateDer;
use rustls::version;

use crate::papers::{Authority, HOST, REVOKED_700102, host, hosts, private};
use crate::server::{Shop, alert, answer, drip, flood, hello, refuse, reset, stall};
use crate::{PATIENCE, day, facts, fault};

/// Code of a probe as evidence writes it.
fn code(probe: &Probe<TlsFacts>) -> String {
    let code = match probe {
        Probe::Found(facts) => serde_json::to_value(facts.trust),
        Probe::Failed(error) => serde_json::to_value(error.status),
        other => panic!("{other:?}"),
    };
    code.unwrap().as_str().unwrap().to_owned()
}

fn changed(change: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let mut params = host();
    change(&mut params);
    params
}

fn itself(params: &CertificateParams) -> Shop {
    let key = KeyPair::generate().unwrap();
    Shop::new(vec![params.self_signed(&key).unwrap().der().clone()], private(&key))
}

/// An extension nobody knows and everybody must.
fn unknown_rule() -> CertificateParams {
    changed(|params| {
        let mut extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99999, 1], vec![5, 0]);
        extension.set_criticality(true);
        params.custom_extensions.push(extension);
    })
}

/// A server that shows a statement on serial number 0x700102, with a certificate whose number ends like this.
fn revoked(root: &Authority, last: u8) -> Shop {
    let serial = SerialNumber::from_slice(&[0x70, 1, last]);
    let mut shop = root.shop(&changed(|params| params.serial_number = Some(serial)));
    shop.ocsp = Some(data_encoding::BASE64.decode(REVOKED_700102.as_bytes()).unwrap());
    shop
}

#[tokio::test]
async fn a_revocation_counts_for_its_certificate_only() {
    let root = Authority::root("Exemple Racine");
    for version in [&version::TLS13, &version::TLS12] {
        for (last, trust) in [(2, Trust::Revoked), (3, Trust::Holds)] {
            let mut shop = revoked(&root, last);
            shop.versions = vec![version];
            assert_eq!(facts(shop.open().0, &root.trusted()).await.trust, trust);
        }
    }
}

#[tokio::test]
async fn every_fault_has_its_code() {
    let root = Authority::root("Exemple Racine");
    let short = Duration::from_millis(700);
    let shop = |params: &CertificateParams| root.shop(params).open().0;
    let (refused, _held) = refuse();
    let rows: Vec<(&str, SocketAddr, Duration)> = vec![
        ("expired", shop(&changed(|params| params.not_after = date_time_ymd(2026, 11, 1))), PATIENCE),
        ("not-yet-valid", shop(&changed(|params| params.not_before = date_time_ymd(2026, 12, 1))), PATIENCE),
        ("wrong-name", shop(&hosts(&["exemple.fr", "www.exemple.fr.evil.example"])), PATIENCE),
        ("self-signed", itself(&host()).open().0, PATIENCE),
        ("unknown-issuer", Authority::root("Somebody").shop(&host()).open().0, PATIENCE),
        ("revoked", revoked(&root, 0x02).open().0, PATIENCE),
        ("bad-certificate", shop(&unknown_rule()), PATIENCE),
        ("holds", shop(&host()), PATIENCE),
        ("timeout", stall(), short),
        ("slow", drip(), short),
        ("not-tls", answer(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".to_vec()), PATIENCE),
        ("tls-alert", answer(alert(40)), PATIENCE),
        ("tls-old-version", answer(alert(70)), PATIENCE),
        ("tls-garbage", answer((0..64).map(|byte| byte | 0x80).collect()), PATIENCE),
        ("tls-too-large", flood().0, PATIENCE),
        ("tls-closed", answer(Vec::new()), PATIENCE),
        ("reset", reset(), PATIENCE),
        ("connection-refused", refused, PATIENCE),
    ];
    let name: DomainName = HOST.parse().unwrap();
    let roots = root.trusted();
    let mut codes = BTreeMap::new();
    for (want, at, deadline) in &rows {
        let probe = tls::probe(*at, &name, &roots, day(), *deadline).await;
        assert_eq!(code(&probe), *want, "{probe:?}");
        codes.insert(code(&probe), ());
    }
    assert_eq!(codes.len(), rows.len(), "no two faults share a code");
}

#[tokio::test]
async fn a_slow_server_ends_at_the_deadline() {
    let root = Authority::root("Exemple Racine");
    let name: DomainName = HOST.parse().unwrap();
    let deadline = Duration::from_millis(500);
    for at in [stall(), drip()] {
        let start = Instant::now();
        tls::probe(at, &name, &root.trusted(), day(), deadline).await;
        assert!((deadline..Duration::from_secs(8)).contains(&start.elapsed()), "{:?}", start.elapsed());
    }
}

#[tokio::test]
async fn a_flood_is_left_early() {
    let root = Authority::root("Exemple Racine");
    let (at, server) = flood();
    assert_eq!(fault(at, &root.trusted()).await.status, Status::TlsTooLarge);
    // What the sockets of both sides buffer is taken, and no more.
    assert!(server.join().unwrap() < 32 << 20);
}

#[tokio::test]
async fn only_versions_before_1_2() {
    let root = Authority::root("Exemple Racine");
    // SSL 3.0, TLS 1.0, TLS 1.1.
    for minor in 0..=2 {
        let error = fault(answer(hello(minor)), &root.trusted()).await;
        assert_eq!(error.status, Status::TlsOldVersion, "3.{minor}: {error:?}");
    }
}

#[tokio::test]
async fn an_answer_in_plain_text_is_quoted_by_its_first_line() {
    let root = Authority::root("Exemple Racine");
    for (bytes, line) in [
        (&b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n"[..], "HTTP/1.1 400 Bad Request"),
        (b"SSH-2.0-x\r\n", "SSH-2.0-x"),
        (b"220 mail \x1b[2J\xff\r\n", "220 mail \u{1b}[2J\u{fffd}"),
    ] {
        let error = fault(answer(bytes.to_vec()), &root.trusted()).await;
        assert_eq!((error.status, error.detail.as_str()), (Status::NotTls, line));
    }
}

#[tokio::test]
async fn rubbish_inside_of_records_is_rubbish() {
    let root = Authority::root("Exemple Racine");
    for bytes in [
        // An empty handshake record; a record longer than any; application data first; a hello of nothing.
        vec![22, 3, 3, 0, 0],
        vec![22, 3, 3, 0xff, 0xff, 2],
        vec![23, 3, 3, 0, 4, 1, 2, 3, 4],
        vec![22, 3, 3, 0, 4, 2, 0, 0, 0],
    ] {
        let error = fault(answer(bytes.clone()), &root.trusted()).await;
        assert_eq!(error.status, Status::TlsGarbage, "{bytes:?}: {error:?}");
    }
}

#[tokio::test]
async fn alerts_are_named() {
    let root = Authority::root("Exemple Racine");
    for (description, detail) in [(112, "alert 112 UnrecognisedName"), (200, "alert 200 unknown")] {
        let error = fault(answer(alert(description)), &root.trusted()).await;
        assert_eq!((error.status, error.detail.as_str()), (Status::TlsAlert, detail));
    }
}

/// What `openssl req -x509` makes: a root that signs itself, used as the certificate of a host.
#[tokio::test]
async fn a_root_used_as_the_certificate_of_a_host_is_self_signed() {
    let root = Authority::root("Exemple Racine");
    let params = changed(|params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained));
    let facts = facts(itself(&params).open().0, &root.trusted()).await;
    assert_eq!(facts.trust, Trust::SelfSigned);
}

#[tokio::test]
async fn a_certificate_that_is_none_leaves_an_empty_chain() {
    let root = Authority::root("Exemple Racine");
    let garbage = CertificateDer::from(vec![0x30, 3, 2, 1, 1]);
    let key = private(&KeyPair::generate().unwrap());
    let facts = facts(Shop::new(vec![garbage], key).open().0, &root.trusted()).await;
    assert_eq!((facts.trust, facts.chain.len(), facts.sent), (Trust::BadCertificate, 0, 1));
}
