//! All skills together.

mod claims;
mod saved;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp, Zoned};
use sayso_intents::{Folder, Grammar, Home};
use serde_json::Value;

use crate::dialogue::Dialogue;
use crate::error::Error;
use crate::house::House;
use crate::language::{self, Texts};
use crate::overview::{Coming, Edit, Overview};
use crate::plan::{Again, Claim, Effect, Plan, Ring, Said, Scene, Situation};
use crate::skill::{AnySkill, Skill};
use crate::skills::{
    Alarms, Calculator, Call, CallError, Clock, Commands, Device, Devices, Documents, Knowledge,
    Library, Lists, Music, Program, Reminders, Run, RunError, TimerAction, Timers, Tool, Tools,
    called, ran,
};

pub use saved::Snapshot;

/// In place of a skill's name: all skills.
const EVERY: &str = "every";

/// The intent that only takes back what was done.
const UNDO: &str = "SaysoUndo";

/// A smaller difference between two clocks comes from reading one after the other.
const SET: SignedDuration = SignedDuration::from_millis(20);

/// The time, by two clocks.
#[derive(Clone, Debug)]
pub struct Now {
    /// The time of day, in the user's time zone.
    pub wall: Zoned,
    /// The time since some moment, by a clock that nobody sets and that runs while the machine is
    /// suspended (`CLOCK_BOOTTIME`). Timers run by it.
    pub steady: Duration,
}

/// A sentence, and where and when it was said.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// What was said, or typed.
    pub text: &'a str,
    /// When.
    pub now: &'a Now,
    /// Where, and what was said before.
    pub situation: &'a Situation,
    /// The words of it that were heard unsurely.
    pub doubtful: &'a [String],
}

impl<'a> Request<'a> {
    /// A sentence of which every word is sure.
    pub fn new(text: &'a str, now: &'a Now, situation: &'a Situation) -> Self {
        Self { text, now, situation, doubtful: &[] }
    }
}

/// The skills that are switched on, in one language.
pub struct Skills {
    language: String,
    skills: Vec<Box<dyn AnySkill>>,
    names: Vec<&'static str>,
    /// The sentences of the skills alone.
    sentences: Folder,
    /// These, and those of the user's own.
    grammar: Arc<Grammar>,
    texts: Texts,
    dialogues: BTreeMap<String, Dialogue>,
    /// For a home without names.
    nowhere: Arc<Home>,
    /// How far the wall clock was ahead of the steady one when somebody looked last.
    ahead: Option<SignedDuration>,
    /// What was saved last.
    saved: Option<Snapshot>,
    /// Whether a skill may have changed since then.
    touched: bool,
}

impl Skills {
    /// The skills in the language of an ISO 639-1 code, without those whose names are in `off`.
    /// The devices are those of a house; without one, those of a virtual house.
    ///
    /// # Errors
    /// If there are no data files for the language, or they have faults.
    pub fn new(
        language: &str,
        off: &[String],
        house: Option<Box<dyn House>>,
    ) -> Result<Self, Error> {
        let (words, frames) = language::arithmetic(language)?;
        let house = match house {
            Some(house) => house,
            None => Box::new(language::home(language)?),
        };
        let mut skills: Vec<Box<dyn AnySkill>> = vec![
            // First, because the user decides what an intent does.
            Box::<Commands>::default(),
            Box::<Tools>::default(),
            Box::new(Clock),
            Box::new(Calculator::new(words, frames)),
            Box::new(Timers::default()),
            Box::new(Alarms::default()),
            Box::new(Reminders::default()),
            Box::new(Lists::default()),
            Box::new(Device),
            Box::new(Devices::new(house)),
        ];
        skills.retain(|skill| !off.iter().any(|off| off == skill.name()));
        let names: Vec<&'static str> = skills.iter().map(|skill| skill.name()).collect();
        let (sentences, texts) = sentences(language, &names)?;
        Ok(Self {
            language: language.to_owned(),
            skills,
            names,
            grammar: Arc::clone(sentences.grammar()),
            sentences,
            texts,
            dialogues: BTreeMap::new(),
            nowhere: Arc::default(),
            ahead: None,
            saved: None,
            touched: true,
        })
    }

    /// Adds sentences of the user's own: the files in a folder, which may be missing. Files with
    /// errors are left out. Returns the errors.
    pub fn use_sentences(&mut self, folder: &Path) -> Vec<sayso_intents::Error> {
        match self.own_sentences(folder) {
            Ok((sentences, errors)) => {
                self.use_grammar(sentences.grammar());
                errors
            }
            Err(errors) => errors,
        }
    }

