//! Look-ups in the knowledge base. Nothing is built before it is asked for: a run that sees one name needs few tables,
//! and the start of the program is counted in single milliseconds.

use std::net::IpAddr;
use std::sync::OnceLock;

use ipnet::IpNet;
use jiff::civil::Date;
use regex::bytes::Regex;

use super::checks_signals::issuer_key;
use super::pattern;
use super::schema::{Adequacy, Kb, LawStatus, Operator, Order, RegionRule, SuffixLayer};
use crate::model::{AsOf, Asn, Confidence, CountryCode, DomainName, EntityId, LawId, OperatorId, SourceId};

/// Kinds of names on the wire that can name an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signal {
    /// Name server.
    Ns,
    /// CNAME target.
    Cname,
    /// MX host.
    Mx,
    /// SPF target.
    Spf,
    /// DKIM CNAME target.
    Dkim,
    /// autodiscover target.
    Autodiscover,
    /// Reverse name.
    Ptr,
    /// Resource host.
    Host,
    /// Domain of a DMARC report address.
    Dmarc,
}

impl Signal {
    /// The key of the data files.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Ns => "ns",
            Self::Cname => "cname",
            Self::Mx => "mx",
            Self::Spf => "spf",
            Self::Dkim => "dkim",
            Self::Autodiscover => "autodiscover",
            Self::Ptr => "ptr",
            Self::Host => "host",
            Self::Dmarc => "dmarc",
        }
    }
}

/// An operator found by a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameMatch<'a> {
    /// The operator.
    pub operator: &'a OperatorId,
    /// The suffix or pattern that matched.
    pub suffix: &'a str,
    /// What the suffix means, where recorded.
    pub layer: Option<SuffixLayer>,
}

/// What a name tells about the region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegionAnswer {
    /// No rule matched, or the token is not in the table.
    Unknown,
    /// An edge: no place.
    Edge,
    /// The European Union, no country.
    Eu,
    /// A country.
    Country(CountryCode),
}

/// Which legal person runs a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityChoice {
    /// The legal person.
    pub entity: EntityId,
    /// An earlier entry depends on a place or customer that is not known: another company may run the service, and
    /// what follows from this one is said to be a floor.
    pub is_floor: bool,
}

/// The knowledge base with its look-up tables.
#[derive(Debug)]
pub struct Knowledge {
    kb: Kb,
    /// Operators by number, in the order of their ids; the tables below hold numbers.
    ids: Vec<OperatorId>,
    names: [OnceLock<NameTable>; 9],
    txt: OnceLock<Vec<(u32, String)>>,
    issuers: OnceLock<Vec<(String, u32)>>,
    tld: OnceLock<Vec<(String, u32)>>,
    region_rules: Vec<OnceLock<Vec<Option<Regex>>>>,
    pub(super) by_owned: OnceLock<Vec<u32>>,
    pub(super) by_owner: OnceLock<Vec<u32>>,
}

/// Suffixes of one kind by a hash of their text, and the patterns.
#[derive(Debug)]
struct NameTable {
    /// Hash, operator, position in the operator's list; sorted.
    suffixes: Vec<(u64, u32, u32)>,
    /// Operator, position, pattern.
    patterns: Vec<(u32, u32, Regex)>,
}

impl Knowledge {
    /// Builds the look-up tables.
    #[must_use]
    pub fn new(kb: Kb) -> Self {
        let ids: Vec<OperatorId> = kb.operators.keys().cloned().collect();
        let region_rules = ids.iter().map(|_| OnceLock::new()).collect();
        Self {
            kb,
            ids,
            names: std::array::from_fn(|_| OnceLock::new()),
            txt: OnceLock::new(),
            issuers: OnceLock::new(),
            tld: OnceLock::new(),
            region_rules,
            by_owned: OnceLock::new(),
            by_owner: OnceLock::new(),
        }
    }

    /// The data.
    #[must_use]
    pub fn kb(&self) -> &Kb {
        &self.kb
    }

    /// An operator by id.
    #[must_use]
    pub fn operator(&self, id: &OperatorId) -> Option<&Operator> {
        self.kb.operators.get(id).map(AsRef::as_ref)
    }

    fn numbered(&self) -> impl Iterator<Item = (u32, &Operator)> {
        (0..).zip(self.kb.operators.values().map(AsRef::as_ref))
    }

    fn id(&self, number: u32) -> &OperatorId {
        &self.ids[number as usize]
    }

    fn by_number(&self, number: u32) -> Option<&Operator> {
        self.operator(self.id(number))
    }

