//! What a page names, tag by tag, and what it does not.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod hostile;

use url::Url;

use super::{Gathered, HOSTS, Named, PageHosts, URL_BYTES, gather, read_page, read_style_sheet};
use crate::evidence::{Contact, PageHost, Use};

const DOCUMENT: &str = "https://www.example.org/dir/page?q=1#f";

fn document() -> Url {
    Url::parse(DOCUMENT).unwrap()
}

fn read(html: &str) -> PageHosts {
    read_page(&document(), &[], html.as_bytes())
}

fn with_header(name: &str, value: &str) -> PageHosts {
    read_page(&document(), &[(name.to_owned(), value.to_owned())], b"")
}

/// URLs with what they are for, without `https://`.
fn found(page: &PageHosts) -> Vec<(String, Use)> {
    page.named.iter().map(|n| (n.url.as_str().replace("https://", ""), n.how)).collect()
}

#[track_caller]
fn names(html: &str, want: &[(&str, Use)]) {
    let page = read(html);
    let want: Vec<_> = want.iter().map(|(url, how)| ((*url).to_owned(), *how)).collect();
    assert_eq!(found(&page), want, "{html}");
    assert!(page.named.iter().all(|n| (n.contact == Contact::Permitted) == (n.how == Use::DnsPrefetch)), "{html}");
    assert_eq!(page.capped, Vec::<String>::new());
}

#[track_caller]
fn names_nothing(html: &str) {
    names(html, &[]);
}

#[test]
fn elements_that_load_something_are_read() {
    names("<script src='//a.example/x.js'></script>", &[("a.example/x.js", Use::Script)]);
    names("<script type=module src=//a.example/x></script>", &[("a.example/x", Use::Script)]);
    names("<script type='Text/JavaScript' src=//a.example/x></script>", &[("a.example/x", Use::Script)]);
    names("<script language=JavaScript src=//a.example/x></script>", &[("a.example/x", Use::Script)]);
    names("<IMG SRC=//a.example/x loading=lazy>", &[("a.example/x", Use::Image)]);
    names("<image src=//a.example/x>", &[("a.example/x", Use::Image)]);
    names(
        "<img src=//a.example/ srcset='//b.example/ 1x, //c.example/ 2x'>",
        &[("a.example/", Use::Image), ("b.example/", Use::Image), ("c.example/", Use::Image)],
    );
    names(
        "<picture><source srcset=//a.example/ src=//no.example/><img src=//b.example/></picture>",
        &[("a.example/", Use::Image), ("b.example/", Use::Image)],
    );
    names(
        "<video poster=//a.example/ src=//b.example/><source src=//c.example/ srcset=//no.example/><track src=//d.example/></video>",
        &[
            ("b.example/", Use::Media),
            ("a.example/", Use::Image),
            ("c.example/", Use::Media),
            ("d.example/", Use::Media),
        ],
    );
    names(
        "<audio src=//a.example/><source src=//b.example/></audio>",
        &[("a.example/", Use::Media), ("b.example/", Use::Media)],
    );
    names(
        "<iframe src=//a.example/></iframe><embed src=//b.example/><object data=//c.example/></object>",
        &[("a.example/", Use::Frame), ("b.example/", Use::Frame), ("c.example/", Use::Frame)],
    );
    names("<frameset><frame src=//a.example/></frameset>", &[("a.example/", Use::Frame)]);
    names(
        "<form action=//a.example/><button formaction=//b.example/></button><input type=submit formaction=//c.example/>\
         <input type=IMAGE src=//d.example/ formaction=//e.example/></form>",
        &[
            ("a.example/", Use::Form),
            ("b.example/", Use::Form),
            ("c.example/", Use::Form),
            ("d.example/", Use::Image),
            ("e.example/", Use::Form),
        ],
    );
    names(
        "<body background=//a.example/><table background=//b.example/><td background=//c.example/>",
        &[("a.example/", Use::Image), ("b.example/", Use::Image), ("c.example/", Use::Image)],
    );
    names("<p style='background:url(//a.example/)'>", &[("a.example/", Use::Image)]);
    names(
        "<style>@import '//a.example/a'; @font-face{src:url(//b.example/f)} p{cursor:url(//c.example/)}</style>",
        &[("a.example/a", Use::Style), ("b.example/f", Use::Font), ("c.example/", Use::Image)],
    );
    names("<style>p{cursor:url(//a.example/)}", &[("a.example/", Use::Image)]);
}

