//! How old an access token is, and when it is renewed.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::store::Entry;
use super::tokens::AccessToken;
use super::{Error, Grant};

/// A token is renewed when less than this is left of it, or less than a quarter of its life.
const AHEAD: Duration = Duration::from_secs(5 * 60);
/// Two renewals by time are at least so far apart.
pub(super) const APART: Duration = Duration::from_secs(10);

/// A token with its age.
#[derive(Debug)]
pub(super) struct State {
    pub(super) entry: Entry,
    pub(super) current: AccessToken,
    /// The token's age began here. Set back for a token that was kept on disk.
    pub(super) since: Instant,
    /// Part of the age that passed before `since` could say so.
    pub(super) age_before: Duration,
    pub(super) renewed: Option<Instant>,
    /// The server refused the token, whatever its age says.
    pub(super) refused: bool,
    /// The refresh token here is newer than the one on disk.
    pub(super) is_ahead: bool,
    /// When the last renewal failed, and how.
    pub(super) failed: Option<(Instant, Arc<Error>)>,
}

impl State {
    /// Takes tokens that are not kept.
    pub(super) fn take(&mut self, grant: Grant, generation: u64) {
        let renewed = self.renewed;
        let entry = self.entry.renewed_by(grant);
        *self = State { renewed, ..State::new(entry, generation, SystemTime::now()) };
    }

    /// `now` is the wall clock's: the only one that lasts from one run to the next. A token from the future, or from
    /// before a jump of the clock, counts as run out; its first use renews it, and then the monotonic clock rules.
    pub(super) fn new(entry: Entry, generation: u64, now: SystemTime) -> State {
        let age_before = match now.duration_since(entry.obtained) {
            Ok(age) => age,
            Err(ahead) if ahead.duration() <= Duration::from_secs(60) => Duration::ZERO,
            Err(_) => entry.lifetime.unwrap_or_default(),
        };
        let current = AccessToken { token: entry.access_token.clone(), generation };
        State {
            entry,
            current,
            since: Instant::now(),
            age_before,
            renewed: None,
            refused: false,
            is_ahead: false,
            failed: None,
        }
    }

    pub(super) fn age(&self, now: Instant) -> Duration {
        self.age_before.saturating_add(now.duration_since(self.since))
    }
}
/// Whether a token should be renewed. One of unknown life is used until it is refused.
pub(super) fn is_due(lifetime: Option<Duration>, age: Duration) -> bool {
    lifetime.is_some_and(|lifetime| lifetime.saturating_sub(age) < AHEAD.min(lifetime / 4))
        || has_run_out(lifetime, age)
}

/// When a token should be renewed, from now on. Nothing for one of unknown life.
pub(super) fn due_in(lifetime: Option<Duration>, age: Duration) -> Option<Duration> {
    let lifetime = lifetime?;
    let due_at = lifetime.saturating_sub(AHEAD.min(lifetime / 4));
    Some(due_at.saturating_sub(age).saturating_add(Duration::from_secs(1)))
}

