//! The only way out of the browser: a proxy on loopback that dials by the rules of every other connection of ours.
//!
//! Whoever asks it shows a password that only this run's browser was told, over its pipe. So no other program of this
//! machine can use it, and neither can the parts of the browser that ask on its maker's account: they have other stores
//! of passwords, and are refused.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use data_encoding::{BASE64, HEXLOWER};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::io::{AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};
use url::Url;

use super::BrowserLimits;
use crate::evidence::{PageHost, ProbeError, Status};
use crate::observe::Session;
use crate::observe::dialer::{Connection, Dialer, Purpose};

/// The user the password belongs to.
pub(super) const USER: &str = "jurisdig";

/// Asked for once, so that the browser learns that the proxy wants a password before the page is asked. Answered here;
/// RFC 6761 keeps the name from ever being anybody's.
pub(super) const FIRST_URL: &str = "http://jurisdig.invalid/";

/// Longest head of a request.
const MAX_HEAD: usize = 64 << 10;

/// Connections from the browser at one time.
const MAX_OPEN: usize = 256;

/// How long one connection to a host is tried for.
const DIAL_TIME: Duration = Duration::from_secs(10);

/// Hosts of requests without the password that are kept, for whoever asks what the browser tried by itself.
const MAX_STRANGERS: usize = 100;

/// What came of dialling a host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Dialled {
    /// Connections that were made.
    pub(super) connections: usize,
    /// Addresses connected to, in order, each once; none through a proxy of the user's, which does not say.
    pub(super) addresses: Vec<IpAddr>,
    /// Why the first that was not made was not.
    pub(super) refusal: Option<ProbeError>,
}

/// What the proxy saw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Log {
    /// By host and port.
    pub(super) dialled: BTreeMap<(PageHost, u16), Dialled>,
    /// Hosts asked for without the password.
    pub(super) strangers: BTreeSet<String>,
    /// The browser came with the password.
    pub(super) is_known: bool,
    /// Connections refused because there had been too many, or too many octets.
    pub(super) over: usize,
}

/// The proxy of one run.
pub(super) struct Proxy<'a> {
    session: &'a Session<'a>,
    dialer: &'a Dialer,
    listener: TcpListener,
    address: SocketAddr,
    password: String,
    authorization: String,
    log: Mutex<Log>,
    /// Connections and octets that may still be made.
    connections: AtomicU64,
    octets: AtomicU64,
}

impl<'a> Proxy<'a> {
    /// Opens a port on loopback.
    pub(super) async fn open(
        session: &'a Session<'a>,
        dialer: &'a Dialer,
        limits: &BrowserLimits,
    ) -> io::Result<Proxy<'a>> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let password = HEXLOWER.encode(&rand::random::<[u8; 32]>());
        let authorization = format!("Basic {}", BASE64.encode(format!("{USER}:{password}").as_bytes()));
        Ok(Self {
            session,
            dialer,
            listener,
            address,
            password,
            authorization,
            log: Mutex::default(),
            connections: AtomicU64::new(limits.connections),
            octets: AtomicU64::new(limits.octets),
        })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn password(&self) -> &str {
        &self.password
    }

    /// What was seen so far.
    pub(super) fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Serves until dropped; every connection ends with it.
    pub(super) async fn serve(&self) {
        let mut open = FuturesUnordered::new();
        loop {
            let is_full = open.len() >= MAX_OPEN;
            tokio::select! {
                accepted = self.listener.accept(), if !is_full => match accepted {
                    // An error ends a connection with the browser, which is told by its end.
                    Ok((stream, _)) => open.push(async { self.attend(stream).await.is_ok() }),
                    // Too many files are open: those that are may close.
                    Err(_) => sleep(Duration::from_millis(20)).await,
                },
                Some(_) = open.next() => {}
            }
        }
    }

