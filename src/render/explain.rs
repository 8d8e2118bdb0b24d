//! The chain of evidence of one service, step by step (cli.md 2.5): what was observed, what is recorded, what the law
//! provides, what that does not show, and what would change it. Prose is set to 80 columns on wide screens too.

mod changes;
mod grounds;
mod steps;
mod transfers;

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::cells;
use super::headline;
use super::layout::{Page, Tone};
use super::{Style, table};
use crate::model::SourceId;
use crate::report::{LayerReport, PlaceId, RoleId, ServiceReport, SourceReport, StateId, TargetReport};
use crate::text::{Family, Key, Texts};

/// Width of the labels in front of paragraphs.
const LABEL: usize = 13;

/// Explains the services of these roles, or without a role the one that says most. `false` when the report has none.
///
/// # Errors
/// Those of the output.
pub fn explain(out: &mut dyn Write, style: Style, report: &TargetReport, roles: &[RoleId]) -> io::Result<bool> {
    let services: Vec<&ServiceReport> = match roles {
        [] => report.most_telling().into_iter().collect(),
        roles => report.services.iter().filter(|s| roles.contains(&s.role)).collect(),
    };
    let mut page = Page::new(style);
    headline::head(&mut page, report, style.prose_width());
    if services.is_empty() {
        page.gap();
        page.prose(2, style.prose_width(), style.texts().get(Key::ExplainNothing), Tone::Plain);
        page.write(out)?;
        return Ok(false);
    }
    for service in services {
        page.gap();
        Explainer { t: style.texts(), style, report, service, cited: Cited::default() }.service(&mut page);
    }
    page.write(out)?;
    Ok(true)
}

struct Explainer<'a> {
    t: &'static Texts,
    style: Style,
    report: &'a TargetReport,
    service: &'a ServiceReport,
    cited: Cited,
}

/// Sources in the order they are cited: `[S1]`, `[S2]`, ...
#[derive(Debug, Default)]
pub(super) struct Cited(Vec<SourceId>);

impl Cited {
    /// `[S1][S3]`: numbers of sources, in the order of their first mention.
    pub(super) fn cite(&mut self, sources: &[SourceId], known: &BTreeMap<SourceId, SourceReport>) -> String {
        let mut out = String::new();
        for id in sources.iter().filter(|id| known.contains_key(*id)) {
            let index = self.0.iter().position(|known| known == id).unwrap_or_else(|| {
                self.0.push(id.clone());
                self.0.len() - 1
            });
            out.push_str(&format!("[S{}]", index + 1));
        }
        out
    }

    /// The list of sources.
    pub(super) fn print(&self, page: &mut Page, t: &Texts, known: &BTreeMap<SourceId, SourceReport>) {
        let width = page.style.prose_width();
        for (index, id) in self.0.iter().enumerate() {
            let Some(source) = known.get(id) else { continue };
            let mut text = cells::source_title(t, source);
            if let Some(url) = &source.url {
                text = format!("{text}, {}", url.for_terminal());
            }
            // What is only known generally was read nowhere, and its title says so.
            if source.tier < 4 {
                text = format!("{text}, {}", t.fill(Key::ExplainRead, &[("date", t.date(source.seen).into())]));
            }
            let label = format!("  [S{}] ", index + 1);
            page.hanging(&label, label.len().max(7), width, &text, Tone::Plain);
        }
    }
}

impl<'a> Explainer<'a> {
    fn service(&mut self, page: &mut Page) {
        let (t, service) = (self.t, self.service);
        let name = t.member(Family::Role, service.role.id());
        if service.layers.is_empty() {
            self.without_operator(page, name);
        }
        for layer in &service.layers {
            page.gap();
            let title =
                t.fill(Key::ExplainTitle, &[("target", self.report.target.as_str().into()), ("role", name.into())]);
            let law = cells::law(self.style, layer.mark, &layer.codes, 6);
            let sure = t.fill(Key::ExplainSure, &[("dots", cells::sure(self.style, layer.sure).into())]);
            page.ends(
                self.style.prose_width(),
                (&title, Tone::Strong),
                (&format!("{law}   {sure}"), Tone::of(layer.mark)),
            );
            page.gap();
            page.repeats("");
            self.layer(page, layer);
        }
        self.close(page);
    }

    /// A service that is absent, not asked, or not to be told from outside.
    fn without_operator(&mut self, page: &mut Page, name: &str) {
        let (t, service) = (self.t, self.service);
        let title = t.fill(Key::ExplainTitle, &[("target", self.report.target.as_str().into()), ("role", name.into())]);
        let law = match service.state {
            StateId::NotDetermined => cells::law(self.style, service.mark, &[], 3),
            _ => String::new(),
        };
        page.ends(self.style.prose_width(), (&title, Tone::Strong), (&law, Tone::of(service.mark)));
        page.gap();
        let steps = self.observed(&service.because, None);
        self.print_steps(page, Key::ExplainObserved, &steps, None, 1);
        page.gap();
        match service.gap {
            Some(gap) => {
                page.prose(2, self.style.prose_width(), t.member(Family::Gap, gap.id()), Tone::Plain);
                self.paragraph(page, Key::ExplainQuestion, t.member(Family::GapQuestion, gap.id()));
            }
            None => {
                let text = table::instead(t, service).unwrap_or_default();
                page.prose(2, self.style.prose_width(), &text, Tone::Plain);
            }
        }
    }