pub(super) fn has_run_out(lifetime: Option<Duration>, age: Duration) -> bool {
    lifetime.is_some_and(|lifetime| age >= lifetime)
}
/// Whether the last renewal is long enough ago for another one by time.
pub(super) fn may_renew(since_last: Option<Duration>) -> bool {
    since_last.is_none_or(|since| since >= APART)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::auth::store::Key;
    use crate::auth::{Asked, Renewal};

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_token_is_due_when_less_than_five_minutes_or_a_quarter_of_its_life_is_left() {
        let cases = [
            (Some(3600), 0, false),
            (Some(3600), 3300, false),
            (Some(3600), 3301, true),
            (Some(400), 300, false),
            (Some(400), 301, true),
            (Some(4), 3, false),
            (Some(4), 4, true),
            (Some(0), 0, true),
            (Some(3600), 1_000_000, true),
            (None, 1_000_000, false),
        ];
        for (lifetime, age, due) in cases {
            assert_eq!(is_due(lifetime.map(s), s(age)), due, "{lifetime:?} {age}");
        }
    }

    #[test]
    fn two_renewals_by_time_are_ten_seconds_apart() {
        assert!(may_renew(None) && may_renew(Some(s(10))));
        assert!(!may_renew(Some(s(9))));
    }

    fn entry(obtained: SystemTime) -> Entry {
        Entry {
            key: Key {
                environment: "https://a".into(),
                client_id: "app".into(),
                authority: "https://l/t".into(),
                account: None,
            },
            family: Uuid::nil(),
            signed_in: obtained,
            token_endpoint: "https://l/t/token".into(),
            asked: Asked::Scope("s".into()),
            renewal: Renewal::RefreshToken,
            claims: None,
            access_token: "A".into(),
            refresh_token: None,
            obtained,
            lifetime: Some(s(3600)),
        }
    }

    #[test]
    fn the_age_of_a_kept_token_survives_jumps_of_the_clock() {
        let then = SystemTime::UNIX_EPOCH + s(1_795_432_000);
        let state = |now| State::new(entry(then), 0, now);
        assert_eq!(state(then + s(100)).age_before, s(100));
        assert_eq!(state(then - s(30)).age_before, s(0), "a little skew is none");
        assert_eq!(state(then - s(86_400)).age_before, s(3600), "a token from tomorrow is renewed");
        let due = |state: State| is_due(state.entry.lifetime, state.age(state.since));
        assert!(due(state(then + s(86_400))) && due(state(then - s(86_400))) && !due(state(then)));
    }

    #[test]
    fn a_clock_that_is_wrong_by_minutes_or_a_day_costs_one_renewal_and_then_only_the_monotonic_one_counts() {
        let then = SystemTime::UNIX_EPOCH + s(1_795_432_000);
        for minutes in [-1440i64, -60, -10, -2, 0, 2, 10, 50, 60, 1440] {
            for passed in [0, 600, 3_000, 3_500] {
                // The clock is wrong by so much when the program starts again after so many seconds.
                let shown = s(1_795_432_000 + passed).as_secs().checked_add_signed(minutes * 60).unwrap();
                let shown = SystemTime::UNIX_EPOCH + s(shown);
                let state = State::new(entry(then), 0, shown);
                let begun = state.since;
                let due = is_due(state.entry.lifetime, state.age(begun));
                let expected = match shown.duration_since(then) {
                    Ok(age) => age > s(3_300),
                    Err(ahead) => ahead.duration() > s(60),
                };
                assert_eq!(due, expected, "{minutes} min after {passed} s");
                // A renewal begins a new age at the time that the wrong clock shows; later jumps of it change nothing.
                let renewed = State::new(entry(shown), 1, shown);
                for (later, due) in [(1, false), (600, false), (3_300, false), (3_301, true)] {
                    let now = renewed.since + s(later);
                    assert_eq!(is_due(renewed.entry.lifetime, renewed.age(now)), due, "{minutes}: {later}");
                }
            }
        }
    }

    #[test]
    fn lives_that_no_clock_can_show_are_long_ones() {
        for lifetime in [Duration::MAX, s(u64::MAX), s(u64::MAX / 2)] {
            let forever = Entry { lifetime: Some(lifetime), ..entry(SystemTime::UNIX_EPOCH + s(10_000)) };
            let state = State::new(forever.clone(), 0, SystemTime::UNIX_EPOCH);
            let age = state.age(state.since + s(60));
            assert!(is_due(Some(lifetime), age), "a token from the future is renewed");
            let state = State::new(forever, 0, SystemTime::UNIX_EPOCH + s(10_000));
            assert!(!is_due(Some(lifetime), state.age(state.since + s(3600))));
            assert!(due_in(Some(lifetime), Duration::ZERO).unwrap() > s(1_000_000));
        }
    }
}
