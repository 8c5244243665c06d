//! How much it takes to confirm a send: more for more records, for what cannot be undone, and for production.

use std::collections::BTreeSet;

use super::App;
use super::overlay::prompt::Confirm;
use super::pending::{Item, OperationKind, Pending};

/// From here on a send is a bulk change, which takes more than a key anywhere.
pub const BULK: usize = 10;
/// The longest name that somebody is asked to type.
const LONGEST_NAME: usize = 40;

/// How many existing records some items touch. New ones count only where nothing else is touched.
pub fn touched(pending: &Pending, items: &[Item]) -> usize {
    let old = items.iter().filter(|item| !is_new(pending, item));
    let mut rows: BTreeSet<_> = old.filter_map(|item| pending.row_of(item)).collect();
    let merges = items.iter().filter_map(|item| pending.operation_of(item));
    let merges = merges.filter(|operation| operation.kind == OperationKind::Merge);
    rows.extend(merges.filter_map(|merge| merge.into.clone()));
    match rows.len() {
        0 => items.len(),
        count => count,
    }
}

/// What confirms a send of these items here.
pub fn confirm(app: &App, items: &[Item]) -> Confirm {
    let identity = app.session.identity();
    let production = identity.is_none_or(|identity| identity.production);
    let alias = identity.map_or("", |identity| identity.alias.as_str());
    let count = touched(&app.pending, items);
    let of = |wanted: OperationKind| {
        items.iter().filter(|item| kind(&app.pending, item) == Some(wanted)).collect::<Vec<_>>()
    };
    let in_production = |text: String| match production {
        true => Confirm::Text(format!("{text} {alias}")),
        false => Confirm::Text(text),
    };
    match (of(OperationKind::Delete).as_slice(), of(OperationKind::Merge).len()) {
        ([], 0) => {}
        ([], _) => return in_production(format!("merge {count}")),
        ([_], 0) if !production => return Confirm::Text("delete".to_owned()),
        ([one], 0) => {
            let name = app.pending.operation_of(one).and_then(|known| known.about.as_ref());
            let name = name.map(|target| target.name.trim()).filter(|name| is_typed(name));
            return name
                .map_or_else(|| in_production("delete".to_owned()), |name| Confirm::Text(name.to_owned()));
        }
        _ => return in_production(format!("delete {count}")),
    }
    match (count, production) {
        (0 | 1, _) | (2..BULK, false) => Confirm::Key(if production { 'Y' } else { 'y' }),
        (2..BULK, true) | (_, false) => Confirm::Text(count.to_string()),
        (_, true) => in_production(count.to_string()),
    }
}

/// What the items do that cannot be taken back, as sentences; empty where there is nothing of the kind.
pub fn for_good(pending: &Pending, items: &[Item]) -> String {
    let said = |does: &str, wanted: OperationKind| match items
        .iter()
        .filter(|item| kind(pending, item) == Some(wanted))
        .count()
    {
        0 => String::new(),
        1 => format!(" {does} 1 record for good."),
        count => format!(" {does} {count} records for good."),
    };
    said("Merges", OperationKind::Merge) + &said("Deletes", OperationKind::Delete)
}

/// Somebody can type it as it is seen.
fn is_typed(name: &str) -> bool {
    let plain = |c: char| c == ' ' || c.is_ascii_graphic() || (c.is_alphanumeric() && !c.is_control());
    !name.is_empty() && name.chars().count() <= LONGEST_NAME && name.chars().all(plain)
}

/// It makes a row, and changes none that exists.
pub(in crate::app) fn is_new(pending: &Pending, item: &Item) -> bool {
    kind(pending, item) == Some(OperationKind::Create)
}

fn kind(pending: &Pending, item: &Item) -> Option<OperationKind> {
    pending.operation_of(item).map(|operation| operation.kind)
}
