//! Access tokens that are kept fresh.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use oauth2::{ClientId, RefreshToken, TokenUrl};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use url::Url;
use uuid::Uuid;

use super::authority::is_safe;
use super::exchange::{Exchange, Step};
use super::grant::OauthClient;
use super::store::{Entry, TokenStore};
use super::{Authority, Credential, Error, Grant, Renewal, Target, application, azure_cli};
use crate::http;

/// A token is renewed when less than this is left of it, or less than a quarter of its life.
const AHEAD: Duration = Duration::from_secs(5 * 60);
/// Two renewals by time are at least so far apart.
const APART: Duration = Duration::from_secs(10);

/// Waits before a renewal is tried again, when somebody needs it and the authority has trouble.
const AGAIN: [Duration; 3] =
    [Duration::from_millis(250), Duration::from_secs(1), Duration::from_millis(2_500)];
/// The longest of these waits, whatever the authority asks for.
const LONGEST: Duration = Duration::from_secs(3);
/// No wait ends later than this after the first try.
const IN_ALL: Duration = Duration::from_secs(8);

/// An access token: who may use it is decided by the gate that sends it.
#[derive(Clone)]
pub struct AccessToken {
    token: SecretString,
    generation: u64,
}

impl AccessToken {
    /// The token itself, for the `Authorization` header.
    pub fn secret(&self) -> &str {
        self.token.expose_secret()
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccessToken(generation {})", self.generation)
    }
}

/// The tokens of one sign-in. Clones share it: there is one renewal at a time, whoever asks.
#[derive(Debug, Clone)]
pub struct Tokens {
    source: Source,
}

#[derive(Debug, Clone)]
enum Source {
    /// A token from outside, never renewed.
    Given(AccessToken),
    /// A kept sign-in.
    Kept(Arc<Kept>),
}

#[derive(Debug)]
struct Kept {
    http: http::Client,
    /// Without it everything goes with the process.
    store: Option<TokenStore>,
    handed: Handed,
    user: Option<String>,
    asked: String,
    authority: String,
    /// It is never renewed.
    is_final: bool,
    state: Mutex<State>,
}

/// What a renewal may need and is never kept.
#[derive(Debug, Clone, Default)]
pub struct Handed {
    /// An application's proof.
    pub credential: Option<Credential>,
    /// Opens a certificate that is read again.
    pub certificate_password: Option<SecretString>,
}

#[derive(Debug)]
struct State {
    entry: Entry,
    current: AccessToken,
    /// The token's age began here. Set back for a token that was kept on disk.
    since: Instant,
    /// Part of the age that passed before `since` could say so.
    age_before: Duration,
    renewed: Option<Instant>,
    /// The server refused the token, whatever its age says.
    refused: bool,
    /// The refresh token here is newer than the one on disk.
    is_ahead: bool,
    /// When the last renewal failed, and how.
    failed: Option<(Instant, Arc<Error>)>,
}

/// A try to renew that failed.
struct Failure {
    error: Error,
    /// What the authority asked to wait.
    retry_after: Option<Duration>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure { error, retry_after: None }
    }
}

impl Tokens {
    /// A ready token. It is used as it is and never renewed.
    pub fn fixed(token: SecretString) -> Tokens {
        Tokens { source: Source::Given(AccessToken { token, generation: 0 }) }
    }

    /// The tokens of a kept sign-in.
    pub fn kept(http: http::Client, store: TokenStore, entry: Entry) -> Tokens {
        Tokens::kept_with(http, store, entry, Handed::default())
    }

    /// The same, with what a renewal may need.
    pub fn kept_with(http: http::Client, store: TokenStore, entry: Entry, handed: Handed) -> Tokens {
        Tokens::of(http, Some(store), entry, handed)
    }

    /// The tokens of an application that proves itself whenever it needs one. The first is asked for when it is needed,
    /// and nothing is kept.
    pub fn of_application(http: http::Client, target: &Target, credential: Credential) -> Tokens {
        let now = SystemTime::UNIX_EPOCH;
        let grant = Grant {
            access_token: SecretString::default(),
            refresh_token: None,
            expires_in: Some(Duration::ZERO),
            user: None,
            renewal: Renewal::Application(super::CredentialSource::Handed),
        };
        let handed = Handed { credential: Some(credential), ..Handed::default() };
        Tokens::of(http, None, Entry::of(target, grant, Uuid::nil(), now), handed)
    }

