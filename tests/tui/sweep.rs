//! What must hold on every screen, whatever is pressed.

use dvtui::app::Reply;
use dvtui::app::effect::Effect;
use dvtui::app::event::{Event, Progress};
use dvtui::app::key::{Input, Key};
use dvtui::app::session::Prompt;
use dvtui::app::tickets::Slot;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::desk::Desk;
use crate::stage::{Stage, noon, page, sent};

/// Every screen in the states in which people press keys.
pub(crate) fn stages(width: u16, height: u16) -> Vec<(&'static str, Stage)> {
    let mut prompted = Stage::new(width, height);
    prompted.answer(Slot::Session, Reply::Connected(Ok(None)));
    let prompt = Prompt::DeviceCode {
        address: "https://x/device".into(),
        code: "ABCD".into(),
        expires: noon(),
        may_open: true,
    };
    let ticket = prompted.ticket(Slot::Session);
    prompted.event(Event::Progress(ticket, Progress::Prompt(prompt)));
    let mut typing = Stage::at_cases(width, height, 30, Some("p2"));
    typing.keys("/ p");
    let mut filtered = Stage::at_cases(width, height, 30, Some("p2"));
    filtered.keys("/ p Tab");
    let mut stages = vec![
        ("connecting", Stage::new(width, height)),
        ("code", prompted),
        ("reading tables", Stage::signed_in(width, height)),
        ("tables", Stage::at_tables(width, height)),
        ("rows", Stage::at_cases(width, height, 30, Some("p2"))),
        ("no rows", Stage::at_cases(width, height, 0, None)),
        ("typing a filter", typing),
        ("filtered rows", filtered),
    ];
    for (name, keys) in [
        ("environments", ""),
        ("filtered environments", "/ d e v"),
        ("address", "a"),
        ("tags", "e"),
        ("details", "d"),
        ("sign-out", "X"),
    ] {
        let mut stage = crate::environments::listed(width, height);
        stage.keys(keys);
        stage.app.drawn();
        stages.push((name, stage));
    }
    let mut unlock = crate::environments::production(width, height);
    unlock.keys(": r w Enter");
    unlock.app.drawn();
    stages.push(("unlock", unlock));
    for (name, keys) in [
        ("menu", "g"),
        ("print", "P"),
        ("help", "?"),
        ("palette", ":"),
        ("columns", "g c"),
        ("column picker", "C"),
    ] {
        let mut stage = Stage::at_cases(width, height, 30, Some("p2"));
        stage.keys(keys);
        stages.push((name, stage));
    }
    for (name, keys) in [("going", "g i"), ("offer", ""), ("hits", ": # 1 Enter"), ("found", "g f x Enter")] {
        let mut stage = Stage::at_cases(width, height, 30, Some("p2"));
        stage.keys(keys);
        match name {
            "offer" => drop(stage.event(Event::Input(Input::Paste("CAS-01213-A1B2C3".into())))),
            "hits" => drop(stage.answer(Slot::Find, Reply::Found(Ok(crate::going::two())))),
            "found" => drop(stage.answer(Slot::Find, Reply::Found(Ok(crate::going::of_two_tables())))),
            _ => {}
        }
        stages.push((name, stage));
    }
    for (name, keys) in [("concepts", "? Tab Tab"), ("unsent", "")] {
        let mut desk = Desk::at_cases(width, height);
        desk.keys(keys);
        if name == "unsent" {
            desk.keys("c p l Q");
        }
        stages.push((name, desk.stage));
    }
    let mut examining = Stage::at_tables(width, height);
    examining.keys("g d");
    stages.push(("examining", examining));
    for (name, keys) in [("doctor", ""), ("explanation", "Enter"), ("claims", "t"), ("key tester", "K")] {
        let mut stage = crate::doctor::at_doctor(width, height);
        stage.keys(keys);
        stages.push((name, stage));
    }
    for (name, keys) in [("log", ""), ("log with a filter", "/ i n c"), ("link", "")] {
        let mut stage = crate::log::at_log(width, height);
        if name == "link" {
            stage = Stage::at_cases(width, height, 30, Some("p2"));
            stage.keys("o");
        }
        stage.keys(keys);
        stages.push((name, stage));
    }
    for (name, keys) in [("viewer", ""), ("names of a viewer", "@")] {
        let mut stage = crate::viewer::usual(width, height);
        stage.keys(keys);
        stages.push((name, stage));
    }
    for (name, keys) in [("peek", "p"), ("marked", "Space Space v j"), ("in the preview", "p Tab")] {
        let mut stage = Stage::at_cases(width, height, 30, Some("p2"));
        stage.keys(keys);
        stages.push((name, stage));
    }
    let editing = [
        ("form", ""),
        ("JSON", "2"),
        ("choice menu", "c p"),
        ("staged", "c p l"),
        ("review", "c p l w d"),
        ("question", "c p l w"),
        ("text editor", "/ t i t l e Enter e"),
        ("box of lines", "/ d e s c r i p Enter e"),
        ("find", "/ t i"),
        ("column menu", "c"),
    ];
    for (name, keys) in editing {
        let mut desk = Desk::at_form(width, height);
        desk.keys(keys);
        stages.push((name, desk.stage));
    }
    for (name, keys) in [("choices", ""), ("typing choices", "/ 4 ;")] {
        let mut desk = crate::editors::at_form(width, height);
        desk.keys("/ c h a n n e l s Enter e").keys(keys);
        stages.push((name, desk.stage));
    }
    stages.push(("lookup", crate::lookups::found(width, height)));
    stages.push(("owner", crate::lookups::at("owner", width, height).keys("e").stage.clone()));
    for (name, keys) in [("timeline", ""), ("text of a timeline", "Enter"), ("to save", "s"), ("to add", "a")]
    {
        let mut desk = crate::timeline::at_timeline(width, height);
        desk.keys(keys);
        stages.push((name, desk.stage));
    }
    stages.push(("related", crate::related::at_related(width, height).stage));
    let mut desk = crate::related::at_related(width, height);
    desk.keys("z e G");
    stages.push(("all that could be related", desk.stage));
    stages.push(("related rows", crate::linking::at_contacts(width, height).stage));
    stages
}

