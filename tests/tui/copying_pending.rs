//! What waits is copied from its review, as the text of a `$batch` and as a command line.

use dvtui::app::Reply;
use dvtui::app::effect::Effect;
use dvtui::app::event::SaveFailure;
use dvtui::app::key::Key;
use dvtui::app::overlay::prefix;
use dvtui::app::problem::Problem;
use dvtui::app::tickets::Slot;
use dvtui::dataverse::LocalFile;

use crate::acts::{at_cases, learned, stage_note};
use crate::desk::Desk;
use crate::files;
use crate::stage;

const ROOT: &str = "https://contoso-uat.crm4.dynamics.com/api/data/v9.2/";

/// The text that the last key copied.
fn copied(desk: &Desk) -> &str {
    match &desk.stage.effects[..] {
        [Effect::Copy(text)] => text,
        other => panic!("{other:?} on {}", desk.message()),
    }
}

/// The first lines of the requests in a `$batch`.
fn requests(batch: &str) -> Vec<&str> {
    batch.split("\r\n").filter_map(|line| line.strip_suffix(" HTTP/1.1")).collect()
}

/// A delete, a note and a change of three cases, in their review.
fn in_review() -> Desk {
    let mut desk = at_cases(stage::identity(), 3, 80, 24);
    desk.keys("D j");
    stage_note(&mut desk, "It's \"done\" $(now).");
    desk.keys("j c p h w");
    desk
}

#[test]
fn the_batch_has_what_is_included_in_the_order_of_sending() {
    let mut desk = in_review();
    desk.keys("y b");
    assert!(
        desk.message().starts_with("3 operations sent to terminal clipboard (OSC 52, "),
        "{}",
        desk.message()
    );
    let text = copied(&desk).to_owned();
    let order = ["PATCH incidents(00000002-", "POST annotations", "DELETE incidents(00000000-"];
    let found = requests(&text);
    assert_eq!(found.len(), 3, "{text}");
    for (found, expected) in found.iter().zip(order) {
        assert!(found.replace(ROOT, "").starts_with(expected), "{found}");
    }
    assert_eq!(text.matches("; boundary=changeset_").count(), 3, "one change set each: {text}");
    for part in
        ["\r\nIf-Match: W/\"2\"\r\n", "\r\nPrefer: return=representation", "It's \\\"done\\\" $(now)."]
    {
        assert!(text.contains(part), "{part:?} in {text}");
    }
    assert!(!text.contains("Authorization") && !text.replace("\r\n", "").contains('\n'), "{text}");
    desk.keys("P b");
    assert_eq!(desk.stage.effects, [Effect::Print(text)]);
    assert_eq!(desk.pending(), 3, "nothing was sent");
}

#[test]
fn what_is_not_included_or_cannot_be_sent_is_left_out_and_counted() {
    let mut desk = in_review();
    desk.keys("Space y b");
    let said = "2 of 3 operations (1 left out) sent to terminal clipboard";
    assert!(desk.message().starts_with(said), "{}", desk.message());
    assert!(!copied(&desk).contains("PATCH"), "{}", copied(&desk));
    desk.keys("Space s d e l e t e Enter");
    let (id, _) = desk.write();
    desk.keys("g p y b");
    assert_eq!(desk.stage.effects, [], "everything is on its way: {}", desk.message());
    desk.keys("y x");
    assert_eq!(desk.message(), "It is on its way. Wait for the answer.");
    desk.failed(id, SaveFailure::Conflict);
    desk.keys("y x");
    assert_eq!(
        (desk.message(), desk.stage.effects.len()),
        ("It cannot be sent as it is. Enter says why.".into(), 0)
    );
}

#[test]
fn a_note_with_a_close_is_one_change_set_and_one_line() {
    let mut desk = at_cases(stage::identity(), 3, 80, 24);
    desk.keys("x r");
    desk.stage.answer(Slot::Learn, learned());
    desk.text("Solved").keys("Tab Tab").text("Drum").keys("Tab").text("Called.").keys("Ctrl-D w");
    desk.keys("y b");
    let text = copied(&desk).to_owned();
    assert_eq!(requests(&text), [format!("POST {ROOT}annotations"), format!("POST {ROOT}CloseIncident")]);
    assert_eq!(text.matches("; boundary=changeset_").count(), 1, "{text}");
    desk.keys("y x");
    let line = copied(&desk);
    assert!(line.starts_with(&format!("curl -sS --compressed -X POST '{ROOT}$batch' ")), "{line}");
    assert_eq!(line.matches("; boundary=changeset_").count(), 1, "both or neither: {line}");
    assert!(line.contains("\\x0d\\nPOST ") && !line.contains('\n'), "{line}");
}

#[test]
fn the_line_for_curl_is_of_the_operation_under_the_cursor() {
    let mut desk = in_review();
    desk.keys("y x");
    let line = copied(&desk);
    let origin = "https://contoso-uat.crm4.dynamics.com";
    assert!(
        line.starts_with(&format!("curl -sS --compressed -X PATCH '{ROOT}incidents(00000002-")),
        "{line}"
    );
    for part in [
        &*format!(" -H \"Authorization: Bearer $(dv token --url {origin})\""),
        " -H 'If-Match: W/\"2\"'",
        " --data-binary '{\"prioritycode\":1}'",
    ] {
        assert!(line.contains(part), "{part} in {line}");
    }
    desk.keys("j j y x"); // a value of the note
    assert!(copied(&desk).contains(r#""notetext":"It'\''s \"done\" $(now).""#), "{}", copied(&desk));
    desk.keys("G y x");
    assert!(copied(&desk).contains(" -X DELETE ") && !copied(&desk).contains("--data"), "{}", copied(&desk));
}

#[test]
fn a_file_is_in_no_batch_and_on_a_line_by_its_path() {
    let mut desk = files::at_form(stage::identity(), None);
    files::put(&mut desk);
    desk.keys("w y b");
    assert_eq!(desk.stage.effects, []);
    assert_eq!(desk.message(), "Nothing is included that can be sent in a $batch.");
    desk.keys("y x");
    assert!(copied(&desk).ends_with(" --data-binary @/home/anna/quote.pdf"), "{}", copied(&desk));
    let mut desk = files::at_form(stage::identity(), None);
    files::go_to(&mut desk, "report").keys("e p").text("quote.pdf").keys("Enter");
    let large = LocalFile { size: 20 << 20, ..files::quote() };
    desk.stage.answer(Slot::File, Reply::LookedAtFile(Ok(large)));
    desk.stage.app.drawn();
    desk.keys("w y x");
    assert_eq!(desk.message(), "A file of this size goes in pieces: no single request sends it.");
}

#[test]
fn the_menu_of_the_review_shows_what_works_there() {
    let mut desk = in_review();
    desk.keys("y");
    insta::assert_snapshot!(desk.screen());
    let names = |desk: &Desk| {
        let entries = prefix::entries(&desk.stage.app, Key::Char('y'));
        entries.into_iter().map(|(_, spec)| spec.name).collect::<Vec<_>>()
    };
    assert_eq!(names(&desk), ["review.copy-batch", "review.copy-curl"]);
    desk.keys("Esc j j Space j j Space k k k k s y");
    let (id, _) = desk.write();
    desk.failed(id, SaveFailure::Failed(Problem::new("Not saved.")));
    assert_eq!(names(&desk), ["review.copy-batch", "review.copy-curl", "copy.report"]);
}
