//! What happened on a row: notes, mails, calls and tasks, newest first.

use dvtui::app::effect::Effect;
use dvtui::app::event::{Event, Operated};
use dvtui::app::overlay::Overlay;
use dvtui::app::problem::Problem;
use dvtui::app::screen::record::Tab;
use dvtui::app::tickets::Slot;
use dvtui::app::{Reply, Request, Screen};
use dvtui::dataverse::timeline::{Attachment, Collections, Entry, Timeline};
use dvtui::dataverse::{Error, Operation, RowId, StoredFile};
use insta::assert_snapshot;

use crate::desk::{self, Desk};
use crate::stage::refused;

fn entry(number: u128, table: &str, at: &str) -> Entry {
    Entry {
        table: table.into(),
        id: RowId(uuid::Uuid::from_u128(number)),
        kind: table.to_owned(),
        at: Some(at.parse().unwrap()),
        who: Some("Anna Moss".into()),
        subject: None,
        text: None,
        incoming: None,
        open: false,
        due: None,
        files: vec![],
    }
}

/// One of each kind.
pub(crate) fn entries() -> Vec<Entry> {
    let text = |text: &str| Some(text.to_owned());
    vec![
        Entry {
            text: text(
                "<div>Drum unit <b>ordered</b>, arrives Tuesday.</div><p>Customer uses tray&nbsp;1.</p>",
            ),
            files: vec![Attachment {
                stored: StoredFile::Note(RowId(uuid::Uuid::from_u128(1))),
                name: "../quote.pdf".into(),
                size: Some(86_016),
            }],
            ..entry(1, "annotation", "2026-11-23T11:02:00Z")
        },
        Entry {
            subject: text("Re: printer jam"),
            who: text("n.anderson@fourthcoffee.example"),
            text: text("It \u{1b}[31mhappened\u{7} again"),
            incoming: Some(true),
            ..entry(2, "email", "2026-11-23T09:10:00Z")
        },
        Entry {
            subject: text("Please try tray 1"),
            incoming: Some(false),
            ..entry(3, "phonecall", "2026-11-22T16:40:00Z")
        },
        Entry {
            subject: text("Check whether the warranty still covers the drum unit"),
            open: true,
            due: Some("2026-11-24T09:00:00Z".parse().unwrap()),
            ..entry(4, "task", "2026-11-20T09:00:00Z")
        },
        Entry { subject: text("宽字符 visit"), ..entry(5, "appointment", "2025-11-20T08:14:00Z") },
        Entry {
            kind: "Portal Comment".into(),
            who: None,
            ..entry(6, "adx_portalcomment", "2024-01-02T08:14:00Z")
        },
    ]
}

pub(crate) fn answered(timeline: Timeline) -> Reply {
    Reply::Timeline(Ok((Box::new(Collections::default()), timeline)))
}

/// At the timeline of the first case, with one entry of each kind.
pub(crate) fn at_timeline(width: u16, height: u16) -> Desk {
    let mut desk = Desk::at_form(width, height);
    desk.keys("4");
    desk.stage.answer(Slot::Timeline, answered(Timeline { entries: entries(), ..Timeline::default() }));
    desk.stage.app.drawn();
    desk
}

fn asks(desk: &Desk) -> bool {
    desk.stage.effects.iter().any(|effect| matches!(effect, Effect::Run(_, Request::Timeline(..))))
}

#[test]
fn a_timeline_shows_when_what_who_and_below_it_the_text_of_the_one_under_the_cursor() {
    let mut desk = at_timeline(80, 24);
    assert_snapshot!("timeline", desk.screen());
    desk.keys("j");
    assert!(desk.screen().contains("It [31mhappened again"), "{}", desk.screen());
    desk.keys("j j");
    assert_snapshot!("timeline_of_an_open_task", desk.screen());
    assert_snapshot!("timeline_at_120_cells", at_timeline(120, 40).screen());
    assert_snapshot!("timeline_with_its_text_beside", at_timeline(170, 24).screen());
}

