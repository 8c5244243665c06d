//! Refusals that a fault orders, by their AADSTS number or by the error's name.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::json;

use super::params::Params;
use super::refusal::{Ids, Refusal, policy_claims};
use super::{Ask, Entra, Tenant, Version};
use crate::sandbox::faults::{StatusFault, padded};

/// Numbers, what they are called in `error` and in `suberror`, and what they say. Numbers that the sandbox gives of
/// itself are not here. Source: Microsoft's list of authentication and authorization error codes.
const NUMBERS: &[(u32, &str, &str, &str)] = &[
    (
        16000,
        "interaction_required",
        "",
        "The signed-in account does not exist in this tenant; choose another one.",
    ),
    (50001, "invalid_resource", "", "The resource principal was not found in the tenant, or it is disabled."),
    (50012, "invalid_client", "", "Authentication failed."),
    (50014, "interaction_required", "", "The redemption of the guest's invitation is pending."),
    (
        50053,
        "invalid_grant",
        "",
        "The account is locked: too many sign-ins with a wrong user name or password.",
    ),
    (50055, "invalid_grant", "user_password_expired", "The password is expired."),
    (50056, "invalid_grant", "", "The password is not valid or not in the store."),
    (50057, "invalid_grant", "", "The user account is disabled."),
    (
        50059,
        "invalid_request",
        "",
        "No tenant-identifying information found in the request or the credentials.",
    ),
    (50072, "interaction_required", "basic_action", "The user must enrol in multi-factor authentication."),
    (50074, "interaction_required", "basic_action", "Strong authentication is required."),
    (
        50076,
        "interaction_required",
        "basic_action",
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must \
         use multi-factor authentication to access this resource.",
    ),
    (50078, "interaction_required", "basic_action", "The presented multi-factor authentication has expired."),
    (
        50079,
        "interaction_required",
        "basic_action",
        "The user must register for multi-factor authentication.",
    ),
    (50085, "invalid_grant", "", "The refresh token needs a sign-in at the social identity provider."),
    (50089, "invalid_grant", "", "The flow token expired."),
    (50097, "interaction_required", "additional_action", "Device authentication is required."),
    (50105, "invalid_grant", "", "The signed-in user is not assigned to a role for the application."),
    (50125, "interaction_required", "", "The sign-in was interrupted by a password reset or registration."),
    (50126, "invalid_grant", "", "Error validating credentials due to an invalid user name or password."),
    (50128, "invalid_request", "", "Invalid domain name: no tenant-identifying information found."),
    (50129, "interaction_required", "additional_action", "The device is not workplace joined."),
    (50131, "invalid_grant", "message_only", "The device's state or a policy does not allow the access."),
    (50132, "invalid_grant", "bad_token", "The credentials have been revoked, or the session has expired."),
    (
        50133,
        "invalid_grant",
        "bad_token",
        "The session is not valid: it expired or the password was changed.",
    ),
    (50134, "invalid_grant", "", "The authorization was made in another data centre."),
    (50135, "invalid_grant", "", "The account is at risk: the password must be changed."),
    (50140, "interaction_required", "", "The sign-in was interrupted to ask whether to stay signed in."),
    (50144, "invalid_grant", "user_password_expired", "The user's Active Directory password has expired."),
    (50158, "interaction_required", "basic_action", "An external security challenge was not satisfied."),
    (
        50194,
        "invalid_request",
        "",
        "The application is not multi-tenant: the /common endpoint is not for it.",
    ),
    (50196, "invalid_grant", "", "The server found a loop of client requests and ended it."),
    (50199, "interaction_required", "", "For security reasons the user must confirm this request."),
    (51004, "invalid_grant", "", "The user account does not exist in the directory."),
    (53000, "interaction_required", "message_only", "The device is not compliant, which a policy requires."),
    (
        53001,
        "interaction_required",
        "message_only",
        "The device is not domain joined, which a policy requires.",
    ),
    (53002, "invalid_grant", "message_only", "The application is not approved, which a policy requires."),
    (53004, "invalid_grant", "message_only", "Proof-up is blocked because of risk."),
    (530032, "invalid_grant", "message_only", "Blocked by a security policy."),
    (65002, "invalid_grant", "", "Consent between first-party applications must be preauthorised."),
    (65004, "invalid_grant", "", "The user declined to consent to the application."),
    (65005, "invalid_resource", "", "The application needs permissions that it lists wrongly."),
    (650052, "invalid_client", "", "The organization lacks a service principal for the service."),
    (650056, "invalid_client", "", "The application is misconfigured."),
    (70001, "unauthorized_client", "", "The application is disabled or was not found."),
    (70002, "invalid_client", "", "Error validating the client's credentials."),
    (70004, "invalid_request", "", "The redirect URI is not valid."),
    (70012, "server_error", "", "A server error occurred while signing in a personal account."),
    (70019, "expired_token", "", "The verification code has expired."),
    (
        70043,
        "invalid_grant",
        "bad_token",
        "The refresh token is not valid: the sign-in frequency demands a new one.",
    ),
    (
        700003,
        "invalid_grant",
        "device_authentication_failed",
        "The device object was not found in the tenant.",
    ),
    (700005, "invalid_grant", "", "The code was issued for another tenant."),
    (700020, "interaction_required", "", "Interaction is required."),
    (700022, "invalid_request", "", "The scope names more than one resource."),
    (700023, "invalid_client", "", "The issuer and the subject of the client assertion do not match."),
    (
        700084,
        "invalid_grant",
        "token_expired",
        "The refresh token was issued to a single page app and has expired.",
    ),
    (7000112, "unauthorized_client", "", "The application is disabled."),
    (7000222, "invalid_client", "", "The provided client secret keys are expired."),
    (90006, "temporarily_unavailable", "", "The external server takes no requests."),
    (
        90008,
        "invalid_grant",
        "consent_required",
        "The application must ask for sign-in and profile at least.",
    ),
    (90012, "temporarily_unavailable", "", "The request has timed out."),
    (90024, "temporarily_unavailable", "", "A transient error has occurred."),
    (90033, "temporarily_unavailable", "", "A transient error has occurred. Please try again."),
    (90055, "temporarily_unavailable", "", "The tenant sends too many requests."),
    (
        90072,
        "invalid_grant",
        "",
        "The external account does not exist in the tenant and must be added first.",
    ),
    (90094, "interaction_required", "consent_required", "An administrator's consent is required."),
    (90095, "interaction_required", "consent_required", "An administrator's consent has been requested."),
    (1000031, "unauthorized_client", "", "The application cannot be accessed at this time."),
];

