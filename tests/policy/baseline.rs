//! The baseline is a ratchet: what was there does not count, what is new does, and nothing makes it grow.

use jurisdig::model::Outcome;
use jurisdig::policy::{Baseline, FailOn, JudgeOptions, Judgement, State};

use super::world::{TODAY, World, judged, judged_on_baseline, judged_with, lines, options, policy};

const RULE: &str = "version = 1\nunknown = \"error\"\n[[rule]]\nid = \"r\"\nservices = [\"@all\"]\n\
                    reach = { only = [\"@eea\"] }\n";

const OLD: &[&str] = &["edge cloudflare US/direct/3", "host ovhcloud FR/direct/3", "mailbox microsoft US/direct/3"];

fn first() -> Baseline {
    Baseline::first(&judged(&policy(RULE), &[World::new("www.a.example", OLD)]).findings, TODAY)
}

fn on(baseline: &Baseline, services: &[&str]) -> Judgement {
    judged_on_baseline(&policy(RULE), &[World::new("www.a.example", services)], baseline)
}

#[test]
fn what_was_there_does_not_count() {
    let judgement = on(&first(), OLD);
    assert_eq!(judgement.outcome(FailOn::Error), Outcome::Pass);
    assert!(judgement.findings.iter().all(|finding| finding.state == State::Baselined));
    assert_eq!((judgement.tally.baselined, judgement.counts.baselined, judgement.counts.ok), (2, 2, 1));
    assert_eq!(judgement.no_longer, []);
}

#[test]
fn what_is_new_counts() {
    let mut services = OLD.to_vec();
    services.push("dns aws US/direct/3");
    let judgement = on(&first(), &services);
    assert_eq!(judgement.outcome(FailOn::Error), Outcome::Fail);
    assert_eq!(lines(&judgement)[0], "error[r] finding dns aws reached US");
    // The same role by another operator is new as well.
    let moved = ["edge fastly US/direct/3", "host ovhcloud FR/direct/3", "mailbox microsoft US/direct/3"];
    assert_eq!(on(&first(), &moved).outcome(FailOn::Error), Outcome::Fail);
}

#[test]
fn what_is_gone_can_be_taken_out() {
    let gone = on(&first(), &["edge absent", "host ovhcloud FR/direct/3", "mailbox microsoft US/direct/3"]);
    assert_eq!(gone.no_longer.len(), 1);
    let tight = first().without(&gone.no_longer);
    assert_eq!(tight.entries().len(), 1);
    assert_eq!(on(&tight, OLD).outcome(FailOn::Error), Outcome::Fail, "it does not come back for free");
    // Without a shield there is no line for one; that the host was seen says so.
    let bare = on(&first(), &["host ovhcloud FR/direct/3", "mailbox microsoft US/direct/3"]);
    assert_eq!(bare.no_longer, gone.no_longer);
}

/// What was not measured is not gone: an outage shall not empty the baseline.
#[test]
fn what_was_not_measured_stays() {
    for services in [
        &["host -", "mailbox -"][..],
        &["edge -", "host -", "mailbox -"],
        &["edge not-asked", "host not-asked", "mailbox not-asked", "dns ovhcloud FR/direct/3"],
        &["dns ovhcloud FR/direct/3"],
        &["edge cloudflare owners=unknown", "host -", "mailbox ?mail.example"],
    ] {
        assert_eq!(on(&first(), services).no_longer, [], "{services:?}");
    }
    // One host of two is not known, and the rule is no more: nothing else would say that the role is open.
    let other = RULE.replace("\"r\"", "\"q\"").replace("@all", "dns");
    let half = World::new("www.a.example", &["host ovhcloud FR/direct/3", "host -", "mailbox microsoft US/direct/3"]);
    let judgement = judged_on_baseline(&policy(&other), &[half], &first());
    let gone: Vec<String> = judgement.no_longer.iter().map(ToString::to_string).collect();
    let mailbox = first().entries().iter().find(|e| e.role.id() == "mailbox").map(|e| e.id.to_string());
    assert_eq!(gone, mailbox.into_iter().collect::<Vec<_>>());
    let elsewhere = judged_on_baseline(&policy(RULE), &[World::new("www.b.example", &["host absent"])], &first());
    assert_eq!(elsewhere.no_longer, [], "another target says nothing of this one");
}

