//! Filters and orders as SQL. Values become parameters; only names of the schema become text.

use rusqlite::types::Value;
use uuid::Uuid;

use super::ast::{Expr, Literal, Op, Operand, Path, TextFunction};
use super::literal::{edm, floor_of_finer, stored, written};
use super::options::Order;
pub(crate) use super::paths::Found;
use super::paths::Scopes;
use super::seek::{SortKey, Storage};
use super::{Error, conditions};
use crate::sandbox::conditions::{Face, Hierarchy, Subject, translate};
use crate::sandbox::schema::{Kind, Schema, Table};
use crate::sandbox::store::text::has_wildcards;
use crate::sandbox::store::{name_column, quoted};

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
    pub(super) schema: &'a Schema,
    pub(super) context: Context,
    pub(super) scopes: Scopes<'a>,
    /// Tables that conditions look into by themselves.
    looked_into: Vec<&'a Table>,
}

/// A piece of SQL with the values of its places, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Fragment {
    pub(crate) sql: String,
    pub(crate) values: Vec<Value>,
}

impl<'a> Translator<'a> {
    pub(crate) fn new(schema: &'a Schema, table: &'a Table, context: Context) -> Translator<'a> {
        Translator { schema, context, scopes: Scopes::of(table), looked_into: Vec::new() }
    }

    /// The tables to read from: the main one as `t`, and those that paths led to.
    pub(crate) fn from(&self) -> String {
        self.scopes.from()
    }

    /// The tables that paths, lambdas and conditions led to.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &'a Table> {
        self.scopes.tables().chain(self.looked_into.iter().copied())
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
            Expr::Lambda { collection, every, variable, condition } => {
                self.lambda(collection, *every, variable, condition.as_deref())
            }
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
        let value = stored(literal, found.column).map_err(|error| match literal {
            // A date that is none says so itself.
            Literal::Date(_) if matches!(found.column.kind, Kind::DateTime { .. }) => error,
            _ => incompatible(edm(found.column), written(literal), op),
        })?;
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
                edm(left.column) == edm(right.column)
                    && number(a) == number(b)
                    && matches!(a, Kind::Money { .. }) == matches!(b, Kind::Money { .. })
            }
        };
        if !comparable {
            return Err(incompatible(edm(left.column), edm(right.column), op));
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
        let key = self.scopes.table().key.as_str();
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
                nullable: column.name != key || order.path.len() > 1,
                storage: if by_name { Storage::Text } else { Storage::of(column) },
            });
        }
        if !keys.iter().any(|sorted: &SortKey| sorted.name == key) {
            keys.push(SortKey {
                name: key.to_owned(),
                sql: format!("t.{}", quoted(key)),
                descending: keys.last().is_some_and(|key| key.descending),
                nullable: false,
                storage: Storage::Blob,
            });
        }
        Ok(keys)
    }

    /// `EXISTS` over the rows of a collection.
    fn lambda(
        &mut self,
        collection: &Path,
        every: bool,
        variable: &str,
        condition: Option<&Expr>,
    ) -> Result<Fragment, Error> {
        let linked = self.enter(collection, variable)?;
        let condition = condition.map(|condition| self.condition(condition)).transpose();
        let from = self.scopes.leave();
        let condition = condition?.unwrap_or_else(|| plain("1".to_owned()));
        let sql = match every {
            false => format!("EXISTS (SELECT 1 FROM {from} WHERE {linked} AND {})", condition.sql),
            true => {
                format!(
                    "NOT EXISTS (SELECT 1 FROM {from} WHERE {linked} AND NOT COALESCE({}, 0))",
                    condition.sql
                )
            }
        };
        Ok(Fragment { sql: format!("({sql})"), values: condition.values })
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

fn incompatible(left: &str, right: &str, op: Op) -> Error {
    let kind = match op {
        Op::Eq => "Equal",
        Op::Ne => "NotEqual",
        Op::Gt => "GreaterThan",
        Op::Ge => "GreaterThanOrEqual",
        Op::Lt => "LessThan",
        Op::Le => "LessThanOrEqual",
    };
    Error::Value {
        message: format!(
            "A binary operator with incompatible types was detected. Found operand types '{left}' and '{right}' for \
             operator kind '{kind}'."
        ),
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
