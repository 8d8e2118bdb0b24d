//! Roots a certificate is judged by: those compiled in, so that two machines judge alike, and those of a file.

use std::sync::Arc;

use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, RootCertStore};
use sha2::{Digest as _, Sha256};

/// Version of the compiled-in set; a test holds it against `Cargo.lock`.
const WEBPKI_ROOTS: &str = "webpki-roots 1.0.10";

/// The roots, and what they are called in evidence.
#[derive(Debug, Clone)]
pub struct Roots {
    store: Arc<RootCertStore>,
    provider: Arc<CryptoProvider>,
    version: String,
}

/// Why a file of roots cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRoots {
    /// No PEM section is a certificate.
    #[error("no certificate in PEM form (`-----BEGIN CERTIFICATE-----`) in it")]
    NoCertificate,
    /// A PEM section cannot be read.
    #[error("after {read} certificates, PEM that cannot be read: {what}")]
    Pem {
        /// Certificates read before.
        read: usize,
        /// What the reader says.
        what: String,
    },
    /// A certificate cannot be read.
    #[error("certificate {number} of the file is no X.509 certificate that can be a root")]
    Certificate {
        /// Which one, from 1.
        number: usize,
    },
}

impl Default for Roots {
    fn default() -> Self {
        Self::compiled_in()
    }
}

impl Roots {
    /// Mozilla's roots as compiled in.
    #[must_use]
    pub fn compiled_in() -> Self {
        Self {
            store: Arc::new(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }),
            provider: Arc::new(ring::default_provider()),
            version: WEBPKI_ROOTS.to_owned(),
        }
    }

    /// Adds the certificates of a PEM file, such as the root of a proxy that opens TLS. Other sections are passed over.
    /// `name` is the file's name without its directory; it goes into evidence with the hash of the bytes.
    ///
    /// # Errors
    /// The file holds no certificate, or one that cannot be read.
    pub fn with_file(&self, name: &str, pem: &[u8]) -> Result<Self, BadRoots> {
        let mut store = RootCertStore::clone(&self.store);
        let mut read = 0;
        for section in CertificateDer::pem_slice_iter(pem) {
            let certificate = section.map_err(|error| BadRoots::Pem { read, what: error.to_string() })?;
            read += 1;
            store.add(certificate).map_err(|_| BadRoots::Certificate { number: read })?;
        }
        if read == 0 {
            return Err(BadRoots::NoCertificate);
        }
        let sha256 = data_encoding::HEXLOWER.encode(&Sha256::digest(pem));
        let version = format!("{} + {name} (sha256 {sha256})", self.version);
        Ok(Self { store: Arc::new(store), provider: Arc::clone(&self.provider), version })
    }

    /// What they are called in evidence: version of the compiled-in set, and files added.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// TLS 1.2 and 1.3 with full verification by these roots, for HTTP/2 and HTTP/1.1: content that is fetched. The clock
    /// of the machine decides there.
    #[must_use]
    pub fn client_config(&self) -> ClientConfig {
        let mut config = self.versions().with_root_certificates(Arc::clone(&self.store)).with_no_client_auth();
        // reqwest leaves the protocols of a configuration it is given as they are.
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        config
    }

    /// A configuration with all but the verifier.
    pub(super) fn versions(&self) -> rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier> {
        ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .expect("ring has suites for TLS 1.2 and 1.3")
    }

    pub(super) fn provider(&self) -> &CryptoProvider {
        &self.provider
    }

    /// Whether a chain, the host's own certificate first, ends on one of the roots, is in its time, and names the host.
    /// The steps and their order are those of
    /// `rustls::client::WebPkiServerVerifier`, which content is judged by.
    pub(super) fn verify(
        &self,
        chain: &[CertificateDer<'_>],
        host: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), rustls::Error> {
        let Some((own, others)) = chain.split_first() else { return Err(rustls::Error::NoCertificatesPresented) };
        let own = ParsedCertificate::try_from(own)?;
        let algorithms = self.provider.signature_verification_algorithms.all;
        verify_server_cert_signed_by_trust_anchor(&own, &self.store, others, now, algorithms)?;
        verify_server_name(&own, host)
    }

    /// The root that signs for a chain, of those with this subject (DER of the whole name). A subject is text anybody
    /// can write, so each candidate has to verify the chain alone.
    pub(super) fn anchor(
        &self,
        subject: &[u8],
        chain: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Option<&TrustAnchor<'static>> {
        let (own, others) = chain.split_first()?;
        let own = ParsedCertificate::try_from(own).ok()?;
        let algorithms = self.provider.signature_verification_algorithms.all;
        self.store.roots.iter().filter(|anchor| name_der(anchor) == subject).find(|anchor| {
            let alone = RootCertStore { roots: vec![(*anchor).clone()] };
            verify_server_cert_signed_by_trust_anchor(&own, &alone, others, now, algorithms).is_ok()
        })
    }

    /// Whether a root is one of the compiled-in set; those of the user's files come after them.
    pub(super) fn is_compiled_in(&self, anchor: &TrustAnchor<'_>) -> bool {
        let compiled = &self.store.roots[..webpki_roots::TLS_SERVER_ROOTS.len().min(self.store.roots.len())];
        compiled.iter().any(|known| {
            known.subject == anchor.subject && known.subject_public_key_info == anchor.subject_public_key_info
        })
    }

    #[cfg(test)]
    pub(super) fn anchors(&self) -> &[TrustAnchor<'static>] {
        &self.store.roots
    }
}

