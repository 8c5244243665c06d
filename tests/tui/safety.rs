//! No key reaches the server but through a question that was seen and answered.

use dvtui::app::effect::Effect;
use dvtui::app::event::{Event, Operated, SaveFailure, Saved};
use dvtui::app::key::{Input, Key};
use dvtui::app::overlay::Overlay;
use dvtui::app::overlay::prompt::{self, Confirm};
use dvtui::app::session::Writes;
use dvtui::app::tickets::Slot;
use dvtui::app::{App, Reply, Request};
use dvtui::dataverse::Row;
use proptest::prelude::*;

use crate::desk::{Desk, ROW};
use crate::stage;

/// Keys that do something on these screens come more often.
fn key() -> impl Strategy<Value = Key> {
    prop_oneof![
        4 => prop::sample::select("cplhnjke.wyYsduXDrtz12qQ/-gGaexxorcDDw".chars().collect::<Vec<_>>()).prop_map(Key::Char),
        1 => prop::char::range(' ', '~').prop_map(Key::Char),
        2 => prop::sample::select(vec![
            Key::Enter, Key::Esc, Key::Tab, Key::Backspace, Key::Up, Key::Down, Key::Ctrl('y'), Key::Ctrl('s'),
            Key::Ctrl('d'), Key::Ctrl('u'), Key::Ctrl('j'),
        ]),
    ]
}

/// What a question that has been seen would take as its confirmation now.
fn confirms(app: &App, seen: bool, key: Key) -> bool {
    let Some(Overlay::Prompt(prompt)) = app.overlays.last() else { return false };
    seen && match prompt::confirm(app, &prompt.question) {
        Confirm::Key(c) => key == Key::Char(c),
        Confirm::Text(text) => key == Key::Enter && prompt.typed.text().trim() == text,
    }
}

/// Answers everything that was asked and gives writes a turn of fortune.
fn answer(desk: &mut Desk, luck: u8) {
    for effect in desk.stage.effects.clone() {
        match effect {
            Effect::Run(ticket, Request::Row(..)) => {
                let row = Row::from_json(ROW.to_owned()).unwrap();
                desk.stage.answer_to(ticket, Reply::Row(Ok(row)));
            }
            Effect::Run(ticket, Request::Rows(_)) => {
                desk.stage.answer_to(ticket, Reply::Rows(Ok(stage::page(0..3, None, Some(3)))));
            }
            Effect::Run(ticket, _) if ticket.slot == Slot::Tables => {
                desk.stage.answer_to(ticket, Reply::Tables(Ok(stage::tables())));
            }
            Effect::Write(id, patch) => {
                let row = Row::from_json(format!(
                    "{{\"@odata.etag\":\"W/\\\"n\\\"\",\"incidentid\":\"{}\"}}",
                    patch.id
                ));
                let result = match luck % 3 {
                    0 => Ok(Saved { row: row.unwrap() }),
                    1 => Err(SaveFailure::Conflict),
                    _ => Err(SaveFailure::Gone),
                };
                desk.stage.event(Event::Written(id, result));
            }
            Effect::Operate(id, _) => {
                let result = match luck % 3 {
                    0 => Ok(Operated { row: None }),
                    1 => Err(SaveFailure::Conflict),
                    _ => Err(SaveFailure::Gone),
                };
                desk.stage.event(Event::Operated(id, result));
            }
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_write_follows_only_a_drawn_question_and_its_confirming_key(
        steps in prop::collection::vec((key(), any::<bool>(), any::<u8>()), 1..160),
    ) {
        let mut desk = Desk::at_cases(80, 24);
        let mut seen = false;
        for (key, drawn, luck) in steps {
            let allowed = confirms(&desk.stage.app, seen, key);
            let before = desk.stage.app.overlays.clone();
            desk.stage.press(key);
            let wrote = desk.sends();
            prop_assert!(!wrote || allowed, "{key} wrote");
            let expected = desk.stage.app.leaving;
            prop_assert!(!expected || desk.stage.app.pending.unsent() == 0 || allowed);
            if expected {
                break;
            }
            answer(&mut desk, luck);
            if desk.stage.app.overlays.len() != before.len() {
                seen = false;
            }
            if drawn {
                desk.stage.app.drawn();
                desk.screen();
                seen = true;
            }
        }
    }

    #[test]
    fn whoever_never_confirms_sends_nothing(keys in prop::collection::vec(key(), 1..300)) {
        let mut desk = Desk::at_cases(80, 24);
        for key in keys.into_iter().filter(|key| !matches!(key, Key::Char('y' | 'Y'))) {
            desk.press(key);
            prop_assert!(!desk.sends(), "{:?}", desk.stage.effects);
            answer(&mut desk, 0);
        }
    }

    #[test]
    fn a_read_only_session_stages_and_sends_nothing(keys in prop::collection::vec(key(), 1..300)) {
        let mut identity = stage::identity();
        identity.writes = Writes::Locked("Read-only.".into());
        let mut desk = Desk::of(identity, 80, 24);
        for key in keys {
            desk.press(key);
            prop_assert!(!desk.sends(), "{:?}", desk.stage.effects);
            prop_assert_eq!(desk.pending(), 0);
            answer(&mut desk, 0);
            if desk.stage.app.leaving {
                break;
            }
        }
    }

    #[test]
    fn no_key_and_no_paste_breaks_a_screen(
        keys in prop::collection::vec(key(), 1..200),
        paste in ".{0,12}",
        width in 40u16..160,
        height in 10u16..50,
    ) {
        let mut desk = Desk::at_cases(80, 24);
        for (number, key) in keys.into_iter().enumerate() {
            if number % 17 == 0 {
                desk.stage.resize(width, height);
            }
            if number % 23 == 0 {
                desk.stage.event(Event::Input(Input::Paste(paste.clone())));
            }
            desk.press(key);
            answer(&mut desk, number as u8);
            desk.screen();
            if desk.stage.app.leaving {
                break;
            }
        }
    }
}
