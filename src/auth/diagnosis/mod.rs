//! Why a server does not take a token: what stands in it against the environment, its challenge and the time.
//!
//! The body of a 401 says nothing, so this is where the explanation comes from. Pure; nothing is verified, and what
//! is found here stops no request.

mod audience;
mod origin;

use jiff::Timestamp;

use super::challenge::Challenge;
use super::inspect::{Claims, NotAToken};
use super::{Authority, EnvironmentUrl};

/// Clocks that differ by more than this are worth a word: Entra ID itself forgives five minutes.
const SKEW: i64 = 5 * 60;
/// A token with less left than this ends while somebody works.
const SOON: i64 = 5 * 60;
/// What Dataverse asks of a token that speaks for a person.
const IMPERSONATION: &str = "user_impersonation";

/// What is known when a token is looked at. What is not known is not held against it.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// What stands in the token, or why that cannot be read.
    pub token: Result<&'a Claims, NotAToken>,
    /// The environment that it should be for.
    pub environment: Option<&'a EnvironmentUrl>,
    /// What the environment asks for.
    pub challenge: Option<&'a Challenge>,
    /// The authority was given by hand: it may be no Entra ID, and its tokens may look otherwise.
    pub by_hand: bool,
    /// The scopes that this program asked for. Nothing for a token from elsewhere.
    pub asked: Option<&'a str>,
    /// The time of the server, from its `Date`.
    pub server_time: Option<Timestamp>,
    /// The time here, at the same moment.
    pub our_time: Timestamp,
}

/// What was looked at, in the order of the findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// There is a token that can be read.
    Token,
    /// `aud` against the environment.
    Audience,
    /// `tid` against the challenge.
    Tenant,
    /// `iss` and `ver`.
    Issuer,
    /// `scp`.
    Scope,
    /// `nbf` and `exp`.
    Expiry,
    /// The clocks here and there.
    Clock,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// As it should be.
    Good,
    /// Cannot be told, for a reason that `Finding::why` names.
    Unknown,
    /// Odd; a server may take it all the same.
    Odd,
    /// No environment takes it.
    Bad,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub check: Check,
    /// How it is.
    pub verdict: Verdict,
    /// In a few words.
    pub what: String,
    /// Why, in sentences. Empty when there is nothing to explain.
    pub why: String,
    /// What to do, as a sentence. Empty when there is nothing to do.
    pub next: String,
}

impl Finding {
    fn new(check: Check, verdict: Verdict, what: impl Into<String>) -> Finding {
        Finding { check, verdict, what: what.into(), why: String::new(), next: String::new() }
    }

    fn good(check: Check, what: impl Into<String>) -> Finding {
        Finding::new(check, Verdict::Good, what)
    }

    fn odd(check: Check, what: impl Into<String>) -> Finding {
        Finding::new(check, Verdict::Odd, what)
    }

    fn bad(check: Check, what: impl Into<String>) -> Finding {
        Finding::new(check, Verdict::Bad, what)
    }

    fn unknown(check: Check, why: impl Into<String>) -> Finding {
        Finding::new(check, Verdict::Unknown, "").why(why)
    }

    fn why(mut self, why: impl Into<String>) -> Finding {
        self.why = why.into();
        self
    }

    fn next(mut self, next: impl Into<String>) -> Finding {
        self.next = next.into();
        self
    }

    /// An authority that nobody knows may have its reasons.
    fn unless(mut self, by_hand: bool) -> Finding {
        if by_hand && self.verdict == Verdict::Bad {
            self.verdict = Verdict::Odd;
        }
        self
    }
}

/// What was found, one finding a [`Check`], in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// The findings.
    pub findings: Vec<Finding>,
}

impl Diagnosis {
    /// Looks at a token.
    pub fn of(case: &Case<'_>) -> Diagnosis {
        let claims = match case.token {
            Ok(claims) => claims,
            Err(reason) => return unreadable(case, reason),
        };
        let audience = audience::finding(case, claims);
        let foreign = audience.verdict == Verdict::Bad;
        Diagnosis {
            findings: vec![
                readable(claims),
                audience,
                origin::tenant(case, claims),
                origin::issuer(case, claims),
                scope(case, claims, foreign),
                expiry(case, claims),
                clock(case),
            ],
        }
    }

    /// The finding that explains a refusal best: the first that no environment takes, else the first odd one.
    pub fn cause(&self) -> Option<&Finding> {
        let first = |verdict| self.findings.iter().find(|finding| finding.verdict == verdict);
        first(Verdict::Bad).or_else(|| first(Verdict::Odd))
    }

    /// The finding of a check.
    pub fn finding(&self, check: Check) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.check == check)
    }
}

/// What to ask for instead, as a scope.
pub fn right_scope(environment: Option<&EnvironmentUrl>) -> String {
    let origin = environment.map_or("https://ORG.crm.dynamics.com", EnvironmentUrl::origin);
    format!("{origin}/.default offline_access")
}

fn unreadable(case: &Case<'_>, reason: NotAToken) -> Diagnosis {
    let token = match reason {
        NotAToken::Empty => Finding::bad(Check::Token, "there is no token")
            .why("The token is empty.")
            .next("Sign in with `dv login`, or give a token."),
        NotAToken::WholeAnswer => Finding::bad(Check::Token, "not a token but a whole answer")
            .why(sentence(&reason.to_string()))
            .next("Give the text of `access_token` alone, without its quotes."),
        _ => Finding::bad(Check::Token, "not a token that can be read")
            .why(format!(
                "{} An access token for Dataverse has three parts between points and begins with eyJ.",
                sentence(&reason.to_string())
            ))
            .next("Give the access token as the sign-in service sent it, not a refresh token, a code or a part of it."),
    };
    let rest = [Check::Audience, Check::Tenant, Check::Issuer, Check::Scope, Check::Expiry];
    let findings = std::iter::once(token.unless(case.by_hand && reason != NotAToken::Empty))
        .chain(rest.map(|check| Finding::unknown(check, "after token")))
        .chain([clock(case)]);
    Diagnosis { findings: findings.collect() }
}

