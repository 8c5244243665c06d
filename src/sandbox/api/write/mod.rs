//! POST, PATCH, PUT and DELETE of rows. A body is read into changes, checked against the columns, completed by
//! the rules of its table and saved in one transaction.

mod attachment;
mod body;
mod delete;
mod draft;
mod owner;
mod rules;
mod state;
mod value;

use http::StatusCode;
use rusqlite::{Connection, Transaction};
use uuid::Uuid;

use super::access::Right;
use super::call::Call;
use super::error::{ApiError, Result};
use super::key::RowKey;
use super::read::{self, One};
use super::reply::Reply;
use crate::sandbox::odata::options::Options;
use crate::sandbox::schema::{Column, Table};
pub(super) use attachment::{attach, detach, may_attach};
pub(super) use delete::delete;
use draft::Draft;

/// `POST /incidents`.
pub(super) fn create(call: &Call<'_>, table: &Table) -> Result<Reply> {
    call.require(Right::Create, table)?;
    let object = body::object(call, table)?;
    let options = Options::parse(&call.query)?;
    let answer = Answer::plan(call, table, &options)?;
    call.write(|transaction| {
        let id = insert(call, transaction, table, None, &object, &[])?;
        answer.reply(call, transaction, id, StatusCode::CREATED)
    })
}

/// `PATCH /incidents(id)`: changes the row, or makes it when there is none and the headers do not forbid it.
pub(super) fn update(call: &Call<'_>, table: &Table, key: &RowKey) -> Result<Reply> {
    let object = body::object(call, table)?;
    let options = Options::parse(&call.query)?;
    let answer = Answer::plan(call, table, &options)?;
    let condition = Condition::of(call);
    call.write(|transaction| {
        let version = match key.id {
            Some(id) => read::find_version(transaction, table, id)?.map(|version| (id, version)),
            None => None,
        };
        match version {
            Some((id, version)) => {
                call.require(Right::Write, table)?;
                condition.allows_update(version)?;
                change(call, transaction, table, id, &object)?;
                answer.reply(call, transaction, id, StatusCode::OK)
            }
            None if condition.needs_row() => match key.id {
                Some(id) => Err(ApiError::no_row(table, id)),
                None => key.found(table).and_then(|id| Err(ApiError::no_row(table, id))),
            },
            None => {
                call.require(Right::Create, table)?;
                let id = insert(call, transaction, table, key.id, &object, &key.values)?;
                answer.reply(call, transaction, id, StatusCode::CREATED)
            }
        }
    })
}

/// `PUT` and `DELETE /incidents(id)/description`.
pub(super) fn column(call: &Call<'_>, table: &Table, id: Uuid, column: &Column) -> Result<Reply> {
    call.require(Right::Write, table)?;
    let value = if call.method == http::Method::DELETE {
        serde_json::Value::Null
    } else {
        let object = body::object(call, table)?;
        object
            .get("value")
            .cloned()
            .ok_or_else(|| ApiError::payload(table, "The property 'value' is missing."))?
    };
    let object = serde_json::Map::from_iter([(column.name.clone(), value)]);
    save(call, table, id, &object)
}

/// `PUT` and `DELETE /incidents(id)/primarycontactid/$ref`.
pub(super) fn link(call: &Call<'_>, table: &Table, id: Uuid, nav: &str) -> Result<Reply> {
    call.require(Right::Write, table)?;
    let value = if call.method == http::Method::DELETE {
        serde_json::Value::Null
    } else {
        let object = body::object(call, table)?;
        let id = object.get("@odata.id").cloned();
        id.ok_or_else(|| ApiError::payload(table, "The property '@odata.id' is missing."))?
    };
    let object = serde_json::Map::from_iter([(format!("{nav}@odata.bind"), value)]);
    save(call, table, id, &object)
}

fn save(call: &Call<'_>, table: &Table, id: Uuid, object: &body::Object) -> Result<Reply> {
    let condition = Condition::of(call);
    call.write(|transaction| {
        let version = read::version(transaction, table, id)?;
        condition.allows_update(version)?;
        change(call, transaction, table, id, object)?;
        Ok(Reply::empty(StatusCode::NO_CONTENT))
    })
}

