//! Rows as the server's bytes.
//!
//! A page keeps the response body and the place of each row in it, so that a row costs little more than its JSON,
//! columns keep the server's order and numbers keep their text. A cell is parsed when it is asked for.

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;
use serde_json::value::RawValue;

use super::{Error, RowId};

/// Where the next page is: opaque, used as it came, and only on the environment's own origin.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NextLink(pub(super) String);

/// One page of rows: the response body and the place of each row in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    body: Bytes,
    rows: Vec<Range<u32>>,
    next: Option<NextLink>,
    total: Option<Total>,
}

/// How many rows the query has on the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// The number the server gave.
    pub rows: u64,
    /// The server stopped counting here (5,000): there are more.
    pub capped: bool,
}

/// One row: a slice of its page's body. Cloning is cheap and keeps the page's body alive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    json: Bytes,
}
