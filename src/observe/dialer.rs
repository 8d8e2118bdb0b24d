//! The one dialer: everything that connects to a host somebody else named goes through it.
//!
//! Whoever writes a page, a redirect or a DNS record chooses where we would connect. So a host is resolved by our own
//! client, each of its addresses is judged by the special-purpose registries (forms that carry an IPv4 address by what
//! they carry), and a connection goes to an address that passed, never to a name: a second answer of the DNS changes
//! nothing. Literal addresses are judged the same way. With `--connect-to` nothing but its mappings is dialled.

mod connect_to;
mod proxy;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

pub use connect_to::{BadConnectTo, ConnectTo};
pub use proxy::{BadProxy, Proxy};

use super::ask::{Pool, Session, error};
use super::dns::{Lookup, Rtype};
use super::host::addresses;
use crate::evidence::{PageHost, ProbeError, Status, carried_address, special_purpose};
use crate::model::DomainName;

/// Addresses of one host that are tried, and how long each.
pub(super) const TRIES: usize = 4;
const TRY_TIME: Duration = Duration::from_secs(3);

/// What may be dialled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DialPolicy {
    /// Mappings; when there are any, nothing else is dialled, and no proxy is used.
    pub connect_to: Vec<ConnectTo>,
    /// Whether unicast addresses outside the public Internet may be dialled.
    pub allow_private: bool,
    /// A proxy. Names are then resolved by the proxy, and which of their addresses may be dialled is its to say.
    pub proxy: Option<Proxy>,
    /// Ports that may be dialled; a mapping's destination may have any.
    pub ports: Vec<u16>,
}

impl Default for DialPolicy {
    fn default() -> Self {
        Self { connect_to: Vec::new(), allow_private: false, proxy: None, ports: vec![80, 443] }
    }
}

/// What a connection is for: through a proxy the two differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// An HTTP request in plain text, which a proxy takes itself.
    PlainHttp,
    /// Octets, which a proxy hands through.
    Octets,
}

/// Where a connection may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    host: PageHost,
    port: u16,
    addresses: Vec<SocketAddr>,
    is_proxied: bool,
}

impl Route {
    /// The addresses that passed, in the order they are tried.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Whether they are those of the proxy.
    #[must_use]
    pub fn is_proxied(&self) -> bool {
        self.is_proxied
    }
}

/// A connection.
#[derive(Debug)]
pub struct Connection {
    /// The stream.
    pub stream: TcpStream,
    /// Address of the host, or the one mapped to; `None` through a proxy, which does not say.
    pub address: Option<SocketAddr>,
    /// The stream leads to the proxy itself, which wants the whole URL and these credentials.
    pub proxy: Option<Proxy>,
}

/// Connects.
#[derive(Debug, Clone, Default)]
pub struct Dialer {
    policy: DialPolicy,
}

impl Dialer {
    /// A dialer.
    #[must_use]
    pub fn new(policy: DialPolicy) -> Self {
        Self { policy }
    }

    /// What may be dialled.
    #[must_use]
    pub fn policy(&self) -> &DialPolicy {
        &self.policy
    }

    /// Resolves and judges. Nothing is sent to the host.
    ///
    /// # Errors
    /// `blocked` where the policy forbids it, `no-address` where no address could be learnt.
    pub async fn route(&self, session: &Session<'_>, host: &PageHost, port: u16) -> Result<Route, ProbeError> {
        if !self.policy.ports.contains(&port) {
            return Err(blocked(format!("{host}:{port}: not a port that is dialled")));
        }
        let route = |addresses, is_proxied| Route { host: host.clone(), port, addresses, is_proxied };
        if !self.policy.connect_to.is_empty() {
            return self.map(session, host, port).await.map(|addresses| route(addresses, false));
        }
        if let Some(proxy) = &self.policy.proxy {
            self.judge_unresolved(host)?;
            let ips = match &proxy.host {
                PageHost::Ip(ip) => vec![*ip],
                PageHost::Name(name) => resolve(session, name).await?,
            };
            return Ok(route(with_port(ips, proxy.port), true));
        }
        let ips = self.approve(session, host).await?;
        Ok(route(with_port(ips, port), false))
    }

