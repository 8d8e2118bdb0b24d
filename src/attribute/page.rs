//! Hosts a page brings in, and what the page's own answer names.
//!
//! A host is the site's own by the Public Suffix List and by its aliases: a name of the site that leads to somebody
//! else's service is that of a third party, whatever it is called. What a page merely permits is no service.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::layers::{Candidate, HostView, Part, candidates, layer, named, operator_ref, part_of, unlisted};
use super::mail::merge;
use super::web::at;
use super::{Absence, Gap, Layer, Note, NoteKind, OnPage, Place, Purpose, Scene, Service, State, unfound};
use crate::evidence::{
    Capture, Consent, Contact, PageFacts, PageHost, Probe, Ref, ResourceFact, Robots, SkipReason, Use,
};
use crate::kb::schema::{Operator, OperatorKind};
use crate::kb::{NameMatch, Signal};
use crate::model::{Confidence, DomainName, NonEmpty, OperatorId, Role};

/// Operator, or the name of somebody who is not in the data.
type Key = (Option<OperatorId>, Option<String>);

/// One service an operator that a visitor's browser meets beside the site's own hosts.
pub(super) fn resources(scene: &Scene<'_>, web: &[Service], notes: &mut Vec<Note>) -> Vec<Service> {
    let none = |state| vec![looked(&["pages"], Service::new(Role::Resource, String::new(), state, Vec::new()))];
    let pages = match &scene.evidence.pages {
        Probe::Found(pages) => pages,
        // Nobody fetches a page while reading a recording of DNS answers.
        Probe::Skipped(SkipReason::NotRecorded) => return none(State::NotAsked),
        other => return none(unfound(other, Gap::PageUnread)),
    };
    let mut gathering = Gathering { scene, web, found: BTreeMap::new(), unknown: BTreeSet::new(), notes };
    for (index, page) in pages.iter().enumerate() {
        for (number, hop) in page.hops.iter().enumerate() {
            let fact = at(&["pages", "found", &index.to_string(), "hops", &number.to_string()]);
            let host = Met { host: &hop.host, fact, contact: Contact::Contacted, purpose: Purpose::Redirect };
            gathering.meet(page, &host, None);
        }
        for (number, resource) in page.resources.iter().enumerate() {
            if resource.contact == Contact::Permitted {
                continue;
            }
            let fact = at(&["pages", "found", &index.to_string(), "resources", &number.to_string()]);
            let purpose = Purpose::of_uses(&resource.uses);
            let host = Met { host: &resource.host, fact, contact: resource.contact, purpose };
            gathering.meet(page, &host, Some((index, number, resource)));
        }
    }
    let Gathering { found, unknown, notes, .. } = gathering;
    note_elsewhere(scene, pages, notes);
    let state = read_as(pages);
    let mut gaps: Vec<Service> = Vec::new();
    let mut gap = |record: String, state| {
        gaps.push(looked(&["pages"], Service::new(Role::Resource, record, state, Vec::new())));
    };
    match state {
        Read::Not => gap(String::new(), State::NotDetermined(why_unread(pages))),
        Read::Partly if found.is_empty() => gap(String::new(), State::NotDetermined(Gap::PagePartly)),
        Read::Whole if found.is_empty() && unknown.is_empty() => {
            gap(String::new(), State::Absent(Absence::NoThirdParty));
        }
        Read::Whole | Read::Partly => {}
    }
    if !unknown.is_empty() {
        // Whose they are hangs on records nobody could read: they are not the site's for that.
        gap(unknown.into_iter().collect::<Vec<_>>().join(" "), State::NotDetermined(Gap::HostsUnread));
    }
    let has_before = pages.iter().any(|page| page.consent == Some(Consent::Before));
    let mut out: Vec<Service> = found.into_values().map(|seen| seen.service(has_before)).collect();
    out.extend(gaps);
    out.sort_by(|a, b| {
        (a.page.is_none(), a.page.map(|p| p.purpose), &a.record).cmp(&(
            b.page.is_none(),
            b.page.map(|p| p.purpose),
            &b.record,
        ))
    });
    out
}

/// A service with the fact that was looked at, unless nobody looked: then there is none.
pub(super) fn looked(fact: &[&str], service: Service) -> Service {
    let because = if service.state == State::NotAsked { Vec::new() } else { vec![at(fact)] };
    Service { because, ..service }
}

