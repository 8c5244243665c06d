//! The place this process runs in, for explanations: proxies and the terminal.

use super::Environment;

/// The proxies that the environment names. The system may have settings of its own besides.
#[derive(Clone, Default)]
pub struct Proxies {
    /// Variable and address, the first that is set.
    https: Option<(&'static str, String)>,
    /// Hosts that are reached without one.
    none: Vec<String>,
}

/// A proxy on the way to a host. Names and passwords are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// The variable that names it.
    pub variable: &'static str,
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
}

/// What the terminal says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terminal {
    /// `TERM`.
    pub name: Option<String>,
    /// `COLORTERM` promises 16 million colours.
    pub true_color: bool,
    /// Inside tmux.
    pub tmux: bool,
    /// Inside GNU screen.
    pub screen: bool,
}

impl Proxies {
    pub(super) fn of(environment: &Environment) -> Proxies {
        let text = |name: &&'static str| {
            let value = environment.text(name).ok().flatten()?;
            Some((*name, value))
        };
        let https = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"].iter().find_map(text);
        let none = ["NO_PROXY", "no_proxy"].iter().find_map(text);
        let none = none.map(|(_, list)| list).unwrap_or_default();
        let none = none.split(',').map(|host| host.trim().trim_start_matches('.').to_lowercase());
        Proxies { https, none: none.filter(|host| !host.is_empty()).collect() }
    }

    /// The proxy on the way to an https host, if there is one.
    pub fn to(&self, host: &str) -> Option<Proxy> {
        let host = host.to_lowercase();
        let name = host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok());
        let name = name.map_or(host.as_str(), |(name, _)| name);
        let is_within = |domain: &String| {
            domain == "*"
                || name == domain
                || name.strip_suffix(domain.as_str()).is_some_and(|rest| rest.ends_with('.'))
        };
        if self.none.iter().any(is_within) {
            return None;
        }
        let (variable, address) = self.https.as_ref()?;
        let url = match address.contains("://") {
            true => url::Url::parse(address),
            false => url::Url::parse(&format!("http://{address}")),
        };
        let url = url.ok()?;
        let usual = if url.scheme().starts_with("socks") { 1080 } else { 80 };
        Some(Proxy {
            variable,
            host: url.host_str()?.to_owned(),
            port: url.port_or_known_default().unwrap_or(usual),
        })
    }
}

impl std::fmt::Debug for Proxies {
    /// The address may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let variable = self.https.as_ref().map(|(variable, _)| variable);
        f.debug_struct("Proxies").field("https", &variable).field("none", &self.none).finish()
    }
}

impl Terminal {
    /// What the environment tells of it.
    pub fn of(environment: &Environment) -> Terminal {
        Terminal {
            name: environment.text("TERM").ok().flatten(),
            true_color: environment.is("COLORTERM", "truecolor") || environment.is("COLORTERM", "24bit"),
            tmux: environment.has("TMUX"),
            screen: environment.has("STY"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(pairs: &[(&str, &str)]) -> Proxies {
        Proxies::of(&pairs.iter().copied().collect())
    }

    #[test]
    fn the_proxy_of_the_environment_is_named_without_its_password() {
        let proxies = proxies(&[("https_proxy", "http://anna:secret@proxy.example:3128/")]);
        let proxy = proxies.to("contoso.crm4.dynamics.com").unwrap();
        assert_eq!((proxy.variable, proxy.host.as_str(), proxy.port), ("https_proxy", "proxy.example", 3128));
        assert!(!format!("{proxies:?} {proxy:?}").contains("secret"));
        assert_eq!(Proxies::default().to("x"), None);
    }

    #[test]
    fn hosts_that_are_excepted_need_no_proxy() {
        let set = |none: &'static str| proxies(&[("HTTPS_PROXY", "proxy:8080"), ("NO_PROXY", none)]);
        let host = "contoso.crm4.dynamics.com:443";
        for none in ["*", "dynamics.com", ".dynamics.com", "x, Contoso.crm4.dynamics.com"] {
            assert_eq!(set(none).to(host), None, "{none}");
        }
        for none in ["", "amics.com", "crm4.dynamics.com.example"] {
            assert_eq!(set(none).to(host).map(|proxy| proxy.port), Some(8080), "{none}");
        }
    }
}
