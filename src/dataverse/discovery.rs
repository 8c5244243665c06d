//! Global Discovery: the environments that a person may enter.
//!
//! [Source](https://learn.microsoft.com/power-apps/developer/data-platform/webapi/discover-url-organization-web-api)

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::request::Request;
use super::transport::Transport;
use super::{EnvironmentKind, Error, Guard, Retry};
use crate::auth::{EnvironmentUrl, Tokens, UrlError};

const ROOT: &str = "/api/discovery/v2.0/";

/// What is read of an environment.
const COLUMNS: &str = "ApiUrl,EnvironmentId,FriendlyName,Id,OrganizationType,Region,State,TenantId,UniqueName,UrlName,Url,\
    Version";

/// The service that lists environments. It is only read.
///
/// Nothing that an answer names is followed: `@odata.context` is an internal host, and the addresses of environments
/// are data.
#[derive(Debug, Clone)]
pub struct Discovery {
    transport: Transport,
}

/// An environment as the service lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Name for people, `Contoso UAT`.
    #[serde(rename = "FriendlyName", default, deserialize_with = "or_default")]
    pub name: String,
    /// `unq883278f5…`.
    #[serde(rename = "UniqueName", default)]
    pub unique_name: Option<String>,
    /// Name in addresses, `contoso-uat`.
    #[serde(rename = "UrlName", default)]
    pub url_name: Option<String>,
    /// Address as it was sent; see [`Instance::address`].
    #[serde(rename = "Url", default, deserialize_with = "or_default")]
    pub url: String,
    /// The second name of the Web API, with `.api.` in its host.
    #[serde(rename = "ApiUrl", default)]
    pub api_url: Option<String>,
    #[serde(rename = "Id", default)]
    pub organization_id: Option<Uuid>,
    #[serde(rename = "EnvironmentId", default)]
    pub environment_id: Option<String>,
    #[serde(rename = "TenantId", default)]
    pub tenant_id: Option<String>,
    /// What the environment is for.
    #[serde(rename = "OrganizationType", default)]
    pub kind: EnvironmentKind,
    /// 0 enabled, 1 disabled.
    #[serde(rename = "State", default)]
    state: Option<i32>,
    /// `EMEA`.
    #[serde(rename = "Region", default)]
    pub region: Option<String>,
    /// `9.2.…`.
    #[serde(rename = "Version", default)]
    pub version: Option<String>,
}

impl Instance {
    /// Its address, checked: whoever wrote the answer decides nothing about schemes, user names and hosts.
    ///
    /// # Errors
    ///
    /// When what was sent is no address of an environment.
    pub fn address(&self) -> Result<EnvironmentUrl, UrlError> {
        EnvironmentUrl::parse(&self.url)
    }

    /// Nobody can work in it now.
    pub fn is_disabled(&self) -> bool {
        self.state.is_some_and(|state| state != 0)
    }
}

#[derive(Deserialize)]
struct Answer {
    value: Vec<Instance>,
}

/// The service writes null where there is no value.
fn or_default<'de, D: serde::Deserializer<'de>, T: Default + Deserialize<'de>>(
    from: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

impl Discovery {
    /// A client that sends nothing yet. The tokens must be for the service itself.
    pub fn new(service: EnvironmentUrl, http: crate::http::Client, tokens: Tokens, retry: Retry) -> Self {
        let guard = Guard::locked("Global Discovery is only read.");
        Self { transport: Transport::new(service, ROOT, http, tokens, guard, retry) }
    }

    /// The environments of the person whose token it is, in the order of the service; none is an answer too. Those
    /// that a security group closes to them are left out by the service.
    ///
    /// # Errors
    ///
    /// As every read of the Web API.
    pub async fn instances(&self) -> Result<Vec<Instance>, Error> {
        let path = format!("Instances?$select={COLUMNS}");
        Ok(self.transport.send(Request::get(path)).await?.decode::<Answer>()?.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_is_understood_also_where_much_of_it_is_missing() {
        let text = r#"{"@odata.context":"https://10.0.1.76:20193/x","value":[
            {"FriendlyName":"Contoso","Url":"https://contoso.crm4.dynamics.com/","State":1,"OrganizationType":99,"Odd":{}},
            {"FriendlyName":null,"Url":null,"OrganizationType":null}]}"#;
        let answer: Answer = serde_json::from_str(text).unwrap();
        let [contoso, nothing] = &answer.value[..] else { panic!("{:?}", answer.value.len()) };
        assert_eq!(contoso.address().unwrap().origin(), "https://contoso.crm4.dynamics.com");
        assert!(contoso.is_disabled() && contoso.kind.is_production() && !contoso.kind.is_known());
        assert!(nothing.name.is_empty() && nothing.address().is_err() && !nothing.is_disabled());
        assert!(serde_json::from_str::<Answer>(r#"{"value":[]}"#).unwrap().value.is_empty());
    }

    #[test]
    fn what_is_written_down_is_read_again() {
        let text = r#"{"FriendlyName":"Contoso","Url":"u","OrganizationType":5,"State":0,
            "Id":"883278f5-07af-45eb-a0bc-3fea67caa544"}"#;
        let one: Instance = serde_json::from_str(text).unwrap();
        let again: Instance = serde_json::from_str(&serde_json::to_string(&one).unwrap()).unwrap();
        assert_eq!(one, again);
    }
}
