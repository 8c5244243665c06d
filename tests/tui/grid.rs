use std::sync::Arc;

use dvtui::app::Reply;
use dvtui::app::effect::{Effect, Request};
use dvtui::app::screen::{Grid, Screen};
use dvtui::app::tickets::Slot;
use dvtui::dataverse::Row;
use dvtui::dataverse::{NextLink, Order, Query, field};
use ratatui::style::Modifier;

use crate::stage::{Stage, cases, page, refused};

fn grid(stage: &Stage) -> &Grid {
    match stage.app.screen() {
        Screen::Grid(grid) => grid,
        other => panic!("not the grid: {other:?}"),
    }
}

fn rows(numbers: std::ops::Range<usize>, next: Option<&str>) -> Reply {
    Reply::Rows(Ok(page(numbers, next, Some(12_431))))
}

/// The query of the cases without order and conditions.
fn query() -> Query {
    let properties = [
        "ticketnumber",
        "title",
        "prioritycode",
        "statuscode",
        "_customerid_value",
        "_ownerid_value",
        "incidentid",
    ];
    Query::new("incidents").select(properties).page_size(250).count().annotations()
}

#[test]
fn the_rows_are_on_their_way() {
    let mut stage = Stage::at_tables(80, 24);
    stage.keys("/ c a s e Enter");
    insta::assert_snapshot!(stage.screen());
    stage.answer(Slot::Schema, Reply::Schema(Ok(Arc::new(cases()))));
    assert_eq!(*stage.request(Slot::Rows), Request::Rows(query().order_by("incidentid")));
}

#[test]
fn the_rows() {
    let stage = Stage::at_cases(80, 24, 250, Some("p2"));
    insta::assert_snapshot!(stage.screen());
    let lines = stage.screen();
    let rows = lines.lines().filter(|line| line.contains("CAS-")).count();
    assert_eq!(rows, 19);
}

#[test]
fn the_rows_on_a_small_screen() {
    insta::assert_snapshot!(Stage::at_cases(60, 16, 250, Some("p2")).screen());
}

#[test]
fn the_rows_on_a_large_screen() {
    insta::assert_snapshot!(Stage::at_cases(120, 40, 30, None).screen());
}

#[test]
fn there_are_no_rows() {
    insta::assert_snapshot!(Stage::at_cases(80, 24, 0, None).screen());
}

#[test]
fn the_rows_may_not_be_read() {
    let mut stage = Stage::at_tables(80, 24);
    stage.keys("/ c a s e Enter");
    stage.answer(Slot::Schema, Reply::Schema(Ok(Arc::new(cases()))));
    let message = "Principal user is missing prvReadIncident privilege on OTC=112 for entity 'incident'.";
    stage.answer(Slot::Rows, Reply::Rows(Err(refused(403, "0x80040220", message))));
    insta::assert_snapshot!(stage.screen());
    stage.keys("r");
    assert!(matches!(&stage.effects[..], [Effect::Run(_, Request::Rows(_))]));
}

#[test]
fn the_columns_could_not_be_read_and_r_tries_again() {
    let mut stage = Stage::at_tables(80, 24);
    stage.keys("/ c a s e Enter");
    stage.answer(Slot::Schema, Reply::Schema(Err(refused(500, "", "An unexpected error occurred."))));
    assert!(stage.screen().contains("! Cannot read the columns of Cases."), "{}", stage.screen());
    stage.keys("r");
    assert!(matches!(&stage.effects[..], [Effect::Run(_, Request::Schema(_))]));
}

#[test]
fn what_could_not_be_read_is_told_once_with_the_key_that_tries_again() {
    let mut stage = Stage::at_cases(80, 24, 50, None);
    stage.keys("Enter");
    stage.answer(Slot::Row, Reply::Row(Err(refused(401, "", "Who are you?"))));
    let screen = stage.screen();
    assert_eq!(screen.matches("could not be read").count(), 1, "{screen}");
    assert!(stage.row(24).contains("g u sign in again  r try again"), "{screen}");
    stage.keys("Esc");
    assert!(matches!(stage.app.screen(), Screen::Grid(_)), "there was nothing to dismiss");
}

#[test]
fn the_way_here_is_cut_in_the_middle_and_the_leaf_stays() {
    let mut stage = Stage::at_cases(60, 16, 50, None);
    stage.keys("Enter");
    assert!(
        stage.row(1).contains("> CAS-00000") || stage.row(1).contains("Printer jam on floor 3"),
        "{}",
        stage.row(1)
    );
}

