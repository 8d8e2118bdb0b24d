//! Formats by name and by the ending of a file: those of documents, and those of a check.

use std::path::{Path, PathBuf};

use super::{CheckOutputs, Fault, OutputFile};
use crate::cli::args::{CheckFormat, Format, FormatName};

/// Endings of a check's files, longest first: what stands earlier decides.
const OF_CHECK: [(&str, CheckFormat); 10] = [
    (".codequality.json", CheckFormat::Gitlab),
    (".sarif.json", CheckFormat::Sarif),
    (".sarif", CheckFormat::Sarif),
    (".xml", CheckFormat::Junit),
    (".json", CheckFormat::Json),
    (".md", CheckFormat::Markdown),
    (".markdown", CheckFormat::Markdown),
    (".prom", CheckFormat::OpenMetrics),
    (".om", CheckFormat::OpenMetrics),
    (".txt", CheckFormat::Text),
];

/// The name GitLab's own documents give the file.
const GITLAB: &str = "gl-code-quality-report.json";

/// Formats of every command but `check`.
pub(super) fn of_documents(
    format: Option<FormatName>,
    paths: &[PathBuf],
    faults: &mut Vec<Fault>,
) -> (Format, Vec<OutputFile>) {
    let screen = match format {
        None | Some(FormatName::Text) => Format::Text,
        Some(FormatName::Json) => Format::Json,
        Some(FormatName::Ndjson) => Format::Ndjson,
        Some(_) => {
            faults.push(Fault { place: "--format".into(), what: "a format of `jurisdig check`".into() });
            Format::Text
        }
    };
    let by_ending = |path: &Path| match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "json" => Some(Format::Json),
        "ndjson" | "jsonl" => Some(Format::Ndjson),
        "txt" => Some(Format::Text),
        _ => None,
    };
    (screen, files(paths, by_ending, "the ending chooses the format: .json, .ndjson or .txt", faults))
}

/// Formats of `check`.
pub(super) fn of_check(format: Option<FormatName>, paths: &[PathBuf], faults: &mut Vec<Fault>) -> CheckOutputs {
    let screen = match format {
        None | Some(FormatName::Text) => CheckFormat::Text,
        Some(FormatName::Json) => CheckFormat::Json,
        Some(FormatName::Sarif) => CheckFormat::Sarif,
        Some(FormatName::Junit) => CheckFormat::Junit,
        Some(FormatName::Gitlab) => CheckFormat::Gitlab,
        Some(FormatName::Github) => CheckFormat::Github,
        Some(FormatName::Markdown) => CheckFormat::Markdown,
        Some(FormatName::OpenMetrics) => CheckFormat::OpenMetrics,
        Some(FormatName::Ndjson) => {
            let what = "a check is one document: text, json, sarif, junit, gitlab, github, md or prom";
            faults.push(Fault { place: "--format".into(), what: what.into() });
            CheckFormat::Text
        }
    };
    let what = "the ending chooses the format: .json, .sarif, .junit.xml, .codequality.json, .md, .prom or .txt";
    CheckOutputs { format: screen, files: files(paths, check_format_of, what, faults) }
}

fn check_format_of(path: &Path) -> Option<CheckFormat> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    if name == GITLAB {
        return Some(CheckFormat::Gitlab);
    }
    OF_CHECK.iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, format)| *format)
}

fn files<F>(
    paths: &[PathBuf],
    by_ending: impl Fn(&Path) -> Option<F>,
    what: &str,
    faults: &mut Vec<Fault>,
) -> Vec<OutputFile<F>> {
    let mut out = Vec::new();
    for path in paths {
        match by_ending(path) {
            Some(format) => out.push(OutputFile { path: path.clone(), format }),
            None => faults.push(Fault { place: format!("-o {}", path.display()), what: what.to_owned() }),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_of_a_check() {
        for (name, want) in [
            ("a.sarif", Some(CheckFormat::Sarif)),
            ("a.SARIF.json", Some(CheckFormat::Sarif)),
            ("a.junit.xml", Some(CheckFormat::Junit)),
            ("junit.xml", Some(CheckFormat::Junit)),
            ("gl-code-quality-report.json", Some(CheckFormat::Gitlab)),
            ("a.codequality.json", Some(CheckFormat::Gitlab)),
            ("a.json", Some(CheckFormat::Json)),
            ("summary.md", Some(CheckFormat::Markdown)),
            ("a.prom", Some(CheckFormat::OpenMetrics)),
            ("a.txt", Some(CheckFormat::Text)),
            ("a.ndjson", None),
            ("a.html", None),
            ("sarif", None),
        ] {
            assert_eq!(check_format_of(Path::new(name)), want, "{name}");
        }
    }

    #[test]
    fn formats_of_a_check_are_refused_elsewhere() {
        let mut faults = Vec::new();
        of_documents(Some(FormatName::Sarif), &[PathBuf::from("a.sarif")], &mut faults);
        assert_eq!(faults.len(), 2);
        let mut faults = Vec::new();
        of_check(Some(FormatName::Ndjson), &[PathBuf::from("a.ndjson")], &mut faults);
        assert_eq!(faults.len(), 2);
    }
}
