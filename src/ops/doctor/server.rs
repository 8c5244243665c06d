//! What the environment says to the token: who it is, what they may do, and how much is left.

use std::time::Duration;

use jiff::Timestamp;

use super::network::{ANSWER, sentence, silent};
use super::token::{Told, explain};
use super::{Check, Id, Status, Subject};
use crate::auth::diagnosis::{Case, may_differ};
use crate::auth::probe::Probed;
use crate::auth::{self, Claims, Tokens};
use crate::dataverse::{Client, Error, Guard, Retry, RowId, RowQuery, WhoAmI, denial};
use crate::http;
use crate::ops::{Expected, Failure, OtherOrganization};
use crate::text::grouped;

/// Who looks for what is wrong wants to know it now.
const RETRY: Retry = Retry {
    tries: 2,
    first: Duration::from_millis(500),
    longest: Duration::from_secs(2),
    cap: Duration::from_secs(5),
};

const OF_TOKEN: [Id; 7] = [Id::Token, Id::Audience, Id::Tenant, Id::Issuer, Id::Scope, Id::Expiry, Id::Clock];

/// The checks of the token, and those of the server.
pub(super) async fn ask(
    http: &http::Client,
    subject: &Subject<'_>,
    network: &[Check],
    probed: Option<&Probed>,
) -> (Told, Vec<Check>) {
    let told = look_at_token(subject, probed).await;
    let blocked = network.iter().find(|check| check.status == Status::Fail).map(|check| check.id);
    let token = |id: Id| told.checks.iter().find(|check| check.id == id).map(|check| check.status);
    let waits = match (&subject.environment, &subject.tokens) {
        (None, _) => None,
        // A token for somebody else is not shown to this environment.
        (Some(_), Ok(Some(_))) if blocked.is_none() && token(Id::Audience) == Some(Status::Fail) => {
            Some(Id::Audience)
        }
        (Some(_), Ok(Some(_))) => blocked,
        (Some(_), _) => Some(blocked.unwrap_or(Id::Token)),
    };
    let after = |other: Id| {
        [
            Check::after(Id::Whoami, other),
            Check::after(Id::Privileges, Id::Whoami),
            Check::after(Id::Limits, Id::Whoami),
        ]
    };
    let (Some(environment), Ok(Some(tokens))) = (&subject.environment, &subject.tokens) else {
        let rest = match waits {
            Some(other) => after(other),
            None => {
                [Id::Whoami, Id::Privileges, Id::Limits].map(|id| Check::skip(id, "no environment was given"))
            }
        };
        return (told, rest.to_vec());
    };
    if let Some(other) = waits {
        return (told, after(other).to_vec());
    }
    let client = Client::with_retry(environment.clone(), http.clone(), tokens.clone(), Guard::new(), RETRY);
    let Ok(who) = tokio::time::timeout(ANSWER, who_am_i(&client, &subject.expected)).await else {
        let rest = [Check::after(Id::Privileges, Id::Whoami), Check::after(Id::Limits, Id::Whoami)];
        return (told, std::iter::once(silent(Id::Whoami, environment)).chain(rest).collect());
    };
    // The request may have brought a new token in place of one that was refused.
    let told = if tokens.is_given() { told } else { look_at_token(subject, probed).await };
    let application = told.claims.as_ref().filter(|claims| claims.is_application());
    let whoami = match &who {
        Ok(who) => known(&client, who, application).await,
        Err(Failure::OtherOrganization(other)) => elsewhere(other),
        Err(Failure::Dataverse(error)) => refused(error, application),
    };
    let rest = match who {
        Ok(who) => [privileges(&client, &who, subject.tables).await, limits(&client)],
        Err(_) => [Check::after(Id::Privileges, Id::Whoami), limits_after(&client)],
    };
    (told, std::iter::once(whoami).chain(rest).collect())
}

/// Who it is, at the organization that was meant where one is pinned.
async fn who_am_i(client: &Client, expected: &Expected) -> Result<WhoAmI, Failure> {
    match expected.verify(client).await? {
        Some(who) => Ok(who),
        None => Ok(client.who_am_i().await?),
    }
}

/// Another organization than the one that is pinned answers at the address.
fn elsewhere(other: &OtherOrganization) -> Check {
    let next =
        other.next().map(|command| format!(" If this is the one you mean: `{command}`.")).unwrap_or_default();
    Check::fail(Id::Whoami, other.to_string())
        .why(OtherOrganization::WHY)
        .next(format!("Make sure which environment this is.{next}"))
}

