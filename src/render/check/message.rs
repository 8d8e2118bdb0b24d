//! What a finding or a notice says, as prose: what was observed, what is recorded, what the law provides. Every piece
//! passed the sanitiser of the terminal, so that a message is one line; a sink with active characters of its own has
//! to escape it once more.

use crate::render::cells;
use crate::report::{ChainLink, CitedLawReport, FindingReport, NoticeOfCheck, ReachId, ReasonReport};
use crate::safe::Untrusted;
use crate::text::{Arg, Family, Key, Texts};

/// The sentences of a finding.
pub(super) fn message(t: &Texts, finding: &FindingReport) -> String {
    let target = crate::safe::for_terminal(&finding.target);
    let observed = [("target", target.into()), ("text", title(t, finding).into())];
    let mut sentences = vec![t.fill(Key::CheckMessage, &observed)];
    if !finding.chain.is_empty() {
        sentences.push(t.fill(Key::CheckRecorded, &[("chain", chain(t, &finding.chain, true).into())]));
    }
    if !finding.laws.is_empty() {
        let laws: Vec<String> = finding.laws.iter().map(|law| law_line(t, law)).collect();
        sentences.push(t.fill(Key::CheckLaw, &[("laws", laws.join("; ").into())]));
    }
    sentences.join(" ")
}

/// The sentences of a notice.
pub(super) fn notice_message(t: &Texts, notice: &NoticeOfCheck) -> String {
    let text = ("text", notice_title(t, notice).into());
    let mut out = match &notice.target {
        Some(target) => t.fill(Key::CheckMessage, &[("target", crate::safe::for_terminal(target).into()), text]),
        None => capitalised(&t.fill(Key::CheckNotice, &[text])),
    };
    if !notice.findings.is_empty() {
        out = format!("{out} {}", t.fill(Key::CheckAgain, &[("count", notice.findings.len().into())]));
    }
    out
}

/// Why something is a finding, without target and full stop: `US law reaches mailbox`.
pub(super) fn title(t: &Texts, finding: &FindingReport) -> String {
    finding.reasons.iter().map(|one| reason(t, finding, one)).collect::<Vec<_>>().join("; ")
}

