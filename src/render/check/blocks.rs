//! Findings as blocks, in the manner of a compiler: what, where, why, who answers for it, and what to do next.

use std::io::{self, Write};

use super::message;
use super::{Entry, entries, is_settled, label, law_cell, place, waiver_life, waiver_words};
use crate::render::layout::{Page, Tone};
use crate::render::{Style, cells};
use crate::report::{CheckReport, FindingReport, NoticeOfCheck, SeverityId};
use crate::safe::{Untrusted, for_terminal};
use crate::text::{Key, Texts};

/// Before each line of a block.
const BAR: &str = "   =  ";

/// Prints a check as blocks.
///
/// # Errors
/// Those of the output.
pub fn blocks(out: &mut dyn Write, style: Style, report: &CheckReport) -> io::Result<()> {
    let t = style.texts();
    let width = style.width().min(120);
    let mut page = Page::new(style);
    head(&mut page, report, width);
    for entry in entries(report) {
        page.gap();
        match entry {
            Entry::Finding(finding) => one_finding(&mut page, report, finding, width),
            Entry::Notice(notice) => one_notice(&mut page, report, notice, width),
        }
    }
    page.gap();
    for finding in report.findings.iter().filter(|one| is_settled(one)) {
        page.hanging("", 2, width, &settled(t, finding), Tone::Dim);
    }
    page.gap();
    for line in super::attested(t, report) {
        page.prose(0, width, &line, Tone::Plain);
    }
    end(&mut page, report, width);
    page.write(out)
}

/// The outcome, the numbers, and the policy it was judged by.
pub(super) fn head(page: &mut Page, report: &CheckReport, width: usize) {
    let t = page.style.texts();
    let word = super::outcome_word(t, report.outcome);
    let left = format!("{word}  {}", super::tally(t, report));
    let file = report.policy.file.for_terminal();
    page.ends(width, (left.trim_end(), super::outcome_tone(report.outcome)), (&file, Tone::Plain));
}

/// Counts, baseline, policy and the exit code.
pub(super) fn end(page: &mut Page, report: &CheckReport, width: usize) {
    let t = page.style.texts();
    page.prose(0, width, &super::counts(t, report), Tone::Plain);
    if let Some(line) = super::no_longer(t, report) {
        page.prose(0, width, &line, Tone::Plain);
    }
    page.prose(0, width, &super::policy_line(t, report), Tone::Dim);
    page.prose(0, width, &super::release_line(t, report), Tone::Dim);
    page.prose(0, width, super::exit_line(t, report), super::outcome_tone(report.outcome));
}

fn one_finding(page: &mut Page, report: &CheckReport, finding: &FindingReport, width: usize) {
    let (t, style) = (page.style.texts(), page.style);
    let rule = finding.rule.for_terminal();
    let what = [("target", for_terminal(&finding.target).into()), ("text", message::title(t, finding).into())];
    let what = t.fill(Key::CheckMessage, &what);
    header(page, finding.severity, &format!("{}[{rule}] {}", label(finding), what.trim_end_matches('.')), width);
    arrow(page, &place(&finding.at), width);
    field(page, &run_by(t, style, finding), width);
    let seen: Vec<String> = finding.records.iter().take(4).map(Untrusted::for_terminal).collect();
    if !seen.is_empty() {
        let more = if finding.records.len() > 4 { ", …" } else { "" };
        field(page, &t.fill(Key::CheckSeen, &[("list", format!("{}{more}", seen.join(", ")).into())]), width);
    }
    if let Some(law) = law_cell(style, finding) {
        field(page, &format!("{} {law}", t.get(Key::CheckLawCell)), width);
    }
    for law in &finding.laws {
        field(page, &message::law_line(t, law), width);
    }
    let mut rule = t.fill(Key::CheckRuleAt, &[("place", place(&finding.rule_at).into())]);
    if let Some(because) = &finding.because {
        rule = format!("{rule}   {}", t.fill(Key::CheckWhy, &[("because", because.for_terminal().into())]));
    }
    field(page, &rule, width);
    waiver(page, report, finding, width);
    if finding.state == "unknown" {
        field(page, t.get(Key::CheckNotAFinding), width);
        if finding.severity < SeverityId::Error {
            let file = [("file", report.policy.file.for_terminal().into())];
            field(page, &format!("{}: {}", t.get(Key::CheckHelp), t.fill(Key::CheckToFail, &file)), width);
        }
    }
    field(page, &super::explain_command(finding), width);
}

