//! What findings are named by: places in files, operators, ids that stay the same from day to day.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use super::finding::Verdict;
use crate::model::{OperatorId, Role};

/// A place in a file of the user.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// File, as the user named it; text from outside.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// Who runs a service, as waivers, baselines and ids name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OperatorKey {
    /// An operator in the data.
    Listed(OperatorId),
    /// A registrable domain or AS name that is not in the data; text from outside.
    Unlisted(String),
    /// Nobody could be named.
    Unknown,
}

/// Prefix of an operator that is not in the data.
const UNLISTED: &str = "unlisted:";
/// An operator nobody could name.
const UNKNOWN: &str = "unknown";

impl fmt::Display for OperatorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listed(id) => id.fmt(f),
            Self::Unlisted(name) => write!(f, "{UNLISTED}{name}"),
            Self::Unknown => f.write_str(UNKNOWN),
        }
    }
}

/// Not the text of an operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither an operator's id nor \"unlisted:NAME\" nor \"unknown\"")]
pub struct BadOperatorKey(pub String);

impl FromStr for OperatorKey {
    type Err = BadOperatorKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == UNKNOWN {
            return Ok(Self::Unknown);
        }
        match text.strip_prefix(UNLISTED) {
            Some(name) if !name.trim().is_empty() => Ok(Self::Unlisted(name.to_owned())),
            Some(_) => Err(BadOperatorKey(text.to_owned())),
            None => text.parse().map(Self::Listed).map_err(|_| BadOperatorKey(text.to_owned())),
        }
    }
}

/// Id of a finding: the first 16 hexadecimal digits of SHA-256 over rule, target, role and operator, so that it is the
/// same from day to day. Addresses, dates and texts are not in it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FindingId([u8; 8]);

impl FindingId {
    /// The id. An unknown has another than the finding it may turn out to be: a baseline holds findings only.
    #[must_use]
    pub fn of(rule: &str, target: &str, role: Role, operator: &OperatorKey, verdict: Verdict) -> Self {
        let mut hash = Sha256::new();
        for part in [rule, target, role.id()] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        if verdict == Verdict::Unknown {
            hash.update(b"?\0");
        }
        // Last, because it may hold any octet.
        hash.update(operator.to_string().as_bytes());
        let mut id = [0; 8];
        id.copy_from_slice(&hash.finalize()[..8]);
        Self(id)
    }
}

impl fmt::Display for FindingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for FindingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Not 16 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the id of a finding: 16 hexadecimal digits")]
pub struct BadFindingId(pub String);

impl FromStr for FindingId {
    type Err = BadFindingId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || BadFindingId(text.to_owned());
        let is_hex = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if text.len() != 16 || !is_hex {
            return Err(bad());
        }
        u64::from_str_radix(text, 16).map(|n| Self(n.to_be_bytes())).map_err(|_| bad())
    }
}