#[test]
fn a_timeline_is_read_once_and_again_by_its_key_and_the_cursor_stays_on_its_entry() {
    let mut desk = at_timeline(80, 24);
    desk.keys("j 1 4");
    assert!(!asks(&desk), "it is there");
    desk.keys("r");
    assert!(asks(&desk));
    let mut newer = entries();
    newer.insert(0, entry(9, "annotation", "2026-11-23T13:00:00Z"));
    desk.stage.answer(Slot::Timeline, answered(Timeline { entries: newer, ..Timeline::default() }));
    assert!(desk.screen().contains("Re: printer jam\n"), "{}", desk.screen());
    let Screen::Record(record) = desk.stage.app.screen() else { panic!() };
    assert_eq!(record.timeline.list.cursor, 2);
}

#[test]
fn the_grid_opens_a_row_at_its_timeline_and_the_next_record_is_shown_there_too() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("4");
    assert!(asks(&desk));
    desk.row(desk::ROW);
    desk.stage.answer(Slot::Timeline, answered(Timeline { entries: entries(), ..Timeline::default() }));
    desk.keys("J");
    assert!(asks(&desk));
    assert!(!desk.screen().contains("printer jam"), "{}", desk.screen());
    assert!(desk.is_at(|screen| matches!(screen, Screen::Record(record) if record.tab == Tab::Timeline)));
}

#[test]
fn an_answer_for_another_record_is_not_shown_in_this_one() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("4");
    let late = desk.stage.ticket(Slot::Timeline);
    desk.keys("J");
    desk.stage.answer_to(late, answered(Timeline { entries: entries(), ..Timeline::default() }));
    assert!(desk.screen().contains("Reading the timeline"), "{}", desk.screen());
}

#[test]
fn what_is_not_there_says_why() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("4");
    desk.stage.answer(Slot::Timeline, answered(Timeline::default()));
    assert_snapshot!("timeline_of_nothing", desk.screen());
    desk.keys("r");
    desk.stage.answer(Slot::Timeline, answered(Timeline { none: true, ..Timeline::default() }));
    assert!(desk.screen().contains("Cases have no notes and no activities."), "{}", desk.screen());
    desk.keys("r");
    let hidden = Timeline { hidden: vec!["notes", "activities"], ..Timeline::default() };
    desk.stage.answer(Slot::Timeline, answered(hidden));
    assert!(
        desk.screen().contains("You may not read the notes and activities of this row."),
        "{}",
        desk.screen()
    );
    let mut desk = Desk::at_form(80, 24);
    desk.keys("4");
    let error: Error = refused(500, "0x80040216", "An unexpected error occurred.");
    desk.stage.answer(Slot::Timeline, Reply::Timeline(Err(error)));
    assert!(desk.screen().contains("The timeline could not be read"), "{}", desk.screen());
}

#[test]
fn ctrl_c_stops_reading_a_timeline_and_its_key_reads_it_after_all() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("4 Ctrl-C");
    assert!(desk.screen().contains("The timeline was not read."), "{}", desk.screen());
    assert!(!desk.stage.row(24).contains("stop"), "{}", desk.stage.row(24));
    desk.keys("1 4");
    assert!(asks(&desk));
}

#[test]
fn all_of_a_long_text_is_read_by_enter() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("4");
    let text: String = (1..=40).map(|line| format!("<p>line {line}</p>")).collect();
    let long = Entry { text: Some(text), ..entry(1, "email", "2026-11-23T11:02:00Z") };
    desk.stage.answer(Slot::Timeline, answered(Timeline { entries: vec![long], ..Timeline::default() }));
    assert!(desk.screen().contains("... more text   Enter reads all of it"), "{}", desk.screen());
    desk.keys("Enter G");
    assert!(desk.screen().contains("line 40"), "{}", desk.screen());
}

#[test]
fn a_and_a_letter_write_something_on_the_row_and_new_rows_are_elsewhere() {
    let mut desk = crate::acts::at_cases(crate::stage::identity(), 3, 80, 24);
    desk.keys("4").row(desk::ROW);
    desk.stage.answer(Slot::Timeline, answered(Timeline::default()));
    desk.keys("a n");
    assert!(matches!(desk.stage.app.overlays.last(), Some(Overlay::Draft(_))), "{}", desk.screen());
    let mut desk = at_timeline(80, 24);
    desk.keys("a");
    assert_eq!(desk.stage.app.overlays.len(), 1);
    assert!(desk.screen().contains("a p     Add a phone call"), "{}", desk.screen());
    let mut desk = Desk::at_form(80, 24);
    desk.keys("a");
    assert!(
        !matches!(desk.stage.app.overlays.last(), Some(Overlay::Prefix(_))),
        "in a form `a` is a new row"
    );
}

