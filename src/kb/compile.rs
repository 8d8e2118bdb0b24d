//! Parses and checks the TOML files of a knowledge base. All faults are reported, each with file and line.

use super::draft::Draft;
use super::schema::Kb;
use super::{checks, checks_owners, checks_signals, parse};

/// One thing wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// File, as named by the caller.
    pub file: String,
    /// Line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

/// Files that belong together: the release, or one folder of the user's.
#[derive(Debug, Clone, Copy)]
pub struct Layer<'a> {
    /// Its name, as reports print it.
    pub name: &'a str,
    /// Path and text of each file.
    pub files: &'a [(&'a str, &'a str)],
}

/// Reads the files of one layer.
///
/// # Errors
/// Every fault found, sorted by place.
pub fn compile(files: &[(&str, &str)]) -> Result<Kb, Vec<Fault>> {
    compile_layers(&[Layer { name: "release", files }])
}

/// Reads several layers. A later one replaces entries by id, and all edges between two companies at once;
/// `Kb::added` names every entry that did not come from the first.
///
/// # Errors
/// Every fault found, sorted by place.
pub fn compile_layers(layers: &[Layer<'_>]) -> Result<Kb, Vec<Fault>> {
    finish(Draft::default(), layers, true)
}

/// Puts layers over a knowledge base that is compiled already, such as the embedded one.
///
/// # Errors
/// Every fault found, sorted by place. A fault that a layer causes in an entry of the base is placed in the file
/// `release`, line 0.
pub fn extend(base: &Kb, layers: &[Layer<'_>]) -> Result<Kb, Vec<Fault>> {
    finish(Draft::from_kb(base), layers, false)
}

fn finish(mut draft: Draft, layers: &[Layer<'_>], first_is_release: bool) -> Result<Kb, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut is_readable = true;
    for (number, layer) in layers.iter().enumerate() {
        let mut read = Draft::default();
        for (path, text) in layer.files {
            is_readable &= parse::read(path, text, &mut read, &mut faults);
        }
        draft.absorb(read, number == 0 && first_is_release, layer.name);
    }
    // A file that is not TOML hides entries; checking references without them would only make noise.
    if is_readable {
        draft.normalise();
        checks::run(&draft, &mut faults);
        checks_owners::run(&draft, &mut faults);
        checks_signals::run(&draft, &mut faults);
    }
    if faults.is_empty() {
        return Ok(draft.into_kb());
    }
    faults.sort();
    faults.dedup();
    Err(faults)
}
