//! Workflows that can be run when somebody asks for it. Cloud flows cannot: they have no such action.
//!
//! # Source
//!
//! [ExecuteWorkflow](https://learn.microsoft.com/power-apps/developer/data-platform/webapi/reference/executeworkflow),
//! [Workflow](https://learn.microsoft.com/power-apps/developer/data-platform/reference/entities/workflow)

use super::filter::Literal;
use super::value::quoted;
use super::{Action, Client, Error, Query, Row, RowId, Subject, TableName, field};

/// Entity set of workflows.
const SET: &str = "workflows";
const EXECUTE: &str = "ExecuteWorkflow";
/// So many are read at most.
const MOST: usize = 1_000;

/// A workflow that can be run on the rows of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workflow {
    /// Its key.
    pub id: RowId,
    pub name: String,
    /// What it is for, as whoever made it says.
    pub description: String,
    /// It is done when the answer comes; others become jobs in the background.
    pub real_time: bool,
}

impl Client {
    /// The activated workflows that can be run on demand on rows of this table, by name.
    ///
    /// # Errors
    ///
    /// As every read.
    pub async fn workflows(&self, table: &TableName) -> Result<Vec<Workflow>, Error> {
        // 1 is a definition: each has a copy of itself beside it, as it was activated, that cannot be run by its id.
        let classic = field("type").eq(1).and(field("category").eq(0));
        let ready = field("ondemand").eq(true).and(field("statecode").eq(1));
        let of_table = field("primaryentity").eq(Literal::Name(table.to_string()));
        let query = Query::new(SET)
            .select(["workflowid", "name", "description", "mode"])
            .filter(classic.and(ready).and(of_table))
            .order_by("name");
        let mut pages = self.pages(query);
        let mut workflows = Vec::new();
        while let Some(page) = pages.next().await? {
            workflows.extend(page.rows().filter_map(|row| workflow(&row)));
            if workflows.len() >= MOST {
                workflows.truncate(MOST);
                break;
            }
        }
        Ok(workflows)
    }
}

impl Action {
    /// Runs a workflow on a row.
    pub fn execute_workflow(workflow: RowId, row: Subject) -> Self {
        let body = format!("{{\"EntityId\":{}}}", quoted(&row.id.to_string()));
        Self::named(EXECUTE, Some((&SET.into(), workflow)), body).about(row)
    }

    /// It runs a workflow: nobody here knows what that does.
    pub fn runs_workflow(&self) -> bool {
        self.name == EXECUTE
    }
}

fn workflow(row: &Row) -> Option<Workflow> {
    let text = |name: &str| Some(row.cell(name)?.raw_text()?.into_owned());
    let id = row.id(&"workflowid".into())?;
    let named = text("name").filter(|name| !name.trim().is_empty());
    Some(Workflow {
        id,
        name: named.unwrap_or_else(|| id.to_string()),
        description: text("description").unwrap_or_default(),
        real_time: row.cell("mode").is_some_and(|mode| mode.json == "1"),
    })
}
