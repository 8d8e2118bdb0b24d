//! Authoritative DNS, the registry of the top-level domain, and the registrar where it was asked.

use super::layers::{HostView, Part, candidates, finish, layer, named, unlisted};
use super::mail::merge;
use super::page::looked;
use super::web::at;
use super::{Gap, Layer, Note, NoteKind, Place, Scene, Service, State, unfound};
use crate::evidence::Probe;
use crate::kb::Signal;
use crate::model::{Confidence, DomainName, Role};

/// Name servers and registry.
pub(super) fn services(scene: &Scene<'_>, notes: &mut Vec<Note>) -> Vec<Service> {
    let mut out = name_servers(scene, notes);
    out.push(registry(scene));
    out
}

fn name_servers(scene: &Scene<'_>, notes: &mut Vec<Note>) -> Vec<Service> {
    let probe = &scene.evidence.ns.servers;
    let because = vec![at(&["ns", "servers"])];
    let mut carriers: Vec<Layer> = Vec::new();
    let (state, record, layers) = match probe {
        Probe::Found(servers) => {
            let mut layers: Vec<Layer> = Vec::new();
            let mut gap = Gap::Unlisted;
            for (index, server) in servers.iter().enumerate() {
                of_server(scene, server, index, &mut layers, &mut carriers, notes, &mut gap);
            }
            let names: Vec<String> = servers.iter().map(DomainName::to_unicode).collect();
            let state = if layers.is_empty() { State::NotDetermined(gap) } else { State::Found };
            (state, names.join(" "), layers)
        }
        _ => {
            let target = scene.evidence.target.name().and_then(|name| scene.evidence.hosts.get(name));
            let is_missing = target.is_none_or(|host| host.nxdomain);
            let gap = if is_missing { Gap::NameMissing } else { Gap::NoAnswer };
            (unfound(probe, gap), String::new(), Vec::new())
        }
    };
    let mut out = vec![Service { because: because.clone(), ..Service::new(Role::Dns, record, state, layers) }];
    if !carriers.is_empty() {
        out.push(Service { because, ..Service::new(Role::Carrier, String::new(), State::Found, carriers) });
    }
    out
}

/// One name server: its name tells who runs it; an own server is run by whoever its address belongs to.
fn of_server(
    scene: &Scene<'_>,
    server: &DomainName,
    index: usize,
    layers: &mut Vec<Layer>,
    carriers: &mut Vec<Layer>,
    notes: &mut Vec<Note>,
    gap: &mut Gap,
) {
    let because = at(&["ns", "servers", "found", &index.to_string()]);
    let host = HostView::of(scene, server);
    let is_missing = host.facts.is_some_and(|f| f.nxdomain);
    if is_missing {
        *gap = Gap::HostMissing;
        let because = vec![because.clone(), at(&["hosts", server.as_str()])];
        notes.push(Note { kind: NoteKind::NsHostMissing, subject: server.to_unicode(), because });
    }
    let mut found = candidates(scene, &host, |n| scene.kb.by_name(Signal::Ns, n));
    if let Some(hit) = scene.kb.by_name(Signal::Ns, server) {
        let position = found.iter().position(|c| c.operator.as_ref() == Some(hit.operator));
        let mut candidate = position.map_or_else(|| named(hit.operator, because.clone()), |p| found.swap_remove(p));
        candidate.because.push(because);
        let confidence = if is_missing { Confidence::Weak } else { candidate.confidence() };
        if let Some(made) = layer(scene, &host, candidate, Signal::Ns, confidence) {
            merge(layers, made);
        }
        for other in found.into_iter().filter(|c| !c.by_name) {
            let is_carrier = other.part == Part::Carrier || other.is_guess;
            let confidence = other.confidence();
            let Some(made) = layer(scene, &host, other, Signal::Ns, confidence) else { continue };
            if is_carrier { carriers.push(made) } else { merge(layers, made) }
        }
        return;
    }
    let is_own = scene.is_own(server);
    if !is_own {
        let domain = server.registrable().unwrap_or_else(|| server.clone());
        let candidate = unlisted(domain.to_unicode(), because.clone());
        if let Some(made) = layer(scene, &host, candidate, Signal::Ns, Confidence::Weak) {
            merge(layers, made);
        }
    }
    for mut candidate in found {
        candidate.because.push(because.clone());
        let is_carrier = !is_own || candidate.part == Part::Carrier;
        let confidence = candidate.confidence();
        let Some(made) = layer(scene, &host, candidate, Signal::Ns, confidence) else { continue };
        if is_carrier { carriers.push(made) } else { merge(layers, made) }
    }
}

/// The registry of the top-level domain is certain: it is the name itself.
fn registry(scene: &Scene<'_>) -> Service {
    let tld = scene.evidence.target.name().map(|n| n.tld().to_owned()).unwrap_or_default();
    let because = at(&["target"]);
    let (candidate, confidence) = match scene.kb.by_tld(&tld) {
        Some(id) => (named(id, because.clone()), Confidence::Established),
        None => (unlisted(format!(".{tld}"), because.clone()), Confidence::Weak),
    };
    let layers: Vec<Layer> =
        finish(scene, candidate, None, Vec::new(), Place::NotApplicable, confidence).into_iter().collect();
    Service { because: vec![because], ..Service::new(Role::Tld, format!(".{tld}"), State::Found, layers) }
}

/// The registrar as the registry names it: one signal.
pub(super) fn registrar(scene: &Scene<'_>) -> Service {
    let probe = &scene.evidence.registration;
    let (state, record, layers) = match probe {
        Probe::Found(registration) if !registration.registrar.is_empty() => {
            let name = registration.registrar.clone();
            let because = at(&["registration", "found"]);
            let (candidate, confidence) = match scene.kb.by_registrar(&name) {
                Some(id) => (named(id, because), Confidence::Probable),
                None => (unlisted(name.clone(), because), Confidence::Weak),
            };
            let layers = finish(scene, candidate, None, Vec::new(), Place::NotApplicable, confidence);
            (State::Found, name, layers.into_iter().collect())
        }
        Probe::Found(_) => (State::NotDetermined(Gap::NotStated), String::new(), Vec::new()),
        probe => (unfound(probe, Gap::NotStated), String::new(), Vec::new()),
    };
    looked(&["registration"], Service::new(Role::Registrar, record, state, layers))
}
