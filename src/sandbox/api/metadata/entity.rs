//! `EntityMetadata`.

use serde_json::{Value, json};
use uuid::Uuid;

use super::labels::{joined, label, managed};
use crate::sandbox::schema::{Kind, Ownership, Table};
use crate::sandbox::seed::named_id;

pub(super) fn id(table: &Table) -> Uuid {
    named_id(&format!("table {}", table.name))
}

/// Whether `$select` may name it. All definitions have the same properties.
pub(super) fn has_property(name: &str) -> bool {
    PROPERTIES.contains(&name)
}

pub(super) fn definition(table: &Table) -> Value {
    let declared = table.declared;
    let name = table.name.as_str();
    let traits = declared.traits;
    let image = table.columns.iter().find(|column| matches!(column.kind, Kind::Image));
    let image = image.map(|column| column.name.as_str());
    let ownership = match declared.ownership {
        Ownership::User => "UserOwned",
        Ownership::Business => "BusinessOwned",
        Ownership::Organization => "OrganizationOwned",
        Ownership::None => "None",
    };
    Value::Object(joined([
        json!({
            "MetadataId": id(table),
            "HasChanged": null,
            "ActivityTypeMask": i32::from(traits.activity),
            "AutoRouteToOwnerQueue": false,
            "CanTriggerWorkflow": true,
            "EntityHelpUrlEnabled": false,
            "EntityHelpUrl": null,
            "IsDocumentManagementEnabled": false,
            "IsOneNoteIntegrationEnabled": false,
            "IsInteractionCentricEnabled": true,
            "IsKnowledgeManagementEnabled": name == "incident",
            "IsSLAEnabled": name == "incident",
            "IsBPFEntity": false,
            "AutoCreateAccessTeams": false,
            "IsActivity": traits.activity,
            "IsActivityParty": matches!(name, "account" | "contact" | "systemuser" | "queue"),
            "IsAvailableOffline": true,
            "IsChildEntity": false,
            "IsAIRUpdated": true,
            "IconLargeName": null,
            "IconMediumName": null,
            "IconSmallName": null,
            "IconVectorName": null,
            "IsCustomEntity": table.is_custom(),
            "IsBusinessProcessEnabled": true,
            "SyncToExternalSearchIndex": false,
            "IsOptimisticConcurrencyEnabled": true,
            "ChangeTrackingEnabled": true,
        }),
        json!({
            "IsImportable": true,
            "IsIntersect": table.is_intersect(),
            "IsManaged": !table.is_custom(),
            "IsEnabledForCharts": true,
            "IsEnabledForTrace": false,
            "IsValidForAdvancedFind": true,
            "DaysSinceRecordLastModified": 0,
            "MobileOfflineFilters": "",
            "IsReadingPaneEnabled": true,
            "IsQuickCreateEnabled": true,
            "LogicalName": name,
            "ObjectTypeCode": declared.code,
            "OwnershipType": ownership,
            "PrimaryNameAttribute": (!declared.primary_name.is_empty()).then_some(declared.primary_name),
            "PrimaryImageAttribute": image,
            "PrimaryIdAttribute": table.key,
            "RecurrenceBaseEntityLogicalName": null,
            "ReportViewName": format!("Filtered{}", declared.schema),
            "SchemaName": declared.schema,
            "IntroducedVersion": "5.0.0.0",
            "IsStateModelAware": !table.states().is_empty(),
            "EnforceStateTransitions": false,
        }),
        json!({
            "ExternalName": null,
            "EntityColor": "#005D5D",
            "LogicalCollectionName": declared.set,
            "ExternalCollectionName": null,
            "CollectionSchemaName": declared.plural.replace(' ', ""),
            "EntitySetName": declared.set,
            "IsEnabledForExternalChannels": false,
            "IsPrivate": false,
            "UsesBusinessDataLabelTable": false,
            "IsLogicalEntity": false,
            "HasNotes": traits.notes,
            "HasActivities": traits.activities,
            "HasFeedback": false,
            "IsSolutionAware": false,
            "SettingOf": null,
            "TableType": if traits.activity { "Activity" } else { "Standard" },
            "DataProviderId": null,
            "DataSourceId": null,
            "Description": label(declared.description, &format!("{name} description")),
            "DisplayCollectionName": label(declared.plural, &format!("{name} plural")),
            "DisplayName": label(declared.display, &format!("{name} name")),
            "IsAuditEnabled": managed(true, true, "canmodifyauditsettings"),
            "IsValidForQueue": managed(traits.queue, true, "canmodifyqueuesettings"),
            "IsConnectionsEnabled": managed(true, true, "canmodifyconnectionsettings"),
            "IsCustomizable": managed(true, false, "iscustomizable"),
        }),
        json!({
            "IsRenameable": managed(true, false, "isrenameable"),
            "IsMappable": managed(true, false, "ismappable"),
            "IsDuplicateDetectionEnabled":
                managed(traits.duplicates, true, "canmodifyduplicatedetectionsettings"),
            "CanCreateAttributes": managed(true, false, "cancreateattributes"),
            "CanCreateForms": managed(true, false, "cancreateforms"),
            "CanCreateViews": managed(true, false, "cancreateviews"),
            "CanCreateCharts": managed(true, false, "cancreatecharts"),
            "CanBeRelatedEntityInRelationship": managed(true, false, "canberelatedentityinrelationship"),
            "CanBePrimaryEntityInRelationship": managed(true, false, "canbeprimaryentityinrelationship"),
            "CanBeInManyToMany": managed(true, false, "canbeinmanytomany"),
            "CanEnableSyncToExternalSearchIndex": managed(true, true, "canenablesynctoexternalsearchindex"),
            "CanModifyAdditionalSettings": managed(true, false, "canmodifyadditionalsettings"),
            "CanChangeHierarchicalRelationship": managed(true, false, "canchangehierarchicalrelationship"),
            "CanChangeTrackingBeEnabled": managed(true, true, "canchangetrackingbeenabled"),
            "IsMailMergeEnabled": managed(true, true, "canmodifymailmergesettings"),
            "IsVisibleInMobile": managed(true, true, "canmodifymobilevisibility"),
            "IsVisibleInMobileClient": managed(true, true, "canmodifymobileclientvisibility"),
            "IsReadOnlyInMobileClient": managed(false, true, "canmodifymobileclientreadonly"),
            "IsOfflineInMobileClient": managed(true, true, "canmodifymobileclientoffline"),
            "Privileges": privileges(table),
            "Settings": [],
        }),
    ]))
}

