//! One conversation: holds the turn machine, does what it says, and tells
//! those who listen in.
//!
//! Inputs come as calls ([`heard`](Conversation::heard),
//! [`written`](Conversation::written), [`judged`](Conversation::judged),
//! [`thought`](Conversation::thought), [`voiced`](Conversation::voiced)), work
//! leaves as [`Order`]s. Who carries the orders out, on which thread and in
//! which time, is the caller's matter: see [`crate::live`] and [`crate::lockstep`].

mod current;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Instant;

use sayso_board::{Change, Panel, Press};
use sayso_core::audio::Samples;
use sayso_core::endpoint::EndpointEvent;
use sayso_core::turn::{self, Action, Outcome, Shown, State, TurnId, TurnMachine};
use sayso_models::Cancel;

use self::current::Current;
use crate::draft::Draft;
use crate::ear::{Attention, HeardFrame, Recorder};
use crate::event::{Ending, Event, Tokens, TurnRecord};
use crate::intent;
use crate::judge::{Asking, Judged, Question};
use crate::mind::{Job, Thought};
use crate::mouth::{Mouth, Noticed};
use crate::ms;
use crate::patience::{self, Patience};
use crate::scribe::{Dictation, Purpose, Written};
use crate::voice::{Utter, Voiced};

/// Quiet given to the recogniser after the end of the speech, as far as it has been heard.
const TAIL: Samples = Samples::from_ms(320);

/// What the judge is given, before the end of the speech.
const JUDGED: Samples = Samples::from_ms(8_000);

/// So long the lamp shows that something went wrong.
const TROUBLE: Samples = Samples::from_ms(3_000);

/// So much sound may lie ready before the next clause is spoken, in s.
const AHEAD_S: u64 = 8;

/// Work to be done elsewhere.
#[derive(Debug)]
pub enum Order {
    /// For the scribe.
    Scribe(Dictation),
    /// For the judge.
    Judge(Question),
    /// For the mind.
    Mind(Job),
    /// For the voice.
    Voice(Utter),
}

/// A conversation on one board.
pub struct Conversation<'e> {
    machine: TurnMachine,
    mouth: Mouth,
    recorder: Recorder,
    rate: u32,
    /// Whether the sample clock goes with the wall clock.
    real_time: bool,
    now: Samples,
    arrived: Instant,
    attention: Arc<Attention>,
    patience: Patience,
    current: Option<Current>,
    draft: Draft,
    asking: Asking,
    /// Stops the work on what was said over the reply.
    overhearing: Cancel,
    /// What was asked and interrupted before a word of the answer was heard, by who is
    /// still speaking or being answered.
    unanswered: String,
    orders: VecDeque<Order>,
    panel: Option<Box<dyn Panel>>,
    changes: Option<Receiver<Change>>,
    /// Until when the lamp shows an error.
    trouble_until: Option<Samples>,
    on_event: &'e mut dyn FnMut(Event),
}

impl<'e> Conversation<'e> {
    /// A conversation at its beginning. `rate` is the voice's sample rate in
    /// Hz; `real_time` tells whether the sample clock goes with the wall
    /// clock; `attention` is kept up to date for the ear, by `patience`.
    pub fn new(
        machine: TurnMachine,
        mouth: Mouth,
        rate: u32,
        real_time: bool,
        (attention, patience): (Arc<Attention>, Patience),
        on_event: &'e mut dyn FnMut(Event),
    ) -> Self {
        // The longest utterance and what comes before it is noticed.
        let memory = machine.config().max_audio + Samples::from_ms(10_000);
        let now = Instant::now();
        on_event(Event::State { at: Samples::ZERO, state: machine.state() });
        Self {
            machine,
            mouth,
            recorder: Recorder::new(memory),
            rate,
            real_time,
            now: Samples::ZERO,
            arrived: now,
            attention,
            patience,
            current: None,
            draft: Draft::default(),
            asking: Asking::default(),
            overhearing: Cancel::new(),
            unanswered: String::new(),
            orders: VecDeque::new(),
            panel: None,
            changes: None,
            trouble_until: None,
            on_event,
        }
    }

    /// Uses the lamp and the buttons of a board that has some.
    pub fn with_panel(mut self, panel: Option<Box<dyn Panel>>) -> Self {
        self.panel = panel;
        self.show(self.machine.state().into());
        self
    }

    /// Passes on what a board tells of its devices.
    pub fn with_changes(mut self, changes: Option<Receiver<Change>>) -> Self {
        self.changes = changes;
        self
    }

    fn show(&mut self, shown: Shown) {
        if let Some(panel) = &mut self.panel {
            panel.show(shown);
        }
    }

