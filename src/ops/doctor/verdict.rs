//! What is wrong, in one paragraph, and the requests that would be right.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::network::sentence;
use super::{Check, Id, Status, Subject};
use crate::auth::diagnosis::right_scope;
use crate::auth::probe::Probed;
use crate::auth::{Authority, Claims, EnvironmentUrl};

/// The end of an examination.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// What is wrong and what exactly to change, as a paragraph.
    pub text: String,
    /// Requests that would bring the right token, ready to be copied: what each is, and its text. What is not known
    /// is a word in capitals. Empty when the token is not what is wrong.
    pub requests: Vec<(&'static str, String)>,
}

/// What may stand in a query as it is.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub(super) fn of(
    checks: &[Check],
    subject: &Subject<'_>,
    claims: Option<&Claims>,
    probed: Option<&Probed>,
) -> Verdict {
    let status = |id: Id| checks.iter().find(|check| check.id == id).map(|check| check.status);
    let failed: Vec<&Check> = checks.iter().filter(|check| check.status == Status::Fail).collect();
    // The refusal of the first request is explained best by what is wrong with its token.
    let first = failed
        .first()
        .copied()
        .or_else(|| checks.iter().find(|check| check.id == Id::Token && check.status == Status::Warn));
    let Some(first) = first else { return Verdict { text: fine(checks), requests: vec![] } };
    let mut text = told(first);
    let rest: Vec<&str> = failed.iter().skip(1).map(|check| check.id.title()).collect();
    if !rest.is_empty() {
        text = format!("{text} Then see also: {}.", rest.join(", "));
    }
    if first.status == Status::Warn && status(Id::Challenge) == Some(Status::Ok) {
        text = format!("The environment answers as it should. {text}");
    }
    let of_the_request = matches!(first.id, Id::Audience | Id::Tenant | Id::Issuer | Id::Scope)
        || (first.id == Id::Token && first.status == Status::Fail && claims.is_none() && probed.is_none());
    let requests = if of_the_request { requests(subject, claims, probed) } else { vec![] };
    Verdict { text, requests }
}

/// A check as a paragraph; its few words first where the sentences do not say them.
fn told(check: &Check) -> String {
    let is_of_token = (Id::Audience..=Id::Clock).contains(&check.id);
    let what = if is_of_token && !check.why.is_empty() { String::new() } else { sentence(&check.what) };
    [what.as_str(), &check.why, &check.next]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn fine(checks: &[Check]) -> String {
    let whoami = checks.iter().find(|check| check.id == Id::Whoami && check.status == Status::Ok);
    let start = match whoami {
        Some(check) => format!("Everything works: you are {}.", check.what),
        None => "Nothing is wrong with what could be looked at.".to_owned(),
    };
    let warned = checks.iter().filter(|check| check.status == Status::Warn);
    let warned: Vec<&str> = warned.map(|check| check.id.title()).collect();
    match warned.is_empty() {
        true => start,
        false => format!("{start} To be looked at some time: {}.", warned.join(", ")),
    }
}

/// The sign-in that brings a token for the environment.
fn requests(
    subject: &Subject<'_>,
    claims: Option<&Claims>,
    probed: Option<&Probed>,
) -> Vec<(&'static str, String)> {
    let authority = authority(subject, claims, probed);
    let client = claims.and_then(|claims| claims.application.as_deref()).filter(|id| is_guid(id));
    let client = client.unwrap_or("CLIENT_ID");
    let token = format!("curl {authority}/oauth2/v2.0/token");
    if claims.is_some_and(Claims::is_application) {
        let scope = right_scope(subject.environment.as_ref()).replace(" offline_access", "");
        return vec![(
            "token",
            format!(
                "{token} -d grant_type=client_credentials -d client_id={client} -d client_secret=SECRET \
                 --data-urlencode 'scope={scope}'"
            ),
        )];
    }
    let scope = right_scope(subject.environment.as_ref());
    let encoded = utf8_percent_encode(&scope, VALUE);
    let proof = match claims.and_then(|claims| claims.application_proof.as_deref()) {
        Some("1" | "2") => " -d client_secret=SECRET",
        _ => "",
    };
    let code = format!(
        "-d grant_type=authorization_code -d client_id={client}{proof} -d code=CODE \
         -d redirect_uri=http://localhost -d code_verifier=VERIFIER"
    );
    let resource =
        subject.environment.as_ref().map_or("https://ORG.crm.dynamics.com", EnvironmentUrl::origin);
    vec![
        (
            "authorize",
            format!(
                "{authority}/oauth2/v2.0/authorize?client_id={client}&response_type=code\
                 &redirect_uri=http%3A%2F%2Flocalhost&scope={encoded}&state=STATE\
                 &code_challenge=CHALLENGE&code_challenge_method=S256"
            ),
        ),
        ("token", format!("{token} {code} --data-urlencode 'scope={scope}'")),
        (
            "token, by the refresh token that came with the wrong one",
            format!(
                "{token} -d grant_type=refresh_token -d client_id={client}{proof} \
                 --data-urlencode refresh_token=REFRESH_TOKEN --data-urlencode 'scope={scope}'"
            ),
        ),
        (
            "token, at the v1 endpoint (authorize at /oauth2/authorize with the same resource)",
            format!("curl {authority}/oauth2/token {code} --data-urlencode 'resource={resource}'"),
        ),
    ]
}

/// Where to sign in: as given by hand, as the environment says, or as the token and the cloud suggest. Only what is
/// known to be an authority gets into a line that people copy.
fn authority(subject: &Subject<'_>, claims: Option<&Claims>, probed: Option<&Probed>) -> String {
    if let Some(authority) = &subject.authority {
        return authority.as_str().to_owned();
    }
    let challenge = probed.and_then(|probed| probed.challenge.as_ref());
    let named = challenge.and_then(|challenge| challenge.authorization_uri.as_deref());
    if let Some(Ok(authority)) = named.map(Authority::of_challenge) {
        return authority.as_str().to_owned();
    }
    let host = subject.environment.as_ref().map_or("", EnvironmentUrl::host);
    let cloud = match host {
        host if host.ends_with(".dynamics.cn") => "login.partner.microsoftonline.cn",
        host if host.ends_with(".microsoftdynamics.us") || host.ends_with(".appsplatform.us") => {
            "login.microsoftonline.us"
        }
        _ => "login.microsoftonline.com",
    };
    let tenant = claims.and_then(|claims| claims.tenant.as_deref()).filter(|tenant| is_guid(tenant));
    format!("https://{cloud}/{}", tenant.unwrap_or("TENANT"))
}

fn is_guid(text: &str) -> bool {
    uuid::Uuid::try_parse(text).is_ok() && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}
