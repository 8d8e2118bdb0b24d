//! Companies by what people call them.

use super::Knowledge;
use super::schema::{Operator, OperatorKind};
use crate::model::{EntityId, OperatorId};

/// Something a name can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Company<'a> {
    /// A brand that runs services.
    Operator(&'a OperatorId),
    /// A legal person.
    Entity(&'a EntityId),
}

/// How well a name fits; smaller is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Id,
    Name,
    Beginning,
    Words,
}

impl Knowledge {
    /// Operators and legal persons a text can mean, best first: the exact id or name alone if there is one, else all
    /// whose name begins with the words or holds them. Case, accents and punctuation do not count.
    #[must_use]
    pub fn find_company(&self, text: &str) -> Vec<Company<'_>> {
        let wanted = fold(text);
        if wanted.is_empty() {
            return Vec::new();
        }
        let kb = self.kb();
        let operators = kb.operators.iter().map(|(id, o)| (Company::Operator(id), id.as_str(), o.name.as_str()));
        let entities = kb.entities.iter().map(|(id, e)| (Company::Entity(id), id.as_str(), e.name.as_str()));
        let mut found: Vec<(Fit, Company<'_>)> = operators
            .chain(entities)
            .filter_map(|(company, id, name)| fit(&wanted, id, name).map(|fit| (fit, company)))
            .collect();
        found.sort();
        if found.first().is_some_and(|(best, _)| *best <= Fit::Name) {
            found.retain(|(fit, _)| *fit <= Fit::Name);
        }
        found.into_iter().map(|(_, company)| company).collect()
    }

    /// The registrar of that name: an operator that is one, by its own name or that of a company that runs it.
    #[must_use]
    pub fn by_registrar(&self, name: &str) -> Option<&OperatorId> {
        let wanted = fold(name);
        let kb = self.kb();
        let is_named = |operator: &Operator| {
            let companies = operator.runs.iter().filter_map(|run| kb.entities.get(&run.entity));
            std::iter::once(fold(&operator.name)).chain(companies.map(|e| fold(&e.name))).any(|known| known == wanted)
        };
        kb.operators
            .iter()
            .find(|(_, operator)| operator.kinds.contains(&OperatorKind::Registrar) && is_named(operator))
            .map(|(id, _)| id)
    }
}

fn fit(wanted: &str, id: &str, name: &str) -> Option<Fit> {
    if fold(id) == wanted {
        return Some(Fit::Id);
    }
    let name = fold(name);
    if name == wanted {
        return Some(Fit::Name);
    }
    // With a space at each end, what is found inside are whole words, save for a last word still being typed.
    let (name, wanted) = (format!(" {name}"), format!(" {wanted}"));
    match name.find(&wanted) {
        Some(0) => Some(Fit::Beginning),
        Some(_) => Some(Fit::Words),
        None => None,
    }
}

/// Lower case, accents taken off, anything but letters and digits as one space.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match base(letter) {
            Some(plain) => folded.push_str(plain),
            None if letter.is_alphanumeric() => folded.push(letter),
            // Combining accents (U+0300 to U+036F) belong to the letter before.
            None if ('\u{300}'..='\u{36f}').contains(&letter) => {}
            None if folded.ends_with(' ') || folded.is_empty() => {}
            None => folded.push(' '),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// The plain form of a Latin letter of Europe's company names.
fn base(letter: char) -> Option<&'static str> {
    Some(match letter {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'č' | 'ĉ' | 'ċ' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'ğ' | 'ģ' | 'ġ' => "g",
        'ħ' => "h",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'į' | 'ı' => "i",
        'ķ' => "k",
        'ł' | 'ļ' | 'ľ' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő' => "o",
        'œ' => "oe",
        'ř' | 'ŕ' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ß' => "ss",
        'ť' | 'ţ' | 'ț' => "t",
        'þ' => "th",
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ű' | 'ų' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Fit, fit, fold};

    #[test]
    fn accents_case_and_punctuation_do_not_count() {
        assert_eq!(fold("  Hébergement OVH, Inc. "), "hebergement ovh inc");
        assert_eq!(fold("He\u{301}bergement"), "hebergement");
        assert_eq!(fold("Łódź–Straße Œuvre"), "lodz strasse oeuvre");
    }

    #[test]
    fn whole_words_from_their_beginning() {
        assert_eq!(fit("ovh sas", "ovh-sas", "OVH SAS"), Some(Fit::Id));
        assert_eq!(fit("ovh", "x", "OVH Groupe S.A."), Some(Fit::Beginning));
        assert_eq!(fit("groupe", "x", "OVH Groupe S.A."), Some(Fit::Words));
        assert_eq!(fit("roupe", "x", "OVH Groupe S.A."), None);
    }
}
