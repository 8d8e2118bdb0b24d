//! Adequacy decisions of the Commission about jurisdictions that reach a service from outside the EEA. They answer
//! whether personal data may be transferred there without more, never whether access is possible.

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use super::service::Builder;
use super::{HomeReport, PrecisionId, ReachId, ServiceReport, TextReport};
use crate::kb::Knowledge;
use crate::kb::schema::Adequacy;
use crate::model::{AsOf, CountryCode, SourceId};
use crate::safe::Untrusted;

/// A decision in force on the date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AdequacyReport {
    /// Its number; none where it is not known.
    pub decision: Option<Untrusted>,
    /// What it covers.
    pub scope: TextReport,
    /// It covers only that part of the country.
    pub partial: bool,
    /// First day.
    #[schemars(with = "Option<String>")]
    pub from: Option<Date>,
    /// How exactly it is known.
    pub from_precision: PrecisionId,
    /// First day after.
    #[schemars(with = "Option<String>")]
    pub to: Option<Date>,
    /// A court ended it.
    pub void: bool,
    /// Cases about it that were known on the date, and the one that ended it.
    pub litigation: Vec<LitigationReport>,
    /// Sources.
    #[schemars(with = "Vec<String>")]
    pub sources: Vec<SourceId>,
}

/// A case about a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LitigationReport {
    /// Number of the case.
    pub case: Untrusted,
    /// Court.
    pub court: TextReport,
    /// Day of the last step.
    #[schemars(with = "String")]
    pub date: Date,
    /// Last step.
    pub outcome: TextReport,
}

/// Decisions about every jurisdiction that reaches a service from outside, where home is in the EEA; a jurisdiction
/// without one has an empty list.
pub(super) fn of(
    builder: &mut Builder<'_>,
    home: &HomeReport,
    services: &[ServiceReport],
    kb: &Knowledge,
    as_of: AsOf,
) -> Option<BTreeMap<CountryCode, Vec<AdequacyReport>>> {
    if home.group.as_deref() != Some("EEA") {
        return None;
    }
    let codes = services.iter().flat_map(|s| &s.layers).flat_map(|l| &l.codes);
    let reached = codes.filter(|code| code.outside && code.reach == ReachId::Reached).map(|code| code.country);
    let mut out = BTreeMap::new();
    for country in reached {
        out.entry(country).or_insert_with(|| {
            let decisions: Vec<AdequacyReport> =
                kb.adequacy(country, as_of).into_iter().map(|decision| report(decision, as_of)).collect();
            for decision in &decisions {
                builder.cite(&decision.sources);
            }
            decisions
        });
    }
    Some(out)
}

fn report(decision: &Adequacy, as_of: AsOf) -> AdequacyReport {
    let ends = |date: Date| decision.to == Some(date);
    AdequacyReport {
        decision: Some(Untrusted::new(&decision.decision)).filter(|number| !number.is_empty()),
        scope: (&decision.scope).into(),
        partial: decision.partial,
        from: decision.from,
        from_precision: decision.from_precision.into(),
        to: decision.to,
        void: decision.litigation.iter().any(|case| ends(case.date)),
        litigation: decision
            .litigation
            .iter()
            // What came later is not told on an earlier date, save that the decision was void from the beginning.
            .filter(|case| case.date <= as_of.0 || ends(case.date))
            .map(|case| LitigationReport {
                case: Untrusted::new(&case.case),
                court: (&case.court).into(),
                date: case.date,
                outcome: (&case.outcome).into(),
            })
            .collect(),
        sources: decision.sources.clone(),
    }
}
