//! `dv json`

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use clap::Args;

use super::signals::{Writes, interruptible};
use super::{CliError, Context};
use crate::app::json::Document;
use crate::app::screen::Viewer;
use crate::auth::TokenStore;
use crate::config::{Paths, Settings, Situation, Terminal};
use crate::text::{grouped, harmless};

/// The largest text that is taken: it is in memory as a whole.
const MOST: usize = 20 << 20;

/// Look at a JSON file: fold it, search it, jump to a name
///
/// Nothing is sent and nobody has to be signed in. Several texts after each other are fine, such as lines of JSON. Where
/// the output is no terminal the JSON is printed with a line for each part, every number and name as it came.
#[derive(Debug, Args)]
pub(super) struct JsonArgs {
    /// File to look at, `-` for standard input
    file: PathBuf,
}

impl JsonArgs {
    /// Shows the file until it is left, or prints it to `out`.
    pub(super) async fn run(
        self,
        situation: Situation,
        terminal: Terminal,
        out: &mut dyn Write,
    ) -> Result<(), CliError> {
        let name = match self.is_input() {
            true => "standard input".to_owned(),
            false => self.file.display().to_string(),
        };
        let told = name.clone();
        let reading = async {
            let work = tokio::task::spawn_blocking(move || self.read(&told));
            work.await.map_err(|error| CliError::failed(error.to_string()))?
        };
        let mut document = None;
        interruptible(&Writes::default(), async {
            document = Some(reading.await?);
            Ok(())
        })
        .await?;
        let Some(document) = document else { return Ok(()) };
        let on_terminal = io::stdout().is_terminal();
        if !on_terminal || situation.dumb {
            return print(&document, on_terminal, out);
        }
        // The program wants folders; this view leaves nothing in them.
        let folder = tempfile::Builder::new().prefix("dv-json-").tempdir()?;
        let settings = Settings { terminal, ..Settings::bare(Paths::below(folder.path()), situation) };
        let context = Context::new(settings);
        let store = TokenStore::in_folder(&context.settings().paths.state); // no secret store, no question
        let start = super::start(context.settings(), store);
        let viewed = crate::tui::start::view(start, Viewer::new(file_name(&name), document));
        Box::pin(viewed).await.map_err(CliError::failed)
    }

    fn is_input(&self) -> bool {
        self.file == Path::new("-")
    }

    fn read(&self, name: &str) -> Result<Document, CliError> {
        let text = match self.is_input() {
            true => bounded(io::stdin().lock(), name)?,
            false => {
                let cannot = |error: io::Error| CliError::failed(format!("{name} cannot be read: {error}"));
                let file = File::open(&self.file).map_err(cannot)?;
                if file.metadata().map_err(cannot)?.is_dir() {
                    return Err(CliError::failed(format!("{name} is a folder")));
                }
                bounded(file, name)?
            }
        };
        Document::parse(Bytes::from(text))
            .map_err(|fault| CliError::failed(format!("{name} is not JSON: {fault}")))
    }
}

/// Reads everything, up to what is taken.
fn bounded(from: impl Read, name: &str) -> Result<Vec<u8>, CliError> {
    let mut text = Vec::new();
    from.take(MOST as u64 + 1)
        .read_to_end(&mut text)
        .map_err(|error| CliError::failed(format!("{name} cannot be read: {error}")))?;
    if text.len() > MOST {
        let most = grouped(MOST as u64);
        return Err(CliError::failed(format!("{name} is larger than 20 MB ({most} bytes)"))
            .hint("cut it first, for example `jq '.value[:1000]'` or `head -n 1000` for lines of JSON"));
    }
    Ok(text)
}

/// The last part of a path.
fn file_name(path: &str) -> String {
    Path::new(path).file_name().map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned())
}

/// Prints a line for each part, as it came; on a terminal what it could obey is made visible.
fn print(document: &Document, on_terminal: bool, out: &mut dyn Write) -> Result<(), CliError> {
    let mut out = BufWriter::new(out);
    document.pretty(|line| match on_terminal {
        true => writeln!(out, "{}", harmless(line)),
        false => writeln!(out, "{line}"),
    })?;
    out.flush().map_err(CliError::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_nothing_that_it_could_obey_and_a_pipe_every_byte() {
        let document =
            Document::parse(Bytes::from_static("{\"a\":\"x\u{9b}31m\u{202e}\"}".as_bytes())).unwrap();
        let printed = |on_terminal| {
            let mut out = Vec::new();
            print(&document, on_terminal, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(printed(false), "{\n  \"a\": \"x\u{9b}31m\u{202e}\"\n}\n");
        let shown = printed(true);
        assert!(!shown.contains(['\u{9b}', '\u{202e}']) && shown.contains("31m"), "{shown}");
    }

    #[test]
    fn the_viewer_names_the_file_without_its_folders() {
        assert_eq!(file_name("answers/today.json"), "today.json");
        assert_eq!(file_name("standard input"), "standard input");
    }
}
