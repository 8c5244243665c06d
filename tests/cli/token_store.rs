//! What protects the tokens on disk, and what becomes of a file that cannot be used.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use dvtui::sandbox::{Options, Sandbox};

use crate::dv::{Ended, Home};
use crate::support;

const LOGIN: [&str; 3] = ["login", "--device-code", "--no-open"];

async fn sandbox() -> (Sandbox, Home) {
    let options = Options { auto_approve: Some(Duration::ZERO), ..support::options() };
    let sandbox = support::start(options).await;
    let home = Home::for_sandbox(sandbox.ready());
    (sandbox, home)
}

fn login(home: &Home, more: &[&str]) -> Ended {
    let args: Vec<&str> = LOGIN.iter().chain(more).copied().collect();
    home.dv(&args)
}

fn bytes(home: &Home) -> Vec<u8> {
    std::fs::read(home.tokens_file()).unwrap()
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Files that were set aside.
fn set_aside(home: &Home) -> Vec<PathBuf> {
    let folder = home.tokens_file().parent().unwrap().to_owned();
    let all = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    all.filter(|path| path.to_string_lossy().contains("tokens.json.bad-")).collect()
}

/// One more sign-in in the file, to another environment.
fn add_sign_in(home: &Home) {
    let other = r#"{"environment":"https://other.example","client_id":"c","authority":"https://l/t","token_endpoint":"https://l/t/token","scope":"s","user":null,"access_token":"OTHER","refresh_token":null,"obtained_at":1,"expires_at":null}"#;
    let mut tokens = home.tokens();
    tokens["tokens"].as_array_mut().unwrap().push(serde_json::from_str(other).unwrap());
    home.write_tokens(&tokens.to_string());
}

fn other_token(home: &Home) -> Ended {
    home.dv(&["token", "--url", "https://other.example", "--client-id", "c", "--authority", "https://l/t"])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_says_where_the_tokens_went() {
    let (_sandbox, home) = sandbox().await;
    let path = home.tokens_file().display().to_string();
    login(&home, &["--token-store", "file"])
        .expect(0, &["Tokens are kept in", &path, "readable by you alone"]);
    assert_eq!(home.tokens()["store"], "file");
    login(&home, &["--token-store", "safe"]).expect(2, &["auto, file, keyring, keyutils or passphrase"]);
    home.with("DV_TOKEN_STORE", "safe").dv(&["whoami"]).expect(2, &["token_store", "auto, file"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_sealed_with_a_passphrase_and_carried_over_there_and_back() {
    let (_sandbox, home) = sandbox().await;
    login(&home, &[]).expect(0, &[]);
    add_sign_in(&home);
    let secret = home.tokens()["tokens"][0]["refresh_token"].as_str().unwrap().to_owned();
    let clear = bytes(&home);
    login(&home, &["--token-store", "passphrase"]).expect(5, &["passphrase", "DV_TOKEN_PASSPHRASE"]);
    assert_eq!(bytes(&home), clear, "without one nothing is begun");

    let home = home.with("DV_TOKEN_PASSPHRASE", "horse");
    login(&home, &["--token-store", "passphrase"]).expect(0, &["sealed with your passphrase"]);
    let sealed = String::from_utf8(bytes(&home)).unwrap();
    for shown in [secret.as_str(), "eyJ", "OTHER", "anna", "horse"] {
        assert!(!sealed.contains(shown), "{shown}: {sealed}");
    }
    home.dv(&["whoami"]).expect(0, &[]);
    assert_eq!(other_token(&home).expect(0, &[]).out, "OTHER\n");

    let home = home.with("DV_TOKEN_PASSPHRASE", "cow");
    for args in [&["whoami"][..], &LOGIN, &["logout"]] {
        let ended = home.dv(args);
        ended.expect(5, &["the passphrase does not open the tokens"]);
        assert!(!ended.err.contains("cow") && !ended.err.contains("Code:"), "{ended:?}");
    }
    let home = home.with("DV_TOKEN_PASSPHRASE", "");
    home.dv(&["token"]).expect(5, &["sealed with a passphrase", "DV_TOKEN_PASSPHRASE"]);
    assert_eq!((bytes(&home), set_aside(&home).len()), (sealed.into_bytes(), 0));

    // Left to the program it stays sealed; asked for it is opened up.
    let home = home.with("DV_TOKEN_PASSPHRASE", "horse");
    login(&home, &[]).expect(0, &["sealed with your passphrase"]);
    login(&home, &["--token-store", "file"]).expect(0, &["readable by you alone"]);
    assert_eq!(home.tokens()["tokens"].as_array().unwrap().len(), 2);
    assert_eq!(other_token(&home).expect(0, &[]).out, "OTHER\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_others_can_read_is_refused_and_nothing_is_lost() {
    let (_sandbox, home) = sandbox().await;
    login(&home, &[]).expect(0, &[]);
    let before = bytes(&home);
    let path = home.tokens_file();
    set_mode(&path, 0o644);
    let close = format!("chmod 600 '{}'", path.display());
    for args in [&["whoami"][..], &["token"], &["logout"], &LOGIN] {
        let ended = home.dv(args);
        ended.expect(1, &["tokens.json can be read", "(mode 0644)", "may have seen it", &close]);
        assert!(!ended.err.contains("Code:") && ended.out.is_empty(), "{ended:?}");
    }
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o644);
    set_mode(&path, 0o600);
    home.dv(&["whoami"]).expect(0, &[]);
    let folder = path.parent().unwrap();
    set_mode(folder, 0o775);
    home.dv(&["whoami"]).expect(1, &["can be written to by other users (mode 0775)", "chmod 700"]);
    set_mode(folder, 0o700);
    assert_eq!(bytes(&home), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_is_set_aside_by_name_and_the_next_sign_in_works() {
    let (_sandbox, home) = sandbox().await;
    login(&home, &[]).expect(0, &[]);
    let whole = String::from_utf8(bytes(&home)).unwrap();
    home.write_tokens(&whole[..whole.len() / 2]);
    let ended = home.dv(&["whoami"]);
    let aside = set_aside(&home);
    ended.expect(5, &["the file is damaged", &aside[0].display().to_string(), "sign-in needed"]);
    assert_eq!(std::fs::read_to_string(&aside[0]).unwrap(), whole[..whole.len() / 2]);
    login(&home, &[]).expect(0, &[]);
    home.dv(&["whoami"]).expect(0, &[]);
    home.write_tokens("{");
    home.dv(&["logout"]).expect(0, &["the file is damaged", "dv logout --all"]);
    assert_eq!(set_aside(&home).len(), 2);
    home.dv(&["logout", "--all"]).expect(0, &[]);
    assert_eq!(set_aside(&home).len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_a_newer_version_is_left_alone_until_somebody_gives_it_up() {
    let (_sandbox, home) = sandbox().await;
    for newer in [
        r#"{"version":99,"tokens":{}}"#,
        r#"{"version":3,"store":"keyring"}"#,
        r#"{"version":2,"store":"tpm"}"#,
    ] {
        home.write_tokens(newer);
        for args in [&["whoami"][..], &["logout"], &LOGIN] {
            home.dv(args).expect(1, &["tokens.json was written by a newer version of dv", "dv logout --all"]);
        }
        assert_eq!((bytes(&home), set_aside(&home).len()), (newer.as_bytes().to_vec(), 0));
    }
    home.dv(&["logout", "--all"]).expect(0, &["Signed out of everything"]);
    assert!(!home.tokens_file().exists());
    home.dv(&["logout", "--all"]).expect(0, &["Nothing was kept"]);
}

#[cfg(not(feature = "keyring"))]
#[tokio::test(flavor = "multi_thread")]
async fn a_build_without_the_secret_store_says_where_the_tokens_are() {
    let (_sandbox, home) = sandbox().await;
    login(&home, &["--token-store", "keyring"]).expect(
        1,
        &["`keyring` does not work here", "cannot ask", "--features keyring", "--token-store file"],
    );
    let sealed = r#"{"version":2,"store":"keyring","key":"0011223344556677","sealed":"AAAA"}"#;
    home.write_tokens(sealed);
    for args in [&["whoami"][..], &["logout"], &LOGIN] {
        home.dv(args).expect(1, &["the secret store of the system", "--features keyring", "dv logout --all"]);
    }
    assert_eq!(bytes(&home), sealed.as_bytes());
    home.dv(&["logout", "--all"]).expect(0, &["the key of the file stays where it is"]);
    login(&home, &[]).expect(0, &[]);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn the_kernels_keyring_is_used_when_it_is_asked_for_and_says_that_it_forgets() {
    let (_sandbox, home) = sandbox().await;
    let ended = login(&home, &["--token-store", "keyutils"]);
    if ended.err.contains("does not work here") {
        println!("skipped: {}", ended.err);
        return;
    }
    ended.expect(0, &["the kernel's keyring, which forgets it at a restart"]);
    home.dv(&["whoami"]).expect(0, &[]);
    // As after a restart: the key of this name is not there.
    let mut tokens = home.tokens();
    tokens["key"] = "0011223344556677".into();
    let sealed = bytes(&home);
    home.write_tokens(&tokens.to_string());
    home.dv(&["whoami"]).expect(5, &["key is gone from the kernel's keyring", "dv login"]);
    home.dv(&["logout"]).expect(0, &["key is gone", "is set aside as", "dv logout --all"]);
    home.write_tokens(std::str::from_utf8(&sealed).unwrap());
    home.dv(&["logout", "--all"]).expect(0, &[]);
    home.write_tokens(std::str::from_utf8(&sealed).unwrap());
    home.dv(&["whoami"]).expect(5, &["key is gone"]);
    login(&home, &[]).expect(0, &["is set aside as"]);
    home.dv(&["whoami"]).expect(0, &[]);
}

/// The real one, where there is a session bus. `KEYRING=required` makes its absence a failure.
#[cfg(all(feature = "keyring", target_os = "linux"))]
#[tokio::test(flavor = "multi_thread")]
async fn the_secret_service_holds_the_key_until_the_last_sign_in_is_gone() {
    let Ok(bus) = std::env::var("DBUS_SESSION_BUS_ADDRESS") else {
        assert!(std::env::var_os("KEYRING").is_none_or(|wish| wish != "required"), "no session bus");
        println!("skipped: no session bus");
        return;
    };
    let (_sandbox, home) = sandbox().await;
    let home = home.with("DBUS_SESSION_BUS_ADDRESS", &bus);
    login(&home, &["--token-store", "file"]).expect(0, &["readable by you alone"]);
    add_sign_in(&home);
    login(&home, &[]).expect(0, &["sealed with a key in the Secret Service"]);
    let sealed = String::from_utf8(bytes(&home)).unwrap();
    assert!(
        !sealed.contains("OTHER") && !["eyJhbGciO", "eyJ0eXAiO"].iter().any(|token| sealed.contains(token)),
        "{sealed}"
    );
    home.dv(&["whoami"]).expect(0, &[]);
    assert_eq!(other_token(&home).expect(0, &[]).out, "OTHER\n");

    // Somewhere else the same file cannot be opened, and says why.
    let home = home.with("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
    home.dv(&["whoami"]).expect(1, &["the Secret Service cannot be used", "/nowhere", "desktop session"]);
    login(&home, &[]).expect(1, &["the Secret Service cannot be used"]);
    assert_eq!(bytes(&home), sealed.as_bytes());
    let home = home.with("DBUS_SESSION_BUS_ADDRESS", &bus);

    home.dv(&["logout"]).expect(0, &["Signed out"]);
    assert_eq!(other_token(&home).expect(0, &[]).out, "OTHER\n");
    home.dv(&["logout", "--url", "https://other.example"]).expect(0, &["Signed out"]);
    assert!(!home.tokens_file().exists());
    home.write_tokens(&sealed);
    home.dv(&["whoami"]).expect(5, &["their key is gone from the Secret Service", "dv login"]);
    login(&home, &[]).expect(0, &["is set aside as", "sealed with a key in the Secret Service"]);
    home.dv(&["whoami"]).expect(0, &[]);
    home.dv(&["logout", "--all"]).expect(0, &["Signed out of everything"]);
}
