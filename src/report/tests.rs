#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use super::*;
use crate::text::{Family, Lang, texts};

/// Ids of `policy::Reason`; the id is a method, so the list is held against its source below.
const REASONS: &[&str] = &[
    "reached",
    "law-applies",
    "placed-outside",
    "operator-not-allowed",
    "operator-denied",
    "partial-member",
    "may-be-reached",
    "law-may-apply",
    "anycast",
    "too-many-third-parties",
    "answers-disagree",
    "not-determined",
    "operator-unlisted",
    "owners-unknown",
    "unsure",
    "establishment-not-recorded",
    "place-unknown",
    "place-weak",
    "scope-not-observed",
    "offer-not-observed",
    "no-home",
];
/// Ids of `policy::NoticeKind`.
const NOTICES: &[&str] = &[
    "waiver-expired",
    "waiver-ended",
    "waiver-expiring",
    "waiver-unused",
    "attest-expired",
    "attest-expiring",
    "attest-unused",
    "rule-matched-nothing",
    "data-too-old",
    "evidence-too-old",
    "nothing-measured",
    "unanswered",
    "not-read",
    "no-targets",
    "unknown-share",
];

/// The ids that the source of a method gives: its arms are `Self::X => "id"`.
fn ids_in(source: &str, after: &str) -> Vec<String> {
    let body = source.split_once(after).unwrap().1;
    let arms = body.lines().filter_map(|line| line.split_once("=> \"")?.1.strip_suffix("\","));
    arms.map(str::to_owned).collect()
}

#[test]
fn reasons_and_notices_are_all_of_them() {
    let (finding, notice) = (include_str!("../policy/finding.rs"), include_str!("../policy/notice.rs"));
    assert_eq!(ids_in(finding, "impl Reason {"), REASONS);
    assert_eq!(ids_in(notice, "pub fn id(&self)"), NOTICES);
}

/// Every value of every closed list has its text in both languages.
#[test]
fn every_list_has_its_texts() {
    let mut keys: Vec<(Family, &str)> = Vec::new();
    let mut add = |family, ids: Vec<&'static str>| keys.extend(ids.into_iter().map(|id| (family, id)));
    macro_rules! ids {
        ($list:ident) => {
            $list::ALL.iter().map(|one| one.id()).collect::<Vec<_>>()
        };
    }
    add(Family::Role, ids!(RoleId));
    add(Family::Holds, ids!(RoleId));
    add(Family::HoldsRecords, ids!(RoleId));
    add(Family::Group, ids!(GroupId));
    add(Family::Gap, ids!(GapId));
    add(Family::GapShort, ids!(GapId));
    add(Family::GapQuestion, ids!(GapId));
    add(Family::Absence, ids!(AbsenceId));
    add(Family::Note, ids!(NoteId));
    add(Family::Status, ids!(StatusId));
    add(Family::Purpose, ids!(PurposeId));
    add(Family::Contact, ids!(ContactId));
    add(Family::Use, ids!(UseId));
    add(Family::Capture, ids!(CaptureId));
    add(Family::Trust, ids!(TrustId));
    add(Family::Consent, ids!(ConsentId));
    add(Family::ConsentLook, ids!(ConsentId));
    add(Family::Link, ids!(LinkId));
    add(Family::Control, ids!(ControlId));
    add(Family::Top, ids!(TopId));
    add(Family::Via, ids!(ViaId));
    add(Family::Certainty, ids!(CertaintyId));
    add(Family::LawKind, ids!(LawKindId));
    add(Family::Demand, ids!(LawKindId));
    add(Family::LawState, ids!(LawStateId));
    add(Family::LawState, vec!["none"]);
    add(Family::Effect, vec!["reaches", "may-reach", "none"]);
    add(Family::Grade, ids!(GradeId));
    add(Family::Grade, vec!["fund", "unknown"]);
    add(Family::Agreement, vec!["in-force", "signed", "talks"]);
    add(Family::Evidence, ids!(CriterionEvidenceId));
    let framework_states = ["in-force", "applied", "proposed", "not-adopted"];
    add(Family::FrameworkState, framework_states.to_vec());
    // Closed by the data of the release, which a test of the data compares with the texts.
    let actors = ["any", "ecs", "rcs", "ecsp", "telecom", "network-operator", "oid", "dcp", "data-processing"];
    add(Family::Actor, actors.into_iter().chain(["domain-services", "eevidence"]).collect());
    let data = ["content", "metadata", "subscriber", "capability", "retention", "availability", "shield"];
    add(Family::DataKind, data.to_vec());
    add(Family::Reason, REASONS.to_vec());
    add(Family::Notice, NOTICES.to_vec());
    add(Family::Power, vec!["dns", "ca", "registrar", "tld"]);
    add(Family::Field, CardField::ALL.iter().map(|f| f.id()).collect());
    add(Family::Legal, vec!["linked", "none-known", "unknown", "status", "status-undated"]);
    add(
        Family::Truth,
        vec![
            "ptr",
            "no-ptr",
            "network-run",
            "network-unlisted",
            "network-none",
            "anycast",
            "place-probable",
            "place-weak",
            "place-unknown",
            "special",
            "registered",
            "country-level",
            "centroid",
            "city-coordinates",
            "estimate",
            "follows-coordinates",
            "absent",
        ],
    );
    let legal: Vec<String> = ["direct", "controlled", "fund", "located", "presence"]
        .iter()
        .flat_map(|grade| CertaintyId::ALL.iter().map(move |c| format!("{grade}-{}", c.id())))
        .collect();
    let all: Vec<(Family, &str)> =
        keys.into_iter().chain(legal.iter().map(|id| (Family::Legal, id.as_str()))).collect();
    let mut count = std::collections::BTreeMap::new();
    for (family, id) in &all {
        for lang in [Lang::En, Lang::Fr] {
            assert!(texts(lang).has_member(*family, id), "{lang:?} {}.{id}", family.id());
        }
        *count.entry(family.id()).or_insert(0) += 1;
    }
    // And no member that no list has.
    for (family, known) in count {
        let members = texts(Lang::En).members(family);
        assert_eq!(members, known, "{family}");
    }
}

