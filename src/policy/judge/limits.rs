//! Limits: age of data and of evidence, third parties on a page, and two looks at one target that disagree.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::super::file::MaxAge;
use super::super::finding::{Reason, Verdict};
use super::super::id::OperatorKey;
use super::super::notice::NoticeKind;
use super::condition::Said;
use super::draft::{Draft, Key, RuleAt};
use super::{Judge, Subject, operator_key};
use crate::attribute::State as Found;
use crate::model::{Confidence, Role, Severity, Target};

/// Who was seen in which role, by target: one entry a look.
#[derive(Debug, Default)]
pub(super) struct Looks(BTreeMap<Target, Vec<Look>>);

#[derive(Debug)]
struct Look {
    taken_on: Date,
    roles: BTreeMap<Role, BTreeSet<OperatorKey>>,
}

impl Judge<'_> {
    pub(super) fn ages(&mut self, subject: &Subject<'_>) {
        if let Some(MaxAge { days: max, line }) = self.policy.data_max_age {
            for table in &subject.tables {
                let is_fresh = table.date.is_some_and(|date| !is_older(date, subject.taken_on, max));
                if !is_fresh {
                    let kind = NoticeKind::DataTooOld { table: table.table.clone(), date: table.date, max };
                    // One line a table, not one a target.
                    self.notice(Severity::Error, self.policy.at(line), kind, None, None);
                }
            }
        }
        if let Some(MaxAge { days: max, line }) = self.policy.evidence_max_age
            && is_older(subject.taken_on, self.options.judged_on, max)
        {
            let kind = NoticeKind::EvidenceTooOld { date: subject.taken_on, max };
            self.notice(Severity::Error, self.origin(subject, line), kind, Some(subject.target), None);
        }
    }

    /// Operators a page meets, one service each.
    pub(super) fn third_parties(&mut self, subject: &Subject<'_>, name: &str) {
        let Some(limit) = &self.policy.limits.third_parties else { return };
        if !limit.targets.is_empty() && !limit.targets.iter().any(|glob| glob.matches(name)) {
            return;
        }
        let services = || subject.found.services.iter().filter(|service| service.role == Role::Resource);
        self.limit_matched |= services().any(|service| service.state != Found::NotAsked);
        let met: Vec<_> = services().filter(|service| service.state == Found::Found).collect();
        let found = u32::try_from(met.len()).unwrap_or(u32::MAX);
        let gap = services().find_map(|service| match service.state {
            Found::NotDetermined(gap) => Some((gap, service)),
            _ => None,
        });
        let (said, services) = if found > limit.max {
            (Said::against(Reason::TooManyThirdParties { found, max: limit.max }), met)
        } else if let Some((gap, service)) = gap {
            (Said::unknown(Reason::NotDetermined(gap)), vec![service])
        } else {
            return;
        };
        let line = limit.line;
        let records: Vec<&str> = services.iter().map(|service| service.record.as_str()).collect();
        let because = services.iter().flat_map(|service| {
            service.layers.iter().flat_map(|layer| &layer.because).chain(&service.because).cloned()
        });
        let said = Said { because: because.collect(), ..said };
        self.say_of_target(subject, RuleAt::ThirdParties, Role::Resource, line, &records, said, Severity::Error);
    }

    /// Two looks within a day of each other that name different operators for a role.
    pub(super) fn compare_looks(&mut self, subject: &Subject<'_>) {
        let mut roles: BTreeMap<Role, BTreeSet<OperatorKey>> = BTreeMap::new();
        for service in &subject.found.services {
            // What a page loads changes from one load to the next.
            if service.role.is_counted() && service.role != Role::Resource && service.state == Found::Found {
                roles.entry(service.role).or_default().extend(service.layers.iter().map(operator_key));
            }
        }
        let earlier = self.looks.0.get(subject.target).map(Vec::as_slice).unwrap_or_default();
        let near = earlier.iter().filter(|look| (look.taken_on - subject.taken_on).get_days().abs() <= 1);
        let mut differing: BTreeMap<Role, BTreeSet<String>> = BTreeMap::new();
        for look in near {
            for (role, operators) in &roles {
                if let Some(others) = look.roles.get(role).filter(|others| *others != operators) {
                    let names = operators.union(others).map(OperatorKey::to_string);
                    differing.entry(*role).or_default().extend(names);
                }
            }
        }
        for (role, names) in differing {
            let records: Vec<&str> = names.iter().map(String::as_str).collect();
            let mut said = Said::against(Reason::AnswersDisagree);
            let services = subject.found.services.iter().filter(|service| service.role == role);
            let layers = services.flat_map(|service| &service.layers);
            said.because = layers.flat_map(|layer| layer.because.iter().cloned()).collect();
            self.say_of_target(subject, RuleAt::AnswersDisagree, role, 1, &records, said, Severity::Warning);
        }
        let look = Look { taken_on: subject.taken_on, roles };
        self.looks.0.entry(subject.target.clone()).or_default().push(look);
    }

    #[allow(clippy::too_many_arguments, reason = "one call says who, where and why")]
    fn say_of_target(
        &mut self,
        subject: &Subject<'_>,
        rule: RuleAt,
        role: Role,
        line: u32,
        records: &[&str],
        said: Said,
        severity: Severity,
    ) {
        let verdict = said.verdict;
        let key = Key { rule, target: subject.target.clone(), role, operator: OperatorKey::Unknown, verdict };
        let severity = if verdict == Verdict::Unknown { self.severity_of_unknown() } else { severity };
        let origin = self.origin(subject, line);
        let draft = self.drafts.entry(key).or_insert_with(|| Draft::new(origin));
        draft.records.extend(records.iter().filter(|record| !record.is_empty()).map(|record| (*record).to_owned()));
        draft.add(said, severity, Confidence::None);
    }
}

/// Whether a thing of one day was older than so many days on another.
fn is_older(date: Date, on: Date, max: u32) -> bool {
    i64::from((on - date).get_days()) > i64::from(max)
}
