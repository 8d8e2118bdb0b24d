//! The baseline: what it holds does not count, and what no longer occurs can be taken out of it.

use std::collections::{BTreeMap, BTreeSet};

use super::super::baseline::Entry;
use super::super::finding::{Finding, State, Verdict};
use super::super::id::FindingId;
use super::Judge;
use super::waive::measured_ids;
use crate::attribute::{Service, State as Found};
use crate::model::Role;

/// By target: which roles were answered, and which were not.
#[derive(Debug, Default)]
pub(super) struct Measured(BTreeMap<String, Roles>);

#[derive(Debug, Default)]
struct Roles {
    answered: Vec<Role>,
    open: Vec<Role>,
}

impl Measured {
    pub(super) fn note(&mut self, target: &str, services: &[Service]) {
        let roles = self.0.entry(target.to_owned()).or_default();
        for service in services {
            let list = match service.state {
                Found::Found | Found::Absent(_) => &mut roles.answered,
                Found::NotDetermined(_) | Found::NotAsked => &mut roles.open,
            };
            if !list.contains(&service.role) {
                list.push(service.role);
            }
        }
    }

    /// Whether it was seen who plays a role for a target, or that nobody does.
    fn is_answered(&self, target: &str, role: Role) -> bool {
        let Some(roles) = self.0.get(target) else { return false };
        // Without an edge or a filter there is no line for one: the line behind it says whether anybody looked.
        let behind = match role {
            Role::Edge => Role::Host,
            Role::Gateway => Role::Mailbox,
            other => other,
        };
        let is_open = roles.open.contains(&role) || roles.open.contains(&behind);
        !is_open && (roles.answered.contains(&role) || roles.answered.contains(&behind))
    }
}

impl Judge<'_> {
    /// Findings of the baseline do not count. Returns its ids that no longer occur.
    pub(super) fn apply_baseline(&self, findings: &mut [Finding]) -> Vec<FindingId> {
        let Some(baseline) = self.options.baseline else { return Vec::new() };
        for finding in findings.iter_mut() {
            let known = baseline.get(finding.id);
            // A finding that has become graver is another one.
            if finding.state == State::Finding && known.is_some_and(|entry| finding.severity <= entry.severity) {
                finding.state = State::Baselined;
            }
        }
        let here = measured_ids(findings);
        let open: BTreeSet<(&str, String, Role)> = findings
            .iter()
            .filter(|finding| finding.verdict == Verdict::Unknown)
            .map(|finding| (finding.rule.as_str(), finding.target.to_string(), finding.role))
            .collect();
        let is_open = |entry: &Entry| open.contains(&(entry.rule.as_str(), entry.target.clone(), entry.role));
        let gone = baseline.entries().iter().filter(|entry| {
            !here.contains(&entry.id) && self.measured.is_answered(&entry.target, entry.role) && !is_open(entry)
        });
        gone.map(|entry| entry.id).collect()
    }
}
