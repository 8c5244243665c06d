//! Whom a token is for.

use url::Url;

use super::{Case, Check, Finding, right_scope};
use crate::auth::EnvironmentUrl;
use crate::auth::inspect::Claims;

const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
const OLD_GRAPH: &str = "00000002-0000-0000-c000-000000000000";
const DATAVERSE: &str = "00000007-0000-0000-c000-000000000000";
const MANAGEMENT: &str = "797f4846-ba00-4fd7-ba43-dac1f8f63013";

/// What an audience stands for.
enum For {
    /// The environment that is meant, or any when none is.
    Environment,
    Graph,
    Management,
    Discovery,
    /// The application that asked, for itself.
    Itself,
    /// Dataverse as such, without a word which environment.
    Dataverse,
    /// Another address.
    Elsewhere,
    /// The environment, but by http.
    PlainHttp,
    Unknown,
}

pub(super) fn finding(case: &Case<'_>, claims: &Claims) -> Finding {
    if claims.audiences.is_empty() {
        return Finding::bad(Check::Audience, "the token says not whom it is for")
            .why("It has no `aud`.")
            .next(ask(case))
            .unless(case.by_hand);
    }
    let all: Vec<(&str, For)> =
        claims.audiences.iter().map(|aud| (aud.as_str(), of(case, claims, aud))).collect();
    if let Some((aud, _)) = all.iter().find(|(_, whom)| matches!(whom, For::Environment)) {
        return Finding::good(
            Check::Audience,
            match case.environment {
                Some(_) => "this environment".to_owned(),
                None => format!("the environment {aud}"),
            },
        );
    }
    let (aud, whom) = &all[0];
    let this = if case.environment.is_some() { "this environment" } else { "an environment" };
    let wrong = |service: &str, why: &str| {
        Finding::bad(Check::Audience, format!("for {service}, not for {this}"))
            .why(format!("Your token is for {service} (`aud` {aud}), not for {this}.{why}"))
            .next(ask(case))
    };
    let unnamed = match case.asked {
        Some(asked) => format!(" You asked for `scope={asked}`, which does not name the environment."),
        None => {
            " That happens when the request named no resource, for example `scope=openid offline_access`."
                .to_owned()
        }
    };
    match whom {
        For::Graph => wrong("Microsoft Graph", &unnamed),
        For::Management => wrong(
            "Azure management",
            " That is what the Azure CLI asks for without `--resource`.",
        ),
        For::Discovery => wrong(
            "the Global Discovery Service",
            " It lists environments; each of them wants a token of its own.",
        ),
        For::Itself => wrong(
            "the application itself",
            " That happens when the scope was `CLIENT-ID/.default`, when no resource was named, or when an id token was taken \
             for the access token.",
        ),
        For::Elsewhere => {
            let why = match case.asked {
                Some(asked) => format!(" You asked for `scope={asked}`."),
                None => " A token is good for one environment only; for another one ask again (the refresh token will do).".to_owned(),
            };
            wrong(aud, "").why(format!("Your token is for {aud} (`aud`), not for {this}.{why}"))
        }
        For::PlainHttp => wrong(aud, " It must begin with https."),
        For::Dataverse => Finding::odd(Check::Audience, "for Dataverse as such, no environment is named")
            .why(format!(
                "The token is for the application id of Dataverse (`aud` {aud}) instead of an address. Environments \
                 take tokens for their own address."
            ))
            .next(ask(case)),
        For::Environment | For::Unknown => {
            wrong(aud, "").why(format!("Your token is for {aud} (`aud`), not for {this}."))
        }
    }
}

fn ask(case: &Case<'_>) -> String {
    let scope = right_scope(case.environment);
    match case.asked {
        Some(_) => format!("Ask for `{scope}`: sign in again without --scope and DV_SCOPE (`dv login`)."),
        None => format!("Ask for `{scope}`."),
    }
}

fn of(case: &Case<'_>, claims: &Claims, aud: &str) -> For {
    let bare = aud.trim().trim_end_matches('/');
    let is = |id: &str| bare.eq_ignore_ascii_case(id) || bare.eq_ignore_ascii_case(&format!("spn:{id}"));
    if is(GRAPH) || is(OLD_GRAPH) {
        return For::Graph;
    }
    if is(DATAVERSE) {
        return For::Dataverse;
    }
    if is(MANAGEMENT) {
        return For::Management;
    }
    let own = bare.strip_prefix("api://").unwrap_or(bare);
    if claims.application.as_deref().is_some_and(|id| id.eq_ignore_ascii_case(own)) || is_guid(own) {
        return For::Itself;
    }
    let Ok(url) = Url::parse(bare) else { return For::Unknown };
    let host = url.host_str().unwrap_or_default();
    match host {
        "graph.microsoft.com"
        | "graph.windows.net"
        | "graph.microsoft.us"
        | "dod-graph.microsoft.us"
        | "microsoftgraph.chinacloudapi.cn" => return For::Graph,
        "management.azure.com"
        | "management.core.windows.net"
        | "management.usgovcloudapi.net"
        | "management.chinacloudapi.cn" => return For::Management,
        _ if host.starts_with("globaldisco.") => return For::Discovery,
        _ => {}
    }
    let nothing_more = url.path().trim_matches('/').is_empty() && url.query().is_none();
    match (EnvironmentUrl::parse(bare), case.environment) {
        (Ok(named), Some(meant)) if nothing_more && named == *meant => For::Environment,
        (Ok(_), Some(_)) => For::Elsewhere,
        (Ok(_), None) if nothing_more && looks_like_an_environment(&url) => For::Environment,
        (Err(_), Some(meant)) if url.scheme() == "http" && meant.host() == host => For::PlainHttp,
        _ => For::Unknown,
    }
}

/// Without an environment to compare with: the names of Microsoft's clouds, and loopback for tests.
fn looks_like_an_environment(url: &Url) -> bool {
    const CLOUDS: [&str; 4] = [".dynamics.com", ".microsoftdynamics.us", ".appsplatform.us", ".dynamics.cn"];
    let host = url.host_str().unwrap_or_default();
    crate::http::is_loopback(url) || CLOUDS.iter().any(|cloud| host.ends_with(cloud) && host.contains(".crm"))
}

fn is_guid(text: &str) -> bool {
    uuid::Uuid::try_parse(text).is_ok()
}
