//! `--connect-to`: where connections go instead, in curl's form.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use crate::evidence::PageHost;
use crate::model::DomainName;

/// `HOST1:PORT1:HOST2:PORT2`: what is meant for HOST1:PORT1 goes to HOST2:PORT2. An empty first half matches any, an
/// empty second half keeps what was meant. IPv6 addresses stand in brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectTo {
    /// Host meant; `None` for any.
    pub host: Option<PageHost>,
    /// Port meant; `None` for any.
    pub port: Option<u16>,
    /// Host connected to; `None` for the one meant.
    pub to_host: Option<PageHost>,
    /// Port connected to; `None` for the one meant.
    pub to_port: Option<u16>,
}

/// Why a mapping cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadConnectTo {
    /// Not four fields.
    #[error("`{0}` is not HOST:PORT:HOST:PORT (fields may be empty, IPv6 addresses stand in brackets)")]
    Fields(String),
    /// A bracket without its partner, or something other than `:` behind it.
    #[error("`{0}`: brackets hold an IPv6 address and nothing stands between `]` and `:`")]
    Brackets(String),
    /// Neither a name nor an address.
    #[error("`{0}` is neither a host name nor an address")]
    Host(String),
    /// Not a port.
    #[error("`{0}` is not a port (1 to 65535)")]
    Port(String),
}

impl ConnectTo {
    /// Whether a connection to this host and port is mapped by it.
    #[must_use]
    pub fn matches(&self, host: &PageHost, port: u16) -> bool {
        self.host.as_ref().is_none_or(|meant| meant == host) && self.port.is_none_or(|meant| meant == port)
    }
}

impl FromStr for ConnectTo {
    type Err = BadConnectTo;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fields = split(text)?;
        let [host, port, to_host, to_port] = fields.as_slice() else {
            return Err(BadConnectTo::Fields(text.to_owned()));
        };
        Ok(Self {
            host: read_host(host)?,
            port: read_port(port)?,
            to_host: read_host(to_host)?,
            to_port: read_port(to_port)?,
        })
    }
}

/// Splits at colons outside of brackets.
fn split(text: &str) -> Result<Vec<&str>, BadConnectTo> {
    let mut fields = Vec::new();
    let mut rest = text;
    loop {
        let end = if rest.starts_with('[') {
            let close = rest.find(']').ok_or_else(|| BadConnectTo::Brackets(text.to_owned()))? + 1;
            if !(rest[close..].is_empty() || rest[close..].starts_with(':')) {
                return Err(BadConnectTo::Brackets(text.to_owned()));
            }
            close
        } else {
            rest.find(':').unwrap_or(rest.len())
        };
        fields.push(&rest[..end]);
        match rest[end..].strip_prefix(':') {
            Some(more) => rest = more,
            None => return Ok(fields),
        }
    }
}

fn read_host(field: &str) -> Result<Option<PageHost>, BadConnectTo> {
    if field.is_empty() {
        return Ok(None);
    }
    let bad = || BadConnectTo::Host(field.to_owned());
    if let Some(inner) = field.strip_prefix('[') {
        let ip: Ipv6Addr = inner.trim_end_matches(']').parse().map_err(|_| bad())?;
        return Ok(Some(PageHost::Ip(IpAddr::V6(ip))));
    }
    if let Ok(ip) = field.parse::<IpAddr>() {
        return Ok(Some(PageHost::Ip(ip)));
    }
    field.parse::<DomainName>().map(|name| Some(PageHost::Name(name))).map_err(|_| bad())
}

fn read_port(field: &str) -> Result<Option<u16>, BadConnectTo> {
    if field.is_empty() {
        return Ok(None);
    }
    let port = field.parse().ok().filter(|port| *port != 0);
    port.map(Some).ok_or_else(|| BadConnectTo::Port(field.to_owned()))
}

impl fmt::Display for ConnectTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = |host: &Option<PageHost>| host.as_ref().map(ToString::to_string).unwrap_or_default();
        let port = |port: Option<u16>| port.map(|port| port.to_string()).unwrap_or_default();
        write!(f, "{}:{}:{}:{}", host(&self.host), port(self.port), host(&self.to_host), port(self.to_port))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop")]

    use super::*;

    fn host(text: &str) -> PageHost {
        read_host(text).unwrap().unwrap()
    }

    #[test]
    fn mappings_are_written_as_they_were_read() {
        for text in [
            "example.org:443:127.0.0.1:8443",
            "::127.0.0.1:8443",
            ":443:127.0.0.1:8443",
            "example.org::127.0.0.2:",
            "[2001:db8::1]:80:[::1]:8080",
            "example.org:80::8080",
            ":::",
            "example.org:443:other.example:443",
        ] {
            assert_eq!(text.parse::<ConnectTo>().unwrap().to_string(), text);
        }
        assert_eq!("Example.ORG:1:A.Example.:2".parse::<ConnectTo>().unwrap().to_string(), "example.org:1:a.example:2");
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        for (text, want) in [
            ("", "is not HOST:PORT:HOST:PORT"),
            ("example.org:443", "is not HOST:PORT:HOST:PORT"),
            ("a.example:1:b.example:2:3", "is not HOST:PORT:HOST:PORT"),
            ("::1:443:127.0.0.1:1", "is not HOST:PORT:HOST:PORT"),
            ("[::1:443:127.0.0.1:1", "brackets"),
            ("[::1]x:443:127.0.0.1:1", "brackets"),
            ("[127.0.0.1]:443:127.0.0.1:1", "neither a host name nor an address"),
            ("a b:443:127.0.0.1:1", "neither a host name nor an address"),
            ("a.example:0:127.0.0.1:1", "is not a port"),
            ("a.example:443:127.0.0.1:65536", "is not a port"),
            ("a.example:https:127.0.0.1:1", "is not a port"),
        ] {
            let error = text.parse::<ConnectTo>().unwrap_err().to_string();
            assert!(error.contains(want), "{text}: {error}");
        }
    }

    #[test]
    fn empty_fields_match_any() {
        let any: ConnectTo = "::127.0.0.1:1".parse().unwrap();
        assert!(any.matches(&host("a.example"), 80) && any.matches(&host("[::1]"), 443));
        let port: ConnectTo = ":443:127.0.0.1:1".parse().unwrap();
        assert!(port.matches(&host("a.example"), 443) && !port.matches(&host("a.example"), 80));
        let name: ConnectTo = "a.example::127.0.0.1:1".parse().unwrap();
        assert!(name.matches(&host("A.example"), 80) && !name.matches(&host("b.example"), 80));
    }
}