    fn of(http: http::Client, store: Option<TokenStore>, entry: Entry, handed: Handed) -> Tokens {
        let user = entry.key.account.clone();
        let (asked, authority) = (entry.asked.as_str().to_owned(), entry.key.authority.clone());
        let is_final = entry.renewal == Renewal::Never;
        let state = Mutex::new(State::new(entry, 0, SystemTime::now()));
        let kept = Kept { http, store, handed, user, asked, authority, is_final, state };
        Tokens { source: Source::Kept(Arc::new(kept)) }
    }

    /// Keeps a fresh sign-in and gives its tokens.
    ///
    /// # Errors
    ///
    /// When the file of tokens cannot be written.
    pub async fn begin(
        http: http::Client,
        store: TokenStore,
        target: &Target,
        grant: Grant,
        handed: Handed,
    ) -> Result<Tokens, Error> {
        let entry = Entry::of(target, grant, Uuid::new_v4(), SystemTime::now());
        let lock = store.lock().await?;
        store.put(entry.clone(), &lock)?;
        Ok(Tokens::kept_with(http, store, entry, handed))
    }

    /// Tokens for one more environment, by the refresh token of a kept sign-in to another one. `None` when another
    /// process has ended that sign-in.
    ///
    /// # Errors
    ///
    /// What the authority says: the account or the application may have no access there.
    pub async fn derive(
        http: http::Client,
        store: TokenStore,
        target: &Target,
        relative: &Entry,
    ) -> Result<Option<Tokens>, Error> {
        let (http, store, target, key) = (http.clone(), store.clone(), target.clone(), relative.key.clone());
        to_the_end(async move {
            let lock = store.lock().await?;
            let Some(relative) = store.get(&key)? else { return Ok(None) };
            let wanted = Entry {
                token_endpoint: target.endpoints.token.to_string(),
                asked: target.asked.clone(),
                ..relative.clone()
            };
            let grant = refresh(&http, &wanted, None).await.map_err(|failure| failure.error)?;
            let entry = Entry {
                key: target.key(key.account.as_deref()),
                access_token: grant.access_token,
                refresh_token: grant.refresh_token.or(wanted.refresh_token.clone()),
                obtained: SystemTime::now(),
                lifetime: grant.expires_in,
                claims: None,
                ..wanted
            };
            store.put(entry.clone(), &lock)?;
            Ok(Some(Tokens::kept(http, store, entry)))
        })
        .await
    }

    /// Who signed in, where the authority said so. For display.
    pub fn user(&self) -> Option<&str> {
        match &self.source {
            Source::Given(_) => None,
            Source::Kept(kept) => kept.user.as_deref(),
        }
    }

    /// The scopes that the sign-in asked for; nothing for a token from outside.
    pub fn scope(&self) -> Option<&str> {
        match &self.source {
            Source::Given(_) => None,
            Source::Kept(kept) => Some(&kept.asked),
        }
    }

    /// It is a token from outside, which cannot be renewed.
    pub fn is_given(&self) -> bool {
        match &self.source {
            Source::Given(_) => true,
            Source::Kept(kept) => kept.is_final,
        }
    }

    /// The tokens are from an authority that is none of Microsoft's clouds: theirs may look otherwise.
    pub fn is_of_another_authority(&self) -> bool {
        match &self.source {
            Source::Given(_) => false,
            Source::Kept(kept) => {
                !Authority::by_hand(&kept.authority).is_ok_and(|authority| authority.is_known_cloud())
            }
        }
    }

    /// A token that should work, renewed before when little is left of it.
    ///
    /// # Errors
    ///
    /// Only when the token has run out and cannot be renewed.
    ///
    /// # Cancellation
    ///
    /// A renewal that has begun goes on to its end, so that a new refresh token is never lost.
    pub async fn access_token(&self) -> Result<AccessToken, Error> {
        let kept = match &self.source {
            Source::Given(token) => return Ok(token.clone()),
            Source::Kept(kept) => kept.clone(),
        };
        let asked = Instant::now();
        to_the_end(async move {
            let mut state = kept.state.lock().await;
            let now = Instant::now();
            let since_last = state.renewed.map(|renewed| now.duration_since(renewed));
            // A token that has run out is not given away because a renewal failed a moment ago.
            let is_needed = state.failed.is_some() && has_run_out(state.entry.lifetime, state.age(now));
            if !is_due(state.entry.lifetime, state.age(now)) || !(is_needed || may_renew(since_last)) {
                return Ok(state.current.clone());
            }
            match kept.renew_for(asked, &mut state).await {
                Ok(()) => Ok(state.current.clone()),
                Err(error) => match has_run_out(state.entry.lifetime, state.age(Instant::now())) {
                    true => Err(error),
                    false => Ok(state.current.clone()),
                },
            }
        })
        .await
    }