    /// The sentences of the skills with those of the user's own, to be followed as the files change:
    /// see [`use_grammar`](Self::use_grammar). The errors in the files come with them.
    ///
    /// # Errors
    /// Never, because the sentences of the skills have none.
    pub fn own_sentences(
        &self,
        folder: &Path,
    ) -> Result<(Folder, Vec<sayso_intents::Error>), Vec<sayso_intents::Error>> {
        self.sentences.at(folder)
    }

    /// Understands these sentences from now on.
    pub fn use_grammar(&mut self, grammar: &Arc<Grammar>) {
        self.grammar = Arc::clone(grammar);
    }

    /// Sets the commands of the user's own. Without effect if this skill is switched off.
    pub fn use_commands(&mut self, programs: Vec<Program>) {
        self.replace(Commands(programs));
    }

    /// Sets the tools that the user has listed. Without effect if this skill is switched off.
    pub fn use_tools(&mut self, tools: Vec<Tool>) {
        self.replace(Tools(tools));
    }

    /// Puts a skill in the place of the one with its name, if it is switched on.
    fn replace<S: Skill + 'static>(&mut self, other: S) {
        let place = self.skills.iter().position(|skill| skill.name() == S::NAME);
        if let Some(skill) = place.and_then(|place| self.skills.get_mut(place)) {
            *skill = Box::new(other);
        }
    }

    /// Adds the skill that plays music, and its sentences. Call it before
    /// [`use_sentences`](Self::use_sentences).
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn use_music(&mut self, library: Library) -> Result<(), Error> {
        self.skills.push(Box::new(Music(library)));
        self.names.push(Music::NAME);
        (self.sentences, self.texts) = sentences(&self.language, &self.names)?;
        self.grammar = Arc::clone(self.sentences.grammar());
        Ok(())
    }

    /// Adds the skill that answers from documents. It is asked when no other claims a sentence.
    pub fn use_documents(&mut self, documents: Documents) {
        self.skills.push(Box::new(Knowledge(documents)));
        self.names.push(Knowledge::NAME);
    }

    /// The names of the skills that are switched on.
    pub fn names(&self) -> &[&'static str] {
        &self.names
    }

    /// The names of all skills, whether they are switched on or not.
    pub fn all() -> [&'static str; 12] {
        [
            Commands::NAME,
            Tools::NAME,
            Clock::NAME,
            Calculator::NAME,
            Timers::NAME,
            Alarms::NAME,
            Reminders::NAME,
            Lists::NAME,
            Device::NAME,
            Devices::NAME,
            Music::NAME,
            Knowledge::NAME,
        ]
    }

    /// What the skills can do that are not in `off`, each in words that continue "I can".
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn abilities(language: &str, off: &[String]) -> Result<Vec<String>, Error> {
        let (_, texts) = language::read(language, &[])?;
        let on = Self::all().into_iter().filter(|name| !off.iter().any(|off| off == name));
        let ids = on.map(|name| format!("help-{name}")).filter(|id| texts.has(id));
        Ok(ids.map(|id| texts.get(&id, [])).collect())
    }

    /// What a skill can do, in words that continue "I can".
    pub fn about(&self, name: &str) -> String {
        self.texts.get(&format!("help-{name}"), [])
    }

    /// Takes up what has changed outside: the names and states of devices. Call it before
    /// [`claim`](Self::claim), and now and then.
    pub fn refresh(&mut self) {
        self.skills.iter_mut().for_each(|skill| skill.refresh());
    }

    /// Whether it is not known yet what is outside, because it is being connected for the first
    /// time. Not for long: a sentence may wait for it.
    pub fn is_connecting(&self) -> bool {
        self.skills.iter().any(|skill| skill.is_connecting())
    }

    /// What is to be done about a sentence. `None` if it is for no skill.
    ///
    /// Nothing is done yet, because the turn may be a guess that is dropped. When it is released,
    /// the plan goes to [`act`](Self::act), even if it only says something: the next sentence may
    /// refer to it.
    pub fn claim(&self, request: &Request<'_>) -> Option<Plan> {
        self.claim_with(request, request.text, false)
    }

    /// Carries out a plan: its turn was released. Returns what is still to be said and done.
    pub fn act(&mut self, plan: Plan, now: &Now, situation: &Situation) -> Said {
        self.look(now);
        let undone = plan.undo.as_ref().map(|(skill, action)| {
            let undone = self.carry_out(skill, action.clone(), now, situation);
            let text = undone.text.filter(|_| undone.failed);
            Said { text, effects: undone.effects, ..Said::default() }
        });
        let said = match &plan.claim {
            Claim::Do { .. } if plan.skill == EVERY => {
                self.hush(&situation.board, now);
                Said::default()
            }
            Claim::Do { .. } if plan.command.intent == UNDO => {
                let otherwise = Some(self.texts.get("taken-back", []));
                Said { otherwise, ..Said::default() }
            }
            Claim::Do { action, .. } => self.carry_out(plan.skill, action.clone(), now, situation),
            _ => Said::default(),
        };
        let said = match undone {
            Some(undone) => {
                Said { undo: said.undo.clone(), otherwise: said.otherwise.clone(), ..undone }
                    .then(said)
            }
            None => said,
        };
        let waits = said.effects.iter().any(|effect| matches!(effect, Effect::Again(_)));
        let said = if waits { said } else { said.in_the_end() };
        let at = now.wall.timestamp();
        self.dialogues.retain(|_, dialogue| !dialogue.is_over(at));
        let dialogue = self.dialogues.entry(situation.board.clone()).or_default();
        dialogue.done(plan, said.undo.clone(), at);
        said
    }

    /// Looks after an action that waits for a device. Returns its result; if it still waits,
    /// another [`Effect::Again`].
    pub fn go_on(&mut self, again: Again, now: &Now, situation: &Situation) -> Said {
        self.carry_out(&again.skill, again.action, now, situation)
    }

    fn carry_out(&mut self, skill: &str, action: Value, now: &Now, situation: &Situation) -> Said {
        let dialogue = self.dialogues.get(&situation.board);
        let last = dialogue.and_then(|dialogue| dialogue.last(now.wall.timestamp()));
        let (texts, skills) = (&self.texts, &self.names);
        let scene = Scene { now: &now.wall, sentence: "", situation, texts, last, skills };
        self.touched = true;
        match self.skills.iter_mut().find(|other| other.name() == skill) {
            Some(skill) => skill.act(action, &scene),
            None => Said::text(texts.get("failed", [])),
        }
    }

    /// What is said after the program of an [`Effect::Run`] has printed this, or
    /// failed.
    pub fn ran(&self, run: &Run, printed: Result<String, RunError>) -> Said {
        ran(run, printed, &self.texts)
    }

    /// What is said after the tool of an [`Effect::Call`] has returned this, or could not be called.
    pub fn called(&self, call: &Call, result: Result<String, CallError>) -> Said {
        called(call, result, &self.texts)
    }

    /// The question of the last plan has been said at a board: it waits for its answer from now.
    pub fn asked(&mut self, board: &str, now: &Now) {
        if let Some(dialogue) = self.dialogues.get_mut(board) {
            dialogue.asked_now(now.wall.timestamp());
        }
    }

    /// What was said at a board was for no skill, and something else has answered it: a question
    /// that waits is over. Without this, a later "yes" would still unlock the door.
    pub fn passed(&mut self, board: &str) {
        if let Some(dialogue) = self.dialogues.get_mut(board) {
            dialogue.passed();
        }
    }

    /// Forgets the conversation at a board: a question that waits, and what one may refer to.
    pub fn forget(&mut self, board: &str) {
        self.dialogues.remove(board);
    }

    /// Makes a skill forget everything that it saves: timers, lists.
    pub fn erase(&mut self, name: &str) {
        self.touched = true;
        let named = self.skills.iter_mut().find(|skill| skill.name() == name);
        named.into_iter().for_each(|skill| skill.erase());
    }

    /// What rings now. Something that repeats is in it again every few seconds, until somebody
    /// ends it. Call it at [`next_due`](Self::next_due), and at least once a minute, so that it is
    /// noticed when the clock is set.
    pub fn due(&mut self, now: &Now) -> Vec<Ring> {
        self.look(now);
        if self.next_due(now).is_none_or(|next| next > now.wall.timestamp()) {
            return Vec::new();
        }
        self.touched = true;
        let texts = &self.texts;
        self.skills.iter_mut().flat_map(|skill| skill.due(&now.wall, texts)).collect()
    }

    /// When something rings next, by the wall clock.
    pub fn next_due(&self, now: &Now) -> Option<Timestamp> {
        self.skills.iter().filter_map(|skill| skill.next_due(&now.wall)).min()
    }

    /// Whether something rings at a board.
    pub fn rings(&self, board: &str) -> bool {
        self.skills.iter().any(|skill| skill.rings(board))
    }

    /// Ends the ringing at a board. Returns whether there was any.
    pub fn hush(&mut self, board: &str, now: &Now) -> bool {
        let hushed = self.skills.iter_mut().map(|skill| skill.hush(board, &now.wall));
        let any = hushed.fold(false, |any, hushed| any | hushed);
        self.touched |= any;
        any
    }

    /// What a screen shows of the skills.
    pub fn overview(&self, now: &Now) -> Overview {
        let mut overview = Overview::default();
        for skill in &self.skills {
            overview.add(skill.overview(&now.wall, &self.texts));
        }
        overview.coming.sort_by_key(|coming| (coming.at.is_none(), coming.at));
        overview
    }

    /// Sets a timer, as a sentence does. `None` if this skill is switched off, or there are too many
    /// timers.
    pub fn start_timer(
        &mut self,
        length: SignedDuration,
        name: Option<String>,
        now: &Now,
        situation: &Situation,
    ) -> Option<Coming> {
        let timers = |skills: &Self| {
            let coming = skills.overview(now).coming.into_iter();
            coming.filter(|coming| coming.skill == Timers::NAME).collect::<Vec<_>>()
        };
        let on = self.names.contains(&Timers::NAME);
        if !on || timers(self).len() >= Timers::MOST || length <= SignedDuration::ZERO {
            return None;
        }
        let action = serde_json::to_value(TimerAction::Start { length, name }).ok()?;
        self.carry_out(Timers::NAME, action, now, situation);
        // Each has a higher number than those before.
        timers(self).into_iter().max_by_key(|timer| timer.id)
    }

    /// Makes a change of a screen. Returns whether anything was changed.
    pub fn edit(&mut self, edit: &Edit) -> bool {
        let done = self.skills.iter_mut().any(|skill| skill.edit(edit));
        self.touched |= done;
        done
    }

    /// Examples of what the skills are told to do, for a language model that writes such sentences:
    /// a line for each skill, and the names of the devices.
    pub fn orders(&self) -> (Vec<String>, Vec<String>) {
        let ids = self.names.iter().map(|name| format!("orders-{name}"));
        let ids = ids.filter(|id| self.texts.has(id));
        let devices = self.home().entities().map(|entity| entity.name.clone()).collect();
        (ids.map(|id| self.texts.get(&id, [])).collect(), devices)
    }

    /// What sentences may require of the context that only a dialogue gives them.
    pub const IN_DIALOGUE: [&'static str; 4] = ["asked", "last", "repairs", "rings"];

    /// The sentences of all skills.
    pub fn grammar(&self) -> Arc<Grammar> {
        Arc::clone(&self.grammar)
    }

    /// The sentences that are understood, for a speech recogniser's prompt.
    pub fn phrases(&self) -> Vec<String> {
        self.grammar.phrases(self.home())
    }

    /// The names of the home.
    pub fn home(&self) -> &Arc<Home> {
        self.skills.iter().find_map(|skill| skill.home()).unwrap_or(&self.nowhere)
    }

    fn scene<'a>(&'a self, request: &Request<'a>) -> Scene<'a> {
        let Request { text: sentence, now, situation, .. } = *request;
        let dialogue = self.dialogues.get(&situation.board);
        let last = dialogue.and_then(|dialogue| dialogue.last(now.wall.timestamp()));
        let (texts, skills) = (&self.texts, &*self.names);
        Scene { now: &now.wall, sentence, situation, texts, last, skills }
    }

    /// Notices by how much the wall clock was set, or corrected, since the last look.
    fn look(&mut self, now: &Now) {
        let steady = SignedDuration::try_from(now.steady).unwrap_or(SignedDuration::MAX);
        let ahead = now.wall.timestamp().as_duration().saturating_sub(steady);
        let by = self.ahead.map(|before| ahead.saturating_sub(before));
        if by.is_some_and(|by| by.abs() < SET) {
            return;
        }
        self.ahead = Some(ahead);
        let Some(by) = by else { return };
        self.touched = true;
        self.skills.iter_mut().for_each(|skill| skill.clock_was_set(by, &now.wall));
        self.dialogues.values_mut().for_each(|dialogue| dialogue.clock_was_set(by));
    }
}

/// The sentences of the named skills, and all answers.
fn sentences(language: &str, names: &[&str]) -> Result<(Folder, Texts), Error> {
    let (sources, texts) = language::read(language, names)?;
    let sentences = Folder::open(language, sources, Path::new(""));
    Ok((sentences.map_err(|errors| language::listed(&errors))?, texts))
}

impl std::fmt::Debug for Skills {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Skills").field("names", &self.names).finish_non_exhaustive()
    }
}
