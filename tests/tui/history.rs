//! Back, forward, the last view, the records beside a record, and views that are watched.

use dvtui::app::effect::{Effect, Request};
use dvtui::app::event::Event;
use dvtui::app::screen::Screen;
use dvtui::app::tickets::Slot;
use dvtui::app::{App, Reply};
use jiff::SignedDuration;

use crate::desk::{Desk, ROW};
use crate::stage::{Stage, identity, noon, page, refused};

fn asks_for(stage: &Stage, slot: Slot) -> bool {
    stage.effects.iter().any(|effect| matches!(effect, Effect::Run(ticket, _) if ticket.slot == slot))
}

/// The time, in seconds after the beginning.
fn clock(stage: &mut Stage, seconds: i64) {
    let now = noon().checked_add(SignedDuration::from_secs(seconds)).unwrap();
    stage.event(Event::Clock(now));
}

fn record(app: &App) -> u128 {
    match app.screen() {
        Screen::Record(record) => record.id.0.as_u128() >> 96,
        other => panic!("not a record: {other:?}"),
    }
}

#[test]
fn a_view_comes_back_in_one_frame_as_it_was_left() {
    let mut desk = Desk::with(identity(), 30, 80, 24);
    desk.keys("/ f l o o r Tab j j l l");
    let seen = desk.screen();
    desk.keys("g t");
    assert!(desk.is_at(|screen| matches!(screen, Screen::Tables(_))));
    let asked = desk.stage.asked();
    desk.keys("[");
    assert_eq!(desk.screen(), seen);
    assert_eq!(desk.stage.asked(), asked, "what is fresh is not read again");
    desk.keys("]");
    assert!(desk.is_at(|screen| matches!(screen, Screen::Tables(_))));
    clock(&mut desk.stage, 61);
    desk.keys("[");
    assert!(asks_for(&desk.stage, Slot::Rows), "what is older than a minute is");
    assert!(desk.screen().contains("CAS-"), "and shown meanwhile");
}

#[test]
fn a_record_that_was_left_by_esc_is_in_the_history_and_minus_toggles() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("Esc");
    assert!(desk.is_at(|screen| matches!(screen, Screen::Grid(_))));
    for _ in 0..2 {
        desk.keys("-");
        assert!(desk.is_at(|screen| matches!(screen, Screen::Record(_))));
        assert!(desk.stage.row(1).contains("Tables > Cases > CAS-00000"), "{}", desk.stage.row(1));
        desk.keys("-");
        assert!(desk.is_at(|screen| matches!(screen, Screen::Grid(_))));
    }
    desk.keys("[ [ [ [ [ [");
    assert_eq!(desk.message(), "There is no view before this one.");
    assert!(desk.is_at(|screen| matches!(screen, Screen::Tables(_))));
}

#[test]
fn rows_that_only_the_history_leads_to_are_let_go_but_for_those_around_the_cursor() {
    let mut stage = Stage::at_cases(80, 24, 50, Some("p1"));
    stage.keys("G");
    for number in 1..8 {
        stage.keys("G G");
        if number == 1 {
            stage.app.drawn(); // nobody knows how many there are: it asks
            stage.keys("y");
        }
        let next = format!("p{}", number + 1);
        stage.answer(Slot::Rows, Reply::Rows(Ok(page(number * 50..number * 50 + 50, Some(&next), None))));
    }
    stage.keys("Ctrl-C g g G k k");
    let held = |stage: &Stage| match stage.app.screen() {
        Screen::Grid(grid) => grid.rows.value().map(|rows| (rows.held(), rows.len())),
        _ => None,
    };
    assert_eq!(held(&stage), Some((400, 400)));
    let seen = stage.screen();
    stage.keys("g t [");
    assert_eq!(held(&stage), Some((100, 400)), "the page of the cursor and the one beside it");
    assert_eq!(stage.screen().lines().nth(10), seen.lines().nth(10));
}

#[test]
fn the_way_to_a_record_loses_its_middle_first() {
    let mut desk = Desk::with(identity(), 3, 60, 16);
    desk.keys("Enter");
    assert!(
        desk.stage.row(1).contains("Tables > ... > CAS-00000")
            || desk.stage.row(1).contains("... > CAS-00000")
    );
    desk.stage.resize(80, 24);
    assert!(desk.stage.row(1).contains("Tables > Cases > CAS-00000-A1B2C3"), "{}", desk.stage.row(1));
}

