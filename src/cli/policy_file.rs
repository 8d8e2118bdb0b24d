//! The policy on disk, and the files it names: none of them outside of its folder, by text or by link.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::stop::Stop;
use super::targets::{Place, Targets, Unreadable};
use crate::kb::Knowledge;
use crate::model::Target;
use crate::policy::{Baseline, Fault, MAX_BASELINE, MAX_POLICY, Origin, Policy};

/// A policy that was read without a fault.
pub(crate) struct PolicyFile {
    /// The policy.
    pub(crate) policy: Policy,
    /// Its folder, as the user named it; empty for the folder we are in.
    pub(crate) folder: PathBuf,
    text: String,
}

/// Targets a policy lists, each once, with the line that names it.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    /// In the order of the files.
    pub(crate) targets: Vec<(Target, Origin)>,
    /// By target.
    pub(crate) origins: BTreeMap<Target, Origin>,
}

impl Listed {
    /// Adds a target that is not in the list yet.
    pub(crate) fn add(&mut self, target: Target, origin: Origin) {
        if !self.origins.contains_key(&target) {
            self.origins.insert(target.clone(), origin.clone());
            self.targets.push((target, origin));
        }
    }
}

/// Why a policy cannot be used.
pub(crate) enum Unusable {
    /// The file cannot be read, or is not the one that was asked for.
    Stop(Stop),
    /// What it says has faults.
    Faults(Vec<Fault>),
}

impl From<Unusable> for Stop {
    fn from(unusable: Unusable) -> Self {
        match unusable {
            Unusable::Stop(stop) => stop,
            Unusable::Faults(faults) => Self::usage_lines(faults.iter().map(Fault::to_string).collect()),
        }
    }
}

impl PolicyFile {
    /// Reads a policy; with `sha256`, no other than that one.
    ///
    /// # Errors
    /// All faults of the file; that it is another one, or cannot be read.
    pub(crate) fn read(path: &Path, sha256: Option<&str>, today: Date, kb: &Knowledge) -> Result<Self, Unusable> {
        let name = path.display().to_string();
        let bytes = contents(path, MAX_POLICY).map_err(|e| Unusable::Stop(missing(&name, &e)))?;
        if let Some(wanted) = sha256 {
            expect(&name, &bytes, wanted).map_err(Unusable::Stop)?;
        }
        let text = String::from_utf8(bytes)
            .map_err(|_| Unusable::Stop(Stop::usage(format!("{name}:1: the file is not UTF-8"))))?;
        let policy = Policy::parse(&name, &text, today, kb).map_err(Unusable::Faults)?;
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        Ok(Self { policy, folder, text })
    }

    /// Targets of `targets` and of the file `targets-file` names.
    ///
    /// # Errors
    /// A file outside of the folder, one that cannot be read, lines that are no target.
    pub(crate) fn targets(&self) -> Result<Listed, Stop> {
        let mut listed = Listed::default();
        for one in &self.policy.targets {
            listed.add(one.target.clone(), self.policy.at(one.line));
        }
        let Some(relative) = &self.policy.targets_file else { return Ok(listed) };
        let line = self.line_of("targets-file");
        let path = self.inside(relative, line)?;
        let mut nothing: &[u8] = &[];
        let read = Targets::collect(&[], std::slice::from_ref(&path), &mut BufReader::new(&mut nothing));
        let read = read.map_err(|e| match e {
            Unreadable::Io { ref cause, .. } if cause.kind() == io::ErrorKind::NotFound => self.no_file(relative, line),
            Unreadable::Io { .. } => Stop::local(e.to_string()),
            Unreadable::Utf16 { .. } => Stop::usage(e.to_string()),
        })?;
        if !read.faults.is_empty() {
            let lines = read.faults.iter().map(|fault| format!("{}: {}", fault.place, fault.what)).collect();
            return Err(Stop::usage_lines(lines));
        }
        for one in read.list {
            if let Some(origin) = origin(&one.place) {
                listed.add(one.target, origin);
            }
        }
        Ok(listed)
    }

