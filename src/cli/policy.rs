//! `policy`: write one, look for faults, show one settled.

mod init;
mod lint;
mod show;

use super::args::PolicyCommand;
use super::exit::Exit;
use super::out::Out;
use super::settings::{Environment, Settings};
use super::stop::Stop;

/// Runs `policy`.
///
/// # Errors
/// Input that cannot be used, output that cannot be written.
pub(crate) fn run(what: &PolicyCommand, settings: &Settings, env: &Environment, out: &mut Out) -> Result<Exit, Stop> {
    match what {
        PolicyCommand::Init(args) => init::run(args, settings, env, out),
        PolicyCommand::Lint { file } => lint::run(file, settings, env, out),
        PolicyCommand::Show { file } => show::run(file, settings, env, out),
    }
}
