//! The file read as a stream: every entry is reduced and dropped before the next one is read.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::HarLimits;
use super::entry::{Entry, Read};
use super::lenient::{Object, Text};
use super::wire::{RawEntry, RawPage, RawSoftware};

/// What was read so far.
#[derive(Debug)]
pub(super) struct Reading<'l> {
    limits: &'l HarLimits,
    pub(super) has_log: bool,
    pub(super) has_entries: bool,
    pub(super) version: String,
    pub(super) creator: RawSoftware,
    pub(super) browser: RawSoftware,
    pub(super) pages: Vec<RawPage>,
    pub(super) pages_seen: usize,
    pub(super) entries: Vec<Entry>,
    pub(super) entries_seen: usize,
    /// Entries of which names and headers were left out.
    pub(super) bared: usize,
    /// Entries whose URL cannot be read.
    pub(super) unreadable: usize,
    /// Whether any request or answer shows a cookie.
    pub(super) has_cookies: bool,
    text: usize,
}

impl<'l> Reading<'l> {
    pub(super) fn new(limits: &'l HarLimits) -> Self {
        Self {
            limits,
            has_log: false,
            has_entries: false,
            version: String::new(),
            creator: RawSoftware::default(),
            browser: RawSoftware::default(),
            pages: Vec::new(),
            pages_seen: 0,
            entries: Vec::new(),
            entries_seen: 0,
            bared: 0,
            unreadable: 0,
            has_cookies: false,
            text: 0,
        }
    }

    fn add(&mut self, raw: RawEntry) {
        let (sent, set) = (&raw.request, &raw.response);
        self.has_cookies |= sent.headers.has_cookie
            || [&sent.cookies, &set.cookies, &set.headers.cookies].into_iter().any(|names| !names.0.is_empty());
        match Entry::of(raw) {
            Read::Kept(entry) if !entry.is_nothing() => self.keep(*entry),
            Read::Kept(_) | Read::PassedOver => {}
            Read::Unreadable => self.unreadable += 1,
        }
    }

    fn keep(&mut self, mut entry: Entry) {
        let text = entry.text_bytes();
        if text > self.limits.text - self.text {
            self.bared += 1;
            entry.cookies.clear();
            if let Some(document) = &mut entry.document {
                document.headers.clear();
            }
        } else {
            self.text += text;
        }
        self.entries.push(entry);
    }
}

/// The whole file.
pub(super) struct File<'a, 'l>(pub(super) &'a mut Reading<'l>);

impl<'de> DeserializeSeed<'de> for File<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for File<'_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `log`")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "log" {
                self.0.has_log = true;
                map.next_value_seed(Log(&mut *self.0))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

struct Log<'a, 'l>(&'a mut Reading<'l>);

impl<'de> DeserializeSeed<'de> for Log<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Log<'_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `entries`")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "version" => self.0.version = map.next_value::<Text>()?.0,
                "creator" => self.0.creator = map.next_value::<Object<_>>()?.0,
                "browser" => self.0.browser = map.next_value::<Object<_>>()?.0,
                "pages" => map.next_value_seed(Pages(&mut *self.0))?,
                "entries" => {
                    self.0.has_entries = true;
                    map.next_value_seed(Entries(&mut *self.0))?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

struct Pages<'a, 'l>(&'a mut Reading<'l>);

impl<'de> DeserializeSeed<'de> for Pages<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Pages<'_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of pages")
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while self.0.pages.len() < self.0.limits.pages {
            let Some(Object(page)) = list.next_element()? else { return Ok(()) };
            self.0.pages_seen += 1;
            self.0.pages.push(page);
        }
        while list.next_element::<IgnoredAny>()?.is_some() {
            self.0.pages_seen += 1;
        }
        Ok(())
    }
}

struct Entries<'a, 'l>(&'a mut Reading<'l>);

impl<'de> DeserializeSeed<'de> for Entries<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of entries")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while self.0.entries_seen < self.0.limits.entries {
            let Some(Object(raw)) = list.next_element()? else { return Ok(()) };
            self.0.entries_seen += 1;
            self.0.add(raw);
        }
        while list.next_element::<IgnoredAny>()?.is_some() {
            self.0.entries_seen += 1;
        }
        Ok(())
    }
}