#[test]
fn columns_are_kept_for_the_next_visit() {
    let mut stage = Stage::at_cases(80, 24, 10, None);
    stage.keys("Esc Enter");
    assert!(matches!(&stage.effects[..], [Effect::Run(_, Request::Rows(_))]));
}

#[test]
fn pages_are_read_ahead_one_screen_before_the_end() {
    let mut stage = Stage::at_cases(80, 24, 50, Some("p2"));
    let asked = stage.asked();
    stage.keys("Ctrl-D");
    assert_eq!(stage.asked(), asked, "a screen and more is left");
    stage.keys("Ctrl-D Ctrl-D Ctrl-D");
    let next = Request::NextPage(NextLink::new("https://contoso/p2"), query().order_by("incidentid"));
    assert_eq!(*stage.request(Slot::Rows), next);
    stage.later(300);
    assert!(stage.row(2).ends_with("... 0.3 s"), "{}", stage.row(2));
    let asked = stage.asked();
    stage.keys("j j");
    assert_eq!(stage.asked(), asked, "one read at a time");
    stage.answer(Slot::Rows, rows(50..100, Some("p3")));
    assert_eq!(grid(&stage).len(), 100);
    assert!(stage.row(2).ends_with("100 of 5,000+"), "{}", stage.row(2));
}

#[test]
fn a_void_answer_is_never_shown() {
    let mut stage = Stage::at_cases(80, 24, 10, None);
    stage.keys("s");
    let old = stage.ticket(Slot::Rows);
    stage.keys("s");
    stage.answer_to(old, rows(900..910, None));
    assert!(!stage.screen().contains("CAS-00900"), "{}", stage.screen());
    stage.answer(Slot::Rows, rows(700..710, None));
    assert!(stage.screen().contains("CAS-00700"));
    stage.keys("r");
    let left = stage.ticket(Slot::Rows);
    stage.keys("Esc");
    assert!(stage.effects.contains(&Effect::Cancel(Slot::Rows)));
    stage.keys("Enter");
    stage.answer_to(left, rows(900..910, None));
    assert!(!stage.screen().contains("CAS-00900"), "{}", stage.screen());
}

#[test]
fn loading_never_blanks_what_is_on_the_screen() {
    let mut stage = Stage::at_cases(80, 24, 50, None);
    for keys in ["r", "s", "/ p r i n t Enter"] {
        stage.keys(keys);
        stage.later(300);
        assert!(
            stage.screen().contains("CAS-00000") && stage.row(2).contains("..."),
            "{keys}\n{}",
            stage.screen()
        );
    }
    stage.answer(Slot::Rows, Reply::Rows(Err(refused(500, "0x80040216", "An unexpected error occurred."))));
    let screen = stage.screen();
    assert!(screen.contains("CAS-00000") && screen.contains("! Cannot read Cases."), "{screen}");
}

#[test]
fn ctrl_c_stops_a_read_and_keeps_the_rows() {
    let mut stage = Stage::at_cases(80, 24, 50, None);
    stage.keys("s Ctrl-C");
    assert_eq!(stage.effects, [Effect::Cancel(Slot::Rows)]);
    assert!(stage.screen().contains("CAS-00000"));
    assert!(grid(&stage).sort.is_empty(), "the order is that of the rows on the screen");
    let mut stage = Stage::at_tables(80, 24);
    stage.keys("/ c a s e Enter Ctrl-C");
    assert!(stage.screen().contains("Cases were not read."), "{}", stage.screen());
    stage.keys("r");
    assert!(matches!(&stage.effects[..], [Effect::Run(_, Request::Schema(_))]));
}

#[test]
fn the_active_column_is_sorted_on_the_server_up_down_and_off() {
    let mut stage = Stage::at_cases(80, 24, 50, None);
    stage.keys("l l s");
    let order = |descending| Order { property: "prioritycode".into(), descending };
    assert_eq!(*stage.request(Slot::Rows), Request::Rows(query().then(order(false)).order_by("incidentid")));
    stage.keys("s");
    assert_eq!(*stage.request(Slot::Rows), Request::Rows(query().then(order(true)).order_by("incidentid")));
    assert!(stage.screen().contains("sort Priority v"), "{}", stage.screen());
    stage.keys("s");
    assert_eq!(*stage.request(Slot::Rows), Request::Rows(query().order_by("incidentid")));
    stage.keys("g c c u s t Enter s");
    let customer = Order { property: "_customerid_value".into(), descending: false };
    assert_eq!(*stage.request(Slot::Rows), Request::Rows(query().then(customer).order_by("incidentid")));
}

