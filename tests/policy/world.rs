//! Small worlds in a few words: services as lines, judged by a policy.
//!
//! `ROLE OPERATOR WORD...`: the operator is an id, `?NAME` for one that is not in the data, `-` for one that could not be
//! determined, `absent` or `not-asked`. Words: `sure=2`, `owners=unknown`, `US/direct/3` (with `+fund` or `+joint`),
//! `law=us-cloud-act/reached/3`, `at=FR`, `at=US?`, `at=anycast`, `at=unknown`, `page=analytics`, `entity=ovh-sas`.
//! A line that begins with `+` is one more operator of the service above.

use std::sync::OnceLock;

use jiff::civil::{Date, date};
use jurisdig::assess::{Assessment, Exposure, Headline, LayerReach, Reach, ServiceReach};
use jurisdig::attribute::{
    Absence, Attribution, Context, Gap, Home, HomeOrigin, Layer, OnPage, Place, PlaceIn, Purpose, Ref, Service, State,
};
use jurisdig::evidence::Contact;
use jurisdig::kb::{Knowledge, Nexus, Owners, Via};
use jurisdig::model::{AsOf, Certainty, Confidence, Grade, Mark, NonEmpty, Outcome, Role, Target};
use jurisdig::policy::{Baseline, FailOn, Finding, JudgeOptions, Judgement, Origin, Policy, Subject, TableDate, judge};

pub(crate) const TODAY: Date = date(2026, 11, 24);

pub(crate) fn kb() -> &'static Knowledge {
    static KB: OnceLock<Knowledge> = OnceLock::new();
    KB.get_or_init(Knowledge::embedded)
}

pub(crate) fn policy(text: &str) -> Policy {
    match Policy::parse("jurisdig.toml", text, TODAY, kb()) {
        Ok(policy) => policy,
        Err(faults) => {
            let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
            panic!("{}\n{text}", lines.join("\n"));
        }
    }
}

/// A target with what was concluded about it.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) target: Target,
    pub(crate) context: Context,
    pub(crate) found: Attribution,
    pub(crate) reach: Assessment,
    pub(crate) taken_on: Date,
    pub(crate) tables: Vec<TableDate>,
    pub(crate) is_measured: bool,
    pub(crate) origin: Option<Origin>,
}

impl World {
    pub(crate) fn new(target: &str, lines: &[&str]) -> Self {
        let mut services: Vec<Service> = Vec::new();
        let mut reach: Vec<ServiceReach> = Vec::new();
        for line in lines {
            let words: Vec<&str> = line.split_whitespace().collect();
            if words[0] == "+" {
                let (layer, one) = layer(&words[1..]);
                services.last_mut().unwrap().layers.push(layer);
                reach.last_mut().unwrap().layers.push(one);
                continue;
            }
            let role = Role::ALL.into_iter().find(|role| role.id() == words[0]).expect(line);
            let state = match words[1] {
                "-" => State::NotDetermined(Gap::NoAnswer),
                "absent" => State::Absent(Absence::NoRecord),
                "not-asked" => State::NotAsked,
                _ => State::Found,
            };
            let made = (state == State::Found).then(|| layer(&words[1..]));
            let (layers, reaches): (Vec<Layer>, Vec<LayerReach>) = made.into_iter().unzip();
            let record = format!("{}.record", words[0]);
            let page = (role == Role::Resource && state == State::Found).then(|| on_page(&words));
            let because = vec![Ref::Kb(format!("looked/{}", words[0]))];
            services.push(Service { because, page, ..Service::new(role, record, state, layers) });
            reach.push(ServiceReach { layers: reaches, mark: Mark::Plain });
        }
        let headline = Headline {
            total: 0,
            by_country: Vec::new(),
            undetermined: 0,
            contested_or_unchecked: 0,
            places: Vec::new(),
        };
        Self {
            target: target.parse().unwrap(),
            context: Context { as_of: AsOf(TODAY), home: Home::Country("FR".parse().unwrap(), HomeOrigin::Given) },
            found: Attribution { services, notes: Vec::new() },
            reach: Assessment { services: reach, headline, serves: Vec::new() },
            taken_on: TODAY,
            tables: Vec::new(),
            is_measured: true,
            origin: Some(Origin { file: "targets.txt".into(), line: 3 }),
        }
    }

    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject {
            target: &self.target,
            origin: self.origin.clone(),
            context: &self.context,
            found: &self.found,
            reach: &self.reach,
            taken_on: self.taken_on,
            tables: self.tables.clone(),
            is_measured: self.is_measured,
        }
    }
}

fn confidence(level: &str) -> Confidence {
    match level {
        "0" => Confidence::None,
        "1" => Confidence::Weak,
        "2" => Confidence::Probable,
        "3" => Confidence::Established,
        other => panic!("{other}"),
    }
}

fn layer(words: &[&str]) -> (Layer, LayerReach) {
    let mut layer = Layer {
        operator: (!words[0].starts_with('?')).then(|| words[0].parse().expect(words[0])),
        unlisted: words[0].strip_prefix('?').map(str::to_owned),
        confidence: Confidence::Established,
        because: NonEmpty::one(Ref::Kb(format!("operator/{}", words[0]))),
        host: None,
        addresses: Vec::new(),
        asn: None,
        place: Place::NotApplicable,
        entity: None,
        is_floor: false,
        inferred: None,
    };
    let mut reach = LayerReach {
        nexus: Vec::new(),
        owners: layer.operator.is_some().then_some(Owners::Complete),
        codes: Vec::new(),
        mark: Mark::Plain,
        sure: Confidence::Established,
        exposures: Vec::new(),
        boundary: false,
        deals: Vec::new(),
    };
    let mut laws = Vec::new();
    for word in &words[1..] {
        match word.split_once('=') {
            Some(("sure", level)) => layer.confidence = confidence(level),
            Some(("owners", _)) => {
                reach.owners = Some(Owners::Unknown { at: "somebody".parse().unwrap(), why: None });
            }
            Some(("at", place)) => layer.place = placed(&layer.place, place),
            Some(("law", law)) => laws.push(law),
            Some(("entity", entity)) => layer.entity = Some(entity.parse().unwrap()),
            Some(("page", _)) => {}
            Some(_) => panic!("{word}"),
            None => reach.nexus.push(nexus(word)),
        }
    }
    reach.exposures = laws.into_iter().map(|law| exposure(law, &reach.nexus)).collect();
    (layer, reach)
}

