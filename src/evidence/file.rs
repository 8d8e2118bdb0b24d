//! Saved evidence: one JSON document a target, several as NDJSON.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Evidence;
use crate::model::{CountryCode, OperatorId, Role};

/// Number of the shape of [`Evidence`] this release writes; newer ones are refused.
pub const SCHEMA: u32 = 1;

/// Evidence and the judgement of the day it was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    /// What was seen.
    pub evidence: Evidence,
    /// What was made of it then.
    pub judged: Vec<Judged>,
}

/// One line of the judgement of the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    /// Role.
    pub role: Role,
    /// Operator, if listed.
    #[serde(default)]
    pub operator: Option<OperatorId>,
    /// Names of the companies of the chain, operating one first.
    pub owners: Vec<String>,
    /// Codes of the LAW cell that reach.
    pub codes: Vec<CountryCode>,
    /// Release of the knowledge base.
    pub release: String,
}

/// Why saved evidence cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadEvidence {
    /// Not JSON of the shape.
    #[error("line {line}: {what}")]
    Json {
        /// Line of the file, from 1.
        line: usize,
        /// What the parser says.
        what: String,
    },
    /// Written by a newer release.
    #[error("line {line}: evidence of schema {found}; this release reads up to {SCHEMA}")]
    Newer {
        /// Line of the file, from 1.
        line: usize,
        /// The number found.
        found: u64,
    },
    /// Nothing in it.
    #[error("no evidence in it")]
    Empty,
}

/// Reads one document or NDJSON; a document may span lines when it is alone in the file.
///
/// # Errors
/// The first fault, with its line.
pub fn read(text: &str) -> Result<Vec<Saved>, BadEvidence> {
    Ok(read_with_lines(text)?.into_iter().map(|(_, saved)| saved).collect())
}

/// As [`read`], each document with the line it begins on, from 1.
///
/// # Errors
/// As [`read`].
pub fn read_with_lines(text: &str) -> Result<Vec<(usize, Saved)>, BadEvidence> {
    let mut out = Vec::new();
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>();
    loop {
        // The stream stands at the end of the last document; the next begins after the white space between them.
        let offset = stream.byte_offset();
        let begin = text.len() - text[offset..].trim_start().len();
        let line = 1 + text[..begin].bytes().filter(|b| *b == b'\n').count();
        let Some(value) = stream.next() else { break };
        let value = value.map_err(|e| BadEvidence::Json { line: e.line(), what: e.to_string() })?;
        let schema = value.pointer("/evidence/schema").and_then(serde_json::Value::as_u64);
        if let Some(found) = schema.filter(|n| *n > u64::from(SCHEMA)) {
            return Err(BadEvidence::Newer { line, found });
        }
        let saved = serde_json::from_value(value).map_err(|e| BadEvidence::Json { line, what: e.to_string() })?;
        out.push((line, saved));
    }
    if out.is_empty() { Err(BadEvidence::Empty) } else { Ok(out) }
}

/// One line of JSON, with the line feed.
///
/// # Errors
/// Never for evidence made by this crate; serde's error otherwise.
pub fn write(saved: &Saved) -> Result<String, serde_json::Error> {
    serde_json::to_string(saved).map(|line| line + "\n")
}

/// SHA-256 of the evidence in its written form, hex.
///
/// # Errors
/// As [`write`].
pub fn digest(evidence: &Evidence) -> Result<String, serde_json::Error> {
    let bytes = serde_json::to_vec(evidence)?;
    Ok(data_encoding::HEXLOWER.encode(&Sha256::digest(&bytes)))
}
