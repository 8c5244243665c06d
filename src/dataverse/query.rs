//! A query of one table as a value, and its place in a URL.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

pub use super::filter::{Field, Filter, Function, Literal, Operator, field};
use super::transport::WEB_API;
use super::{RowId, SetName, ViewId};

/// What stays as it is in the value of a query option; OData's own punctuation, none of the URL's.
const OPTION: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'(')
    .remove(b')')
    .remove(b',')
    .remove(b'*');

/// Rows of one table: which columns, which rows, in what order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    pub(super) set: SetName,
    pub(super) select: Vec<String>,
    pub(super) filter: Option<Filter>,
    pub(super) order: Vec<Order>,
    pub(super) top: Option<u32>,
    pub(super) page_size: Option<u32>,
    pub(super) count: bool,
    pub(super) annotations: bool,
    pub(super) view: Option<ViewId>,
}

/// One column of an ordering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The property as the wire names it, such as `createdon` or `_ownerid_value`.
    pub property: String,
    /// Largest first.
    pub descending: bool,
}

impl Query {
    /// All columns of all rows, in pages of the server's size, without annotations.
    pub fn new(set: impl Into<SetName>) -> Self {
        Self {
            set: set.into(),
            select: Vec::new(),
            filter: None,
            order: Vec::new(),
            top: None,
            page_size: None,
            count: false,
            annotations: false,
            view: None,
        }
    }

    /// The rows of a view of the server, which has columns, conditions and an order of its own: none of those is sent.
    /// What is selected is what the view is known to ask for. Where a row comes without that it is null: the service
    /// leaves out null in such an answer.
    pub fn of_view(set: impl Into<SetName>, view: ViewId) -> Self {
        Self { view: Some(view), ..Self::new(set) }
    }

    /// Only these properties, as the wire names them (`Column::property`). The primary key always comes too.
    pub fn select<S: Into<String>>(mut self, properties: impl IntoIterator<Item = S>) -> Self {
        self.select = properties.into_iter().map(Into::into).collect();
        self
    }

    /// Only rows that meet the condition; a second call replaces the first.
    pub fn filter(mut self, filter: impl Into<Option<Filter>>) -> Self {
        self.filter = filter.into();
        self
    }

    /// Smallest first, after the orders given before.
    pub fn order_by(self, property: impl Into<String>) -> Self {
        self.then(Order { property: property.into(), descending: false })
    }

    /// Largest first, after the orders given before.
    pub fn order_by_desc(self, property: impl Into<String>) -> Self {
        self.then(Order { property: property.into(), descending: true })
    }

    /// One more column of the ordering.
    pub fn then(mut self, order: Order) -> Self {
        self.order.push(order);
        self
    }

    /// The first `rows` only. The server sends them in one answer without a link to more.
    pub fn top(mut self, rows: u32) -> Self {
        self.top = Some(rows);
        self
    }

    /// Rows a page, at most 5,000; the server may send fewer.
    pub fn page_size(mut self, rows: u32) -> Self {
        self.page_size = Some(rows);
        self
    }

    /// Asks how many rows there are; the server counts to 5,000.
    pub fn count(mut self) -> Self {
        self.count = true;
        self
    }

    /// Asks for formatted values and the targets of lookups beside the values.
    pub fn annotations(mut self) -> Self {
        self.annotations = true;
        self
    }

    /// The table's entity set.
    pub fn set(&self) -> &SetName {
        &self.set
    }

    /// The condition, if any.
    pub fn condition(&self) -> Option<&Filter> {
        self.filter.as_ref()
    }

    /// The ordering.
    pub fn ordering(&self) -> &[Order] {
        &self.order
    }

    /// The selected properties; empty is all.
    pub fn selected(&self) -> &[String] {
        &self.select
    }

    /// The view of the server that it runs, if it does.
    pub fn view(&self) -> Option<ViewId> {
        self.view
    }

    /// Path and query below the service root, percent-encoded.
    pub(super) fn path(&self) -> String {
        let mut options = Vec::new();
        if let Some(view) = self.view {
            options.push(format!("{}={}", view.kind.option(), view.id));
            if self.count {
                options.push("$count=true".to_owned());
            }
            return with_options(&segment(&self.set), &options);
        }
        if !self.select.is_empty() {
            options.push(format!("$select={}", encoded(&self.select.join(","))));
        }
        if let Some(filter) = &self.filter {
            options.push(format!("$filter={}", encoded(&filter.to_string())));
        }
        if !self.order.is_empty() {
            let order: Vec<String> = self.order.iter().map(ToString::to_string).collect();
            options.push(format!("$orderby={}", encoded(&order.join(","))));
        }
        if let Some(top) = self.top {
            options.push(format!("$top={top}"));
        }
        if self.count {
            options.push("$count=true".to_owned());
        }
        with_options(&segment(&self.set), &options)
    }

