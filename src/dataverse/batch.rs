//! A change set: several writes in one request, all of them carried out or none.
//!
//! # Source
//!
//! [Execute batch operations using the Web API](https://learn.microsoft.com/power-apps/developer/data-platform/webapi/execute-batch-operations-using-web-api)

use std::fmt::Write as _;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};
use uuid::Uuid;

use super::request::{Request, Target};
use super::response::{Response, error_of};
use super::{Error, Wire};

/// One request that carries out all of these, or none.
///
/// # Errors
///
/// [`Error::Invalid`] for what cannot stand in a part.
pub(super) fn change_set(writes: &[Request]) -> Result<Request, Error> {
    if writes.iter().any(|write| matches!(write.target, Target::Link(_))) {
        return Err(Error::Invalid { what: "a link in a change set".to_owned() });
    }
    let (batch, set) = (format!("batch_{}", Uuid::new_v4()), format!("changeset_{}", Uuid::new_v4()));
    let mut body = format!("--{batch}\r\n");
    let wires: Vec<Wire> = writes.iter().map(Wire::of).collect();
    push_set(&mut body, &set, "", (1..).zip(&wires));
    let _ = write!(body, "--{batch}--\r\n"); // a String takes everything
    of_parts(&batch, body)
}

/// One request that carries out several things, each by itself and completely or not at all: what it would be, not what is
/// sent. `origin` is where the environment is.
///
/// Its boundaries are always the same. JSON has no line that begins with two hyphens, so that none of them is in a body.
///
/// # Errors
///
/// [`Error::Invalid`] for what cannot be put into a request.
pub fn batch(origin: &str, items: &[Vec<Wire>]) -> Result<Wire, Error> {
    const BATCH: &str = "batch_dv";
    let (mut body, mut number) = (String::new(), 1);
    for (place, wires) in (1..).zip(items) {
        let _ = write!(body, "--{BATCH}\r\n"); // a String takes everything
        push_set(&mut body, &format!("changeset_{place}"), origin, (number..).zip(wires));
        number += wires.len();
    }
    let _ = write!(body, "--{BATCH}--\r\n"); // likewise
    of_parts(BATCH, body).map(|request| Wire::of(&request))
}

/// Writes a change set. The numbers of its parts are for the service to tell them apart.
fn push_set<'a>(body: &mut String, set: &str, origin: &str, wires: impl Iterator<Item = (usize, &'a Wire)>) {
    let _ = write!(body, "Content-Type: multipart/mixed; boundary={set}\r\n\r\n"); // a String takes everything
    for (number, wire) in wires {
        let _ = write!(
            body,
            "--{set}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\
             Content-ID: {number}\r\n\r\n{} {origin}{} HTTP/1.1\r\n",
            wire.method, wire.path
        ); // likewise
        for (name, value) in &wire.all_headers {
            let _ = write!(body, "{name}: {value}\r\n"); // likewise
        }
        let _ = write!(body, "\r\n{}\r\n", wire.body); // likewise
    }
    let _ = write!(body, "--{set}--\r\n"); // likewise
}

/// The request with these parts.
fn of_parts(boundary: &str, body: String) -> Result<Request, Error> {
    let mut request = Request::post("$batch", Bytes::from(body));
    let kind = HeaderValue::from_str(&format!("multipart/mixed; boundary={boundary}"));
    let kind = kind.map_err(|_| Error::Invalid { what: "a boundary".to_owned() })?;
    request.headers.retain(|(name, _)| name != CONTENT_TYPE);
    request.headers.push((CONTENT_TYPE, kind));
    Ok(request)
}

/// The answers to `count` writes, each of which was carried out.
///
/// # Errors
///
/// The error of the write that failed: nothing was carried out then. [`Error::OutcomeUnknown`] when answers are missing.
pub(super) fn answers(response: Response, count: usize) -> Result<Vec<Answer>, Error> {
    let parts = parts(&response.body);
    if let Some(error) = parts.iter().find_map(Answer::error) {
        return Err(error);
    }
    if parts.len() != count {
        let what = format!("{} answers to {count} changes", parts.len());
        let foreign = if response.is_foreign() { response.row().err() } else { None };
        return Err(Error::OutcomeUnknown {
            source: Box::new(foreign.unwrap_or_else(|| Error::answer(what))),
        });
    }
    Ok(parts)
}

