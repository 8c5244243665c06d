//! `RetrieveMetadataChanges`: definitions by a query of their own, all of them or what has changed since a stamp.

mod query;

use http::StatusCode;
use jiff::Timestamp;
use serde_json::Value;

use super::super::METADATA_VERSION;
use super::super::call::Call;
use super::super::error::{ApiError, Result};
use super::super::reply::Reply;
use super::CAST;
use super::definition::{Definition, Related};
use super::entity::{Entity, NAVIGATION};
use super::json::{Json, LANGUAGE};
use crate::sandbox::odata::uri::{Key, Segment, unquoted};
use crate::sandbox::schema::{Change, Gone};
use query::Query;

/// A stamp is good for this long.
const STAMP_SECONDS: i64 = 90 * 86_400;

pub(super) fn answer(call: &Call<'_>, segment: &Segment) -> Result<Reply> {
    let query = match argument(call, segment, "Query") {
        Some(text) => serde_json::from_str(&text)
            .map_err(|error| ApiError::query(format!("The parameter 'Query' is not valid JSON: {error}.")))?,
        None => Value::Null,
    };
    let since = match argument(call, segment, "ClientVersionStamp").filter(|stamp| !stamp.is_empty()) {
        Some(stamp) => Some(since(call, &stamp)?),
        None => None,
    };
    let filters = argument(call, segment, "DeletedMetadataFilters");
    let wanted = Wanted::parse(&query)?;
    let history = call.schema().history();
    let changed = since.map(|since| &history[since..]);
    let schema = call.schema();
    let mut out = Json::new(wanted.labelled);
    out.raw("{");
    out.key("@odata.context");
    out.text(&format!("{}/$metadata#{CAST}RetrieveMetadataChangesResponse", call.root));
    out.key("ServerVersionStamp");
    out.text(&stamp(call));
    out.key("DeletedMetadata");
    deleted(changed, filters.as_deref(), &mut out);
    out.key("EntityMetadata");
    out.raw("[");
    for table in schema.tables() {
        let entity = Entity { schema, table };
        let is_new = changed.is_none_or(|changes| changes.iter().any(|change| change.table == table.name));
        if is_new && wanted.entities.fits(&entity)? {
            out.comma();
            wanted.entity(&entity, &mut out)?;
        }
    }
    out.raw("]}");
    Ok(Reply::json(out.finish()))
}

/// The version and when it was told: `80649578!08/24/2026 12:00:00`.
fn stamp(call: &Call<'_>) -> String {
    let now = Timestamp::from_second(call.now).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{}!{}", call.metadata_version(), now.strftime("%m/%d/%Y %H:%M:%S"))
}

/// How many changes the client knows of.
fn since(call: &Call<'_>, stamp: &str) -> Result<usize> {
    let expired = || {
        ApiError::new(
            StatusCode::BAD_REQUEST,
            0x8004_4352,
            "The version stamp has expired or is not one of this environment: all metadata must be read again.",
        )
    };
    let (version, date) = stamp.split_once('!').ok_or_else(expired)?;
    let known = version.parse::<usize>().ok().and_then(|version| version.checked_sub(METADATA_VERSION));
    let known = known.filter(|known| *known <= call.schema().history().len()).ok_or_else(expired)?;
    let told = jiff::civil::DateTime::strptime("%m/%d/%Y %H:%M:%S", date).ok();
    let told = told.and_then(|told| told.to_zoned(jiff::tz::TimeZone::UTC).ok()).ok_or_else(expired)?;
    if told.timestamp().as_second() + STAMP_SECONDS < call.now {
        return Err(expired());
    }
    Ok(known)
}

