//! `$apply`: groups of rows and what they come to.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, params_from_iter};

use super::access::Right;
use super::call::Call;
use super::error::{ApiError, Result};
use super::format;
use super::read::{Collection, parent_exists};
use super::reply::Reply;
use super::shape::{FORMATTED, LOGICAL_NAME, NAVIGATION};
use crate::sandbox::odata;
use crate::sandbox::odata::apply::{Aggregate, Apply, Method, Of};
use crate::sandbox::odata::options::Options;
use crate::sandbox::odata::sql::{Found, Fragment, Translator};
use crate::sandbox::schema::{Column, Kind, Table};
use crate::sandbox::store::{name_column, quoted, type_column};

/// Rows that go into an aggregation at most.
const MAX_ROWS: i64 = 50_000;
/// Digits behind the point of an average of whole numbers.
const AVERAGE_DIGITS: u32 = 10;
/// Amounts are added in two parts, so that no sum of stored numbers is too large for SQLite.
const PART: i64 = 1_000_000;

/// `GET /incidents?$apply=groupby((statuscode),aggregate($count as n))`.
pub(super) fn answer(
    call: &Call<'_>,
    collection: &Collection<'_>,
    options: &Options,
    apply: &Apply,
) -> Result<Reply> {
    call.require(Right::Read, collection.table)?;
    let others =
        [options.select.is_some(), options.filter.is_some(), !options.expand.is_empty(), options.count];
    if others.contains(&true) {
        return Err(ApiError::query(
            "Only $orderby and $top can be used with $apply; rows are filtered by 'filter(...)' within it.",
        ));
    }
    let plan = Grouping::plan(call, collection.table, options, apply)?;
    let only = collection.only();
    let rows = call.read(|connection| {
        parent_exists(connection, collection)?;
        plan.read(call, connection, only.as_ref(), options.top)
    })?;
    let names: Vec<&str> = plan.results.iter().map(|result| result.name.as_str()).collect();
    let context = format!("{}/$metadata#{}({})", call.root, collection.table.declared.set, names.join(","));
    let mut out = b"{\"@odata.context\":".to_vec();
    format::string(&mut out, &context);
    out.extend_from_slice(b",\"value\":[");
    out.extend_from_slice(&rows);
    out.extend_from_slice(b"]}");
    Ok(Reply::json(out).applied(call.prefer.applied_to_row()))
}

/// A checked `$apply`.
struct Grouping<'a> {
    from: String,
    filters: Vec<Fragment>,
    groups: Vec<String>,
    order: Vec<String>,
    results: Vec<Answered<'a>>,
    sql: Vec<String>,
}

/// One property of an answer's rows, and at which place of an SQL row it starts.
struct Answered<'a> {
    name: String,
    at: usize,
    what: What<'a>,
}

