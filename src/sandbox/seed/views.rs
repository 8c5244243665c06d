//! The views and forms that tables are shown with.

use std::fmt::Write as _;

use rusqlite::Transaction;
use rusqlite::types::Value;

use super::insert::{Cells, Insert, number, text};
use super::{Maker, named_id, shown};
use crate::sandbox::schema::{Column, Kind, Schema, Table};
use shown::{MORE, PERSONAL, SHOWN, Shown};

const PUBLIC: i32 = 0;
const ADVANCED_FIND: i32 = 1;
const ASSOCIATED: i32 = 2;
const QUICK_FIND: i32 = 4;
const LOOKUP: i32 = 64;

const MAIN: i32 = 2;
const QUICK_VIEW: i32 = 6;
const QUICK_CREATE: i32 = 7;

pub(super) fn fill(transaction: &Transaction<'_>, maker: &mut Maker<'_>) -> rusqlite::Result<()> {
    let schema = Schema::standard();
    let mut views = Insert::into(transaction, "savedquery");
    let mut forms = Insert::into(transaction, "systemform");
    for shown in SHOWN {
        let Some(table) = schema.table(shown.table) else { continue };
        for view in system_views(table, shown) {
            views.add(saved(table, shown, &view, maker))?;
        }
        for (kind, name) in [(MAIN, "Information"), (QUICK_VIEW, "Summary"), (QUICK_CREATE, "Quick Create")] {
            forms.add(form(table, shown, kind, name, maker))?;
        }
    }
    personal(transaction, &schema, maker)
}

/// A view before it is written down.
struct View {
    name: String,
    kind: i32,
    default: bool,
    filter: String,
}

fn system_views(table: &Table, shown: &Shown) -> Vec<View> {
    let plural = table.declared.plural;
    let more = MORE.iter().filter(|more| more.table == shown.table);
    let mut views: Vec<View> = more
        .map(|more| View {
            name: more.name.to_owned(),
            kind: PUBLIC,
            default: more.default,
            filter: format!("<filter type=\"and\">{}</filter>", more.conditions),
        })
        .collect();
    let of_state = |value: i32| {
        format!(
            "<filter type=\"and\"><condition attribute=\"statecode\" operator=\"eq\" value=\"{value}\"/></filter>"
        )
    };
    for state in table.states() {
        let name = format!("{} {plural}", state.label);
        views.push(View { name, kind: PUBLIC, default: false, filter: of_state(state.value) });
    }
    let open = table.states().first().map(|state| of_state(state.value)).unwrap_or_default();
    let find = if table.states().is_empty() { plural.to_owned() } else { format!("Active {plural}") };
    let plain = |name: String, kind: i32, filter: String| View { name, kind, default: false, filter };
    views.push(plain(format!("All {plural}"), PUBLIC, String::new()));
    if !views.iter().any(|view| view.default)
        && let Some(first) = views.first_mut()
    {
        first.default = true;
    }
    let display = table.declared.display;
    views.extend([
        plain(format!("{display} Advanced Find View"), ADVANCED_FIND, open.clone()),
        plain(format!("{display} Associated View"), ASSOCIATED, open.clone()),
        plain(format!("Quick Find {find}"), QUICK_FIND, format!("{open}{}", searched(shown))),
        plain(format!("{display} Lookup View"), LOOKUP, open),
    ]);
    views
}

/// What a quick find puts its words into.
fn searched(shown: &Shown) -> String {
    let mut filter = "<filter type=\"or\" isquickfindfields=\"1\">".to_owned();
    for name in shown.searched {
        let _ = write!(filter, "<condition attribute=\"{name}\" operator=\"like\" value=\"{{0}}\"/>");
    }
    filter + "</filter>"
}

