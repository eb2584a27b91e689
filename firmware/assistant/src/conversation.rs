//! One conversation: holds the turn machine, carries out its actions, and reports events.
//!
//! Inputs are calls ([`heard`](Conversation::heard), [`report`](Conversation::report),
//! [`look_around`](Conversation::look_around)); work leaves as [`Order`]s. The caller decides on
//! which thread and when the orders are carried out: see [`crate::live`] and [`crate::lockstep`].

mod absences;
mod announcing;
mod commands;
mod current;
mod devices;
mod errands;
mod listening;
mod music;
mod owed;
mod reports;
mod waking;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Instant;

use sayso_board::{Change, Panel};
use sayso_core::audio::{SampleTime, Samples};
use sayso_core::endpoint::EndpointEvent;
use sayso_core::turn::{self, Action, Outcome, Shown, State, TurnId, TurnMachine};
use sayso_language::Language;
use sayso_models::Cancel;
use sayso_skills::MusicOrder;

use self::absences::Absences;
use self::current::Current;
pub use self::errands::AtBoard;
use self::music::Player;
use self::owed::Owed;
use crate::announcements::Announcements;
use crate::arbiter::Contender;
use crate::config::{Config, Feedback};
use crate::control::Controls;
use crate::earcon::Earcon;
use crate::end_of_turn::Asking;
use crate::event::{Ending, Event, TurnRecord};
use crate::events::Events;
use crate::hangover::{HangoverPolicy, Known};
use crate::ms;
use crate::music::MusicReader;
use crate::partial::PartialTranscript;
use crate::playback::{Noticed, Playback};
use crate::responder::{Job, Responder};
use crate::supervisor::{Doubts, Failure};
use crate::synthesizer::Speak;
use crate::transcriber::{Dictation, Purpose};
use crate::worker::Worker;
use crate::workers::{Order, Report};
use sayso_frontend::{Attention, HeardFrame, Recorder, Woken};

/// How much quiet after the end of the speech the recogniser gets, if it was heard already.
const TAIL: Samples = Samples::from_ms(320);

/// How long the lamp shows that something went wrong.
const TROUBLE: Samples = Samples::from_ms(3_000);

/// If this much sound is ready, in s, the next clause is not spoken yet.
const AHEAD_S: u64 = 8;

/// A conversation on one board.
pub struct Conversation {
    machine: TurnMachine,
    playback: Playback,
    recorder: Recorder,
    rate: u32,
    /// Whether the sample clock advances with the wall clock.
    real_time: bool,
    language: &'static Language,
    now: SampleTime,
    arrived: Instant,
    attention: Arc<Attention>,
    policy: HangoverPolicy,
    current: Option<Current>,
    partial: PartialTranscript,
    asking: Asking,
    /// What is known about the end of the present utterance.
    known: Known,
    /// Stops the work on what was said over the reply.
    overhearing: Cancel,
    /// A question that was interrupted before a word of the answer was heard, by a person who is
    /// still speaking or being answered.
    unanswered: String,
    /// What was said before and during an urgent announcement, until it is answered.
    owed: Owed,
    /// The last wake phrase that was heard.
    woken: Option<Woken>,
    /// Decides which board answers, and the phrase that waits for the decision.
    contender: Option<Contender>,
    claimed: Option<Woken>,
    orders: VecDeque<Order>,
    panel: Option<Box<dyn Panel>>,
    changes: Option<Receiver<Change>>,
    absences: Absences,
    /// Until when the lamp shows an error.
    trouble_until: Option<SampleTime>,
    /// Engines that failed the last time.
    doubts: Doubts,
    /// A worker that must not be used again.
    ruined: Option<Failure>,
    announcements: Announcements,
    skills: Option<AtBoard>,
    player: Player,
    controls: Controls,
    feedback: Feedback,
    events: Events,
}

