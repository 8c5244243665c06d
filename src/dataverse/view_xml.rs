//! What a view of the server says in XML: its query, and the columns of its grid. Text in, values out.

use std::collections::HashSet;

use roxmltree::{Document, Node, ParsingOptions};

use super::{ColumnName, TableName};

/// Longer text is not read. The longest views people make are a hundredth of this.
const LONGEST: usize = 2 << 20;
/// No table has more columns.
const MOST_COLUMNS: usize = 2_000;
/// An order by more columns tells nobody anything.
const MOST_ORDERS: usize = 20;
/// More elements and texts are not read.
const MAX_NODES: u32 = 50_000;

/// What a view's FetchXML asks for of its own table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ViewQuery {
    /// The columns that come; nothing for all of them.
    pub columns: Option<Vec<ColumnName>>,
    /// Column, and whether it goes down; the one that counts most first.
    pub order: Vec<(ColumnName, bool)>,
    /// What comes of linked tables.
    pub linked: Vec<LinkedColumn>,
    /// Rows are put together: what comes has no key, and is no row of the table.
    pub is_aggregate: bool,
}

/// A column of a linked table, as it comes with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedColumn {
    /// What it comes as: `alias.telephone1`.
    pub property: ColumnName,
    /// The linked table.
    pub table: TableName,
    /// Its column there.
    pub column: ColumnName,
}

/// Reads FetchXML.
///
/// # Errors
///
/// Why it cannot be read, to go on a sentence.
pub fn view_query(fetch: &str) -> Result<ViewQuery, String> {
    let document = parsed(fetch)?;
    let root = Some(document.root_element()).filter(|root| root.has_tag_name("fetch"));
    let root = root.ok_or("it is no FetchXML")?;
    let entity = child(root, "entity").ok_or("it names no table")?;
    let named = |node: Node<'_, '_>, name: &str| {
        // With an alias it comes under another name.
        (node.attribute("alias").is_none()).then(|| node.attribute(name).map(ColumnName::new)).flatten()
    };
    let of_kind = |kind: &'static str| {
        entity.children().filter(move |node| node.is_element() && node.has_tag_name(kind))
    };
    let columns = of_kind("attribute").filter_map(|node| named(node, "name"));
    let columns = of_kind("all-attributes").next().is_none().then(|| unique(columns));
    // An order with the name of a linked table is about a column of that one.
    let order = of_kind("order").filter(|node| node.attribute("entityname").is_none());
    let order = order.filter_map(|node| Some((named(node, "attribute")?, is_true(node, "descending"))));
    let links = entity.descendants().filter(|node| node.has_tag_name("link-entity"));
    let linked = links.flat_map(|link| {
        let of = link.attribute("alias").zip(link.attribute("name"));
        let attributes = link.children().filter(|node| node.has_tag_name("attribute"));
        attributes.filter_map(move |node| {
            let ((alias, table), column) = of.zip(named(node, "name"))?;
            let property = ColumnName::new(format!("{alias}.{column}"));
            Some(LinkedColumn { property, table: TableName::new(table), column })
        })
    });
    let linked = linked.take(MOST_COLUMNS).collect();
    Ok(ViewQuery {
        columns,
        linked,
        order: order.take(MOST_ORDERS).collect(),
        is_aggregate: is_true(root, "aggregate"),
    })
}

/// Reads the XML of a grid's layout: the columns from left to right, each once; those of linked tables as
/// `alias.column`.
///
/// # Errors
///
/// Why it cannot be read, to go on a sentence.
pub fn view_columns(layout: &str) -> Result<Vec<ColumnName>, String> {
    let document = parsed(layout)?;
    let root = Some(document.root_element()).filter(|root| root.has_tag_name("grid"));
    let row = child(root.ok_or("it is no layout of a grid")?, "row").ok_or("it has no columns")?;
    let cells = row.children().filter(|node| node.has_tag_name("cell") && !is_true(*node, "ishidden"));
    Ok(unique(cells.filter_map(|cell| cell.attribute("name")).map(ColumnName::new)))
}

fn parsed(xml: &str) -> Result<Document<'_>, String> {
    if xml.len() > LONGEST {
        return Err("its XML is too long".into());
    }
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let xml = xml.trim_start_matches('\u{feff}').trim();
    Document::parse_with_options(xml, options).map_err(|error| format!("its XML cannot be read ({error})"))
}

fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|node| node.has_tag_name(name))
}

