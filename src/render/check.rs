//! Formats of a check, one file each.

mod blocks;
mod brief;
mod github;
mod gitlab;
mod json;
mod junit;
mod machine;
mod markdown;
mod message;
mod openmetrics;
mod sarif;

pub use blocks::blocks;
pub use brief::brief;
pub use github::github;
pub use gitlab::write as gitlab;
pub use json::write as json;
pub use junit::write as junit;
pub use markdown::markdown;
pub use openmetrics::write as openmetrics;
pub use sarif::{MAX_RESULTS, write as sarif};

use super::layout::Tone;
use super::{Style, cells};
use crate::report::{CheckReport, FindingReport, MarkId, NoticeOfCheck, OutcomeId, PlaceOfFile, ReachId, SeverityId};
use crate::text::{Key, Texts};

/// The state of a finding that nobody has to do anything about.
fn is_settled(finding: &FindingReport) -> bool {
    matches!(finding.state, "waived" | "baselined")
}

/// What stands before the rule: the severity as the policy writes it, or what became of the finding. Not translated:
/// they are the words of the policy file, and what people search a log for.
fn label(finding: &FindingReport) -> &'static str {
    match finding.state {
        "waived" => "waived",
        "baselined" => "baseline",
        _ => finding.severity.id(),
    }
}

fn tone(severity: SeverityId) -> Tone {
    match severity {
        SeverityId::Error => Tone::Reached,
        SeverityId::Warning => Tone::Unknown,
        SeverityId::Note => Tone::Strong,
    }
}

fn outcome_tone(outcome: OutcomeId) -> Tone {
    match outcome {
        OutcomeId::Fail => Tone::Reached,
        OutcomeId::Inconclusive => Tone::Unknown,
        OutcomeId::Pass => Tone::Home,
    }
}

/// `targets.txt:3`, without the line where lines mean nothing.
fn place(at: &PlaceOfFile) -> String {
    match at.line {
        0 => at.file.for_terminal(),
        line => format!("{}:{line}", at.file.for_terminal()),
    }
}

/// The LAW cell of a finding: only what matters for it.
fn law_cell(style: Style, finding: &FindingReport) -> Option<String> {
    let has = |reach| finding.codes.iter().any(|code| code.reach == reach);
    let mark = match finding.verdict {
        "unknown" => MarkId::Unknown,
        _ if finding.codes.is_empty() => return None,
        _ if has(ReachId::Reached) => MarkId::Reached,
        _ if has(ReachId::MayReach) => MarkId::Contested,
        _ => MarkId::Unknown,
    };
    Some(cells::law(style, mark, &finding.codes, 6))
}

fn outcome_word(t: &Texts, outcome: OutcomeId) -> &'static str {
    t.get(match outcome {
        OutcomeId::Fail => Key::CheckFail,
        OutcomeId::Inconclusive => Key::CheckInconclusive,
        OutcomeId::Pass => Key::CheckPass,
    })
}

/// `2 errors · 1 warning · 1 waived`; zero groups are left out.
fn tally(t: &Texts, report: &CheckReport) -> String {
    let n = report.tally;
    numbers(
        t,
        &[
            (Key::CheckErrors, n.errors),
            (Key::CheckWarnings, n.warnings),
            (Key::CheckNotes, n.notes),
            (Key::CheckUnknown, n.unknown),
            (Key::CheckUndecided, n.inconclusive),
            (Key::CheckWaived, n.waived),
            (Key::CheckBaselined, n.baselined),
        ],
    )
}

fn numbers(t: &Texts, list: &[(Key, usize)]) -> String {
    let shown = list.iter().filter(|(_, count)| *count > 0);
    shown.map(|(key, count)| t.fill(*key, &[("count", (*count).into())])).collect::<Vec<_>>().join(" · ")
}

/// Targets, services by the gravest thing said of each, and those that no rule is about.
fn counts(t: &Texts, report: &CheckReport) -> String {
    let n = report.counts;
    let mut parts = vec![t.fill(Key::CheckOk, &[("count", n.ok.into())])];
    let further = numbers(
        t,
        &[
            (Key::CheckCountError, n.error),
            (Key::CheckCountWarning, n.warning),
            (Key::CheckCountNote, n.note),
            (Key::CheckUnknown, n.unknown),
            (Key::CheckWaived, n.waived),
            (Key::CheckBaselined, n.baselined),
            (Key::CheckNotCovered, n.not_covered),
        ],
    );
    if !further.is_empty() {
        parts.push(further);
    }
    let args = [("targets", n.targets.into()), ("services", n.services.into()), ("list", parts.join(" · ").into())];
    t.fill(Key::CheckCounts, &args)
}

