//! `[groups]`: the file's own groups of countries.

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::super::fault::FaultKind;
use super::super::file::{Group, GroupMember, GroupName, Within};
use super::super::names::BUILT_IN;
use super::super::read::{Table, Value, Word};
use super::Parser;

/// Keys of a member that is written out.
pub(crate) const MEMBER: [&str; 4] = ["code", "from", "to", "partial"];

impl Parser<'_> {
    pub(super) fn groups(&mut self, top: &Table<'_>) -> BTreeMap<GroupName, Group> {
        let Some(table) = self.reader.table(top, "groups") else { return BTreeMap::new() };
        let mut entries: Vec<(GroupName, u32, &Value<'_>)> = Vec::new();
        for (key, value) in table.entries {
            let line = self.reader.line(key.span().start);
            let text = key.get_ref().as_ref();
            let name = text.strip_prefix('@').unwrap_or_default();
            let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            if name.is_empty() || name.len() > 64 || !name.bytes().all(is_plain) {
                self.reader.fault(line, FaultKind::GroupName(text.to_owned()));
            } else if BUILT_IN.contains(&name) {
                self.reader.fault(line, FaultKind::BuiltIn(text.to_owned()));
            } else {
                entries.push((GroupName(name.to_owned()), line, value));
            }
        }
        self.own_groups = entries.iter().map(|(name, ..)| name.as_str().to_owned()).collect();
        let mut groups = BTreeMap::new();
        for (name, line, _) in &entries {
            let members = self.members(&table, &name.to_string());
            groups.insert(name.clone(), Group { members, line: *line });
        }
        self.cycles(&groups);
        groups
    }

    fn members(&mut self, table: &Table<'_>, key: &str) -> Vec<GroupMember> {
        let mut members = Vec::new();
        for (value, line) in self.reader.array(table, key).unwrap_or_default() {
            let member = match value.get_ref() {
                DeValue::String(text) => {
                    let within = self.within(Word { text, line });
                    within.map(|within| GroupMember { within, from: None, to: None, is_partial: false })
                }
                _ => self.member(value, key, line),
            };
            members.extend(member);
        }
        members
    }

    /// `{ code = "US", from = 2023-07-10, to = 2027-01-01, partial = true }`.
    fn member(&mut self, value: &Value<'_>, key: &str, line: u32) -> Option<GroupMember> {
        let table = self.reader.as_table(value, key, line)?;
        self.reader.keys(&table, &MEMBER);
        let word = self.reader.required(&table, "code");
        let from = self.reader.date(&table, "from").map(|(day, _)| day);
        let to = self.reader.date(&table, "to").map(|(day, _)| day);
        if let (Some(from), Some(to)) = (from, to)
            && from >= to
        {
            self.reader.fault(line, FaultKind::EmptyTime { from, to });
        }
        let is_partial = match self.reader.value(&table, "partial") {
            None => false,
            Some((value, line)) => match value.get_ref() {
                DeValue::Boolean(is_partial) => *is_partial,
                other => {
                    self.reader.wrong(line, "partial", "true or false", other);
                    false
                }
            },
        };
        let within = self.within(word?)?;
        Some(GroupMember { within, from, to, is_partial })
    }

    /// A group that leads back to itself has no members that could be told.
    fn cycles(&mut self, groups: &BTreeMap<GroupName, Group>) {
        for (name, group) in groups {
            let mut seen: Vec<&GroupName> = Vec::new();
            let mut open: Vec<&Group> = vec![group];
            while let Some(group) = open.pop() {
                for member in &group.members {
                    if let Within::Group(inner) = &member.within
                        && !seen.contains(&inner)
                    {
                        seen.push(inner);
                        open.extend(groups.get(inner));
                    }
                }
            }
            if seen.contains(&name) {
                self.reader.fault(group.line, FaultKind::Cycle(name.to_string()));
            }
        }
    }
}
