//! The servers of tools that the settings name.

use std::time::Duration;

use sayso_intents::Grammar;
use sayso_models::Cancel;
use sayso_skills::{Call, CallError, Obstacle};

use crate::config::Config;
use crate::error::{Error, Result};

/// The skill that calls them.
const TOOLS: &str = "tools";

/// What a server has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The server, by its name in the settings.
    pub server: String,
    /// How many tools it has, or why it cannot be used.
    pub tools: std::result::Result<usize, Obstacle>,
    /// What is wrong with the tools that the user allows: the name in the settings, and the fault.
    pub faults: Vec<(String, String)>,
}

/// The servers of tools.
pub struct ToolServers {
    #[cfg(feature = "mcp")]
    servers: sayso_mcp::Servers,
}

impl ToolServers {
    /// Prepares the servers of the settings; `None` if there are none, or the skill is switched off.
    /// None is started or asked before a tool of it is called.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) when this build cannot use them.
    pub fn start(config: &Config) -> Result<Option<Self>> {
        if config.mcp.is_empty() || !config.has_skill(TOOLS) {
            return Ok(None);
        }
        Self::prepared(config).map(Some)
    }

    #[cfg(feature = "mcp")]
    fn prepared(config: &Config) -> Result<Self> {
        use sayso_mcp::{Access, Server, Servers};

        let server = |(name, server): (&String, &crate::config::McpServer)| {
            let access = if server.url.is_empty() {
                opener(config, name, server)?
            } else {
                Access::Address {
                    url: server.url.clone(),
                    key_file: server.key_file.clone(),
                    ca_file: server.ca_file.clone(),
                }
            };
            Ok(Server { name: name.clone(), access })
        };
        let servers = config.mcp.iter().map(server).collect::<Result<Vec<_>>>()?;
        let servers = Servers::start(servers).map_err(Error::input)?;
        Ok(Self { servers })
    }

    #[cfg(not(feature = "mcp"))]
    fn prepared(config: &Config) -> Result<Self> {
        let name = config.mcp.keys().next().map_or("", String::as_str);
        Err(Error::input(format!(
            "mcp.{name}: this build cannot use servers of tools: build it with mcp"
        )))
    }

    /// Calls a tool, and returns the text of its result. `cancel` is checked often.
    ///
    /// # Errors
    /// [`CallError`] if it cannot be called, fails, or takes too long.
    #[cfg(feature = "mcp")]
    pub fn call(&self, call: &Call, cancel: &Cancel) -> std::result::Result<String, CallError> {
        self.servers.call(call, &|| !cancel.is_cancelled())
    }

    /// There is nothing to call.
    ///
    /// # Errors
    /// Always.
    #[cfg(not(feature = "mcp"))]
    pub fn call(&self, _: &Call, _: &Cancel) -> std::result::Result<String, CallError> {
        Err(CallError::Unreachable("this build has no servers of tools".into()))
    }

    /// Which tools each server has, and what is wrong with those that the user allows. A server may
    /// take so long to answer.
    #[cfg(feature = "mcp")]
    pub fn look(&self, config: &Config, grammar: &Grammar, patience: Duration) -> Vec<Found> {
        let look = |server: &String| {
            let offered = self.servers.offered(server, patience);
            let mut faults = Vec::new();
            for (name, tool) in config.tools.iter().filter(|(_, tool)| tool.server == *server) {
                let Ok(offered) = &offered else { continue };
                let called = tool.called(name);
                let Some(found) = offered.iter().find(|offered| offered.name == called) else {
                    let names: Vec<&str> = offered.iter().map(|tool| &*tool.name).collect();
                    let has = names.join(", ");
                    faults.push((
                        name.clone(),
                        format!("{server} has no tool {called}; it has: {has}"),
                    ));
                    continue;
                };
                let slots = grammar.slots_of(&tool.intent);
                let wrong = found.faults(&slots);
                faults.extend(wrong.into_iter().map(|fault| (name.clone(), fault)));
            }
            let tools = offered.map(|offered| offered.len()).map_err(|error| match error {
                CallError::Unreachable(obstacle) => obstacle,
                error => Obstacle::new(error.to_string(), ""),
            });
            Found { server: server.clone(), tools, faults }
        };
        config.mcp.keys().map(look).collect()
    }

    /// There is nothing to look at.
    #[cfg(not(feature = "mcp"))]
    pub fn look(&self, _: &Config, _: &Grammar, _: Duration) -> Vec<Found> {
        Vec::new()
    }
}

/// How the program of a server is started.
#[cfg(all(feature = "mcp", unix))]
fn opener(
    config: &Config,
    name: &str,
    server: &crate::config::McpServer,
) -> Result<sayso_mcp::Access> {
    let runner = crate::programs::Runner::of(config);
    let (name, server) = (name.to_owned(), server.clone());
    let opener = move || {
        let (socket, keeper) = runner.open(&name, &server)?;
        Ok(sayso_mcp::Stream { socket, keeper })
    };
    Ok(sayso_mcp::Access::Program(Box::new(opener)))
}

#[cfg(all(feature = "mcp", not(unix)))]
fn opener(_: &Config, name: &str, _: &crate::config::McpServer) -> Result<sayso_mcp::Access> {
    Err(Error::input(format!("mcp.{name}.run: programs are run on Unix only")))
}
