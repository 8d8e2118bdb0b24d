//! Reading a recording: records, and the comments of `dig` that say what is not there.

use super::lines::{Entries, Entry, Token};
use super::text::{self, Refused};
use super::{RecordFault, Records, Verdict};
use crate::evidence::Status;
use crate::model::DomainName;
use crate::observe::dns::flags::Flags;
use crate::observe::dns::message::{MAX_CHAIN, MAX_TTL, error_status};
use crate::observe::dns::rdata::Unusable;
use crate::observe::dns::{RData, Rtype};

/// Verdicts a line of its own can give, with the word that gives them.
const WORDS: [(&str, Status); 11] = [
    ("NODATA", Status::Nodata),
    ("NXDOMAIN", Status::Nxdomain),
    ("SERVFAIL", Status::Servfail),
    ("REFUSED", Status::Refused),
    ("FORMERR", Status::Formerr),
    ("NOTIMP", Status::Notimp),
    ("TIMEOUT", Status::Timeout),
    ("LAME", Status::Lame),
    ("TRUNCATED", Status::Truncated),
    ("BOGUS", Status::Bogus),
    ("OTHER-RCODE", Status::OtherRcode),
];

/// The word for a status; one without is never recorded as a verdict.
pub(super) fn word(status: Status) -> &'static str {
    WORDS.iter().find(|(_, known)| *known == status).map_or("", |(word, _)| word)
}

/// Reads a whole recording.
pub(super) fn read(text: &str, name: &str) -> Result<Records, Vec<RecordFault>> {
    let mut reader = Reader { records: Records { name: name.to_owned(), ..Records::default() }, ..Reader::default() };
    for (line, entry) in Entries::new(text) {
        let result = match entry {
            Entry::Blank => {
                reader.section = Section::Loose;
                Ok(())
            }
            Entry::Comment(comment) => reader.comment(comment),
            Entry::Record { indented, tokens } => reader.record(indented, &tokens),
            Entry::Fault(what) => Err(what),
        };
        if let Err(what) = result {
            reader.faults.push(RecordFault { line, what });
        }
    }
    reader.end_message();
    if !reader.faults.is_empty() {
        return Err(reader.faults);
    }
    for recorded in reader.records.names.values_mut() {
        for (_, set) in &mut recorded.sets {
            set.data.sort_unstable();
            set.data.dedup();
            set.lines.sort_unstable();
            set.lines.dedup();
        }
    }
    Ok(reader.records)
}

/// Where in the output of `dig` a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Section {
    /// In none: a zone-file line.
    #[default]
    Loose,
    Question,
    Answer,
    /// Records here were not asked for and may be incomplete: they are looked at, not kept.
    Authority,
    Additional,
}

/// What the header of one message in `dig`'s output says.
#[derive(Debug, Default)]
struct Message {
    status: String,
    authoritative: bool,
    truncated: bool,
    answers: u32,
    authorities: u32,
    question: Option<(DomainName, Rtype)>,
    saw_answer: bool,
    saw_soa: bool,
    saw_ns: bool,
    saw_authority: bool,
    extended_error: Option<u16>,
}

/// Owner of the records that follow without one.
#[derive(Debug, Clone)]
enum Owner {
    Name(DomainName),
    /// A name nobody can ask for here: a wildcard, the root, odd octets.
    NotAsked,
}

#[derive(Debug, Default)]
struct Reader {
    records: Records,
    faults: Vec<RecordFault>,
    origin: Option<DomainName>,
    default_ttl: Option<u32>,
    owner: Option<Owner>,
    section: Section,
    message: Option<Message>,
}