#[test]
fn schema_is_the_first_key_and_the_same_input_gives_the_same_bytes() {
    let one = serde_json::to_string(&samples::ministry()).unwrap();
    assert!(one.starts_with("{\"schema\":\"jurisdig/audit/1\""), "{}", &one[..80]);
    assert_eq!(one, serde_json::to_string(&samples::ministry()).unwrap());
    let who = serde_json::to_string(&samples::card(true)).unwrap();
    assert!(who.starts_with("{\"schema\":\"jurisdig/who/1\""));
    let laws = serde_json::to_string(&laws(samples::knowledge(), crate::model::AsOf(date()), None)).unwrap();
    assert!(laws.starts_with("{\"schema\":\"jurisdig/laws/1\""));
}

fn date() -> Date {
    jiff::civil::date(2026, 11, 24)
}

/// `gen schema` documents what is printed: every key of a report is a property of its schema.
#[test]
fn the_json_schema_knows_every_key() {
    let schema = serde_json::to_value(schemars::schema_for!(TargetReport)).unwrap();
    let value = serde_json::to_value(samples::ministry()).unwrap();
    let properties = schema["properties"].as_object().unwrap();
    for key in value.as_object().unwrap().keys() {
        assert!(properties.contains_key(key), "{key}");
    }
    let layer = &value["services"][0]["layers"][0];
    let known = schema["$defs"]["LayerReport"]["properties"].as_object().unwrap();
    for key in layer.as_object().unwrap().keys() {
        assert!(known.contains_key(key), "{key}");
    }
}

/// Every pointer of a conclusion leads to a fact, and every cited source is listed.
#[test]
fn pointers_and_sources_lead_somewhere() {
    let report = samples::ministry();
    let mut pointers = 0;
    for service in &report.services {
        let because = service.because.iter().chain(service.layers.iter().flat_map(|l| &l.because));
        for pointer in because.filter(|p| p.starts_with('/')) {
            let fact = &report.facts[pointer];
            assert!(!matches!(&fact.fact, Fact::Other { .. }), "{pointer}");
            pointers += 1;
        }
    }
    assert!(pointers > 10);
    for link in
        report.services.iter().flat_map(|s| &s.layers).flat_map(|l| &l.chains).flatten().filter_map(|s| s.link.as_ref())
    {
        assert!(link.sources.iter().all(|id| report.sources.contains_key(id)));
    }
}

