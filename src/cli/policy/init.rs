//! `policy init`: a commented policy, and the findings of its first day as a baseline.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli::args::{CheckArgs, InitArgs, ProfileName};
use crate::cli::check::{self, Checked};
use crate::cli::exit::Exit;
use crate::cli::knowledge;
use crate::cli::out::Out;
use crate::cli::policy_file::PolicyFile;
use crate::cli::settings::{Environment, Settings};
use crate::cli::stop::Stop;
use crate::policy::{Baseline, FailOn, Profile};

/// Where a policy names the baseline.
const BASELINE: &str = "[baseline]\nfile = \"jurisdig.baseline.json\"\nmode = \"ratchet\"\n";

/// Runs `policy init`.
///
/// # Errors
/// A file that is there already, targets that cannot be read, output that cannot be written.
pub(super) fn run(args: &InitArgs, settings: &Settings, env: &Environment, out: &mut Out) -> Result<Exit, Stop> {
    let path = if args.path.is_dir() { args.path.join("jurisdig.toml") } else { args.path.clone() };
    // A link that leads nowhere is something that is there.
    if path.symlink_metadata().is_err() {
        create(&path, &text(args.profile, args.baseline))?;
        out.note(&format!("wrote {}", path.display()));
    } else if !args.baseline {
        return Err(Stop::usage(format!("{}: is there already, and is not written over", path.display())));
    }
    if args.baseline { first_baseline(path, args, settings, env, out) } else { Ok(Exit::Done) }
}

fn text(profile: ProfileName, with_baseline: bool) -> String {
    let profile = match profile {
        ProfileName::Ministry => Profile::FrenchMinistry,
        ProfileName::Hospital => Profile::GermanHospital,
        ProfileName::Startup => Profile::StartUp,
    };
    let text = profile.text();
    if !with_baseline {
        return text.to_owned();
    }
    let commented: String = BASELINE.lines().map(|line| format!("# {line}\n")).collect();
    if text.contains(&commented) { text.replace(&commented, BASELINE) } else { format!("{text}\n{BASELINE}") }
}

/// Writes a file that is not there yet; who made it in the meantime keeps it.
fn create(path: &Path, text: &str) -> Result<(), Stop> {
    let failed = |e: io::Error| match e.kind() {
        io::ErrorKind::AlreadyExists => {
            Stop::usage(format!("{}: is there already, and is not written over", path.display()))
        }
        _ => Stop::local(format!("{}: {e}", path.display())),
    };
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
}

fn first_baseline(
    policy: PathBuf,
    args: &InitArgs,
    settings: &Settings,
    env: &Environment,
    out: &mut Out,
) -> Result<Exit, Stop> {
    let kb = knowledge::load(settings, env)?;
    let today = check::today(settings);
    let file = PolicyFile::read(&policy, None, today, &kb)?;
    let Some(named) = &file.policy.baseline else {
        return Err(Stop::usage(format!("{}: --baseline: the policy has no [baseline] file", policy.display())));
    };
    let place = file.inside(&named.file, named.line)?;
    if place.symlink_metadata().is_ok() {
        let at = place.display();
        return Err(Stop::usage(format!(
            "{at}: is there already; a baseline shrinks (check --tighten), and never grows"
        )));
    }
    let run = CheckArgs { policy, observe: args.observe.clone(), ..CheckArgs::default() };
    let judgement = match check::judge(&run, &file, None, &kb, settings, env, out)? {
        Checked::Whole(judgement, _) => judgement,
        Checked::Signal(exit) => return Ok(exit),
    };
    let baseline = Baseline::first(&judgement.findings, today);
    create(&place, &baseline.to_text())?;
    out.note(&format!("wrote {}: {} findings", place.display(), baseline.entries().len()));
    let exit = Exit::from(judgement.outcome(FailOn::Never));
    if exit == Exit::Incomplete {
        out.error("not everything was measured: what was not is in no baseline, and may be found later");
    }
    Ok(exit)
}
