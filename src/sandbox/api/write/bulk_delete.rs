//! `BulkDelete`. The service queues a job; here the rows are gone when the answer comes, and the job's row tells how
//! many there were.

use rusqlite::types::Value;
use rusqlite::{Transaction, params_from_iter};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::super::access::Right;
use super::super::call::Call;
use super::super::error::{ApiError, Result};
use super::super::reply::Reply;
use super::{Object, insert, remove};
use crate::sandbox::odata::literal::stored_text;
use crate::sandbox::odata::sql::Fragment;
use crate::sandbox::schema::{Schema, Table};
use crate::sandbox::store::quoted;

/// Values that one query can be given. SQLite takes a few more.
const MAX_VALUES: usize = 30_000;

/// `POST /BulkDelete`.
pub(crate) fn bulk_delete(call: &Call<'_>) -> Result<Reply> {
    let body: Json = serde_json::from_slice(&call.body)
        .map_err(|error| invalid(format!("The body is not valid JSON: {error}.")))?;
    let name = body.get("JobName").and_then(Json::as_str).ok_or_else(|| invalid("'JobName' is missing."))?;
    let queries = body.get("QuerySet").and_then(Json::as_array).filter(|queries| !queries.is_empty());
    let queries = queries.ok_or_else(|| invalid("'QuerySet' is missing or empty."))?;
    let queries = queries.iter().map(|query| rows(call, query)).collect::<Result<Vec<_>>>()?;
    let jobs = call.schema().table("asyncoperation");
    let id = call.write(|transaction| {
        let (mut deleted, mut failed) = (0_usize, 0_usize);
        for (table, condition) in &queries {
            for id in found(transaction, table, condition)? {
                match apart(transaction, || remove(call, transaction, table, id, 0))? {
                    true => deleted += 1,
                    false => failed += 1,
                }
            }
        }
        let Some(jobs) = jobs else { return Ok(Uuid::new_v4()) };
        let told = format!("Deleted {deleted}, failed {failed}.");
        let mut job = Object::new();
        job.insert("name".to_owned(), name.chars().take(160).collect::<String>().into());
        job.insert("description".to_owned(), told.into());
        insert(call, transaction, jobs, &job)
    })?;
    Ok(Reply::value(&json!({
        "@odata.context": format!("{}/$metadata#Microsoft.Dynamics.CRM.BulkDeleteResponse", call.root),
        "JobId": id,
    })))
}

/// Whether the work was done. When it is refused its changes alone are taken back.
fn apart(transaction: &Transaction<'_>, work: impl FnOnce() -> Result<()>) -> Result<bool> {
    transaction.execute_batch("SAVEPOINT one_row")?;
    let done = work();
    match &done {
        Ok(()) => transaction.execute_batch("RELEASE one_row")?,
        Err(_) => transaction.execute_batch("ROLLBACK TO one_row; RELEASE one_row")?,
    }
    match done {
        Ok(()) => Ok(true),
        Err(error) if error.status.is_server_error() => Err(error),
        Err(_) => Ok(false),
    }
}

fn found(transaction: &Transaction<'_>, table: &Table, condition: &Fragment) -> Result<Vec<Uuid>> {
    let sql =
        format!("SELECT {} FROM {} AS t WHERE {}", quoted(&table.key), quoted(&table.name), condition.sql);
    let mut statement = transaction.prepare(&sql)?;
    let keys = statement
        .query_map(params_from_iter(&condition.values), |row| row.get::<_, Vec<u8>>(0))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(keys.iter().filter_map(|key| Uuid::from_slice(key).ok()).collect())
}

/// The table and the condition of a `QueryExpression`.
fn rows<'a>(call: &'a Call<'_>, query: &Json) -> Result<(&'a Table, Fragment)> {
    let kind = query.get("@odata.type").and_then(Json::as_str).unwrap_or_default();
    if kind.ends_with("FetchExpression") {
        return Err(ApiError::not_implemented("BulkDelete by FetchXML; give a QueryExpression"));
    }
    let joined = query.get("LinkEntities").and_then(Json::as_array).is_some_and(|links| !links.is_empty());
    if joined {
        return Err(ApiError::not_implemented("BulkDelete with joined tables"));
    }
    let name = query.get("EntityName").and_then(Json::as_str).unwrap_or_default();
    let table = table(call.schema(), name)?;
    call.require(Right::Delete, table)?;
    call.hold(table)?;
    let mut fragment = Fragment::default();
    match query.get("Criteria") {
        None | Some(Json::Null) => fragment.sql.push('1'),
        Some(filter) => group(table, filter, &mut fragment)?,
    }
    if fragment.values.len() > MAX_VALUES {
        return Err(ApiError::bad(
            0x8004_430e,
            "Number of parameters in a condition exceeded maximum limit.",
        ));
    }
    Ok((table, fragment))
}

