//! One question (one name and type) put to the upstreams until somebody answers it.
//!
//! At most four UDP packets go out, each to the upstream asked least so far; the answer to an earlier packet stays
//! welcome while a later one is waited for, so a slow resolver is not a silent one. An upstream that answers with an
//! error is left for the next one. What is asked again of the same upstream: once without EDNS when it blames EDNS or
//! stays silent, once over TCP when the answer is truncated, unreadable or in another case than asked.

mod failure;
mod tcp;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use failure::{is_failure, is_local, is_unreachable, telling};
use rand::Rng as _;
use tokio::time::{Instant, timeout_at};

use super::Rtype;
use super::client::News;
use super::flags::Flags;
use super::message::{self, Reading, Screen, Step};
use super::sockets::{Mailbox, Ticket, What};
use super::upstream::{Upstream, Way};
use crate::evidence::{Status, Transport};
use crate::model::DomainName;

/// UDP packets for one question.
const PACKETS: usize = 4;

/// What a question brought.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) reading: Reading,
    /// The message the reading was taken from; empty when none came.
    pub(super) wire: Vec<u8>,
    pub(super) upstream: Option<SocketAddr>,
    pub(super) transport: Option<Transport>,
    pub(super) packets: u32,
    /// How long the rate limit held packets back; no time of the question's own.
    pub(super) held: Duration,
}

/// Asks for the last name of `path`; see [`message::read`].
pub(super) async fn ask(
    upstreams: &[Upstream],
    news: &News,
    path: &[DomainName],
    rtype: Rtype,
    timeouts: &[Duration; PACKETS],
    deadline: Instant,
) -> Reply {
    Exchange::new(upstreams, news, path, rtype, timeouts, deadline).run().await
}

/// One upstream within one question.
#[derive(Debug)]
struct Standing {
    upstream: usize,
    visits: usize,
    /// Nothing more is to be expected from it.
    done: bool,
    /// Ask it again at once.
    again: bool,
    /// Ask it no earlier.
    not_before: Option<Instant>,
    edns: bool,
    /// The packet before had EDNS and brought nothing.
    plain_turn: bool,
    /// Random case in the question, wanted back in the answer.
    strict: bool,
    tcp_used: bool,
    case_seen: bool,
}

/// A UDP packet that was sent.
struct Packet {
    standing: usize,
    edns: bool,
    ticket: Option<Ticket>,
}

/// The most telling failure so far.
struct Failure {
    reading: Reading,
    status: Status,
    wire: Vec<u8>,
    upstream: SocketAddr,
    transport: Option<Transport>,
}

struct Exchange<'a> {
    upstreams: &'a [Upstream],
    news: &'a News,
    path: &'a [DomainName],
    rtype: Rtype,
    timeouts: &'a [Duration; PACKETS],
    /// When the question ends whatever happens.
    deadline: Instant,
    mailbox: Arc<Mailbox>,
    standings: Vec<Standing>,
    packets: Vec<Packet>,
    tcp_queries: u32,
    held: Duration,
    failure: Option<Failure>,
}

impl<'a> Exchange<'a> {
    fn new(
        upstreams: &'a [Upstream],
        news: &'a News,
        path: &'a [DomainName],
        rtype: Rtype,
        timeouts: &'a [Duration; PACKETS],
        deadline: Instant,
    ) -> Self {
        let now = Instant::now();
        let mut rng = rand::rng();
        let question = path.last().map(|name| message::question(name, rtype, || rng.random())).unwrap_or_default();
        let mut order: Vec<(bool, usize)> =
            upstreams.iter().enumerate().map(|(index, upstream)| (upstream.is_demoted(now), index)).collect();
        order.sort_unstable();
        let standings = order
            .into_iter()
            .map(|(_, index)| Standing {
                upstream: index,
                visits: 0,
                done: false,
                again: false,
                not_before: None,
                edns: upstreams[index].takes_edns(),
                plain_turn: false,
                strict: upstreams[index].keeps_case(),
                tcp_used: false,
                case_seen: false,
            })
            .collect();
        Self {
            upstreams,
            news,
            path,
            rtype,
            timeouts,
            deadline: deadline.min(now + timeouts.iter().sum::<Duration>()),
            mailbox: Mailbox::new(question),
            standings,
            packets: Vec::with_capacity(PACKETS),
            tcp_queries: 0,
            held: Duration::ZERO,
            failure: None,
        }
    }

