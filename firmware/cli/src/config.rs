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
        /// Its path [default: the file that --config names, otherwise sayso/sayso.toml in the
        /// user's configuration folder]
        file: Option<PathBuf>,
        /// Replace the file if it exists
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
                let file = &named.or_else(Config::user_file).ok_or_else(|| {
                    Error::Usage(
                        "you have no configuration folder: name a file for the settings".into(),
                    )
                })?;
                // The user's configuration folder may not exist yet.
                if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty())
                {
                    std::fs::create_dir_all(folder).map_err(|error| Error::io(folder, error))?;
                }
                if file.exists() && !force {
                    return Err(Error::Usage(format!(
                        "{} exists already: choose another name, or replace it with --force",
                        file.display()
                    )));
                }
                super::put(file, |mut out| {
                    out.write_all(TEMPLATE.as_bytes()).map_err(|error| Error::io(file, error))
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
                    None => term::note(
                        "there is no settings file, so the defaults are used. `sayso config init` \
                         writes one",
                    ),
                }
                Ok(())
            }
        }
    }
}
