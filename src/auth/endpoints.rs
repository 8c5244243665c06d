//! Where an authority's endpoints are.

use serde::Deserialize;
use url::Url;

use super::authority::is_safe;
use super::{Authority, Version};
use crate::http;

/// The endpoints of an authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// Where the browser goes. Not every authority has one.
    pub authorize: Option<Url>,
    /// Where tokens come from.
    pub token: Url,
    /// Where device codes come from. Not every authority has one.
    pub device: Option<Url>,
}

/// The part of a metadata document that matters. Everything else, `issuer` included, may be as it likes.
#[derive(Deserialize)]
struct Metadata {
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    device_authorization_endpoint: Option<String>,
}

impl Endpoints {
    /// The endpoints of an authority. Those of a known cloud are known; an authority given by hand is asked for its
    /// metadata, and if it has none, it is taken to be like Entra.
    ///
    /// # Errors
    ///
    /// When the authority cannot be reached at all.
    pub async fn of(
        http: &http::Client,
        authority: &Authority,
        version: Version,
    ) -> Result<Endpoints, http::Error> {
        if authority.is_known_cloud() {
            return Ok(Endpoints::like_entra(authority, version));
        }
        let mut found: Option<Endpoints> = None;
        for address in places(authority, version) {
            let request = http::Request::get(address.as_str()).header("accept", "application/json");
            let Ok(request) = request.body(bytes::Bytes::new()) else { continue };
            let response = match http.send(request).await {
                Ok(response) => response,
                Err(error) if error.is_before_send() => return Err(error),
                Err(_) => continue,
            };
            if response.status() != 200 {
                continue;
            }
            let Some(next) = Endpoints::parse(response.body()) else { continue };
            match &mut found {
                None => found = Some(next),
                // The first document counts; a later one may name what it leaves out.
                Some(found) if found.token == next.token => {
                    found.device = found.device.take().or(next.device);
                    found.authorize = found.authorize.take().or(next.authorize);
                }
                Some(_) => {}
            }
            if found.as_ref().is_some_and(|found| found.device.is_some() && found.authorize.is_some()) {
                break;
            }
        }
        Ok(found.unwrap_or_else(|| Endpoints::like_entra(authority, version)))
    }

    fn parse(document: &[u8]) -> Option<Endpoints> {
        let metadata: Metadata = serde_json::from_slice(document).ok()?;
        let safe = |text: Option<String>| Url::parse(&text?).ok().filter(is_safe);
        Some(Endpoints {
            token: safe(metadata.token_endpoint)?,
            authorize: safe(metadata.authorization_endpoint),
            device: safe(metadata.device_authorization_endpoint),
        })
    }

    fn like_entra(authority: &Authority, version: Version) -> Endpoints {
        let root = match version {
            Version::V1 => "/oauth2",
            Version::V2 => "/oauth2/v2.0",
        };
        let own = authority.url();
        let below = |name| authority.below(&format!("{root}/{name}")).unwrap_or_else(|| own.clone());
        Endpoints {
            authorize: Some(below("authorize")),
            token: below("token"),
            device: Some(below("devicecode")),
        }
    }
}

/// Where metadata may be, in the order it is looked for. The document of the v2 endpoints is of no use for v1.
fn places(authority: &Authority, version: Version) -> impl Iterator<Item = Url> {
    let mut rfc8414 = authority.url().clone();
    let path = authority.url().path().trim_end_matches('/').to_owned();
    rfc8414.set_path(&format!("/.well-known/oauth-authorization-server{path}"));
    let v2 = authority.below("/v2.0/.well-known/openid-configuration");
    [
        v2.filter(|_| version == Version::V2),
        authority.below("/.well-known/openid-configuration"),
        Some(rfc8414),
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_looked_for_in_three_places() {
        let authority = Authority::by_hand("http://127.0.0.1:9/a/b/").unwrap();
        let places: Vec<String> = places(&authority, Version::V2).map(String::from).collect();
        assert_eq!(
            places,
            [
                "http://127.0.0.1:9/a/b/v2.0/.well-known/openid-configuration",
                "http://127.0.0.1:9/a/b/.well-known/openid-configuration",
                "http://127.0.0.1:9/.well-known/oauth-authorization-server/a/b",
            ]
        );
    }

    #[test]
    fn an_endpoint_in_the_clear_is_as_good_as_none() {
        let document = br#"{"issuer":"odd","token_endpoint":"https://a.example/t",
            "device_authorization_endpoint":"http://a.example/d","authorization_endpoint":"https://a.example/a"}"#;
        let endpoints = Endpoints::parse(document).unwrap();
        assert_eq!(endpoints.device, None);
        assert_eq!(endpoints.authorize.unwrap().as_str(), "https://a.example/a");
        assert_eq!(Endpoints::parse(br#"{"token_endpoint":"http://a.example/t"}"#), None);
        assert_eq!(Endpoints::parse(b"<html>"), None);
    }

    #[test]
    fn entra_has_its_known_paths() {
        let authority = Authority::by_hand("https://login.microsoftonline.com/t").unwrap();
        let token = |version| Endpoints::like_entra(&authority, version).token.to_string();
        assert_eq!(token(Version::V2), "https://login.microsoftonline.com/t/oauth2/v2.0/token");
        assert_eq!(token(Version::V1), "https://login.microsoftonline.com/t/oauth2/token");
    }
}
