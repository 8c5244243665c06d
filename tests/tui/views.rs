//! Views: those that come with the program, those of the server, and the picker of both.

use dvtui::app::effect::Effect;
use dvtui::app::overlay::Overlay;
use dvtui::app::tickets::Slot;
use dvtui::app::{Reply, Request, Screen};
use dvtui::dataverse::{Error, LinkedColumn, Query, RowId, StoredView, ViewId, ViewKind, ViewQuery};
use insta::assert_snapshot;

use crate::desk::Desk;
use crate::stage::{self, views};

/// The query of the last event.
fn asked(desk: &Desk) -> &Query {
    let asked = desk.stage.effects.iter().find_map(|effect| match effect {
        Effect::Run(_, Request::Rows(query)) => Some(query),
        _ => None,
    });
    asked.unwrap_or_else(|| panic!("{:?}", desk.stage.effects))
}

#[test]
fn a_few_letters_of_a_view_open_it_from_anywhere_with_its_rows_and_its_order() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys(": u r g Enter");
    let query = asked(&desk);
    assert_eq!(query.condition().unwrap().to_string(), "statecode eq 0");
    let order: Vec<&str> = query.ordering().iter().map(|order| order.property.as_str()).collect();
    assert_eq!(order, ["prioritycode", "resolveby", "createdon", "incidentid"]);
    assert!(query.selected().iter().any(|property| property == "_customerid_value"));
    assert!(desk.stage.row(2).contains("Urgent active"), "{}", desk.screen());
}

#[test]
fn conditions_and_an_order_of_ones_own_stand_on_top_of_a_view() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys(": u r g Enter");
    let page = stage::page(0..3, None, Some(3));
    desk.stage.answer(Slot::Rows, Reply::Rows(Ok(page)));
    desk.stage.app.drawn();
    desk.keys("$ 0 =");
    let condition = asked(&desk).condition().unwrap().to_string();
    assert!(condition.starts_with("(statecode eq 0) and ticketnumber eq "), "{condition}");
    assert!(desk.stage.row(2).contains("Urgent active | "), "{}", desk.screen());
    desk.keys("\\");
    assert_eq!(asked(&desk).condition().unwrap().to_string(), "statecode eq 0", "the view stays");
}

#[test]
fn columns_arranged_in_a_view_are_not_taken_for_those_of_the_table() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys(": u r g Enter");
    desk.keys("l H");
    assert!(!desk.stage.effects.iter().any(|effect| matches!(effect, Effect::KeepLayout(..))));
}

/// A view of the server: `title ticketnumber`, `createdon-`.
fn stored(kind: ViewKind, number: u128, name: &str, columns: &str, order: &str) -> StoredView {
    let names = |text: &str| text.split_whitespace().map(Into::into).collect::<Vec<_>>();
    let order = order.split_whitespace().map(|column| match column.strip_suffix('-') {
        Some(column) => (column.into(), true),
        None => (column.into(), false),
    });
    let mut asked = names(columns);
    asked.push("incidentid".into());
    StoredView {
        id: ViewId { kind, id: RowId(uuid::Uuid::from_u128(number)) },
        name: name.into(),
        description: String::new(),
        is_default: false,
        query: Ok(ViewQuery { columns: Some(asked), order: order.collect(), ..ViewQuery::default() }),
        columns: Ok(names(columns)),
    }
}

fn system() -> Vec<StoredView> {
    let of = |number, name, columns, order| stored(ViewKind::System, number, name, columns, order);
    let mut views = vec![
        StoredView {
            is_default: true,
            ..of(1, "Active Cases", "title prioritycode statuscode customerid", "createdon-")
        },
        StoredView {
            description:
                "What the second line\nlooks at each morning, before anything else is done, so that \
                          nothing waits over night."
                    .into(),
            columns: Ok(["ticketnumber", "a_1.name", "title", "b.gone"].map(Into::into).to_vec()),
            ..of(2, "Urgent unassigned", "ticketnumber title", "prioritycode title-")
        },
        StoredView { columns: Err("it is no layout of a grid".into()), ..of(3, "Zz damaged", "title", "") },
    ];
    if let Ok(query) = &mut views[1].query {
        let (property, table, column) = ("a_1.name".into(), "account".into(), "name".into());
        query.linked = vec![LinkedColumn { property, table, column }];
    }
    views
}

