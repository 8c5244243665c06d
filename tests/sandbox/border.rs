use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::RSA_PKCS1_SHA256;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};

use crate::desk::{Desk, claims};
use crate::{raw, support};

const WHO_AM_I: &str = "/api/data/v9.2/WhoAmI";

#[tokio::test]
async fn who_has_no_token_is_challenged() {
    let desk = Desk::new().await;
    let (url, tenant) = (desk.ready().url.clone(), desk.ready().tenant.clone());
    let authority = desk.ready().authority.clone();
    let expected = format!("Bearer authorization_uri={authority}/oauth2/authorize, resource_id={url}/");
    assert!(authority.ends_with(&tenant));
    for path in ["/api/data/", "/api/data/v9.2/", WHO_AM_I, "/api/data/v9.0/accounts?$top=1"] {
        let reply = raw::get(&url, path, &raw::host(&url)).await;
        assert_eq!(
            (reply.status(), reply.header("www-authenticate")),
            (401, Some(expected.as_str())),
            "{path}"
        );
        assert_eq!(reply.header("content-type"), Some("text/html"));
        assert_eq!(reply.body(), "HTTP Error 401 - Unauthorized: Access is denied");
        assert!(reply.header("req_id").is_some());
    }
}

#[tokio::test]
async fn a_refused_token_of_any_kind_gets_one_and_the_same_header() {
    let desk = Desk::new().await;
    let token = support::user_token(&desk.sandbox, "anna").await;
    let parts: Vec<&str> = token.split('.').collect();
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let admin =
        String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap().replace("anna", "admin");
    let mut flipped = parts[2].to_owned();
    flipped.replace_range(..1, if flipped.starts_with('A') { "B" } else { "A" });
    let graph = refreshed(&desk, "User.Read").await;
    let discovery = refreshed(&desk, &format!("{}/.default", desk.ready().discovery)).await;
    let expected = format!(
        "Bearer error=\"invalid_token\", error_description=\"Error during token validation!\", \
         authorization_uri={}/oauth2/authorize, resource_id={}/",
        desk.ready().authority,
        desk.ready().url
    );
    for refused in [
        "garbage".to_owned(),
        format!("{none}.{}.", parts[1]),
        format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(admin), parts[2]),
        format!("{}.{}.{flipped}", parts[0], parts[1]),
        graph,
        discovery,
    ] {
        let response = desk.api(WHO_AM_I, &refused).await;
        assert_eq!(response.status(), 401, "{refused}");
        assert_eq!(response.headers()["www-authenticate"], expected);
    }
    assert_ne!(desk.api(WHO_AM_I, &token).await.status(), 401);
}

