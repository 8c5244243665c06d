//! POST, PATCH, PUT and DELETE of rows and of the links between them. A body is read into changes, checked against
//! the columns, completed by the rules of its table and saved in one transaction. Messages that write rows use
//! [`insert`], [`change`] and [`remove`], which are the same but for the request around them.

mod attachment;
mod body;
mod bulk;
mod bulk_delete;
mod cascade;
pub(super) mod case;
mod condition;
mod deep;
mod delete;
mod draft;
mod duplicates;
mod link;
mod merge;
mod owner;
mod rules;
mod state;
pub(super) mod trail;
mod value;

use http::StatusCode;
use rusqlite::types::Value;
use rusqlite::{Connection, Transaction};
use uuid::Uuid;

use super::access::Right;
use super::call::Call;
use super::error::{ApiError, Result};
use super::key::RowKey;
use super::read::{self, One};
use super::reply::Reply;
use crate::sandbox::odata::options::Options;
use crate::sandbox::schema::{Column, Members, Table};
use crate::sandbox::store::make;
pub(super) use attachment::{attach, detach, may_attach};
pub(super) use bulk::{Bulk, bulk};
pub(super) use bulk_delete::bulk_delete;
use condition::Condition;
use deep::Later;
pub(super) use delete::{delete, remove};
use draft::{Draft, Link};
pub(super) use duplicates::duplicate_rule;
pub(super) use link::{associate, disassociate, link};
pub(super) use merge::merge;

/// The properties of a body.
pub(super) type Object = serde_json::Map<String, serde_json::Value>;

/// `POST /incidents`.
pub(super) fn create(call: &Call<'_>, table: &Table) -> Result<Reply> {
    call.require(Right::Create, table)?;
    let object = body::object(call, table)?;
    let options = Options::parse(&call.query)?;
    let answer = Answer::plan(call, table, &options)?;
    call.write(|transaction| {
        let id = insert(call, transaction, table, &object)?;
        answer.reply(call, transaction, id, StatusCode::CREATED)
    })
}

/// `POST /accounts(id)/Account_Tasks`: a row that is made in the collection of another one.
pub(super) fn create_within(
    call: &Call<'_>,
    table: &Table,
    id: Uuid,
    members: &Members<'_>,
) -> Result<Reply> {
    let made = members.table();
    call.require(Right::Create, made)?;
    let object = body::object(call, made)?;
    let options = Options::parse(&call.query)?;
    let answer = Answer::plan(call, made, &options)?;
    call.write(|transaction| {
        let here = body::existing(transaction, table, id)?;
        let id = deep::member(call, transaction, members, &here, &object, 0)?;
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
        let key = key.again(transaction, table)?;
        if !condition.needs_row() {
            let (id, made) = upsert(call, transaction, table, &key, &object, &condition)?;
            let status = if made { StatusCode::CREATED } else { StatusCode::OK };
            return answer.reply(call, transaction, id, status);
        }
        call.require(Right::Write, table)?;
        let id = key.found(table)?;
        let draft = Draft::of(transaction, table, id)?;
        condition.allows_update(draft.version())?;
        edit(call, transaction, draft, id, &object)?;
        answer.reply(call, transaction, id, StatusCode::OK)
    })
}

/// Changes the row with this key, or makes it. Tells its id and whether it is new.
fn upsert(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    table: &Table,
    key: &RowKey,
    object: &Object,
    condition: &Condition,
) -> Result<(Uuid, bool)> {
    let known = match key.id {
        Some(id) => Draft::find(transaction, table, id)?.map(|draft| (id, draft)),
        None => None,
    };
    match known {
        Some((id, draft)) => {
            call.require(Right::Write, table)?;
            condition.allows_update(draft.version())?;
            edit(call, transaction, draft, id, object)?;
            Ok((id, false))
        }
        None => {
            call.require(Right::Create, table)?;
            let new = New { id: key.id, key: &key.values, ..New::default() };
            Ok((insert_as(call, transaction, table, object, &new)?, true))
        }
    }
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
    save(call, table, id, &Object::from_iter([(column.name.clone(), value)]))
}

fn save(call: &Call<'_>, table: &Table, id: Uuid, object: &Object) -> Result<Reply> {
    let condition = Condition::of(call);
    call.write(|transaction| {
        let draft = Draft::of(transaction, table, id)?;
        condition.allows_update(draft.version())?;
        edit(call, transaction, draft, id, object)?;
        Ok(Reply::empty(StatusCode::NO_CONTENT))
    })
}

/// Makes a row from the properties of a body, with all that they say of related rows.
pub(super) fn insert(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    table: &Table,
    object: &Object,
) -> Result<Uuid> {
    insert_as(call, transaction, table, object, &New::default())
}

/// What is known of a new row beside its body.
#[derive(Default)]
struct New<'a> {
    id: Option<Uuid>,
    /// Values of the alternate key that it is made under.
    key: &'a [(String, Value)],
    /// The lookup to the row that it is made with.
    parent: Option<(&'a Column, Link)>,
    /// How many rows it stands within, in one body.
    depth: usize,
}

fn insert_as<'a>(
    call: &'a Call<'_>,
    transaction: &Transaction<'_>,
    table: &'a Table,
    object: &'a Object,
    new: &New<'_>,
) -> Result<Uuid> {
    make(transaction, table)?;
    let mut draft = Draft::new(table);
    let later = body::read(call, transaction, &mut draft, object, new.depth)?;
    if let Some((column, link)) = &new.parent {
        draft.link(column, Some(link));
    }
    body::keyed(call, transaction, &mut draft, new.key)?;
    let given = new.id.or_else(|| draft.id(&table.key));
    let id = given.unwrap_or_else(Uuid::new_v4);
    draft.set_id(&table.key, id);
    if given.is_some() && read::find_version(transaction, table, id)?.is_some() {
        return Err(ApiError::new(
            StatusCode::PRECONDITION_FAILED,
            0x8004_0237,
            "A record with matching key values already exists.",
        ));
    }
    rules::creating(call, transaction, &mut draft)?;
    duplicates::detect(call, transaction, &draft, id)?;
    duplicates::keys(transaction, &draft, id)?;
    draft.insert(transaction)?;
    trail::created(call, transaction, &draft, id)?;
    rules::saved(transaction, &draft)?;
    deep::finish(call, transaction, &draft, id, later, new.depth)?;
    Ok(id)
}

/// Changes a row that must be there by the properties of a body.
pub(super) fn change(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    table: &Table,
    id: Uuid,
    object: &Object,
) -> Result<()> {
    let draft = Draft::of(transaction, table, id)?;
    edit(call, transaction, draft, id, object)
}

fn edit<'a>(
    call: &'a Call<'_>,
    transaction: &Transaction<'_>,
    mut draft: Draft<'a>,
    id: Uuid,
    object: &'a Object,
) -> Result<()> {
    let later = body::read(call, transaction, &mut draft, object, 0)?;
    keep(call, transaction, &mut draft, id)?;
    deep::finish(call, transaction, &draft, id, later, 0)
}

/// Saves a changed draft.
fn keep(call: &Call<'_>, transaction: &Transaction<'_>, draft: &mut Draft<'_>, id: Uuid) -> Result<()> {
    rules::changing(call, transaction, draft)?;
    duplicates::detect(call, transaction, draft, id)?;
    duplicates::keys(transaction, draft, id)?;
    draft.update(transaction, id)?;
    trail::changed(call, transaction, draft, id)?;
    cascade::assigned(call, transaction, draft, id)?;
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
