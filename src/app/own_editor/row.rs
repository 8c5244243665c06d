//! A row as JSON for an editor, and what of it was changed there, read as the editors of its columns read it.

use std::collections::BTreeSet;

use bytes::Bytes;
use jiff::Timestamp;

use crate::app::field::{self, written};
use crate::app::json::fault::Fault;
use crate::app::json::{Document, Kind, text_of};
use crate::app::overlay::choice_menu;
use crate::app::pending::{Staged, Target};
use crate::app::zone::Zone;
use crate::dataverse::{Change, Column, ColumnKind, LookupPath, RowId, Table, TableSchema};

/// What is known beside the row.
pub(super) struct Ways<'a> {
    /// How the table's lookups are written.
    pub(super) paths: &'a [LookupPath],
    pub(super) tables: &'a [Table],
    pub(super) now: Timestamp,
    pub(super) zone: &'a Zone,
}

/// Why nothing is staged.
pub(super) enum Trouble {
    /// It is no JSON.
    Fault(Fault),
    /// Anything else, as a sentence.
    Said(String),
}

impl Trouble {
    /// As a sentence to stand in a line above the text.
    pub(super) fn told(self) -> String {
        match self {
            Self::Fault(mut fault) => {
                fault.line += 1;
                format!("This is no JSON: {fault}.")
            }
            Self::Said(what) => what,
        }
    }
}

impl From<String> for Trouble {
    fn from(what: String) -> Self {
        Self::Said(what)
    }
}

fn is_editable(column: &Column) -> bool {
    field::way(column).is_ok()
}

/// The columns of a row that can be edited, in the order of the server: the staged value, otherwise the one that was
/// read, as it came.
pub(super) fn json<'a>(
    target: &Target,
    schema: &TableSchema,
    staged: impl Fn(&Column) -> Option<&'a Staged>,
) -> String {
    let mut lines = Vec::new();
    for (property, value) in target.row.entries() {
        let Some(column) = schema.column_of_property(&property).filter(|column| is_editable(column)) else {
            continue;
        };
        let value = staged(column).map_or_else(|| value.get().to_owned(), |staged| staged.change.json());
        lines.push(format!("  {}: {value}", Change::Text(property.into_owned()).json()));
    }
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}

/// The members of an object, in order.
fn members(text: &str) -> Result<Vec<(String, Kind, String)>, Trouble> {
    let document = Document::parse(Bytes::from(text.to_owned())).map_err(Trouble::Fault)?;
    if document.roots() != 1 || document.kind(0) != Kind::Object {
        return Err(Trouble::Said("This is not one object in braces: the row is.".into()));
    }
    let own = (1..document.len()).filter(|node| document.depth(*node) == 1);
    let member =
        |node| Some((document.key(node)?.into_owned(), document.kind(node), document.json(node).to_owned()));
    Ok(own.filter_map(member).collect())
}

/// What differs between two texts of a row, each column once, ready to be staged. What is left out stays as it is.
///
/// # Errors
///
/// The first thing that is wrong, which names its column.
pub(super) fn changes(
    target: &Target,
    schema: &TableSchema,
    before: &str,
    after: &str,
    ways: &Ways<'_>,
) -> Result<Vec<(Column, Staged)>, Trouble> {
    let before = members(before)?;
    let mut seen = BTreeSet::new();
    let mut changes = Vec::new();
    for (name, kind, json) in members(after)? {
        if !seen.insert(name.clone()) {
            return Err(Trouble::Said(format!("{name}: it stands there twice.")));
        }
        if before.iter().any(|(other, _, old)| *other == name && is_same(old, &json)) {
            continue;
        }
        let was = target.row.entries().into_iter().find(|(property, _)| *property == name);
        let Some(column) = schema.column_of_property(&name) else {
            match was {
                Some((_, value)) if is_same(value.get(), &json) => continue,
                Some(_) => {
                    return Err(Trouble::Said(format!(
                        "{name}: it is told by the server and cannot be set."
                    )));
                }
                None => return Err(Trouble::Said(format!("{name}: the table has no such column."))),
            }
        };
        if let Err(why) = field::way(column) {
            match was {
                Some((_, value)) if is_same(value.get(), &json) => continue,
                _ => return Err(Trouble::Said(format!("{name}: {}", sentence(&why)))),
            }
        }
        let staged = read(target, column, kind, &json, ways);
        changes.push((column.clone(), staged.map_err(|why| format!("{name}: {}", sentence(&why)))?));
    }
    Ok(changes)
}