/// The error inside an answer of several parts; nothing where there is none.
pub(super) fn error_in(headers: &HeaderMap, body: &Bytes) -> Option<Error> {
    let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let is_multipart = kind.trim_start().to_ascii_lowercase().starts_with("multipart/");
    is_multipart.then(|| parts(body).iter().find_map(Answer::error)).flatten()
}

/// The answer to one request of several.
pub(super) struct Answer {
    status: StatusCode,
    /// The request's number in its change set.
    number: Option<usize>,
    /// The row's new version.
    pub(super) etag: Option<String>,
    pub(super) body: Bytes,
}

impl Answer {
    fn error(&self) -> Option<Error> {
        if self.status.is_success() {
            return None;
        }
        let mut error = error_of(self.status, &HeaderMap::new(), &self.body);
        if let Error::Api { part, .. } = &mut error {
            *part = self.number;
        }
        Some(error)
    }
}

/// The answers inside a body, in order. Lines may end either way; what makes no sense is left out.
fn parts(body: &Bytes) -> Vec<Answer> {
    let mut parts = Vec::new();
    let text = String::from_utf8_lossy(body);
    let mut lines = text.lines().peekable();
    let mut number = None;
    while let Some(line) = lines.next() {
        if line.starts_with("--") {
            number = None;
        }
        if let Some(id) = header(line, "Content-ID") {
            number = id.parse().ok();
        }
        let Some(status) = line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.split(' ').next()) else {
            continue;
        };
        let Ok(status) = StatusCode::from_bytes(status.as_bytes()) else { continue };
        // The headers of the answer, up to an empty line.
        let mut etag = None;
        while let Some(line) = lines.next_if(|line| !line.is_empty() && !line.starts_with("--")) {
            etag = header(line, "ETag").map(str::to_owned).or(etag);
            number = header(line, "Content-ID").and_then(|id| id.parse().ok()).or(number);
        }
        lines.next_if(|line| line.is_empty());
        let mut content = String::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with("--")) {
            content.push_str(line);
            content.push('\n');
        }
        parts.push(Answer { status, number, etag, body: Bytes::from(content) });
    }
    parts
}

