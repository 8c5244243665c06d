//! Scopes: which resource is meant and what may be asked of it.

use super::refusal::Refusal;
use crate::sandbox::sites::{Origin, Sites};

const OIDC: [&str; 4] = ["openid", "profile", "email", "offline_access"];
const GRAPH: &str = "https://graph.microsoft.com";
/// Resources that exist in every tenant, so that a token for the wrong one can be seen to be refused.
const ELSEWHERE: [&str; 5] = [
    GRAPH,
    "00000003-0000-0000-c000-000000000000",
    "00000007-0000-0000-c000-000000000000",
    "https://management.azure.com",
    "https://management.core.windows.net",
];

/// One resource and what is asked of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The audience of the token: the resource as it was spelled, with or without a slash.
    pub(crate) audience: String,
    /// Whether it is an environment or Global Discovery, which the registration has to list.
    pub(crate) dataverse: bool,
    permissions: Vec<String>,
}

/// A scope parameter, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) openid: bool,
    pub(crate) offline_access: bool,
    /// The first resource named; with nothing but OpenID scopes it is Microsoft Graph.
    pub(crate) first: Asked,
    others: Vec<Asked>,
}

impl Scope {
    /// Reads a scope parameter. Everything before the last slash of a scope is the resource, verbatim.
    pub(crate) fn parse(text: &str, sites: &Sites) -> Result<Scope, Refusal> {
        let (mut openid, mut offline_access) = (false, false);
        let mut resources: Vec<Asked> = Vec::new();
        for word in text.split_ascii_whitespace() {
            if OIDC.contains(&word) {
                openid |= word == "openid";
                offline_access |= word == "offline_access";
                continue;
            }
            let (audience, permission) = match word.rsplit_once('/') {
                Some((audience, permission)) if !audience.is_empty() && !permission.is_empty() => {
                    (audience, permission)
                }
                None if word.contains('.') => (GRAPH, word),
                _ => return Err(invalid(word)),
            };
            let dataverse = known(audience, sites)?;
            if dataverse && !matches!(permission, ".default" | "user_impersonation") {
                return Err(invalid(word));
            }
            match resources.iter_mut().find(|asked| asked.audience == audience) {
                Some(asked) => asked.permissions.push(permission.to_owned()),
                None => resources.push(Asked {
                    audience: audience.to_owned(),
                    dataverse,
                    permissions: vec![permission.to_owned()],
                }),
            }
        }
        let all: Vec<&String> = resources.iter().flat_map(|asked| &asked.permissions).collect();
        if all.len() > 1 && all.iter().any(|permission| *permission == ".default") {
            let text = format!(
                "The provided value for the input parameter 'scope' is not valid. The scope '{text}' combines .default \
                 with other scopes."
            );
            return Err(Refusal::new(70011, text));
        }
        let mut others = resources.into_iter();
        let first = others.next().unwrap_or_else(|| Asked {
            audience: GRAPH.to_owned(),
            dataverse: false,
            permissions: vec!["User.Read".to_owned()],
        });
        Ok(Scope { openid, offline_access, first, others: others.collect() })
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Asked> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The one resource of a token request.
    pub(crate) fn single(&self) -> Result<&Asked, Refusal> {
        if self.others.is_empty() {
            return Ok(&self.first);
        }
        Err(Refusal::new(700022, "The scope names several resources; ask for one at a time."))
    }
}

impl Asked {
    /// Whether nothing but the registered permissions is asked for, the only way for an application by itself.
    pub(crate) fn is_default(&self) -> bool {
        self.permissions == [".default"]
    }

    /// The `scp` claim.
    pub(crate) fn scp(&self) -> String {
        let names = self.permissions.iter().map(|name| match (name.as_str(), self.dataverse) {
            (".default", true) => "user_impersonation",
            (".default", false) => "User.Read",
            (name, _) => name,
        });
        names.collect::<Vec<_>>().join(" ")
    }

    /// The `scope` of the answer: the granted permissions, and `.default` itself when it was asked for, by which
    /// client libraries find the token again.
    pub(crate) fn granted(&self) -> String {
        let mut words: Vec<String> =
            self.scp().split(' ').map(|name| format!("{}/{name}", self.audience)).collect();
        if self.is_default() {
            words.push(format!("{}/.default", self.audience));
        }
        words.join(" ")
    }
}

/// Whether a resource is Dataverse's; an unknown one is refused.
fn known(resource: &str, sites: &Sites) -> Result<bool, Refusal> {
    match sites.named_by(resource) {
        Some(Origin::Api(_) | Origin::Discovery) => return Ok(true),
        Some(_) => return Ok(false),
        None => {}
    }
    let bare = resource.strip_suffix('/').unwrap_or(resource);
    if ELSEWHERE.iter().any(|known| known.eq_ignore_ascii_case(bare)) {
        return Ok(false);
    }
    let text = format!(
        "The resource principal named {resource} was not found in the tenant named Contoso. This can happen if the \
         application has not been installed by the administrator of the tenant or consented to by any user in the \
         tenant. You might have sent your authentication request to the wrong tenant."
    );
    Err(Refusal::new(500011, text))
}

fn invalid(word: &str) -> Refusal {
    let text = format!(
        "The provided value for the input parameter 'scope' is not valid. The scope '{word}' does not exist."
    );
    Refusal::new(70011, text)
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;

    fn parse(text: &str) -> Result<Scope, u32> {
        let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let sites = Sites {
            tls: false,
            api: vec![at(81)],
            entra: at(82),
            discovery: at(83),
            foreign: Some(at(84)),
            controls: None,
        };
        Scope::parse(text, &sites).map_err(|refusal| refusal.code.unwrap())
    }

    #[test]
    fn everything_before_the_last_slash_is_the_resource() {
        for (text, audience, granted) in [
            (
                "http://127.0.0.1:81/.default",
                "http://127.0.0.1:81",
                "http://127.0.0.1:81/user_impersonation http://127.0.0.1:81/.default",
            ),
            (
                "http://127.0.0.1:81//.default openid",
                "http://127.0.0.1:81/",
                "http://127.0.0.1:81//user_impersonation http://127.0.0.1:81//.default",
            ),
            (
                "offline_access http://127.0.0.1:81//user_impersonation",
                "http://127.0.0.1:81/",
                "http://127.0.0.1:81//user_impersonation",
            ),
            ("User.Read", "https://graph.microsoft.com", "https://graph.microsoft.com/User.Read"),
            ("openid profile", "https://graph.microsoft.com", "https://graph.microsoft.com/User.Read"),
        ] {
            let scope = parse(text).unwrap();
            let asked = scope.single().unwrap();
            assert_eq!((asked.audience.as_str(), asked.granted().as_str()), (audience, granted), "{text}");
        }
    }

    #[test]
    fn scopes_that_make_no_sense_are_refused_by_number() {
        for (text, code) in [
            ("http://127.0.0.1:81/everything", 70011),
            ("nonsense", 70011),
            ("http://127.0.0.1:81/.default http://127.0.0.1:81/user_impersonation", 70011),
            ("https://typo.crm4.dynamics.com/.default", 500011),
        ] {
            assert_eq!(parse(text), Err(code), "{text}");
        }
        let two = parse("http://127.0.0.1:81/user_impersonation User.Read").unwrap();
        assert_eq!(two.single().unwrap_err().code, Some(700022));
    }
}
