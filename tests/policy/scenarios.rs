//! Services and a rule in, findings and the outcome out: one line a scenario.

use jurisdig::attribute::Home;
use jurisdig::model::{AsOf, Outcome};
use jurisdig::policy::{FailOn, NoticeKind, Reason, State, TableDate, Verdict};

use super::world::{TODAY, World, judged, lines, outcome, policy};

const PASS: Outcome = Outcome::Pass;
const FAIL: Outcome = Outcome::Fail;
const INCONCLUSIVE: Outcome = Outcome::Inconclusive;

/// `rule` without its id: `mail | reach = { ... }`; `top` are lines before it.
struct Scenario {
    top: &'static str,
    rule: &'static str,
    services: &'static [&'static str],
    outcome: Outcome,
    lines: &'static [&'static str],
}

fn text(top: &str, rule: &str) -> String {
    let (services, conditions) = rule.split_once(" | ").unwrap();
    let services: Vec<String> = services.split(' ').map(|name| format!("{name:?}")).collect();
    let conditions = conditions.replace("; ", "\n");
    format!("version = 1\n{top}\n[[rule]]\nid = \"r\"\nservices = [{}]\n{conditions}\n", services.join(", "))
}

const STRICT: &str = "unknown = \"error\"";
const EASY: &str = "unknown = \"allow\"";
const EEA: &str = "mail | reach = { only = [\"@eea\"] }";