/// The checks from `token` to `clock`.
async fn look_at_token(subject: &Subject<'_>, probed: Option<&Probed>) -> Told {
    let failed = |token: Check| {
        let rest = OF_TOKEN.into_iter().skip(1).map(|id| match (id, probed.and_then(|probed| probed.time)) {
            (Id::Clock, Some(_)) => clock(probed),
            _ => Check::after(id, Id::Token),
        });
        Told { checks: std::iter::once(token).chain(rest).collect(), claims: None }
    };
    let tokens = match &subject.tokens {
        Ok(Some(tokens)) => tokens,
        Ok(None) => {
            return failed(
                Check::warn(Id::Token, "nobody is signed in")
                    .why("No sign-in to this environment is kept, and no token was given (DV_TOKEN).")
                    .next("Sign in with `dv login`."),
            );
        }
        Err(error) => return failed(no_token(error)),
    };
    let secret = match tokens.access_token().await {
        Ok(token) => token,
        Err(error) => return failed(no_token(&error)),
    };
    let claims = Claims::read(secret.secret());
    let case = Case {
        token: claims.as_ref().map_err(|reason| *reason),
        environment: subject.environment.as_ref(),
        challenge: probed.and_then(|probed| probed.challenge.as_ref()),
        by_hand: tokens.is_of_another_authority() || may_differ(subject.authority.as_ref()),
        asked: tokens.scope(),
        server_time: probed.and_then(|probed| probed.time),
        our_time: Timestamp::now(),
    };
    let mut checks = explain(&case);
    if let Some(token) = checks.first_mut().filter(|check| check.status == Status::Ok) {
        token.what = format!("{}, {}", token.what, kept(tokens));
    }
    Told { checks, claims: claims.ok() }
}

fn kept(tokens: &Tokens) -> &'static str {
    if tokens.is_given() { "given ready-made: it cannot be renewed" } else { "of the kept sign-in" }
}

fn clock(probed: Option<&Probed>) -> Check {
    let nothing = Case {
        token: Err(auth::inspect::NotAToken::Empty),
        environment: None,
        challenge: None,
        by_hand: false,
        asked: None,
        server_time: probed.and_then(|probed| probed.time),
        our_time: Timestamp::now(),
    };
    explain(&nothing)
        .into_iter()
        .find(|check| check.id == Id::Clock)
        .unwrap_or_else(|| Check::after(Id::Clock, Id::Token))
}

/// A kept sign-in that brings no token.
fn no_token(error: &auth::Error) -> Check {
    let hints: Vec<String> = error.hints().iter().map(|hint| sentence(hint)).collect();
    let (next, why) = match hints.split_first() {
        Some((next, why)) => (next.clone(), why.join(" ")),
        None => (String::new(), String::new()),
    };
    Check::fail(Id::Token, error.to_string()).why(why).next(next)
}

async fn known(client: &Client, who: &WhoAmI, application: Option<&Claims>) -> Check {
    let name = RowQuery {
        select: vec!["fullname".to_owned()],
        annotations: false,
        ..RowQuery::new("systemusers", RowId(who.user_id))
    };
    let (row, organization) = futures_util::future::join(client.row(&name), client.organization()).await;
    let name = row.ok().and_then(|row| Some(row.cell("fullname")?.text()?.into_owned()));
    let name = name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| who.user_id.to_string());
    let mut parts = vec![name];
    if let Ok(organization) = organization {
        parts.extend(organization.friendly_name.or(organization.url_name));
        parts.push(organization.kind.to_string());
        parts.extend(organization.version);
    }
    let check = Check::ok(Id::Whoami, parts.join(", "));
    match application.and_then(|claims| claims.application.as_deref()) {
        Some(id) => check.why(format!("The application user of {id} exists.")),
        None => check,
    }
}

