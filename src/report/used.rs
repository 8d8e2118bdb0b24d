//! Which entries of a user's own a report rests on. Entries that were laid over the release and touch nothing in the
//! report are not named: a list of everything would hide what matters.

use std::collections::{BTreeMap, BTreeSet};

use crate::kb::Knowledge;
use crate::model::{CountryCode, EntityId, OperatorId, Role, SourceId};
use crate::safe::Untrusted;

/// What a report touched.
#[derive(Debug, Default)]
pub(super) struct Used {
    pub(super) operators: BTreeSet<OperatorId>,
    pub(super) entities: BTreeSet<EntityId>,
    pub(super) countries: BTreeSet<CountryCode>,
    pub(super) sources: BTreeSet<SourceId>,
    pub(super) roles: BTreeSet<Role>,
    /// Keys of entries that were shown themselves: `authority/ID`, `agreement/...`, `framework/ID`.
    pub(super) shown: BTreeSet<String>,
    /// Certifications were looked at.
    pub(super) certifications: bool,
}

impl Used {
    pub(super) fn absorb(&mut self, mut other: Self) {
        self.operators.append(&mut other.operators);
        self.entities.append(&mut other.entities);
        self.countries.append(&mut other.countries);
        self.sources.append(&mut other.sources);
        self.roles.append(&mut other.roles);
        self.shown.append(&mut other.shown);
        self.certifications |= other.certifications;
    }

    /// Entries that did not come from the release and were used: `kind/id` and their file.
    pub(super) fn added(&self, kb: &Knowledge) -> BTreeMap<String, Untrusted> {
        let added = kb.kb().added.iter();
        added.filter(|(key, _)| self.uses(kb, key)).map(|(key, file)| (key.clone(), Untrusted::new(file))).collect()
    }

    fn uses(&self, kb: &Knowledge, key: &str) -> bool {
        let Some((kind, id)) = key.split_once('/') else { return true };
        let entity = |id: &str| self.entities.iter().any(|known| known.as_str() == id);
        match kind {
            "source" => self.sources.iter().any(|known| known.as_str() == id),
            "jurisdiction" => self.countries.iter().any(|known| known.as_str() == id),
            "law" => {
                let law = kb.kb().laws.iter().find(|(known, _)| known.as_str() == id);
                law.is_some_and(|(_, law)| law.serves || self.countries.contains(&law.jurisdiction))
            }
            "entity" => entity(id),
            "operator" | "region_country" => self.operators.iter().any(|known| known.as_str() == id),
            "edge" => id.split_once("<-").is_some_and(|(owned, owner)| entity(owned) || entity(owner)),
            "deal" => self.entities.iter().any(|e| id.strip_prefix(e.as_str()).is_some_and(|r| r.starts_with('-'))),
            "certification" => self.certifications && id.split(' ').nth(1).is_some_and(entity),
            "service" => {
                let row = kb.kb().services.iter().find(|row| row.kind == id);
                row.is_some_and(|row| row.roles.iter().any(|role| self.roles.contains(role)))
            }
            "order" => kb.kb().orders.iter().any(|order| {
                let is_this =
                    id == format!("{} {} over {} {}", order.kind, order.suffix, order.over_kind, order.over_suffix);
                is_this && (self.operators.contains(&order.first) || self.operators.contains(&order.over))
            }),
            _ => self.shown.contains(key),
        }
    }
}
