//! Sign-in in a browser: the authorize endpoint, where a person picks who they are, and the way back to the client.

use bytes::Bytes;
use http::header::LOCATION;
use http::{HeaderValue, Method, Response, StatusCode};
use url::form_urlencoded::Serializer;
use uuid::Uuid;

use super::clients::{Client, Redirect};
use super::refusal::Refusal;
use super::scopes::Scope;
use super::token::{Challenge, Code, code_expiry};
use super::tokens::client_info;
use super::{Ask, Entra, Tenant, Version, pages};
use crate::sandbox::users::User;

/// How the answer travels back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Query,
    Fragment,
    FormPost,
}

/// What the person decided.
enum Choice<'a> {
    User(&'a str),
    Cancel,
}

/// `prompt`: whether the person is to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prompt {
    /// Only when there is no session.
    IfNeeded,
    /// Never: without a session it fails.
    Never,
    /// In any case.
    Always,
}

/// Who signs in, or what the browser gets first.
enum Person<'a> {
    Known(&'a User),
    Page(Box<Response<Bytes>>),
    Declined,
}

impl Entra {
    pub(super) async fn authorize(&self, ask: &Ask<'_>) -> Response<Bytes> {
        // A wrong client or redirect address is said here and never sent there.
        let (client, redirect) = match self.destination(ask) {
            Ok(found) => found,
            Err(refusal) => return pages::refused(&refusal),
        };
        let mode = match ask.params.get("response_mode") {
            None | Some("query") => Mode::Query,
            Some("fragment") => Mode::Fragment,
            Some("form_post") => Mode::FormPost,
            Some(other) => {
                let text = format!(
                    "The provided value for the input parameter 'response_mode' is not allowed: {other}."
                );
                return failed(ask, &redirect, Mode::Query, &Refusal::new(70007, text));
            }
        };
        let prompt = match self.check_authorization(ask, client).and_then(|()| Prompt::of(ask)) {
            Ok(prompt) => prompt,
            Err(refusal) => return failed(ask, &redirect, mode, &refusal),
        };
        let code = match self.identify(ask, client, prompt).await {
            Ok(Person::Page(page)) => return *page,
            Ok(Person::Declined) => return declined(ask, &redirect, mode),
            Ok(Person::Known(user)) => {
                self.authorization_code(ask, client, user.oid).map(|code| (user, code))
            }
            Err(refusal) => Err(refusal),
        };
        let (user, code) = match code {
            Ok(found) => found,
            Err(refusal) => return failed(ask, &redirect, mode, &refusal),
        };
        let session = self.session_of(ask.request, user.oid);
        let id = session.id.to_string();
        let info = client_info(ask, user);
        let mut fields = vec![("code", code.as_str()), ("session_state", &id)];
        fields.extend(info.as_deref().map(|info| ("client_info", info)));
        let mut response = send_back(ask, &redirect, mode, &fields);
        self.remember(&mut response, &session);
        response
    }