    /// The baseline and its place, where the policy names one.
    ///
    /// # Errors
    /// A file outside of the folder, one that is not there, one with faults.
    pub(crate) fn baseline(&self) -> Result<Option<(PathBuf, Baseline)>, Stop> {
        let Some(named) = &self.policy.baseline else { return Ok(None) };
        let path = self.inside(&named.file, named.line)?;
        let name = path.display().to_string();
        let bytes = contents(&path, MAX_BASELINE).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => Stop::usage(format!(
                "{}: no such file as {name}; `jurisdig policy init --baseline` writes a first one",
                self.policy.at(named.line)
            )),
            _ => Stop::local(format!("{name}: {e}")),
        })?;
        let text = String::from_utf8(bytes).map_err(|_| Stop::usage(format!("{name}:1: the file is not UTF-8")))?;
        let baseline = Baseline::parse(&name, &text)
            .map_err(|faults| Stop::usage_lines(faults.iter().map(Fault::to_string).collect()))?;
        Ok(Some((path, baseline)))
    }

    /// Where a file the policy names is, which has to be in its folder wherever links lead; a file that is not there is
    /// looked for by its folder.
    ///
    /// # Errors
    /// That it is outside.
    pub(crate) fn inside(&self, relative: &str, line: u32) -> Result<PathBuf, Stop> {
        let path = self.folder.join(relative);
        if is_inside(&self.folder, &path) {
            return Ok(path);
        }
        let at = self.policy.at(line);
        Err(Stop::usage(format!("{at}: {relative:?} leads out of the policy's folder")))
    }

    /// The first line that sets a key of the top table.
    pub(crate) fn line_of(&self, key: &str) -> u32 {
        let is_key = |line: &str| {
            let rest = line.trim_start().trim_start_matches(['"', '\'']).strip_prefix(key);
            rest.is_some_and(|rest| rest.trim_start_matches(['"', '\'']).trim_start().starts_with('='))
        };
        let index = self.text.lines().position(is_key).unwrap_or_default();
        u32::try_from(index + 1).unwrap_or(u32::MAX)
    }

    fn no_file(&self, relative: &str, line: u32) -> Stop {
        Stop::usage(format!("{}: no such file in the policy's folder: {relative:?}", self.policy.at(line)))
    }
}

/// Whether a path is in a folder once every link is followed. Of a path that does not exist, its own folder decides.
pub(crate) fn is_inside(folder: &Path, path: &Path) -> bool {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(folder) = std::fs::canonicalize(folder) else { return false };
    let real = match std::fs::canonicalize(path) {
        Ok(real) => Some(real),
        // A link that leads nowhere may lead out once somebody makes the file.
        Err(_) if path.is_symlink() => None,
        Err(_) => {
            let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            // Nothing can be read through a folder that is not there.
            std::fs::canonicalize(parent).ok().or_else(|| Some(folder.clone()))
        }
    };
    real.is_some_and(|real| real.starts_with(&folder))
}

/// The line a place stands for; `None` for an argument.
pub(crate) fn origin(place: &Place) -> Option<Origin> {
    match place {
        Place::Argument => None,
        Place::Line { file, line } => {
            Some(Origin { file: file.clone(), line: u32::try_from(*line).unwrap_or(u32::MAX) })
        }
    }
}

/// The bytes of a file; one more than the cap is read, so that a longer one is told.
fn contents(path: &Path, cap: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a directory"));
    }
    file.take(cap as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn missing(name: &str, error: &io::Error) -> Stop {
    match error.kind() {
        io::ErrorKind::NotFound => Stop::usage(format!(
            "{name}: no such policy; `jurisdig policy init` writes one, --policy FILE names another"
        )),
        _ => Stop::local(format!("{name}: {error}")),
    }
}

fn expect(name: &str, bytes: &[u8], wanted: &str) -> Result<(), Stop> {
    let wanted = wanted.trim().to_ascii_lowercase();
    if wanted.len() != 64 || !wanted.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(Stop::usage("--policy-sha256: 64 hexadecimal digits"));
    }
    let found = data_encoding::HEXLOWER.encode(&Sha256::digest(bytes));
    if found == wanted {
        return Ok(());
    }
    Err(Stop::usage(format!("{name}: is not the policy that was asked for: its SHA-256 is {found}, not {wanted}")))
}
