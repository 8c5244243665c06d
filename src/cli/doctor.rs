//! `dv doctor`

use std::io::{self, Write};

use clap::Args;
use serde::Serialize;

use super::{CliError, Context};
use crate::auth::{EnvironmentUrl, Tokens};
use crate::config::Settings;
use crate::ops::doctor::{self, Check, Report, Status};
use crate::ops::{Expected, sign_in};
use crate::text::{harmless, wrap};
use crate::tui::terminal;

/// Find out what stands in the way, and say what to do
///
/// Looks at the network, the environment's challenge, the token (that of the kept sign-in, or DV_TOKEN), what the
/// environment says to it, and the terminal. Works on a URL alone: then nobody is signed in, which is a warning.
/// The exit code is 0 when no check failed, else 1.
#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Tables to look for missing privileges on, such as incident
    #[arg(value_name = "TABLE")]
    tables: Vec<String>,
    /// Print a JSON array of {"id","status","what","why","next"}
    ///
    /// The ids are always the same and in this order: dns tcp tls challenge token audience tenant issuer scope expiry
    /// clock whoami privileges limits terminal clipboard escape_time keys. The status is ok, warn, fail or skip; why
    /// says of a skipped check what it waits for.
    #[arg(long)]
    json: bool,
}

impl DoctorArgs {
    /// Runs the command and writes to `out`.
    ///
    /// # Errors
    ///
    /// When a check failed, and when neither an environment nor a token is known.
    pub(super) async fn run(self, context: &Context, out: &mut dyn Write) -> Result<(), CliError> {
        let settings = context.settings();
        let given = settings.token.clone().map(Tokens::fixed);
        let environment = match (&settings.url, &given) {
            (None, Some(_)) => None,
            _ => Some(context.environment()?),
        };
        let http = context.http()?;
        let (authority, tokens) = match &environment {
            None => (None, Ok(given)),
            Some(_) => {
                let request = context.sign_in_request()?;
                let authority = request.authority_by_hand()?;
                let tokens = match given {
                    Some(given) => Ok(Some(given)),
                    None => sign_in::kept(&http, &context.store(), &request).await,
                };
                (authority, tokens)
            }
        };
        let expected = if environment.is_some() { context.expected()? } else { Expected::default() };
        let subject = doctor::Subject {
            environment,
            authority,
            tokens,
            tables: &self.tables,
            proxy: proxy_to(settings),
            expected,
        };
        let report = doctor::examine(&http, &subject, &place(settings)).await;
        match self.json {
            true => print_json(out, &report)?,
            false => print_text(out, &report, |_| true)?,
        }
        end(&report)
    }
}

/// The proxy on the way to the environment of the settings.
pub(super) fn proxy_to(settings: &Settings) -> Option<doctor::Proxy> {
    let environment = EnvironmentUrl::parse(settings.url.as_deref()?).ok()?;
    if doctor::is_of_this_machine(&environment) {
        return None;
    }
    let proxy = settings.proxies.to(environment.host())?;
    Some(doctor::Proxy { variable: proxy.variable.to_owned(), host: proxy.host, port: proxy.port })
}

/// What the settings tell of the terminal.
pub(super) fn place(settings: &Settings) -> doctor::Terminal {
    doctor::Terminal {
        name: settings.terminal.name.clone(),
        size: terminal::size(),
        ascii: settings.situation.ascii,
        no_color: settings.situation.no_color || settings.look.mono,
        true_color: settings.terminal.true_color,
        ssh: settings.situation.ssh,
        tmux: settings.terminal.tmux,
        screen: settings.terminal.screen,
    }
}

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    status: &'a str,
    what: &'a str,
    why: &'a str,
    next: &'a str,
}

/// Prints the checks as one JSON array.
pub(super) fn print_json(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let lines = report.checks.iter().map(|check| Line {
        id: check.id.name(),
        status: check.status.word(),
        what: &check.what,
        why: &check.why,
        next: &check.next,
    });
    super::output::json_line(out, &lines.collect::<Vec<_>>())
}

/// Prints those checks that are wanted, and the end of the examination, for people.
pub(super) fn print_text(
    out: &mut dyn Write,
    report: &Report,
    is_wanted: impl Fn(&Check) -> bool,
) -> io::Result<()> {
    // On a terminal lines end between words; what is piped is left for others to break.
    let width = terminal::size().map_or(usize::MAX, |(width, _)| usize::from(width).max(60));
    for check in report.checks.iter().filter(|check| is_wanted(check)) {
        line(out, check, width)?;
    }
    writeln!(out)?;
    for line in wrap(&report.verdict.text, width) {
        writeln!(out, "{line}")?;
    }
    for (name, request) in &report.verdict.requests {
        writeln!(out, "\n{name}:\n  {}", harmless(request))?;
    }
    Ok(())
}

/// Cells before the words of a check.
const INDENT: usize = 22;

fn line(out: &mut dyn Write, check: &Check, width: usize) -> io::Result<()> {
    let status = format!("[{}]", check.status.word());
    let what = match check.status {
        Status::Skip => format!("{}: {}", check.what, check.why),
        _ => check.what.clone(),
    };
    let more = match check.status {
        Status::Warn | Status::Fail => [check.why.as_str(), &check.next],
        Status::Ok | Status::Skip => ["", ""],
    };
    let texts = std::iter::once(what.as_str()).chain(more).filter(|text| !text.is_empty());
    let lines = texts.flat_map(|text| wrap(text, width - INDENT));
    for (index, line) in lines.enumerate() {
        let head = if index == 0 { format!("{status:<7}{}", check.id.title()) } else { String::new() };
        writeln!(out, "{head:INDENT$}{line}")?;
    }
    Ok(())
}

/// The exit code: a failed check is a failure.
pub(super) fn end(report: &Report) -> Result<(), CliError> {
    let failed: Vec<&str> = report
        .checks
        .iter()
        .filter(|check| check.status == Status::Fail)
        .map(|check| check.id.name())
        .collect();
    match failed.as_slice() {
        [] => Ok(()),
        [one] => Err(CliError::failed(format!("the check `{one}` failed"))),
        more => Err(CliError::failed(format!("{} checks failed: {}", more.len(), more.join(", ")))),
    }
}
