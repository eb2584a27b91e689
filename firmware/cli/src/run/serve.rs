//! `sayso serve`: conversations with whoever connects.

use std::path::PathBuf;

use clap::Args;
use sayso::{Config, Result, Stop};
use sayso_server::certificate;

use super::{Common, Where, registry};
use crate::{GlobalOptions, term};

const EXAMPLES: &str = "\
Examples:
  sayso serve                                        this machine only, at port 8765
  sayso serve --make-token ~/.config/sayso/token     a token for other machines
  sayso serve --make-certificate                     a certificate for this machine's names
  sayso --set server.token_file=~/.config/sayso/token serve --listen https:0.0.0.0:8765
                                                     the whole network, with both
  sayso serve --listen https:systemd                 the socket that systemd has opened
  curl http://127.0.0.1:8765/api/status              ask it what it does";

/// Serve browsers, phones and programs over HTTP: as `sayso run`, without a board of this machine.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Serve {
    // `with_kinds` adds its help.
    #[arg(long, value_name = "ADDRESS", env = "SAYSO_LISTEN")]
    listen: Vec<String>,
    /// Make a token, which clients on other machines must present, write it to a file that only
    /// you can read, and exit
    #[arg(long, value_name = "FILE")]
    make_token: Option<PathBuf>,
    /// Make a local authority and a certificate under it, for https, and exit. The names are those
    /// by which clients reach this machine; without any, its own name, NAME.local and its addresses
    #[arg(long, value_name = "NAMES", num_args = 0..)]
    make_certificate: Option<Vec<String>>,
    #[command(flatten)]
    common: Common,
}

impl Serve {
    pub fn run(&self, shared: &GlobalOptions, stop: &Stop) -> Result<()> {
        let config = shared.settings()?;
        if let Some(path) = &self.make_token {
            sayso_server::make_token(path)?;
            let path = path.display();
            println!("{path}: a new token. To require it, set server.token_file = \"{path}\"");
            return Ok(());
        }
        if let Some(names) = &self.make_certificate {
            return make_certificate(names, &config);
        }
        let registry = registry();
        let mut listen: Vec<String> = self.listen.clone();
        listen.retain(|address| !address.is_empty());
        if listen.is_empty() {
            listen.push(sayso_server::DEFAULT.into());
        }
        let places =
            Where { registry: &registry, boards: Vec::new(), listen: &listen, wait: false };
        self.common.run(shared, config, places, stop)
    }
}

/// Makes a certificate, and says what to do with it.
fn make_certificate(names: &[String], config: &Config) -> Result<()> {
    let names = match names {
        [] => certificate::own_names(),
        names => names.to_vec(),
    };
    let made = certificate::make(&names, config)?;
    println!("{}", made.instructions());
    if let Some(note) = made.note() {
        term::note(note);
    }
    Ok(())
}
