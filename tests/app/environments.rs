//! From one environment to another, and what keeps writes out of the wrong one.

use crate::program::Program;
use dvtui::config::Changes;

#[tokio::test(flavor = "multi_thread")]
async fn without_an_address_one_is_chosen_and_another_one_later() {
    let mut program = Program::start_with(|_, start| start.url = None).await;
    let screen = program.wait_for("Contoso Trial").await;
    assert!(screen.contains("disabled") && screen.contains("PROD  RO"), "{screen}");
    program.keys("/ u a t enter");
    let screen = program.wait_for("Action Card").await;
    assert!(screen.contains("Contoso UAT SANDBOX"), "{screen}");

    program.keys("g e");
    program.wait_for("today").await;
    program.keys("/ d e v enter");
    program.wait_for("Contoso Development DEVELOPER").await;
    program.wait_for("Action Card").await;
    program.keys("/ i n c i d e n t enter");
    program.wait_for("CAS-").await;
    let development = &program.sandbox.ready().environments[2];
    let port = development.url.rsplit(':').next().unwrap();
    let rows = program.requests().await;
    let last = rows.iter().rfind(|request| request["path"].as_str().unwrap().contains("/incidents")).unwrap();
    assert!(last["status"] == 200, "{last} at {port}");
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_was_read_once_is_there_at_the_next_start() {
    let mut program = Program::start_with(|_, start| start.url = None).await;
    program.wait_for("Contoso Trial").await;
    let kept = std::fs::read_to_string(program.home.path().join("cache/environments.json")).unwrap();
    assert!(kept.contains("Contoso Development") && !kept.contains("token"), "{kept}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let found = std::fs::metadata(program.home.path().join("cache/environments.json")).unwrap();
        assert_eq!(found.permissions().mode() & 0o777, 0o600);
    }
    program.keys("/ u a t esc d");
    let screen = program.wait_for("Customer Service").await; // the sign-in to the list is good for this too
    assert!(screen.contains("883278f5-07af-45eb-a0bc-3fea67caa544"), "{screen}");
    program.keys("esc e E U");
    program.wait_for("a new profile").await;
    program.keys("enter");
    program.wait_for("Written to the profile").await;
    let profiles = std::fs::read_dir(program.home.path().join("config/profiles")).unwrap();
    let text = std::fs::read_to_string(profiles.flatten().next().unwrap().path()).unwrap();
    assert!(text.contains("label = \"EU\"") && text.contains("organization_id = \"883278f5"), "{text}");
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organization_than_the_profiles_is_not_opened() {
    let mut program = Program::start_with(|ready, start| {
        start.profile = Some("uat".into());
        start.tags.organization_id = ready.environments[1].organization_id.to_string().parse().ok();
    })
    .await;
    let screen = program.wait_for("another organization").await;
    assert!(screen.contains("dv env tag uat --repin"), "{screen}");
    let asked = program.api_paths().await;
    assert!(asked.iter().all(|path| path.ends_with("/WhoAmI") || path.ends_with("/v9.2/")), "{asked:?}");
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_pinned_by_its_first_session() {
    let mut program = Program::start_with(|ready, start| {
        let mut changes = Changes::default();
        changes.set("url", ready.url.as_str());
        start.profiles.add("uat", &changes).unwrap();
        start.profile = Some("uat".into());
    })
    .await;
    program.wait_for("Action Card").await;
    let text = std::fs::read_to_string(program.home.path().join("config/profiles/uat.toml")).unwrap();
    assert!(text.contains("883278f5-07af-45eb-a0bc-3fea67caa544"), "{text}");
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_session_sends_no_write_whatever_is_pressed() {
    let mut program = Program::start_with(|_, start| start.read_only = true).await;
    program.wait_for("Action Card").await;
    program.keys("/ i n c i d e n t enter");
    program.wait_for("CAS-").await;
    program.keys("c");
    program.wait_for("Read-only was asked for").await;
    program.keys("esc : r w enter");
    program.wait_for("Nothing unlocks that from inside").await;
    program.keys("w y Y enter x s y esc");
    program.keys("ctrl-l");
    assert!(program.writes().await.is_empty());
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn production_is_written_to_only_while_it_is_unlocked() {
    let mut program =
        Program::start_with(|ready, start| start.url = Some(ready.environments[1].url.clone())).await;
    let screen = program.wait_for("Action Card").await;
    assert!(screen.contains("Contoso PROD") && screen.contains("RO"), "{screen}");
    program.keys("/ i n c i d e n t enter");
    program.wait_for("CAS-").await;
    program.keys("/ R e s e a r c h esc");
    program.wait_until("active cases", |screen| screen.contains("Resea") && !screen.contains("Probl")).await;
    program.keys("c");
    program.wait_for(":rw unlocks it").await;
    program.keys(": r w enter");
    program.wait_for("Unlock writes to Contoso").await;
    let alias = program.sandbox.ready().environments[1].url.trim_start_matches("http://").to_owned();
    let keys: Vec<String> = alias.chars().map(String::from).collect();
    program.keys(&format!("{} enter", keys.join(" ")));
    program.wait_for("RW 1").await;
    program.keys("c p h");
    program.wait_for("~1 pending").await;
    program.keys(": r o enter");
    program.wait_for("What is staged stays pending").await;
    program.keys("w");
    program.wait_for("Y yes").await;
    program.keys("Y");
    program.wait_for(":rw unlocks it").await;
    assert!(program.writes().await.is_empty(), "locked again");
    program.keys("esc esc");
    program.quit_with_pending().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_forgets_every_sign_in_of_the_list() {
    let mut program = Program::start_with(|_, start| start.url = None).await;
    program.wait_for("Contoso Trial").await;
    program.keys("/ u a t enter");
    program.wait_for("Action Card").await;
    assert!(program.home.path().join("state/tokens.json").exists());
    program.keys("g e");
    program.wait_for("X sign out").await;
    program.keys("X");
    program.wait_for("Forget the sign-ins").await;
    program.keys("y");
    program.wait_for("Signed out").await;
    assert!(!program.home.path().join("state/tokens.json").exists(), "nothing is kept any more");
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_of_the_first_environment_counts_when_it_is_opened_again() {
    let mut program = Program::start().await;
    program.wait_for("Action Card").await;
    program.keys("g e");
    program.wait_for("Contoso Trial").await;
    program.keys("/ u a t esc e");
    program.wait_for("a new profile").await;
    program.keys("t e s t s down down a b c down down right enter");
    program.wait_for("Written to the profile").await;
    program.keys("esc 3");
    program.wait_for("Contoso Development DEVELOPER").await;
    program.keys("g e");
    program.wait_for("Contoso Trial").await;
    program.keys("/ u a t enter");
    let screen = program.wait_for("Contoso UAT SANDBOX tests").await;
    assert!(screen.contains("RO"), "{screen}");
    program.keys(": r w enter");
    program.wait_for("The profile is read-only").await;
    program.quit().await;
}
