//! Programs of the user's: commands, and servers of tools.
//!
//! On a desktop they are started by this process. The installed service has a unit for them, with a
//! user of its own: `sayso-commands.socket`. What it may start is in the settings, which it reads
//! itself; the service only names it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use sayso_models::Cancel;
#[cfg(all(unix, feature = "mcp"))]
use sayso_skills::Obstacle;
use sayso_skills::{Run, RunError};

use crate::config::Config;

#[cfg(unix)]
mod here;
#[cfg(unix)]
mod process;
#[cfg(unix)]
mod ready;
#[cfg(unix)]
mod serve;
#[cfg(unix)]
mod unit;

#[cfg(unix)]
pub use ready::fault;
#[cfg(unix)]
pub use serve::serve;

/// Where the unit of the installed service listens.
pub const OF_THE_SERVICE: &str = "/run/sayso-commands.sock";
/// The folder of the installed service's settings.
const SERVICE_FOLDER: &str = "/etc/sayso";
/// Where a program finds others.
#[cfg(unix)]
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// Names another socket of such a unit.
const VARIABLE: &str = "SAYSO_COMMANDS";

/// Who starts programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Runner {
    /// This process.
    Here,
    /// The unit that listens at a socket.
    Unit(PathBuf),
}

impl Runner {
    /// Who starts the programs of these settings: the unit, if they are those of the installed
    /// service.
    pub fn of(config: &Config) -> Self {
        Self::by(config, std::env::var_os(VARIABLE))
    }

    fn by(config: &Config, named: Option<OsString>) -> Self {
        match named.filter(|path| !path.is_empty()) {
            Some(path) => Self::Unit(path.into()),
            None if config.folder == Path::new(SERVICE_FOLDER) => Self::Unit(OF_THE_SERVICE.into()),
            None => Self::Here,
        }
    }

    /// Runs the program of a command, and returns what it prints. `cancel` ends it, and is checked
    /// often.
    ///
    /// # Errors
    /// [`RunError`] if it cannot be run, fails, or takes too long.
    #[cfg(unix)]
    pub fn run(&self, run: &Run, cancel: &Cancel) -> Result<String, RunError> {
        match self {
            Self::Here => here::run(run, cancel),
            Self::Unit(path) => unit::run(path, run, cancel),
        }
    }

    /// Programs are run on Unix only.
    ///
    /// # Errors
    /// Always.
    #[cfg(not(unix))]
    pub fn run(&self, _: &Run, _: &Cancel) -> Result<String, RunError> {
        Err(RunError::Failed("programs are run on Unix only".into()))
    }

    /// Starts the server of tools `[mcp.NAME]`. Returns its standard input and output, and what ends
    /// it when it is dropped.
    ///
    /// # Errors
    /// Why it cannot be started.
    #[cfg(all(unix, feature = "mcp"))]
    pub fn open(
        &self,
        name: &str,
        server: &crate::config::McpServer,
    ) -> Result<(std::os::unix::net::UnixStream, Box<dyn Send + Sync>), Obstacle> {
        match self {
            Self::Here => {
                let key = here::key(server).map_err(|why| {
                    let todo = format!("correct this file, or name another in mcp.{name}.key_file");
                    Obstacle::new(why, todo)
                })?;
                let (socket, process) = here::open(server, key.as_deref()).map_err(|error| {
                    Obstacle::new(error.to_string(), format!("correct mcp.{name}.run"))
                })?;
                Ok((socket, Box::new(process)))
            }
            // The unit ends it when the connection is closed.
            Self::Unit(path) => {
                let opened = unit::open(path, name).map_err(|why| Obstacle::new(why, ""))?;
                Ok((opened, Box::new(())))
            }
        }
    }
}

/// Programs are run on Unix only: there is nothing to say about one.
#[cfg(not(unix))]
pub fn fault(_: &Path) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_is_for_the_installed_service() {
        let mut config = Config::default();
        assert_eq!(Runner::by(&config, None), Runner::Here);
        assert_eq!(Runner::by(&config, Some("/a".into())), Runner::Unit("/a".into()));
        config.folder = SERVICE_FOLDER.into();
        assert_eq!(Runner::by(&config, Some("".into())), Runner::Unit(OF_THE_SERVICE.into()));
    }
}
