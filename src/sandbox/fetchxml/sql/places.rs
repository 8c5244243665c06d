use crate::sandbox::conditions::{Face, Subject};
use crate::sandbox::fetchxml::Error;
use crate::sandbox::fetchxml::ast::{Link, Reference};
use crate::sandbox::odata::sql::Context;
use crate::sandbox::schema::{Column, Kind, Schema, Table};

/// The tables that a query has, each under its name in the query and in SQL. The first one is the main one.
#[derive(Debug)]
pub(super) struct Places<'a> {
    pub(super) schema: &'a Schema,
    pub(super) context: Context,
    places: Vec<Place<'a>>,
    /// Whatever was ever read.
    pub(super) tables: Vec<&'a Table>,
    aliases: usize,
}

#[derive(Debug, Clone)]
pub(super) struct Place<'a> {
    /// Alias of the link, as it stands in names of properties; empty for the main table.
    pub(super) name: String,
    pub(super) table: &'a Table,
    /// Alias in SQL.
    pub(super) alias: String,
    /// The link joins at most one row to each row before it.
    pub(super) single: bool,
}

impl<'a> Places<'a> {
    pub(super) fn new(schema: &'a Schema, context: Context, table: &'a Table) -> Places<'a> {
        let main = Place { name: String::new(), table, alias: "t".to_owned(), single: true };
        Places { schema, context, places: vec![main], tables: vec![table], aliases: 0 }
    }

    pub(super) fn main(&self) -> &'a Table {
        self.places[0].table
    }

    pub(super) fn at(&self, index: usize) -> &Place<'a> {
        &self.places[index]
    }

    /// Adds the table of a link and says where.
    pub(super) fn add(&mut self, link: &Link) -> Result<usize, Error> {
        let table = self.table(&link.source.table)?;
        if self.places.iter().any(|place| place.name == link.alias) {
            let message = format!("The alias '{}' is used by more than one link-entity.", link.alias);
            return Err(Error::new(0x8004_1109, message));
        }
        let single = link.from == table.key || link.kind == crate::sandbox::fetchxml::ast::LinkKind::First;
        let alias = self.alias();
        self.places.push(Place { name: link.alias.clone(), table, alias, single });
        Ok(self.places.len() - 1)
    }

    /// A new alias for SQL.
    pub(super) fn alias(&mut self) -> String {
        self.aliases += 1;
        format!("l{}", self.aliases)
    }

    /// Gives a place another alias while something is translated.
    pub(super) fn rename(&mut self, index: usize, alias: String) -> String {
        std::mem::replace(&mut self.places[index].alias, alias)
    }

    /// Forgets the places behind `count`: what a condition looked into is not seen outside of it.
    pub(super) fn truncate(&mut self, count: usize) {
        self.places.truncate(count);
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn all(&self) -> &[Place<'a>] {
        &self.places
    }

    pub(super) fn table(&mut self, name: &str) -> Result<&'a Table, Error> {
        let table = self.schema.table(name).ok_or_else(|| Error::no_table(name))?;
        self.note(table);
        Ok(table)
    }

    pub(super) fn note(&mut self, table: &'a Table) {
        if !self.tables.iter().any(|known| known.name == table.name) {
            self.tables.push(table);
        }
    }

    /// The place that a name means, as the alias of a link or else as its table.
    pub(super) fn find(&self, name: &str) -> Result<usize, Error> {
        let alias = self.places.iter().position(|place| place.name == name);
        let found = alias.or_else(|| self.places.iter().position(|place| place.table.name == name));
        found.ok_or_else(|| Error::no_alias(name))
    }

    /// The column that a condition or an order is about.
    pub(super) fn subject(&self, here: usize, reference: &Reference) -> Result<Subject<'a>, Error> {
        let index = match &reference.entity {
            Some(name) => self.find(name)?,
            None => here,
        };
        let place = self.at(index);
        let (column, face) = column(place.table, &reference.name)?;
        Ok(Subject { table: place.table, alias: place.alias.clone(), column, face })
    }
}

/// A column of a table, or what of a column its twin shows: `customeridname`, `statuscodename`, `customeridtype`.
pub(super) fn column<'a>(table: &'a Table, name: &str) -> Result<(&'a Column, Face), Error> {
    let none = || Error::no_column(&table.name, name);
    let column = table.column(name).ok_or_else(none)?;
    if column.is_stored() {
        return Ok((column, Face::Value));
    }
    let of = column.attribute_of.as_ref().and_then(|of| table.column(of)).ok_or_else(none)?;
    match column.kind {
        Kind::EntityName => Ok((of, Face::Table)),
        _ => Ok((of, Face::Shown)),
    }
}
