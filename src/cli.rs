//! The command line: arguments, settings, one file a command, progress, exit codes.

use std::process::ExitCode;

mod args;
mod exit;
mod out;
mod settings;
mod targets;
