//! The list of environments, and the way from one to another.

use dvtui::app::Reply;
use dvtui::app::effect::{Effect, Request};
use dvtui::app::event::Event;
use dvtui::app::key::Input;
use dvtui::app::keymap::Keymap;
use dvtui::app::places::{Listed, Tags};
use dvtui::app::problem::Problem;
use dvtui::app::session::{Identity, Place, Start, Way, Writes};
use dvtui::app::tickets::Slot;
use jiff::SignedDuration;

use crate::desk::Desk;
use crate::stage::{Stage, identity, noon, views};

fn place(name: &str, host: &str, kind: &'static str, used: Option<i64>) -> Listed {
    Listed {
        address: format!("https://{host}.dynamics.com"),
        short: host.into(),
        name: name.into(),
        kind,
        production: matches!(kind, "production" | "unknown"),
        listed: true,
        region: "EMEA".into(),
        version: "9.2.25101.148".into(),
        facts: vec![("Address", format!("https://{host}.dynamics.com"))],
        used: used.map(|days| noon() - SignedDuration::from_hours(24 * days)),
        ..Listed::default()
    }
}

pub(crate) fn places() -> Vec<Listed> {
    let mut live = place("Contoso", "contoso.crm4", "production", Some(0));
    live.profile = Some("live".into());
    live.tags = Tags { label: "eu live".into(), colour: "yellow".into(), ..Tags::default() };
    let mut old = place("Archive", "arch.crm4", "trial", None);
    old.disabled = true;
    let legacy = Listed {
        region: String::new(),
        version: String::new(),
        ..place("legacy", "legacy.crm4", "unknown", Some(700))
    };
    vec![
        live,
        place("Contoso UAT", "contoso-uat.crm4", "sandbox", Some(3)),
        legacy,
        place("Contoso Development", "contoso-dev.crm4", "developer", None),
        place("Fourth Coffee Trial", "fourth.crm", "trial", None),
        old,
    ]
}

fn started(places: Vec<Listed>, width: u16, height: u16) -> Stage {
    let start = Start {
        version: "0.1.0".into(),
        environment: None,
        places,
        way: Way::DeviceCode,
        remote: false,
        desktop: false,
        ascii: false,
        keymap: Keymap::default(),
    };
    Stage::started(start, width, height)
}

pub(crate) fn listed(width: u16, height: u16) -> Stage {
    let mut stage = started(vec![], width, height);
    stage.answer(Slot::Places, Reply::Places(Ok(Some(places()))));
    stage
}

fn other() -> Identity {
    Identity {
        address: "https://contoso.crm4.dynamics.com".into(),
        environment: "Contoso".into(),
        badge: "PROD eu live".into(),
        production: true,
        alias: "live".into(),
        writes: Writes::Closed("This is a production environment: read-only.".into()),
        ..identity()
    }
}

pub(crate) fn production(width: u16, height: u16) -> Stage {
    let mut stage = Stage::new(width, height);
    stage.answer(Slot::Session, Reply::Connected(Ok(Some(other()))));
    stage.answer(Slot::Tables, Reply::Tables(Ok(crate::stage::tables())));
    stage
}

#[test]
fn the_environments_are_asked_for() {
    insta::assert_snapshot!(started(vec![], 80, 24).screen());
}

#[test]
fn the_environments_are_listed() {
    insta::assert_snapshot!(listed(80, 24).screen());
}

#[test]
fn the_environments_on_a_large_screen() {
    insta::assert_snapshot!(listed(120, 40).screen());
}

#[test]
fn a_very_wide_screen_says_what_is_known_beside_the_list() {
    insta::assert_snapshot!(listed(200, 50).screen());
}

#[test]
fn the_environments_on_a_small_screen() {
    insta::assert_snapshot!(listed(60, 16).screen());
}

#[test]
fn the_environments_could_not_be_listed() {
    let mut stage = started(vec![], 80, 24);
    let problem = Problem::new("Cannot list your environments.")
        .why("There is no connection to globaldisco.crm.dynamics.com.")
        .next("r try again   a type an address   q quit");
    stage.answer(Slot::Places, Reply::Places(Err(problem)));
    insta::assert_snapshot!(stage.screen());
    stage.keys("r");
    assert!(matches!(&stage.effects[..], [Effect::Run(_, Request::Places)]));
}

#[test]
fn there_are_no_environments() {
    let mut stage = started(vec![], 80, 24);
    stage.answer(Slot::Places, Reply::Places(Ok(Some(vec![]))));
    insta::assert_snapshot!(stage.screen());
}

