//! The table: one row a fault, asked with one upstream and with two.
//!
//! With two upstreams the faulty one stands first, then second, the other one being healthy: what is no answer must
//! come from the healthy one, and what is an answer (however unwelcome) must stand.

use std::net::SocketAddr;
use std::time::Duration;

use jurisdig::evidence::{Status, Transport};
use jurisdig::model::DomainName;
use jurisdig::observe::dns::{Client, Lookup, RData, Rtype, Settings};

use crate::behaviour::{
    chain, error, hop_by_hop, nodata, ok, owner, plain_only, right, send, tcp_only, truncated, wait,
};
use crate::message::{
    A, CAA, CNAME, DNAME, Message, NS, SVCB, TXT, a, cname, extended_error, mx, name, opt, record, soa,
};
use crate::server::{Act, Behaviour, Server};

/// Waits of the four packets; long enough for a busy machine, short enough for silence to be cheap.
pub const TIMEOUTS: [Duration; 4] =
    [Duration::from_millis(150), Duration::from_millis(150), Duration::from_millis(150), Duration::from_millis(200)];

pub fn settings(upstreams: Vec<SocketAddr>) -> Settings {
    Settings { timeouts: TIMEOUTS, ..Settings::new(upstreams, "test") }
}

struct Row {
    fault: &'static str,
    rtype: Rtype,
    behaviour: Behaviour,
    status: Status,
    /// Most packets with this upstream alone, TCP queries included.
    packets: u32,
    flags: &'static [&'static str],
}

const fn row(
    fault: &'static str,
    rtype: Rtype,
    behaviour: Behaviour,
    status: Status,
    packets: u32,
    flags: &'static [&'static str],
) -> Row {
    Row { fault, rtype, behaviour, status, packets, flags }
}

/// Datagrams that are about something else, or nothing at all.
const UNRELATED: &[Row] = &[
    row("silent", Rtype::A, |_| vec![], Status::Timeout, 4, &[]),
    row("wrong id", Rtype::A, |q| send(wrong_id(right(q))), Status::Timeout, 4, &[]),
    row("wrong question", Rtype::A, |q| send(wrong_question(right(q))), Status::Timeout, 4, &[]),
    row("question of class CH", Rtype::A, |q| send(wrong_class(right(q))), Status::Timeout, 4, &[]),
    row("wrong source port", Rtype::A, |q| vec![Act::SendFromElsewhere(right(q).wire())], Status::Timeout, 4, &[]),
    row("no question", Rtype::A, |q| send(Message::header_only(q, 0)), Status::Timeout, 4, &[]),
    row("two questions", Rtype::A, |q| send(two_questions(q)), Status::Timeout, 4, &[]),
    row("empty datagram", Rtype::A, |_| vec![Act::Send(vec![])], Status::Timeout, 4, &[]),
    row("one octet", Rtype::A, |q| vec![Act::Send(vec![q.id[0]])], Status::Timeout, 4, &[]),
    row("wrong id, then right", Rtype::A, |q| then_right(q, send(wrong_id(right(q)))), Status::Ok, 1, &[]),
    row("wrong question, then right", Rtype::A, |q| then_right(q, send(wrong_question(right(q)))), Status::Ok, 1, &[]),
    row(
        "wrong source, then right",
        Rtype::A,
        |q| then_right(q, vec![Act::SendFromElsewhere(error(q, 3).first().map(octets).unwrap_or_default())]),
        Status::Ok,
        1,
        &[],
    ),
    row(
        "flood of wrong questions, then right",
        Rtype::A,
        |q| then_right(q, (0..100).flat_map(|_| send(wrong_question(right(q)))).collect()),
        Status::Ok,
        1,
        &[],
    ),
];