/// A page that is in the end somebody else's site: its mail and DNS are asked there, not here.
fn note_elsewhere(scene: &Scene<'_>, pages: &[PageFacts], notes: &mut Vec<Note>) {
    for (index, page) in pages.iter().enumerate() {
        let Some((number, hop)) = page.hops.iter().enumerate().next_back() else { continue };
        let Some(name) = hop.host.name().filter(|name| !scene.is_own(name)) else { continue };
        if page.document().is_some() && scene.evidence.target.name().is_some() {
            let because = vec![at(&["pages", "found", &index.to_string(), "hops", &number.to_string()])];
            notes.push(Note { kind: NoteKind::PageElsewhere, subject: name.to_unicode(), because });
        }
    }
}

/// How much of a page was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Read {
    /// No page came.
    Not,
    /// A page that is not all there: cut, in a coding nobody reads, an error page, style sheets that were left out.
    Partly,
    /// The page, as far as the kind of look can.
    Whole,
}

/// The best of the looks.
fn read_as(pages: &[PageFacts]) -> Read {
    pages.iter().map(read_of).max().unwrap_or(Read::Not)
}

fn read_of(page: &PageFacts) -> Read {
    if page.by == Capture::HtmlFile {
        return if page.capped.is_empty() { Read::Whole } else { Read::Partly };
    }
    let Some(answer) = page.document() else {
        return if page.resources.is_empty() { Read::Not } else { Read::Partly };
    };
    let is_page = match answer.media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "" | "text/html" | "application/xhtml+xml" | "application/xml" | "text/xml" => true,
        _ => page.by.ran_scripts(),
    };
    // An error page, or the challenge of a bot wall, is not the page.
    let is_answer = answer.status < 300 || answer.status == 304;
    let is_cut = answer.flags.iter().any(|flag| matches!(flag.as_str(), "body-cut" | "incomplete" | "undecoded"));
    match (is_page && is_answer, is_cut || !page.capped.is_empty()) {
        (true, false) => Read::Whole,
        (true, true) => Read::Partly,
        (false, _) => Read::Not,
    }
}

fn why_unread(pages: &[PageFacts]) -> Gap {
    if pages.iter().any(|page| page.robots == Some(Robots::Disallowed)) { Gap::Robots } else { Gap::PageUnread }
}

/// A host that the visitor's browser meets.
struct Met<'a> {
    host: &'a PageHost,
    fact: Ref,
    contact: Contact,
    purpose: Purpose,
}

/// What is gathered of one operator.
struct Seen {
    hosts: Vec<String>,
    layers: Vec<Layer>,
    purpose: Purpose,
    contact: Contact,
    /// In a look before consent, in one after, in one of which nobody says.
    met: [bool; 3],
    is_alias: bool,
}

impl Seen {
    /// Met before consent, in whichever look, is what matters to a visitor. Only after can be said only where a look
    /// before it exists.
    fn consent(&self, has_before: bool) -> Option<Consent> {
        match self.met {
            [true, ..] => Some(Consent::Before),
            [false, true, false] if has_before => Some(Consent::After),
            _ => None,
        }
    }

    fn service(mut self, has_before: bool) -> Service {
        self.hosts.sort();
        self.hosts.dedup();
        let (purpose, contact, hosts) = (self.purpose, self.contact, self.hosts.len());
        let on_page = OnPage { purpose, contact, hosts, consent: self.consent(has_before), is_alias: self.is_alias };
        let service = Service::new(Role::Resource, self.hosts.join(" "), State::Found, self.layers);
        Service { page: Some(on_page), ..service }
    }
}

/// What is gathered of all looks.
struct Gathering<'a> {
    scene: &'a Scene<'a>,
    /// Services of the site itself.
    web: &'a [Service],
    found: BTreeMap<Key, Seen>,
    /// Hosts of the site that could not be looked up.
    unknown: BTreeSet<String>,
    notes: &'a mut Vec<Note>,
}

