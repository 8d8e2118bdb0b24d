//! Mail: which name takes it, its MX, and what points at filters, mailboxes and report receivers.

use std::collections::BTreeSet;

use super::ask::{Session, and_then, is_alias, join_all, join_probes, probe};
use super::dns::{Lookup, RData, Rtype};
use super::domain::{Names, Wanted};
use super::policy::{self, sole_policy, texts};
use super::spf;
use crate::evidence::{
    AutodiscoverFact, DkimFact, DmarcFacts, MailFacts, MxFact, Probe, SkipReason, Status, TxtPolicy,
};
use crate::model::DomainName;

/// DKIM selectors that services give their customers; one that is not asked stays unseen. The knowledge base may know
/// more, but observation must not depend on it.
const SELECTORS: [&str; 24] = [
    "selector1",
    "selector2",
    "google",
    "default",
    "dkim",
    "mail",
    "s1",
    "s2",
    "k1",
    "k2",
    "k3",
    "mxvault",
    "hse1",
    "hse2",
    "ovhmo-selector-1",
    "sig1",
    "protonmail",
    "fm1",
    "zoho",
    "sib",
    "mailjet",
    "mandrill",
    "gm1",
    "s1-ionos",
];

#[cfg(test)]
pub(super) fn selectors() -> &'static [&'static str] {
    &SELECTORS
}

/// What was seen of mail, but for the SPF walk.
pub(super) struct Mail {
    pub(super) facts: MailFacts,
    pub(super) txt: Probe<Vec<String>>,
    /// Where the walk starts.
    pub(super) spf: Probe<spf::Start>,
}

/// Asks everything about mail but the SPF tree.
pub(super) async fn observe(session: &Session<'_>, names: &Names, wanted: Wanted) -> Mail {
    let exchange = find_mx(session, names).await;
    let (own, policy_names) = mail_names(names, &exchange);
    let facts = async {
        let (mta_sts, tls_rpt, autodiscover, dkim) = if wanted.mailbox {
            tokio::join!(
                named_policy(session, &own, "_mta-sts", "STSv1"),
                named_policy(session, &own, "_smtp._tls", "TLSRPTv1"),
                autodiscover(session, &own),
                dkim(session, &own),
            )
        } else {
            <(Probe<TxtPolicy>, Probe<TxtPolicy>, Probe<Vec<AutodiscoverFact>>, Probe<Vec<DkimFact>>)>::default()
        };
        MailFacts { mta_sts, tls_rpt, autodiscover, dkim, ..MailFacts::default() }
    };
    let (facts, dmarc, txt, spf) = tokio::join!(
        facts,
        async { if wanted.dmarc { find_dmarc(session, &policy_names).await } else { Probe::default() } },
        async { if wanted.txt { txt(session, &own).await } else { Probe::default() } },
        async { if wanted.spf { find_spf(session, &policy_names).await } else { Probe::default() } },
    );
    Mail { facts: MailFacts { domain: exchange.domain, mx: exchange.mx, dmarc, ..facts }, txt, spf }
}

/// The MX that counts for a target.
struct Exchange {
    /// Name the answer is about, where it is one.
    domain: Option<DomainName>,
    mx: Probe<Vec<MxFact>>,
    /// The target is an alias: no record of mail is taken from it.
    target_is_alias: bool,
}

/// MX at the target, and if it has none at its registrable domain; never that of a name that is an alias.
///
/// Only an answer that there is none moves the question up. Where the target's is not recorded, a recorded one above
/// is taken, but "none" is not concluded from it.
async fn find_mx(session: &Session<'_>, names: &Names) -> Exchange {
    // The address question tells of an alias too where the answer to MX fails or is not recorded.
    let (address, mx) =
        tokio::join!(session.general(&names.target, Rtype::A), session.general(&names.target, Rtype::Mx));
    let target_is_alias = is_alias(address.as_ref()) || is_alias(mx.as_ref());
    let at_target =
        if target_is_alias { Probe::Skipped(SkipReason::NotApplicable) } else { probe(mx.as_deref(), mx_facts) };
    let may_go_up = match &at_target {
        Probe::Found(_) | Probe::Failed(_) => false,
        Probe::Absent => true,
        Probe::Skipped(reason) => matches!(reason, SkipReason::NotApplicable | SkipReason::NotRecorded),
    };
    let Some(above) = names.above().filter(|_| may_go_up) else {
        let domain = matches!(at_target, Probe::Found(_) | Probe::Failed(_)).then(|| names.target.clone());
        return Exchange { domain, mx: at_target, target_is_alias };
    };
    let lookup = session.general(above, Rtype::Mx).await;
    let at_above = if is_alias(lookup.as_ref()) {
        Probe::Skipped(SkipReason::NotApplicable)
    } else {
        probe(lookup.as_deref(), mx_facts)
    };
    match (at_target, at_above) {
        (_, mx @ (Probe::Found(_) | Probe::Failed(_))) => Exchange { domain: Some(above.clone()), mx, target_is_alias },
        (Probe::Skipped(SkipReason::NotRecorded), Probe::Absent) => {
            Exchange { domain: None, mx: Probe::Skipped(SkipReason::NotRecorded), target_is_alias }
        }
        (_, mx) => Exchange { domain: None, mx, target_is_alias },
    }
}

