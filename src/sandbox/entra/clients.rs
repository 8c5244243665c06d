//! The registered applications, what each may do, and the rules of redirect addresses.

use ring::digest;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256};
use serde_json::Value;
use url::{Host, Url};
use uuid::{Uuid, uuid};

use super::keys::{self, decode, encode, rsa_key};
use super::refusal::Refusal;
use crate::sandbox::users::{CONFIDENTIAL_CLIENT, UNREGISTERED_CLIENT};
use crate::sandbox::{Error, tls};

/// The public id for development that Microsoft documents for Dataverse.
pub(crate) const PUBLIC_CLIENT: Uuid = uuid!("51f81489-12ee-4a9e-aaae-a2591f45987d");
const AZURE_CLI: Uuid = uuid!("04b07795-8ddb-461a-bbee-02f9e1bf7b46");
/// Known, but nobody consented to it.
const WITHOUT_CONSENT: Uuid = uuid!("3e0c65a1-0000-4650-8100-0000000065a1");
/// Known, but Dataverse is not among its permissions.
const WITHOUT_PERMISSION: Uuid = uuid!("3e0c65a1-0000-4650-8570-000000650057");
/// Registered nowhere.
const UNKNOWN: Uuid = uuid!("3e0c65a1-0000-4700-8160-000000700016");
/// Known, but its public client flows are switched off.
const NOT_PUBLIC: Uuid = uuid!("3e0c65a1-0000-4700-8218-000007000218");
/// Known, but its secret's time is over.
const SECRET_EXPIRED: Uuid = uuid!("3e0c65a1-0000-4700-8222-000007000222");
/// Known, but nobody has been assigned to it.
const NOT_ASSIGNED: Uuid = uuid!("3e0c65a1-0000-4501-8050-000000050105");
/// Gets its tokens, but the environments keep it out.
pub(crate) const RESTRICTED: Uuid = uuid!("3e0c65a1-0000-4800-895f-0000080095fc");

/// The client ids that are there to fail, by the AADSTS number or the Web API's code of the failure.
pub(crate) const FAILING_CLIENTS: &[(&str, Uuid)] = &[
    ("65001", WITHOUT_CONSENT),
    ("650057", WITHOUT_PERMISSION),
    ("700016", UNKNOWN),
    ("7000218", NOT_PUBLIC),
    ("7000222", SECRET_EXPIRED),
    ("50105", NOT_ASSIGNED),
    ("0x80072560", UNREGISTERED_CLIENT),
    ("0x80095ffc", RESTRICTED),
];

/// The key of the confidential client, no secret either: see `assets/sandbox/KEYS.md`.
const CLIENT_KEY: &str = include_str!("../../../assets/sandbox/client-key.pem");

/// How a client proved who it is, as `appidacr` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    None,
    Secret,
    Certificate,
}

impl Proof {
    pub(crate) fn acr(self) -> &'static str {
        match self {
            Proof::None => "0",
            Proof::Secret => "1",
            Proof::Certificate => "2",
        }
    }
}

/// What a registration has to prove its client with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Credentials {
    None,
    /// The secret and the certificate of the ready line.
    Current,
    /// That secret, whose time is over.
    Expired,
}

/// A registered application.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) id: Uuid,
    pub(crate) name: &'static str,
    /// Public clients have no secret and must not send one.
    pub(crate) public: bool,
    credentials: Credentials,
    redirects: &'static [&'static str],
    /// Whether somebody consented to it.
    pub(crate) consented: bool,
    /// Whether its registration lists Dataverse.
    pub(crate) lists_dataverse: bool,
    /// Whether people may use it, where that has to be assigned.
    pub(crate) assigned: bool,
}

/// All registered applications, with what proves the confidential one.
pub(crate) struct Clients {
    all: Vec<Client>,
    pub(crate) secret: String,
    pub(crate) certificate_pem: String,
    thumbprints: [String; 2],
    public_key: ring::rsa::PublicKeyComponents<Vec<u8>>,
}

impl std::fmt::Debug for Clients {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Clients").field("all", &self.all).finish_non_exhaustive()
    }
}

