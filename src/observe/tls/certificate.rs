//! What a certificate says. All of it is text from outside: cut, made valid UTF-8, and otherwise left as it is.

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use sha2::{Digest as _, Sha256};
use x509_parser::asn1_rs::{Any, FromDer as _, Tag};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::time::ASN1Time;
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

use crate::evidence::CertificateFact;

/// Certificates kept of a chain.
pub(super) const MAX_CHAIN: usize = 10;
/// Names kept of a certificate.
const MAX_NAMES: usize = 100;
/// Characters kept of a text.
const MAX_CHARACTERS: usize = 256;
/// Tag of a DNS name in the names a certificate is for (RFC 5280, section 4.2.1.6).
const DNS_NAME: Tag = Tag(2);

/// Certificates as far as they can be read, up to the cap: what comes after one that cannot be read is left out, so
/// that the first is the host's own or there is none.
pub(super) fn facts(chain: &[CertificateDer<'_>]) -> Vec<CertificateFact> {
    chain.iter().take(MAX_CHAIN).map_while(|der| fact(der)).collect()
}

fn fact(der: &[u8]) -> Option<CertificateFact> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let (names, name_count) = dns_names(&certificate);
    let issuer = certificate.issuer();
    Some(CertificateFact {
        issuer: organisation(issuer).unwrap_or_default(),
        issuer_name: text(issuer.iter_common_name()).unwrap_or_default(),
        issuer_country: text(issuer.iter_country()).unwrap_or_default(),
        subject: text(certificate.subject().iter_common_name()).unwrap_or_default(),
        not_before: timestamp(certificate.validity().not_before),
        not_after: timestamp(certificate.validity().not_after),
        serial: serial(certificate.raw_serial()),
        names,
        name_count,
        sha256: HEXLOWER.encode(&Sha256::digest(der)),
    })
}

/// Whether the certificate names itself as its issuer.
pub(super) fn is_self_issued(der: &[u8]) -> bool {
    X509Certificate::from_der(der)
        .is_ok_and(|(_, certificate)| certificate.issuer().as_raw() == certificate.subject().as_raw())
}

/// The serial number as it is encoded.
pub(super) fn raw_serial(der: &[u8]) -> Option<&[u8]> {
    X509Certificate::from_der(der).ok().map(|(_, certificate)| certificate.raw_serial())
}

/// The issuer's whole name, DER.
pub(super) fn issuer_der(der: &[u8]) -> Option<Vec<u8>> {
    X509Certificate::from_der(der).ok().map(|(_, certificate)| certificate.issuer().as_raw().to_vec())
}

/// Organisation of a name given in DER, or its common name.
pub(super) fn organisation_of(name: &[u8]) -> Option<String> {
    X509Name::from_der(name).ok().and_then(|(_, name)| organisation(&name))
}

fn organisation(name: &X509Name<'_>) -> Option<String> {
    text(name.iter_organization()).or_else(|| text(name.iter_common_name()))
}

/// The first of the values that is not blank.
fn text<'a, 'b: 'a>(mut values: impl Iterator<Item = &'a AttributeTypeAndValue<'b>>) -> Option<String> {
    values.find_map(|value| {
        let value = decode(value.attr_value());
        (!value.trim().is_empty()).then_some(value)
    })
}

/// A string of any of the types names are made of (RFC 5280, section 4.1.2.4).
fn decode(value: &Any<'_>) -> String {
    match value.tag() {
        Tag::BmpString => {
            let units = value.data.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            cut(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)))
        }
        Tag::UniversalString => {
            let points =
                value.data.chunks_exact(4).map(|four| u32::from_be_bytes([four[0], four[1], four[2], four[3]]));
            cut(points.map(|point| char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER)))
        }
        // T.61 as everybody reads it: Latin-1.
        Tag::T61String => cut(value.data.iter().map(|byte| char::from(*byte))),
        _ => lossy(value.data),
    }
}

fn lossy(bytes: &[u8]) -> String {
    // Four bytes are the longest character: what is cut off here is never reached.
    let bytes = &bytes[..bytes.len().min(4 * MAX_CHARACTERS + 4)];
    cut(String::from_utf8_lossy(bytes).chars())
}

fn cut(characters: impl Iterator<Item = char>) -> String {
    characters.take(MAX_CHARACTERS).collect()
}

fn dns_names(certificate: &X509Certificate<'_>) -> (Vec<String>, u32) {
    let names = certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectAlternativeName(names) => Some(&names.general_names),
        _ => None,
    });
    let mut kept = Vec::new();
    let mut count = 0_u32;
    for name in names.into_iter().flatten() {
        let name = match name {
            GeneralName::DNSName(name) => name.as_bytes(),
            GeneralName::Invalid(tag, bytes) if *tag == DNS_NAME => bytes,
            _ => continue,
        };
        count = count.saturating_add(1);
        if kept.len() < MAX_NAMES {
            kept.push(lossy(name));
        }
    }
    (kept, count)
}

