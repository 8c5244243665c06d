//! `$select`, `$expand`, `$filter` and `$top` on definitions, checked once against the declared type and then applied
//! to as many as there are.

use super::super::error::{ApiError, Result};
use super::definition::{Definition, Related, Type};
use super::json::Json;
use super::{CAST, attribute, filter, key, option_set, relationship};
use crate::sandbox::odata::ast::Expr;
use crate::sandbox::odata::options::{Expand, Options};

/// What a request wants of definitions of one type.
#[derive(Debug)]
pub(super) struct Plan {
    kind: Type,
    /// Places of the properties that are shown; all of them without a list.
    select: Option<Vec<usize>>,
    filter: Option<Expr>,
    top: usize,
    expand: Vec<Expansion>,
}

#[derive(Debug)]
struct Expansion {
    nav: String,
    cast: Option<&'static str>,
    plan: Plan,
}

impl Plan {
    pub(super) fn new(kind: Type, options: &Options) -> Result<Plan> {
        if options.skiptoken.is_some() {
            return Err(ApiError::query("Metadata is not paged."));
        }
        if !options.orderby.is_empty() {
            return Err(ApiError::not_implemented("$orderby on metadata"));
        }
        let select = match &options.select {
            None => None,
            Some(names) => {
                let mut places = Vec::with_capacity(names.len() + 1);
                for name in names.iter().map(String::as_str).chain(["MetadataId"]) {
                    let place = kind.place(name).ok_or_else(|| ApiError::no_property(name, kind.name))?;
                    if !places.contains(&place) {
                        places.push(place);
                    }
                }
                Some(places)
            }
        };
        let filter = match &options.filter {
            None => None,
            Some(text) => {
                let expr = crate::sandbox::odata::filter(text, &|_| None)?;
                filter::check(&expr, &kind)?;
                Some(expr)
            }
        };
        let expand =
            options.expand.iter().map(|expand| Expansion::new(&kind, expand)).collect::<Result<_>>()?;
        Ok(Plan { kind, select, filter, top: options.top.unwrap_or(usize::MAX), expand })
    }

    /// Writes those that the filter lets through as a list, and tells how many.
    pub(super) fn list<'a>(
        &self,
        items: impl IntoIterator<Item = Box<dyn Definition + 'a>>,
        out: &mut Json,
    ) -> Result<usize> {
        let mut count = 0;
        out.raw("[");
        for item in items {
            if let Some(expr) = &self.filter
                && !filter::holds(expr, item.as_ref())?
            {
                continue;
            }
            if count < self.top {
                out.comma();
                out.raw("{");
                self.inside(item.as_ref(), out)?;
                out.raw("}");
            }
            count += 1;
        }
        out.raw("]");
        Ok(count)
    }

    /// Writes what stands between the braces of one definition.
    pub(super) fn inside(&self, item: &dyn Definition, out: &mut Json) -> Result<()> {
        // A column that is of the base type itself is of no other.
        if self.kind.base && item.kind() != self.kind.name {
            out.key("@odata.type");
            out.text(&format!("#{CAST}{}", item.kind()));
        }
        match &self.select {
            Some(places) => places.iter().for_each(|place| property(item, *place, out)),
            None => (0..)
                .take_while(|place| item.name(*place).is_some())
                .for_each(|place| property(item, place, out)),
        }
        self.expand.iter().try_for_each(|expansion| expansion.write(item, out))
    }
}

fn property(item: &dyn Definition, place: usize, out: &mut Json) {
    if let Some(name) = item.name(place) {
        out.key(name);
        item.write(place, out);
    }
}

impl Expansion {
    fn new(parent: &Type, expand: &Expand) -> Result<Expansion> {
        let (nav, cast) = match expand.nav.split_once('/') {
            Some((nav, cast)) => (nav, Some(cast.strip_prefix(CAST).unwrap_or(cast))),
            None => (expand.nav.as_str(), None),
        };
        if !parent.navigation.contains(&nav) {
            return Err(ApiError::no_property(nav, parent.name));
        }
        let cast = match cast {
            None => None,
            Some(name) if nav == "Attributes" => {
                Some(attribute::cast(name).ok_or_else(|| super::no_cast(name))?)
            }
            Some(name) => return Err(super::no_cast(name)),
        };
        let kind = match nav {
            "Attributes" => attribute::kind(cast),
            "Keys" => key::kind(),
            "ManyToManyRelationships" => relationship::kind(Some(relationship::MANY_TO_MANY)),
            "ManyToOneRelationships" | "OneToManyRelationships" => {
                relationship::kind(Some(relationship::ONE_TO_MANY))
            }
            _ => option_set::kind(option_set::of_attribute(parent.name)),
        };
        Ok(Expansion { nav: nav.to_owned(), cast, plan: Plan::new(kind, &expand.options)? })
    }

    fn write(&self, item: &dyn Definition, out: &mut Json) -> Result<()> {
        // Columns of all kinds may be asked for their options; those that have none say nothing.
        let Some(related) = item.related(&self.nav) else { return Ok(()) };
        out.key(&self.nav);
        match related {
            Related::One(None) => out.null(),
            Related::One(Some(one)) => {
                out.raw("{");
                self.plan.inside(one.as_ref(), out)?;
                out.raw("}");
            }
            Related::Many(items) => {
                let items = items.into_iter().filter(|item| self.cast.is_none_or(|cast| item.kind() == cast));
                self.plan.list(items, out)?;
            }
        }
        Ok(())
    }
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
