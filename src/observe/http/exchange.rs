//! One request over one connection of its own, and what came back. HTTP/1.1 by hyper, so that every octet that comes
//! can be counted and every error has a type.

use std::future::{Future, poll_fn};
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, HOST, PROXY_AUTHORIZATION, USER_AGENT};
use hyper::{HeaderMap, Request};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use url::Url;

use super::body::{Body, Coding, Reading};
use super::fault;
use super::wire::{Meter, Metered, Octets, READ};
use crate::evidence::{PageHost, ProbeError, Status};
use crate::observe::dialer::{Connection, Dialer, Proxy, Purpose, Route};

/// Header fields an answer may have; room for as many is made for each answer, 1xx ones included.
const MAX_FIELDS: usize = 2048;

/// How to ask.
pub(super) struct Ask<'a> {
    pub(super) url: &'a Url,
    pub(super) host: &'a PageHost,
    pub(super) accept: &'a str,
    pub(super) user_agent: &'a str,
    pub(super) header_cap: usize,
    pub(super) body_cap: usize,
    pub(super) deadline: Instant,
}

/// What came of it.
pub(super) struct Exchange {
    /// The address connected to.
    pub(super) address: Option<IpAddr>,
    /// A connection stood, TLS included: the server is there, whatever it says.
    pub(super) is_connected: bool,
    pub(super) outcome: Result<Received, ProbeError>,
}

/// An answer.
pub(super) struct Received {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    /// `None` for a redirect, whose body is not read.
    pub(super) body: Option<Body>,
}

/// A connection with what was counted on it.
struct Line {
    stream: Metered<Box<dyn Octets>>,
    meter: Arc<Meter>,
    proxy: Option<Proxy>,
}

/// Asks.
pub(super) async fn exchange(dialer: &Dialer, tls: &Arc<ClientConfig>, route: &Route, ask: &Ask<'_>) -> Exchange {
    let mut exchange = Exchange { address: None, is_connected: false, outcome: Err(failed(Status::Timeout, "")) };
    let is_tls = ask.url.scheme() == "https";
    let purpose = if is_tls { Purpose::Octets } else { Purpose::PlainHttp };
    let connection = match dialer.connect(route, purpose, ask.deadline).await {
        Ok(connection) => connection,
        Err(error) => {
            exchange.outcome = Err(error);
            return exchange;
        }
    };
    exchange.address = connection.address.map(|address| address.ip());
    let line = match open(connection, tls, is_tls, ask).await {
        Ok(line) => line,
        Err(error) => {
            exchange.outcome = Err(error);
            return exchange;
        }
    };
    exchange.is_connected = true;
    exchange.outcome = talk(line, ask).await;
    exchange
}

/// Begins TLS where the URL wants it.
async fn open(
    connection: Connection,
    tls: &Arc<ClientConfig>,
    is_tls: bool,
    ask: &Ask<'_>,
) -> Result<Line, ProbeError> {
    let Connection { stream, proxy, .. } = connection;
    let stream: Box<dyn Octets> = if is_tls {
        let name = match ask.host {
            PageHost::Ip(ip) => ServerName::from(*ip),
            PageHost::Name(name) => ServerName::try_from(name.as_str().to_owned())
                .map_err(|_| failed(Status::BadName, "no name a certificate can hold"))?,
        };
        let (raw, seen) = Metered::new(stream);
        match timeout_at(ask.deadline, TlsConnector::from(Arc::clone(tls)).connect(name, raw)).await {
            Ok(Ok(stream)) => Box::new(stream),
            Ok(Err(error)) => {
                return Err(ProbeError {
                    status: fault::of_handshake(&error, &seen.first()),
                    detail: format!("TLS: {error}"),
                });
            }
            Err(_) => return Err(late(&seen, "TLS handshake")),
        }
    } else {
        Box::new(stream)
    };
    let (stream, meter) = Metered::new(stream);
    Ok(Line { stream, meter, proxy })
}

