//! Answers that say something else: links, properties, headers, rows.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName};
use http::{HeaderValue, Response};

use super::address::{Here, Target};
use super::json::{self, quoted};
use super::kind::{Changes, Fault, PageRows};

const NEXT_LINK: &str = "@odata.nextLink";

impl Fault {
    /// The answer with what this fault changes in what it says.
    pub(crate) fn spoil(&self, response: Response<Bytes>, here: &Here) -> Response<Bytes> {
        match self {
            Fault::BadJson {} => broken_off(response),
            Fault::ContentType { value } => called(response, value.as_deref()),
            Fault::Headers(changes) => with_headers(response, changes, here),
            Fault::Fields(changes) => rewritten(response, |text| with_fields(text, changes, here)),
            Fault::NextLink { to } => rewritten(response, |text| relinked(text, to, here)),
            Fault::Page { rows } => rewritten(response, |text| with_rows(text, *rows, here)),
            Fault::Batch(batch) => batch.spoil(response),
            Fault::Text(text) => text.spoil(response),
            _ => response,
        }
    }
}

/// The answer with its body as `change` makes it, or as it was.
fn rewritten(response: Response<Bytes>, change: impl FnOnce(&str) -> Option<String>) -> Response<Bytes> {
    let (parts, body) = response.into_parts();
    let changed = std::str::from_utf8(&body).ok().and_then(change);
    with_body(Response::from_parts(parts, body.clone()), changed.map_or(body, Bytes::from))
}

fn with_body(mut response: Response<Bytes>, body: Bytes) -> Response<Bytes> {
    if !body.is_empty() {
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    }
    *response.body_mut() = body;
    response
}

/// The answer with the end of its body missing and nothing that says so.
pub(super) fn broken_off(response: Response<Bytes>) -> Response<Bytes> {
    let half = response.body().slice(..response.body().len() / 2);
    with_body(response, half)
}

fn called(mut response: Response<Bytes>, kind: Option<&str>) -> Response<Bytes> {
    if let Ok(kind) = HeaderValue::from_str(kind.unwrap_or("text/plain")) {
        response.headers_mut().insert(CONTENT_TYPE, kind);
    }
    response
}

fn with_headers(mut response: Response<Bytes>, changes: &Changes, here: &Here) -> Response<Bytes> {
    let headers = response.headers_mut();
    for name in &changes.remove {
        headers.remove(name);
    }
    for (name, value) in &changes.set {
        let value = here.filled_value(value);
        let value = value.as_str().and_then(|text| HeaderValue::from_bytes(text.as_bytes()).ok());
        if let (Ok(name), Some(value)) = (HeaderName::try_from(name), value) {
            headers.insert(name, value);
        }
    }
    response
}

fn with_fields(text: &str, changes: &Changes, here: &Here) -> Option<String> {
    let mut members = json::members(text)?;
    members.retain(|(name, _)| !changes.remove.contains(name));
    let values: Vec<(&String, String)> =
        changes.set.iter().map(|(name, value)| (name, here.filled_value(value).to_string())).collect();
    for (name, value) in &values {
        match members.iter_mut().find(|(own, _)| own == *name) {
            Some(member) => member.1 = value,
            None => members.push(((*name).clone(), value)),
        }
    }
    Some(json::object(&members))
}

fn relinked(text: &str, to: &Target, here: &Here) -> Option<String> {
    let members = json::members(text)?;
    let (_, raw) = members.iter().find(|(name, _)| name == NEXT_LINK)?;
    let link: String = serde_json::from_str(raw).ok()?;
    let place = json::place(text, raw);
    let link = quoted(&to.of_link(here, &link));
    Some(format!("{}{link}{}", &text[..place.start], &text[place.end..]))
}

fn with_rows(text: &str, rows: PageRows, here: &Here) -> Option<String> {
    let mut members = json::members(text)?;
    let at = members.iter().position(|(name, value)| name == "value" && value.starts_with('['))?;
    let (value, link);
    match rows {
        PageRows::None => {
            members[at].1 = "[]";
            members.retain(|(name, _)| name != NEXT_LINK);
            link = quoted(&again(here));
            members.push((NEXT_LINK.to_owned(), &link));
        }
        PageRows::Repeated => {
            let mut elements = json::elements(members[at].1)?;
            elements.push(*elements.first()?);
            value = format!("[{}]", elements.join(","));
            members[at].1 = &value;
        }
    }
    Some(json::object(&members))
}

/// The address of this page once more, in another spelling: nobody is to mistake the link for a circle.
fn again(here: &Here) -> String {
    let path = &here.path;
    let times = path.matches("again=").count() + 1;
    let and = if path.contains('?') { '&' } else { '?' };
    format!("{}{path}{and}again={times}", here.root)
}
