//! DNS messages: writing questions, screening datagrams, reading answers record by record.

mod detail;

pub(super) use detail::detail;
use detail::extended_error;
use domain::base::iana::{Class, Opcode, OptRcode, Rtype as WireType};
use domain::base::name::ParsedName;
use domain::base::{Message, ParsedRecord};

use super::flags::Flags;
use super::rdata::{self, Unusable};
use super::{RData, Rtype};
use crate::evidence::Status;
use crate::model::DomainName;

/// Longest CNAME chain that is followed. Chains of eight are real at cloud providers; Unbound gives up after eleven.
pub(super) const MAX_CHAIN: usize = 16;
/// A day: what a TTL is clamped to.
pub(super) const MAX_TTL: u32 = 86_400;
const HEADER: usize = 12;
/// Extended DNS error 6 says "DNSSEC bogus"; 7 to 12 say which check failed (RFC 8914).
const VALIDATION_ERRORS: std::ops::RangeInclusive<u16> = 6..=12;

/// Question section for a name and type, letters in the case `upper` picks: guessing it is another hurdle for whoever
/// forges an answer ("0x20").
pub(super) fn question(name: &DomainName, rtype: Rtype, mut upper: impl FnMut() -> bool) -> Vec<u8> {
    let mut wire = Vec::with_capacity(name.as_str().len() + 6);
    for label in name.labels() {
        // A label of a `DomainName` has at most 63 octets.
        wire.push(u8::try_from(label.len()).unwrap_or(63));
        wire.extend(label.bytes().map(|octet| if upper() { octet.to_ascii_uppercase() } else { octet }));
    }
    wire.push(0);
    wire.extend_from_slice(&rtype.number().to_be_bytes());
    wire.extend_from_slice(&1_u16.to_be_bytes());
    wire
}

/// A recursive query. EDNS offers 1232 octets, which fit into one packet nearly everywhere.
pub(super) fn query(id: u16, question: &[u8], mixed_case: bool, edns: bool) -> Vec<u8> {
    const OPT: [u8; 11] = [0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0];
    let mut wire = Vec::with_capacity(HEADER + question.len() + OPT.len());
    wire.extend_from_slice(&id.to_be_bytes());
    wire.extend_from_slice(&[1, 0, 0, 1, 0, 0, 0, 0, 0, u8::from(edns)]);
    wire.extend_from_slice(question);
    if !mixed_case {
        // Neither length octets nor our types and classes lie in the range of letters.
        wire[HEADER..].make_ascii_lowercase();
    }
    if edns {
        wire.extend_from_slice(&OPT);
    }
    wire
}

/// How a datagram with the right id compares with the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Screen {
    /// About this question.
    Match,
    /// About this question, in another case than asked: not to be believed without TCP.
    OtherCase,
    /// An error (or "truncated") without any question: some servers send no more than the header.
    HeaderOnly,
    /// Not an answer in the form of DNS.
    Malformed,
    /// About something else: somebody's guess, to be ignored.
    Foreign,
}

/// Compares a datagram whose id is right with the question. `strict`: the case must be that of the question.
pub(super) fn screen(datagram: &[u8], question: &[u8], strict: bool) -> Screen {
    let Ok(message) = Message::from_slice(datagram) else { return Screen::Malformed };
    let header = message.header();
    if !header.qr() {
        return Screen::Malformed;
    }
    match message.header_counts().qdcount() {
        0 if header.rcode().to_int() != 0 || header.tc() => Screen::HeaderOnly,
        0 => Screen::Foreign,
        1 => match datagram.get(HEADER..HEADER + question.len()) {
            Some(theirs) if theirs == question => Screen::Match,
            Some(theirs) if theirs.eq_ignore_ascii_case(question) => {
                if strict {
                    Screen::OtherCase
                } else {
                    Screen::Match
                }
            }
            _ => foreign_or_malformed(message),
        },
        _ => foreign_or_malformed(message),
    }
}

