//! Relationships: one-to-many, from either side, and many-to-many. The owner's leads to `owner`, which is no table
//! of its own.

use std::collections::HashSet;

use super::definition::{Definition, Related, Type};
use super::json::Json;
use crate::sandbox::schema::{ManyToMany, OnDelete, Relationship, Schema, Table};
use crate::sandbox::seed::named_id;

pub(super) const ONE_TO_MANY: &str = "OneToManyRelationshipMetadata";
pub(super) const MANY_TO_MANY: &str = "ManyToManyRelationshipMetadata";

/// A lookup's relationship.
#[derive(Debug, Clone, Copy)]
pub(super) struct RelationshipOf<'a> {
    pub(super) schema: &'a Schema,
    pub(super) relationship: Relationship<'a>,
}

/// A many-to-many relationship.
#[derive(Debug, Clone, Copy)]
pub(super) struct LinkOf<'a>(pub(super) &'a ManyToMany);

/// The type of a request's definitions; the base type without a cast.
pub(super) fn kind(cast: Option<&'static str>) -> Type {
    let own = match cast {
        Some(ONE_TO_MANY) => TO_MANY.iter().map(|(name, _)| *name).collect(),
        Some(_) => BOTH.iter().map(|(name, _)| *name).collect(),
        None => Vec::new(),
    };
    let names = BASE.iter().copied().chain(own).collect();
    Type { name: cast.unwrap_or("RelationshipMetadataBase"), names, navigation: &[], base: cast.is_none() }
}

pub(super) fn cast(name: &str) -> Option<&'static str> {
    [ONE_TO_MANY, MANY_TO_MANY].into_iter().find(|known| *known == name)
}

/// The relationships of a table's lookups, each once: an owner's leads to users and to teams.
pub(super) fn many_to_one<'a>(schema: &'a Schema, table: &'a Table) -> Vec<RelationshipOf<'a>> {
    let mut seen = HashSet::new();
    let all =
        table.relationships().filter(|relationship| seen.insert(relationship.target.relationship.as_str()));
    all.map(|relationship| RelationshipOf { schema, relationship }).collect()
}

pub(super) fn one_to_many<'a>(schema: &'a Schema, table: &'a Table) -> Vec<RelationshipOf<'a>> {
    let relationships = schema.relationships_to(table).filter(|relationship| !relationship.column.is_owner());
    relationships.map(|relationship| RelationshipOf { schema, relationship }).collect()
}

/// What both kinds begin with.
const BASE: &[&str] = &[
    "MetadataId",
    "HasChanged",
    "IsCustomRelationship",
    "IsValidForAdvancedFind",
    "SchemaName",
    "SecurityTypes",
    "IsManaged",
    "RelationshipType",
    "IntroducedVersion",
    "IsCustomizable",
];

/// Writes one of [`BASE`].
fn base(name: &str, schema: &str, kind: &str, custom: bool, security: &str, out: &mut Json) {
    match name {
        "MetadataId" => out.id(named_id(&format!("relationship {schema}"))),
        "IsCustomRelationship" => out.yes(custom),
        "IsValidForAdvancedFind" => out.yes(true),
        "SchemaName" => out.text(schema),
        "SecurityTypes" => out.text(security),
        "IsManaged" => out.yes(!custom),
        "RelationshipType" => out.text(kind),
        "IntroducedVersion" => out.text(if custom { "1.0" } else { "5.0.0.0" }),
        "IsCustomizable" => out.managed(true, false, "iscustomizable"),
        _ => out.null(),
    }
}

impl RelationshipOf<'_> {
    fn referenced(&self) -> (&str, String) {
        let Relationship { column, target, .. } = &self.relationship;
        if column.is_owner() {
            return ("owner", "ownerid".to_owned());
        }
        let key = self.schema.table(&target.table).map(|table| table.key.clone());
        (target.table.as_str(), key.unwrap_or_else(|| format!("{}id", target.table)))
    }

    fn cascade(&self, out: &mut Json) {
        let (delete, follow) = match self.relationship.target.on_delete {
            OnDelete::RemoveLink => ("RemoveLink", "NoCascade"),
            OnDelete::Cascade => ("Cascade", "Cascade"),
            OnDelete::Restrict => ("Restrict", "NoCascade"),
            OnDelete::Nothing => ("NoCascade", "NoCascade"),
        };
        out.object(|out| {
            for (name, value) in [
                ("Assign", follow),
                ("Delete", delete),
                ("Archive", delete),
                ("Merge", "NoCascade"),
                ("Reparent", follow),
                ("Share", follow),
                ("Unshare", follow),
                ("RollupView", "NoCascade"),
            ] {
                out.key(name);
                out.text(value);
            }
        });
    }
}