impl Gathering<'_> {
    /// Adds a host, unless it is the site's own.
    fn meet(&mut self, page: &PageFacts, met: &Met<'_>, resource: Option<(usize, usize, &ResourceFact)>) {
        let scene = self.scene;
        // Behind a proxy a browser records the proxy's address for every host.
        let is_proxied = page.flags.iter().any(|flag| flag == "one-address");
        let view = view_of(scene, met.host, resource.filter(|_| !is_proxied));
        let is_own = met.host.name().is_some_and(|name| scene.is_own(name));
        if met.host.is_internal() {
            let subject = met.host.to_string();
            self.notes.push(Note { kind: NoteKind::InternalHost, subject, because: vec![met.fact.clone()] });
            return;
        }
        if is_own && is_unread(scene, met.host, &view) {
            self.unknown.extend(met.host.name().map(DomainName::to_unicode));
            return;
        }
        let candidate = match met.host {
            PageHost::Name(name) if is_own => of_own_host(scene, self.web, name, &view, &met.fact, self.notes),
            PageHost::Name(name) => Some(of_other_host(scene, name, &view, &met.fact)),
            PageHost::Ip(ip) => of_address(scene, self.web, *ip, &view, &met.fact),
        };
        let Some(mut candidate) = candidate else { return };
        candidate.because.push(met.fact.clone());
        let key = (candidate.operator.clone(), candidate.unlisted.clone());
        let operator = candidate.operator.as_ref().and_then(|id| scene.kb.operator(id));
        let purpose = operator.and_then(Purpose::of_operator).unwrap_or(met.purpose);
        let confidence = candidate.confidence();
        let Some(made) = layer(scene, &view, candidate, Signal::Host, confidence) else { return };
        let seen = self.found.entry(key).or_insert_with(|| Seen {
            hosts: Vec::new(),
            layers: Vec::new(),
            purpose,
            contact: met.contact,
            met: [false; 3],
            is_alias: is_own,
        });
        seen.hosts.push(met.host.name().map_or_else(|| met.host.to_string(), DomainName::to_unicode));
        seen.purpose = seen.purpose.min(purpose);
        seen.contact = seen.contact.max(met.contact);
        seen.met[match page.consent {
            Some(Consent::Before) => 0,
            Some(Consent::After) => 1,
            None => 2,
        }] = true;
        seen.is_alias |= is_own;
        merge(&mut seen.layers, made);
    }
}

/// Whether nothing tells where a name of the site leads: no alias, no address, and not for want of them.
fn is_unread(scene: &Scene<'_>, host: &PageHost, view: &HostView<'_>) -> bool {
    let is_web = host.name().is_some_and(|name| scene.evidence.web.iter().any(|web| web.host == *name));
    let is_known = view.facts.is_some_and(|facts| {
        !facts.cname_chain.is_empty() || matches!(facts.addresses, Probe::Found(_) | Probe::Absent)
    });
    !is_web && !is_known && view.addresses.is_empty()
}

/// The host with the addresses a browser connected to, or else those the DNS gave.
fn view_of<'a>(
    scene: &'a Scene<'a>,
    host: &'a PageHost,
    resource: Option<(usize, usize, &'a ResourceFact)>,
) -> HostView<'a> {
    let mut view = match host {
        PageHost::Name(name) => HostView::of(scene, name),
        PageHost::Ip(_) => HostView { name: None, facts: None, addresses: &[], at: Vec::new() },
    };
    if let Some((page, number, resource)) = resource.filter(|(.., r)| !r.addresses.is_empty()) {
        view.addresses = &resource.addresses;
        let steps = ["pages", "found", &page.to_string(), "resources", &number.to_string(), "addresses"];
        view.at = steps.map(String::from).to_vec();
        if host.name().is_none() {
            view.at.push("0".to_owned());
        }
    }
    view
}

/// A host under the site's own name is a third party where it leads to somebody who does not run the site already.
fn of_own_host(
    scene: &Scene<'_>,
    web: &[Service],
    name: &DomainName,
    view: &HostView<'_>,
    fact: &Ref,
    notes: &mut Vec<Note>,
) -> Option<Candidate> {
    if scene.evidence.web.iter().any(|web| web.host == *name) {
        return None;
    }
    let runs_site = |candidate: &Candidate| {
        web.iter().flat_map(|service| &service.layers).any(|layer| match &candidate.operator {
            Some(id) => layer.operator.as_ref() == Some(id),
            None => layer.unlisted == candidate.unlisted,
        })
    };
    // Who is named by the alias runs the service; who is only seen by the address may just carry it.
    let mut list = candidates(scene, view, |n| if n == name { None } else { resource_name(scene, n) });
    list.retain(|c| c.part != Part::Carrier && (c.by_name || !c.is_guess) && !runs_site(c));
    list.sort_by_key(|c| (!c.by_name, c.operator.is_none()));
    let candidate = list.into_iter().next()?;
    if candidate.by_name {
        let to = view.facts.and_then(|facts| facts.cname_chain.iter().find(|n| !scene.is_own(n)));
        let subject = match to {
            Some(to) => format!("{} → {}", name.to_unicode(), to.to_unicode()),
            None => name.to_unicode(),
        };
        let mut because = candidate.because.clone();
        because.push(fact.clone());
        notes.push(Note { kind: NoteKind::ThirdPartyAlias, subject, because });
    }
    Some(candidate)
}

