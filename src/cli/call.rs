//! `dv call`

use std::io::Write;

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::json_rows::on_one_line;
use super::output::Columns;
use super::values::{self, Given};
use super::writing::{self, print_wire};
use super::{CliError, Context, names, row_name, waits};
use crate::dataverse::{Action, Client, Error, Function, Row, RowId, SetName};

/// Call an action, or with --function a function, and print its answer
///
/// A function is a read: it is asked in read-only environments too. An action is a write: it is sent once, and when its
/// answer is lost nobody knows whether it was carried out.
#[derive(Debug, Args)]
#[command(after_help = "\
Values: JSON stands as it is (5, true, [\"account\"], {...}, \"5\" for a text), ids, instants and members of enumerations
too; everything else is a text. `PARAM=@file` is the text of a file, `PARAM=-` that of standard input.

Examples:
  dv call WhoAmI --function
  dv call RetrieveTotalRecordCount --function EntityNames='[\"incident\"]'
  dv call CalculateTotalTimeIncident --function --on incident CAS-01213-A1B2C3
  dv call AddToQueue --on queue 9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11 --body @target.json --dry-run")]
pub(super) struct CallArgs {
    /// Name of the action or function, capitals as the service writes them
    name: String,
    /// Parameters and their values
    #[arg(value_name = "PARAM=VALUE")]
    parameters: Vec<String>,
    /// The row that it is bound to, named as for `dv set`
    #[arg(long, num_args = 2, value_names = ["TABLE", "ROW"])]
    on: Option<Vec<String>>,
    /// It is a function and no action
    #[arg(long)]
    function: bool,
    /// All parameters of an action as one JSON object
    #[arg(long, value_name = "JSON|@FILE|-", conflicts_with_all = ["parameters", "function"])]
    body: Option<String>,
    /// Show what would be sent, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// Print the answer as JSON, as it came
    #[arg(long)]
    json: bool,
}

impl CallArgs {
    /// Runs the command and writes to `out`.
    pub(super) async fn run(self, context: &Context, out: &mut dyn Write) -> Result<(), CliError> {
        must_be_name("an action or a function", &self.name)?;
        let given = values::read(&self.parameters)?;
        given.iter().try_for_each(|Given { column, .. }| must_be_name("a parameter", column))?;
        if self.function {
            return self.ask(&given, context, out).await;
        }
        let body = match &self.body {
            Some(body) => object(&values::one("--body", body)?)?,
            None => members(&given),
        };
        let client = writing::client(context, self.dry_run).await?;
        let _waits = waits::tell(&client);
        let on = self.bound_to(&client).await?;
        let action = Action::named(&self.name, on.as_ref().map(|(set, id)| (set, *id)), body);
        if self.dry_run {
            return print_wire(&action.wire(), self.json, out);
        }
        let answer = context.writes().whole(client.act(&action)).await.map_err(|error| self.told(error))?;
        self.print(answer.as_ref(), out)
    }

    async fn ask(&self, given: &[Given], context: &Context, out: &mut dyn Write) -> Result<(), CliError> {
        let (client, _) = context.connect().await?;
        let _waits = waits::tell(&client);
        let on = self.bound_to(&client).await?;
        let given: Vec<_> = given.iter().map(|given| (given.column.clone(), literal(&given.text))).collect();
        let function = Function::new(&self.name, on.as_ref().map(|(set, id)| (set, *id)), &given);
        if self.dry_run {
            return print_wire(&function.wire(), self.json, out);
        }
        let answer = client.ask(&function).await.map_err(|error| self.told(error))?;
        self.print(Some(&answer), out)
    }

    /// The row that is named by --on.
    async fn bound_to(&self, client: &Client) -> Result<Option<(SetName, RowId)>, CliError> {
        let Some([table, row]) = self.on.as_deref() else { return Ok(None) };
        let table = names::table(client, table).await?;
        let id = row_name::find_in(client, &table, row).await?;
        Ok(Some((table.set, id)))
    }

    fn told(&self, error: Error) -> CliError {
        let (status, unknown) = (error.status(), error.is_outcome_unknown());
        let told = CliError::from(error);
        match (unknown, status, self.function) {
            (true, _, _) => told.note(format!("{} may have been carried out: it was sent once", self.name)),
            (_, Some(405), true) => told.hint("if it is an action, leave out --function"),
            (_, Some(405), false) => told.hint("if it is a function: --function"),
            (_, Some(404), _) => told.hint("its name is spelled as in $metadata; one of a row needs --on"),
            _ => told,
        }
    }

    fn print(&self, answer: Option<&Row>, out: &mut dyn Write) -> Result<(), CliError> {
        match answer {
            Some(answer) if self.json => {
                out.write_all(&on_one_line(answer.json().as_bytes()))?;
                out.write_all(b"\n")?;
            }
            Some(answer) => {
                let mut lines = Columns::default();
                for (key, value) in answer.entries() {
                    if !key.starts_with("@odata.") {
                        let text = serde_json::from_str::<String>(value.get());
                        lines.push(&[&*key, text.as_deref().unwrap_or(value.get())]);
                    }
                }
                lines.write(out)?;
            }
            None if self.json => {}
            None => writeln!(out, "done: {}", self.name)?,
        }
        Ok(())
    }
}

/// A name that can stand in an address.
fn must_be_name(what: &str, name: &str) -> Result<(), CliError> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
    match !name.is_empty() && name.bytes().all(is_part) {
        true => Ok(()),
        false => Err(CliError::usage(format!("`{name}` is no name of {what}"))
            .hint("names are letters, digits and _, such as CloseIncident")),
    }
}

/// A JSON object, as it is sent.
fn object(text: &str) -> Result<String, CliError> {
    let wrong =
        |why: &str| CliError::usage(format!("--body: {why}")).hint("it is one JSON object: {\"Name\":5}");
    let raw = serde_json::from_str::<&RawValue>(text).map_err(|error| wrong(&error.to_string()))?;
    match raw.get().starts_with('{') {
        true => Ok(raw.get().to_owned()),
        false => Err(wrong("this is JSON, but no object")),
    }
}

/// Parameters of an action as a JSON object. Numbers keep their text.
fn members(given: &[Given]) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let value = |text: &str| match serde_json::from_str::<&RawValue>(text) {
        Ok(raw) => raw.get().to_owned(),
        Err(_) => quoted(text),
    };
    let members: Vec<String> =
        given.iter().map(|Given { column, text }| format!("{}:{}", quoted(column), value(text))).collect();
    format!("{{{}}}", members.join(","))
}

