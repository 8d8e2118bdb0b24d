//! The parts of a HAR that are read, by the names they have in it.

use serde::de::MapAccess;

use super::lenient::{Fields, First, IsObject, MAX_NAME, MAX_PAIRS, Pairs, name, object, pairs, text, whole};

/// `log.creator`, `log.browser`.
#[derive(Debug, Default)]
pub(super) struct RawSoftware {
    pub(super) name: String,
    pub(super) version: String,
}

impl Fields for RawSoftware {
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        match key {
            "name" => self.name = text(map)?,
            "version" => self.version = text(map)?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// One of `log.pages`. The title is the site's own text, or the URL with its query: it is not read.
#[derive(Debug, Default)]
pub(super) struct RawPage {
    pub(super) id: String,
    pub(super) started: String,
    pub(super) comment: String,
}

impl Fields for RawPage {
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        match key {
            "id" => self.id = name(map)?,
            "startedDateTime" => self.started = text(map)?,
            "comment" => self.comment = text(map)?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// One of `log.entries`.
#[derive(Debug, Default)]
pub(super) struct RawEntry {
    pub(super) pageref: String,
    pub(super) started: String,
    pub(super) request: RawRequest,
    pub(super) response: RawResponse,
    pub(super) ip: String,
    /// `_fromCache` of Chrome.
    pub(super) from_cache: String,
    /// `_fetchType` of Safari.
    pub(super) fetch_type: String,
    /// `_resourceType` of Chrome and Playwright.
    pub(super) kind: String,
    pub(super) initiator: RawInitiator,
    pub(super) cache: RawCache,
}

impl Fields for RawEntry {
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        match key {
            "pageref" => self.pageref = name(map)?,
            "startedDateTime" => self.started = text(map)?,
            "request" => self.request = object(map)?,
            "response" => self.response = object(map)?,
            "serverIPAddress" => self.ip = text(map)?,
            "_fromCache" => self.from_cache = text(map)?,
            "_fetchType" => self.fetch_type = text(map)?,
            "_resourceType" => self.kind = text(map)?.to_ascii_lowercase(),
            "_initiator" => self.initiator = object(map)?,
            "cache" => self.cache = object(map)?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

#[derive(Debug, Default)]
pub(super) struct RawRequest {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) headers: RequestHeaders,
    pub(super) cookies: Names,
}

impl Fields for RawRequest {
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        match key {
            "method" => self.method = text(map)?,
            "url" => self.url = text(map)?,
            "headers" => self.headers = pairs(map)?,
            "cookies" => self.cookies = pairs(map)?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// What request headers are read for.
#[derive(Debug, Default)]
pub(super) struct RequestHeaders {
    pub(super) dest: String,
    pub(super) accept: String,
    pub(super) referer: String,
    pub(super) origin: String,
    pub(super) has_cookie: bool,
}

impl Pairs for RequestHeaders {
    fn pair(&mut self, name: &str, value: &str) {
        match name.to_ascii_lowercase().as_str() {
            "sec-fetch-dest" => self.dest = value.trim().to_ascii_lowercase(),
            "accept" => self.accept = value.to_ascii_lowercase(),
            "referer" => value.clone_into(&mut self.referer),
            "origin" => value.clone_into(&mut self.origin),
            "cookie" => self.has_cookie = true,
            _ => {}
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct RawResponse {
    pub(super) status: u64,
    pub(super) headers: ResponseHeaders,
    pub(super) cookies: Names,
    pub(super) content: RawContent,
    pub(super) redirect: String,
    /// `_error` of Chrome and Safari, `_failureText` of Playwright.
    pub(super) error: String,
    /// `_fetchedViaServiceWorker` of Chrome.
    pub(super) by_service_worker: String,
}

impl Fields for RawResponse {
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        match key {
            "status" => self.status = whole(map)?,
            "headers" => self.headers = pairs(map)?,
            "cookies" => self.cookies = pairs(map)?,
            "content" => self.content = object(map)?,
            "redirectURL" => self.redirect = text(map)?,
            "_error" | "_failureText" => self.error = text(map)?,
            "_fetchedViaServiceWorker" => self.by_service_worker = text(map)?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// Names and values of response headers in their order, without what may be secret (see [`super::headers`]).
#[derive(Debug, Default)]
pub(super) struct ResponseHeaders {
    pub(super) kept: Vec<(String, String)>,
    pub(super) media: String,
    pub(super) location: String,
    pub(super) is_internal: bool,
    pub(super) cookies: Names,
}

impl Pairs for ResponseHeaders {
    fn pair(&mut self, name: &str, value: &str) {
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            "content-type" => value.clone_into(&mut self.media),
            "location" => value.clone_into(&mut self.location),
            // Chrome answers itself where it knows that a host is asked by https only.
            "non-authoritative-reason" => self.is_internal = true,
            // Chrome joins several into one by line feeds.
            "set-cookie" => value.lines().for_each(|line| {
                let (name, _) = line.split_once('=').unwrap_or((line.split(';').next().unwrap_or_default(), ""));
                self.cookies.add(name);
            }),
            _ => {}
        }
        if let Some(kept) = crate::observe::secret::keep_header(name, value) {
            self.kept.push(kept);
        }
    }
}

/// Names of cookies.
#[derive(Debug, Default)]
pub(super) struct Names(pub(super) Vec<String>);

impl Names {
    fn add(&mut self, name: &str) {
        let name = name.trim();
        if !name.is_empty() && self.0.len() < MAX_PAIRS {
            self.0.push(name.chars().take(MAX_NAME).collect());
        }
    }
}

impl Pairs for Names {
    fn pair(&mut self, name: &str, _value: &str) {
        self.add(name);
    }
}

#[derive(Debug, Default)]
pub(super) struct RawContent {
    pub(super) media: String,
    pub(super) size: u64,
}

impl Fields for RawContent {
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        match key {
            "mimeType" => self.media = text(map)?,
            "size" => self.size = whole(map)?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// Where a request came from: the document or style sheet, and the script on top of the call stack.
#[derive(Debug, Default)]
pub(super) struct RawInitiator {
    pub(super) url: String,
    pub(super) stack: RawStack,
}

impl Fields for RawInitiator {
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        match key {
            "url" => self.url = text(map)?,
            "stack" => self.stack = object(map)?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

#[derive(Debug, Default)]
pub(super) struct RawStack {
    pub(super) top: RawFrame,
}

impl Fields for RawStack {
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        if key == "callFrames" {
            let First(top) = map.next_value()?;
            self.top = top;
        }
        Ok(key == "callFrames")
    }
}

#[derive(Debug, Default)]
pub(super) struct RawFrame {
    pub(super) url: String,
}

impl Fields for RawFrame {
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        if key == "url" {
            self.url = text(map)?;
        }
        Ok(key == "url")
    }
}

/// Whether the browser's cache held the answer.
#[derive(Debug, Default)]
pub(super) struct RawCache {
    pub(super) is_there: bool,
}

impl Fields for RawCache {
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        let is_state = matches!(key, "beforeRequest" | "afterRequest");
        if is_state {
            self.is_there |= map.next_value::<IsObject>()?.0;
        }
        Ok(is_state)
    }
}
