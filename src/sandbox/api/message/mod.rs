//! Messages: what can be asked of the service beside reading and writing rows. Functions are asked for with GET,
//! actions with POST; some belong to a row. Each is declared once, with its parameters: the dispatcher, the checks
//! of arguments and the CSDL document read the same declaration. It must not know how rows are stored.

mod declare;
mod duplicates;
mod entity;
mod given;
mod history;
mod incident;
mod initialize;
mod merge;
mod organization;
mod privilege;
mod queue;
mod sharing;
mod time;
mod workflow;

use http::Method;
use serde_json::Value;
use uuid::Uuid;

use super::call::Call;
use super::error::{ApiError, Result};
use super::reply::Reply;
use crate::sandbox::odata::uri::Segment;
use crate::sandbox::schema::Table;
pub(super) use declare::{Kind, Message};
use entity::Entity;
use given::Given;

const NAMESPACE: &str = "Microsoft.Dynamics.CRM.";

/// All messages there are.
pub(super) fn all() -> impl Iterator<Item = &'static Message> {
    [
        duplicates::MESSAGES,
        history::MESSAGES,
        incident::MESSAGES,
        initialize::MESSAGES,
        merge::MESSAGES,
        organization::MESSAGES,
        privilege::MESSAGES,
        queue::MESSAGES,
        sharing::MESSAGES,
        time::MESSAGES,
        workflow::MESSAGES,
    ]
    .into_iter()
    .flatten()
}

/// Messages of the service that other clients may send and that are left out here.
const LEFT_OUT: &[&str] = &[
    "AddMembersTeam",
    "AddPrivilegesRole",
    "AddUserToRecordTeam",
    "Associate",
    "BackgroundSendEmail",
    "BulkDetectDuplicates",
    "CalculatePrice",
    "CalculateRollupField",
    "CloneAsPatch",
    "CommitAnnotationBlocksUpload",
    "ConvertQuoteToSalesOrder",
    "DeleteAuditData",
    "DeliverIncomingEmail",
    "ExportSolution",
    "ExportToExcel",
    "FetchXmlToQueryExpression",
    "GenerateSocialProfile",
    "GetAllTimeZonesWithDisplayName",
    "GetReportHistoryLimit",
    "ImportSolution",
    "InitializeAnnotationBlocksDownload",
    "InitializeAnnotationBlocksUpload",
    "InstantiateTemplate",
    "LoseOpportunity",
    "QualifyLead",
    "QueryExpressionToFetchXml",
    "RemoveMembersTeam",
    "RetrievePrincipalAccessInfo",
    "Rollup",
    "SendEmail",
    "SendEmailFromTemplate",
    "SendTemplate",
    "SetBusinessEquipment",
    "SyncBulkOperation",
    "ValidateRecurrenceRule",
    "WinOpportunity",
    "WinQuote",
];

/// Answers `POST /CloseIncident`, `GET /WhoAmI`; None when the path names no message.
pub(super) fn unbound(call: &Call<'_>, segment: &Segment, rest: &[Segment]) -> Option<Result<Reply>> {
    let name = segment.name.strip_prefix(NAMESPACE).unwrap_or(&segment.name);
    let message = all().find(|message| message.name == name && message.on.is_empty());
    match message {
        Some(message) if rest.is_empty() => Some(answer(call, message, segment, None)),
        Some(_) => Some(Err(ApiError::not_implemented(format!("a path behind the message '{name}'")))),
        None if all().any(|message| message.name == name) => Some(Err(bound_only(name))),
        None if LEFT_OUT.contains(&name) => Some(Err(left_out(name))),
        None => None,
    }
}

/// Answers `POST /queues(id)/Microsoft.Dynamics.CRM.AddToQueue`; without an id, what is asked of a whole table.
pub(super) fn bound(
    call: &Call<'_>,
    table: &Table,
    id: Option<Uuid>,
    segment: &Segment,
    rest: &[Segment],
) -> Result<Reply> {
    let name = segment.name.strip_prefix(NAMESPACE).unwrap_or(&segment.name);
    let here = all().find(|message| message.name == name && message.on.contains(&table.name.as_str()));
    match (here, id) {
        (Some(message), Some(id)) if rest.is_empty() => answer(call, message, segment, Some((table, id))),
        (Some(_), Some(_)) => Err(ApiError::not_implemented(format!("a path behind the message '{name}'"))),
        (Some(_), None) => Err(ApiError::query(format!(
            "The message '{name}' is bound to one row of '{}': put the row's key behind it.",
            table.declared.set
        ))),
        (None, _) if all().any(|message| message.name == name) => Err(ApiError::query(format!(
            "The message '{name}' is not bound to the type 'Microsoft.Dynamics.CRM.{}'.",
            table.name
        ))),
        (None, _) if LEFT_OUT.contains(&name) => Err(left_out(name)),
        (None, _) => Err(ApiError::no_segment(&segment.name)),
    }
}

fn answer(
    call: &Call<'_>,
    message: &'static Message,
    segment: &Segment,
    on: Option<(&Table, Uuid)>,
) -> Result<Reply> {
    match (message.kind, &call.method) {
        (Kind::Function, &Method::GET) | (Kind::Action, &Method::POST) => {}
        (Kind::Function, method) => return Err(ApiError::method(method, "OPTIONS,GET,HEAD")),
        (Kind::Action, method) => return Err(ApiError::method(method, "OPTIONS,POST")),
    }
    let mut given = Given::of(call, message, segment)?;
    if let Some((table, id)) = on {
        given.on = Some(Entity::existing(call, table, id)?);
    }
    (message.answer)(&given)
}

fn left_out(name: &str) -> ApiError {
    ApiError::not_implemented(format!("the message '{name}'"))
}

fn bound_only(name: &str) -> ApiError {
    let places: Vec<_> =
        all().filter(|message| message.name == name).flat_map(|message| message.on).collect();
    ApiError::query(format!(
        "The message '{name}' is bound: send it to a row of {}, as in /set(id)/{NAMESPACE}{name}.",
        places.iter().map(|place| format!("'{place}'")).collect::<Vec<_>>().join(" or ")
    ))
}

/// An answer with properties, in the shape that every message has.
fn response(
    call: &Call<'_>,
    message: &str,
    properties: impl IntoIterator<Item = (&'static str, Value)>,
) -> Reply {
    let mut body = serde_json::Map::new();
    let context = format!("{}/$metadata#{NAMESPACE}{message}Response", call.root);
    body.insert("@odata.context".to_owned(), context.into());
    body.extend(properties.into_iter().map(|(name, value)| (name.to_owned(), value)));
    Reply::value(&Value::Object(body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::schema::Schema;

    #[test]
    fn a_message_is_declared_once_for_every_table_that_it_is_bound_to() {
        let schema = Schema::standard();
        let mut places = Vec::new();
        for message in all() {
            assert!(!LEFT_OUT.contains(&message.name), "{}", message.name);
            for table in message.on {
                assert!(schema.table(table).is_some(), "{table}");
            }
            let on = if message.on.is_empty() { &[""] } else { message.on };
            places.extend(on.iter().map(|table| (message.name, *table)));
        }
        let before = places.len();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), before);
    }
}