/// A host of another name: whoever the name belongs to, or a page service it is an alias of; what that one's name leads
/// on to is that one's affair. A name that is not in the data never falls through to the host of the host.
fn of_other_host(scene: &Scene<'_>, name: &DomainName, view: &HostView<'_>, fact: &Ref) -> Candidate {
    let is_page_service = |c: &Candidate| {
        c.operator.as_ref().and_then(|id| scene.kb.operator(id)).is_some_and(|o| Purpose::of_operator(o).is_some())
    };
    let own = resource_name(scene, name).map(|hit| hit.operator.clone());
    let mut list = candidates(scene, view, |n| resource_name(scene, n));
    let at = match &own {
        Some(id) => list.iter().position(|c| c.operator.as_ref() == Some(id)),
        None => list.iter().position(|c| c.by_name && is_page_service(c)),
    };
    match (at, own) {
        (Some(at), _) => list.swap_remove(at),
        (None, Some(id)) => named(&id, fact.clone()),
        (None, None) => {
            let domain = name.registrable().unwrap_or_else(|| name.clone());
            unlisted(domain.to_unicode(), fact.clone())
        }
    }
}

/// An address literal is run by whoever its block or network belongs to.
fn of_address(scene: &Scene<'_>, web: &[Service], ip: IpAddr, view: &HostView<'_>, fact: &Ref) -> Option<Candidate> {
    let is_site = |ip: &IpAddr| web.iter().flat_map(|s| &s.layers).any(|l| l.addresses.contains(ip));
    if is_site(&ip) {
        return None;
    }
    let mut list = candidates(scene, view, |_| None);
    if list.is_empty() {
        return Some(unlisted(ip.to_string(), fact.clone()));
    }
    Some(list.swap_remove(0))
}

/// Operator of a name of a page: its list of resource hosts, else of CNAME targets.
fn resource_name<'a>(scene: &'a Scene<'a>, name: &DomainName) -> Option<NameMatch<'a>> {
    scene.kb.by_name(Signal::Host, name).or_else(|| scene.kb.by_name(Signal::Cname, name))
}

/// Operators that the headers of the site's own answers name. A header alone is weak: it is a claim of the answer, and
/// anybody can send it. Edge and platform are apart.
pub(super) fn add_headers(scene: &Scene<'_>, web: &mut Vec<Service>, notes: &mut Vec<Note>) {
    let Probe::Found(pages) = &scene.evidence.pages else { return };
    for (index, page) in pages.iter().enumerate() {
        for (number, hop) in page.hops.iter().enumerate() {
            let Some(name) = hop.host.name() else { continue };
            let Some(answer) = hop.answer.found() else { continue };
            if !scene.evidence.web.iter().any(|web| web.host == *name) {
                continue;
            }
            for (position, (header, value)) in answer.headers.iter().enumerate() {
                let steps = [
                    "pages",
                    "found",
                    &index.to_string(),
                    "hops",
                    &number.to_string(),
                    "answer",
                    "found",
                    "headers",
                    &position.to_string(),
                ];
                for id in scene.kb.by_header(header, value) {
                    add_header(scene, web, name, id, at(&steps), notes);
                }
            }
        }
    }
}

