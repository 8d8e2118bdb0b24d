//! The server: UDP and TCP on one loopback port, each query answered as its behaviour says.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinHandle;

use crate::message::Query;

/// What the server does, in order.
#[derive(Debug, Clone)]
pub enum Act {
    Send(Vec<u8>),
    /// Over UDP, from another port.
    SendFromElsewhere(Vec<u8>),
    /// Octets on a TCP connection as they are, without the length in front.
    SendRaw(Vec<u8>),
    Wait(Duration),
    /// Holds a TCP connection open without a word.
    Stall,
}

pub type Behaviour = fn(&Query) -> Vec<Act>;

/// A running server. Ends with its value.
pub struct Server {
    pub address: SocketAddr,
    udp: Arc<AtomicUsize>,
    tcp: Arc<AtomicUsize>,
    queries: Arc<Mutex<Vec<Query>>>,
    tasks: Vec<JoinHandle<()>>,
}

impl Server {
    /// Starts on a port that is free for both.
    pub async fn start(behaviour: Behaviour) -> Self {
        Self::start_with(behaviour, Ipv4Addr::LOCALHOST.into()).await
    }

    pub async fn start_with(behaviour: impl Fn(&Query) -> Vec<Act> + Send + Sync + 'static, ip: IpAddr) -> Self {
        let (socket, listener) = loop {
            let socket = UdpSocket::bind((ip, 0)).await.unwrap();
            if let Ok(listener) = TcpListener::bind(socket.local_addr().unwrap()).await {
                break (Arc::new(socket), listener);
            }
        };
        let behaviour = Arc::new(behaviour);
        let address = socket.local_addr().unwrap();
        let (udp, tcp) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let queries = Arc::<Mutex<Vec<Query>>>::default();
        let mut tasks = Vec::new();
        {
            let (udp, tcp, queries, behaviour) =
                (Arc::clone(&udp), Arc::clone(&tcp), Arc::clone(&queries), Arc::clone(&behaviour));
            tasks.push(tokio::spawn(async move {
                let mut buffer = vec![0; 65_535];
                loop {
                    let Ok((length, from)) = socket.recv_from(&mut buffer).await else { continue };
                    let number = udp.fetch_add(1, Ordering::Relaxed) + tcp.load(Ordering::Relaxed);
                    let Some(query) = Query::parse(&buffer[..length], false, number, from.port()) else { continue };
                    let acts = behaviour(&query);
                    queries.lock().unwrap().push(query);
                    tokio::spawn(answer_udp(Arc::clone(&socket), from, acts));
                }
            }));
        }
        {
            let (udp, tcp, queries) = (Arc::clone(&udp), Arc::clone(&tcp), Arc::clone(&queries));
            tasks.push(tokio::spawn(async move {
                loop {
                    let Ok((stream, _)) = listener.accept().await else { continue };
                    let number = tcp.fetch_add(1, Ordering::Relaxed) + udp.load(Ordering::Relaxed);
                    tokio::spawn(answer_tcp(stream, number, Arc::clone(&behaviour), Arc::clone(&queries)));
                }
            }));
        }
        Self { address, udp, tcp, queries, tasks }
    }

    pub fn udp_packets(&self) -> usize {
        self.udp.load(Ordering::Relaxed)
    }

    pub fn tcp_connections(&self) -> usize {
        self.tcp.load(Ordering::Relaxed)
    }

    pub fn queries(&self) -> Vec<Query> {
        self.queries.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn answer_udp(socket: Arc<UdpSocket>, to: SocketAddr, acts: Vec<Act>) {
    for act in acts {
        match act {
            Act::Send(octets) => {
                let _ = socket.send_to(&octets, to).await;
            }
            Act::SendFromElsewhere(octets) => {
                let elsewhere = UdpSocket::bind("127.0.0.1:0").await.unwrap();
                let _ = elsewhere.send_to(&octets, to).await;
            }
            Act::Wait(time) => tokio::time::sleep(time).await,
            Act::SendRaw(_) | Act::Stall => {}
        }
    }
}

async fn answer_tcp(
    mut stream: TcpStream,
    number: usize,
    behaviour: Arc<impl Fn(&Query) -> Vec<Act> + Send + Sync + 'static>,
    queries: Arc<Mutex<Vec<Query>>>,
) {
    // Pieces go out as they are written, not when the one before is acknowledged.
    let _ = stream.set_nodelay(true);
    let Ok(length) = stream.read_u16().await else { return };
    let mut message = vec![0; usize::from(length)];
    if stream.read_exact(&mut message).await.is_err() {
        return;
    }
    let Some(query) = Query::parse(&message, true, number, stream.peer_addr().map_or(0, |from| from.port())) else {
        return;
    };
    let acts = behaviour(&query);
    queries.lock().unwrap().push(query);
    for act in acts {
        match act {
            Act::Send(octets) => {
                let mut framed = u16::try_from(octets.len()).unwrap().to_be_bytes().to_vec();
                framed.extend_from_slice(&octets);
                let _ = stream.write_all(&framed).await;
            }
            Act::SendRaw(octets) => {
                let _ = stream.write_all(&octets).await;
            }
            Act::Wait(time) => tokio::time::sleep(time).await,
            Act::Stall => tokio::time::sleep(Duration::from_secs(30)).await,
            Act::SendFromElsewhere(_) => {}
        }
    }
}
