//! UDP: a few connected sockets per upstream, shared by all questions.
//!
//! A socket per question costs four times as much as this; few sockets are less entropy than one port per question,
//! so the ports are random and replaced after a while, ids are random, and the case of the name is random too.
//! Connected sockets leave it to the kernel to drop what another address sent, and report an unreachable port.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand::Rng as _;
use tokio::net::UdpSocket;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use super::message::{self, Screen};

/// Questions after which a socket makes room for one with another port.
const ROTATE_AFTER: u32 = 4096;
/// Ports tried at random before the system chooses.
const PORT_TRIES: u32 = 8;
/// Ids tried at random; with half of them taken, sixteen misses in a row are one in 65,536.
const ID_TRIES: u32 = 16;
/// Datagrams kept for one question; more can only come from somebody who floods.
const MAILBOX: usize = 16;

/// What a socket has to say about one packet of a question.
#[derive(Debug)]
pub(super) enum What {
    /// A datagram with the id of the packet, and how its question compares.
    Message(Vec<u8>, Screen),
    /// The system reports that nothing can arrive, such as "port unreachable".
    Dead(io::Error),
}

/// Where the answers to all packets of one question arrive.
#[derive(Debug)]
pub(super) struct Mailbox {
    /// Wire form of the question with its random case.
    question: Vec<u8>,
    events: Mutex<VecDeque<(usize, What)>>,
    ready: Notify,
}

impl Mailbox {
    pub(super) fn new(question: Vec<u8>) -> Arc<Self> {
        Arc::new(Self { question, events: Mutex::default(), ready: Notify::new() })
    }

    pub(super) fn question(&self) -> &[u8] {
        &self.question
    }

    /// The next event and the number of the packet it belongs to. One reader at a time.
    pub(super) async fn next(&self) -> (usize, What) {
        loop {
            if let Some(event) = lock(&self.events).pop_front() {
                return event;
            }
            self.ready.notified().await;
        }
    }

    fn put(&self, packet: usize, what: What) {
        let mut events = lock(&self.events);
        if events.len() < MAILBOX {
            events.push_back((packet, what));
            drop(events);
            self.ready.notify_one();
        }
    }
}

/// A packet whose answer is still welcome.
#[derive(Debug)]
struct Pending {
    mailbox: Arc<Mailbox>,
    packet: usize,
    /// Whether the answer must repeat the case of the question.
    strict: bool,
}

#[derive(Debug)]
struct Socket {
    io: UdpSocket,
    pending: Mutex<HashMap<u16, Pending>>,
    sent: AtomicU32,
    retired: AtomicBool,
    receiver: Mutex<Option<AbortHandle>>,
}

impl Socket {
    fn open(upstream: SocketAddr) -> io::Result<Arc<Self>> {
        let io = bind(upstream)?;
        io.connect(upstream)?;
        io.set_nonblocking(true)?;
        let socket = Arc::new(Self {
            io: UdpSocket::from_std(io)?,
            pending: Mutex::default(),
            sent: AtomicU32::new(0),
            retired: AtomicBool::new(false),
            receiver: Mutex::new(None),
        });
        let task = tokio::spawn(receive(Arc::clone(&socket)));
        *lock(&socket.receiver) = Some(task.abort_handle());
        Ok(socket)
    }

    fn deliver(&self, datagram: &[u8]) {
        let [high, low, ..] = *datagram else { return };
        let pending = lock(&self.pending);
        let Some(packet) = pending.get(&u16::from_be_bytes([high, low])) else { return };
        match message::screen(datagram, packet.mailbox.question(), packet.strict) {
            Screen::Foreign => {}
            screen => packet.mailbox.put(packet.packet, What::Message(datagram.to_vec(), screen)),
        }
    }

    fn fail_all(&self, error: &io::Error) {
        for packet in lock(&self.pending).values() {
            packet.mailbox.put(packet.packet, What::Dead(copy(error)));
        }
    }

    fn stop(&self) {
        if let Some(task) = lock(&self.receiver).take() {
            task.abort();
        }
    }

    fn retire(&self) {
        self.retired.store(true, Ordering::Relaxed);
        if lock(&self.pending).is_empty() {
            self.stop();
        }
    }
}

