//! Policy and conclusions -> findings. Subjects are judged one after the other; only what there is to say is kept.

mod attested;
mod condition;
mod draft;
mod limits;
mod member;
mod tighten;
mod waive;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use self::condition::Said;
use self::draft::{Draft, Key, RuleAt};
use super::baseline::Baseline;
use super::file::{Policy, Rule, UnknownIs};
use super::finding::{LayerAt, Reason, Verdict};
use super::id::{OperatorKey, Origin};
use super::judgement::{Attested, Judgement};
use super::known::Known;
use super::notice::{Notice, NoticeKind};
use crate::assess::{Assessment, LayerReach, ServiceReach};
use crate::attribute::{Attribution, Context, Layer, Place, Service, State as Found};
use crate::model::{Confidence, Role, Severity, Target};

/// One target and what was concluded about it.
#[derive(Debug, Clone)]
pub struct Subject<'a> {
    /// The target.
    pub target: &'a Target,
    /// The line that named it; `None` for an argument of the command line.
    pub origin: Option<Origin>,
    /// Date of ownership and law, and whose law is at home.
    pub context: &'a Context,
    /// Who runs what.
    pub found: &'a Attribution,
    /// Who can compel whom.
    pub reach: &'a Assessment,
    /// Day of the evidence.
    pub taken_on: Date,
    /// Local tables the evidence and the judgement rest on.
    pub tables: Vec<TableDate>,
    /// Whether any question about the target's own names found an answer.
    pub is_measured: bool,
}

/// A local table and its date.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableDate {
    /// What to call it.
    pub table: String,
    /// Its date; `None` where it does not say, which no limit of age accepts.
    pub date: Option<Date>,
}

/// How to judge.
#[derive(Debug, Clone, Copy)]
pub struct JudgeOptions<'a> {
    /// Day of judgement: decides waivers, attestations and the age of evidence.
    pub judged_on: Date,
    /// Waivers count; `false` is `--no-waivers`.
    pub use_waivers: bool,
    /// Findings that were there before.
    pub baseline: Option<&'a Baseline>,
}

/// Judges subjects one after the other.
pub struct Judge<'a> {
    policy: &'a Policy,
    known: &'a dyn Known,
    options: JudgeOptions<'a>,
    drafts: BTreeMap<Key, Draft>,
    notices: BTreeSet<Notice>,
    attested: BTreeSet<Attested>,
    /// Attestations that were asked for, whether or not they still hold.
    attests_met: BTreeSet<usize>,
    /// By rule, whether it matched a service.
    matched: Vec<bool>,
    /// Whether the limit on third parties met a page.
    limit_matched: bool,
    subjects: usize,
    targets: BTreeSet<Target>,
    /// Counted services, and those that a rule is about.
    services: usize,
    covered: usize,
    looks: limits::Looks,
    measured: tighten::Measured,
}

