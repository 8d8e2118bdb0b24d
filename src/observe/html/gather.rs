//! From URLs to hosts: what an audit keeps of a page.

use std::collections::BTreeMap;

use super::{HOSTS, Named};
use crate::evidence::{Contact, PageHost, ResourceFact};
use crate::observe::secret;

/// What is kept of a page's URLs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gathered {
    /// One fact a host, sorted by host.
    pub resources: Vec<ResourceFact>,
    /// What was cut at a cap, in words such as `hosts: 512 of 600 kept`.
    pub capped: Vec<String>,
}

/// Merges by host what documents name: each pair is the host of a document (the page, a style sheet) and what it names.
///
/// The strongest contact wins, and the path is that of the first use of that strength. Over the cap, hosts that would
/// be contacted are kept before those only permitted, and earlier before later.
pub fn gather<'a>(documents: impl IntoIterator<Item = (&'a PageHost, &'a [Named])>) -> Gathered {
    let mut facts: BTreeMap<PageHost, (usize, ResourceFact)> = BTreeMap::new();
    for (document, named) in documents {
        for one in named {
            let Some(host) = PageHost::of(&one.url) else { continue };
            let met = facts.len();
            let (_, fact) = facts.entry(host.clone()).or_insert_with(|| (met, first(host, one)));
            add(fact, one, document);
        }
    }
    let met = facts.len();
    let mut ranked: Vec<(usize, ResourceFact)> = facts.into_values().collect();
    let mut capped = Vec::new();
    if met > HOSTS {
        capped.push(format!("hosts: {HOSTS} of {met} kept"));
        ranked.sort_by_key(|(order, fact)| (std::cmp::Reverse(fact.contact), *order));
        ranked.truncate(HOSTS);
    }
    let mut resources: Vec<ResourceFact> = ranked.into_iter().map(|(_, fact)| fact).collect();
    resources.sort_by(|a, b| a.host.cmp(&b.host));
    Gathered { resources, capped }
}

fn first(host: PageHost, named: &Named) -> ResourceFact {
    ResourceFact {
        host,
        contact: named.contact,
        uses: Vec::new(),
        count: 0,
        path: path(named),
        named_by: Vec::new(),
        addresses: Vec::new(),
        cookies: Vec::new(),
    }
}

fn add(fact: &mut ResourceFact, named: &Named, document: &PageHost) {
    if named.contact > fact.contact {
        fact.contact = named.contact;
        fact.path = path(named);
    }
    if let Err(at) = fact.uses.binary_search(&named.how) {
        fact.uses.insert(at, named.how);
    }
    if let Err(at) = fact.named_by.binary_search(document) {
        fact.named_by.insert(at, document.clone());
    }
    fact.count = fact.count.saturating_add(1);
}

/// The path of a use, without query; of a permission nothing.
fn path(named: &Named) -> String {
    if named.contact == Contact::Permitted {
        return String::new();
    }
    secret::clean_path(named.url.path())
}