/// Errors said in the form of DNS.
const ERRORS: &[Row] = &[
    row("SERVFAIL", Rtype::A, |q| error(q, 2), Status::Servfail, 2, &[]),
    row("SERVFAIL once", Rtype::A, |q| if q.number == 0 { error(q, 2) } else { ok(q) }, Status::Ok, 2, &[]),
    row("REFUSED", Rtype::A, |q| error(q, 5), Status::Refused, 1, &[]),
    row("NOTIMP", Rtype::A, |q| error(q, 4), Status::Notimp, 2, &[]),
    row("FORMERR", Rtype::A, |q| error(q, 1), Status::Formerr, 2, &[]),
    row("RCODE 11", Rtype::A, |q| error(q, 11), Status::OtherRcode, 1, &[]),
    row("BADVERS for ever", Rtype::A, |q| send(Message::to(q).additional(opt(1, &[]))), Status::OtherRcode, 2, &[]),
    row("bare FORMERR", Rtype::A, |q| send(Message::header_only(q, 1)), Status::Formerr, 2, &[]),
    row("bare SERVFAIL", Rtype::A, |q| send(Message::header_only(q, 2)), Status::Servfail, 2, &[]),
    row("bare REFUSED", Rtype::A, |q| send(Message::header_only(q, 5)), Status::Refused, 2, &[]),
    row("bare NXDOMAIN", Rtype::A, |q| send(Message::header_only(q, 3)), Status::Malformed, 2, &[]),
    row(
        "bare TC, whole over TCP",
        Rtype::A,
        |q| tcp_only(q, send(Message::header_only(q, 0).truncated())),
        Status::Ok,
        2,
        &[],
    ),
    row("FORMERR if EDNS", Rtype::A, |q| plain_only(q, error(q, 1)), Status::Ok, 2, &["no-edns"]),
    row("NOTIMP if EDNS", Rtype::A, |q| plain_only(q, error(q, 4)), Status::Ok, 2, &["no-edns"]),
    row(
        "BADVERS if EDNS",
        Rtype::A,
        |q| plain_only(q, send(Message::to(q).additional(opt(1, &[])))),
        Status::Ok,
        2,
        &["no-edns"],
    ),
    row(
        "bare FORMERR if EDNS",
        Rtype::A,
        |q| plain_only(q, send(Message::header_only(q, 1))),
        Status::Ok,
        2,
        &["no-edns"],
    ),
    row("SERVFAIL if EDNS", Rtype::A, |q| plain_only(q, error(q, 2)), Status::Ok, 2, &["no-edns"]),
    row("silent if EDNS", Rtype::A, |q| plain_only(q, vec![]), Status::Ok, 2, &["no-edns"]),
    row(
        "SERVFAIL with EDE 6",
        Rtype::A,
        |q| send(Message::to(q).rcode(2).additional(extended_error(6, "no valid signature"))),
        Status::Bogus,
        1,
        &["ede-6"],
    ),
    row(
        "SERVFAIL with EDE 22",
        Rtype::A,
        |q| send(Message::to(q).rcode(2).additional(extended_error(22, "no reachable authority"))),
        Status::Servfail,
        2,
        &["ede-22"],
    ),
    row(
        "lame referral",
        Rtype::A,
        |q| send(Message::to(q).authority(record(&name("test"), NS, 1, 300, &name("ns.test")))),
        Status::Lame,
        1,
        &[],
    ),
];

/// "There is none", said well and badly.
const NEGATIVE: &[Row] = &[
    row("NXDOMAIN", Rtype::A, |q| send(nodata(q).rcode(3)), Status::Nxdomain, 1, &[]),
    row("NXDOMAIN without SOA", Rtype::A, |q| error(q, 3), Status::Nxdomain, 1, &["no-soa"]),
    row("NODATA", Rtype::A, |q| send(nodata(q)), Status::Nodata, 1, &[]),
    row("NODATA without SOA", Rtype::A, |q| error(q, 0), Status::Nodata, 1, &["no-soa"]),
    row(
        "NODATA with the SOA of another zone",
        Rtype::A,
        |q| send(Message::to(q).authority(soa("elsewhere"))),
        Status::Nodata,
        1,
        &["no-soa"],
    ),
    row("NXDOMAIN with an address", Rtype::A, |q| send(right(q).rcode(3)), Status::Malformed, 2, &[]),
    row(
        "NODATA with a broken authority section",
        Rtype::A,
        |q| send(Message::to(q).counts([1, 0, 1, 0]).append(&[0, 0])),
        Status::Malformed,
        2,
        &["broken-tail"],
    ),
    row("null MX", Rtype::Mx, |q| send(Message::to(q).answer(mx(&q.name, 0, &[0]))), Status::Ok, 1, &[]),
];