fn personal() -> Vec<StoredView> {
    vec![stored(ViewKind::Personal, 9, "My urgent cases", "prioritycode title", "prioritycode createdon")]
}

/// At the picker; the server has answered.
fn at_picker(width: u16, height: u16) -> Desk {
    let mut desk = Desk::at_cases(width, height);
    desk.keys("V");
    came(&mut desk);
    desk
}

fn came(desk: &mut Desk) {
    desk.stage.answer(Slot::Views, views("incident", Ok(system()), Ok(personal())));
    desk.stage.app.drawn();
}

/// At the rows of `Urgent unassigned`.
fn at_stored() -> Desk {
    let mut desk = at_picker(80, 24);
    desk.text("unass").keys("Enter");
    rows(&mut desk, 3);
    desk
}

fn rows(desk: &mut Desk, count: usize) {
    desk.stage.answer(Slot::Rows, Reply::Rows(Ok(stage::page(0..count, None, Some(count as u64)))));
    desk.stage.app.drawn();
}

/// Two cases with a column of a linked table.
fn linked_rows(desk: &mut Desk) {
    let row = |n: u8, name: &str| {
        format!(
            "{{\"@odata.etag\":\"W/\\\"1\\\"\",\"incidentid\":\"00000000-0000-4000-8000-0000000000{n:02}\",\
             \"ticketnumber\":\"CAS-0{n}\",\"title\":\"Printer jam\"{name}}}"
        )
    };
    let rows = [row(1, ",\"a_1.name\":\"Adventure Works\""), row(2, "")].join(",");
    let page = dvtui::dataverse::Page::decode(bytes::Bytes::from(format!("{{\"value\":[{rows}]}}"))).unwrap();
    desk.stage.answer(Slot::Rows, Reply::Rows(Ok(page)));
    desk.stage.app.drawn();
}

fn is_open(desk: &Desk) -> bool {
    matches!(desk.stage.app.overlays.last(), Some(Overlay::Views(_)))
}

#[test]
fn the_views_of_a_table_are_listed_with_kind_and_order_and_what_the_one_under_the_cursor_is() {
    for (name, width, height) in [("80x24", 80, 24), ("120x40", 120, 40), ("60x16", 60, 16)] {
        let mut desk = at_picker(width, height);
        assert_snapshot!(format!("view_picker_{name}"), desk.screen());
        desk.keys("Down Ctrl-N");
        assert_snapshot!(format!("view_picker_of_dv_{name}"), desk.screen());
        desk.text("unassi");
        assert_snapshot!(format!("view_picker_typed_{name}"), desk.screen());
    }
}

#[test]
fn the_picker_is_used_before_the_views_of_the_server_are_there_and_says_what_it_waits_for() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("V");
    assert_eq!(*desk.stage.request(Slot::Views), Request::Views("incident".into()));
    assert!(desk.screen().contains("Reading the views of the server ..."), "{}", desk.screen());
    assert!(desk.screen().contains("4 views so far"), "{}", desk.screen());
    desk.text("active").keys("Down");
    let current = |desk: &Desk| {
        let screen = desk.screen();
        let mut lines = screen.lines().skip(2).enumerate();
        lines.find(|(_, line)| line.starts_with(" > ")).map(|(at, line)| (at, line.to_owned())).unwrap()
    };
    let (place, before) = current(&desk);
    assert!(before.contains("Active, untouched 7 days"), "{}", desk.screen());
    came(&mut desk);
    assert_eq!(current(&desk), (place, before), "the cursor stays on its view: {}", desk.screen());
    assert!(desk.screen().contains("Active Cases"), "{}", desk.screen());
    assert!(!desk.screen().contains("Reading the views"), "{}", desk.screen());
    desk.keys("Enter");
    let condition = asked(&desk).condition().unwrap().to_string();
    assert!(condition.contains("OlderThanXDays"), "{condition}");
}

