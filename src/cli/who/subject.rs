//! What a question to `who` is about, and the answer from local data.

use std::net::IpAddr;

use jiff::Timestamp;

use crate::assess::assess;
use crate::attribute::{Attribution, Context, Home, Layer, Place, Service, State};
use crate::audit::{Audit, Auditor};
use crate::evidence::{AsnFact, Evidence, Ref, TableInfo, Vantage};
use crate::kb::schema::{MxLayer, Operator, OperatorKind, SuffixLayer};
use crate::kb::{Company, Knowledge, Signal};
use crate::model::{AsOf, Asn, Confidence, CountryCode, DomainName, EntityId, NonEmpty, OperatorId, Role, Target};
use crate::observe::ip::IpTables;
use crate::report::WhoReport;

/// Why nothing can be said, in the plain case.
pub(super) const NOT_IN_DATA: &str = "not in the data";

/// Companies named in the answer to an ambiguous question.
const MAX_NAMED: usize = 8;

/// Answers questions.
pub(super) struct Desk<'a> {
    /// The knowledge base.
    pub(super) kb: &'a Knowledge,
    /// The address tables.
    pub(super) tables: &'a IpTables,
    /// The dates to answer for, in the order shown.
    pub(super) dates: Vec<AsOf>,
    /// Whose law is at home, where given.
    pub(super) home: Option<Home>,
    /// Now.
    pub(super) now: Timestamp,
    /// What the tables are.
    pub(super) infos: Vec<TableInfo>,
}

/// An answer.
pub(super) enum Answer {
    /// Somebody.
    Found(Box<WhoReport>),
    /// Nobody in the data, and why.
    Nothing(String),
}

/// Somebody found without looking at an address.
struct Found {
    role: Role,
    record: String,
    operator: Option<OperatorId>,
    entity: Option<EntityId>,
    unlisted: Option<String>,
    asn: Option<Asn>,
    inferred: Option<CountryCode>,
    confidence: Confidence,
    because: Ref,
}

impl Found {
    fn operator(role: Role, record: String, id: &OperatorId, confidence: Confidence) -> Self {
        Self {
            role,
            record,
            operator: Some(id.clone()),
            entity: None,
            unlisted: None,
            asn: None,
            inferred: None,
            confidence,
            because: Ref::Kb(format!("operator/{id}")),
        }
    }
}