/// Why the first request was refused.
fn refused(error: &Error, application: Option<&Claims>) -> Check {
    let details = error.details().map(|details| format!(" ({details})")).unwrap_or_default();
    let fail = |what: String, why: String, next: String| Check::fail(Id::Whoami, what).why(why).next(next);
    match error {
        Error::TokenRefused { what, why, next, .. } => {
            let why = format!("The environment answered 401 to WhoAmI{details}. {why}");
            fail(format!("the token is refused: {what}"), why.trim_end().to_owned(), next.clone())
        }
        Error::Auth(error) => Check { id: Id::Whoami, ..no_token(error) },
        Error::Api { code, message, .. } => {
            let said = format!("{} {}", sentence(message), details.trim());
            let why = said.trim().to_owned();
            let Some(denial) = denial::of_code(code) else {
                let next = error.hint().map(sentence).unwrap_or_default();
                return fail(format!("refused{details}"), why, next);
            };
            match (application.and_then(|claims| claims.application.as_deref()), code.as_str()) {
                (Some(id), "0x80072560") => fail(
                    format!("there is no application user for {id}"),
                    why,
                    format!(
                        "Ask an administrator to add an application user for {id} (Power Platform admin center, the \
                         environment's settings, Application users), with a security role."
                    ),
                ),
                (Some(id), "0x80042f09") => fail(
                    format!("the application user of {id} has no security role"),
                    why,
                    "Ask an administrator to give the application user a security role.".to_owned(),
                ),
                _ => {
                    let privilege = denial::missing_privilege(code, message);
                    let what =
                        privilege.map_or_else(|| denial.what.to_owned(), |name| format!("{name} is missing"));
                    fail(what, why, sentence(denial.next))
                }
            }
        }
        Error::Network { source, .. } => fail(
            error.to_string(),
            sentence(&source.to_string()),
            source.hint().map(|hint| sentence(&hint)).unwrap_or_default(),
        ),
        _ => {
            fail(error.to_string(), details.trim().to_owned(), error.hint().map(sentence).unwrap_or_default())
        }
    }
}

/// What is missing on the tables that were named.
async fn privileges(client: &Client, who: &WhoAmI, tables: &[String]) -> Check {
    if tables.is_empty() {
        return Check::skip(Id::Privileges, "no table was named")
            .next("Name tables: `dv doctor incident account`.");
    }
    let held = match client.user_privileges(who.user_id).await {
        Ok(held) => held,
        Err(error) => {
            return Check::warn(Id::Privileges, "your privileges could not be read")
                .why(sentence(&error.to_string()))
                .next(error.hint().map(sentence).unwrap_or_default());
        }
    };
    let (mut missing, mut unknown, mut unread) = (Vec::new(), Vec::new(), Vec::new());
    let mut cannot_read = false;
    for name in tables {
        let asked = match client.table(name).await {
            Ok(Some(table)) => client.table_privileges(&table.name).await,
            Ok(None) => {
                unknown.push(name.clone());
                continue;
            }
            Err(error) => Err(error),
        };
        match asked {
            Ok(asked) => {
                let lacking = asked.into_iter().filter(|privilege| !held.contains(&privilege.id));
                for privilege in lacking {
                    cannot_read |= privilege.kind == "Read";
                    missing.push(privilege.name);
                }
            }
            Err(error) => unread.push(format!("{name}: {error}")),
        }
    }
    if !unknown.is_empty() {
        return Check::fail(Id::Privileges, format!("there is no table {}", unknown.join(", ")))
            .why("Tables go by their logical name, such as incident, or their set name, such as incidents.")
            .next("Look it up with `dv tables`.");
    }
    if !unread.is_empty() {
        return Check::warn(Id::Privileges, "not every table could be read")
            .why(sentence(&unread.join("; ")));
    }
    if missing.is_empty() {
        return Check::ok(Id::Privileges, format!("all privileges on {}", tables.join(", ")));
    }
    let make = if cannot_read { Check::fail } else { Check::warn };
    make(Id::Privileges, format!("no {}", missing.join(", ")))
        .why("None of your security roles has them, nor one of your teams'. A row that is shared with you is another matter.")
        .next(format!("Ask an administrator for a security role with {}.", missing.join(", ")))
}

fn limits(client: &Client) -> Check {
    let Some(limits) = client.limits() else {
        return Check::skip(Id::Limits, "the answers name no limits");
    };
    let left = format!(
        "{} of {} requests left",
        grouped(limits.requests),
        grouped(crate::dataverse::limits::REQUESTS)
    );
    let left = match limits.time {
        Some(time) => format!("{left}, {} s of work", grouped(time.as_secs())),
        None => left,
    };
    match limits.is_low() {
        false => Check::ok(Id::Limits, left),
        true => Check::warn(Id::Limits, left)
            .why("The service allows so much within five minutes, to each user at each of its servers.")
            .next("Wait some minutes before larger work, and send fewer requests at a time."),
    }
}

fn limits_after(client: &Client) -> Check {
    match client.limits() {
        Some(_) => limits(client),
        None => Check::after(Id::Limits, Id::Whoami),
    }
}
