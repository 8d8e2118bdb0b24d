//! What the browser says it asked, put together from its events. Nothing of bodies, sent headers or answers to scripts
//! is kept.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;

use serde_json::Value;
use url::Url;

use super::protocol::Message;
use super::proxy::Log;
use crate::evidence::PageHost;
use crate::observe::har::Asked;

/// Longest URL and header value that is held; neither is kept whole.
const MAX_TEXT: usize = 16 << 10;

/// Kinds of requests that may never end, or whose end nobody is told.
const ENDLESS: &[&str] = &["websocket", "eventsource", "ping"];

/// One request that was seen; each redirect is one of its own.
#[derive(Debug, Default)]
struct Seen {
    asked: Asked,
    /// The answer's headers as they came are told by an event of their own.
    has_raw_answer: bool,
    /// The page's or the browser's rules stopped it: nothing was sent.
    is_forbidden: bool,
}

/// All requests under one number: the first, and those its redirects led to.
#[derive(Debug, Default)]
struct Trail {
    hops: Vec<usize>,
    /// Answers as they came, in order: status and headers.
    raw: Vec<(u16, Vec<(String, String)>)>,
    dest: String,
}

/// Puts the requests together.
#[derive(Debug)]
pub(super) struct Recorder {
    proxy: SocketAddr,
    main_frame: String,
    seen: Vec<Seen>,
    trails: HashMap<String, Trail>,
    in_flight: HashSet<String>,
    /// Where an answer came from that did not come through the proxy.
    past_proxy: Option<String>,
}

impl Recorder {
    pub(super) fn new(proxy: SocketAddr, main_frame: &str) -> Self {
        Self {
            proxy,
            main_frame: main_frame.to_owned(),
            seen: Vec::new(),
            trails: HashMap::new(),
            in_flight: HashSet::new(),
            past_proxy: None,
        }
    }

    pub(super) fn requests(&self) -> usize {
        self.seen.len()
    }

    /// Whether nothing is under way whose end is told.
    pub(super) fn is_quiet(&self) -> bool {
        self.in_flight.is_empty()
    }

    pub(super) fn past_proxy(&self) -> Option<&str> {
        self.past_proxy.as_deref()
    }

    /// Takes up an event; `false` where it is about no request over a network.
    pub(super) fn take(&mut self, event: &Message) -> bool {
        let Some(name) = event.method.strip_prefix("Network.") else { return false };
        let id = event.text("/requestId").to_owned();
        match name {
            "requestWillBeSent" => return self.request(&id, event),
            "webSocketCreated" => return self.socket(&id, event),
            "requestWillBeSentExtraInfo" => {
                let dest = header(event.params.pointer("/headers"), "sec-fetch-dest");
                self.trails.entry(id).or_default().dest = dest.to_ascii_lowercase();
            }
            "responseReceived" => self.answer(&id, event),
            "webSocketHandshakeResponseReceived" => {
                if let Some(seen) = self.last(&id) {
                    fill_answer(&mut seen.asked, event.params.pointer("/response"));
                }
            }
            "responseReceivedExtraInfo" => {
                let status = status(event.params.pointer("/statusCode"));
                let raw = (status.unwrap_or_default(), headers(event.params.pointer("/headers")));
                self.trails.entry(id).or_default().raw.push(raw);
            }
            "requestServedFromCache" => {
                if let Some(seen) = self.last(&id) {
                    seen.asked.is_from_cache = true;
                }
            }
            "dataReceived" => {
                let length = event.params.pointer("/dataLength").and_then(Value::as_u64).unwrap_or_default();
                let Some(seen) = self.last(&id) else { return false };
                seen.asked.bytes = seen.asked.bytes.saturating_add(length);
            }
            "loadingFinished" => drop(self.in_flight.remove(&id)),
            "loadingFailed" => self.failure(&id, event),
            "webSocketFrameError" => {
                if let Some(seen) = self.last(&id) {
                    "net::ERR_FAILED".clone_into(&mut seen.asked.error);
                }
            }
            _ => return false,
        }
        true
    }

    fn last(&mut self, id: &str) -> Option<&mut Seen> {
        let index = *self.trails.get(id)?.hops.last()?;
        self.seen.get_mut(index)
    }

    fn request(&mut self, id: &str, event: &Message) -> bool {
        if let Some(redirect) = event.params.pointer("/redirectResponse") {
            let has_raw = event.params.pointer("/redirectHasExtraInfo").and_then(Value::as_bool).unwrap_or_default();
            self.look_at_origin(redirect);
            if let Some(seen) = self.last(id) {
                fill_answer(&mut seen.asked, Some(redirect));
                seen.has_raw_answer = has_raw;
            }
        }
        let url = event.text("/request/url");
        if !is_asked_over_a_network(url) {
            self.in_flight.remove(id);
            return false;
        }
        let kind = event.text("/type").to_ascii_lowercase();
        // Documents of the window and of frames in it have the same type.
        let dest = match (kind.as_str(), event.text("/frameId") == self.main_frame) {
            ("document", true) => "document",
            ("document", false) => "iframe",
            _ => "",
        };
        if !ENDLESS.contains(&kind.as_str()) {
            self.in_flight.insert(id.to_owned());
        }
        let asked = Asked {
            url: cut(url),
            method: cut(event.text("/request/method")),
            kind,
            dest: dest.to_owned(),
            referer: cut(header(event.params.pointer("/request/headers"), "referer")),
            initiator: cut(event.text("/initiator/url")),
            script: cut(event.text("/initiator/stack/callFrames/0/url")),
            ..Asked::default()
        };
        self.add(id, asked);
        true
    }

