//! From the address of an environment to where and for what a person signs in.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::challenge::Challenge;
use super::probe::probe;
use super::store::Key;
use super::{
    Asked, Authority, Cloud, Credential, CredentialSource, DEFAULT_CLIENT_ID, Endpoints, EnvironmentUrl,
    Error, Version,
};
use crate::http;

/// What answers at an address, as far as the anonymous probe needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Service {
    /// The Web API of an environment.
    #[default]
    WebApi,
    /// Global Discovery, which lists environments.
    Discovery,
}

/// What was asked for, as it was given.
#[derive(Debug, Clone)]
pub struct Request {
    /// The environment, or the service.
    pub environment: EnvironmentUrl,
    /// What is there.
    pub service: Service,
    /// An authority given by hand; otherwise the environment's challenge names it.
    pub authority: Option<String>,
    /// A tenant given by hand.
    pub tenant: Option<String>,
    /// Application id; [`DEFAULT_CLIENT_ID`] without one.
    pub client_id: Option<String>,
    /// Scopes; `<environment>/.default offline_access openid profile` without any.
    pub scope: Option<String>,
    /// Which endpoints of the authority are used.
    pub version: Version,
    /// Which account's kept sign-in is meant; the newest one without.
    pub account: Option<String>,
    /// An application signs in, and proves itself with this.
    pub application: Option<CredentialSource>,
    /// The application's secret, where it was handed over.
    pub client_secret: Option<SecretString>,
    /// Opens the application's certificate.
    pub certificate_password: Option<SecretString>,
}

/// Where and for what a person signs in.
#[derive(Debug, Clone)]
pub struct Target {
    /// The environment that the token is for.
    pub environment: EnvironmentUrl,
    /// Where to sign in.
    pub authority: Authority,
    /// The authority's endpoints.
    pub endpoints: Endpoints,
    /// Application id.
    pub client_id: String,
    /// What a person's sign-in asks for.
    pub asked: Asked,
    /// What an application asks for.
    pub asked_by_application: Asked,
    /// What is odd but stops nothing.
    pub warnings: Vec<String>,
}

impl Request {
    /// A request with nothing but the environment.
    pub fn new(environment: EnvironmentUrl) -> Request {
        Request {
            environment,
            service: Service::default(),
            authority: None,
            tenant: None,
            client_id: None,
            scope: None,
            version: Version::default(),
            account: None,
            application: None,
            client_secret: None,
            certificate_password: None,
        }
    }

    /// The application id in force.
    pub fn client_id(&self) -> &str {
        self.client_id.as_deref().unwrap_or(DEFAULT_CLIENT_ID)
    }

    /// The proof of the application that is to sign in; nothing where a person is.
    ///
    /// # Errors
    ///
    /// [`Error::Credential`] when it cannot be read or used.
    pub fn credential(&self) -> Result<Option<Credential>, Error> {
        match (&self.application, &self.client_secret) {
            (None, _) => Ok(None),
            (Some(CredentialSource::Handed), Some(secret)) => {
                Credential::secret(secret.expose_secret()).map(Some)
            }
            (Some(source), _) => Credential::read(source, self.certificate_password.as_ref()).map(Some),
        }
    }

    /// What is known of the key of the kept sign-in without asking anybody.
    ///
    /// # Errors
    ///
    /// When the authority or the tenant makes no sense.
    pub fn authority_by_hand(&self) -> Result<Option<Authority>, Error> {
        let Some(given) = &self.authority else { return Ok(None) };
        let authority = Authority::by_hand(given)?;
        match &self.tenant {
            Some(tenant) => authority.with_tenant(tenant).map(Some),
            None => Ok(Some(authority)),
        }
    }

