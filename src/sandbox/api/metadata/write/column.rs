//! Columns and the choices that several of them share.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Done, changed, gone, invalid, logical, read, table_id};
use crate::sandbox::api::error::{ApiError, Result};
use crate::sandbox::odata::uri::Key;
use crate::sandbox::schema::{
    Choice, Declaration, Declared, Gone, Kind, LookupKind, Model, SharedChoice, column, kept, kept_list, to,
};
use crate::sandbox::seed::named_id;

fn column_id(table: &str, column: &str) -> Uuid {
    named_id(&format!("column {table}.{column}"))
}

/// Refuses a name that the table has already.
pub(super) fn unused(table: &str, columns: &[Declared], new: &Declared) -> Result<()> {
    let own = format!("{table}Id");
    let taken = columns.iter().any(|column| column.schema.eq_ignore_ascii_case(new.schema));
    if taken || own.eq_ignore_ascii_case(new.schema) {
        return Err(ApiError::bad(
            0x8004_4363,
            format!("An attribute with the specified name {} already exists.", new.schema.to_lowercase()),
        ));
    }
    Ok(())
}

/// An amount is in a currency, so that its table needs one.
pub(super) fn with_currency(mut columns: Vec<Declared>) -> Vec<Declared> {
    let has = |columns: &[Declared], name: &str| {
        columns.iter().any(|column| column.schema.eq_ignore_ascii_case(name))
    };
    let money = columns.iter().find(|column| matches!(column.kind, Kind::Money { .. }));
    let Some(money) = money.map(|column| column.schema) else { return columns };
    if !has(&columns, "TransactionCurrencyId") {
        let relationship = kept(&format!("TransactionCurrency_{money}"));
        let targets =
            kept_list(vec![to("transactioncurrency", "transactioncurrencyid", relationship).restrict()]);
        let kind = Kind::Lookup { kind: LookupKind::Simple, targets };
        columns.push(column("TransactionCurrencyId", "Currency", kind));
    }
    if !has(&columns, "ExchangeRate") {
        let kind = Kind::Decimal { min: 0, max: 9_000_000, precision: 12 };
        columns.push(column("ExchangeRate", "Exchange Rate", kind).read_only());
    }
    columns
}

pub(super) fn create(model: &mut Model, mut table: Declaration, body: &Value) -> Result<Done> {
    let name = logical(&table);
    let declared = read::declared(model, body, None)?;
    unused(table.schema, table.columns, &declared)?;
    let made = column_id(&name, &declared.schema.to_lowercase());
    let columns = table.columns.iter().copied().chain([declared]).collect();
    table.columns = kept_list(with_currency(columns));
    model.put(table);
    changed(model, &name);
    Ok(Done::made(format!("EntityDefinitions({})/Attributes({made})", table_id(&name))))
}

fn find(table: &Declaration, key: &Key) -> Result<usize> {
    let name = key.text("LogicalName");
    let of = logical(table);
    let found = table.columns.iter().position(|column| {
        let column = column.schema.to_lowercase();
        match key {
            Key::Id(id) => column_id(&of, &column) == *id,
            _ => name.as_deref() == Some(&column),
        }
    });
    found.ok_or_else(|| super::super::not_found("the column"))
}

pub(super) fn update(model: &mut Model, mut table: Declaration, key: &Key, body: &Value) -> Result<Done> {
    let name = logical(&table);
    let at = find(&table, key)?;
    let mut columns = table.columns.to_vec();
    if let Some(old) = columns.get_mut(at) {
        *old = read::declared(model, body, Some(old))?;
    }
    table.columns = kept_list(columns);
    model.put(table);
    changed(model, &name);
    Ok(Done::default())
}

pub(super) fn delete(model: &mut Model, mut table: Declaration, key: &Key) -> Result<Done> {
    let name = logical(&table);
    let at = find(&table, key)?;
    let mut columns = table.columns.to_vec();
    let column = columns.remove(at);
    let logical = column.schema.to_lowercase();
    let in_key = table.keys.iter().any(|key| key.columns.contains(&logical.as_str()));
    if !column.custom || logical == table.primary_name || in_key {
        return Err(ApiError::bad(
            0x8004_f01f,
            format!("The Attribute({logical}) component cannot be deleted: the table {name} needs it."),
        ));
    }
    table.columns = kept_list(columns);
    model.put(table);
    gone(model, &name, Gone::Column, column_id(&name, &logical));
    Ok(Done::default())
}

fn choice_id(name: &str) -> Uuid {
    named_id(&format!("options {name}"))
}

pub(super) fn create_choice(model: &mut Model, body: &Value) -> Result<Done> {
    let name = kept(read::schema_name(&json!({ "SchemaName": body["Name"] }))?);
    if model.choices.iter().any(|choice| choice.name == name) {
        return Err(invalid(format!("An option set with the name {name} is there already.")));
    }
    let label = read::label(&body["DisplayName"]).map_or(name, kept);
    model.choices.push(SharedChoice { name, label, options: read::options(body)?, custom: true });
    changed(model, "");
    Ok(Done::made(format!("GlobalOptionSetDefinitions({})", choice_id(name))))
}

