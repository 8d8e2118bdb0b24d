//! One JSON object a line, one line a target.

use std::io::{self, Write};

use super::{Renderer, Summary};
use crate::report::TargetReport;

/// One JSON object a line.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ndjson;

impl Renderer for Ndjson {
    fn begin(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn target(&mut self, out: &mut dyn Write, report: &TargetReport) -> io::Result<()> {
        serde_json::to_writer(&mut *out, report)?;
        out.write_all(b"\n")
    }

    fn end(&mut self, _out: &mut dyn Write, _summary: &Summary) -> io::Result<()> {
        Ok(())
    }
}
