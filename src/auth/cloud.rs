//! Microsoft's clouds: where people sign in, what environments are called, and who lists them.
//!
//! Source: [National clouds](https://learn.microsoft.com/power-platform/admin/microsoft-dynamics-365-government) and
//! [Global Discovery Service](https://learn.microsoft.com/power-apps/developer/data-platform/webapi/discover-url-organization-web-api).

use super::{Authority, EnvironmentUrl, Error};

/// One cloud.
#[derive(Debug, PartialEq, Eq)]
pub struct Cloud {
    /// Its name for people.
    pub name: &'static str,
    /// Hosts that people sign in at, the present one first.
    pub authorities: &'static [&'static str],
    /// How the host of an environment ends.
    suffix: &'static str,
    /// Origin of the service that lists environments.
    discovery: &'static str,
}

/// The first that fits is taken: GCC shares its authority with the public cloud, DoD with GCC High, and only the hosts
/// of environments tell them apart.
const CLOUDS: [Cloud; 5] = [
    Cloud {
        name: "GCC",
        authorities: &[],
        suffix: ".crm9.dynamics.com",
        discovery: "https://globaldisco.crm9.dynamics.com",
    },
    Cloud {
        name: "public",
        authorities: &["login.microsoftonline.com", "login.windows.net", "login.microsoft.com"],
        suffix: ".dynamics.com",
        discovery: "https://globaldisco.crm.dynamics.com",
    },
    Cloud {
        name: "GCC High",
        authorities: &["login.microsoftonline.us", "login-us.microsoftonline.com"],
        suffix: ".crm.microsoftdynamics.us",
        discovery: "https://globaldisco.crm.microsoftdynamics.us",
    },
    Cloud {
        name: "DoD",
        authorities: &[],
        suffix: ".crm.appsplatform.us",
        discovery: "https://globaldisco.crm.appsplatform.us",
    },
    Cloud {
        name: "China",
        authorities: &["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
        suffix: ".crm.dynamics.cn",
        discovery: "https://globaldisco.crm.dynamics.cn",
    },
];

impl Cloud {
    /// The cloud that nobody names.
    pub const PUBLIC: &'static Cloud = &CLOUDS[1];

    /// The cloud of an environment, by its host. Regions come and go, so any will do.
    pub fn of_environment(environment: &EnvironmentUrl) -> Option<&'static Cloud> {
        CLOUDS.iter().find(|cloud| environment.host().ends_with(cloud.suffix))
    }

    /// Where its people sign in, of whatever tenant they are.
    ///
    /// # Errors
    ///
    /// Never for the clouds of the table.
    pub(super) fn authority(&self) -> Result<Authority, Error> {
        let own = self.authorities.first();
        let us = self.suffix.ends_with(".us");
        let host = own.unwrap_or(if us { &"login.microsoftonline.us" } else { &"login.microsoftonline.com" });
        Authority::of_challenge(&format!("https://{host}/organizations/oauth2/authorize"))
    }

    /// The cloud that people of an authority work in.
    pub fn of_authority(authority: &Authority) -> Option<&'static Cloud> {
        let host = authority.url().host_str()?;
        CLOUDS.iter().find(|cloud| cloud.authorities.contains(&host))
    }

    /// Where the environments of a person are listed, by what is known: an environment says more than an authority.
    /// Nothing for hosts of no cloud; the public cloud's when nothing is known.
    pub fn discovery(
        environment: Option<&EnvironmentUrl>,
        authority: Option<&Authority>,
    ) -> Option<EnvironmentUrl> {
        let cloud = match (environment, authority) {
            (Some(environment), None) => Cloud::of_environment(environment),
            (Some(environment), Some(authority)) => {
                Cloud::of_environment(environment).or_else(|| Cloud::of_authority(authority))
            }
            (None, Some(authority)) => Cloud::of_authority(authority),
            (None, None) => Some(Cloud::PUBLIC),
        };
        EnvironmentUrl::parse(cloud?.discovery).ok()
    }
}

impl EnvironmentUrl {
    /// The shortest text that people know the environment by: `contoso.crm4`, or the host.
    pub fn short(&self) -> &str {
        self.host().strip_suffix(".dynamics.com").unwrap_or(self.host())
    }

    /// The environment's own name in its address, `contoso`; the host where it is in no cloud.
    pub fn name(&self) -> &str {
        match Cloud::of_environment(self) {
            Some(_) => self.host().split('.').next().unwrap_or(self.host()),
            None => self.host(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(text: &str) -> EnvironmentUrl {
        EnvironmentUrl::parse(text).unwrap()
    }

    fn discovery(url: Option<&str>, authority: Option<&str>) -> Option<String> {
        let url = url.map(environment);
        let authority = authority.map(|text| Authority::by_hand(text).unwrap());
        Cloud::discovery(url.as_ref(), authority.as_ref()).map(|found| found.host().to_owned())
    }

    #[test]
    fn every_cloud_lists_its_own_environments() {
        let cases = [
            (Some("contoso.crm4"), None, Some("globaldisco.crm.dynamics.com")),
            (Some("contoso.crm99"), None, Some("globaldisco.crm.dynamics.com")),
            (Some("contoso.crm9"), None, Some("globaldisco.crm9.dynamics.com")),
            (Some("contoso.crm.microsoftdynamics.us"), None, Some("globaldisco.crm.microsoftdynamics.us")),
            (Some("contoso.crm.appsplatform.us"), None, Some("globaldisco.crm.appsplatform.us")),
            (Some("contoso.crm.dynamics.cn"), None, Some("globaldisco.crm.dynamics.cn")),
            (None, Some("login.microsoftonline.us/t"), Some("globaldisco.crm.microsoftdynamics.us")),
            (
                Some("contoso.crm.appsplatform.us"),
                Some("login.microsoftonline.us/t"),
                Some("globaldisco.crm.appsplatform.us"),
            ),
            (None, Some("login.chinacloudapi.cn/t"), Some("globaldisco.crm.dynamics.cn")),
            (None, None, Some("globaldisco.crm.dynamics.com")),
            (Some("http://127.0.0.1:4711"), None, None),
            (Some("http://127.0.0.1:4711"), Some("http://127.0.0.1:4712/t"), None),
            (None, Some("https://login.example/t"), None),
            (Some("dynamics.com.evil.example"), None, None),
        ];
        for (url, authority, expected) in cases {
            assert_eq!(discovery(url, authority).as_deref(), expected, "{url:?} {authority:?}");
        }
    }

    #[test]
    fn an_environment_has_a_short_name() {
        for (url, short, name) in [
            ("contoso.crm4", "contoso.crm4", "contoso"),
            ("contoso.crm.dynamics.cn", "contoso.crm.dynamics.cn", "contoso"),
            ("http://127.0.0.1:4711", "127.0.0.1:4711", "127.0.0.1:4711"),
        ] {
            assert_eq!((environment(url).short(), environment(url).name()), (short, name));
        }
    }
}
