//! Laws as they stood on a date.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use super::{CertaintyId, DataClassId, GradeId, LAWS_SCHEMA, LawKindId, LawStateId, PrecisionId, TextReport};
use crate::kb::Knowledge;
use crate::kb::schema::{Agreement, BindNexus, Effect, Law, LawStatus};
use crate::model::{AsOf, CountryCode, LawId, SourceId};
use crate::safe::Untrusted;

/// A law, with its state on the date of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LawReport {
    /// Id.
    #[schemars(with = "String")]
    pub id: LawId,
    /// Title.
    pub title: TextReport,
    /// Short name of the BASIS column.
    pub short: Option<Untrusted>,
    /// Whose law.
    #[schemars(with = "String")]
    pub jurisdiction: CountryCode,
    /// What it does.
    pub kind: LawKindId,
    /// What data it is about: `content` among others, `records` about accounts and connections, or neither.
    pub data_class: DataClassId,
    /// Citation.
    pub cite: Untrusted,
    /// State on the date; none when none is recorded.
    pub status: Option<StatusReport>,
    /// Sources.
    #[schemars(with = "Vec<String>")]
    pub sources: Vec<SourceId>,
}

/// A stretch of a law's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StatusReport {
    /// State.
    pub state: LawStateId,
    /// First day.
    #[schemars(with = "Option<String>")]
    pub from: Option<Date>,
    /// How exactly it is known.
    pub from_precision: PrecisionId,
    /// First day after.
    #[schemars(with = "Option<String>")]
    pub to: Option<Date>,
    /// How exactly it is known.
    pub to_precision: PrecisionId,
    /// From this day on the state has to be looked up again.
    #[schemars(with = "Option<String>")]
    pub review_by: Option<Date>,
    /// Remark.
    pub note: Option<TextReport>,
    /// Sources.
    #[schemars(with = "Vec<String>")]
    pub sources: Vec<SourceId>,
}

/// What `laws` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LawsReport {
    /// `jurisdig/laws/1`.
    pub schema: &'static str,
    /// Date of the states.
    #[schemars(with = "String")]
    pub as_of: Date,
    /// Data release.
    pub release: String,
    /// Entries shown that did not come from the release: `kind/id` and the file.
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub added: std::collections::BTreeMap<String, Untrusted>,
    /// The laws, by id.
    pub laws: Vec<LawCard>,
    /// The sources that are cited.
    #[schemars(with = "std::collections::BTreeMap<String, super::SourceReport>")]
    pub sources: std::collections::BTreeMap<SourceId, super::SourceReport>,
}

/// Everything recorded about a law.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LawCard {
    /// The law on the date.
    pub law: LawReport,
    /// Name of the jurisdiction.
    pub jurisdiction_name: Option<TextReport>,
    /// Site of the official text.
    pub official: Option<Untrusted>,
    /// Which connecting factors it binds.
    pub binds: Vec<BindReport>,
    /// It binds whoever offers services there.
    pub serves: bool,
    /// Classes of providers it addresses.
    pub actors: Vec<Untrusted>,
    /// What it reaches.
    pub data: Vec<Untrusted>,
    /// The test it applies.
    pub test: Option<TextReport>,
    /// Safeguards.
    pub safeguards: Vec<TextReport>,
    /// What it does not mean.
    pub not_meaning: Option<TextReport>,
    /// Remark.
    pub note: Option<TextReport>,
    /// Its life.
    pub history: Vec<StatusReport>,
    /// Agreements with other jurisdictions under it, as they stood on the date.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub agreements: Vec<AgreementReport>,
}

/// A connecting factor of a law.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BindReport {
    /// Grade.
    pub grade: GradeId,
    /// Held through funds.
    pub via_fund: bool,
    /// `reaches`, `may-reach` or `none`.
    pub effect: &'static str,
    /// How settled.
    pub certainty: CertaintyId,
    /// Remark.
    pub note: Option<TextReport>,
}

/// An agreement with another jurisdiction under a law.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AgreementReport {
    /// The other party.
    #[schemars(with = "String")]
    pub with: CountryCode,
    /// Its name.
    pub name: Option<TextReport>,
    /// `in-force`, `signed` or `talks`, on the date.
    pub state: AgreementId,
    /// Day of signature.
    #[schemars(with = "Option<String>")]
    pub signed: Option<Date>,
    /// Day of entry into force.
    #[schemars(with = "Option<String>")]
    pub from: Option<Date>,
    /// Since when there are talks.
    #[schemars(with = "Option<String>")]
    pub talks: Option<Date>,
    /// How exactly that is known.
    pub talks_precision: PrecisionId,
    /// Remark.
    pub note: Option<TextReport>,
    /// Sources.
    #[schemars(with = "Vec<String>")]
    pub sources: Vec<SourceId>,
}

/// How far an agreement has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AgreementId {
    /// In force.
    InForce,
    /// Signed, not in force yet.
    Signed,
    /// Talks only.
    Talks,
}

impl AgreementId {
    /// The id used in JSON and in the keys of the texts.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::InForce => "in-force",
            Self::Signed => "signed",
            Self::Talks => "talks",
        }
    }
}

