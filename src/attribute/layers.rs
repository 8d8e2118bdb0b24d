//! Signals of one host -> operators. Names and address blocks tell who runs a service, the AS who carries it; signals of
//! one kind compete (longest match, then id), signals of different kinds make layers.

use std::net::IpAddr;

use super::{Layer, Scene, place};
use crate::evidence::{AddressFacts, HostFacts, Pointer, Probe, Ref};
use crate::kb::schema::{Operator, OperatorKind, RunsOnLayer, SuffixLayer};
use crate::kb::{NameMatch, Signal};
use crate::model::{Asn, Confidence, CountryCode, DomainName, NonEmpty, OperatorId};

/// What an operator does for a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// Ends the visitor's connection.
    Edge,
    /// Runs the machines or the platform.
    Host,
    /// Only carries packets, or only answers DNS.
    Carrier,
}

/// One operator of a host, before it becomes a layer of a service.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) operator: Option<OperatorId>,
    pub(super) unlisted: Option<String>,
    pub(super) part: Part,
    /// A name of the operator was seen.
    pub(super) by_name: bool,
    /// The address block or AS of the operator was seen.
    pub(super) by_address: bool,
    /// Only the AS tells, and it is a carrier's or not in the data.
    pub(super) is_guess: bool,
    pub(super) inferred: Option<CountryCode>,
    pub(super) asn: Option<Asn>,
    /// Positions of the host's addresses that are this operator's; `None`: all of them.
    pub(super) addresses: Option<Vec<usize>>,
    pub(super) because: Vec<Ref>,
}

impl Candidate {
    fn new(operator: Option<OperatorId>, part: Part) -> Self {
        Self {
            operator,
            unlisted: None,
            part,
            by_name: false,
            by_address: false,
            is_guess: false,
            inferred: None,
            asn: None,
            addresses: None,
            because: Vec::new(),
        }
    }

    /// The address at this position of the host is this operator's.
    fn claim(&mut self, index: usize) {
        self.by_address = true;
        let list = self.addresses.get_or_insert_default();
        if !list.contains(&index) {
            list.push(index);
        }
    }

    /// Two independent signals: established; one: probable; a guess: weak.
    pub(super) fn confidence(&self) -> Confidence {
        match (self.is_guess, self.by_name, self.by_address) {
            (true, ..) => Confidence::Weak,
            (_, true, true) => Confidence::Established,
            (_, false, false) => Confidence::None,
            _ => Confidence::Probable,
        }
    }
}

/// A host with the addresses the tables know.
pub(super) struct HostView<'a> {
    pub(super) name: Option<&'a DomainName>,
    pub(super) facts: Option<&'a HostFacts>,
    pub(super) addresses: &'a [AddressFacts],
    /// Steps of the pointer to the list of addresses.
    pub(super) at: Vec<String>,
}

impl<'a> HostView<'a> {
    /// The host of that name in the evidence.
    pub(super) fn of(scene: &'a Scene<'a>, name: &'a DomainName) -> Self {
        let facts = scene.evidence.hosts.get(name);
        let addresses = facts.and_then(|f| f.addresses.found()).map_or(&[][..], Vec::as_slice);
        let at = ["hosts", name.as_str(), "addresses", "found"].map(String::from).to_vec();
        Self { name: Some(name), facts, addresses, at }
    }

    /// Pointer to an address of the host.
    pub(super) fn address_ref(&self, index: usize, field: &str) -> Ref {
        let mut steps = self.at.clone();
        if self.name.is_some() {
            steps.push(index.to_string());
        }
        steps.push(field.to_owned());
        Ref::Evidence(Pointer::new(&steps))
    }

    /// Pointer to a name of the CNAME chain, or to the host itself.
    pub(super) fn name_ref(&self, index: Option<usize>) -> Ref {
        let mut steps = vec!["hosts".to_owned(), self.name.map(ToString::to_string).unwrap_or_default()];
        if let Some(index) = index {
            steps.push("cname_chain".to_owned());
            steps.push(index.to_string());
        }
        Ref::Evidence(Pointer::new(&steps))
    }

    /// Pointer to what became of the question for addresses.
    pub(super) fn addresses_ref(&self) -> Ref {
        let steps = ["hosts".to_owned(), self.name.map(ToString::to_string).unwrap_or_default(), "addresses".into()];
        Ref::Evidence(Pointer::new(&steps))
    }
}

/// Reference to an operator of the knowledge base.
pub(super) fn operator_ref(id: &OperatorId) -> Ref {
    Ref::Kb(format!("operator/{id}"))
}

/// What an operator does for a web host. The first of cdn, host and saas among its kinds decides, unless the suffix
/// that matched says otherwise.
pub(super) fn part_of(operator: &Operator, suffix: Option<SuffixLayer>) -> Part {
    match suffix {
        Some(SuffixLayer::Edge) => return Part::Edge,
        Some(SuffixLayer::Dns) => return Part::Carrier,
        Some(_) => return Part::Host,
        None => {}
    }
    for kind in &operator.kinds {
        match kind {
            OperatorKind::Cdn | OperatorKind::EdgeSecurity => return Part::Edge,
            OperatorKind::Host | OperatorKind::Saas => return Part::Host,
            _ => {}
        }
    }
    Part::Carrier
}