/// `Courrielo BV (NL) › Postal Corp. (US) · servers IE, NL · sure ●●●`.
fn run_by(t: &Texts, style: Style, finding: &FindingReport) -> String {
    let who = match finding.chain.as_slice() {
        [] => message::operator(t, finding),
        chain => message::chain(t, chain, true),
    };
    let mut parts = vec![who];
    if !finding.places.is_empty() {
        let places: Vec<String> = finding.places.iter().map(ToString::to_string).collect();
        parts.push(t.fill(Key::CheckServers, &[("places", places.join(", ").into())]));
    }
    parts.push(t.fill(Key::ExplainSure, &[("dots", cells::sure(style, finding.sure).into())]));
    parts.join(" · ")
}

fn waiver(page: &mut Page, report: &CheckReport, finding: &FindingReport, width: usize) {
    let t = page.style.texts();
    let (Some(waiver), Some(state)) = (&finding.waiver, waiver_life(t, finding)) else { return };
    let at = format!("{}:{}", report.policy.file.for_terminal(), waiver.line);
    let head = t.fill(Key::CheckWaiver, &[("place", at.into()), ("state", state.into())]);
    let mut parts = vec![head, t.fill(Key::CheckWhy, &[("because", waiver.reason.for_terminal().into())])];
    parts.extend(waiver_words(t, finding));
    field(page, &parts.join(" · "), width);
}

fn one_notice(page: &mut Page, report: &CheckReport, notice: &NoticeOfCheck, width: usize) {
    let t = page.style.texts();
    let mut what = message::notice_title(t, notice);
    if let Some(target) = &notice.target {
        let args = [("target", for_terminal(target).into()), ("text", what.into())];
        what = t.fill(Key::CheckMessage, &args).trim_end_matches('.').to_owned();
    }
    header(page, notice.severity, &format!("{}[{}] {what}", notice.severity.id(), notice.id), width);
    arrow(page, &place(&notice.at), width);
    if let Some(ticket) = notice.with.get("ticket").filter(|ticket| !ticket.is_empty()) {
        field(page, &ticket.for_terminal(), width);
    }
    if !notice.findings.is_empty() {
        field(page, &t.fill(Key::CheckAgain, &[("count", notice.findings.len().into())]), width);
    }
    for finding in report.findings.iter().filter(|one| notice.findings.contains(&one.id)) {
        field(page, &format!("[{}] {}", finding.rule.for_terminal(), message::title(t, finding)), width);
    }
}

/// `waived[no-us-js] www.ministere.example: analytics · holds until 2027-03-31 · owner ... · SEC-118`.
fn settled(t: &Texts, finding: &FindingReport) -> String {
    let args = [("target", for_terminal(&finding.target).into()), ("text", message::service(t, finding).into())];
    let what = t.fill(Key::CheckMessage, &args);
    let mut parts = vec![
        format!("{}[{}] {}", label(finding), finding.rule.for_terminal(), what.trim_end_matches('.')),
        message::operator(t, finding),
    ];
    if finding.state == "waived" {
        parts.extend(waiver_life(t, finding));
        parts.extend(waiver_words(t, finding));
    }
    parts.join(" · ")
}

fn header(page: &mut Page, severity: SeverityId, text: &str, width: usize) {
    page.hanging("", 2, width, text, super::tone(severity));
}

fn arrow(page: &mut Page, place: &str, width: usize) {
    page.hanging("  --> ", 6, width, place, Tone::Plain);
}

fn field(page: &mut Page, text: &str, width: usize) {
    page.hanging(BAR, BAR.len(), width, text, Tone::Plain);
}
