use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};

use crate::desk::{Answer, Desk, claims};

async fn ask(desk: &Desk, changes: &[(&str, &str)]) -> Answer {
    let confidential = &desk.ready().confidential;
    let scope = format!("{}/.default", desk.ready().url);
    let mut form = vec![
        ("grant_type", "client_credentials"),
        ("client_id", confidential.client_id.as_str()),
        ("client_secret", confidential.client_secret.as_str()),
        ("scope", &scope),
    ];
    for (name, value) in changes {
        form.retain(|(key, _)| key != name);
        if !value.is_empty() {
            form.push((name, value));
        }
    }
    desk.token(&form).await
}

#[tokio::test]
async fn a_secret_brings_a_token_of_the_application_itself() {
    let desk = Desk::new().await;
    let answer = ask(&desk, &[]).await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    for absent in ["refresh_token", "scope", "id_token"] {
        assert!(answer.body.get(absent).is_none(), "{absent}");
    }
    let token = claims(answer.text("access_token"));
    assert_eq!((&token["idtyp"], &token["appidacr"]), (&json!("app"), &json!("1")));
    assert_eq!(token["oid"], token["sub"]);
    assert_eq!((token.get("scp"), token.get("upn")), (None, None));
}

#[tokio::test]
async fn the_secret_may_come_in_the_authorization_header() {
    let desk = Desk::new().await;
    let confidential = &desk.ready().confidential;
    let scope = format!("{}/.default", desk.ready().url);
    let form = [("grant_type", "client_credentials"), ("scope", &scope)];
    let url = format!("{}/oauth2/v2.0/token", desk.ready().authority);
    let request = desk.http.post(&url).basic_auth(&confidential.client_id, Some(&confidential.client_secret));
    assert_eq!(request.form(&form).send().await.unwrap().status(), 200);
    let request = desk.http.post(&url).basic_auth(&confidential.client_id, Some("wrong")).form(&form);
    let answer = Answer::of(request.send().await.unwrap()).await;
    assert_eq!(answer.refusal(), ("invalid_client", 7000215, 401));
}

#[tokio::test]
async fn an_application_is_refused_by_number() {
    let desk = Desk::new().await;
    let public = desk.ready().client_id.clone();
    let user_scope = format!("{}/user_impersonation", desk.ready().url);
    for (changes, refusal) in [
        (vec![("client_secret", "wrong")], ("invalid_client", 7000215, 401)),
        (vec![("client_secret", "")], ("invalid_client", 7000218, 401)),
        (vec![("client_id", public.as_str())], ("invalid_client", 700025, 401)),
        (vec![("client_id", public.as_str()), ("client_secret", "")], ("invalid_client", 7000218, 401)),
        (vec![("scope", user_scope.as_str())], ("invalid_scope", 70011, 400)),
        (vec![("scope", "https://typo.crm4.dynamics.com/.default")], ("invalid_resource", 500011, 400)),
        (vec![("scope", "")], ("invalid_request", 900144, 400)),
    ] {
        assert_eq!(ask(&desk, &changes).await.refusal(), refusal, "{changes:?}");
    }
    let expired = desk.ready().clients["7000222"].clone();
    assert_eq!(ask(&desk, &[("client_id", &expired)]).await.refusal(), ("invalid_client", 7000222, 401));
    let wrong = [("client_id", expired.as_str()), ("client_secret", "wrong")];
    assert_eq!(ask(&desk, &wrong).await.refusal(), ("invalid_client", 7000215, 401));

    let confidential = desk.ready().confidential.clone();
    let scope = format!("{}/.default", desk.ready().url);
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", confidential.client_id.as_str()),
        ("client_secret", confidential.client_secret.as_str()),
        ("scope", &scope),
    ];
    for (tenant, refusal) in [
        ("organizations", ("invalid_request", 50059, 400)),
        ("consumers", ("invalid_request", 9001023, 400)),
        ("fabrikam.example", ("invalid_resource", 500011, 400)),
        ("nobody.example", ("invalid_request", 90002, 400)),
    ] {
        let answer = desk.post(&format!("{}/oauth2/v2.0/token", desk.authority(tenant)), &form).await;
        assert_eq!(answer.refusal(), refusal, "{tenant}");
    }
}