fn mx_facts(lookup: &Lookup) -> Option<Vec<MxFact>> {
    let mut facts: Vec<MxFact> = lookup
        .data
        .iter()
        .filter_map(|data| match data {
            RData::Mx { preference, host } => Some(MxFact { preference: *preference, host: host.clone() }),
            _ => None,
        })
        .collect();
    facts.sort_unstable();
    facts.dedup();
    Some(facts).filter(|facts| !facts.is_empty())
}

/// The name whose mailbox is asked about, and the names whose SPF and DMARC apply, in order.
fn mail_names(names: &Names, exchange: &Exchange) -> (DomainName, Vec<DomainName>) {
    let registrable = names.registrable.clone();
    let own = exchange.domain.clone().or_else(|| registrable.clone()).unwrap_or_else(|| names.target.clone());
    let first = match &exchange.domain {
        Some(domain) => Some(domain.clone()),
        None => Some(names.target.clone()).filter(|_| !exchange.target_is_alias),
    };
    let mut policy_names: Vec<DomainName> = first.into_iter().chain(registrable).collect();
    policy_names.dedup();
    if policy_names.is_empty() {
        policy_names.push(own.clone());
    }
    (own, policy_names)
}

async fn txt(session: &Session<'_>, name: &DomainName) -> Probe<Vec<String>> {
    let lookup = session.general(name, Rtype::Txt).await;
    probe(lookup.as_deref(), |lookup| Some(texts(lookup)).filter(|texts| !texts.is_empty()))
}

/// SPF at the first name that has any.
async fn find_spf(session: &Session<'_>, names: &[DomainName]) -> Probe<spf::Start> {
    let mut unknown = Probe::Absent;
    for name in names {
        let lookup = session.general(name, Rtype::Txt).await;
        let start = probe(lookup.as_deref(), |lookup| {
            let records = spf::records(lookup);
            (!records.is_empty()).then(|| spf::Start { domain: name.clone(), records })
        });
        match start {
            Probe::Absent => {}
            Probe::Skipped(SkipReason::NotRecorded) => unknown = start,
            Probe::Found(_) | Probe::Failed(_) | Probe::Skipped(_) => return start,
        }
    }
    unknown
}

/// DMARC at the first name that has any (RFC 7489, 6.6.3). `_dmarc` is often an alias into a supplier's zone.
async fn find_dmarc(session: &Session<'_>, names: &[DomainName]) -> Probe<DmarcFacts> {
    let mut unknown = Probe::Absent;
    for name in names {
        let text = policy_text(session, name, "_dmarc", "DMARC1").await;
        match and_then(text, |record| Probe::Found(policy::dmarc(name, record))) {
            Probe::Absent => {}
            Probe::Skipped(SkipReason::NotRecorded) => unknown = Probe::Skipped(SkipReason::NotRecorded),
            facts => return facts,
        }
    }
    unknown
}

async fn policy_text(session: &Session<'_>, name: &DomainName, label: &str, version: &str) -> Probe<String> {
    let Some(name) = name.child(label) else { return Probe::Skipped(SkipReason::NotApplicable) };
    let lookup = session.general(&name, Rtype::Txt).await;
    and_then(probe(lookup.as_deref(), |lookup| Some(texts(lookup))), |texts| sole_policy(texts, version))
}

async fn named_policy(session: &Session<'_>, name: &DomainName, label: &str, version: &str) -> Probe<TxtPolicy> {
    let text = policy_text(session, name, label, version).await;
    and_then(text, |record| Probe::Found(policy::txt_policy(record)))
}

