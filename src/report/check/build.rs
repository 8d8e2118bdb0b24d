//! Puts a check together from policy, judgement and the reports of its targets.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{
    AttestedReport, CHECK_SCHEMA, ChainLink, CheckReport, CitedLawReport, CountsReport, FindingReport, NoticeOfCheck,
    PlaceOfFile, PolicyHead, ReasonReport, RuleHead, TallyReport, WaiverReport,
};
use crate::kb::Knowledge;
use crate::model::{AsOf, CountryCode};
use crate::policy::{self, Ended, FailOn, Judgement, NoticeKind, Policy, Reason, State, Verdict, WaiverState};
use crate::report::{CodeReport, GradeId, JurisdictionReport, LayerReport, TargetReport, law};
use crate::safe::Untrusted;

impl CheckReport {
    /// Puts a check together. `reports` are those of the subjects, in the order they were judged.
    #[must_use]
    pub fn build(
        policy: &Policy,
        judgement: &Judgement,
        reports: &[TargetReport],
        kb: &Knowledge,
        judged_on: Date,
        fail_on: FailOn,
    ) -> Self {
        let maker = Maker { policy, reports, kb, judged_on, fail_on };
        let findings: Vec<FindingReport> = judgement.findings.iter().map(|one| maker.finding(one)).collect();
        let mut countries: BTreeMap<CountryCode, JurisdictionReport> = BTreeMap::new();
        for report in reports {
            countries.extend(report.jurisdictions.clone());
        }
        Self {
            schema: CHECK_SCHEMA,
            tool: env!("CARGO_PKG_VERSION"),
            release: kb.kb().release.release.clone(),
            judged_on,
            policy: PolicyHead { file: Untrusted::new(&policy.file), sha256: policy.sha256.clone() },
            fail_on: match fail_on {
                FailOn::Error => "error",
                FailOn::Warning => "warning",
                FailOn::Never => "never",
            },
            outcome: judgement.outcome(fail_on).into(),
            rules: maker.rules(judgement),
            findings,
            notices: judgement.notices.iter().map(|one| maker.notice(one)).collect(),
            counts: counts(judgement),
            tally: tally(judgement),
            attested: judgement.attested.iter().filter_map(|one| maker.attested(one)).collect(),
            no_longer: judgement.no_longer.iter().map(ToString::to_string).collect(),
            jurisdictions: countries,
        }
    }
}

/// What a check is made of.
struct Maker<'a> {
    policy: &'a Policy,
    reports: &'a [TargetReport],
    kb: &'a Knowledge,
    judged_on: Date,
    fail_on: FailOn,
}

