//! Chains that hold, and what is written down of odd ones.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use jurisdig::evidence::{Status, Trust};
use jurisdig::model::DomainName;
use jurisdig::observe::roots::Roots;
use jurisdig::observe::tls;
use rcgen::{KeyPair, date_time_ymd};
use rustls::{ClientConnection, version};

use crate::papers::{Authority, HOST, host, hosts, private};
use crate::server::Shop;
use crate::{PATIENCE, facts, fault};

#[tokio::test]
async fn a_chain_with_an_intermediate_holds_and_names_its_root() {
    let root = Authority::root("Exemple Racine");
    let second = root.second("Exemple Émetteur");
    let (own, key) = second.sign(&host());
    let (at, server) = Shop::new(vec![own, second.der()], key).open();
    let facts = facts(at, &root.trusted()).await;
    assert_eq!(facts.trust, Trust::Holds);
    assert_eq!(facts.address, at.ip());
    assert_eq!(facts.version, "TLS 1.3");
    assert_eq!(facts.root.as_deref(), Some("Exemple Racine"));
    assert!(facts.roots.starts_with("webpki-roots 1.") && facts.roots.contains(" + test.pem (sha256 "));
    assert_eq!((facts.sent, facts.chain.len()), (2, 2));
    let own = &facts.chain[0];
    assert_eq!((own.issuer.as_str(), own.issuer_name.as_str()), ("Exemple Émetteur", "Second 1"));
    assert_eq!((own.issuer_country.as_str(), own.subject.as_str()), ("FR", HOST));
    assert_eq!(own.not_after.to_string(), "2027-01-01T00:00:00Z");
    assert_eq!((own.names.as_slice(), own.name_count), ([HOST.to_owned()].as_slice(), 1));
    assert_eq!(facts.chain[1].issuer, "Exemple Racine");
    let seen = server.join().unwrap();
    assert_eq!(seen.sni.as_deref(), Some(HOST));
    assert_eq!(seen.content.unwrap(), b"", "nothing but a proper goodbye");
}

#[tokio::test]
async fn the_day_of_the_evidence_decides() {
    let root = Authority::root("Exemple Racine");
    let name: DomainName = HOST.parse().unwrap();
    for (day, trust) in [
        ("2025-12-31T23:59:59Z", Trust::NotYetValid),
        ("2026-01-01T00:00:00Z", Trust::Holds),
        ("2026-12-31T23:59:59Z", Trust::Holds),
        ("2027-01-01T00:00:01Z", Trust::Expired),
        ("1969-12-31T00:00:00Z", Trust::NotYetValid),
    ] {
        let (at, _server) = root.shop(&host()).open();
        let probe = tls::probe(at, &name, &root.trusted(), day.parse().unwrap(), PATIENCE).await;
        let facts = probe.found().unwrap();
        assert_eq!(facts.trust, trust, "{day}");
        assert_eq!(facts.root.is_some(), trust == Trust::Holds, "{day}");
    }
}

#[tokio::test]
async fn a_server_of_tls_1_2_only() {
    let root = Authority::root("Exemple Racine");
    let mut shop = root.shop(&host());
    shop.versions = vec![&version::TLS12];
    let (at, server) = shop.open();
    let facts = facts(at, &root.trusted()).await;
    assert_eq!((facts.version.as_str(), facts.trust), ("TLS 1.2", Trust::Holds));
    assert_eq!(server.join().unwrap().content.unwrap(), b"");
}

/// TLS 1.3 is over for us before the server finds our certificate missing; TLS 1.2 ends with an alert, after the
/// server has signed.
#[tokio::test]
async fn a_server_that_wants_our_certificate_has_shown_its_own() {
    let root = Authority::root("Exemple Racine");
    for (version, text) in [(&version::TLS13, "TLS 1.3"), (&version::TLS12, "TLS 1.2")] {
        let mut shop = root.shop(&host());
        shop.versions = vec![version];
        shop.clients = Some(root.der());
        let (at, server) = shop.open();
        let facts = facts(at, &root.trusted()).await;
        assert_eq!((facts.version.as_str(), facts.trust), (text, Trust::Holds));
        assert!(server.join().unwrap().content.is_err(), "it was told that there is none");
    }
}

#[tokio::test]
async fn two_thousand_names_are_counted_and_cut() {
    let root = Authority::root("Exemple Racine");
    let names: Vec<String> = (0..2000).map(|number| format!("n{number}.exemple.fr")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).chain([HOST]).collect();
    let (at, _server) = root.shop(&hosts(&names)).open();
    let facts = facts(at, &root.trusted()).await;
    assert_eq!(facts.trust, Trust::Holds, "the last name counts too");
    assert_eq!((facts.chain[0].names.len(), facts.chain[0].name_count), (100, 2001));
    assert_eq!(facts.chain[0].names[1], "n1.exemple.fr");
    assert!(serde_json::to_string(&facts).unwrap().len() < 8 * 1024);
}

