//! Renewing a kept sign-in: one at a time, across processes too.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use oauth2::{ClientId, RefreshToken, TokenUrl};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use url::Url;

use super::age::{State, has_run_out, is_due};
use super::authority::is_safe;
use super::exchange::{Exchange, Step};
use super::grant::OauthClient;
use super::store::{Entry, TokenStore};
use super::{Credential, Error, Grant, Renewal, application, azure_cli};
use crate::http;

/// Waits before a renewal is tried again, when somebody needs it and the authority has trouble.
const AGAIN: [Duration; 3] =
    [Duration::from_millis(250), Duration::from_secs(1), Duration::from_millis(2_500)];
/// The longest of these waits, whatever the authority asks for.
const LONGEST: Duration = Duration::from_secs(3);
/// No wait ends later than this after the first try.
const IN_ALL: Duration = Duration::from_secs(8);

/// A sign-in with what its renewals need.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) http: http::Client,
    /// Without it everything goes with the process.
    pub(super) store: Option<TokenStore>,
    pub(super) handed: Handed,
    pub(super) user: Option<String>,
    pub(super) asked: String,
    pub(super) authority: String,
    /// It is never renewed.
    pub(super) is_final: bool,
    pub(super) state: Mutex<State>,
}

/// What a renewal may need and is never kept.
#[derive(Debug, Clone, Default)]
pub struct Handed {
    /// An application's proof.
    pub credential: Option<Credential>,
    /// Opens a certificate that is read again.
    pub certificate_password: Option<SecretString>,
}

/// A try to renew that failed.
pub(super) struct Failure {
    pub(super) error: Error,
    /// What the authority asked to wait.
    pub(super) retry_after: Option<Duration>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure { error, retry_after: None }
    }
}
impl Kept {
    /// Renews the token for somebody who asked at that moment. A failure is shared by all who waited for its end.
    pub(super) async fn renew_for(&self, asked: Instant, state: &mut State) -> Result<(), Error> {
        if let Some((when, error)) = &state.failed
            && *when >= asked
        {
            return Err(Error::Renewal(error.clone()));
        }
        let renewed = self.renew_with_patience(state).await;
        renewed.map_err(|error| {
            let error = Arc::new(error);
            state.failed = Some((Instant::now(), error.clone()));
            Error::Renewal(error)
        })
    }

    /// Tries again while the authority has trouble, if nothing works without a new token. The file is free in between.
    async fn renew_with_patience(&self, state: &mut State) -> Result<(), Error> {
        let begun = Instant::now();
        let mut waits = AGAIN.into_iter();
        loop {
            let failure = match self.renew(state).await {
                Ok(()) => return Ok(()),
                Err(failure) => failure,
            };
            let is_needed = state.refused || has_run_out(state.entry.lifetime, state.age(Instant::now()));
            let wait = waits.next().filter(|_| is_needed && may_repeat(&failure.error));
            let Some(wait) = wait.map(|wait| wait.max(failure.retry_after.unwrap_or_default()).min(LONGEST))
            else {
                return Err(failure.error);
            };
            if begun.elapsed() + wait > IN_ALL {
                return Err(failure.error);
            }
            tracing::info!(error = %failure.error, "the renewal is tried again");
            tokio::time::sleep(wait).await;
        }
    }

