//! `dv get`

use std::io::{BufWriter, Write};

use clap::Args;

use super::json_rows::on_one_line;
use super::output::Columns;
use super::{CliError, Context, names, waits};
use crate::dataverse::{RowId, RowQuery};

/// Print one row
///
/// With --json the row is printed exactly as the server sent it, on one line.
#[derive(Debug, Args)]
pub(super) struct GetArgs {
    /// Table, by logical or set name: incident or incidents
    table: String,
    /// Key of the row, a GUID
    id: String,
    /// Columns to print, separated by commas; lookups by their logical name
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    select: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Ask for labels and lookup targets beside the values
    #[arg(long)]
    annotations: bool,
}

impl GetArgs {
    /// Runs the command and writes to `out`.
    pub(super) async fn run(self, context: &Context, out: &mut dyn Write) -> Result<(), CliError> {
        let id: RowId = self.id.parse().map_err(|_| {
            CliError::usage(format!("`{}` is not the key of a row", self.id))
                .hint("a key is a GUID, such as 9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11")
        })?;
        let client = context.client().await?;
        let _waits = waits::tell(&client);
        let table = names::table(&client, &self.table).await?;
        let schema = match !self.json || !self.select.is_empty() {
            true => Some(client.table_schema(&table).await?),
            false => None,
        };
        let mut query = RowQuery::new(table.set.clone(), id);
        query.annotations = self.annotations || !self.json;
        if let Some(schema) = &schema {
            for name in &self.select {
                query.select.push(names::column(schema, name)?.property().into_owned());
            }
        }
        let row = client.row(&query).await?;
        let mut out = BufWriter::new(out);
        match &schema {
            Some(schema) if !self.json => {
                let entries = row.entries();
                let shown: Vec<_> = entries
                    .iter()
                    .filter_map(|(property, _)| {
                        Some((property.as_ref(), schema.column_of_property(property)?))
                    })
                    .collect();
                let properties: Vec<&str> = shown.iter().map(|(property, _)| *property).collect();
                let mut columns = Columns::default();
                for ((_, column), cell) in shown.iter().zip(row.cells(&properties)) {
                    let text = cell.as_ref().and_then(|cell| cell.text());
                    columns.push(&[
                        column.display_name.as_str(),
                        column.name.as_str(),
                        text.as_deref().unwrap_or("-"),
                    ]);
                }
                columns.write(&mut out)?;
            }
            _ => {
                out.write_all(&on_one_line(row.json().as_bytes()))?;
                out.write_all(b"\n")?;
            }
        }
        out.flush().map_err(CliError::from)
    }
}