fn foreign_or_malformed(message: &Message<[u8]>) -> Screen {
    if message.question().all(|question| question.is_ok()) { Screen::Foreign } else { Screen::Malformed }
}

/// What a message leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing more to ask.
    Done(Status),
    /// The chain ends at a name the message says nothing about: ask for it.
    Follow,
}

/// What one message says.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    pub(super) step: Step,
    /// Names the chain goes on with.
    pub(super) chain: Vec<DomainName>,
    pub(super) data: Vec<RData>,
    pub(super) ttl: Option<u32>,
    pub(super) flags: Flags,
    pub(super) extended_error: Option<u16>,
    /// The error is one that servers without EDNS give to questions with it.
    pub(super) blames_edns: bool,
}

impl Reading {
    /// A reading that says no more than this.
    pub(super) fn of(status: Status) -> Self {
        Self {
            step: Step::Done(status),
            chain: Vec::new(),
            data: Vec::new(),
            ttl: None,
            flags: Flags::default(),
            extended_error: None,
            blames_edns: false,
        }
    }

    /// The status, or that of a chain not yet at its end.
    pub(super) fn status(&self) -> Status {
        match self.step {
            Step::Done(status) => status,
            Step::Follow => Status::Nodata,
        }
    }

    fn ends(mut self, status: Status) -> Self {
        self.step = Step::Done(status);
        self
    }

    fn note_ttl(&mut self, record: &Record<'_>) {
        let ttl = record.ttl().as_secs();
        if ttl > MAX_TTL {
            self.flags.add(Flags::TTL_CLAMPED);
        }
        let ttl = ttl.min(MAX_TTL);
        self.ttl = Some(self.ttl.map_or(ttl, |least| least.min(ttl)));
    }
}

type Record<'a> = ParsedRecord<'a, [u8]>;

/// A message taken apart into its records, without reading their data.
struct Sections<'a> {
    answer: Vec<Record<'a>>,
    answer_is_whole: bool,
    soa: Vec<Record<'a>>,
    has_ns: bool,
    opt: Option<Record<'a>>,
    opts: usize,
    /// Everything after the answer section could be read.
    tail_is_whole: bool,
    trailing: bool,
}

fn take_apart(message: &Message<[u8]>) -> Sections<'_> {
    let mut sections = Sections {
        answer: Vec::new(),
        answer_is_whole: false,
        soa: Vec::new(),
        has_ns: false,
        opt: None,
        opts: 0,
        tail_is_whole: false,
        trailing: false,
    };
    let Ok(mut answer) = message.answer() else { return sections };
    for record in answer.by_ref() {
        match record {
            Ok(record) => sections.answer.push(record),
            Err(_) => return sections,
        }
    }
    sections.answer_is_whole = true;
    let Ok(Some(mut authority)) = answer.next_section() else { return sections };
    for record in authority.by_ref() {
        match record {
            Ok(record) if record.rtype() == WireType::SOA => sections.soa.push(record),
            Ok(record) => sections.has_ns |= record.rtype() == WireType::NS,
            Err(_) => return sections,
        }
    }
    let Ok(Some(mut additional)) = authority.next_section() else { return sections };
    for record in additional.by_ref() {
        match record {
            Ok(record) if record.rtype() == WireType::OPT => {
                sections.opts += 1;
                sections.opt.get_or_insert(record);
            }
            Ok(_) => {}
            Err(_) => return sections,
        }
    }
    sections.tail_is_whole = true;
    sections.trailing = additional.pos() < message.as_slice().len();
    sections
}

