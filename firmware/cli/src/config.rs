//! `sayso config`: the settings file.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use sayso::config::written::explained;
use sayso::config::{Section, Setting, TEMPLATE, definitions};
use sayso::{Config, Error, Result};

use super::{GlobalOptions, term};

const EXAMPLES: &str = "\
Examples:
  sayso config init                         your own settings file, commented
  sayso config init kitchen.toml            another, for `--config kitchen.toml`
  sayso --profile small config show         the settings in force
  sayso config explain turn                 what the settings of a section do
  sayso config explain turn.hangover_ms     what one setting does";

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
    /// Describe settings: what each does, its default and its range
    Explain {
        /// Sections or settings, such as `turn` or `turn.hangover_ms` [default: all]
        names: Vec<String>,
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
                    Error::input("you have no configuration folder: name a file for the settings")
                })?;
                // The user's configuration folder may not exist yet.
                if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty())
                {
                    std::fs::create_dir_all(folder)
                        .map_err(|error| Error::io(folder.display(), error))?;
                }
                if file.exists() && !force {
                    return Err(Error::input(format!(
                        "{} exists already: choose another name, or replace it with --force",
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
                    println!("{}", term::json(&config.to_json()?));
                } else {
                    print!("{}", config.to_toml()?);
                }
                Ok(())
            }
            Action::Explain { names, json } => {
                let sections = chosen(names)?;
                match json {
                    true => println!("{}", term::json(&as_json(&sections))),
                    false => print!("{}", explained(&sections)),
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

/// The definitions of these sections and settings, or of all.
fn chosen(names: &[String]) -> Result<Vec<Section>> {
    let all = definitions();
    if names.is_empty() {
        return Ok(all);
    }
    let only = |section: &Section, name: &str| {
        let one = section.settings.iter().find(|setting| setting.name == name)?;
        Some(Section { settings: vec![one.clone()], ..section.clone() })
    };
    let mut chosen = Vec::new();
    for name in names {
        let of = |section: &Section| match name.strip_prefix(section.path) {
            // Including the sections within it.
            _ if section.path.starts_with(&format!("{name}.")) => Some(section.clone()),
            Some("") => Some(section.clone()),
            // A setting outside of all sections.
            Some(rest) if section.path.is_empty() => only(section, rest),
            Some(rest) => only(section, rest.strip_prefix('.')?),
            None => None,
        };
        let found: Vec<Section> = all.iter().filter_map(of).collect();
        if found.is_empty() {
            let sections: Vec<&str> =
                all.iter().map(|section| section.path).filter(|path| !path.is_empty()).collect();
            return Err(Error::input(format!(
                "{name}: no such section or setting; the sections are {}",
                sections.join(", ")
            )));
        }
        chosen.extend(found);
    }
    Ok(chosen)
}

/// An array of one object a setting.
fn as_json(sections: &[Section]) -> serde_json::Value {
    let setting = |section: &Section, setting: &Setting| {
        serde_json::json!({
            "key": format!("{}.{}", section.path, setting.name).trim_start_matches('.'),
            "default": setting.default,
            "range": setting.range.map(|(least, most)| [least, most]),
            "text": setting.text(),
        })
    };
    let all = sections.iter().flat_map(|s| s.settings.iter().map(move |one| setting(s, one)));
    serde_json::Value::Array(all.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(names: &[&str]) -> Vec<String> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let json = as_json(&chosen(&names).expect("known"));
        let all = json.as_array().expect("an array").iter();
        all.filter_map(|one| one["key"].as_str().map(String::from)).collect()
    }

    #[test]
    fn a_section_or_one_setting_is_explained() {
        assert_eq!(keys(&["turn.hangover_ms"]), ["turn.hangover_ms"]);
        assert_eq!(keys(&["language"]), ["language"]);
        assert_eq!(keys(&["tts"]), ["tts.speed", "tts.volume"]);
        assert!(keys(&["llm"]).contains(&"llm.sampling.seed".to_owned()));
        assert!(!keys(&["llm.sampling"]).contains(&"llm.threads".to_owned()));
        assert!(keys(&[]).len() > 60);
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_sections() {
        let error = chosen(&["tern".into()]).expect_err("unknown").to_string();
        assert!(error.contains("tern") && error.contains("turn, stt"), "{error}");
    }
}