impl Reader {
    fn comment(&mut self, comment: &str) -> Result<(), String> {
        let body = comment.trim_start_matches(';').trim();
        if !comment.starts_with(";;") {
            if self.section == Section::Question {
                return self.question(body);
            }
            if let (Some(message), Some(rest)) = (&mut self.message, body.strip_prefix("EDE:")) {
                let code = rest.trim_start().split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
                message.extended_error = message.extended_error.or(code.parse().ok());
            }
            if body.starts_with("<<>>") {
                self.end_message();
            }
            return Ok(());
        }
        if let Some(header) = body.strip_prefix("->>HEADER<<-") {
            self.end_message();
            let status = header.split(',').find_map(|part| part.trim().strip_prefix("status:")).unwrap_or_default();
            self.message = Some(Message { status: status.trim().to_owned(), ..Message::default() });
            return Ok(());
        }
        if let (Some(message), Some(flags)) = (&mut self.message, body.strip_prefix("flags:")) {
            message.flags(flags);
            return Ok(());
        }
        match body {
            "QUESTION SECTION:" => self.section = Section::Question,
            "ANSWER SECTION:" => self.section = Section::Answer,
            "AUTHORITY SECTION:" => self.section = Section::Authority,
            "ADDITIONAL SECTION:" => self.section = Section::Additional,
            _ if body.starts_with("Query time:") || body.starts_with("MSG SIZE") => self.end_message(),
            _ => return self.verdict(body),
        }
        Ok(())
    }

    /// `name. CLASS TYPE` in the question section.
    fn question(&mut self, body: &str) -> Result<(), String> {
        let words: Vec<&str> = body.split_ascii_whitespace().collect();
        let ([name, _, rtype] | [name, rtype]) = words[..] else { return Ok(()) };
        let (Some(message), Some(rtype)) = (&mut self.message, Rtype::from_mnemonic(rtype)) else { return Ok(()) };
        match text::name(name, None) {
            Ok(name) => message.question = name.map(|name| (name, rtype)),
            Err(Refused::Unusable(_)) => {}
            Err(Refused::Fault(what)) => return Err(what),
        }
        Ok(())
    }

    /// `NODATA name TYPE` and the like. Any other comment is just that.
    fn verdict(&mut self, body: &str) -> Result<(), String> {
        let words: Vec<&str> = body.split_ascii_whitespace().collect();
        let [word, name, ref rest @ ..] = words[..] else { return Ok(()) };
        let Some((_, status)) = WORDS.iter().find(|(known, _)| *known == word) else { return Ok(()) };
        let rtype = match *rest {
            [] if *status == Status::Nxdomain => None,
            [] => return Err(format!("{word} needs a name and a type")),
            [rtype] | ["IN", rtype] => {
                check_type(rtype)?;
                match Rtype::from_mnemonic(rtype) {
                    Some(rtype) => Some(rtype),
                    None => return Ok(()),
                }
            }
            _ => return Ok(()),
        };
        let name = match text::name(name, self.origin.as_ref()) {
            Ok(Some(name)) => name,
            Ok(None) | Err(Refused::Unusable(_)) => return Ok(()),
            Err(Refused::Fault(what)) => return Err(what),
        };
        let verdict = Verdict { status: *status, flags: Flags::default(), extended_error: None };
        self.judge(name, rtype, verdict);
        Ok(())
    }

    fn judge(&mut self, name: DomainName, rtype: Option<Rtype>, verdict: Verdict) {
        let recorded = self.records.names.entry(name).or_default();
        match rtype {
            Some(rtype) if verdict.status != Status::Nxdomain => {
                // The last one counts, but no failure takes the place of an answer.
                match recorded.verdicts.iter_mut().find(|(there, _)| *there == rtype) {
                    Some((_, before)) if before.status == Status::Nodata => {}
                    Some((_, before)) => *before = verdict,
                    None => recorded.verdicts.push((rtype, verdict)),
                }
            }
            _ => recorded.nxdomain = Some(verdict),
        }
    }

