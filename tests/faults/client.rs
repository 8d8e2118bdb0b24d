//! What the client does beyond one question: sharing, remembering, hurrying, waiting, ending.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jurisdig::evidence::Status;
use jurisdig::model::DomainName;
use jurisdig::observe::dns::{Client, RData, Resolver, Rtype, Settings, StartError};
use tokio::task::JoinSet;

use crate::behaviour::{error, hop_by_hop, ok, plain_only, right, send, tcp_only, truncated};
use crate::matrix::settings;
use crate::message::{Message, extended_error};
use crate::server::{Behaviour, Server};

fn host(text: &str) -> DomainName {
    DomainName::from_ascii(text).unwrap()
}

async fn start(behaviour: Behaviour) -> (Server, Arc<Client>) {
    let server = Server::start(behaviour).await;
    let client = Client::start(settings(vec![server.address])).await.unwrap();
    (server, Arc::new(client))
}

/// A port nobody listens on. It is held by a socket connected to somewhere else: nobody can take it meanwhile, and
/// the system reports it unreachable to everybody else.
fn dead_port() -> (SocketAddr, UdpSocket) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    socket.connect(address).unwrap();
    (address, socket)
}

#[tokio::test]
async fn identical_questions_share_one_answer() {
    let (server, client) = start(ok).await;
    let mut tasks = JoinSet::new();
    for _ in 0..50 {
        let client = Arc::clone(&client);
        tasks.spawn(async move { client.lookup(&host("shared.test"), Rtype::A).await });
    }
    let lookups = tasks.join_all().await;
    assert!(lookups.iter().all(|lookup| *lookup == lookups[0] && lookup.answer.status == Status::Ok));
    client.lookup(&host("shared.test"), Rtype::A).await;
    assert_eq!(server.udp_packets(), 1);
    client.lookup(&host("shared.test"), Rtype::Mx).await;
    assert_eq!(server.udp_packets(), 2);
}

#[tokio::test]
async fn failures_are_asked_again() {
    let (server, client) = start(|q| if q.number < 2 { error(q, 2) } else { ok(q) }).await;
    assert_eq!(client.lookup(&host("a.test"), Rtype::A).await.answer.status, Status::Servfail);
    assert_eq!(client.lookup(&host("a.test"), Rtype::A).await.answer.status, Status::Ok);
    assert_eq!(server.udp_packets(), 3);
}

/// Whoever asks first may be dropped; the others must not wait for ever, or ask a second time each.
#[tokio::test]
async fn a_dropped_question_is_taken_over() {
    let (server, client) = start(|q| if q.number == 0 { vec![] } else { ok(q) }).await;
    let first = tokio::spawn({
        let client = Arc::clone(&client);
        async move { client.lookup(&host("a.test"), Rtype::A).await }
    });
    while server.udp_packets() == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let second = tokio::spawn({
        let client = Arc::clone(&client);
        async move { client.lookup(&host("a.test"), Rtype::A).await }
    });
    tokio::task::yield_now().await;
    first.abort();
    assert_eq!(second.await.unwrap().answer.status, Status::Ok);
    assert_eq!(server.udp_packets(), 2);
}

#[tokio::test]
async fn the_cache_is_bounded_and_keeps_what_repeats() {
    let server = Server::start(ok).await;
    let client = Client::start(Settings { cache: 4, ..settings(vec![server.address]) }).await.unwrap();
    for number in 0..100 {
        client.lookup(&host("shared.test"), Rtype::A).await;
        client.lookup(&host(&format!("once{number}.test")), Rtype::A).await;
    }
    assert_eq!(server.udp_packets(), 101);
    client.lookup(&host("once3.test"), Rtype::A).await;
    assert_eq!(server.udp_packets(), 102);
    let without = Client::start(Settings { cache: 0, ..settings(vec![server.address]) }).await.unwrap();
    without.lookup(&host("a.test"), Rtype::A).await;
    without.lookup(&host("a.test"), Rtype::A).await;
    assert_eq!(server.udp_packets(), 104);
}

