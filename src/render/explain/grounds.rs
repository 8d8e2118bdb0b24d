//! What the law provides: one sentence for each ground and kind of law, never fused with what was seen or recorded.

use std::collections::BTreeMap;

use super::Explainer;
use super::steps::Step;
use crate::render::cells;
use crate::report::{
    CertaintyId, ExposureReport, GradeId, LawKindId, LawReport, LayerReport, MarkId, NexusReport, ReachId,
};
use crate::safe::Untrusted;
use crate::text::{Arg, Family, Key, Lang};

impl<'a> Explainer<'a> {
    /// Laws that apply, those of one ground and kind in one sentence.
    pub(super) fn law(&mut self, layer: &'a LayerReport) -> Vec<Step> {
        let mut order: Vec<(usize, ReachId, LawKindId, CertaintyId)> = Vec::new();
        let mut groups: BTreeMap<(usize, ReachId, LawKindId, CertaintyId), Vec<&ExposureReport>> = BTreeMap::new();
        for exposure in &layer.exposures {
            let key = (exposure.nexus, exposure.reach, exposure.law.kind, exposure.certainty);
            if !order.contains(&key) {
                order.push(key);
            }
            groups.entry(key).or_default().push(exposure);
        }
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
        let holds = t.member(Family::Holds, self.service.role.id());
        let demand = t.fill_member(Family::Demand, first.law.kind.id(), &[("holds", holds.into())]);
        let grade = if ground.via_fund { "fund" } else { ground.grade.id() };
        let mut cites: Vec<String> = group.iter().map(|e| e.law.cite.for_terminal()).collect();
        cites.dedup();
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
                ("cite", cites.join("; ").into()),
            ],
        );
        if first.reach == ReachId::Unchecked {
            text = format!("{text} [{}]", t.get(Key::ExplainNotChecked));
        }
        let under = group
            .iter()
            .flat_map(|exposure| {
                let sources = self.cite(&exposure.law.sources);
                self.status(exposure, &sources)
            })
            .collect();
        Step { text, under, weight: u8::MAX }
    }

    /// `law us-cloud-act: in force since 2018-03-23 [S3]`, and what is special about its state.
    fn status(&self, exposure: &ExposureReport, sources: &str) -> Vec<String> {
        let t = self.t;
        let law = &exposure.law;
        if !exposure.in_transition && !exposure.past_review {
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
        let mut out = vec![format!("{id} · {text} {sources}").trim_end().to_owned()];
        if let Some(status) = &law.status {
            if let (true, Some(to)) = (exposure.in_transition, status.to) {
                let date = t.date_within(to, status.to_precision.into());
                out.push(t.fill(Key::ExplainUntil, &[("date", date.into())]));
            }
            // Remarks of the data are in English only.
            if let (Some(note), Lang::En) = (&status.note, t.lang()) {
                out.push(note.for_terminal());
            }
            if let (true, Some(review)) = (exposure.past_review, status.review_by) {
                let args = [("law", title.into()), ("date", t.date(review).into())];
                out.push(t.fill(Key::FootPastReview, &args));
            }
        }
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
        if layer.mark == MarkId::Home && !layer.nexus.iter().any(|n| self.is_outside(layer, n)) {
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

    /// A link of a home row that leads out of the home group has no code; it is looked for among linked grades.
    fn is_outside(&self, layer: &LayerReport, nexus: &NexusReport) -> bool {
        match layer.codes.iter().find(|c| c.country == nexus.country) {
            Some(code) => code.outside,
            None => true,
        }
    }

    /// Links: dependencies, not findings of access.
    pub(super) fn links(&self, layer: &LayerReport) -> Vec<String> {
        let t = self.t;
        let mut out: Vec<String> = Vec::new();
        for nexus in layer.nexus.iter().filter(|n| n.grade == GradeId::Linked) {
            let text = t.fill_member(
                Family::Legal,
                "linked",
                &[
                    ("company", self.operator(layer).into()),
                    ("country", t.in_sentence(&self.country(nexus.country)).into()),
                    ("via", self.via(nexus).into()),
                ],
            );
            if !out.contains(&text) {
                out.push(text);
            }
        }
        out
    }

    fn via(&self, nexus: &NexusReport) -> String {
        let kind = self.t.member(Family::Via, nexus.via.id());
        match nexus.path.last().filter(|_| nexus.path.len() > 1) {
            Some(step) => format!("{kind}, {}", step.company.name.for_terminal()),
            None => kind.to_owned(),
        }
    }

    /// The company that runs the service, else the operator's name.
    fn operator(&self, layer: &LayerReport) -> String {
        match (&layer.company, &layer.unlisted) {
            (Some(company), _) => company.name.for_terminal(),
            (None, Some(name)) => name.for_terminal(),
            (None, None) => layer.operator_name.as_ref().map(Untrusted::for_terminal).unwrap_or_default(),
        }
    }

    fn owner_of(&self, ground: &NexusReport) -> String {
        ground.path.last().map(|step| step.company.name.for_terminal()).unwrap_or_default()
    }
}
