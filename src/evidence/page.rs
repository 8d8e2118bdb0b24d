//! What a visitor's browser meets at the page: redirects, headers, cookies, and every host the page names.

use std::fmt;
use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AddressFacts, Probe, Recording};
use crate::model::DomainName;

/// One look at a page: our own fetch, or what a browser recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageFacts {
    /// Who looked.
    pub by: Capture,
    /// The file it was read from, for an import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Recording>,
    /// Name and version of the browser, or of the tool that wrote the file; text from outside.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub software: String,
    /// When, where that differs from the evidence's own time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<Timestamp>,
    /// Before or after the visitor consented, where the user said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
    /// What robots.txt said; `None` where nobody asked it (imports, browsers).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub robots: Option<Robots>,
    /// Requests for the page itself, redirect by redirect. The last is the page, if its answer was no redirect.
    #[serde(default)]
    pub hops: Vec<Hop>,
    /// Hosts the page names or the browser asked, sorted by host. The hosts of `hops` are not among them unless the
    /// page names them too.
    #[serde(default)]
    pub resources: Vec<ResourceFact>,
    /// What was cut at a cap, in words such as `hosts: 300 of 512 kept`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capped: Vec<String>,
    /// What is odd about a recording, sorted: `one-address` (every host of several domains has the same: a proxy's),
    /// `cookies-may-be-left-out` (no cookie in a file of a browser that leaves them out unless asked); about a browser
    /// run by us: `certificate-errors-ignored` (under the roots of `--ca-file`), `sandbox-off`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
    /// SHA-256 of the screenshot, hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screenshot: Option<String>,
}

impl PageFacts {
    /// Facts of a look that has not begun.
    #[must_use]
    pub fn of_nothing(by: Capture) -> Self {
        Self {
            by,
            file: None,
            software: String::new(),
            taken_at: None,
            consent: None,
            robots: None,
            hops: Vec::new(),
            resources: Vec::new(),
            capped: Vec::new(),
            flags: Vec::new(),
            screenshot: None,
        }
    }

    /// The answer that was the page, if one came.
    #[must_use]
    pub fn document(&self) -> Option<&Response> {
        self.hops.last().and_then(|hop| hop.answer.found()).filter(|answer| answer.location.is_none())
    }
}

/// Who looked at a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Capture {
    /// Our own fetch: HTML and style sheets are read, scripts do not run.
    Fetch,
    /// A browser run by us.
    Browser,
    /// A file a browser exported (HAR).
    Har,
    /// A page saved as HTML: scripts do not run.
    HtmlFile,
}

impl Capture {
    /// Whether scripts ran, so that hosts only scripts name are among the resources.
    #[must_use]
    pub fn ran_scripts(self) -> bool {
        matches!(self, Self::Browser | Self::Har)
    }
}

/// Whether the visitor had consented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consent {
    /// Recorded before any choice.
    Before,
    /// Recorded after consent was given.
    After,
}

/// What robots.txt (RFC 9309) said about us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Robots {
    /// It lets us read the page.
    Allowed,
    /// There is none (a 4xx answer), which allows everything.
    None,
    /// It forbids the page: the page was not fetched.
    Disallowed,
    /// It could not be read (5xx, timeout, ...), which forbids everything: the page was not fetched.
    Unreachable,
}

/// One request for the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hop {
    /// Address asked for, without user, password, query and fragment.
    pub url: String,
    /// Its host.
    pub host: PageHost,
    /// The address that was connected to; of a mapped connection (`--connect-to`) the one mapped to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// What came.
    pub answer: Probe<Response>,
}

