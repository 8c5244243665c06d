//! `$batch`: many requests in one. The parts are read and checked first, then run one after the other as requests of
//! their own; those of a change set run in one transaction. It must not know what the parts do.

mod multipart;
mod part;
mod response;

use http::StatusCode;
use http::header::CONTENT_TYPE;
use rusqlite::Transaction;

use super::access::Principal;
use super::address::{self, References};
use super::call::Call;
use super::error::{ApiError, Result};
use super::prefer::Prefer;
use super::reply::Reply;
use super::route;
use crate::sandbox::odata::uri::QueryString;
use multipart::Multipart;
use part::{Item, Operation};
use response::Response;

/// As many requests as one batch can hold.
const MAX_OPERATIONS: usize = 1000;
/// The longest address of a part, in characters.
const ADDRESS_LIMIT: usize = 65_536;
/// The headers that name the person to act for.
const FOR_ANOTHER: [&str; 2] = ["callerobjectid", "mscrmcallerid"];
/// Answers together. What would go beyond is not run.
const MAX_ANSWER: usize = 256 * 1024 * 1024;

/// `POST /$batch`.
pub(super) fn answer(call: &Call<'_>) -> Result<Reply> {
    if call.references.is_some() {
        return Err(ApiError::query("A batch cannot be a part of another batch."));
    }
    let content_type = call.header(CONTENT_TYPE.as_str()).unwrap_or_default();
    let boundary = multipart::boundary(content_type)?;
    let items = part::items(&Multipart::read(&call.body, &boundary)?)?;
    let mut batch = Batch { call, references: References::new(), response: Response::new("batchresponse") };
    let mut status = StatusCode::OK;
    for item in &items {
        let done = match item {
            Item::One(operation) => batch.one(operation),
            Item::ChangeSet(operations) => batch.change_set(operations),
        };
        if !done && !call.prefer.continue_on_error {
            status = StatusCode::BAD_REQUEST;
            break;
        }
    }
    let reply = batch.response.finish();
    Ok(reply.status(status).applied(call.prefer.applied_to_batch()))
}

struct Batch<'a> {
    call: &'a Call<'a>,
    references: References,
    response: Response,
}

impl Batch<'_> {
    /// Runs a part that stands by itself. Whether it succeeded.
    fn one(&mut self, operation: &Operation) -> bool {
        let answered = match self.response.len() > MAX_ANSWER {
            true => Err(too_large()),
            false => self.run(operation, None),
        };
        let id = operation.content_id.as_deref();
        match answered {
            Ok(reply) => {
                self.remember(operation, &reply);
                self.response.add(id, &reply);
                true
            }
            Err(error) => {
                self.response.add(id, &refusal(operation, &error));
                false
            }
        }
    }

    /// Runs a change set: all of it, or none of it and one error as its answer.
    fn change_set(&mut self, operations: &[Operation]) -> bool {
        let call = self.call;
        let before = self.references.clone();
        let mut inner = Response::new("changesetresponse");
        let mut failed = None;
        let done = call.write(|transaction| {
            for operation in operations {
                match self.run(operation, Some(transaction)) {
                    Ok(reply) => {
                        self.remember(operation, &reply);
                        inner.add(operation.content_id.as_deref(), &reply);
                    }
                    Err(error) => {
                        failed = Some(operation);
                        return Err(error);
                    }
                }
            }
            Ok(())
        });
        if let Err(error) = &done {
            self.references = before;
            inner = Response::new("changesetresponse");
            let operation = failed.or(operations.first());
            let id = operation.and_then(|operation| operation.content_id.as_deref());
            let annotations = operation.is_some_and(wants_annotations);
            inner.add(id, &Reply::error(error, annotations));
        }
        self.response.nest(inner);
        done.is_ok()
    }

    /// Answers a part as the request that it is.
    fn run(&self, operation: &Operation, within: Option<&Transaction<'_>>) -> Result<Reply> {
        if operation.address.chars().count() > ADDRESS_LIMIT {
            let message = "The length of the URL exceeds the maximum of 65,536 characters.";
            return Err(ApiError::new(StatusCode::URI_TOO_LONG, 0x8006_0888, message));
        }
        let outer = self.call;
        let environment = outer.environment;
        let address = address::referred(Some(&self.references), &operation.address)?;
        let local = address::local(&outer.config().root, &address).ok_or_else(|| {
            ApiError::query(format!("The address '{address}' of a part is not in this environment."))
        })?;
        let (path, query) = local.split_once('?').unwrap_or((local, ""));
        let (root, path) = match path.starts_with("/api/data/") || path == "/api/data" {
            true => {
                let (version, path) = route::version(path)?;
                (format!("{}/api/data/{version}", outer.config().root), path)
            }
            false => (outer.root.clone(), path),
        };
        let mut headers = operation.headers.clone();
        for (name, value) in &outer.headers {
            let person = FOR_ANOTHER.contains(&name.as_str());
            let shared = !person && name.as_str().starts_with("mscrm");
            if shared && !headers.contains_key(name) {
                headers.insert(name, value.clone());
            }
        }
        // A part can be on behalf of somebody else than the batch.
        let users = &environment.config.users;
        let principal = match FOR_ANOTHER.iter().any(|name| operation.headers.contains_key(*name)) {
            true => Principal::of(&outer.caller, users, &environment.store, &headers)?,
            false => outer.principal.clone(),
        };
        let call = Call {
            environment,
            schema: environment.schema(),
            caller: outer.caller,
            principal,
            root,
            method: operation.method.clone(),
            path: if path.starts_with('/') { path.to_owned() } else { format!("/{path}") },
            query: QueryString::parse(query)?,
            prefer: Prefer::of(&headers),
            headers,
            body: operation.body.clone(),
            now: outer.now,
            within,
            references: Some(&self.references),
        };
        route::answer(&call)
    }

    /// Keeps the address of the row that a part has made or changed.
    fn remember(&mut self, operation: &Operation, reply: &Reply) {
        let Some(id) = &operation.content_id else { return };
        let address = reply.headers.get("odata-entityid").and_then(|value| value.to_str().ok());
        let local = address.and_then(|address| address::local(&self.call.config().root, address));
        if let Some(local) = local {
            self.references.insert(id.clone(), local.to_owned());
        }
    }
}

fn wants_annotations(operation: &Operation) -> bool {
    Prefer::of(&operation.headers).wants_all()
}

fn refusal(operation: &Operation, error: &ApiError) -> Reply {
    Reply::error(error, wants_annotations(operation))
}

fn too_large() -> ApiError {
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        0x8006_0888,
        "The answers to the batch are too large to be sent together.",
    )
}
