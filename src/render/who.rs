//! The answer of `who`: the reader's card, then operator, owners and laws on one or two dates.

use std::io::{self, Write};

use super::layout::{Grid, GridRow, Page, Tone};
use super::{Style, cells, headline};
use crate::model::CountryCode;
use crate::report::{CardRow, CodeReport, GradeId, LayerReport, OwnersId, ReachId, RoleId, Truth, WhoReport, WhoRow};
use crate::safe::Untrusted;
use crate::text::{Family, Key, Texts};

/// Width of the labels.
const LABEL: usize = 15;

/// Prints the card.
///
/// # Errors
/// Those of the output.
pub fn who(out: &mut dyn Write, style: Style, report: &WhoReport) -> io::Result<()> {
    let t = style.texts();
    let mut page = Page::new(style);
    page.prose(0, style.width(), &report.query.for_terminal(), Tone::Strong);
    page.gap();
    if !report.card.is_empty() {
        card(&mut page, report);
        page.gap();
    }
    for row in &report.rows {
        dated(&mut page, report, row);
        page.gap();
    }
    let data = headline::data_line(t, &report.judged_with);
    page.hanging(&format!("  {} ", t.get(Key::FootData)), LABEL, style.width(), &data, Tone::Plain);
    headline::added(&mut page, &report.judged_with.added, LABEL, style.width());
    page.write(out)
}

/// Nothing in the data answers the query.
///
/// # Errors
/// Those of the output.
pub fn not_found(out: &mut dyn Write, style: Style, query: &Untrusted) -> io::Result<()> {
    let mut page = Page::new(style);
    let text = style.texts().fill(Key::WhoNotFound, &[("query", query.for_terminal().into())]);
    page.prose(0, style.width(), &text, Tone::Plain);
    page.write(out)
}

fn card(page: &mut Page, report: &WhoReport) {
    let t = page.style.texts();
    let width = page.style.width();
    let database = |row: &CardRow| {
        let values: Vec<String> = row.database.iter().map(Untrusted::for_terminal).collect();
        if values.is_empty() { t.get(Key::WhoNotInTables).to_owned() } else { values.join(" · ") }
    };
    if width < 60 {
        for row in &report.card {
            page.prose(1, width, t.member(Family::Field, row.field.id()), Tone::Strong);
            page.prose(3, width, &database(row), Tone::Plain);
            page.prose(3, width, &format!("→ {}", truth(t, report, &row.truth)), Tone::Plain);
        }
        return;
    }
    let titles = [Key::WhoField, Key::WhoDatabase, Key::WhoTruth];
    let header = titles.iter().map(|key| (t.get(*key).to_owned(), Tone::Strong)).collect();
    let mut rows = vec![GridRow::Cells(header), GridRow::Rule];
    for row in &report.card {
        rows.push(GridRow::Cells(vec![
            (t.member(Family::Field, row.field.id()).to_owned(), Tone::Plain),
            (database(row), Tone::Plain),
            (truth(t, report, &row.truth), Tone::Plain),
        ]));
    }
    let rest = width.min(120) - 2 - LABEL - 4;
    Grid { indent: 2, widths: vec![LABEL, rest * 2 / 5, rest - rest * 2 / 5], gap: 2, max_lines: 4, rows }.draw(page);
}

fn truth(t: &Texts, report: &WhoReport, truth: &Truth) -> String {
    let member = |id: &str| t.member(Family::Truth, id).to_owned();
    let with_country = |id: &str, country: CountryCode| {
        t.fill_member(Family::Truth, id, &[("country", t.in_sentence(&country_name(t, report, country)).into())])
    };
    match truth {
        Truth::Ptr => member("ptr"),
        Truth::NoPtr => member("no-ptr"),
        Truth::NetworkRun { asn, operator } => t.fill_member(
            Family::Truth,
            "network-run",
            &[("asn", asn.to_string().into()), ("operator", operator.for_terminal().into())],
        ),
        Truth::NetworkUnlisted { asn } => {
            t.fill_member(Family::Truth, "network-unlisted", &[("asn", asn.to_string().into())])
        }
        Truth::NetworkNone => member("network-none"),
        Truth::Anycast => member("anycast"),
        Truth::PlaceProbable { country } => with_country("place-probable", *country),
        Truth::PlaceWeak { country } => {
            let name = country_name(t, report, *country);
            t.fill_member(Family::Truth, "place-weak", &[("country", name.into())])
        }
        Truth::PlaceUnknown => member("place-unknown"),
        Truth::Special => member("special"),
        Truth::Registered => member("registered"),
        Truth::CountryLevel => member("country-level"),
        Truth::Centroid { country } => with_country("centroid", *country),
        Truth::CityCoordinates { city } => {
            t.fill_member(Family::Truth, "city-coordinates", &[("city", city.for_terminal().into())])
        }
        Truth::Estimate => member("estimate"),
        Truth::FollowsCoordinates => member("follows-coordinates"),
        Truth::Absent => member("absent"),
    }
}

fn country_name(t: &Texts, report: &WhoReport, country: CountryCode) -> String {
    report.jurisdictions.get(&country).map_or_else(|| country.to_string(), |j| cells::localised(t, &j.name))
}

