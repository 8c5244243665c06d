//! A save that met a change of somebody else: both versions, a decision for each column, nothing overwritten unseen.

use dvtui::app::effect::Effect;
use dvtui::app::event::SaveFailure;
use dvtui::app::tickets::Slot;
use dvtui::app::{Reply, Request};
use dvtui::dataverse::audit::{Audit, Changed, Entry};
use dvtui::dataverse::{Change, Operation};
use insta::assert_snapshot;

use crate::desk::{Desk, ROW};
use crate::stage;

/// A case that somebody else changed, read again.
pub(crate) fn theirs(priority: u8, label: &str) -> String {
    ROW.replace("W/\\\"0\\\"", "W/\\\"7\\\"")
        .replace("\"prioritycode\":1", &format!("\"prioritycode\":{priority}"))
        .replace("\"High\"", &format!("\"{label}\""))
        .replace("\"casetypecode\":2", "\"casetypecode\":3,\"_modifiedby_value\":\"1\",\"_modifiedby_value@OData.Community.Display.V1.FormattedValue\":\"Bo Li\"")
        .replace("FormattedValue\":\"Problem\"", "FormattedValue\":\"Request\"")
}

/// At the form of a case whose changes by these keys met a conflict.
fn refused(keys: &str, width: u16, height: u16) -> Desk {
    let mut desk = Desk::at_form(width, height);
    desk.keys(keys).keys("w y");
    let (id, _) = desk.write();
    desk.failed(id, SaveFailure::Conflict);
    desk
}

/// Reads the first case again, whatever the last key was.
fn answer(desk: &mut Desk, json: &str) {
    let asked = Request::Row("incidents".into(), "00000000-0000-4000-8000-0000000000aa".parse().unwrap());
    assert_eq!(desk.stage.request(Slot::Row), &asked);
    desk.row(json);
}

#[test]
fn three_keys_change_a_choice_two_send_it_and_two_repeat_it() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("c p l");
    assert_eq!(desk.pending(), 1);
    desk.keys("w y");
    desk.write();
    desk.keys("j .");
    assert_eq!(desk.pending(), 2);
}

#[test]
fn on_the_same_column_three_keys_decide_and_save_on_top() {
    let mut desk = refused("c p n", 80, 24);
    assert_snapshot!("told", desk.screen());
    answer(&mut desk, &theirs(3, "Low"));
    assert_snapshot!("same_column", desk.screen());
    desk.keys("m s");
    assert_eq!(desk.message(), "Save CAS-00000-A1B2C3: Priority Low -> Normal?");
    assert_eq!(desk.writes(), []);
    desk.keys("y");
    let (_, patch) = desk.write();
    assert_eq!((patch.etag.as_str(), patch.changes.len()), ("W/\"7\"", 1));
}

#[test]
fn on_other_columns_one_key_saves_on_top() {
    let mut desk = refused("c p n", 80, 24);
    answer(&mut desk, &theirs(1, "High"));
    assert!(desk.screen().contains("Changed meanwhile, but not your columns."), "{}", desk.screen());
    desk.keys("y");
    assert_eq!(desk.write().1.etag, "W/\"7\"");
}

#[test]
fn the_same_value_leaves_nothing_to_send() {
    let mut desk = refused("c p n", 80, 24);
    answer(&mut desk, &theirs(2, "Normal"));
    assert_eq!(
        (desk.pending(), desk.message()),
        (0, "CAS-00000-A1B2C3 has your values already: nothing left to send.".into())
    );
}

#[test]
fn an_open_field_is_named_and_nothing_else_decides() {
    let mut desk = refused("c p n", 80, 24);
    answer(&mut desk, &theirs(3, "Low"));
    desk.keys("s");
    assert_eq!(desk.message(), "Priority is not decided.  m is yours, t theirs, e another value");
    desk.keys("Enter y w Space Y");
    assert_eq!((desk.writes(), desk.pending()), (vec![], 1));
}

#[test]
fn whoever_does_not_decide_keeps_both_and_can_overwrite_nothing() {
    let mut desk = refused("c p n", 80, 24);
    answer(&mut desk, &theirs(3, "Low"));
    desk.keys("m Esc");
    assert_eq!(desk.pending(), 1);
    // What was not decided is asked again, on a fresh reading, and never by the usual question.
    desk.keys("w");
    assert!(desk.screen().contains("Conflict: Case CAS-00000-A1B2C3"), "{}", desk.screen());
    desk.keys("y");
    assert_eq!(desk.writes(), []);
    answer(&mut desk, &theirs(3, "Low"));
    assert!(desk.screen().contains("-> ?"), "{}", desk.screen());
}

