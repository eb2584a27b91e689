//! What skills answer and do in a conversation.

use std::sync::Arc;
use std::time::Duration;

use sayso_core::audio::{SampleTime, Samples};
use sayso_core::turn::TurnId;
use sayso_language::Clause;
use sayso_skills::{Effect, Plan, Said, Situation};

use super::Conversation;
use crate::announcements::What;
use crate::clauses::split;
use crate::clock::Clock;
use crate::control::{Announcement, Command};
use crate::errand::{Errand, Errands};
use crate::event::{Ending, Event, Step, TurnRecord};
use crate::responder::Job;
use crate::skills::{SharedSkills, now};

/// How often it is looked for what rings.
const LOOK: Duration = Duration::from_millis(250);

/// The skills, as one board uses them.
pub struct AtBoard {
    skills: SharedSkills,
    clock: Arc<dyn Clock>,
    situation: Situation,
    /// When it is looked for what rings the next time.
    look: Duration,
    /// How long nobody must have spoken until what was said is forgotten; `None` for ever.
    forget_after: Option<Samples>,
    /// Whether music can be played here.
    plays_music: bool,
    /// When somebody spoke or was answered last; `None` if all is forgotten.
    spoken: Option<SampleTime>,
    /// The version of the user's own sentences of which it is known what is wrong.
    seen: u64,
}

impl AtBoard {
    /// The skills at a board, which is in an area; "" if that is not known.
    pub fn new(skills: SharedSkills, clock: Arc<dyn Clock>, board: &str, area: &str) -> Self {
        let area = Some(area.to_owned()).filter(|area| !area.is_empty());
        let situation = Situation { area, ..Situation::new(board) };
        skills.set_present(board, true);
        let (look, spoken) = (Duration::ZERO, Some(SampleTime::ZERO));
        let plays_music = skills.has_music();
        let mut seen = 0;
        skills.news(&mut seen);
        Self { skills, clock, situation, look, forget_after: None, plays_music, spoken, seen }
    }

    /// Forgets what was said if nobody has spoken for so many seconds; 0 is never.
    pub fn forgetting_after(mut self, seconds: u32) -> Self {
        self.forget_after = (seconds > 0).then(|| Samples::from_ms(u64::from(seconds) * 1_000));
        self
    }

    /// Plays no music, because nobody hears what is played here.
    pub fn without_music(mut self, without: bool) -> Self {
        self.plays_music &= !without;
        self
    }

    /// Remembers an exchange: what was said, and what was heard as the answer.
    fn remember(&mut self, record: &TurnRecord) {
        if !record.transcript.is_empty() && !record.heard.is_empty() {
            self.situation.asked = Some(record.transcript.clone());
            self.situation.answered = Some(record.heard.clone());
        }
        let said = !record.transcript.is_empty() && record.ending != Ending::Dropped;
        if said && record.skill.is_empty() {
            self.skills.passed(&self.situation.board);
        }
    }
}

impl Drop for AtBoard {
    fn drop(&mut self) {
        self.skills.set_present(&self.situation.board, false);
    }
}

impl Conversation {
    /// Uses the skills.
    pub fn with_skills(mut self, skills: Option<AtBoard>) -> Self {
        self.skills = skills;
        self
    }

    /// Has a sentence answered: by a skill, or else by the language model. Some of its words may have
    /// been heard unsurely.
    pub(super) fn answer(
        &mut self,
        turn: TurnId,
        unanswered: String,
        text: String,
        doubtful: Vec<String>,
    ) {
        let Some(current) = self.current(turn) else { return };
        let cancel = current.cancel.clone();
        let order = match self.situation() {
            Some(situation) => {
                let call = None;
                Errand::Claim { turn, unanswered, text, call, doubtful, situation, cancel }.into()
            }
            None => Job::Answer { turn, unanswered, text, may_call: false, cancel }.into(),
        };
        self.orders.push_back(order);
    }

    /// The language model has written a command instead of an answer: the skills do it, as if it
    /// had been said.
    pub(super) fn called(&mut self, turn: TurnId, unanswered: String, text: String, call: String) {
        let Some(situation) = self.situation() else { return };
        let Some(current) = self.current(turn) else { return };
        let (call, cancel) = (Some(call), current.cancel.clone());
        let doubtful = Vec::new();
        let errand = Errand::Claim { turn, unanswered, text, call, doubtful, situation, cancel };
        self.orders.push_back(errand.into());
    }

    fn situation(&self) -> Option<Box<Situation>> {
        let at = self.skills.as_ref()?;
        let volume = self.controls.handle.status().volume;
        let music = at.plays_music.then(|| self.player.deck(&self.playback));
        Some(Box::new(Situation { volume, music, ..at.situation.clone() }))
    }

    /// The skills report.
    pub(super) fn errand(&mut self, errands: Errands) {
        match errands {
            Errands::Claimed { turn, unanswered, text, called, plan: None } => {
                let Some(current) = self.current(turn) else { return };
                let (may_call, cancel) = (!called, current.cancel.clone());
                let job = Job::Answer { turn, unanswered, text, may_call, cancel };
                self.orders.push_back(job.into());
            }
            Errands::Claimed { turn, plan: Some(plan), .. } => self.planned(turn, plan),
            Errands::Done { turn, said } => self.done(turn, said),
            Errands::NothingRang { turn } => self.nothing_rang(turn),
        }
    }