#[test]
fn facts_are_read_from_their_answers() {
    let report = samples::ministry();
    let mx = &report.facts["/mail/mx/found/0"];
    assert!(
        matches!(&mx.fact, Fact::Mx { name, preference: 10, host } if name == "ministere.fr" && host == "mx.courrielo.example")
    );
    let answer = mx.answer.as_ref().unwrap();
    assert_eq!((answer.ttl, answer.resolver.as_str(), answer.transport), (Some(3600), "192.0.2.53:53", Some("udp")));
    let cname = &report.facts["/hosts/www.ministere.fr/cname_chain/0"];
    assert!(matches!(&cname.fact, Fact::Cname { target, .. } if target == "x.nimbus.example"));
    let network = &report.facts["/hosts/www.ministere.fr/addresses/found/0/asn"];
    assert!(matches!(&network.fact, Fact::Network { date, .. } if date.for_terminal() == "2026-11-23"));
}

fn layer(report: &TargetReport, role: RoleId, index: usize) -> &LayerReport {
    &report.services.iter().find(|s| s.role == role).unwrap().layers[index]
}

#[test]
fn controllers_are_the_last_company_and_the_fund_above_it() {
    let report = samples::ministry();
    let names =
        |layer: &LayerReport| layer.controllers.iter().map(|c| (c.name.for_terminal(), c.via_fund)).collect::<Vec<_>>();
    assert_eq!(names(layer(&report, RoleId::Edge, 0)), [("Nimbus Inc.".to_owned(), false)]);
    let filter = names(layer(&report, RoleId::Gateway, 0));
    assert_eq!(filter, [("Filtre Holding Inc.".to_owned(), false), ("Grand Fonds LP".to_owned(), true)]);
    assert_eq!(names(layer(&report, RoleId::Tld, 0)), []);
}

/// General knowledge (tier 4) never names a controller on the screen; it stays in the chain, marked.
#[test]
fn ownership_of_general_knowledge_is_not_shown() {
    let report = samples::doubtful();
    let ombre = layer(&report, RoleId::Host, 1);
    assert!(ombre.controllers.is_empty());
    assert_eq!(ombre.chains[0][1].link.as_ref().unwrap().sure, 1);
    assert_eq!(ombre.chains[0][1].company.name.for_terminal(), "Shadow Inc.");
}

#[test]
fn basis_is_the_laws_from_outside_or_the_ground() {
    let report = samples::ministry();
    let shorts = |layer: &LayerReport| layer.basis.laws.iter().map(|l| l.short.for_terminal()).collect::<Vec<_>>();
    let edge = layer(&report, RoleId::Edge, 0);
    assert_eq!(shorts(edge), ["CLOUD", "702"]);
    assert!(edge.basis.laws[1].in_transition && !edge.basis.laws[0].in_transition);
    let ca = layer(&report, RoleId::Ca, 0);
    assert!(ca.basis.laws.is_empty(), "an ordinary subpoena is not what the column shows for a CA");
    assert_eq!(ca.basis.ground, Some(GroundId::Seat));
    let dns = layer(&report, RoleId::Dns, 0);
    assert_eq!((shorts(dns).len(), dns.basis.ground), (0, None), "the home group's laws are taken as read");
    let homeless = samples::homeless();
    assert_eq!(shorts(layer(&homeless, RoleId::Mailbox, 0)), ["CLOUD", "702", "WIV"]);
}

#[test]
fn what_was_not_measured_is_said() {
    let report = samples::unmeasured();
    assert!(!report.measured && samples::ministry().measured);
    assert_eq!(report.failures.len(), 1);
    assert_eq!((report.failures[0].resolver.as_str(), report.failures[0].status), ("192.0.2.53:53", StatusId::Network));
}

/// Pitfall 1: the centre of a country is not a place, whatever a database says.
#[test]
fn a_centroid_is_never_a_place() {
    for (is_anycast, country) in [(true, Truth::Anycast), (false, Truth::PlaceWeak { country: "US".parse().unwrap() })]
    {
        let report = samples::card(is_anycast);
        let truth = |field| &report.card.iter().find(|row| row.field == field).unwrap().truth;
        assert!(matches!(truth(CardField::Latitude), Truth::Centroid { country } if country.as_str() == "US"));
        assert!(matches!(truth(CardField::Longitude), Truth::Centroid { .. }));
        assert_eq!(*truth(CardField::Country), country);
        assert!(matches!(truth(CardField::City), Truth::Anycast | Truth::CountryLevel));
        assert!(matches!(truth(CardField::Network), Truth::NetworkRun { .. }));
    }
}

/// Both dates stand side by side: before the purchase nobody above, after it the owner.
#[test]
fn owners_on_two_dates() {
    let report = samples::card(true);
    let chains = |row: usize| report.rows[row].services[0].layers[0].chains.len();
    assert_eq!((chains(0), chains(1)), (0, 1));
}

