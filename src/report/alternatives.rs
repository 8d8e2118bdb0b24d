//! For each service that something outside the home group reaches or may reach: operators of the same kind whose
//! recorded control stays at home.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::service::Builder;
use super::{
    CompanyReport, ControllerReport, GradeId, MarkId, NexusReport, OwnersReport, RoleId, ServiceReport, StateId, ViaId,
    cell,
};
use crate::assess::{Alternative, alternatives, kinds_for};
use crate::audit::Audit;
use crate::kb::Knowledge;
use crate::kb::schema::OperatorKind;
use crate::model::{CountryCode, OperatorId, Role};
use crate::safe::Untrusted;

/// Alternatives for one service.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct AlternativesReport {
    /// The part the service plays.
    pub role: RoleId,
    /// Host or record it was seen at.
    pub record: Untrusted,
    /// Its sign.
    pub mark: MarkId,
    /// Nobody can be chosen: the registry comes with the name.
    pub fixed: bool,
    /// Operators, best backed first, then by name.
    pub operators: Vec<AlternativeReport>,
}

/// An operator whose recorded control stays within the home group.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct AlternativeReport {
    /// Id.
    #[schemars(with = "String")]
    pub operator: OperatorId,
    /// Name.
    pub name: Untrusted,
    /// The legal person that would run the service.
    pub company: CompanyReport,
    /// Who controls it in the end; never on general knowledge alone.
    pub controllers: Vec<ControllerReport>,
    /// What stands above the last companies.
    pub owners: OwnersReport,
    /// How well the worst connection is backed: 0 to 3.
    pub sure: u8,
    /// Operators whose network or platform it uses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub runs_on: Vec<Untrusted>,
    /// Links out of the home group that are no reach.
    pub links: Vec<AlternativeLink>,
}

/// A link out of the home group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct AlternativeLink {
    /// Where to.
    #[schemars(with = "String")]
    pub country: CountryCode,
    /// What kind.
    pub via: ViaId,
}

pub(super) fn of(
    builder: &mut Builder<'_>,
    audit: &Audit,
    services: &[ServiceReport],
    kb: &Knowledge,
) -> Vec<AlternativesReport> {
    let mut out = Vec::new();
    for (found, shown) in audit.found.services.iter().zip(services) {
        let is_asked = matches!(shown.state, StateId::Found | StateId::NotDetermined)
            && matches!(shown.mark, MarkId::Reached | MarkId::Unknown | MarkId::Contested)
            && found.role.is_counted();
        if !is_asked {
            continue;
        }
        let present: BTreeSet<OperatorId> = found.layers.iter().filter_map(|l| l.operator.clone()).collect();
        let kinds: Vec<OperatorKind> =
            present.iter().filter_map(|id| kb.operator(id)).flat_map(|o| o.kinds.clone()).collect();
        let kinds = kinds_for(found.role, &kinds);
        let list = alternatives(kb, &audit.context, found.role, &kinds, &present);
        out.push(AlternativesReport {
            role: shown.role,
            record: shown.record.clone(),
            mark: shown.mark,
            fixed: found.role == Role::Tld,
            operators: list.iter().filter_map(|one| report(builder, kb, one)).collect(),
        });
    }
    out
}

fn report(builder: &mut Builder<'_>, kb: &Knowledge, one: &Alternative) -> Option<AlternativeReport> {
    let operator = kb.operator(&one.operator)?;
    builder.operator(&one.operator);
    let nexus: Vec<NexusReport> = one.reach.nexus.iter().map(|n| builder.nexus(n)).collect();
    let chains = cell::chains(&nexus);
    let owners = builder.owners(Some(&one.entity), one.reach.owners.as_ref(), &chains);
    let linked = nexus.iter().filter(|n| n.outside && n.grade == GradeId::Linked);
    let links: BTreeSet<AlternativeLink> = linked.map(|n| AlternativeLink { country: n.country, via: n.via }).collect();
    Some(AlternativeReport {
        operator: one.operator.clone(),
        name: Untrusted::new(&operator.name),
        company: builder.company(&one.entity),
        controllers: cell::controllers(&chains),
        owners,
        sure: one.confidence.level(),
        runs_on: operator
            .runs_on
            .iter()
            .filter_map(|on| kb.operator(&on.operator))
            .map(|on| Untrusted::new(&on.name))
            .collect(),
        links: links.into_iter().collect(),
    })
}
