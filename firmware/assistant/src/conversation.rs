//! One conversation: holds the turn machine, does what it says, and tells
//! those who listen in.
//!
//! Inputs come as calls ([`heard`](Conversation::heard), [`report`](Conversation::report),
//! [`look_around`](Conversation::look_around)), work
//! leaves as [`Order`]s. Who carries the orders out, on which thread and in
//! which time, is the caller's matter: see [`crate::live`] and [`crate::lockstep`].

mod absences;
mod announcing;
mod commands;
mod current;
mod devices;
mod owed;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Instant;

use sayso_board::{Change, Panel};
use sayso_core::audio::Samples;
use sayso_core::endpoint::EndpointEvent;
use sayso_core::turn::{self, Action, Outcome, Shown, State, TurnId, TurnMachine};
use sayso_language::Language;
use sayso_models::Cancel;

use self::absences::Absences;
use self::current::Current;
use self::owed::Owed;
use crate::announcements::Announcements;
use crate::config::{Config, Feedback};
use crate::control::Controls;
use crate::earcon::Earcon;
use crate::end_of_turn::{Asking, EndOfTurnDetector, EndQuery, EndScore};
use crate::event::{Ending, Event, Tokens, TurnRecord};
use crate::events::Events;
use crate::hangover::{Evidence, Finding, HangoverPolicy, Known};
use crate::ms;
use crate::outcome::outcome;
use crate::partial::PartialTranscript;
use crate::playback::{Noticed, Playback};
use crate::responder::{Job, Responder, Response};
use crate::supervisor::{Doubts, Failure};
use crate::synthesizer::{Speak, Synthesized, Voice};
use crate::transcriber::{Dictation, Purpose, Transcriber, Written};
use crate::workers::{Order, Report, Worker};
use sayso_frontend::{Attention, HeardFrame, Recorder};

/// Quiet given to the recogniser after the end of the speech, as far as it has been heard.
const TAIL: Samples = Samples::from_ms(320);

/// What the end-of-turn detector is given, before the end of the speech.
const LISTENED_TO: Samples = Samples::from_ms(8_000);

/// So long the lamp shows that something went wrong.
const TROUBLE: Samples = Samples::from_ms(3_000);

/// So much sound may lie ready before the next clause is spoken, in s.
const AHEAD_S: u64 = 8;

/// A conversation on one board.
pub struct Conversation {
    machine: TurnMachine,
    playback: Playback,
    recorder: Recorder,
    rate: u32,
    /// Whether the sample clock goes with the wall clock.
    real_time: bool,
    language: &'static Language,
    now: Samples,
    arrived: Instant,
    attention: Arc<Attention>,
    policy: HangoverPolicy,
    current: Option<Current>,
    partial: PartialTranscript,
    asking: Asking,
    /// What is known of the end of the utterance being heard.
    known: Known,
    /// Stops the work on what was said over the reply.
    overhearing: Cancel,
    /// What was asked and interrupted before a word of the answer was heard, by who is
    /// still speaking or being answered.
    unanswered: String,
    /// What was said before and under an urgent announcement, until it is answered.
    owed: Owed,
    orders: VecDeque<Order>,
    panel: Option<Box<dyn Panel>>,
    changes: Option<Receiver<Change>>,
    absences: Absences,
    /// Until when the lamp shows an error.
    trouble_until: Option<Samples>,
    /// Engines that failed the last time.
    doubts: Doubts,
    /// A worker that must not be asked again.
    ruined: Option<Failure>,
    announcements: Announcements,
    controls: Controls,
    feedback: Feedback,
    events: Events,
}

