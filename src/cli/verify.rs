//! `data verify`: entries of the user's own, checked over the release.

use std::path::PathBuf;

use serde::Serialize;

use super::args::Format;
use super::exit::Exit;
use super::knowledge::{self, Folder};
use super::out::Out;
use super::settings::{Environment, Settings};
use super::stop::Stop;
use crate::kb::{Fault, Knowledge};

/// What `data verify` says; the shape of its JSON.
#[derive(Debug, Serialize)]
struct Verified {
    schema: &'static str,
    release: String,
    folders: Vec<FolderVerified>,
    /// Entries of the folders: `kind/id` and file.
    entries: Vec<EntryVerified>,
    faults: Vec<FaultFound>,
}

#[derive(Debug, Serialize)]
struct FolderVerified {
    folder: String,
    files: usize,
}

#[derive(Debug, Serialize)]
struct EntryVerified {
    entry: String,
    file: String,
}

#[derive(Debug, Serialize)]
struct FaultFound {
    file: String,
    line: usize,
    what: String,
}

/// Runs `data verify`.
///
/// # Errors
/// A folder that is not there or cannot be read, output that cannot be written.
pub(crate) fn run(dirs: &[PathBuf], settings: &Settings, env: &Environment, out: &mut Out) -> Result<Exit, Stop> {
    let folders = match dirs {
        [] => knowledge::folders(settings, env)?,
        dirs => dirs.iter().map(|dir| knowledge::named_folder(dir)).collect::<Result<Vec<_>, _>>()?,
    };
    if folders.is_empty() {
        let own = knowledge::own_folder(env).map(|p| format!(" (there is none in {})", p.display()));
        return Err(Stop::usage(format!("name a directory of entries to check{}", own.unwrap_or_default())));
    }
    let (entries, faults) = match knowledge::over_release(&folders) {
        Ok(kb) => (kb.added.into_iter().collect(), Vec::new()),
        Err(faults) => (Vec::new(), faults),
    };
    let is_clean = faults.is_empty();
    match settings.format {
        Format::Text if is_clean => out.data(&summary(&folders, &entries))?,
        Format::Text => {
            // Faults are what was asked for: they go where a program that reads them looks.
            let lines: String = faults.iter().map(|fault| format!("{fault}\n")).collect();
            out.data(&lines)?;
            out.error(&format!("{} {}", faults.len(), if faults.len() == 1 { "fault" } else { "faults" }));
        }
        Format::Json | Format::Ndjson => {
            let verified = verified(folders, entries, faults);
            let text = match settings.format {
                Format::Ndjson => serde_json::to_string(&verified),
                _ => serde_json::to_string_pretty(&verified),
            };
            out.data(&(text.map_err(|e| Stop::local(e.to_string()))? + "\n"))?;
        }
    }
    Ok(if is_clean { Exit::Done } else { Exit::Usage })
}

fn summary(folders: &[Folder], entries: &[(String, String)]) -> String {
    let plural = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    let mut out = String::new();
    for folder in folders {
        out += &format!("{}: {}\n", folder.name, plural(folder.files.len(), "file", "files"));
    }
    for (entry, file) in entries {
        out += &format!("  {entry} ({file})\n");
    }
    out += &format!("{}, no fault\n", plural(entries.len(), "entry", "entries"));
    out
}

fn verified(folders: Vec<Folder>, entries: Vec<(String, String)>, faults: Vec<Fault>) -> Verified {
    Verified {
        schema: "jurisdig/verify/1",
        release: Knowledge::embedded().kb().release.release.clone(),
        folders: folders
            .into_iter()
            .map(|folder| FolderVerified { folder: folder.name, files: folder.files.len() })
            .collect(),
        entries: entries.into_iter().map(|(entry, file)| EntryVerified { entry, file }).collect(),
        faults: faults.into_iter().map(|Fault { file, line, what }| FaultFound { file, line, what }).collect(),
    }
}
