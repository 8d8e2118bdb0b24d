//! The certificate a host shows, and whether it holds.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One TLS handshake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsFacts {
    /// The address that was connected to; of a mapped connection (`--connect-to`) the one mapped to.
    pub address: IpAddr,
    /// Version agreed on, such as `TLS 1.3`; empty where the handshake did not come that far.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Whether the chain holds for the host on the day.
    pub trust: Trust,
    /// Certificates in the order the server sent them, the host's own first; cut at a cap, see `sent`.
    pub chain: Vec<CertificateFact>,
    /// Certificates the server sent.
    pub sent: u32,
    /// Version of the compiled-in root set, or the file of `--ca-file`, that was judged by.
    pub roots: String,
    /// The root the chain ends on, by its subject organisation (or common name); set where it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// That root came from a file of the user (`--ca-file`): a proxy that opens TLS has one too, so the chain says little
    /// about who certifies the site.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_users_root: bool,
}

/// Whether a chain holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trust {
    /// It ends on a root of the set, is in its time, and names the host.
    Holds,
    /// Out of date.
    Expired,
    /// Its time has not begun.
    NotYetValid,
    /// It names other hosts.
    WrongName,
    /// The host's own certificate is its own issuer.
    SelfSigned,
    /// It ends on no root of the set.
    UnknownIssuer,
    /// It is revoked, by what the handshake itself carries; nobody else was asked.
    Revoked,
    /// It cannot be read or breaks the rules of its kind.
    BadCertificate,
}

/// One certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateFact {
    /// Organisation of the issuer (`O=`), or its common name; text from outside, to be believed only where the chain
    /// holds.
    pub issuer: String,
    /// Common name of the issuer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub issuer_name: String,
    /// Country of the issuer (`C=`), as written.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub issuer_country: String,
    /// Common name of the subject.
    pub subject: String,
    /// Start of validity.
    pub not_before: Timestamp,
    /// End of validity.
    pub not_after: Timestamp,
    /// Serial number, hex.
    pub serial: String,
    /// DNS names it is for, in the order of the certificate, cut at a cap.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// How many names it is for.
    #[serde(default)]
    pub name_count: u32,
    /// SHA-256 of its DER bytes, hex.
    pub sha256: String,
}
