//! The web of the tests: every site on ports of loopback addresses, over HTTP and over TLS with certificates of a test
//! authority, told apart by the name asked for. The DNS keeps giving real-world addresses; `--connect-to` leads here
//! instead, and nothing else is dialled.
#![allow(dead_code, reason = "shared by test binaries that use different parts of it")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jurisdig::observe::dialer::ConnectTo;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

/// An answer.
#[derive(Debug, Clone)]
pub struct Page {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Page {
    pub fn new(media: &str, body: &str) -> Self {
        Self { status: 200, headers: vec![("content-type".into(), media.into())], body: body.as_bytes().to_vec() }
    }

    pub fn html(body: &str) -> Self {
        Self::new("text/html; charset=utf-8", body)
    }

    pub fn script(body: &str) -> Self {
        Self::new("text/javascript", body)
    }

    pub fn png() -> Self {
        Self { body: data_encoding::BASE64.decode(PIXEL.as_bytes()).unwrap(), ..Self::new("image/png", "") }
    }

    pub fn css(body: &str) -> Self {
        Self::new("text/css", body)
    }

    pub fn text(body: &str) -> Self {
        Self::new("text/plain", body)
    }

    pub fn redirect(status: u16, to: &str) -> Self {
        Self { status, headers: vec![("location".into(), to.into())], body: Vec::new() }
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }
}

/// One transparent pixel.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/// Sites that are served.
pub struct Sites {
    /// Address, HTTP port, TLS port.
    places: Vec<(IpAddr, u16, u16)>,
    /// Certificate of the authority.
    pub root: CertificateDer<'static>,
    /// The same in PEM.
    pub root_pem: String,
    asked: Arc<Mutex<Vec<Request>>>,
}

impl Sites {
    /// Serves pages by `scheme://host/path`; everything else is 404.
    pub fn start(pages: &[(&str, Page)], addresses: &[&str]) -> Self {
        let pages: Arc<BTreeMap<String, Page>> =
            Arc::new(pages.iter().map(|(url, page)| ((*url).to_owned(), page.clone())).collect());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let authority = Authority::new();
        let (root, root_pem) = (authority.der.clone(), authority.pem.clone());
        let tls = Arc::new(
            ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_cert_resolver(Arc::new(authority)),
        );
        let places = addresses.iter().map(|address| {
            let ip: IpAddr = address.parse().unwrap();
            let plain = listen(ip, {
                let (pages, asked) = (Arc::clone(&pages), Arc::clone(&asked));
                move |stream| answer(stream, "http", &pages, &asked)
            });
            let secure = listen(ip, {
                let (pages, asked, tls) = (Arc::clone(&pages), Arc::clone(&asked), Arc::clone(&tls));
                move |stream| {
                    let session = rustls::ServerConnection::new(Arc::clone(&tls)).unwrap();
                    answer(rustls::StreamOwned::new(session, stream), "https", &pages, &asked);
                }
            });
            (ip, plain, secure)
        });
        Self { places: places.collect(), root, root_pem, asked }
    }

    /// Leads a host (empty: every host) to the address of this number.
    pub fn map(&self, host: &str, number: usize) -> [ConnectTo; 2] {
        let (ip, plain, secure) = self.places[number];
        [format!("{host}:80:{ip}:{plain}"), format!("{host}:443:{ip}:{secure}")].map(|text| text.parse().unwrap())
    }

    /// Ports of the first address: HTTP and TLS.
    pub fn ports(&self) -> (u16, u16) {
        (self.places[0].1, self.places[0].2)
    }

    /// `METHOD scheme://host/path` of every request, with the headers of a proxy it should not have; sorted, each once.
    pub fn asked(&self) -> Vec<String> {
        let line = |request: &Request| {
            let proxy =
                ["proxy-authorization", "proxy-connection"].into_iter().filter(|name| request.header(name).is_some());
            [vec![request.method.as_str(), &request.url], proxy.collect()].concat().join(" ")
        };
        let mut asked: Vec<String> = self.requests().iter().map(line).collect();
        asked.sort();
        asked.dedup();
        asked
    }

    /// Every request, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// `scheme://host/path`, without query.
    pub url: String,
    pub headers: Vec<(String, String)>,
}

impl Request {
    /// The value of a header.
    pub fn header(&self, wanted: &str) -> Option<&str> {
        self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.as_str())
    }
}

fn listen(ip: IpAddr, serve: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind((ip, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = Arc::new(serve);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = Arc::clone(&serve);
            stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
            std::thread::spawn(move || serve(stream));
        }
    });
    port
}

/// Answers requests on one connection until the visitor leaves.
fn answer(stream: impl Read + Write, scheme: &str, pages: &BTreeMap<String, Page>, asked: &Mutex<Vec<Request>>) {
    let mut stream = BufReader::new(stream);
    loop {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            // A connection opened ahead, or a handshake alone as the probe makes it, ends here.
            if !stream.read_line(&mut line).is_ok_and(|length| length > 0) {
                return;
            }
            if line.trim_end().is_empty() {
                break;
            }
            lines.push(line.trim_end().to_owned());
        }
        let headers = lines.iter().skip(1).filter_map(|line| line.split_once(':'));
        let mut words = lines[0].split(' ');
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let mut request = Request {
            method: method.to_owned(),
            url: String::new(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect(),
        };
        let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        if stream.read_exact(&mut vec![0; length]).is_err() {
            return;
        }
        let host = request.header("host").unwrap_or_default();
        request.url = format!("{scheme}://{host}{}", path.split('?').next().unwrap_or_default());
        let url = request.url.clone();
        asked.lock().unwrap().push(request);
        let missing = Page::new("text/plain", "nothing here").with_status(404);
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

/// A certificate authority that issues for whatever name is asked, without an end: content is judged by the clock of the
/// machine, and a test has none.
#[derive(Debug)]
struct Authority {
    pem: String,
    der: CertificateDer<'static>,
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
        let params = CertificateParams::new(vec![name.clone()]).unwrap();
        let leaf = params.signed_by(&key, &self.issuer).unwrap();
        let secret = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let signing = ring::sign::any_supported_type(&secret).unwrap();
        let certified = Arc::new(CertifiedKey::new(vec![leaf.der().clone(), self.der.clone()], signing));
        issued.insert(name, Arc::clone(&certified));
        Some(certified)
    }
}