/// Truncation, and TCP that does not help.
const TRUNCATED: &[Row] = &[
    row("TC, whole over TCP", Rtype::A, |q| tcp_only(q, truncated(q)), Status::Ok, 2, &[]),
    row(
        "TC with half an answer, whole over TCP",
        Rtype::Txt,
        |q| {
            let half = Message::to(q).truncated().answer(record(&name(&q.name), TXT, 1, 300, b"\x04half"));
            tcp_only(q, send(half))
        },
        Status::Ok,
        2,
        &[],
    ),
    row("TC, TCP stalls", Rtype::A, |q| if q.tcp { vec![Act::Stall] } else { truncated(q) }, Status::Truncated, 2, &[]),
    row("TC, TC over TCP", Rtype::A, truncated, Status::Truncated, 2, &[]),
    row("TC, TCP closes", Rtype::A, |q| if q.tcp { vec![] } else { truncated(q) }, Status::Truncated, 2, &[]),
    row(
        "TC, half a message over TCP",
        Rtype::A,
        |q| {
            let whole = right(q).wire();
            let mut half = u16::try_from(whole.len()).unwrap().to_be_bytes().to_vec();
            half.extend_from_slice(&whole[..whole.len() / 2]);
            if q.tcp { vec![Act::SendRaw(half)] } else { truncated(q) }
        },
        Status::Truncated,
        2,
        &[],
    ),
    row(
        "TC, wrong id over TCP",
        Rtype::A,
        |q| if q.tcp { send(wrong_id(right(q))) } else { truncated(q) },
        Status::Truncated,
        2,
        &[],
    ),
    row(
        "TC, SERVFAIL over TCP",
        Rtype::A,
        |q| if q.tcp { error(q, 2) } else { truncated(q) },
        Status::Servfail,
        2,
        &[],
    ),
    row(
        "TC, in small pieces over TCP",
        Rtype::A,
        |q| {
            let whole = right(q).wire();
            let mut framed = u16::try_from(whole.len()).unwrap().to_be_bytes().to_vec();
            framed.extend_from_slice(&whole);
            let drip = framed.chunks(50).flat_map(|piece| [Act::SendRaw(piece.to_vec()), wait(1)]).collect();
            if q.tcp { drip } else { truncated(q) }
        },
        Status::Ok,
        2,
        &[],
    ),
];

