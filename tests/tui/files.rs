//! Files and images of columns: how a form shows them, and what `e` does with them.

use std::sync::Arc;

use dvtui::app::column_layout::{ColumnLayout, LaidOut, Layouts};
use dvtui::app::effect::{Effect, Request};
use dvtui::app::event::{Event, Operated, SaveFailure};
use dvtui::app::journal::Opened;
use dvtui::app::problem::Problem;
use dvtui::app::session::{Identity, Writes};
use dvtui::app::tickets::Slot;
use dvtui::app::{Reply, Screen};
use dvtui::dataverse::{
    Column, ColumnKind, FileChange, LocalFile, Operation, Page, Row, StoredFile, Uploading,
};
use insta::assert_snapshot;

use crate::desk::{self, Desk, ROW};
use crate::stage::{self, Stage, column};

const FILE: &str = "9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a12";

/// At the form of a case with a report and a contract that nobody may change.
pub(crate) fn at_form(identity: Identity, report: Option<&str>) -> Desk {
    let mut schema = desk::cases();
    let file = |label: &str, name: &str| column(label, name, ColumnKind::File { max_kb: Some(32_768) });
    schema.columns.push(file("Report", "new_report"));
    schema.columns.push(Column { updatable: false, ..file("Contract", "new_contract") });
    schema.columns.sort_by(|a, b| a.name.cmp(&b.name));
    let mut desk = Desk::among(stage::tables(), schema, identity, 3, 80, 24);
    desk.keys("Enter").row(&row(report));
    desk
}

fn row(report: Option<&str>) -> String {
    let (id, name) = match report {
        Some(name) => (format!("\"{FILE}\""), format!("\"{name}\"")),
        None => ("null".into(), "null".into()),
    };
    let contract = format!("\"new_contract\":\"{FILE}\",\"new_contract_name\":\"contract.pdf\"");
    let files = format!(
        "\"new_report\":{id},\"new_report_name\":{name},{contract},\"entityimageid\":\"{FILE}\",\"entityimage\":"
    );
    ROW.replace("\"entityimage\":", &files)
}

pub(crate) fn go_to<'a>(desk: &'a mut Desk, label: &str) -> &'a mut Desk {
    desk.keys("/").text(label).keys("Enter")
}

pub(crate) fn quote() -> LocalFile {
    let path = "/home/anna/quote.pdf".to_owned();
    LocalFile { path, name: "quote.pdf".into(), size: 84_000, modified: Some(1) }
}

/// Puts the quote into the report.
pub(crate) fn put(desk: &mut Desk) {
    go_to(desk, "report").keys("e p").text("quote.pdf").keys("Enter");
    desk.stage.answer(Slot::File, Reply::LookedAtFile(Ok(quote())));
    desk.stage.app.drawn();
}