fn readable(claims: &Claims) -> Finding {
    let version =
        claims.version.as_deref().map(|version| format!(" (version {version})")).unwrap_or_default();
    let who = match (claims.who(), claims.is_application()) {
        (Some(who), true) => format!(" of application {who}"),
        (Some(who), false) => format!(" of {who}"),
        (None, _) => String::new(),
    };
    Finding::good(Check::Token, format!("a JWT{who}{version}"))
}

fn scope(case: &Case<'_>, claims: &Claims, foreign: bool) -> Finding {
    if foreign {
        return Finding::unknown(Check::Scope, "after audience");
    }
    let scopes = claims.scopes.join(" ");
    if claims.scopes.iter().any(|scope| scope == IMPERSONATION) {
        return Finding::good(Check::Scope, scopes);
    }
    let application = claims.application.as_deref().unwrap_or("its application");
    if claims.is_application() {
        return Finding::good(Check::Scope, "none: an application speaks for itself").why(format!(
            "A token without `scp` is for an application user: a user of the environment whose application id is \
             {application}, with a security role."
        ));
    }
    if scopes.is_empty() {
        return Finding::odd(Check::Scope, "the token has no scope")
            .why("It has no `scp`, as an application's own, yet nothing else says that it is one.")
            .next(format!("Ask for `{}`.", right_scope(case.environment)));
    }
    Finding::bad(Check::Scope, format!("{IMPERSONATION} is not among the scopes"))
        .why(format!("The token allows `{scopes}` (`scp`). Dataverse wants `{IMPERSONATION}` in it."))
        .next(format!(
            "Ask for `{}`. The application needs the delegated permission Dynamics CRM / {IMPERSONATION}, with consent.",
            right_scope(case.environment)
        ))
        .unless(case.by_hand)
}

fn expiry(case: &Case<'_>, claims: &Claims) -> Finding {
    // The server decides, so its clock counts where it is known.
    let (now, whose) = match case.server_time {
        Some(time) => (time.as_second(), "the server's clock"),
        None => (case.our_time.as_second(), "the clock of this machine"),
    };
    if let Some(from) = claims.not_before.filter(|from| *from > now + SKEW) {
        return Finding::bad(Check::Expiry, format!("not valid before {}", moment(from)))
            .why(format!(
                "By {whose} the token is valid only in {} (`nbf` {}). It was made by a clock that is ahead.",
                span(from.saturating_sub(now)),
                moment(from)
            ))
            .next("Set the clock of the machine that asked for the token, then get a new one.");
    }
    let Some(end) = claims.expires else {
        return Finding::odd(Check::Expiry, "the token says no end")
            .why("It has no `exp`, which every token of Entra ID has.")
            .next("Get the token from the sign-in service itself.")
            .unless(case.by_hand);
    };
    match end.saturating_sub(now) {
        left @ ..=0 => Finding::bad(Check::Expiry, format!("expired {} ago", span(left.saturating_neg())))
            .why(format!("By {whose} the token ended {} ago (`exp` {}).", span(left.saturating_neg()), moment(end)))
            .next(match case.asked {
                Some(_) => "Sign in again: `dv login`.",
                None => "Get a new token. They last 60 to 90 minutes; with `offline_access` a refresh token comes along.",
            }),
        left @ 1..SOON => Finding::good(Check::Expiry, format!("expires in {}", span(left)))
            .why("Little is left of it."),
        left => Finding::good(Check::Expiry, format!("expires in {}", span(left))),
    }
}

fn clock(case: &Case<'_>) -> Finding {
    let Some(server) = case.server_time else {
        return Finding::unknown(Check::Clock, "the server told no time");
    };
    let ahead = case.our_time.as_second() - server.as_second();
    let which = if ahead > 0 { "ahead of" } else { "behind" };
    match ahead.abs() {
        0..=2 => Finding::good(Check::Clock, "the clocks here and at the server agree"),
        off @ 3..=SKEW => {
            Finding::good(Check::Clock, format!("the clock here is {} {which} the server's", span(off)))
        }
        off => Finding::odd(Check::Clock, format!("the clock here is {} {which} the server's", span(off)))
            .why(
                "Entra ID forgives five minutes. A wrong clock makes certificates and assertions invalid, and other \
                 programs here will take tokens for expired or not yet valid.",
            )
            .next("Set the clock of this machine, by NTP (`timedatectl set-ntp true`)."),
    }
}

/// A time as people write it, in UTC.
fn moment(seconds: i64) -> String {
    match Timestamp::from_second(seconds) {
        Ok(time) => time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        Err(_) => seconds.to_string(),
    }
}

/// A length of time in its largest unit, two below an hour's.
pub fn span(seconds: i64) -> String {
    match seconds {
        ..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds / 60),
        7_200..=172_799 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// Whether an authority that was given by hand may issue tokens of a form of its own.
pub fn may_differ(authority: Option<&Authority>) -> bool {
    authority.is_some_and(|authority| authority.is_by_hand() && !authority.is_known_cloud())
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
mod tests;
