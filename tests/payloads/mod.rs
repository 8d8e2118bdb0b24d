//! Texts an attacker would put where others write names: one or more for each sink of the threat model.

/// Forty of them.
pub(crate) const PAYLOADS: [&str; 40] = [
    // Terminal: colours, titles, clipboard, cursor; C0, C1, DEL, NUL, bell, backspace, tab.
    "\u{1b}[31mred\u{1b}[0m",
    "\u{1b}]0;title\u{7}",
    "\u{1b}]52;c;ZXZpbA==\u{7}",
    "\u{1b}]8;;https://evil.example\u{7}click\u{1b}]8;;\u{7}",
    "\u{9b}2Jcleared",
    "over\rwritten",
    "back\u{8}\u{8}\u{8}\u{8}space",
    "nul\0 del\u{7f} tab\tbell\u{7}",
    // What is not seen: direction, zero width, tags, fillers, separators, marks.
    "moc.\u{202e}live.example\u{202c}",
    "iso\u{2066}late\u{2069}\u{200f}\u{61c}",
    "zero\u{200b}width\u{200d}\u{feff}\u{2060}",
    "tags\u{e0041}\u{e0042}\u{e007f}",
    "fill\u{3164}er\u{115f}\u{ad}soft",
    "lines\u{2028}and\u{2029}paragraphs",
    "z\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}algo",
    "noncharacters\u{fffe}\u{ffff}\u{fdd0}\u{10ffff}",
    // HTML and XML.
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</system-out></testcase><testcase name=\"ok\"/>",
    "]]><!-- --><![CDATA[",
    "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>&e;",
    "&lt;&#0;&#x1b;&amp;",
    "javascript:alert('x')",
    // CSV.
    "=cmd|'/c calc'!A1",
    "+1-1@SUM(1)",
    "\t=HYPERLINK(\"https://evil.example\")",
    "＝1＋1",
    // GitHub: commands of a workflow.
    "x\n::error file=a,line=1::owned",
    "x\r\n::add-mask::a",
    "##[command]%0A::set-env name=PATH::x",
    "::stop-commands::token",
    // Markdown and SARIF: links, images, mentions, tables, fences, placeholders.
    "[click](https://evil.example) ![i](https://evil.example/i.png)",
    "@everyone #1 ~~x~~ | a | b |\n|---|---|",
    "```\n# heading\n~~~",
    "{0} {{1}} {target} [a](1) \\[b\\]",
    // Metrics, JSON, paths, shells, names.
    "a\"} 1\n# EOF\nevil_metric{b=\"c",
    "\\u0022,\"level\":\"none\",\\",
    "../../etc/passwd",
    "C:\\Windows\\CON $(id) `id` ; rm -rf / %n%s",
    "аррӏе.example 例え 😀",
];