/// `99991231235959Z` says "no end" (RFC 5280, section 4.1.2.5) and is later than a timestamp can be.
fn timestamp(time: ASN1Time) -> Timestamp {
    let seconds = time.timestamp();
    Timestamp::from_second(seconds).unwrap_or(if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// Without the octet that keeps the number positive.
fn serial(raw: &[u8]) -> String {
    let digits = match raw {
        [0, rest @ ..] if !rest.is_empty() => rest,
        all => all,
    };
    cut(HEXLOWER.encode(digits).chars())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

    use std::str::FromStr as _;

    use rcgen::string::{BmpString, TeletexString, UniversalString};
    use rcgen::{CertificateParams, CustomExtension, DnType, DnValue, KeyPair, SerialNumber, date_time_ymd};

    use super::super::super::roots::{Roots, name_der};
    use super::*;

    fn of(params: &CertificateParams) -> CertificateFact {
        let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        facts(&[certificate.der().clone()]).remove(0)
    }

    fn named(values: &[(DnType, DnValue)]) -> CertificateParams {
        let mut params = CertificateParams::new(vec!["www.exemple.fr".to_owned()]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        for (kind, value) in values {
            params.distinguished_name.push(kind.clone(), value.clone());
        }
        params
    }

    #[test]
    fn every_part_is_read() {
        let mut params = named(&[
            (DnType::CountryName, "FR".into()),
            (DnType::OrganizationName, "Société Exemple".into()),
            (DnType::CommonName, "Exemple CA".into()),
        ]);
        params.not_before = date_time_ymd(2026, 1, 2);
        params.not_after = date_time_ymd(2027, 1, 30);
        params.serial_number = Some(SerialNumber::from_slice(&[0xf0, 1, 2]));
        let fact = of(&params);
        assert_eq!(fact.issuer, "Société Exemple");
        assert_eq!((fact.issuer_name.as_str(), fact.issuer_country.as_str()), ("Exemple CA", "FR"));
        assert_eq!(fact.subject, "Exemple CA");
        assert_eq!(fact.not_before.to_string(), "2026-01-02T00:00:00Z");
        assert_eq!(fact.not_after.to_string(), "2027-01-30T00:00:00Z");
        assert_eq!(fact.serial, "f00102");
        assert_eq!((fact.names.as_slice(), fact.name_count), (["www.exemple.fr".to_owned()].as_slice(), 1));
        assert_eq!(fact.sha256.len(), 64);
    }

    #[test]
    fn the_common_name_stands_in_for_an_organisation_that_is_missing_or_blank() {
        assert_eq!(of(&named(&[(DnType::CommonName, "only".into())])).issuer, "only");
        let blank = named(&[(DnType::OrganizationName, "  ".into()), (DnType::CommonName, "only".into())]);
        assert_eq!(of(&blank).issuer, "only");
        assert_eq!(of(&named(&[])).issuer, "");
    }

    #[test]
    fn old_string_types_are_text() {
        for value in [
            DnValue::BmpString(BmpString::from_str("Žluť").unwrap()),
            DnValue::UniversalString(
                UniversalString::from_utf32be("Žluť".chars().flat_map(|c| u32::from(c).to_be_bytes()).collect())
                    .unwrap(),
            ),
        ] {
            assert_eq!(of(&named(&[(DnType::OrganizationName, value)])).issuer, "Žluť");
        }
        let latin = DnValue::TeletexString(TeletexString::from_str("plain").unwrap());
        assert_eq!(of(&named(&[(DnType::OrganizationName, latin)])).issuer, "plain");
    }

    #[test]
    fn long_texts_are_cut_at_characters() {
        let fact = of(&named(&[(DnType::OrganizationName, "é€𝄞".repeat(1000).into())]));
        assert_eq!(fact.issuer.chars().count(), MAX_CHARACTERS);
        assert!(fact.issuer.starts_with("é€𝄞é"));
        assert!(!fact.issuer.contains(char::REPLACEMENT_CHARACTER));
    }

    #[test]
    fn escapes_and_bidi_stay_for_the_sinks_to_handle() {
        let fact = of(&named(&[(DnType::OrganizationName, "\u{1b}]0;x\u{7}\u{202e}evil".into())]));
        assert_eq!(fact.issuer, "\u{1b}]0;x\u{7}\u{202e}evil");
    }

    #[test]
    fn names_that_are_no_utf8_are_counted_and_kept_readable() {
        // subjectAltName: one DNS name of two octets, the first 0xff; and a mail address, which is none.
        let mut params = named(&[]);
        params.subject_alt_names.clear();
        let content = vec![0x30, 0x08, 0x82, 0x02, 0xff, b'a', 0x81, 0x02, b'x', b'@'];
        params.custom_extensions.push(CustomExtension::from_oid_content(&[2, 5, 29, 17], content));
        let fact = of(&params);
        assert_eq!((fact.names, fact.name_count), (vec!["\u{fffd}a".to_owned()], 1));
    }

    #[test]
    fn a_certificate_without_end_ends_at_the_last_timestamp() {
        let mut params = named(&[]);
        params.not_after = date_time_ymd(9999, 12, 31);
        assert_eq!(of(&params).not_after, Timestamp::MAX);
    }

    #[test]
    fn what_cannot_be_read_ends_the_chain() {
        let readable = named(&[]).self_signed(&KeyPair::generate().unwrap()).unwrap().der().clone();
        let garbage = CertificateDer::from(vec![0x30, 1, 0]);
        assert_eq!(facts(&[readable.clone(), garbage.clone(), readable.clone()]).len(), 1);
        assert!(facts(&[garbage, readable]).is_empty());
    }

    #[test]
    fn every_compiled_in_root_has_a_name() {
        for anchor in Roots::compiled_in().anchors() {
            let name = organisation_of(&name_der(anchor)).unwrap_or_default();
            assert!(!name.is_empty(), "{:?}", anchor.subject);
        }
    }
}
