//! What Entra ID's error codes mean, for people.
//!
//! Source: "Microsoft Entra authentication and authorization error codes" of the Microsoft identity platform.

use super::refusal::{Explanation, GrantKind};

/// By AADSTS number.
pub(super) fn by_code(code: u32) -> Option<Explanation> {
    let found = CODES.binary_search_by_key(&code, |(code, ..)| *code).ok()?;
    let (_, meaning, next) = CODES[found];
    Some(Explanation { meaning, next })
}

/// The grant is not valid, without more.
pub(super) const INVALID_GRANT: u32 = 70_000;

/// By AADSTS number, where the meaning depends on what was given for a token.
pub(super) fn of_grant(grant: GrantKind, code: u32) -> Option<Explanation> {
    let meaning = match (grant, code) {
        (GrantKind::Refresh, _) => return None,
        (GrantKind::BrowserCode, 70_000) => "the sign-in service did not accept the browser's answer",
        (GrantKind::BrowserCode, 70_008) => "the browser's answer came too late",
        (GrantKind::DeviceCode, 54_005) => "the code was used already",
        (GrantKind::DeviceCode, 70_000) => "the sign-in service did not accept the code",
        (GrantKind::DeviceCode, 70_008) => "the code has expired",
        _ => return None,
    };
    Some(Explanation { meaning, next: RESTART })
}

/// By `suberror`.
pub(super) fn by_suberror(suberror: &str) -> Option<Explanation> {
    let (meaning, next) = match suberror {
        "bad_token" | "token_expired" => ("what is kept of the sign-in no longer works", SIGN_IN),
        "consent_required" => ("the application has no consent", CONSENT),
        "basic_action" | "additional_action" => ("the sign-in needs another step", BROWSER),
        "message_only" => ("access is blocked by a policy", ADMIN_POLICY),
        "user_password_expired" => ("the password has expired", PASSWORD),
        "protection_policy_required" => ("an app protection policy is required", ADMIN_POLICY),
        _ => return None,
    };
    Some(Explanation { meaning, next })
}

/// By `error`.
pub(super) fn by_error(error: &str) -> Option<Explanation> {
    let (meaning, next) = match error {
        "authorization_declined" | "access_denied" => {
            ("the sign-in was declined", "start again and accept, if it was you who asked")
        }
        "expired_token" => ("the code has expired", RESTART),
        "bad_verification_code" => ("the code is not known", RESTART),
        "invalid_grant" => ("what is kept of the sign-in no longer works", SIGN_IN),
        "invalid_client" => ("the application could not prove who it is", CLIENT_ID),
        "unauthorized_client" => ("the application may not sign in this way", CLIENT_ID),
        "unsupported_grant_type" => ("the authority does not know this way to sign in", OTHER_WAY),
        "invalid_resource" => ("the environment is not known in this tenant", TENANT),
        "invalid_scope" => ("the scope is not known", SCOPE),
        "interaction_required" | "login_required" => ("a person has to sign in", BROWSER),
        "consent_required" => ("the application has no consent", CONSENT),
        "temporarily_unavailable" | "server_error" => ("the sign-in service has trouble", RETRY),
        "invalid_request" => ("the sign-in service did not understand the request", REPORT),
        _ => return None,
    };
    Some(Explanation { meaning, next })
}

const ADMIN_POLICY: &str = "show your administrator this message with its correlation id";
const ASSIGN: &str = "ask your administrator to assign you to the application";
const BROWSER: &str = "sign in with the browser: `dv login --browser`";
const CERTIFICATE: &str = "check the application's certificate";
const CLIENT_ID: &str = "check --client-id and --tenant, and that the application allows public client flows";
const CONSENT: &str = "sign in with the browser and accept, or ask your administrator to grant consent";
const DEVICE: &str = "sign in from a device that your organisation manages";
const INVITE: &str = "sign in with an account of that tenant, or ask to be invited as a guest";
const OTHER_ACCOUNT: &str =
    "sign out in the browser and pick the other account: `dv login --browser --prompt select_account`";
const OTHER_WAY: &str = "try the other way: `dv login --browser` or `dv login --device-code`";
const PASSWORD: &str = "change the password in a browser, then sign in again: `dv login`";
const REDIRECT: &str = "register http://localhost as a redirect of the kind Mobile and desktop";
const REGISTER_OWN: &str = "use an application that your organisation registered: --client-id";
const REPORT: &str = "this looks like a fault in dv or in --scope: report it with the correlation id";
const RESTART: &str = "start again: `dv login`";
const RETRY: &str = "try again in a minute";
const SCOPE: &str = "check --scope; without it the usual one is asked for";
const SECRET: &str = "check the application's secret";
const SIGN_IN: &str = "sign in again: `dv login`";
const TENANT: &str = "check --tenant and the address of the environment";
const USER_NAME: &str = "check the user name";