/// An answer is forged by who guesses id, port and case: all three must vary.
#[tokio::test]
async fn ids_ports_and_case_are_random() {
    let (server, client) = start(ok).await;
    for number in 0..100 {
        client.lookup(&host(&format!("abcdefghijklmnopqrstuvwxyz{number}.test")), Rtype::A).await;
    }
    let queries = server.queries();
    let ids: BTreeSet<_> = queries.iter().map(|query| query.id).collect();
    let ports: BTreeSet<_> = queries.iter().map(|query| query.port).collect();
    let cases: BTreeSet<_> = queries.iter().map(|query| query.question[1..27].to_vec()).collect();
    assert!(ids.len() > 95, "{} ids", ids.len());
    assert_eq!(ports.len(), 4);
    assert!(cases.len() > 95, "{} spellings", cases.len());
}

/// Nothing but the names asked goes out: no search list, no second guess.
#[tokio::test]
async fn only_names_asked_are_asked() {
    let (server, client) = start(|q| error(q, 3)).await;
    let names = ["host", "www.test", "_dmarc.a_b.test"];
    for name in names {
        let lookup = client.lookup(&host(name), Rtype::Txt).await;
        assert_eq!(lookup.answer.status, Status::Nxdomain);
    }
    let asked: Vec<String> = server.queries().into_iter().map(|query| query.name).collect();
    assert_eq!(asked, names);
}

#[tokio::test]
async fn a_silent_upstream_is_asked_last_after_a_while() {
    let silent = Server::start(|_| vec![]).await;
    let healthy = Server::start(ok).await;
    let client = Client::start(settings(vec![silent.address, healthy.address])).await.unwrap();
    for number in 0..12 {
        let lookup = client.lookup(&host(&format!("n{number}.test")), Rtype::A).await;
        assert_eq!(lookup.answer.status, Status::Ok);
        assert_eq!(lookup.answer.upstream, healthy.address.to_string());
    }
    assert!(silent.udp_packets() <= 4, "{} packets to the silent one", silent.udp_packets());
    assert!(client.has_answered());
}

#[tokio::test]
async fn all_upstreams_get_their_turn() {
    let refusing = Server::start(|q| error(q, 5)).await;
    let failing = Server::start(|q| error(q, 2)).await;
    let healthy = Server::start(ok).await;
    let (dead, _held) = dead_port();
    let upstreams = vec![dead, refusing.address, failing.address, healthy.address];
    let client = Client::start(settings(upstreams)).await.unwrap();
    let lookup = client.lookup(&host("a.test"), Rtype::A).await;
    assert_eq!(lookup.answer.status, Status::Ok);
    assert_eq!(lookup.answer.packets, 4);
}

/// The failure that says most about the name is told, not the last one.
#[tokio::test]
async fn the_most_telling_failure_is_told() {
    let failing = Server::start(|q| send(Message::to(q).rcode(2).additional(extended_error(22, "nobody home")))).await;
    let refusing = Server::start(|q| error(q, 5)).await;
    let silent = Server::start(|_| vec![]).await;
    let upstreams = vec![silent.address, failing.address, refusing.address];
    let client = Client::start(settings(upstreams)).await.unwrap();
    let lookup = client.lookup(&host("a.test"), Rtype::A).await;
    assert_eq!(lookup.answer.status, Status::Servfail);
    assert_eq!(lookup.answer.upstream, failing.address.to_string());
    assert!(lookup.answer.packets <= 4);
    let detail = lookup.detail();
    assert!(detail.contains("SERVFAIL") && detail.contains("EDE 22: nobody home"), "{detail}");
    assert!(client.last_error().is_some());
}

#[tokio::test]
async fn a_dead_port_is_seen_at_once() {
    let (upstream, _held) = dead_port();
    let client = Client::start(Settings::new(vec![upstream], "test")).await.unwrap();
    let started = Instant::now();
    let lookup = client.lookup(&host("a.test"), Rtype::A).await;
    assert_eq!(lookup.answer.status, Status::Network);
    assert!(lookup.answer.packets <= 2);
    assert!(started.elapsed() < Duration::from_millis(1500), "{:?}", started.elapsed());
    assert!(!client.has_answered());
    assert!(client.last_error().unwrap().contains(&upstream.to_string()));
}