impl Conversation {
    /// A conversation at its beginning. `rate` is the voice's sample rate in Hz; `real_time` says
    /// whether the sample clock advances with the wall clock; `attention` is kept up to date for
    /// the front end, according to `policy`.
    pub(crate) fn new(
        machine: TurnMachine,
        playback: Playback,
        rate: u32,
        real_time: bool,
        language: &'static Language,
        (attention, policy): (Arc<Attention>, HangoverPolicy),
        (events, controls): (Events, Controls),
    ) -> Self {
        // The longest utterance, and the sound from before it is noticed.
        let memory = machine.config().max_audio + Samples::from_ms(10_000);
        let now = Instant::now();
        let state = machine.state();
        events.tell(&Event::State { at: SampleTime::ZERO, state });
        controls.show(|status| (status.open, status.state) = (true, state));
        let status = controls.handle.status();
        attention.set_muted(status.muted);
        let mut playback = playback;
        playback.set_volume(status.volume);
        Self {
            machine,
            playback,
            recorder: Recorder::new(memory),
            rate,
            real_time,
            language,
            now: SampleTime::ZERO,
            arrived: now,
            attention,
            policy,
            current: None,
            partial: PartialTranscript::default(),
            asking: Asking::default(),
            known: Known::default(),
            overhearing: Cancel::new(),
            unanswered: String::new(),
            owed: Owed::default(),
            woken: None,
            contender: None,
            claimed: None,
            orders: VecDeque::new(),
            panel: None,
            changes: None,
            absences: Absences::default(),
            trouble_until: None,
            doubts: Doubts::default(),
            ruined: None,
            announcements: Announcements::new(Samples(u64::MAX)),
            skills: None,
            player: Player::new(rate),
            controls,
            feedback: Feedback::default(),
            events,
        }
    }

    /// Uses the lamp and the buttons of the board, if it has any.
    pub fn with_panel(mut self, panel: Option<Box<dyn Panel>>) -> Self {
        self.panel = panel;
        self.show(self.machine.state().into());
        self
    }

    /// Answers a wake phrase only if no other conversation heard it better.
    pub fn with_contender(mut self, contender: Option<Contender>) -> Self {
        self.contender = contender;
        self
    }

    /// Reports what happens to the board's devices.
    pub fn with_changes(mut self, changes: Option<Receiver<Change>>) -> Self {
        self.changes = changes;
        self
    }

    /// Sets the feedback sounds and the patience of announcements as the settings say.
    pub fn with_settings(mut self, config: &Config) -> Self {
        self.feedback = config.feedback.clone();
        self.playback.set_ducking(-config.skills.music_ducking_db);
        let max_wait = u64::from(config.announcements.max_wait_s) * 1_000;
        self.announcements = Announcements::new(Samples::from_ms(max_wait));
        self
    }

    fn show(&mut self, shown: Shown) {
        if let Some(panel) = &mut self.panel {
            panel.show(shown);
        }
    }

    /// Handles the inputs other than sound and reports: buttons, devices and commands. Must be
    /// called often.
    pub fn look_around(&mut self) {
        self.look_at_buttons();
        self.look_at_devices();
        self.look_at_commands();
        self.look_at_rings();
    }

    /// Plays a short sound, if the settings enable it.
    fn sound(&mut self, earcon: Earcon) {
        if let Some(sound) = earcon.as_set(&self.feedback, self.rate) {
            self.playback.chime(sound);
        }
    }

    /// Whether a turn is under way, or sound other than music is still to be played.
    pub fn busy(&self) -> bool {
        self.current.is_some() || self.announcements.len() > 0 || self.playback.busy()
    }

    /// Playback, for its counts.
    pub fn playback(&self) -> &Playback {
        &self.playback
    }

    /// How long there was silence because music was read too slowly, in samples at 16 kHz.
    pub fn music_lost(&self) -> u64 {
        self.player.lost.0
    }

    /// The next work to be done, if any.
    pub fn order(&mut self) -> Option<Order> {
        self.orders.pop_front()
    }

    /// The next work for one of these workers, if any.
    pub fn order_for(&mut self, workers: &[&str]) -> Option<Order> {
        let place = self.orders.iter().position(|order| workers.contains(&order.worker()))?;
        self.orders.remove(place)
    }

