//! Panes beside the rows: where they are, what follows the cursor, which one has the keys.

use dvtui::app::effect::{Effect, Request};
use dvtui::app::event::Event;
use dvtui::app::panes::Pane;
use dvtui::app::screen::Screen;
use dvtui::app::tickets::Slot;
use dvtui::app::{App, Reply};
use dvtui::dataverse::Row;
use jiff::SignedDuration;

use crate::desk::{Desk, ROW};
use crate::stage::{Stage, identity, page, refused};

/// Thirty cases, the first one read for the form beside them.
fn desk(width: u16, height: u16) -> Desk {
    let mut desk = Desk::with(identity(), 30, width, height);
    if width < 120 {
        desk.keys("p");
    }
    rest(&mut desk.stage, 150);
    preview(&mut desk.stage, ROW);
    desk
}

/// Nothing happens for so many milliseconds.
fn rest(stage: &mut Stage, ms: i64) {
    let now = stage.app.now.checked_add(SignedDuration::from_millis(ms)).unwrap();
    stage.event(Event::Clock(now));
}

/// Answers the read of the preview's row.
fn preview(stage: &mut Stage, json: &str) {
    stage.answer(Slot::Preview, Reply::Row(Ok(Row::from_json(json.to_owned()).unwrap())));
}

fn asks_for_preview(stage: &Stage) -> bool {
    stage
        .effects
        .iter()
        .any(|effect| matches!(effect, Effect::Run(ticket, _) if ticket.slot == Slot::Preview))
}

fn cursor_row(app: &App) -> usize {
    match app.screen() {
        Screen::Grid(grid) => grid.list.cursor,
        other => panic!("not the grid: {other:?}"),
    }
}

#[test]
fn the_form_lies_below_the_rows_on_a_small_screen() {
    insta::assert_snapshot!(desk(80, 24).screen());
    insta::assert_snapshot!(desk(60, 16).screen());
}

#[test]
fn the_form_stands_beside_the_rows_on_a_wide_screen() {
    insta::assert_snapshot!(desk(120, 40).screen());
}

#[test]
fn three_panes_stand_side_by_side_on_a_very_wide_screen() {
    insta::assert_snapshot!(desk(160, 45).screen());
    insta::assert_snapshot!(desk(200, 50).screen());
}

#[test]
fn the_row_under_the_cursor_is_read_when_it_has_rested_there() {
    let mut stage = Desk::with(identity(), 30, 120, 40).stage;
    assert!(stage.app.wants_tick_at().is_some(), "the loop is told when to say the time");
    rest(&mut stage, 149);
    assert!(!asks_for_preview(&stage));
    rest(&mut stage, 1);
    assert!(asks_for_preview(&stage));
    assert!(matches!(stage.request(Slot::Preview), Request::Row(set, _) if set.as_str() == "incidents"));
    assert_eq!(stage.app.wants_tick_at(), None, "and nothing ticks after that");

    stage.keys("j");
    assert!(stage.effects.contains(&Effect::Cancel(Slot::Preview)), "the next move calls it off");
    rest(&mut stage, 100);
    stage.keys("j");
    rest(&mut stage, 100);
    assert!(!asks_for_preview(&stage), "the rest begins anew with each move");
    rest(&mut stage, 50);
    assert!(asks_for_preview(&stage));
}

#[test]
fn until_the_row_is_read_the_form_shows_what_the_grid_knows_of_it_and_no_more() {
    let mut stage = Desk::with(identity(), 30, 200, 50).stage;
    let screen = stage.screen();
    let owner = screen.lines().any(|line| line.contains("Owner") && line.contains("Anna Moss"));
    assert!(owner, "{screen}");
    assert!(!screen.contains("Description"), "not read is not empty: {screen}");
    rest(&mut stage, 150);
    preview(&mut stage, ROW);
    assert!(stage.screen().contains("Tried cleaning the rollers."), "{}", stage.screen());
}

