//! Annotations of GitHub: one workflow command for each finding and notice, on the line that caused it.

use std::io::{self, Write};

use super::{Entry, entries, message};
use crate::report::{CheckReport, SeverityId};
use crate::safe::{for_workflow_data, for_workflow_log, for_workflow_property};
use crate::text::{Key, Lang, texts};

/// Annotations of a type that GitHub shows of a step; it drops the rest without a word.
const MOST: usize = 10;

/// Writes the annotations, gravest first, and a line for those that GitHub would drop. What is waived or in the baseline
/// has none.
///
/// # Errors
/// Those of the output.
pub fn github(out: &mut dyn Write, lang: Lang, report: &CheckReport) -> io::Result<()> {
    let t = texts(lang);
    let all = entries(report);
    for severity in [SeverityId::Error, SeverityId::Warning, SeverityId::Note] {
        let (command, of_type) =
            (command(severity), all.iter().filter(|entry| entry.severity() == severity).collect::<Vec<_>>());
        for entry in of_type.iter().take(MOST) {
            let (id, title, text) = match entry {
                Entry::Finding(one) => (one.rule.for_terminal(), message::title(t, one), message::message(t, one)),
                Entry::Notice(one) => {
                    (one.id.to_owned(), message::notice_title(t, one), message::notice_message(t, one))
                }
            };
            let at = entry.at();
            let mut properties = format!("file={}", at.file.for_workflow_property());
            if at.line > 0 {
                properties.push_str(&format!(",line={}", at.line));
            }
            let title = for_workflow_property(&format!("{id}: {title}"));
            writeln!(out, "::{command} {properties},title={title}::{}", for_workflow_data(&text))?;
        }
        if of_type.len() > MOST {
            let more = t.fill(Key::CheckMore, &[("count", (of_type.len() - MOST).into())]);
            writeln!(out, "{}", for_workflow_log(&format!("{command}: {more}")))?;
        }
    }
    Ok(())
}

fn command(severity: SeverityId) -> &'static str {
    match severity {
        SeverityId::Error => "error",
        SeverityId::Warning => "warning",
        SeverityId::Note => "notice",
    }
}
