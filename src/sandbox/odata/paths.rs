//! From the paths of a filter to columns: over lookups by joins, into collections by the scopes of lambdas.

use super::Error;
use super::ast::Path;
use super::sql::Translator;
use crate::sandbox::schema::{Column, Members, Table};
use crate::sandbox::store::{quoted, type_column};

/// Related tables in one query: the service's limit (0x8004430d).
const MAX_LINKS: usize = 15;

/// A property found at the end of a path.
pub(crate) struct Found<'a> {
    pub(crate) alias: String,
    pub(crate) table: &'a Table,
    pub(crate) column: &'a Column,
    /// `alias."column"`.
    pub(crate) sql: String,
}

/// The table itself, and behind it the collection of each lambda around what is being translated.
#[derive(Debug)]
pub(super) struct Scopes<'a> {
    stack: Vec<Scope<'a>>,
    /// What has been read from beside the table itself.
    tables: Vec<&'a Table>,
}

#[derive(Debug)]
struct Scope<'a> {
    /// What paths begin with that start here.
    variable: String,
    alias: String,
    table: &'a Table,
    from: String,
    joins: Vec<Join>,
}

#[derive(Debug, PartialEq)]
struct Join {
    alias: String,
    /// Alias of the referring table, the column and target that lead on.
    from: String,
    column: String,
    table: String,
}

impl<'a> Scopes<'a> {
    pub(super) fn of(table: &'a Table) -> Scopes<'a> {
        let from = format!("{} AS t", quoted(&table.name));
        let (variable, alias) = ("$it".to_owned(), "t".to_owned());
        Scopes { stack: vec![Scope { variable, alias, table, from, joins: Vec::new() }], tables: Vec::new() }
    }

    pub(super) fn from(&self) -> String {
        self.stack.first().map(|scope| scope.from.clone()).unwrap_or_default()
    }

    pub(super) fn tables(&self) -> impl Iterator<Item = &'a Table> {
        self.tables.iter().copied()
    }

    /// The table that the query is about.
    pub(super) fn table(&self) -> &'a Table {
        self.stack[0].table
    }

    /// Ends a lambda and gives what it reads from.
    pub(super) fn leave(&mut self) -> String {
        self.stack.pop().map(|scope| scope.from).unwrap_or_default()
    }

    /// Where a path starts, and the rest of it.
    fn start<'p>(&self, path: &'p [String]) -> (usize, &'p [String]) {
        let named = match path.split_first() {
            Some((first, rest)) if !rest.is_empty() => {
                self.stack.iter().rposition(|scope| scope.variable == *first).map(|scope| (scope, rest))
            }
            _ => None,
        };
        named.unwrap_or((0, path))
    }

    /// Takes one more table in and gives the alias for it.
    fn add(&mut self, table: &'a Table) -> Result<String, Error> {
        if self.tables.len() == MAX_LINKS {
            return Err(Error::TooManyLinks);
        }
        self.tables.push(table);
        Ok(format!("j{}", self.tables.len()))
    }

    fn join(
        &mut self,
        scope: usize,
        from: &str,
        column: &Column,
        target: &'a Table,
    ) -> Result<String, Error> {
        let known = self.stack[scope]
            .joins
            .iter()
            .find(|join| join.from == from && join.column == column.name && join.table == target.name);
        if let Some(join) = known {
            return Ok(join.alias.clone());
        }
        let alias = self.add(target)?;
        let mut sql = format!(
            " LEFT JOIN {} AS {alias} ON {alias}.{} = {from}.{}",
            quoted(&target.name),
            quoted(&target.key),
            quoted(&column.name)
        );
        if column.is_polymorphic() {
            sql.push_str(&format!(" AND {from}.{} = '{}'", quoted(&type_column(column)), target.name));
        }
        let scope = &mut self.stack[scope];
        scope.from.push_str(&sql);
        scope.joins.push(Join {
            alias: alias.clone(),
            from: from.to_owned(),
            column: column.name.clone(),
            table: target.name.clone(),
        });
        Ok(alias)
    }
}

