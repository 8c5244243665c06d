//! The error of a token or authorize endpoint, and what it means. Matched on codes, never on text.

use std::fmt;

use serde::Deserialize;

use super::aadsts;

/// What was given for a token. The same error means different things for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GrantKind {
    /// What is kept of a sign-in, and what depends on no grant.
    #[default]
    Refresh,
    /// The code that the browser brought.
    BrowserCode,
    /// The code of a device.
    DeviceCode,
}

/// What an authority said instead of a token.
#[derive(Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What was refused, where the meaning depends on it.
    pub grant: GrantKind,
    /// HTTP status; 302 for an error that came back through the browser.
    pub status: u16,
    /// `error`, such as `invalid_grant`.
    pub error: String,
    /// `suberror`, such as `consent_required`.
    pub suberror: Option<String>,
    /// The AADSTS numbers.
    pub codes: Vec<u32>,
    /// The server's own words. Never matched on.
    pub description: Option<String>,
    /// For a support case.
    pub correlation_id: Option<String>,
    /// When, as the server wrote it.
    pub timestamp: Option<String>,
    /// To send along with the next sign-in when a policy asks for more.
    pub claims: Option<String>,
    /// The body as it came, at most 64 KiB of it.
    pub body: String,
}

/// Who can do something about a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The person at the keyboard.
    You,
    /// An administrator of the tenant or the environment.
    Administrator,
    /// Who made or owns the application.
    Developer,
    /// The person; where that does not help, an administrator.
    YouOrAdministrator,
    /// The person; where that does not help, who made or owns the application.
    YouOrDeveloper,
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Who::You => "you can do this",
            Who::Administrator => "an administrator has to do this",
            Who::Developer => "the application's owner or developer has to do this",
            Who::YouOrAdministrator => "you can do this, or else an administrator",
            Who::YouOrDeveloper => "you can do this, or else the application's owner",
        })
    }
}

/// What a refusal means and what to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// What happened, in a few words.
    pub meaning: &'static str,
    /// Who can do something about it.
    pub who: Who,
    /// The next step.
    pub next: &'static str,
}

#[derive(Deserialize)]
struct Body {
    error: String,
    suberror: Option<serde_json::Value>,
    #[serde(default)]
    error_codes: serde_json::Value,
    error_description: Option<serde_json::Value>,
    correlation_id: Option<serde_json::Value>,
    timestamp: Option<serde_json::Value>,
    claims: Option<serde_json::Value>,
}

impl Refusal {
    /// Reads an error answer; nothing when it is not one.
    pub fn parse(status: u16, body: &[u8]) -> Option<Refusal> {
        let raw = String::from_utf8_lossy(&body[..body.len().min(64 << 10)]).into_owned();
        let body: Body = serde_json::from_slice(body).ok()?;
        let text = |value: Option<serde_json::Value>| value?.as_str().map(ToOwned::to_owned);
        let number = |value: &serde_json::Value| match value {
            serde_json::Value::String(text) => text.parse().ok(),
            other => other.as_u64().and_then(|number| u32::try_from(number).ok()),
        };
        Some(Refusal {
            grant: GrantKind::default(),
            status,
            error: body.error,
            suberror: text(body.suberror),
            codes: body
                .error_codes
                .as_array()
                .map(|codes| codes.iter().filter_map(number).collect())
                .unwrap_or_default(),
            description: text(body.error_description),
            correlation_id: text(body.correlation_id),
            timestamp: text(body.timestamp),
            claims: text(body.claims),
            body: raw,
        })
    }

    /// An error that came back through the browser.
    pub fn from_redirect(error: String, description: Option<String>) -> Refusal {
        Refusal {
            grant: GrantKind::BrowserCode,
            status: 302,
            error,
            suberror: None,
            codes: Vec::new(),
            description,
            correlation_id: None,
            timestamp: None,
            claims: None,
            body: String::new(),
        }
    }

    /// What it means: by the first AADSTS number that is known, else by `suberror`, else by `error`.
    pub fn explain(&self) -> Option<Explanation> {
        let suberror = self.suberror.as_deref();
        self.codes
            .iter()
            .find_map(|code| aadsts::of_grant(self.grant, *code).or_else(|| aadsts::by_code(*code)))
            .or_else(|| match (suberror, self.error.as_str()) {
                (Some("bad_token" | "token_expired"), _) | (None, "invalid_grant") => {
                    aadsts::of_grant(self.grant, aadsts::INVALID_GRANT)
                }
                _ => None,
            })
            .or_else(|| suberror.and_then(aadsts::by_suberror))
            .or_else(|| aadsts::by_error(&self.error))
    }

    /// The person said no.
    pub fn is_declined(&self) -> bool {
        matches!(self.error.as_str(), "authorization_declined" | "access_denied")
    }

    /// The code ran out.
    pub fn is_expired(&self) -> bool {
        self.error == "expired_token"
    }

    /// Trying again later may help.
    pub fn is_transient(&self) -> bool {
        self.error == "temporarily_unavailable" || self.status == 429 || (500..600).contains(&self.status)
    }

    /// A sign-in with a device code was refused for what a browser can fulfil: a second factor, a managed device, a
    /// policy that allows no codes.
    pub fn wants_a_browser(&self) -> bool {
        const POLICIES: [u32; 12] = [
            50_072, 50_074, 50_076, 50_078, 50_079, 50_097, 50_158, 53_000, 53_001, 53_003, 530_032, 700_020,
        ];
        self.grant == GrantKind::DeviceCode
            && (self.claims.is_some()
                || self.error == "interaction_required"
                || self.codes.iter().any(|code| POLICIES.contains(code)))
    }

