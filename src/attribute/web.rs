//! Web edge and web host. A host behind an edge is known only from a name or an address block of somebody else.

use super::layers::{Candidate, HostView, Part, candidates, finish, layer, named, unlisted};
use super::{Absence, Gap, Layer, Note, NoteKind, Place, PlaceIn, Scene, Service, State, unfound};
use crate::evidence::{AddressFacts, Pointer, Probe, Ref};
use crate::kb::Signal;
use crate::model::{Confidence, CountryCode, DomainName, OperatorId, Role, Target};

/// Edge and host of the target and, where it differs, of its www or apex sibling.
pub(super) fn services(scene: &Scene<'_>, notes: &mut Vec<Note>) -> Vec<Service> {
    if let Some(address) = &scene.evidence.address {
        return of_address(scene, address);
    }
    if let Target::Region { cloud, region } = &scene.evidence.target {
        return vec![of_region(scene, cloud, region, notes)];
    }
    let mut out: Vec<Service> = Vec::new();
    let mut hosts: Vec<_> = scene.evidence.web.iter().collect();
    hosts.sort_by_key(|web| !web.is_target);
    for web in hosts {
        let services = of_host(scene, &web.host, notes);
        if out.is_empty() {
            out = services;
            continue;
        }
        // The sibling counts only where somebody else runs it; a sibling that does not exist is no service.
        let has_target = out.iter().any(|s| s.state == State::Found);
        for service in services {
            if service.state != State::Found {
                continue;
            }
            if !has_target {
                // What is not known of the target stays so: the sibling's answer is the sibling's.
                out.retain(|s| !matches!(s.state, State::Absent(_) | State::NotDetermined(Gap::NameMissing)));
                if !out.is_empty() {
                    notes.push(sibling_note(&web.host, &service));
                }
                out.push(service);
            } else if !is_known(&out, &service) {
                notes.push(sibling_note(&web.host, &service));
                out.push(service);
            }
        }
    }
    out
}

/// Whether all operators of the service stand in one of the same role already.
fn is_known(out: &[Service], service: &Service) -> bool {
    let same = |a: &Layer, b: &Layer| {
        a.operator == b.operator && a.unlisted == b.unlisted && a.entity == b.entity && countries(a) == countries(b)
    };
    out.iter().any(|s| s.role == service.role && service.layers.iter().all(|b| s.layers.iter().any(|a| same(a, b))))
}

fn sibling_note(host: &DomainName, service: &Service) -> Note {
    Note { kind: NoteKind::SiblingDiffers, subject: host.to_unicode(), because: service.because.clone() }
}

/// Countries the machines of a layer probably stand in.
fn countries(layer: &Layer) -> Vec<CountryCode> {
    match &layer.place {
        Place::In(list) => list.iter().filter(|p| p.is_probable).map(|p| p.country).collect(),
        _ => Vec::new(),
    }
}

fn of_host(scene: &Scene<'_>, name: &DomainName, notes: &mut Vec<Note>) -> Vec<Service> {
    let host = HostView::of(scene, name);
    let found = candidates(scene, &host, |n| scene.kb.by_name(Signal::Cname, n));
    note_stale(scene, name, &found, notes);
    build(scene, &host, found, name.to_unicode())
}

fn of_address(scene: &Scene<'_>, address: &AddressFacts) -> Vec<Service> {
    let list = std::slice::from_ref(address);
    let host = HostView { name: None, facts: None, addresses: list, at: vec!["address".to_owned()] };
    let found = candidates(scene, &host, |n| scene.kb.by_name(Signal::Cname, n));
    build(scene, &host, found, address.ip.to_string())
}