fn change(desk: &Desk) -> &FileChange {
    match &desk.stage.app.pending.operations()[0].operation {
        Operation::File(change) => change,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_form_shows_files_by_their_names_and_images_as_what_they_are() {
    let mut desk = at_form(stage::identity(), Some("old.pdf"));
    desk.stage.resize(80, 40);
    go_to(&mut desk, "contract");
    let screen = desk.screen();
    let line = |label: &str| screen.lines().find(|line| line.contains(label)).unwrap().to_owned();
    assert!(line("Report").contains("old.pdf"), "{screen}");
    assert!(line("Contract").contains("contract.pdf") && line("Contract").contains('='), "{screen}");
    assert!(screen.contains("file, read-only"), "{screen}");
    assert!(line("Image").contains("an image"), "{screen}");
}

#[test]
fn a_file_is_staged_with_its_path_and_sent_by_review_alone() {
    let mut desk = at_form(stage::identity(), Some("old.pdf"));
    go_to(&mut desk, "report").keys("e");
    assert_snapshot!("menu", desk.screen());
    desk.keys("p").text("quote.pdf");
    assert_snapshot!("path", desk.screen());
    desk.keys("Enter");
    assert_eq!(desk.stage.request(Slot::File), &Request::LookAtFile("quote.pdf".into()));
    let (rows, operations, said) = (vec![], vec![], None);
    desk.stage.event(Event::JournalOpened(Opened::Ours { rows, operations, said }));
    desk.stage.answer(Slot::File, Reply::LookedAtFile(Ok(quote())));
    desk.stage.app.drawn();
    assert!(desk.stage.effects.iter().any(|effect| matches!(effect, Effect::Journal(_))), "it is kept");
    assert_eq!(change(&desk).file, Some(quote()));
    assert_eq!((change(&desk).had.as_deref(), change(&desk).subject.etag.as_str()), (Some(FILE), "W/\"0\""));
    let said = "Staged: put quote.pdf (84 KB) into Report of CAS-00000-A1B2C3.";
    assert!(desk.message().starts_with(said), "{}", desk.message());
    assert!(desk.screen().contains("(-> quote.pdf, 84 KB)"), "{}", desk.screen());
    desk.keys("w");
    assert_snapshot!("review", desk.screen());
    desk.keys("s");
    assert!(!desk.stage.effects.iter().any(|effect| matches!(effect, Effect::Operate(..))));
    desk.keys("y").noted();
    let sent = desk.stage.effects.iter().find_map(|effect| match effect {
        Effect::Operate(id, operation) => Some((*id, (**operation).clone())),
        _ => None,
    });
    let (id, Operation::File(sent)) = sent.unwrap() else { panic!("a file is sent") };
    assert_eq!(sent.file, Some(quote()));
    desk.stage.event(Event::Uploading(Some(Uploading { done: 4_194_304, size: 9_000_000 })));
    assert!(desk.stage.row(23).contains("4.1 MB of 9.0 MB sent"), "{}", desk.screen());
    desk.stage.event(Event::Uploading(None));
    assert!(!desk.stage.row(23).contains("sent"), "{}", desk.screen());

    // It is there under its new name once the answer came.
    let newer = row(Some("quote.pdf")).replace("W/\\\"0\\\"", "W/\\\"9\\\"");
    let operated = Operated { row: Some(Row::from_json(newer).unwrap()) };
    desk.stage.event(Event::Operated(id, Ok(operated)));
    desk.stage.app.drawn();
    assert_eq!(desk.stage.app.pending.operations().len(), 0);
    while !desk.is_at(|screen| matches!(screen, Screen::Record(_))) {
        desk.keys("Esc");
    }
    assert!(desk.screen().contains("quote.pdf"), "{}", desk.screen());
}

#[test]
fn a_file_that_is_gone_when_it_is_sent_is_a_failure_that_says_so() {
    let mut desk = at_form(stage::identity(), None);
    put(&mut desk);
    desk.keys("w s y");
    let id = desk.stage.effects.iter().find_map(|effect| match effect {
        Effect::Operate(id, _) => Some(*id),
        _ => None,
    });
    let why = "the file /home/anna/quote.pdf cannot be read: No such file or directory";
    desk.stage.event(Event::Operated(id.unwrap(), Err(SaveFailure::Failed(Problem::new(why)))));
    desk.stage.app.drawn();
    assert!(desk.screen().contains("Not done: put quote.pdf (84 KB) into Report"), "{}", desk.screen());
    assert_eq!(desk.stage.app.pending.operations().len(), 1, "it is kept");
}

#[test]
fn what_is_too_large_gone_or_staged_already_is_not_staged() {
    let mut desk = at_form(stage::identity(), None);
    go_to(&mut desk, "report").keys("e");
    for (key, said) in [("s", "There is no file to save."), ("X", "There is no file to remove.")] {
        desk.keys(key);
        assert_eq!(desk.message(), said);
    }
    desk.keys("p").text("quote.pdf").keys("Enter");
    let large = LocalFile { size: 40 << 20, ..quote() };
    desk.stage.answer(Slot::File, Reply::LookedAtFile(Ok(large)));
    desk.stage.app.drawn();
    assert_eq!(desk.message(), "quote.pdf has 41.9 MB; Report takes at most 33.5 MB.");
    desk.keys("Enter");
    let gone = "the file quote.pdf cannot be read: No such file".to_owned();
    desk.stage.answer(Slot::File, Reply::LookedAtFile(Err(gone)));
    desk.stage.app.drawn();
    assert_eq!(desk.message(), "The file quote.pdf cannot be read: No such file.");
    assert_eq!(desk.pending(), 0);
    desk.keys("Enter");
    desk.stage.answer(Slot::File, Reply::LookedAtFile(Ok(quote())));
    desk.stage.app.drawn();
    assert_eq!(desk.stage.app.pending.operations().len(), 1);
    desk.keys("e p");
    assert!(desk.message().starts_with("Staged already: put quote.pdf"), "{}", desk.message());
}

#[test]
fn a_file_is_removed_by_review_alone_and_says_what_goes() {
    let mut desk = at_form(stage::identity(), Some("old.pdf"));
    go_to(&mut desk, "report").keys("e X");
    assert_eq!(change(&desk).file, None);
    assert!(desk.message().starts_with("Staged: remove old.pdf from Report of CAS-"), "{}", desk.message());
    assert!(desk.screen().contains("(to be removed)"), "{}", desk.screen());
    desk.keys("w");
    assert!(desk.screen().contains("It cannot be brought back."), "{}", desk.screen());
}

#[test]
fn a_file_is_saved_under_a_harmless_name_also_where_nothing_may_be_written() {
    let locked = Identity { writes: Writes::Locked("Read-only.".into()), ..stage::identity() };
    let mut desk = at_form(locked, Some("../../.bashrc"));
    go_to(&mut desk, "report").keys("e p");
    assert_eq!(desk.message(), "Read-only.");
    desk.keys("X");
    assert_eq!(desk.message(), "Read-only.");
    desk.keys("s");
    assert!(desk.screen().contains("_.bashrc"), "{}", desk.screen());
    desk.keys("Enter");
    let Request::SaveFile(StoredFile::Column(of), path) = desk.stage.request(Slot::SavedFile) else {
        panic!("a file is saved")
    };
    assert_eq!((of.column.as_str(), path.as_str()), ("new_report", "./_.._.bashrc"));
    desk.stage.answer(Slot::SavedFile, Reply::FileSaved(Ok(84_000)));
    desk.stage.app.drawn();
    assert_eq!(desk.message(), "Saved _.._.bashrc, 84 KB, to ./_.._.bashrc");
    assert!(desk.stage.app.overlays.is_empty());
    go_to(&mut desk, "contract").keys("e p");
    assert_eq!(desk.message(), "Read-only.");
}

#[test]
fn a_file_that_was_not_saved_leaves_the_path_with_the_reason_and_esc_leads_back_to_its_column() {
    let mut desk = at_form(stage::identity(), Some("old.pdf"));
    go_to(&mut desk, "report").keys("e s Ctrl-U").text("~/no/old.pdf").keys("Enter");
    let why = Problem::new("It was not saved.").why("There is no folder /home/anna/no.");
    desk.stage.answer(Slot::SavedFile, Reply::FileSaved(Err(why)));
    desk.stage.app.drawn();
    let screen = desk.screen();
    assert!(screen.contains("> To  ~/no/old.pdf") && screen.contains("There is no folder"), "{screen}");
    desk.keys("Esc");
    assert!(desk.screen().contains("Report of CAS-00000-A1B2C3"), "{}", desk.screen());
}

#[test]
fn a_read_only_column_is_saved_and_not_changed() {
    let mut desk = at_form(stage::identity(), None);
    go_to(&mut desk, "contract").keys("e");
    assert!(desk.screen().contains("contract.pdf, at most 33.5 MB, read-only"), "{}", desk.screen());
    for key in ["p", "X"] {
        desk.keys(key);
        assert_eq!(desk.message(), "Contract is read-only.");
    }
}

#[test]
fn what_is_called_off_stages_nothing() {
    let mut desk = at_form(stage::identity(), None);
    go_to(&mut desk, "report").keys("e p").text("quote.pdf").keys("Enter");
    let ticket = desk.stage.ticket(Slot::File);
    desk.keys("Esc");
    assert!(desk.stage.effects.contains(&Effect::Cancel(Slot::File)));
    desk.stage.answer_to(ticket, Reply::LookedAtFile(Ok(quote())));
    desk.stage.app.drawn();
    assert_eq!(desk.stage.app.pending.operations().len(), 0);
    desk.keys("Esc");
    assert!(desk.stage.app.overlays.is_empty());
}

#[test]
fn a_list_shows_the_names_of_files() {
    let mut layouts = Layouts::default();
    let columns = ["title", "new_report"].map(|name| LaidOut { name: name.into(), width: None }).to_vec();
    let layout = ColumnLayout { columns, frozen: 1, sort: vec![] };
    layouts.set("https://contoso-uat.crm4.dynamics.com", "incident".into(), layout);
    let mut stage = Stage::at_tables(80, 24);
    stage.app.know_layouts((layouts, None));
    stage.keys("/ c a s e Enter");
    let mut schema = desk::cases();
    schema.columns.push(column("Report", "new_report", ColumnKind::File { max_kb: None }));
    schema.columns.sort_by(|a, b| a.name.cmp(&b.name));
    stage.answer(Slot::Schema, Reply::Schema(Ok(Arc::new(schema))));
    let Request::Rows(query) = stage.request(Slot::Rows) else { panic!("{:?}", stage.effects) };
    assert_eq!(query.selected(), ["title", "new_report_name", "incidentid"]);
    let row = r#"{"@odata.etag":"W/\"0\"","incidentid":"00000000-0000-4000-8000-0000000000aa","title":"Jam",
        "new_report_name":"quote.pdf"}"#;
    let page = Page::decode(format!("{{\"value\":[{row}]}}").into_bytes().into()).unwrap();
    stage.answer(Slot::Rows, Reply::Rows(Ok(page)));
    assert!(stage.row(4).contains("quote.pdf"), "{}", stage.screen());
    // Which file it is, and so what would be replaced, is known only of a row that was read as a whole.
    stage.keys("l e p");
    assert!(stage.row(23).contains("Enter opens it"), "{}", stage.screen());
}
