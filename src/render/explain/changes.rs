//! What would change a conclusion: the company is sold, or a record of the site's own is changed.

use super::Explainer;
use crate::render::cells;
use crate::report::{Fact, LayerReport, RoleId};
use crate::safe::Untrusted;
use crate::text::Key;

impl Explainer<'_> {
    /// Both, as far as they can happen. Nobody at the site can change the registry of its name.
    pub(super) fn changes(&self, layer: &LayerReport) -> Option<String> {
        let t = self.t;
        let mut list: Vec<String> = Vec::new();
        if let Some(company) = &layer.company {
            list.push(t.fill(Key::ExplainChangesSold, &[("company", cells::company_name(t, &company.name).into())]));
        }
        let mut records = self.own_records(layer, &layer.because);
        if records.is_empty() {
            records = self.own_records(layer, &self.service.because);
        }
        list.extend(
            records.into_iter().map(|(name, rtype)| {
                t.fill(Key::ExplainChangesRecord, &[("rtype", rtype.into()), ("name", name.into())])
            }),
        );
        list.extend(self.page_change());
        let all = match list.as_slice() {
            [] => return None,
            [one] => one.clone(),
            [first @ .., last] => {
                t.fill(Key::ExplainChangesTwo, &[("first", first.join(", ").into()), ("second", last.into())])
            }
        };
        Some(t.fill(Key::ExplainChangesOne, &[("first", all.into())]))
    }

    /// What the site would change that is no record: its page, or the authority it takes certificates from.
    fn page_change(&self) -> Option<String> {
        let t = self.t;
        match self.service.role {
            RoleId::Resource => {
                let hosts = self.service.record.for_terminal();
                Some(t.fill(
                    Key::ExplainChangesPage,
                    &[("hosts", hosts.split(' ').collect::<Vec<_>>().join(", ").into())],
                ))
            }
            RoleId::Ca => Some(t.get(Key::ExplainChangesCertificate).to_owned()),
            RoleId::Registrar => Some(t.get(Key::ExplainChangesRegistrar).to_owned()),
            _ => None,
        }
    }

    /// Owner and type of the records that lead to the operator, the site's own and not the operator's hosts.
    fn own_records(&self, layer: &LayerReport, because: &[String]) -> Vec<(String, &'static str)> {
        let show = Untrusted::for_terminal;
        let mut all: Vec<(String, &'static str)> = Vec::new();
        let mut aliases: Vec<(&str, &str)> = Vec::new();
        for fact in because.iter().filter_map(|pointer| self.report.facts.get(pointer)) {
            match (self.service.role, &fact.fact) {
                (RoleId::Gateway | RoleId::Mailbox, Fact::Mx { name, .. }) => all.push((name.clone(), "MX")),
                (RoleId::Mailbox, Fact::Autodiscover { name, .. }) => all.push((name.clone(), "CNAME")),
                (RoleId::Mailbox, Fact::Dkim { name, .. }) => all.push((show(name), "CNAME")),
                (RoleId::Sender, Fact::SpfTerm { name, .. }) => all.push((name.clone(), "SPF")),
                (RoleId::Dmarc, Fact::Txt { name, .. }) => all.push((name.clone(), "DMARC")),
                (RoleId::Tenant, Fact::Txt { name, .. }) => all.push((name.clone(), "TXT")),
                (RoleId::Dns, Fact::NameServer { zone, .. }) => all.push((zone.clone(), "NS")),
                (RoleId::Edge | RoleId::Host, Fact::Cname { name, target }) => aliases.push((name, target)),
                (RoleId::Edge | RoleId::Host, Fact::Host { name, cname_chain, .. }) => match cname_chain.first() {
                    Some(target) => aliases.push((name, target)),
                    None => all.push((name.clone(), "A/AAAA")),
                },
                _ => {}
            }
        }
        // Of a chain of aliases only the first is the site's.
        let is_first = |name: &str| !aliases.iter().any(|(_, target)| *target == name);
        let first = aliases.iter().filter(|(name, _)| is_first(name)).map(|(name, _)| ((*name).to_owned(), "CNAME"));
        let mut out: Vec<(String, &'static str)> = first.collect();
        if out.is_empty() {
            out = all;
        }
        if let (true, RoleId::Edge | RoleId::Host) = (out.is_empty(), self.service.role) {
            let name = layer.host.as_ref().map_or_else(|| self.report.target.clone(), ToString::to_string);
            out.push((name, "A/AAAA"));
        }
        let mut seen = std::collections::BTreeSet::new();
        out.retain(|record| seen.insert(record.clone()));
        out
    }
}
