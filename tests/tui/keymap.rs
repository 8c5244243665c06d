//! Keys that a person chose, and the ways between the screens.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use dvtui::app::effect::{Effect, Request};
use dvtui::app::key::Key;
use dvtui::app::keymap::{Keymap, Override};
use dvtui::app::screen::record::Tab;
use dvtui::app::session::{Session, Start, Way};
use dvtui::app::tickets::Slot;
use dvtui::app::{Reply, Screen, command};
use dvtui::dataverse::{Page, Row, SetName};

use crate::desk::{self, Desk};
use crate::stage::{Stage, case, identity, page, tables};

fn chosen(lines: &[(&str, &[&str])]) -> Stage {
    let lines: Vec<Override> = lines
        .iter()
        .map(|(command, sequences)| Override {
            place: "keys.toml, line 2".into(),
            command: (*command).into(),
            sequences: sequences.iter().map(|keys| (*keys).into()).collect(),
        })
        .collect();
    let start = Start {
        version: "0.1.0".into(),
        environment: Some("contoso-uat.crm4.dynamics.com".into()),
        places: vec![],
        way: Way::DeviceCode,
        remote: false,
        ascii: false,
        desktop: false,
        keymap: Keymap::with(vec![], &lines),
    };
    let mut stage = Stage::started(start, 80, 24);
    stage.answer(Slot::Session, Reply::Connected(Ok(Some(identity()))));
    stage.answer(Slot::Tables, Reply::Tables(Ok(tables())));
    stage
}

/// At the cases.
fn at_cases(mut stage: Stage) -> Stage {
    stage.keys("/ c a s e Enter");
    stage.answer(Slot::Schema, Reply::Schema(Ok(Arc::new(crate::stage::cases()))));
    stage.answer(Slot::Rows, Reply::Rows(Ok(page(0..30, None, Some(30)))));
    stage
}

#[test]
fn chosen_keys_run_and_stand_in_hints_help_palette_and_prefix_menus() {
    let chosen = chosen(&[
        ("row.open", &["i"]),
        ("rows.sort", &[]),
        ("help", &["F1", "g ?"]),
        ("pending.review", &["W"]),
    ]);
    let mut stage = at_cases(chosen);
    assert!(
        stage.row(24).contains("i open") && stage.row(24).trim_end().ends_with("F1 keys"),
        "{}",
        stage.row(24)
    );
    assert!(!stage.row(24).contains("Enter open"), "{}", stage.row(24));
    stage.keys("s");
    assert!(stage.row(23).contains("`s` does nothing here. F1 shows keys"), "{}", stage.row(23));
    stage.keys("F1 o p e n Space t h e Space r o w");
    assert!(stage.screen().contains("> i  "), "{}", stage.screen());
    stage.keys("Esc : r o w s . s o r t");
    assert!(stage.screen().contains(":rows.sort\n"), "{}", stage.screen());
    stage.keys("Esc g");
    assert!(stage.screen().contains(" g ?     Keys of this screen"), "{}", stage.screen());
    stage.keys("Esc i");
    assert!(matches!(stage.app.screen(), Screen::Record(_)));
}

#[test]
fn messages_and_problems_name_the_chosen_keys() {
    let mut stage = at_cases(chosen(&[
        ("pending.review", &["W"]),
        ("row.repeat", &[","]),
        ("refresh", &["Ctrl-R"]),
        ("row.open", &["i"]),
    ]));
    stage.keys("c p l");
    assert!(stage.row(23).contains("CAS-00000-A1B2C3.  W review  , repeat"), "{}", stage.row(23));
    stage.keys("Ctrl-R");
    stage.answer(Slot::Rows, Reply::Rows(Err(crate::problems::api(500, "", "Oops."))));
    let screen = stage.screen();
    assert!(screen.contains("  Ctrl-R try again   Esc dismiss"), "{screen}");
}

#[test]
fn what_of_keys_toml_is_not_in_effect_is_told_at_the_start_and_after_the_sign_in() {
    let stage = chosen(&[("row.opne", &["o"]), ("rows.sort", &["?"])]);
    let said = stage.row(23);
    assert!(said.contains("keys.toml, line 2: there is no command `row.opne`"), "{said}");
    assert!(stage.app.keymap().complaints().len() == 2);
    let mut stage = at_cases(stage);
    stage.keys("s");
    assert!(stage.effects.iter().any(|effect| matches!(effect, Effect::Run(..))), "the usual key stays");
}