fn privileges(table: &Table) -> Vec<Value> {
    ["Create", "Read", "Write", "Delete", "Assign", "Share", "Append", "AppendTo"]
        .iter()
        .map(|kind| {
            let name = format!("prv{kind}{}", table.privilege());
            json!({
                "CanBeBasic": true,
                "CanBeDeep": true,
                "CanBeGlobal": true,
                "CanBeLocal": true,
                "CanBeEntityReference": false,
                "CanBeParentEntityReference": false,
                "CanBeRecordFilter": false,
                "Name": name,
                "PrivilegeId": named_id(&name),
                "PrivilegeType": kind,
            })
        })
        .collect()
}

/// The alternate keys of a table.
pub(super) fn keys(table: &Table) -> Vec<Value> {
    table
        .declared
        .keys
        .iter()
        .map(|key| {
            let name = key.schema.to_lowercase();
            let id = format!("key {} {name}", table.name);
            json!({
                "MetadataId": named_id(&id),
                "HasChanged": null,
                "DisplayName": label(key.label, &id),
                "LogicalName": name,
                "SchemaName": key.schema,
                "EntityLogicalName": table.name,
                "KeyAttributes": key.columns,
                "IsCustomizable": managed(true, false, "iscustomizable"),
                "IsManaged": true,
                "IntroducedVersion": "1.0.0.0",
                "EntityKeyIndexStatus": "Active",
                "AsyncJob": null,
                "IsSynchronous": false,
                "IsExportKey": false,
                "IsSecondaryKey": false,
            })
        })
        .collect()
}

