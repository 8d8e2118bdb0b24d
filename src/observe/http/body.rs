//! A body read up to a cap on its decoded octets, however many those would become.

use std::io::{self, Write};

use flate2::write::MultiGzDecoder;
use sha2::{Digest as _, Sha256};

/// How a body is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Plain,
    Gzip,
    /// Anything else, or several: kept as it came.
    Unknown,
}

impl Coding {
    /// Of the values of all `content-encoding` headers.
    pub(super) fn of<'a>(values: impl Iterator<Item = &'a [u8]>) -> Self {
        let codings: Vec<String> = values
            .flat_map(|value| value.split(|octet| *octet == b','))
            .map(|coding| String::from_utf8_lossy(coding.trim_ascii()).to_ascii_lowercase())
            .filter(|coding| !coding.is_empty() && coding != "identity")
            .collect();
        match codings.as_slice() {
            [] => Self::Plain,
            [one] if one == "gzip" || one == "x-gzip" => Self::Gzip,
            _ => Self::Unknown,
        }
    }
}

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

/// Takes up octets until the cap.
#[derive(Debug)]
struct Kept {
    octets: Vec<u8>,
    cap: usize,
    is_full: bool,
}

impl Write for Kept {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let room = self.cap - self.octets.len();
        let fits = octets.len().min(room);
        self.octets.extend_from_slice(&octets[..fits]);
        if fits < octets.len() {
            self.is_full = true;
            return Err(io::Error::other("cap reached"));
        }
        Ok(fits)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

enum Decoder {
    None(Kept),
    Gzip(Box<MultiGzDecoder<Kept>>),
}

/// A body being read.
pub(super) struct Reading {
    decoder: Decoder,
    coding: Coding,
    /// Octets as they came, and how many of them are read: a coding may bring any number without decoding to one.
    came: usize,
    cap: usize,
    is_broken: bool,
}

impl Reading {
    pub(super) fn new(coding: Coding, cap: usize) -> Self {
        let kept = Kept { octets: Vec::new(), cap, is_full: false };
        let decoder = match coding {
            Coding::Gzip => Decoder::Gzip(Box::new(MultiGzDecoder::new(kept))),
            Coding::Plain | Coding::Unknown => Decoder::None(kept),
        };
        Self { decoder, coding, came: 0, cap, is_broken: false }
    }

    /// Takes up octets; `false` when no more are wanted.
    pub(super) fn take(&mut self, octets: &[u8]) -> bool {
        self.came += octets.len();
        let result = match &mut self.decoder {
            Decoder::None(kept) => kept.write_all(octets),
            Decoder::Gzip(gzip) => gzip.write_all(octets),
        };
        if result.is_err() && !self.kept().is_full {
            self.is_broken = true;
        }
        result.is_ok() && self.came <= self.cap.saturating_mul(2)
    }

    fn kept(&self) -> &Kept {
        match &self.decoder {
            Decoder::None(kept) => kept,
            Decoder::Gzip(gzip) => gzip.get_ref(),
        }
    }

