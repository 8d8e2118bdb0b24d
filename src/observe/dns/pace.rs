//! Politeness towards a resolver: a bucket of tokens that fills at a fixed rate.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Hands out send times. The bucket holds a tenth of a second's worth, at least one packet.
#[derive(Debug)]
pub(super) struct Pace {
    interval: Duration,
    depth: Duration,
    /// When the bucket would be empty if nothing were sent: the theoretical arrival time of the leaky bucket.
    next: Mutex<Instant>,
}

impl Pace {
    pub(super) fn new(per_second: u32) -> Self {
        let interval = Duration::from_secs(1) / per_second.max(1);
        let depth = interval * (per_second / 10).saturating_sub(1);
        Self { interval, depth, next: Mutex::new(Instant::now()) }
    }

    /// Waits for a token; says how long that took, so that a question's own time does not run meanwhile.
    pub(super) async fn take(&self) -> Duration {
        let now = Instant::now();
        let at = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let slot = (*next).max(now);
            *next = slot + self.interval;
            slot.checked_sub(self.depth).map_or(now, |at| at.max(now))
        };
        if at > now {
            sleep_until(at).await;
        }
        at - now
    }
}
