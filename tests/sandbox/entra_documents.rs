use crate::desk::{Desk, claims};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};

#[tokio::test]
async fn every_spelling_of_a_tenant_has_its_discovery_documents() {
    let desk = Desk::new().await;
    let tenant = desk.ready().tenant.clone();
    for name in [tenant.as_str(), "contoso.example", "contoso.onmicrosoft.com"] {
        let root = desk.authority(name);
        let v2 = desk.get(&format!("{root}/v2.0/.well-known/openid-configuration")).await;
        let own = desk.ready().authority.clone();
        assert_eq!(v2.text("token_endpoint"), format!("{own}/oauth2/v2.0/token"));
        assert_eq!(v2.text("authorization_endpoint"), format!("{own}/oauth2/v2.0/authorize"));
        assert_eq!(v2.text("device_authorization_endpoint"), format!("{own}/oauth2/v2.0/devicecode"));
        assert_eq!(v2.text("issuer"), format!("{own}/v2.0"));
        let v1 = desk.get(&format!("{root}/.well-known/openid-configuration")).await;
        assert_eq!(v1.text("token_endpoint"), format!("{own}/oauth2/token"));
        assert_eq!(v1.text("jwks_uri"), format!("{own}/discovery/keys"));
    }
    for name in ["organizations", "common"] {
        let answer =
            desk.get(&format!("{}/v2.0/.well-known/openid-configuration", desk.authority(name))).await;
        assert!(answer.text("issuer").ends_with("/{tenantid}/v2.0"));
        assert_eq!(answer.text("token_endpoint"), format!("{}/oauth2/v2.0/token", desk.authority(name)));
    }
    let root = desk.authority("9188040d-6c67-4c5b-b112-36a304b66dad");
    let personal = desk.get(&format!("{root}/v2.0/.well-known/openid-configuration")).await;
    assert_eq!(personal.status, 200, "the directory of personal accounts is there, and empty");
    let instance =
        desk.get(&format!("{}/discovery/instance?api-version=1.1", desk.authority("common"))).await;
    assert!(instance.text("tenant_discovery_endpoint").starts_with(&desk.ready().authority), "{instance:?}");
    let unknown = desk.authority("nobody.example");
    let answer = desk.get(&format!("{unknown}/v2.0/.well-known/openid-configuration")).await;
    assert_eq!(answer.refusal(), ("invalid_request", 90002, 400));
}

#[tokio::test]
async fn the_published_key_verifies_access_and_id_tokens() {
    let desk = Desk::new().await;
    let tokens = desk.tokens("anna").await;
    let keys = desk.get(&format!("{}/discovery/v2.0/keys", desk.ready().authority)).await;
    let key = &keys.body["keys"][0];
    let part = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
    let key = RsaPublicKeyComponents { n: part("n"), e: part("e") };
    for token in [tokens.text("access_token"), tokens.text("id_token")] {
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        key.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature).unwrap();
    }
    let id = claims(tokens.text("id_token"));
    assert_eq!(id["aud"], desk.ready().client_id);
    assert_eq!(id["iss"], format!("{}/v2.0", desk.ready().authority));
    assert_eq!(id["preferred_username"], "anna@contoso.example");
}