fn is_true(node: Node<'_, '_>, name: &str) -> bool {
    matches!(node.attribute(name), Some("1" | "true"))
}

fn unique(names: impl Iterator<Item = ColumnName>) -> Vec<ColumnName> {
    let mut seen = HashSet::new();
    names.filter(|name| seen.insert(name.clone())).take(MOST_COLUMNS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(columns: &[ColumnName]) -> Vec<&str> {
        columns.iter().map(ColumnName::as_str).collect()
    }

    #[test]
    fn a_query_says_which_columns_come_in_which_order_and_what_of_linked_tables() {
        let query = view_query(
            r#"<fetch version="1.0" mapping="logical"><entity name="incident">
                <attribute name="incidentid"/><attribute name="title"/><attribute name="title"/>
                <attribute name="createdon" alias="born"/>
                <order attribute="prioritycode" descending="false"/>
                <order attribute="createdon" descending="true"/><order attribute="name" entityname="a"/>
                <filter><condition attribute="statecode" operator="eq" value="0"/></filter>
                <link-entity name="account" from="accountid" to="customerid" alias="a">
                  <attribute name="telephone1"/><attribute name="x" alias="y"/><order attribute="name"/>
                  <link-entity name="contact" alias="b"><attribute name="fullname"/></link-entity></link-entity>
                <link-entity name="team"><attribute name="nobody"/></link-entity>
            </entity></fetch>"#,
        )
        .unwrap();
        assert_eq!(names(query.columns.as_deref().unwrap()), ["incidentid", "title"]);
        assert_eq!(query.order, [("prioritycode".into(), false), ("createdon".into(), true)]);
        let linked = |link: &LinkedColumn| format!("{} = {} {}", link.property, link.table, link.column);
        let linked: Vec<String> = query.linked.iter().map(linked).collect();
        assert_eq!(linked, ["a.telephone1 = account telephone1", "b.fullname = contact fullname"]);
        assert!(!query.is_aggregate);
        let all = view_query("<fetch aggregate='true'><entity name='x'><all-attributes/></entity></fetch>");
        assert_eq!(all, Ok(ViewQuery { is_aggregate: true, ..ViewQuery::default() }));
    }

    #[test]
    fn a_layout_gives_its_columns_from_left_to_right_each_once_without_hidden_ones() {
        let columns = view_columns(
            r#"<grid name="resultset" object="112" jump="title" select="1"><row name="result" id="incidentid">
                <cell name="title" width="250"/><cell name="a_1.telephone1" width="100" disableSorting="1"/>
                <cell name="ownerid" width="x"/><cell width="10"/><cell name="secret" ishidden="1"/>
                <cell name="title"/></row></grid>"#,
        )
        .unwrap();
        assert_eq!(names(&columns), ["title", "a_1.telephone1", "ownerid"]);
    }

    #[test]
    fn what_is_no_view_or_wants_to_do_harm_is_refused_with_a_reason() {
        let billion = "<!DOCTYPE fetch [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>\
                       <fetch><entity name=\"&b;\"/></fetch>";
        let file = "<!DOCTYPE grid [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><grid><row>&x;</row></grid>";
        let many = format!("<grid><row>{}</row></grid>", "<cell name='a'/>".repeat(60_000));
        let long = format!("<fetch><entity name='{}'/></fetch>", "a".repeat(LONGEST));
        for xml in
            ["", " ", "no xml", "<fetch>", "<a/>", "<fetch/>", "<grid/>", "{}", "\0", billion, file, &long]
        {
            let start: String = xml.chars().take(40).collect();
            assert!(view_query(xml).is_err(), "{start}");
            assert!(view_columns(xml).is_err(), "{start}");
        }
        assert!(view_columns(&many).is_err());
        assert!(view_query("<fetch><entity name='&unknown;'/></fetch>").is_err());
    }

    #[test]
    fn elements_in_elements_need_no_stack() {
        let deep = |inner: &str| format!("{}{inner}{}", "<a>".repeat(20_000), "</a>".repeat(20_000));
        let fetch = format!("<fetch><entity name='x'>{}<order attribute='y'/></entity></fetch>", deep(""));
        assert_eq!(view_query(&fetch).unwrap().order, [("y".into(), false)]);
        let layout = format!("<grid><row>{}<cell name='x'/></row></grid>", deep("<cell name='y'/>"));
        assert_eq!(names(&view_columns(&layout).unwrap()), ["x"]);
    }
}
