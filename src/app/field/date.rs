//! Dates, with or without a time, in the person's time zone: words and exact forms, and what they were understood as.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};

use super::date_words::{self, Words};
use crate::app::pending::Staged;
use crate::app::zone::Zone;
use crate::dataverse::Change;
use crate::dataverse::metadata::{DateBehavior, DateFormat};

/// The earliest date the service stores.
const EARLIEST: Date = Date::constant(1753, 1, 1);
/// The last one.
const LATEST: Date = Date::constant(9999, 12, 30);

/// Reads a date as the column wants it.
///
/// # Errors
///
/// A sentence: not understood, ambiguous, or a time where the column has none.
pub fn read(
    typed: &str,
    format: DateFormat,
    behavior: DateBehavior,
    now: Timestamp,
    zone: &Zone,
) -> Result<Staged, String> {
    let today = now.to_zoned(zone.rules.clone()).datetime();
    // What is the same everywhere is never shifted.
    let shifts = behavior == DateBehavior::UserLocal;
    let rules = if shifts { &zone.rules } else { &TimeZone::UTC };
    let Words { date, time } = date_words::read(typed, today, rules)?;
    let with_time = format == DateFormat::DateAndTime && behavior != DateBehavior::DateOnly;
    if time.is_some() && !with_time {
        return Err("This column is a date without a time.".into());
    }
    if date < EARLIEST || date > LATEST {
        return Err(format!("From {EARLIEST} to {LATEST}."));
    }
    let moment = date.to_datetime(time.unwrap_or(Time::midnight()));
    let change = match behavior {
        DateBehavior::DateOnly => date.to_string(),
        DateBehavior::TimeZoneIndependent => moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        DateBehavior::UserLocal => {
            let instant = moment.to_zoned(rules.clone()).map_err(|_| "That is out of range.".to_owned())?;
            instant.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
        }
    };
    let year = if date.year() == today.year() { "" } else { " %Y" };
    let clock = if with_time { " %H:%M" } else { "" };
    let text = moment.strftime(&format!("%a %-d %b{year}{clock}")).to_string();
    Ok(Staged { change: Change::Text(change), text })
}

/// What was understood, in full, with how far away it is:
/// `Fri 27 Nov 2026 09:00 Europe/Berlin (08:00Z)   in 4 days`.
pub fn interpretation(
    staged: &Staged,
    behavior: DateBehavior,
    now: Timestamp,
    zone: &Zone,
) -> Option<String> {
    let Change::Text(text) = &staged.change else { return None };
    let now = now.to_zoned(zone.rules.clone()).datetime();
    let clock = staged.text.contains(':');
    let rules = if behavior == DateBehavior::UserLocal { &zone.rules } else { &TimeZone::UTC };
    let (moment, both) = match text.parse::<Timestamp>() {
        Ok(instant) => (instant.to_zoned(rules.clone()).datetime(), Some(zone.both_of(instant))),
        Err(_) => (text.parse::<Date>().ok()?.to_datetime(Time::midnight()), None),
    };
    let words = match (clock, behavior, both) {
        (true, DateBehavior::UserLocal, Some(both)) => both,
        (true, ..) => format!("{} in any time zone", moment.strftime("%a %-d %b %Y %H:%M")),
        (false, ..) => moment.strftime("%a %-d %b %Y").to_string(),
    };
    Some(format!("{words}   {}", distance(now, moment, clock)))
}