impl Entra {
    /// The refusal of a `status` fault: on the authorize endpoint it goes back to the client as any other does.
    pub(crate) fn ordered(&self, request: &Request<Bytes>, fault: &StatusFault) -> Response<Bytes> {
        let status = StatusCode::from_u16(fault.status).unwrap_or(StatusCode::BAD_REQUEST);
        let code = fault.code.as_deref().unwrap_or_default();
        let number = code.trim_start_matches("AADSTS").parse::<u32>().ok();
        let blamed = status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS;
        let usual = if blamed { 900_144 } else { 90033 };
        let known = NUMBERS.iter().find(|(known, ..)| *known == number.unwrap_or(usual));
        let text = known.map_or("The request cannot be served.", |(.., text)| text);
        let text = padded(fault.message.as_deref().unwrap_or(text), fault.bytes);
        let mut refusal = Refusal { status, ..Refusal::new(number.unwrap_or(usual), text) };
        if let Some((_, error, ..)) = known {
            refusal.error = error;
        }
        let ids = Ids::of(request);
        if request.uri().path().ends_with("/authorize") && number.is_some() {
            let ask = Ask {
                tenant: Tenant::Any,
                tenant_name: "common",
                version: Version::V2,
                params: Params::of(request),
                request,
                seen: self.sites.seen_by(request),
                ids,
            };
            return self.authorize_refused(&ask, &refusal);
        }
        let mut body = refusal.body(self.clock.now(), ids);
        if number.is_none() && fault.code.is_some() {
            body["error"] = json!(code);
        }
        if number.is_none() && fault.message.is_some() {
            body["error_description"] = json!(refusal.text);
            body["error_codes"] = json!([]);
        }
        let suberror = known.map(|(.., suberror, _)| *suberror).filter(|suberror| !suberror.is_empty());
        if let Some(suberror) = fault.suberror.as_deref().or(suberror) {
            body["suberror"] = json!(suberror);
        }
        let asks_for_more = refusal.error == "interaction_required" && suberror == Some("basic_action");
        if let Some(claims) = &fault.claims {
            body["claims"] = json!(claims);
        } else if asks_for_more {
            body["claims"] = json!(policy_claims(ids.trace));
        }
        refusal.response_with(&body)
    }
}
