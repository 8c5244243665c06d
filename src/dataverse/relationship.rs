//! Relationships of a table: what its rows point to, what points to them, and what they are linked with.

use serde::Deserialize;

use super::query::encoded;
use super::request::Request;
use super::{Client, ColumnName, Error, Filter, Query, Row, RowId, Table, TableName, Total, field};

/// What is read of a lookup's relationship, from either side.
const OF_LOOKUP: &str = "SchemaName,ReferencedEntity,ReferencingEntity,ReferencingAttribute,\
    ReferencingEntityNavigationPropertyName";
/// What is read of a many-to-many relationship.
const OF_LINKS: &str = "SchemaName,Entity1LogicalName,Entity2LogicalName,Entity1NavigationPropertyName,\
    Entity2NavigationPropertyName";

/// A relationship, seen from one of its tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relationship {
    /// Schema name, which is unique in an environment but for a table that is linked with itself.
    pub schema: String,
    /// The table on the other side; `owner` for an owner.
    pub table: TableName,
    pub kind: RelationshipKind,
}

/// How rows hang together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelationshipKind {
    /// N:1, by this lookup of the table itself.
    ManyToOne(ColumnName),
    /// 1:N, by this lookup of the other table, and the navigation property by which it is written.
    OneToMany { column: ColumnName, navigation: String },
    /// N:N: the navigation properties that lead to the other table, and from there back.
    ManyToMany { navigation: String, back: String },
}

impl Relationship {
    /// The lookup of the table itself, for N:1.
    pub fn lookup(&self) -> Option<&ColumnName> {
        match &self.kind {
            RelationshipKind::ManyToOne(column) => Some(column),
            _ => None,
        }
    }

    /// The condition that rows of the other table are related to this one; nothing for N:1, where the row itself says it.
    pub fn condition(&self, of: &Table, id: RowId) -> Option<Filter> {
        match &self.kind {
            RelationshipKind::ManyToOne(_) => None,
            RelationshipKind::OneToMany { column, .. } => Some(field(format!("_{column}_value")).eq(id)),
            RelationshipKind::ManyToMany { back, .. } => {
                Some(Filter::Raw(format!("{back}/any(o:o/{} eq {id})", of.primary_id)))
            }
        }
    }
}

/// How many rows are related, and which one when it is a single one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelatedCount {
    pub total: Total,
    /// The name of the first one, where rows of the table have names.
    pub first: Option<String>,
}

impl Client {
    /// The relationships of a table: N:1, then 1:N, then N:N. One request.
    ///
    /// # Errors
    ///
    /// As every read.
    pub async fn relationships(&self, table: &TableName) -> Result<Vec<Relationship>, Error> {
        let path = format!(
            "EntityDefinitions(LogicalName='{}')?$select=LogicalName&$expand=\
             ManyToOneRelationships($select={OF_LOOKUP}),OneToManyRelationships($select={OF_LOOKUP}),\
             ManyToManyRelationships($select={OF_LINKS})",
            encoded(table.as_str())
        );
        let answer: Answer = self.transport.send(Request::get(path)).await?.decode()?;
        Ok(answer.relationships(table))
    }

    /// How many rows of a table meet a condition; the service counts to 5,000.
    ///
    /// # Errors
    ///
    /// As every read; [`Error::Answer`] when the answer has no count.
    pub async fn related_count(&self, table: &Table, condition: &Filter) -> Result<RelatedCount, Error> {
        match self.counted(table, condition, table.primary_name.as_ref()).await {
            // Some tables have a name that no query may ask for: `partyidname` of activityparty.
            Err(error) if error.is_unknown_property() => self.counted(table, condition, None).await,
            counted => counted,
        }
    }

    async fn counted(
        &self,
        table: &Table,
        condition: &Filter,
        name: Option<&ColumnName>,
    ) -> Result<RelatedCount, Error> {
        let columns = std::iter::once(&table.primary_id).chain(name);
        let query = Query::new(table.set.clone())
            .select(columns.map(ColumnName::as_str))
            .filter(condition.clone())
            .top(1)
            .count();
        let page = self.page(&query).await?;
        let name_of = |row: Row| {
            let name = row.cell(name?.as_str())?.raw_text()?.into_owned();
            Some(name).filter(|name| !name.is_empty())
        };
        let first = page.row(0).and_then(name_of);
        let total = page.total().unwrap_or(Total { rows: page.rows().count() as u64, capped: true });
        Ok(RelatedCount { total, first })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(default)]
    many_to_one_relationships: Vec<OfLookup>,
    #[serde(default)]
    one_to_many_relationships: Vec<OfLookup>,
    #[serde(default)]
    many_to_many_relationships: Vec<OfLinks>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OfLookup {
    schema_name: String,
    referenced_entity: TableName,
    referencing_entity: TableName,
    referencing_attribute: ColumnName,
    referencing_entity_navigation_property_name: Option<String>,
}

#[derive(Deserialize)]
struct OfLinks {
    #[serde(rename = "SchemaName")]
    schema: String,
    #[serde(rename = "Entity1LogicalName")]
    first: TableName,
    #[serde(rename = "Entity2LogicalName")]
    second: TableName,
    #[serde(rename = "Entity1NavigationPropertyName")]
    from_first: Option<String>,
    #[serde(rename = "Entity2NavigationPropertyName")]
    from_second: Option<String>,
}

impl Answer {
    fn relationships(self, table: &TableName) -> Vec<Relationship> {
        let to = self.many_to_one_relationships.into_iter().map(|of| Relationship {
            schema: of.schema_name,
            table: of.referenced_entity,
            kind: RelationshipKind::ManyToOne(of.referencing_attribute),
        });
        let from = self.one_to_many_relationships.into_iter().map(|of| Relationship {
            schema: of.schema_name,
            table: of.referencing_entity,
            kind: RelationshipKind::OneToMany {
                navigation: of
                    .referencing_entity_navigation_property_name
                    .unwrap_or_else(|| of.referencing_attribute.to_string()),
                column: of.referencing_attribute,
            },
        });
        let linked = self.many_to_many_relationships.into_iter().flat_map(|of| of.sides(table));
        to.chain(from).chain(linked).collect()
    }
}

impl OfLinks {
    /// The relationship from a table; from both its sides when that table is linked with itself.
    fn sides(self, table: &TableName) -> Vec<Relationship> {
        // What cannot be read over the Web API has no navigation properties.
        let (Some(from_first), Some(from_second)) = (self.from_first, self.from_second) else {
            return vec![];
        };
        let side = |table: &TableName, navigation: &str, back: &str| Relationship {
            schema: self.schema.clone(),
            table: table.clone(),
            kind: RelationshipKind::ManyToMany { navigation: navigation.to_owned(), back: back.to_owned() },
        };
        let mut sides = Vec::new();
        if self.first == *table {
            sides.push(side(&self.second, &from_first, &from_second));
        }
        if self.second == *table && (self.first != *table || from_first != from_second) {
            sides.push(side(&self.first, &from_second, &from_first));
        }
        sides
    }
}
