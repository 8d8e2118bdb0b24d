//! Labels that somebody vouches for.

use super::super::id::OperatorKey;
use super::super::judgement::Attested;
use super::super::notice::NoticeKind;
use super::{Judge, Subject};
use crate::model::{Role, Severity};

/// Attestations about one role of one target.
pub(super) struct Attests(Vec<One>);

struct One {
    index: usize,
    label: String,
    is_valid: bool,
}

impl Attests {
    /// Whether one that holds is about a label.
    pub(super) fn has(&self, label: &str) -> bool {
        self.0.iter().any(|one| one.is_valid && one.label == label)
    }
}

impl Judge<'_> {
    pub(super) fn attests(&self, subject: &Subject<'_>, role: Role) -> Attests {
        let all = self.policy.attests.iter().enumerate();
        if self.policy.attests.is_empty() {
            return Attests(Vec::new());
        }
        let name = subject.target.to_string();
        let about = all.filter(|(_, attest)| attest.role == role && attest.target.matches(&name));
        Attests(
            about
                .map(|(index, attest)| One {
                    index,
                    label: attest.label.clone(),
                    is_valid: attest.expires >= self.options.judged_on,
                })
                .collect(),
        )
    }

    /// Remembers which attestations a rule asked for, and which it took.
    pub(super) fn note_attests(
        &mut self,
        subject: &Subject<'_>,
        rule: usize,
        operator: &OperatorKey,
        attests: &Attests,
        asked: &[String],
    ) {
        for one in attests.0.iter().filter(|one| asked.contains(&one.label)) {
            self.attests_met.insert(one.index);
            if one.is_valid {
                let (target, operator) = (subject.target.clone(), operator.clone());
                self.attested.insert(Attested { attest: one.index, rule, target, operator });
            }
        }
    }

    /// Attestations that have ended, end soon, or were not asked for.
    pub(super) fn attest_notices(&mut self) {
        for (index, attest) in self.policy.attests.iter().enumerate() {
            let is_met = self.attests_met.contains(&index);
            let left = days_from(self.options.judged_on, attest.expires);
            let kind = match left {
                _ if !is_met && !self.policy.warns_of_unused => continue,
                _ if !is_met => NoticeKind::AttestUnused { attest: index },
                None => NoticeKind::AttestExpired { attest: index, on: attest.expires },
                Some(days) if days <= super::waive::SOON => {
                    NoticeKind::AttestExpiring { attest: index, on: attest.expires, days }
                }
                Some(_) => continue,
            };
            self.notice(Severity::Warning, self.policy.at(attest.line), kind, None, Some(attest.role));
        }
    }
}

/// Days from one day to another; `None` if that is past.
pub(super) fn days_from(from: jiff::civil::Date, to: jiff::civil::Date) -> Option<u32> {
    let days = (to - from).get_days();
    u32::try_from(days).ok()
}
