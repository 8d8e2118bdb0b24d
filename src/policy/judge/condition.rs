//! The conditions of a rule, asked of one operator of one service.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::super::file::{Answer, Members, OperatorCondition, OperatorEntry, Policy, Rule, Within};
use super::super::finding::{CitedCode, CitedLaw, Reason, Verdict};
use super::super::known::{Known, Membership};
use super::Subject;
use super::attested::Attests;
use super::member::Bench;
use crate::assess::{LayerReach, Reach};
use crate::attribute::{Layer, Place, Ref, Service};
use crate::model::{Confidence, CountryCode, Grade, Role, Severity};

/// Least confidence of an operator's name where a condition has no `min-sure`: a guess at the operator is no operator.
const NAMED: u8 = 2;

/// One thing a condition has to say.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) verdict: Verdict,
    pub(super) reason: Reason,
    /// At most this grave; else as the rule says.
    pub(super) cap: Option<Severity>,
    /// The rule is broken as such: not only in part, perhaps, or by an answer that is neither yes nor no.
    pub(super) is_plain: bool,
    pub(super) codes: Vec<CitedCode>,
    pub(super) laws: Vec<CitedLaw>,
    pub(super) places: Vec<CountryCode>,
    pub(super) because: Vec<Ref>,
}

impl Said {
    fn new(verdict: Verdict, reason: Reason) -> Self {
        let (codes, laws, places, because) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { verdict, reason, cap: None, is_plain: false, codes, laws, places, because }
    }

    pub(super) fn unknown(reason: Reason) -> Self {
        Self::new(Verdict::Unknown, reason)
    }

    pub(super) fn against(reason: Reason) -> Self {
        Self { is_plain: true, ..Self::new(Verdict::Against, reason) }
    }

    /// What an answer that is neither yes nor no counts for.
    fn answered(answer: Answer, warn: Reason, unknown: Reason) -> Option<Self> {
        match answer {
            Answer::Allow => None,
            Answer::Unknown => Some(Self::unknown(unknown)),
            Answer::Warn => Some(Self { cap: Some(Severity::Warning), ..Self::new(Verdict::Against, warn) }),
            Answer::Error => Some(Self::against(warn)),
        }
    }
}

/// How far a connection comes, whatever its confidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Reaches,
    MayReach,
}

/// What membership in `only` or `deny` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Allowed,
    InPart,
    NotAllowed,
    NoHome,
}

/// One operator under one rule.
pub(super) struct View<'a> {
    pub(super) known: &'a dyn Known,
    pub(super) policy: &'a Policy,
    pub(super) subject: &'a Subject<'a>,
    pub(super) rule: &'a Rule,
    pub(super) service: &'a Service,
    pub(super) layer: &'a Layer,
    pub(super) reach: &'a LayerReach,
}