#[tokio::test]
async fn upstreams_may_have_ipv6_addresses() {
    if UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)).is_err() {
        // A machine without IPv6: then such an upstream is a failure that leaves the others usable.
        let server = Server::start(ok).await;
        let upstreams = vec![(Ipv6Addr::LOCALHOST, 5353).into(), server.address];
        let client = Client::start(settings(upstreams)).await.unwrap();
        assert_eq!(client.lookup(&host("a.test"), Rtype::A).await.answer.status, Status::Ok);
        return;
    }
    let server = Server::start_with(|q| tcp_only(q, truncated(q)), Ipv6Addr::LOCALHOST.into()).await;
    let client = Client::start(settings(vec![server.address])).await.unwrap();
    let lookup = client.lookup(&host("a.test"), Rtype::A).await;
    assert_eq!(lookup.answer.status, Status::Ok);
    assert_eq!(lookup.answer.upstream, server.address.to_string());
    assert_eq!((server.udp_packets(), server.tcp_connections()), (1, 1));
}

#[tokio::test]
async fn without_upstreams_there_is_no_client() {
    assert!(matches!(Client::start(Settings::default()).await, Err(StartError::NoUpstreams)));
}

/// What was learnt about an upstream is used: the case it changes, the EDNS it does not answer.
#[tokio::test]
async fn habits_of_an_upstream_are_learnt() {
    let (server, client) = start(|q| {
        let mut message = right(q);
        message.body.make_ascii_lowercase();
        send(message)
    })
    .await;
    for number in 0..5 {
        let lookup = client.lookup(&host(&format!("abcdefghijklmnopqrstuvwxyz{number}.test")), Rtype::A).await;
        assert_eq!(lookup.answer.flags, ["case-mismatch"]);
    }
    assert_eq!((server.udp_packets(), server.tcp_connections()), (5, 1));

    let (server, client) = start(|q| plain_only(q, error(q, 1))).await;
    for number in 0..10 {
        let lookup = client.lookup(&host(&format!("n{number}.test")), Rtype::A).await;
        assert_eq!((lookup.answer.status, lookup.answer.flags), (Status::Ok, vec!["no-edns".to_owned()]));
    }
    assert_eq!(server.udp_packets(), 13);
}

#[tokio::test]
async fn a_rate_is_kept() {
    let server = Server::start(ok).await;
    let client = Arc::new(Client::start(Settings { rate: Some(50), ..settings(vec![server.address]) }).await.unwrap());
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for number in 0..25 {
        let client = Arc::clone(&client);
        tasks.spawn(async move { client.lookup(&host(&format!("n{number}.test")), Rtype::A).await });
    }
    let lookups = tasks.join_all().await;
    assert!(lookups.iter().all(|lookup| lookup.answer.status == Status::Ok && lookup.answer.packets == 1));
    // Five at once, then one every 20 ms.
    assert!(started.elapsed() >= Duration::from_millis(390), "{:?}", started.elapsed());
}

/// Waiting for the rate limit is no waiting for the resolver.
#[tokio::test]
async fn a_rate_does_not_make_chains_time_out() {
    let server = Server::start(|q| hop_by_hop(q, 3)).await;
    let timeouts = [Duration::from_millis(100); 4];
    let slow = Settings { rate: Some(3), timeouts, ..settings(vec![server.address]) };
    let client = Client::start(slow).await.unwrap();
    let lookup = client.lookup(&host("www.test"), Rtype::A).await;
    assert_eq!((lookup.answer.status, lookup.answer.packets), (Status::Ok, 4));
}

/// Few sockets are few ports to guess, so they do not stay for ever; answers under way survive the change.
#[tokio::test]
async fn ports_are_replaced() {
    let server = Server::start(ok).await;
    let one = Settings { sockets: 1, cache: 0, ..Settings::new(vec![server.address], "test") };
    let client = Arc::new(Client::start(one).await.unwrap());
    let mut tasks = JoinSet::new();
    for number in 0..4500 {
        if tasks.len() >= 100 {
            assert_eq!(tasks.join_next().await.unwrap().unwrap(), Status::Ok);
        }
        let client = Arc::clone(&client);
        let name = host(&format!("n{number}.test"));
        tasks.spawn(async move { client.lookup(&name, Rtype::A).await.answer.status });
    }
    assert!(tasks.join_all().await.into_iter().all(|status| status == Status::Ok));
    let ports: BTreeSet<_> = server.queries().iter().map(|query| query.port).collect();
    assert_eq!(ports.len(), 2);
}

