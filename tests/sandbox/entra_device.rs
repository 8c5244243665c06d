use std::time::Duration;

use crate::desk::{Answer, DEVICE_GRANT, Desk, claims};
use crate::support;

#[tokio::test]
async fn a_device_code_waits_is_approved_and_brings_the_users_tokens() {
    let desk = Desk::new().await;
    let device = desk.device().await;
    assert_eq!((device.body["expires_in"].as_u64(), device.body["interval"].as_u64()), (Some(900), Some(5)));
    assert!(device.text("message").contains(device.text("user_code")));
    assert_eq!(desk.poll(&device).await.refusal(), ("authorization_pending", 70016, 400));
    // What has been decided is told at once, however soon it is asked.
    let approved = desk.control(&format!("approve?user_code={}&user=bo", device.text("user_code"))).await;
    assert_eq!(approved.status, 200);
    let tokens = desk.poll(&device).await;
    assert_eq!(tokens.status, 200, "{:?}", tokens.body);
    assert_eq!(tokens.body["expires_in"], 3600);
    let url = &desk.ready().url;
    assert_eq!(tokens.text("scope"), format!("{url}/user_impersonation {url}/.default"));
    let access = claims(tokens.text("access_token"));
    let bo = desk.ready().users.iter().find(|user| user.name == "bo").unwrap().clone();
    for (name, expected) in [
        ("aud", url.as_str()),
        ("iss", &format!("https://sts.windows.net/{}/", desk.ready().tenant)),
        ("tid", &desk.ready().tenant),
        ("ver", "1.0"),
        ("appid", &desk.ready().client_id),
        ("appidacr", "0"),
        ("scp", "user_impersonation"),
        ("oid", &bo.oid),
        ("upn", &bo.upn),
        ("given_name", "Bo"),
    ] {
        assert_eq!(access[name], expected, "{name}");
    }
    assert_eq!(access["exp"].as_i64().unwrap() - access["iat"].as_i64().unwrap(), 3600);
    assert_eq!(desk.poll(&device).await.refusal(), ("invalid_grant", 54005, 400));
}

#[tokio::test]
async fn nothing_is_granted_that_was_not_asked_for() {
    let desk = Desk::new().await;
    let client = desk.ready().client_id.clone();
    let scope = format!("{}/user_impersonation", desk.ready().url);
    let url = format!("{}/oauth2/v2.0/devicecode", desk.authority("organizations"));
    let device = desk.post(&url, &[("client_id", &client), ("scope", &scope)]).await;
    desk.control(&format!("approve?user_code={}", device.text("user_code"))).await;
    let tokens = desk.poll(&device).await;
    let names: Vec<&String> = tokens.body.as_object().unwrap().keys().collect();
    assert_eq!(names, ["token_type", "scope", "expires_in", "ext_expires_in", "access_token"]);
    assert_eq!(tokens.text("scope"), scope);
}

#[tokio::test]
async fn a_declined_code_says_so() {
    let desk = Desk::new().await;
    let device = desk.device().await;
    let user_code = device.text("user_code");
    desk.control(&format!("deny?user_code={user_code}")).await;
    assert_eq!(desk.poll(&device).await.refusal(), ("authorization_declined", 0, 400));
    assert_eq!(desk.control(&format!("approve?user_code={user_code}")).await.status, 409);
}

#[tokio::test]
async fn who_polls_faster_than_the_interval_is_told_to_slow_down() {
    let desk = Desk::new().await;
    let device = desk.device().await;
    let pending = ("authorization_pending", 70016, 400);
    let slow_down = ("slow_down", 0, 400);
    assert_eq!(desk.poll(&device).await.refusal(), pending, "the first poll may come at once");
    for (after_ms, expected) in
        [(0, slow_down), (3_000, slow_down), (4_200, pending), (5_000, pending), (900, slow_down)]
    {
        desk.sandbox.advance(Duration::from_millis(after_ms));
        assert_eq!(desk.poll(&device).await.refusal(), expected, "{after_ms}");
    }
    let another = desk.device().await;
    assert_eq!(desk.poll(&another).await.refusal(), pending, "each sign-in has its own pace");
}

