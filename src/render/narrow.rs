//! Below 80 columns rows are stacked; it still works at 20.

use super::cells::{self, Row};
use super::layout::{Page, Tone};
use super::table::{groups, instead, shown};
use crate::report::TargetReport;
use crate::text::{Family, Key};

pub(super) fn rows(page: &mut Page, report: &TargetReport) {
    let t = page.style.texts();
    let (style, width) = (page.style, page.style.width());
    for (group, services) in groups(report) {
        page.gap();
        page.prose(0, width, t.member(Family::Group, group.id()), Tone::Strong);
        let (services, left) = shown(style, services);
        for service in services {
            if let Some(text) = instead(t, service) {
                let label = Row { service, layers: Vec::new(), is_further: false }.label(t);
                page.prose(1, width, &label, Tone::Plain);
                page.prose(3, width, &text, Tone::Dim);
                continue;
            }
            for row in cells::rows(service) {
                page.prose(1, width, &row.label(t), Tone::Plain);
                let law = cells::law(style, row.mark(), &row.codes(), 3);
                page.prose(3, width, &law, Tone::of(row.mark()));
                page.prose(3, width, &row.run_by(t, report, false), Tone::Plain);
                page.prose(3, width, &format!("{} {}", t.get(Key::ColumnServers), row.servers(t)), Tone::Plain);
                let sure = format!("{} {}", t.get(Key::ColumnSure), cells::sure(style, row.sure()));
                page.prose(3, width, &sure, Tone::Plain);
            }
        }
        if left > 0 {
            page.prose(3, width, &t.fill(Key::CellMoreResources, &[("count", left.into())]), Tone::Dim);
        }
    }
}
