//! One TOML file -> entries with their lines. Each entry is read on its own, so that one bad entry hides no other fault.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::ops::Range;
use std::rc::Rc;
use std::str::FromStr;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::compile::Fault;
use super::draft::{self, Draft, Place, Placed};
use super::schema::Edge;

/// The form of the files this program reads.
const SCHEMA: &str = "jurisdig-kb/1";

/// All keys a file may have.
const KEYS: [&str; 19] = [
    "schema",
    "release",
    "released",
    "review_by",
    "source",
    "jurisdiction",
    "agreement",
    "law",
    "service",
    "entity",
    "edge",
    "deal",
    "operator",
    "order",
    "order_note",
    "region_country",
    "certification",
    "authority",
    "framework",
];

type Value<'i> = Spanned<DeValue<'i>>;

struct Reader<'a> {
    file: Rc<str>,
    /// Offsets at which lines start.
    starts: Vec<usize>,
    faults: &'a mut Vec<Fault>,
}

/// Reads a file into the draft. `false` if it is not TOML at all.
pub(super) fn read(path: &str, text: &str, draft: &mut Draft, faults: &mut Vec<Fault>) -> bool {
    let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let mut reader = Reader { file: Rc::from(path), starts, faults };
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let mut last = None;
        for error in errors {
            // What the parser says of the rest of a broken line is an echo.
            let line = reader.place(error.span().unwrap_or_default()).line;
            if last.replace(line) != Some(line) {
                reader.error(&error, 0..0);
            }
        }
        return false;
    }
    for (key, mut value) in table.into_inner() {
        dates_to_text(value.get_mut());
        reader.top(key, value, draft);
    }
    true
}

impl Reader<'_> {
    fn top(&mut self, key: Spanned<std::borrow::Cow<'_, str>>, value: Value<'_>, draft: &mut Draft) {
        let place = self.place(key.span());
        match key.get_ref().as_ref() {
            "schema" => {
                if let Some(schema) = self.entry::<String>(value)
                    && schema != SCHEMA
                {
                    self.faults.push(place.fault(format!("schema {schema:?}: this program reads {SCHEMA:?}")));
                }
            }
            "release" => draft.release.release = self.entry(value).unwrap_or_default(),
            "released" => draft.release.released = self.entry(value),
            "review_by" => draft.release.review_by = self.entry(value),
            "source" => self.table("source", value, &mut draft.sources, &mut draft.broken),
            "jurisdiction" => self.table("jurisdiction", value, &mut draft.jurisdictions, &mut draft.broken),
            "law" => self.table("law", value, &mut draft.laws, &mut draft.broken),
            "entity" => self.table("entity", value, &mut draft.entities, &mut draft.broken),
            "operator" => self.table("operator", value, &mut draft.operators, &mut draft.broken),
            "region_country" => self.table("region_country", value, &mut draft.regions, &mut draft.broken),
            "framework" => self.table("framework", value, &mut draft.frameworks, &mut draft.broken),
            "agreement" => self.list(value, &mut draft.agreements, &mut draft.seen, draft::agreement_key),
            "service" => self.list(value, &mut draft.services, &mut draft.seen, draft::service_key),
            "edge" => self.list(value, &mut draft.edges, &mut draft.seen, edge_row),
            "deal" => self.list(value, &mut draft.deals, &mut draft.seen, draft::deal_key),
            "order" => self.list(value, &mut draft.orders, &mut draft.seen, draft::order_key),
            "order_note" => self.list(value, &mut draft.order_notes, &mut draft.seen, draft::order_note_key),
            "certification" => self.list(value, &mut draft.certifications, &mut draft.seen, draft::certification_key),
            "authority" => self.list(value, &mut draft.authorities, &mut draft.seen, draft::authority_key),
            other => {
                let hint = nearest(other, &KEYS).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                self.faults.push(place.fault(format!("unknown key `{other}`{hint}")));
            }
        }
    }

    /// `[kind.ID]` entries.
    fn table<K, T>(
        &mut self,
        kind: &str,
        value: Value<'_>,
        into: &mut BTreeMap<K, Placed<T>>,
        broken: &mut BTreeSet<String>,
    ) where
        K: Ord + FromStr + Display,
        K::Err: Display,
        T: DeserializeOwned,
    {
        let span = value.span();
        let DeValue::Table(entries) = value.into_inner() else {
            self.faults.push(self.place(span).fault(format!("`{kind}` has to be a table: [{kind}.ID]")));
            return;
        };
        for (key, entry) in entries {
            let place = self.place(key.span());
            let id = match key.get_ref().parse::<K>() {
                Ok(id) => id,
                Err(why) => {
                    self.faults.push(place.fault(format!("{kind}: {why}")));
                    continue;
                }
            };
            let Some(entry) = self.entry::<T>(entry) else {
                broken.insert(format!("{kind}/{id}"));
                continue;
            };
            if let Some(first) = into.get(&id) {
                let Place { file, line } = &first.place;
                self.faults.push(place.fault(format!("{kind} `{id}` is defined twice; first at {file}:{line}")));
                continue;
            }
            into.insert(id, Placed { value: entry, place });
        }
    }

    /// `[[kind]]` entries.
    fn list<T: DeserializeOwned>(
        &mut self,
        value: Value<'_>,
        into: &mut Vec<Placed<T>>,
        seen: &mut BTreeMap<String, Place>,
        key: fn(&T) -> String,
    ) {
        let span = value.span();
        let DeValue::Array(entries) = value.into_inner() else {
            self.faults.push(self.place(span).fault("has to be a list: use [[double brackets]]"));
            return;
        };
        for entry in entries {
            let place = self.place(entry.span());
            let Some(value) = self.entry::<T>(entry) else { continue };
            let id = key(&value);
            if let Some(Place { file, line }) = seen.get(&id) {
                self.faults.push(place.fault(format!("{id} is written twice; first at {file}:{line}")));
                continue;
            }
            seen.insert(id, place.clone());
            into.push(Placed { value, place });
        }
    }

    fn entry<T: DeserializeOwned>(&mut self, value: Value<'_>) -> Option<T> {
        let span = value.span();
        match T::deserialize(ValueDeserializer::from(value)) {
            Ok(entry) => Some(entry),
            Err(error) => {
                self.error(&error, span);
                None
            }
        }
    }

    fn error(&mut self, error: &toml::de::Error, around: Range<usize>) {
        let place = self.place(error.span().unwrap_or(around));
        self.faults.push(place.fault(with_hint(error.message())));
    }

    fn place(&self, span: Range<usize>) -> Place {
        let line = self.starts.partition_point(|start| *start <= span.start);
        Place { file: Rc::clone(&self.file), line }
    }
}