/// Keeps the id of a packet taken; dropping it makes late answers unwelcome.
#[derive(Debug)]
pub(super) struct Ticket {
    socket: Arc<Socket>,
    id: u16,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut pending = lock(&self.socket.pending);
        pending.remove(&self.id);
        if pending.is_empty() && self.socket.retired.load(Ordering::Relaxed) {
            drop(pending);
            self.socket.stop();
        }
    }
}

async fn receive(socket: Arc<Socket>) {
    let mut buffer = vec![0_u8; usize::from(u16::MAX)];
    let mut failures = 0_u32;
    loop {
        match socket.io.recv(&mut buffer).await {
            Ok(length) => {
                failures = 0;
                socket.deliver(&buffer[..length]);
            }
            Err(error) => {
                socket.fail_all(&error);
                failures += 1;
                // Reading an error clears it; should a system not do so, this must not spin.
                if failures > 8 {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }
}

/// The sockets towards one upstream, opened when first needed.
#[derive(Debug)]
pub(super) struct Pool {
    upstream: SocketAddr,
    slots: Vec<Mutex<Option<Arc<Socket>>>>,
}

impl Pool {
    pub(super) fn new(upstream: SocketAddr, sockets: usize) -> Self {
        Self { upstream, slots: (0..sockets.max(1)).map(|_| Mutex::new(None)).collect() }
    }

    /// Opens one socket, to learn early what will not work.
    pub(super) fn open_one(&self) -> io::Result<()> {
        self.socket(0).map(drop)
    }

    fn socket(&self, slot: usize) -> io::Result<Arc<Socket>> {
        let mut slot = lock(&self.slots[slot]);
        if let Some(socket) = slot.as_ref() {
            if socket.sent.fetch_add(1, Ordering::Relaxed) < ROTATE_AFTER {
                return Ok(Arc::clone(socket));
            }
            // Without a handle for a new one, the old one serves on.
            let Ok(fresh) = Socket::open(self.upstream) else { return Ok(Arc::clone(socket)) };
            socket.retire();
            *slot = Some(Arc::clone(&fresh));
            return Ok(fresh);
        }
        let fresh = Socket::open(self.upstream)?;
        *slot = Some(Arc::clone(&fresh));
        Ok(fresh)
    }

    /// Sends one packet of a question. `strict` asks with the random case and wants it back.
    pub(super) async fn send(
        &self,
        mailbox: &Arc<Mailbox>,
        packet: usize,
        strict: bool,
        edns: bool,
    ) -> io::Result<Ticket> {
        let slot = rand::rng().random_range(0..self.slots.len());
        let socket = self.socket(slot)?;
        let ticket = register(&socket, mailbox, packet, strict)?;
        let query = message::query(ticket.id, mailbox.question(), strict, edns);
        match socket.io.send(&query).await {
            Ok(_) => Ok(ticket),
            // The error may be the news about an earlier packet, and this one was not sent then.
            Err(_) => socket.io.send(&query).await.map(|_| ticket),
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        for slot in &self.slots {
            if let Some(socket) = lock(slot).take() {
                socket.stop();
            }
        }
    }
}

fn register(socket: &Arc<Socket>, mailbox: &Arc<Mailbox>, packet: usize, strict: bool) -> io::Result<Ticket> {
    let mut pending = lock(&socket.pending);
    for _ in 0..ID_TRIES {
        let id = rand::rng().random();
        if let std::collections::hash_map::Entry::Vacant(free) = pending.entry(id) {
            free.insert(Pending { mailbox: Arc::clone(mailbox), packet, strict });
            return Ok(Ticket { socket: Arc::clone(socket), id });
        }
    }
    Err(io::Error::new(io::ErrorKind::ResourceBusy, "no free message id"))
}

/// A socket on a random port of any local address.
fn bind(upstream: SocketAddr) -> io::Result<std::net::UdpSocket> {
    let any = |port| match upstream {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)),
        SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, port)),
    };
    for _ in 0..PORT_TRIES {
        if let Ok(socket) = std::net::UdpSocket::bind(any(rand::rng().random_range(1025..=u16::MAX))) {
            return Ok(socket);
        }
    }
    std::net::UdpSocket::bind(any(0))
}

fn copy(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
