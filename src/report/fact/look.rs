//! Looks facts up by their pointers into the evidence.

use std::collections::{BTreeMap, BTreeSet};

use super::{AnswerReport, Fact, FactReport, TablePlace};
use crate::evidence::{
    AddressFacts, Answer, AutodiscoverFact, DkimFact, Evidence, Probe, SkipReason, SpfMechanism, SpfQualifier, SpfTerm,
    Transport,
};
use crate::model::DomainName;
use crate::report::StatusId;
use crate::safe::Untrusted;

/// All facts that are pointed at.
pub(in crate::report) fn all(evidence: &Evidence, pointers: &BTreeSet<String>) -> BTreeMap<String, FactReport> {
    pointers
        .iter()
        .map(|pointer| {
            let steps: Vec<String> =
                pointer.split('/').skip(1).map(|s| s.replace("~1", "/").replace("~0", "~")).collect();
            let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
            (pointer.clone(), Look { evidence }.fact(pointer, &steps))
        })
        .collect()
}

pub(super) struct Look<'a> {
    pub(super) evidence: &'a Evidence,
}

impl Look<'_> {
    fn fact(&self, pointer: &str, steps: &[&str]) -> FactReport {
        match steps {
            ["target", ..] => plain(Fact::Target { name: self.evidence.target.to_string() }),
            ["hosts", host, "tls", ..] => self.certificate(host),
            ["hosts", host, rest @ ..] => self.host(host, rest),
            ["pages", rest @ ..] => self.page(rest),
            ["registration", ..] => self.registration(),
            ["address", rest @ ..] => match &self.evidence.address {
                Some(facts) => plain(self.address(facts, rest)),
                None => self.other(pointer),
            },
            ["mail", "mx", rest @ ..] => self.mx(rest),
            ["mail", "spf", rest @ ..] => self.spf(rest),
            ["mail", "dmarc", ..] => self.dmarc(),
            ["mail", "autodiscover", rest @ ..] => self.autodiscover(rest),
            ["mail", "dkim", rest @ ..] => self.dkim(rest),
            ["ns", "servers", rest @ ..] => self.name_server(rest),
            ["txt", rest @ ..] => self.txt(rest),
            _ => self.other(pointer),
        }
        .unwrap_or_else(|| FactReport { fact: self.raw(pointer), answer: None })
    }

    /// Facts of kinds this module has no shape for stay JSON. Only then is the evidence turned into a tree.
    fn raw(&self, pointer: &str) -> Fact {
        let tree = serde_json::to_value(self.evidence).unwrap_or_default();
        let value = tree.pointer(pointer).map(ToString::to_string).unwrap_or_default();
        Fact::Other { value: Untrusted::new(value.chars().take(2000).collect::<String>()) }
    }

    fn other(&self, pointer: &str) -> Option<FactReport> {
        plain(self.raw(pointer))
    }

    fn host(&self, host: &str, rest: &[&str]) -> Option<FactReport> {
        let (name, facts) = self.evidence.hosts.get_key_value(host)?;
        match rest {
            ["cname_chain", index, ..] => {
                let index: usize = index.parse().ok()?;
                let target = facts.cname_chain.get(index)?.to_string();
                let from = index.checked_sub(1).and_then(|i| facts.cname_chain.get(i)).unwrap_or(name);
                self.with_answer(Fact::Cname { name: from.to_string(), target }, name.as_str(), &["A", "AAAA"])
            }
            ["addresses", "found", index, rest @ ..] if !rest.is_empty() => {
                let address = facts.addresses.found()?.get(index.parse::<usize>().ok()?)?;
                if rest == ["ip"] {
                    // That the name answers there is the fact; the address alone would say nothing.
                    let addresses = vec![address.ip.to_string()];
                    let fact = Fact::Host { name: name.to_string(), cname_chain: texts(&facts.cname_chain), addresses };
                    let rtype = if address.ip.is_ipv4() { "A" } else { "AAAA" };
                    return self.with_answer(fact, name.as_str(), &[rtype]);
                }
                plain(self.address(address, rest))
            }
            _ => {
                let fact = match &facts.addresses {
                    Probe::Found(list) => Fact::Host {
                        name: name.to_string(),
                        cname_chain: texts(&facts.cname_chain),
                        addresses: list.iter().map(|a| a.ip.to_string()).collect(),
                    },
                    Probe::Absent if facts.nxdomain => Fact::NoAnswer {
                        name: name.to_string(),
                        rtype: "A",
                        status: StatusId::Nxdomain,
                        detail: Untrusted::default(),
                    },
                    other => unfound(other, name.as_str(), "A"),
                };
                self.with_answer(fact, name.as_str(), &["A", "AAAA"])
            }
        }
    }

    fn address(&self, facts: &AddressFacts, rest: &[&str]) -> Fact {
        let ip = facts.ip.to_string();
        match rest.first().copied() {
            Some("asn") => match &facts.asn {
                Probe::Found(asn) => Fact::Network {
                    ip,
                    asn: asn.asn,
                    name: Untrusted::new(&asn.name),
                    date: self.table_date(&asn.table),
                    table: Untrusted::new(&asn.table),
                },
                other => unfound(other, &ip, "AS"),
            },
            Some("place") => Fact::Places {
                ip,
                places: facts
                    .place
                    .found()
                    .map_or(&[][..], Vec::as_slice)
                    .iter()
                    .filter_map(|p| {
                        let (table, date) = (Untrusted::new(&p.table), self.table_date(&p.table));
                        Some(TablePlace { table, date, country: p.country? })
                    })
                    .collect(),
            },
            Some("registered_in") => match &facts.registered_in {
                Probe::Found(one) => Fact::Registration {
                    ip,
                    country: one.country,
                    date: self.table_date(&one.table),
                    table: Untrusted::new(&one.table),
                },
                other => unfound(other, &ip, "RIR"),
            },
            Some("ptr") => match &facts.ptr {
                Probe::Found(names) => Fact::Reverse { ip, names: texts(names) },
                other => unfound(other, &ip, "PTR"),
            },
            _ => Fact::Address {
                ip,
                special: facts.special.as_ref().map(|s| s.name.clone()),
                anycast_range: facts.anycast_range.as_ref().map(Untrusted::new),
            },
        }
    }

    /// Date of an IP table of this run.
    fn table_date(&self, id: &str) -> Untrusted {
        let table = self.evidence.sources.ip_tables.iter().find(|t| t.id == id);
        Untrusted::new(table.map(|t| t.date.clone()).unwrap_or_default())
    }

    fn mail_name(&self) -> String {
        let mail = &self.evidence.mail;
        mail.domain.as_ref().map_or_else(|| self.evidence.target.to_string(), ToString::to_string)
    }

    fn mx(&self, rest: &[&str]) -> Option<FactReport> {
        let name = self.mail_name();
        let fact = match (&self.evidence.mail.mx, rest) {
            (Probe::Found(list), ["found", index, ..]) => {
                let mx = list.get(index.parse::<usize>().ok()?)?;
                let host = mx.host.as_ref().map_or_else(|| ".".to_owned(), ToString::to_string);
                Fact::Mx { name: name.clone(), preference: mx.preference, host }
            }
            (Probe::Found(list), _) => {
                let hosts: Vec<String> = list
                    .iter()
                    .map(|mx| format!("{} {}", mx.preference, mx.host.as_ref().map_or(".", DomainName::as_str)))
                    .collect();
                Fact::Txt { name: name.clone(), rtype: "MX", text: Untrusted::new(hosts.join(", ")) }
            }
            (other, _) => unfound(other, &name, "MX"),
        };
        self.with_answer(fact, &name, &["MX"])
    }

    fn spf(&self, rest: &[&str]) -> Option<FactReport> {
        let Probe::Found(spf) = &self.evidence.mail.spf else {
            let name = self.mail_name();
            let fact = unfound(&self.evidence.mail.spf, &name, "TXT");
            return self.with_answer(fact, &name, &["TXT"]);
        };
        if let ["found", "terms", index, ..] = rest {
            let term = spf.terms.get(index.parse::<usize>().ok()?)?;
            let fact = Fact::SpfTerm { name: term.at.to_string(), term: Untrusted::new(written(term)) };
            return self.with_answer(fact, term.at.as_str(), &["TXT"]);
        }
        let name = spf.domain.as_ref().map_or_else(|| self.mail_name(), ToString::to_string);
        let fact = Fact::Txt { name: name.clone(), rtype: "TXT", text: Untrusted::new(spf.records.join(" / ")) };
        self.with_answer(fact, &name, &["TXT"])
    }

    fn dmarc(&self) -> Option<FactReport> {
        let fact = match &self.evidence.mail.dmarc {
            Probe::Found(dmarc) => Fact::Txt {
                name: format!("_dmarc.{}", dmarc.domain),
                rtype: "TXT",
                text: Untrusted::new(&dmarc.record),
            },
            other => unfound(other, &format!("_dmarc.{}", self.mail_name()), "TXT"),
        };
        let name = match &fact {
            Fact::Txt { name, .. } => name.clone(),
            _ => format!("_dmarc.{}", self.mail_name()),
        };
        self.with_answer(fact, &name, &["TXT"])
    }

    fn autodiscover(&self, rest: &[&str]) -> Option<FactReport> {
        let list = match (&self.evidence.mail.autodiscover, rest) {
            (Probe::Found(list), ["found", index, ..]) => list.get(index.parse::<usize>().ok()?)?,
            (Probe::Found(list), _) => list.first()?,
            (other, _) => {
                let name = format!("autodiscover.{}", self.mail_name());
                return self.with_answer(unfound(other, &name, "CNAME"), &name, &["CNAME", "A"]);
            }
        };
        let AutodiscoverFact { name, targets, .. } = list;
        let fact = Fact::Autodiscover { name: name.to_string(), targets: texts(targets) };
        self.with_answer(fact, name.as_str(), &["CNAME", "SRV", "A"])
    }

    fn dkim(&self, rest: &[&str]) -> Option<FactReport> {
        let found = match (&self.evidence.mail.dkim, rest) {
            (Probe::Found(list), ["found", index, ..]) => list.get(index.parse::<usize>().ok()?)?,
            (Probe::Found(list), _) => list.first()?,
            (other, _) => return plain(unfound(other, &format!("_domainkey.{}", self.mail_name()), "CNAME")),
        };
        let DkimFact { selector, cname_chain } = found;
        let name = format!("{selector}._domainkey.{}", self.mail_name());
        let fact = Fact::Dkim { name: Untrusted::new(&name), targets: texts(cname_chain) };
        self.with_answer(fact, &name, &["CNAME", "TXT"])
    }

    fn name_server(&self, rest: &[&str]) -> Option<FactReport> {
        let ns = &self.evidence.ns;
        let zone = ns.zone.as_ref().map_or_else(|| self.evidence.target.to_string(), ToString::to_string);
        let fact = match (&ns.servers, rest) {
            (Probe::Found(list), ["found", index, ..]) => {
                let server = list.get(index.parse::<usize>().ok()?)?.to_string();
                Fact::NameServer { zone: zone.clone(), server }
            }
            (Probe::Found(list), _) => Fact::NameServer { zone: zone.clone(), server: texts(list).join(" ") },
            (other, _) => unfound(other, &zone, "NS"),
        };
        self.with_answer(fact, &zone, &["NS"])
    }

    fn txt(&self, rest: &[&str]) -> Option<FactReport> {
        let name = self.mail_name();
        let fact = match (&self.evidence.txt, rest) {
            (Probe::Found(list), ["found", index, ..]) => {
                let text = Untrusted::new(list.get(index.parse::<usize>().ok()?)?);
                Fact::Txt { name: name.clone(), rtype: "TXT", text }
            }
            (Probe::Found(list), _) => {
                Fact::Txt { name: name.clone(), rtype: "TXT", text: Untrusted::new(list.join(" / ")) }
            }
            (other, _) => unfound(other, &name, "TXT"),
        };
        self.with_answer(fact, &name, &["TXT"])
    }

    fn with_answer(&self, fact: Fact, name: &str, types: &[&str]) -> Option<FactReport> {
        // What nobody asked, or a recording lacks, has no answer, whatever else was asked of that name.
        if matches!(fact, Fact::NotAsked { .. } | Fact::NoAnswer { status: StatusId::NotRecorded, .. }) {
            return plain(fact);
        }
        let answers = &self.evidence.answers;
        let find = |rtype: &&str| answers.iter().find(|a| a.name.as_str() == name && a.rtype == **rtype);
        Some(FactReport { fact, answer: types.iter().find_map(find).map(answer) })
    }
}

