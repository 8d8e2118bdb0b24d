//! The first lines of a screen: what was asked, when and from where, and the one sentence that says it all.

use std::collections::BTreeMap;

use super::layout::{Page, Tone};
use crate::model::CountryCode;
use crate::report::{CountReport, HomeOriginId, HomeReport, JudgedWith, TargetReport};
use crate::safe::Untrusted;
use crate::text::{Key, Lang, Texts};

/// Target, moment and vantage.
pub(super) fn head(page: &mut Page, report: &TargetReport, width: usize) {
    let t = page.style.texts();
    let name = match &report.unicode {
        Some(unicode) => format!("{} ({})", unicode.for_terminal(), report.target),
        None => report.target.clone(),
    };
    let is_wide = width >= 120;
    let mut right = vec![t.moment(report.taken_at)];
    if let Some(recording) = &report.vantage.recording {
        right.push(t.fill(Key::HeadRecording, &[("name", recording.for_terminal().into())]));
    } else if let Some(place) = vantage(report, is_wide) {
        right.push(t.fill(Key::HeadAskedFrom, &[("place", place.into())]));
    }
    page.ends(width, (&name, Tone::Strong), (&right.join(" · "), Tone::Plain));
    let asked_on = jiff::tz::TimeZone::UTC.to_datetime(report.taken_at).date();
    if report.as_of != asked_on {
        let text = t.fill(Key::HeadAsOf, &[("date", t.date(report.as_of).into())]);
        page.ends(width, ("", Tone::Plain), (&text, Tone::Strong));
    }
}

fn vantage(report: &TargetReport, with_network: bool) -> Option<String> {
    let country = report.vantage.country.map(|c| c.to_string());
    let network = report.vantage.asn.map(|a| a.to_string());
    match (country, network) {
        (Some(country), Some(network)) if with_network => Some(format!("{country} ({network})")),
        (Some(country), _) => Some(country),
        (None, network) => network,
    }
}

/// The sentence, what is not known, and places.
pub(super) fn headline(page: &mut Page, report: &TargetReport) {
    let t = page.style.texts();
    let width = page.style.width();
    let mut sentences = sentences(t, report);
    if !report.headline.places.is_empty() {
        sentences.push(t.fill(Key::HeadlinePlaces, &[("list", places(t, report).into())]));
    }
    // The sentence about places begins a line of its own where all would not fit on one.
    let places = sentences.split_off(sentences.len() - usize::from(!report.headline.places.is_empty()));
    page.prose(2, width, &sentences.join(" "), Tone::Strong);
    if let [places] = places.as_slice() {
        page.prose(2, width, places, Tone::Plain);
    }
}

/// The sentences of the first screen, without places.
pub(super) fn sentences(t: &Texts, report: &TargetReport) -> Vec<String> {
    let head = &report.headline;
    let total = ("total", head.total.into());
    if head.total == 0 {
        return vec![t.get(Key::HeadlineNoService).to_owned()];
    }
    if head.undetermined == head.total && head.by_country.is_empty() {
        return vec![t.fill(Key::HeadlineNothing, &[total])];
    }
    let determined = ("total", (head.total - head.undetermined).into());
    let has_home = report.home.group.is_some();
    let mut out = Vec::new();
    match head.by_country.as_slice() {
        // Nothing can be said of what was not determined, so it is not among "these services".
        [] if has_home => {
            let group = group_text(t, &report.home);
            out.push(t.fill(Key::HeadlineNone, &[("group", group.into()), determined]));
        }
        [] => out.push(t.fill(Key::HeadlineNoneNoHome, &[determined])),
        [first, rest @ ..] if has_home => {
            out.push(reaches(t, report, first));
            if !rest.is_empty() {
                out.push(format!("{}.", counts(rest)));
            }
        }
        list => out.push(t.fill(Key::HeadlineNoHome, &[("list", counts(list).into()), total])),
    }
    if head.undetermined > 0 {
        out.push(t.fill(Key::HeadlineUndetermined, &[("count", head.undetermined.into())]));
    }
    if head.contested_or_unchecked > 0 {
        out.push(t.fill(Key::HeadlineContested, &[("count", head.contested_or_unchecked.into())]));
    }
    out
}

