//! `[[waiver]]`, `[[attest]]`, `[baseline]` and `[limits]`.

use jiff::ToSpan;
use jiff::civil::Date;
use toml::de::DeValue;

use super::super::OperatorKey;
use super::super::fault::{FaultKind, nearest};
use super::super::file::{Attest, BaselineFile, Limits, Rule, Share, ThirdPartyLimit, Waiver};
use super::super::read::{Table, Word};
use super::Parser;

/// Keys of a waiver.
pub(crate) const WAIVER: [&str; 9] =
    ["rule", "target", "role", "operator", "reason", "owner", "ticket", "expires", "reach"];
/// Keys of an attestation.
pub(crate) const ATTEST: [&str; 7] = ["target", "role", "label", "document", "reason", "owner", "expires"];
/// Keys of the baseline.
pub(crate) const BASELINE: [&str; 2] = ["file", "mode"];
/// Keys of the limits.
pub(crate) const LIMITS: [&str; 2] = ["unknown-share", "third-parties"];
/// Keys of `third-parties`.
pub(crate) const THIRD_PARTY: [&str; 2] = ["max", "targets"];

impl Parser<'_> {
    pub(super) fn waivers(&mut self, top: &Table<'_>, rules: &[Rule]) -> Vec<Waiver> {
        let mut waivers: Vec<Waiver> = Vec::new();
        for table in self.reader.tables(top, "waiver") {
            let table = Table { name: "waiver".to_owned(), ..table };
            let Some(waiver) = self.waiver(&table, rules) else { continue };
            let same = |w: &&Waiver| {
                (&w.rule, &w.target, w.role, &w.operator)
                    == (&waiver.rule, &waiver.target, waiver.role, &waiver.operator)
            };
            if let Some(first) = waivers.iter().find(same).map(|w| w.line) {
                let value = format!("{} {} {} {}", waiver.rule, waiver.target, waiver.role.id(), waiver.operator);
                self.reader.fault(waiver.line, FaultKind::Twice { what: "waiver", value, first });
                continue;
            }
            waivers.push(waiver);
        }
        waivers
    }

    fn waiver(&mut self, table: &Table<'_>, rules: &[Rule]) -> Option<Waiver> {
        self.reader.keys(table, &WAIVER);
        let rule = self.reader.required(table, "rule");
        let named = rule.and_then(|word| rules.iter().find(|rule| rule.id == word.text));
        // A rule that is faulty itself is not in the list; its own faults are told.
        if let (Some(word), None, true) = (rule, named, self.all_rules_are_good(rules)) {
            let near = nearest(word.text, rules.iter().map(|rule| rule.id.as_str()));
            self.unknown(word, "rule", near);
        }
        let target = self.reader.required(table, "target").and_then(|word| self.glob(word, "target"));
        let role = self.reader.required(table, "role").and_then(|word| Some((self.role(word)?, word.line)));
        if let (Some(rule), Some((role, line))) = (named, role)
            && !rule.roles.is_empty()
            && !rule.roles.contains(&role)
        {
            let (rule, role) = (rule.id.clone(), role.id());
            self.reader.fault(line, FaultKind::RoleNotInRule { rule, role });
        }
        let operator = self.reader.required(table, "operator").and_then(|word| self.operator_key(word));
        let reason = self.required_text(table, "reason");
        let owner = self.required_text(table, "owner");
        let ticket = self.reader.text(table, "ticket").map(|word| word.text.to_owned());
        let expires = self.expires(table, true);
        let reach = self.reader.words(table, "reach").map(|words| {
            let mut codes: Vec<_> = words.into_iter().filter_map(|word| self.country(word)).collect();
            codes.sort();
            codes.dedup();
            codes
        });
        Some(Waiver {
            line: table.line,
            rule: rule?.text.to_owned(),
            target: target?,
            role: role?.0,
            operator: operator?,
            reach,
            reason: reason?,
            owner: owner?,
            ticket,
            expires: expires?,
        })
    }

    /// Whether every rule of the file was understood, so that a name that is not among them is unknown.
    fn all_rules_are_good(&self, rules: &[Rule]) -> bool {
        rules.len() == self.rules_written
    }

    /// The operator of a waiver need not be in the data: one that is mistyped covers nothing, and is told as unused.
    fn operator_key(&mut self, word: Word<'_>) -> Option<OperatorKey> {
        match word.text.parse() {
            Ok(operator) => Some(operator),
            Err(_) => {
                let known = self.known;
                let near = nearest(word.text, known.operators().into_iter().map(|id| id.as_str()));
                self.unknown(word, "operator", near);
                None
            }
        }
    }

    fn required_text(&mut self, table: &Table<'_>, key: &'static str) -> Option<String> {
        self.reader.required(table, key).map(|word| word.text.to_owned())
    }

    /// The last day of an entry. A waiver may not end later than 12 months from the day of judgement.
    fn expires(&mut self, table: &Table<'_>, is_capped: bool) -> Option<Date> {
        if self.reader.value(table, "expires").is_none() {
            self.reader.missing(table, "expires");
        }
        let (on, line) = self.reader.date(table, "expires")?;
        let last = self.judged_on.saturating_add(12.months());
        if is_capped && on > last {
            self.reader.fault(line, FaultKind::TooFar { on, last });
            return None;
        }
        Some(on)
    }

    pub(super) fn attests(&mut self, top: &Table<'_>) -> Vec<Attest> {
        let mut attests = Vec::new();
        for table in self.reader.tables(top, "attest") {
            let table = Table { name: "attest".to_owned(), ..table };
            attests.extend(self.attest(&table));
        }
        attests
    }

    fn attest(&mut self, table: &Table<'_>) -> Option<Attest> {
        self.reader.keys(table, &ATTEST);
        let target = self.reader.required(table, "target").and_then(|word| self.glob(word, "target"));
        let role = self.reader.required(table, "role").and_then(|word| self.role(word));
        let label = self.reader.required(table, "label").and_then(|word| self.label(word));
        let document = self.required_text(table, "document");
        let reason = self.required_text(table, "reason");
        let owner = self.required_text(table, "owner");
        let expires = self.expires(table, false);
        Some(Attest {
            line: table.line,
            target: target?,
            role: role?,
            label: label?,
            document: document?,
            reason: reason?,
            owner: owner?,
            expires: expires?,
        })
    }

    pub(super) fn baseline(&mut self, top: &Table<'_>) -> Option<BaselineFile> {
        let table = self.reader.table(top, "baseline")?;
        self.reader.keys(&table, &BASELINE);
        self.reader.choice(&table, "mode", &[("ratchet", ())]);
        let word = self.reader.required(&table, "file")?;
        Some(BaselineFile { file: self.path(word, "file")?, line: word.line })
    }

    pub(super) fn limits(&mut self, top: &Table<'_>) -> Limits {
        let Some(table) = self.reader.table(top, "limits") else { return Limits::default() };
        self.reader.keys(&table, &LIMITS);
        Limits { unknown_share: self.share(&table), third_parties: self.third_parties(&table) }
    }

    fn share(&mut self, table: &Table<'_>) -> Option<(Share, u32)> {
        let key = "unknown-share";
        let (value, line) = self.reader.value(table, key)?;
        let text = match value.get_ref() {
            DeValue::Float(number) => number.as_str(),
            DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
            other => {
                self.reader.wrong(line, key, "a number from 0 to 1", other);
                return None;
            }
        };
        match Share::parse(text) {
            Some(share) => Some((share, line)),
            None => {
                let (key, value) = (key.to_owned(), text.to_owned());
                self.reader.fault(line, FaultKind::Number { key, value, wanted: "a number from 0 to 1" });
                None
            }
        }
    }

    fn third_parties(&mut self, limits: &Table<'_>) -> Option<ThirdPartyLimit> {
        let table = self.reader.table(limits, "third-parties")?;
        self.reader.keys(&table, &THIRD_PARTY);
        if self.reader.value(&table, "max").is_none() {
            self.reader.missing(&table, "max");
        }
        let max = self.reader.integer(&table, "max", (0, 10_000), "a whole number from 0 to 10000");
        let targets = self.globs(&table, "targets");
        Some(ThirdPartyLimit { max: max?, targets, line: table.line })
    }
}
