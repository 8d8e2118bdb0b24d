//! `[[rule]]` and its conditions.

use std::collections::BTreeMap;

use super::super::fault::{FaultKind, nearest};
use super::super::file::{
    Answer, EstablishedIn, LawCondition, Located, Members, OperatorCondition, OperatorEntry, ReachCondition, Rule,
};
use super::super::glob::Glob;
use super::super::read::{Table, Word};
use super::super::{ANSWERS_DISAGREE, THIRD_PARTIES};
use super::Parser;
use crate::model::{LawId, Role, Severity};

/// Keys of a rule.
pub(crate) const RULE: [&str; 10] =
    ["id", "services", "targets", "reach", "law", "located", "operator", "established-in", "severity", "because"];
/// Keys of `reach`.
pub(crate) const REACH: [&str; 5] = ["only", "deny", "min-sure", "partial", "may-reach"];
/// Keys of `law`.
pub(crate) const LAW: [&str; 3] = ["deny", "min-sure", "may-reach"];
/// Keys of `located`.
pub(crate) const LOCATED: [&str; 3] = ["only", "anycast", "partial"];
/// Keys of `operator`.
pub(crate) const OPERATOR: [&str; 3] = ["only", "deny", "established-in"];
/// Keys of `established-in`.
pub(crate) const ESTABLISHED_IN: [&str; 1] = ["only"];

/// Ids that notices and built-in findings have.
const RESERVED: [&str; 16] = [
    THIRD_PARTIES,
    ANSWERS_DISAGREE,
    "unknown",
    "waiver-expired",
    "waiver-ended",
    "waiver-expiring",
    "waiver-unused",
    "attest-expired",
    "attest-expiring",
    "attest-unused",
    "rule-matched-nothing",
    "data-too-old",
    "evidence-too-old",
    "nothing-measured",
    "no-targets",
    "unknown-share",
];

/// Least confidence where a rule does not say.
const MIN_SURE: u8 = 2;

/// `anycast` and `partial`.
const ANSWERS: [(&str, Answer); 4] =
    [("allow", Answer::Allow), ("unknown", Answer::Unknown), ("warn", Answer::Warn), ("error", Answer::Error)];
/// `may-reach`.
const MAY_REACH: [(&str, Answer); 3] = [("allow", Answer::Allow), ("warn", Answer::Warn), ("error", Answer::Error)];

