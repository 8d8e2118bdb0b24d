//! Puts a report together from evidence, judgement and knowledge base.

use std::collections::{BTreeMap, BTreeSet};

use super::service::Builder;
use super::{
    AUDIT_SCHEMA, CountReport, FailureReport, HeadlineReport, HomeOriginId, HomeReport, JudgedWith, JurisdictionReport,
    NoteReport, PlaceCount, SourceReport, StateId, TableReport, TargetReport, VantageReport, alternatives, fact, law,
    page, transfer, used::Used,
};
use crate::assess::{Headline, PlaceLabel};
use crate::attribute::{Context, Home, HomeOrigin};
use crate::audit::Audit;
use crate::evidence::{Capture, Evidence, Sources, Status};
use crate::kb::Knowledge;
use crate::model::{CountryCode, SourceId, Target};
use crate::safe::Untrusted;

/// What a report is not, and how to have it corrected.
pub(super) const DISCLAIMER: &str = "A description of what could be observed on the date shown and what the data release records. Not legal advice, not \
     an audit of contracts, encryption or internal access, and not a finding that any authority has sought or obtained \
     data. Grades describe legal connections, not likelihood. To ask for a correction: README, section Corrections.";

pub(super) fn target(evidence: &Evidence, audit: &Audit, kb: &Knowledge, with_alternatives: bool) -> TargetReport {
    let mut builder = Builder::new(kb, &audit.context);
    let services: Vec<_> = audit
        .found
        .services
        .iter()
        .enumerate()
        .map(|(index, service)| builder.service(service, audit.reach.services.get(index)))
        .collect();
    let notes = audit
        .found
        .notes
        .iter()
        .map(|note| NoteReport {
            kind: note.kind.into(),
            subject: Untrusted::new(&note.subject),
            because: builder.refs(&note.because),
        })
        .collect();
    let serves: Vec<_> = audit
        .reach
        .serves
        .iter()
        .filter_map(|id| kb.kb().laws.get(id).map(|l| law::brief(id, l, audit.context.as_of)))
        .collect();
    for law in &serves {
        builder.mention(law.jurisdiction);
        builder.cite(&law.sources);
    }
    let home = home(evidence, &audit.context, kb);
    if let Some(country) = home.country {
        builder.mention(country);
    }
    let headline = headline(&audit.reach.headline);
    for count in &headline.by_country {
        builder.mention(count.country);
    }
    let adequacy = transfer::of(&mut builder, &home, &services, kb, audit.context.as_of);
    let alternatives = with_alternatives.then(|| alternatives::of(&mut builder, audit, &services, kb));
    let used = builder.used();
    let name = evidence.target.name();
    TargetReport {
        schema: AUDIT_SCHEMA,
        target: evidence.target.to_string(),
        unicode: name.map(|n| n.to_unicode()).filter(|u| name.is_some_and(|n| n.as_str() != u)).map(Untrusted::new),
        taken_at: evidence.taken_at,
        as_of: audit.context.as_of.0,
        vantage: vantage(evidence),
        home,
        judged_with: judged_with(&evidence.sources, kb, &used),
        measured: is_measured(evidence),
        headline,
        services,
        named_at: evidence.named_at.iter().map(page::named_at).collect(),
        pages: page::pages(evidence),
        certificate: page::certificate(evidence),
        notes,
        serves,
        adequacy,
        alternatives,
        failures: failures(evidence),
        facts: fact::all(evidence, &builder.pointers),
        jurisdictions: jurisdictions(kb, &builder.countries),
        sources: std::mem::take(&mut builder.sources),
        disclaimer: DISCLAIMER,
    }
}

/// At least one question was answered, or a browser's recording was read, or the question was about an address or a
/// region, which needs no answer.
pub(super) fn is_measured(evidence: &Evidence) -> bool {
    matches!(evidence.target, Target::Ip(_) | Target::Region { .. })
        || evidence.pages.found().is_some_and(|pages| pages.iter().any(|page| page.by != Capture::Fetch))
        || evidence.answers.iter().any(|a| matches!(a.status, Status::Ok | Status::Nodata | Status::Nxdomain))
}

fn vantage(evidence: &Evidence) -> VantageReport {
    let vantage = &evidence.vantage;
    VantageReport {
        country: vantage.country,
        asn: vantage.asn,
        resolvers: vantage.resolvers.clone(),
        chosen_by: Untrusted::new(&vantage.chosen_by),
        recording: vantage.recording.as_ref().map(|r| Untrusted::new(&r.name)),
        recording_sha256: vantage.recording.as_ref().map(|r| r.sha256.clone()),
        connect_to: vantage.connect_to.clone(),
        proxy: vantage.proxy.as_ref().map(Untrusted::new),
        allow_private: vantage.allow_private,
    }
}