/// All laws, or one.
#[must_use]
pub fn laws(kb: &Knowledge, as_of: AsOf, only: Option<&LawId>) -> LawsReport {
    let laws: Vec<LawCard> = kb
        .kb()
        .laws
        .iter()
        .filter(|(id, _)| only.is_none_or(|only| only == *id))
        .map(|(id, law)| card(kb, id, law, as_of))
        .collect();
    let mut sources = std::collections::BTreeMap::new();
    for card in &laws {
        let history = card.history.iter().flat_map(|s| &s.sources);
        let agreements = card.agreements.iter().flat_map(|a| &a.sources);
        super::build::cite(kb, card.law.sources.iter().chain(history).chain(agreements), &mut sources);
    }
    let shown = |key: &str| {
        laws.iter().any(|card| {
            let agreement =
                |a: &AgreementReport| key == format!("agreement/{}-{}-{}", card.law.jurisdiction, a.with, card.law.id);
            key == format!("law/{}", card.law.id)
                || key == format!("jurisdiction/{}", card.law.jurisdiction)
                || card.agreements.iter().any(agreement)
        }) || key.strip_prefix("source/").is_some_and(|id| sources.keys().any(|known| known.as_str() == id))
    };
    let added = kb.kb().added.iter().filter(|(key, _)| shown(key));
    let added = added.map(|(key, file)| (key.clone(), Untrusted::new(file))).collect();
    LawsReport { schema: LAWS_SCHEMA, as_of: as_of.0, release: kb.kb().release.release.clone(), added, laws, sources }
}

fn card(kb: &Knowledge, id: &LawId, law: &Law, as_of: AsOf) -> LawCard {
    let state = law.status.iter().find(|status| status.span().contains(as_of.0)).map(|status| status.state);
    let all = |list: &[String]| list.iter().map(Untrusted::new).collect();
    LawCard {
        law: brief(id, law, as_of),
        jurisdiction_name: kb.kb().jurisdictions.get(&law.jurisdiction).map(|j| (&j.name).into()),
        official: law.official.as_ref().map(Untrusted::new),
        binds: law
            .binds
            .iter()
            .map(|bind| BindReport {
                grade: match bind.nexus {
                    BindNexus::Direct => GradeId::Direct,
                    BindNexus::Controlled | BindNexus::Fund => GradeId::Controlled,
                    BindNexus::Located => GradeId::Located,
                    BindNexus::Presence => GradeId::Presence,
                    BindNexus::Linked => GradeId::Linked,
                },
                via_fund: bind.nexus == BindNexus::Fund,
                effect: match bind.effect {
                    Effect::Reaches => "reaches",
                    Effect::MayReach => "may-reach",
                    Effect::None => "none",
                },
                certainty: state.map_or(bind.certainty, |state| state.cap(bind.certainty)).into(),
                note: bind.note.as_ref().map(Into::into),
            })
            .collect(),
        serves: law.serves,
        actors: all(&law.actors),
        data: all(&law.data),
        test: law.test.as_ref().map(Into::into),
        safeguards: law.safeguard.iter().map(Into::into).collect(),
        not_meaning: law.not_meaning.as_ref().map(Into::into),
        note: law.note.as_ref().map(Into::into),
        history: law.status.iter().map(status).collect(),
        agreements: agreements(kb, id, as_of),
    }
}

/// Agreements under a law that were known on the date, those in force first.
fn agreements(kb: &Knowledge, law: &LawId, as_of: AsOf) -> Vec<AgreementReport> {
    let mut out: Vec<AgreementReport> = kb
        .kb()
        .agreements
        .iter()
        .filter(|agreement| &agreement.law == law)
        .filter_map(|agreement| {
            Some(AgreementReport {
                with: agreement.with,
                name: kb.kb().jurisdictions.get(&agreement.with).map(|j| (&j.name).into()),
                state: agreement_state(agreement, as_of)?,
                signed: agreement.signed.filter(|day| *day <= as_of.0),
                from: agreement.from.filter(|day| *day <= as_of.0),
                talks: agreement.talks.filter(|day| *day <= as_of.0),
                talks_precision: agreement.talks_precision.into(),
                note: agreement.note.as_ref().map(Into::into),
                sources: agreement.sources.clone(),
            })
        })
        .collect();
    out.sort_by_key(|agreement| (agreement.state, agreement.with));
    out
}

/// How far an agreement had come on a date; nothing before anybody spoke of it.
fn agreement_state(agreement: &Agreement, as_of: AsOf) -> Option<AgreementId> {
    let is_past = |day: Option<Date>| day.is_some_and(|day| day <= as_of.0);
    match agreement {
        a if is_past(a.from) => Some(AgreementId::InForce),
        a if is_past(a.signed) => Some(AgreementId::Signed),
        a if is_past(a.talks) => Some(AgreementId::Talks),
        // Without any day it is as it is recorded.
        a if a.talks.is_none() && a.signed.is_none() && a.from.is_none() => match a.state.as_str() {
            "in-force" => Some(AgreementId::InForce),
            "signed" => Some(AgreementId::Signed),
            _ => Some(AgreementId::Talks),
        },
        _ => None,
    }
}

/// A law and its state on a date.
pub(super) fn brief(id: &LawId, law: &Law, as_of: AsOf) -> LawReport {
    LawReport {
        id: id.clone(),
        title: (&law.title).into(),
        short: law.short.as_ref().map(Untrusted::new),
        jurisdiction: law.jurisdiction,
        kind: law.kind.into(),
        data_class: law.data_class().into(),
        cite: Untrusted::new(&law.cite),
        status: law.status.iter().find(|s| s.span().contains(as_of.0)).map(status),
        sources: law.sources.clone(),
    }
}

fn status(status: &LawStatus) -> StatusReport {
    StatusReport {
        state: status.state.into(),
        from: status.from,
        from_precision: status.from_precision.into(),
        to: status.to,
        to_precision: status.to_precision.into(),
        review_by: status.review_by,
        note: status.note.as_ref().map(Into::into),
        sources: status.sources.clone(),
    }
}