    /// Operator of a network.
    #[must_use]
    pub fn by_asn(&self, asn: Asn) -> Option<&OperatorId> {
        let table = &self.kb.networks.asn;
        let at = table.partition_point(|(other, _)| *other < asn);
        table.get(at).filter(|(other, _)| *other == asn).map(|(_, number)| self.id(*number))
    }

    /// Operator of an address block, longest block first.
    #[must_use]
    pub fn by_net(&self, ip: IpAddr) -> Option<(&OperatorId, IpNet)> {
        let table = &self.kb.networks.net;
        table.iter().find(|(net, _)| net.contains(&ip)).map(|(net, number)| (self.id(*number), *net))
    }

    /// Operator of a name: longest suffix, then the written order, then the id; patterns after suffixes.
    #[must_use]
    pub fn by_name(&self, signal: Signal, name: &DomainName) -> Option<NameMatch<'_>> {
        let table = self.names[signal as usize].get_or_init(|| self.name_table(signal));
        let mut rest = name.as_str();
        loop {
            if let Some((operator, suffix)) = self.by_suffix(signal, table, rest) {
                return Some(self.in_order(signal, name, operator, suffix));
            }
            match rest.split_once('.') {
                Some((_, parent)) => rest = parent,
                None => break,
            }
        }
        table.patterns.iter().find(|(_, _, pattern)| pattern.is_match(name.as_str().as_bytes())).and_then(
            |(number, position, _)| {
                let pattern = self.by_number(*number)?.patterns(signal.id()).get(*position as usize)?;
                Some(NameMatch { operator: self.id(*number), suffix: pattern, layer: None })
            },
        )
    }

    fn name_table(&self, signal: Signal) -> NameTable {
        let mut suffixes = Vec::new();
        let mut patterns = Vec::new();
        for (number, operator) in self.numbered() {
            for (position, suffix) in (0..).zip(operator.suffixes(signal.id())) {
                suffixes.push((hash(suffix), number, position));
            }
            for (position, text) in (0..).zip(operator.patterns(signal.id())) {
                // `compile` has refused patterns that do not build.
                patterns.extend(pattern::build(text).ok().map(|pattern| (number, position, pattern)));
            }
        }
        suffixes.sort_unstable();
        NameTable { suffixes, patterns }
    }

    /// The operator that has exactly this suffix; of several the one the written order names, else the first id.
    fn by_suffix(&self, signal: Signal, table: &NameTable, suffix: &str) -> Option<(&OperatorId, &str)> {
        let wanted = hash(suffix);
        let from = table.suffixes.partition_point(|(hash, _, _)| *hash < wanted);
        let mut best: Option<(&OperatorId, &str)> = None;
        for (_, number, position) in table.suffixes[from..].iter().take_while(|(hash, _, _)| *hash == wanted) {
            let id = self.id(*number);
            let own = self.by_number(*number)?.suffixes(signal.id()).get(*position as usize)?;
            if own != suffix {
                continue;
            }
            let is_before = |first: &OperatorId, over: &OperatorId| {
                self.kb.orders.iter().any(|order| {
                    &order.first == first
                        && &order.over == over
                        && order.kind == signal.id()
                        && order.suffix == suffix
                        && decides(order, signal, suffix)
                })
            };
            if best.is_none_or(|(present, _)| is_before(id, present)) {
                best = Some((id, own));
            }
        }
        best
    }

    /// A written order may give a name to another operator, also by a suffix of another kind.
    fn in_order<'a>(
        &'a self,
        signal: Signal,
        name: &DomainName,
        operator: &'a OperatorId,
        suffix: &'a str,
    ) -> NameMatch<'a> {
        let winner = self
            .kb
            .orders
            .iter()
            .filter(|order| &order.over == operator && decides(order, signal, suffix) && name.is_under(&order.suffix))
            .max_by_key(|order| order.suffix.len());
        let (operator, suffix) = winner.map_or((operator, suffix), |order| (&order.first, order.suffix.as_str()));
        let layer = self.operator(operator).and_then(|o| o.suffix_layer.get(suffix)).copied();
        NameMatch { operator, suffix, layer }
    }

    /// Operator of a TXT token, and the beginning that matched.
    #[must_use]
    pub fn by_txt(&self, text: &str) -> Option<(&OperatorId, &str)> {
        let table = self.txt.get_or_init(|| {
            let mut table: Vec<(u32, String)> = self
                .numbered()
                .flat_map(|(number, o)| o.txt.iter().map(move |token| (number, token.clone())))
                .collect();
            // Longest first; of equal length the smaller id.
            table.sort_by_key(|(number, token)| (std::cmp::Reverse(token.len()), *number));
            table
        });
        table
            .iter()
            .find(|(_, token)| text.get(..token.len()).is_some_and(|start| start.eq_ignore_ascii_case(token)))
            .map(|(number, token)| (self.id(*number), token.as_str()))
    }

    /// Certificate authority by the organisation of an issuing certificate; case and runs of spaces do not count.
    #[must_use]
    pub fn by_issuer(&self, organisation: &str) -> Option<&OperatorId> {
        let table = self.issuers.get_or_init(|| self.text_table(|o| &o.issuer, issuer_key));
        self.exactly(table, &issuer_key(organisation))
    }

    /// Operators a response header names, by id. The name alone, or with a value; either is a prefix where it ends with
    /// `*`.
    #[must_use]
    pub fn by_header(&self, name: &str, value: &str) -> Vec<&OperatorId> {
        let is = |wanted: &str, text: &str| match wanted.strip_suffix('*') {
            Some(start) => text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start)),
            None => text.trim().eq_ignore_ascii_case(wanted),
        };
        let fits = |header: &super::schema::Header| {
            is(&header.name, name) && header.value.as_deref().is_none_or(|wanted| is(wanted, value))
        };
        self.numbered()
            .filter(|(_, operator)| operator.header.iter().any(fits))
            .map(|(number, _)| self.id(number))
            .collect()
    }

    /// Registry of a top-level domain (without dot).
    #[must_use]
    pub fn by_tld(&self, tld: &str) -> Option<&OperatorId> {
        let table = self.tld.get_or_init(|| self.text_table(|o| &o.tld, str::to_ascii_lowercase));
        self.exactly(table, &tld.to_ascii_lowercase())
    }

    fn text_table(&self, list: fn(&Operator) -> &[String], key: fn(&str) -> String) -> Vec<(String, u32)> {
        let mut table: Vec<(String, u32)> =
            self.numbered().flat_map(|(number, o)| list(o).iter().map(move |text| (key(text), number))).collect();
        table.sort_unstable();
        table
    }

    fn exactly(&self, table: &[(String, u32)], wanted: &str) -> Option<&OperatorId> {
        let at = table.partition_point(|(text, _)| text.as_str() < wanted);
        table.get(at).filter(|(text, _)| text == wanted).map(|(_, number)| self.id(*number))
    }

    /// What a name of an operator tells about the region: the first rule that matches answers, whatever it says.
    #[must_use]
    pub fn region(&self, operator: &OperatorId, signal: Signal, name: &DomainName) -> RegionAnswer {
        let Ok(number) = self.ids.binary_search(operator) else { return RegionAnswer::Unknown };
        let Some(rules) = self.kb.operators.get(operator).map(|o| &o.region) else { return RegionAnswer::Unknown };
        let patterns = self.region_rules[number]
            .get_or_init(|| rules.iter().map(|rule| pattern::build(&rule.pattern).ok()).collect());
        for (rule, pattern) in rules.iter().zip(patterns) {
            if !rule.on.iter().any(|kind| kind == signal.id()) {
                continue;
            }
            let Some(found) = pattern.as_ref().and_then(|p| p.captures(name.as_str().as_bytes())) else { continue };
            let token = found.get(1).and_then(|group| std::str::from_utf8(group.as_bytes()).ok());
            return self.region_answer(operator, rule, token);
        }
        RegionAnswer::Unknown
    }

    /// Country of a region by its name; digits at its end name a site within it (`gra11`) where the name as a whole is
    /// not in the table.
    #[must_use]
    pub fn country_of_region(&self, operator: &OperatorId, region: &str) -> Option<CountryCode> {
        let table = self.kb.regions.get(operator)?;
        let base = region.trim_end_matches(|c: char| c.is_ascii_digit());
        table.get(region).or_else(|| table.get(base))?.parse().ok()
    }

    fn region_answer(&self, operator: &OperatorId, rule: &RegionRule, token: Option<&str>) -> RegionAnswer {
        let table = || self.kb.regions.get(operator);
        let answer = if rule.gives == "$1" {
            token.and_then(|token| rule.map.get(token).or_else(|| table()?.get(token)))
        } else {
            Some(table().and_then(|tokens| tokens.get(&rule.gives)).unwrap_or(&rule.gives))
        };
        match answer.map(String::as_str) {
            None | Some("unknown") => RegionAnswer::Unknown,
            Some("none") => RegionAnswer::Edge,
            Some("EU") => RegionAnswer::Eu,
            Some(code) => code.parse().map_or(RegionAnswer::Unknown, RegionAnswer::Country),
        }
    }

    /// Countries the machines of a network of an operator stand in, as far as the data says so; sorted.
    #[must_use]
    pub fn region_of_asn(&self, operator: &OperatorId, asn: Asn) -> Vec<CountryCode> {
        let answers = self.operator(operator).and_then(|o| o.asn_region.get(&asn.0.to_string()));
        let mut codes: Vec<CountryCode> = answers.into_iter().flatten().filter_map(|a| a.parse().ok()).collect();
        codes.sort_unstable();
        codes
    }

    /// The legal person that runs an operator's service, by place of the machines and country of the customer: the
    /// first entry whose conditions hold, else the last.
    #[must_use]
    pub fn entity_for(
        &self,
        operator: &OperatorId,
        servers: Option<CountryCode>,
        customer: Option<CountryCode>,
        as_of: AsOf,
    ) -> Option<EntityChoice> {
        let runs = &self.operator(operator)?.runs;
        let mut is_floor = false;
        for run in runs.iter().filter(|run| run.is_on(as_of.0)) {
            let holds = |conditions: &[String], country: Option<CountryCode>| match country {
                _ if conditions.is_empty() => Some(true),
                None => None,
                Some(country) => Some(conditions.iter().any(|c| self.is_meant(country, c, as_of))),
            };
            match (holds(&run.servers, servers), holds(&run.customers, customer)) {
                (Some(true), Some(true)) => return Some(EntityChoice { entity: run.entity.clone(), is_floor }),
                (Some(false), _) | (_, Some(false)) => {}
                _ => is_floor = true,
            }
        }
        runs.last().map(|run| EntityChoice { entity: run.entity.clone(), is_floor })
    }

    /// Whether a condition of the data, a country or a group with `@`, holds for a country on a date.
    #[must_use]
    pub fn is_meant(&self, country: CountryCode, condition: &str, as_of: AsOf) -> bool {
        match condition.strip_prefix('@') {
            Some(group) => self.in_group(country, group, as_of),
            None => condition.eq_ignore_ascii_case(country.as_str()),
        }
    }

    /// State of a law on a date; `None` when none is recorded.
    #[must_use]
    pub fn law_status(&self, law: &LawId, as_of: AsOf) -> Option<&LawStatus> {
        let life = self.kb.laws.get(law)?.status.iter();
        life.filter(|status| status.span().contains(as_of.0)).max_by_key(|status| status.from)
    }

    /// Whether a country is in a group (`EU`, `EEA`, ... any case, without `@`) on a date. `ADEQUATE`: a decision of
    /// the Commission covers it as a whole.
    #[must_use]
    pub fn in_group(&self, country: CountryCode, group: &str, as_of: AsOf) -> bool {
        if group.eq_ignore_ascii_case("adequate") {
            return self.adequacy(country, as_of).iter().any(|decision| !decision.partial);
        }
        self.groups(country, as_of).any(|id| id.eq_ignore_ascii_case(group))
    }

    /// The groups of a country on a date, in the order of the data.
    pub fn groups(&self, country: CountryCode, as_of: AsOf) -> impl Iterator<Item = &str> {
        let memberships = self.kb.jurisdictions.get(&country).map(|j| j.groups.as_slice()).unwrap_or_default();
        memberships.iter().filter(move |m| m.is_on(as_of.0)).map(|m| m.id.as_str())
    }

    /// Adequacy decisions about a country that are in force on a date, partial ones included.
    #[must_use]
    pub fn adequacy(&self, country: CountryCode, as_of: AsOf) -> Vec<&Adequacy> {
        let decisions = self.kb.jurisdictions.get(&country).map(|j| j.adequacy.as_slice()).unwrap_or_default();
        decisions.iter().filter(|decision| decision.is_on(as_of.0)).collect()
    }

    /// How well a statement is backed by the best of its sources.
    #[must_use]
    pub fn confidence_of(&self, sources: &[SourceId]) -> Confidence {
        let tier = sources.iter().filter_map(|id| self.kb.sources.get(id)).map(|source| source.tier).min();
        match tier {
            Some(1 | 2) => Confidence::Established,
            Some(3) => Confidence::Probable,
            Some(_) => Confidence::Weak,
            None => Confidence::None,
        }
    }

    /// Day from which the release is called old.
    #[must_use]
    pub fn review_by(&self) -> Option<Date> {
        self.kb.release.review_by
    }
}

/// Whether a written order is about this suffix of the losing side.
fn decides(order: &Order, signal: Signal, suffix: &str) -> bool {
    order.over_kind == signal.id() && order.over_suffix == suffix
}

/// FNV-1a: short keys, and a collision only costs a comparison.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
