//! The form for pipes: one line an operator, columns that never wrap, English ids (cli.md 2.16).

use std::io::{self, Write};

use super::cells;
use super::layout::ascii;
use super::{Renderer, Style, Summary};
use crate::report::{LayerReport, PlaceId, ReachId, ServiceReport, StateId, TargetReport};
use crate::safe;

/// Lines for `grep` and `awk`: columns are separated by two spaces or more, and no cell holds two spaces.
#[derive(Debug, Clone, Default)]
pub struct Piped {
    ascii: bool,
    is_further: bool,
}

impl Piped {
    /// `ascii`: names as well in ASCII.
    #[must_use]
    pub fn new(ascii: bool) -> Self {
        Self { ascii, is_further: false }
    }

    /// One cell: sanitised, single spaces, never empty.
    fn cell(&self, text: &str) -> String {
        let text = safe::for_terminal(text);
        let text = if self.ascii { ascii(&text) } else { text };
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() { "-".to_owned() } else { text }
    }

    fn row(&self, service: &ServiceReport, layer: Option<&LayerReport>) -> String {
        let role = service.role.id();
        let (law, names, servers, sure) = match (service.state, layer) {
            (StateId::Absent, _) => ("absent".to_owned(), "-".to_owned(), "-".to_owned(), 0),
            (StateId::NotAsked, _) => ("not-asked".to_owned(), "-".to_owned(), "-".to_owned(), 0),
            (_, Some(layer)) => (law(layer), self.cell(&names(layer)), servers(layer), layer.sure),
            (_, None) => ("unknown".to_owned(), "-".to_owned(), "unknown".to_owned(), 0),
        };
        let servers = format!("servers={servers}");
        let mut line = format!("{role:<10}  {law:<9}  {names:<36}  {servers:<18}  sure={sure}");
        if let Some(layer) = layer {
            let (mark, may) = (layer.mark.id(), may(layer));
            line.push_str(&format!("  mark={mark}{}{may}", if may.is_empty() { "" } else { "  may=" }));
        }
        if let Some(page) = &service.page {
            line.push_str(&format!("  purpose={}  contact={}", page.purpose.id(), page.contact.id()));
            if let Some(consent) = page.consent {
                line.push_str(&format!("  consent={}", consent.id()));
            }
            if page.alias {
                line.push_str("  alias=yes");
            }
        }
        if let Some(gap) = service.gap {
            line.push_str(&format!("  why={}", gap.id()));
        }
        if let Some(absence) = service.absence {
            line.push_str(&format!("  why={}", absence.id()));
        }
        line
    }
}

/// Reached codes, `unknown` where nothing is known, `-` where nobody of the list reaches.
fn law(layer: &LayerReport) -> String {
    let reached = layer.codes.iter().filter(|c| c.reach == ReachId::Reached);
    let codes = reached.map(|c| c.country.to_string()).collect::<Vec<_>>().join(",");
    match (codes.is_empty(), layer.mark) {
        (false, _) => codes,
        (true, crate::report::MarkId::Unknown) => "unknown".to_owned(),
        (true, _) => "-".to_owned(),
    }
}

/// May-reach codes, and unchecked ones with a `?`.
fn may(layer: &LayerReport) -> String {
    let codes = layer.codes.iter().filter_map(|c| match c.reach {
        ReachId::Reached => None,
        ReachId::MayReach => Some(c.country.to_string()),
        ReachId::Unchecked => Some(format!("{}?", c.country)),
    });
    codes.collect::<Vec<_>>().join(",")
}

fn names(layer: &LayerReport) -> String {
    let t = Style::default().texts();
    cells::owners(t, layer, false).replace('›', ">")
}

fn servers(layer: &LayerReport) -> String {
    match layer.place.kind {
        PlaceId::NotApplicable => "n/a".to_owned(),
        PlaceId::Unknown => "unknown".to_owned(),
        PlaceId::Anycast => "anycast".to_owned(),
        PlaceId::In => {
            let code = |p: &crate::report::PlaceInReport| {
                if p.probable { p.country.to_string() } else { format!("{}?", p.country) }
            };
            layer.place.countries.iter().map(code).collect::<Vec<_>>().join("|")
        }
    }
}

impl Renderer for Piped {
    fn begin(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn target(&mut self, out: &mut dyn Write, report: &TargetReport) -> io::Result<()> {
        if std::mem::replace(&mut self.is_further, true) {
            out.write_all(b"\n")?;
        }
        let dash = || "-".to_owned();
        let vantage = report.vantage.country.map_or_else(dash, |c| c.to_string());
        let home = report.home.country.map(|c| c.to_string()).or_else(|| report.home.group.clone());
        let (target, at) = (self.cell(&report.target), report.taken_at);
        write!(out, "{target}  {at:.0}  vantage={vantage}  home={}", home.unwrap_or_else(dash))?;
        writeln!(out, "  as-of={}  release={}", report.as_of, self.cell(&report.judged_with.release))?;
        for look in &report.pages {
            let scripts = if look.scripts_ran { "run" } else { "not-run" };
            let status = look.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
            let why = look.failed.map(|status| format!("  why={}", status.id())).unwrap_or_default();
            writeln!(
                out,
                "page        {}  by={}  scripts={scripts}  status={status}{why}",
                self.cell(&look.url.for_terminal()),
                look.by.id()
            )?;
        }
        for service in &report.services {
            if service.layers.is_empty() {
                writeln!(out, "{}", self.row(service, None))?;
            }
            for layer in &service.layers {
                writeln!(out, "{}", self.row(service, Some(layer)))?;
            }
        }
        Ok(())
    }

    fn end(&mut self, _out: &mut dyn Write, _summary: &Summary) -> io::Result<()> {
        Ok(())
    }
}