/// Number, meaning, next step; sorted by number.
const CODES: &[(u32, &str, &str)] = &[
    (16000, "this account is not in the tenant, or several are signed in", OTHER_ACCOUNT),
    (50001, "the environment is not known or is disabled in this tenant", TENANT),
    (50011, "the redirect address is not registered with the application", REDIRECT),
    (50012, "the application's certificate was not accepted", CERTIFICATE),
    (50013, "the application's assertion was not accepted", CERTIFICATE),
    (50014, "your invitation as a guest is still open", "accept the invitation first"),
    (50020, "this account is not in the tenant", INVITE),
    (50034, "there is no such account in the directory", USER_NAME),
    (50049, "the sign-in service does not know this instance", "check --authority"),
    (
        50053,
        "the account is locked after too many tries, or the address is blocked",
        "wait or reset the password, then sign in again",
    ),
    (50055, "the password has expired", PASSWORD),
    (50056, "there is no password for this account", PASSWORD),
    (50057, "the account is disabled", "ask your administrator"),
    (50058, "nobody is signed in, and no question was allowed", SIGN_IN),
    (50059, "the request names no tenant", TENANT),
    (50072, "a second factor has to be set up first", BROWSER),
    (50074, "a second factor is needed", BROWSER),
    (50076, "a second factor is needed: a setting or your location changed", BROWSER),
    (50078, "the second factor is too long ago", BROWSER),
    (50079, "a second factor has to be set up first", BROWSER),
    (50085, "the identity provider wants a new sign-in", SIGN_IN),
    (50089, "the sign-in took too long", RESTART),
    (50097, "the device has to prove who it is", DEVICE),
    (50105, "you are not assigned to the application", ASSIGN),
    (50125, "the sign-in was interrupted by a password reset or a registration", RESTART),
    (50126, "user name or password is wrong", RESTART),
    (50128, "the domain is not known", USER_NAME),
    (50129, "the device is not registered", DEVICE),
    (50131, "a policy of your organisation was not met", DEVICE),
    (50132, "the session was ended or has expired", SIGN_IN),
    (50133, "the session ended, or the password was changed", SIGN_IN),
    (50134, "the code is of another data centre", RESTART),
    (50135, "the password has to be changed because the account is at risk", PASSWORD),
    (50140, "the sign-in was interrupted by a question", RESTART),
    (50144, "the password in your own directory has expired", PASSWORD),
    (50147, "the proof of the request has a wrong length", REPORT),
    (50158, "another check outside was not passed", BROWSER),
    (50173, "the sign-in was revoked, or the password was changed", SIGN_IN),
    (50194, "the application is for one tenant only", "name the tenant: --tenant"),
    (50196, "the sign-in service sees a loop of requests", "wait some minutes, then sign in again"),
    (50199, "the sign-in waits for a confirmation", RESTART),
    (51004, "there is no such account in the directory", USER_NAME),
    (53000, "the device does not meet your organisation's policy", DEVICE),
    (53001, "the device is not joined to your domain", DEVICE),
    (53002, "the application is not approved by your organisation", REGISTER_OWN),
    (
        53003,
        "a Conditional Access policy blocks this sign-in",
        "try the other way (`dv login --browser`), or show your administrator this message",
    ),
    (53004, "a second factor cannot be set up here because of a risk", ADMIN_POLICY),
    (54005, "the browser's answer was used already", RESTART),
    (65001, "the application has no consent", CONSENT),
    (65002, "the application may not use this service", REGISTER_OWN),
    (65004, "consent was declined", "start again and accept, or ask your administrator"),
    (
        65005,
        "the application asks for a service it does not list",
        "ask the application's owner to add the Dynamics CRM permission",
    ),
    (70000, "what is kept of the sign-in no longer works", SIGN_IN),
    (70001, "the application is disabled or not known", CLIENT_ID),
    (70002, "the application could not prove who it is", SECRET),
    (70003, "the authority does not know this way to sign in", OTHER_WAY),
    (70004, "the redirect address is not valid", REDIRECT),
    (70005, "the authority does not support this kind of answer", OTHER_WAY),
    (70007, "the authority does not support this way of answering", OTHER_WAY),
    (70008, "the sign-in has expired or was revoked", SIGN_IN),
    (70011, "the scope is not valid", SCOPE),
    (70012, "the sign-in service has trouble with personal accounts", RETRY),
    (70016, "the sign-in is still open", RESTART),
    (70018, "the code is not right", RESTART),
    (70019, "the code has expired", RESTART),
    (70020, "the code has expired", RESTART),
    (70043, "your organisation wants a sign-in more often", SIGN_IN),
    (75011, "the account signed in another way than is asked for", OTHER_ACCOUNT),
    (90002, "there is no such tenant", TENANT),
    (90004, "the sign-in service did not understand the request", REPORT),
    (90006, "the sign-in service has trouble", RETRY),
    (90008, "the application has no consent", CONSENT),
    (90009, "the application asks for a token for itself", SCOPE),
    (90012, "the sign-in service took too long", RETRY),
    (90013, "something in the request is not valid", REPORT),
    (90014, "something is missing in the request", REPORT),
    (90015, "the request is too long", REPORT),
    (90019, "the request names no tenant", TENANT),
    (90023, "the sign-in service did not understand the request", REPORT),
    (90024, "the sign-in service has trouble", RETRY),
    (90033, "the sign-in service has trouble", RETRY),
    (90038, "the tenant is in another cloud", "name that cloud's authority: --authority"),
    (90055, "too many sign-ins to this tenant", "wait a minute, then try again"),
    (90056, "the sign-in service did not understand the request", REPORT),
    (90072, "this account is not in the tenant", INVITE),
    (90094, "your administrator has to grant consent", CONSENT),
    (90095, "your administrator has to grant consent", "send the request that the browser shows"),
    (90119, "no code was given", RESTART),
    (90120, "the code was used or declined already", RESTART),
    (
        90124,
        "this kind of account needs another tenant name",
        "use --tenant organizations or the tenant's own name",
    ),
    (
        90130,
        "this kind of account needs another tenant name",
        "use --tenant organizations or the tenant's own name",
    ),
    (500011, "the environment is not known in this tenant", TENANT),
    (500113, "the application has no redirect address", REDIRECT),
    (501481, "the proof of the request does not match", REPORT),
    (530032, "a security policy blocks this sign-in", ADMIN_POLICY),
    (650052, "your organisation has no subscription for this service", "ask your administrator"),
    (650056, "the application is set up wrongly", CLIENT_ID),
    (
        650057,
        "the application does not list this service among its permissions",
        "ask the application's owner to add Dynamics CRM user_impersonation",
    ),
    (700003, "the device is not known in the tenant", DEVICE),
    (700005, "the code is of another tenant", TENANT),
    (700011, "the application is not known", CLIENT_ID),
    (700016, "the application is not known in this tenant", CLIENT_ID),
    (700020, "a person has to sign in", BROWSER),
    (700022, "the scope names several services", SCOPE),
    (700023, "the application's assertion does not fit it", CERTIFICATE),
    (700025, "a public application must not send a secret", CLIENT_ID),
    (700027, "the application's certificate was not accepted", CERTIFICATE),
    (700054, "the application does not allow id tokens", CLIENT_ID),
    (700082, "the sign-in was not used for too long", SIGN_IN),
    (700084, "the sign-in has expired", SIGN_IN),
    (900144, "something is missing in the request", REPORT),
    (900382, "the tenant is in another cloud", "name that cloud's authority: --authority"),
    (900432, "the tenant is in another cloud", "name that cloud's authority: --authority"),
    (900561, "the sign-in service did not understand the request", REPORT),
    (900971, "the request has no redirect address", REDIRECT),
    (901002, "the authority wants a scope, not a resource", SCOPE),
    (1000031, "the application cannot be used at this time", ADMIN_POLICY),
    (1002012, "the scope is not valid", SCOPE),
    (7000112, "the application is disabled", ADMIN_POLICY),
    (7000215, "the application's secret is wrong", SECRET),
    (
        7000218,
        "the application does not allow public client flows",
        "ask its owner to switch on \"Allow public client flows\"",
    ),
    (7000222, "the application's secret has expired", SECRET),
    (9001023, "this way to sign in needs a tenant", "name the tenant: --tenant"),
    (9002313, "the sign-in service did not understand the request", REPORT),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_line_is_found() {
        assert!(CODES.is_sorted_by(|a, b| a.0 < b.0));
        for (code, meaning, _) in CODES {
            assert_eq!(by_code(*code).unwrap().meaning, *meaning);
        }
        assert_eq!(by_code(1), None);
    }
}
