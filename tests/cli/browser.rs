//! `dv login` with the browser, against the sandbox. The test is the browser.

use std::time::Duration;

use dvtui::sandbox::Options;
use url::Url;

use crate::dv::Home;
use crate::support;

const LOGIN: [&str; 4] = ["login", "--browser", "--no-open", "--json"];

#[tokio::test(flavor = "multi_thread")]
async fn the_browser_comes_back_over_loopback_with_state_and_proof() {
    let options = Options { auto_approve: Some(Duration::ZERO), ..support::options() };
    let sandbox = support::start(options).await;
    let home = Home::for_sandbox(sandbox.ready());
    let mut login = home.start(&LOGIN);
    let first = login.out_json();
    let (address, redirect) =
        (first["authorize_url"].as_str().unwrap(), first["redirect_uri"].as_str().unwrap());
    assert_eq!(login.err_after("Open: "), address);
    let query: Vec<_> = Url::parse(address).unwrap().query_pairs().into_owned().collect();
    let value = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    assert_eq!(value("redirect_uri"), Some(redirect));
    assert_eq!(value("code_challenge_method"), Some("S256"));
    assert_eq!(value("prompt"), Some("select_account"));

    let browser = support::http();
    let favicon = browser.get(format!("{redirect}/favicon.ico")).send().await.unwrap();
    assert_eq!(favicon.status(), 404);
    let stranger = browser.get(format!("{redirect}/?code=stolen&state=guess")).send().await.unwrap();
    assert_eq!(stranger.status(), 400);
    let rebound = browser.get(format!("{redirect}/")).header("host", "evil.example").send().await.unwrap();
    assert_eq!(rebound.status(), 403);

    let answer = browser.get(address).send().await.unwrap();
    assert_eq!(answer.status(), 302, "{}", answer.text().await.unwrap());
    let back = answer.headers()["location"].to_str().unwrap().to_owned();
    assert!(back.starts_with(redirect), "{back}");
    let page = browser.get(&back).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let page = page.text().await.unwrap();
    assert!(page.contains("the terminal; it finishes the sign-in") && !page.contains("Signed in"), "{page}");
    assert_eq!(login.out_json()["user"], "anna@contoso.example");
    login.end().expect(0, &[]);
    assert!(browser.get(&back).send().await.is_err(), "one use: the port is closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_cancels_in_the_browser_is_told_so_in_the_terminal() {
    let sandbox = support::start(support::options()).await;
    let home = Home::for_sandbox(sandbox.ready());
    let mut login = home.start(&LOGIN);
    let first = login.out_json();
    let address = Url::parse(first["authorize_url"].as_str().unwrap()).unwrap();
    let state = address.query_pairs().find(|(key, _)| key == "state").unwrap().1.into_owned();
    let back = format!(
        "{}/?error=access_denied&error_description=the+user+said+no&state={state}",
        first["redirect_uri"].as_str().unwrap()
    );
    assert_eq!(support::http().get(back).send().await.unwrap().status(), 200);
    login.end().expect(5, &["declined", "the user said no"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_refused_is_told_as_such() {
    let sandbox = support::start(support::options()).await;
    let home = Home::for_sandbox(sandbox.ready());
    let mut login = home.start(&LOGIN);
    let first = login.out_json();
    let address = Url::parse(first["authorize_url"].as_str().unwrap()).unwrap();
    let state = address.query_pairs().find(|(key, _)| key == "state").unwrap().1.into_owned();
    let back = format!("{}/?code=no-such-code&state={state}", first["redirect_uri"].as_str().unwrap());
    assert_eq!(support::http().get(back).send().await.unwrap().status(), 200);
    let ended = login.end();
    ended.expect(5, &["did not accept the browser's answer", "start again"]);
    assert!(!ended.err.contains("kept"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hint_and_a_prompt_travel_to_the_page() {
    let sandbox = support::start(support::options()).await;
    let home = Home::for_sandbox(sandbox.ready());
    let args = [&LOGIN[..], &["--login-hint", "bo@contoso.example", "--prompt", "login"]].concat();
    let mut login = home.start(&args);
    let address = login.out_json()["authorize_url"].as_str().unwrap().to_owned();
    assert!(
        address.contains("login_hint=bo%40contoso.example") && address.contains("prompt=login"),
        "{address}"
    );
}