/// Operators of a host by its names and addresses, edge first. `name_of` looks a name up in the right kind of signal.
pub(super) fn candidates<'a>(
    scene: &'a Scene<'a>,
    host: &HostView<'a>,
    name_of: impl Fn(&DomainName) -> Option<NameMatch<'a>>,
) -> Vec<Candidate> {
    let mut out: Vec<Candidate> = Vec::new();
    let chain = host.facts.map_or(&[][..], |f| f.cname_chain.as_slice());
    let named =
        host.name.map(|name| (None, name)).into_iter().chain(chain.iter().enumerate().map(|(i, n)| (Some(i), n)));
    let mut any_name = false;
    for (index, name) in named {
        let Some(hit) = name_of(name) else {
            // What a listed operator's names lead on to is that operator's affair; what stands before them is somebody
            // the audited domain chose.
            if let Some(index) = index.filter(|_| !any_name && !scene.is_own(name)) {
                let domain = name.registrable().unwrap_or_else(|| name.clone()).to_unicode();
                let entry = entry(&mut out, None, Some(domain), Part::Host);
                entry.by_name = true;
                entry.is_guess = true;
                entry.because.push(host.name_ref(Some(index)));
            }
            continue;
        };
        let Some(operator) = scene.kb.operator(hit.operator) else { continue };
        any_name = true;
        let part = part_of(operator, hit.layer);
        // A name that matches although the operator only carries (a traffic manager, a telecom's portal) names nobody
        // who runs the service.
        if part == Part::Carrier && hit.layer == Some(SuffixLayer::Dns) {
            continue;
        }
        let part = if part == Part::Carrier { Part::Host } else { part };
        let entry = entry(&mut out, Some(hit.operator.clone()), None, part);
        entry.by_name = true;
        entry.because.push(host.name_ref(index));
        entry.because.push(operator_ref(hit.operator));
    }
    for (index, address) in host.addresses.iter().enumerate() {
        add_address(scene, host, index, address, &mut out);
    }
    share_addresses(&mut out, host.addresses.len());
    out.sort_by_key(|c| c.part);
    out
}

/// Who is seen by address has the addresses it was seen at. Who is named has all of them, but for those of somebody
/// else's edge: behind an edge nothing tells where the machines stand.
fn share_addresses(out: &mut [Candidate], total: usize) {
    let claimed = |c: &Candidate, other: &Candidate, at: usize| {
        other.part == Part::Edge
            && (&other.operator, &other.unlisted) != (&c.operator, &c.unlisted)
            && other.addresses.as_ref().is_some_and(|list| list.contains(&at))
    };
    let shares: Vec<Vec<usize>> = out
        .iter()
        .map(|c| {
            let own = |at: &usize| c.addresses.as_ref().is_some_and(|list| list.contains(at));
            let free = |at: &usize| c.by_name && !out.iter().any(|other| claimed(c, other, *at));
            (0..total).filter(|at| own(at) || free(at)).collect()
        })
        .collect();
    for (candidate, share) in out.iter_mut().zip(shares) {
        candidate.addresses = Some(share);
    }
}

fn entry(
    out: &mut Vec<Candidate>,
    operator: Option<OperatorId>,
    unlisted: Option<String>,
    part: Part,
) -> &mut Candidate {
    let at = out.iter().position(|c| c.operator == operator && c.unlisted == unlisted && c.part == part);
    let at = at.unwrap_or_else(|| {
        out.push(Candidate { unlisted, ..Candidate::new(operator, part) });
        out.len() - 1
    });
    &mut out[at]
}

