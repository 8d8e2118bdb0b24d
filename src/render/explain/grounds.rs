//! What the law provides: one sentence for each ground and kind of law, never fused with what was seen or recorded.

use std::collections::BTreeMap;

use super::Explainer;
use super::steps::Step;
use crate::model::CountryCode;
use crate::render::cells;
use crate::report::{
    CertaintyId, DataClassId, ExposureReport, GradeId, LawKindId, LawReport, LayerReport, MarkId, NexusReport, ReachId,
    ViaId,
};
use crate::safe::Untrusted;
use crate::text::{Arg, Family, Key};

/// A law whose state is printed with its date and what that rests on.
fn is_in_question(exposure: &ExposureReport) -> bool {
    exposure.in_transition || exposure.past_review
}

/// What laws of one sentence share: ground, reach, what is asked, of what data, and how settled that is. A law about
/// records never stands in one sentence with a law about content.
type Together = (usize, ReachId, LawKindId, DataClassId, CertaintyId);

/// Links of one kind: the companies they lead to, none where the company itself has them.
type LinksOfKind = (ViaId, Vec<String>);

impl<'a> Explainer<'a> {
    /// Laws that apply, those that say the same in one sentence.
    pub(super) fn law(&mut self, layer: &'a LayerReport) -> Vec<Step> {
        let mut order: Vec<Together> = Vec::new();
        let mut groups: BTreeMap<Together, Vec<&ExposureReport>> = BTreeMap::new();
        for exposure in &layer.exposures {
            let law = &exposure.law;
            let key = (exposure.nexus, exposure.reach, law.kind, law.data_class, exposure.certainty);
            if !order.contains(&key) {
                order.push(key);
            }
            groups.entry(key).or_default().push(exposure);
        }
        // Country by country as the assessment has them, what is settled first, what is asked for content before the rest.
        let country = |key: &Together| layer.nexus.get(key.0).map(|ground| ground.country);
        let mut countries: Vec<Option<CountryCode>> = order.iter().map(country).collect();
        countries.dedup();
        order.sort_by_key(|key| {
            let (nexus, reach, kind, class, certainty) = *key;
            let place = countries.iter().position(|known| *known == country(key));
            (reach, place, std::cmp::Reverse(certainty), kind, class, nexus)
        });
        let mut out = Vec::new();
        for key in order {
            let (Some(group), Some(ground)) = (groups.get(&key), layer.nexus.get(key.0)) else { continue };
            out.push(self.sentence(layer, ground, group));
        }
        out.extend(self.without_law(layer));
        out
    }

    fn sentence(&mut self, layer: &LayerReport, ground: &NexusReport, group: &[&ExposureReport]) -> Step {
        let t = self.t;
        let Some(first) = group.first() else {
            return Step { text: String::new(), under: Vec::new(), weight: u8::MAX };
        };
        let role = self.service.role.id();
        let holds = match first.law.data_class {
            DataClassId::Content => t.member(Family::Holds, role),
            DataClassId::Records => t.member(Family::HoldsRecords, role),
            DataClassId::Other => t.get(Key::ExplainHoldsNamed),
        };
        let demand = t.fill_member(Family::Demand, first.law.kind.id(), &[("holds", holds.into())]);
        let grade = if ground.via_fund { "fund" } else { ground.grade.id() };
        // Several laws are named in the sentence and cited below it, one alone is cited in it; one whose state is in
        // question as well, as the sources of its state stand apart from its own.
        let is_alone = group.len() == 1 && !is_in_question(first);
        let name = |e: &&ExposureReport| match &e.law.short {
            Some(short) if !is_alone => short.for_terminal(),
            _ => cells::cite(t, &e.law.cite),
        };
        let cites: Vec<String> = group.iter().map(name).collect();
        // In brackets after an owner's name a country stands alone, elsewhere inside a sentence.
        let name = self.country(ground.country);
        let country = if ground.grade == GradeId::Controlled { name } else { t.in_sentence(&name) };
        let id = format!("{grade}-{}", first.certainty.id());
        let mut text = t.fill_member(
            Family::Legal,
            &id,
            &[
                ("company", self.operator(layer).into()),
                ("owner", self.owner_of(ground).into()),
                ("country", country.into()),
                ("demand", demand.into()),
                ("cite", cites.join(", ").into()),
            ],
        );
        if first.reach == ReachId::Unchecked {
            text = format!("{text} [{}]", t.get(Key::ExplainNotChecked));
        }
        let under = group
            .iter()
            .flat_map(|exposure| {
                let state = exposure.law.status.as_ref().filter(|_| is_in_question(exposure));
                let state = state.map_or_else(String::new, |status| self.cite(&status.sources));
                let mut sources = self.cite(&exposure.law.sources);
                if !is_alone {
                    sources = format!("· {} {sources}", cells::cite(t, &exposure.law.cite));
                }
                self.status(exposure, &state, &sources)
            })
            .collect();
        Step { text, under, weight: u8::MAX }
    }

