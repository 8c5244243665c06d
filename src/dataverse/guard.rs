//! Whether this session may write. Shared by every clone of a client; asked by the transport before a socket is used.

use std::sync::{Arc, Mutex, PoisonError};

use super::Error;

/// The lock on writes. It starts closed and is opened when the environment is known to be no production.
#[derive(Debug, Clone)]
pub struct Guard(Arc<Mutex<State>>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Open,
    /// Closed until something opens it.
    Closed(String),
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
        self.change(State::Open);
    }

    /// Refuses writes from here on with this sentence, unless the guard is locked with another.
    pub fn close(&self, reason: impl Into<String>) {
        self.change(State::Closed(reason.into()));
    }

    /// Why writes are refused; `None` when they are not.
    pub fn read_only(&self) -> Option<String> {
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Open => None,
            State::Closed(reason) | State::Locked(reason) => Some(reason.clone()),
        }
    }

    /// Lets a write pass, or says why not.
    pub(super) fn check_write(&self) -> Result<(), Error> {
        self.read_only().map_or(Ok(()), |reason| Err(Error::Refused { reason }))
    }

    fn change(&self, to: State) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !matches!(*state, State::Locked(_)) {
            *state = to;
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
        assert_eq!(guard.read_only().as_deref(), Some("Read-only was asked for."));
    }
}
