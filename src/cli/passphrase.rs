//! Asking for the passphrase of the tokens, on the terminal and without echo.

use std::io;

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::{CliError, Kind};

/// Asks for the passphrase that the tokens are sealed with.
///
/// # Errors
///
/// When the person breaks off.
pub(super) async fn ask() -> Result<SecretString, CliError> {
    read("Passphrase of the tokens: ").await
}

/// Asks for a new passphrase, twice.
///
/// # Errors
///
/// When the person breaks off, gives nothing, or two different ones.
pub(super) async fn ask_new() -> Result<SecretString, CliError> {
    let first = read("New passphrase for the tokens: ").await?;
    if first.expose_secret().is_empty() {
        return Err(CliError::new(Kind::SignIn, "an empty passphrase protects nothing"));
    }
    let second = read("The same again: ").await?;
    if first.expose_secret() != second.expose_secret() {
        return Err(CliError::new(Kind::SignIn, "the two passphrases differ"));
    }
    Ok(first)
}

/// A person may take any time; signals are heard meanwhile, and leave the thread that waits behind.
async fn read(question: &'static str) -> Result<SecretString, CliError> {
    let failed = |error: io::Error| CliError::new(Kind::SignIn, error).hint("no passphrase was given");
    #[cfg(unix)]
    let quiet = terminal::Quiet::new().map_err(failed)?;
    #[cfg(unix)]
    let given = tokio::task::spawn_blocking(quiet.asking(question).map_err(failed)?);
    #[cfg(not(unix))]
    let given = tokio::task::spawn_blocking(move || rpassword::prompt_password(question).map(Zeroizing::new));
    let given = given.await.map_err(CliError::failed)?.map_err(failed)?;
    Ok(given.as_str().into())
}

#[cfg(unix)]
mod terminal {
    use std::fs::File;
    use std::io::{Read, Write};

    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

    use super::{Zeroizing, io};

    /// Longer ones are cut off by the terminal's own line editor: 4,096 bytes on Linux, 1,024 elsewhere.
    const MAX: usize = 4096;

    /// The terminal without echo, from before a question is shown until this is dropped.
    #[derive(Debug)]
    pub(super) struct Quiet {
        terminal: File,
        before: Termios,
    }

    impl Quiet {
        /// Turns the echo off.
        pub(super) fn new() -> io::Result<Quiet> {
            let terminal = File::options().read(true).write(true).open("/dev/tty")?;
            let before = tcgetattr(&terminal)?;
            let mut quiet = before.clone();
            quiet.local_modes.remove(LocalModes::ECHO);
            tcsetattr(&terminal, OptionalActions::Now, &quiet)?;
            Ok(Quiet { terminal, before })
        }

        /// Shows a question; what is given reads the line that follows. It does not touch the terminal's modes.
        pub(super) fn asking(
            &self,
            question: &str,
        ) -> io::Result<impl FnOnce() -> io::Result<Zeroizing<String>> + Send + 'static> {
            let mut terminal = self.terminal.try_clone()?;
            terminal.write_all(question.as_bytes())?;
            Ok(move || {
                let mut line = Zeroizing::new([0; MAX]);
                let mut length = 0;
                while length < MAX && !line[..length].ends_with(b"\n") {
                    match terminal.read(&mut line[length..])? {
                        0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                        more => length += more,
                    }
                }
                terminal.write_all(b"\n")?; // it was not echoed either
                let text = std::str::from_utf8(&line[..length]).map_err(io::Error::other)?;
                Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
            })
        }
    }

    impl Drop for Quiet {
        fn drop(&mut self) {
            let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.before); // it may be gone
        }
    }
}