/// Messages that cannot be read, or not to their end.
const MALFORMED: &[Row] = &[
    row("garbage", Rtype::A, garbage, Status::Malformed, 2, &[]),
    row("garbage, right over TCP", Rtype::A, |q| tcp_only(q, garbage(q)), Status::Ok, 2, &[]),
    row(
        "garbage, then right, TCP closes",
        Rtype::A,
        |q| if q.tcp { vec![Act::Stall] } else { then_right(q, garbage(q)) },
        Status::Ok,
        2,
        &[],
    ),
    row("short of a header", Rtype::A, |q| vec![Act::Send(q.id.to_vec())], Status::Malformed, 2, &[]),
    row("the question sent back", Rtype::A, |q| send(echo(q)), Status::Malformed, 2, &[]),
    row("pointer to itself", Rtype::A, |q| owner(q, &pointer(end(q))), Status::Malformed, 2, &[]),
    row("pointer forward", Rtype::A, |q| owner(q, &pointer(end(q) + 8)), Status::Malformed, 2, &[]),
    row(
        "pointers to each other",
        Rtype::A,
        |q| owner(q, &[pointer(end(q) + 2), pointer(end(q))].concat()),
        Status::Malformed,
        2,
        &[],
    ),
    row("pointer beyond the end", Rtype::A, |q| owner(q, &pointer(0x3fff)), Status::Malformed, 2, &[]),
    row("label of type 0x40", Rtype::A, |q| owner(q, &[0x41, 1, 0]), Status::Malformed, 2, &[]),
    row("name of 300 octets", Rtype::A, |q| owner(q, &name(&"aaaaaaaaa.".repeat(30))), Status::Malformed, 2, &[]),
    row("pointer in the question", Rtype::A, |q| send(pointer_question(q)), Status::Malformed, 2, &[]),
    row(
        "RDLENGTH beyond the end",
        Rtype::A,
        |q| {
            let mut answer = a(&q.name, 1);
            let at = answer.len() - 5;
            answer[at] = 200;
            send(Message::to(q).answer(answer))
        },
        Status::Malformed,
        2,
        &[],
    ),
    row(
        "address of three octets",
        Rtype::A,
        |q| send(Message::to(q).answer(record(&name(&q.name), A, 1, 300, &[192, 0, 2]))),
        Status::Malformed,
        2,
        &["bad-record"],
    ),
    row("ANCOUNT too high", Rtype::A, |q| send(right(q).counts([1, 9, 0, 0])), Status::Malformed, 2, &[]),
    row(
        "ANCOUNT 0 and a record",
        Rtype::A,
        |q| send(right(q).counts([1, 0, 0, 0])),
        Status::Malformed,
        2,
        &["trailing-bytes"],
    ),
    row(
        "bad CAA alone",
        Rtype::Caa,
        |q| send(Message::to(q).answer(record(&name(&q.name), CAA, 1, 300, b"\x00\xffissue"))),
        Status::Malformed,
        2,
        &["bad-record"],
    ),
    row(
        "TXT without a string",
        Rtype::Txt,
        |q| send(Message::to(q).answer(record(&name(&q.name), TXT, 1, 300, b""))),
        Status::Malformed,
        2,
        &["bad-record"],
    ),
    row(
        "records of class CH",
        Rtype::A,
        |q| send(Message::to(q).answer(record(&name(&q.name), A, 3, 300, &[192, 0, 2, 1]))),
        Status::Malformed,
        2,
        &["foreign-records"],
    ),
    row(
        "records of another name",
        Rtype::A,
        |q| send(Message::to(q).answer(a("evil.example", 66))),
        Status::Malformed,
        2,
        &["foreign-records"],
    ),
];

