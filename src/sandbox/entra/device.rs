//! Sign-in by device code: the code, the page where a person types it, and what came of it.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::json;
use uuid::Uuid;

use super::params::Params;
use super::refusal::Refusal;
use super::scopes::Scope;
use super::token::refuse_elsewhere;
use super::{Ask, Entra, Tenant, Version, make_room, pages};
use crate::sandbox::answer;
use crate::sandbox::sites::Origin;

/// No vowels and nothing that looks like something else, so that a code is neither a word nor misread.
const ALPHABET: &[u8; 27] = b"BCDFGHJKLMNPQRSTVWXYZ346789";
const USER_CODE_LENGTH: usize = 9;
/// A client whose clock or network is uneven is not told to slow down.
const GRACE: SignedDuration = SignedDuration::from_secs(1);

/// The device sign-ins under way, by device code.
#[derive(Debug, Default)]
pub(super) struct Devices(HashMap<String, Device>);

#[derive(Debug)]
pub(super) struct Device {
    user_code: String,
    client: Uuid,
    client_name: &'static str,
    scope: String,
    pub(super) hint: Option<String>,
    created: Timestamp,
    expires: Timestamp,
    /// Seconds between two polls.
    interval: i64,
    polled: Option<Timestamp>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Pending,
    Approved(Uuid),
    Denied,
    Redeemed,
}

/// What somebody decides about a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    Approve(Uuid),
    Deny,
}

/// Why a decision could not be taken. `Display` is what the page says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DeviceError {
    #[error("AADSTS70018: That code did not work. Check the code and try again.")]
    Unknown,
    #[error("AADSTS70019: This code has expired. Start again on the device.")]
    Expired,
    #[error("AADSTS90120: This sign-in has been approved or declined already.")]
    Decided,
}

impl Device {
    pub(super) fn approves_at(&self, after: Duration) -> Timestamp {
        later(self.created, after)
    }

    /// Notes a poll and tells whether it came too soon after the one before.
    fn poll(&mut self, now: Timestamp) -> bool {
        let since = self.polled.replace(now).map(|before| now.duration_since(before));
        // Time that was set back tells nothing.
        let too_soon = SignedDuration::ZERO..SignedDuration::from_secs(self.interval) - GRACE;
        since.is_some_and(|since| too_soon.contains(&since))
    }

    fn is_open(&self, now: Timestamp) -> Result<(), DeviceError> {
        match self.state {
            _ if now >= self.expires => Err(DeviceError::Expired),
            State::Pending => Ok(()),
            State::Approved(_) | State::Denied | State::Redeemed => Err(DeviceError::Decided),
        }
    }
}

impl Devices {
    /// Keeps a new sign-in, and forgets those that have been dead for a day.
    fn insert(&mut self, device_code: String, device: Device, now: Timestamp) {
        let dead = now.saturating_sub(24.hours()).unwrap_or(Timestamp::MIN);
        self.0.retain(|_, device| device.expires > dead);
        make_room(&mut self.0, |device| device.created);
        self.0.insert(device_code, device);
    }

    /// Uses up an approved code: who approved it and the scope asked for. `unattended` says who approves a code that
    /// nobody has decided about.
    pub(super) fn redeem(
        &mut self,
        device_code: &str,
        client: Uuid,
        now: Timestamp,
        unattended: impl Fn(&Device) -> Result<Option<Uuid>, Refusal>,
    ) -> Result<(Uuid, String), Refusal> {
        let device =
            self.0.get_mut(device_code).filter(|device| device.client == client).ok_or_else(|| {
                Refusal::new(
                    70018,
                    "Invalid verification code: the device code is not known for this application.",
                )
            })?;
        if device.state == State::Redeemed {
            return Err(Refusal::new(54005, "The device code was already redeemed."));
        }
        if device.state == State::Denied {
            return Err(Refusal::declined());
        }
        if now >= device.expires {
            let text = "The provided value for the input parameter 'device_code' is not valid. This device code has \
                        expired.";
            return Err(Refusal::new(70020, text));
        }
        let too_soon = device.poll(now);
        let approved = match device.state {
            State::Approved(user) => Some(user),
            _ => unattended(device)?,
        };
        let Some(user) = approved else {
            if too_soon {
                return Err(Refusal::slow_down());
            }
            let text = "OAuth 2.0 device flow error. Authorization is pending. Continue polling.";
            return Err(Refusal::new(70016, text));
        };
        device.state = State::Redeemed;
        Ok((user, device.scope.clone()))
    }

    fn by_user_code(&mut self, typed: &str) -> Option<&mut Device> {
        let code: String = typed.chars().filter(char::is_ascii_alphanumeric).collect();
        self.0.values_mut().find(|device| device.user_code.eq_ignore_ascii_case(&code))
    }
}

