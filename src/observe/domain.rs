//! One target observed: which names are asked for what, and the evidence put together.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;

use super::ask::Session;
use super::dns::Resolver;
use super::host::{self, HostList};
use super::ip::IpTables;
use super::page::{self, PageSettings};
use super::{mail, spf, zone};
use crate::evidence::{
    Capture, DomainRegistration, Evidence, HostFacts, MailFacts, NamedAt, NsFacts, PageFacts, Probe, RoleHint,
    SkipReason, SpfMechanism, SpfTerm, TlsFacts, Vantage, WebFacts,
};
use crate::model::{DomainName, Role, Target};

/// Observes targets. One observer serves any number at once.
#[derive(Debug)]
pub struct Observer {
    resolver: Resolver,
    tables: IpTables,
    options: Options,
}

/// How to observe.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// From where and through whom is asked; goes into the evidence as it is.
    pub vantage: Vantage,
    /// The roles somebody wants to know about; `None` for all.
    pub services: Option<BTreeSet<Role>>,
    /// Caps.
    pub limits: Limits,
    /// How pages, certificates and registries are asked; `None`: not at all.
    pub page: Option<PageSettings>,
}

/// One target, with what is known of it beforehand.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The target.
    pub target: Target,
    /// Looks at its page that others made: with any, the page is not fetched again.
    pub captures: Vec<PageFacts>,
    /// Where files of the user name it.
    pub named_at: Vec<NamedAt>,
}

impl From<Target> for Asked {
    fn from(target: Target) -> Self {
        Self { target, captures: Vec::new(), named_at: Vec::new() }
    }
}

/// Caps on what one target can make us do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Questions in all, `spf_questions` among them.
    pub questions: usize,
    /// Questions the SPF walk may ask.
    pub spf_questions: usize,
    /// Questions about hosts that a page names or leads to; not among `questions`.
    pub page_questions: usize,
    /// Hosts of a page whose addresses are asked.
    pub page_hosts: usize,
    /// Name servers whose addresses are asked.
    pub ns: usize,
    /// MX hosts whose addresses are asked.
    pub mx: usize,
    /// Addresses whose reverse names are asked.
    pub ptr: usize,
    /// Names asked on the way up from a target to its registrable domain.
    pub climb: usize,
    /// No question begins later than this after the first.
    pub deadline: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            questions: 120,
            spf_questions: 40,
            page_questions: 200,
            page_hosts: 100,
            ns: 16,
            mx: 16,
            ptr: 8,
            climb: 8,
            deadline: Duration::from_secs(60),
        }
    }
}

impl Limits {
    /// Questions beside the SPF walk.
    pub(super) fn general(&self) -> usize {
        self.questions.saturating_sub(self.spf_questions)
    }
}

/// Which parts are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) web: bool,
    pub(super) dns: bool,
    pub(super) mailbox: bool,
    pub(super) spf: bool,
    pub(super) dmarc: bool,
    pub(super) txt: bool,
    pub(super) caa: bool,
    pub(super) page: bool,
    pub(super) certificate: bool,
}

impl Wanted {
    fn new(services: Option<&BTreeSet<Role>>) -> Self {
        let any = |roles: &[Role]| services.is_none_or(|wanted| roles.iter().any(|role| wanted.contains(role)));
        Self {
            web: any(&[Role::Edge, Role::Host, Role::Carrier, Role::Resource]),
            dns: any(&[Role::Dns]),
            mailbox: any(&[Role::Gateway, Role::Mailbox]),
            spf: any(&[Role::Sender]),
            dmarc: any(&[Role::Dmarc]),
            txt: any(&[Role::Tenant]),
            caa: any(&[Role::Ca]),
            page: any(&[Role::Edge, Role::Host, Role::Resource]),
            certificate: any(&[Role::Ca]),
        }
    }

    /// Whether the name that takes mail has to be found.
    pub(super) fn mail(self) -> bool {
        self.mailbox || self.spf || self.dmarc || self.txt
    }
}

/// The names of a target.
#[derive(Debug, Clone)]
pub(super) struct Names {
    pub(super) target: DomainName,
    /// `None` for a public suffix.
    pub(super) registrable: Option<DomainName>,
}

impl Names {
    fn new(target: &DomainName) -> Self {
        Self { target: target.clone(), registrable: target.registrable() }
    }

    /// The registrable domain, if it is another name than the target.
    pub(super) fn above(&self) -> Option<&DomainName> {
        self.registrable.as_ref().filter(|name| **name != self.target)
    }

    /// The `www` or apex sibling, only where the target is one of the pair: `www.` before any other name is nobody's.
    fn sibling(&self) -> Option<DomainName> {
        let registrable = self.registrable.as_ref()?;
        let www = registrable.child("www")?;
        if self.target == *registrable {
            Some(www)
        } else if self.target == www {
            Some(registrable.clone())
        } else {
            None
        }
    }
}