#[rustfmt::skip]
const SCENARIOS: &[Scenario] = &[
    // Reach.
    Scenario { top: "", rule: EEA, services: &["mailbox microsoft US/direct/3 IE/direct/3"], outcome: FAIL,
        lines: &["error[r] finding mailbox microsoft reached US"] },
    Scenario { top: "", rule: EEA, services: &["mailbox infomaniak FR/direct/3"], outcome: PASS, lines: &[] },
    Scenario { top: "", rule: EEA, services: &["mailbox microsoft US/controlled/2"], outcome: FAIL,
        lines: &["error[r] finding mailbox microsoft reached US"] },
    Scenario { top: "", rule: EEA, services: &["mailbox microsoft US/located/2 FR/direct/3"], outcome: FAIL,
        lines: &["error[r] finding mailbox microsoft reached US"] },
    Scenario { top: "", rule: EEA, services: &["mailbox ovhcloud FR/direct/3 US/presence/3 CA/presence/3"], outcome: PASS,
        lines: &["warning[r] finding mailbox ovhcloud may-be-reached CA~ US~"] },
    Scenario { top: "", rule: "mail | reach = { only = [\"@eea\"], may-reach = \"error\" }",
        services: &["mailbox ovhcloud FR/direct/3 US/presence/3"], outcome: FAIL,
        lines: &["error[r] finding mailbox ovhcloud may-be-reached US~"] },
    Scenario { top: "", rule: "mail | reach = { only = [\"@eea\"], may-reach = \"allow\" }",
        services: &["mailbox ovhcloud FR/direct/3 US/presence/3"], outcome: PASS, lines: &[] },
    Scenario { top: "", rule: EEA, services: &["mailbox ovhcloud FR/direct/3 US/controlled/3+fund"], outcome: PASS,
        lines: &["warning[r] finding mailbox ovhcloud may-be-reached US~"] },
    Scenario { top: "", rule: EEA, services: &["mailbox ovhcloud FR/direct/3 US/controlled/3+joint"], outcome: PASS,
        lines: &["warning[r] finding mailbox ovhcloud may-be-reached US~"] },
    Scenario { top: "", rule: EEA, services: &["mailbox ovhcloud FR/direct/3 US/linked/3"], outcome: PASS, lines: &[] },
    Scenario { top: STRICT, rule: EEA, services: &["mailbox ovhcloud FR/direct/3 US/direct/1"], outcome: INCONCLUSIVE,
        lines: &["error[r] unknown mailbox ovhcloud unsure US?"] },
    Scenario { top: "", rule: "mail | reach = { only = [\"@eea\"], min-sure = 1 }",
        services: &["mailbox ovhcloud FR/direct/3 US/direct/1"], outcome: FAIL,
        lines: &["error[r] finding mailbox ovhcloud reached US"] },
    Scenario { top: STRICT, rule: "mail | reach = { only = [\"@eea\"], min-sure = 3 }",
        services: &["mailbox microsoft US/direct/2"], outcome: INCONCLUSIVE,
        lines: &["error[r] unknown mailbox microsoft unsure US?"] },
    // A may-reach that is sure does not hide a reach that is not.
    Scenario { top: STRICT, rule: EEA, services: &["mailbox ovhcloud FR/direct/3 US/presence/3 US/direct/1"],
        outcome: INCONCLUSIVE, lines: &["error[r] unknown mailbox ovhcloud unsure US?",
            "warning[r] finding mailbox ovhcloud may-be-reached US~"] },
    Scenario { top: STRICT, rule: EEA, services: &["mailbox ovhcloud FR/direct/3 US/presence/3 US/presence/1"],
        outcome: PASS, lines: &["warning[r] finding mailbox ovhcloud may-be-reached US~"] },
    Scenario { top: STRICT, rule: "mail | reach = { only = [\"@eea\"], may-reach = \"allow\" }",
        services: &["mailbox ovhcloud FR/direct/3 US/presence/1"], outcome: PASS, lines: &[] },
    Scenario { top: STRICT, rule: "mail | reach = { only = [\"@eea\"] }",
        services: &["mailbox ovhcloud FR/direct/3 US/presence/1"], outcome: INCONCLUSIVE,
        lines: &["error[r] unknown mailbox ovhcloud unsure US?"] },
    Scenario { top: "", rule: "mail | reach = { deny = [\"RU\", \"CN\"] }",
        services: &["mailbox microsoft US/direct/3"], outcome: PASS, lines: &[] },
    Scenario { top: "", rule: "mail | reach = { deny = [\"RU\", \"CN\"] }",
        services: &["mailbox yandex RU/direct/3 NL/direct/3"], outcome: FAIL,
        lines: &["error[r] finding mailbox yandex reached RU"] },
    Scenario { top: "", rule: "mail | reach = { deny = [\"@five-eyes\"] }; severity = \"warning\"",
        services: &["mailbox microsoft US/direct/3 GB/presence/2"], outcome: PASS,
        lines: &["warning[r] finding mailbox microsoft reached+may-be-reached US GB~"] },
    Scenario { top: "", rule: "mail | reach = { only = [\"@home\"] }",
        services: &["mailbox hetzner DE/direct/3"], outcome: PASS, lines: &[] },
    // Members in part (pitfall 18): never silently inside.
    Scenario { top: "", rule: "mail | reach = { only = [\"@eea\", \"@adequate\"] }",
        services: &["mailbox microsoft US/direct/3"], outcome: PASS,
        lines: &["warning[r] finding mailbox microsoft partial-member US(part)"] },
    Scenario { top: "", rule: "mail | reach = { only = [\"@eea\", \"@adequate\"], partial = \"error\" }",
        services: &["mailbox microsoft US/direct/3"], outcome: FAIL,
        lines: &["error[r] finding mailbox microsoft partial-member US(part)"] },
    Scenario { top: STRICT, rule: "mail | reach = { only = [\"@eea\", \"@adequate\"], partial = \"unknown\" }",
        services: &["mailbox microsoft US/direct/3"], outcome: INCONCLUSIVE,
        lines: &["error[r] unknown mailbox microsoft scope-not-observed US(part)"] },
    Scenario { top: "", rule: "mail | reach = { only = [\"@eea\", \"@adequate\"], partial = \"allow\" }",
        services: &["mailbox microsoft US/direct/3"], outcome: PASS, lines: &[] },
    Scenario { top: "", rule: "mail | reach = { only = [\"@eea\", \"@adequate\"] }",
        services: &["mailbox infomaniak CH/direct/3"], outcome: PASS, lines: &[] },
    // The policy's own groups, with dates and parts.
    Scenario { top: "[groups]\n\"@t\" = [\"@eea\", { code = \"CH\", to = 2026-11-24 }]",
        rule: "mail | reach = { only = [\"@t\"] }", services: &["mailbox infomaniak CH/direct/3"], outcome: FAIL,
        lines: &["error[r] finding mailbox infomaniak reached CH"] },
    Scenario { top: "[groups]\n\"@t\" = [\"@eea\", { code = \"CH\", from = 2026-11-24 }]",
        rule: "mail | reach = { only = [\"@t\"] }", services: &["mailbox infomaniak CH/direct/3"], outcome: PASS, lines: &[] },
    Scenario { top: "[groups]\n\"@t\" = [\"@u\"]\n\"@u\" = [\"FR\", { code = \"CH\", partial = true }]",
        rule: "mail | reach = { only = [\"@t\"] }", services: &["mailbox infomaniak CH/direct/3"], outcome: PASS,
        lines: &["warning[r] finding mailbox infomaniak partial-member CH(part)"] },
    // What is not known.
    Scenario { top: "", rule: EEA, services: &["mailbox -", "dns ovhcloud FR/direct/3"], outcome: PASS,
        lines: &["warning[r] unknown mailbox unknown not-determined"] },
    Scenario { top: STRICT, rule: EEA, services: &["mailbox -", "dns ovhcloud FR/direct/3"], outcome: INCONCLUSIVE,
        lines: &["error[r] unknown mailbox unknown not-determined"] },
    Scenario { top: EASY, rule: EEA, services: &["mailbox -", "dns ovhcloud FR/direct/3"], outcome: PASS,
        lines: &["note[r] unknown mailbox unknown not-determined"] },
    Scenario { top: STRICT, rule: EEA, services: &["mailbox ?mail.example"], outcome: INCONCLUSIVE,
        lines: &["error[r] unknown mailbox unlisted:mail.example operator-unlisted"] },
    Scenario { top: STRICT, rule: EEA, services: &["mailbox hornetsecurity owners=unknown DE/direct/3"], outcome: INCONCLUSIVE,
        lines: &["error[r] unknown mailbox hornetsecurity owners-unknown"] },
    Scenario { top: STRICT, rule: EEA, services: &["mailbox hornetsecurity owners=unknown US/direct/3"], outcome: FAIL,
        lines: &["error[r] finding mailbox hornetsecurity reached US"] },
    Scenario { top: STRICT, rule: EEA, services: &["mailbox ovhcloud sure=1 FR/direct/1"], outcome: INCONCLUSIVE,
        lines: &["error[r] unknown mailbox ovhcloud unsure"] },
    Scenario { top: STRICT, rule: EEA, services: &["mailbox microsoft US/direct/3", "gateway -"], outcome: FAIL,
        lines: &["error[r] finding mailbox microsoft reached US", "error[r] unknown gateway unknown not-determined"] },
    // Absent, not asked, not in N.
    Scenario { top: STRICT, rule: EEA, services: &["mailbox absent"], outcome: PASS,
        lines: &["warning[rule-matched-nothing] jurisdig.toml:4"] },
    Scenario { top: STRICT, rule: "registrar | reach = { only = [\"@eea\"] }",
        services: &["registrar not-asked", "dns ovhcloud FR/direct/3"], outcome: PASS,
        lines: &["warning[rule-matched-nothing] jurisdig.toml:4"] },
    Scenario { top: STRICT, rule: "carrier | reach = { only = [\"@eea\"] }",
        services: &["carrier cogent US/direct/3"], outcome: PASS, lines: &["warning[rule-matched-nothing] jurisdig.toml:4"] },
    Scenario { top: "", rule: "mail | targets = [\"portal.*\"]; reach = { only = [\"@eea\"] }",
        services: &["mailbox microsoft US/direct/3"], outcome: PASS,
        lines: &["warning[rule-matched-nothing] jurisdig.toml:4"] },
    // Laws.
    Scenario { top: "", rule: "mail | law = { deny = [\"us-cloud-act\"] }",
        services: &["mailbox microsoft US/direct/3 law=us-cloud-act/reached/3 law=us-fisa-702/reached/3"], outcome: FAIL,
        lines: &["error[r] finding mailbox microsoft law-applies US us-cloud-act"] },
    Scenario { top: "", rule: "mail | law = { deny = [\"us-cloud-act\"] }",
        services: &["mailbox microsoft US/direct/3 law=us-fisa-702/reached/3"], outcome: PASS, lines: &[] },
    Scenario { top: "", rule: "mail | law = { deny = [\"us-cloud-act\"] }",
        services: &["mailbox ovhcloud US/presence/3 law=us-cloud-act/may/3"], outcome: PASS,
        lines: &["warning[r] finding mailbox ovhcloud law-may-apply US~ us-cloud-act"] },
    Scenario { top: "", rule: "mail | law = { deny = [\"us-cloud-act\"], may-reach = \"error\" }",
        services: &["mailbox ovhcloud US/presence/3 law=us-cloud-act/may/3"], outcome: FAIL,
        lines: &["error[r] finding mailbox ovhcloud law-may-apply US~ us-cloud-act"] },
    Scenario { top: STRICT, rule: "mail | law = { deny = [\"us-cloud-act\"] }",
        services: &["mailbox ovhcloud US/direct/1 law=us-cloud-act/unchecked/1"], outcome: INCONCLUSIVE,
        lines: &["error[r] unknown mailbox ovhcloud unsure US? us-cloud-act"] },
    Scenario { top: "", rule: "mail | law = { deny = [\"us-cloud-act\"], min-sure = 1 }",
        services: &["mailbox ovhcloud US/direct/1 law=us-cloud-act/unchecked/1"], outcome: FAIL,
        lines: &["error[r] finding mailbox ovhcloud law-applies US us-cloud-act"] },
    // Places.
    Scenario { top: STRICT, rule: "origin | located = { only = [\"FR\"] }", services: &["host ovhcloud at=FR"], outcome: PASS,
        lines: &[] },
    Scenario { top: "", rule: "origin | located = { only = [\"FR\"] }", services: &["host aws at=FR at=US"], outcome: FAIL,
        lines: &["error[r] finding host aws placed-outside @US"] },
    Scenario { top: STRICT, rule: "origin | located = { only = [\"FR\"] }", services: &["host ovhcloud at=FR?"],
        outcome: INCONCLUSIVE, lines: &["error[r] unknown host ovhcloud place-weak @FR"] },
    Scenario { top: STRICT, rule: "origin | located = { only = [\"FR\"] }", services: &["host ovhcloud at=GB?"],
        outcome: INCONCLUSIVE, lines: &["error[r] unknown host ovhcloud place-weak @GB"] },
    Scenario { top: STRICT, rule: "web | located = { only = [\"FR\"] }", services: &["edge cloudflare at=anycast"],
        outcome: INCONCLUSIVE, lines: &["error[r] unknown edge cloudflare anycast"] },
    Scenario { top: STRICT, rule: "web | located = { only = [\"FR\"], anycast = \"warn\" }",
        services: &["edge cloudflare at=anycast"], outcome: PASS, lines: &["warning[r] finding edge cloudflare anycast"] },
    Scenario { top: STRICT, rule: "web | located = { only = [\"FR\"], anycast = \"error\" }",
        services: &["edge cloudflare at=anycast"], outcome: FAIL, lines: &["error[r] finding edge cloudflare anycast"] },
    Scenario { top: STRICT, rule: "web | located = { only = [\"FR\"], anycast = \"allow\" }",
        services: &["edge cloudflare at=anycast"], outcome: PASS, lines: &[] },
    Scenario { top: STRICT, rule: "web | located = { only = [\"FR\"] }", services: &["host ovhcloud at=unknown"],
        outcome: INCONCLUSIVE, lines: &["error[r] unknown host ovhcloud place-unknown"] },
    Scenario { top: STRICT, rule: "ca | located = { only = [\"FR\"] }", services: &["ca lets-encrypt US/direct/3"],
        outcome: PASS, lines: &["warning[rule-matched-nothing] jurisdig.toml:4"] },
    Scenario { top: STRICT, rule: "ca | located = { only = [\"FR\"] }", services: &["ca -", "dns ovhcloud"],
        outcome: PASS, lines: &["warning[rule-matched-nothing] jurisdig.toml:4"] },
    Scenario { top: "", rule: "origin | located = { only = [\"@eea\", \"@adequate\"] }", services: &["host aws at=US"],
        outcome: PASS, lines: &["warning[r] finding host aws partial-member @US"] },
    // Operators, kinds, labels, establishments.
    Scenario { top: "", rule: "origin | operator = { only = [\"ovhcloud\"] }", services: &["host ovhcloud"], outcome: PASS,
        lines: &[] },
    Scenario { top: "", rule: "origin | operator = { only = [\"ovhcloud\"] }", services: &["host aws"], outcome: FAIL,
        lines: &["error[r] finding host aws operator-not-allowed"] },
    Scenario { top: STRICT, rule: "origin | operator = { only = [\"ovhcloud\"] }", services: &["host ?host.example"],
        outcome: INCONCLUSIVE, lines: &["error[r] unknown host unlisted:host.example operator-unlisted"] },
    Scenario { top: STRICT, rule: "origin | operator = { only = [\"ovhcloud\"] }", services: &["host ovhcloud sure=1"],
        outcome: INCONCLUSIVE, lines: &["error[r] unknown host ovhcloud unsure"] },
    Scenario { top: STRICT, rule: "origin | operator = { deny = [\"aws\"] }", services: &["host ?host.example"],
        outcome: INCONCLUSIVE, lines: &["error[r] unknown host unlisted:host.example operator-unlisted"] },
    Scenario { top: "", rule: "origin | operator = { deny = [\"aws\"] }", services: &["host heroku", "+ aws"], outcome: FAIL,
        lines: &["error[r] finding host aws operator-denied"] },
    Scenario { top: "", rule: "js | operator = { deny = [\"kind:analytics\"] }",
        services: &["resource matomo page=analytics", "resource google-fonts page=fonts"], outcome: FAIL,
        lines: &["error[r] finding resource matomo operator-denied"] },
    Scenario { top: STRICT, rule: "origin | operator = { only = [\"label:secnumcloud\"] }",
        services: &["host ovhcloud entity=ovh-sas"], outcome: INCONCLUSIVE,
        lines: &["error[r] unknown host ovhcloud offer-not-observed"] },
    Scenario { top: "", rule: "origin | operator = { only = [\"label:secnumcloud\", \"aws\"] }",
        services: &["host aws"], outcome: PASS, lines: &[] },
    Scenario { top: "", rule: "origin | operator = { established-in = [\"DE\"] }",
        services: &["host hetzner DE/direct/3"], outcome: PASS, lines: &[] },
    Scenario { top: "", rule: "origin | established-in = { only = [\"DE\"] }",
        services: &["host aws US/direct/3 DE/presence/2"], outcome: PASS, lines: &[] },
    Scenario { top: "", rule: "origin | established-in = { only = [\"DE\"] }",
        services: &["host aws US/direct/3 DE/controlled/3"], outcome: PASS,
        lines: &["warning[r] unknown host aws establishment-not-recorded"] },
    Scenario { top: STRICT, rule: "origin | established-in = { only = [\"DE\"] }",
        services: &["host aws US/direct/3 DE/presence/1"], outcome: INCONCLUSIVE,
        lines: &["error[r] unknown host aws unsure"] },
    // Several conditions: all have to hold.
    Scenario { top: "", rule: "origin | reach = { only = [\"@eea\"] }; located = { only = [\"FR\"] }",
        services: &["host aws US/direct/3 at=FR"], outcome: FAIL, lines: &["error[r] finding host aws reached US"] },
    Scenario { top: "", rule: "origin | reach = { only = [\"@eea\"] }; located = { only = [\"FR\"] }",
        services: &["host aws US/direct/3 at=IE"], outcome: FAIL,
        lines: &["error[r] finding host aws reached+placed-outside US @IE"] },
    // Limits.
    Scenario { top: "[limits]\nunknown-share = 0.4", rule: "mail dns | reach = { deny = [\"RU\"] }",
        services: &["mailbox -", "dns ovhcloud FR/direct/3"], outcome: INCONCLUSIVE,
        lines: &["warning[r] unknown mailbox unknown not-determined", "error[unknown-share] jurisdig.toml:3"] },
    Scenario { top: "[limits]\nunknown-share = 0.5", rule: "mail dns | reach = { deny = [\"RU\"] }",
        services: &["mailbox -", "dns ovhcloud FR/direct/3"], outcome: PASS,
        lines: &["warning[r] unknown mailbox unknown not-determined"] },
    Scenario { top: "[limits]\nthird-parties = { max = 1 }", rule: "mail | reach = { deny = [\"RU\"] }",
        services: &["mailbox ovhcloud FR/direct/3", "resource matomo", "resource google-fonts"], outcome: FAIL,
        lines: &["error[third-parties] finding resource unknown too-many-third-parties"] },
    Scenario { top: "[limits]\nthird-parties = { max = 2 }", rule: "mail | reach = { deny = [\"RU\"] }",
        services: &["mailbox ovhcloud FR/direct/3", "resource matomo", "resource google-fonts"], outcome: PASS, lines: &[] },
    Scenario { top: "unknown = \"error\"\n[limits]\nthird-parties = { max = 2 }", rule: "mail | reach = { deny = [\"RU\"] }",
        services: &["mailbox ovhcloud FR/direct/3", "resource -"], outcome: INCONCLUSIVE,
        lines: &["error[third-parties] unknown resource unknown not-determined"] },
];

