//! What a page names -> who that is, and what counts: evidence in, lines out.

#![allow(clippy::unwrap_used, missing_docs, reason = "a failing test shall stop")]

use jurisdig::attribute::{Absence, Gap, NoteKind, Purpose, Service, State};
use jurisdig::audit::{Audit, Auditor};
use jurisdig::evidence::{
    Capture, CertificateFact, Consent, Contact, Evidence, Hop, PageFacts, PageHost, Probe, ProbeError, ResourceFact,
    Response, Robots, Status, TlsFacts, Trust, Use,
};
use jurisdig::kb::Knowledge;
use jurisdig::model::{Confidence, DomainName, Role};
use jurisdig::observe::dns::{Records, Resolver};
use jurisdig::observe::ip::IpTables;
use jurisdig::observe::{Observer, Options};

const SITE: &str = "
www.shop.fr. A 213.186.33.5
behind.shop.fr. CNAME shop2.eulerian.net.
shop2.eulerian.net. A 104.16.1.1
;; NODATA shop2.eulerian.net AAAA
a.s3.us-east-va.io.cloud.ovh.us. A 51.81.1.1
;; NODATA a.s3.us-east-va.io.cloud.ovh.us AAAA
a.s3.gra.io.cloud.ovh.net. A 54.38.1.1
;; NODATA a.s3.gra.io.cloud.ovh.net AAAA
;; NODATA www.shop.fr AAAA
shop.fr. A 213.186.33.5
;; NODATA shop.fr AAAA
;; NODATA shop.fr MX
shop.fr. NS dns10.ovh.net.
dns10.ovh.net. A 213.251.188.129
metrics.shop.fr. CNAME shop.eulerian.net.
shop.eulerian.net. A 109.232.194.10
;; NODATA shop.eulerian.net AAAA
static.shop.fr. CNAME d111111abcdef8.cloudfront.net.
d111111abcdef8.cloudfront.net. A 13.32.1.10
;; NODATA d111111abcdef8.cloudfront.net AAAA
img.shop.fr. A 213.186.33.5
;; NODATA img.shop.fr AAAA
fonts.gstatic.com. A 142.250.74.227
;; NODATA fonts.gstatic.com AAAA
www.googletagmanager.com. A 142.250.74.200
;; NODATA www.googletagmanager.com AAAA
cdn.unlisted-widgets.example. CNAME d222222abcdef8.cloudfront.net.
d222222abcdef8.cloudfront.net. A 13.32.1.11
;; NODATA d222222abcdef8.cloudfront.net AAAA
";

