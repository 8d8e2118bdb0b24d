//! One operator of one service: which jurisdictions reach it, on which ground, and which laws follow.

use std::cmp::Reverse;

use jiff::civil::Date;

use super::{Code, Exposure, LayerReach, Reach, ServiceReach};
use crate::attribute::{Context, Home, Layer, Place, Service};
use crate::evidence::Ref;
use crate::kb::schema::{Effect, Fit, Law, LawState, ServiceKind};
use crate::kb::{Knowledge, Nexus, Owners, Step, Via};
use crate::model::{Certainty, Confidence, CountryCode, Grade, LawId, Mark, NonEmpty, Role};

/// What a judgement needs.
pub(super) struct Bench<'a> {
    pub(super) kb: &'a Knowledge,
    pub(super) context: &'a Context,
    /// Day of the evidence: decides whether a law's state had to be looked up again.
    pub(super) day: Date,
}

impl Bench<'_> {
    pub(super) fn service(&self, service: &Service) -> ServiceReach {
        let layers: Vec<LayerReach> = service.layers.iter().map(|layer| self.layer(service.role, layer)).collect();
        let mark = layers.iter().map(|layer| layer.mark).min_by_key(|mark| gravity(*mark)).unwrap_or(Mark::Unknown);
        ServiceReach { layers, mark }
    }

    pub(super) fn layer(&self, role: Role, layer: &Layer) -> LayerReach {
        let walk = layer.entity.as_ref().map(|entity| self.kb.walk(entity, self.context.as_of));
        let mut nexus: Vec<Nexus> = walk.as_ref().map(|w| w.nexus.clone()).unwrap_or_default();
        nexus.extend(located(layer));
        nexus.extend(inferred(layer));
        for one in &mut nexus {
            one.confidence = one.confidence.min(layer.confidence);
        }
        nexus.sort_by(|a, b| {
            (Reverse(a.grade), law_first(a.jurisdiction)).cmp(&(Reverse(b.grade), law_first(b.jurisdiction)))
        });
        let owners = walk.as_ref().map(|w| w.owners.clone());
        let codes = self.codes(&nexus);
        // A guess at the operator is no operator.
        let is_known = matches!(owners, Some(Owners::Complete)) && layer.confidence > Confidence::Weak;
        let mark = self.mark(&codes, is_known);
        let reached = codes.iter().filter(|code| code.reach == Reach::Reached);
        let sure = reached.map(|code| code.confidence).min().unwrap_or(layer.confidence);
        let exposures = self.exposures(role, layer, &nexus);
        LayerReach {
            exposures,
            boundary: walk.as_ref().is_some_and(|w| w.boundary),
            deals: walk.map(|w| w.deals).unwrap_or_default(),
            nexus,
            owners,
            codes,
            mark,
            sure,
        }
    }

    /// The home group is the EEA when home is in it on the date, else home alone.
    fn is_outside(&self, country: CountryCode) -> bool {
        let eea = |code| self.kb.in_group(code, "EEA", self.context.as_of);
        match self.context.home {
            Home::None => false,
            Home::Eea => !eea(country),
            Home::Country(home, _) if eea(home) => !eea(country),
            Home::Country(home, _) => home != country,
        }
    }

    fn codes(&self, nexus: &[Nexus]) -> Vec<Code> {
        let mut codes: Vec<Code> = Vec::new();
        for one in nexus {
            let Some(reach) = reach_of(one) else { continue };
            let code = Code {
                country: one.jurisdiction,
                reach,
                grade: one.grade,
                confidence: one.confidence,
                is_outside: self.is_outside(one.jurisdiction),
                is_unmapped: !self.has_law(one.jurisdiction),
            };
            match codes.iter_mut().find(|known| known.country == code.country) {
                Some(known) => {
                    let rank = |c: &Code| (c.reach, Reverse(c.grade), Reverse(c.confidence));
                    if rank(&code) < rank(known) {
                        *known = code;
                    }
                }
                None => codes.push(code),
            }
        }
        // A group company inside the home group adds nothing to what the home group's law reaches anyway.
        let has_home = self.context.home != Home::None;
        codes.retain(|c| c.reach == Reach::Reached || c.is_outside || !has_home || c.grade != Grade::Presence);
        codes.sort_by_key(|c| {
            (c.reach != Reach::Reached, !c.is_outside, c.reach, Reverse(c.grade), law_first(c.country))
        });
        codes
    }

    /// Whether any access law of the jurisdiction is in the data.
    fn has_law(&self, country: CountryCode) -> bool {
        self.kb.kb().laws.values().any(|law| law.jurisdiction == country && !law.binds.is_empty())
    }

    fn mark(&self, codes: &[Code], is_known: bool) -> Mark {
        let outside = |reach| codes.iter().any(|c| c.is_outside && c.reach == reach);
        if outside(Reach::Reached) {
            Mark::Reached
        } else if !is_known || outside(Reach::Unchecked) {
            Mark::Unknown
        } else if self.context.home == Home::None {
            Mark::Plain
        } else if outside(Reach::MayReach) {
            Mark::Contested
        } else {
            Mark::Home
        }
    }

    fn exposures(&self, role: Role, layer: &Layer, nexus: &[Nexus]) -> Vec<Exposure> {
        let mut out = Vec::new();
        let Some(kind) = self.service_kind(role, layer) else { return out };
        for (id, law) in &self.kb.kb().laws {
            let best = nexus
                .iter()
                .enumerate()
                .filter(|(_, one)| one.jurisdiction == law.jurisdiction)
                .filter_map(|(index, one)| self.exposure(id, law, kind, layer, index, one))
                .min_by_key(|e| (e.reach, Reverse(e.certainty), Reverse(e.confidence), e.nexus));
            out.extend(best);
        }
        out.sort_by(|a, b| {
            let key = |e: &Exposure| (e.reach, law_first(nexus[e.nexus].jurisdiction), Reverse(e.certainty));
            key(a).cmp(&key(b)).then_with(|| a.law.cmp(&b.law))
        });
        out
    }

    /// A law applies where its state counts, it binds this connecting factor, and the service matrix says that the
    /// operator can be one of those it addresses.
    fn exposure(
        &self,
        id: &LawId,
        law: &Law,
        kind: &ServiceKind,
        layer: &Layer,
        index: usize,
        nexus: &Nexus,
    ) -> Option<Exposure> {
        let status = self.kb.law_status(id, self.context.as_of).filter(|status| status.state.counts())?;
        let fits = law.actors.iter().any(|actor| {
            actor == "any" || kind.actors.get(actor).is_some_and(|fit| matches!(fit, Fit::Yes | Fit::Arguable))
        });
        if !fits {
            return None;
        }
        let (effect, certainty) = effect_of(law, nexus)?;
        let reach = match effect {
            Effect::None => return None,
            Effect::MayReach => reach_of(nexus)?.max(Reach::MayReach),
            Effect::Reaches => reach_of(nexus)?,
        };
        let mut because: Vec<Ref> = layer.because.iter().cloned().collect();
        because.extend(nexus.path.iter().map(|step| self.step_ref(step)));
        because.push(Ref::Kb(format!("law/{id}")));
        Some(Exposure {
            law: id.clone(),
            nexus: index,
            reach,
            certainty: status.state.cap(certainty),
            confidence: nexus.confidence,
            in_transition: status.state == LawState::Transition,
            past_review: status.review_by.is_some_and(|by| by <= self.day),
            because: NonEmpty::from_vec(because)?,
        })
    }

    fn step_ref(&self, step: &Step) -> Ref {
        match step.edge.and_then(|index| self.kb.kb().edges.get(index)) {
            Some(edge) => Ref::Kb(format!("edge/{}/{}", edge.owned, edge.owner)),
            None => Ref::Kb(format!("entity/{}", step.entity)),
        }
    }

    /// The row of the service matrix; an edge's depends on whether it ends TLS.
    fn service_kind(&self, role: Role, layer: &Layer) -> Option<&ServiceKind> {
        let ends_tls =
            layer.operator.as_ref().and_then(|id| self.kb.operator(id)).is_none_or(|operator| operator.terminates_tls);
        let edge = if ends_tls { "cdn-tls" } else { "cdn-notls" };
        let rows = || self.kb.kb().services.iter().filter(|row| row.roles.contains(&role));
        match role {
            Role::Edge => rows().find(|row| row.kind == edge),
            _ => rows().next(),
        }
    }
}

