//! Command line, by hand: four options do not justify a parser crate in a tool that is run a few times a year.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;

use crate::error::Error;

pub const USAGE: &str = "\
Usage: jurisdig-ipdata --packages DIR --out FILE [--verify N] [--show IP]...

  --packages DIR  folder with the unpacked packages dbip-country, asn and asn-country, at any depth
  --out FILE      the zstd file to write; ip.json and NOTICE are written beside it
  --verify N      read the file back and compare N addresses per family with the sources
  --show IP       print the record of an address, may be repeated
";

#[derive(Debug)]
pub struct Args {
    pub packages: PathBuf,
    pub out: PathBuf,
    pub verify: Option<u32>,
    pub show: Vec<IpAddr>,
}

impl Args {
    /// `None` means the user asked for help.
    pub fn parse(words: impl Iterator<Item = OsString>) -> Result<Option<Self>, Error> {
        let (mut packages, mut out, mut verify, mut show) = (None, None, None, Vec::new());
        let mut words = words;
        while let Some(word) = words.next() {
            let option = word.to_string_lossy().into_owned();
            if option == "--help" || option == "-h" {
                return Ok(None);
            }
            let mut value = || words.next().ok_or_else(|| Error::Usage(format!("{option} needs a value")));
            match option.as_str() {
                "--packages" => packages = Some(PathBuf::from(value()?)),
                "--out" => out = Some(PathBuf::from(value()?)),
                "--verify" => verify = Some(number(&option, &value()?)?),
                "--show" => show.push(number(&option, &value()?)?),
                _ => return Err(Error::Usage(format!("unknown option {option}"))),
            }
        }
        let needed = |name: &str| Error::Usage(format!("{name} is required\n\n{USAGE}"));
        Ok(Some(Self {
            packages: packages.ok_or_else(|| needed("--packages"))?,
            out: out.ok_or_else(|| needed("--out"))?,
            verify,
            show,
        }))
    }
}

fn number<T>(option: &str, value: &OsString) -> Result<T, Error>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    let text = value.to_string_lossy();
    text.parse().map_err(|error| Error::Usage(format!("{option} {text}: {error}")))
}