    /// A token in place of one that the server refused. If another task was quicker, its token is given.
    ///
    /// # Errors
    ///
    /// When there is nothing to renew with, and what the authority says.
    ///
    /// # Cancellation
    ///
    /// As [`Tokens::access_token`].
    pub async fn renew_after(&self, rejected: &AccessToken) -> Result<AccessToken, Error> {
        let kept = match &self.source {
            Source::Given(_) => return Err(Error::GivenTokenRefused),
            Source::Kept(kept) => kept.clone(),
        };
        let (generation, asked) = (rejected.generation, Instant::now());
        to_the_end(async move {
            let mut state = kept.state.lock().await;
            if state.current.generation == generation {
                state.refused = true;
                kept.renew_for(asked, &mut state).await?;
            }
            Ok(state.current.clone())
        })
        .await
    }

    /// A token that fulfils the claims that the server asked for in place of the one it refused. Where the authority
    /// wants a person for it, or this was the last try, the claims are kept for the next sign-in.
    ///
    /// # Errors
    ///
    /// [`Error::ClaimsNeeded`] when a person has to sign in.
    ///
    /// # Cancellation
    ///
    /// As [`Tokens::access_token`].
    pub async fn step_up(
        &self,
        rejected: &AccessToken,
        claims: String,
        is_last: bool,
    ) -> Result<AccessToken, Error> {
        let kept = match &self.source {
            Source::Given(_) => return Err(Error::GivenTokenRefused),
            Source::Kept(kept) => kept.clone(),
        };
        let (generation, asked) = (rejected.generation, Instant::now());
        to_the_end(async move {
            let mut state = kept.state.lock().await;
            if state.current.generation != generation {
                return Ok(state.current.clone());
            }
            // A token that was got with these claims and is refused all the same: only a person can help.
            let is_again = is_last || state.entry.claims.as_ref() == Some(&claims);
            kept.keep_claims(&mut state, claims).await?;
            if is_again {
                return Err(Error::ClaimsNeeded);
            }
            state.refused = true;
            match kept.renew_for(asked, &mut state).await {
                Ok(()) => Ok(state.current.clone()),
                Err(error) if error.is_sign_in() => Err(Error::ClaimsNeeded),
                Err(error) => Err(error),
            }
        })
        .await
    }

    /// Renews the token whenever little is left of it, for as long as that goes by itself. It ends when a person is
    /// needed, and never for a token that is not renewed.
    ///
    /// # Cancellation
    ///
    /// As [`Tokens::access_token`].
    pub async fn keep_fresh(&self) -> Error {
        let Source::Kept(kept) = &self.source else { return std::future::pending().await };
        loop {
            let wait = {
                let state = kept.state.lock().await;
                due_in(state.entry.lifetime, state.age(Instant::now()))
            };
            let Some(wait) = wait else { return std::future::pending().await };
            tokio::time::sleep(wait.max(APART)).await;
            let asked = Instant::now();
            let background = kept.clone();
            let renewed = to_the_end(async move {
                let mut state = background.state.lock().await;
                match is_due(state.entry.lifetime, state.age(Instant::now())) {
                    true => background.renew_for(asked, &mut state).await,
                    false => Ok(()),
                }
            });
            match renewed.await {
                Err(error) if error.is_sign_in() => return error,
                Err(error) => tracing::info!(%error, "the renewal in the background is tried again"),
                Ok(()) => {}
            }
        }
    }

    /// When the token runs out, as far as that is known.
    pub async fn time_left(&self) -> Option<Duration> {
        let Source::Kept(kept) = &self.source else { return None };
        let state = kept.state.lock().await;
        let lifetime = state.entry.lifetime?;
        Some(lifetime.saturating_sub(state.age(Instant::now())))
    }
}