/// Judges all subjects.
#[must_use]
pub fn judge(policy: &Policy, known: &dyn Known, subjects: &[Subject<'_>], options: JudgeOptions<'_>) -> Judgement {
    let mut judge = Judge::new(policy, known, options);
    subjects.iter().for_each(|subject| judge.add(subject));
    judge.finish()
}

impl<'a> Judge<'a> {
    /// A judge who has seen nothing yet.
    #[must_use]
    pub fn new(policy: &'a Policy, known: &'a dyn Known, options: JudgeOptions<'a>) -> Self {
        Self {
            policy,
            known,
            options,
            drafts: BTreeMap::new(),
            notices: BTreeSet::new(),
            attested: BTreeSet::new(),
            attests_met: BTreeSet::new(),
            matched: vec![false; policy.rules.len()],
            limit_matched: false,
            subjects: 0,
            targets: BTreeSet::new(),
            services: 0,
            covered: 0,
            looks: limits::Looks::default(),
            measured: tighten::Measured::default(),
        }
    }

    /// Judges one more subject.
    pub fn add(&mut self, subject: &Subject<'_>) {
        let number = self.subjects;
        self.subjects += 1;
        self.targets.insert(subject.target.clone());
        let name = subject.target.to_string();
        let policy = self.policy;
        let rules: Vec<(usize, &Rule)> = policy
            .rules
            .iter()
            .enumerate()
            .filter(|(_, rule)| rule.targets.is_empty() || rule.targets.iter().any(|glob| glob.matches(&name)))
            .collect();
        for (index, (service, reach)) in subject.found.services.iter().zip(&subject.reach.services).enumerate() {
            if !is_counted(service) {
                continue;
            }
            self.services += 1;
            let mut is_covered = false;
            for (at, rule) in &rules {
                if rule.roles.contains(&service.role) && is_asked(rule, service) {
                    is_covered = true;
                    self.matched[*at] = true;
                    self.service(subject, *at, rule, (number, index), service, reach);
                }
            }
            self.covered += usize::from(is_covered);
        }
        self.ages(subject);
        self.third_parties(subject, &name);
        self.compare_looks(subject);
        if self.options.baseline.is_some() {
            self.measured.note(&name, &subject.found.services);
        }
        if !subject.is_measured || !is_anything_known(&subject.found.services) {
            let kind = NoticeKind::NothingMeasured;
            self.notice(Severity::Error, self.origin(subject, 1), kind, Some(subject.target), None);
        }
    }

    /// Says of a subject that some question about it found no answer, where every answer is wanted.
    pub fn unanswered(&mut self, subject: &Subject<'_>) {
        let origin = self.origin(subject, 1);
        self.notice(Severity::Error, origin, NoticeKind::Unanswered, Some(subject.target), None);
    }

    /// Says of a line of an input file that it could not be read: what it names is not judged.
    pub fn not_read(&mut self, origin: Origin, what: String) {
        self.notice(Severity::Error, origin, NoticeKind::NotRead { what }, None, None);
    }

    /// One rule and one service.
    fn service(
        &mut self,
        subject: &Subject<'_>,
        at: usize,
        rule: &Rule,
        (number, index): (usize, usize),
        service: &Service,
        reach: &ServiceReach,
    ) {
        let place = |layer| LayerAt { subject: number, service: index, layer };
        if let Found::NotDetermined(gap) = service.state {
            let said = vec![Said::unknown(Reason::NotDetermined(gap))];
            let because = service.because.clone();
            self.say(subject, at, service, OperatorKey::Unknown, said, because, place(None), Confidence::None);
            return;
        }
        if service.layers.is_empty() {
            let said = vec![Said::unknown(Reason::OperatorUnlisted)];
            let because = service.because.clone();
            self.say(subject, at, service, OperatorKey::Unknown, said, because, place(None), Confidence::None);
        }
        for (number, (layer, reach)) in service.layers.iter().zip(&reach.layers).enumerate() {
            let said = self.layer(subject, at, rule, service, layer, reach);
            let because = layer.because.iter().cloned().collect();
            let place = place(Some(number));
            self.say(subject, at, service, operator_key(layer), said, because, place, layer.confidence);
        }
    }

    /// One rule and one operator.
    fn layer(
        &mut self,
        subject: &Subject<'_>,
        at: usize,
        rule: &Rule,
        service: &Service,
        layer: &Layer,
        reach: &LayerReach,
    ) -> Vec<Said> {
        let view = condition::View { known: self.known, policy: self.policy, subject, rule, service, layer, reach };
        let mut said = Vec::new();
        view.reach(&mut said);
        view.law(&mut said);
        view.located(&mut said);
        view.established(&mut said);
        if let Some(condition) = &rule.operator {
            let attests = self.attests(subject, service.role);
            let used = view.operator(condition, &attests, &mut said);
            self.note_attests(subject, at, &operator_key(layer), &attests, &used);
        }
        said
    }

    /// Keeps what was said of an operator under its key, findings and unknowns apart.
    #[allow(clippy::too_many_arguments, reason = "one call says who, where and why")]
    fn say(
        &mut self,
        subject: &Subject<'_>,
        at: usize,
        service: &Service,
        operator: OperatorKey,
        said: Vec<Said>,
        because: Vec<crate::attribute::Ref>,
        place: LayerAt,
        confidence: Confidence,
    ) {
        let rule = &self.policy.rules[at];
        // Where a rule is plainly broken, what else is not known changes nothing.
        let is_decided = said.iter().any(|one| one.is_plain);
        for one in said {
            if is_decided && one.verdict == Verdict::Unknown {
                continue;
            }
            let key = Key {
                rule: RuleAt::Rule(at),
                target: subject.target.clone(),
                role: service.role,
                operator: operator.clone(),
                verdict: one.verdict,
            };
            let origin = self.origin(subject, rule.line);
            let severity = match one.verdict {
                Verdict::Against => one.cap.map_or(rule.severity, |cap| cap.min(rule.severity)),
                Verdict::Unknown => self.severity_of_unknown(),
            };
            let draft = self.drafts.entry(key).or_insert_with(|| Draft::new(origin));
            draft.add(one, severity, confidence);
            draft.see(&service.record, &because, place);
        }
    }

    fn severity_of_unknown(&self) -> Severity {
        match self.policy.unknown {
            UnknownIs::Allowed => Severity::Note,
            UnknownIs::Warning => Severity::Warning,
            UnknownIs::Error => Severity::Error,
        }
    }

    /// The line that named the target, else a line of the policy.
    fn origin(&self, subject: &Subject<'_>, line: u32) -> Origin {
        subject.origin.clone().unwrap_or_else(|| self.policy.at(line))
    }

    fn notice(
        &mut self,
        severity: Severity,
        origin: Origin,
        kind: NoticeKind,
        target: Option<&Target>,
        role: Option<Role>,
    ) {
        self.notices.insert(Notice { severity, origin, kind, target: target.cloned(), role, findings: Vec::new() });
    }
}

/// Whether a service is in N: a counted role that was found or could not be determined.
fn is_counted(service: &Service) -> bool {
    service.role.is_counted() && matches!(service.state, Found::Found | Found::NotDetermined(_))
}

/// Whether any question was answered, be it by "there is none".
fn is_anything_known(services: &[Service]) -> bool {
    services.iter().any(|service| matches!(service.state, Found::Found | Found::Absent(_)))
}

/// Whether a rule has a question for a service: one about places has none where a place makes no sense.
fn is_asked(rule: &Rule, service: &Service) -> bool {
    let others = rule.reach.is_some() || rule.law.is_some() || rule.operator.is_some() || rule.established_in.is_some();
    let is_nowhere = match service.state {
        Found::Found if !service.layers.is_empty() => {
            service.layers.iter().all(|layer| layer.place == Place::NotApplicable)
        }
        _ => !has_place(service.role),
    };
    others || !is_nowhere
}

/// Whether a place is ever looked for: the machines of a registry or of a certificate authority have no part in a visit.
fn has_place(role: Role) -> bool {
    !matches!(role, Role::Ca | Role::Registrar | Role::Tld | Role::Sender | Role::Dmarc)
}

fn operator_key(layer: &Layer) -> OperatorKey {
    match (&layer.operator, &layer.unlisted) {
        (Some(id), _) => OperatorKey::Listed(id.clone()),
        (None, Some(name)) if !name.trim().is_empty() => OperatorKey::Unlisted(name.clone()),
        (None, _) => OperatorKey::Unknown,
    }
}
