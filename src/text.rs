//! Every text a user sees, in English and French: `data/text/{en,fr}.toml`, compiled in and read when first needed.
//!
//! The files use a small part of TOML, one `section.key = "text"` a line without escapes, so that reading one is a
//! walk over its lines and the texts stay slices of the binary. A test reads them with a whole TOML parser as well.

mod keys;

use std::borrow::Cow;
use std::collections::HashMap;
use std::str::FromStr;
use std::sync::OnceLock;

use jiff::Timestamp;
use jiff::civil::Date;

pub use keys::{Family, Key};

use crate::model::Precision;

const EN: &str = include_str!("../data/text/en.toml");
const FR: &str = include_str!("../data/text/fr.toml");

/// Months as French writes them inside a sentence.
const MONTHS_FR: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

/// A language of the screen. Machine formats have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
}

/// Not a language there are texts for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a language of this tool: en or fr")]
pub struct BadLang(pub String);

impl FromStr for Lang {
    type Err = BadLang;
    /// Takes `fr`, `fr_FR.UTF-8`, `FR-be`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split(['_', '-', '.', '@']).next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "en" => Ok(Self::En),
            "fr" => Ok(Self::Fr),
            _ => Err(BadLang(text.to_owned())),
        }
    }
}

/// The texts of one language.
#[derive(Debug)]
pub struct Texts {
    lang: Lang,
    table: HashMap<&'static str, &'static str>,
}

/// What goes into a `{name}` of a text.
#[derive(Debug, Clone)]
pub enum Arg<'a> {
    /// A text. Text from outside has to be made fit for its sink before.
    Text(Cow<'a, str>),
    /// A number: also chooses among `{name|one|other}`.
    Count(usize),
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Arg<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Arg<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<usize> for Arg<'_> {
    fn from(count: usize) -> Self {
        Self::Count(count)
    }
}

/// The texts of a language.
#[must_use]
pub fn texts(lang: Lang) -> &'static Texts {
    static TABLES: [OnceLock<Texts>; 2] = [const { OnceLock::new() }; 2];
    let (slot, file) = match lang {
        Lang::En => (&TABLES[0], EN),
        Lang::Fr => (&TABLES[1], FR),
    };
    slot.get_or_init(|| Texts { lang, table: entries(file).collect() })
}

fn entries(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    file.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (key, value) = line.split_once(" = ")?;
        Some((key, value.strip_prefix('"')?.strip_suffix('"')?))
    })
}

