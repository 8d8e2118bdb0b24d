#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use unicode_width::UnicodeWidthStr;

use super::*;
use crate::report::{RoleId, laws as laws_of, samples};

fn style(lang: Lang, width: usize) -> Style {
    Style { lang, width, ..Style::default() }
}

fn run(renderer: &mut dyn Renderer, reports: &[TargetReport]) -> String {
    let mut out = Vec::new();
    renderer.begin(&mut out).unwrap();
    for report in reports {
        renderer.target(&mut out, report).unwrap();
    }
    renderer.end(&mut out, &Summary { targets: reports.len(), unmeasured: 0 }).unwrap();
    String::from_utf8(out).unwrap()
}

fn table(style: Style, report: &TargetReport) -> String {
    run(&mut Table::new(style), std::slice::from_ref(report))
}

fn page(draw: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    draw(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn explained(style: Style, report: &TargetReport, roles: &[RoleId]) -> String {
    page(|out| explain(out, style, report, roles).map(|_| ()))
}

fn law_list(style: Style, only: Option<&str>) -> String {
    let id = only.map(|id| id.parse().unwrap());
    let report = laws_of(samples::knowledge(), crate::model::AsOf(jiff::civil::date(2026, 11, 24)), id.as_ref());
    page(|out| laws(out, style, &report))
}

fn offline(style: Style) -> String {
    page(|out| nothing_measured(out, style, &Unmeasured::from(&samples::unmeasured())))
}

/// Every screen there is, in one style.
fn every_screen(style: Style) -> Vec<(String, String)> {
    let samples = [
        ("ministry", samples::ministry()),
        ("homeless", samples::homeless()),
        ("town", samples::town()),
        ("doubtful", samples::doubtful()),
        ("unmeasured", samples::unmeasured()),
    ];
    let mut out = Vec::new();
    for (name, report) in &samples {
        out.push((format!("table {name}"), table(style, report)));
        out.push((format!("explain {name}"), explained(style, report, &[])));
        out.push((format!("explain all {name}"), explained(style, report, RoleId::ALL)));
    }
    for (name, report) in [("ministry", samples::with_alternatives()), ("layer", samples::with_layer())] {
        out.push((format!("alternatives {name}"), page(|out| alternatives(out, style, &report))));
    }
    for id in ["cloud-de-confiance", "named-only"] {
        out.push((format!("framework {id}"), page(|out| framework(out, style, &samples::framework(id)))));
    }
    out.push(("table layer".into(), table(style, &samples::with_layer())));
    out.push(("who".into(), page(|out| who(out, style, &samples::card(true)))));
    out.push(("who placed".into(), page(|out| who(out, style, &samples::card(false)))));
    out.push(("laws".into(), law_list(style, None)));
    out.push(("law".into(), law_list(style, Some("us-fisa-702"))));
    out.push(("offline".into(), offline(style)));
    out
}

fn every_style() -> Vec<Style> {
    let mut out = Vec::new();
    for lang in [Lang::En, Lang::Fr] {
        for width in [20, 40, 79, 80, 100, 120, 200] {
            for ascii in [false, true] {
                out.push(Style { lang, width, ascii, ..Style::default() });
            }
        }
    }
    out
}

#[test]
fn no_line_is_wider_than_the_screen() {
    for style in every_style() {
        for (name, text) in every_screen(style) {
            for line in text.lines() {
                assert!(line.width() <= style.width, "{name} {style:?}: {} {line:?}", line.width());
                assert!(!line.ends_with(' '), "{name} {style:?}: {line:?}");
            }
        }
    }
}

/// Names from outside hold escapes, overrides and line breaks: none reaches the terminal, and each is still seen.
#[test]
fn nothing_from_outside_reaches_the_terminal_as_it_is() {
    for style in every_style() {
        for (name, text) in every_screen(style) {
            let bad = text.chars().find(|c| *c != '\n' && crate::safe::is_forbidden(*c));
            assert_eq!(bad, None, "{name} {style:?}");
        }
    }
    let text = table(style(Lang::En, 120), &samples::doubtful()).replace(['\n', ' '], "");
    assert!(text.contains("\\u{1b}[31m") && text.contains("\\u{202e}"), "{text}");
    assert!(run(&mut Piped::new(false), &[samples::doubtful()]).contains("\\u{1b}[31m\\u{202e}NET\\u{a}\\u{200b}"));
}

#[test]
fn ascii_is_ascii() {
    for style in every_style().into_iter().filter(|s| s.ascii) {
        for (name, text) in every_screen(style) {
            assert!(text.is_ascii(), "{name} {style:?}");
        }
    }
    assert!(run(&mut Piped::new(true), &[samples::doubtful(), samples::ministry()]).is_ascii());
}

/// cli.md, "Words the screen may not use", on what is really printed. Titles of laws and sources are quotes.
#[test]
fn words_the_screen_may_not_use() {
    let banned = [
        "safe",
        "secure",
        "sovereign",
        "compliant",
        "illegal",
        "immune",
        "guaranteed",
        "spyware",
        "backdoor",
        "sûr",
        "sûre",
        "souverain",
        "souveraine",
        "conforme",
        "illégal",
        "garanti",
        "immunisé",
    ];
    for style in [style(Lang::En, 120), style(Lang::Fr, 120)] {
        for (name, text) in every_screen(style) {
            let text = text.to_lowercase();
            assert!(!text.contains("data is in") && !text.contains("a accès"), "{name}");
            let words: std::collections::BTreeSet<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
            for word in banned {
                assert!(!words.contains(word), "{name}: {word}");
            }
            assert!(!text.contains("⟨?⟩"), "{name}: a text is missing");
            let escapes = text.replace("\\u{", "");
            assert!(!escapes.contains('{'), "{name}: an argument is missing: {text}");
        }
    }
}

/// Colour goes around what is there: without its codes the screen is the same, and every mark keeps its sign.
#[test]
fn colour_is_never_the_only_sign() {
    for plain in [style(Lang::En, 80), style(Lang::Fr, 120)] {
        let report = samples::ministry();
        let colored = table(Style { color: true, ..plain }, &report);
        assert!(colored.contains("\u{1b}[1;31m! US"), "{colored}");
        let mut stripped = String::new();
        let mut rest = colored.as_str();
        while let Some((before, after)) = rest.split_once("\u{1b}[") {
            stripped.push_str(before);
            rest = after.split_once('m').unwrap().1;
        }
        stripped.push_str(rest);
        assert_eq!(stripped, table(plain, &report));
    }
}

#[test]
fn first_sentences() {
    let of = |lang, report: &TargetReport| headline::sentences(texts(lang), report).join(" ");
    let ministry = samples::ministry();
    insta::assert_snapshot!(
        "sentences",
        [
            of(Lang::En, &ministry),
            of(Lang::Fr, &ministry),
            of(Lang::En, &samples::homeless()),
            of(Lang::Fr, &samples::homeless()),
            of(Lang::En, &samples::town()),
            of(Lang::Fr, &samples::town()),
            of(Lang::En, &samples::unmeasured()),
            of(Lang::Fr, &samples::unmeasured()),
        ]
        .join("\n")
    );
}

/// The first sentence of issue 2's first domain, in the words that were decided.
#[test]
fn first_sentence_as_decided() {
    let mut report = samples::ministry();
    report.headline.total = 7;
    report.headline.undetermined = 1;
    report.headline.contested_or_unchecked = 0;
    report.headline.by_country.truncate(1);
    let us = &mut report.headline.by_country[0];
    (us.services, us.sees_data, us.can_interrupt) = (4, 4, 0);
    let text = headline::sentences(texts(Lang::En), &report).join(" ");
    assert_eq!(text, "US law reaches 4 of 7 services: 4 that see data. 1 not determined.");
}

/// A row that stays at home and rests on technology from outside says so, and `=` stays.
#[test]
fn links_out_of_the_home_group_are_said() {
    let text = table(style(Lang::En, 80), &samples::town());
    assert!(text.contains("= FR") && text.contains("Nuage SAS: US linked (technology)."), "{text}");
    assert!(!text.contains("! US"));
}

#[test]
fn law_cells() {
    use crate::report::{CodeReport, GradeId, MarkId, ReachId};
    let code = |text: &str, reach, unmapped| CodeReport {
        country: text.parse().unwrap(),
        reach,
        grade: GradeId::Direct,
        sure: 3,
        outside: true,
        unmapped,
    };
    use ReachId::{MayReach, Reached, Unchecked};
    let cell = |mark, codes: &[CodeReport], most| cells::law(Style::default(), mark, codes, most);
    let us = code("US", Reached, false);
    assert_eq!(
        cell(MarkId::Reached, &[us.clone(), code("IE", Reached, true), code("FR", Reached, false)], 3),
        "! US IE° FR"
    );
    let large = [code("FR", Reached, false), code("US", MayReach, false), code("CA", MayReach, false)];
    assert_eq!(cell(MarkId::Contested, &large, 3), "~ FR (US CA)");
    assert_eq!(cell(MarkId::Unknown, &[code("US", Unchecked, false)], 3), "? (US?)");
    assert_eq!(cell(MarkId::Unknown, &[], 3), "? unknown");
    assert_eq!(cell(MarkId::Contested, &large, 2), "~ FR (US) +1");
    let ascii = Style { ascii: true, ..Style::default() };
    assert_eq!(cells::law(ascii, MarkId::Plain, &[code("IE", Reached, true)], 3), "- IE°");
    assert_eq!([cells::sure(Style::default(), 2), cells::sure(ascii, 2)], ["●●·", "2"]);
}

#[test]
fn tables() {
    for (lang, name) in [(Lang::En, "en"), (Lang::Fr, "fr")] {
        for width in [80, 120] {
            let style = style(lang, width);
            insta::assert_snapshot!(format!("table_{name}_{width}"), table(style, &samples::ministry()));
        }
    }
    insta::assert_snapshot!("table_no_home", table(style(Lang::En, 80), &samples::homeless()));
    insta::assert_snapshot!("table_town", table(style(Lang::En, 80), &samples::town()));
    insta::assert_snapshot!("table_doubtful", table(style(Lang::En, 120), &samples::doubtful()));
    insta::assert_snapshot!("table_20", table(style(Lang::En, 20), &samples::ministry()));
    let ascii = Style { ascii: true, ..style(Lang::En, 80) };
    insta::assert_snapshot!("table_ascii", table(ascii, &samples::ministry()));
}

#[test]
fn explanations() {
    let report = samples::ministry();
    for (lang, name) in [(Lang::En, "en"), (Lang::Fr, "fr")] {
        let style = style(lang, 120);
        insta::assert_snapshot!(format!("explain_mailbox_{name}"), explained(style, &report, &[RoleId::Mailbox]));
        insta::assert_snapshot!(format!("explain_host_{name}"), explained(style, &report, &[RoleId::Host]));
    }
    insta::assert_snapshot!("explain_dns", explained(style(Lang::En, 80), &report, &[RoleId::Dns]));
    insta::assert_snapshot!("explain_gateway", explained(style(Lang::En, 80), &report, &[RoleId::Gateway]));
    insta::assert_snapshot!("explain_doubtful", explained(style(Lang::En, 80), &samples::doubtful(), &[]));
    let mut out = Vec::new();
    assert!(!explain(&mut out, style(Lang::En, 80), &report, &[RoleId::Resource]).unwrap());
}

#[test]
fn other_screens() {
    for (lang, name) in [(Lang::En, "en"), (Lang::Fr, "fr")] {
        let style = style(lang, 80);
        insta::assert_snapshot!(format!("who_{name}"), page(|out| who(out, style, &samples::card(true))));
        insta::assert_snapshot!(format!("laws_{name}"), law_list(style, None));
        insta::assert_snapshot!(format!("law_{name}"), law_list(style, Some("us-fisa-702")));
        insta::assert_snapshot!(format!("offline_{name}"), offline(style));
    }
    insta::assert_snapshot!("who_120", page(|out| who(out, style(Lang::En, 120), &samples::card(false))));
}

#[test]
fn piped() {
    let text = run(&mut Piped::new(false), &[samples::ministry(), samples::doubtful()]);
    insta::assert_snapshot!("piped", text);
    // No cell holds two spaces, so that columns can be told apart.
    for line in text.lines().filter(|l| l.contains("sure=")) {
        assert!(line.split("  ").filter(|cell| !cell.trim().is_empty()).count() >= 5, "{line}");
    }
}

#[test]
fn json_is_one_document_and_ndjson_one_line_a_target() {
    let (one, two) = (samples::ministry(), samples::town());
    let single = run(&mut Json::new(1), std::slice::from_ref(&one));
    assert!(single.starts_with("{\n  \"schema\": \"jurisdig/audit/1\""));
    let value: serde_json::Value = serde_json::from_str(&single).unwrap();
    assert_eq!(value["headline"]["total"], one.headline.total);
    let list = run(&mut Json::new(2), &[one.clone(), two.clone()]);
    assert!(list.starts_with("{\n\"schema\": \"jurisdig/audits/1\""));
    let value: serde_json::Value = serde_json::from_str(&list).unwrap();
    assert_eq!(value["audits"].as_array().unwrap().len(), 2);
    let empty: serde_json::Value = serde_json::from_str(&run(&mut Json::new(0), &[])).unwrap();
    assert_eq!(empty["audits"].as_array().unwrap().len(), 0);
    let lines = run(&mut Ndjson, &[one, two]);
    assert_eq!(lines.lines().count(), 2);
    assert!(lines.lines().all(|line| line.starts_with("{\"schema\":\"jurisdig/audit/1\"")));
}

/// The same report gives the same bytes, in every format.
#[test]
fn the_same_report_gives_the_same_bytes() {
    let report = || samples::ministry();
    assert_eq!(run(&mut Json::new(1), &[report()]), run(&mut Json::new(1), &[report()]));
    let style = style(Lang::En, 80);
    assert_eq!(table(style, &report()), table(style, &report()));
}

/// Everything the release holds can be shown: each law, and each operator as a web host with its owners.
#[test]
fn all_data_of_the_release_fits_the_screens() {
    let kb = crate::kb::Knowledge::embedded();
    let as_of = crate::model::AsOf(jiff::civil::date(2026, 11, 24));
    let mut screens = Vec::new();
    for style in [style(Lang::En, 80), style(Lang::Fr, 120)] {
        screens.push((style, page(|out| laws(out, style, &laws_of(&kb, as_of, None)))));
        for id in kb.kb().laws.keys() {
            screens.push((style, page(|out| laws(out, style, &laws_of(&kb, as_of, Some(id))))));
        }
    }
    assert!(screens.len() > 50, "the release has laws");
    for (index, id) in kb.kb().operators.keys().enumerate() {
        let report = samples::hosted_by(&kb, id.as_str());
        let lang = if index % 2 == 0 { Lang::En } else { Lang::Fr };
        for width in [80, 120] {
            screens.push((style(lang, width), table(style(lang, width), &report)));
        }
        screens.push((style(lang, 80), explained(style(lang, 80), &report, &[])));
    }
    for (style, text) in screens {
        assert!(!text.contains("⟨?⟩") && !text.contains("{"), "{text}");
        for line in text.lines() {
            assert!(line.width() <= style.width, "{line:?}");
        }
    }
}

/// What stands in French on a French screen, without what is quoted: sources, citations, names.
#[test]
fn nothing_in_english_on_a_french_screen() {
    let english = ["the", "of", "and", "is", "are", "by", "with", "not", "for", "which", "that", "from", "where", "no"];
    let quoted =
        ["Trade register", "Annual report 2025, exhibit 21", "Press on the purchase", "General knowledge, not checked"];
    for (name, text) in every_screen(Style { lang: Lang::Fr, width: 200, ..Style::default() }) {
        // Lines are joined: a quote may be broken anywhere.
        let mut text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for quote in quoted {
            text = text.replace(quote, "");
        }
        let words: std::collections::BTreeSet<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '-').collect();
        for word in english {
            assert!(!words.contains(word), "{name}: {word:?} in {text}");
        }
    }
}

#[test]
fn framework_and_alternatives_in_both_languages() {
    for (lang, id) in [(Lang::En, "en"), (Lang::Fr, "fr")] {
        let style = style(lang, 80);
        let text = page(|out| framework(out, style, &samples::framework("cloud-de-confiance")));
        insta::assert_snapshot!(format!("framework_{id}"), text);
        insta::assert_snapshot!(
            format!("alternatives_{id}"),
            page(|out| alternatives(out, style, &samples::with_alternatives()))
        );
    }
}
