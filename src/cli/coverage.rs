//! `data status -v`: how well the operators of the data are backed, when they were last checked, and what is past its
//! review on the day of the question.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use crate::kb::schema::{Operator, OperatorKind};
use crate::kb::{Knowledge, Owners};
use crate::model::{AsOf, Confidence, EntityId, Grade, SourceId};

/// Counts of operators.
#[derive(Debug, Serialize)]
pub(super) struct Coverage {
    /// The day of the question.
    judged_on: Date,
    /// Operators that have not ceased.
    operators: usize,
    /// Operators that have ceased, counted nowhere else.
    defunct: usize,
    /// By what they do; one that does several things counts for each.
    by_kind: BTreeMap<String, usize>,
    /// By the best source of the company that runs them.
    company: BTreeMap<&'static str, usize>,
    /// By the worst link of their chains of owners, each link by its best source.
    chain: BTreeMap<&'static str, usize>,
    /// By the newest day one of their sources was read.
    checked: BTreeMap<&'static str, usize>,
    /// What has to be looked up again.
    past_review: Vec<PastReview>,
}

#[derive(Debug, Serialize)]
struct PastReview {
    /// `release`, or `law/ID`.
    what: String,
    review_by: Date,
}

/// Labels in the order of the screen.
const TIERS: [&str; 4] = ["tier 1", "tier 2", "tier 3", "tier 4"];
const NO_COMPANY: &str = "no company";
const NO_SOURCE: &str = "no source";
const OWNERS_UNKNOWN: &str = "owners unknown";
const AGES: [&str; 4] = ["this month", "this quarter", "older", "never"];

/// Days of a quarter.
const QUARTER: i32 = 92;

pub(super) fn count(kb: &Knowledge, today: Date) -> Coverage {
    let mut out = Coverage {
        judged_on: today,
        operators: 0,
        defunct: 0,
        by_kind: BTreeMap::new(),
        company: BTreeMap::new(),
        chain: BTreeMap::new(),
        checked: BTreeMap::new(),
        past_review: past_review(kb, today),
    };
    for operator in kb.kb().operators.values() {
        if operator.defunct {
            out.defunct += 1;
            continue;
        }
        out.operators += 1;
        for kind in &operator.kinds {
            *out.by_kind.entry(name_of(*kind)).or_default() += 1;
        }
        let company = operator.runs.iter().rfind(|run| run.is_on(today)).map(|run| &run.entity);
        *out.company.entry(company_label(kb, company)).or_default() += 1;
        let (chain, sources) = chain(kb, company, today);
        *out.chain.entry(chain).or_default() += 1;
        *out.checked.entry(age_label(kb, operator, company, &sources, today)).or_default() += 1;
    }
    out
}

/// The kind as the files write it.
fn name_of(kind: OperatorKind) -> String {
    serde_json::to_value(kind).ok().and_then(|v| v.as_str().map(ToOwned::to_owned)).unwrap_or_default()
}

fn tier(kb: &Knowledge, sources: &[SourceId]) -> Option<u8> {
    sources.iter().filter_map(|id| kb.kb().sources.get(id)).map(|source| source.tier).min()
}

fn tier_label(tier: Option<u8>) -> &'static str {
    match tier {
        Some(tier @ 1..=4) => TIERS[usize::from(tier) - 1],
        _ => NO_SOURCE,
    }
}

fn company_label(kb: &Knowledge, company: Option<&EntityId>) -> &'static str {
    match company.and_then(|id| kb.kb().entities.get(id)) {
        Some(entity) => tier_label(tier(kb, &entity.sources)),
        None => NO_COMPANY,
    }
}