    /// `law us-cloud-act: in force since 2018-03-23 [S3]`, and what is special about its state, with what that rests on.
    fn status(&self, exposure: &ExposureReport, of_state: &str, sources: &str) -> Vec<String> {
        let t = self.t;
        let law = &exposure.law;
        if !is_in_question(exposure) {
            return vec![format!("{} {sources}", self.state(law)).trim_end().to_owned()];
        }
        // A law whose state is in question is printed with its date and the release that says so.
        let id = t.fill(Key::ExplainLaw, &[("law", law.id.as_str().into())]);
        let title = cells::localised(t, &law.title);
        let release = self.report.judged_with.release.as_str();
        let state = law.status.as_ref().map_or("", |s| t.member(Family::LawState, s.state.id()));
        let mut args: Vec<(&str, Arg<'_>)> =
            vec![("law", (&title).into()), ("state", state.into()), ("release", release.into())];
        let from = law.status.as_ref().and_then(|s| s.from.map(|d| t.since(d, s.from_precision.into())));
        let text = match from {
            Some(date) => {
                args.push(("date", date.into()));
                t.fill_member(Family::Legal, "status", &args)
            }
            None => t.fill_member(Family::Legal, "status-undated", &args),
        };
        let mut out = vec![format!("{id} · {text} {of_state}").trim_end().to_owned()];
        if let Some(status) = &law.status {
            if let (true, Some(to)) = (exposure.in_transition, status.to) {
                let date = t.until(to, status.to_precision.into());
                out.push(t.fill(Key::ExplainUntil, &[("date", date.into())]));
            }
            out.extend(status.note.as_ref().and_then(|note| cells::localised_if(t, note)));
            if let (true, Some(review)) = (exposure.past_review, status.review_by) {
                let args = [("law", title.into()), ("date", t.date(review).into())];
                out.push(t.fill(Key::FootPastReview, &args));
            }
        }
        out.push(sources.to_owned());
        out
    }

    fn state(&self, law: &LawReport) -> String {
        let t = self.t;
        let id = ("law", Arg::from(law.id.as_str()));
        let Some(status) = &law.status else {
            return t.fill(Key::ExplainStatusOpen, &[id, ("state", t.member(Family::LawState, "none").into())]);
        };
        let state = ("state", Arg::from(t.member(Family::LawState, status.state.id())));
        match status.from {
            Some(from) => {
                let date = t.since(from, status.from_precision.into());
                t.fill(Key::ExplainStatus, &[id, state, ("date", date.into())])
            }
            None => t.fill(Key::ExplainStatusOpen, &[id, state]),
        }
    }

    /// Jurisdictions without a law to print, operators nothing is known of, and chains that stay at home.
    fn without_law(&self, layer: &LayerReport) -> Vec<Step> {
        let t = self.t;
        let plain = |text| Step { text, under: Vec::new(), weight: u8::MAX };
        let mut out = Vec::new();
        let has_law = |country| layer.exposures.iter().any(|e| e.law.jurisdiction == country);
        for code in layer.codes.iter().filter(|c| c.reach == ReachId::Reached && !has_law(c.country)) {
            let country = t.in_sentence(&self.country(code.country));
            out.push(plain(t.fill(Key::ExplainNoLaw, &[("country", country.into())])));
        }
        if layer.operator.is_none() {
            out.push(plain(t.member(Family::Legal, "unknown").to_owned()));
        }
        if layer.mark == MarkId::Home && !layer.nexus.iter().any(|n| n.outside) {
            let group = match self.report.home.group.as_deref() {
                Some("EEA") => t.get(Key::HeadlineEea),
                Some(code) => code,
                None => return out,
            };
            let outside = t.fill(Key::ExplainOutside, &[("group", group.into())]);
            let release = self.report.judged_with.release.as_str();
            out.push(plain(t.fill_member(
                Family::Legal,
                "none-known",
                &[("country", outside.into()), ("release", release.into())],
            )));
        }
        out
    }

    /// Links in one sentence, by country and kind: dependencies, not findings of access.
    pub(super) fn links(&self, layer: &LayerReport) -> Option<String> {
        let t = self.t;
        let mut countries: Vec<(CountryCode, Vec<LinksOfKind>)> = Vec::new();
        for nexus in layer.nexus.iter().filter(|n| n.grade == GradeId::Linked) {
            let at = position(&mut countries, nexus.country);
            let kinds = &mut countries[at].1;
            let at = position(kinds, nexus.via);
            let company =
                nexus.path.last().filter(|_| nexus.path.len() > 1).map(|s| cells::company_name(t, &s.company.name));
            let companies = &mut kinds[at].1;
            companies.extend(company.filter(|company| !companies.contains(company)));
        }
        if countries.is_empty() {
            return None;
        }
        let kind = |(via, companies): &LinksOfKind| {
            let via = t.member(Family::Via, via.id());
            if companies.is_empty() {
                return via.to_owned();
            }
            t.fill(Key::ExplainLinkKind, &[("via", via.into()), ("companies", companies.join(", ").into())])
        };
        let list: Vec<String> = countries
            .iter()
            .map(|(country, kinds)| {
                let via = kinds.iter().map(kind).collect::<Vec<_>>().join(" · ");
                let country = t.in_sentence(&self.country(*country));
                t.fill(Key::ExplainLink, &[("country", country.into()), ("via", via.into())])
            })
            .collect();
        let args = [
            ("company", self.operator(layer).into()),
            ("count", countries.iter().flat_map(|(_, kinds)| kinds).map(|(_, c)| c.len().max(1)).sum::<usize>().into()),
            ("list", list.join(", ").into()),
        ];
        Some(t.fill_member(Family::Legal, "linked", &args))
    }

    /// The company that runs the service, else the operator's name.
    fn operator(&self, layer: &LayerReport) -> String {
        match (&layer.company, &layer.unlisted) {
            (Some(company), _) => cells::company_name(self.t, &company.name),
            (None, Some(name)) => name.for_terminal(),
            (None, None) => layer.operator_name.as_ref().map(Untrusted::for_terminal).unwrap_or_default(),
        }
    }

    fn owner_of(&self, ground: &NexusReport) -> String {
        ground.path.last().map(|step| cells::company_name(self.t, &step.company.name)).unwrap_or_default()
    }
}

/// Where a key stands in a list that keeps the order of first mention; appended if it is new.
fn position<K: PartialEq, V: Default>(list: &mut Vec<(K, V)>, key: K) -> usize {
    list.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
        list.push((key, V::default()));
        list.len() - 1
    })
}