/// What a notice is about, without target and full stop.
pub(super) fn notice_title(t: &Texts, notice: &NoticeOfCheck) -> String {
    let mut args: Vec<(&str, Arg<'_>)> = Vec::new();
    for (name, value) in &notice.with {
        let text = value.for_terminal();
        args.push((
            *name,
            match *name {
                "date" if text.is_empty() => t.get(Key::CheckUndated).into(),
                "date" => t.date_text(&text).into(),
                "why" if text == "operator" => t.get(Key::CheckEndedOperator).into(),
                "why" => t.get(Key::CheckEndedReach).into(),
                "max" if notice.id == "unknown-share" => text.parse().map_or(text, |share| t.percent(share)).into(),
                "days" | "max" | "unknown" | "services" => counted(text),
                _ => text.into(),
            },
        ));
    }
    t.fill_member(Family::Notice, notice.id, &args)
}

/// What a reason says of a finding.
pub(super) fn reason(t: &Texts, finding: &FindingReport, reason: &ReasonReport) -> String {
    let codes = codes_of(finding, reason.id);
    let laws: Vec<String> = finding.laws.iter().filter(|law| is_meant(reason.id, law.reach)).map(short).collect();
    let places: Vec<String> = finding.places.iter().map(ToString::to_string).collect();
    let gap = reason.gap.map(|gap| t.member(Family::GapShort, gap.id())).unwrap_or_default();
    // What the reason itself gives comes first: the first argument of a name is the one that counts.
    let mut args: Vec<(&str, Arg<'_>)> = Vec::new();
    for (name, value) in &reason.with {
        let text = value.for_terminal();
        args.push((
            *name,
            match *name {
                "found" | "max" | "sure" | "min" => counted(text),
                "offers" if text.is_empty() => t.get(Key::CheckNone).into(),
                _ => text.into(),
            },
        ));
    }
    args.push(("service", service(t, finding).into()));
    args.push(("operator", operator(t, finding).into()));
    args.push(("count", codes.len().into()));
    args.push(("list", listed(t, &codes).into()));
    args.push(("laws-count", laws.len().into()));
    args.push(("laws", listed(t, &laws).into()));
    args.push(("places", listed(t, &places).into()));
    args.push(("gap", gap.into()));
    t.fill_member(Family::Reason, reason.id, &args)
}

/// A reason is about what reaches, or about what may reach.
fn is_meant(reason: &str, reach: ReachId) -> bool {
    match reason {
        "reached" | "law-applies" => reach == ReachId::Reached,
        "may-be-reached" | "law-may-apply" => reach == ReachId::MayReach,
        _ => true,
    }
}

fn codes_of(finding: &FindingReport, reason: &str) -> Vec<String> {
    let meant: Vec<String> =
        finding.codes.iter().filter(|code| is_meant(reason, code.reach)).map(|code| code.country.to_string()).collect();
    match meant.as_slice() {
        // A rule with a lower `min-sure` counts what the marks call unchecked.
        [] => finding.codes.iter().map(|code| code.country.to_string()).collect(),
        _ => meant,
    }
}

fn counted(text: String) -> Arg<'static> {
    match text.parse::<usize>() {
        Ok(count) => Arg::Count(count),
        Err(_) => Arg::from(text),
    }
}

fn listed(t: &Texts, list: &[String]) -> String {
    match list {
        [] => t.get(Key::CheckNone).to_owned(),
        list => list.join(", "),
    }
}

/// The service: what a page resource is for, the role of anything else.
pub(super) fn service(t: &Texts, finding: &FindingReport) -> String {
    match finding.purpose {
        Some(purpose) => t.member(Family::Purpose, purpose.id()).to_owned(),
        None => t.member(Family::Role, finding.role.id()).to_owned(),
    }
}

/// The operator's name, or what waivers call it.
pub(super) fn operator(t: &Texts, finding: &FindingReport) -> String {
    if let Some(name) = &finding.operator_name {
        return cells::company_name(t, name);
    }
    let key = finding.operator.for_terminal();
    match key.strip_prefix("unlisted:") {
        Some(name) => t.fill(Key::CellNotInData, &[("name", name.into())]),
        None if key == "unknown" => t.get(Key::CellUnknown).to_owned(),
        None => key,
    }
}

/// `Courrielo BV (NL) › Postal Corp. (US)`.
pub(super) fn chain(t: &Texts, chain: &[ChainLink], with_countries: bool) -> String {
    let one = |link: &ChainLink| {
        let mut name = cells::company_name(t, &link.name);
        if link.via_fund {
            // Some names of the data say it already.
            let bare = link.name.for_terminal();
            let bare = bare.strip_suffix(" (funds)").unwrap_or(&bare).to_owned();
            name = t.fill(Key::CellFund, &[("name", bare.into())]);
        }
        let codes: Vec<String> = link.countries.iter().map(ToString::to_string).collect();
        if with_countries && !codes.is_empty() { format!("{name} ({})", codes.join("/")) } else { name }
    };
    chain.iter().map(one).collect::<Vec<_>>().join(" › ")
}

/// Short name of a law, or its id.
pub(super) fn short(law: &CitedLawReport) -> String {
    law.short.as_ref().map_or_else(|| law.id.to_string(), Untrusted::for_terminal)
}

/// `CLOUD, 18 U.S.C. 2713 (settled)`.
pub(super) fn law_line(t: &Texts, law: &CitedLawReport) -> String {
    t.fill(
        Key::CheckLawOne,
        &[
            ("law", short(law).into()),
            ("cite", cells::cite(t, &law.cite).into()),
            ("certainty", t.member(Family::Certainty, law.certainty.id()).into()),
        ],
    )
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}
