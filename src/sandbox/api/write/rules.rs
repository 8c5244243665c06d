//! What the platform does with a row beside storing it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use uuid::Uuid;

use super::super::call::Call;
use super::super::error::{ApiError, Result};
use super::draft::{Draft, Link};
use super::{attachment, case, owner, state};
use crate::sandbox::schema::{Kind, Required};
use crate::sandbox::seed::{Random, ticket};
use crate::sandbox::store::{Counter, has, name_column, next, quoted, type_column};

/// Completes a new row.
pub(super) fn creating(call: &Call<'_>, transaction: &Transaction<'_>, draft: &mut Draft<'_>) -> Result<()> {
    if draft.table.name == "incident" {
        let customer = draft.table.column("customerid").and_then(|column| draft.linked(column));
        if customer.is_none() {
            return Err(ApiError::bad(0x8004_4410, "You should specify a parent contact or account."));
        }
        if draft.text("ticketnumber").is_none() {
            let number = next(transaction, Counter::Case)?;
            let mut random = Random::new(Uuid::new_v4().as_u64_pair().0, "ticket");
            draft.set_text("ticketnumber", ticket(number, &mut random));
        }
    }
    state::complete(draft)?;
    owner::complete(call, transaction, draft)?;
    let author = owner::caller(call);
    let created = match draft.number("overriddencreatedon") {
        Some(given) => {
            draft.set("overriddencreatedon", Value::Integer(call.now));
            given
        }
        None => call.now,
    };
    at(draft, "createdon", created);
    draft.link_named("createdby", Some(&author));
    draft.link_named("createdonbehalfby", owner::behind(call).as_ref());
    at(draft, "modifiedon", call.now);
    draft.link_named("modifiedby", Some(&author));
    draft.link_named("modifiedonbehalfby", owner::behind(call).as_ref());
    derived(call, transaction, draft)?;
    required(draft)
}

/// Completes a change of a row.
pub(super) fn changing(call: &Call<'_>, transaction: &Transaction<'_>, draft: &mut Draft<'_>) -> Result<()> {
    if draft.table.name == "incident" {
        let closed = *draft.before("statecode") != Value::Integer(0);
        let stays = *draft.get("statecode") != Value::Integer(0);
        let alone = draft.changes("statecode") && !draft.alters_beside(&["statecode", "statuscode"]);
        if closed && stays && draft.has_changes() && !alone {
            return Err(ApiError::bad(0x8004_022e, "The object cannot be updated because it is read-only."));
        }
        let customer = draft.table.column("customerid").and_then(|column| draft.linked(column));
        if draft.changes("customerid") && customer.is_none() {
            return Err(ApiError::bad(0x8004_4410, "You should specify a parent contact or account."));
        }
    }
    state::complete(draft)?;
    if draft.table.name == "incident" {
        case::changing(call, transaction, draft)?;
    }
    no_loop(transaction, draft)?;
    owner::complete(call, transaction, draft)?;
    at(draft, "modifiedon", call.now);
    draft.link_named("modifiedby", Some(&owner::caller(call)));
    draft.link_named("modifiedonbehalfby", owner::behind(call).as_ref());
    derived(call, transaction, draft)?;
    required(draft)
}

/// Notes when something was done, where rows of the table say so.
fn at(draft: &mut Draft<'_>, column: &str, moment: i64) {
    if draft.table.column(column).is_some() {
        draft.set(column, Value::Integer(moment));
    }
}

/// An account or a subject is not below itself.
fn no_loop(connection: &Connection, draft: &Draft<'_>) -> Result<()> {
    let (parent, code, rows) = match draft.table.name.as_str() {
        "account" => ("parentaccountid", 0x8004_0507, "Accounts"),
        "subject" => ("parentsubject", 0x8004_3e01, "Subjects"),
        _ => return Ok(()),
    };
    let (Some(id), Some(above)) = (draft.id(&draft.table.key), draft.id(parent)) else { return Ok(()) };
    if !draft.changes(parent) {
        return Ok(());
    }
    let sql = format!(
        "WITH RECURSIVE line (id) AS (VALUES (?1) UNION \
         SELECT h.{parent} FROM {table} AS h JOIN line ON h.{key} = line.id) SELECT 1 FROM line WHERE id = ?2",
        parent = quoted(parent),
        table = quoted(&draft.table.name),
        key = quoted(&draft.table.key),
    );
    let mut statement = connection.prepare_cached(&sql)?;
    if statement.exists(params![above.as_bytes().as_slice(), id.as_bytes().as_slice()])? {
        let message = format!("Creating this parental association would create a loop in {rows} hierarchy.");
        return Err(ApiError::bad(code, message));
    }
    Ok(())
}

fn required(draft: &Draft<'_>) -> Result<()> {
    let missing = draft.table.stored().find(|column| {
        let writable = if draft.is_new() { column.create } else { draft.changes(&column.name) };
        column.required == Required::System && writable && draft.is_null(&column.name)
    });
    match missing {
        Some(column) => Err(ApiError::required(draft.table, column)),
        None => Ok(()),
    }
}