#[test]
fn a_save_reaches_the_rows_that_only_the_history_leads_to() {
    let mut desk = Desk::with(identity(), 3, 80, 24);
    desk.keys("c p l g t w y");
    let (id, _) = desk.write();
    desk.saved(id, r#"{"@odata.etag":"W/\"77\"","prioritycode":3,"prioritycode@OData.Community.Display.V1.FormattedValue":"Low"}"#);
    desk.keys("[");
    let Screen::Grid(grid) = desk.stage.app.screen() else { panic!("not the grid") };
    assert_eq!(grid.current_row().unwrap().etag().as_deref(), Some("W/\"77\""));
}

#[test]
fn another_environment_has_no_history_of_this_one() {
    let mut desk = Desk::with(identity(), 3, 80, 24);
    desk.keys("Enter").row(ROW);
    desk.keys("Esc g e a").text("other.crm4.dynamics.com").keys("Enter");
    let mut other = identity();
    other.address = "https://other.crm4.dynamics.com".into();
    desk.stage.answer(Slot::Session, Reply::Connected(Ok(Some(other))));
    assert!(desk.is_at(|screen| matches!(screen, Screen::Tables(_))), "{}", desk.screen());
    desk.keys("[");
    assert!(!desk.is_at(|screen| matches!(screen, Screen::Record(_) | Screen::Grid(_))), "{}", desk.screen());
}

#[test]
fn the_next_record_keeps_the_field_under_the_cursor_and_says_which_it_is() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("/ p r i o r i t y Enter");
    assert!(desk.stage.row(2).contains("row 1 of 3"), "{}", desk.stage.row(2));
    insta::assert_snapshot!(desk.screen());
    let field = |desk: &Desk| {
        let screen = desk.screen();
        screen.lines().find(|line| line.starts_with('>')).unwrap_or_default().to_owned()
    };
    assert!(field(&desk).contains("Priority"), "{}", field(&desk));
    desk.keys("J");
    assert_eq!(record(&desk.stage.app), 1);
    assert!(field(&desk).contains("Priority") && field(&desk).contains("Normal"), "{}", desk.screen());
    assert!(!desk.screen().contains("Description"), "what the rows knew, until the record is here");
    let second = ROW.replace("00000000-0000-4000-8000-0000000000aa", "00000001-0000-4000-8000-0000000000aa");
    desk.row(&second);
    assert!(field(&desk).contains("Priority"), "{}", desk.screen());
    assert!(desk.stage.row(2).contains("row 2 of 3"));
    desk.keys("J J");
    assert_eq!(record(&desk.stage.app), 2);
    assert_eq!(desk.message(), "This is the last of 3 records.");
    desk.keys("K K K");
    assert_eq!(record(&desk.stage.app), 0);
    assert_eq!(desk.message(), "This is the first record.");
    desk.keys("Esc");
    let Screen::Grid(grid) = desk.stage.app.screen() else { panic!("not the grid") };
    assert_eq!(grid.list.cursor, 0, "the rows went along");
}

#[test]
fn the_json_of_the_next_record_waits_for_all_of_it() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("2 J");
    assert!(desk.screen().contains("Reading the record"), "{}", desk.screen());
    desk.row(ROW);
    assert!(desk.screen().contains("incidentid"), "{}", desk.screen());
}

#[test]
fn the_step_over_the_last_row_that_was_read_reads_on() {
    let mut stage = Stage::at_cases(80, 24, 3, Some("p2"));
    stage.keys("G Enter J");
    assert_eq!(record(&stage.app), 2);
    assert!(stage.row(23).contains("Reading more rows"), "{}", stage.screen());
    assert!(matches!(stage.request(Slot::Rows), Request::NextPage(..)));
    stage.answer(Slot::Rows, Reply::Rows(Ok(page(3..6, None, None))));
    assert_eq!(record(&stage.app), 3);
    assert!(stage.row(2).contains("row 4 of 6"), "{}", stage.row(2));
    assert!(asks_for(&stage, Slot::Row));
}

#[test]
fn a_step_that_cannot_read_on_stays_and_says_why() {
    let mut stage = Stage::at_cases(80, 24, 3, Some("p2"));
    stage.keys("G Enter J");
    stage.answer(Slot::Rows, Reply::Rows(Err(refused(500, "0x80040216", "no"))));
    assert_eq!(record(&stage.app), 2);
    assert!(stage.screen().contains("Cannot read Cases"), "{}", stage.screen());
    stage.keys("Esc J");
    assert!(asks_for(&stage, Slot::Rows), "the next step tries again");
}

#[test]
fn a_watched_view_is_read_again_and_the_cursor_stays() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    stage.keys("j j j z w");
    assert!(stage.row(2).contains("watch 60 s"), "{}", stage.row(2));
    assert!(stage.app.wants_tick_at().is_some());
    clock(&mut stage, 59);
    assert!(!asks_for(&stage, Slot::Rows));
    clock(&mut stage, 60);
    assert!(asks_for(&stage, Slot::Rows));
    assert_eq!(stage.app.wants_tick_at(), None, "nothing ticks while it reads");
    clock(&mut stage, 200);
    assert!(!asks_for(&stage, Slot::Rows), "one read at a time");
    stage.answer(Slot::Rows, Reply::Rows(Ok(page(1..31, None, Some(30)))));
    let Screen::Grid(grid) = stage.app.screen() else { panic!("not the grid") };
    assert_eq!(grid.list.cursor, 2, "on its row");
    clock(&mut stage, 259);
    assert!(!asks_for(&stage, Slot::Rows));
    clock(&mut stage, 260);
    assert!(asks_for(&stage, Slot::Rows));
}