    /// The kept sign-in is of no use any more: a person has to sign in.
    pub fn needs_person(&self) -> bool {
        !self.is_transient()
    }

    /// The next step, the server's own words, and what support will ask for.
    pub fn hints(&self) -> Vec<String> {
        let mut hints = Vec::new();
        if let Some(explanation) = self.explain() {
            hints.push(format!("{} ({})", explanation.next, explanation.who));
        }
        if let Some(words) = self.words() {
            hints.push(format!("the sign-in service says: {words}"));
        }
        if let Some(id) = &self.correlation_id {
            let when = self.timestamp.as_deref().map(|time| format!(", {time}")).unwrap_or_default();
            hints.push(format!("for support: correlation id {id}{when}"));
        }
        if let Some(code) = self.codes.first() {
            hints.push(format!("more: https://login.microsoftonline.com/error?code={code}"));
        }
        hints
    }

    /// The first line of the server's words, at most 300 characters.
    fn words(&self) -> Option<String> {
        let line = self.description.as_deref()?.lines().next()?.trim();
        let line = line.split(" Trace ID:").next().unwrap_or(line);
        let cut: String = line.chars().take(300).collect();
        (!cut.is_empty()).then_some(cut)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let meaning = self.explain().map_or("the sign-in was refused", |explanation| explanation.meaning);
        match self.codes.first() {
            Some(code) => write!(f, "{meaning} (AADSTS{code})"),
            None => write!(f, "{meaning} ({})", self.error),
        }
    }
}

impl fmt::Debug for Refusal {
    /// Without the server's words, which name people and applications.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusal")
            .field("status", &self.status)
            .field("error", &self.error)
            .field("suberror", &self.suberror)
            .field("codes", &self.codes)
            .field("correlation_id", &self.correlation_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(body: &str) -> Refusal {
        Refusal::parse(400, body.as_bytes()).unwrap()
    }

    #[test]
    fn a_refusal_is_explained_by_its_codes_not_by_its_text() {
        let cases = [
            (
                r#"{"error":"invalid_grant","error_codes":[65001],"suberror":"consent_required"}"#,
                "consent",
                "AADSTS65001",
            ),
            (
                r#"{"error":"interaction_required","error_codes":[50076],"suberror":"basic_action"}"#,
                "second factor",
                "AADSTS50076",
            ),
            (r#"{"error":"invalid_grant","error_codes":["50173"]}"#, "password", "AADSTS50173"),
            (
                r#"{"error":"invalid_grant","error_codes":[1],"suberror":"consent_required"}"#,
                "consent",
                "AADSTS1",
            ),
            (r#"{"error":"authorization_declined","error_codes":[]}"#, "declined", "authorization_declined"),
            (r#"{"error":"expired_token"}"#, "expired", "expired_token"),
            (
                r#"{"error":"odd","error_description":"AADSTS65001: said in the text only"}"#,
                "refused",
                "(odd)",
            ),
        ];
        for (body, word, code) in cases {
            let said = refusal(body).to_string();
            assert!(said.contains(word) && said.contains(code), "{body}: {said}");
        }
    }

    #[test]
    fn a_refusal_is_told_by_what_was_refused() {
        let said = |grant, body| Refusal { grant, ..refusal(body) }.to_string();
        let bare = r#"{"error":"invalid_grant"}"#;
        let coded = r#"{"error":"invalid_grant","error_codes":[70000],"suberror":"bad_token"}"#;
        let used = r#"{"error":"invalid_grant","error_codes":[54005]}"#;
        for body in [bare, coded] {
            assert!(said(GrantKind::Refresh, body).contains("what is kept of the sign-in no longer works"));
            assert!(said(GrantKind::BrowserCode, body).contains("did not accept the browser's answer"));
            assert!(said(GrantKind::DeviceCode, body).contains("did not accept the code"));
        }
        assert!(said(GrantKind::DeviceCode, used).contains("the code was used already"));
        assert!(said(GrantKind::BrowserCode, used).contains("the browser's answer was used already"));
        let policy = r#"{"error":"invalid_grant","error_codes":[53003],"suberror":"message_only"}"#;
        assert!(said(GrantKind::DeviceCode, policy).contains("Conditional Access"));
    }

    #[test]
    fn hints_lead_on_and_hold_what_support_asks_for() {
        let hints = refusal(
            r#"{"error":"invalid_grant","error_description":"AADSTS53003: Blocked.\r\nTrace ID: t\r\n",
                "error_codes":[53003],"correlation_id":"c-1","timestamp":"2026-11-23 11:42:00Z"}"#,
        )
        .hints();
        assert_eq!(hints.len(), 4, "{hints:?}");
        assert_eq!(hints[1], "the sign-in service says: AADSTS53003: Blocked.");
        assert_eq!(hints[2], "for support: correlation id c-1, 2026-11-23 11:42:00Z");
    }

    #[test]
    fn what_is_no_error_answer_is_not_one() {
        for body in ["", "<html>", "[]", "{}", r#"{"error":{"code":"x"}}"#] {
            assert_eq!(Refusal::parse(400, body.as_bytes()), None, "{body}");
        }
    }
}
