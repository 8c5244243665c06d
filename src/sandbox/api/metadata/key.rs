//! `EntityKeyMetadata`: the alternate keys of a table.

use super::definition::{Definition, Related, Type};
use super::json::Json;
use crate::sandbox::schema::{AlternateKey, Table};
use crate::sandbox::seed::named_id;

#[derive(Debug, Clone, Copy)]
pub(super) struct KeyOf<'a> {
    pub(super) table: &'a Table,
    pub(super) key: &'a AlternateKey,
}

pub(super) fn kind() -> Type {
    Type {
        name: "EntityKeyMetadata",
        names: PROPERTIES.iter().map(|(name, _)| *name).collect(),
        navigation: &[],
        base: false,
    }
}

impl KeyOf<'_> {
    fn of(&self) -> String {
        format!("key {} {}", self.table.name, self.key.schema.to_lowercase())
    }
}

impl Definition for KeyOf<'_> {
    fn kind(&self) -> &'static str {
        "EntityKeyMetadata"
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

type Property = (&'static str, fn(&KeyOf<'_>, &mut Json));

const PROPERTIES: &[Property] = &[
    ("MetadataId", |key, out| out.id(named_id(&key.of()))),
    ("HasChanged", |_, out| out.null()),
    ("LogicalName", |key, out| out.text(&key.key.schema.to_lowercase())),
    ("SchemaName", |key, out| out.text(key.key.schema)),
    ("EntityLogicalName", |key, out| out.text(&key.table.name)),
    ("KeyAttributes", |key, out| out.texts(key.key.columns.iter().copied())),
    ("IsManaged", |key, out| out.yes(!key.table.is_custom())),
    ("IntroducedVersion", |_, out| out.text("1.0.0.0")),
    ("EntityKeyIndexStatus", |_, out| out.text("Active")),
    ("IsSynchronous", |_, out| out.yes(false)),
    ("IsExportKey", |_, out| out.yes(false)),
    ("IsSecondaryKey", |_, out| out.yes(false)),
    ("DisplayName", |key, out| out.label(key.key.label, key.of())),
    ("IsCustomizable", |_, out| out.managed(true, false, "iscustomizable")),
    ("AsyncJob", |_, out| out.null()),
];
