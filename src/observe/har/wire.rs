//! The parts of a HAR that are read. Exporters disagree on types, leave fields out and repeat them: what has another
//! type than expected counts as absent, what is repeated counts as written last, what is not known here is passed over
//! without being kept in memory.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Most headers or cookies of one request that are looked at.
const MAX_PAIRS: usize = 1000;

/// Longest name of a cookie that is kept, in bytes.
pub(super) const MAX_NAME: usize = 100;

/// An object read field by field.
pub(super) trait Fields: Default {
    /// Takes the value of one field, or leaves it to the caller by returning `false`.
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error>;
}

/// What takes pairs of name and value.
pub(super) trait Pairs: Default {
    fn pair(&mut self, name: &str, value: &str);
}

/// Reads any value: what is of another type than wanted leaves the default.
trait Want: Default {
    fn text(&mut self, _text: &str) {}
    fn number(&mut self, _number: f64) {}
    fn truth(&mut self, _truth: bool) {}
    fn object<'de, A: MapAccess<'de>>(&mut self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
    fn list<'de, A: SeqAccess<'de>>(&mut self, mut list: A) -> Result<(), A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

struct AnyVisitor<T>(PhantomData<T>);

impl<'de, T: Want> Visitor<'de> for AnyVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }
    fn visit_bool<E: Error>(self, truth: bool) -> Result<T, E> {
        Ok(made(|want: &mut T| want.truth(truth)))
    }
    #[allow(clippy::cast_precision_loss, reason = "sizes and status codes are far below 2^53")]
    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        self.visit_f64(number as f64)
    }
    #[allow(clippy::cast_precision_loss, reason = "sizes and status codes are far below 2^53")]
    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        self.visit_f64(number as f64)
    }
    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        Ok(made(|want: &mut T| want.number(number)))
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        Ok(made(|want: &mut T| want.text(text)))
    }
    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Ok(T::default())
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        let mut want = T::default();
        want.object(map)?;
        Ok(want)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
        let mut want = T::default();
        want.list(list)?;
        Ok(want)
    }
}

fn made<T: Default>(change: impl FnOnce(&mut T)) -> T {
    let mut value = T::default();
    change(&mut value);
    value
}

macro_rules! read_as_any {
    ($($name:ty $(where $of:ident: $bound:ident)?),* $(,)?) => {$(
        impl<'de $(, $of: $bound)?> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                d.deserialize_any(AnyVisitor(PhantomData))
            }
        }
    )*};
}

/// A text; numbers and `true` count as written.
#[derive(Debug, Default)]
pub(super) struct Text(pub(super) String);

/// A number, also one written as a text.
#[derive(Debug, Default)]
struct Number(Option<f64>);

/// Whether an object stands there.
#[derive(Debug, Default)]
struct IsObject(bool);

/// An object.
#[derive(Debug, Default)]
pub(super) struct Object<T>(pub(super) T);

/// The first object of a list.
#[derive(Debug, Default)]
struct First<T>(T);

/// A list of objects with `name` and `value`, or one object that has the names as its keys.
#[derive(Debug, Default)]
struct PairList<T>(T);

read_as_any!(Text, Number, IsObject, Object<T> where T: Fields, First<T> where T: Fields, PairList<T> where T: Pairs);

impl Want for Text {
    fn text(&mut self, text: &str) {
        text.clone_into(&mut self.0);
    }
    fn number(&mut self, number: f64) {
        self.0 = number.to_string();
    }
    fn truth(&mut self, truth: bool) {
        self.0 = if truth { "true".to_owned() } else { String::new() };
    }
}

impl Want for Number {
    fn text(&mut self, text: &str) {
        self.0 = text.trim().parse().ok();
    }
    fn number(&mut self, number: f64) {
        self.0 = Some(number);
    }
}

impl Want for IsObject {
    fn object<'de, A: MapAccess<'de>>(&mut self, mut map: A) -> Result<(), A::Error> {
        self.0 = true;
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

impl<T: Fields> Want for Object<T> {
    fn object<'de, A: MapAccess<'de>>(&mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if !self.0.take(&key, &mut map)? {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

impl<T: Fields> Want for First<T> {
    fn list<'de, A: SeqAccess<'de>>(&mut self, mut list: A) -> Result<(), A::Error> {
        if let Some(Object(first)) = list.next_element()? {
            self.0 = first;
            while list.next_element::<IgnoredAny>()?.is_some() {}
        }
        Ok(())
    }
}

impl<T: Pairs> Want for PairList<T> {
    fn list<'de, A: SeqAccess<'de>>(&mut self, mut list: A) -> Result<(), A::Error> {
        for _ in 0..MAX_PAIRS {
            let Some(Object(pair)) = list.next_element::<Object<Pair>>()? else { return Ok(()) };
            self.0.pair(&pair.name, &pair.value);
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn object<'de, A: MapAccess<'de>>(&mut self, mut map: A) -> Result<(), A::Error> {
        for _ in 0..MAX_PAIRS {
            let Some((name, Text(value))) = map.next_entry::<String, Text>()? else { return Ok(()) };
            self.0.pair(&name, &value);
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

fn text<'de, A: MapAccess<'de>>(map: &mut A) -> Result<String, A::Error> {
    map.next_value::<Text>().map(|Text(text)| text)
}

fn whole<'de, A: MapAccess<'de>>(map: &mut A) -> Result<u64, A::Error> {
    let Number(number) = map.next_value()?;
    let number = number.filter(|number| *number >= 0.0 && *number < 9e15).unwrap_or_default();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was just checked")]
    let number = number as u64;
    Ok(number)
}

fn object<'de, T: Fields, A: MapAccess<'de>>(map: &mut A) -> Result<T, A::Error> {
    map.next_value::<Object<T>>().map(|Object(value)| value)
}

fn pairs<'de, T: Pairs, A: MapAccess<'de>>(map: &mut A) -> Result<T, A::Error> {
    map.next_value::<PairList<T>>().map(|PairList(value)| value)
}

#[derive(Debug, Default)]
struct Pair {
    name: String,
    value: String,
}

impl Fields for Pair {
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        match key {
            "name" => self.name = text(map)?,
            "value" => self.value = text(map)?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

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
            "id" => self.id = text(map)?,
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
            "pageref" => self.pageref = text(map)?,
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
    pub(super) referer: String,
    pub(super) origin: String,
    pub(super) has_cookie: bool,
}

impl Pairs for RequestHeaders {
    fn pair(&mut self, name: &str, value: &str) {
        match name.to_ascii_lowercase().as_str() {
            "sec-fetch-dest" => self.dest = value.trim().to_ascii_lowercase(),
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
        if let Some(kept) = super::headers::keep(name, value) {
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
