//! Text -> policy, or every fault of it.

pub(super) mod entries;
pub(super) mod groups;
pub(super) mod rules;

use std::collections::BTreeSet;

use jiff::civil::Date;
use sha2::{Digest, Sha256};
use toml::de::DeTable;

use super::fault::{Fault, FaultKind};
use super::file::{MaxAge, Policy, PolicyTarget, UnknownIs};
use super::known::Known;
use super::read::{Reader, Table, Word};
use crate::attribute::{Home, HomeOrigin};
use crate::model::Target;

/// Largest policy file, in bytes.
pub const MAX_POLICY: usize = 1 << 20;

/// Keys of a policy.
pub(super) const KEYS: [&str; 15] = [
    "version",
    "home",
    "targets",
    "targets-file",
    "scan",
    "unknown",
    "unused-waiver",
    "data-max-age",
    "evidence-max-age",
    "groups",
    "rule",
    "waiver",
    "attest",
    "baseline",
    "limits",
];

/// Settings that other files and flags hold: a policy that could say these could send data elsewhere, hide its own
/// report, or choose the data it is judged by.
const NOT_JUDGING: [&str; 24] = [
    "resolver",
    "resolvers",
    "proxy",
    "connect-to",
    "allow-private",
    "output",
    "format",
    "lang",
    "color",
    "ascii",
    "width",
    "timeout",
    "jobs",
    "rate",
    "kb",
    "data",
    "data-dir",
    "cache-dir",
    "mmdb",
    "offline",
    "records",
    "vantage",
    "har",
    "as-of",
];

/// What a policy is read with.
pub(super) struct Parser<'a> {
    pub(super) reader: Reader<'a>,
    pub(super) known: &'a dyn Known,
    pub(super) judged_on: Date,
    /// Names of the file's own groups, without `@`.
    pub(super) own_groups: BTreeSet<String>,
    /// Rules in the file, understood or not.
    pub(super) rules_written: usize,
}

impl Policy {
    /// Reads a policy. `file` is what findings print; `judged_on` decides how far ahead a waiver may end.
    ///
    /// # Errors
    /// Every fault, in the order of the lines.
    pub fn parse(file: &str, text: &str, judged_on: Date, known: &dyn Known) -> Result<Self, Vec<Fault>> {
        if text.len() > MAX_POLICY {
            let what = FaultKind::TooLarge(text.len());
            return Err(vec![Fault { file: file.to_owned(), line: 1, what }]);
        }
        // A file that an editor wrote on Windows may begin with a byte order mark.
        let body = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = Reader::new(file, body);
        let (table, errors) = DeTable::parse_recoverable(body);
        let mut is_broken = false;
        let mut last = None;
        for error in errors {
            let span = error.span().unwrap_or_default();
            let line = reader.line(span.start);
            if error.message().starts_with("duplicate key") {
                let key = body.get(span).unwrap_or_default().to_owned();
                reader.fault(line, FaultKind::DuplicateKey(key));
            } else if last.replace(line) != Some(line) {
                // What the parser says of the rest of a broken line is an echo.
                is_broken = true;
                reader.fault(line, FaultKind::Syntax(error.message().to_owned()));
            }
        }
        let mut parser = Parser { reader, known, judged_on, own_groups: BTreeSet::new(), rules_written: 0 };
        let top = Table { entries: table.get_ref(), name: "the policy".to_owned(), line: 1 };
        let mut policy = parser.policy(file, &top);
        if is_broken {
            parser.reader.drop_echoes();
        }
        let faults = parser.reader.into_faults();
        if !faults.is_empty() {
            return Err(faults);
        }
        policy.sha256 = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(policy)
    }
}

