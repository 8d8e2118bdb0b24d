//! `policy`.
use super::args::PolicyCommand;
use super::exit::Exit;
use super::out::Out;
use super::settings::{Environment, Settings};
use super::stop::Stop;
pub(crate) fn run(
    _what: &PolicyCommand,
    _settings: &Settings,
    _env: &Environment,
    _out: &mut Out,
) -> Result<Exit, Stop> {
    Ok(Exit::Done)
}
