//! Option sets: of a column, or shared by several.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::definition::{Definition, Related, Type};
use super::json::Json;
use crate::sandbox::schema::{Choice, Column, Kind, Schema, SharedChoice, State, Status, Table};
use crate::sandbox::seed::named_id;

pub(super) const OPTIONS: &str = "OptionSetMetadata";
pub(super) const YES_NO: &str = "BooleanOptionSetMetadata";

/// The options of a column or of several.
#[derive(Debug)]
pub(super) struct OptionSet<'a> {
    name: String,
    label: &'a str,
    global: bool,
    custom: bool,
    options: Options<'a>,
}

#[derive(Debug, Clone)]
enum Options<'a> {
    Choices(Cow<'a, [Choice]>),
    States(&'a [State]),
    Statuses(&'a [Status]),
    YesNo { no: &'a str, yes: &'a str },
}

/// The option set that the columns of a type have.
pub(super) fn of_attribute(kind: &str) -> Option<&'static str> {
    match kind {
        "BooleanAttributeMetadata" => Some(YES_NO),
        "AttributeMetadata" => None,
        _ => Some(OPTIONS),
    }
}

/// The type of a request's option sets. Columns of all kinds together may have any of them.
pub(super) fn kind(cast: Option<&'static str>) -> Type {
    let own: &[&str] = match cast {
        Some(YES_NO) => YES_NO_OWN,
        Some(_) => OPTIONS_OWN,
        None => &[],
    };
    let names = BASE.iter().chain(own).copied().collect();
    Type { name: cast.unwrap_or("OptionSetMetadataBase"), names, navigation: &[], base: cast.is_none() }
}

pub(super) fn cast(name: &str) -> Option<&'static str> {
    [OPTIONS, YES_NO].into_iter().find(|known| *known == name)
}

/// All shared choices.
pub(super) fn shared(schema: &Schema) -> impl Iterator<Item = OptionSet<'_>> {
    schema.choices().iter().map(of_shared)
}

/// The kinds of activities, which are tables.
pub(super) fn activities(schema: &Schema) -> OptionSet<'_> {
    let tables = schema.tables().iter().filter(|table| table.declared.traits.activity);
    let choices = tables.map(|table| Choice { value: table.declared.code, label: table.declared.display });
    OptionSet {
        name: "activitypointer_activitytypecode".to_owned(),
        label: "Activity Type",
        global: true,
        custom: false,
        options: Options::Choices(choices.collect()),
    }
}

fn of_shared(choice: &SharedChoice) -> OptionSet<'_> {
    OptionSet {
        name: choice.name.to_owned(),
        label: choice.label,
        global: true,
        custom: choice.custom,
        options: Options::Choices(choice.options.into()),
    }
}