/// Property names that requests select; all of [`definition`]'s.
const PROPERTIES: &[&str] = &[
    "MetadataId",
    "HasChanged",
    "ActivityTypeMask",
    "AutoRouteToOwnerQueue",
    "CanTriggerWorkflow",
    "EntityHelpUrlEnabled",
    "EntityHelpUrl",
    "IsDocumentManagementEnabled",
    "IsOneNoteIntegrationEnabled",
    "IsInteractionCentricEnabled",
    "IsKnowledgeManagementEnabled",
    "IsSLAEnabled",
    "IsBPFEntity",
    "AutoCreateAccessTeams",
    "IsActivity",
    "IsActivityParty",
    "IsAvailableOffline",
    "IsChildEntity",
    "IsAIRUpdated",
    "IconLargeName",
    "IconMediumName",
    "IconSmallName",
    "IconVectorName",
    "IsCustomEntity",
    "IsBusinessProcessEnabled",
    "SyncToExternalSearchIndex",
    "IsOptimisticConcurrencyEnabled",
    "ChangeTrackingEnabled",
    "IsImportable",
    "IsIntersect",
    "IsManaged",
    "IsEnabledForCharts",
    "IsEnabledForTrace",
    "IsValidForAdvancedFind",
    "DaysSinceRecordLastModified",
    "MobileOfflineFilters",
    "IsReadingPaneEnabled",
    "IsQuickCreateEnabled",
    "LogicalName",
    "ObjectTypeCode",
    "OwnershipType",
    "PrimaryNameAttribute",
    "PrimaryImageAttribute",
    "PrimaryIdAttribute",
    "RecurrenceBaseEntityLogicalName",
    "ReportViewName",
    "SchemaName",
    "IntroducedVersion",
    "IsStateModelAware",
    "EnforceStateTransitions",
    "ExternalName",
    "EntityColor",
    "LogicalCollectionName",
    "ExternalCollectionName",
    "CollectionSchemaName",
    "EntitySetName",
    "IsEnabledForExternalChannels",
    "IsPrivate",
    "UsesBusinessDataLabelTable",
    "IsLogicalEntity",
    "HasNotes",
    "HasActivities",
    "HasFeedback",
    "IsSolutionAware",
    "SettingOf",
    "TableType",
    "DataProviderId",
    "DataSourceId",
    "Description",
    "DisplayCollectionName",
    "DisplayName",
    "IsAuditEnabled",
    "IsValidForQueue",
    "IsConnectionsEnabled",
    "IsCustomizable",
    "IsRenameable",
    "IsMappable",
    "IsDuplicateDetectionEnabled",
    "CanCreateAttributes",
    "CanCreateForms",
    "CanCreateViews",
    "CanCreateCharts",
    "CanBeRelatedEntityInRelationship",
    "CanBePrimaryEntityInRelationship",
    "CanBeInManyToMany",
    "CanEnableSyncToExternalSearchIndex",
    "CanModifyAdditionalSettings",
    "CanChangeHierarchicalRelationship",
    "CanChangeTrackingBeEnabled",
    "IsMailMergeEnabled",
    "IsVisibleInMobile",
    "IsVisibleInMobileClient",
    "IsReadOnlyInMobileClient",
    "IsOfflineInMobileClient",
    "Privileges",
    "Settings",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::schema::Schema;

    #[test]
    fn the_list_of_properties_is_the_definitions() {
        let schema = Schema::standard();
        let definition = definition(schema.table("incident").unwrap());
        let names: Vec<_> = definition.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, PROPERTIES);
    }
}
