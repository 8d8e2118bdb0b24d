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
    assert_eq!((en.date(date(2026, 11, 4)), fr.date(date(2026, 11, 4))), ("2026-11-04".into(), "04/11/2026".into()));
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
