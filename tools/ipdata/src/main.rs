//! Builds the merged IP table that jurisdig embeds. A maintenance command: see README.md in this folder.

mod args;
mod error;
mod infer;
mod merge;
mod mmdb;
mod output;
mod source;
mod table;
mod verify;

use std::process::ExitCode;

use crate::args::Args;
use crate::error::Error;

fn main() -> ExitCode {
    let outcome = match Args::parse(std::env::args_os().skip(1)) {
        Ok(Some(args)) => run(&args),
        Ok(None) => {
            print!("{}", args::USAGE);
            return ExitCode::SUCCESS;
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ipdata: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<(), Error> {
    let sources = source::read(&args.packages)?;
    for package in &sources.packages {
        println!("read {} {} of {}", package.name, package.version, package.date);
    }
    println!("rows {}", sources.row_counts());
    for note in &sources.notes {
        println!("note: {note}");
    }

    let mut merged = merge::merge(&sources);
    merged.origins = infer::countries(&sources, &merged);
    println!("merged {}", merged.summary());
    println!("inferred {}", infer::summary(&merged.origins));

    let raw = mmdb::build(&sources, &merged)?;
    let packed = output::write(&args.out, &sources, &raw)?;
    println!("wrote {}: {} bytes, {} bytes expanded", args.out.display(), packed, raw.len());

    // Everything below reads the file that was written, not what is still in memory.
    let reader = verify::open(&args.out)?;
    for ip in &args.show {
        println!("{ip}: {}", verify::show(&reader, *ip)?);
    }
    if let Some(samples) = args.verify {
        verify::compare(&reader, &sources, &merged.origins, samples)?;
    }
    Ok(())
}
