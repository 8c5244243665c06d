//! A failed sign-in in three lines, with the keys of the sign-in screen.

use std::error::Error as _;

use crate::app::problem::Problem;
use crate::auth::Error;

const AGAIN: &str = "n try again   b other way   g d look closer   q quit";
const NEW_CODE: &str = "n new code   b other way   q quit";
const OTHER_WAY: &str = "b other way   n try again   q quit";

/// What happened, why, and what to do next.
pub(super) fn sign_in_problem(error: &Error) -> Problem {
    match error {
        Error::Renewal(error) => sign_in_problem(error),
        _ if error.is_expired() => Problem::new(sentence(&error.to_string()))
            .why("A new one is never asked for by itself: a code nobody looks at is a trap.")
            .next(NEW_CODE),
        _ if error.is_declined() => Problem::new("The sign-in was declined.")
            .why("Somebody chose not to sign in. Nothing was kept.")
            .next(NEW_CODE),
        Error::Refused(refusal) => {
            // The hints of the command line name its options and commands; what the service says helps here too.
            let hints = error.hints();
            let is_for_the_shell = |hint: &String| hint.contains("dv ") || hint.contains("--");
            let who = refusal.explain().filter(|_| hints.first().is_some_and(is_for_the_shell));
            let why: Vec<String> = who
                .map(|explanation| explanation.who.to_string())
                .iter()
                .chain(hints.iter().filter(|hint| !is_for_the_shell(hint)))
                .map(|text| sentence(text))
                .collect();
            Problem::new(sentence(&refusal.to_string())).why(why.join(" ")).next(OTHER_WAY)
        }
        Error::NoEndpoint(_) | Error::Listen(_) => {
            Problem::new("Not signed in.").why(sentence(&with_causes(error))).next(OTHER_WAY)
        }
        _ => {
            let hints =
                error.hints().into_iter().filter(|hint| !hint.contains("dv ")).map(|hint| sentence(&hint));
            let why: Vec<String> = std::iter::once(sentence(&with_causes(error))).chain(hints).collect();
            Problem::new("Not signed in.").why(why.join(" ")).next(AGAIN)
        }
    }
}

fn with_causes(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// Text with a capital and a full stop.
fn sentence(text: &str) -> String {
    let text = text.trim().trim_end_matches('.');
    let mut chars = text.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Refusal;

    fn refused(body: &str) -> Problem {
        let refusal = Refusal::parse(400, body.as_bytes()).unwrap();
        sign_in_problem(&Error::Refused(Box::new(refusal)))
    }

    #[test]
    fn an_expired_code_leads_to_a_new_one() {
        let problem = sign_in_problem(&Error::CodeExpired);
        assert_eq!(problem.what, "The code expired before anybody signed in with it.");
        assert!(problem.next.starts_with("n new code"));
        assert_eq!(refused(r#"{"error":"expired_token"}"#).next, NEW_CODE);
    }

    #[test]
    fn a_declined_sign_in_says_so() {
        let problem = refused(r#"{"error":"authorization_declined"}"#);
        assert_eq!(problem.what, "The sign-in was declined.");
    }

    #[test]
    fn a_policy_that_blocks_is_told_with_its_number_and_what_support_asks_for() {
        let problem = refused(
            r#"{"error":"invalid_grant","error_description":"AADSTS53003: Blocked by Conditional Access.\r\nTrace ID: t",
                "error_codes":[53003],"correlation_id":"c-1","timestamp":"2026-11-23 11:42:00Z"}"#,
        );
        assert!(problem.what.ends_with("(AADSTS53003)."), "{problem:?}");
        assert!(
            problem.why.contains("Blocked by Conditional Access") && problem.why.contains("c-1"),
            "{problem:?}"
        );
        assert!(problem.why.contains("You can do this, or else an administrator"), "{problem:?}");
        assert!(problem.next.starts_with("b other way"));
    }

    #[test]
    fn no_line_names_a_command_of_the_shell() {
        let problems = [
            sign_in_problem(&Error::SignInNeeded),
            sign_in_problem(&Error::NoEndpoint("a device code")),
            sign_in_problem(&Error::NotAnEnvironment { host: "example.org".into(), what: "a page".into() }),
            refused(r#"{"error":"invalid_grant","error_codes":[50076]}"#),
        ];
        for problem in problems {
            assert!(!problem.why.contains("`dv"), "{problem:?}");
            assert!(!problem.what.is_empty() && !problem.next.is_empty());
        }
    }
}
