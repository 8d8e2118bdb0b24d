//! Operators of the same kind whose recorded control stays within the home group. A list from the data, nothing more.

use std::collections::BTreeSet;

use super::{LayerReach, reach::Bench};
use crate::attribute::{Context, Home, Layer, Place};
use crate::evidence::Ref;
use crate::kb::Knowledge;
use crate::kb::schema::{Operator, OperatorKind, Run};
use crate::model::{Confidence, EntityId, Mark, NonEmpty, OperatorId, Role};

/// An operator whose recorded control stays within the home group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// The operator.
    pub operator: OperatorId,
    /// The legal person that would run the service.
    pub entity: EntityId,
    /// Its connections.
    pub reach: LayerReach,
    /// How well the worst of its connections is backed.
    pub confidence: Confidence,
}

/// Kinds of operators that can play a part. Empty where nobody can be chosen: a registry comes with the name.
#[must_use]
pub fn kinds_for(role: Role, present: &[OperatorKind]) -> Vec<OperatorKind> {
    use OperatorKind::{Ca, Cdn, Dmarc, Dns, EdgeSecurity, Host, Mail, Mailsec, Registrar, Saas, Sender};
    let can: &[OperatorKind] = match role {
        Role::Edge => &[Cdn, EdgeSecurity],
        Role::Host => &[Host, Saas],
        Role::Gateway => &[Mailsec],
        Role::Mailbox => &[Mail],
        Role::Sender => &[Sender, Mail],
        Role::Dmarc => &[Dmarc],
        Role::Dns => &[Dns],
        Role::Ca => &[Ca],
        Role::Registrar => &[Registrar],
        Role::Resource => return page_kinds(present),
        Role::Tld | Role::Carrier | Role::Tenant => &[],
    };
    // Of an operator that is both (a shop on a platform, say) the same kind is asked for, not the neighbour's.
    let same: Vec<OperatorKind> = can.iter().copied().filter(|kind| present.contains(kind)).collect();
    match (same.is_empty(), role) {
        (false, _) => same,
        (true, Role::Host) => vec![Host],
        (true, _) => can.to_vec(),
    }
}

/// A resource of a page is of the kind that brings it there; hosts and networks beside that are not what is replaced.
fn page_kinds(present: &[OperatorKind]) -> Vec<OperatorKind> {
    use OperatorKind::{
        Ca, Carrier, Cdn, Colo, Dns, EdgeSecurity, Host, Mail, Mailsec, Other, Registrar, Registry, Saas,
    };
    let beside = [Ca, Carrier, Cdn, Colo, Dns, EdgeSecurity, Host, Mail, Mailsec, Other, Registrar, Registry, Saas];
    present.iter().copied().filter(|kind| !beside.contains(kind)).collect()
}

/// Operators of these kinds that stay within the home group on the date, whichever of their companies runs the service;
/// sorted by confidence, then name. None without a home.
#[must_use]
pub fn alternatives(
    kb: &Knowledge,
    context: &Context,
    role: Role,
    kinds: &[OperatorKind],
    without: &BTreeSet<OperatorId>,
) -> Vec<Alternative> {
    if context.home == Home::None {
        return Vec::new();
    }
    let mut out: Vec<(&str, Alternative)> = kb
        .kb()
        .operators
        .iter()
        .filter(|(id, o)| !o.defunct && !without.contains(*id) && o.kinds.iter().any(|k| kinds.contains(k)))
        .filter(|(_, o)| !serves_only_its_zone(&o.kinds))
        .filter_map(|(id, operator)| Some((operator.name.as_str(), judge(kb, context, role, id, operator)?)))
        .collect();
    out.sort_by(|(a_name, a), (b_name, b)| {
        (b.confidence, a_name.to_lowercase(), &a.operator).cmp(&(a.confidence, b_name.to_lowercase(), &b.operator))
    });
    out.into_iter().map(|(_, one)| one).collect()
}

/// A registry whose name servers answer for its own top-level domain: that is no service for somebody else's name.
fn serves_only_its_zone(kinds: &[OperatorKind]) -> bool {
    use OperatorKind::{Carrier, Dns, Registry};
    kinds.contains(&Registry) && kinds.iter().all(|kind| matches!(kind, Registry | Dns | Carrier))
}

fn judge(kb: &Knowledge, context: &Context, role: Role, id: &OperatorId, operator: &Operator) -> Option<Alternative> {
    let bench = Bench { kb, context, day: context.as_of.0 };
    let mut found: Option<Alternative> = None;
    for run in possible_runs(kb, context, operator) {
        let reach = bench.layer(role, &layer(id, &run.entity));
        if reach.mark != Mark::Home || reach.codes.is_empty() {
            return None;
        }
        let confidence = reach.codes.iter().map(|code| code.confidence).min()?;
        found = Some(match found {
            Some(first) => Alternative { confidence: first.confidence.min(confidence), ..first },
            None => Alternative { operator: id.clone(), entity: run.entity.clone(), reach, confidence },
        });
    }
    found
}

/// Companies that can come to run the service for a customer at home, as place and region are not chosen yet.
fn possible_runs<'a>(kb: &'a Knowledge, context: &'a Context, operator: &'a Operator) -> Vec<&'a Run> {
    let mut out = Vec::new();
    for run in operator.runs.iter().filter(|run| run.is_on(context.as_of.0)) {
        let is_excluded = match context.home {
            Home::Country(home, _) => {
                !run.customers.is_empty() && !run.customers.iter().any(|c| kb.is_meant(home, c, context.as_of))
            }
            Home::Eea | Home::None => false,
        };
        if is_excluded {
            continue;
        }
        out.push(run);
        let is_last = match context.home {
            Home::Country(..) => run.servers.is_empty(),
            Home::Eea | Home::None => run.servers.is_empty() && run.customers.is_empty(),
        };
        if is_last {
            break;
        }
    }
    out
}

/// The operator as if it ran the service somewhere: only what is recorded of its companies counts.
fn layer(id: &OperatorId, entity: &EntityId) -> Layer {
    Layer {
        operator: Some(id.clone()),
        unlisted: None,
        confidence: Confidence::Established,
        because: NonEmpty::one(Ref::Kb(format!("operator/{id}"))),
        host: None,
        addresses: Vec::new(),
        asn: None,
        place: Place::NotApplicable,
        entity: Some(entity.clone()),
        is_floor: false,
        inferred: None,
    }
}
