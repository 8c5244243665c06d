//! The tables of last time, listed before there is a session.

use dvtui::app::effect::{Effect, Request};
use dvtui::app::key::Key;
use dvtui::app::tickets::Slot;
use dvtui::app::{Reply, Screen};

use crate::stage::{Stage, identity, tables};

fn known() -> Stage {
    Stage::knowing(tables(), 80, 24)
}

#[test]
fn the_tables_of_last_time_are_listed_before_anything_was_asked() {
    insta::assert_snapshot!(known().screen());
}

#[test]
fn a_table_that_is_opened_while_connecting_opens_when_the_session_is_there() {
    let mut stage = known();
    stage.keys("/ c a s e Enter");
    assert_eq!(stage.effects, [], "nothing is asked before there is a session");
    assert!(stage.screen().contains("Connecting ...  then Cases opens"), "{}", stage.screen());
    stage.answer(Slot::Session, Reply::Connected(Ok(Some(identity()))));
    let asks = |wanted: fn(&Request) -> bool| {
        stage.effects.iter().any(|effect| matches!(effect, Effect::Run(_, request) if wanted(request)))
    };
    assert!(asks(|request| matches!(request, Request::Tables)), "the list is read anew");
    assert!(asks(|request| matches!(request, Request::Schema(table) if table.name.as_str() == "incident")));
    assert!(matches!(stage.app.screen(), Screen::Grid(_)));
}

#[test]
fn a_view_a_table_and_a_ticket_of_the_palette_open_when_the_session_is_there() {
    for (line, said, wanted) in [
        (": u r g Enter", "then Urgent active opens", "Rows"),
        (": c a s e Enter", "then Cases opens", "Rows"),
        (": # 1 2 1 3 Enter", "then the place opens", "Find"),
    ] {
        let mut stage = known();
        stage.keys(line);
        assert_eq!(stage.effects, [], "nothing is asked before there is a session");
        assert!(stage.screen().contains(said), "{}", stage.screen());
        stage.answer(Slot::Session, Reply::Connected(Ok(Some(identity()))));
        let slots: Vec<_> = stage
            .effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Run(ticket, _) => Some(ticket.slot),
                _ => None,
            })
            .collect();
        let is_there = match wanted {
            "Find" => slots.contains(&Slot::Find),
            _ => matches!(stage.app.screen(), Screen::Grid(_)),
        };
        assert!(is_there, "{line}: {slots:?}");
    }
}

#[test]
fn what_was_typed_while_connecting_stays() {
    let mut stage = known();
    stage.keys("/ a c c");
    let before = stage.screen();
    stage.answer(Slot::Session, Reply::Connected(Ok(Some(identity()))));
    let after = stage.screen();
    let body = |screen: &str| screen.lines().skip(2).take(18).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(body(&before), body(&after));
    stage.answer(Slot::Tables, Reply::Tables(Ok(tables())));
    assert_eq!(body(&before), body(&stage.screen()));
}

#[test]
fn esc_takes_back_what_is_to_be_opened() {
    let mut stage = known();
    stage.keys("Enter Esc");
    stage.answer(Slot::Session, Reply::Connected(Ok(Some(identity()))));
    assert!(matches!(stage.app.screen(), Screen::Tables(_)));
}

#[test]
fn without_a_kept_sign_in_the_sign_in_takes_the_place_of_the_known_tables() {
    let mut stage = known();
    stage.answer(Slot::Session, Reply::Connected(Ok(None)));
    assert!(matches!(&stage.effects[..], [Effect::Run(_, Request::SignIn(_))]));
    assert!(matches!(stage.app.screen(), Screen::SignIn(_)));
    stage.press(Key::Char('q'));
    assert_eq!(stage.effects, [Effect::Quit], "the sign-in is the first screen: nothing is behind it");
}

#[test]
fn nothing_is_read_while_connecting_and_that_is_said() {
    let mut stage = known();
    stage.keys("r");
    assert_eq!(stage.effects, []);
    assert!(stage.screen().contains("Still connecting."), "{}", stage.screen());
}
