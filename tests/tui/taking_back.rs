//! What was sent is taken back by staging what was there before; nothing is sent by that.

use dvtui::dataverse::Change;

use crate::desk::Desk;

/// The row after a save, with its next version.
fn answer(version: u32, priority: u8, label: &str) -> String {
    format!(
        r#"{{"@odata.etag":"W/\"{version}\"","incidentid":"00000000-0000-4000-8000-0000000000aa",
        "prioritycode@OData.Community.Display.V1.FormattedValue":"{label}","prioritycode":{priority}}}"#
    )
}

/// Answers the save that was just sent.
fn saved(desk: &mut Desk, version: u32, priority: u8, label: &str) {
    let (id, _) = desk.write();
    desk.saved(id, &answer(version, priority, label));
}

#[test]
fn what_was_saved_is_staged_back_on_the_version_that_the_save_made() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("c p l w y");
    saved(&mut desk, 1, 3, "Low");
    assert_eq!(desk.pending(), 0);
    desk.keys("U");
    assert_eq!(
        desk.message(),
        "Staged to take back: Priority Low -> High of CAS-00000-A1B2C3.  w reviews it"
    );
    assert_eq!(desk.writes(), [], "nothing is sent by it");
    desk.keys("w");
    assert_eq!(desk.message(), "Save CAS-00000-A1B2C3: Priority Low -> High?");
    desk.keys("y");
    let (_, patch) = desk.write();
    assert_eq!(patch.etag, "W/\"1\"");
    assert_eq!(patch.changes, [("prioritycode".into(), Change::Number("1".into()))]);
}

#[test]
fn a_second_time_takes_the_send_before_back_and_does_nothing_again() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("c p l w y");
    saved(&mut desk, 1, 3, "Low");
    desk.keys("c p n w y");
    saved(&mut desk, 2, 2, "Normal");
    desk.keys("U w");
    assert_eq!(desk.message(), "Save CAS-00000-A1B2C3: Priority Normal -> Low?");
    desk.keys("y");
    saved(&mut desk, 3, 3, "Low");
    desk.keys("U w");
    assert_eq!(desk.message(), "Save CAS-00000-A1B2C3: Priority Low -> High?");
    desk.keys("y");
    assert_eq!(desk.write().1.etag, "W/\"3\"");
    saved(&mut desk, 4, 1, "High");
    desk.keys("U");
    assert_eq!(desk.message(), "Nothing was sent in this run that could be taken back.");
}

#[test]
fn what_is_staged_back_is_undone_by_one_key_and_waits_for_a_save_of_the_row() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("c p l w y");
    saved(&mut desk, 1, 3, "Low");
    desk.keys("c p n w y");
    let (second, _) = desk.write();
    desk.keys("U");
    assert_eq!(desk.message(), "CAS-00000-A1B2C3 is being saved. Wait for the answer.");
    desk.saved(second, &answer(2, 2, "Normal"));
    desk.keys("U u");
    assert_eq!(desk.pending(), 0);
}