/// All printable keys, the named ones, and the control keys that arrive everywhere.
fn keys() -> Vec<Key> {
    let mut keys: Vec<Key> = (' '..='~').map(Key::Char).collect();
    keys.extend("abcdefgklnopqrstuvwxyz".chars().map(Key::Ctrl));
    keys.extend([Key::Enter, Key::Esc, Key::Tab, Key::BackTab, Key::Backspace, Key::Delete]);
    keys.extend([Key::Up, Key::Down, Key::Left, Key::Right, Key::Home, Key::End, Key::PageUp, Key::PageDown]);
    keys.extend((1..=12).map(Key::F));
    keys
}

/// Keys that may find nothing left to do: at the top there is no way up.
fn only_moves(key: Key) -> bool {
    let moves = [
        Key::Up,
        Key::Down,
        Key::Left,
        Key::Right,
        Key::Home,
        Key::End,
        Key::PageUp,
        Key::PageDown,
        Key::Backspace,
        Key::Delete,
        Key::Tab,
        Key::Enter,
    ];
    moves.contains(&key)
        || matches!(
            key,
            Key::Char('j' | 'k' | 'h' | 'l' | '0' | '$' | 'G')
                | Key::Ctrl('a'..='f' | 'k' | 'n' | 'p' | 'r' | 'u' | 'w')
        )
}

#[test]
fn no_key_is_dead() {
    for (name, mut before) in stages(80, 24) {
        before.app.notice = None; // saying the same again is saying it
        let (screen, cursor) = (before.screen(), before.cursor());
        for key in keys() {
            let mut stage = before.clone();
            stage.press(key);
            let did = !stage.effects.is_empty();
            let shows = did || stage.screen() != screen || stage.cursor() != cursor;
            assert!(shows || only_moves(key), "`{key}` is dead at {name}");
        }
    }
}

