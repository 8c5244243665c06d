//! `EntityMetadata`.

use uuid::Uuid;

use super::attribute::Attribute;
use super::definition::{Definition, Related, Type, boxed};
use super::json::Json;
use super::key::KeyOf;
use super::relationship::{self, LinkOf};
use crate::sandbox::schema::{Kind, Ownership, Schema, Table};
use crate::sandbox::seed::named_id;

pub(super) fn id(table: &Table) -> Uuid {
    named_id(&format!("table {}", table.name))
}

/// A table with the schema that its relationships are looked up in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entity<'a> {
    pub(super) schema: &'a Schema,
    pub(super) table: &'a Table,
}

pub(super) const NAVIGATION: &[&str] =
    &["Attributes", "Keys", "ManyToManyRelationships", "ManyToOneRelationships", "OneToManyRelationships"];

pub(super) fn kind() -> Type {
    Type {
        name: "EntityMetadata",
        names: PROPERTIES.iter().map(|(name, _)| *name).collect(),
        navigation: NAVIGATION,
        base: false,
    }
}

impl Definition for Entity<'_> {
    fn kind(&self) -> &'static str {
        "EntityMetadata"
    }

    fn name(&self, place: usize) -> Option<&'static str> {
        PROPERTIES.get(place).map(|(name, _)| *name)
    }

    fn write(&self, place: usize, out: &mut Json) {
        if let Some((_, write)) = PROPERTIES.get(place) {
            write(self.table, out);
        }
    }

    fn related(&self, nav: &str) -> Option<Related<'_>> {
        Some(Related::Many(match nav {
            "Attributes" => boxed(Attribute::all(self.schema, self.table)),
            "Keys" => boxed(self.table.declared.keys.iter().map(|key| KeyOf { table: self.table, key })),
            "ManyToOneRelationships" => boxed(relationship::many_to_one(self.schema, self.table)),
            "OneToManyRelationships" => boxed(relationship::one_to_many(self.schema, self.table)),
            "ManyToManyRelationships" => {
                let mut links: Vec<LinkOf<'_>> = Vec::new();
                for link in self.schema.associations(self.table) {
                    if !links.iter().any(|known| known.0.schema == link.relationship.schema) {
                        links.push(LinkOf(link.relationship));
                    }
                }
                boxed(links)
            }
            _ => return None,
        }))
    }
}

