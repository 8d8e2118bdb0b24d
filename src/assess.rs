//! Operators -> nexus per jurisdiction -> laws per service, and the marks of the screen.

mod alternatives;
mod headline;
mod reach;

pub use alternatives::{Alternative, alternatives, kinds_for};

use crate::attribute::{Attribution, Context};
use crate::evidence::{Evidence, Ref};
use crate::kb::{Knowledge, Nexus, Owners};
use crate::model::{Certainty, Confidence, CountryCode, Grade, LawId, Mark, NonEmpty};

/// Assessment of every service, in the order of `Attribution::services`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// One entry a service.
    pub services: Vec<ServiceReach>,
    /// The first screen's numbers.
    pub headline: Headline,
    /// Laws that bind whoever offers services in a jurisdiction: a note a report.
    pub serves: Vec<LawId>,
}

/// Reach of a service: the union of its layers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceReach {
    /// One entry a layer.
    pub layers: Vec<LayerReach>,
    /// Mark of the service as a whole: the gravest of its layers (`!` > `?` > `~` > `=`).
    pub mark: Mark,
}

/// Reach of one operator of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerReach {
    /// Every connection, closest first.
    pub nexus: Vec<Nexus>,
    /// Whether owners are known to the top; `None` for an operator that is not in the data.
    pub owners: Option<Owners>,
    /// Codes of the LAW cell: reached, then may-reach, then unchecked; outside home first, each by grade, then code.
    pub codes: Vec<Code>,
    /// The sign.
    pub mark: Mark,
    /// Lowest confidence among reached codes; if none, of the operator.
    pub sure: Confidence,
    /// Laws that apply.
    pub exposures: Vec<Exposure>,
    /// The date falls in a window within which a change is only known to lie.
    pub boundary: bool,
    /// Indices into `Kb::deals`.
    pub deals: Vec<usize>,
}

impl LayerReach {
    /// Whether the operator is in the data and its owners are known to the top.
    #[must_use]
    pub fn knows_owners(&self) -> bool {
        matches!(self.owners, Some(Owners::Complete))
    }
}

/// One jurisdiction in a LAW cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code {
    /// The jurisdiction.
    pub country: CountryCode,
    /// How far its law comes.
    pub reach: Reach,
    /// The closest grade.
    pub grade: Grade,
    /// How well that is backed.
    pub confidence: Confidence,
    /// Outside the home group; `false` without a home.
    pub is_outside: bool,
    /// No law of this jurisdiction is mapped: printed with `°`.
    pub is_unmapped: bool,
}

/// How far a jurisdiction comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// direct, controlled, located at confidence 2 and more.
    Reached,
    /// presence, fund or joint control at confidence 2 and more.
    MayReach,
    /// Anything at confidence 1.
    Unchecked,
}

/// A law that applies to a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    /// The law.
    pub law: LawId,
    /// Index into `LayerReach::nexus`: the ground.
    pub nexus: usize,
    /// `reaches` or `may reach`.
    pub reach: Reach,
    /// How settled.
    pub certainty: Certainty,
    /// How well backed.
    pub confidence: Confidence,
    /// Law in a transition, to be printed with its dated status.
    pub in_transition: bool,
    /// The law's state has to be looked up again since this date passed (on the evidence date).
    pub past_review: bool,
    /// Facts.
    pub because: NonEmpty<Ref>,
}

/// Numbers of the first screen (cli.md, section 0: N and x).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headline {
    /// Counted services found or not determined.
    pub total: usize,
    /// Outside the home group (or all, without a home): services each jurisdiction reaches, most first, then code.
    pub by_country: Vec<CountryCount>,
    /// Not determined.
    pub undetermined: usize,
    /// More services that are contested or unchecked (mark `~` or `?` with an operator).
    pub contested_or_unchecked: usize,
    /// Services by place: country (probable only) and anycast.
    pub places: Vec<(PlaceLabel, usize)>,
}

/// Services one jurisdiction reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountryCount {
    /// The jurisdiction.
    pub country: CountryCode,
    /// All.
    pub services: usize,
    /// Of these, services that see data.
    pub sees_data: usize,
    /// Of these, services that can interrupt.
    pub can_interrupt: usize,
}

/// A label of the line about places.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlaceLabel {
    /// One or several countries.
    Countries(Vec<CountryCode>),
    /// Anycast.
    Anycast,
}

/// Judges an attribution.
#[must_use]
pub fn assess(evidence: &Evidence, found: &Attribution, kb: &Knowledge, context: &Context) -> Assessment {
    let day = jiff::tz::TimeZone::UTC.to_datetime(evidence.taken_at).date();
    let bench = reach::Bench { kb, context, day };
    let services: Vec<ServiceReach> = found.services.iter().map(|service| bench.service(service)).collect();
    let headline = headline::count(&found.services, &services, context);
    let counts = |law: &LawId| kb.law_status(law, context.as_of).is_some_and(|status| status.state.counts());
    let serves = kb.kb().laws.iter().filter(|(id, law)| law.serves && counts(id)).map(|(id, _)| id.clone()).collect();
    Assessment { services, headline, serves }
}
