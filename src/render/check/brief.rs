//! One line a finding, in columns: for people who search.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::message;
use super::{Entry, blocks, entries, is_settled, label, law_cell, place, waiver_life, waiver_words};
use crate::render::Style;
use crate::render::layout::{Page, Tone, clean};
use crate::report::{CheckReport, FindingReport, NoticeOfCheck};
use crate::safe::for_terminal;
use crate::text::{Key, Texts};

/// Widest each column gets; a text that is wider pushes the rest of its line only. The last is as wide as it is.
const WIDEST: [usize; 5] = [36, 32, 40, 20, 16];

/// Prints a check with one line for each finding and notice. Lines are never wrapped or cut: that would hide from a
/// search what is there.
///
/// # Errors
/// Those of the output.
pub fn brief(out: &mut dyn Write, style: Style, report: &CheckReport) -> io::Result<()> {
    let t = style.texts();
    let width = style.width();
    let mut page = Page::new(style);
    blocks::head(&mut page, report, width);
    page.gap();
    let mut rows: Vec<([String; 6], Tone)> = entries(report)
        .into_iter()
        .map(|entry| match entry {
            Entry::Finding(one) => (finding(t, style, one), super::tone(one.severity)),
            Entry::Notice(one) => (notice(t, one), super::tone(one.severity)),
        })
        .collect();
    let settled = report.findings.iter().filter(|one| is_settled(one));
    rows.extend(settled.map(|one| (finding(t, style, one), Tone::Dim)));
    for (cells, _) in &mut rows {
        for cell in cells {
            *cell = clean(style, cell);
        }
    }
    let widths: Vec<usize> = WIDEST
        .iter()
        .enumerate()
        .map(|(column, most)| {
            let used = rows.iter().map(|(cells, _)| cells[column].width()).filter(|used| used <= most);
            used.max().unwrap_or(0)
        })
        .collect();
    for (cells, tone) in &rows {
        let mut line = String::new();
        for (cell, width) in cells[1..5].iter().zip(&widths[1..]) {
            line.push_str(cell);
            line.push_str(&" ".repeat(width.saturating_sub(cell.width()) + 2));
        }
        line.push_str(&cells[5]);
        let pad = " ".repeat(widths[0].saturating_sub(cells[0].width()) + 2);
        page.line(&[(&cells[0], *tone), (&pad, Tone::Plain), (&line, Tone::Plain)]);
    }
    page.gap();
    blocks::end(&mut page, report, width);
    page.write(out)
}

fn finding(t: &Texts, style: Style, one: &FindingReport) -> [String; 6] {
    let mut last = match one.chain.as_slice() {
        [] => message::operator(t, one),
        chain => message::chain(t, chain, false),
    };
    if let Some(gap) = one.reasons.iter().find_map(|reason| reason.gap) {
        last = t.member(crate::text::Family::GapShort, gap.id()).to_owned();
    }
    let mut parts = vec![last];
    if one.waiver.is_some() {
        parts.extend(waiver_life(t, one));
        parts.extend(waiver_words(t, one));
    }
    [
        format!("{}[{}]", label(one), one.rule.for_terminal()),
        place(&one.at),
        for_terminal(&one.target),
        message::service(t, one),
        law_cell(style, one).unwrap_or_else(|| "—".to_owned()),
        parts.join(", "),
    ]
}

fn notice(t: &Texts, one: &NoticeOfCheck) -> [String; 6] {
    let mut last = message::notice_title(t, one);
    if !one.findings.is_empty() {
        last = format!("{last}. {}", t.fill(Key::CheckAgain, &[("count", one.findings.len().into())]));
    }
    [
        format!("{}[{}]", one.severity.id(), one.id),
        place(&one.at),
        one.target.as_deref().map_or_else(|| "—".to_owned(), for_terminal),
        one.role.map_or("—", |role| t.member(crate::text::Family::Role, role.id())).to_owned(),
        "—".to_owned(),
        last,
    ]
}
