//! `ManagedPropertyMetadata`: what a managed solution may keep others from changing.

use super::definition::{Definition, Related, Type};
use super::json::Json;
use crate::sandbox::seed::named_id;

/// Logical name, name, and the component that it belongs to.
const ALL: &[(&str, &str, i32)] = &[
    ("canbeinmanytomany", "Can Be In Many-To-Many", 1),
    ("canbeprimaryentityinrelationship", "Can Be Primary Entity In Relationship", 1),
    ("canberelatedentityinrelationship", "Can Be Related Entity In Relationship", 1),
    ("cancreateattributes", "Can Create Attributes", 1),
    ("cancreatecharts", "Can Create Charts", 1),
    ("cancreateforms", "Can Create Forms", 1),
    ("cancreateviews", "Can Create Views", 1),
    ("canmodifyadditionalsettings", "Can Modify Additional Properties", 1),
    ("canmodifyauditsettings", "Can Modify Audit Settings", 1),
    ("canmodifyduplicatedetectionsettings", "Can Modify Duplicate Detection Settings", 1),
    ("canmodifyqueuesettings", "Can Modify Queue Settings", 1),
    ("canmodifyrequirementlevelsettings", "Can Modify Requirement Level", 2),
    ("canmodifysearchsettings", "Can Modify Search", 2),
    ("iscustomizable", "Customizable", 1),
    ("isrenameable", "Can Change Display Name", 1),
];

#[derive(Debug)]
pub(super) struct ManagedProperty {
    logical: &'static str,
    label: &'static str,
    component: i32,
}

pub(super) fn all() -> impl Iterator<Item = ManagedProperty> {
    ALL.iter().map(|(logical, label, component)| ManagedProperty { logical, label, component: *component })
}

pub(super) fn kind() -> Type {
    Type {
        name: "ManagedPropertyMetadata",
        names: PROPERTIES.iter().map(|(name, _)| *name).collect(),
        navigation: &[],
        base: false,
    }
}

impl Definition for ManagedProperty {
    fn kind(&self) -> &'static str {
        "ManagedPropertyMetadata"
    }

    fn name(&self, place: usize) -> Option<&'static str> {
        PROPERTIES.get(place).map(|(name, _)| *name)
    }

    fn write(&self, place: usize, out: &mut Json) {
        if let Some((_, write)) = PROPERTIES.get(place) {
            write(self, out);
        }
    }

    fn related(&self, _: &str) -> Option<Related<'_>> {
        None
    }
}

type Property = (&'static str, fn(&ManagedProperty, &mut Json));

const PROPERTIES: &[Property] = &[
    ("MetadataId", |of, out| out.id(named_id(&format!("managed property {}", of.logical)))),
    ("HasChanged", |_, out| out.null()),
    ("LogicalName", |of, out| out.text(of.logical)),
    ("ManagedPropertyType", |_, out| out.text("Operation")),
    ("Operation", |_, out| out.text("Update")),
    ("EvaluationPriority", |_, out| out.text("Low")),
    ("EnablesEntityName", |_, out| out.text("")),
    ("EnablesAttributeName", |_, out| out.text("")),
    ("ErrorCode", |_, out| out.number(0)),
    ("IsPrivate", |_, out| out.yes(false)),
    ("IsGlobalForOperation", |_, out| out.yes(false)),
    ("IntroducedVersion", |_, out| out.text("5.0.0.0")),
    ("ParentComponentType", |of, out| out.number(of.component)),
    ("DisplayName", |of, out| out.label(of.label, of.logical)),
    ("Description", |of, out| out.label("", of.logical)),
];
