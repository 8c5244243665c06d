//! The person's own editor: its command, its file, and how it ended.
//!
//! The file is for nobody else, in a folder of its own, and both are gone afterwards, with whatever the editor left
//! beside it. What is no text is kept, and named.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::console::Ended;
use crate::app::own_editor::{Draft, Edited};
use crate::config::OwnEditor;

/// A larger file is not read: no column holds so much.
const MOST: u64 = 32 << 20;
/// An editor may take so long to end when the program has to.
const GRACE: Duration = Duration::from_secs(1);

/// An editor that can be started.
#[derive(Debug)]
pub struct Work {
    command: Vec<String>,
    /// What messages call the editor.
    name: String,
    folder: TempDir,
    file: PathBuf,
}

/// Writes the text into a file for the editor.
///
/// # Errors
///
/// A sentence that says what to do: no editor is named, or there is no place for the file.
pub fn prepare(editor: &OwnEditor, draft: &Draft) -> Result<Work, String> {
    let command = words(editor.command.as_deref().unwrap_or_default());
    let Some(program) = command.first() else {
        return Err("No editor is set. Name one before dv is started, such as `export EDITOR=vim`.".into());
    };
    let name =
        Path::new(program).file_name().map_or(program.clone(), |name| name.to_string_lossy().into_owned());
    let file = if draft.is_json { "row.json" } else { "text.txt" };
    let made = folder_in(&editor.folder).and_then(|folder| {
        let path = folder.path().join(file);
        closed_file(&path)?.write_all(draft.text.as_bytes())?;
        Ok((folder, path))
    });
    let (folder, file) = made.map_err(|error| {
        format!("There is no place for the editor's file in {}: {error}.", editor.folder.display())
    })?;
    Ok(Work { command, name, folder, file })
}

fn folder_in(folder: &Path) -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("dv-edit-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir_in(folder)
}

fn closed_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The words of a command: between spaces, or in quotes.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (vec![], None::<String>, None);
    let mut chars = command.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (Some(open), c) if c == open => quote = None,
            // Elsewhere it is part of every path.
            (None | Some('"'), '\\') if cfg!(unix) => word.get_or_insert_default().extend(chars.next()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

impl Work {
    /// Runs the editor in the terminal until it ends, or the program has to.
    pub async fn run(self, ended: Ended) -> Edited {
        let failed = |why: String| Edited::Failed { why, text: None };
        let name = &self.name;
        let (program, arguments) = self.command.split_first().map_or(("", &[][..]), |(p, a)| (p.as_str(), a));
        let mut command = Command::new(program);
        command.args(arguments).arg(&self.file).stdin(terminal_input()).kill_on_drop(true);
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return failed(format!("The editor `{name}` is not there"));
            }
            Err(error) => return failed(format!("{name} cannot be started ({error})")),
        };
        let status = tokio::select! {
            status = wait(&mut child) => status,
            _ = ended => {
                end(&mut child).await;
                return failed(format!("{name} was ended"));
            }
        };
        let why = match status {
            Ok(status) if status.success() => None,
            Ok(status) => Some(format!("{name} {}", how(status))),
            Err(error) => Some(format!("{name} was lost ({error})")),
        };
        match (self.read(), why) {
            (Ok(text), None) => Edited::Done(text),
            (Ok(text), Some(why)) => Edited::Failed { why, text: Some(text) },
            (Err(what), why) => {
                let why = why.unwrap_or_else(|| format!("{name} left {what}"));
                // A person's work is not thrown away because we cannot read it.
                match self.file.exists() {
                    true => failed(format!("{why}; it is kept in {}", self.keep().display())),
                    false => failed(why),
                }
            }
        }
    }

    /// The text in the file.
    fn read(&self) -> Result<String, String> {
        let mut bytes = vec![];
        let read = File::open(&self.file).and_then(|file| file.take(MOST + 1).read_to_end(&mut bytes));
        match read {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err("no file".into()),
            Err(error) => Err(format!("a file that cannot be read ({error})")),
            Ok(_) if bytes.len() as u64 > MOST => Err(format!("more than {} MB", MOST >> 20)),
            Ok(_) => String::from_utf8(bytes).map_err(|_| "what is not UTF-8 text".into()),
        }
    }

    /// Leaves the file where it is.
    fn keep(self) -> PathBuf {
        let _ = self.folder.keep();
        self.file
    }
}

/// `ended with 1`, `was ended by signal 9`.
fn how(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("was ended by signal {signal}");
    }
    status.code().map_or_else(|| "ended badly".to_owned(), |code| format!("ended with {code}"))
}

/// Where keys come from, also when standard input is something else.
fn terminal_input() -> Stdio {
    match io::stdin().is_terminal() {
        true => Stdio::inherit(),
        false => File::open("/dev/tty").map_or_else(|_| Stdio::inherit(), Stdio::from),
    }
}

