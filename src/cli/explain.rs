//! `explain`: the chain of evidence behind an audit.

use std::path::Path;

use super::args::ExplainArgs;
use super::audit::{Ended, judge, observe};
use super::deliver;
use super::exit::{Exit, measured};
use super::out::Out;
use super::settings::{Environment, Settings, resolve_observation, roles_named};
use super::stop::Stop;
use super::{knowledge, offline, replay};
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
        match ended {
            Ended::Whole => {}
            Ended::Signal(signal) => return Ok(signal),
            Ended::NoResolver(none) => {
                offline::show(&none, settings, &kb, out)?;
                return Ok(Exit::Incomplete);
            }
        }
    }
    let mut exit = Exit::Done;
    for evidence in &seen {
        let report = judge(evidence, settings, &kb);
        exit = exit.and(measured(evidence).exit(settings.strict));
        deliver::explain(&report, &roles, settings, out)?;
    }
    Ok(exit)
}
