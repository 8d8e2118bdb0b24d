//! The same question over TCP.

use std::sync::Arc;

use rand::Rng as _;
use tokio::time::{Instant, timeout_at};

use super::failure::{is_failure, is_local};
use super::{Exchange, PACKETS, Reply, Sorted};
use crate::evidence::{Status, Transport};
use crate::observe::dns::message::{self, Reading, Screen, Step};
use crate::observe::dns::stream;
use crate::observe::dns::upstream::Way;

/// What is wrong, and the message that says so, if one came.
type Told = (Status, Option<(Reading, Vec<u8>)>);

impl Exchange<'_> {
    /// Asks one upstream over TCP, and still takes what comes over UDP meanwhile.
    pub(super) async fn over_tcp(&mut self, index: usize, datagram: Reading, wire: Vec<u8>) -> Option<Reply> {
        let standing = &mut self.standings[index];
        standing.tcp_used = true;
        let edns = standing.edns;
        let upstream = &self.upstreams[standing.upstream];
        if let Some(pace) = &upstream.pace {
            let held = pace.take().await;
            self.held += held;
            self.deadline += held;
        }
        self.tcp_queries += 1;
        let id = rand::rng().random();
        let query = message::query(id, self.mailbox.question(), standing.strict, edns);
        let until = self.deadline.min(Instant::now() + self.timeouts[PACKETS - 1]);
        let Way::Plain(_) = &upstream.way;
        let answer = timeout_at(until, stream::ask(upstream.address, &query));
        tokio::pin!(answer);
        let mailbox = Arc::clone(&self.mailbox);
        let answer = loop {
            tokio::select! {
                biased;
                answer = &mut answer => break answer,
                (number, what) = mailbox.next() => {
                    if let Sorted::Reply(reply) = self.sort(number, what) {
                        return Some(reply);
                    }
                }
            }
        };
        let told = match answer {
            Ok(Ok(message)) => self.read_tcp(index, id, message, edns),
            Ok(Err(error)) if is_local(&error) => Err((Status::Local, None)),
            Ok(Err(_)) | Err(_) => Err((datagram.status(), None)),
        };
        match told {
            Ok(reply) => Some(reply),
            Err((told, message)) => {
                self.after_tcp(index, told, message, datagram, wire);
                None
            }
        }
    }

    /// The reply a TCP message makes, or what is wrong with it.
    fn read_tcp(&mut self, index: usize, id: u16, message: Vec<u8>, edns: bool) -> Result<Reply, Told> {
        let question = self.mailbox.question();
        let same_id = message.get(..2) == Some(&id.to_be_bytes()[..]);
        let screen = message::screen(&message, question, true);
        if !same_id || !matches!(screen, Screen::Match | Screen::OtherCase | Screen::HeaderOnly) {
            return Err((Status::Malformed, None));
        }
        let reading = message::read(&message, self.path, self.rtype);
        self.heard(index, edns);
        let upstream = &self.upstreams[self.standings[index].upstream];
        if screen == Screen::OtherCase && self.standings[index].case_seen {
            upstream.found_mangling();
        }
        match reading.step {
            Step::Done(status) if is_failure(status) => Err((status, Some((reading, message)))),
            _ if screen == Screen::HeaderOnly => Err((Status::Malformed, Some((reading, message)))),
            _ => Ok(self.reply(index, reading, message, Transport::Tcp, edns)),
        }
    }

    fn after_tcp(
        &mut self,
        index: usize,
        told: Status,
        message: Option<(Reading, Vec<u8>)>,
        datagram: Reading,
        wire: Vec<u8>,
    ) {
        let standing = &mut self.standings[index];
        if standing.case_seen && standing.strict {
            // TCP is closed, it seems: ask in lower case, which nothing on the way changes.
            standing.strict = false;
            standing.again = true;
            standing.plain_turn = false;
        } else {
            standing.done = true;
        }
        // An error over TCP says more than the datagram; "unreadable" and "truncated" say what the datagram said.
        let told = if matches!(told, Status::Malformed | Status::Truncated) { datagram.status() } else { told };
        self.news.failed(self.upstreams[standing.upstream].address, &format_args!("{told:?}"));
        match message {
            Some((reading, wire)) => self.fail(index, told, reading, wire, Some(Transport::Tcp)),
            None => self.fail(index, told, datagram, wire, Some(Transport::Udp)),
        }
    }
}