fn placed(before: &Place, text: &str) -> Place {
    match text {
        "anycast" => Place::Anycast,
        "unknown" => Place::Unknown,
        code => {
            let mut list = if let Place::In(list) = before { list.clone() } else { Vec::new() };
            let country = code.trim_end_matches('?').parse().unwrap();
            list.push(PlaceIn { country, is_probable: !code.ends_with('?'), because: Vec::new() });
            list.sort();
            Place::In(list)
        }
    }
}

fn nexus(word: &str) -> Nexus {
    let (word, mark) = word.split_once('+').unwrap_or((word, ""));
    let parts: Vec<&str> = word.split('/').collect();
    let grade = match parts[1] {
        "direct" => Grade::Direct,
        "controlled" => Grade::Controlled,
        "located" => Grade::Located,
        "presence" => Grade::Presence,
        "linked" => Grade::Linked,
        other => panic!("{other}"),
    };
    Nexus {
        jurisdiction: parts[0].parse().unwrap(),
        grade,
        path: Vec::new(),
        via: Via::Seat,
        via_fund: mark == "fund",
        joint: mark == "joint",
        confidence: confidence(parts[2]),
        boundary: false,
    }
}

/// The ground is the first connection with the country in the law's id.
fn exposure(text: &str, nexus: &[Nexus]) -> Exposure {
    let parts: Vec<&str> = text.split('/').collect();
    let country = parts[0][..2].to_ascii_uppercase();
    Exposure {
        law: parts[0].parse().unwrap(),
        nexus: nexus.iter().position(|one| one.jurisdiction.as_str() == country).expect(text),
        reach: match parts[1] {
            "reached" => Reach::Reached,
            "may" => Reach::MayReach,
            "unchecked" => Reach::Unchecked,
            other => panic!("{other}"),
        },
        certainty: Certainty::Settled,
        confidence: confidence(parts[2]),
        in_transition: false,
        past_review: false,
        because: NonEmpty::one(Ref::Kb(format!("law/{}", parts[0]))),
    }
}

fn on_page(words: &[&str]) -> OnPage {
    let purpose = match words.iter().find_map(|word| word.strip_prefix("page=")) {
        Some("analytics") => Purpose::Analytics,
        Some("ads") => Purpose::Ads,
        Some("fonts") | None => Purpose::Fonts,
        Some(other) => panic!("{other}"),
    };
    OnPage { purpose, contact: Contact::Contacted, hosts: 1, consent: None, is_alias: false }
}

pub(crate) fn options() -> JudgeOptions<'static> {
    JudgeOptions { judged_on: TODAY, use_waivers: true, baseline: None }
}

pub(crate) fn judged(policy: &Policy, worlds: &[World]) -> Judgement {
    judged_with(policy, worlds, options())
}

pub(crate) fn judged_with(policy: &Policy, worlds: &[World], options: JudgeOptions<'_>) -> Judgement {
    let subjects: Vec<Subject<'_>> = worlds.iter().map(World::subject).collect();
    judge(policy, kb(), &subjects, options)
}

pub(crate) fn judged_on_baseline(policy: &Policy, worlds: &[World], baseline: &Baseline) -> Judgement {
    judged_with(policy, worlds, JudgeOptions { baseline: Some(baseline), ..options() })
}

pub(crate) fn outcome(text: &str, worlds: &[World]) -> Outcome {
    judged(&policy(text), worlds).outcome(FailOn::Error)
}

/// One line a finding and a notice: `error[rule] finding mailbox microsoft reached US:reached`.
pub(crate) fn lines(judgement: &Judgement) -> Vec<String> {
    let findings = judgement.findings.iter().map(line);
    let notices = judgement.notices.iter().map(|notice| {
        let severity = format!("{:?}", notice.severity).to_lowercase();
        format!("{severity}[{}] {}", notice.kind.id(), notice.origin)
    });
    findings.chain(notices).collect()
}

pub(crate) fn line(finding: &Finding) -> String {
    let lower = |text: String| text.to_lowercase();
    let reasons: Vec<&str> = finding.reasons.iter().map(|reason| reason.id()).collect();
    let mut text = format!(
        "{}[{}] {} {} {} {}",
        lower(format!("{:?}", finding.severity)),
        finding.rule,
        lower(format!("{:?}", finding.state)),
        finding.role.id(),
        finding.operator,
        reasons.join("+"),
    );
    for code in &finding.codes {
        let how = match code.reach {
            Reach::Reached => "",
            Reach::MayReach => "~",
            Reach::Unchecked => "?",
        };
        text.push_str(&format!(" {}{how}{}", code.country, if code.is_partial { "(part)" } else { "" }));
    }
    for law in &finding.laws {
        text.push_str(&format!(" {}", law.law));
    }
    for place in &finding.places {
        text.push_str(&format!(" @{place}"));
    }
    text
}