/// The worst link of the chains above a company, the top that ends each included, and the sources of all of them.
fn chain(kb: &Knowledge, company: Option<&EntityId>, today: Date) -> (&'static str, Vec<SourceId>) {
    let Some(company) = company else { return (NO_COMPANY, Vec::new()) };
    let walk = kb.walk(company, AsOf(today));
    let mut sources: Vec<SourceId> = Vec::new();
    let mut worst: Option<u8> = Some(1);
    let mut note = |list: &[SourceId]| {
        // A link without a source is worse than any with one.
        worst = match (worst, tier(kb, list)) {
            (Some(known), Some(tier)) => Some(known.max(tier)),
            _ => None,
        };
        sources.extend(list.iter().cloned());
    };
    let controlled = walk.nexus.iter().filter(|n| n.grade == Grade::Controlled);
    for step in controlled.flat_map(|n| &n.path) {
        if let Some(edge) = step.edge.and_then(|index| kb.kb().edges.get(index)) {
            note(&edge.sources);
        }
    }
    let ends = walk.nexus.iter().filter(|n| n.grade >= Grade::Controlled && n.confidence > Confidence::None);
    for end in ends.filter_map(|n| n.path.last()) {
        let tops = kb.kb().entities.get(&end.entity).map(|e| e.top.as_slice()).unwrap_or_default();
        for top in tops.iter().filter(|top| top.span().contains(today)) {
            note(&top.sources);
        }
    }
    match walk.owners {
        Owners::Complete => (tier_label(worst), sources),
        Owners::Unknown { .. } => (OWNERS_UNKNOWN, sources),
    }
}

fn age_label(
    kb: &Knowledge,
    operator: &Operator,
    company: Option<&EntityId>,
    chain: &[SourceId],
    today: Date,
) -> &'static str {
    let own = company.and_then(|id| kb.kb().entities.get(id)).map(|e| e.sources.as_slice()).unwrap_or_default();
    // General knowledge was read nowhere: its day is no check.
    let read = operator.sources.iter().chain(own).chain(chain).filter_map(|id| kb.kb().sources.get(id));
    let last = read.filter(|source| source.tier < 4).map(|source| source.seen).max();
    match last {
        None => AGES[3],
        Some(day) if (day.year(), day.month()) == (today.year(), today.month()) => AGES[0],
        Some(day) if (today - day).get_days() <= QUARTER => AGES[1],
        Some(_) => AGES[2],
    }
}

/// The release, and laws whose state of today had to be looked up again.
fn past_review(kb: &Knowledge, today: Date) -> Vec<PastReview> {
    let release = kb.review_by().map(|day| ("release".to_owned(), day));
    let laws = kb.kb().laws.keys().filter_map(|id| {
        let status = kb.law_status(id, AsOf(today))?;
        Some((format!("law/{id}"), status.review_by?))
    });
    let all = release.into_iter().chain(laws);
    all.filter(|(_, day)| *day <= today).map(|(what, review_by)| PastReview { what, review_by }).collect()
}

impl Coverage {
    /// For people.
    pub(super) fn text(&self) -> String {
        let mut out = format!("\noperators         {} (and {} that have ceased)\n", self.operators, self.defunct);
        let mut section = |title: &str, rows: Vec<(&str, usize)>| {
            out += &format!("  {title}\n");
            for (label, count) in rows {
                out += &format!("    {label:<20}{count:>5}\n");
            }
        };
        section("by kind", self.by_kind.iter().map(|(kind, count)| (kind.as_str(), *count)).collect());
        let ordered = |map: &BTreeMap<&'static str, usize>, order: &[&'static str]| {
            order.iter().map(|label| (*label, map.get(label).copied().unwrap_or(0))).collect::<Vec<_>>()
        };
        let company: Vec<&str> = TIERS.into_iter().chain([NO_SOURCE, NO_COMPANY]).collect();
        section("by best source of the company that runs them", ordered(&self.company, &company));
        let chain: Vec<&str> = TIERS.into_iter().chain([NO_SOURCE, OWNERS_UNKNOWN, NO_COMPANY]).collect();
        section("by worst link of the chain of owners", ordered(&self.chain, &chain));
        section("by last check of any source", ordered(&self.checked, &AGES));
        out += &format!("\npast review on {}\n", self.judged_on);
        if self.past_review.is_empty() {
            out += "  nothing\n";
        }
        for one in &self.past_review {
            out += &format!("  {:<20}due {}\n", one.what, one.review_by);
        }
        out
    }
}