/// At the timeline of a case with a mail, and a note of two lines on it that is not sent.
fn at_an_unsent_note(width: u16, height: u16) -> Desk {
    let mut desk = crate::acts::at_cases(crate::stage::identity(), 3, width, height);
    desk.keys("4").row(desk::ROW);
    let read = entries().into_iter().skip(1).take(1).collect();
    desk.stage.answer(Slot::Timeline, answered(Timeline { entries: read, ..Timeline::default() }));
    desk.keys("a n").text("Called.").keys("Enter").text("Nobody there.").keys("Ctrl-D");
    desk.stage.answer(Slot::Learn, crate::acts::learned());
    desk.stage.app.drawn();
    assert_eq!(desk.pending(), 1, "{}", desk.screen());
    desk
}

#[test]
fn a_note_that_is_not_sent_stands_on_top_with_its_mark_and_enter_reads_it() {
    let mut desk = at_an_unsent_note(80, 24);
    desk.keys("g g");
    assert_snapshot!("timeline_with_an_unsent_note", desk.screen());
    desk.keys("Enter");
    let screen = desk.screen();
    assert!(screen.contains("~ note, not sent yet") && screen.contains("Nobody there."), "{screen}");
    desk.keys("Esc j");
    assert!(desk.screen().contains("It [31mhappened again"), "{}", desk.screen());
    desk.keys("j");
    assert!(desk.screen().contains("It [31mhappened again"), "nothing is below: {}", desk.screen());
}

#[test]
fn what_is_not_sent_goes_when_it_is_dropped_and_is_on_no_other_record() {
    let mut desk = at_an_unsent_note(80, 24);
    desk.keys("g g u");
    assert_eq!(desk.pending(), 0);
    assert!(!desk.screen().contains("not sent"), "{}", desk.screen());
    let mut desk = at_an_unsent_note(80, 24);
    desk.keys("J");
    let read = Timeline { entries: entries(), ..Timeline::default() };
    desk.stage.answer(Slot::Timeline, answered(read));
    assert!(!desk.screen().contains("not sent"), "{}", desk.screen());
}

#[test]
fn what_was_sent_is_what_the_server_has_and_the_cursor_stays_on_its_entry() {
    let mut desk = at_an_unsent_note(80, 24);
    desk.keys("g g j w s y");
    let sent = desk.stage.effects.iter().find_map(|effect| match effect {
        Effect::Operate(id, operation) => Some((*id, (**operation).clone())),
        _ => None,
    });
    let (id, Operation::Create(new)) = sent.unwrap() else { panic!("a note is made") };
    desk.stage.event(Event::Operated(id, Ok(Operated { row: None })));
    desk.stage.app.drawn();
    let mut read: Vec<Entry> = entries().into_iter().skip(1).take(1).collect();
    let note = Entry { id: new.id, ..entry(0, "annotation", "2026-11-23T12:00:00Z") };
    read.insert(0, Entry { text: Some("Called.".into()), ..note });
    desk.stage.answer(Slot::Timeline, answered(Timeline { entries: read, ..Timeline::default() }));
    let screen = desk.screen();
    assert!(!screen.contains("not sent") && screen.contains("It [31mhappened again"), "{screen}");
    assert_eq!(screen.matches("Called.").count(), 1, "{screen}");
}

/// What the last key asked to be saved, and where.
fn saves(desk: &Desk) -> Vec<(StoredFile, String)> {
    let saves = desk.stage.effects.iter().filter_map(|effect| match effect {
        Effect::Run(_, Request::SaveFile(file, path)) => Some((file.clone(), path.clone())),
        _ => None,
    });
    saves.collect()
}