/// How far a moment is from now, in the unit that says most.
fn distance(now: DateTime, moment: DateTime, clock: bool) -> String {
    let days = now.date().until((Unit::Day, moment.date())).map_or(0, |span| span.get_days());
    let hours = now.until((Unit::Hour, moment)).map_or(0, |span| span.get_hours());
    let (number, unit) = match days {
        0 if clock && hours != 0 => (i64::from(hours), "hour"),
        0 => return "today".into(),
        1 => return "tomorrow".into(),
        -1 => return "yesterday".into(),
        days => (i64::from(days), "day"),
    };
    let plural = if number.abs() == 1 { "" } else { "s" };
    match number > 0 {
        true => format!("in {number} {unit}{plural}"),
        false => format!("{} {unit}{plural} ago", -number),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A Monday afternoon.
    fn now() -> Timestamp {
        "2026-11-23T14:02:00Z".parse().unwrap()
    }

    fn day(typed: &str) -> Result<String, String> {
        read(typed, DateFormat::DateOnly, DateBehavior::DateOnly, now(), &Zone::default())
            .map(|staged| staged.change.json())
    }

    fn moment(typed: &str) -> Result<String, String> {
        read(typed, DateFormat::DateAndTime, DateBehavior::UserLocal, now(), &Zone::default()).map(|staged| {
            match staged.change {
                Change::Text(text) => text,
                other => other.json(),
            }
        })
    }

    #[test]
    fn words_become_dates() {
        for (typed, date) in [
            ("today", "2026-11-23"),
            ("tod", "2026-11-23"),
            ("t", "2026-11-23"),
            ("tom", "2026-11-24"),
            ("Tomorrow", "2026-11-24"),
            ("yesterday", "2026-11-22"),
            ("fri", "2026-11-27"),
            ("mon", "2026-11-30"),
            ("next fri", "2026-12-04"),
            ("+3d", "2026-11-26"),
            ("+2w", "2026-12-07"),
            ("-1m", "2026-10-23"),
            ("+1y", "2027-11-23"),
            ("eom", "2026-11-30"),
            ("eoq", "2026-12-31"),
            ("eoy", "2026-12-31"),
            ("3 bd", "2026-11-26"),
            ("5 bd", "2026-11-30"),
            ("27 nov", "2026-11-27"),
            ("nov 27", "2026-11-27"),
            ("27 nov 2027", "2027-11-27"),
            ("2026-11-27", "2026-11-27"),
            ("27.11.2026", "2026-11-27"),
        ] {
            assert_eq!(day(typed), Ok(format!("\"{date}\"")), "{typed}");
        }
    }

    #[test]
    fn times_belong_to_columns_that_have_one() {
        for (typed, instant) in [
            ("tom 9", "2026-11-24T09:00:00Z"),
            ("9am", "2026-11-23T09:00:00Z"),
            ("9:30pm", "2026-11-23T21:30:00Z"),
            ("12am", "2026-11-23T00:00:00Z"),
            ("+4h", "2026-11-23T18:02:00Z"),
            ("27 nov 14:30", "2026-11-27T14:30:00Z"),
            ("27 nov 2027 14:30", "2027-11-27T14:30:00Z"),
            ("2026-11-27T09:00Z", "2026-11-27T09:00:00Z"),
            ("2026-11-27 09:00", "2026-11-27T09:00:00Z"),
            ("2026-11-27T09:00:00+02:00", "2026-11-27T07:00:00Z"),
            ("fri", "2026-11-27T00:00:00Z"),
        ] {
            assert_eq!(moment(typed), Ok(instant.to_owned()), "{typed}");
        }
        for typed in ["tom 9", "2026-11-27T09:00Z", "+4h", "9am"] {
            assert_eq!(day(typed).unwrap_err(), "This column is a date without a time.", "{typed}");
        }
    }

    #[test]
    fn what_is_ambiguous_or_not_understood_is_refused_with_a_sentence() {
        assert_eq!(day("11/12").unwrap_err(), "11/12 can be 11 Dec or 12 Nov. Type `11 dec` or `12 nov`.");
        assert_eq!(day("13/12"), Ok("\"2026-12-13\"".into()));
        for typed in ["soon", "31 feb", "25:00", "fri fri", "2026-13-01", "+d", "99999999999d", "13pm", "+3"]
        {
            assert!(moment(typed).unwrap_err().starts_with("Not understood"), "{typed}");
        }
        assert!(day("1500-01-01").unwrap_err().starts_with("From 1753-01-01"));
    }

    #[test]
    fn a_date_without_time_of_a_local_column_is_sent_as_midnight() {
        let staged =
            read("fri", DateFormat::DateOnly, DateBehavior::UserLocal, now(), &Zone::default()).unwrap();
        assert_eq!(
            staged,
            Staged { change: Change::Text("2026-11-27T00:00:00Z".into()), text: "Fri 27 Nov".into() }
        );
    }

    #[test]
    fn what_was_understood_is_said_in_full() {
        let said = |typed: &str, format, behavior| {
            let staged = read(typed, format, behavior, now(), &Zone::default()).unwrap();
            interpretation(&staged, behavior, now(), &Zone::default()).unwrap()
        };
        let (both, local) = (DateFormat::DateAndTime, DateBehavior::UserLocal);
        assert_eq!(said("fri 9", both, local), "Fri 27 Nov 2026 09:00 UTC   in 4 days");
        assert_eq!(said("+2h", both, local), "Mon 23 Nov 2026 16:02 UTC   in 2 hours");
        assert_eq!(said("tom", DateFormat::DateOnly, DateBehavior::DateOnly), "Tue 24 Nov 2026   tomorrow");
        assert_eq!(
            said("tom 9", both, DateBehavior::TimeZoneIndependent),
            "Tue 24 Nov 2026 09:00 in any time zone   tomorrow"
        );
    }

    #[test]
    fn times_are_those_of_the_persons_zone_and_sent_in_utc() {
        let berlin = Zone { name: "Europe/Berlin".into(), rules: TimeZone::get("Europe/Berlin").unwrap() };
        let staged = |typed: &str, behavior| {
            let staged = read(typed, DateFormat::DateAndTime, behavior, now(), &berlin).unwrap();
            let said = interpretation(&staged, behavior, now(), &berlin).unwrap();
            (staged.change.json(), staged.text, said)
        };
        let (change, text, said) = staged("fri 9", DateBehavior::UserLocal);
        assert_eq!((change.as_str(), text.as_str()), ("\"2026-11-27T08:00:00Z\"", "Fri 27 Nov 09:00"));
        assert_eq!(said, "Fri 27 Nov 2026 09:00 Europe/Berlin (08:00Z)   in 4 days");
        assert_eq!(staged("2026-07-01T09:00Z", DateBehavior::UserLocal).1, "Wed 1 Jul 11:00");
        assert_eq!(staged("fri 9", DateBehavior::TimeZoneIndependent).0, "\"2026-11-27T09:00:00Z\"");
        // The hour that summer time leaves out is read as the one after it.
        assert_eq!(staged("2027-03-28 02:30", DateBehavior::UserLocal).0, "\"2027-03-28T01:30:00Z\"");
        let late = "2026-11-23T23:30:00Z".parse().unwrap();
        let day = read("today", DateFormat::DateOnly, DateBehavior::DateOnly, late, &berlin).unwrap();
        assert_eq!(day.change.json(), "\"2026-11-24\"", "it is tomorrow there already");
    }

    proptest! {
        #[test]
        fn every_date_reads_back(year in 1753i16..9999, month in 1i8..=12, number in 1i8..=28) {
            let date = Date::new(year, month, number).unwrap().to_string();
            prop_assert_eq!(day(&date), Ok(format!("\"{date}\"")));
        }

        #[test]
        fn whatever_is_typed_gives_a_date_or_a_sentence(typed in ".{0,16}") {
            if let Err(sentence) = moment(&typed) {
                prop_assert!(sentence.ends_with('.'));
            }
        }

        #[test]
        fn offsets_never_panic(number: i64, unit in "[dwmyh]|bd") {
            let _ = moment(&format!("{number:+}{unit}"));
        }
    }
}
