//! `M q`: all rows of the query are marked, and read when it is known what to do with them.

use bytes::Bytes;
use dvtui::app::effect::Effect;
use dvtui::app::event::Event;
use dvtui::app::journal::Opened;
use dvtui::app::key::Key;
use dvtui::app::tickets::Slot;
use dvtui::app::{Reply, Request};
use dvtui::dataverse::{Error, Page, Query};

use crate::desk::Desk;
use crate::service::{Cases, Service};
use crate::stage::{identity, page};

/// At 30 cases of which all are marked by their query.
fn marked() -> Desk {
    let mut desk = Desk::with(identity(), 30, 80, 24);
    desk.keys("M q");
    desk
}

/// The same after a change was chosen: the rows are being read.
fn reading() -> Desk {
    let mut desk = marked();
    desk.keys("c o e");
    desk
}

fn asked(desk: &Desk) -> Query {
    match desk.stage.request(Slot::Marked) {
        Request::Rows(query) | Request::NextPage(_, query) => query.clone(),
        other => panic!("{other:?}"),
    }
}

fn answer(desk: &mut Desk, result: Result<Page, Error>) {
    desk.stage.answer(Slot::Marked, Reply::Rows(result));
    desk.stage.app.drawn();
}

/// Rows by their numbers alone, and the link behind them.
fn bare(numbers: std::ops::Range<usize>, next: &str) -> Page {
    let row = |n| format!(r#"{{"@odata.etag":"W/\"1\"","incidentid":"00000000-0000-4000-8000-{n:012}"}}"#);
    let rows: Vec<String> = numbers.map(row).collect();
    let next = match next {
        "" => String::new(),
        next => format!(r#","@odata.nextLink":"https://contoso/{next}""#),
    };
    Page::decode(Bytes::from(format!(r#"{{"value":[{}]{next}}}"#, rows.join(",")))).unwrap()
}

#[test]
fn all_rows_of_the_query_are_marked_without_a_request_until_esc() {
    let mut desk = marked();
    assert!(!desk.stage.effects.iter().any(|effect| matches!(effect, Effect::Run(..))));
    assert!(desk.stage.row(2).contains("all 30 matching marked"), "{}", desk.stage.row(2));
    insta::assert_snapshot!(desk.screen());
    for keys in ["Space", "v", "M a", "M i"] {
        desk.keys(keys);
        assert!(desk.message().starts_with("All rows of the query are marked."), "{}", desk.message());
    }
    desk.keys("y r");
    assert!(desk.message().starts_with("All rows of the query are marked."), "{}", desk.message());
    assert!(desk.stage.row(24).contains("Esc clear marks"), "{}", desk.stage.row(24));
    desk.keys("Esc");
    assert!(!desk.stage.row(2).contains("marked"), "{}", desk.stage.row(2));
}

#[test]
fn a_change_reads_all_rows_of_the_query_and_is_staged_on_them_by_one_step_in_one_transaction() {
    let mut desk = marked();
    desk.stage.event(Event::JournalOpened(Opened::Ours { rows: vec![], operations: vec![], said: None }));
    desk.stage.app.drawn();
    desk.keys("c");
    assert!(desk.screen().contains("change on all 30 matching"), "{}", desk.screen());
    desk.keys("o e");
    let query = asked(&desk);
    for property in ["ticketnumber", "title", "statecode", "statuscode", "caseorigincode", "incidentid"] {
        assert!(query.selected().iter().any(|selected| selected == property), "{property}: {query:?}");
    }
    assert_eq!(query.selected().len(), 6, "and nothing else: {query:?}");
    assert!(query.prefer().unwrap().contains("maxpagesize=5000"));
    assert!(desk.message().contains("0 of 30  Esc stops"), "{}", desk.message());
    answer(&mut desk, Ok(page(0..20, Some("more"), None)));
    assert_eq!(desk.pending(), 0, "all of it or nothing");
    assert!(desk.message().contains("66%  20 of 30"), "{}", desk.message());
    // The row that moved to the next page meanwhile is staged once.
    desk.stage.answer(Slot::Marked, Reply::Rows(Ok(page(19..31, None, None))));
    assert!(desk.message().starts_with("31 marked: Origin -> Email staged"), "{}", desk.message());
    let [Effect::Journal(entries), ..] = desk.stage.effects.as_slice() else { panic!("not kept") };
    assert_eq!(entries.len(), 31);
    assert!(!desk.sends());
    let staged = desk.pending();
    assert_eq!(staged, 31);
    desk.keys("u");
    assert_eq!((desk.pending(), desk.message()), (0, "Undo: Origin of 31 records".into()));
    // The marks are still there, for the next change.
    desk.keys("Ctrl-Y .");
    assert!(matches!(desk.stage.request(Slot::Marked), Request::Rows(_)));
}

#[test]
fn esc_stops_reading_and_nothing_is_staged() {
    let mut desk = reading();
    answer(&mut desk, Ok(page(0..20, Some("more"), None)));
    let late = desk.stage.ticket(Slot::Marked);
    desk.keys("Esc");
    assert!(desk.stage.effects.contains(&Effect::Cancel(Slot::Marked)));
    assert_eq!((desk.pending(), desk.message()), (0, "Stopped. Nothing was staged.".into()));
    desk.stage.answer_to(late, Reply::Rows(Ok(page(20..30, None, None))));
    assert_eq!(desk.pending(), 0);
    assert!(desk.stage.row(2).contains("all 30 matching marked"), "the marks stay");
}

#[test]
fn more_rows_than_the_journal_takes_at_once_are_refused_with_the_number() {
    let mut desk = Desk::with(identity(), 30, 80, 24);
    desk.keys("M q c o e");
    for part in 0..10 {
        answer(&mut desk, Ok(bare(part * 5_000..(part + 1) * 5_000, "more")));
    }
    let screen = desk.screen();
    assert!(screen.contains("Nothing was staged: more than 50,000 rows match."), "{screen}");
    assert!(screen.contains("= fewer rows, then M q"), "{screen}");
    assert_eq!(desk.pending(), 0);
    assert!(!desk.stage.app.tickets.is_busy(Slot::Marked));
}

#[test]
fn exactly_as_many_as_it_takes_are_staged() {
    let mut desk = reading();
    for part in 0..10 {
        answer(&mut desk, Ok(bare(part * 5_000..(part + 1) * 5_000, if part < 9 { "more" } else { "" })));
    }
    assert_eq!(desk.pending(), 50_000);
    assert!(desk.message().starts_with("50,000 marked: Origin -> Email staged"), "{}", desk.message());
}

#[test]
fn a_query_that_is_paged_by_number_only_says_so_and_pages_that_go_round_end() {
    let mut desk = reading();
    let error = Error::Api {
        status: 400,
        code: "0x8004430a".into(),
        message: "Paging cookie".into(),
        request_id: None,
        part: None,
    };
    answer(&mut desk, Err(error));
    let screen = desk.screen();
    assert!(screen.contains("the service pages this query to 50,000 rows only"), "{screen}");
    let mut desk = reading();
    answer(&mut desk, Ok(page(0..20, Some("a"), None)));
    answer(&mut desk, Ok(page(0..20, Some("a"), None)));
    assert!(desk.screen().contains("Nothing was staged: the pages go round."), "{}", desk.screen());
    assert_eq!(desk.pending(), 0);
}

#[test]
fn a_verb_reads_the_rows_before_it_stages_one_operation_each() {
    let mut desk = marked();
    desk.keys("D");
    assert!(!asked(&desk).selected().is_empty());
    answer(&mut desk, Ok(page(0..12, None, None)));
    assert!(desk.message().starts_with("Staged: delete Case CAS-00000"), "{}", desk.message());
    assert_eq!(desk.pending(), 12);
    desk.keys("D");
    answer(&mut desk, Ok(page(0..12, None, None)));
    assert_eq!(desk.pending(), 12, "each is deleted once");
    desk.keys("x g");
    assert!(desk.message().starts_with("That is done with one row at a time."), "{}", desk.message());
}

#[test]
fn a_form_that_nobody_expects_any_more_does_not_come_up() {
    let mut desk = marked();
    desk.keys("D :");
    answer(&mut desk, Ok(page(0..12, None, None)));
    assert_eq!(desk.pending(), 0);
    assert!(desk.screen().contains("Nothing was staged: you have gone on meanwhile."), "{}", desk.screen());
}

#[test]
fn other_conditions_end_the_mark_and_a_refresh_does_not() {
    let mut desk = marked();
    desk.keys("r");
    desk.stage.answer(Slot::Rows, Reply::Rows(Ok(page(0..30, None, Some(30)))));
    assert!(desk.stage.row(2).contains("all 30 matching marked"), "{}", desk.stage.row(2));
    desk.keys("=");
    desk.stage.answer(Slot::Rows, Reply::Rows(Ok(page(0..1, None, Some(1)))));
    assert!(!desk.stage.row(2).contains("marked"), "{}", desk.stage.row(2));
    desk.keys("M q");
    assert!(desk.stage.row(2).contains("all 1 matching marked"), "{}", desk.stage.row(2));
}

#[test]
fn a_text_that_is_looked_for_in_the_rows_held_is_no_part_of_the_query() {
    let mut desk = Desk::with(identity(), 30, 80, 24);
    desk.keys("/ i n v Tab M q");
    assert!(desk.message().starts_with("The text is looked for in the rows held."), "{}", desk.message());
    assert!(!desk.stage.row(2).contains("marked"));
}

#[test]
fn a_question_that_was_seen_before_the_rows_came_must_be_seen_again() {
    let mut desk = Desk::with(identity(), 30, 80, 24);
    desk.keys("c p l M q c o e w");
    assert!(desk.screen().contains("y yes"), "{}", desk.screen());
    desk.stage.answer(Slot::Marked, Reply::Rows(Ok(page(0..30, None, None))));
    desk.stage.press(Key::Char('y'));
    assert!(!desk.sends(), "that the origin changes as well was not seen");
    assert_eq!(desk.pending(), 31);
    desk.stage.app.drawn();
    assert!(desk.screen().contains("Origin"), "{}", desk.screen());
    desk.keys("y");
    assert!(desk.sends());
}

#[test]
fn a_verb_with_its_text_reads_the_rows_and_is_staged_on_each() {
    let service = Service::of(Cases::Open, 3);
    let mut desk = service.at_cases(identity(), 80, 24);
    service.keys(&mut desk, "M q :");
    desk.text("note \"Called.\"");
    service.keys(&mut desk, "Enter");
    assert_eq!(desk.pending(), 3, "{}", desk.screen());
    let notes = desk.stage.app.pending.operations().iter();
    let texts: Vec<_> = notes.map(|note| note.values.iter().any(|(_, text)| text == "Called.")).collect();
    assert_eq!(texts, [true; 3]);
}
