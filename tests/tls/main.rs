//! The TLS probe against servers on loopback that are honest, broken, or hostile.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]
#![allow(unreachable_pub, missing_docs, reason = "nobody else uses a test")]

mod chains;
mod faults;
mod papers;
mod server;

use std::net::SocketAddr;
use std::time::Duration;

use jiff::Timestamp;
use jurisdig::evidence::{Probe, ProbeError, TlsFacts};
use jurisdig::model::DomainName;
use jurisdig::observe::roots::Roots;
use jurisdig::observe::tls;

/// No row that is not about time comes near it.
const PATIENCE: Duration = Duration::from_secs(20);

/// The day of all tests.
fn day() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

async fn look(at: SocketAddr, roots: &Roots) -> Probe<TlsFacts> {
    let host: DomainName = papers::HOST.parse().unwrap();
    tls::probe(at, &host, roots, day(), PATIENCE).await
}

async fn facts(at: SocketAddr, roots: &Roots) -> TlsFacts {
    match look(at, roots).await {
        Probe::Found(facts) => facts,
        other => panic!("{other:?}"),
    }
}

async fn fault(at: SocketAddr, roots: &Roots) -> ProbeError {
    match look(at, roots).await {
        Probe::Failed(error) => error,
        other => panic!("{other:?}"),
    }
}
