//! The types derived from `AttributeMetadata`, each with the properties that it adds.

use super::attribute::Attribute;
use super::json::Json;
use crate::sandbox::schema::{Behavior, Column, IMAGE_KB, Kind};

pub(super) type Property = (&'static str, fn(&Attribute<'_>, &mut Json));

/// The type of columns that add nothing.
pub(super) const PLAIN: &str = "AttributeMetadata";

pub(super) fn of(column: &Column) -> &'static str {
    match column.kind {
        Kind::Text { .. } => "StringAttributeMetadata",
        Kind::Memo { .. } => "MemoAttributeMetadata",
        Kind::Whole { .. } => "IntegerAttributeMetadata",
        Kind::BigInt => "BigIntAttributeMetadata",
        Kind::Double { .. } => "DoubleAttributeMetadata",
        Kind::Decimal { .. } => "DecimalAttributeMetadata",
        Kind::Money { .. } => "MoneyAttributeMetadata",
        Kind::YesNo { .. } => "BooleanAttributeMetadata",
        Kind::Choice { .. } => "PicklistAttributeMetadata",
        Kind::MultiChoice { .. } => "MultiSelectPicklistAttributeMetadata",
        Kind::State { .. } => "StateAttributeMetadata",
        Kind::Status { .. } => "StatusAttributeMetadata",
        Kind::DateTime { .. } => "DateTimeAttributeMetadata",
        Kind::Lookup { .. } => "LookupAttributeMetadata",
        Kind::EntityName => "EntityNameAttributeMetadata",
        Kind::Image => "ImageAttributeMetadata",
        Kind::File { .. } => "FileAttributeMetadata",
        Kind::Id | Kind::Virtual => PLAIN,
    }
}

pub(super) fn properties(kind: &str) -> &'static [Property] {
    TYPES.iter().find(|(known, _)| *known == kind).map_or(&[], |(_, properties)| properties)
}

pub(super) const TYPES: &[(&str, &[Property])] = &[
    (
        "StringAttributeMetadata",
        &[
            ("Format", |of, out| out.text(format(of.column))),
            ("ImeMode", |_, out| out.text("Auto")),
            ("MaxLength", |of, out| out.number(length(of.column))),
            ("YomiOf", |of, out| out.maybe(yomi(of.column).as_deref())),
            ("IsLocalizable", |_, out| out.yes(false)),
            ("DatabaseLength", |of, out| out.number(length(of.column) * 2)),
            FORMULA,
            MASK,
            ("FormatName", |of, out| out.boxed(format(of.column))),
        ],
    ),
    (
        "MemoAttributeMetadata",
        &[
            ("Format", |_, out| out.text("TextArea")),
            ("ImeMode", |_, out| out.text("Auto")),
            ("MaxLength", |of, out| out.number(length(of.column))),
            ("IsLocalizable", |_, out| out.yes(false)),
            ("FormatName", |_, out| out.boxed("TextArea")),
        ],
    ),
    (
        "IntegerAttributeMetadata",
        &[("Format", |of, out| out.text(of.column.meaning)), MAX, MIN, FORMULA, MASK],
    ),
    ("BigIntAttributeMetadata", &[MAX, MIN]),
    ("DecimalAttributeMetadata", &[MAX, MIN, PRECISION, NUMERIC_IME, FORMULA, MASK]),
    ("DoubleAttributeMetadata", &[NUMERIC_IME, MAX, MIN, PRECISION, FORMULA, MASK]),
    (
        "MoneyAttributeMetadata",
        &[
            NUMERIC_IME,
            MAX,
            MIN,
            PRECISION,
            ("PrecisionSource", |_, out| out.number(2)),
            ("CalculationOf", |of, out| out.maybe(of.column.calculation_of.as_deref())),
            FORMULA,
            MASK,
            ("IsBaseCurrency", |of, out| out.yes(of.column.calculation_of.is_some())),
        ],
    ),
    (
        "BooleanAttributeMetadata",
        &[
            ("DefaultValue", |of, out| out.yes(matches!(of.column.kind, Kind::YesNo { default: true, .. }))),
            FORMULA,
            MASK,
        ],
    ),
    ("PicklistAttributeMetadata", &[DEFAULT, FORMULA, MASK, PARENT, CHILDREN]),
    ("MultiSelectPicklistAttributeMetadata", &[DEFAULT, FORMULA, MASK, PARENT, CHILDREN]),
    ("StateAttributeMetadata", &[DEFAULT]),
    ("StatusAttributeMetadata", &[DEFAULT]),
    (
        "DateTimeAttributeMetadata",
        &[
            ("MinSupportedValue", |_, out| out.text("1753-01-01T00:00:00Z")),
            ("MaxSupportedValue", |_, out| out.text("9999-12-30T23:59:59Z")),
            ("Format", |of, out| {
                let day = matches!(of.column.kind, Kind::DateTime { date_only: true, .. });
                out.text(if day { "DateOnly" } else { "DateAndTime" });
            }),
            ("ImeMode", |_, out| out.text("Inactive")),
            MASK,
            FORMULA,
            ("DateTimeBehavior", |of, out| out.boxed(behavior(of.column))),
            ("CanChangeDateTimeBehavior", |_, out| out.managed(false, false, "canmodifybehavior")),
        ],
    ),
    (
        "LookupAttributeMetadata",
        &[
            ("Targets", |of, out| out.texts(of.column.targets.iter().map(|target| target.table.as_str()))),
            ("Format", |_, out| out.text("None")),
        ],
    ),
    (
        "EntityNameAttributeMetadata",
        &[
            ("DefaultFormValue", |_, out| out.null()),
            ("IsEntityReferenceStored", |of, out| out.yes(of.column.attribute_of.is_some())),
        ],
    ),
    ("UniqueIdentifierAttributeMetadata", &[("Format", |_, out| out.null())]),
    (
        "FileAttributeMetadata",
        &[("MaxSizeInKB", |of, out| match of.column.kind {
            Kind::File { max_kb } => out.number(max_kb),
            _ => out.null(),
        })],
    ),
    (
        "ImageAttributeMetadata",
        &[
            ("IsPrimaryImage", |_, out| out.yes(true)),
            ("MaxHeight", |_, out| out.number(144)),
            ("MaxWidth", |_, out| out.number(144)),
            ("MaxSizeInKB", |_, out| out.number(IMAGE_KB)),
            ("CanStoreFullImage", |_, out| out.yes(true)),
        ],
    ),
    (
        "ManagedPropertyAttributeMetadata",
        &[
            ("ManagedPropertyLogicalName", |_, out| out.null()),
            ("ParentComponentType", |_, out| out.null()),
            ("ParentAttributeName", |_, out| out.null()),
            ("ValueAttributeTypeCode", |_, out| out.null()),
        ],
    ),
];

