//! The messages that write rows in bulk, for each table that takes them.

use rusqlite::Transaction;

use super::Stamps;
use super::insert::{Insert, Reference, blob, text};
use super::random::{Random, named_id};
use crate::sandbox::schema::{Origin, Schema, Table};

const BULK: &[&str] = &["CreateMultiple", "UpdateMultiple", "UpsertMultiple"];
/// Written, but one row at a time: the references of the tables list none of these messages.
const SINGLY: &[&str] = &["activitymimeattachment", "workflow"];

pub(super) fn fill(transaction: &Transaction<'_>, seed: u64, stamps: &mut Stamps) -> rusqlite::Result<()> {
    let mut messages = Insert::into(transaction, "sdkmessage");
    let mut filters = Insert::into(transaction, "sdkmessagefilter");
    let mut random = Random::new(seed, "sdkmessage");
    let schema = Schema::standard();
    let written = |table: &Table| {
        matches!(table.declared.origin, Origin::Shipped | Origin::Custom)
            && !SINGLY.contains(&table.name.as_str())
    };
    for name in BULK {
        let message = Reference { id: named_id(&format!("message {name}")), name: (*name).to_owned() };
        messages.add(vec![
            ("sdkmessageid", message.id()),
            ("name", message.name()),
            ("versionnumber", stamps.next(&mut random)),
        ])?;
        for table in schema.tables().iter().filter(|table| written(table)) {
            filters.add(vec![
                ("sdkmessagefilterid", blob(named_id(&format!("message {name} {}", table.name)))),
                ("primaryobjecttypecode", text(table.name.clone())),
                ("sdkmessageid", message.id()),
                ("sdkmessageid__name", message.name()),
                ("versionnumber", stamps.next(&mut random)),
            ])?;
        }
    }
    Ok(())
}
