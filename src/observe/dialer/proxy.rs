//! The HTTP proxy that connections go through where the user names one. Proxies of the environment are never read.

use std::fmt;
use std::io;

use data_encoding::BASE64;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

use crate::evidence::PageHost;

/// Longest answer to CONNECT that is read.
const MAX_ANSWER: usize = 8192;

/// An HTTP proxy.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Its host.
    pub host: PageHost,
    /// Its port.
    pub port: u16,
    /// Value of `Proxy-Authorization`, a secret.
    authorization: Option<String>,
}

/// Why a proxy cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadProxy {
    /// Not a URL.
    #[error("a proxy is written http://HOST:PORT")]
    Url,
    /// Another scheme.
    #[error("only HTTP proxies are supported (http://HOST:PORT)")]
    Scheme,
}

impl Proxy {
    /// Reads `http://[USER:PASSWORD@]HOST[:PORT]`.
    ///
    /// # Errors
    /// What is not such a URL. The error never holds the text, which may hold a password.
    pub fn parse(text: &str) -> Result<Self, BadProxy> {
        let url = Url::parse(text).map_err(|_| BadProxy::Url)?;
        if url.scheme() != "http" {
            return Err(BadProxy::Scheme);
        }
        let host = PageHost::of(&url).ok_or(BadProxy::Url)?;
        let port = url.port_or_known_default().ok_or(BadProxy::Url)?;
        let authorization = (!url.username().is_empty()).then(|| {
            let decode = |text: &str| percent_decoded(text);
            let mut pair = decode(url.username());
            pair.push(b':');
            pair.extend(decode(url.password().unwrap_or_default()));
            format!("Basic {}", BASE64.encode(&pair))
        });
        Ok(Self { host, port, authorization })
    }

    /// Value of `Proxy-Authorization`.
    pub(in crate::observe) fn authorization(&self) -> Option<&str> {
        self.authorization.as_deref()
    }

    /// Asks the proxy on this connection for one to the host.
    pub(super) async fn tunnel(&self, stream: &mut TcpStream, host: &PageHost, port: u16) -> io::Result<()> {
        let mut request = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n");
        if let Some(value) = &self.authorization {
            request.push_str("Proxy-Authorization: ");
            request.push_str(value);
            request.push_str("\r\n");
        }
        request.push_str("\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        // Octet by octet: what comes after the empty line is no longer the proxy's.
        while !answer.ends_with(b"\r\n\r\n") {
            if answer.len() == MAX_ANSWER {
                return Err(io::Error::other("the proxy's answer has no end"));
            }
            answer.push(stream.read_u8().await?);
        }
        let line = answer.split(|octet| *octet == b'\r').next().unwrap_or_default();
        match line.get(9..12) {
            Some([b'2', _, _]) if line.starts_with(b"HTTP/1.") => Ok(()),
            Some(code) if line.starts_with(b"HTTP/1.") && code.iter().all(u8::is_ascii_digit) => {
                Err(io::Error::other(format!("the proxy answered {}", String::from_utf8_lossy(code))))
            }
            _ => Err(io::Error::other("the proxy does not speak HTTP")),
        }
    }
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let octets = text.as_bytes();
    let mut out = Vec::with_capacity(octets.len());
    let mut at = 0;
    while at < octets.len() {
        let hex = octets.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        match (octets[at], hex.and_then(|pair| u8::from_str_radix(pair, 16).ok())) {
            (b'%', Some(octet)) => {
                out.push(octet);
                at += 3;
            }
            (octet, _) => {
                out.push(octet);
                at += 1;
            }
        }
    }
    out
}

/// Without the credentials.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}:{}", self.host, self.port)
    }
}

/// Without the credentials.
impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop")]

    use super::*;

    #[test]
    fn credentials_are_used_and_never_shown() {
        let proxy = Proxy::parse("http://us%40er:pa%3Ass@proxy.example:3128").unwrap();
        assert_eq!(proxy.authorization(), Some(format!("Basic {}", BASE64.encode(b"us@er:pa:ss")).as_str()));
        assert_eq!(proxy.to_string(), "http://proxy.example:3128");
        assert_eq!(format!("{proxy:?}"), "Proxy(http://proxy.example:3128)");
        assert_eq!(Proxy::parse("http://127.0.0.1").unwrap().to_string(), "http://127.0.0.1:80");
    }

    #[test]
    fn other_proxies_are_refused() {
        for text in ["socks5://127.0.0.1:1080", "https://proxy.example", "ftp://proxy.example"] {
            assert_eq!(Proxy::parse(text), Err(BadProxy::Scheme), "{text}");
        }
        assert_eq!(Proxy::parse("proxy.example:3128").unwrap_err(), BadProxy::Scheme);
        assert_eq!(Proxy::parse("").unwrap_err(), BadProxy::Url);
    }
}
