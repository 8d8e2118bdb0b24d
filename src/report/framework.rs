//! What the evidence shows beside each criterion of a framework: facts, never a result. Criteria that nothing visible
//! from outside touches carry the question for the supplier.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use super::service::Builder;
use super::{
    CompanyReport, ControllerReport, FRAMEWORK_SCHEMA, GapId, GradeId, HomeReport, JudgedWith, JurisdictionReport,
    LayerReport, LinkReport, OwnersReport, PlaceReport, PrecisionId, RoleId, ServiceReport, SourceReport, StateId,
    TextReport, build,
};
use crate::audit::Audit;
use crate::evidence::{Evidence, Probe, Status};
use crate::kb::Knowledge;
use crate::kb::schema::{Ceilings, Certification, Criterion, CriterionEvidence, CriterionFact, Edge, Framework};
use crate::model::{CountryCode, EntityId, LawId, OperatorId, SourceId};
use crate::safe::Untrusted;

/// What the evidence shows beside the criteria of a framework.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FrameworkReport {
    /// `jurisdig/framework/1`.
    pub schema: &'static str,
    /// The framework.
    pub framework: FrameworkHead,
    /// Name or address that was audited, names in A-label form.
    pub target: String,
    /// When the observation began.
    #[schemars(with = "String")]
    pub taken_at: Timestamp,
    /// Date of ownership and law.
    #[schemars(with = "String")]
    pub as_of: Date,
    /// Whose law is at home.
    pub home: HomeReport,
    /// What it was judged with.
    pub judged_with: JudgedWith,
    /// Whether anything could be measured at all.
    pub measured: bool,
    /// The operators of the counted services, each once.
    pub operators: Vec<SubjectReport>,
    /// Its criteria, in its order.
    pub criteria: Vec<CriterionReport>,
    /// Names of the jurisdictions that occur.
    #[schemars(with = "BTreeMap<String, JurisdictionReport>")]
    pub jurisdictions: BTreeMap<CountryCode, JurisdictionReport>,
    /// The sources that are cited.
    #[schemars(with = "BTreeMap<String, SourceReport>")]
    pub sources: BTreeMap<SourceId, SourceReport>,
    /// What this report is not.
    pub disclaimer: &'static str,
}

/// A framework by name and date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FrameworkHead {
    /// Id.
    pub id: String,
    /// Name.
    pub name: TextReport,
    /// Version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<Untrusted>,
    /// What is recorded of its state: `in-force`, `applied`, `proposed`, `not-adopted`.
    pub status: Option<Untrusted>,
    /// Since when.
    #[schemars(with = "Option<String>")]
    pub from: Option<Date>,
    /// How exactly that is known.
    pub from_precision: PrecisionId,
    /// Sources.
    #[schemars(with = "Vec<String>")]
    pub sources: Vec<SourceId>,
}

/// An operator of counted services.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SubjectReport {
    /// Id; none for one that is not in the data.
    #[schemars(with = "Option<String>")]
    pub operator: Option<OperatorId>,
    /// Name.
    pub name: Untrusted,
    /// The parts it plays.
    pub roles: Vec<RoleId>,
    /// The legal person that runs it.
    pub company: Option<CompanyReport>,
    /// Who controls it in the end; never on general knowledge alone.
    pub controllers: Vec<ControllerReport>,
    /// Whether owners are known to the top.
    pub owners: OwnersReport,
    /// Jurisdictions connected with it by seat, control, place or presence, each with the laws that follow.
    pub reach: Vec<SubjectReach>,
}

/// A jurisdiction connected with an operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SubjectReach {
    /// The jurisdiction.
    #[schemars(with = "String")]
    pub country: CountryCode,
    /// The closest grade.
    pub grade: GradeId,
    /// Outside the home group.
    pub outside: bool,
    /// Laws that apply.
    pub laws: Vec<SubjectLaw>,
}

/// A law that applies to an operator's service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct SubjectLaw {
    /// Id.
    #[schemars(with = "String")]
    pub law: LawId,
    /// Short name.
    #[schemars(with = "Option<String>")]
    pub short: Option<String>,
    /// Lapsed with effects that go on.
    pub in_transition: bool,
}

