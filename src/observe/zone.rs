//! The zone a name lives in, and the CAA records that apply to it.

use psl::Type;

use super::ask::{Session, error, is_alias, probe};
use super::dns::{RData, Rtype};
use super::domain::Names;
use crate::evidence::{CaaFact, NsFacts, Probe, SkipReason, Status};
use crate::model::DomainName;

/// The name servers at the zone cut: NS is asked upwards from the target.
///
/// A name that is an alias has no NS records of its own, whatever the answer holds. Where the recording does not say
/// whether there is a cut, one further up is taken if recorded, but "none" is not concluded.
pub(super) async fn name_servers(session: &Session<'_>, names: &Names) -> NsFacts {
    let mut outcome = Probe::Absent;
    for name in climb(&names.target, session.limits().climb, is_delegated_by_registry) {
        let lookup = session.general(&name, Rtype::Ns).await;
        if is_alias(lookup.as_ref()) {
            continue;
        }
        let servers = probe(lookup.as_deref(), |lookup| {
            let mut servers: Vec<DomainName> = lookup
                .data
                .iter()
                .filter_map(|data| match data {
                    RData::Ns(host) => Some(host.clone()),
                    _ => None,
                })
                .collect();
            servers.sort_unstable();
            servers.dedup();
            Some(servers).filter(|servers| !servers.is_empty())
        });
        match servers {
            Probe::Found(_) => return NsFacts { zone: Some(name), servers },
            Probe::Absent => {
                let missing = lookup.is_some_and(|lookup| lookup.answer.status == Status::Nxdomain);
                if missing && names.registrable.as_ref() == Some(&name) {
                    break; // Nobody has it: the zones above are not its own.
                }
            }
            Probe::Skipped(SkipReason::NotRecorded) => outcome = servers,
            // Whether the cut is here is not known, so whose servers those above are is not either.
            Probe::Failed(_) | Probe::Skipped(_) => return NsFacts { zone: None, servers },
        }
    }
    NsFacts { zone: None, servers: outcome }
}

/// The CAA records that apply to the target: those of the first name on the way up that has any (RFC 8659).
pub(super) async fn caa(session: &Session<'_>, names: &Names) -> Probe<Vec<CaaFact>> {
    let mut outcome = Probe::Absent;
    let top = names.registrable.as_ref().unwrap_or(&names.target);
    for name in climb(&names.target, session.limits().climb, |name| !name.is_under(top.as_str())) {
        let Some(lookup) = session.general(&name, Rtype::Caa).await else {
            return Probe::Skipped(SkipReason::Cap);
        };
        match lookup.answer.status {
            Status::Ok => {
                let mut facts: Vec<CaaFact> = lookup
                    .data
                    .iter()
                    .filter_map(|data| match data {
                        RData::Caa { tag, value, .. } => {
                            Some(CaaFact { at: name.clone(), tag: tag.clone(), value: value.clone() })
                        }
                        _ => None,
                    })
                    .collect();
                facts.sort_unstable();
                facts.dedup();
                return Probe::Found(facts);
            }
            Status::Nodata | Status::Nxdomain => {}
            Status::NotRecorded => outcome = Probe::Skipped(SkipReason::NotRecorded),
            _ => return Probe::Failed(error(&lookup)),
        }
    }
    outcome
}

/// The name itself and those above it until one is beyond the end. Of a very long name the steps next to the name are
/// left out: the cut is usually near the registrable domain, and the cap must not hide it.
fn climb(name: &DomainName, cap: usize, is_beyond: impl Fn(&DomainName) -> bool) -> Vec<DomainName> {
    let above = std::iter::successors(name.parent(), DomainName::parent).take_while(|name| !is_beyond(name));
    let mut steps: Vec<DomainName> = std::iter::once(name.clone()).chain(above).collect();
    let excess = steps.len().saturating_sub(cap.max(1));
    steps.drain(1..=excess);
    steps
}

/// Whether a name belongs to a registry (`fr`, `gouv.fr`), so that its zone is not the target's. The private section of
/// the list is different: `github.io` is the zone that `someone.github.io` lives in.
fn is_delegated_by_registry(name: &DomainName) -> bool {
    let bytes = name.as_str().as_bytes();
    psl::suffix(bytes).is_some_and(|suffix| suffix.as_bytes() == bytes && suffix.typ() != Some(Type::Private))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop")]

    use super::*;

    fn steps(name: &str, cap: usize) -> Vec<String> {
        climb(&name.parse().unwrap(), cap, is_delegated_by_registry).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_climb_ends_below_the_registry() {
        assert_eq!(steps("www.a.gouv.fr", 8), ["www.a.gouv.fr", "a.gouv.fr"]);
        assert_eq!(steps("someone.github.io", 8), ["someone.github.io", "github.io"]);
        assert_eq!(steps("a.b.example.test", 8), ["a.b.example.test", "b.example.test", "example.test"]);
        // A registry's own name is a target like any other.
        assert_eq!(steps("gouv.fr", 8), ["gouv.fr"]);
    }

    #[test]
    fn a_cap_leaves_both_ends() {
        assert_eq!(steps("a.b.c.d.e.example.test", 3), ["a.b.c.d.e.example.test", "e.example.test", "example.test"]);
        assert_eq!(steps("a.b.example.test", 1), ["a.b.example.test"]);
        assert_eq!(steps("a.b.example.test", 3), ["a.b.example.test", "b.example.test", "example.test"]);
    }
}
