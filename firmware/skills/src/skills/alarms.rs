//! Alarms: at a time of day, once or on days of the week.

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
use crate::when::{self, Hours};

/// An alarm that rings.
const PATTERN: Pattern =
    Pattern { every: SignedDuration::from_secs(15), most: SignedDuration::from_mins(15) };

/// How long an alarm sleeps if nothing else is said.
const SNOOZE: SignedDuration = SignedDuration::from_mins(9);

/// One that is later than this, because the program did not run, is only reported.
const LATE: SignedDuration = SignedDuration::from_mins(30);

/// The most alarms.
const MOST: usize = 50;

/// The skill.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Alarms {
    alarms: Vec<Alarm>,
    /// The number of the next alarm.
    next: u64,
}

/// An alarm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    id: u64,
    schedule: Schedule,
    board: String,
    /// What came before this, by the clock, has rung.
    after: DateTime,
    ringing: Option<Ringing>,
    /// Until when it sleeps.
    snoozed: Option<Timestamp>,
}

/// What is done.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Sets an alarm.
    Set(Schedule),
    /// Sets an alarm to another time.
    Change(u64, Schedule),
    /// Removes alarms.
    Cancel(Vec<u64>),
    /// Lets what rings here ring again later.
    Snooze(SignedDuration),
    /// Puts alarms back.
    Restore(Vec<Alarm>),
}

impl Alarm {
    fn next(&self, now: &Zoned) -> Option<Timestamp> {
        match (self.ringing, self.snoozed) {
            (Some(ringing), _) => Some(ringing.next()),
            (None, Some(until)) => Some(until),
            (None, None) => self.schedule.next(self.after, now).map(|next| next.timestamp()),
        }
    }

    /// It has rung: the next time counts. Returns whether there is one.
    fn pass(&mut self, now: &Zoned) -> bool {
        self.after = self.after.max(now.datetime());
        self.ringing = None;
        self.snoozed = None;
        !self.schedule.is_once()
    }
}

impl Alarms {
    fn set(&self, command: &Command, scene: &Scene<'_>) -> Claim<Action> {
        let Scene { texts, now, .. } = scene;
        if self.alarms.len() >= MOST {
            return Claim::Say(texts.get("alarm-too-many", []));
        }
        let said = command.slots.contains_key("hour") || when::length(&command.slots, "").is_some();
        let schedule = Schedule::of(&command.slots, now, Hours::Morning).filter(|_| said);
        let Some(schedule) = schedule else {
            let question = texts.get("alarm-when", []);
            return Claim::Missing { question, slot: "time".to_owned() };
        };
        let when = schedule.said(now, texts);
        let say = texts.get("alarm-set", [("when", when.into())]);
        Claim::Do { action: Action::Set(schedule), say: Some(say) }
    }

    /// Another time for the only alarm, or the last one.
    fn change(&self, command: &Command, scene: &Scene<'_>) -> Claim<Action> {
        let Scene { texts, now, .. } = scene;
        let Some(alarm) = self.alarms.last() else {
            return Claim::Say(texts.get("alarm-none", []));
        };
        match self.set(command, scene) {
            Claim::Do { action: Action::Set(schedule), .. } => {
                let (was, when) = (alarm.schedule.said(now, texts), schedule.said(now, texts));
                let say = texts.get("alarm-moved", [("was", was.into()), ("when", when.into())]);
                Claim::Do { action: Action::Change(alarm.id, schedule), say: Some(say) }
            }
            other => other,
        }
    }

    /// The alarms that a command means: by number, time and day.
    fn meant(&self, command: &Command, scene: &Scene<'_>) -> Vec<&Alarm> {
        let now = scene.now;
        let id = command.whole("id").and_then(|id| u64::try_from(id).ok());
        let hour = command.slots.contains_key("hour");
        let time = when::moment(&command.slots, now, Hours::Morning).filter(|_| hour);
        let day = when::day(&command.slots, now.date(), when::Side::Future);
        let is = |alarm: &&Alarm| {
            let next = alarm.schedule.next(alarm.after, now);
            // An hour may be that of the other half of the day.
            let halves = |minutes: i32| minutes % 720;
            let minutes = |at: &Zoned| i32::from(at.hour()) * 60 + i32::from(at.minute());
            let same_time = time.as_ref().is_none_or(|time| {
                next.as_ref().is_some_and(|next| match command.slots.contains_key("period") {
                    true => minutes(next) == minutes(time),
                    false => halves(minutes(next)) == halves(minutes(time)),
                })
            });
            let same_day = day.is_none_or(|day| next.as_ref().is_some_and(|n| n.date() == day));
            id.is_none_or(|id| alarm.id == id) && same_time && same_day
        };
        self.alarms.iter().filter(is).collect()
    }