#[test]
fn theirs_drops_the_edit_and_undo_brings_it_back_on_the_new_version() {
    let mut desk = refused("c p n", 80, 24);
    answer(&mut desk, &theirs(3, "Low"));
    desk.keys("t s");
    assert_eq!(desk.pending(), 0);
    assert_eq!(desk.message(), "Your changes of this record are dropped.  u brings them back.");
    desk.keys("u w y");
    let (_, patch) = desk.write();
    assert_eq!((patch.etag.as_str(), patch.before[0].1.as_str()), ("W/\"7\"", "3"));
}

#[test]
fn another_value_can_be_set_even_the_one_that_was_read() {
    let mut desk = refused("c p n", 80, 24);
    answer(&mut desk, &theirs(3, "Low"));
    desk.keys("e h");
    assert!(desk.screen().contains("-> [mine]"), "{}", desk.screen());
    desk.keys("s");
    assert_eq!(desk.message(), "Save CAS-00000-A1B2C3: Priority Low -> High?");
    desk.keys("y");
    assert_eq!(desk.write().1.changes, [("prioritycode".into(), Change::Number("1".into()))]);
}

#[test]
fn one_key_decides_all_and_what_was_not_touched_stays_theirs() {
    for (keys, left) in [("M", 2), ("T", 0)] {
        let mut desk = refused("c p n c o e", 80, 24);
        answer(&mut desk, &theirs(3, "Low"));
        desk.keys("j j m");
        assert_eq!(desk.message(), "You did not change Case Type: the server's value stays.");
        desk.keys(keys).keys("s");
        assert_eq!(desk.pending(), left, "{keys}");
    }
}

/// What the audit tells of somebody who changed more than the values that are read again.
fn audited() -> Audit {
    let change = |column: &str, old: Option<&str>, new: Option<&str>| Changed {
        column: column.into(),
        old: old.map(Into::into),
        new: new.map(Into::into),
    };
    let entry = |at: &str, who: &str, changes| Entry {
        at: Some(at.parse().unwrap()),
        who: Some(who.into()),
        action: "Update".into(),
        is_delete: false,
        changes,
    };
    let last = vec![
        change("prioritycode", Some("2"), Some("3")),
        change("modifiedon", Some("11/23/2026 09:10:00"), Some("11/23/2026 13:58:00")),
    ];
    let first = vec![
        change("prioritycode", Some("1"), Some("2")),
        change("casetypecode", Some("2"), Some("3")),
        change("unknown_column", None, Some("7")),
    ];
    let entries = vec![
        entry("2026-11-23T13:58:00Z", "Bo Li", last),
        entry("2026-11-23T13:41:00Z", "Cy \u{1b}[31mTran", first),
    ];
    Audit { entries, more: true }
}

#[test]
fn who_changed_it_meanwhile_stands_beside_both_versions() {
    for (width, height) in [(120, 24), (200, 50)] {
        let mut desk = refused("c p n", width, height);
        let asked = Request::Audit(
            "00000000-0000-4000-8000-0000000000aa".parse().unwrap(),
            Some("2026-11-23T09:10:00Z".parse().unwrap()),
        );
        assert_eq!(desk.stage.request(Slot::Audit), &asked);
        desk.stage.answer(Slot::Audit, Reply::Audit(Ok(audited())));
        assert!(desk.screen().contains("Reading the record again"), "{}", desk.screen());
        answer(&mut desk, &theirs(3, "Low"));
        assert_snapshot!(format!("audit_{width}x{height}"), desk.screen());
    }
}

#[test]
fn an_audit_that_is_off_or_may_not_be_read_is_one_line_and_stops_nothing() {
    let refusal = stage::refused(403, "0x80040220", "is missing prvReadRecordAuditHistory privilege");
    for (reply, told) in [
        (Ok(Audit::default()), "Nothing there, or auditing is off."),
        (Err(refusal), "You may not read the audit."),
    ] {
        let mut desk = refused("c p n", 160, 24);
        answer(&mut desk, &theirs(3, "Low"));
        desk.stage.answer(Slot::Audit, Reply::Audit(reply));
        assert!(desk.screen().contains(told), "{}", desk.screen());
        desk.keys("m s y");
        assert_eq!(desk.write().1.etag, "W/\"7\"");
    }
}

#[test]
fn the_audit_is_asked_for_where_there_is_room_and_called_off_with_the_panel() {
    let asks = |desk: &Desk| desk.stage.app.tickets.is_busy(Slot::Audit);
    assert!(!asks(&refused("c p n", 119, 24)));
    let mut desk = refused("c p n", 120, 24);
    assert!(asks(&desk));
    desk.keys("Esc");
    assert!(desk.stage.effects.contains(&Effect::Cancel(Slot::Audit)) && !asks(&desk));
}