/// The exit code and what it means.
fn exit_line(t: &Texts, report: &CheckReport) -> &'static str {
    t.get(match report.outcome {
        OutcomeId::Fail => Key::CheckNotMet,
        OutcomeId::Inconclusive => Key::CheckNotDecided,
        OutcomeId::Pass if report.fail_on == "never" && report.tally.errors > 0 => Key::CheckOnlyReported,
        OutcomeId::Pass => Key::CheckMet,
    })
}

fn policy_line(t: &Texts, report: &CheckReport) -> String {
    let args = [("file", report.policy.file.for_terminal().into()), ("hash", report.policy.sha256.as_str().into())];
    t.fill(Key::CheckPolicy, &args)
}

fn release_line(t: &Texts, report: &CheckReport) -> String {
    let args = [("release", report.release.as_str().into()), ("date", t.date(report.judged_on).into())];
    t.fill(Key::CheckRelease, &args)
}

/// Labels that stand on somebody's word, a line each.
fn attested(t: &Texts, report: &CheckReport) -> Vec<String> {
    let one = |one: &crate::report::AttestedReport| {
        let args = [
            ("label", one.label.for_terminal().into()),
            ("target", crate::safe::for_terminal(&one.target).into()),
            ("rule", one.rule.for_terminal().into()),
            ("owner", one.owner.for_terminal().into()),
            ("date", t.date(one.expires).into()),
        ];
        t.fill(Key::CheckAttested, &args)
    };
    report.attested.iter().map(one).collect()
}

fn no_longer(t: &Texts, report: &CheckReport) -> Option<String> {
    let count = report.no_longer.len();
    (count > 0).then(|| t.fill(Key::CheckNoLonger, &[("count", count.into())]))
}

/// `until 2027-03-31`, the ticket and the owner of a waiver.
fn waiver_life(t: &Texts, finding: &FindingReport) -> Option<String> {
    let waiver = finding.waiver.as_ref()?;
    let key = match waiver.state {
        "expiring" => Key::CheckWaiverExpiring,
        "expired" => Key::CheckWaiverExpired,
        "ended-operator" => Key::CheckWaiverEndedOperator,
        "ended-reach" => Key::CheckWaiverEndedReach,
        _ => Key::CheckWaiverValid,
    };
    Some(t.fill(key, &[("date", t.date(waiver.expires).into())]))
}

/// The words of whoever granted a waiver: owner, and the ticket if there is one.
fn waiver_words(t: &Texts, finding: &FindingReport) -> Vec<String> {
    let Some(waiver) = &finding.waiver else { return Vec::new() };
    let mut out = vec![t.fill(Key::CheckOwner, &[("owner", waiver.owner.for_terminal().into())])];
    out.extend(waiver.ticket.as_ref().filter(|ticket| !ticket.is_empty()).map(crate::safe::Untrusted::for_terminal));
    out
}

/// The command that shows the chain of evidence.
fn explain_command(finding: &FindingReport) -> String {
    format!("jurisdig explain {} {}", crate::safe::for_terminal(&finding.target), finding.role.id())
}

/// A finding that counts, or a notice.
#[derive(Clone, Copy)]
enum Entry<'a> {
    Finding(&'a FindingReport),
    Notice(&'a NoticeOfCheck),
}

impl Entry<'_> {
    fn severity(&self) -> SeverityId {
        match self {
            Self::Finding(one) => one.severity,
            Self::Notice(one) => one.severity,
        }
    }

    fn outcome(&self) -> OutcomeId {
        match self {
            Self::Finding(one) => one.outcome,
            Self::Notice(one) => one.outcome,
        }
    }

    fn at(&self) -> &PlaceOfFile {
        match self {
            Self::Finding(one) => &one.at,
            Self::Notice(one) => &one.at,
        }
    }
}

/// What counts, gravest first; what is as grave stays in the order of the report, findings before notices.
fn entries(report: &CheckReport) -> Vec<Entry<'_>> {
    let findings = report.findings.iter().filter(|one| !is_settled(one)).map(Entry::Finding);
    let mut out: Vec<Entry<'_>> = findings.chain(report.notices.iter().map(Entry::Notice)).collect();
    out.sort_by_key(|entry| std::cmp::Reverse((entry.outcome(), entry.severity())));
    out
}
