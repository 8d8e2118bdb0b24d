//! One page being read: what its tags, headers and styles name, with the limits that keep a hostile page small.

use html5gum::Tokenizer;
use url::Url;

use super::tags::{Mode, Tag, Tags, Token, is_css};
use super::{Caps, Named, PageHosts, csp, css, srcset};
use crate::evidence::{Contact, Use};

/// Image candidates read from one `srcset`.
pub(super) const CANDIDATES: usize = 256;
/// How deep `srcdoc` is read inside `srcdoc`.
pub(super) const DEPTH: usize = 4;
/// Length of a base URL; of a longer one the path is dropped, or each short URL under it would become as long.
pub(super) const BASE_BYTES: usize = 1024;

/// Space as HTML and HTTP separate words by it.
pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c')
}

/// A link that names something to load or to prepare.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hint<'a> {
    /// What a relative URL is relative to.
    pub(super) base: &'a Url,
    /// The URL as written.
    pub(super) href: &'a str,
    /// `as`.
    pub(super) kind: Option<&'a str>,
    /// `imagesrcset`.
    pub(super) set: Option<&'a str>,
}

/// The page as far as it is read.
#[derive(Debug)]
pub(super) struct Page {
    document: Url,
    out: PageHosts,
    caps: Caps,
}

/// What holds for one document: the page, or a frame inside it.
struct Context {
    /// The base of a document without `<base>`.
    fallback: Url,
    base: Url,
    base_seen: bool,
    manifest_seen: bool,
    mode: Mode,
    depth: usize,
}

impl Page {
    /// Begins the page at `document`.
    pub(super) fn new(document: &Url) -> Self {
        let mut caps = Caps::default();
        let mut document = caps.short(document.clone());
        document.set_fragment(None);
        Self { document, out: PageHosts::default(), caps }
    }

    /// Where the page came from.
    pub(super) fn document(&self) -> &Url {
        &self.document
    }

    /// What was found.
    pub(super) fn finish(mut self) -> PageHosts {
        self.out.capped = self.caps.words();
        self.out
    }

    /// Reads a document.
    pub(super) fn read(&mut self, text: &str, xml: bool) {
        let base = self.document.clone();
        self.walk(text, base, Mode { scripting: true, xml }, 0);
    }

    fn walk(&mut self, text: &str, base: Url, mode: Mode, depth: usize) {
        let fallback = base.clone();
        let mut context = Context { fallback, base, base_seen: false, manifest_seen: false, mode, depth };
        for token in Tokenizer::new_with_emitter(text, Tags::new(mode)) {
            // A text in memory is always read to its end.
            let Ok(token) = token;
            match token {
                Token::Start(tag) => self.tag(&mut context, &tag),
                Token::Style(style) => {
                    css::read_sheet(&style, &mut |url, loads| self.loaded_by_style(&context.base, url, loads));
                }
            }
        }
    }

    fn tag(&mut self, context: &mut Context, tag: &Tag) {
        if let Some(style) = tag.get("style") {
            css::read_declarations(style, &mut |url, loads| self.loaded_by_style(&context.base, url, loads));
        }
        if tag.foreign {
            self.foreign_tag(context, tag);
            return;
        }
        match tag.name.as_str() {
            "base" => self.base(context, tag),
            "link" => self.link_tag(context, tag),
            "meta" => self.meta(context, tag),
            "script" if is_script(tag) => self.name_attribute(context, tag, "src", Use::Script),
            "img" | "image" => {
                self.name_attribute(context, tag, "src", Use::Image);
                self.name_set(&context.base, tag.get("srcset"));
            }
            "source" => {
                if tag.in_picture {
                    self.name_set(&context.base, tag.get("srcset"));
                }
                if tag.in_media {
                    self.name_attribute(context, tag, "src", Use::Media);
                }
            }
            "video" => {
                self.name_attribute(context, tag, "src", Use::Media);
                self.name_attribute(context, tag, "poster", Use::Image);
            }
            "audio" => self.name_attribute(context, tag, "src", Use::Media),
            "track" if tag.in_media => self.name_attribute(context, tag, "src", Use::Media),
            "iframe" => self.frame(context, tag),
            "frame" | "embed" => self.name_attribute(context, tag, "src", Use::Frame),
            "object" => self.name_attribute(context, tag, "data", Use::Frame),
            "form" if !is(tag, "method", "dialog") => self.name_attribute(context, tag, "action", Use::Form),
            "button" if !is(tag, "type", "button") && !is(tag, "type", "reset") => {
                self.name_attribute(context, tag, "formaction", Use::Form);
            }
            "input" => {
                if is(tag, "type", "image") {
                    self.name_attribute(context, tag, "src", Use::Image);
                }
                if is(tag, "type", "image") || is(tag, "type", "submit") {
                    self.name_attribute(context, tag, "formaction", Use::Form);
                }
            }
            "body" | "table" | "thead" | "tbody" | "tfoot" | "tr" | "td" | "th" => {
                self.name_attribute(context, tag, "background", Use::Image);
            }
            _ => {}
        }
    }

