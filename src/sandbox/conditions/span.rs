//! Spans of time that conditions stand for. The clock is the one of the seeded users: UTC, weeks from Sunday. The
//! fiscal year is the calendar year and its periods are quarters, as a new organization has them.

use jiff::civil::{Date, DateTime, Weekday, date};
use jiff::tz::TimeZone;
use jiff::{Span as Distance, Timestamp};

use super::operator::Arity;
use crate::sandbox::odata::Error;
use crate::sandbox::odata::literal::compared;

/// What a condition about time says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Span {
    /// One whole unit, so many after the current one.
    Whole(Unit, i64),
    LastSevenDays,
    NextSevenDays,
    Last(Unit),
    Next(Unit),
    OlderThan(Unit),
    On,
    OnOrAfter,
    OnOrBefore,
    InFiscalYear,
    InFiscalPeriodAndYear,
    InOrAfterFiscalPeriodAndYear,
    InOrBeforeFiscalPeriodAndYear,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
    FiscalPeriod,
    FiscalYear,
}

/// Seconds of UTC from the first one in it to the first one behind it; none: without that end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) from: Option<i64>,
    pub(super) to: Option<i64>,
}

/// Periods of a fiscal year.
const PERIODS: i64 = 4;
const MONTHS_OF_A_PERIOD: i64 = 3;

impl Span {
    pub(super) fn arity(self) -> Arity {
        match self {
            Span::Whole(..) | Span::LastSevenDays | Span::NextSevenDays => Arity::None,
            Span::InFiscalPeriodAndYear
            | Span::InOrAfterFiscalPeriodAndYear
            | Span::InOrBeforeFiscalPeriodAndYear => Arity::Two,
            _ => Arity::One,
        }
    }

    /// Whether it needs a time of day, which a column of dates does not have.
    pub(super) fn is_of_the_clock(self) -> bool {
        matches!(
            self,
            Span::Last(Unit::Hour) | Span::Next(Unit::Hour) | Span::OlderThan(Unit::Minute | Unit::Hour)
        )
    }

    /// What the condition means at `now`. An end that lies outside of the calendar is no end.
    pub(super) fn range(self, now: i64, values: &[String]) -> Result<Range, Error> {
        let civil = civil(now);
        let today = start(Unit::Day, civil);
        let count = || whole(values.first(), 0, 1_000_000);
        let day = || match values.first().and_then(|text| compared(text)) {
            Some(seconds) => Ok(start(Unit::Day, self::civil(seconds))),
            None => {
                Err(Error::Value { message: "A date was expected as value of the condition.".to_owned() })
            }
        };
        Ok(match self {
            Span::Whole(unit, offset) => {
                let first = start(unit, civil);
                between(add(first, unit, offset), add(first, unit, offset + 1))
            }
            Span::LastSevenDays => Range { from: seconds(add(today, Unit::Day, -7)), to: Some(now) },
            Span::NextSevenDays => Range { from: Some(now), to: seconds(add(today, Unit::Day, 8)) },
            Span::Last(unit) => Range { from: seconds(before(unit, civil, count()?)), to: Some(now) },
            Span::Next(unit) => Range { from: Some(now), to: seconds(after(unit, civil, count()?)) },
            Span::OlderThan(unit) => Range { from: None, to: seconds(before(unit, civil, count()?)) },
            Span::On => between(Some(day()?), add(day()?, Unit::Day, 1)),
            Span::OnOrAfter => between(Some(day()?), None),
            Span::OnOrBefore => between(None, add(day()?, Unit::Day, 1)),
            Span::InFiscalYear => {
                let first = fiscal_year(values.first())?.to_datetime(jiff::civil::Time::midnight());
                between(Some(first), add(first, Unit::FiscalYear, 1))
            }
            Span::InFiscalPeriodAndYear => {
                let first = fiscal_period(values)?;
                between(Some(first), add(first, Unit::FiscalPeriod, 1))
            }
            Span::InOrAfterFiscalPeriodAndYear => between(Some(fiscal_period(values)?), None),
            Span::InOrBeforeFiscalPeriodAndYear => {
                between(None, add(fiscal_period(values)?, Unit::FiscalPeriod, 1))
            }
        })
    }
}

/// The number of a fiscal period.
pub(super) fn period(value: Option<&String>) -> Result<i64, Error> {
    whole(value, 1, PERIODS)
}

/// The fiscal period of a column's instants, in SQL.
pub(crate) fn period_sql(seconds: &str) -> String {
    format!(
        "((CAST(strftime('%m', {seconds}, 'unixepoch') AS INTEGER) + {}) / {MONTHS_OF_A_PERIOD})",
        MONTHS_OF_A_PERIOD - 1
    )
}

fn whole(value: Option<&String>, least: i64, most: i64) -> Result<i64, Error> {
    let number = value.and_then(|text| text.trim().parse().ok());
    number.filter(|number| (least..=most).contains(number)).ok_or_else(|| Error::Value {
        message: format!("A whole number from {least} to {most} was expected as value of the condition."),
    })
}