/// Oddities that do not cost the answer.
const ODD: &[Row] = &[
    row("none", Rtype::A, ok, Status::Ok, 1, &[]),
    row("the same record twice", Rtype::A, |q| send(right(q).answer(a(&q.name, 1))), Status::Ok, 1, &[]),
    row(
        "right and foreign records",
        Rtype::A,
        |q| send(right(q).answer(a("evil.example", 66))),
        Status::Ok,
        1,
        &["foreign-records"],
    ),
    row(
        "bad CAA beside a good one",
        Rtype::Caa,
        |q| send(right(q).answer(record(&name(&q.name), CAA, 1, 300, b"\x00\xffissue"))),
        Status::Ok,
        1,
        &["bad-record"],
    ),
    row(
        "bad SVCB beside an address",
        Rtype::A,
        |q| send(right(q).answer(record(&name(&q.name), SVCB, 1, 300, b"\xff"))),
        Status::Ok,
        1,
        &[],
    ),
    row(
        "two OPT",
        Rtype::A,
        |q| send(right(q).additional(opt(0, &[])).additional(opt(0, &[]))),
        Status::Ok,
        1,
        &["two-opt"],
    ),
    row(
        "opcode STATUS",
        Rtype::A,
        |q| {
            let mut message = right(q);
            message.flags[0] |= 2 << 3;
            send(message)
        },
        Status::Ok,
        1,
        &["odd-opcode"],
    ),
    row("trailing octets", Rtype::A, |q| send(right(q).append(b"rest")), Status::Ok, 1, &["trailing-bytes"]),
    row(
        "broken additional section",
        Rtype::A,
        |q| send(right(q).counts([1, 1, 0, 3]).append(&[0])),
        Status::Ok,
        1,
        &["broken-tail"],
    ),
    row(
        "TTL of 136 years",
        Rtype::A,
        |q| send(Message::to(q).answer(record(&name(&q.name), A, 1, u32::MAX, &[192, 0, 2, 1]))),
        Status::Ok,
        1,
        &["ttl-clamped"],
    ),
    row(
        "16 kB and no TC",
        Rtype::Txt,
        |q| {
            let string = [&[255_u8][..], &[b'x'; 255]].concat();
            send(right(q).answer(record(&name(&q.name), TXT, 1, 300, &string.repeat(64))))
        },
        Status::Ok,
        1,
        &[],
    ),
    row("case changed, right over TCP", Rtype::A, |q| send(lower_case(q)), Status::Ok, 2, &["case-mismatch"]),
    row(
        "case changed, TCP closes",
        Rtype::A,
        |q| if q.tcp { vec![] } else { send(lower_case(q)) },
        Status::Ok,
        3,
        &["case-mismatch"],
    ),
    row(
        "forged answer in another case, then right",
        Rtype::A,
        |q| if q.tcp { vec![Act::Stall] } else { then_right(q, send(forged(q))) },
        Status::Ok,
        2,
        &["case-mismatch"],
    ),
    row(
        "odd name alone",
        Rtype::Mx,
        |q| send(Message::to(q).answer(mx(&q.name, 10, b"\x03a\x00b\x04test\x00"))),
        Status::BadName,
        1,
        &["odd-name"],
    ),
    row(
        "odd name beside a good one",
        Rtype::Mx,
        |q| send(right(q).answer(mx(&q.name, 10, b"\x03a.b\x04test\x00"))),
        Status::Ok,
        1,
        &["odd-name"],
    ),
    row("slow within the first wait", Rtype::A, |q| [vec![wait(50)], ok(q)].concat(), Status::Ok, 1, &[]),
    row("slow within the second wait", Rtype::A, |q| [vec![wait(220)], ok(q)].concat(), Status::Ok, 2, &[]),
    row("slow within the last wait", Rtype::A, |q| [vec![wait(500)], ok(q)].concat(), Status::Ok, 4, &[]),
];

