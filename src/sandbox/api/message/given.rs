//! What a message was given: in the brackets of its address, behind an alias in the query, or in the body.

use jiff::Timestamp;
use serde_json::Value as Json;
use uuid::Uuid;

use super::declare::{Kind, Message, Of, Parameter};
use super::entity::Entity;
use super::{ApiError, Call, Result, Segment};
use crate::sandbox::odata::uri::{Key, unquoted};

pub(super) type Object = serde_json::Map<String, Json>;

/// A message with its arguments, checked against its declaration.
pub(super) struct Given<'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) message: &'static Message,
    /// The row that it was sent to.
    pub(super) on: Option<Entity<'a>>,
    values: Object,
}

impl<'a> Given<'a> {
    pub(super) fn of(call: &'a Call<'a>, message: &'static Message, segment: &Segment) -> Result<Given<'a>> {
        let values = match message.kind {
            Kind::Function => in_address(call, message, segment)?,
            Kind::Action => in_body(call, message)?,
        };
        for parameter in message.parameters {
            match values.get(parameter.name).filter(|value| !value.is_null()) {
                Some(value) => check(parameter, value)?,
                None if parameter.optional => {}
                None => {
                    return Err(ApiError::query(format!(
                        "The parameter '{}' of '{}' is missing.",
                        parameter.name, message.name
                    )));
                }
            }
        }
        Ok(Given { call, message, on: None, values })
    }

    pub(super) fn value(&self, name: &str) -> Option<&Json> {
        self.values.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn text(&self, name: &str) -> &str {
        self.value(name).and_then(Json::as_str).unwrap_or_default()
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.value(name).and_then(Json::as_i64)
    }

    pub(super) fn yes(&self, name: &str) -> bool {
        self.value(name).and_then(Json::as_bool).unwrap_or_default()
    }

    pub(super) fn id(&self, name: &str) -> Option<Uuid> {
        self.value(name).and_then(Json::as_str).and_then(|id| id.parse().ok())
    }

    /// An instant in seconds; without an offset it is read as it stands.
    pub(super) fn instant(&self, name: &str) -> Option<i64> {
        self.value(name).and_then(Json::as_str).and_then(instant)
    }

    /// The row that a parameter stands for, which must be there.
    pub(super) fn row(&self, name: &str) -> Result<Entity<'a>> {
        let of = self.message.parameters.iter().find(|parameter| parameter.name == name);
        let expected = match of.map(|parameter| parameter.of) {
            Some(Of::Row(table)) => Some(table),
            _ => None,
        };
        let value = self.value(name).ok_or_else(|| missing(name))?;
        let entity = Entity::read(self.call, name, value, expected)?;
        Entity::existing(self.call, entity.table, entity.id)
    }

    pub(super) fn optional_row(&self, name: &str) -> Result<Option<Entity<'a>>> {
        self.value(name).map(|_| self.row(name)).transpose()
    }

    /// The properties of a parameter that is an object.
    pub(super) fn object(&self, name: &str) -> Option<&Object> {
        self.value(name).and_then(Json::as_object)
    }

    /// The row that the message is bound to.
    pub(super) fn bound(&self) -> Result<&Entity<'a>> {
        self.on.as_ref().ok_or_else(|| missing(self.message.name))
    }
}

fn missing(name: &str) -> ApiError {
    ApiError::query(format!("The parameter '{name}' is missing."))
}

fn in_body(call: &Call<'_>, message: &Message) -> Result<Object> {
    if call.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Object::new());
    }
    let payload = |inner: String| {
        ApiError::bad(0x8004_8d19, format!("Error identified in Payload provided by the user: {inner}"))
    };
    let object: Object = serde_json::from_slice(&call.body)
        .map_err(|error| payload(format!("The body is not a JSON object: {error}.")))?;
    let unknown = object
        .keys()
        .filter(|name| !name.contains('@'))
        .find(|name| message.parameters.iter().all(|parameter| parameter.name != name.as_str()));
    match unknown {
        None => Ok(object),
        Some(name) => Err(payload(format!(
            "The parameter '{name}' in the request payload is not a valid parameter for the operation '{}'.",
            message.name
        ))),
    }
}

