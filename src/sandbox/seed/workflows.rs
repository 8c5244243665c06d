//! What can be run on cases when somebody asks for it, and what is not ready for that yet.

use rusqlite::Transaction;
use uuid::Uuid;

use super::insert::{Insert, blob, number, text};
use super::random::{Random, named_id};
use super::{END, Office, SPAN, Stamps, stamped};

const ESCALATE: &str = "Escalate to second line";

/// Names, what they are for, and whether they can be run.
const WORKFLOWS: [(&str, &str, bool); 3] = [
    (ESCALATE, "Marks the case as escalated.", true),
    ("Send survey", "Asks the customer how the case was handled.", true),
    ("Hand over to field service", "Not finished yet.", false),
];

/// The one that changes the row that it is run on.
pub(crate) fn escalating() -> Uuid {
    workflow_id(ESCALATE)
}

fn workflow_id(name: &str) -> Uuid {
    named_id(&format!("workflow {name}"))
}

/// Comes after all other rows, so that these are what they would be without.
pub(super) fn fill(
    transaction: &Transaction<'_>,
    seed: u64,
    office: &Office,
    stamps: &mut Stamps,
) -> rusqlite::Result<()> {
    let mut table = Insert::into(transaction, "workflow");
    let mut random = Random::new(seed, "workflow");
    for (name, description, ready) in WORKFLOWS {
        let mut cells = vec![
            ("workflowid", blob(workflow_id(name))),
            ("name", text(name)),
            ("description", text(description)),
            ("type", number(1)),
            ("category", number(0)),
            ("mode", number(0)),
            ("ondemand", number(1)),
            ("primaryentity", text("incident")),
            ("statecode", number(i64::from(ready))),
            ("statuscode", number(1 + i64::from(ready))),
        ];
        let made = END - SPAN - 86_400;
        stamped(&mut cells, &mut random, office, stamps, made, made);
        table.add(cells)?;
    }
    Ok(())
}
