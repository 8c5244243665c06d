//! Who made a token, and for people of which tenant.

use url::Url;

use super::{Case, Check, Finding};
use crate::auth::Authority;
use crate::auth::inspect::Claims;

/// The tenant of personal Microsoft accounts.
const PERSONAL: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// Issuers of Entra ID by host, and whether they are China's. Tokens of version 1.0 are from the first kind, those
/// of 2.0 from the second.
const FIRST: [(&str, bool); 2] = [("sts.windows.net", false), ("sts.chinacloudapi.cn", true)];
const SECOND: [(&str, bool); 4] = [
    ("login.microsoftonline.com", false),
    ("login.microsoftonline.us", false),
    ("login.partner.microsoftonline.cn", true),
    ("login.chinacloudapi.cn", true),
];

/// `tid` against the tenant that the environment's challenge names.
pub(super) fn tenant(case: &Case<'_>, claims: &Claims) -> Finding {
    let Some(tenant) = claims.tenant.as_deref() else {
        return Finding::odd(Check::Tenant, "the token names no tenant")
            .why("It has no `tid`, which every token of Entra ID has.")
            .next("Get the token from the sign-in service of the environment's tenant.")
            .unless(case.by_hand);
    };
    if tenant.eq_ignore_ascii_case(PERSONAL) {
        return Finding::bad(Check::Tenant, "of a personal Microsoft account")
            .why("Dataverse takes work and school accounts only.")
            .next("Sign in with a work account; name its tenant instead of `common` or `consumers`.")
            .unless(case.by_hand);
    }
    let named = case.challenge.and_then(|challenge| challenge.authorization_uri.as_deref());
    let Some(theirs) = named.and_then(Authority::tenant_in).filter(|name| is_guid(name)) else {
        return match case.challenge {
            Some(_) => {
                Finding::good(Check::Tenant, tenant).why("The environment names no tenant to compare with.")
            }
            None => Finding::unknown(
                Check::Tenant,
                format!("{tenant}; the environment was not asked for its own"),
            ),
        };
    };
    if theirs.eq_ignore_ascii_case(tenant) {
        return Finding::good(Check::Tenant, tenant);
    }
    Finding::bad(Check::Tenant, "of another tenant than the environment")
        .why(format!("The token is of tenant {tenant} (`tid`), the environment belongs to {theirs}."))
        .next(format!(
            "Sign in to {theirs}: `--tenant {theirs}`. A guest signs in to the tenant that invited them."
        ))
        .unless(case.by_hand)
}

/// `iss` and `ver`.
pub(super) fn issuer(case: &Case<'_>, claims: &Claims) -> Finding {
    let Some(issuer) = claims.issuer.as_deref() else {
        return Finding::odd(Check::Issuer, "the token says not who made it")
            .why("It has no `iss`, which every token of Entra ID has.")
            .next("Get the token from the sign-in service itself.")
            .unless(case.by_hand);
    };
    let url = Url::parse(issuer).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    let path = url.as_ref().map_or("", |url| url.path().trim_matches('/'));
    let known = |list: &[(&str, bool)]| list.iter().find(|(name, _)| *name == host).map(|(_, china)| *china);
    let (china, version, tenant) = match (known(&FIRST), known(&SECOND)) {
        (Some(china), _) => (china, "1.0", path),
        (_, Some(china)) => (china, "2.0", path.strip_suffix("/v2.0").unwrap_or(path)),
        (None, None) if case.by_hand => return Finding::good(Check::Issuer, issuer),
        (None, None) => {
            return Finding::odd(Check::Issuer, "not of a sign-in service that is known")
                .why(format!("The token is from {issuer} (`iss`), which is none of Entra ID's."))
                .next("Get the token from the sign-in service that the environment names.");
        }
    };
    if let Some(tid) = claims.tenant.as_deref().filter(|tid| !tid.eq_ignore_ascii_case(tenant)) {
        return Finding::bad(Check::Issuer, "of another tenant than the token itself")
            .why(format!("The token is from {issuer} (`iss`), but of tenant {tid} (`tid`)."))
            .next("Get a new token; this one was put together from two.")
            .unless(case.by_hand);
    }
    if let Some(environment) = case.environment
        && is_of_a_cloud(environment.host())
        && china != environment.host().ends_with(".cn")
    {
        let (theirs, ours) = if china { ("China's", "another") } else { ("another", "China's") };
        return Finding::bad(Check::Issuer, "of another cloud than the environment")
            .why(format!(
                "The token is from {issuer} (`iss`) of {theirs} cloud; the environment is in {ours}."
            ))
            .next("Sign in at the authority that the environment names: leave out --authority.")
            .unless(case.by_hand);
    }
    match claims.version.as_deref() {
        Some(said) if said != version => Finding::odd(Check::Issuer, "version and issuer do not fit each other")
            .why(format!("The token is of version {said} (`ver`), its issuer {issuer} makes those of {version}."))
            .next("Get a new token from the sign-in service itself.")
            .unless(case.by_hand),
        Some("2.0") => Finding::odd(Check::Issuer, "of version 2.0")
            .why("Tokens for Dataverse are of version 1.0, whichever endpoint was asked. This may be an id token, or one for another API.")
            .next("Take `access_token` of the answer, asked for with the environment's own scope."),
        Some(version) => Finding::good(Check::Issuer, format!("Entra ID, version {version}")),
        None => Finding::good(Check::Issuer, "Entra ID"),
    }
}

/// Loopback and hosts of one's own say nothing about a cloud.
fn is_of_a_cloud(host: &str) -> bool {
    [".dynamics.com", ".microsoftdynamics.us", ".appsplatform.us", ".dynamics.cn"]
        .iter()
        .any(|cloud| host.ends_with(cloud))
}

fn is_guid(text: &str) -> bool {
    uuid::Uuid::try_parse(text).is_ok()
}
