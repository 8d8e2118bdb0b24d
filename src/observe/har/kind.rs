//! How a page uses what it asks for.

use crate::evidence::Use;

/// What a recording says of one request.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hints<'a> {
    /// `_resourceType`, lower case.
    pub(super) kind: &'a str,
    /// `Sec-Fetch-Dest` of the request, lower case.
    pub(super) dest: &'a str,
    /// `Accept` of the request, lower case.
    pub(super) accept: &'a str,
    /// Media type of the answer.
    pub(super) media: &'a str,
    /// Ending of the path, lower case.
    pub(super) ending: &'a str,
    pub(super) method: &'a str,
    pub(super) is_socket: bool,
}

impl Hints<'_> {
    /// Whether the request was for a document of the window itself. Where the browser does not say, a redirect or HTML may
    /// be one, unless something else than HTML was asked for.
    pub(super) fn may_be_document(&self, is_redirect: bool) -> bool {
        match (self.dest, self.kind) {
            _ if self.is_socket => false,
            ("document", _) | ("", "document") => true,
            ("", "") => {
                (is_redirect || is_html(self.media)) && (self.accept.is_empty() || self.accept.contains("text/html"))
            }
            _ => false,
        }
    }

    /// The first that says something counts: the browser's own word (`_resourceType`), the destination it told the
    /// server (`Sec-Fetch-Dest`), the media type that came, the ending of the path, the method.
    pub(super) fn use_made(&self) -> Use {
        if self.is_socket {
            return Use::Data;
        }
        // A later document of the window: the visitor, or a script, went there.
        if self.dest == "document" || (self.dest.is_empty() && self.kind == "document" && self.is_post()) {
            return if self.is_post() { Use::Form } else { Use::Other };
        }
        of_kind(self.kind)
            .or_else(|| of_dest(self.dest))
            .or_else(|| of_media(self.media))
            .or_else(|| of_ending(self.ending))
            .unwrap_or(if self.is_post() { Use::Data } else { Use::Other })
    }

    fn is_post(&self) -> bool {
        self.method.eq_ignore_ascii_case("POST")
    }
}

fn of_kind(kind: &str) -> Option<Use> {
    Some(match kind {
        "script" => Use::Script,
        "stylesheet" => Use::Style,
        "font" => Use::Font,
        "image" | "imageset" => Use::Image,
        "document" | "subdocument" => Use::Frame,
        "media" | "texttrack" => Use::Media,
        "xhr" | "fetch" | "ping" | "beacon" | "websocket" | "eventsource" | "preflight" | "cspviolationreport" => {
            Use::Data
        }
        "manifest" => Use::Other,
        // "other", and kinds not known here.
        _ => return None,
    })
}

fn of_dest(dest: &str) -> Option<Use> {
    Some(match dest {
        "script" | "worker" | "sharedworker" | "serviceworker" | "audioworklet" | "paintworklet" => Use::Script,
        "style" | "xslt" => Use::Style,
        "font" => Use::Font,
        "image" => Use::Image,
        "iframe" | "frame" | "embed" | "object" | "fencedframe" => Use::Frame,
        "audio" | "video" | "track" => Use::Media,
        "empty" | "report" | "json" | "websocket" => Use::Data,
        "manifest" => Use::Other,
        _ => return None,
    })
}

fn essence(media: &str) -> String {
    media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_html(media: &str) -> bool {
    matches!(essence(media).as_str(), "text/html" | "application/xhtml+xml")
}

fn of_media(media: &str) -> Option<Use> {
    let media = essence(media);
    let (top, sub) = media.split_once('/')?;
    Some(match (top, sub) {
        (_, sub) if sub.contains("javascript") || sub.contains("ecmascript") => Use::Script,
        ("text", "css") => Use::Style,
        ("font", _) => Use::Font,
        (_, sub) if sub.contains("font") => Use::Font,
        ("image", _) => Use::Image,
        ("audio" | "video", _) => Use::Media,
        (_, "vnd.apple.mpegurl" | "dash+xml") | ("text", "vtt") => Use::Media,
        ("text", "html") | ("application", "xhtml+xml") => Use::Frame,
        (_, "manifest+json") => Use::Other,
        (_, sub) if sub == "json" || sub.ends_with("+json") || sub == "event-stream" => Use::Data,
        _ => return None,
    })
}

fn of_ending(ending: &str) -> Option<Use> {
    Some(match ending {
        "js" | "mjs" => Use::Script,
        "css" => Use::Style,
        "woff" | "woff2" | "ttf" | "otf" | "eot" => Use::Font,
        "png" | "jpg" | "jpeg" | "gif" | "svg" | "webp" | "avif" | "ico" => Use::Image,
        "mp4" | "webm" | "mp3" | "ogg" | "m3u8" | "mpd" | "vtt" => Use::Media,
        "html" | "htm" => Use::Frame,
        "json" => Use::Data,
        "webmanifest" => Use::Other,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hints<'a>(kind: &'a str, dest: &'a str, media: &'a str, ending: &'a str) -> Hints<'a> {
        Hints { kind, dest, media, ending, method: "GET", ..Hints::default() }
    }

    #[test]
    fn the_first_word_counts() {
        for (kind, dest, media, ending, want) in [
            ("script", "image", "text/css", "woff", Use::Script),
            ("other", "image", "text/css", "woff", Use::Image),
            ("", "style", "text/html", "js", Use::Style),
            ("", "", "text/css; charset=utf-8", "js", Use::Style),
            ("", "", "x-unknown", "woff2", Use::Font),
            ("", "", "", "mp4", Use::Media),
            ("", "", "", "", Use::Other),
            ("document", "iframe", "text/html", "", Use::Frame),
            ("document", "document", "text/html", "", Use::Other),
            ("document", "", "text/html", "", Use::Frame),
            ("xhr", "", "image/gif", "gif", Use::Data),
            ("", "", "application/ld+json", "", Use::Data),
            ("", "", "application/x-font-woff", "", Use::Font),
            ("", "", "application/x-javascript", "", Use::Script),
        ] {
            assert_eq!(hints(kind, dest, media, ending).use_made(), want, "{kind} {dest} {media} {ending}");
        }
    }

    #[test]
    fn forms_beacons_and_sockets() {
        let post = |dest, kind| Hints { dest, kind, method: "post", ..Hints::default() };
        assert_eq!(post("document", "").use_made(), Use::Form);
        assert_eq!(post("", "document").use_made(), Use::Form);
        assert_eq!(post("", "").use_made(), Use::Data);
        assert_eq!(Hints { is_socket: true, media: "text/html", ..Hints::default() }.use_made(), Use::Data);
    }

    #[test]
    fn documents_of_the_window() {
        assert!(hints("", "document", "", "").may_be_document(false));
        assert!(hints("document", "", "", "").may_be_document(false));
        assert!(hints("", "", "text/html", "").may_be_document(false));
        assert!(hints("", "", "", "").may_be_document(true));
        assert!(Hints { accept: "text/html,*/*;q=0.8", ..Hints::default() }.may_be_document(true));
        assert!(!Hints { accept: "image/avif,image/*;q=0.8", ..Hints::default() }.may_be_document(true));
        for other in
            [hints("document", "iframe", "text/html", ""), hints("script", "", "", ""), hints("", "", "text/css", "")]
        {
            assert!(!other.may_be_document(false), "{other:?}");
        }
    }
}