    /// A worker reports.
    pub fn report(&mut self, report: Report) {
        match report {
            Report::Transcribe(written) => self.written(written),
            Report::DetectEnd(judged) => self.judged(judged),
            Report::DoErrand(errands) => self.errand(errands),
            Report::Respond(thought) => self.thought(thought),
            Report::ReadMusic(piece) => self.music_read(piece),
            Report::Synthesize(voiced) => self.voiced(voiced),
        }
    }

    /// The name of a worker that must be replaced although it is alive, if there is one.
    pub fn ruined(&mut self) -> Option<Failure> {
        self.ruined.take()
    }

    /// A worker failed and was replaced: what it was doing is lost.
    pub fn worker_failed(&mut self, failed: &Failure) {
        self.doubts.worked(failed.worker);
        if failed.worker == MusicReader::NAME {
            self.music(MusicOrder::Stop);
            return self.trouble(format!("{failed}. The music was stopped"));
        }
        let forgotten = match failed.worker {
            Responder::NAME => ", and it has forgotten the conversation before",
            _ => "",
        };
        self.trouble(format!("{failed}. It was restarted{forgotten}. Please say that again"));
        self.asking.forget();
        self.partial.forget();
        if let Some(turn) = self.machine.turn() {
            // Speech over a reply is now unknown, and does not interrupt.
            self.overheard(turn, Outcome::Nothing);
            self.step(turn::Event::Failed { turn });
        }
    }

    /// The front end heard a frame.
    pub fn heard(&mut self, frame: HeardFrame) {
        self.now = frame.at;
        self.arrived = Instant::now();
        self.recorder.push(&frame.samples, frame.at);
        if let Some(message) = frame.trouble {
            self.trouble(format!("voice activity detection failed: {message}"));
        }
        let energy = frame.samples.iter().map(|s| s * s).sum::<f32>();
        let rms = (energy / frame.samples.len().max(1) as f32).sqrt();
        let dbfs = 20.0 * rms.max(1e-5).log10();
        self.tell(Event::Level { at: frame.at, dbfs, speech: frame.probability });
        self.listen_for_phrases(frame.woken);
        if let Some(event) = frame.event {
            self.tell(match event {
                EndpointEvent::SpeechStarted { at, from } => Event::SpeechStarted { at, from },
                EndpointEvent::MayHaveEnded { at, speech_end } => {
                    Event::MayHaveEnded { at, speech_end }
                }
                EndpointEvent::Resumed { at } => Event::SpeechResumed { at },
                EndpointEvent::Ended { at, speech_end, .. } => {
                    Event::SpeechEnded { at, speech_end }
                }
            });
            self.step(event.into());
        }
        self.step(turn::Event::Tick);
        self.offer();
        self.ask_early(frame.probability);
        if self.trouble_until.take_if(|until| *until <= frame.at).is_some() {
            self.show(self.machine.state().into());
        }
        self.transcribe_beginning(frame.probability);
        self.look_for_silence();
    }

    /// The recording is over, so a person who speaks has ended.
    pub fn input_over(&mut self) {
        if self.machine.state() == State::Hearing {
            let speech_end = self.now;
            self.tell(Event::SpeechEnded { at: self.now, speech_end });
            self.step(turn::Event::SpeechEnded { speech_end });
        }
    }

    /// The conversation ends: the present turn is dropped or cut off.
    pub fn leave(&mut self) {
        if let Some(contender) = &mut self.contender {
            contender.leave();
        }
        self.music(MusicOrder::Stop);
        self.step(turn::Event::Sleep);
        self.show(Shown::Asleep);
        self.controls.show(|status| (status.open, status.state) = (false, State::Asleep));
    }

    /// Passes sound to the loudspeaker and notices what has been played. While there is sound, it
    /// must be called often (every 20 ms).
    pub fn pump(&mut self) {
        let mut noticed = Vec::new();
        self.playback.pump(&mut |notice| noticed.push(notice));
        for notice in noticed {
            match notice {
                Noticed::Started(turn) => {
                    let real_time = self.real_time;
                    if let Some(current) = self.current(turn).filter(|_| real_time) {
                        current.record.timings_ms.voice_to_voice = Some(ms(current.speech_ended));
                    }
                }
                Noticed::Speaking(turn, clause) => {
                    self.tell(Event::Speaking { turn, at: self.now, text: clause.text });
                }
                Noticed::Finished(turn) => self.step(turn::Event::Finished { turn }),
            }
        }
        self.feed_music();
        self.feed_voice();
    }

