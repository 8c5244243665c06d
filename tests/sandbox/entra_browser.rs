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
        (("prompt", "perhaps"), "anna", "invalid_request", "AADSTS90023"),
        (("prompt", "admin_consent"), "anna", "invalid_request", "AADSTS90023"),
        (("client_id", clients["50105"].as_str()), "anna", "access_denied", "AADSTS50105"),
        (("state", "s t&te"), "leaver", "access_denied", "AADSTS50057"),
        (("state", "s t&te"), "mfa", "interaction_required", "AADSTS50076"),
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

/// Like a browser: the cookie of an answer goes with the next request.
async fn visit(desk: &Desk, changes: &[(&str, &str)], cookie: &str) -> Response {
    let url = format!("{}/oauth2/v2.0/authorize", desk.ready().authority);
    desk.http.get(url).query(&query(desk, changes)).header("cookie", cookie).send().await.unwrap()
}

fn cookie(response: &Response) -> String {
    let header = response.headers()["set-cookie"].to_str().unwrap();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(header.contains(part), "{header}");
    }
    header.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_session_signs_in_again_without_asking_and_ends_when_it_is_told_to() {
    let desk = Desk::new().await;
    let response = submit(&desk, &[("client_info", "1")], &[("user", "bo"), ("action", "approve")]).await;
    let session = cookie(&response);
    let (_, first) = fields(&response);
    assert!(!field(&first, "client_info").is_empty(), "{first:?}");

    for changes in
        [vec![], vec![("prompt", "none")], vec![("prompt", "none"), ("login_hint", "bo@contoso.example")]]
    {
        let silent = visit(&desk, &changes, &format!("other=1; {session}; theme=dark")).await;
        let (_, all) = fields(&silent);
        assert_eq!(field(&all, "session_state"), field(&first, "session_state"), "{changes:?}");
        let tokens = redeem(&desk, field(&all, "code"), &[]).await;
        assert_eq!(claims(tokens.text("access_token"))["upn"], "bo@contoso.example");
    }
    // Asked for, the page comes all the same, with the account at hand.
    for prompt in ["login", "select_account", "consent"] {
        let page = visit(&desk, &[("prompt", prompt)], &session).await;
        assert_eq!(page.status(), 200, "{prompt}");
        assert!(page.text().await.unwrap().contains("value=\"bo\" checked"));
    }
    let page = visit(&desk, &[("login_hint", "anna@contoso.example")], &session).await;
    assert!(page.text().await.unwrap().contains("value=\"anna\" checked"), "another account was hinted at");

    let refused = async |changes: &[(&str, &str)], cookie: &str| {
        let response = visit(&desk, changes, cookie).await;
        field(&fields(&response).1, "error").to_owned()
    };
    let none = ("prompt", "none");
    assert_eq!(refused(&[none, ("login_hint", "anna@contoso.example")], &session).await, "login_required");
    assert_eq!(refused(&[none], &session.replace("ESTSAUTH=", "ESTSAUTH=x")).await, "login_required");
    let without_consent = desk.ready().clients["65001"].clone();
    assert_eq!(refused(&[none, ("client_id", &without_consent)], &session).await, "interaction_required");

    let url = format!("{}/oauth2/v2.0/logout", desk.ready().authority);
    let query = [("post_logout_redirect_uri", "http://localhost:9/"), ("state", "over")];
    let response = desk.http.get(&url).query(&query).send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["location"]),
        (302, &"http://localhost:9/?state=over".parse().unwrap())
    );
    assert_eq!(cookie(&response), "ESTSAUTH=");
    let query = [("post_logout_redirect_uri", "https://evil.example/")];
    let response = desk.http.get(&url).query(&query).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.headers().get("location")), (200, None));

    desk.sandbox.advance(Duration::from_secs(24 * 3600));
    assert_eq!(refused(&[none], &session).await, "login_required", "a day later");
}

#[tokio::test]
async fn nobody_has_a_session_who_did_not_get_in() {
    let desk = Desk::new().await;
    let response = submit(&desk, &[], &[("user", "blocked")]).await;
    assert_eq!(response.headers().get("set-cookie"), None);
    // A refresh token is sealed with the same key and is no session.
    let tokens = desk.tokens("anna").await;
    let token = tokens.text("refresh_token").strip_prefix("0.").unwrap().to_owned();
    let response = visit(&desk, &[("prompt", "none")], &format!("ESTSAUTH={token}")).await;
    assert_eq!(field(&fields(&response).1, "error"), "login_required");
    let session = cookie(&submit(&desk, &[], &[("user", "anna")]).await);
    let forged = format!("0.{}", session.strip_prefix("ESTSAUTH=").unwrap());
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", &*desk.ready().client_id),
        ("refresh_token", &*forged),
    ];
    assert_eq!(desk.token(&form).await.refusal(), ("invalid_grant", 70000, 400));
}

#[tokio::test]
async fn a_tenant_that_is_not_there_is_told_on_the_page() {
    let desk = Desk::new().await;
    let url = format!("{}/oauth2/v2.0/authorize", desk.authority("nobody.example"));
    let response = desk.http.get(url).query(&query(&desk, &[])).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
    assert!(response.text().await.unwrap().contains("AADSTS90002"));
}

#[tokio::test]
async fn several_resources_may_be_named_and_each_code_brings_one_of_them() {
    let desk = Desk::new().await;
    let url = &desk.ready().url;
    let both = format!("{url}//user_impersonation User.Read openid offline_access");
    for (scope, audience) in [
        (None, format!("{url}/")),
        (Some("User.Read".to_owned()), "https://graph.microsoft.com".to_owned()),
        (Some(format!("{url}/user_impersonation")), url.clone()),
    ] {
        let code = code(&desk, &[("scope", &both)]).await;
        let changes: Vec<(&str, &str)> = scope.iter().map(|scope| ("scope", scope.as_str())).collect();
        let tokens = redeem(&desk, &code, &changes).await;
        assert_eq!(tokens.status, 200, "{scope:?}: {:?}", tokens.body);
        assert_eq!(claims(tokens.text("access_token"))["aud"], audience, "{scope:?}");
        assert!(tokens.body["refresh_token"].is_string() && tokens.body["id_token"].is_string());
    }
    let code = code(&desk, &[("scope", &both)]).await;
    let refused = redeem(&desk, &code, &[("scope", &both)]).await;
    assert_eq!(refused.refusal(), ("invalid_request", 700022, 400));
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
    let url = format!("{}/oauth2/authorize", desk.ready().authority);
    // At the first address it may be left out.
    for changes in
        [[("scope", ""), ("resource", resource.as_str())], [("scope", ""), ("prompt", "admin_consent")]]
    {
        let request = desk.http.post(&url).query(&query(&desk, &changes)).form(&[("user", "bo")]);
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
}
