//! The list of laws, or everything recorded about one: what it says here, its citation, its state on a date, what it
//! connects by, its safeguards, and what it does not mean.

use std::io::{self, Write};

use super::Style;
use super::layout::{Grid, GridRow, Page, Tone};
use super::{cells, headline};
use crate::model::{Precision, SourceId};
use crate::report::{AgreementReport, LawCard, LawsReport, StatusReport};
use crate::safe::Untrusted;
use crate::text::{Family, Key, Texts};

/// Width of the labels.
const LABEL: usize = 19;

/// Prints a list for several laws, all that is recorded for one.
///
/// # Errors
/// Those of the output.
pub fn laws(out: &mut dyn Write, style: Style, report: &LawsReport) -> io::Result<()> {
    let mut page = Page::new(style);
    match report.laws.as_slice() {
        [card] => one(&mut page, report, card),
        cards => list(&mut page, report, cards),
    }
    page.gap();
    headline::added(&mut page, &report.added, LABEL, style.width());
    page.write(out)
}

fn list(page: &mut Page, report: &LawsReport, cards: &[LawCard]) {
    let (t, width) = (page.style.texts(), page.style.width());
    let args = [
        ("count", cards.len().into()),
        ("date", t.date(report.as_of).into()),
        ("release", report.release.as_str().into()),
    ];
    page.prose(0, width, &t.fill(Key::LawsHead, &args), Tone::Strong);
    page.gap();
    if width < 70 {
        for card in cards {
            page.prose(1, width, card.law.id.as_str(), Tone::Strong);
            page.prose(3, width, &cells::localised(t, &card.law.title), Tone::Plain);
            page.prose(3, width, &state(t, card.law.status.as_ref()), Tone::Plain);
        }
        return;
    }
    let is_wide = width >= 120;
    let mut titles = vec![Key::LawsColumnId, Key::LawsColumnTitle, Key::LawsColumnState];
    if is_wide {
        titles.push(Key::LawsColumnCite);
    }
    let header = titles.iter().map(|key| (t.get(*key).to_owned(), Tone::Strong)).collect();
    let mut rows = vec![GridRow::Cells(header), GridRow::Rule];
    for card in cards {
        let mut line = vec![
            (card.law.id.to_string(), Tone::Plain),
            (cells::localised(t, &card.law.title), Tone::Plain),
            (state(t, card.law.status.as_ref()), Tone::Plain),
        ];
        if is_wide {
            line.push((cells::cite(t, &card.law.cite), Tone::Plain));
        }
        rows.push(GridRow::Cells(line));
    }
    let used = 2 + 16 + 2 + 2 + 21;
    let widths = if is_wide { vec![16, 34, 24, width - 2 - 16 - 34 - 24 - 6] } else { vec![16, width - used, 21] };
    Grid { indent: 2, widths, gap: 2, max_lines: 3, rows }.draw(page);
}

/// `in force since 2018-03-23`.
fn state(t: &Texts, status: Option<&StatusReport>) -> String {
    let Some(status) = status else { return t.member(Family::LawState, "none").to_owned() };
    let state = t.member(Family::LawState, status.state.id());
    match status.from {
        Some(from) => {
            let date = t.since(from, status.from_precision.into());
            format!("{state} {}", t.fill(Key::ExplainSince, &[("date", date.into())]))
        }
        None => state.to_owned(),
    }
}

fn one(page: &mut Page, report: &LawsReport, card: &LawCard) {
    let (t, width) = (page.style.texts(), page.style.prose_width());
    let law = &card.law;
    let country =
        card.jurisdiction_name.as_ref().map_or_else(|| law.jurisdiction.to_string(), |n| cells::localised(t, n));
    let title = [("title", cells::localised(t, &law.title).into()), ("jurisdiction", country.into())];
    page.ends(width, (&t.fill(Key::LawsTitle, &title), Tone::Strong), (law.id.as_str(), Tone::Plain));
    page.gap();
    line(page, Key::LawsDoes, t.member(Family::LawKind, law.kind.id()));
    line(page, Key::LawsCite, &cells::cite(t, &law.cite));
    if let Some(official) = &card.official {
        line(page, Key::LawsOfficial, &official.for_terminal());
    }
    let state_now = state(t, law.status.as_ref());
    let now = t.fill(Key::LawsStateOn, &[("state", state_now.into()), ("date", t.date(report.as_of).into())]);
    line(page, Key::LawsState, &now);
    if let Some(status) = &law.status {
        if let Some(review) = status.review_by {
            let key = if review <= report.as_of { Key::LawsPastReview } else { Key::LawsReview };
            line_under(page, &t.fill(key, &[("date", t.date(review).into())]));
        }
        if let Some(note) = status.note.as_ref().and_then(|note| cells::localised_if(t, note)) {
            line_under(page, &note);
        }
    }
    for stretch in card.history.iter().filter(|_| card.history.len() > 1) {
        line(page, Key::LawsHistory, &span(t, stretch));
    }
    for (key, family, list) in
        [(Key::LawsAddressees, Family::Actor, &card.actors), (Key::LawsData, Family::DataKind, &card.data)]
    {
        if !list.is_empty() {
            line(page, key, &words(t, family, list));
        }
    }
    if let Some(test) = card.test.as_ref().and_then(|test| cells::localised_if(t, test)) {
        line(page, Key::LawsTest, &test);
    }
    binds(page, t, card);
    for safeguard in card.safeguards.iter().filter_map(|text| cells::localised_if(t, text)) {
        line(page, Key::LawsSafeguards, &safeguard);
    }
    for agreement in &card.agreements {
        line(page, Key::LawsAgreements, &self::agreement(t, agreement));
    }
    if let Some(text) = &card.not_meaning {
        line(page, Key::LawsNotMeaning, &cells::localised(t, text));
    }
    if let Some(note) = card.note.as_ref().and_then(|note| cells::localised_if(t, note)) {
        line(page, Key::LawsNote, &note);
    }
    page.gap();
    let mut cited = law.sources.clone();
    cited.extend(card.history.iter().flat_map(|stretch| stretch.sources.clone()));
    cited.extend(card.agreements.iter().flat_map(|a| a.sources.clone()));
    let mut seen = std::collections::BTreeSet::new();
    cited.retain(|id| seen.insert(id.clone()));
    sources(page, t, report, &cited);
}

