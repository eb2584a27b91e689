//! Reminders: a text at a moment, once or on days of the week.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp, Zoned};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::language::Texts;
use crate::overview::{Coming, Edit, Overview};
use crate::plan::{Claim, Command, Ring, Said, Scene};
use crate::ringing::{Pattern, Ringing, Step};
use crate::schedule::Schedule;
use crate::skill::Skill;
use crate::when::{self, Hours, Side};

/// A reminder is said three times, in case nobody is there.
const PATTERN: Pattern =
    Pattern { every: SignedDuration::from_mins(2), most: SignedDuration::from_mins(5) };

/// One that is later than this, because the program did not run, says for when it was.
const LATE: SignedDuration = SignedDuration::from_mins(5);

/// The most reminders.
const MOST: usize = 200;

/// The skill.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Reminders {
    reminders: Vec<Reminder>,
    /// The number of the next reminder.
    next: u64,
}

/// A reminder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reminder {
    id: u64,
    task: String,
    schedule: Schedule,
    board: String,
    /// What came before this, by the clock, has been said.
    after: DateTime,
    ringing: Option<Ringing>,
    /// For when it was, if it is late.
    late: Option<Timestamp>,
}

/// What is done.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Sets a reminder.
    Set {
        /// Of what.
        task: String,
        /// When.
        schedule: Schedule,
    },
    /// Removes reminders.
    Cancel(Vec<u64>),
    /// Removes several reminders, and says so.
    CancelAll(Vec<u64>),
    /// Puts reminders back.
    Restore(Vec<Reminder>),
}

impl Reminder {
    fn next(&self, now: &Zoned) -> Option<Timestamp> {
        match self.ringing {
            Some(ringing) => Some(ringing.next()),
            None => self.schedule.next(self.after, now).map(|next| next.timestamp()),
        }
    }

    /// It has been said: the next time counts. Returns whether there is one.
    fn pass(&mut self, now: &Zoned) -> bool {
        self.after = self.after.max(now.datetime());
        self.ringing = None;
        self.late = None;
        !self.schedule.is_once()
    }

    fn text(&self, now: &Zoned, texts: &Texts) -> String {
        let task = self.task.as_str().into();
        let Some(late) = self.late else { return texts.get("reminder-is", [("task", task)]) };
        let time = texts.time(late.to_zoned(now.time_zone().clone()).time());
        texts.get("reminder-was", [("task", task), ("time", time.into())])
    }

    /// The reminder in a list: its text and when it comes.
    fn listed(&self, now: &Zoned, texts: &Texts) -> String {
        let when = self.schedule.said(now, texts);
        let task = self.task.as_str();
        texts.get("reminder-listed", [("task", task.into()), ("when", when.into())])
    }
}

impl Reminders {
    fn set(&self, command: &Command, scene: &Scene<'_>) -> Claim<Action> {
        let Scene { texts, now, .. } = scene;
        if self.reminders.len() >= MOST {
            return Claim::Say(texts.get("reminder-too-many", []));
        }
        let Some(task) = command.text("task") else {
            let question = texts.get("reminder-of-what", []);
            return Claim::Missing { question, slot: "task".to_owned() };
        };
        let Some(schedule) = Schedule::of(&command.slots, now, Hours::Day) else {
            let question = texts.get("reminder-when", []);
            return Claim::Missing { question, slot: "when".to_owned() };
        };
        let when = schedule.said(now, texts);
        let say = texts.get("reminder-set", [("when", when.into()), ("task", task.into())]);
        let task = task.to_owned();
        Claim::Do { action: Action::Set { task, schedule }, say: Some(say) }
    }

    /// The reminders that a command means: by number, words and day.
    fn meant(&self, command: &Command, scene: &Scene<'_>) -> Vec<&Reminder> {
        let now = scene.now;
        let id = command.whole("id").and_then(|id| u64::try_from(id).ok());
        let task = command.text("task").map(str::to_lowercase);
        let day = when::day(&command.slots, now.date(), Side::Future);
        let is = |reminder: &&Reminder| {
            let next = reminder.schedule.next(reminder.after, now);
            id.is_none_or(|id| reminder.id == id)
                && task.as_ref().is_none_or(|task| reminder.task.to_lowercase().contains(task))
                && day.is_none_or(|day| next.is_some_and(|next| next.date() == day))
        };
        let mut meant: Vec<&Reminder> = self.reminders.iter().filter(is).collect();
        meant.sort_by_key(|reminder| reminder.next(now));
        meant
    }

    fn cancel(&self, command: &Command, scene: &Scene<'_>) -> Claim<Action> {
        let Scene { texts, now, .. } = scene;
        let meant = self.meant(command, scene);
        let ids = meant.iter().map(|reminder| reminder.id).collect();
        match meant[..] {
            [] => Claim::Say(texts.get(self.none(), [])),
            [one] => {
                let task = one.task.as_str().into();
                let say = texts.get("reminder-cancelled", [("task", task)]);
                Claim::Do { action: Action::Cancel(ids), say: Some(say) }
            }
            _ if command.slots.contains_key("all") => {
                let n = i64::try_from(meant.len()).unwrap_or(0);
                let question = texts.count("reminder-cancel-all", n);
                Claim::Confirm { question, action: Action::CancelAll(ids) }
            }
            _ => {
                let choices = meant.iter().map(|reminder| {
                    let mut command = command.clone();
                    command.slots.insert("id".to_owned(), reminder.id.into());
                    (reminder.task.clone(), command)
                });
                let choices: Vec<(String, Command)> = choices.collect();
                let listed: Vec<String> =
                    meant.iter().map(|reminder| reminder.listed(now, texts)).collect();
                let question = texts.get("reminder-which", [("choices", texts.or(&listed).into())]);
                Claim::Which { question, choices }
            }
        }
    }

