//! Which columns a table's quick-find view searches, and how the names behind its lookups are reached.

use roxmltree::{Document, Node};

use super::metadata::ColumnKind;
use super::query::{Literal, encoded, field};
use super::{Client, ColumnName, Error, Page, TableName, TableSchema};

/// What a quick search of a table looks at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QuickFind {
    /// The columns in the view's order.
    pub columns: Vec<ColumnName>,
    /// The ways from its lookups to the rows they point to.
    pub paths: Vec<LookupPath>,
}

/// From a lookup to the rows of one table that it can point to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupPath {
    /// The lookup, `customerid`.
    pub column: ColumnName,
    /// One of its tables, `account`.
    pub target: TableName,
    /// The navigation property, spelled as the service spells it: `customerid_account`.
    pub navigation: String,
}

impl Client {
    /// The quick find of a table; none when the table has no such view. One request, and one for the ways behind its
    /// lookups where it has some.
    ///
    /// # Errors
    ///
    /// As every read, and [`Error::Answer`] for a view that cannot be read as FetchXML.
    pub async fn quick_find(&self, schema: &TableSchema) -> Result<Option<QuickFind>, Error> {
        // The table's name is compared as a whole: `_` is no wildcard there.
        let table = field("returnedtypecode").eq(Literal::Name(schema.table.name.to_string()));
        let quick = field("isquickfindquery").eq(true).or(field("querytype").eq(4));
        let filter = encoded(&table.and(quick).and(field("statecode").eq(0)).to_string());
        let path = format!(
            "savedqueries?$select=fetchxml,isdefault&$filter={filter}&$orderby=isdefault%20desc,savedqueryid"
        );
        let views = self.collection(&path).await?;
        let Some(columns) = first_view(&views)? else { return Ok(None) };
        let is_lookup = |name: &ColumnName| {
            let column = schema.column(name.as_str());
            column.is_some_and(|column| matches!(column.kind, ColumnKind::Lookup { .. }))
        };
        let mut paths = Vec::new();
        if columns.iter().any(is_lookup) {
            paths = self.lookup_paths(&schema.table.name).await?;
            paths.retain(|path| columns.contains(&path.column));
        }
        Ok(Some(QuickFind { columns, paths }))
    }

    /// The ways from a table's lookups to the rows that they point to. An owner's is told once, to `owner`.
    ///
    /// # Errors
    ///
    /// As every read.
    pub async fn lookup_paths(&self, table: &TableName) -> Result<Vec<LookupPath>, Error> {
        let path = format!(
            "EntityDefinitions(LogicalName='{}')/ManyToOneRelationships?$select=ReferencingAttribute,\
             ReferencedEntity,ReferencingEntityNavigationPropertyName",
            encoded(table.as_str())
        );
        Ok(lookup_paths(&self.collection(&path).await?))
    }
}

/// The columns of the first view that names some.
fn first_view(views: &Page) -> Result<Option<Vec<ColumnName>>, Error> {
    for row in views.rows() {
        let Some(columns) = row.cell("fetchxml").and_then(|cell| Some(searched(&cell.raw_text()?))) else {
            continue;
        };
        let columns = columns?;
        if !columns.is_empty() {
            return Ok(Some(columns));
        }
    }
    Ok(None)
}

/// The columns of a view's own table into which a quick find puts its words.
fn searched(fetch: &str) -> Result<Vec<ColumnName>, Error> {
    let document = Document::parse(fetch)
        .map_err(|error| Error::answer(format!("a quick-find view that is no FetchXML ({error})")))?;
    let is_marked = |node: &Node<'_, '_>| {
        node.has_tag_name("filter") && matches!(node.attribute("isquickfindfields"), Some("1" | "true"))
    };
    let is_linked = |node: &Node<'_, '_>| {
        node.attribute("entityname").is_some()
            || node.ancestors().any(|node| node.has_tag_name("link-entity"))
    };
    let mut columns: Vec<ColumnName> = Vec::new();
    for filter in document.descendants().filter(is_marked) {
        let conditions = filter.descendants().filter(|node| node.has_tag_name("condition"));
        for name in conditions.filter(|node| !is_linked(node)).filter_map(|node| node.attribute("attribute"))
        {
            if !columns.iter().any(|column| column.as_str() == name) {
                columns.push(ColumnName::new(name));
            }
        }
    }
    Ok(columns)
}

fn lookup_paths(relationships: &Page) -> Vec<LookupPath> {
    let path = |row: super::Row| {
        let text = |name: &str| Some(row.cell(name)?.raw_text()?.into_owned());
        Some(LookupPath {
            column: ColumnName::new(text("ReferencingAttribute")?),
            target: TableName::new(text("ReferencedEntity")?),
            navigation: text("ReferencingEntityNavigationPropertyName")?,
        })
    };
    relationships.rows().filter_map(path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_of_the_marked_filter_are_searched_each_once_and_those_of_other_tables_are_not() {
        let fetch = r#"<fetch version="1.0"><entity name="incident"><attribute name="title"/>
            <filter type="and"><condition attribute="statecode" operator="eq" value="0"/></filter>
            <filter type="or" isquickfindfields="1">
              <condition attribute="title" operator="like" value="{0}"/>
              <condition attribute="customerid" operator="like" value="{0}"/>
              <condition attribute="title" operator="like" value="{0}"/>
              <condition entityname="a" attribute="name" operator="like" value="{0}"/>
            </filter>
            <link-entity name="account" alias="a"><filter isquickfindfields="true">
              <condition attribute="telephone1" operator="like" value="{0}"/></filter></link-entity>
            </entity></fetch>"#;
        assert_eq!(searched(fetch).unwrap(), ["title".into(), "customerid".into()]);
        assert!(searched("<fetch><entity name=\"x\"/></fetch>").unwrap().is_empty());
        for damaged in ["", "<fetch>", "no xml"] {
            assert!(searched(damaged).is_err(), "{damaged}");
        }
    }
}