pub(super) fn update_choice(model: &mut Model, key: &Key, body: &Value) -> Result<Done> {
    let mut choice =
        *read::find_choice(model, key).ok_or_else(|| super::super::not_found("the option set"))?;
    choice.label = read::label(&body["DisplayName"]).map_or(choice.label, kept);
    if body["Options"].is_array() {
        choice.options = read::options(body)?;
    }
    model.choices.retain(|other| other.name != choice.name);
    model.choices.push(choice);
    spread(model, choice);
    Ok(Done::default())
}

pub(super) fn delete_choice(model: &mut Model, key: &Key) -> Result<Done> {
    let choice = read::find_choice(model, key).ok_or_else(|| super::super::not_found("the option set"))?;
    let name = choice.name;
    let is_used = |table: &Declaration| table.columns.iter().any(|column| column.shared == Some(name));
    if model.tables().any(is_used) {
        return Err(ApiError::bad(
            0x8004_f01f,
            format!("The OptionSet({name}) component cannot be deleted because columns use it."),
        ));
    }
    model.choices.retain(|choice| choice.name != name);
    gone(model, "", Gone::Choice, choice_id(name));
    Ok(Done::default())
}

/// `InsertOptionValue`, `UpdateOptionValue` and `DeleteOptionValue`: of a column or of a shared choice.
pub(super) fn change_option(model: &mut Model, action: &str, body: &Value) -> Result<Done> {
    let text = |name: &str| body[name].as_str();
    let value = body["Value"].as_i64().and_then(|value| i32::try_from(value).ok());
    let label = read::label(&body["Label"]);
    let change = |options: &[Choice]| -> Result<(Vec<Choice>, i32)> {
        let mut options = options.to_vec();
        let value = value.unwrap_or_else(|| read::next_option(&options));
        let at = options.iter().position(|choice| choice.value == value);
        match (action, at) {
            ("InsertOptionValue", None) => {
                options.push(Choice { value, label: kept(label.unwrap_or_default()) });
            }
            ("UpdateOptionValue", Some(at)) => {
                options[at].label = label.map_or(options[at].label, kept);
            }
            ("DeleteOptionValue", Some(at)) => {
                options.remove(at);
            }
            (_, Some(_)) => return Err(invalid(format!("The option {value} is there already."))),
            (_, None) => return Err(invalid(format!("There is no option {value}."))),
        }
        Ok((options, value))
    };
    let value = match (text("OptionSetName"), text("EntityLogicalName"), text("AttributeLogicalName")) {
        (Some(name), _, _) => {
            let choice = model.choices.iter_mut().find(|choice| choice.name == name);
            let choice = choice.ok_or_else(|| super::super::not_found(name))?;
            let (options, value) = change(choice.options)?;
            choice.options = kept_list(options);
            let choice = *choice;
            spread(model, choice);
            value
        }
        (None, Some(table), Some(column)) => {
            let table = model.table(table).cloned().ok_or_else(|| super::super::not_found(table))?;
            let is = |declared: &Declared| declared.schema.eq_ignore_ascii_case(column);
            let declared = table.columns.iter().find(|declared| is(declared));
            let (options, value) = match declared.map(|declared| declared.kind) {
                Some(Kind::Choice { options, .. } | Kind::MultiChoice { options }) => change(options)?,
                _ => return Err(super::super::not_found(column)),
            };
            put_options(model, table, is, kept_list(options));
            value
        }
        _ => return Err(invalid("The option set or the table and the column must be named.")),
    };
    let body = (action == "InsertOptionValue").then(|| json!({ "NewOptionValue": value }));
    Ok(Done { made: None, body })
}

/// Gives the options of a shared choice to the columns that share it.
fn spread(model: &mut Model, choice: SharedChoice) {
    let uses = |column: &Declared| column.shared == Some(choice.name);
    let tables = model.tables().filter(|table| table.columns.iter().any(uses));
    let tables: Vec<Declaration> = tables.cloned().collect();
    for table in tables {
        put_options(model, table, uses, choice.options);
    }
    changed(model, "");
}

fn put_options(
    model: &mut Model,
    mut table: Declaration,
    of: impl Fn(&Declared) -> bool,
    options: &'static [Choice],
) {
    let name = logical(&table);
    let columns = table.columns.iter().map(|column| {
        let kind = match column.kind {
            Kind::Choice { default, .. } if of(column) => Kind::Choice { options, default },
            Kind::MultiChoice { .. } if of(column) => Kind::MultiChoice { options },
            kind => kind,
        };
        Declared { kind, ..*column }
    });
    table.columns = kept_list(columns.collect());
    model.put(table);
    changed(model, &name);
}