    fn is_current(&self, turn: TurnId) -> bool {
        self.current.as_ref().is_some_and(|current| current.id == turn)
    }

    fn current(&mut self, turn: TurnId) -> Option<&mut Current> {
        self.current.as_mut().filter(|current| current.id == turn)
    }

    fn tell(&mut self, event: Event) {
        self.events.tell(&event);
    }

    fn trouble(&mut self, message: String) {
        self.show_trouble();
        self.sound(Earcon::Error);
        self.tell(Event::Trouble { at: self.now, message });
    }

    /// Makes the lamp show an error for a while.
    fn show_trouble(&mut self) {
        self.trouble_until = Some(self.now + TROUBLE);
        self.show(Shown::Error);
    }

    /// Gives the voice its next clause, if it is idle and not far ahead. Also notices when nothing
    /// is left to say.
    fn feed_voice(&mut self) {
        let far = self.playback.ahead() > AHEAD_S * u64::from(self.rate);
        let Some(current) = self.current.as_mut() else { return };
        if current.voicing || far {
            return;
        }
        let turn = current.id;
        if let Some(clause) = current.clauses.pop_front() {
            current.voicing = true;
            let (text, cancel) = (clause.text.clone(), current.cancel.clone());
            self.playback.clause(turn, clause);
            let first = !current.first_sound;
            let pace = self.pace();
            self.orders.push_back(Speak { turn, text, first, pace, cancel }.into());
        } else if current.written {
            let silent = !current.first_sound;
            self.playback.complete(turn);
            if silent {
                self.step(turn::Event::Finished { turn });
            }
        }
    }

    fn step(&mut self, event: turn::Event) {
        for action in self.machine.step(self.now, event) {
            self.act(action, event);
        }
        self.owed.keep(self.machine.owed(), |from, to| {
            self.recorder.range(from, (to + TAIL).min(self.now))
        });
    }

    /// Carries out an action that `event` caused.
    fn act(&mut self, action: Action, event: turn::Event) {
        match action {
            Action::Think { turn, from, to } => self.think(turn, from, to),
            Action::Release { turn } => {
                let now = self.now;
                if let Some(current) = self.current(turn) {
                    current.record.released = Some(now);
                }
                self.playback.release(turn);
                self.carry_out_plan(turn);
            }
            Action::Pause { turn } => self.playback.pause(turn),
            Action::Resume { turn } => {
                // Its result is not needed any more.
                self.overhearing.cancel();
                self.playback.resume(turn);
            }
            Action::Overhear { turn, from, to } => {
                self.overhearing = Cancel::new();
                let audio = self.recorder.range(from, (to + TAIL).min(self.now));
                let (purpose, cancel) = (Purpose::Over(turn), self.overhearing.clone());
                let dictation = Dictation { purpose, utterance: from, from, audio, cancel };
                self.orders.push_back(dictation.into());
            }
            Action::Announce { turn } => self.announce(turn),
            Action::Late { turn } => self.late(turn),
            Action::Missed => self.missed(),
            Action::Cancel { turn } => {
                self.playback.cancel(turn);
                self.say_later(turn, event);
                // A person who goes on speaking did not mean it.
                let meant = self.machine.state() != State::Hearing;
                let outcome = self.current(turn).and_then(|current| current.outcome);
                let ending = match outcome {
                    Some(Outcome::Stop) if meant => Ending::Stopped,
                    _ => Ending::Dropped,
                };
                if outcome == Some(Outcome::Nothing) && meant {
                    self.sound(Earcon::Nothing);
                }
                self.end(turn, ending, 0);
            }
            Action::StopSound { turn } => {
                let heard = self.playback.stop(turn);
                self.end(turn, Ending::Interrupted, heard);
            }
            Action::Keep { turn } => self.end(turn, Ending::Complete, usize::MAX),
            Action::Show(state) => {
                self.attention.set_speaking(matches!(state, State::Speaking | State::Paused));
                if self.trouble_until.is_none() {
                    self.show(state.into());
                }
                self.duck(state);
                self.controls.show(|status| status.state = state);
                self.tell(Event::State { at: self.now, state });
            }
        }
    }

