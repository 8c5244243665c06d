//! What an application signs in with: where its secret or certificate is.

use std::path::PathBuf;

use secrecy::SecretString;
use zeroize::Zeroizing;

use super::{Error, Profile};
use crate::auth::{CredentialSource, Request};
use crate::private_file;

/// An application's proof as flags, variables and the profile name it.
#[derive(Debug, Clone, Default)]
pub struct Application {
    /// Where it is; nothing where a person is to sign in.
    pub source: Option<CredentialSource>,
    /// The secret, where it was handed over.
    pub secret: Option<SecretString>,
    /// Opens the certificate.
    pub certificate_password: Option<SecretString>,
}

/// What a layer of settings names. Of several the certificate counts first, then the file, then the descriptor.
#[derive(Debug, Clone, Default)]
pub struct Named {
    pub certificate: Option<PathBuf>,
    pub private_key: Option<PathBuf>,
    pub secret_file: Option<PathBuf>,
    pub secret_descriptor: Option<u32>,
}

impl Application {
    /// Flags, then the variable, then the profile.
    pub(super) fn resolve(
        flags: Named,
        variable: Option<String>,
        profile: Named,
        certificate_password: Option<String>,
    ) -> Result<Application, Error> {
        let certificate_password = certificate_password.map(SecretString::from);
        let of_flags = flags.source();
        let secret = match (&of_flags, flags.secret_descriptor) {
            (Some(_), _) => None,
            (None, Some(number)) => Some(read_descriptor(number)?),
            (None, None) => variable.map(SecretString::from),
        };
        let handed = secret.is_some().then_some(CredentialSource::Handed);
        let source = of_flags.or(handed).or_else(|| profile.source());
        Ok(Application { source, secret, certificate_password })
    }
}

impl Application {
    /// What holds for the environment of a profile: what was handed over, else what the profile names.
    pub fn for_profile(&self, profile: &Profile) -> Application {
        if self.source == Some(CredentialSource::Handed) {
            return self.clone();
        }
        let named = Named {
            certificate: profile.certificate_file.clone(),
            private_key: profile.private_key_file.clone(),
            secret_file: profile.client_secret_file.clone(),
            ..Named::default()
        };
        Application {
            source: named.source(),
            secret: None,
            certificate_password: self.certificate_password.clone(),
        }
    }

    /// What is odd about the files: one that others can read is no secret any more.
    pub(super) fn warnings(&self) -> Vec<String> {
        let files: Vec<&PathBuf> = match &self.source {
            Some(CredentialSource::SecretFile(file)) => vec![file],
            Some(CredentialSource::CertificateFile { certificate, key }) => {
                vec![key.as_ref().unwrap_or(certificate)]
            }
            Some(CredentialSource::Handed) | None => vec![],
        };
        let exposed = files.into_iter().filter(|file| private_file::is_open_to_others(file));
        exposed.map(|file| format!("others can read {0}: chmod 600 {0}", file.display())).collect()
    }

    /// A sign-in of this application, where there is one.
    pub fn sign_in(&self, request: Request) -> Request {
        Request {
            application: self.source.clone(),
            client_secret: self.secret.clone(),
            certificate_password: self.certificate_password.clone(),
            ..request
        }
    }
}

impl Named {
    /// The names that would give this source again.
    pub(super) fn of(source: Option<&CredentialSource>) -> Named {
        match source {
            Some(CredentialSource::CertificateFile { certificate, key }) => {
                Named { certificate: Some(certificate.clone()), private_key: key.clone(), ..Named::default() }
            }
            Some(CredentialSource::SecretFile(file)) => {
                Named { secret_file: Some(file.clone()), ..Named::default() }
            }
            Some(CredentialSource::Handed) | None => Named::default(),
        }
    }

    /// The paths are whole: they are kept with the sign-in, and later commands run elsewhere.
    fn source(&self) -> Option<CredentialSource> {
        let whole = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
        let certificate = self.certificate.as_ref().map(|certificate| CredentialSource::CertificateFile {
            certificate: whole(certificate),
            key: self.private_key.as_ref().map(whole),
        });
        certificate.or_else(|| self.secret_file.as_ref().map(whole).map(CredentialSource::SecretFile))
    }
}

/// Reads a descriptor that whoever started this process left open.
fn read_descriptor(number: u32) -> Result<SecretString, Error> {
    let path = PathBuf::from(format!("/dev/fd/{number}"));
    let failed = |source| Error::Descriptor { number, source };
    let bytes = private_file::read_small(&path).map(Zeroizing::new).map_err(failed)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| failed(std::io::ErrorKind::InvalidData.into()))?;
    Ok(SecretString::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_wins_over_the_variable_and_that_over_the_profile() {
        let file = |name: &str| Named { secret_file: Some(name.into()), ..Named::default() };
        let source = |flags, variable: Option<&str>, profile| {
            Application::resolve(flags, variable.map(Into::into), profile, None).unwrap().source
        };
        let secret_file =
            |name: &str| Some(CredentialSource::SecretFile(std::env::current_dir().unwrap().join(name)));
        assert_eq!(source(file("f"), Some("s"), file("p")), secret_file("f"));
        assert_eq!(source(Named::default(), Some("s"), file("p")), Some(CredentialSource::Handed));
        assert_eq!(source(Named::default(), None, file("p")), secret_file("p"));
        assert_eq!(source(Named::default(), None, Named::default()), None);
    }
}