    fn cancel(&self, command: &Command, scene: &Scene<'_>) -> Claim<Action> {
        let Scene { texts, now, situation, .. } = scene;
        if self.rings(&situation.board) && !command.slots.contains_key("hour") {
            let ringing = self.alarms.iter().filter(|alarm| alarm.ringing.is_some());
            let ids = ringing.filter(|alarm| alarm.schedule.is_once()).map(|alarm| alarm.id);
            return Claim::Do { action: Action::Cancel(ids.collect()), say: None };
        }
        let alarms = self.meant(command, scene);
        if alarms.len() < 2 || command.slots.contains_key("all") {
            let Some(first) = alarms.first() else {
                return Claim::Say(texts.get(self.none(), []));
            };
            let say = match alarms.len() {
                1 => {
                    let when = first.schedule.said(now, texts);
                    texts.get("alarm-cancelled", [("when", when.into())])
                }
                n => texts.count("alarm-all-cancelled", i64::try_from(n).unwrap_or(0)),
            };
            let ids = alarms.iter().map(|alarm| alarm.id).collect();
            return Claim::Do { action: Action::Cancel(ids), say: Some(say) };
        }
        let choices = alarms.iter().map(|alarm| {
            let mut command = command.clone();
            command.slots.insert("id".to_owned(), alarm.id.into());
            (alarm.schedule.said(now, texts), command)
        });
        let choices: Vec<(String, Command)> = choices.collect();
        let labels: Vec<String> = choices.iter().map(|(label, _)| label.clone()).collect();
        let question = texts.get("alarm-which", [("choices", texts.or(&labels).into())]);
        Claim::Which { question, choices }
    }

    /// The answer if no alarm is meant.
    fn none(&self) -> &'static str {
        if self.alarms.is_empty() { "alarm-none" } else { "alarm-no-such" }
    }

    fn status(&self, command: &Command, scene: &Scene<'_>) -> Claim<Action> {
        let Scene { texts, now, .. } = scene;
        let mut alarms = self.meant(command, scene);
        alarms.sort_by_key(|alarm| alarm.next(now));
        if command.slots.contains_key("next") {
            alarms.truncate(1);
        }
        let said: Vec<String> =
            alarms.iter().map(|alarm| alarm.schedule.said(now, texts)).collect();
        if said.is_empty() {
            return Claim::Say(texts.get(self.none(), []));
        }
        let n = i64::try_from(said.len()).unwrap_or(0);
        let when = texts.and(&said);
        Claim::Say(texts.get("alarm-status", [("n", n.into()), ("when", when.into())]))
    }

    fn snooze(&self, command: &Command, scene: &Scene<'_>) -> Option<Claim<Action>> {
        let texts = scene.texts;
        if !self.rings(&scene.situation.board) {
            return None;
        }
        let length = when::length(&command.slots, "").unwrap_or(SNOOZE);
        let said = texts.length(length);
        let say = texts.get("alarm-snoozed", [("length", said.into())]);
        Some(Claim::Do { action: Action::Snooze(length), say: Some(say) })
    }
}

impl Skill for Alarms {
    type Action = Action;
    const NAME: &'static str = "alarms";

    fn claim(&self, command: &Command, scene: &Scene<'_>) -> Option<Claim<Action>> {
        Some(match command.intent.as_str() {
            "SaysoSetAlarm" => self.set(command, scene),
            "SaysoChangeAlarm" => self.change(command, scene),
            "SaysoCancelAlarm" => self.cancel(command, scene),
            "SaysoAlarmStatus" => self.status(command, scene),
            "SaysoSnooze" => return self.snooze(command, scene),
            _ => return None,
        })
    }

