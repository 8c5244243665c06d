//! Tables as entity types and entity sets.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::escaped;
use crate::sandbox::schema::{Behavior, Column, Kind, Schema, Table};

/// Rows that own others: `systemuser` and `team` derive from it.
const PRINCIPAL: &str = "principal";
const ACTIVITY: &str = "activitypointer";

/// The type that a table's derives from, when it is more than a row.
fn base(table: &Table) -> Option<&'static str> {
    match table.name.as_str() {
        "systemuser" | "team" => Some(PRINCIPAL),
        ACTIVITY => None,
        _ if table.declared.traits.activity => Some(ACTIVITY),
        _ => None,
    }
}

/// The key that others refer to a row by, which is its base type's.
fn key(table: &Table) -> &str {
    if base(table) == Some(PRINCIPAL) { "ownerid" } else { &table.key }
}

pub(super) fn types(schema: &Schema, annotated: bool, out: &mut String) {
    out.push_str(
        "<EntityType Name=\"crmbaseentity\" Abstract=\"true\"/>\
         <EntityType Name=\"principal\" BaseType=\"mscrm.crmbaseentity\"><Key><PropertyRef Name=\"ownerid\"/></Key>\
         <Property Name=\"ownerid\" Type=\"Edm.Guid\"/></EntityType>",
    );
    if schema.table(ACTIVITY).is_none() {
        out.push_str(
            "<EntityType Name=\"activitypointer\" BaseType=\"mscrm.crmbaseentity\">\
             <Key><PropertyRef Name=\"activityid\"/></Key>\
             <Property Name=\"activityid\" Type=\"Edm.Guid\"/></EntityType>",
        );
    }
    for table in schema.tables() {
        entity_type(schema, table, annotated, out);
    }
}

fn entity_type(schema: &Schema, table: &Table, annotated: bool, out: &mut String) {
    let base = base(table);
    let _ = write!(
        out,
        "<EntityType Name=\"{}\" BaseType=\"mscrm.{}\">",
        table.name,
        base.unwrap_or("crmbaseentity")
    );
    if base.is_none() {
        let _ = write!(out, "<Key><PropertyRef Name=\"{}\"/></Key>", table.key);
    }
    // What the base type has is not said again.
    let mut said: HashSet<String> = HashSet::new();
    if base == Some(ACTIVITY) {
        said.insert("activityid".to_owned());
        if let Some(pointer) = schema.table(ACTIVITY) {
            said.extend(pointer.stored().map(Column::property));
            navigation(schema, pointer).into_iter().for_each(|nav| {
                said.insert(nav.name);
            });
        }
    }
    for column in table.stored() {
        if said.insert(column.property()) {
            property(column, annotated, out);
        }
    }
    for nav in navigation(schema, table) {
        if said.insert(nav.name.clone()) {
            nav.write(out);
        }
    }
    if annotated {
        let _ = write!(
            out,
            "<Annotation Term=\"Org.OData.Core.V1.Description\" String=\"{}\"/>",
            escaped(table.declared.description)
        );
    }
    alternate_keys(table, out);
    out.push_str("</EntityType>");
}

fn property(column: &Column, annotated: bool, out: &mut String) {
    let _ = write!(out, "<Property Name=\"{}\" Type=\"{}\"", column.property(), edm(column));
    match column.kind {
        Kind::Decimal { .. } | Kind::Money { .. } => out.push_str(" Scale=\"Variable\""),
        Kind::Text { .. } | Kind::Memo { .. } | Kind::EntityName | Kind::MultiChoice { .. } => {
            out.push_str(" Unicode=\"false\"");
        }
        _ => {}
    }
    let computed = annotated && !column.create && !column.update;
    if !annotated && !column.is_lookup() {
        out.push_str("/>");
        return;
    }
    out.push('>');
    if annotated {
        let _ = write!(
            out,
            "<Annotation Term=\"Org.OData.Core.V1.Description\" String=\"{}\"/>",
            escaped(&column.label)
        );
    }
    if computed {
        out.push_str("<Annotation Term=\"Org.OData.Core.V1.Computed\" Bool=\"true\"/>");
    }
    if computed || column.is_lookup() {
        out.push_str(
            "<Annotation Term=\"Org.OData.Core.V1.Permissions\">\
             <EnumMember>Org.OData.Core.V1.PermissionType/Read</EnumMember></Annotation>",
        );
    }
    out.push_str("</Property>");
}

