//! Sitemaps and indexes of sitemaps (sitemaps.org): the `loc` elements, wherever they stand.

use super::{Found, list};

pub(super) fn read(text: &str, found: &mut Found<'_>) {
    let mut rest = text;
    let mut line = 1_u32;
    // Text of the `loc` that is open, with the line it began on.
    let mut open: Option<(u32, String)> = None;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        if let Some((begun, content)) = &mut open {
            if content.trim().is_empty() {
                *begun = line + leading_lines(before);
            }
            content.push_str(&unescape(before));
        }
        line += lines(before);
        let (length, kind) = markup(tag);
        match kind {
            Markup::Open if open.is_none() => open = Some((line, String::new())),
            Markup::Close => {
                if let Some((begun, content)) = open.take() {
                    finish(begun, &content, found);
                }
            }
            Markup::Text(text) => {
                if let Some((_, content)) = &mut open {
                    content.push_str(text);
                }
            }
            Markup::Open | Markup::Other => {}
        }
        line += lines(&tag[..length]);
        rest = &tag[length..];
    }
    if let Some((begun, _)) = open {
        found.fault(begun, "a <loc> that does not end".to_owned());
    }
}

fn finish(line: u32, content: &str, found: &mut Found<'_>) {
    match content.trim() {
        "" => found.fault(line, "an empty <loc>".to_owned()),
        text => list::take(line, text, found),
    }
}

enum Markup<'a> {
    Open,
    Close,
    Text(&'a str),
    Other,
}

/// Length in bytes and kind of the markup at the beginning of a text.
fn markup(text: &str) -> (usize, Markup<'_>) {
    let until = |end: &str| text.find(end).map_or(text.len(), |at| at + end.len());
    if text.starts_with("<!--") {
        return (until("-->"), Markup::Other);
    }
    if let Some(inner) = text.strip_prefix("<![CDATA[") {
        return (until("]]>"), Markup::Text(inner.split("]]>").next().unwrap_or(inner)));
    }
    let length = until(">");
    let name = text[1..length].trim_end_matches('>');
    let is_loc = |name: &str| {
        let name = name.split(|c: char| c.is_whitespace()).next().unwrap_or(name);
        name.rsplit(':').next().is_some_and(|local| local == "loc")
    };
    match name.strip_prefix('/') {
        Some(name) if is_loc(name) => (length, Markup::Close),
        None if is_loc(name) => (length, Markup::Open),
        _ => (length, Markup::Other),
    }
}

fn lines(text: &str) -> u32 {
    u32::try_from(text.bytes().filter(|b| *b == b'\n').count()).unwrap_or(u32::MAX)
}

/// Line feeds in front of the first character that is no white space.
fn leading_lines(text: &str) -> u32 {
    lines(&text[..text.len() - text.trim_start().len()])
}

/// The five entities of XML and character references; an entity of a document type is not expanded.
pub(super) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let known =
            rest.bytes().take(11).position(|b| b == b';').and_then(|end| Some((character(&rest[1..end])?, end)));
        match known {
            Some((c, end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}
