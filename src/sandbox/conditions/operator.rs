use super::span::{Span, Unit};

/// A condition, whatever it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
    Null,
    NotNull,
    Like,
    NotLike,
    BeginsWith,
    NotBeginWith,
    EndsWith,
    NotEndWith,
    In,
    NotIn,
    Between,
    NotBetween,
    ContainValues,
    NotContainValues,
    User,
    NotUser,
    Business,
    NotBusiness,
    UserTeams,
    UserOrTeams,
    UserOrHierarchy,
    UserOrHierarchyAndTeams,
    UserLanguage,
    Above,
    AboveOrEqual,
    Under,
    UnderOrEqual,
    NotUnder,
    /// A fiscal period of any year.
    FiscalPeriod,
    During(Span),
}

/// How many values a condition takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arity {
    None,
    One,
    Two,
    Many,
}

/// Name in OData, name in FetchXML; empty where one of them says it in another way.
type Name = (&'static str, &'static str, Operator);

const fn during(odata: &'static str, fetch: &'static str, span: Span) -> Name {
    (odata, fetch, Operator::During(span))
}

#[rustfmt::skip]
const NAMES: &[Name] = &[
    ("", "eq", Operator::Eq),
    ("", "ne", Operator::Ne),
    ("", "neq", Operator::Ne),
    ("", "gt", Operator::Gt),
    ("", "ge", Operator::Ge),
    ("", "lt", Operator::Lt),
    ("", "le", Operator::Le),
    ("", "null", Operator::Null),
    ("", "not-null", Operator::NotNull),
    ("", "like", Operator::Like),
    ("", "not-like", Operator::NotLike),
    ("", "begins-with", Operator::BeginsWith),
    ("", "not-begin-with", Operator::NotBeginWith),
    ("", "ends-with", Operator::EndsWith),
    ("", "not-end-with", Operator::NotEndWith),
    ("In", "in", Operator::In),
    ("NotIn", "not-in", Operator::NotIn),
    ("Between", "between", Operator::Between),
    ("NotBetween", "not-between", Operator::NotBetween),
    ("ContainValues", "contain-values", Operator::ContainValues),
    ("DoesNotContainValues", "not-contain-values", Operator::NotContainValues),
    ("EqualUserId", "eq-userid", Operator::User),
    ("NotEqualUserId", "ne-userid", Operator::NotUser),
    ("EqualBusinessId", "eq-businessid", Operator::Business),
    ("NotEqualBusinessId", "ne-businessid", Operator::NotBusiness),
    ("EqualUserTeams", "eq-userteams", Operator::UserTeams),
    ("EqualUserOrUserTeams", "eq-useroruserteams", Operator::UserOrTeams),
    ("EqualUserOrUserHierarchy", "eq-useroruserhierarchy", Operator::UserOrHierarchy),
    ("EqualUserOrUserHierarchyAndTeams", "eq-useroruserhierarchyandteams", Operator::UserOrHierarchyAndTeams),
    ("EqualUserLanguage", "eq-userlanguage", Operator::UserLanguage),
    ("Above", "above", Operator::Above),
    ("AboveOrEqual", "eq-or-above", Operator::AboveOrEqual),
    ("Under", "under", Operator::Under),
    ("UnderOrEqual", "eq-or-under", Operator::UnderOrEqual),
    ("NotUnder", "not-under", Operator::NotUnder),
    ("InFiscalPeriod", "in-fiscal-period", Operator::FiscalPeriod),
    during("Today", "today", Span::Whole(Unit::Day, 0)),
    during("Tomorrow", "tomorrow", Span::Whole(Unit::Day, 1)),
    during("Yesterday", "yesterday", Span::Whole(Unit::Day, -1)),
    during("LastWeek", "last-week", Span::Whole(Unit::Week, -1)),
    during("ThisWeek", "this-week", Span::Whole(Unit::Week, 0)),
    during("NextWeek", "next-week", Span::Whole(Unit::Week, 1)),
    during("LastMonth", "last-month", Span::Whole(Unit::Month, -1)),
    during("ThisMonth", "this-month", Span::Whole(Unit::Month, 0)),
    during("NextMonth", "next-month", Span::Whole(Unit::Month, 1)),
    during("LastYear", "last-year", Span::Whole(Unit::Year, -1)),
    during("ThisYear", "this-year", Span::Whole(Unit::Year, 0)),
    during("NextYear", "next-year", Span::Whole(Unit::Year, 1)),
    during("LastFiscalPeriod", "last-fiscal-period", Span::Whole(Unit::FiscalPeriod, -1)),
    during("ThisFiscalPeriod", "this-fiscal-period", Span::Whole(Unit::FiscalPeriod, 0)),
    during("NextFiscalPeriod", "next-fiscal-period", Span::Whole(Unit::FiscalPeriod, 1)),
    during("LastFiscalYear", "last-fiscal-year", Span::Whole(Unit::FiscalYear, -1)),
    during("ThisFiscalYear", "this-fiscal-year", Span::Whole(Unit::FiscalYear, 0)),
    during("NextFiscalYear", "next-fiscal-year", Span::Whole(Unit::FiscalYear, 1)),
    during("Last7Days", "last-seven-days", Span::LastSevenDays),
    during("Next7Days", "next-seven-days", Span::NextSevenDays),
    during("On", "on", Span::On),
    during("OnOrAfter", "on-or-after", Span::OnOrAfter),
    during("OnOrBefore", "on-or-before", Span::OnOrBefore),
    during("LastXHours", "last-x-hours", Span::Last(Unit::Hour)),
    during("LastXDays", "last-x-days", Span::Last(Unit::Day)),
    during("LastXWeeks", "last-x-weeks", Span::Last(Unit::Week)),
    during("LastXMonths", "last-x-months", Span::Last(Unit::Month)),
    during("LastXYears", "last-x-years", Span::Last(Unit::Year)),
    during("LastXFiscalPeriods", "last-x-fiscal-periods", Span::Last(Unit::FiscalPeriod)),
    during("LastXFiscalYears", "last-x-fiscal-years", Span::Last(Unit::FiscalYear)),
    during("NextXHours", "next-x-hours", Span::Next(Unit::Hour)),
    during("NextXDays", "next-x-days", Span::Next(Unit::Day)),
    during("NextXWeeks", "next-x-weeks", Span::Next(Unit::Week)),
    during("NextXMonths", "next-x-months", Span::Next(Unit::Month)),
    during("NextXYears", "next-x-years", Span::Next(Unit::Year)),
    during("NextXFiscalPeriods", "next-x-fiscal-periods", Span::Next(Unit::FiscalPeriod)),
    during("NextXFiscalYears", "next-x-fiscal-years", Span::Next(Unit::FiscalYear)),
    during("OlderThanXMinutes", "olderthan-x-minutes", Span::OlderThan(Unit::Minute)),
    during("OlderThanXHours", "olderthan-x-hours", Span::OlderThan(Unit::Hour)),
    during("OlderThanXDays", "olderthan-x-days", Span::OlderThan(Unit::Day)),
    during("OlderThanXWeeks", "olderthan-x-weeks", Span::OlderThan(Unit::Week)),
    during("OlderThanXMonths", "olderthan-x-months", Span::OlderThan(Unit::Month)),
    during("OlderThanXYears", "olderthan-x-years", Span::OlderThan(Unit::Year)),
    during("InFiscalYear", "in-fiscal-year", Span::InFiscalYear),
    during("InFiscalPeriodAndYear", "in-fiscal-period-and-year", Span::InFiscalPeriodAndYear),
    during("InOrAfterFiscalPeriodAndYear", "in-or-after-fiscal-period-and-year", Span::InOrAfterFiscalPeriodAndYear),
    during("InOrBeforeFiscalPeriodAndYear", "in-or-before-fiscal-period-and-year", Span::InOrBeforeFiscalPeriodAndYear),
];