impl Maker<'_> {
    fn rules(&self, judgement: &Judgement) -> Vec<RuleHead> {
        let mut out: Vec<RuleHead> = self
            .policy
            .rules
            .iter()
            .map(|rule| RuleHead {
                id: Untrusted::new(&rule.id),
                severity: rule.severity.into(),
                because: rule.because.as_ref().map(Untrusted::new),
                line: rule.line,
                roles: rule.roles.iter().map(|role| (*role).into()).collect(),
                conditions: conditions(rule),
            })
            .collect();
        for id in [policy::THIRD_PARTIES, policy::ANSWERS_DISAGREE] {
            if let Some(finding) = judgement.findings.iter().find(|f| f.rule == id) {
                out.push(RuleHead {
                    id: Untrusted::new(id),
                    severity: finding.severity.into(),
                    because: None,
                    line: 0,
                    roles: Vec::new(),
                    conditions: Vec::new(),
                });
            }
        }
        out
    }

    fn finding(&self, finding: &policy::Finding) -> FindingReport {
        let layers: Vec<&LayerReport> = finding.layers.iter().filter_map(|at| self.layer(*at)).collect();
        let service = finding.layers.first().and_then(|at| self.reports.get(at.subject)?.services.get(at.service));
        FindingReport {
            id: finding.id.to_string(),
            rule: Untrusted::new(&finding.rule),
            verdict: match finding.verdict {
                Verdict::Against => "against",
                Verdict::Unknown => "unknown",
            },
            state: match finding.state {
                State::Finding => "finding",
                State::Unknown => "unknown",
                State::Waived => "waived",
                State::Baselined => "baselined",
            },
            severity: finding.severity.into(),
            outcome: finding.outcome(self.fail_on).into(),
            target: finding.target.to_string(),
            role: finding.role.into(),
            purpose: service.and_then(|service| service.page.as_ref()).map(|page| page.purpose),
            records: finding.records.iter().map(Untrusted::new).collect(),
            operator: Untrusted::new(finding.operator.to_string()),
            operator_name: finding.operator_name.as_ref().map(Untrusted::new),
            chain: layers.first().map_or_else(Vec::new, |layer| chain(layer)),
            reasons: finding.reasons.iter().map(|one| reason(one, finding)).collect(),
            codes: finding
                .codes
                .iter()
                .map(|code| CodeReport {
                    country: code.country,
                    reach: code.reach.into(),
                    grade: GradeId::from(code.grade.0),
                    sure: code.confidence.level(),
                    outside: layers.iter().flat_map(|l| &l.codes).any(|c| c.country == code.country && c.outside),
                    unmapped: layers.iter().flat_map(|l| &l.codes).any(|c| c.country == code.country && c.unmapped),
                })
                .collect(),
            laws: finding.laws.iter().filter_map(|law| self.law(law)).collect(),
            places: finding.places.clone(),
            sure: finding.sure.level(),
            at: place(&finding.origin),
            rule_at: place(&finding.rule_at),
            because: finding.rule_because.as_ref().map(Untrusted::new),
            facts: finding.because.iter().map(fact).collect(),
            waiver: finding.waiver.as_ref().and_then(|mark| self.waiver(mark)),
        }
    }

    fn layer(&self, at: policy::LayerAt) -> Option<&LayerReport> {
        self.reports.get(at.subject)?.services.get(at.service)?.layers.get(at.layer?)
    }

    fn law(&self, cited: &policy::CitedLaw) -> Option<CitedLawReport> {
        let law = self.kb.kb().laws.get(&cited.law)?;
        let brief = law::brief(&cited.law, law, AsOf(self.judged_on));
        Some(CitedLawReport {
            id: cited.law.clone(),
            short: brief.short,
            title: brief.title,
            cite: brief.cite,
            jurisdiction: cited.country,
            reach: cited.reach.into(),
            certainty: cited.certainty.into(),
            sources: brief.sources,
        })
    }

    fn waiver(&self, mark: &policy::WaiverMark) -> Option<WaiverReport> {
        let waiver = self.policy.waivers.get(mark.waiver)?;
        Some(WaiverReport {
            state: match mark.state {
                WaiverState::Valid => "valid",
                WaiverState::Expiring => "expiring",
                WaiverState::Expired => "expired",
                WaiverState::Ended(Ended::Operator) => "ended-operator",
                WaiverState::Ended(Ended::Reach) => "ended-reach",
            },
            line: waiver.line,
            reason: Untrusted::new(&waiver.reason),
            owner: Untrusted::new(&waiver.owner),
            ticket: waiver.ticket.as_ref().map(Untrusted::new),
            expires: waiver.expires,
        })
    }

    fn attested(&self, one: &policy::Attested) -> Option<AttestedReport> {
        let attest = self.policy.attests.get(one.attest)?;
        let rule = self.policy.rules.get(one.rule)?;
        Some(AttestedReport {
            target: one.target.to_string(),
            rule: Untrusted::new(&rule.id),
            operator: Untrusted::new(one.operator.to_string()),
            label: Untrusted::new(&attest.label),
            document: Untrusted::new(&attest.document),
            owner: Untrusted::new(&attest.owner),
            expires: attest.expires,
        })
    }

    fn notice(&self, notice: &policy::Notice) -> NoticeOfCheck {
        NoticeOfCheck {
            id: notice.kind.id(),
            severity: notice.severity.into(),
            outcome: notice.outcome(self.fail_on).into(),
            at: place(&notice.origin),
            with: self.notice_values(&notice.kind),
            target: notice.target.as_ref().map(ToString::to_string),
            role: notice.role.map(Into::into),
            findings: notice.findings.iter().map(ToString::to_string).collect(),
        }
    }

    fn notice_values(&self, kind: &NoticeKind) -> BTreeMap<&'static str, Untrusted> {
        let mut with: BTreeMap<&'static str, String> = BTreeMap::new();
        let mut waiver = |index: usize| {
            if let Some(waiver) = self.policy.waivers.get(index) {
                with.insert("rule", waiver.rule.clone());
                with.insert("owner", waiver.owner.clone());
                with.insert("ticket", waiver.ticket.clone().unwrap_or_default());
            }
        };
        match kind {
            NoticeKind::WaiverExpired { waiver: index, .. }
            | NoticeKind::WaiverEnded { waiver: index, .. }
            | NoticeKind::WaiverExpiring { waiver: index, .. }
            | NoticeKind::WaiverUnused { waiver: index } => waiver(*index),
            _ => {}
        }
        match kind {
            NoticeKind::AttestExpired { attest, .. }
            | NoticeKind::AttestExpiring { attest, .. }
            | NoticeKind::AttestUnused { attest } => {
                if let Some(attest) = self.policy.attests.get(*attest) {
                    with.insert("label", attest.label.clone());
                    with.insert("owner", attest.owner.clone());
                }
            }
            _ => {}
        }
        match kind {
            NoticeKind::WaiverExpired { on, .. } | NoticeKind::AttestExpired { on, .. } => {
                with.insert("date", on.to_string());
            }
            NoticeKind::WaiverExpiring { on, days, .. } | NoticeKind::AttestExpiring { on, days, .. } => {
                with.insert("date", on.to_string());
                with.insert("days", days.to_string());
            }
            NoticeKind::WaiverEnded { why, .. } => {
                let why = match why {
                    Ended::Operator => "operator",
                    Ended::Reach => "reach",
                };
                with.insert("why", why.to_owned());
            }
            NoticeKind::RuleMatchedNothing { rule } => {
                with.insert("rule", rule.clone());
            }
            NoticeKind::NotRead { what } => {
                with.insert("what", what.clone());
            }
            NoticeKind::DataTooOld { table, date, max } => {
                with.insert("table", table.clone());
                with.insert("date", date.map(|d| d.to_string()).unwrap_or_default());
                with.insert("max", max.to_string());
            }
            NoticeKind::EvidenceTooOld { date, max } => {
                with.insert("date", date.to_string());
                with.insert("max", max.to_string());
            }
            NoticeKind::UnknownShare { unknown, services, max } => {
                with.insert("unknown", unknown.to_string());
                with.insert("services", services.to_string());
                with.insert("max", share(max));
            }
            _ => {}
        }
        with.into_iter().map(|(key, value)| (key, Untrusted::new(value))).collect()
    }
}

