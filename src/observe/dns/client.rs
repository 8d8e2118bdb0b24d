//! The client: one question with its CNAME chain, shared by all who ask it.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use data_encoding::BASE64;
use tokio::time::Instant;

use super::cache::Cache;
use super::exchange::{self, Reply};
use super::flags::Flags;
use super::message::Step;
use super::upstream::Upstream;
use super::{Lookup, RData, Rtype, Settings};
use crate::evidence::{Answer, Status, Transport};
use crate::model::DomainName;

/// Messages longer than this are no evidence of anything but trouble, and are not kept when they are of no use.
const KEPT_JUNK: usize = 4096;

/// Why the client could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No resolver was given.
    #[error("no resolver to ask")]
    NoUpstreams,
    /// No socket could be opened towards any of them; the first error.
    #[error("no socket towards {upstream}: {cause}")]
    Socket {
        /// The first upstream.
        upstream: SocketAddr,
        /// What the system said.
        cause: io::Error,
    },
}

/// What is learnt about the resolvers as a whole.
#[derive(Debug, Default)]
pub(super) struct News {
    answered: AtomicBool,
    last_error: Mutex<Option<String>>,
}

impl News {
    pub(super) fn answered(&self) {
        self.answered.store(true, Ordering::Relaxed);
    }

    pub(super) fn failed(&self, upstream: SocketAddr, what: &dyn std::fmt::Display) {
        *self.last_error.lock().unwrap_or_else(PoisonError::into_inner) = Some(format!("{upstream}: {what}"));
    }
}

/// A stub resolver that says what happened.
#[derive(Debug)]
pub struct Client {
    addresses: Vec<SocketAddr>,
    chosen_by: String,
    upstreams: Vec<Upstream>,
    timeouts: [Duration; 4],
    cache: Cache,
    news: News,
}

impl Client {
    /// Opens a socket towards each upstream. Nothing is sent. Runs inside a tokio runtime with time and I/O, a
    /// single-threaded one will do; dropping the client ends its tasks.
    ///
    /// # Errors
    /// When there is no upstream, or no socket can be opened towards any.
    #[expect(clippy::unused_async, reason = "transports with a handshake will need to wait here")]
    pub async fn start(settings: Settings) -> Result<Self, StartError> {
        let upstreams: Vec<Upstream> =
            settings.upstreams.iter().map(|address| Upstream::new(*address, &settings)).collect();
        let mut first_error = None;
        let mut opened = false;
        for upstream in &upstreams {
            match upstream.open() {
                Ok(()) => opened = true,
                Err(cause) => {
                    first_error.get_or_insert(StartError::Socket { upstream: upstream.address, cause });
                }
            }
        }
        if !opened {
            return Err(first_error.unwrap_or(StartError::NoUpstreams));
        }
        Ok(Self {
            addresses: settings.upstreams,
            chosen_by: settings.chosen_by,
            upstreams,
            timeouts: settings.timeouts,
            cache: Cache::new(settings.cache),
            news: News::default(),
        })
    }

    /// Asks for the records of one type at a name, CNAMEs followed. Never an error: what went wrong is the status.
    pub async fn lookup(&self, name: &DomainName, rtype: Rtype) -> Lookup {
        self.cache.get_or_ask((name.clone(), rtype), self.resolve(name, rtype), is_answer).await
    }

    /// The resolvers asked, in order of preference.
    #[must_use]
    pub fn upstreams(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Where the resolvers came from.
    #[must_use]
    pub fn chosen_by(&self) -> &str {
        &self.chosen_by
    }

    /// Whether any resolver has said anything in the form of DNS about a question, be it an error.
    #[must_use]
    pub fn has_answered(&self) -> bool {
        self.news.answered.load(Ordering::Relaxed)
    }

    /// The last thing that went wrong with a resolver, such as `192.0.2.53:53: no answer in time`.
    #[must_use]
    pub fn last_error(&self) -> Option<String> {
        self.news.last_error.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn resolve(&self, name: &DomainName, rtype: Rtype) -> Lookup {
        let one_question: Duration = self.timeouts.iter().sum();
        // A resolver that answers hop by hop may take longer than for one question, but not for ever.
        let mut deadline = Instant::now() + one_question * 2;
        let mut gathered = Gathered::new(name.clone(), rtype);
        loop {
            let reply =
                exchange::ask(&self.upstreams, &self.news, &gathered.path, rtype, &self.timeouts, deadline).await;
            deadline += reply.held;
            if let Some(lookup) = gathered.add(reply) {
                return lookup;
            }
        }
    }
}

fn is_answer(lookup: &Lookup) -> bool {
    matches!(lookup.answer.status, Status::Ok | Status::Nodata | Status::Nxdomain)
}

/// What the messages of one look-up have brought so far.
struct Gathered {
    /// The name asked, then the targets.
    path: Vec<DomainName>,
    rtype: Rtype,
    flags: Flags,
    ttl: Option<u32>,
    packets: u32,
    wire: String,
}

impl Gathered {
    fn new(name: DomainName, rtype: Rtype) -> Self {
        Self { path: vec![name], rtype, flags: Flags::default(), ttl: None, packets: 0, wire: String::new() }
    }

    /// Takes in what one question brought; the look-up, when it is complete.
    fn add(&mut self, reply: Reply) -> Option<Lookup> {
        let reading = reply.reading;
        self.flags.add(reading.flags);
        self.packets += reply.packets;
        self.ttl = match (self.ttl, reading.ttl) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        let of_use = matches!(reading.step, Step::Follow | Step::Done(Status::Ok | Status::Nodata | Status::Nxdomain));
        if !reply.wire.is_empty() && (of_use || reply.wire.len() <= KEPT_JUNK) {
            if !self.wire.is_empty() {
                self.wire.push(',');
            }
            BASE64.encode_append(&reply.wire, &mut self.wire);
        }
        self.path.extend(reading.chain);
        match reading.step {
            Step::Follow => None,
            Step::Done(status) => {
                let data = if status == Status::Ok { reading.data } else { Vec::new() };
                Some(self.finish(status, data, reply.upstream, reply.transport, reading.extended_error))
            }
        }
    }

    fn finish(
        &mut self,
        status: Status,
        data: Vec<RData>,
        upstream: Option<SocketAddr>,
        transport: Option<Transport>,
        extended_error: Option<u16>,
    ) -> Lookup {
        let chain = self.path.split_off(1);
        let name = self.path.swap_remove(0);
        Lookup {
            answer: Answer {
                name,
                rtype: self.rtype.mnemonic().to_owned(),
                status,
                upstream: upstream.map(|address| address.to_string()).unwrap_or_default(),
                transport,
                packets: self.packets,
                ttl: self.ttl,
                flags: self.flags.names(extended_error),
                wire: std::mem::take(&mut self.wire),
                recorded: Vec::new(),
            },
            chain,
            data,
        }
    }
}
