//! The audit table of cli.md 2.1 to 2.4.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::cells::{self, Row};
use super::layout::{Grid, GridRow, Page, Tone};
use super::{Renderer, Style, Summary, headline, narrow};
use crate::report::{
    CertificateReport, ConfidenceId, ConsentId, GradeId, GroupId, LayerReport, MarkId, NexusReport, NoteId, NoteReport,
    PageReport, ReachId, RobotsId, RoleId, ServiceReport, StateId, TargetReport, TrustId,
};
use crate::safe::Untrusted;
use crate::text::{Arg, Family, Key, Texts};

/// Width from which host and basis have columns of their own.
const WIDE: usize = 120;
/// Width below which rows are stacked.
const NARROW: usize = 80;
/// Most notes below the table; the rest stands in `explain`.
const MAX_NOTES: usize = 8;
/// Most page resources in a table; the rest by `--all`.
const MAX_RESOURCES: usize = 5;

/// The audit table.
#[derive(Debug, Clone)]
pub struct Table {
    style: Style,
    is_first: bool,
}

impl Table {
    /// A table for a screen.
    #[must_use]
    pub fn new(style: Style) -> Self {
        Self { style, is_first: true }
    }
}

impl Renderer for Table {
    fn begin(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn target(&mut self, out: &mut dyn Write, report: &TargetReport) -> io::Result<()> {
        if !std::mem::take(&mut self.is_first) {
            out.write_all(b"\n")?;
        }
        let mut page = Page::new(self.style);
        headline::head(&mut page, report, self.style.width());
        page.gap();
        headline::headline(&mut page, report);
        page.gap();
        if self.style.width() < NARROW {
            narrow::rows(&mut page, report);
        } else {
            grid(self.style, report).draw(&mut page);
        }
        page.gap();
        notes(&mut page, report);
        page.gap();
        legend(&mut page, report);
        page.gap();
        foot(&mut page, report);
        page.write(out)
    }

    fn end(&mut self, _out: &mut dyn Write, _summary: &Summary) -> io::Result<()> {
        Ok(())
    }
}

/// Groups that have a row, in the order of the screen. What nobody asked for makes no group of its own.
pub(super) fn groups(report: &TargetReport) -> Vec<(GroupId, Vec<&ServiceReport>)> {
    [GroupId::SeesData, GroupId::CanInterrupt]
        .into_iter()
        .map(|group| (group, report.services.iter().filter(|s| s.group == group).collect::<Vec<_>>()))
        .filter(|(_, list)| !list.is_empty())
        .collect()
}

/// Services of a group as far as they are shown, and how many page resources are left out: the first few by what
/// reaches them, unless all are asked for.
pub(super) fn shown(style: Style, services: Vec<&ServiceReport>) -> (Vec<&ServiceReport>, usize) {
    let is_resource = |s: &ServiceReport| s.role == RoleId::Resource;
    let mut resources: Vec<&ServiceReport> = services.iter().copied().filter(|s| is_resource(s)).collect();
    if style.all || resources.len() <= MAX_RESOURCES {
        return (services, 0);
    }
    let gravity = |s: &ServiceReport| match s.mark {
        MarkId::Reached => 0,
        MarkId::Unknown => 1,
        MarkId::Contested => 2,
        MarkId::Home | MarkId::Plain => 3,
    };
    let reached =
        |s: &ServiceReport| s.layers.iter().flat_map(|l| &l.codes).filter(|c| c.reach == ReachId::Reached).count();
    resources.sort_by_key(|s| (gravity(s), std::cmp::Reverse(reached(s))));
    let left = resources.len() - MAX_RESOURCES;
    resources.truncate(MAX_RESOURCES);
    let mut resources = resources.into_iter();
    let mut out = Vec::new();
    for service in services {
        if is_resource(service) {
            out.extend(resources.by_ref());
        } else {
            out.push(service);
        }
    }
    (out, left)
}

/// The line of a service that has no operator to show: absent, or not asked.
pub(super) fn instead(t: &Texts, service: &ServiceReport) -> Option<String> {
    match (service.state, service.absence) {
        (StateId::Absent, Some(absence)) => Some(cells::absence(t, absence).to_owned()),
        (StateId::NotAsked, _) if service.role == RoleId::Registrar => {
            Some(t.get(Key::CellNotAskedRegistrar).to_owned())
        }
        (StateId::NotAsked, _) => Some(t.get(Key::CellNotAsked).to_owned()),
        _ => None,
    }
}

fn grid(style: Style, report: &TargetReport) -> Grid {
    let t = style.texts();
    let is_wide = style.width() >= WIDE;
    let mut rows = Vec::new();
    let groups = groups(report);
    let first = groups.first().map_or(GroupId::SeesData, |(group, _)| *group);
    let heading = |group: GroupId| t.member(Family::Group, group.id());
    let service = t.fill(Key::ColumnService, &[("group", heading(first).into())]);
    // English puts the first group's name in the place of the column's name, French has a word for the column.
    let is_merged = service == heading(first);
    let mut titles = vec![service, t.get(Key::ColumnRunBy).to_owned(), t.get(Key::ColumnServers).to_owned()];
    titles.push(t.get(Key::ColumnLaw).to_owned());
    if is_wide {
        titles.insert(1, t.get(Key::ColumnRecord).to_owned());
        titles.push(t.get(Key::ColumnBasis).to_owned());
    }
    titles.push(t.get(Key::ColumnSure).to_owned());
    let header: Vec<(String, Tone)> = titles.into_iter().map(|title| (title, Tone::Strong)).collect();
    rows.push(GridRow::Cells(header));
    rows.push(GridRow::Rule);
    for (group, services) in groups {
        if !(is_merged && group == first) {
            let text = if is_merged { heading(group).to_owned() } else { format!(" {}", heading(group)) };
            rows.push(GridRow::Whole(text, Tone::Strong));
        }
        let (services, left) = shown(style, services);
        for service in services {
            match instead(t, service) {
                Some(text) => {
                    let label = Row { service, layers: Vec::new(), is_further: false }.label(t);
                    rows.push(GridRow::Over(label, text, Tone::Dim));
                }
                None => rows.extend(cells::rows(service).iter().map(|row| cells_of(style, report, row, is_wide))),
            }
        }
        if left > 0 {
            let more = t.fill(Key::CellMoreResources, &[("count", left.into())]);
            rows.push(GridRow::Over(String::new(), more, Tone::Dim));
        }
    }
    let widths = widths(style, &rows, is_wide);
    Grid { indent: 2, widths, gap: if is_wide { 1 } else { 2 }, max_lines: 3, rows }
}

fn cells_of(style: Style, report: &TargetReport, row: &Row<'_>, is_wide: bool) -> GridRow {
    let t = style.texts();
    let tone = Tone::of(row.mark());
    let mut cells = vec![(row.label(t), Tone::Plain)];
    if is_wide {
        cells.push((row.record(), Tone::Plain));
    }
    cells.push((row.run_by(t, report, is_wide), Tone::Plain));
    cells.push((row.servers(t), Tone::Plain));
    cells.push((cells::law(style, row.mark(), &row.codes(), if is_wide { 5 } else { 3 }), tone));
    if is_wide {
        cells.push((row.basis(t), Tone::Plain));
    }
    cells.push((cells::sure(style, row.sure()), Tone::Plain));
    GridRow::Cells(cells)
}

/// Every column as wide as its content within bounds; RUN BY takes the rest.
fn widths(style: Style, rows: &[GridRow], is_wide: bool) -> Vec<usize> {
    use unicode_width::UnicodeWidthStr;
    let bounds: &[(usize, usize)] = if is_wide {
        &[(13, 16), (14, 26), (0, 0), (9, 14), (8, 24), (6, 13), (4, 5)]
    } else {
        &[(11, 15), (0, 0), (9, 13), (9, 17), (4, 5)]
    };
    let mut widths: Vec<usize> = bounds.iter().map(|(least, _)| *least).collect();
    for row in rows {
        let cells: Vec<&str> = match row {
            GridRow::Cells(cells) => cells.iter().map(|(text, _)| text.as_str()).collect(),
            GridRow::Over(label, ..) => vec![label.as_str()],
            GridRow::Whole(..) | GridRow::Rule => continue,
        };
        for ((width, (_, most)), text) in widths.iter_mut().zip(bounds).zip(cells) {
            *width = (*width).max(super::layout::clean(style, text).width()).min(*most);
        }
    }
    let gap = if is_wide { 1 } else { 2 };
    let used: usize = widths.iter().sum::<usize>() + gap * (widths.len() - 1) + 2;
    let run_by = if is_wide { 2 } else { 1 };
    widths[run_by] = style.width().saturating_sub(used).max(10);
    widths
}

/// Notes of the audit, networks that only carry, tenants, dates within a window, and deals.
fn notes(page: &mut Page, report: &TargetReport) {
    let t = page.style.texts();
    let lines = note_lines(t, report);
    if lines.is_empty() {
        return;
    }
    let width = page.style.width();
    page.prose(2, width, t.get(Key::FootNotes), Tone::Strong);
    for line in lines.iter().take(MAX_NOTES) {
        page.hanging("  · ", 4, width, line, Tone::Plain);
    }
    if lines.len() > MAX_NOTES {
        let more = t.fill(
            Key::FootMoreNotes,
            &[("count", (lines.len() - MAX_NOTES).into()), ("target", report.target.as_str().into())],
        );
        page.prose(4, width, &more, Tone::Dim);
    }
}

/// All notes as sentences.
pub(super) fn note_lines(t: &Texts, report: &TargetReport) -> Vec<String> {
    let mut out: Vec<String> = report.notes.iter().map(|note| note_line(t, note)).collect();
    for service in report.services.iter().filter(|s| s.group == GroupId::Note && !s.layers.is_empty()) {
        let kind = if service.role == RoleId::Carrier { "carrier" } else { "tenant" };
        let names: Vec<String> = service
            .layers
            .iter()
            .map(|layer| match layer.asn {
                Some(asn) => format!("{} ({asn})", cells::operator_name(t, layer)),
                None => cells::operator_name(t, layer),
            })
            .collect();
        out.push(t.fill_member(Family::Note, kind, &[("subject", names.join(", ").into())]));
    }
    for layer in report.services.iter().filter(|s| s.group != GroupId::Note).flat_map(|s| &s.layers) {
        let name =
            layer.company.as_ref().map_or_else(|| cells::operator_name(t, layer), |c| cells::company_name(t, &c.name));
        if layer.boundary {
            out.push(t.fill(Key::NoteExtraBoundary, &[("company", (&name).into())]));
        }
        if layer.is_floor {
            out.push(t.fill(Key::NoteExtraFloor, &[("company", (&name).into())]));
        }
        if layer.inferred.is_some() {
            let name = layer.unlisted.as_ref().map_or_else(|| name.clone(), crate::safe::Untrusted::for_terminal);
            out.push(t.fill(Key::NoteExtraInferred, &[("name", name.into())]));
        }
        out.extend(layer.deals.iter().map(|deal| cells::localised(t, &deal.text)));
        out.extend(linked(t, layer, &name));
    }
    let past = report.services.iter().flat_map(|s| &s.layers).flat_map(|l| &l.exposures).filter(|e| e.past_review);
    for exposure in past {
        let review = exposure.law.status.as_ref().and_then(|s| s.review_by);
        let law = cells::localised(t, &exposure.law.title);
        let date = review.map(|d| t.date(d)).unwrap_or_default();
        out.push(t.fill(Key::FootPastReview, &[("law", law.into()), ("date", date.into())]));
    }
    let mut seen = BTreeSet::new();
    out.retain(|line| seen.insert(line.clone()));
    out
}

/// `=` is not a clean bill: links out of the home group are said, one line a country.
fn linked(t: &Texts, layer: &LayerReport, name: &str) -> Vec<String> {
    let mut by_country: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let is_shown = |n: &&NexusReport| n.outside && n.grade == GradeId::Linked && layer.mark == MarkId::Home;
    for nexus in layer.nexus.iter().filter(is_shown) {
        by_country.entry(nexus.country.to_string()).or_default().insert(t.member(Family::Via, nexus.via.id()));
    }
    let line = |(country, via): (String, BTreeSet<&str>)| {
        let via = via.into_iter().collect::<Vec<_>>().join(", ");
        t.fill(Key::NoteExtraLinked, &[("company", name.into()), ("country", country.into()), ("via", via.into())])
    };
    by_country.into_iter().map(line).collect()
}

fn note_line(t: &Texts, note: &NoteReport) -> String {
    let subject = note.subject.for_terminal();
    let subject = if note.kind == NoteId::SpfPermError { t.reword(Family::SpfFault, &subject) } else { subject };
    t.fill_member(Family::Note, note.kind.id(), &[("subject", subject.into())])
}

fn legend(page: &mut Page, report: &TargetReport) {
    let t = page.style.texts();
    let (style, width) = (page.style, page.style.width());
    let layers: Vec<_> = report.services.iter().flat_map(|s| &s.layers).collect();
    let codes = || layers.iter().flat_map(|l| &l.codes);
    let mut items = Vec::new();
    match headline::home_text(t, report) {
        Some(home) => {
            items.push(t.fill(Key::LegendHome, &[("home", home.into())]));
            items.push(t.get(Key::LegendReached).to_owned());
            items.push(t.get(Key::LegendContested).to_owned());
        }
        None => items.push(t.fill(Key::LegendPlain, &[("sign", MarkId::Plain.sign(style.ascii).into())])),
    }
    items.push(t.get(Key::LegendUnknown).to_owned());
    if width >= WIDE {
        let dots = |level: ConfidenceId| Arg::from(cells::sure(style, level.level()));
        items.push(t.fill(
            Key::LegendSure,
            &[
                ("three", dots(ConfidenceId::Established)),
                ("two", dots(ConfidenceId::Probable)),
                ("one", dots(ConfidenceId::Weak)),
            ],
        ));
    }
    if codes().any(|c| c.unmapped && c.reach == ReachId::Reached) {
        items.push(t.fill(Key::LegendUnmapped, &[("sign", "°".into())]));
    }
    if codes().any(|c| c.reach != ReachId::Reached) {
        items.push(t.get(Key::LegendBracket).to_owned());
    }
    if layers.iter().any(|l| l.place.countries.iter().any(|p| !p.probable)) {
        items.push(t.get(Key::LegendWeakPlace).to_owned());
    }
    if width >= WIDE
        && let Some(law) = layers.iter().flat_map(|l| &l.basis.laws).find(|law| law.in_transition)
    {
        items.push(t.fill(Key::LegendTransition, &[("sign", "†".into()), ("law", law.law.as_str().into())]));
    }
    page.items(2, width, &items);
    page.prose(2, width, t.get(Key::LegendColumns), Tone::Plain);
}

/// `docker-compose.yml:22, main.tf:3 +4`
fn named_line(report: &TargetReport) -> String {
    let shown = 3;
    let places = report.named_at.iter().take(shown).map(|at| match at.line {
        0 => at.file.for_terminal(),
        line => format!("{}:{line}", at.file.for_terminal()),
    });
    let mut text = places.collect::<Vec<_>>().join(", ");
    if report.named_at.len() > shown {
        text.push_str(&format!(" +{}", report.named_at.len() - shown));
    }
    text
}

/// What looked at the page, and what it could not see.
fn observed_page(page: &mut Page, report: &TargetReport, label: &str, indent: usize) {
    let t = page.style.texts();
    let width = page.style.width();
    let has_page = report.services.iter().any(|s| s.role == RoleId::Resource);
    if report.pages.is_empty() {
        if has_page {
            page.hanging(label, indent, width, t.get(Key::FootPageNone), Tone::Plain);
        }
        return;
    }
    for look in &report.pages {
        page.hanging(label, indent, width, &look_line(t, look), Tone::Plain);
        let was_read = look.failed.is_none() && look.robots != Some(RobotsId::Disallowed) && look.status.is_some();
        if was_read || look.contacted + look.would_be_contacted > 0 {
            let args = [
                ("contacted", look.contacted.into()),
                ("would", look.would_be_contacted.into()),
                ("permitted", look.permitted.len().into()),
            ];
            page.hanging("", indent, width, &t.fill(Key::FootPageHosts, &args), Tone::Plain);
        }
        if !look.capped.is_empty() {
            let list = look.capped.iter().map(Untrusted::for_terminal).collect::<Vec<_>>().join("; ");
            page.hanging("", indent, width, &t.fill(Key::FootPageCut, &[("list", list.into())]), Tone::Plain);
        }
        if look.flags.iter().any(|flag| flag.for_terminal() == "one-address") {
            page.hanging("", indent, width, t.get(Key::FootPageProxied), Tone::Plain);
        }
    }
    for (consent, key) in [(ConsentId::Before, Key::FootPageBefore), (ConsentId::After, Key::FootPageAfter)] {
        let met = report.services.iter().filter(|s| s.page.as_ref().is_some_and(|p| p.consent == Some(consent)));
        let names: Vec<String> = met.flat_map(|s| &s.layers).map(|layer| cells::operator_name(t, layer)).collect();
        if !names.is_empty() {
            page.hanging("", indent, width, &t.fill(key, &[("list", names.join(" · ").into())]), Tone::Plain);
        }
    }
}

/// `https://www.example.fr/ (200): our own fetch; scripts were not run, ...`
fn look_line(t: &Texts, look: &PageReport) -> String {
    let url = Arg::from(look.url.for_terminal());
    match look.robots {
        Some(RobotsId::Disallowed) => return t.fill(Key::FootPageRobots, &[("url", url)]),
        Some(RobotsId::Unreachable) if look.failed.is_none() && look.status.is_none() => {
            return t.fill(Key::FootPageRobotsUnread, &[("url", url)]);
        }
        _ => {}
    }
    if let Some(status) = look.failed {
        return t.fill(Key::FootPageFailed, &[("url", url), ("status", t.member(Family::Status, status.id()).into())]);
    }
    let mut capture = t.member(Family::Capture, look.by.id()).to_owned();
    if let Some(consent) = look.consent {
        let consent = t.member(Family::ConsentLook, consent.id());
        capture = t.fill(Key::FootPageLook, &[("capture", capture.into()), ("consent", consent.into())]);
    }
    if let Some(file) = &look.file {
        capture = format!("{capture} ({})", file.for_terminal());
    }
    match look.status {
        Some(status) => {
            let args = [("url", url), ("status", status.to_string().into()), ("capture", capture.into())];
            t.fill(Key::FootPageStatus, &args)
        }
        None => t.fill(Key::FootPageLine, &[("url", url), ("capture", capture.into())]),
    }
}

fn tls_line(t: &Texts, certificate: &CertificateReport) -> String {
    let version = Arg::from(certificate.version.as_str());
    if certificate.trust == TrustId::Holds {
        let date = certificate.not_after.map(|at| t.date(jiff::tz::TimeZone::UTC.to_datetime(at).date()));
        let args = [
            ("version", version),
            ("issuer", certificate.issuer.for_terminal().into()),
            ("date", date.unwrap_or_default().into()),
        ];
        return t.fill(Key::FootTlsHolds, &args);
    }
    let trust = t.member(Family::Trust, certificate.trust.id());
    t.fill(Key::FootTlsFails, &[("version", version), ("trust", trust.into())])
}

fn foot(page: &mut Page, report: &TargetReport) {
    let t = page.style.texts();
    let width = page.style.width();
    let label = |key: Key| format!("  {}", t.get(key));
    let keys =
        [Key::FootNamed, Key::FootPage, Key::FootTls, Key::FootWhy, Key::FootKeep, Key::FootData, Key::FootCorrect];
    let indent = keys.iter().map(|k| label(*k).chars().count()).max().unwrap_or(0) + 3;
    if !report.named_at.is_empty() {
        page.hanging(&label(Key::FootNamed), indent, width, &named_line(report), Tone::Plain);
    }
    observed_page(page, report, &label(Key::FootPage), indent);
    if let Some(certificate) = &report.certificate {
        page.hanging(&label(Key::FootTls), indent, width, &tls_line(t, certificate), Tone::Plain);
    }
    if let Some(service) = report.most_telling() {
        let why = format!("jurisdig explain {} {}", report.target, service.role.id());
        page.hanging(&label(Key::FootWhy), indent, width, &why, Tone::Plain);
    }
    let keep = format!("jurisdig {} --save evidence.json", report.target);
    page.hanging(&label(Key::FootKeep), indent, width, &keep, Tone::Plain);
    page.hanging(&label(Key::FootData), indent, width, &headline::data_line(t, &report.judged_with), Tone::Plain);
    headline::added(page, &report.judged_with.added, indent, width);
    if !report.serves.is_empty() {
        let laws: Vec<String> = report
            .serves
            .iter()
            .map(|law| law.short.as_ref().map_or_else(|| law.id.to_string(), crate::safe::Untrusted::for_terminal))
            .collect();
        let text = t.fill(Key::FootServes, &[("laws", laws.join(", ").into())]);
        page.prose(2, width, &text, Tone::Dim);
    }
}