impl<'a> Translator<'a> {
    /// The column at the end of a path.
    pub(crate) fn resolve(&mut self, path: &Path) -> Result<Found<'a>, Error> {
        let (scope, path) = self.scopes.start(path);
        self.resolve_in(scope, path)
    }

    fn resolve_in(&mut self, scope: usize, path: &[String]) -> Result<Found<'a>, Error> {
        let Some((property, navigations)) = path.split_last() else {
            return Err(Error::refused("A path needs a property at its end."));
        };
        let (alias, table) = self.follow(scope, navigations, property)?;
        let column = table
            .property(property)
            .ok_or_else(|| Error::NoProperty { name: property.clone(), table: table.name.clone() })?;
        let sql = format!("{alias}.{}", quoted(&column.name));
        Ok(Found { alias, table, column, sql })
    }

    /// The named conditions call a lookup by its column: `PropertyName='ownerid'`. Within a lambda they mean a
    /// column of the collection even without its variable.
    pub(super) fn resolve_named(&mut self, path: &Path) -> Result<Found<'a>, Error> {
        let (mut scope, path) = self.scopes.start(path);
        if scope == 0 && self.scopes.stack.len() > 1 {
            scope = self.scopes.stack.len() - 1;
        }
        match self.resolve_in(scope, path) {
            Err(error) => {
                let [name] = path else { return Err(error) };
                let Scope { alias, table, .. } = &self.scopes.stack[scope];
                let column = table.column(name).filter(|column| column.is_lookup()).ok_or(error)?;
                let sql = format!("{alias}.{}", quoted(&column.name));
                Ok(Found { alias: alias.clone(), table, column, sql })
            }
            found => found,
        }
    }

    pub(super) fn resolve_navigation(&mut self, path: &Path) -> Option<Found<'a>> {
        let (scope, path) = self.scopes.start(path);
        let (nav, before) = path.split_last()?;
        let (alias, table) = self.follow(scope, before, nav).ok()?;
        let column = table.navigation(nav).first()?.column;
        let sql = format!("{alias}.{}", quoted(&column.name));
        Some(Found { alias, table, column, sql })
    }

    /// Begins a lambda over a collection: its rows are a scope of their own. The answer is the condition that
    /// ties them to the row around them.
    pub(super) fn enter(&mut self, collection: &Path, variable: &str) -> Result<String, Error> {
        let (scope, path) = self.scopes.start(collection);
        let Scope { alias: outer, table, .. } = &self.scopes.stack[scope];
        let (outer, table) = (outer.clone(), *table);
        let [nav] = path else {
            return Err(Error::refused(format!(
                "The collection '{}' cannot be reached over a lookup in a filter.",
                path.join("/")
            )));
        };
        let Some(members) = self.schema.collection(table, nav) else {
            return Err(match table.navigation(nav).is_empty() {
                true => Error::NoProperty { name: nav.clone(), table: table.name.clone() },
                false => Error::refused(format!(
                    "Any/All may only be used following a collection, which '{nav}' is not."
                )),
            });
        };
        let inner = members.table();
        let alias = self.scopes.add(inner)?;
        let rows = format!("{} AS {alias}", quoted(&inner.name));
        let key = format!("{outer}.{}", quoted(&table.key));
        let (from, linked) = match members {
            Members::Children(relationship) => {
                let column = relationship.column;
                let mut linked = format!("{alias}.{} = {key}", quoted(&column.name));
                if column.is_polymorphic() {
                    linked.push_str(&format!(
                        " AND {alias}.{} = '{}'",
                        quoted(&type_column(column)),
                        table.name
                    ));
                }
                (rows, linked)
            }
            Members::Linked(link) => {
                let links = format!("{alias}_links");
                let from = format!(
                    "{} AS {links} JOIN {rows} ON {alias}.{} = {links}.{}",
                    quoted(&link.intersect.name),
                    quoted(&inner.key),
                    quoted(link.there.column)
                );
                (from, format!("{links}.{} = {key}", quoted(link.here.column)))
            }
        };
        let variable = variable.to_owned();
        self.scopes.stack.push(Scope { variable, alias, table: inner, from, joins: Vec::new() });
        Ok(linked)
    }

    /// Follows navigation properties and joins what they lead to. `last` is what will be asked for at the end,
    /// which tells users from teams behind `ownerid`.
    fn follow(
        &mut self,
        scope: usize,
        navigations: &[String],
        last: &str,
    ) -> Result<(String, &'a Table), Error> {
        let schema = self.schema;
        let Scope { alias, table, .. } = &self.scopes.stack[scope];
        let (mut alias, mut table) = (alias.clone(), *table);
        for (index, nav) in navigations.iter().enumerate() {
            let wanted = navigations.get(index + 1).map_or(last, String::as_str);
            let candidates = table.navigation(nav);
            let has =
                |table: &Table| table.property(wanted).is_some() || !table.navigation(wanted).is_empty();
            let Some(relationship) = candidates
                .iter()
                .find(|candidate| schema.table(&candidate.target.table).is_some_and(has))
                .or(candidates.first())
            else {
                if schema.collection(table, nav).is_some() {
                    return Err(Error::refused(format!(
                        "The collection '{nav}' can only be used in a filter with any or all."
                    )));
                }
                return Err(Error::NoProperty { name: nav.clone(), table: table.name.clone() });
            };
            let Some(target) = schema.table(&relationship.target.table) else {
                return Err(Error::NotImplemented {
                    what: format!("the table '{}'", relationship.target.table),
                });
            };
            alias = self.scopes.join(scope, &alias, relationship.column, target)?;
            table = target;
        }
        Ok((alias, table))
    }
}
