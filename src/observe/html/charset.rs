//! Which characters the bytes are: byte order mark, then the `Content-Type`, then the document's own word, then UTF-8
//! (HTML standard, "encoding sniffing"; CSS Syntax, "the input byte stream").

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, X_USER_DEFINED};

/// A page says its encoding in the first kilobyte.
const PRESCAN: usize = 1024;

/// The text of a page.
pub(super) fn decode_page<'a>(content_type: &str, body: &'a [u8]) -> Cow<'a, str> {
    // `decode` looks at the byte order mark first, which beats all else.
    declared(content_type).or_else(|| in_meta(body)).unwrap_or(UTF_8).decode(body).0
}

/// The text of a style sheet.
pub(super) fn decode_style_sheet<'a>(content_type: &str, body: &'a [u8]) -> Cow<'a, str> {
    declared(content_type).or_else(|| at_charset(body)).unwrap_or(UTF_8).decode(body).0
}

/// `charset=` of a `Content-Type`.
fn declared(content_type: &str) -> Option<&'static Encoding> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        if !name.trim().eq_ignore_ascii_case("charset") {
            return None;
        }
        Encoding::for_label(value.trim().trim_matches(['"', '\'']).as_bytes())
    })
}

/// What a document can say of itself: it was read as ASCII until here, so UTF-16 is not believed.
fn believable(label: &[u8]) -> Option<&'static Encoding> {
    let encoding = Encoding::for_label(label)?;
    Some(if encoding == UTF_16BE || encoding == UTF_16LE {
        UTF_8
    } else if encoding == X_USER_DEFINED {
        WINDOWS_1252
    } else {
        encoding
    })
}

/// `<meta charset>` or `<meta http-equiv content="...; charset=...">` in the first kilobyte, or the encoding of an XML
/// declaration.
fn in_meta(body: &[u8]) -> Option<&'static Encoding> {
    let head = body.get(..PRESCAN).unwrap_or(body).to_ascii_lowercase();
    if head.starts_with(b"<?xml") {
        let end = find(&head, b"?>")?;
        return label_after(&head[..end], b"encoding").and_then(believable);
    }
    let mut rest = head.as_slice();
    while let Some(at) = rest.iter().position(|b| *b == b'<') {
        rest = &rest[at..];
        if rest.starts_with(b"<!--") {
            // A comment may end with the dashes it began with: `<!-->`.
            let end = find(&rest[2..], b"-->")?;
            rest = &rest[end + 5..];
        } else if rest.starts_with(b"<meta") && rest.get(5).is_some_and(|b| b" \t\n\r\x0c/".contains(b)) {
            let end = rest.iter().position(|b| *b == b'>').unwrap_or(rest.len());
            if let Some(encoding) = label_after(&rest[..end], b"charset").and_then(believable) {
                return Some(encoding);
            }
            rest = &rest[end..];
        } else {
            rest = &rest[1..];
        }
    }
    None
}

/// The value after `name =`, bare or quoted.
fn label_after<'a>(text: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let mut rest = text;
    while let Some(at) = find(rest, name) {
        rest = &rest[at + name.len()..];
        if let Some(value) = rest.trim_ascii_start().strip_prefix(b"=") {
            let value = value.trim_ascii_start();
            let value = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value);
            let end = value.iter().position(|b| b"\"'; \t\r\n/>?".contains(b)).unwrap_or(value.len());
            return Some(&value[..end]);
        }
    }
    None
}

/// `@charset "..."` in the one form that CSS allows.
fn at_charset(body: &[u8]) -> Option<&'static Encoding> {
    let rest = body.get(..PRESCAN).unwrap_or(body).strip_prefix(b"@charset \"")?;
    let end = find(rest, b"\";")?;
    believable(&rest[..end])
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::{decode_page, decode_style_sheet};

    #[test]
    fn a_page_is_decoded_by_mark_then_header_then_meta() {
        let latin = b"<meta charset=iso-8859-1><i title='\xe9'>";
        assert!(decode_page("text/html", latin).contains('é'));
        assert!(decode_page("text/html; charset=UTF-8", latin).contains('\u{fffd}'), "the header beats the page");
        let quoted = b"<META http-equiv='Content-Type' content='text/html; charset=windows-1251'>\xe9";
        assert!(decode_page("", quoted).contains('й'));
        assert!(decode_page("", "é".as_bytes()).contains('é'), "UTF-8 where nothing says otherwise");
        let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain("<p>é".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(decode_page("text/html; charset=utf-8", &utf16), "<p>é", "the mark beats the header");
        let big: Vec<u8> = [0xfe, 0xff].into_iter().chain("<p>é".encode_utf16().flat_map(u16::to_be_bytes)).collect();
        assert_eq!(decode_page("", &big), "<p>é");
        let bare: Vec<u8> = "<p>é".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode_page("text/html; charset=utf-16le", &bare), "<p>é");
        assert!(decode_page("", b"<?xml version='1.0' encoding='iso-8859-1'?><p>\xe9").contains('é'));
    }

    #[test]
    fn what_is_no_meta_says_nothing() {
        for not in [
            "<!-- <meta charset=iso-8859-1> -->é",
            "<metaphor charset=iso-8859-1>é",
            "<meta charset=utf-16>é",
            "<meta charset=nonsense>é",
            "<meta charset",
            "<!--><p>é",
            "<!--é",
        ] {
            assert_eq!(decode_page("", not.as_bytes()), not);
        }
        let late = format!("{}<meta charset=iso-8859-1>é", " ".repeat(1024));
        assert_eq!(decode_page("", late.as_bytes()), late, "after the first kilobyte");
    }

    #[test]
    fn a_style_sheet_says_its_encoding_in_one_form_only() {
        assert!(decode_style_sheet("", b"@charset \"iso-8859-1\"; /* \xe9 */").contains('é'));
        assert!(decode_style_sheet("", b"@charset 'iso-8859-1'; /* \xe9 */").contains('\u{fffd}'));
        assert!(decode_style_sheet("text/css; charset=\"iso-8859-1\"", b"/* \xe9 */").contains('é'));
    }
}
