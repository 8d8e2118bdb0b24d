//! Exit codes: the same for every format, never counted while printing (cli.md, section 1).

use std::process::ExitCode;

use crate::evidence::{Capture, Evidence, HostFacts, Probe, Status};
use crate::model::{Outcome, Target};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Exit {
    /// Done.
    #[default]
    Done,
    /// A finding from the severity on that fails the run.
    PolicyNotMet,
    /// Usage or configuration: nothing was sent.
    Usage,
    /// For some target nothing could be determined.
    Incomplete,
    /// The user's own files, the output, or a fault of the program.
    Local,
    /// SIGINT.
    Interrupted,
    /// SIGTERM.
    Terminated,
}

impl Exit {
    /// The number the shell sees.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::PolicyNotMet => 1,
            Self::Usage => 2,
            Self::Incomplete => 3,
            Self::Local => 4,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// The graver of two: interrupted, then 2, 4, 1, 3, 0.
    pub(crate) fn and(self, other: Self) -> Self {
        let rank = |e: Self| match e {
            Self::Done => 0,
            Self::Incomplete => 1,
            Self::PolicyNotMet => 2,
            Self::Local => 3,
            Self::Usage => 4,
            Self::Interrupted => 5,
            Self::Terminated => 6,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

impl From<Outcome> for Exit {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Pass => Self::Done,
            Outcome::Inconclusive => Self::Incomplete,
            Outcome::Fail => Self::PolicyNotMet,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// What one target's evidence means for the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measured {
    /// Everything asked found an answer.
    Whole,
    /// Something did, some questions did not.
    Partly,
    /// The name does not exist.
    NameMissing,
    /// No question about the target's own names found an answer.
    Nothing,
}

impl Measured {
    /// The exit code of a target; `strict` wants every answer.
    pub(crate) fn exit(self, strict: bool) -> Exit {
        match self {
            Self::Whole => Exit::Done,
            Self::Partly if strict => Exit::Incomplete,
            Self::Partly => Exit::Done,
            Self::NameMissing | Self::Nothing => Exit::Incomplete,
        }
    }
}

/// Reads from evidence how much of it was measured.
pub(crate) fn measured(evidence: &Evidence) -> Measured {
    if evidence.address.is_some() {
        // Local tables are always there; the reverse name is the only question.
        let failed = evidence.answers.iter().any(|a| is_failure(a.status));
        return if failed { Measured::Partly } else { Measured::Whole };
    }
    // A region is a choice read from a file: there is nobody to ask.
    if matches!(evidence.target, Target::Region { .. }) {
        return Measured::Whole;
    }
    let Some(name) = evidence.target.name() else { return Measured::Nothing };
    let own = evidence.web.iter().filter_map(|w| evidence.hosts.get(&w.host));
    let own_answered = own.clone().any(host_answered)
        || answered(&evidence.ns.servers)
        || answered(&evidence.mail.mx)
        || answered(&evidence.txt)
        || evidence.hosts.get(name).is_some_and(|host| host.tls.found().is_some());
    if !own_answered {
        // A recording of a browser tells what it met, whatever the DNS says today.
        return if recorded(evidence) { Measured::Partly } else { Measured::Nothing };
    }
    if evidence.hosts.get(name).is_some_and(|h| h.nxdomain) {
        return Measured::NameMissing;
    }
    if has_failure(evidence) { Measured::Partly } else { Measured::Whole }
}

/// Whether anything that was asked found no usable answer: a question, the page, the certificate, the registry.
fn has_failure(evidence: &Evidence) -> bool {
    let pages = evidence.pages.found().into_iter().flatten();
    evidence.answers.iter().any(|a| is_failure(a.status))
        || pages.filter_map(|page| page.hops.last()).any(|hop| hop.answer.found().is_none())
        || evidence.hosts.values().any(|host| matches!(host.tls, Probe::Failed(_)))
        || matches!(evidence.registration, Probe::Failed(_))
}

fn recorded(evidence: &Evidence) -> bool {
    evidence.pages.found().is_some_and(|pages| pages.iter().any(|page| page.by != Capture::Fetch))
}

fn answered<T>(probe: &Probe<T>) -> bool {
    matches!(probe, Probe::Found(_) | Probe::Absent)
}

fn host_answered(host: &HostFacts) -> bool {
    host.nxdomain || answered(&host.addresses)
}

/// Whether a question was asked and found no usable answer. A line missing in a recording is not a failure.
fn is_failure(status: Status) -> bool {
    !matches!(status, Status::Ok | Status::Nodata | Status::Nxdomain | Status::NotRecorded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graver_codes_win() {
        use Exit::{Done, Incomplete, Interrupted, Local, PolicyNotMet, Usage};
        for (a, b, want) in [
            (Done, Incomplete, 3),
            (Incomplete, Local, 4),
            (PolicyNotMet, Incomplete, 1),
            (PolicyNotMet, Local, 4),
            (PolicyNotMet, Done, 1),
            (Local, Incomplete, 4),
            (Local, Usage, 2),
            (Interrupted, Local, 130),
            (Done, Done, 0),
        ] {
            assert_eq!(a.and(b).code(), want);
            assert_eq!(b.and(a).code(), want);
        }
    }

    #[test]
    fn strict_turns_a_partial_answer_into_incomplete() {
        assert_eq!(Measured::Partly.exit(false), Exit::Done);
        assert_eq!(Measured::Partly.exit(true), Exit::Incomplete);
        assert_eq!(Measured::NameMissing.exit(false), Exit::Incomplete);
        assert_eq!(Measured::Nothing.exit(false), Exit::Incomplete);
    }
}