    fn socket(&mut self, id: &str, event: &Message) -> bool {
        let asked = Asked {
            url: cut(event.text("/url")),
            method: "GET".to_owned(),
            kind: "websocket".to_owned(),
            initiator: cut(event.text("/initiator/url")),
            script: cut(event.text("/initiator/stack/callFrames/0/url")),
            ..Asked::default()
        };
        self.add(id, asked);
        true
    }

    fn add(&mut self, id: &str, asked: Asked) {
        self.trails.entry(id.to_owned()).or_default().hops.push(self.seen.len());
        self.seen.push(Seen { asked, ..Seen::default() });
    }

    fn answer(&mut self, id: &str, event: &Message) {
        let Some(response) = event.params.pointer("/response") else { return };
        if !is_asked_over_a_network(text(response, "url")) {
            return;
        }
        self.look_at_origin(response);
        let has_raw = event.params.pointer("/hasExtraInfo").and_then(Value::as_bool).unwrap_or_default();
        if let Some(seen) = self.last(id) {
            fill_answer(&mut seen.asked, Some(response));
            seen.has_raw_answer = has_raw;
        }
    }

    /// Whatever came over a network came from the proxy; if not, a policy of this machine leads the browser past it.
    fn look_at_origin(&mut self, response: &Value) {
        let ip = text(response, "remoteIPAddress").trim_matches(['[', ']']);
        if ip.is_empty() {
            return;
        }
        let port = response.get("remotePort").and_then(Value::as_u64).unwrap_or_default();
        if ip.parse().ok() != Some(self.proxy.ip()) || port != u64::from(self.proxy.port()) {
            self.past_proxy.get_or_insert_with(|| format!("{ip} port {port}"));
        }
    }

    fn failure(&mut self, id: &str, event: &Message) {
        self.in_flight.remove(id);
        let reason = event.text("/blockedReason");
        let error = match reason {
            "csp" | "mixed-content" => format!("blocked:{reason}"),
            _ => cut(event.text("/errorText")),
        };
        // Others are found out about an answer that came.
        let is_forbidden = matches!(reason, "csp" | "mixed-content" | "other" | "inspector" | "subresource-filter");
        if let Some(seen) = self.last(id) {
            seen.is_forbidden = is_forbidden && seen.asked.status.is_none();
            seen.asked.error = error;
        }
    }

    /// The requests in their order, with the addresses the proxy dialled for them.
    pub(super) fn finish(mut self, log: &Log) -> Vec<Asked> {
        for trail in std::mem::take(&mut self.trails).into_values() {
            let mut raw = trail.raw.into_iter();
            let last = trail.hops.last().copied();
            for index in trail.hops {
                let Some(seen) = self.seen.get_mut(index) else { continue };
                if !trail.dest.is_empty() && seen.asked.dest != "document" {
                    seen.asked.dest.clone_from(&trail.dest);
                }
                // An answer that a script may not see is told raw only.
                let is_kept_from_script = Some(index) == last && seen.asked.status.is_none() && !seen.is_forbidden;
                if !seen.has_raw_answer && !is_kept_from_script {
                    continue;
                }
                if let Some((status, headers)) = raw.next() {
                    seen.asked.headers = headers;
                    seen.asked.status = seen.asked.status.or(Some(status).filter(|status| *status > 0));
                }
            }
        }
        let with_address = |seen: Seen| {
            let mut asked = seen.asked;
            if !seen.is_forbidden && !asked.is_from_cache && !asked.is_by_service_worker {
                let dialled = place(&asked.url).and_then(|place| log.dialled.get(&place));
                asked.ip = dialled.and_then(|dialled| dialled.addresses.first().copied());
            }
            asked
        };
        self.seen.into_iter().map(with_address).collect()
    }
}

/// Host and port of a URL.
pub(super) fn place(url: &str) -> Option<(PageHost, u16)> {
    let url = Url::parse(url).ok()?;
    Some((PageHost::of(&url)?, url.port_or_known_default()?))
}

fn is_asked_over_a_network(url: &str) -> bool {
    ["http:", "https:", "ws:", "wss:"].iter().any(|scheme| url.starts_with(scheme))
}

fn fill_answer(asked: &mut Asked, response: Option<&Value>) {
    let Some(response) = response else { return };
    let is = |name: &str| response.get(name).and_then(Value::as_bool).unwrap_or_default();
    asked.status = status(response.get("status"));
    asked.headers = headers(response.get("headers"));
    asked.media = cut(text(response, "mimeType"));
    asked.is_from_cache |= is("fromDiskCache") || is("fromPrefetchCache");
    asked.is_by_service_worker |= is("fromServiceWorker");
}

fn status(value: Option<&Value>) -> Option<u16> {
    value.and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok()).filter(|status| *status > 0)
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The value of one header.
fn header<'v>(headers: Option<&'v Value>, wanted: &str) -> &'v str {
    let mut all = headers.and_then(Value::as_object).into_iter().flatten();
    all.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).and_then(|(_, value)| value.as_str()).unwrap_or_default()
}

/// All headers; those that came several times are joined by line feeds.
fn headers(headers: Option<&Value>) -> Vec<(String, String)> {
    let mut list = Vec::new();
    for (name, value) in headers.and_then(Value::as_object).into_iter().flatten() {
        let lines = value.as_str().unwrap_or_default().split('\n');
        list.extend(lines.map(|line| (name.clone(), cut(line))));
    }
    list
}

fn cut(text: &str) -> String {
    text.get(..MAX_TEXT).map_or_else(|| text.chars().take(MAX_TEXT.min(text.len())).collect(), str::to_owned)
}
