//! What is wrong with a policy file: every fault, each with its line and the nearest name that would have done.

use std::fmt;

use jiff::civil::Date;

use super::glob::BadGlob;
use crate::model::BadTarget;

/// One fault of a policy or a baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file, as the user named it.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// What is wrong.
    pub what: FaultKind,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

impl std::error::Error for Fault {}

/// Closed list of what can be wrong. Values come from the file: text from outside.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages are the documentation")]
pub enum FaultKind {
    #[error("the file has {0} bytes; at most 1048576 are read")]
    TooLarge(usize),
    #[error("not TOML: {0}")]
    Syntax(String),
    #[error("`{}` is written twice", .0.escape_debug())]
    DuplicateKey(String),
    #[error("unknown key `{}` in {table}{}", .key.escape_debug(), hint(.near))]
    UnknownKey { table: String, key: String, near: Option<String> },
    #[error(
        "`{0}` has no place in a policy, which judges and does not say how to observe, what to write or which data to use"
    )]
    NotJudging(String),
    #[error("`{key}` has to be {wanted}, not {found}")]
    Type { key: String, wanted: &'static str, found: &'static str },
    #[error("{table} needs `{key}`")]
    Missing { table: String, key: &'static str },
    #[error("version {0}: this program reads version 1")]
    Version(String),
    #[error("`{key}` = {value:?} is not one of {choices}")]
    Choice { key: String, value: String, choices: String },
    #[error("unknown {what} {value:?}{}", hint(.near))]
    Name { what: &'static str, value: String, near: Option<String> },
    #[error("{value:?} is no id: lower-case letters, digits and `-`, at most 64")]
    Id { value: String },
    #[error("`{0}` is empty")]
    Empty(String),
    #[error("`{0}` has more than 1000 characters")]
    TooLong(String),
    #[error("{what} `{value}` is defined twice; first at line {first}")]
    Twice { what: &'static str, value: String, first: u32 },
    #[error("`only` and `deny` exclude each other")]
    OnlyAndDeny,
    #[error("`{0}` needs `only` or `deny`")]
    OnlyOrDeny(&'static str),
    #[error("rule needs a condition: `reach`, `law`, `located`, `operator` or `established-in`")]
    NoCondition,
    #[error("a policy needs a rule or a limit: this one would let everything pass")]
    JudgesNothing,
    #[error("`{key}` = {value:?}: a path is relative and stays inside the policy's folder")]
    Path { key: String, value: String },
    #[error("`{key}`: {why}")]
    Target { key: String, why: BadTarget },
    #[error("`{key}`: {why}")]
    Glob { key: String, why: BadGlob },
    #[error("`{key}` = {value} is not {wanted}")]
    Number { key: String, value: String, wanted: &'static str },
    #[error("`{key}` = {value:?} is not a number of days such as \"45d\", at most \"3650d\"")]
    Days { key: String, value: String },
    #[error("`expires` = {on} is more than 12 months ahead: at most {last}")]
    TooFar { on: Date, last: Date },
    #[error("`from` = {from} is not before `to` = {to}")]
    EmptyTime { from: Date, to: Date },
    #[error("group `{0}` contains itself")]
    Cycle(String),
    #[error("group `{0}` is built in")]
    BuiltIn(String),
    #[error("{0:?} is no name of a group: `@`, then lower-case letters, digits and `-`")]
    GroupName(String),
    #[error("rule `{rule}` is not about the role `{role}`: the entry would never match")]
    RoleNotInRule { rule: String, role: &'static str },
    #[error("`kind:` is about what a page loads: the rule's `services` have to be [\"js\"]")]
    KindOffPage,
    #[error("{0:?} names more than one role; one of {1}")]
    ManyRoles(String, String),
    #[error("the id `{0}` is kept for the program's own findings")]
    Reserved(String),
    #[error("{0}")]
    Baseline(String),
    #[error("the id {id} does not belong to {of}")]
    WrongId { id: String, of: String },
    #[error("and {0} more faults")]
    More(usize),
}

impl FaultKind {
    /// Whether the fault may only be an echo of broken TOML elsewhere in the file.
    pub(super) fn may_be_an_echo(&self) -> bool {
        matches!(
            self,
            Self::Missing { .. }
                | Self::NoCondition
                | Self::JudgesNothing
                | Self::OnlyOrDeny(_)
                | Self::Name { .. }
                | Self::Empty(_)
                | Self::Type { .. }
                | Self::RoleNotInRule { .. }
        )
    }
}

fn hint(near: &Option<String>) -> String {
    near.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

/// The known name a word was most likely meant to be.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    // Names are short; what is much longer was not mistyped.
    if word.len() > 64 {
        return None;
    }
    known
        .into_iter()
        .map(|known| (distance(word, known), known))
        .filter(|(distance, known)| *distance <= 1 + known.len() / 4)
        .min()
        .map(|(_, known)| known.to_owned())
}

/// Levenshtein's distance, where two neighbours swapped count once.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut next = vec![i + 1];
        for j in 0..b.len() {
            let cost = usize::from(a[i] != b[j]);
            let mut best = (row[j] + cost).min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                best = best.min(before[j - 1] + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_names() {
        let keys = ["severity", "services", "targets", "law", "located"];
        assert_eq!(nearest("servces", keys).as_deref(), Some("services"));
        assert_eq!(nearest("serverity", keys).as_deref(), Some("severity"));
        assert_eq!(nearest("lwa", keys).as_deref(), Some("law"));
        assert_eq!(nearest("colour", keys), None);
    }
}
