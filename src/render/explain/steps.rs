//! Numbered steps: facts of the evidence, then what is recorded about operator and owners.

use super::Explainer;
use crate::model::CountryCode;
use crate::render::cells;
use crate::render::layout::{Page, Tone};
use crate::report::{
    AnswerReport, CompanyReport, ConfidenceId, Fact, FactReport, LayerReport, LinkReport, OwnersId, StepReport,
};
use crate::safe::Untrusted;
use crate::text::{Arg, Family, Key, Lang};

/// One step: what it says, what it rests on, and how much that bears (tens are the levels of confidence).
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) text: String,
    pub(super) under: Vec<String>,
    pub(super) weight: u8,
}

/// An answer of a resolver that nothing authenticates: below an official source, above press.
const DNS: u8 = 25;
/// A table of networks.
const TABLE: u8 = 26;
/// Nothing came.
const NOTHING: u8 = 1;

/// Position of the step that bears least, the first of equals: list and index. A chain of one step has no weakest.
pub(super) fn weakest(lists: &[&Vec<Step>]) -> Option<(usize, usize)> {
    let all =
        lists.iter().enumerate().flat_map(|(l, list)| list.iter().enumerate().map(move |(i, s)| (s.weight, l, i)));
    let mut all: Vec<_> = all.collect();
    all.sort();
    match all.as_slice() {
        [(_, list, index), _, ..] => Some((*list, *index)),
        _ => None,
    }
}

impl<'a> Explainer<'a> {
    /// Prints steps under a heading, numbered from `first` on.
    pub(super) fn print_steps(
        &self,
        page: &mut Page,
        heading: Key,
        steps: &[Step],
        weakest: Option<usize>,
        first: usize,
    ) {
        if steps.is_empty() {
            return;
        }
        let (t, width) = (self.t, self.style.prose_width());
        page.prose(2, width, t.get(heading), Tone::Strong);
        for (index, step) in steps.iter().enumerate() {
            page.hanging(&format!(" {:>2}  ", first + index), 5, width, &step.text, Tone::Plain);
            let mut under = step.under.clone();
            if weakest == Some(index) {
                let mark = format!("← {}", t.get(Key::ExplainWeakest)).replace(' ', "\u{a0}");
                match under.last_mut() {
                    Some(last) => *last = format!("{last}   {mark}"),
                    None => under.push(mark),
                }
            }
            for line in under {
                page.prose(5, width, &line, Tone::Dim);
            }
        }
    }

    /// Facts of the evidence, in the order they were pointed at.
    pub(super) fn observed(&mut self, because: &[String], layer: Option<&LayerReport>) -> Vec<Step> {
        let mut out: Vec<Step> = Vec::new();
        for pointer in because.iter().filter(|p| p.starts_with('/')) {
            let step = self.report.facts.get(pointer).map(|fact| self.fact(pointer, fact));
            out.extend(step.filter(|step| is_new(&out, step)));
        }
        let places = layer.into_iter().flat_map(|l| &l.place.countries).flat_map(|p| &p.because);
        for pointer in places.filter(|p| p.starts_with('/') && !because.contains(p)) {
            let step = self.report.facts.get(pointer).map(|fact| self.fact(pointer, fact));
            // Where a machine stands is beside the chain that names its operator.
            out.extend(step.filter(|step| is_new(&out, step)).map(|step| Step { weight: u8::MAX, ..step }));
        }
        out
    }