fn in_address(call: &Call<'_>, message: &Message, segment: &Segment) -> Result<Object> {
    let parts = match &segment.key {
        None | Some(Key::Empty) => return Ok(Object::new()),
        Some(Key::Named(parts)) => parts,
        Some(Key::Id(_) | Key::Other(_)) => {
            return Err(ApiError::query(format!(
                "Bad Request - Error in query syntax: the parameters of '{}' are given as Name=value.",
                message.name
            )));
        }
    };
    let mut values = Object::new();
    for (name, text) in parts {
        if message.parameters.iter().all(|parameter| parameter.name != name) {
            return Err(ApiError::query(format!(
                "The function '{}' has no parameter '{name}'.",
                message.name
            )));
        }
        let text = match text.starts_with('@') {
            true => call.query.get(text).ok_or_else(|| {
                ApiError::query(format!("The parameter alias '{text}' has no value in the query."))
            })?,
            false => text,
        };
        values.insert(name.clone(), literal(text.trim()));
    }
    Ok(values)
}

/// A value as it is written in an address, as JSON.
fn literal(text: &str) -> Json {
    if text.starts_with(['{', '[']) {
        // Many write objects with single quotes, which the service takes.
        let parsed = serde_json::from_str(text).or_else(|_| serde_json::from_str(&text.replace('\'', "\"")));
        return parsed.unwrap_or_else(|_| text.into());
    }
    if text.starts_with('\'') {
        return unquoted(text).into();
    }
    // `Microsoft.Dynamics.CRM.EndpointAccessType'Default'`
    if let Some((_, member)) = text.strip_suffix('\'').and_then(|text| text.split_once('\'')) {
        return member.into();
    }
    match text {
        "null" => Json::Null,
        "true" => true.into(),
        "false" => false.into(),
        text => match text.parse::<i64>() {
            Ok(number) => number.into(),
            Err(_) => text.into(),
        },
    }
}

fn check(parameter: &Parameter, value: &Json) -> Result<()> {
    let fits = match parameter.of {
        Of::Row(_) | Of::AnyRow | Of::Principal => value.is_object(),
        Of::Text => value.is_string(),
        Of::Texts => value.as_array().is_some_and(|values| values.iter().all(Json::is_string)),
        Of::Number => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        Of::YesNo => value.is_boolean(),
        Of::Id => value.as_str().is_some_and(|text| text.parse::<Uuid>().is_ok()),
        Of::Instant => value.as_str().is_some_and(|text| instant(text).is_some()),
        Of::Type(_) => value.is_object() || value.is_string(),
    };
    match fits {
        true => Ok(()),
        false => Err(ApiError::query(format!(
            "The value of the parameter '{}' is not of the type '{}'.",
            parameter.name,
            parameter.of.edm()
        ))),
    }
}

fn instant(text: &str) -> Option<i64> {
    let zoned = text.parse::<Timestamp>().ok().map(Timestamp::as_second);
    zoned.or_else(|| {
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        Some(jiff::tz::TimeZone::UTC.to_timestamp(civil).ok()?.as_second())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_of_an_address_are_read_in_every_spelling() {
        for (text, value) in [
            ("{'@odata.id':'incidents(1)'}", json!({ "@odata.id": "incidents(1)" })),
            ("{\"PageNumber\":1}", json!({ "PageNumber": 1 })),
            ("[\"account\",\"contact\"]", json!(["account", "contact"])),
            ("['account']", json!(["account"])),
            ("'it''s'", json!("it's")),
            ("Microsoft.Dynamics.CRM.EndpointAccessType'Default'", json!("Default")),
            ("e4b0a7d2-0002-ef11-9f89-000d3a2b1c02", json!("e4b0a7d2-0002-ef11-9f89-000d3a2b1c02")),
            ("-5", json!(-5)),
            ("true", json!(true)),
            ("null", Json::Null),
            ("{broken", json!("{broken")),
        ] {
            assert_eq!(literal(text), value, "{text}");
        }
    }
}