impl Texts {
    /// The language.
    #[must_use]
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// A text without arguments.
    #[must_use]
    pub fn get(&self, key: Key) -> &'static str {
        self.raw(key.id())
    }

    /// A text with its arguments.
    #[must_use]
    pub fn fill(&self, key: Key, args: &[(&str, Arg<'_>)]) -> String {
        fill(self.lang, self.get(key), args)
    }

    /// A member of a family, by the id of its value.
    #[must_use]
    pub fn member(&self, family: Family, id: &str) -> &'static str {
        self.raw(&format!("{}.{id}", family.id()))
    }

    /// A member of a family with its arguments.
    #[must_use]
    pub fn fill_member(&self, family: Family, id: &str, args: &[(&str, Arg<'_>)]) -> String {
        fill(self.lang, self.member(family, id), args)
    }

    /// Whether a family has this member.
    #[must_use]
    pub fn has_member(&self, family: Family, id: &str) -> bool {
        self.table.contains_key(format!("{}.{id}", family.id()).as_str())
    }

    /// A text in English that a member of a family says, in this language; any other text as it is.
    #[must_use]
    pub fn reword(&self, family: Family, text: &str) -> String {
        if self.lang == Lang::En {
            return text.to_owned();
        }
        let english = texts(Lang::En);
        let prefix = format!("{}.", family.id());
        let mut members: Vec<&str> = english.table.keys().copied().filter(|key| key.starts_with(&prefix)).collect();
        // The longest says most: what one leaves open another may name.
        members.sort_unstable_by_key(|key| (std::cmp::Reverse(english.raw(key).len()), *key));
        let found = members.into_iter().find_map(|key| Some((key, captured(english.raw(key), text)?)));
        match found {
            Some((key, args)) => fill(self.lang, self.raw(key), &args),
            None => text.to_owned(),
        }
    }

    /// How many members a family has, by the family's id.
    #[cfg(test)]
    pub(crate) fn members(&self, family: &str) -> usize {
        self.table.keys().filter(|key| key.split('.').next() == Some(family)).count()
    }

    /// The tests ask for every key of every list, so that a missing text is found before it is printed as `⟨?⟩`.
    fn raw(&self, key: &str) -> &'static str {
        self.table.get(key).copied().unwrap_or("⟨?⟩")
    }

    /// A day: `2026-11-24`, `24/11/2026`.
    #[must_use]
    pub fn date(&self, day: Date) -> String {
        self.date_within(day, Precision::Day)
    }

    /// A day as exactly as it is known: `2025-12`, « décembre 2025 ».
    #[must_use]
    pub fn date_within(&self, day: Date, precision: Precision) -> String {
        let (y, m, d) = (day.year(), day.month(), day.day());
        match (self.lang, precision) {
            (_, Precision::Year) => format!("{y:04}"),
            (Lang::En, Precision::Month) => format!("{y:04}-{m:02}"),
            (Lang::Fr, Precision::Month) => format!("{}\u{a0}{y:04}", MONTHS_FR[usize::from(m.unsigned_abs()) - 1]),
            (Lang::En, Precision::Day) => format!("{y:04}-{m:02}-{d:02}"),
            (Lang::Fr, Precision::Day) => format!("{d:02}/{m:02}/{y:04}"),
        }
    }

    /// A day after "since": French has an article before a day and none before a month or a year.
    #[must_use]
    pub fn since(&self, day: Date, precision: Precision) -> String {
        let date = self.date_within(day, precision);
        match (self.lang, precision) {
            (Lang::Fr, Precision::Day) => format!("le {date}"),
            _ => date,
        }
    }

    /// A day after "until": French joins the preposition to it, « au 31/03/2027 », « en mars 2027 ».
    #[must_use]
    pub fn until(&self, day: Date, precision: Precision) -> String {
        let date = self.date_within(day, precision);
        match (self.lang, precision) {
            (Lang::En, _) => date,
            (Lang::Fr, Precision::Day) => format!("au {date}"),
            (Lang::Fr, _) => format!("en {date}"),
        }
    }

    /// The name of a country inside a sentence: English has an article before some.
    #[must_use]
    pub fn in_sentence(&self, country: &str) -> String {
        let plural = ["Netherlands", "Bahamas", "Maldives", "Philippines", "Isle of Man"];
        let has_article = country.starts_with("United ")
            || country.ends_with(" Islands")
            || country.ends_with(" Republic")
            || plural.contains(&country);
        if self.lang == Lang::En && has_article { format!("the {country}") } else { country.to_owned() }
    }

    /// A day written as `YYYY-MM-DD` by a table; anything else stays as it is.
    #[must_use]
    pub fn date_text(&self, text: &str) -> String {
        text.parse::<Date>().map_or_else(|_| text.to_owned(), |day| self.date(day))
    }

    /// A moment to the minute, UTC.
    #[must_use]
    pub fn moment(&self, at: Timestamp) -> String {
        let at = jiff::tz::TimeZone::UTC.to_datetime(at);
        format!("{} {:02}:{:02} UTC", self.date(at.date()), at.hour(), at.minute())
    }

    /// A decimal number with at most two places, and the language's mark.
    #[must_use]
    pub fn decimal(&self, number: f64) -> String {
        let text = format!("{number:.2}");
        let text = text.trim_end_matches('0').trim_end_matches('.');
        match self.lang {
            Lang::En => text.to_owned(),
            Lang::Fr => text.replace('.', ","),
        }
    }

    /// A share in per cent: French puts a narrow no-break space before the sign.
    #[must_use]
    pub fn percent(&self, number: f64) -> String {
        match self.lang {
            Lang::En => format!("{}%", self.decimal(number)),
            Lang::Fr => format!("{}\u{202f}%", self.decimal(number)),
        }
    }
}

/// Puts arguments into a template. An argument that is not given stays visible as `{name}`.
fn fill(lang: Lang, template: &str, args: &[(&str, Arg<'_>)]) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let Some(end) = closing(rest) else { break };
        let parts = split(&rest[1..end]);
        let arg = args.iter().find(|(name, _)| *name == parts[0]).map(|(_, arg)| arg);
        match (arg, parts.as_slice()) {
            (Some(Arg::Text(text)), [_]) => out.push_str(text),
            (Some(Arg::Count(count)), [_]) => out.push_str(&count.to_string()),
            (Some(Arg::Count(count)), [_, one, other]) => {
                out.push_str(&fill(lang, if is_one(lang, *count) { one } else { other }, args));
            }
            _ => out.push_str(&rest[..=end]),
        }
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    out
}

/// The arguments of a template without chosen words that make it say a text; none where it cannot. What stands between
/// two pieces is as short as can be, but the last argument is as long as can be.
fn captured<'a>(template: &'a str, text: &'a str) -> Option<Vec<(&'a str, Arg<'a>)>> {
    let mut args = Vec::new();
    let (first, mut template) = template.split_once('{').unwrap_or((template, ""));
    let mut rest = text.strip_prefix(first)?;
    while !template.is_empty() {
        let (name, after) = template.split_once('}')?;
        let (piece, next) = after.split_once('{').unwrap_or((after, ""));
        let (value, tail) = match (piece, next) {
            ("", "") => (rest, ""),
            (piece, "") => (rest.strip_suffix(piece)?, ""),
            (piece, _) => rest.split_once(piece)?,
        };
        if value.is_empty() {
            return None;
        }
        args.push((name, Arg::from(value)));
        (rest, template) = (tail, next);
    }
    rest.is_empty().then_some(args)
}

/// CLDR: English 1; French 0 and 1.
fn is_one(lang: Lang, count: usize) -> bool {
    match lang {
        Lang::En => count == 1,
        Lang::Fr => count <= 1,
    }
}

/// Position of the brace that closes the first one.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Splits at `|` outside inner braces.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut from) = (0_usize, 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'|' if depth == 0 => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}

#[cfg(test)]
mod tests;