    fn foreign_tag(&mut self, context: &Context, tag: &Tag) {
        const PAINTED: [&str; 9] =
            ["clip-path", "cursor", "fill", "filter", "marker-end", "marker-mid", "marker-start", "mask", "stroke"];
        for value in PAINTED.iter().filter_map(|name| tag.get(name)).filter(|value| value.contains('(')) {
            css::read_declarations(value, &mut |url, loads| self.loaded_by_style(&context.base, url, loads));
        }
        let Some(href) = tag.get("href").or_else(|| tag.get("xlink:href")) else { return };
        if href.starts_with('#') {
            return;
        }
        match tag.name.as_str() {
            "image" | "feimage" => self.name(&context.base, href, Use::Image, Contact::WouldBeContacted),
            "script" if is_script(tag) => {
                self.name(&context.base, href, Use::Script, Contact::WouldBeContacted);
            }
            // Browsers load the target of `use` from the page's own origin only.
            "use" => {
                let own = self.document.origin();
                if context.base.join(href).is_ok_and(|url| url.origin() == own) {
                    self.name(&context.base, href, Use::Image, Contact::WouldBeContacted);
                }
            }
            _ => {}
        }
    }

    fn base(&mut self, context: &mut Context, tag: &Tag) {
        let Some(href) = tag.get("href").filter(|_| !context.base_seen) else { return };
        // The first decides, even one that is no URL.
        context.base_seen = true;
        if let Ok(url) = context.fallback.join(href)
            && !matches!(url.scheme(), "data" | "javascript")
        {
            context.base = self.caps.short(url);
        }
    }

    fn link_tag(&mut self, context: &mut Context, tag: &Tag) {
        let rel = tag.get("rel").unwrap_or("").to_ascii_lowercase();
        let base = context.base.clone();
        let href = tag.get("href").unwrap_or("");
        let hint = Hint { base: &base, href, kind: tag.get("as"), set: tag.get("imagesrcset") };
        for word in rel.split(is_space) {
            match word {
                "stylesheet" if tag.has("disabled") || !is_css(tag.get("type")) => {}
                // Of several manifests, the first counts.
                "manifest" if std::mem::replace(&mut context.manifest_seen, true) => {}
                _ => self.hint(word, hint),
            }
        }
    }

    /// One word of `rel`, of a `<link>` or a `Link` header. What only points elsewhere (`canonical`, `alternate`,
    /// `next`, `author`, ...) loads nothing.
    pub(super) fn hint(&mut self, word: &str, hint: Hint<'_>) {
        let would = Contact::WouldBeContacted;
        let kind = hint.kind.unwrap_or("").trim().to_ascii_lowercase();
        match word {
            "stylesheet" => self.style_sheet(hint.base, hint.href),
            "icon" | "apple-touch-icon" | "apple-touch-icon-precomposed" | "mask-icon" => {
                self.name(hint.base, hint.href, Use::Image, would);
            }
            "preload" => {
                let Some(how) = preloaded(&kind) else { return };
                self.name(hint.base, hint.href, how, would);
                if how == Use::Image {
                    self.name_set(hint.base, hint.set);
                }
            }
            "modulepreload" => self.name(hint.base, hint.href, preloaded(&kind).unwrap_or(Use::Script), would),
            "prefetch" => {
                let how = if kind == "document" { Use::Frame } else { preloaded(&kind).unwrap_or(Use::Other) };
                self.name(hint.base, hint.href, how, would);
            }
            "preconnect" => self.name(hint.base, hint.href, Use::Preconnect, would),
            "dns-prefetch" => self.name(hint.base, hint.href, Use::DnsPrefetch, Contact::Permitted),
            "manifest" | "compression-dictionary" => self.name(hint.base, hint.href, Use::Other, would),
            _ => {}
        }
    }