#[test]
fn the_filter_looks_through_held_rows_and_says_what_it_did_not_look_at() {
    let mut stage = Stage::at_cases(80, 24, 250, Some("p2"));
    let asked = stage.asked();
    stage.keys("/ p r i n t");
    insta::assert_snapshot!(stage.screen());
    assert_eq!(stage.asked(), asked, "nothing goes to the server as one types");
    assert_eq!(stage.cursor().unwrap().y, 1);
}

#[test]
fn enter_asks_the_server_and_a_chip_says_so() {
    let mut stage = Stage::at_cases(80, 24, 250, Some("p2"));
    stage.keys("/ p r i n t Enter").quick_find();
    let either = field("title")
        .contains("print")
        .or(field("ticketnumber").contains("print"))
        .or(field("customerid_account/name").contains("print"));
    let asked = query().filter(either).order_by("incidentid");
    assert_eq!(*stage.request(Slot::Rows), Request::Rows(asked));
    stage.answer(Slot::Rows, Reply::Rows(Ok(page(0..3, None, Some(3)))));
    assert!(
        stage.row(2).contains("Case Title, Case Number, Customer: print") && stage.row(2).ends_with("3 rows"),
        "{}",
        stage.row(2)
    );
    stage.keys("\\");
    assert_eq!(*stage.request(Slot::Rows), Request::Rows(query().order_by("incidentid")));
}

#[test]
fn rows_that_the_server_does_not_find_are_told_with_two_ways_on() {
    let mut stage = Stage::at_cases(80, 24, 250, Some("p2"));
    stage.keys("/ x y z");
    assert!(stage.screen().contains("None of the 250 rows held matches `xyz`."), "{}", stage.screen());
    stage.keys("Enter").quick_find();
    stage.answer(Slot::Rows, Reply::Rows(Ok(page(0..0, None, Some(0)))));
    insta::assert_snapshot!(stage.screen());
}

#[test]
fn esc_goes_down_the_ladder_one_step_at_a_time() {
    let mut stage = Stage::at_cases(80, 24, 250, Some("p2"));
    stage.keys("/ p r i n t Enter").quick_find();
    stage.answer(Slot::Rows, rows(0..20, None));
    stage.keys("/ j a m Esc");
    assert!(stage.row(2).contains("/ jam"), "the text stays: {}", stage.row(2));
    assert!(stage.row(24).contains("Esc clear filter"), "{}", stage.row(24));
    stage.keys("Esc");
    assert!(!stage.row(2).contains("jam"));
    assert!(stage.row(24).contains("Esc drop filter"), "{}", stage.row(24));
    stage.keys("Esc");
    assert_eq!(*stage.request(Slot::Rows), Request::Rows(query().order_by("incidentid")));
    assert!(stage.row(24).contains("Esc back"), "{}", stage.row(24));
    stage.keys("Esc");
    assert!(matches!(stage.app.screen(), Screen::Tables(_)));
}

#[test]
fn big_g_goes_to_the_last_row_read_and_again_to_the_last_there_is() {
    let mut stage = Stage::at_cases(80, 24, 100, Some("p2"));
    stage.keys("G");
    assert_eq!(grid(&stage).list.cursor, 99);
    stage.keys("G").agree();
    assert!(grid(&stage).to_end);
    stage.answer(Slot::Rows, rows(100..200, Some("p3")));
    assert_eq!(grid(&stage).list.cursor, 199);
    stage.keys("g g");
    stage.answer(Slot::Rows, rows(200..300, Some("p4")));
    assert_eq!(grid(&stage).list.cursor, 0, "who moves away stays there");
    stage.answer(Slot::Rows, rows(300..350, None));
    assert!(!grid(&stage).to_end);
    assert!(stage.row(23).contains("All 350 rows are read."), "{}", stage.screen());
    assert!(stage.row(2).ends_with("350 rows"));
}

