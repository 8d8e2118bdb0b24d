//! One target observed: which names are asked for what, and the evidence put together.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;

use super::ask::Session;
use super::dns::Resolver;
use super::host::{self, HostList};
use super::ip::IpTables;
use super::{mail, spf, zone};
use crate::evidence::{
    Evidence, HostFacts, MailFacts, NsFacts, Probe, RoleHint, SpfMechanism, SpfTerm, Vantage, WebFacts,
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
        let session = Session::new(&self.resolver, &self.options.limits);
        let mut evidence = Evidence::of_nothing(target, taken_at, self.options.vantage.clone(), self.tables.infos());
        match evidence.target.clone() {
            Target::Ip(ip) => self.observe_address(&session, ip, &mut evidence).await,
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
        let web: Vec<DomainName> =
            if wanted.web { [Some(name.clone()), names.sibling()].into_iter().flatten().collect() } else { Vec::new() };

        // Before anything that depends on their number, so that a cap meets the same questions in every run.
        let (_, ns, caa, found) = tokio::join!(
            host::ask_addresses(session, &web),
            async { if wanted.dns { zone::name_servers(session, &names).await } else { NsFacts::default() } },
            async { if wanted.caa { zone::caa(session, &names).await } else { Probe::default() } },
            async { if wanted.mail() { Some(mail::observe(session, &names, wanted).await) } else { None } },
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

impl Observer {
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