    /// Finds out where to sign in: asks the environment anonymously, reads its challenge, checks the authority,
    /// and finds the authority's endpoints.
    ///
    /// # Errors
    ///
    /// When the environment cannot be reached or does not answer like one, and when its authority is neither a
    /// known cloud's nor given by hand.
    pub async fn target(&self, http: &http::Client) -> Result<Target, Error> {
        let by_hand = self.authority_by_hand()?;
        // As a script gives it whose variable is not set.
        if self.client_id().trim().is_empty() {
            return Err(Error::Setting { given: self.client_id().to_owned(), what: "an application id" });
        }
        let mut warnings = Vec::new();
        let challenge = probe(http, &self.environment, self.service).await?.challenge().cloned();
        let authority = match by_hand {
            Some(authority) => self.check_by_hand(authority, challenge, &mut warnings)?,
            None => self.follow(challenge)?,
        };
        let endpoints = Endpoints::of(http, &authority, self.version)
            .await
            .map_err(|source| Error::Network { whom: "sign-in service", source })?;
        tracing::info!(host = self.environment.host(), authority = authority.as_str(), "sign-in target");
        Ok(Target {
            environment: self.environment.clone(),
            authority,
            endpoints,
            client_id: self.client_id().to_owned(),
            asked: Asked::for_person(&self.environment, self.version, self.scope.as_deref()),
            asked_by_application: Asked::for_application(
                &self.environment,
                self.version,
                self.scope.as_deref(),
            ),
            warnings,
        })
    }

    /// The authority that the challenge names, for the tenant given by hand if there is one.
    fn follow(&self, challenge: Result<Challenge, String>) -> Result<Authority, Error> {
        let host = self.environment.host().to_owned();
        let is_known = self.service == Service::Discovery;
        if let Some(cloud) = Cloud::of_environment(&self.environment).filter(|_| is_known) {
            let names_one = challenge.as_ref().is_ok_and(|challenge| challenge.authorization_uri.is_some());
            if !names_one {
                // It is our table that knows the service, so the table may say where its people sign in.
                let authority = cloud.authority()?;
                return match &self.tenant {
                    Some(tenant) => authority.with_tenant(tenant),
                    None => Ok(authority),
                };
            }
        }
        let challenge = challenge.map_err(|what| Error::NotAnEnvironment { host: host.clone(), what })?;
        let Some(uri) = &challenge.authorization_uri else {
            let what = "its challenge names no authority".to_owned();
            return Err(Error::NotAnEnvironment { host, what });
        };
        // Discovery has had several names; what is asked for is a token for the address in hand, whatever it says.
        if self.service == Service::WebApi
            && let Some(resource) = foreign_resource(&challenge, &self.environment)
        {
            return Err(Error::ForeignResource { host, resource });
        }
        let authority = Authority::of_challenge(uri)?;
        match &self.tenant {
            Some(tenant) => authority.with_tenant(tenant),
            None => Ok(authority),
        }
    }

    /// An authority by hand stands; what the environment says against it is a warning.
    fn check_by_hand(
        &self,
        authority: Authority,
        challenge: Result<Challenge, String>,
        warnings: &mut Vec<String>,
    ) -> Result<Authority, Error> {
        let host = self.environment.host();
        let challenge = match challenge {
            Ok(challenge) => challenge,
            Err(what) => {
                warnings.push(format!("{host} does not answer like an environment: {what}"));
                return Ok(authority);
            }
        };
        if let Some(resource) = foreign_resource(&challenge, &self.environment) {
            warnings.push(format!("{host} asks for a sign-in to another environment: {resource}"));
        }
        let Some(tenant) = challenge.authorization_uri.as_deref().and_then(Authority::tenant_in) else {
            return Ok(authority);
        };
        if authority.is_known_cloud() && authority.path_parts() == 0 {
            return authority.with_tenant(&tenant);
        }
        match authority.tenant() {
            Some(given) if !given.eq_ignore_ascii_case(&tenant) && is_guid(given) && is_guid(&tenant) => {
                warnings.push(format!("the environment belongs to tenant {tenant}, not to {given}"));
            }
            _ => {}
        }
        Ok(authority)
    }
}

impl Target {
    /// Under what the sign-in of an account is kept.
    pub fn key(&self, account: Option<&str>) -> Key {
        Key {
            environment: self.environment.origin().to_owned(),
            client_id: self.client_id.clone(),
            authority: self.authority.as_str().to_owned(),
            account: account.map(ToOwned::to_owned),
        }
    }
}

impl Service {
    /// What is asked for without a token.
    pub(super) fn probed(self) -> &'static str {
        match self {
            Service::WebApi => "/api/data/v9.2/",
            Service::Discovery => "/api/discovery/v2.0/Instances",
        }
    }
}

/// What the challenge is for, if that is not the environment that was asked.
pub fn foreign_resource(challenge: &Challenge, environment: &EnvironmentUrl) -> Option<String> {
    let resource = challenge.resource_id.as_deref()?;
    match Url::parse(resource) {
        Ok(url) if environment.holds(&url) => None,
        _ => Some(resource.to_owned()),
    }
}