fn observe(target: &str) -> Evidence {
    let records = Records::parse(SITE, "test.zone").unwrap();
    let observer = Observer::new(Resolver::Recorded(records), IpTables::embedded().unwrap(), Options::default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(observer.observe(target.parse().unwrap(), "2026-11-24T02:42:07Z".parse().unwrap()))
}

/// The shop with these resources, each host observed as a web name of its own would be.
fn shop(resources: Vec<ResourceFact>) -> Evidence {
    let mut evidence = observe("www.shop.fr");
    for resource in &resources {
        let Some(name) = resource.host.name() else { continue };
        let host = observe(name.as_str()).hosts.remove(name).unwrap();
        evidence.hosts.entry(name.clone()).or_insert(host);
    }
    evidence.pages = Probe::Found(vec![PageFacts {
        robots: Some(Robots::None),
        hops: vec![hop("https://www.shop.fr/", "www.shop.fr", &[])],
        resources,
        ..PageFacts::of_nothing(Capture::Fetch)
    }]);
    evidence
}

fn hop(url: &str, host: &str, headers: &[(&str, &str)]) -> Hop {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Hop {
        url: url.to_owned(),
        host: PageHost::Name(host.parse().unwrap()),
        address: None,
        answer: Probe::Found(Response { status: 200, headers, ..Response::default() }),
    }
}

fn named(host: &str, contact: Contact, how: Use) -> ResourceFact {
    ResourceFact {
        host: PageHost::Name(host.parse().unwrap()),
        contact,
        uses: vec![how],
        count: 1,
        path: String::new(),
        named_by: Vec::new(),
        addresses: Vec::new(),
        cookies: Vec::new(),
    }
}

fn would(host: &str, how: Use) -> ResourceFact {
    named(host, Contact::WouldBeContacted, how)
}

fn judge(evidence: &Evidence) -> Audit {
    let kb = Knowledge::embedded();
    Auditor::new(&kb, None, None).audit(evidence)
}

fn of(audit: &Audit, role: Role) -> Vec<&Service> {
    audit.found.services.iter().filter(|s| s.role == role).collect()
}

/// `purpose operator-or-«name» confidence [alias]: hosts` for every resource.
fn resources(audit: &Audit) -> Vec<String> {
    let line = |service: &Service| {
        let [layer] = service.layers.as_slice() else { return format!("{:?}", service.state) };
        let page = service.page.unwrap();
        let who = layer
            .operator
            .as_ref()
            .map_or_else(|| format!("«{}»", layer.unlisted.clone().unwrap_or_default()), ToString::to_string);
        let alias = if page.is_alias { " alias" } else { "" };
        format!("{:?} {who} {}{alias}: {}", page.purpose, layer.confidence.level(), service.record)
    };
    of(audit, Role::Resource).into_iter().map(line).collect()
}

#[test]
fn hosts_of_one_operator_are_one_service_with_its_purpose() {
    let audit =
        judge(&shop(vec![would("fonts.gstatic.com", Use::Font), would("www.googletagmanager.com", Use::Script)]));
    assert_eq!(
        resources(&audit),
        ["TagManager google-tag-manager 2: www.googletagmanager.com", "Fonts google-fonts 2: fonts.gstatic.com",]
    );
}

/// Pitfall 11: named but not used.
#[test]
fn what_is_only_permitted_is_no_service_and_counts_nowhere() {
    let without = judge(&shop(Vec::new()));
    let with = judge(&shop(vec![
        named("www.googletagmanager.com", Contact::Permitted, Use::Policy),
        named("fonts.gstatic.com", Contact::Permitted, Use::DnsPrefetch),
    ]));
    assert_eq!(of(&with, Role::Resource)[0].state, State::Absent(Absence::NoThirdParty));
    assert_eq!(with.reach.headline, without.reach.headline);
    let used = judge(&shop(vec![would("fonts.gstatic.com", Use::Font)]));
    assert_eq!(used.reach.headline.total, without.reach.headline.total + 1);
}

/// Pitfall 12: first party that is not.
#[test]
fn a_name_of_the_site_that_leads_to_a_tracker_is_the_trackers() {
    let audit = judge(&shop(vec![would("metrics.shop.fr", Use::Script)]));
    assert_eq!(resources(&audit), ["Analytics eulerian 2 alias: metrics.shop.fr"]);
    let note = audit.found.notes.iter().find(|n| n.kind == NoteKind::ThirdPartyAlias).unwrap();
    assert_eq!(note.subject, "metrics.shop.fr → shop.eulerian.net");
    // And it may well be of the home country.
    let reach = &audit.reach.services[audit.found.services.iter().position(|s| s.role == Role::Resource).unwrap()];
    assert!(reach.layers[0].codes.iter().any(|c| c.country.as_str() == "FR"), "{:?}", reach.layers[0].codes);
}

#[test]
fn a_host_of_the_site_on_the_sites_own_machines_is_no_third_party() {
    let audit = judge(&shop(vec![would("img.shop.fr", Use::Image)]));
    assert_eq!(of(&audit, Role::Resource)[0].state, State::Absent(Absence::NoThirdParty));
}

#[test]
fn a_host_of_the_site_on_somebody_elses_edge_is_that_edge() {
    let audit = judge(&shop(vec![would("static.shop.fr", Use::Style)]));
    let lines = resources(&audit);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("alias: static.shop.fr") && lines[0].contains("aws"), "{lines:?}");
}

/// An unlisted name never falls through to the host of the host.
#[test]
fn an_unlisted_third_party_is_named_by_its_domain_and_stays_unknown() {
    let audit = judge(&shop(vec![would("cdn.unlisted-widgets.example", Use::Script)]));
    assert_eq!(resources(&audit), ["Script «unlisted-widgets.example» 1: cdn.unlisted-widgets.example"]);
}