impl<'a> OptionSet<'a> {
    /// The options of a column, if it has any.
    pub(super) fn of(table: &'a Table, column: &'a Column) -> Option<OptionSet<'a>> {
        let options = match column.kind {
            Kind::Choice { options, .. } | Kind::MultiChoice { options } => Options::Choices(options.into()),
            Kind::State { options } => Options::States(options),
            Kind::Status { options } => Options::Statuses(options),
            Kind::YesNo { no, yes, .. } => Options::YesNo { no, yes },
            _ => return None,
        };
        let name = column.shared.map_or_else(|| format!("{}_{}", table.name, column.name), str::to_owned);
        let global = column.shared.is_some();
        Some(OptionSet { name, label: &column.label, global, custom: column.custom, options })
    }

    fn base(&self, name: &str, out: &mut Json) {
        match name {
            "MetadataId" => out.id(named_id(&format!("options {}", self.name))),
            "IsCustomOptionSet" => out.yes(self.custom),
            "IsGlobal" => out.yes(self.global),
            "IsManaged" => out.yes(!self.custom),
            "Name" => out.text(&self.name),
            "OptionSetType" => out.text(match self.options {
                Options::Choices(_) => "Picklist",
                Options::States(_) => "State",
                Options::Statuses(_) => "Status",
                Options::YesNo { .. } => "Boolean",
            }),
            "IntroducedVersion" => out.text(if self.custom { "1.0" } else { "5.0.0.0" }),
            "Description" => out.label("", &self.name),
            "DisplayName" => out.label(self.label, format_args!("options {}", self.name)),
            "IsCustomizable" => out.managed(true, false, "iscustomizable"),
            _ => out.null(),
        }
    }

    fn option(&self, value: i32, text: &str, out: &mut Json, kind: &str, more: impl FnOnce(&mut Json)) {
        let of = format!("{} {value}", self.name);
        out.object(|out| {
            if !kind.is_empty() {
                out.key("@odata.type");
                out.text(kind);
            }
            out.key("Value");
            out.number(value);
            out.raw(",\"Color\":null,\"IsManaged\":");
            out.yes(!self.custom);
            out.raw(",\"ExternalValue\":\"\",\"ParentValues\":[],\"Tag\":null,\"IsHidden\":false,");
            out.raw("\"MetadataId\":null,\"HasChanged\":null");
            more(out);
            out.key("Label");
            out.label(text, &of);
            out.key("Description");
            out.label("", &of);
        });
    }

    fn options(&self, out: &mut Json) {
        match &self.options {
            Options::Choices(choices) => out.list(choices.iter(), |choice, out| {
                self.option(choice.value, choice.label, out, "", |_| {});
            }),
            Options::States(states) => out.list(states.iter(), |state, out| {
                let kind = "#Microsoft.Dynamics.CRM.StateOptionMetadata";
                self.option(state.value, state.label, out, kind, |out| {
                    out.key("DefaultStatus");
                    out.number(state.default_status);
                    out.key("InvariantName");
                    out.text(state.invariant);
                });
            }),
            Options::Statuses(statuses) => out.list(statuses.iter(), |status, out| {
                let kind = "#Microsoft.Dynamics.CRM.StatusOptionMetadata";
                self.option(status.value, status.label, out, kind, |out| {
                    out.key("State");
                    out.number(status.state);
                    out.key("TransitionData");
                    out.maybe(transitions(status).as_deref());
                });
            }),
            Options::YesNo { .. } => out.raw("[]"),
        }
    }
}

/// The reasons that may follow, as the service writes them.
fn transitions(status: &Status) -> Option<String> {
    if status.next.is_empty() {
        return None;
    }
    let mut xml =
        "<allowedtransitions xmlns=\"http://schemas.microsoft.com/crm/2009/WebServices\">".to_owned();
    for next in status.next {
        let _ = write!(xml, "<allowedtransition sourcestatusid=\"{}\" tostatusid=\"{next}\"/>", status.value);
    }
    Some(xml + "</allowedtransitions>")
}

impl Definition for OptionSet<'_> {
    fn kind(&self) -> &'static str {
        match self.options {
            Options::YesNo { .. } => YES_NO,
            _ => OPTIONS,
        }
    }

    fn name(&self, place: usize) -> Option<&'static str> {
        let own = if self.kind() == YES_NO { YES_NO_OWN } else { OPTIONS_OWN };
        BASE.iter().chain(own).nth(place).copied()
    }

    fn write(&self, place: usize, out: &mut Json) {
        match (self.name(place), &self.options) {
            (Some("Options"), _) => self.options(out),
            (Some("TrueOption"), Options::YesNo { yes, .. }) => self.option(1, yes, out, "", |_| {}),
            (Some("FalseOption"), Options::YesNo { no, .. }) => self.option(0, no, out, "", |_| {}),
            (name, _) => self.base(name.unwrap_or_default(), out),
        }
    }

    fn related(&self, _: &str) -> Option<Related<'_>> {
        None
    }
}

const BASE: &[&str] = &[
    "MetadataId",
    "HasChanged",
    "IsCustomOptionSet",
    "IsGlobal",
    "IsManaged",
    "Name",
    "ExternalTypeName",
    "OptionSetType",
    "IntroducedVersion",
    "Description",
    "DisplayName",
    "IsCustomizable",
];
const OPTIONS_OWN: &[&str] = &["ParentOptionSetName", "Options"];
const YES_NO_OWN: &[&str] = &["TrueOption", "FalseOption"];