const NATIVE: &[&str] =
    &["http://localhost", "http://127.0.0.1", "app://58145B91-0C36-4500-8554-080854F2AC97"];

impl Clients {
    /// Makes the confidential client's secret and certificate anew.
    pub(crate) fn new(keys: &keys::Keys) -> Result<Clients, Error> {
        let public = |id, name| Client {
            id,
            name,
            public: true,
            credentials: Credentials::None,
            redirects: NATIVE,
            consented: true,
            lists_dataverse: true,
            assigned: true,
        };
        let confidential = |id, name, credentials| Client {
            public: false,
            credentials,
            redirects: &["http://localhost/signin"],
            ..public(id, name)
        };
        let (certificate_pem, der) = tls::client_certificate(CLIENT_KEY)?;
        Ok(Clients {
            all: vec![
                public(PUBLIC_CLIENT, "Dataverse sample app"),
                public(AZURE_CLI, "Azure CLI"),
                confidential(CONFIDENTIAL_CLIENT, "Contoso Integration", Credentials::Current),
                Client { consented: false, ..public(WITHOUT_CONSENT, "Nobody consented") },
                Client { lists_dataverse: false, ..public(WITHOUT_PERMISSION, "No Dataverse permission") },
                confidential(NOT_PUBLIC, "No public client flows", Credentials::None),
                confidential(SECRET_EXPIRED, "Contoso Archive", Credentials::Expired),
                confidential(UNREGISTERED_CLIENT, "Contoso Reports", Credentials::Current),
                Client { assigned: false, ..public(NOT_ASSIGNED, "Nobody assigned") },
                public(RESTRICTED, "Kept out of the environments"),
            ],
            secret: keys.secret_text(30)?,
            certificate_pem,
            thumbprints: [
                encode(digest::digest(&digest::SHA256, &der)),
                encode(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &der)),
            ],
            public_key: rsa_key(CLIENT_KEY)?.public().into(),
        })
    }

    /// The private key that belongs to the certificate, PEM.
    pub(crate) fn key_pem(&self) -> &'static str {
        CLIENT_KEY
    }

    pub(crate) fn find(&self, id: &str) -> Result<&Client, Refusal> {
        let found = Uuid::try_parse(id).ok().and_then(|id| self.all.iter().find(|client| client.id == id));
        found.ok_or_else(|| {
            let text = format!(
                "Application with identifier '{id}' was not found in the directory 'Contoso'. This can happen if the \
                 application has not been installed by the administrator of the tenant or consented to by any user in \
                 the tenant. You may have sent your authentication request to the wrong tenant."
            );
            Refusal::new(700016, text)
        })
    }

    /// An address to go to after signing out, when some client is registered for it.
    pub(crate) fn accept_sign_out(&self, address: &str) -> Option<Url> {
        self.all.iter().find_map(|client| client.accept_redirect(address).ok()).map(|redirect| redirect.url)
    }

    /// Checks a client secret.
    pub(crate) fn check_secret(&self, client: &Client, secret: &str) -> Result<Proof, Refusal> {
        if secret == self.secret {
            match client.credentials {
                Credentials::Current => return Ok(Proof::Secret),
                Credentials::Expired => {
                    let text =
                        format!("The provided client secret keys for app '{}' are expired.", client.id);
                    return Err(Refusal::new(7000222, text));
                }
                Credentials::None => {}
            }
        }
        let text = format!(
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, \
             not the client secret ID, for a secret added to app '{}'.",
            client.id
        );
        Err(Refusal::new(7000215, text))
    }

    /// Checks a client assertion: a JWT signed with the certificate's key, with an audience that is `ours`.
    pub(crate) fn check_assertion(
        &self,
        client: &Client,
        assertion: &str,
        ours: impl Fn(&str) -> bool,
        now: i64,
    ) -> Result<Proof, Refusal> {
        let refuse =
            |text: &str| Refusal::new(700027, format!("The certificate-based assertion is refused: {text}."));
        let read = || {
            let (signed, signature) = assertion.rsplit_once('.')?;
            let (header, claims) = signed.split_once('.')?;
            let header: Value = serde_json::from_slice(&decode(header)?).ok()?;
            let claims: Value = serde_json::from_slice(&decode(claims)?).ok()?;
            Some((header, claims, signed, decode(signature)?))
        };
        let (header, claims, signed, signature) = read().ok_or_else(|| refuse("it is no JWT"))?;
        // MSAL for Python leaves the padding on, which Entra lets pass.
        let thumbprint =
            header["x5t#S256"].as_str().or(header["x5t"].as_str()).map(|text| text.trim_end_matches('='));
        let known = thumbprint.is_some_and(|thumbprint| self.thumbprints.iter().any(|own| own == thumbprint));
        if client.credentials != Credentials::Current || !known {
            return Err(refuse("no certificate of the application has this thumbprint"));
        }
        let verified = match header["alg"].as_str() {
            Some("PS256") => self.public_key.verify(&RSA_PSS_2048_8192_SHA256, signed.as_bytes(), &signature),
            Some("RS256") => {
                self.public_key.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature)
            }
            _ => return Err(refuse("its algorithm is neither PS256 nor RS256")),
        };
        verified.map_err(|_| refuse("its signature does not match"))?;

        let id = client.id.to_string();
        if claims["iss"] != id.as_str() || claims["sub"] != id.as_str() {
            return Err(Refusal::new(700023, "The assertion's issuer and subject must be the client id."));
        }
        // A NumericDate may have a fraction.
        let now = now as f64;
        let current = claims["exp"].as_f64().is_some_and(|exp| exp > now)
            && claims["nbf"].as_f64().is_none_or(|nbf| nbf <= now + 300.0);
        let meant = claims["aud"].as_str().is_some_and(ours);
        if !current || !meant {
            return Err(Refusal::new(
                50013,
                "The assertion is not within its valid time or has another audience.",
            ));
        }
        Ok(Proof::Certificate)
    }
}

