//! What the cells RUN BY › CONTROLLED BY and BASIS show of a judgement.

use super::{
    BasisLaw, BasisReport, CodeReport, ControlId, ControllerReport, ExposureReport, GradeId, GroundId, GroupId,
    LawKindId, NexusReport, ReachId, StepReport, ViaId,
};
use crate::kb::Knowledge;
use crate::model::{CountryCode, EntityId};

/// Every chain of control to its end: paths of control that are not the beginning of a longer one.
pub(super) fn chains(nexus: &[NexusReport]) -> Vec<Vec<StepReport>> {
    let ids = |path: &[StepReport]| path.iter().map(|s| s.company.id.clone()).collect::<Vec<_>>();
    let mut paths: Vec<&Vec<StepReport>> = nexus
        .iter()
        .filter(|n| n.grade == GradeId::Controlled && n.via == ViaId::Seat && n.path.len() > 1)
        .map(|n| &n.path)
        .collect();
    paths.sort_by_key(|path| ids(path));
    paths.dedup_by_key(|path| ids(path));
    let is_part = |path: &[StepReport]| {
        let short = ids(path);
        paths.iter().any(|other| other.len() > path.len() && ids(other).starts_with(&short))
    };
    paths.iter().filter(|path| !is_part(path)).map(|path| (*path).clone()).collect()
}

/// Who controls in the end: of each chain the last company before a fund, and the manager of the fund. A chain is
/// followed only as far as something better than general knowledge backs it, and above a company that has a sole
/// controller not into those who share control of that: they stand in the chain of `explain`.
pub(super) fn controllers(chains: &[Vec<StepReport>]) -> Vec<ControllerReport> {
    let mut out: Vec<ControllerReport> = Vec::new();
    for chain in chains {
        let mut plain: Option<ControllerReport> = None;
        let mut fund: Option<ControllerReport> = None;
        let mut via_fund = false;
        for step in &chain[1..] {
            let Some(link) = &step.link else { break };
            if link.sure < 2 || (link.control == ControlId::Joint && plain.is_some()) {
                break;
            }
            via_fund |= link.via_fund;
            let one = ControllerReport {
                id: step.company.id.clone(),
                name: step.company.name.clone(),
                countries: step.company.countries.clone(),
                via_fund,
            };
            if via_fund { fund = Some(one) } else { plain = Some(one) }
        }
        for one in plain.into_iter().chain(fund) {
            if !has(&out, &one.id) {
                out.push(one);
            }
        }
    }
    out.sort_by(|a, b| (a.via_fund, &a.id).cmp(&(b.via_fund, &b.id)));
    out
}

fn has(list: &[ControllerReport], id: &EntityId) -> bool {
    list.iter().any(|one| one.id == *id)
}

/// Laws about access to data that reach from outside the home group (from anywhere without a home), in the order of the
/// assessment; the ground where none does. A law made for everybody is the basis only where the service sees data:
/// an ordinary subpoena is not what makes a certificate authority answer to its country, its seat is. Laws of the home
/// group are taken as read.
pub(super) fn basis(
    kb: &Knowledge,
    group: GroupId,
    has_home: bool,
    codes: &[CodeReport],
    exposures: &[ExposureReport],
    nexus: &[NexusReport],
) -> BasisReport {
    let shown: Vec<CountryCode> = codes
        .iter()
        .filter(|code| code.reach == ReachId::Reached && (code.outside || !has_home))
        .map(|code| code.country)
        .collect();
    let is_for_everybody = |e: &ExposureReport| {
        kb.kb().laws.get(&e.law.id).is_some_and(|law| law.actors.iter().any(|actor| actor == "any"))
    };
    let mut applying: Vec<&ExposureReport> = exposures.iter().collect();
    // Country by country, laws about content before laws about records; how settled each is stands in `explain`.
    let first = |e: &ExposureReport| exposures.iter().position(|other| other.law.jurisdiction == e.law.jurisdiction);
    applying.sort_by_key(|e| (first(e), e.law.data_class, e.law.id.clone()));
    let laws: Vec<BasisLaw> = applying
        .into_iter()
        .filter(|e| e.reach == ReachId::Reached && shown.contains(&e.law.jurisdiction))
        .filter(|e| matches!(e.law.kind, LawKindId::CompelledAccess | LawKindId::BulkAccess))
        .filter(|e| group == GroupId::SeesData || !is_for_everybody(e))
        .filter_map(|e| {
            let short = e.law.short.clone()?;
            Some(BasisLaw { law: e.law.id.clone(), short, in_transition: e.in_transition })
        })
        .collect();
    let ground = shown.first().filter(|_| laws.is_empty()).and_then(|country| {
        let grounds = nexus.iter().filter(|n| n.country == *country && !n.via_fund && !n.joint);
        match grounds.map(|n| n.grade).max()? {
            GradeId::Direct => Some(GroundId::Seat),
            GradeId::Controlled => Some(GroundId::Control),
            GradeId::Located => Some(GroundId::Place),
            GradeId::Presence | GradeId::Linked | GradeId::NoneKnown => None,
        }
    });
    BasisReport { laws, ground }
}