/// Three rows of a table.
fn rows(set: &SetName) -> Page {
    let table = tables().into_iter().find(|table| table.set == *set).unwrap();
    let row = |number| case(number).replace("incidentid", table.primary_id.as_str());
    let rows: Vec<String> = (0..3).map(row).collect();
    Page::decode(Bytes::from(format!(r#"{{"value":[{}]}}"#, rows.join(",")))).unwrap()
}

/// Answers everything that was asked for.
fn answered(stage: &mut Stage) {
    let mut due: VecDeque<Effect> = stage.effects.drain(..).collect();
    while let Some(effect) = due.pop_front() {
        let Effect::Run(ticket, request) = effect else { continue };
        let reply = match request {
            Request::Tables => Reply::Tables(Ok(tables())),
            Request::Schema(table) => {
                let schema = dvtui::dataverse::TableSchema { table, ..desk::cases() };
                Reply::Schema(Ok(Arc::new(schema)))
            }
            Request::Rows(query) => Reply::Rows(Ok(rows(query.set()))),
            Request::Row(..) => Reply::Row(Ok(Row::from_json(desk::ROW.to_owned()).unwrap())),
            Request::Places => Reply::Places(Ok(Some(crate::environments::places()))),
            Request::Doctor(..) => Reply::Doctor(Ok(crate::doctor::wrong_audience())),
            _ => continue,
        };
        stage.answer_to(ticket, reply);
        due.extend(stage.effects.drain(..));
    }
    stage.app.drawn();
}

fn name(screen: &Screen) -> &'static str {
    match screen {
        Screen::SignIn(_) => "SignIn",
        Screen::Environments(_) => "Environments",
        Screen::Tables(_) => "Tables",
        Screen::Grid(_) => "Grid",
        Screen::Record(record) => match record.tab {
            Tab::Form => "Record Form",
            Tab::Json => "Record Json",
            Tab::Related => "Record Related",
            Tab::Timeline => "Record Timeline",
        },
        Screen::Review(_) => "Review",
        Screen::Doctor(_) => "Doctor",
        Screen::Log(_) => "Log",
        Screen::Viewer(_) => "Viewer",
    }
}

fn kind(stage: &Stage) -> &'static str {
    name(stage.app.screen())
}

/// The screens that so many keys lead to at most, from the bindings alone.
fn reached(from: &Stage, most: usize) -> BTreeMap<&'static str, usize> {
    let state = |stage: &Stage| {
        let screens: Vec<&str> = stage.app.screens.iter().map(name).collect();
        format!("{screens:?} {}", stage.app.overlays.len())
    };
    let mut best = BTreeMap::from([(kind(from), 0)]);
    let mut seen = BTreeMap::from([(state(from), 0)]);
    let mut layers: Vec<Vec<Stage>> = vec![vec![]; most + 1];
    layers[0].push(from.clone());
    for keys in 0..=most {
        for stage in std::mem::take(&mut layers[keys]) {
            for spec in command::of(stage.app.screen().scopes()) {
                for sequence in stage.app.keymap().sequences(spec) {
                    let cost = keys + sequence.len();
                    if cost > most || !stage.app.overlays.is_empty() {
                        continue;
                    }
                    let mut next = stage.clone();
                    for key in sequence {
                        next.press(*key);
                    }
                    answered(&mut next);
                    if seen.get(&state(&next)).is_some_and(|before| *before <= cost) {
                        continue;
                    }
                    seen.insert(state(&next), cost);
                    best.entry(kind(&next)).and_modify(|old| *old = (*old).min(cost)).or_insert(cost);
                    layers[cost].push(next);
                }
            }
        }
    }
    best
}