/// `DeletedMetadataCollection`: ids by what they were the ids of. Null when everything is told anyway.
fn deleted(changes: Option<&[Change]>, filters: Option<&str>, out: &mut Json) {
    let Some(changes) = changes else { return out.null() };
    let kinds = [
        (Gone::Table, "Entity", 1),
        (Gone::Column, "Attribute", 2),
        (Gone::Relationship, "Relationship", 4),
        (Gone::Choice, "OptionSet", 16),
    ];
    let filters = filters.unwrap_or("Default");
    let is_wanted = |name: &str, bit: u32| match filters.trim().parse::<u32>() {
        Ok(bits) => bits & bit != 0,
        Err(_) => filters.split(',').any(|filter| {
            let filter = filter.trim();
            filter == "All" || filter == name || (filter == "Default" && bit == 1)
        }),
    };
    let found: Vec<_> = kinds
        .into_iter()
        .filter(|(_, name, bit)| is_wanted(name, *bit))
        .map(|(gone, name, _)| {
            let ids = changes.iter().filter_map(|change| change.gone).filter(|(kind, _)| *kind == gone);
            (name, ids.map(|(_, id)| id).collect::<Vec<_>>())
        })
        .filter(|(_, ids)| !ids.is_empty())
        .collect();
    out.object(|out| {
        out.key("Count");
        out.number(found.len() as i64);
        out.key("Keys");
        out.texts(found.iter().map(|(name, _)| *name));
        out.key("Values");
        out.list(&found, |(_, ids), out| out.list(ids, |id, out| out.id(*id)));
    });
}

/// What is wanted of tables and of what belongs to them.
struct Wanted {
    entities: Query,
    attributes: Query,
    relationships: Query,
    keys: Query,
    labelled: bool,
}

impl Wanted {
    fn parse(json: &Value) -> Result<Wanted> {
        let languages = json["LabelQuery"]["FilterLanguages"].as_array().filter(|list| !list.is_empty());
        Ok(Wanted {
            entities: Query::parse(json)?,
            attributes: Query::parse(&json["AttributeQuery"])?,
            relationships: Query::parse(&json["RelationshipQuery"])?,
            keys: Query::parse(&json["KeyQuery"])?,
            labelled: languages.is_none_or(|list| list.iter().any(|language| *language == LANGUAGE)),
        })
    }

    fn entity(&self, entity: &Entity<'_>, out: &mut Json) -> Result<()> {
        out.raw("{");
        properties(entity, &self.entities, out);
        for nav in NAVIGATION.iter().filter(|nav| self.entities.wants(nav)) {
            let Some(Related::Many(items)) = entity.related(nav) else { continue };
            let query = match *nav {
                "Attributes" => &self.attributes,
                "Keys" => &self.keys,
                _ => &self.relationships,
            };
            out.key(nav);
            out.raw("[");
            for item in items {
                if query.fits(item.as_ref())? {
                    out.comma();
                    member(item.as_ref(), nav, query, out);
                }
            }
            out.raw("]");
        }
        out.raw("}");
        Ok(())
    }
}

/// One of a table's lists. Only columns are of several types.
fn member(item: &dyn Definition, nav: &str, query: &Query, out: &mut Json) {
    out.object(|out| {
        if nav == "Attributes" && item.kind() != "AttributeMetadata" {
            out.key("@odata.type");
            out.text(&format!("#{CAST}Complex{}", item.kind()));
        }
        properties(item, query, out);
        for set in ["OptionSet", "GlobalOptionSet"].into_iter().filter(|set| query.wants(set)) {
            match item.related(set) {
                Some(Related::One(Some(inner))) => {
                    out.key(set);
                    out.object(|out| every(inner.as_ref(), out, |_| true));
                }
                Some(_) => {
                    out.key(set);
                    out.null();
                }
                None => {}
            }
        }
    });
}

fn properties(item: &dyn Definition, query: &Query, out: &mut Json) {
    every(item, out, |name| query.wants(name) || matches!(name, "MetadataId" | "LogicalName" | "HasChanged"));
}

/// Properties, with what this answer says of each: that it is new to the client.
fn every(item: &dyn Definition, out: &mut Json, wanted: impl Fn(&str) -> bool) {
    let names = (0..).map_while(|place| item.name(place).map(|name| (place, name)));
    for (place, name) in names.filter(|(_, name)| wanted(name)) {
        out.key(name);
        match name {
            "HasChanged" => out.yes(true),
            _ => item.write(place, out),
        }
    }
}

/// The text of a parameter: given in place or as an alias, with or without the type of an enumeration.
fn argument(call: &Call<'_>, segment: &Segment, name: &str) -> Option<String> {
    let Some(Key::Named(parts)) = &segment.key else { return None };
    let (_, value) = parts.iter().find(|(part, _)| part == name)?;
    let value = match value.starts_with('@') {
        true => call.query.get(value)?,
        false => value.as_str(),
    };
    let value = value.trim();
    let member = value.strip_prefix(CAST).and_then(|rest| rest.find('\'').map(|at| &rest[at..]));
    Some(unquoted(member.unwrap_or(value))).filter(|text| text != "null")
}