#[test]
fn s_proposes_a_harmless_name_and_nothing_is_fetched_before_enter() {
    let mut desk = at_timeline(80, 24);
    desk.keys("s");
    assert!(desk.stage.effects.is_empty(), "{:?}", desk.stage.effects);
    assert_snapshot!("save_attachment", desk.screen());
    desk.keys("Enter");
    assert_eq!(saves(&desk), [(StoredFile::Note(entries()[0].id), "./_quote.pdf".to_owned())]);
    assert!(desk.screen().contains("Saving ..."), "{}", desk.screen());
    desk.stage.answer(Slot::SavedFile, Reply::FileSaved(Ok(84_000)));
    assert_eq!(desk.message(), "Saved _quote.pdf, 84 KB, to ./_quote.pdf");
    assert!(desk.stage.app.overlays.is_empty());
}

#[test]
fn a_file_that_exists_is_told_at_the_field_and_what_was_typed_stays() {
    let mut desk = at_timeline(80, 24);
    desk.keys("s Ctrl-U").text("~/in/quote.pdf").keys("Enter");
    assert_eq!(saves(&desk)[0].1, "~/in/quote.pdf");
    let taken = Problem::new("It was not saved: something of that name exists.")
        .why("What exists is never overwritten.")
        .next("Type another name. Esc closes.");
    desk.stage.answer(Slot::SavedFile, Reply::FileSaved(Err(taken)));
    desk.stage.app.drawn();
    assert_snapshot!("save_attachment_taken", desk.screen());
    desk.keys("Backspace Backspace Backspace").text("2.pdf");
    assert!(!desk.screen().contains("exists"), "{}", desk.screen());
    desk.keys("Enter");
    assert_eq!(saves(&desk)[0].1, "~/in/quote.2.pdf");
    desk.stage.answer(Slot::SavedFile, Reply::FileSaved(Ok(12)));
    assert_eq!(desk.message(), "Saved _quote.pdf, 12 B, to ~/in/quote.2.pdf");
}

#[test]
fn a_fetch_is_stopped_by_ctrl_c_its_late_answer_is_dropped_and_the_form_stays() {
    let mut desk = at_timeline(80, 24);
    desk.keys("s Enter");
    let late = desk.stage.ticket(Slot::SavedFile);
    desk.keys("x");
    assert!(desk.screen().contains("> To  ./_quote.pdf\n"), "nothing is typed meanwhile: {}", desk.screen());
    desk.keys("Ctrl-C");
    assert!(desk.stage.effects.contains(&Effect::Cancel(Slot::SavedFile)), "{:?}", desk.stage.effects);
    desk.stage.answer_to(late, Reply::FileSaved(Ok(1)));
    assert!(matches!(desk.stage.app.overlays.last(), Some(Overlay::SaveFile(_))), "{}", desk.screen());
    assert!(!desk.screen().contains("Saved"), "{}", desk.screen());
    desk.keys("Esc");
    assert!(desk.stage.app.overlays.is_empty());
}

#[test]
fn where_there_is_no_attachment_s_says_so_and_an_empty_path_is_none() {
    let mut desk = at_timeline(80, 24);
    desk.keys("j s");
    assert!(desk.stage.app.overlays.is_empty());
    assert_eq!(desk.message(), "There is no attachment here.");
    desk.keys("k s Ctrl-U Enter");
    assert!(saves(&desk).is_empty());
    assert!(desk.screen().contains("no path is given"), "{}", desk.screen());
    desk.keys("Backspace");
    assert!(desk.stage.app.overlays.is_empty());
}

/// The files of a mail, with these names.
fn files(names: &[&str]) -> Vec<Attachment> {
    let file = |(number, name): (u128, &&str)| Attachment {
        stored: StoredFile::Mail(RowId(uuid::Uuid::from_u128(100 + number))),
        name: (*name).to_owned(),
        size: Some(u64::try_from(84_000 * number + 700).unwrap()),
    };
    (0..).zip(names).map(file).collect()
}

/// At the timeline of a case, on a mail with these files; below it one without.
fn at_a_mail(names: &[&str], width: u16, height: u16) -> Desk {
    let mut desk = Desk::at_form(width, height);
    desk.keys("4");
    let mut entries: Vec<Entry> = entries().into_iter().skip(1).take(2).collect();
    entries[0].files = files(names);
    desk.stage.answer(Slot::Timeline, answered(Timeline { entries, ..Timeline::default() }));
    desk.stage.app.drawn();
    desk
}

const THREE: [&str; 3] = ["quote.pdf", "../.ssh/\u{1b}[31mkeys", "Photo of the label.jpg"];

