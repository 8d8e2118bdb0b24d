//! One upstream and what was learnt about it during the run.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::Settings;
use super::pace::Pace;
use super::sockets::Pool;

/// Failures to answer, in a row, after which an upstream is asked last.
const DEMOTE_AFTER: u32 = 3;
/// How often a demoted upstream gets a chance to come back.
const PROBATION: Duration = Duration::from_secs(30);
/// Times in a row that only a question without EDNS was answered before questions begin without it.
const PLAIN_AFTER: u32 = 3;

/// How an upstream is reached. DNS over TLS and over HTTPS are further ways; the rest of the client is theirs too.
#[derive(Debug)]
pub(super) enum Way {
    /// UDP, and TCP where a message does not fit.
    Plain(Pool),
}

/// A resolver that is asked.
#[derive(Debug)]
pub(super) struct Upstream {
    pub(super) address: SocketAddr,
    pub(super) way: Way,
    pub(super) pace: Option<Pace>,
    silent: AtomicU32,
    second_chance: Mutex<Option<Instant>>,
    plain: AtomicU32,
    mangles_case: AtomicBool,
}

impl Upstream {
    pub(super) fn new(address: SocketAddr, settings: &Settings) -> Self {
        Self {
            address,
            way: Way::Plain(Pool::new(address, settings.sockets)),
            pace: settings.rate.map(Pace::new),
            silent: AtomicU32::new(0),
            second_chance: Mutex::new(None),
            plain: AtomicU32::new(0),
            mangles_case: AtomicBool::new(false),
        }
    }

    pub(super) fn open(&self) -> io::Result<()> {
        match &self.way {
            Way::Plain(pool) => pool.open_one(),
        }
    }

    /// Whether questions should begin elsewhere. Now and then one question is let through.
    pub(super) fn is_demoted(&self, now: Instant) -> bool {
        if self.silent.load(Ordering::Relaxed) < DEMOTE_AFTER {
            return false;
        }
        let mut chance = self.second_chance.lock().unwrap_or_else(PoisonError::into_inner);
        match *chance {
            Some(at) if at <= now => {
                *chance = Some(now + PROBATION);
                false
            }
            Some(_) => true,
            None => {
                *chance = Some(now + PROBATION);
                true
            }
        }
    }

    /// It did not answer, or answers nobody.
    pub(super) fn was_silent(&self) {
        self.silent.fetch_add(1, Ordering::Relaxed);
    }

    /// It answered; `edns` says whether the question had EDNS.
    pub(super) fn answered(&self, edns: bool) {
        self.silent.store(0, Ordering::Relaxed);
        if edns {
            self.plain.store(0, Ordering::Relaxed);
        }
    }

    /// It answered a question without EDNS after it had not answered the same one with it.
    pub(super) fn wanted_plain(&self) {
        self.plain.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether to begin with EDNS.
    pub(super) fn takes_edns(&self) -> bool {
        self.plain.load(Ordering::Relaxed) < PLAIN_AFTER
    }

    /// TCP showed that it really does change the case of questions.
    pub(super) fn found_mangling(&self) {
        self.mangles_case.store(true, Ordering::Relaxed);
    }

    /// Whether the random case is of use with it.
    pub(super) fn keeps_case(&self) -> bool {
        !self.mangles_case.load(Ordering::Relaxed)
    }
}
