//! A Realtime session as a state machine: what the client sends, and what the conversation hears,
//! says and reports, become events for the client and orders to the conversation. Pure.
//!
//! An utterance becomes an item when it has ended, and an answer becomes a response when it is
//! certain that it will be heard: guesses are invisible.

mod client;
mod response;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};

use sayso_models::llm::{Call, Completed, Role};
use serde_json::{Value, json};

use self::response::Open;
use super::items::{Item, Items, Kind};
use super::script::{Manner, Prompt, Report, Script, Told};
use super::settings::{Detection, Settings};
use crate::openai::error::Refusal;
use crate::openai::id;

/// Drafts that are remembered: guesses that were dropped are among them.
const DRAFTS: usize = 8;

/// The rates of a call, in Hz: those of the capture, and of the voice.
const CALL_HEARS: u32 = 16_000;
const CALL_PLAYS: u32 = 24_000;

/// Something that the conversation reports. Times are in ms of its sound.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// Somebody begins to speak.
    Started { ms: u64 },
    /// The speech has ended.
    Stopped { ms: u64 },
    /// What was said, in the utterance that a turn answers or in a recording.
    Transcript { turn: u64, text: String },
    /// A piece of an answer.
    Token { turn: u64, text: String },
    /// A clause of an answer is now heard.
    Speaking { turn: u64, text: String },
    /// A turn is over.
    Ended(Ended),
    /// Something went wrong.
    Trouble(String),
}

/// Who began a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Began {
    /// Somebody spoke.
    Speech,
    /// The client asked for it.
    Asked,
    /// The program itself.
    Own,
}

/// How a turn ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Nothing was heard of it.
    Dropped,
    /// It was heard whole.
    Complete,
    /// It was interrupted.
    Interrupted,
}

/// A turn that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    pub turn: u64,
    pub began: Began,
    pub how: How,
    /// What was said or asked.
    pub asked: String,
    /// What was written, and how much of it was heard.
    pub reply: String,
    pub heard: String,
}

/// How the sound of a session travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// In the events, in the formats of the session.
    Events,
    /// Beside them, on a call whose own format it has.
    #[cfg_attr(not(feature = "webrtc"), allow(dead_code, reason = "there are no calls"))]
    Call,
}

impl Carrier {
    /// The rate of the sound that is heard, in Hz.
    pub fn hears(self, settings: &Settings) -> u32 {
        match self {
            Self::Events => settings.input.rate(),
            Self::Call => CALL_HEARS,
        }
    }

    /// The rate of the sound that is played, in Hz.
    pub fn plays(self, settings: &Settings) -> u32 {
        match self {
            Self::Events => settings.output.rate(),
            Self::Call => CALL_PLAYS,
        }
    }
}

/// What follows.
#[derive(Clone, Debug)]
pub enum Effect {
    /// The client is told.
    Send(Value),
    /// The conversation hears this, at the rate of the input.
    Hear(Vec<f32>),
    /// What waits to be heard is dropped.
    ClearInput,
    /// The conversation writes down this recording, at this rate in Hz.
    WriteDown(Vec<f32>, u32),
    /// The conversation answers.
    Answer(Box<Prompt>),
    /// The conversation ends what it says or is about to say.
    Stop,
    /// The language model is given this script; a prompt that waits stays.
    Follow(Box<Script>),
    /// Another conversation begins, with other sound.
    Restart,
}

/// An utterance.
#[derive(Clone, Debug)]
struct Speech {
    item: String,
    stopped: bool,
    committed: bool,
    /// What was said, and the turn that answers it.
    said: Option<(u64, String)>,
}

/// What the language model writes beside what is spoken.
#[derive(Clone, Debug, Default)]
struct Draft {
    prompted: bool,
    text: String,
    calls: Vec<Call>,
    done: Option<Box<Completed>>,
    /// How much of it the client was told.
    told_text: usize,
    told_calls: usize,
}