impl Parser<'_> {
    pub(super) fn rules(&mut self, top: &Table<'_>) -> Vec<Rule> {
        let mut rules = Vec::new();
        let mut first: BTreeMap<String, u32> = BTreeMap::new();
        let tables = self.reader.tables(top, "rule");
        self.rules_written = tables.len();
        for table in tables {
            let table = Table { name: "rule".to_owned(), ..table };
            let Some(rule) = self.rule(&table) else { continue };
            if let Some(first) = first.get(&rule.id) {
                let (value, first) = (rule.id.clone(), *first);
                self.reader.fault(rule.line, FaultKind::Twice { what: "rule", value, first });
                continue;
            }
            first.insert(rule.id.clone(), rule.line);
            rules.push(rule);
        }
        rules
    }

    fn rule(&mut self, table: &Table<'_>) -> Option<Rule> {
        self.reader.keys(table, &RULE);
        let id = self.reader.required(table, "id").and_then(|word| Some((self.id(word)?, word.line)));
        if let Some((id, line)) = &id
            && RESERVED.contains(&id.as_str())
        {
            self.reader.fault(*line, FaultKind::Reserved(id.clone()));
        }
        if self.reader.value(table, "services").is_none() {
            self.reader.missing(table, "services");
        }
        let words = self.reader.words(table, "services").unwrap_or_default();
        let roles = self.roles(&words);
        let targets = self.globs(table, "targets");
        let reach = self.reach(table);
        let law = self.law(table);
        let located = self.located(table);
        let (operator, established_inside) = self.operator(table, &roles);
        let established_in = self.established_in(table).or(established_inside);
        let conditions = ["reach", "law", "located", "operator", "established-in"];
        if conditions.iter().all(|key| self.reader.value(table, key).is_none()) {
            self.reader.fault(table.line, FaultKind::NoCondition);
        }
        let severities = [("error", Severity::Error), ("warning", Severity::Warning), ("note", Severity::Note)];
        let severity = self.reader.choice(table, "severity", &severities).unwrap_or(Severity::Error);
        let because = self.reader.text(table, "because").map(|word| word.text.to_owned());
        let (id, line) = id?;
        Some(Rule { id, line, roles, targets, reach, law, located, operator, established_in, severity, because })
    }

    pub(super) fn globs(&mut self, table: &Table<'_>, key: &'static str) -> Vec<Glob> {
        let words = self.reader.words(table, key).unwrap_or_default();
        words.into_iter().filter_map(|word| self.glob(word, key)).collect()
    }

    pub(super) fn glob(&mut self, word: Word<'_>, key: &'static str) -> Option<Glob> {
        word.text.parse().map_err(|why| self.reader.fault(word.line, FaultKind::Glob { key: key.to_owned(), why })).ok()
    }

    fn reach(&mut self, rule: &Table<'_>) -> Option<ReachCondition> {
        let table = self.reader.table(rule, "reach")?;
        self.reader.keys(&table, &REACH);
        let members = self.members_of(&table, "reach", Self::within)?;
        Some(ReachCondition {
            members,
            min_sure: self.min_sure(&table),
            partial: self.reader.choice(&table, "partial", &ANSWERS).unwrap_or(Answer::Warn),
            may_reach: self.reader.choice(&table, "may-reach", &MAY_REACH).unwrap_or(Answer::Warn),
        })
    }

    fn law(&mut self, rule: &Table<'_>) -> Option<LawCondition> {
        let table = self.reader.table(rule, "law")?;
        self.reader.keys(&table, &LAW);
        if self.reader.value(&table, "deny").is_none() {
            self.reader.missing(&table, "deny");
        }
        let mut deny = Vec::new();
        for word in self.reader.words(&table, "deny").unwrap_or_default() {
            let known = self.known.laws();
            match word.text.parse::<LawId>().ok().filter(|id| known.contains(&id)) {
                Some(id) => deny.push(id),
                None => {
                    let near = nearest(word.text, known.into_iter().map(LawId::as_str));
                    self.unknown(word, "law", near);
                }
            }
        }
        deny.sort();
        deny.dedup();
        let may_reach = self.reader.choice(&table, "may-reach", &MAY_REACH).unwrap_or(Answer::Warn);
        Some(LawCondition { deny, min_sure: self.min_sure(&table), may_reach })
    }

    fn located(&mut self, rule: &Table<'_>) -> Option<Located> {
        let table = self.reader.table(rule, "located")?;
        self.reader.keys(&table, &LOCATED);
        if self.reader.value(&table, "only").is_none() {
            self.reader.missing(&table, "only");
        }
        let words = self.reader.words(&table, "only").unwrap_or_default();
        Some(Located {
            only: self.withins(words),
            anycast: self.reader.choice(&table, "anycast", &ANSWERS).unwrap_or(Answer::Unknown),
            partial: self.reader.choice(&table, "partial", &ANSWERS).unwrap_or(Answer::Warn),
        })
    }

    fn operator(&mut self, rule: &Table<'_>, roles: &[Role]) -> (Option<OperatorCondition>, Option<EstablishedIn>) {
        let Some(table) = self.reader.table(rule, "operator") else { return (None, None) };
        self.reader.keys(&table, &OPERATOR);
        let established = self.reader.words(&table, "established-in").map(|words| self.withins(words));
        let established = established.map(|only| EstablishedIn { only });
        let has_members = ["only", "deny"].iter().any(|key| self.reader.value(&table, key).is_some());
        if !has_members && self.reader.value(&table, "established-in").is_some() {
            return (None, established);
        }
        let members = self.members_of(&table, "operator", Self::operator_entry);
        if let Some(Members::Only(list) | Members::Deny(list)) = &members
            && list.iter().any(|entry| matches!(entry, OperatorEntry::Kind(_)))
            && !roles.is_empty()
            && roles != [Role::Resource]
        {
            self.reader.fault(table.line, FaultKind::KindOffPage);
        }
        (members.map(|members| OperatorCondition { members }), established)
    }

    fn established_in(&mut self, rule: &Table<'_>) -> Option<EstablishedIn> {
        let table = self.reader.table(rule, "established-in")?;
        self.reader.keys(&table, &ESTABLISHED_IN);
        if self.reader.value(&table, "only").is_none() {
            self.reader.missing(&table, "only");
        }
        let words = self.reader.words(&table, "only")?;
        Some(EstablishedIn { only: self.withins(words) })
    }

    /// `only` or `deny`, one of them.
    fn members_of<T: Ord>(
        &mut self,
        table: &Table<'_>,
        name: &'static str,
        parse: fn(&mut Self, Word<'_>) -> Option<T>,
    ) -> Option<Members<T>> {
        let key = match (self.reader.value(table, "only"), self.reader.value(table, "deny")) {
            (Some((_, a)), Some((_, b))) => {
                self.reader.fault(a.max(b), FaultKind::OnlyAndDeny);
                return None;
            }
            (Some(_), None) => "only",
            (None, Some(_)) => "deny",
            (None, None) => {
                self.reader.fault(table.line, FaultKind::OnlyOrDeny(name));
                return None;
            }
        };
        let words = self.reader.words(table, key)?;
        let mut list: Vec<T> = words.into_iter().filter_map(|word| parse(self, word)).collect();
        list.sort();
        list.dedup();
        Some(if key == "only" { Members::Only(list) } else { Members::Deny(list) })
    }

    fn min_sure(&mut self, table: &Table<'_>) -> u8 {
        let number = self.reader.integer(table, "min-sure", (1, 3), "a whole number from 1 to 3");
        number.and_then(|n| u8::try_from(n).ok()).unwrap_or(MIN_SURE)
    }
}
