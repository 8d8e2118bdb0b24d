//! URLs of any scheme: their hosts, and nothing else of them.

use std::net::{IpAddr, Ipv6Addr};

use super::{Host, suffix};
use crate::evidence::special_purpose;
use crate::model::DomainName;

/// Schemes whose authority is no host: a file, a bucket, a key, a place inside a program.
const WITHOUT_HOST: &[&str] = &[
    "about",
    "android-app",
    "arn",
    "awskms",
    "awssm",
    "azurekeyvault",
    "bigquery",
    "blob",
    "chrome",
    "chrome-extension",
    "classpath",
    "cid",
    "data",
    "dynamodb",
    "env",
    "file",
    "gcpkms",
    "gcs",
    "gs",
    "inproc",
    "ios-app",
    "jar",
    "javascript",
    "kms",
    "mem",
    "memory",
    "moz-extension",
    "npipe",
    "op",
    "pkcs11",
    "resource",
    "s3",
    "s3a",
    "s3n",
    "secret",
    "secretsmanager",
    "sqlite",
    "sqlite3",
    "ssm",
    "tag",
    "unix",
    "urn",
    "vault",
    "vfs",
];

/// Whether the authority of a scheme is a host.
pub(super) fn has_host(scheme: &str) -> bool {
    let scheme = scheme.to_ascii_lowercase();
    // `sqlite+aiosqlite://`: the first part says what it is.
    let kind = scheme.split('+').next().unwrap_or(&scheme);
    !WITHOUT_HOST.contains(&kind)
}

/// Hosts of a URL of which what stands behind `://` is given; several for a cluster (`a:27017,b:27017`). Empty where
/// nothing stands there, or any host is meant (`*`).
pub(super) fn hosts(rest: &str) -> Vec<Host> {
    let authority = authority(rest);
    let hosts = authority.rsplit('@').next().unwrap_or(authority);
    if hosts.is_empty() || hosts == "*" {
        return Vec::new();
    }
    hosts.split(',').filter(|part| !part.is_empty()).map(|part| host(without_port(part))).collect()
}

/// The authority of RFC 3986. A password that holds `/`, `?` or `#` unescaped is seen by the port that is none.
fn authority(rest: &str) -> &str {
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let strict = &rest[..end];
    let port_is_none = strict
        .rsplit_once(':')
        .is_some_and(|(_, port)| !port.is_empty() && !port.bytes().all(|b| b.is_ascii_digit()) && !port.ends_with(']'));
    match rest[end..].rfind('@') {
        Some(at) if port_is_none && !strict.contains('@') => {
            let after = &rest[end + at..];
            let stop = after.find(['/', '?', '#']).map_or(rest.len(), |stop| end + at + stop);
            &rest[..stop]
        }
        _ => strict,
    }
}

fn without_port(text: &str) -> &str {
    if text.starts_with('[') {
        return text.find(']').map_or(text, |end| &text[..=end]);
    }
    text.split(':').next().unwrap_or(text)
}

/// A host as it stands in a URL.
pub(super) fn host(text: &str) -> Host {
    let text = text.strip_prefix("*.").unwrap_or(text);
    if let Some(inner) = text.strip_prefix('[') {
        let inner = inner.strip_suffix(']').unwrap_or(inner);
        return inner.parse::<Ipv6Addr>().map_or(Host::Unreadable("no IPv6 address"), |ip| address(ip.into()));
    }
    if let Ok(ip) = text.parse::<IpAddr>() {
        return address(ip);
    }
    if text.chars().any(|c| c.is_control() || matches!(c, '$' | '{' | '}' | '<' | '>' | '%' | '*' | '(' | ')' | '#')) {
        return Host::Unreadable("its host is a variable or a placeholder");
    }
    let Ok(name) = text.parse::<DomainName>() else { return Host::Unreadable("its host is no name") };
    if name.tld().bytes().all(|b| b.is_ascii_digit()) {
        return Host::Unreadable("its host is no address");
    }
    if suffix::is_reserved(name.as_str()) || !suffix::is_delegated(name.as_str()) {
        return Host::Internal;
    }
    Host::Name(name)
}

/// A public address, or one that is nobody's outside.
pub(super) fn address(ip: IpAddr) -> Host {
    if special_purpose(ip).is_some() { Host::Internal } else { Host::Ip(ip) }
}
