//! Queues: what waits in them, and who works on it.

use http::StatusCode;
use rusqlite::OptionalExtension;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::declare::{Message, Of, action, may, needs};
use super::entity::Entity;
use super::given::{Given, Object};
use super::{ApiError, Reply, Result, response};
use crate::sandbox::api::access::Right;
use crate::sandbox::api::write;
use crate::sandbox::api::write::trail::{self, Action};
use crate::sandbox::schema::Table;

pub(super) const MESSAGES: &[Message] = &[
    action(
        "AddToQueue",
        &[
            needs("Target", Of::AnyRow),
            may("SourceQueue", Of::Row("queue")),
            may("QueueItemProperties", Of::Row("queueitem")),
        ],
        add,
    )
    .on(&["queue"])
    .returning(&[("QueueItemId", "Edm.Guid")]),
    action(
        "PickFromQueue",
        &[needs("SystemUser", Of::Row("systemuser")), needs("RemoveQueueItem", Of::YesNo)],
        pick,
    )
    .on(&["queueitem"]),
    action("ReleaseToQueue", &[], release).on(&["queueitem"]),
    action("RemoveFromQueue", &[], remove).on(&["queueitem"]),
    action("RouteTo", &[needs("Target", Of::AnyRow), may("QueueItem", Of::Row("queueitem"))], route)
        .on(&["queueitem"]),
    action("RouteTo", &[needs("Target", Of::AnyRow), needs("QueueItem", Of::Row("queueitem"))], route),
    action("ApplyRoutingRule", &[may("Target", Of::AnyRow)], apply_rule).on(&["incident"]),
    action("ApplyRoutingRule", &[needs("Target", Of::AnyRow)], apply_rule),
];

/// What waits somewhere else moves when the queue that it leaves is named.
fn add(given: &Given<'_>) -> Result<Reply> {
    let call = given.call;
    let queue = given.bound()?;
    let target = given.row("Target")?;
    if !target.table.declared.traits.queue {
        return Err(ApiError::bad(
            0x8004_0203,
            format!("Invalid argument. Rows of '{}' cannot be added to a queue.", target.table.name),
        ));
    }
    let source = given.optional_row("SourceQueue")?;
    let items = items(given)?;
    let mut properties = given.object("QueueItemProperties").cloned().unwrap_or_default();
    properties.retain(|name, _| {
        let part = name.split('@').next().unwrap_or_default();
        !part.is_empty() && part != "queueitemid" && part != "queueid" && !part.starts_with("objectid")
    });
    properties.insert("queueid@odata.bind".to_owned(), queue.address().into());
    call.require(Right::Create, items)?;
    call.require(Right::Read, target.table)?;
    let id = call.write(|transaction| {
        let from: Option<Vec<u8>> = match &source {
            Some(source) => transaction
                .prepare_cached(
                    "SELECT queueitemid FROM queueitem WHERE objectid = ?1 AND queueid = ?2 AND statecode = 0",
                )?
                .query_row([target.id.as_bytes().as_slice(), source.id.as_bytes().as_slice()], |row| row.get(0))
                .optional()?,
            None => None,
        };
        let id = match from.and_then(|id| Uuid::from_slice(&id).ok()) {
            Some(id) => {
                properties.extend(nobody());
                write::change(call, transaction, items, id, &properties)?;
                id
            }
            None => {
                let object = format!("objectid_{}@odata.bind", target.table.name);
                properties.insert(object, target.address().into());
                write::insert(call, transaction, items, &properties)?
            }
        };
        trail::event(call, transaction, target.table, target.id, Action::AddToQueue)?;
        Ok(id)
    })?;
    Ok(response(call, given.message.name, [("QueueItemId", json!(id))]))
}

fn pick(given: &Given<'_>) -> Result<Reply> {
    let user = given.row("SystemUser")?;
    let mut properties = Object::new();
    properties.insert("workerid_systemuser@odata.bind".to_owned(), user.address().into());
    if given.yes("RemoveQueueItem") {
        properties.extend(inactive());
    }
    change(given, *given.bound()?, properties)
}

fn release(given: &Given<'_>) -> Result<Reply> {
    change(given, *given.bound()?, nobody())
}

/// The item stays as what it was: done with.
fn remove(given: &Given<'_>) -> Result<Reply> {
    change(given, *given.bound()?, inactive())
}

/// To another queue, or to a person's or a team's own one.
fn route(given: &Given<'_>) -> Result<Reply> {
    let item = match &given.on {
        Some(item) => *item,
        None => given.row("QueueItem")?,
    };
    let target = given.row("Target")?;
    let queue = match target.table.name.as_str() {
        "queue" => target.address(),
        "systemuser" | "team" => {
            let sql = format!("SELECT queueid FROM {0} WHERE {0}id = ?1", target.table.name);
            let own: Option<Vec<u8>> = given.call.read(|connection| {
                let key = target.id.as_bytes().as_slice();
                connection.prepare_cached(&sql)?.query_row([key], |row| row.get(0)).map_err(ApiError::from)
            })?;
            let own = own.and_then(|id| Uuid::from_slice(&id).ok());
            let own =
                own.ok_or_else(|| ApiError::bad(0x8004_0203, "Invalid argument. The target has no queue."))?;
            format!("/queues({own})")
        }
        other => {
            let message = format!("Invalid argument. An item cannot be routed to a row of '{other}'.");
            return Err(ApiError::bad(0x8004_0203, message));
        }
    };
    let mut properties = nobody();
    properties.insert("queueid@odata.bind".to_owned(), queue.into());
    change(given, item, properties)
}

/// An environment begins without rules for routing, and here it stays so.
fn apply_rule(given: &Given<'_>) -> Result<Reply> {
    let case = match &given.on {
        Some(case) => *case,
        None => given.row("Target")?,
    };
    given.call.require(Right::Write, case.table)?;
    Err(ApiError::bad(0x8004_f874, "Currently there's no active rule to route this case."))
}

fn change(given: &Given<'_>, item: Entity<'_>, properties: Object) -> Result<Reply> {
    let call = given.call;
    call.require(Right::Write, item.table)?;
    call.write(|transaction| {
        write::change(call, transaction, item.table, item.id, &properties)?;
        Ok(Reply::empty(StatusCode::NO_CONTENT))
    })
}

fn nobody() -> Object {
    [("workerid_systemuser".to_owned(), Json::Null), ("workerid_team".to_owned(), Json::Null)]
        .into_iter()
        .collect()
}

fn inactive() -> Object {
    [("statecode".to_owned(), json!(1)), ("statuscode".to_owned(), json!(2))].into_iter().collect()
}

fn items<'a>(given: &Given<'a>) -> Result<&'a Table> {
    let table = given.call.schema().table("queueitem");
    table.ok_or_else(|| ApiError::not_implemented("the table 'queueitem'"))
}