fn fiscal_year(value: Option<&String>) -> Result<Date, Error> {
    let year = whole(value, 1, 9998)?;
    Ok(date(i16::try_from(year).unwrap_or(1), 1, 1))
}

fn fiscal_period(values: &[String]) -> Result<DateTime, Error> {
    let period = period(values.first())?;
    let year = fiscal_year(values.get(1))?.to_datetime(jiff::civil::Time::midnight());
    Ok(add(year, Unit::FiscalPeriod, period - 1).unwrap_or(year))
}

/// So many units back: times of day from the second, everything else from midnight or the period's begin.
fn before(unit: Unit, now: DateTime, count: i64) -> Option<DateTime> {
    add(begin(unit, now), unit, -count)
}

/// So many units on, to the end of the day or period that leads to.
fn after(unit: Unit, now: DateTime, count: i64) -> Option<DateTime> {
    let end = add(begin(unit, now), unit, count)?;
    match unit {
        Unit::Minute | Unit::Hour => Some(end),
        Unit::Day | Unit::Week | Unit::Month | Unit::Year => add(end, Unit::Day, 1),
        Unit::FiscalPeriod | Unit::FiscalYear => add(end, unit, 1),
    }
}

fn begin(unit: Unit, now: DateTime) -> DateTime {
    match unit {
        Unit::Minute | Unit::Hour => now,
        Unit::Day | Unit::Week | Unit::Month | Unit::Year => start(Unit::Day, now),
        Unit::FiscalPeriod | Unit::FiscalYear => start(unit, now),
    }
}

/// The first moment of the unit that `time` is in.
fn start(unit: Unit, time: DateTime) -> DateTime {
    let day = time.date();
    let first = match unit {
        Unit::Minute | Unit::Hour => return time,
        Unit::Day => day,
        Unit::Week => {
            let since_sunday = i64::from(day.weekday().since(Weekday::Sunday));
            day.checked_sub(Distance::new().days(since_sunday)).unwrap_or(day)
        }
        Unit::Month => day.first_of_month(),
        Unit::Year | Unit::FiscalYear => day.first_of_year(),
        Unit::FiscalPeriod => {
            let into = (i64::from(day.month()) - 1) % MONTHS_OF_A_PERIOD;
            let first = day.first_of_month();
            first.checked_sub(Distance::new().months(into)).unwrap_or(first)
        }
    };
    first.to_datetime(jiff::civil::Time::midnight())
}

/// None: outside of the calendar.
fn add(time: DateTime, unit: Unit, count: i64) -> Option<DateTime> {
    let distance = Distance::new();
    let distance = match unit {
        Unit::Minute => distance.try_minutes(count),
        Unit::Hour => distance.try_hours(count),
        Unit::Day => distance.try_days(count),
        Unit::Week => distance.try_weeks(count),
        Unit::Month => distance.try_months(count),
        Unit::Year | Unit::FiscalYear => distance.try_years(count),
        Unit::FiscalPeriod => distance.try_months(count.checked_mul(MONTHS_OF_A_PERIOD)?),
    };
    time.checked_add(distance.ok()?).ok()
}

fn between(from: Option<DateTime>, to: Option<DateTime>) -> Range {
    Range { from: seconds(from), to: seconds(to) }
}