type Property = (&'static str, fn(&Table, &mut Json));

const PROPERTIES: &[Property] = &[
    ("MetadataId", |table, out| out.id(id(table))),
    ("HasChanged", |_, out| out.null()),
    ("ActivityTypeMask", |table, out| out.number(table.declared.traits.activity)),
    ("AutoRouteToOwnerQueue", |_, out| out.yes(false)),
    ("CanTriggerWorkflow", |_, out| out.yes(true)),
    ("EntityHelpUrlEnabled", |_, out| out.yes(false)),
    ("EntityHelpUrl", |_, out| out.null()),
    ("IsDocumentManagementEnabled", |_, out| out.yes(false)),
    ("IsOneNoteIntegrationEnabled", |_, out| out.yes(false)),
    ("IsInteractionCentricEnabled", |_, out| out.yes(true)),
    ("IsKnowledgeManagementEnabled", |table, out| out.yes(table.name == "incident")),
    ("IsSLAEnabled", |table, out| out.yes(table.name == "incident")),
    ("IsBPFEntity", |_, out| out.yes(false)),
    ("AutoCreateAccessTeams", |_, out| out.yes(false)),
    ("IsActivity", |table, out| out.yes(table.declared.traits.activity)),
    ("IsActivityParty", |table, out| {
        out.yes(matches!(table.name.as_str(), "account" | "contact" | "systemuser" | "queue"));
    }),
    ("IsAvailableOffline", |_, out| out.yes(true)),
    ("IsChildEntity", |_, out| out.yes(false)),
    ("IsAIRUpdated", |_, out| out.yes(true)),
    ("IconLargeName", |_, out| out.null()),
    ("IconMediumName", |_, out| out.null()),
    ("IconSmallName", |_, out| out.null()),
    ("IconVectorName", |_, out| out.null()),
    ("IsCustomEntity", |table, out| out.yes(table.is_custom())),
    ("IsBusinessProcessEnabled", |_, out| out.yes(true)),
    ("SyncToExternalSearchIndex", |_, out| out.yes(false)),
    ("IsOptimisticConcurrencyEnabled", |_, out| out.yes(true)),
    ("ChangeTrackingEnabled", |_, out| out.yes(true)),
    ("IsImportable", |_, out| out.yes(true)),
    ("IsIntersect", |table, out| out.yes(table.is_intersect())),
    ("IsManaged", |table, out| out.yes(!table.is_custom())),
    ("IsEnabledForCharts", |_, out| out.yes(true)),
    ("IsEnabledForTrace", |_, out| out.yes(false)),
    ("IsValidForAdvancedFind", |_, out| out.yes(true)),
    ("DaysSinceRecordLastModified", |_, out| out.number(0)),
    ("MobileOfflineFilters", |_, out| out.text("")),
    ("IsReadingPaneEnabled", |_, out| out.yes(true)),
    ("IsQuickCreateEnabled", |_, out| out.yes(true)),
    ("LogicalName", |table, out| out.text(&table.name)),
    ("ObjectTypeCode", |table, out| out.number(table.declared.code)),
    ("OwnershipType", |table, out| out.text(ownership(table))),
    ("PrimaryNameAttribute", |table, out| {
        let name = table.declared.primary_name;
        out.maybe((!name.is_empty()).then_some(name));
    }),
    ("PrimaryImageAttribute", |table, out| {
        let image = table.columns.iter().find(|column| matches!(column.kind, Kind::Image));
        out.maybe(image.map(|column| column.name.as_str()));
    }),
    ("PrimaryIdAttribute", |table, out| out.text(&table.key)),
    ("RecurrenceBaseEntityLogicalName", |_, out| out.null()),
    ("ReportViewName", |table, out| out.text(&format!("Filtered{}", table.declared.schema))),
    ("SchemaName", |table, out| out.text(table.declared.schema)),
    ("IntroducedVersion", |table, out| out.text(if table.is_custom() { "1.0" } else { "5.0.0.0" })),
    ("IsStateModelAware", |table, out| out.yes(!table.states().is_empty())),
    ("EnforceStateTransitions", |table, out| {
        out.yes(table.statuses().iter().any(|status| !status.next.is_empty()));
    }),
    ("ExternalName", |_, out| out.null()),
    ("EntityColor", |_, out| out.text("#005D5D")),
    ("LogicalCollectionName", |table, out| out.text(table.declared.set)),
    ("ExternalCollectionName", |_, out| out.null()),
    ("CollectionSchemaName", |table, out| out.text(&table.declared.plural.replace(' ', ""))),
    ("EntitySetName", |table, out| out.text(table.declared.set)),
    ("IsEnabledForExternalChannels", |_, out| out.yes(false)),
    ("IsPrivate", |_, out| out.yes(false)),
    ("UsesBusinessDataLabelTable", |_, out| out.yes(false)),
    ("IsLogicalEntity", |_, out| out.yes(false)),
    ("HasNotes", |table, out| out.yes(table.declared.traits.notes)),
    ("HasActivities", |table, out| out.yes(table.declared.traits.activities)),
    ("HasFeedback", |_, out| out.yes(false)),
    ("IsSolutionAware", |_, out| out.yes(false)),
    ("SettingOf", |_, out| out.null()),
    ("TableType", |table, out| {
        out.text(if table.declared.traits.activity { "Activity" } else { "Standard" });
    }),
    ("DataProviderId", |_, out| out.null()),
    ("DataSourceId", |_, out| out.null()),
    ("Description", |table, out| {
        out.label(table.declared.description, format_args!("{} description", table.name));
    }),
    ("DisplayCollectionName", |table, out| {
        out.label(table.declared.plural, format_args!("{} plural", table.name));
    }),
    ("DisplayName", |table, out| {
        out.label(table.declared.display, format_args!("{} name", table.name));
    }),
    ("IsAuditEnabled", |_, out| out.managed(true, true, "canmodifyauditsettings")),
    ("IsValidForQueue", |table, out| {
        out.managed(table.declared.traits.queue, true, "canmodifyqueuesettings");
    }),
    ("IsConnectionsEnabled", |_, out| out.managed(true, true, "canmodifyconnectionsettings")),
    ("IsCustomizable", |_, out| out.managed(true, false, "iscustomizable")),
    ("IsRenameable", |_, out| out.managed(true, false, "isrenameable")),
    ("IsMappable", |_, out| out.managed(true, false, "ismappable")),
    ("IsDuplicateDetectionEnabled", |table, out| {
        out.managed(table.declared.traits.duplicates, true, "canmodifyduplicatedetectionsettings");
    }),
    ("CanCreateAttributes", |_, out| out.managed(true, false, "cancreateattributes")),
    ("CanCreateForms", |_, out| out.managed(true, false, "cancreateforms")),
    ("CanCreateViews", |_, out| out.managed(true, false, "cancreateviews")),
    ("CanCreateCharts", |_, out| out.managed(true, false, "cancreatecharts")),
    ("CanBeRelatedEntityInRelationship", |_, out| {
        out.managed(true, false, "canberelatedentityinrelationship");
    }),
    ("CanBePrimaryEntityInRelationship", |_, out| {
        out.managed(true, false, "canbeprimaryentityinrelationship");
    }),
    ("CanBeInManyToMany", |_, out| out.managed(true, false, "canbeinmanytomany")),
    ("CanBeInCustomEntityAssociation", |_, out| {
        out.managed(true, false, "canbeincustomentityassociation");
    }),
    ("CanEnableSyncToExternalSearchIndex", |_, out| {
        out.managed(true, true, "canenablesynctoexternalsearchindex");
    }),
    ("CanModifyAdditionalSettings", |_, out| out.managed(true, false, "canmodifyadditionalsettings")),
    ("CanChangeHierarchicalRelationship", |_, out| {
        out.managed(true, false, "canchangehierarchicalrelationship");
    }),
    ("CanChangeTrackingBeEnabled", |_, out| out.managed(true, true, "canchangetrackingbeenabled")),
    ("IsMailMergeEnabled", |_, out| out.managed(true, true, "canmodifymailmergesettings")),
    ("IsVisibleInMobile", |_, out| out.managed(true, true, "canmodifymobilevisibility")),
    ("IsVisibleInMobileClient", |_, out| out.managed(true, true, "canmodifymobileclientvisibility")),
    ("IsReadOnlyInMobileClient", |_, out| out.managed(false, true, "canmodifymobileclientreadonly")),
    ("IsOfflineInMobileClient", |_, out| out.managed(true, true, "canmodifymobileclientoffline")),
    ("Privileges", |table, out| {
        let owned = table.declared.ownership == Ownership::User;
        let kinds = PRIVILEGES.into_iter().filter(|kind| owned || !matches!(*kind, "Assign" | "Share"));
        out.list(kinds, |kind, out| privilege(table, kind, out));
    }),
    ("Settings", |_, out| out.raw("[]")),
];

fn ownership(table: &Table) -> &'static str {
    match table.declared.ownership {
        Ownership::User => "UserOwned",
        Ownership::Business => "BusinessOwned",
        Ownership::Organization => "OrganizationOwned",
        Ownership::None => "None",
    }
}

const PRIVILEGES: [&str; 8] = ["Create", "Read", "Write", "Delete", "Assign", "Share", "Append", "AppendTo"];

/// Rows without an owner can be seen and changed all or not at all.
fn privilege(table: &Table, kind: &str, out: &mut Json) {
    let name = format!("prv{kind}{}", table.privilege());
    let owned = table.declared.ownership == Ownership::User;
    let levels = [
        ("CanBeBasic", owned),
        ("CanBeDeep", owned || table.declared.ownership == Ownership::Business),
        ("CanBeGlobal", true),
        ("CanBeLocal", owned || table.declared.ownership == Ownership::Business),
        ("CanBeEntityReference", false),
        ("CanBeParentEntityReference", false),
        ("CanBeRecordFilter", false),
    ];
    out.object(|out| {
        for (level, can) in levels {
            out.key(level);
            out.yes(can);
        }
        out.key("Name");
        out.text(&name);
        out.key("PrivilegeId");
        out.id(named_id(&name));
        out.key("PrivilegeType");
        out.text(kind);
    });
}
