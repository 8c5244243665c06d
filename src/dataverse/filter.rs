//! Conditions of a query. Text becomes an OData literal here and nowhere else.

use std::fmt;

use uuid::Uuid;

use super::{ColumnName, RowId};

/// A condition on rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// `property op literal`.
    Compare { property: String, operator: Operator, literal: Literal },
    /// `function(property,'text')`.
    Match { property: String, function: Function, text: String },
    /// All of these.
    And(Vec<Filter>),
    /// Any of these.
    Or(Vec<Filter>),
    /// The opposite.
    Not(Box<Filter>),
    /// An expression in OData's own words, used as it is.
    Raw(String),
}

/// How a property is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

/// How text is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    Contains,
    StartsWith,
    EndsWith,
}

/// A value in a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    Null,
    YesNo(bool),
    /// Number text, sent as it is.
    Number(String),
    Text(String),
    /// A name, compared exactly: wildcards are not escaped. For metadata.
    Name(String),
    Guid(Uuid),
    /// A calendar date, for columns that hold only that.
    Date(jiff::civil::Date),
    /// An instant.
    Instant(jiff::Timestamp),
}

/// Starts a condition on a property, as the wire names it: `title`, `_customerid_value`, `customerid_account/name`.
pub fn field(property: impl Into<String>) -> Field {
    Field(property.into())
}

/// A property that waits for its condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field(String);

impl Field {
    pub fn eq(self, value: impl Into<Literal>) -> Filter {
        self.compare(Operator::Eq, value)
    }

    pub fn ne(self, value: impl Into<Literal>) -> Filter {
        self.compare(Operator::Ne, value)
    }

    pub fn gt(self, value: impl Into<Literal>) -> Filter {
        self.compare(Operator::Gt, value)
    }

    pub fn ge(self, value: impl Into<Literal>) -> Filter {
        self.compare(Operator::Ge, value)
    }

    pub fn lt(self, value: impl Into<Literal>) -> Filter {
        self.compare(Operator::Lt, value)
    }

    pub fn le(self, value: impl Into<Literal>) -> Filter {
        self.compare(Operator::Le, value)
    }

    /// Text that contains `text` anywhere, in either case. `%`, `_` and `[` stand for themselves.
    pub fn contains(self, text: impl Into<String>) -> Filter {
        Filter::Match { property: self.0, function: Function::Contains, text: text.into() }
    }

    /// Text that starts with `text`, in either case.
    pub fn starts_with(self, text: impl Into<String>) -> Filter {
        Filter::Match { property: self.0, function: Function::StartsWith, text: text.into() }
    }

    /// Text that ends with `text`, in either case.
    pub fn ends_with(self, text: impl Into<String>) -> Filter {
        Filter::Match { property: self.0, function: Function::EndsWith, text: text.into() }
    }

    /// Rows without a value.
    pub fn is_null(self) -> Filter {
        self.compare(Operator::Eq, Literal::Null)
    }

    fn compare(self, operator: Operator, value: impl Into<Literal>) -> Filter {
        Filter::Compare { property: self.0, operator, literal: value.into() }
    }
}

impl Filter {
    /// Both conditions.
    pub fn and(self, other: Filter) -> Filter {
        match self {
            Self::And(mut all) => {
                all.push(other);
                Self::And(all)
            }
            first => Self::And(vec![first, other]),
        }
    }

    /// Either condition.
    pub fn or(self, other: Filter) -> Filter {
        match self {
            Self::Or(mut any) => {
                any.push(other);
                Self::Or(any)
            }
            first => Self::Or(vec![first, other]),
        }
    }

    /// Whether it has to stand in parentheses beside others.
    fn is_simple(&self) -> bool {
        match self {
            Self::Compare { .. } | Self::Match { .. } => true,
            Self::And(parts) | Self::Or(parts) => matches!(parts.as_slice(), [only] if only.is_simple()),
            Self::Not(_) | Self::Raw(_) => false,
        }
    }
}

/// The expression before percent-encoding.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compare { property, operator, literal } => write!(f, "{property} {operator} {literal}"),
            Self::Match { property, function, text } => write!(f, "{function}({property},{})", quote(text)),
            Self::And(parts) => join(f, parts, " and "),
            Self::Or(parts) => join(f, parts, " or "),
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::Raw(text) => f.write_str(text),
        }
    }
}

fn join(f: &mut fmt::Formatter<'_>, parts: &[Filter], separator: &str) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(separator)?;
        }
        match part.is_simple() || parts.len() == 1 {
            true => write!(f, "{part}")?,
            false => write!(f, "({part})")?,
        }
    }
    Ok(())
}

