//! The controls under `/_sandbox/`: approve and deny device sign-ins, read the request log, order faults,
//! begin anew.

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde_json::json;
use url::form_urlencoded;

use super::answer;
use super::entra::{Decision, DeviceError, Entra};
use super::environments::Environments;
use super::faults::{Faults, Order};
use super::request_log::RequestLog;

/// What the controls work on.
#[derive(Debug)]
pub(crate) struct Controls<'a> {
    pub(crate) entra: &'a Entra,
    pub(crate) log: &'a RequestLog,
    pub(crate) faults: &'a Faults,
    pub(crate) environments: &'a Environments,
}

impl Controls<'_> {
    pub(crate) async fn respond(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let query: Vec<(String, String)> =
            form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes())
                .into_owned()
                .collect();
        let field = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let name = request.uri().path().strip_prefix("/_sandbox/").unwrap_or_default();
        match (name, request.method()) {
            ("approve", &Method::POST) => self.approve(field("user_code"), field("user").unwrap_or("anna")),
            ("deny", &Method::POST) => self.decide(field("user_code"), Decision::Deny),
            ("requests", &Method::GET) => match field("since").unwrap_or("0").parse() {
                Ok(since) => answer::json(StatusCode::OK, &json!(self.log.since(since))),
                Err(_) => problem(StatusCode::BAD_REQUEST, "since is the number of a request"),
            },
            ("faults", &Method::POST) => self.order(request.body()),
            ("faults", &Method::GET) => answer::json(StatusCode::OK, &json!(self.faults.list())),
            ("faults", &Method::DELETE) => {
                self.faults.clear();
                empty()
            }
            ("reset", &Method::POST) => self.reset().await,
            ("approve" | "deny" | "requests" | "faults" | "reset", method) => {
                problem(StatusCode::METHOD_NOT_ALLOWED, &format!("this control does not take {method}"))
            }
            _ => problem(StatusCode::NOT_FOUND, "the controls are approve, deny, requests, faults and reset"),
        }
    }

    /// Rows as they were first, no faults, no requests. Sign-ins stay good.
    async fn reset(&self) -> Response<Bytes> {
        self.faults.clear();
        if let Err(error) = self.environments.reset().await {
            return problem(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string());
        }
        self.log.clear();
        empty()
    }

    fn approve(&self, user_code: Option<&str>, user: &str) -> Response<Bytes> {
        match self.entra.person_id(user) {
            Some(id) => self.decide(user_code, Decision::Approve(id)),
            None => problem(StatusCode::NOT_FOUND, &format!("there is no user {user:?}")),
        }
    }

    fn decide(&self, user_code: Option<&str>, decision: Decision) -> Response<Bytes> {
        let Some(user_code) = user_code.filter(|code| !code.is_empty()) else {
            return problem(StatusCode::BAD_REQUEST, "user_code is missing");
        };
        match self.entra.decide(user_code, decision) {
            Ok(()) => empty(),
            Err(error) => {
                let status = match error {
                    DeviceError::Unknown => StatusCode::NOT_FOUND,
                    DeviceError::Expired => StatusCode::GONE,
                    DeviceError::Decided => StatusCode::CONFLICT,
                };
                problem(status, &error.to_string())
            }
        }
    }

    fn order(&self, body: &[u8]) -> Response<Bytes> {
        let order: Order = match serde_json::from_slice(body) {
            Ok(order) => order,
            Err(why) => return problem(StatusCode::BAD_REQUEST, &why.to_string()),
        };
        match self.faults.add(order) {
            Ok(id) => answer::json(StatusCode::OK, &json!({ "id": id })),
            Err(why) => problem(StatusCode::BAD_REQUEST, &why),
        }
    }
}

fn empty() -> Response<Bytes> {
    answer::json(StatusCode::OK, &json!({}))
}

fn problem(status: StatusCode, text: &str) -> Response<Bytes> {
    answer::json(status, &json!({ "error": text }))
}
