//! Who may send for the domain, who receives its DMARC reports, and which accounts its TXT tokens speak of.

use super::layers::{HostView, candidates, finish, named, operator_ref, unlisted};
use super::mail::merge;
use super::web::at;
use super::{Absence, Gap, Layer, Note, NoteKind, Place, Scene, Service, State, unfound};
use crate::evidence::{Probe, Ref, SpfFacts, SpfMechanism, SpfQualifier, SpfResult, SpfTerm};
use crate::kb::Signal;
use crate::model::{Confidence, DomainName, Role};

/// Senders and DMARC receivers. `known` are the services found so far: SPF's bare `mx` and `a` point back at them.
pub(super) fn services(scene: &Scene<'_>, known: &[Service], notes: &mut Vec<Note>) -> Vec<Service> {
    vec![senders(scene, known, notes), receivers(scene)]
}

fn senders(scene: &Scene<'_>, known: &[Service], notes: &mut Vec<Note>) -> Service {
    let probe = &scene.evidence.mail.spf;
    let because = vec![at(&["mail", "spf"])];
    let service = |state, record, layers| Service {
        because: because.clone(),
        ..Service::new(Role::Sender, record, state, layers)
    };
    let Probe::Found(spf) = probe else { return service(unfound(probe, Absence::NoRecord), String::new(), Vec::new()) };
    if let SpfResult::PermError(why) = &spf.result {
        let because = vec![at(&["mail", "spf", "found", "result"])];
        notes.push(Note { kind: NoteKind::SpfPermError, subject: why.clone(), because });
    }
    let (mut layers, mut records) = named_senders(scene, spf, notes);
    let (networks, blocks) = networks(scene, spf);
    for layer in networks {
        merge(&mut layers, layer);
    }
    records.extend(blocks);
    for (layer, record) in copied(spf, known) {
        merge(&mut layers, layer);
        if !records.iter().any(|known| known == record) {
            records.push(record.to_owned());
        }
    }
    if layers.is_empty() {
        return service(unnamed(spf), String::new(), layers);
    }
    // What was not read may name somebody else: it stands as somebody who is not in the data, and never passes.
    if let SpfResult::TempError(why) = &spf.result {
        let candidate = unlisted(why.clone(), at(&["mail", "spf", "found", "result"]));
        layers.extend(finish(scene, candidate, None, Vec::new(), Place::NotApplicable, Confidence::Weak));
    }
    service(State::Found, records.join(" "), layers)
}

/// Operators that a bare `mx` or `a` points back at.
fn copied(spf: &SpfFacts, known: &[Service]) -> Vec<(Layer, &'static str)> {
    let mut out = Vec::new();
    for term in spf.terms.iter().filter(|t| t.can_pass && t.depth == 0 && t.target.is_empty()) {
        let (roles, record): (&[Role], _) = match term.mechanism {
            SpfMechanism::Mx => (&[Role::Gateway, Role::Mailbox], "mx"),
            SpfMechanism::A => (&[Role::Edge, Role::Host], "a"),
            _ => continue,
        };
        for layer in known.iter().filter(|s| roles.contains(&s.role)).flat_map(|s| &s.layers) {
            let mut layer = layer.clone();
            layer.because.push(at(&["mail", "spf"]));
            out.push((layer, record));
        }
    }
    out
}

/// State of a record that names nobody.
fn unnamed(spf: &SpfFacts) -> State {
    let passing = || spf.terms.iter().filter(|t| t.can_pass);
    let by_address =
        |t: &SpfTerm| matches!(t.mechanism, SpfMechanism::Ip4 | SpfMechanism::Ip6 | SpfMechanism::A | SpfMechanism::Mx);
    let closes = |t: &SpfTerm| {
        t.mechanism == SpfMechanism::All && matches!(t.qualifier, SpfQualifier::Fail | SpfQualifier::Softfail)
    };
    match &spf.result {
        SpfResult::PermError(_) => Gap::BadRecord.into(),
        SpfResult::TempError(_) => Gap::NoAnswer.into(),
        SpfResult::Ok if spf.capped => Gap::NoAnswer.into(),
        SpfResult::Ok if passing().any(by_address) => Gap::SenderByAddress.into(),
        SpfResult::Ok if !spf.terms.iter().any(closes) => Gap::SenderOpen.into(),
        SpfResult::Ok if passing().next().is_some() => Absence::OwnOnly.into(),
        SpfResult::Ok => Absence::SendsNothing.into(),
    }
}

/// Senders that a term names. What an operator's own record includes is its affair and is not looked at.
fn named_senders(scene: &Scene<'_>, spf: &SpfFacts, notes: &mut Vec<Note>) -> (Vec<Layer>, Vec<String>) {
    let mut layers: Vec<Layer> = Vec::new();
    let mut records = Vec::new();
    let mut below: Option<u32> = None;
    for (index, term) in spf.terms.iter().enumerate() {
        if below.is_some_and(|depth| term.depth > depth) {
            continue;
        }
        below = None;
        let names_somebody = matches!(
            term.mechanism,
            SpfMechanism::Include
                | SpfMechanism::Redirect
                | SpfMechanism::A
                | SpfMechanism::Mx
                | SpfMechanism::Exists
                | SpfMechanism::Ptr
        );
        if !names_somebody || term.target.is_empty() {
            continue;
        }
        let because = at(&["mail", "spf", "found", "terms", &index.to_string()]);
        if term.after_macro.is_some() {
            let note = Note { kind: NoteKind::SpfMacro, subject: term.target.clone(), because: vec![because.clone()] };
            notes.push(note);
        }
        let text = term.after_macro.as_deref().unwrap_or(&term.target);
        let Ok(name) = DomainName::from_ascii(text.trim_start_matches('.')) else { continue };
        if scene.is_own(&name) {
            continue;
        }
        below = Some(term.depth);
        if !term.can_pass {
            continue;
        }
        let candidate = match scene.kb.by_name(Signal::Spf, &name) {
            Some(hit) => named(hit.operator, because),
            None => unlisted(name.registrable().unwrap_or_else(|| name.clone()).to_unicode(), because),
        };
        let confidence = candidate.confidence();
        if let Some(made) = finish(scene, candidate, Some(name), Vec::new(), Place::NotApplicable, confidence) {
            merge(&mut layers, made);
            records.push(record_of(term));
        }
    }
    (layers, records)
}

