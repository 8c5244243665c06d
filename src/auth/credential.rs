//! What an application proves itself with: a secret or a certificate. Neither is ever part of what is kept.

use std::fmt;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Error;
use super::certificate::Certificate;
use crate::private_file;

/// Where an application's credential is found again, so that its token can be renewed. Paths, never secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialSource {
    /// A file with a client secret.
    SecretFile(PathBuf),
    /// A file with a certificate and its key, or the key in a file of its own.
    CertificateFile {
        /// PEM or PFX.
        certificate: PathBuf,
        /// PEM, where the certificate's file has no key.
        key: Option<PathBuf>,
    },
    /// It was handed over with the command: a variable, a file descriptor.
    Handed,
}

/// An application's proof.
#[derive(Clone)]
pub enum Credential {
    /// A client secret.
    Secret(SecretString),
    /// A certificate with its key.
    Certificate(std::sync::Arc<Certificate>),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Credential::Secret(_) => "Credential::Secret([REDACTED])",
            Credential::Certificate(_) => "Credential::Certificate([REDACTED])",
        })
    }
}

impl Credential {
    /// Takes a secret as people copy it: blanks and line ends around it are no part of it.
    ///
    /// # Errors
    ///
    /// When nothing is left, or when it has more than one line and so is something else.
    pub fn secret(text: &str) -> Result<Credential, Error> {
        let secret = text.trim();
        let unusable = |reason| Error::Credential { what: "the client secret", reason };
        match secret {
            "" => Err(unusable("it is empty".into())),
            _ if secret.chars().any(char::is_control) => {
                Err(unusable("it has several lines or control characters; a secret is one line".into()))
            }
            _ => Ok(Credential::Secret(secret.into())),
        }
    }

    /// Reads a credential again. `password` opens a key or a PFX that is closed with one.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or does not hold what it should; [`CredentialSource::Handed`] is nowhere to be
    /// read from.
    pub fn read(source: &CredentialSource, password: Option<&SecretString>) -> Result<Credential, Error> {
        match source {
            CredentialSource::SecretFile(path) => {
                let bytes = read(path, "the client secret")?;
                let text = std::str::from_utf8(&bytes).map_err(|_| Error::Credential {
                    what: "the client secret",
                    reason: format!("{} is not text", path.display()),
                })?;
                Credential::secret(text)
            }
            CredentialSource::CertificateFile { certificate, key } => {
                let certificate_file = read(certificate, "the certificate")?;
                let key_file = key.as_deref().map(|key| read(key, "the private key")).transpose()?;
                let opened =
                    Certificate::open(&certificate_file, key_file.as_deref().map(Vec::as_slice), password)
                        .map_err(|reason| Error::Credential {
                            what: "the certificate",
                            reason: format!("{}: {reason}", certificate.display()),
                        })?;
                Ok(Credential::Certificate(std::sync::Arc::new(opened)))
            }
            CredentialSource::Handed => Err(Error::CredentialGone),
        }
    }
}

fn read(path: &Path, what: &'static str) -> Result<Zeroizing<Vec<u8>>, Error> {
    match private_file::read_small(path) {
        Ok(bytes) => Ok(Zeroizing::new(bytes)),
        Err(error) => {
            Err(Error::Credential { what, reason: format!("cannot read {}: {error}", path.display()) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_one_line_and_prints_as_nothing() {
        let Ok(Credential::Secret(secret)) = Credential::secret(" s3cret~value \r\n") else { panic!() };
        assert_eq!(secrecy::ExposeSecret::expose_secret(&secret), "s3cret~value");
        assert!(!format!("{:?}", Credential::Secret(secret)).contains("s3cret"));
        for odd in ["", " \n", "a\nb", "a\u{1b}b"] {
            assert!(matches!(Credential::secret(odd), Err(Error::Credential { .. })), "{odd:?}");
        }
    }
}
