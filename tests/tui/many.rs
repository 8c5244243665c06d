//! What many staged rows cost: by hand, as it measures time.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use dvtui::app::pending::{
    OperationId, OperationKind, Pending, PendingOperation, RowState, Sent, Staged, Target,
};
use dvtui::dataverse::{Change, Deletion, Operation, Row, RowId};
use uuid::Uuid;

use crate::stage;

fn row(version: u32) -> Row {
    Row::from_json(format!(r#"{{"@odata.etag":"W/\"{version}\"","title":"old"}}"#)).unwrap()
}

/// How long it takes to stage, undo, stage again, send and answer an edit and a delete of so many rows each.
fn time(count: u128) -> Duration {
    let start = Instant::now();
    let mut pending = Pending::default();
    pending.begin_together();
    for number in 0..count {
        let (table, id) =
            (stage::table("Case", "incident", "incidents", "title"), RowId(Uuid::from_u128(number)));
        let case = Target { table, id, name: format!("CAS-{number}"), row: row(1) };
        let new = Staged { change: Change::Text("new".into()), text: "new".into() };
        pending.stage_value(&case, &"title".into(), "Title", new);
        pending.add(PendingOperation {
            id: OperationId(Uuid::from_u128(count + number)),
            kind: OperationKind::Delete,
            operation: Operation::Delete(Deletion::new(&case.table, id, &case.row)),
            about: Some(case),
            into: None,
            title: String::new(),
            values: vec![],
            effects: vec![],
            state: RowState::Waiting,
            included: true,
        });
    }
    pending.end_together();
    pending.undo().unwrap();
    assert!(pending.is_empty());
    pending.redo().unwrap();
    let mut sent: VecDeque<Sent> = pending.send(&pending.items()).into();
    while let Some(one) = sent.pop_front() {
        match one {
            Sent::Update(id, _) => {
                let key = pending.sent_as(id).unwrap().key();
                pending.saved(&key, &row(2));
            }
            Sent::Operation(id, _) => {
                let id = pending.operation_sent_as(id).unwrap().id;
                pending.carried_out(id, None);
            }
        }
        sent.extend(pending.follow());
        pending.saving();
    }
    assert!(pending.is_empty());
    start.elapsed()
}

#[test]
#[ignore = "measures time: cargo test --test tui ten_times -- --ignored --nocapture"]
fn ten_times_the_rows_take_no_more_than_twenty_times_as_long() {
    let (few, many) = (time(1_000), time(10_000));
    println!("an edit and a delete each: 1,000 rows {few:?}, 10,000 rows {many:?}");
    assert!(many < few * 20, "1,000 rows {few:?}, 10,000 rows {many:?}");
}
