//! The key that signs the sandbox's tokens, and the check of a token against it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};
use ring::rsa::{KeyPair, PublicKeyComponents};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256};
use serde_json::{Value, json};
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

use crate::sandbox::Error;

/// No secret: see `assets/sandbox/KEYS.md`.
const SIGNING_KEY: &str = include_str!("../../../assets/sandbox/signing-key.pem");

pub(crate) struct Keys {
    pair: KeyPair,
    id: String,
    random: SystemRandom,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Keys {
    pub(crate) fn load() -> Result<Keys, Error> {
        let pair = rsa_key(SIGNING_KEY)?;
        let digest = ring::digest::digest(
            &ring::digest::SHA256,
            &PublicKeyComponents::<Vec<u8>>::from(pair.public()).n,
        );
        let id = URL_SAFE_NO_PAD.encode(&digest.as_ref()[..20]);
        Ok(Keys { pair, id, random: SystemRandom::new() })
    }

    /// A JWT over these claims, RS256.
    pub(crate) fn sign(&self, claims: &Value) -> Result<String, Error> {
        let header = json!({ "typ": "JWT", "alg": "RS256", "x5t": self.id, "kid": self.id });
        let signed = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &self.random, signed.as_bytes(), &mut signature)
            .map_err(|_| Error::SigningKey("it did not sign".to_owned()))?;
        Ok(format!("{signed}.{}", encode(signature)))
    }

    /// The claims of a token that this key signed, whatever they say. Anything else, `alg` "none" included, is none.
    pub(crate) fn verify(&self, token: &str) -> Option<Value> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header: Value = serde_json::from_slice(&decode(header)?).ok()?;
        if header["alg"] != "RS256" || header["kid"] != self.id.as_str() {
            return None;
        }
        self.public()
            .verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &decode(signature)?)
            .ok()
            .and_then(|()| serde_json::from_slice(&decode(claims)?).ok())
    }

    /// The key set document.
    pub(crate) fn document(&self, issuer: &str) -> Value {
        let public = self.public();
        json!({ "keys": [{
            "kty": "RSA", "use": "sig", "kid": self.id, "x5t": self.id,
            "n": encode(&public.n), "e": encode(&public.e), "issuer": issuer,
        }] })
    }

    fn public(&self) -> PublicKeyComponents<Vec<u8>> {
        self.pair.public().into()
    }

    /// Text that nobody guesses, of `bytes` random bytes.
    pub(crate) fn secret_text(&self, bytes: usize) -> Result<String, Error> {
        Ok(encode(self.random_bytes(bytes)?))
    }

    pub(crate) fn random_bytes(&self, count: usize) -> Result<Vec<u8>, Error> {
        let mut bytes = vec![0; count];
        self.random.fill(&mut bytes).map_err(|_| Error::SigningKey("no random bytes".to_owned()))?;
        Ok(bytes)
    }
}

/// Reads an RSA key from PKCS #8 PEM.
pub(crate) fn rsa_key(pem: &str) -> Result<KeyPair, Error> {
    let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes())
        .map_err(|why| Error::SigningKey(why.to_string()))?;
    KeyPair::from_pkcs8(der.secret_pkcs8_der()).map_err(|why| Error::SigningKey(why.to_string()))
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_verifies_and_a_changed_one_does_not() {
        let keys = Keys::load().unwrap();
        let token = keys.sign(&json!({ "aud": "x" })).unwrap();
        assert_eq!(keys.verify(&token).unwrap()["aud"], "x");

        let parts: Vec<&str> = token.split('.').collect();
        let other = encode(r#"{"aud":"y"}"#);
        let none = encode(format!(r#"{{"typ":"JWT","alg":"none","kid":"{}"}}"#, keys.id));
        for forged in [
            format!("{}.{other}.{}", parts[0], parts[2]),
            format!("{none}.{}.", parts[1]),
            format!("{none}.{}.{}", parts[1], parts[2]),
            format!("{}.{}", parts[0], parts[1]),
            String::new(),
        ] {
            assert!(keys.verify(&forged).is_none(), "{forged}");
        }
    }
}