impl Desk<'_> {
    /// Answers one question.
    pub(super) fn answer(&self, query: &str) -> Answer {
        if query.is_empty() {
            return Answer::Nothing("empty".into());
        }
        if let Some(organisation) = query.strip_prefix("issuer:") {
            return match self.kb.by_issuer(organisation.trim()) {
                Some(id) => {
                    self.report(query, &[Found::operator(Role::Ca, query.to_owned(), id, Confidence::Probable)])
                }
                None => Answer::Nothing(NOT_IN_DATA.into()),
            };
        }
        if let Some(asn) = asn_of(query) {
            return self.network(query, asn);
        }
        match query.parse::<Target>() {
            Ok(Target::Ip(ip)) => self.address(query, ip),
            Ok(Target::Domain(name) | Target::Url { host: name, .. }) => {
                let found = self.host(&name);
                // `Booking.com` is a host and a company; signs on the wire come first.
                if found.is_empty() { self.company(query) } else { self.report(query, &found) }
            }
            Ok(Target::Region { cloud, .. }) => match cloud.parse().ok().filter(|id| self.kb.operator(id).is_some()) {
                Some(id) => {
                    self.report(query, &[Found::operator(Role::Host, query.to_owned(), &id, Confidence::Probable)])
                }
                None => self.company(query),
            },
            Err(_) => self.company(query),
        }
    }

    fn address(&self, query: &str, ip: IpAddr) -> Answer {
        let mut evidence = self.nothing_seen(ip);
        evidence.address = Some(self.tables.facts(ip));
        let audits: Vec<Audit> = self
            .dates
            .iter()
            .map(|date| Auditor::new(self.kb, Some(*date), Some(self.home())).audit(&evidence))
            .collect();
        let audits: Vec<&Audit> = audits.iter().collect();
        Answer::Found(Box::new(WhoReport::build(query, &evidence, &audits, self.kb)))
    }

    fn network(&self, query: &str, asn: Asn) -> Answer {
        let announced = self.tables.network(asn);
        let mut found = match (self.kb.by_asn(asn), &announced) {
            (Some(id), _) => {
                let operator = self.kb.operator(id);
                let role = operator.map_or(Role::Carrier, role_of);
                // Without a recorded company the registration of the network is all there is.
                let has_company = operator.is_some_and(|o| !o.runs.is_empty());
                let inferred = announced.as_ref().filter(|_| !has_company).and_then(AsnFact::country_of_nearly_all);
                Found { inferred, ..Found::operator(role, asn.to_string(), id, Confidence::Probable) }
            }
            (None, Some(fact)) => Found {
                role: Role::Carrier,
                record: asn.to_string(),
                operator: None,
                entity: None,
                unlisted: Some(fact.name.clone()),
                asn: None,
                inferred: fact.country_of_nearly_all(),
                confidence: Confidence::Weak,
                because: Ref::Kb(format!("table/{}", fact.table)),
            },
            (None, None) => return Answer::Nothing("announced by nobody in the table, and not in the data".into()),
        };
        found.asn = Some(asn);
        self.report(query, &[found])
    }

    /// Signs that a host name is, one answer an operator. Nothing is asked of any server.
    fn host(&self, name: &DomainName) -> Vec<Found> {
        const SIGNALS: [Signal; 9] = [
            Signal::Mx,
            Signal::Cname,
            Signal::Ns,
            Signal::Spf,
            Signal::Dkim,
            Signal::Autodiscover,
            Signal::Dmarc,
            Signal::Host,
            Signal::Ptr,
        ];
        let mut out: Vec<Found> = Vec::new();
        for signal in SIGNALS {
            let Some(hit) = self.kb.by_name(signal, name) else { continue };
            let Some(operator) = self.kb.operator(hit.operator) else { continue };
            if out.iter().any(|f| f.operator.as_ref() == Some(hit.operator)) {
                continue;
            }
            let role = role_of_signal(signal, operator, hit.layer);
            out.push(Found::operator(role, name.to_unicode(), hit.operator, Confidence::Probable));
        }
        out
    }

    fn company(&self, query: &str) -> Answer {
        let companies = self.kb.find_company(query);
        // A brand and the company of the same name are one answer: the brand, which leads to the company.
        let brands: Vec<&OperatorId> = companies
            .iter()
            .filter_map(|c| match c {
                Company::Operator(id) => Some(*id),
                Company::Entity(_) => None,
            })
            .collect();
        match (brands.as_slice(), companies.as_slice()) {
            ([id], _) => {
                let role = self.kb.operator(id).map_or(Role::Host, role_of);
                self.report(query, &[Found::operator(role, query.to_owned(), id, Confidence::Established)])
            }
            ([], [Company::Entity(id)]) => self.report(
                query,
                &[Found {
                    role: Role::Host,
                    record: query.to_owned(),
                    operator: None,
                    entity: Some((*id).clone()),
                    unlisted: None,
                    asn: None,
                    inferred: None,
                    confidence: Confidence::Established,
                    because: Ref::Kb(format!("entity/{id}")),
                }],
            ),
            (_, []) => Answer::Nothing(NOT_IN_DATA.into()),
            _ => {
                let mut names: Vec<&str> = companies
                    .iter()
                    .map(|c| match c {
                        Company::Operator(id) => id.as_str(),
                        Company::Entity(id) => id.as_str(),
                    })
                    .take(MAX_NAMED)
                    .collect();
                if companies.len() > MAX_NAMED {
                    names.push("...");
                }
                Answer::Nothing(format!("can be several: {}", names.join(", ")))
            }
        }
    }

    /// The report about somebody who was found without an address.
    fn report(&self, query: &str, found: &[Found]) -> Answer {
        let evidence = self.nothing_seen(IpAddr::V6(std::net::Ipv6Addr::UNSPECIFIED));
        let audits: Vec<Audit> = self.dates.iter().map(|date| self.judge(&evidence, found, *date)).collect();
        let audits: Vec<&Audit> = audits.iter().collect();
        Answer::Found(Box::new(WhoReport::build(query, &evidence, &audits, self.kb)))
    }

    fn judge(&self, evidence: &Evidence, found: &[Found], as_of: AsOf) -> Audit {
        let context = Context { as_of, home: self.home() };
        let customer = match context.home {
            Home::Country(country, _) => Some(country),
            Home::Eea | Home::None => None,
        };
        let service = |f: &Found| {
            let regions = match (&f.operator, f.asn) {
                (Some(id), Some(asn)) => self.kb.region_of_asn(id, asn),
                _ => Vec::new(),
            };
            let servers = if let [only] = regions.as_slice() { Some(*only) } else { None };
            let choice = f.operator.as_ref().and_then(|id| self.kb.entity_for(id, servers, customer, as_of));
            let layer = Layer {
                operator: f.operator.clone(),
                unlisted: f.unlisted.clone(),
                confidence: f.confidence,
                because: NonEmpty::one(f.because.clone()),
                host: None,
                addresses: Vec::new(),
                asn: f.asn,
                place: Place::NotApplicable,
                is_floor: choice.as_ref().is_some_and(|c| c.is_floor),
                entity: f.entity.clone().or(choice.map(|c| c.entity)),
                inferred: f.inferred,
            };
            Service::new(f.role, f.record.clone(), State::Found, vec![layer])
        };
        let found = Attribution { services: found.iter().map(service).collect(), notes: Vec::new() };
        let reach = assess(evidence, &found, self.kb, &context);
        Audit { context, found, reach }
    }

    fn home(&self) -> Home {
        self.home.unwrap_or(Home::None)
    }

    fn nothing_seen(&self, ip: IpAddr) -> Evidence {
        Evidence::of_nothing(Target::Ip(ip), self.now, Vantage::default(), self.infos.clone())
    }
}

