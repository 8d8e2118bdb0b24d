//! OpenMetrics, for the textfile collector of node_exporter.
//!
//! That collector reads the older text format, refuses a file with timestamps on samples, and knows no `info` or
//! `stateset`: so every family is a gauge, states and texts are labels, and the day is a value. Both formats read it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use jiff::civil::date;

use crate::report::{CheckReport, OutcomeId, SeverityId};
use crate::safe::for_label;

/// Numbers of a check.
///
/// # Errors
/// Those of the output.
pub fn write(out: &mut dyn Write, report: &CheckReport) -> io::Result<()> {
    let mut page = Page(String::new());
    outcome(&mut page, report);
    findings(&mut page, report);
    notices(&mut page, report);
    services(&mut page, report);
    about(&mut page, report);
    page.0.push_str("# EOF\n");
    out.write_all(page.0.as_bytes())
}

/// The text so far.
struct Page(String);

impl Page {
    fn family(&mut self, name: &str, help: &str) {
        let _ = write!(self.0, "# HELP jurisdig_check_{name} {help}\n# TYPE jurisdig_check_{name} gauge\n");
    }

    /// Label values have to be fit for a label already.
    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: &str) {
        let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
        let _ = match labels.as_slice() {
            [] => writeln!(self.0, "jurisdig_check_{name} {value}"),
            list => writeln!(self.0, "jurisdig_check_{name}{{{}}} {value}", list.join(",")),
        };
    }
}

fn outcome(page: &mut Page, report: &CheckReport) {
    page.family("outcome", "1 for the outcome of the check, 0 for the others.");
    for one in OutcomeId::ALL {
        let is_it = if *one == report.outcome { "1" } else { "0" };
        page.sample("outcome", &[("outcome", one.id())], is_it);
    }
}

/// Every rule has a number, so that an alert ends when its last finding is gone.
fn findings(page: &mut Page, report: &CheckReport) {
    let mut counts: BTreeMap<(String, &str, &str), usize> = BTreeMap::new();
    for rule in &report.rules {
        counts.insert((rule.id.for_label(), rule.severity.id(), "finding"), 0);
    }
    for finding in &report.findings {
        *counts.entry((finding.rule.for_label(), finding.severity.id(), finding.state)).or_default() += 1;
    }
    page.family("findings", "Findings by rule, severity and what became of them.");
    for ((rule, severity, state), count) in &counts {
        let labels = [("rule", rule.as_str()), ("severity", severity), ("state", state)];
        page.sample("findings", &labels, &count.to_string());
    }
}

fn notices(page: &mut Page, report: &CheckReport) {
    let mut counts: BTreeMap<(&str, SeverityId), usize> = BTreeMap::new();
    for notice in &report.notices {
        *counts.entry((notice.id, notice.severity)).or_default() += 1;
    }
    page.family("notices", "Notices about the policy, its waivers, the data and the run.");
    for ((id, severity), count) in &counts {
        page.sample("notices", &[("notice", id), ("severity", severity.id())], &count.to_string());
    }
}

fn services(page: &mut Page, report: &CheckReport) {
    let c = &report.counts;
    page.family("targets", "Targets judged.");
    page.sample("targets", &[], &c.targets.to_string());
    page.family("services", "Services by the gravest thing said of each.");
    for (state, count) in [
        ("ok", c.ok),
        ("error", c.error),
        ("warning", c.warning),
        ("note", c.note),
        ("unknown", c.unknown),
        ("waived", c.waived),
        ("baselined", c.baselined),
        ("not-covered", c.not_covered),
    ] {
        page.sample("services", &[("state", state)], &count.to_string());
    }
    page.family("unknown_ratio", "Share of the services rules are about that is not known; NaN if there are none.");
    page.sample("unknown_ratio", &[], &ratio(c.unknown, c.services));
}

fn about(page: &mut Page, report: &CheckReport) {
    page.family("policy_info", "The policy, the knowledge base and the tool; always 1.");
    let labels = [
        ("file", report.policy.file.for_label()),
        ("sha256", for_label(&report.policy.sha256)),
        ("fail_on", for_label(report.fail_on)),
        ("release", for_label(&report.release)),
        ("version", for_label(report.tool)),
    ];
    let labels: Vec<(&str, &str)> = labels.iter().map(|(name, value)| (*name, value.as_str())).collect();
    page.sample("policy_info", &labels, "1");
    page.family("judged_on_timestamp_seconds", "Day of judgement, its beginning in UTC, in Unix time.");
    let day = report.judged_on.duration_since(date(1970, 1, 1)).as_secs();
    page.sample("judged_on_timestamp_seconds", &[], &day.to_string());
}

/// A share to six places. None of none is no share: 0 would say that everything is known.
fn ratio(part: usize, whole: usize) -> String {
    if whole == 0 {
        return "NaN".to_owned();
    }
    let millionths = part.saturating_mul(1_000_000) / whole;
    format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000)
}
