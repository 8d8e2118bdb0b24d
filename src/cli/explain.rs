//! `explain`: the chain of evidence behind an audit.

use std::path::Path;

use super::args::ExplainArgs;
use super::audit::{Ended, judge, observe};
use super::deliver;
use super::exit::{Exit, measured};
use super::out::Out;
use super::settings::{Environment, Settings, resolve_observation, roles_named};
use super::stop::Stop;
use super::{knowledge, replay};
use crate::evidence::Evidence;
use crate::model::{Role, Target};

/// Runs `explain`.
///
/// # Errors
/// Input that cannot be used, output that cannot be written.
pub(crate) fn run(args: &ExplainArgs, settings: &Settings, env: &Environment, out: &mut Out) -> Result<Exit, Stop> {
    let observation = resolve_observation(&args.observe, env)?;
    let roles: Vec<Role> = match &args.service {
        Some(name) => roles_named(name).map_err(Stop::usage)?,
        None => Vec::new(),
    };
    let kb = knowledge::load(settings, env)?;
    let path = Path::new(&args.subject);
    let mut seen: Vec<Evidence> = Vec::new();
    if path.is_file() || args.subject == "-" {
        seen.extend(replay::read(path)?.into_iter().map(|saved| saved.evidence));
    } else {
        let target: Target = args.subject.parse().map_err(|e| Stop::usage(format!("{e}, and no such file")))?;
        let ended = observe(settings, &observation, vec![target], out, |evidence, _| {
            seen.push(evidence);
            Ok(())
        })?;
        if let Ended::Signal(signal) = ended {
            return Ok(signal);
        }
    }
    let mut exit = Exit::Done;
    let mut reports = Vec::new();
    for evidence in &seen {
        exit = exit.and(measured(evidence).exit(settings.strict));
        reports.push(judge(evidence, settings, &kb));
    }
    // A service that is not there is an answer for a reader, and nothing determined for a script.
    let is_whole = deliver::explain(&reports, &roles, settings, out)?;
    Ok(if is_whole { exit } else { exit.and(Exit::Incomplete) })
}
