//! The knowledge base: the worked example gives the answers written down for it, every check of `compile` finds the
//! fault it is there for, and the data of this release passes them all.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

#[path = "knowledge/example.rs"]
mod example;
#[path = "knowledge/faults.rs"]
mod faults;
#[path = "knowledge/histories.rs"]
mod histories;
#[path = "knowledge/layers.rs"]
mod layers;
#[path = "knowledge/lookups.rs"]
mod lookups;
#[path = "knowledge/owners.rs"]
mod owners;
#[path = "knowledge/release.rs"]
mod release;
#[path = "knowledge/wording.rs"]
mod wording;

use jurisdig::kb::{Knowledge, Nexus, Owners, Via, Walk};
use jurisdig::model::{AsOf, CountryCode, EntityId, Grade};

fn day(text: &str) -> AsOf {
    AsOf(text.parse().unwrap())
}

fn code(text: &str) -> CountryCode {
    text.parse().unwrap()
}

fn entity(text: &str) -> EntityId {
    text.parse().unwrap()
}

fn walk(kb: &Knowledge, id: &str, date: &str) -> Walk {
    kb.walk(&entity(id), day(date))
}

/// The company at the end of a path.
fn end(nexus: &Nexus) -> &str {
    nexus.path.last().unwrap().entity.as_str()
}

/// All connections with a jurisdiction as `grade<-company`.
fn in_country(walk: &Walk, country: &str) -> Vec<String> {
    walk.nexus.iter().filter(|n| n.jurisdiction == code(country)).map(label).collect()
}

/// A connection the way `example.expected.txt` prints it.
fn label(nexus: &Nexus) -> String {
    let grade = match nexus.grade {
        Grade::NoneKnown => "none-known",
        Grade::Linked => "linked",
        Grade::Presence => "presence",
        Grade::Located => "located",
        Grade::Controlled => "controlled",
        Grade::Direct => "direct",
    };
    let fund = if nexus.via_fund { "(fund)" } else { "" };
    let joint = if nexus.joint { "(joint)" } else { "" };
    let listing = if nexus.via == Via::Listing { " (listing)" } else { "" };
    format!("{grade}{fund}{joint}<-{}{listing}", end(nexus))
}

fn is_unknown(walk: &Walk) -> bool {
    matches!(walk.owners, Owners::Unknown { .. })
}
