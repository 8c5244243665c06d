//! Views as queries: system views and those of users, with OData options on top.

use rusqlite::OptionalExtension;
use uuid::Uuid;

use super::Asked;
use crate::sandbox::api::access::Right;
use crate::sandbox::api::call::Call;
use crate::sandbox::api::error::{ApiError, Result};
use crate::sandbox::fetchxml;
use crate::sandbox::fetchxml::ast::{Attribute, Fetch, Purpose, Source};
use crate::sandbox::fetchxml::sql::Extra;
use crate::sandbox::odata::options::Options;
use crate::sandbox::odata::sql::Translator;
use crate::sandbox::odata::{self};
use crate::sandbox::schema::Table;
use crate::sandbox::store::quoted;

/// Reads the query of `savedQuery=id` or `userQuery=id`.
pub(super) fn read(call: &Call<'_>, option: &str, id: &str) -> Result<Asked> {
    let name = option.to_lowercase();
    let table = call.schema().table(&name).filter(|table| table.column("fetchxml").is_some());
    let table = table.ok_or_else(|| ApiError::not_implemented(format!("the query option '{option}'")))?;
    let id: Uuid = id.trim().trim_matches(['{', '}']).parse().map_err(|_| {
        ApiError::query(format!("The value '{id}' of the query option '{option}' is not a GUID."))
    })?;
    call.require(Right::Read, table)?;
    call.hold(table)?;
    let sql = format!("SELECT fetchxml FROM {} WHERE {} = ?1", quoted(&table.name), quoted(&table.key));
    let text = call.read(|connection| -> Result<Option<Option<String>>> {
        let mut statement = connection.prepare_cached(&sql)?;
        Ok(statement.query_row([id.as_bytes().as_slice()], |row| row.get(0)).optional()?)
    })?;
    let text = text.ok_or_else(|| ApiError::no_row(table, id))?.unwrap_or_default();
    let mut fetch = fetchxml::fetch(&text)?;
    let options = Options::parse(&call.query)?;
    if !options.expand.is_empty() {
        return Err(ApiError::not_implemented(format!("$expand together with '{option}'")));
    }
    if let Some(names) = &options.select {
        let of = call.schema().table(&fetch.entity.table);
        let of = of.ok_or_else(|| ApiError::query("The view is about a table that does not exist."))?;
        select(of, &mut fetch, names)?;
    }
    if let Some(top) = options.top {
        fetch.top = Some(top);
    }
    let count = options.count;
    Ok(Asked { fetch, options: Some(options), count })
}

/// Shows the columns of a `$select` instead of the view's.
fn select(table: &Table, fetch: &mut Fetch, names: &[String]) -> Result<()> {
    forget(&mut fetch.entity);
    for name in names {
        let column = table.property(name).ok_or_else(|| ApiError::no_property(name, &table.name))?;
        let name = column.name.clone();
        fetch.entity.attributes.push(Attribute { name, alias: None, purpose: Purpose::Show });
    }
    Ok(())
}

fn forget(source: &mut Source) {
    source.attributes.clear();
    source.all = false;
    source.links.iter_mut().for_each(|link| forget(&mut link.source));
}

/// What the options add to the view's conditions and order.
pub(super) fn extra<'a>(call: &'a Call<'_>, table: &'a Table, options: &Options) -> Result<Extra<'a>> {
    let mut translator = Translator::new(call.schema(), table, call.context());
    let filter = match &options.filter {
        Some(text) => {
            let alias = |name: &str| call.query.get(&format!("@{name}")).map(str::to_owned);
            Some(translator.condition(&odata::filter(text, &alias)?)?)
        }
        None => None,
    };
    let order = match options.orderby.as_slice() {
        [] => None,
        orders => Some(translator.order(orders)?),
    };
    Ok(Extra { from: Some(translator.from()), filter, order, tables: translator.tables().collect() })
}