impl Client {
    /// Finds the registered address that a redirect address matches: for loopback the port does not count, the path does.
    pub(crate) fn accept_redirect(&self, redirect: &str) -> Result<Redirect, Refusal> {
        let unknown = || {
            let text = format!(
                "The redirect URI '{redirect}' specified in the request does not match the redirect URIs configured \
                 for the application '{}'.",
                self.id
            );
            Refusal::new(50011, text)
        };
        let url = Url::parse(redirect).map_err(|_| unknown())?;
        if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err(unknown());
        }
        for registered in self.redirects {
            let Ok(own) = Url::parse(registered) else { continue };
            let same = if own.scheme() == "http" {
                let loopback = matches!(url.host(), Some(Host::Domain("localhost")))
                    || matches!(url.host(), Some(Host::Ipv4(address)) if address.is_loopback());
                loopback && url.scheme() == "http" && url.host() == own.host() && url.path() == own.path()
            } else {
                redirect == *registered
            };
            if same {
                return Ok(Redirect { url });
            }
        }
        Err(unknown())
    }
}

/// An accepted redirect address. One without a path comes back with `/`, which is how [`Url`] writes it.
#[derive(Debug, Clone)]
pub(crate) struct Redirect {
    pub(crate) url: Url,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loopback_redirect_may_have_any_port_but_not_another_path() {
        let clients = Clients::new(&keys::Keys::load().unwrap()).unwrap();
        let client = clients.find(&PUBLIC_CLIENT.to_string()).unwrap();
        for good in
            ["http://localhost", "http://localhost:53124", "http://localhost:1/", "http://127.0.0.1:9"]
        {
            assert!(client.accept_redirect(good).is_ok(), "{good}");
        }
        assert_eq!(client.accept_redirect("http://localhost:5").unwrap().url.as_str(), "http://localhost:5/");
        for bad in [
            "http://localhost:1/callback",
            "https://localhost",
            "http://[::1]:1",
            "http://localhost.evil.example",
            "http://a@localhost",
            "http://localhost/#x",
            "app://other",
            "x",
        ] {
            assert_eq!(client.accept_redirect(bad).unwrap_err().code, Some(50011), "{bad}");
        }
    }
}