#[test]
fn links_are_read_by_what_they_relate() {
    let page = read(
        "<link rel=StyleSheet href=//a.example/a><link rel='alternate stylesheet' title=x href=//b.example/b>\
                     <link rel=stylesheet media=print href=//a.example/a>",
    );
    assert_eq!(page.named.len(), 3);
    assert!(page.named.iter().all(|n| n.how == Use::Style));
    assert_eq!(
        page.style_sheets.iter().map(Url::as_str).collect::<Vec<_>>(),
        ["https://a.example/a", "https://b.example/b"]
    );
    names(
        "<link rel='shortcut icon' href=//a.example/><link rel=apple-touch-icon href=//b.example/><link rel=mask-icon href=//c.example/>",
        &[("a.example/", Use::Image), ("b.example/", Use::Image), ("c.example/", Use::Image)],
    );
    names(
        "<link rel=preload as=font href=//a.example/><link rel=preload as=image href=//b.example/ imagesrcset='//c.example/ 1x'>",
        &[("a.example/", Use::Font), ("b.example/", Use::Image), ("c.example/", Use::Image)],
    );
    names(
        "<link rel=prefetch href=//a.example/><link rel=prefetch as=script href=//b.example/><link rel=modulepreload href=//c.example/>",
        &[("a.example/", Use::Other), ("b.example/", Use::Script), ("c.example/", Use::Script)],
    );
    names(
        "<link rel='preconnect dns-prefetch' href=//a.example>",
        &[("a.example/", Use::Preconnect), ("a.example/", Use::DnsPrefetch)],
    );
    names("<link rel=manifest href=//a.example/><link rel=manifest href=//no.example/>", &[("a.example/", Use::Other)]);
    for rel in
        ["canonical", "alternate", "author", "next", "prev", "search", "license", "pingback", "prerender", "", "x"]
    {
        names_nothing(&format!("<link rel='{rel}' href=//a.example/>"));
    }
    names_nothing("<link href=//a.example/>");
    names_nothing("<link rel=stylesheet disabled href=//a.example/>");
    names_nothing("<link rel=stylesheet type=text/less href=//a.example/>");
    names_nothing("<link rel=preload href=//a.example/><link rel=preload as=document href=//a.example/>");
}

#[test]
fn what_a_browser_does_not_load_names_nothing() {
    // Pitfall 11: named but not used.
    names_nothing("<!-- <img src=//a.example/> --><p>See https://a.example/ or a.example</p>");
    names_nothing("<a href=//a.example/ ping=//b.example/>x</a><area href=//c.example/>");
    names_nothing("<noscript><img src=//a.example/></noscript>");
    names_nothing(
        "<template><img src=//a.example/><template></template><img src=//b.example/><style>@import '//c.example'</style></template>",
    );
    names_nothing("<script>document.write('<img src=//a.example/>')</script>");
    names_nothing("<script><!-- <script> </script> <img src=//a.example/> --></script>");
    names_nothing("<textarea><img src=//a.example/></textarea><title><img src=//b.example/></title>");
    names_nothing(
        "<xmp><img src=//a.example/></xmp><noembed><img src=//a.example/></noembed><noframes><img src=//a.example/></noframes>",
    );
    names_nothing("<iframe><img src=//a.example/></iframe>");
    names_nothing("<style><img src=//a.example/></style><style type=text/x>@import '//a.example'</style>");
    names_nothing("<plaintext></plaintext><img src=//a.example/>");
    for kind in ["text/plain", "application/ld+json", "importmap", "speculationrules", "text/template"] {
        names_nothing(&format!("<script type='{kind}' src=//a.example/></script>"));
    }
    names_nothing("<script nomodule src=//a.example/></script><script language=vbscript src=//a.example/></script>");
    names_nothing("<source src=//a.example/ srcset=//b.example/><track src=//c.example/>");
    names_nothing("<input src=//a.example/ formaction=//b.example/><button type=button formaction=//c.example/>");
    names_nothing("<form method=dialog action=//a.example/>");
    names_nothing("<img data-src=//a.example/><div src=//b.example/ href=//c.example/></div></img src=//d.example/>");
    names_nothing(
        "<blockquote cite=//a.example/><html manifest=//b.example/><meta property=og:image content=//c.example/>",
    );
    names_nothing("<![CDATA[<img src=//a.example/]]>");
    names_nothing("<img src=//a.example/");
}