/// A session.
pub struct Flow {
    beta: bool,
    carrier: Carrier,
    id: String,
    conversation: String,
    /// The assistant's own instructions.
    instructions: String,
    pub settings: Settings,
    items: Items,
    speech: Option<Speech>,
    /// Sound that was not committed yet, in a session whose turns the client ends.
    buffer: Vec<f32>,
    /// The items of recordings that are being written down.
    recordings: VecDeque<String>,
    drafts: BTreeMap<u64, Draft>,
    /// The text of the last turn whose tokens came.
    tokens: (u64, String),
    open: Option<Open>,
    /// An order to answer that waits.
    waiting: Option<Value>,
    out: Vec<Effect>,
}

impl Flow {
    /// A session that has just begun.
    pub fn new(settings: Settings, instructions: &str, beta: bool, carrier: Carrier) -> Self {
        let mut flow = Self {
            beta,
            carrier,
            id: id("sess_"),
            conversation: id("conv_"),
            instructions: instructions.to_owned(),
            settings,
            items: Items::default(),
            speech: None,
            buffer: Vec::new(),
            recordings: VecDeque::new(),
            drafts: BTreeMap::new(),
            tokens: (0, String::new()),
            open: None,
            waiting: None,
            out: Vec::new(),
        };
        let session = flow.settings.to_json(&flow.id, instructions, beta);
        flow.send("session.created", json!({ "session": session }));
        if beta {
            let conversation =
                json!({ "id": flow.conversation, "object": "realtime.conversation" });
            flow.send("conversation.created", json!({ "conversation": conversation }));
        }
        flow.follow();
        flow
    }

