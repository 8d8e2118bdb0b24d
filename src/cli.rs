//! The command line: arguments, settings, one file a command, progress, exit codes. The only room that reads the clock
//! and the environment.

use std::process::ExitCode;

use clap::Parser;

mod args;
mod audit;
mod check;
mod coverage;
mod data;
mod deliver;
mod exit;
mod explain;
mod generate;
mod inputs;
mod knowledge;
mod laws;
mod observation;
mod out;
mod policy;
mod policy_file;
mod replay;
mod settings;
mod stop;
mod targets;
mod verify;
mod version;
mod who;
mod window;

use args::{Cli, Command};
use exit::Exit;
use out::Out;
use settings::Environment;
use stop::Stop;

/// Parses the arguments, runs, and returns the exit code.
#[must_use]
pub fn main() -> ExitCode {
    let mut out = Out::of_process();
    let arguments = args::insert_default_command(std::env::args_os().collect());
    let exit = match Cli::try_parse_from(arguments) {
        Ok(cli) => run(&cli, &mut out).unwrap_or_else(|stop| stop.report(&mut out)),
        Err(error) => answer(&error, &mut out),
    };
    out.finish(exit).into()
}

fn run(cli: &Cli, out: &mut Out) -> Result<Exit, Stop> {
    let env = Environment::of_process();
    let settings = settings::resolve(&cli.global, cli.command.as_ref(), &env, out::terminal())?;
    out.set_notes(settings.quiet, settings.terminal.stderr);
    if cli.global.version {
        return version::show(&settings, out);
    }
    let Some(command) = &cli.command else {
        return Err(Stop::usage("no command: `jurisdig --help` lists them"));
    };
    match command {
        Command::Audit(args) => audit::run(args, &settings, &env, out),
        Command::Who(args) => who::run(args, &settings, &env, out),
        Command::Explain(args) => explain::run(args, &settings, &env, out),
        Command::Laws(args) => laws::run(args, &settings, &env, out),
        Command::Replay(args) => replay::run(args, &settings, &env, out),
        Command::Check(args) => check::run(args, &settings, &env, out),
        Command::Policy(args) => policy::run(&args.what, &settings, &env, out),
        Command::Gen(args) => generate::run(&args.what, out),
        Command::Data(args) => data::run(&args.what, &settings, &env, out),
    }
}

/// Help and version go to standard output, faults to standard error.
fn answer(error: &clap::Error, out: &mut Out) -> Exit {
    let text = error.render().to_string();
    if error.use_stderr() {
        out.error_block(&text);
        return Exit::Usage;
    }
    match out.data(&text) {
        Ok(()) => Exit::Done,
        Err(failed) => Stop::from(failed).report(out),
    }
}