impl Observer {
    /// An observer. A vantage that names no resolvers gets those of the client.
    #[must_use]
    pub fn new(resolver: Resolver, tables: IpTables, mut options: Options) -> Self {
        if let Resolver::Network(client) = &resolver
            && options.vantage.resolvers.is_empty()
        {
            options.vantage.resolvers = client.upstreams().iter().map(ToString::to_string).collect();
            client.chosen_by().clone_into(&mut options.vantage.chosen_by);
        }
        Self { resolver, tables, options }
    }

    /// Where answers come from.
    #[must_use]
    pub fn resolver(&self) -> &Resolver {
        &self.resolver
    }

    /// The IP tables, for questions about addresses alone.
    #[must_use]
    pub fn tables(&self) -> &IpTables {
        &self.tables
    }

    /// Observes one target. What could not be learnt stands in the evidence as such; nothing stops the observation.
    pub async fn observe(&self, target: Target, taken_at: Timestamp) -> Evidence {
        self.observe_asked(target.into(), taken_at).await
    }

    /// Observes one target of which something is known beforehand.
    pub async fn observe_asked(&self, asked: Asked, taken_at: Timestamp) -> Evidence {
        let Asked { target, captures, mut named_at } = asked;
        let session = Session::new(&self.resolver, &self.options.limits);
        let mut evidence = Evidence::of_nothing(target, taken_at, self.options.vantage.clone(), self.tables.infos());
        named_at.sort();
        named_at.dedup();
        evidence.named_at = named_at;
        if !captures.is_empty() {
            evidence.pages = Probe::Found(captures);
        }
        match evidence.target.clone() {
            Target::Ip(ip) => self.observe_address(&session, ip, &mut evidence).await,
            // Nobody can be asked about a choice a file states.
            Target::Region { .. } => {}
            Target::Domain(name) | Target::Url { host: name, .. } => {
                self.observe_name(&session, &name, &mut evidence).await;
            }
        }
        evidence.answers = session.into_answers();
        evidence
    }

    async fn observe_address(&self, session: &Session<'_>, ip: IpAddr, evidence: &mut Evidence) {
        let mut facts = self.tables.facts(ip);
        if facts.special.is_none() {
            facts.ptr = host::reverse_names(session, ip).await;
        }
        evidence.address = Some(facts);
    }

    async fn observe_name(&self, session: &Session<'_>, name: &DomainName, evidence: &mut Evidence) {
        let wanted = Wanted::new(self.options.services.as_ref());
        let names = Names::new(name);
        let (target, taken_at) = (evidence.target.clone(), evidence.taken_at);
        let is_captured = evidence.pages.found().is_some();
        let (look, ()) = tokio::join!(
            self.look(session, &target, &names, Wanted { page: wanted.page && !is_captured, ..wanted }, taken_at),
            Box::pin(self.observe_records(session, &names, wanted, evidence)),
        );
        self.add_look(session, name, look, evidence).await;
    }

    /// What the DNS says of the target.
    async fn observe_records(&self, session: &Session<'_>, names: &Names, wanted: Wanted, evidence: &mut Evidence) {
        let name = &names.target;
        let web: Vec<DomainName> =
            if wanted.web { [Some(name.clone()), names.sibling()].into_iter().flatten().collect() } else { Vec::new() };

        // Before anything that depends on their number, so that a cap meets the same questions in every run.
        let (_, ns, caa, found) = tokio::join!(
            host::ask_addresses(session, &web),
            async { if wanted.dns { zone::name_servers(session, names).await } else { NsFacts::default() } },
            async { if wanted.caa { zone::caa(session, names).await } else { Probe::default() } },
            async { if wanted.mail() { Some(mail::observe(session, names, wanted).await) } else { None } },
        );
        let list = hosts_to_ask(&web, &ns, found.as_ref().map(|mail| &mail.facts), session.limits());
        let (hosts, spf) = tokio::join!(host::observe_all(session, &self.tables, list), async {
            match found.as_ref().map(|mail| &mail.spf) {
                Some(start) => spf::walk(session, start).await,
                None => Probe::default(),
            }
        });
        evidence.web = web.into_iter().map(|host| WebFacts { is_target: host == *name, host }).collect();
        evidence.hosts = hosts;
        evidence.ns = ns;
        evidence.caa = caa;
        if let Some(found) = found {
            evidence.mail = MailFacts { spf, ..found.facts };
            self.add_sending_networks(&mut evidence.mail);
            evidence.txt = found.txt;
            complete_autodiscover(&mut evidence.mail, &evidence.hosts);
        }
        if wanted.web
            && let Some(facts) = evidence.hosts.get_mut(name)
        {
            host::add_reverse_names(session, facts).await;
        }
    }
}

/// What was learnt beside the DNS.
#[derive(Debug, Default)]
struct Look {
    pages: Probe<Vec<PageFacts>>,
    tls: Probe<TlsFacts>,
    registration: Probe<DomainRegistration>,
}

