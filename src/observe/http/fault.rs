//! What became of a connection, from the types of errors and never from their text.

use std::error::Error;
use std::io;

use rustls::{AlertDescription, InvalidMessage, PeerIncompatible};

use super::wire::OverCap;
use crate::evidence::Status;

/// What an error of a TLS handshake means. `first` are the first octets the other side sent.
#[must_use]
pub fn of_handshake(error: &io::Error, first: &[u8]) -> Status {
    match source::<rustls::Error>(error) {
        Some(tls) => of_tls(tls, first),
        None => of_io(error).map_or(Status::Reset, |status| match status {
            Status::Incomplete => Status::TlsClosed,
            other => other,
        }),
    }
}

fn of_tls(error: &rustls::Error, first: &[u8]) -> Status {
    use rustls::Error as E;
    match error {
        E::InvalidCertificate(_) | E::NoCertificatesPresented | E::InvalidCertRevocationList(_) => Status::TlsUntrusted,
        E::AlertReceived(AlertDescription::ProtocolVersion)
        | E::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
            | PeerIncompatible::SupportedVersionsExtensionRequired
            | PeerIncompatible::Tls12NotOffered
            | PeerIncompatible::Tls12NotOfferedOrEnabled,
        ) => Status::TlsOldVersion,
        E::AlertReceived(_) | E::PeerIncompatible(_) => Status::TlsAlert,
        E::InvalidMessage(
            InvalidMessage::HandshakePayloadTooLarge
            | InvalidMessage::CertificatePayloadTooLarge
            | InvalidMessage::MessageTooLarge,
        ) if first.first() == Some(&HANDSHAKE) => Status::TlsTooLarge,
        E::PeerSentOversizedRecord if first.first() == Some(&HANDSHAKE) => Status::TlsTooLarge,
        _ if is_text(first) => Status::NotTls,
        _ => Status::TlsGarbage,
    }
}

/// Content type of the records a handshake is made of.
const HANDSHAKE: u8 = 22;

/// HTTP, SMTP, SSH and their like begin with printable words.
fn is_text(first: &[u8]) -> bool {
    first.len() >= 4 && first.iter().all(|octet| matches!(octet, b' '..=b'~' | b'\t' | b'\r' | b'\n'))
}

/// What an error before the header was whole means.
pub(super) fn of_head(error: &hyper::Error) -> Status {
    if let Some(tls) = source::<rustls::Error>(error) {
        return of_tls(tls, &[]);
    }
    if let Some(io) = source::<io::Error>(error) {
        return of_io(io).unwrap_or(Status::Reset);
    }
    if error.is_incomplete_message() || error.is_canceled() || error.is_closed() {
        return Status::Incomplete;
    }
    Status::BadHttp
}

fn of_io(error: &io::Error) -> Option<Status> {
    if source::<OverCap>(error).is_some() {
        return Some(Status::TooLarge);
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Some(Status::Incomplete),
        io::ErrorKind::TimedOut => Some(Status::Timeout),
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
            Some(Status::Reset)
        }
        _ => None,
    }
}

/// The first error of a type among an error and its causes.
fn source<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        // The cause of an `io::Error` made of another error is that error's cause, not the error itself.
        if let Some(inner) = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref)
            && let Some(found) = source::<E>(inner)
        {
            return Some(found);
        }
        next = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use rustls::CertificateError;

    use super::*;

    #[test]
    fn handshake_errors_have_their_own_words() {
        let tls = |error: rustls::Error| io::Error::new(io::ErrorKind::InvalidData, error);
        let garbage = || tls(rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType));
        for (error, first, want) in [
            (tls(rustls::Error::InvalidCertificate(CertificateError::Expired)), "", Status::TlsUntrusted),
            (tls(rustls::Error::AlertReceived(AlertDescription::ProtocolVersion)), "", Status::TlsOldVersion),
            (tls(rustls::Error::AlertReceived(AlertDescription::HandshakeFailure)), "", Status::TlsAlert),
            (garbage(), "HTTP/1.1 400", Status::NotTls),
            (garbage(), "\u{1}\u{2}\u{3}\u{4}", Status::TlsGarbage),
            (
                tls(rustls::Error::InvalidMessage(InvalidMessage::HandshakePayloadTooLarge)),
                "\u{16}",
                Status::TlsTooLarge,
            ),
            (tls(rustls::Error::InvalidMessage(InvalidMessage::MessageTooLarge)), "SSH-2.0-x", Status::NotTls),
            (io::ErrorKind::UnexpectedEof.into(), "", Status::TlsClosed),
            (io::ErrorKind::ConnectionReset.into(), "", Status::Reset),
        ] {
            assert_eq!(of_handshake(&error, first.as_bytes()), want, "{error:?} {first:?}");
        }
    }

    #[test]
    fn a_cause_is_found_however_deep() {
        let deep = io::Error::other(io::Error::other(OverCap));
        assert_eq!(of_io(&deep), Some(Status::TooLarge));
    }
}
