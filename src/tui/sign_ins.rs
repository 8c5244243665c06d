//! Sign-ins as the screen makes them: what they tell, what a person gives them while they wait.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use secrecy::SecretString;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::aim::Aim;
use crate::app::Progress;
use crate::app::secret::Secret;
use crate::app::session::{Prompt, Way};
use crate::auth::browser::Wishes;
use crate::auth::{Error, TokenStore, Tokens};
use crate::ops::sign_in::{self, Attempt};

/// The sign-ins of a session, one at a time. Clones share what is under way.
#[derive(Debug, Clone)]
pub(super) struct SignIns {
    store: TokenStore,
    /// Where pasted addresses go.
    pasted: Arc<Mutex<Option<UnboundedSender<String>>>>,
    /// What a policy asked for when the last sign-in was refused.
    claims: Arc<Mutex<Option<String>>>,
}

impl SignIns {
    pub(super) fn new(store: TokenStore) -> SignIns {
        SignIns { store, pasted: Arc::default(), claims: Arc::default() }
    }

    /// Hands over the address that a browser elsewhere ended at.
    pub(super) fn give_address(&self, address: &Secret) {
        if let Some(pasted) = &*lock(&self.pasted) {
            let _ = pasted.send(address.expose().to_owned()); // the sign-in may have ended
        }
    }

    /// Signs in and keeps the tokens.
    pub(super) async fn sign_in(
        &self,
        aim: &Aim,
        way: Way,
        token: Option<Secret>,
        progress: impl Fn(Progress),
    ) -> Result<Tokens, Error> {
        let (send, pasted) = unbounded_channel();
        *lock(&self.pasted) = Some(send);
        let wishes = Wishes {
            login_hint: aim.request.account.clone(),
            claims: lock(&self.claims).take(),
            ..Wishes::default()
        };
        let attempt = Attempt {
            wishes,
            token: token.map(|token| SecretString::from(token.expose())),
            pasted: Some(pasted),
            ..Attempt::new(way_of(way))
        };
        let news = |news| progress(news_of(news));
        match sign_in::sign_in(&aim.http, &self.store, &aim.request, attempt, news).await {
            Ok(signed_in) => Ok(signed_in.tokens),
            Err(error) => {
                *lock(&self.claims) = error.claims().map(ToOwned::to_owned);
                Err(error)
            }
        }
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

fn way_of(way: Way) -> sign_in::Way {
    match way {
        Way::DeviceCode => sign_in::Way::DeviceCode,
        Way::Browser => sign_in::Way::Browser,
        Way::Application => sign_in::Way::Application,
        Way::AzureCli => sign_in::Way::AzureCli,
        Way::Token => sign_in::Way::Token,
    }
}

fn news_of(news: sign_in::Progress) -> Progress {
    match news {
        sign_in::Progress::Warning(warning) => Progress::Warning(warning),
        sign_in::Progress::Prompt(sign_in::Prompt::DeviceCode {
            verification_uri,
            user_code,
            expires_in,
            may_open,
        }) => Progress::Prompt(Prompt::DeviceCode {
            address: verification_uri,
            code: user_code,
            expires: Timestamp::now().saturating_add(expires_in).unwrap_or(Timestamp::MAX),
            may_open,
        }),
        sign_in::Progress::Prompt(sign_in::Prompt::Browser { authorize_url, .. }) => {
            Progress::Prompt(Prompt::Browser { address: authorize_url })
        }
    }
}
