//! `AttributeMetadata` and the types derived from it.

use uuid::Uuid;

use super::attribute_kinds::{self as kinds, Property};
use super::definition::{Definition, Related, Type};
use super::json::Json;
use super::option_set::{self, OptionSet};
use crate::sandbox::schema::{Column, Kind, LookupKind, Required, Schema, Table};
use crate::sandbox::seed::named_id;

/// A column with its table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attribute<'a> {
    schema: &'a Schema,
    pub(super) table: &'a Table,
    pub(super) column: &'a Column,
    /// Counts the columns of the table.
    number: usize,
}

impl<'a> Attribute<'a> {
    pub(super) fn all(schema: &'a Schema, table: &'a Table) -> impl Iterator<Item = Attribute<'a>> {
        table.columns.iter().zip(1..).map(move |(column, number)| Attribute { schema, table, column, number })
    }

    pub(super) fn id(&self) -> Uuid {
        named_id(&format!("column {}", self.of()))
    }

    fn of(&self) -> String {
        format!("{}.{}", self.table.name, self.column.name)
    }

    fn stored(&self) -> bool {
        self.column.is_stored()
    }
}

/// A type that requests can be cast to. The abstract one for choices is none.
pub(super) fn cast(name: &str) -> Option<&'static str> {
    kinds::TYPES.iter().map(|(known, _)| *known).find(|known| *known == name)
}

/// The type of a request's columns; the base type without a cast.
pub(super) fn kind(cast: Option<&'static str>) -> Type {
    let own = cast.map_or(&[] as &[Property], kinds::properties);
    Type {
        name: cast.unwrap_or(kinds::PLAIN),
        names: BASE.iter().chain(own).map(|(name, _)| *name).collect(),
        navigation: &["OptionSet", "GlobalOptionSet"],
        base: cast.is_none(),
    }
}

impl Definition for Attribute<'_> {
    fn kind(&self) -> &'static str {
        kinds::of(self.column)
    }

    fn name(&self, place: usize) -> Option<&'static str> {
        self.property(place).map(|(name, _)| *name)
    }

    fn write(&self, place: usize, out: &mut Json) {
        if let Some((_, write)) = self.property(place) {
            write(self, out);
        }
    }

    fn related(&self, nav: &str) -> Option<Related<'_>> {
        let set = OptionSet::of(self.table, self.column).map(|set| Box::new(set) as Box<dyn Definition>);
        match (nav, self.column.kind) {
            ("OptionSet" | "GlobalOptionSet", Kind::EntityName) => {
                let activities = self.column.name == "activitytypecode";
                let set =
                    activities.then(|| Box::new(option_set::activities(self.schema)) as Box<dyn Definition>);
                Some(Related::One(set))
            }
            ("OptionSet", _) => set.map(|set| Related::One(Some(set))),
            ("GlobalOptionSet", _) => {
                set.map(|set| Related::One(self.column.shared.is_some().then_some(set)))
            }
            _ => None,
        }
    }
}

impl Attribute<'_> {
    fn property(&self, place: usize) -> Option<&'static Property> {
        match BASE.get(place) {
            None => kinds::properties(kinds::of(self.column)).get(place - BASE.len()),
            base => base,
        }
    }
}

/// `AttributeTypeName` without the `Type` behind it. `AttributeType` is the same, for all that it has a name for.
pub(super) fn attribute_type(column: &Column) -> &'static str {
    match column.kind {
        Kind::Text { .. } => "String",
        Kind::Memo { .. } => "Memo",
        Kind::Whole { .. } => "Integer",
        Kind::BigInt => "BigInt",
        Kind::Double { .. } => "Double",
        Kind::Decimal { .. } => "Decimal",
        Kind::Money { .. } => "Money",
        Kind::YesNo { .. } => "Boolean",
        Kind::Choice { .. } => "Picklist",
        Kind::MultiChoice { .. } => "MultiSelectPicklist",
        Kind::State { .. } => "State",
        Kind::Status { .. } => "Status",
        Kind::DateTime { .. } => "DateTime",
        Kind::Lookup { kind: LookupKind::Simple, .. } => "Lookup",
        Kind::Lookup { kind: LookupKind::Customer, .. } => "Customer",
        Kind::Lookup { kind: LookupKind::Owner, .. } => "Owner",
        Kind::EntityName => "EntityName",
        Kind::Id => "Uniqueidentifier",
        Kind::Virtual => "Virtual",
        Kind::Image => "Image",
        Kind::File { .. } => "File",
    }
}

