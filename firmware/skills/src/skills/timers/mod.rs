//! Timers.
//!
//! A timer that was set since the program began lasts as long as it was set for, whatever is done
//! to the clock. After a restart nothing but the wall clock knows how much time has passed, so
//! timers from before follow it.

mod claims;

use jiff::{SignedDuration, Timestamp, Zoned};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::language::Texts;
use crate::overview::{Coming, ComingPhase, Edit, Overview, seconds_up};
use crate::plan::{Claim, Command, Ring, Said, Scene};
use crate::ringing::{Pattern, Ringing, Step, shifted};
use crate::skill::Skill;

/// A timer that rings.
const PATTERN: Pattern =
    Pattern { every: SignedDuration::from_secs(15), most: SignedDuration::from_mins(5) };

/// One that ended so long ago tells when.
const LATE: SignedDuration = SignedDuration::from_mins(1);

/// The skill.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Timers {
    timers: Vec<Timer>,
    /// The number of the next timer.
    next: u64,
}

/// A timer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timer {
    id: u64,
    name: Option<String>,
    /// As it was set.
    length: SignedDuration,
    board: String,
    area: Option<String>,
    state: State,
    /// Whether it was set since the program began.
    #[serde(skip)]
    steady: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Ends(Timestamp),
    Paused(SignedDuration),
    Rings(Ringing),
}

/// What is done.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Sets a timer.
    Start {
        /// How long.
        length: SignedDuration,
        /// Its name.
        name: Option<String>,
    },
    /// Ends these timers.
    Cancel(Vec<u64>),
    /// Gives a timer more time, or less.
    Add(u64, SignedDuration),
    /// Stops these timers for a while.
    Pause(Vec<u64>),
    /// Lets these timers go on.
    Resume(Vec<u64>),
    /// Puts timers back as they were.
    Restore(Vec<Timer>),
}

impl Timer {
    fn left(&self, now: Timestamp) -> SignedDuration {
        let left = match self.state {
            State::Ends(ends) => ends.duration_since(now),
            State::Paused(left) => left,
            State::Rings(_) => SignedDuration::ZERO,
        };
        left.max(SignedDuration::ZERO)
    }

    fn rings(&self) -> bool {
        matches!(self.state, State::Rings(_))
    }

    /// What it is called.
    fn label(&self, texts: &Texts) -> String {
        match &self.name {
            Some(name) => texts.get("timer-named", [("name", name.as_str().into())]),
            None => {
                let length = texts.length(self.length);
                texts.get("timer-of", [("length", length.into())])
            }
        }
    }
}

impl Timers {
    /// The most timers.
    pub const MOST: usize = 50;

    fn each(&mut self, ids: &[u64]) -> impl Iterator<Item = &mut Timer> {
        self.timers.iter_mut().filter(|timer| ids.contains(&timer.id))
    }
}

impl Skill for Timers {
    type Action = Action;
    const NAME: &'static str = "timers";

    fn claim(&self, command: &Command, scene: &Scene<'_>) -> Option<Claim<Action>> {
        Some(match command.intent.as_str() {
            "HassStartTimer" if self.timers.len() >= Self::MOST => {
                Claim::Say(scene.texts.get("timer-too-many", []))
            }
            "HassStartTimer" => Self::start(command, scene),
            "HassCancelTimer" => self.cancel(command, scene),
            "HassCancelAllTimers" => self.cancel_all(scene),
            "HassIncreaseTimer" => self.change(command, scene, true),
            "HassDecreaseTimer" => self.change(command, scene, false),
            "HassPauseTimer" => self.pause(command, scene, true),
            "HassUnpauseTimer" => self.pause(command, scene, false),
            "HassTimerStatus" => self.status(command, scene),
            _ => return None,
        })
    }