/// CNAMEs.
const CHAINS: &[Row] = &[
    row(
        "CNAME to itself",
        Rtype::A,
        |q| send(Message::to(q).answer(cname(&q.name, &q.name))),
        Status::CnameLoop,
        1,
        &[],
    ),
    row(
        "CNAME pair",
        Rtype::A,
        |q| send(Message::to(q).answer(cname(&q.name, "b.test")).answer(cname("b.test", &q.name))),
        Status::CnameLoop,
        1,
        &[],
    ),
    row(
        "CNAME ping-pong, one an answer",
        Rtype::A,
        |q| send(Message::to(q).answer(cname(&q.name, if q.name == "b.test" { "c.test" } else { "b.test" }))),
        Status::CnameLoop,
        3,
        &[],
    ),
    row("endless CNAMEs, one an answer", Rtype::A, |q| hop_by_hop(q, 1000), Status::CnameTooLong, 17, &[]),
    row("12 CNAMEs", Rtype::A, |q| chain(q, 12), Status::Ok, 1, &[]),
    row("16 CNAMEs", Rtype::A, |q| chain(q, 16), Status::Ok, 1, &[]),
    row("17 CNAMEs", Rtype::A, |q| chain(q, 17), Status::CnameTooLong, 1, &[]),
    row("8 CNAMEs, one an answer", Rtype::A, |q| hop_by_hop(q, 8), Status::Ok, 9, &[]),
    row("16 CNAMEs, one an answer", Rtype::A, |q| hop_by_hop(q, 16), Status::Ok, 17, &[]),
    row("17 CNAMEs, one an answer", Rtype::A, |q| hop_by_hop(q, 17), Status::CnameTooLong, 17, &[]),
    row(
        "CNAME to a name that does not exist",
        Rtype::A,
        |q| send(Message::to(q).rcode(3).answer(cname(&q.name, "gone.test")).authority(soa("test"))),
        Status::Nxdomain,
        1,
        &[],
    ),
    row(
        "CNAME to a name without such a record",
        Rtype::A,
        |q| send(Message::to(q).answer(cname(&q.name, "b.test")).authority(soa("test"))),
        Status::Nodata,
        1,
        &[],
    ),
    row(
        "CNAME, end not told, then NODATA",
        Rtype::A,
        |q| {
            if q.name == "b.test" {
                return send(nodata(q));
            }
            send(Message::to(q).answer(cname(&q.name, "b.test")))
        },
        Status::Nodata,
        2,
        &[],
    ),
    row(
        "two CNAMEs at one name",
        Rtype::A,
        |q| {
            let both = Message::to(q).answer(cname(&q.name, "z.test")).answer(cname(&q.name, "b.test"));
            send(both.answer(a("b.test", 1)))
        },
        Status::Ok,
        1,
        &["several-cnames"],
    ),
    row(
        "CNAME to an odd name",
        Rtype::A,
        |q| send(Message::to(q).answer(record(&name(&q.name), CNAME, 1, 300, b"\x03a b\x04test\x00"))),
        Status::BadName,
        1,
        &["odd-name"],
    ),
    row(
        "DNAME with its CNAME",
        Rtype::A,
        |q| {
            let dname = record(&name("test"), DNAME, 1, 300, &name("example"));
            send(Message::to(q).answer(dname).answer(cname(&q.name, "b.example")).answer(a("b.example", 1)))
        },
        Status::Ok,
        1,
        &[],
    ),
    row("CNAME asked for", Rtype::Cname, ok, Status::Ok, 1, &[]),
];

fn octets(act: &Act) -> Vec<u8> {
    match act {
        Act::Send(octets) => octets.clone(),
        other => panic!("{other:?}"),
    }
}

fn then_right(query: &crate::message::Query, mut acts: Vec<Act>) -> Vec<Act> {
    acts.extend([wait(5)]);
    acts.extend(ok(query));
    acts
}

fn wrong_id(mut message: Message) -> Message {
    message.id[0] ^= 0x55;
    message
}

fn wrong_question(mut message: Message) -> Message {
    message.body[1] ^= 0x03;
    message
}

fn wrong_class(mut message: Message) -> Message {
    let at = message.body.windows(4).position(|four| four == [0, 1, 0, 1]).unwrap();
    message.body[at + 3] = 3;
    message
}

fn two_questions(query: &crate::message::Query) -> Message {
    Message::to(query).counts([2, 0, 0, 0]).append(&query.question)
}

fn garbage(query: &crate::message::Query) -> Vec<Act> {
    vec![Act::Send([&query.id[..], b"\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\xc1\xff garbage"].concat())]
}

fn echo(query: &crate::message::Query) -> Message {
    let mut message = Message::to(query);
    message.flags = [1, 0];
    message
}

/// Where the first record begins.
fn end(query: &crate::message::Query) -> u16 {
    12 + u16::try_from(query.question.len()).unwrap()
}

fn pointer(to: u16) -> [u8; 2] {
    (0xc000 | to).to_be_bytes()
}