/// Reads a message that was screened. `path` holds the name first asked for and the CNAME targets up to the name asked
/// by this very question; it is not empty.
pub(super) fn read(bytes: &[u8], path: &[DomainName], rtype: Rtype) -> Reading {
    let mut reading = Reading::of(Status::Malformed);
    let Ok(message) = Message::from_slice(bytes) else { return reading };
    let header = message.header();
    let sections = take_apart(message);
    if header.opcode() != Opcode::QUERY {
        reading.flags.add(Flags::ODD_OPCODE);
    }
    if sections.opts > 1 {
        reading.flags.add(Flags::TWO_OPT);
    }
    if sections.answer_is_whole && !sections.tail_is_whole {
        reading.flags.add(Flags::BROKEN_TAIL);
    }
    if sections.trailing {
        reading.flags.add(Flags::TRAILING_BYTES);
    }
    let mut rcode = u16::from(header.rcode().to_int());
    if let Some(opt) = &sections.opt {
        // The upper octet of an OPT record's TTL extends the RCODE (RFC 6891 section 6.1.3).
        rcode |= u16::try_from(opt.ttl().as_secs() >> 24).unwrap_or(0) << 4;
        reading.extended_error = extended_error(opt).map(|(code, _)| code);
    }
    if let Some(status) = error_status(rcode, reading.extended_error) {
        reading.blames_edns = matches!(status, Status::Formerr | Status::Notimp) || rcode == OptRcode::BADVERS.to_int();
        return reading.ends(status);
    }
    if header.tc() {
        return reading.ends(Status::Truncated);
    }
    if !sections.answer_is_whole {
        return reading;
    }
    walk(reading, &sections, path, rtype, rcode == OptRcode::NXDOMAIN.to_int(), header.aa())
}

pub(super) fn error_status(rcode: u16, extended_error: Option<u16>) -> Option<Status> {
    Some(match rcode {
        0 | 3 => return None,
        1 => Status::Formerr,
        2 if extended_error.is_some_and(|code| VALIDATION_ERRORS.contains(&code)) => Status::Bogus,
        2 => Status::Servfail,
        4 => Status::Notimp,
        5 => Status::Refused,
        _ => Status::OtherRcode,
    })
}

/// Goes along the CNAME chain inside one message. Only records of an owner on the chain count.
fn walk(
    mut reading: Reading,
    sections: &Sections<'_>,
    path: &[DomainName],
    rtype: Rtype,
    nxdomain: bool,
    authoritative: bool,
) -> Reading {
    let Some(asked) = path.last() else { return reading };
    let mut end = asked.clone();
    let mut found = gather(&mut reading, &sections.answer, &end, rtype);
    let mut step = None;
    while found.is_nothing() && rtype != Rtype::Cname {
        let target = match alias(&mut reading, &sections.answer, &end) {
            Alias::None => break,
            Alias::Unusable(status) => {
                step = Some(status);
                break;
            }
            Alias::To(target) => target,
        };
        if path.contains(&target) || reading.chain.contains(&target) {
            step = Some(Status::CnameLoop);
        } else if path.len() + reading.chain.len() > MAX_CHAIN {
            step = Some(Status::CnameTooLong);
        }
        reading.chain.push(target.clone());
        if step.is_some() {
            break;
        }
        end = target;
        found = gather(&mut reading, &sections.answer, &end, rtype);
    }
    if has_foreign(&sections.answer, asked, &reading.chain) {
        reading.flags.add(Flags::FOREIGN_RECORDS);
    }
    if let Some(status) = step {
        return reading.ends(status);
    }
    if !found.is_nothing() {
        return positive(reading, found, nxdomain);
    }
    negative(reading, sections, &end, nxdomain, authoritative)
}

fn positive(mut reading: Reading, found: Found, nxdomain: bool) -> Reading {
    if nxdomain {
        // "No such name" with records of that name: one of the two is wrong.
        return reading.ends(Status::Malformed);
    }
    reading.data = found.data;
    reading.data.sort_unstable();
    reading.data.dedup();
    if !reading.data.is_empty() {
        reading.ends(Status::Ok)
    } else if found.bad {
        reading.ends(Status::Malformed)
    } else {
        reading.ends(Status::BadName)
    }
}

