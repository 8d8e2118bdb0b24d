//! The shape of the knowledge base. One set of types serves the TOML files under `data/kb` and the compact form that
//! `build.rs` embeds; unknown keys are refused. How a file is written: `data/README.md`.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize};

use super::part::Part;
use crate::model::{CountryCode, EntityId, LawId, OperatorId, SourceId};

macro_rules! span {
    ($($name:ident),*) => {$(
        impl $name {
            /// The stretch of time the row is about.
            #[must_use]
            pub fn span(&self) -> Interval {
                Interval {
                    from: self.from,
                    from_precision: self.from_precision,
                    to: self.to,
                    to_precision: self.to_precision,
                }
            }
        }
    )*};
}

// By path, as `build.rs` reads this file by path as well.
#[path = "schema/edges.rs"]
mod edges;
#[path = "schema/entities.rs"]
mod entities;
#[path = "schema/jurisdictions.rs"]
mod jurisdictions;
#[path = "schema/laws.rs"]
mod laws;
#[path = "schema/operators.rs"]
mod operators;
#[path = "schema/papers.rs"]
mod papers;

pub use edges::{Control, Deal, DealState, Edge, EdgeKind, FromBasis};
pub use entities::{Entity, Establishment, Incorporation, OwnersUnknown, Planned, Top, TopKind};
pub use jurisdictions::{Adequacy, Agreement, Jurisdiction, Litigation, Membership};
pub use laws::{Bind, BindNexus, DataClass, Effect, Fit, Law, LawKind, LawState, LawStatus, ServiceKind};
pub use operators::{
    Basis, Geo, Header, MxLayer, Networks, Operator, OperatorKind, Order, OrderNote, RegionRule, Run, RunsOn,
    RunsOnLayer, SUFFIX_KINDS, SignalList, SuffixLayer,
};
pub use papers::{Authority, Ceilings, Certification, Criterion, CriterionEvidence, CriterionFact, Framework};

/// A text in the languages of the reports. A file may write a plain string: then it is English, French is empty, and a
/// French screen leaves it out. Where both are needed, the checks say so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Text {
    /// English.
    pub en: String,
    /// French.
    pub fr: String,
}

/// Everything recorded. Built by `compile`, read through `Knowledge`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Kb {
    /// What this release is.
    pub release: Release,
    /// Sources by id.
    pub sources: BTreeMap<SourceId, Part<Source>>,
    /// Jurisdictions by code.
    pub jurisdictions: BTreeMap<CountryCode, Part<Jurisdiction>>,
    /// Executive agreements between jurisdictions.
    pub agreements: Vec<Agreement>,
    /// Laws by id.
    pub laws: BTreeMap<LawId, Part<Law>>,
    /// The service matrix.
    pub services: Vec<ServiceKind>,
    /// Legal persons by id.
    pub entities: BTreeMap<EntityId, Part<Entity>>,
    /// Ownership and links.
    pub edges: Vec<Edge>,
    /// Announced, prohibited and other deals: notes, never control.
    pub deals: Vec<Deal>,
    /// Operators by id. Boxed: they are large, and the nodes of the map are half empty.
    pub operators: BTreeMap<OperatorId, Part<Operator>>,
    /// Their networks, computed from them.
    pub networks: Networks,
    /// Suffix pairs where two operators meet.
    pub orders: Vec<Order>,
    /// Meetings that no suffix rule decides.
    pub order_notes: Vec<OrderNote>,
    /// Region tokens of an operator's names, and the country each lies in.
    pub regions: BTreeMap<OperatorId, BTreeMap<String, String>>,
    /// Certifications of offers.
    pub certifications: Vec<Certification>,
    /// Judgments, opinions, hearings.
    pub authorities: Vec<Authority>,
    /// Frameworks by id.
    pub frameworks: BTreeMap<String, Part<Framework>>,
    /// Entries that did not come from the release: `kind/id` and the file they came from.
    pub added: BTreeMap<String, String>,
}

/// What a release is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Release {
    /// Number, such as `2026.11.1`.
    pub release: String,
    /// Day it was made.
    pub released: Option<Date>,
    /// Day from which it is called old.
    pub review_by: Option<Date>,
}

/// Where a fact was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Title.
    pub title: String,
    /// Title on a French screen, for a source that has no title of its own.
    #[serde(default)]
    pub title_fr: Option<String>,
    /// Address; only general knowledge has none.
    #[serde(default)]
    pub url: Option<String>,
    /// 1 official, 2 the company itself, 3 press or law firm, 4 general knowledge.
    pub tier: u8,
    /// Day it was read.
    pub seen: Date,
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Both {
            en: String,
            fr: String,
        }
        struct Either;
        impl<'de> serde::de::Visitor<'de> for Either {
            type Value = Text;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("{ en = \"...\", fr = \"...\" }")
            }
            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text { en: text.to_owned(), fr: String::new() })
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Text, A::Error> {
                let Both { en, fr } = Both::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(Text { en, fr })
            }
        }
        if deserializer.is_human_readable() {
            return deserializer.deserialize_any(Either);
        }
        let Both { en, fr } = Both::deserialize(deserializer)?;
        Ok(Self { en, fr })
    }
}

/// In TOML one value may stand for a list of one; the compact form always holds a list.
fn one_or_many<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany<T> {
        Many(Vec<T>),
        One(T),
    }
    if !deserializer.is_human_readable() {
        return Vec::deserialize(deserializer);
    }
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::Many(list) => list,
        OneOrMany::One(item) => vec![item],
    })
}