fn add_header(
    scene: &Scene<'_>,
    web: &mut Vec<Service>,
    host: &DomainName,
    id: &OperatorId,
    fact: Ref,
    notes: &mut Vec<Note>,
) {
    let known = web.iter_mut().flat_map(|s| &mut s.layers).find(|layer| layer.operator.as_ref() == Some(id));
    if let Some(layer) = known {
        if !layer.because.iter().any(|one| *one == fact) {
            layer.because.push(fact);
        }
        return;
    }
    let Some(operator) = scene.kb.operator(id) else { return };
    let role = match part_of(operator, None) {
        Part::Edge => Role::Edge,
        Part::Host => Role::Host,
        Part::Carrier => return,
    };
    // What stands behind an edge is known from names and addresses only; a header fills no gap.
    let is_gap = |s: &&Service| s.role == role && matches!(s.state, State::NotDetermined(_));
    if web.iter().any(|s| is_gap(&s)) {
        notes.push(Note { kind: NoteKind::HeaderNames, subject: operator.name.clone(), because: vec![fact] });
        return;
    }
    let entity = scene.kb.entity_for(id, None, scene.customer(), scene.context.as_of);
    let mut because = NonEmpty::one(fact.clone());
    because.push(operator_ref(id));
    let made = Layer {
        operator: Some(id.clone()),
        unlisted: None,
        confidence: Confidence::Weak,
        because,
        host: Some(host.clone()),
        addresses: Vec::new(),
        asn: None,
        place: Place::Unknown,
        is_floor: entity.as_ref().is_some_and(|choice| choice.is_floor),
        entity: entity.map(|choice| choice.entity),
        inferred: None,
    };
    match web.iter_mut().find(|service| service.role == role && service.record == host.to_unicode()) {
        Some(service) => {
            service.state = State::Found;
            service.layers.push(made);
        }
        None => {
            web.push(Service { because: vec![fact], ..Service::new(role, host.to_unicode(), State::Found, vec![made]) })
        }
    }
}

impl Purpose {
    /// What an operator is for on a page, by the first of its kinds that is a page service.
    #[must_use]
    pub fn of_operator(operator: &Operator) -> Option<Self> {
        operator.kinds.iter().find_map(|kind| Self::of_kind(*kind))
    }

    /// What a kind of operator is for on a page; `None` for kinds that no page loads.
    #[must_use]
    pub fn of_kind(kind: OperatorKind) -> Option<Self> {
        Some(match kind {
            OperatorKind::Accessibility => Self::Accessibility,
            OperatorKind::Ads => Self::Ads,
            OperatorKind::Analytics => Self::Analytics,
            OperatorKind::Captcha => Self::Captcha,
            OperatorKind::Chat => Self::Chat,
            OperatorKind::Consent => Self::Consent,
            OperatorKind::ErrorTracking => Self::ErrorTracking,
            OperatorKind::FeatureFlags => Self::FeatureFlags,
            OperatorKind::Fonts => Self::Fonts,
            OperatorKind::Forms => Self::Forms,
            OperatorKind::LibraryCdn => Self::Cdn,
            OperatorKind::Maps => Self::Maps,
            OperatorKind::Monitoring => Self::Monitoring,
            OperatorKind::Payment => Self::Payment,
            OperatorKind::Personalisation => Self::Personalisation,
            OperatorKind::Search => Self::Search,
            OperatorKind::Social => Self::Social,
            OperatorKind::Support => Self::Support,
            OperatorKind::TagManager => Self::TagManager,
            OperatorKind::Translation => Self::Translation,
            OperatorKind::Video => Self::Video,
            OperatorKind::Host
            | OperatorKind::Cdn
            | OperatorKind::EdgeSecurity
            | OperatorKind::Dns
            | OperatorKind::Mail
            | OperatorKind::Mailsec
            | OperatorKind::Sender
            | OperatorKind::Forwarder
            | OperatorKind::Dmarc
            | OperatorKind::Saas
            | OperatorKind::Registrar
            | OperatorKind::Registry
            | OperatorKind::Ca
            | OperatorKind::Carrier
            | OperatorKind::Colo
            | OperatorKind::Other => return None,
        })
    }

    /// What a host is for by how the page uses it, the use with most power over the page first.
    fn of_uses(uses: &[Use]) -> Self {
        let order = [
            (Use::Script, Self::Script),
            (Use::Frame, Self::Frame),
            (Use::Form, Self::Form),
            (Use::Data, Self::Data),
            (Use::Style, Self::Style),
            (Use::Font, Self::Fonts),
            (Use::Media, Self::Media),
            (Use::Image, Self::Image),
        ];
        order.into_iter().find(|(one, _)| uses.contains(one)).map_or(Self::Other, |(_, purpose)| purpose)
    }
}
