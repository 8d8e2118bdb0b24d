//! What became of a request, from the types of errors and never from their text.

use std::error::Error;
use std::io;
use std::iter::successors;
use std::net::SocketAddr;

use rustls::InvalidMessage;

use crate::evidence::{ProbeError, Status};
use crate::observe::dialer::{Proxy, connect_error};
use crate::observe::tls::of_rustls;

/// What an error means that came before there was a connection to this address; `None` for any other. Where TLS
/// follows, a connection that breaks did stand before.
pub(super) fn of_dialling(error: &reqwest::Error, address: SocketAddr, is_tls: bool) -> Option<ProbeError> {
    if !error.is_connect() || find::<rustls::Error>(error).is_some() {
        return None;
    }
    if error.is_timeout() {
        return Some(ProbeError { status: Status::Timeout, detail: format!("{address}: no connection in time") });
    }
    let io = find::<io::Error>(error)?;
    let is_broken = matches!(of_io(io), Some(Status::Reset | Status::Incomplete));
    (!(is_tls && is_broken)).then(|| connect_error(address, io))
}

/// What any other error means.
pub(super) fn of_request(error: &reqwest::Error, proxy: Option<&Proxy>) -> ProbeError {
    let tell = |status| ProbeError { status, detail: text(error) };
    if let Some(tls) = find::<rustls::Error>(error) {
        return ProbeError { detail: format!("TLS: {tls}"), ..of_tls(tls) };
    }
    if error.is_timeout() {
        return ProbeError { status: Status::Timeout, detail: "no answer in time".to_owned() };
    }
    if error.is_builder() {
        return tell(Status::BadRedirect);
    }
    if let Some(io) = find::<io::Error>(error) {
        return match of_io(io) {
            Some(Status::Incomplete) if error.is_connect() => tell(Status::TlsClosed),
            status => tell(status.unwrap_or(Status::Reset)),
        };
    }
    if error.is_connect()
        && let Some(proxy) = proxy
    {
        return ProbeError { status: Status::Network, detail: format!("proxy {proxy}: {}", text(error)) };
    }
    match find::<hyper::Error>(error) {
        Some(http) if http.is_incomplete_message() || http.is_canceled() || http.is_closed() => {
            tell(Status::Incomplete)
        }
        _ => tell(Status::BadHttp),
    }
}

/// Whether a body broke in its decoding, and not in its transfer.
pub(super) fn is_of_coding(error: &reqwest::Error) -> bool {
    let is_transfer = error.is_timeout() || find::<hyper::Error>(error).is_some();
    !is_transfer && find::<io::Error>(error).is_some()
}

/// The first cause in words.
pub(super) fn text(error: &reqwest::Error) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}

fn of_tls(error: &rustls::Error) -> ProbeError {
    match error {
        // Not the first octet of a record of TLS.
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            ProbeError { status: Status::NotTls, detail: String::new() }
        }
        other => of_rustls(other),
    }
}

fn of_io(error: &io::Error) -> Option<Status> {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Some(Status::Incomplete),
        io::ErrorKind::TimedOut => Some(Status::Timeout),
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
            Some(Status::Reset)
        }
        _ => None,
    }
}

/// The deepest error of a type among an error and its causes.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    causes(error).filter_map(|cause| cause.downcast_ref()).last()
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    successors(Some(error), |error: &&'a (dyn Error + 'static)| {
        let error: &'a (dyn Error + 'static) = *error;
        // The cause of an `io::Error` made of another error is that error's cause, not the error itself.
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_found_however_deep() {
        let tls = rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType);
        let deep = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, tls));
        assert_eq!(find::<rustls::Error>(&deep).map(|tls| of_tls(tls).status), Some(Status::NotTls));
        assert_eq!(find::<io::Error>(&deep).map(io::Error::kind), Some(io::ErrorKind::InvalidData));
        let reset = io::Error::other(io::Error::from(io::ErrorKind::ConnectionReset));
        assert_eq!(find::<io::Error>(&reset).and_then(of_io), Some(Status::Reset));
    }
}
