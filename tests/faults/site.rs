//! A web server on loopback that does to the octet what it is told.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// What the server does, in order. The connection is closed at the end.
#[derive(Debug, Clone)]
pub enum Act {
    Send(Vec<u8>),
    Wait(u64),
    /// Octet by octet, with a pause of milliseconds before each.
    Drip(Vec<u8>, u64),
    /// Over and over until the other side has enough, with a pause between.
    Endless(Vec<u8>, u64),
    /// Pieces made as they are sent, until the other side has enough or there are no more.
    #[allow(dead_code, reason = "for tests/bombs.rs, which shares this file")]
    Stream(fn() -> Box<dyn Iterator<Item = Vec<u8>> + Send>),
    Reset,
    Stall,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    pub path: String,
    pub head: String,
    pub at: Instant,
}

impl Seen {
    /// The values of a header, joined.
    pub fn header(&self, name: &str) -> Option<String> {
        let values: Vec<&str> = self
            .head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(':'))
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
            .collect();
        (!values.is_empty()).then(|| values.join(", "))
    }
}

/// A running server. Ends with its value.
pub struct Site {
    pub address: SocketAddr,
    connections: Arc<AtomicUsize>,
    open: Arc<AtomicUsize>,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

/// How a connection begins.
#[derive(Clone)]
pub enum Shell {
    /// With a request, which is answered by its path.
    Http,
    /// With TLS, then a request.
    Https(TlsAcceptor),
    /// With whatever comes first, which is answered as path ``.
    Raw,
}

impl Site {
    pub async fn start(behaviour: impl Fn(&Seen) -> Vec<Act> + Send + Sync + 'static) -> Self {
        Self::start_with(Shell::Http, "127.0.0.1:0", behaviour).await
    }

    pub async fn start_with(
        shell: Shell,
        address: &str,
        behaviour: impl Fn(&Seen) -> Vec<Act> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (connections, open) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let seen = Arc::<Mutex<Vec<Seen>>>::default();
        let behaviour = Arc::new(behaviour);
        let task = tokio::spawn({
            let (connections, open, seen) = (Arc::clone(&connections), Arc::clone(&open), Arc::clone(&seen));
            async move {
                loop {
                    let Ok((stream, _)) = listener.accept().await else { continue };
                    connections.fetch_add(1, Ordering::SeqCst);
                    open.fetch_add(1, Ordering::SeqCst);
                    let open = Arc::clone(&open);
                    let served = serve(stream, shell.clone(), Arc::clone(&behaviour), Arc::clone(&seen));
                    tokio::spawn(async move {
                        served.await;
                        open.fetch_sub(1, Ordering::SeqCst);
                    });
                }
            }
        });
        Self { address, connections, open, seen, task }
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Connections whose end has not been noticed yet.
    #[allow(dead_code, reason = "for tests/bombs.rs, which shares this file")]
    pub fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub fn paths(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.path).collect()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    stream: TcpStream,
    shell: Shell,
    behaviour: Arc<impl Fn(&Seen) -> Vec<Act> + Send + Sync + 'static>,
    seen: Arc<Mutex<Vec<Seen>>>,
) {
    let _ = stream.set_nodelay(true);
    match shell {
        Shell::Https(acceptor) => {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                answer(&mut stream, true, &*behaviour, &seen).await;
                let _ = stream.shutdown().await;
            }
        }
        Shell::Http | Shell::Raw => {
            let mut stream = stream;
            if answer(&mut stream, matches!(shell, Shell::Http), &*behaviour, &seen).await {
                stream.set_zero_linger().unwrap();
            }
        }
    }
}

/// Whether the connection is to be reset.
async fn answer<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    is_http: bool,
    behaviour: &(impl Fn(&Seen) -> Vec<Act> + Send + Sync + 'static),
    seen: &Mutex<Vec<Seen>>,
) -> bool {
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return false,
            Ok(length) => head.extend_from_slice(&buffer[..length]),
        }
        if !is_http || head.ends_with(b"\r\n\r\n") {
            break;
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = if is_http { head.split(' ').nth(1).unwrap_or_default().to_owned() } else { String::new() };
    let request = Seen { path, head, at: Instant::now() };
    let acts = behaviour(&request);
    seen.lock().unwrap().push(request);
    for act in acts {
        let pause = |time| tokio::time::sleep(Duration::from_millis(time));
        match act {
            Act::Send(octets) => {
                let _ = stream.write_all(&octets).await;
                let _ = stream.flush().await;
            }
            Act::Wait(time) => pause(time).await,
            Act::Drip(octets, time) => {
                for octet in octets {
                    pause(time).await;
                    if stream.write_all(&[octet]).await.is_err() || stream.flush().await.is_err() {
                        return false;
                    }
                }
            }
            Act::Endless(octets, time) => loop {
                if stream.write_all(&octets).await.is_err() {
                    return false;
                }
                pause(time).await;
            },
            Act::Stream(make) => {
                for octets in make() {
                    if stream.write_all(&octets).await.is_err() {
                        return false;
                    }
                }
            }
            Act::Reset => return true,
            Act::Stall => pause(30_000).await,
        }
    }
    let _ = stream.flush().await;
    false
}

/// An answer with a length.
pub fn page(status: &str, headers: &[&str], body: &[u8]) -> Vec<Act> {
    let mut text = format!("HTTP/1.1 {status}\r\n");
    for header in headers {
        text.push_str(header);
        text.push_str("\r\n");
    }
    text.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
    let mut octets = text.into_bytes();
    octets.extend_from_slice(body);
    vec![Act::Send(octets)]
}

/// A redirect.
pub fn to(location: &str) -> Vec<Act> {
    page("302 Found", &[&format!("Location: {location}")], b"")
}

/// Octets as they are.
pub fn raw(text: &str) -> Vec<Act> {
    vec![Act::Send(text.as_bytes().to_vec())]
}
