//! The order that is asked of the server: by one column or by several.

use super::Grid;
use super::columns::header_width;
use crate::dataverse::{Column, ColumnKind, ColumnName, Order};

/// One column of the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    /// The column; it need not be shown.
    pub column: ColumnName,
    /// Largest first.
    pub descending: bool,
}

/// The next order by one column alone: smallest first, largest first, none.
pub fn by_one(order: &[Sort], column: &ColumnName) -> Vec<Sort> {
    let sort = |descending| vec![Sort { column: column.clone(), descending }];
    match order {
        [only] if only.column == *column && only.descending => vec![],
        [only] if only.column == *column => sort(true),
        _ => sort(false),
    }
}

/// The next order with a column behind those it has: smallest first, largest first, without it.
pub fn by_more(order: &[Sort], column: &ColumnName) -> Vec<Sort> {
    let mut order = order.to_vec();
    match order.iter().position(|sort| sort.column == *column) {
        Some(place) if order[place].descending => drop(order.remove(place)),
        Some(place) => order[place].descending = true,
        None => order.push(Sort { column: column.clone(), descending: false }),
    }
    order
}

impl Grid {
    /// The place of a column in the order, counted from 0, and its direction.
    pub fn rank(&self, column: &ColumnName) -> Option<(usize, &Sort)> {
        self.sort.iter().enumerate().find(|(_, sort)| sort.column == *column)
    }

    /// Asks for another order; its columns are widened for the marks of it. What the table cannot be ordered by, as it
    /// is now, is left out.
    pub(super) fn set_sort(&mut self, mut sort: Vec<Sort>) {
        if let Some(schema) = &self.schema {
            sort.retain(|sort| schema.column(sort.column.as_str()).is_some_and(is_sortable));
        }
        self.sort = sort;
        let mark = if self.sort.len() > 1 { 3 } else { 2 };
        for (column, width) in self.columns.iter().zip(&mut self.widths) {
            if self.sort.iter().any(|sort| sort.column == column.name) {
                width.fit(header_width(column) + mark);
            }
        }
    }

    /// The order as the wire names it.
    pub(super) fn orders(&self) -> Vec<Order> {
        let of_table = |name: &ColumnName| self.schema.as_ref().and_then(|s| s.column(name.as_str()));
        let order = |sort: &Sort| {
            let property = of_table(&sort.column)?.property().into_owned();
            Some(Order { property, descending: sort.descending })
        };
        self.sort.iter().filter_map(order).collect()
    }

    /// The order in words for row 2: `sort Priority ^, Created On v`.
    pub fn order_text(&self) -> Option<String> {
        let name = |sort: &Sort| {
            let column = self.schema.as_ref().and_then(|schema| schema.column(sort.column.as_str()));
            let name = column.map_or(sort.column.as_str(), |column| self.heading(column));
            format!("{name} {}", mark(sort))
        };
        let columns: Vec<String> = self.sort.iter().map(name).collect();
        (!columns.is_empty()).then(|| format!("sort {}", columns.join(", ")))
    }
}

/// The sign of a direction.
pub fn mark(sort: &Sort) -> char {
    if sort.descending { 'v' } else { '^' }
}

/// Whether the server can order rows by a column.
pub fn is_sortable(column: &Column) -> bool {
    !matches!(
        column.kind,
        ColumnKind::Choices { .. }
            | ColumnKind::File { .. }
            | ColumnKind::Image { .. }
            | ColumnKind::Other(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a^ bv`
    fn order(text: &str) -> Vec<Sort> {
        let sort = |word: &str| {
            let (column, mark) = word.split_at(word.len() - 1);
            Sort { column: column.into(), descending: mark == "v" }
        };
        text.split_whitespace().map(sort).collect()
    }

    #[test]
    fn one_column_goes_up_down_and_off_and_takes_the_place_of_others() {
        for (before, after) in [("", "a^"), ("a^", "av"), ("av", ""), ("b^", "a^"), ("av b^", "a^")] {
            assert_eq!(by_one(&order(before), &"a".into()), order(after), "{before}");
        }
    }

    #[test]
    fn a_further_column_goes_up_down_and_off_in_its_place() {
        for (before, after) in
            [("", "a^"), ("b^", "b^ a^"), ("a^ b^", "av b^"), ("av b^", "b^"), ("bv a^ cv", "bv av cv")]
        {
            assert_eq!(by_more(&order(before), &"a".into()), order(after), "{before}");
        }
    }
}
