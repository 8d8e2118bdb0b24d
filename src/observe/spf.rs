//! SPF walked as RFC 7208 evaluates it, without a sender: which names and networks a domain's policy leads to, whether
//! each can pass, and whether a receiver could use the policy at all. Every DNS-causing term that can be reached is
//! counted, which is what a message that no term matches costs.

mod record;

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use self::record::{Record, Term};
use super::ask::{Pool, Session, join_all};
use super::dns::{Lookup, Rtype};
use super::policy::texts;
use crate::evidence::{Probe, SpfFacts, SpfMechanism, SpfQualifier, SpfResult, SpfTerm, Status};
use crate::model::DomainName;

/// Terms that cause look-ups (4.6.4).
const MAX_LOOKUPS: u32 = 10;
/// Look-ups without an answer (4.6.4).
const MAX_VOIDS: u32 = 2;
/// Hosts of one `mx` (4.6.4).
const MAX_MX_HOSTS: usize = 10;
/// Records read, the domain's own among them: the walk goes on after a permanent error, to name who is listed.
const MAX_RECORDS: usize = 40;
/// Includes and redirects below the domain's own record.
const MAX_DEPTH: u32 = 10;
/// Terms kept.
const MAX_TERMS: usize = 1000;

/// The records a walk starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) domain: DomainName,
    pub(super) records: Vec<String>,
}

/// The SPF records of an answer, sorted.
pub(super) fn records(lookup: &Lookup) -> Vec<String> {
    texts(lookup).into_iter().filter(|text| record::is_spf(text)).collect()
}

/// Walks from the domain's own record.
pub(super) async fn walk(session: &Session<'_>, start: &Probe<Start>) -> Probe<SpfFacts> {
    let start = match start {
        Probe::Found(start) => start,
        Probe::Absent => return Probe::Absent,
        Probe::Failed(error) => return Probe::Failed(error.clone()),
        Probe::Skipped(reason) => return Probe::Skipped(*reason),
    };
    let mut walk = Walk {
        session,
        facts: SpfFacts { domain: Some(start.domain.clone()), records: start.records.clone(), ..SpfFacts::default() },
        stack: vec![start.domain.clone()],
        listed: HashMap::new(),
        read: 1,
        permanent: None,
        temporary: None,
    };
    walk.read_records(&start.domain, start.records.clone(), true).await;
    let Walk { mut facts, permanent, temporary, .. } = walk;
    facts.result = match (permanent, temporary) {
        (Some(what), _) => SpfResult::PermError(what),
        (None, Some(what)) => SpfResult::TempError(what),
        (None, None) => SpfResult::Ok,
    };
    Probe::Found(facts)
}

struct Walk<'s, 'r> {
    session: &'s Session<'r>,
    facts: SpfFacts,
    /// Names being evaluated, outermost first: one that comes again is a loop.
    stack: Vec<DomainName>,
    /// Names whose terms are in the list, and whether they could pass there.
    listed: HashMap<DomainName, bool>,
    read: usize,
    permanent: Option<String>,
    temporary: Option<String>,
}

/// Whether a record passes every message.
type PassesAll = bool;

impl Walk<'_, '_> {
    /// Evaluates all SPF records of one name; more than one is an error, and all are shown.
    async fn read_records(&mut self, at: &DomainName, texts: Vec<String>, can_pass: bool) -> PassesAll {
        if texts.len() > 1 {
            self.fail(format!("{} SPF records at {at}", texts.len()));
        }
        // The same terms are listed again only where they can now pass and could not before.
        let is_listed = match self.listed.get(at) {
            None => true,
            Some(could_pass) => can_pass && !could_pass,
        };
        if is_listed {
            self.listed.insert(at.clone(), can_pass);
        }
        let is_sole = texts.len() == 1;
        let mut passes_all = is_sole;
        for text in texts {
            let record = record::parse(&text);
            passes_all &= self.evaluate(at, record, can_pass, is_listed).await;
        }
        passes_all
    }

    async fn evaluate(&mut self, at: &DomainName, record: Record, can_pass: bool, is_listed: bool) -> PassesAll {
        if let Some(what) = record.fault {
            self.fail(format!("syntax at {at}: {what}"));
        }
        self.fetch_ahead(&record.terms).await;
        // What always matches ends the record: later terms, `redirect` too, are never come to.
        let mut ended = None;
        for term in &record.terms {
            let passes = can_pass && ended.is_none() && term.qualifier == SpfQualifier::Pass;
            if is_listed {
                self.list(at, term, passes);
            }
            if ended.is_none() && self.apply(at, term, passes).await {
                ended = Some(term.qualifier);
            }
        }
        ended == Some(SpfQualifier::Pass)
    }

    /// Does what a term that is come to does; tells whether it matches every message.
    async fn apply(&mut self, at: &DomainName, term: &Term, passes: bool) -> bool {
        match term.mechanism {
            SpfMechanism::All => return true,
            SpfMechanism::Ip4 | SpfMechanism::Ip6 => return false,
            _ => {}
        }
        self.count();
        let name = if term.target.is_empty() { Some(at.clone()) } else { term.domain() };
        // A target with macros depends on the message, and is never expanded.
        let Some(name) = name else { return false };
        match term.mechanism {
            SpfMechanism::Include | SpfMechanism::Redirect => return self.descend(name, passes).await,
            SpfMechanism::A => self.ask_addresses(&name).await,
            SpfMechanism::Mx => self.ask_mx(&name).await,
            SpfMechanism::Exists => self.ask_exists(&name).await,
            // The names asked for `ptr` come from the sender's address.
            SpfMechanism::Ptr | SpfMechanism::All | SpfMechanism::Ip4 | SpfMechanism::Ip6 => {}
        }
        false
    }

