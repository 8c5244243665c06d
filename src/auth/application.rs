//! Sign-in of an application: client credentials, with a secret or a certificate.

use std::time::SystemTime;

use oauth2::{AuthType, ClientId, ClientSecret, TokenUrl};
use secrecy::ExposeSecret;
use url::Url;

use super::exchange::{Exchange, Step};
use super::grant::OauthClient;
use super::{Asked, Credential, CredentialSource, Error, Grant, Renewal, Target};
use crate::http;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A try that failed, and how long the authority asked to wait.
pub(super) type Failure = (Error, Option<std::time::Duration>);

/// Signs an application in. `source` is where its proof is found again.
///
/// # Errors
///
/// What the authority says, and network errors.
pub async fn sign_in(
    http: &http::Client,
    target: &Target,
    credential: &Credential,
    source: CredentialSource,
) -> Result<Grant, Error> {
    let asked = &target.asked_by_application;
    let granted = grant(http, &target.endpoints.token, &target.client_id, asked, credential).await;
    let granted = granted.map_err(|(error, _)| error)?;
    Ok(Grant { refresh_token: None, renewal: Renewal::Application(source), ..granted })
}

/// Asks for a token of the application's own.
///
/// # Errors
///
/// What the authority says, and network errors. A credential goes to the token endpoint alone.
pub(super) async fn grant(
    http: &http::Client,
    token_endpoint: &Url,
    client_id: &str,
    asked: &Asked,
    credential: &Credential,
) -> Result<Grant, Failure> {
    let client = OauthClient::new(ClientId::new(client_id.to_owned()))
        .set_token_uri(TokenUrl::from_url(token_endpoint.clone()))
        .set_auth_type(AuthType::RequestBody);
    let exchange = Exchange::new(http, Step::Application, asked);
    let answer = match credential {
        Credential::Secret(secret) => {
            let client = client.set_client_secret(ClientSecret::new(secret.expose_secret().to_owned()));
            client.exchange_client_credentials().add_scopes(asked.scopes()).request_async(&exchange).await
        }
        Credential::Certificate(certificate) => {
            let assertion = certificate
                .assertion(client_id, token_endpoint.as_str(), asked.version(), SystemTime::now())
                .map_err(|reason| (Error::Credential { what: "the certificate", reason }, None))?;
            let request = client.exchange_client_credentials().add_scopes(asked.scopes());
            let request = request
                .add_extra_param("client_assertion_type", ASSERTION_TYPE)
                .add_extra_param("client_assertion", assertion);
            request.request_async(&exchange).await
        }
    };
    answer.map(Grant::from).map_err(|error| (exchange.failure(&error), exchange.retry_after()))
}