/// The columns of a view in the order of its grid; a lookup shows fewer.
fn columns(shown: &Shown, kind: i32) -> &[(&'static str, u32)] {
    let count = if kind == LOOKUP { 3 } else { shown.columns.len() };
    &shown.columns[..count.min(shown.columns.len())]
}

fn fetch(table: &Table, shown: &Shown, kind: i32, filter: &str) -> String {
    let mut xml = format!(
        "<fetch version=\"1.0\" mapping=\"logical\"><entity name=\"{}\"><attribute name=\"{}\"/>",
        table.name, table.key
    );
    for (name, _) in columns(shown, kind) {
        let _ = write!(xml, "<attribute name=\"{name}\"/>");
    }
    let (order, descending) = shown.order;
    let descending = if descending { " descending=\"true\"" } else { "" };
    let _ = write!(xml, "<order attribute=\"{order}\"{descending}/>{filter}</entity></fetch>");
    xml
}

fn layout(table: &Table, shown: &Shown, kind: i32) -> String {
    let mut xml = format!(
        "<grid name=\"resultset\" object=\"{}\" jump=\"{}\" select=\"1\" icon=\"1\" preview=\"1\">\
         <row name=\"result\" id=\"{}\">",
        table.declared.code, table.declared.primary_name, table.key
    );
    for (name, width) in columns(shown, kind) {
        let _ = write!(xml, "<cell name=\"{name}\" width=\"{width}\"/>");
    }
    xml + "</row></grid>"
}

fn saved(table: &Table, shown: &Shown, view: &View, maker: &mut Maker<'_>) -> Cells {
    let id = named_id(&format!("view {} {}", table.name, view.name));
    let mut cells: Cells = vec![
        ("savedqueryid", super::blob(id)),
        ("savedqueryidunique", super::blob(named_id(&format!("unique {id}")))),
        ("name", text(view.name.as_str())),
        ("returnedtypecode", text(table.name.as_str())),
        ("querytype", number(view.kind)),
        ("fetchxml", text(fetch(table, shown, view.kind, &view.filter))),
        ("layoutxml", text(layout(table, shown, view.kind))),
        ("isdefault", number(view.default || view.kind != PUBLIC)),
        ("isquickfindquery", number(view.kind == QUICK_FIND)),
        ("isprivate", number(0)),
        ("isuserdefined", number(0)),
        ("ismanaged", number(!table.is_custom())),
        ("iscustom", number(table.is_custom())),
        ("componentstate", number(0)),
        ("introducedversion", text("5.0.0.0")),
        ("statecode", number(0)),
        ("statuscode", number(1)),
    ];
    maker.in_organization(&mut cells);
    maker.shipped(&mut cells);
    cells
}

/// Views of the second person who can sign in.
fn personal(transaction: &Transaction<'_>, schema: &Schema, maker: &mut Maker<'_>) -> rusqlite::Result<()> {
    let Some(owner) = maker.office.users.get(1).cloned() else { return Ok(()) };
    let mut views = Insert::into(transaction, "userquery");
    for view in PERSONAL {
        let shown = SHOWN.iter().find(|shown| shown.table == view.table);
        let (Some(table), Some(shown)) = (schema.table(view.table), shown) else { continue };
        let filter = format!("<filter type=\"and\">{}</filter>", view.conditions);
        let mut cells: Cells = vec![
            ("userqueryid", super::blob(named_id(&format!("personal view {}", view.name)))),
            ("name", text(view.name)),
            ("returnedtypecode", text(view.table)),
            ("querytype", number(PUBLIC)),
            ("fetchxml", text(fetch(table, shown, PUBLIC, &filter))),
            ("layoutxml", text(layout(table, shown, PUBLIC))),
            ("statecode", number(0)),
            ("statuscode", number(1)),
            ("ownerid", owner.id()),
            ("ownerid__name", owner.name()),
            ("ownerid__type", text("systemuser")),
            ("owninguser", owner.id()),
            ("owninguser__name", owner.name()),
            ("owningbusinessunit", maker.office.unit.id()),
            ("owningbusinessunit__name", maker.office.unit.name()),
        ];
        maker.stamped(&mut cells, &owner);
        views.add(cells)?;
    }
    Ok(())
}

fn form(table: &Table, shown: &Shown, kind: i32, name: &str, maker: &mut Maker<'_>) -> Cells {
    let name = if kind == MAIN { table.declared.display } else { name };
    let id = named_id(&format!("form {} {kind}", table.name));
    let mut cells: Cells = vec![
        ("formid", super::blob(id)),
        ("formidunique", super::blob(named_id(&format!("unique {id}")))),
        ("name", text(name)),
        ("description", text(format!("A form for this table: {}.", table.declared.plural))),
        ("objecttypecode", text(table.name.as_str())),
        ("type", number(kind)),
        ("formactivationstate", number(1)),
        ("formpresentation", number(1)),
        ("isdefault", number(kind == MAIN)),
        ("formxml", text(form_xml(table, shown, kind))),
        ("uniquename", Value::Null),
        ("version", number(1)),
        ("ismanaged", number(!table.is_custom())),
        ("isdesktopenabled", number(1)),
        ("istabletenabled", number(1)),
        ("componentstate", number(0)),
        ("introducedversion", text("5.0.0.0")),
    ];
    maker.in_organization(&mut cells);
    maker.shipped(&mut cells);
    cells
}

/// What a form lays out: what the views show first, then everything else that people fill in.
fn form_xml(table: &Table, shown: &Shown, kind: i32) -> String {
    let first = shown.columns.iter().filter_map(|(name, _)| table.column(name));
    let first: Vec<&Column> = first.filter(|column| class(column).is_some()).collect();
    let mut sections = vec![("general", "General", first)];
    if kind == MAIN {
        let rest = table.stored().filter(|column| {
            column.update
                && class(column).is_some()
                && !shown.columns.iter().any(|(name, _)| *name == column.name)
        });
        sections.push(("details", "Details", rest.collect()));
    }
    let mut xml = String::from("<form><tabs>");
    for (name, label, columns) in sections {
        let of = format!("{} {kind} {name}", table.name);
        let _ = write!(
            xml,
            "<tab name=\"{name}\" id=\"{{{}}}\" IsUserDefined=\"0\" verticallayout=\"true\">\
             <labels><label description=\"{label}\" languagecode=\"1033\"/></labels>\
             <columns><column width=\"100%\"><sections>\
             <section name=\"{name}_section\" id=\"{{{}}}\" columns=\"1\" showlabel=\"false\" showbar=\"false\">\
             <labels><label description=\"{label}\" languagecode=\"1033\"/></labels><rows>",
            named_id(&format!("tab {of}")),
            named_id(&format!("section {of}")),
        );
        for column in columns {
            let _ = write!(
                xml,
                "<row><cell id=\"{{{}}}\" colspan=\"1\" rowspan=\"1\">\
                 <labels><label description=\"{}\" languagecode=\"1033\"/></labels>\
                 <control id=\"{name}\" classid=\"{}\" datafieldname=\"{name}\" disabled=\"{}\"/></cell></row>",
                named_id(&format!("cell {of} {}", column.name)),
                escaped(&column.label),
                class(column).unwrap_or_default(),
                !column.update,
                name = column.name,
            );
        }
        xml.push_str("</rows></section></sections></column></columns></tab>");
    }
    xml + "</tabs></form>"
}

/// The control that a column is edited with.
fn class(column: &Column) -> Option<&'static str> {
    Some(match column.kind {
        Kind::Text { .. } => "{4273EDBD-AC1D-40d3-9FB2-095C621B552D}",
        Kind::Memo { .. } => "{E0DECE4B-6FC8-4a8f-A065-082708572369}",
        Kind::Whole { .. } => "{C6D124CA-7EDA-4a60-AEA9-7FB8D318B68F}",
        Kind::Decimal { .. } => "{C3EFE0C3-0EC6-42be-8349-CBD9079DFD8E}",
        Kind::Double { .. } => "{0D2C745A-E5A8-4c8f-BA63-C6D3BB604660}",
        Kind::Money { .. } => "{533B9E00-756B-4312-95A0-DC888637AC78}",
        Kind::YesNo { .. } => "{67FAC785-CD58-4f9f-ABB3-4B7DDC6ED5ED}",
        Kind::Choice { .. } => "{3EF39988-22BB-4f0b-BBBE-64B5A3748AEE}",
        Kind::Status { .. } => "{5D68B988-0661-4db2-BC3E-17598AD3BE6C}",
        Kind::MultiChoice { .. } => "{4AA28AB7-9C13-4F57-A73D-AD894D048B5F}",
        Kind::DateTime { .. } => "{5B773807-9FB2-42db-97C3-7A91EFF8ADFF}",
        Kind::Lookup { .. } => "{270BD3DB-D9AF-4782-9025-509E298DEC0A}",
        _ => return None,
    })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
