//! The worker that uses the skills, at one board.

use std::sync::Arc;

use sayso_core::turn::TurnId;
use sayso_models::Cancel;
use sayso_skills::{Plan, Request, Said, Situation};

use crate::clock::Clock;
use crate::cores::Seat;
use crate::engines::Engines;
use crate::skills::{SharedSkills, now};
use crate::worker::{Tools, Worker};

/// Work for the skills.
#[derive(Clone, Debug)]
pub enum Errand {
    /// Decide what a sentence asks for.
    Claim {
        /// The turn it belongs to.
        turn: TurnId,
        /// The question before, which was not answered; usually empty.
        unanswered: String,
        /// What was said, or typed.
        text: String,
        /// The sentence that the language model wrote for it, if it did.
        call: Option<String>,
        /// The words of it that were heard unsurely.
        doubtful: Vec<String>,
        /// Where it was said.
        situation: Box<Situation>,
        /// Stops the work.
        cancel: Cancel,
    },
    /// Do it.
    Act {
        /// The turn it belongs to.
        turn: TurnId,
        /// What.
        plan: Box<Plan>,
        /// Where it was said.
        situation: Box<Situation>,
    },
    /// End what rings at a board.
    Hush {
        /// The board.
        board: String,
        /// The turn in which somebody said so, if the music may be meant.
        turn: Option<TurnId>,
    },
    /// Forget what was said at this board.
    Forget(String),
}

/// A report of the skills.
#[derive(Debug)]
pub enum Errands {
    /// Whether a sentence is for a skill.
    Claimed {
        /// The turn it belongs to.
        turn: TurnId,
        /// What was given.
        unanswered: String,
        /// See `unanswered`.
        text: String,
        /// Whether the language model has written a sentence for it.
        called: bool,
        /// What is to be done; `None` if it is for no skill.
        plan: Option<Box<Plan>>,
    },
    /// Nothing rang that could be ended.
    NothingRang {
        /// The turn in which somebody said so.
        turn: TurnId,
    },
    /// It was done.
    Done {
        /// The turn it belongs to.
        turn: TurnId,
        /// What is still to be said, and what the program has to do.
        said: Said,
    },
}

/// Uses the skills, at one board. It holds no cores, because it computes next to nothing and may
/// wait for a device or a network.
pub struct SkillWorker {
    skills: Option<SharedSkills>,
    clock: Arc<dyn Clock>,
    seat: Seat,
}

impl Worker for SkillWorker {
    type Order = Errand;
    type Report = Errands;
    const NAME: &'static str = "skills";

    fn hire(_: &mut Engines, tools: &Tools) -> Self {
        Self { skills: tools.skills.clone(), clock: tools.clock.clone(), seat: tools.seat(1) }
    }

    fn give_back(self, _: &mut Engines) {}

    /// What is done is done: only the decision can be stopped.
    fn cancel(errand: &Errand) -> Cancel {
        match errand {
            Errand::Claim { cancel, .. } => cancel.clone(),
            Errand::Act { .. } | Errand::Hush { .. } | Errand::Forget(_) => Cancel::new(),
        }
    }

    fn seat(&self) -> &Seat {
        &self.seat
    }

    fn run(&mut self, errand: Errand, cancel: &Cancel, emit: &mut dyn FnMut(Errands)) {
        let now = now(&*self.clock);
        match errand {
            Errand::Claim { turn, unanswered, text, call, doubtful, situation, .. } => {
                if cancel.is_cancelled() {
                    return;
                }
                let claim = |text: &str| {
                    let request =
                        Request { text, now: &now, situation: &situation, doubtful: &doubtful };
                    self.skills.as_ref().and_then(|skills| skills.claim(&request))
                };
                let whole = || claim(format!("{unanswered} {text}").trim());
                let plan = match &call {
                    Some(call) => claim(call),
                    None if unanswered.is_empty() => claim(&text),
                    None => claim(&text).or_else(whole),
                };
                let (called, plan) = (call.is_some(), plan.map(Box::new));
                emit(Errands::Claimed { turn, unanswered, text, called, plan });
            }
            Errand::Act { turn, plan, situation } => {
                let said = match &self.skills {
                    Some(skills) => skills.act(*plan, &now, &situation, cancel),
                    None => Said::default(),
                };
                emit(Errands::Done { turn, said });
            }
            Errand::Hush { board, turn } => {
                let rang = self.skills.as_ref().is_some_and(|skills| skills.hush(&board, &now));
                if let Some(turn) = turn.filter(|_| !rang) {
                    emit(Errands::NothingRang { turn });
                }
            }
            Errand::Forget(board) => {
                if let Some(skills) = &self.skills {
                    skills.forget(&board);
                }
            }
        }
    }
}