fn reaches(t: &Texts, report: &TargetReport, first: &CountReport) -> String {
    let mut parts = Vec::new();
    if first.sees_data > 0 {
        parts.push(t.fill(Key::HeadlineSees, &[("count", first.sees_data.into())]));
    }
    if first.can_interrupt > 0 {
        parts.push(t.fill(Key::HeadlineInterrupts, &[("count", first.can_interrupt.into())]));
    }
    t.fill(
        Key::HeadlineReaches,
        &[
            ("law", law_of(t, report, first.country).into()),
            ("count", first.services.into()),
            ("total", report.headline.total.into()),
            ("parts", parts.join(", ").into()),
        ],
    )
}

/// `CN 1 · RU 1`.
fn counts(list: &[CountReport]) -> String {
    list.iter().map(|c| format!("{} {}", c.country, c.services)).collect::<Vec<_>>().join(" · ")
}

/// `US law`, « Le droit américain ».
fn law_of(t: &Texts, report: &TargetReport, country: CountryCode) -> String {
    law_name(t, report.jurisdictions.get(&country), country)
}

/// The same for any list of names.
pub(super) fn law_name(t: &Texts, names: Option<&crate::report::JurisdictionReport>, country: CountryCode) -> String {
    match names {
        Some(j) => match &j.adjective {
            Some(adjective) => t.fill(Key::HeadlineLaw, &[("adjective", super::cells::localised(t, adjective).into())]),
            None => {
                let name = t.in_sentence(&super::cells::localised(t, &j.name));
                t.fill(Key::HeadlineLawOf, &[("name", name.into())])
            }
        },
        None => t.fill(Key::HeadlineLawOf, &[("name", country.to_string().into())]),
    }
}

fn places(t: &Texts, report: &TargetReport) -> String {
    let label = |place: &crate::report::PlaceCount| {
        if place.anycast {
            t.get(Key::CellAnycast).to_owned()
        } else {
            place.countries.iter().map(ToString::to_string).collect::<Vec<_>>().join("/")
        }
    };
    let list = report.headline.places.iter().map(|p| format!("{} {}", label(p), p.services));
    list.collect::<Vec<_>>().join(" · ")
}

/// `the EEA`, `CH`.
pub(super) fn group_text(t: &Texts, home: &HomeReport) -> String {
    match home.group.as_deref() {
        Some("EEA") => t.get(Key::HeadlineEea).to_owned(),
        Some(code) => code.to_owned(),
        None => String::new(),
    }
}

/// What counts as home and where that came from; `None` without a home.
pub(super) fn home_text(t: &Texts, report: &TargetReport) -> Option<String> {
    let home = &report.home;
    let group = home.group.clone()?;
    let group = match (group.as_str(), t.lang()) {
        ("EEA", Lang::Fr) => "EEE".to_owned(),
        _ => group,
    };
    let what = match home.country.map(|c| c.to_string()) {
        Some(country) if country != group => format!("{country}, {group}"),
        _ => group,
    };
    let tld = report.target.rsplit('.').next().unwrap_or_default();
    Some(match home.origin {
        HomeOriginId::Tld => t.fill(Key::LegendHomeTld, &[("home", what.into()), ("tld", tld.into())]),
        HomeOriginId::Given | HomeOriginId::None => t.fill(Key::LegendHomeGiven, &[("home", what.into())]),
    })
}

/// Data release and IP tables with their dates.
pub(super) fn data_line(t: &Texts, judged: &JudgedWith) -> String {
    let mut parts = vec![t.fill(Key::FootRelease, &[("release", judged.release.as_str().into())])];
    parts.extend(table_names(t, judged));
    parts.join(" · ")
}

/// `embedded 2026-11-23`, one a table.
pub(super) fn table_names(t: &Texts, judged: &JudgedWith) -> Vec<String> {
    let of = |name: &Untrusted, date: &Untrusted| {
        let date = t.date_text(&date.for_terminal());
        t.fill(Key::FootTable, &[("name", super::cells::table(t, name).into()), ("date", date.into())])
    };
    judged.tables.iter().map(|table| of(&table.id, &table.date)).collect()
}

/// Entries used here that did not come from the release, each with its file, and how to have the data corrected.
pub(super) fn added(page: &mut Page, added: &BTreeMap<String, Untrusted>, indent: usize, width: usize) {
    let t = page.style.texts();
    if !added.is_empty() {
        let list: Vec<String> = added.iter().map(|(key, file)| format!("{key} ({})", file.for_terminal())).collect();
        let args = [("count", added.len().into()), ("list", list.join(", ").into())];
        page.hanging("", indent, width, &t.fill(Key::FootAdded, &args), Tone::Strong);
    }
    let label = format!("  {} ", t.get(Key::FootCorrect));
    page.hanging(&label, indent, width, t.get(Key::FootCorrectHow), Tone::Plain);
}
