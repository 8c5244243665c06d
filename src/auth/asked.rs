//! What a token is asked for.

use oauth2::Scope;

use super::EnvironmentUrl;

/// The protocol version of an authority's endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Version {
    /// The older endpoints: a `resource`, numbers as text.
    V1,
    /// OAuth 2.0 as others know it, too: a `scope`.
    #[default]
    V2,
}

/// What a token is asked for: scopes, or at a v1 endpoint a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Scopes, separated by spaces.
    Scope(String),
    /// The address of the service.
    Resource(String),
}

impl Asked {
    /// What a person's sign-in asks for.
    pub(super) fn for_person(service: &EnvironmentUrl, version: Version, scope: Option<&str>) -> Asked {
        Asked::of(service, version, scope, " offline_access openid profile")
    }

    /// What an application asks for: the service alone, since it has no refresh token and is no person.
    pub(super) fn for_application(service: &EnvironmentUrl, version: Version, scope: Option<&str>) -> Asked {
        Asked::of(service, version, scope, "")
    }

    fn of(service: &EnvironmentUrl, version: Version, scope: Option<&str>, more: &str) -> Asked {
        match (version, scope) {
            (Version::V1, _) => Asked::Resource(format!("{service}/")),
            (Version::V2, Some(scope)) => {
                Asked::Scope(scope.split_whitespace().collect::<Vec<_>>().join(" "))
            }
            (Version::V2, None) => Asked::Scope(format!("{service}/.default{more}")),
        }
    }

    /// The scopes of a request.
    pub(super) fn scopes(&self) -> Vec<Scope> {
        match self {
            Asked::Scope(scope) => scope.split(' ').map(|scope| Scope::new(scope.to_owned())).collect(),
            Asked::Resource(_) => Vec::new(),
        }
    }

    /// The resource of a request.
    pub(super) fn resource(&self) -> Option<&str> {
        match self {
            Asked::Scope(_) => None,
            Asked::Resource(resource) => Some(resource),
        }
    }

    /// The version of the endpoints that understand it.
    pub(super) fn version(&self) -> Version {
        match self {
            Asked::Scope(_) => Version::V2,
            Asked::Resource(_) => Version::V1,
        }
    }

    /// As it is told to people: the scopes or the resource.
    pub fn as_str(&self) -> &str {
        match self {
            Asked::Scope(text) | Asked::Resource(text) => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_asks_for_a_refresh_token_too_and_an_application_for_the_service_alone() {
        let service = EnvironmentUrl::parse("contoso.crm4").unwrap();
        let person = Asked::for_person(&service, Version::V2, None);
        assert_eq!(
            person.as_str(),
            "https://contoso.crm4.dynamics.com/.default offline_access openid profile"
        );
        let application = Asked::for_application(&service, Version::V2, None);
        assert_eq!(application.as_str(), "https://contoso.crm4.dynamics.com/.default");
        assert_eq!(Asked::for_person(&service, Version::V2, Some(" a  b ")).as_str(), "a b");
        for old in [
            Asked::for_person(&service, Version::V1, Some("a")),
            Asked::for_application(&service, Version::V1, None),
        ] {
            assert_eq!((old.resource(), old.scopes().len()), (Some("https://contoso.crm4.dynamics.com/"), 0));
        }
    }
}
