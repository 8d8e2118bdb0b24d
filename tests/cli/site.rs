//! The loopback web: every site of the tests on two ports of 127.0.0.1, one for HTTP and one for TLS with certificates
//! of a test authority, told apart by the name asked for. The DNS keeps giving real-world addresses; `--connect-to`
//! leads here instead, and nothing else is dialled.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

/// An answer of a site.
#[derive(Debug, Clone)]
pub struct Page {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Page {
    pub fn html(body: &str) -> Self {
        Self {
            status: 200,
            headers: vec![("content-type".into(), "text/html; charset=utf-8".into())],
            body: body.as_bytes().to_vec(),
        }
    }

    pub fn css(body: &str) -> Self {
        Self { status: 200, headers: vec![("content-type".into(), "text/css".into())], body: body.as_bytes().to_vec() }
    }

    pub fn text(body: &str) -> Self {
        Self {
            status: 200,
            headers: vec![("content-type".into(), "text/plain".into())],
            body: body.as_bytes().to_vec(),
        }
    }

    pub fn redirect(to: &str) -> Self {
        Self { status: 302, headers: vec![("location".into(), to.into())], body: Vec::new() }
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

/// A running web.
pub struct Web {
    http: SocketAddr,
    https: SocketAddr,
    /// PEM file of the test authority.
    authority: tempfile::NamedTempFile,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Web {
    /// Serves pages by `scheme://host/path`; everything else is 404.
    pub fn start(pages: &[(&str, Page)]) -> Self {
        let pages: Arc<BTreeMap<String, Page>> =
            Arc::new(pages.iter().map(|(url, page)| ((*url).to_owned(), page.clone())).collect());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let authority = Authority::new();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &authority.pem).unwrap();
        let tls = Arc::new(
            ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_cert_resolver(Arc::new(authority)),
        );
        let http = listen({
            let (pages, asked) = (Arc::clone(&pages), Arc::clone(&asked));
            move |stream| answer(stream, "http", &pages, &asked)
        });
        let https = listen({
            let (pages, asked) = (Arc::clone(&pages), Arc::clone(&asked));
            move |stream| {
                let session = rustls::ServerConnection::new(Arc::clone(&tls)).unwrap();
                answer(rustls::StreamOwned::new(session, stream), "https", &pages, &asked);
            }
        });
        Self { http, https, authority: file, asked }
    }

    /// Flags that lead every connection of the run here.
    pub fn flags(&self) -> Vec<String> {
        vec![
            "--connect-to".into(),
            format!(":80:{}:{}", self.http.ip(), self.http.port()),
            "--connect-to".into(),
            format!(":443:{}:{}", self.https.ip(), self.https.port()),
            "--ca-file".into(),
            self.authority.path().display().to_string(),
        ]
    }

    /// `METHOD scheme://host/path` of every request, with what headers it had, in order.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn listen(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let serve = Arc::new(serve);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = Arc::clone(&serve);
            stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
            std::thread::spawn(move || serve(stream));
        }
    });
    address
}

/// Answers requests on one connection until the visitor leaves.
fn answer(stream: impl Read + Write, scheme: &str, pages: &BTreeMap<String, Page>, asked: &Mutex<Vec<String>>) {
    let mut stream = BufReader::new(stream);
    loop {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            // A handshake alone, as the probe makes it, ends here.
            if !stream.read_line(&mut line).is_ok_and(|length| length > 0) {
                return;
            }
            if line.trim_end().is_empty() {
                break;
            }
            lines.push(line.trim_end().to_owned());
        }
        let mut words = lines[0].split(' ');
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let header = |name: &str| {
            let found = lines.iter().skip(1).filter_map(|line| line.split_once(':'));
            found.filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.trim().to_owned()).next()
        };
        let host = header("host").unwrap_or_default();
        let bare = path.split('?').next().unwrap_or_default();
        let url = format!("{scheme}://{host}{bare}");
        let odd: Vec<&str> =
            ["cookie", "referer", "authorization"].into_iter().filter(|n| header(n).is_some()).collect();
        let agent = header("user-agent").unwrap_or_default();
        asked.lock().unwrap().push(format!("{method} {url} agent={agent} odd={odd:?}"));
        let missing = Page { status: 404, headers: Vec::new(), body: b"nothing here".to_vec() };
        let page = pages.get(&url).unwrap_or(&missing);
        let mut head = format!("HTTP/1.1 {} X\r\ncontent-length: {}\r\n", page.status, page.body.len());
        for (name, value) in &page.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        let stream = stream.get_mut();
        if stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&page.body)).is_err() {
            return;
        }
        let _ = stream.flush();
    }
}

/// A certificate authority that issues for whatever name is asked.
#[derive(Debug)]
struct Authority {
    pem: String,
    der: rustls::pki_types::CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
    issued: Mutex<BTreeMap<String, Arc<CertifiedKey>>>,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        // A name of the data, so that what follows from a chain that holds can be seen.
        params.distinguished_name.push(DnType::OrganizationName, "Let's Encrypt");
        params.distinguished_name.push(DnType::CommonName, "Test R1");
        params.not_before = rcgen::date_time_ymd(2026, 1, 1);
        params.not_after = rcgen::date_time_ymd(2027, 6, 1);
        let certificate = params.self_signed(&key).unwrap();
        let (pem, der) = (certificate.pem(), certificate.der().clone());
        Self { pem, der, issuer: Issuer::new(params, key), issued: Mutex::default() }
    }
}

impl ResolvesServerCert for Authority {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name()?.to_owned();
        let mut issued = self.issued.lock().unwrap();
        if let Some(known) = issued.get(&name) {
            return Some(Arc::clone(known));
        }
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.clone()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2026, 10, 1);
        params.not_after = rcgen::date_time_ymd(2027, 1, 1);
        let leaf = params.signed_by(&key, &self.issuer).unwrap();
        let secret = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let signing = ring::sign::any_supported_type(&secret).unwrap();
        let certified = Arc::new(CertifiedKey::new(vec![leaf.der().clone(), self.der.clone()], signing));
        issued.insert(name, Arc::clone(&certified));
        Some(certified)
    }
}
