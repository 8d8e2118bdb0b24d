//! The wording of everything the data puts on a screen: law.md, section 5.2, in both languages.

use std::collections::BTreeSet;

use jurisdig::kb::Knowledge;
use jurisdig::kb::schema::{DataClass, Text};

/// Words a verdict would use; as whole words, with their accents.
const EN: &[&str] = &[
    "immune",
    "compliant",
    "illegal",
    "spyware",
    "backdoor",
    "hands over",
    "has access",
    "guaranteed",
    "safe",
    "secure",
    "sovereign",
    "subject to",
    "accesses",
    "spies",
    "data is in",
];
const FR: &[&str] = &[
    "immunisé",
    "immunisée",
    "immunisés",
    "conforme",
    "conformes",
    "illégal",
    "illégale",
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
    "souverain",
    "souveraine",
    "soumis au",
    "soumis à",
    "soumise au",
    "soumise à",
    "sécurisé",
    "sécurisée",
];

/// Texts that hold a banned word because they quote somebody or name a law (Safe Harbour): place in the data and word.
const EXEMPT: &[(&str, &str)] = &[("jurisdiction/US scope", "safe")];

/// Every text that reaches a screen in both languages, with its place; texts that French screens leave out have an
/// empty French.
fn texts() -> Vec<(String, Text)> {
    let kb = Knowledge::embedded();
    let kb = kb.kb();
    let mut out: Vec<(String, Text)> = Vec::new();
    for (id, law) in kb.laws.iter() {
        let mut add = |what: &str, text: &Text| out.push((format!("law/{id} {what}"), text.clone()));
        add("title", &law.title);
        law.test.iter().for_each(|t| add("test", t));
        law.safeguard.iter().for_each(|t| add("safeguard", t));
        law.not_meaning.iter().for_each(|t| add("not_meaning", t));
        law.binds.iter().filter_map(|b| b.note.as_ref()).for_each(|t| add("bind", t));
        law.note.iter().chain(law.status.iter().filter_map(|s| s.note.as_ref())).for_each(|t| add("note", t));
    }
    for row in kb.services.iter() {
        out.push((format!("service/{} holds", row.kind), row.holds.clone()));
        out.push((format!("service/{} sentence", row.kind), row.sentence.clone()));
    }
    for one in kb.authorities.iter() {
        out.push((format!("authority/{}", one.id), one.text.clone()));
    }
    for deal in kb.deals.iter() {
        out.extend(deal.states.iter().map(|s| (format!("deal/{} {}", deal.entity, s.state), s.text.clone())));
    }
    for (id, framework) in kb.frameworks.iter() {
        out.push((format!("framework/{id} name"), framework.name.clone()));
        for criterion in &framework.criteria {
            let mut add = |what: &str, text: &Text| {
                out.push((format!("framework/{id} {} {what}", criterion.id), text.clone()));
            };
            add("title", &criterion.title);
            add("question", &criterion.question);
            criterion.shows.iter().for_each(|t| add("shows", t));
        }
    }
    for (code, jurisdiction) in kb.jurisdictions.iter() {
        out.push((format!("jurisdiction/{code} name"), jurisdiction.name.clone()));
        for decision in &jurisdiction.adequacy {
            let mut add = |what: &str, text: &Text| out.push((format!("jurisdiction/{code} {what}"), text.clone()));
            add("scope", &decision.scope);
            for case in &decision.litigation {
                add(&case.case, &case.court);
                add(&case.case, &case.outcome);
            }
        }
    }
    for agreement in kb.agreements.iter() {
        out.extend(agreement.note.iter().map(|t| (format!("agreement/{}", agreement.with), t.clone())));
    }
    out
}

fn line(text: &str) -> String {
    let words: Vec<String> = text
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(Into::into)
        .collect();
    format!(" {} ", words.join(" "))
}

#[test]
fn no_text_of_the_data_uses_a_word_of_a_verdict() {
    let texts = texts();
    assert!(texts.len() > 300, "{}", texts.len());
    let mut found: BTreeSet<(String, &str)> = BTreeSet::new();
    for (place, text) in &texts {
        for (words, banned) in [(&text.en, EN), (&text.fr, FR)] {
            let line = line(words);
            for word in banned.iter().filter(|word| line.contains(&format!(" {word} "))) {
                found.insert((place.clone(), *word));
            }
        }
    }
    let exempt: BTreeSet<(String, &str)> = EXEMPT.iter().map(|(place, word)| ((*place).to_owned(), *word)).collect();
    assert_eq!(found, exempt, "a new quote or name of a law goes into the list of exemptions, a verdict goes nowhere");
}

