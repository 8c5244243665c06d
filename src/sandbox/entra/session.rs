//! Who is signed in to a browser: a sealed cookie, so that the next sign-in asks nothing and `prompt=none` works.

use bytes::Bytes;
use http::header::{COOKIE, LOCATION, SET_COOKIE};
use http::{Request, Response, StatusCode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Ask, Entra, pages};
use crate::sandbox::answer;
use crate::sandbox::users::User;

/// Loopback's cookies do not tell ports apart: one of another sandbox may come as well, and does not open.
const NAME: &str = "ESTSAUTH";
const SECONDS: i64 = 24 * 60 * 60;

/// Somebody's session with this browser.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Session {
    pub(super) user: Uuid,
    /// `session_state` of the answers.
    pub(super) id: Uuid,
    since: i64,
}

impl Entra {
    /// Whose session a request belongs to.
    pub(super) fn session(&self, request: &Request<Bytes>) -> Option<(Session, &User)> {
        let headers = request.headers().get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
        let cookies =
            headers.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let mut sessions = cookies
            .filter(|(name, _)| *name == NAME)
            .filter_map(|(_, value)| self.unseal::<Session>(value))
            .filter(|session| self.clock.seconds() < session.since.saturating_add(SECONDS));
        let session = sessions.next()?;
        Some((session, self.user(session.user)?))
    }

    /// The session that goes on, or a new one.
    pub(super) fn session_of(&self, request: &Request<Bytes>, user: Uuid) -> Session {
        match self.session(request) {
            Some((session, _)) if session.user == user => session,
            _ => Session { user, id: Uuid::new_v4(), since: self.clock.seconds() },
        }
    }

    pub(super) fn remember(&self, response: &mut Response<Bytes>, session: &Session) {
        self.set_cookie(response, &self.seal(session), "");
    }

    /// The sign-out address: forgets the session, and goes back where a client is registered for.
    pub(super) fn sign_out(&self, ask: &Ask<'_>) -> Response<Bytes> {
        let text = "You have signed out. You can close this page.";
        let mut response = pages::message(StatusCode::OK, "Signed out", text);
        let back = ask.params.get("post_logout_redirect_uri");
        if let Some(mut url) = back.and_then(|address| self.clients.accept_sign_out(address)) {
            if let Some(state) = ask.params.get("state") {
                url.query_pairs_mut().append_pair("state", state);
            }
            *response.status_mut() = StatusCode::FOUND;
            answer::set(&mut response, LOCATION, url.as_str());
        }
        self.set_cookie(&mut response, "", "; Max-Age=0");
        response
    }

    fn set_cookie(&self, response: &mut Response<Bytes>, value: &str, age: &str) {
        let secure = if self.sites.tls { "; Secure" } else { "" };
        let cookie = format!("{NAME}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}");
        answer::set(response, SET_COOKIE, &cookie);
    }
}