fn is_guid(text: &str) -> bool {
    uuid::Uuid::try_parse(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: &str = "11111111-2222-3333-4444-555555555555";

    fn request(authority: Option<&str>, tenant: Option<&str>) -> Request {
        let environment = EnvironmentUrl::parse("contoso.crm4").unwrap();
        Request {
            authority: authority.map(Into::into),
            tenant: tenant.map(Into::into),
            ..Request::new(environment)
        }
    }

    fn challenge(host: &str, resource: &str) -> Challenge {
        Challenge {
            authorization_uri: Some(format!("https://{host}/{TENANT}/oauth2/authorize")),
            resource_id: Some(resource.to_owned()),
            ..Challenge::default()
        }
    }

    #[test]
    fn the_challenge_names_authority_and_tenant_unless_a_tenant_is_given() {
        let fine = || Ok(challenge("login.microsoftonline.com", "https://contoso.crm4.dynamics.com/"));
        let authority = request(None, None).follow(fine()).unwrap();
        assert_eq!(authority.as_str(), format!("https://login.microsoftonline.com/{TENANT}"));
        let authority = request(None, Some("contoso.example")).follow(fine()).unwrap();
        assert_eq!(authority.as_str(), "https://login.microsoftonline.com/contoso.example");
    }

    #[test]
    fn a_challenge_for_another_environment_is_refused() {
        for resource in ["https://evil.example/", "http://contoso.crm4.dynamics.com/", "contoso"] {
            let error =
                request(None, None).follow(Ok(challenge("login.microsoftonline.com", resource))).unwrap_err();
            assert!(matches!(error, Error::ForeignResource { .. }), "{resource}: {error:?}");
        }
    }

    #[test]
    fn against_an_authority_by_hand_the_challenge_only_warns() {
        let other = "99999999-2222-3333-4444-555555555555";
        let given = format!("http://127.0.0.1:9/{other}");
        let request = request(Some(&given), None);
        let by_hand = request.authority_by_hand().unwrap().unwrap();
        let mut warnings = Vec::new();
        let challenge = Ok(challenge("login.microsoftonline.com", "https://contoso.crm4.dynamics.com/"));
        let authority = request.check_by_hand(by_hand, challenge, &mut warnings).unwrap();
        assert_eq!(authority.as_str(), given);
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].contains(TENANT) && warnings[0].contains(other));
    }

    #[test]
    fn where_people_sign_in_to_be_listed_is_known_also_when_the_service_does_not_say_so() {
        for (service, authority) in [
            ("globaldisco.crm.dynamics.com", "https://login.microsoftonline.com/organizations"),
            ("globaldisco.crm9.dynamics.com", "https://login.microsoftonline.com/organizations"),
            ("globaldisco.crm.appsplatform.us", "https://login.microsoftonline.us/organizations"),
        ] {
            let asked = Request {
                service: Service::Discovery,
                ..Request::new(EnvironmentUrl::parse(service).unwrap())
            };
            for silent in [Ok(Challenge::default()), Err("a page".to_owned())] {
                assert_eq!(asked.follow(silent).unwrap().as_str(), authority, "{service}");
            }
            let said = challenge("login.microsoftonline.com", "https://disco.crm.dynamics.com/");
            assert!(asked.follow(Ok(said)).unwrap().as_str().ends_with(TENANT), "what it says comes first");
            let elsewhere = challenge("login.evil.example", "https://disco.crm.dynamics.com/");
            assert!(asked.follow(Ok(elsewhere)).is_err());
        }
        let unknown = Request {
            service: Service::Discovery,
            ..Request::new(EnvironmentUrl::parse("https://disco.example").unwrap())
        };
        assert!(unknown.follow(Ok(Challenge::default())).is_err());
    }

    #[test]
    fn a_cloud_by_hand_without_a_tenant_takes_the_challenges() {
        let request = request(Some("https://login.microsoftonline.us"), None);
        let by_hand = request.authority_by_hand().unwrap().unwrap();
        let challenge = Ok(challenge("login.microsoftonline.us", "https://contoso.crm4.dynamics.com/"));
        let authority = request.check_by_hand(by_hand, challenge, &mut Vec::new()).unwrap();
        assert_eq!(authority.as_str(), format!("https://login.microsoftonline.us/{TENANT}"));
    }
}