#[test]
fn every_printed_text_is_there_in_french() {
    for (place, text) in texts() {
        assert!(!text.en.trim().is_empty() && !text.fr.trim().is_empty(), "{place}: {text:?}");
    }
}

/// A no-break space before : ; ! ? » % and after «.
#[test]
fn french_spacing() {
    for (place, text) in texts() {
        for sign in [" :", " ;", " !", " ?", " »", "« ", " %"] {
            assert!(!text.fr.contains(sign), "{place}: {sign:?} in {:?}", text.fr);
        }
    }
}

/// A citation is printed on screens of both languages: names of acts in their own language, numbers, and nothing else.
/// Renderers say (UE) for (EU) in French.
#[test]
fn citations_read_in_both_languages() {
    let words = ["and", "with", "also", "compelled", "disclosure", "definition", "provider", "successor", "regulation"];
    for (id, law) in &Knowledge::embedded().kb().laws {
        let cite = law.cite.to_lowercase();
        for word in cite.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
            assert!(!words.contains(&word) || id.as_str() == "au-ipo", "{id}: {word:?} in {:?}", law.cite);
        }
    }
}

/// A law whose data holds no content says so by its class, which decides the sentence about it.
#[test]
fn laws_without_content_are_known_as_such() {
    let kb = Knowledge::embedded();
    let class = |id: &str| kb.kb().laws.get(id).unwrap().data_class();
    for id in ["us-nsl", "us-subpoena", "il-access"] {
        assert_eq!(class(id), DataClass::Records, "{id}");
    }
    for id in ["us-cloud-act", "us-fisa-702", "fr-csi", "eu-eevidence"] {
        assert_eq!(class(id), DataClass::Content, "{id}");
    }
    for id in ["au-tola", "ru-242", "us-ieepa"] {
        assert_eq!(class(id), DataClass::Other, "{id}");
    }
}

/// What is in French is French: none of the small words of English, and accents where a word cannot be without.
#[test]
fn french_is_french() {
    let english = [
        "the", "of", "and", "is", "are", "was", "by", "with", "not", "for", "which", "that", "from", "where", "who",
        "its",
    ];
    // Names of acts in their own language.
    let names = [
        "Assistance and Access Act 2018",
        "Crime (Overseas Production Orders) Act 2019",
        "Investigatory Powers Act 2016",
        "Stored Communications Act",
        "International Emergency Economic Powers Act",
        "Information Technology Act 2000",
    ];
    let bare = [
        "societe",
        "donnees",
        "etat",
        "etats",
        "operateur",
        "controle",
        "siege",
        "etablie",
        "decision",
        "reseau",
        "acces",
        "fevrier",
        "decembre",
        "aout",
        "verifie",
        "metadonnees",
        "procedure",
        "securite",
    ];
    for (place, text) in texts() {
        let mut fr = text.fr.clone();
        for name in names {
            fr = fr.replace(name, "");
        }
        let words: BTreeSet<String> =
            fr.split(|c: char| !c.is_alphanumeric() && c != '-').map(str::to_lowercase).collect();
        for word in english {
            assert!(!words.contains(word), "{place}: {word:?} in {:?}", text.fr);
        }
        for word in bare {
            assert!(!words.contains(word), "{place}: {word:?} without its accent in {:?}", text.fr);
        }
    }
}

/// The classes and kinds of data a law names have words in both languages.
#[test]
fn lists_of_a_law_have_words() {
    let kb = Knowledge::embedded();
    for file in ["data/text/en.toml", "data/text/fr.toml"] {
        let texts = std::fs::read_to_string(file).unwrap();
        for law in kb.kb().laws.values() {
            for (family, id) in
                law.actors.iter().map(|id| ("actor", id)).chain(law.data.iter().map(|id| ("data-kind", id)))
            {
                assert!(texts.contains(&format!("\n{family}.{id} = ")), "{file}: {family}.{id}");
            }
        }
        for state in kb.kb().frameworks.values().filter_map(|f| f.status.as_ref()) {
            assert!(texts.contains(&format!("\nframework-state.{state} = ")), "{file}: {state}");
        }
    }
}
