//! An examination of `ops` as the core knows it.

use jiff::Timestamp;

use crate::app::examination::{Check, Examination, Status};
use crate::ops::doctor::{self, Id, Report};

/// The report for the screen.
pub(super) fn examination(report: Report) -> Examination {
    let Report { checks, claims, verdict } = report;
    let facts = claims.map(|claims| doctor::facts(&claims, Timestamp::now())).unwrap_or_default();
    Examination {
        checks: checks.into_iter().map(check).collect(),
        facts: facts.into_iter().map(|(label, value)| (label.to_owned(), value)).collect(),
        verdict: verdict.text,
        requests: verdict.requests.into_iter().map(|(name, request)| (name.to_owned(), request)).collect(),
    }
}

fn check(check: doctor::Check) -> Check {
    let doctor::Check { id, status, what, why, next } = check;
    // A key does here what a command does at the shell.
    let next = match (id, status) {
        (Id::Privileges, doctor::Status::Skip) if !next.is_empty() => {
            "Open a table, then g d looks at your privileges on it.".to_owned()
        }
        _ => next.replace("`dv login`", "`g u`"),
    };
    let status = match status {
        doctor::Status::Ok => Status::Ok,
        doctor::Status::Warn => Status::Warn,
        doctor::Status::Fail => Status::Fail,
        doctor::Status::Skip => Status::Skip,
    };
    Check {
        title: id.title().to_owned(),
        status,
        what,
        why,
        next,
        of_token: (Id::Token..=Id::Scope).contains(&id),
    }
}
