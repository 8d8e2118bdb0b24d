//! Checks of ownership: what an edge may claim, no overlapping control, no cycle.

use std::collections::BTreeMap;

use super::checks::Checker;
use super::compile::Fault;
use super::draft::{Draft, Placed};
use super::schema::{Control, Edge, FromBasis};
use crate::model::{EntityId, Interval};

pub(super) fn run(draft: &Draft, faults: &mut Vec<Fault>) {
    let mut checker = Checker::new(draft, faults);
    for entry in &draft.edges {
        edge(&mut checker, entry);
    }
    let mut sole: BTreeMap<&EntityId, Vec<&Placed<Edge>>> = BTreeMap::new();
    for entry in &draft.edges {
        if entry.value.control == Control::Sole {
            sole.entry(&entry.value.owned).or_default().push(entry);
        }
    }
    overlaps(&mut checker, &sole);
    cycles(&mut checker, &sole);
}

fn edge(checker: &mut Checker<'_>, entry: &Placed<Edge>) {
    let (edge, place) = (&entry.value, &entry.place);
    let what = format!("edge {} <- {}", edge.owned, edge.owner);
    checker.entity(place, &what, &edge.owned);
    checker.entity(place, &what, &edge.owner);
    checker.claim(place, &what, &edge.sources);
    checker.dates(place, &what, edge.from, edge.to);
    if edge.owned == edge.owner {
        checker.fault(place, format!("{what}: a company cannot own itself"));
    }
    if !edge.kind.is_ownership() && edge.control != Control::None {
        checker.fault(place, format!("{what}: a link of kind {:?} never carries control", edge.kind));
    }
    if edge.from_basis == Some(FromBasis::Announcement) && matches!(edge.control, Control::Sole | Control::Joint) {
        checker.fault(place, format!("{what}: control never starts on an announcement"));
    }
    for (name, share) in [("capital", edge.capital), ("votes", edge.votes)] {
        if let Some([low, high]) = share
            && !(0.0 <= low && low <= high && high <= 100.0)
        {
            checker.fault(place, format!("{what}: {name} [{low}, {high}] is no range of per cent"));
        }
    }
}

/// Two companies cannot both decide alone on the same day.
fn overlaps(checker: &mut Checker<'_>, sole: &BTreeMap<&EntityId, Vec<&Placed<Edge>>>) {
    for (owned, edges) in sole {
        for (number, later) in edges.iter().enumerate() {
            let overlapped = edges[..number].iter().find(|earlier| {
                // Shares and votes of one owner may be two rows.
                let is_same_owner = earlier.value.owner == later.value.owner && earlier.value.kind != later.value.kind;
                !is_same_owner && earlier.value.span().overlaps(&later.value.span())
            });
            if let Some(earlier) = overlapped {
                let what = format!(
                    "edge {owned} <- {}: sole control overlaps with that of {} ({}:{})",
                    later.value.owner, earlier.value.owner, earlier.place.file, earlier.place.line
                );
                checker.fault(&later.place, what);
            }
        }
    }
}

/// No company controls itself through others on any day.
fn cycles(checker: &mut Checker<'_>, sole: &BTreeMap<&EntityId, Vec<&Placed<Edge>>>) {
    for (owned, edges) in sole {
        for edge in edges {
            let mut path = vec![*owned];
            if leads_back(sole, &edge.value.owner, edge.value.span(), &mut path) {
                let chain: Vec<&str> = path.iter().map(|id| id.as_str()).collect();
                // Each company of the cycle finds it; one report is enough.
                if path.iter().min() == path.first() {
                    checker
                        .fault(&edge.place, format!("ownership goes in a circle: {} <- {owned}", chain.join(" <- ")));
                }
            }
        }
    }
}

/// Whether sole control leads from `at` back to the first company of the path within `span`.
fn leads_back<'a>(
    sole: &BTreeMap<&'a EntityId, Vec<&'a Placed<Edge>>>,
    at: &'a EntityId,
    span: Interval,
    path: &mut Vec<&'a EntityId>,
) -> bool {
    if path.first() == Some(&at) {
        return true;
    }
    if path.contains(&at) {
        return false;
    }
    path.push(at);
    for edge in sole.get(at).into_iter().flatten() {
        let shared = shared(span, edge.value.span());
        if let Some(shared) = shared
            && leads_back(sole, &edge.value.owner, shared, path)
        {
            return true;
        }
    }
    path.pop();
    false
}

fn shared(a: Interval, b: Interval) -> Option<Interval> {
    let from = a.from.max(b.from);
    let to = match (a.to, b.to) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    a.overlaps(&b).then_some(Interval { from, to, ..Interval::default() })
}
