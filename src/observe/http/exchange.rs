//! One request over one connection of its own, and what came back. HTTP/1.1 by reqwest, which is told the one address
//! it may dial and follows nothing by itself.

use std::future::ready;
use std::iter::once;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, CONNECTION, HOST, HeaderMap, USER_AGENT};
use reqwest::{Client, RequestBuilder, Response, redirect, retry};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::time::Instant;
use url::Url;

use super::body::{self, Body};
use super::fault;
use crate::evidence::{PageHost, ProbeError, Status};
use crate::observe::dialer::{self, Dialer, Proxy, Route};

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

/// Asks at one address after the other until there is a connection.
pub(super) async fn exchange(dialer: &Dialer, tls: &ClientConfig, route: &Route, ask: &Ask<'_>) -> Exchange {
    let proxy = dialer.policy().proxy.as_ref().filter(|_| route.is_proxied());
    let mut failure = None;
    let mut left = route.addresses().len().min(dialer::TRIES);
    for address in &route.addresses()[..left] {
        // On the heap: the future of a request is large, and many futures here hold this one.
        match Box::pin(attempt(*address, left, tls, proxy, ask)).await {
            Ok(exchange) => return exchange,
            Err(error) => dialer::keep(&mut failure, error),
        }
        left -= 1;
    }
    let error = failure.unwrap_or_else(|| failed(Status::NoAddress, ask.host.to_string()));
    Exchange { address: None, is_connected: false, outcome: Err(error) }
}

/// Asks at one address; an error where nothing could be connected to, so that another address may be tried. `left`
/// counts this one too.
async fn attempt(
    address: SocketAddr,
    left: usize,
    tls: &ClientConfig,
    proxy: Option<&Proxy>,
    ask: &Ask<'_>,
) -> Result<Exchange, ProbeError> {
    let mut exchange = Exchange {
        // A proxy does not say which address it dials.
        address: proxy.is_none().then(|| address.ip()),
        is_connected: false,
        outcome: Err(failed(Status::Timeout, "no answer in time")),
    };
    let request = match request(address, left, tls, proxy, ask) {
        Ok(request) => request,
        Err(error) => {
            exchange.outcome = Err(error);
            exchange.address = None;
            return Ok(exchange);
        }
    };
    let answer = request.send().await;
    exchange.is_connected = answer.as_ref().err().is_none_or(|error| !error.is_connect());
    exchange.outcome = match answer {
        Err(error) => {
            // What it says of its URL holds a query.
            let error = error.without_url();
            if let Some(error) = fault::of_dialling(&error, address, ask.url.scheme() == "https") {
                return Err(error);
            }
            Err(fault::of_request(&error, proxy))
        }
        Ok(answer) if answer.remote_addr() != Some(address) => {
            let other = answer.remote_addr().map_or("an unknown address".to_owned(), |other| other.to_string());
            Err(failed(Status::Blocked, format!("connected to {other} in place of {address}")))
        }
        Ok(answer) => receive(answer, ask).await,
    };
    Ok(exchange)
}

async fn receive(answer: Response, ask: &Ask<'_>) -> Result<Received, ProbeError> {
    let size: usize = answer.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if size > ask.header_cap {
        return Err(failed(Status::TooLarge, format!("a header of {size} octets")));
    }
    let status = answer.status().as_u16();
    if !(200..600).contains(&status) {
        return Err(failed(Status::BadHttp, format!("status {status}")));
    }
    let headers = answer.headers().clone();
    let body = if super::is_redirect(status) { None } else { Some(body::read(answer, ask.body_cap).await) };
    Ok(Received { status, headers, body })
}

fn request(
    address: SocketAddr,
    left: usize,
    tls: &ClientConfig,
    proxy: Option<&Proxy>,
    ask: &Ask<'_>,
) -> Result<RequestBuilder, ProbeError> {
    let url = dialled_form(address, proxy.is_some(), ask)?;
    let time = ask.deadline.saturating_duration_since(Instant::now());
    let mut builder = Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .http1_only()
        // And 100 header fields, as hyper has it: with room for more, a flood of 1xx answers holds the thread for long.
        .no_proxy()
        .dns_resolver(Arc::new(Only(address)))
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .pool_max_idle_per_host(0)
        // An equal share for each address left, and one for the answer: past it, there was a connection.
        .connect_timeout(time / u32::try_from(left + 1).unwrap_or(u32::MAX))
        .timeout(time);
    if let Some(proxy) = proxy {
        let local = |_| failed(Status::Local, format!("proxy {proxy}: not one that can be asked"));
        let mut through = reqwest::Proxy::all(proxy.to_string()).map_err(local)?;
        if let Some(value) = proxy.authorization() {
            let value = value.parse().map_err(|_| failed(Status::Local, format!("proxy {proxy}: credentials")))?;
            through = through.custom_http_auth(value);
        }
        builder = builder.proxy(through);
    }
    let client = builder.build().map_err(|error| failed(Status::Local, fault::text(&error.without_url())))?;
    let mut host = ask.host.to_string();
    // The parser has dropped a port that is the scheme's own.
    if let Some(port) = ask.url.port() {
        host.push_str(&format!(":{port}"));
    }
    Ok(client
        .get(url)
        .header(HOST, host)
        .header(USER_AGENT, ask.user_agent)
        .header(ACCEPT, ask.accept)
        .header(CONNECTION, "close"))
}

/// The URL as reqwest needs it in order to dial this address: it connects to a literal host as it stands, and to a
/// port that is written in preference to the port of the address. `Host` says what was meant.
fn dialled_form(address: SocketAddr, is_proxied: bool, ask: &Ask<'_>) -> Result<Url, ProbeError> {
    let impossible = || failed(Status::BadRedirect, "a URL no request can be made of");
    let is_tls = ask.url.scheme() == "https";
    let mut url = ask.url.clone();
    match ask.host {
        PageHost::Name(name) => {
            if is_tls && ServerName::try_from(name.as_str()).is_err() {
                return Err(failed(Status::BadName, "no name a certificate can hold"));
            }
            // Without the final dot that a certificate cannot hold.
            url.set_host(Some(name.as_str())).map_err(|_| impossible())?;
            if !is_proxied {
                url.set_port(None).map_err(|()| impossible())?;
            }
        }
        PageHost::Ip(_) if is_proxied => {}
        // The certificate would be held against the address dialled.
        PageHost::Ip(ip) if is_tls && *ip != address.ip() => {
            let detail = format!("https://{}: an address cannot be mapped to another by https", ask.host);
            return Err(failed(Status::Blocked, detail));
        }
        PageHost::Ip(_) => {
            url.set_ip_host(address.ip()).map_err(|()| impossible())?;
            url.set_port(Some(address.port())).map_err(|()| impossible())?;
        }
    }
    Ok(url)
}

/// Resolves every name to the one address that may be dialled.
struct Only(SocketAddr);

impl Resolve for Only {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses: Addrs = Box::new(once(self.0));
        Box::pin(ready(Ok(addresses)))
    }
}

fn failed(status: Status, detail: impl Into<String>) -> ProbeError {
    ProbeError { status, detail: detail.into() }
}