/// The condition behind `Microsoft.Dynamics.CRM.{name}`.
pub(crate) fn odata_operator(name: &str) -> Option<Operator> {
    NAMES.iter().find(|(odata, _, _)| !odata.is_empty() && *odata == name).map(|(_, _, operator)| *operator)
}

/// The condition behind `operator="{name}"`.
pub(crate) fn fetch_operator(name: &str) -> Option<Operator> {
    NAMES.iter().find(|(_, fetch, _)| *fetch == name).map(|(_, _, operator)| *operator)
}

impl Operator {
    /// Whether it compares with exactly one value, which may be another column's.
    pub(crate) fn comparison(self) -> Option<&'static str> {
        Some(match self {
            Operator::Eq => "=",
            Operator::Ne => "IS NOT",
            Operator::Gt => ">",
            Operator::Ge => ">=",
            Operator::Lt => "<",
            Operator::Le => "<=",
            _ => return None,
        })
    }

    /// Whether it follows a table's rows to their parents or children.
    pub(crate) fn is_hierarchical(self) -> bool {
        matches!(
            self,
            Operator::Above
                | Operator::AboveOrEqual
                | Operator::Under
                | Operator::UnderOrEqual
                | Operator::NotUnder
        )
    }

    pub(super) fn arity(self) -> Arity {
        match self {
            Operator::Null
            | Operator::NotNull
            | Operator::User
            | Operator::NotUser
            | Operator::Business
            | Operator::NotBusiness
            | Operator::UserTeams
            | Operator::UserOrTeams
            | Operator::UserOrHierarchy
            | Operator::UserOrHierarchyAndTeams
            | Operator::UserLanguage => Arity::None,
            Operator::In | Operator::NotIn | Operator::ContainValues | Operator::NotContainValues => {
                Arity::Many
            }
            Operator::Between | Operator::NotBetween => Arity::Two,
            Operator::During(span) => span.arity(),
            _ => Arity::One,
        }
    }
}
