//! The columns that every table of a kind has, and the twins that show a column's name, type or base amount.

use super::declare::*;
use super::{Column, Target};

/// All columns of a table: the key, the declared ones, the standard ones, then the twins.
pub(super) fn columns(declared: &Declaration) -> Vec<Column> {
    let mut columns = vec![Column {
        update: false,
        required: Required::System,
        ..plain(declared.key, declared.display, Kind::Id)
    }];
    columns.extend(declared.columns.iter().map(from_declared));
    if matches!(declared.origin, Origin::Intersect | Origin::Platform) || declared.stem.is_empty() {
        columns.push(read_only("VersionNumber", "Version Number", Kind::BigInt));
        return columns;
    }
    owner(declared, &mut columns);
    audit(declared, &mut columns);
    if declared.ownership == Ownership::User {
        columns.push(read_only("TimeZoneRuleVersionNumber", "Time Zone Rule Version Number", INT));
        columns.push(Column {
            meaning: "TimeZone",
            ..read_only("UTCConversionTimeZoneCode", "UTC Conversion Time Zone Code", INT)
        });
    }
    columns.push(Column { update: false, ..plain("ImportSequenceNumber", "Import Sequence Number", INT) });
    columns.push(Column {
        update: false,
        ..plain(
            "OverriddenCreatedOn",
            "Record Created On",
            Kind::DateTime { date_only: true, behavior: Behavior::UserLocal },
        )
    });
    columns.push(read_only("VersionNumber", "Version Number", Kind::BigInt));
    let parts: Vec<_> = columns.iter().flat_map(attachment_parts).collect();
    columns.extend(parts);
    let bases: Vec<_> = columns.iter().filter_map(base_amount).collect();
    columns.extend(bases);
    let twins: Vec<_> = columns.iter().flat_map(twins).collect();
    columns.extend(twins);
    columns
}

const INT: Kind = Kind::Whole { min: i32::MIN as i64, max: i32::MAX as i64 };
const INSTANT: Kind = Kind::DateTime { date_only: false, behavior: Behavior::UserLocal };

fn plain(schema: &str, label: &str, kind: Kind) -> Column {
    Column {
        name: schema.to_lowercase(),
        schema: schema.to_owned(),
        label: label.to_owned(),
        kind,
        required: Required::None,
        create: true,
        update: true,
        indexed: false,
        attribute_of: None,
        calculation_of: None,
        shared: None,
        description: "",
        meaning: "None",
        custom: false,
        stored: true,
        targets: Vec::new(),
    }
}

fn read_only(schema: &str, label: &str, kind: Kind) -> Column {
    Column { create: false, update: false, ..plain(schema, label, kind) }
}

fn from_declared(declared: &Declared) -> Column {
    let targets = match declared.kind {
        Kind::Lookup { targets, .. } => targets,
        _ => declared.refers,
    };
    let targets = targets
        .iter()
        .map(|target| Target {
            table: target.table.to_owned(),
            nav: target.nav.to_owned(),
            relationship: target.relationship.to_owned(),
            collection: target.collection.to_owned(),
            on_delete: target.on_delete,
        })
        .collect();
    Column {
        attribute_of: matches!(declared.kind, Kind::Image).then(|| image_id(declared.schema).to_lowercase()),
        required: declared.required,
        create: declared.create,
        update: declared.update,
        indexed: declared.indexed,
        shared: declared.shared,
        description: declared.description,
        meaning: declared.meaning,
        custom: declared.custom || declared.schema.starts_with("contoso_"),
        targets,
        ..plain(declared.schema, declared.label, declared.kind)
    }
}

fn lookup_to(schema: &str, label: &str, table: &str, relationship: String) -> Column {
    let mut column = read_only(schema, label, Kind::Lookup { kind: LookupKind::Simple, targets: &[] });
    column.targets = vec![Target {
        table: table.to_owned(),
        nav: column.name.clone(),
        collection: relationship.clone(),
        relationship,
        on_delete: OnDelete::Nothing,
    }];
    column
}

