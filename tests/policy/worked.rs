//! The three worked policies of the design, as texts.

use jurisdig::attribute::{Home, HomeOrigin};
use jurisdig::model::{Role, Severity};
use jurisdig::policy::{Answer, MaxAge, Members, OperatorEntry, Policy, Profile, Share, UnknownIs, Within};

use super::world::{TODAY, kb, policy};

const MINISTRY: &str = include_str!("ministry.toml");
const HOSPITAL: &str = include_str!("hospital.toml");
const START_UP: &str = include_str!("start-up.toml");

#[test]
fn the_french_ministry() {
    let ministry = policy(MINISTRY);
    assert_eq!(ministry.home, Some(Home::Country("FR".parse().unwrap(), HomeOrigin::Given)));
    assert_eq!(ministry.targets_file.as_deref(), Some("targets.txt"));
    assert_eq!((ministry.unknown, ministry.data_max_age), (UnknownIs::Error, Some(MaxAge { days: 45, line: 6 })));
    assert_eq!(ministry.rules.len(), 5);
    let first = &ministry.rules[0];
    assert_eq!((first.id.as_str(), first.line), ("no-foreign-law-on-content", 12));
    let content = [Role::Edge, Role::Host, Role::Gateway, Role::Mailbox, Role::Sender, Role::Resource];
    assert_eq!(first.roles, content);
    let reach = first.reach.as_ref().unwrap();
    assert!(matches!(&reach.members, Members::Only(list) if list.len() == 1));
    assert_eq!((reach.min_sure, reach.may_reach), (2, Answer::Warn));
    let qualified = ministry.rules[2].operator.as_ref().unwrap();
    assert_eq!(qualified.members, Members::Only(vec![OperatorEntry::Label("secnumcloud".into())]));
    assert_eq!(ministry.rules[3].located.as_ref().unwrap().anycast, Answer::Warn);
    let interrupt = [Role::Dns, Role::Ca, Role::Registrar, Role::Tld];
    assert_eq!(ministry.rules[4].roles, interrupt);
    let waiver = &ministry.waivers[0];
    assert_eq!((waiver.line, waiver.role, waiver.operator.to_string().as_str()), (43, Role::Edge, "nimbus"));
    assert_eq!(ministry.baseline.as_ref().unwrap().file, "jurisdig.baseline.json");
    assert_eq!(ministry.sha256.len(), 64);
}

#[test]
fn the_german_hospital() {
    let hospital = policy(HOSPITAL);
    assert_eq!(hospital.targets.len(), 3);
    assert!(hospital.targets.iter().all(|target| target.line == 4));
    let place = hospital.rules[0].located.as_ref().unwrap();
    assert_eq!((place.only.len(), place.partial, place.anycast), (4, Answer::Warn, Answer::Unknown));
    assert!(hospital.rules[0].targets[0].matches("portal.klinik.example"));
    let proof = hospital.rules[1].established_in.as_ref().unwrap();
    assert_eq!(proof.only, [Within::Country("DE".parse().unwrap())]);
    assert!(matches!(&hospital.rules[3].operator.as_ref().unwrap().members, Members::Deny(kinds) if kinds.len() == 2));
    assert_eq!(hospital.limits.unknown_share.unwrap().0, Share(100_000));
    assert_eq!(hospital.limits.third_parties.as_ref().unwrap().max, 8);
}

#[test]
fn the_start_up() {
    let start_up = policy(START_UP);
    assert_eq!(start_up.scan, ["*.tf", "docker-compose.yml", "src/**/*.html"]);
    assert_eq!((start_up.unknown, start_up.rules[0].roles.len()), (UnknownIs::Allowed, 11));
    assert_eq!(start_up.rules[0].severity, Severity::Error);
}

/// The templates of `policy init` are policies, and their comments are their only difference from a plain one.
#[test]
fn the_templates_are_policies() {
    for profile in Profile::ALL {
        let (name, text) = (profile.id(), profile.text());
        let read = policy(text);
        assert!(!read.rules.is_empty(), "{name}");
        assert!(text.lines().filter(|line| line.contains('#')).count() > 10, "{name} is commented");
        // A template that named days would be out of date one day.
        assert!(read.waivers.is_empty() && read.attests.is_empty(), "{name}");
    }
}

#[test]
fn the_same_text_is_the_same_policy() {
    assert_eq!(policy(MINISTRY), policy(MINISTRY));
    let with_mark = format!("\u{feff}{START_UP}");
    let crlf = START_UP.replace('\n', "\r\n");
    for text in [with_mark.as_str(), crlf.as_str()] {
        let read = Policy::parse("jurisdig.toml", text, TODAY, kb()).unwrap();
        assert_eq!(read.rules, policy(START_UP).rules);
        assert_ne!(read.sha256, policy(START_UP).sha256);
    }
}
