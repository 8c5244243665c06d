//! What the grid asks of the server: order, conditions, a quick search, all rows; and what it says of that.

use dvtui::app::Reply;
use dvtui::app::effect::{Effect, Request};
use dvtui::app::event::Event;
use dvtui::app::screen::{Grid, Screen};
use dvtui::app::tickets::Slot;
use dvtui::dataverse::Query;
use jiff::ToSpan;

use crate::stage::{Stage, cases, noon, page, refused};

fn grid(stage: &Stage) -> &Grid {
    match stage.app.screen() {
        Screen::Grid(grid) => grid,
        other => panic!("not the grid: {other:?}"),
    }
}

/// The first page that was asked for last.
fn asked(stage: &Stage) -> &Query {
    match stage.request(Slot::Rows) {
        Request::Rows(query) => query,
        other => panic!("no first page: {other:?}"),
    }
}

fn order(stage: &Stage) -> String {
    asked(stage).ordering().iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

fn condition(stage: &Stage) -> String {
    asked(stage).condition().map(ToString::to_string).unwrap_or_default()
}

fn rows(numbers: std::ops::Range<usize>, next: Option<&str>, total: Option<u64>) -> Reply {
    Reply::Rows(Ok(page(numbers, next, total)))
}

#[test]
fn rows_are_ordered_by_several_columns_with_their_ranks_in_the_header() {
    let mut stage = Stage::at_cases(120, 24, 50, None);
    stage.keys("l l s l S S");
    assert_eq!(order(&stage), "prioritycode,statuscode desc,incidentid");
    stage.answer(Slot::Rows, rows(0..50, None, Some(50)));
    insta::assert_snapshot!(stage.screen());
    stage.keys("S");
    assert_eq!(order(&stage), "prioritycode,incidentid");
    stage.keys("s");
    assert_eq!(order(&stage), "statuscode,incidentid", "s orders by this column alone");
    stage.answer(Slot::Rows, Reply::Rows(Err(refused(400, "0x80060888", "Not by that."))));
    assert!(
        stage.row(2).contains("sort Priority ^, Status Reason v"),
        "that is what is shown: {}",
        stage.row(2)
    );
}

#[test]
fn only_rows_with_the_value_under_the_cursor_and_only_those_without_it() {
    let mut stage = Stage::at_cases(80, 24, 50, None);
    stage.keys("l l =");
    assert_eq!(condition(&stage), "prioritycode eq 1");
    stage.answer(Slot::Rows, rows(0..20, None, Some(20)));
    assert!(stage.row(2).starts_with(" Priority = High"), "{}", stage.row(2));
    stage.keys("h ~");
    assert_eq!(
        condition(&stage),
        "prioritycode eq 1 and (title ne 'Printer jam on floor 3' or title eq null)"
    );
    stage.answer(Slot::Rows, rows(0..9, None, Some(9)));
    stage.keys("g c c u s t Enter =");
    assert!(condition(&stage).ends_with(" and _customerid_value eq 00000000-0000-4000-8000-000000000000"));
    stage.keys("=");
    assert!(stage.row(23).contains("is asked for already"), "{}", stage.row(23));
    stage.answer(Slot::Rows, rows(0..1, None, Some(1)));
    stage.keys("\\ \\");
    assert_eq!(condition(&stage), "prioritycode eq 1", "the newest goes first");
}

#[test]
fn a_row_without_a_value_leads_to_all_rows_without_one() {
    let mut stage = Stage::at_cases(80, 24, 50, None);
    stage.keys("j j j j j j g c c u s t Enter =");
    assert_eq!(condition(&stage), "_customerid_value eq null");
    assert!(stage.row(2).starts_with(" Customer is empty"), "{}", stage.row(2));
    stage.answer(Slot::Rows, rows(0..0, None, Some(0)));
    insta::assert_snapshot!(stage.screen());
}

#[test]
fn conditions_that_do_not_fit_are_dropped_as_a_whole_and_counted() {
    let mut stage = Stage::at_cases(80, 24, 50, None);
    stage.keys("s");
    stage.answer(Slot::Rows, rows(0..50, None, Some(50)));
    for keys in ["l =", "l =", "l =", "l ="] {
        stage.keys(keys);
        stage.answer(Slot::Rows, rows(0..50, None, Some(50)));
    }
    assert_eq!(
        stage.row(2).split("  ").next().unwrap(),
        " +2 | Status Reason = In Progress | Customer = Fourth Coffee"
    );
    stage.resize(160, 24);
    assert!(
        stage.row(2).starts_with(" Case Title = Printer jam on floor 3 | Priority = High | Status Reason"),
        "{}",
        stage.row(2)
    );
}

#[test]
fn the_view_of_the_quick_search_is_read_once_and_its_columns_are_named() {
    let mut stage = Stage::at_cases(80, 24, 250, Some("p2"));
    stage.keys("/ p r i n t Enter");
    assert!(matches!(&stage.effects[..], [Effect::Run(_, Request::QuickFind(_))]), "{:?}", stage.effects);
    stage.later(500);
    assert!(stage.row(2).ends_with("... 0.5 s"), "{}", stage.row(2));
    stage.quick_find();
    assert!(condition(&stage).contains("contains(customerid_account/name,'print')"), "{}", condition(&stage));
    stage.answer(Slot::Rows, rows(0..20, None, Some(20)));
    stage.keys("/ j a m");
    assert!(stage.row(23).contains("`jam` matches 4 of 20, all there are."), "{}", stage.row(23));
    stage.keys("Enter");
    assert!(matches!(&stage.effects[..], [Effect::Run(_, Request::Rows(_))]), "{:?}", stage.effects);
}

#[test]
fn a_quick_search_that_is_left_before_its_view_came_asks_nothing() {
    let mut stage = Stage::at_cases(80, 24, 250, Some("p2"));
    stage.keys("/ p r i n t Enter Ctrl-C");
    let before = stage.asked();
    stage.quick_find();
    assert_eq!(stage.asked(), before);
    let mut stage = Stage::at_cases(80, 24, 250, Some("p2"));
    stage.keys("/ p r i n t Enter Esc");
    let before = stage.asked();
    stage.quick_find();
    assert_eq!(stage.asked(), before);
}

#[test]
fn without_the_view_the_name_is_searched_and_a_failure_is_told() {
    let none = Reply::QuickFind("incident".into(), Ok(None));
    let mut stage = Stage::at_cases(80, 24, 250, Some("p2"));
    stage.keys("/ p r i n t Enter").answer(Slot::QuickFind, none);
    assert_eq!(condition(&stage), "contains(title,'print')");

    let failed = || Reply::QuickFind("incident".into(), Err(refused(403, "0x80040220", "No privilege.")));
    let mut stage = Stage::at_cases(80, 24, 250, Some("p2"));
    stage.keys("/ p r i n t Enter").answer(Slot::QuickFind, failed());
    assert_eq!(condition(&stage), "contains(title,'print')");
    assert!(stage.screen().contains("only the name is searched"), "{}", stage.screen());
    stage.answer(Slot::Rows, rows(0..3, None, Some(3)));
    stage.keys("Esc / j a m Enter");
    assert!(matches!(&stage.effects[..], [Effect::Run(_, Request::QuickFind(_))]), "it is tried again");
}

#[test]
fn few_rows_are_read_to_the_end_unasked_with_a_bar() {
    let mut stage = Stage::at_cases(80, 24, 100, Some("p2"));
    stage.keys("r");
    stage.answer(Slot::Rows, rows(0..100, Some("p2"), Some(950)));
    stage.keys("G G");
    assert!(grid(&stage).to_end);
    stage.answer(Slot::Rows, rows(100..437, Some("p3"), None));
    assert_eq!(
        stage.row(23),
        " Reading to the last row  [#########-----------] 46%  437 of 950  Ctrl-C stops"
    );
    stage.answer(Slot::Rows, rows(437..950, None, None));
    assert!(stage.row(23).contains("All 950 rows are read."), "{}", stage.row(23));
}

#[test]
fn nothing_reads_a_whole_table_unasked() {
    let mut stage = Stage::at_cases(80, 24, 100, Some("p2"));
    let before = stage.asked();
    stage.keys("G G");
    assert_eq!(stage.asked(), before + 1, "the page behind the screen, no more");
    insta::assert_snapshot!(stage.screen());
    stage.app.drawn();
    stage.keys("Enter");
    assert!(!grid(&stage).to_end, "Enter does not confirm");
    stage.keys("n");
    assert!(!grid(&stage).to_end);
    stage.keys("G G").agree();
    assert!(grid(&stage).to_end);
    stage.keys("Ctrl-C G G");
    assert!(grid(&stage).to_end, "asked once");
}

#[test]
fn where_nobody_knows_how_many_rows_there_are_count_and_rate_are_shown() {
    let mut stage = Stage::at_cases(80, 24, 100, Some("p2"));
    stage.keys("G G").agree();
    stage.event(Event::Clock(noon() + 4.seconds()));
    stage.answer(Slot::Rows, rows(100..5_100, Some("p3"), None));
    assert_eq!(stage.row(23), " Reading to the last row  5,100 rows read, 1,250/s  Ctrl-C stops");
}

#[test]
fn rows_that_are_held_and_rows_that_were_read_are_told_apart() {
    let mut stage = Stage::at_cases(80, 24, 5_000, Some("p1"));
    assert!(stage.row(2).ends_with(" 5,000 of 5,000+"), "{}", stage.row(2));
    stage.keys("G G").agree();
    for n in 1..6 {
        let next = format!("p{}", n + 1);
        stage.answer(Slot::Rows, rows(n * 5_000..(n + 1) * 5_000, Some(&next), None));
    }
    assert!(stage.row(2).contains(" 20,000 held, 30,000 read of 30,000+"), "{}", stage.row(2));
    stage.keys("/ p r i n t");
    for _ in 0..20 {
        stage.event(Event::Clock(noon())); // the rows are looked through in slices
    }
    let said = "`print` matches 4,000 of 20,000 held, 30,000+ in all.  Enter asks the server";
    assert_eq!(stage.row(23).trim(), said);
}

#[test]
fn a_query_that_is_paged_by_number_stops_at_its_end_and_says_so() {
    let mut stage = Stage::at_cases(80, 24, 20, Some("p2"));
    let error = refused(400, "0x8004430a", "The maximum number of records without a paging cookie.");
    stage.answer(Slot::Rows, Reply::Rows(Err(error)));
    assert!(stage.screen().contains("Stopped at 50,000 rows"), "{}", stage.screen());
}

#[test]
fn pages_that_go_round_are_stopped_with_an_error_and_the_rows_stay() {
    let mut stage = Stage::at_cases(80, 24, 20, Some("p2"));
    stage.answer(Slot::Rows, rows(20..25, Some("p2"), None));
    assert!(stage.screen().contains("Stopped reading Cases: the pages go round."), "{}", stage.screen());
    assert!(stage.row(2).contains("25 of 5,000+, pages go round, stopped"), "{}", stage.row(2));
    let before = stage.asked();
    stage.keys("Esc j G G");
    assert_eq!(stage.asked(), before, "it is not gone round once more");
    assert!(stage.screen().contains("CAS-00024"), "{}", stage.screen());
    stage.keys("r");
    assert_eq!(stage.asked(), before + 1);
}

#[test]
fn an_empty_page_with_a_link_is_gone_on_from() {
    let mut stage = Stage::at_cases(80, 24, 0, Some("p2"));
    assert!(stage.screen().contains("the pages so far are empty"), "{}", stage.screen());
    stage.answer(Slot::Rows, rows(0..0, Some("p3"), None));
    assert!(matches!(stage.request(Slot::Rows), Request::NextPage(link, _) if link.as_str().ends_with("p3")));
    stage.answer(Slot::Rows, rows(0..7, None, None));
    assert!(stage.row(2).ends_with("7 rows") && stage.screen().contains("CAS-00006"), "{}", stage.screen());
}

#[test]
fn rows_that_come_again_are_counted_and_told() {
    let mut stage = Stage::at_cases(80, 24, 20, Some("p2"));
    stage.answer(Slot::Rows, rows(18..30, None, None));
    assert!(stage.row(2).ends_with("32 rows, 2 repeated"), "{}", stage.row(2));
}

#[test]
fn with_marks_nothing_says_that_esc_drops_the_filter() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    stage.keys("Space =");
    stage.answer(Slot::Rows, rows(0..0, None, Some(0)));
    let screen = stage.screen();
    assert!(screen.contains("\\ drops that filter   r reads again"), "{screen}");
    assert!(screen.contains("Esc clear 1 mark"), "{screen}");
}

