//! What machine formats share: texts, places, and ids that are the same from day to day.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::message;
use crate::report::{CheckReport, FindingReport, NoticeOfCheck, PlaceOfFile, SeverityId};
use crate::safe::Untrusted;
use crate::text::{Lang, Texts, texts};

/// Machine formats are in English whatever the language of the screen: the same run is the same bytes everywhere.
fn english() -> &'static Texts {
    texts(Lang::En)
}

/// What a finding says.
pub(super) fn finding_text(finding: &FindingReport) -> String {
    message::message(english(), finding)
}

/// What a notice says.
pub(super) fn notice_text(notice: &NoticeOfCheck) -> String {
    message::notice_message(english(), notice)
}

/// Whether somebody answers for it, so that it does not count.
pub(super) fn is_suppressed(finding: &FindingReport) -> bool {
    matches!(finding.state, "waived" | "baselined")
}

/// Why a finding does not count; `None` where it does.
pub(super) fn suppression(finding: &FindingReport) -> Option<String> {
    match (finding.state, &finding.waiver) {
        ("waived", Some(waiver)) => {
            let ticket = waiver.ticket.as_ref().map(|t| format!(", {}", t.for_terminal())).unwrap_or_default();
            let (reason, owner) = (waiver.reason.for_terminal(), waiver.owner.for_terminal());
            Some(format!("waived until {} by {owner}{ticket}: {reason}", waiver.expires))
        }
        ("waived", None) => Some("waived".to_owned()),
        ("baselined", _) => Some("in the baseline".to_owned()),
        _ => None,
    }
}

/// Operating company and who controls it, closest first: `Courrielo BV (NL)`.
pub(super) fn chain(finding: &FindingReport) -> Vec<String> {
    finding.chain.iter().map(|link| message::chain(english(), std::slice::from_ref(link), true)).collect()
}

/// The file of a place: that of the policy where it has no name, since every place has to be somewhere.
pub(super) fn file_of<'a>(report: &'a CheckReport, place: &'a PlaceOfFile) -> &'a Untrusted {
    if place.file.for_path().is_empty() { &report.policy.file } else { &place.file }
}

/// The policy itself.
pub(super) fn policy_place(report: &CheckReport) -> PlaceOfFile {
    PlaceOfFile { file: report.policy.file.clone(), line: 1 }
}

/// Name of a policy that was read from somewhere without a name.
const UNNAMED: &str = "jurisdig.toml";

/// Relative path of a place.
pub(super) fn path_of(report: &CheckReport, place: &PlaceOfFile) -> String {
    Some(file_of(report, place).for_path()).filter(|path| !path.is_empty()).unwrap_or_else(|| UNNAMED.to_owned())
}

/// Relative reference of a place.
pub(super) fn uri_of(report: &CheckReport, place: &PlaceOfFile) -> String {
    Some(file_of(report, place).for_uri()).filter(|uri| !uri.is_empty()).unwrap_or_else(|| UNNAMED.to_owned())
}

/// Lines count from 1: a place without one is the beginning of its file.
pub(super) fn line_of(place: &PlaceOfFile) -> u32 {
    place.line.max(1)
}

/// Notices that other tools show: a note about the policy is no result.
pub(super) fn notices(report: &CheckReport) -> Vec<&NoticeOfCheck> {
    report.notices.iter().filter(|notice| notice.severity != SeverityId::Note).collect()
}

/// Ids of findings and of the notices of [`notices`], in their order, no two of them alike: GitLab counts what has the
/// same id once.
pub(super) fn ids(report: &CheckReport) -> (Vec<String>, Vec<String>) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut unique = |id: String| {
        let times = seen.entry(id.clone()).or_default();
        *times += 1;
        if *times == 1 { id } else { format!("{id}-{times}") }
    };
    let findings = report.findings.iter().map(|finding| unique(finding.id.clone())).collect();
    let about = notices(report).into_iter().map(|notice| unique(notice_id(report, notice))).collect();
    (findings, about)
}

/// Made as the id of a finding is: what the notice is about, not its line, nor dates and numbers that change daily.
fn notice_id(report: &CheckReport, notice: &NoticeOfCheck) -> String {
    let mut hash = Sha256::new();
    let mut add = |part: &str| {
        hash.update(part.len().to_le_bytes());
        hash.update(part.as_bytes());
    };
    add("notice");
    add(notice.id);
    add(&path_of(report, &notice.at));
    add(notice.target.as_deref().unwrap_or_default());
    add(notice.role.map(|role| role.id()).unwrap_or_default());
    for (name, value) in &notice.with {
        if matches!(*name, "rule" | "owner" | "ticket" | "label" | "table" | "why") {
            add(name);
            add(&value.for_terminal());
        }
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// At most `max` UTF-16 code units, which is what readers count; what was left out shows as `…`.
pub(super) fn cut(text: &str, max: usize) -> String {
    if text.encode_utf16().count() <= max {
        return text.to_owned();
    }
    let mut room = max.saturating_sub(1);
    let mut kept: String = text
        .chars()
        .take_while(|c| {
            let fits = c.len_utf16() <= room;
            room = room.saturating_sub(c.len_utf16());
            fits
        })
        .collect();
    kept.push('…');
    kept
}
