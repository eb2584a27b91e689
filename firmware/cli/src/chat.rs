//! `sayso chat`: typed turns with the same assistant.

use std::io::{BufRead, IsTerminal, Read};
use std::time::Duration;

use clap::Args;
use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};
use sayso::{Engines, Error, ErrorKind, Result, Stop};
use sayso_models::Cancel;
use sayso_models::llm::Reply;

use super::{GlobalOptions, term};

const EXAMPLES: &str = "\
Examples:
  sayso chat                                line by line, until Ctrl-D; Ctrl-C stops a reply
  sayso chat \"Why is the sky blue?\"        one turn
  sayso chat --json < questions.txt         a turn for each line of a file";

/// The longest line that is read, in bytes: far more than any model's context. A longer line is
/// refused, and not kept in memory.
const LONGEST: u64 = 1 << 20;

/// How often Ctrl-C is checked while nobody types or nothing is written.
const LOOK: Duration = Duration::from_millis(20);

/// Type to it and read its answers.
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
    pub fn run(&self, shared: &GlobalOptions, stop: &Stop) -> Result<()> {
        let config = shared.settings()?;
        let busy = term::Busy::new("loading the language model");
        let skills = shared.skills(&config)?;
        let mut chat = sayso::Chat::new(&config, Engines::load_llm(&config)?).use_skills(skills);
        drop(busy);
        if !self.text.is_empty() {
            let done = self.turn(&mut chat, &self.text.join(" "), stop);
            if done.is_err() && !self.json {
                // Its error comes below what was written.
                println!();
            }
            return done;
        }
        let prompt = !self.json && std::io::stdin().is_terminal();
        let lines = lines()?;
        let (mut number, mut refused) = (0, 0);
        loop {
            if prompt {
                term::piece(&term::dim("you  "));
            }
            let Some(line) = next(&lines, stop)? else { break };
            number += 1;
            let text = match &line {
                Line::Whole(text) if text.trim().is_empty() => continue,
                Line::Whole(text) => Ok(text.trim()),
                Line::TooLong => Err(Error::input(format!(
                    "a line of more than {LONGEST} bytes is too long to be answered: shorten it"
                ))),
            };
            if prompt {
                term::piece(&term::dim("sayso  "));
            }
            match text.and_then(|text| self.turn(&mut chat, text, stop)) {
                // The conversation is unchanged.
                Err(error) if is_about_the_line(&error) => {
                    if prompt {
                        println!();
                        term::error(&error);
                    } else {
                        term::error(&format!("line {number}: {error}"));
                    }
                    refused += 1;
                }
                Err(error) if prompt && error.kind() == ErrorKind::Stopped => println!(),
                done => done?,
            }
            if prompt {
                // Ctrl-C came just after the reply had ended, so the user wants to go on.
                stop.take();
            }
        }
        if prompt {
            println!();
            return Ok(());
        }
        match refused {
            0 => Ok(()),
            _ => Err(Error::input(format!(
                "{refused} of {number} lines were not answered: see above"
            ))),
        }
    }

    /// One turn, unless `stop` comes before its end.
    fn turn(&self, chat: &mut sayso::Chat, text: &str, stop: &Stop) -> Result<()> {
        let mut written = String::new();
        let reply = until(stop, |cancel| {
            chat.turn(text, cancel, &mut |piece| {
                written.push_str(piece);
                if !self.json {
                    term::piece(&term::shown(piece));
                }
            })
        })?;
        if written.trim().is_empty() {
            return Err(Error::new(
                ErrorKind::Turn,
                "the language model wrote nothing. Try other words. If this happens always, check \
                 the model's file with `sayso models verify`",
            ));
        }
        if self.json {
            println!("{}", term::json(&line(text, &written, &reply)));
        } else {
            println!();
        }
        Ok(())
    }
}

/// Whether the next line may still be answered.
fn is_about_the_line(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Input | ErrorKind::Turn)
}

/// Does `work`, which `stop` cancels even while it writes nothing.
fn until(stop: &Stop, work: impl FnOnce(&Cancel) -> Result<Reply>) -> Result<Reply> {
    let (cancel, over) = (Cancel::new(), Stop::new());
    std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            while !over.is_stopped() {
                if stop.is_stopped() {
                    cancel.cancel();
                }
                std::thread::park_timeout(LOOK);
            }
        });
        let done = work(&cancel);
        over.stop();
        watch.thread().unpark();
        done
    })
}

/// One JSON object for a turn.
fn line(text: &str, written: &str, reply: &Reply) -> serde_json::Value {
    serde_json::json!({
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
    })
}

/// A line of the input.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    Whole(String),
    TooLong,
}

/// The lines of standard input, read on a separate thread, because Ctrl-C cannot interrupt a read.
/// The thread ends with the input, or with the process.
fn lines() -> Result<Receiver<Result<Line>>> {
    let (send, lines) = bounded(1);
    let work = move || {
        let mut input = std::io::stdin().lock();
        while let Some(line) = read(&mut input).transpose() {
            let line = line.map_err(|error| Error::io("standard input", error));
            let over = line.is_err();
            if send.send(line).is_err() || over {
                return;
            }
        }
    };
    let thread = std::thread::Builder::new().name("input".into()).spawn(work);
    thread.map_err(Error::no_thread)?;
    Ok(lines)
}

/// The next line; `None` at the end of the input, or at `stop`.
fn next(lines: &Receiver<Result<Line>>, stop: &Stop) -> Result<Option<Line>> {
    while !stop.is_stopped() {
        match lines.recv_timeout(LOOK) {
            Ok(line) => return line.map(Some),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
    Ok(None)
}

/// Reads a line, of which at most [`LONGEST`] bytes are kept; `None` at the end.
fn read(input: &mut impl BufRead) -> std::io::Result<Option<Line>> {
    let mut line = Vec::new();
    input.by_ref().take(LONGEST).read_until(b'\n', &mut line)?;
    if line.len() as u64 == LONGEST && line.last() != Some(&b'\n') {
        input.skip_until(b'\n')?;
        return Ok(Some(Line::TooLong));
    }
    let whole = || Line::Whole(String::from_utf8_lossy(&line).into_owned());
    Ok((!line.is_empty()).then(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_too_long_does_not_affect_the_others() {
        let long = vec![b'x'; LONGEST as usize + 5];
        let mut input = [b"one\n".as_slice(), &long, b"\n\xfftwo\n\n", &long].concat();
        input.extend(b"\nend");
        let mut input = input.as_slice();
        let whole = |text: &str| Some(Line::Whole(text.into()));
        let expected = [
            whole("one\n"),
            Some(Line::TooLong),
            whole("\u{fffd}two\n"),
            whole("\n"),
            Some(Line::TooLong),
            whole("end"),
            None,
        ];
        for line in expected {
            assert_eq!(read(&mut input).unwrap(), line);
        }
    }

    #[test]
    fn a_stop_ends_the_wait_for_a_line_and_the_work() {
        let (stop, (_open, lines)) = (Stop::new(), bounded(1));
        stop.stop();
        assert!(next(&lines, &stop).unwrap().is_none());
        let stopped = until(&stop, |cancel| {
            while !cancel.is_cancelled() {
                std::thread::yield_now();
            }
            Ok(cancel.check().map(|()| Reply::default())?)
        });
        assert_eq!(stopped.err().map(|error| error.kind()), Some(ErrorKind::Stopped));
        assert!(stop.take() && !stop.is_stopped());
    }
}
