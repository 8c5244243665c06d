use std::path::Path;

use dvtui::sandbox::{Options, TlsFault};
use reqwest::{Certificate, Client, ClientBuilder};

use crate::desk::Desk;
use crate::support;

/// A client that trusts this authority and no other.
fn trusting(ca: &Path) -> ClientBuilder {
    let certificate = Certificate::from_pem(&std::fs::read(ca).unwrap()).unwrap();
    Client::builder().no_proxy().tls_certs_only([certificate])
}

#[tokio::test]
async fn a_client_that_trusts_the_authority_speaks_http2_and_another_does_not_connect() {
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    let options = Options { tls: true, ca_out: Some(ca.clone()), ..support::options() };
    let desk = Desk::with(options).await;
    let ready = desk.ready();
    let environments = ready.environments.iter().map(|environment| &environment.url);
    let for_tests = [ready.foreign.as_ref().unwrap(), ready.controls.as_ref().unwrap()];
    let others = [&ready.authority, &ready.discovery];
    for address in environments.chain(others).chain(for_tests) {
        assert!(address.starts_with("https://127.0.0.1:"), "{address}");
    }
    assert_eq!(ready.ca.as_ref(), Some(&ca));
    let url = format!("{}/v2.0/.well-known/openid-configuration", ready.authority);
    let response = trusting(&ca).build().unwrap().get(&url).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.version()), (200, reqwest::Version::HTTP_2));
    let response = trusting(&ca).http1_only().build().unwrap().get(&url).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.version()), (200, reqwest::Version::HTTP_11));
    let error = desk.http.get(&url).send().await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
}

/// HTTP/2 has the host in the address of the request, HTTP/1 in a header.
#[tokio::test]
async fn addresses_follow_the_name_by_which_they_were_asked_for() {
    let desk = Desk::with(Options { tls: true, ..support::options() }).await;
    let ready = desk.ready();
    let named = |address: &str| address.replace("127.0.0.1", "localhost");
    let authority = named(&ready.authority);
    let ca = ready.ca.as_deref().unwrap();
    for client in [trusting(ca).build().unwrap(), trusting(ca).http1_only().build().unwrap()] {
        let url = format!("{authority}/v2.0/.well-known/openid-configuration");
        let text = client.get(&url).send().await.unwrap().text().await.unwrap();
        assert!(text.contains(&format!("\"token_endpoint\":\"{authority}/oauth2/v2.0/token\"")), "{text}");
        assert!(!text.contains("127.0.0.1"), "{text}");

        for (root, tenant) in [(&ready.url, ready.tenant.as_str()), (&ready.discovery, "common")] {
            let url = format!("{}/api/data/v9.2/", named(root));
            let refused = client.get(&url).send().await.unwrap();
            let expected = format!(
                "Bearer authorization_uri={}/oauth2/authorize, resource_id={}/",
                authority.replace(&ready.tenant, tenant),
                named(root)
            );
            assert_eq!(refused.headers()["www-authenticate"], expected);
        }

        let scope = format!("{}/.default openid", named(&ready.discovery));
        let url = format!("{authority}/oauth2/v2.0/devicecode");
        let form = [("client_id", ready.client_id.as_str()), ("scope", &scope)];
        let device: serde_json::Value =
            serde_json::from_str(&client.post(&url).form(&form).send().await.unwrap().text().await.unwrap())
                .unwrap();
        let page = device["verification_uri"].as_str().unwrap();
        assert_eq!(
            page,
            format!("{}/devicelogin", authority.strip_suffix(&format!("/{}", ready.tenant)).unwrap())
        );
        assert!(device["message"].as_str().unwrap().contains(page));
        let (user_code, device_code) =
            (device["user_code"].as_str().unwrap(), device["device_code"].as_str().unwrap());
        let form = [("user_code", user_code), ("user", "anna"), ("action", "approve")];
        assert_eq!(client.post(page).form(&form).send().await.unwrap().status(), 200);
        let form = [
            ("client_id", ready.client_id.as_str()),
            ("grant_type", "device_code"),
            ("device_code", device_code),
        ];
        let url = format!("{authority}/oauth2/v2.0/token");
        let tokens: serde_json::Value =
            serde_json::from_str(&client.post(&url).form(&form).send().await.unwrap().text().await.unwrap())
                .unwrap();
        let id = crate::desk::claims(tokens["id_token"].as_str().unwrap());
        assert_eq!(
            id["iss"],
            format!("{authority}/v2.0"),
            "the issuer of the document that this client read"
        );

        let url = format!("{}/api/discovery/v2.0/Instances", named(&ready.discovery));
        let list =
            client.get(&url).bearer_auth(tokens["access_token"].as_str().unwrap()).send().await.unwrap();
        let list = list.text().await.unwrap();
        for environment in &ready.environments {
            assert!(list.contains(&format!("\"Url\":\"{}/\"", named(&environment.url))), "{list}");
        }
    }
}

#[tokio::test]
async fn a_certificate_can_be_expired_or_for_another_host() {
    for (fault, reason) in [(TlsFault::Expired, "Expired"), (TlsFault::WrongHost, "NotValidForName")] {
        let options = Options { tls: true, tls_fault: Some(fault), ..support::options() };
        let desk = Desk::with(options).await;
        let ready = desk.ready();
        let client = trusting(ready.ca.as_deref().unwrap()).build().unwrap();
        for address in
            [&*ready.url, &ready.environments[1].url, &ready.authority, &ready.discovery, desk.foreign()]
        {
            let error = client.get(address).send().await.unwrap_err();
            assert!(error.is_connect(), "{fault:?} {address}");
            assert!(format!("{error:?}").contains(reason), "{error:?}");
        }
        let url = format!("{}/_sandbox/requests", ready.controls.as_ref().unwrap());
        let seen = client.get(&url).send().await.unwrap();
        assert_eq!((seen.status().as_u16(), seen.text().await.unwrap().as_str()), (200, "[]"));
    }
}
