//! Rows of a query in FetchXML: read, and written as JSON. Unlike in OData's, what is null is left out.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use http::StatusCode;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, ErrorCode, Row, params_from_iter};

use super::Start;
use crate::sandbox::api::call::Call;
use crate::sandbox::api::error::{ApiError, Result};
use crate::sandbox::api::format;
use crate::sandbox::api::shape::{FORMATTED, LOGICAL_NAME, NAVIGATION, Symbols, symbols};
use crate::sandbox::fetchxml::sql::{Content, Output, Query};
use crate::sandbox::odata::seek::behind;
use crate::sandbox::odata::sql::Fragment;

const ATTRIBUTE_NAME: &str = "OData.Community.Display.V1.AttributeName";
/// A query joins what it likes, so that a short one can ask for more rows than there are atoms. The service gives
/// up after two minutes.
const PATIENCE: Duration = Duration::from_secs(20);

/// The rows of a page.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// JSON objects with commas between them.
    pub(super) json: Vec<u8>,
    number: usize,
    /// Key values of the first and the last row.
    pub(super) first: Vec<Value>,
    pub(super) last: Vec<Value>,
    /// There are rows behind these.
    pub(super) more: bool,
}

/// Runs `work` and interrupts what it asks of the connection when it takes too long.
pub(super) fn bounded<T>(connection: &Connection, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    let handle = connection.get_interrupt_handle();
    let (done, waiting) = channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            if waiting.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                handle.interrupt();
            }
        });
        let result = work(connection);
        drop(done);
        result
    })
}

/// Runs a statement that counts.
pub(super) fn count(connection: &Connection, statement: Fragment) -> Result<usize> {
    let mut prepared = connection.prepare_cached(&statement.sql)?;
    let count: i64 =
        prepared.query_row(params_from_iter(&statement.values), |row| row.get(0)).map_err(failed)?;
    Ok(usize::try_from(count).unwrap_or_default())
}

impl Rows {
    /// Reads up to `limit` rows that also pass `only`.
    pub(super) fn read(
        call: &Call<'_>,
        connection: &Connection,
        query: &Query<'_>,
        only: &[&Fragment],
        start: &Start,
        limit: usize,
    ) -> Result<Rows> {
        let writer = Writer::new(call, connection)?;
        let mut rows = Rows::default();
        let all = Fragment { sql: "1".to_owned(), values: Vec::new() };
        let (ranges, offset) = match start {
            Start::Behind(position) => (behind(&query.keys, &position.last), 0),
            Start::At(_, offset) => (vec![all], *offset),
        };
        for range in ranges {
            if rows.number > limit {
                break;
            }
            let conditions: Vec<&Fragment> = only.iter().copied().chain([&range]).collect();
            let statement = query.rows(&conditions, limit + 1 - rows.number, offset);
            let mut prepared = connection.prepare_cached(&statement.sql)?;
            let mut found = prepared.query(params_from_iter(&statement.values))?;
            while let Some(row) = found.next().map_err(failed)? {
                rows.add(&writer, query, row, limit)?;
            }
        }
        Ok(rows)
    }

    fn add(
        &mut self,
        writer: &Writer,
        query: &Query<'_>,
        row: &Row<'_>,
        limit: usize,
    ) -> rusqlite::Result<()> {
        self.number += 1;
        if self.number > limit {
            self.more = true;
            return Ok(());
        }
        if let Some(at) = query.keys_at {
            self.last =
                (0..query.keys.len()).map(|key| row.get(at + key)).collect::<rusqlite::Result<_>>()?;
            if self.number == 1 {
                self.first.clone_from(&self.last);
            }
        }
        if self.number > 1 {
            self.json.push(b',');
        }
        writer.row(&mut self.json, query, row)
    }
}

/// What was wrong with a statement whose conditions and columns have been checked.
fn failed(error: rusqlite::Error) -> ApiError {
    if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) {
        return ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, 0x8004_4151, "SQL timeout expired.");
    }
    if error.to_string().contains("integer overflow") {
        return ApiError::bad(0x8004_0203, "The sum of the values is too large.");
    }
    error.into()
}