async fn talk(line: Line, ask: &Ask<'_>) -> Result<Received, ProbeError> {
    let Line { stream, meter, proxy } = line;
    let request = request(ask, proxy.as_ref())?;
    // 1xx answers before the real one count too. The last read may bring a piece of the body. hyper's own bound on
    // octets, whose error cannot be told from others, is out of reach.
    let most = ask.header_cap + READ;
    meter.set_cap(most as u64);
    let mut builder = http1::Builder::new();
    builder.max_headers(MAX_FIELDS).max_buf_size(2 * most);
    let handshake = builder.handshake::<_, String>(stream).await;
    let (mut sender, connection) = handshake.map_err(|error| failed(fault::of_head(&error), "HTTP"))?;
    let mut driver = Driver(Some(Box::pin(connection)));
    let answer = match timeout_at(ask.deadline, driver.drive(sender.send_request(request))).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return Err(failed(fault::of_head(&error), &error.to_string())),
        Err(_) => return Err(late(&meter, "HTTP answer")),
    };
    meter.set_cap(0);
    let (parts, incoming) = answer.into_parts();
    let size: usize = parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if size > ask.header_cap {
        return Err(failed(Status::TooLarge, &format!("a header of {size} octets")));
    }
    let status = parts.status.as_u16();
    if !(200..600).contains(&status) {
        return Err(failed(Status::BadHttp, &format!("status {status}")));
    }
    let body = if super::is_redirect(status) {
        None
    } else {
        let values = parts.headers.get_all(CONTENT_ENCODING);
        let coding = Coding::of(values.iter().map(hyper::header::HeaderValue::as_bytes));
        Some(read_body(&mut driver, incoming, Reading::new(coding, ask.body_cap), ask.deadline).await)
    };
    Ok(Received { status, headers: parts.headers, body })
}

async fn read_body<C: Future>(
    driver: &mut Driver<C>,
    mut incoming: Incoming,
    mut reading: Reading,
    deadline: Instant,
) -> Body {
    loop {
        let frame = driver.drive(poll_fn(|cx| Pin::new(&mut incoming).poll_frame(cx)));
        match timeout_at(deadline, frame).await {
            Ok(None) => return reading.finish(true),
            Ok(Some(Ok(frame))) => {
                if let Ok(octets) = frame.into_data()
                    && !reading.take(&octets)
                {
                    return reading.finish(false);
                }
            }
            Ok(Some(Err(_))) | Err(_) => return reading.finish(false),
        }
    }
}

fn request(ask: &Ask<'_>, proxy: Option<&Proxy>) -> Result<Request<String>, ProbeError> {
    let mut target = ask.url.path().to_owned();
    if let Some(query) = ask.url.query() {
        target.push('?');
        target.push_str(query);
    }
    let mut host = ask.host.to_string();
    // The parser has dropped a port that is the scheme's own.
    if let Some(port) = ask.url.port() {
        host.push_str(&format!(":{port}"));
    }
    if proxy.is_some() {
        target = format!("http://{host}{target}");
    }
    let mut builder = Request::get(target)
        .header(HOST, host)
        .header(USER_AGENT, ask.user_agent)
        .header(ACCEPT, ask.accept)
        .header(ACCEPT_ENCODING, "gzip")
        .header(CONNECTION, "close");
    if let Some(value) = proxy.and_then(Proxy::authorization) {
        builder = builder.header(PROXY_AUTHORIZATION, value);
    }
    builder.body(String::new()).map_err(|_| failed(Status::BadRedirect, "a URL no request can be made of"))
}

/// Runs a connection while something is awaited of it.
struct Driver<C>(Option<Pin<Box<C>>>);

impl<C: Future> Driver<C> {
    async fn drive<F: Future>(&mut self, future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(|cx| {
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(output);
            }
            let Some(connection) = &mut self.0 else { return Poll::Pending };
            if connection.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            // What the connection ended with reaches whoever waits through hyper's own channel.
            self.0 = None;
            future.as_mut().poll(cx)
        })
        .await
    }
}

fn failed(status: Status, detail: &str) -> ProbeError {
    ProbeError { status, detail: detail.to_owned() }
}

/// The deadline passed: whether anything came tells which kind it is.
fn late(seen: &Meter, what: &str) -> ProbeError {
    if seen.is_empty() {
        failed(Status::Timeout, &format!("{what}: nothing came in time"))
    } else {
        failed(Status::Slow, &format!("{what}: begun, and not whole in time"))
    }
}
