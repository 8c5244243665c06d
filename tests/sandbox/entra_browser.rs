use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Response;
use url::{Url, form_urlencoded};

use crate::desk::{Answer, Desk, claims};
use crate::support;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const REDIRECT: &str = "http://localhost:53124";

/// The parameters of a good request, with some of them replaced, added or (empty) left out.
fn query(desk: &Desk, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let scope = desk.scope();
    let mut all: Vec<(String, String)> = [
        ("client_id", desk.ready().client_id.as_str()),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT),
        ("scope", &scope),
        ("state", "s t&te"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("x-client-sku", "something new"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    for (name, value) in changes {
        all.retain(|(key, _)| key != name);
        if !value.is_empty() {
            all.push(((*name).to_owned(), (*value).to_owned()));
        }
    }
    all
}

/// What the person's form gets: they pick `user`, or cancel.
async fn submit(desk: &Desk, changes: &[(&str, &str)], form: &[(&str, &str)]) -> Response {
    let url = format!("{}/oauth2/v2.0/authorize", desk.ready().authority);
    desk.http.post(url).query(&query(desk, changes)).form(form).send().await.unwrap()
}

/// The fields that the redirect carries back.
fn fields(response: &Response) -> (Url, Vec<(String, String)>) {
    assert_eq!(response.status(), 302);
    let url = Url::parse(response.headers()["location"].to_str().unwrap()).unwrap();
    let text = url.query().or(url.fragment()).unwrap_or_default();
    (url.clone(), form_urlencoded::parse(text.as_bytes()).into_owned().collect())
}

fn field<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
}

async fn code(desk: &Desk, changes: &[(&str, &str)]) -> String {
    let response = submit(desk, changes, &[("user", "anna"), ("action", "approve")]).await;
    field(&fields(&response).1, "code").to_owned()
}

async fn redeem(desk: &Desk, code: &str, changes: &[(&str, &str)]) -> Answer {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("client_id", desk.ready().client_id.as_str()),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    for (name, value) in changes {
        form.retain(|(key, _)| key != name);
        form.push((name, value));
    }
    desk.token(&form).await
}

#[tokio::test]
async fn a_person_picks_an_account_and_the_code_brings_tokens_once() {
    let desk = Desk::new().await;
    let url = format!("{}/oauth2/v2.0/authorize", desk.ready().authority);
    let page = desk
        .http
        .get(url)
        .query(&query(&desk, &[("login_hint", "bo@contoso.example")]))
        .send()
        .await
        .unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("value=\"bo\" checked"));

    // The same request may come as a form; then the page's form carries what it said.
    let url = format!("{}/oauth2/v2.0/authorize", desk.ready().authority);
    let page = desk.http.post(url).form(&query(&desk, &[])).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("?client_id=") && page.contains(CHALLENGE), "{page}");

    let response = submit(&desk, &[("nonce", "n1")], &[("user", "bo"), ("action", "approve")]).await;
    let (target, fields) = fields(&response);
    assert_eq!((target.port(), target.path()), (Some(53124), "/"));
    assert_eq!(field(&fields, "state"), "s t&te");
    assert!(!field(&fields, "session_state").is_empty());
    let code = field(&fields, "code");
    let tokens = redeem(&desk, code, &[]).await;
    assert_eq!(tokens.status, 200, "{:?}", tokens.body);
    assert_eq!(claims(tokens.text("access_token"))["upn"], "bo@contoso.example");
    assert_eq!(claims(tokens.text("id_token"))["nonce"], "n1");
    assert!(tokens.body["refresh_token"].is_string());
    assert_eq!(redeem(&desk, code, &[]).await.refusal(), ("invalid_grant", 54005, 400));
}

#[tokio::test]
async fn a_code_is_bound_to_its_verifier_its_redirect_its_client_and_its_time() {
    let desk = Desk::new().await;
    let first = code(&desk, &[]).await;
    for (changes, number) in [
        ([("redirect_uri", "http://localhost:1")], 50011),
        ([("client_id", "04b07795-8ddb-461a-bbee-02f9e1bf7b46")], 70000),
        ([("code", "0.Amadeup")], 70000),
    ] {
        assert_eq!(
            redeem(&desk, &first, &changes).await.refusal(),
            ("invalid_grant", number, 400),
            "{changes:?}"
        );
    }
    desk.sandbox.advance(Duration::from_secs(601));
    assert_eq!(redeem(&desk, &first, &[]).await.refusal(), ("invalid_grant", 70008, 400));
    for verifier in ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "short", ""] {
        let code = code(&desk, &[]).await;
        let wrong = redeem(&desk, &code, &[("code_verifier", verifier)]).await;
        assert_eq!(wrong.refusal(), ("invalid_grant", 501481, 400), "{verifier}");
        let right = redeem(&desk, &code, &[]).await;
        assert_eq!(right.refusal(), ("invalid_grant", 54005, 400), "who guessed wrong gets no second guess");
    }

    let plain = code(&desk, &[("code_challenge", VERIFIER), ("code_challenge_method", "")]).await;
    assert_eq!(redeem(&desk, &plain, &[]).await.status, 200);
    let without = code(&desk, &[("code_challenge", ""), ("code_challenge_method", "")]).await;
    assert_eq!(redeem(&desk, &without, &[]).await.refusal().1, 501481, "a verifier that nobody asked for");
}

