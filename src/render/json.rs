//! JSON for people and programs: English keys, `schema` first, never translated.

use std::io::{self, Write};

use serde::Serialize;

use super::{Renderer, Summary};
use crate::report::TargetReport;

/// One document for the whole run: an object for one target, `{"schema": "jurisdig/audits/1", "audits": [...]}` for
/// several.
#[derive(Debug, Clone)]
pub struct Json {
    is_list: bool,
    written: usize,
}

impl Json {
    /// `targets`: how many there will be.
    #[must_use]
    pub fn new(targets: usize) -> Self {
        Self { is_list: targets != 1, written: 0 }
    }
}

/// Any published shape as one indented document.
///
/// # Errors
/// Those of the output.
pub fn json(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    out.write_all(b"\n")
}

impl Renderer for Json {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.is_list {
            out.write_all(b"{\n\"schema\": \"jurisdig/audits/1\",\n\"audits\": [")?;
        }
        Ok(())
    }

    fn target(&mut self, out: &mut dyn Write, report: &TargetReport) -> io::Result<()> {
        if self.is_list {
            out.write_all(if self.written == 0 { b"\n" } else { b",\n" })?;
        }
        self.written += 1;
        serde_json::to_writer_pretty(&mut *out, report)?;
        if self.is_list { Ok(()) } else { out.write_all(b"\n") }
    }

    fn end(&mut self, out: &mut dyn Write, _summary: &Summary) -> io::Result<()> {
        if self.is_list { out.write_all(b"\n]\n}\n") } else { Ok(()) }
    }
}