fn pointer_question(query: &crate::message::Query) -> Message {
    let mut message = Message::to(query);
    message.body = [&pointer(12)[..], &[0, 1, 0, 1]].concat();
    message
}

fn lower_case(query: &crate::message::Query) -> Message {
    let mut message = right(query);
    message.body.make_ascii_lowercase();
    message
}

/// What somebody sends who guesses id and port, and not the case.
fn forged(query: &crate::message::Query) -> Message {
    let mut question = query.question.clone();
    for octet in &mut question {
        if octet.is_ascii_alphabetic() {
            *octet ^= 0x20;
        }
    }
    let mut message = Message::to(query).answer(a(&query.name, 66));
    message.body[..question.len()].copy_from_slice(&question);
    message
}

fn is_answer(status: Status) -> bool {
    matches!(
        status,
        Status::Ok
            | Status::Nodata
            | Status::Nxdomain
            | Status::CnameLoop
            | Status::CnameTooLong
            | Status::BadName
            | Status::Bogus
    )
}

/// A name with many letters, whose random case cannot come out as that of `lower_case` or `forged` by chance.
fn asked() -> DomainName {
    DomainName::from_ascii("abcdefghijklmnopqrstuvwxyzabcdefghijkl.test").unwrap()
}

async fn ask(upstreams: Vec<SocketAddr>, rtype: Rtype) -> Lookup {
    let client = Client::start(settings(upstreams)).await.unwrap();
    client.lookup(&asked(), rtype).await
}

fn check(row: &Row, place: &str, lookup: &Lookup, status: Status, faults: &mut Vec<String>) {
    let answer = &lookup.answer;
    if answer.status != status {
        faults.push(format!("{} ({place}): {:?} instead of {status:?}, {answer:?}", row.fault, answer.status));
    }
    if (answer.status == Status::Ok) == lookup.data.is_empty() {
        faults.push(format!("{} ({place}): data of {:?}: {:?}", row.fault, answer.status, lookup.data));
    }
    if lookup.data.iter().any(|data| *data == RData::A([192, 0, 2, 66].into())) {
        faults.push(format!("{} ({place}): a foreign record came through", row.fault));
    }
}

async fn alone(row: &Row, faults: &mut Vec<String>) {
    let server = Server::start(row.behaviour).await;
    let lookup = ask(vec![server.address], row.rtype).await;
    check(row, "alone", &lookup, row.status, faults);
    let answer = &lookup.answer;
    if answer.packets == 0 || answer.packets > row.packets {
        faults.push(format!("{}: {} packets, {} allowed", row.fault, answer.packets, row.packets));
    }
    let seen = server.udp_packets() + server.tcp_connections();
    if usize::try_from(answer.packets).unwrap() < seen {
        faults.push(format!("{}: {} packets told, {seen} seen", row.fault, answer.packets));
    }
    let flags: Vec<&str> = answer.flags.iter().map(String::as_str).filter(|flag| !by_chance(row, flag)).collect();
    if flags != row.flags {
        faults.push(format!("{}: flags {:?} instead of {:?}", row.fault, answer.flags, row.flags));
    }
    let came = !matches!(row.status, Status::Timeout);
    if came == answer.wire.is_empty() || came == answer.upstream.is_empty() || came != answer.transport.is_some() {
        faults.push(format!("{}: what came is not told: {answer:?}", row.fault));
    }
}

/// Whether the answer to a later packet was taken (which goes without EDNS) depends on the machine's load.
fn by_chance(row: &Row, flag: &str) -> bool {
    flag == "no-edns" && !row.flags.contains(&"no-edns")
}