#[test]
fn many_rows_are_looked_through_between_keys_and_the_cursor_stays_near() {
    let mut stage = Stage::at_tables(80, 24);
    stage.keys("/ c a s e Enter");
    stage.answer(Slot::Schema, Reply::Schema(Ok(std::sync::Arc::new(cases()))));
    stage.answer(Slot::Rows, rows(0..2_500, None, Some(2_500)));
    let tick = |stage: &mut Stage| {
        stage.event(Event::Clock(noon()));
    };
    let cursor = |stage: &Stage| grid(stage).place(grid(stage).list.cursor);
    stage.keys("G k k /"); // at 2,497
    assert_eq!(cursor(&stage), Some(2_497), "nothing moves before something is typed");
    stage.keys("- 0 0 7");
    assert!(stage.row(23).contains("matches 100 of 2,500 so far, 1,000 looked through"), "{}", stage.row(23));
    assert_eq!(stage.app.tick(), Some(std::time::Duration::ZERO), "it goes on as soon as no key waits");
    tick(&mut stage);
    assert!(stage.row(23).contains("2,000 looked through"), "{}", stage.row(23));
    tick(&mut stage);
    assert!(stage.row(23).contains("matches 100 of 2,500"), "{}", stage.row(23));
    assert_eq!(stage.app.tick(), None, "then it is done");
    // The cursor follows what it was on as it is found.
    stage.keys("Esc Esc G k k / 4 9 7");
    assert_eq!(cursor(&stage), Some(497));
    tick(&mut stage);
    assert_eq!(cursor(&stage), Some(1_497));
    tick(&mut stage);
    assert_eq!(cursor(&stage), Some(2_497), "{}", stage.screen());
    // Who moves the cursor has it where it was put.
    stage.keys("Esc Esc G / 9 7 Up");
    let put = cursor(&stage);
    tick(&mut stage);
    tick(&mut stage);
    assert_eq!((cursor(&stage), stage.app.tick()), (put, None), "{}", stage.screen());
    // All that match are marked, looked through or not.
    stage.keys("Esc Esc / 9 7 Tab M a");
    assert_eq!((grid(&stage).marks.count(), grid(&stage).len(), stage.app.tick()), (45, 45, None));
}