#[test]
fn every_screen_is_three_keys_away_from_every_other() {
    const SCREENS: [&str; 8] =
        ["Environments", "Tables", "Grid", "Record Form", "Record Json", "Review", "Doctor", "Log"];
    // Changes of two rows wait: without one there is nothing to review, and one is asked about at once.
    let ways = ["", "g e", "g t", "Enter", "Enter 2", "g p", "g d", "g l"];
    let mut from: Vec<Stage> = Vec::new();
    for keys in ways {
        let mut desk = Desk::at_cases(80, 24);
        desk.keys("c p l j c p l");
        for key in keys.split_whitespace() {
            desk.press(key.parse::<Key>().unwrap());
            answered(&mut desk.stage);
        }
        from.push(desk.stage.clone());
    }
    let mut kinds: Vec<&str> = from.iter().map(kind).collect();
    kinds.sort_unstable();
    let mut all = SCREENS.to_vec();
    all.sort_unstable();
    assert_eq!(kinds, all, "every screen is a start");
    for stage in &from {
        assert!(matches!(stage.app.session, Session::SignedIn(_)));
        let best = reached(stage, 3);
        for screen in SCREENS {
            assert!(best.contains_key(screen), "no way from {} to {screen}: {best:?}", kind(stage));
        }
        assert!(best.contains_key("SignIn"), "{best:?}");
    }
}

#[test]
fn every_command_is_in_the_help_and_the_palette_of_its_screens() {
    use dvtui::app::overlay::help::Help;
    use dvtui::app::overlay::palette::{Entry, Palette};
    let mut told: BTreeMap<&str, usize> = command::all().map(|spec| (spec.name, 0)).collect();
    for (name, mut stage) in crate::sweep::stages(80, 24) {
        stage.app.overlays.clear();
        let help = Help::new(&stage.app);
        let palette = Palette::new(&stage.app);
        let in_palette: Vec<&str> = (0..palette.picker.len())
            .filter_map(|entry| match palette.entry(&stage.app, entry) {
                Some(Entry::Command(spec)) => Some(spec.name),
                _ => None,
            })
            .collect();
        for spec in command::of(stage.app.screen().scopes()) {
            assert!(help.commands().any(|other| other.name == spec.name), "{} at {name}", spec.name);
            assert!(in_palette.contains(&spec.name), "{} at {name}", spec.name);
            *told.entry(spec.name).or_default() += 1;
        }
    }
    let never: Vec<_> = told.iter().filter(|(_, count)| **count == 0).collect();
    assert!(never.is_empty(), "on no screen of the sweep: {never:?}");
}

#[test]
fn prefix_menus_show_every_key_and_hide_no_row_under_the_cursor() {
    for (width, height) in [(60, 16), (80, 24), (200, 50)] {
        for down in 0..height - 5 {
            let mut stage = Stage::at_cases(width, height, 60, None);
            stage.keys("Z"); // one pane
            for _ in 0..down {
                stage.keys("j");
            }
            let row = stage.screen().lines().find(|line| line.starts_with('>')).unwrap().to_owned();
            stage.keys("g");
            let screen = stage.screen();
            assert!(screen.lines().any(|line| line == row), "{width}x{height}, row {down}:\n{screen}");
            let menu = dvtui::app::overlay::prefix::entries(&stage.app, Key::Char('g'));
            assert!(menu.len() >= 8);
            for (key, _) in &menu {
                assert!(screen.contains(&format!("g {key} ")), "g {key} at {width}x{height}:\n{screen}");
            }
            let lines = screen.lines().filter(|line| line.starts_with(" g ")).count();
            assert!(lines <= 12, "{lines} lines");
        }
    }
}

#[test]
fn an_entry_of_a_prefix_menu_that_cannot_run_says_so_and_why() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    stage.keys("g");
    let screen = stage.screen();
    let line = screen.lines().find(|line| line.starts_with(" g p")).unwrap();
    assert!(line.contains("(n/a)") && line.contains("Nothing pending."), "{line}");
    for key in ["Esc", "Ctrl-G", "Backspace"] {
        stage.keys(&format!("Esc g {key}"));
        assert!(stage.app.overlays.is_empty(), "{key}");
    }
}

#[test]
fn help_has_a_page_of_concepts() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    stage.keys("? Tab Tab");
    insta::assert_snapshot!(stage.screen());
    stage.keys("c o n f l i c t");
    assert!(stage.screen().contains("> A conflict is never overwritten"), "{}", stage.screen());
    stage.keys("Ctrl-U Tab");
    assert!(stage.screen().contains("ROWS"), "{}", stage.screen());
}