#[test]
fn the_views_of_the_server_are_asked_for_once_a_session_and_not_waited_for_behind_esc() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("V Esc");
    assert!(desk.stage.effects.contains(&Effect::Cancel(Slot::Views)), "{:?}", desk.stage.effects);
    assert!(!is_open(&desk));
    desk.keys("V");
    came(&mut desk);
    let asked = desk.stage.asked();
    desk.keys("Esc V");
    assert_eq!(desk.stage.asked(), asked);
    assert!(desk.screen().contains("My urgent cases"), "{}", desk.screen());
}

#[test]
fn a_refused_read_is_told_in_one_line_and_the_other_views_open() {
    let refusal = || Error::Api {
        status: 403,
        code: "0x80040220".into(),
        message: "Principal user is missing prvReadUserQuery privilege.".into(),
        request_id: None,
        part: None,
    };
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("V");
    desk.stage.answer(Slot::Views, views("incident", Ok(system()), Err(refusal())));
    assert_snapshot!("view_picker_refused", desk.screen());
    desk.text("urgact").keys("Enter");
    assert_eq!(asked(&desk).condition().unwrap().to_string(), "statecode eq 0");
    rows(&mut desk, 3);
    desk.keys("V");
    assert_eq!(*desk.stage.request(Slot::Views), Request::Views("incident".into()), "asked again");
    desk.stage.answer(Slot::Views, views("incident", Err(refusal()), Err(refusal())));
    let screen = desk.screen();
    assert!(screen.contains("! No views of the server: "), "{screen}");
    assert!(screen.contains("Resolved today"), "{screen}");
}

#[test]
fn a_view_of_the_server_is_run_by_its_id_with_its_columns_its_order_and_its_name() {
    let mut desk = at_picker(80, 24);
    desk.text("unass").keys("Enter");
    let query = asked(&desk);
    assert_eq!(query.view(), Some(system()[1].id));
    assert_eq!(
        query.address(""),
        "/api/data/v9.2/incidents?savedQuery=00000000-0000-0000-0000-000000000002&$count=true"
    );
    assert_eq!(query.selected(), ["incidentid", "ticketnumber", "title"], "what comes without null");
    assert_eq!(desk.message(), "Columns: 1 that does not come with its rows is left out.");
    linked_rows(&mut desk);
    assert_snapshot!("stored_view", desk.screen());
    desk.keys("V");
    let current = desk.screen().lines().find(|line| line.starts_with(" >")).unwrap().to_owned();
    assert!(current.contains("Urgent unassigned"), "the one that is shown: {current}");
    desk.text("mine").keys("Ctrl-U").text("personal").keys("Enter");
    assert_eq!(asked(&desk).view(), Some(personal()[0].id));
    let Screen::Grid(grid) = desk.stage.app.screen() else { panic!() };
    let columns: Vec<&str> = grid.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(columns, ["prioritycode", "title"]);
}

#[test]
fn a_column_of_a_linked_table_is_shown_hidden_and_never_changed_or_asked_for() {
    let mut desk = at_stored();
    desk.keys("r");
    linked_rows(&mut desk);
    assert!(desk.stage.row(3).contains("name (Account)"), "{}", desk.screen());
    for keys in ["l e", "X"] {
        desk.keys(keys);
        assert_eq!(desk.message(), "name (Account) is read-only.", "{keys}");
    }
    desk.keys("=");
    assert_eq!(desk.message(), "name (Account): the server cannot be asked for such a value.");
    desk.keys("L");
    assert!(desk.message().starts_with("name (Account) is no lookup"), "{}", desk.message());
    assert_eq!(desk.pending(), 0);
    desk.keys("/").text("adventure");
    assert!(desk.message().starts_with("`adventure` matches 1 of 2"), "{}", desk.message());
    desk.keys("Esc Esc C").keys("/").text("account").keys("Enter Space");
    assert!(desk.screen().contains("[ ] name (Account)"), "{}", desk.screen());
    desk.keys("Space");
    assert!(desk.screen().contains("[x] name (Account)"), "{}", desk.screen());
    assert!(desk.stage.effects.is_empty(), "{:?}", desk.stage.effects);
}

