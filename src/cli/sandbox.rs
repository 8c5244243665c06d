use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::signals::interrupted;
use super::{CliError, Context};
use crate::sandbox::{self, Options, Ready, RowCounts, TlsFault};

/// Run a stand-in for Entra ID and Dataverse on this machine
///
/// It prints one line of JSON when it is ready: its addresses, users and clients. It answers on loopback only, runs
/// until it is interrupted, and logs to standard error.
#[derive(Debug, Args)]
pub(super) struct SandboxArgs {
    /// Where the Web API listens: loopback, port 0 for any
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Keep the rows in this file
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Same seed, same rows
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How many rows to make, such as incident=300,account=60
    #[arg(long, value_name = "TABLE=N,...", value_parser = row_counts)]
    rows: Option<RowCounts>,
    /// Serve https, with an authority made for this run
    #[arg(long)]
    tls: bool,
    /// Serve with a certificate that clients must refuse: expired or wrong-host
    #[arg(long, value_name = "FAULT", requires = "tls", value_parser = tls_fault)]
    tls_fault: Option<TlsFault>,
    /// Write that authority's certificate here, PEM
    #[arg(long, value_name = "FILE", requires = "tls")]
    ca_out: Option<PathBuf>,
    /// Write the test client's certificate and key into this folder
    #[arg(long, value_name = "DIR")]
    out_dir: Option<PathBuf>,
    /// Approve sign-ins by themselves after this long
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    auto_approve: Option<Duration>,
    /// How long a device code is good for
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "900")]
    code_lifetime: Duration,
    /// How long an access token is good for
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "3600")]
    token_lifetime: Duration,
    /// No controls, and nothing that is there for tests alone: faults, the foreign server, the proxy
    #[arg(long)]
    no_controls: bool,
}

impl SandboxArgs {
    /// Runs until SIGINT, SIGTERM or SIGHUP. The ready line goes to `out`.
    ///
    /// # Errors
    ///
    /// A usage error for an address that is not loopback; otherwise what kept the sandbox from starting.
    pub(super) async fn run(self, context: &Context, out: &mut dyn Write) -> Result<(), CliError> {
        context.start_server_log();
        let interrupted = interrupted()?;
        let sandbox = sandbox::start(self.into()).await?;
        let announced = announce(sandbox.ready(), out);
        if announced.is_ok() {
            interrupted.await;
        }
        sandbox.stop().await;
        announced
    }
}

fn announce(ready: &Ready, out: &mut dyn Write) -> Result<(), CliError> {
    let line = serde_json::to_string(ready).map_err(CliError::failed)?;
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

impl From<SandboxArgs> for Options {
    fn from(args: SandboxArgs) -> Options {
        let SandboxArgs { listen, data, seed, rows, tls, tls_fault, ca_out, out_dir, .. } = args;
        Options {
            listen,
            data,
            seed,
            rows: rows.unwrap_or_default(),
            tls,
            tls_fault,
            ca_out,
            out_dir,
            auto_approve: args.auto_approve,
            code_lifetime: args.code_lifetime,
            token_lifetime: args.token_lifetime,
            controls: !args.no_controls,
        }
    }
}

fn tls_fault(text: &str) -> Result<TlsFault, String> {
    match text {
        "expired" => Ok(TlsFault::Expired),
        "wrong-host" => Ok(TlsFault::WrongHost),
        other => Err(format!("{other:?} is not expired or wrong-host")),
    }
}

fn row_counts(text: &str) -> Result<RowCounts, String> {
    let mut rows = RowCounts::default();
    for item in text.split(',').filter(|item| !item.trim().is_empty()) {
        let (table, count) = item.split_once('=').ok_or_else(|| format!("{item:?} is not TABLE=N"))?;
        let count = count.trim().parse().map_err(|_| format!("{count:?} is not a number of rows"))?;
        match table.trim() {
            "incident" => rows.incident = count,
            "account" => rows.account = count,
            "contact" => rows.contact = count,
            other => return Err(format!("{other:?} is not incident, account or contact")),
        }
    }
    Ok(rows)
}

/// Seconds, fractions too, up to a century.
fn seconds(text: &str) -> Result<Duration, String> {
    let number: f64 = text.parse().map_err(|_| format!("{text:?} is not a number of seconds"))?;
    if !(0.0..=3.2e9).contains(&number) {
        return Err("seconds are from 0 to a century".to_owned());
    }
    Ok(Duration::from_secs_f64(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_given_table_by_table() {
        let rows = row_counts("incident=300, account=60").unwrap();
        assert_eq!((rows.incident, rows.account, rows.contact), (300, 60, RowCounts::default().contact));
        for odd in ["incident", "incident=x", "lead=3"] {
            assert!(row_counts(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn seconds_may_be_fractions_but_not_negative() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        assert!(seconds("-1").is_err() && seconds("x").is_err() && seconds("inf").is_err());
    }
}
