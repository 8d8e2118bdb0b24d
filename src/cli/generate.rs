//! `gen`: completions, manual pages, JSON Schemas.

use std::path::Path;

use clap::CommandFactory;

use super::args::{Cli, Generated, SchemaName};
use super::exit::Exit;
use super::out::{Out, WholeFile};
use super::stop::Stop;
use crate::{policy, report};

/// Runs `gen`.
///
/// # Errors
/// Output that cannot be written.
pub(crate) fn run(what: &Generated, out: &mut Out) -> Result<Exit, Stop> {
    match what {
        Generated::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "jurisdig", &mut script);
            out.data(&String::from_utf8_lossy(&script))?;
        }
        Generated::Man { dir } => man(dir, out)?,
        Generated::Schema { name } => {
            let schema = match name {
                SchemaName::Audit => schemars::schema_for!(report::TargetReport),
                SchemaName::Who => schemars::schema_for!(report::WhoReport),
                SchemaName::Laws => schemars::schema_for!(report::LawsReport),
                SchemaName::Framework => schemars::schema_for!(report::FrameworkReport),
                SchemaName::Policy => schemars::schema_for!(policy::PolicyFile),
                SchemaName::Check => schemars::schema_for!(report::CheckReport),
            };
            let text = serde_json::to_string_pretty(&schema).map_err(|e| Stop::local(e.to_string()))?;
            out.data(&(text + "\n"))?;
        }
    }
    Ok(Exit::Done)
}

/// One page a command, `jurisdig-audit.1` and so on.
fn man(dir: &Path, out: &mut Out) -> Result<(), Stop> {
    let cannot = |e: std::io::Error| Stop::local(format!("{}: {e}", dir.display()));
    std::fs::create_dir_all(dir).map_err(cannot)?;
    let mut root = Cli::command();
    root.build();
    let mut pages = vec![("jurisdig".to_owned(), root.clone())];
    for command in root.get_subcommands().filter(|c| c.get_name() != "help") {
        pages.push((format!("jurisdig-{}", command.get_name()), command.clone()));
    }
    for (name, command) in pages {
        let mut page = Vec::new();
        clap_mangen::Man::new(command.name(name.clone())).render(&mut page).map_err(cannot)?;
        let path = dir.join(format!("{name}.1"));
        let mut file = WholeFile::create(&path)?;
        file.write(&String::from_utf8_lossy(&page))?;
        out.note(&format!("wrote {}", file.keep()?.display()));
    }
    Ok(())
}