#[test]
fn a_watch_that_slept_with_the_machine_for_eight_hours_reads_once_and_then_as_before() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    stage.keys("z w");
    let woken = 8 * 3_600;
    clock(&mut stage, woken);
    assert!(asks_for(&stage, Slot::Rows));
    stage.answer(Slot::Rows, Reply::Rows(Ok(page(0..30, None, Some(30)))));
    clock(&mut stage, woken + 59);
    assert!(!asks_for(&stage, Slot::Rows));
    clock(&mut stage, woken + 60);
    assert!(asks_for(&stage, Slot::Rows));
}

#[test]
fn a_watch_waits_while_somebody_types_and_ends_with_the_view() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    stage.keys("z w / p");
    clock(&mut stage, 100);
    assert!(!asks_for(&stage, Slot::Rows));
    assert_eq!(stage.app.wants_tick_at(), None);
    stage.keys("Tab");
    assert!(asks_for(&stage, Slot::Rows), "as soon as nobody types");
    stage.answer(Slot::Rows, Reply::Rows(Ok(page(0..30, None, Some(30)))));
    stage.keys("Enter");
    assert!(stage.app.watch.is_none());
    clock(&mut stage, 1_000);
    assert!(!asks_for(&stage, Slot::Rows));
    stage.keys("Esc z w z w");
    assert!(stage.app.watch.is_none(), "the same keys stop it");
}

#[test]
fn a_watch_that_fails_says_so_and_tries_again_later_each_time() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    stage.keys("z w");
    let mut at = 60;
    for (failures, wait) in [(1, 120), (2, 240), (3, 480), (4, 900), (5, 900)] {
        clock(&mut stage, at);
        assert!(asks_for(&stage, Slot::Rows), "{failures}");
        stage.answer(Slot::Rows, Reply::Rows(Err(refused(503, "0x80044151", "busy"))));
        assert!(stage.row(2).contains(&format!("failed {failures}x")), "{}", stage.row(2));
        assert!(stage.screen().contains("Cannot read Cases") && stage.screen().contains("CAS-00000"));
        clock(&mut stage, at + wait - 1);
        assert!(!asks_for(&stage, Slot::Rows), "{failures}");
        at += wait;
    }
    clock(&mut stage, at);
    stage.answer(Slot::Rows, Reply::Rows(Ok(page(0..30, None, Some(30)))));
    assert!(stage.row(2).contains("watch 60 s") && !stage.row(2).contains("failed"), "{}", stage.row(2));
}

#[test]
fn a_view_is_watched_as_often_as_the_palette_is_told() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    stage.keys(": w a t c h Space 3 0 Enter");
    assert!(stage.row(2).contains("watch 30 s"), "{}", stage.row(2));
    assert!(stage.row(23).contains("Read again every 30 seconds"), "{}", stage.row(23));
    clock(&mut stage, 29);
    assert!(!asks_for(&stage, Slot::Rows));
    clock(&mut stage, 30);
    assert!(asks_for(&stage, Slot::Rows));
    stage.keys(": w a t c h Space 5 s Enter");
    assert!(stage.row(2).contains("watch 5 s"), "the newest number counts: {}", stage.row(2));
    stage.keys(": w a t c h Enter");
    assert!(stage.app.watch.is_none(), "the word alone is `z w`");
}

#[test]
fn seconds_that_make_no_sense_are_refused_where_they_are_typed() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    for (typed, why) in
        [("4", "5 is the least"), ("9 9 9 9 9", "a day"), ("s o o n", "`soon` is no number of seconds")]
    {
        stage.keys(&format!(": w a t c h Space {typed}"));
        assert!(stage.screen().contains(why), "{}", stage.screen());
        stage.keys("Enter");
        assert!(stage.row(23).contains(why), "{}", stage.row(23));
        assert!(stage.app.watch.is_none() && !stage.app.overlays.is_empty(), "it can be typed on");
        stage.keys("Esc");
    }
    let mut stage = Stage::at_tables(80, 24);
    stage.keys(": w a t c h Space 6 0");
    assert!(stage.screen().contains("Rows and records can be watched."), "{}", stage.screen());
    stage.keys("Enter");
    assert!(stage.row(23).contains("Rows and records can be watched."), "{}", stage.row(23));
    assert!(stage.app.watch.is_none());
}
