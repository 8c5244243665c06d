//! A token from the Azure CLI's session.
//!
//! Source: the reference of `az account get-access-token`. Its `expiresOn` is local time without a zone, so the
//! POSIX seconds of `expires_on` count (CLI 2.54 and later).

use std::io;
use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use tokio::process::Command;

use super::{Error, Grant, Renewal, Target, given};

/// The CLI starts slowly, and may renew its own tokens first.
const WITHIN: Duration = Duration::from_secs(60);
#[cfg(windows)]
const PROGRAM: &str = "az.cmd";
#[cfg(not(windows))]
const PROGRAM: &str = "az";

const SIGN_IN: &str =
    "sign in there first: `az login`, with --tenant where the environment is another tenant's";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    access_token: String,
    #[serde(rename = "expires_on")]
    expires_on: Option<u64>,
}

/// Takes the session of the CLI. A tenant is named where one was asked for.
///
/// # Errors
///
/// [`Error::AzureCli`] when there is no CLI, nobody is signed in there, or it says something else.
///
/// # Cancellation
///
/// Dropping the future ends the CLI.
pub async fn sign_in(target: &Target, tenant: Option<&str>) -> Result<Grant, Error> {
    grant(target.environment.origin(), tenant.or(target.authority.tenant_by_name())).await
}

/// Asks the CLI for a token for a service. Nobody is asked anything.
///
/// # Errors
///
/// [`Error::AzureCli`] when there is no CLI, nobody is signed in there, or it says something else.
///
/// # Cancellation
///
/// Dropping the future ends the CLI.
pub(super) async fn grant(service: &str, tenant: Option<&str>) -> Result<Grant, Error> {
    let mut command = Command::new(PROGRAM);
    command.args(["account", "get-access-token", "--output", "json", "--resource", service]);
    if let Some(tenant) = tenant {
        command.args(["--tenant", tenant]);
    }
    command.stdin(Stdio::null()).kill_on_drop(true);
    let failed = |reason: String, hint| Error::AzureCli { reason, hint };
    let run = tokio::time::timeout(WITHIN, command.output());
    let output = match run.await {
        Ok(Ok(output)) => output,
        Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => {
            let hint = "install the Azure CLI, or sign in another way: `dv login --device-code`";
            return Err(failed("there is no `az` on this machine's PATH".into(), hint));
        }
        Ok(Err(error)) => return Err(failed(format!("`az` could not be started: {error}"), SIGN_IN)),
        Err(_) => return Err(failed(format!("`az` did not answer within {} s", WITHIN.as_secs()), SIGN_IN)),
    };
    if !output.status.success() {
        return Err(failed(last_words(&output.stderr), SIGN_IN));
    }
    read(&output.stdout, SystemTime::now())
}

fn read(stdout: &[u8], now: SystemTime) -> Result<Grant, Error> {
    let odd = || Error::AzureCli {
        reason: "`az` answered with something else than a token".into(),
        hint: "update the Azure CLI, or sign in another way: `dv login --device-code`",
    };
    let answer: Answer = serde_json::from_slice(stdout).map_err(|_| odd())?;
    let end = answer.expires_on.and_then(|end| UNIX_EPOCH.checked_add(Duration::from_secs(end)));
    let grant = given::take(&answer.access_token, now).map_err(|_| odd())?;
    let left = end.map(|end| end.duration_since(now).unwrap_or_default());
    Ok(Grant { expires_in: left.or(grant.expires_in), renewal: Renewal::AzureCli, ..grant })
}

/// The last line of what the CLI says, for people. It is never matched on.
fn last_words(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let line =
        text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("`az` failed without a word");
    line.chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_token_is_that_in_posix_seconds() {
        let now = UNIX_EPOCH + Duration::from_secs(1_793_487_000);
        let sample =
            br#"{"accessToken":"eyJ.e30.x","expiresOn":"2031-10-31 21:59:10.000000","expires_on":1793487550,
            "subscription":"s","tenant":"t","tokenType":"Bearer"}"#;
        let grant = read(sample, now).unwrap();
        assert_eq!(grant.expires_in, Some(Duration::from_secs(550)));
        assert_eq!(grant.renewal, Renewal::AzureCli);
        let bare = read(br#"{"accessToken":"eyJ.e30.x","tenant":"t"}"#, now).unwrap();
        assert_eq!(bare.expires_in, None);
        for odd in ["", "[]", "{}", r#"{"accessToken":""}"#, r#"{"accessToken":"a b"}"#] {
            assert!(matches!(read(odd.as_bytes(), now), Err(Error::AzureCli { .. })), "{odd}");
        }
    }

    #[test]
    fn what_the_cli_says_last_is_what_is_told() {
        assert_eq!(
            last_words(b"WARNING: x\nERROR: Please run 'az login' to setup account.\n\n"),
            "ERROR: Please run 'az login' to setup account."
        );
        assert_eq!(last_words(b""), "`az` failed without a word");
    }
}
