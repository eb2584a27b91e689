//! The responder decides what to answer.
//!
//! It does one job at a time, each with its turn's number and [`Cancel`]. Results are emitted as
//! they arise; it never waits for the receiver.

use std::sync::Arc;
use std::time::Instant;

use sayso_core::turn::TurnId;
use sayso_language::{Clause, ClauseSplitter, Facts, Language};
use sayso_models::Cancel;
use sayso_models::llm::{Elsewhere, Exchange, Llm, Reply};

use crate::claims::Claims;
use crate::clauses::split;
use crate::clock::Clock;
use crate::config::Config;
use crate::cores::Seat;
use crate::engines::Engines;
use crate::facts::facts;
use crate::lost::Lost;
use crate::ms;
use crate::worker::{Tools, Worker};

/// Work for the responder.
#[derive(Clone, Debug)]
pub enum Job {
    /// Answer this text.
    Answer {
        /// The turn it belongs to.
        turn: TurnId,
        /// The question before, which was interrupted before any answer to it was heard; usually
        /// empty.
        unanswered: String,
        /// What was said, or typed.
        text: String,
        /// Whether a command for the skills may be the answer.
        may_call: bool,
        /// Stops the work.
        cancel: Cancel,
    },
    /// The exchange is complete; this much of the reply was heard.
    Keep {
        /// The turn it belongs to.
        turn: TurnId,
        /// Bytes of the reply that were heard, or `None` for all of them.
        heard: Option<usize>,
    },
    /// The exchange must leave no trace.
    Discard {
        /// The turn it belongs to.
        turn: TurnId,
    },
    /// The assistant said this on its own, and it was heard.
    Note {
        /// The words heard.
        said: String,
    },
    /// Nobody has spoken for long: the conversation is forgotten.
    Forget,
}

/// A report of the responder.
#[derive(Debug)]
pub enum Response {
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
    /// Instead of a reply, the model wrote a command for the skills.
    Call {
        /// The turn it belongs to.
        turn: TurnId,
        /// What was asked before, see [`Job::Answer`].
        unanswered: String,
        /// What was said, or typed.
        text: String,
        /// The command: a sentence for the skills.
        command: String,
    },
    /// The work ended early: cancelled or failed.
    Broken {
        /// The turn it belongs to.
        turn: TurnId,
        /// Why.
        error: sayso_models::Error,
    },
    /// The server of the language model cannot be reached. The user does not know yet. The model
    /// on this machine answers.
    Alone {
        /// Why.
        error: sayso_models::Error,
    },
    /// What was heard could not be added to the history. The model has forgotten the whole
    /// conversation, so that its history is not wrong.
    Forgot {
        /// Why.
        error: sayso_models::Error,
    },
    /// It could not forget the conversation either: it must not be used again.
    Ruined {
        /// Why.
        error: sayso_models::Error,
    },
}

/// Emits the plain text that was written, and the clauses that it completes.
fn tell(
    turn: TurnId,
    text: String,
    clauses: Vec<Clause>,
    written: &mut String,
    emit: &mut dyn FnMut(Response),
) {
    if !text.is_empty() {
        written.push_str(&text);
        emit(Response::Text { turn, text });
    }
    for clause in clauses {
        emit(Response::Clause { turn, clause });
    }
}

/// The language model, and the exchange that is pending in it.
pub struct Responder {
    llm: Box<dyn Llm>,
    seat: Seat,
    /// Threads it runs on.
    threads: usize,
    clock: Arc<dyn Clock>,
    language: &'static Language,
    facts: Facts,
    /// The turn whose exchange is pending in the language model, and its reply so far.
    pending: Option<Pending>,
}

/// An exchange that is pending in the language model.
struct Pending {
    turn: TurnId,
    /// What the user may have heard of it.
    text: String,
    /// Whether that is not what the model wrote.
    changed: bool,
}

impl Responder {
    /// A responder that uses `llm`, on `threads` of the cores that `seat` shares, and takes the
    /// time from `clock`. Its knowledge about the program itself follows from `config`.
    pub fn new(
        llm: Box<dyn Llm>,
        seat: Seat,
        threads: usize,
        clock: Arc<dyn Clock>,
        config: &Config,
    ) -> Self {
        let (language, facts) = (config.spoken(), facts(config));
        Self { llm, seat, threads, clock, language, facts, pending: None }
    }

