//! Filters and orders as SQL. Values become parameters; only names of the schema become text.

use rusqlite::types::Value;
use uuid::Uuid;

use super::ast::{Expr, Literal, Op, Operand, Path, TextFunction};
use super::literal::{floor_of_finer, stored};
use super::options::Order;
use super::seek::{SortKey, Storage};
use super::{Error, conditions};
use crate::sandbox::conditions::{Face, Hierarchy, Subject, translate};
use crate::sandbox::schema::{Column, Kind, Schema, Table};
use crate::sandbox::store::text::has_wildcards;
use crate::sandbox::store::{name_column, quoted, type_column};

/// What conditions such as `EqualUserId` and `Today` mean by themselves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context {
    pub(crate) user: Uuid,
    /// Seconds of UTC.
    pub(crate) now: i64,
}

/// Collects joins and parameters while filters and orders of one table are translated.
#[derive(Debug)]
pub(crate) struct Translator<'a> {
    schema: &'a Schema,
    table: &'a Table,
    context: Context,
    joins: Vec<Join>,
    /// Tables that conditions look into by themselves.
    looked_into: Vec<&'a Table>,
}

#[derive(Debug, PartialEq)]
struct Join {
    /// Alias of the referring table, the column and target that lead on.
    from: String,
    column: String,
    table: String,
    sql: String,
}

/// A piece of SQL with the values of its places, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Fragment {
    pub(crate) sql: String,
    pub(crate) values: Vec<Value>,
}

/// A property found at the end of a path.
pub(super) struct Found<'a> {
    pub(super) alias: String,
    pub(super) table: &'a Table,
    pub(super) column: &'a Column,
    /// `alias."column"`.
    pub(super) sql: String,
}

