//! An application's certificate: what it is known by, and the assertion that it signs.
//!
//! Source: "Microsoft identity platform application authentication certificate credentials".

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use secrecy::SecretString;
use serde_json::json;
use uuid::Uuid;

use super::Version;

/// How long an assertion is good for. Clocks differ; a new one is made for every request.
const GOOD_FOR: Duration = Duration::from_secs(10 * 60);

/// A certificate with its RSA key.
#[derive(Debug)]
pub struct Certificate {
    der: Vec<u8>,
    key: RsaKeyPair,
}

impl Certificate {
    /// Opens a PEM file, or a PFX file in builds that can. Of several certificates the first is the application's.
    ///
    /// # Errors
    ///
    /// What is wrong with the file, as the rest of a sentence.
    pub(super) fn open(
        file: &[u8],
        key: Option<&[u8]>,
        password: Option<&SecretString>,
    ) -> Result<Certificate, String> {
        if !file.starts_with(b"-----") && looks_like_der(file) {
            return open_pfx(file, password);
        }
        let der = CertificateDer::pem_slice_iter(file)
            .next()
            .ok_or("there is no certificate in PEM form in it")?
            .map_err(|_| "it is not PEM")?;
        let key = open_key(key.unwrap_or(file), password)?;
        Certificate::of(der.to_vec(), &key)
    }