/// Senders named by address, and the blocks as written. An operator's own record lists its machines below a name that
/// is known already, so only the domain's own terms count.
fn networks(scene: &Scene<'_>, spf: &SpfFacts) -> (Vec<Layer>, Vec<String>) {
    let mut layers = Vec::new();
    let mut records = Vec::new();
    for (index, term) in spf.terms.iter().enumerate().filter(|(_, t)| scene.is_own(&t.at)) {
        let Some(network) = &term.network else { continue };
        let steps = ["mail", "spf", "found", "terms", &index.to_string(), "network"].map(String::from);
        let list = std::slice::from_ref(&**network);
        let host = HostView { name: None, facts: None, addresses: list, at: steps.to_vec() };
        for candidate in candidates(scene, &host, |n| scene.kb.by_name(Signal::Spf, n)) {
            let confidence = candidate.confidence();
            if let Some(made) = finish(scene, candidate, None, Vec::new(), Place::NotApplicable, confidence) {
                merge(&mut layers, made);
            }
        }
        let version = if term.mechanism == SpfMechanism::Ip6 { "ip6" } else { "ip4" };
        records.push(format!("{version}:{}", term.target));
    }
    (layers, records)
}

fn record_of(term: &SpfTerm) -> String {
    match term.mechanism {
        SpfMechanism::Redirect => format!("redirect={}", term.target),
        SpfMechanism::Include => format!("include:{}", term.target),
        SpfMechanism::A => format!("a:{}", term.target),
        SpfMechanism::Mx => format!("mx:{}", term.target),
        SpfMechanism::Ptr => format!("ptr:{}", term.target),
        _ => format!("exists:{}", term.target),
    }
}

fn receivers(scene: &Scene<'_>) -> Service {
    let probe = &scene.evidence.mail.dmarc;
    let because = vec![at(&["mail", "dmarc"])];
    let service = |state, record, layers| Service {
        because: because.clone(),
        ..Service::new(Role::Dmarc, record, state, layers)
    };
    let Probe::Found(dmarc) = probe else {
        return service(unfound(probe, Absence::NoRecord), String::new(), Vec::new());
    };
    let mut layers: Vec<Layer> = Vec::new();
    let mut records = Vec::new();
    for (list, names) in [("rua", &dmarc.rua), ("ruf", &dmarc.ruf)] {
        for (index, name) in names.iter().enumerate() {
            if scene.is_own(name) {
                continue;
            }
            let because: Ref = at(&["mail", "dmarc", "found", list, &index.to_string()]);
            let candidate = match scene.kb.by_name(Signal::Dmarc, name) {
                Some(hit) => named(hit.operator, because),
                None => unlisted(name.registrable().unwrap_or_else(|| name.clone()).to_unicode(), because),
            };
            let confidence = candidate.confidence();
            if let Some(made) =
                finish(scene, candidate, Some(name.clone()), Vec::new(), Place::NotApplicable, confidence)
            {
                merge(&mut layers, made);
                let record = format!("{list} {name}");
                if !records.contains(&record) {
                    records.push(record);
                }
            }
        }
    }
    if layers.is_empty() {
        let own = !dmarc.rua.is_empty() || !dmarc.ruf.is_empty();
        let absence = if own { Absence::OwnOnly } else { Absence::NoRecord };
        return service(State::Absent(absence), String::new(), layers);
    }
    service(State::Found, records.join(" "), layers)
}

/// Tokens say that an account exists or existed; they are never counted.
pub(super) fn tenants(scene: &Scene<'_>) -> Vec<Service> {
    let Probe::Found(strings) = &scene.evidence.txt else { return Vec::new() };
    let mut layers: Vec<Layer> = Vec::new();
    let mut records: Vec<String> = Vec::new();
    for (index, text) in strings.iter().enumerate() {
        let Some((id, token)) = scene.kb.by_txt(text) else { continue };
        let mut candidate = named(id, at(&["txt", "found", &index.to_string()]));
        candidate.because.push(operator_ref(id));
        if let Some(made) = finish(scene, candidate, None, Vec::new(), Place::NotApplicable, Confidence::Weak) {
            merge(&mut layers, made);
            records.push(token.to_owned());
        }
    }
    if layers.is_empty() {
        return Vec::new();
    }
    layers.sort_by(|a, b| a.operator.cmp(&b.operator));
    records.sort();
    records.dedup();
    let because = vec![at(&["txt"])];
    vec![Service { because, ..Service::new(Role::Tenant, records.join(" "), State::Found, layers) }]
}