#[test]
fn the_file_of_a_mail_is_told_and_saved_as_that_of_a_note() {
    let mut desk = at_a_mail(&["device.log"], 80, 24);
    let screen = desk.screen();
    assert!(screen.contains("Re: printer jam [device.log]"), "{screen}");
    assert!(screen.contains("Attachment: device.log (700 B), s saves it"), "{screen}");
    assert!(desk.stage.row(24).contains("s save file"), "{}", desk.stage.row(24));
    desk.keys("s Enter");
    assert_eq!(saves(&desk), [(files(&["device.log"])[0].stored.clone(), "./device.log".to_owned())]);
    let mut desk = at_a_mail(&["device.log"], 80, 24);
    desk.keys("j");
    assert!(!desk.stage.row(24).contains("save file"), "{}", desk.stage.row(24));
}

#[test]
fn of_several_files_one_is_chosen_first_by_its_letter_or_by_enter() {
    let mut desk = at_a_mail(&THREE, 80, 24);
    assert_snapshot!("timeline_of_a_mail_with_files", desk.screen());
    desk.keys("s");
    assert!(desk.stage.effects.is_empty(), "{:?}", desk.stage.effects);
    assert_snapshot!("save_one_of_several", desk.screen());
    desk.keys("p");
    assert!(desk.screen().contains("Save Photo of the label.jpg, 169 KB"), "{}", desk.screen());
    desk.keys("Esc");
    assert!(desk.stage.app.overlays.is_empty());
    desk.keys("s j Enter");
    assert!(desk.screen().contains("> To  ./_.ssh_[31mkeys\n"), "{}", desk.screen());
    desk.keys("Enter");
    assert_eq!(saves(&desk), [(files(&THREE)[1].stored.clone(), "./_.ssh_[31mkeys".to_owned())]);
    desk.stage.answer(Slot::SavedFile, Reply::FileSaved(Ok(84_700)));
    assert_eq!(desk.message(), "Saved _.ssh_[31mkeys, 85 KB, to ./_.ssh_[31mkeys");
    assert!(desk.stage.app.overlays.is_empty());
}

#[test]
fn long_names_of_files_are_told_apart_by_their_ends() {
    let names = [
        "Offer for Fourth Coffee, second draft of Monday.pdf",
        "Offer for Fourth Coffee, second draft of Tuesday.pdf",
    ];
    let mut desk = at_a_mail(&names, 80, 24);
    desk.keys("s");
    let screen = desk.screen();
    assert!(screen.contains("of Monday.pdf   700 B") && screen.contains("of Tuesday.pdf  85 KB"), "{screen}");
    desk.keys("Esc");
    let cut = "宽".repeat(60);
    let mut desk = at_a_mail(&[&cut, "a.txt"], 80, 24);
    desk.keys("s");
    assert!(desk.screen().contains("700 B") && desk.screen().contains("85 KB"), "{}", desk.screen());
}

#[test]
fn a_key_that_is_none_of_the_files_says_so_and_esc_leaves_them() {
    let mut desk = at_a_mail(&THREE, 80, 24);
    desk.keys("s z");
    assert_eq!(desk.message(), "`z` is none of these.  Esc closes");
    desk.keys("Esc");
    assert!(desk.stage.app.overlays.is_empty() && saves(&desk).is_empty());
}

#[test]
fn of_very_many_files_one_is_found_by_typing() {
    let names: Vec<String> = (0..40).map(|number| format!("image{number:03}.png")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut desk = at_a_mail(&names, 80, 24);
    assert!(desk.screen().contains("[image000.png +39]"), "{}", desk.screen());
    desk.keys("s").text("033").keys("Enter Enter");
    assert_eq!(saves(&desk), [(files(&names)[33].stored.clone(), "./image033.png".to_owned())]);
}

#[test]
fn files_of_mails_that_may_not_be_read_are_told_below_the_text() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("4");
    let read = Timeline { entries: entries(), hidden: vec!["attachments of mails"], ..Timeline::default() };
    desk.stage.answer(Slot::Timeline, answered(read));
    let screen = desk.screen();
    assert!(screen.contains("You may not read the attachments of mails of this row."), "{screen}");
}
