//! Signing in, for the command line and the screens alike.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::auth::browser::{BrowserSignIn, Wishes};
use crate::auth::device_code::DeviceSignIn;
use crate::auth::diagnosis::{Case, Finding, Verdict};
use crate::auth::store::Wanted;
use crate::auth::tokens::Handed;
use crate::auth::{
    Claims, CredentialSource, Diagnosis, EnvironmentUrl, Error, Grant, Renewal, Request, Target, TokenStore,
    Tokens, application, azure_cli, given,
};
use crate::http;

/// A way to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A person, with a code, on any device.
    DeviceCode,
    /// A person, in a browser that comes back to this machine or whose last address is pasted.
    Browser,
    /// An application, with its secret or certificate.
    Application,
    /// Whoever is signed in to the Azure CLI.
    AzureCli,
    /// A ready token.
    Token,
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

/// A sign-in as it is to be made.
#[derive(Debug)]
pub struct Attempt {
    pub way: Way,
    pub wishes: Wishes,
    /// The token of [`Way::Token`].
    pub token: Option<SecretString>,
    /// What the person pastes while a browser is waited for. Its end ends the waiting.
    pub pasted: Option<UnboundedReceiver<String>>,
}

impl Attempt {
    /// An attempt in which nothing is wished for or pasted.
    pub fn new(way: Way) -> Attempt {
        Attempt { way, wishes: Wishes::default(), token: None, pasted: None }
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

/// Signs a person or an application in and keeps the tokens.
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
    attempt: Attempt,
    progress: impl Fn(Progress),
) -> Result<SignedIn, Error> {
    store.check().await?;
    let target = request.target(http).await?;
    for warning in &target.warnings {
        progress(Progress::Warning(warning.clone()));
    }
    let grant = grant(http, store, request, &target, attempt, &progress).await?;
    let user = grant.user.clone();
    let authority = target.authority.to_string();
    let handed = handed(request);
    let tokens = Tokens::begin(http.clone(), store.clone(), &target, grant, handed).await?;
    Ok(SignedIn { tokens, environment: target.environment, user, authority })
}

async fn grant(
    http: &http::Client,
    store: &TokenStore,
    request: &Request,
    target: &Target,
    attempt: Attempt,
    progress: &impl Fn(Progress),
) -> Result<Grant, Error> {
    let Attempt { way, mut wishes, token, pasted } = attempt;
    if wishes.claims.is_none() {
        // What a policy asked for when the last token was refused.
        let kept = store.find_to_sign_in(target.environment.origin(), &wanted(request, None))?;
        wishes.claims = kept.and_then(|kept| kept.claims);
    }
    match way {
        Way::DeviceCode => {
            let waiting = DeviceSignIn::start(http, target, wishes.claims.as_deref()).await?;
            progress(Progress::Prompt(Prompt::DeviceCode {
                verification_uri: waiting.verification_uri().to_owned(),
                user_code: waiting.user_code().to_owned(),
                expires_in: waiting.expires_in(),
                may_open: waiting.may_open(),
            }));
            waiting.wait(http).await
        }
        Way::Browser => {
            let waiting = BrowserSignIn::start(target, &wishes).await?;
            progress(Progress::Prompt(Prompt::Browser {
                authorize_url: waiting.authorize_url().to_owned(),
                redirect_uri: waiting.redirect_uri(),
            }));
            waiting.wait(http, pasted, |odd| progress(Progress::Warning(odd.to_owned()))).await
        }
        Way::Application => {
            let credential = request.credential()?.ok_or(Error::NoCredential)?;
            let source = request.application.clone().unwrap_or(CredentialSource::Handed);
            application::sign_in(http, target, &credential, source).await
        }
        Way::AzureCli => azure_cli::sign_in(target, request.tenant.as_deref()).await,
        Way::Token => {
            let token = token.ok_or(Error::NotAToken("there is nothing"))?;
            let grant = given::take(token.expose_secret(), SystemTime::now())?;
            check_given(&grant, target, progress)?;
            Ok(grant)
        }
    }
}

/// A token from elsewhere that is for something else is better refused than kept.
fn check_given(grant: &Grant, target: &Target, progress: &impl Fn(Progress)) -> Result<(), Error> {
    let claims = Claims::read(grant.access_token.expose_secret());
    let diagnosis = Diagnosis::of(&Case {
        token: claims.as_ref().map_err(|reason| *reason),
        environment: Some(&target.environment),
        challenge: None,
        by_hand: target.authority.is_by_hand() && !target.authority.is_known_cloud(),
        asked: None,
        server_time: None,
        our_time: Timestamp::now(),
    });
    match diagnosis.cause() {
        Some(Finding { verdict: Verdict::Bad, what, why, next, .. }) => {
            Err(Error::TokenOfNoUse { what: what.clone(), why: why.clone(), next: next.clone() })
        }
        Some(odd) if odd.verdict == Verdict::Odd => {
            progress(Progress::Warning(format!("the token may be of no use here: {}", odd.what)));
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The tokens of an earlier sign-in that serve this environment, application and, where given, authority and account.
/// Nobody is asked; whether they still work shows when they are used.
///
/// A sign-in to another environment may serve as well: its refresh token is asked for a token for this one, at the
/// authority that gave it. An application that is at hand needs no earlier sign-in.
///
/// # Errors
///
/// When the file of tokens cannot be read, the authority given by hand makes no sense, or the authority refuses.
pub async fn kept(
    http: &http::Client,
    store: &TokenStore,
    request: &Request,
) -> Result<Option<Tokens>, Error> {
    let authority = request.authority_by_hand()?;
    let wanted = wanted(request, authority.as_ref());
    let environment = request.environment.origin();
    let is_application = request.application.is_some();
    if let Some(entry) = store.find(environment, &wanted)?
        && (!is_application || matches!(entry.renewal, Renewal::Application(_)))
    {
        return Ok(Some(Tokens::kept_with(http.clone(), store.clone(), entry, handed(request))));
    }
    if let Some(credential) = request.credential()? {
        let target = request.target(http).await?;
        return Ok(Some(Tokens::of_application(http.clone(), &target, credential)));
    }
    of_a_relative(http, store, request, &wanted).await
}

/// Tokens by the refresh token of a sign-in to another environment.
async fn of_a_relative(
    http: &http::Client,
    store: &TokenStore,
    request: &Request,
    wanted: &Wanted<'_>,
) -> Result<Option<Tokens>, Error> {
    let relatives = store.relatives(request.environment.origin(), wanted)?;
    if relatives.is_empty() {
        return Ok(None);
    }
    let target = match request.target(http).await {
        Ok(target) => target,
        // A sign-in will say the same at length.
        Err(error) => {
            tracing::info!(%error, "no kept sign-in can serve this environment");
            return Ok(None);
        }
    };
    for relative in relatives.iter().filter(|relative| target.authority.may_renew(&relative.key.authority)) {
        match Tokens::derive(http.clone(), store.clone(), &target, relative).await {
            Ok(Some(tokens)) => return Ok(Some(tokens)),
            Ok(None) => {}
            Err(error) if error.is_sign_in() => {
                tracing::info!(%error, "a kept sign-in does not serve this one")
            }
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

fn wanted<'a>(request: &'a Request, authority: Option<&'a crate::auth::Authority>) -> Wanted<'a> {
    Wanted {
        client_id: request.client_id(),
        authority,
        tenant: request.tenant.as_deref(),
        account: request.account.as_deref(),
    }
}

fn handed(request: &Request) -> Handed {
    let credential = match &request.application {
        Some(CredentialSource::Handed) => request.credential().ok().flatten(),
        // Read again when it is needed: it may have been replaced.
        _ => None,
    };
    Handed { credential, certificate_password: request.certificate_password.clone() }
}

/// Forgets the kept sign-ins of an environment, of one account or of all, with what else came from them, and says which
/// environments are signed out of.
///
/// # Errors
///
/// When the file of tokens cannot be read or written.
pub async fn sign_out(
    store: &TokenStore,
    environment: &EnvironmentUrl,
    account: Option<&str>,
) -> Result<Vec<String>, Error> {
    let lock = store.lock().await?;
    store.forget(environment.origin(), account, &lock)
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
