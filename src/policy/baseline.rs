//! The baseline: findings that were there when the gate was set up. It may shrink, and nothing here makes it grow.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::fault::{Fault, FaultKind};
use super::finding::{Finding, State, Verdict};
use super::id::{FindingId, OperatorKey};
use crate::model::{Role, Severity};

/// The form of the file.
const SCHEMA: &str = "jurisdig/baseline/1";
/// Largest file, in bytes: about 100,000 findings.
pub const MAX_BASELINE: usize = 32 << 20;

/// Findings that do not count.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Baseline {
    entries: Vec<Entry>,
    by_id: BTreeMap<FindingId, usize>,
}

/// One finding of a baseline. What the id is made of stands beside it, so that people can review the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The finding.
    pub id: FindingId,
    /// Its rule.
    pub rule: String,
    /// Its target.
    pub target: String,
    /// Its role.
    pub role: Role,
    /// Its operator.
    pub operator: OperatorKey,
    /// How grave it was: a graver one of the same id counts.
    pub severity: Severity,
    /// Day it was first seen.
    pub first_seen: Date,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: String,
    findings: Vec<Row>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    rule: String,
    target: String,
    role: Role,
    operator: String,
    severity: Severity,
    first_seen: Date,
}

impl Baseline {
    /// Reads a baseline. `file` is what faults print.
    ///
    /// # Errors
    /// Every fault; an id that does not belong to what stands beside it is one.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Fault>> {
        let fault = |line, what| Fault { file: file.to_owned(), line, what };
        if text.len() > MAX_BASELINE {
            let what = FaultKind::Baseline(format!("the baseline has more than {MAX_BASELINE} bytes"));
            return Err(vec![fault(1, what)]);
        }
        let read: File = serde_json::from_str(text).map_err(|error| {
            let line = u32::try_from(error.line()).unwrap_or(1).max(1);
            vec![fault(line, FaultKind::Baseline(format!("not a baseline: {error}")))]
        })?;
        if read.schema != SCHEMA {
            let what = FaultKind::Baseline(format!("schema {:?}: this program reads {SCHEMA:?}", read.schema));
            return Err(vec![fault(1, what)]);
        }
        let mut faults = Vec::new();
        let mut entries = Vec::new();
        for row in read.findings {
            // serde_json keeps no lines; an id stands once in a good file.
            let line = line_of(text, &row.id);
            match row.entry() {
                Ok(entry) => entries.push(entry),
                Err(what) => faults.push(fault(line, what)),
            }
        }
        if faults.is_empty() { Ok(Self::new(entries)) } else { Err(faults) }
    }

    fn new(mut entries: Vec<Entry>) -> Self {
        let key = |e: &Entry| (e.target.clone(), e.rule.clone(), e.role, e.operator.clone(), e.first_seen);
        entries.sort_by_key(key);
        entries.dedup_by_key(|entry| entry.id);
        let by_id = entries.iter().enumerate().map(|(at, entry)| (entry.id, at)).collect();
        Self { entries, by_id }
    }

    /// A first baseline: what is found today and nobody answers for. Unknowns are not in it.
    #[must_use]
    pub fn first(findings: &[Finding], today: Date) -> Self {
        let counted = findings.iter().filter(|f| f.verdict == Verdict::Against && f.state == State::Finding);
        let entry = |finding: &Finding| Entry {
            id: finding.id,
            rule: finding.rule.clone(),
            target: finding.target.to_string(),
            role: finding.role,
            operator: finding.operator.clone(),
            severity: finding.severity,
            first_seen: today,
        };
        Self::new(counted.map(entry).collect())
    }

    /// The baseline without findings that no longer occur (`Judgement::no_longer`).
    #[must_use]
    pub fn without(&self, gone: &[FindingId]) -> Self {
        let gone: BTreeSet<&FindingId> = gone.iter().collect();
        Self::new(self.entries.iter().filter(|entry| !gone.contains(&entry.id)).cloned().collect())
    }

    /// The file: one line a finding, sorted by target.
    #[must_use]
    pub fn to_text(&self) -> String {
        let rows: Vec<String> = self.entries.iter().map(|entry| format!("    {}", Row::of(entry).to_line())).collect();
        let list = if rows.is_empty() { String::new() } else { format!("\n{}\n  ", rows.join(",\n")) };
        format!("{{\n  \"schema\": \"{SCHEMA}\",\n  \"findings\": [{list}]\n}}\n")
    }

    /// All entries, sorted by target.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of a finding.
    #[must_use]
    pub fn get(&self, id: FindingId) -> Option<&Entry> {
        self.by_id.get(&id).map(|at| &self.entries[*at])
    }
}

impl Row {
    fn of(entry: &Entry) -> Self {
        Self {
            id: entry.id.to_string(),
            rule: entry.rule.clone(),
            target: entry.target.clone(),
            role: entry.role,
            operator: entry.operator.to_string(),
            severity: entry.severity,
            first_seen: entry.first_seen,
        }
    }

    fn to_line(&self) -> String {
        // Texts, a date and two closed lists: none of them can fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    fn entry(self) -> Result<Entry, FaultKind> {
        let id: FindingId = self.id.parse().map_err(|e| FaultKind::Baseline(format!("{e}")))?;
        let operator: OperatorKey = self.operator.parse().map_err(|e| FaultKind::Baseline(format!("{e}")))?;
        if id != FindingId::of(&self.rule, &self.target, self.role, &operator, Verdict::Against) {
            let of = format!("{} {} {} {operator}", self.rule, self.target, self.role.id());
            return Err(FaultKind::WrongId { id: self.id, of });
        }
        let Self { rule, target, role, severity, first_seen, .. } = self;
        Ok(Entry { id, rule, target, role, operator, severity, first_seen })
    }
}

fn line_of(text: &str, id: &str) -> u32 {
    let quoted = format!("\"{id}\"");
    let before = text.find(&quoted).map_or("", |at| &text[..at]);
    u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX)
}