/// `AS19551`, `as19551`, `19551`.
fn asn_of(query: &str) -> Option<Asn> {
    query.parse::<Asn>().ok()
}

/// The part a brand plays first of all.
fn role_of(operator: &Operator) -> Role {
    let role = |kind: &OperatorKind| match kind {
        OperatorKind::Cdn | OperatorKind::EdgeSecurity => Some(Role::Edge),
        OperatorKind::Host | OperatorKind::Saas | OperatorKind::Colo => Some(Role::Host),
        OperatorKind::Mailsec => Some(Role::Gateway),
        OperatorKind::Mail => Some(Role::Mailbox),
        OperatorKind::Sender | OperatorKind::Forwarder => Some(Role::Sender),
        OperatorKind::Dmarc => Some(Role::Dmarc),
        OperatorKind::Dns => Some(Role::Dns),
        OperatorKind::Ca => Some(Role::Ca),
        OperatorKind::Registrar => Some(Role::Registrar),
        OperatorKind::Registry => Some(Role::Tld),
        OperatorKind::Carrier => Some(Role::Carrier),
        _ => None,
    };
    operator.kinds.iter().find_map(role).unwrap_or(Role::Resource)
}

/// The part a sign on the wire stands for.
fn role_of_signal(signal: Signal, operator: &Operator, layer: Option<SuffixLayer>) -> Role {
    let is = |kind| operator.kinds.contains(&kind);
    match signal {
        Signal::Mx if operator.mx_layer == Some(MxLayer::Gateway) => Role::Gateway,
        Signal::Mx if operator.mx_layer.is_none() && is(OperatorKind::Mailsec) => Role::Gateway,
        Signal::Mx | Signal::Autodiscover => Role::Mailbox,
        Signal::Ns => Role::Dns,
        Signal::Spf | Signal::Dkim => Role::Sender,
        Signal::Dmarc => Role::Dmarc,
        Signal::Cname | Signal::Host | Signal::Ptr => match layer {
            Some(SuffixLayer::Edge) => Role::Edge,
            Some(SuffixLayer::Dns) => Role::Dns,
            Some(SuffixLayer::Mailbox) => Role::Mailbox,
            Some(SuffixLayer::Gateway) => Role::Gateway,
            Some(SuffixLayer::Sender | SuffixLayer::Forwarder) => Role::Sender,
            Some(SuffixLayer::Host | SuffixLayer::Platform | SuffixLayer::Page) => Role::Host,
            None => role_of(operator),
        },
    }
}