    fn act(&mut self, action: Action, scene: &Scene<'_>) -> Said {
        let now = scene.now;
        let board = &scene.situation.board;
        match action {
            Action::Set(schedule) => {
                let id = self.next;
                self.next += 1;
                let (board, after) = (board.clone(), now.datetime());
                let (ringing, snoozed) = (None, None);
                self.alarms.push(Alarm { id, schedule, board, after, ringing, snoozed });
                Said::default().undone_by(&Action::Cancel(vec![id]))
            }
            Action::Change(id, schedule) => {
                let Some(alarm) = self.alarms.iter_mut().find(|alarm| alarm.id == id) else {
                    return Said::text(scene.texts.get("alarm-no-such", []));
                };
                let before = std::mem::replace(&mut alarm.schedule, schedule);
                alarm.after = now.datetime();
                Said::default().undone_by(&Action::Change(id, before))
            }
            Action::Cancel(ids) => {
                self.hush(board, now);
                let (gone, kept) = self.alarms.drain(..).partition(|alarm| ids.contains(&alarm.id));
                self.alarms = kept;
                Said::default().undone_by(&Action::Restore(gone))
            }
            Action::Snooze(length) => {
                for alarm in &mut self.alarms {
                    if alarm.ringing.take_if(|_| alarm.board == *board).is_some() {
                        alarm.snoozed = now.timestamp().checked_add(length).ok();
                    }
                }
                Said::default()
            }
            Action::Restore(alarms) => {
                self.alarms.extend(alarms);
                Said::default()
            }
        }
    }

    fn rings(&self, board: &str) -> bool {
        self.alarms.iter().any(|alarm| alarm.ringing.is_some() && alarm.board == board)
    }

    fn due(&mut self, now: &Zoned, texts: &Texts) -> Vec<Ring> {
        let at = now.timestamp();
        let mut rings = Vec::new();
        self.alarms.retain_mut(|alarm| {
            let board = alarm.board.clone();
            if alarm.ringing.is_none()
                && let Some(next) = alarm.next(now)
                && next <= at
            {
                if at.duration_since(next) > LATE {
                    let time = texts.time(next.to_zoned(now.time_zone().clone()).time());
                    let text = texts.get("alarm-missed", [("time", time.into())]);
                    rings.push(Ring { text, board, chime: true, repeats: false });
                    return alarm.pass(now);
                }
                alarm.snoozed = None;
                alarm.ringing = Some(Ringing::new(at));
            }
            let Some(ringing) = &mut alarm.ringing else { return true };
            match ringing.step(at, PATTERN) {
                Step::GiveUp => return alarm.pass(now),
                Step::Wait => {}
                Step::Ring => {
                    let time = texts.time(now.time());
                    let text = texts.get("alarm-rings", [("time", time.into())]);
                    rings.push(Ring { text, board, chime: true, repeats: true });
                }
            }
            true
        });
        rings
    }

    fn next_due(&self, now: &Zoned) -> Option<Timestamp> {
        self.alarms.iter().filter_map(|alarm| alarm.next(now)).min()
    }

    fn hush(&mut self, board: &str, now: &Zoned) -> bool {
        let rang = self.rings(board);
        self.alarms
            .retain_mut(|alarm| alarm.ringing.is_none() || alarm.board != board || alarm.pass(now));
        rang
    }

    fn clock_was_set(&mut self, by: SignedDuration, now: &Zoned) {
        for alarm in &mut self.alarms {
            alarm.schedule.clock_was_set(by);
            alarm.snoozed = alarm.snoozed.map(|until| crate::ringing::shifted(until, by));
            if let Some(ringing) = &mut alarm.ringing {
                ringing.clock_was_set(by);
            }
            // What the clock shows again is still to come; what it skips is not.
            if by.is_negative() {
                alarm.after = alarm.after.min(now.datetime());
            }
        }
    }

    fn overview(&self, now: &Zoned, texts: &Texts) -> Overview {
        let coming = self.alarms.iter().map(|alarm| {
            let at = alarm.next(now);
            let (left_s, phase) = Coming::at(at, alarm.ringing.is_some(), now.timestamp());
            Coming {
                skill: Self::NAME,
                id: alarm.id,
                label: alarm.schedule.said(now, texts),
                board: alarm.board.clone(),
                at,
                left_s,
                phase,
            }
        });
        Overview { coming: coming.collect(), ..Overview::default() }
    }

    fn edit(&mut self, edit: &Edit) -> bool {
        let before = self.alarms.len();
        if let Edit::Cancel { skill, id } = edit
            && skill == Self::NAME
        {
            self.alarms.retain(|alarm| alarm.id != *id);
        }
        self.alarms.len() < before
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