impl Entra {
    pub(super) fn device_code(&self, ask: &Ask<'_>) -> Result<Response<Bytes>, Refusal> {
        let client = self.clients.find(ask.params.need("client_id")?)?;
        if ask.tenant == Tenant::Personal {
            return Err(Refusal::new(
                9001023,
                "The grant type is not supported over the /consumers endpoint.",
            ));
        }
        let text = match self.scope_text(ask)? {
            Some(text) => text,
            None => {
                return Err(Refusal::missing(if ask.version == Version::V1 { "resource" } else { "scope" }));
            }
        };
        let scope = Scope::parse(&text, &self.sites)?;
        let asked = scope.single()?;
        refuse_elsewhere(ask.tenant, asked)?;
        self.refuse_unlisted(client, asked)?;

        let now = self.clock.now();
        let user_code = self.user_code()?;
        let device_code = format!("BAQABAAEAAAD{}", self.keys.secret_text(60)?);
        let interval = if self.lifetimes.auto_approve.is_some() { 1 } else { 5 };
        let device = Device {
            user_code: user_code.clone(),
            client: client.id,
            client_name: client.name,
            scope: text,
            hint: ask.params.get("login_hint").map(str::to_owned),
            created: now,
            expires: later(now, self.lifetimes.device_code),
            interval,
            polled: None,
            state: State::Pending,
        };
        self.grants().devices.insert(device_code.clone(), device, now);

        let page = format!("{}/devicelogin", ask.seen.root(Origin::Entra));
        let message = format!(
            "To sign in, use a web browser to open the page {page} and enter the code {user_code} to authenticate."
        );
        let expires_in = self.lifetimes.device_code.as_secs();
        let body = match ask.version {
            Version::V2 => json!({
                "user_code": user_code, "device_code": device_code, "verification_uri": page,
                "expires_in": expires_in, "interval": interval, "message": message,
            }),
            Version::V1 => json!({
                "user_code": user_code, "device_code": device_code, "verification_url": page,
                "expires_in": expires_in.to_string(), "interval": interval.to_string(), "message": message,
            }),
        };
        Ok(answer::json(StatusCode::OK, &body))
    }

    /// Approves or denies the sign-in with this user code.
    pub(crate) fn decide(&self, user_code: &str, decision: Decision) -> Result<(), DeviceError> {
        let mut grants = self.grants();
        let device = grants.devices.by_user_code(user_code).ok_or(DeviceError::Unknown)?;
        device.is_open(self.clock.now())?;
        device.state = match decision {
            Decision::Approve(user) => State::Approved(user),
            Decision::Deny => State::Denied,
        };
        Ok(())
    }

    /// The object id of a person, for a decision.
    pub(crate) fn person_id(&self, name: &str) -> Option<Uuid> {
        self.person(name).map(|person| person.oid)
    }

    /// The page at the verification address: first the code, then who you are and whether you agree.
    pub(super) fn device_page(&self, request: &Request<Bytes>) -> Response<Bytes> {
        if request.method() != Method::POST {
            return pages::enter_code(StatusCode::OK, None);
        }
        if !self.is_own_form(request) {
            return pages::message(StatusCode::FORBIDDEN, "Refused", "This form was sent by another site.");
        }
        let params = Params::of(request);
        let Some(code) = params.get("user_code") else {
            let text = "AADSTS90119: Enter the code that the device shows.";
            return pages::enter_code(StatusCode::BAD_REQUEST, Some(text));
        };
        let refused =
            |error: DeviceError| pages::enter_code(StatusCode::BAD_REQUEST, Some(&error.to_string()));
        let decision = match (params.get("action"), params.get("user").map(|name| self.person_id(name))) {
            (Some("deny"), _) => Decision::Deny,
            (_, Some(Some(user))) => Decision::Approve(user),
            (_, Some(None)) => {
                let text = "AADSTS50034: This user account does not exist in the directory.";
                return pages::enter_code(StatusCode::BAD_REQUEST, Some(text));
            }
            (_, None) => {
                let mut grants = self.grants();
                let Some(device) = grants.devices.by_user_code(code) else {
                    return refused(DeviceError::Unknown);
                };
                if let Err(error) = device.is_open(self.clock.now()) {
                    return refused(error);
                }
                return pages::approve_device(&device.user_code, device.client_name, self.people());
            }
        };
        match self.decide(code, decision) {
            Err(error) => refused(error),
            Ok(()) if decision == Decision::Deny => pages::message(
                StatusCode::OK,
                "Declined",
                "The sign-in was declined. You can close this page.",
            ),
            Ok(()) => pages::message(
                StatusCode::OK,
                "Signed in",
                "You have signed in on your device. You can close this page.",
            ),
        }
    }

    fn user_code(&self) -> Result<String, Refusal> {
        let mut code = String::with_capacity(USER_CODE_LENGTH);
        while code.len() < USER_CODE_LENGTH {
            // Bytes past the last whole multiple of the alphabet would favour its first letters.
            let fair = self.keys.random_bytes(16)?.into_iter().filter(|byte| *byte < 243).map(usize::from);
            code.extend(
                fair.map(|byte| char::from(ALPHABET[byte % ALPHABET.len()]))
                    .take(USER_CODE_LENGTH - code.len()),
            );
        }
        Ok(code)
    }
}

fn later(time: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by).ok().and_then(|by| time.checked_add(by).ok()).unwrap_or(Timestamp::MAX)
}
