//! The words and forms that a date can be typed in.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};

/// A date, and a time when one was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) date: Date,
    pub(super) time: Option<Time>,
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// Reads words or an exact form, relative to `now`; an instant is read as it is in the zone.
///
/// # Errors
///
/// A sentence: not understood, or ambiguous.
pub(super) fn read(typed: &str, now: DateTime, zone: &TimeZone) -> Result<Words, String> {
    let typed = typed.trim().to_ascii_lowercase();
    if let Some(ambiguous) = ambiguous(&typed) {
        return Err(ambiguous);
    }
    let words: Vec<&str> = typed.split_whitespace().collect();
    understand(&typed, &words, now, zone)
        .ok_or_else(|| "Not understood. Type tom, fri, +3d, eom, 27 nov or 2026-11-27.".to_owned())
}

fn understand(typed: &str, words: &[&str], now: DateTime, zone: &TimeZone) -> Option<Words> {
    if let Ok(instant) = typed.to_ascii_uppercase().parse::<Timestamp>() {
        let moment = instant.to_zoned(zone.clone()).datetime();
        return Some(Words { date: moment.date(), time: Some(moment.time()) });
    }
    if let Some(date) = date(words, now) {
        return Some(Words { date, time: None });
    }
    if let Some(moment) = hours_from(typed, now) {
        return Some(Words { date: moment.date(), time: Some(moment.time()) });
    }
    if let [word] = words
        && let Some((date, clock)) = word.split_once('t')
        && let (Some(date), Some(time)) = (exact(date, now.date()), time(clock, false))
    {
        return Some(Words { date, time: Some(time) });
    }
    let (last, before) = words.split_last()?;
    if before.is_empty() {
        return Some(Words { date: now.date(), time: Some(time(last, true)?) });
    }
    Some(Words { date: date(before, now)?, time: Some(time(last, false)?) })
}

/// A date by words: one, two or three of them.
fn date(words: &[&str], now: DateTime) -> Option<Date> {
    let today = now.date();
    match *words {
        ["today" | "tod" | "t"] => Some(today),
        ["tomorrow" | "tom"] => today.tomorrow().ok(),
        ["yesterday" | "yes"] => today.yesterday().ok(),
        ["eom"] => Some(today.last_of_month()),
        ["eoy"] => Some(today.last_of_year()),
        ["eoq"] => {
            let month = (today.month() - 1) / 3 * 3 + 3;
            Some(Date::new(today.year(), month, 1).ok()?.last_of_month())
        }
        ["next", day] => {
            // The day in the week after this one; weeks begin on Monday.
            let ahead = i64::from(7 - today.weekday().to_monday_zero_offset());
            let offset = i64::from(weekday(day)?.to_monday_zero_offset());
            today.checked_add((ahead + offset).days()).ok()
        }
        [word] => weekday(word)
            .and_then(|day| today.nth_weekday(1, day).ok())
            .or_else(|| days_from(word, today))
            .or_else(|| exact(word, today)),
        [number, "bd"] => business_days(number.parse().ok()?, today),
        [day, month] => {
            let (day, month) = if named(day).is_some() { (month, day) } else { (day, month) };
            Date::new(today.year(), named(month)?, day.parse().ok()?).ok()
        }
        [day, month, year] => Date::new(year_of(year)?, named(month)?, day.parse().ok()?).ok(),
        _ => None,
    }
}

/// `2026-11-27`, `27.11.2026`, `13/12` where only one reading is possible.
fn exact(word: &str, today: Date) -> Option<Date> {
    let parts = |separator: char| word.split(separator).map(|part| part.parse::<i16>().ok()).collect();
    let parts: Option<Vec<i16>> = match word {
        _ if word.contains('.') => parts('.'),
        _ if word.contains('/') => parts('/'),
        _ => return word.parse::<Date>().ok().filter(|_| word.len() >= 10),
    };
    match *parts?.as_slice() {
        [day, month, year] if word.contains('.') => {
            Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()
        }
        // Two numbers with a slash came through `ambiguous`: at most one of them can be a month.
        [a, b] if b <= 12 => Date::new(today.year(), b.try_into().ok()?, a.try_into().ok()?).ok(),
        [a, b] => Date::new(today.year(), a.try_into().ok()?, b.try_into().ok()?).ok(),
        _ => None,
    }
}

