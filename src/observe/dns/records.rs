//! Recorded answers in place of a resolver: the output of `dig`, zone-file lines, `massdns -o S` lines, and lines that
//! say what is not there.
//!
//! A recording is complete for the names and types it holds and silent about everything else: what is not in it is
//! `not-recorded`, never "there is none". "There is none" must be said, by a header of `dig`
//! (`status: NXDOMAIN`, or NOERROR without an answer) or by a line of its own:
//!
//! ```text
//! ;; NODATA example.org. MX
//! ;; NXDOMAIN gone.example.org.
//! ;; SERVFAIL broken.example.org. A
//! ```

mod lines;
mod read;
mod text;

use std::collections::HashMap;

use super::flags::Flags;
use super::message::MAX_CHAIN;
use super::{Lookup, RData, Rtype};
use crate::evidence::{Answer, Status, Transport};
use crate::model::DomainName;

/// A line of a recording that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct RecordFault {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong with it; holds text of the file.
    pub what: String,
}

/// Recorded answers.
#[derive(Debug, Default)]
pub struct Records {
    name: String,
    names: HashMap<DomainName, Recorded>,
}

/// What is recorded about one name.
#[derive(Debug, Default)]
struct Recorded {
    sets: Vec<(Rtype, Set)>,
    verdicts: Vec<(Rtype, Verdict)>,
    nxdomain: Option<Verdict>,
}

/// The records of one type at one name.
#[derive(Debug, Default)]
struct Set {
    data: Vec<RData>,
    /// In presentation format with absolute names.
    lines: Vec<String>,
    ttl: Option<u32>,
    flags: Flags,
}

/// Why there are none.
#[derive(Debug, Clone)]
struct Verdict {
    status: Status,
    flags: Flags,
    extended_error: Option<u16>,
}

impl Records {
    /// Reads a recording. `name` is the file's name, for the evidence. Types this tool never asks for, and classes
    /// other than IN, are passed over.
    ///
    /// # Errors
    /// Every line that cannot be read, in order.
    pub fn parse(text: &str, name: &str) -> Result<Self, Vec<RecordFault>> {
        read::read(text, name)
    }

    /// The file's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many names the recording says something about.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether it says nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The recorded answer, CNAMEs followed.
    #[must_use]
    pub fn lookup(&self, name: &DomainName, rtype: Rtype) -> Lookup {
        let mut answer = Answer {
            name: name.clone(),
            rtype: rtype.mnemonic().to_owned(),
            status: Status::NotRecorded,
            upstream: String::new(),
            transport: Some(Transport::Recorded),
            packets: 0,
            ttl: None,
            flags: Vec::new(),
            wire: String::new(),
            recorded: Vec::new(),
        };
        let mut chain: Vec<DomainName> = Vec::new();
        let mut data = Vec::new();
        let mut flags = Flags::default();
        let mut extended_error = None;
        let mut end = name;
        loop {
            let recorded = self.names.get(end);
            if let Some(set) = recorded.and_then(|recorded| recorded.set(rtype)) {
                set.note(&mut answer, &mut flags);
                data.clone_from(&set.data);
                answer.status = set.status();
                break;
            }
            let alias = recorded.filter(|_| rtype != Rtype::Cname).and_then(|recorded| recorded.set(Rtype::Cname));
            if let Some(set) = alias {
                set.note(&mut answer, &mut flags);
                if set.data.len() > 1 {
                    flags.add(Flags::SEVERAL_CNAMES);
                }
                let Some(RData::Cname(target)) = set.data.first() else {
                    answer.status = set.status();
                    break;
                };
                let loops = target == name || chain.contains(target);
                chain.push(target.clone());
                if loops || chain.len() > MAX_CHAIN {
                    answer.status = if loops { Status::CnameLoop } else { Status::CnameTooLong };
                    break;
                }
                end = target;
                continue;
            }
            if let Some(verdict) = recorded.and_then(|recorded| recorded.verdict(rtype)) {
                answer.status = verdict.status;
                answer.recorded.push(verdict.line(end, rtype));
                flags.add(verdict.flags);
                extended_error = verdict.extended_error;
            }
            break;
        }
        answer.flags = flags.names(extended_error);
        Lookup { answer, chain, data }
    }
}

impl Recorded {
    fn set(&self, rtype: Rtype) -> Option<&Set> {
        self.sets.iter().find(|(there, _)| *there == rtype).map(|(_, set)| set)
    }

    fn set_mut(&mut self, rtype: Rtype) -> &mut Set {
        let index = self.sets.iter().position(|(there, _)| *there == rtype).unwrap_or_else(|| {
            self.sets.push((rtype, Set::default()));
            self.sets.len() - 1
        });
        &mut self.sets[index].1
    }

    /// "There is none" counts more than a failure at another moment; and a name that has records exists.
    fn verdict(&self, rtype: Rtype) -> Option<&Verdict> {
        let own = self.verdicts.iter().find(|(there, _)| *there == rtype).map(|(_, verdict)| verdict);
        let nxdomain = self.nxdomain.as_ref().filter(|_| self.sets.is_empty());
        own.filter(|verdict| verdict.status == Status::Nodata).or(nxdomain).or(own)
    }
}

impl Set {
    fn status(&self) -> Status {
        if !self.data.is_empty() {
            Status::Ok
        } else if self.flags.has(Flags::BAD_RECORD) {
            Status::Malformed
        } else {
            Status::BadName
        }
    }

    fn note(&self, answer: &mut Answer, flags: &mut Flags) {
        answer.recorded.extend(self.lines.iter().cloned());
        answer.ttl = match (answer.ttl, self.ttl) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        flags.add(self.flags);
    }
}

impl Verdict {
    /// The verdict as a line that can be read again.
    fn line(&self, name: &DomainName, rtype: Rtype) -> String {
        match self.status {
            Status::Nxdomain => format!(";; NXDOMAIN {name}."),
            status => format!(";; {} {name}. {}", read::word(status), rtype.mnemonic()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test ends where it fails")]
mod tests;
