use dvtui::app::Reply;
use dvtui::app::effect::{Effect, Request};
use dvtui::app::event::{Event, Progress};
use dvtui::app::key::Input;
use dvtui::app::problem::Problem;
use dvtui::app::secret::Secret;
use dvtui::app::session::{Prompt, Way};
use dvtui::app::tickets::Slot;

use crate::stage::{Stage, noon};

fn prompted(width: u16, height: u16) -> Stage {
    prompted_by(true, width, height)
}

fn prompted_by(may_open: bool, width: u16, height: u16) -> Stage {
    let mut stage = Stage::new(width, height);
    stage.answer(Slot::Session, Reply::Connected(Ok(None)));
    let prompt = Prompt::DeviceCode {
        address: "https://microsoft.com/devicelogin".into(),
        code: "C7K4Q9XD2".into(),
        expires: noon() + jiff::SignedDuration::from_secs(872),
        may_open,
    };
    let ticket = stage.ticket(Slot::Session);
    stage.event(Event::Progress(ticket, Progress::Prompt(prompt)));
    stage
}

#[test]
fn connecting() {
    insta::assert_snapshot!(Stage::new(80, 24).screen());
}

#[test]
fn a_code_is_asked_for() {
    let mut stage = Stage::new(80, 24);
    stage.answer(Slot::Session, Reply::Connected(Ok(None)));
    insta::assert_snapshot!(stage.screen());
}

#[test]
fn the_code_stands_beside_the_picture_of_the_address() {
    insta::assert_snapshot!(prompted(80, 24).screen());
}

#[test]
fn the_code_on_a_small_screen() {
    insta::assert_snapshot!(prompted(60, 16).screen());
}

#[test]
fn the_code_on_a_large_screen() {
    insta::assert_snapshot!(prompted(120, 40).screen());
}

#[test]
fn a_terminal_of_ascii_gets_no_picture() {
    let mut stage = prompted(80, 24);
    stage.app.start.ascii = true;
    assert!(stage.screen().is_ascii(), "{}", stage.screen());
}

#[test]
fn a_second_code_on_the_plain_screen_says_that_it_replaces_the_first() {
    let mut stage = prompted(80, 24);
    let told = |stage: &Stage| {
        let text = stage.effects.iter().find_map(|effect| match effect {
            Effect::Announce(text) => Some(text.clone()),
            _ => None,
        });
        text.unwrap()
    };
    assert!(told(&stage).starts_with("Open: "));
    stage.keys("n");
    let prompt = Prompt::Browser { address: "https://login/authorize".into() };
    let ticket = stage.ticket(Slot::Session);
    stage.event(Event::Progress(ticket, Progress::Prompt(prompt)));
    assert_eq!(told(&stage), "This replaces what stands above:\nOpen: https://login/authorize");
}

#[test]
fn the_time_that_is_left_counts_down_only_while_a_code_is_shown() {
    let mut stage = prompted(80, 24);
    assert!(stage.app.is_counting());
    assert!(stage.screen().contains("expires in 14:32"));
    stage.app.drawn();
    stage.event(Event::Clock(noon() + jiff::SignedDuration::from_secs(2)));
    assert!(stage.app.is_dirty());
    assert!(stage.screen().contains("expires in 14:30"));
    stage.event(Event::Clock(noon() + jiff::SignedDuration::from_secs(900)));
    assert!(stage.screen().contains("The code has expired. n gets a new one"));
}

#[test]
fn an_expired_code_is_told_in_three_lines_and_n_gets_a_new_one() {
    let mut stage = prompted(80, 24);
    let expired = Problem::new("The code expired before it was used.")
        .why("Codes are good for 15 minutes; a new one is never asked for by itself.")
        .next("n new code   b other way   q quit");
    stage.answer(Slot::Session, Reply::SignedIn(Err(expired)));
    assert!(!stage.app.is_counting());
    insta::assert_snapshot!(stage.screen());
    stage.keys("n");
    assert!(matches!(&stage.effects[..], [Effect::Run(_, Request::SignIn(Way::DeviceCode))]));
}

#[test]
fn the_browser_is_one_key_away_and_its_address_is_shown() {
    let mut stage = prompted(80, 24);
    stage.keys("b");
    assert!(matches!(&stage.effects[..], [Effect::Run(_, Request::SignIn(Way::Browser))]));
    let address = format!(
        "https://login.microsoftonline.com/common/oauth2/v2.0/authorize?client_id={}",
        "a".repeat(200)
    );
    let ticket = stage.ticket(Slot::Session);
    stage.event(Event::Progress(ticket, Progress::Prompt(Prompt::Browser { address: address.clone() })));
    insta::assert_snapshot!(stage.screen());
    stage.keys("o");
    assert_eq!(stage.effects, [Effect::OpenBrowser(address)]);
}

#[test]
fn keys_hand_over_code_and_address() {
    let mut stage = prompted(80, 24);
    stage.keys("y");
    assert_eq!(stage.effects, [Effect::Copy("C7K4Q9XD2".into())]);
    assert!(stage.screen().contains("Sent to terminal clipboard"));
    stage.keys("Y");
    assert_eq!(stage.effects, [Effect::Copy("https://microsoft.com/devicelogin".into())]);
    stage.keys("P");
    assert!(matches!(&stage.effects[..], [Effect::Print(text)] if text.contains("C7K4Q9XD2")));
}