/// Ids of a closed list in words; an id of a user's own stays as it is.
fn words(t: &Texts, family: Family, ids: &[Untrusted]) -> String {
    let word = |id: &Untrusted| {
        let id = id.for_terminal();
        if t.has_member(family, &id) { t.member(family, &id).to_owned() } else { id }
    };
    ids.iter().map(word).collect::<Vec<_>>().join(", ")
}

/// `United Kingdom: signed on 2019-10-03, in force since 2022-10-03`.
fn agreement(t: &Texts, agreement: &AgreementReport) -> String {
    let name = agreement.name.as_ref().map_or_else(|| agreement.with.to_string(), |name| cells::localised(t, name));
    let mut parts = vec![t.member(Family::Agreement, agreement.state.id()).to_owned()];
    if let Some(signed) = agreement.signed {
        parts.push(t.fill(Key::LawsSigned, &[("date", t.date(signed).into())]));
    }
    if let Some(from) = agreement.from {
        parts.push(t.fill(Key::LawsInForceSince, &[("date", t.date(from).into())]));
    }
    if let Some(talks) = agreement.talks {
        let date = t.since(talks, agreement.talks_precision.into());
        parts.push(t.fill(Key::ExplainSince, &[("date", date.into())]));
    }
    let mut text = t.fill(Key::LawsAgreement, &[("country", name.into()), ("state", parts.join(", ").into())]);
    if let Some(note) = agreement.note.as_ref().and_then(|note| cells::localised_if(t, note)) {
        text = format!("{text} ({note})");
    }
    text
}

fn binds(page: &mut Page, t: &Texts, card: &LawCard) {
    for bind in &card.binds {
        let grade = if bind.via_fund { "fund" } else { bind.grade.id() };
        let mut text = t.fill(
            Key::LawsBind,
            &[
                ("nexus", t.member(Family::Grade, grade).into()),
                ("effect", t.member(Family::Effect, bind.effect).into()),
                ("certainty", t.member(Family::Certainty, bind.certainty.id()).into()),
            ],
        );
        if let Some(note) = bind.note.as_ref().and_then(|note| cells::localised_if(t, note)) {
            text = format!("{text} ({note})");
        }
        line(page, Key::LawsBinds, &text);
    }
    if card.serves {
        line(page, Key::LawsBinds, t.get(Key::LawsServes));
    }
    if card.binds.is_empty() && !card.serves {
        line(page, Key::LawsBinds, t.get(Key::LawsNone));
    }
}

fn span(t: &Texts, status: &StatusReport) -> String {
    let date = |day: Option<jiff::civil::Date>, precision: Precision, otherwise: Key| {
        day.map_or_else(|| t.get(otherwise).to_owned(), |day| t.date_within(day, precision))
    };
    t.fill(
        Key::LawsSpan,
        &[
            ("state", t.member(Family::LawState, status.state.id()).into()),
            ("from", date(status.from, status.from_precision.into(), Key::LawsUnknownStart).into()),
            ("to", date(status.to, status.to_precision.into(), Key::LawsOpen).into()),
        ],
    )
}

fn sources(page: &mut Page, t: &Texts, report: &LawsReport, ids: &[SourceId]) {
    for id in ids {
        let Some(source) = report.sources.get(id) else { continue };
        let mut text = cells::source_title(t, source);
        if let Some(url) = &source.url {
            text = format!("{text}, {}", url.for_terminal());
        }
        if source.tier < 4 {
            text = format!("{text}, {}", t.fill(Key::ExplainRead, &[("date", t.date(source.seen).into())]));
        }
        line(page, Key::LawsSources, &text);
    }
}

/// A labelled paragraph. A label that comes again is printed once.
fn line(page: &mut Page, label: Key, text: &str) {
    let label = format!("  {} ", page.style.texts().get(label));
    let shown = if page.repeats(&label) { String::new() } else { label };
    page.hanging(&shown, LABEL, page.style.prose_width(), text, Tone::Plain);
}

fn line_under(page: &mut Page, text: &str) {
    page.hanging("", LABEL, page.style.prose_width(), text, Tone::Plain);
}