/// Runs work that must not be dropped half-way, even if nobody waits for it any more.
async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    match tokio::spawn(work).await {
        Ok(result) => result,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Err(Error::SignInNeeded), // the runtime is being shut down
    }
}

impl Kept {
    /// Renews the token for somebody who asked at that moment. A failure is shared by all who waited for its end.
    async fn renew_for(&self, asked: Instant, state: &mut State) -> Result<(), Error> {
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
    async fn keep_claims(&self, state: &mut State, claims: String) -> Result<(), Error> {
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
async fn refresh(http: &http::Client, entry: &Entry, claims: Option<&str>) -> Result<Grant, Failure> {
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

impl Entry {
    /// A sign-in that was just made.
    pub(super) fn of(target: &Target, grant: Grant, family: Uuid, now: SystemTime) -> Entry {
        let asked = match grant.renewal {
            Renewal::Application(_) => &target.asked_by_application,
            _ => &target.asked,
        };
        Entry {
            key: target.key(grant.user.as_deref()),
            family,
            signed_in: now,
            token_endpoint: target.endpoints.token.to_string(),
            asked: asked.clone(),
            renewal: grant.renewal,
            claims: None,
            access_token: grant.access_token,
            refresh_token: grant.refresh_token,
            obtained: now,
            lifetime: grant.expires_in,
        }
    }

    /// The same sign-in with the tokens that came now.
    fn renewed_by(&self, grant: Grant) -> Entry {
        Entry {
            access_token: grant.access_token,
            refresh_token: grant.refresh_token.or_else(|| self.refresh_token.clone()),
            obtained: SystemTime::now(),
            lifetime: grant.expires_in,
            ..self.clone()
        }
    }

    /// The tenant in the authority's path.
    fn tenant(&self) -> Option<&str> {
        let (_, path) = self.key.authority.split_once("://")?.1.split_once('/')?;
        (!path.is_empty() && !path.contains('/')).then_some(path)
    }
}

impl State {
    /// Takes tokens that are not kept.
    fn take(&mut self, grant: Grant, generation: u64) {
        let renewed = self.renewed;
        let entry = self.entry.renewed_by(grant);
        *self = State { renewed, ..State::new(entry, generation, SystemTime::now()) };
    }

    /// `now` is the wall clock's: the only one that lasts from one run to the next. A token from the future, or from
    /// before a jump of the clock, counts as run out; its first use renews it, and then the monotonic clock rules.
    fn new(entry: Entry, generation: u64, now: SystemTime) -> State {
        let age_before = match now.duration_since(entry.obtained) {
            Ok(age) => age,
            Err(ahead) if ahead.duration() <= Duration::from_secs(60) => Duration::ZERO,
            Err(_) => entry.lifetime.unwrap_or_default(),
        };
        let current = AccessToken { token: entry.access_token.clone(), generation };
        State {
            entry,
            current,
            since: Instant::now(),
            age_before,
            renewed: None,
            refused: false,
            is_ahead: false,
            failed: None,
        }
    }

    fn age(&self, now: Instant) -> Duration {
        self.age_before + now.duration_since(self.since)
    }
}

/// Whether a token should be renewed. One of unknown life is used until it is refused.
fn is_due(lifetime: Option<Duration>, age: Duration) -> bool {
    lifetime.is_some_and(|lifetime| lifetime.saturating_sub(age) < AHEAD.min(lifetime / 4))
        || has_run_out(lifetime, age)
}

/// When a token should be renewed, from now on. Nothing for one of unknown life.
fn due_in(lifetime: Option<Duration>, age: Duration) -> Option<Duration> {
    let lifetime = lifetime?;
    let due_at = lifetime.saturating_sub(AHEAD.min(lifetime / 4));
    Some(due_at.saturating_sub(age) + Duration::from_secs(1))
}

fn has_run_out(lifetime: Option<Duration>, age: Duration) -> bool {
    lifetime.is_some_and(|lifetime| age >= lifetime)
}

/// Whether the same renewal may work in a moment. Time-outs were long enough.
fn may_repeat(error: &Error) -> bool {
    match error {
        Error::Network { source, .. } => source.is_broken_connection(),
        other => other.is_transient(),
    }
}

/// Whether the last renewal is long enough ago for another one by time.
fn may_renew(since_last: Option<Duration>) -> bool {
    since_last.is_none_or(|since| since >= APART)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio::sync::oneshot;

    use super::*;
    use crate::auth::store::Key;

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_token_is_due_when_less_than_five_minutes_or_a_quarter_of_its_life_is_left() {
        let cases = [
            (Some(3600), 0, false),
            (Some(3600), 3300, false),
            (Some(3600), 3301, true),
            (Some(400), 300, false),
            (Some(400), 301, true),
            (Some(4), 3, false),
            (Some(4), 4, true),
            (Some(0), 0, true),
            (Some(3600), 1_000_000, true),
            (None, 1_000_000, false),
        ];
        for (lifetime, age, due) in cases {
            assert_eq!(is_due(lifetime.map(s), s(age)), due, "{lifetime:?} {age}");
        }
    }

    #[test]
    fn two_renewals_by_time_are_ten_seconds_apart() {
        assert!(may_renew(None) && may_renew(Some(s(10))));
        assert!(!may_renew(Some(s(9))));
    }

    fn entry(obtained: SystemTime) -> Entry {
        Entry {
            key: Key {
                environment: "https://a".into(),
                client_id: "app".into(),
                authority: "https://l/t".into(),
                account: None,
            },
            family: Uuid::nil(),
            signed_in: obtained,
            token_endpoint: "https://l/t/token".into(),
            asked: super::super::Asked::Scope("s".into()),
            renewal: Renewal::RefreshToken,
            claims: None,
            access_token: "A".into(),
            refresh_token: None,
            obtained,
            lifetime: Some(s(3600)),
        }
    }

    #[test]
    fn the_age_of_a_kept_token_survives_jumps_of_the_clock() {
        let then = SystemTime::UNIX_EPOCH + s(1_795_432_000);
        let state = |now| State::new(entry(then), 0, now);
        assert_eq!(state(then + s(100)).age_before, s(100));
        assert_eq!(state(then - s(30)).age_before, s(0), "a little skew is none");
        assert_eq!(state(then - s(86_400)).age_before, s(3600), "a token from tomorrow is renewed");
        let due = |state: State| is_due(state.entry.lifetime, state.age(state.since));
        assert!(due(state(then + s(86_400))) && due(state(then - s(86_400))) && !due(state(then)));
    }

    #[tokio::test]
    async fn a_given_token_is_never_renewed() {
        let tokens = Tokens::fixed("eyJsecret".into());
        let token = tokens.access_token().await.unwrap();
        assert_eq!(token.secret(), "eyJsecret");
        assert!(matches!(tokens.renew_after(&token).await, Err(Error::GivenTokenRefused)));
        assert!(!format!("{tokens:?} {token:?}").contains("eyJ"));
    }

    #[tokio::test]
    async fn a_renewal_that_has_begun_goes_on_when_nobody_waits_for_it() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (asked, was_asked) = oneshot::channel();
        let (release, released) = oneshot::channel::<()>();
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut buffer = [0; 4096];
            let _ = socket.read(&mut buffer).await.unwrap();
            asked.send(()).unwrap();
            released.await.unwrap();
            let body = r#"{"access_token":"A1","expires_in":3600,"refresh_token":"R1"}"#;
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
            socket.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        });
        let folder = tempfile::tempdir().unwrap();
        let store = TokenStore::in_folder(folder.path());
        let kept = Entry {
            token_endpoint: format!("http://{address}/token"),
            refresh_token: Some("R0".into()),
            ..entry(SystemTime::UNIX_EPOCH)
        };
        store.put(kept.clone(), &store.lock().await.unwrap()).unwrap();
        let key = kept.key.clone();
        let tokens = Tokens::kept(http::client(&http::Options::default()).unwrap(), store.clone(), kept);

        let clone = tokens.clone();
        let waiting = tokio::spawn(async move { clone.access_token().await });
        was_asked.await.unwrap();
        waiting.abort();
        assert!(waiting.await.unwrap_err().is_cancelled());
        release.send(()).unwrap();
        assert_eq!(tokens.access_token().await.unwrap().secret(), "A1");
        let kept = store.get(&key).unwrap().unwrap();
        assert_eq!(kept.refresh_token.unwrap().expose_secret(), "R1");
    }
}
