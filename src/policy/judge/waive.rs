//! Waivers and the baseline, once everything is found; then numbers, and the order of what is printed.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::super::THIRD_PARTIES;
use super::super::file::Waiver;
use super::super::finding::{Ended, Finding, State, Verdict, WaiverMark, WaiverState};
use super::super::id::FindingId;
use super::super::judgement::{Counts, Judgement, Tally};
use super::super::notice::{Notice, NoticeKind};
use super::Judge;
use super::attested::days_from;
use crate::assess::Reach;
use crate::model::Severity;

/// Days before its end from which an entry is announced.
pub(super) const SOON: u32 = 30;

/// What became of one waiver.
#[derive(Default)]
struct Life {
    /// It covered something.
    is_used: bool,
    /// Findings that count again because its day has passed.
    expired: Vec<FindingId>,
    /// One of those was measured: not only unknowns.
    is_expired_against: bool,
    /// Findings that count again because another jurisdiction reaches.
    reach: Vec<FindingId>,
    /// Findings of the rule, target and role that another operator has.
    operator: Vec<FindingId>,
}

impl Judge<'_> {
    /// Everything that was found.
    #[must_use]
    pub fn finish(mut self) -> Judgement {
        let mut findings = self.findings();
        let no_longer = self.apply_baseline(&mut findings);
        if self.options.use_waivers {
            self.waive(&mut findings);
        }
        self.attest_notices();
        self.rule_notices();
        if self.subjects == 0 {
            let kind = NoticeKind::NoTargets;
            self.notice(Severity::Error, self.policy.at(1), kind, None, None);
        }
        let said = said_of_services(&findings);
        self.share_notice(&said);
        let counts = self.counts(&said);
        findings.sort_by(|a, b| order(a).cmp(&order(b)));
        let mut notices: Vec<Notice> = self.notices.into_iter().collect();
        notices.sort_by(|a, b| Reverse(a.severity).cmp(&Reverse(b.severity)).then_with(|| a.cmp(b)));
        let tally = tally(&findings, &notices);
        let attested = self.attested.into_iter().collect();
        Judgement { findings, notices, counts, tally, attested, no_longer }
    }

    fn waive(&mut self, findings: &mut [Finding]) {
        let policy = self.policy;
        let mut lives: Vec<Life> = policy.waivers.iter().map(|_| Life::default()).collect();
        let mut of_rule: BTreeMap<&str, Vec<(usize, &Waiver)>> = BTreeMap::new();
        for (index, waiver) in policy.waivers.iter().enumerate() {
            of_rule.entry(&waiver.rule).or_default().push((index, waiver));
        }
        for finding in findings {
            let Some(waivers) = of_rule.get(finding.rule.as_str()) else { continue };
            let name = finding.target.to_string();
            let about = waivers.iter().filter(|(_, w)| w.role == finding.role && w.target.matches(&name));
            let mut best: Option<WaiverMark> = None;
            for &(index, waiver) in about {
                let state = self.state_of(waiver, finding);
                match state {
                    WaiverState::Ended(Ended::Operator) => {
                        lives[index].operator.push(finding.id);
                        continue;
                    }
                    // What the baseline holds does not count again.
                    WaiverState::Ended(Ended::Reach) | WaiverState::Expired if finding.state == State::Baselined => {
                        lives[index].is_used = true;
                    }
                    WaiverState::Ended(Ended::Reach) => lives[index].reach.push(finding.id),
                    WaiverState::Expired => {
                        lives[index].expired.push(finding.id);
                        lives[index].is_expired_against |= finding.verdict == Verdict::Against;
                    }
                    WaiverState::Valid | WaiverState::Expiring => lives[index].is_used = true,
                }
                // The better of two, else the first of the file.
                if best.is_none_or(|known| state < known.state) {
                    best = Some(WaiverMark { waiver: index, state });
                }
            }
            if best.is_some_and(|mark| matches!(mark.state, WaiverState::Valid | WaiverState::Expiring)) {
                finding.state = State::Waived;
            }
            finding.waiver = best;
        }
        for (index, life) in lives.into_iter().enumerate() {
            self.waiver_notice(index, life);
        }
    }

    fn state_of(&self, waiver: &Waiver, finding: &Finding) -> WaiverState {
        if waiver.operator != finding.operator {
            return WaiverState::Ended(Ended::Operator);
        }
        let Some(left) = days_from(self.options.judged_on, waiver.expires) else { return WaiverState::Expired };
        if let Some(codes) = &waiver.reach {
            let mut reached = finding.codes.iter().filter(|code| code.reach == Reach::Reached);
            if reached.any(|code| !codes.contains(&code.country)) {
                return WaiverState::Ended(Ended::Reach);
            }
        }
        if left <= SOON { WaiverState::Expiring } else { WaiverState::Valid }
    }

    fn waiver_notice(&mut self, index: usize, life: Life) {
        let waiver = &self.policy.waivers[index];
        let on = waiver.expires;
        let (severity, kind, findings) = if !life.expired.is_empty() {
            // Of unknowns alone it is a warning: what is not known never fails a run.
            let severity = if life.is_expired_against { Severity::Error } else { Severity::Warning };
            (severity, NoticeKind::WaiverExpired { waiver: index, on }, life.expired)
        } else if !life.reach.is_empty() {
            (Severity::Warning, NoticeKind::WaiverEnded { waiver: index, why: Ended::Reach }, life.reach)
        } else if life.is_used {
            match days_from(self.options.judged_on, on) {
                Some(days) if days <= SOON => {
                    (Severity::Warning, NoticeKind::WaiverExpiring { waiver: index, on, days }, Vec::new())
                }
                _ => return,
            }
        } else if !life.operator.is_empty() {
            (Severity::Warning, NoticeKind::WaiverEnded { waiver: index, why: Ended::Operator }, life.operator)
        } else if self.policy.warns_of_unused {
            (Severity::Warning, NoticeKind::WaiverUnused { waiver: index }, Vec::new())
        } else {
            return;
        };
        let origin = self.policy.at(waiver.line);
        let role = Some(waiver.role);
        self.notices.insert(Notice { severity, origin, kind, target: None, role, findings });
    }

    fn rule_notices(&mut self) {
        if self.subjects == 0 {
            return;
        }
        if let Some(limit) = self.policy.limits.third_parties.as_ref().filter(|_| !self.limit_matched) {
            let kind = NoticeKind::RuleMatchedNothing { rule: THIRD_PARTIES.to_owned() };
            self.notice(Severity::Warning, self.policy.at(limit.line), kind, None, None);
        }
        for (rule, _) in self.policy.rules.iter().zip(&self.matched.clone()).filter(|(_, matched)| !**matched) {
            let kind = NoticeKind::RuleMatchedNothing { rule: rule.id.clone() };
            self.notice(Severity::Warning, self.policy.at(rule.line), kind, None, None);
        }
    }

    fn share_notice(&mut self, said: &BTreeMap<(usize, usize), Said>) {
        let Some((max, line)) = self.policy.limits.unknown_share else { return };
        let unknown = said.values().filter(|said| said.is_unknown).count();
        // Somebody answers for these: they are neither known nor an open question.
        let answered_for = said.values().filter(|said| said.is_only_waived_unknown()).count();
        let services = self.covered.saturating_sub(answered_for);
        if max.is_exceeded(unknown, services) {
            let kind = NoticeKind::UnknownShare { unknown, services, max };
            self.notice(Severity::Error, self.policy.at(line), kind, None, None);
        }
    }

    fn counts(&self, said: &BTreeMap<(usize, usize), Said>) -> Counts {
        let mut counts = Counts {
            targets: self.targets.len(),
            services: self.covered,
            ok: self.covered - said.len(),
            not_covered: self.services - self.covered,
            ..Counts::default()
        };
        for said in said.values() {
            let count = match said {
                Said { severity: Some(Severity::Error), .. } => &mut counts.error,
                Said { is_unknown: true, severity: None | Some(Severity::Note), .. } => &mut counts.unknown,
                Said { severity: Some(Severity::Warning), .. } => &mut counts.warning,
                Said { severity: Some(Severity::Note), .. } => &mut counts.note,
                Said { is_waived: true, .. } => &mut counts.waived,
                Said { .. } => &mut counts.baselined,
            };
            *count += 1;
        }
        counts
    }
}

