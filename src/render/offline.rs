//! What is printed when no resolver answered (cli.md 2.15).

use std::io::{self, Write};

use super::headline;
use super::layout::{Page, Tone};
use super::Style;
use crate::report::TargetReport;
use crate::text::{Family, Key};

/// Nothing could be measured: what was tried, and what works all the same.
///
/// # Errors
/// Those of the output.
pub fn nothing_measured(out: &mut dyn Write, style: Style, report: &TargetReport) -> io::Result<()> {
    let t = style.texts();
    let width = style.prose_width();
    let mut page = Page::new(style);
    page.prose(0, width, &format!("jurisdig: {}", t.get(Key::OfflineTitle)), Tone::Strong);
    let label = format!("  {}  ", t.get(Key::OfflineTried));
    let indent = label.chars().count();
    for (index, failure) in report.failures.iter().enumerate() {
        let resolver = if failure.resolver.is_empty() { "—" } else { failure.resolver.as_str() };
        let text = t.fill(
            Key::OfflineTriedLine,
            &[
                ("resolver", resolver.into()),
                ("chosen", report.vantage.chosen_by.for_terminal().into()),
                ("status", t.member(Family::Status, failure.status.id()).into()),
            ],
        );
        page.hanging(if index == 0 { &label } else { "" }, indent, width, &text, Tone::Plain);
    }
    page.gap();
    let determined = match report.headline.total {
        0 => t.get(Key::OfflineDeterminedNone).to_owned(),
        total => t.fill(Key::OfflineDetermined, &[("total", total.into())]),
    };
    page.prose(2, width, &determined, Tone::Plain);
    page.gap();
    page.prose(2, width, t.get(Key::OfflineWork), Tone::Plain);
    let target = &report.target;
    let commands = [
        (format!("jurisdig who {target}"), Key::OfflineWho),
        ("jurisdig replay evidence.json".to_owned(), Key::OfflineReplay),
        (format!("jurisdig {target} --records answers.txt"), Key::OfflineRecords),
    ];
    for (command, text) in commands {
        page.hanging(&format!("    {command}  "), 40, width, t.get(text), Tone::Plain);
    }
    let tables = headline::table_names(t, &report.judged_with);
    let mut list = vec![t.fill(Key::FootRelease, &[("release", report.judged_with.release.as_str().into())])];
    if tables.is_empty() {
        list.push(t.get(Key::OfflineNoTable).to_owned());
    }
    list.extend(tables);
    page.prose(2, width, &t.fill(Key::OfflineLocal, &[("list", list.join(" · ").into())]), Tone::Plain);
    page.hanging(&format!("    {} ", t.get(Key::OfflineAdd)), 20, width, "--mmdb GeoLite2-City.mmdb", Tone::Plain);
    page.write(out)
}
