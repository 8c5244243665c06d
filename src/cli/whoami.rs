//! `dv whoami`

use std::io::Write;

use clap::Args;
use serde::Serialize;
use uuid::Uuid;

use super::output::{Columns, json_line};
use super::{CliError, Context};

/// Print who is signed in, and where
#[derive(Debug, Args)]
pub(super) struct WhoamiArgs {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    url: &'a str,
    user_id: Uuid,
    business_unit_id: Uuid,
    organization_id: Uuid,
    user: Option<&'a str>,
}

impl WhoamiArgs {
    /// Runs the command and writes to `out`.
    ///
    /// # Errors
    ///
    /// When there is no connection, no sign-in, or the user is not in the environment.
    pub(super) async fn run(self, context: &Context, out: &mut dyn Write) -> Result<(), CliError> {
        let (client, who) = context.connect().await?;
        let url = client.environment().origin();
        if self.json {
            let line = Line {
                url,
                user_id: who.user_id,
                business_unit_id: who.business_unit_id,
                organization_id: who.organization_id,
                user: who.user.as_deref(),
            };
            return json_line(out, &line).map_err(CliError::from);
        }
        let mut columns = Columns::default();
        columns.push(&["Environment", url]);
        if let Some(name) = &who.organization {
            columns.push(&["Name", name]);
        }
        columns.push(&["User", who.user.as_deref().unwrap_or("-")]);
        for (label, id) in [
            ("User id", who.user_id),
            ("Business unit id", who.business_unit_id),
            ("Organization id", who.organization_id),
        ] {
            columns.push(&[label, &id.to_string()]);
        }
        columns.write(out).map_err(CliError::from)
    }
}