#[test]
fn big_g_twice_goes_to_the_end_when_a_page_came_between() {
    let mut stage = Stage::at_cases(80, 24, 100, Some("p2"));
    stage.keys("G");
    stage.answer(Slot::Rows, rows(100..200, Some("p3")));
    stage.keys("G").agree();
    assert!(grid(&stage).to_end, "{}", stage.screen());
    for n in 2..9 {
        let next = format!("p{}", n + 2);
        stage.answer(Slot::Rows, rows(n * 100..n * 100 + 100, Some(&next)));
        assert!(stage.row(23).contains("Ctrl-C stops"), "{}", stage.screen());
        assert!(stage.row(24).contains("Ctrl-C stop"), "{}", stage.screen());
    }
    stage.answer(Slot::Rows, rows(900..950, None));
    assert_eq!(grid(&stage).list.cursor, 949);
    assert!(stage.row(23).contains("All 950 rows are read."), "{}", stage.screen());
}

#[test]
fn columns_come_back_when_there_is_room_and_edges_say_what_is_out_of_sight() {
    let mut stage = Stage::at_cases(80, 24, 50, None);
    assert!(stage.row(3).ends_with('>'), "{}", stage.row(3));
    stage.keys("$").resize(60, 16);
    assert!(stage.row(3).contains('<') && !stage.row(3).contains('>'), "{}", stage.row(3));
    stage.resize(200, 40);
    assert!(stage.row(3).contains("Case Title") && !stage.row(3).contains('<'), "{}", stage.row(3));
    stage.resize(60, 16).keys("0");
    assert!(stage.row(3).contains("Case Title"), "{}", stage.row(3));
}

#[test]
fn reading_to_the_end_stops_with_ctrl_c_and_goes_on_with_g() {
    let mut stage = Stage::at_cases(80, 24, 100, Some("p2"));
    stage.keys("G G").agree().keys("Ctrl-C");
    assert!(!grid(&stage).to_end);
    assert!(stage.row(2).contains("stopped, G reads on"), "{}", stage.row(2));
    let asked = stage.asked();
    stage.keys("k");
    assert_eq!(stage.asked(), asked, "what was stopped stays stopped");
    stage.keys("G G");
    assert!(stage.asked() > asked);
}

/// A link that says behind which row the next page begins.
const BEHIND_A_ROW: &str = "incidents?$skiptoken=%3Ccookie%20pagenumber=%222%22%20pagingcookie=%22%253Cincidentid%2520last%253D%25221%2522%22%20/%3E";

fn asked(stage: &Stage) -> u32 {
    let Request::NextPage(_, query) = stage.request(Slot::Rows) else { panic!("no next page") };
    let prefer = query.prefer().unwrap();
    let size = prefer.split(',').find_map(|part| part.strip_prefix("odata.maxpagesize="));
    size.unwrap().parse().unwrap()
}

#[test]
fn reading_to_the_end_asks_for_large_pages_and_reads_one_again_as_it_was_read() {
    let mut stage = Stage::at_cases(80, 24, 250, Some(BEHIND_A_ROW));
    stage.keys("G");
    assert_eq!(asked(&stage), 250, "reading ahead goes by the screen");
    stage.answer(Slot::Rows, rows(250..500, Some(&format!("{BEHIND_A_ROW}&2"))));
    stage.keys("G G").agree();
    assert_eq!(asked(&stage), 5_000);
    for page in 0..5 {
        let from = 500 + page * 5_000;
        stage.answer(
            Slot::Rows,
            rows(from..from + 5_000, (page < 4).then(|| format!("{BEHIND_A_ROW}&{}", page + 3)).as_deref()),
        );
    }
    assert_eq!((grid(&stage).len(), grid(&stage).list.cursor), (25_500, 25_499));
    let held = grid(&stage).rows.value().unwrap().held();
    assert!(held <= 20_000, "{held} rows are held");
    stage.keys("g g");
    stage.answer(Slot::Rows, rows(0..250, Some(BEHIND_A_ROW)));
    assert_eq!(grid(&stage).len(), 25_500, "one page of the first size leads back to the first row");
    for _ in 0..14 {
        stage.keys("PgDn");
    }
    assert_eq!(asked(&stage), 250);
    stage.answer(Slot::Rows, rows(250..500, Some(&format!("{BEHIND_A_ROW}&2"))));
    for _ in 0..14 {
        stage.keys("PgDn");
    }
    assert_eq!(asked(&stage), 5_000);
    stage.answer(Slot::Rows, rows(500..5_500, Some(&format!("{BEHIND_A_ROW}&3"))));
    assert_eq!(grid(&stage).len(), 25_500, "it joins the others");
}

