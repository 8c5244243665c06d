//! What a fault does to a request of the sandbox: before it is answered, or in the place of its answer.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::WWW_AUTHENTICATE;
use http::{Request, Response, StatusCode};

use super::faults::{self, Ended, Fault, Here, StatusFault, TouchFault};
use super::line::Breaker;
use super::server::World;
use super::sites::Origin;

impl World {
    /// What the fault does first, and the answer that it gives in the place of the right one.
    pub(super) async fn before(
        &self,
        origin: Origin,
        fault: &Fault,
        request: &Request<Bytes>,
        here: &Here,
        breaker: &Breaker,
    ) -> Result<Option<Response<Bytes>>, Ended> {
        match fault {
            Fault::Status(fault) => return Ok(Some(self.failure(origin, fault, request))),
            Fault::Html { status } => return Ok(Some(faults::proxy_page(*status))),
            Fault::Answer(answer) => return Ok(Some(faults::given(answer))),
            Fault::Redirect { status, to } => return Ok(Some(faults::redirect(*status, to, here))),
            Fault::ResetBefore {} => {
                breaker.reset();
                return Err(Ended);
            }
            Fault::Refuse { seconds } => {
                breaker.reset();
                self.faults.doors.close(origin, *seconds);
                return Err(Ended);
            }
            Fault::Delay { ms } => tokio::time::sleep(Duration::from_millis(*ms)).await,
            Fault::TouchRow(touch) => self.touch(origin, touch, request).await,
            Fault::ExpireToken {} => self.entra.expire_token_of(request),
            Fault::RevokeRefresh {} => self.entra.revoke_refresh_of(request),
            Fault::Clock { seconds } => self.clock.shift(*seconds),
            // The others wait for the answer.
            _ => {}
        }
        Ok(None)
    }

    /// The answer of a `status` fault, in the form that this origin gives its errors.
    fn failure(&self, origin: Origin, fault: &StatusFault, request: &Request<Bytes>) -> Response<Bytes> {
        if origin == Origin::Entra {
            return faults::retrying(self.entra.ordered(request, fault), fault);
        }
        let mut response = faults::failure(fault);
        if response.status() != StatusCode::UNAUTHORIZED {
            return response;
        }
        let border = self.border(origin, request);
        let claims = match (&fault.claims, fault.code.as_deref()) {
            (Some(claims), _) => Some(claims.as_str()),
            (None, Some("insufficient_claims")) => {
                Some(r#"{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}"#)
            }
            _ => None,
        };
        let refusal = match claims {
            Some(claims) => border.claims_challenge(&STANDARD.encode(claims)),
            None => border.refusal(),
        };
        if claims.is_some() || fault.code.is_none() && fault.message.is_none() {
            return faults::retrying(refusal, fault);
        }
        if let Some(challenge) = refusal.headers().get(WWW_AUTHENTICATE) {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge.clone());
        }
        response
    }

    /// Another user's write, just before this one. A row that is not there, or a request that nobody may make, is
    /// left to fail by itself.
    async fn touch(&self, origin: Origin, touch: &TouchFault, request: &Request<Bytes>) {
        let (Origin::Api(index), Ok(caller)) =
            (origin, self.border(origin, request).check(request.headers()))
        else {
            return;
        };
        let other = |name: &str| self.entra.person_id(name).filter(|oid| *oid != caller.oid);
        let chosen = touch.user.as_deref().and_then(|name| self.entra.person_id(name));
        let Some(oid) = chosen.or_else(|| other("admin")).or_else(|| other("bo")) else { return };
        let Ok(api) = self.environments.api(index).await else { return };
        if let Err(why) = api.touch(oid, touch, request.uri().path()).await {
            tracing::warn!(why, "no row was touched");
        }
    }
}