#[test]
fn a_row_that_was_read_is_shown_at_once_when_the_cursor_comes_back() {
    let mut desk = desk(200, 50);
    desk.keys("j");
    assert!(!desk.screen().contains("Paper jams"));
    desk.keys("k");
    assert!(desk.screen().contains("Paper jams"), "{}", desk.screen());
    rest(&mut desk.stage, 500);
    assert!(!asks_for_preview(&desk.stage));
    desk.keys("r");
    desk.stage.answer(Slot::Rows, Reply::Rows(Ok(page(0..30, None, Some(30)))));
    rest(&mut desk.stage, 500);
    assert!(asks_for_preview(&desk.stage), "a refresh reads it again");
}

#[test]
fn a_row_that_cannot_be_read_says_why_beside_the_rows_and_they_stay() {
    let mut stage = Desk::with(identity(), 30, 120, 40).stage;
    rest(&mut stage, 150);
    stage.answer(Slot::Preview, Reply::Row(Err(refused(500, "0x80040216", "no"))));
    let screen = stage.screen();
    assert!(screen.contains("The record could not be read") && screen.contains("CAS-00003"), "{screen}");
    rest(&mut stage, 5_000);
    assert!(!asks_for_preview(&stage), "it is not asked for again and again");
}

#[test]
fn nothing_is_read_and_nothing_ticks_where_no_form_is_shown() {
    let mut desk = Desk::with(identity(), 30, 80, 24);
    rest(&mut desk.stage, 1_000);
    assert!(!asks_for_preview(&desk.stage));
    assert_eq!(desk.stage.app.wants_tick_at(), None);
    let mut desk = Desk::with(identity(), 30, 120, 24);
    desk.keys("p");
    rest(&mut desk.stage, 1_000);
    assert!(!asks_for_preview(&desk.stage));
    assert!(!desk.screen().contains("PREVIEW"));
}

#[test]
fn the_pane_with_the_keys_is_seen_without_colour_and_moves_on_its_own() {
    let mut desk = desk(160, 45);
    let header = |desk: &Desk| desk.stage.row(3);
    assert!(header(&desk).contains("[Case Number"), "{}", header(&desk));
    desk.keys("Tab");
    assert!(header(&desk).contains("[CAS-00000-A1B2C3]") && !header(&desk).contains("[Case Number"));
    desk.keys("j j");
    assert_eq!(cursor_row(&desk.stage.app), 0, "the rows stay");
    desk.keys("Tab");
    assert!(header(&desk).contains("[TABLES]"), "{}", header(&desk));
    desk.keys("g g Enter");
    assert!(matches!(desk.stage.app.screen(), Screen::Grid(grid) if grid.table.display_name == "Account"));
    assert_eq!(desk.stage.app.focus(), Pane::Main);
    desk.keys("[");
    assert!(matches!(desk.stage.app.screen(), Screen::Grid(grid) if grid.table.display_name == "Case"));
}

#[test]
fn the_field_under_the_forms_cursor_is_the_one_that_is_edited() {
    let mut desk = desk(160, 45);
    desk.keys("Tab G e");
    assert!(desk.screen().contains("Visits of CAS-00000"), "{}", desk.screen());
    desk.keys("Esc g g e");
    assert!(desk.screen().contains("Case Title of CAS-00000"), "{}", desk.screen());
}

#[test]
fn a_record_that_was_read_beside_the_rows_is_there_at_once_at_the_field_of_its_form() {
    let mut desk = desk(160, 45);
    desk.keys("Tab j j Enter");
    assert!(desk.is_at(|screen| matches!(screen, Screen::Record(_))));
    let screen = desk.screen();
    assert!(screen.contains("Tried cleaning the rollers.") && screen.contains("\n>  Priority"), "{screen}");
    desk.stage.later(500);
    assert!(desk.screen().contains("reading ... 0.5 s"), "and it is read again: {}", desk.screen());
}

