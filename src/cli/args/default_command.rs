//! `jurisdig www.example.fr` is `jurisdig audit www.example.fr`.

use std::ffi::{OsStr, OsString};

use clap::CommandFactory as _;

use super::Cli;

/// Puts `audit` in front of arguments that name no command: `jurisdig www.example.fr`.
///
/// A bare word without a dot is left for clap, which knows the commands and says which one is meant.
pub(crate) fn insert_default_command(arguments: Vec<OsString>) -> Vec<OsString> {
    let command = Cli::command();
    let (first, only_options) = first_positional(&command, &arguments);
    let insert = match first {
        Some(word) => !is_bare_word(word),
        // `jurisdig -T list.txt`; but not `jurisdig`, `--help` or `--version`.
        None => arguments.len() > 1 && !only_options.asks_for_text,
    };
    if !insert {
        return arguments;
    }
    let mut out = arguments;
    let at = 1.min(out.len());
    out.insert(at, OsString::from("audit"));
    out
}

#[derive(Default)]
struct Options {
    asks_for_text: bool,
}

/// The first argument that is neither a flag nor the value of one.
fn first_positional<'a>(command: &clap::Command, arguments: &'a [OsString]) -> (Option<&'a OsStr>, Options) {
    let mut options = Options::default();
    let mut rest = arguments.iter().skip(1);
    while let Some(argument) = rest.next() {
        let Some(text) = argument.to_str() else { return (Some(argument), options) };
        if text == "--" {
            return (rest.next().map(OsString::as_os_str), options);
        }
        if text == "-" || !text.starts_with('-') {
            return (Some(argument), options);
        }
        if matches!(text, "-h" | "--help" | "-V" | "--version") {
            options.asks_for_text = true;
        }
        if takes_next(command, text) {
            rest.next();
        }
    }
    (None, options)
}

/// Whether the flag, as typed, takes the next argument as its value.
fn takes_next(command: &clap::Command, text: &str) -> bool {
    let audit = command.find_subcommand("audit");
    let known = || command.get_arguments().chain(audit.into_iter().flat_map(clap::Command::get_arguments));
    let takes = |arg: &clap::Arg| arg.get_action().takes_values();
    if let Some(long) = text.strip_prefix("--") {
        return !long.contains('=') && known().any(|a| a.get_long() == Some(long) && takes(a));
    }
    // A cluster such as `-qf json`: the value belongs to the first flag that takes one, and is the rest if there is one.
    let mut letters = text.chars().skip(1);
    while let Some(letter) = letters.next() {
        if known().any(|a| a.get_short() == Some(letter) && takes(a)) {
            return letters.next().is_none();
        }
    }
    false
}

fn is_bare_word(word: &OsStr) -> bool {
    word != "-" && word.to_str().is_some_and(|w| !w.contains(['.', ':', '。', '．']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(line: &str) -> String {
        let words = line.split(' ').map(OsString::from).collect();
        let out = insert_default_command(words);
        out.iter().map(|w| w.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn clap_finds_no_fault() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_target_alone_is_an_audit() {
        for (typed, want) in [
            ("jurisdig www.x.fr", "jurisdig audit www.x.fr"),
            ("jurisdig 2001:db8::1", "jurisdig audit 2001:db8::1"),
            ("jurisdig -", "jurisdig audit -"),
            ("jurisdig --lang fr www.x.fr", "jurisdig audit --lang fr www.x.fr"),
            ("jurisdig --lang=fr www.x.fr", "jurisdig audit --lang=fr www.x.fr"),
            ("jurisdig -qf json www.x.fr", "jurisdig audit -qf json www.x.fr"),
            ("jurisdig -fjson www.x.fr", "jurisdig audit -fjson www.x.fr"),
            ("jurisdig -T list.txt", "jurisdig audit -T list.txt"),
            ("jurisdig --records r.zone x.fr", "jurisdig audit --records r.zone x.fr"),
            ("jurisdig -- x.fr", "jurisdig audit -- x.fr"),
        ] {
            assert_eq!(after(typed), want, "{typed}");
        }
    }

    #[test]
    fn commands_and_bare_words_are_left_alone() {
        for typed in [
            "jurisdig",
            "jurisdig --help",
            "jurisdig -V -v",
            "jurisdig who 1.2.3.4",
            "jurisdig --lang fr who 1.2.3.4",
            "jurisdig laws",
            "jurisdig check www.x.fr",
            "jurisdig policy lint x.toml",
            "jurisdig audti x.fr",
            "jurisdig localhost",
        ] {
            assert_eq!(after(typed), typed);
        }
    }
}