struct Writer {
    symbols: Symbols,
    formatted: bool,
    navigation: bool,
    logical_name: bool,
    attribute_name: bool,
}

impl Writer {
    fn new(call: &Call<'_>, connection: &Connection) -> Result<Writer> {
        Ok(Writer {
            symbols: symbols(connection)?,
            formatted: call.prefer.wants(FORMATTED),
            navigation: call.prefer.wants(NAVIGATION),
            logical_name: call.prefer.wants(LOGICAL_NAME),
            attribute_name: call.prefer.wants(ATTRIBUTE_NAME),
        })
    }

    fn row(&self, out: &mut Vec<u8>, query: &Query<'_>, row: &Row<'_>) -> rusqlite::Result<()> {
        let mut mark = b'{';
        if let Some(at) = query.version_at {
            let version = row.get_ref(at)?.as_i64().unwrap_or_default();
            out.extend(format!("{{\"@odata.etag\":\"W/\\\"{version}\\\"\"").bytes());
            mark = b',';
        }
        for output in &query.outputs {
            let value = row.get_ref(output.at)?;
            if value == ValueRef::Null {
                continue;
            }
            for (annotation, text) in self.annotations(output, value, row)? {
                out.push(mark);
                mark = b',';
                format::string(out, &format!("{}@{annotation}", output.property));
                out.push(b':');
                format::string(out, &text);
            }
            out.push(mark);
            mark = b',';
            format::string(out, &output.property);
            out.push(b':');
            match output.content {
                Content::Column(column) => format::json(out, column, value),
                Content::Number | Content::FiscalPeriod | Content::FiscalYear => {
                    out.extend(value.as_i64().unwrap_or_default().to_string().bytes());
                }
            }
        }
        if mark == b'{' {
            out.push(b'{');
        }
        out.push(b'}');
        Ok(())
    }

    fn annotations(
        &self,
        output: &Output<'_>,
        value: ValueRef<'_>,
        row: &Row<'_>,
    ) -> rusqlite::Result<Vec<(&'static str, String)>> {
        let mut annotations = Vec::new();
        if output.renamed && self.attribute_name {
            annotations.push((ATTRIBUTE_NAME, output.name.clone()));
        }
        if self.formatted
            && let Some(text) = self.formatted(output, value, row)?
        {
            annotations.push((FORMATTED, text));
        }
        let Content::Column(column) = output.content else { return Ok(annotations) };
        if output.name_at.is_none() {
            return Ok(annotations);
        }
        let kind = match output.type_at {
            Some(at) => row.get_ref(at)?.as_str().unwrap_or_default().to_owned(),
            None => column.targets.first().map(|target| target.table.clone()).unwrap_or_default(),
        };
        let target = column.targets.iter().find(|target| target.table == kind);
        if self.navigation
            && !output.renamed
            && let Some(target) = target
        {
            annotations.push((NAVIGATION, target.nav.clone()));
        }
        if self.logical_name {
            annotations.push((LOGICAL_NAME, kind));
        }
        Ok(annotations)
    }

    fn formatted(
        &self,
        output: &Output<'_>,
        value: ValueRef<'_>,
        row: &Row<'_>,
    ) -> rusqlite::Result<Option<String>> {
        if let Some(at) = output.name_at {
            return Ok(row.get_ref(at)?.as_str().ok().map(str::to_owned));
        }
        let number = value.as_i64().unwrap_or_default();
        Ok(match output.content {
            Content::Number => Some(format::grouped(&number.to_string())),
            Content::FiscalPeriod => Some(format!("Quarter {} FY{}", number % 10, number / 10)),
            Content::FiscalYear => Some(format!("FY{number}")),
            Content::Column(column) => {
                let currency = match output.currency_at {
                    Some(at) => row.get_ref(at)?.as_blob().ok().and_then(|id| self.symbols.get(id)),
                    None => None,
                };
                format::formatted(column, value, currency.map_or("$", String::as_str))
            }
        })
    }
}