    fn record(&mut self, indented: bool, tokens: &[Token<'_>]) -> Result<(), String> {
        if let [first, rest @ ..] = tokens
            && first.raw.starts_with('$')
            && !first.quoted
        {
            return self.directive(first.raw, rest);
        }
        // A type has no dot, so an indented name is a record that was pasted with white space in front.
        let has_owner = !indented || tokens.first().is_some_and(|token| token.raw.contains('.'));
        let rest = if has_owner {
            let Some((first, rest)) = tokens.split_first() else { return Ok(()) };
            self.owner = Some(match text::name(first.raw, self.origin.as_ref()) {
                Ok(Some(name)) => Owner::Name(name),
                Ok(None) | Err(Refused::Unusable(_)) => Owner::NotAsked,
                Err(Refused::Fault(what)) => {
                    // What follows without an owner must not land at the one before.
                    self.owner = Some(Owner::NotAsked);
                    return Err(what);
                }
            });
            rest
        } else {
            tokens
        };
        let Some(owner) = self.owner.clone() else { return Err("a record without a name".to_owned()) };
        let head = Head::read(rest)?;
        let Some(rtype) = Rtype::from_mnemonic(head.rtype).filter(|_| head.internet) else { return Ok(()) };
        self.see(rtype);
        if matches!(self.section, Section::Question | Section::Authority | Section::Additional) {
            return Ok(());
        }
        let Owner::Name(owner) = owner else { return Ok(()) };
        self.keep(owner, rtype, head.ttl.or(self.default_ttl), head.data)
    }

    /// Notes what a section of `dig`'s output holds.
    fn see(&mut self, rtype: Rtype) {
        let Some(message) = &mut self.message else { return };
        match self.section {
            Section::Answer => message.saw_answer = true,
            Section::Authority => {
                message.saw_authority = true;
                message.saw_ns |= rtype == Rtype::Ns;
                message.saw_soa |= rtype == Rtype::Soa;
            }
            _ => {}
        }
    }

    fn keep(&mut self, owner: DomainName, rtype: Rtype, ttl: Option<u32>, tokens: &[Token<'_>]) -> Result<(), String> {
        let read = text::read(rtype, tokens, self.origin.as_ref());
        if let Err(Refused::Fault(what)) = read {
            return Err(what);
        }
        let written = read.as_ref().ok().and_then(text::write).unwrap_or_else(|| {
            tokens
                .iter()
                .map(|token| if token.quoted { format!("\"{}\"", token.raw) } else { token.raw.to_owned() })
                .collect::<Vec<_>>()
                .join(" ")
        });
        let shown_ttl = ttl.map(|ttl| format!("{ttl} ")).unwrap_or_default();
        let line = format!("{owner}. {shown_ttl}IN {} {written}", rtype.mnemonic());
        let set = self.records.names.entry(owner).or_default().set_mut(rtype);
        set.lines.push(line);
        match read {
            Ok(data) => {
                if let Some(ttl) = ttl {
                    if ttl > MAX_TTL {
                        set.flags.add(Flags::TTL_CLAMPED);
                    }
                    let ttl = ttl.min(MAX_TTL);
                    set.ttl = Some(set.ttl.map_or(ttl, |least| least.min(ttl)));
                }
                set.data.push(data);
            }
            Err(Refused::Unusable(Unusable::OddName)) => set.flags.add(Flags::ODD_NAME),
            Err(_) => set.flags.add(Flags::BAD_RECORD),
        }
        Ok(())
    }

    fn directive(&mut self, word: &str, rest: &[Token<'_>]) -> Result<(), String> {
        match (word.to_ascii_uppercase().as_str(), rest) {
            ("$ORIGIN", [origin]) => {
                self.origin = match text::name(origin.raw, self.origin.as_ref()) {
                    Ok(origin) => origin,
                    Err(Refused::Unusable(_)) => return Err(format!("{:?} is no origin", origin.raw)),
                    Err(Refused::Fault(what)) => return Err(what),
                };
                Ok(())
            }
            ("$TTL", [ttl]) => {
                self.default_ttl = Some(text::ttl(ttl.raw).ok_or_else(|| format!("{:?} is not a TTL", ttl.raw))?);
                Ok(())
            }
            ("$INCLUDE" | "$GENERATE", _) => Err(format!("{word} is not supported: a recording is one plain file")),
            _ => Err(format!("{word} with {} fields", rest.len())),
        }
    }

    /// Draws the conclusion from the header of a message: what its answer section does not hold.
    fn end_message(&mut self) {
        self.section = Section::Loose;
        let Some(message) = self.message.take() else { return };
        let Some((name, rtype)) = message.question.clone() else { return };
        let (end, hops) = self.end_of_chain(&name, rtype);
        let Some(verdict) = message.verdict(hops) else { return };
        let end = if matches!(verdict.status, Status::Nodata | Status::Nxdomain) { end } else { name };
        if self.records.names.get(&end).is_some_and(|recorded| recorded.set(rtype).is_some()) {
            return;
        }
        self.judge(end, Some(rtype), verdict);
    }

    fn end_of_chain(&self, name: &DomainName, rtype: Rtype) -> (DomainName, usize) {
        let mut end = name;
        let mut hops = 0;
        while hops <= MAX_CHAIN && rtype != Rtype::Cname {
            let Some(recorded) = self.records.names.get(end) else { break };
            if recorded.set(rtype).is_some() {
                break;
            }
            let Some(RData::Cname(target)) = recorded.set(Rtype::Cname).and_then(|set| set.data.first()) else { break };
            end = target;
            hops += 1;
        }
        (end.clone(), hops)
    }
}

impl Message {
    /// `qr aa rd ra; QUERY: 1, ANSWER: 0, AUTHORITY: 1, ADDITIONAL: 1`
    fn flags(&mut self, text: &str) {
        let (flags, counts) = text.split_once(';').unwrap_or((text, ""));
        self.authoritative = flags.split_ascii_whitespace().any(|flag| flag == "aa");
        self.truncated = flags.split_ascii_whitespace().any(|flag| flag == "tc");
        for part in counts.split(',') {
            if let Some((section, count)) = part.split_once(':') {
                let count = count.trim().parse().unwrap_or(0);
                match section.trim() {
                    "ANSWER" => self.answers = count,
                    "AUTHORITY" => self.authorities = count,
                    _ => {}
                }
            }
        }
    }

    /// What the header says about a question without records of its type at the end of a chain of so many hops.
    fn verdict(&self, hops: usize) -> Option<Verdict> {
        let rcode = match self.status.as_str() {
            "NOERROR" => 0,
            "FORMERR" => 1,
            "SERVFAIL" => 2,
            "NXDOMAIN" => 3,
            "NOTIMP" => 4,
            "REFUSED" => 5,
            _ => 6,
        };
        let mut flags = Flags::default();
        let status = if let Some(status) = error_status(rcode, self.extended_error) {
            status
        } else if self.truncated {
            Status::Truncated
        } else if self.answers > 0 && !self.saw_answer {
            // The answer section was not printed.
            return None;
        } else {
            // An authority section that was not printed is taken to hold the SOA.
            let has_soa = self.saw_soa || (self.authorities > 0 && !self.saw_authority);
            if rcode == 0 && hops == 0 && self.answers > 0 {
                // Records, but none for the question: of another owner or class.
                return None;
            }
            if rcode == 0 && !has_soa && hops > 0 {
                // A chain into a zone the resolver did not follow.
                return None;
            }
            if !has_soa {
                flags.add(Flags::NO_SOA);
            }
            match rcode {
                0 if self.saw_ns && !has_soa && !self.authoritative => Status::Lame,
                0 => Status::Nodata,
                _ => Status::Nxdomain,
            }
        };
        Some(Verdict { status, flags, extended_error: self.extended_error })
    }
}

/// What stands between owner and data.
struct Head<'a> {
    ttl: Option<u32>,
    internet: bool,
    rtype: &'a str,
    data: &'a [Token<'a>],
}

impl<'a> Head<'a> {
    /// TTL and class in either order, both optional, then the type.
    fn read(mut tokens: &'a [Token<'a>]) -> Result<Self, String> {
        let mut ttl = None;
        let mut internet = None;
        while let Some((first, rest)) = tokens.split_first() {
            if first.quoted {
                return Err("a quoted text where the type should be".to_owned());
            }
            if ttl.is_none() && text::ttl(first.raw).is_some() {
                ttl = text::ttl(first.raw);
            } else if let (None, Some(class)) = (internet, class(first.raw)) {
                internet = Some(class);
            } else {
                check_type(first.raw)?;
                return Ok(Self { ttl, internet: internet.unwrap_or(true), rtype: first.raw, data: rest });
            }
            tokens = rest;
        }
        Err("a record without a type".to_owned())
    }
}

/// Whether a class is IN; `None` when the word is no class.
fn class(raw: &str) -> Option<bool> {
    if raw.eq_ignore_ascii_case("IN") || raw.eq_ignore_ascii_case("CLASS1") {
        return Some(true);
    }
    let other = ["CH", "HS", "CS", "NONE", "ANY"].iter().any(|class| raw.eq_ignore_ascii_case(class))
        || raw.get(..5).is_some_and(|word| word.eq_ignore_ascii_case("CLASS"));
    other.then_some(false)
}

/// Whether there is such a type at all: one we do not ask for is passed over, a word that is none is a fault.
fn check_type(raw: &str) -> Result<(), String> {
    raw.parse::<domain::base::iana::Rtype>().map(drop).map_err(|_| format!("{raw:?} is not a record type"))
}