#[test]
fn long_values_stand_side_by_side_with_the_words_that_differ() {
    for (width, height) in [(80, 24), (120, 40), (200, 50)] {
        let mut desk = Desk::at_form(width, height);
        desk.keys("/ d e s c Enter e").text(" Customer waits.").keys("Ctrl-D c p n w y");
        let (id, _) = desk.write();
        desk.failed(id, SaveFailure::Conflict);
        let newer = theirs(3, "Low").replace("rollers", "feed rollers twice").replace("tray 2", "tray 3");
        answer(&mut desk, &newer);
        assert_snapshot!(format!("long_{width}x{height}"), desk.screen());
    }
}

#[test]
fn a_deleted_record_keeps_your_values_to_be_copied_or_dropped() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("c p l w y");
    let (id, _) = desk.write();
    desk.failed(id, SaveFailure::Gone);
    assert_eq!(desk.pending(), 1);
    assert_snapshot!("gone", desk.screen());
    desk.keys("y");
    assert!(desk.stage.effects.contains(&Effect::Copy(r#"{"prioritycode":3}"#.into())));
    desk.keys("Enter Y w Esc");
    assert_eq!((desk.pending(), desk.writes()), (1, vec![]));
    desk.keys("w D");
    assert_eq!(desk.pending(), 0);
    desk.keys("u");
    assert_eq!(desk.pending(), 1);
}

#[test]
fn who_deleted_a_record_and_when_is_told_where_the_audit_tells() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("c p l w y");
    let (id, _) = desk.write();
    desk.failed(id, SaveFailure::Gone);
    let entry = |action: &str, is_delete| Entry {
        at: Some("2026-11-23T08:03:00Z".parse().unwrap()),
        who: Some("Bo Li".into()),
        action: action.into(),
        is_delete,
        changes: vec![],
    };
    let told = "CAS-00000-A1B2C3 was deleted today 08:03 by Bo Li (audit).";
    for (entries, is_told) in [(vec![entry("Update", false)], false), (vec![entry("Delete", true)], true)] {
        let mut desk = Desk { stage: desk.stage.clone() };
        let audit = Audit { entries, more: false };
        desk.stage.answer(Slot::Audit, Reply::Audit(Ok(audit)));
        assert_eq!(desk.screen().contains(told), is_told, "{}", desk.screen());
    }
    desk.keys("Esc");
    assert!(desk.stage.effects.contains(&Effect::Cancel(Slot::Audit)), "nobody looks at it any more");
}

#[test]
fn a_deleted_record_is_made_again_with_its_id_its_values_and_yours_on_top() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("c p l w y");
    let (id, patch) = desk.write();
    desk.failed(id, SaveFailure::Gone);
    desk.keys("R");
    assert_eq!(desk.message(), "Staged: re-create Case CAS-00000-A1B2C3.  w reviews it");
    assert_eq!((desk.pending(), desk.writes()), (1, vec![]), "the changes are a part of it");
    let Some(operation) = desk.stage.app.pending.operations().only() else { panic!("one operation") };
    let Operation::Create(new) = &operation.operation else { panic!("{operation:?}") };
    assert_eq!(new.id, patch.id);
    let value = |name: &str| new.values.iter().find(|(column, _)| column.as_str() == name).map(|(_, is)| is);
    assert_eq!(value("prioritycode"), Some(&Change::Number("3".into())), "yours");
    assert_eq!(value("title"), Some(&Change::Text("Printer jam on floor 3".into())), "as it was read");
    assert_eq!(value("cost"), Some(&Change::Number("922337203685477.5800".into())), "every digit");
    let customer = value("customerid").unwrap();
    assert!(
        matches!(customer, Change::Link { navigation, to: Some(_) } if navigation == "customerid_account")
    );
    for own in ["ticketnumber", "statecode", "statuscode", "incidentid", "age"] {
        assert_eq!(value(own), None, "{own} is the server's");
    }
    desk.keys("w");
    assert_snapshot!("restored", desk.screen());
    desk.keys("Esc u");
    assert_eq!(desk.pending(), 1);
    assert!(desk.stage.app.pending.operations().is_empty(), "one key undoes it");
    assert_eq!(desk.stage.app.pending.rows()[0].edits.len(), 1);
}

#[test]
fn a_record_that_is_found_deleted_on_the_second_look_says_so() {
    let mut desk = refused("c p n", 80, 24);
    desk.stage.answer(Slot::Row, Reply::Row(Err(stage::refused(404, "0x80040217", "Does not exist"))));
    let screen = desk.screen();
    assert!(screen.contains("was deleted on the server") && screen.contains("D drop"), "{screen}");
    assert_eq!(desk.pending(), 1);
}