/// The value of a header, if the line is that header.
fn header<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (given, value) = line.split_once(':')?;
    given.eq_ignore_ascii_case(name).then(|| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataverse::{Action, Change, NewRow, Operation, Patch};

    fn response(body: &'static str) -> Response {
        Response { status: StatusCode::OK, headers: HeaderMap::new(), body: Bytes::from(body) }
    }

    fn note(text: &str) -> NewRow {
        NewRow {
            set: "annotations".into(),
            primary_id: "annotationid".into(),
            id: "00000000-0000-4000-8000-000000000001".parse().unwrap(),
            values: vec![("notetext".into(), Change::Text(text.into()))],
            detect_duplicates: true,
        }
    }

    #[test]
    fn a_note_with_a_close_is_one_change_set_among_others() {
        let patch = Patch {
            table: "incident".into(),
            set: "incidents".into(),
            id: "00000000-0000-4000-8000-0000000000aa".parse().unwrap(),
            etag: "W/\"7\"".into(),
            changes: vec![("title".into(), Change::Text("--batch_dv\r\n--é 'x' $(y)".into()))],
            before: vec![],
            optimistic_concurrency: true,
        };
        let close = Action::named("CloseIncident", None, "{\"Status\":5}".into());
        let items = [Operation::Update(patch), Operation::CreateAndAct(note("a\"b"), close)];
        let items: Vec<Vec<Wire>> = items.iter().map(|item| item.wires().unwrap()).collect();
        let wire = batch("https://contoso.crm4.dynamics.com", &items).unwrap();
        let common = "Accept: application/json\r\nOData-MaxVersion: 4.0\r\nOData-Version: 4.0\r\n";
        let head = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n";
        let json = "Content-Type: application/json\r\n";
        let root = "https://contoso.crm4.dynamics.com/api/data/v9.2";
        let expected = format!(
            "--batch_dv\r\nContent-Type: multipart/mixed; boundary=changeset_1\r\n\r\n\
             --changeset_1\r\n{head}Content-ID: 1\r\n\r\n\
             PATCH {root}/incidents(00000000-0000-4000-8000-0000000000aa)?$select=title HTTP/1.1\r\n\
             {common}{json}If-Match: W/\"7\"\r\n\
             Prefer: return=representation,odata.include-annotations=\"*\"\r\n\r\n\
             {{\"title\":\"--batch_dv\\r\\n--é 'x' $(y)\"}}\r\n--changeset_1--\r\n\
             --batch_dv\r\nContent-Type: multipart/mixed; boundary=changeset_2\r\n\r\n\
             --changeset_2\r\n{head}Content-ID: 2\r\n\r\nPOST {root}/annotations HTTP/1.1\r\n\
             {common}{json}MSCRM.SuppressDuplicateDetection: false\r\n\r\n\
             {{\"annotationid\":\"00000000-0000-4000-8000-000000000001\",\"notetext\":\"a\\\"b\"}}\r\n\
             --changeset_2\r\n{head}Content-ID: 3\r\n\r\nPOST {root}/CloseIncident HTTP/1.1\r\n\
             {common}{json}\r\n{{\"Status\":5}}\r\n--changeset_2--\r\n--batch_dv--\r\n"
        );
        assert_eq!(wire.body, expected);
        let kind = ("Content-Type".to_owned(), "multipart/mixed; boundary=batch_dv".to_owned());
        assert!(wire.all_headers.contains(&kind), "{:?}", wire.all_headers);
        assert_eq!((wire.method.as_str(), wire.path.as_str()), ("POST", "/api/data/v9.2/$batch"));
    }

    #[test]
    fn no_two_parts_of_a_batch_have_the_same_number() {
        let act = |name| Action::named(name, None, String::new());
        let items = [Operation::CreateAndAct(note("x"), act("A")), Operation::Act(act("B"))];
        let items: Vec<Vec<Wire>> = items.iter().map(|item| item.wires().unwrap()).collect();
        let body = batch("", &items).unwrap().body;
        let numbers: Vec<&str> = body.lines().filter_map(|line| line.strip_prefix("Content-ID: ")).collect();
        assert_eq!(numbers, ["1", "2", "3"]);
    }

    #[test]
    fn a_change_set_is_sent_as_it_is_copied_but_for_its_boundaries_and_the_origin() {
        let writes = [
            Request::create_unseen(&note("x")).unwrap(),
            Request::action(&Action::named("A", None, String::new())),
        ];
        let sent = String::from_utf8(change_set(&writes).unwrap().body.to_vec()).unwrap();
        let wires = writes.iter().map(Wire::of).collect::<Vec<_>>();
        let copied = batch("", &[wires]).unwrap().body;
        let id = |text: &str, name: &str| {
            let at = text.find(name).unwrap() + name.len();
            text[at..].split("\r\n").next().unwrap().to_owned()
        };
        let (outer, inner) = (id(&sent, "--batch_"), id(&sent, "boundary=changeset_"));
        assert_eq!(sent.replace(&outer, "dv").replace(&inner, "1"), copied);
    }

    const GOOD: &str = "--batchresponse_1\r\nContent-Type: multipart/mixed; boundary=changesetresponse_2\r\n\r\n\
        --changesetresponse_2\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\
        Content-ID: 1\r\n\r\nHTTP/1.1 204 No Content\r\nOData-Version: 4.0\r\n\r\n\r\n\
        --changesetresponse_2\r\nContent-Type: application/http\r\nContent-ID: 2\r\n\r\n\
        HTTP/1.1 204 No Content\r\n\r\n\r\n--changesetresponse_2--\r\n--batchresponse_1--\r\n";

    #[test]
    fn a_change_set_is_good_when_each_of_its_parts_is() {
        assert!(answers(response(GOOD), 2).is_ok());
        assert!(answers(response(GOOD), 3).err().unwrap().is_outcome_unknown());
        assert!(answers(response(""), 2).err().unwrap().is_outcome_unknown());
    }

    #[test]
    fn the_error_of_one_part_is_the_error_of_all() {
        let body = "--batchresponse_1\nContent-Type: application/http\nContent-ID: 2\n\nHTTP/1.1 400 Bad Request\n\
            Content-Type: application/json\n\n\
            {\"error\":{\"code\":\"0x8004440a\",\"message\":\"open activities\"}}\n--batchresponse_1--\n";
        let error = answers(response(body), 2).err().unwrap();
        assert_eq!(error.code(), Some("0x8004440a"));
        assert!(matches!(error, Error::Api { part: Some(2), .. }), "{error:?}");
    }
}
