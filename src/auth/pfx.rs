//! Certificates and keys that are closed with a password: PFX (PKCS #12) and encrypted PEM keys.

use p12_keystore::Pkcs12Archive;
use p12_keystore::error::Error;
use pkcs8::EncryptedPrivateKeyInfoRef;
use pkcs8::der::pem::decode_vec;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use secrecy::{ExposeSecret, SecretString};

use super::certificate::Certificate;

/// Opens a PFX file: the first certificate that one of its keys belongs to.
pub(super) fn open(file: &[u8], password: Option<&SecretString>) -> Result<Certificate, String> {
    let given = password.map_or("", ExposeSecret::expose_secret);
    let archive = Pkcs12Archive::from_pkcs12(file, given).map_err(|error| match error {
        Error::MacError(_) if password.is_none() => NEEDED.to_owned(),
        Error::MacError(_) => WRONG.to_owned(),
        _ => "it is no PFX file that can be read".to_owned(),
    })?;
    let mut reason = "there is no private key with its certificate in it".to_owned();
    for key in &archive.keys {
        for certificate in &archive.certs {
            let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.key.as_der().to_vec()));
            match Certificate::of(certificate.cert.as_der().to_vec(), &key) {
                Ok(found) => return Ok(found),
                Err(said) => reason = said,
            }
        }
    }
    Err(reason)
}

/// Opens an encrypted key in PEM form.
pub(super) fn open_key(
    pem: &[u8],
    password: Option<&SecretString>,
) -> Result<PrivateKeyDer<'static>, String> {
    let password = password.ok_or(NEEDED)?.expose_secret();
    let text = std::str::from_utf8(pem).map_err(|_| "it is not PEM")?;
    let start = text.find(BEGIN).ok_or("it is not PEM")?;
    let end = text[start..].find(END).map(|end| start + end + END.len()).ok_or("its key is cut short")?;
    let (_, der) = decode_vec(&text.as_bytes()[start..end]).map_err(|_| "its key is not PEM")?;
    let closed =
        EncryptedPrivateKeyInfoRef::try_from(der.as_slice()).map_err(|_| "its key cannot be read")?;
    let opened = closed.decrypt(password).map_err(|_| WRONG)?;
    Ok(PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(opened.as_bytes().to_vec())))
}

const BEGIN: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
const END: &str = "-----END ENCRYPTED PRIVATE KEY-----";
const NEEDED: &str = "it is closed with a password: give it in DV_CERTIFICATE_PASSWORD";
const WRONG: &str = "the password in DV_CERTIFICATE_PASSWORD does not open it";

#[cfg(test)]
mod tests {
    use super::*;

    /// Made once with `openssl pkcs12 -export -passout pass:correct` from the sandbox's client key.
    const PFX: &[u8] = include_bytes!("../../tests/cli/certificates/client.pfx");
    /// Made once with `openssl pkcs8 -topk8 -passout pass:correct`.
    const KEY: &[u8] = include_bytes!("../../tests/cli/certificates/client-key.encrypted.pem");

    #[test]
    fn a_pfx_opens_with_its_password_and_with_no_other() {
        let wrong = |password: Option<&str>| {
            open(PFX, password.map(SecretString::from).as_ref()).map(|_| ()).unwrap_err()
        };
        assert!(open(PFX, Some(&"correct".into())).is_ok());
        assert_eq!(wrong(Some("other")), WRONG);
        assert_eq!(wrong(None), NEEDED);
        assert!(open(&PFX[..PFX.len() / 2], Some(&"correct".into())).is_err());
    }

    #[test]
    fn an_encrypted_key_opens_with_its_password_and_with_no_other() {
        assert!(open_key(KEY, Some(&"correct".into())).is_ok());
        assert_eq!(open_key(KEY, Some(&"other".into())).unwrap_err(), WRONG);
        assert_eq!(open_key(KEY, None).unwrap_err(), NEEDED);
    }
}