/// It holds findings, never unknowns; and a finding that has become graver is a new one.
#[test]
fn unknowns_and_graver_findings_count() {
    let open = World::new("www.a.example", &["mailbox -", "host ovhcloud FR/direct/3 US/presence/3"]);
    let baseline = Baseline::first(&judged(&policy(RULE), std::slice::from_ref(&open)).findings, TODAY);
    assert_eq!(baseline.entries().len(), 1);
    let again = judged_on_baseline(&policy(RULE), &[open], &baseline);
    assert_eq!((again.outcome(FailOn::Error), again.tally.baselined), (Outcome::Inconclusive, 1));
    let bought = on(&baseline, &["host ovhcloud FR/direct/3 US/controlled/3"]);
    assert_eq!(bought.outcome(FailOn::Error), Outcome::Fail);
}

/// A waiver over what the baseline holds: while it holds it is what is said; when it ends, the baseline still holds.
#[test]
fn a_waiver_over_the_baseline() {
    let waived = format!(
        "{RULE}[[waiver]]\nrule = \"r\"\ntarget = \"*\"\nrole = \"edge\"\noperator = \"cloudflare\"\n\
         reason = \"why\"\nowner = \"who\"\nexpires = 2027-03-31\n"
    );
    let baseline = first();
    let worlds = [World::new("www.a.example", OLD)];
    for (day, want) in [("2026-11-24", State::Waived), ("2027-04-01", State::Baselined)] {
        let options = JudgeOptions { judged_on: day.parse().unwrap(), baseline: Some(&baseline), ..options() };
        let judgement = judged_with(&policy(&waived), &worlds, options);
        let edge = judgement.findings.iter().find(|f| f.role == jurisdig::model::Role::Edge).unwrap();
        assert_eq!((edge.state, judgement.outcome(FailOn::Error)), (want, Outcome::Pass), "{day}");
    }
}

#[test]
fn the_file_comes_back_and_is_the_same() {
    let text = first().to_text();
    assert_eq!(Baseline::parse("b.json", &text).unwrap(), first());
    assert_eq!(text.lines().count(), 7, "one line a finding\n{text}");
    assert!(text.contains("\"first_seen\":\"2026-11-24\""));
    let empty = Baseline::default().to_text();
    assert_eq!(Baseline::parse("b.json", &empty).unwrap(), Baseline::default());
}

#[test]
fn a_forged_or_broken_file_is_refused() {
    let text = first().to_text();
    let first_id = first().entries()[0].id.to_string();
    for (bad, line, words) in [
        (text.replace("\"mailbox\"", "\"dns\""), 5, "does not belong to"),
        (text.replace(&first_id, "0000000000000000"), 4, "does not belong to"),
        (text.replace(&first_id, "nonsense"), 4, "16 hexadecimal digits"),
        (text.replace("baseline/1", "baseline/2"), 1, "this program reads"),
        (text.replace("\"rule\":\"r\"", "\"rule\":\"r\",\"rule\":\"r\""), 4, "duplicate field"),
        (text.replace("\"rule\":\"r\"", "\"rule\":\"r\",\"note\":\"x\""), 4, "unknown field"),
        ("[]".to_owned(), 1, "not a baseline"),
        (String::new(), 1, "not a baseline"),
    ] {
        let faults = Baseline::parse("b.json", &bad).unwrap_err();
        assert_eq!(faults[0].line, line, "{bad}");
        assert!(faults[0].to_string().contains(words), "{}", faults[0]);
    }
}
