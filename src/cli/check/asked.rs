//! What a check is about: targets to observe and evidence to judge, each with the line that named it.

use std::collections::BTreeMap;
use std::io::BufReader;

use super::scan::scan;
use crate::cli::args::CheckArgs;
use crate::cli::audit::{of_recording, of_target};
use crate::cli::inputs::Inputs;
use crate::cli::out::Out;
use crate::cli::policy_file::{Listed, PolicyFile, origin};
use crate::cli::replay;
use crate::cli::stop::Stop;
use crate::cli::targets::{Targets, Unreadable};
use crate::evidence::{Evidence, NamedAt, PageFacts};
use crate::model::Target;
use crate::observe::Asked;
use crate::policy::Origin;

/// What a check is about.
#[derive(Debug, Default)]
pub(super) struct Subjects {
    /// To be observed.
    pub(super) asked: Vec<Asked>,
    /// The lines that named them; an argument has none.
    pub(super) origins: BTreeMap<Target, Origin>,
    /// To be judged as it was seen, with the line that named the target, or that of the evidence.
    pub(super) seen: Vec<(Evidence, Origin)>,
    /// Lines of input files that could not be read.
    pub(super) not_read: Vec<(Origin, String)>,
}

/// Gathers targets: those of the command line, and where it names none those of the policy.
///
/// # Errors
/// Lists with lines that are no target, files that cannot be read.
pub(super) fn collect(
    args: &CheckArgs,
    captures: Vec<PageFacts>,
    file: &PolicyFile,
    out: &mut Out,
) -> Result<Subjects, Stop> {
    let listed = file.targets()?;
    let mut subjects = Subjects::default();
    for path in &args.evidence {
        let name = if path.as_os_str() == "-" { "stdin".to_owned() } else { path.display().to_string() };
        for (line, saved) in replay::read_with_lines(path)? {
            let line = u32::try_from(line).unwrap_or(u32::MAX);
            let own = || Origin { file: name.clone(), line };
            let origin = listed.origins.get(&saved.evidence.target).cloned();
            let origin = origin.or_else(|| saved.evidence.named_at.first().map(at)).unwrap_or_else(own);
            subjects.seen.push((saved.evidence, origin));
        }
    }
    let names_some = !args.targets.is_empty()
        || !args.from_file.is_empty()
        || !args.from.is_empty()
        || !args.evidence.is_empty()
        || !captures.is_empty();
    if !names_some {
        of_policy(listed, file, &mut subjects, out)?;
        return Ok(subjects);
    }
    of_command_line(args, captures, &mut subjects, out)?;
    note_unchecked(&listed, &subjects, out);
    Ok(subjects)
}

fn of_policy(listed: Listed, file: &PolicyFile, subjects: &mut Subjects, out: &mut Out) -> Result<(), Stop> {
    let scanned = scan(&file.folder, &file.policy.scan)?;
    for pattern in scanned.idle {
        out.note(&format!("{}: scan: no file is meant by {pattern:?}", file.policy.at(file.line_of("scan"))));
    }
    subjects.origins = listed.origins;
    subjects.asked = listed.targets.into_iter().map(|(target, _)| target.into()).collect();
    let inputs = Inputs::read(&scanned.files, None)?;
    take(inputs, subjects, out);
    Ok(())
}

fn of_command_line(
    args: &CheckArgs,
    mut captures: Vec<PageFacts>,
    subjects: &mut Subjects,
    out: &mut Out,
) -> Result<(), Stop> {
    let mut stdin = BufReader::new(std::io::stdin());
    let read = Targets::collect(&args.targets, &args.from_file, &mut stdin).map_err(|e| match e {
        Unreadable::Io { .. } => Stop::local(e.to_string()),
        Unreadable::Utf16 { .. } => Stop::usage(e.to_string()),
    })?;
    if !read.faults.is_empty() {
        // A gate that goes on without a line would pass without having looked.
        let lines = read.faults.iter().map(|fault| format!("{}: {}", fault.place, fault.what)).collect();
        return Err(Stop::usage_lines(lines));
    }
    for one in read.list {
        if let Some(origin) = origin(&one.place) {
            subjects.origins.insert(one.target.clone(), origin);
        }
        subjects.asked.push(one.target.into());
    }
    let own = match subjects.asked.as_slice() {
        [only] => Some(only.target.clone()),
        _ => None,
    };
    let mut inputs = Inputs::read(&args.from, own.as_ref())?;
    captures.append(&mut inputs.pages);
    take(inputs, subjects, out);
    if captures.is_empty() {
        return Ok(());
    }
    match subjects.asked.as_mut_slice() {
        [] => subjects.asked.push(of_recording(captures, out)?),
        [only] => only.captures = of_target(captures, &only.target, out)?,
        _ => {
            return Err(Stop::usage(
                "--har: a recording is of one target; name that one, or none to take the recording's",
            ));
        }
    }
    Ok(())
}

/// Takes what input files name.
fn take(inputs: Inputs, subjects: &mut Subjects, out: &mut Out) {
    for one in &inputs.left_out {
        out.note(one);
    }
    for one in inputs.faults {
        subjects.not_read.push((Origin { file: one.file, line: one.line.max(1) }, one.what));
    }
    for more in inputs.asked {
        if let Some(named) = more.named_at.first() {
            subjects.origins.entry(more.target.clone()).or_insert_with(|| at(named));
        }
        match subjects.asked.iter_mut().find(|known| known.target == more.target) {
            Some(known) => known.named_at.extend(more.named_at),
            None => subjects.asked.push(more),
        }
    }
}

fn at(named: &NamedAt) -> Origin {
    Origin { file: named.file.clone(), line: named.line.max(1) }
}

/// Says how many targets of the policy the command line leaves out.
fn note_unchecked(listed: &Listed, subjects: &Subjects, out: &mut Out) {
    let is_checked = |target: &Target| {
        subjects.asked.iter().any(|asked| asked.target == *target)
            || subjects.seen.iter().any(|(evidence, _)| evidence.target == *target)
    };
    match listed.targets.iter().filter(|(target, _)| !is_checked(target)).count() {
        0 => {}
        n => out.note(&format!("{n} of {} targets of the policy not checked: others were named", listed.targets.len())),
    }
}
