//! Who is signed in, and what kind of environment it is.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The user behind a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct WhoAmI {
    /// Key of the `systemuser` row.
    pub user_id: Uuid,
    /// The user's business unit.
    pub business_unit_id: Uuid,
    /// The environment's organization.
    pub organization_id: Uuid,
}

/// What an environment says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Name for people, `Contoso UAT`.
    pub friendly_name: Option<String>,
    /// Name in addresses, `contoso-uat`.
    pub url_name: Option<String>,
    /// Version of the service, `9.2.…`.
    pub version: Option<String>,
    /// What the environment is for.
    pub kind: EnvironmentKind,
}

/// What an environment is for, by the service's numbers. Unknown counts as production.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EnvironmentKind(Option<i32>);

/// Names of the numbers, from 0. Source: `OrganizationType` of the Global Discovery Service.
const KINDS: [&str; 17] = [
    "Customer",
    "Monitoring",
    "Support",
    "BackEnd",
    "Secondary",
    "CustomerTest",
    "CustomerFreeTest",
    "CustomerPreview",
    "Placeholder",
    "TestDrive",
    "MsftInvestigation",
    "EmailTrial",
    "Default",
    "Developer",
    "Trial",
    "Teams",
    "Platform",
];

impl EnvironmentKind {
    /// Not known.
    pub const UNKNOWN: Self = Self(None);

    /// By the service's number.
    pub fn of_number(number: i32) -> Self {
        Self(Some(number))
    }

    /// By the service's name, or by the number as text.
    pub fn of_name(name: &str) -> Self {
        let named = KINDS.iter().position(|kind| kind.eq_ignore_ascii_case(name.trim()));
        Self(named.and_then(|at| i32::try_from(at).ok()).or_else(|| name.trim().parse().ok()))
    }

    /// The service has said what it is, in words that we know.
    pub fn is_known(self) -> bool {
        self.0.is_some_and(|number| usize::try_from(number).is_ok_and(|number| number < KINDS.len()))
    }

    /// Whether writes here touch real work.
    pub fn is_production(self) -> bool {
        !matches!(self.0, Some(5 | 6 | 9 | 11 | 13 | 14))
    }

    /// One word for people.
    pub fn word(self) -> &'static str {
        match self.0 {
            Some(5 | 6) => "sandbox",
            Some(9 | 11 | 14) => "trial",
            Some(13) => "developer",
            Some(_) => "production",
            None => "unknown",
        }
    }
}

impl fmt::Display for EnvironmentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Answer {
    detail: Detail,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Detail {
    #[serde(default)]
    friendly_name: Option<String>,
    #[serde(default)]
    url_name: Option<String>,
    #[serde(default)]
    organization_version: Option<String>,
    #[serde(default)]
    organization_type: Option<serde_json::Value>,
}

impl From<Answer> for Organization {
    fn from(Answer { detail }: Answer) -> Self {
        let kind = match &detail.organization_type {
            Some(serde_json::Value::String(name)) => EnvironmentKind::of_name(name),
            Some(serde_json::Value::Number(number)) => EnvironmentKind::of_name(&number.to_string()),
            _ => EnvironmentKind::UNKNOWN,
        };
        Self {
            friendly_name: detail.friendly_name,
            url_name: detail.url_name,
            version: detail.organization_version,
            kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_kinds_known_to_be_harmless_are_not_production() {
        for harmless in [5, 6, 9, 11, 13, 14] {
            assert!(!EnvironmentKind::of_number(harmless).is_production(), "{harmless}");
        }
        for production in [0, 4, 7, 12, 15, 16, 99, -1] {
            assert!(EnvironmentKind::of_number(production).is_production(), "{production}");
        }
        assert!(EnvironmentKind::UNKNOWN.is_production());
        for (number, known) in [(0, true), (16, true), (17, false), (-1, false)] {
            assert_eq!(EnvironmentKind::of_number(number).is_known(), known, "{number}");
        }
    }

    #[test]
    fn the_kind_comes_as_a_name_or_a_number() {
        for (json, expected) in [
            ("\"CustomerTest\"", false),
            ("5", false),
            ("\"5\"", false),
            ("\"Customer\"", true),
            ("null", true),
        ] {
            let answer = format!(r#"{{"Detail":{{"FriendlyName":"Contoso","OrganizationType":{json}}}}}"#);
            let organization: Organization = serde_json::from_str::<Answer>(&answer).unwrap().into();
            assert_eq!(organization.kind.is_production(), expected, "{json}");
        }
    }
}
