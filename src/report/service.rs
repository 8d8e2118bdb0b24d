//! Services and their operators, with every name, owner, law and source a renderer shows.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    AuthorityReport, CodeReport, CompanyReport, DealReport, ExposureReport, GroupId, LayerReport, LinkReport, MarkId,
    NexusReport, OwnersId, OwnersReport, PlaceId, PlaceInReport, PlaceReport, PrecisionId, ServiceReport, SourceReport,
    StepReport, TopReport, build, cell, law, used::Used,
};
use crate::assess::{LayerReach, ServiceReach};
use crate::attribute::{Context, Home, Layer, Place, Service, State};
use crate::evidence::Ref;
use crate::kb::schema::{Edge, EdgeKind};
use crate::kb::{Knowledge, Nexus, Owners, Step};
use crate::model::{AsOf, Confidence, CountryCode, EntityId, Grade, OperatorId, SourceId};
use crate::safe::Untrusted;

/// Collects what is mentioned on the way.
pub(super) struct Builder<'a> {
    kb: &'a Knowledge,
    as_of: AsOf,
    home: Home,
    /// Pointers into the evidence that conclusions rest on.
    pub(super) pointers: BTreeSet<String>,
    /// Jurisdictions that occur.
    pub(super) countries: BTreeSet<CountryCode>,
    /// Sources that are cited.
    pub(super) sources: BTreeMap<SourceId, SourceReport>,
    /// What else was touched.
    pub(super) used: Used,
}

impl<'a> Builder<'a> {
    pub(super) fn new(kb: &'a Knowledge, context: &Context) -> Self {
        Self {
            kb,
            as_of: context.as_of,
            home: context.home,
            pointers: BTreeSet::new(),
            countries: BTreeSet::new(),
            sources: BTreeMap::new(),
            used: Used::default(),
        }
    }

    /// Everything that was touched so far.
    pub(super) fn used(&mut self) -> Used {
        let mut used = std::mem::take(&mut self.used);
        used.countries.extend(&self.countries);
        used.sources.extend(self.sources.keys().cloned());
        used
    }

    /// An operator that is shown.
    pub(super) fn operator(&mut self, id: &OperatorId) {
        self.used.operators.insert(id.clone());
        if let Some(operator) = self.kb.operator(id) {
            self.cite(&operator.sources);
        }
    }

    pub(super) fn mention(&mut self, country: CountryCode) {
        self.countries.insert(country);
    }

    pub(super) fn cite(&mut self, ids: &[SourceId]) {
        build::cite(self.kb, ids, &mut self.sources);
    }