#[test]
fn a_redirect_through_another_operator_is_met_by_the_visitor() {
    let mut evidence = shop(Vec::new());
    let Probe::Found(pages) = &mut evidence.pages else { unreachable!() };
    pages[0].hops.insert(0, hop("http://go.unlisted-widgets.example/", "go.unlisted-widgets.example", &[]));
    let audit = judge(&evidence);
    assert_eq!(resources(&audit), ["Redirect «unlisted-widgets.example» 1: go.unlisted-widgets.example"]);
    assert_eq!(of(&audit, Role::Resource)[0].page.unwrap().contact, Contact::Contacted);
    assert!(audit.found.notes.iter().all(|n| n.kind != NoteKind::PageElsewhere));
    let Probe::Found(pages) = &mut evidence.pages else { unreachable!() };
    pages[0].hops.reverse();
    let note = judge(&evidence).found.notes.into_iter().find(|n| n.kind == NoteKind::PageElsewhere).unwrap();
    assert_eq!(note.subject, "go.unlisted-widgets.example");
}

#[test]
fn a_header_alone_is_weak_and_an_edge_header_is_not_the_host() {
    let mut evidence = shop(Vec::new());
    let Probe::Found(pages) = &mut evidence.pages else { unreachable!() };
    pages[0].hops = vec![hop("https://www.shop.fr/", "www.shop.fr", &[("cf-ray", "8c1-CDG")])];
    let audit = judge(&evidence);
    let edge = of(&audit, Role::Edge);
    assert_eq!(edge[0].layers[0].operator.as_ref().unwrap().as_str(), "cloudflare");
    assert_eq!(edge[0].layers[0].confidence, Confidence::Weak);
    // The host stays who its address says.
    assert_eq!(of(&audit, Role::Host)[0].layers[0].operator.as_ref().unwrap().as_str(), "ovhcloud");
    // Unchecked: nothing is said to be reached on account of a header.
    let at = audit.found.services.iter().position(|s| s.role == Role::Edge).unwrap();
    assert!(audit.reach.services[at].layers[0].codes.iter().all(|c| c.reach == jurisdig::assess::Reach::Unchecked));
}

#[test]
fn a_page_that_could_not_be_read_is_not_a_page_without_third_parties() {
    let mut evidence = shop(Vec::new());
    let Probe::Found(pages) = &mut evidence.pages else { unreachable!() };
    let error = ProbeError { status: Status::Timeout, detail: String::new() };
    pages[0].hops[0].answer = Probe::Failed(error);
    assert_eq!(of(&judge(&evidence), Role::Resource)[0].state, State::NotDetermined(Gap::PageUnread));
    let Probe::Found(pages) = &mut evidence.pages else { unreachable!() };
    pages[0].hops.clear();
    pages[0].robots = Some(Robots::Disallowed);
    assert_eq!(of(&judge(&evidence), Role::Resource)[0].state, State::NotDetermined(Gap::Robots));
    evidence.pages = Probe::default();
    assert_eq!(of(&judge(&evidence), Role::Resource)[0].state, State::NotAsked);
}

#[test]
fn met_before_consent_in_one_recording_is_met_before_consent() {
    let mut evidence = shop(vec![would("fonts.gstatic.com", Use::Font)]);
    let Probe::Found(pages) = &mut evidence.pages else { unreachable!() };
    let mut after = pages[0].clone();
    pages[0].consent = Some(Consent::Before);
    after.consent = Some(Consent::After);
    after.resources.push(would("www.googletagmanager.com", Use::Script));
    pages.push(after);
    let audit = judge(&evidence);
    let consent: Vec<_> =
        of(&audit, Role::Resource).iter().map(|s| s.page.map(|p| (p.purpose, p.consent)).unwrap()).collect();
    assert_eq!(consent, [(Purpose::TagManager, Some(Consent::After)), (Purpose::Fonts, Some(Consent::Before))]);
}

