//! Failing sign-ins by order: numbers of Entra ID, device answers, challenges of the Web API (F7, F8, F30).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::raw;

async fn entra(desk: &Desk, path: &str, fault: Value) {
    let ordered = desk.order(json!({ "match": { "origin": "entra", "path": path }, "fault": fault })).await;
    assert_eq!(ordered.status, 200, "{:?}", ordered.body);
}

#[tokio::test]
async fn every_number_of_a_failing_sign_in_has_its_body() {
    let desk = Desk::new().await;
    for (number, error, suberror) in [
        (50020, "invalid_grant", None),
        (50034, "invalid_grant", None),
        (50055, "invalid_grant", Some("user_password_expired")),
        (50057, "invalid_grant", None),
        (50076, "interaction_required", Some("basic_action")),
        (50126, "invalid_grant", None),
        (50173, "invalid_grant", Some("bad_token")),
        (500011, "invalid_resource", None),
        (53000, "interaction_required", Some("message_only")),
        (53003, "invalid_grant", Some("message_only")),
        (65001, "invalid_grant", Some("consent_required")),
        (650057, "invalid_resource", None),
        (70008, "invalid_grant", None),
        (70043, "invalid_grant", Some("bad_token")),
        (700016, "unauthorized_client", None),
        (700082, "invalid_grant", Some("token_expired")),
        (700084, "invalid_grant", Some("token_expired")),
        (7000215, "invalid_client", None),
        (7000218, "invalid_client", None),
        (7000222, "invalid_client", None),
        (90072, "invalid_grant", None),
        (90094, "interaction_required", Some("consent_required")),
    ] {
        let (code, status) = (format!("AADSTS{number}"), if error == "invalid_client" { 401 } else { 400 });
        entra(&desk, "/token$", json!({ "kind": "status", "status": status, "code": code })).await;
        let refused = desk.token(&[]).await;
        assert_eq!(refused.refusal(), (error, number, status), "{number}");
        assert_eq!(refused.body["suberror"].as_str(), suberror, "{number}");
        assert!(refused.text("error_description").starts_with(&format!("{code}: ")));
        assert!(refused.text("error_uri").ends_with(&number.to_string()));
        assert_eq!(refused.body["claims"].is_string(), matches!(number, 50076 | 53003), "{number}");
    }
    let fault = json!({ "kind": "status", "status": 400, "code": "50158", "message": "Ask again.",
        "suberror": "additional_action", "claims": "{\"a\":1}", "retry_after": "7" });
    entra(&desk, "/token$", fault).await;
    let response =
        desk.http.post(format!("{}/oauth2/v2.0/token", desk.ready().authority)).send().await.unwrap();
    assert_eq!(response.headers()["retry-after"], "7");
    let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    assert_eq!((&body["suberror"], &body["claims"]), (&json!("additional_action"), &json!("{\"a\":1}")));
    assert!(body["error_description"].as_str().unwrap().starts_with("AADSTS50158: Ask again."));
    entra(
        &desk,
        "/token$",
        json!({ "kind": "status", "status": 400, "code": "slow_down", "message": "Slower." }),
    )
    .await;
    let slower = desk.token(&[]).await;
    assert_eq!((slower.refusal(), slower.text("error_description")), (("slow_down", 0, 400), "Slower."));
}

#[tokio::test]
async fn a_refusal_in_the_browser_goes_back_to_the_client() {
    let desk = Desk::new().await;
    let root = desk.authority("").trim_end_matches('/').to_owned();
    let back = "http%3A%2F%2Flocalhost%3A5000%2F";
    for (redirect, expected) in [(back, 302), ("http%3A%2F%2Fevil.example%2F", 400)] {
        entra(&desk, "/authorize", json!({ "kind": "status", "status": 400, "code": "50105" })).await;
        let path = format!(
            "/common/oauth2/v2.0/authorize?client_id={}&redirect_uri={redirect}&state=s&response_type=code&scope=openid",
            desk.ready().client_id
        );
        let reply = raw::get(&root, &path, &raw::host(&root)).await;
        assert_eq!(reply.status(), expected, "{}", reply.text);
        if expected == 302 {
            let location = reply.header("location").unwrap();
            assert!(
                location.starts_with("http://localhost:5000/?error=access_denied&state=s&"),
                "{location}"
            );
            assert!(location.contains("AADSTS50105"));
        }
    }
}

