use super::{Loads, read_declarations, read_sheet};

fn sheet(text: &str) -> Vec<(String, Loads)> {
    let mut out = Vec::new();
    read_sheet(text, &mut |url, loads| out.push((url.to_owned(), loads)));
    out
}

fn images(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    read_declarations(text, &mut |url, loads| {
        assert_eq!(loads, Loads::Image);
        out.push(url.to_owned());
    });
    out
}

#[test]
fn every_way_to_write_a_url_is_read() {
    assert_eq!(images("background: url(a.png)"), ["a.png"]);
    assert_eq!(images("background:URL( \n a.png\t)"), ["a.png"]);
    assert_eq!(images(r#"background: url("a b.png"), url('c"d.png')"#), ["a b.png", "c\"d.png"]);
    assert_eq!(images(r"background: \75 rl(a.png)"), ["a.png"]);
    assert_eq!(images(r"background: u\52L(//x\2e example/a\).png)"), ["//x.example/a).png"]);
    assert_eq!(images("background: url(\"//x.exam\\\nple/a\")"), ["//x.example/a"]);
    assert_eq!(images("x: url(a.png"), ["a.png"], "the end of the text ends it");
    assert_eq!(images("x: url('a.png"), ["a.png"]);
    assert_eq!(images("x: url(a.png);y:url(b.png)"), ["a.png", "b.png"]);
    assert_eq!(images("} x: url(a.png)"), ["a.png"], "nothing closes the attribute");
}

#[test]
fn what_only_looks_like_one_is_not() {
    for not in [
        "/* url(a.png) */",
        "content: 'url(a.png)'",
        "x: curl(a.png)",
        "x: 10url(a.png)",
        "x: #url(a.png)",
        "x: url (a.png)",
        "x: url(a b.png)",
        "x: url(a'b.png)",
        "x: url(a(b.png)",
        "x: \"url(a.png)\n",
        "/* url(a.png)",
    ] {
        assert_eq!(images(not), Vec::<String>::new(), "{not}");
    }
    // What is broken ends where CSS ends it.
    assert_eq!(images("x: url(a b); y: url(c.png)"), ["c.png"]);
    assert_eq!(images("x: url(a\\)(b); y: url(c.png)"), ["c.png"]);
}

#[test]
fn strings_of_an_image_set_are_urls_but_not_their_types() {
    assert_eq!(images(r#"background: image-set("a.avif" type("image/avif"), url(b.png) 2x)"#), ["a.avif", "b.png"]);
    assert_eq!(images("background: -webkit-image-set('a.png' 1x)"), ["a.png"]);
    assert_eq!(images("font-family: 'a.png'"), Vec::<String>::new());
}

#[test]
fn imports_count_where_css_allows_them() {
    let import = |url: &str| (url.to_owned(), Loads::Import);
    assert_eq!(sheet("@import 'a.css';"), [import("a.css")]);
    assert_eq!(
        sheet(
            "@charset \"utf-8\"; @layer x; @IMPORT URL(a.css) layer(x) supports(background: url(z.png)) screen;@import\"b.css\";"
        ),
        [import("a.css"), import("b.css")]
    );
    assert_eq!(sheet("/* @import 'x'; */ @import/**/'a.css'/**/;"), [import("a.css")]);
    assert_eq!(sheet("<!-- @import 'a.css'; -->"), [import("a.css")]);
    assert_eq!(sheet("@unknown x; @import 'a.css'"), [import("a.css")]);
    assert_eq!(sheet("@unknown { x: y } @import 'a.css'"), [import("a.css")]);
    assert_eq!(sheet(r#"@im\70ort "a.css";"#), [import("a.css")]);
    for not in [
        "a { color: red } @import 'a.css';",
        "@media print { @import 'a.css'; }",
        "@namespace url(http://www.w3.org/1999/xhtml); @import 'a.css';",
        "@layer x { } @import 'a.css';",
        "@font-face { } @import 'a.css';",
        "a; @import 'a.css';",
        "@import;",
        "@namespace svg url(http://www.w3.org/2000/svg);",
        "@supports (background: url(a.png)) { }",
    ] {
        assert_eq!(sheet(not), [], "{not}");
    }
}

#[test]
fn fonts_are_told_from_images() {
    let found = sheet(
        "@font-face { src: local('x'), url(a.woff2) format('woff2') }
         @media screen { @FONT-FACE { src: url(b.woff) } a { background: url(c.png) } }
         b { cursor: url(d.cur), auto }",
    );
    let want = [("a.woff2", Loads::Font), ("b.woff", Loads::Font), ("c.png", Loads::Image), ("d.cur", Loads::Image)];
    assert_eq!(found, want.map(|(url, loads)| (url.to_owned(), loads)));
}

#[test]
fn nothing_is_left_open_by_a_rule_inside_a_block() {
    let found = sheet("@media print { @page } a { background: url(a.png) } b { x: url(b.png) }");
    assert_eq!(found.len(), 2, "{found:?}");
    let found = sheet("a { @layer; background: url(a.png) }");
    assert_eq!(found, [("a.png".to_owned(), Loads::Image)]);
}