#[test]
fn a_remembered_list_shows_at_once_and_is_read_anew_behind_it() {
    let mut stage = started(places(), 80, 24);
    stage.later(300);
    assert!(stage.screen().contains("contoso-uat.crm4") && stage.screen().contains("6 environments ..."));
    stage.keys("j");
    let mut newer = places();
    newer.insert(0, place("New", "new.crm4", "sandbox", None));
    stage.answer(Slot::Places, Reply::Places(Ok(Some(newer))));
    let current = stage.screen().lines().find(|line| line.starts_with('>')).unwrap().to_owned();
    assert!(current.contains("Contoso UAT"), "the cursor stays on its environment: {current}");
}

#[test]
fn without_a_sign_in_to_the_list_that_comes_first() {
    let mut stage = started(vec![], 80, 24);
    stage.answer(Slot::Places, Reply::Places(Ok(None)));
    assert!(
        matches!(
            &stage.effects[..],
            [Effect::Aim(Place::List), Effect::Run(_, Request::SignIn(Way::DeviceCode))]
        ),
        "{:?}",
        stage.effects
    );
    stage.answer(Slot::Session, Reply::SignedInToList(Ok(())));
    assert!(matches!(&stage.effects[..], [Effect::Run(_, Request::Places)]));
    stage.answer(Slot::Places, Reply::Places(Ok(Some(places()))));
    assert!(stage.row(4).contains("Contoso"), "{}", stage.screen());
}

#[test]
fn a_remembered_list_stays_useful_when_the_sign_in_to_it_ended() {
    let mut stage = started(places(), 80, 24);
    stage.answer(Slot::Places, Reply::Places(Ok(None)));
    assert!(stage.row(23).contains("g u signs in"), "{}", stage.screen());
    stage.keys("Enter");
    let aimed = Place::Environment("https://contoso.crm4.dynamics.com".into());
    assert!(
        matches!(&stage.effects[..], [Effect::Aim(place), Effect::Run(_, Request::Connect)] if *place == aimed)
    );
}

#[test]
fn a_single_environment_is_opened_without_being_chosen() {
    let mut stage = started(vec![], 80, 24);
    stage.answer(Slot::Places, Reply::Places(Ok(Some(places()[1..2].to_vec()))));
    assert!(matches!(
        &stage.effects[..],
        [Effect::Aim(Place::Environment(_)), Effect::Run(_, Request::Connect)]
    ));
    assert!(stage.screen().contains("Opening Contoso UAT"), "{}", stage.screen());
    stage.answer(Slot::Session, Reply::Connected(Ok(Some(identity()))));
    assert!(stage.row(1).contains("contoso-uat SANDBOX  Tables"), "{}", stage.screen());
}

#[test]
fn digits_letters_and_addresses_lead_to_an_environment() {
    let mut stage = listed(80, 24);
    stage.keys("2");
    let uat = Place::Environment("https://contoso-uat.crm4.dynamics.com".into());
    assert!(matches!(&stage.effects[..], [Effect::Aim(place), _] if *place == uat), "{:?}", stage.effects);

    let mut stage = listed(80, 24);
    stage.keys("/ d e v Enter");
    assert!(
        matches!(&stage.effects[..], [Effect::Aim(Place::Environment(address)), _] if address.contains("dev"))
    );

    let mut stage = listed(80, 24);
    stage.keys("a");
    stage.event(Event::Input(Input::Paste("https://far.crm4.dynamics.com/main.aspx?appid=1".into())));
    insta::assert_snapshot!(stage.screen());
    stage.keys("Enter");
    assert!(
        matches!(&stage.effects[..], [Effect::Aim(Place::Environment(address)), _] if address.contains("far"))
    );
}

#[test]
fn a_disabled_environment_is_not_opened() {
    let mut stage = listed(80, 24);
    stage.keys("6");
    assert!(stage.effects.is_empty() && stage.row(23).contains("Archive is disabled"), "{}", stage.screen());
}

#[test]
fn an_environment_that_does_not_open_leaves_the_one_before_it_as_it_was() {
    let mut stage = Stage::at_cases(80, 24, 3, None);
    stage.keys("g e");
    stage.answer(Slot::Places, Reply::Places(Ok(Some(places()))));
    stage.keys("1");
    let problem = Problem::new("Cannot open contoso.crm4.dynamics.com.").why("There is no connection.");
    stage.answer(Slot::Session, Reply::Connected(Err(problem)));
    assert!(stage.screen().contains("! Cannot open contoso.crm4"), "{}", stage.screen());
    stage.keys("Esc Esc");
    assert!(stage.row(1).contains("contoso-uat SANDBOX  Tables > Cases"), "{}", stage.screen());
}