fn insert(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    table: &Table,
    id: Option<Uuid>,
    object: &body::Object,
    key: &[(String, rusqlite::types::Value)],
) -> Result<Uuid> {
    let mut draft = Draft::new(table);
    body::read(call, transaction, &mut draft, object)?;
    for (name, value) in key {
        draft.set(name, value.clone());
    }
    if let Some(id) = id {
        draft.set_id(&table.key, id);
    }
    let id = draft.id(&table.key).unwrap_or_else(Uuid::new_v4);
    draft.set_id(&table.key, id);
    if read::find_version(transaction, table, id)?.is_some() {
        return Err(ApiError::new(
            StatusCode::PRECONDITION_FAILED,
            0x8004_0237,
            "A record with matching key values already exists.",
        ));
    }
    rules::duplicates(call, transaction, &draft)?;
    rules::creating(call, transaction, &mut draft)?;
    draft.insert(transaction)?;
    rules::saved(transaction, &draft)?;
    Ok(id)
}

fn change(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    table: &Table,
    id: Uuid,
    object: &body::Object,
) -> Result<()> {
    let mut draft = Draft::of(transaction, table, id)?;
    body::read(call, transaction, &mut draft, object)?;
    keep(call, transaction, &mut draft, id)
}

/// Saves a changed draft.
fn keep(call: &Call<'_>, transaction: &Transaction<'_>, draft: &mut Draft<'_>, id: Uuid) -> Result<()> {
    rules::changing(call, transaction, draft)?;
    draft.update(transaction, id)?;
    rules::renamed(call, transaction, draft, id)?;
    rules::saved(transaction, draft)
}

/// What a write is answered with: 204 and the row's address, or the row itself.
struct Answer<'a> {
    table: &'a Table,
    representation: Option<One<'a>>,
}

impl<'a> Answer<'a> {
    /// `options` are `$select` and `$expand` of the representation, when one is asked for.
    fn plan(call: &'a Call<'_>, table: &'a Table, options: &'a Options) -> Result<Answer<'a>> {
        let wanted = call.prefer.representation;
        let representation = if wanted { Some(One::plan(call, table, options)?) } else { None };
        Ok(Answer { table, representation })
    }

    fn reply(&self, call: &Call<'_>, connection: &Connection, id: Uuid, status: StatusCode) -> Result<Reply> {
        let address = format!("{}/{}({id})", call.root, self.table.declared.set);
        let Some(one) = &self.representation else {
            return Ok(Reply::empty(StatusCode::NO_CONTENT).with("odata-entityid", &address));
        };
        let (body, _) = one.read(call, connection, id)?;
        let reply = Reply::json(body).status(status).applied(call.prefer.applied_to_write());
        Ok(if status == StatusCode::CREATED { reply.with("odata-entityid", &address) } else { reply })
    }
}

/// `If-Match` and `If-None-Match`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    if_match: Option<String>,
    never_update: bool,
}

impl Condition {
    pub(super) fn of(call: &Call<'_>) -> Condition {
        Condition {
            if_match: call.header("if-match").map(str::to_owned),
            never_update: call.header("if-none-match") == Some("*"),
        }
    }

    fn needs_row(&self) -> bool {
        self.if_match.is_some()
    }

    /// ETags are compared as they are, byte for byte.
    pub(super) fn allows_update(&self, version: i64) -> Result<()> {
        if self.never_update {
            return Err(ApiError::new(
                StatusCode::PRECONDITION_FAILED,
                0x8004_0237,
                "A record with matching key values already exists.",
            ));
        }
        match self.if_match.as_deref() {
            None | Some("*") => Ok(()),
            Some(etag) if etag == format!("W/\"{version}\"") => Ok(()),
            Some(_) => Err(ApiError::new(
                StatusCode::PRECONDITION_FAILED,
                0x8006_0882,
                "The version of the existing record doesn't match the RowVersion property provided.",
            )),
        }
    }
}