    /// Does what is asked for by button. To be called often.
    pub fn look_at_buttons(&mut self) {
        while let Some(press) = self.panel.as_mut().and_then(|panel| panel.pressed()) {
            self.step(match press {
                Press::Talk => turn::Event::Wake { from: self.now },
                Press::Hush => turn::Event::Sleep,
            });
        }
    }

    /// Tells of devices that were lost, or are back. To be called often.
    pub fn look_at_devices(&mut self) {
        let at = self.now;
        while let Some(change) = self.changes.as_ref().and_then(|changes| changes.try_recv().ok()) {
            let (device, message) = (change.device, change.message);
            if change.back {
                self.tell(Event::DeviceBack { at, device, message });
            } else {
                self.show_trouble();
                self.tell(Event::DeviceLost { at, device, message });
            }
        }
    }

    /// The present state.
    pub fn state(&self) -> State {
        self.machine.state()
    }

    /// Whether a turn is under way, or sound is still to be played.
    pub fn busy(&self) -> bool {
        self.current.is_some() || self.mouth.ahead() > 0
    }

    /// The mouth, for its counts.
    pub fn mouth(&self) -> &Mouth {
        &self.mouth
    }

    /// The next work to be done, if any.
    pub fn order(&mut self) -> Option<Order> {
        self.orders.pop_front()
    }

    /// What the voice is to say next, if that is the next work to be done.
    pub fn utter(&mut self) -> Option<Utter> {
        match self.orders.pop_front()? {
            Order::Voice(utter) => Some(utter),
            other => {
                self.orders.push_front(other);
                None
            }
        }
    }