#[allow(clippy::unnecessary_wraps, reason = "an arm of a match whose other arms may find nothing")]
pub(super) fn plain(fact: Fact) -> Option<FactReport> {
    Some(FactReport { fact, answer: None })
}

fn texts(names: &[DomainName]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

pub(super) fn unfound<T>(probe: &Probe<T>, name: &str, rtype: &'static str) -> Fact {
    let name = name.to_owned();
    match probe {
        Probe::Failed(error) => {
            Fact::NoAnswer { name, rtype, status: error.status.into(), detail: Untrusted::new(&error.detail) }
        }
        Probe::Skipped(SkipReason::NotRecorded) => {
            Fact::NoAnswer { name, rtype, status: StatusId::NotRecorded, detail: Untrusted::default() }
        }
        Probe::Skipped(_) => Fact::NotAsked { name, rtype },
        Probe::Absent | Probe::Found(_) => Fact::None { name, rtype },
    }
}

fn answer(answer: &Answer) -> AnswerReport {
    AnswerReport {
        name: answer.name.to_string(),
        rtype: Untrusted::new(&answer.rtype),
        status: answer.status.into(),
        resolver: answer.upstream.clone(),
        transport: answer.transport.map(|t| match t {
            Transport::Udp => "udp",
            Transport::Tcp => "tcp",
            Transport::Recorded => "recorded",
        }),
        ttl: answer.ttl,
    }
}

/// A term as RFC 7208 writes it.
fn written(term: &SpfTerm) -> String {
    let sign = match term.qualifier {
        SpfQualifier::Pass => "",
        SpfQualifier::Neutral => "?",
        SpfQualifier::Softfail => "~",
        SpfQualifier::Fail => "-",
    };
    let (name, joint) = match term.mechanism {
        SpfMechanism::Include => ("include", ":"),
        SpfMechanism::Redirect => ("redirect", "="),
        SpfMechanism::A => ("a", ":"),
        SpfMechanism::Mx => ("mx", ":"),
        SpfMechanism::Exists => ("exists", ":"),
        SpfMechanism::Ptr => ("ptr", ":"),
        SpfMechanism::Ip4 => ("ip4", ":"),
        SpfMechanism::Ip6 => ("ip6", ":"),
        SpfMechanism::All => ("all", ":"),
    };
    if term.target.is_empty() { format!("{sign}{name}") } else { format!("{sign}{name}{joint}{}", term.target) }
}
