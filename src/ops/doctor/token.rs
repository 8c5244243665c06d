//! The checks of a token: what stands in it, in words.

use jiff::Timestamp;

use super::{Check, Id, Status};
use crate::auth::diagnosis::{self, Case, Finding};
use crate::auth::{Claims, Diagnosis, EnvironmentUrl};

/// The checks from `token` to `clock`, and what they are about.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) checks: Vec<Check>,
    pub(super) claims: Option<Claims>,
}

/// Looks at a token without asking anybody.
pub(super) fn offline(token: &str, environment: Option<&EnvironmentUrl>, now: Timestamp) -> Told {
    let claims = Claims::read(token);
    let case = Case {
        token: claims.as_ref().map_err(|reason| *reason),
        environment,
        challenge: None,
        by_hand: false,
        asked: None,
        server_time: None,
        our_time: now,
    };
    let checks = explain(&case);
    let offline = |check: Check| match (check.id, check.status) {
        (Id::Clock, _) => Check::skip(Id::Clock, "offline: `dv doctor` runs it"),
        _ => check,
    };
    Told { checks: checks.into_iter().map(offline).collect(), claims: claims.ok() }
}

/// What is found in a token, as checks.
pub fn explain(case: &Case<'_>) -> Vec<Check> {
    Diagnosis::of(case).findings.into_iter().map(check).collect()
}

fn check(finding: Finding) -> Check {
    let Finding { check, verdict, what, why, next } = finding;
    let id = match check {
        diagnosis::Check::Token => Id::Token,
        diagnosis::Check::Audience => Id::Audience,
        diagnosis::Check::Tenant => Id::Tenant,
        diagnosis::Check::Issuer => Id::Issuer,
        diagnosis::Check::Scope => Id::Scope,
        diagnosis::Check::Expiry => Id::Expiry,
        diagnosis::Check::Clock => Id::Clock,
    };
    let status = match verdict {
        diagnosis::Verdict::Good => Status::Ok,
        diagnosis::Verdict::Unknown => return Check::skip(id, why),
        diagnosis::Verdict::Odd => Status::Warn,
        diagnosis::Verdict::Bad => Status::Fail,
    };
    Check { id, status, what, why, next }
}

/// The claims in plain words, label and value, in the order in which they are read.
pub fn facts(claims: &Claims, now: Timestamp) -> Vec<(&'static str, String)> {
    let time = |seconds: i64| {
        let when = Timestamp::from_second(seconds);
        let when = when
            .map_or_else(|_| seconds.to_string(), |when| when.strftime("%Y-%m-%d %H:%M:%S UTC").to_string());
        match seconds.saturating_sub(now.as_second()) {
            0 => format!("{when}, now"),
            left @ 1.. => format!("{when}, in {}", diagnosis::span(left)),
            past => format!("{when}, {} ago", diagnosis::span(past.saturating_neg())),
        }
    };
    let acts = match claims.is_application() {
        true => "as an application, for itself".to_owned(),
        false => match claims.who() {
            Some(who) => format!("as {who}"),
            None => "as somebody whom it does not name".to_owned(),
        },
    };
    let only = claims.audiences.first().map(|audience| format!(", at {audience} only")).unwrap_or_default();
    let until = match claims.expires.map(|end| end.saturating_sub(now.as_second())) {
        Some(left @ 1..) => format!(", for {}", diagnosis::span(left)),
        Some(_) => ", no longer: it has ended".to_owned(),
        None => String::new(),
    };
    let acts = format!("{acts}{only}{until}");
    let application = claims.application.as_ref().map(|id| match claims.application_proof.as_deref() {
        Some("0") => format!("{id}, public: it proves nothing"),
        Some("1") => format!("{id}, with a secret"),
        Some("2") => format!("{id}, with a certificate"),
        _ => id.clone(),
    });
    let words = |list: &[String]| (!list.is_empty()).then(|| list.join(" "));
    let capabilities = claims.capabilities.iter().map(|name| match name.as_str() {
        "cp1" => "cp1: it can answer a claims challenge",
        other => other,
    });
    let capabilities: Vec<&str> = capabilities.collect();
    let all = [
        ("Acts", Some(acts)),
        ("For (aud)", words(&claims.audiences)),
        ("May (scp)", words(&claims.scopes)),
        ("Roles (roles)", words(&claims.roles)),
        ("Name (name)", claims.name.clone()),
        ("Application", application),
        ("Tenant (tid)", claims.tenant.clone()),
        ("Object id (oid)", claims.object.clone()),
        ("Subject (sub)", claims.subject.clone()),
        ("Kind (idtyp)", claims.kind.clone()),
        ("From (iss)", claims.issuer.clone()),
        ("Version (ver)", claims.version.clone()),
        ("Made (iat)", claims.issued_at.map(time)),
        ("Valid from (nbf)", claims.not_before.map(time)),
        ("Valid until (exp)", claims.expires.map(time)),
        ("Client (xms_cc)", (!capabilities.is_empty()).then(|| capabilities.join(" "))),
    ];
    all.into_iter().filter_map(|(label, value)| Some((label, value?))).collect()
}
