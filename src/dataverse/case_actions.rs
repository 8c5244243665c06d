//! Actions of the case desk, as they go over the wire.
//!
//! # Source
//!
//! [Web API actions](https://learn.microsoft.com/power-apps/developer/data-platform/webapi/use-web-api-actions)

use super::value::quoted;
use super::{Action, Change, ColumnName, RowId, Subject, Table};

/// Entity set of queues.
const QUEUES: &str = "queues";
/// Entity set of the places in queues.
const ITEMS: &str = "queueitems";

impl Action {
    /// Resolves a case: it is closed with this status reason, and a row of `incidentresolution` with these columns tells
    /// how. The case is read-only from then on.
    pub fn close_incident(case: Subject, status: i32, resolution: &[(ColumnName, Change)]) -> Self {
        let bind = quoted(&format!("/{}({})", case.set, case.id));
        let mut members = vec![
            format!("\"@odata.type\":{}", quoted("Microsoft.Dynamics.CRM.incidentresolution")),
            format!("\"incidentid@odata.bind\":{bind}"),
        ];
        members.extend(resolution.iter().map(|(column, change)| change.member(column)));
        let body = format!("{{\"IncidentResolution\":{{{}}},\"Status\":{status}}}", members.join(","));
        let done = Some(("statecode".into(), Change::Number("1".to_owned())));
        Self::named("CloseIncident", None, body).about(Subject { done, ..case })
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
        Self::named("Merge", None, body).about(Subject { done, ..subordinate })
    }

    /// Puts a row into a queue; out of `from`, where it is in one.
    pub fn add_to_queue(queue: RowId, table: &Table, row: Subject, from: Option<RowId>) -> Self {
        let target = reference(table.name.as_str(), table.primary_id.as_str(), row.id);
        let from = from.map(|from| format!(",\"SourceQueue\":{}", reference("queue", "queueid", from)));
        let body = format!("{{\"Target\":{target}{}}}", from.unwrap_or_default());
        Self::named("AddToQueue", Some((&QUEUES.into(), queue)), body).about(row)
    }

    /// Makes a person the one who works on what is in a queue.
    pub fn pick_from_queue(item: RowId, person: RowId, row: Subject) -> Self {
        let person = reference("systemuser", "systemuserid", person);
        let body = format!("{{\"SystemUser\":{person},\"RemoveQueueItem\":false}}");
        Self::named("PickFromQueue", Some((&ITEMS.into(), item)), body).about(row)
    }

    /// Gives what is in a queue back: nobody works on it.
    pub fn release_to_queue(item: RowId, row: Subject) -> Self {
        Self::named("ReleaseToQueue", Some((&ITEMS.into(), item)), "{}".to_owned()).about(row)
    }

    /// The same with the row that it is about.
    pub(super) fn about(self, subject: Subject) -> Self {
        Self { subject: Some(subject), ..self }
    }
}

/// A row as a parameter.
fn reference(table: &str, primary_id: &str, id: RowId) -> String {
    let kind = quoted(&format!("Microsoft.Dynamics.CRM.{table}"));
    format!("{{\"@odata.type\":{kind},{}:{}}}", quoted(primary_id), quoted(&id.to_string()))
}
