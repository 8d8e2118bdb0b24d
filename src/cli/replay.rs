//! `replay`: saved evidence judged again, with no network.

use std::io::Read;
use std::path::Path;

use super::args::ReplayArgs;
use super::audit::judge;
use super::deliver::Deliver;
use super::exit::{Exit, measured};
use super::knowledge;
use super::observation::is_mute;
use super::out::Out;
use super::settings::{Environment, Settings};
use super::stop::Stop;
use crate::evidence::{self, Saved};

/// Largest file of evidence, in bytes.
const MAX_FILE: u64 = 512 << 20;

/// Runs `replay`.
///
/// # Errors
/// Input that cannot be used, output that cannot be written.
pub(crate) fn run(args: &ReplayArgs, settings: &Settings, env: &Environment, out: &mut Out) -> Result<Exit, Stop> {
    // All files are read before anything is shown: a bad one among them leaves no half report.
    let mut saved = Vec::new();
    for path in &args.files {
        saved.extend(read(path)?);
    }
    let kb = knowledge::load(settings, env)?;
    let mut deliver = Deliver::open(settings, saved.len())?;
    let mut exit = Exit::Done;
    for Saved { evidence, .. } in &saved {
        let report = judge(evidence, settings, &kb);
        exit = exit.and(measured(evidence).exit(settings.strict));
        deliver.target(&report, is_mute(evidence), out)?;
        if out.is_closed() {
            break;
        }
    }
    deliver.close(out)?;
    Ok(exit)
}

/// Saved evidence from a file, or from standard input for `-`.
///
/// # Errors
/// A file that cannot be read, or is no evidence this release reads.
pub(crate) fn read(path: &Path) -> Result<Vec<Saved>, Stop> {
    Ok(read_with_lines(path)?.into_iter().map(|(_, saved)| saved).collect())
}

/// As [`read`], each document with its line.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_with_lines(path: &Path) -> Result<Vec<(usize, Saved)>, Stop> {
    let place = if path.as_os_str() == "-" { "stdin".to_owned() } else { path.display().to_string() };
    let cannot = |e: std::io::Error| Stop::local(format!("{place}: {e}"));
    let mut bytes = Vec::new();
    let mut source: Box<dyn Read> = if path.as_os_str() == "-" {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(path).map_err(cannot)?)
    };
    source.by_ref().take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(Stop::usage(format!("{place}: larger than {MAX_FILE} bytes")));
    }
    let text = String::from_utf8(bytes).map_err(|_| Stop::usage(format!("{place}: not UTF-8")))?;
    evidence::read_with_lines(&text).map_err(|e| Stop::usage(format!("{place}: {e}")))
}
