//! The questions of one target: each asked once, under caps that do not depend on timing, every answer kept.

use std::collections::{BTreeMap, BTreeSet};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Instant;

use tokio::sync::OnceCell;

use super::dns::{Lookup, Resolver, Rtype};
use super::domain::Limits;
use crate::evidence::{Answer, Probe, ProbeError, SkipReason, Status};
use crate::model::DomainName;

type Key = (DomainName, Rtype);

/// Which cap a question counts against. SPF trees are written by others and can be large, so they have a cap of their
/// own: what they use must not decide whether a mail host's address is asked. Nor must the hosts that a page names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pool {
    General,
    Spf,
    Page,
}

/// Asks for one target.
#[derive(Debug)]
pub struct Session<'a> {
    resolver: &'a Resolver,
    limits: &'a Limits,
    started: Instant,
    answers: Mutex<BTreeMap<Key, Arc<OnceCell<Arc<Lookup>>>>>,
    asked: [Mutex<BTreeSet<Key>>; 3],
}

impl<'a> Session<'a> {
    /// A session in which nothing was asked yet.
    #[must_use]
    pub fn new(resolver: &'a Resolver, limits: &'a Limits) -> Self {
        Self { resolver, limits, started: Instant::now(), answers: Mutex::default(), asked: Default::default() }
    }

    /// The caps.
    pub(super) fn limits(&self) -> &Limits {
        self.limits
    }

    /// One question; `None` when a cap is reached. A question that was asked before is answered from memory, but
    /// counts in each pool, so that the count does not depend on who was first.
    pub(super) async fn ask(&self, pool: Pool, name: &DomainName, rtype: Rtype) -> Option<Arc<Lookup>> {
        let key = (name.clone(), rtype);
        {
            let (mut asked, cap) = match pool {
                Pool::General => (locked(&self.asked[0]), self.limits.general()),
                Pool::Spf => (locked(&self.asked[1]), self.limits.spf_questions),
                Pool::Page => (locked(&self.asked[2]), self.limits.page_questions),
            };
            if !asked.contains(&key) {
                if asked.len() >= cap || self.started.elapsed() >= self.limits.deadline {
                    return None;
                }
                asked.insert(key.clone());
            }
        }
        let cell = Arc::clone(locked(&self.answers).entry(key).or_default());
        let lookup = cell.get_or_init(|| async { Arc::new(self.resolver.lookup(name, rtype).await) }).await;
        Some(Arc::clone(lookup))
    }

    /// One question of the general pool.
    pub(super) async fn general(&self, name: &DomainName, rtype: Rtype) -> Option<Arc<Lookup>> {
        self.ask(Pool::General, name, rtype).await
    }

    /// Every answer, sorted by name and type.
    pub(super) fn into_answers(self) -> Vec<Answer> {
        let cells = self.answers.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut answers: Vec<Answer> =
            cells.into_values().filter_map(|cell| cell.get().map(|lookup| lookup.answer.clone())).collect();
        answers.sort_by(|a, b| (&a.name, &a.rtype).cmp(&(&b.name, &b.rtype)));
        answers
    }
}

/// A lock that a panic elsewhere has poisoned still guards whole values here.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a question says about a fact: only an answer can say "there is none".
pub(super) fn probe<T>(lookup: Option<&Lookup>, read: impl FnOnce(&Lookup) -> Option<T>) -> Probe<T> {
    let Some(lookup) = lookup else { return Probe::Skipped(SkipReason::Cap) };
    match lookup.answer.status {
        Status::Ok => read(lookup).map_or(Probe::Absent, Probe::Found),
        Status::Nodata | Status::Nxdomain => Probe::Absent,
        Status::NotRecorded => Probe::Skipped(SkipReason::NotRecorded),
        _ => Probe::Failed(error(lookup)),
    }
}

/// Reads further in what was found; everything else stays as it is.
pub(super) fn and_then<T, U>(probe: Probe<T>, read: impl FnOnce(T) -> Probe<U>) -> Probe<U> {
    match probe {
        Probe::Found(value) => read(value),
        Probe::Absent => Probe::Absent,
        Probe::Failed(error) => Probe::Failed(error),
        Probe::Skipped(reason) => Probe::Skipped(reason),
    }
}

/// Why a question has no usable answer.
pub(super) fn error(lookup: &Lookup) -> ProbeError {
    let answer = &lookup.answer;
    let mut detail = format!("{} {}", answer.name, answer.rtype);
    let more = lookup.detail();
    if !more.is_empty() {
        detail.push_str(": ");
        detail.push_str(&more);
    }
    ProbeError { status: answer.status, detail }
}

/// Whether the name asked is an alias: what was found belongs to another name.
pub(super) fn is_alias(lookup: Option<&Arc<Lookup>>) -> bool {
    lookup.is_some_and(|lookup| !lookup.chain.is_empty())
}

/// One fact asked in several ways: found if any found it; otherwise absent only if all say so.
pub(super) fn join_probes<T>(probes: impl IntoIterator<Item = Probe<Vec<T>>>) -> Probe<Vec<T>> {
    let mut found = Vec::new();
    let mut gap = None;
    for probe in probes {
        match probe {
            Probe::Found(more) => found.extend(more),
            Probe::Absent => {}
            // A failure says more than a question that was not asked.
            Probe::Failed(error) if !matches!(gap, Some(Probe::Failed(_))) => gap = Some(Probe::Failed(error)),
            Probe::Failed(_) => {}
            Probe::Skipped(reason) => {
                gap.get_or_insert(Probe::Skipped(reason));
            }
        }
    }
    if found.is_empty() { gap.unwrap_or(Probe::Absent) } else { Probe::Found(found) }
}

/// A future, or what came of it.
enum Slot<F: Future> {
    Running(Pin<Box<F>>),
    Done(F::Output),
    Taken,
}

/// Waits for all, polling in order: what each does before it first waits happens in order too.
pub(super) async fn join_all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F::Output: Unpin,
{
    let mut slots: Vec<Slot<F>> = futures.into_iter().map(|future| Slot::Running(Box::pin(future))).collect();
    poll_fn(|cx| {
        let mut pending = false;
        for slot in &mut slots {
            if let Slot::Running(future) = slot {
                match future.as_mut().poll(cx) {
                    Poll::Ready(output) => *slot = Slot::Done(output),
                    Poll::Pending => pending = true,
                }
            }
        }
        if pending {
            return Poll::Pending;
        }
        let done = slots.iter_mut().filter_map(|slot| match std::mem::replace(slot, Slot::Taken) {
            Slot::Done(output) => Some(output),
            Slot::Running(_) | Slot::Taken => None,
        });
        Poll::Ready(done.collect())
    })
    .await
}