#[tokio::test]
async fn a_code_expires_when_its_time_is_over() {
    let desk = Desk::new().await;
    let device = desk.device().await;
    desk.sandbox.advance(Duration::from_secs(899));
    assert_eq!(desk.poll(&device).await.refusal().1, 70016);
    desk.sandbox.advance(Duration::from_secs(2));
    assert_eq!(desk.poll(&device).await.refusal(), ("expired_token", 70020, 400));
    assert_eq!(desk.control(&format!("approve?user_code={}", device.text("user_code"))).await.status, 410);
}

#[tokio::test]
async fn a_code_that_nobody_issued_is_not_recognised() {
    let desk = Desk::new().await;
    let form = [
        ("grant_type", DEVICE_GRANT),
        ("client_id", desk.ready().client_id.as_str()),
        ("device_code", "BAQABAAEAAADmadeup"),
    ];
    assert_eq!(desk.token(&form).await.refusal(), ("bad_verification_code", 70018, 400));
    assert_eq!(desk.control("approve?user_code=NOSUCHCOD").await.status, 404);
}

#[tokio::test]
async fn clients_that_fail_fail_with_their_number() {
    let desk = Desk::new().await;
    let clients = desk.ready().clients.clone();
    let begin = async |client: &str, scope: &str| {
        let url = format!("{}/oauth2/v2.0/devicecode", desk.ready().authority);
        desk.post(&url, &[("client_id", client), ("scope", scope)]).await
    };
    let poll = async |client: &str, device: &Answer| {
        let form = [
            ("grant_type", DEVICE_GRANT),
            ("client_id", client),
            ("device_code", device.text("device_code")),
        ];
        desk.token(&form).await
    };
    let scope = desk.scope();
    for (client, code) in [("50105", 50105), ("65001", 65001)] {
        let device = begin(&clients[client], &scope).await;
        desk.control(&format!("approve?user_code={}", device.text("user_code"))).await;
        let refused = poll(&clients[client], &device).await;
        assert_eq!(refused.refusal(), ("invalid_grant", code, 400));
    }
    assert_eq!(begin(&clients["700016"], &scope).await.refusal(), ("unauthorized_client", 700016, 400));
    assert_eq!(begin(&clients["650057"], &scope).await.refusal(), ("invalid_resource", 650057, 400));

    let device = begin(&clients["7000218"], &scope).await;
    assert_eq!(poll(&clients["7000218"], &device).await.refusal(), ("invalid_client", 7000218, 401));

    let device = begin(&clients["65001"], &scope).await;
    desk.control(&format!("approve?user_code={}", device.text("user_code"))).await;
    let refused = poll(&clients["65001"], &device).await;
    assert_eq!(refused.refusal(), ("invalid_grant", 65001, 400));
    assert_eq!(refused.text("suberror"), "consent_required");
}

#[tokio::test]
async fn users_that_may_not_sign_in_are_refused_with_their_number() {
    let desk = Desk::new().await;
    let blocked = desk.tokens("blocked").await;
    assert_eq!(blocked.refusal(), ("invalid_grant", 53003, 400));
    assert!(blocked.text("claims").contains("capolids"));
    assert_eq!(desk.tokens("other-tenant").await.refusal(), ("invalid_grant", 50020, 400));
    assert_eq!(desk.tokens("leaver").await.refusal(), ("invalid_grant", 50057, 400));
    let mfa = desk.tokens("mfa").await;
    assert_eq!(mfa.refusal(), ("interaction_required", 50076, 400));
    assert!(mfa.text("claims").contains("capolids") && mfa.text("suberror") == "basic_action");
}

