//! `dv keys`: the keys in effect, those of the program changed by `keys.toml`.

use std::io::Write;
use std::path::Path;

use clap::Args;
use serde::Serialize;

use super::output::{Columns, json_line};
use super::{CliError, Context};
use crate::app::command;
use crate::app::keymap::{Keymap, Override, sequence_text};
use crate::config::KeyFile;

/// Print the keys in effect, and what is wrong with `keys.toml`
///
/// The file is in the folder of settings. A line such as "row.open" = ["Enter", "i"] under `[keys]` gives a command all
/// its keys; an empty list takes them away.
#[derive(Debug, Args)]
pub(super) struct KeysArgs {
    /// Print one JSON object a command
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    command: &'a str,
    scope: String,
    title: &'a str,
    keys: Vec<String>,
    changed: bool,
}

impl KeysArgs {
    /// Runs the command and writes to `out`. What is wrong with the file goes to standard error.
    ///
    /// # Errors
    ///
    /// When `out` cannot be written to.
    pub(super) fn run(self, context: &Context, out: &mut dyn Write) -> Result<(), CliError> {
        let keymap = keymap(&context.settings().paths.config);
        let mut columns = Columns::with_headings(&["Where", "Keys", "Command", "Does"]);
        for spec in command::all() {
            let keys: Vec<String> = keymap.sequences(spec).map(sequence_text).collect();
            let (scope, changed) = (spec.scope.title().to_lowercase(), keymap.is_changed(spec));
            if self.json {
                let line = Line { command: spec.name, scope, title: spec.title, keys, changed };
                json_line(out, &line)?;
            } else {
                let mark = if changed { " *" } else { "" };
                let keys =
                    format!("{}{mark}", if keys.is_empty() { "-".to_owned() } else { keys.join("  ") });
                columns.push(&[scope.as_str(), &keys, spec.name, spec.title]);
            }
        }
        if !self.json {
            columns.write(out)?;
        }
        for said in keymap.complaints().iter().chain(keymap.warnings()) {
            context.note(said);
        }
        Ok(())
    }
}

/// The keys in effect with the file of this folder of settings.
pub(super) fn keymap(config: &Path) -> Keymap {
    let file = KeyFile::read(config);
    let overrides: Vec<Override> = file
        .lines
        .into_iter()
        .map(|line| Override { place: line.place, command: line.command, sequences: line.sequences })
        .collect();
    Keymap::with(file.complaints, &overrides)
}
