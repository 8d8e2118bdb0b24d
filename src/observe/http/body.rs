//! A body read up to a cap on its decoded octets, however many those would become.

use reqwest::Response;
use reqwest::header::CONTENT_ENCODING;
use sha2::{Digest as _, Sha256};

use super::fault;

/// How a gzip begins (RFC 1952, section 2.3.1).
const GZIP: &[u8] = &[0x1f, 0x8b, 8];

/// What was read of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Body {
    /// Decoded octets, or those of an unknown coding as they came.
    pub(super) octets: Vec<u8>,
    /// SHA-256 of them, hex.
    pub(super) sha256: String,
    pub(super) is_cut: bool,
    pub(super) is_incomplete: bool,
    pub(super) is_undecoded: bool,
}

/// Reads until the end, the cap or an error, a deadline among them.
pub(super) async fn read(mut answer: Response, cap: usize) -> Body {
    // reqwest takes the header away where it decodes.
    let mut is_undecoded =
        answer.headers().get_all(CONTENT_ENCODING).iter().any(|value| !is_identity(value.as_bytes()));
    let (mut octets, mut is_cut, mut is_incomplete) = (Vec::new(), false, false);
    loop {
        match answer.chunk().await {
            Ok(Some(piece)) => {
                let fits = piece.len().min(cap - octets.len());
                octets.extend_from_slice(&piece[..fits]);
                if fits < piece.len() {
                    is_cut = true;
                    break;
                }
            }
            Ok(None) => break,
            // A coding that breaks before it brings anything was never that coding.
            Err(error) if octets.is_empty() && fault::is_of_coding(&error) => {
                is_undecoded = true;
                break;
            }
            Err(_) => {
                is_incomplete = true;
                break;
            }
        }
    }
    // A second coding in a header of its own is taken away with the first, and not decoded.
    is_undecoded |= octets.starts_with(GZIP);
    let sha256 = data_encoding::HEXLOWER.encode(&Sha256::digest(&octets));
    Body { octets, sha256, is_cut, is_incomplete, is_undecoded }
}

fn is_identity(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    value.is_empty() || value.eq_ignore_ascii_case(b"identity")
}