    /// References as text: a pointer begins with `/`, an id of the knowledge base does not.
    pub(super) fn refs<'r>(&mut self, list: impl IntoIterator<Item = &'r Ref>) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for one in list {
            let text = match one {
                Ref::Evidence(pointer) => {
                    self.pointers.insert(pointer.to_string());
                    pointer.to_string()
                }
                Ref::Kb(id) => id.clone(),
            };
            if !out.contains(&text) {
                out.push(text);
            }
        }
        out
    }

    pub(super) fn service(&mut self, service: &Service, reach: Option<&ServiceReach>) -> ServiceReport {
        let (gap, absence) = match service.state {
            State::NotDetermined(gap) => (Some(gap.into()), None),
            State::Absent(absence) => (None, Some(absence.into())),
            State::Found | State::NotAsked => (None, None),
        };
        let layers = service
            .layers
            .iter()
            .enumerate()
            .map(|(index, layer)| self.layer(service, layer, reach.and_then(|r| r.layers.get(index))))
            .collect();
        self.used.roles.insert(service.role);
        ServiceReport {
            role: service.role.into(),
            group: service.role.group().into(),
            counted: service.role.is_counted() && matches!(service.state, State::Found | State::NotDetermined(_)),
            record: Untrusted::new(&service.record),
            state: service.state.into(),
            gap,
            absence,
            mark: reach.map_or(MarkId::Unknown, |r| r.mark.into()),
            layers,
            because: self.refs(&service.because),
            page: service.page.map(Into::into),
        }
    }

    fn layer(&mut self, service: &Service, layer: &Layer, reach: Option<&LayerReach>) -> LayerReport {
        let operator = layer.operator.as_ref().and_then(|id| self.kb.operator(id));
        if let Some(id) = &layer.operator {
            self.operator(id);
        }
        let nexus: Vec<NexusReport> = reach.map_or_else(Vec::new, |r| r.nexus.iter().map(|n| self.nexus(n)).collect());
        let chains = cell::chains(&nexus);
        let owners = self.owners(layer.entity.as_ref(), reach.and_then(|r| r.owners.as_ref()), &chains);
        let exposures = reach.map_or_else(Vec::new, |r| self.exposures(r, &nexus));
        let codes: Vec<CodeReport> = reach.map_or_else(Vec::new, |r| self.codes(r));
        let group = GroupId::from(service.role.group());
        let basis = cell::basis(self.kb, group, self.home != Home::None, &codes, &exposures, &nexus);
        LayerReport {
            operator: layer.operator.clone(),
            operator_name: operator.map(|o| Untrusted::new(&o.name)),
            unlisted: layer.unlisted.as_ref().map(Untrusted::new),
            company: layer.entity.as_ref().map(|id| self.company(id)),
            is_floor: layer.is_floor,
            controllers: cell::controllers(&chains),
            chains,
            owners,
            host: layer.host.clone(),
            addresses: layer.addresses.iter().map(ToString::to_string).collect(),
            asn: layer.asn,
            place: self.place(&layer.place),
            inferred: layer.inferred,
            codes,
            mark: reach.map_or(MarkId::Unknown, |r| r.mark.into()),
            sure: reach.map_or(0, |r| r.sure.level()),
            attribution: layer.confidence.level(),
            basis,
            authorities: self.authorities(&nexus),
            nexus,
            exposures,
            boundary: reach.is_some_and(|r| r.boundary),
            deals: reach.map_or_else(Vec::new, |r| r.deals.iter().filter_map(|&d| self.deal(d)).collect()),
            because: self.refs(&layer.because),
        }
    }

    /// A company with its countries on the date.
    pub(super) fn company(&mut self, id: &EntityId) -> CompanyReport {
        self.used.entities.insert(id.clone());
        let Some(entity) = self.kb.kb().entities.get(id) else {
            return CompanyReport {
                id: id.clone(),
                name: Untrusted::new(id.as_str()),
                countries: Vec::new(),
                sources: Vec::new(),
            };
        };
        let mut countries: Vec<CountryCode> = Vec::new();
        let mut sources = Vec::new();
        for seat in entity.incorporated.iter().chain(&entity.seat).filter(|i| i.span().contains(self.as_of.0)) {
            if !countries.contains(&seat.country) {
                countries.push(seat.country);
            }
            sources.extend(if seat.sources.is_empty() { entity.sources.clone() } else { seat.sources.clone() });
        }
        sources.sort();
        sources.dedup();
        self.cite(&sources);
        self.countries.extend(&countries);
        CompanyReport { id: id.clone(), name: Untrusted::new(&entity.name), countries, sources }
    }

    pub(super) fn nexus(&mut self, nexus: &Nexus) -> NexusReport {
        self.mention(nexus.jurisdiction);
        NexusReport {
            country: nexus.jurisdiction,
            grade: nexus.grade.into(),
            via: nexus.via.into(),
            via_fund: nexus.via_fund,
            joint: nexus.joint,
            outside: self.is_outside(nexus.jurisdiction),
            sure: nexus.confidence.level(),
            boundary: nexus.boundary,
            path: nexus.path.iter().map(|step| self.step(step)).collect(),
        }
    }

    /// The home group is the EEA when home is in it on the date, else home alone.
    fn is_outside(&self, country: CountryCode) -> bool {
        let eea = |code| self.kb.in_group(code, "EEA", self.as_of);
        match self.home {
            Home::None => false,
            Home::Eea => !eea(country),
            Home::Country(home, _) if eea(home) => !eea(country),
            Home::Country(home, _) => home != country,
        }
    }

    fn step(&mut self, step: &Step) -> StepReport {
        let edge = step.edge.and_then(|index| self.kb.kb().edges.get(index));
        StepReport { company: self.company(&step.entity), link: edge.map(|edge| self.link(edge)) }
    }

    pub(super) fn link(&mut self, edge: &Edge) -> LinkReport {
        let mut sources = edge.sources.clone();
        if sources.is_empty() {
            sources = self.kb.kb().entities.get(&edge.owned).map_or_else(Vec::new, |e| e.sources.clone());
        }
        self.cite(&sources);
        let best = sources.iter().filter_map(|id| self.kb.kb().sources.get(id)).map(|s| s.tier).min();
        let sure = match best {
            Some(1 | 2) => Confidence::Established,
            Some(3) => Confidence::Probable,
            _ => Confidence::Weak,
        };
        LinkReport {
            kind: edge.kind.into(),
            control: edge.control.into(),
            capital: edge.capital,
            votes: edge.votes,
            via_fund: edge.via_fund,
            from: edge.from,
            from_precision: edge.from_precision.into(),
            to: edge.to,
            sure: sure.level(),
            sources,
        }
    }

    pub(super) fn owners(
        &mut self,
        entity: Option<&EntityId>,
        owners: Option<&Owners>,
        chains: &[Vec<StepReport>],
    ) -> OwnersReport {
        let (state, at, why) = match owners {
            Some(Owners::Complete) => (OwnersId::Complete, None, None),
            Some(Owners::Unknown { at, why }) => {
                (OwnersId::Unknown, Some(self.company(at)), why.as_ref().map(Into::into))
            }
            None => (OwnersId::NotInData, None, None),
        };
        let mut ends: Vec<EntityId> =
            chains.iter().filter_map(|chain| chain.last()).map(|step| step.company.id.clone()).collect();
        if ends.is_empty() {
            ends.extend(entity.cloned());
        }
        ends.sort();
        ends.dedup();
        let tops = ends.iter().filter_map(|id| self.top(id)).collect();
        OwnersReport { state, at, why, tops }
    }

    fn top(&mut self, id: &EntityId) -> Option<TopReport> {
        let top = self.kb.kb().entities.get(id)?.top.iter().find(|t| t.span().contains(self.as_of.0))?.clone();
        self.cite(&top.sources);
        Some(TopReport { company: self.company(id), kind: top.kind.into(), sources: top.sources })
    }

    fn place(&mut self, place: &Place) -> PlaceReport {
        let kind = match place {
            Place::NotApplicable => PlaceId::NotApplicable,
            Place::Unknown => PlaceId::Unknown,
            Place::Anycast => PlaceId::Anycast,
            Place::In(_) => PlaceId::In,
        };
        let countries = match place {
            Place::In(list) => list
                .iter()
                .map(|one| {
                    self.mention(one.country);
                    PlaceInReport { country: one.country, probable: one.is_probable, because: self.refs(&one.because) }
                })
                .collect(),
            _ => Vec::new(),
        };
        PlaceReport { kind, countries }
    }

    fn codes(&mut self, reach: &LayerReach) -> Vec<CodeReport> {
        reach
            .codes
            .iter()
            .map(|code| {
                self.mention(code.country);
                CodeReport {
                    country: code.country,
                    reach: code.reach.into(),
                    grade: code.grade.into(),
                    sure: code.confidence.level(),
                    outside: code.is_outside,
                    unmapped: code.is_unmapped,
                }
            })
            .collect()
    }

    fn exposures(&mut self, reach: &LayerReach, nexus: &[NexusReport]) -> Vec<ExposureReport> {
        let mut out = Vec::new();
        for exposure in &reach.exposures {
            let Some(found) = self.kb.kb().laws.get(&exposure.law) else { continue };
            let Some(ground) = nexus.get(exposure.nexus) else { continue };
            let law = law::brief(&exposure.law, found, self.as_of);
            self.mention(law.jurisdiction);
            self.cite(&law.sources);
            if let Some(status) = &law.status {
                self.cite(&status.sources);
            }
            out.push(ExposureReport {
                law,
                nexus: exposure.nexus,
                grade: ground.grade,
                via_fund: ground.via_fund,
                reach: exposure.reach.into(),
                certainty: exposure.certainty.into(),
                sure: exposure.confidence.level(),
                in_transition: exposure.in_transition,
                past_review: exposure.past_review,
                because: self.refs(&exposure.because),
            });
        }
        out
    }

    /// What courts and opinions said about connections of this kind, by the date of the report.
    fn authorities(&mut self, nexus: &[NexusReport]) -> Vec<AuthorityReport> {
        let mut out = Vec::new();
        for authority in &self.kb.kb().authorities {
            let is_about = nexus.iter().any(|n| {
                n.country == authority.jurisdiction
                    && n.grade == authority.supports.into()
                    && is_by(n, &authority.links)
                    && authority.entity.as_ref().is_none_or(|id| n.path.iter().any(|step| step.company.id == *id))
            });
            if !is_about || authority.date > self.as_of.0 || authority.supports == Grade::NoneKnown {
                continue;
            }
            build::cite(self.kb, &authority.sources, &mut self.sources);
            self.used.shown.insert(format!("authority/{}", authority.id));
            out.push(AuthorityReport {
                id: authority.id.clone(),
                country: authority.jurisdiction,
                grade: authority.supports.into(),
                against: authority.against,
                date: authority.date,
                date_precision: authority.date_precision.into(),
                text: (&authority.text).into(),
                sources: authority.sources.clone(),
            });
        }
        out.sort_by(|a, b| (a.against, a.country, a.date, &a.id).cmp(&(b.against, b.country, b.date, &b.id)));
        out
    }

    fn deal(&mut self, index: usize) -> Option<DealReport> {
        let deal = self.kb.kb().deals.get(index)?.clone();
        let state = deal.states.iter().filter(|s| s.from <= self.as_of.0).max_by_key(|s| s.from)?;
        let sources = state.sources.clone();
        self.cite(&sources);
        self.mention(deal.acquirer_in);
        Some(DealReport {
            company: self.company(&deal.entity),
            acquirer: Untrusted::new(&deal.acquirer),
            acquirer_in: deal.acquirer_in,
            state: Untrusted::new(&state.state),
            from: state.from,
            text: (&state.text).into(),
            sources,
        })
    }
}

/// Whether a connection ends in a link of one of these kinds; of any kind where none is named.
fn is_by(nexus: &NexusReport, kinds: &[EdgeKind]) -> bool {
    let last = nexus.path.last().and_then(|step| step.link.as_ref());
    kinds.is_empty() || kinds.iter().any(|kind| last.is_some_and(|link| link.kind == (*kind).into()))
}

impl From<PrecisionId> for crate::model::Precision {
    fn from(id: PrecisionId) -> Self {
        match id {
            PrecisionId::Day => Self::Day,
            PrecisionId::Month => Self::Month,
            PrecisionId::Year => Self::Year,
        }
    }
}