#[tokio::test]
async fn requests_that_lack_something_or_ask_for_nonsense_say_what() {
    let desk = Desk::new().await;
    let client = desk.ready().client_id.clone();
    let url = format!("{}/oauth2/v2.0/devicecode", desk.ready().authority);
    let scope = desk.scope();
    for (form, code) in [
        (vec![("scope", scope.as_str())], 900144),
        (vec![("client_id", &client)], 900144),
        (vec![("client_id", &client), ("scope", "https://typo.crm4.dynamics.com/.default")], 500011),
        (vec![("client_id", &client), ("scope", "nonsense")], 70011),
    ] {
        assert_eq!(desk.post(&url, &form).await.refusal().1, code, "{form:?}");
    }
    assert_eq!(desk.get(&url).await.refusal(), ("invalid_request", 900561, 405));
    let answer = desk.token(&[("grant_type", "password"), ("client_id", &client)]).await;
    assert_eq!(answer.refusal(), ("unsupported_grant_type", 70003, 400));
    assert!(answer.text("error_description").starts_with("AADSTS70003: "));
    for field in ["trace_id", "correlation_id", "timestamp"] {
        assert!(answer.text("error_description").contains(answer.text(field)), "{field}");
    }
    let answer = desk.token(&[("client_id", &client), ("resource", "x"), ("grant_type", DEVICE_GRANT)]).await;
    assert_eq!(answer.refusal(), ("invalid_request", 901002, 400));
}

/// `device_code` under either name of the grant and of the parameter, at either version, whatever else is sent.
#[tokio::test]
async fn every_spelling_of_the_grant_works_at_both_versions() {
    let desk = Desk::new().await;
    let client = desk.ready().client_id.clone();
    for path in ["oauth2/v2.0/token", "oauth2/token"] {
        for grant in [DEVICE_GRANT, "device_code"] {
            for parameter in ["device_code", "code"] {
                let device = desk.device().await;
                desk.control(&format!("approve?user_code={}", device.text("user_code"))).await;
                let form = [
                    ("grant_type", grant),
                    ("client_id", &client),
                    (parameter, device.text("device_code")),
                    ("client_info", "1"),
                    ("x-client-sku", "MSAL.Python"),
                    ("claims", "{\"access_token\":{\"xms_cc\":{\"values\":[\"cp1\"]}}}"),
                    ("scope", "anything at all"),
                ];
                let form = if path.contains("v2.0") { &form[..6] } else { &form[..] };
                let tokens = desk.post(&format!("{}/{path}", desk.ready().authority), form).await;
                assert_eq!(tokens.status, 200, "{path} {grant} {parameter}: {:?}", tokens.body);
                assert!(tokens.body["client_info"].is_string());
            }
        }
    }
}

#[tokio::test]
async fn an_answer_carries_the_ids_that_support_asks_for() {
    let desk = Desk::new().await;
    let url = format!("{}/oauth2/v2.0/token", desk.ready().authority);
    let id = "0f4ad1c6-3d9b-4b1a-8a0a-6a0e6b8f2c10";
    let request =
        desk.http.post(&url).header("client-request-id", id).header("return-client-request-id", "true");
    let response = request.form(&[("grant_type", "device_code")]).send().await.unwrap();
    assert_eq!(response.headers()["client-request-id"], id);
    let trace = response.headers()["x-ms-request-id"].to_str().unwrap().to_owned();
    let answer = Answer::of(response).await;
    assert_eq!((answer.text("correlation_id"), answer.text("trace_id")), (id, trace.as_str()));
}

#[tokio::test]
async fn a_user_that_nobody_knows_cannot_sign_in_by_hint() {
    let options = dvtui::sandbox::Options { auto_approve: Some(Duration::ZERO), ..support::options() };
    let desk = Desk::with(options).await;
    let (client, scope) = (desk.ready().client_id.clone(), desk.scope());
    let form = [("client_id", client.as_str()), ("scope", &scope), ("login_hint", "ghost@contoso.example")];
    let device = desk.post(&format!("{}/oauth2/v2.0/devicecode", desk.ready().authority), &form).await;
    assert_eq!(desk.poll(&device).await.refusal(), ("invalid_grant", 50034, 400));
}

