//! Life of a waiver on fixed days: valid, expiring, expired, ended by another operator or jurisdiction, unused.

use jiff::civil::{Date, date};
use jurisdig::model::Outcome;
use jurisdig::policy::{Ended, FailOn, JudgeOptions, Judgement, NoticeKind, State, Verdict, WaiverState};

use super::world::{TODAY, World, judged_with, lines, options, policy};

const RULE: &str = "version = 1\nunknown = \"error\"\n[[rule]]\nid = \"r\"\nservices = [\"web\", \"mail\"]\n\
                    reach = { only = [\"@eea\"] }\n";

fn with(waiver: &str) -> String {
    format!("{RULE}[[waiver]]\nrule = \"r\"\nreason = \"why\"\nowner = \"who\"\nexpires = 2027-03-31\n{waiver}\n")
}

const EDGE: &str = "target = \"www.a.example\"\nrole = \"edge\"\noperator = \"cloudflare\"";

fn on(day: Date, text: &str, services: &[&str]) -> Judgement {
    judged_with(&policy(text), &[World::new("www.a.example", services)], JudgeOptions { judged_on: day, ..options() })
}

#[test]
fn valid_then_expiring_then_expired() {
    let (text, services) = (with(EDGE), ["edge cloudflare US/direct/3"]);
    let waived = "error[r] waived edge cloudflare reached US";
    let counts = "error[r] finding edge cloudflare reached US";
    for (day, want, notice, outcome) in [
        (TODAY, waived, None, Outcome::Pass),
        (date(2027, 2, 28), waived, None, Outcome::Pass),
        (date(2027, 3, 1), waived, Some("warning[waiver-expiring] jurisdig.toml:7"), Outcome::Pass),
        (date(2027, 3, 31), waived, Some("warning[waiver-expiring] jurisdig.toml:7"), Outcome::Pass),
        (date(2027, 4, 1), counts, Some("error[waiver-expired] jurisdig.toml:7"), Outcome::Fail),
        (date(2030, 1, 1), counts, Some("error[waiver-expired] jurisdig.toml:7"), Outcome::Fail),
    ] {
        let judgement = on(day, &text, &services);
        let wanted: Vec<&str> = Some(want).into_iter().chain(notice).collect();
        assert_eq!((lines(&judgement), judgement.outcome(FailOn::Error)), (owned(&wanted), outcome), "{day}");
    }
    let state = |day| on(day, &text, &services).findings[0].waiver.map(|mark| mark.state);
    assert_eq!(state(date(2027, 2, 28)), Some(WaiverState::Valid));
    assert_eq!(state(date(2027, 3, 1)), Some(WaiverState::Expiring));
    let expired = on(date(2027, 4, 1), &text, &services);
    assert_eq!(expired.notices[0].findings, [expired.findings[0].id]);
    assert_eq!(expired.findings[0].waiver.map(|mark| mark.state), Some(WaiverState::Expired));
    assert_eq!((expired.tally.errors, expired.tally.waived), (2, 0));
    let expiring = on(date(2027, 3, 30), &text, &services);
    assert!(matches!(expiring.notices[0].kind, NoticeKind::WaiverExpiring { days: 1, .. }));
}