#[test]
fn hints_are_whole_words_at_every_width() {
    for width in [60, 72, 80, 100, 120, 160, 200] {
        for (name, stage) in stages(width, 24) {
            let hints = stage.app.hints();
            let mut row = stage.row(24).trim().to_owned();
            for hint in &hints {
                row = row.replacen(&format!("{} {}", hint.keys, hint.text), "", 1);
            }
            assert!(row.trim().is_empty(), "{name} at {width}: `{}` leaves `{row}`", stage.row(24));
            let first = &hints[0];
            assert!(stage.row(24).contains(&format!("{} {}", first.keys, first.text)), "{name} at {width}");
        }
    }
}

#[test]
fn the_hint_of_help_or_of_a_way_out_is_always_there() {
    for (name, stage) in stages(60, 16) {
        let row = stage.row(16);
        let ways_out = ["? keys", "Esc", "n no", "n stay"];
        assert!(ways_out.iter().any(|way| row.contains(way)), "{name}: {row}");
    }
}

fn a_key() -> impl Strategy<Value = Key> {
    prop_oneof![
        6 => proptest::sample::select(keys()),
        2 => proptest::sample::select(vec![Key::Esc, Key::Enter, Key::Tab, Key::Char('g'), Key::Char('/')]),
        1 => any::<char>().prop_filter("printable", |c| !c.is_control()).prop_map(Key::Char),
    ]
}

/// Keys at random, answers at random, never the key that confirms a write: nothing is sent, nothing breaks.
#[test]
fn random_keys_never_break_anything_and_never_send() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[23; 32]);
    let mut runner =
        TestRunner::new_with_rng(Config { cases: 60, failure_persistence: None, ..Config::default() }, rng);
    let sequence = proptest::collection::vec((a_key(), 0..12u8), 1..120);
    let sizes = proptest::sample::select(vec![(80, 24), (60, 16), (200, 50), (20, 5)]);
    let all = stages(80, 24);
    let strategy = (sequence, sizes, 0..all.len());
    runner
        .run(&strategy, |(sequence, (width, height), at)| {
            let (_, mut stage) = all[at].clone();
            stage.resize(width, height);
            for (key, chance) in sequence {
                if matches!(key, Key::Char('y' | 'Y')) {
                    continue;
                }
                stage.press(key);
                prop_assert!(sent(&stage.effects).is_empty(), "{key} sent");
                if chance == 0 {
                    let read = stage.effects.iter().find_map(|effect| match effect {
                        Effect::Run(ticket, _) if ticket.slot == Slot::Rows => Some(*ticket),
                        _ => None,
                    });
                    if let Some(ticket) = read {
                        stage.answer_to(ticket, Reply::Rows(Ok(page(0..30, Some("p"), None))));
                    }
                }
                stage.screen();
            }
            stage.event(Event::Input(Input::Paste("dd\u{1b}[2J".into())));
            stage.screen();
            Ok(())
        })
        .unwrap();
}

/// So many keys on every screen, other sizes now and then; whoever leaves the program starts anew.
fn keys_at_random(count: usize) {
    for (at, (name, begin)) in (0u8..).zip(stages(80, 24)) {
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[at; 32]);
        let mut runner =
            TestRunner::new_with_rng(Config { failure_persistence: None, ..Config::default() }, rng);
        let (key, size) = (a_key(), (0..220u16, 0..60u16));
        let mut stage = begin.clone();
        for step in 0..count {
            let key = key.new_tree(&mut runner).unwrap().current();
            if matches!(key, Key::Char('y' | 'Y')) {
                continue;
            }
            stage.press(key);
            stage.app.drawn(); // questions are seen
            assert!(sent(&stage.effects).is_empty(), "{key} sent something at {name}, step {step}");
            if step % 10 == 0 {
                stage.screen();
            }
            if step % 100 == 99 {
                let (width, height) = size.new_tree(&mut runner).unwrap().current();
                stage.resize(width, height);
                stage.screen();
                stage.resize(80, 24);
            }
            if stage.app.leaving || stage.effects.contains(&Effect::Quit) {
                stage = begin.clone();
            }
        }
    }
}

#[test]
fn keys_and_sizes_at_random_break_no_screen_and_send_nothing() {
    keys_at_random(150);
}

#[test]
#[ignore = "10,000 keys a screen"]
fn ten_thousand_keys_break_no_screen_and_send_nothing() {
    keys_at_random(10_000);
}