    fn fact(&self, pointer: &str, fact: &FactReport) -> Step {
        let t = self.t;
        let under = fact.answer.as_ref().map_or_else(Vec::new, |answer| vec![self.answer(answer)]);
        let show = Untrusted::for_terminal;
        let (text, weight) = match &fact.fact {
            Fact::Host { name, cname_chain, addresses } => {
                let mut path = cname_chain.clone();
                path.push(listed(addresses));
                (format!("{name} → {}", path.join(" → ")), DNS)
            }
            Fact::Cname { name, target } => (format!("{name} CNAME {target}"), DNS),
            Fact::Mx { name, preference, host } => (format!("{name} MX {preference} {host}"), DNS),
            Fact::NameServer { zone, server } => (format!("{zone} NS {server}"), DNS),
            Fact::SpfTerm { name, term } => (format!("{name} SPF {}", show(term)), DNS),
            Fact::Txt { name, rtype, text } => (format!("{name} {rtype} {}", show(text)), DNS),
            Fact::Reverse { ip, names } => {
                (t.fill(Key::FactPtr, &[("ip", ip.into()), ("name", listed(names).into())]), DNS)
            }
            Fact::Autodiscover { name, targets } => (self.leads_to(name, targets), DNS),
            Fact::Dkim { name, targets } => (self.leads_to(&show(name), targets), DNS),
            Fact::Target { name } => (name.clone(), u8::MAX),
            Fact::Pages { .. }
            | Fact::Hop { .. }
            | Fact::Header { .. }
            | Fact::PageHost { .. }
            | Fact::Certificate { .. }
            | Fact::Registrar { .. } => return self.page_fact(&fact.fact),
            Fact::Network { .. } | Fact::Address { .. } | Fact::Places { .. } | Fact::Registration { .. } => {
                return self.table_fact(&fact.fact);
            }
            Fact::NoAnswer { name, rtype, status, detail } => {
                let status = t.member(Family::Status, status.id());
                // The words of the protocol are English; the evidence holds them.
                let status = match t.lang() {
                    Lang::En if !detail.is_empty() => format!("{status}, {}", show(detail)),
                    _ => status.to_owned(),
                };
                let args = [("name", name.into()), ("rtype", (*rtype).into()), ("status", status.into())];
                (t.fill(Key::FactNoAnswer, &args), NOTHING)
            }
            Fact::None { name, rtype } => {
                (t.fill(Key::FactNone, &[("name", name.into()), ("rtype", (*rtype).into())]), DNS)
            }
            Fact::NotAsked { name, rtype } => {
                (t.fill(Key::FactNotAsked, &[("name", name.into()), ("rtype", (*rtype).into())]), NOTHING)
            }
            Fact::Other { value } => {
                (t.fill(Key::FactOther, &[("pointer", pointer.into()), ("value", show(value).into())]), DNS)
            }
        };
        Step { text, under, weight }
    }

    /// What tables of this run say about an address.
    fn table_fact(&self, fact: &Fact) -> Step {
        let t = self.t;
        let table = |id: &Untrusted, date: &Untrusted| {
            let date = t.date_text(&date.for_terminal());
            t.fill(Key::ExplainTable, &[("table", cells::table(t, id).into()), ("date", date.into())])
        };
        let (text, under) = match fact {
            Fact::Network { ip, asn, name, table: id, date } => {
                let args = [("ip", ip.into()), ("asn", asn.to_string().into()), ("name", name.for_terminal().into())];
                (t.fill(Key::FactAnnounced, &args), vec![table(id, date)])
            }
            Fact::Places { ip, places } => {
                let countries: Vec<String> = places.iter().map(|p| p.country.to_string()).collect();
                let text = t.fill(Key::FactPlaced, &[("ip", ip.into()), ("country", listed(&countries).into())]);
                (text, places.iter().map(|p| table(&p.table, &p.date)).collect())
            }
            Fact::Registration { ip, country, table: id, date } => {
                let args = [("ip", ip.into()), ("country", country.to_string().into())];
                (t.fill(Key::FactRegistered, &args), vec![table(id, date)])
            }
            Fact::Address { ip, special: Some(why), .. } => {
                (t.fill(Key::FactSpecial, &[("ip", ip.into()), ("why", why.into())]), Vec::new())
            }
            Fact::Address { ip, anycast_range: Some(range), .. } => {
                (t.fill(Key::FactAnycast, &[("ip", ip.into()), ("range", range.for_terminal().into())]), Vec::new())
            }
            Fact::Address { ip, .. } => (t.fill(Key::FactAsked, &[("ip", ip.into())]), Vec::new()),
            _ => (String::new(), Vec::new()),
        };
        Step { text, under, weight: TABLE }
    }