    /// One connection of the browser: one request, or one tunnel.
    async fn attend(&self, mut browser: TcpStream) -> io::Result<()> {
        browser.set_nodelay(true)?;
        let mut octets = Vec::new();
        let Some(end) = read_head(&mut browser, &mut octets).await? else { return Ok(()) };
        let rest = octets.split_off(end);
        let Some(head) = Head::of(&octets) else { return answer(&mut browser, "400 Bad Request", "").await };
        if head.authorization() != Some(self.authorization.as_str()) {
            self.note_stranger(head.target);
            let challenge = "Proxy-Authenticate: Basic realm=\"jurisdig\"\r\n";
            return answer(&mut browser, "407 Proxy Authentication Required", challenge).await;
        }
        if head.target == FIRST_URL {
            self.log().is_known = true;
            return answer(&mut browser, "204 No Content", "").await;
        }
        if head.method == "CONNECT" {
            let Some((host, port)) = authority(head.target) else {
                return answer(&mut browser, "400 Bad Request", "").await;
            };
            // The browser never shows a page the answer to CONNECT.
            let Ok(site) = self.dial(&host, port, Purpose::Octets).await else {
                return answer(&mut browser, "502 Bad Gateway", "").await;
            };
            browser.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
            let mut site = site.stream;
            site.write_all(&rest).await?;
            return self.relay(&mut browser, &mut site).await;
        }
        self.ask(browser, &head, &rest).await
    }

    fn note_stranger(&self, target: &str) {
        let mut log = self.log();
        if log.strangers.len() < MAX_STRANGERS {
            log.strangers.insert(target.split('?').next().unwrap_or_default().to_owned());
        }
    }

    /// One request in plain text. Where the host is not dialled the connection ends without a word: any answer would be
    /// taken for the host's.
    async fn ask(&self, mut browser: TcpStream, head: &Head<'_>, rest: &[u8]) -> io::Result<()> {
        let url = Url::parse(head.target).ok().filter(|url| url.scheme() == "http");
        let Some((url, body)) = url.zip(head.body_length()) else { return Ok(()) };
        let (Some(host), Some(port)) = (PageHost::of(&url), url.port_or_known_default()) else { return Ok(()) };
        let Ok(site) = self.dial(&host, port, Purpose::PlainHttp).await else { return Ok(()) };
        let request = head.to_site(&url, &site);
        let mut site = site.stream;
        site.write_all(request.as_bytes()).await?;
        let first = rest.len().min(usize::try_from(body).unwrap_or(usize::MAX));
        site.write_all(&rest[..first]).await?;
        let (mut from_browser, mut to_browser) = browser.split();
        let (mut from_site, mut to_site) = site.split();
        let down = self.copy(&mut from_site, &mut to_browser);
        let up = async {
            let mut body = (&mut from_browser).take(body - first as u64);
            self.copy(&mut body, &mut to_site).await?;
            // Whatever comes now is another request, perhaps for another host: it has to come on a connection of its own.
            from_browser.read_u8().await.map(|_| ())
        };
        tokio::select! {
            done = down => done,
            _ = up => Ok(()),
        }
    }

    /// Connects, and writes down what came of it.
    async fn dial(&self, host: &PageHost, port: u16, purpose: Purpose) -> Result<Connection, ProbeError> {
        let made = if take(&self.connections, 1) {
            match self.dialer.route(self.session, host, port).await {
                Ok(route) => self.dialer.connect(&route, purpose, Instant::now() + DIAL_TIME).await,
                Err(error) => Err(error),
            }
        } else {
            self.log().over += 1;
            return Err(ProbeError { status: Status::Blocked, detail: "too many connections".to_owned() });
        };
        let mut log = self.log();
        let dialled = log.dialled.entry((host.clone(), port)).or_default();
        match &made {
            Ok(connection) => {
                dialled.connections += 1;
                let ip = connection.address.map(|address| address.ip());
                dialled.addresses.extend(ip.filter(|ip| !dialled.addresses.contains(ip)));
            }
            Err(error) => {
                dialled.refusal.get_or_insert_with(|| error.clone());
            }
        }
        drop(log);
        made
    }