/// Columns that follow from others.
fn derived(call: &Call<'_>, connection: &Connection, draft: &mut Draft<'_>) -> Result<()> {
    match draft.table.name.as_str() {
        "incident" => {
            if draft.changes("customerid")
                && let Some(customer) = draft.table.column("customerid").and_then(|c| draft.linked(c))
            {
                draft.link_named("accountid", Some(&customer).filter(|link| link.table == "account"));
                draft.link_named("contactid", Some(&customer).filter(|link| link.table == "contact"));
            }
        }
        "contact" | "systemuser" => {
            let parts = ["firstname", "middlename", "lastname"].map(|name| draft.text(name));
            let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
            draft.set("fullname", if name.is_empty() { Value::Null } else { Value::Text(name) });
        }
        kind if draft.table.is_activity() => draft.set_text("activitytypecode", kind.to_owned()),
        "annotation" => note(call, connection, draft)?,
        "activitymimeattachment" => attached(call, connection, draft)?,
        "queueitem" => queue_item(call, connection, draft)?,
        _ => {}
    }
    if draft.table.column("address1_composite").is_some() {
        address(draft);
    }
    attachment::follow(call, connection, draft)?;
    money(connection, draft)
}

fn note(call: &Call<'_>, connection: &Connection, draft: &mut Draft<'_>) -> Result<()> {
    if let Some(regarding) = draft.table.column("objectid").and_then(|column| draft.linked(column)) {
        draft.set_text("objecttypecode", regarding.table);
    }
    content(call, connection, draft, "documentbody")
}

/// A file of a mail: it says what its mail is called, which one of its files it is and how large.
fn attached(call: &Call<'_>, connection: &Connection, draft: &mut Draft<'_>) -> Result<()> {
    if let Some(mail) = draft.table.column("objectid").and_then(|column| draft.linked(column)) {
        draft.set_text("objecttypecode", mail.table);
        draft.set("activitysubject", mail.name.map_or(Value::Null, Value::Text));
        if draft.is_null("attachmentnumber") {
            // That it counts up is not documented; a number is required.
            let number: i64 = connection
                .prepare_cached("SELECT COUNT(*) + 1 FROM activitymimeattachment WHERE objectid = ?1")?
                .query_row([mail.id.as_bytes().as_slice()], |row| row.get(0))?;
            draft.set("attachmentnumber", Value::Integer(number));
        }
    }
    content(call, connection, draft, "body")
}

/// The size of a file follows from its base64. Line breaks in that say nothing.
fn content(call: &Call<'_>, connection: &Connection, draft: &mut Draft<'_>, column: &str) -> Result<()> {
    if !draft.changes(column) {
        return Ok(());
    }
    let body: String = draft.text(column).unwrap_or_default().split_ascii_whitespace().collect();
    let about = i64::try_from(body.len() / 4 * 3).unwrap_or(i64::MAX);
    if about.saturating_sub(2) > largest_file(call, connection)? {
        return Err(ApiError::bad(0x8004_4a02, "Attachment file size is too big."));
    }
    let Ok(content) = STANDARD.decode(&body) else {
        return Err(ApiError::payload(draft.table, format!("The value of '{column}' is not base64.")));
    };
    draft.set("filesize", Value::Integer(i64::try_from(content.len()).unwrap_or(i64::MAX)));
    if !draft.is_null(column) {
        draft.set_text(column, body);
    }
    Ok(())
}

/// The size that the organization allows for a file, in bytes.
fn largest_file(call: &Call<'_>, connection: &Connection) -> Result<i64> {
    const USUAL: i64 = 5 * 1024 * 1024;
    let column = call.schema().table("organization").and_then(|table| table.column("maxuploadfilesize"));
    let set: Option<Option<i64>> = match column {
        Some(column) => {
            let sql = format!("SELECT {} FROM organization LIMIT 1", quoted(&column.name));
            connection.prepare_cached(&sql)?.query_row([], |row| row.get(0)).optional()?
        }
        None => None,
    };
    Ok(set.flatten().unwrap_or(USUAL))
}

