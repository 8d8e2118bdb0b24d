//! A check to standard output and to files, each in its format. The exit code is no concern of any of them.

use std::io::{self, Write};

use crate::cli::args::CheckFormat;
use crate::cli::deliver::{file_style, style, written};
use crate::cli::out::{Out, WholeFile};
use crate::cli::settings::Settings;
use crate::cli::stop::Stop;
use crate::render::{Style, check};
use crate::report::CheckReport;

/// Writes a check.
///
/// # Errors
/// Output that cannot be written.
pub(super) fn deliver(report: &CheckReport, is_brief: bool, settings: &Settings, out: &mut Out) -> Result<(), Stop> {
    let outputs = &settings.check;
    let mut files = Vec::new();
    for output in &outputs.files {
        let mut file = WholeFile::create(&output.path)?;
        file.write(&written(|w| write(w, output.format, is_brief, file_style(settings), report))?)?;
        files.push(file);
    }
    out.data(&written(|w| write(w, outputs.format, is_brief, style(settings), report))?)?;
    // What the reader of standard output did not get must not stand in a file as if all were well.
    out.flush()?;
    for file in files {
        out.note(&format!("wrote {}", file.keep()?.display()));
    }
    Ok(())
}

fn write(
    out: &mut dyn Write,
    format: CheckFormat,
    is_brief: bool,
    style: Style,
    report: &CheckReport,
) -> io::Result<()> {
    match format {
        CheckFormat::Text if is_brief => check::brief(out, style, report),
        CheckFormat::Text => check::blocks(out, style, report),
        CheckFormat::Json => check::json(out, report),
        CheckFormat::Sarif => check::sarif(out, report),
        CheckFormat::Junit => check::junit(out, report),
        CheckFormat::Gitlab => check::gitlab(out, report),
        CheckFormat::Github => check::github(out, style.lang, report),
        CheckFormat::Markdown => check::markdown(out, style.lang, report),
        CheckFormat::OpenMetrics => check::openmetrics(out, report),
    }
}
