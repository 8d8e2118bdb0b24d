//! The DevTools protocol over a pair of pipes: JSON, each message ended by a NUL. No port is opened for it, so that no
//! other program of this machine can drive the browser, and the browser ends when we do.

use std::io;
use std::pin::Pin;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// Longest message that is read; a longer one is passed over without being held. A screenshot is the longest wanted.
const MAX_MESSAGE: usize = 64 << 20;

/// How much is read at once.
const CHUNK: usize = 64 << 10;

/// What the browser says: the answer to a command, or an event.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Message {
    /// Command it answers.
    #[serde(default)]
    pub(super) id: Option<u64>,
    /// Name of the event.
    #[serde(default)]
    pub(super) method: String,
    #[serde(default)]
    pub(super) params: Value,
    #[serde(default)]
    pub(super) result: Value,
    #[serde(default)]
    pub(super) error: Option<Value>,
    /// Target it is about; empty for the browser itself.
    #[serde(default, rename = "sessionId")]
    pub(super) session: String,
}

impl Message {
    /// A text among the parameters, by its path.
    pub(super) fn text(&self, pointer: &str) -> &str {
        self.params.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }
}

/// Our ends of the pipes.
pub(super) struct Pipe {
    to: Pin<Box<dyn AsyncWrite + Send>>,
    from: Pin<Box<dyn AsyncRead + Send>>,
    held: Vec<u8>,
    /// How much of `held` holds no NUL.
    looked_at: usize,
    /// Within a message that is too long.
    is_passing_over: bool,
    last_id: u64,
    max: usize,
}

impl Pipe {
    pub(super) fn new(to: impl AsyncWrite + Send + 'static, from: impl AsyncRead + Send + 'static) -> Self {
        Self {
            to: Box::pin(to),
            from: Box::pin(from),
            held: Vec::new(),
            looked_at: 0,
            is_passing_over: false,
            last_id: 0,
            max: MAX_MESSAGE,
        }
    }

    /// Sends a command to a target (`""`: the browser itself), and gives its number.
    pub(super) async fn send(&mut self, session: &str, method: &str, params: &Value) -> io::Result<u64> {
        self.last_id += 1;
        let mut command = json!({ "id": self.last_id, "method": method, "params": params });
        if !session.is_empty() {
            command["sessionId"] = json!(session);
        }
        let mut octets = serde_json::to_vec(&command)?;
        octets.push(0);
        self.to.write_all(&octets).await?;
        self.to.flush().await?;
        Ok(self.last_id)
    }

    /// The next message. Nothing is lost where the future is dropped.
    pub(super) async fn next(&mut self) -> io::Result<Message> {
        loop {
            if let Some(at) = self.held[self.looked_at..].iter().position(|octet| *octet == 0) {
                let end = self.looked_at + at;
                let message = serde_json::from_slice(&self.held[..end]);
                self.held.drain(..=end);
                self.looked_at = 0;
                if std::mem::take(&mut self.is_passing_over) {
                    continue;
                }
                return message.map_err(io::Error::from);
            }
            self.looked_at = self.held.len();
            if self.held.len() > self.max {
                self.is_passing_over = true;
            }
            if self.is_passing_over {
                self.held.clear();
                self.looked_at = 0;
            }
            self.held.reserve(CHUNK);
            if self.from.read_buf(&mut self.held).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop")]

    use super::*;

    #[tokio::test]
    async fn messages_come_in_any_pieces() {
        let (near, mut far) = tokio::io::duplex(1 << 16);
        let (from, to) = tokio::io::split(near);
        let mut pipe = Pipe::new(to, from);
        assert_eq!(pipe.send("S", "Page.enable", &json!({})).await.unwrap(), 1);
        let mut sent = vec![0; 128];
        let length = far.read(&mut sent).await.unwrap();
        assert_eq!(sent[length - 1], 0);
        let sent: Value = serde_json::from_slice(&sent[..length - 1]).unwrap();
        assert_eq!(sent, json!({ "id": 1, "method": "Page.enable", "params": {}, "sessionId": "S" }));

        let said = b"{\"id\":1,\"result\":{}}\0{\"method\":\"A\",\"params\":{\"b\":\"c\"},\"sessionId\":\"S\"}\0";
        let write = async {
            for octet in said {
                far.write_all(&[*octet]).await.unwrap();
                tokio::task::yield_now().await;
            }
            drop(far);
        };
        let read = async {
            let answer = pipe.next().await.unwrap();
            assert_eq!(answer.id, Some(1));
            let event = pipe.next().await.unwrap();
            assert_eq!((event.method.as_str(), event.session.as_str(), event.text("/b")), ("A", "S", "c"));
            assert_eq!(pipe.next().await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        };
        tokio::join!(write, read);
    }

    #[tokio::test]
    async fn a_message_that_is_too_long_is_not_held() {
        let (near, mut far) = tokio::io::duplex(1 << 16);
        let (from, to) = tokio::io::split(near);
        let mut pipe = Pipe::new(to, from);
        pipe.max = 1 << 16;
        let write = async {
            far.write_all(&vec![b'x'; 1 << 20]).await.unwrap();
            far.write_all(b"\0{\"id\":7}\0").await.unwrap();
        };
        let read = async {
            assert_eq!(pipe.next().await.unwrap().id, Some(7));
            assert!(pipe.held.capacity() < 1 << 19, "{}", pipe.held.capacity());
        };
        tokio::join!(write, read);
    }
}
