//! Whether this session may write. Shared by every clone of a client; asked by the transport before a socket is used.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::Error;

/// How long an unlock lasts.
pub const UNLOCKED: Duration = Duration::from_secs(15 * 60);

/// A moment by two clocks: one that never jumps but may stand still while the machine sleeps, and the one on the wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    monotonic: Instant,
    wall: SystemTime,
}

impl Moment {
    /// The moment that is.
    pub fn now() -> Self {
        Self { monotonic: Instant::now(), wall: SystemTime::now() }
    }

    /// The moment that will be so much later.
    #[must_use]
    pub fn after(self, time: Duration) -> Self {
        Self { monotonic: self.monotonic + time, wall: self.wall + time }
    }

    /// Both clocks say that it is not reached.
    fn is_ahead(self, now: Self) -> bool {
        now.monotonic < self.monotonic && now.wall < self.wall
    }
}

/// The lock on writes. It starts closed and is opened when the environment is known to be no production.
#[derive(Debug, Clone)]
pub struct Guard(Arc<Mutex<State>>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Open,
    /// Closed until something opens it.
    Closed(String),
    /// Open until then, by whichever clock is there first; closed for this reason from then on.
    Unlocked(String, Moment),
    /// Closed for good.
    Locked(String),
}

impl Guard {
    /// Closed until the environment's type is known.
    pub fn new() -> Self {
        Self::of(State::Closed(
            "The kind of this environment is not known yet, so it is read-only.".to_owned(),
        ))
    }

    /// Read-only whatever the environment is. `reason` is a sentence for people.
    pub fn locked(reason: impl Into<String>) -> Self {
        Self::of(State::Locked(reason.into()))
    }

    fn of(state: State) -> Self {
        Self(Arc::new(Mutex::new(state)))
    }

    /// Allows writes from here on, unless the guard is locked.
    pub fn open(&self) {
        self.change(|_| State::Open);
    }

    /// Refuses writes from here on with this sentence, unless the guard is locked with another.
    pub fn close(&self, reason: impl Into<String>) {
        self.change(|_| State::Closed(reason.into()));
    }

    /// Allows writes for [`UNLOCKED`] from `now`; then it is closed for the reason it is closed for now. One that is
    /// open stays open, one that is locked stays locked.
    pub fn unlock(&self, now: Moment) {
        self.change(|state| match state {
            State::Closed(reason) | State::Unlocked(reason, _) => {
                State::Unlocked(reason, now.after(UNLOCKED))
            }
            other => other,
        });
    }

    /// Ends an unlock before its time.
    pub fn lock_again(&self) {
        self.change(|state| match state {
            State::Unlocked(reason, _) => State::Closed(reason),
            other => other,
        });
    }

    /// Why writes are refused; `None` when they are not.
    pub fn read_only(&self) -> Option<String> {
        self.read_only_at(Moment::now())
    }

    /// The same at a time that is given.
    pub fn read_only_at(&self, now: Moment) -> Option<String> {
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Open => None,
            State::Unlocked(_, until) if until.is_ahead(now) => None,
            State::Closed(reason) | State::Unlocked(reason, _) | State::Locked(reason) => {
                Some(reason.clone())
            }
        }
    }

    /// Nothing opens it.
    pub fn is_locked(&self) -> bool {
        matches!(&*self.0.lock().unwrap_or_else(PoisonError::into_inner), State::Locked(_))
    }

    /// Lets a write pass, or says why not.
    pub(super) fn check_write(&self) -> Result<(), Error> {
        self.read_only().map_or(Ok(()), |reason| Err(Error::Refused { reason }))
    }

    fn change(&self, to: impl FnOnce(State) -> State) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !matches!(*state, State::Locked(_)) {
            *state = to(state.clone());
        }
    }
}

impl Default for Guard {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_is_closed_until_it_is_opened_and_clones_share_it() {
        let guard = Guard::new();
        let clone = guard.clone();
        assert!(clone.check_write().unwrap_err().is_refused());
        guard.open();
        assert_eq!(clone.read_only(), None);
        guard.close("This is production.");
        assert_eq!(clone.read_only().as_deref(), Some("This is production."));
    }

    #[test]
    fn a_locked_guard_stays_locked() {
        let guard = Guard::locked("Read-only was asked for.");
        guard.open();
        guard.unlock(Moment::now());
        assert_eq!(guard.read_only().as_deref(), Some("Read-only was asked for."));
        assert!(guard.is_locked());
    }

    #[test]
    fn an_unlock_ends_by_itself_with_the_reason_from_before() {
        let (guard, now) = (Guard::new(), Moment::now());
        guard.close("This is production.");
        guard.unlock(now);
        assert_eq!(guard.read_only_at(now.after(UNLOCKED - Duration::from_millis(1))), None);
        let again = guard.read_only_at(now.after(UNLOCKED));
        assert_eq!(again.as_deref(), Some("This is production."));
    }

    #[test]
    fn an_unlock_does_not_last_through_a_sleep_nor_longer_when_the_clock_is_set_back() {
        let (guard, now) = (Guard::new(), Moment::now());
        guard.unlock(now);
        // While the machine slept the monotonic clock may have stood still.
        let woken = Moment { wall: now.wall + Duration::from_secs(8 * 3_600), ..now };
        assert!(guard.read_only_at(woken).is_some());
        let set_back = Moment { wall: now.wall - Duration::from_secs(3_600), ..now.after(UNLOCKED) };
        assert!(guard.read_only_at(set_back).is_some());
    }

    #[test]
    fn an_unlock_can_be_ended_and_does_not_shorten_what_is_open() {
        let (guard, now) = (Guard::new(), Moment::now());
        guard.unlock(now);
        guard.lock_again();
        assert!(guard.read_only_at(now).is_some());
        guard.open();
        guard.unlock(now);
        guard.lock_again();
        assert_eq!(guard.read_only_at(now.after(2 * UNLOCKED)), None);
    }
}