fn seconds(time: Option<DateTime>) -> Option<i64> {
    Some(time?.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
}

fn civil(seconds: i64) -> DateTime {
    TimeZone::UTC.to_datetime(Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sandbox::conditions::{Operator, odata_operator};

    fn at(text: &str) -> i64 {
        compared(text).unwrap()
    }

    fn range(name: &str, now: &str, values: &[&str]) -> Result<Range, Error> {
        let Some(Operator::During(span)) = odata_operator(name) else { panic!("{name} is no span") };
        let values: Vec<_> = values.iter().map(|value| (*value).to_owned()).collect();
        span.range(at(now), &values)
    }

    #[test]
    fn spans_begin_and_end_where_the_calendar_says() {
        // A Wednesday in the middle of the second quarter, in a leap year.
        let now = "2028-05-17T15:30:10Z";
        let none = "";
        for (name, values, from, to) in [
            ("Today", vec![], "2028-05-17", "2028-05-18"),
            ("Tomorrow", vec![], "2028-05-18", "2028-05-19"),
            ("Yesterday", vec![], "2028-05-16", "2028-05-17"),
            ("LastWeek", vec![], "2028-05-07", "2028-05-14"),
            ("ThisWeek", vec![], "2028-05-14", "2028-05-21"),
            ("NextWeek", vec![], "2028-05-21", "2028-05-28"),
            ("LastMonth", vec![], "2028-04-01", "2028-05-01"),
            ("ThisMonth", vec![], "2028-05-01", "2028-06-01"),
            ("NextMonth", vec![], "2028-06-01", "2028-07-01"),
            ("LastYear", vec![], "2027-01-01", "2028-01-01"),
            ("ThisYear", vec![], "2028-01-01", "2029-01-01"),
            ("NextYear", vec![], "2029-01-01", "2030-01-01"),
            ("LastFiscalPeriod", vec![], "2028-01-01", "2028-04-01"),
            ("ThisFiscalPeriod", vec![], "2028-04-01", "2028-07-01"),
            ("NextFiscalPeriod", vec![], "2028-07-01", "2028-10-01"),
            ("LastFiscalYear", vec![], "2027-01-01", "2028-01-01"),
            ("ThisFiscalYear", vec![], "2028-01-01", "2029-01-01"),
            ("NextFiscalYear", vec![], "2029-01-01", "2030-01-01"),
            ("Last7Days", vec![], "2028-05-10", now),
            ("Next7Days", vec![], now, "2028-05-25"),
            ("On", vec!["2028-02-29T23:00:00Z"], "2028-02-29", "2028-03-01"),
            ("OnOrAfter", vec!["2028-02-29"], "2028-02-29", none),
            ("OnOrBefore", vec!["2028-02-29"], none, "2028-03-01"),
            ("LastXHours", vec!["2"], "2028-05-17T13:30:10Z", now),
            ("LastXDays", vec!["2"], "2028-05-15", now),
            ("LastXWeeks", vec!["2"], "2028-05-03", now),
            ("LastXMonths", vec!["2"], "2028-03-17", now),
            ("LastXYears", vec!["2"], "2026-05-17", now),
            ("LastXFiscalPeriods", vec!["2"], "2027-10-01", now),
            ("LastXFiscalYears", vec!["2"], "2026-01-01", now),
            ("NextXHours", vec!["2"], now, "2028-05-17T17:30:10Z"),
            ("NextXDays", vec!["2"], now, "2028-05-20"),
            ("NextXWeeks", vec!["2"], now, "2028-06-01"),
            ("NextXMonths", vec!["2"], now, "2028-07-18"),
            ("NextXYears", vec!["2"], now, "2030-05-18"),
            ("NextXFiscalPeriods", vec!["2"], now, "2029-01-01"),
            ("NextXFiscalYears", vec!["2"], now, "2031-01-01"),
            ("OlderThanXMinutes", vec!["30"], none, "2028-05-17T15:00:10Z"),
            ("OlderThanXHours", vec!["2"], none, "2028-05-17T13:30:10Z"),
            ("OlderThanXDays", vec!["2"], none, "2028-05-15"),
            ("OlderThanXWeeks", vec!["2"], none, "2028-05-03"),
            ("OlderThanXMonths", vec!["3"], none, "2028-02-17"),
            ("OlderThanXYears", vec!["2"], none, "2026-05-17"),
            ("InFiscalYear", vec!["2027"], "2027-01-01", "2028-01-01"),
            ("InFiscalPeriodAndYear", vec!["4", "2027"], "2027-10-01", "2028-01-01"),
            ("InOrAfterFiscalPeriodAndYear", vec!["2", "2027"], "2027-04-01", none),
            ("InOrBeforeFiscalPeriodAndYear", vec!["2", "2027"], none, "2027-07-01"),
        ] {
            let expected = Range { from: compared(from), to: compared(to) };
            assert_eq!(range(name, now, &values), Ok(expected), "{name}");
        }
    }

    #[test]
    fn months_end_where_they_end_and_weeks_begin_on_sunday() {
        let expected = Range { from: Some(at("2026-02-28")), to: Some(at("2026-03-31T08:00:00Z")) };
        assert_eq!(range("LastXMonths", "2026-03-31T08:00:00Z", &["1"]), Ok(expected));
        let sunday = range("ThisWeek", "2026-11-29T00:00:00Z", &[]).unwrap();
        assert_eq!(sunday, Range { from: Some(at("2026-11-29")), to: Some(at("2026-12-06")) });
        let saturday = range("ThisWeek", "2026-11-28T23:59:59Z", &[]).unwrap();
        assert_eq!(saturday.to, sunday.from);
    }

    #[test]
    fn values_that_name_no_span_are_refused() {
        for (name, values) in [
            ("LastXDays", vec!["many"]),
            ("LastXDays", vec!["-1"]),
            ("LastXDays", vec!["1.5"]),
            ("On", vec!["someday"]),
            ("InFiscalPeriodAndYear", vec!["5", "2026"]),
            ("InFiscalYear", vec!["0"]),
        ] {
            assert!(range(name, "2026-01-01", &values).is_err(), "{name} {values:?}");
        }
        assert_eq!(range("LastXYears", "2026-01-01", &["1000000"]).unwrap().from, None);
    }

    proptest! {
        #[test]
        fn whole_units_follow_one_another_without_a_gap(now in 0_i64..4_000_000_000) {
            for unit in ["Week", "Month", "Year", "FiscalPeriod", "FiscalYear"] {
                let of = |which: &str| {
                    let Some(Operator::During(span)) = odata_operator(&format!("{which}{unit}")) else {
                        panic!("{which}{unit}")
                    };
                    span.range(now, &[]).unwrap()
                };
                let (last, this, next) = (of("Last"), of("This"), of("Next"));
                prop_assert_eq!(last.to, this.from);
                prop_assert_eq!(this.to, next.from);
                prop_assert!(this.from <= Some(now) && Some(now) < this.to);
            }
        }
    }
}
