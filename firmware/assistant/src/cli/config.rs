//! `sayso config`: the settings file.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use sayso::config::TEMPLATE;
use sayso::{Config, Error, Result};

use super::{Shared, term};

const EXAMPLES: &str = "\
Examples:
  sayso config init                         ./sayso.toml, commented
  sayso config init ~/.config/sayso/sayso.toml
                                            for all folders
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
        /// Where to [default: what --config names, else sayso.toml]
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
    pub fn run(&self, shared: &Shared) -> Result<()> {
        match &self.command {
            Action::Init { file, force } => {
                let file = file.as_ref().or(shared.config.as_ref());
                let file = file.map_or(Path::new("sayso.toml"), PathBuf::as_path);
                // The user's own folder of settings may not be there yet.
                if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty())
                {
                    std::fs::create_dir_all(folder).map_err(|error| Error::io(folder, error))?;
                }
                if file.exists() && !force {
                    return Err(Error::Usage(format!(
                        "{} is there already: choose another name, or --force to replace it",
                        file.display()
                    )));
                }
                super::put(file, &|file| {
                    std::fs::write(file, TEMPLATE).map_err(|error| Error::io(file, error))
                })?;
                println!("{}", file.display());
                Ok(())
            }
            Action::Show { json } => {
                let config = shared.settings()?;
                if *json {
                    println!("{}", serde_json::json!(config));
                } else {
                    print!("{}", config.to_toml()?);
                }
                Ok(())
            }
            Action::Path => {
                match shared.config.clone().or_else(Config::find) {
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
