use dvtui::app::Reply;
use dvtui::app::effect::{Effect, Request};
use dvtui::app::tickets::Slot;

use crate::stage::{Stage, refused};

#[test]
fn the_tables_are_on_their_way() {
    insta::assert_snapshot!(Stage::signed_in(80, 24).screen());
}

#[test]
fn the_tables_are_listed_by_name_without_system_tables() {
    insta::assert_snapshot!(Stage::at_tables(80, 24).screen());
}

#[test]
fn the_tables_on_a_small_screen() {
    insta::assert_snapshot!(Stage::at_tables(60, 16).screen());
}

#[test]
fn the_tables_on_a_large_screen() {
    insta::assert_snapshot!(Stage::at_tables(120, 40).screen());
}

#[test]
fn the_tables_could_not_be_read() {
    let mut stage = Stage::signed_in(80, 24);
    stage.answer(
        Slot::Tables,
        Reply::Tables(Err(refused(500, "0x80040216", "An unexpected error occurred."))),
    );
    insta::assert_snapshot!(stage.screen());
    stage.keys("r");
    assert!(matches!(&stage.effects[..], [Effect::Run(_, Request::Tables)]));
}

#[test]
fn there_are_no_tables() {
    let mut stage = Stage::signed_in(80, 24);
    stage.answer(Slot::Tables, Reply::Tables(Ok(vec![])));
    insta::assert_snapshot!(stage.screen());
}

#[test]
fn a_failed_reload_keeps_the_tables_on_the_screen() {
    let mut stage = Stage::at_tables(80, 24);
    stage.keys("r");
    stage.answer(Slot::Tables, Reply::Tables(Err(refused(503, "", "Service unavailable."))));
    let screen = stage.screen();
    assert!(screen.contains("incidents") && screen.contains("! Cannot list the tables."), "{screen}");
    stage.keys("Esc");
    assert!(!stage.screen().contains("Cannot list"));
}

#[test]
fn a_few_letters_find_a_table_by_any_of_its_names() {
    let mut stage = Stage::at_tables(80, 24);
    stage.keys("/ i n c i");
    assert!(stage.row(4).starts_with(">") && stage.row(4).contains("Case"), "{}", stage.screen());
    assert_eq!(stage.cursor().unwrap().y, 1);
    stage.keys("Enter");
    assert!(
        matches!(&stage.effects[..], [Effect::Run(_, Request::Schema(table))] if table.name.as_str() == "incident")
    );
}

#[test]
fn the_closest_table_is_offered_when_none_matches() {
    let mut stage = Stage::at_tables(80, 24);
    stage.keys("/ w d g x t");
    insta::assert_snapshot!(stage.screen());
    stage.keys("Tab");
    assert!(stage.row(4).contains("new_widgetorder"), "{}", stage.screen());
}

#[test]
fn no_table_is_offered_for_nonsense() {
    let mut stage = Stage::at_tables(80, 24);
    stage.keys("/ z z q q");
    let screen = stage.screen();
    assert!(screen.contains("No table matches `zzqq`.") && !screen.contains("losest"), "{screen}");
    stage.keys("Tab");
    assert!(stage.row(23).contains("No table has a name like that."), "{}", stage.screen());
    assert!(stage.row(2).contains("/ zzqq"), "{}", stage.screen());
}

#[test]
fn esc_leaves_the_text_then_clears_it_then_says_how_to_quit() {
    let mut stage = Stage::at_tables(80, 24);
    stage.keys("/ a c c Esc");
    assert!(stage.row(2).contains("/ acc"), "{}", stage.screen());
    stage.keys("Esc");
    assert!(!stage.row(2).contains("acc"));
    stage.keys("Esc");
    assert!(stage.row(23).contains("q to quit"));
}

#[test]
fn system_tables_are_listed_on_request_and_custom_ones_alone() {
    let mut stage = Stage::at_tables(80, 24);
    stage.keys("z s");
    assert!(stage.screen().contains("asyncoperation"));
    stage.keys("z c");
    assert!(stage.screen().contains("new_widgetorder") && !stage.screen().contains("incident"));
}

#[test]
fn the_cursor_stays_on_its_table_when_others_are_listed() {
    let mut stage = Stage::at_tables(80, 24);
    stage.keys("j j z s");
    let current = stage.screen().lines().find(|line| line.starts_with('>')).unwrap().to_owned();
    assert!(current.contains("contact"), "{current}");
}

#[test]
fn the_way_back_leads_to_all_tables_with_the_cursor_on_the_one_that_was_taken() {
    let mut stage = Stage::at_tables(80, 24);
    stage.keys("/ q u e u Enter Esc");
    assert!(stage.row(2).contains("5 tables"), "{}", stage.screen());
    assert!(stage.screen().lines().any(|line| line.starts_with("> Queue Item")), "{}", stage.screen());
}
