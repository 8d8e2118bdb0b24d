//! `data`: `verify`, and `status`, which tells what the program carries, how old it is, and how to recognise it.

use jiff::civil::Date;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::args::{DataCommand, Format};
use super::coverage::Coverage;
use super::exit::Exit;
use super::out::Out;
use super::settings::{Environment, Settings};
use super::stop::Stop;
use super::{coverage, knowledge, observation, verify};
use crate::kb::Knowledge;
use crate::kb::schema::Kb;
use crate::model::suffix_list_version;
use crate::observe::ip::IpTables;

/// What `data status` says; the shape of its JSON.
#[derive(Debug, Serialize)]
struct Status {
    schema: &'static str,
    tool: &'static str,
    knowledge: KnowledgeStatus,
    tables: Vec<TableStatus>,
    suffix_list: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<Coverage>,
}

#[derive(Debug, Serialize)]
struct KnowledgeStatus {
    release: String,
    released: Option<Date>,
    age_days: Option<i32>,
    review_by: Option<Date>,
    past_review: bool,
    sha256: String,
    counts: Vec<(&'static str, usize)>,
    added: Vec<(String, String)>,
}

#[derive(Debug, Serialize)]
struct TableStatus {
    id: String,
    kind: String,
    date: String,
    age_days: Option<i32>,
    sha256: String,
}

/// Runs `data`.
///
/// # Errors
/// Data of the user's that cannot be used, output that cannot be written.
pub(crate) fn run(what: &DataCommand, settings: &Settings, env: &Environment, out: &mut Out) -> Result<Exit, Stop> {
    if let DataCommand::Verify { dirs } = what {
        return verify::run(dirs, settings, env, out);
    }
    let kb = knowledge::load(settings, env)?;
    let tables = observation::tables(settings)?;
    let today = jiff::tz::TimeZone::UTC.to_datetime(settings.now).date();
    let mut status = status(&kb, &tables, today)?;
    status.coverage = settings.verbose.then(|| coverage::count(&kb, today));
    let text = match settings.format {
        Format::Text => text(&status),
        Format::Json => serde_json::to_string_pretty(&status).map_err(|e| Stop::local(e.to_string()))? + "\n",
        Format::Ndjson => serde_json::to_string(&status).map_err(|e| Stop::local(e.to_string()))? + "\n",
    };
    out.data(&text)?;
    Ok(Exit::Done)
}

fn status(kb: &Knowledge, tables: &IpTables, today: Date) -> Result<Status, Stop> {
    let release = &kb.kb().release;
    let compact = postcard::to_stdvec(kb.kb()).map_err(|e| Stop::local(e.to_string()))?;
    let age = |day: Date| (today - day).get_days();
    Ok(Status {
        schema: "jurisdig/data/1",
        tool: env!("CARGO_PKG_VERSION"),
        knowledge: KnowledgeStatus {
            release: release.release.clone(),
            released: release.released,
            age_days: release.released.map(age),
            review_by: release.review_by,
            past_review: release.review_by.is_some_and(|day| day <= today),
            sha256: data_encoding::HEXLOWER.encode(&Sha256::digest(&compact)),
            counts: counts(kb.kb()),
            added: kb.kb().added.iter().map(|(id, file)| (id.clone(), file.clone())).collect(),
        },
        tables: tables
            .infos()
            .into_iter()
            .map(|table| TableStatus {
                age_days: table.date.parse::<Date>().ok().map(age),
                id: table.id,
                kind: table.kind,
                date: table.date,
                sha256: table.sha256,
            })
            .collect(),
        suffix_list: suffix_list_version(),
        coverage: None,
    })
}

fn counts(kb: &Kb) -> Vec<(&'static str, usize)> {
    vec![
        ("operators", kb.operators.len()),
        ("companies", kb.entities.len()),
        ("links", kb.edges.len()),
        ("laws", kb.laws.len()),
        ("jurisdictions", kb.jurisdictions.len()),
        ("certifications", kb.certifications.len()),
        ("authorities", kb.authorities.len()),
        ("frameworks", kb.frameworks.len()),
        ("sources", kb.sources.len()),
    ]
}

fn text(status: &Status) -> String {
    let kb = &status.knowledge;
    let day = |d: Option<Date>| d.map_or_else(|| "-".to_owned(), |d| d.to_string());
    let days = |age: Option<i32>| age.map_or_else(String::new, |n| format!(" ({n} days)"));
    let mut out = format!("jurisdig {}\n\n", status.tool);
    out += &format!("knowledge base    {}  {}{}\n", kb.release, day(kb.released), days(kb.age_days));
    let late = if kb.past_review { "  past that day" } else { "" };
    out += &format!("  review by       {}{late}\n", day(kb.review_by));
    for (name, count) in &kb.counts {
        out += &format!("  {name:<16}{count}\n");
    }
    out += &format!("  sha256          {}\n", kb.sha256);
    for (id, file) in &kb.added {
        out += &format!("  not from the release: {id} ({file})\n");
    }
    for table in &status.tables {
        out += &format!("\naddress table     {}  {}{}\n", table.id, table.date, days(table.age_days));
        out += &format!("  kind            {}\n  sha256          {}\n", table.kind, table.sha256);
    }
    out += &format!("\npublic suffix     {}\n", status.suffix_list);
    if let Some(coverage) = &status.coverage {
        out += &coverage.text();
    }
    out
}