    /// Where the first mapping for this host and port leads. An address the user wrote himself needs no judgement.
    async fn map(&self, session: &Session<'_>, host: &PageHost, port: u16) -> Result<Vec<SocketAddr>, ProbeError> {
        let Some(mapping) = self.policy.connect_to.iter().find(|mapping| mapping.matches(host, port)) else {
            return Err(blocked(format!("{host}:{port}: no --connect-to maps it")));
        };
        let ips = match &mapping.to_host {
            Some(PageHost::Ip(ip)) => vec![*ip],
            Some(other) => self.approve(session, other).await?,
            None => self.approve(session, host).await?,
        };
        Ok(with_port(ips, mapping.to_port.unwrap_or(port)))
    }

    /// The addresses of a host that may be dialled.
    async fn approve(&self, session: &Session<'_>, host: &PageHost) -> Result<Vec<IpAddr>, ProbeError> {
        self.judge_unresolved(host)?;
        let name = match host {
            PageHost::Ip(ip) => return Ok(vec![*ip]),
            PageHost::Name(name) => name,
        };
        let mut why = None;
        let mut approved = Vec::new();
        for ip in resolve(session, name).await? {
            match self.judge(ip) {
                Ok(()) => approved.push(ip),
                Err(error) => {
                    why.get_or_insert(error);
                }
            }
        }
        match why {
            Some(error) if approved.is_empty() => {
                Err(ProbeError { detail: format!("{name}: {}", error.detail), ..error })
            }
            _ => Ok(approved),
        }
    }

    /// What can be said of a host before the DNS is asked.
    fn judge_unresolved(&self, host: &PageHost) -> Result<(), ProbeError> {
        match host {
            PageHost::Ip(ip) => self.judge(*ip),
            // RFC 6761, section 6.3: such names mean this machine, and the DNS is not asked about them.
            PageHost::Name(name) if name.as_str().rsplit('.').next() == Some("localhost") => {
                Err(blocked(format!("{name}: this machine")))
            }
            PageHost::Name(_) => Ok(()),
        }
    }

    fn judge(&self, ip: IpAddr) -> Result<(), ProbeError> {
        match special_purpose(ip) {
            None => Ok(()),
            Some(_) if self.policy.allow_private && is_unicast(ip) => Ok(()),
            Some(special) => Err(blocked(format!("{ip}: {} ({})", special.name, special.block))),
        }
    }

    /// Connects to one of the addresses of a route, each tried in order for 3 s at most.
    ///
    /// # Errors
    /// What became of the first address, unless a later one says more than "no way there".
    pub async fn connect(&self, route: &Route, purpose: Purpose, deadline: Instant) -> Result<Connection, ProbeError> {
        let mut failure: Option<ProbeError> = None;
        for address in route.addresses.iter().take(TRIES) {
            let end = deadline.min(Instant::now() + TRY_TIME);
            match timeout_at(end, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return self.accept(stream, *address, route, purpose, deadline).await,
                Ok(Err(error)) => keep(&mut failure, connect_error(*address, &error)),
                Err(_) => keep(
                    &mut failure,
                    ProbeError { status: Status::Timeout, detail: format!("{address}: no connection in time") },
                ),
            }
        }
        let nowhere = || ProbeError { status: Status::NoAddress, detail: route.host.to_string() };
        Err(failure.unwrap_or_else(nowhere))
    }