#[test]
fn another_environment_takes_the_place_of_the_one_before_it_with_all_that_was_read() {
    let mut stage = Stage::at_cases(80, 24, 3, None);
    let (tables, late) = (stage.ticket(Slot::Tables), stage.ticket(Slot::Rows));
    stage.keys("g e");
    stage.answer(Slot::Places, Reply::Places(Ok(Some(places()))));
    stage.keys("1");
    stage.answer(Slot::Session, Reply::Connected(Ok(Some(other()))));
    assert!(stage.row(1).contains("Contoso PROD eu live  Tables"), "{}", stage.screen());
    assert!(stage.app.schemas.is_empty() && stage.app.tables.value().is_none());
    let before = stage.screen();
    stage.answer_to(tables, Reply::Tables(Ok(crate::stage::tables())));
    stage.answer_to(late, Reply::Rows(Ok(crate::stage::page(0..3, None, None))));
    assert_eq!(stage.screen(), before, "answers of the environment before are not for this one");
}

#[test]
fn an_environment_that_nobody_waits_for_any_more_takes_no_place() {
    let mut stage = Stage::at_cases(80, 24, 3, None);
    stage.keys("g e");
    stage.answer(Slot::Places, Reply::Places(Ok(Some(places()))));
    stage.keys("1");
    let late = stage.ticket(Slot::Session);
    stage.keys("g t");
    stage.answer_to(late, Reply::Connected(Ok(Some(other()))));
    assert!(stage.effects.is_empty() && stage.row(1).contains("contoso-uat SANDBOX"), "{}", stage.screen());

    stage.keys("g e 1 : c a s e Enter");
    stage.answer(Slot::Session, Reply::Connected(Ok(Some(other()))));
    assert!(stage.row(1).contains("contoso-uat SANDBOX"), "{}", stage.screen());
    assert!(stage.row(23).contains("you went on here"), "{}", stage.screen());
    stage.keys("g u");
    stage.answer(Slot::Session, Reply::SignedIn(Ok(identity())));
    assert!(matches!(&stage.effects[..], [Effect::Adopt(address), ..] if address.contains("uat")));
    assert!(
        stage.row(1).contains("Tables > Cases"),
        "signing in again keeps the screens: {}",
        stage.screen()
    );
}

#[test]
fn requests_go_where_the_screen_says_and_nowhere_before() {
    let mut stage = Stage::at_cases(80, 24, 3, None);
    stage.keys("g e");
    stage.answer(Slot::Places, Reply::Places(Ok(Some(places()))));
    stage.keys("1");
    assert!(!stage.effects.iter().any(|effect| matches!(effect, Effect::Adopt(_))));
    stage.answer(Slot::Session, Reply::Connected(Ok(Some(other()))));
    let adopted = Effect::Adopt("https://contoso.crm4.dynamics.com".into());
    assert_eq!(stage.effects.first(), Some(&adopted));
}

#[test]
fn views_of_another_environment_are_asked_for_there() {
    let mut stage = Stage::at_cases(80, 24, 3, None);
    stage.keys("V");
    stage.answer(Slot::Views, views("incident", Ok(vec![]), Ok(vec![])));
    stage.keys("Esc V");
    assert!(stage.effects.is_empty(), "known: {:?}", stage.effects);
    stage.keys("Esc g e");
    stage.answer(Slot::Places, Reply::Places(Ok(Some(places()))));
    stage.keys("1");
    stage.answer(Slot::Session, Reply::Connected(Ok(Some(other()))));
    stage.answer(Slot::Tables, Reply::Tables(Ok(crate::stage::tables())));
    stage.keys("/ c a s e Enter V");
    assert!(
        matches!(&stage.effects[..], [Effect::Run(_, request)] if *request == Request::Views("incident".into()))
    );
}

#[test]
fn changes_that_are_not_sent_keep_their_environment_open() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("c p l g e");
    desk.stage.answer(Slot::Places, Reply::Places(Ok(Some(places()))));
    desk.keys("1");
    assert!(desk.stage.effects.is_empty(), "{:?}", desk.stage.effects);
    assert!(
        desk.message().contains("1 change to contoso-uat is not sent.  w reviews it"),
        "{}",
        desk.message()
    );
    desk.keys("2");
    assert!(desk.stage.row(1).contains("~1 pending") && !desk.stage.screen().contains("Environments"));
}