    fn layer(&mut self, page: &mut Page, layer: &'a LayerReport) {
        let t = self.t;
        let observed = self.observed(&layer.because, Some(layer));
        let recorded = self.recorded(layer);
        let weakest = steps::weakest(&[&observed, &recorded]);
        self.print_steps(page, Key::ExplainObserved, &observed, weakest.filter(|w| w.0 == 0).map(|w| w.1), 1);
        let next = observed.len() + 1;
        self.print_steps(page, Key::ExplainRecordedHead, &recorded, weakest.filter(|w| w.0 == 1).map(|w| w.1), next);
        let law = self.law(layer);
        self.print_steps(page, Key::ExplainProvides, &law, None, next + recorded.len());
        page.gap();
        self.paragraph(page, Key::ExplainServers, &self.servers(layer));
        let mut not_shown = t.get(Key::ExplainNotShownText).to_owned();
        if t.has_member(Family::Power, self.service.role.id()) {
            not_shown = format!("{} {not_shown}", t.member(Family::Power, self.service.role.id()));
        }
        self.paragraph(page, Key::ExplainNotShown, &not_shown);
        if let Some(changes) = self.changes(layer) {
            self.paragraph(page, Key::ExplainChanges, &changes);
        }
        for (label, against) in [(Key::ExplainFor, false), (Key::ExplainAgainst, true)] {
            for one in layer.authorities.iter().filter(|a| a.against == against) {
                let date = t.date_within(one.date, one.date_precision.into());
                let grade = t.member(Family::Grade, one.grade.id());
                let text = cells::localised(t, &one.text);
                let country = one.country.to_string();
                let args = [
                    ("country", country.as_str().into()),
                    ("grade", grade.into()),
                    ("text", text.as_str().into()),
                    ("date", date.as_str().into()),
                ];
                let text = t.fill(Key::ExplainAuthority, &args);
                let sources = self.cite(&one.sources);
                self.paragraph(page, label, &format!("{text} {sources}"));
            }
        }
        if !layer.exposures.is_empty() && !layer.authorities.iter().any(|a| a.against) {
            self.paragraph(page, Key::ExplainAgainst, t.get(Key::ExplainAgainstNone));
        }
        for text in self.transfers(layer) {
            self.paragraph(page, Key::ExplainTransfers, &text);
        }
        if let Some(links) = self.links(layer) {
            self.paragraph(page, Key::ExplainLinks, &links);
        }
        for deal in &layer.deals {
            let sources = self.cite(&deal.sources);
            self.paragraph(page, Key::ExplainDeals, &format!("{} {sources}", cells::localised(t, &deal.text)));
        }
        for note in self.layer_notes(layer) {
            self.paragraph(page, Key::ExplainNotes, &note);
        }
    }

    fn servers(&self, layer: &LayerReport) -> String {
        let t = self.t;
        let of = |probable| {
            let list = layer.place.countries.iter().filter(|p| p.probable == probable);
            list.map(|p| p.country.to_string()).collect::<Vec<_>>().join(", ")
        };
        match layer.place.kind {
            PlaceId::NotApplicable => t.get(Key::ExplainPlaceNone).to_owned(),
            PlaceId::Unknown => t.get(Key::ExplainPlaceUnknown).to_owned(),
            PlaceId::Anycast => t.get(Key::ExplainPlaceAnycast).to_owned(),
            PlaceId::In => {
                let mut parts = Vec::new();
                for (key, countries) in [(Key::ExplainPlaceProbable, of(true)), (Key::ExplainPlaceWeak, of(false))] {
                    if !countries.is_empty() {
                        parts.push(format!("{}.", t.fill(key, &[("countries", countries.into())])));
                    }
                }
                if layer.place.countries.len() > 1 {
                    parts.push(t.get(Key::ExplainDisagree).to_owned());
                }
                parts.join(" ")
            }
        }
    }

    fn layer_notes(&self, layer: &LayerReport) -> Vec<String> {
        let t = self.t;
        let mut out = Vec::new();
        if let Some(company) = &layer.company {
            let company = cells::company_name(t, &company.name);
            if layer.boundary {
                out.push(t.fill(Key::NoteExtraBoundary, &[("company", (&company).into())]));
            }
            if layer.is_floor {
                out.push(t.fill(Key::NoteExtraFloor, &[("company", (&company).into())]));
            }
        }
        out
    }

    /// A labelled paragraph. A label that comes again is printed once.
    fn paragraph(&self, page: &mut Page, label: Key, text: &str) {
        let label = format!("  {} ", self.t.get(label));
        let shown = if page.repeats(&label) { "" } else { label.as_str() };
        page.hanging(shown, LABEL, self.style.prose_width(), text, Tone::Plain);
    }

    fn cite(&mut self, sources: &[SourceId]) -> String {
        self.cited.cite(sources, &self.report.sources)
    }

    /// Sources, data, disclaimer.
    fn close(&self, page: &mut Page) {
        let (t, width) = (self.t, self.style.prose_width());
        page.gap();
        self.cited.print(page, t, &self.report.sources);
        page.gap();
        let data = headline::data_line(t, &self.report.judged_with);
        page.hanging(&format!("  {} ", t.get(Key::FootData)), LABEL, width, &data, Tone::Plain);
        headline::added(page, &self.report.judged_with.added, LABEL, width);
        let everything = t.fill(Key::ExplainEverything, &[("target", self.report.target.as_str().into())]);
        page.prose(2, width, &everything, Tone::Plain);
        page.gap();
        page.prose(2, width, &super::disclaimer(t, self.report), Tone::Dim);
    }
}