/// One criterion, and what the evidence shows beside it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct CriterionReport {
    /// Number.
    pub id: String,
    /// What it asks.
    pub title: TextReport,
    /// What of it can be seen from outside.
    pub evidence: CriterionEvidenceId,
    /// What the evidence can show here, and what it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shows: Option<TextReport>,
    /// The ceilings the framework publishes, as facts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ceilings: Option<CeilingsReport>,
    /// Which facts stand beside it.
    pub facts: Vec<CriterionFactId>,
    /// Holdings from outside the group in the chains of the operators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holdings: Option<HoldingsReport>,
    /// Services that were seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub services: Option<Vec<SeenService>>,
    /// DNSSEC and CAA.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dns: Option<DnsReport>,
    /// Certifications of offers of the operators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certifications: Option<Vec<CertificationReport>>,
    /// The question for the supplier.
    pub question: TextReport,
}

/// Ceilings for holdings from outside a group, in per cent of capital or votes.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct CeilingsReport {
    /// The group.
    pub group: String,
    /// For one holder.
    pub one: f64,
    /// For all together.
    pub together: f64,
}

/// Holdings from outside a group.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct HoldingsReport {
    /// The group.
    pub group: String,
    /// The holdings, by company held, then holder.
    pub list: Vec<HoldingReport>,
}

/// One holding.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct HoldingReport {
    /// The company held: an operating company, or one above it.
    pub owned: CompanyReport,
    /// The holder.
    pub owner: CompanyReport,
    /// What is recorded of it; a share that is not recorded is absent.
    pub link: LinkReport,
}

/// A service that was seen.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SeenService {
    /// The part it plays.
    pub role: RoleId,
    /// Host or record it was seen at.
    pub record: Untrusted,
    /// Why its operator is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<GapId>,
    /// Its operators, outermost first.
    pub operators: Vec<SeenOperator>,
}

/// An operator of a service that was seen.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SeenOperator {
    /// Name.
    pub name: Untrusted,
    /// Where its machines answer.
    pub place: PlaceReport,
}

/// DNSSEC and CAA, as far as the evidence holds them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DnsReport {
    /// `found`, `none`, `no-answer` or `not-asked`.
    pub caa: &'static str,
    /// Name the CAA records were found at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caa_at: Option<String>,
    /// The CAA records.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub caa_records: Vec<Untrusted>,
    /// Questions for which the resolver's check of DNSSEC failed. Nothing else about DNSSEC is in the evidence.
    pub dnssec_failed: usize,
}

/// An entry about an offer. Whether the audited service uses that offer was not observed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CertificationReport {
    /// Holder.
    pub holder: CompanyReport,
    /// The operator it was found for.
    #[schemars(with = "String")]
    pub operator: OperatorId,
    /// Scheme.
    pub scheme: String,
    /// Version, where the source has one.
    pub version: Option<Untrusted>,
    /// The offer; none where the source does not name it.
    pub offer: Option<Untrusted>,
    /// Since when.
    #[schemars(with = "Option<String>")]
    pub from: Option<Date>,
    /// How exactly that is known.
    pub from_precision: PrecisionId,
    /// Always false: the use of an offer cannot be seen from outside.
    pub use_observed: bool,
    /// Sources.
    #[schemars(with = "Vec<String>")]
    pub sources: Vec<SourceId>,
}

macro_rules! ids {
    ($(#[$doc:meta])* $name:ident of $core:ident { $($variant:ident = $id:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        #[allow(missing_docs, reason = "the variants are those of the schema, which are documented there")]
        pub enum $name { $($variant),+ }

        impl $name {
            /// All values.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The id used in JSON and in the keys of the texts.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$variant => $id),+ }
            }
        }

        impl From<$core> for $name {
            fn from(core: $core) -> Self {
                match core { $($core::$variant => Self::$variant),+ }
            }
        }
    };
}
ids! {
    /// What of a criterion can be seen from outside.
    CriterionEvidenceId of CriterionEvidence {
        Nexus = "nexus", Register = "register", Observation = "observation", None = "none",
    }
}
ids! {
    /// Facts that stand beside a criterion.
    CriterionFactId of CriterionFact {
        Seat = "seat", Control = "control", Holdings = "holdings", Laws = "laws", Services = "services", Dns = "dns",
        Certifications = "certifications",
    }
}

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
        reach.push(SubjectReach { country: code.country, grade: code.grade, outside: code.outside, laws });
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
            let runs = self.kb.operator(id).into_iter().flat_map(|o| &o.runs).map(|run| &run.entity);
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