    fn answer(
        &mut self,
        turn: TurnId,
        (unanswered, text): (&str, &str),
        may_call: bool,
        cancel: &Cancel,
        emit: &mut dyn FnMut(Response),
    ) -> sayso_models::Result<()> {
        cancel.check()?;
        let start = Instant::now();
        let mut written = String::new();
        let whole = format!("{unanswered} {text}");
        let whole = whole.trim();
        let now = self.clock.now().datetime();
        let instructed = self.llm.is_instructed();
        let beyond = |text| match instructed {
            true => None,
            false => self.language.answer(text, &now, &self.facts),
        };
        if let Some(answer) = beyond(text).or_else(|| beyond(whole)) {
            // Not for the language model's history, because it would be wrong a minute later.
            let (text, clauses) = split(self.language, &answer);
            tell(turn, text, clauses, &mut written, emit);
            let mut reply = Reply::default();
            reply.text = written;
            reply.total_ms = ms(start);
            emit(Response::Done { turn, reply });
            return Ok(());
        }
        let mut splitter = ClauseSplitter::new(self.language.reader());
        let mut claims = Claims::new(self.language);
        let mut on_text = |piece: &str, emit: &mut dyn FnMut(Response)| {
            let piece = match instructed {
                true => piece.to_owned(),
                false => claims.push(piece),
            };
            let mut clauses = Vec::new();
            let text = splitter.push(&piece, &mut |clause| clauses.push(clause));
            tell(turn, text, clauses, &mut written, emit);
        };
        let elsewhere = self.llm.reply_elsewhere(whole, cancel, &mut |piece| on_text(piece, emit));
        let reply = match elsewhere {
            Elsewhere::Answered(reply) => reply,
            Elsewhere::No | Elsewhere::Failed { .. } => {
                if let Elsewhere::Failed { error, first: true } = elsewhere {
                    emit(Response::Alone { error });
                }
                let mut taken = self.seat.take(self.threads, self.threads, cancel)?;
                let mut on_text = |piece: &str| {
                    // The voice and the transcriber have shorter work than a whole reply.
                    taken.yield_now();
                    on_text(piece, emit);
                };
                match may_call {
                    true => self.llm.reply_or_call(whole, cancel, &mut on_text),
                    false => self.llm.reply(whole, cancel, &mut on_text),
                }
            }
        };
        if let Ok(Reply { command: Some(command), .. }) = &reply {
            let command = command.clone();
            self.llm.discard()?;
            let (unanswered, text) = (unanswered.to_owned(), text.to_owned());
            emit(Response::Call { turn, unanswered, text, command });
            return Ok(());
        }
        if reply.is_ok() {
            let mut clauses = Vec::new();
            let rest = claims.finish();
            let mut text = splitter.push(&rest, &mut |clause| clauses.push(clause));
            text.push_str(&splitter.finish(&mut |clause| clauses.push(clause)));
            tell(turn, text, clauses, &mut written, emit);
        }
        let changed = claims.found();
        let told = changed.then(|| written.clone());
        self.pending = Some(Pending { turn, text: written, changed });
        let mut reply = reply?;
        if let Some(told) = told {
            reply.text = told;
        }
        emit(Response::Done { turn, reply });
        Ok(())
    }

    /// Adds what was heard to the model's history. If that fails, history and cache may differ
    /// from what was heard, so both are dropped.
    fn settle(&mut self, done: sayso_models::Result<()>, emit: &mut dyn FnMut(Response)) {
        let Err(error) = done else { return };
        self.pending = None;
        emit(match self.llm.forget() {
            Ok(()) => Response::Forgot { error },
            Err(again) => {
                log::error!("{error}");
                Response::Ruined { error: again }
            }
        });
    }

    fn keep(
        &mut self,
        turn: TurnId,
        heard: Option<usize>,
        cancel: &Cancel,
    ) -> sayso_models::Result<()> {
        let _taken = self.seat.take(self.threads, self.threads, cancel)?;
        match self.pending.take_if(|pending| pending.turn == turn) {
            None => Ok(()),
            Some(Pending { text, changed, .. }) => {
                match heard.and_then(|heard| text.get(..heard)) {
                    // The mark shows the model that the reply was cut off.
                    Some(heard) if heard.len() < text.trim_end().len() => {
                        self.llm.keep(Some(&format!("{heard}…")))
                    }
                    _ => self.llm.keep(changed.then_some(text.trim_end())),
                }
            }
        }
    }

    fn discard(&mut self, turn: TurnId) -> sayso_models::Result<()> {
        match self.pending.take_if(|pending| pending.turn == turn) {
            Some(_) => self.llm.discard(),
            None => Ok(()),
        }
    }
}

impl Worker for Responder {
    type Order = Job;
    type Report = Response;
    const NAME: &'static str = "responder";

    fn hire(engines: &mut Engines, tools: &Tools) -> Self {
        let llm = std::mem::replace(&mut engines.llm, Box::new(Lost));
        let (config, asked) = (&tools.config, tools.config.llm.threads);
        Self::new(llm, tools.seat(asked), tools.threads(asked), tools.clock.clone(), config)
    }

    fn give_back(self, engines: &mut Engines) {
        engines.llm = self.llm;
    }

    /// A job that settles an exchange is never stopped.
    fn cancel(job: &Job) -> Cancel {
        match job {
            Job::Answer { cancel, .. } => cancel.clone(),
            Job::Keep { .. } | Job::Discard { .. } | Job::Note { .. } | Job::Forget => {
                Cancel::new()
            }
        }
    }

    fn seat(&self) -> &Seat {
        &self.seat
    }

    fn run(&mut self, job: Job, cancel: &Cancel, emit: &mut dyn FnMut(Response)) {
        match job {
            Job::Answer { turn, unanswered, text, may_call, .. } => {
                let asked = (unanswered.as_str(), text.as_str());
                if let Err(error) = self.answer(turn, asked, may_call, cancel, emit) {
                    emit(Response::Broken { turn, error });
                }
            }
            Job::Keep { turn, heard } => {
                let done = self.keep(turn, heard, cancel);
                self.settle(done, emit);
            }
            Job::Discard { turn } => {
                let done = self.discard(turn);
                self.settle(done, emit);
            }
            Job::Note { said } => {
                let taken = self.seat.take(self.threads, self.threads, cancel);
                let done = taken.and_then(|_taken| self.llm.add(&Exchange::note(&said)));
                self.settle(done, emit);
            }
            Job::Forget => {
                self.pending = None;
                let taken = self.seat.take(self.threads, self.threads, cancel);
                if let Err(error) = taken.and_then(|_taken| self.llm.forget()) {
                    emit(Response::Ruined { error });
                }
            }
        }
    }
}
