//! The messages that write rows in bulk, for each table that takes them.

use rusqlite::Transaction;

use super::Stamps;
use super::insert::{Insert, Reference, blob, text};
use super::random::{Random, named_id};
use crate::sandbox::schema::{Origin, Schema};

const BULK: &[&str] = &["CreateMultiple", "UpdateMultiple", "UpsertMultiple"];

pub(super) fn fill(transaction: &Transaction<'_>, seed: u64, stamps: &mut Stamps) -> rusqlite::Result<()> {
    let mut messages = Insert::into(transaction, "sdkmessage");
    let mut filters = Insert::into(transaction, "sdkmessagefilter");
    let mut random = Random::new(seed, "sdkmessage");
    let schema = Schema::standard();
    let written = |origin| matches!(origin, Origin::Shipped | Origin::Custom);
    for name in BULK {
        let message = Reference { id: named_id(&format!("message {name}")), name: (*name).to_owned() };
        messages.add(vec![
            ("sdkmessageid", message.id()),
            ("name", message.name()),
            ("versionnumber", stamps.next(&mut random)),
        ])?;
        for table in schema.tables().iter().filter(|table| written(table.declared.origin)) {
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
