//! Signing in, for the command line and the screens alike.

use std::time::Duration;

use crate::auth::browser::{BrowserSignIn, Wishes};
use crate::auth::device_code::DeviceSignIn;
use crate::auth::{EnvironmentUrl, Error, Request, TokenStore, Tokens};
use crate::http;

/// How a person signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// With a code, on any device.
    DeviceCode,
    /// In the browser of this machine.
    Browser,
}

impl Way {
    /// The way that fits the place: over SSH or without a display no browser of this machine can be seen.
    pub fn fitting(ssh: bool, display: bool) -> Way {
        match !ssh && display {
            true => Way::Browser,
            false => Way::DeviceCode,
        }
    }
}

/// News of a sign-in that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Something is odd but stops nothing.
    Warning(String),
    /// A person is waited for.
    Prompt(Prompt),
}

/// What the person has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prompt {
    /// Type a code at an address.
    DeviceCode {
        /// The address. Free of control characters.
        verification_uri: String,
        /// The code. Free of control characters.
        user_code: String,
        /// How long the code is good for.
        expires_in: Duration,
        /// Whether the address may be opened without asking; otherwise it is shown only.
        may_open: bool,
    },
    /// Sign in where the browser is sent.
    Browser {
        /// The address to open. It may be opened without asking.
        authorize_url: String,
        /// Where the browser comes back to.
        redirect_uri: String,
    },
}

/// A sign-in that worked.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// For requests to this environment and no other.
    pub tokens: Tokens,
    /// The environment.
    pub environment: EnvironmentUrl,
    /// Who signed in, where the authority says so.
    pub user: Option<String>,
    /// The authority.
    pub authority: String,
}

/// Signs a person in and keeps the tokens.
///
/// `progress` is told what to show while a person is waited for; nothing is opened or printed here.
///
/// # Errors
///
/// What is wrong with the request, the environment, the authority, or what the person decided.
///
/// # Cancellation
///
/// Dropping the future ends the sign-in at any time; the loopback port is closed.
pub async fn sign_in(
    http: &http::Client,
    store: &TokenStore,
    request: &Request,
    way: Way,
    wishes: &Wishes,
    progress: impl Fn(Progress),
) -> Result<SignedIn, Error> {
    store.check().await?;
    let target = request.target(http).await?;
    for warning in &target.warnings {
        progress(Progress::Warning(warning.clone()));
    }
    let grant = match way {
        Way::DeviceCode => {
            let waiting = DeviceSignIn::start(http, &target).await?;
            progress(Progress::Prompt(Prompt::DeviceCode {
                verification_uri: waiting.verification_uri().to_owned(),
                user_code: waiting.user_code().to_owned(),
                expires_in: waiting.expires_in(),
                may_open: waiting.may_open(),
            }));
            waiting.wait(http).await?
        }
        Way::Browser => {
            let waiting = BrowserSignIn::start(&target, wishes).await?;
            progress(Progress::Prompt(Prompt::Browser {
                authorize_url: waiting.authorize_url().to_owned(),
                redirect_uri: waiting.redirect_uri(),
            }));
            waiting.wait(http).await?
        }
    };
    let user = grant.user.clone();
    let authority = target.authority.to_string();
    let tokens = Tokens::begin(http.clone(), store.clone(), &target, grant).await?;
    Ok(SignedIn { tokens, environment: target.environment, user, authority })
}

/// The tokens of an earlier sign-in, if there is one for this environment, application and, where given, authority.
/// Nobody is asked; whether they still work shows when they are used.
///
/// # Errors
///
/// When the file of tokens cannot be read, or the authority given by hand makes no sense.
pub fn kept(http: &http::Client, store: &TokenStore, request: &Request) -> Result<Option<Tokens>, Error> {
    let authority = request.authority_by_hand()?;
    let environment = request.environment.origin();
    let found =
        store.find(environment, request.client_id(), authority.as_ref(), request.tenant.as_deref())?;
    Ok(found.map(|entry| Tokens::kept(http.clone(), store.clone(), entry)))
}

/// Forgets the kept sign-ins of an environment and says how many there were.
///
/// # Errors
///
/// When the file of tokens cannot be read or written.
pub async fn sign_out(store: &TokenStore, environment: &EnvironmentUrl) -> Result<usize, Error> {
    let lock = store.lock().await?;
    store.forget(environment.origin(), &lock)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_screen_to_open_a_browser_on_a_code_comes_first() {
        assert_eq!(Way::fitting(false, true), Way::Browser);
        assert_eq!(Way::fitting(true, true), Way::DeviceCode);
        assert_eq!(Way::fitting(false, false), Way::DeviceCode);
    }
}
