//! The address of an environment.

use std::fmt;

use url::{Host, Url};

use crate::http::is_loopback;

/// The address of an environment: an origin, https, or http on loopback.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EnvironmentUrl {
    origin: String,
}

/// Why a text is not the address of an environment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// Nothing there.
    #[error("the address of the environment is empty")]
    Empty,
    /// Not an address at all.
    #[error("`{0}` is not the address of an environment")]
    Malformed(String),
    /// A single name, without the part that says in which region it is.
    #[error("`{0}` lacks the region")]
    NoRegion(String),
    /// Neither https nor loopback.
    #[error("`{0}` is not https: a token would travel in the clear")]
    NotHttps(String),
    /// Holds a user name or a password.
    #[error("an address with a user name in it is not accepted")]
    Credentials,
}

impl EnvironmentUrl {
    /// Takes what people have at hand: `contoso.crm4`, a host name, or any address copied from a browser; path,
    /// query and fragment are dropped.
    ///
    /// # Errors
    ///
    /// For another scheme than https (http on loopback excepted), user names, control characters, and names from
    /// which no host follows.
    pub fn parse(text: &str) -> Result<EnvironmentUrl, UrlError> {
        let text = text.trim();
        let malformed = || UrlError::Malformed(text.to_owned());
        if text.is_empty() {
            return Err(UrlError::Empty);
        }
        if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
            return Err(malformed());
        }
        let url = match text.contains("://") {
            true => Url::parse(text),
            false => Url::parse(&format!("https://{text}")),
        };
        let mut url = url.map_err(|_| malformed())?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(UrlError::Credentials);
        }
        let loopback = is_loopback(&url);
        if loopback && !text.contains("://") {
            url.set_scheme("http").map_err(|()| malformed())?;
        }
        match url.scheme() {
            "https" => {}
            "http" if loopback => {}
            "http" => return Err(UrlError::NotHttps(text.to_owned())),
            _ => return Err(malformed()),
        }
        if let Some(Host::Domain(name)) = url.host() {
            let full = full_name(name).ok_or_else(|| UrlError::NoRegion(name.to_owned()))?;
            url.set_host(Some(&full)).map_err(|_| malformed())?;
        }
        Ok(EnvironmentUrl { origin: url.origin().ascii_serialization() })
    }

    /// Scheme, host and port, without a slash at the end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Host, and the port if it is not the scheme's own.
    pub fn host(&self) -> &str {
        self.origin.split_once("://").map_or("", |(_, host)| host)
    }

    /// Whether an address is on this origin, by its parsed scheme, host and port.
    pub fn holds(&self, url: &Url) -> bool {
        url.origin().ascii_serialization() == self.origin
    }
}

/// The complete host name, or nothing for a single name that is no host of its own.
fn full_name(name: &str) -> Option<String> {
    let name = name.trim_end_matches('.');
    let labels: Vec<&str> = name.split('.').collect();
    match labels.as_slice() {
        [.., "localhost"] => Some(name.to_owned()),
        [_] => None,
        [_, region] | [_, "api", region] if is_region(region) => {
            Some(format!("{}.{region}.dynamics.com", labels[0]))
        }
        // The Web API has a second name; tokens and links are for the first.
        [environment, "api", region, "dynamics", "com"] if is_region(region) => {
            Some(format!("{environment}.{region}.dynamics.com"))
        }
        _ => Some(name.to_owned()),
    }
}

/// `crm` or `crm4`. New regions get new numbers, so any number will do.
fn is_region(label: &str) -> bool {
    label
        .strip_prefix("crm")
        .is_some_and(|number| number.len() <= 3 && number.bytes().all(|b| b.is_ascii_digit()))
}

impl fmt::Display for EnvironmentUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

impl std::str::FromStr for EnvironmentUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<EnvironmentUrl, UrlError> {
        EnvironmentUrl::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_is_known_by_what_people_have_at_hand() {
        let cases = [
            ("contoso.crm4", "https://contoso.crm4.dynamics.com"),
            ("Contoso.CRM", "https://contoso.crm.dynamics.com"),
            (" contoso.crm4.dynamics.com ", "https://contoso.crm4.dynamics.com"),
            ("https://contoso.crm4.dynamics.com/", "https://contoso.crm4.dynamics.com"),
            ("https://contoso.crm4.dynamics.com/main.aspx?appid=1#x", "https://contoso.crm4.dynamics.com"),
            ("contoso.crm4.dynamics.com/api/data/v9.2/", "https://contoso.crm4.dynamics.com"),
            ("https://contoso.crm4.dynamics.com:443", "https://contoso.crm4.dynamics.com"),
            ("contoso.crm4.dynamics.com.", "https://contoso.crm4.dynamics.com"),
            ("contoso.api.crm4.dynamics.com", "https://contoso.crm4.dynamics.com"),
            ("contoso.crm.microsoftdynamics.us", "https://contoso.crm.microsoftdynamics.us"),
            ("crm.contoso.example:8443/x", "https://crm.contoso.example:8443"),
            ("http://127.0.0.1:4711/", "http://127.0.0.1:4711"),
            ("localhost:4711", "http://localhost:4711"),
            ("https://localhost:4711", "https://localhost:4711"),
            ("http://[::1]:80", "http://[::1]"),
        ];
        for (text, origin) in cases {
            assert_eq!(EnvironmentUrl::parse(text).map(|url| url.origin), Ok(origin.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_could_leak_a_token_is_no_environment() {
        let not_https = |text: &str| Err(UrlError::NotHttps(text.to_owned()));
        let malformed = |text: &str| Err(UrlError::Malformed(text.to_owned()));
        let cases = [
            ("", Err(UrlError::Empty)),
            ("contoso", Err(UrlError::NoRegion("contoso".into()))),
            ("http://contoso.crm4.dynamics.com", not_https("http://contoso.crm4.dynamics.com")),
            ("http://localhost.evil.example", not_https("http://localhost.evil.example")),
            ("https://user@contoso.crm4.dynamics.com", Err(UrlError::Credentials)),
            ("https://contoso.crm4.dynamics.com:x", malformed("https://contoso.crm4.dynamics.com:x")),
            ("ftp://contoso.crm4.dynamics.com", malformed("ftp://contoso.crm4.dynamics.com")),
            ("file:///etc/passwd", malformed("file:///etc/passwd")),
            ("con\u{1b}toso.crm4", malformed("con\u{1b}toso.crm4")),
            ("contoso crm4", malformed("contoso crm4")),
            ("https:\\\\evil.example", malformed("https:\\\\evil.example")),
        ];
        for (text, expected) in cases {
            assert_eq!(EnvironmentUrl::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn only_the_same_scheme_host_and_port_is_held() {
        let environment = EnvironmentUrl::parse("contoso.crm4").unwrap();
        let cases = [
            ("https://contoso.crm4.dynamics.com/api/data/v9.2/accounts?$skiptoken=1", true),
            ("https://contoso.crm4.dynamics.com:443/x", true),
            ("http://contoso.crm4.dynamics.com/x", false),
            ("https://contoso.crm4.dynamics.com:444/x", false),
            ("https://contoso.crm4.dynamics.com.evil.example/x", false),
            ("https://contoso.crm4.dynamics.com@evil.example/x", false),
        ];
        for (url, held) in cases {
            assert_eq!(environment.holds(&url.parse().unwrap()), held, "{url}");
        }
    }
}
