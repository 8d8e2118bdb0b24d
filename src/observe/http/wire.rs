//! A stream that counts what comes in: whether anything came tells `slow` from `timeout`, the first octets tell plain
//! text from rubbish, and a cap bounds what may come before a header is whole (an endless run of 1xx answers is one).

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A stream of octets, plain or within TLS.
pub(super) trait Octets: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Octets for S {}

/// Most octets one read brings.
pub(super) const READ: usize = 8192;
/// Octets kept from the beginning.
const FIRST: usize = 16;

/// What was seen of a stream.
#[derive(Debug, Default)]
pub(super) struct Meter {
    count: AtomicU64,
    /// 0 for none.
    cap: AtomicU64,
    first: Mutex<Vec<u8>>,
}

impl Meter {
    pub(super) fn is_empty(&self) -> bool {
        self.count.load(Ordering::Relaxed) == 0
    }

    pub(super) fn first(&self) -> Vec<u8> {
        self.first.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on reading fails once more than this has come in all; 0 for no cap.
    pub(super) fn set_cap(&self, cap: u64) {
        self.cap.store(cap, Ordering::Relaxed);
    }

    fn add(&self, octets: &[u8]) -> io::Result<()> {
        let more = octets.len() as u64;
        let before = self.count.fetch_add(more, Ordering::Relaxed);
        if before < FIRST as u64 {
            let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
            let room = FIRST - first.len().min(FIRST);
            first.extend(octets.iter().take(room));
        }
        let cap = self.cap.load(Ordering::Relaxed);
        if cap != 0 && before + more > cap { Err(io::Error::other(OverCap)) } else { Ok(()) }
    }
}

/// More came than the cap allows.
#[derive(Debug, thiserror::Error)]
#[error("more octets than the cap before the header was whole")]
pub(super) struct OverCap;

/// The stream.
pub(super) struct Metered<S> {
    inner: S,
    meter: Arc<Meter>,
}

impl<S> Metered<S> {
    pub(super) fn new(inner: S) -> (Self, Arc<Meter>) {
        let meter = Arc::<Meter>::default();
        (Self { inner, meter: Arc::clone(&meter) }, meter)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(cx, buf))?;
        Poll::Ready(self.meter.add(&buf.filled()[before..]))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

impl<S: AsyncRead + Unpin> hyper::rt::Read for Metered<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buf: hyper::rt::ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        // Copied once more than needed: filling hyper's buffer in place takes unsafe code.
        let mut octets = [0; READ];
        let room = buf.remaining().min(octets.len());
        let mut read = ReadBuf::new(&mut octets[..room]);
        ready!(AsyncRead::poll_read(self, cx, &mut read))?;
        buf.put_slice(read.filled());
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> hyper::rt::Write for Metered<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        AsyncWrite::poll_write(self, cx, octets)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        AsyncWrite::poll_flush(self, cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        AsyncWrite::poll_shutdown(self, cx)
    }
}
