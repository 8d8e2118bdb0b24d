//! Parse, run, exit code.

fn main() -> std::process::ExitCode {
    jurisdig::cli::main()
}
