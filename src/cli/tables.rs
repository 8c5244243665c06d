//! `dv tables`

use std::io::{BufWriter, Write};

use clap::Args;
use serde::Serialize;

use super::output::{Columns, json_line};
use super::{CliError, Context};
use crate::dataverse::Table;

/// List the tables of the environment
///
/// Tables are listed by logical name. Private, intersect and logical tables are left out unless asked for.
#[derive(Debug, Args)]
pub(super) struct TablesArgs {
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
    /// Also list private, intersect and logical tables
    #[arg(long)]
    all: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    logical_name: &'a str,
    set_name: &'a str,
    display_name: &'a str,
    primary_id: &'a str,
    primary_name: Option<&'a str>,
}

impl TablesArgs {
    /// Runs the command and writes to `out`.
    pub(super) async fn run(self, context: &Context, out: &mut dyn Write) -> Result<(), CliError> {
        let tables = context.client().await?.tables().await?;
        let shown: Vec<&Table> = tables.iter().filter(|table| self.all || !table.is_system).collect();
        let mut out = BufWriter::new(out);
        if self.json {
            for table in shown {
                json_line(&mut out, &line(table))?;
            }
        } else {
            let mut columns = Columns::with_headings(&["Table", "Set", "Name", "Rows are named by"]);
            for table in shown {
                let Line { logical_name, set_name, display_name, primary_name, .. } = line(table);
                columns.push(&[logical_name, set_name, display_name, primary_name.unwrap_or("-")]);
            }
            columns.write(&mut out)?;
        }
        out.flush().map_err(CliError::from)
    }
}

fn line(table: &Table) -> Line<'_> {
    Line {
        logical_name: table.name.as_str(),
        set_name: table.set.as_str(),
        display_name: &table.display_name,
        primary_id: table.primary_id.as_str(),
        primary_name: table.primary_name.as_ref().map(|name| name.as_str()),
    }
}
