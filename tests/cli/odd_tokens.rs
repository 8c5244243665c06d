//! Tokens of unusual size and life, and answers that a terminal should not obey.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::dv::Home;
use crate::renewing::{TOKEN, expired};
use crate::stub::{Stub, html, json};

/// A token of a hundred thousand characters and more that says whose it is.
fn huge(audience: &str) -> String {
    let claims =
        format!(r#"{{"aud":"{audience}","upn":"anna@contoso.example","x":"{}"}}"#, "g".repeat(75_000));
    format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims))
}

#[test]
fn a_token_of_a_hundred_kilobytes_is_taken_kept_and_explained() {
    let token = huge("https://contoso.crm4.dynamics.com");
    assert!(token.len() > 100_000);
    let given = Home::new().with("DV_URL", "contoso.crm4").with("DV_TOKEN", &token);
    assert_eq!(given.dv(&["token"]).expect(0, &[]).out.trim(), token);
    let inspected = Home::new().dv_fed(&["token", "inspect"], &token);
    inspected.expect(0, &[]);
    assert!(inspected.out.contains("anna@contoso.example"), "{inspected:.2000?}");

    let stub = Stub::start(|_, _, _| html(404));
    let (home, token) = (stub.home(), huge(&stub.origin));
    home.dv_fed(&["login", "--token-stdin"], &token).expect(0, &["Signed in"]);
    assert_eq!(home.dv(&["token"]).expect(0, &[]).out.trim(), token);
}

#[test]
fn a_token_answer_of_hundreds_of_kilobytes_is_kept_and_renewed() {
    let big = huge("https://contoso.crm4.dynamics.com");
    let (answer, sent) = (big.clone(), big.clone());
    let (stub, home) = expired(move |before| {
        let refresh = format!("{answer}{before}");
        json(200, &format!(r#"{{"access_token":"{answer}","expires_in":0,"refresh_token":"{refresh}"}}"#))
    });
    for _ in 0..2 {
        assert_eq!(home.dv(&["token"]).expect(0, &[]).out.trim(), big);
    }
    assert_eq!(stub.seen(TOKEN)[1].field("refresh_token").unwrap(), format!("{sent}0"));
}

#[test]
fn whatever_an_answer_says_of_its_life_the_token_works() {
    for life in
        ["0", "-1", "-1e300", "18446744073709551615", "1e300", r#""soon""#, r#""-5""#, "null", "[]", "0.5"]
    {
        let body = format!(r#"{{"access_token":"NEW","expires_in":{life},"refresh_token":"R1"}}"#);
        let (stub, home) = expired(move |_| json(200, &body));
        assert_eq!(home.dv(&["token"]).expect(0, &[]).out, "NEW\n", "{life}");
        // The clock of this machine is set back a year: nobody knows how old the token is.
        home.change_tokens(|entry| {
            let obtained = entry["obtained_at"].as_u64().unwrap();
            entry["obtained_at"] = (obtained + 365 * 86_400).into();
        });
        assert_eq!(home.dv(&["token"]).expect(0, &[]).out, "NEW\n", "{life}");
        assert!(stub.seen(TOKEN).len() <= 2, "{life}");
    }
}

#[test]
fn no_text_of_a_token_answer_acts_on_the_terminal() {
    let hostile = r"\u001b[2J\u202e\u009b31m\u0007";
    let name = "anna\u{1b}[2J\u{202e}\u{9b}31m";
    let claims = serde_json::json!({ "preferred_username": name, "upn": name, "name": name }).to_string();
    let id = format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims));
    let stub = Stub::start(move |path, _, origin| match path {
        "/tenant/oauth2/v2.0/devicecode" => json(
            200,
            &format!(
                r#"{{"device_code":"D","user_code":"U","verification_uri":"{origin}/d","interval":1,"expires_in":60}}"#
            ),
        ),
        "/tenant/oauth2/v2.0/token" => json(
            200,
            &format!(
                r#"{{"access_token":"A","scope":"{hostile}","x":"{hostile}","id_token":"{id}","refresh_token":"R{hostile}"}}"#
            ),
        ),
        _ => html(404),
    });
    let home = stub.home();
    let ended = home.dv(&["login", "--device-code", "--no-open"]);
    ended.expect(0, &["Signed in", "anna^[[2J<U+202E>"]);
    let ends =
        [ended, home.dv(&["token"]), home.dv(&["whoami"]), home.dv(&["env", "list"]), home.dv(&["logout"])];
    for ended in ends {
        for text in [&ended.out, &ended.err] {
            assert!(
                !text.chars().any(|c| matches!(c, '\u{1b}' | '\u{202e}' | '\u{9b}' | '\u{7}')),
                "{ended:?}"
            );
        }
    }
}
