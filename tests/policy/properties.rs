//! What holds for every policy and every world.

use std::collections::BTreeSet;

use jurisdig::model::Outcome;
use jurisdig::policy::{Baseline, FailOn, JudgeOptions, Judgement, Policy, Verdict};
use proptest::prelude::*;

use super::world::{TODAY, World, judged, judged_with, kb, options, policy};

const ROLES: [&str; 8] = ["edge", "host", "gateway", "mailbox", "sender", "resource", "dns", "ca"];

fn service() -> impl Strategy<Value = String> {
    let operator = prop::sample::select(vec![
        "microsoft US/direct/3",
        "ovhcloud FR/direct/3 CA/presence/3",
        "infomaniak CH/direct/2 at=CH",
        "hetzner DE/direct/3 at=DE",
        "aws US/direct/3 law=us-cloud-act/reached/3 at=US",
        "cloudflare US/direct/3 at=anycast",
        "absent",
        "not-asked",
    ]);
    (prop::sample::select(ROLES.to_vec()), operator).prop_map(|(role, operator)| format!("{role} {operator}"))
}

/// A service that is not known, in each of the ways a thing can be not known.
fn unknown() -> impl Strategy<Value = String> {
    let how = prop::sample::select(vec![
        "-",
        "?host.example",
        "?host.example at=FR?",
        "hornetsecurity owners=unknown",
        "ovhcloud sure=1",
        "ovhcloud sure=1 US/direct/1 at=US?",
        "fastly owners=unknown at=anycast",
    ]);
    (prop::sample::select(ROLES.to_vec()), how).prop_map(|(role, how)| format!("{role} {how}"))
}

fn policies() -> impl Strategy<Value = Policy> {
    let services = prop::sample::select(vec!["@all", "@sees-data", "mail", "web", "js"]);
    let condition = prop::sample::select(vec![
        "reach = { only = [\"@eea\"] }",
        "reach = { deny = [\"US\"], min-sure = 3, may-reach = \"error\" }",
        "law = { deny = [\"us-cloud-act\"] }",
        "located = { only = [\"@eea\"], anycast = \"warn\" }",
        "operator = { only = [\"ovhcloud\", \"hetzner\"] }",
        "operator = { deny = [\"aws\"], established-in = [\"DE\"] }",
        "operator = { only = [\"label:secnumcloud\"] }",
    ]);
    let severity = prop::sample::select(vec!["error", "warning", "note"]);
    let unknown = prop::sample::select(vec!["allow", "warn", "error"]);
    let limits = prop::sample::select(vec![
        "",
        "[limits]\nunknown-share = 0.2\n",
        "[limits]\nunknown-share = 0.0\nthird-parties = { max = 1 }\n",
    ]);
    let waiver = prop::sample::select(vec![
        "",
        "[[waiver]]\nrule = \"r0\"\ntarget = \"*\"\nrole = \"host\"\noperator = \"unknown\"\nreason = \"x\"\nowner = \"x\"\nexpires = 2027-01-01\n",
        "[[waiver]]\nrule = \"r0\"\ntarget = \"*\"\nrole = \"host\"\noperator = \"aws\"\nreason = \"x\"\nowner = \"x\"\nexpires = 2026-11-01\n",
    ]);
    let rules = prop::collection::vec((services, condition, severity), 1..4);
    (rules, unknown, limits, waiver).prop_map(|(rules, unknown, limits, waiver)| {
        let mut text = format!("version = 1\nunknown = \"{unknown}\"\n");
        for (number, (services, condition, severity)) in rules.iter().enumerate() {
            text.push_str(&format!(
                "[[rule]]\nid = \"r{number}\"\nservices = [\"{services}\"]\n{condition}\nseverity = \"{severity}\"\n"
            ));
        }
        text.push_str(limits);
        // A waiver has to be about a role of its rule.
        let has_host = matches!(rules[0].0, "@all" | "@sees-data" | "web");
        text.push_str(if has_host { waiver } else { "" });
        policy(&text)
    })
}

fn world(services: &[String]) -> World {
    let lines: Vec<&str> = services.iter().map(String::as_str).collect();
    World::new("www.a.example", &lines)
}

/// Services of which something is not known, whoever answers for it.
fn unknown_services(judgement: &Judgement) -> usize {
    let unknown = judgement.findings.iter().filter(|finding| finding.verdict == Verdict::Unknown);
    let places: BTreeSet<usize> = unknown.flat_map(|finding| &finding.layers).map(|place| place.service).collect();
    places.len()
}