#[tokio::test]
async fn a_wrong_client_or_redirect_is_told_on_the_page_and_never_sent_there() {
    let desk = Desk::new().await;
    for (changes, number) in [
        ([("redirect_uri", "http://localhost:53124/callback")], "AADSTS50011"),
        ([("redirect_uri", "https://evil.example")], "AADSTS50011"),
        ([("redirect_uri", "")], "AADSTS900971"),
        ([("client_id", desk.ready().clients["700016"].as_str())], "AADSTS700016"),
        ([("client_id", "")], "AADSTS900144"),
    ] {
        let response = submit(&desk, &changes, &[("user", "anna")]).await;
        assert_eq!((response.status().as_u16(), response.headers().get("location")), (400, None));
        assert!(response.text().await.unwrap().contains(number), "{changes:?}");
    }
}

#[tokio::test]
async fn every_other_error_goes_back_to_the_application_with_its_state() {
    let desk = Desk::new().await;
    let clients = desk.ready().clients.clone();
    for (changes, user, error, number) in [
        (("response_type", "token"), "anna", "unsupported_response_type", "AADSTS70005"),
        (("response_type", "code id_token"), "anna", "unsupported_response_type", "AADSTS700054"),
        (("response_mode", "pigeon"), "anna", "invalid_request", "AADSTS70007"),
        (("scope", ""), "anna", "invalid_request", "AADSTS900144"),
        (("scope", "https://typo.crm4.dynamics.com/.default"), "anna", "invalid_resource", "AADSTS500011"),
        (("code_challenge", "short"), "anna", "invalid_request", "AADSTS50147"),
        (("prompt", "none"), "anna", "login_required", "AADSTS50058"),
        (("client_id", clients["65001"].as_str()), "anna", "interaction_required", "AADSTS65001"),
        (("client_id", clients["650057"].as_str()), "anna", "invalid_resource", "AADSTS650057"),
        (("state", "s t&te"), "blocked", "access_denied", "AADSTS53003"),
        (("state", "s t&te"), "other-tenant", "access_denied", "AADSTS50020"),
    ] {
        let response = submit(&desk, &[changes], &[("user", user)]).await;
        let (_, fields) = fields(&response);
        assert_eq!((field(&fields, "error"), field(&fields, "state")), (error, "s t&te"), "{changes:?}");
        assert!(field(&fields, "error_description").starts_with(number), "{fields:?}");
    }
    let response = submit(&desk, &[], &[("action", "deny")]).await;
    assert_eq!(field(&fields(&response).1, "error"), "access_denied");
}

#[tokio::test]
async fn the_answer_travels_as_the_response_mode_says() {
    let desk = Desk::new().await;
    let response = submit(&desk, &[("response_mode", "fragment")], &[("user", "anna")]).await;
    let (url, all) = fields(&response);
    assert!(url.query().is_none() && !field(&all, "code").is_empty());
    let response = submit(&desk, &[("response_mode", "form_post")], &[("user", "anna")]).await;
    let page = response.text().await.unwrap();
    assert!(page.contains("name=\"code\"") && page.contains("value=\"s t&amp;te\""), "{page}");
}

#[tokio::test]
async fn a_browser_sign_in_approves_itself_when_asked_to() {
    let options = dvtui::sandbox::Options { auto_approve: Some(Duration::ZERO), ..support::options() };
    let desk = Desk::with(options).await;
    let url = format!("{}/oauth2/v2.0/authorize", desk.authority("organizations"));
    for (hint, upn) in [("", "anna@contoso.example"), ("bo@contoso.example", "bo@contoso.example")] {
        let response =
            desk.http.get(&url).query(&query(&desk, &[("login_hint", hint)])).send().await.unwrap();
        let (_, all) = fields(&response);
        let tokens = redeem(&desk, field(&all, "code"), &[("client_info", "1")]).await;
        assert_eq!(claims(tokens.text("access_token"))["upn"], upn);
        let info = URL_SAFE_NO_PAD.decode(tokens.text("client_info")).unwrap();
        let info: serde_json::Value = serde_json::from_slice(&info).unwrap();
        assert_eq!(info["utid"], desk.ready().tenant);
        assert_eq!(info["uid"], claims(tokens.text("access_token"))["oid"]);
    }
}

#[tokio::test]
async fn the_v1_addresses_take_a_resource() {
    let desk = Desk::new().await;
    let resource = format!("{}/", desk.ready().url);
    let changes = [("scope", ""), ("resource", resource.as_str())];
    let url = format!("{}/oauth2/authorize", desk.ready().authority);
    let request = desk.http.post(url).query(&query(&desk, &changes)).form(&[("user", "bo")]);
    let (_, all) = fields(&request.send().await.unwrap());
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", desk.ready().client_id.as_str()),
        ("code", field(&all, "code")),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
        ("resource", &resource),
    ];
    let tokens = desk.post(&format!("{}/oauth2/token", desk.ready().authority), &form).await;
    assert_eq!((tokens.text("expires_in"), tokens.text("scope")), ("3600", "user_impersonation"));
    assert_eq!(claims(tokens.text("access_token"))["aud"], resource);
    assert!(tokens.body["refresh_token"].is_string() && tokens.body["id_token"].is_string());
}
