//! Puts evidence and judgement beside the criteria of a framework.

use jiff::civil::Date;

use super::{
    CeilingsReport, CertificationReport, CriterionReport, DnsReport, FrameworkHead, FrameworkReport, HoldingReport,
    HoldingsReport, SeenOperator, SeenService, SubjectLaw, SubjectReach, SubjectReport,
};
use crate::audit::Audit;
use crate::evidence::{Evidence, Probe, Status};
use crate::kb::Knowledge;
use crate::kb::schema::{Ceilings, Certification, Criterion, CriterionEvidence, CriterionFact, Edge, Framework};
use crate::model::EntityId;
use crate::report::service::Builder;
use crate::report::{FRAMEWORK_SCHEMA, LayerReport, RoleId, ServiceReport, StateId, build};
use crate::safe::Untrusted;

impl FrameworkReport {
    /// Puts evidence and judgement beside the criteria; `None` for an id that is not in the data.
    #[must_use]
    pub fn build(evidence: &Evidence, audit: &Audit, kb: &Knowledge, id: &str) -> Option<Self> {
        let framework = kb.kb().frameworks.get(id)?;
        let mut builder = Builder::new(kb, &audit.context);
        let services: Vec<ServiceReport> = audit
            .found
            .services
            .iter()
            .enumerate()
            .map(|(index, service)| builder.service(service, audit.reach.services.get(index)))
            .filter(|service| service.counted)
            .collect();
        let operators = subjects(&services);
        builder.cite(&framework.sources);
        builder.used.shown.insert(format!("framework/{id}"));
        let mut bench = Bench { builder, evidence, kb, day: audit.context.as_of.0, services: &services };
        let criteria = framework.criteria.iter().map(|criterion| bench.criterion(criterion, &operators)).collect();
        let Bench { mut builder, .. } = bench;
        let home = build::home(evidence, &audit.context, kb);
        if let Some(country) = home.country {
            builder.mention(country);
        }
        let used = builder.used();
        Some(Self {
            schema: FRAMEWORK_SCHEMA,
            framework: head(id, framework),
            target: evidence.target.to_string(),
            taken_at: evidence.taken_at,
            as_of: audit.context.as_of.0,
            home,
            judged_with: build::judged_with(&evidence.sources, kb, &used),
            measured: build::is_measured(evidence),
            operators,
            criteria,
            jurisdictions: build::jurisdictions(kb, &builder.countries),
            sources: builder.sources,
            disclaimer: build::DISCLAIMER,
        })
    }
}

fn head(id: &str, framework: &Framework) -> FrameworkHead {
    FrameworkHead {
        id: id.to_owned(),
        name: (&framework.name).into(),
        version: framework.version.as_ref().map(Untrusted::new),
        status: framework.status.as_ref().map(Untrusted::new),
        from: framework.from,
        from_precision: framework.from_precision.into(),
        sources: framework.sources.clone(),
    }
}

/// The operators of services, each once with all its parts, in the order of the screen.
fn subjects(services: &[ServiceReport]) -> Vec<SubjectReport> {
    let mut out: Vec<SubjectReport> = Vec::new();
    for service in services {
        for layer in &service.layers {
            let subject = subject(service.role, layer);
            let same = |known: &&mut SubjectReport| {
                known.operator == subject.operator && known.name == subject.name && known.company == subject.company
            };
            match out.iter_mut().find(same) {
                Some(known) => {
                    if !known.roles.contains(&service.role) {
                        known.roles.push(service.role);
                    }
                    for one in subject.reach {
                        merge(&mut known.reach, one);
                    }
                }
                None => out.push(subject),
            }
        }
    }
    out
}