    /// Counts a DNS-causing term. The limit is noted before the look-up, so that it is seen also where no further term
    /// follows; the walk goes on all the same.
    fn count(&mut self) {
        self.facts.lookups += 1;
        if self.facts.lookups > MAX_LOOKUPS {
            self.fail(format!("more than {MAX_LOOKUPS} look-ups"));
        }
    }

    fn count_void(&mut self) {
        self.facts.voids += 1;
        if self.facts.voids > MAX_VOIDS {
            self.fail(format!("more than {MAX_VOIDS} void look-ups"));
        }
    }

    fn fail(&mut self, what: String) {
        self.permanent.get_or_insert(what);
    }

    /// Follows an include or a redirect. The future is boxed because it contains itself.
    fn descend<'a>(
        &'a mut self,
        name: DomainName,
        can_pass: bool,
    ) -> Pin<Box<dyn Future<Output = PassesAll> + Send + 'a>> {
        Box::pin(async move {
            if self.stack.contains(&name) {
                self.fail(format!("{name} leads back to itself"));
                return false;
            }
            if self.stack.len() > MAX_DEPTH as usize || self.read >= MAX_RECORDS {
                self.facts.capped = true;
                return false;
            }
            self.read += 1;
            let Some(lookup) = self.ask(&name, Rtype::Txt).await else { return false };
            let texts = records(&lookup);
            if texts.is_empty() {
                if matches!(lookup.answer.status, Status::Ok | Status::Nodata | Status::Nxdomain) {
                    self.fail(format!("no SPF record at {name}"));
                }
                return false;
            }
            self.stack.push(name.clone());
            let passes_all = self.read_records(&name, texts, can_pass).await;
            self.stack.pop();
            passes_all
        })
    }

    /// Addresses of either family: which one is asked for depends on the sender.
    async fn ask_addresses(&mut self, name: &DomainName) {
        if self.is_over() {
            return;
        }
        for rtype in [Rtype::A, Rtype::Aaaa] {
            match self.question(name, rtype).await {
                None => return,
                Some(lookup) if is_void(&lookup) => {}
                Some(lookup) => return self.note_failure(&lookup),
            }
        }
        self.count_void();
    }

    async fn ask_mx(&mut self, name: &DomainName) {
        if self.is_over() {
            return;
        }
        if let Some(lookup) = self.ask(name, Rtype::Mx).await
            && lookup.data.len() > MAX_MX_HOSTS
        {
            self.fail(format!("more than {MAX_MX_HOSTS} mail hosts at {name}"));
        }
    }

    async fn ask_exists(&mut self, name: &DomainName) {
        if !self.is_over() {
            self.ask(name, Rtype::A).await;
        }
    }

    /// Over the limit a receiver asks nothing more; only names that lead to further names are of interest still.
    fn is_over(&self) -> bool {
        self.facts.lookups > MAX_LOOKUPS
    }

    /// One question that counts as void where it brings nothing.
    async fn ask(&mut self, name: &DomainName, rtype: Rtype) -> Option<Arc<Lookup>> {
        let lookup = self.question(name, rtype).await?;
        if is_void(&lookup) {
            self.count_void();
        }
        self.note_failure(&lookup);
        Some(lookup)
    }

    async fn question(&mut self, name: &DomainName, rtype: Rtype) -> Option<Arc<Lookup>> {
        let lookup = self.session.ask(Pool::Spf, name, rtype).await;
        self.facts.capped |= lookup.is_none();
        lookup
    }

    fn note_failure(&mut self, lookup: &Lookup) {
        if !matches!(lookup.answer.status, Status::Ok | Status::Nodata | Status::Nxdomain) {
            let answer = &lookup.answer;
            let what = format!("{} {}: {:?}", answer.name, answer.rtype, answer.status).to_lowercase();
            self.temporary.get_or_insert(what);
        }
    }

    /// Asks at once for the records that the terms will be followed to, one after the other, in a moment.
    async fn fetch_ahead(&self, terms: &[Term]) {
        if self.stack.len() > MAX_DEPTH as usize {
            return;
        }
        let reached = terms.iter().take_while(|term| term.mechanism != SpfMechanism::All);
        let names: Vec<DomainName> = reached
            .filter(|term| matches!(term.mechanism, SpfMechanism::Include | SpfMechanism::Redirect))
            .filter_map(Term::domain)
            .filter(|name| !self.stack.contains(name))
            .take(MAX_RECORDS.saturating_sub(self.read))
            .collect();
        join_all(names.iter().map(|name| self.session.ask(Pool::Spf, name, Rtype::Txt))).await;
    }

    fn list(&mut self, at: &DomainName, term: &Term, can_pass: bool) {
        if self.facts.terms.len() >= MAX_TERMS {
            self.facts.capped = true;
            return;
        }
        self.facts.terms.push(SpfTerm {
            at: at.clone(),
            depth: u32::try_from(self.stack.len().saturating_sub(1)).unwrap_or(u32::MAX),
            mechanism: term.mechanism,
            qualifier: term.qualifier,
            target: term.target.clone(),
            after_macro: term.after_macro(),
            can_pass,
            network: None,
        });
    }
}

/// The name or the type does not exist (4.6.4, "void look-up").
fn is_void(lookup: &Lookup) -> bool {
    matches!(lookup.answer.status, Status::Nodata | Status::Nxdomain)
}

#[cfg(test)]
mod tests;