fn table<'a>(schema: &'a Schema, name: &str) -> Result<&'a Table> {
    schema.table(name).ok_or_else(|| {
        ApiError::bad(
            0x8004_1102,
            format!(
                "The entity with a name = '{name}' with namemapping = 'Logical' was not found in the MetadataCache."
            ),
        )
    })
}

/// A `FilterExpression`. Its depth is that of the JSON, which the parser bounds.
fn group(table: &Table, filter: &Json, out: &mut Fragment) -> Result<()> {
    let or = match filter.get("FilterOperator") {
        None | Some(Json::Null) => false,
        Some(operator) => match (operator.as_str(), operator.as_i64()) {
            (Some("And"), _) | (_, Some(0)) => false,
            (Some("Or"), _) | (_, Some(1)) => true,
            _ => return Err(invalid(format!("'{operator}' is no FilterOperator."))),
        },
    };
    let list = |name| filter.get(name).and_then(Json::as_array).into_iter().flatten();
    let mut first = true;
    out.sql.push('(');
    let mut next = |out: &mut Fragment| {
        if !std::mem::take(&mut first) {
            out.sql.push_str(if or { " OR " } else { " AND " });
        }
    };
    for one in list("Conditions") {
        next(out);
        condition(table, one, out)?;
    }
    for one in list("Filters") {
        next(out);
        group(table, one, out)?;
    }
    if first {
        out.sql.push('1');
    }
    out.sql.push(')');
    Ok(())
}

/// A `ConditionExpression`.
fn condition(table: &Table, condition: &Json, out: &mut Fragment) -> Result<()> {
    let name = condition.get("AttributeName").and_then(Json::as_str).unwrap_or_default();
    let column = table.column(name).filter(|column| column.is_stored()).ok_or_else(|| {
        ApiError::bad(
            0x8004_1103,
            format!(
                "'{}' entity doesn't contain attribute with Name = '{name}' and NameMapping = 'Logical'.",
                table.name
            ),
        )
    })?;
    let given = condition.get("Values").and_then(Json::as_array).into_iter().flatten();
    let values = given
        .map(|given| {
            // `{"Value":"…","Type":"System.Guid"}`, or the bare value.
            let value = given.get("Value").unwrap_or(given);
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Ok(stored_text(&text, column)?)
        })
        .collect::<Result<Vec<Value>>>()?;
    let operator = condition.get("Operator").and_then(Json::as_str).unwrap_or_default();
    let at = format!("t.{}", quoted(&column.name));
    let sql = match (operator, values.len()) {
        ("Null", 0) => format!("{at} IS NULL"),
        ("NotNull", 0) => format!("{at} IS NOT NULL"),
        ("Equal", 1) => format!("{at} IS ?"),
        ("NotEqual", 1) => format!("{at} IS NOT ?"),
        ("GreaterThan", 1) => format!("{at} > ?"),
        ("GreaterEqual", 1) => format!("{at} >= ?"),
        ("LessThan", 1) => format!("{at} < ?"),
        ("LessEqual", 1) => format!("{at} <= ?"),
        ("In", 1..) => format!("{at} IN ({})", vec!["?"; values.len()].join(",")),
        ("NotIn", 1..) => {
            format!("({at} IS NULL OR {at} NOT IN ({}))", vec!["?"; values.len()].join(","))
        }
        (
            "Null" | "NotNull" | "Equal" | "NotEqual" | "GreaterThan" | "GreaterEqual" | "LessThan"
            | "LessEqual" | "In" | "NotIn",
            count,
        ) => return Err(ApiError::bad(0x8004_1106, format!("'{operator}' does not take {count} values."))),
        (other, _) => {
            return Err(ApiError::not_implemented(format!("BulkDelete with the operator '{other}'")));
        }
    };
    out.sql.push_str(&sql);
    out.values.extend(values);
    Ok(())
}

fn invalid(message: impl AsRef<str>) -> ApiError {
    ApiError::bad(0x8004_0203, format!("Invalid argument. {}", message.as_ref()))
}
