//! The summary of a step on GitHub, or any other Markdown: a table, the details of each finding, and what it rests on.

use std::io::{self, Write};

use super::{Entry, entries, is_settled, label, law_cell, message, place, waiver_life, waiver_words};
use crate::render::Style;
use crate::report::{CheckReport, FindingReport, NoticeOfCheck};
use crate::safe::{for_markdown as md, for_markdown_code as code, for_markdown_element as element};
use crate::text::{Key, Lang, Texts, texts};

/// GitHub drops a summary above 1 MiB whole. Held back of it: what other steps of the job may have written.
const MOST: usize = 900_000;
/// Kept free for the lines at the end.
const RESERVE: usize = 8_000;

/// Writes the summary. Where it would grow too long the list is cut, and a line says by how many.
///
/// # Errors
/// Those of the output.
pub fn markdown(out: &mut dyn Write, lang: Lang, report: &CheckReport) -> io::Result<()> {
    out.write_all(compose(lang, report, MOST - RESERVE).as_bytes())
}

/// The summary; the list of findings ends before `most` bytes are used.
pub(super) fn compose(lang: Lang, report: &CheckReport, most: usize) -> String {
    let t = texts(lang);
    let word = super::outcome_word(t, report.outcome);
    let mut text = format!("## jurisdig: {}\n\n{}\n", md(word), md(&super::tally(t, report)));
    let mut rows: Vec<String> = Vec::new();
    let mut details: Vec<String> = Vec::new();
    for entry in entries(report) {
        match entry {
            Entry::Finding(one) => {
                rows.push(row(t, one));
                details.push(detail(t, one));
            }
            Entry::Notice(one) => rows.push(notice_row(t, one)),
        }
    }
    rows.extend(report.findings.iter().filter(|one| is_settled(one)).map(|one| row(t, one)));
    if rows.is_empty() {
        text.push_str(&format!("\n{}\n", md(t.get(Key::CheckNoFinding))));
    } else {
        text.push_str(&table_head(t));
        let left = append(&mut text, &rows, most);
        cut(t, &mut text, left);
    }
    if !details.is_empty() {
        text.push('\n');
        let left = append(&mut text, &details, most);
        cut(t, &mut text, left);
    }
    text.push_str(&end(t, report));
    text
}

/// Appends what fits; how many pieces did not.
fn append(text: &mut String, pieces: &[String], most: usize) -> usize {
    for (index, piece) in pieces.iter().enumerate() {
        if text.len() + piece.len() > most {
            return pieces.len() - index;
        }
        text.push_str(piece);
    }
    0
}

fn cut(t: &Texts, text: &mut String, left: usize) {
    if left > 0 {
        text.push_str(&format!("\n**{}**\n", md(&t.fill(Key::CheckCut, &[("count", left.into())]))));
    }
}

fn table_head(t: &Texts) -> String {
    let columns = [
        Key::CheckColumnState,
        Key::CheckColumnRule,
        Key::CheckColumnPlace,
        Key::CheckColumnTarget,
        Key::CheckColumnService,
        Key::CheckColumnLaw,
        Key::CheckColumnOperator,
    ];
    let titles: Vec<String> = columns.iter().map(|key| md(t.get(*key))).collect();
    format!("\n| {} |\n|{}\n", titles.join(" | "), "---|".repeat(columns.len()))
}

fn row(t: &Texts, one: &FindingReport) -> String {
    let style = Style { lang: t.lang(), ..Style::default() };
    let who = match one.chain.as_slice() {
        [] => message::operator(t, one),
        chain => message::chain(t, chain, true),
    };
    line(&[
        md(label(one)),
        one.rule.for_markdown_code(),
        code(&place(&one.at)),
        code(&one.target),
        md(&message::service(t, one)),
        md(&law_cell(style, one).unwrap_or_else(|| "—".to_owned())),
        md(&who),
    ])
}

fn notice_row(t: &Texts, one: &NoticeOfCheck) -> String {
    line(&[
        md(one.severity.id()),
        code(one.id),
        code(&place(&one.at)),
        one.target.as_deref().map(code).unwrap_or_default(),
        one.role.map(|role| md(t.member(crate::text::Family::Role, role.id()))).unwrap_or_default(),
        String::new(),
        md(&message::notice_message(t, one)),
    ])
}

fn line(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

fn detail(t: &Texts, one: &FindingReport) -> String {
    let head = format!("{}[{}] {}: {}", label(one), one.rule.for_terminal(), one.target, message::title(t, one));
    let mut lines = vec![md(&message::message(t, one))];
    let mut rule = t.fill(Key::CheckRuleAt, &[("place", place(&one.rule_at).into())]);
    if let Some(because) = &one.because {
        rule = format!("{rule} {}", t.fill(Key::CheckWhy, &[("because", because.for_terminal().into())]));
    }
    lines.push(md(&rule));
    if let (Some(waiver), Some(state)) = (&one.waiver, waiver_life(t, one)) {
        let head = [("place", waiver.line.to_string().into()), ("state", state.into())];
        let mut parts = vec![t.fill(Key::CheckWaiver, &head)];
        parts.push(t.fill(Key::CheckWhy, &[("because", waiver.reason.for_terminal().into())]));
        parts.extend(waiver_words(t, one));
        lines.push(md(&parts.join(" · ")));
    }
    lines.push(code(&super::explain_command(one)));
    let lines: String = lines.iter().map(|line| format!("- {line}\n")).collect();
    // Markdown inside of an HTML block is read only after an empty line; the summary itself is read as HTML.
    format!("<details><summary>{}</summary>\n\n{lines}\n</details>\n", element(&head))
}

fn end(t: &Texts, report: &CheckReport) -> String {
    let mut lines: Vec<String> = super::attested(t, report).into_iter().take(20).collect();
    lines.push(super::counts(t, report));
    lines.extend(super::no_longer(t, report));
    lines.push(super::policy_line(t, report));
    lines.push(super::release_line(t, report));
    lines.push(super::exit_line(t, report).to_owned());
    let lines: Vec<String> = lines.iter().map(|line| md(line)).collect();
    format!("\n{}\n", lines.join("  \n"))
}