#[tokio::test]
async fn sign_ins_approve_themselves_when_asked_to() {
    let options =
        dvtui::sandbox::Options { auto_approve: Some(Duration::from_secs(2)), ..support::options() };
    let desk = Desk::with(options).await;
    let device = desk.device().await;
    assert_eq!(device.body["interval"], 1);
    assert_eq!(desk.poll(&device).await.refusal().1, 70016);
    desk.sandbox.advance(Duration::from_secs(2));
    let tokens = desk.poll(&device).await;
    assert_eq!(claims(tokens.text("access_token"))["upn"], "anna@contoso.example");
}

#[tokio::test]
async fn a_person_types_the_code_picks_who_they_are_and_approves() {
    let desk = Desk::new().await;
    let device = desk.device().await;
    let (page, code) = (device.text("verification_uri"), device.text("user_code"));
    let first = desk.get(page).await;
    assert!(first.body.as_str().unwrap().contains("name=\"user_code\""));

    let wrong = desk.post(page, &[("user_code", "WRONGCODE")]).await;
    assert!(wrong.body.as_str().unwrap().contains("AADSTS70018"));
    // Spaces, dashes and small letters are what people type.
    let typed = format!("{} - {}", code[..4].to_lowercase(), &code[4..]);
    let second = desk.post(page, &[("user_code", &typed)]).await;
    assert!(second.body.as_str().unwrap().contains("reader@contoso.example"), "{:?}", second.body);
    let done = desk.post(page, &[("user_code", code), ("user", "reader"), ("action", "approve")]).await;
    assert_eq!(done.status, 200);
    let again = desk.post(page, &[("user_code", code)]).await;
    assert!(again.body.as_str().unwrap().contains("AADSTS90120"));
    let tokens = desk.poll(&device).await;
    assert_eq!(claims(tokens.text("access_token"))["upn"], "reader@contoso.example");
}

#[tokio::test]
async fn a_form_of_another_site_approves_nothing() {
    let desk = Desk::new().await;
    let device = desk.device().await;
    let form = [("user_code", device.text("user_code")), ("user", "anna"), ("action", "approve")];
    let request = desk.http.post(device.text("verification_uri")).header("Origin", "https://evil.example");
    assert_eq!(request.form(&form).send().await.unwrap().status(), 403);
    assert_eq!(desk.poll(&device).await.refusal().1, 70016);
}

#[tokio::test]
async fn the_v1_addresses_speak_in_resources_and_strings() {
    let desk = Desk::new().await;
    let client = desk.ready().client_id.clone();
    let resource = format!("{}/", desk.ready().url);
    let root = desk.ready().authority.clone();
    let device = desk
        .post(&format!("{root}/oauth2/devicecode"), &[("client_id", &client), ("resource", &resource)])
        .await;
    assert_eq!((device.text("interval"), device.text("expires_in")), ("5", "900"));
    assert!(device.text("verification_url").starts_with("http://127.0.0.1:"));
    desk.control(&format!("approve?user_code={}", device.text("user_code"))).await;
    let form = [("grant_type", "device_code"), ("client_id", &client), ("code", device.text("device_code"))];
    let tokens = desk.post(&format!("{root}/oauth2/token"), &form).await;
    let id = claims(tokens.text("id_token"));
    for (name, expected) in [
        ("ver", "1.0"),
        ("iss", &format!("https://sts.windows.net/{}/", desk.ready().tenant)),
        ("upn", "anna@contoso.example"),
        ("unique_name", "anna@contoso.example"),
        ("given_name", "Anna"),
        ("tid", &desk.ready().tenant),
    ] {
        assert_eq!(id[name], expected, "{name}");
    }
    assert_eq!(id.get("preferred_username"), None);
    let document = desk.get(&format!("{root}/.well-known/openid-configuration")).await;
    assert_eq!(document.text("issuer"), id["iss"].as_str().unwrap());
    assert_eq!((tokens.text("expires_in"), tokens.text("resource")), ("3600", resource.as_str()));
    assert_eq!(
        (tokens.text("scope"), claims(tokens.text("access_token"))["aud"].as_str()),
        ("user_impersonation", Some(resource.as_str()))
    );
    assert!(tokens.body["refresh_token"].is_string());
}