/// Two rows may join the same companies at different times, or in different ways.
fn edge_row(edge: &Edge) -> String {
    let from = edge.from.map(|day| format!(" from {day}")).unwrap_or_default();
    let shares = match (edge.capital, edge.votes) {
        (None, None) => String::new(),
        (capital, votes) => format!(" {:?}", capital.or(votes).unwrap_or_default()),
    };
    format!("{} ({:?}{shares}{from})", draft::edge_key(edge), edge.kind)
}

/// The model reads dates from text; TOML has a type for them.
fn dates_to_text(value: &mut DeValue<'_>) {
    match value {
        DeValue::Datetime(date) => *value = DeValue::String(date.to_string().into()),
        DeValue::Array(items) => {
            for item in items.iter_mut() {
                dates_to_text(item.get_mut());
            }
        }
        DeValue::Table(entries) => {
            for (_, entry) in entries.iter_mut() {
                dates_to_text(entry.get_mut());
            }
        }
        _ => {}
    }
}

/// serde names the unknown word and all known ones; the nearest of them is what was meant.
fn with_hint(message: &str) -> String {
    let mut words = message.split('`').skip(1).step_by(2);
    if !message.starts_with("unknown ") {
        return message.to_owned();
    }
    let Some(word) = words.next() else { return message.to_owned() };
    let known: Vec<&str> = words.collect();
    let what = message.split('`').next().unwrap_or_default().trim().replace("field", "key").replace("variant", "value");
    match nearest(word, &known) {
        Some(near) => format!("{what} `{word}`; did you mean `{near}`?"),
        None => format!("{what} `{word}`; known: {}", known.join(", ")),
    }
}

/// The known word that differs least, if it differs little.
fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|known| (distance(word, known), *known))
        .filter(|(distance, known)| *distance <= 1 + known.len() / 4)
        .min()
        .map(|(_, known)| known)
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let cost = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}
