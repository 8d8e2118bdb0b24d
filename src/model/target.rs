//! What is audited: a domain, a URL or an address.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{BadName, DomainName};

/// What the user asked about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// A host or domain name.
    Domain(DomainName),
    /// A page; its host is audited.
    Url {
        /// The host of the URL.
        host: DomainName,
        /// The URL without user, password, query and fragment, which may be secret.
        url: String,
    },
    /// An address.
    Ip(IpAddr),
    /// A region of a cloud, as a customer chose it: `aws:eu-west-3`.
    Region {
        /// Id of the cloud in the data, such as `aws`.
        cloud: String,
        /// Name of the region, in lower case.
        region: String,
    },
}

/// Why a text is not a target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTarget {
    /// A bare word: it could be a command.
    #[error("{0:?} has no dot: a target is a domain, a URL or an IP address")]
    BareWord(String),
    /// A URL of another scheme than http and https, or without a host.
    #[error("{0:?} is not an http or https URL with a host")]
    Url(String),
    /// Not a name.
    #[error("{0:?}: {1}")]
    Name(String, BadName),
    /// Longer than the cap of 4,096 bytes.
    #[error("longer than 4096 bytes")]
    TooLong,
}

/// Longest text taken as a target, in bytes.
const MAX_TARGET: usize = 4096;

impl Target {
    /// The name whose services are audited; `None` for an address or a region.
    #[must_use]
    pub fn name(&self) -> Option<&DomainName> {
        match self {
            Self::Domain(name) | Self::Url { host: name, .. } => Some(name),
            Self::Ip(_) | Self::Region { .. } => None,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Domain(name) | Self::Url { host: name, .. } => name.fmt(f),
            Self::Ip(ip) => ip.fmt(f),
            Self::Region { cloud, region } => write!(f, "{cloud}:{region}"),
        }
    }
}

impl FromStr for Target {
    type Err = BadTarget;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.len() > MAX_TARGET {
            return Err(BadTarget::TooLong);
        }
        if text.contains("://") {
            return from_url(text);
        }
        let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
        if let Ok(ip) = bare.parse::<IpAddr>() {
            return Ok(Self::Ip(ip));
        }
        if let Some((cloud, region)) = text.split_once(':').filter(|(cloud, region)| is_word(cloud) && is_word(region))
        {
            return Ok(Self::Region { cloud: cloud.to_ascii_lowercase(), region: region.to_ascii_lowercase() });
        }
        if !text.is_empty() && !text.trim_end_matches('.').contains(['.', '。', '．']) {
            return Err(BadTarget::BareWord(text.to_owned()));
        }
        match text.parse::<DomainName>() {
            // `1.2.3.999` or `0x7f.1` is a mistyped address, not a name: no top-level domain is a number.
            Ok(name) if name.tld().bytes().all(|b| b.is_ascii_digit()) => {
                Err(BadTarget::Name(text.to_owned(), BadName::Characters))
            }
            Ok(name) => Ok(Self::Domain(name)),
            Err(why) => Err(BadTarget::Name(text.to_owned(), why)),
        }
    }
}

/// Letters, digits and hyphens, a letter first.
fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn from_url(text: &str) -> Result<Target, BadTarget> {
    let bad = || BadTarget::Url(text.to_owned());
    let mut url = url::Url::parse(text).map_err(|_| bad())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad());
    }
    url.set_query(None);
    url.set_fragment(None);
    let _ = url.set_username("");
    let _ = url.set_password(None);
    match url.host() {
        Some(url::Host::Ipv4(ip)) => Ok(Target::Ip(ip.into())),
        Some(url::Host::Ipv6(ip)) => Ok(Target::Ip(ip.into())),
        Some(url::Host::Domain(host)) => {
            let host: DomainName = host.parse().map_err(|why| BadTarget::Name(text.to_owned(), why))?;
            if !host.as_str().contains('.') {
                return Err(BadTarget::BareWord(host.to_string()));
            }
            Ok(Target::Url { host, url: url.to_string() })
        }
        None => Err(bad()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_urls_and_addresses() {
        let domain = |t: &str| matches!(t.parse(), Ok(Target::Domain(_)));
        assert!(domain("example.fr") && domain("WWW.Mairie-Évry.fr.") && domain("xn--mairie-vry-i7a.fr"));
        assert!(matches!("45.60.155.214".parse(), Ok(Target::Ip(_))));
        assert!(matches!("[2a01:111::1]".parse(), Ok(Target::Ip(_))));
        assert!(matches!("2a01:111::1".parse(), Ok(Target::Ip(_))));
        let url: Target = "https://user:secret@www.example.fr/a?token=1#x".parse().expect("a URL");
        assert_eq!(url.to_string(), "www.example.fr");
        assert!(matches!(url, Target::Url { ref url, .. } if url == "https://www.example.fr/a"));
    }

    #[test]
    fn regions_name_their_cloud() {
        let region: Target = "aws:eu-west-3".parse().expect("a region");
        assert!(matches!(&region, Target::Region { cloud, region } if cloud == "aws" && region == "eu-west-3"));
        assert_eq!(region.to_string(), "aws:eu-west-3");
        // A host with a port is no region, nor is an address.
        assert!("www.example.fr:443".parse::<Target>().is_err());
        assert!(matches!("fe80:1::a".parse(), Ok(Target::Ip(_))));
    }

    #[test]
    fn bad_targets_say_why() {
        for bad in ["", "audit", "localhost", "ftp://x.example/", "http://", "1.2.3.999", "a b.fr", "user@example.fr"] {
            assert!(bad.parse::<Target>().is_err(), "{bad}");
        }
        assert_eq!("laws".parse::<Target>(), Err(BadTarget::BareWord("laws".into())));
        assert_eq!("x".repeat(4097).parse::<Target>(), Err(BadTarget::TooLong));
    }
}
