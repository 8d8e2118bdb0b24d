//! TOML with lines: takes values of the wanted kind out of tables and notes each fault with its line.

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{Fault, FaultKind, nearest};

/// Longest text of a policy, in characters.
const MAX_TEXT: usize = 1000;
/// Most faults listed.
const MAX_FAULTS: usize = 1000;

/// A value with its place in the text.
pub(super) type Value<'t> = Spanned<DeValue<'t>>;

/// A table, what to call it, and its line.
pub(super) struct Table<'t> {
    pub(super) entries: &'t DeTable<'t>,
    /// `the policy`, `rule`, `reach`.
    pub(super) name: String,
    pub(super) line: u32,
}

/// A text with its line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word<'t> {
    pub(super) text: &'t str,
    pub(super) line: u32,
}

/// Reads values and gathers faults.
pub(super) struct Reader<'a> {
    file: &'a str,
    /// Offsets at which lines start.
    starts: Vec<usize>,
    faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &'a str, text: &str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { file, starts, faults: Vec::new() }
    }

    pub(super) fn fault(&mut self, line: u32, what: FaultKind) {
        self.faults.push(Fault { file: self.file.to_owned(), line, what });
    }

    /// Drops what may only be an echo of broken TOML.
    pub(super) fn drop_echoes(&mut self) {
        let broken: Vec<u32> =
            self.faults.iter().filter(|f| matches!(f.what, FaultKind::Syntax(_))).map(|f| f.line).collect();
        self.faults.retain(|fault| {
            matches!(fault.what, FaultKind::Syntax(_)) || !(fault.what.may_be_an_echo() || broken.contains(&fault.line))
        });
    }

    /// All faults in the order of the file.
    pub(super) fn into_faults(mut self) -> Vec<Fault> {
        self.faults.sort_by_key(|fault| fault.line);
        self.faults.dedup();
        if self.faults.len() > MAX_FAULTS {
            let more = self.faults.len() - MAX_FAULTS;
            self.faults.truncate(MAX_FAULTS);
            let line = self.faults.last().map_or(1, |fault| fault.line);
            self.fault(line, FaultKind::More(more));
        }
        self.faults
    }

    pub(super) fn line(&self, offset: usize) -> u32 {
        u32::try_from(self.starts.partition_point(|start| *start <= offset)).unwrap_or(u32::MAX)
    }

    /// Names every key that is not known.
    pub(super) fn keys(&mut self, table: &Table<'_>, known: &[&str]) {
        for key in table.entries.keys() {
            let name = key.get_ref().as_ref();
            if !known.contains(&name) {
                let near = nearest(name, known.iter().copied());
                let line = self.line(key.span().start);
                self.fault(line, FaultKind::UnknownKey { table: table.name.clone(), key: name.to_owned(), near });
            }
        }
    }

    /// A value, and the line of its key.
    pub(super) fn value<'t>(&self, table: &Table<'t>, key: &str) -> Option<(&'t Value<'t>, u32)> {
        let (name, value) = table.entries.iter().find(|(name, _)| name.get_ref() == key)?;
        Some((value, self.line(name.span().start)))
    }

    pub(super) fn wrong(&mut self, line: u32, key: &str, wanted: &'static str, found: &DeValue<'_>) {
        let found = match found {
            DeValue::String(_) => "text",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.fault(line, FaultKind::Type { key: key.to_owned(), wanted, found });
    }

    pub(super) fn missing(&mut self, table: &Table<'_>, key: &'static str) {
        self.fault(table.line, FaultKind::Missing { table: table.name.clone(), key });
    }

    /// A text, which is not empty.
    pub(super) fn text<'t>(&mut self, table: &Table<'t>, key: &str) -> Option<Word<'t>> {
        let (value, line) = self.value(table, key)?;
        self.word(value, key, line)
    }

    /// A text that has to be there.
    pub(super) fn required<'t>(&mut self, table: &Table<'t>, key: &'static str) -> Option<Word<'t>> {
        if self.value(table, key).is_none() {
            self.missing(table, key);
        }
        self.text(table, key)
    }

    fn word<'t>(&mut self, value: &'t Value<'t>, key: &str, line: u32) -> Option<Word<'t>> {
        let DeValue::String(text) = value.get_ref() else {
            self.wrong(line, key, "text", value.get_ref());
            return None;
        };
        if text.trim().is_empty() {
            self.fault(line, FaultKind::Empty(key.to_owned()));
            return None;
        }
        if text.chars().count() > MAX_TEXT {
            self.fault(line, FaultKind::TooLong(key.to_owned()));
            return None;
        }
        Some(Word { text, line })
    }

    /// A list that is not empty.
    pub(super) fn array<'t>(&mut self, table: &Table<'t>, key: &str) -> Option<Vec<(&'t Value<'t>, u32)>> {
        let (value, line) = self.value(table, key)?;
        let DeValue::Array(list) = value.get_ref() else {
            self.wrong(line, key, "a list", value.get_ref());
            return None;
        };
        if list.is_empty() {
            self.fault(line, FaultKind::Empty(key.to_owned()));
            return None;
        }
        Some(list.iter().map(|item| (item, self.line(item.span().start))).collect())
    }

    /// A list of texts that is not empty.
    pub(super) fn words<'t>(&mut self, table: &Table<'t>, key: &str) -> Option<Vec<Word<'t>>> {
        let list = self.array(table, key)?;
        Some(list.into_iter().filter_map(|(item, line)| self.word(item, key, line)).collect())
    }

    /// A table inside a table.
    pub(super) fn table<'t>(&mut self, table: &Table<'t>, key: &'static str) -> Option<Table<'t>> {
        let (value, line) = self.value(table, key)?;
        self.as_table(value, key, line)
    }

    pub(super) fn as_table<'t>(&mut self, value: &'t Value<'t>, key: &str, line: u32) -> Option<Table<'t>> {
        let DeValue::Table(entries) = value.get_ref() else {
            self.wrong(line, key, "a table", value.get_ref());
            return None;
        };
        Some(Table { entries, name: format!("`{key}`"), line })
    }

    /// `[[key]]` entries, each with the line of its heading.
    pub(super) fn tables<'t>(&mut self, table: &Table<'t>, key: &'static str) -> Vec<Table<'t>> {
        let Some((value, line)) = self.value(table, key) else { return Vec::new() };
        let DeValue::Array(list) = value.get_ref() else {
            self.wrong(line, key, "a list: [[double brackets]]", value.get_ref());
            return Vec::new();
        };
        let places: Vec<(&Value<'t>, u32)> = list.iter().map(|item| (item, self.line(item.span().start))).collect();
        places.into_iter().filter_map(|(item, line)| self.as_table(item, key, line)).collect()
    }

    /// A date without a time.
    pub(super) fn date(&mut self, table: &Table<'_>, key: &str) -> Option<(Date, u32)> {
        let (value, line) = self.value(table, key)?;
        let day = match value.get_ref() {
            DeValue::Datetime(datetime) if datetime.time.is_none() && datetime.offset.is_none() => datetime.date,
            _ => None,
        };
        let of = |d: toml::value::Date| {
            let (year, month, day) = (i16::try_from(d.year), i8::try_from(d.month), i8::try_from(d.day));
            Date::new(year.ok()?, month.ok()?, day.ok()?).ok()
        };
        match day.and_then(of) {
            Some(day) => Some((day, line)),
            None => {
                self.wrong(line, key, "a date such as 2027-03-31, without quotes", value.get_ref());
                None
            }
        }
    }

    /// A whole number within bounds, which belong to it.
    pub(super) fn integer(
        &mut self,
        table: &Table<'_>,
        key: &str,
        bounds: (u32, u32),
        wanted: &'static str,
    ) -> Option<u32> {
        let (value, line) = self.value(table, key)?;
        let DeValue::Integer(number) = value.get_ref() else {
            self.wrong(line, key, wanted, value.get_ref());
            return None;
        };
        let parsed = i64::from_str_radix(number.as_str(), number.radix()).ok().and_then(|n| u32::try_from(n).ok());
        match parsed.filter(|n| (bounds.0..=bounds.1).contains(n)) {
            Some(number) => Some(number),
            None => {
                let value = number.as_str().to_owned();
                self.fault(line, FaultKind::Number { key: key.to_owned(), value, wanted });
                None
            }
        }
    }

    /// One of a few texts.
    pub(super) fn choice<T: Copy>(&mut self, table: &Table<'_>, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let Word { text, line } = self.text(table, key)?;
        match choices.iter().find(|(name, _)| *name == text) {
            Some((_, choice)) => Some(*choice),
            None => {
                let choices: Vec<String> = choices.iter().map(|(name, _)| format!("{name:?}")).collect();
                let (value, choices) = (text.to_owned(), choices.join(", "));
                self.fault(line, FaultKind::Choice { key: key.to_owned(), value, choices });
                None
            }
        }
    }
}
