//! Rows that are made: required columns first, or as another row is.

use std::borrow::Cow;

use super::adding::Belonging;
use super::shown;
use crate::app::App;
use crate::app::Screen;
use crate::app::as_read;
use crate::app::effect::Effect;
use crate::app::field::{self, Purpose, choice, yes_no};
use crate::app::finding::Hit;
use crate::app::line::Line;
use crate::app::lines::Lines;
use crate::app::overlay::draft::{Draft, Field, Given, Is, Recipe, Value};
use crate::app::pending::{OperationKind, PendingOperation, Staged, Target};
use crate::dataverse::metadata::Required;
use crate::dataverse::{
    Change, Column, ColumnKind, ColumnName, NewRow, Operation, Row, RowId, Table, TableName, TableSchema,
};

/// So many fields a form has at most, required ones aside.
const FIELDS: usize = 8;

/// A field for a column.
pub(super) fn field(table: &TableName, column: &Column, required: bool) -> Field {
    let value = match &column.kind {
        ColumnKind::Choice { options } => Value::Pick { options: choice::picks(options), at: None },
        ColumnKind::YesNo { yes, no } => Value::Pick { options: yes_no::picks(yes, no), at: None },
        ColumnKind::Lookup { .. } => Value::Row { column: Box::new(column.clone()), hit: None },
        ColumnKind::Memo { .. } => Value::Lines(Lines::new("")),
        _ => Value::Line(Line::default()),
    };
    let (column, label) = (column.name.clone(), column.display_name.clone());
    Field { table: table.clone(), column, label, required, value }
}

/// A field for a column of this name.
pub(super) fn field_named(schema: &TableSchema, name: &str) -> Option<Field> {
    schema.column(name).map(|column| field(&schema.table.name, column, false))
}

impl App {
    /// A form for a new row of the table that is seen: what is required first, then the usual columns. With a row to
    /// copy, its values are there already.
    pub(super) fn draft_new(&mut self, like: Option<Target>) -> Result<Vec<Effect>, String> {
        if let Some(reason) = self.read_only() {
            return Err(reason);
        }
        let table = match self.screen() {
            Screen::Grid(grid) => grid.table.clone(),
            Screen::Record(record) => record.table.clone(),
            _ => return Err("Open a table first.".to_owned()),
        };
        if like.is_some() && !matches!(self.screen(), Screen::Record(_)) {
            return Err(
                "Only some of its columns are here.  1 opens the row, A there copies all of it".to_owned()
            );
        }
        let schema = self.schemas.get(&table.name).cloned();
        let schema = schema.ok_or("The table's columns have not been read yet.")?;
        self.draft_row(&schema, like, None)
    }

    /// The same for a row of any table; of `under`, whose lookup to that row is not asked for.
    pub(super) fn draft_row(
        &mut self,
        schema: &TableSchema,
        like: Option<Target>,
        under: Option<Belonging>,
    ) -> Result<Vec<Effect>, String> {
        let table = schema.table.clone();
        let link = under.as_ref().and_then(|under| schema.column(under.column.as_str()));
        let is_link = |column: &Column| link.is_some_and(|link| link.name == column.name);
        let can = |column: &Column| {
            field::writable(column, Purpose::Create).is_ok() && is_asked(column) && !is_link(column)
        };
        let required =
            |column: &Column| column.required != Required::None && column.required != Required::Recommended;
        // The server fills these by itself.
        let own = |column: &Column| matches!(column.name.as_str(), "ownerid" | "statuscode");
        let mut columns: Vec<(&Column, bool)> = Vec::new();
        let all = schema.columns.iter().filter(|column| can(column) && !own(column));
        columns.extend(all.filter(|column| required(column)).map(|column| (column, true)));
        for column in schema.default_columns().into_iter().filter(|column| can(column) && !own(column)) {
            if columns.len() < FIELDS && !columns.iter().any(|(known, _)| known.name == column.name) {
                columns.push((column, false));
            }
        }
        let mut fields: Vec<Field> =
            columns.iter().map(|(column, required)| field(&table.name, column, *required)).collect();
        let mut given = Vec::new();
        if let Some(like) = &like {
            for entry in &mut fields {
                if let Some(column) = schema.column(entry.column.as_str()) {
                    self.fill(entry, column, like);
                }
            }
            let rest = schema.columns.iter().filter(|column| can(column) && !own(column));
            let rest = rest.filter(|column| !fields.iter().any(|field| field.column == column.name));
            given = rest.filter_map(|column| self.copied(column, like)).collect();
        }
        let title = match (&like, &under, link) {
            (Some(like), ..) => format!("Copy of {}", like.name),
            (None, Some(Belonging { row, .. }), Some(link)) => {
                let of = format!("{} {}", row.table.display_name, row.name);
                format!("New {} - {}: {of}", table.display_name, link.display_name)
            }
            (None, ..) => format!("New {}", table.display_name),
        };
        let mut about = Vec::new();
        if let (Some(under), Some(link)) = (under, link) {
            given.push(under.given(link));
            about.push(under.row);
        }
        let word = table.display_name.to_lowercase();
        let recipe = Recipe::Create { table, link: None, given, word };
        Ok(self.open_draft(Draft::new(recipe, about, title, fields)))
    }

