//! TXT records that are policies: DMARC, MTA-STS, TLS-RPT, and the domains their reports go to.

use super::dns::{Lookup, RData};
use crate::evidence::{DmarcFacts, Probe, ProbeError, Status, TxtPolicy};
use crate::model::DomainName;

/// The TXT strings of an answer, sorted. Octets that are no UTF-8 are replaced.
pub(super) fn texts(lookup: &Lookup) -> Vec<String> {
    let mut texts: Vec<String> = lookup
        .data
        .iter()
        .filter_map(|data| match data {
            RData::Txt(octets) => Some(String::from_utf8_lossy(octets).into_owned()),
            _ => None,
        })
        .collect();
    texts.sort_unstable();
    texts
}

/// The only record with a version among texts. Two of them make the policy void by every one of these standards.
pub(super) fn sole_policy(texts: Vec<String>, version: &str) -> Probe<String> {
    let mut matching = texts.into_iter().filter(|text| has_version(text, version));
    let Some(first) = matching.next() else { return Probe::Absent };
    match matching.count() {
        0 => Probe::Found(first),
        more => Probe::Failed(ProbeError {
            status: Status::Malformed,
            detail: format!("{} records with v={version} where one is allowed", more + 1),
        }),
    }
}

/// `v=VERSION` is the first tag; spaces around the signs are allowed.
fn has_version(text: &str, version: &str) -> bool {
    let first = text.split(';').next().unwrap_or_default();
    match first.split_once('=') {
        Some((name, value)) => name.trim().eq_ignore_ascii_case("v") && value.trim().eq_ignore_ascii_case(version),
        None => false,
    }
}

/// Value of a tag, the first one of its name.
fn tag<'a>(record: &'a str, wanted: &str) -> Option<&'a str> {
    let mut tags = record.split(';').filter_map(|tag| tag.split_once('='));
    tags.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim())
}

/// Facts of a DMARC record taken from a domain.
pub(super) fn dmarc(domain: &DomainName, record: String) -> DmarcFacts {
    DmarcFacts {
        domain: domain.clone(),
        policy: tag(&record, "p").map(str::to_ascii_lowercase).filter(|policy| !policy.is_empty()),
        rua: receivers(tag(&record, "rua").unwrap_or_default()),
        ruf: receivers(tag(&record, "ruf").unwrap_or_default()),
        record,
    }
}

/// A policy kept as text, with the domains its reports go to.
pub(super) fn txt_policy(record: String) -> TxtPolicy {
    TxtPolicy { receivers: receivers(tag(&record, "rua").unwrap_or_default()), record }
}

/// Domains of a list of report addresses, sorted. What stands before the `@` names a person or a customer and is not
/// taken; `!10m` behind the address is a size limit (RFC 7489, 6.2).
fn receivers(list: &str) -> Vec<DomainName> {
    let mut domains: Vec<DomainName> = list.split(',').filter_map(receiver).collect();
    domains.sort_unstable();
    domains.dedup();
    domains
}

fn receiver(uri: &str) -> Option<DomainName> {
    let uri = uri.trim();
    let (scheme, rest) = uri.split_once(':')?;
    if scheme.eq_ignore_ascii_case("mailto") {
        let address = rest.split(['!', '?']).next()?;
        return address.rsplit_once('@')?.1.trim().parse().ok();
    }
    if scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http") {
        return url::Url::parse(uri.split('!').next()?).ok()?.host_str()?.parse().ok();
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop")]

    use super::*;

    fn names(list: &[DomainName]) -> Vec<&str> {
        list.iter().map(DomainName::as_str).collect()
    }

    #[test]
    fn dmarc_receivers_without_local_parts_and_sizes() {
        let record = "v=DMARC1; p=Reject; rua=mailto:abc123@rep.dmarcian.com!10m, MAILTO:x@b.example,mailto:y@b.example; \
                      ruf = mailto:z@a@c.example ;pct=100";
        let facts = dmarc(&"example.fr".parse().unwrap(), record.to_owned());
        assert_eq!(facts.policy.as_deref(), Some("reject"));
        assert_eq!(names(&facts.rua), ["b.example", "rep.dmarcian.com"]);
        assert_eq!(names(&facts.ruf), ["c.example"]);
        assert_eq!(facts.record, record);
    }

    #[test]
    fn odd_receivers_are_left_out() {
        for bad in ["", "mailto:", "mailto:nobody", "x@example.fr", "mailto:a@", "mailto:a@b c", "ftp://x.example"] {
            assert!(receivers(bad).is_empty(), "{bad}");
        }
        assert_eq!(
            names(&receivers("https://reports.example/v1?x=1,mailto:a@Example.FR.")),
            ["example.fr", "reports.example"]
        );
    }

    #[test]
    fn one_policy_and_no_other() {
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(sole_policy(texts(&["x", "v=DMARC12; p=none"]), "DMARC1"), Probe::Absent);
        let found = sole_policy(texts(&["v = dmarc1 ; p=none", "google-site-verification=1"]), "DMARC1");
        assert_eq!(found, Probe::Found("v = dmarc1 ; p=none".to_owned()));
        let Probe::Failed(error) = sole_policy(texts(&["v=DMARC1; p=none", "v=DMARC1; p=reject"]), "DMARC1") else {
            unreachable!("two records are void");
        };
        assert_eq!(error.status, Status::Malformed);
        assert!(error.detail.starts_with("2 records"));
    }
}
