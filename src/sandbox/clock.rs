use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// The sandbox's time: the machine's, moved by what [`Clock::advance`] added. Clones move together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clock {
    ahead_ms: Arc<AtomicI64>,
}

impl Clock {
    pub(crate) fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_millis(self.ahead_ms.load(Ordering::Relaxed));
        Timestamp::now().saturating_add(ahead).unwrap_or(Timestamp::MAX)
    }

    /// Whole seconds since 1970, as tokens count.
    pub(crate) fn seconds(&self) -> i64 {
        self.now().as_second()
    }

    /// Moves on by so many seconds, or back.
    pub(crate) fn shift(&self, seconds: i64) {
        self.ahead_ms.fetch_add(seconds.saturating_mul(1000), Ordering::Relaxed);
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.ahead_ms.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::Relaxed);
    }
}