fn dated(page: &mut Page, report: &WhoReport, row: &WhoRow) {
    let t = page.style.texts();
    let width = page.style.width();
    page.prose(2, width, &t.fill(Key::WhoAsOf, &[("date", t.date(row.as_of).into())]), Tone::Strong);
    if row.services.is_empty() {
        line(page, Key::WhoOperator, t.get(Key::WhoNoOperator), Tone::Plain);
    }
    for service in &row.services {
        for layer in &service.layers {
            of_layer(page, report, service.role, layer);
        }
    }
}

fn of_layer(page: &mut Page, report: &WhoReport, role: RoleId, layer: &LayerReport) {
    let (t, style) = (page.style.texts(), page.style);
    let part = t.member(Family::Role, role.id());
    line(page, Key::WhoOperator, &format!("{} ({part})", cells::operator_name(t, layer)), Tone::Plain);
    if let Some(company) = &layer.company {
        let names = company.countries.iter().map(|c| country_name(t, report, *c));
        let text = std::iter::once(cells::company_name(t, &company.name)).chain(names).collect::<Vec<_>>().join(", ");
        line(page, Key::WhoCompany, &text, Tone::Plain);
    }
    for owner in owner_lines(t, report, layer) {
        line(page, Key::WhoOwners, &owner, Tone::Plain);
    }
    line(page, Key::WhoLaw, &cells::law(style, layer.mark, &layer.codes, 6), Tone::of(layer.mark));
    line(page, Key::WhoSure, &cells::sure(style, layer.sure), Tone::Plain);
    for text in follows(t, report, layer) {
        line(page, Key::WhoFollows, &text, Tone::Plain);
    }
    for deal in &layer.deals {
        line(page, Key::ExplainDeals, &cells::localised(t, &deal.text), Tone::Plain);
    }
    if layer.boundary
        && let Some(company) = &layer.company
    {
        let text = t.fill(Key::NoteExtraBoundary, &[("company", cells::company_name(t, &company.name).into())]);
        line(page, Key::ExplainNotes, &text, Tone::Plain);
    }
}

fn line(page: &mut Page, label: Key, text: &str, tone: Tone) {
    let label = format!("  {} ", page.style.texts().get(label));
    let shown = if page.repeats(&label) { String::new() } else { label };
    page.hanging(&shown, LABEL, page.style.width(), text, tone);
}

/// Each chain of control: `Thales SA, France (since 2023-12)`.
fn owner_lines(t: &Texts, report: &WhoReport, layer: &LayerReport) -> Vec<String> {
    let mut out = Vec::new();
    for chain in &layer.chains {
        let steps = chain.iter().skip(1).filter_map(|step| {
            let link = step.link.as_ref()?;
            let mut parts = vec![cells::company_name(t, &step.company.name)];
            parts.extend(step.company.countries.iter().map(|c| country_name(t, report, *c)));
            let mut text = parts.join(", ");
            let mut remarks = Vec::new();
            if link.via_fund {
                remarks.push(t.get(Key::ExplainFund).to_owned());
            }
            if let Some(from) = link.from {
                let date = t.since(from, link.from_precision.into());
                remarks.push(t.fill(Key::ExplainSince, &[("date", date.into())]));
            }
            if link.sure < 2 {
                remarks.push(t.get(Key::ExplainNotChecked).to_owned());
            }
            if !remarks.is_empty() {
                text = format!("{text} ({})", remarks.join(", "));
            }
            Some(text)
        });
        out.push(steps.collect::<Vec<_>>().join(" › "));
    }
    match layer.owners.state {
        OwnersId::Unknown => {
            let at = layer.owners.at.as_ref().map(|c| cells::company_name(t, &c.name)).unwrap_or_default();
            out.push(t.fill(Key::ExplainOwnersUnknown, &[("company", at.into())]));
        }
        OwnersId::Complete if out.is_empty() => match layer.owners.tops.first() {
            Some(top) => {
                let kind = t.member(Family::Top, top.kind.id());
                out.push(t.fill(Key::WhoOwnersComplete, &[("top", kind.into())]));
            }
            None => out.push(t.get(Key::WhoOwnersNone).to_owned()),
        },
        OwnersId::Complete | OwnersId::NotInData => {}
    }
    out
}

/// One sentence a jurisdiction, and what may be missing.
fn follows(t: &Texts, report: &WhoReport, layer: &LayerReport) -> Vec<String> {
    let of = |code: &CodeReport| {
        let law = headline::law_name(t, report.jurisdictions.get(&code.country), code.country);
        let fund = layer
            .nexus
            .iter()
            .filter(|n| n.country == code.country && n.grade == GradeId::Controlled && code.grade == n.grade)
            .all(|n| n.via_fund);
        let grade = if code.grade == GradeId::Controlled && fund { "fund" } else { code.grade.id() };
        let key = match code.reach {
            ReachId::Reached => Key::WhoFollowsReached,
            ReachId::MayReach => Key::WhoFollowsMay,
            ReachId::Unchecked => Key::WhoFollowsUnchecked,
        };
        t.fill(key, &[("law", law.into()), ("grade", t.member(Family::Grade, grade).into())])
    };
    let mut out: Vec<String> = layer.codes.iter().map(of).collect();
    match layer.owners.state {
        OwnersId::Complete => {}
        OwnersId::Unknown => out.push(t.get(Key::WhoFollowsUnknown).to_owned()),
        OwnersId::NotInData => out.push(t.member(Family::Legal, "unknown").to_owned()),
    }
    out
}
