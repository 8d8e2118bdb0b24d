//! The certificate authority, from a chain that holds: whoever made up a certificate can write any name into it.

use super::layers::{finish, named, unlisted};
use super::page::looked;
use super::web::at;
use super::{Gap, Layer, Place, Scene, Service, State, unfound};
use crate::evidence::{Probe, TlsFacts, Trust};
use crate::kb::Knowledge;
use crate::model::{Confidence, OperatorId, Role};

/// Who issued the certificate of the target, and whose root it hangs on.
pub(super) fn authority(scene: &Scene<'_>) -> Service {
    let Some(name) = scene.evidence.target.name() else {
        return Service::new(Role::Ca, String::new(), State::NotAsked, Vec::new());
    };
    let probe = scene.evidence.hosts.get(name).map(|host| &host.tls);
    let (state, record, layers) = match probe {
        Some(Probe::Found(tls)) if tls.trust == Trust::Holds => {
            let record = tls.chain.first().map(|leaf| leaf.issuer_name.clone()).unwrap_or_default();
            let layers = layers(scene, tls, name.as_str());
            let state = if layers.is_empty() { State::NotDetermined(Gap::Unlisted) } else { State::Found };
            (state, record, layers)
        }
        Some(Probe::Found(_)) => (State::NotDetermined(Gap::CertificateFails), String::new(), Vec::new()),
        Some(probe) => (unfound(probe, Gap::NoAnswer), String::new(), Vec::new()),
        None => (State::NotAsked, String::new(), Vec::new()),
    };
    looked(&["hosts", name.as_str(), "tls"], Service::new(Role::Ca, record, state, layers))
}

fn layers(scene: &Scene<'_>, tls: &TlsFacts, host: &str) -> Vec<Layer> {
    let Some(leaf) = tls.chain.first() else { return Vec::new() };
    let root = tls.root.as_deref().and_then(|root| operator(scene.kb, root));
    let issuer = operator(scene.kb, &leaf.issuer);
    let leaf_at = at(&["hosts", host, "tls", "found", "chain", "0"]);
    let root_at = at(&["hosts", host, "tls", "found", "root"]);
    let mut found = Vec::new();
    match issuer {
        Some(id) => {
            let mut candidate = named(id, leaf_at);
            // The name on the certificate and the root it was checked against are two signals.
            let is_both = root == Some(id);
            if is_both {
                candidate.because.push(root_at.clone());
            }
            found.push((candidate, if is_both { Confidence::Established } else { Confidence::Probable }));
        }
        None => found.push((unlisted(leaf.issuer.clone(), leaf_at), Confidence::Weak)),
    }
    if let Some(id) = root.filter(|root| issuer != Some(*root)) {
        found.push((named(id, root_at), Confidence::Probable));
    }
    // A root of the user's own may be that of a proxy which opens TLS: what it certifies is weak.
    let cap = if tls.is_users_root { Confidence::Weak } else { Confidence::Established };
    let finish = |(candidate, confidence): (_, Confidence)| {
        finish(scene, candidate, None, Vec::new(), Place::NotApplicable, confidence.min(cap))
    };
    found.into_iter().filter_map(finish).collect()
}

fn operator<'a>(kb: &'a Knowledge, organisation: &str) -> Option<&'a OperatorId> {
    kb.by_issuer(organisation)
}
