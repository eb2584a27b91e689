//! `sayso chat`: typed turns, the same mind.

use std::io::{BufRead, IsTerminal};

use clap::Args;
use sayso::{Engines, Error, Result, Stop};
use sayso_models::Cancel;

use super::{Shared, term};

const EXAMPLES: &str = "\
Examples:
  sayso chat                                line by line, until Ctrl-D
  sayso chat \"Why is the sky blue?\"        one turn
  sayso chat --json < questions.txt         a turn for each line of a file";

/// Talk with it in writing.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Chat {
    /// What to say; without it, lines are read until the end of the input
    text: Vec<String>,
    /// One JSON object per turn
    #[arg(long)]
    json: bool,
}

impl Chat {
    pub fn run(&self, shared: &Shared, stop: &Stop) -> Result<()> {
        let config = shared.settings()?;
        let busy = term::Busy::new("loading the language model");
        let mut chat = sayso::Chat::new(&config, Engines::load_llm(&config)?);
        drop(busy);
        let mut turn = |text: &str| -> Result<()> {
            let cancel = Cancel::new();
            let mut written = String::new();
            let reply = chat.turn(text, &cancel, &mut |piece| {
                if stop.is_stopped() {
                    cancel.cancel();
                }
                written.push_str(piece);
                if !self.json {
                    term::piece(piece);
                }
            })?;
            if self.json {
                let line = serde_json::json!({
                    "text": text,
                    "reply": written.trim(),
                    "tokens": {
                        "cached": reply.cached_tokens,
                        "prompt": reply.prompt_tokens,
                        "reply": reply.reply_tokens,
                    },
                    "timings_ms": {
                        "llm_prefill": term::tenth(reply.prefill_ms),
                        "llm_first_token": term::tenth(reply.ttft_ms),
                        "reply": term::tenth(reply.total_ms),
                    },
                });
                println!("{line}");
            } else {
                println!();
            }
            Ok(())
        };
        if !self.text.is_empty() {
            return turn(&self.text.join(" "));
        }
        let prompt = !self.json && std::io::stdin().is_terminal();
        loop {
            if prompt {
                term::piece(&term::dim("you  "));
            }
            let mut line = String::new();
            let read = std::io::stdin().lock().read_line(&mut line);
            if read.map_err(|error| Error::Io(format!("standard input: {error}")))? == 0
                || stop.is_stopped()
            {
                return Ok(());
            }
            let line = line.trim();
            if !line.is_empty() {
                if prompt {
                    term::piece(&term::dim("sayso  "));
                }
                turn(line)?;
            }
        }
    }
}
