//! Requests of a browser that is watched while it runs, read by the rules of a recording: the same page gives the same
//! facts, whoever wrote down what it asked.

use std::net::IpAddr;

use super::HarLimits;
use super::entry::{Entry, Read};
use super::lenient::Pairs as _;
use super::page;
use super::wire::{
    RawContent, RawEntry, RawFrame, RawInitiator, RawRequest, RawResponse, RawStack, RequestHeaders, ResponseHeaders,
};
use crate::evidence::PageFacts;
use crate::observe::ip::IpTables;

/// One request, a redirect being one of its own, in the words of the DevTools protocol.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::observe) struct Asked {
    pub(in crate::observe) url: String,
    pub(in crate::observe) method: String,
    /// Type of the resource, lower case.
    pub(in crate::observe) kind: String,
    /// `Sec-Fetch-Dest`, lower case.
    pub(in crate::observe) dest: String,
    pub(in crate::observe) referer: String,
    /// Document or style sheet that caused it.
    pub(in crate::observe) initiator: String,
    /// Script on top of the call stack.
    pub(in crate::observe) script: String,
    /// `None` where no answer came.
    pub(in crate::observe) status: Option<u16>,
    pub(in crate::observe) headers: Vec<(String, String)>,
    pub(in crate::observe) media: String,
    /// Decoded bytes of the body.
    pub(in crate::observe) bytes: u64,
    /// Why no answer came, in the browser's word.
    pub(in crate::observe) error: String,
    pub(in crate::observe) is_from_cache: bool,
    pub(in crate::observe) is_by_service_worker: bool,
    /// Address that was connected to for it.
    pub(in crate::observe) ip: Option<IpAddr>,
}

impl Asked {
    fn into_raw(self) -> RawEntry {
        let mut headers = ResponseHeaders::default();
        for (name, value) in &self.headers {
            headers.pair(name, value);
        }
        let or_empty = |is: bool, word: &str| if is { word.to_owned() } else { String::new() };
        RawEntry {
            request: RawRequest {
                method: self.method,
                url: self.url,
                headers: RequestHeaders { dest: self.dest, referer: self.referer, ..RequestHeaders::default() },
                ..RawRequest::default()
            },
            response: RawResponse {
                status: self.status.map_or(0, u64::from),
                headers,
                content: RawContent { media: self.media, size: self.bytes },
                error: self.error,
                by_service_worker: or_empty(self.is_by_service_worker, "true"),
                ..RawResponse::default()
            },
            ip: self.ip.map(|ip| ip.to_string()).unwrap_or_default(),
            from_cache: or_empty(self.is_from_cache, "memory"),
            kind: self.kind,
            initiator: RawInitiator { url: self.initiator, stack: RawStack { top: RawFrame { url: self.script } } },
            ..RawEntry::default()
        }
    }
}

/// Fills in what requests say, given in the order they were made. What carries no URL of a host is passed over, and
/// said in [`PageFacts::capped`] unless it is never asked over a network.
pub(in crate::observe) fn fill(facts: &mut PageFacts, asked: Vec<Asked>, tables: &IpTables, limits: &HarLimits) {
    let mut unreadable = 0_usize;
    let mut entries = Vec::new();
    for asked in asked {
        match Entry::of(asked.into_raw()) {
            Read::Kept(entry) if !entry.is_nothing() => entries.push(*entry),
            Read::Kept(_) | Read::PassedOver => {}
            Read::Unreadable => unreadable += 1,
        }
    }
    if unreadable > 0 {
        facts.capped.push(format!("requests: {unreadable} without a URL that can be read left out"));
    }
    page::fill(facts, entries, tables, limits);
}