/// The alias at `autodiscover.`, else the SRV record. An address there says nothing: many zones answer for every name.
async fn autodiscover(session: &Session<'_>, domain: &DomainName) -> Probe<Vec<AutodiscoverFact>> {
    let (Some(name), Some(service)) = (domain.child("autodiscover"), domain.child("_autodiscover._tcp")) else {
        return Probe::Skipped(SkipReason::NotApplicable);
    };
    let lookup = session.general(&name, Rtype::Cname).await;
    let alias = probe(lookup.as_deref(), |lookup| {
        let target = lookup.data.iter().find_map(|data| match data {
            RData::Cname(target) => Some(target.clone()),
            _ => None,
        })?;
        Some(vec![AutodiscoverFact { name: name.clone(), targets: vec![target], srv: false }])
    });
    if matches!(alias, Probe::Found(_)) {
        return alias;
    }
    let lookup = session.general(&service, Rtype::Srv).await;
    let srv = probe(lookup.as_deref(), |lookup| {
        let targets = srv_targets(lookup);
        (!targets.is_empty()).then(|| vec![AutodiscoverFact { name: service.clone(), targets, srv: true }])
    });
    join_probes([alias, srv])
}

/// Targets by priority, then name; `.` says that the service is not offered.
fn srv_targets(lookup: &Lookup) -> Vec<DomainName> {
    let targets: BTreeSet<(u16, &DomainName)> = lookup
        .data
        .iter()
        .filter_map(|data| match data {
            RData::Srv { priority, target: Some(target), .. } => Some((*priority, target)),
            _ => None,
        })
        .collect();
    let mut names: Vec<DomainName> = Vec::new();
    for (_, target) in targets {
        if !names.contains(target) {
            names.push(target.clone());
        }
    }
    names
}

/// The selectors that exist, sorted by name.
async fn dkim(session: &Session<'_>, domain: &DomainName) -> Probe<Vec<DkimFact>> {
    let answers = join_all(SELECTORS.iter().map(|selector| selector_fact(session, domain, selector))).await;
    match join_probes(answers) {
        Probe::Found(mut facts) => {
            // Every name of the zone leads to the same place: a wildcard, not keys.
            if facts.len() == SELECTORS.len() && facts.iter().all(|fact| fact.cname_chain == facts[0].cname_chain) {
                return Probe::Absent;
            }
            facts.sort_unstable_by(|a, b| a.selector.cmp(&b.selector));
            Probe::Found(facts)
        }
        other => other,
    }
}

/// One selector. An alias counts even where it leads nowhere yet: it shows with whom DKIM was set up.
async fn selector_fact(session: &Session<'_>, domain: &DomainName, selector: &str) -> Probe<Vec<DkimFact>> {
    let Some(name) = domain.child(&format!("{selector}._domainkey")) else {
        return Probe::Skipped(SkipReason::NotApplicable);
    };
    let Some(lookup) = session.general(&name, Rtype::Txt).await else {
        return Probe::Skipped(SkipReason::Cap);
    };
    let leads_somewhere =
        matches!(lookup.answer.status, Status::Ok | Status::Nodata | Status::Nxdomain | Status::NotRecorded);
    if leads_somewhere && !lookup.chain.is_empty() {
        return Probe::Found(vec![DkimFact { selector: selector.to_owned(), cname_chain: lookup.chain.clone() }]);
    }
    probe(Some(&lookup), |lookup| {
        let has_key = texts(lookup).iter().any(|text| is_key(text));
        has_key.then(|| vec![DkimFact { selector: selector.to_owned(), cname_chain: Vec::new() }])
    })
}

/// A key that is not revoked. An empty `p=` is revoked, and at a wildcard says that the domain signs nothing. `p=` is
/// a tag of DMARC too, which a wildcard can bring here.
fn is_key(text: &str) -> bool {
    let tags =
        || text.split(';').filter_map(|tag| tag.split_once('=')).map(|(name, value)| (name.trim(), value.trim()));
    tags().any(|(name, value)| name == "p" && !value.is_empty())
        && tags().all(|(name, value)| name != "v" || value == "DKIM1")
}

#[cfg(test)]
mod tests {
    use super::is_key;

    #[test]
    fn keys_and_what_looks_like_one() {
        assert!(is_key("v=DKIM1; k=rsa; p=MIGf") && is_key("k=rsa; p=MIGf") && is_key("p = MIGf=="));
        assert!(!is_key("v=DKIM1; p=") && !is_key("v=DMARC1; p=reject") && !is_key("v=spf1 -all") && !is_key(""));
    }
}