    /// The whole address, in an environment at this origin.
    pub fn address(&self, origin: &str) -> String {
        format!("{origin}{WEB_API}{}", self.path())
    }

    /// The `Prefer` header, which every page of the query repeats.
    pub fn prefer(&self) -> Option<String> {
        // A link to the next page and `$top` exclude each other.
        let size =
            self.page_size.filter(|_| self.top.is_none()).map(|rows| format!("odata.maxpagesize={rows}"));
        let annotations = self.annotations.then(|| ANNOTATIONS.to_owned());
        let parts: Vec<String> = size.into_iter().chain(annotations).collect();
        (!parts.is_empty()).then(|| parts.join(","))
    }
}

/// One row: its table, key and columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowQuery {
    /// Entity set of the table.
    pub set: SetName,
    /// The row's key.
    pub id: RowId,
    /// Properties as the wire names them; empty is all.
    pub select: Vec<String>,
    /// Asks for formatted values and the targets of lookups beside the values.
    pub annotations: bool,
}

impl RowQuery {
    /// All columns of one row, with annotations.
    pub fn new(set: impl Into<SetName>, id: RowId) -> Self {
        Self { set: set.into(), id, select: Vec::new(), annotations: true }
    }

    /// The whole address, in an environment at this origin.
    pub fn address(&self, origin: &str) -> String {
        format!("{origin}{WEB_API}{}", self.path())
    }

    /// Path and query below the service root, percent-encoded.
    pub(super) fn path(&self) -> String {
        let select =
            (!self.select.is_empty()).then(|| format!("$select={}", encoded(&self.select.join(","))));
        with_options(&format!("{}({})", segment(&self.set), self.id), select.as_slice())
    }

    /// The `Prefer` header.
    pub fn prefer(&self) -> Option<String> {
        self.annotations.then(|| ANNOTATIONS.to_owned())
    }
}

pub(super) const ANNOTATIONS: &str = "odata.include-annotations=\"*\"";

/// The value of a query option, percent-encoded.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, OPTION).to_string()
}

/// The entity set as a path segment: a name from outside cannot leave its place in the path.
pub(super) fn segment(set: &SetName) -> String {
    utf8_percent_encode(set.as_str(), OPTION).to_string()
}

fn with_options(path: &str, options: &[String]) -> String {
    match options {
        [] => path.to_owned(),
        options => format!("{path}?{}", options.join("&")),
    }
}

impl std::fmt::Display for Order {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.property, if self.descending { " desc" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::super::ViewKind;
    use super::*;

    #[test]
    fn a_query_is_a_path_with_encoded_options() {
        let query = Query::new("incidents")
            .select(["title", "_customerid_value"])
            .filter(field("title").contains("a&b=c#'\u{e9}+").and(field("statecode").eq(0)))
            .order_by_desc("createdon")
            .order_by("incidentid")
            .page_size(250)
            .count()
            .annotations();
        assert_eq!(
            query.path(),
            "incidents?$select=title,_customerid_value&$filter=contains(title,%27a%26b%3Dc%23%27%27%C3%A9%2B%27)%20and%20statecode%20eq%200\
             &$orderby=createdon%20desc,incidentid&$count=true"
        );
        assert_eq!(query.prefer().unwrap(), "odata.maxpagesize=250,odata.include-annotations=\"*\"");
    }

    #[test]
    fn a_view_of_the_server_is_named_and_nothing_is_added_but_the_count() {
        let id = "{9C2B1F0E-6D0F-4F0A-9A57-0D3C8B7E1A11}".parse().unwrap();
        let path = |kind| {
            let query = Query::of_view("incidents", ViewId { kind, id }).select(["title"]).order_by("title");
            query.filter(field("statecode").eq(0)).count().path()
        };
        let id = "9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11";
        assert_eq!(path(ViewKind::System), format!("incidents?savedQuery={id}&$count=true"));
        assert_eq!(path(ViewKind::Personal), format!("incidents?userQuery={id}&$count=true"));
    }

    #[test]
    fn top_and_a_page_size_are_not_mixed() {
        let query = Query::new("accounts").top(5).page_size(250);
        assert_eq!((query.path().as_str(), query.prefer()), ("accounts?$top=5", None));
    }

    #[test]
    fn a_set_name_stays_one_segment() {
        assert_eq!(Query::new("a/../b?x#y").path(), "a%2F..%2Fb%3Fx%23y");
    }

    #[test]
    fn a_row_is_addressed_by_its_key() {
        let id = "{9C2B1F0E-6D0F-4F0A-9A57-0D3C8B7E1A11}".parse().unwrap();
        let mut row = RowQuery::new("incidents", id);
        assert_eq!(row.path(), "incidents(9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11)");
        row.select = vec!["title".into()];
        assert_eq!(row.path(), "incidents(9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11)?$select=title");
    }
}
