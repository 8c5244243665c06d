//! Several processes that change profiles and sign in at once: nothing that one of them wrote is lost.

use std::collections::BTreeSet;

use crate::dv::Home;
use crate::stub::{Stub, html, json};

/// Runs a command line for each number, eight at a time.
fn together(home: &Home, args: impl Fn(usize) -> Vec<String> + Sync, count: usize) {
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                    if n >= count {
                        return;
                    }
                    let args = args(n);
                    home.dv(&args.iter().map(String::as_str).collect::<Vec<_>>()).expect(0, &[]);
                }
            });
        }
    });
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(ToOwned::to_owned).collect()
}

/// Each round sets five keys of one profile, makes three profiles and names two as the usual one.
fn change_together(rounds: usize) {
    let home = Home::new();
    let profile =
        |name: &str| std::fs::read_to_string(home.path(&format!(".config/dvtui/profiles/{name}.toml")));
    for round in 0..rounds {
        home.dv(&["env", "add", &format!("p{round}"), "p.crm4"]).expect(0, &[]);
        let name = format!("p{round}");
        let line = |n: usize| match n {
            0 => words(&format!("env tag {name} --label l{round}")),
            1 => words(&format!("env tag {name} --colour red")),
            2 => words(&format!("env tag {name} --alias a{round}")),
            3 => words(&format!("env tag {name} --account anna@x")),
            4 => words(&format!("env tag {name} --read-only")),
            5 => words(&format!("env add {name}-x x.crm4")),
            6 => words(&format!("env add {name}-y y.crm4")),
            _ => words(&format!("env use {name}")),
        };
        together(&home, line, 8);
        let text = profile(&name).unwrap();
        for key in ["url", "label", "colour", "alias", "account", "read_only"] {
            assert!(text.contains(&format!("{key} = ")), "round {round}: {key} is lost: {text}");
        }
        assert!(profile(&format!("{name}-x")).is_ok() && profile(&format!("{name}-y")).is_ok());
        let usual = std::fs::read_to_string(home.path(".config/dvtui/config.toml")).unwrap();
        assert_eq!(usual, format!("profile = \"{name}\"\n"), "round {round}");
    }
    let listed = home.dv(&["env", "list", "--json"]);
    assert!(listed.out.contains(&format!("\"p{}\"", rounds - 1)), "{listed:?}");
}

#[test]
fn eight_processes_change_profiles_and_no_key_is_lost() {
    change_together(2);
}

#[test]
#[ignore = "100 runs of 13 processes"]
fn eight_processes_change_profiles_100_times_and_no_key_is_lost() {
    change_together(100);
}

#[test]
fn of_eight_processes_that_make_the_same_profile_one_succeeds() {
    let home = Home::new();
    let all: Vec<i32> = std::thread::scope(|scope| {
        let one = |n: usize| home.dv(&["env", "add", "same", &format!("e{n}.crm4")]).code;
        let running: Vec<_> = (0..8).map(|n| scope.spawn(move || one(n))).collect();
        running.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(all.iter().filter(|code| **code == 0).count(), 1, "{all:?}");
    assert_eq!(all.iter().filter(|code| **code == 2).count(), 7, "{all:?}");
}

/// Each process signs in under an application id of its own, so that every sign-in is kept beside the others.
fn sign_in_together(count: usize) {
    let stub = Stub::start(|path, before, origin| match path {
        "/tenant/oauth2/v2.0/devicecode" => json(
            200,
            &format!(
                r#"{{"device_code":"D","user_code":"U","verification_uri":"{origin}/d","interval":1,"expires_in":60}}"#
            ),
        ),
        "/tenant/oauth2/v2.0/token" => json(
            200,
            &format!(r#"{{"access_token":"A{before}","expires_in":3600,"refresh_token":"R{before}"}}"#),
        ),
        _ => html(404),
    });
    let home = stub.home();
    let line = |n: usize| words(&format!("login --device-code --no-open --client-id app{n}"));
    together(&home, line, count);
    let tokens = home.tokens();
    let kept = tokens["tokens"].as_array().unwrap();
    let distinct = |key: &str| kept.iter().map(|one| one[key].to_string()).collect::<BTreeSet<_>>().len();
    assert_eq!((kept.len(), distinct("client_id"), distinct("refresh_token")), (count, count, count));
}

#[test]
fn eight_processes_sign_in_at_once_and_each_is_kept() {
    sign_in_together(16);
}

#[test]
#[ignore = "100 processes"]
fn a_hundred_processes_sign_in_and_each_is_kept() {
    sign_in_together(100);
}
