//! The form of a resolution lists open activities: each can be seen and finished first, and the form is kept.

use dvtui::app::effect::Effect;
use dvtui::app::overlay::Overlay;
use dvtui::app::overlay::draft::Draft;
use dvtui::app::tickets::Slot;
use dvtui::app::{Reply, Screen};
use dvtui::dataverse::around::{Around, OpenActivity};
use insta::assert_snapshot;

use crate::acts::{learned, note, resolution};
use crate::desk::{self, Desk};
use crate::stage::{self, table};

/// So many open tasks.
fn around(tasks: u8) -> Reply {
    let open = (1..=tasks).map(|number| OpenActivity {
        table: "task".into(),
        id: format!("00000000-0000-4000-8000-00000000000{number}").parse().unwrap(),
        state: "0".into(),
        kind: "Task".into(),
        subject: format!("Check \u{1b}[31mwarranty {number}"),
        due: (number == 1).then(|| "24 Nov".to_owned()),
    });
    Reply::Around(Ok(Around { open: open.collect(), queued: None }))
}

/// At the form of a resolution of a case with so many open tasks.
fn resolving(tasks: u8, width: u16, height: u16) -> Desk {
    let mut tables = stage::tables();
    tables.extend([note(), resolution(), table("Task", "task", "tasks", "subject")]);
    let mut desk = Desk::among(tables, desk::cases(), stage::identity(), 3, width, height);
    desk.keys("x r");
    desk.stage.answer(Slot::Learn, learned());
    desk.stage.answer(Slot::Around, around(tasks));
    desk.stage.app.drawn();
    desk
}

fn form(desk: &Desk) -> Option<&Draft> {
    match desk.stage.app.overlays.last() {
        Some(Overlay::Draft(draft)) => Some(draft),
        _ => None,
    }
}

fn text(desk: &Desk, column: &str) -> String {
    let form = form(desk).unwrap_or_else(|| panic!("no form: {}", desk.screen()));
    form.fields.iter().find(|field| field.column.as_str() == column).unwrap().text()
}

/// At the record of the first open task, the form being half filled in.
fn visiting() -> Desk {
    let mut desk = resolving(2, 80, 24);
    desk.text("Solved").keys("Shift-Tab Shift-Tab Shift-Tab").keys("Enter");
    desk
}

#[test]
fn open_activities_are_reached_by_tab() {
    let mut desk = resolving(5, 80, 24);
    desk.keys("Shift-Tab Shift-Tab");
    assert_snapshot!("an_open_activity", desk.screen());
    desk.keys("Tab");
    assert_eq!(form(&desk).unwrap().at, 0, "round");
    let mut small = resolving(5, 60, 16);
    for last in 1..=5 {
        small.keys(if last == 1 { "Tab Tab Tab Tab Tab" } else { "Tab" });
        let seen = small
            .screen()
            .lines()
            .any(|line| line.starts_with(" > Task") && line.contains(&last.to_string()));
        assert!(seen, "{}", small.screen());
    }
    assert_snapshot!("an_open_activity_at_200_cells", {
        let mut desk = resolving(1, 200, 50);
        desk.keys("Shift-Tab Shift-Tab");
        desk.screen()
    });
}

#[test]
fn enter_opens_the_activity_and_the_way_back_leads_to_the_form_as_it_was() {
    let mut desk = visiting();
    assert!(form(&desk).is_none());
    assert!(
        desk.is_at(|screen| matches!(screen, Screen::Record(record) if record.table.name.as_str() == "task"))
    );
    assert_eq!(desk.message(), "What you typed is kept.  Esc leads back to it");
    desk.keys("Esc");
    assert_eq!(text(&desk, "subject"), "Solved");
    desk.stage.answer(Slot::Around, around(1));
    desk.stage.app.drawn();
    assert_eq!(form(&desk).unwrap().open().len(), 1, "they are read again");
    let asked = form(&desk).unwrap().fields.iter().filter(|field| field.label == "Open activities");
    assert_eq!(asked.count(), 1);
    desk.stage.app.drawn();
    assert!(desk.screen().contains("1 open activity may be cancelled"), "{}", desk.screen());
}

#[test]
fn where_none_is_open_any_more_the_form_says_so_and_stages_the_end_alone() {
    let mut desk = visiting();
    desk.keys("Esc");
    desk.stage.answer(Slot::Around, around(0));
    desk.stage.app.drawn();
    assert!(desk.screen().contains("It has no open activities."), "{}", desk.screen());
    desk.keys("Ctrl-D");
    assert!(desk.screen().contains("! Cause is required."), "{}", desk.screen());
    desk.text("Drum").keys("Ctrl-D");
    assert_eq!(desk.pending(), 1, "{}", desk.screen());
}

#[test]
fn x_r_on_the_same_case_elsewhere_brings_the_form_back_and_on_another_it_does_not() {
    let mut desk = visiting();
    desk.keys("g t / c a s e Enter");
    desk.stage.answer(Slot::Rows, Reply::Rows(Ok(stage::page(0..3, None, Some(3)))));
    desk.stage.app.drawn();
    assert!(form(&desk).is_none(), "this is another view: {}", desk.screen());
    desk.keys("j x r");
    assert_eq!(text(&desk, "subject"), "");
    desk.keys("Esc k x r");
    assert_eq!(text(&desk, "subject"), "Solved");
    desk.keys("Esc Esc");
    assert!(form(&desk).is_none());
    desk.keys("x r");
    assert_eq!(text(&desk, "subject"), "", "what was dropped is not kept");
}

#[test]
fn leaving_the_program_says_once_that_the_form_would_be_lost() {
    let mut desk = visiting();
    let ends = |desk: &Desk| desk.stage.effects.iter().any(|effect| matches!(effect, Effect::Quit));
    desk.keys("Q");
    assert!(!ends(&desk));
    assert!(
        desk.message().starts_with("`Resolve CAS-00000-A1B2C3` is not staged and would be lost."),
        "{}",
        desk.message()
    );
    desk.keys("Q");
    assert!(ends(&desk), "{}", desk.screen());
}