/// Keys of the conditions of a rule, as the policy writes them.
fn conditions(rule: &policy::Rule) -> Vec<&'static str> {
    [
        ("reach", rule.reach.is_some()),
        ("law", rule.law.is_some()),
        ("located", rule.located.is_some()),
        ("operator", rule.operator.is_some()),
        ("established-in", rule.established_in.is_some()),
    ]
    .into_iter()
    .filter_map(|(key, is_there)| is_there.then_some(key))
    .collect()
}

/// Operating company and who controls it.
fn chain(layer: &LayerReport) -> Vec<ChainLink> {
    let company = layer.company.iter().map(|company| ChainLink {
        name: company.name.clone(),
        countries: company.countries.clone(),
        via_fund: false,
    });
    let above = layer.controllers.iter().map(|one| ChainLink {
        name: one.name.clone(),
        countries: one.countries.clone(),
        via_fund: one.via_fund,
    });
    company.chain(above).collect()
}

fn reason(reason: &Reason, finding: &policy::Finding) -> ReasonReport {
    let mut with: BTreeMap<&'static str, String> = BTreeMap::new();
    let mut gap = None;
    match reason {
        Reason::TooManyThirdParties { found, max } => {
            with.insert("found", found.to_string());
            with.insert("max", max.to_string());
        }
        Reason::NotDetermined(why) => gap = Some((*why).into()),
        Reason::Unsure { sure, min_sure } => {
            with.insert("sure", sure.to_string());
            with.insert("min", min_sure.to_string());
        }
        // The group that the rule names holds only a part of these.
        Reason::PartialMember | Reason::ScopeNotObserved => {
            let partial = finding.codes.iter().filter(|code| code.is_partial).map(|code| code.country);
            let mut list: Vec<String> = partial.map(|country| country.to_string()).collect();
            if list.is_empty() {
                list = finding.places.iter().map(ToString::to_string).collect();
            }
            with.insert("list", list.join(", "));
        }
        Reason::OfferNotObserved { label, offers } => {
            with.insert("label", label.clone());
            with.insert("offers", offers.join(", "));
        }
        _ => {}
    }
    ReasonReport {
        id: reason.id(),
        with: with.into_iter().map(|(key, value)| (key, Untrusted::new(value))).collect(),
        gap,
    }
}

/// A share in per cent, without trailing zeros.
fn share(share: &policy::Share) -> String {
    let (whole, rest) = (share.0 / 10_000, share.0 % 10_000);
    match rest {
        0 => whole.to_string(),
        _ => format!("{whole}.{rest:04}").trim_end_matches('0').to_owned(),
    }
}

fn place(origin: &policy::Origin) -> PlaceOfFile {
    PlaceOfFile { file: Untrusted::new(&origin.file), line: origin.line }
}

fn fact(reference: &crate::evidence::Ref) -> String {
    match reference {
        crate::evidence::Ref::Evidence(pointer) => pointer.to_string(),
        crate::evidence::Ref::Kb(id) => id.clone(),
    }
}

fn counts(judgement: &Judgement) -> CountsReport {
    let c = judgement.counts;
    CountsReport {
        targets: c.targets,
        services: c.services,
        ok: c.ok,
        error: c.error,
        warning: c.warning,
        note: c.note,
        unknown: c.unknown,
        waived: c.waived,
        baselined: c.baselined,
        not_covered: c.not_covered,
    }
}

fn tally(judgement: &Judgement) -> TallyReport {
    let t = judgement.tally;
    TallyReport {
        errors: t.errors,
        warnings: t.warnings,
        notes: t.notes,
        unknown: t.unknown,
        inconclusive: t.inconclusive,
        waived: t.waived,
        baselined: t.baselined,
    }
}
