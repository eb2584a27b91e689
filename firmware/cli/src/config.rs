//! `sayso config`: the settings file.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use sayso::config::TEMPLATE;
use sayso::{Config, Error, Result};

use super::{GlobalOptions, term};

const EXAMPLES: &str = "\
Examples:
  sayso config init                         your own settings file, commented
  sayso config init kitchen.toml            another, for `--config kitchen.toml`
  sayso --profile small config show         the settings in force";

/// The settings file.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct ConfigCommand {
    #[command(subcommand)]
    command: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Write a commented sayso.toml that holds the defaults
    Init {
        /// Where to [default: what --config names, else sayso/sayso.toml in the user's
        /// configuration folder]
        file: Option<PathBuf>,
        /// Replace the file if it is there
        #[arg(long)]
        force: bool,
    },
    /// Print the settings in force
    Show {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Print where the settings come from
    Path,
}

impl ConfigCommand {
    pub fn run(&self, shared: &GlobalOptions) -> Result<()> {
        match &self.command {
            Action::Init { file, force } => {
                let named = file.clone().or_else(|| shared.config.clone());
                let file = &named
                    .or_else(Config::user_file)
                    .ok_or_else(|| Error::input("you have no configuration folder: name a file"))?;
                // The user's own folder of settings may not be there yet.
                if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty())
                {
                    std::fs::create_dir_all(folder)
                        .map_err(|error| Error::io(folder.display(), error))?;
                }
                if file.exists() && !force {
                    return Err(Error::input(format!(
                        "{} is there already: choose another name, or --force to replace it",
                        file.display()
                    )));
                }
                super::put(file, |mut out| {
                    out.write_all(TEMPLATE.as_bytes())
                        .map_err(|error| Error::io(file.display(), error))
                })?;
                println!("{}", file.display());
                Ok(())
            }
            Action::Show { json } => {
                let config = shared.settings()?;
                if *json {
                    println!("{}", config.to_json()?);
                } else {
                    print!("{}", config.to_toml()?);
                }
                Ok(())
            }
            Action::Path => {
                match shared.file() {
                    Some(file) => println!("{}", file.display()),
                    None => {
                        term::note("no file: the defaults hold. `sayso config init` writes one")
                    }
                }
                Ok(())
            }
        }
    }
}