impl View<'_> {
    fn bench(&self) -> Bench<'_> {
        Bench { known: self.known, policy: self.policy, context: self.subject.context }
    }

    fn standing(&self, country: CountryCode, members: &Members<Within>) -> Standing {
        let (list, is_only) = match members {
            Members::Only(list) => (list, true),
            Members::Deny(list) => (list, false),
        };
        match self.bench().of(country, list) {
            None => Standing::NoHome,
            Some(Membership::Partial) => Standing::InPart,
            Some(Membership::Full) if is_only => Standing::Allowed,
            Some(Membership::No) if !is_only => Standing::Allowed,
            Some(Membership::Full | Membership::No) => Standing::NotAllowed,
        }
    }

    /// `reach`: which jurisdictions reach the operator, whatever the law.
    pub(super) fn reach(&self, said: &mut Vec<Said>) {
        let Some(condition) = &self.rule.reach else { return };
        self.unnamed(condition.min_sure, said);
        let mut standings: BTreeMap<CountryCode, Standing> = BTreeMap::new();
        for code in self.strongest(condition.min_sure) {
            let country = code.cited.country;
            let standing = *standings.entry(country).or_insert_with(|| self.standing(country, &condition.members));
            let is_sure = code.cited.confidence.level() >= condition.min_sure;
            let may_reach = if code.class == Class::MayReach { condition.may_reach } else { Answer::Error };
            let one = match standing {
                Standing::Allowed => None,
                _ if !is_sure && may_reach == Answer::Allow => None,
                _ if !is_sure => {
                    let sure = code.cited.confidence.level();
                    Some(Said::unknown(Reason::Unsure { sure, min_sure: condition.min_sure }))
                }
                Standing::NoHome => Some(Said::unknown(Reason::NoHome)),
                Standing::NotAllowed if code.class == Class::Reaches => Some(Said::against(Reason::Reached)),
                Standing::NotAllowed => Said::answered(may_reach, Reason::MayBeReached, Reason::MayBeReached),
                Standing::InPart => {
                    let answer = condition.partial.min(may_reach);
                    Said::answered(answer, Reason::PartialMember, Reason::ScopeNotObserved)
                }
            };
            let cited = CitedCode { is_partial: standing == Standing::InPart, ..code.cited };
            said.extend(one.map(|one| Said { codes: vec![cited], ..one }));
        }
    }

    /// By country: the strongest connection that is sure enough, and a stronger one that is not.
    fn strongest(&self, min_sure: u8) -> Vec<Connection> {
        let mut sure: BTreeMap<CountryCode, Connection> = BTreeMap::new();
        let mut unsure: BTreeMap<CountryCode, Connection> = BTreeMap::new();
        for nexus in &self.reach.nexus {
            let is_claim = matches!(nexus.grade, Grade::Direct | Grade::Controlled | Grade::Located | Grade::Presence);
            if !is_claim || nexus.confidence == Confidence::None {
                continue;
            }
            let is_open = nexus.grade == Grade::Presence || nexus.via_fund || nexus.joint;
            let class = if is_open { Class::MayReach } else { Class::Reaches };
            let is_sure = nexus.confidence.level() >= min_sure;
            let reach = match class {
                _ if !is_sure => Reach::Unchecked,
                Class::Reaches => Reach::Reached,
                Class::MayReach => Reach::MayReach,
            };
            let cited = CitedCode {
                reach,
                grade: Reverse(nexus.grade),
                country: nexus.jurisdiction,
                confidence: nexus.confidence,
                is_partial: false,
            };
            let one = Connection { class, cited };
            let list = if is_sure { &mut sure } else { &mut unsure };
            let known = list.entry(nexus.jurisdiction).or_insert_with(|| one.clone());
            let rank = |c: &Connection| (c.class, c.cited.grade, Reverse(c.cited.confidence));
            if rank(&one) < rank(known) {
                *known = one;
            }
        }
        let adds = |one: &Connection| sure.get(&one.cited.country).is_none_or(|known| one.class < known.class);
        let mut all: Vec<Connection> = unsure.into_values().filter(adds).collect();
        all.extend(sure.into_values());
        all
    }

    /// `law`: whether one of the denied laws applies to the service.
    pub(super) fn law(&self, said: &mut Vec<Said>) {
        let Some(condition) = &self.rule.law else { return };
        self.unnamed(condition.min_sure, said);
        for exposure in self.reach.exposures.iter().filter(|e| condition.deny.binary_search(&e.law).is_ok()) {
            let Some(nexus) = self.reach.nexus.get(exposure.nexus) else { continue };
            let sure = exposure.confidence.level();
            let is_sure = sure >= condition.min_sure;
            let is_open = nexus.grade == Grade::Presence || nexus.via_fund || nexus.joint;
            let class = match exposure.reach {
                Reach::Reached => Class::Reaches,
                Reach::MayReach => Class::MayReach,
                Reach::Unchecked if is_open => Class::MayReach,
                Reach::Unchecked => Class::Reaches,
            };
            let one = match class {
                Class::MayReach if condition.may_reach == Answer::Allow => None,
                _ if !is_sure => Some(Said::unknown(Reason::Unsure { sure, min_sure: condition.min_sure })),
                Class::Reaches => Some(Said::against(Reason::LawApplies)),
                Class::MayReach => Said::answered(condition.may_reach, Reason::LawMayApply, Reason::LawMayApply),
            };
            let reach = match class {
                _ if !is_sure => Reach::Unchecked,
                Class::Reaches => Reach::Reached,
                Class::MayReach => Reach::MayReach,
            };
            let law = CitedLaw {
                law: exposure.law.clone(),
                reach,
                country: nexus.jurisdiction,
                certainty: exposure.certainty,
                confidence: exposure.confidence,
            };
            let code = CitedCode {
                reach,
                grade: Reverse(nexus.grade),
                country: nexus.jurisdiction,
                confidence: exposure.confidence,
                is_partial: false,
            };
            let because = exposure.because.iter().cloned().collect();
            said.extend(one.map(|one| Said { laws: vec![law], codes: vec![code], because, ..one }));
        }
    }

    /// Who runs the service, or who owns that company, is not known well enough for what is not found to count.
    fn unnamed(&self, min_sure: u8, said: &mut Vec<Said>) {
        let sure = self.layer.confidence.level();
        if self.layer.operator.is_none() {
            said.push(Said::unknown(Reason::OperatorUnlisted));
        } else if !self.reach.knows_owners() {
            said.push(Said::unknown(Reason::OwnersUnknown));
        }
        if sure < min_sure {
            said.push(Said::unknown(Reason::Unsure { sure, min_sure }));
        }
    }

    /// `located`: where machines answer.
    pub(super) fn located(&self, said: &mut Vec<Said>) {
        let Some(condition) = &self.rule.located else { return };
        let list = match &self.layer.place {
            Place::NotApplicable => return,
            Place::Anycast => {
                said.extend(Said::answered(condition.anycast, Reason::Anycast, Reason::Anycast));
                return;
            }
            Place::In(list) if !list.is_empty() => list,
            Place::Unknown | Place::In(_) => {
                said.push(Said::unknown(Reason::PlaceUnknown));
                return;
            }
        };
        for place in list {
            let membership = self.bench().of(place.country, &condition.only);
            let one = match membership {
                _ if !place.is_probable => Some(Said::unknown(Reason::PlaceWeak)),
                None => Some(Said::unknown(Reason::NoHome)),
                Some(Membership::Full) => None,
                Some(Membership::Partial) => {
                    Said::answered(condition.partial, Reason::PartialMember, Reason::ScopeNotObserved)
                }
                Some(Membership::No) => Some(Said::against(Reason::PlacedOutside)),
            };
            let (places, because) = (vec![place.country], place.because.clone());
            said.extend(one.map(|one| Said { places, because, ..one }));
        }
    }

    /// `operator`: who runs the service. Returns the labels that were looked for.
    pub(super) fn operator(
        &self,
        condition: &OperatorCondition,
        attests: &Attests,
        said: &mut Vec<Said>,
    ) -> Vec<String> {
        let (list, is_only) = match &condition.members {
            Members::Only(list) => (list, true),
            Members::Deny(list) => (list, false),
        };
        let mut asked = Vec::new();
        let mut open = Vec::new();
        let mut is_named = false;
        let sure = self.layer.confidence.level();
        let who = self.layer.operator.as_ref().filter(|_| sure >= NAMED);
        for entry in list {
            match (entry, who) {
                (OperatorEntry::Id(id), Some(who)) => is_named |= id == who,
                (OperatorEntry::Kind(kind), Some(who)) if self.service.role == Role::Resource => {
                    let on_page = self.service.page.is_some_and(|page| page.purpose == *kind);
                    is_named |= on_page || self.known.purposes(who).contains(kind);
                }
                (OperatorEntry::Id(_) | OperatorEntry::Kind(_), _) => {}
                (OperatorEntry::Label(label), _) => {
                    asked.push(label.clone());
                    if attests.has(label) {
                        is_named = true;
                    } else {
                        let offers = self.offers(label);
                        open.push(Said::unknown(Reason::OfferNotObserved { label: label.clone(), offers }));
                    }
                }
            }
        }
        if is_named {
            if !is_only {
                said.push(Said::against(Reason::OperatorDenied));
            }
        } else if self.layer.operator.is_none() {
            said.push(Said::unknown(Reason::OperatorUnlisted));
        } else if who.is_none() {
            said.push(Said::unknown(Reason::Unsure { sure, min_sure: NAMED }));
        } else if !open.is_empty() {
            said.extend(open);
        } else if is_only {
            said.push(Said::against(Reason::OperatorNotAllowed));
        }
        asked
    }

    fn offers(&self, label: &str) -> Vec<String> {
        let day = self.subject.context.as_of.0;
        self.layer.entity.as_ref().map(|entity| self.known.offers(entity, label, day)).unwrap_or_default()
    }

    /// `established-in`: the operator's seat, or an establishment of its group in its line of business.
    pub(super) fn established(&self, said: &mut Vec<Said>) {
        let Some(condition) = &self.rule.established_in else { return };
        if self.layer.operator.is_none() {
            said.push(Said::unknown(Reason::OperatorUnlisted));
            return;
        }
        let bench = self.bench();
        let mut open: Vec<Said> = Vec::new();
        for nexus in &self.reach.nexus {
            if !matches!(nexus.grade, Grade::Direct | Grade::Presence) {
                continue;
            }
            let sure = nexus.confidence.level();
            match bench.of(nexus.jurisdiction, &condition.only) {
                Some(Membership::No) => {}
                Some(Membership::Full) if sure >= NAMED => return,
                Some(Membership::Full) => open.push(Said::unknown(Reason::Unsure { sure, min_sure: NAMED })),
                Some(Membership::Partial) => open.push(Said::unknown(Reason::ScopeNotObserved)),
                None => open.push(Said::unknown(Reason::NoHome)),
            }
        }
        let sure = self.layer.confidence.level();
        if !open.is_empty() {
            said.extend(open);
        } else if sure < NAMED {
            said.push(Said::unknown(Reason::Unsure { sure, min_sure: NAMED }));
        } else {
            said.push(Said::unknown(Reason::EstablishmentNotRecorded));
        }
    }
}

/// A connection with a jurisdiction.
#[derive(Debug, Clone)]
struct Connection {
    class: Class,
    cited: CitedCode,
}
