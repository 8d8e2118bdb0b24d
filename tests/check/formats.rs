//! What each format shows of the same check.

use std::collections::BTreeSet;
use std::io::Write;

use jurisdig::render::{Style, blocks, brief, github, markdown};
use jurisdig::report::CheckReport;
use jurisdig::safe;
use jurisdig::text::Lang;
use unicode_width::UnicodeWidthStr;

use super::sample;

pub(crate) fn drawn(draw: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    draw(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

pub(crate) fn in_blocks(style: Style, report: &CheckReport) -> String {
    drawn(|out| blocks(out, style, report))
}

pub(crate) fn in_brief(style: Style, report: &CheckReport) -> String {
    drawn(|out| brief(out, style, report))
}

fn style(lang: Lang, width: usize) -> Style {
    Style { lang, width, ..Style::default() }
}

#[test]
fn the_sample_meets_every_state_and_every_notice() {
    let report = sample::full();
    let states: BTreeSet<&str> = report.findings.iter().map(|one| one.state).collect();
    assert_eq!(states, BTreeSet::from(["baselined", "finding", "unknown", "waived"]));
    let waivers: BTreeSet<&str> = report.findings.iter().filter_map(|one| Some(one.waiver.as_ref()?.state)).collect();
    assert!(waivers.is_superset(&BTreeSet::from(["valid", "expiring", "expired"])), "{waivers:?}");
    let mut notices: BTreeSet<&str> = report.notices.iter().map(|one| one.id).collect();
    notices.extend(sample::empty().notices.iter().map(|one| one.id));
    let all = [
        "attest-expired",
        "attest-expiring",
        "attest-unused",
        "data-too-old",
        "evidence-too-old",
        "no-targets",
        "nothing-measured",
        "rule-matched-nothing",
        "unknown-share",
        "waiver-ended",
        "waiver-expired",
        "waiver-expiring",
        "waiver-unused",
    ];
    assert_eq!(notices, BTreeSet::from(all));
    assert!(!report.no_longer.is_empty() && !report.attested.is_empty());
}

#[test]
fn snapshots() {
    let report = sample::full();
    for (lang, id) in [(Lang::En, "en"), (Lang::Fr, "fr")] {
        for width in [80, 120] {
            insta::assert_snapshot!(format!("check-blocks-{id}-{width}"), in_blocks(style(lang, width), &report));
            insta::assert_snapshot!(format!("check-brief-{id}-{width}"), in_brief(style(lang, width), &report));
        }
        insta::assert_snapshot!(format!("check-github-{id}"), drawn(|out| github(out, lang, &report)));
        insta::assert_snapshot!(format!("check-markdown-{id}"), drawn(|out| markdown(out, lang, &report)));
    }
    let ends = [sample::met(), sample::empty()].map(|one| in_blocks(Style::default(), &one));
    insta::assert_snapshot!("check-ends", ends.join("\n"));
}

#[test]
fn every_argument_is_filled_in() {
    for report in [sample::full(), sample::empty(), sample::met()] {
        for lang in [Lang::En, Lang::Fr] {
            let wide = style(lang, 120);
            for text in [in_blocks(wide, &report), in_brief(wide, &report), drawn(|out| github(out, lang, &report))] {
                assert!(!text.contains(['{', '⟨']), "{text}");
            }
        }
    }
}

#[test]
fn no_line_is_wider_than_the_screen_and_ascii_is_ascii() {
    let report = sample::full();
    for width in [40, 80, 120] {
        for lang in [Lang::En, Lang::Fr] {
            for line in in_blocks(style(lang, width), &report).lines() {
                assert!(line.width() <= width, "{width}: {line}");
            }
            let ascii = Style { ascii: true, ..style(lang, width) };
            assert!(in_blocks(ascii, &report).is_ascii() && in_brief(ascii, &report).is_ascii());
        }
    }
}

/// Colour adds nothing but colour.
#[test]
fn colour_is_never_the_only_sign() {
    let report = sample::full();
    let plain = in_blocks(Style::default(), &report);
    let coloured = in_blocks(Style { color: true, ..Style::default() }, &report);
    assert!(coloured.contains("\u{1b}[1;31m"));
    let mut bare = String::new();
    for (index, piece) in coloured.split('\u{1b}').enumerate() {
        bare.push_str(if index == 0 { piece } else { piece.split_once('m').unwrap().1 });
    }
    assert_eq!(bare, plain);
}

#[test]
fn brief_has_one_line_for_each() {
    let report = sample::full();
    let text = in_brief(Style::default(), &report);
    for one in &report.findings {
        let target = &one.target;
        assert!(
            text.lines().any(|line| line.contains(&format!("[{}]", one.rule.for_terminal())) && line.contains(target))
        );
    }
    let found = text.lines().filter(|line| line.contains("] ")).count();
    assert_eq!(found, report.findings.len() + report.notices.len());
}

#[test]
fn annotations_are_ten_of_a_type_gravest_first_and_the_rest_is_said() {
    let mut report = sample::full();
    let one = report.findings.iter().find(|one| one.state == "finding").unwrap().clone();
    report.findings.extend(std::iter::repeat_n(one, 30));
    let text = drawn(|out| github(out, Lang::En, &report));
    for command in ["error", "warning", "notice"] {
        assert!(text.lines().filter(|line| line.starts_with(&format!("::{command} "))).count() <= 10);
    }
    let more: Vec<&str> = text.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(more.len(), 1, "{text}");
    for line in text.lines().filter(|line| line.starts_with("::")) {
        assert!(line.contains("file=") && line.contains(",title="), "{line}");
    }
}

#[test]
fn a_long_summary_is_cut_and_says_so() {
    let mut report = sample::full();
    let one = report.findings.iter().find(|one| one.state == "finding").unwrap().clone();
    report.findings.extend(std::iter::repeat_n(one, 8_000));
    let text = drawn(|out| markdown(out, Lang::En, &report));
    assert!(text.len() < 900_000, "{}", text.len());
    assert!(text.contains("The list was cut here"), "{}", &text[text.len() - 600..]);
    assert!(text.contains(&report.policy.sha256) && text.contains("exit 1"));
    assert!(!drawn(|out| markdown(out, Lang::En, &sample::full())).contains("was cut"));
}

/// What is printed in a job of a workflow holds no command, and stays as it is where there was none to break.
#[test]
fn ordinary_output_passes_the_log() {
    let text = in_blocks(Style::default(), &sample::full());
    assert_eq!(safe::for_workflow_log(&text), text);
}