    /// What follows from what has happened.
    pub fn take(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.out)
    }

    /// The conversation reports.
    pub fn heard(&mut self, heard: Heard) {
        match heard {
            Heard::Started { ms } => self.started(ms),
            Heard::Stopped { ms } => self.stopped(ms),
            Heard::Transcript { turn, text } => self.transcript(turn, text),
            Heard::Token { turn, text } => self.token(turn, &text),
            Heard::Speaking { turn, text } => self.speaking(turn, &text),
            Heard::Ended(ended) => self.ended(&ended),
            Heard::Trouble(message) => match &mut self.open {
                Some(open) => open.trouble = Some(message),
                None => self.fail(&Refusal::failed(message), None),
            },
        }
    }

    /// The language model reports.
    pub fn report(&mut self, report: Report) {
        let Report { draft: number, told } = report;
        if let Told::Begun { prompted } = told {
            self.drafts.insert(number, Draft { prompted, ..Draft::default() });
            while self.drafts.len() > DRAFTS {
                self.drafts.pop_first();
            }
            self.bind();
            return;
        }
        let Some(draft) = self.drafts.get_mut(&number) else { return };
        match told {
            Told::Begun { .. } => {}
            Told::Text(text) => draft.text.push_str(&text),
            Told::Call(call) => draft.calls.push(call),
            Told::Done(done) => draft.done = Some(done),
            Told::Dropped => {
                if self.open.as_ref().is_none_or(|open| !open.is_draft(number)) {
                    self.drafts.remove(&number);
                }
                return;
            }
        }
        self.tell_draft();
    }

    /// The conversation failed and is over.
    pub fn failed(&mut self, message: &str) {
        self.fail(&Refusal::failed(message), None);
    }

    fn started(&mut self, ms: u64) {
        let item = id("item_");
        self.send(
            "input_audio_buffer.speech_started",
            json!({ "audio_start_ms": ms, "item_id": item }),
        );
        self.speech = Some(Speech { item, stopped: false, committed: false, said: None });
    }

    fn stopped(&mut self, ms: u64) {
        let Some(speech) = &mut self.speech else { return };
        if std::mem::replace(&mut speech.stopped, true) {
            return;
        }
        let item = speech.item.clone();
        let event = json!({ "audio_end_ms": ms, "item_id": item });
        self.send("input_audio_buffer.speech_stopped", event);
        // Speech over an answer is an utterance only if it has words that interrupt.
        if self.open.is_none() {
            self.commit_speech();
        }
        self.answer_speech();
    }

    fn transcript(&mut self, turn: u64, text: String) {
        let text = text.trim().to_owned();
        if let Some(item) = self.recordings.pop_front() {
            self.written(&item, &text);
            if let Some(item) = self.items.get_mut(&item) {
                item.settled = true;
            }
            self.follow();
            return;
        }
        if let Some(speech) = &mut self.speech {
            speech.said = Some((turn, text));
        }
        self.answer_speech();
    }

    /// Makes an item of the utterance.
    fn commit_speech(&mut self) {
        let Some(speech) = self.speech.as_mut().filter(|speech| !speech.committed) else { return };
        speech.committed = true;
        let item = speech.item.clone();
        self.commit(item);
    }

    /// Makes an item of sound, whose words are not known yet.
    fn commit(&mut self, item: String) {
        let kind = Kind::Said { role: Role::User, text: String::new(), aloud: true, ms: 0 };
        let item = Item { settled: false, ..Item::new(item, kind) };
        let name = item.id.clone();
        // The name is new.
        let before = self.items.insert(item, None).unwrap_or_default();
        let event = json!({ "previous_item_id": before, "item_id": name });
        self.send("input_audio_buffer.committed", event);
        self.show_item(&name);
    }

    /// The words of an item of sound are known.
    fn written(&mut self, item: &str, words: &str) {
        if let Some(Item { kind: Kind::Said { text, .. }, .. }) = self.items.get_mut(item) {
            words.clone_into(text);
        }
        if self.settings.transcribes {
            let usage = json!({ "type": "duration", "seconds": 0 });
            let event = json!({
                "item_id": item, "content_index": 0, "transcript": words, "usage": usage,
            });
            self.send("conversation.item.input_audio_transcription.completed", event);
        }
    }

    /// Answers the utterance if it has ended and its words are known.
    fn answer_speech(&mut self) {
        let known = |speech: &mut Speech| speech.stopped && speech.said.is_some();
        let Some(mut speech) = self.speech.take_if(known) else { return };
        let Some((turn, text)) = speech.said.take() else { return };
        if !speech.committed && !text.is_empty() {
            self.commit(speech.item.clone());
        }
        self.written(&speech.item, &text);
        if text.is_empty() {
            return;
        }
        if self.settings.answers {
            self.begin_response(Began::Speech, Some(turn), Some(speech.item), &json!({}));
        } else if let Some(item) = self.items.get_mut(&speech.item) {
            item.settled = true;
            self.follow();
        }
    }

    /// Shows the client an item that was added.
    fn show_item(&mut self, name: &str) {
        let Some(item) = self.items.get(name) else { return };
        let mut event = json!({ "item": item.to_json(self.beta) });
        event["previous_item_id"] = self.items.before(name).into();
        if self.beta {
            return self.send("conversation.item.created", event);
        }
        self.send("conversation.item.added", event.clone());
        self.send("conversation.item.done", event);
    }

    /// Gives the language model what is settled.
    fn follow(&mut self) {
        let manual = self.settings.detection == Detection::Manual;
        let script = Script {
            manner: self.manner(&self.settings),
            messages: self.items.messages(),
            answers: self.settings.answers && !manual,
            instructed: self.is_instructed(),
            prompt: None,
        };
        self.out.push(Effect::Follow(Box::new(script)));
    }

    /// Whether there is a response in progress, so that it is known whose the sound is.
    pub fn is_responding(&self) -> bool {
        self.open.is_some()
    }

    /// Whether the client answers for what is said.
    pub fn is_instructed(&self) -> bool {
        !self.settings.instructions.is_empty() || !self.settings.tools.is_empty()
    }

    fn manner(&self, settings: &Settings) -> Manner {
        let system = match settings.instructions.as_str() {
            "" => &self.instructions,
            own => own,
        };
        Manner {
            system: system.to_owned(),
            tools: settings.tools.clone(),
            choice: settings.choice.clone(),
            most: settings.most,
            spoken: settings.spoken,
        }
    }

    /// Tells the client something.
    fn send(&mut self, kind: &str, mut event: Value) {
        let kind = match self.beta {
            true => kind.replace(".output_audio", ".audio").replace(".output_text", ".text"),
            false => kind.to_owned(),
        };
        event["type"] = kind.into();
        event["event_id"] = id("event_").into();
        self.out.push(Effect::Send(event));
    }

    /// Tells the client what went wrong with its event of this name.
    fn fail(&mut self, refusal: &Refusal, event: Option<&Value>) {
        let mut error = refusal.to_json();
        error["event_id"] = event.cloned().unwrap_or_default();
        self.send("error", json!({ "error": error }));
    }
}
