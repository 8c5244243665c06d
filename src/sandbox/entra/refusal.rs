//! What Entra ID says when it says no: the error body of the token endpoint and its documented numbers.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, WWW_AUTHENTICATE};
use http::{HeaderValue, Request, Response, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::sandbox::{Error, answer};

/// What names one request to support: in the error body, and in headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ids {
    pub(crate) trace: Uuid,
    /// The client's own, when it sent one.
    pub(crate) correlation: Uuid,
}

impl Ids {
    pub(crate) fn of(request: &Request<Bytes>) -> Ids {
        let sent = request.headers().get("client-request-id");
        let sent = sent.and_then(|id| Uuid::try_parse_ascii(id.as_bytes()).ok());
        Ids { trace: Uuid::new_v4(), correlation: sent.unwrap_or_else(Uuid::new_v4) }
    }
}

/// A refusal. `Display` is the sentence with its number, without the trace ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The AADSTS number. Some answers of the device flow have none.
    pub(crate) code: Option<u32>,
    pub(crate) error: &'static str,
    pub(crate) status: StatusCode,
    pub(crate) text: String,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.code {
            Some(code) => write!(f, "AADSTS{code}: {}", self.text),
            None => f.write_str(&self.text),
        }
    }
}

impl Refusal {
    /// A refusal by its number; `error` and the status follow from it.
    pub(crate) fn new(code: u32, text: impl Into<String>) -> Refusal {
        let (error, status) = match code {
            50011 | 50020 | 50034 | 50057 | 50105 | 50173 | 501481 | 53003 | 54005 | 65001 | 70000
            | 70008 | 700082 => ("invalid_grant", StatusCode::BAD_REQUEST),
            50076 => ("interaction_required", StatusCode::BAD_REQUEST),
            500011 | 650057 => ("invalid_resource", StatusCode::BAD_REQUEST),
            700016 => ("unauthorized_client", StatusCode::BAD_REQUEST),
            7000215 | 7000218 | 7000222 | 700023 | 700025 | 700027 | 50013 => {
                ("invalid_client", StatusCode::UNAUTHORIZED)
            }
            70011 => ("invalid_scope", StatusCode::BAD_REQUEST),
            70003 => ("unsupported_grant_type", StatusCode::BAD_REQUEST),
            70005 | 700054 => ("unsupported_response_type", StatusCode::BAD_REQUEST),
            70016 => ("authorization_pending", StatusCode::BAD_REQUEST),
            70018 => ("bad_verification_code", StatusCode::BAD_REQUEST),
            70020 => ("expired_token", StatusCode::BAD_REQUEST),
            50058 => ("login_required", StatusCode::BAD_REQUEST),
            900561 => ("invalid_request", StatusCode::METHOD_NOT_ALLOWED),
            _ => ("invalid_request", StatusCode::BAD_REQUEST),
        };
        Refusal { code: Some(code), error, status, text: text.into() }
    }

    pub(crate) fn declined() -> Refusal {
        Refusal {
            code: None,
            error: "authorization_declined",
            status: StatusCode::BAD_REQUEST,
            text: "The end user denied the authorization request.".to_owned(),
        }
    }

    /// The other form of "pending", for a device that asks more often than it was told to.
    pub(crate) fn slow_down() -> Refusal {
        Refusal {
            code: None,
            error: "slow_down",
            status: StatusCode::BAD_REQUEST,
            text: "The application polls too often. Wait for the interval between requests.".to_owned(),
        }
    }

    pub(crate) fn missing(parameter: &str) -> Refusal {
        let text = format!("The request body must contain the following parameter: '{parameter}'.");
        Refusal::new(900144, text)
    }

    /// Why this person gets no token, by the number of theirs.
    pub(crate) fn of_user(code: u32, upn: &str) -> Refusal {
        let text = match code {
            53003 => "Access has been blocked by Conditional Access policies. The access policy does not allow token \
                      issuance."
                .to_owned(),
            50020 => format!(
                "User account '{upn}' from identity provider 'fabrikam.example' does not exist in tenant 'Contoso' and \
                 cannot access the application in that tenant. The account needs to be added as an external user in \
                 the tenant first."
            ),
            50057 => "The user account is disabled.".to_owned(),
            50076 => "Due to a configuration change made by your administrator, or because you moved to a new \
                      location, you must use multi-factor authentication to access \
                      '00000007-0000-0000-c000-000000000000'."
                .to_owned(),
            _ => "The user cannot sign in.".to_owned(),
        };
        Refusal::new(code, text)
    }

    fn suberror(&self) -> Option<&'static str> {
        match self.code? {
            65001 => Some("consent_required"),
            50076 => Some("basic_action"),
            53003 => Some("message_only"),
            50173 => Some("bad_token"),
            700082 => Some("token_expired"),
            _ => None,
        }
    }

    /// The answer of the token and device code endpoints.
    pub(crate) fn response(&self, now: Timestamp, ids: Ids) -> Response<Bytes> {
        self.response_with(&self.body(now, ids))
    }

    /// The body of that answer; a fault writes into it before it goes out.
    pub(super) fn body(&self, now: Timestamp, ids: Ids) -> Value {
        let Ids { trace, correlation } = ids;
        let timestamp = now.strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        let description =
            format!("{self} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}");
        let mut body = json!({
            "error": self.error,
            "error_description": description,
            "error_codes": self.code.iter().collect::<Vec<_>>(),
            "timestamp": timestamp,
            "trace_id": trace,
            "correlation_id": correlation,
        });
        if let Some(code) = self.code {
            body["error_uri"] = json!(format!("https://login.microsoftonline.com/error?code={code}"));
        }
        if let Some(suberror) = self.suberror() {
            body["suberror"] = json!(suberror);
        }
        if matches!(self.code, Some(50076 | 53003)) {
            body["claims"] = json!(policy_claims(trace));
        }
        body
    }

    /// The answer with this body in place of its own.
    pub(super) fn response_with(&self, body: &Value) -> Response<Bytes> {
        let mut response = answer::json(self.status, body);
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store, no-cache"));
        if self.status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"sandbox\""));
        }
        response
    }
}

/// The claims that a client must send along when it asks again, so that a policy is met.
pub(super) fn policy_claims(policy: Uuid) -> String {
    json!({ "access_token": { "capolids": { "essential": true, "values": [policy] } } }).to_string()
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        Refusal {
            code: Some(90033),
            error: "temporarily_unavailable",
            status: StatusCode::SERVICE_UNAVAILABLE,
            text: format!("A transient error has occurred: {error}"),
        }
    }
}