enum What<'a> {
    /// The value that a group shares; of a lookup also its name and its table.
    Group(&'a Column),
    Count,
    /// A value as the column has it.
    Extreme(&'a Column),
    /// Two parts of a sum, and how many values went in.
    Sum(&'a Column),
    Average(&'a Column),
    Real,
}

impl<'a> Grouping<'a> {
    fn plan(call: &'a Call<'_>, table: &'a Table, options: &Options, apply: &Apply) -> Result<Grouping<'a>> {
        let mut translator = Translator::new(call.schema(), table, call.context());
        let alias = |name: &str| call.query.get(&format!("@{name}")).map(str::to_owned);
        let filters = apply.filters.iter();
        let filters = filters.map(|text| translator.condition(&odata::filter(text, &alias)?));
        let filters = filters.collect::<std::result::Result<_, odata::Error>>()?;
        let mut plan = Grouping {
            from: String::new(),
            filters,
            groups: Vec::new(),
            order: Vec::new(),
            results: Vec::new(),
            sql: Vec::new(),
        };
        let mut sorted = Vec::new();
        for path in &apply.groups {
            let found = translator.resolve(path)?;
            sorted.push((path.join("_"), plan.group(path.join("_"), &found)));
        }
        for aggregate in &apply.aggregates {
            plan.aggregate(&mut translator, aggregate)?;
        }
        for order in &options.orderby {
            let name = order.path.join("_");
            let Some((_, sql)) = sorted.iter().find(|(sorted, _)| *sorted == name) else {
                return Err(match apply.aggregates.iter().any(|aggregate| aggregate.alias == name) {
                    true => ApiError::query(format!("The aggregate '{name}' cannot be used in $orderby.")),
                    false => ApiError::no_property(&name, &table.name),
                });
            };
            plan.order.push(format!("{sql}{}", if order.descending { " DESC" } else { "" }));
        }
        // The groups come in the same order each time.
        plan.order.extend(plan.groups.clone());
        call.hold(table)?;
        translator.tables().try_for_each(|table| call.hold(table))?;
        plan.from = translator.from();
        Ok(plan)
    }

    /// Takes a group in and gives what it is sorted by.
    fn group(&mut self, name: String, found: &Found<'a>) -> String {
        let column = found.column;
        let mut sorted = found.sql.clone();
        self.groups.push(found.sql.clone());
        self.results.push(Answered { name, at: self.sql.len(), what: What::Group(column) });
        self.sql.push(found.sql.clone());
        if column.is_lookup() {
            sorted = format!("MAX({}.{})", found.alias, quoted(&name_column(column)));
            self.sql.push(sorted.clone());
            self.sql.push(match column.is_polymorphic() {
                true => format!("MAX({}.{})", found.alias, quoted(&type_column(column))),
                false => "NULL".to_owned(),
            });
        }
        sorted
    }

    fn aggregate(&mut self, translator: &mut Translator<'a>, aggregate: &Aggregate) -> Result<()> {
        let at = self.sql.len();
        let what = match &aggregate.of {
            Of::Rows => {
                self.sql.push("COUNT(*)".to_owned());
                What::Count
            }
            Of::Column(path, method) => {
                let found = translator.resolve(path)?;
                self.method(*method, &found)?
            }
        };
        self.results.push(Answered { name: aggregate.alias.clone(), at, what });
        Ok(())
    }

    fn method(&mut self, method: Method, found: &Found<'a>) -> Result<What<'a>> {
        let (sql, column) = (&found.sql, found.column);
        let real = matches!(column.kind, Kind::Double { .. });
        let number = real
            || matches!(
                column.kind,
                Kind::Whole { .. } | Kind::BigInt | Kind::Decimal { .. } | Kind::Money { .. }
            );
        let fits = match method {
            Method::CountDistinct => true,
            Method::Min | Method::Max => number || matches!(column.kind, Kind::DateTime { .. }),
            Method::Sum | Method::Average => number,
        };
        if !fits {
            return Err(ApiError::query(format!(
                "The aggregation method '{method:?}' cannot be applied to the column '{}'.",
                column.property()
            )));
        }
        let parts = |sum: &mut Vec<String>| {
            sum.push(format!("SUM({sql} / {PART})"));
            sum.push(format!("SUM({sql} % {PART})"));
            sum.push(format!("COUNT({sql})"));
        };
        Ok(match method {
            Method::CountDistinct => {
                self.sql.push(format!("COUNT(DISTINCT {sql})"));
                What::Count
            }
            Method::Min | Method::Max => {
                let function = if method == Method::Min { "MIN" } else { "MAX" };
                self.sql.push(format!("{function}({sql})"));
                What::Extreme(column)
            }
            Method::Sum | Method::Average if real => {
                let function = if method == Method::Sum { "SUM" } else { "AVG" };
                self.sql.push(format!("{function}({sql})"));
                What::Real
            }
            Method::Sum => {
                parts(&mut self.sql);
                What::Sum(column)
            }
            Method::Average => {
                parts(&mut self.sql);
                What::Average(column)
            }
        })
    }

    fn read(
        &self,
        call: &Call<'_>,
        connection: &Connection,
        only: Option<&Fragment>,
        top: Option<usize>,
    ) -> Result<Vec<u8>> {
        let conditions: Vec<&Fragment> = only.into_iter().chain(&self.filters).collect();
        let mut filter: Vec<_> = conditions.iter().map(|part| part.sql.as_str()).collect();
        if filter.is_empty() {
            filter.push("1");
        }
        let rows = format!("FROM {} WHERE {}", self.from, filter.join(" AND "));
        let values = || params_from_iter(conditions.iter().flat_map(|part| &part.values));
        let count = format!("SELECT COUNT(*) FROM (SELECT 1 {rows} LIMIT {})", MAX_ROWS + 1);
        let count: i64 = connection.prepare_cached(&count)?.query_row(values(), |row| row.get(0))?;
        if count > MAX_ROWS {
            return Err(ApiError::bad(
                0x8004_e023,
                "The maximum record limit is exceeded. Reduce the number of records.",
            ));
        }
        let mut sql = format!("SELECT {} {rows}", self.sql.join(", "));
        if !self.groups.is_empty() {
            let (groups, order) = (self.groups.join(", "), self.order.join(", "));
            sql.push_str(&format!(" GROUP BY {groups} ORDER BY {order}"));
        }
        if let Some(top) = top {
            sql.push_str(&format!(" LIMIT {}", i64::try_from(top).unwrap_or(i64::MAX)));
        }
        let mut statement = connection.prepare_cached(&sql)?;
        let mut found = statement.query(values())?;
        let mut out = Vec::new();
        while let Some(row) = found.next()? {
            out.extend_from_slice(if out.is_empty() { b"{" } else { b",{" });
            for (index, result) in self.results.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                result.write(call, row, &mut out)?;
            }
            out.push(b'}');
        }
        Ok(out)
    }
}

impl Answered<'_> {
    fn write(&self, call: &Call<'_>, row: &Row<'_>, out: &mut Vec<u8>) -> rusqlite::Result<()> {
        let value = row.get_ref(self.at)?;
        let mut annotate = |annotation: &str, text: &str| {
            if call.prefer.wants(annotation) {
                out.extend(format!("\"{}@{annotation}\":", self.name).bytes());
                format::string(out, text);
                out.push(b',');
            }
        };
        let mut json = Vec::new();
        match &self.what {
            What::Group(column) if column.is_lookup() && value != ValueRef::Null => {
                if let Ok(name) = row.get_ref(self.at + 1)?.as_str() {
                    annotate(FORMATTED, name);
                }
                let kind = row.get_ref(self.at + 2)?.as_str().unwrap_or_default();
                let target = column.targets.iter().find(|target| target.table == kind);
                if let Some(target) = target.or(column.targets.first()) {
                    annotate(NAVIGATION, &target.nav);
                    annotate(LOGICAL_NAME, &target.table);
                }
                format::json(&mut json, column, value);
            }
            What::Group(column) | What::Extreme(column) => {
                if let Some(text) = format::formatted(column, value, "$") {
                    annotate(FORMATTED, &text);
                }
                format::json(&mut json, column, value);
            }
            What::Count => {
                let count = value.as_i64().unwrap_or_default();
                annotate(FORMATTED, &format::grouped(&count.to_string()));
                format::integer(&mut json, count);
            }
            What::Real => match value {
                ValueRef::Real(number) => {
                    annotate(FORMATTED, &format::grouped(&format!("{number:.2}")));
                    json.extend(format!("{number:?}").bytes());
                }
                _ => json.extend_from_slice(b"null"),
            },
            What::Sum(column) | What::Average(column) => {
                let parts: [Option<i64>; 3] =
                    [row.get(self.at)?, row.get(self.at + 1)?, row.get(self.at + 2)?];
                let sum = Number::of(parts, column);
                let number = match self.what {
                    What::Average(_) => sum.map(|(sum, count)| sum.divided(count, column)),
                    _ => sum.map(|(sum, _)| sum),
                };
                match number {
                    Some(number) => {
                        annotate(FORMATTED, &number.formatted(column));
                        json.extend(number.text().bytes());
                    }
                    None => json.extend_from_slice(b"null"),
                }
            }
        }
        out.extend(format!("\"{}\":", self.name).bytes());
        out.extend_from_slice(&json);
        Ok(())
    }
}

/// A number of `10^-digits` that may be larger than a column holds.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Number {
    value: i128,
    digits: u32,
}

impl Number {
    /// The sum, and how many values it is of. None: of no value at all.
    fn of(parts: [Option<i64>; 3], column: &Column) -> Option<(Number, i64)> {
        let [Some(high), Some(low), Some(count)] = parts else { return None };
        let digits = match column.kind {
            Kind::Money { .. } => 4,
            Kind::Decimal { precision, .. } => precision,
            _ => 0,
        };
        let value = i128::from(high) * i128::from(PART) + i128::from(low);
        Some((Number { value, digits }, count))
    }

    fn divided(self, count: i64, column: &Column) -> Number {
        let money = matches!(column.kind, Kind::Money { .. });
        let digits = if money { self.digits } else { self.digits.max(AVERAGE_DIGITS) };
        let mut number = Number { value: self.value * 10_i128.pow(digits - self.digits), digits };
        number.value = rounded(number.value, i128::from(count.max(1)));
        while !money && number.digits > self.digits && number.value % 10 == 0 {
            number = Number { value: number.value / 10, digits: number.digits - 1 };
        }
        number
    }

    fn text(self) -> String {
        if self.digits == 0 {
            return self.value.to_string();
        }
        let one = 10_u128.pow(self.digits);
        let (sign, size) = (if self.value < 0 { "-" } else { "" }, self.value.unsigned_abs());
        format!("{sign}{}.{:0width$}", size / one, size % one, width = self.digits as usize)
    }

    fn formatted(self, column: &Column) -> String {
        if !matches!(column.kind, Kind::Money { .. }) {
            return format::grouped(&self.text());
        }
        let cents = Number { value: rounded(self.value, 100), digits: 2 };
        let text = format::grouped(&cents.text());
        match text.strip_prefix('-') {
            Some(text) => format!("-${text}"),
            None => format!("${text}"),
        }
    }
}

/// A quotient, rounded half away from zero.
fn rounded(value: i128, by: i128) -> i128 {
    let rest = value % by;
    value / by + if rest.abs() * 2 >= by { value.signum() } else { 0 }
}
