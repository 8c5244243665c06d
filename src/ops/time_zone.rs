//! The time zone that a person's settings name.

use jiff::tz::TimeZone;

use super::windows_zones;
use crate::dataverse::{Client, Error};

/// The name and the rules of the time zone of the user's settings; nothing where no zone is set or known.
///
/// # Errors
///
/// As every read.
pub async fn time_zone(client: &Client) -> Result<Option<(&'static str, TimeZone)>, Error> {
    let Some(name) = client.time_zone().await?.as_deref().and_then(windows_zones::iana) else {
        return Ok(None);
    };
    let rules = TimeZone::get(name).inspect_err(|error| tracing::warn!(%error, "no rules of the zone"));
    Ok(rules.ok().map(|rules| (name, rules)))
}
