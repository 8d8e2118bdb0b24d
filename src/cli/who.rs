//! `who`: operator, owners and laws of an address, AS number, host, issuer or company, from local data only.

mod subject;

use std::io::BufReader;

use serde::Serialize;

use super::args::{Format, WhoArgs};
use super::deliver::{self, Who};
use super::exit::Exit;
use super::out::Out;
use super::settings::{Environment, Settings};
use super::stop::Stop;
use super::targets::{Content, Lines};
use super::{knowledge, observation};
use crate::kb::Knowledge;
use crate::model::AsOf;
use crate::observe::ip::IpTables;
use crate::report::WHO_SCHEMA;
use subject::{Answer, Desk, NOT_IN_DATA};

/// Runs `who`.
///
/// # Errors
/// Input that cannot be used, output that cannot be written.
pub(crate) fn run(args: &WhoArgs, settings: &Settings, env: &Environment, out: &mut Out) -> Result<Exit, Stop> {
    let kb = knowledge::load(settings, env)?;
    let tables = observation::tables(settings)?;
    let desk = desk(&kb, &tables, settings);
    if let [only] = args.subjects.as_slice()
        && only == "-"
    {
        return stream(&desk, settings, out);
    }
    if args.subjects.iter().any(|s| s == "-") {
        return Err(Stop::usage("`-` reads all from standard input; name nothing beside it"));
    }
    let mut exit = Exit::Done;
    let mut answers = Vec::new();
    for query in &args.subjects {
        match desk.answer(query) {
            Answer::Found(report) => answers.push(Who::Found(report)),
            Answer::Nothing(why) => {
                exit = exit.and(Exit::Incomplete);
                if why != NOT_IN_DATA || settings.format != Format::Text {
                    out.error(&format!("{query}: {why}"));
                } else {
                    answers.push(Who::NotFound(query.clone()));
                }
            }
        }
    }
    deliver::who(&answers, settings, out)?;
    Ok(exit)
}

fn desk<'a>(kb: &'a Knowledge, tables: &'a IpTables, settings: &Settings) -> Desk<'a> {
    let today = AsOf(jiff::tz::TimeZone::UTC.to_datetime(settings.now).date());
    // A date of the past beside today: what the reader of then saw, and what is true now.
    let mut dates: Vec<AsOf> = settings.as_of.into_iter().collect();
    if !dates.contains(&today) {
        dates.push(today);
    }
    Desk { kb, tables, dates, home: settings.home, now: settings.now, infos: tables.infos() }
}

/// A line of input about which nothing can be said.
#[derive(Serialize)]
struct Nothing<'a> {
    schema: &'static str,
    query: &'a str,
    error: &'a str,
}

/// One line out for each line in. Lines about which nothing is known are rows like the others; only `--strict` makes
/// them count for the exit code.
fn stream(desk: &Desk<'_>, settings: &Settings, out: &mut Out) -> Result<Exit, Stop> {
    if settings.format_is_given && settings.format != Format::Ndjson {
        return Err(Stop::usage("`who -` writes NDJSON"));
    }
    if !settings.outputs.is_empty() {
        return Err(Stop::usage("`who -` writes to standard output: redirect it instead of -o"));
    }
    let mut stdin = BufReader::with_capacity(64 * 1024, std::io::stdin());
    let mut lines = Lines::new(&mut stdin);
    let mut exit = Exit::Done;
    loop {
        let next = lines.next_line().map_err(|e| Stop::local(format!("stdin: {e}")))?;
        let Some((_, content)) = next else { return Ok(exit) };
        let (query, answer) = match content {
            Content::TooLong => (String::new(), Answer::Nothing("longer than 4096 bytes".into())),
            Content::Text(bytes) => match String::from_utf8(bytes) {
                Ok(text) => {
                    let text = text.trim_start_matches('\u{feff}').trim().to_owned();
                    let answer = desk.answer(&text);
                    (text, answer)
                }
                Err(e) => (String::from_utf8_lossy(e.as_bytes()).into_owned(), Answer::Nothing("not UTF-8".into())),
            },
        };
        let line = match &answer {
            Answer::Found(report) => line_of(report.as_ref()),
            Answer::Nothing(why) => {
                if settings.strict {
                    exit = exit.and(Exit::Incomplete);
                }
                line_of(&Nothing { schema: WHO_SCHEMA, query: &query, error: why })
            }
        }?;
        out.data(&line)?;
        // Whoever waits for the answer before sending the next line must get it.
        if lines.input().buffer().is_empty() {
            out.flush()?;
        }
        if out.is_closed() {
            return Ok(exit);
        }
    }
}

fn line_of<T: Serialize>(value: &T) -> Result<String, Stop> {
    serde_json::to_string(value).map(|line| line + "\n").map_err(|e| Stop::local(e.to_string()))
}