/// A region a file states: whose cloud it is, and which country the cloud says it is in. That is what the customer chose,
/// so the country is one word alone.
fn of_region(scene: &Scene<'_>, cloud: &str, region: &str, notes: &mut Vec<Note>) -> Service {
    let because = at(&["target"]);
    let id = cloud.parse::<OperatorId>().ok().filter(|id| scene.kb.operator(id).is_some());
    let country = id.as_ref().and_then(|id| scene.kb.country_of_region(id, region));
    let place = country.map_or(Place::Unknown, |country| {
        Place::In(vec![PlaceIn { country, is_probable: false, because: vec![because.clone()] }])
    });
    let (candidate, confidence) = match &id {
        Some(id) => (named(id, because.clone()), Confidence::Probable),
        None => (unlisted(cloud.to_owned(), because.clone()), Confidence::Weak),
    };
    let layers: Vec<Layer> = finish(scene, candidate, None, Vec::new(), place, confidence).into_iter().collect();
    notes.push(Note {
        kind: NoteKind::RegionChosen,
        subject: format!("{cloud}:{region}"),
        because: vec![because.clone()],
    });
    Service { because: vec![because], ..Service::new(Role::Host, format!("{cloud}:{region}"), State::Found, layers) }
}

/// A name of an operator that has ceased is a stale record.
fn note_stale(scene: &Scene<'_>, name: &DomainName, found: &[Candidate], notes: &mut Vec<Note>) {
    for candidate in found {
        let Some(operator) = candidate.operator.as_ref().and_then(|id| scene.kb.operator(id)) else { continue };
        if operator.defunct && candidate.by_name {
            let because = candidate.because.clone();
            notes.push(Note {
                kind: NoteKind::Stale,
                subject: format!("{} → {}", name.to_unicode(), operator.name),
                because,
            });
        }
    }
}

/// Services of a host from its candidates.
fn build(scene: &Scene<'_>, host: &HostView<'_>, found: Vec<Candidate>, record: String) -> Vec<Service> {
    let mut edge: Vec<Layer> = Vec::new();
    let mut hosts: Vec<Layer> = Vec::new();
    let mut carriers: Vec<Layer> = Vec::new();
    let has_edge = found.iter().any(|c| c.part == Part::Edge);
    for candidate in found {
        let part = candidate.part;
        // Behind an edge an address is the edge's, so the AS says nothing about the host.
        let is_behind = has_edge && part == Part::Host && candidate.is_guess && !candidate.by_name;
        let confidence = candidate.confidence();
        let Some(layer) = layer(scene, host, candidate, Signal::Cname, confidence) else { continue };
        match part {
            Part::Edge => edge.push(layer),
            Part::Host if !is_behind => hosts.push(layer),
            _ => carriers.push(layer),
        }
    }
    let mut out = Vec::new();
    let because = vec![if host.name.is_some() { host.addresses_ref() } else { host.address_ref(0, "ip") }];
    let mut push = |role, state, layers: Vec<Layer>| {
        out.push(Service { because: because.clone(), ..Service::new(role, record.clone(), state, layers) });
    };
    if !edge.is_empty() {
        push(Role::Edge, State::Found, edge);
    }
    if hosts.is_empty() {
        let state = if has_edge { State::NotDetermined(Gap::BehindEdge) } else { missing(host) };
        push(Role::Host, state, hosts);
    } else {
        push(Role::Host, State::Found, hosts);
    }
    if !carriers.is_empty() {
        push(Role::Carrier, State::Found, carriers);
    }
    out
}

/// Why nobody was found for a host.
pub(super) fn missing(host: &HostView<'_>) -> State {
    if host.name.is_none() {
        let special = host.addresses.iter().any(|a| a.special.is_some());
        return State::NotDetermined(if special { Gap::NotPublic } else { Gap::Unlisted });
    }
    let Some(facts) = host.facts else { return State::NotAsked };
    match &facts.addresses {
        Probe::Found(list) if list.iter().all(|a| a.special.is_some()) => State::NotDetermined(Gap::NotPublic),
        Probe::Found(list) if list.iter().any(|a| matches!(a.asn, Probe::Failed(_))) => {
            State::NotDetermined(Gap::NoAnswer)
        }
        Probe::Found(_) => State::NotDetermined(Gap::Unlisted),
        Probe::Absent if facts.nxdomain => State::NotDetermined(Gap::NameMissing),
        probe => unfound(probe, Absence::NoAddress),
    }
}

/// Pointer into the evidence from plain steps.
pub(super) fn at(steps: &[&str]) -> Ref {
    Ref::Evidence(Pointer::new(steps))
}