#[test]
fn a_view_whose_xml_is_damaged_runs_with_the_columns_of_the_table() {
    let mut desk = at_picker(80, 24);
    desk.text("damaged").keys("Enter");
    assert_eq!(asked(&desk).view(), Some(system()[2].id));
    assert_eq!(desk.message(), "Columns: those of the table: it is no layout of a grid.");
    let Screen::Grid(grid) = desk.stage.app.screen() else { panic!() };
    assert!(grid.columns.len() > 3, "{:?}", grid.columns.len());
}

#[test]
fn a_view_of_the_server_is_refreshed_watched_and_returned_to() {
    let mut desk = at_stored();
    let id = system()[1].id;
    desk.keys("r");
    assert_eq!(asked(&desk).view(), Some(id));
    rows(&mut desk, 3);
    desk.keys("z w");
    desk.stage.later(61_000);
    assert_eq!(asked(&desk).view(), Some(id), "{:?}", desk.stage.effects);
    rows(&mut desk, 2);
    desk.keys("V").text("all rows").keys("Enter");
    assert_eq!(asked(&desk).view(), None);
    rows(&mut desk, 3);
    desk.keys("-");
    assert!(desk.stage.row(2).contains("Urgent unassigned"), "{}", desk.screen());
    desk.keys("-");
    assert!(desk.stage.row(2).contains("All rows"), "{}", desk.screen());
    desk.keys("[");
    assert!(desk.stage.row(2).contains("Urgent unassigned"), "{}", desk.screen());
}

#[test]
fn rows_of_a_view_of_the_server_are_marked_and_edited() {
    let mut desk = at_stored();
    desk.keys("Space Space");
    assert!(desk.stage.row(2).contains("2 marked"), "{}", desk.screen());
    desk.keys("l l e Ctrl-U").text("Other").keys("Enter");
    assert!(desk.pending() > 0, "{}", desk.screen());
}

#[test]
fn a_view_of_the_server_takes_no_order_and_no_column_that_it_does_not_ask_for() {
    let mut desk = at_stored();
    let order = "A view of the server has its own order, which the header shows.  V other rows";
    for keys in ["s", "S", "C s"] {
        let asked = desk.stage.asked();
        desk.keys(keys);
        assert_eq!(desk.message(), order, "{keys}");
        assert_eq!(desk.stage.asked(), asked);
    }
    desk.keys("/").text("priority").keys("Enter Space");
    assert_eq!(desk.message(), "Priority is no column of this view of the server: it stays blank.");
    assert!(desk.stage.effects.is_empty(), "{:?}", desk.stage.effects);
}

#[test]
fn a_condition_on_a_view_of_the_server_asks_all_rows_in_front_of_it_and_says_so() {
    let told = "All rows of Cases: `Urgent unassigned` takes no condition.  Esc back to it";
    let mut desk = at_stored();
    desk.keys("/").text("printer");
    assert!(desk.message().contains("Enter asks all rows") || desk.message().contains("all there are"));
    desk.keys("Enter");
    desk.stage.quick_find();
    assert_eq!(desk.message(), told);
    let query = asked(&desk);
    assert_eq!(query.view(), None);
    assert!(query.condition().unwrap().to_string().starts_with("contains(title,'printer')"));
    assert!(!desk.stage.row(2).contains("Urgent unassigned"), "{}", desk.screen());
    rows(&mut desk, 0);
    assert!(desk.screen().contains("No rows in Cases where `printer` is in"), "{}", desk.screen());
    desk.keys("Esc");
    assert!(asked(&desk).condition().is_none(), "the filter is dropped first");
    desk.keys("Esc");
    assert!(desk.stage.row(2).contains("Urgent unassigned"), "{}", desk.screen());
    desk.keys("=");
    assert_eq!(desk.message(), told);
    assert_eq!(asked(&desk).view(), None);
}

