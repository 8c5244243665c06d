//! A write as it goes over the wire, for people who want to see it before it does.

use http::HeaderName;

use super::request::{Request, Target};
use super::transport::WEB_API;

/// The headers that decide what a write does, spelled as the service spells them.
const DECIDING: [&str; 4] =
    ["If-Match", "MSCRM.SuppressDuplicateDetection", "x-ms-file-name", "x-ms-transfer-mode"];

/// The other headers of requests, spelled likewise.
const OTHERS: [&str; 5] = ["Accept", "OData-MaxVersion", "OData-Version", "Content-Type", "Prefer"];

/// Method, address, deciding headers and body of a write. It was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wire {
    /// `PATCH`.
    pub method: String,
    /// From the environment's origin on.
    pub path: String,
    /// Names and values.
    pub headers: Vec<(&'static str, String)>,
    /// All headers as the request brings them along; those of the connection and of the sign-in come on the way.
    pub all_headers: Vec<(String, String)>,
    /// JSON; empty where there is none.
    pub body: String,
}

impl Wire {
    pub(super) fn of(request: &Request) -> Self {
        let value = |name: &&'static str| {
            let given =
                request.headers.iter().find(|(given, _)| given.as_str().eq_ignore_ascii_case(name))?;
            Some((*name, String::from_utf8_lossy(given.1.as_bytes()).into_owned()))
        };
        Self {
            method: request.method.to_string(),
            path: match &request.target {
                Target::Path(path) => format!("{WEB_API}{path}"),
                Target::Link(link) => link.as_str().to_owned(),
            },
            headers: DECIDING.iter().filter_map(value).collect(),
            all_headers: request
                .headers
                .iter()
                .map(|(name, value)| (spelled(name), String::from_utf8_lossy(value.as_bytes()).into_owned()))
                .collect(),
            body: String::from_utf8_lossy(&request.body).into_owned(),
        }
    }
}

fn spelled(name: &HeaderName) -> String {
    let known = DECIDING.iter().chain(&OTHERS).find(|known| name.as_str().eq_ignore_ascii_case(known));
    known.map_or_else(|| name.to_string(), |known| (*known).to_owned())
}
