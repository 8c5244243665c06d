//! One-to-many relationships, from either side. The owner's leads to `owner`, which is no table of its own.

use serde_json::{Value, json};

use super::labels::{label, managed};
use crate::sandbox::schema::{OnDelete, Relationship, Schema, Table};
use crate::sandbox::seed::named_id;

pub(super) fn many_to_one(schema: &Schema, table: &Table) -> Vec<Value> {
    let mut values: Vec<Value> = Vec::new();
    for relationship in table.relationships() {
        let known = values.iter().any(|value| {
            value.get("SchemaName").and_then(Value::as_str) == Some(&relationship.target.relationship)
        });
        if !known {
            values.push(definition(schema, &relationship));
        }
    }
    values
}

pub(super) fn one_to_many(schema: &Schema, table: &Table) -> Vec<Value> {
    let relationships = schema.relationships_to(table).filter(|relationship| !relationship.column.is_owner());
    relationships.map(|relationship| definition(schema, &relationship)).collect()
}

fn definition(schema: &Schema, relationship: &Relationship<'_>) -> Value {
    let Relationship { table, column, target } = relationship;
    let (referenced, key) = if column.is_owner() {
        ("owner", "ownerid".to_owned())
    } else {
        let key = schema.table(&target.table).map(|table| table.key.clone());
        (target.table.as_str(), key.unwrap_or_else(|| format!("{}id", target.table)))
    };
    let delete = match target.on_delete {
        OnDelete::RemoveLink => "RemoveLink",
        OnDelete::Cascade => "Cascade",
        OnDelete::Restrict => "Restrict",
        OnDelete::Nothing => "NoCascade",
    };
    let follow = if target.on_delete == OnDelete::Cascade { "Cascade" } else { "NoCascade" };
    json!({
        "MetadataId": named_id(&format!("relationship {}", target.relationship)),
        "HasChanged": null,
        "IsCustomRelationship": false,
        "IsValidForAdvancedFind": true,
        "SchemaName": target.relationship,
        "SecurityTypes": "Append",
        "IsManaged": true,
        "RelationshipType": "OneToManyRelationship",
        "IntroducedVersion": "5.0.0.0",
        "ReferencedAttribute": key,
        "ReferencedEntity": referenced,
        "ReferencingAttribute": column.name,
        "ReferencingEntity": table.name,
        "IsHierarchical": referenced == table.name && matches!(column.name.as_str(), "parentcaseid" | "parentaccountid"),
        "EntityKey": null,
        "IsRelationshipAttributeDenormalized": false,
        "ReferencedEntityNavigationPropertyName": target.collection,
        "ReferencingEntityNavigationPropertyName": target.nav,
        "RelationshipBehavior": 1,
        "IsDenormalizedLookup": null,
        "DenormalizedAttributeName": null,
        "IsCustomizable": managed(true, false, "iscustomizable"),
        "AssociatedMenuConfiguration": {
            "Behavior": "UseCollectionName",
            "Group": "Details",
            "Order": null,
            "IsCustomizable": false,
            "Icon": null,
            "ViewId": "00000000-0000-0000-0000-000000000000",
            "AvailableOffline": true,
            "MenuId": null,
            "QueryApi": null,
            "Label": label("", &target.relationship),
        },
        "CascadeConfiguration": {
            "Assign": follow,
            "Delete": delete,
            "Archive": "NoCascade",
            "Merge": "NoCascade",
            "Reparent": follow,
            "Share": follow,
            "Unshare": follow,
            "RollupView": "NoCascade",
        },
        "RelationshipAttributes": [],
    })
}
