//! Adequacy decisions about the jurisdictions that reach an operator from outside the EEA: a line each, and what such a
//! decision does not say.

use super::Explainer;
use crate::model::CountryCode;
use crate::render::cells;
use crate::report::{AdequacyReport, LayerReport, ReachId};
use crate::text::Key;

impl Explainer<'_> {
    /// One line a jurisdiction and decision; none where home is not in the EEA.
    pub(super) fn transfers(&mut self, layer: &LayerReport) -> Vec<String> {
        let t = self.t;
        let Some(known) = &self.report.adequacy else { return Vec::new() };
        let mut out = Vec::new();
        for code in layer.codes.iter().filter(|c| c.outside && c.reach == ReachId::Reached) {
            let decisions = known.get(&code.country).map_or(&[][..], Vec::as_slice);
            if decisions.is_empty() {
                let args = [("country", self.country(code.country).into()), ("date", t.date(self.report.as_of).into())];
                out.push(t.fill(Key::TransferNone, &args));
            }
            out.extend(decisions.iter().map(|decision| self.decision(code.country, decision)));
        }
        if !out.is_empty() {
            out.push(t.get(Key::TransferNotAccess).to_owned());
        }
        out
    }

    fn decision(&mut self, country: CountryCode, decision: &AdequacyReport) -> String {
        let t = self.t;
        let span = match (decision.from, decision.to) {
            (Some(from), Some(to)) => {
                // The last day; a court ends a decision on the day itself.
                let to = if decision.void { to } else { to.yesterday().unwrap_or(to) };
                t.fill(Key::TransferBetween, &[("from", t.date(from).into()), ("to", t.date(to).into())])
            }
            (Some(from), None) => {
                let date = t.since(from, decision.from_precision.into());
                t.fill(Key::TransferSince, &[("date", date.into())])
            }
            (None, _) => String::new(),
        };
        let mut args = vec![
            ("country", self.country(country).into()),
            ("scope", cells::localised_if(t, &decision.scope).unwrap_or_default().into()),
            ("span", span.into()),
        ];
        let key = match (&decision.decision, decision.void) {
            (None, _) => Key::TransferDecision,
            (Some(_), false) => Key::TransferNumber,
            (Some(_), true) => Key::TransferVoid,
        };
        if let Some(number) = &decision.decision {
            args.push(("number", cells::cite(t, number).into()));
        }
        let mut parts = vec![t.fill(key, &args)];
        if decision.partial {
            parts.push(t.get(Key::TransferPartial).to_owned());
        }
        for case in &decision.litigation {
            let args = [
                ("case", case.case.for_terminal().into()),
                ("court", cells::localised_if(t, &case.court).unwrap_or_default().into()),
                ("date", t.date(case.date).into()),
                ("outcome", cells::localised_if(t, &case.outcome).unwrap_or_default().into()),
            ];
            parts.push(t.fill(Key::TransferCase, &args));
        }
        parts.push(self.cite(&decision.sources));
        parts.join(" ").trim_end().to_owned()
    }
}