/// A string literal: quotes doubled, and the characters that the service takes for wildcards made plain.
fn quote(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('\'');
    for char in text.chars() {
        match char {
            '\'' => literal.push_str("''"),
            '%' | '_' | '[' => {
                literal.push('[');
                literal.push(char);
                literal.push(']');
            }
            char => literal.push(char),
        }
    }
    literal.push('\'');
    literal
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::YesNo(yes) => write!(f, "{yes}"),
            Self::Number(text) => f.write_str(text),
            Self::Text(text) => f.write_str(&quote(text)),
            Self::Name(text) => write!(f, "'{}'", text.replace('\'', "''")),
            Self::Guid(id) => write!(f, "{}", id.hyphenated()),
            Self::Date(date) => write!(f, "{date}"),
            Self::Instant(instant) => write!(f, "{instant}"),
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Lt => "lt",
            Self::Le => "le",
        })
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Contains => "contains",
            Self::StartsWith => "startswith",
            Self::EndsWith => "endswith",
        })
    }
}

impl From<&str> for Literal {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Literal {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Literal {
    fn from(yes: bool) -> Self {
        Self::YesNo(yes)
    }
}

impl From<i64> for Literal {
    fn from(number: i64) -> Self {
        Self::Number(number.to_string())
    }
}

impl From<i32> for Literal {
    fn from(number: i32) -> Self {
        Self::Number(number.to_string())
    }
}

impl From<rust_decimal::Decimal> for Literal {
    fn from(number: rust_decimal::Decimal) -> Self {
        Self::Number(number.to_string())
    }
}

impl From<Uuid> for Literal {
    fn from(id: Uuid) -> Self {
        Self::Guid(id)
    }
}

impl From<RowId> for Literal {
    fn from(id: RowId) -> Self {
        Self::Guid(id.0)
    }
}

impl From<jiff::civil::Date> for Literal {
    fn from(date: jiff::civil::Date) -> Self {
        Self::Date(date)
    }
}

impl From<jiff::Timestamp> for Literal {
    fn from(instant: jiff::Timestamp) -> Self {
        Self::Instant(instant)
    }
}

impl From<&ColumnName> for Field {
    fn from(name: &ColumnName) -> Self {
        Self(name.as_str().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_goes_into_a_filter_as_a_literal_that_cannot_end_early() {
        for (text, expected) in [
            ("Contoso", "name eq 'Contoso'"),
            ("O'Neil", "name eq 'O''Neil'"),
            ("' or 1 eq 1", "name eq ''' or 1 eq 1'"),
            ("", "name eq ''"),
            ("a&b #1", "name eq 'a&b #1'"),
            ("50%_[x]", "name eq '50[%][_][[]x]'"),
        ] {
            assert_eq!(field("name").eq(text).to_string(), expected);
        }
    }

    #[test]
    fn every_kind_of_value_has_its_literal() {
        let id: RowId = "{7D577253-3EF0-4A0A-BB7F-8335C2596E70}".parse().unwrap();
        for (literal, expected) in [
            (Literal::Null, "null"),
            (true.into(), "true"),
            (5.into(), "5"),
            (Literal::Number("922337203685477.5800".into()), "922337203685477.5800"),
            (id.into(), "7d577253-3ef0-4a0a-bb7f-8335c2596e70"),
            (jiff::civil::date(1990, 1, 31).into(), "1990-01-31"),
            ("2026-01-01T00:00:00Z".parse::<jiff::Timestamp>().unwrap().into(), "2026-01-01T00:00:00Z"),
        ] {
            assert_eq!(literal.to_string(), expected);
        }
    }

    #[test]
    fn conditions_keep_their_meaning_beside_others() {
        let filter =
            field("statecode").eq(0).and(field("a").eq(1).or(Filter::Raw("b eq 2 or c eq 3".into())));
        assert_eq!(filter.to_string(), "statecode eq 0 and (a eq 1 or (b eq 2 or c eq 3))");
        assert_eq!(Filter::Not(Box::new(field("a").is_null())).to_string(), "not (a eq null)");
        assert_eq!(field("name").contains("x").to_string(), "contains(name,'x')");
    }

    proptest::proptest! {
        /// Read back by OData's rules, the literal is the text again, and it ends where it should.
        #[test]
        fn any_text_survives_as_a_literal(text in ".*") {
            let literal = Literal::from(text.as_str()).to_string();
            let inner = literal.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).unwrap();
            proptest::prop_assert!(!inner.replace("''", "").contains('\''));
            let plain = inner.replace("''", "'").replace("[%]", "%").replace("[_]", "_").replace("[[]", "[");
            proptest::prop_assert_eq!(plain, text);
        }
    }
}
