use std::time::Duration;

use crate::desk::{Answer, Desk, claims};

async fn refresh(desk: &Desk, token: &str, changes: &[(&str, &str)]) -> Answer {
    let client = desk.ready().client_id.as_str();
    let mut form = vec![("grant_type", "refresh_token"), ("client_id", client), ("refresh_token", token)];
    for (name, value) in changes {
        form.retain(|(key, _)| key != name);
        form.push((name, value));
    }
    desk.token(&form).await
}

#[tokio::test]
async fn each_refresh_brings_a_new_refresh_token_and_the_old_one_still_works() {
    let desk = Desk::new().await;
    let first = desk.tokens("anna").await;
    let second = refresh(&desk, first.text("refresh_token"), &[]).await;
    assert_eq!(second.status, 200, "{:?}", second.body);
    assert_ne!(first.text("refresh_token"), second.text("refresh_token"));
    assert_ne!(first.text("access_token"), second.text("access_token"));
    assert_eq!(claims(second.text("access_token"))["upn"], "anna@contoso.example");
    assert_eq!(refresh(&desk, first.text("refresh_token"), &[]).await.status, 200);
    assert_eq!(refresh(&desk, second.text("refresh_token"), &[]).await.status, 200);
}

#[tokio::test]
async fn a_refresh_may_ask_for_another_resource_and_gets_the_first_of_several() {
    let desk = Desk::new().await;
    let tokens = desk.tokens("anna").await;
    let discovery = format!("{}/user_impersonation offline_access", desk.ready().discovery);
    let answer = refresh(&desk, tokens.text("refresh_token"), &[("scope", &discovery)]).await;
    assert_eq!(claims(answer.text("access_token"))["aud"], desk.ready().discovery);
    for environment in &desk.ready().environments {
        let scope = format!("{}//.default", environment.url);
        let answer = refresh(&desk, tokens.text("refresh_token"), &[("scope", &scope)]).await;
        assert_eq!(claims(answer.text("access_token"))["aud"], format!("{}/", environment.url));
        assert_eq!(answer.text("scope"), format!("{0}//user_impersonation {0}//.default", environment.url));
    }
    let both = format!("User.Read {}/user_impersonation", desk.ready().url);
    let answer = refresh(&desk, tokens.text("refresh_token"), &[("scope", &both)]).await;
    assert_eq!(claims(answer.text("access_token"))["aud"], "https://graph.microsoft.com");
}

#[tokio::test]
async fn a_refresh_token_is_good_for_its_client_and_for_ninety_days() {
    let desk = Desk::new().await;
    let tokens = desk.tokens("anna").await;
    let token = tokens.text("refresh_token");
    let other = [("client_id", "04b07795-8ddb-461a-bbee-02f9e1bf7b46")];
    assert_eq!(refresh(&desk, token, &other).await.refusal(), ("invalid_grant", 70000, 400));
    for forged in ["0.x.y".to_owned(), format!("{token}x"), token.replacen('.', ".A", 1)] {
        assert_eq!(refresh(&desk, &forged, &[]).await.refusal(), ("invalid_grant", 70000, 400), "{forged}");
    }
    desk.sandbox.advance(Duration::from_secs(90 * 24 * 3600 - 60));
    assert_eq!(refresh(&desk, token, &[]).await.status, 200);
    desk.sandbox.advance(Duration::from_secs(60));
    assert_eq!(refresh(&desk, token, &[]).await.refusal(), ("invalid_grant", 700082, 400));
}

#[tokio::test]
async fn a_public_client_must_not_send_a_secret() {
    let desk = Desk::new().await;
    let tokens = desk.tokens("anna").await;
    let answer = refresh(&desk, tokens.text("refresh_token"), &[("client_secret", "x")]).await;
    assert_eq!(answer.refusal(), ("invalid_client", 700025, 401));
}
