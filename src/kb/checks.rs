//! Checks every kind of entry has to pass: ids resolve, claims have sources, codes are jurisdictions, texts are whole.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::compile::Fault;
use super::draft::{Draft, Place};
use super::schema::{Law, Text};
use crate::model::{CountryCode, EntityId, OperatorId, SourceId};

/// What the checks share.
pub(super) struct Checker<'a> {
    pub(super) draft: &'a Draft,
    pub(super) faults: &'a mut Vec<Fault>,
    groups: BTreeSet<String>,
}

pub(super) fn run(draft: &Draft, faults: &mut Vec<Fault>) {
    let mut checker = Checker::new(draft, faults);
    checker.sources();
    checker.jurisdictions();
    checker.laws();
    checker.entities();
    checker.deals();
    checker.papers();
}

impl<'a> Checker<'a> {
    pub(super) fn new(draft: &'a Draft, faults: &'a mut Vec<Fault>) -> Self {
        let mut groups: BTreeSet<String> = draft
            .jurisdictions
            .values()
            .flat_map(|entry| &entry.value.groups)
            .map(|membership| membership.id.to_ascii_lowercase())
            .collect();
        groups.insert("adequate".to_owned());
        Self { draft, faults, groups }
    }

    pub(super) fn fault(&mut self, place: &Place, what: impl Into<String>) {
        self.faults.push(place.fault(what));
    }

    pub(super) fn is_broken(&self, kind: &str, id: &str) -> bool {
        self.draft.broken.contains(&format!("{kind}/{id}"))
    }

    /// Every claim has a source, and the source is described.
    pub(super) fn claim(&mut self, place: &Place, what: &str, sources: &[SourceId]) {
        if sources.is_empty() {
            self.fault(place, format!("{what} has no source"));
        }
        self.source_ids(place, what, sources);
    }

    /// The sources named exist.
    pub(super) fn source_ids(&mut self, place: &Place, what: &str, sources: &[SourceId]) {
        for id in sources {
            if !self.draft.sources.contains_key(id) && !self.is_broken("source", id.as_str()) {
                self.fault(place, format!("{what}: source `{id}` is not in the data"));
            }
        }
    }

    pub(super) fn entity(&mut self, place: &Place, what: &str, id: &EntityId) {
        if !self.draft.entities.contains_key(id) && !self.is_broken("entity", id.as_str()) {
            self.fault(place, format!("{what}: entity `{id}` is not in the data"));
        }
    }

    pub(super) fn operator(&mut self, place: &Place, what: &str, id: &OperatorId) {
        if !self.draft.operators.contains_key(id) && !self.is_broken("operator", id.as_str()) {
            self.fault(place, format!("{what}: operator `{id}` is not in the data"));
        }
    }

    /// A code whose law is meant: a state, or the EU.
    pub(super) fn code(&mut self, place: &Place, what: &str, code: CountryCode) {
        if !self.draft.jurisdictions.contains_key(&code) && !self.is_broken("jurisdiction", code.as_str()) {
            self.fault(place, format!("{what}: {code} is not a jurisdiction of the data"));
        }
    }

    /// A code where a company or a machine can be: a state.
    pub(super) fn country(&mut self, place: &Place, what: &str, code: CountryCode) {
        self.code(place, what, code);
        if self.draft.jurisdictions.get(&code).is_some_and(|entry| entry.value.law_only) {
            self.fault(place, format!("{what}: {code} makes laws and is no country"));
        }
    }

    /// A country as text.
    pub(super) fn country_text(&mut self, place: &Place, what: &str, text: &str) {
        match text.parse() {
            Ok(code) => self.country(place, what, code),
            Err(why) => self.fault(place, format!("{what}: {why}")),
        }
    }

    /// A country, or a group with `@`.
    pub(super) fn country_or_group(&mut self, place: &Place, what: &str, text: &str) {
        match text.strip_prefix('@') {
            None => self.country_text(place, what, text),
            Some(group) if self.groups.contains(&group.to_ascii_lowercase()) => {}
            Some(_) => self.fault(place, format!("{what}: no jurisdiction is in a group `{text}`")),
        }
    }

    pub(super) fn text(&mut self, place: &Place, what: &str, text: &Text) {
        for (language, words) in [("en", &text.en), ("fr", &text.fr)] {
            if words.trim().is_empty() {
                self.fault(place, format!("{what}: the text in `{language}` is empty"));
            }
        }
    }

    pub(super) fn dates(&mut self, place: &Place, what: &str, from: Option<Date>, to: Option<Date>) {
        if let (Some(from), Some(to)) = (from, to)
            && from >= to
        {
            self.fault(place, format!("{what} ends ({to}) before it starts ({from})"));
        }
    }