#[test]
fn what_follows_such_text_is_read_again() {
    names("<template></template></template><img src=//a.example/>", &[("a.example/", Use::Image)]);
    names(
        "<script>x</script><noscript></noscript><title></title><img src=//a.example/>",
        &[("a.example/", Use::Image)],
    );
    names("<textarea></title></textarea><img src=//a.example/>", &[("a.example/", Use::Image)]);
    names("<!--><img src=//a.example/>", &[("a.example/", Use::Image)]);
    names("<script/><img src=//no.example/></script><img src=//a.example/>", &[("a.example/", Use::Image)]);
    names("<template><svg></template><img src=//a.example/>", &[("a.example/", Use::Image)]);
}

#[test]
fn a_shadow_root_in_the_markup_is_part_of_the_page() {
    names("<div><template shadowrootmode=open><img src=//a.example/></template></div>", &[("a.example/", Use::Image)]);
    names_nothing("<div><template shadowrootmode=x><img src=//a.example/></template></div>");
    names_nothing("<template><div><template shadowrootmode=open><img src=//a.example/></template></div></template>");
}

#[test]
fn svg_and_mathml_read_by_their_own_rules() {
    names(
        "<svg><image href=//a.example/ xlink:href=//no.example/ /><image xlink:href=//b.example/ /></svg>",
        &[("a.example/", Use::Image), ("b.example/", Use::Image)],
    );
    names(
        "<svg><filter><feImage href=//a.example/ /></filter><script href=//b.example/></script></svg>",
        &[("a.example/", Use::Image), ("b.example/", Use::Script)],
    );
    names(
        "<svg><use href='#x'/><use href='/s.svg#x'/><use href='//other.example/s.svg#x'/></svg>",
        &[("www.example.org/s.svg", Use::Image)],
    );
    names(
        "<svg><rect fill='url(//a.example/x.svg#y)' mask='url(#z)' stroke=red /></svg>",
        &[("a.example/x.svg", Use::Image)],
    );
    // Text elements of HTML are none in SVG; `img` leads back to HTML.
    names("<svg><title><img src=//a.example/></title></svg>", &[("a.example/", Use::Image)]);
    names("<svg><style>@import '//a.example/';</style></svg>", &[("a.example/", Use::Style)]);
    names("<svg><style><![CDATA[@import '//a.example/';]]></style></svg>", &[("a.example/", Use::Style)]);
    names("<svg><style><img src=//a.example/></style>", &[("a.example/", Use::Image)]);
    names(
        "<svg><![CDATA[<img src=//no.example/>]]></svg><![CDATA[x><img src=//a.example/>",
        &[("a.example/", Use::Image)],
    );
    names(
        "<svg><foreignObject><script>'<img src=//no.example/>'</script><img src=//a.example/></foreignObject><image href=//b.example/ /></svg>",
        &[("a.example/", Use::Image), ("b.example/", Use::Image)],
    );
    names("<svg/><title><img src=//no.example/></title>", &[]);
    names(
        "<math><mi><img src=//a.example/></mi><annotation-xml encoding=text/html><img src=//b.example/></annotation-xml></math>",
        &[("a.example/", Use::Image), ("b.example/", Use::Image)],
    );
    names("<svg><a href=//no.example/></a><link rel=stylesheet href=//no.example/></svg>", &[]);
    names("<svg><p></svg><link rel=stylesheet href=//a.example/>", &[("a.example/", Use::Style)]);
}

