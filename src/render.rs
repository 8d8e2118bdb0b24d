//! Output formats, one file each. A renderer sees the published report and nothing else, so formats cannot disagree.

mod alternatives;
mod cells;
pub mod check;
mod explain;
mod framework;
mod headline;
mod json;
mod laws;
mod layout;
mod narrow;
mod ndjson;
mod offline;
mod piped;
mod table;
#[cfg(test)]
mod tests;

mod who;

use std::io::{self, Write};

pub use alternatives::alternatives;
pub use check::{blocks, brief, github, markdown};
pub use explain::explain;
pub use framework::framework;
pub use json::{Json, json};
pub use laws::laws;
pub use ndjson::Ndjson;
pub use offline::{Tried, Unmeasured, nothing_measured};
pub use piped::Piped;
pub use table::Table;
pub use who::{not_found, who};

use crate::report::TargetReport;
use crate::text::{Key, Lang, Texts, texts};

/// A format of audits. Written in one go a target, so that many targets need no memory.
pub trait Renderer {
    /// Before the first target.
    ///
    /// # Errors
    /// Those of the output.
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()>;

    /// One target.
    ///
    /// # Errors
    /// Those of the output.
    fn target(&mut self, out: &mut dyn Write, report: &TargetReport) -> io::Result<()>;

    /// After the last target.
    ///
    /// # Errors
    /// Those of the output.
    fn end(&mut self, out: &mut dyn Write, summary: &Summary) -> io::Result<()>;
}

/// What is known when the last target is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Targets rendered.
    pub targets: usize,
    /// Of these, targets for which nothing could be measured.
    pub unmeasured: usize,
}

/// How a screen is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Language of the texts.
    pub lang: Lang,
    /// Columns of the terminal; less than 20 is taken as 20.
    pub width: usize,
    /// Whether signs are coloured as well.
    pub color: bool,
    /// Only ASCII characters.
    pub ascii: bool,
    /// Every page resource, not the first few.
    pub all: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { lang: Lang::En, width: 80, color: false, ascii: false, all: false }
    }
}

impl Style {
    /// Narrowest screen that is drawn.
    const MIN_WIDTH: usize = 20;
    /// Widest use of a screen: longer lines are hard to read across.
    const MAX_WIDTH: usize = 140;

    fn texts(&self) -> &'static Texts {
        texts(self.lang)
    }

    fn width(&self) -> usize {
        self.width.clamp(Self::MIN_WIDTH, Self::MAX_WIDTH)
    }

    /// Prose is set to 80 columns on wide screens too.
    fn prose_width(&self) -> usize {
        self.width().min(80)
    }
}

/// What a report is not, in the language of the screen, and how to have it corrected.
fn disclaimer(t: &Texts, report: &TargetReport) -> String {
    disclaimer_of(t, &report.judged_with.release, report.taken_at)
}

fn disclaimer_of(t: &Texts, release: &str, taken_at: jiff::Timestamp) -> String {
    let date = jiff::tz::TimeZone::UTC.to_datetime(taken_at).date();
    t.fill(Key::ReportDisclaimer, &[("date", t.date(date).into()), ("release", release.into())])
}
