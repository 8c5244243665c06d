//! Marked rows: what verbs are meant for.

use dvtui::app::Reply;
use dvtui::app::screen::{Grid, Screen};
use dvtui::app::tickets::Slot;

use crate::desk::Desk;
use crate::stage::{identity, page};

fn grid(desk: &Desk) -> &Grid {
    match desk.stage.app.screen() {
        Screen::Grid(grid) => grid,
        other => panic!("not the grid: {other:?}"),
    }
}

fn desk() -> Desk {
    Desk::with(identity(), 30, 80, 24)
}

#[test]
fn space_marks_a_row_and_goes_down_and_the_mark_is_seen_without_colour() {
    let mut desk = desk();
    desk.keys("Space j Space");
    insta::assert_snapshot!(desk.screen());
    let screen = desk.screen();
    assert!(screen.contains("\n + CAS-00000"), "{screen}");
    assert!(desk.stage.row(2).contains("2 marked"));
    desk.keys("k Space");
    assert!(desk.stage.row(2).contains("1 marked"), "{}", desk.stage.row(2));
}

#[test]
fn a_range_is_marked_from_v_to_v() {
    let mut desk = desk();
    desk.keys("j v j j");
    assert!(desk.stage.row(2).contains("range of 3"), "{}", desk.stage.row(2));
    desk.keys("v");
    assert_eq!(grid(&desk).marks.count(), 3);
    desk.keys("G v k k Space");
    assert_eq!(grid(&desk).marks.count(), 6);
    desk.keys("v j Esc");
    assert_eq!(grid(&desk).marks.count(), 6, "Esc drops a range that is not ended, and nothing else");
    assert!(!grid(&desk).marks.is_range());
}

#[test]
fn marks_survive_a_filter_more_pages_and_a_refresh() {
    let mut desk = Desk::with(identity(), 30, 80, 24);
    desk.keys("Space Space Space");
    desk.keys("/ i n v o i c e Tab");
    assert!(desk.stage.row(2).contains("3 marked, 2 not visible"), "{}", desk.stage.row(2));
    desk.keys("Esc r");
    desk.stage.answer(Slot::Rows, Reply::Rows(Ok(page(2..40, None, Some(38)))));
    assert!(desk.stage.row(2).contains("3 marked, 2 not visible"), "{}", desk.stage.row(2));
    desk.keys("r");
    desk.stage.answer(Slot::Rows, Reply::Rows(Ok(page(0..40, None, Some(40)))));
    let row = desk.stage.row(2);
    assert!(row.contains("3 marked") && !row.contains("not visible"), "{row}");
}

#[test]
fn the_prefix_marks_all_that_is_held_turns_marks_around_and_clears_them() {
    let mut desk = desk();
    desk.keys("Space M i");
    assert_eq!(grid(&desk).marks.count(), 29);
    desk.keys("M a");
    assert_eq!(grid(&desk).marks.count(), 30);
    assert_eq!(desk.message(), "30 marked.");
    desk.keys("M n");
    assert_eq!(grid(&desk).marks.count(), 0);
    desk.keys("/ i n v o i c e Tab M a");
    assert_eq!(grid(&desk).marks.count(), 6, "with a filter only what matches");
}

#[test]
fn esc_goes_down_the_ladder_one_step_at_a_time_and_the_hint_says_which() {
    let mut desk = desk();
    desk.keys("/ c a s Enter");
    desk.stage.quick_find();
    desk.stage.answer(Slot::Rows, Reply::Rows(Ok(page(0..30, None, Some(30)))));
    desk.keys("Space Space Space / i n v Tab");
    for step in ["clear filter", "clear 3 marks", "drop filter", "back"] {
        let hints = desk.stage.row(24);
        assert!(hints.contains(&format!("Esc {step}")), "{step}: {hints}");
        desk.keys("Esc");
    }
    assert!(desk.is_at(|screen| matches!(screen, Screen::Tables(_))));
}

#[test]
fn a_change_is_staged_on_all_marked_rows_and_undone_by_one_key() {
    let mut desk = desk();
    desk.keys("Space Space Space");
    desk.keys("c");
    assert!(desk.screen().contains("change on 3 marked"), "{}", desk.screen());
    desk.keys("p l");
    // The cases are High, Normal and Low.
    assert!(
        desk.message().starts_with("3 marked: Priority -> Low staged on 2, 1 has it already."),
        "{}",
        desk.message()
    );
    assert_eq!(desk.pending(), 2);
    assert!(desk.writes().is_empty());
    let screen = desk.screen();
    assert!(screen.contains("\n * CAS-00000"), "both: {screen}");
    desk.keys("u");
    assert_eq!(desk.pending(), 0);
    assert_eq!(desk.message(), "Undo: Priority of 2 records");
    desk.keys("Ctrl-Y");
    assert_eq!(desk.pending(), 2);
}

#[test]
fn repeat_clear_and_edit_are_meant_for_the_marked_rows_too() {
    let mut desk = desk();
    desk.keys("c p n");
    desk.keys("j j j Space Space Space .");
    assert!(desk.message().starts_with("3 marked: Priority -> Normal"), "{}", desk.message());
    desk.keys("M n g g Space Space l e Ctrl-U").text("Same title").keys("Enter");
    assert!(desk.message().starts_with("2 marked: Case Title -> Same title staged."), "{}", desk.message());
    desk.keys("Esc G Space X");
    assert!(!desk.message().contains("marked"), "a required column is not cleared: {}", desk.message());
}

#[test]
fn a_marked_row_that_is_not_held_is_left_out_and_that_is_said() {
    let mut desk = desk();
    desk.keys("Space Space r");
    desk.stage.answer(Slot::Rows, Reply::Rows(Ok(page(1..30, None, Some(29)))));
    desk.keys("c p l");
    let message = desk.message();
    assert!(message.contains("2 marked: Priority -> Low staged on 1, 1 left out: not held"), "{message}");
    assert_eq!(desk.pending(), 1);
    desk.keys("u r");
    desk.stage.answer(Slot::Rows, Reply::Rows(Ok(page(5..30, None, Some(25)))));
    desk.keys("c");
    assert!(desk.message().starts_with("None of the 2 marked rows can be changed"), "{}", desk.message());
}
