//! What commands that carry out operations have in common: what became of one, and what would be sent.

use std::io::Write;

use super::writing::print_wire;
use super::{CliError, Context};
use crate::dataverse::{Client, Operation, Row};
use crate::ops::operate::{Outcome, operate};

/// Carries out an operation to its end, once. Answers with the row that the server answered with, where it did.
///
/// # Errors
///
/// Whatever else came of it, each kind with its exit code.
pub(super) async fn carry_out(
    context: &Context,
    client: &Client,
    operation: &Operation,
) -> Result<Option<Row>, CliError> {
    match context.writes().whole(operate(client, operation)).await {
        Outcome::Done(row) => Ok(row),
        Outcome::Conflict(error) => Err(CliError::from(error).note("nothing was done")),
        Outcome::Gone(error) | Outcome::NotDone(error) => Err(error.into()),
        Outcome::Unknown(error) => {
            Err(CliError::from(error).note("whether it was carried out could not be found out"))
        }
    }
}

/// Prints what would be sent; the parts of a change set one after the other.
///
/// # Errors
///
/// When `out` cannot be written to.
pub(super) fn print_wires(
    context: &Context,
    operation: &Operation,
    json: bool,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let wires = operation.wires()?;
    if wires.len() > 1 {
        context.note("these are one change set: all of it is carried out, or nothing");
    }
    wires.iter().try_for_each(|wire| print_wire(wire, json, out))
}