/// F30: what a device answer may say that a client must not believe.
async fn device_answers_are_odd(count: usize) {
    let desk = Desk::new().await;
    let odd = [
        json!({ "verification_uri": "http://evil.example/device" }),
        json!({ "verification_uri": "https://evil.example/device" }),
        json!({ "verification_uri": "file:///etc/passwd" }),
        json!({ "verification_uri": "{root}.evil.example/device" }),
        json!({ "user_code": "$(reboot)`id`;|&" }),
        json!({ "user_code": "AB\u{1b}]52;c;ZXZpbA==\u{7}CD" }),
        json!({ "interval": 0 }),
        json!({ "interval": 4_000_000_000_u32 }),
        json!({ "interval": -1 }),
        json!({ "interval": "5" }),
        json!({ "expires_in": 0 }),
        json!({ "message": "line\r\u{8}\u{202e}" }),
    ];
    for index in 0..count {
        let set = &odd[index % odd.len()];
        entra(&desk, "/devicecode$", json!({ "kind": "fields", "set": set })).await;
        let device = desk.device().await;
        for (name, value) in set.as_object().unwrap() {
            let root = desk.authority("").trim_end_matches('/').to_owned();
            let filled = value.as_str().map(|text| json!(text.replace("{root}", &root)));
            assert_eq!(device.body[name], filled.unwrap_or_else(|| value.clone()));
        }
    }
    for absent in ["interval", "expires_in", "verification_uri", "message"] {
        entra(&desk, "/devicecode$", json!({ "kind": "fields", "remove": [absent] })).await;
        let device = desk.device().await;
        assert!(device.body.get(absent).is_none() && device.body.get("user_code").is_some(), "{absent}");
    }
}

#[tokio::test]
async fn a_device_answer_says_what_nobody_should_believe() {
    device_answers_are_odd(12).await;
}

#[tokio::test]
#[ignore = "30 runs"]
async fn a_device_answer_says_what_nobody_should_believe_30_times() {
    device_answers_are_odd(30).await;
}

#[tokio::test]
async fn the_gateway_refuses_tokens_with_codes_and_with_claims() {
    let desk = Desk::new().await;
    let authority = format!("authorization_uri={}/oauth2/authorize, ", desk.ready().authority);
    for code in ["0x8005f101", "0x8004a102", "0x80044302"] {
        let fault = json!({ "kind": "status", "status": 401, "code": code, "message": "No." });
        desk.order(json!({ "fault": fault })).await;
        let response = desk.api("/api/data/v9.2/WhoAmI", "x").await;
        let challenge = response.headers()["www-authenticate"].to_str().unwrap().to_owned();
        assert!(challenge.contains("error=\"invalid_token\"") && challenge.contains(&authority));
        let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert_eq!(body, json!({ "error": { "code": code, "message": "No." } }));
    }
    for (fault, claims) in [
        (json!({ "kind": "status", "status": 401, "code": "insufficient_claims" }), None),
        (json!({ "kind": "status", "status": 401, "claims": "{\"b\":2}" }), Some("{\"b\":2}")),
    ] {
        desk.order(json!({ "fault": fault })).await;
        let response = desk.api("/api/data/v9.2/WhoAmI", "x").await;
        let challenge = response.headers()["www-authenticate"].to_str().unwrap();
        let packed = challenge.split("error=\"insufficient_claims\", claims=\"").nth(1).unwrap();
        let text = STANDARD.decode(packed.split('"').next().unwrap()).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert!(claims.map_or(text.contains("access_token"), |claims| text == claims), "{text}");
        assert!(challenge.contains(&authority));
    }
}
