//! Operators of the same kind whose recorded control stays within the home group: a list from the data.

use std::io::{self, Write};

use super::headline;
use super::layout::{Page, Tone};
use super::{Style, cells};
use crate::model::CountryCode;
use crate::report::{AlternativeReport, AlternativesReport, TargetReport};
use crate::text::{Family, Key, Texts};

/// Most operators of a service on the screen.
const MAX: usize = 12;
/// Width of the labels of the foot.
const LABEL: usize = 13;

/// Prints the lists of a report; nothing where it holds none.
///
/// # Errors
/// Those of the output.
pub fn alternatives(out: &mut dyn Write, style: Style, report: &TargetReport) -> io::Result<()> {
    let Some(lists) = &report.alternatives else { return Ok(()) };
    let (t, width) = (style.texts(), style.prose_width());
    let mut page = Page::new(style);
    let title = t.fill(Key::AlternativesTitle, &[("target", report.target.as_str().into())]);
    page.ends(width, (&title, Tone::Strong), (&t.moment(report.taken_at), Tone::Plain));
    page.gap();
    let group = headline::group_text(t, &report.home);
    let args = [("group", group.as_str().into()), ("date", t.date(report.as_of).into())];
    page.prose(2, width, &t.fill(Key::AlternativesCaution, &args), Tone::Plain);
    if lists.is_empty() {
        page.gap();
        page.prose(2, width, t.get(Key::AlternativesNothing), Tone::Plain);
    }
    for list in lists {
        page.gap();
        one_service(&mut page, report, list, &group);
    }
    page.gap();
    let label = format!("  {} ", t.get(Key::FootData));
    page.hanging(&label, LABEL, width, &headline::data_line(t, &report.judged_with), Tone::Plain);
    headline::added(&mut page, &report.judged_with.added, LABEL, width);
    page.gap();
    page.prose(2, width, &super::disclaimer(t, report), Tone::Dim);
    page.write(out)
}

fn one_service(page: &mut Page, report: &TargetReport, list: &AlternativesReport, group: &str) {
    let (t, style) = (page.style.texts(), page.style);
    let width = style.prose_width();
    let role = t.member(Family::Role, list.role.id());
    let sign = list.mark.sign(style.ascii);
    let record = list.record.for_terminal();
    page.prose(2, width, format!("{sign} {role}  {record}").trim_end(), Tone::of(list.mark));
    if list.fixed {
        page.prose(4, width, t.get(Key::AlternativesFixed), Tone::Plain);
        return;
    }
    if list.operators.is_empty() {
        page.prose(4, width, &t.fill(Key::AlternativesNone, &[("group", group.into())]), Tone::Plain);
        return;
    }
    for operator in list.operators.iter().take(MAX) {
        let dots = cells::sure(style, operator.sure);
        page.hanging(&format!("    {dots} "), 8, width, &line(t, report, operator), Tone::Plain);
    }
    if list.operators.len() > MAX {
        let more = t.fill(Key::AlternativesMore, &[("count", (list.operators.len() - MAX).into())]);
        page.prose(8, width, &more, Tone::Plain);
    }
}

/// `Hexagone: Hexagone DNS SA, France › Hexagone Holding (shares held by many) · links: US (technology)`.
fn line(t: &Texts, report: &TargetReport, one: &AlternativeReport) -> String {
    let country = |code: CountryCode| {
        report.jurisdictions.get(&code).map_or_else(|| code.to_string(), |j| cells::localised(t, &j.name))
    };
    let named = |name: String, countries: &[CountryCode]| {
        std::iter::once(name).chain(countries.iter().map(|c| country(*c))).collect::<Vec<_>>().join(", ")
    };
    let mut chain = vec![named(cells::company_name(t, &one.company.name), &one.company.countries)];
    for owner in &one.controllers {
        let name = named(cells::company_name(t, &owner.name), &owner.countries);
        chain.push(if owner.via_fund { t.fill(Key::CellFund, &[("name", name.into())]) } else { name });
    }
    let mut text = chain.join(" › ");
    let mut tops: Vec<&str> = one.owners.tops.iter().map(|top| t.member(Family::Top, top.kind.id())).collect();
    tops.dedup();
    if !tops.is_empty() {
        text = format!("{text} ({})", tops.join(", "));
    }
    let name = one.name.for_terminal();
    if name != cells::company_name(t, &one.company.name) {
        text = format!("{name} · {text}");
    }
    if one.sure < 2 {
        text = format!("{text} · {}", t.get(Key::ExplainNotChecked));
    }
    if !one.runs_on.is_empty() {
        let list: Vec<String> = one.runs_on.iter().map(crate::safe::Untrusted::for_terminal).collect();
        text = format!("{text} · {}", t.fill(Key::AlternativesRunsOn, &[("list", list.join(", ").into())]));
    }
    if !one.links.is_empty() {
        let link = |link: &crate::report::AlternativeLink| {
            let via = t.member(Family::Via, link.via.id());
            t.fill(Key::AlternativesLink, &[("country", link.country.to_string().into()), ("via", via.into())])
        };
        let list: Vec<String> = one.links.iter().map(link).collect();
        text = format!("{text} · {}", t.fill(Key::AlternativesLinks, &[("list", list.join(", ").into())]));
    }
    text
}
