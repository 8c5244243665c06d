//! The OpenID discovery documents.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::json;

use super::{Ask, Tenant, Version};
use crate::sandbox::answer;
use crate::sandbox::sites::{Origin, Seen};
use crate::sandbox::users::{OTHER_TENANT, TENANT};

/// The issuer of id tokens. Without a tenant it holds the literal text `{tenantid}`, as Entra's does.
pub(super) fn issuer(ask: &Ask<'_>) -> String {
    let tenant = match ask.tenant {
        Tenant::Ours => TENANT.to_string(),
        Tenant::Other => OTHER_TENANT.to_string(),
        Tenant::Any | Tenant::Personal => "{tenantid}".to_owned(),
    };
    issuer_for(ask, &tenant)
}

/// The issuer of the id tokens of one tenant's people.
pub(super) fn issuer_for(ask: &Ask<'_>, tenant: &str) -> String {
    match ask.version {
        Version::V1 => format!("https://sts.windows.net/{tenant}/"),
        Version::V2 => format!("{}/{tenant}/v2.0", ask.seen.root(Origin::Entra)),
    }
}

pub(super) fn configuration(ask: &Ask<'_>) -> Response<Bytes> {
    let root = ask.seen.root(Origin::Entra);
    let tenant = match ask.tenant {
        Tenant::Ours => TENANT.to_string(),
        Tenant::Other => OTHER_TENANT.to_string(),
        Tenant::Any | Tenant::Personal => ask.tenant_name.to_owned(),
    };
    let (oauth, keys) = match ask.version {
        Version::V1 => ("oauth2", "discovery/keys"),
        Version::V2 => ("oauth2/v2.0", "discovery/v2.0/keys"),
    };
    let document = json!({
        "token_endpoint": format!("{root}/{tenant}/{oauth}/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{root}/{tenant}/{keys}"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": issuer(ask),
        "request_uri_parameter_supported": false,
        "authorization_endpoint": format!("{root}/{tenant}/{oauth}/authorize"),
        "device_authorization_endpoint": format!("{root}/{tenant}/{oauth}/devicecode"),
        "end_session_endpoint": format!("{root}/{tenant}/{oauth}/logout"),
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "ver"],
        "code_challenge_methods_supported": ["plain", "S256"],
    });
    answer::json(StatusCode::OK, &document)
}

/// What a client library asks to learn whether an authority is to be trusted.
pub(super) fn instance(seen: &Seen<'_>) -> Response<Bytes> {
    let root = seen.root(Origin::Entra);
    let host = root.split_once("://").map_or(root.as_str(), |(_, host)| host);
    let document = json!({
        "tenant_discovery_endpoint": format!("{root}/{TENANT}/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": [{ "preferred_network": host, "preferred_cache": host, "aliases": [host] }],
    });
    answer::json(StatusCode::OK, &document)
}
