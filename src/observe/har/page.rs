//! The facts of one page, out of its requests.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::HarLimits;
use super::entry::{Document, Entry};
use crate::evidence::{Contact, Hop, PageFacts, PageHost, Probe, ResourceFact, Response, Use};
use crate::observe::ip::IpTables;

/// Longest chain of redirects that is followed; browsers stop at 20.
const MAX_HOPS: usize = 21;

/// Addresses kept of one host.
const MAX_ADDRESSES: usize = 100;

/// Set where every host of several domains was reached at one address: a proxy's or a VPN's, not theirs.
pub(super) const ONE_ADDRESS: &str = "one-address";

/// From so many domains on one address is no longer that of a host two names share.
const DOMAINS_OF_ONE_ADDRESS: usize = 3;

/// Fills in what the requests of one page say.
pub(super) fn fill(facts: &mut PageFacts, mut entries: Vec<Entry>, tables: &IpTables, limits: &HarLimits) {
    // Exporters may write in any order; without all times the file's own order is the better one.
    if entries.iter().all(|entry| entry.started.is_some()) {
        entries.sort_by_key(|entry| entry.started);
    }
    facts.taken_at = facts.taken_at.or_else(|| entries.iter().find_map(|entry| entry.started));
    let chain = chain(&entries, &mut facts.capped);
    if is_behind_one_address(&entries) {
        facts.flags.push(ONE_ADDRESS.to_owned());
    }
    let mut hosts: BTreeMap<PageHost, Gathered> = BTreeMap::new();
    for (index, entry) in entries.into_iter().enumerate() {
        if chain.contains(&index) {
            facts.hops.extend(hop(entry, limits, &mut facts.capped));
            continue;
        }
        let Some(contact) = entry.contact else { continue };
        let order = hosts.len();
        let host = entry.address.host.clone();
        hosts.entry(host).or_insert_with(|| Gathered::new(order, contact, &entry)).add(contact, entry);
    }
    facts.resources = resources(hosts, tables, limits, &mut facts.capped);
}

/// The requests for the page itself: the first for a document of the window, and where its redirects led.
fn chain(entries: &[Entry], capped: &mut Vec<String>) -> BTreeSet<usize> {
    let mut chain = BTreeSet::new();
    let mut next = entries.iter().position(|entry| entry.document.is_some());
    while let Some(index) = next {
        if chain.len() == MAX_HOPS {
            capped.push(format!("redirects: {} kept", MAX_HOPS - 1));
            break;
        }
        chain.insert(index);
        let target = entries[index].document.as_ref().and_then(|document| document.redirect.as_ref());
        next = target.and_then(|(mark, _)| {
            let later = entries.iter().enumerate().skip(index + 1);
            later.filter(|(_, e)| e.document.is_some()).find(|(_, e)| e.address.mark == *mark).map(|(i, _)| i)
        });
    }
    chain
}

fn is_behind_one_address(entries: &[Entry]) -> bool {
    let reached = || entries.iter().filter(|entry| entry.contact == Some(Contact::Contacted));
    let addresses: BTreeSet<IpAddr> = reached().filter_map(|entry| entry.ip).collect();
    let domains: BTreeSet<String> = reached().filter(|e| e.ip.is_some()).map(|e| domain(&e.address.host)).collect();
    addresses.len() == 1 && domains.len() >= DOMAINS_OF_ONE_ADDRESS
}

fn domain(host: &PageHost) -> String {
    host.name().and_then(|name| name.registrable()).map_or_else(|| host.to_string(), |name| name.to_string())
}

/// One request for the page; `None` for one the browser answered itself by a redirect to https.
fn hop(entry: Entry, limits: &HarLimits, capped: &mut Vec<String>) -> Option<Hop> {
    let document = *entry.document?;
    if entry.contact.is_none() && document.answer.is_ok() {
        return None;
    }
    let cookies = cut_cookies(&entry.address.host, entry.cookies, limits, capped);
    Some(Hop {
        url: entry.address.text,
        host: entry.address.host,
        address: entry.ip,
        answer: answer(document, cookies),
    })
}

fn answer(document: Document, cookies: Vec<String>) -> Probe<Response> {
    let Document { answer, headers, media, bytes, redirect, is_from_cache } = document;
    match answer {
        Err(why) => Probe::Failed(why),
        Ok(status) => Probe::Found(Response {
            status,
            headers,
            cookies,
            location: redirect.map(|(_, text)| text),
            media_type: media,
            body_bytes: bytes,
            body_sha256: String::new(),
            flags: if is_from_cache { vec!["from-cache".to_owned()] } else { Vec::new() },
        }),
    }
}

fn cut_cookies(host: &PageHost, mut names: Vec<String>, limits: &HarLimits, capped: &mut Vec<String>) -> Vec<String> {
    let max = limits.cookies;
    if names.len() > max {
        capped.push(format!("cookies of {host}: {max} of {} kept", names.len()));
        names.truncate(max);
    }
    names
}

/// What is gathered about a host.
struct Gathered {
    order: usize,
    contact: Contact,
    uses: BTreeSet<Use>,
    count: u32,
    path: String,
    named_by: BTreeSet<PageHost>,
    ips: BTreeSet<IpAddr>,
    cookies: BTreeSet<String>,
}

impl Gathered {
    fn new(order: usize, contact: Contact, first: &Entry) -> Self {
        Self {
            order,
            contact,
            uses: BTreeSet::new(),
            count: 0,
            path: first.address.path().to_owned(),
            named_by: BTreeSet::new(),
            ips: BTreeSet::new(),
            cookies: BTreeSet::new(),
        }
    }

    fn add(&mut self, contact: Contact, entry: Entry) {
        self.contact = self.contact.max(contact);
        self.count = self.count.saturating_add(1);
        self.uses.insert(entry.use_made);
        self.named_by.extend(entry.named_by);
        self.ips.extend(entry.ip);
        self.cookies.extend(entry.cookies);
    }
}

/// The hosts in their order; beyond the limit those that were asked last are left out.
fn resources(
    hosts: BTreeMap<PageHost, Gathered>,
    tables: &IpTables,
    limits: &HarLimits,
    capped: &mut Vec<String>,
) -> Vec<ResourceFact> {
    let (max, of) = (limits.hosts, hosts.len());
    if of > max {
        capped.push(format!("hosts: {max} of {of} kept"));
    }
    let kept = hosts.into_iter().filter(|(_, gathered)| gathered.order < max);
    kept.map(|(host, gathered)| resource(host, gathered, tables, limits, capped)).collect()
}

fn resource(
    host: PageHost,
    gathered: Gathered,
    tables: &IpTables,
    limits: &HarLimits,
    capped: &mut Vec<String>,
) -> ResourceFact {
    let of = gathered.ips.len();
    if of > MAX_ADDRESSES {
        capped.push(format!("addresses of {host}: {MAX_ADDRESSES} of {of} kept"));
    }
    let cookies = cut_cookies(&host, gathered.cookies.into_iter().collect(), limits, capped);
    ResourceFact {
        host,
        contact: gathered.contact,
        uses: gathered.uses.into_iter().collect(),
        count: gathered.count,
        path: gathered.path,
        named_by: gathered.named_by.into_iter().collect(),
        addresses: gathered.ips.into_iter().take(MAX_ADDRESSES).map(|ip| tables.facts(ip)).collect(),
        cookies,
    }
}
