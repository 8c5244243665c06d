//! `dv rows`

use std::io::{BufWriter, Write};

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use super::json_rows::write_page;
use super::row_table::RowTable;
use super::{CliError, Context, names, waits};
use crate::dataverse::{Client, Filter, Order, Page, Query, TableSchema};

/// Rows of the one page that is read when neither `--top` nor `--all` is given.
const ONE_PAGE: u32 = 250;
/// The largest page the service gives.
const FULL_PAGE: u32 = 5_000;
/// Rows are collected to this size before they are written.
const BUFFER: usize = 256 << 10;

/// Print rows of a table
///
/// Without --top or --all one page is read, and standard error says when there is more. With --json each row is
/// printed exactly as the server sent it, one a line, so that `head`, `jq` and `wc -l` work.
#[derive(Debug, Args)]
pub(super) struct RowsArgs {
    /// Table, by logical or set name: incident or incidents
    table: String,
    /// Columns to print, separated by commas; lookups by their logical name
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    select: Vec<String>,
    /// Condition in OData's words: "statecode eq 0 and contains(title,'printer')"
    #[arg(long, value_name = "EXPR", value_parser = NonEmptyStringValueParser::new())]
    filter: Option<String>,
    /// Order, such as "createdon desc,title"
    #[arg(long, value_name = "EXPR", value_parser = NonEmptyStringValueParser::new())]
    order: Option<String>,
    /// Read only the first N rows
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), conflicts_with = "all")]
    top: Option<u32>,
    /// Read all rows, page by page
    #[arg(long)]
    all: bool,
    /// Print JSON, one row a line
    #[arg(long)]
    json: bool,
    /// Ask for labels and lookup targets beside the values
    #[arg(long)]
    annotations: bool,
}

/// How rows are printed.
enum Printer {
    Json,
    Text(RowTable),
}

impl RowsArgs {
    /// Runs the command and writes to `out`.
    pub(super) async fn run(self, context: &Context, out: &mut dyn Write) -> Result<(), CliError> {
        let orders = self.order.as_deref().map(parse_order).transpose()?.unwrap_or_default();
        let client = context.client().await?;
        let _waits = waits::tell(&client);
        let table = names::table(&client, &self.table).await?;
        let needs_columns = !self.json || !self.select.is_empty() || !orders.is_empty();
        let schema = match needs_columns {
            true => Some(client.table_schema(&table).await?),
            false => None,
        };
        let mut query = Query::new(table.set.clone());
        let mut printer = Printer::Json;
        if let Some(schema) = &schema {
            let chosen = match self.select.as_slice() {
                [] => schema.default_columns(),
                names => {
                    names.iter().map(|name| names::column(schema, name)).collect::<Result<Vec<_>, _>>()?
                }
            };
            if !self.json || !self.select.is_empty() {
                query = query.select(chosen.iter().map(|column| column.property()));
            }
            if !self.json {
                printer = Printer::Text(RowTable::new(chosen));
            }
            for order in orders {
                query = query.then(on_the_wire(schema, order)?);
            }
        }
        if let Some(filter) = self.filter {
            query = query.filter(Filter::Raw(filter));
        }
        if self.annotations || !self.json {
            query = query.annotations();
        }
        let limit = self.top.unwrap_or(u32::MAX) as usize;
        query = match self.top {
            Some(rows) if rows <= FULL_PAGE => query.top(rows),
            Some(_) => query.page_size(FULL_PAGE),
            None if self.all => query.page_size(FULL_PAGE),
            None => query.page_size(ONE_PAGE),
        };
        let mut out = BufWriter::with_capacity(BUFFER, out);
        if self.all || self.top.is_some_and(|rows| rows > FULL_PAGE) {
            return print_pages(&client, query, limit, printer, &mut out).await;
        }
        let page = client.page(&query).await?;
        printer.print(&page, limit, &mut out)?;
        out.flush()?;
        if page.next_link().is_some() {
            context.note(&format!(
                "{} rows; there are more: --all reads them all, --top N the first N",
                page.len()
            ));
        }
        Ok(())
    }
}

impl Printer {
    fn print(&mut self, page: &Page, limit: usize, out: &mut dyn Write) -> std::io::Result<()> {
        match self {
            Self::Json => write_page(page, limit, out),
            Self::Text(table) => table.write(page, limit, out),
        }
    }
}

/// Prints page after page; while one is written the next is read.
async fn print_pages(
    client: &Client,
    query: Query,
    limit: usize,
    mut printer: Printer,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let mut pages = client.pages(query);
    let mut current = pages.next().await?;
    let mut printed = 0;
    while let Some(page) = current {
        let is_last = page.next_link().is_none() || printed + page.len() >= limit;
        let reading = (!is_last).then(|| {
            tokio::spawn(async move {
                let next = pages.next().await;
                (pages, next)
            })
        });
        printer.print(&page, limit - printed, out)?;
        printed += page.len().min(limit - printed);
        drop(page);
        let Some(reading) = reading else { break };
        let (rest, next) = reading.await.map_err(CliError::failed)?;
        pages = rest;
        current = match next {
            Ok(next) => next,
            Err(error) => {
                out.flush()?;
                let error = CliError::from(error);
                return Err(error.note(format!("{printed} rows were printed before this; they are not all")));
            }
        };
    }
    out.flush().map_err(CliError::from)
}

/// `createdon desc,title` as an ordering.
fn parse_order(text: &str) -> Result<Vec<Order>, CliError> {
    let malformed = || {
        CliError::usage(format!("`{text}` is not an order")).hint(
            "name columns, each with `desc` where the largest comes first: --order \"createdon desc,title\"",
        )
    };
    let part = |part: &str| {
        let mut words = part.split_whitespace();
        let property = words.next().ok_or_else(malformed)?.to_owned();
        let descending = match words.next() {
            None => false,
            Some(word) if word.eq_ignore_ascii_case("asc") => false,
            Some(word) if word.eq_ignore_ascii_case("desc") => true,
            Some(_) => return Err(malformed()),
        };
        match words.next() {
            None => Ok(Order { property, descending }),
            Some(_) => Err(malformed()),
        }
    };
    text.split(',').map(part).collect()
}

/// An order by a column's logical name as the wire wants it. A path such as `customerid_account/name` stays.
fn on_the_wire(schema: &TableSchema, order: Order) -> Result<Order, CliError> {
    if order.property.contains('/') {
        return Ok(order);
    }
    let property = names::column(schema, &order.property)?.property().into_owned();
    Ok(Order { property, ..order })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_columns_with_a_direction() {
        let order = parse_order("createdon desc, title ,x ASC").unwrap();
        let text: Vec<String> = order.iter().map(ToString::to_string).collect();
        assert_eq!(text, ["createdon desc", "title", "x"]);
        for wrong in ["", "a,,b", "a downwards", "a desc now"] {
            assert!(parse_order(wrong).is_err(), "{wrong}");
        }
    }
}