    /// A turn is given up because its first sound is late.
    fn late(&mut self, turn: TurnId) {
        if self.is_current(turn) {
            let seconds = self.machine.config().think_timeout.as_ms() / 1000;
            self.trouble(format!(
                "no answer within {seconds} s (turn.think_timeout_s): the models are too slow on \
                 this machine. --profile small is faster"
            ));
        }
    }

    fn think(&mut self, turn: TurnId, from: SampleTime, to: SampleTime) {
        let cancel = Cancel::new();
        let utterance = self.machine.utterance().unwrap_or(from);
        let owed = self.owed.take(from, to);
        let begun = self.partial.is_of(utterance) && self.partial.until() > from;
        let partly_transcribed = begun && owed.is_none();
        let begin = if partly_transcribed { self.partial.until().min(to) } else { from };
        if owed.is_none() {
            // Unless it was asked at the first frame of quiet.
            self.ask(utterance, to);
        }
        let (audio, over) = owed.unwrap_or_else(|| {
            (self.recorder.range(begin, (to + TAIL).min(self.now)), String::new())
        });
        let dictation = Dictation {
            purpose: Purpose::Turn(turn),
            utterance: if partly_transcribed { utterance } else { begin },
            from: begin,
            audio,
            cancel: cancel.clone(),
        };
        self.orders.push_back(dictation.into());
        // The frame that showed the end has just arrived, so the end is this long ago.
        let ago = std::time::Duration::from_millis((self.now - to).as_ms());
        let mut record = TurnRecord { turn, ..TurnRecord::default() };
        record.speech_from = from;
        record.speech_end = to;
        record.begun = self.now;
        record.timings_ms.speech = (to - from).as_ms() as f64;
        self.playback.begin(turn);
        let speech_ended = self.arrived.checked_sub(ago).unwrap_or(self.arrived);
        // The quiet up to now shows that nothing followed.
        let heard = (utterance, self.now);
        let current = Current::new(record, heard, speech_ended, cancel);
        self.current = Some(Current { over, ..current });
        self.reconsider();
    }

    fn end(&mut self, turn: TurnId, ending: Ending, heard: usize) {
        let Some(current) = self.current.take_if(|current| current.id == turn) else { return };
        current.cancel.cancel();
        let mut record = current.record;
        record.completeness = self.known.sounds();
        self.forget_the_end();
        self.overhearing.cancel();
        record.ending = ending;
        match ending {
            Ending::Interrupted => self.player.interrupted(self.now),
            Ending::Stopped => self.stopped(turn, record.speech_from),
            Ending::Complete | Ending::Dropped => {}
        }
        if let Some(waiting) = &current.said {
            return self.end_own(record, waiting, heard);
        }
        record.heard = record.reply.get(..heard).unwrap_or(&record.reply).into();
        if matches!(ending, Ending::Dropped | Ending::Stopped) {
            record.heard.clear();
        }
        // The user had only paused, was cut off, and goes on: the question must not be lost.
        let goes_on = matches!(self.machine.state(), State::Hearing | State::Thinking);
        record.rejected = current.outcome == Some(Outcome::Nothing) && !goes_on;
        match ending {
            Ending::Dropped if goes_on => {}
            Ending::Interrupted if goes_on && heard == 0 => {
                let unanswered = std::mem::take(&mut self.unanswered);
                self.unanswered = format!("{unanswered} {}", record.transcript).trim().into();
            }
            _ => self.unanswered.clear(),
        }
        let settled = match ending {
            Ending::Complete => Job::Keep { turn, heard: None },
            Ending::Interrupted if heard > 0 => Job::Keep { turn, heard: Some(heard) },
            _ => Job::Discard { turn },
        };
        self.orders.push_back(settled.into());
        self.remember(&record);
        self.reconsider();
        self.tell(Event::Turn(Box::new(record)));
    }
}
