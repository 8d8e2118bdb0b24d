//! A verifier that lets every handshake go on, and remembers what it saw and what it thinks of it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

use super::super::roots::Roots;
use super::{certificate, stapled};
use crate::evidence::Trust;

/// What the server showed.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// The host's own certificate first, the others as sent.
    pub(super) chain: Vec<CertificateDer<'static>>,
    /// Why it does not hold.
    pub(super) fault: Option<Error>,
    /// Whether the server shows a statement that its certificate is revoked.
    pub(super) revoked: bool,
    /// Whether the server signed with the key of the certificate; `None` before it did. A chain alone proves nothing:
    /// anybody can send a copy of it.
    pub(super) signed: Option<bool>,
}

/// The verifier. Its connection is for looking only: nothing may be sent over it, or believed of what comes.
#[derive(Debug)]
pub(super) struct Recorder {
    roots: Roots,
    now: UnixTime,
    shown: Mutex<Shown>,
}

impl Recorder {
    pub(super) fn new(roots: &Roots, now: UnixTime) -> Self {
        Self { roots: roots.clone(), now, shown: Mutex::default() }
    }

    pub(super) fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn signed(&self, valid: bool) -> Result<HandshakeSignatureValid, Error> {
        self.shown().signed = Some(valid);
        Ok(HandshakeSignatureValid::assertion())
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        host: &ServerName<'_>,
        ocsp: &[u8],
        _clock: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain: Vec<_> = std::iter::once(own).chain(others).map(|der| der.clone().into_owned()).collect();
        let fault = self.roots.verify(&chain, host, self.now).err();
        let revoked = certificate::raw_serial(own).is_some_and(|serial| stapled::is_revoked(ocsp, serial));
        *self.shown() = Shown { chain, fault, revoked, signed: None };
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.roots.provider().signature_verification_algorithms;
        self.signed(verify_tls12_signature(message, own, signature, algorithms).is_ok())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.roots.provider().signature_verification_algorithms;
        self.signed(verify_tls13_signature(message, own, signature, algorithms).is_ok())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.roots.provider().signature_verification_algorithms.supported_schemes()
    }
}

/// The rule a chain breaks, or that it holds.
pub(super) fn trust(shown: &Shown) -> Trust {
    let own = shown.chain.first().map(AsRef::<[u8]>::as_ref).unwrap_or_default();
    match &shown.fault {
        None if shown.signed == Some(true) && shown.revoked => Trust::Revoked,
        None if shown.signed == Some(true) => Trust::Holds,
        None => Trust::BadCertificate,
        Some(Error::InvalidCertificate(fault)) => match fault {
            CertificateError::ExpiredContext { .. } => Trust::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Trust::NotYetValid,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => Trust::WrongName,
            CertificateError::Revoked => Trust::Revoked,
            CertificateError::UnknownIssuer if certificate::is_self_issued(own) => Trust::SelfSigned,
            CertificateError::UnknownIssuer => Trust::UnknownIssuer,
            // What tools make by default is a root used as the host's certificate, which is a rule of its own; that
            // nobody else vouches for it says more.
            CertificateError::Other(_) if certificate::is_self_issued(own) => Trust::SelfSigned,
            // `Expired` without dates is an end before the beginning.
            _ => Trust::BadCertificate,
        },
        Some(_) => Trust::BadCertificate,
    }
}
