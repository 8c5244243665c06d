//! Time zones by the numbers of the service.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use super::declare::{Message, Of, function, may, needs};
use super::given::Given;
use super::{ApiError, Reply, Result, response};

pub(super) const MESSAGES: &[Message] = &[
    function(
        "LocalTimeFromUtcTime",
        &[needs("TimeZoneCode", Of::Number), needs("UtcTime", Of::Instant)],
        &[("LocalTime", "Edm.DateTimeOffset")],
        local_time,
    ),
    function(
        "UtcTimeFromLocalTime",
        &[needs("TimeZoneCode", Of::Number), needs("LocalTime", Of::Instant)],
        &[("UtcTime", "Edm.DateTimeOffset")],
        utc_time,
    ),
    function(
        "GetTimeZoneCodeByLocalizedName",
        &[needs("LocalizedStandardName", Of::Text), may("LocaleId", Of::Number)],
        &[("TimeZoneCode", "Edm.Int32")],
        code,
    ),
];

/// Code, name of the standard time, rule as POSIX writes it: no data base of the machine is asked.
const ZONES: &[(i64, &str, &str)] = &[
    (0, "Dateline Standard Time", "<-12>12"),
    (2, "Hawaiian Standard Time", "HST10"),
    (3, "Alaskan Standard Time", "AKST9AKDT,M3.2.0,M11.1.0"),
    (4, "Pacific Standard Time", "PST8PDT,M3.2.0,M11.1.0"),
    (10, "Mountain Standard Time", "MST7MDT,M3.2.0,M11.1.0"),
    (15, "US Mountain Standard Time", "MST7"),
    (20, "Central Standard Time", "CST6CDT,M3.2.0,M11.1.0"),
    (35, "Eastern Standard Time", "EST5EDT,M3.2.0,M11.1.0"),
    (50, "Atlantic Standard Time", "AST4ADT,M3.2.0,M11.1.0"),
    (65, "E. South America Standard Time", "<-03>3"),
    (85, "GMT Standard Time", "GMT0BST,M3.5.0/1,M10.5.0"),
    (92, "Coordinated Universal Time", "UTC0"),
    (95, "Central Europe Standard Time", "CET-1CEST,M3.5.0,M10.5.0/3"),
    (100, "Central European Standard Time", "CET-1CEST,M3.5.0,M10.5.0/3"),
    (105, "Romance Standard Time", "CET-1CEST,M3.5.0,M10.5.0/3"),
    (110, "W. Europe Standard Time", "CET-1CEST,M3.5.0,M10.5.0/3"),
    (125, "FLE Standard Time", "EET-2EEST,M3.5.0/3,M10.5.0/4"),
    (140, "South Africa Standard Time", "SAST-2"),
    (145, "Russian Standard Time", "MSK-3"),
    (165, "Arabian Standard Time", "<+04>-4"),
    (190, "India Standard Time", "IST-5:30"),
    (210, "China Standard Time", "CST-8"),
    (215, "Singapore Standard Time", "<+08>-8"),
    (235, "Tokyo Standard Time", "JST-9"),
    (255, "AUS Eastern Standard Time", "AEST-10AEDT,M10.1.0,M4.1.0/3"),
    (290, "New Zealand Standard Time", "NZST-12NZDT,M9.5.0,M4.1.0/3"),
];

fn zone(given: &Given<'_>) -> Result<TimeZone> {
    let code = given.number("TimeZoneCode").unwrap_or_default();
    let rule = ZONES.iter().find(|(known, ..)| *known == code).map(|(.., rule)| rule);
    rule.and_then(|rule| TimeZone::posix(rule).ok()).ok_or_else(|| {
        ApiError::bad(0x8004_0203, format!("Invalid argument. There is no time zone {code} here."))
    })
}

/// The clock's face is written as if it were UTC, as the service does.
fn local_time(given: &Given<'_>) -> Result<Reply> {
    let zone = zone(given)?;
    let instant = timestamp(given.instant("UtcTime"))?;
    let text = format!("{}Z", zone.to_datetime(instant));
    Ok(response(given.call, given.message.name, [("LocalTime", json!(text))]))
}

fn utc_time(given: &Given<'_>) -> Result<Reply> {
    let zone = zone(given)?;
    let face = TimeZone::UTC.to_datetime(timestamp(given.instant("LocalTime"))?);
    let instant = zone.to_timestamp(face).map_err(|_| range())?;
    Ok(response(given.call, given.message.name, [("UtcTime", json!(instant.to_string()))]))
}

fn code(given: &Given<'_>) -> Result<Reply> {
    let name = given.text("LocalizedStandardName");
    let zone = ZONES.iter().find(|(_, known, _)| known.eq_ignore_ascii_case(name));
    let (code, ..) = zone.ok_or_else(|| {
        ApiError::bad(0x8004_0203, format!("Invalid argument. There is no time zone '{name}' here."))
    })?;
    Ok(response(given.call, given.message.name, [("TimeZoneCode", json!(code))]))
}

fn timestamp(seconds: Option<i64>) -> Result<Timestamp> {
    seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()).ok_or_else(range)
}

fn range() -> ApiError {
    ApiError::bad(0x8004_0203, "Invalid argument. The time is out of range.")
}