#[test]
fn every_scenario() {
    let mut wrong = Vec::new();
    for scenario in SCENARIOS {
        let policy = policy(&text(scenario.top, scenario.rule));
        let world = World::new("www.a.example", scenario.services);
        let judgement = judged(&policy, &[world]);
        let (found, outcome) = (lines(&judgement), judgement.outcome(FailOn::Error));
        if found != scenario.lines || outcome != scenario.outcome {
            wrong.push(format!(
                "{}\n{}\n{:?}\n  found  {outcome:?} {found:#?}\n  wanted {:?} {:#?}",
                scenario.top, scenario.rule, scenario.services, scenario.outcome, scenario.lines
            ));
        }
        for finding in &judgement.findings {
            assert_eq!(finding.origin.to_string(), "targets.txt:3");
            let is_cited = !finding.because.is_empty() || finding.rule == "third-parties";
            assert!(is_cited, "{finding:?}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(SCENARIOS.len() >= 70, "{}", SCENARIOS.len());
}

/// What lowers the threshold, and what does not.
#[test]
fn fail_on() {
    let text = text("unknown = \"error\"", "mail | reach = { only = [\"@eea\"] }; severity = \"warning\"");
    let policy = policy(&text);
    let us = judged(&policy, &[World::new("a.example", &["mailbox microsoft US/direct/3"])]);
    assert_eq!([FailOn::Error, FailOn::Warning, FailOn::Never].map(|f| us.outcome(f)), [PASS, FAIL, PASS]);
    let open = judged(&policy, &[World::new("a.example", &["mailbox -", "dns ovhcloud FR/direct/3"])]);
    let all = [FailOn::Error, FailOn::Warning, FailOn::Never].map(|f| open.outcome(f));
    assert_eq!(all, [INCONCLUSIVE; 3]);
}

#[test]
fn nothing_to_judge_is_no_pass() {
    let text = text(EASY, EEA);
    assert_eq!(outcome(&text, &[]), INCONCLUSIVE);
    let silent = World::new("a.example", &["mailbox -", "host -", "dns -"]);
    assert_eq!(outcome(&text, &[silent]), INCONCLUSIVE);
    let mut unreachable = World::new("a.example", &["mailbox ovhcloud FR/direct/3"]);
    assert_eq!(outcome(&text, &[unreachable.clone()]), PASS);
    unreachable.is_measured = false;
    assert_eq!(outcome(&text, &[unreachable]), INCONCLUSIVE);
    // A name without any service was measured.
    assert_eq!(outcome(&text, &[World::new("a.example", &["mailbox absent", "host absent"])]), PASS);
}

#[test]
fn old_data_and_old_evidence_are_inconclusive() {
    let text = text("data-max-age = \"45d\"\nevidence-max-age = \"7d\"", EEA);
    let table = |date: Option<&str>| TableDate { table: "embedded".into(), date: date.map(|d| d.parse().unwrap()) };
    let mut world = World::new("a.example", &["mailbox ovhcloud FR/direct/3"]);
    for (date, want) in [
        (Some("2026-10-10"), PASS),
        (Some("2026-10-09"), INCONCLUSIVE),
        (Some("2026-12-01"), PASS),
        (None, INCONCLUSIVE),
    ] {
        world.tables = vec![table(date)];
        assert_eq!(outcome(&text, std::slice::from_ref(&world)), want, "{date:?}");
    }
    world.tables.clear();
    for (taken, want) in [("2026-11-17", PASS), ("2026-11-16", INCONCLUSIVE)] {
        world.taken_on = taken.parse().unwrap();
        assert_eq!(outcome(&text, std::slice::from_ref(&world)), want, "{taken}");
    }
    // The age of a table is counted to the evidence, not to today: old evidence was young once.
    world.taken_on = "2026-11-17".parse().unwrap();
    world.tables = vec![table(Some("2026-10-03"))];
    assert_eq!(outcome(&text, std::slice::from_ref(&world)), PASS);
    // Old data hides no finding, and a finding is no excuse: 1 before 3.
    let mut us = World::new("a.example", &["mailbox microsoft US/direct/3"]);
    us.tables = vec![table(None)];
    assert_eq!(outcome(&text, &[us]), FAIL);
}

#[test]
fn home_is_that_of_the_target() {
    let text = text(STRICT, "mail | reach = { only = [\"@home\"] }");
    let mut world = World::new("a.example", &["mailbox infomaniak CH/direct/3"]);
    assert_eq!(outcome(&text, std::slice::from_ref(&world)), FAIL);
    world.context.home = Home::Country("CH".parse().unwrap(), jurisdig::attribute::HomeOrigin::Tld);
    assert_eq!(outcome(&text, std::slice::from_ref(&world)), PASS);
    world.context.home = Home::Eea;
    assert_eq!(outcome(&text, std::slice::from_ref(&world)), FAIL);
    world.context.home = Home::None;
    let judgement = judged(&policy(&text), std::slice::from_ref(&world));
    assert_eq!(lines(&judgement), ["error[r] unknown mailbox infomaniak no-home CH"]);
}

/// Groups of the knowledge base are taken on the date that is asked about.
#[test]
fn groups_have_dates() {
    let text = text("", "mail | reach = { only = [\"@eu\"] }");
    let mut world = World::new("a.example", &["mailbox ovhcloud GB/direct/3"]);
    world.context.as_of = AsOf("2019-06-01".parse().unwrap());
    assert_eq!(outcome(&text, std::slice::from_ref(&world)), PASS);
    world.context.as_of = AsOf(TODAY);
    assert_eq!(outcome(&text, std::slice::from_ref(&world)), FAIL);
}

#[test]
fn labels_are_taken_from_attestations() {
    let rule = text(STRICT, "origin | operator = { only = [\"label:secnumcloud\"] }");
    let attest = |expires: &str| {
        format!(
            "{rule}[[attest]]\ntarget = \"*.example\"\nrole = \"host\"\nlabel = \"secnumcloud\"\n\
             document = \"d\"\nreason = \"r\"\nowner = \"o\"\nexpires = {expires}\n"
        )
    };
    let worlds = [World::new("www.a.example", &["host ovhcloud entity=ovh-sas"])];
    let bare = judged(&policy(&rule), &worlds);
    let Reason::OfferNotObserved { label, offers } = bare.findings[0].reasons.first() else { panic!("{bare:?}") };
    assert_eq!((label.as_str(), offers.len()), ("secnumcloud", 1));
    let good = judged(&policy(&attest("2027-11-24")), &worlds);
    assert_eq!((lines(&good), good.outcome(FailOn::Error)), (Vec::new(), PASS));
    assert_eq!((good.attested.len(), good.attested[0].operator.to_string().as_str()), (1, "ovhcloud"));
    let soon = judged(&policy(&attest("2026-11-24")), &worlds);
    assert_eq!(
        (lines(&soon).as_slice(), soon.outcome(FailOn::Error)),
        (&["warning[attest-expiring] jurisdig.toml:7".to_owned()][..], PASS)
    );
    let past = judged(&policy(&attest("2026-11-23")), &worlds);
    assert_eq!(past.outcome(FailOn::Error), INCONCLUSIVE);
    assert!(lines(&past).contains(&"warning[attest-expired] jurisdig.toml:7".to_owned()));
    let other = judged(&policy(&attest("2027-11-24")), &[World::new("www.b.test", &["host ovhcloud"])]);
    assert!(lines(&other).contains(&"warning[attest-unused] jurisdig.toml:7".to_owned()));
}

/// Two services of one role with one operator make one finding; with two operators, two.
#[test]
fn one_finding_an_operator() {
    let text = text("", "web | reach = { only = [\"@eea\"] }");
    let services = ["host aws US/direct/3", "host aws US/direct/2 IE/direct/2", "host microsoft US/direct/3"];
    let judgement = judged(&policy(&text), &[World::new("www.a.example", &services)]);
    assert_eq!(lines(&judgement).len(), 2);
    assert_eq!((judgement.findings[0].layers.len(), judgement.findings[1].layers.len()), (2, 1));
    assert_ne!(judgement.findings[0].id, judgement.findings[1].id);
    assert_eq!((judgement.counts.services, judgement.counts.error, judgement.counts.ok), (3, 3, 0));
    assert_eq!(judgement.tally.errors, 2);
}

#[test]
fn counts_say_each_service_once() {
    let text = text("", "mail dns | reach = { only = [\"@eea\"] }");
    let services = [
        "gateway -",
        "mailbox microsoft US/direct/3",
        "dns ovhcloud FR/direct/3 US/presence/3",
        "dns infomaniak FR/direct/3",
        "host aws US/direct/3",
        "registrar not-asked",
        "ca absent",
    ];
    let judgement = judged(&policy(&text), &[World::new("www.a.example", &services)]);
    let c = judgement.counts;
    assert_eq!((c.targets, c.services, c.ok, c.error, c.warning, c.unknown, c.not_covered), (1, 4, 1, 1, 1, 1, 1));
    assert_eq!(c.services, c.ok + c.error + c.warning + c.note + c.unknown + c.waived + c.baselined);
}

/// Two looks at one target that name different operators are a finding; two that agree, or lie far apart, are none.
#[test]
fn looks_that_disagree() {
    let policy = policy(&text("", EEA));
    let here = World::new("www.a.example", &["mailbox ovhcloud FR/direct/3", "dns ovhcloud FR/direct/3"]);
    let mut there = World::new("www.a.example", &["mailbox hetzner DE/direct/3", "dns ovhcloud FR/direct/3"]);
    let judgement = judged(&policy, &[here.clone(), there.clone()]);
    assert_eq!(lines(&judgement), ["warning[answers-disagree] finding mailbox unknown answers-disagree"]);
    assert_eq!(judgement.findings[0].records, ["hetzner", "ovhcloud"]);
    assert_eq!((judgement.counts.targets, judgement.counts.services), (1, 2));
    assert_eq!(lines(&judged(&policy, &[here.clone(), here.clone()])), Vec::<String>::new());
    there.taken_on = "2026-10-24".parse().unwrap();
    assert_eq!(lines(&judged(&policy, &[here, there])), Vec::<String>::new());
}

/// A target that is an argument has no line of its own: findings point at the rule.
#[test]
fn every_finding_has_a_file_and_a_line() {
    let mut world = World::new("www.a.example", &["mailbox microsoft US/direct/3"]);
    world.origin = None;
    let judgement = judged(&policy(&text("", EEA)), &[world]);
    let finding = &judgement.findings[0];
    assert_eq!(
        (finding.origin.to_string(), finding.rule_at.to_string()),
        ("jurisdig.toml:4".into(), "jurisdig.toml:4".into())
    );
    assert_eq!((finding.verdict, finding.state), (Verdict::Against, State::Finding));
    assert_eq!(finding.operator_name.as_deref(), Some("Microsoft (Azure, Microsoft 365)"));
}

/// The id is what the design says, so that it can be computed elsewhere.
#[test]
fn ids_are_a_hash_of_rule_target_role_and_operator() {
    use sha2::{Digest, Sha256};
    let judgement = judged(&policy(&text("", EEA)), &[World::new("www.a.example", &["mailbox microsoft US/direct/3"])]);
    let digest = Sha256::digest(b"r\0www.a.example\0mailbox\0microsoft");
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(judgement.findings[0].id.to_string(), hex[..16]);
}

#[test]
fn notices_have_ids_that_rules_cannot_have() {
    for kind in [
        NoticeKind::NoTargets,
        NoticeKind::NothingMeasured,
        NoticeKind::RuleMatchedNothing { rule: String::new() },
        NoticeKind::WaiverUnused { waiver: 0 },
        NoticeKind::WaiverExpired { waiver: 0, on: TODAY },
        NoticeKind::EvidenceTooOld { date: TODAY, max: 1 },
    ] {
        let text = text("", EEA).replace("\"r\"", &format!("{:?}", kind.id()));
        assert!(jurisdig::policy::Policy::parse("p", &text, TODAY, super::world::kb()).is_err(), "{}", kind.id());
    }
}