pub(super) fn home(evidence: &Evidence, context: &Context, kb: &Knowledge) -> HomeReport {
    // `.eu` stands for the EEA as such.
    let is_eu = evidence.target.name().is_some_and(|name| name.tld() == "eu");
    match context.home {
        Home::None => HomeReport { country: None, group: None, origin: HomeOriginId::None },
        Home::Eea => HomeReport {
            country: None,
            group: Some("EEA".into()),
            origin: if is_eu { HomeOriginId::Tld } else { HomeOriginId::Given },
        },
        Home::Country(country, origin) => {
            let is_member = kb.in_group(country, "EEA", context.as_of);
            HomeReport {
                country: Some(country),
                group: Some(if is_member { "EEA".into() } else { country.to_string() }),
                origin: match origin {
                    HomeOrigin::Given => HomeOriginId::Given,
                    HomeOrigin::Tld => HomeOriginId::Tld,
                },
            }
        }
    }
}

pub(super) fn judged_with(sources: &Sources, kb: &Knowledge, used: &Used) -> JudgedWith {
    let release = &kb.kb().release;
    JudgedWith {
        release: release.release.clone(),
        released: release.released,
        review_by: release.review_by,
        added: used.added(kb),
        observed_with: Untrusted::new(&sources.tool),
        tables: sources
            .ip_tables
            .iter()
            .map(|table| TableReport {
                id: Untrusted::new(&table.id),
                kind: Untrusted::new(&table.kind),
                date: Untrusted::new(&table.date),
                sha256: table.sha256.clone(),
            })
            .collect(),
        suffix_list: Untrusted::new(&sources.suffix_list),
    }
}

fn headline(headline: &Headline) -> HeadlineReport {
    HeadlineReport {
        total: headline.total,
        by_country: headline
            .by_country
            .iter()
            .map(|c| CountReport {
                country: c.country,
                services: c.services,
                sees_data: c.sees_data,
                can_interrupt: c.can_interrupt,
            })
            .collect(),
        undetermined: headline.undetermined,
        contested_or_unchecked: headline.contested_or_unchecked,
        places: headline
            .places
            .iter()
            .map(|(label, services)| match label {
                PlaceLabel::Countries(list) => {
                    PlaceCount { countries: list.clone(), anycast: false, services: *services }
                }
                PlaceLabel::Anycast => PlaceCount { countries: Vec::new(), anycast: true, services: *services },
            })
            .collect(),
    }
}

/// Failed questions by resolver and status. A question nobody answered names no resolver: every one was asked.
fn failures(evidence: &Evidence) -> Vec<FailureReport> {
    let mut counts: BTreeMap<(String, Status), usize> = BTreeMap::new();
    for answer in &evidence.answers {
        if matches!(answer.status, Status::Ok | Status::Nodata | Status::Nxdomain) {
            continue;
        }
        let asked = if answer.upstream.is_empty() && !evidence.vantage.resolvers.is_empty() {
            evidence.vantage.resolvers.clone()
        } else {
            vec![answer.upstream.clone()]
        };
        for resolver in asked {
            *counts.entry((resolver, answer.status)).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .map(|((resolver, status), questions)| FailureReport { resolver, status: status.into(), questions })
        .collect()
}

pub(super) fn jurisdictions(
    kb: &Knowledge,
    countries: &BTreeSet<CountryCode>,
) -> BTreeMap<CountryCode, JurisdictionReport> {
    countries
        .iter()
        .filter_map(|code| {
            let j = kb.kb().jurisdictions.get(code)?;
            Some((
                *code,
                JurisdictionReport { name: (&j.name).into(), adjective: j.adjective.as_ref().map(Into::into) },
            ))
        })
        .collect()
}

/// Adds sources to the list of those that are cited.
pub(super) fn cite<'a>(
    kb: &Knowledge,
    ids: impl IntoIterator<Item = &'a SourceId>,
    into: &mut BTreeMap<SourceId, SourceReport>,
) {
    for id in ids {
        if let Some(source) = kb.kb().sources.get(id) {
            into.entry(id.clone()).or_insert_with(|| SourceReport {
                title: Untrusted::new(&source.title),
                title_fr: source.title_fr.as_ref().map(Untrusted::new),
                url: source.url.as_ref().map(Untrusted::new),
                tier: source.tier,
                seen: source.seen,
            });
        }
    }
}

impl From<crate::attribute::State> for StateId {
    fn from(state: crate::attribute::State) -> Self {
        use crate::attribute::State;
        match state {
            State::Found => Self::Found,
            State::NotDetermined(_) => Self::NotDetermined,
            State::Absent(_) => Self::Absent,
            State::NotAsked => Self::NotAsked,
        }
    }
}