#[test]
fn zoom_gives_a_pane_all_the_room_and_esc_shares_it_again() {
    let mut desk = desk(160, 45);
    desk.keys("Tab Z");
    let screen = desk.screen();
    assert!(!screen.contains("TABLES") && !screen.contains("CAS-00001") && screen.contains("Paper jams"));
    desk.keys("J");
    assert_eq!(cursor_row(&desk.stage.app), 1, "the next record, in the form alone");
    assert!(desk.screen().contains("[CAS-00001"), "{}", desk.screen());
    assert!(desk.screen().contains("Esc all panes"));
    desk.keys("Esc");
    assert!(desk.screen().contains("TABLES") && desk.screen().contains("Esc to the rows"));
    desk.keys("Esc");
    assert_eq!(desk.stage.app.focus(), Pane::Main);
}

#[test]
fn the_form_is_scrolled_from_the_rows() {
    let mut desk = desk(80, 24);
    let before = desk.screen();
    assert!(before.contains("Printer jam on floor 3"));
    desk.keys("} }");
    assert_ne!(desk.screen(), before);
    assert_eq!(cursor_row(&desk.stage.app), 0);
    desk.keys("{ {");
    assert_eq!(desk.screen(), before);
    desk.keys("Esc");
    assert!(!desk.screen().contains("----------"), "Esc closes the peek");
}

#[test]
fn a_resize_loses_neither_the_pane_nor_the_row_nor_what_is_typed_nor_a_question() {
    let mut desk = desk(200, 50);
    desk.keys("j j j j j j j j j j j j j j j j j j j j");
    let top = |desk: &Desk| match desk.stage.app.screen() {
        Screen::Grid(grid) => grid.list.top,
        _ => 0,
    };
    desk.keys("Tab");
    let before = (desk.screen(), top(&desk));
    let mut dice = 23_u32;
    let mut sizes = vec![];
    for _ in 0..200 {
        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        sizes.push(((dice >> 8) % 220 + 20, (dice >> 20) % 60 + 5));
    }
    for (width, height) in sizes.iter().copied() {
        desk.stage.resize(width as u16, height as u16);
        let screen = desk.screen();
        let has_cursor =
            screen.lines().any(|line| line.contains(">  CAS-00020") || line.contains("> [CAS-00020"));
        assert!(has_cursor || width < 60 || height < 16, "{width}x{height}: {screen}");
    }
    desk.stage.resize(200, 50);
    assert_eq!(desk.stage.app.focus(), Pane::Detail);
    assert_eq!((desk.screen().replace("reading ...", ""), top(&desk)), before);

    for keys in ["Esc c p h l e", "Esc w"] {
        desk.keys(keys);
        let overlays = desk.stage.app.overlays.clone();
        assert!(!overlays.is_empty(), "{keys}");
        for (width, height) in sizes.iter().copied() {
            desk.stage.resize(width as u16, height as u16);
            desk.screen();
        }
        desk.stage.resize(200, 50);
        assert_eq!(desk.stage.app.overlays, overlays);
    }
}

/// The line of the list of tables that has the mark.
fn marked_table(stage: &Stage) -> String {
    let screen = stage.screen();
    let marked = screen.lines().filter_map(|line| line.strip_prefix("> "));
    marked.map(|line| line.split('|').next().unwrap_or_default().trim().to_owned()).collect()
}

#[test]
fn the_list_beside_the_rows_points_to_the_table_that_is_seen() {
    let mut stage = Desk::with(identity(), 30, 160, 45).stage;
    assert_eq!(marked_table(&stage), "Case");
    stage.keys(": c o n t a c t s Enter");
    assert_eq!(marked_table(&stage), "Contact", "{}", stage.screen());
    stage.keys("Shift-Tab");
    assert_eq!(marked_table(&stage), "Contact", "the cursor begins there");
    stage.keys("k");
    assert_ne!(marked_table(&stage), "Contact");
    stage.keys("Esc");
    assert_eq!(marked_table(&stage), "Contact");
}