#[tokio::test]
async fn dropping_the_client_ends_its_tasks() {
    let (_server, client) = start(ok).await;
    client.lookup(&host("a.test"), Rtype::A).await;
    for number in 0..40 {
        client.lookup(&host(&format!("n{number}.test")), Rtype::A).await;
    }
    let metrics = tokio::runtime::Handle::current().metrics();
    let before = metrics.num_alive_tasks();
    drop(client);
    for _ in 0..200 {
        if metrics.num_alive_tasks() + 4 <= before {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{} tasks, {before} before", metrics.num_alive_tasks());
}

/// An idle client does nothing: no timer, no poll.
#[tokio::test]
async fn an_idle_client_sleeps() {
    let (_server, client) = start(ok).await;
    client.lookup(&host("a.test"), Rtype::A).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let metrics = tokio::runtime::Handle::current().metrics();
    let before = metrics.worker_park_count(0);
    tokio::time::sleep(Duration::from_millis(200)).await;
    let parked = metrics.worker_park_count(0) - before;
    assert!(parked < 10, "woken {parked} times");
}

#[tokio::test]
async fn every_message_of_a_chain_is_kept() {
    let (_server, client) = start(|q| hop_by_hop(q, 3)).await;
    let lookup = Resolver::Network(Arc::into_inner(client).unwrap()).lookup(&host("www.test"), Rtype::A).await;
    assert_eq!(lookup.chain, [host("hop1.test"), host("hop2.test"), host("hop3.test")]);
    assert_eq!(lookup.answer.wire.split(',').count(), 4);
    assert_eq!(lookup.answer.packets, 4);
}

#[tokio::test]
async fn thousands_of_names_at_once() {
    let server = Server::start(ok).await;
    let client = Arc::new(Client::start(Settings::new(vec![server.address], "test")).await.unwrap());
    let mut tasks = JoinSet::new();
    let mut answered = 0;
    for number in 0..3000 {
        if tasks.len() >= 200 {
            answered += usize::from(tasks.join_next().await.unwrap().unwrap());
        }
        let client = Arc::clone(&client);
        tasks.spawn(async move {
            let lookup = client.lookup(&host(&format!("n{number}.test")), Rtype::A).await;
            lookup.data == [RData::A([192, 0, 2, 1].into())]
        });
    }
    answered += tasks.join_all().await.into_iter().filter(|right| *right).count();
    assert_eq!(answered, 3000);
}

/// Loses so many of 100 packets each way, picked by a fixed generator.
async fn lossy(per_cent: u64) -> (u32, u32) {
    let state = Arc::new(AtomicU64::new(42));
    let lost = move || {
        let next = state.load(Ordering::Relaxed).wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state.store(next, Ordering::Relaxed);
        (next >> 33) % 100 < per_cent
    };
    let server =
        Server::start_with(move |q| if lost() || lost() { vec![] } else { ok(q) }, Ipv4Addr::LOCALHOST.into()).await;
    // Long enough that a busy machine loses nothing beside what is meant to be lost (965 of 1000 at load 9 with half).
    let timeouts = [120, 160, 200, 240].map(Duration::from_millis);
    let client = Client::start(Settings { timeouts, ..settings(vec![server.address]) }).await.unwrap();
    let client = Arc::new(client);
    let (mut ok, mut packets) = (0, 0);
    let mut tasks = JoinSet::new();
    for number in 0..1000 {
        let client = Arc::clone(&client);
        tasks.spawn(async move { client.lookup(&host(&format!("n{number}.test")), Rtype::A).await.answer });
        if tasks.len() >= 100 || number == 999 {
            while let Some(answer) = tasks.join_next().await {
                let answer = answer.unwrap();
                assert!(matches!(answer.status, Status::Ok | Status::Timeout), "{answer:?}");
                ok += u32::from(answer.status == Status::Ok);
                packets += answer.packets;
            }
        }
    }
    (ok, packets)
}

#[tokio::test]
async fn loss_costs_packets_not_answers() {
    let (answered, packets) = lossy(5).await;
    assert!(answered >= 999, "{answered} of 1000");
    assert!(packets <= 1250, "{packets} packets");
    // With a third of the tries lost, four tries miss one name in sixty; those are timeouts and nothing else.
    let (answered, packets) = lossy(20).await;
    assert!(answered >= 970, "{answered} of 1000");
    assert!(packets <= 1800, "{packets} packets");
}