#[test]
fn pages_keep_their_size_where_the_link_only_counts_them() {
    let mut stage = Stage::at_cases(80, 24, 250, Some("incidents?$skiptoken=2"));
    stage.keys("G G").agree();
    stage.answer(Slot::Rows, rows(250..500, Some("incidents?$skiptoken=3")));
    assert!(grid(&stage).to_end);
    assert_eq!(asked(&stage), 250);
}

#[test]
fn rows_that_are_looked_through_come_in_smaller_pages() {
    let mut stage = Stage::at_cases(80, 24, 250, Some(BEHIND_A_ROW));
    stage.keys("/ C A S Tab G G").agree();
    stage.answer(Slot::Rows, rows(250..500, Some(&format!("{BEHIND_A_ROW}&2"))));
    assert!(grid(&stage).to_end);
    assert_eq!(asked(&stage), 1_000);
}

#[test]
fn columns_are_fitted_to_how_a_large_page_begins_and_to_what_is_seen_of_its_end() {
    let mut stage = Stage::at_cases(80, 24, 250, Some(BEHIND_A_ROW));
    stage.keys("G G").agree();
    stage.answer(Slot::Rows, rows(250..500, Some(&format!("{BEHIND_A_ROW}&2"))));
    let width = |stage: &Stage| grid(stage).widths[0].cells();
    let before = width(&stage);
    // From 100,000 on the numbers have a digit more.
    stage.answer(Slot::Rows, rows(99_000..100_000, Some(&format!("{BEHIND_A_ROW}&3"))));
    assert_eq!(width(&stage), before);
    stage.answer(Slot::Rows, rows(99_000..100_001, None));
    assert_eq!(width(&stage), before + 1, "the last row is on the screen");
}

#[test]
fn a_next_page_that_fails_keeps_the_rows_and_is_not_asked_for_again_and_again() {
    let mut stage = Stage::at_cases(80, 24, 20, Some("p2"));
    stage.answer(Slot::Rows, Reply::Rows(Err(refused(503, "", "Service unavailable."))));
    let asked = stage.asked();
    stage.keys("j j j");
    assert_eq!(stage.asked(), asked);
    assert!(
        stage.screen().contains("CAS-00000") && stage.row(2).contains("G tries again"),
        "{}",
        stage.screen()
    );
    stage.keys("G G").agree();
    assert!(matches!(stage.request(Slot::Rows), Request::NextPage(..)));
    assert_eq!(stage.asked(), asked + 1);
}

#[test]
fn a_refresh_leads_the_cursor_back_to_its_row() {
    let mut stage = Stage::at_cases(80, 24, 50, None);
    stage.keys("j j j j j r");
    stage.answer(Slot::Rows, rows(3..40, None));
    let row = grid(&stage).current_row().unwrap();
    assert!(row.json().contains("CAS-00005"), "{}", row.json());
    assert_eq!(grid(&stage).list.cursor, 2);
}

#[test]
fn a_refresh_reads_as_far_as_the_cursor_was() {
    let mut stage = Stage::at_cases(80, 24, 50, Some("p2"));
    stage.keys("G");
    stage.answer(Slot::Rows, rows(50..100, Some("p3")));
    stage.keys("G r");
    assert_eq!(grid(&stage).list.cursor, 99);
    stage.answer(Slot::Rows, rows(0..50, Some("p2")));
    assert!(matches!(stage.request(Slot::Rows), Request::NextPage(link, _) if link.as_str().ends_with("p2")));
    assert_eq!(grid(&stage).len(), 100, "the old rows stay until the new ones reach the cursor");
    stage.answer(Slot::Rows, rows(50..100, Some("p3")));
    assert_eq!(grid(&stage).list.cursor, 99);
}

