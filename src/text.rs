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
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use std::collections::BTreeSet;

    use super::*;
    use jiff::civil::date;

    fn keys_of(file: &'static str) -> Vec<&'static str> {
        entries(file).map(|(key, _)| key).collect()
    }

    #[test]
    fn both_languages_have_the_same_keys_once() {
        let (en, fr) = (keys_of(EN), keys_of(FR));
        let set = |keys: &[&'static str]| keys.iter().copied().collect::<BTreeSet<_>>();
        assert_eq!(set(&en), set(&fr));
        assert_eq!(set(&en).len(), en.len());
        assert_eq!(set(&fr).len(), fr.len());
        assert_eq!(en, fr, "the files stand in the same order, so that they can be read side by side");
    }

    #[test]
    fn every_key_exists_and_every_text_has_a_key() {
        let file: BTreeSet<_> = keys_of(EN).into_iter().collect();
        for key in Key::ALL {
            assert!(file.contains(key.id()), "{}", key.id());
        }
        let singles: BTreeSet<_> = Key::ALL.iter().map(|k| k.id()).collect();
        let families: BTreeSet<_> = Family::ALL.iter().map(|f| f.id()).collect();
        for key in file {
            let section = key.split('.').next().unwrap();
            assert!(singles.contains(key) != families.contains(section), "{key} is used by nothing, or twice");
        }
    }

    #[test]
    fn the_short_reader_agrees_with_toml() {
        for file in [EN, FR] {
            let whole: toml::Table = file.parse().unwrap();
            let mut flat = BTreeSet::new();
            for (section, texts) in &whole {
                for (key, text) in texts.as_table().unwrap() {
                    flat.insert((format!("{section}.{key}"), text.as_str().unwrap().to_owned()));
                }
            }
            let short: BTreeSet<_> = entries(file).map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
            assert_eq!(short, flat);
        }
    }

    /// Names of the arguments of a template, without those of chosen words.
    fn arguments(template: &str) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let mut rest = template;
        while let Some(start) = rest.find('{') {
            let end = closing(&rest[start..]).unwrap();
            let parts = split(&rest[start + 1..start + end]);
            assert!(parts.len() == 1 || parts.len() == 3, "{template}");
            names.insert(parts[0].to_owned());
            for part in &parts[1..] {
                names.extend(arguments(part));
            }
            rest = &rest[start + end + 1..];
        }
        names
    }

    #[test]
    fn both_languages_take_the_same_arguments() {
        let fr: HashMap<_, _> = entries(FR).collect();
        for (key, template) in entries(EN) {
            // English puts the first group there, French a word of its own; French leaves an English name out.
            if ["column.service", "gloss.public-owners"].contains(&key) {
                continue;
            }
            assert_eq!(arguments(template), arguments(fr[key]), "{key}");
        }
    }

    /// law.md, section 5.2, and cli.md: words our own templates may not use, as whole words with their accents.
    #[test]
    fn banned_words() {
        let en = [
            "immune",
            "compliant",
            "illegal",
            "spyware",
            "backdoor",
            "hands over",
            "has access",
            "guaranteed",
            "safe",
            "sovereign",
            "secure",
            "subject to",
            "data is in",
            "accesses",
            "spies",
            "dangerous",
            "safely",
        ];
        let fr = [
            "immunisé",
            "immunisée",
            "immunisés",
            "immunisées",
            "conforme",
            "conformes",
            "illégal",
            "illégale",
            "illégaux",
            "espionnage",
            "espionne",
            "porte dérobée",
            "a accès",
            "ont accès",
            "garanti",
            "garantie",
            "garantis",
            "sûr",
            "sûre",
            "sûrs",
            "sûres",
            "souverain",
            "souveraine",
            "soumis au",
            "soumis à",
            "soumise à",
            "sécurisé",
            "sécurisée",
        ];
        for (file, banned) in [(EN, en.as_slice()), (FR, fr.as_slice())] {
            for (key, text) in entries(file) {
                let words: Vec<String> = text
                    .to_lowercase()
                    .split(|c: char| !c.is_alphanumeric())
                    .filter(|w| !w.is_empty())
                    .map(Into::into)
                    .collect();
                let line = format!(" {} ", words.join(" "));
                for word in banned {
                    assert!(!line.contains(&format!(" {word} ")), "{key}: {word:?} in {text:?}");
                }
            }
        }
    }

    /// French puts a no-break space before : ; ! ? and inside « ». A sign at the beginning of a legend is a sign.
    #[test]
    fn french_spacing() {
        for (key, text) in entries(FR) {
            for sign in [" :", " ;", " !", " ?", " »", "« "] {
                let found = text.find(sign);
                assert!(found.is_none(), "{key}: {sign:?} in {text:?}");
            }
            assert!(!text.contains('\''.to_string().repeat(2).as_str()), "{key}");
        }
    }

    #[test]
    fn plurals_and_numbers() {
        let words = "{count} {count|service|services}";
        let of = |lang, count: usize| fill(lang, words, &[("count", count.into())]);
        assert_eq!([of(Lang::En, 0), of(Lang::En, 1), of(Lang::En, 2)], ["0 services", "1 service", "2 services"]);
        assert_eq!([of(Lang::Fr, 0), of(Lang::Fr, 1), of(Lang::Fr, 2)], ["0 service", "1 service", "2 services"]);
        let nested = "{n|one|all {n} of {who}}";
        assert_eq!(fill(Lang::En, nested, &[("n", 3.into()), ("who", "them".into())]), "all 3 of them");
        assert_eq!(fill(Lang::En, "{missing} {n", &[]), "{missing} {n");
        let (en, fr) = (texts(Lang::En), texts(Lang::Fr));
        assert_eq!(
            (en.percent(56.55), fr.percent(56.5), en.percent(100.0)),
            ("56.55%".into(), "56,5\u{202f}%".into(), "100%".into())
        );
        assert_eq!(
            (en.date(date(2026, 11, 4)), fr.date(date(2026, 11, 4))),
            ("2026-11-04".into(), "04/11/2026".into())
        );
        assert_eq!(fr.date_within(date(2025, 12, 1), Precision::Month), "décembre\u{a0}2025");
        assert_eq!(fr.until(date(2027, 3, 31), Precision::Month), "en mars\u{a0}2027");
        assert_eq!(fr.until(date(2027, 3, 31), Precision::Day), "au 31/03/2027");
        assert_eq!(en.until(date(2027, 3, 31), Precision::Month), "2027-03");
        assert_eq!(en.moment("2026-11-24T02:42:07Z".parse().unwrap()), "2026-11-24 02:42 UTC");
        assert_eq!(fr.date_text("2026-11-23"), "23/11/2026");
        assert_eq!(fr.date_text("unknown"), "unknown");
        assert_eq!(fr.since(date(2018, 3, 23), Precision::Day), "le 23/03/2018");
        assert_eq!(fr.since(date(2018, 1, 1), Precision::Year), "2018");
        assert_eq!(
            (en.in_sentence("United States"), en.in_sentence("France")),
            ("the United States".into(), "France".into())
        );
        assert_eq!(fr.in_sentence("United States"), "United States");
    }

    #[test]
    fn an_argument_is_never_read_as_a_template() {
        assert_eq!(fill(Lang::En, "{a}{b}", &[("a", "{b}".into()), ("b", "x".into())]), "{b}x");
    }

    #[test]
    fn english_of_the_data_is_reworded() {
        let (en, fr) = (texts(Lang::En), texts(Lang::Fr));
        let gloss = |text| fr.reword(Family::Gloss, text);
        assert_eq!(gloss("Cinven (funds)"), "Cinven (fonds)");
        assert_eq!(
            gloss("Public owners, France (State, regions, municipalities)"),
            "Propriétaires publics (État, régions, communes)"
        );
        assert_eq!((gloss("Funds SA"), gloss(" (funds)")), ("Funds SA".into(), " (funds)".into()));
        assert_eq!(en.reword(Family::Gloss, "Cinven (funds)"), "Cinven (funds)");
        let fault = |text| fr.reword(Family::SpfFault, text);
        assert_eq!(fault("more than 10 look-ups"), "plus de 10 interrogations");
        assert_eq!(fault("more than 2 void look-ups"), "plus de 2 interrogations sans résultat");
        assert_eq!(
            fault("syntax at a.example: \"ip4:x: y\": not a network"),
            "syntaxe à a.example\u{a0}: \"ip4:x: y\"\u{a0}: pas un réseau"
        );
        assert_eq!(fault("2 SPF records at a.example"), "2 enregistrements SPF à a.example");
        assert_eq!(fault("something new"), "something new");
    }

    #[test]
    fn languages_as_people_write_them() {
        assert_eq!("fr_FR.UTF-8".parse(), Ok(Lang::Fr));
        assert_eq!("EN".parse(), Ok(Lang::En));
        assert!("de".parse::<Lang>().is_err() && "".parse::<Lang>().is_err());
    }
}
