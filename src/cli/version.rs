//! `--version`, and with `-v` the data the program carries and the credits its licences ask for.

use super::exit::Exit;
use super::out::Out;
use super::settings::Settings;
use super::stop::Stop;
use crate::kb::Knowledge;
use crate::model::suffix_list_version;
use crate::observe::ip::IpTables;

/// The credits that CC BY 4.0 asks for (`data/ip/NOTICE`).
const CREDITS: &str = "\
IP Geolocation by DB-IP, https://db-ip.com (CC BY 4.0)
Routes and origin AS numbers: RouteViews, https://www.routeviews.org (CC BY 4.0)
Registration: Number Resource Organization (NRO), https://www.nro.net (CC BY 4.0)
Compiled by ip-location-db, https://github.com/sapics/ip-location-db; merged and shortened by this program's authors
Public Suffix List, https://publicsuffix.org (MPL 2.0)
";

/// Prints it.
///
/// # Errors
/// Output that cannot be written.
pub(crate) fn show(settings: &Settings, out: &mut Out) -> Result<Exit, Stop> {
    let mut text = format!("jurisdig {}\n", env!("CARGO_PKG_VERSION"));
    if settings.verbose {
        text += &format!("knowledge base {}\n", Knowledge::embedded().kb().release.release);
        let tables = IpTables::embedded().map_err(|e| Stop::local(e.to_string()))?;
        for table in tables.infos() {
            text += &format!("IP table of {}, sha256 {}\n", table.date, table.sha256);
        }
        text += &format!("Public Suffix List {}\n", suffix_list_version());
        text += CREDITS;
    }
    out.data(&text)?;
    Ok(Exit::Done)
}