const FAIL_ON: [FailOn; 3] = [FailOn::Error, FailOn::Warning, FailOn::Never];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Adding what is not known never turns a failure or an inconclusive run into a pass, nor a failure into less.
    #[test]
    fn an_unknown_never_helps(
        policy in policies(),
        services in prop::collection::vec(service(), 0..6),
        unknowns in prop::collection::vec(unknown(), 1..4),
        at in any::<prop::sample::Index>(),
        is_baselined in any::<bool>(),
    ) {
        let before = world(&services);
        let mut with = services.clone();
        for one in &unknowns {
            with.insert(at.index(with.len() + 1), one.clone());
        }
        let after = world(&with);
        let baseline = Baseline::first(&judged(&policy, std::slice::from_ref(&before)).findings, TODAY);
        let options = JudgeOptions { baseline: is_baselined.then_some(&baseline), ..options() };
        let a = judged_with(&policy, std::slice::from_ref(&before), options);
        let b = judged_with(&policy, std::slice::from_ref(&after), options);
        for fail_on in FAIL_ON {
            let (was, is) = (a.outcome(fail_on), b.outcome(fail_on));
            // Where nothing had been measured, a host that answers and is not in the data is a measurement.
            let was_silent = a.notices.iter().any(|notice| notice.kind.id() == "nothing-measured");
            let is_measured = was_silent && unknowns.iter().any(|one| !one.ends_with(" -"));
            // The share of what is not known falls where a service is known as far as its rule asks: an operator whose
            // owners are not known is a known operator.
            let adds_known = b.counts.services - a.counts.services > unknown_services(&b) - unknown_services(&a);
            let is_share = adds_known && a.notices.iter().any(|notice| notice.kind.id() == "unknown-share");
            let is_excused = was == Outcome::Inconclusive && (is_measured || is_share);
            prop_assert!(is >= was || is_excused, "{was:?} {is:?} {unknowns:?} {services:?}");
        }
        for gone in &b.no_longer {
            prop_assert!(a.no_longer.contains(gone), "what is not known takes nothing out of the baseline");
        }
    }

    /// What is not known fails no run by itself.
    #[test]
    fn unknowns_alone_never_fail(policy in policies(), unknowns in prop::collection::vec(unknown(), 1..5)) {
        // Machines that answer from a place, and operators that are named, are known.
        let alone: Vec<String> = unknowns.iter().filter(|one| one.ends_with(" -")).cloned().collect();
        let judgement = judged(&policy, &[world(&alone)]);
        prop_assert!(judgement.outcome(FailOn::Warning) < Outcome::Fail);
    }

    /// The same input gives the same output; the order of services decides nothing but the places they stand at.
    #[test]
    fn same_input_same_output(policy in policies(), services in prop::collection::vec(service(), 0..6)) {
        let a = judged(&policy, &[world(&services)]);
        let b = judged(&policy, &[world(&services)]);
        prop_assert_eq!(format!("{a:?}"), format!("{b:?}"));
        let mut turned = services.clone();
        turned.reverse();
        let c = judged(&policy, &[world(&turned)]);
        let ids = |j: &Judgement| j.findings.iter().map(|f| (f.id, f.state, f.severity)).collect::<Vec<_>>();
        prop_assert_eq!(ids(&a), ids(&c));
        prop_assert_eq!(a.counts, c.counts);
    }

    /// No text makes the reader panic, and what is refused says where.
    #[test]
    fn any_text_is_read_or_refused(text in "(?s).{0,200}") {
        if let Err(faults) = Policy::parse("p", &text, TODAY, kb()) {
            prop_assert!(!faults.is_empty() && faults.iter().all(|fault| fault.line >= 1));
        }
    }

    /// Cut and altered policies neither panic nor pass for the whole.
    #[test]
    fn altered_policies_are_read_or_refused(at in 0usize..1500, with in "[\\x00-\\x7f]{0,3}") {
        let text = include_str!("ministry.toml");
        let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
        let _ = Policy::parse("p", &format!("{}{with}", &text[..at]), TODAY, kb());
        let _ = Policy::parse("p", &format!("{}{with}{}", &text[..at], &text[at..]), TODAY, kb());
    }
}