fn certificate(trust: Trust) -> TlsFacts {
    TlsFacts {
        address: "127.0.0.1".parse().unwrap(),
        version: "TLS 1.3".into(),
        trust,
        chain: vec![CertificateFact {
            issuer: "Let's Encrypt".into(),
            issuer_name: "R11".into(),
            issuer_country: "US".into(),
            subject: "www.shop.fr".into(),
            not_before: "2026-10-01T00:00:00Z".parse().unwrap(),
            not_after: "2027-01-01T00:00:00Z".parse().unwrap(),
            serial: "01".into(),
            names: vec!["www.shop.fr".into()],
            name_count: 1,
            sha256: "00".into(),
        }],
        sent: 2,
        roots: "test".into(),
        root: (trust == Trust::Holds).then(|| "Internet Security Research Group".into()),
        is_users_root: false,
    }
}

#[test]
fn the_authority_is_believed_only_where_the_chain_holds() {
    let mut evidence = shop(Vec::new());
    let host = evidence.target.name().unwrap().clone();
    evidence.hosts.get_mut(&host).unwrap().tls = Probe::Found(certificate(Trust::Holds));
    let audit = judge(&evidence);
    let ca = of(&audit, Role::Ca);
    assert_eq!(ca[0].layers[0].operator.as_ref().unwrap().as_str(), "letsencrypt");
    assert_eq!(ca[0].layers[0].confidence, Confidence::Established);
    // A chain that holds only by a root of the user's own may be a proxy's.
    let opened = TlsFacts { is_users_root: true, ..certificate(Trust::Holds) };
    evidence.hosts.get_mut(&host).unwrap().tls = Probe::Found(opened);
    assert_eq!(of(&judge(&evidence), Role::Ca)[0].layers[0].confidence, Confidence::Weak);
    evidence.hosts.get_mut(&host).unwrap().tls = Probe::Found(certificate(Trust::WrongName));
    let audit = judge(&evidence);
    let ca = of(&audit, Role::Ca);
    assert!(ca[0].layers.is_empty());
    assert_eq!(ca[0].state, State::NotDetermined(Gap::CertificateFails));
}

/// The review's first case: the tracker stands behind an edge, and the edge is not who tracks.
#[test]
fn a_tracker_under_the_sites_name_is_named_by_its_alias_whatever_carries_it() {
    let audit = judge(&shop(vec![would("behind.shop.fr", Use::Script)]));
    assert_eq!(resources(&audit), ["Analytics eulerian 2 alias: behind.shop.fr"]);
}

/// A name of the site of which the DNS said nothing may lead anywhere.
#[test]
fn a_host_of_the_site_that_could_not_be_looked_up_is_a_gap() {
    let mut evidence = shop(vec![would("img.shop.fr", Use::Image)]);
    let name: DomainName = "img.shop.fr".parse().unwrap();
    let error = ProbeError { status: Status::Servfail, detail: String::new() };
    evidence.hosts.get_mut(&name).unwrap().addresses = Probe::Failed(error);
    let audit = judge(&evidence);
    let gaps = of(&audit, Role::Resource);
    assert_eq!((gaps[0].state, gaps[0].record.as_str()), (State::NotDetermined(Gap::HostsUnread), "img.shop.fr"));
    evidence.hosts.remove(&name);
    assert_eq!(of(&judge(&evidence), Role::Resource)[0].state, State::NotDetermined(Gap::HostsUnread));
}

#[test]
fn a_redirect_that_ends_nowhere_leaves_the_page_unread() {
    let mut evidence = shop(Vec::new());
    let Probe::Found(pages) = &mut evidence.pages else { unreachable!() };
    pages[0].hops.insert(0, hop("http://go.unlisted-widgets.example/", "go.unlisted-widgets.example", &[]));
    pages[0].hops[1].answer = Probe::Failed(ProbeError { status: Status::Reset, detail: String::new() });
    let audit = judge(&evidence);
    let states: Vec<State> = of(&audit, Role::Resource).iter().map(|s| s.state).collect();
    assert_eq!(states, [State::Found, State::NotDetermined(Gap::PageUnread)]);
}