    /// A text that may be in English alone.
    pub(super) fn text_in_english(&mut self, place: &Place, what: &str, text: &Text) {
        if text.en.trim().is_empty() {
            self.fault(place, format!("{what}: the text is empty"));
        }
    }

    fn sources(&mut self) {
        for (id, entry) in &self.draft.sources {
            let (source, place) = (&entry.value, &entry.place);
            if !(1..=4).contains(&source.tier) {
                self.fault(place, format!("source `{id}`: tier {} is not 1, 2, 3 or 4", source.tier));
            }
            if source.title.trim().is_empty() || source.title_fr.as_deref().is_some_and(|title| title.trim().is_empty())
            {
                self.fault(place, format!("source `{id}` has no title"));
            }
            if source.url.as_deref().is_none_or(|url| url.trim().is_empty()) && source.tier < 4 {
                self.fault(place, format!("source `{id}` has no url; only general knowledge (tier 4) has none"));
            }
        }
    }

    fn jurisdictions(&mut self) {
        for (code, entry) in &self.draft.jurisdictions {
            let (jurisdiction, place) = (&entry.value, &entry.place);
            self.text(place, "name", &jurisdiction.name);
            if let Some(adjective) = &jurisdiction.adjective {
                self.text(place, "adjective", adjective);
            }
            for membership in &jurisdiction.groups {
                self.dates(place, &format!("{code} in {}", membership.id), membership.from, membership.to);
            }
            for adequacy in &jurisdiction.adequacy {
                let what = format!("adequacy decision {}", adequacy.decision);
                self.claim(place, &what, &adequacy.sources);
                self.text_in_english(place, &format!("{what}: scope"), &adequacy.scope);
                for case in &adequacy.litigation {
                    self.text_in_english(place, &format!("{what}: {}", case.case), &case.court);
                    self.text_in_english(place, &format!("{what}: {}", case.case), &case.outcome);
                }
                self.dates(place, &what, adequacy.from, adequacy.to);
            }
        }
        for entry in &self.draft.agreements {
            let (agreement, place) = (&entry.value, &entry.place);
            self.code(place, "agreement", agreement.with);
            self.code(place, "agreement", agreement.of);
            self.claim(place, "agreement", &agreement.sources);
            if !self.draft.laws.contains_key(&agreement.law) && !self.is_broken("law", agreement.law.as_str()) {
                self.fault(place, format!("agreement: law `{}` is not in the data", agreement.law));
            }
        }
    }

    fn laws(&mut self) {
        let classes: BTreeSet<&str> =
            self.draft.services.iter().flat_map(|row| row.value.actors.keys()).map(String::as_str).collect();
        for (id, entry) in &self.draft.laws {
            let (law, place) = (&entry.value, &entry.place);
            let what = format!("law `{id}`");
            self.text(place, "title", &law.title);
            if let Some(not_meaning) = &law.not_meaning {
                self.text(place, "not_meaning", not_meaning);
            }
            for note in law.note.iter().chain(law.status.iter().filter_map(|status| status.note.as_ref())) {
                self.text(place, &format!("{what}: note"), note);
            }
            for text in law.test.iter().chain(&law.safeguard) {
                self.text_in_english(place, &format!("{what}: test or safeguard"), text);
            }
            self.code(place, &what, law.jurisdiction);
            self.claim(place, &what, &law.sources);
            for (number, bind) in law.binds.iter().enumerate() {
                if law.binds[..number].iter().any(|other| other.nexus == bind.nexus) {
                    self.fault(place, format!("{what}: binds names {:?} twice", bind.nexus));
                }
            }
            for actor in &law.actors {
                // A misspelt class would silently never apply.
                if !classes.is_empty() && actor != "any" && !classes.contains(actor.as_str()) {
                    self.fault(place, format!("{what}: no service knows the class of actors `{actor}`"));
                }
            }
            self.law_status(place, &what, law);
        }
    }

    /// The life of a law has no holes and no overlaps: only its ends may be open.
    fn law_status(&mut self, place: &Place, what: &str, law: &Law) {
        if law.status.is_empty() {
            self.fault(place, format!("{what} has no status"));
        }
        for status in &law.status {
            self.source_ids(place, &format!("{what}: status"), &status.sources);
            self.dates(place, &format!("{what}: status"), status.from, status.to);
        }
        let mut life: Vec<_> = law.status.iter().collect();
        life.sort_by_key(|status| status.from);
        for pair in life.windows(2) {
            if pair[0].to.is_none() || pair[0].to != pair[1].from {
                let day = |date: Option<Date>| date.map_or_else(|| "open".to_owned(), |date| date.to_string());
                let (to, from) = (day(pair[0].to), day(pair[1].from));
                self.fault(place, format!("{what}: status is not contiguous: one ends {to}, the next starts {from}"));
            }
        }
    }