fn owner(declared: &Declaration, columns: &mut Vec<Column>) {
    if declared.ownership != Ownership::User {
        return;
    }
    let owned = declared.owned;
    let mut column = plain("OwnerId", "Owner", Kind::Lookup { kind: LookupKind::Owner, targets: &[] });
    column.required = Required::System;
    column.targets = ["systemuser", "team"]
        .map(|table| Target {
            table: table.to_owned(),
            nav: "ownerid".to_owned(),
            relationship: format!("owner_{owned}"),
            collection: format!("owner_{owned}"),
            on_delete: OnDelete::Restrict,
        })
        .into();
    columns.push(column);
    columns.push(lookup_to(
        "OwningBusinessUnit",
        "Owning Business Unit",
        "businessunit",
        format!("business_unit_{owned}"),
    ));
    columns.push(lookup_to("OwningUser", "Owning User", "systemuser", declared.owning_user.to_owned()));
    columns.push(lookup_to("OwningTeam", "Owning Team", "team", format!("team_{owned}")));
}

fn audit(declared: &Declaration, columns: &mut Vec<Column>) {
    let stem = declared.stem;
    let by = |what: &str| format!("lk_{stem}_{what}");
    columns.push(Column { indexed: true, ..read_only("CreatedOn", "Created On", INSTANT) });
    columns.push(lookup_to("CreatedBy", "Created By", "systemuser", by("createdby")));
    columns.push(lookup_to(
        "CreatedOnBehalfBy",
        "Created By (Delegate)",
        "systemuser",
        by("createdonbehalfby"),
    ));
    columns.push(Column { indexed: true, ..read_only("ModifiedOn", "Modified On", INSTANT) });
    columns.push(lookup_to("ModifiedBy", "Modified By", "systemuser", by("modifiedby")));
    columns.push(lookup_to(
        "ModifiedOnBehalfBy",
        "Modified By (Delegate)",
        "systemuser",
        by("modifiedonbehalfby"),
    ));
}

/// The amount in the base currency that goes with every amount.
fn base_amount(column: &Column) -> Option<Column> {
    matches!(column.kind, Kind::Money { .. }).then(|| Column {
        calculation_of: Some(column.name.clone()),
        custom: column.custom,
        ..read_only(&format!("{}_Base", column.schema), &format!("{} (Base)", column.label), column.kind)
    })
}

/// The name of the column that says which picture it is. The picture itself counts as a part of it.
fn image_id(schema: &str) -> String {
    format!("{schema}Id")
}

/// What goes with a picture or a file.
fn attachment_parts(column: &Column) -> Vec<Column> {
    match column.kind {
        Kind::Image => {
            let id = Column {
                custom: column.custom,
                ..read_only(&image_id(&column.schema), &format!("{} Id", column.label), Kind::Id)
            };
            let part = |suffix: &str, kind: Kind| Column {
                attribute_of: Some(id.name.clone()),
                custom: column.custom,
                ..read_only(&format!("{}_{suffix}", column.schema), "", kind)
            };
            let parts =
                [part("Timestamp", Kind::BigInt), part("URL", Kind::Text { max: 200, format: "Url" })];
            [id].into_iter().chain(parts).collect()
        }
        Kind::File { .. } => vec![Column {
            attribute_of: Some(column.name.clone()),
            custom: column.custom,
            ..read_only(&format!("{}_Name", column.schema), "", Kind::Text { max: 200, format: "Text" })
        }],
        _ => Vec::new(),
    }
}

fn twins(column: &Column) -> Vec<Column> {
    let twin = |suffix: &str, kind: Kind| Column {
        label: String::new(),
        attribute_of: Some(column.name.clone()),
        custom: column.custom,
        stored: false,
        ..read_only(&format!("{}{suffix}", column.schema), "", kind)
    };
    let name = Kind::Text { max: 100, format: "Text" };
    match column.kind {
        Kind::Choice { .. }
        | Kind::MultiChoice { .. }
        | Kind::State { .. }
        | Kind::Status { .. }
        | Kind::YesNo { .. } => {
            vec![twin("Name", Kind::Virtual)]
        }
        Kind::Lookup { .. } => {
            let mut twins = vec![twin("Name", name)];
            let people = ["systemuser", "contact", "account"];
            if column.targets.iter().any(|target| people.contains(&target.table.as_str())) {
                twins.push(twin("YomiName", name));
            }
            if column.is_polymorphic() && column.name != "objectid" {
                twins.push(twin("Type", Kind::EntityName));
            }
            twins
        }
        _ => Vec::new(),
    }
}
