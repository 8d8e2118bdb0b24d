//! Hands reports to the renderers, and what they write to standard output and files.

use super::out::Out;
use super::settings::Settings;
use super::stop::Stop;
use crate::model::Role;
use crate::report::{LawsReport, TargetReport, WhoReport};

pub(crate) struct Deliver;

impl Deliver {
    pub(crate) fn open(_settings: &Settings) -> Result<Self, Stop> {
        Ok(Self)
    }
    pub(crate) fn target(&mut self, report: &TargetReport, out: &mut Out) -> Result<(), Stop> {
        Ok(out.data(&(serde_json::to_string(report).unwrap() + "\n"))?)
    }
    pub(crate) fn stop(self, _out: &mut Out) -> Result<(), Stop> {
        Ok(())
    }
    pub(crate) fn close(self, _out: &mut Out) -> Result<(), Stop> {
        Ok(())
    }
}
pub(crate) fn who(reports: &[WhoReport], _settings: &Settings, out: &mut Out) -> Result<(), Stop> {
    for r in reports {
        out.data(&(serde_json::to_string(r).unwrap() + "\n"))?;
    }
    Ok(())
}
pub(crate) fn laws(r: &LawsReport, _one: bool, _settings: &Settings, out: &mut Out) -> Result<(), Stop> {
    Ok(out.data(&(serde_json::to_string(r).unwrap() + "\n"))?)
}
pub(crate) fn explain(r: &TargetReport, _roles: &[Role], _settings: &Settings, out: &mut Out) -> Result<(), Stop> {
    Ok(out.data(&(serde_json::to_string(r).unwrap() + "\n"))?)
}