    pub(super) fn of(der: Vec<u8>, key: &PrivateKeyDer<'_>) -> Result<Certificate, String> {
        let key = match key {
            PrivateKeyDer::Pkcs8(key) => RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()),
            _ => return Err("its key is not an RSA key, which Entra ID asks for".into()),
        };
        let key = key.map_err(|_| "its key is not an RSA key of 2048 to 8192 bits")?;
        // The key stands in its certificate as it is: modulus and exponent in the same DER.
        let public = key.public().as_ref();
        if !der.windows(public.len()).any(|window| window == public) {
            return Err("the key does not belong to the certificate".into());
        }
        Ok(Certificate { der, key })
    }

    /// The assertion that an application signs in place of a secret. `now` is the wall clock's.
    ///
    /// v2 endpoints get PS256 and the SHA-256 thumbprint, v1 endpoints RS256 and the SHA-1 thumbprint that they know.
    pub(super) fn assertion(
        &self,
        client_id: &str,
        audience: &str,
        version: Version,
        now: SystemTime,
    ) -> Result<String, String> {
        let thumbprint = |algorithm| URL_SAFE_NO_PAD.encode(digest::digest(algorithm, &self.der));
        let (header, encoding): (_, &'static dyn RsaEncoding) = match version {
            Version::V2 => (
                json!({"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint(&digest::SHA256)}),
                &RSA_PSS_SHA256,
            ),
            Version::V1 => (
                json!({"alg": "RS256", "typ": "JWT", "x5t": thumbprint(&digest::SHA1_FOR_LEGACY_USE_ONLY)}),
                &RSA_PKCS1_SHA256,
            ),
        };
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let claims = json!({
            "aud": audience,
            "iss": client_id,
            "sub": client_id,
            "jti": Uuid::new_v4(),
            "nbf": now,
            "iat": now,
            "exp": now + GOOD_FOR.as_secs(),
        });
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(encoding, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(|_| "the key cannot sign")?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

fn open_key(pem: &[u8], password: Option<&SecretString>) -> Result<PrivateKeyDer<'static>, String> {
    if contains(pem, b"-----BEGIN ENCRYPTED PRIVATE KEY-----") {
        return open_encrypted(pem, password);
    }
    // Keys of this form are closed by a scheme that is out of use.
    if contains(pem, b"Proc-Type: 4,ENCRYPTED") {
        return Err(
            "its key is encrypted in an outdated way; convert it: openssl pkcs8 -topk8 -in OLD -out NEW"
                .into(),
        );
    }
    PrivateKeyDer::from_pem_slice(pem)
        .map_err(|_| "there is no private key in PEM form in it; --private-key names another file".into())
}

#[cfg(feature = "pfx")]
fn open_encrypted(pem: &[u8], password: Option<&SecretString>) -> Result<PrivateKeyDer<'static>, String> {
    super::pfx::open_key(pem, password)
}

#[cfg(not(feature = "pfx"))]
fn open_encrypted(_: &[u8], _: Option<&SecretString>) -> Result<PrivateKeyDer<'static>, String> {
    Err("its key is encrypted, which this build cannot open; \
         use a build with the feature pfx, or: openssl pkcs8 -in KEY -out PLAIN (and close PLAIN to others)"
        .into())
}

#[cfg(feature = "pfx")]
fn open_pfx(file: &[u8], password: Option<&SecretString>) -> Result<Certificate, String> {
    super::pfx::open(file, password)
}

#[cfg(not(feature = "pfx"))]
fn open_pfx(_: &[u8], _: Option<&SecretString>) -> Result<Certificate, String> {
    Err("it looks like a PFX file, which this build cannot open; \
         use a build with the feature pfx, or convert it: openssl pkcs12 -in FILE -nodes -out PEM"
        .into())
}

/// A DER sequence with a length of its own, as PFX files begin.
fn looks_like_der(file: &[u8]) -> bool {
    matches!(file, [0x30, 0x80..=0x84, ..])
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};

    use super::*;

    /// The sandbox's signing key and a certificate for it, made on the spot.
    fn pem() -> (String, String) {
        let key = include_str!("../../assets/sandbox/signing-key.pem");
        let pair = rcgen::KeyPair::from_pem(key).unwrap();
        let params = rcgen::CertificateParams::new(["dv".to_owned()]).unwrap();
        (params.self_signed(&pair).unwrap().pem(), key.to_owned())
    }

    fn decoded(part: &str) -> serde_json::Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    }

    #[test]
    fn an_assertion_is_signed_by_the_key_and_names_the_certificate() {
        let (certificate, key) = pem();
        let both = format!("{key}\n{certificate}");
        let opened = Certificate::open(both.as_bytes(), None, None).unwrap();
        let now = UNIX_EPOCH + Duration::from_secs(1_795_000_000);
        for (version, alg, thumbprint) in [(Version::V2, "PS256", "x5t#S256"), (Version::V1, "RS256", "x5t")]
        {
            let jwt = opened.assertion("app", "https://l/t/token", version, now).unwrap();
            let (signed, signature) = jwt.rsplit_once('.').unwrap();
            let (header, claims) = signed.split_once('.').unwrap();
            let (header, claims) = (decoded(header), decoded(claims));
            assert_eq!(header["alg"], alg);
            let hash = match version {
                Version::V1 => digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &opened.der),
                Version::V2 => digest::digest(&digest::SHA256, &opened.der),
            };
            assert_eq!(header[thumbprint], URL_SAFE_NO_PAD.encode(hash), "{header}");
            assert_eq!((&claims["iss"], &claims["sub"]), (&json!("app"), &json!("app")));
            assert_eq!(claims["aud"], "https://l/t/token");
            assert_eq!(claims["exp"].as_u64().unwrap() - claims["nbf"].as_u64().unwrap(), 600);
            let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
            let verified = match version {
                Version::V2 => {
                    UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, opened.key.public().as_ref())
                        .verify(signed.as_bytes(), &signature)
                }
                Version::V1 => {
                    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, opened.key.public().as_ref())
                        .verify(signed.as_bytes(), &signature)
                }
            };
            assert!(verified.is_ok(), "{alg}");
        }
    }

    #[test]
    fn what_cannot_be_used_says_what_is_wrong_with_it() {
        let (certificate, key) = pem();
        let open = |file: &str, key: Option<&str>| {
            Certificate::open(file.as_bytes(), key.map(str::as_bytes), None).map(|_| ()).unwrap_err()
        };
        assert!(open("", None).contains("no certificate"));
        assert!(open("hello", None).contains("no certificate"));
        assert!(open(&key, None).contains("no certificate"));
        assert!(open(&certificate, None).contains("--private-key"));
        let elliptic = rcgen::KeyPair::generate().unwrap();
        assert!(open(&certificate, Some(&elliptic.serialize_pem())).contains("RSA"));
        let other = rcgen::CertificateParams::new(["dv".to_owned()]).unwrap().self_signed(&elliptic).unwrap();
        assert!(open(&other.pem(), Some(&key)).contains("does not belong"));
        let closed = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
        assert!(open(&certificate, Some(&closed)).contains("encrypted") || cfg!(feature = "pfx"));
    }
}