    /// Finds out who signs in: by the session, by itself, or by asking.
    async fn identify(&self, ask: &Ask<'_>, client: &Client, prompt: Prompt) -> Result<Person<'_>, Refusal> {
        let hint = ask.params.get("login_hint");
        let session = self.session(ask.request).map(|(_, user)| user);
        let fitting = session.filter(|user| hint.is_none_or(|hint| user.is_called(hint)));
        if prompt == Prompt::Never {
            let text = "Session information is not sufficient for single-sign-on.";
            return fitting.map(Person::Known).ok_or_else(|| Refusal::new(50058, text));
        }
        if let Some(after) = self.lifetimes.auto_approve {
            tokio::time::sleep(after).await;
            return self.automatic(hint).map(Person::Known);
        }
        match (self.choice(ask), fitting) {
            (Some(Ok(Choice::User(name))), _) => self.automatic(Some(name)).map(Person::Known),
            (Some(Ok(Choice::Cancel)), _) => Ok(Person::Declined),
            (Some(Err(response)), _) => Ok(Person::Page(response)),
            (None, Some(user)) if prompt == Prompt::IfNeeded => Ok(Person::Known(user)),
            (None, _) => {
                // A request may have come as a form; the page's own form must bring it along.
                let query = ask.params.to_query_without(&["user", "action"]);
                let address = format!("{}?{query}", ask.request.uri().path());
                let likely = hint.or(session.map(|user| user.upn));
                Ok(Person::Page(Box::new(pages::pick_user(&address, client.name, likely, self.people()))))
            }
        }
    }

    /// The way back with this refusal, whatever the request was.
    pub(super) fn authorize_refused(&self, ask: &Ask<'_>, refusal: &Refusal) -> Response<Bytes> {
        let mode = match ask.params.get("response_mode") {
            Some("fragment") => Mode::Fragment,
            Some("form_post") => Mode::FormPost,
            _ => Mode::Query,
        };
        match self.destination(ask) {
            Ok((_, redirect)) => failed(ask, &redirect, mode, refusal),
            Err(unknown) => pages::message(unknown.status, "Sign-in is not possible", &unknown.to_string()),
        }
    }

    fn destination(&self, ask: &Ask<'_>) -> Result<(&Client, Redirect), Refusal> {
        let client = self.clients.find(ask.params.need("client_id")?)?;
        let Some(redirect) = ask.params.get("redirect_uri") else {
            return Err(Refusal::new(900971, "No reply address provided."));
        };
        Ok((client, client.accept_redirect(redirect)?))
    }

    /// Everything about the request that can be wrong whoever signs in.
    fn check_authorization(&self, ask: &Ask<'_>, client: &Client) -> Result<(), Refusal> {
        match ask.params.need("response_type")? {
            "code" => {}
            "id_token" | "code id_token" | "id_token code" => {
                let text =
                    format!("response_type 'id_token' is not enabled for the application '{}'.", client.id);
                return Err(Refusal::new(700054, text));
            }
            other => {
                let text = format!(
                    "The provided value for the input parameter 'response_type' is not supported: {other}."
                );
                return Err(Refusal::new(70005, text));
            }
        }
        if ask.tenant == Tenant::Personal {
            return Err(Refusal::new(9001023, "Personal accounts cannot sign in to this application."));
        }
        let text = authorize_scope(ask)?;
        let scope = Scope::parse(&text, &self.sites)?;
        for asked in scope.all() {
            super::token::refuse_elsewhere(ask.tenant, asked)?;
            self.refuse_unlisted(client, asked)?;
        }
        challenge(ask)?;
        Ok(())
    }

    /// What the page's form says, when it was sent.
    fn choice<'a>(&self, ask: &'a Ask<'_>) -> Option<Result<Choice<'a>, Box<Response<Bytes>>>> {
        if ask.request.method() != Method::POST {
            return None;
        }
        let choice = match (ask.params.get("action"), ask.params.get("user")) {
            (Some("deny"), _) => Choice::Cancel,
            (_, Some(name)) => Choice::User(name),
            (_, None) => return None,
        };
        if !self.is_own_form(ask.request) {
            let refused =
                pages::message(StatusCode::FORBIDDEN, "Refused", "This form was sent by another site.");
            return Some(Err(Box::new(refused)));
        }
        Some(Ok(choice))
    }

    fn authorization_code(&self, ask: &Ask<'_>, client: &Client, user: Uuid) -> Result<String, Refusal> {
        let scope = authorize_scope(ask)?;
        let parsed = Scope::parse(&scope, &self.sites)?;
        self.admit(ask.tenant, client, user, &parsed.first)?;
        let now = self.clock.now();
        let code = format!("0.A{}", self.keys.secret_text(64)?);
        let meaning = Code {
            user,
            client: client.id,
            redirect: ask.params.need("redirect_uri")?.to_owned(),
            scope,
            nonce: ask.params.get("nonce").map(str::to_owned),
            challenge: challenge(ask)?,
            expires: code_expiry(now),
            redeemed: false,
        };
        self.grants().codes.insert(code.clone(), meaning, now);
        Ok(code)
    }
}

impl Prompt {
    fn of(ask: &Ask<'_>) -> Result<Prompt, Refusal> {
        match ask.params.get("prompt") {
            None => Ok(Prompt::IfNeeded),
            Some("none") => Ok(Prompt::Never),
            Some("login" | "consent" | "select_account") => Ok(Prompt::Always),
            Some("admin_consent") if ask.version == Version::V1 => Ok(Prompt::Always),
            Some(other) => Err(Refusal::new(90023, format!("Unsupported 'prompt' value: {other}."))),
        }
    }
}

/// The scope of an authorization request, v1's `resource` written as one.
fn authorize_scope(ask: &Ask<'_>) -> Result<String, Refusal> {
    match ask.version {
        Version::V2 => Ok(ask.params.need("scope")?.to_owned()),
        // Without one the token request names it.
        Version::V1 => Ok(match ask.params.get("resource") {
            Some(resource) => format!("{resource}/user_impersonation openid offline_access"),
            None => "openid offline_access".to_owned(),
        }),
    }
}

fn challenge(ask: &Ask<'_>) -> Result<Option<Challenge>, Refusal> {
    let Some(value) = ask.params.get("code_challenge") else { return Ok(None) };
    if !(43..=128).contains(&value.len()) {
        return Err(Refusal::new(50147, "Invalid size of Code_Challenge parameter."));
    }
    let hashed = match ask.params.get("code_challenge_method") {
        None | Some("plain") => false,
        Some("S256") => true,
        Some(other) => {
            let text = format!("Request is malformed: the code_challenge_method '{other}' is not supported.");
            return Err(Refusal::new(9002313, text));
        }
    };
    Ok(Some(Challenge { value: value.to_owned(), hashed }))
}

fn declined(ask: &Ask<'_>, redirect: &Redirect, mode: Mode) -> Response<Bytes> {
    let text = "AADSTS65004: User declined to consent to access the app.";
    let fields = [("error", "access_denied"), ("error_subcode", "cancel"), ("error_description", text)];
    send_back(ask, redirect, mode, &fields)
}

fn failed(ask: &Ask<'_>, redirect: &Redirect, mode: Mode, refusal: &Refusal) -> Response<Bytes> {
    // The authorize endpoint has names of its own for what the token endpoint calls a bad grant, client or scope.
    let error = match (refusal.code, refusal.error) {
        (Some(65001), _) => "interaction_required",
        (_, "invalid_grant") => "access_denied",
        (_, "invalid_client") => "unauthorized_client",
        (_, "invalid_scope") => "invalid_request",
        (_, other) => other,
    };
    send_back(ask, redirect, mode, &[("error", error), ("error_description", &refusal.to_string())])
}

fn send_back(ask: &Ask<'_>, redirect: &Redirect, mode: Mode, fields: &[(&str, &str)]) -> Response<Bytes> {
    let mut fields = fields.to_vec();
    if let Some(state) = ask.params.get("state") {
        fields.insert(1, ("state", state));
    }
    let mut url = redirect.url.clone();
    match mode {
        Mode::FormPost => return pages::post_back(&url, &fields),
        Mode::Query => {
            url.query_pairs_mut().extend_pairs(&fields);
        }
        Mode::Fragment => {
            let text = Serializer::new(String::new()).extend_pairs(&fields).finish();
            url.set_fragment(Some(&text));
        }
    }
    let mut response =
        pages::message(StatusCode::FOUND, "Going back", "The browser goes back to the application.");
    if let Ok(location) = HeaderValue::from_str(url.as_str()) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}