/// Adds what an address says: its block names who runs it, its AS who carries it.
fn add_address(scene: &Scene<'_>, host: &HostView<'_>, index: usize, address: &AddressFacts, out: &mut Vec<Candidate>) {
    if address.special.is_some() {
        return;
    }
    let by_net = scene.kb.by_net(address.ip).map(|(id, _)| id);
    if let Some(id) = by_net
        && let Some(operator) = scene.kb.operator(id)
    {
        let known = out.iter().find(|c| c.operator.as_ref() == Some(id)).map(|c| c.part);
        let part = known.unwrap_or_else(|| match part_of(operator, None) {
            Part::Carrier => Part::Host,
            part => part,
        });
        let candidate = entry(out, Some(id.clone()), None, part);
        candidate.claim(index);
        candidate.is_guess = false;
        candidate.because.push(host.address_ref(index, "ip"));
        candidate.because.push(operator_ref(id));
    }
    let Probe::Found(asn) = &address.asn else { return };
    let reason = host.address_ref(index, "asn");
    // Whether somebody is known to run the machine at this address: what is known of another address says nothing.
    let runs = by_net.is_some() || out.iter().any(|c| c.part != Part::Carrier && c.by_name);
    let Some(id) = scene.kb.by_asn(asn.asn) else {
        add_unlisted_network(asn, runs, index, reason, out);
        return;
    };
    if let Some(same) = out.iter_mut().find(|c| c.operator.as_ref() == Some(id) && c.part != Part::Carrier) {
        same.claim(index);
        same.asn.get_or_insert(asn.asn);
        same.inferred = same.inferred.or_else(|| inferred_for(scene, id, asn));
        same.because.push(reason);
        return;
    }
    let Some(operator) = scene.kb.operator(id) else { return };
    let part = match part_of(operator, None) {
        _ if is_network_of_another(scene, id, out) => Part::Carrier,
        // Nothing else tells who runs it: the network is named, as a guess.
        Part::Carrier if !runs => Part::Host,
        part => part,
    };
    let is_carrier_only = part_of(operator, None) == Part::Carrier;
    let candidate = entry(out, Some(id.clone()), None, part);
    candidate.claim(index);
    candidate.is_guess = is_carrier_only && part == Part::Host;
    candidate.asn.get_or_insert(asn.asn);
    candidate.inferred = candidate.inferred.or_else(|| inferred_for(scene, id, asn));
    candidate.because.push(reason);
    candidate.because.push(operator_ref(id));
}

/// An operator whose company is not recorded is no better known than an unlisted one: the registration of its network
/// tells as much about either.
fn inferred_for(scene: &Scene<'_>, id: &OperatorId, asn: &crate::evidence::AsnFact) -> Option<CountryCode> {
    let has_company = scene.kb.operator(id).is_some_and(|operator| !operator.runs.is_empty());
    if has_company { None } else { asn.country_of_nearly_all() }
}

/// An AS that is not in the data is named as the table names it, and is never passed over.
fn add_unlisted_network(
    asn: &crate::evidence::AsnFact,
    runs: bool,
    index: usize,
    reason: Ref,
    out: &mut Vec<Candidate>,
) {
    let name = if asn.name.is_empty() { asn.asn.to_string() } else { asn.name.clone() };
    let candidate = entry(out, None, Some(name), if runs { Part::Carrier } else { Part::Host });
    candidate.claim(index);
    candidate.is_guess = true;
    candidate.asn.get_or_insert(asn.asn);
    candidate.because.push(reason);
    candidate.inferred = asn.country_of_nearly_all();
}

/// Whether somebody already found is recorded to use this operator's network.
fn is_network_of_another(scene: &Scene<'_>, id: &OperatorId, found: &[Candidate]) -> bool {
    found
        .iter()
        .filter_map(|c| c.operator.as_ref())
        .filter_map(|o| scene.kb.operator(o))
        .any(|operator| operator.runs_on.iter().any(|on| on.operator == *id && on.layer == RunsOnLayer::Network))
}

/// Turns a candidate into a layer, with the place of the host's machines and the legal person that runs them.
pub(super) fn layer<'a>(
    scene: &'a Scene<'a>,
    host: &HostView<'a>,
    candidate: Candidate,
    signal: Signal,
    confidence: Confidence,
) -> Option<Layer> {
    let own = candidate.addresses.clone().unwrap_or_else(|| (0..host.addresses.len()).collect());
    let place = place::of(scene, host, &own, candidate.operator.as_ref(), signal);
    let addresses: Vec<IpAddr> = own.iter().map(|&at| host.addresses[at].ip).collect();
    finish(scene, candidate, host.name.cloned(), addresses, place, confidence)
}

/// Completes a layer whose place is known.
pub(super) fn finish(
    scene: &Scene<'_>,
    mut candidate: Candidate,
    host: Option<DomainName>,
    addresses: Vec<IpAddr>,
    place: super::Place,
    confidence: Confidence,
) -> Option<Layer> {
    candidate.because.sort();
    candidate.because.dedup();
    let choice = candidate
        .operator
        .as_ref()
        .and_then(|id| scene.kb.entity_for(id, place.single(), scene.customer(), scene.context.as_of));
    Some(Layer {
        operator: candidate.operator,
        unlisted: candidate.unlisted,
        confidence,
        because: NonEmpty::from_vec(candidate.because)?,
        host,
        addresses,
        asn: candidate.asn,
        place,
        is_floor: choice.as_ref().is_some_and(|c| c.is_floor),
        entity: choice.map(|c| c.entity),
        inferred: candidate.inferred,
    })
}

/// A candidate for an operator found by name alone.
pub(super) fn named(operator: &OperatorId, because: Ref) -> Candidate {
    let mut candidate = Candidate::new(Some(operator.clone()), Part::Host);
    candidate.by_name = true;
    candidate.because = vec![because, operator_ref(operator)];
    candidate
}

/// A candidate for somebody who is not in the data.
pub(super) fn unlisted(name: String, because: Ref) -> Candidate {
    let mut candidate = Candidate::new(None, Part::Host);
    candidate.unlisted = Some(name);
    candidate.by_name = true;
    candidate.is_guess = true;
    candidate.because = vec![because];
    candidate
}
