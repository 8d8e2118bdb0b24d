//! What is printed when no resolver answered (cli.md 2.15).

use std::io::{self, Write};

use super::Style;
use super::headline;
use super::layout::{Page, Tone};
use crate::report::{JudgedWith, StatusId, TargetReport};
use crate::safe::Untrusted;
use crate::text::{Family, Key};

/// A run in which nothing could be measured.
#[derive(Debug, Clone)]
pub struct Unmeasured {
    /// What was asked about.
    pub target: String,
    /// What was tried, in order.
    pub tried: Vec<Tried>,
    /// Services that were asked for; 0 when not even that is known.
    pub services: usize,
    /// The local data that is there all the same.
    pub judged_with: JudgedWith,
}

/// One thing that was tried.
#[derive(Debug, Clone)]
pub enum Tried {
    /// A resolver was asked.
    Resolver {
        /// Its address; empty when none is known.
        resolver: String,
        /// Where it came from.
        chosen_by: Untrusted,
        /// What came of it.
        status: StatusId,
    },
    /// Something else, such as a file that names no resolver.
    Other(Untrusted),
}

impl From<&TargetReport> for Unmeasured {
    fn from(report: &TargetReport) -> Self {
        let tried = |failure: &crate::report::FailureReport| Tried::Resolver {
            resolver: failure.resolver.clone(),
            chosen_by: report.vantage.chosen_by.clone(),
            status: failure.status,
        };
        Self {
            target: report.target.clone(),
            tried: report.failures.iter().map(tried).collect(),
            services: report.headline.total,
            judged_with: report.judged_with.clone(),
        }
    }
}

/// Nothing could be measured: what was tried, and what works all the same.
///
/// # Errors
/// Those of the output.
pub fn nothing_measured(out: &mut dyn Write, style: Style, run: &Unmeasured) -> io::Result<()> {
    let t = style.texts();
    let width = style.prose_width();
    let mut page = Page::new(style);
    page.prose(0, width, &format!("jurisdig: {}", t.get(Key::OfflineTitle)), Tone::Strong);
    let label = format!("  {}  ", t.get(Key::OfflineTried));
    let indent = label.chars().count();
    for (index, tried) in run.tried.iter().enumerate() {
        let text = match tried {
            Tried::Resolver { resolver, chosen_by, status } => t.fill(
                Key::OfflineTriedLine,
                &[
                    ("resolver", if resolver.is_empty() { "—" } else { resolver }.into()),
                    ("chosen", chosen_by.for_terminal().into()),
                    ("status", t.member(Family::Status, status.id()).into()),
                ],
            ),
            Tried::Other(text) => text.for_terminal(),
        };
        page.hanging(if index == 0 { &label } else { "" }, indent, width, &text, Tone::Plain);
    }
    page.gap();
    let determined = match run.services {
        0 => t.get(Key::OfflineDeterminedNone).to_owned(),
        total => t.fill(Key::OfflineDetermined, &[("total", total.into())]),
    };
    page.prose(2, width, &determined, Tone::Plain);
    page.gap();
    page.prose(2, width, t.get(Key::OfflineWork), Tone::Plain);
    let target = &run.target;
    let commands = [
        (format!("jurisdig who {target}"), Key::OfflineWho),
        ("jurisdig replay evidence.json".to_owned(), Key::OfflineReplay),
        (format!("jurisdig {target} --records answers.txt"), Key::OfflineRecords),
    ];
    let column = commands.iter().map(|(command, _)| command.chars().count() + 6).max().unwrap_or(0).min(width * 2 / 3);
    for (command, text) in commands {
        page.hanging(&format!("    {command}  "), column, width, t.get(text), Tone::Plain);
    }
    let tables = headline::table_names(t, &run.judged_with);
    let mut list = vec![t.fill(Key::FootRelease, &[("release", run.judged_with.release.as_str().into())])];
    if tables.is_empty() {
        list.push(t.get(Key::OfflineNoTable).to_owned());
    }
    list.extend(tables);
    page.prose(2, width, &t.fill(Key::OfflineLocal, &[("list", list.join(" · ").into())]), Tone::Plain);
    page.prose(4, width, &format!("{} --mmdb GeoLite2-City.mmdb", t.get(Key::OfflineAdd)), Tone::Plain);
    page.write(out)
}