    fn meta(&mut self, context: &Context, tag: &Tag) {
        let Some(content) = tag.get("content") else { return };
        if is(tag, "http-equiv", "content-security-policy") {
            self.policy(content, true);
        } else if is(tag, "http-equiv", "refresh") {
            if context.depth == 0 {
                self.refresh(&context.base, content);
            } else if let Some((_, url)) = refresh_target(content) {
                self.name(&context.base, url, Use::Frame, Contact::WouldBeContacted);
            }
        }
    }

    fn frame(&mut self, context: &Context, tag: &Tag) {
        let Some(srcdoc) = tag.get("srcdoc") else {
            self.name_attribute(context, tag, "src", Use::Frame);
            return;
        };
        if context.depth >= DEPTH {
            self.caps.deep += 1;
            return;
        }
        // A sandbox without scripts shows what `noscript` holds.
        let sandboxed = tag
            .get("sandbox")
            .is_some_and(|flags| !flags.split(is_space).any(|flag| flag.eq_ignore_ascii_case("allow-scripts")));
        let mode = Mode { scripting: context.mode.scripting && !sandboxed, xml: false };
        self.walk(srcdoc, context.base.clone(), mode, context.depth + 1);
    }

    /// Reads a Content-Security-Policy.
    pub(super) fn policy(&mut self, value: &str, in_meta: bool) {
        let document = self.document.clone();
        csp::read(&document, value, in_meta, &mut |url| self.keep(url, Use::Policy, Contact::Permitted));
    }

    /// Reads the value of `Refresh`. The first that says where to goes; one that stays on the page goes nowhere.
    pub(super) fn refresh(&mut self, base: &Url, value: &str) {
        if self.out.refresh.is_some() {
            return;
        }
        let Some((seconds, url)) = refresh_target(value) else { return };
        if let Some(url) = self.resolve(base, url)
            && url != self.document
        {
            self.out.refresh = Some((seconds, url));
        }
    }

    fn loaded_by_style(&mut self, base: &Url, url: &str, loads: css::Loads) {
        // A fragment alone is a place in the page itself.
        if url.starts_with('#') {
            return;
        }
        match loads {
            css::Loads::Import => self.style_sheet(base, url),
            css::Loads::Font => self.name(base, url, Use::Font, Contact::WouldBeContacted),
            css::Loads::Image => self.name(base, url, Use::Image, Contact::WouldBeContacted),
        }
    }

    /// Reads a style sheet that the page loads.
    pub(super) fn read_style_sheet(&mut self, text: &str) {
        let base = self.document.clone();
        css::read_sheet(text, &mut |url, loads| self.loaded_by_style(&base, url, loads));
    }

    fn style_sheet(&mut self, base: &Url, url: &str) {
        let Some(url) = self.resolve(base, url) else { return };
        if !self.out.style_sheets.contains(&url) {
            if self.out.style_sheets.len() < super::STYLE_SHEETS {
                self.out.style_sheets.push(url.clone());
            } else {
                self.caps.more_style_sheets = true;
            }
        }
        self.keep(url, Use::Style, Contact::WouldBeContacted);
    }

    fn name_attribute(&mut self, context: &Context, tag: &Tag, attribute: &str, how: Use) {
        if let Some(url) = tag.get(attribute) {
            self.name(&context.base, url, how, Contact::WouldBeContacted);
        }
    }

    fn name_set(&mut self, base: &Url, set: Option<&str>) {
        let mut candidates = srcset::candidates(set.unwrap_or(""));
        for url in candidates.by_ref().take(CANDIDATES) {
            self.name(base, url, Use::Image, Contact::WouldBeContacted);
        }
        self.caps.candidates += candidates.count();
    }

    /// Names a URL that a header holds.
    pub(super) fn name_from_document(&mut self, url: &str, how: Use, contact: Contact) {
        let base = self.document.clone();
        self.name(&base, url, how, contact);
    }

    fn name(&mut self, base: &Url, url: &str, how: Use, contact: Contact) {
        if let Some(url) = self.resolve(base, url) {
            self.keep(url, how, contact);
        }
    }

    fn keep(&mut self, url: Url, how: Use, contact: Contact) {
        if !is_web(&url) {
            return;
        }
        self.caps.urls += 1;
        if self.out.named.len() < super::URLS {
            self.out.named.push(Named { url, how, contact });
        }
    }