impl Observer {
    /// The page, the certificate and the registration.
    async fn look(
        &self,
        session: &Session<'_>,
        target: &Target,
        names: &Names,
        wanted: Wanted,
        taken_at: Timestamp,
    ) -> Look {
        let Some(settings) = &self.options.page else { return Look::default() };
        let (pages, tls, registration) = tokio::join!(
            async {
                if wanted.page && settings.fetches {
                    // Large futures stand on the heap: a stack of threads is small.
                    let host = &names.target;
                    let fetched = Box::pin(page::fetch(&settings.fetcher, session, target, host)).await;
                    let mut pages = vec![fetched];
                    if let Some(browser) = &settings.browser {
                        let fetcher = &settings.fetcher;
                        let looked = page::browse(browser, fetcher, session, &self.tables, host, &pages[0]);
                        pages.push(Box::pin(looked).await);
                    }
                    Probe::Found(pages)
                } else {
                    Probe::default()
                }
            },
            async {
                if wanted.certificate && settings.certificates {
                    Box::pin(page::certificate(settings, session, &names.target, taken_at)).await
                } else {
                    Probe::default()
                }
            },
            async {
                match &names.registrable {
                    Some(name) if settings.asks_registry => Box::pin(page::registration(settings, session, name)).await,
                    _ => Probe::default(),
                }
            },
        );
        Look { pages, tls, registration }
    }

    /// Adds what was learnt beside the DNS, and asks for the hosts a page leads to.
    async fn add_look(&self, session: &Session<'_>, name: &DomainName, look: Look, evidence: &mut Evidence) {
        evidence.registration = look.registration;
        if evidence.pages.is_not_asked() {
            evidence.pages = look.pages;
        }
        if !look.tls.is_not_asked() {
            // Asked for alone, the certificate is all that is known of the host.
            let nothing = || HostFacts::of_addresses(Probe::default());
            let host = evidence.hosts.entry(name.clone()).or_insert_with(nothing);
            host.tls = look.tls;
            // Without an address there is nobody to show a page or a certificate.
            if host.addresses == Probe::Absent {
                host.tls = Probe::Skipped(SkipReason::NotApplicable);
                if evidence.pages.found().is_some_and(|pages| pages.iter().all(|page| page.by == Capture::Fetch)) {
                    evidence.pages = Probe::Skipped(SkipReason::NotApplicable);
                }
            }
        }
        let Probe::Found(pages) = &mut evidence.pages else { return };
        page::add_literals(pages, &self.tables);
        let met = page::hosts_met(pages);
        let mut list = HostList::default();
        list.add(
            met.iter().filter(|name| !evidence.hosts.contains_key(*name)),
            RoleHint::Page,
            session.limits().page_hosts,
        );
        for name in &met {
            if let Some(host) = evidence.hosts.get_mut(name)
                && !host.role_hints.contains(&RoleHint::Page)
            {
                host.role_hints.push(RoleHint::Page);
            }
        }
        let hosts = host::observe_all(session, &self.tables, list).await;
        evidence.hosts.extend(hosts);
    }

    /// Senders named by address: what the tables say of them, for the domain's own record and what it descends into.
    fn add_sending_networks(&self, mail: &mut MailFacts) {
        let Probe::Found(spf) = &mut mail.spf else { return };
        let by_address = |t: &&mut SpfTerm| t.can_pass && matches!(t.mechanism, SpfMechanism::Ip4 | SpfMechanism::Ip6);
        for term in spf.terms.iter_mut().filter(by_address).take(SENDING_NETWORKS) {
            let address = term.target.split('/').next().and_then(|ip| ip.parse().ok());
            term.network = address.map(|ip| Box::new(self.tables.facts(ip)));
        }
    }
}

/// Networks of an SPF record that are looked up in the tables.
const SENDING_NETWORKS: usize = 16;

/// Every host of the evidence, in the order of their claim on the questions that are left.
fn hosts_to_ask(web: &[DomainName], ns: &NsFacts, mail: Option<&MailFacts>, limits: &Limits) -> HostList {
    let mut list = HostList::default();
    list.add(web, RoleHint::Web, usize::MAX);
    let mx = mail.and_then(|mail| mail.mx.found());
    list.add(mx.into_iter().flatten().filter_map(|mx| mx.host.as_ref()), RoleHint::Mx, limits.mx);
    let autodiscover = mail.and_then(|mail| mail.autodiscover.found());
    list.add(autodiscover.into_iter().flatten().flat_map(|fact| &fact.targets), RoleHint::Autodiscover, usize::MAX);
    list.add(ns.servers.found().into_iter().flatten(), RoleHint::Ns, limits.ns);
    list
}

/// A question for CNAME brings the first step only; the rest of the chain is known once the addresses were asked.
fn complete_autodiscover(mail: &mut MailFacts, hosts: &BTreeMap<DomainName, HostFacts>) {
    let Probe::Found(facts) = &mut mail.autodiscover else { return };
    for fact in facts.iter_mut().filter(|fact| !fact.srv) {
        let chain = fact.targets.last().and_then(|last| hosts.get(last)).map(|host| host.cname_chain.clone());
        fact.targets.extend(chain.unwrap_or_default());
    }
}

#[cfg(test)]
mod tests;