    /// What a page, a certificate or a registry said.
    fn page_fact(&self, fact: &Fact) -> Step {
        let t = self.t;
        let show = Untrusted::for_terminal;
        let (text, weight) = match fact {
            Fact::Pages { looks, is_read } => {
                let list: Vec<String> = looks.iter().map(show).collect();
                let key = if *is_read { Key::FactPages } else { Key::FactPagesUnread };
                (t.fill(key, &[("list", listed(&list).into())]), DNS)
            }
            Fact::Hop { url, status, location } => {
                let (url, status) = (Arg::from(show(url)), Arg::from(status.to_string()));
                let text = match location {
                    Some(to) => {
                        let args = [("url", url), ("status", status), ("location", show(to).into())];
                        t.fill(Key::FactHopRedirect, &args)
                    }
                    None => t.fill(Key::FactHop, &[("url", url), ("status", status)]),
                };
                (text, DNS)
            }
            Fact::Header { url, name, value } => {
                let args = [("url", show(url).into()), ("name", show(name).into()), ("value", show(value).into())];
                (t.fill(Key::FactHeader, &args), NOTHING)
            }
            Fact::PageHost { host, page, contact, uses, .. } => {
                let uses: Vec<&str> = uses.iter().map(|one| t.member(Family::Use, one.id())).collect();
                let args = [
                    ("page", show(page).into()),
                    ("host", host.into()),
                    ("uses", uses.join(", ").into()),
                    ("contact", t.member(Family::Contact, contact.id()).into()),
                ];
                (t.fill(Key::FactPageHost, &args), DNS)
            }
            Fact::Certificate { host, issuer, issuer_name, root, trust, .. } => {
                let trust = t.member(Family::Trust, trust.id());
                let mut args = vec![
                    ("host", host.into()),
                    ("issuer", show(issuer).into()),
                    ("name", show(issuer_name).into()),
                    ("trust", trust.into()),
                ];
                let key = match root {
                    Some(root) => {
                        args.push(("root", show(root).into()));
                        Key::FactCertificateRoot
                    }
                    None => Key::FactCertificate,
                };
                (t.fill(key, &args), DNS)
            }
            Fact::Registrar { name, registrar, server, .. } => {
                let args =
                    [("name", name.into()), ("registrar", show(registrar).into()), ("server", show(server).into())];
                (t.fill(Key::FactRegistrar, &args), DNS)
            }
            _ => (String::new(), NOTHING),
        };
        Step { text, under: Vec::new(), weight }
    }

    fn leads_to(&self, name: &str, targets: &[String]) -> String {
        if targets.is_empty() {
            return name.to_owned();
        }
        self.t.fill(Key::FactLeadsTo, &[("name", name.into()), ("target", targets.join(" → ").into())])
    }

    /// `dns · 2026-11-24 02:42 UTC · ttl 3600 · resolver 192.0.2.53:53`
    fn answer(&self, answer: &AnswerReport) -> String {
        let t = self.t;
        let mut parts = vec!["dns".to_owned()];
        match answer.transport {
            Some("recorded") => parts.push(t.get(Key::ExplainRecorded).to_owned()),
            Some(transport) => parts.push(transport.to_owned()),
            None => {}
        }
        parts.push(t.moment(self.report.taken_at));
        if let Some(ttl) = answer.ttl {
            parts.push(t.fill(Key::ExplainTtl, &[("ttl", (ttl as usize).into())]));
        }
        if !answer.resolver.is_empty() {
            parts.push(t.fill(Key::ExplainResolver, &[("resolver", (&answer.resolver).into())]));
        }
        parts.join(" · ")
    }

    /// Operator, company, owners.
    pub(super) fn recorded(&mut self, layer: &'a LayerReport) -> Vec<Step> {
        let t = self.t;
        let mut out = Vec::new();
        match (&layer.operator, &layer.operator_name) {
            (Some(id), Some(name)) => {
                let operator = name.for_terminal();
                let text = match &layer.company {
                    Some(company) => t.fill(
                        Key::ExplainOperatorRun,
                        &[("operator", operator.into()), ("company", self.company(company).into())],
                    ),
                    None => t.fill(Key::ExplainOperator, &[("operator", operator.into())]),
                };
                let sources = layer.company.as_ref().map_or_else(String::new, |c| self.cite(&c.sources));
                let id = t.fill(Key::ExplainOperatorSource, &[("id", id.as_str().into())]);
                out.push(Step { text, under: vec![joined(&[id, sources])], weight: layer.attribution * 10 });
            }
            _ => {
                let name = layer.unlisted.as_ref().map(Untrusted::for_terminal).unwrap_or_default();
                let text = t.fill(Key::ExplainUnlisted, &[("name", name.into())]);
                out.push(Step { text, under: Vec::new(), weight: NOTHING });
            }
        }
        if let Some(country) = layer.inferred {
            let text = t.fill(Key::ExplainInferred, &[("country", t.in_sentence(&self.country(country)).into())]);
            out.push(Step { text, under: Vec::new(), weight: ConfidenceId::Weak.level() * 10 });
        }
        for chain in &layer.chains {
            for pair in chain.windows(2) {
                let step = self.owner(&pair[0], &pair[1]);
                out.extend(step.filter(|step| is_new(&out, step)));
            }
        }
        out.extend(self.ends(layer));
        out
    }