/// What is said of one service.
#[derive(Debug, Clone, Copy, Default)]
struct Said {
    /// Of findings that count.
    severity: Option<Severity>,
    is_unknown: bool,
    is_waived: bool,
    is_waived_finding: bool,
    is_baselined: bool,
}

impl Said {
    fn is_only_waived_unknown(&self) -> bool {
        self.is_waived && !self.is_waived_finding && !self.is_unknown && !self.is_baselined && self.severity.is_none()
    }
}

/// By subject and service. Built-in findings are about a target as a whole and name no service.
fn said_of_services(findings: &[Finding]) -> BTreeMap<(usize, usize), Said> {
    let mut all: BTreeMap<(usize, usize), Said> = BTreeMap::new();
    for finding in findings {
        for place in &finding.layers {
            let said = all.entry((place.subject, place.service)).or_default();
            match finding.state {
                State::Finding => said.severity = said.severity.max(Some(finding.severity)),
                State::Unknown => said.is_unknown = true,
                State::Waived => {
                    said.is_waived = true;
                    said.is_waived_finding |= finding.verdict == Verdict::Against;
                }
                State::Baselined => said.is_baselined = true,
            }
        }
    }
    all
}

fn tally(findings: &[Finding], notices: &[Notice]) -> Tally {
    let mut tally = Tally::default();
    for finding in findings {
        let count = match (finding.state, finding.severity) {
            (State::Unknown, _) => &mut tally.unknown,
            (State::Waived, _) => &mut tally.waived,
            (State::Baselined, _) => &mut tally.baselined,
            (State::Finding, Severity::Error) => &mut tally.errors,
            (State::Finding, Severity::Warning) => &mut tally.warnings,
            (State::Finding, Severity::Note) => &mut tally.notes,
        };
        *count += 1;
    }
    for notice in notices {
        let count = match notice.severity {
            _ if notice.kind.is_inconclusive() => &mut tally.inconclusive,
            Severity::Error => &mut tally.errors,
            Severity::Warning => &mut tally.warnings,
            Severity::Note => &mut tally.notes,
        };
        *count += 1;
    }
    tally
}

/// What counts first, then gravest, then rule, target, role and operator.
fn order(finding: &Finding) -> impl Ord + '_ {
    let is_put_aside = matches!(finding.state, State::Waived | State::Baselined);
    (
        (is_put_aside, Reverse(finding.severity), finding.state),
        &finding.rule,
        &finding.target,
        finding.role,
        &finding.operator,
        finding.verdict,
    )
}

/// Ids of findings that were measured, whatever became of them.
pub(super) fn measured_ids(findings: &[Finding]) -> BTreeSet<FindingId> {
    findings.iter().filter(|f| f.verdict == Verdict::Against).map(|f| f.id).collect()
}
