//! What Entra ID's error codes mean, for people.
//!
//! Source: "Microsoft Entra authentication and authorization error codes" of the Microsoft identity platform.

use super::refusal::{Explanation, GrantKind, Who};

/// By AADSTS number.
pub(super) fn by_code(code: u32) -> Option<Explanation> {
    let found = CODES.binary_search_by_key(&code, |(code, ..)| *code).ok()?;
    let (_, meaning, (who, next)) = CODES[found];
    Some(Explanation { meaning, who, next })
}

/// The grant is not valid, without more.
pub(super) const INVALID_GRANT: u32 = 70_000;

/// By AADSTS number, where the meaning depends on what was given for a token.
pub(super) fn of_grant(grant: GrantKind, code: u32) -> Option<Explanation> {
    let (meaning, (who, next)) = match (grant, code) {
        (GrantKind::BrowserCode, 70_000) => {
            ("the sign-in service did not accept the browser's answer", RESTART)
        }
        (GrantKind::BrowserCode, 70_008) => ("the browser's answer came too late", RESTART),
        (GrantKind::DeviceCode, 54_005) => ("the code was used already", RESTART),
        (GrantKind::DeviceCode, 70_000) => ("the sign-in service did not accept the code", RESTART),
        (GrantKind::DeviceCode, 70_008) => ("the code has expired", RESTART),
        (GrantKind::DeviceCode, 53_003 | 530_032) => (
            "a Conditional Access policy blocks this sign-in, as many do with codes: a browser may be let through",
            ANOTHER_RUNG,
        ),
        // A code is typed on a device of which the policy learns nothing.
        (GrantKind::DeviceCode, 50_097 | 50_129 | 50_131 | 53_000 | 53_001 | 700_003) => {
            ("a policy wants to know the device, which a sign-in with a code does not tell", ANOTHER_RUNG)
        }
        (GrantKind::DeviceCode, 53_004) => ("a second factor cannot be set up with a code", ANOTHER_RUNG),
        _ => return None,
    };
    Some(Explanation { meaning, who, next })
}

/// By `suberror`.
pub(super) fn by_suberror(suberror: &str) -> Option<Explanation> {
    let (meaning, (who, next)) = match suberror {
        "bad_token" | "token_expired" => ("what is kept of the sign-in no longer works", SIGN_IN),
        "consent_required" => ("the application has no consent", CONSENT),
        "basic_action" | "additional_action" => ("the sign-in needs another step", BROWSER),
        "message_only" => ("access is blocked by a policy", ADMIN_POLICY),
        "user_password_expired" => ("the password has expired", PASSWORD),
        "protection_policy_required" => ("an app protection policy is required", ADMIN_POLICY),
        _ => return None,
    };
    Some(Explanation { meaning, who, next })
}