/// Without the keys that messages of the screen end with.
fn sentence(message: &str) -> &str {
    message.split("  ").next().unwrap_or(message)
}

/// The same value: texts by what they say, everything else as it is written.
fn is_same(one: &str, other: &str) -> bool {
    one == other || one.starts_with('"') && other.starts_with('"') && text_of(one) == text_of(other)
}

fn read(target: &Target, column: &Column, kind: Kind, json: &str, ways: &Ways<'_>) -> Result<Staged, String> {
    let text = text_of(json);
    let is_number = column.kind.is_number();
    let picks = || choice_menu::picks(target, column);
    match (&column.kind, kind) {
        (_, Kind::Object | Kind::Array) => Err("One value is expected, no list and no object.".into()),
        (ColumnKind::Lookup { .. }, _) => link(target, column, kind, &text, ways),
        (_, Kind::Null) => field::null(column),
        (ColumnKind::Choice { .. } | ColumnKind::Status { .. }, Kind::Number)
        | (ColumnKind::YesNo { .. }, Kind::YesNo) => {
            match picks().into_iter().find(|pick| pick.staged.change.json() == json) {
                Some(pick) => Ok(pick.staged),
                None => written::read(column, json, &target.row, ways.now, ways.zone), // which lists what there is
            }
        }
        (_, Kind::Number) if !is_number => Err("A text in quotes is expected.".into()),
        (_, Kind::YesNo) => Err("Neither `true` nor `false` is a value of it.".into()),
        (_, Kind::Text) if is_number => Err("A number without quotes is expected.".into()),
        _ => written::read(column, &text, &target.row, ways.now, ways.zone),
    }
}

/// A lookup takes the id of a row where its table is not in doubt. Whether there is such a row the server says.
fn link(target: &Target, column: &Column, kind: Kind, text: &str, ways: &Ways<'_>) -> Result<Staged, String> {
    let property = column.property();
    let cell = target.row.cell(&property);
    let now = cell.as_ref().and_then(|cell| Some((cell.table.as_deref()?, cell.navigation.as_deref())));
    let ColumnKind::Lookup { targets } = &column.kind else { return Err("It is no lookup.".into()) };
    let table = match (targets.as_slice(), now) {
        ([only], _) => only.as_str(),
        (_, Some((table, _))) if kind == Kind::Null => table,
        _ => return Err("It can point to rows of several tables. Search the row with e on the value.".into()),
    };
    let known = ways.paths.iter().find(|path| path.column == column.name && path.target.as_str() == table);
    let told = now.filter(|(now, _)| *now == table).and_then(|(_, navigation)| navigation);
    let navigation = known
        .map(|path| path.navigation.as_str())
        .or(told)
        .ok_or("How it is written has not been read yet. Set it with e on the value.")?;
    let to = match kind {
        Kind::Null => {
            field::null(column)?;
            None
        }
        _ => {
            let id: RowId = text.trim().parse().map_err(|_| "The id of a row is expected, or null.")?;
            let set =
                ways.tables.iter().find(|other| other.name.as_str() == table).map(|table| table.set.clone());
            Some((set.ok_or_else(|| format!("The table {table} cannot be read here."))?, id))
        }
    };
    let text = if to.is_some() { text.trim().to_owned() } else { "-".to_owned() };
    Ok(Staged { change: Change::Link { navigation: navigation.to_owned(), to }, text })
}
