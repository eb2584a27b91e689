//! Timers.
//!
//! A timer that was set since the program began lasts as long as it was set for, whatever is done
//! to the clock. After a restart nothing but the wall clock knows how much time has passed, so
//! timers from before follow it.

use jiff::{SignedDuration, Timestamp, Zoned};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::language::Texts;
use crate::plan::{Claim, Command, Ring, Said, Scene};
use crate::ringing::{Pattern, Ringing, Step, shifted};
use crate::skill::Skill;
use crate::when;

/// A timer that rings.
const PATTERN: Pattern =
    Pattern { every: SignedDuration::from_secs(15), most: SignedDuration::from_mins(5) };

/// One that ended so long ago tells when.
const LATE: SignedDuration = SignedDuration::from_mins(1);

/// The most timers.
const MOST: usize = 50;

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

/// Which timers a command means.
enum Meant<'t> {
    None,
    Some(Vec<&'t Timer>),
    Unclear(Vec<&'t Timer>),
}

impl Timers {
    /// The timers that a command means: by number, name, length and area. Those that ring come
    /// first.
    fn meant(&self, command: &Command, scene: &Scene<'_>) -> Meant<'_> {
        if let Some(id) = command.whole("id").and_then(|id| u64::try_from(id).ok()) {
            let one = self.timers.iter().filter(|timer| timer.id == id).collect::<Vec<_>>();
            return if one.is_empty() { Meant::None } else { Meant::Some(one) };
        }
        let name = command.text("name").map(folded);
        let length = when::length(&command.slots, "start_");
        let area = command.text("area");
        let is = |timer: &&Timer| {
            name.as_ref()
                .is_none_or(|name| timer.name.as_deref().map(folded).as_ref() == Some(name))
                && length.is_none_or(|length| timer.length == length)
                && area.is_none_or(|area| timer.area.as_deref() == Some(area))
        };
        let all: Vec<&Timer> = self.timers.iter().filter(is).collect();
        let ringing: Vec<&Timer> = all.iter().copied().filter(|timer| timer.rings()).collect();
        let here = |timers: &[&'_ Timer]| {
            timers.iter().filter(|timer| timer.board == scene.situation.board).count() == 1
        };
        match (all.len(), ringing.len()) {
            (0, _) => Meant::None,
            (_, 1..) => Meant::Some(ringing),
            (1, _) => Meant::Some(all),
            // Of timers in several rooms, the one that was set here.
            _ if here(&all) => {
                let here = all.into_iter().filter(|t| t.board == scene.situation.board);
                Meant::Some(here.collect())
            }
            _ => Meant::Unclear(all),
        }
    }

    /// The claim for one timer, or the question which one.
    fn one(
        &self,
        command: &Command,
        scene: &Scene<'_>,
        act: impl Fn(&Timer) -> Claim<Action>,
    ) -> Claim<Action> {
        let texts = scene.texts;
        match self.meant(command, scene) {
            Meant::None if self.timers.is_empty() => Claim::Say(texts.get("timer-none", [])),
            Meant::None => Claim::Say(texts.get("timer-no-such", [])),
            Meant::Some(timers) => match timers.last() {
                Some(timer) => act(timer),
                None => Claim::Say(texts.get("timer-none", [])),
            },
            Meant::Unclear(timers) => {
                let choice = |timer: &Timer| {
                    let mut command = command.clone();
                    command.slots.insert("id".to_owned(), timer.id.into());
                    (timer.label(texts), command)
                };
                let choices: Vec<_> = timers.iter().map(|timer| choice(timer)).collect();
                let the =
                    |label: &str| texts.get("timer-the", [("timer", label.to_owned().into())]);
                let labels: Vec<String> = choices.iter().map(|(label, _)| the(label)).collect();
                let question = texts.get("which", [("choices", texts.or(&labels).into())]);
                Claim::Which { question, choices }
            }
        }
    }

    fn start(command: &Command, scene: &Scene<'_>) -> Claim<Action> {
        let texts = scene.texts;
        let length = when::length(&command.slots, "");
        let Some(length) = length.filter(|length| length.is_positive()) else {
            let question = texts.get("timer-how-long", []);
            return Claim::Missing { question, slot: "length".to_owned() };
        };
        let name = command.text("name").map(str::to_owned);
        let said = texts.length(length);
        let say = match &name {
            Some(name) => texts
                .get("timer-set-named", [("length", said.into()), ("name", name.as_str().into())]),
            None => texts.get("timer-set", [("length", said.into())]),
        };
        Claim::Do { action: Action::Start { length, name }, say: Some(say) }
    }

    fn cancel(&self, command: &Command, scene: &Scene<'_>) -> Claim<Action> {
        let texts = scene.texts;
        self.one(command, scene, |timer| {
            let id = if timer.rings() { None } else { Some(timer.label(texts)) };
            let say = id.map(|label| texts.get("timer-cancelled", [("timer", label.into())]));
            Claim::Do { action: Action::Cancel(vec![timer.id]), say }
        })
    }

    fn cancel_all(&self, scene: &Scene<'_>) -> Claim<Action> {
        let ids: Vec<u64> = self.timers.iter().map(|timer| timer.id).collect();
        let n = i64::try_from(ids.len()).unwrap_or(0);
        let say = scene.texts.count("timer-all-cancelled", n);
        if ids.is_empty() {
            return Claim::Say(scene.texts.get("timer-none", []));
        }
        Claim::Do { action: Action::Cancel(ids), say: Some(say) }
    }

    fn change(&self, command: &Command, scene: &Scene<'_>, more: bool) -> Claim<Action> {
        let Scene { texts, now, .. } = scene;
        let Some(by) = when::length(&command.slots, "") else {
            let question = texts.get("timer-how-much", []);
            return Claim::Missing { question, slot: "length".to_owned() };
        };
        let by = if more { by } else { -by };
        self.one(command, scene, |timer| {
            let left = timer.left(now.timestamp()).saturating_add(by);
            let label = timer.label(texts);
            if !left.is_positive() {
                return Claim::Say(texts.get("timer-too-short", [("timer", label.into())]));
            }
            let left = texts.length(left);
            let say = texts.get("timer-now", [("timer", label.into()), ("length", left.into())]);
            Claim::Do { action: Action::Add(timer.id, by), say: Some(say) }
        })
    }

    fn pause(&self, command: &Command, scene: &Scene<'_>, pause: bool) -> Claim<Action> {
        let Scene { texts, now, .. } = scene;
        self.one(command, scene, |timer| {
            let is_paused = matches!(timer.state, State::Paused(_));
            let (id, action) = match (pause, is_paused) {
                (true, true) => ("timer-paused", None),
                (true, false) => ("timer-paused", Some(Action::Pause(vec![timer.id]))),
                (false, true) => ("timer-goes-on", Some(Action::Resume(vec![timer.id]))),
                (false, false) => ("timer-goes-on", None),
            };
            let left = texts.length(timer.left(now.timestamp()));
            let label = timer.label(texts);
            let say = texts.get(id, [("timer", label.into()), ("length", left.into())]);
            match action {
                Some(action) => Claim::Do { action, say: Some(say) },
                None => Claim::Say(say),
            }
        })
    }

    fn status(&self, command: &Command, scene: &Scene<'_>) -> Claim<Action> {
        let Scene { texts, now, .. } = scene;
        let timers = match self.meant(command, scene) {
            Meant::None if self.timers.is_empty() => {
                return Claim::Say(texts.get("timer-none", []));
            }
            Meant::None => return Claim::Say(texts.get("timer-no-such", [])),
            Meant::Some(timers) | Meant::Unclear(timers) => timers,
        };
        let said = timers.iter().map(|timer| {
            let id = match timer.state {
                State::Ends(_) => "timer-left",
                State::Paused(_) => "timer-is-paused",
                State::Rings(_) => "timer-done",
            };
            let left = texts.length(timer.left(now.timestamp()));
            let label = timer.label(texts);
            texts.get(id, [("timer", label.into()), ("length", left.into())])
        });
        Claim::Say(said.collect::<Vec<_>>().join(" "))
    }

    fn each(&mut self, ids: &[u64]) -> impl Iterator<Item = &mut Timer> {
        self.timers.iter_mut().filter(|timer| ids.contains(&timer.id))
    }
}

fn folded(name: &str) -> String {
    name.to_lowercase()
}

impl Skill for Timers {
    type Action = Action;
    const NAME: &'static str = "timers";

    fn claim(&self, command: &Command, scene: &Scene<'_>) -> Option<Claim<Action>> {
        Some(match command.intent.as_str() {
            "HassStartTimer" if self.timers.len() >= MOST => {
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

    fn save(&self) -> Option<Value> {
        serde_json::to_value(self).ok()
    }

    fn load(&mut self, saved: Value) -> serde_json::Result<()> {
        *self = serde_json::from_value(saved)?;
        Ok(())
    }
}
