//! The knowledge base of a run: the release, and the user's own layer over it.

use std::path::{Path, PathBuf};

use super::settings::{Environment, Settings};
use super::stop::Stop;
use crate::attribute::Home;
use crate::kb::schema::Kb;
use crate::kb::{Fault, Knowledge, Layer, extend};

/// Largest file taken from a user's layer, in bytes (trust.md, section 1).
const MAX_FILE: u64 = 4 << 20;

/// The release, with `$XDG_DATA_HOME/jurisdig/kb` and then `--kb DIR` over it.
///
/// # Errors
/// Every fault of the user's files, with file and line; a home that is no country of the data.
pub(crate) fn load(settings: &Settings, env: &Environment) -> Result<Knowledge, Stop> {
    let kb = read(settings, env)?;
    if let Some(Home::Country(home, _)) = settings.home
        && kb.kb().jurisdictions.get(&home).is_none_or(|j| j.law_only)
    {
        return Err(Stop::usage(format!("--home: {home} is no country of the data")));
    }
    Ok(kb)
}

fn read(settings: &Settings, env: &Environment) -> Result<Knowledge, Stop> {
    let folders = folders(settings, env)?;
    if folders.is_empty() {
        return Ok(Knowledge::embedded());
    }
    match over_release(&folders) {
        Ok(kb) => Ok(Knowledge::new(kb)),
        Err(faults) => Err(Stop::usage_lines(faults.iter().map(Fault::to_string).collect())),
    }
}

/// A folder of the user's, read.
#[derive(Debug)]
pub(crate) struct Folder {
    /// As the user names it.
    pub(crate) name: String,
    /// Path and text of each file.
    pub(crate) files: Vec<(String, String)>,
}

/// The folders of a run, the data folder first; `--kb` goes over it.
///
/// # Errors
/// A folder that cannot be read, or that `--kb` names and that holds nothing.
pub(crate) fn folders(settings: &Settings, env: &Environment) -> Result<Vec<Folder>, Stop> {
    let mut out = Vec::new();
    if let Some(own) = own_folder(env).filter(|folder| folder.is_dir()) {
        out.extend(Some(open(&own)?).filter(|folder| !folder.files.is_empty()));
    }
    if let Some(named) = &settings.kb {
        out.push(named_folder(named)?);
    }
    Ok(out)
}

/// A folder somebody named: it has to be there, and to hold something.
///
/// # Errors
/// That it is not, does not, or cannot be read.
pub(crate) fn named_folder(path: &Path) -> Result<Folder, Stop> {
    if !path.is_dir() {
        return Err(Stop::local(format!("{}: no such directory", path.display())));
    }
    let folder = open(path)?;
    if folder.files.is_empty() {
        return Err(Stop::usage(format!("{}: no .toml file in it", path.display())));
    }
    Ok(folder)
}

fn open(path: &Path) -> Result<Folder, Stop> {
    Ok(Folder { name: path.display().to_string(), files: read_folder(path)? })
}

/// Lays folders over the release.
///
/// # Errors
/// Every fault found, sorted by place.
pub(crate) fn over_release(folders: &[Folder]) -> Result<Kb, Vec<Fault>> {
    let texts: Vec<Vec<(&str, &str)>> = folders
        .iter()
        .map(|folder| folder.files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect())
        .collect();
    let layers: Vec<Layer<'_>> =
        folders.iter().zip(&texts).map(|(folder, files)| Layer { name: &folder.name, files }).collect();
    extend(Knowledge::embedded().kb(), &layers)
}

/// `jurisdig/kb` in the data folder of this user: `$XDG_DATA_HOME`, or where data is kept on this system.
pub(crate) fn own_folder(env: &Environment) -> Option<PathBuf> {
    let home = |rest: &str| Some(Path::new(env.get("HOME")?).join(rest));
    let data = match env.get("XDG_DATA_HOME") {
        Some(data) => PathBuf::from(data),
        None if cfg!(windows) => PathBuf::from(env.get("APPDATA")?),
        None if cfg!(target_os = "macos") => home("Library/Application Support")?,
        None => home(".local/share")?,
    };
    Some(data.join("jurisdig").join("kb"))
}

fn read_folder(folder: &Path) -> Result<Vec<(String, String)>, Stop> {
    let unreadable = |path: &Path, e: std::io::Error| Stop::local(format!("{}: {e}", path.display()));
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|e| unreadable(&folder, e))?;
        for entry in entries {
            let path = entry.map_err(|e| unreadable(&folder, e))?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if path.extension().is_none_or(|e| e != "toml") {
                continue;
            }
            let size = path.metadata().map_err(|e| unreadable(&path, e))?.len();
            if size > MAX_FILE {
                return Err(Stop::usage(format!("{}: larger than {MAX_FILE} bytes", path.display())));
            }
            let bytes = std::fs::read(&path).map_err(|e| unreadable(&path, e))?;
            let text = String::from_utf8(bytes).map_err(|_| Stop::usage(format!("{}: not UTF-8", path.display())))?;
            files.push((path.display().to_string(), text));
        }
    }
    files.sort();
    Ok(files)
}