#[test]
fn the_service_that_says_most() {
    assert_eq!(samples::ministry().most_telling().unwrap().role, RoleId::Edge);
    assert_eq!(samples::town().most_telling().unwrap().role, RoleId::Host);
}

/// An entry of the user's that a report rests on is named with its file; one that touches nothing in it is not.
#[test]
fn used_entries_of_a_layer_are_named() {
    let report = samples::with_layer();
    let added: Vec<(String, String)> =
        report.judged_with.added.iter().map(|(key, file)| (key.clone(), file.for_terminal())).collect();
    assert_eq!(added, [("entity/hexagone-sa".to_owned(), "mine/my.toml".to_owned())]);
    assert!(samples::ministry().judged_with.added.is_empty());
}

/// Only operators of the same kind, only such as stay at home on every path, best backed first.
#[test]
fn alternatives_stay_at_home() {
    let report = samples::with_alternatives();
    let lists = report.alternatives.unwrap();
    let of = |role: RoleId| lists.iter().find(|list| list.role == role);
    let names = |role: RoleId| {
        let list = of(role).unwrap();
        list.operators.iter().map(|o| o.operator.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names(RoleId::Gateway), ["bastion"]);
    assert!(names(RoleId::Edge).is_empty(), "nobody of the kind stays at home");
    assert!(!names(RoleId::Host).contains(&"large".to_owned()), "present outside: not at home");
    assert!(!names(RoleId::Host).contains(&"mystere".to_owned()), "owners unknown: not at home");
    assert!(of(RoleId::Tld).is_none() && of(RoleId::Tenant).is_none());
    assert!(samples::ministry().alternatives.is_none(), "only where asked for");
    let home = samples::homeless();
    assert!(home.adequacy.is_none(), "no home, no EEA to transfer from");
}

#[test]
fn a_framework_shows_facts_and_no_result() {
    let report = samples::framework("cloud-de-confiance");
    let of = |id: &str| report.criteria.iter().find(|c| c.id == id).unwrap();
    let holdings = &of("1-b").holdings.as_ref().unwrap().list;
    let held: Vec<(&str, Option<[f64; 2]>)> = holdings.iter().map(|h| (h.owner.id.as_str(), h.link.capital)).collect();
    assert!(held.contains(&("postal-corp", Some([56.55, 60.0]))), "{held:?}");
    assert!(!held.iter().any(|(owner, _)| *owner == "large-groupe"), "inside the group: {held:?}");
    assert_eq!(of("1-b").ceilings.as_ref().map(|c| (c.one, c.together)), Some((24.0, 39.0)));
    let offers: Vec<(Option<String>, bool)> = of("register")
        .certifications
        .iter()
        .flatten()
        .map(|c| (c.offer.as_ref().map(crate::safe::Untrusted::for_terminal), c.use_observed))
        .collect();
    assert_eq!(offers, [(None, false), (Some("Coffre".to_owned()), false)]);
    let large = report.operators.iter().find(|o| o.operator.as_ref().is_some_and(|id| id.as_str() == "large")).unwrap();
    let us = large.reach.iter().find(|r| r.country.as_str() == "US").unwrap();
    assert_eq!(us.reach, ReachId::MayReach, "presence is contested, never listed as reached");
    assert!(of("1-c").facts.is_empty() && !of("1-c").question.en.is_empty());
    assert_eq!(of("chain").dns.as_ref().unwrap().caa, "not-asked");
    let json = serde_json::to_string(&report).unwrap();
    assert!(json.starts_with("{\"schema\":\"jurisdig/framework/1\""));
    for word in ["score", "seal", "level", "pass", "fail", "verdict", "grade_of", "compliant"] {
        assert!(!json.contains(&format!("\"{word}\":")), "{word}");
    }
}

/// Pitfall 18: a partial decision is shown with its scope, and its country is never at home for it.
#[test]
fn a_partial_decision_is_partial() {
    let report = samples::ministry();
    let us = "US".parse().unwrap();
    let decisions = &report.adequacy.as_ref().unwrap()[&us];
    assert!(decisions[0].partial && !decisions[0].scope.en.is_empty());
    assert!(
        report.services.iter().flat_map(|s| &s.layers).flat_map(|l| &l.codes).any(|c| c.country == us && c.outside)
    );
    let now = crate::model::AsOf(date());
    assert!(!samples::knowledge().in_group(us, "adequate", now), "a green group does not hold it");
}