#[tokio::test]
async fn forty_one_certificates_are_counted_and_cut() {
    let root = Authority::root("Exemple Racine");
    let second = root.second("Exemple Émetteur");
    let (own, key) = second.sign(&host());
    let mut chain = vec![own];
    chain.extend((0..39).map(|number| Authority::root(&format!("Bystander {number}")).der()));
    // The one that matters comes last, far behind what is kept.
    chain.push(second.der());
    let (at, _server) = Shop::new(chain, key).open();
    let facts = facts(at, &root.trusted()).await;
    assert_eq!((facts.trust, facts.root.as_deref()), (Trust::Holds, Some("Exemple Racine")));
    assert_eq!((facts.sent, facts.chain.len()), (41, 10));
    assert!(serde_json::to_string(&facts).unwrap().len() < 16 * 1024);
}

/// A message of certificates is 64 KiB at most, whatever it holds: that bounds the memory of one look.
#[tokio::test]
async fn more_certificates_than_any_server_needs_are_refused() {
    let root = Authority::root("Exemple Racine");
    let (own, key) = root.sign(&host());
    let mut chain = vec![own];
    chain.resize(1 + 200, root.der());
    let (at, _server) = Shop::new(chain, key).open();
    assert_eq!(fault(at, &root.trusted()).await.status, Status::TlsTooLarge);
}

#[tokio::test]
async fn text_of_an_issuer_is_kept_as_it_came() {
    let name = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}tsurT";
    let root = Authority::root(name);
    let (at, _server) = root.shop(&host()).open();
    let facts = facts(at, &Roots::compiled_in()).await;
    assert_eq!(facts.trust, Trust::UnknownIssuer);
    assert_eq!(facts.chain[0].issuer, name);
    assert_eq!(facts.root, None, "nobody vouches for it");
}

/// Everybody can send a copy of a chain; only the owner has its key.
#[tokio::test]
async fn a_chain_without_its_key_does_not_hold() {
    let root = Authority::root("Exemple Racine");
    for version in [&version::TLS13, &version::TLS12] {
        let (own, _) = root.sign(&host());
        let mut shop = Shop::new(vec![own], private(&KeyPair::generate().unwrap()));
        shop.versions = vec![version];
        let (at, _server) = shop.open();
        let facts = facts(at, &root.trusted()).await;
        assert_eq!((facts.trust, facts.root), (Trust::BadCertificate, None));
    }
}

#[tokio::test]
async fn a_root_is_known_by_its_key_not_by_its_name() {
    let root = Authority::root("Exemple Racine");
    let namesake = Authority::root("Exemple Racine");
    let (at, _server) = root.shop(&host()).open();
    let found = facts(at, &namesake.trusted()).await;
    assert_eq!((found.trust, found.root), (Trust::BadCertificate, None), "the signature is not the namesake's");

    let both = format!("{}{}", namesake.certificate.pem(), root.certificate.pem());
    let both = Roots::compiled_in().with_file("both.pem", both.as_bytes()).unwrap();
    let (at, _server) = root.shop(&host()).open();
    let found = facts(at, &both).await;
    assert_eq!((found.trust, found.root.as_deref()), (Trust::Holds, Some("Exemple Racine")));
}

/// A server can send certificates of any root along with its own.
#[tokio::test]
async fn a_root_that_signs_for_nothing_here_is_not_named() {
    let root = Authority::root("Exemple Racine");
    let second = root.second("Exemple Émetteur");
    let famous = Authority::root("Famous Root");
    let roots = root.trusted().with_file("famous.pem", famous.certificate.pem().as_bytes()).unwrap();
    let (own, key) = second.sign(&host());
    let (at, _server) = Shop::new(vec![own, famous.der(), second.der()], key).open();
    let facts = facts(at, &roots).await;
    assert_eq!((facts.trust, facts.root.as_deref()), (Trust::Holds, Some("Exemple Racine")));
}

/// The handshake of a fetch of content.
fn fetch(at: SocketAddr, roots: &Roots) -> Result<(), rustls::Error> {
    let mut session = ClientConnection::new(Arc::new(roots.client_config()), HOST.try_into().unwrap()).unwrap();
    let mut stream = TcpStream::connect(at).unwrap();
    let end = session.complete_io(&mut stream).map(drop);
    end.map_err(|error| error.into_inner().unwrap().downcast_ref::<rustls::Error>().unwrap().clone())
}

/// The clock of the machine decides here, so the certificate holds for as long as there are clocks.
#[tokio::test]
async fn content_comes_over_chains_that_hold_only() {
    let root = Authority::root("Exemple Racine");
    let mut params = host();
    params.not_before = date_time_ymd(1975, 1, 1);
    params.not_after = date_time_ymd(4096, 1, 1);
    assert_eq!(fetch(root.shop(&params).open().0, &root.trusted()), Ok(()));
    for (at, roots) in [
        (root.shop(&params).open().0, Roots::compiled_in()),
        (root.shop(&hosts(&["exemple.fr"])).open().0, root.trusted()),
    ] {
        let error = fetch(at, &roots).unwrap_err();
        assert_eq!(tls::of_rustls(&error).status, Status::TlsUntrusted, "{error:?}");
    }
}