/// The subject of a root as certificates write it: anchors hold a name without its tag and length.
pub(super) fn name_der(anchor: &TrustAnchor<'_>) -> Vec<u8> {
    let inner = anchor.subject.as_ref();
    let length = inner.len().to_be_bytes();
    let digits = &length[length.iter().position(|byte| *byte != 0).unwrap_or(length.len() - 1)..];
    let mut name = vec![0x30];
    if inner.len() >= 0x80 {
        name.push(0x80 | u8::try_from(digits.len()).unwrap_or(0));
    }
    name.extend_from_slice(digits);
    name.extend_from_slice(inner);
    name
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair};
    use rustls::ProtocolVersion;
    use x509_parser::asn1_rs::FromDer as _;
    use x509_parser::certificate::X509Certificate;

    use super::*;

    fn pem() -> String {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()
    }

    #[test]
    fn the_version_is_the_one_of_the_lock_file() {
        let (name, version) = WEBPKI_ROOTS.split_once(' ').unwrap();
        let entry = format!("name = \"{name}\"\nversion = \"{version}\"\n");
        assert!(include_str!("../../Cargo.lock").contains(&entry), "Cargo.lock has no {WEBPKI_ROOTS}");
    }

    #[test]
    fn content_is_fetched_over_both_versions_and_verified() {
        let roots = Roots::compiled_in();
        assert!(roots.store.roots.len() > 100);
        let config = roots.client_config();
        let versions: Vec<ProtocolVersion> =
            config.crypto_provider().cipher_suites.iter().map(|s| s.version().version).collect();
        assert!(versions.contains(&ProtocolVersion::TLSv1_2) && versions.contains(&ProtocolVersion::TLSv1_3));
    }

    #[test]
    fn the_name_of_a_root_is_written_as_certificates_write_it() {
        for length in [1, 60, 100, 110, 120, 240, 300, 1000] {
            let mut params = CertificateParams::default();
            params.distinguished_name.push(DnType::OrganizationName, "x".repeat(length));
            let own = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
            let roots = Roots::compiled_in().with_file("x.pem", own.pem().as_bytes()).unwrap();
            let written = X509Certificate::from_der(own.der()).unwrap().1;
            let anchor = roots.anchors().last().unwrap();
            assert_eq!(name_der(anchor), written.subject().as_raw(), "{length}");
        }
    }

    #[test]
    fn a_file_adds_roots_and_its_name() {
        let roots = Roots::compiled_in();
        let count = roots.store.roots.len();
        let text = format!("a remark\n{}{}", pem(), pem());
        let more = roots.with_file("corp.pem", text.as_bytes()).unwrap();
        assert_eq!(more.store.roots.len(), count + 2);
        assert!(more.version().starts_with("webpki-roots "), "{}", more.version());
        let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes()));
        assert!(more.version().ends_with(&format!(" + corp.pem (sha256 {hash})")), "{}", more.version());
    }

    #[test]
    fn a_file_that_is_none_says_why() {
        let roots = Roots::compiled_in();
        let fault = |bytes: &[u8]| roots.with_file("x.pem", bytes).map(|_| ()).unwrap_err();
        assert_eq!(fault(b""), BadRoots::NoCertificate);
        assert_eq!(fault(&[0x30, 0x82, 1, 2, 0xff]), BadRoots::NoCertificate);
        let key = KeyPair::generate().unwrap().serialize_pem();
        assert_eq!(fault(key.as_bytes()), BadRoots::NoCertificate);
        let cut = pem().replace("-----END CERTIFICATE-----", "");
        let after_one = format!("{}{cut}", pem());
        assert!(
            matches!(fault(after_one.as_bytes()), BadRoots::Pem { read: 1, .. }),
            "{:?}",
            fault(after_one.as_bytes())
        );
        let no_certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert_eq!(fault(format!("{}{no_certificate}", pem()).as_bytes()), BadRoots::Certificate { number: 2 });
    }
}
