//! The certificate a host shows: one handshake, apart from the fetch of content, so that a chain that does not hold is
//! seen too, and content never comes over one.

mod certificate;
mod fault;
mod recorder;
mod stapled;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rustls::client::Resumption;
use rustls::pki_types::{DnsName, ServerName, UnixTime};
use rustls::{ClientConnection, ProtocolVersion};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::roots::{Roots, name_der};
use crate::evidence::{Probe, ProbeError, Status, TlsFacts, Trust};
use crate::model::DomainName;
use fault::{Arrived, Fault};
use recorder::{Recorder, Shown, trust};

pub use fault::of_rustls;

/// Most bytes of one reading.
const READ: usize = 16 * 1024;

/// Connects to exactly this address (who may be connected to is decided before), shakes hands in the name of the host,
/// and says goodbye: no byte of content is sent. The chain is judged as of `now`; `deadline` bounds the whole.
///
/// Facts are found as soon as the server has shown a certificate and signed with its key, even where the handshake
/// then fails, as it does with a server of TLS 1.2 that wants to see a certificate of ours.
pub async fn probe(
    at: SocketAddr,
    host: &DomainName,
    roots: &Roots,
    now: Timestamp,
    deadline: Duration,
) -> Probe<TlsFacts> {
    let Ok(name) = DnsName::try_from(host.as_str().to_owned()) else {
        return failed(Status::BadName, "no name for a certificate");
    };
    let now = UnixTime::since_unix_epoch(Duration::from_secs(now.as_second().try_into().unwrap_or(0)));
    let recorder = Arc::new(Recorder::new(roots, now));
    let Ok(mut session) = session(roots, &recorder, ServerName::DnsName(name)) else {
        return failed(Status::Local, "TLS session");
    };
    let mut arrived = Arrived::default();
    let end = tokio::time::timeout(deadline, converse(at, &mut session, &mut arrived)).await;
    let shown = std::mem::take(&mut *recorder.shown());
    if shown.signed.is_some() {
        return Probe::Found(facts(at, session.protocol_version(), &shown, roots, now));
    }
    Probe::Failed(match end {
        Err(_) => Fault::Late.explain(&arrived),
        Ok(Err(fault)) => fault.explain(&arrived),
        Ok(Ok(())) => of_rustls(&rustls::Error::NoCertificatesPresented),
    })
}

fn failed(status: Status, detail: &str) -> Probe<TlsFacts> {
    Probe::Failed(ProbeError { status, detail: detail.to_owned() })
}

fn session(
    roots: &Roots,
    recorder: &Arc<Recorder>,
    host: ServerName<'static>,
) -> Result<ClientConnection, rustls::Error> {
    let verifier = Arc::clone(recorder);
    let mut config = roots.versions().dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    // A resumed session shows no certificate.
    config.resumption = Resumption::disabled();
    ClientConnection::new(Arc::new(config), host)
}

/// The handshake and the goodbye.
async fn converse(at: SocketAddr, session: &mut ClientConnection, arrived: &mut Arrived) -> Result<(), Fault> {
    let mut stream = TcpStream::connect(at).await.map_err(Fault::Connect)?;
    let mut buffer = vec![0; READ];
    loop {
        // Whoever refuses to read may have said why before.
        let unsent = send(&mut stream, session).await.err();
        if !session.is_handshaking() {
            session.send_close_notify();
            // Everything has been seen; a goodbye nobody hears changes nothing.
            let _ = send(&mut stream, session).await;
            let _ = stream.shutdown().await;
            return Ok(());
        }
        let came = match (stream.read(&mut buffer).await, unsent) {
            (Ok(0), None) => return Err(Fault::Closed),
            (Ok(0), Some(error)) | (Err(error), _) => return Err(Fault::Broken(error)),
            (Ok(length), _) => &buffer[..length],
        };
        arrived.note(came);
        if let Err(error) = digest(session, came) {
            let mut alert = Vec::new();
            let _ = session.write_tls(&mut alert);
            let _ = stream.try_write(&alert);
            return Err(Fault::Tls(error));
        }
    }
}

/// Takes what came, up to the end of the handshake: what follows is nothing we asked for.
fn digest(session: &mut ClientConnection, mut came: &[u8]) -> Result<(), rustls::Error> {
    while !came.is_empty() && session.is_handshaking() {
        session.read_tls(&mut came).map_err(|_| rustls::Error::PeerSentOversizedRecord)?;
        session.process_new_packets()?;
    }
    Ok(())
}

async fn send(stream: &mut TcpStream, session: &mut ClientConnection) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    while session.wants_write() {
        session.write_tls(&mut bytes)?;
    }
    stream.write_all(&bytes).await
}

fn facts(at: SocketAddr, version: Option<ProtocolVersion>, shown: &Shown, roots: &Roots, now: UnixTime) -> TlsFacts {
    let trust = trust(shown);
    let root = if trust == Trust::Holds { root(shown, roots, now) } else { None };
    TlsFacts {
        address: at.ip(),
        version: match version {
            Some(ProtocolVersion::TLSv1_3) => "TLS 1.3".to_owned(),
            Some(ProtocolVersion::TLSv1_2) => "TLS 1.2".to_owned(),
            _ => String::new(),
        },
        trust,
        chain: certificate::facts(&shown.chain),
        sent: u32::try_from(shown.chain.len()).unwrap_or(u32::MAX),
        roots: roots.version().to_owned(),
        is_users_root: root.as_ref().is_some_and(|(_, is_users)| *is_users),
        root: root.map(|(name, _)| name),
    }
}

/// The root that signs for the chain, and whether it is one of the user's files: asked of the issuers in the order the
/// certificates came, as the verifier does.
fn root(shown: &Shown, roots: &Roots, now: UnixTime) -> Option<(String, bool)> {
    let anchor = shown.chain.iter().find_map(|certificate| {
        let issuer = certificate::issuer_der(certificate)?;
        roots.anchor(&issuer, &shown.chain, now)
    })?;
    let name = certificate::organisation_of(&name_der(anchor))?;
    Some((name, !roots.is_compiled_in(anchor)))
}
