//! A finding while it is gathered: several services of one role and operator make one.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::super::finding::{CitedCode, CitedLaw, Finding, LayerAt, Reason, State, Verdict};
use super::super::id::{FindingId, OperatorKey, Origin};
use super::super::{ANSWERS_DISAGREE, THIRD_PARTIES};
use super::Judge;
use super::condition::Said;
use crate::attribute::Ref;
use crate::model::{Confidence, CountryCode, LawId, NonEmpty, Role, Severity, Target};

/// Which rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RuleAt {
    /// Of the policy.
    Rule(usize),
    /// The limit on third parties.
    ThirdParties,
    /// Two looks that disagree.
    AnswersDisagree,
}

/// What makes one finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) rule: RuleAt,
    pub(super) target: Target,
    pub(super) role: Role,
    pub(super) operator: OperatorKey,
    pub(super) verdict: Verdict,
}

/// What is gathered under a key.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) origin: Origin,
    pub(super) severity: Severity,
    pub(super) reasons: BTreeSet<Reason>,
    pub(super) codes: BTreeMap<CountryCode, CitedCode>,
    pub(super) laws: BTreeMap<LawId, CitedLaw>,
    pub(super) places: BTreeSet<CountryCode>,
    pub(super) records: BTreeSet<String>,
    pub(super) because: BTreeSet<Ref>,
    pub(super) layers: BTreeSet<LayerAt>,
    /// Confidence of the attribution, where nothing else is cited.
    pub(super) attribution: Option<Confidence>,
}

impl Draft {
    pub(super) fn new(origin: Origin) -> Self {
        Self {
            origin,
            severity: Severity::Note,
            reasons: BTreeSet::new(),
            codes: BTreeMap::new(),
            laws: BTreeMap::new(),
            places: BTreeSet::new(),
            records: BTreeSet::new(),
            because: BTreeSet::new(),
            layers: BTreeSet::new(),
            attribution: None,
        }
    }

    pub(super) fn add(&mut self, said: Said, severity: Severity, attribution: Confidence) {
        self.severity = self.severity.max(severity);
        self.reasons.insert(said.reason);
        for code in said.codes {
            let known = self.codes.entry(code.country).or_insert_with(|| code.clone());
            // Closest first; the better backed of two that are equally close.
            let rank = |c: &CitedCode| (c.reach, c.grade, Reverse(c.confidence), c.is_partial);
            if rank(&code) < rank(known) {
                *known = code;
            }
        }
        for law in said.laws {
            let known = self.laws.entry(law.law.clone()).or_insert_with(|| law.clone());
            let rank = |l: &CitedLaw| (l.reach, Reverse(l.certainty), Reverse(l.confidence));
            if rank(&law) < rank(known) {
                *known = law;
            }
        }
        self.places.extend(said.places);
        self.because.extend(said.because);
        self.attribution = Some(self.attribution.map_or(attribution, |known| known.min(attribution)));
    }

    pub(super) fn see(&mut self, record: &str, because: &[Ref], place: LayerAt) {
        if !record.is_empty() {
            self.records.insert(record.to_owned());
        }
        self.because.extend(because.iter().cloned());
        self.layers.insert(place);
    }

    fn sure(&self) -> Confidence {
        let codes = self.codes.values().map(|code| code.confidence);
        let cited = codes.chain(self.laws.values().map(|law| law.confidence)).min();
        cited.or(self.attribution).unwrap_or_default()
    }
}

impl Judge<'_> {
    /// The id and the line of a rule.
    pub(super) fn rule_named(&self, rule: RuleAt) -> (&str, Origin) {
        match rule {
            RuleAt::Rule(at) => (&self.policy.rules[at].id, self.policy.at(self.policy.rules[at].line)),
            RuleAt::ThirdParties => {
                let line = self.policy.limits.third_parties.as_ref().map_or(1, |limit| limit.line);
                (THIRD_PARTIES, self.policy.at(line))
            }
            RuleAt::AnswersDisagree => (ANSWERS_DISAGREE, self.policy.at(1)),
        }
    }

    /// Everything gathered, as findings that count; waivers and the baseline come after.
    pub(super) fn findings(&mut self) -> Vec<Finding> {
        let drafts = std::mem::take(&mut self.drafts);
        drafts.into_iter().filter_map(|(key, draft)| self.finding(key, draft)).collect()
    }

    fn finding(&self, key: Key, draft: Draft) -> Option<Finding> {
        let (rule, rule_at) = self.rule_named(key.rule);
        let rule_because = match key.rule {
            RuleAt::Rule(at) => self.policy.rules[at].because.clone(),
            RuleAt::ThirdParties | RuleAt::AnswersDisagree => None,
        };
        let operator_name = match &key.operator {
            OperatorKey::Listed(id) => self.known.operator_name(id).map(str::to_owned),
            OperatorKey::Unlisted(_) | OperatorKey::Unknown => None,
        };
        let sure = draft.sure();
        let mut codes: Vec<CitedCode> = draft.codes.into_values().collect();
        codes.sort();
        let mut laws: Vec<CitedLaw> = draft.laws.into_values().collect();
        laws.sort();
        Some(Finding {
            id: FindingId::of(rule, &key.target.to_string(), key.role, &key.operator, key.verdict),
            rule: rule.to_owned(),
            verdict: key.verdict,
            state: match key.verdict {
                Verdict::Against => State::Finding,
                Verdict::Unknown => State::Unknown,
            },
            severity: draft.severity,
            target: key.target,
            role: key.role,
            records: draft.records.into_iter().collect(),
            operator: key.operator,
            operator_name,
            reasons: NonEmpty::from_vec(draft.reasons.into_iter().collect())?,
            codes,
            laws,
            places: draft.places.into_iter().collect(),
            sure,
            origin: draft.origin,
            rule_at,
            rule_because,
            because: draft.because.into_iter().collect(),
            waiver: None,
            layers: draft.layers.into_iter().collect(),
        })
    }
}
