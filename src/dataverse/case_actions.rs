//! Actions of the case desk, as they go over the wire.
//!
//! # Source
//!
//! [Web API actions](https://learn.microsoft.com/power-apps/developer/data-platform/webapi/use-web-api-actions)

use super::value::quoted;
use super::{Action, ActionMethod, Change, ColumnName, RowId, SetName, Subject, Table};

/// Entity set of queues.
const QUEUES: &str = "queues";
/// Entity set of the places in queues.
const ITEMS: &str = "queueitems";

impl Action {
    /// Resolves a case: it is closed with this status reason, and a row of `incidentresolution` with these columns tells
    /// how. The case is read-only from then on.
    pub fn close_incident(case: Subject, status: i32, resolution: &[(ColumnName, Change)]) -> Self {
        let bind = (quoted("incidentid@odata.bind"), quoted(&format!("/{}({})", case.set, case.id)));
        let mut members = vec![
            format!("\"@odata.type\":{}", quoted("Microsoft.Dynamics.CRM.incidentresolution")),
            format!("{}:{}", bind.0, bind.1),
        ];
        members.extend(resolution.iter().map(|(column, change)| change.member(column)));
        let body = format!("{{\"IncidentResolution\":{{{}}},\"Status\":{status}}}", members.join(","));
        let done = Some(("statecode".into(), Change::Number("1".to_owned())));
        Self::unbound("CloseIncident", body, Some(Subject { done, ..case }))
    }

    /// Puts a row into another one of its table: the row is deactivated and what hangs on it moves.
    pub fn merge(table: &Table, target: RowId, subordinate: Subject) -> Self {
        let reference = |id: RowId| reference(table.name.as_str(), table.primary_id.as_str(), id);
        let body = format!(
            "{{\"Target\":{},\"Subordinate\":{},\"PerformParentingChecks\":false}}",
            reference(target),
            reference(subordinate.id)
        );
        let done = Some(("merged".into(), Change::YesNo(true)));
        Self::unbound("Merge", body, Some(Subject { done, ..subordinate }))
    }

    /// Puts a row into a queue; out of `from`, where it is in one.
    pub fn add_to_queue(queue: RowId, table: &Table, row: Subject, from: Option<RowId>) -> Self {
        let target = reference(table.name.as_str(), table.primary_id.as_str(), row.id);
        let from = from.map(|from| format!(",\"SourceQueue\":{}", reference("queue", "queueid", from)));
        let body = format!("{{\"Target\":{target}{}}}", from.unwrap_or_default());
        Self::bound("AddToQueue", &QUEUES.into(), queue, body, Some(row))
    }

    /// Makes a person the one who works on what is in a queue.
    pub fn pick_from_queue(item: RowId, person: RowId, row: Subject) -> Self {
        let person = reference("systemuser", "systemuserid", person);
        let body = format!("{{\"SystemUser\":{person},\"RemoveQueueItem\":false}}");
        Self::bound("PickFromQueue", &ITEMS.into(), item, body, Some(row))
    }

    /// Gives what is in a queue back: nobody works on it.
    pub fn release_to_queue(item: RowId, row: Subject) -> Self {
        Self::bound("ReleaseToQueue", &ITEMS.into(), item, "{}".to_owned(), Some(row))
    }

    fn unbound(name: &str, body: String, subject: Option<Subject>) -> Self {
        Self { name: name.to_owned(), method: ActionMethod::Post, path: name.to_owned(), body, subject }
    }

    fn bound(name: &str, set: &SetName, id: RowId, body: String, subject: Option<Subject>) -> Self {
        let path = format!("{set}({id})/Microsoft.Dynamics.CRM.{name}");
        Self { name: name.to_owned(), method: ActionMethod::Post, path, body, subject }
    }
}

/// A row as a parameter.
fn reference(table: &str, primary_id: &str, id: RowId) -> String {
    let kind = quoted(&format!("Microsoft.Dynamics.CRM.{table}"));
    format!("{{\"@odata.type\":{kind},{}:{}}}", quoted(primary_id), quoted(&id.to_string()))
}
