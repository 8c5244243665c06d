use dvtui::sandbox::Options;

use crate::desk::Desk;
use crate::support;

#[tokio::test]
async fn a_client_that_trusts_the_authority_speaks_http2_and_another_does_not_connect() {
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    let options = Options { tls: true, ca_out: Some(ca.clone()), ..support::options() };
    let desk = Desk::with(options).await;
    let ready = desk.ready();
    for address in [
        &ready.url,
        &ready.authority,
        &ready.discovery,
        ready.foreign.as_ref().unwrap(),
        ready.controls.as_ref().unwrap(),
    ] {
        assert!(address.starts_with("https://127.0.0.1:"), "{address}");
    }
    assert_eq!(ready.ca.as_ref(), Some(&ca));
    let certificate = reqwest::Certificate::from_pem(&std::fs::read(&ca).unwrap()).unwrap();
    let builder = || reqwest::Client::builder().no_proxy().tls_certs_only([certificate.clone()]);
    let url = format!("{}/v2.0/.well-known/openid-configuration", ready.authority);
    let response = builder().build().unwrap().get(&url).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.version()), (200, reqwest::Version::HTTP_2));
    let response = builder().http1_only().build().unwrap().get(&url).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.version()), (200, reqwest::Version::HTTP_11));
    // By name as well as by address.
    let named = url.replace("127.0.0.1", "localhost");
    assert_eq!(builder().build().unwrap().get(&named).send().await.unwrap().status(), 200);
    let error = desk.http.get(&url).send().await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
}