/// A client assertion, signed with the key of the ready line.
fn assertion(desk: &Desk, algorithm: &'static dyn RsaEncoding, header: &Value, claims: &Value) -> String {
    let pem = std::fs::read(&desk.ready().confidential.private_key).unwrap();
    let der = PrivatePkcs8KeyDer::from_pem_slice(&pem).unwrap();
    let key = KeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap();
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(algorithm, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[tokio::test]
async fn a_certificate_brings_a_token_by_either_signature() {
    let desk = Desk::new().await;
    let pem = std::fs::read(&desk.ready().confidential.certificate).unwrap();
    let der = CertificateDer::from_pem_slice(&pem).unwrap();
    let sha256 = URL_SAFE_NO_PAD.encode(ring::digest::digest(&ring::digest::SHA256, &der));
    let sha1 = URL_SAFE_NO_PAD.encode(ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, &der));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let client = desk.ready().confidential.client_id.clone();
    let claims_for = |aud: String, exp: u64| json!({ "aud": aud, "iss": client, "sub": client, "jti": "1", "nbf": now, "exp": exp as f64 + 0.5 });
    let aud = format!("{}/oauth2/v2.0/token", desk.ready().authority);
    let good = claims_for(aud.clone(), now + 300);
    let new = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": sha256 });
    let old = json!({ "alg": "RS256", "typ": "JWT", "x5t": sha1 });
    let unknown = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": "unknown" });
    let send = async |assertion: &str| {
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let form = [("client_secret", ""), ("client_assertion_type", kind), ("client_assertion", assertion)];
        ask(&desk, &form).await
    };
    let padded = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": format!("{sha256}=") });
    let pss = &RSA_PSS_SHA256 as &dyn RsaEncoding;
    for (algorithm, header) in [(pss, &new), (pss, &padded), (&RSA_PKCS1_SHA256, &old)] {
        let answer = send(&assertion(&desk, algorithm, header, &good)).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        assert_eq!(claims(answer.text("access_token"))["appidacr"], "2");
    }
    for (audience, status) in [
        (aud.replace("127.0.0.1", "localhost"), 200),
        (aud.replace("oauth2/v2.0/token", "oauth2/token"), 200),
        (aud.replace("oauth2/v2.0/token", "v2.0"), 200),
        (aud.replace(&desk.ready().tenant, "contoso.onmicrosoft.com"), 200),
        (aud.replace(&desk.ready().tenant, "fabrikam.example"), 401),
        (aud.replace("oauth2/v2.0/token", "oauth2/v2.0/authorize"), 401),
        (aud.replace("http://", "https://"), 401),
    ] {
        let answer = send(&assertion(&desk, pss, &new, &claims_for(audience.clone(), now + 300))).await;
        assert_eq!(answer.status, status, "{audience}: {:?}", answer.body);
    }
    let other = json!({ "aud": aud, "iss": client, "sub": "somebody", "nbf": now, "exp": now + 300 });
    let answer = send(&assertion(&desk, pss, &new, &other)).await;
    assert_eq!(answer.refusal(), ("invalid_client", 700023, 401));
    for (assertion, number) in [
        (assertion(&desk, &RSA_PSS_SHA256, &unknown, &good), 700027),
        (assertion(&desk, &RSA_PKCS1_SHA256, &new, &good), 700027),
        (assertion(&desk, &RSA_PSS_SHA256, &new, &claims_for(aud, now - 1)), 50013),
        (
            assertion(
                &desk,
                &RSA_PSS_SHA256,
                &new,
                &claims_for("https://elsewhere.example".into(), now + 300),
            ),
            50013,
        ),
        ("no.jwt".to_owned(), 700027),
    ] {
        assert_eq!(send(&assertion).await.refusal(), ("invalid_client", number, 401));
    }
}
