//! The authority that a person signs in at, and which ones are known.

use std::fmt;

use url::Url;

use super::Error;
use crate::http::is_loopback;

/// Sign-in hosts of Microsoft's clouds, with old names that still answer.
const CLOUDS: &[&str] = &[
    "login.microsoftonline.com",
    "login.microsoftonline.us",
    "login-us.microsoftonline.com",
    "login.partner.microsoftonline.cn",
    "login.chinacloudapi.cn",
    "login.windows.net",
    "login.microsoft.com",
];

/// Further hosts where Microsoft has people type a device code.
const DEVICE_PAGES: &[&str] = &["microsoft.com", "www.microsoft.com"];

/// Where people sign in: an address without a slash at the end, such as
/// `https://login.microsoftonline.com/contoso.onmicrosoft.com`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    url: Url,
    by_hand: bool,
}

impl Authority {
    /// Takes an authority that a person gave. It may be any host, since the person vouches for it.
    ///
    /// # Errors
    ///
    /// For anything but https (http on loopback excepted), user names, queries and fragments.
    pub fn by_hand(text: &str) -> Result<Authority, Error> {
        let text = text.trim();
        let unusable =
            || Error::Setting { given: text.to_owned(), what: "the address of a sign-in authority" };
        if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
            return Err(unusable());
        }
        let url = match text.contains("://") {
            true => Url::parse(text),
            false => Url::parse(&format!("https://{text}")),
        };
        let url = url.map_err(|_| unusable())?;
        if !is_safe(&url) || url.query().is_some() || url.fragment().is_some() {
            return Err(unusable());
        }
        Ok(Authority { url: without_slash(url), by_hand: true })
    }

    /// The authority and tenant that a challenge's `authorization_uri` names.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownAuthority`] when its host is not a known cloud's.
    pub fn of_challenge(uri: &str) -> Result<Authority, Error> {
        let url = Url::parse(uri)
            .map_err(|_| Error::UnknownAuthority { host: "an address that is none".into() })?;
        let host = url.host_str().unwrap_or_default();
        if url.scheme() != "https" || url.port().is_some() || !is_safe(&url) || !CLOUDS.contains(&host) {
            return Err(Error::UnknownAuthority { host: url.origin().ascii_serialization() });
        }
        let host = match host {
            "login.windows.net" => "login.microsoftonline.com",
            other => other,
        };
        let tenant = tenant_of(&url).unwrap_or_else(|| "organizations".to_owned());
        Authority::of_cloud(host, &tenant)
    }

    /// The tenant that a challenge names, whoever the host is.
    pub fn tenant_in(uri: &str) -> Option<String> {
        tenant_of(&Url::parse(uri).ok()?)
    }

    fn of_cloud(host: &str, tenant: &str) -> Result<Authority, Error> {
        check_tenant(tenant)?;
        let url = Url::parse(&format!("https://{host}/{tenant}"))
            .map_err(|_| Error::Setting { given: tenant.to_owned(), what: "a tenant" })?;
        Ok(Authority { url, by_hand: false })
    }

    /// The same authority for another tenant. A path of several parts stays as it is: it is not Entra's.
    ///
    /// # Errors
    ///
    /// When the tenant is neither a GUID, a domain nor an alias.
    pub fn with_tenant(mut self, tenant: &str) -> Result<Authority, Error> {
        check_tenant(tenant)?;
        if self.path_parts() <= 1 {
            self.url.set_path(tenant);
        }
        Ok(self)
    }

    /// The tenant, for an authority that has one in its path.
    pub fn tenant(&self) -> Option<&str> {
        let path = self.url.path().trim_matches('/');
        (!path.is_empty() && !path.contains('/')).then_some(path)
    }

    /// The tenant, unless it is an alias for many.
    pub(super) fn tenant_by_name(&self) -> Option<&str> {
        self.tenant().filter(|tenant| !matches!(*tenant, "organizations" | "common" | "consumers"))
    }

    /// Whether a refresh token of that authority may be sent to this one: it is the same, or another tenant of the same
    /// cloud, since a refresh token belongs to a person and an application, not to a tenant.
    pub fn may_renew(&self, other: &str) -> bool {
        let same_origin = Url::parse(other).is_ok_and(|other| other.origin() == self.url.origin());
        other == self.as_str() || (same_origin && self.path_parts() <= 1)
    }

    /// How many parts the path has.
    pub(super) fn path_parts(&self) -> usize {
        self.url.path().split('/').filter(|part| !part.is_empty()).count()
    }

    /// The host is one of Microsoft's clouds.
    pub fn is_known_cloud(&self) -> bool {
        self.url.scheme() == "https" && self.url.host_str().is_some_and(|host| CLOUDS.contains(&host))
    }

    /// A person gave it.
    pub fn is_by_hand(&self) -> bool {
        self.by_hand
    }

    /// The authority's address.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// Its address as text, without a slash at the end.
    pub fn as_str(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    /// An address below it.
    pub(super) fn below(&self, path: &str) -> Option<Url> {
        Url::parse(&format!("{}{path}", self.as_str())).ok()
    }

    /// Whether an address that the authority sent may be opened in a browser without being asked for: https on a
    /// known sign-in host or on this authority's origin, or http on the origin of a loopback authority that was
    /// given by hand.
    pub fn may_open(&self, url: &Url) -> bool {
        if !url.username().is_empty() || url.password().is_some() {
            return false;
        }
        let own = url.origin() == self.url.origin();
        match url.scheme() {
            "https" => {
                let host = url.host_str().unwrap_or_default();
                own || (url.port().is_none() && (CLOUDS.contains(&host) || DEVICE_PAGES.contains(&host)))
            }
            "http" => own && self.by_hand && is_loopback(url),
            _ => false,
        }
    }
}