impl Conversation {
    /// A conversation at its beginning. `rate` is the voice's sample rate in
    /// Hz; `real_time` tells whether the sample clock goes with the wall
    /// clock; `attention` is kept up to date for the front end, by `policy`.
    pub(crate) fn new(
        machine: TurnMachine,
        playback: Playback,
        rate: u32,
        real_time: bool,
        language: &'static Language,
        (attention, policy): (Arc<Attention>, HangoverPolicy),
        (events, controls): (Events, Controls),
    ) -> Self {
        // The longest utterance and what comes before it is noticed.
        let memory = machine.config().max_audio + Samples::from_ms(10_000);
        let now = Instant::now();
        let state = machine.state();
        events.tell(&Event::State { at: Samples::ZERO, state });
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
            now: Samples::ZERO,
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
            orders: VecDeque::new(),
            panel: None,
            changes: None,
            absences: Absences::default(),
            trouble_until: None,
            doubts: Doubts::default(),
            ruined: None,
            announcements: Announcements::new(Samples(u64::MAX)),
            controls,
            feedback: Feedback::default(),
            events,
        }
    }

    /// Uses the lamp and the buttons of a board that has some.
    pub fn with_panel(mut self, panel: Option<Box<dyn Panel>>) -> Self {
        self.panel = panel;
        self.show(self.machine.state().into());
        self
    }

    /// Passes on what a board reports about its devices.
    pub fn with_changes(mut self, changes: Option<Receiver<Change>>) -> Self {
        self.changes = changes;
        self
    }

    /// Gives feedback by sound, and is patient with announcements, as the settings say.
    pub fn with_settings(mut self, config: &Config) -> Self {
        self.feedback = config.feedback.clone();
        let max_wait = u64::from(config.announcements.max_wait_s) * 1_000;
        self.announcements = Announcements::new(Samples::from_ms(max_wait));
        self
    }

    fn show(&mut self, shown: Shown) {
        if let Some(panel) = &mut self.panel {
            panel.show(shown);
        }
    }

    /// Takes what comes beside sound and reports: buttons, devices and commands. To be
    /// called often.
    pub fn look_around(&mut self) {
        self.look_at_buttons();
        self.look_at_devices();
        self.look_at_commands();
    }

    /// Lets a short sound be heard, if the settings want it.
    fn sound(&mut self, earcon: Earcon) {
        if let Some(sound) = earcon.as_set(&self.feedback, self.rate) {
            self.playback.chime(sound);
        }
    }

    /// Whether a turn is under way, or sound is still to be played.
    pub fn busy(&self) -> bool {
        self.current.is_some() || self.announcements.len() > 0 || self.playback.busy()
    }

    /// Playback, for its counts.
    pub fn playback(&self) -> &Playback {
        &self.playback
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
            Report::Respond(thought) => self.thought(thought),
            Report::Synthesize(voiced) => self.voiced(voiced),
        }
    }

    /// A worker that must be replaced although it is alive, if there is one.
    pub fn ruined(&mut self) -> Option<Failure> {
        self.ruined.take()
    }

    /// A worker failed and was replaced: what it was doing is lost.
    pub fn worker_failed(&mut self, failed: &Failure) {
        self.doubts.worked(failed.worker);
        let forgotten = match failed.worker {
            Responder::NAME => ", and what was said before is forgotten",
            _ => "",
        };
        self.trouble(format!(
            "{failed}. It was started again{forgotten}; please say that once more"
        ));
        self.asking.forget();
        self.partial.forget();
        if let Some(turn) = self.machine.turn() {
            // Over a reply, what was said is not known now and does not interrupt.
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
    }

    /// The recording is over: whoever speaks has ended.
    pub fn input_over(&mut self) {
        if self.machine.state() == State::Hearing {
            let speech_end = self.now;
            self.tell(Event::SpeechEnded { at: self.now, speech_end });
            self.step(turn::Event::SpeechEnded { speech_end });
        }
    }

    /// The conversation ends: whatever is under way is dropped or cut off.
    pub fn leave(&mut self) {
        self.step(turn::Event::Sleep);
        self.show(Shown::Asleep);
        self.controls.show(|status| (status.open, status.state) = (false, State::Asleep));
    }

    /// The responder found something out.
    fn thought(&mut self, thought: Response) {
        match thought {
            Response::Text { turn, text } => {
                let Some(current) = self.current(turn) else { return };
                if current.record.reply.is_empty() {
                    current.record.timings_ms.llm_first_token = current.since_understood();
                }
                current.record.reply.push_str(&text);
                self.tell(Event::Token { turn, text });
            }
            Response::Clause { turn, clause } => {
                let Some(current) = self.current(turn) else { return };
                if !std::mem::replace(&mut current.first_clause, true) {
                    current.record.timings_ms.llm_first_clause = current.since_understood();
                }
                current.clauses.push_back(clause);
                self.feed_voice();
            }
            Response::Done { turn, reply } => {
                self.doubts.worked(Responder::NAME);
                let Some(current) = self.current(turn) else { return };
                current.written = true;
                let record = &mut current.record;
                record.tokens = Tokens {
                    cached: reply.cached_tokens,
                    prompt: reply.prompt_tokens,
                    reply: reply.reply_tokens,
                };
                record.timings_ms.llm_prefill = reply.prefill_ms;
                record.timings_ms.reply = ms(current.begun);
                self.feed_voice();
            }
            Response::Broken { turn, error } => self.broken(Responder::NAME, turn, error),
            Response::Forgot { error } => self.trouble(format!(
                "what was said could not be remembered ({error}); the conversation before is forgotten"
            )),
            Response::Ruined { error } => {
                self.ruined = Some(Failure::broken(Responder::NAME, error));
            }
        }
    }

    /// The transcriber wrote something down.
    fn written(&mut self, written: Written) {
        if !matches!(written, Written::Segment { .. } | Written::Broken { .. }) {
            self.doubts.worked(Transcriber::NAME);
        }
        match written {
            Written::Partial { utterance, text } => {
                if self.partial.is_of(utterance) {
                    self.tell(Event::Partial { utterance, text });
                }
            }
            Written::Segment { turn, text } => {
                if self.is_current(turn) {
                    self.tell(Event::Segment { turn, text });
                }
            }
            Written::Utterance { turn, transcript } => {
                let language = self.language;
                let Some(current) = self.current(turn) else { return };
                let text: String = transcript.text.trim().into();
                current.record.timings_ms.stt = ms(current.begun);
                let reads = language.reading(&text).map(Finding::Reads);
                let (utterance, heard_until) = (current.utterance, current.heard_until);
                current.record.transcript = text.clone();
                let outcome = match outcome(&text, language) {
                    Outcome::Words if language.is_own(&text, &current.over) => Outcome::Nothing,
                    outcome => outcome,
                };
                current.outcome = Some(outcome);
                if outcome == Outcome::Words {
                    let (cancel, unanswered) = (current.cancel.clone(), self.unanswered.clone());
                    self.orders.push_back(Job::Answer { turn, unanswered, text, cancel }.into());
                }
                let news = reads.is_some_and(|finding| {
                    self.known.take(Evidence { utterance, heard_until, finding })
                });
                self.tell(Event::Transcript { turn, at: self.now, transcript });
                self.step(turn::Event::Understood { turn, outcome });
                if news {
                    self.reconsider();
                }
            }
            Written::Over { turn, transcript } => {
                let text = transcript.text.trim();
                let outcome = match outcome(text, self.language) {
                    Outcome::Words
                        if self.language.is_backchannel(text) || self.is_own(turn, text) =>
                    {
                        Outcome::Nothing
                    }
                    outcome => outcome,
                };
                log::debug!("over the reply: {} bytes of text, {outcome:?}", text.len());
                self.overheard(turn, outcome);
            }
            Written::Broken { purpose, error } => match purpose {
                Purpose::Turn(turn) => self.broken(Transcriber::NAME, turn, error),
                // What cannot be understood does not interrupt.
                Purpose::Over(turn) => {
                    self.is_replaced(Transcriber::NAME, error);
                    self.overheard(turn, Outcome::Nothing);
                }
                Purpose::Partial => {
                    log::debug!("the beginning was not transcribed: {error}");
                    self.is_replaced(Transcriber::NAME, error);
                }
            },
        }
    }

    /// The end-of-turn detector has an opinion.
    fn judged(&mut self, judged: EndScore) {
        let EndScore { utterance, quiet: heard_until, score } = judged;
        match score {
            Ok(score) => {
                self.doubts.worked(EndOfTurnDetector::NAME);
                let finding = Finding::Sounds(score);
                if self.known.take(Evidence { utterance, heard_until, finding }) {
                    self.reconsider();
                }
            }
            Err(error) if error.is_cancelled() => {}
            Err(error) => {
                log::debug!("the end of the turn was not judged: {error}");
                self.is_replaced(EndOfTurnDetector::NAME, error);
            }
        }
    }

    /// Whether what was understood over the reply is the reply itself.
    fn is_own(&self, turn: TurnId, text: &str) -> bool {
        let Some(current) = self.current.as_ref().filter(|current| current.id == turn) else {
            return false;
        };
        let reply = &current.record.reply;
        let spoken = self.playback.heard(turn);
        // The word that was cut, and what of the next had left already.
        let beyond = reply.get(spoken..).unwrap_or_default();
        let more: usize = beyond.split_inclusive(char::is_whitespace).take(3).map(str::len).sum();
        self.language.is_own(text, reply.get(..spoken + more).unwrap_or(reply))
    }

    fn overheard(&mut self, turn: TurnId, outcome: Outcome) {
        self.step(turn::Event::Overheard { turn, outcome });
    }

    /// How long to wait, by what is known of the utterance now.
    fn reconsider(&mut self) {
        self.attention.set_hangover(self.policy.hangover(&self.known));
    }

    /// Asks the end-of-turn detector at the first frame of quiet, before there is even a guess:
    /// so it is done when the transcriber wants all cores.
    fn ask_early(&mut self, probability: f32) {
        // What was asked about the turn under way is still of use.
        if self.current.is_some() {
            return;
        }
        match self.machine.utterance().filter(|_| self.machine.state() == State::Hearing) {
            Some(utterance) if probability < self.policy.quiet => self.ask(utterance, self.now),
            _ => self.forget_the_end(),
        }
    }

    /// What is known of the end of the utterance is of no use any more.
    fn forget_the_end(&mut self) {
        self.asking.forget();
        self.known.forget();
    }

    /// Asks the end-of-turn detector about what was heard until `to`, unless it is asked already.
    fn ask(&mut self, utterance: Samples, to: Samples) {
        let quiet = self.now;
        if let Some(cancel) = self.asking.ask() {
            self.known.quiet(utterance, quiet);
            let audio = self.recorder.range(to - LISTENED_TO, quiet);
            self.orders.push_back(EndQuery { utterance, quiet, audio, cancel }.into());
        }
    }

    /// Gives the transcriber the beginning of a long utterance that goes on.
    fn transcribe_beginning(&mut self, probability: f32) {
        let Some(utterance) = self.machine.utterance() else {
            return self.partial.forget();
        };
        // Between may-have-ended and resumed the utterance stays the same.
        if self.machine.state() != State::Hearing {
            return;
        }
        let Some((from, to)) = self.partial.heard(utterance, self.now, probability) else { return };
        let audio = self.recorder.range(from, to);
        let (purpose, cancel) = (Purpose::Partial, self.partial.cancel());
        self.orders.push_back(Dictation { purpose, utterance, from, audio, cancel }.into());
    }

    /// The voice made something.
    fn voiced(&mut self, voiced: Synthesized) {
        match voiced {
            Synthesized::Sound { turn, samples } => {
                let Some(current) = self.current(turn) else { return };
                if !std::mem::replace(&mut current.first_sound, true) {
                    let timings = &mut current.record.timings_ms;
                    timings.first_sound = ms(current.begun);
                    let before = timings.stt + timings.llm_first_clause;
                    timings.tts_first_sound = timings.first_sound - before;
                }
                if self.playback.sound(turn, &samples) {
                    self.step(turn::Event::SoundReady { turn });
                }
                self.pump();
            }
            Synthesized::Spoken { turn, words } => {
                self.doubts.worked(Voice::NAME);
                self.playback.words(turn, words);
                let Some(current) = self.current(turn) else { return };
                current.voicing = false;
                self.feed_voice();
            }
            Synthesized::Broken { turn, error } => self.broken(Voice::NAME, turn, error),
        }
    }

    /// Hands sound to the loudspeaker and notices what has been played.
    /// To be called often (every 20 ms) while there is sound.
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

    /// Lets the lamp show for a while that something went wrong.
    fn show_trouble(&mut self) {
        self.trouble_until = Some(self.now + TROUBLE);
        self.show(Shown::Error);
    }

    /// A worker could not do what the turn needs.
    fn broken(&mut self, worker: &'static str, turn: TurnId, error: sayso_models::Error) {
        let (cancelled, message) = (error.is_cancelled(), error.to_string());
        // Of one that is replaced, the trouble is said then.
        if !self.is_replaced(worker, error) && !cancelled && self.is_current(turn) {
            self.trouble(message);
            self.step(turn::Event::Failed { turn });
        }
    }

    /// Whether `worker`, whose work ended with `error`, is not to be asked again; whoever
    /// carries out the orders then learns of it by [`ruined`](Self::ruined).
    fn is_replaced(&mut self, worker: &'static str, error: sayso_models::Error) -> bool {
        let failure = self.doubts.failed(worker, error);
        let replaced = failure.is_some();
        self.ruined = failure.or_else(|| self.ruined.take());
        replaced
    }

    /// Gives the voice its next clause, when it is idle and not far ahead; and
    /// notices when there is nothing left to say.
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
            self.orders.push_back(Speak { turn, text, first, cancel }.into());
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

    /// Does what `event` called for.
    fn act(&mut self, action: Action, event: turn::Event) {
        match action {
            Action::Think { turn, from, to } => self.think(turn, from, to),
            Action::Release { turn } => {
                let now = self.now;
                if let Some(current) = self.current(turn) {
                    current.record.released = Some(now);
                }
                self.playback.release(turn);
            }
            Action::Pause { turn } => self.playback.pause(turn),
            Action::Resume { turn } => {
                // Nobody waits for it any more.
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
                // Whoever goes on to speak did not mean it.
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
                self.controls.show(|status| status.state = state);
                self.tell(Event::State { at: self.now, state });
            }
        }
    }

    /// A turn is given up because its first sound is not there in time.
    fn late(&mut self, turn: TurnId) {
        if self.is_current(turn) {
            let seconds = self.machine.config().think_timeout.as_ms() / 1000;
            self.trouble(format!(
                "no answer within {seconds} s (turn.think_timeout_s): the models are too slow here; \
                 --profile small is faster"
            ));
        }
    }

    fn think(&mut self, turn: TurnId, from: Samples, to: Samples) {
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
        // The frame that showed the end has just arrived: the end lies so far back.
        let ago = std::time::Duration::from_millis((self.now - to).as_ms());
        let mut record = TurnRecord { turn, ..TurnRecord::default() };
        record.speech_from = from;
        record.speech_end = to;
        record.begun = self.now;
        record.timings_ms.speech = (to - from).as_ms() as f64;
        self.playback.begin(turn);
        let speech_ended = self.arrived.checked_sub(ago).unwrap_or(self.arrived);
        // The quiet up to now says that nothing followed.
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
        if let Some(waiting) = &current.said {
            return self.end_own(record, waiting, heard);
        }
        record.heard = record.reply.get(..heard).unwrap_or(&record.reply).into();
        if matches!(ending, Ending::Dropped | Ending::Stopped) {
            record.heard.clear();
        }
        // Whoever had only paused was cut off, and goes on: the question is not to be lost.
        let goes_on = matches!(self.machine.state(), State::Hearing | State::Thinking);
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
        self.reconsider();
        self.tell(Event::Turn(Box::new(record)));
    }
}
