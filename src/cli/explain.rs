//! `explain`: the chain of evidence behind an audit.

use std::path::Path;

use super::args::ExplainArgs;
use super::audit::{Ended, observe, of_target};
use super::deliver;
use super::exit::{Exit, measured};
use super::out::Out;
use super::settings::{Environment, Settings, resolve_observation, roles_named};
use super::stop::Stop;
use super::{knowledge, observation, replay};
use crate::attribute::Home;
use crate::audit::{Audit, Auditor};
use crate::evidence::Evidence;
use crate::kb::Knowledge;
use crate::model::{Role, Target};
use crate::observe::Asked;
use crate::report::{FrameworkReport, Report, TargetReport};

/// Runs `explain`.
///
/// # Errors
/// Input that cannot be used, output that cannot be written.
pub(crate) fn run(args: &ExplainArgs, settings: &Settings, env: &Environment, out: &mut Out) -> Result<Exit, Stop> {
    let mut observation = resolve_observation(&args.observe, env)?;
    observation::settle_browser(&mut observation, out);
    let roles: Vec<Role> = match &args.service {
        Some(name) => roles_named(name).map_err(Stop::usage)?,
        None => Vec::new(),
    };
    let kb = knowledge::load(settings, env)?;
    let framework = args.framework.as_deref().map(|id| framework_id(id, &kb)).transpose()?;
    if args.alternatives && settings.home == Some(Home::None) {
        return Err(no_home(None));
    }
    let path = Path::new(&args.subject);
    let mut seen: Vec<Evidence> = Vec::new();
    if path.is_file() || args.subject == "-" {
        seen.extend(replay::read(path)?.into_iter().map(|saved| saved.evidence));
    } else {
        let target: Target = args.subject.parse().map_err(|e| Stop::usage(format!("{e}, and no such file")))?;
        let captures = observation::recordings(settings, &observation)?;
        let captures = of_target(captures, &target, out)?;
        let asked = Asked { captures, ..target.into() };
        let ended = observe(settings, &observation, vec![asked], out, |evidence, _| {
            seen.push(evidence);
            Ok(())
        })?;
        if let Ended::Signal(signal) = ended {
            return Ok(signal);
        }
    }
    let mut exit = Exit::Done;
    for evidence in &seen {
        exit = exit.and(measured(evidence).exit(settings.strict));
    }
    let auditor = Auditor::new(&kb, settings.as_of, settings.home);
    let audits: Vec<Audit> = seen.iter().map(|evidence| auditor.audit(evidence)).collect();
    let judged = || seen.iter().zip(&audits);
    if let Some(id) = &framework {
        let build = |(evidence, audit)| FrameworkReport::build(evidence, audit, &kb, id);
        let reports: Vec<FrameworkReport> = judged().filter_map(build).collect();
        deliver::framework(&reports, settings, out)?;
        return Ok(exit);
    }
    if args.alternatives {
        if let Some((evidence, _)) = judged().find(|(_, audit)| audit.context.home == Home::None) {
            return Err(no_home(Some(&evidence.target)));
        }
        let build = |(evidence, audit)| Report::build_with_alternatives(evidence, audit, &kb);
        let reports: Vec<TargetReport> = judged().map(build).collect();
        deliver::alternatives(&reports, settings, out)?;
        return Ok(exit);
    }
    let reports: Vec<TargetReport> = judged().map(|(evidence, audit)| Report::build(evidence, audit, &kb)).collect();
    // A service that is not there is an answer for a reader, and nothing determined for a script.
    let is_whole = deliver::explain(&reports, &roles, settings, out)?;
    Ok(if is_whole { exit } else { exit.and(Exit::Incomplete) })
}

/// A framework of the data, by its id.
fn framework_id(text: &str, kb: &Knowledge) -> Result<String, Stop> {
    let id = text.to_ascii_lowercase();
    let known = &kb.kb().frameworks;
    if known.contains_key(&id) {
        return Ok(id);
    }
    let ids: Vec<&str> = known.keys().map(String::as_str).collect();
    Err(Stop::usage(format!("--framework {text}: no such framework in the data: {}", ids.join(", "))))
}

/// Without a home nothing is at home, and no list can be made.
fn no_home(target: Option<&Target>) -> Stop {
    let of = target.map(|t| format!("{t} has no home of its own")).unwrap_or_else(|| "there is no home".to_owned());
    Stop::usage(format!("--alternatives: {of}; name one with --home CC or --home eea"))
}