#[test]
fn urls_are_made_whole_as_browsers_do() {
    for (written, want) in [
        ("x.png", "https://www.example.org/dir/x.png"),
        ("/x.png", "https://www.example.org/x.png"),
        ("../x.png#f", "https://www.example.org/x.png"),
        ("//A.Example/x", "https://a.example/x"),
        ("\\\\a.example\\x", "https://a.example/x"),
        (" \t\n https://a.example/x \n", "https://a.example/x"),
        ("ht\ntps://a.exa\tmple/x", "https://a.example/x"),
        ("https:\\\\a.example/x", "https://a.example/x"),
        ("http:////a.example", "http://a.example/"),
        ("https://a.example/?a=1&amp;b=2", "https://a.example/?a=1&b=2"),
        ("https&colon;//a.example&sol;x", "https://a.example/x"),
        ("&#104;ttps://a.example/&#x78;", "https://a.example/x"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://0x7f.1/", "https://127.0.0.1/"),
        ("wss://a.example/", "wss://a.example/"),
    ] {
        let page = read(&format!("<img src=\"{written}\">"));
        assert_eq!(page.named.iter().map(|n| n.url.as_str()).collect::<Vec<_>>(), [want], "{written:?}");
    }
    for not in [
        "",
        " ",
        "data:image/png;base64,AA",
        "DATA:,x",
        "blob:https://a.example/x",
        "javascript:'https://a.example'",
        "java\nscript:x",
        "mailto:a@a.example",
        "about:blank",
        "tel:1",
        "ftp://a.example/",
        "https://",
        "https://a b.example/",
        "file:///x",
        "https://[::1/",
        "chrome-extension://abc/x",
    ] {
        names_nothing(&format!("<img src=\"{not}\"><iframe src=\"{not}\"></iframe>"));
    }
    let long_data = format!("<img src='data:{}'>", "x".repeat(2 * URL_BYTES));
    names_nothing(&long_data);
    names("<img src=//a.example/ src=//no.example/>", &[("a.example/", Use::Image)]);
}

#[test]
fn the_first_base_holds_for_what_follows() {
    names(
        "<img src=a><base href=//b.example/d/><base href=//no.example/><img src=a><style>p{cursor:url(c)}</style>",
        &[("www.example.org/dir/a", Use::Image), ("b.example/d/a", Use::Image), ("b.example/d/c", Use::Image)],
    );
    names("<base target=x><base href=//b.example/><img src=a>", &[("b.example/a", Use::Image)]);
    names("<base href='data:,x'><base href=//no.example/><img src=a>", &[("www.example.org/dir/a", Use::Image)]);
    names("<base href='https://['><base href=//no.example/><img src=a>", &[("www.example.org/dir/a", Use::Image)]);
    names(
        "<template><base href=//no.example/></template><svg><base href=//no.example/></svg><img src=a>",
        &[("www.example.org/dir/a", Use::Image)],
    );
    names("<base href='about:blank'><img src=a><img src=//a.example/>", &[]);
}

#[test]
fn a_frame_written_in_an_attribute_is_read() {
    names(
        "<iframe src=//no.example/ srcdoc='<img src=a><base href=//b.example/><img src=a>'></iframe><img src=a>",
        &[("www.example.org/dir/a", Use::Image), ("b.example/a", Use::Image), ("www.example.org/dir/a", Use::Image)],
    );
    names(
        "<base href=//b.example/><iframe srcdoc='&lt;img src=&quot;a&quot;&gt;'></iframe>",
        &[("b.example/a", Use::Image)],
    );
    names(
        "<iframe srcdoc=\"<noscript><img src=//no.example/></noscript><script src=//a.example/></script>\"></iframe>",
        &[("a.example/", Use::Script)],
    );
    names(
        "<iframe sandbox srcdoc=\"<noscript><img src=//a.example/></noscript><script src=//b.example/></script>\"></iframe>",
        &[("a.example/", Use::Image), ("b.example/", Use::Script)],
    );
    names("<iframe sandbox=allow-scripts srcdoc=\"<noscript><img src=//no.example/></noscript>\"></iframe>", &[]);
    names(
        "<iframe srcdoc=\"<meta http-equiv=refresh content='0;url=//a.example/'>\"></iframe>",
        &[("a.example/", Use::Frame)],
    );
}

#[test]
fn a_refresh_is_told_apart() {
    let to = |content: &str| {
        let page = read(&format!("<base href=//b.example/><meta http-equiv=Refresh content=\"{content}\">"));
        assert_eq!(page.named, []);
        page.refresh.map(|(seconds, url)| (seconds, url.to_string()))
    };
    let b = |seconds| Some((seconds, "https://b.example/x".to_owned()));
    for (content, want) in [
        ("0;url=x", b(0)),
        ("0; URL = 'x'z", b(0)),
        (" 5.9 , x", b(5)),
        (".5;url=x", b(0)),
        ("3 x", b(3)),
        ("99999999999;url=x", b(u32::MAX)),
        ("0;url='x", b(0)),
        ("0", None),
        ("0;", None),
        ("0;url=", None),
        ("x;url=x", None),
        ("0x;url=x", None),
        ("-1;url=x", None),
        ("0;url=javascript:x", None),
        ("0;url=https://www.example.org/dir/page?q=1#f", None),
        ("0;é", Some((0, "https://b.example/%C3%A9".to_owned()))),
    ] {
        assert_eq!(to(content), want, "{content}");
    }
    let header = with_header("Refresh", "1; url=/next");
    assert_eq!(header.refresh.unwrap().1.as_str(), "https://www.example.org/next");
    names_nothing("<noscript><meta http-equiv=refresh content='0;url=/x'></noscript>");
}

#[test]
fn permissions_are_no_contacts() {
    // Pitfall 11.
    let page = read(
        "<meta http-equiv=Content-Security-Policy content=\"img-src a.example; report-uri //no.example\">\
                     <link rel=dns-prefetch href=//b.example>",
    );
    assert_eq!(found(&page), [("a.example/".to_owned(), Use::Policy), ("b.example/".to_owned(), Use::DnsPrefetch)]);
    assert!(page.named.iter().all(|n| n.contact == Contact::Permitted));
    for (name, value) in [
        ("Content-Security-Policy", "default-src https://a.example"),
        ("content-security-policy-report-only", "report-uri https://a.example/r"),
        ("Report-To", r#"{"group":"x","max_age":1,"endpoints":[{"url":"https://a.example/r"}]}, {"endpoints":3}, 4"#),
        ("Reporting-Endpoints", r#"default="https://a.example/r""#),
        ("Link", "<//a.example>; rel=dns-prefetch"),
    ] {
        let page = with_header(name, value);
        assert_eq!(page.named.len(), 1, "{name}");
        assert_eq!(page.named[0].url.host_str(), Some("a.example"), "{name}");
        assert_eq!(page.named[0].contact, Contact::Permitted, "{name}");
    }
    assert_eq!(with_header("NEL", r#"{"report_to":"x"}"#).named, []);
    assert_eq!(with_header("Access-Control-Allow-Origin", "https://a.example").named, []);
    assert_eq!(with_header("Report-To", "{").named, []);
}

#[test]
fn link_headers_prepare_contacts() {
    let page = with_header(
        "LINK",
        "</a.css>; rel=stylesheet, <//b.example/f>; rel=preload; as=font, <//c.example>; rel=\"preconnect\", \
         <//no.example>; rel=canonical, <//no.example>; rel=icon, <//no.example>; rel=preconnect; anchor=\"/x\", <//d.example>; rel=preload",
    );
    assert_eq!(
        found(&page),
        [
            ("www.example.org/a.css".to_owned(), Use::Style),
            ("b.example/f".to_owned(), Use::Font),
            ("c.example/".to_owned(), Use::Preconnect),
        ]
    );
    assert_eq!(page.style_sheets.len(), 1);
    let page = with_header("Speculation-Rules", "\"//a.example/r.json\"");
    assert_eq!(found(&page), [("a.example/r.json".to_owned(), Use::Other)]);
}

#[test]
fn a_body_is_read_as_what_it_is_sent_as() {
    let html = b"<img src=//a.example/>";
    let of = |kind: &str| read_page(&document(), &[("Content-Type".to_owned(), kind.to_owned())], html).named.len();
    assert_eq!(of("text/html; charset=utf-8"), 1);
    assert_eq!(of("TEXT/HTML"), 1);
    assert_eq!(of("application/xhtml+xml"), 1);
    assert_eq!(of("text/plain"), 0);
    assert_eq!(of("application/json"), 0);
    let xml = "<script/><title/><img src='//a.example/'/><p><![CDATA[<img src='//no.example/'/>]]></p>";
    let page =
        read_page(&document(), &[("content-type".to_owned(), "application/xhtml+xml".to_owned())], xml.as_bytes());
    assert_eq!(found(&page), [("a.example/".to_owned(), Use::Image)]);
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain("<img src='//bücher.example/'>".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    assert_eq!(found(&read_page(&document(), &[], &utf16)), [("xn--bcher-kva.example/".to_owned(), Use::Image)]);
    let latin = b"<meta charset=latin1><img src=//b\xfccher.example/>";
    assert_eq!(found(&read_page(&document(), &[], latin)), [("xn--bcher-kva.example/".to_owned(), Use::Image)]);
}

#[test]
fn style_sheets_name_what_they_load() {
    let url = Url::parse("https://cdn.example/css/a.css").unwrap();
    let text =
        b"@import 'b.css'; @font-face{src:url(../f.woff2)} p{background:url(//i.example/x) , url(data:x), url(#y)}";
    let sheet = read_style_sheet(&url, &[], text);
    assert_eq!(
        found(&sheet),
        [
            ("cdn.example/css/b.css".to_owned(), Use::Style),
            ("cdn.example/f.woff2".to_owned(), Use::Font),
            ("i.example/x".to_owned(), Use::Image),
        ]
    );
    let kind = |kind: &str| read_style_sheet(&url, &[("content-type".to_owned(), kind.to_owned())], text).named.len();
    assert_eq!(kind("text/css; charset=utf-8"), 3);
    assert_eq!(kind("text/html"), 0, "an error page is not a style sheet");
}

fn host(name: &str) -> PageHost {
    PageHost::Name(name.parse().unwrap())
}

fn named(url: &str, how: Use, contact: Contact) -> Named {
    Named { url: Url::parse(url).unwrap(), how, contact }
}

#[test]
fn hosts_are_merged_with_their_strongest_contact() {
    let would = Contact::WouldBeContacted;
    let page = [
        named("https://b.example/csp", Use::Policy, Contact::Permitted),
        named("https://b.example/s.js?secret=1", Use::Script, would),
        named("https://b.example/i.png", Use::Image, would),
        named("https://a.example/", Use::Policy, Contact::Permitted),
        named("https://192.0.2.1/x", Use::Image, would),
    ];
    let sheet = [named("https://b.example/f", Use::Font, would)];
    let (own, cdn) = (host("www.example.org"), host("cdn.example"));
    let Gathered { resources, capped } = gather([(&own, page.as_slice()), (&cdn, sheet.as_slice())]);
    assert_eq!(capped, Vec::<String>::new());
    let hosts: Vec<String> = resources.iter().map(|r| r.host.to_string()).collect();
    assert_eq!(hosts, ["a.example", "b.example", "192.0.2.1"]);
    let b = &resources[1];
    assert_eq!(b.contact, would);
    assert_eq!(b.uses, [Use::Script, Use::Font, Use::Image, Use::Policy]);
    assert_eq!((b.count, b.path.as_str()), (4, "/s.js"));
    assert_eq!(b.named_by, [cdn, own.clone()]);
    assert_eq!((resources[0].contact, resources[0].path.as_str()), (Contact::Permitted, ""));
    assert_eq!(resources[0].named_by, [own]);
}

#[test]
fn hosts_are_cut_permissions_first() {
    let own = host("www.example.org");
    let mut page: Vec<Named> =
        (0..HOSTS).map(|n| named(&format!("https://h{n}.example/"), Use::Policy, Contact::Permitted)).collect();
    let of = |page: &[Named]| gather([(&own, page)]);
    assert_eq!(of(&page[..HOSTS - 1]).capped, Vec::<String>::new());
    assert_eq!((of(&page).resources.len(), of(&page).capped), (HOSTS, Vec::new()));
    page.push(named("https://z.example/", Use::Image, Contact::WouldBeContacted));
    let cut = of(&page);
    assert_eq!(cut.capped, [format!("hosts: {HOSTS} of {} kept", HOSTS + 1)]);
    assert_eq!(cut.resources.len(), HOSTS);
    assert!(cut.resources.iter().any(|r| r.host == host("z.example")), "what is contacted is not cut for a permission");
    assert!(cut.resources.is_sorted_by_key(|r| r.host.clone()));
    let long = named(&format!("https://a.example{}", "/abc".repeat(80)), Use::Image, Contact::WouldBeContacted);
    let path = &of(&[long]).resources[0].path;
    assert!(path.len() == 200 && path.ends_with("..."), "{path}");
}