#[test]
fn a_header_fills_no_gap_behind_an_edge() {
    let mut evidence = shop(Vec::new());
    let name: DomainName = "www.shop.fr".parse().unwrap();
    let host = evidence.hosts.get_mut(&name).unwrap();
    host.cname_chain = vec!["x.incapdns.net".parse().unwrap()];
    let Probe::Found(list) = &mut host.addresses else { unreachable!() };
    list[0] = IpTables::embedded().unwrap().facts("45.60.155.214".parse().unwrap());
    let Probe::Found(pages) = &mut evidence.pages else { unreachable!() };
    pages[0].hops = vec![hop("https://www.shop.fr/", "www.shop.fr", &[("x-github-request-id", "A:1")])];
    let audit = judge(&evidence);
    assert_eq!(of(&audit, Role::Host)[0].state, State::NotDetermined(Gap::BehindEdge));
    assert!(audit.found.notes.iter().any(|n| n.kind == NoteKind::HeaderNames && n.subject.contains("GitHub")));
}

#[test]
fn a_recording_through_a_proxy_says_nothing_of_addresses() {
    let mut image = would("img.shop.fr", Use::Image);
    image.addresses = vec![IpTables::embedded().unwrap().facts("13.32.1.10".parse().unwrap())];
    let mut evidence = shop(vec![image]);
    let Probe::Found(pages) = &mut evidence.pages else { unreachable!() };
    pages[0].by = Capture::Har;
    assert_eq!(of(&judge(&evidence), Role::Resource)[0].state, State::Found);
    let Probe::Found(pages) = &mut evidence.pages else { unreachable!() };
    pages[0].flags = vec!["one-address".into()];
    assert_eq!(of(&judge(&evidence), Role::Resource)[0].state, State::Absent(Absence::NoThirdParty));
}

#[test]
fn only_after_consent_needs_a_look_before_it() {
    let mut evidence = shop(vec![would("fonts.gstatic.com", Use::Font)]);
    let Probe::Found(pages) = &mut evidence.pages else { unreachable!() };
    pages[0].consent = Some(Consent::After);
    let consent = |evidence: &Evidence| of(&judge(evidence), Role::Resource)[0].page.unwrap().consent;
    assert_eq!(consent(&evidence), None);
    let Probe::Found(pages) = &mut evidence.pages else { unreachable!() };
    let mut unmarked = pages[0].clone();
    unmarked.consent = None;
    pages.push(unmarked);
    assert_eq!(consent(&evidence), None);
}

#[test]
fn hosts_of_nobody_are_noted_and_not_counted() {
    let without = judge(&shop(Vec::new()));
    let mut evidence = shop(Vec::new());
    let Probe::Found(pages) = &mut evidence.pages else { unreachable!() };
    for host in ["localhost", "intranet", "vault.corp.internal", "x.onion"] {
        pages[0].resources.push(would(host, Use::Script));
    }
    let literal = ResourceFact { host: PageHost::Ip("192.168.1.1".parse().unwrap()), ..would("x.fr", Use::Image) };
    pages[0].resources.push(literal);
    let audit = judge(&evidence);
    assert_eq!(audit.reach.headline, without.reach.headline);
    assert_eq!(audit.found.notes.iter().filter(|n| n.kind == NoteKind::InternalHost).count(), 5);
}

#[test]
fn a_redirect_to_an_address_is_named_by_it() {
    let mut evidence = shop(Vec::new());
    let Probe::Found(pages) = &mut evidence.pages else { unreachable!() };
    let mut literal = hop("http://13.32.1.10/", "x.fr", &[]);
    literal.host = PageHost::Ip("13.32.1.10".parse().unwrap());
    pages[0].hops.insert(0, literal);
    assert_eq!(resources(&judge(&evidence)), ["Redirect «13.32.1.10» 1: 13.32.1.10"]);
}

/// Two companies of one operator: neither hides the other.
#[test]
fn companies_of_one_operator_stand_for_themselves() {
    let audit = judge(&shop(vec![
        would("a.s3.us-east-va.io.cloud.ovh.us", Use::Image),
        would("a.s3.gra.io.cloud.ovh.net", Use::Image),
    ]));
    let entities: Vec<String> = of(&audit, Role::Resource)
        .iter()
        .flat_map(|s| &s.layers)
        .filter_map(|l| l.entity.as_ref().map(ToString::to_string))
        .collect();
    let both: std::collections::BTreeSet<&String> = entities.iter().collect();
    assert_eq!(both.len(), entities.len(), "{entities:?}");
    assert!(entities.len() == 2, "{entities:?}");
}