const FORMULA: Property = ("FormulaDefinition", |_, out| out.null());
const MASK: Property = ("SourceTypeMask", |_, out| out.number(0));
const NUMERIC_IME: Property = ("ImeMode", |_, out| out.text("Disabled"));
const PARENT: Property = ("ParentPicklistLogicalName", |_, out| out.null());
const CHILDREN: Property = ("ChildPicklistLogicalNames", |_, out| out.raw("[]"));
const MIN: Property = ("MinValue", |of, out| limit(of.column, Limit::Least, out));
const MAX: Property = ("MaxValue", |of, out| limit(of.column, Limit::Most, out));
const PRECISION: Property = ("Precision", |of, out| match of.column.kind {
    Kind::Decimal { precision, .. } | Kind::Double { precision, .. } => out.number(precision),
    _ => out.number(2),
});
const DEFAULT: Property = ("DefaultFormValue", |of, out| match of.column.kind {
    Kind::Choice { default: Some(default), .. } => out.number(default),
    Kind::State { .. } => out.number(0),
    _ => out.number(-1),
});

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limit {
    Least,
    Most,
}

fn limit(column: &Column, of: Limit, out: &mut Json) {
    match column.kind {
        Kind::Whole { min, max } | Kind::Decimal { min, max, .. } => {
            out.number(if of == Limit::Least { min } else { max });
        }
        Kind::BigInt => out.number(if of == Limit::Least { i64::MIN } else { i64::MAX }),
        Kind::Double { min, max, .. } => out.float(if of == Limit::Least { min } else { max }),
        // A base amount of a currency that is worth less has more digits before the point.
        Kind::Money { .. } if column.calculation_of.is_some() => {
            out.float(if of == Limit::Least { -922_337_203_685_477.0 } else { 922_337_203_685_477.0 });
        }
        Kind::Money { min, max } => out.float(if of == Limit::Least { min as f64 } else { max as f64 }),
        _ => out.null(),
    }
}

fn format(column: &Column) -> &'static str {
    match column.kind {
        Kind::Text { format, .. } => format,
        _ => "Text",
    }
}

fn length(column: &Column) -> u32 {
    match column.kind {
        Kind::Text { max, .. } | Kind::Memo { max } => max,
        _ => 0,
    }
}

/// The name that a phonetic name goes with.
fn yomi(column: &Column) -> Option<String> {
    let of = column.attribute_of.as_ref()?;
    column.name.ends_with("yominame").then(|| format!("{of}name"))
}

fn behavior(column: &Column) -> &'static str {
    match column.kind {
        Kind::DateTime { behavior: Behavior::DateOnly, .. } => "DateOnly",
        Kind::DateTime { behavior: Behavior::ZoneIndependent, .. } => "TimeZoneIndependent",
        _ => "UserLocal",
    }
}