fn owned(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn another_operator_ends_it() {
    let judgement = on(TODAY, &with(EDGE), &["edge fastly US/direct/3"]);
    let wanted = ["error[r] finding edge fastly reached US", "warning[waiver-ended] jurisdig.toml:7"];
    assert_eq!((lines(&judgement), judgement.outcome(FailOn::Error)), (owned(&wanted), Outcome::Fail));
    assert!(matches!(judgement.notices[0].kind, NoticeKind::WaiverEnded { why: Ended::Operator, .. }));
    // A second operator beside the one that is waived is a finding of its own, and ends nothing.
    let two = on(TODAY, &with(EDGE), &["edge cloudflare US/direct/3", "+ fastly US/direct/3"]);
    let wanted = ["error[r] finding edge fastly reached US", "error[r] waived edge cloudflare reached US"];
    assert_eq!(lines(&two), owned(&wanted));
}

#[test]
fn another_jurisdiction_ends_it() {
    let text = with(&format!("{EDGE}\nreach = [\"US\"]"));
    let same = on(TODAY, &text, &["edge cloudflare US/direct/3 FR/direct/3 CA/presence/3"]);
    assert_eq!(lines(&same), owned(&["error[r] waived edge cloudflare reached+may-be-reached US CA~"]));
    let grown = on(TODAY, &text, &["edge cloudflare US/direct/3 CN/direct/2"]);
    let wanted = ["error[r] finding edge cloudflare reached CN US", "warning[waiver-ended] jurisdig.toml:7"];
    assert_eq!((lines(&grown), grown.outcome(FailOn::Error)), (owned(&wanted), Outcome::Fail));
    assert!(matches!(grown.notices[0].kind, NoticeKind::WaiverEnded { why: Ended::Reach, .. }));
    // Without `reach` it covers whatever reaches that operator.
    let any = on(TODAY, &with(EDGE), &["edge cloudflare US/direct/3 CN/direct/2"]);
    assert_eq!(any.findings[0].state, State::Waived);
}

#[test]
fn unused() {
    let text = with(EDGE);
    let judgement = on(TODAY, &text, &["edge cloudflare FR/direct/3"]);
    assert_eq!(lines(&judgement), owned(&["warning[waiver-unused] jurisdig.toml:7"]));
    assert_eq!(judgement.outcome(FailOn::Warning), Outcome::Pass);
    let shared = text.replace("unknown =", "unused-waiver = \"allow\"\nunknown =");
    assert_eq!(lines(&on(TODAY, &shared, &["edge cloudflare FR/direct/3"])), owned(&[]));
    // One whose day has passed and that would cover nothing breaks nothing.
    let past = on(date(2027, 4, 1), &text, &["edge cloudflare FR/direct/3"]);
    assert_eq!(past.outcome(FailOn::Error), Outcome::Pass);
}

/// An origin behind a shield: a waiver may cover what is not known, of one role.
#[test]
fn an_unknown_can_be_waived() {
    let text = with("target = \"*.a.example\"\nrole = \"host\"\noperator = \"unknown\"");
    let services = ["host -", "edge infomaniak FR/direct/3"];
    let judgement = on(TODAY, &text, &services);
    assert_eq!(lines(&judgement), owned(&["error[r] waived host unknown not-determined"]));
    assert_eq!((judgement.findings[0].verdict, judgement.outcome(FailOn::Error)), (Verdict::Unknown, Outcome::Pass));
    // Its end is a warning, and the unknown is inconclusive again: what is not known never fails a run.
    let past = on(date(2027, 4, 1), &text, &services);
    let wanted = ["error[r] unknown host unknown not-determined", "warning[waiver-expired] jurisdig.toml:7"];
    assert_eq!((lines(&past), past.outcome(FailOn::Error)), (owned(&wanted), Outcome::Inconclusive));
    // It does not cover what the origin turns out to be.
    let known = on(TODAY, &text, &["host aws US/direct/3", "edge infomaniak FR/direct/3"]);
    assert_eq!(known.outcome(FailOn::Error), Outcome::Fail);
}

/// What somebody answers for is neither known nor an open question: it is out of the share on both sides.
#[test]
fn a_waived_unknown_does_not_dilute_the_share() {
    let waiver = with("target = \"*\"\nrole = \"host\"\noperator = \"unknown\"");
    let easy = waiver.replace("unknown = \"error\"", "unknown = \"allow\"");
    let services = ["host -", "mailbox -", "edge infomaniak FR/direct/3"];
    for (share, want) in [("0.4", Outcome::Inconclusive), ("0.5", Outcome::Pass)] {
        let judgement = on(TODAY, &format!("{easy}[limits]\nunknown-share = {share}\n"), &services);
        assert_eq!(judgement.outcome(FailOn::Error), want, "{share}");
    }
}

#[test]
fn an_operator_that_is_not_in_the_data() {
    let text = with("target = \"*\"\nrole = \"mailbox\"\noperator = \"unlisted:mail.example\"");
    let judgement = on(TODAY, &text, &["mailbox ?mail.example"]);
    assert_eq!(lines(&judgement), owned(&["error[r] waived mailbox unlisted:mail.example operator-unlisted"]));
    let other = on(TODAY, &text, &["mailbox ?other.example"]);
    assert_eq!(other.outcome(FailOn::Error), Outcome::Inconclusive);
}

#[test]
fn no_waivers_shows_everything() {
    let options = JudgeOptions { use_waivers: false, ..options() };
    let world = World::new("www.a.example", &["edge cloudflare US/direct/3"]);
    let judgement = judged_with(&policy(&with(EDGE)), &[world], options);
    assert_eq!(lines(&judgement), owned(&["error[r] finding edge cloudflare reached US"]));
    assert_eq!(judgement.findings[0].waiver, None);
}

/// Target, role and rule bind a waiver as well as its operator.
#[test]
fn a_waiver_covers_nothing_else() {
    let worlds = |target: &str, service: &str| [World::new(target, &[service])];
    for (target, service) in
        [("cdn.a.example", "edge cloudflare US/direct/3"), ("www.a.example", "host cloudflare US/direct/3")]
    {
        let judgement = judged_with(&policy(&with(EDGE)), &worlds(target, service), options());
        assert_eq!(judgement.outcome(FailOn::Error), Outcome::Fail, "{target} {service}");
    }
}