#[test]
fn a_sign_in_can_be_stopped_and_begun_again() {
    let mut stage = prompted(80, 24);
    let late = stage.ticket(Slot::Session);
    stage.keys("Ctrl-C");
    assert_eq!(stage.effects, [Effect::Cancel(Slot::Session)]);
    assert!(stage.screen().contains("Sign-in stopped."));
    stage.answer_to(late, Reply::SignedIn(Ok(crate::stage::identity())));
    assert!(stage.screen().contains("Sign-in stopped."), "a void answer changes nothing");
    stage.keys("n");
    assert!(matches!(&stage.effects[..], [Effect::Run(_, Request::SignIn(Way::DeviceCode))]));
}

#[test]
fn a_new_code_voids_the_answer_to_the_old_one() {
    let mut stage = prompted(80, 24);
    let old = stage.ticket(Slot::Session);
    stage.keys("n");
    stage.answer_to(old, Reply::SignedIn(Err(Problem::new("The code expired."))));
    assert!(!stage.screen().contains("The code expired."));
}

#[test]
fn an_address_of_an_unknown_host_gets_no_picture_and_a_warning() {
    let mut stage = prompted_by(false, 80, 24);
    insta::assert_snapshot!(stage.screen());
    stage.keys("o");
    assert!(stage.effects.is_empty());
}

#[test]
fn over_ssh_the_browser_needs_a_tunnel_and_the_screen_says_which() {
    let mut stage = Stage::new(80, 24);
    stage.app.start.remote = true;
    stage.answer(Slot::Session, Reply::Connected(Ok(None)));
    stage.keys("b");
    let address = "https://login/authorize?client_id=x&redirect_uri=http%3A%2F%2Flocalhost%3A45123&state=y";
    let ticket = stage.ticket(Slot::Session);
    stage.event(Event::Progress(ticket, Progress::Prompt(Prompt::Browser { address: address.into() })));
    assert!(stage.screen().contains("ssh -L 45123:localhost:45123 this-host"), "{}", stage.screen());
}

fn in_browser() -> Stage {
    let mut stage = prompted(80, 24);
    stage.keys("b");
    let address = "https://login.microsoftonline.com/t/oauth2/v2.0/authorize?client_id=c".to_owned();
    let ticket = stage.ticket(Slot::Session);
    stage.event(Event::Progress(ticket, Progress::Prompt(Prompt::Browser { address })));
    stage
}

fn secret(text: &str) -> Secret {
    let mut secret = Secret::default();
    secret.push(text);
    secret
}

#[test]
fn an_address_is_pasted_at_once_or_into_a_field_and_shown_to_nobody() {
    let mut stage = in_browser();
    let address = "http://localhost:4711/?code=C0DE&state=S";
    stage.event(Event::Input(Input::Paste(address.into())));
    assert_eq!(stage.effects, [Effect::GiveAddress(secret(address))]);

    stage.keys("p x");
    stage.event(Event::Input(Input::Paste("y".into())));
    insta::assert_snapshot!(stage.screen());
    stage.keys("Backspace Backspace");
    stage.event(Event::Input(Input::Paste(address.into())));
    assert!(!stage.screen().contains("C0DE") && !format!("{:?}", stage.app).contains("C0DE"));
    stage.keys("enter");
    assert_eq!(stage.effects, [Effect::GiveAddress(secret(address))]);
    stage.keys("p esc");
    assert_eq!(stage.effects, []);
}

#[test]
fn every_way_in_is_one_key_away() {
    for (key, way) in [("a", Way::AzureCli), ("s", Way::Application), ("b", Way::Browser)] {
        let mut stage = prompted(80, 24);
        stage.keys(key);
        assert!(
            matches!(&stage.effects[..], [Effect::Run(_, Request::SignIn(asked))] if *asked == way),
            "{key}"
        );
    }
    let mut stage = prompted(80, 24);
    stage.keys("t");
    insta::assert_snapshot!(stage.screen());
    stage.event(Event::Input(Input::Paste("eyJ.e30.x".into())));
    stage.keys("enter");
    assert!(
        matches!(&stage.effects[..], [Effect::Run(_, Request::UseToken(token))] if token.expose() == "eyJ.e30.x")
    );
    assert!(stage.screen().contains("Trying the token"), "{}", stage.screen());
}

#[test]
fn a_sign_in_that_only_a_person_can_renew_is_told_and_nothing_goes() {
    let mut stage = Stage::at_tables(80, 24);
    let before = stage.app.screens.clone();
    let needed = Problem::new("Sign-in needed in 4 min.")
        .why("The sign-in was revoked (AADSTS50173). What is here stays, with all that is pending.")
        .next("g u sign in again   Esc dismiss");
    stage.event(Event::PersonNeeded(needed));
    assert_eq!(stage.app.screens, before);
    assert!(stage.screen().contains("Sign-in needed in 4 min."), "{}", stage.screen());
    stage.keys("g u");
    assert!(matches!(stage.effects.last(), Some(Effect::Run(_, Request::SignIn(_)))));
}
