//! Every way in besides code and browser, against the sandbox: applications, the Azure CLI, ready tokens, pasted addresses,
//! v1 endpoints, and one sign-in for several environments.

use std::time::Duration;

use dvtui::sandbox::{Options, Ready, Sandbox};
use serde_json::Value;

use crate::dv::Home;
use crate::support;

async fn sandbox() -> Sandbox {
    let options = Options { auto_approve: Some(Duration::ZERO), ..support::options() };
    support::start(options).await
}

/// Settings of the application that the sandbox has a user for.
fn application(ready: &Ready) -> Home {
    Home::new()
        .with("DV_URL", &ready.url)
        .with("DV_AUTHORITY", &ready.authority)
        .with("DV_CLIENT_ID", &ready.confidential.client_id)
}

/// What arrived at the token endpoint: how many requests.
async fn token_requests(sandbox: &Sandbox) -> usize {
    let controls = sandbox.ready().controls.clone().unwrap();
    let log = support::http().get(format!("{controls}/_sandbox/requests")).send().await.unwrap();
    let log: Value = serde_json::from_str(&log.text().await.unwrap()).unwrap();
    let is_token = |entry: &&Value| entry["path"].as_str().is_some_and(|path| path.ends_with("/token"));
    log.as_array().unwrap().iter().filter(is_token).count()
}

/// The authorize address's redirect, as the browser of a person would show it at the end.
async fn address_at_the_end(authorize: &str) -> String {
    let answer = support::http().get(authorize).send().await.unwrap();
    answer.headers()["location"].to_str().unwrap().to_owned()
}

