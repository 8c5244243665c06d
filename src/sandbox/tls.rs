//! The sandbox's own certificate authority and the certificate of its listeners, made at start and never stored.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, PKCS_RSA_SHA256, SanType,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::{Error, TlsFault};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Apple refuses a longer life, also under one's own authority.
const LEAF_DAYS: u32 = 397;

/// What the listeners need, and what a client must trust.
pub(crate) struct Identity {
    pub(crate) acceptor: TlsAcceptor,
    /// With a good certificate, whatever is wrong with the other one.
    pub(crate) sound: TlsAcceptor,
    /// The authority's certificate, PEM.
    pub(crate) ca_pem: String,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}

/// Makes an authority and a certificate for loopback's names, and another one for what `fault` orders.
pub(crate) fn identity(fault: Option<TlsFault>) -> Result<Identity, Error> {
    let mut params = dated("dvtui sandbox authority", DAY, 3650)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
    let sound = acceptor(&authority, None)?;
    let acceptor = match fault {
        Some(fault) => acceptor(&authority, Some(fault))?,
        None => sound.clone(),
    };
    Ok(Identity { acceptor, sound, ca_pem: authority.pem() })
}

fn acceptor(authority: &CertifiedIssuer<'_, KeyPair>, fault: Option<TlsFault>) -> Result<TlsAcceptor, Error> {
    let age = match fault {
        Some(TlsFault::Expired) => DAY * (LEAF_DAYS + 1),
        Some(TlsFault::WrongHost) | None => DAY,
    };
    let mut params = dated("localhost", age, LEAF_DAYS)?;
    params.subject_alt_names = match fault {
        Some(TlsFault::WrongHost) => vec![SanType::DnsName("elsewhere.example".try_into()?)],
        Some(TlsFault::Expired) | None => vec![
            SanType::DnsName("localhost".try_into()?),
            SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            SanType::IpAddress(IpAddr::V6(Ipv6Addr::LOCALHOST)),
        ],
    };
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate()?;
    let leaf = params.signed_by(&key, authority)?;

    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone(), authority.der().clone()], key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// A self-signed certificate for an RSA key: PEM and DER.
pub(crate) fn client_certificate(key_pem: &str) -> Result<(String, Vec<u8>), Error> {
    let key = KeyPair::from_pkcs8_pem_and_sign_algo(key_pem, &PKCS_RSA_SHA256)?;
    let certificate = dated("dvtui sandbox client", DAY, LEAF_DAYS)?.self_signed(&key)?;
    Ok((certificate.pem(), certificate.der().to_vec()))
}

/// Good for so many days since `age` ago: a day at least, for clients whose clocks are a little behind.
fn dated(name: &str, age: Duration, days: u32) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, name);
    let from = SystemTime::now() - age;
    params.not_before = from.into();
    params.not_after = (from + DAY * days).into();
    Ok(params)
}
