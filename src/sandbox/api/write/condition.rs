use http::StatusCode;

use super::super::call::Call;
use super::super::error::{ApiError, Result};

/// `If-Match` and `If-None-Match`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    if_match: Option<String>,
    if_none_match: Option<String>,
}

impl Condition {
    pub(super) fn of(call: &Call<'_>) -> Condition {
        // `null` is what clients send to keep caches out of it; it is no condition.
        let header = |name| call.header(name).filter(|text| !text.is_empty() && *text != "null");
        Condition {
            if_match: header("if-match").map(str::to_owned),
            if_none_match: header("if-none-match").map(str::to_owned),
        }
    }

    pub(super) fn none() -> Condition {
        Condition { if_match: None, if_none_match: None }
    }

    pub(super) fn needs_row(&self) -> bool {
        self.if_match.is_some()
    }

    /// ETags are compared as they are, byte for byte.
    pub(super) fn allows_update(&self, version: i64) -> Result<()> {
        let current = format!("W/\"{version}\"");
        let failed = |code, message| Err(ApiError::new(StatusCode::PRECONDITION_FAILED, code, message));
        let changed = "The version of the existing record doesn't match the RowVersion property provided.";
        match self.if_none_match.as_deref() {
            Some("*") => return failed(0x8004_0237, "A record with matching key values already exists."),
            Some(etag) if etag == current => return failed(0x8006_0882, changed),
            _ => {}
        }
        match self.if_match.as_deref() {
            None | Some("*") => Ok(()),
            Some(etag) if etag == current => Ok(()),
            Some(_) => failed(0x8006_0882, changed),
        }
    }
}
