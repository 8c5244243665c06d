//! `$select`, `$expand`, `$filter` and `$top` on definitions.

use serde_json::{Map, Value};

use super::super::error::{ApiError, Result};
use super::filter;
use crate::sandbox::odata::options::{Expand, Options};

/// What a definition may be cut to.
pub(super) struct Projection<'a> {
    /// Type for messages.
    pub(super) kind: &'a str,
    pub(super) known: &'a dyn Fn(&str) -> bool,
    /// The declared type is the base type, so that derived ones say what they are.
    pub(super) base: bool,
}

/// Gives what stands behind a navigation property of a definition.
pub(super) type Expander<'a> = dyn Fn(&Value, &Expand) -> Result<Value> + 'a;

/// Navigation properties: only there when expanded.
const NAVIGATION: &[&str] = &["OptionSet", "GlobalOptionSet"];

pub(super) fn list(
    values: Vec<Value>,
    options: &Options,
    with: Option<(&Projection<'_>, &Expander<'_>)>,
) -> Result<Vec<Value>> {
    if options.skiptoken.is_some() {
        return Err(ApiError::query("Metadata is not paged."));
    }
    let wanted = match &options.filter {
        Some(text) => Some(crate::sandbox::odata::filter(text, &|_| None)?),
        None => None,
    };
    let mut kept = Vec::with_capacity(values.len());
    for value in values {
        let fits = match &wanted {
            Some(expr) => filter::holds(expr, &value)?,
            None => true,
        };
        if fits {
            kept.push(one(value, options, with)?);
        }
    }
    kept.truncate(options.top.unwrap_or(usize::MAX));
    Ok(kept)
}

pub(super) fn one(
    value: Value,
    options: &Options,
    with: Option<(&Projection<'_>, &Expander<'_>)>,
) -> Result<Value> {
    let Value::Object(full) = &value else { return Ok(value) };
    let mut object = Map::new();
    let projection = with.map(|(projection, _)| projection);
    if let Some(kind) = full.get("@odata.type")
        && projection.is_none_or(|projection| projection.base)
        && (projection.is_some() || options.select.is_none())
    {
        object.insert("@odata.type".to_owned(), kind.clone());
    }
    match &options.select {
        None => {
            let hidden =
                |name: &str| name == "@odata.type" || (projection.is_some() && NAVIGATION.contains(&name));
            let shown = full.iter().filter(|(name, _)| !hidden(name));
            object.extend(shown.map(|(name, value)| (name.clone(), value.clone())));
        }
        Some(select) => {
            for name in select {
                let known = match projection {
                    Some(projection) => (projection.known)(name),
                    None => full.contains_key(name),
                };
                if !known {
                    let kind = projection.map_or("MetadataBase", |projection| projection.kind);
                    return Err(ApiError::no_property(name, kind));
                }
                if let Some(value) = full.get(name) {
                    object.insert(name.clone(), value.clone());
                }
            }
            if let Some(id) = full.get("MetadataId") {
                object.insert("MetadataId".to_owned(), id.clone());
            }
        }
    }
    for expand in &options.expand {
        let Some((_, expander)) = with else {
            return Err(ApiError::no_property(&expand.nav, "MetadataBase"));
        };
        object.insert(expand.nav.clone(), expander(&value, expand)?);
    }
    Ok(Value::Object(object))
}

/// The part of the context address: `(LogicalName,OptionSet())`.
pub(super) fn context(options: &Options) -> String {
    let mut parts = options.select.clone().unwrap_or_default();
    for expand in &options.expand {
        let inner = context(&expand.options);
        parts.push(if inner.is_empty() {
            format!("{}()", expand.nav)
        } else {
            format!("{}{inner}", expand.nav)
        });
    }
    if parts.is_empty() { String::new() } else { format!("({})", parts.join(",")) }
}
