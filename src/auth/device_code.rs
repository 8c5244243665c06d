//! Sign-in with a code that a person types on any device (RFC 8628).

use std::time::Duration;

use oauth2::{ClientId, DeviceAuthorizationUrl, StandardDeviceAuthorizationResponse, TokenUrl};
use url::Url;

use super::exchange::{Exchange, Step};
use super::grant::OauthClient;
use super::{Asked, Authority, Error, Grant, Target};
use crate::http;

/// A code that waits for a person.
#[derive(Debug)]
pub struct DeviceSignIn {
    details: StandardDeviceAuthorizationResponse,
    address: String,
    may_open: bool,
    client_id: String,
    token: TokenUrl,
    asked: Asked,
    claims: Option<String>,
}

impl DeviceSignIn {
    /// Asks for a code. `claims` are those that a policy asks for, as JSON.
    ///
    /// # Errors
    ///
    /// [`Error::UnsafeAnswer`] when the answer must not be shown; what the authority says, and network errors.
    pub async fn start(
        http: &http::Client,
        target: &Target,
        claims: Option<&str>,
    ) -> Result<DeviceSignIn, Error> {
        let endpoint = target.endpoints.device.clone().ok_or(Error::NoEndpoint("a device code"))?;
        let client = OauthClient::new(ClientId::new(target.client_id.clone()))
            .set_device_authorization_url(DeviceAuthorizationUrl::from_url(endpoint));
        let exchange = Exchange::new(http, Step::DeviceCode, &target.asked);
        let mut request = client.exchange_device_code().add_scopes(target.asked.scopes());
        if let Some(claims) = claims {
            request = request.add_extra_param("claims", claims);
        }
        let answer = request.request_async(&exchange).await;
        let details: StandardDeviceAuthorizationResponse =
            answer.map_err(|error| exchange.failure(&error))?;
        let (address, may_open) = check_address(&target.authority, details.verification_uri().as_str())?;
        Ok(DeviceSignIn {
            address,
            may_open,
            client_id: target.client_id.clone(),
            token: TokenUrl::from_url(target.endpoints.token.clone()),
            asked: target.asked.clone(),
            claims: claims.map(ToOwned::to_owned),
            details,
        })
    }

    /// Where the person types the code.
    pub fn verification_uri(&self) -> &str {
        &self.address
    }

    /// The code.
    pub fn user_code(&self) -> &str {
        self.details.user_code().secret()
    }

    /// How long the code is good for, from its start.
    pub fn expires_in(&self) -> Duration {
        self.details.expires_in()
    }

    /// Whether the address may be opened without asking; another one is shown only.
    pub fn may_open(&self) -> bool {
        self.may_open
    }

    /// Waits until the person has signed in, has declined, or the code runs out.
    ///
    /// # Errors
    ///
    /// [`Error::CodeExpired`], and [`Error::Refused`] with what the authority said. Lost answers are asked for again
    /// a few times before they end the waiting.
    ///
    /// # Cancellation
    ///
    /// Dropping the future stops asking. The code stays good until it expires.
    pub async fn wait(&self, http: &http::Client) -> Result<Grant, Error> {
        let client =
            OauthClient::new(ClientId::new(self.client_id.clone())).set_token_uri(self.token.clone());
        let exchange = Exchange::new(http, Step::Poll, &self.asked);
        // The crate measures by the wall clock, which jumps; ours is below. A year is no limit to it.
        let no_limit = Some(Duration::from_secs(366 * 24 * 3600));
        let poll = async {
            tokio::time::sleep(self.details.interval()).await;
            let mut request = client.exchange_device_access_token(&self.details);
            if let Some(claims) = &self.claims {
                request = request.add_extra_param("claims", claims.as_str());
            }
            request
                .set_max_backoff_interval(Duration::from_secs(60))
                .request_async(&exchange, tokio::time::sleep, no_limit)
                .await
        };
        tokio::select! {
            answer = poll => answer.map(Grant::from).map_err(|error| exchange.failure(&error)),
            () = exchange.gave_up() => Err(exchange.take_failure().unwrap_or(Error::CodeExpired)),
            () = tokio::time::sleep(self.expires_in()) => {
                // A lost connection says more than the end of the code.
                Err(exchange.take_failure().unwrap_or(Error::CodeExpired))
            }
        }
    }
}

/// Only https is shown to a person, and http where the authority itself is this machine's. The address stays as it
/// was sent, unless it could be read in another way than a browser reads it.
fn check_address(authority: &Authority, address: &str) -> Result<(String, bool), Error> {
    let url = Url::parse(address).map_err(|_| Error::UnsafeAnswer("its address is none"))?;
    let open = authority.may_open(&url);
    let plain = address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let shown = if plain { address.to_owned() } else { url.to_string() };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::UnsafeAnswer("its address holds a user name, which hides the host"));
    }
    match url.scheme() {
        "https" if url.has_host() => Ok((shown, open)),
        "http" if open => Ok((shown, true)),
        _ => Err(Error::UnsafeAnswer("its address is not https")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_opened_shown_or_refused() {
        let cloud = Authority::of_challenge("https://login.microsoftonline.com/t").unwrap();
        let local = Authority::by_hand("http://127.0.0.1:9/t").unwrap();
        let cases = [
            (&cloud, "https://microsoft.com/devicelogin", Some(true)),
            (&cloud, "https://login.evil.example/device", Some(false)),
            (&cloud, "https://microsoft.com@evil.example/", None),
            (&cloud, "https://:microsoft.com@evil.example/", None),
            (&cloud, "http://microsoft.com/devicelogin", None),
            (&cloud, "http://127.0.0.1:9/device", None),
            (&cloud, "javascript:alert(1)", None),
            (&cloud, "file:///etc/passwd", None),
            (&cloud, "ssh://microsoft.com", None),
            (&local, "http://127.0.0.1:9/device", Some(true)),
            (&local, "http://127.0.0.1:10/device", None),
            (&local, "https://somewhere.example/device", Some(false)),
        ];
        for (authority, address, expected) in cases {
            let open = check_address(authority, address).ok().map(|(_, open)| open);
            assert_eq!(open, expected, "{authority} {address}");
        }
    }

    #[test]
    fn an_address_is_shown_as_sent_unless_it_misleads() {
        let cloud = Authority::of_challenge("https://login.microsoftonline.com/t").unwrap();
        let cases = [
            ("https://login.example", "https://login.example"),
            ("https://microsoft.com/devicelogin", "https://microsoft.com/devicelogin"),
            ("https:\\\\evil.example\\x", "https://evil.example/x"),
            ("https://m\u{ed}crosoft.com/", "https://xn--mcrosoft-c2a.com/"),
        ];
        for (sent, shown) in cases {
            assert_eq!(check_address(&cloud, sent).unwrap().0, shown);
        }
    }
}
