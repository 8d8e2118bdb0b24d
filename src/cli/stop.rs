//! What stops a run before its end: only the user's own input and the output can.

use super::exit::Exit;
use super::out::{Failed, Out};
use super::settings;

/// Why, in one or more lines, and with which exit code.
#[derive(Debug)]
pub(crate) struct Stop {
    exit: Exit,
    lines: Vec<String>,
}

impl Stop {
    /// Something the user wrote cannot be used: nothing was sent.
    pub(crate) fn usage(line: impl Into<String>) -> Self {
        Self::usage_lines(vec![line.into()])
    }

    /// Several of them.
    pub(crate) fn usage_lines(lines: Vec<String>) -> Self {
        Self { exit: Exit::Usage, lines }
    }

    /// This machine: a file that cannot be read or written, the runtime.
    pub(crate) fn local(line: impl Into<String>) -> Self {
        Self { exit: Exit::Local, lines: vec![line.into()] }
    }

    /// Says why, and returns the exit code.
    pub(crate) fn report(self, out: &mut Out) -> Exit {
        for line in &self.lines {
            out.error(line);
        }
        self.exit
    }
}

impl From<Failed> for Stop {
    fn from(failed: Failed) -> Self {
        Self::local(failed.to_string())
    }
}

impl From<Vec<settings::Fault>> for Stop {
    fn from(faults: Vec<settings::Fault>) -> Self {
        Self::usage_lines(faults.into_iter().map(|f| format!("{}: {}", f.place, f.what)).collect())
    }
}