#[test]
fn an_empty_view_says_which_one_it_is_with_the_conditions_of_ones_own() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys(": u r g Enter");
    rows(&mut desk, 3);
    desk.keys("$ 0 =");
    rows(&mut desk, 0);
    let screen = desk.screen();
    assert!(screen.contains("No rows in `Urgent active` of Cases where Case Number = "), "{screen}");
    let mut desk = at_stored();
    desk.keys("r");
    rows(&mut desk, 0);
    let screen = desk.screen();
    assert!(screen.contains("No rows in `Urgent unassigned` of Cases."), "{screen}");
    assert!(screen.contains("V other rows"), "{screen}");
}

#[test]
fn a_view_that_is_gone_is_told_by_its_name_and_the_list_is_read_anew() {
    let mut desk = at_stored();
    desk.keys("r");
    let gone = Error::Api {
        status: 404,
        code: "0x80040217".into(),
        message: "Entity 'SavedQuery' With Id = 2 Does Not Exist".into(),
        request_id: None,
        part: None,
    };
    desk.stage.answer(Slot::Rows, Reply::Rows(Err(gone)));
    assert!(desk.screen().contains("Cannot read `Urgent unassigned` of Cases."), "{}", desk.screen());
    let asked = desk.stage.asked();
    desk.keys("Esc V");
    assert_eq!(desk.stage.asked(), asked + 1);
    assert_eq!(*desk.stage.request(Slot::Views), Request::Views("incident".into()));
}

#[test]
fn a_view_that_sums_rows_up_is_not_opened() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("V");
    let mut sums = personal();
    sums[0].query = Ok(ViewQuery { is_aggregate: true, ..ViewQuery::default() });
    desk.stage.answer(Slot::Views, views("incident", Ok(vec![]), Ok(sums)));
    desk.text("personal").keys("Enter");
    assert!(is_open(&desk));
    assert!(desk.message().starts_with("That view sums rows up"), "{}", desk.message());
    desk.keys("Ctrl-U").text("zzz").keys("Enter");
    assert_eq!(desk.message(), "No view has that name.  Esc closes");
}

#[test]
fn texts_of_views_reach_no_cell_as_they_came() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("V");
    let evil = "\u{1b}]0;x\u{7}\u{202e}evil";
    let mut view = stored(ViewKind::System, 5, evil, evil, evil);
    view.description = evil.repeat(200);
    view.columns = Err(evil.into());
    desk.stage.answer(Slot::Views, views("incident", Ok(vec![view]), Ok(vec![])));
    desk.text("evil");
    let screen = desk.screen();
    assert!(screen.contains("evil"), "{screen}");
    assert!(!screen.chars().any(|c| c != '\n' && (c.is_control() || c == '\u{202e}')), "{screen}");
    desk.keys("Enter");
    assert!(!desk.screen().chars().any(|c| c != '\n' && (c.is_control() || c == '\u{202e}')));
}

#[test]
fn a_table_without_views_has_all_its_rows_to_choose() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys(": a c c o u n t s Enter V");
    assert!(is_open(&desk));
    assert_eq!(*desk.stage.request(Slot::Views), Request::Views("account".into()));
    desk.stage.answer(Slot::Views, views("account", Ok(vec![]), Ok(vec![])));
    assert!(desk.screen().contains("0 views"), "{}", desk.screen());
    desk.keys("Enter");
    assert!(desk.is_at(|screen| matches!(screen, Screen::Grid(grid) if grid.view.is_none())));
}

#[test]
fn the_line_for_a_shell_is_none_for_a_view_of_the_server() {
    let mut desk = at_stored();
    desk.keys("y q");
    assert!(desk.message().starts_with("`dv rows` runs no view of the server."), "{}", desk.message());
}
