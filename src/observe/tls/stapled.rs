//! The statement of revocation (OCSP, RFC 6960) a server may show with its certificate. Nobody is asked for one.
//!
//! Its signature is not checked: it came over a handshake signed with the certificate's own key, and only "revoked" is
//! taken from it, which nobody says of himself in vain. That it says "good" counts for nothing.

use x509_parser::asn1_rs::{Any, Class, FromDer as _, Tag};

/// Whether the response says that the certificate with this serial number is revoked.
pub(super) fn is_revoked(response: &[u8], serial: &[u8]) -> bool {
    statements(response).is_some_and(|statements| {
        elements(statements).any(|statement| {
            let mut parts = elements(statement.data);
            let Some(id) = parts.next() else { return false };
            // Algorithm, hash of the issuer's name, hash of its key, serial number.
            let is_ours = elements(id.data).nth(3).is_some_and(|number| number.data == serial);
            is_ours
                && parts.next().is_some_and(|status| status.class() == Class::ContextSpecific && status.tag() == Tag(1))
        })
    })
}

/// The statements on single certificates.
fn statements(response: &[u8]) -> Option<&[u8]> {
    let response = only(response, Tag::Sequence)?;
    let mut parts = elements(response);
    // Any other status carries no statements.
    if parts.next()?.data != [0] {
        return None;
    }
    let bytes = only(parts.next()?.data, Tag::Sequence)?;
    let basic = only(elements(bytes).nth(1)?.data, Tag::Sequence)?;
    let signed = elements(basic).next()?;
    // Version and responder have tags of their context, the time before has its own.
    elements(signed.data)
        .find(|part| part.class() == Class::Universal && part.tag() == Tag::Sequence)
        .map(|part| part.data)
}

fn only(bytes: &[u8], tag: Tag) -> Option<&[u8]> {
    elements(bytes).next().filter(|element| element.tag() == tag).map(|element| element.data)
}

/// The elements of a constructed value, as far as they can be read.
fn elements(mut bytes: &[u8]) -> impl Iterator<Item = Any<'_>> {
    std::iter::from_fn(move || {
        let (rest, element) = Any::from_der(bytes).ok()?;
        bytes = rest;
        Some(element)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

    use super::*;

    fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let content = parts.concat();
        let length = u8::try_from(content.len()).unwrap();
        // DER has two forms for lengths of up to 255.
        if length < 0x80 {
            [&[tag, length][..], &content].concat()
        } else {
            [&[tag, 0x81, length][..], &content].concat()
        }
    }

    /// A response on one certificate.
    fn response(status: &[u8], serial: &[u8]) -> Vec<u8> {
        let hash = tlv(4, &[&[7; 20]]);
        let algorithm = tlv(0x30, &[&tlv(6, &[&[0x2b, 0x0e, 3, 2, 0x1a]]), &[5, 0]]);
        let id = tlv(0x30, &[&algorithm, &hash, &hash, &tlv(2, &[serial])]);
        let time = tlv(0x18, &[b"20261124120000Z"]);
        let single = tlv(0x30, &[&id, status, &time]);
        let data = tlv(0x30, &[&tlv(0xa2, &[&hash]), &time, &tlv(0x30, &[&single])]);
        let basic = tlv(0x30, &[&data, &algorithm, &tlv(3, &[&[0, 1]])]);
        let kind = tlv(6, &[&[0x2b, 6, 1, 5, 5, 7, 0x30, 1, 1]]);
        let bytes = tlv(0x30, &[&kind, &tlv(4, &[&basic])]);
        tlv(0x30, &[&tlv(0x0a, &[&[0]]), &tlv(0xa0, &[&bytes])])
    }

    fn revoked() -> Vec<u8> {
        tlv(0xa1, &[&tlv(0x18, &[b"20261101120000Z"])])
    }

    #[test]
    fn only_a_revocation_of_this_certificate_counts() {
        assert!(is_revoked(&response(&revoked(), &[1, 2, 3]), &[1, 2, 3]));
        assert!(!is_revoked(&response(&revoked(), &[1, 2, 4]), &[1, 2, 3]));
        assert!(!is_revoked(&response(&[0x80, 0], &[1, 2, 3]), &[1, 2, 3]), "good");
        assert!(!is_revoked(&response(&[0x82, 0], &[1, 2, 3]), &[1, 2, 3]), "unknown");
        let mut later = response(&revoked(), &[1, 2, 3]);
        assert_eq!(later[3..6], [0x0a, 1, 0], "the status");
        later[5] = 3;
        assert!(!is_revoked(&later, &[1, 2, 3]), "`try later` carries no statement");
    }

    #[test]
    fn rubbish_revokes_nothing_and_stops_nobody() {
        let whole = response(&revoked(), &[1, 2, 3]);
        for length in 0..whole.len() {
            assert!(!is_revoked(&whole[..length], &[1, 2, 3]), "{length}");
        }
        for at in 0..whole.len() {
            for value in [0, 0x30, 0x7f, 0x80, 0x84, 0xff] {
                let mut changed = whole.clone();
                changed[at] = value;
                let _ = is_revoked(&changed, &[1, 2, 3]);
            }
        }
    }
}