fn queue_item(call: &Call<'_>, connection: &Connection, draft: &mut Draft<'_>) -> Result<()> {
    let object = draft.table.column("objectid").and_then(|column| draft.linked(column));
    if let Some(object) = &object {
        let code = call.schema().table(&object.table).map_or(0, |table| table.declared.code);
        draft.set("objecttypecode", Value::Integer(code.into()));
        if draft.is_null("title")
            && let Some(name) = &object.name
        {
            draft.set_text("title", name.clone());
        }
    }
    if draft.changes("workerid") {
        draft.set("workeridmodifiedon", Value::Integer(call.now));
    }
    if draft.is_new() || draft.before("queueid") != draft.get("queueid") {
        draft.set("enteredon", Value::Integer(call.now));
    }
    if !draft.is_new() {
        return Ok(());
    }
    let Some(object) = object else { return Ok(()) };
    let waiting = connection
        .prepare_cached("SELECT 1 FROM queueitem WHERE objectid = ?1 AND statecode = 0")?
        .query_row([object.id.as_bytes().as_slice()], |_| Ok(()))
        .optional()?;
    match waiting {
        None => Ok(()),
        Some(()) => Err(ApiError::bad(
            0x8004_0526,
            "An active queue item already exists for the given object. Cannot create more than one active queue item \
             for this object.",
        )),
    }
}

fn address(draft: &mut Draft<'_>) {
    let parts = |names: &[&str], between: &str| {
        names.iter().filter_map(|name| draft.text(name)).collect::<Vec<_>>().join(between)
    };
    let lines = [
        parts(&["address1_line1"], ""),
        parts(&["address1_line2"], ""),
        parts(&["address1_line3"], ""),
        parts(&["address1_city", "address1_stateorprovince", "address1_postalcode"], ", "),
        parts(&["address1_country"], ""),
    ];
    let lines: Vec<_> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    let whole = if lines.is_empty() { Value::Null } else { Value::Text(lines.join("\r\n")) };
    draft.set("address1_composite", whole);
}

/// The currency of a row with amounts, its rate, and every amount in the base currency.
fn money(connection: &Connection, draft: &mut Draft<'_>) -> Result<()> {
    let table = draft.table;
    let amounts: Vec<_> = table
        .stored()
        .filter(|column| matches!(column.kind, Kind::Money { .. }) && column.calculation_of.is_none())
        .collect();
    let Some(column) = table.column("transactioncurrencyid").filter(|_| !amounts.is_empty()) else {
        return Ok(());
    };
    if draft.linked(column).is_none() {
        let base: Option<(Vec<u8>, Option<String>)> = connection
            .prepare_cached(
                "SELECT transactioncurrencyid, currencyname FROM transactioncurrency WHERE isocurrencycode = 'USD'",
            )?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let link = base.and_then(|(id, name)| {
            let id = Uuid::from_slice(&id).ok()?;
            Some(Link { table: "transactioncurrency".to_owned(), id, name })
        });
        draft.link(column, link.as_ref());
    }
    let Some(currency) = draft.linked(column) else { return Ok(()) };
    if draft.changes("transactioncurrencyid") || draft.is_null("exchangerate") {
        let rate: i64 = connection
            .prepare_cached("SELECT exchangerate FROM transactioncurrency WHERE transactioncurrencyid = ?1")?
            .query_row([currency.id.as_bytes().as_slice()], |row| row.get(0))?;
        draft.set("exchangerate", Value::Integer(rate));
    }
    let Some(rate) = draft.number("exchangerate").filter(|rate| *rate > 0) else { return Ok(()) };
    for column in amounts {
        let base = draft.number(&column.name).map(|amount| {
            let one = 1_000_000_000_000_i128;
            i64::try_from(i128::from(amount) * one / i128::from(rate)).unwrap_or(i64::MAX)
        });
        draft.set(&format!("{}_base", column.name), base.map_or(Value::Null, Value::Integer));
    }
    Ok(())
}

/// Carries a new name to the rows that show it.
pub(super) fn renamed(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    draft: &Draft<'_>,
    id: Uuid,
) -> Result<()> {
    let name = draft.table.declared.primary_name;
    if !draft.changes(name) || draft.before(name) == draft.get(name) {
        return Ok(());
    }
    for relationship in call.schema().referring(draft.table) {
        if !has(transaction, relationship.table)? {
            continue;
        }
        let column = relationship.column;
        let mut sql = format!(
            "UPDATE {} SET {} = ?1 WHERE {} = ?2",
            quoted(&relationship.table.name),
            quoted(&name_column(column)),
            quoted(&column.name)
        );
        if column.is_polymorphic() {
            sql.push_str(&format!(" AND {} = '{}'", quoted(&type_column(column)), draft.table.name));
        }
        transaction.prepare_cached(&sql)?.execute(params![draft.get(name), id.as_bytes().as_slice()])?;
    }
    Ok(())
}

/// Counts the children of the cases that a case came to or left.
pub(super) fn saved(transaction: &Transaction<'_>, draft: &Draft<'_>) -> Result<()> {
    if draft.table.name != "incident" || !draft.changes("parentcaseid") {
        return Ok(());
    }
    for parent in [draft.before("parentcaseid"), draft.get("parentcaseid")] {
        transaction
            .prepare_cached(
                "UPDATE incident SET numberofchildincidents = \
                 (SELECT COUNT(*) FROM incident AS child WHERE child.parentcaseid = ?1) WHERE incidentid = ?1",
            )?
            .execute([parent])?;
    }
    Ok(())
}
