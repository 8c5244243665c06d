//! What a query says.

use crate::sandbox::conditions::Operator;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fetch {
    pub(crate) top: Option<usize>,
    pub(crate) count: Option<usize>,
    /// Number of the page, from 1.
    pub(crate) page: Option<u64>,
    pub(crate) cookie: Option<String>,
    pub(crate) distinct: bool,
    pub(crate) aggregate: bool,
    /// As many rows as an aggregate may read, where the query says less than the service.
    pub(crate) aggregate_limit: Option<usize>,
    pub(crate) total: bool,
    pub(crate) entity: Source,
}

/// A table with what is wanted of it: the main one, or a linked one.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Source {
    pub(crate) table: String,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) all: bool,
    pub(crate) orders: Vec<Order>,
    pub(crate) filters: Vec<Filter>,
    pub(crate) links: Vec<Link>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Attribute {
    pub(crate) name: String,
    pub(crate) alias: Option<String>,
    pub(crate) purpose: Purpose,
}

/// What a column is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Show,
    Group,
    GroupDate(DatePart),
    Aggregate { function: Function, distinct: bool },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    /// Rows.
    Count,
    /// Rows with a value.
    CountColumn,
    Sum,
    Avg,
    Min,
    Max,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DatePart {
    Day,
    Week,
    Month,
    Quarter,
    Year,
    FiscalPeriod,
    FiscalYear,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Order {
    pub(crate) by: By,
    pub(crate) descending: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum By {
    Column(Reference),
    Alias(String),
}

/// A column, of the table around it or of the one called by name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reference {
    pub(crate) entity: Option<String>,
    pub(crate) name: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Filter {
    /// One of the parts is enough.
    pub(crate) any: bool,
    pub(crate) parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part {
    Filter(Filter),
    Condition(Condition),
    Link(Link),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition {
    pub(crate) column: Reference,
    pub(crate) operator: Operator,
    pub(crate) operand: Operand,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    Values(Vec<String>),
    Column(Reference),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Link {
    pub(crate) kind: LinkKind,
    /// Column of the linked table.
    pub(crate) from: String,
    /// Column of the table around it.
    pub(crate) to: String,
    /// As given, or the name that the service makes up.
    pub(crate) alias: String,
    pub(crate) source: Source,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LinkKind {
    Inner,
    Outer,
    /// `matchfirstrowusingcrossapply`: one row of many.
    First,
    /// `exists`, `in`, and within filters `any` and `not all`: there is such a row.
    Any,
    NotAny,
    /// There are linked rows, and none of them passes the filters: what the service takes `all` for.
    All,
}

impl LinkKind {
    /// Whether the linked table's columns can be read.
    pub(crate) fn is_joined(self) -> bool {
        matches!(self, LinkKind::Inner | LinkKind::Outer | LinkKind::First)
    }
}
