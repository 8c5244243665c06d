//! Cases: resolving them, and what can be asked of them.

use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::declare::{Message, Of, action, function, needs};
use super::entity::Entity;
use super::given::{Given, Object};
use super::{ApiError, Reply, Result, response};
use crate::sandbox::api::access::Right;
use crate::sandbox::api::write;
use crate::sandbox::api::write::case::{close, follows, total_time};
use crate::sandbox::schema::Table;

pub(super) const MESSAGES: &[Message] = &[
    action(
        "CloseIncident",
        &[needs("IncidentResolution", Of::Row("incidentresolution")), needs("Status", Of::Number)],
        close_incident,
    ),
    function("CalculateTotalTimeIncident", &[], &[("TotalTime", "Edm.Int64")], calculate_total_time)
        .on(&["incident"]),
    function(
        "IsValidStateTransition",
        &[needs("Entity", Of::AnyRow), needs("NewState", Of::Text), needs("NewStatus", Of::Number)],
        &[("IsValid", "Edm.Boolean")],
        is_valid_state_transition,
    ),
];

/// `Status` -1 stands for the state's usual reason.
fn close_incident(given: &Given<'_>) -> Result<Reply> {
    let call = given.call;
    let resolutions = table(given, "incidentresolution")?;
    let cases = table(given, "incident")?;
    let resolution = given.object("IncidentResolution").cloned().unwrap_or_default();
    let case = resolved(given, &resolution)?;
    let status = given.number("Status").unwrap_or(-1);
    call.require(Right::Write, cases)?;
    call.require(Right::Create, resolutions)?;
    call.write(|transaction| {
        let spent = total_time(transaction, case.id)?;
        close(call, transaction, cases, case.id, status)?;
        let mut row: Object =
            resolution.into_iter().filter(|(name, _)| name != "@odata.type" && !is_case(name)).collect();
        row.insert("incidentid@odata.bind".to_owned(), case.address().into());
        row.insert("statecode".to_owned(), 1.into());
        row.insert("statuscode".to_owned(), 2.into());
        row.entry("timespent").or_insert_with(|| spent.into());
        row.entry("actualend").or_insert_with(|| instant(call.now));
        write::insert(call, transaction, resolutions, &row)?;
        Ok(Reply::empty(StatusCode::NO_CONTENT))
    })
}

/// The case of a resolution: bound, nested, or by the value of the lookup.
fn resolved<'a>(given: &Given<'a>, resolution: &Object) -> Result<Entity<'a>> {
    let text = |name: &str| resolution.get(name).and_then(Json::as_str);
    let reference = if let Some(address) = text("incidentid@odata.bind") {
        json!({ "@odata.id": address })
    } else if let Some(id) = text("incidentid").or_else(|| text("_incidentid_value")) {
        json!({ "incidentid": id })
    } else if let Some(nested @ Json::Object(_)) = resolution.get("incidentid") {
        nested.clone()
    } else {
        return Err(ApiError::bad(
            0x8004_0203,
            "Invalid argument. The parameter 'IncidentResolution' needs 'incidentid@odata.bind'.",
        ));
    };
    let case = Entity::read(given.call, "IncidentResolution", &reference, Some("incident"))?;
    Entity::existing(given.call, case.table, case.id)
}

fn is_case(name: &str) -> bool {
    name == "_incidentid_value" || name.split('@').next() == Some("incidentid")
}

fn calculate_total_time(given: &Given<'_>) -> Result<Reply> {
    let call = given.call;
    let case = given.bound()?;
    call.require(Right::Read, case.table)?;
    let minutes = call.read(|connection| total_time(connection, case.id))?;
    Ok(response(call, given.message.name, [("TotalTime", json!(minutes))]))
}

/// `NewState` is the name of the state, as in `Active`; its number is taken too.
fn is_valid_state_transition(given: &Given<'_>) -> Result<Reply> {
    let call = given.call;
    let row = given.row("Entity")?;
    call.require(Right::Read, row.table)?;
    let name = given.text("NewState");
    let state = row.table.states().iter().find(|state| {
        state.invariant.eq_ignore_ascii_case(name)
            || state.label.eq_ignore_ascii_case(name)
            || state.value.to_string() == name
    });
    let current = call.read(|connection| {
        let sql = format!("SELECT statuscode FROM \"{}\" WHERE \"{}\" = ?1", row.table.name, row.table.key);
        let key = row.id.as_bytes().as_slice();
        if state.is_none() {
            return Ok(None);
        }
        connection
            .prepare_cached(&sql)?
            .query_row([key], |row| row.get::<_, Option<i64>>(0))
            .map_err(ApiError::from)
    })?;
    let valid = state.is_some_and(|state| {
        let status = match given.number("NewStatus") {
            Some(-1) | None => i64::from(state.default_status),
            Some(status) => status,
        };
        let belongs = row
            .table
            .statuses()
            .iter()
            .any(|known| i64::from(known.value) == status && known.state == state.value);
        belongs && follows(row.table, current, status)
    });
    Ok(response(call, given.message.name, [("IsValid", json!(valid))]))
}

fn table<'a>(given: &Given<'a>, name: &str) -> Result<&'a Table> {
    let table = given.call.schema().table(name);
    table.ok_or_else(|| ApiError::not_implemented(format!("the table '{name}'")))
}

fn instant(seconds: i64) -> Json {
    Timestamp::from_second(seconds).map_or(Json::Null, |time| time.to_string().into())
}
