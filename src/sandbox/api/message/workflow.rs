//! Running a workflow on a row. The service puts most of them into a queue of jobs; here what one does is done when the
//! answer comes, and the job's row is the answer.

use rusqlite::Connection;
use serde_json::json;

use super::declare::{Message, Of, action, needs};
use super::entity::Entity;
use super::given::{Given, Object};
use super::{ApiError, Reply, Result};
use crate::sandbox::api::access::Right;
use crate::sandbox::api::{read, write};
use crate::sandbox::seed::escalating;

/// `InputArguments` is for internal use only and left out.
pub(super) const MESSAGES: &[Message] =
    &[action("ExecuteWorkflow", &[needs("EntityId", Of::Id)], execute).on(&["workflow"])];

/// What decides whether a workflow can be run.
struct Definition {
    name: String,
    table: String,
    on_demand: bool,
    activated: bool,
}

fn execute(given: &Given<'_>) -> Result<Reply> {
    let call = given.call;
    let workflow = given.bound()?;
    call.require(Right::Read, workflow.table)?;
    call.require_privilege("prvWorkflowExecution", workflow.table)?;
    let definition = call.read(|connection| definition(connection, workflow))?;
    if !definition.on_demand {
        return Err(ApiError::bad(0x8004_5046, "Workflow must be marked as on-demand or child workflow."));
    }
    if !definition.activated {
        // The words are the service's. UNCONFIRMED: the code.
        return Err(ApiError::bad(0x8004_5002, "Workflow must be in Published state."));
    }
    let schema = call.schema();
    let table = schema.table(&definition.table);
    let table =
        table.ok_or_else(|| ApiError::not_implemented(format!("the table '{}'", definition.table)))?;
    let jobs = schema.table("asyncoperation");
    let jobs = jobs.ok_or_else(|| ApiError::not_implemented("the table 'asyncoperation'"))?;
    call.require(Right::Read, table)?;
    let row = Entity::existing(call, table, given.id("EntityId").unwrap_or_default())?;
    call.hold(jobs)?;
    let escalates = workflow.id == escalating();
    if escalates {
        call.require(Right::Write, table)?;
    }
    let job = call.write(|transaction| {
        if escalates {
            let changed: Object = [("isescalated".to_owned(), json!(true))].into_iter().collect();
            write::change(call, transaction, row.table, row.id, &changed)?;
        }
        let job: Object = [("name".to_owned(), definition.name.into())].into_iter().collect();
        write::insert(call, transaction, jobs, &job)
    })?;
    read::row(call, jobs, job)
}

fn definition(connection: &Connection, workflow: &Entity<'_>) -> Result<Definition> {
    let sql = "SELECT name, primaryentity, ondemand, statecode FROM workflow WHERE workflowid = ?1";
    let found = connection.prepare_cached(sql)?.query_row([workflow.id.as_bytes().as_slice()], |row| {
        Ok(Definition {
            name: row.get(0)?,
            table: row.get::<_, Option<String>>(1)?.unwrap_or_default(),
            on_demand: row.get::<_, Option<bool>>(2)?.unwrap_or_default(),
            activated: row.get::<_, Option<i64>>(3)? == Some(1),
        })
    })?;
    Ok(found)
}
