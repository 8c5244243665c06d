//! `dv env`, profiles, the pinned organization, and who may write.

use std::time::Duration;

use dvtui::sandbox::{Options, Sandbox};
use serde_json::Value;

use crate::dv::{Ended, Home};
use crate::support;

/// A sandbox that approves sign-ins by itself, and a home that knows where to sign in but no environment.
async fn world() -> (Sandbox, Home) {
    let options = Options { auto_approve: Some(Duration::ZERO), ..support::options() };
    let sandbox = support::start(options).await;
    let ready = sandbox.ready();
    let home = Home::new()
        .with("DV_AUTHORITY", &ready.authority)
        .with("DV_CLIENT_ID", &ready.client_id)
        .with("DV_DISCOVERY", &ready.discovery);
    (sandbox, home)
}

async fn dv(home: &Home, args: &[&str]) -> Ended {
    tokio::task::block_in_place(|| home.dv(args))
}

async fn log_in(home: &Home, args: &[&str]) -> Ended {
    dv(home, &[args, &["login", "--device-code", "--no-open"]].concat()).await
}

fn profile(home: &Home, name: &str) -> String {
    std::fs::read_to_string(home.path(&format!(".config/dvtui/profiles/{name}.toml"))).unwrap()
}

fn write_profile(home: &Home, name: &str, text: &str) {
    let path = home.path(&format!(".config/dvtui/profiles/{name}.toml"));
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn lines(ended: &Ended) -> Vec<Value> {
    ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Requests to the Web APIs so far.
async fn api_requests(sandbox: &Sandbox) -> Vec<String> {
    let controls = sandbox.ready().controls.as_deref().unwrap();
    let all: Vec<Value> = support::http()
        .get(format!("{controls}/_sandbox/requests"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let text = |one: &Value| format!("{} {}", one["method"].as_str().unwrap(), one["path"].as_str().unwrap());
    all.iter().filter(|one| one["origin"] == "api" && one["authorization"] == true).map(text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_says_what_each_environment_is_and_which_profile_it_has() {
    let (sandbox, home) = world().await;
    let environments = &sandbox.ready().environments;
    dv(&home, &["env", "add", "uat", &environments[0].url])
        .await
        .expect(0, &["Added uat", "first `dv --profile uat login`"]);
    dv(&home, &["env", "add", "far", "far.crm4"]).await.expect(0, &[]);
    dv(&home, &["env", "use", "uat"]).await.expect(0, &["uat is taken"]);

    let refused = dv(&home, &["env", "list", "--json"]).await;
    refused.expect(5, &["only the profiles", "dv login"]);
    assert_eq!(lines(&refused).len(), 2, "{refused:#?}");

    // Without an environment the sign-in is to the service that lists them.
    std::fs::remove_file(home.path(".config/dvtui/config.toml")).unwrap();
    log_in(&home, &[]).await.expect(0, &["Signed in to http://127.0.0.1"]);
    dv(&home, &["env", "use", "uat"]).await.expect(0, &[]);
    let ended = dv(&home, &["env", "list", "--json"]).await;
    ended.expect(0, &[]);
    let all = lines(&ended);
    let states: Vec<_> = all.iter().map(|one| (one["type"].as_str(), one["state"].as_str())).collect();
    assert_eq!(
        states,
        [
            (Some("sandbox"), Some("enabled")),
            (Some("production"), Some("enabled")),
            (Some("developer"), Some("enabled")),
            (Some("trial"), Some("disabled")),
            (None, None),
        ]
    );
    assert_eq!((&all[0]["profiles"][0], &all[0]["usual"]), (&Value::from("uat"), &Value::from(true)));
    assert_eq!(all[0]["url"], environments[0].url.as_str());
    assert_eq!(all[1]["organization_id"], environments[1].organization_id.to_string());
    assert_eq!((&all[4]["profiles"][0], &all[4]["listed"]), (&Value::from("far"), &Value::from(false)));
    let text = dv(&home, &["env", "list"]).await;
    assert!(text.out.contains("uat*") && text.out.contains("Contoso Trial"), "{}", text.out);
    assert!(api_requests(&sandbox).await.is_empty(), "no environment is asked for a list of them");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_pinned_when_it_is_made_where_somebody_is_signed_in() {
    let (sandbox, home) = world().await;
    let environments = &sandbox.ready().environments;
    log_in(&home, &[]).await.expect(0, &[]);
    let added =
        dv(&home, &["env", "add", "live", &environments[1].url, "--colour", "red", "--alias", "eu"]).await;
    added.expect(0, &["pinned to organization", &environments[1].organization_id.to_string()]);
    let text = profile(&home, "live");
    for line in [
        format!("url = \"{}\"", environments[1].url),
        format!("authority = \"{}\"", sandbox.ready().authority),
        "colour = \"red\"".to_owned(),
        "alias = \"eu\"".to_owned(),
        format!("organization_id = \"{}\"", environments[1].organization_id),
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_pinned_at_its_first_sign_in_otherwise() {
    let (sandbox, home) = world().await;
    let first = &sandbox.ready().environments[0];
    dv(&home, &["env", "add", "uat", &first.url]).await.expect(0, &[]);
    assert!(!profile(&home, "uat").contains("organization_id"));
    log_in(&home, &["--profile", "uat"]).await.expect(0, &["is pinned to organization"]);
    assert!(profile(&home, "uat").contains(&first.organization_id.to_string()));
    dv(&home, &["--profile", "uat", "whoami"]).await.expect(0, &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organization_behind_the_address_is_refused_and_asked_nothing_more() {
    let (sandbox, home) = world().await;
    let [first, second, ..] = &sandbox.ready().environments[..] else { panic!() };
    let swapped = format!("url = \"{}\"\norganization_id = \"{}\"\n", first.url, second.organization_id);
    write_profile(&home, "uat", &swapped);
    let refused = log_in(&home, &["--profile", "uat"]).await;
    refused.expect(4, &[&first.organization_id.to_string(), &second.organization_id.to_string(), "--repin"]);
    let before = api_requests(&sandbox).await.len();
    for command in [
        &["tables"][..],
        &["rows", "incidents"],
        &["get", "incident", &first.organization_id.to_string()],
        &["whoami"],
    ] {
        let ended = dv(&home, &[&["--profile", "uat"], command].concat()).await;
        ended.expect(4, &["reset, deleted and made anew", "dv env tag uat --repin"]);
        assert_eq!(ended.out, "");
    }
    let asked = api_requests(&sandbox).await.split_off(before);
    assert_eq!(asked.len(), 4, "{asked:?}");
    assert!(asked.iter().all(|request| request.ends_with("/WhoAmI")), "{asked:?}");

    let repinned = dv(&home, &["env", "tag", "uat", "--repin"]).await;
    repinned.expect(0, &["no longer to", &second.organization_id.to_string()]);
    dv(&home, &["--profile", "uat", "whoami"]).await.expect(0, &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_are_unlocked_by_the_alias_of_the_environment_that_is_meant() {
    let (sandbox, home) = world().await;
    write_profile(&home, "live", &format!("url = \"{}\"\n", sandbox.ready().environments[1].url));
    log_in(&home, &["--profile", "live"]).await.expect(0, &[]);
    let whoami = ["--profile", "live", "whoami", "--write"];
    dv(&home, &[&whoami[..], &["live"]].concat()).await.expect(0, &[]);
    let before = api_requests(&sandbox).await.len();
    dv(&home, &[&whoami[..], &["uat"]].concat()).await.expect(4, &["names `uat`", "--write live"]);
    dv(&home, &["env", "tag", "live", "--alias", "eu"]).await.expect(0, &[]);
    dv(&home, &[&whoami[..], &["live"]].concat()).await.expect(4, &["goes by `eu`"]);
    dv(&home, &["env", "tag", "live", "--read-only"]).await.expect(0, &[]);
    dv(&home, &[&whoami[..], &["eu"]].concat()).await.expect(4, &["profile is read-only"]);
    dv(&home, &[&whoami[..], &["eu", "--read-only"]].concat()).await.expect(2, &["cannot be used with"]);
    // The alias of a profile is no word for another environment that is named beside it.
    let other = sandbox.ready().environments[0].url.as_str();
    let beside = ["--profile", "live", "--url", other, "whoami", "--write", "eu"];
    dv(&home, &["env", "tag", "live", "--no-read-only"]).await.expect(0, &[]);
    dv(&home, &beside).await.expect(4, &["names `eu`", "goes by `127.0.0.1"]);
    assert_eq!(api_requests(&sandbox).await.len(), before, "nothing is sent before the alias is right");
}

#[test]
fn names_are_checked_and_the_closest_is_offered() {
    let home = Home::new();
    home.dv(&["env", "add", "contoso-uat", "contoso-uat.crm4"]).expect(0, &[]);
    for command in [
        &["env", "use", "contoso-aut"][..],
        &["env", "remove", "contoso-aut"],
        &["env", "tag", "contoso-aut", "--alias", "x"],
    ] {
        home.dv(command).expect(2, &["no profile `contoso-aut`", "did you mean contoso-uat?"]);
    }
    home.dv(&["env", "add", "contoso-uat", "x.crm4"]).expect(2, &["already", "dv env tag contoso-uat"]);
    home.dv(&["env", "add", "../x", "x.crm4"]).expect(2, &["not the name of a profile"]);
    home.dv(&["env", "add", "x", "x"]).expect(2, &["lacks the region"]);
    home.dv(&["env", "add", "x"]).expect(2, &["no address is given"]);
    home.dv(&["env", "add", "x", "x.crm4", "--colour", "reddish"]).expect(2, &["no colour"]);
    home.dv(&["env", "add", "x", "x.crm4", "--way", "password"]).expect(2, &["device-code"]);
    home.dv(&["env", "tag", "contoso-uat"]).expect(2, &["nothing to change"]);
    home.dv(&["env", "tag", "contoso-uat", "--repin"]).expect(5, &["dv login"]);
    home.dv(&["env", "remove", "contoso-uat"])
        .expect(0, &["dv --url https://contoso-uat.crm4.dynamics.com logout"]);
}

#[test]
fn a_profile_that_is_broken_stops_no_other_and_can_be_removed() {
    let home = Home::new();
    home.dv(&["env", "add", "good", "good.crm4"]).expect(0, &[]);
    write_profile(&home, "bad", "url = \"bad.crm4\"\nclient_secret = \"s3cret\"\n");
    std::fs::write(home.path(".config/dvtui/config.toml"), "profile = \"bad\" # mine\n").unwrap();
    let refused = home.dv(&["whoami"]);
    refused.expect(2, &["holds a secret, `client_secret`", "client_secret_file"]);
    assert!(!refused.err.contains("s3cret"), "{refused:?}");
    home.dv(&["env", "list"]).expect(5, &["profile bad is left out"]);
    home.dv(&["env", "use", "good"]).expect(0, &[]);
    let config = std::fs::read_to_string(home.path(".config/dvtui/config.toml")).unwrap();
    assert_eq!(config, "profile = \"good\" # mine\n");
    home.dv(&["env", "remove", "bad"]).expect(0, &["Removed bad"]);
    home.dv(&["env", "remove", "good"]).expect(0, &["No profile is taken", "dv env use"]);
}

#[test]
fn tags_are_changed_without_a_word_of_what_others_wrote_being_lost() {
    let home = Home::new();
    write_profile(
        &home,
        "uat",
        "# Ask Bo.\nurl = \"uat.crm4\" # the second\nlabel = \"old\"\nread_only = true\n",
    );
    let args = [
        "--label",
        "tests",
        "--colour",
        "#00AAff",
        "--no-production",
        "--no-read-only",
        "--account",
        "anna@x",
    ];
    home.dv(&[&["env", "tag", "uat"], &args[..]].concat()).expect(0, &["stays so all the same"]);
    assert_eq!(
        profile(&home, "uat"),
        "# Ask Bo.\nurl = \"uat.crm4\" # the second\nlabel = \"tests\"\naccount = \"anna@x\"\ncolour = \"#00aaff\"\nproduction = false\n"
    );
    home.dv(&["env", "tag", "uat", "--label", "", "--colour", ""]).expect(0, &[]);
    assert!(!profile(&home, "uat").contains("label") && !profile(&home, "uat").contains("colour"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_ended_stops_neither_the_list_of_profiles_nor_any_other_command_of_them() {
    let (sandbox, home) = world().await;
    log_in(&home, &[]).await.expect(0, &[]);
    home.change_tokens(|entry| {
        entry["access_token"] = "no.such.token".into();
        entry["refresh_token"] = "no.such.refresh.token".into();
    });
    let first = &sandbox.ready().environments[0];
    dv(&home, &["env", "add", "uat", &first.url]).await.expect(0, &["pinned at the first"]);
    let listed = dv(&home, &["env", "list", "--json"]).await;
    listed.expect(5, &["only the profiles", "dv login"]);
    assert_eq!(lines(&listed)[0]["profiles"][0], "uat");
    dv(&home, &["env", "tag", "uat", "--label", "x"]).await.expect(0, &[]);
    dv(&home, &["env", "tag", "uat", "--repin"]).await.expect(5, &["dv login"]);
    dv(&home, &["env", "use", "uat"]).await.expect(0, &[]);
    dv(&home, &["env", "remove", "uat"]).await.expect(0, &[]);
}