    async fn run(mut self) -> Reply {
        // The packet that is waited for: until when, and to whom it went.
        let mut current: Option<(Instant, usize)> = None;
        loop {
            let now = Instant::now();
            if now >= self.deadline {
                break;
            }
            let until = match current {
                Some((until, standing)) if until > now && !self.standings[standing].again => until,
                _ => match self.choose(now) {
                    Choice::Send(standing) => {
                        current = self.send(standing).await;
                        continue;
                    }
                    Choice::Wait(until) => until,
                    Choice::Nothing if self.somebody_may_answer() => self.deadline,
                    Choice::Nothing => break,
                },
            };
            let Ok((packet, what)) = timeout_at(until.min(self.deadline), self.mailbox.next()).await else {
                if current.is_some_and(|(until, _)| until <= Instant::now()) {
                    current = None;
                }
                continue;
            };
            if let Some(reply) = self.take(packet, what).await {
                return reply;
            }
            if current.is_some_and(|(_, standing)| self.standings[standing].has_failed()) {
                current = None;
            }
        }
        self.give_up()
    }

    /// Whom to ask next: who wants another form of the question first, then who was asked least.
    fn choose(&self, now: Instant) -> Choice {
        if self.packets.len() >= PACKETS {
            return Choice::Nothing;
        }
        let best = self
            .standings
            .iter()
            .enumerate()
            .filter(|(_, standing)| !standing.done)
            .min_by_key(|(index, standing)| (!standing.again, standing.visits, *index));
        match best {
            None => Choice::Nothing,
            Some((index, standing)) => match standing.not_before {
                Some(at) if at > now => Choice::Wait(at),
                _ => Choice::Send(index),
            },
        }
    }

    fn somebody_may_answer(&self) -> bool {
        self.packets.iter().any(|packet| packet.ticket.is_some() && !self.standings[packet.standing].done)
    }

    async fn send(&mut self, index: usize) -> Option<(Instant, usize)> {
        let standing = &mut self.standings[index];
        let upstream = &self.upstreams[standing.upstream];
        if let Some(pace) = &upstream.pace {
            let held = pace.take().await;
            self.held += held;
            self.deadline += held;
        }
        // Silence may mean that EDNS is not let through, so every other packet goes without.
        let edns = standing.edns && !standing.plain_turn;
        standing.plain_turn = edns;
        standing.visits += 1;
        standing.again = false;
        standing.not_before = None;
        let number = self.packets.len();
        let strict = standing.strict;
        let sent = match &upstream.way {
            Way::Plain(pool) => pool.send(&self.mailbox, number, strict, edns).await,
        };
        match sent {
            Ok(ticket) => {
                self.packets.push(Packet { standing: index, edns, ticket: Some(ticket) });
                Some((Instant::now() + self.timeouts[number], index))
            }
            Err(error) => {
                self.packets.push(Packet { standing: index, edns, ticket: None });
                self.dead(index, &error);
                None
            }
        }
    }

    /// The system says that a packet will not arrive, or did not.
    fn dead(&mut self, index: usize, error: &io::Error) {
        let standing = &mut self.standings[index];
        let upstream = &self.upstreams[standing.upstream];
        upstream.was_silent();
        self.news.failed(upstream.address, error);
        // A resolver that restarts is back in a moment.
        if standing.visits >= 2 || !is_unreachable(error) {
            standing.done = true;
        } else {
            standing.not_before = Some(Instant::now() + self.timeouts[0]);
        }
        let status = if is_local(error) { Status::Local } else { Status::Network };
        self.fail(index, status, Reading::of(status), Vec::new(), None);
    }

    /// Takes in one event; the reply, when it settles the question.
    async fn take(&mut self, packet: usize, what: What) -> Option<Reply> {
        match self.sort(packet, what) {
            Sorted::Reply(reply) => Some(reply),
            Sorted::Nothing => None,
            Sorted::WantsTcp { standing, reading, wire } => self.over_tcp(standing, reading, wire).await,
        }
    }

    /// What an event means, without asking anybody anything.
    fn sort(&mut self, number: usize, what: What) -> Sorted {
        let Some(packet) = self.packets.get(number) else { return Sorted::Nothing };
        let (index, edns) = (packet.standing, packet.edns);
        let (wire, screen) = match what {
            What::Dead(error) => {
                if !self.standings[index].has_failed() {
                    self.dead(index, &error);
                }
                return Sorted::Nothing;
            }
            What::Message(wire, screen) => (wire, screen),
        };
        match screen {
            Screen::Foreign => Sorted::Nothing,
            Screen::Malformed => self.wants_tcp(index, Reading::of(Status::Malformed), wire),
            Screen::OtherCase => {
                self.standings[index].case_seen = true;
                self.wants_tcp(index, Reading::of(Status::Malformed), wire)
            }
            Screen::HeaderOnly | Screen::Match => {
                let reading = message::read(&wire, self.path, self.rtype);
                // An error that blames EDNS must not count as a sign that EDNS works.
                self.heard(index, edns && !reading.blames_edns && screen == Screen::Match);
                match reading.step {
                    Step::Done(Status::Truncated | Status::Malformed) => self.wants_tcp(index, reading, wire),
                    Step::Done(status) if is_failure(status) => {
                        let blames_edns = reading.blames_edns || screen == Screen::HeaderOnly;
                        self.refused(index, status, blames_edns && edns);
                        self.fail(index, status, reading, wire, Some(Transport::Udp));
                        Sorted::Nothing
                    }
                    // No negative answer comes without its question.
                    _ if screen == Screen::HeaderOnly && !matches!(reading.step, Step::Done(Status::Bogus)) => {
                        self.refused(index, Status::Malformed, edns);
                        let reading = Reading::of(Status::Malformed);
                        self.fail(index, Status::Malformed, reading, wire, Some(Transport::Udp));
                        Sorted::Nothing
                    }
                    _ => Sorted::Reply(self.reply(index, reading, wire, Transport::Udp, edns)),
                }
            }
        }
    }