#[test]
fn what_a_person_says_of_an_environment_goes_into_its_profile() {
    let mut stage = listed(80, 24);
    stage.keys("e");
    insta::assert_snapshot!(stage.screen());
    stage.keys("Ctrl-U l i v e Down Right Down e u Down Right Down Right Enter");
    let expected = Tags {
        label: "live".into(),
        colour: "green".into(),
        alias: "eu".into(),
        production: Some(true),
        read_only: true,
    };
    match &stage.effects[..] {
        [Effect::Run(_, Request::Tag(place, tags))] => {
            assert_eq!((place.name.as_str(), tags), ("Contoso", &expected));
        }
        effects => panic!("{effects:?}"),
    }
    let mut tagged = places();
    tagged[0].tags = expected;
    stage.answer(Slot::Profile, Reply::Tagged(Ok(tagged)));
    assert!(stage.row(23).contains("Written to the profile"), "{}", stage.screen());
}

#[test]
fn details_say_who_one_is_there() {
    let mut stage = listed(80, 24);
    stage.keys("d");
    assert!(matches!(&stage.effects[..], [Effect::Run(_, Request::Details(_))]));
    let facts = [("User", "Anna Moss"), ("Roles", "Customer Service Representative")];
    let facts = facts.map(|(label, value)| (label.to_owned(), value.to_owned()));
    stage.answer(Slot::Details, Reply::Details(Ok(facts.to_vec())));
    insta::assert_snapshot!(stage.screen());
    stage.keys("Esc");
    assert!(!stage.screen().contains("Anna Moss"));
}

#[test]
fn signing_out_asks_first_and_leads_back_to_an_empty_list() {
    let mut stage = listed(80, 24);
    stage.keys("X");
    stage.app.drawn();
    stage.keys("X Enter");
    assert!(stage.effects.is_empty());
    stage.keys("y");
    assert!(
        matches!(&stage.effects[..], [Effect::Run(_, Request::SignOut(addresses))] if addresses.len() == 6)
    );
    stage.answer(Slot::Session, Reply::SignedOut(Ok(())));
    assert!(stage.screen().contains("Nobody is signed in"), "{}", stage.screen());
}

#[test]
fn production_is_unlocked_by_its_alias_for_a_quarter_of_an_hour() {
    let mut stage = production(80, 24);
    assert!(stage.row(1).contains("RO"), "{}", stage.row(1));
    stage.keys(": r w Enter");
    stage.app.drawn();
    insta::assert_snapshot!(stage.screen());
    stage.keys("l i v e d Enter");
    assert!(
        stage.effects.is_empty() && stage.screen().contains("`lived` is not `live`"),
        "{}",
        stage.screen()
    );
    stage.keys("Backspace Enter");
    assert_eq!(stage.effects, [Effect::Unlock]);
    assert!(stage.row(1).contains("RW 15:00"), "{}", stage.row(1));
    assert!(stage.app.is_counting());

    let after = |seconds| noon() + SignedDuration::from_secs(seconds);
    stage.app.drawn();
    stage.event(Event::Clock(after(899)));
    assert!(stage.app.is_dirty() && stage.row(1).contains("RW 0:01"), "{}", stage.row(1));
    stage.event(Event::Clock(after(900)));
    assert!(matches!(&stage.effects[..], [Effect::Lock(reason)] if reason.contains("production")));
    assert!(stage.row(1).contains("RO") && stage.row(23).contains("The time is up"), "{}", stage.screen());
    assert!(!stage.app.is_counting());
}

#[test]
fn an_unlock_is_ended_at_once_by_ro() {
    let mut stage = production(80, 24);
    stage.keys(": r w Enter");
    stage.app.drawn();
    stage.keys("l i v e Enter : r o Enter");
    assert!(matches!(&stage.effects[..], [Effect::Lock(_)]));
    assert!(stage.row(1).contains("RO"));
    stage.keys(": r o Enter");
    assert!(stage.row(23).contains("read-only already"), "{}", stage.screen());
}

#[test]
fn a_session_that_was_started_read_only_is_not_unlocked_from_inside() {
    let mut stage = Stage::new(80, 24);
    let writes = Writes::Locked("Read-only was asked for at the start.".into());
    stage.answer(Slot::Session, Reply::Connected(Ok(Some(Identity { writes, ..identity() }))));
    stage.keys(": r w Enter");
    assert!(stage.app.overlays.is_empty());
    assert!(stage.row(23).contains("Nothing unlocks that from inside"), "{}", stage.screen());
}

#[test]
fn the_badge_has_the_colour_of_the_profile_and_reads_without_it() {
    let mut stage = production(80, 24);
    let identity = stage.app.session.identity_mut().unwrap();
    identity.colour = Some("yellow".into());
    let cell = stage.buffer()[(10, 0)].clone();
    assert_eq!((cell.symbol(), cell.bg), ("R", ratatui::style::Color::Yellow), "{}", stage.row(1));
    assert!(stage.row(1).contains("PROD"));
}