    fn entities(&mut self) {
        for (id, entry) in &self.draft.entities {
            let (entity, place) = (&entry.value, &entry.place);
            let what = format!("entity `{id}`");
            if entity.name.trim().is_empty() {
                self.fault(place, format!("{what} has no name"));
            }
            self.claim(place, &what, &entity.sources);
            for seat in entity.incorporated.iter().chain(&entity.seat) {
                self.country(place, &what, seat.country);
                self.source_ids(place, &what, &seat.sources);
                self.dates(place, &format!("{what}: seat"), seat.from, seat.to);
                if let Some(sub) = &seat.sub
                    && !sub.starts_with(&format!("{}-", seat.country))
                {
                    self.fault(place, format!("{what}: `{sub}` is no part of {}", seat.country));
                }
            }
            for establishment in &entity.establishments {
                self.country(place, &what, establishment.country);
                self.source_ids(place, &what, &establishment.sources);
            }
            for code in &entity.listed {
                self.country(place, &format!("{what}: listed"), *code);
            }
            for planned in &entity.planned {
                self.country(place, &format!("{what}: planned"), planned.country);
            }
            for top in &entity.top {
                self.claim(place, &format!("{what}: top"), &top.sources);
                self.dates(place, &format!("{what}: top"), top.from, top.to);
            }
            if let Some(unknown) = &entity.owners_unknown {
                self.source_ids(place, &format!("{what}: owners_unknown"), &unknown.sources);
                self.dates(place, &format!("{what}: owners_unknown"), unknown.from, unknown.to);
            }
        }
    }

    fn deals(&mut self) {
        for entry in &self.draft.deals {
            let (deal, place) = (&entry.value, &entry.place);
            self.entity(place, "deal", &deal.entity);
            self.country(place, "deal", deal.acquirer_in);
            if deal.states.is_empty() {
                self.fault(place, "deal has no states");
            }
            for state in &deal.states {
                self.text(place, "deal", &state.text);
                self.claim(place, &format!("deal: {}", state.state), &state.sources);
            }
            if !deal.states.is_sorted_by_key(|state| state.from) {
                self.fault(place, "deal: states are not in the order of their days");
            }
        }
    }

    /// Services, certifications, authorities, frameworks.
    fn papers(&mut self) {
        for entry in &self.draft.services {
            self.text(&entry.place, "holds", &entry.value.holds);
            self.text(&entry.place, "sentence", &entry.value.sentence);
        }
        for entry in &self.draft.certifications {
            let (certification, place) = (&entry.value, &entry.place);
            self.entity(place, "certification", &certification.holder);
            self.claim(place, "certification", &certification.sources);
            self.dates(place, "certification", certification.from, certification.to);
        }
        for entry in &self.draft.authorities {
            let (authority, place) = (&entry.value, &entry.place);
            let what = format!("authority `{}`", authority.id);
            if let Some(entity) = &authority.entity {
                self.entity(place, &what, entity);
            }
            self.code(place, &what, authority.jurisdiction);
            self.text(place, &what, &authority.text);
            self.claim(place, &what, &authority.sources);
        }
        for (id, entry) in &self.draft.frameworks {
            let (framework, place) = (&entry.value, &entry.place);
            let what = format!("framework `{id}`");
            self.text(place, &what, &framework.name);
            self.claim(place, &what, &framework.sources);
            if let Some(code) = framework.jurisdiction {
                self.code(place, &what, code);
            }
            for (number, criterion) in framework.criteria.iter().enumerate() {
                if let Some(shows) = &criterion.shows {
                    self.text(place, &format!("{what}: {}", criterion.id), shows);
                }
                if let Some(ceilings) = &criterion.ceilings
                    && !self.groups.contains(&ceilings.group.to_ascii_lowercase())
                {
                    let group = &ceilings.group;
                    self.fault(place, format!("{what}: no jurisdiction is in a group `{group}`"));
                }
                self.text(place, &format!("{what}: {}", criterion.id), &criterion.title);
                self.text(place, &format!("{what}: {}", criterion.id), &criterion.question);
                if framework.criteria[..number].iter().any(|other| other.id == criterion.id) {
                    self.fault(place, format!("{what}: criterion {} is there twice", criterion.id));
                }
            }
        }
    }
}