    /// Looks at the other end before anything is sent.
    async fn accept(
        &self,
        mut stream: TcpStream,
        address: SocketAddr,
        route: &Route,
        purpose: Purpose,
        deadline: Instant,
    ) -> Result<Connection, ProbeError> {
        match stream.peer_addr() {
            Ok(peer) if route.addresses.contains(&peer) => {}
            Ok(peer) => return Err(blocked(format!("connected to {peer} in place of {address}"))),
            Err(error) => return Err(connect_error(address, &error)),
        }
        // A small request must not wait for an acknowledgement.
        let _ = stream.set_nodelay(true);
        let proxy = self.policy.proxy.as_ref().filter(|_| route.is_proxied);
        let Some(proxy) = proxy else { return Ok(Connection { stream, address: Some(address), proxy: None }) };
        if purpose == Purpose::PlainHttp {
            return Ok(Connection { stream, address: None, proxy: Some(proxy.clone()) });
        }
        let failed = |status, detail| Err(ProbeError { status, detail });
        match timeout_at(deadline, proxy.tunnel(&mut stream, &route.host, route.port)).await {
            Ok(Ok(())) => Ok(Connection { stream, address: None, proxy: None }),
            Ok(Err(error)) => failed(Status::Network, format!("proxy {proxy}: {error}")),
            Err(_) => failed(Status::Timeout, format!("proxy {proxy}: no answer in time")),
        }
    }
}

/// Whether an address (or the IPv4 address it stands for) names one machine: not "this host", not a group, not one
/// reserved for nobody.
fn is_unicast(ip: IpAddr) -> bool {
    match carried_address(ip).map_or(ip, IpAddr::V4) {
        IpAddr::V4(v4) => (1..224).contains(&v4.octets()[0]),
        IpAddr::V6(v6) => !v6.is_multicast() && !v6.is_unspecified(),
    }
}

/// The addresses of a name in the order they are tried: families take turns, IPv4 first, which more networks have.
async fn resolve(session: &Session<'_>, name: &DomainName) -> Result<Vec<IpAddr>, ProbeError> {
    let (v4, v6) = tokio::join!(session.ask(Pool::Page, name, Rtype::A), session.ask(Pool::Page, name, Rtype::Aaaa));
    let both = [v4.as_deref(), v6.as_deref()];
    let [mut v4, mut v6] = both.map(|lookup| lookup.map(addresses).unwrap_or_default().into_iter());
    let mut ips = Vec::new();
    loop {
        match (v4.next(), v6.next()) {
            (None, None) => break,
            (first, second) => ips.extend([first, second].into_iter().flatten()),
        }
    }
    if ips.is_empty() { Err(no_address(name, &both)) } else { Ok(ips) }
}

/// Why a name has no address: what the DNS said of each family.
fn no_address(name: &DomainName, both: &[Option<&Lookup>]) -> ProbeError {
    let mut said: Vec<String> = Vec::new();
    for lookup in both {
        let text = match lookup {
            None => "cap on questions reached".to_owned(),
            Some(lookup) => {
                let status = serde_json::to_value(lookup.answer.status).ok();
                let status = status.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default();
                format!("{} ({status})", error(lookup).detail)
            }
        };
        if !said.contains(&text) {
            said.push(text);
        }
    }
    ProbeError { status: Status::NoAddress, detail: format!("{name}: {}", said.join("; ")) }
}

fn with_port(ips: Vec<IpAddr>, port: u16) -> Vec<SocketAddr> {
    ips.into_iter().map(|ip| SocketAddr::new(ip, port)).collect()
}

fn blocked(detail: String) -> ProbeError {
    ProbeError { status: Status::Blocked, detail }
}

/// That this machine has no way to an address says less than what another address did.
pub(super) fn keep(failure: &mut Option<ProbeError>, new: ProbeError) {
    if failure.as_ref().is_none_or(|old| old.status == Status::Network) {
        *failure = Some(new);
    }
}

pub(super) fn connect_error(address: SocketAddr, error: &io::Error) -> ProbeError {
    /// EMFILE and ENFILE of every Unix.
    const TOO_MANY_FILES: [i32; 2] = [24, 23];
    let status = match error.kind() {
        io::ErrorKind::ConnectionRefused => Status::ConnectionRefused,
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::NotConnected => {
            Status::Reset
        }
        io::ErrorKind::TimedOut => Status::Timeout,
        _ if error.raw_os_error().is_some_and(|code| TOO_MANY_FILES.contains(&code)) => Status::Local,
        _ => Status::Network,
    };
    ProbeError { status, detail: address.to_string() }
}

#[cfg(test)]
mod tests;
