//! Why the environment did not take a token: its answer says nothing, so the token that was sent is looked at.

use http::HeaderMap;
use jiff::Timestamp;

use super::Error;
use super::response::server_time;
use crate::auth::challenge::Challenge;
use crate::auth::diagnosis::{Case, Verdict};
use crate::auth::{AccessToken, Claims, Diagnosis, EnvironmentUrl, Tokens};

/// Codes of the service that name what is wrong with a token, in words.
///
/// Source: "Web service error codes" of the Dataverse documentation.
const CODES: &[(&str, &str)] = &[
    ("0x8004a100", "the service calls it invalid (InvalidAuthTicket)"),
    ("0x8004a101", "the service says that it has expired (ExpiredAuthTicket)"),
    ("0x8004a102", "the service calls it malformed (BadAuthTicket)"),
    ("0x8004a103", "the service calls it insufficient (InsufficientAuthTicket)"),
    ("0x8004a105", "the service says that it was tampered with (TamperedAuthTicket)"),
    ("0x8005f101", "the service says that it has expired (AccessTokenExpired)"),
    ("0x80040204", "the service does not know the user by it (InvalidUserAuth)"),
    ("0x80044300", "the service misses it (MissingCrmAuthenticationToken)"),
    ("0x80044302", "the service calls the request not authenticated (RequestIsNotAuthenticated)"),
    (
        "0x80044308",
        "the service misses the organization in it (MissingCrmAuthenticationTokenOrganizationName)",
    ),
];

/// A 401 with its explanation.
pub(super) fn explained(
    error: Error,
    headers: &HeaderMap,
    environment: &EnvironmentUrl,
    token: &AccessToken,
    tokens: &Tokens,
) -> Error {
    let (code, request_id) = match error {
        Error::Api { code, request_id, .. } => (code, request_id),
        Error::Answer { request_id, .. } => (String::new(), request_id),
        other => return other,
    };
    let challenge = Challenge::of(headers);
    let claims = Claims::read(token.secret());
    let case = Case {
        token: claims.as_ref().map_err(|reason| *reason),
        environment: Some(environment),
        challenge: challenge.as_ref(),
        by_hand: tokens.is_of_another_authority(),
        asked: tokens.scope(),
        server_time: server_time(headers),
        our_time: Timestamp::now(),
    };
    let diagnosis = Diagnosis::of(&case);
    let given = tokens.is_given();
    let again = match given {
        true => "Get a new token.",
        false => "Sign in again: `dv login`.",
    };
    let named = CODES.iter().find(|(known, _)| code.eq_ignore_ascii_case(known)).map(|(_, words)| *words);
    let bad = diagnosis.cause().filter(|finding| finding.verdict == Verdict::Bad);
    let wants_more =
        challenge.as_ref().and_then(|challenge| challenge.error.as_deref()) == Some("insufficient_claims");
    let (what, why, next) = match (bad, named, diagnosis.cause()) {
        (Some(cause), ..) => (cause.what.clone(), cause.why.clone(), cause.next.clone()),
        (None, ..) if wants_more => (
            "the environment wants a new sign-in".to_owned(),
            "An administrator or a policy has ended the session, the password was changed, or the place has changed \
             (continuous access evaluation)."
                .to_owned(),
            again.to_owned(),
        ),
        (None, Some(words), _) => (words.to_owned(), String::new(), again.to_owned()),
        (None, None, Some(odd)) => (odd.what.clone(), odd.why.clone(), odd.next.clone()),
        (None, None, None) => (
            "nothing is wrong with what stands in it".to_owned(),
            "Audience, tenant, scope and time are right. Then it was revoked, or its signature is not what the \
             service expects: a token that was changed, or one of another cloud."
                .to_owned(),
            again.to_owned(),
        ),
    };
    Error::TokenRefused { what, why, next, given, code, request_id }
}