/// A parameter of a function, as OData writes it.
fn literal(text: &str) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    if let Ok(text) = serde_json::from_str::<String>(text) {
        return quoted(&text);
    }
    let stands = serde_json::from_str::<&RawValue>(text).is_ok()
        || text.parse::<Uuid>().is_ok()
        || text.parse::<Timestamp>().is_ok()
        || (text.len() == 10 && text.parse::<Date>().is_ok())
        || (text.starts_with("Microsoft.Dynamics.CRM.") && text.ends_with('\''));
    if stands { text.trim().to_owned() } else { quoted(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_json_stands_as_it_is_and_the_rest_is_text() {
        for (typed, json, odata) in [
            ("5", "5", "5"),
            ("1.50", "1.50", "1.50"),
            ("true", "true", "true"),
            ("[\"account\"]", "[\"account\"]", "[\"account\"]"),
            ("\"5\"", "\"5\"", "'5'"),
            ("O'Neil", "\"O'Neil\"", "'O''Neil'"),
            ("", "\"\"", "''"),
            ("2026-07-01T10:00:00Z", "\"2026-07-01T10:00:00Z\"", "2026-07-01T10:00:00Z"),
            ("2026-07-01", "\"2026-07-01\"", "2026-07-01"),
            (
                "9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11",
                "\"9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11\"",
                "9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11",
            ),
            (
                "Microsoft.Dynamics.CRM.EndpointAccessType'Default'",
                "\"Microsoft.Dynamics.CRM.EndpointAccessType'Default'\"",
                "Microsoft.Dynamics.CRM.EndpointAccessType'Default'",
            ),
        ] {
            let given = Given { column: "A".to_owned(), text: typed.to_owned() };
            assert_eq!(members(&[given]), format!("{{\"A\":{json}}}"));
            assert_eq!(literal(typed), odata);
        }
    }

    #[test]
    fn a_body_is_one_object() {
        assert_eq!(object(" {\"A\": 1.50}\n").unwrap(), "{\"A\": 1.50}");
        for wrong in ["", "[1]", "5", "{\"A\":}", "{} {}"] {
            assert!(object(wrong).is_err(), "{wrong}");
        }
    }
}