    /// Puts the value of a row into a field.
    fn fill(&self, entry: &mut Field, column: &Column, like: &Target) {
        let cell = like.row.cell(&column.property());
        let text = cell.and_then(|cell| cell.raw_text().map(Cow::into_owned)).unwrap_or_default();
        match &mut entry.value {
            Value::Row { hit, .. } => *hit = self.hit_of(like, column.name.as_str()).map(Box::new),
            Value::Pick { options, at } => {
                *at = options.iter().position(|pick| pick.staged.change.is_value(&text));
            }
            Value::Line(line) => *line = Line::new(field::begin(column, text, &self.zone)),
            Value::Lines(lines) => *lines = Lines::new(&text),
            Value::File { .. } => {} // no column of a row is a path here
        }
    }

    /// The value of a column of a row, to be set unseen; nothing for null.
    fn copied(&self, column: &Column, like: &Target) -> Option<Given> {
        let cell = like.row.cell(&column.property())?;
        let text = cell.text()?.into_owned();
        let is = match &column.kind {
            ColumnKind::Lookup { .. } => Is::Row(Box::new(self.hit_of(like, column.name.as_str())?)),
            _ => Is::Value(Staged { change: as_read::value(&cell)?, text }),
        };
        Some(Given { column: column.name.clone(), label: column.display_name.clone(), is })
    }

    /// One new row for each row that they are about, or one alone.
    pub(super) fn new_rows(
        &mut self,
        draft: &Draft,
        (table, link, given, word): (&Table, Option<&ColumnName>, &[Given], &str),
        values: &[(Field, Staged)],
    ) -> Result<Vec<PendingOperation>, String> {
        let about: Vec<Option<&Target>> = match draft.about.as_slice() {
            [] => vec![None],
            rows => rows.iter().map(Some).collect(),
        };
        let mut operations = Vec::new();
        for target in about {
            let mut columns: Vec<(ColumnName, Change)> =
                values.iter().map(|(field, staged)| (field.column.clone(), staged.change.clone())).collect();
            for Given { column, is, .. } in given {
                let change = match is {
                    Is::Value(staged) => staged.change.clone(),
                    Is::Row(hit) => self.link(&table.name, column, hit)?,
                };
                columns.push((column.clone(), change));
            }
            if let (Some(link), Some(target)) = (link, target) {
                columns.push((link.clone(), self.link_to(&table.name, link.as_str(), target)?));
            }
            let new = self.new_row(table, columns, link.is_none());
            let title = match (target, values.first()) {
                (Some(target), _) => format!("{word} on {}", target.name),
                (None, Some((_, staged))) => format!("{word} {}", staged.text),
                (None, None) => word.to_owned(),
            };
            let mut operation =
                self.operation(OperationKind::Create, target.cloned(), title, Operation::Create(new));
            operation.values = shown(values);
            operation.values.extend(given.iter().map(|given| (given.label.clone(), given.text().to_owned())));
            operations.push(operation);
        }
        Ok(operations)
    }

    /// A row of a table under an id of its own.
    pub(super) fn new_row(
        &mut self,
        table: &Table,
        values: Vec<(ColumnName, Change)>,
        detect_duplicates: bool,
    ) -> NewRow {
        NewRow {
            set: table.set.clone(),
            primary_id: table.primary_id.clone(),
            id: RowId(self.new_id()),
            values,
            detect_duplicates,
        }
    }

    /// How a lookup is written that is to point to a row that was found.
    pub(super) fn link(&self, table: &TableName, column: &ColumnName, to: &Hit) -> Result<Change, String> {
        let (table_of, name) = (to.table.clone(), to.name.clone());
        let to = Target { table: table_of, id: to.id, name, row: Row::empty() };
        self.link_to(table, column.as_str(), &to)
    }
}

impl Given {
    fn text(&self) -> &str {
        match &self.is {
            Is::Value(staged) => &staged.text,
            Is::Row(hit) => &hit.name,
        }
    }
}

/// Columns that a form asks for.
fn is_asked(column: &Column) -> bool {
    !column.kind.is_file()
        && column.kind != ColumnKind::BigInt
        && !matches!(
            column.name.as_str(),
            "importsequencenumber"
                | "overriddencreatedon"
                | "timezoneruleversionnumber"
                | "utcconversiontimezonecode"
                | "processid"
                | "stageid"
                | "traversedpath"
                | "ticketnumber"
        )
}