#[test]
fn a_saved_row_shows_its_new_value_and_keeps_its_new_version() {
    let mut stage = Stage::at_cases(80, 24, 50, None);
    let mut grid = grid(&stage).clone();
    let id = grid.current_row().unwrap().id(&grid.table.primary_id).unwrap();
    let newer = r#"{"@odata.etag":"W/\"9\"","prioritycode":3,"prioritycode@OData.Community.Display.V1.FormattedValue":"Low"}"#;
    grid.row_saved(id, &Row::from_json(newer).unwrap());
    let row = grid.current_row().unwrap();
    assert_eq!(row.etag().as_deref(), Some("W/\"9\""));
    assert_eq!(row.cell("prioritycode").unwrap().text().as_deref(), Some("Low"));
    *stage.app.screens.top_mut() = Screen::Grid(Box::new(grid));
    assert!(stage.row(4).contains("Low"), "{}", stage.row(4));
}

#[test]
fn columns_scroll_and_the_first_one_stays() {
    let mut stage = Stage::at_cases(60, 16, 50, None);
    stage.keys("$");
    insta::assert_snapshot!(stage.screen());
    stage.keys("0");
    assert_eq!(stage.cursor().unwrap().x, 3);
    stage.keys("h");
    assert_eq!(grid(&stage).active, 0);
}

#[test]
fn a_column_is_found_by_its_name() {
    let mut stage = Stage::at_cases(80, 24, 50, None);
    stage.keys("g c o w");
    insta::assert_snapshot!(stage.screen());
    stage.keys("Enter");
    assert_eq!(grid(&stage).current_column().unwrap().name.as_str(), "ownerid");
    assert!(stage.row(3).contains("[Owner"), "{}", stage.row(3));
}

#[test]
fn the_cursor_of_the_terminal_is_on_the_active_cell() {
    let mut stage = Stage::at_cases(80, 24, 50, None);
    stage.keys("j l");
    let cursor = stage.cursor().unwrap();
    assert_eq!(cursor.y, 4);
    let buffer = stage.buffer();
    assert!(buffer[(cursor.x, cursor.y)].modifier.contains(Modifier::REVERSED));
    assert_eq!(buffer[(0, cursor.y)].symbol(), ">");
}

#[test]
fn resizing_keeps_the_cursor_in_sight() {
    let mut stage = Stage::at_cases(80, 40, 250, None);
    stage.keys("PgDn PgDn $");
    let before = grid(&stage).list.cursor;
    stage.resize(60, 16);
    assert_eq!(grid(&stage).list.cursor, before);
    assert!(stage.screen().lines().any(|line| line.starts_with('>')), "{}", stage.screen());
    stage.resize(59, 16);
    assert!(stage.screen().contains("dv needs 60x16"));
    stage.resize(80, 24);
    assert_eq!(grid(&stage).list.cursor, before);
}

#[test]
fn a_page_that_was_let_go_is_read_again_when_the_cursor_comes_back() {
    let mut stage = Stage::at_cases(80, 24, 5_000, Some("p1"));
    stage.keys("G G").agree();
    for n in 1..8 {
        let next = format!("p{}", n + 1);
        stage.answer(Slot::Rows, rows(n * 5_000..(n + 1) * 5_000, (n < 7).then_some(next.as_str())));
    }
    assert_eq!(grid(&stage).len(), 40_000);
    assert!(grid(&stage).rows.value().unwrap().held() <= 20_000);
    stage.keys("g g");
    assert_eq!(*stage.request(Slot::Rows), Request::Rows(query().order_by("incidentid")));
    assert!(stage.row(4).contains("..."), "{}", stage.row(4));
    stage.answer(Slot::Rows, rows(0..5_000, Some("p1")));
    assert!(stage.row(4).contains("CAS-00000"), "{}", stage.row(4));
    assert_eq!(grid(&stage).len(), 40_000);
}

#[test]
fn text_of_the_server_cannot_move_the_cursor_or_break_the_line() {
    let mut stage = Stage::at_tables(80, 24);
    stage.keys("/ c a s e Enter");
    stage.answer(Slot::Schema, Reply::Schema(Ok(Arc::new(cases()))));
    let json = r#"{"value":[{"ticketnumber":"a\u001b[2Jb","title":"one\ntwo\u202egnp","incidentid":"00000000-0000-4000-8000-0000000000aa"}]}"#;
    let page = dvtui::dataverse::Page::decode(bytes::Bytes::from(json)).unwrap();
    stage.answer(Slot::Rows, Reply::Rows(Ok(page)));
    let row = stage.row(4);
    assert!(row.contains("a^[[2Jb") && row.contains("one two<U+202E>gnp"), "{row}");
}
