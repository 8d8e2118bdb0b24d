//! From bytes to start tags: what the tokenizer is told by tree construction (which elements hold text that is not
//! markup, where SVG begins) and what it tells us, with only the attributes that may name a host.

use std::collections::VecDeque;

use html5gum::emitters::Emitter;
use html5gum::{Error, State};

use super::places::{Language, Opening, Places};

/// Attributes that are kept. All others are dropped as they are read, so that a flood of them costs no memory.
const KEPT: [&str; 36] = [
    "action",
    "as",
    "background",
    "clip-path",
    "color",
    "content",
    "cursor",
    "data",
    "disabled",
    "encoding",
    "face",
    "fill",
    "filter",
    "formaction",
    "href",
    "http-equiv",
    "imagesrcset",
    "language",
    "marker-end",
    "marker-mid",
    "marker-start",
    "mask",
    "method",
    "nomodule",
    "poster",
    "rel",
    "sandbox",
    "shadowrootmode",
    "size",
    "src",
    "srcdoc",
    "srcset",
    "stroke",
    "style",
    "type",
    "xlink:href",
];

/// A start tag that may name something.
#[derive(Debug, Default)]
pub(super) struct Tag {
    /// Name in lower case.
    pub(super) name: String,
    /// Whether it belongs to SVG or MathML.
    pub(super) foreign: bool,
    /// Inside a `picture`.
    pub(super) in_picture: bool,
    /// Inside a `video` or `audio`.
    pub(super) in_media: bool,
    attributes: Vec<(&'static str, String)>,
}

impl Tag {
    /// Value of an attribute, if it is there.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str())
    }

    /// Whether an attribute is there, whatever its value.
    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

/// What is handed on.
#[derive(Debug)]
pub(super) enum Token {
    /// A start tag outside of inert content.
    Start(Tag),
    /// The text of a `style` element.
    Style(String),
}

/// How a document is to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mode {
    /// Scripts would run, so `noscript` is nothing but text.
    pub(super) scripting: bool,
    /// XML syntax: no element holds raw text, and CDATA is allowed everywhere.
    pub(super) xml: bool,
}

/// The tokenizer's other half.
#[derive(Debug)]
pub(super) struct Tags {
    mode: Mode,
    places: Places,
    pictures: usize,
    media: usize,
    ready: VecDeque<Token>,
    /// Bytes, since the tokenizer may hand on a character in pieces.
    style: Option<Vec<u8>>,
    // The tag being read.
    is_start: bool,
    self_closing: bool,
    name: Vec<u8>,
    attributes: Vec<(&'static str, String)>,
    in_attribute: bool,
    attribute_name: Vec<u8>,
    attribute_value: Vec<u8>,
    last_start_tag: Vec<u8>,
}

impl Tags {
    /// Begins a document.
    pub(super) fn new(mode: Mode) -> Self {
        Self {
            mode,
            places: Places::default(),
            pictures: 0,
            media: 0,
            ready: VecDeque::new(),
            style: None,
            is_start: false,
            self_closing: false,
            name: Vec::new(),
            attributes: Vec::new(),
            in_attribute: false,
            attribute_name: Vec::new(),
            attribute_value: Vec::new(),
            last_start_tag: Vec::new(),
        }
    }

    fn finish_attribute(&mut self) {
        if !std::mem::take(&mut self.in_attribute) || !self.is_start {
            return;
        }
        let name = std::str::from_utf8(&self.attribute_name).unwrap_or("");
        let kept = KEPT.binary_search(&name).ok().map(|at| KEPT[at]);
        // Of an attribute given twice, the first counts.
        if let Some(kept) = kept
            && self.attributes.iter().all(|(n, _)| *n != kept)
        {
            self.attributes.push((kept, String::from_utf8_lossy(&self.attribute_value).into_owned()));
        }
    }

    fn finish_style(&mut self) {
        if let Some(text) = self.style.take() {
            self.ready.push_back(Token::Style(String::from_utf8_lossy(&text).into_owned()));
        }
    }

    fn start(&mut self) -> Option<State> {
        let name = String::from_utf8_lossy(&self.name).into_owned();
        self.last_start_tag.clone_from(&self.name);
        let tag = Tag { name, attributes: std::mem::take(&mut self.attributes), ..Tag::default() };
        let language = self.places.open(Opening {
            name: &tag.name,
            self_closing: self.self_closing,
            styled_font: ["color", "face", "size"].iter().any(|a| tag.has(a)),
            encoding: tag.get("encoding").unwrap_or(""),
            shadow_root: tag.get("shadowrootmode").is_some_and(is_shadow_mode),
        });
        let html = language == Language::Html;
        let next = if html && !self.mode.xml { self.text_state(&tag.name) } else { None };
        if self.places.is_inert() {
            return next;
        }
        if tag.name == "style" && language != Language::Math {
            self.finish_style();
            let closed = self.self_closing && (!html || self.mode.xml);
            self.style = (!closed && is_css(tag.get("type"))).then(Vec::new);
        }
        if html && tag.name == "picture" {
            self.pictures += 1;
        }
        if html && matches!(tag.name.as_str(), "video" | "audio") {
            self.media += 1;
        }
        if !tag.attributes.is_empty() {
            self.ready.push_back(Token::Start(Tag {
                foreign: !html,
                in_picture: self.pictures > 0,
                in_media: self.media > 0,
                ..tag
            }));
        }
        next
    }

