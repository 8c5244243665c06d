//! The time zone that a person reads times in: the one of their settings in Dataverse.
//!
//! Must not know: where zones come from. Until the settings are read, and where they cannot be, it is UTC and says so.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// A time zone and its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Zone {
    /// What it is called: `Europe/London`.
    pub name: String,
    /// Its rules.
    pub rules: TimeZone,
}

impl Default for Zone {
    fn default() -> Self {
        Self { name: "UTC".into(), rules: TimeZone::UTC }
    }
}

impl Zone {
    /// An instant as the server writes it, as a person reads it in this zone: `2026-11-27 09:00`.
    pub fn local(&self, text: &str, with_time: bool) -> Option<String> {
        let moment = instant(text)?.to_zoned(self.rules.clone()).datetime();
        Some(moment.strftime(pattern(with_time)).to_string())
    }

    /// A time that is the same everywhere, as it is written: nothing is shifted.
    pub fn wall(text: &str, with_time: bool) -> Option<String> {
        let moment: DateTime = text.strip_suffix('Z').unwrap_or(text).parse().ok()?;
        Some(moment.strftime(pattern(with_time)).to_string())
    }

    /// The time of day of an instant, to the second.
    pub fn clock(&self, instant: Timestamp) -> String {
        instant.to_zoned(self.rules.clone()).strftime("%H:%M:%S").to_string()
    }

    /// An instant to the second, with its zone, and its time of day in UTC: `2026-11-27 09:00:07 Europe/London`.
    pub fn exact(&self, instant: Timestamp) -> String {
        let moment = instant.to_zoned(self.rules.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
        let name = &self.name;
        match self.rules == TimeZone::UTC {
            true => format!("{moment} {name}"),
            false => format!("{moment} {name} ({}Z)", instant.strftime("%H:%M:%S")),
        }
    }

    /// An instant in words, with its zone: `Fri 27 Nov 2026 09:00 Europe/London`.
    pub fn reading_of(&self, text: &str) -> Option<String> {
        Some(self.words(instant(text)?))
    }

    /// An instant in words, and the same in UTC: `Fri 27 Nov 2026 09:00 Europe/London (09:00Z)`.
    pub fn both(&self, text: &str) -> Option<String> {
        Some(self.both_of(instant(text)?))
    }

    /// The same of an instant.
    pub fn both_of(&self, instant: Timestamp) -> String {
        let local = instant.to_zoned(self.rules.clone()).datetime();
        let universal = instant.to_zoned(TimeZone::UTC).datetime();
        if self.rules == TimeZone::UTC {
            return self.words(instant);
        }
        let other_day = if local.date() == universal.date() { "%H:%MZ" } else { "%a %-d %b %H:%MZ" };
        format!("{} ({})", self.words(instant), universal.strftime(other_day))
    }

    fn words(&self, instant: Timestamp) -> String {
        let moment = instant.to_zoned(self.rules.clone()).datetime();
        format!("{} {}", moment.strftime("%a %-d %b %Y %H:%M"), self.name)
    }
}

fn pattern(with_time: bool) -> &'static str {
    if with_time { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d" }
}

/// An instant as the server writes it: `2026-11-27T09:00:00Z`. A date alone is none.
fn instant(text: &str) -> Option<Timestamp> {
    let looks = (17..=40).contains(&text.len()) && text.as_bytes().get(10) == Some(&b'T');
    text.parse().ok().filter(|_| looks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> Zone {
        Zone { name: "Europe/Berlin".into(), rules: TimeZone::get("Europe/Berlin").unwrap() }
    }

    #[test]
    fn an_instant_is_read_in_the_zone_with_utc_beside_it() {
        let both = |text: &str| berlin().both(text).unwrap();
        assert_eq!(both("2026-11-27T08:00:00Z"), "Fri 27 Nov 2026 09:00 Europe/Berlin (08:00Z)");
        assert_eq!(both("2026-07-01T08:00:00Z"), "Wed 1 Jul 2026 10:00 Europe/Berlin (08:00Z)");
        assert_eq!(both("2026-11-26T23:30:00Z"), "Fri 27 Nov 2026 00:30 Europe/Berlin (Thu 26 Nov 23:30Z)");
        assert_eq!(Zone::default().both("2026-11-27T08:00:00Z").unwrap(), "Fri 27 Nov 2026 08:00 UTC");
        assert_eq!(berlin().local("2026-11-26T23:30:00Z", true).unwrap(), "2026-11-27 00:30");
    }

    #[test]
    fn a_request_is_told_to_the_second_with_utc_beside_it() {
        let at: Timestamp = "2026-11-27T08:00:07Z".parse().unwrap();
        assert_eq!(berlin().clock(at), "09:00:07");
        assert_eq!(berlin().exact(at), "2026-11-27 09:00:07 Europe/Berlin (08:00:07Z)");
        assert_eq!(Zone::default().exact(at), "2026-11-27 08:00:07 UTC");
    }

    #[test]
    fn a_date_alone_and_a_time_that_is_the_same_everywhere_are_never_shifted() {
        assert_eq!(berlin().both("2026-11-27"), None);
        assert_eq!(berlin().reading_of("2026-11-27"), None);
        assert_eq!(Zone::wall("2026-11-26T23:30:00Z", true).unwrap(), "2026-11-26 23:30");
    }

    #[test]
    fn the_first_and_the_last_instant_are_read() {
        assert_eq!(berlin().both("0001-01-01T00:00:00Z").unwrap().split(' ').nth(3), Some("0001"));
        assert!(berlin().both("9999-12-30T21:59:59Z").is_some());
        // Behind the last instant that zones have rules for the text stands alone.
        assert_eq!(berlin().both("9999-12-30T23:59:59Z"), None);
    }
}
