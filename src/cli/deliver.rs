//! Hands reports to the renderers, and what they write to standard output and to files.

use std::io::{self, Write};

use super::args::Format;
use super::out::{Out, WholeFile};
use super::settings::Settings;
use super::stop::Stop;
use crate::model::Role;
use crate::render::{self, Json, Ndjson, Piped, Renderer, Style, Summary, Table, Unmeasured};
use crate::report::{FrameworkReport, LawsReport, RoleId, TargetReport, WhoReport};
use crate::safe::Untrusted;

/// Columns of a `.txt` file, unless `--width` says otherwise.
const FILE_WIDTH: usize = 80;

/// Where audits go: standard output and any number of files.
pub(crate) struct Deliver {
    screen: Box<dyn Renderer>,
    /// How a table is drawn on the screen; `None` where the screen is none.
    table: Option<Style>,
    files: Vec<(WholeFile, Box<dyn Renderer>)>,
    summary: Summary,
    is_begun: bool,
}

impl Deliver {
    /// `targets`: how many there will be.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(crate) fn open(settings: &Settings, targets: usize) -> Result<Self, Stop> {
        let is_screen = settings.terminal.stdout || settings.width_is_given;
        let table = (settings.format == Format::Text && is_screen).then(|| style(settings));
        let screen: Box<dyn Renderer> = match (settings.format, table) {
            (Format::Text, Some(style)) => Box::new(Table::new(style)),
            (Format::Text, None) => Box::new(Piped::new(settings.ascii)),
            (Format::Json, _) => Box::new(Json::new(targets)),
            (Format::Ndjson, _) => Box::new(Ndjson),
        };
        let mut files = Vec::new();
        for output in &settings.outputs {
            let renderer: Box<dyn Renderer> = match output.format {
                Format::Text => Box::new(Table::new(file_style(settings))),
                Format::Json => Box::new(Json::new(targets)),
                Format::Ndjson => Box::new(Ndjson),
            };
            files.push((WholeFile::create(&output.path)?, renderer));
        }
        Ok(Self { screen, table, files, summary: Summary::default(), is_begun: false })
    }

    /// One target. Where no resolver said anything, the screen says that, and what works all the same.
    ///
    /// # Errors
    /// Output that cannot be written.
    pub(crate) fn target(&mut self, report: &TargetReport, is_mute: bool, out: &mut Out) -> Result<(), Stop> {
        self.begin(out)?;
        self.summary.targets += 1;
        self.summary.unmeasured += usize::from(!report.measured);
        match self.table {
            Some(style) if is_mute => {
                out.data(&written(|w| render::nothing_measured(w, style, &Unmeasured::from(report)))?)?;
            }
            _ => out.data(&written(|w| self.screen.target(w, report))?)?,
        }
        for (file, renderer) in &mut self.files {
            file.write(&written(|w| renderer.target(w, report))?)?;
        }
        Ok(())
    }

    fn begin(&mut self, out: &mut Out) -> Result<(), Stop> {
        if self.is_begun {
            return Ok(());
        }
        self.is_begun = true;
        out.data(&written(|w| self.screen.begin(w))?)?;
        for (file, renderer) in &mut self.files {
            file.write(&written(|w| renderer.begin(w))?)?;
        }
        Ok(())
    }

    /// Ends an interrupted run: the document on standard output is closed, files are not kept.
    ///
    /// # Errors
    /// Output that cannot be written.
    pub(crate) fn stop(mut self, out: &mut Out) -> Result<(), Stop> {
        self.end_screen(out)
    }

    /// Ends a run: files come to stand at their places.
    ///
    /// # Errors
    /// Output that cannot be written.
    pub(crate) fn close(mut self, out: &mut Out) -> Result<(), Stop> {
        self.end_screen(out)?;
        // What the reader of standard output did not get must not stand in a file as if all were well.
        out.flush()?;
        let summary = self.summary;
        for (mut file, mut renderer) in self.files {
            file.write(&written(|w| renderer.end(w, &summary))?)?;
            let path = file.keep()?;
            out.note(&format!("wrote {}", path.display()));
        }
        Ok(())
    }

    fn end_screen(&mut self, out: &mut Out) -> Result<(), Stop> {
        self.begin(out)?;
        let summary = self.summary;
        Ok(out.data(&written(|w| self.screen.end(w, &summary))?)?)
    }
}

/// How standard output is drawn.
pub(crate) fn style(settings: &Settings) -> Style {
    Style {
        lang: settings.language,
        width: settings.width,
        color: settings.color,
        ascii: settings.ascii,
        all: settings.all,
    }
}

/// How a file is drawn.
pub(crate) fn file_style(settings: &Settings) -> Style {
    let width = if settings.width_is_given { settings.width } else { FILE_WIDTH };
    Style { width, color: false, ..style(settings) }
}

