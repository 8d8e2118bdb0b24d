//! The same over sockets.

use super::*;

/// Asks over the loopback network a resolver that turns each question into this answer, or says nothing.
fn observe_network(answer: impl Fn(&mut [u8]) -> bool + Send + 'static, limits: Limits) -> Evidence {
    use crate::observe::dns::{Client, Settings};

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async move {
        let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        tokio::spawn(async move {
            let mut packet = [0; 2048];
            while let Ok((length, from)) = socket.recv_from(&mut packet).await {
                if answer(&mut packet[..length]) {
                    socket.send_to(&packet[..length], from).await.unwrap();
                }
            }
        });
        let timeouts = [50; 4].map(Duration::from_millis);
        let client = Client::start(Settings { timeouts, ..Settings::new(vec![address], "test") }).await.unwrap();
        let options = Options { limits, ..Options::default() };
        let observer = Observer::new(Resolver::Network(client), IpTables::embedded().unwrap(), options);
        observer.observe("www.example.test".parse().unwrap(), Timestamp::UNIX_EPOCH).await
    })
}

#[test]
fn a_domain_that_does_not_exist_over_the_network() {
    let evidence = observe_network(
        |packet| {
            packet[2] |= 0x80; // An answer,
            packet[3] = 0x83; // "no such name".
            true
        },
        Limits::default(),
    );
    assert!(evidence.answers.len() > 30);
    assert_eq!((evidence.vantage.resolvers.len(), evidence.vantage.chosen_by.as_str()), (1, "test"));
    assert!(evidence.answers.iter().all(|answer| answer.status == Status::Nxdomain && !answer.wire.is_empty()));
    assert!(evidence.hosts.values().all(|host| host.nxdomain && host.addresses == Probe::Absent));
    let mail = &evidence.mail;
    assert_eq!((&mail.mx, &mail.spf, &mail.dkim), (&Probe::Absent, &Probe::Absent, &Probe::Absent));
    assert_eq!((evidence.ns.servers, evidence.caa), (Probe::Absent, Probe::Absent));
}

#[test]
fn a_silent_resolver_leaves_nothing_but_failures_and_ends() {
    let started = std::time::Instant::now();
    let evidence = observe_network(|_| false, Limits { deadline: Duration::from_millis(500), ..Limits::default() });
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    assert!(evidence.answers.iter().all(|answer| answer.status == Status::Timeout));
    let unknown = |gap: &Probe<Vec<MxFact>>| matches!(gap, Probe::Failed(error) if error.status == Status::Timeout);
    assert!(unknown(&evidence.mail.mx), "{:?}", evidence.mail.mx);
    for host in evidence.hosts.values() {
        assert!(matches!(host.addresses, Probe::Failed(_)) && !host.nxdomain);
    }
    assert!(matches!(evidence.ns.servers, Probe::Failed(_)));
    assert!(!matches!(evidence.mail.spf, Probe::Absent | Probe::Found(_)));
}
