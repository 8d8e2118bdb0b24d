//! Where in the tree a tag stands, as far as it decides what the tag means: in SVG or MathML the same tag reads
//! differently, and inside `<template>` nothing is loaded. A simulation of tree construction by a stack of these places
//! alone, as streaming rewriters do it.

/// A place that changes how tags inside it are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Inside an `svg` element.
    Svg,
    /// Inside a `math` element.
    Math,
    /// HTML again, inside an element of SVG or MathML that allows it.
    Point(&'static str),
    /// Contents of a template; `inert` unless it is a declarative shadow root.
    Template {
        /// Whether what is inside is not loaded.
        inert: bool,
    },
}

/// The language whose rules hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// HTML.
    Html,
    /// SVG.
    Svg,
    /// MathML.
    Math,
}

/// Elements of SVG that allow HTML inside.
const SVG_POINTS: [&str; 3] = ["foreignobject", "desc", "title"];
/// Elements of MathML that allow HTML inside.
const MATH_POINTS: [&str; 5] = ["mi", "mo", "mn", "ms", "mtext"];
/// HTML start tags that end SVG or MathML (HTML standard, "The rules for parsing tokens in foreign content").
const BREAKOUT: [&str; 44] = [
    "b",
    "big",
    "blockquote",
    "body",
    "br",
    "center",
    "code",
    "dd",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "hr",
    "i",
    "img",
    "li",
    "listing",
    "menu",
    "meta",
    "nobr",
    "ol",
    "p",
    "pre",
    "ruby",
    "s",
    "small",
    "span",
    "strong",
    "strike",
    "sub",
    "sup",
    "table",
    "tt",
    "u",
    "ul",
    "var",
];

/// The open places, outermost first.
#[derive(Debug, Default)]
pub(super) struct Places {
    open: Vec<Place>,
    /// How many of each are open, so that an end tag that matches nothing costs nothing.
    svg: usize,
    math: usize,
    points: usize,
    templates: usize,
    inert: usize,
}

/// What a start tag says that matters here.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Opening<'a> {
    /// Name in lower case.
    pub(super) name: &'a str,
    /// Ends with `/>`.
    pub(super) self_closing: bool,
    /// `<font>` with `color`, `face` or `size`, which ends SVG as others do.
    pub(super) styled_font: bool,
    /// Value of `encoding` of `annotation-xml`.
    pub(super) encoding: &'a str,
    /// A template with a valid `shadowrootmode`: parsed into the page.
    pub(super) shadow_root: bool,
}

impl Places {
    /// The language at this point.
    pub(super) fn language(&self) -> Language {
        match self.open.last() {
            Some(Place::Svg) => Language::Svg,
            Some(Place::Math) => Language::Math,
            Some(Place::Point(_) | Place::Template { .. }) | None => Language::Html,
        }
    }

    /// Whether what stands here is not loaded.
    pub(super) fn is_inert(&self) -> bool {
        self.inert > 0
    }

    /// Reads a start tag; answers the language the element itself belongs to.
    pub(super) fn open(&mut self, tag: Opening<'_>) -> Language {
        let breaks = BREAKOUT.contains(&tag.name) || (tag.name == "font" && tag.styled_font);
        if self.language() != Language::Html && breaks {
            while self.language() != Language::Html {
                self.pop();
            }
        }
        let language = self.language();
        match (language, tag.name) {
            (Language::Html | Language::Svg, "svg") => {
                self.push_unless_closed(Place::Svg, tag);
                return Language::Svg;
            }
            (Language::Html, "math") => {
                self.push_unless_closed(Place::Math, tag);
                return Language::Math;
            }
            // HTML ignores the slash of `<template/>`.
            (Language::Html, "template") => self.push(Place::Template { inert: !tag.shadow_root }),
            (Language::Svg, name) => {
                if let Some(point) = SVG_POINTS.iter().find(|point| **point == name) {
                    self.push_unless_closed(Place::Point(point), tag);
                }
            }
            (Language::Math, "annotation-xml") => {
                if ["text/html", "application/xhtml+xml"].iter().any(|e| tag.encoding.eq_ignore_ascii_case(e)) {
                    self.push_unless_closed(Place::Point("annotation-xml"), tag);
                }
            }
            (Language::Math, name) => {
                if let Some(point) = MATH_POINTS.iter().find(|point| **point == name) {
                    self.push_unless_closed(Place::Point(point), tag);
                }
            }
            (Language::Html, _) => {}
        }
        language
    }

    /// Reads an end tag.
    pub(super) fn close(&mut self, name: &str) {
        match name {
            "template" if self.templates > 0 => self.pop_to(|place| matches!(place, Place::Template { .. })),
            // Of HTML inside a point, only that point's own end tag leads out.
            _ if self.points > 0 && matches!(self.open.last(), Some(Place::Point(point)) if *point == name) => {
                self.pop();
            }
            "svg" if self.svg > 0 => self.pop_foreign(Place::Svg),
            "math" if self.math > 0 => self.pop_foreign(Place::Math),
            "p" | "br" => {
                while self.language() != Language::Html {
                    self.pop();
                }
            }
            _ => {}
        }
    }

    /// Closes down to `wanted`, but not out of the HTML around it.
    fn pop_foreign(&mut self, wanted: Place) {
        while let Some(place @ (Place::Svg | Place::Math)) = self.open.last().copied() {
            self.pop();
            if place == wanted {
                return;
            }
        }
    }

    fn pop_to(&mut self, wanted: impl Fn(Place) -> bool) {
        while let Some(place) = self.pop() {
            if wanted(place) {
                return;
            }
        }
    }

    fn push_unless_closed(&mut self, place: Place, tag: Opening<'_>) {
        if !tag.self_closing {
            self.push(place);
        }
    }

    fn push(&mut self, place: Place) {
        self.count(place, true);
        self.open.push(place);
    }

    fn pop(&mut self) -> Option<Place> {
        let place = self.open.pop()?;
        self.count(place, false);
        Some(place)
    }

    fn count(&mut self, place: Place, up: bool) {
        let step = |n: &mut usize| *n = if up { *n + 1 } else { n.saturating_sub(1) };
        match place {
            Place::Svg => step(&mut self.svg),
            Place::Math => step(&mut self.math),
            Place::Point(_) => step(&mut self.points),
            Place::Template { inert } => {
                step(&mut self.templates);
                if inert {
                    step(&mut self.inert);
                }
            }
        }
    }
}