    /// A skill will answer. What can be said before anything is done is spoken now, but not heard
    /// before the turn is released.
    fn planned(&mut self, turn: TurnId, plan: Box<Plan>) {
        let at = self.now;
        let Some(current) = self.current(turn) else { return };
        current.record.skill = plan.skill;
        current.record.step = Step::of(&plan);
        let say = plan.say().map(str::to_owned);
        let (skill, command) = (plan.skill, plan.command.clone());
        current.plan = Some(plan);
        let released = current.record.released.is_some();
        self.tell(Event::Intent { turn, at, skill, intent: command.intent, slots: command.slots });
        if let Some(say) = say {
            self.say(turn, &say);
        }
        if released {
            self.carry_out_plan(turn);
        }
        self.feed_voice();
    }

    /// The turn was released: the plan of its skill, if it has one, is carried out.
    pub(super) fn carry_out_plan(&mut self, turn: TurnId) {
        let Some(situation) = self.situation() else { return };
        let plan = self.current(turn).and_then(|current| current.plan.take());
        if let Some(plan) = plan {
            self.orders.push_back(Errand::Act { turn, plan, situation }.into());
        }
    }

    fn done(&mut self, turn: TurnId, said: Said) {
        for effect in said.effects {
            self.effect(turn, effect);
        }
        if let Some(text) = said.text {
            self.say(turn, &text);
        }
        if let Some(current) = self.current(turn) {
            current.written = true;
            current.record.timings_ms.reply = crate::ms(current.begun);
        }
        self.feed_voice();
    }

    /// Does what only the program can do.
    fn effect(&mut self, turn: TurnId, effect: Effect) {
        match effect {
            Effect::Volume(volume) => self.obey(Command::Volume(volume)),
            Effect::Mute => self.obey(Command::Mute(true)),
            Effect::Pace(pace) => {
                if let Some(at) = &mut self.skills {
                    at.situation.pace = pace;
                }
            }
            Effect::Music(order) => self.music(order),
            Effect::Trouble(message) => self.trouble(message),
            // The worker has seen to it.
            Effect::Run(_) | Effect::Call(_) | Effect::Again(_) => {}
            Effect::Changed(name, state) => {
                if let Some(current) = self.current(turn) {
                    current.record.changed.insert(name.clone(), state.clone());
                }
                self.tell(Event::Changed { at: self.now, name, state });
            }
        }
    }

    /// Adds a text to the reply of a turn.
    fn say(&mut self, turn: TurnId, text: &str) {
        let (plain, clauses) = split(self.language, text);
        let Some(current) = self.current(turn) else { return };
        let space = if current.record.reply.is_empty() { "" } else { " " };
        // A clause knows its place in the whole reply.
        let before = current.record.reply.len() + space.len();
        let moved = |Clause { text, range }| Clause {
            text,
            range: range.start + before..range.end + before,
        };
        let clauses = clauses.into_iter().map(moved);
        let plain = format!("{space}{plain}");
        if !std::mem::replace(&mut current.first_clause, true) {
            let since = current.since_understood();
            current.record.timings_ms.llm_first_token = since;
            current.record.timings_ms.llm_first_clause = since;
        }
        current.record.reply.push_str(&plain);
        current.clauses.extend(clauses);
        self.tell(Event::Token { turn, text: plain });
    }

    /// How fast the assistant speaks: a factor, 1 for the usual pace.
    pub(super) fn pace(&self) -> f32 {
        self.skills.as_ref().map_or(1.0, |at| at.situation.pace)
    }

    /// Ends what rings here. If nothing does, and somebody said so in this turn, the music may be
    /// meant.
    pub(super) fn hush(&mut self, turn: Option<TurnId>) {
        if let Some(at) = &self.skills {
            self.orders.push_back(Errand::Hush { board: at.situation.board.clone(), turn }.into());
        }
    }

    /// Announces what rings now, unless something else is still to be said.
    pub(super) fn look_at_rings(&mut self) {
        let waits = self.announcements.len() > 0 || self.current.is_some();
        let Some(at) = self.skills.as_mut().filter(|_| !waits) else { return };
        let steady = at.clock.steady();
        if steady < at.look {
            return;
        }
        at.look = steady + LOOK;
        let faults = at.skills.news(&mut at.seen).unwrap_or_default();
        let ring = at.skills.ring(&at.situation.board, &now(&*at.clock));
        faults.into_iter().for_each(|fault| self.trouble(fault));
        if let Some(ring) = ring {
            let announcement = Announcement { text: ring.text, urgent: false, chime: ring.chime };
            self.wait(What::Announcement(announcement));
        }
    }

    /// Forgets what was said if nobody has spoken for long.
    pub(super) fn look_for_silence(&mut self) {
        let asks = self.current.as_ref().is_some_and(|current| current.said.is_none());
        let spoken = asks || self.machine.utterance().is_some();
        let (now, busy) = (self.now, self.busy());
        let Some(at) = &mut self.skills else { return };
        let Some(after) = at.forget_after else { return };
        if spoken {
            at.spoken = Some(now);
        } else if !busy && at.spoken.is_some_and(|spoken| now - spoken >= after) {
            at.spoken = None;
            (at.situation.asked, at.situation.answered) = (None, None);
            let board = at.situation.board.clone();
            self.unanswered.clear();
            self.orders.push_back(Errand::Forget(board).into());
            self.orders.push_back(Job::Forget.into());
        }
    }

    /// Remembers an exchange, for "what did I just ask?"
    pub(super) fn remember(&mut self, record: &TurnRecord) {
        if let Some(at) = &mut self.skills {
            at.remember(record);
        }
    }
}