    /// Hands octets through in both directions until both ends are done, or one is broken.
    async fn relay(&self, browser: &mut TcpStream, site: &mut TcpStream) -> io::Result<()> {
        let (mut from_browser, mut to_browser) = browser.split();
        let (mut from_site, mut to_site) = site.split();
        let up = async {
            self.copy(&mut from_browser, &mut to_site).await?;
            to_site.shutdown().await
        };
        let down = async {
            self.copy(&mut from_site, &mut to_browser).await?;
            to_browser.shutdown().await
        };
        tokio::try_join!(up, down).map(|_| ())
    }

    async fn copy(
        &self,
        from: &mut (impl tokio::io::AsyncRead + Unpin),
        to: &mut (impl AsyncWrite + Unpin),
    ) -> io::Result<()> {
        let mut buffer = vec![0; 16 << 10];
        loop {
            let length = from.read(&mut buffer).await?;
            if length == 0 {
                return Ok(());
            }
            if !take(&self.octets, length as u64) {
                self.log().over += 1;
                return Err(io::Error::other("too many octets"));
            }
            to.write_all(&buffer[..length]).await?;
        }
    }
}

/// Takes from what is left; `false` where too little is.
fn take(left: &AtomicU64, wanted: u64) -> bool {
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(wanted)).is_ok()
}

/// Reads up to the empty line, and gives where it ends; `None` where the browser left, or the head is too long.
async fn read_head(browser: &mut TcpStream, octets: &mut Vec<u8>) -> io::Result<Option<usize>> {
    loop {
        if let Some(at) = octets.windows(4).position(|four| four == b"\r\n\r\n") {
            return Ok(Some(at + 4));
        }
        if octets.len() > MAX_HEAD || browser.read_buf(octets).await? == 0 {
            return Ok(None);
        }
    }
}

async fn answer(browser: &mut TcpStream, status: &str, headers: &str) -> io::Result<()> {
    let text = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n");
    browser.write_all(text.as_bytes()).await?;
    browser.shutdown().await
}

/// `HOST:PORT` of a CONNECT.
fn authority(text: &str) -> Option<(PageHost, u16)> {
    let url = Url::parse(&format!("http://{text}/")).ok()?;
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if !is_bare || text.ends_with('/') {
        return None;
    }
    Some((PageHost::of(&url)?, url.port_or_known_default()?))
}

/// Head of a request.
struct Head<'h> {
    method: &'h str,
    target: &'h str,
    headers: Vec<(&'h str, &'h str)>,
}

impl<'h> Head<'h> {
    fn of(octets: &'h [u8]) -> Option<Self> {
        let text = std::str::from_utf8(octets).ok()?;
        let mut lines = text.split("\r\n");
        let mut words = lines.next()?.split(' ');
        let (method, target, version) = (words.next()?, words.next()?, words.next()?);
        if words.next().is_some() || !version.starts_with("HTTP/1.") {
            return None;
        }
        let headers = lines.take_while(|line| !line.is_empty()).map(|line| line.split_once(':'));
        let headers = headers.map(|pair| pair.map(|(name, value)| (name, value.trim()))).collect::<Option<_>>()?;
        Some(Self { method, target, headers })
    }