fn edm(column: &Column) -> &'static str {
    match column.kind {
        Kind::Whole { .. } | Kind::Choice { .. } | Kind::State { .. } | Kind::Status { .. } => "Edm.Int32",
        Kind::BigInt => "Edm.Int64",
        Kind::Double { .. } => "Edm.Double",
        Kind::Decimal { .. } | Kind::Money { .. } => "Edm.Decimal",
        Kind::YesNo { .. } => "Edm.Boolean",
        Kind::DateTime { behavior: Behavior::DateOnly, .. } => "Edm.Date",
        Kind::DateTime { .. } => "Edm.DateTimeOffset",
        Kind::Lookup { .. } | Kind::Id | Kind::File { .. } => "Edm.Guid",
        Kind::Image => "Edm.Binary",
        _ => "Edm.String",
    }
}

/// A navigation property.
struct Nav {
    name: String,
    /// Type of what is on the other side.
    to: String,
    many: bool,
    /// The property on the other side that leads back.
    partner: Option<String>,
    /// Property and what it refers to.
    constraint: Option<(String, String)>,
}

impl Nav {
    fn write(&self, out: &mut String) {
        let (open, close) = if self.many { ("Collection(", ")") } else { ("", "") };
        let _ =
            write!(out, "<NavigationProperty Name=\"{}\" Type=\"{open}mscrm.{}{close}\"", self.name, self.to);
        if let Some(partner) = &self.partner {
            let _ = write!(out, " Partner=\"{partner}\"");
        }
        match &self.constraint {
            None => out.push_str("/>"),
            Some((property, referenced)) => {
                let _ = write!(
                    out,
                    "><ReferentialConstraint Property=\"{property}\" ReferencedProperty=\"{referenced}\"/>\
                     </NavigationProperty>"
                );
            }
        }
    }
}

/// All navigation properties, each name once. A lookup to a table that is not there leads nowhere.
fn navigation(schema: &Schema, table: &Table) -> Vec<Nav> {
    let mut navs: Vec<Nav> = Vec::new();
    for relationship in table.relationships() {
        let target = relationship.target;
        let property = relationship.column.property();
        if relationship.column.is_owner() {
            navs.push(Nav {
                name: target.nav.clone(),
                to: PRINCIPAL.to_owned(),
                many: false,
                partner: None,
                constraint: Some((property, "ownerid".to_owned())),
            });
        } else if let Some(other) = schema.table(&target.table) {
            navs.push(Nav {
                name: target.nav.clone(),
                to: other.name.clone(),
                many: false,
                partner: Some(target.collection.clone()),
                constraint: Some((property, key(other).to_owned())),
            });
        }
    }
    let children = schema.relationships_to(table).filter(|relationship| !relationship.column.is_owner());
    navs.extend(children.map(|relationship| Nav {
        name: relationship.target.collection.clone(),
        to: relationship.table.name.clone(),
        many: true,
        partner: Some(relationship.target.nav.clone()),
        constraint: None,
    }));
    navs.extend(schema.associations(table).map(|link| Nav {
        name: link.here.nav.to_owned(),
        to: link.table.name.clone(),
        many: true,
        partner: Some(link.there.nav.to_owned()),
        constraint: None,
    }));
    let mut seen = HashSet::new();
    navs.retain(|nav| seen.insert(nav.name.clone()));
    navs
}

fn alternate_keys(table: &Table, out: &mut String) {
    if table.declared.keys.is_empty() {
        return;
    }
    out.push_str("<Annotation Term=\"OData.Community.Keys.V1.AlternateKeys\"><Collection>");
    for key in table.declared.keys {
        out.push_str(
            "<Record Type=\"OData.Community.Keys.V1.AlternateKey\"><PropertyValue Property=\"Key\"><Collection>",
        );
        for name in key.columns {
            let property = table.column(name).map_or_else(|| (*name).to_owned(), Column::property);
            let _ = write!(
                out,
                "<Record Type=\"OData.Community.Keys.V1.PropertyRef\">\
                 <PropertyValue Property=\"Name\" PropertyPath=\"{property}\"/>\
                 <PropertyValue Property=\"Alias\" String=\"{name}\"/></Record>"
            );
        }
        out.push_str("</Collection></PropertyValue></Record>");
    }
    out.push_str("</Collection></Annotation>");
}

pub(super) fn sets(schema: &Schema, annotated: bool, out: &mut String) {
    for table in schema.tables() {
        let _ = write!(
            out,
            "<EntitySet Name=\"{}\" EntityType=\"Microsoft.Dynamics.CRM.{}\">",
            table.declared.set, table.name
        );
        for nav in navigation(schema, table) {
            // Owners are in no set of their own.
            let Some(set) = schema.table(&nav.to).map(|table| table.declared.set) else { continue };
            let _ = write!(out, "<NavigationPropertyBinding Path=\"{}\" Target=\"{set}\"/>", nav.name);
        }
        if annotated {
            out.push_str(
                "<Annotation Term=\"Org.OData.Capabilities.V1.ChangeTracking\"><Record>\
                 <PropertyValue Property=\"Supported\" Bool=\"true\"/></Record></Annotation>",
            );
        }
        out.push_str("</EntitySet>");
    }
}
