//! The screen of a machine without a resolver: what was tried, and what works all the same.

use super::observation::NoResolver;
use super::out::Out;
use super::settings::Settings;
use super::stop::Stop;
use crate::kb::Knowledge;

/// Shows it.
///
/// # Errors
/// Output that cannot be written.
pub(crate) fn show(none: &NoResolver, _settings: &Settings, _kb: &Knowledge, out: &mut Out) -> Result<(), Stop> {
    for line in &none.tried {
        out.error(line);
    }
    Ok(())
}
