//! Asking for the passphrase of the tokens, on the terminal and without echo.

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

/// A person may take any time; signals are heard meanwhile.
async fn read(prompt: &'static str) -> Result<SecretString, CliError> {
    let _echo = Echo::off();
    let read = tokio::task::spawn_blocking(move || rpassword::prompt_password(prompt).map(Zeroizing::new));
    let given = read.await.map_err(CliError::failed)?;
    let given = given.map_err(|error| CliError::new(Kind::SignIn, error).hint("no passphrase was given"))?;
    Ok(given.as_str().into())
}

/// No echo from before the question is shown: who types ahead is not seen either. The terminal's modes are put back even
/// if the question is given up; its thread stays behind then.
#[derive(Debug)]
struct Echo {
    #[cfg(unix)]
    modes: Option<rustix::termios::Termios>,
}

impl Echo {
    #[cfg(unix)]
    fn off() -> Echo {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let modes = tcgetattr(std::io::stdin()).ok();
        if let Some(modes) = &modes {
            let mut quiet = modes.clone();
            quiet.local_modes.remove(LocalModes::ECHO);
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &quiet); // the question turns it off as well
        }
        Echo { modes }
    }

    #[cfg(not(unix))]
    fn off() -> Echo {
        Echo {}
    }
}

#[cfg(unix)]
impl Drop for Echo {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        if let Some(modes) = &self.modes {
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, modes); // the terminal may be gone
        }
    }
}