fn subject(role: RoleId, layer: &LayerReport) -> SubjectReport {
    let name = layer.operator_name.clone().or_else(|| layer.unlisted.clone());
    let mut reach = Vec::new();
    for code in &layer.codes {
        let mut laws: Vec<SubjectLaw> = layer
            .exposures
            .iter()
            .filter(|e| e.law.jurisdiction == code.country)
            .map(|e| SubjectLaw {
                law: e.law.id.clone(),
                short: e.law.short.as_ref().map(Untrusted::for_terminal),
                in_transition: e.in_transition,
            })
            .collect();
        laws.sort();
        reach.push(SubjectReach {
            country: code.country,
            grade: code.grade,
            reach: code.reach,
            outside: code.outside,
            laws,
        });
    }
    SubjectReport {
        operator: layer.operator.clone(),
        name: name.unwrap_or_else(|| Untrusted::new("")),
        roles: vec![role],
        company: layer.company.clone(),
        controllers: layer.controllers.clone(),
        owners: layer.owners.clone(),
        reach,
    }
}

/// The same jurisdiction by another service: the closest grade, all laws.
fn merge(list: &mut Vec<SubjectReach>, other: SubjectReach) {
    match list.iter_mut().find(|known| known.country == other.country) {
        Some(known) => {
            known.grade = known.grade.max(other.grade);
            known.reach = known.reach.min(other.reach);
            known.laws.extend(other.laws);
            known.laws.sort();
            known.laws.dedup();
        }
        None => list.push(other),
    }
}

struct Bench<'a> {
    builder: Builder<'a>,
    evidence: &'a Evidence,
    kb: &'a Knowledge,
    day: Date,
    services: &'a [ServiceReport],
}

