//! Whom a certificate is for.
//!
//! RFC 5922 §7.1 has two forms of a domain in a SIP certificate: a URI `sip:example.com`, and a DNS
//! name. DNS names and addresses are verified as on the web, so that a wildcard counts although
//! §7.2 has none: carriers use them.

use rustls::{
    CertificateError, DigitallySignedStruct, Error, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use std::sync::Arc;

/// Names taken from one certificate at most.
const NAMES: usize = 32;
/// The longest name of the DNS.
const NAME_BYTES: usize = 255;

/// The DNS names and URIs that a certificate is for.
pub(super) fn names_of(certificate: &CertificateDer<'_>) -> Vec<String> {
    let Ok(certificate) = webpki::EndEntityCert::try_from(certificate) else {
        return Vec::new();
    };
    let names = certificate.valid_dns_names();
    names
        .chain(certificate.valid_uri_names())
        .filter(|name| name.len() <= NAME_BYTES)
        .take(NAMES)
        .map(str::to_ascii_lowercase)
        .collect()
}

/// Verifies a server as the web does, and takes a URI with the domain for its name as well.
#[derive(Debug)]
pub(super) struct Verifier {
    inner: Arc<WebPkiServerVerifier>,
}

impl Verifier {
    pub(super) fn new(inner: Arc<WebPkiServerVerifier>) -> Self {
        Self { inner }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self.inner.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        match verified {
            // The name is looked at last: everything else about the certificate is in order.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if names_domain(end_entity, server_name) => Ok(ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

/// Whether a URI of the certificate is the domain itself, without a user.
fn names_domain(certificate: &CertificateDer<'_>, name: &ServerName<'_>) -> bool {
    let ServerName::DnsName(domain) = name else {
        return false;
    };
    let domain = domain.as_ref();
    let is_domain = |uri: &String| {
        let (scheme, rest) = uri.split_once(':').unwrap_or_default();
        matches!(scheme, "sip" | "sips") && rest.eq_ignore_ascii_case(domain)
    };
    names_of(certificate).iter().any(is_domain)
}
