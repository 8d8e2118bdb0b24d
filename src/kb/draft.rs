//! Entries of a knowledge base on their way from files to [`Kb`], each with the place it was read at.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::rc::Rc;

use super::compile::Fault;
use super::part::Part;
use super::schema::{
    Agreement, Authority, Certification, Deal, Edge, Entity, Framework, Jurisdiction, Kb, Law, Networks, Operator,
    Order, OrderNote, Release, ServiceKind, Source,
};
use crate::model::{CountryCode, EntityId, LawId, OperatorId, SourceId};

/// File and line an entry starts at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) file: Rc<str>,
    pub(super) line: usize,
}

impl Place {
    pub(super) fn fault(&self, what: impl Into<String>) -> Fault {
        Fault { file: self.file.to_string(), line: self.line, what: what.into() }
    }
}

/// An entry and its place.
#[derive(Debug, Clone)]
pub(super) struct Placed<T> {
    pub(super) value: T,
    pub(super) place: Place,
}

type Table<K, T> = BTreeMap<K, Placed<T>>;
type List<T> = Vec<Placed<T>>;

/// What was read so far.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) release: Release,
    pub(super) sources: Table<SourceId, Part<Source>>,
    pub(super) jurisdictions: Table<CountryCode, Part<Jurisdiction>>,
    pub(super) laws: Table<LawId, Part<Law>>,
    pub(super) entities: Table<EntityId, Part<Entity>>,
    pub(super) operators: Table<OperatorId, Part<Operator>>,
    pub(super) regions: Table<OperatorId, BTreeMap<String, String>>,
    pub(super) frameworks: Table<String, Part<Framework>>,
    pub(super) agreements: List<Agreement>,
    pub(super) services: List<ServiceKind>,
    pub(super) edges: List<Edge>,
    pub(super) deals: List<Deal>,
    pub(super) orders: List<Order>,
    pub(super) order_notes: List<OrderNote>,
    pub(super) certifications: List<Certification>,
    pub(super) authorities: List<Authority>,
    pub(super) added: BTreeMap<String, String>,
    /// `kind/id` of entries that could not be read: references to them are no second fault.
    pub(super) broken: BTreeSet<String>,
    /// Keys of list rows of this layer.
    pub(super) seen: BTreeMap<String, Place>,
}

/// What makes a row of a list the same row in a later layer.
pub(super) fn agreement_key(row: &Agreement) -> String {
    format!("agreement/{}-{}-{}", row.of, row.with, row.law)
}
pub(super) fn service_key(row: &ServiceKind) -> String {
    format!("service/{}", row.kind)
}
/// All edges between two companies stand or fall together.
pub(super) fn edge_key(row: &Edge) -> String {
    format!("edge/{}<-{}", row.owned, row.owner)
}
pub(super) fn deal_key(row: &Deal) -> String {
    format!("deal/{}-{}", row.entity, row.acquirer)
}
pub(super) fn order_key(row: &Order) -> String {
    format!("order/{} {} over {} {}", row.kind, row.suffix, row.over_kind, row.over_suffix)
}
pub(super) fn order_note_key(row: &OrderNote) -> String {
    format!("order_note/{} {} {}", row.kind, row.signal, row.first)
}
pub(super) fn certification_key(row: &Certification) -> String {
    format!("certification/{} {} {}", row.scheme, row.holder, row.offer)
}
pub(super) fn authority_key(row: &Authority) -> String {
    format!("authority/{}", row.id)
}

impl Draft {
    /// A compiled knowledge base as the first layer; the lines of its files are not known any more.
    pub(super) fn from_kb(kb: &Kb) -> Self {
        let place = Place { file: Rc::from("release"), line: 0 };
        fn table<K: Ord + Clone, T: Clone>(map: &BTreeMap<K, T>, place: &Place) -> Table<K, T> {
            map.iter().map(|(k, v)| (k.clone(), Placed { value: v.clone(), place: place.clone() })).collect()
        }
        fn list<T: Clone>(rows: &[T], place: &Place) -> List<T> {
            rows.iter().map(|v| Placed { value: v.clone(), place: place.clone() }).collect()
        }
        Self {
            release: kb.release.clone(),
            sources: table(&kb.sources, &place),
            jurisdictions: table(&kb.jurisdictions, &place),
            laws: table(&kb.laws, &place),
            entities: table(&kb.entities, &place),
            operators: table(&kb.operators, &place),
            regions: table(&kb.regions, &place),
            frameworks: table(&kb.frameworks, &place),
            agreements: list(&kb.agreements, &place),
            services: list(&kb.services, &place),
            edges: list(&kb.edges, &place),
            deals: list(&kb.deals, &place),
            orders: list(&kb.orders, &place),
            order_notes: list(&kb.order_notes, &place),
            certifications: list(&kb.certifications, &place),
            authorities: list(&kb.authorities, &place),
            added: kb.added.clone(),
            ..Self::default()
        }
    }

