//! What became of a handshake that came to nothing, by types and bytes, never by the text of an error.

use std::io;

use rustls::{AlertDescription, Error, InvalidMessage, PeerIncompatible};

use crate::evidence::{ProbeError, Status};

/// Bytes remembered of what came.
const FIRST: usize = 64;
/// First octets that say whether somebody talks in plain text.
const GREETING: usize = 8;
/// Fewer octets say nothing.
const SHORTEST_GREETING: usize = 4;

/// What came so far.
#[derive(Debug, Default)]
pub(super) struct Arrived {
    first: Vec<u8>,
}

impl Arrived {
    pub(super) fn note(&mut self, bytes: &[u8]) {
        let room = FIRST.saturating_sub(self.first.len());
        self.first.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// A first octet that is no type of TLS record (RFC 8446, section 5.1) says more than how it ended.
    fn as_something_else(&self) -> Option<ProbeError> {
        let begin = *self.first.first()?;
        if (20..=24).contains(&begin) {
            return None;
        }
        let greeting = &self.first[..self.first.len().min(GREETING)];
        let is_text = greeting.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\r' | b'\n' | b'\t'));
        Some(if is_text && greeting.len() >= SHORTEST_GREETING {
            let line = self.first.split(|byte| matches!(byte, b'\r' | b'\n')).find(|line| !line.is_empty());
            error(Status::NotTls, String::from_utf8_lossy(line.unwrap_or_default()))
        } else {
            error(Status::TlsGarbage, format!("begins with {}", data_encoding::HEXLOWER.encode(greeting)))
        })
    }
}

/// How it ended.
#[derive(Debug)]
pub(super) enum Fault {
    /// No connection.
    Connect(io::Error),
    /// The connection broke.
    Broken(io::Error),
    /// The other side closed it.
    Closed,
    /// TLS said no.
    Tls(Error),
    /// The deadline passed.
    Late,
}

impl Fault {
    pub(super) fn explain(&self, arrived: &Arrived) -> ProbeError {
        if let Some(other) = arrived.as_something_else() {
            return other;
        }
        match self {
            Self::Connect(fault) => error(of_io(fault), "connect"),
            Self::Broken(fault) => error(of_io(fault), "handshake"),
            Self::Closed => error(Status::TlsClosed, "handshake"),
            Self::Tls(fault) => of_rustls(fault),
            Self::Late if arrived.first.is_empty() => error(Status::Timeout, "nothing came"),
            Self::Late => error(Status::Slow, "handshake"),
        }
    }
}

fn error(status: Status, detail: impl Into<String>) -> ProbeError {
    ProbeError { status, detail: detail.into() }
}

/// What an error of TLS says about the other side; also for whoever fetches content over the same roots.
#[must_use]
pub fn of_rustls(fault: &Error) -> ProbeError {
    match fault {
        Error::AlertReceived(AlertDescription::ProtocolVersion) => error(Status::TlsOldVersion, "alert 70"),
        Error::AlertReceived(alert) => {
            let name = alert.as_str().unwrap_or("unknown");
            error(Status::TlsAlert, format!("alert {} {name}", u8::from(*alert)))
        }
        Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13 | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => error(Status::TlsOldVersion, "ServerHello"),
        Error::InvalidMessage(
            InvalidMessage::HandshakePayloadTooLarge | InvalidMessage::CertificatePayloadTooLarge,
        ) => error(Status::TlsTooLarge, "handshake"),
        Error::InvalidCertificate(_) => error(Status::TlsUntrusted, "certificate"),
        Error::FailedToGetCurrentTime | Error::FailedToGetRandomBytes => error(Status::Local, "handshake"),
        Error::NoCertificatesPresented => error(Status::TlsGarbage, "no certificate"),
        _ => error(Status::TlsGarbage, "handshake"),
    }
}

/// What an error of the connection says.
fn of_io(fault: &io::Error) -> Status {
    use io::ErrorKind as Kind;
    /// Too many open files, of the system and of the process.
    const FILE_HANDLES: [i32; 2] = if cfg!(windows) { [10024, 4] } else { [23, 24] };
    match fault.kind() {
        Kind::ConnectionRefused => Status::ConnectionRefused,
        Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe => Status::Reset,
        Kind::UnexpectedEof => Status::TlsClosed,
        Kind::TimedOut => Status::Timeout,
        Kind::OutOfMemory | Kind::ResourceBusy => Status::Local,
        _ if fault.raw_os_error().is_some_and(|code| FILE_HANDLES.contains(&code)) => Status::Local,
        _ => Status::Network,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(first: &[u8]) -> ProbeError {
        let mut arrived = Arrived::default();
        for byte in first {
            arrived.note(&[*byte]);
        }
        Fault::Closed.explain(&arrived)
    }

    #[test]
    fn the_first_bytes_tell_text_from_noise() {
        for (bytes, status, detail) in [
            (&b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n"[..], Status::NotTls, "HTTP/1.1 400 Bad Request"),
            (b"\r\n220 mail ready", Status::NotTls, "220 mail ready"),
            (b"220", Status::TlsGarbage, "begins with 323230"),
            (b"J\0\0\0\x0a8.0.36", Status::TlsGarbage, "begins with 4a0000000a382e30"),
            (b"\x16\x03\x03", Status::TlsClosed, "handshake"),
            (b"", Status::TlsClosed, "handshake"),
        ] {
            assert_eq!(ended(bytes), ProbeError { status, detail: detail.to_owned() }, "{bytes:?}");
        }
    }

    #[test]
    fn no_more_than_the_first_bytes_are_kept() {
        let mut arrived = Arrived::default();
        for _ in 0..1000 {
            arrived.note(&[b'x'; 100]);
        }
        assert_eq!(arrived.first.len(), FIRST);
    }

    #[test]
    fn a_deadline_says_whether_anything_came() {
        let mut arrived = Arrived::default();
        assert_eq!(Fault::Late.explain(&arrived).status, Status::Timeout);
        arrived.note(b"\x16");
        assert_eq!(Fault::Late.explain(&arrived).status, Status::Slow);
    }

    #[test]
    fn limits_of_this_machine_are_not_the_servers() {
        let code = if cfg!(windows) { 10024 } else { 24 };
        let fault = Fault::Connect(io::Error::from_raw_os_error(code));
        assert_eq!(fault.explain(&Arrived::default()).status, Status::Local);
        let fault = Fault::Connect(io::ErrorKind::NetworkUnreachable.into());
        assert_eq!(fault.explain(&Arrived::default()).status, Status::Network);
    }
}
