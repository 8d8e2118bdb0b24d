//! Record data in presentation format, read and written.

use std::fmt::Write as _;

use super::lines::{Token, unescape};
use crate::model::{BadName, DomainName};
use crate::observe::dns::rdata::Unusable;
use crate::observe::dns::{RData, Rtype};

/// Why data could not be taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It is what a server sent, and of no use; no fault of the file.
    Unusable(Unusable),
    /// A fault of the file.
    Fault(String),
}

impl From<String> for Refused {
    fn from(what: String) -> Self {
        Self::Fault(what)
    }
}

/// A name, made absolute; `None` is the root. A name without a final dot is below the origin, where there is one.
pub(super) fn name(raw: &str, origin: Option<&DomainName>) -> Result<Option<DomainName>, Refused> {
    if raw == "@" {
        return origin.cloned().map(Some).ok_or_else(|| Refused::Fault("@ without $ORIGIN".to_owned()));
    }
    if raw == "." {
        return Ok(None);
    }
    let mut text = std::borrow::Cow::Borrowed(raw);
    if raw.contains('\\') {
        // Escapes that hide a plain letter are undone; a hidden dot is not a border between labels.
        let octets = unescape(raw)?;
        let plain = String::from_utf8(octets).map_err(|_| Refused::Unusable(Unusable::OddName))?;
        if raw.contains("\\.") || raw.contains("\\046") {
            return Err(Refused::Unusable(Unusable::OddName));
        }
        text = plain.into();
    }
    if let (false, Some(origin)) = (text.ends_with('.'), origin) {
        text = format!("{text}.{origin}").into();
    }
    // Only what people write has letters beyond ASCII; a message has A-labels.
    let parsed = if text.is_ascii() { DomainName::from_ascii(&text) } else { text.parse() };
    match parsed {
        Ok(name) => Ok(Some(name)),
        Err(BadName::Characters | BadName::Wildcard) if text.is_ascii() => Err(Refused::Unusable(Unusable::OddName)),
        Err(error) => Err(Refused::Fault(format!("{text:?}: {error}"))),
    }
}

/// Data of one record.
pub(super) fn read(rtype: Rtype, tokens: &[Token<'_>], origin: Option<&DomainName>) -> Result<RData, Refused> {
    if tokens.first().is_some_and(|token| token.raw == "\\#" && !token.quoted) {
        // The form of RFC 3597, in which tools print what they could not read either.
        return Err(Refused::Unusable(Unusable::Bad));
    }
    let host = |token: &Token<'_>| name(token.raw, origin)?.ok_or(Refused::Unusable(Unusable::OddName));
    Ok(match (rtype, tokens) {
        (Rtype::A, [address]) => RData::A(parsed(address, "an IPv4 address")?),
        (Rtype::Aaaa, [address]) => RData::Aaaa(parsed(address, "an IPv6 address")?),
        (Rtype::Ns, [target]) => RData::Ns(host(target)?),
        (Rtype::Cname, [target]) => RData::Cname(host(target)?),
        (Rtype::Ptr, [target]) => RData::Ptr(host(target)?),
        (Rtype::Mx, [preference, exchange]) => {
            RData::Mx { preference: parsed(preference, "a preference")?, host: name(exchange.raw, origin)? }
        }
        (Rtype::Srv, [priority, weight, port, target]) => RData::Srv {
            priority: parsed(priority, "a priority")?,
            weight: parsed(weight, "a weight")?,
            port: parsed(port, "a port")?,
            target: name(target.raw, origin)?,
        },
        (Rtype::Txt, [_, ..]) => {
            let mut text = Vec::new();
            for token in tokens {
                text.append(&mut unescape(token.raw)?);
            }
            RData::Txt(text)
        }
        (Rtype::Caa, [flags, tag, value]) => RData::Caa {
            flags: parsed(flags, "flags")?,
            tag: tag.raw.to_ascii_lowercase(),
            value: String::from_utf8_lossy(&unescape(value.raw)?).into_owned(),
        },
        (Rtype::Soa, [_, _, numbers @ ..]) if numbers.len() == 5 => RData::Soa,
        _ => return Err(Refused::Fault(format!("{} record with {} fields", rtype.mnemonic(), tokens.len()))),
    })
}

fn parsed<T: std::str::FromStr>(token: &Token<'_>, what: &str) -> Result<T, Refused> {
    token.raw.parse().map_err(|_| Refused::Fault(format!("{:?} is not {what}", token.raw)))
}

/// Data as it is written in a zone file. `None` for a SOA, whose fields are not kept.
pub(super) fn write(data: &RData) -> Option<String> {
    let or_root = |name: &Option<DomainName>| name.as_ref().map_or_else(|| ".".to_owned(), |name| format!("{name}."));
    Some(match data {
        RData::A(address) => address.to_string(),
        RData::Aaaa(address) => address.to_string(),
        RData::Ns(name) | RData::Cname(name) | RData::Ptr(name) => format!("{name}."),
        RData::Mx { preference, host } => format!("{preference} {}", or_root(host)),
        RData::Srv { priority, weight, port, target } => format!("{priority} {weight} {port} {}", or_root(target)),
        RData::Txt(text) if text.is_empty() => "\"\"".to_owned(),
        RData::Txt(text) => text.chunks(255).map(quote).collect::<Vec<_>>().join(" "),
        RData::Caa { flags, tag, value } => format!("{flags} {tag} {}", quote(value.as_bytes())),
        RData::Soa => return None,
    })
}

fn quote(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len() + 2);
    text.push('"');
    for &octet in octets {
        match octet {
            b'"' | b'\\' => {
                text.push('\\');
                text.push(char::from(octet));
            }
            b' '..=b'~' => text.push(char::from(octet)),
            _ => {
                // Writing to a string cannot fail.
                let _ = write!(text, "\\{octet:03}");
            }
        }
    }
    text.push('"');
    text
}