    /// Puts a later layer over what is there.
    pub(super) fn absorb(&mut self, later: Self, is_release: bool, layer: &str) {
        if is_release {
            self.release = later.release;
        }
        let mut added = BTreeMap::new();
        let note = &mut added;
        over_table(&mut self.sources, later.sources, "source", note);
        over_table(&mut self.jurisdictions, later.jurisdictions, "jurisdiction", note);
        over_table(&mut self.laws, later.laws, "law", note);
        over_table(&mut self.entities, later.entities, "entity", note);
        over_table(&mut self.operators, later.operators, "operator", note);
        over_table(&mut self.regions, later.regions, "region_country", note);
        over_table(&mut self.frameworks, later.frameworks, "framework", note);
        over_list(&mut self.agreements, later.agreements, agreement_key, note);
        over_list(&mut self.services, later.services, service_key, note);
        over_list(&mut self.edges, later.edges, edge_key, note);
        over_list(&mut self.deals, later.deals, deal_key, note);
        over_list(&mut self.orders, later.orders, order_key, note);
        over_list(&mut self.order_notes, later.order_notes, order_note_key, note);
        over_list(&mut self.certifications, later.certifications, certification_key, note);
        over_list(&mut self.authorities, later.authorities, authority_key, note);
        self.broken.extend(later.broken);
        if !is_release {
            // A file named by its whole path needs no name of a folder in front of it.
            let named = |file: String| if file.starts_with(layer) { file } else { format!("{layer}: {file}") };
            self.added.extend(added.into_iter().map(|(key, file)| (key, named(file))));
        }
    }

    /// Writes out what the files may leave implicit.
    pub(super) fn normalise(&mut self) {
        for operator in self.operators.values_mut() {
            let last = operator.value.runs.len().saturating_sub(1);
            for (number, run) in operator.value.runs.iter_mut().enumerate() {
                match run.region.take().as_deref() {
                    None | Some("*") => {}
                    // In the older form, too, the last entry runs whatever no other entry does.
                    Some(_) if number == last => {}
                    // Groups are longer than the two letters of a country.
                    Some(region) if region.len() == 2 => run.servers.push(region.to_owned()),
                    Some(region) => run.servers.push(format!("@{}", region.to_ascii_lowercase())),
                }
            }
        }
        for edge in &mut self.edges {
            if edge.value.sources.is_empty()
                && let Some(owned) = self.entities.get(&edge.value.owned)
            {
                edge.value.sources.clone_from(&owned.value.sources);
            }
        }
    }

    /// The compiled form.
    pub(super) fn into_kb(self) -> Kb {
        fn table<K: Ord, T>(map: Table<K, T>) -> BTreeMap<K, T> {
            map.into_iter().map(|(k, v)| (k, v.value)).collect()
        }
        fn list<T>(rows: List<T>) -> Vec<T> {
            rows.into_iter().map(|row| row.value).collect()
        }
        let operators = table(self.operators);
        Kb {
            release: self.release,
            sources: table(self.sources),
            jurisdictions: table(self.jurisdictions),
            agreements: list(self.agreements),
            laws: table(self.laws),
            services: list(self.services),
            entities: table(self.entities),
            edges: list(self.edges),
            deals: list(self.deals),
            networks: Networks::of(operators.values().map(AsRef::as_ref)),
            operators,
            orders: list(self.orders),
            order_notes: list(self.order_notes),
            regions: table(self.regions),
            certifications: list(self.certifications),
            authorities: list(self.authorities),
            frameworks: table(self.frameworks),
            added: self.added,
        }
    }
}

fn over_table<K: Ord + Display, T>(
    base: &mut Table<K, T>,
    later: Table<K, T>,
    kind: &str,
    added: &mut BTreeMap<String, String>,
) {
    for (key, entry) in later {
        added.insert(format!("{kind}/{key}"), entry.place.file.to_string());
        base.insert(key, entry);
    }
}

fn over_list<T>(base: &mut List<T>, later: List<T>, key: fn(&T) -> String, added: &mut BTreeMap<String, String>) {
    let replaced: BTreeSet<String> = later.iter().map(|row| key(&row.value)).collect();
    base.retain(|row| !replaced.contains(&key(&row.value)));
    for row in later {
        added.insert(key(&row.value), row.place.file.to_string());
        base.push(row);
    }
}
