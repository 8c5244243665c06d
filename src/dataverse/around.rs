//! What hangs on a row and matters before something is done with it: open activities, and its place in a queue.

use super::{Client, Error, Query, Row, RowId, TableName, field};

/// So many open activities are told.
const MOST: u32 = 20;

/// What hangs on a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Around {
    /// Activities that are not completed or cancelled.
    pub open: Vec<OpenActivity>,
    /// Its place in a queue.
    pub queued: Option<Queued>,
}

/// An activity that is not completed or cancelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenActivity {
    /// Its table, by what kind of activity it is.
    pub table: TableName,
    /// Its key.
    pub id: RowId,
    /// Its state code: open or scheduled.
    pub state: String,
    /// `Task`, as the service words it.
    pub kind: String,
    pub subject: String,
    /// When it is due, as the service words it.
    pub due: Option<String>,
}

/// A place in a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// The queue item.
    pub item: RowId,
    /// Name of the queue.
    pub queue: String,
    /// Who works on it.
    pub worker: Option<String>,
}

impl Client {
    /// What hangs on a row. Two requests at once; a table that is not there or not to be read counts as empty.
    ///
    /// # Errors
    ///
    /// As every read, but for 403 and 404.
    pub async fn around(&self, id: RowId) -> Result<Around, Error> {
        let activities = Query::new("activitypointers")
            .select(["activityid", "activitytypecode", "subject", "scheduledend", "statecode"])
            .filter(
                field("_regardingobjectid_value")
                    .eq(id)
                    .and(field("statecode").eq(0).or(field("statecode").eq(3))),
            )
            .top(MOST)
            .annotations();
        let items = Query::new("queueitems")
            .select(["queueitemid", "_queueid_value", "_workerid_value"])
            .filter(field("_objectid_value").eq(id).and(field("statecode").eq(0)))
            .top(1)
            .annotations();
        let (activities, items) = tokio::join!(self.page(&activities), self.page(&items));
        let rows = |page: Result<super::Page, Error>| match page {
            Ok(page) => Ok(page.rows().collect::<Vec<Row>>()),
            Err(error) if error.is_forbidden() || error.is_not_found() => Ok(vec![]),
            Err(error) => Err(error),
        };
        let text = |row: &Row, property: &str| {
            row.cell(property).and_then(|cell| cell.text().map(std::borrow::Cow::into_owned))
        };
        let (activities, items) = (rows(activities)?, rows(items)?);
        let open = activities.iter().filter_map(|row| {
            let table = row.cell("activitytypecode")?.raw_text()?.into_owned();
            Some((TableName::new(table), row.id(&"activityid".into())?, row))
        });
        let open = open.map(|(table, id, row)| OpenActivity {
            table,
            id,
            state: row.cell("statecode").map(|cell| cell.json.to_owned()).unwrap_or_default(),
            kind: text(row, "activitytypecode").unwrap_or_default(),
            subject: text(row, "subject").unwrap_or_default(),
            due: text(row, "scheduledend"),
        });
        let queued = items.first().and_then(|row| {
            Some(Queued {
                item: row.id(&"queueitemid".into())?,
                queue: text(row, "_queueid_value").unwrap_or_default(),
                worker: text(row, "_workerid_value"),
            })
        });
        Ok(Around { open: open.collect(), queued })
    }
}