    /// The URL meant, without its fragment, if it is one of the web.
    fn resolve(&mut self, base: &Url, text: &str) -> Option<Url> {
        let text = text.trim_matches(|c: char| c <= ' ');
        if text.is_empty() || names_another_scheme(text) {
            return None;
        }
        if text.len() > super::URL_BYTES {
            self.caps.long += 1;
            return None;
        }
        let mut url = base.join(text).ok().filter(is_web)?;
        url.set_fragment(None);
        Some(url)
    }
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https" | "ws" | "wss") && url.host().is_some()
}

/// Whether a URL begins with a scheme that is not of the web, seen without reading the rest: `data:` may be long.
fn names_another_scheme(text: &str) -> bool {
    let mut scheme = [0_u8; 6];
    let mut length = 0;
    for byte in text.bytes() {
        match byte {
            // The URL standard drops these wherever they are.
            b'\t' | b'\n' | b'\r' => {}
            b':' => return length > 0 && !matches!(&scheme[..length], b"http" | b"https" | b"ws" | b"wss"),
            _ if byte.is_ascii_alphabetic() || (length > 0 && matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.')) => {
                if length < scheme.len() {
                    scheme[length] = byte.to_ascii_lowercase();
                    length += 1;
                }
            }
            _ => return false,
        }
    }
    false
}

fn is(tag: &Tag, attribute: &str, value: &str) -> bool {
    tag.get(attribute).is_some_and(|v| v.trim().eq_ignore_ascii_case(value))
}

/// Whether a browser would load this script: not a data block, not one that a consent tool has switched off by its
/// type, not one for browsers without modules. In a sandbox where it would not run, Chromium loads it all the same.
fn is_script(tag: &Tag) -> bool {
    let kind = match (tag.get("type"), tag.get("language")) {
        (Some(kind), _) => kind.trim().to_ascii_lowercase(),
        (None, Some(language)) if !language.is_empty() => format!("text/{}", language.to_ascii_lowercase()),
        (None, _) => String::new(),
    };
    kind == "module" || ((kind.is_empty() || is_javascript(&kind)) && !tag.has("nomodule"))
}

/// The media types that mean JavaScript (MIME Sniffing standard).
fn is_javascript(kind: &str) -> bool {
    let Some((top, sub)) = kind.split_once('/') else { return false };
    match top {
        "application" => matches!(sub, "ecmascript" | "javascript" | "x-ecmascript" | "x-javascript"),
        "text" => {
            let versioned = ["javascript1.0", "javascript1.1", "javascript1.2", "javascript1.3", "javascript1.4"];
            matches!(sub, "ecmascript" | "javascript" | "jscript" | "livescript" | "x-ecmascript" | "x-javascript")
                || versioned.contains(&sub)
                || sub == "javascript1.5"
        }
        _ => false,
    }
}

/// What `as` says of a preload; `None` for what browsers do not preload.
fn preloaded(kind: &str) -> Option<Use> {
    Some(match kind {
        "script" => Use::Script,
        "style" => Use::Style,
        "font" => Use::Font,
        "image" => Use::Image,
        "audio" | "video" | "track" => Use::Media,
        "fetch" | "json" => Use::Data,
        _ => return None,
    })
}

/// Seconds and URL of a refresh (HTML standard, "shared declarative refresh steps"); `None` where it names none.
fn refresh_target(value: &str) -> Option<(u32, &str)> {
    let value = value.trim_start_matches(is_space);
    let digits = value.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 && !value.starts_with('.') {
        return None;
    }
    // Too large for the type is as good as never.
    let seconds = if digits == 0 { 0 } else { value[..digits].parse().unwrap_or(u32::MAX) };
    let rest = value[digits..].trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    if !rest.starts_with(|c| is_space(c) || c == ';' || c == ',') {
        return None;
    }
    let rest = rest.trim_start_matches(is_space);
    let rest = rest.strip_prefix([';', ',']).unwrap_or(rest).trim_start_matches(is_space);
    let named = rest.get(..3).filter(|word| word.eq_ignore_ascii_case("url")).and_then(|_| {
        let after = rest[3..].trim_start_matches(is_space).strip_prefix('=')?;
        Some(after.trim_start_matches(is_space))
    });
    let url = named.unwrap_or(rest);
    let url = match url.strip_prefix(['"', '\'']) {
        Some(quoted) => quoted.split(&url[..1]).next().unwrap_or(quoted),
        None => url,
    };
    (!url.is_empty()).then_some((seconds, url))
}