async fn beside_a_healthy_one(row: &Row, faults: &mut Vec<String>) {
    let faulty = Server::start(row.behaviour).await;
    let healthy = Server::start(ok).await;
    let lookup = ask(vec![faulty.address, healthy.address], row.rtype).await;
    let want = if is_answer(row.status) { row.status } else { Status::Ok };
    check(row, "first of two", &lookup, want, faults);
    if !is_answer(row.status) {
        if lookup.answer.upstream != healthy.address.to_string() {
            faults.push(format!("{}: answered by {:?}", row.fault, lookup.answer));
        }
        if !lookup.answer.flags.iter().any(|flag| flag == "failover") {
            faults.push(format!("{}: failover is not told: {:?}", row.fault, lookup.answer.flags));
        }
        let udp = faulty.udp_packets() + healthy.udp_packets();
        if udp > 4 {
            faults.push(format!("{}: {udp} UDP packets to two upstreams", row.fault));
        }
    }
    let lookup = ask(vec![healthy.address, faulty.address], row.rtype).await;
    check(row, "second of two", &lookup, Status::Ok, faults);
}

#[test]
fn every_fault_has_its_own_verdict() {
    let rows: Vec<&Row> =
        [UNRELATED, ERRORS, NEGATIVE, TRUNCATED, MALFORMED, ODD, CHAINS].into_iter().flatten().collect();
    assert!(rows.len() >= 60, "{} rows", rows.len());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let started = std::time::Instant::now();
    let mut faults = Vec::new();
    runtime.block_on(async {
        let local = tokio::task::LocalSet::new();
        local
            .run_until(async {
                // A few at a time: many at once on one thread would be late for their own timeouts.
                for some in rows.chunks(12) {
                    let tasks: Vec<_> = some
                        .iter()
                        .map(|row| {
                            let row: &'static Row = find(row.fault);
                            tokio::task::spawn_local(async move {
                                let mut faults = Vec::new();
                                alone(row, &mut faults).await;
                                beside_a_healthy_one(row, &mut faults).await;
                                faults
                            })
                        })
                        .collect();
                    for task in tasks {
                        faults.append(&mut task.await.unwrap());
                    }
                }
            })
            .await;
    });
    assert!(faults.is_empty(), "{} of {} rows:\n{}", faults.len(), rows.len(), faults.join("\n"));
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
}

fn find(fault: &str) -> &'static Row {
    [UNRELATED, ERRORS, NEGATIVE, TRUNCATED, MALFORMED, ODD, CHAINS]
        .into_iter()
        .flatten()
        .find(|row| row.fault == fault)
        .unwrap()
}

/// The rows say which status; these say what is in the answer.
#[tokio::test]
async fn what_the_answers_hold() {
    let server = Server::start(|q| match q.name.as_str() {
        "null.test" => send(Message::to(q).answer(mx(&q.name, 0, &[0]))),
        "ttl.test" => {
            send(Message::to(q).answer(record(&name(&q.name), CNAME, 1, 60, &name("x.test"))).answer(record(
                &name("x.test"),
                A,
                1,
                u32::MAX,
                &[192, 0, 2, 1],
            )))
        }
        "many.test" => hop_by_hop(q, 0),
        _ => chain(q, 2),
    })
    .await;
    let client = Client::start(settings(vec![server.address])).await.unwrap();
    let host = |text: &str| DomainName::from_ascii(text).unwrap();
    let null = client.lookup(&host("null.test"), Rtype::Mx).await;
    assert_eq!(null.data, [RData::Mx { preference: 0, host: None }]);
    let ttl = client.lookup(&host("ttl.test"), Rtype::A).await;
    assert_eq!(ttl.answer.ttl, Some(60));
    let chain = client.lookup(&host("www.test"), Rtype::A).await;
    assert_eq!(chain.chain, [host("hop1.test"), host("hop2.test")]);
    assert_eq!(chain.data, [RData::A([192, 0, 2, 1].into())]);
    assert_eq!(chain.answer.name, host("www.test"));
    assert_eq!(chain.answer.transport, Some(Transport::Udp));
    assert_eq!(chain.answer.upstream, server.address.to_string());
    assert!(client.has_answered());
    assert_eq!(client.upstreams(), [server.address]);
}
