//! An answer's trouble in words.

use data_encoding::BASE64;
use domain::base::Message;
use domain::base::opt::{Opt, UnknownOptData};

use super::{Record, take_apart};
use crate::evidence::{Answer, Status};

const EXTENDED_ERROR: u16 = 15;

/// Code and text of the first extended DNS error.
pub(super) fn extended_error(opt: &Record<'_>) -> Option<(u16, String)> {
    let record = opt.to_record::<Opt<_>>().ok().flatten()?;
    record.data().iter::<UnknownOptData<_>>().flatten().find_map(|option| {
        let data = option.as_slice();
        let [high, low, text @ ..] = data else { return None };
        (option.code().to_int() == EXTENDED_ERROR)
            .then(|| (u16::from_be_bytes([*high, *low]), String::from_utf8_lossy(text).into_owned()))
    })
}

/// Words for an answer: see [`crate::observe::dns::Lookup::detail`].
pub(in crate::observe::dns) fn detail(answer: &Answer) -> String {
    let mut words = Vec::new();
    let what = match answer.status {
        Status::Ok | Status::Nodata | Status::Nxdomain => "",
        Status::Servfail => "SERVFAIL",
        Status::Refused => "REFUSED",
        Status::Formerr => "FORMERR",
        Status::Notimp => "NOTIMP",
        Status::OtherRcode => "unexpected RCODE",
        Status::Timeout => "no answer in time",
        Status::Lame => "a referral instead of an answer",
        Status::CnameLoop => "the CNAME chain comes back to itself",
        Status::CnameTooLong => "the CNAME chain has more than 16 steps",
        Status::Malformed => "no readable answer, over TCP neither",
        Status::Truncated => "truncated, and no whole answer over TCP",
        Status::Network => "could not be sent, or the port is unreachable",
        Status::Local => "a limit of this machine",
        Status::Bogus => "the resolver's DNSSEC validation failed",
        Status::BadName => "a name with octets that no host name has",
        Status::NotRecorded => "not in the recording",
        // What connections come to, never questions.
        _ => "",
    };
    if !what.is_empty() {
        words.push(what.to_owned());
    }
    if let Some((code, text)) = answer.wire.rsplit(',').next().and_then(wire_error) {
        words.push(if text.is_empty() { format!("EDE {code}") } else { format!("EDE {code}: {text}") });
    }
    if !words.is_empty() && answer.packets > 0 {
        words.push(if answer.upstream.is_empty() {
            format!("{} packets", answer.packets)
        } else {
            format!("{} packets, last word from {}", answer.packets, answer.upstream)
        });
    }
    words.join("; ")
}

pub(super) fn wire_error(wire: &str) -> Option<(u16, String)> {
    let bytes = BASE64.decode(wire.as_bytes()).ok()?;
    let message = Message::from_slice(&bytes).ok()?;
    let sections = take_apart(message);
    extended_error(sections.opt.as_ref()?)
}