impl Definition for RelationshipOf<'_> {
    fn kind(&self) -> &'static str {
        ONE_TO_MANY
    }

    fn name(&self, place: usize) -> Option<&'static str> {
        let own = || TO_MANY.get(place - BASE.len()).map(|(name, _)| *name);
        BASE.get(place).copied().or_else(own)
    }

    fn write(&self, place: usize, out: &mut Json) {
        let target = self.relationship.target;
        match BASE.get(place) {
            Some(name) => {
                let custom = self.relationship.column.custom;
                base(name, &target.relationship, "OneToManyRelationship", custom, "Append", out);
            }
            None => {
                if let Some((_, write)) = TO_MANY.get(place - BASE.len()) {
                    write(self, out);
                }
            }
        }
    }

    fn related(&self, _: &str) -> Option<Related<'_>> {
        None
    }
}

type ToMany = (&'static str, fn(&RelationshipOf<'_>, &mut Json));

const TO_MANY: &[ToMany] = &[
    ("ReferencedAttribute", |of, out| out.text(&of.referenced().1)),
    ("ReferencedEntity", |of, out| out.text(of.referenced().0)),
    ("ReferencingAttribute", |of, out| out.text(&of.relationship.column.name)),
    ("ReferencingEntity", |of, out| out.text(&of.relationship.table.name)),
    ("IsHierarchical", |of, out| {
        let name = of.relationship.column.name.as_str();
        let own = of.relationship.target.table == of.relationship.table.name;
        out.yes(own && matches!(name, "parentcaseid" | "parentaccountid"));
    }),
    ("EntityKey", |_, out| out.null()),
    ("IsRelationshipAttributeDenormalized", |_, out| out.yes(false)),
    ("ReferencedEntityNavigationPropertyName", |of, out| out.text(&of.relationship.target.collection)),
    ("ReferencingEntityNavigationPropertyName", |of, out| out.text(&of.relationship.target.nav)),
    ("RelationshipBehavior", |_, out| out.number(1)),
    ("IsDenormalizedLookup", |_, out| out.null()),
    ("DenormalizedAttributeName", |_, out| out.null()),
    ("AssociatedMenuConfiguration", |of, out| menu(&of.relationship.target.relationship, out)),
    ("CascadeConfiguration", |of, out| of.cascade(out)),
    ("RelationshipAttributes", |_, out| out.raw("[]")),
];

impl Definition for LinkOf<'_> {
    fn kind(&self) -> &'static str {
        MANY_TO_MANY
    }

    fn name(&self, place: usize) -> Option<&'static str> {
        let own = || BOTH.get(place - BASE.len()).map(|(name, _)| *name);
        BASE.get(place).copied().or_else(own)
    }

    fn write(&self, place: usize, out: &mut Json) {
        match BASE.get(place) {
            Some(name) => {
                base(name, self.0.schema, "ManyToManyRelationship", self.0.custom, "None", out);
            }
            None => {
                if let Some((_, write)) = BOTH.get(place - BASE.len()) {
                    write(self.0, out);
                }
            }
        }
    }

    fn related(&self, _: &str) -> Option<Related<'_>> {
        None
    }
}

type Both = (&'static str, fn(&ManyToMany, &mut Json));

const BOTH: &[Both] = &[
    ("Entity1LogicalName", |link, out| out.text(link.first.table)),
    ("Entity2LogicalName", |link, out| out.text(link.second.table)),
    ("IntersectEntityName", |link, out| out.text(link.intersect)),
    ("Entity1IntersectAttribute", |link, out| out.text(link.first.column)),
    ("Entity2IntersectAttribute", |link, out| out.text(link.second.column)),
    ("Entity1NavigationPropertyName", |link, out| out.text(link.first.nav)),
    ("Entity2NavigationPropertyName", |link, out| out.text(link.second.nav)),
    ("Entity1AssociatedMenuConfiguration", |link, out| menu(link.schema, out)),
    ("Entity2AssociatedMenuConfiguration", |link, out| menu(link.schema, out)),
];

/// `AssociatedMenuConfiguration`.
fn menu(of: &str, out: &mut Json) {
    out.raw(concat!(
        "{\"Behavior\":\"UseCollectionName\",\"Group\":\"Details\",\"Order\":null,\"IsCustomizable\":false,",
        "\"Icon\":null,\"ViewId\":\"00000000-0000-0000-0000-000000000000\",\"AvailableOffline\":true,",
        "\"MenuId\":null,\"QueryApi\":null,\"Label\":",
    ));
    out.label("", of);
    out.raw("}");
}