impl Parser<'_> {
    fn policy(&mut self, file: &str, top: &Table<'_>) -> Policy {
        self.top_keys(top);
        self.version(top);
        let groups = self.groups(top);
        let rules = self.rules(top);
        let limits = self.limits(top);
        if rules.is_empty() && limits.third_parties.is_none() && self.reader.value(top, "rule").is_none() {
            self.reader.fault(1, FaultKind::JudgesNothing);
        }
        let waivers = self.waivers(top, &rules);
        let attests = self.attests(top);
        let unused = [("allow", false), ("warn", true)];
        let unknown = [("allow", UnknownIs::Allowed), ("warn", UnknownIs::Warning), ("error", UnknownIs::Error)];
        Policy {
            file: file.to_owned(),
            sha256: String::new(),
            home: self.home(top),
            targets: self.targets(top),
            targets_file: self.path_at(top, "targets-file"),
            scan: self.scan(top),
            unknown: self.reader.choice(top, "unknown", &unknown).unwrap_or_default(),
            warns_of_unused: self.reader.choice(top, "unused-waiver", &unused).unwrap_or(true),
            data_max_age: self.days(top, "data-max-age"),
            evidence_max_age: self.days(top, "evidence-max-age"),
            groups,
            rules,
            waivers,
            attests,
            baseline: self.baseline(top),
            limits,
        }
    }

    fn top_keys(&mut self, top: &Table<'_>) {
        let known: Vec<&str> = KEYS.iter().chain(&NOT_JUDGING).copied().collect();
        for key in NOT_JUDGING {
            if let Some((_, line)) = self.reader.value(top, key) {
                self.reader.fault(line, FaultKind::NotJudging(key.to_owned()));
            }
        }
        for key in top.entries.keys() {
            let name = key.get_ref().as_ref();
            if !known.contains(&name) {
                let near = super::fault::nearest(name, KEYS);
                let line = self.reader.line(key.span().start);
                self.reader.fault(line, FaultKind::UnknownKey { table: top.name.clone(), key: name.to_owned(), near });
            }
        }
    }

    fn version(&mut self, top: &Table<'_>) {
        use toml::de::DeValue;
        match self.reader.value(top, "version") {
            None => self.reader.missing(top, "version"),
            Some((value, line)) => match value.get_ref() {
                DeValue::Integer(number) if number.as_str() == "1" => {}
                DeValue::Integer(number) => self.reader.fault(line, FaultKind::Version(number.as_str().to_owned())),
                _ => {
                    self.reader.integer(top, "version", (1, 1), "1");
                }
            },
        }
    }

    fn home(&mut self, top: &Table<'_>) -> Option<Home> {
        let word = self.reader.text(top, "home")?;
        match word.text.trim_start_matches('@').to_ascii_lowercase().as_str() {
            "eea" => Some(Home::Eea),
            "eu" => {
                // The home group of a member state is the EEA.
                self.unknown(word, "home", Some("EEA".to_owned()));
                None
            }
            _ => self.country(word).map(|country| Home::Country(country, HomeOrigin::Given)),
        }
    }

    fn targets(&mut self, top: &Table<'_>) -> Vec<PolicyTarget> {
        let mut targets = Vec::new();
        for Word { text, line } in self.reader.words(top, "targets").unwrap_or_default() {
            match text.parse::<Target>() {
                Ok(target) => targets.push(PolicyTarget { target, line }),
                Err(why) => self.reader.fault(line, FaultKind::Target { key: "targets".to_owned(), why }),
            }
        }
        targets
    }

    fn scan(&mut self, top: &Table<'_>) -> Vec<String> {
        let words = self.reader.words(top, "scan").unwrap_or_default();
        words.into_iter().filter_map(|word| self.path(word, "scan")).collect()
    }

    fn path_at(&mut self, table: &Table<'_>, key: &str) -> Option<String> {
        let word = self.reader.text(table, key)?;
        self.path(word, key)
    }

    /// `"45d"`.
    fn days(&mut self, top: &Table<'_>, key: &str) -> Option<MaxAge> {
        let word = self.reader.text(top, key)?;
        let digits = word.text.strip_suffix('d').filter(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()));
        let days = digits.and_then(|d| d.parse().ok()).filter(|days| (1..=3650).contains(days));
        if days.is_none() {
            let (key, value) = (key.to_owned(), word.text.to_owned());
            self.reader.fault(word.line, FaultKind::Days { key, value });
        }
        days.map(|days| MaxAge { days, line: word.line })
    }
}