impl fmt::Display for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether tokens and secrets may travel to an address: https, or http on this machine.
pub(super) fn is_safe(url: &Url) -> bool {
    let plain = url.username().is_empty() && url.password().is_none() && url.has_host();
    plain && (url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url)))
}

fn without_slash(mut url: Url) -> Url {
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    url
}

/// The first part of the path of an authorize endpoint. `common` would let personal accounts in, which have no
/// place here.
fn tenant_of(url: &Url) -> Option<String> {
    let first = url.path_segments()?.next().filter(|part| !part.is_empty() && *part != "oauth2")?;
    Some(match first {
        "common" => "organizations".to_owned(),
        other => other.to_owned(),
    })
}

fn check_tenant(tenant: &str) -> Result<(), Error> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    let fine = !tenant.is_empty() && tenant.chars().all(plain) && !tenant.starts_with('.');
    match fine {
        true => Ok(()),
        false => Err(Error::Setting { given: tenant.to_owned(), what: "a tenant" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authority_of_a_challenge_is_a_known_cloud_with_its_tenant() {
        let cases = [
            (
                "https://login.microsoftonline.com/t-1/oauth2/authorize",
                "https://login.microsoftonline.com/t-1",
            ),
            ("https://login.windows.net/t-1/oauth2/authorize", "https://login.microsoftonline.com/t-1"),
            (
                "https://login.microsoftonline.us/common/oauth2/authorize",
                "https://login.microsoftonline.us/organizations",
            ),
            ("https://login.microsoftonline.com/", "https://login.microsoftonline.com/organizations"),
        ];
        for (uri, expected) in cases {
            assert_eq!(Authority::of_challenge(uri).unwrap().as_str(), expected, "{uri}");
        }
    }

    #[test]
    fn nobody_is_sent_to_an_authority_that_nobody_vouches_for() {
        let cases = [
            "https://login.microsoftonline.com.evil.example/t/oauth2/authorize",
            "https://login.microsoftonline.com@evil.example/t",
            "https://user@login.microsoftonline.com/t",
            "https://login.microsoftonline.com:8443/t",
            "http://login.microsoftonline.com/t",
            "http://127.0.0.1:4711/t/oauth2/authorize",
            "not an address",
        ];
        for uri in cases {
            let error = Authority::of_challenge(uri).unwrap_err();
            assert!(matches!(error, Error::UnknownAuthority { .. }), "{uri}: {error:?}");
        }
    }

    #[test]
    fn an_authority_by_hand_is_https_or_loopback() {
        let cases = [
            (
                "https://login.microsoftonline.com/contoso.onmicrosoft.com/",
                Some("https://login.microsoftonline.com/contoso.onmicrosoft.com"),
            ),
            ("login.microsoftonline.us/t", Some("https://login.microsoftonline.us/t")),
            ("http://127.0.0.1:9000/tenant/v2.0/", Some("http://127.0.0.1:9000/tenant/v2.0")),
            ("http://localhost:9000", Some("http://localhost:9000")),
            ("http://login.example/t", None),
            ("https://user:secret@login.example/t", None),
            ("https://login.example/t?x=1", None),
            ("https://login.example/\u{1b}", None),
            ("ldap://login.example", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(Authority::by_hand(text).ok().as_ref().map(Authority::as_str), expected, "{text}");
        }
    }

    #[test]
    fn a_tenant_takes_the_place_of_the_one_before() {
        let by_hand = |text| Authority::by_hand(text).unwrap();
        assert_eq!(
            by_hand("https://login.example/a").with_tenant("b").unwrap().as_str(),
            "https://login.example/b"
        );
        assert_eq!(
            by_hand("https://login.example").with_tenant("b").unwrap().as_str(),
            "https://login.example/b"
        );
        assert_eq!(
            by_hand("https://kc.example/realms/a").with_tenant("b").unwrap().as_str(),
            "https://kc.example/realms/a"
        );
        assert!(by_hand("https://login.example").with_tenant("../x").is_err());
    }

    #[test]
    fn only_addresses_of_the_authority_or_of_microsoft_open_by_themselves() {
        let cloud = Authority::of_challenge("https://login.microsoftonline.com/t/oauth2/authorize").unwrap();
        let hand = Authority::by_hand("http://127.0.0.1:9000/t").unwrap();
        let own = Authority::by_hand("https://login.example/t").unwrap();
        let cases = [
            (&cloud, "https://microsoft.com/devicelogin", true),
            (&cloud, "https://login.microsoft.com/device", true),
            (&cloud, "https://microsoft.com.evil.example/devicelogin", false),
            (&cloud, "https://microsoft.com@evil.example/", false),
            (&cloud, "https://x@microsoft.com/devicelogin", false),
            (&cloud, "https://microsoft.com:444/devicelogin", false),
            (&cloud, "http://microsoft.com/devicelogin", false),
            (&cloud, "http://127.0.0.1:9000/device", false),
            (&hand, "http://127.0.0.1:9000/device", true),
            (&hand, "http://127.0.0.1:9001/device", false),
            (&hand, "http://localhost:9000/device", false),
            (&own, "https://login.example/device", true),
            (&own, "https://other.example/device", false),
        ];
        for (authority, url, open) in cases {
            assert_eq!(authority.may_open(&url.parse().unwrap()), open, "{authority} {url}");
        }
    }
}
