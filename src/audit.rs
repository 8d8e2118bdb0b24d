//! The pure core in one call.

mod known;

use crate::assess::{Assessment, assess};
use crate::attribute::{Attribution, Context, Home, HomeOrigin, attribute};
use crate::evidence::Evidence;
use crate::kb::Knowledge;
use crate::model::{AsOf, CountryCode};

/// Judges evidence with a knowledge base.
#[derive(Debug)]
pub struct Auditor<'a> {
    kb: &'a Knowledge,
    as_of: Option<AsOf>,
    home: Option<Home>,
}

/// A judgement of one target.
#[derive(Debug, Clone)]
pub struct Audit {
    /// What it was asked for.
    pub context: Context,
    /// Who runs what.
    pub found: Attribution,
    /// Who can compel whom.
    pub reach: Assessment,
}

impl<'a> Auditor<'a> {
    /// `as_of`: date of ownership and law, else the date of each evidence. `home`: else the target's ccTLD.
    #[must_use]
    pub fn new(kb: &'a Knowledge, as_of: Option<AsOf>, home: Option<Home>) -> Self {
        Self { kb, as_of, home }
    }

    /// Judges one evidence.
    #[must_use]
    pub fn audit(&self, evidence: &Evidence) -> Audit {
        let day = jiff::tz::TimeZone::UTC.to_datetime(evidence.taken_at).date();
        let context = Context {
            as_of: self.as_of.unwrap_or(AsOf(day)),
            home: self.home.unwrap_or_else(|| home_of(evidence, self.kb)),
        };
        let found = attribute(evidence, self.kb, &context);
        let reach = assess(evidence, &found, self.kb, &context);
        Audit { context, found, reach }
    }
}

/// The country of a two-letter top-level domain; `.uk` is GB, `.eu` the EEA, and parts of France and Finland with a
/// domain of their own are France and Finland.
fn home_of(evidence: &Evidence, kb: &Knowledge) -> Home {
    let Some(name) = evidence.target.name() else { return Home::None };
    let of = |code: &str| code.parse().map_or(Home::None, |c| Home::Country(c, HomeOrigin::Tld));
    match name.tld() {
        "uk" => of("GB"),
        "re" | "gp" | "mq" | "gf" | "yt" | "mf" => of("FR"),
        "ax" => of("FI"),
        "eu" => Home::Eea,
        tld => match tld.parse::<CountryCode>() {
            Ok(code) if kb.kb().jurisdictions.get(&code).is_some_and(|j| !j.law_only) => {
                Home::Country(code, HomeOrigin::Tld)
            }
            _ => Home::None,
        },
    }
}