    fn owner(&mut self, owned: &StepReport, owner: &StepReport) -> Option<Step> {
        let t = self.t;
        let link = owner.link.as_ref()?;
        let names = [
            ("owned", cells::company_name(t, &owned.company.name).into()),
            ("owner", self.company(&owner.company).into()),
        ];
        let share = |range: [f64; 2]| self.share(range);
        let mut text = match (link.capital, link.votes) {
            (Some(range), _) => {
                let [a, b] = names;
                t.fill(Key::ExplainOwnerShare, &[a, b, ("share", share(range).into())])
            }
            (None, Some(range)) => {
                let [a, b] = names;
                t.fill(Key::ExplainOwnerVotes, &[a, b, ("share", share(range).into())])
            }
            (None, None) => t.fill(Key::ExplainOwner, &names),
        };
        if link.via_fund {
            text = format!("{text} {}", t.get(Key::ExplainFund));
        }
        let sources = self.cite(&link.sources);
        Some(Step { text, under: vec![self.link(link, &sources)], weight: link.sure * 10 })
    }

    fn link(&self, link: &LinkReport, sources: &str) -> String {
        let t = self.t;
        let mut parts = vec![
            t.member(Family::Link, link.kind.id()).to_owned(),
            t.member(Family::Control, link.control.id()).to_owned(),
        ];
        if let Some(from) = link.from {
            let date = t.since(from, link.from_precision.into());
            parts.push(t.fill(Key::ExplainSince, &[("date", date.into())]));
        }
        if link.sure <= ConfidenceId::Weak.level() {
            parts.push(t.get(Key::ExplainNotChecked).to_owned());
        }
        parts.push(if sources.is_empty() { t.get(Key::ExplainNoSource).to_owned() } else { sources.to_owned() });
        joined(&parts)
    }

    /// `100%`, `50–60%`.
    fn share(&self, [low, high]: [f64; 2]) -> String {
        let t = self.t;
        if (low - high).abs() < f64::EPSILON {
            t.percent(low)
        } else {
            format!("{}–{}", t.decimal(low), t.percent(high))
        }
    }

    /// What stands above the last companies.
    fn ends(&mut self, layer: &LayerReport) -> Vec<Step> {
        let t = self.t;
        let mut out = Vec::new();
        for top in &layer.owners.tops {
            let company = cells::company_name(t, &top.company.name);
            let kind = t.member(Family::Top, top.kind.id());
            let text = t.fill(Key::ExplainTop, &[("company", company.into()), ("top", kind.into())]);
            let sources = self.cite(&top.sources);
            let under = if sources.is_empty() { Vec::new() } else { vec![sources] };
            out.push(Step { text, under, weight: u8::MAX });
        }
        if let (OwnersId::Unknown, Some(at)) = (layer.owners.state, &layer.owners.at) {
            let company = cells::company_name(t, &at.name);
            let why = layer.owners.why.as_ref().and_then(|why| cells::reason(t, why));
            let text = match why {
                Some(why) => t.fill(Key::ExplainOwnersUnknownWhy, &[("company", company.into()), ("why", why.into())]),
                None => t.fill(Key::ExplainOwnersUnknown, &[("company", company.into())]),
            };
            out.push(Step { text, under: Vec::new(), weight: NOTHING });
        }
        out
    }

    /// `Courrielo BV, Netherlands`.
    pub(super) fn company(&self, company: &CompanyReport) -> String {
        let mut parts = vec![cells::company_name(self.t, &company.name)];
        parts.extend(company.countries.iter().map(|c| self.country(*c)));
        parts.join(", ")
    }

    /// The name of a country, else its code.
    pub(super) fn country(&self, code: CountryCode) -> String {
        self.report.jurisdictions.get(&code).map_or_else(|| code.to_string(), |j| cells::localised(self.t, &j.name))
    }
}

fn is_new(steps: &[Step], step: &Step) -> bool {
    !steps.iter().any(|known| known.text == step.text)
}

fn joined(parts: &[String]) -> String {
    parts.iter().filter(|p| !p.is_empty()).cloned().collect::<Vec<_>>().join(" · ")
}

fn listed(list: &[String]) -> String {
    match list {
        [] => "—".to_owned(),
        [first @ .., last] if first.len() > 3 => format!("{}, … {last}", first[..3].join(", ")),
        all => all.join(", "),
    }
}
