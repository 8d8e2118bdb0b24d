//! `laws`: what each law says, and its state on a date.

use super::args::LawsArgs;
use super::exit::Exit;
use super::out::Out;
use super::settings::{Environment, Settings};
use super::stop::Stop;
use super::{deliver, knowledge};
use crate::kb::Knowledge;
use crate::model::{AsOf, LawId};
use crate::report;

/// Runs `laws`.
///
/// # Errors
/// An id that is not in the data, output that cannot be written.
pub(crate) fn run(args: &LawsArgs, settings: &Settings, env: &Environment, out: &mut Out) -> Result<Exit, Stop> {
    let kb = knowledge::load(settings, env)?;
    let only = args.id.as_deref().map(|id| law(id, &kb)).transpose()?;
    let today = AsOf(jiff::tz::TimeZone::UTC.to_datetime(settings.now).date());
    let report = report::laws(&kb, settings.as_of.unwrap_or(today), only.as_ref());
    deliver::laws(&report, settings, out)?;
    Ok(Exit::Done)
}

fn law(text: &str, kb: &Knowledge) -> Result<LawId, Stop> {
    let laws = &kb.kb().laws;
    match text.to_ascii_lowercase().parse::<LawId>() {
        Ok(id) if laws.contains_key(&id) => Ok(id),
        _ => {
            // Ids begin with the jurisdiction: `us` lists what there is.
            let start = text.split('-').next().unwrap_or(text).to_ascii_lowercase();
            let near: Vec<&str> = laws.keys().map(LawId::as_str).filter(|id| id.starts_with(&start)).collect();
            let hint = if near.is_empty() { "`jurisdig laws` lists them".to_owned() } else { near.join(", ") };
            Err(Stop::usage(format!("{text}: no such law in the data: {hint}")))
        }
    }
}