/// What a renderer writes. Its memory never fails; what it cannot put into JSON would be a fault of the program.
///
/// # Errors
/// What the renderer says.
pub(crate) fn written(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<String, Stop> {
    let mut bytes = Vec::new();
    write(&mut bytes).map_err(|e| Stop::local(e.to_string()))?;
    String::from_utf8(bytes).map_err(|e| Stop::local(e.to_string()))
}

/// One document to standard output and to every file, each in its format.
fn document(
    settings: &Settings,
    out: &mut Out,
    mut write: impl FnMut(&mut dyn Write, Format, Style) -> io::Result<()>,
) -> Result<(), Stop> {
    let mut files = Vec::new();
    for output in &settings.outputs {
        let mut file = WholeFile::create(&output.path)?;
        file.write(&written(|w| write(w, output.format, file_style(settings)))?)?;
        files.push(file);
    }
    out.data(&written(|w| write(w, settings.format, style(settings)))?)?;
    out.flush()?;
    for file in files {
        let path = file.keep()?;
        out.note(&format!("wrote {}", path.display()));
    }
    Ok(())
}

/// One compact line.
fn line(out: &mut dyn Write, value: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// An answer of `who`, or the question nothing in the data answers.
pub(crate) enum Who {
    /// Somebody.
    Found(Box<WhoReport>),
    /// Nobody.
    NotFound(String),
}

/// Answers of `who`.
///
/// # Errors
/// Output that cannot be written.
pub(crate) fn who(answers: &[Who], settings: &Settings, out: &mut Out) -> Result<(), Stop> {
    let found: Vec<&WhoReport> = answers
        .iter()
        .filter_map(|a| match a {
            Who::Found(report) => Some(report.as_ref()),
            Who::NotFound(_) => None,
        })
        .collect();
    document(settings, out, |w, format, style| match format {
        Format::Text => answers.iter().try_for_each(|answer| match answer {
            Who::Found(report) => render::who(w, style, report),
            Who::NotFound(query) => render::not_found(w, style, &Untrusted::new(query)),
        }),
        Format::Json => match found.as_slice() {
            [] => Ok(()),
            [only] => render::json(w, only),
            many => render::json(w, &serde_json::json!({ "schema": "jurisdig/whos/1", "answers": many })),
        },
        Format::Ndjson => found.iter().try_for_each(|report| line(w, report)),
    })
}

/// Laws.
///
/// # Errors
/// Output that cannot be written.
pub(crate) fn laws(report: &LawsReport, settings: &Settings, out: &mut Out) -> Result<(), Stop> {
    document(settings, out, |w, format, style| match format {
        Format::Text => render::laws(w, style, report),
        Format::Json => render::json(w, report),
        Format::Ndjson => report.laws.iter().try_for_each(|law| line(w, law)),
    })
}

/// The chain of evidence of these roles; of the most telling one where none is named. `false` when there is none.
///
/// # Errors
/// Output that cannot be written.
pub(crate) fn explain(
    reports: &[TargetReport],
    roles: &[Role],
    settings: &Settings,
    out: &mut Out,
) -> Result<bool, Stop> {
    let roles: Vec<RoleId> = roles.iter().map(|role| RoleId::from(*role)).collect();
    let mut is_whole = true;
    document(settings, out, |w, format, style| match format {
        Format::Text => reports.iter().enumerate().try_for_each(|(index, report)| {
            if index > 0 {
                w.write_all(b"\n")?;
            }
            is_whole &= render::explain(w, style, report, &roles)?;
            Ok(())
        }),
        Format::Json => match reports {
            [only] => render::json(w, only),
            many => render::json(w, &serde_json::json!({ "schema": "jurisdig/audits/1", "audits": many })),
        },
        Format::Ndjson => reports.iter().try_for_each(|report| line(w, report)),
    })?;
    Ok(is_whole)
}

/// Alternatives, one list a target.
///
/// # Errors
/// Output that cannot be written.
pub(crate) fn alternatives(reports: &[TargetReport], settings: &Settings, out: &mut Out) -> Result<(), Stop> {
    documents(reports, "jurisdig/audits/1", "audits", settings, out, render::alternatives)
}

/// What the evidence shows beside a framework, one document a target.
///
/// # Errors
/// Output that cannot be written.
pub(crate) fn framework(reports: &[FrameworkReport], settings: &Settings, out: &mut Out) -> Result<(), Stop> {
    documents(reports, "jurisdig/frameworks/1", "frameworks", settings, out, render::framework)
}

/// One document a target: prose one after the other, one JSON document for all.
fn documents<T: serde::Serialize>(
    reports: &[T],
    schema: &str,
    key: &str,
    settings: &Settings,
    out: &mut Out,
    prose: impl Fn(&mut dyn Write, Style, &T) -> io::Result<()>,
) -> Result<(), Stop> {
    document(settings, out, |w, format, style| match format {
        Format::Text => reports.iter().enumerate().try_for_each(|(index, report)| {
            if index > 0 {
                w.write_all(b"\n")?;
            }
            prose(w, style, report)
        }),
        Format::Json => match reports {
            [only] => render::json(w, only),
            many => {
                let mut whole = serde_json::Map::new();
                whole.insert("schema".into(), schema.into());
                whole.insert(key.to_owned(), serde_json::to_value(many)?);
                render::json(w, &whole)
            }
        },
        Format::Ndjson => reports.iter().try_for_each(|report| line(w, report)),
    })
}