impl Bench<'_> {
    fn criterion(&mut self, criterion: &Criterion, operators: &[SubjectReport]) -> CriterionReport {
        let facts = facts(criterion);
        let has = |fact| facts.contains(&fact);
        let group = criterion.ceilings.as_ref().map_or("EU", |c| c.group.as_str());
        CriterionReport {
            id: criterion.id.clone(),
            title: (&criterion.title).into(),
            evidence: criterion.evidence.into(),
            shows: criterion.shows.as_ref().map(Into::into),
            ceilings: criterion.ceilings.as_ref().map(|Ceilings { group, one, together }| CeilingsReport {
                group: group.clone(),
                one: *one,
                together: *together,
            }),
            holdings: has(CriterionFact::Holdings)
                .then(|| HoldingsReport { group: group.to_owned(), list: self.holdings(group) }),
            services: has(CriterionFact::Services).then(|| self.seen()),
            dns: has(CriterionFact::Dns).then(|| self.dns()),
            certifications: has(CriterionFact::Certifications)
                .then(|| self.certifications(&criterion.schemes, operators)),
            facts: facts.into_iter().map(Into::into).collect(),
            question: (&criterion.question).into(),
        }
    }

    /// Holdings of anybody outside the group in a company of a chain of control. Whoever has no recorded country is
    /// listed: not to know is not to be inside.
    fn holdings(&mut self, group: &str) -> Vec<HoldingReport> {
        let mut chain: Vec<EntityId> = Vec::new();
        for layer in self.services.iter().flat_map(|s| &s.layers) {
            let steps = layer.chains.iter().flatten().map(|step| &step.company.id);
            for id in layer.company.iter().map(|c| &c.id).chain(steps) {
                if !chain.contains(id) {
                    chain.push(id.clone());
                }
            }
        }
        let is_on =
            |edge: &&Edge| edge.kind.is_ownership() && edge.span().contains(self.day) && chain.contains(&edge.owned);
        let edges: Vec<Edge> = self.kb.kb().edges.iter().filter(is_on).cloned().collect();
        let as_of = crate::model::AsOf(self.day);
        let mut out = Vec::new();
        for edge in edges {
            let owner = self.builder.company(&edge.owner);
            let is_inside =
                !owner.countries.is_empty() && owner.countries.iter().all(|c| self.kb.in_group(*c, group, as_of));
            if !is_inside {
                let owned = self.builder.company(&edge.owned);
                out.push(HoldingReport { owned, owner, link: self.builder.link(&edge) });
            }
        }
        let place = |one: &HoldingReport| chain.iter().position(|id| *id == one.owned.id);
        out.sort_by(|a, b| (place(a), &a.owner.id).cmp(&(place(b), &b.owner.id)));
        out
    }

    fn seen(&self) -> Vec<SeenService> {
        let name = |layer: &LayerReport| {
            layer.operator_name.clone().or_else(|| layer.unlisted.clone()).unwrap_or_else(|| Untrusted::new(""))
        };
        self.services
            .iter()
            .filter(|service| matches!(service.state, StateId::Found | StateId::NotDetermined))
            .map(|service| SeenService {
                role: service.role,
                record: service.record.clone(),
                gap: service.gap,
                operators: service
                    .layers
                    .iter()
                    .map(|layer| SeenOperator { name: name(layer), place: layer.place.clone() })
                    .collect(),
            })
            .collect()
    }

    fn dns(&self) -> DnsReport {
        let bogus = self.evidence.answers.iter().filter(|answer| answer.status == Status::Bogus).count();
        let empty = |caa| DnsReport { caa, caa_at: None, caa_records: Vec::new(), dnssec_failed: bogus };
        match &self.evidence.caa {
            Probe::Found(list) => DnsReport {
                caa_at: list.first().map(|record| record.at.to_string()),
                caa_records: list.iter().map(|r| Untrusted::new(format!("{} {}", r.tag, r.value))).collect(),
                ..empty("found")
            },
            Probe::Absent => empty("none"),
            Probe::Failed(_) => empty("no-answer"),
            Probe::Skipped(_) => empty("not-asked"),
        }
    }

    /// Entries for offers of the companies of the operators, in force on the date.
    fn certifications(&mut self, schemes: &[String], operators: &[SubjectReport]) -> Vec<CertificationReport> {
        self.builder.used.certifications = true;
        let mut out: Vec<CertificationReport> = Vec::new();
        for subject in operators {
            let Some(id) = &subject.operator else { continue };
            let runs = self
                .kb
                .operator(id)
                .into_iter()
                .flat_map(|o| &o.runs)
                .filter(|run| run.is_on(self.day))
                .map(|run| &run.entity);
            let companies: Vec<&EntityId> = subject.company.iter().map(|c| &c.id).chain(runs).collect();
            let is_meant = |c: &&Certification| {
                companies.contains(&&c.holder)
                    && (schemes.is_empty() || schemes.contains(&c.scheme))
                    && c.from.is_none_or(|from| from <= self.day)
                    && c.to.is_none_or(|to| self.day < to)
            };
            for found in self.kb.kb().certifications.iter().filter(is_meant) {
                self.builder.cite(&found.sources);
                let report = CertificationReport {
                    holder: self.builder.company(&found.holder),
                    operator: id.clone(),
                    scheme: found.scheme.clone(),
                    version: found.version.as_ref().map(Untrusted::new),
                    offer: (found.offer != Certification::UNNAMED).then(|| Untrusted::new(&found.offer)),
                    from: found.from,
                    from_precision: found.from_precision.into(),
                    use_observed: false,
                    sources: found.sources.clone(),
                };
                if !out.contains(&report) {
                    out.push(report);
                }
            }
        }
        out
    }
}

/// Which facts stand beside a criterion: those it names, else those of its kind of evidence.
fn facts(criterion: &Criterion) -> Vec<CriterionFact> {
    use CriterionFact::{Certifications, Control, Dns, Holdings, Seat, Services};
    if criterion.evidence == CriterionEvidence::None {
        return Vec::new();
    }
    if !criterion.facts.is_empty() {
        return criterion.facts.clone();
    }
    match criterion.evidence {
        CriterionEvidence::Nexus => vec![Seat, Control, Holdings],
        CriterionEvidence::Register => vec![Certifications],
        CriterionEvidence::Observation => vec![Services, Dns],
        CriterionEvidence::None => Vec::new(),
    }
}
