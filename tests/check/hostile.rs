//! Attacks through every field that somebody else writes.

use jurisdig::render::{Style, github, markdown};
use jurisdig::report::{CheckReport, PlaceOfFile};
use jurisdig::safe::{self, Untrusted};
use jurisdig::text::Lang;

use super::formats::{drawn, in_blocks, in_brief};
use super::sample;

/// Terminal, workflow log, Markdown, HTML, formula, direction: trust.md, section 1.
const ATTACKS: &[&str] = &[
    "\u{1b}[2J\u{1b}[H",
    "\u{1b}]8;;https://evil.example\u{7}x\u{1b}]8;;\u{7}",
    "\u{1b}]52;c;ZXZpbA==\u{7}",
    "\u{9b}31m",
    "\r::error::x",
    "\n::error::x",
    "\n::add-mask::a",
    "\n ::set-output name=a::b",
    "\n\t::stop-commands::x",
    "::error file=a::b",
    "##[error]x",
    "##[group]",
    "#\u{200b}#[error]",
    "%0A::error::x",
    "%250A::error::x",
    "a,line=1,title=x::y",
    "\u{2028}::error::x",
    "\u{85}::error::x",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</details><h1>x</h1>",
    "</summary><a href=\"https://evil.example\">x</a>",
    "![x](https://evil.example/a.png)",
    "[x](javascript:alert(1))",
    "<https://evil.example>",
    "HTTPS://evil.example/",
    "www.evil.example",
    "@octocat",
    "a @org/team b",
    "x | y | z",
    "\\| \\",
    "`code`",
    "``` ````",
    "|---|---|",
    "\n\n# heading\n",
    "1. list",
    "- [ ] task",
    "**bold** _it_ ~~no~~",
    "<!-- -->",
    "&lt;b&gt; &#64;octocat",
    "=cmd|' /C calc'!A0",
    "\u{202e}txt.exe\u{2066}",
    "a\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "\u{e0041}\u{feff}\0",
    "$(id) `id` ${{ secrets.X }}",
    "{target} {list} {count|a|b}",
];

fn every(place: &mut PlaceOfFile, attack: &Untrusted) {
    place.file = attack.clone();
}

/// The sample with one text in every field.
fn attacked(attack: &str) -> CheckReport {
    let mut report = sample::full();
    let text = Untrusted::new(attack);
    report.policy.file = text.clone();
    for rule in &mut report.rules {
        (rule.id, rule.because) = (text.clone(), Some(text.clone()));
    }
    for one in &mut report.findings {
        every(&mut one.at, &text);
        every(&mut one.rule_at, &text);
        attack.clone_into(&mut one.target);
        (one.rule, one.operator) = (text.clone(), text.clone());
        one.records = vec![text.clone(); 2];
        one.because = Some(text.clone());
        one.operator_name = one.operator_name.as_ref().map(|_| text.clone());
        for link in &mut one.chain {
            link.name = text.clone();
        }
        for reason in &mut one.reasons {
            reason.with.values_mut().for_each(|value| *value = text.clone());
        }
        for law in &mut one.laws {
            (law.short, law.cite) = (Some(text.clone()), text.clone());
        }
        if let Some(waiver) = &mut one.waiver {
            (waiver.reason, waiver.owner, waiver.ticket) = (text.clone(), text.clone(), Some(text.clone()));
        }
    }
    for one in &mut report.notices {
        every(&mut one.at, &text);
        one.target = one.target.as_ref().map(|_| attack.to_owned());
        one.with.values_mut().for_each(|value| *value = text.clone());
    }
    for one in &mut report.attested {
        attack.clone_into(&mut one.target);
        (one.rule, one.operator, one.label) = (text.clone(), text.clone(), text.clone());
        (one.document, one.owner) = (text.clone(), text.clone());
    }
    report
}

