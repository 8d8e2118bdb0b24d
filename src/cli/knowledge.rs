//! The knowledge base of a run: the release, and the user's own layer over it.

use std::path::{Path, PathBuf};

use super::settings::{Environment, Settings};
use super::stop::Stop;
use crate::kb::{Knowledge, Layer, extend};

/// Largest file taken from a user's layer, in bytes (trust.md, section 1).
const MAX_FILE: u64 = 4 << 20;

/// The release, with `--kb DIR` or `$XDG_DATA_HOME/jurisdig/kb` over it.
///
/// # Errors
/// Every fault of the user's files, with file and line.
pub(crate) fn load(settings: &Settings, env: &Environment) -> Result<Knowledge, Stop> {
    let release = Knowledge::embedded();
    let folder = match &settings.kb {
        Some(folder) => folder.clone(),
        None => match own_folder(env).filter(|folder| folder.is_dir()) {
            Some(folder) => folder,
            None => return Ok(release),
        },
    };
    let files = read_folder(&folder)?;
    if files.is_empty() {
        return Err(Stop::usage(format!("{}: no .toml file in it", folder.display())));
    }
    let name = folder.display().to_string();
    let texts: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let layer = Layer { name: &name, files: &texts };
    match extend(release.kb(), &[layer]) {
        Ok(kb) => Ok(Knowledge::new(kb)),
        Err(faults) => {
            let lines = faults.iter().map(|f| format!("{}:{}: {}", f.file, f.line, f.what)).collect();
            Err(Stop::usage_lines(lines))
        }
    }
}

/// `$XDG_DATA_HOME/jurisdig/kb`, or where that is when the variable is not set.
fn own_folder(env: &Environment) -> Option<PathBuf> {
    let data = match env.get("XDG_DATA_HOME") {
        Some(data) => PathBuf::from(data),
        None => Path::new(env.get("HOME")?).join(".local/share"),
    };
    Some(data.join("jurisdig/kb"))
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
