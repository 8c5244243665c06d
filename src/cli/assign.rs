//! `dv assign`

use std::io::Write;

use clap::Args;

use super::set::SetArgs;
use super::values::Given;
use super::{CliError, Context};

/// Give a row to another owner
///
/// The same as setting `ownerid`: the row is read first and sent with its ETag, and what hangs on it may follow.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dv assign incident CAS-01213-A1B2C3 me
  dv assign incident CAS-01213-A1B2C3 \"team:Second level\"")]
pub(super) struct AssignArgs {
    /// Table, by logical or set name: incident or incidents
    table: String,
    /// The row: a GUID, a ticket number, or column=value of an alternate key
    id: String,
    /// The new owner: me, a GUID, a name that one person or team has, systemuser:NAME or team:NAME
    to: String,
    /// Assign only if the row still has this ETag
    #[arg(long, value_name = "ETAG")]
    if_match: Option<String>,
    /// Show what would be sent, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// Print the owner as JSON
    #[arg(long)]
    json: bool,
}

impl AssignArgs {
    /// Runs the command and writes to `out`.
    pub(super) async fn run(self, context: &Context, out: &mut dyn Write) -> Result<(), CliError> {
        let Self { table, id, to, if_match, dry_run, json } = self;
        if to.trim().is_empty() {
            return Err(CliError::usage("a row has an owner always").hint("name a person, a team, or `me`"));
        }
        let given = vec![Given { column: "ownerid".to_owned(), text: to }];
        let set = SetArgs { table, id, values: vec![], if_match, dry_run, json };
        Box::pin(set.save(given, context, out)).await
    }
}