/// By `error`.
pub(super) fn by_error(error: &str) -> Option<Explanation> {
    let (meaning, (who, next)) = match error {
        "authorization_declined" | "access_denied" => {
            ("the sign-in was declined", (Who::You, "start again and accept, if it was you who asked"))
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
    Some(Explanation { meaning, who, next })
}

/// Who can do something about it, and what.
type Next = (Who, &'static str);

const ADMIN_POLICY: Next =
    (Who::Administrator, "show your administrator this message with its correlation id");
const ANOTHER_RUNG: Next = (
    Who::YouOrAdministrator,
    "use a browser: `dv login --browser` (over SSH by `ssh -L`) or `dv login --paste`; else `dv login --azure-cli`, or \
     show your administrator this message",
);
const ASSIGN: Next = (Who::Administrator, "ask your administrator to assign you to the application");
const BROWSER: Next = (Who::You, "sign in with the browser: `dv login --browser`");
const CERTIFICATE: Next = (Who::Developer, "check the application's certificate");
const CLIENT_ID: Next = (
    Who::YouOrDeveloper,
    "check --client-id and --tenant, and that the application allows public client flows",
);
const CONSENT: Next = (
    Who::YouOrAdministrator,
    "sign in with the browser and accept, or ask your administrator to grant consent",
);
const DEVICE: Next = (Who::YouOrAdministrator, "sign in from a device that your organisation manages");
const INVITE: Next =
    (Who::YouOrAdministrator, "sign in with an account of that tenant, or ask to be invited as a guest");
const OTHER_ACCOUNT: Next = (
    Who::You,
    "sign out in the browser and pick the other account: `dv login --browser --prompt select_account`",
);
const OTHER_WAY: Next = (Who::You, "try the other way: `dv login --browser` or `dv login --device-code`");
const PASSWORD: Next = (Who::You, "change the password in a browser, then sign in again: `dv login`");
const POLICY: Next = (
    Who::YouOrAdministrator,
    "try `dv login --browser`, else `dv login --azure-cli`, or show your administrator this message",
);
const PUBLIC: Next = (
    Who::YouOrDeveloper,
    "name the application that has the secret or certificate, --client-id, or leave them out to sign in as a person",
);
const REDIRECT: Next =
    (Who::Developer, "register http://localhost as a redirect of the kind Mobile and desktop");
const REGISTER_OWN: Next =
    (Who::YouOrAdministrator, "use an application that your organisation registered: --client-id");
const REPORT: Next =
    (Who::Developer, "this looks like a fault in dv or in --scope: report it with the correlation id");
const RESTART: Next = (Who::You, "start again: `dv login`");
const RETRY: Next = (Who::You, "try again in a minute");
const SCOPE: Next = (Who::You, "check --scope; without it the usual one is asked for");
const SECRET: Next = (Who::Developer, "check the application's secret");
const SIGN_IN: Next = (Who::You, "sign in again: `dv login`");
const TENANT: Next = (Who::You, "check --tenant and the address of the environment");
const USER_NAME: Next = (Who::You, "check the user name");

/// Number, meaning, who can do what; sorted by number.
const CODES: &[(u32, &str, Next)] = &[
    (16000, "this account is not in the tenant, or several are signed in", OTHER_ACCOUNT),
    (50001, "the environment is not known or is disabled in this tenant", TENANT),
    (50011, "the redirect address is not registered with the application", REDIRECT),
    (50012, "the application's certificate was not accepted", CERTIFICATE),
    (50013, "the application's assertion was not accepted", CERTIFICATE),
    (50014, "your invitation as a guest is still open", (Who::You, "accept the invitation first")),
    (50020, "this account is not in the tenant", INVITE),
    (50034, "there is no such account in the directory", USER_NAME),
    (50049, "the sign-in service does not know this instance", (Who::You, "check --authority")),
    (
        50053,
        "the account is locked after too many tries, or the address is blocked",
        (Who::You, "wait or reset the password, then sign in again"),
    ),
    (50055, "the password has expired", PASSWORD),
    (50056, "there is no password for this account", PASSWORD),
    (50057, "the account is disabled", (Who::Administrator, "ask your administrator")),
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
    (50194, "the application is for one tenant only", (Who::You, "name the tenant: --tenant")),
    (
        50196,
        "the sign-in service sees a loop of requests",
        (Who::You, "wait some minutes, then sign in again"),
    ),
    (50199, "the sign-in waits for a confirmation", RESTART),
    (51004, "there is no such account in the directory", USER_NAME),
    (53000, "the device does not meet your organisation's policy", DEVICE),
    (53001, "the device is not joined to your domain", DEVICE),
    (53002, "the application is not approved by your organisation", REGISTER_OWN),
    (53003, "a Conditional Access policy blocks this sign-in", POLICY),
    (53004, "a second factor cannot be set up here because of a risk", ADMIN_POLICY),
    (54005, "the browser's answer was used already", RESTART),
    (65001, "the application has no consent", CONSENT),
    (65002, "the application may not use this service", REGISTER_OWN),
    (
        65004,
        "consent was declined",
        (Who::YouOrAdministrator, "start again and accept, or ask your administrator"),
    ),
    (
        65005,
        "the application asks for a service it does not list",
        (Who::Developer, "ask the application's owner to add the Dynamics CRM permission"),
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
    (
        90013,
        "something that was given is not valid",
        (Who::YouOrDeveloper, "check the user name, --tenant and --scope"),
    ),
    (90014, "something is missing in the request", REPORT),
    (90015, "the request is too long", REPORT),
    (90019, "the request names no tenant", TENANT),
    (90023, "the sign-in service did not understand the request", REPORT),
    (90024, "the sign-in service has trouble", RETRY),
    (90033, "the sign-in service has trouble", RETRY),
    (90038, "the tenant is in another cloud", (Who::You, "name that cloud's authority: --authority")),
    (90055, "too many sign-ins to this tenant", (Who::You, "wait a minute, then try again")),
    (90056, "the sign-in service did not understand the request", REPORT),
    (90072, "this account is not in the tenant", INVITE),
    (90094, "your administrator has to grant consent", CONSENT),
    (90095, "your administrator has to grant consent", (Who::You, "send the request that the browser shows")),
    (90119, "no code was given", RESTART),
    (90120, "the code was used or declined already", RESTART),
    (
        90124,
        "this kind of account needs another tenant name",
        (Who::You, "use --tenant organizations or the tenant's own name"),
    ),
    (
        90130,
        "this kind of account needs another tenant name",
        (Who::You, "use --tenant organizations or the tenant's own name"),
    ),
    (500011, "the environment is not known in this tenant", TENANT),
    (500113, "the application has no redirect address", REDIRECT),
    (501481, "the proof of the request does not match", REPORT),
    (530032, "a security policy blocks this sign-in", POLICY),
    (
        650052,
        "your organisation has no subscription for this service",
        (Who::Administrator, "ask your administrator"),
    ),
    (650056, "the application is set up wrongly", CLIENT_ID),
    (
        650057,
        "the application does not list this service among its permissions",
        (Who::Developer, "ask the application's owner to add Dynamics CRM user_impersonation"),
    ),
    (700003, "the device is not known in the tenant", DEVICE),
    (700005, "the code is of another tenant", TENANT),
    (700011, "the application is not known", CLIENT_ID),
    (700016, "the application is not known in this tenant", CLIENT_ID),
    (700020, "a person has to sign in", BROWSER),
    (700022, "the scope names several services", SCOPE),
    (700023, "the application's assertion does not fit it", CERTIFICATE),
    (700025, "a public application must not send a secret or certificate", PUBLIC),
    (700027, "the application's certificate was not accepted", CERTIFICATE),
    (700054, "the application does not allow id tokens", CLIENT_ID),
    (700082, "the sign-in was not used for too long", SIGN_IN),
    (700084, "the sign-in has expired", SIGN_IN),
    (900144, "something is missing in the request", REPORT),
    (900382, "the tenant is in another cloud", (Who::You, "name that cloud's authority: --authority")),
    (900432, "the tenant is in another cloud", (Who::You, "name that cloud's authority: --authority")),
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
        (Who::Developer, "ask its owner to switch on \"Allow public client flows\""),
    ),
    (7000222, "the application's secret has expired", SECRET),
    (9001023, "this way to sign in needs a tenant", (Who::You, "name the tenant: --tenant")),
    (9002313, "the sign-in service did not understand the request", REPORT),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Every code of the reference that a client can meet, with who can act by it: the person, an administrator, or
    /// whoever made or owns the application. What is a client's to do is the person's here where an option does it.
    const REFERENCE: &[(u32, &str)] = &[
        (16000, "U"),
        (50001, "DA"),
        (50011, "DA"),
        (50012, "A"),
        (50013, "D"),
        (50014, "U"),
        (50020, "UA"),
        (50034, "U"),
        (50049, "D"),
        (50053, "U"),
        (50055, "U"),
        (50056, "U"),
        (50057, "A"),
        (50058, "D"),
        (50059, "D"),
        (50072, "U"),
        (50074, "U"),
        (50076, "UD"),
        (50078, "U"),
        (50079, "U"),
        (50085, "U"),
        (50089, "U"),
        (50097, "U"),
        (50105, "A"),
        (50125, "U"),
        (50126, "U"),
        (50128, "U"),
        (50129, "U"),
        (50131, "UA"),
        (50132, "U"),
        (50133, "U"),
        (50134, "U"),
        (50135, "U"),
        (50140, "U"),
        (50144, "U"),
        (50147, "D"),
        (50158, "U"),
        (50173, "U"),
        (50194, "D"),
        (50196, "D"),
        (50199, "U"),
        (51004, "UA"),
        (53000, "UA"),
        (53001, "UA"),
        (53002, "A"),
        (53003, "A"),
        (53004, "A"),
        (54005, "D"),
        (65001, "UA"),
        (65002, "D"),
        (65004, "U"),
        (65005, "A"),
        (70000, "U"),
        (70001, "A"),
        (70002, "A"),
        (70003, "D"),
        (70004, "D"),
        (70005, "D"),
        (70007, "D"),
        (70008, "U"),
        (70011, "D"),
        (70012, "U"),
        (70016, "D"),
        (70018, "U"),
        (70019, "U"),
        (70020, "U"),
        (70043, "U"),
        (75011, "U"),
        (90002, "UD"),
        (90004, "D"),
        (90006, "D"),
        (90008, "A"),
        (90009, "D"),
        (90012, "D"),
        (90013, "U"),
        (90014, "D"),
        (90015, "D"),
        (90019, "D"),
        (90023, "D"),
        (90024, "D"),
        (90033, "D"),
        (90038, "D"),
        (90055, "D"),
        (90056, "D"),
        (90072, "UA"),
        (90094, "A"),
        (90095, "U"),
        (90119, "U"),
        (90120, "U"),
        (90124, "D"),
        (90130, "D"),
        (500011, "DU"),
        (500113, "A"),
        (501481, "D"),
        (530032, "A"),
        (650052, "A"),
        (650056, "A"),
        (650057, "A"),
        (700003, "UA"),
        (700005, "D"),
        (700011, "D"),
        (700016, "DA"),
        (700020, "U"),
        (700022, "D"),
        (700023, "D"),
        (700025, "D"),
        (700027, "A"),
        (700054, "A"),
        (700082, "U"),
        (700084, "U"),
        (900144, "D"),
        (900382, "D"),
        (900432, "D"),
        (900561, "D"),
        (900971, "D"),
        (901002, "D"),
        (1000031, "A"),
        (7000112, "A"),
        (7000215, "A"),
        (7000218, "A"),
        (7000222, "A"),
        (9001023, "D"),
        (9002313, "D"),
    ];

    #[test]
    fn every_code_of_the_reference_says_what_it_means_who_can_act_and_what_to_do() {
        for (code, who) in REFERENCE {
            let found = by_code(*code).unwrap_or_else(|| panic!("AADSTS{code} is not explained"));
            assert!(found.meaning.len() > 10 && found.next.len() > 10, "{code}: {found:?}");
            let can = match found.who {
                Who::You => "U",
                Who::Administrator => "A",
                Who::Developer => "D",
                Who::YouOrAdministrator => "UA",
                Who::YouOrDeveloper => "UD",
            };
            let fits = who.chars().any(|letter| can.contains(letter))
                || (who.contains('D') && can.contains('U'))
                || (who.contains('A') && can.contains('D'));
            assert!(fits, "{code}: {who} by the reference, but {found:?}");
        }
    }

    #[test]
    fn a_policy_against_codes_leads_to_a_browser_and_says_why() {
        for code in [53_003, 530_032, 50_097, 53_000, 53_001, 53_004] {
            let found = of_grant(GrantKind::DeviceCode, code).unwrap();
            assert!(found.meaning.contains("code"), "{code}: {found:?}");
            for way in ["--browser", "ssh -L", "--paste", "--azure-cli", "administrator"] {
                assert!(found.next.contains(way), "{code} {way}: {found:?}");
            }
        }
        assert_eq!(of_grant(GrantKind::BrowserCode, 53_003), None);
    }

    #[test]
    fn the_table_is_sorted_and_every_line_is_found() {
        assert!(CODES.is_sorted_by(|a, b| a.0 < b.0));
        for (code, meaning, _) in CODES {
            assert_eq!(by_code(*code).unwrap().meaning, *meaning);
        }
        assert_eq!(by_code(1), None);
    }
}
