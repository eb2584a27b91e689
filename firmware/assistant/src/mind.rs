//! The mind: what to answer.
//!
//! One job at a time, each with its turn's number and [`Cancel`]. What it
//! finds out is emitted as it comes; it never waits for whoever listens.

use std::time::Instant;

use sayso_core::turn::TurnId;
use sayso_models::Cancel;
use sayso_models::llm::{Llm, Reply};

use crate::clause::{Clause, ClauseSplitter};
use crate::cores::Cores;
use crate::intent;
use crate::ms;

/// Work for the mind.
#[derive(Clone, Debug)]
pub enum Job {
    /// Answer this text.
    Answer {
        /// The turn it belongs to.
        turn: TurnId,
        /// What was asked just before, and was interrupted before any answer to it was
        /// heard; empty mostly.
        unanswered: String,
        /// What was said, or typed.
        text: String,
        /// Stops the work.
        cancel: Cancel,
    },
    /// The exchange is complete; so much of the reply was heard.
    Keep {
        /// The turn it belongs to.
        turn: TurnId,
        /// Bytes of the reply that were heard, or `None` for all of them.
        heard: Option<usize>,
    },
    /// The exchange never happened.
    Discard {
        /// The turn it belongs to.
        turn: TurnId,
    },
}

/// What the mind found out.
#[derive(Debug)]
pub enum Thought {
    /// A piece of the reply, as it is written.
    Text {
        /// The turn it belongs to.
        turn: TurnId,
        /// The piece.
        text: String,
    },
    /// A clause that can be spoken.
    Clause {
        /// The turn it belongs to.
        turn: TurnId,
        /// The clause.
        clause: Clause,
    },
    /// The reply is complete.
    Done {
        /// The turn it belongs to.
        turn: TurnId,
        /// The reply, with the model's own counts and times.
        reply: Reply,
    },
    /// The work broke off, cancelled or failed.
    Broken {
        /// The turn it belongs to.
        turn: TurnId,
        /// Why.
        error: sayso_models::Error,
    },
}

/// The language model, and the exchange that is pending in it.
pub struct Mind<'a> {
    llm: &'a mut dyn Llm,
    cores: Cores,
    /// Threads it runs on.
    threads: usize,
    now: fn() -> jiff::civil::DateTime,
    /// The turn whose exchange is pending in the language model, and its reply so far.
    pending: Option<(TurnId, String)>,
}

impl<'a> Mind<'a> {
    /// A mind that thinks by `llm`, which runs on `threads` of the `cores`.
    pub fn new(llm: &'a mut dyn Llm, cores: Cores, threads: usize) -> Self {
        Self { llm, cores, threads, now: || jiff::Zoned::now().datetime(), pending: None }
    }

    /// Does one job, emitting what is found out.
    pub fn work(&mut self, job: Job, emit: &mut dyn FnMut(Thought)) {
        let (turn, done) = match job {
            Job::Answer { turn, unanswered, text, cancel } => {
                (turn, self.answer(turn, &unanswered, &text, &cancel, emit))
            }
            Job::Keep { turn, heard } => (turn, self.keep(turn, heard)),
            Job::Discard { turn } => (turn, self.discard(turn)),
        };
        if let Err(error) = done {
            emit(Thought::Broken { turn, error });
        }
    }

    fn answer(
        &mut self,
        turn: TurnId,
        unanswered: &str,
        text: &str,
        cancel: &Cancel,
        emit: &mut dyn FnMut(Thought),
    ) -> sayso_models::Result<()> {
        cancel.check()?;
        let start = Instant::now();
        let mut splitter = ClauseSplitter::new();
        let mut written = String::new();
        let whole = format!("{unanswered} {text}");
        let whole = whole.trim();
        let now = (self.now)();
        let beyond = |text| intent::beyond_the_model(text, &now);
        if let Some(answer) = beyond(text).or_else(|| beyond(whole)) {
            // Not for the language model's memory: it would be wrong a minute later.
            emit(Thought::Text { turn, text: answer.clone() });
            let mut clause = |clause| emit(Thought::Clause { turn, clause });
            splitter.push(&answer, &mut clause);
            splitter.finish(&mut clause);
            let mut reply = Reply::default();
            reply.text = answer;
            reply.total_ms = ms(start);
            emit(Thought::Done { turn, reply });
            return Ok(());
        }
        let mut taken = self.cores.take(self.threads, self.threads);
        let reply = self.llm.reply(whole, cancel, &mut |piece| {
            // The voice and the scribe have shorter work than a whole reply.
            taken.yield_now();
            written.push_str(piece);
            emit(Thought::Text { turn, text: piece.into() });
            splitter.push(piece, &mut |clause| {
                emit(Thought::Clause { turn, clause });
            });
        });
        drop(taken);
        self.pending = Some((turn, written));
        let reply = reply?;
        splitter.finish(&mut |clause| {
            emit(Thought::Clause { turn, clause });
        });
        emit(Thought::Done { turn, reply });
        Ok(())
    }

    fn keep(&mut self, turn: TurnId, heard: Option<usize>) -> sayso_models::Result<()> {
        let _taken = self.cores.take(self.threads, self.threads);
        match self.pending.take_if(|(pending, _)| *pending == turn) {
            None => Ok(()),
            Some((_, text)) => match heard.and_then(|heard| text.get(..heard)) {
                // The mark tells the model that it was cut short.
                Some(heard) if heard.len() < text.trim_end().len() => {
                    self.llm.keep(Some(&format!("{heard}…")))
                }
                _ => self.llm.keep(None),
            },
        }
    }

    fn discard(&mut self, turn: TurnId) -> sayso_models::Result<()> {
        match self.pending.take_if(|(pending, _)| *pending == turn) {
            Some(_) => self.llm.discard(),
            None => Ok(()),
        }
    }
}