/// Two numbers with a slash are read differently in different countries.
fn ambiguous(typed: &str) -> Option<String> {
    let (first, rest) = typed.split_once('/')?;
    let second = rest.split(['/', ' ']).next()?;
    let (a, b): (usize, usize) = (first.parse().ok()?, second.parse().ok()?);
    if a == b || !(1..=12).contains(&a) || !(1..=12).contains(&b) {
        return None;
    }
    let (in_a, in_b) = (MONTHS[a - 1], MONTHS[b - 1]);
    let title = |month: &str| month[..1].to_uppercase() + &month[1..];
    Some(format!(
        "{typed} can be {a} {} or {b} {}. Type `{a} {in_b}` or `{b} {in_a}`.",
        title(in_b),
        title(in_a)
    ))
}

fn named(month: &str) -> Option<i8> {
    let short = month.get(..3)?;
    let position = MONTHS.iter().position(|name| *name == short)?;
    i8::try_from(position + 1).ok()
}

fn year_of(text: &str) -> Option<i16> {
    text.parse().ok().filter(|_| text.len() == 4)
}

fn weekday(word: &str) -> Option<Weekday> {
    let (_, day) = WEEKDAYS.iter().find(|(name, _)| word.len() >= 3 && name.starts_with(word))?;
    Some(*day)
}

/// `+3d`, `+2w`, `-1m`, `+1y`, `3bd`.
fn days_from(word: &str, today: Date) -> Option<Date> {
    if let Some(number) = word.strip_suffix("bd") {
        return business_days(number.trim_start_matches('+').parse().ok()?, today);
    }
    let number = offset(word)?;
    let span = match word.chars().last()? {
        'd' => Span::new().try_days(number),
        'w' => Span::new().try_weeks(number),
        'm' => Span::new().try_months(number),
        'y' => Span::new().try_years(number),
        _ => return None,
    };
    today.checked_add(span.ok()?).ok()
}

/// `+4h`
fn hours_from(word: &str, now: DateTime) -> Option<DateTime> {
    let number = offset(word.strip_suffix('h').map(|_| word)?)?;
    let moment = now.checked_add(Span::new().try_hours(number).ok()?).ok()?;
    moment.with().second(0).subsec_nanosecond(0).build().ok()
}

/// The signed number before the unit.
fn offset(word: &str) -> Option<i64> {
    let end = word.char_indices().last()?.0;
    let number = &word[..end];
    if !number.starts_with(['+', '-']) {
        return None;
    }
    number.parse().ok()
}

/// Working days after today, Monday to Friday.
fn business_days(number: u16, today: Date) -> Option<Date> {
    let mut day = today;
    for _ in 0..number {
        loop {
            day = day.tomorrow().ok()?;
            if !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
                break;
            }
        }
    }
    Some(day)
}

/// `9`, `9:30`, `14:30`, `9am`. Alone a bare number is no time: it could be a day.
fn time(word: &str, alone: bool) -> Option<Time> {
    let (clock, half) = match (word.strip_suffix("am"), word.strip_suffix("pm")) {
        (Some(clock), _) => (clock, Some(0)),
        (_, Some(clock)) => (clock, Some(12)),
        _ => (word, None),
    };
    let (hour, minute) = match clock.split_once(':') {
        Some((hour, minute)) => (hour, minute),
        None if alone && half.is_none() => return None,
        None => (clock, "0"),
    };
    let hour: i8 = hour.parse().ok()?;
    let hour = match half {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(half) => hour % 12 + half,
        None => hour,
    };
    Time::new(hour, minute.parse().ok()?, 0, 0).ok()
}
