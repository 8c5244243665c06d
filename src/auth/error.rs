//! Why there is no token.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Refusal, UrlError, vault};
use crate::http;
use crate::private_file::Exposed;

/// Why there is no token. Callers ask the `is_…` methods; messages hold no token and no code.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nobody is signed in, or what is kept no longer works.
    #[error("sign-in needed")]
    SignInNeeded,
    /// The ready token that was given does not work, and there is no other.
    #[error("the access token that was given is refused, and it cannot be renewed")]
    GivenTokenRefused,
    /// The address of the environment makes no sense.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// What was given as authority, tenant or scope makes no sense.
    #[error("`{given}` is not {what}")]
    Setting { given: String, what: &'static str },
    /// The address does not answer like an environment.
    #[error("{host} does not answer like an environment: {what}")]
    NotAnEnvironment { host: String, what: String },
    /// The environment names an authority that nobody vouches for.
    #[error("the environment sends sign-ins to {host}, which is no known sign-in host")]
    UnknownAuthority { host: String },
    /// The challenge is for something else than was asked.
    #[error("{host} asks for a sign-in to another environment: {resource}")]
    ForeignResource { host: String, resource: String },
    /// The authority has no endpoint for this way.
    #[error("this authority offers no sign-in with {0}")]
    NoEndpoint(&'static str),
    /// The exchange with a server failed.
    #[error("no answer from the {whom}")]
    Network {
        whom: &'static str,
        #[source]
        source: http::Error,
    },
    /// The authority answered with an error.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// The authority's answer is not what the protocol says.
    #[error("{}", answer(what, *status))]
    Answer { what: String, status: u16 },
    /// The answer to a device sign-in must not be shown to a person.
    #[error("the sign-in service's answer is not safe to show: {0}")]
    UnsafeAnswer(&'static str),
    /// The code ran out.
    #[error("the code expired before anybody signed in with it")]
    CodeExpired,
    /// The tokens of a device sign-in were on their way when the connection was cut; the code works only once.
    #[error("the connection was cut while the answer came, and the code cannot be used again")]
    LostAnswer,
    /// A kept sign-in could not be renewed. Shared with everybody who waited for the same renewal.
    #[error(transparent)]
    Renewal(Arc<Error>),
    /// The browser did not come back.
    #[error("the browser did not come back within {} minutes", .0.as_secs() / 60)]
    BrowserTimedOut(std::time::Duration),
    /// A secret or certificate is of no use.
    #[error("{what} cannot be used: {reason}")]
    Credential { what: &'static str, reason: String },
    /// The application's credential was handed over when it signed in and is not here now.
    #[error("the application's secret or certificate is needed again")]
    CredentialGone,
    /// An application is to sign in and nothing says with what.
    #[error("no secret and no certificate is given for the application")]
    NoCredential,
    /// The Azure CLI gave no token.
    #[error("no token from the Azure CLI: {reason}")]
    AzureCli { reason: String, hint: &'static str },
    /// What was given as a token is none, or of no use here.
    #[error("that is no access token: {0}")]
    NotAToken(&'static str),
    /// A token that was given is for something else.
    #[error("the token is of no use here: {what}")]
    TokenOfNoUse { what: String, why: String, next: String },
    /// The environment asks for a sign-in that fulfils a policy. The claims are kept for it.
    #[error("a policy of your organisation asks for a new sign-in")]
    ClaimsNeeded,
    /// What could be pasted has ended without the address.
    #[error("no address was pasted")]
    NothingPasted,
    /// No port on loopback.
    #[error("cannot listen for the browser on this machine")]
    Listen(#[source] io::Error),
    /// The file of tokens cannot be used.
    #[error("cannot {doing} {}", path.display())]
    Store { doing: &'static str, path: PathBuf, source: io::Error },
    /// The file of tokens is of a newer version of this program.
    #[error("{} was written by a newer version of dv", path.display())]
    NewerStore { path: PathBuf },
    /// The file of tokens cannot be opened or sealed.
    #[error("cannot use {}", path.display())]
    Vault { path: PathBuf, source: vault::Error },
    /// Another process holds the file of tokens.
    #[error("another dv has been using {} for too long", path.display())]
    StoreBusy { path: PathBuf },
}

impl Error {
    /// What was given cannot work, whatever a server says.
    pub fn is_usage(&self) -> bool {
        matches!(self, Error::Url(_) | Error::Setting { .. } | Error::Credential { .. } | Error::NoCredential)
    }

    /// A person has to sign in, or tried and failed.
    pub fn is_sign_in(&self) -> bool {
        match self {
            Error::SignInNeeded
            | Error::GivenTokenRefused
            | Error::UnknownAuthority { .. }
            | Error::ForeignResource { .. }
            | Error::NoEndpoint(_)
            | Error::UnsafeAnswer(_)
            | Error::CodeExpired
            | Error::LostAnswer
            | Error::CredentialGone
            | Error::AzureCli { .. }
            | Error::NotAToken(_)
            | Error::TokenOfNoUse { .. }
            | Error::ClaimsNeeded
            | Error::NothingPasted
            | Error::BrowserTimedOut(_) => true,
            // While the service has trouble it says nothing about the sign-in.
            Error::Refused(_) | Error::Answer { .. } => !self.is_transient(),
            Error::Vault { source, .. } => source.is_sign_in(),
            Error::Renewal(error) => match &**error {
                // The file with the application's secret or certificate is gone or spoilt.
                Error::Credential { .. } => true,
                // A page in place of an answer is no word about what is kept.
                Error::Answer { .. } => false,
                error => error.is_sign_in(),
            },
            Error::Url(_)
            | Error::Setting { .. }
            | Error::Credential { .. }
            | Error::NoCredential
            | Error::NotAnEnvironment { .. }
            | Error::Network { .. }
            | Error::Listen(_)
            | Error::Store { .. }
            | Error::NewerStore { .. }
            | Error::StoreBusy { .. } => false,
        }
    }

    /// The code or the time to use it ran out.
    pub fn is_expired(&self) -> bool {
        match self {
            Error::CodeExpired | Error::BrowserTimedOut(_) => true,
            Error::Refused(refusal) => refusal.is_expired(),
            Error::Renewal(error) => error.is_expired(),
            _ => false,
        }
    }

    /// The person said no.
    pub fn is_declined(&self) -> bool {
        match self {
            Error::Refused(refusal) => refusal.is_declined(),
            Error::Renewal(error) => error.is_declined(),
            _ => false,
        }
    }

    /// Trying again later may help, without changing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Error::Network { source, .. } => source.is_transient(),
            Error::Refused(refusal) => refusal.is_transient(),
            Error::Renewal(error) => error.is_transient(),
            Error::Answer { status, .. } => *status == 429 || *status >= 500,
            _ => false,
        }
    }

    /// A code does not do here, a browser may: a policy asks for more, or the authority has no codes.
    pub fn wants_a_browser(&self) -> bool {
        match self {
            Error::NoEndpoint("a device code") => true,
            Error::Refused(refusal) => refusal.wants_a_browser(),
            _ => false,
        }
    }

    /// What the authority sent in place of tokens, and its status.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Error::Refused(refusal) => Some(refusal),
            Error::Renewal(error) => error.refusal(),
            _ => None,
        }
    }

    /// What the next sign-in should send along, as JSON.
    pub fn claims(&self) -> Option<&str> {
        match self {
            Error::Refused(refusal) => refusal.claims.as_deref(),
            Error::Renewal(error) => error.claims(),
            _ => None,
        }
    }

    /// What to do about it, the most useful first.
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            Error::SignInNeeded => "sign in: `dv login`",
            Error::GivenTokenRefused => "unset DV_TOKEN and sign in with `dv login`, or give a fresh token",
            Error::Url(_) => "an environment looks like contoso.crm4 or https://contoso.crm4.dynamics.com",
            Error::Setting { what: "an application id", .. } => {
                "it is a GUID, on the application's Overview in Entra ID"
            }
            Error::Setting { what: "a tenant", .. } => {
                "a tenant is a GUID, or a domain such as contoso.onmicrosoft.com"
            }
            Error::Setting { .. } => "an authority looks like https://login.microsoftonline.com/TENANT",
            Error::NotAnEnvironment { .. } => {
                "check the address: it is the one in the browser's address bar in Dynamics 365"
            }
            Error::UnknownAuthority { .. } => {
                "if you trust that host, give the authority by hand: --authority URL"
            }
            Error::ForeignResource { .. } => "check the address of the environment",
            Error::NoEndpoint("a device code") => "sign in with the browser: `dv login --browser`",
            Error::NoEndpoint(_) => "sign in with a code: `dv login --device-code`",
            Error::Network { source, .. } => return source.hint().into_iter().collect(),
            Error::Refused(refusal) => return refusal.hints(),
            Error::Answer { status: 429 | 500.., .. } => "the service has trouble: try again in a minute",
            Error::Answer { .. } | Error::UnsafeAnswer(_) => {
                "check --authority, and whether a proxy or portal answers in its place"
            }
            Error::Renewal(error) => {
                let mut hints = error.hints();
                if !self.is_sign_in() {
                    hints.push("what is kept of the sign-in stays as it is".to_owned());
                }
                return hints;
            }
            Error::CodeExpired | Error::LostAnswer | Error::BrowserTimedOut(_) | Error::NothingPasted => {
                "start again: `dv login`"
            }
            Error::Credential { what: "the client secret", .. } => {
                "the file holds the secret's value and nothing else; Entra ID shows it once, when it is made"
            }
            Error::Credential { .. } => {
                "name a PEM file with the certificate and its private key, or the key's own file with --private-key"
            }
            Error::NoCredential => {
                "name its file with --client-secret-file or --certificate, or set DV_CLIENT_SECRET"
            }
            Error::CredentialGone => {
                "give it again: --client-secret-file, --certificate, --client-secret-fd or DV_CLIENT_SECRET"
            }
            Error::AzureCli { hint, .. } => hint,
            Error::TokenOfNoUse { why, next, .. } => {
                return [why, next].into_iter().filter(|text| !text.is_empty()).cloned().collect();
            }
            Error::NotAToken(_) => "`dv token inspect` says what is in a token",
            Error::ClaimsNeeded => "sign in again: `dv login`; what the policy asks for is sent along",
            Error::Listen(_) => "sign in with a code: `dv login --device-code`",
            Error::Vault { source, .. } => return source.hints(),
            Error::Store { source, .. } if let Some(exposed) = Exposed::of(source) => exposed.hint(),
            Error::Store { .. } => "check the folder's owner, its permissions and the free space",
            Error::NewerStore { .. } => "use that version; to give up what is in the file: `dv logout --all`",
            Error::StoreBusy { .. } => "end the other process and try again",
        };
        vec![hint.to_owned()]
    }
}

fn answer(what: &str, status: u16) -> String {
    match status {
        429 => "the sign-in service asks to slow down (status 429)".to_owned(),
        500.. => format!("the sign-in service is not available (status {status})"),
        _ => format!("the sign-in service answered with {what} (status {status})"),
    }
}