    /// The ear heard a frame.
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
        self.ask_early(frame.probability);
        if self.trouble_until.take_if(|until| *until <= frame.at).is_some() {
            self.show(self.machine.state().into());
        }
        self.draft(frame.probability);
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
    }

    /// The mind found something out.
    pub fn thought(&mut self, thought: Thought) {
        match thought {
            Thought::Text { turn, text } => {
                let Some(current) = self.current(turn) else { return };
                if current.record.reply.is_empty() {
                    current.record.timings_ms.llm_first_token = current.since_understood();
                }
                current.record.reply.push_str(&text);
                self.tell(Event::Token { turn, text });
            }
            Thought::Clause { turn, clause } => {
                let Some(current) = self.current(turn) else { return };
                if !std::mem::replace(&mut current.first_clause, true) {
                    current.record.timings_ms.llm_first_clause = current.since_understood();
                }
                current.clauses.push_back(clause);
                self.feed_voice();
            }
            Thought::Done { turn, reply } => {
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
            Thought::Broken { turn, error } => self.broken(turn, &error),
        }
    }

    /// The scribe wrote something down.
    pub fn written(&mut self, written: Written) {
        match written {
            Written::Draft { utterance, text } => {
                if self.draft.is_of(utterance) {
                    self.tell(Event::Draft { utterance, text });
                }
            }
            Written::Partial { turn, text } => {
                if self.is_current(turn) {
                    self.tell(Event::Partial { turn, text });
                }
            }
            Written::Utterance { turn, transcript } => {
                let Some(current) = self.current(turn) else { return };
                let text: String = transcript.text.trim().into();
                current.record.timings_ms.stt = ms(current.begun);
                current.reading = patience::reading(&text);
                current.record.transcript = text.clone();
                let outcome = intent::outcome(&text);
                current.stop = outcome == Outcome::Stop;
                if outcome == Outcome::Words {
                    let (cancel, unanswered) = (current.cancel.clone(), self.unanswered.clone());
                    let answer = Job::Answer { turn, unanswered, text, cancel };
                    self.orders.push_back(Order::Mind(answer));
                }
                self.tell(Event::Transcript { turn, at: self.now, transcript });
                self.step(turn::Event::Understood { turn, outcome });
                self.reconsider();
            }
            Written::Over { turn, transcript } => {
                let text = transcript.text.trim();
                let outcome = match intent::outcome(text) {
                    Outcome::Words if intent::is_backchannel(text) || self.is_own(turn, text) => {
                        Outcome::Nothing
                    }
                    outcome => outcome,
                };
                log::debug!("over the reply: {text:?}, {outcome:?}");
                self.overheard(turn, outcome);
            }
            Written::Broken { purpose, error } => match purpose {
                Purpose::Turn(turn) => self.broken(turn, &error),
                // What cannot be understood does not interrupt.
                Purpose::Over(turn) => self.overheard(turn, Outcome::Nothing),
                Purpose::Draft => log::debug!("a draft was not written: {error}"),
            },
        }
    }

    /// The judge has an opinion.
    pub fn judged(&mut self, judged: Judged) {
        match judged.score {
            Ok(score) => {
                if self.asking.answered(judged.quiet, score) {
                    self.reconsider();
                }
            }
            Err(error) if error.is_cancelled() => {}
            Err(error) => log::debug!("the end of the turn was not judged: {error}"),
        }
    }

    /// Whether what was understood over the reply is the reply itself.
    fn is_own(&self, turn: TurnId, text: &str) -> bool {
        let Some(current) = self.current.as_ref().filter(|current| current.id == turn) else {
            return false;
        };
        let reply = &current.record.reply;
        let spoken = self.mouth.heard(turn);
        // The word that was cut, and what of the next had left already.
        let beyond = reply.get(spoken..).unwrap_or_default();
        let more: usize = beyond.split_inclusive(char::is_whitespace).take(3).map(str::len).sum();
        intent::is_own(text, reply.get(..spoken + more).unwrap_or(reply))
    }

    fn overheard(&mut self, turn: TurnId, outcome: Outcome) {
        self.step(turn::Event::Overheard { turn, outcome });
    }

    /// How long to wait, by what is known of the utterance now.
    fn reconsider(&mut self) {
        let score = self.asking.score();
        let reading = self.current.as_ref().and_then(|current| current.reading);
        self.attention.set_hangover(self.patience.hangover(score, reading));
    }

    /// Asks the judge at the first frame of quiet, before there is even a guess:
    /// so it is done when the scribe wants all cores.
    fn ask_early(&mut self, probability: f32) {
        // What was asked about the turn under way is still of use.
        if self.current.is_some() {
            return;
        }
        let hearing = self.machine.state() == State::Hearing;
        if !hearing || probability >= self.patience.quiet {
            self.asking.forget();
        } else {
            self.ask(self.now);
        }
    }

    /// Asks the judge about what was heard until `to`, unless it is asked already.
    fn ask(&mut self, to: Samples) {
        let quiet = self.now;
        if let Some(cancel) = self.asking.ask(quiet) {
            let audio = self.recorder.range(to - JUDGED, quiet);
            self.orders.push_back(Order::Judge(Question { quiet, audio, cancel }));
        }
    }

    /// Gives the scribe the beginning of a long utterance that goes on.
    fn draft(&mut self, probability: f32) {
        let Some(utterance) = self.machine.utterance() else {
            return self.draft.forget();
        };
        // Between may-have-ended and resumed the utterance stays the same.
        if self.machine.state() != State::Hearing {
            return;
        }
        let Some((from, to)) = self.draft.heard(utterance, self.now, probability) else { return };
        self.orders.push_back(Order::Scribe(Dictation {
            purpose: Purpose::Draft,
            utterance,
            from,
            audio: self.recorder.range(from, to),
            cancel: self.draft.cancel(),
        }));
    }

    /// The voice made something.
    pub fn voiced(&mut self, voiced: Voiced) {
        match voiced {
            Voiced::Sound { turn, samples } => {
                let Some(current) = self.current(turn) else { return };
                if !std::mem::replace(&mut current.first_sound, true) {
                    let timings = &mut current.record.timings_ms;
                    timings.first_sound = ms(current.begun);
                    let before = timings.stt + timings.llm_first_clause;
                    timings.tts_first_sound = timings.first_sound - before;
                }
                if self.mouth.sound(turn, &samples) {
                    self.step(turn::Event::SoundReady { turn });
                }
                self.pump();
            }
            Voiced::Spoken { turn, words } => {
                self.mouth.words(turn, words);
                let Some(current) = self.current(turn) else { return };
                current.voicing = false;
                self.feed_voice();
            }
            Voiced::Broken { turn, error } => self.broken(turn, &error),
        }
    }

    /// Hands sound to the loudspeaker and notices what has been played.
    /// To be called often (every 20 ms) while there is sound.
    pub fn pump(&mut self) {
        let mut noticed = Vec::new();
        self.mouth.pump(&mut |notice| noticed.push(notice));
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
        (self.on_event)(event);
    }

    fn trouble(&mut self, message: String) {
        self.show_trouble();
        self.tell(Event::Trouble { at: self.now, message });
    }

    /// Lets the lamp show for a while that something went wrong.
    fn show_trouble(&mut self) {
        self.trouble_until = Some(self.now + TROUBLE);
        self.show(Shown::Error);
    }

    fn broken(&mut self, turn: TurnId, error: &sayso_models::Error) {
        if !error.is_cancelled() && self.is_current(turn) {
            self.trouble(error.to_string());
            self.step(turn::Event::Failed { turn });
        }
    }

    /// Gives the voice its next clause, when it is idle and not far ahead; and
    /// notices when there is nothing left to say.
    fn feed_voice(&mut self) {
        let far = self.mouth.ahead() > AHEAD_S * u64::from(self.rate);
        let Some(current) = self.current.as_mut() else { return };
        if current.voicing || far {
            return;
        }
        let turn = current.id;
        if let Some(clause) = current.clauses.pop_front() {
            current.voicing = true;
            let (text, cancel) = (clause.text.clone(), current.cancel.clone());
            self.mouth.clause(turn, clause);
            let first = !current.first_sound;
            self.orders.push_back(Order::Voice(Utter { turn, text, first, cancel }));
        } else if current.written {
            let silent = !current.first_sound;
            self.mouth.complete(turn);
            if silent {
                self.step(turn::Event::Finished { turn });
            }
        }
    }

    fn step(&mut self, event: turn::Event) {
        for action in self.machine.step(self.now, event) {
            self.act(action);
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Think { turn, from, to } => self.think(turn, from, to),
            Action::Release { turn } => {
                let now = self.now;
                if let Some(current) = self.current(turn) {
                    current.record.released = Some(now);
                }
                self.mouth.release(turn);
            }
            Action::Pause { turn } => self.mouth.pause(turn),
            Action::Resume { turn } => self.mouth.resume(turn),
            Action::Overhear { turn, from, to } => {
                self.overhearing = Cancel::new();
                self.orders.push_back(Order::Scribe(Dictation {
                    purpose: Purpose::Over(turn),
                    utterance: from,
                    from,
                    audio: self.recorder.range(from, (to + TAIL).min(self.now)),
                    cancel: self.overhearing.clone(),
                }));
            }
            Action::Cancel { turn } => {
                self.mouth.cancel(turn);
                // Whoever goes on to speak did not mean it.
                let meant = self.machine.state() != State::Hearing;
                let stop = self.current(turn).is_some_and(|current| current.stop);
                self.tell_if_late(turn);
                let ending = if stop && meant { Ending::Stopped } else { Ending::Dropped };
                self.end(turn, ending, 0);
            }
            Action::StopSound { turn } => {
                let heard = self.mouth.stop(turn);
                self.end(turn, Ending::Interrupted, heard);
            }
            Action::Keep { turn } => self.end(turn, Ending::Complete, usize::MAX),
            Action::Show(state) => {
                self.attention.set_speaking(matches!(state, State::Speaking | State::Paused));
                if self.trouble_until.is_none() {
                    self.show(state.into());
                }
                self.tell(Event::State { at: self.now, state });
            }
        }
    }

    /// Says so where a turn is given up because its answer is not there in time.
    fn tell_if_late(&mut self, turn: TurnId) {
        let (now, patience) = (self.now, self.machine.config().think_timeout);
        let late = |current: &mut Current| {
            !current.first_sound
                && current.record.released.is_some_and(|released| now >= released + patience)
        };
        if self.current(turn).is_some_and(late) {
            let seconds = patience.as_ms() / 1000;
            self.trouble(format!(
                "no answer within {seconds} s (turn.think_timeout_s): the models are too slow here; \
                 --profile small is faster"
            ));
        }
    }

    fn think(&mut self, turn: TurnId, from: Samples, to: Samples) {
        let cancel = Cancel::new();
        let utterance = self.machine.utterance().unwrap_or(from);
        let drafted = self.draft.is_of(utterance) && self.draft.until() > from;
        let begin = if drafted { self.draft.until().min(to) } else { from };
        // Mostly it was, at the first quiet of these.
        self.ask(to);
        self.orders.push_back(Order::Scribe(Dictation {
            purpose: Purpose::Turn(turn),
            utterance: if drafted { utterance } else { begin },
            from: begin,
            audio: self.recorder.range(begin, (to + TAIL).min(self.now)),
            cancel: cancel.clone(),
        }));
        // The frame that showed the end has just arrived: the end lies so far back.
        let ago = std::time::Duration::from_millis((self.now - to).as_ms());
        let mut record = TurnRecord { turn, ..TurnRecord::default() };
        record.speech_from = from;
        record.speech_end = to;
        record.begun = self.now;
        record.timings_ms.speech = (to - from).as_ms() as f64;
        self.mouth.begin(turn);
        let speech_ended = self.arrived.checked_sub(ago).unwrap_or(self.arrived);
        self.current = Some(Current::new(record, speech_ended, cancel));
        self.reconsider();
    }

    fn end(&mut self, turn: TurnId, ending: Ending, heard: usize) {
        let Some(current) = self.current.take_if(|current| current.id == turn) else { return };
        current.cancel.cancel();
        let mut record = current.record;
        record.completeness = self.asking.score();
        self.asking.forget();
        self.overhearing.cancel();
        record.ending = ending;
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
        self.orders.push_back(Order::Mind(match ending {
            Ending::Complete => Job::Keep { turn, heard: None },
            Ending::Interrupted if heard > 0 => Job::Keep { turn, heard: Some(heard) },
            _ => Job::Discard { turn },
        }));
        self.reconsider();
        self.tell(Event::Turn(Box::new(record)));
    }
}