    fn end(&mut self) {
        let name = String::from_utf8_lossy(&self.name);
        self.places.close(&name);
        match &*name {
            "picture" => self.pictures = self.pictures.saturating_sub(1),
            "video" | "audio" => self.media = self.media.saturating_sub(1),
            "style" => self.finish_style(),
            _ => {}
        }
    }

    /// Elements of HTML whose contents are text, as tree construction tells the tokenizer.
    fn text_state(&self, name: &str) -> Option<State> {
        match name {
            "textarea" | "title" => Some(State::RcData),
            "script" => Some(State::ScriptData),
            "style" | "iframe" | "xmp" | "noembed" | "noframes" => Some(State::RawText),
            "noscript" if self.mode.scripting => Some(State::RawText),
            "plaintext" => Some(State::PlainText),
            _ => None,
        }
    }
}

/// Whether a `type` attribute says CSS, as it does where it is missing or empty.
pub(super) fn is_css(kind: Option<&str>) -> bool {
    let essence = kind.unwrap_or("").split(';').next().unwrap_or("").trim();
    essence.is_empty() || essence.eq_ignore_ascii_case("text/css")
}

fn is_shadow_mode(mode: &str) -> bool {
    ["open", "closed"].iter().any(|m| mode.eq_ignore_ascii_case(m))
}

impl Emitter for Tags {
    type Token = Token;

    fn set_last_start_tag(&mut self, last_start_tag: Option<&[u8]>) {
        self.last_start_tag = last_start_tag.unwrap_or_default().to_vec();
    }

    fn emit_eof(&mut self) {
        self.finish_style();
    }

    fn emit_error(&mut self, _: Error) {}

    fn should_emit_errors(&mut self) -> bool {
        false
    }

    fn pop_token(&mut self) -> Option<Token> {
        self.ready.pop_front()
    }

    fn emit_string(&mut self, text: &[u8]) {
        if let Some(style) = &mut self.style {
            style.extend_from_slice(text);
        }
    }

    fn init_start_tag(&mut self) {
        self.is_start = true;
        self.self_closing = false;
        self.in_attribute = false;
        self.name.clear();
        self.attributes.clear();
    }

    fn init_end_tag(&mut self) {
        self.is_start = false;
        self.in_attribute = false;
        self.name.clear();
    }

    fn init_comment(&mut self) {}

    fn emit_current_tag(&mut self) -> Option<State> {
        self.finish_attribute();
        if self.is_start {
            return self.start();
        }
        self.end();
        None
    }

    fn emit_current_comment(&mut self) {}

    fn emit_current_doctype(&mut self) {}

    fn set_self_closing(&mut self) {
        self.self_closing = true;
    }

    fn set_force_quirks(&mut self) {}

    fn push_tag_name(&mut self, name: &[u8]) {
        self.name.extend_from_slice(name);
    }

    fn push_comment(&mut self, _: &[u8]) {}

    fn push_doctype_name(&mut self, _: &[u8]) {}

    fn init_doctype(&mut self) {}

    fn init_attribute(&mut self) {
        self.finish_attribute();
        self.in_attribute = true;
        self.attribute_name.clear();
        self.attribute_value.clear();
    }

    fn push_attribute_name(&mut self, name: &[u8]) {
        self.attribute_name.extend_from_slice(name);
    }

    fn push_attribute_value(&mut self, value: &[u8]) {
        self.attribute_value.extend_from_slice(value);
    }

    fn set_doctype_public_identifier(&mut self, _: &[u8]) {}

    fn set_doctype_system_identifier(&mut self, _: &[u8]) {}

    fn push_doctype_public_identifier(&mut self, _: &[u8]) {}

    fn push_doctype_system_identifier(&mut self, _: &[u8]) {}

    fn current_is_appropriate_end_tag_token(&mut self) -> bool {
        !self.is_start && !self.name.is_empty() && self.name == self.last_start_tag
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&mut self) -> bool {
        self.mode.xml || self.places.language() != Language::Html
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn kept_attributes_are_sorted_for_the_search() {
        assert!(super::KEPT.is_sorted());
    }
}