/// An HTTP answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// Status code, 200 to 599.
    pub status: u16,
    /// Headers in the order they came, names in lower case; values that may be secret (by the
    /// header's name, or as an address with more than a host) and values over 256 bytes are left out: their names stay.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// Names of cookies set, sorted, without values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cookies: Vec<String>,
    /// Where it redirects to, made absolute, without query and fragment; set for a redirect only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Media type and charset as sent.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub media_type: String,
    /// Decoded bytes of the body that were read.
    #[serde(default)]
    pub body_bytes: u64,
    /// SHA-256 of those bytes, hex; empty where no body was read.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body_sha256: String,
    /// What was odd, sorted: `body-cut` (longer than the cap), `incomplete` (ended early), `undecoded` (a coding other
    /// than gzip, or several), `from-cache` (a browser's cache or service worker answered).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
}

/// A host as a URL names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageHost {
    /// A name.
    Name(DomainName),
    /// An address literal.
    Ip(IpAddr),
}

impl PageHost {
    /// The name, if it is one.
    #[must_use]
    pub fn name(&self) -> Option<&DomainName> {
        match self {
            Self::Name(name) => Some(name),
            Self::Ip(_) => None,
        }
    }

    /// Whether it is nobody's on the public Internet: a name without a dot, of a top-level domain kept for private use
    /// (RFC 6761, RFC 6762, RFC 7686, RFC 9476, ICANN's `.internal` and the names it does not delegate), or an address
    /// that is not public.
    #[must_use]
    pub fn is_internal(&self) -> bool {
        const PRIVATE: [&str; 11] =
            ["localhost", "local", "internal", "test", "invalid", "onion", "alt", "lan", "corp", "home", "intranet"];
        match self {
            Self::Name(name) => {
                !name.as_str().contains('.') || PRIVATE.contains(&name.tld()) || name.is_under("home.arpa")
            }
            Self::Ip(ip) => super::special_purpose(*ip).is_some(),
        }
    }

    /// The host of a URL; `None` where it is neither a name the DNS can hold nor an address.
    #[must_use]
    pub fn of(url: &url::Url) -> Option<Self> {
        match url.host()? {
            url::Host::Domain(name) => name.parse().ok().map(Self::Name),
            url::Host::Ipv4(ip) => Some(Self::Ip(ip.into())),
            url::Host::Ipv6(ip) => Some(Self::Ip(ip.into())),
        }
    }
}

impl fmt::Display for PageHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::Ip(IpAddr::V6(ip)) => write!(f, "[{ip}]"),
            Self::Ip(ip) => ip.fmt(f),
        }
    }
}

/// One host the page names or the browser asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceFact {
    /// The host.
    pub host: PageHost,
    /// The strongest of the contacts seen.
    pub contact: Contact,
    /// How it is used, sorted.
    pub uses: Vec<Use>,
    /// How many times.
    pub count: u32,
    /// Path of the first use, without query, so that a reader finds it again; empty for a permission.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// Hosts of the documents that name it, sorted: the page's own, or that of a style sheet or frame.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named_by: Vec<PageHost>,
    /// Addresses the browser connected to, as the tables describe them; sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<AddressFacts>,
    /// Names of cookies it set, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cookies: Vec<String>,
}

/// Whether a host meets the visitor. Only the first two count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Contact {
    /// Named by a Content-Security-Policy or a `dns-prefetch`: nothing is sent there on that account.
    Permitted,
    /// A browser that reads the page would send it a request, or sends it one when a form is submitted.
    WouldBeContacted,
    /// A request was sent: by a browser that was recorded, or by us.
    Contacted,
}

/// How a page uses a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Use {
    /// Script.
    Script,
    /// Style sheet.
    Style,
    /// Font.
    Font,
    /// Image, icons and posters included.
    Image,
    /// Frame, embed or object: a document of its own.
    Frame,
    /// Audio, video, subtitles.
    Media,
    /// Target of a form.
    Form,
    /// Data asked by a script (recorded by a browser), a beacon, a web socket.
    Data,
    /// Manifest, feed of the page, anything else a browser loads by itself.
    Other,
    /// Connection opened ahead of time (`preconnect`, or a header that says so).
    Preconnect,
    /// Name looked up ahead of time (`dns-prefetch`).
    DnsPrefetch,
    /// Named by a Content-Security-Policy.
    Policy,
}