fn required(column: &Column) -> &'static str {
    match column.required {
        Required::None => "None",
        Required::Recommended => "Recommended",
        Required::Application => "ApplicationRequired",
        Required::System => "SystemRequired",
    }
}

/// What every column has.
const BASE: &[Property] = &[
    ("MetadataId", |of, out| out.id(of.id())),
    ("HasChanged", |_, out| out.null()),
    ("AttributeOf", |of, out| out.maybe(of.column.attribute_of.as_deref())),
    ("AttributeType", |of, out| {
        out.text(match attribute_type(of.column) {
            "Image" | "File" | "MultiSelectPicklist" => "Virtual",
            kind => kind,
        });
    }),
    ("ColumnNumber", |of, out| out.number(of.number as i64)),
    ("DeprecatedVersion", |_, out| out.null()),
    ("IntroducedVersion", |of, out| out.text(if of.column.custom { "1.0.0.0" } else { "5.0.0.0" })),
    ("EntityLogicalName", |of, out| out.text(&of.table.name)),
    ("IsCustomAttribute", |of, out| out.yes(of.column.custom)),
    ("IsPrimaryId", |of, out| out.yes(of.column.name == of.table.key)),
    ("IsValidODataAttribute", |of, out| out.yes(of.stored())),
    ("IsPrimaryName", |of, out| out.yes(of.column.name == of.table.declared.primary_name)),
    ("IsValidForCreate", |of, out| out.yes(of.column.create)),
    ("IsValidForRead", |_, out| out.yes(true)),
    ("IsValidForUpdate", |of, out| out.yes(of.column.update)),
    ("CanBeSecuredForRead", |of, out| out.yes(of.column.update)),
    ("CanBeSecuredForCreate", |of, out| out.yes(of.column.update)),
    ("CanBeSecuredForUpdate", |of, out| out.yes(of.column.update)),
    ("IsSecured", |_, out| out.yes(false)),
    ("IsRetrievable", |of, out| out.yes(of.stored())),
    ("IsFilterable", |_, out| out.yes(false)),
    ("IsSearchable", |of, out| out.yes(of.column.indexed)),
    ("IsManaged", |of, out| out.yes(!of.column.custom)),
    ("LinkedAttributeId", |_, out| out.null()),
    ("LogicalName", |of, out| out.text(&of.column.name)),
    ("IsValidForForm", |of, out| out.yes(of.stored())),
    ("IsRequiredForForm", |_, out| out.yes(false)),
    ("IsValidForGrid", |of, out| out.yes(of.stored())),
    ("SchemaName", |of, out| out.text(&of.column.schema)),
    ("ExternalName", |_, out| out.null()),
    ("IsLogical", |of, out| out.yes(of.column.attribute_of.is_some())),
    ("IsDataSourceSecret", |_, out| out.yes(false)),
    ("InheritsFrom", |_, out| out.null()),
    ("CreatedOn", |_, out| out.text("1900-01-01T00:00:00Z")),
    ("ModifiedOn", |_, out| out.text("1900-01-01T00:00:00Z")),
    ("SourceType", |of, out| if of.stored() { out.number(0) } else { out.null() }),
    ("AutoNumberFormat", |_, out| out.text("")),
    ("AttributeTypeName", |of, out| out.boxed(&format!("{}Type", attribute_type(of.column)))),
    ("Description", |of, out| out.label(of.column.description, format_args!("{} description", of.of()))),
    ("DisplayName", |of, out| out.label(&of.column.label, of.of())),
    ("IsAuditEnabled", |of, out| out.managed(of.stored(), of.stored(), "canmodifyauditsettings")),
    ("IsGlobalFilterEnabled", |_, out| out.managed(false, true, "canmodifyglobalfiltersettings")),
    ("IsSortableEnabled", |_, out| out.managed(false, true, "canmodifyissortablesettings")),
    ("IsCustomizable", |of, out| out.managed(of.stored(), false, "iscustomizable")),
    ("IsRenameable", |of, out| out.managed(of.stored(), false, "isrenameable")),
    ("IsValidForAdvancedFind", |of, out| out.managed(of.stored(), of.stored(), "canmodifysearchsettings")),
    ("RequiredLevel", |of, out| {
        out.object(|out| {
            out.key("Value");
            out.text(required(of.column));
            out.key("CanBeChanged");
            out.yes(of.column.required != Required::System);
            out.key("ManagedPropertyLogicalName");
            out.text("canmodifyrequirementlevelsettings");
        });
    }),
    ("CanModifyAdditionalSettings", |of, out| {
        out.managed(of.stored(), false, "canmodifyadditionalsettings");
    }),
    ("Settings", |_, out| out.raw("[]")),
];
