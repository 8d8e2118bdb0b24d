//! Answers shared by identical questions: those under way at the same time, and later ones while there is room.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::{Lookup, Rtype};
use crate::model::DomainName;

type Key = (DomainName, Rtype);

#[derive(Debug, Default)]
struct Entry {
    /// Filled by whoever asks first; when that one is dropped half way, the next waiter takes over.
    cell: OnceCell<Lookup>,
    /// Asked for again since the clock's hand came by.
    wanted: AtomicBool,
}

#[derive(Debug, Default)]
struct Table {
    entries: HashMap<Key, Arc<Entry>>,
    /// Finished entries in the order of the clock's hand (second chance): names asked once leave before shared hosts.
    clock: VecDeque<Key>,
}

/// Bounded single-flight cache. Answers stay for the life of the client whatever their TTL: within one run the same
/// question has the same answer.
#[derive(Debug)]
pub(super) struct Cache {
    room: usize,
    table: Mutex<Table>,
}

impl Cache {
    pub(super) fn new(room: usize) -> Self {
        Self { room, table: Mutex::default() }
    }

    /// The shared answer, or that of `ask`, which is kept if `keep` says so.
    pub(super) async fn get_or_ask<F>(&self, key: Key, ask: F, keep: fn(&Lookup) -> bool) -> Lookup
    where
        F: Future<Output = Lookup>,
    {
        let entry = {
            let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
            match table.entries.get(&key) {
                Some(entry) => {
                    entry.wanted.store(true, Ordering::Relaxed);
                    Arc::clone(entry)
                }
                None => {
                    let entry = Arc::<Entry>::default();
                    table.entries.insert(key.clone(), Arc::clone(&entry));
                    entry
                }
            }
        };
        let flight = Flight { cache: self, key, entry, asked: AtomicBool::new(false), kept: AtomicBool::new(false) };
        let lookup = flight
            .entry
            .cell
            .get_or_init(|| async {
                flight.asked.store(true, Ordering::Relaxed);
                ask.await
            })
            .await
            .clone();
        if flight.asked.load(Ordering::Relaxed) && keep(&lookup) && self.room > 0 {
            flight.keep();
        }
        lookup
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.table.lock().unwrap_or_else(PoisonError::into_inner).entries.len()
    }
}

/// One participant in a question. When the last one goes and nothing was kept, the entry goes too, also when every
/// one of them was dropped before an answer came.
struct Flight<'a> {
    cache: &'a Cache,
    key: Key,
    entry: Arc<Entry>,
    /// This one put the question (and so decides about its entry), or took over from one who was dropped.
    asked: AtomicBool,
    kept: AtomicBool,
}

impl Flight<'_> {
    fn keep(&self) {
        let mut guard = self.cache.table.lock().unwrap_or_else(PoisonError::into_inner);
        let table = &mut *guard;
        self.kept.store(true, Ordering::Relaxed);
        table.clock.push_back(self.key.clone());
        while table.clock.len() > self.cache.room {
            let Some(key) = table.clock.pop_front() else { break };
            let wanted = table.entries.get(&key).is_some_and(|entry| entry.wanted.swap(false, Ordering::Relaxed));
            if wanted {
                table.clock.push_back(key);
            } else {
                table.entries.remove(&key);
            }
        }
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let asked = self.asked.load(Ordering::Relaxed);
        let answered = self.entry.cell.initialized();
        if self.kept.load(Ordering::Relaxed) || (answered && !asked) {
            return;
        }
        let mut table = self.cache.table.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = table.entries.get(&self.key).is_some_and(|entry| Arc::ptr_eq(entry, &self.entry));
        // Two holders are the table and this one: nobody else waits for the answer.
        if mine && (answered || Arc::strong_count(&self.entry) <= 2) {
            table.entries.remove(&self.key);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test ends where it fails")]
mod tests {
    use super::*;
    use crate::evidence::{Answer, Status};

    fn lookup(name: &DomainName, status: Status) -> Lookup {
        let answer = Answer {
            name: name.clone(),
            rtype: "A".into(),
            status,
            upstream: String::new(),
            transport: None,
            packets: 1,
            ttl: None,
            flags: Vec::new(),
            wire: String::new(),
            recorded: Vec::new(),
        };
        Lookup { answer, chain: Vec::new(), data: Vec::new() }
    }

    fn is_kept(lookup: &Lookup) -> bool {
        lookup.answer.status == Status::Nodata
    }

    /// Whatever becomes of a question, no entry is left behind that nobody counts.
    #[tokio::test]
    async fn nothing_leaks() {
        let cache = Cache::new(3);
        for number in 0..50 {
            let name = DomainName::from_ascii(&format!("n{number}.test")).unwrap();
            let key = (name.clone(), Rtype::A);
            cache.get_or_ask(key.clone(), async { lookup(&name, Status::Timeout) }, is_kept).await;
            let never = cache.get_or_ask(key.clone(), std::future::pending(), is_kept);
            let waiting = cache.get_or_ask(key.clone(), std::future::pending(), is_kept);
            let both = async { tokio::join!(never, waiting) };
            assert!(tokio::time::timeout(std::time::Duration::from_millis(1), both).await.is_err());
            if number < 25 {
                cache.get_or_ask(key, async { lookup(&name, Status::Nodata) }, is_kept).await;
            }
            assert!(cache.len() <= 3, "{} entries", cache.len());
        }
        let none = Cache::new(0);
        let name = DomainName::from_ascii("a.test").unwrap();
        none.get_or_ask((name.clone(), Rtype::A), async { lookup(&name, Status::Nodata) }, is_kept).await;
        assert_eq!(none.len(), 0);
    }
}