impl<'a> Translator<'a> {
    pub(crate) fn new(schema: &'a Schema, table: &'a Table, context: Context) -> Translator<'a> {
        Translator { schema, table, context, joins: Vec::new(), looked_into: Vec::new() }
    }

    /// The tables to read from: the main one as `t`, and those that paths led to.
    pub(crate) fn from(&self) -> String {
        let mut sql = format!("{} AS t", quoted(&self.table.name));
        for join in &self.joins {
            sql.push_str(&join.sql);
        }
        sql
    }

    /// The tables that paths and conditions led to.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &'a Table> {
        let joined = self.joins.iter().filter_map(|join| self.schema.table(&join.table));
        joined.chain(self.looked_into.iter().copied())
    }

    /// A condition. As in the service it is true or false, never unknown: null is not equal to any value.
    pub(crate) fn condition(&mut self, expr: &Expr) -> Result<Fragment, Error> {
        match expr {
            Expr::And(left, right) => Ok(join(self.condition(left)?, "AND", self.condition(right)?)),
            Expr::Or(left, right) => Ok(join(self.condition(left)?, "OR", self.condition(right)?)),
            Expr::Not(inner) => {
                let inner = self.condition(inner)?;
                Ok(Fragment { sql: format!("(NOT COALESCE({}, 0))", inner.sql), values: inner.values })
            }
            Expr::Compare { left, op, right } => self.compare(left, *op, right),
            Expr::Text { function, property, value } => self.text(*function, property, value),
            Expr::Custom { name, arguments } => {
                let operator = conditions::operator(name)?;
                let found = self.resolve_named(&conditions::property(name, arguments)?)?;
                let Found { alias, table, column, .. } = found;
                if operator.is_hierarchical() {
                    self.looked_into.extend(Hierarchy::of(self.schema, table, column).map(|of| of.table));
                }
                let subject = Subject { table, alias, column, face: Face::Value };
                translate(self.schema, operator, &subject, &conditions::values(arguments)?, self.context)
            }
            Expr::Lambda { collection } => Err(Error::NotImplemented {
                what: format!("filtering on the collection '{}'", collection.join("/")),
            }),
            Expr::Property(path) => {
                let found = self.resolve(path)?;
                match found.column.kind {
                    Kind::YesNo { .. } => Ok(plain(format!("({} = 1)", found.sql))),
                    _ => {
                        Err(Error::refused(format!("The property '{}' is not a condition.", path.join("/"))))
                    }
                }
            }
            Expr::Constant(value) => Ok(plain(if *value { "1" } else { "0" }.to_owned())),
        }
    }

    fn compare(&mut self, left: &Operand, op: Op, right: &Operand) -> Result<Fragment, Error> {
        match (left, right) {
            (Operand::Property(path), Operand::Literal(literal)) => self.compare_value(path, op, literal),
            (Operand::Literal(literal), Operand::Property(path)) => {
                self.compare_value(path, flipped(op), literal)
            }
            (Operand::Property(left), Operand::Property(right)) => self.compare_columns(left, op, right),
            (Operand::Literal(_), Operand::Literal(_)) => {
                Err(Error::refused("A comparison needs a column on one of its sides."))
            }
        }
    }

    fn compare_value(&mut self, path: &Path, op: Op, literal: &Literal) -> Result<Fragment, Error> {
        let found = match self.resolve(path) {
            // `primarycontactid ne null` asks of the lookup itself.
            Err(error) if *literal == Literal::Null => self.resolve_navigation(path).ok_or(error)?,
            found => found?,
        };
        let sql = found.sql;
        if *literal == Literal::Null {
            return Ok(plain(match op {
                Op::Eq => format!("({sql} IS NULL)"),
                Op::Ne => format!("({sql} IS NOT NULL)"),
                _ => "0".to_owned(),
            }));
        }
        if let Some(floor) = floor_of_finer(literal, found.column) {
            let sql = match op {
                Op::Eq => return Ok(plain("0".to_owned())),
                Op::Ne => return Ok(plain("1".to_owned())),
                Op::Gt | Op::Ge => format!("({sql} > ?)"),
                Op::Lt | Op::Le => format!("({sql} <= ?)"),
            };
            return Ok(Fragment { sql, values: vec![Value::Integer(floor)] });
        }
        let value = stored(literal, found.column)?;
        let like = matches!(&value, Value::Text(text) if has_wildcards(text));
        let sql = match op {
            Op::Eq if like => format!("matches({sql}, ?)"),
            Op::Ne if like => format!("(NOT matches({sql}, ?))"),
            Op::Eq => format!("({sql} = ?)"),
            Op::Ne => format!("({sql} IS NOT ?)"),
            op => format!("({sql} {} ?)", symbol(op)),
        };
        Ok(Fragment { sql, values: vec![value] })
    }

    fn compare_columns(&mut self, left: &Path, op: Op, right: &Path) -> Result<Fragment, Error> {
        let (left, right) = (self.resolve(left)?, self.resolve(right)?);
        let comparable = match (left.column.kind, right.column.kind) {
            (Kind::Decimal { precision: a, .. }, Kind::Decimal { precision: b, .. }) => a == b,
            (a, b) => {
                let number = |kind| matches!(kind, Kind::Decimal { .. } | Kind::Money { .. });
                super::literal::edm(left.column) == super::literal::edm(right.column)
                    && number(a) == number(b)
                    && matches!(a, Kind::Money { .. }) == matches!(b, Kind::Money { .. })
            }
        };
        if !comparable {
            return Err(Error::Value {
                message: format!(
                    "The columns '{}' and '{}' cannot be compared.",
                    left.column.name, right.column.name
                ),
            });
        }
        let op = if op == Op::Ne { "IS NOT" } else { symbol(op) };
        Ok(plain(format!("({} {op} {})", left.sql, right.sql)))
    }

    fn text(&mut self, function: TextFunction, path: &Path, value: &Operand) -> Result<Fragment, Error> {
        let found = self.resolve(path)?;
        if !matches!(found.column.kind, Kind::Text { .. } | Kind::Memo { .. } | Kind::EntityName) {
            return Err(Error::Value {
                message: format!("The column '{}' does not hold text.", found.column.property()),
            });
        }
        let Operand::Literal(Literal::Text(text)) = value else {
            return Err(Error::refused("A text function needs text in quotes as its second argument."));
        };
        let sql = found.sql;
        let matches = format!("matches({sql}, ?)");
        let pattern = |pattern: String| vec![Value::Text(pattern)];
        Ok(match function {
            TextFunction::Contains => Fragment { sql: matches, values: pattern(format!("%{text}%")) },
            TextFunction::EndsWith => Fragment { sql: matches, values: pattern(format!("%{text}")) },
            TextFunction::StartsWith if has_wildcards(text) || text.is_empty() => {
                Fragment { sql: matches, values: pattern(format!("{text}%")) }
            }
            // The bounds let an index find the beginning.
            TextFunction::StartsWith => Fragment {
                sql: format!("({sql} >= ? AND {sql} < ? AND {matches})"),
                values: vec![
                    Value::Text(text.clone()),
                    Value::Text(format!("{text}\u{10ffff}")),
                    Value::Text(format!("{text}%")),
                ],
            },
        })
    }

    /// The sort keys of `$orderby`, with the primary key last, in the direction of the key before it: so an index
    /// serves both directions. A lookup sorts by the name it shows.
    pub(crate) fn order(&mut self, orders: &[Order]) -> Result<Vec<SortKey>, Error> {
        let mut keys = Vec::with_capacity(orders.len() + 1);
        for order in orders {
            let found = self.resolve(&order.path)?;
            let column = found.column;
            let by_name = matches!(column.kind, Kind::Lookup { .. });
            let sql =
                if by_name { format!("{}.{}", found.alias, quoted(&name_column(column))) } else { found.sql };
            keys.push(SortKey {
                name: order.path.join("."),
                sql,
                descending: order.descending,
                nullable: column.name != self.table.key || order.path.len() > 1,
                storage: if by_name { Storage::Text } else { Storage::of(column) },
            });
        }
        if !keys.iter().any(|key| key.name == self.table.key) {
            keys.push(SortKey {
                name: self.table.key.clone(),
                sql: format!("t.{}", quoted(&self.table.key)),
                descending: keys.last().is_some_and(|key| key.descending),
                nullable: false,
                storage: Storage::Blob,
            });
        }
        Ok(keys)
    }

    pub(super) fn resolve(&mut self, path: &Path) -> Result<Found<'a>, Error> {
        let Some((property, navigations)) = path.split_last() else {
            return Err(Error::refused("A path needs a property at its end."));
        };
        let (alias, table) = self.follow(navigations, property)?;
        let column = table
            .property(property)
            .ok_or_else(|| Error::NoProperty { name: property.clone(), table: table.name.clone() })?;
        let sql = format!("{alias}.{}", quoted(&column.name));
        Ok(Found { alias, table, column, sql })
    }

    /// The named conditions call a lookup by its column: `PropertyName='ownerid'`.
    fn resolve_named(&mut self, path: &Path) -> Result<Found<'a>, Error> {
        match self.resolve(path) {
            Err(error) => {
                let [name] = path.as_slice() else { return Err(error) };
                let column = self.table.column(name).filter(|column| column.is_lookup()).ok_or(error)?;
                let sql = format!("t.{}", quoted(&column.name));
                Ok(Found { alias: "t".to_owned(), table: self.table, column, sql })
            }
            found => found,
        }
    }

    fn resolve_navigation(&mut self, path: &Path) -> Option<Found<'a>> {
        let (nav, before) = path.split_last()?;
        let (alias, table) = self.follow(before, nav).ok()?;
        let column = table.navigation(nav).first()?.column;
        let sql = format!("{alias}.{}", quoted(&column.name));
        Some(Found { alias, table, column, sql })
    }

    /// Follows navigation properties and joins what they lead to. `last` is what will be asked for at the end,
    /// which tells users from teams behind `ownerid`.
    fn follow(&mut self, navigations: &[String], last: &str) -> Result<(String, &'a Table), Error> {
        let (mut alias, mut table) = ("t".to_owned(), self.table);
        for (index, nav) in navigations.iter().enumerate() {
            let wanted = navigations.get(index + 1).map_or(last, String::as_str);
            let candidates = table.navigation(nav);
            let schema = self.schema;
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
            alias = self.join(&alias, relationship.column, target);
            table = target;
        }
        Ok((alias, table))
    }

    fn join(&mut self, from: &str, column: &Column, target: &Table) -> String {
        let known = self
            .joins
            .iter()
            .position(|join| join.from == from && join.column == column.name && join.table == target.name);
        if let Some(index) = known {
            return format!("j{index}");
        }
        let alias = format!("j{}", self.joins.len());
        let mut sql = format!(
            " LEFT JOIN {} AS {alias} ON {alias}.{} = {from}.{}",
            quoted(&target.name),
            quoted(&target.key),
            quoted(&column.name)
        );
        if column.is_polymorphic() {
            sql.push_str(&format!(" AND {from}.{} = '{}'", quoted(&type_column(column)), target.name));
        }
        self.joins.push(Join {
            from: from.to_owned(),
            column: column.name.clone(),
            table: target.name.clone(),
            sql,
        });
        alias
    }
}

fn plain(sql: String) -> Fragment {
    Fragment { sql, values: Vec::new() }
}

fn join(left: Fragment, word: &str, right: Fragment) -> Fragment {
    let mut values = left.values;
    values.extend(right.values);
    Fragment { sql: format!("({} {word} {})", left.sql, right.sql), values }
}

fn symbol(op: Op) -> &'static str {
    match op {
        Op::Eq => "=",
        Op::Ne => "<>",
        Op::Gt => ">",
        Op::Ge => ">=",
        Op::Lt => "<",
        Op::Le => "<=",
    }
}

fn flipped(op: Op) -> Op {
    match op {
        Op::Gt => Op::Lt,
        Op::Ge => Op::Le,
        Op::Lt => Op::Gt,
        Op::Le => Op::Ge,
        same => same,
    }
}