/// A token with these claims changed, signed with the sandbox's own key.
fn signed(token: &str, changes: &Value) -> String {
    let pem = include_bytes!("../../assets/sandbox/signing-key.pem");
    let der = PrivatePkcs8KeyDer::from_pem_slice(pem).unwrap();
    let key = KeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap();
    let mut claims = claims(token);
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    let text = format!("{}.{}", token.split('.').next().unwrap(), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[tokio::test]
async fn a_well_signed_token_needs_this_tenant_this_time_and_this_audience() {
    let desk = Desk::new().await;
    let token = support::user_token(&desk.sandbox, "anna").await;
    let now = claims(&token)["iat"].as_i64().unwrap();
    let other = "c9a4e2d1-38f7-4b06-a5c3-17d09be86f42";
    for (changes, refused) in [
        (json!({}), false),
        (json!({ "aud": format!("{}/", desk.ready().url) }), false),
        (json!({ "tid": other }), true),
        (json!({ "iss": format!("https://sts.windows.net/{other}/") }), true),
        (json!({ "nbf": now + 600 }), true),
        (json!({ "exp": now - 1 }), true),
        (json!({ "exp": null }), true),
        (json!({ "oid": "anna" }), true),
        (json!({ "aud": "https://contoso.crm4.dynamics.com" }), true),
        (json!({ "aud": desk.foreign() }), true),
        (json!({ "aud": format!("{}/api", desk.ready().url) }), true),
    ] {
        let status = desk.api(WHO_AM_I, &signed(&token, &changes)).await.status();
        assert_eq!(status == 401, refused, "{changes}");
    }
}

/// A good token of anna's for another resource.
async fn refreshed(desk: &Desk, scope: &str) -> String {
    let tokens = desk.tokens("anna").await;
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", desk.ready().client_id.as_str()),
        ("refresh_token", tokens.text("refresh_token")),
        ("scope", scope),
    ];
    desk.token(&form).await.text("access_token").to_owned()
}

#[tokio::test]
async fn a_token_works_until_its_second_and_not_beyond() {
    let desk = Desk::new().await;
    let token = support::user_token(&desk.sandbox, "anna").await;
    desk.sandbox.advance(Duration::from_secs(3590));
    assert_ne!(desk.api(WHO_AM_I, &token).await.status(), 401);
    desk.sandbox.advance(Duration::from_secs(11));
    assert_eq!(desk.api(WHO_AM_I, &token).await.status(), 401);
}

#[tokio::test]
async fn both_spellings_of_the_resource_open_the_api() {
    let desk = Desk::new().await;
    for scope in ["/.default", "//.default", "/user_impersonation", "//user_impersonation"] {
        let token = refreshed(&desk, &format!("{}{scope}", desk.ready().url)).await;
        assert_ne!(desk.api(WHO_AM_I, &token).await.status(), 401, "{scope}");
    }
}

#[tokio::test]
async fn only_loopback_with_the_port_is_a_host() {
    let desk = Desk::new().await;
    let ready = desk.ready().clone();
    let port = ready.url.rsplit(':').next().unwrap();
    for name in ["localhost", "127.0.0.1", "[::1]"] {
        let reply = raw::get(&ready.url, WHO_AM_I, &format!("Host: {name}:{port}\r\n")).await;
        assert_eq!(reply.status(), 401, "{name}");
    }
    for root in [&ready.url, &ready.discovery, ready.controls.as_ref().unwrap()] {
        let port = root.rsplit(':').next().unwrap();
        for host in [format!("evil.example:{port}"), "127.0.0.1".to_owned(), "127.0.0.1:1".to_owned()] {
            let reply = raw::get(root, "/_sandbox/requests", &format!("Host: {host}\r\n")).await;
            assert_eq!(reply.status(), 403, "{root} {host}");
        }
    }
}

#[tokio::test]
async fn other_sites_are_refused_by_the_api_and_the_controls() {
    let desk = Desk::new().await;
    let ready = desk.ready().clone();
    let controls = ready.controls.clone().unwrap();
    for (root, path, own) in [
        (&ready.url, WHO_AM_I, 401),
        (&ready.url, "/_sandbox/requests", 200),
        (&controls, "/_sandbox/requests", 200),
    ] {
        for origin in ["https://evil.example", "null", "http://127.0.0.1:1", desk.foreign()] {
            let headers = format!("{}Origin: {origin}\r\n", raw::host(root));
            assert_eq!(raw::get(root, path, &headers).await.status(), 403, "{root} {origin}");
        }
        let headers = format!("{}Origin: {root}\r\n", raw::host(root));
        assert_eq!(raw::get(root, path, &headers).await.status(), own, "{root}");
    }
}

#[tokio::test]
async fn a_sandbox_listens_on_loopback_only() {
    let options = dvtui::sandbox::Options { listen: "0.0.0.0:0".parse().unwrap(), ..support::options() };
    let error = dvtui::sandbox::start(options).await.unwrap_err();
    assert_eq!(error.to_string(), "the sandbox listens on loopback only, not on 0.0.0.0:0");
}

#[tokio::test]
async fn answers_are_packed_when_asked_for() {
    let desk = Desk::new().await;
    let request = desk.http.get(format!("{}{WHO_AM_I}", desk.ready().url));
    let plain = request.try_clone().unwrap().send().await.unwrap();
    assert!(plain.headers().get("content-encoding").is_none());
    let packed = request.header("Accept-Encoding", "gzip").send().await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    let mut text = String::new();
    let bytes = packed.bytes().await.unwrap();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut text).unwrap();
    assert_eq!(text, plain.text().await.unwrap());
}
