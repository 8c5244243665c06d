//! Access tokens that are kept fresh.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::age::{APART, State, due_in, has_run_out, is_due, may_renew};
use super::kept::{Kept, refresh};
use super::store::{Entry, TokenStore};
use super::{Authority, Credential, Error, Grant, Renewal, Target};
use crate::http;

pub use super::kept::Handed;

/// An access token: who may use it is decided by the gate that sends it.
#[derive(Clone)]
pub struct AccessToken {
    pub(super) token: SecretString,
    pub(super) generation: u64,
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

    /// What the tokens are renewed from; one that was given ready-made is not renewed.
    fn renewable(&self) -> Result<Arc<Kept>, Error> {
        match &self.source {
            Source::Given(_) => Err(Error::GivenTokenRefused),
            Source::Kept(kept) => Ok(Arc::clone(kept)),
        }
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
        let kept = self.renewable()?;
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
        let kept = self.renewable()?;
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