/// A TTL in seconds or with BIND's units, such as `1h30m`.
pub(super) fn ttl(raw: &str) -> Option<u32> {
    if !raw.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let mut total = 0_u64;
    let mut number = 0_u64;
    for byte in raw.bytes() {
        let unit = match byte.to_ascii_lowercase() {
            digit @ b'0'..=b'9' => {
                number = number.saturating_mul(10).saturating_add(u64::from(digit - b'0'));
                continue;
            }
            b's' => 1,
            b'm' => 60,
            b'h' => 3600,
            b'd' => 86_400,
            b'w' => 604_800,
            _ => return None,
        };
        total = total.saturating_add(number.saturating_mul(unit));
        number = 0;
    }
    Some(u32::try_from(total.saturating_add(number)).unwrap_or(u32::MAX))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test ends where it fails")]
mod tests {
    use super::*;

    #[test]
    fn ttls_have_units() {
        for (raw, want) in
            [("300", Some(300)), ("1h30m", Some(5400)), ("2D", Some(172_800)), ("99999999999", Some(u32::MAX))]
        {
            assert_eq!(ttl(raw), want, "{raw}");
        }
        for raw in ["IN", "h1", "1x", "192.0.2.1", ""] {
            assert_eq!(ttl(raw), None, "{raw}");
        }
    }

    #[test]
    fn names_become_absolute() {
        let origin = DomainName::from_ascii("example.org").unwrap();
        let with = |raw| name(raw, Some(&origin)).map(|name| name.map(|name| name.to_string()));
        assert_eq!(with("www"), Ok(Some("www.example.org".into())));
        assert_eq!(with("@"), Ok(Some("example.org".into())));
        assert_eq!(with("mail.example.net."), Ok(Some("mail.example.net".into())));
        assert_eq!(with("."), Ok(None));
        assert_eq!(with(r"\119ww"), Ok(Some("www.example.org".into())));
        assert_eq!(with(r"a\.b."), Err(Refused::Unusable(Unusable::OddName)));
        assert_eq!(with(r"a\032b."), Err(Refused::Unusable(Unusable::OddName)));
        assert!(matches!(name("@", None), Err(Refused::Fault(_))));
        assert_eq!(name("mairie-évry.fr.", None).unwrap().unwrap().as_str(), "xn--mairie-vry-h7a.fr");
    }
}
