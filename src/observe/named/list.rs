//! Lists: one target a line, as `--targets` takes them.

use super::{Found, ItemTarget, line_number, suffix};
use crate::evidence::NamedAs;
use crate::model::Target;

/// Whether every line is one word and most of them are targets: a URL, an address, or a name below a public suffix
/// that is no name of a file.
pub(super) fn is_list(text: &str) -> bool {
    let mut lines = 0_usize;
    let mut targets = 0_usize;
    for line in text.lines().map(|line| without_comment(line).trim()).filter(|line| !line.is_empty()) {
        if line.contains(char::is_whitespace) {
            return false;
        }
        lines += 1;
        targets += usize::from(match line.parse::<Target>() {
            Ok(Target::Domain(name)) => suffix::is_delegated(name.as_str()) && !suffix::is_file_ending(name.tld()),
            Ok(_) => true,
            Err(_) => false,
        });
    }
    lines > 0 && targets * 2 > lines
}

pub(super) fn read(text: &str, found: &mut Found<'_>) {
    for (index, line) in text.lines().enumerate() {
        let line = without_comment(line).trim();
        if !line.is_empty() {
            take(line_number(index), line, found);
        }
    }
}

/// Takes one target the user or a site lists.
pub(super) fn take(line: u32, text: &str, found: &mut Found<'_>) {
    match text.parse::<Target>() {
        Ok(target) => {
            let named_as = match target {
                Target::Url { .. } => NamedAs::Url,
                Target::Domain(_) => NamedAs::Name,
                Target::Ip(_) if text.contains("://") => NamedAs::Url,
                Target::Ip(_) => NamedAs::Address,
                Target::Region { .. } => NamedAs::Region,
            };
            found.item(line, ItemTarget::Target(target), named_as);
        }
        // The error of a target quotes it, and what cannot be read may hold a password.
        Err(_) => found.fault(line, "is no http or https URL, name or address".to_owned()),
    }
}

/// `#` starts a comment at the beginning of a line or after white space; inside a URL it is a fragment.
fn without_comment(line: &str) -> &str {
    let is_start = |at: usize| line[..at].chars().next_back().is_none_or(char::is_whitespace);
    line.match_indices('#').find(|(at, _)| is_start(*at)).map_or(line, |(at, _)| &line[..at])
}
