//! `sayso run-program`: what `sayso-commands@.service` runs for each connection.

use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;

use clap::Args;
use sayso::{Error, Result};

use super::GlobalOptions;

const EXAMPLES: &str = "\
It starts one program that the settings name, for the client at the other end of its standard
input, a Unix socket, and ends it when the client hangs up. systemd starts it when the service
connects to sayso-commands.socket: docs/service.md.";

/// Start a program of your own for the installed service; systemd runs this
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct RunProgram {}

impl RunProgram {
    pub fn run(&self, shared: &GlobalOptions) -> Result<()> {
        let input = std::io::stdin().as_fd().try_clone_to_owned();
        let client = input.map(UnixStream::from);
        let client = client.map_err(|error| Error::io("standard input", error))?;
        sayso::internals::programs::serve(client, &shared.settings()?)
    }
}