    /// Replaces the token: by the one that another process got meanwhile, or by a new one.
    async fn renew(&self, state: &mut State) -> Result<(), Failure> {
        state.renewed = Some(Instant::now());
        let generation = state.current.generation + 1;
        let Some(store) = &self.store else {
            let grant = self.grant(&state.entry).await?;
            state.take(grant, generation + 1);
            return Ok(());
        };
        let lock = store.lock().await?;
        match store.get(&state.entry.key)? {
            // Signed out elsewhere.
            None => return Err(Error::SignInNeeded.into()),
            Some(found) if found.access_token.expose_secret() != state.current.secret() => {
                let renewed = State::new(found, generation, SystemTime::now());
                let usable = !is_due(renewed.entry.lifetime, renewed.age(Instant::now()));
                let last = state.renewed;
                *state = State { renewed: last, ..renewed };
                if usable {
                    return Ok(());
                }
            }
            // Another environment of the same sign-in may have been renewed since.
            Some(found) => {
                // Ours may be newer, if the disk was full when it came.
                if !state.is_ahead {
                    state.entry.refresh_token = found.refresh_token;
                }
            }
        }
        store.check_room(&lock)?;
        let grant = self.grant(&state.entry).await?;
        let entry = state.entry.renewed_by(grant);
        // Kept even if the disk is full: the old refresh token may be of no use any more.
        state.entry.refresh_token = entry.refresh_token.clone();
        state.is_ahead = true;
        store.put(entry.clone(), &lock)?;
        let last = state.renewed;
        *state = State { renewed: last, ..State::new(entry, generation + 1, SystemTime::now()) };
        tracing::info!(environment = state.entry.key.environment, "access token renewed");
        Ok(())
    }

    /// Gets a token in the way in which the one before was got.
    async fn grant(&self, entry: &Entry) -> Result<Grant, Failure> {
        match &entry.renewal {
            Renewal::RefreshToken => refresh(&self.http, entry, entry.claims.as_deref()).await,
            Renewal::Application(source) => {
                let credential = match &self.handed.credential {
                    Some(credential) => credential.clone(),
                    None => Credential::read(source, self.handed.certificate_password.as_ref())?,
                };
                let endpoint = endpoint_of(entry)?;
                let client_id = &entry.key.client_id;
                application::grant(&self.http, &endpoint, client_id, &entry.asked, &credential)
                    .await
                    .map_err(|(error, retry_after)| Failure { error, retry_after })
            }
            Renewal::AzureCli => Ok(azure_cli::grant(&entry.key.environment, entry.tenant()).await?),
            Renewal::Never => Err(Error::SignInNeeded.into()),
        }
    }

    /// Notes what the next sign-in or renewal has to send along.
    pub(super) async fn keep_claims(&self, state: &mut State, claims: String) -> Result<(), Error> {
        state.entry.claims = Some(claims);
        let Some(store) = &self.store else { return Ok(()) };
        let lock = store.lock().await?;
        match store.get(&state.entry.key)? {
            Some(found) => store.put(Entry { claims: state.entry.claims.clone(), ..found }, &lock),
            None => Ok(()),
        }
    }
}
fn endpoint_of(entry: &Entry) -> Result<Url, Error> {
    Url::parse(&entry.token_endpoint).ok().filter(is_safe).ok_or(Error::SignInNeeded)
}

/// Asks for a token for the refresh token.
pub(super) async fn refresh(
    http: &http::Client,
    entry: &Entry,
    claims: Option<&str>,
) -> Result<Grant, Failure> {
    let refresh_token = entry.refresh_token.as_ref().ok_or(Error::SignInNeeded)?;
    let client = OauthClient::new(ClientId::new(entry.key.client_id.clone()))
        .set_token_uri(TokenUrl::from_url(endpoint_of(entry)?));
    let exchange = Exchange::new(http, Step::Refresh, &entry.asked);
    let refresh_token = RefreshToken::new(refresh_token.expose_secret().to_owned());
    let mut request = client.exchange_refresh_token(&refresh_token).add_scopes(entry.asked.scopes());
    if let Some(claims) = claims {
        request = request.add_extra_param("claims", claims);
    }
    let answer = request.request_async(&exchange).await;
    answer
        .map(Grant::from)
        .map_err(|error| Failure { error: exchange.failure(&error), retry_after: exchange.retry_after() })
}
/// Whether the same renewal may work in a moment. Time-outs were long enough.
fn may_repeat(error: &Error) -> bool {
    match error {
        Error::Network { source, .. } => source.is_broken_connection(),
        other => other.is_transient(),
    }
}