/// `!` is graver than `?`, `?` than `~`, `~` than `=`.
fn gravity(mark: Mark) -> u8 {
    match mark {
        Mark::Reached => 0,
        Mark::Unknown => 1,
        Mark::Contested => 2,
        Mark::Home => 3,
        Mark::Plain => 4,
    }
}

/// Order among equals: US first (the question most readers come with), then by code.
fn law_first(country: CountryCode) -> (bool, CountryCode) {
    (country.as_str() != "US", country)
}

/// REACHED, MAY-REACH or UNCHECKED (knowledge-base.md); `linked` and the unbacked are notes only.
fn reach_of(nexus: &Nexus) -> Option<Reach> {
    let is_claim = matches!(nexus.grade, Grade::Direct | Grade::Controlled | Grade::Located | Grade::Presence);
    match nexus.confidence {
        _ if !is_claim => None,
        Confidence::None => None,
        Confidence::Weak => Some(Reach::Unchecked),
        _ if nexus.grade == Grade::Presence || nexus.via_fund || nexus.joint => Some(Reach::MayReach),
        _ => Some(Reach::Reached),
    }
}

/// What a law does with a nexus. Control through funds or held jointly is contested where the law does not say.
fn effect_of(law: &Law, nexus: &Nexus) -> Option<(Effect, Certainty)> {
    let row = |via_fund| law.binds.iter().find(|bind| bind.is_for(nexus.grade, via_fund));
    if let Some(bind) = row(nexus.via_fund) {
        return Some(if nexus.joint {
            (bind.effect.min(Effect::MayReach), Certainty::Contested)
        } else {
            (bind.effect, bind.certainty)
        });
    }
    let bind = nexus.via_fund.then(|| row(false)).flatten()?;
    Some((bind.effect.min(Effect::MayReach), Certainty::Contested))
}

/// Machines in a country, where something backs the table's word.
fn located(layer: &Layer) -> Vec<Nexus> {
    let Place::In(list) = &layer.place else { return Vec::new() };
    let path: Vec<Step> = layer.entity.iter().map(|e| Step { entity: e.clone(), edge: None }).collect();
    list.iter()
        .filter(|place| place.is_probable)
        .map(|place| nexus(place.country, Grade::Located, Via::Place, Confidence::Probable, path.clone()))
        .collect()
}

/// The country an unlisted network is inferred to belong to.
fn inferred(layer: &Layer) -> Option<Nexus> {
    layer.inferred.map(|country| nexus(country, Grade::Direct, Via::Inferred, Confidence::Weak, Vec::new()))
}

fn nexus(jurisdiction: CountryCode, grade: Grade, via: Via, confidence: Confidence, path: Vec<Step>) -> Nexus {
    Nexus { jurisdiction, grade, path, via, via_fund: false, joint: false, confidence, boundary: false }
}