    /// Removes reminders. Returns what puts them back.
    fn without(&mut self, ids: &[u64]) -> Action {
        let (gone, kept) = self.reminders.drain(..).partition(|one| ids.contains(&one.id));
        self.reminders = kept;
        Action::Restore(gone)
    }

    /// The answer if no reminder is meant.
    fn none(&self) -> &'static str {
        if self.reminders.is_empty() { "reminder-none" } else { "reminder-no-such" }
    }

    fn status(&self, command: &Command, scene: &Scene<'_>) -> Claim<Action> {
        let Scene { texts, now, .. } = scene;
        let mut meant = self.meant(command, scene);
        if command.slots.contains_key("next") {
            meant.truncate(1);
        }
        if meant.is_empty() {
            return Claim::Say(texts.get(self.none(), []));
        }
        let n = i64::try_from(meant.len()).unwrap_or(0);
        let listed: Vec<String> = meant.iter().map(|one| one.listed(now, texts)).collect();
        let listed = texts.and(&listed);
        Claim::Say(texts.get("reminder-status", [("n", n.into()), ("reminders", listed.into())]))
    }
}

impl Skill for Reminders {
    type Action = Action;
    const NAME: &'static str = "reminders";

    fn claim(&self, command: &Command, scene: &Scene<'_>) -> Option<Claim<Action>> {
        Some(match command.intent.as_str() {
            "SaysoRemind" => self.set(command, scene),
            "SaysoCancelReminder" => self.cancel(command, scene),
            "SaysoReminderStatus" => self.status(command, scene),
            _ => return None,
        })
    }

    fn act(&mut self, action: Action, scene: &Scene<'_>) -> Said {
        match action {
            Action::Set { task, schedule } => {
                let id = self.next;
                self.next += 1;
                self.reminders.push(Reminder {
                    id,
                    task,
                    schedule,
                    board: scene.situation.board.clone(),
                    after: scene.now.datetime(),
                    ringing: None,
                    late: None,
                });
                Said::default().undone_by(&Action::Cancel(vec![id]))
            }
            Action::Cancel(ids) => Said::default().undone_by(&self.without(&ids)),
            Action::CancelAll(ids) => {
                let said = scene.texts.get("reminder-all-cancelled", []);
                Said::text(said).undone_by(&self.without(&ids))
            }
            Action::Restore(reminders) => {
                self.reminders.extend(reminders);
                Said::default()
            }
        }
    }

    fn rings(&self, board: &str) -> bool {
        self.reminders.iter().any(|one| one.ringing.is_some() && one.board == board)
    }

    fn due(&mut self, now: &Zoned, texts: &Texts) -> Vec<Ring> {
        let at = now.timestamp();
        let mut rings = Vec::new();
        self.reminders.retain_mut(|reminder| {
            if reminder.ringing.is_none()
                && let Some(next) = reminder.next(now)
                && next <= at
            {
                reminder.late = (at.duration_since(next) > LATE).then_some(next);
                reminder.ringing = Some(Ringing::new(at));
            }
            let Some(ringing) = &mut reminder.ringing else { return true };
            match ringing.step(at, PATTERN) {
                Step::GiveUp => return reminder.pass(now),
                Step::Wait => {}
                Step::Ring => {
                    let (text, board) = (reminder.text(now, texts), reminder.board.clone());
                    rings.push(Ring { text, board, chime: true, repeats: true });
                }
            }
            true
        });
        rings
    }

    fn next_due(&self, now: &Zoned) -> Option<Timestamp> {
        self.reminders.iter().filter_map(|reminder| reminder.next(now)).min()
    }

    fn hush(&mut self, board: &str, now: &Zoned) -> bool {
        let rang = self.rings(board);
        self.reminders
            .retain_mut(|one| one.ringing.is_none() || one.board != board || one.pass(now));
        rang
    }

    fn clock_was_set(&mut self, by: SignedDuration, now: &Zoned) {
        for reminder in &mut self.reminders {
            reminder.schedule.clock_was_set(by);
            if let Some(ringing) = &mut reminder.ringing {
                ringing.clock_was_set(by);
            }
            if by.is_negative() {
                reminder.after = reminder.after.min(now.datetime());
            }
        }
    }

    fn overview(&self, now: &Zoned, _: &Texts) -> Overview {
        let coming = self.reminders.iter().map(|reminder| {
            let at = reminder.next(now);
            let (left_s, phase) = Coming::at(at, reminder.ringing.is_some(), now.timestamp());
            Coming {
                skill: Self::NAME,
                id: reminder.id,
                label: reminder.task.clone(),
                board: reminder.board.clone(),
                at,
                left_s,
                phase,
            }
        });
        Overview { coming: coming.collect(), ..Overview::default() }
    }

    fn edit(&mut self, edit: &Edit) -> bool {
        let before = self.reminders.len();
        if let Edit::Cancel { skill, id } = edit
            && skill == Self::NAME
        {
            self.reminders.retain(|reminder| reminder.id != *id);
        }
        self.reminders.len() < before
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