    fn header(&self, wanted: &str) -> Option<&'h str> {
        self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| *value)
    }

    fn authorization(&self) -> Option<&'h str> {
        self.header("proxy-authorization")
    }

    /// `None` where the body's end is not known beforehand, which browsers send over HTTP/2 only.
    fn body_length(&self) -> Option<u64> {
        if self.header("transfer-encoding").is_some() {
            return None;
        }
        self.header("content-length").map_or(Some(0), |length| length.parse().ok())
    }

    /// The request as the host gets it, or a proxy of the user's.
    fn to_site(&self, url: &Url, site: &Connection) -> String {
        let target = match &site.proxy {
            Some(_) => self.target,
            None => &url[url::Position::BeforePath..url::Position::AfterQuery],
        };
        let mut text = format!("{} {target} HTTP/1.1\r\n", self.method);
        let is_ours = |name: &str| {
            ["connection", "keep-alive", "proxy-connection", "proxy-authorization"]
                .iter()
                .any(|ours| name.eq_ignore_ascii_case(ours))
        };
        for (name, value) in self.headers.iter().filter(|(name, _)| !is_ours(name)) {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(authorization) = site.proxy.as_ref().and_then(|proxy| proxy.authorization()) {
            text.push_str(&format!("Proxy-Authorization: {authorization}\r\n"));
        }
        text.push_str("Connection: close\r\n\r\n");
        text
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop")]

    use super::*;
    use crate::observe::Limits;
    use crate::observe::dialer::DialPolicy;
    use crate::observe::dns::{Records, Resolver};

    /// What the proxy answers to these octets, and its log.
    async fn exchange(policy: DialPolicy, request: impl Fn(&str) -> String) -> (String, Log) {
        let zone = "private.example. A 127.0.0.1\n;; NODATA private.example AAAA\n";
        let resolver = Resolver::Recorded(Records::parse(zone, "test.zone").unwrap());
        let limits = Limits::default();
        let session = Session::new(&resolver, &limits);
        let dialer = Dialer::new(policy);
        let proxy = Proxy::open(&session, &dialer, &BrowserLimits::default()).await.unwrap();
        let said = async {
            let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
            stream.write_all(request(&proxy.authorization).as_bytes()).await.unwrap();
            let mut said = Vec::new();
            stream.read_to_end(&mut said).await.unwrap();
            String::from_utf8(said).unwrap()
        };
        let said = tokio::select! {
            said = said => said,
            () = proxy.serve() => unreachable!(),
        };
        let log = proxy.log().clone();
        (said, log)
    }

    #[tokio::test]
    async fn who_has_no_password_is_refused() {
        let canary = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = canary.local_addr().unwrap().port();
        let policy = || DialPolicy { allow_private: true, ports: vec![port], ..DialPolicy::default() };
        for wrong in ["", "Proxy-Authorization: Basic anVyaXNkaWc6\r\n"] {
            for line in [format!("CONNECT 127.0.0.1:{port}"), format!("GET http://127.0.0.1:{port}/?SECRET")] {
                let (said, log) = exchange(policy(), |_| format!("{line} HTTP/1.1\r\n{wrong}\r\n")).await;
                assert!(said.starts_with("HTTP/1.1 407 "), "{said}");
                assert!(log.dialled.is_empty() && !log.is_known, "{log:?}");
                assert_eq!(log.strangers.len(), 1);
                assert!(!format!("{log:?}").contains("SECRET"));
            }
        }
        assert!(tokio::time::timeout(Duration::from_millis(50), canary.accept()).await.is_err());
    }

    #[tokio::test]
    async fn what_the_dialer_forbids_is_not_dialled() {
        let connect = |line: &'static str| {
            move |password: &str| format!("{line} HTTP/1.1\r\nProxy-Authorization: {password}\r\n\r\n")
        };
        for (line, answer) in [
            ("CONNECT private.example:443", "HTTP/1.1 502 "),
            ("CONNECT 127.0.0.1:443", "HTTP/1.1 502 "),
            ("CONNECT [::1]:443", "HTTP/1.1 502 "),
            ("CONNECT private.example:22", "HTTP/1.1 502 "),
            // No word that could be taken for the host's.
            ("GET http://private.example/", ""),
            ("GET http://localhost/", ""),
        ] {
            let (said, log) = exchange(DialPolicy::default(), connect(line)).await;
            assert!(said.starts_with(answer) && said.is_empty() == answer.is_empty(), "{line}: {said}");
            let [dialled] = log.dialled.values().collect::<Vec<_>>()[..] else { panic!("{log:?}") };
            assert_eq!((dialled.connections, dialled.refusal.as_ref().unwrap().status), (0, Status::Blocked), "{line}");
        }
        for line in ["GET ftp://a.example/", "GET /", "CONNECT a.example:443/x"] {
            let (_, log) = exchange(DialPolicy::default(), connect(line)).await;
            assert!(log.dialled.is_empty(), "{line}: {log:?}");
        }
    }
}