    fn act(&mut self, action: Action, scene: &Scene<'_>) -> Said {
        let now = scene.now.timestamp();
        match action {
            Action::Start { length, name } => {
                let id = self.next;
                self.next += 1;
                let situation = scene.situation;
                self.timers.push(Timer {
                    id,
                    name,
                    length,
                    board: situation.board.clone(),
                    area: situation.area.clone(),
                    state: State::Ends(shifted(now, length)),
                    steady: true,
                });
                Said::default().undone_by(&Action::Cancel(vec![id]))
            }
            Action::Cancel(ids) => {
                let (gone, kept) = self.timers.drain(..).partition(|timer| ids.contains(&timer.id));
                self.timers = kept;
                Said::default().undone_by(&Action::Restore(gone))
            }
            Action::Add(id, by) => {
                for timer in self.each(&[id]) {
                    timer.state = match timer.state {
                        State::Ends(ends) => State::Ends(shifted(ends, by)),
                        State::Paused(left) => State::Paused(left.saturating_add(by)),
                        State::Rings(_) => State::Ends(shifted(now, by)),
                    };
                }
                Said::default().undone_by(&Action::Add(id, -by))
            }
            Action::Pause(ids) => {
                for timer in self.each(&ids) {
                    timer.state = State::Paused(timer.left(now));
                }
                Said::default().undone_by(&Action::Resume(ids))
            }
            Action::Resume(ids) => {
                for timer in self.each(&ids) {
                    timer.state = State::Ends(shifted(now, timer.left(now)));
                    timer.steady = true;
                }
                Said::default().undone_by(&Action::Pause(ids))
            }
            Action::Restore(timers) => {
                self.timers.extend(timers);
                Said::default()
            }
        }
    }

    fn rings(&self, board: &str) -> bool {
        self.timers.iter().any(|timer| timer.rings() && timer.board == board)
    }

    fn due(&mut self, now: &Zoned, texts: &Texts) -> Vec<Ring> {
        let at = now.timestamp();
        let mut rings = Vec::new();
        self.timers.retain_mut(|timer| {
            let label = timer.label(texts);
            let mut text = texts.get("timer-done", [("timer", label.clone().into())]);
            if let State::Ends(ends) = timer.state
                && ends <= at
            {
                timer.state = State::Rings(Ringing::new(at));
                if at.duration_since(ends) > LATE {
                    let time = texts.time(ends.to_zoned(now.time_zone().clone()).time());
                    text = texts
                        .get("timer-was-done", [("timer", label.into()), ("time", time.into())]);
                }
            }
            let State::Rings(ringing) = &mut timer.state else { return true };
            match ringing.step(at, PATTERN) {
                Step::GiveUp => return false,
                Step::Wait => {}
                Step::Ring => {
                    let board = timer.board.clone();
                    rings.push(Ring { text, board, chime: true, repeats: true });
                }
            }
            true
        });
        rings
    }

    fn next_due(&self, _: &Zoned) -> Option<Timestamp> {
        let due = self.timers.iter().filter_map(|timer| match timer.state {
            State::Ends(ends) => Some(ends),
            State::Rings(ringing) => Some(ringing.next()),
            State::Paused(_) => None,
        });
        due.min()
    }

    fn hush(&mut self, board: &str, _: &Zoned) -> bool {
        let before = self.timers.len();
        self.timers.retain(|timer| !(timer.rings() && timer.board == board));
        self.timers.len() < before
    }

    fn clock_was_set(&mut self, by: SignedDuration, _: &Zoned) {
        for timer in &mut self.timers {
            match &mut timer.state {
                State::Ends(ends) if timer.steady => *ends = shifted(*ends, by),
                State::Rings(ringing) => ringing.clock_was_set(by),
                State::Ends(_) | State::Paused(_) => {}
            }
        }
    }

    fn overview(&self, now: &Zoned, texts: &Texts) -> Overview {
        let at = now.timestamp();
        let coming = self.timers.iter().map(|timer| {
            let (rings_at, phase) = match timer.state {
                State::Ends(ends) => (Some(ends), ComingPhase::Waits),
                State::Paused(_) => (None, ComingPhase::Paused),
                State::Rings(ringing) => (Some(ringing.next()), ComingPhase::Rings),
            };
            Coming {
                skill: Self::NAME,
                id: timer.id,
                label: timer.label(texts),
                board: timer.board.clone(),
                at: rings_at,
                left_s: seconds_up(timer.left(at)),
                phase,
            }
        });
        Overview { coming: coming.collect(), ..Overview::default() }
    }

    fn edit(&mut self, edit: &Edit) -> bool {
        let before = self.timers.len();
        if let Edit::Cancel { skill, id } = edit
            && skill == Self::NAME
        {
            self.timers.retain(|timer| timer.id != *id);
        }
        self.timers.len() < before
    }

    fn erase(&mut self) {
        *self = Self::default();
    }

    fn save(&self) -> Option<Value> {
        serde_json::to_value(self).ok()
    }

    fn load(&mut self, saved: Value) -> serde_json::Result<()> {
        *self = serde_json::from_value(saved)?;
        Ok(())
    }
}
