//! `sayso chat`: typed turns, the same mind.

use std::io::{BufRead, IsTerminal};

use clap::Args;
use sayso::{Error, Result, Stop};
use sayso_models::Cancel;

use super::{Shared, term};

/// Talk with it in writing.
#[derive(Args)]
pub struct Chat {
    /// What to say; without it, lines are read until the end of the input
    text: Vec<String>,
    /// One JSON object per turn
    #[arg(long)]
    json: bool,
}

impl Chat {
    pub fn run(&self, shared: &Shared, stop: &Stop) -> Result<()> {
        let mut assistant = shared.assistant(shared.settings()?)?;
        let mut turn = |text: &str| -> Result<()> {
            let cancel = Cancel::new();
            let mut written = String::new();
            let reply = assistant.chat(text, &cancel, &mut |piece| {
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
                        "llm_prefill": reply.prefill_ms,
                        "llm_first_token": reply.ttft_ms,
                        "reply": reply.total_ms,
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
