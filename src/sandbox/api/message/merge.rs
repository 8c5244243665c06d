//! Merging two rows of one table.

use http::StatusCode;

use super::declare::{Message, Of, action, may, needs};
use super::given::Given;
use super::{ApiError, Reply, Result};
use crate::sandbox::api::access::Right;
use crate::sandbox::api::write;

pub(super) const MESSAGES: &[Message] = &[action(
    "Merge",
    &[
        needs("Target", Of::AnyRow),
        needs("Subordinate", Of::AnyRow),
        may("UpdateContent", Of::AnyRow),
        needs("PerformParentingChecks", Of::YesNo),
    ],
    merge,
)];

/// The content is for accounts and contacts: of cases none is taken over.
fn merge(given: &Given<'_>) -> Result<Reply> {
    let call = given.call;
    let (target, subordinate) = (given.row("Target")?, given.row("Subordinate")?);
    let table = target.table;
    match table.name.as_str() {
        "account" | "contact" | "incident" => {}
        "lead" => return Err(ApiError::not_implemented("merging of leads")),
        other => {
            let message = format!("Invalid argument. Rows of '{other}' cannot be merged.");
            return Err(ApiError::bad(0x8004_0203, message));
        }
    }
    if subordinate.table.name != table.name || subordinate.id == target.id {
        return Err(ApiError::bad(
            0x8004_0203,
            "Invalid argument. The target and the subordinate must be two rows of one table.",
        ));
    }
    call.require(Right::Write, table)?;
    let mut content = given.object("UpdateContent").cloned().unwrap_or_default();
    content.retain(|name, _| !name.starts_with('@') && *name != table.key);
    call.write(|transaction| {
        let parents = given.yes("PerformParentingChecks");
        write::merge(call, transaction, table, target.id, subordinate.id, parents)?;
        if table.name != "incident" && !content.is_empty() {
            write::change(call, transaction, table, target.id, &content)?;
        }
        Ok(Reply::empty(StatusCode::NO_CONTENT))
    })
}