/// Waits for the end of the editor. When it stops for the shell, so do we: the shell waits for all of us.
#[cfg(unix)]
async fn wait(child: &mut Child) -> io::Result<ExitStatus> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut stop = signal(SignalKind::from_raw(signal_hook::consts::SIGTSTP))?;
    loop {
        tokio::select! {
            biased;
            status = child.wait() => return status,
            _ = stop.recv() => signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?,
        }
    }
}

#[cfg(not(unix))]
async fn wait(child: &mut Child) -> io::Result<ExitStatus> {
    child.wait().await
}

/// Asks the editor to end, and sees to it.
async fn end(child: &mut Child) {
    #[cfg(unix)]
    if let Some(process) = child.id().and_then(|id| rustix::process::Pid::from_raw(i32::try_from(id).ok()?)) {
        let _ = rustix::process::kill_process(process, rustix::process::Signal::TERM); // it may have ended
        if timeout(GRACE, child.wait()).await.is_ok() {
            return;
        }
    }
    let _ = timeout(GRACE, child.kill()).await; // nobody is left to tell
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use futures_util::FutureExt;

    use super::*;

    /// A script as the editor, and what came of it. The folder is what is left.
    async fn edit(script: &str, text: &str) -> (Edited, TempDir) {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("my editor");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        let folder = home.path().join("runtime");
        fs::create_dir(&folder).unwrap();
        let editor = OwnEditor { command: Some(format!("'{}' --wait", path.display())), folder };
        let draft = Draft { text: text.to_owned(), is_json: false };
        let work = prepare(&editor, &draft).unwrap();
        (work.run(std::future::pending().boxed().shared()).await, home)
    }

    fn left(home: &TempDir) -> usize {
        fs::read_dir(home.path().join("runtime")).unwrap().count()
    }

    #[test]
    fn a_command_is_words_some_of_them_in_quotes() {
        assert_eq!(words("code --wait"), ["code", "--wait"]);
        assert_eq!(words(r#" "/my apps/x" -e 'a b'c \"d "#), ["/my apps/x", "-e", "a bc", "\"d"]);
        assert_eq!(words("x ''"), ["x", ""]);
        assert!(words("  ").is_empty());
    }

    #[tokio::test]
    async fn the_editor_gets_its_arguments_and_a_closed_file_that_is_gone_afterwards() {
        let script = "stat -c '%a' \"$2\" $(dirname \"$2\") >> \"$2\"; echo \"$1\" >> \"$2\"; touch \"$2~\"";
        let (edited, home) = edit(script, "text\n").await;
        assert_eq!(edited, Edited::Done("text\n600\n700\n--wait\n".into()));
        assert_eq!(left(&home), 0);
    }

    #[tokio::test]
    async fn how_an_editor_failed_is_told_with_what_it_wrote() {
        let (edited, home) = edit("echo more >> \"$2\"; exit 3", "text\n").await;
        assert_eq!(
            edited,
            Edited::Failed { why: "my editor ended with 3".into(), text: Some("text\nmore\n".into()) }
        );
        assert_eq!(left(&home), 0);
        let (edited, _home) = edit("kill -9 $$", "text").await;
        assert!(matches!(edited, Edited::Failed { why, .. } if why == "my editor was ended by signal 9"));
    }

    #[tokio::test]
    async fn what_is_no_text_is_kept_and_named() {
        let (edited, home) = edit("printf 'a\\377' > \"$2\"", "text").await;
        let Edited::Failed { why, text: None } = edited else { panic!("{edited:?}") };
        let (what, path) = why.split_once("; it is kept in ").unwrap();
        assert_eq!(what, "my editor left what is not UTF-8 text");
        assert_eq!(fs::read(path).unwrap(), b"a\xff");
        assert_eq!(left(&home), 1);
    }

    #[tokio::test]
    async fn without_an_editor_it_is_said_what_to_do() {
        let draft = Draft { text: String::new(), is_json: true };
        let home = tempfile::tempdir().unwrap();
        let none = prepare(&OwnEditor { command: None, folder: home.path().into() }, &draft);
        assert!(none.unwrap_err().contains("export EDITOR=vim"));
        let missing = OwnEditor { command: Some("/no/such/edit -x".into()), folder: home.path().into() };
        let edited = prepare(&missing, &draft).unwrap().run(std::future::pending().boxed().shared()).await;
        assert_eq!(edited, Edited::Failed { why: "The editor `edit` is not there".into(), text: None });
    }

    #[tokio::test]
    async fn an_editor_does_not_outlive_the_program_and_neither_does_its_file() {
        let home = tempfile::tempdir().unwrap();
        let editor = OwnEditor { command: Some("sleep 600".into()), folder: home.path().into() };
        let draft = Draft { text: "600".into(), is_json: false };
        let mut work = prepare(&editor, &draft).unwrap();
        work.file = "600".into(); // to sleep even longer
        let edited = work.run(std::future::ready(false).boxed().shared()).await;
        assert!(matches!(edited, Edited::Failed { .. }));
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }
}
