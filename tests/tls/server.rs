//! Servers on loopback: honest ones over rustls, and some that speak bytes.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{RootCertStore, ServerConfig, ServerConnection, SupportedProtocolVersion, version};
use tokio::net::TcpSocket;

/// Longer than any test: what still waits then is stuck.
const STUCK: Duration = Duration::from_secs(30);

/// Accepts one connection and does this with it.
pub fn serve<T: Send + 'static>(act: impl FnOnce(TcpStream) -> T + Send + 'static) -> (SocketAddr, JoinHandle<T>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(STUCK)).unwrap();
        stream.set_write_timeout(Some(STUCK)).unwrap();
        act(stream)
    });
    (address, server)
}

/// What an honest server saw of its visitor.
#[derive(Debug)]
pub struct Seen {
    pub sni: Option<String>,
    /// Content, up to a proper goodbye; an error where there was none.
    pub content: io::Result<Vec<u8>>,
}

/// Chain, key, and how they are used.
pub struct Shop {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
    pub versions: Vec<&'static SupportedProtocolVersion>,
    /// Roots a client has to show a certificate of.
    pub clients: Option<CertificateDer<'static>>,
    /// Statement of revocation shown with the certificate.
    pub ocsp: Option<Vec<u8>>,
}

impl Shop {
    pub fn new(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Self {
        Self { chain, key, versions: vec![&version::TLS13, &version::TLS12], clients: None, ocsp: None }
    }

    /// Opens the shop; whether key and certificate belong together is nobody's concern here.
    pub fn open(self) -> (SocketAddr, JoinHandle<Seen>) {
        let provider = Arc::new(ring::default_provider());
        let builder =
            ServerConfig::builder_with_provider(Arc::clone(&provider)).with_protocol_versions(&self.versions).unwrap();
        let builder = match self.clients {
            None => builder.with_no_client_auth(),
            Some(root) => builder.with_client_cert_verifier(clients(root, &provider)),
        };
        let key = ring::sign::any_supported_type(&self.key).unwrap();
        let mut shown = CertifiedKey::new(self.chain, key);
        shown.ocsp = self.ocsp;
        let shown = SingleCertAndKey::from(shown);
        let config = Arc::new(builder.with_cert_resolver(Arc::new(shown)));
        serve(move |mut stream| {
            let mut session = ServerConnection::new(config).unwrap();
            let mut content = Vec::new();
            let end = rustls::Stream::new(&mut session, &mut stream).read_to_end(&mut content);
            Seen { sni: session.server_name().map(str::to_owned), content: end.map(|_| content) }
        })
    }
}

fn clients(
    root: CertificateDer<'static>,
    provider: &Arc<CryptoProvider>,
) -> Arc<dyn rustls::server::danger::ClientCertVerifier> {
    let mut roots = RootCertStore::empty();
    roots.add(root).unwrap();
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build().unwrap()
}

/// Reads the ClientHello to its last byte, so that closing is no reset.
pub fn hear(stream: &mut TcpStream) {
    let mut header = [0; 5];
    stream.read_exact(&mut header).unwrap();
    assert_eq!(header[0], 22, "a handshake record");
    let mut body = vec![0; usize::from(u16::from_be_bytes([header[3], header[4]]))];
    stream.read_exact(&mut body).unwrap();
}

/// Hears the ClientHello, answers these bytes and closes.
pub fn answer(bytes: Vec<u8>) -> SocketAddr {
    serve(move |mut stream| {
        hear(&mut stream);
        stream.write_all(&bytes).unwrap();
        // Closing with bytes unread (our alert, say) would take these back.
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let _ = stream.read_to_end(&mut Vec::new());
    })
    .0
}

/// Accepts and says nothing until the visitor leaves.
pub fn stall() -> SocketAddr {
    serve(|mut stream| stream.read_to_end(&mut Vec::new()).map(drop)).0
}

/// A handshake message of 16 MiB, a byte at a time.
pub fn drip() -> SocketAddr {
    serve(|mut stream| {
        let bytes = [22, 3, 3, 0x40, 0, 2, 0, 0x40, 0].into_iter().chain(std::iter::repeat(0));
        for byte in bytes {
            if stream.write_all(&[byte]).is_err() {
                return;
            }
            std::thread::sleep(Duration::from_millis(40));
        }
    })
    .0
}

/// 32 MiB of handshake, as fast as they are taken; the number of bytes that were.
pub fn flood() -> (SocketAddr, JoinHandle<usize>) {
    serve(|mut stream| {
        hear(&mut stream);
        let mut record = vec![0; 5 + 16 * 1024];
        record[..9].copy_from_slice(&[22, 3, 3, 0x40, 0, 2, 0xff, 0xff, 0xff]);
        let mut taken = 0;
        while taken < 32 << 20 && stream.write_all(&record).is_ok() {
            taken += record.len();
            record[5..9].fill(0);
        }
        taken
    })
}

/// Leaves with the ClientHello unread, which is a reset.
pub fn reset() -> SocketAddr {
    serve(|stream| {
        let mut one = [0];
        assert_eq!(stream.peek(&mut one).unwrap(), 1);
    })
    .0
}

/// A port of this machine nobody listens on, and what keeps others from taking it.
pub fn refuse() -> (SocketAddr, TcpSocket) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    (socket.local_addr().unwrap(), socket)
}

/// A fatal alert as a record.
pub fn alert(description: u8) -> Vec<u8> {
    vec![21, 3, 1, 0, 2, 2, description]
}

/// The ServerHello of a server that knows nothing newer than this.
pub fn hello(minor: u8) -> Vec<u8> {
    let mut body = vec![3, minor];
    body.extend([7; 32]);
    // No session; TLS_RSA_WITH_AES_128_CBC_SHA; no compression.
    body.extend([0, 0, 0x2f, 0]);
    let length = u8::try_from(body.len()).unwrap();
    let mut record = vec![22, 3, minor, 0, length + 4, 2, 0, 0, length];
    record.extend(body);
    record
}
