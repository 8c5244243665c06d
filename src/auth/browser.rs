//! Sign-in in a browser: authorization code with PKCE, back over loopback, or pasted by the person.

use std::time::Duration;

use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    TokenUrl,
};
use tokio::sync::mpsc::UnboundedReceiver;
use url::Url;

use super::exchange::{Exchange, Step};
use super::grant::OauthClient;
use super::loopback::Listener;
use super::redirect::{BadPaste, pasted};
use super::{Asked, Error, Grant, Target};
use crate::http;

/// How long the browser may take.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// What a person may want of the sign-in page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// The user name to fill in.
    pub login_hint: Option<String>,
    /// `login`, `select_account`, `consent` or `none`. Without one and without a hint, the account is asked for.
    pub prompt: Option<String>,
    /// Claims that a policy asks for, as JSON.
    pub claims: Option<String>,
}

/// A sign-in that waits for the browser.
#[derive(Debug)]
pub struct BrowserSignIn {
    address: Url,
    listener: Listener,
    state: CsrfToken,
    verifier: PkceCodeVerifier,
    client_id: String,
    token: TokenUrl,
    asked: Asked,
}

impl BrowserSignIn {
    /// Listens on loopback and makes the address to open.
    ///
    /// # Errors
    ///
    /// [`Error::Listen`] when no port can be had.
    pub async fn start(target: &Target, wishes: &Wishes) -> Result<BrowserSignIn, Error> {
        let endpoint = target.endpoints.authorize.clone().ok_or(Error::NoEndpoint("the browser"))?;
        let listener = Listener::bind().await.map_err(Error::Listen)?;
        let client = OauthClient::new(ClientId::new(target.client_id.clone()))
            .set_auth_uri(AuthUrl::from_url(endpoint))
            .set_redirect_uri(redirect(&listener)?);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = client
            .authorize_url(CsrfToken::new_random)
            .add_scopes(target.asked.scopes())
            .set_pkce_challenge(challenge);
        if let Some(resource) = target.asked.resource() {
            request = request.add_extra_param("resource", resource);
        }
        if let Some(claims) = &wishes.claims {
            request = request.add_extra_param("claims", claims.as_str());
        }
        if let Some(hint) = &wishes.login_hint {
            request = request.add_extra_param("login_hint", hint.as_str());
        }
        match (&wishes.prompt, &wishes.login_hint) {
            (Some(prompt), _) => request = request.add_extra_param("prompt", prompt.as_str()),
            (None, None) => request = request.add_extra_param("prompt", "select_account"),
            (None, Some(_)) => {}
        }
        let (address, state) = request.url();
        let token = TokenUrl::from_url(target.endpoints.token.clone());
        let (client_id, asked) = (target.client_id.clone(), target.asked.clone());
        Ok(BrowserSignIn { address, listener, state, verifier, client_id, token, asked })
    }

    /// The address that the browser should open.
    pub fn authorize_url(&self) -> &str {
        self.address.as_str()
    }

    /// Where the browser comes back to.
    pub fn redirect_uri(&self) -> String {
        self.listener.redirect_uri()
    }

    /// Waits until the browser comes back or the person pastes the address that it ended at, at most five minutes, and
    /// asks for the tokens. What is pasted and is not that address is told to `odd`, and the waiting goes on.
    ///
    /// # Errors
    ///
    /// [`Error::BrowserTimedOut`], [`Error::NothingPasted`] when the texts end, and [`Error::Refused`] with what the
    /// authority said.
    ///
    /// # Cancellation
    ///
    /// Dropping the future closes the port.
    pub async fn wait(
        self,
        http: &http::Client,
        texts: Option<UnboundedReceiver<String>>,
        odd: impl Fn(&'static str),
    ) -> Result<Grant, Error> {
        let redirect = redirect(&self.listener)?;
        let state = self.state.secret();
        let back = async {
            tokio::select! {
                code = self.listener.wait(state) => code,
                code = take_pasted(texts, state, odd) => code,
            }
        };
        let code =
            tokio::time::timeout(PATIENCE, back).await.map_err(|_| Error::BrowserTimedOut(PATIENCE))??;
        let client = OauthClient::new(ClientId::new(self.client_id))
            .set_token_uri(self.token)
            .set_redirect_uri(redirect);
        let exchange = Exchange::new(http, Step::Code, &self.asked);
        let answer = client
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(self.verifier)
            .request_async(&exchange)
            .await;
        answer.map(Grant::from).map_err(|error| exchange.failure(&error))
    }
}

/// Waits for the right address among what a person pastes. Never ends where nothing can be pasted.
async fn take_pasted(
    texts: Option<UnboundedReceiver<String>>,
    state: &str,
    odd: impl Fn(&'static str),
) -> Result<String, Error> {
    let Some(mut texts) = texts else { return std::future::pending().await };
    while let Some(text) = texts.recv().await {
        match pasted(&text, state) {
            Ok(answer) => return answer.map_err(|refusal| Error::Refused(Box::new(refusal))),
            Err(BadPaste(why)) => odd(why),
        }
    }
    Err(Error::NothingPasted)
}

fn redirect(listener: &Listener) -> Result<RedirectUrl, Error> {
    RedirectUrl::new(listener.redirect_uri()).map_err(|error| Error::Listen(std::io::Error::other(error)))
}