fn negative(
    mut reading: Reading,
    sections: &Sections<'_>,
    end: &DomainName,
    nxdomain: bool,
    authoritative: bool,
) -> Reading {
    if !sections.tail_is_whole || sections.trailing {
        // What cannot be read to its end may say anything, just not "there is none".
        return reading.ends(Status::Malformed);
    }
    let has_soa = sections.soa.iter().any(|soa| soa.class() == Class::IN && is_at_or_above(&soa.owner(), end));
    if nxdomain {
        if !has_soa {
            reading.flags.add(Flags::NO_SOA);
        }
        return reading.ends(Status::Nxdomain);
    }
    if has_soa {
        return reading.ends(Status::Nodata);
    }
    if !reading.chain.is_empty() {
        reading.step = Step::Follow;
        return reading;
    }
    if sections.has_ns && !authoritative {
        return reading.ends(Status::Lame);
    }
    if reading.flags.has(Flags::FOREIGN_RECORDS) {
        return reading.ends(Status::Malformed);
    }
    reading.flags.add(Flags::NO_SOA);
    reading.ends(Status::Nodata)
}

/// Records of the type asked at one name.
#[derive(Debug, Default)]
struct Found {
    data: Vec<RData>,
    bad: bool,
    odd: bool,
}

impl Found {
    fn is_nothing(&self) -> bool {
        self.data.is_empty() && !self.bad && !self.odd
    }
}

fn gather(reading: &mut Reading, answer: &[Record<'_>], owner: &DomainName, rtype: Rtype) -> Found {
    let mut found = Found::default();
    for record in answer {
        if record.rtype().to_int() != rtype.number() || record.class() != Class::IN || !is_name(&record.owner(), owner)
        {
            continue;
        }
        match rdata::read(record, rtype) {
            Ok(data) => {
                reading.note_ttl(record);
                found.data.push(data);
            }
            Err(Unusable::OddName) => {
                found.odd = true;
                reading.flags.add(Flags::ODD_NAME);
            }
            Err(Unusable::Bad) => {
                found.bad = true;
                reading.flags.add(Flags::BAD_RECORD);
            }
        }
    }
    found
}

enum Alias {
    None,
    To(DomainName),
    Unusable(Status),
}

fn alias(reading: &mut Reading, answer: &[Record<'_>], owner: &DomainName) -> Alias {
    let mut found = gather(reading, answer, owner, Rtype::Cname);
    if found.is_nothing() {
        return Alias::None;
    }
    found.data.sort_unstable();
    found.data.dedup();
    if found.data.len() > 1 {
        reading.flags.add(Flags::SEVERAL_CNAMES);
    }
    match found.data.into_iter().next() {
        Some(RData::Cname(target)) => Alias::To(target),
        _ if found.bad => Alias::Unusable(Status::Malformed),
        _ => Alias::Unusable(Status::BadName),
    }
}

fn has_foreign(answer: &[Record<'_>], asked: &DomainName, chain: &[DomainName]) -> bool {
    let belongs = |record: &Record<'_>| {
        let owner = record.owner();
        record.class() == Class::IN
            && std::iter::once(asked).chain(chain).any(|name| {
                is_name(&owner, name) || (record.rtype() == WireType::DNAME && is_at_or_above(&owner, name))
            })
    };
    !answer.iter().all(belongs)
}

/// Whether both are the same name, in any case.
fn is_name(wire: &ParsedName<&[u8]>, name: &DomainName) -> bool {
    let mut labels = name.labels();
    wire.iter()
        .filter(|label| !label.is_root())
        .all(|theirs| labels.next().is_some_and(|label| theirs.as_slice().eq_ignore_ascii_case(label.as_bytes())))
        && labels.next().is_none()
}

/// Whether the wire name is the name or one above it.
fn is_at_or_above(wire: &ParsedName<&[u8]>, name: &DomainName) -> bool {
    let depth = wire.iter().filter(|label| !label.is_root()).count();
    let labels = name.labels().count();
    let Some(skip) = labels.checked_sub(depth) else { return false };
    wire.iter()
        .filter(|label| !label.is_root())
        .zip(name.labels().skip(skip))
        .all(|(theirs, label)| theirs.as_slice().eq_ignore_ascii_case(label.as_bytes()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test ends where it fails")]
mod tests;
