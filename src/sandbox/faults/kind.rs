//! The kinds of faults, as they are ordered.

use http::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::address::Target;
use super::batch::BatchFault;
use super::huge::HugeFault;
use super::text::TextFault;
use crate::sandbox::users::users;

/// An error body may be this long.
const LONGEST_ERROR: usize = 64 * 1024 * 1024;
/// And its inner errors this deep.
const DEEPEST_ERROR: u32 = 100_000;

/// What happens to a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Fault {
    // Something else comes instead, and nothing is done.
    /// An error in the form of the origin.
    Status(StatusFault),
    /// A proxy's page.
    Html {
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
    },
    /// An answer given word for word; without a body, an empty one.
    Answer(GivenAnswer),
    /// A redirect, 302 without a status.
    Redirect {
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        to: Target,
    },
    /// The connection is reset before anything is done.
    ResetBefore {},
    /// The listener is closed, and connections to it are refused, for so long.
    Refuse { seconds: u64 },

    // Everything is done, and the answer suffers on its way.
    /// The connection is reset instead of an answer.
    ResetAfter {},
    /// The connection ends within the answer.
    Cut(CutFault),
    /// Nothing more comes after so many bytes, and the connection stays.
    Stall(StallFault),
    /// The answer takes longer.
    Delay { ms: u64 },
    /// The body comes at this pace.
    Trickle { bytes_per_s: u32 },
    /// The body never ends: its JSON stays open and blanks follow, at this pace or as fast as they are taken.
    Endless {
        #[serde(skip_serializing_if = "Option::is_none")]
        bytes_per_s: Option<u32>,
    },
    /// The body is packed, and ends in the middle of the packed bytes. Only for a client that takes gzip.
    GzipCut {},
    /// The body is packed, and bytes in its middle are others. Only for a client that takes gzip.
    GzipCorrupt {},

    // Everything is done, and the answer says something else.
    /// The body ends in the middle of its JSON, and its length says that this is all.
    BadJson {},
    /// The body is called something else, `text/plain` without a value.
    ContentType {
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<String>,
    },
    /// Headers are others.
    Headers(Changes),
    /// Properties of the JSON object are others.
    Fields(Changes),
    /// The link to the next page leads astray. A page without one is left alone.
    NextLink { to: Target },
    /// The rows of a page are others.
    Page { rows: PageRows },
    /// The answers in a multipart body are fewer, or not what its boundary says.
    Batch(BatchFault),
    /// A value, a name, or the number of columns is beyond measure. Packed, this is a gzip bomb.
    Huge(HugeFault),
    /// Hostile characters in strings.
    Text(TextFault),

    // The request is served as ever, in a world that has changed.
    /// Another user changes the row that the path names. Only writes are struck.
    TouchRow(TouchFault),
    /// The access token of the request is refused from now on.
    ExpireToken {},
    /// Every refresh token that the user of the request's refresh token has is refused from now on.
    RevokeRefresh {},
    /// The sandbox's time moves.
    Clock { seconds: i64 },
}

/// The error of a `status` fault.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatusFault {
    pub(crate) status: u16,
    /// The text of `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retry_after: Option<String>,
    /// The Web API's code. For Entra ID the error's name or an AADSTS number, from which the name follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
    /// How many `innererror` lie within each other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) inner_errors: Option<u32>,
    /// The message is padded to this many bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bytes: Option<usize>,
    /// Entra ID's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) suberror: Option<String>,
    /// What a new sign-in must bring: in Entra ID's body, and for the Web API in a 401's challenge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) claims: Option<String>,
}

/// The answer of an `answer` fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GivenAnswer {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content_type: Option<String>,
    #[serde(default)]
    pub(crate) body: String,
}

/// Where an answer breaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Part {
    /// The status line and the headers, counted from the first byte on the wire.
    Headers,
    #[default]
    Body,
}

/// How a `cut` ends the connection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CutFault {
    /// Without a number, half of the body or the first 20 bytes of the headers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) after_bytes: Option<usize>,
    #[serde(default)]
    pub(crate) part: Part,
    /// With a reset and not with an end.
    #[serde(default)]
    pub(crate) reset: bool,
    /// The body comes in chunks without a length, and the last chunk is missing.
    #[serde(default)]
    pub(crate) chunked: bool,
}

/// Where a `stall` begins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StallFault {
    /// As for a cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) after_bytes: Option<usize>,
    #[serde(default)]
    pub(crate) part: Part,
}

/// What is put in and what is taken away. Texts may have the places of an address, such as `{foreign}`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Changes {
    #[serde(default)]
    pub(crate) set: serde_json::Map<String, Value>,
    #[serde(default)]
    pub(crate) remove: Vec<String>,
}

/// What becomes of the rows of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PageRows {
    /// None are there, and the link leads to the page that has them.
    None,
    /// The first one comes a second time, as the last.
    Repeated,
}

/// How a `touch_row` changes its row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TouchFault {
    /// `description`, or without one the column that names the row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) column: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<Value>,
    /// Who does it: `admin`, or `bo` when the request is of `admin`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<String>,
    /// `incidents(GUID)`, for a request whose path does not name the row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) row: Option<String>,
}

impl Fault {
    /// Refuses, in words, what could not be done.
    pub(super) fn check(&self) -> Result<(), String> {
        match self {
            Fault::Status(fault) => {
                is_status(Some(fault.status))?;
                fault.retry_after.as_deref().map_or(Ok(()), is_header_text)?;
                if fault.bytes.is_some_and(|bytes| bytes > LONGEST_ERROR) {
                    return Err(format!("an error has {LONGEST_ERROR} bytes at most"));
                }
                if fault.inner_errors.is_some_and(|depth| depth > DEEPEST_ERROR) {
                    return Err(format!("inner errors are {DEEPEST_ERROR} deep at most"));
                }
                Ok(())
            }
            Fault::Html { status } | Fault::Redirect { status, .. } => is_status(*status),
            Fault::Answer(answer) => {
                is_status(answer.status)?;
                answer.content_type.as_deref().map_or(Ok(()), is_header_text)
            }
            Fault::ContentType { value } => value.as_deref().map_or(Ok(()), is_header_text),
            Fault::Headers(changes) => {
                for name in changes.set.keys().chain(&changes.remove) {
                    HeaderName::try_from(name).map_err(|_| format!("{name:?} is no name of a header"))?;
                }
                for value in changes.set.values() {
                    is_header_text(value.as_str().ok_or_else(|| format!("{value} is no text"))?)?;
                }
                Ok(())
            }
            Fault::TouchRow(TouchFault { user: Some(name), .. }) => {
                let known = users().iter().any(|user| user.name == name && user.application_id.is_none());
                if known { Ok(()) } else { Err(format!("there is no user {name:?}")) }
            }
            Fault::Huge(huge) => huge.check(),
            _ => Ok(()),
        }
    }
}

fn is_status(status: Option<u16>) -> Result<(), String> {
    match status.filter(|status| !(200..=599).contains(status)) {
        Some(status) => Err(format!("{status} is no status of an answer")),
        None => Ok(()),
    }
}

fn is_header_text(text: &str) -> Result<(), String> {
    HeaderValue::from_str(text).map(|_| ()).map_err(|_| format!("no header can say {text:?}"))
}