#[cfg(unix)]
fn close(file: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_application_signs_in_with_a_secret_from_a_file_and_is_renewed_from_that_file() {
    let sandbox = sandbox().await;
    let ready = sandbox.ready();
    let home = application(ready);
    let file = home.path("secret");
    std::fs::write(&file, format!("{}\n", ready.confidential.client_secret)).unwrap();
    let login = ["login", "--client-secret-file", file.to_str().unwrap()];
    close(&file, 0o644);
    home.dv(&login).expect(0, &["Signed in to", "note: others can read", "chmod 600"]);
    close(&file, 0o600);
    assert!(!home.dv(&login).expect(0, &["Signed in to"]).err.contains("others"));
    home.dv(&["whoami"]).expect(0, &[]);
    let kept = std::fs::read_to_string(home.tokens_file()).unwrap();
    assert!(!kept.contains(&ready.confidential.client_secret), "the secret is not kept");
    let before = token_requests(&sandbox).await;
    home.change_tokens(|entry| entry["access_token"] = "no.such.token".into());
    home.dv(&["whoami"]).expect(0, &[]);
    assert_eq!(token_requests(&sandbox).await, before + 1);
    std::fs::remove_file(&file).unwrap();
    home.change_tokens(|entry| entry["access_token"] = "no.such.token".into());
    home.dv(&["whoami"]).expect(5, &["the client secret cannot be used", "secret"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_whose_secret_is_in_the_environment_needs_no_sign_in_and_keeps_nothing() {
    let sandbox = sandbox().await;
    let ready = sandbox.ready();
    let home = application(ready).with("DV_CLIENT_SECRET", &ready.confidential.client_secret);
    let who = home.dv(&["whoami"]);
    who.expect(0, &[]);
    assert!(who.out.contains("Contoso Integration"), "{who:?}");
    assert!(!home.tokens_file().exists());
    let wrong = application(ready).with("DV_CLIENT_SECRET", "not-the-secret");
    wrong.dv(&["whoami"]).expect(5, &["AADSTS7000215", "secret"]);
    wrong.dv(&["login"]).expect(5, &["AADSTS7000215", "correlation id"]);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_comes_from_an_open_descriptor() {
    let sandbox = sandbox().await;
    let ready = sandbox.ready();
    let home = application(ready);
    std::fs::write(home.path("s"), &ready.confidential.client_secret).unwrap();
    let ended = home.shell("\"$0\" whoami --client-secret-fd 3 3<\"$HOME/s\"");
    ended.expect(0, &[]);
    assert!(ended.out.contains("Contoso Integration"), "{ended:?}");
    home.shell("\"$0\" whoami --client-secret-fd 9").expect(1, &["descriptor 9"]);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_named_from_one_folder_is_found_from_another_when_the_token_is_renewed() {
    let sandbox = sandbox().await;
    let ready = sandbox.ready();
    let home = application(ready);
    std::fs::write(home.path("secret"), &ready.confidential.client_secret).unwrap();
    home.shell("cd \"$HOME\" && \"$0\" login --client-secret-file secret").expect(0, &["Signed in to"]);
    home.change_tokens(|entry| entry["access_token"] = "no.such.token".into());
    home.shell("cd / && \"$0\" whoami").expect(0, &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_names_the_certificate_and_the_file_of_its_key() {
    let sandbox = sandbox().await;
    let ready = sandbox.ready();
    let home = application(ready);
    let path = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    let (certificate, key) = (&path(&ready.confidential.certificate), &path(&ready.confidential.private_key));
    let add =
        ["env", "add", "ci", "--way", "certificate", "--certificate", certificate, "--private-key", key];
    home.dv(&add).expect(0, &["Added ci"]);
    let profile = std::fs::read_to_string(home.path(".config/dvtui/profiles/ci.toml")).unwrap();
    assert!(profile.contains("private_key_file") && !profile.contains("authority_version"), "{profile}");
    home.dv(&["login", "--profile", "ci"]).expect(0, &["Signed in to"]);
    home.dv(&["whoami", "--profile", "ci"]).expect(0, &[]);
}

#[test]
fn an_application_has_to_name_its_environment() {
    Home::new().with("DV_CLIENT_SECRET", "s").dv(&["login"]).expect(2, &["--url", "people only"]);
}

#[test]
fn hints_are_about_what_was_given() {
    let home = Home::new().with("DV_URL", "contoso.crm4").with("DV_AUTHORITY", "login.microsoftonline.com");
    home.dv(&["login", "--tenant", "a b"]).expect(2, &["`a b` is not a tenant", "contoso.onmicrosoft.com"]);
    home.dv(&["login", "--client-id", ""]).expect(2, &["`` is not an application id", "Overview"]);
    home.dv(&["whoami", "--client-secret-file", "/nowhere"]).expect(2, &["/nowhere", "the secret's value"]);
    home.dv(&["whoami", "--certificate", "/nowhere"]).expect(2, &["/nowhere", "--private-key"]);
}

#[test]
fn a_secret_is_never_a_value_of_the_command_line() {
    Home::new().dv(&["whoami", "--client-secret", "s"]).expect(2, &["--client-secret"]);
    let both = ["login", "--device-code", "--client-secret-file", "f"];
    Home::new().dv(&both).expect(2, &["cannot be used with"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_signs_in_with_a_certificate_at_both_kinds_of_endpoint() {
    let sandbox = sandbox().await;
    let ready = sandbox.ready();
    let path = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    let (certificate, key) = (&path(&ready.confidential.certificate), &path(&ready.confidential.private_key));
    for version in ["1", "2"] {
        let home = application(ready);
        let login =
            ["login", "--certificate", certificate, "--private-key", key, "--authority-version", version];
        home.dv(&login).expect(0, &["Signed in to"]);
        home.dv(&["whoami"]).expect(0, &[]);
        home.change_tokens(|entry| entry["access_token"] = "no.such.token".into());
        home.dv(&["whoami"]).expect(0, &[]);
    }
    let home = application(ready);
    let both =
        format!("{}{}", std::fs::read_to_string(key).unwrap(), std::fs::read_to_string(certificate).unwrap());
    std::fs::write(home.path("both.pem"), both).unwrap();
    let file = home.path("both.pem");
    home.dv(&["whoami", "--certificate", file.to_str().unwrap()]).expect(0, &[]);
    home.dv(&["login", "--certificate", certificate]).expect(2, &["--private-key"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_the_application_does_not_have_is_explained() {
    let sandbox = sandbox().await;
    let ready = sandbox.ready();
    let home = application(ready);
    let key = include_str!("../../assets/sandbox/signing-key.pem");
    let pair = rcgen::KeyPair::from_pem(key).unwrap();
    let other = rcgen::CertificateParams::new(["other".to_owned()]).unwrap().self_signed(&pair).unwrap();
    std::fs::write(home.path("other.pem"), format!("{key}\n{}", other.pem())).unwrap();
    let file = home.path("other.pem");
    home.dv(&["login", "--certificate", file.to_str().unwrap()]).expect(5, &["AADSTS700027", "certificate"]);
}

#[cfg(feature = "pfx")]
#[tokio::test(flavor = "multi_thread")]
async fn a_pfx_is_opened_with_the_password_of_the_environment() {
    let sandbox = sandbox().await;
    let home = application(sandbox.ready());
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/certificates/client.pfx");
    home.dv(&["login", "--certificate", file]).expect(2, &["DV_CERTIFICATE_PASSWORD"]);
    let home = home.with("DV_CERTIFICATE_PASSWORD", "correct");
    // The sandbox makes a certificate of its own for the same key, so it knows another thumbprint.
    home.dv(&["login", "--certificate", file]).expect(5, &["AADSTS700027"]);
}

/// A stand-in for the Azure CLI in a folder that is the whole PATH.
#[cfg(unix)]
fn with_azure_cli(home: Home, script: &str) -> Home {
    use std::os::unix::fs::PermissionsExt;
    let folder = home.path("bin");
    std::fs::create_dir_all(&folder).unwrap();
    let az = folder.join("az");
    std::fs::write(&az, format!("#!/bin/sh\necho \"$@\" >> \"$HOME/asked\"\n{script}\n")).unwrap();
    std::fs::set_permissions(&az, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = folder.to_str().unwrap().to_owned();
    home.with("PATH", &path)
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_azure_clis_session_is_used_and_asked_again_when_its_token_is_refused() {
    let sandbox = sandbox().await;
    let ready = sandbox.ready();
    let token = support::user_token(&sandbox, "bo").await;
    let home = Home::for_sandbox(ready);
    let later = 4_000_000_000_u64;
    let answer = format!(
        r#"{{"accessToken":"{token}","expiresOn":"2000-01-01 00:00:00.000000","expires_on":{later}}}"#
    );
    let home = with_azure_cli(home, &format!("echo '{answer}'"));
    home.dv(&["login", "--azure-cli"]).expect(0, &["Signed in to", "bo@contoso.example"]);
    home.dv(&["whoami"]).expect(0, &[]);
    let asked = || std::fs::read_to_string(home.path("asked")).unwrap();
    let once = asked();
    assert!(once.contains(&format!("--resource {}", ready.url)) && once.contains(&ready.tenant), "{once}");
    assert_eq!(once.lines().count(), 1);
    home.change_tokens(|entry| entry["access_token"] = "no.such.token".into());
    home.dv(&["whoami"]).expect(0, &[]);
    assert_eq!(asked().lines().count(), 2);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_azure_cli_that_is_absent_signed_out_or_odd_is_explained() {
    let sandbox = sandbox().await;
    let home = || Home::for_sandbox(sandbox.ready());
    let absent = home().with("PATH", "/nowhere");
    absent.dv(&["login", "--azure-cli"]).expect(5, &["no `az` on this machine", "--device-code"]);
    let signed_out =
        with_azure_cli(home(), "echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1");
    signed_out.dv(&["login", "--azure-cli"]).expect(5, &["Please run 'az login'", "az login"]);
    let odd = with_azure_cli(home(), "echo '[]'");
    odd.dv(&["login", "--azure-cli"]).expect(5, &["something else than a token"]);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_ready_token_from_standard_input_is_kept_and_ends_when_it_is_refused() {
    let sandbox = sandbox().await;
    let home = Home::for_sandbox(sandbox.ready());
    let token = support::user_token(&sandbox, "anna").await;
    std::fs::write(home.path("t"), format!("Bearer {token}\n")).unwrap();
    home.shell("\"$0\" login --token-stdin <\"$HOME/t\"")
        .expect(0, &["Signed in to", "anna@contoso.example"]);
    assert_eq!(home.dv(&["token"]).expect(0, &[]).out.trim(), token);
    home.dv(&["whoami"]).expect(0, &[]);
    let foreign = crate::grants::user(&sandbox, "anna", &sandbox.ready().client_id, "User.Read").await;
    std::fs::write(home.path("t"), foreign).unwrap();
    let graph = home.shell("\"$0\" login --token-stdin <\"$HOME/t\"");
    graph.expect(5, &["of no use here: for Microsoft Graph", "/.default"]);
    assert_eq!(home.dv(&["token"]).expect(0, &[]).out.trim(), token, "the one before stays");
    home.change_tokens(|entry| entry["access_token"] = "no.such.token".into());
    home.dv(&["whoami"]).expect(5, &["dv login", "--token-stdin"]);
    for odd in ["", "two words", "\u{1b}[2J"] {
        std::fs::write(home.path("t"), odd).unwrap();
        home.shell("\"$0\" login --token-stdin <\"$HOME/t\"").expect(5, &["no access token"]);
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn the_address_at_which_a_browser_elsewhere_ended_is_pasted_back() {
    let sandbox = sandbox().await;
    let home = Home::for_sandbox(sandbox.ready());
    let mut login = home.start_with_input(&["login", "--paste"]);
    let authorize = login.err_after("Open: ");
    login.err_after("Or paste here");
    login.type_line("http://localhost:1/?code=stolen&state=guess");
    login.err_after("note: That address belongs to another sign-in");
    login.type_line(&authorize);
    login.err_after("note: That is the address to open");
    let back = address_at_the_end(&authorize).await;
    login.type_line(&back);
    login.end().expect(0, &["Signed in to"]);
    home.dv(&["whoami"]).expect(0, &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn pasting_ends_with_standard_input_instead_of_waiting_for_ever() {
    let sandbox = sandbox().await;
    let home = Home::for_sandbox(sandbox.ready());
    home.dv(&["login", "--paste"]).expect(5, &["no address was pasted", "dv login"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn v1_endpoints_are_asked_for_a_resource_with_a_code_in_the_browser_and_at_renewals() {
    let sandbox = sandbox().await;
    let home = Home::for_sandbox(sandbox.ready());
    home.dv(&["login", "--device-code", "--authority-version", "1"]).expect(0, &["Signed in to"]);
    let entry = home.tokens()["tokens"][0].clone();
    assert!(entry["token_endpoint"].as_str().unwrap().ends_with("/oauth2/token"), "{entry}");
    assert_eq!(entry["resource"], format!("{}/", sandbox.ready().url));
    home.dv(&["whoami"]).expect(0, &[]);
    home.change_tokens(|entry| entry["access_token"] = "no.such.token".into());
    home.dv(&["whoami"]).expect(0, &[]);

    let mut login = home.start(&["login", "--browser", "--no-open", "--authority-version", "1"]);
    let authorize = login.err_after("Open: ");
    assert!(authorize.contains("/oauth2/authorize?") && authorize.contains("resource="), "{authorize}");
    assert!(!authorize.contains("scope="), "{authorize}");
    support::http().get(address_at_the_end(&authorize).await).send().await.unwrap();
    login.end().expect(0, &["Signed in to"]);
    home.dv(&["whoami"]).expect(0, &[]);
    home.dv(&["login", "--authority-version", "3"]).expect(2, &["1 or 2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_else_than_the_account_of_the_profile_is_told_that_the_sign_in_is_of_no_use_there() {
    let sandbox = sandbox().await;
    let home = Home::for_sandbox(sandbox.ready());
    home.dv(&["env", "add", "bo", "--account", "bo@contoso.example"]).expect(0, &[]);
    // Without a hint the sandbox approves as anna.
    home.dv(&["login", "--device-code", "--profile", "bo"])
        .expect(0, &["note: bo@contoso.example was meant, anna@contoso.example signed in"]);
    home.dv(&["whoami", "--profile", "bo"]).expect(5, &["sign-in needed"]);
    home.dv(&["whoami"]).expect(0, &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_sign_in_serves_the_other_environments_of_the_account_and_logout_ends_all_of_it() {
    let sandbox = sandbox().await;
    let ready = sandbox.ready();
    let other = &ready.environments[1].url;
    let home = Home::for_sandbox(ready);
    home.dv(&["login", "--device-code"]).expect(0, &[]);
    let who = home.dv(&["whoami", "--json", "--url", other]);
    who.expect(0, &[]);
    let who: Value = serde_json::from_str(&who.out).unwrap();
    assert_eq!(who["organization_id"], ready.environments[1].organization_id.as_str());
    let tokens = home.tokens();
    let refresh: Vec<_> =
        tokens["tokens"].as_array().unwrap().iter().map(|entry| &entry["refresh_token"]).collect();
    assert!(refresh.len() == 2 && refresh[0] == refresh[1], "the newest refresh token is everybody's");
    assert_ne!(tokens["tokens"][0]["access_token"], tokens["tokens"][1]["access_token"]);
    home.dv(&["logout"])
        .expect(0, &[&format!("Signed out of {}.", ready.url), &format!("Signed out of {other}.")]);
    home.dv(&["whoami", "--url", other]).expect(5, &["sign-in needed"]);
}

async fn approve(sandbox: &Sandbox, code: &str, user: &str) {
    let controls = sandbox.ready().controls.clone().unwrap();
    let url = format!("{controls}/_sandbox/approve?user_code={code}&user={user}");
    assert!(support::http().post(url).send().await.unwrap().status().is_success());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_accounts_are_kept_side_by_side_and_a_profile_names_its_own() {
    let sandbox = support::start(support::options()).await;
    let ready = sandbox.ready();
    let home = Home::for_sandbox(ready);
    for user in ["bo", "anna"] {
        let mut login = home.start(&["login", "--device-code", "--no-open"]);
        approve(&sandbox, &login.err_after("Code: "), user).await;
        login.end().expect(0, &[&format!("{user}@contoso.example")]);
    }
    let profiles = home.path(".config/dvtui/profiles");
    std::fs::create_dir_all(&profiles).unwrap();
    let profile = format!("url = \"{}\"\naccount = \"Bo@contoso.example\"\n", ready.url);
    std::fs::write(profiles.join("bo.toml"), profile).unwrap();
    std::fs::write(profiles.join("nobody.toml"), format!("url = \"{}\"\naccount = \"no@b.dy\"\n", ready.url))
        .unwrap();
    let user = |args: &[&str]| home.dv(args).expect(0, &[]).out.clone();
    assert!(user(&["whoami"]).contains("Anna Moss"), "the account of last time");
    assert!(user(&["whoami", "--profile", "bo"]).contains("Bo Lindqvist"));
    home.dv(&["whoami", "--profile", "nobody"]).expect(5, &["sign-in needed", "`dv --profile nobody login`"]);
    home.dv(&["logout", "--profile", "bo"]).expect(0, &["Signed out"]);
    assert!(user(&["whoami"]).contains("Anna Moss"), "another account's sign-in stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_names_where_an_applications_secret_is_and_then_no_sign_in_is_needed() {
    let sandbox = support::start(support::options()).await;
    let ready = sandbox.ready();
    let home = Home::new().with("DV_AUTHORITY", &ready.authority);
    let profiles = home.path(".config/dvtui/profiles");
    std::fs::create_dir_all(&profiles).unwrap();
    std::fs::write(profiles.join("secret"), &ready.confidential.client_secret).unwrap();
    let profile = format!(
        "url = \"{}\"\nclient_id = \"{}\"\nway = \"client-secret\"\nclient_secret_file = \"secret\"\n",
        ready.url, ready.confidential.client_id
    );
    std::fs::write(profiles.join("job.toml"), profile).unwrap();
    let who = home.dv(&["whoami", "--profile", "job"]);
    assert!(who.expect(0, &[]).out.contains("Contoso Integration"));
    home.dv(&["login", "--profile", "job"]).expect(0, &["Signed in to"]);
    assert_eq!(home.tokens()["tokens"].as_array().unwrap().len(), 1);
}