/// Text as Markdown reads it outside of code spans; escaped characters and spans are taken away.
fn bare(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let run = rest.len() - rest.trim_start_matches('`').len();
        if run > 0 {
            let fence = "`".repeat(run);
            let mut from = run;
            // The fence that closes is a run of the same length.
            let end = loop {
                let at = from + rest[from..].find(&fence).unwrap_or_else(|| panic!("open span: {line}"));
                let length = rest[at..].len() - rest[at..].trim_start_matches('`').len();
                if length == run {
                    break at + run;
                }
                from = at + length;
            };
            rest = &rest[end..];
        } else if c == '\\' {
            let escaped = rest[1..].chars().next().unwrap();
            rest = &rest[1 + escaped.len_utf8()..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

#[test]
fn terminals_get_no_control_and_logs_no_command() {
    assert!(ATTACKS.len() >= 40);
    for attack in ATTACKS {
        let report = attacked(attack);
        for text in [in_blocks(Style::default(), &report), in_brief(Style::default(), &report)] {
            assert!(!text.chars().any(|c| c != '\n' && safe::is_forbidden(c)), "{attack:?}\n{text}");
            for line in safe::for_workflow_log(&text).lines() {
                assert!(!line.trim_start().starts_with("::") && !line.contains("##["), "{attack:?}: {line}");
            }
        }
        let one_each = in_brief(Style::default(), &report).lines().count();
        assert_eq!(one_each, in_brief(Style::default(), &sample::full()).lines().count(), "{attack:?}: lines");
    }
}

#[test]
fn annotations_are_those_of_the_findings() {
    let count = |report: &CheckReport| {
        let text = drawn(|out| github(out, Lang::En, report));
        (text.lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>(), text)
    };
    let (calm, _) = count(&sample::full());
    for attack in ATTACKS {
        let (commands, text) = count(&attacked(attack));
        assert_eq!(commands, calm, "{attack:?}\n{text}");
        assert!(!text.contains("##[") && !text.contains('\r'), "{attack:?}");
        for line in text.lines().filter(|line| line.starts_with("::")) {
            let head = line[2..].split_once("::").unwrap().0;
            let names: Vec<&str> =
                head.split_once(' ').unwrap().1.split(',').map(|p| p.split('=').next().unwrap()).collect();
            assert!(names == ["file", "line", "title"] || names == ["file", "title"], "{attack:?}: {line}");
        }
    }
}

#[test]
fn a_summary_stays_text() {
    let calm = drawn(|out| markdown(out, Lang::En, &sample::full()));
    for attack in ATTACKS {
        let text = drawn(|out| markdown(out, Lang::En, &attacked(attack)));
        assert_eq!(text.lines().count(), calm.lines().count(), "{attack:?}: no line more, none less");
        assert!(!text.chars().any(|c| c != '\n' && safe::is_forbidden(c)), "{attack:?}");
        for (line, calm) in text.lines().zip(calm.lines()) {
            if let Some(inner) = line.strip_prefix("<details><summary>") {
                let inner = inner.strip_suffix("</summary>").unwrap().replace("<span>&#64;</span>", "");
                assert!(!inner.contains(['<', '>', '@']), "{attack:?}: {line}");
                assert!(!inner.to_ascii_lowercase().contains("http"), "{attack:?}: {line}");
                continue;
            }
            let bare = bare(line).replace("<span>&#64;</span>", "");
            assert!(!bare.contains(['@', '[', ']', '!', '_', '~']), "{attack:?}: {bare}");
            assert!(!bare.contains('<') || bare == "</details>", "{attack:?}: {bare}");
            assert!(!bare.to_ascii_lowercase().contains("http") && !bare.contains("www."), "{attack:?}: {bare}");
            if line.starts_with('|') {
                let cells = |line: &str| line.replace("\\|", "").matches('|').count();
                assert_eq!(cells(line), cells(calm), "{attack:?}: {line}");
            }
        }
    }
}