    /// What was read; `is_whole` says whether the transfer came to its end.
    pub(super) fn finish(mut self, is_whole: bool) -> Body {
        let is_over = self.came > self.cap.saturating_mul(2);
        // Only the end of the stream shows whether a gzip member is whole.
        if is_whole
            && self.came > 0
            && let Decoder::Gzip(gzip) = &mut self.decoder
            && gzip.try_finish().is_err()
            && !gzip.get_ref().is_full
        {
            self.is_broken = true;
        }
        // What the decoder still holds comes out before the octets are taken away.
        if let Decoder::Gzip(gzip) = &mut self.decoder
            && !self.is_broken
            && !gzip.get_ref().is_full
        {
            let _ = gzip.flush();
        }
        let kept = match &mut self.decoder {
            Decoder::None(kept) => kept,
            Decoder::Gzip(gzip) => gzip.get_mut(),
        };
        let is_cut = kept.is_full || is_over;
        let octets = std::mem::take(&mut kept.octets);
        // A coding that breaks before it brings anything was never that coding.
        let is_no_gzip = self.is_broken && octets.is_empty();
        let is_short = self.is_broken || !is_whole;
        Body {
            sha256: data_encoding::HEXLOWER.encode(&Sha256::digest(&octets)),
            is_cut,
            is_incomplete: is_short && !is_cut && !is_no_gzip,
            is_undecoded: self.coding == Coding::Unknown || is_no_gzip,
            octets,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop")]

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(octets: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(octets).unwrap();
        encoder.finish().unwrap()
    }

    fn read(coding: Coding, cap: usize, octets: &[u8], is_whole: bool) -> Body {
        let mut reading = Reading::new(coding, cap);
        for piece in octets.chunks(7) {
            if !reading.take(piece) {
                return reading.finish(false);
            }
        }
        reading.finish(is_whole)
    }

    fn flags(body: &Body) -> (bool, bool, bool) {
        (body.is_cut, body.is_incomplete, body.is_undecoded)
    }

    #[test]
    fn codings_are_told_apart() {
        let of = |values: &[&str]| Coding::of(values.iter().map(|value| value.as_bytes()));
        assert_eq!(of(&[]), Coding::Plain);
        assert_eq!(of(&["identity"]), Coding::Plain);
        assert_eq!(of(&[" GZIP "]), Coding::Gzip);
        assert_eq!(of(&["x-gzip"]), Coding::Gzip);
        for several in [&["gzip, gzip"][..], &["gzip", "gzip"], &["br"], &["deflate"], &["zstd"], &["gzip;q=1"]] {
            assert_eq!(of(several), Coding::Unknown, "{several:?}");
        }
    }

    #[test]
    fn the_cap_counts_decoded_octets_exactly() {
        for size in [99, 100, 101] {
            let text = vec![b'a'; size];
            for (coding, octets) in [(Coding::Plain, text.clone()), (Coding::Gzip, gzip(&text))] {
                let body = read(coding, 100, &octets, true);
                assert_eq!(body.octets.len(), size.min(100), "{coding:?} {size}");
                assert_eq!(flags(&body), (size > 100, false, false), "{coding:?} {size}");
            }
        }
    }

    #[test]
    fn a_broken_coding_is_no_whole_body() {
        let text: Vec<u8> = (0..50_000_u32).flat_map(u32::to_le_bytes).collect();
        let mut coded = gzip(&text);
        let body = read(Coding::Gzip, 1 << 20, &coded, true);
        assert_eq!((body.octets.as_slice(), flags(&body)), (text.as_slice(), (false, false, false)));

        let cut = read(Coding::Gzip, 1 << 20, &coded[..coded.len() / 2], true);
        assert_eq!(flags(&cut), (false, true, false));
        assert!(!cut.octets.is_empty() && text.starts_with(&cut.octets));

        let last = coded.len() - 5;
        coded[last] ^= 1;
        assert_eq!(flags(&read(Coding::Gzip, 1 << 20, &coded, true)), (false, true, false), "checksum");

        let never = read(Coding::Gzip, 1 << 20, b"this is no gzip at all", true);
        assert_eq!((never.octets.len(), flags(&never)), (0, (false, false, true)));
    }

    #[test]
    fn an_unknown_coding_is_kept_as_it_came() {
        let body = read(Coding::Unknown, 100, b"octets", true);
        assert_eq!((body.octets.as_slice(), flags(&body)), (&b"octets"[..], (false, false, true)));
        assert_eq!(body.sha256.len(), 64);
    }

    #[test]
    fn octets_that_decode_to_nothing_are_bounded_too() {
        let empty: Vec<u8> = std::iter::repeat_with(|| gzip(b"")).take(1000).flatten().collect();
        assert!(read(Coding::Gzip, 100, &empty, true).is_cut);
    }

    #[test]
    fn an_empty_body_is_whole_whatever_its_coding() {
        let body = read(Coding::Gzip, 100, b"", true);
        assert_eq!((body.octets.len(), flags(&body)), (0, (false, false, false)));
    }
}
