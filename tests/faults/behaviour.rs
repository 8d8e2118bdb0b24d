//! Answers the rows are made of.

use std::time::Duration;

use crate::message::{A, CAA, CNAME, MX, Message, NS, Query, TXT, a, cname, mx, name, record, soa};
use crate::server::Act;

pub fn send(message: Message) -> Vec<Act> {
    vec![Act::Send(message.wire())]
}

pub fn wait(milliseconds: u64) -> Act {
    Act::Wait(Duration::from_millis(milliseconds))
}

/// The right answer: one record of the type asked.
pub fn right(query: &Query) -> Message {
    let owner = query.name.as_str();
    let answer = match query.rtype {
        A => a(owner, 1),
        NS => record(&name(owner), NS, 1, 300, &name("ns.test")),
        CNAME => cname(owner, "alias.test"),
        MX => mx(owner, 10, &name("mail.test")),
        TXT => record(&name(owner), TXT, 1, 300, b"\x03one\x03two"),
        CAA => record(&name(owner), CAA, 1, 300, b"\x00\x05issueca.test"),
        other => panic!("no row asks for type {other}"),
    };
    Message::to(query).answer(answer)
}

pub fn ok(query: &Query) -> Vec<Act> {
    send(right(query))
}

/// An error without records.
pub fn error(query: &Query, rcode: u8) -> Vec<Act> {
    send(Message::to(query).rcode(rcode))
}

/// Right over TCP, this over UDP.
pub fn tcp_only(query: &Query, udp: Vec<Act>) -> Vec<Act> {
    if query.tcp { ok(query) } else { udp }
}

/// This to a question with EDNS, right to one without.
pub fn plain_only(query: &Query, with_edns: Vec<Act>) -> Vec<Act> {
    if query.edns { with_edns } else { ok(query) }
}

/// One answer with a chain of so many CNAMEs and an address at its end.
pub fn chain(query: &Query, hops: usize) -> Vec<Act> {
    let mut message = Message::to(query);
    let mut owner = query.name.clone();
    for hop in 1..=hops {
        let target = format!("hop{hop}.test");
        message = message.answer(cname(&owner, &target));
        owner = target;
    }
    send(message.answer(a(&owner, 1)))
}

/// One CNAME an answer; after so many an address.
pub fn hop_by_hop(query: &Query, hops: usize) -> Vec<Act> {
    let at: usize = query.name.strip_prefix("hop").and_then(|rest| rest.split('.').next()?.parse().ok()).unwrap_or(0);
    if at >= hops {
        return send(Message::to(query).answer(a(&query.name, 1)));
    }
    send(Message::to(query).answer(cname(&query.name, &format!("hop{}.test", at + 1))))
}

/// "There is none", as it should be said.
pub fn nodata(query: &Query) -> Message {
    Message::to(query).authority(soa("test"))
}

pub fn truncated(query: &Query) -> Vec<Act> {
    send(Message::to(query).truncated())
}

/// An answer whose record has these octets as owner.
pub fn owner(query: &Query, owner: &[u8]) -> Vec<Act> {
    send(Message::to(query).answer(record(owner, A, 1, 300, &[192, 0, 2, 1])))
}