    fn wants_tcp(&mut self, index: usize, reading: Reading, wire: Vec<u8>) -> Sorted {
        if self.standings[index].tcp_used {
            self.standings[index].done = true;
            self.fail(index, reading.status(), reading, wire, Some(Transport::Udp));
            return Sorted::Nothing;
        }
        Sorted::WantsTcp { standing: index, reading, wire }
    }

    /// An upstream answered with an error.
    fn refused(&mut self, index: usize, status: Status, without_edns: bool) {
        let alone = self.standings.len() == 1;
        let pause = self.timeouts[0] / 2;
        let standing = &mut self.standings[index];
        if without_edns && standing.edns {
            standing.edns = false;
            standing.again = true;
        } else if status == Status::Servfail && alone && standing.visits < 2 {
            // Often a resolver that ran out of time itself and knows more a moment later.
            standing.not_before = Some(Instant::now() + pause);
        } else {
            standing.done = true;
        }
        let upstream = &self.upstreams[standing.upstream];
        self.news.failed(upstream.address, &format_args!("{status:?}"));
    }

    fn heard(&self, index: usize, edns: bool) {
        self.news.answered();
        self.upstreams[self.standings[index].upstream].answered(edns);
    }

    /// Remembers a failure if it says more than the one before.
    fn fail(&mut self, index: usize, status: Status, reading: Reading, wire: Vec<u8>, transport: Option<Transport>) {
        if self.failure.as_ref().is_none_or(|before| telling(status) > telling(before.status)) {
            let upstream = self.upstreams[self.standings[index].upstream].address;
            self.failure = Some(Failure { reading, status, wire, upstream, transport });
        }
    }

    fn reply(&self, index: usize, mut reading: Reading, wire: Vec<u8>, transport: Transport, edns: bool) -> Reply {
        let standing = &self.standings[index];
        let upstream = &self.upstreams[standing.upstream];
        if standing.case_seen || !standing.strict {
            reading.flags.add(Flags::CASE_MISMATCH);
        }
        if !edns {
            reading.flags.add(Flags::NO_EDNS);
            if self
                .packets
                .iter()
                .any(|packet| packet.edns && self.standings[packet.standing].upstream == standing.upstream)
            {
                upstream.wanted_plain();
            }
        }
        let elsewhere = self.packets.iter().any(|packet| packet.standing != index);
        if elsewhere {
            reading.flags.add(Flags::FAILOVER);
        }
        for other in &self.standings {
            if other.upstream != standing.upstream && other.visits > 0 && !other.has_failed() {
                self.upstreams[other.upstream].was_silent();
            }
        }
        Reply {
            reading,
            wire,
            upstream: Some(upstream.address),
            transport: Some(transport),
            packets: self.sent(),
            held: self.held,
        }
    }

    fn sent(&self) -> u32 {
        u32::try_from(self.packets.len()).unwrap_or(u32::MAX).saturating_add(self.tcp_queries)
    }

    /// Nobody answered: the most telling failure.
    fn give_up(self) -> Reply {
        let (packets, held) = (self.sent(), self.held);
        for standing in &self.standings {
            if standing.visits > 0 && !standing.done {
                let upstream = &self.upstreams[standing.upstream];
                upstream.was_silent();
                self.news.failed(upstream.address, &"no answer in time");
            }
        }
        let silence = self.standings.iter().any(|standing| standing.visits > 0 && !standing.has_failed());
        match self.failure {
            Some(failure) if failure.status != Status::Network || !silence => {
                let mut reading = failure.reading;
                reading.step = Step::Done(failure.status);
                Reply {
                    reading,
                    wire: failure.wire,
                    upstream: Some(failure.upstream),
                    transport: failure.transport,
                    packets,
                    held,
                }
            }
            _ => Reply {
                reading: Reading::of(Status::Timeout),
                wire: Vec::new(),
                upstream: None,
                transport: None,
                packets,
                held,
            },
        }
    }
}

impl Standing {
    /// It said something that ends the wait for it.
    fn has_failed(&self) -> bool {
        self.done || self.again || self.not_before.is_some()
    }
}

enum Choice {
    Send(usize),
    Wait(Instant),
    Nothing,
}

enum Sorted {
    Reply(Reply),
    WantsTcp { standing: usize, reading: Reading, wire: Vec<u8> },
    Nothing,
}
