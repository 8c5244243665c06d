//! `dv token inspect`: a token explained without any network.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::doctor::Examined;
use crate::dv::Home;

const TENANT: &str = "11111111-2222-3333-4444-555555555555";
const CLIENT: &str = "51f81489-12ee-4a9e-aaae-a2591f45987d";

fn token(change: impl FnOnce(&mut Value)) -> String {
    let mut claims = json!({
        "aud": "https://contoso.crm4.dynamics.com/", "iss": format!("https://sts.windows.net/{TENANT}/"), "ver": "1.0",
        "tid": TENANT, "appid": CLIENT, "appidacr": "0", "scp": "user_impersonation", "oid": "o-1", "sub": "s-1",
        "upn": "anna@contoso.example", "name": "Anna Moss", "iat": 1_700_000_000, "nbf": 1_700_000_000,
        "exp": 4_000_000_000_i64, "xms_cc": ["cp1"],
    });
    change(&mut claims);
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.c2lnbmF0dXJl", part(&json!({"typ": "JWT", "alg": "RS256", "kid": "k"})), part(&claims))
}

fn inspected(home: &Home, args: &[&str], token: &str) -> Examined {
    Examined::of(home.dv_fed(&[&["token", "inspect", "--json"], args].concat(), token))
}

#[test]
fn the_claims_are_told_in_plain_words_and_the_token_is_not() {
    let token = token(|_| {});
    let ended = Home::new().dv_fed(&["token", "inspect"], &format!("Bearer {token}\n"));
    ended.expect(0, &[]);
    for words in [
        "as anna@contoso.example",
        "https://contoso.crm4.dynamics.com/",
        "public: it proves nothing",
        "user_impersonation",
        TENANT,
        "2096-10-02",
        "it can answer a claims challenge",
        "What needs a network was left out",
        "[ok]   Audience",
    ] {
        assert!(ended.out.contains(words), "{words}: {}", ended.out);
    }
    for part in token.split('.') {
        assert!(!ended.out.contains(part));
    }
}

#[test]
fn no_network_is_used_whatever_the_address() {
    // Nothing listens there, and a proxy that is not there would be asked for everything else.
    let home = Home::new()
        .with("HTTPS_PROXY", "http://127.0.0.1:9")
        .with("DV_URL", "https://contoso.crm4.dynamics.com");
    let examined = inspected(&home, &[], &token(|_| {}));
    examined.expect("audience", "ok", &["this environment"]).expect("dns", "skip", &["offline"]);
    examined.expect("whoami", "skip", &["offline"]).expect("clock", "skip", &["offline"]);
    assert!(!home.path(".local/state/dvtui/tokens.json").exists());
}

#[test]
fn a_token_is_compared_with_the_environment_that_is_named() {
    let other = inspected(&Home::new(), &["--url", "fabrikam.crm4"], &token(|_| {}));
    other.expect(
        "audience",
        "fail",
        &["https://contoso.crm4.dynamics.com/", "https://fabrikam.crm4.dynamics.com/.default"],
    );
    let graph = token(|claims| claims["aud"] = json!("00000003-0000-0000-c000-000000000000"));
    inspected(&Home::new(), &[], &graph).expect(
        "audience",
        "fail",
        &["Microsoft Graph", "ORG.crm.dynamics.com"],
    );
    let own = token(|claims| claims["aud"] = json!(CLIENT));
    let ended = Home::new().dv_fed(&["token", "inspect", "--url", "contoso.crm4"], &own);
    let authorize =
        format!("https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/authorize?client_id={CLIENT}&");
    assert!(ended.code == 1 && ended.out.contains(&authorize), "{ended:?}");
    let expired = token(|claims| claims["exp"] = json!(1_700_000_600));
    inspected(&Home::new(), &[], &expired).expect("expiry", "fail", &["the clock of this machine"]);
}

#[test]
fn what_is_no_token_is_explained_and_not_repeated() {
    for (text, words) in [
        ("", "there is no token"),
        ("s3cr3t", "not a token that can be read"),
        (r#"{"access_token":"s3cr3t"}"#, "a whole answer"),
    ] {
        let ended = Home::new().dv_fed(&["token", "inspect"], text);
        assert!(ended.code == 1 && ended.out.contains(words), "{text}: {ended:?}");
        assert!(!ended.out.contains("s3cr3t") && !ended.err.contains("s3cr3t"));
    }
}

#[test]
fn tokens_of_100_kb_and_longer_texts_are_no_trouble() {
    let groups: Vec<String> = (0..2_000).map(|number| format!("{number:036}")).collect();
    let large = token(|claims| claims["groups"] = json!(groups));
    assert!(large.len() > 100_000);
    inspected(&Home::new(), &[], &large).expect("token", "ok", &["anna@contoso.example"]);
    let huge = "x".repeat(3_000_000);
    inspected(&Home::new(), &[], &huge).expect("token", "fail", &["longer than 256 kB"]);
}

#[test]
fn hostile_claims_do_nothing_to_the_terminal() {
    let hostile = token(|claims| claims["name"] = json!("\u{1b}]0;evil\u{7}\u{202e}"));
    let ended = Home::new().dv_fed(&["token", "inspect"], &hostile);
    assert!(ended.out.contains("^[]0;evil^G<U+202E>"), "{}", ended.out);
}
